//! The tether: nothing outlives the runner; and nothing is believed to be over before it is.

use std::time::Duration;

use clnrm_lsp::engine::init::{SessionError, SessionOptions, Signal, Status};
use tokio::io::AsyncReadExt as _;

use crate::harness::{Init, collect, eventually, first_line, init, init_with, options, runs, within};

/// Hears no `TERM`, and has a child in another session that hears none either. Says their numbers.
const STUBBORN: &str = "trap '' TERM; setsid sh -c 'trap \"\" TERM; echo $$ $PPID; while :; do sleep 1; done' & wait";

fn pids(line: &str) -> Vec<u32> {
    line.split(' ').map(|pid| pid.parse().unwrap()).collect()
}

fn short() -> SessionOptions {
    SessionOptions { grace: Duration::from_millis(200), ..options() }
}

#[tokio::test(flavor = "multi_thread")]
async fn closing_ends_everything() {
    let mut init = init_with(short()).await;
    let mut job = init.shell(STUBBORN).await;
    let processes = pids(&first_line(&mut job).await);
    assert!(processes.iter().all(|pid| runs(*pid)));
    within(init.session.close()).await.unwrap();
    assert!(within(init.child.wait()).await.unwrap().success());
    eventually("all are dead", || processes.iter().all(|pid| !runs(*pid))).await;
    assert!(init.session.start(clnrm_lsp::engine::init::JobSpec::new(["true"])).await.is_err());
    assert!(matches!(init.session.ended().await, SessionError::Closed));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_runner_that_is_gone_takes_everything_with_it() {
    let Init { session, tunnels, mut child } = init_with(short()).await;
    let mut job = within(session.start(clnrm_lsp::engine::init::JobSpec::new(["sh", "-c", STUBBORN]))).await.unwrap();
    let processes = pids(&first_line(&mut job).await);
    drop((session, tunnels, job));
    assert!(within(child.wait()).await.unwrap().success());
    eventually("all are dead", || processes.iter().all(|pid| !runs(*pid))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn processes_have_their_grace() {
    let init = init().await;
    let mut job =
        init.shell("trap 'sleep 0.3; echo last words; exit 5' TERM; echo ready; while :; do sleep 0.02; done").await;
    assert_eq!(first_line(&mut job).await, "ready");
    let (closed, (stdout, _, exit)) = tokio::join!(within(init.session.close()), collect(&mut job));
    closed.unwrap();
    assert_eq!((stdout.as_slice(), exit.status), (&b"last words\n"[..], Status::Code(5)));
}

#[tokio::test(flavor = "multi_thread")]
async fn signals_to_init_are_passed_on() {
    for (name, status) in [("TERM", 143), ("INT", 130)] {
        let mut init = init().await;
        let script = format!("trap 'echo got {name}; exit 0' {name}; echo ready; while :; do sleep 0.02; done");
        let mut job = init.shell(&script).await;
        assert_eq!(first_line(&mut job).await, "ready");
        let pid = init.pid().to_string();
        let sent = std::process::Command::new("kill").args([&format!("-{name}"), &pid]).status().unwrap();
        assert!(sent.success());
        let (stdout, _, exit) = collect(&mut job).await;
        assert_eq!((stdout, exit.status), (format!("got {name}\n").into_bytes(), Status::Code(0)));
        assert!(matches!(within(init.session.ended()).await, SessionError::Ended));
        assert_eq!(within(init.child.wait()).await.unwrap().code(), Some(status));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn stopping_lets_last_spans_through() {
    let mut init = init().await;
    let script = format!(
        "trap 'exec 3<>/dev/tcp/127.0.0.1/{}; printf last >&3; exit 0' TERM; echo ready; while :; do sleep 0.02; done",
        init.port()
    );
    let mut job = init.start(&["bash", "-c", &script]).await;
    assert_eq!(first_line(&mut job).await, "ready");
    let mut stubborn = init.shell(STUBBORN).await;
    let processes = pids(&first_line(&mut stubborn).await);
    init.session.stop(Signal::TERM, Duration::from_secs(1));
    assert_eq!(within(job.wait()).await.unwrap().status, Status::Code(0));
    let mut tunnel = within(init.tunnels.next()).await.unwrap();
    let mut received = String::new();
    within(tunnel.read_to_string(&mut received)).await.unwrap();
    assert_eq!(received, "last");
    drop(tunnel);
    within(init.session.drained()).await.unwrap();
    assert!(processes.iter().all(|pid| !runs(*pid)));
    // Init goes on.
    assert_eq!(within(init.shell("exit 9").await.wait()).await.unwrap().status, Status::Code(9));
}

#[tokio::test(flavor = "multi_thread")]
async fn drained_means_that_nothing_can_come_any_more() {
    let mut init = init().await;
    let script = format!("exec 3<>/dev/tcp/127.0.0.1/{}; printf span >&3", init.port());
    for round in 0..50 {
        let mut job = init.start(&["bash", "-c", &script]).await;
        within(job.wait()).await.unwrap();
        let drained = init.session.drained();
        tokio::pin!(drained);
        // The connection was made before the job ended, so it is taken before `drained` is over.
        let mut tunnel = tokio::select! {
            tunnel = within(init.tunnels.next()) => tunnel.unwrap(),
            _ = &mut drained => panic!("round {round}: drained, but a connection came"),
        };
        let mut received = String::new();
        within(tunnel.read_to_string(&mut received)).await.unwrap();
        assert_eq!(received, "span");
        let early = tokio::time::timeout(Duration::from_millis(5), &mut drained).await;
        assert!(early.is_err(), "round {round}: a tunnel is still there");
        drop(tunnel);
        within(drained).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_was_left_behind_is_not_forgotten() {
    let init = init().await;
    within(init.shell("setsid sleep 1000 > /dev/null 2>&1 &").await.wait()).await.unwrap();
    let early = tokio::time::timeout(Duration::from_millis(200), init.session.drained()).await;
    assert!(early.is_err());
    init.session.stop(Signal::KILL, Duration::ZERO);
    within(init.session.drained()).await.unwrap();
}
