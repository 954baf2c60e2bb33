//! Init as the first process of real containers, as hermetic as a scenario's: no network, a root that can't be written, no root user,
//! no capability. Needs an engine; where `CI` is set it must be there.

use std::process::Stdio;
use std::time::{Duration, SystemTime};

use clnrm_lsp::engine::init::{
    JobSpec, OTLP_GRPC_PORT, OTLP_HTTP_PORT, Session, SessionOptions, Signal, Status, Tunnels,
};
use clnrm_lsp::engine::{Belonging, ConnectOptions, Container, ContainerSpec, Engine, PullPolicy};
use futures::StreamExt as _;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader};

use crate::harness::{collect, first_line, within};

const IMAGE: &str = "localhost/busybox:1";

/// Names the container to the process that is going to be killed.
const RUN: &str = "CLNRM_TEST_INIT_RUN";

/// A container whose first process is init.
struct Contained {
    engine: Engine,
    run: String,
    container: Container,
    session: Session,
    tunnels: Tunnels,
}

async fn engine() -> Option<Engine> {
    let connected = within(Engine::connect(&ConnectOptions::of_process().unwrap())).await;
    let engine = match connected {
        Ok(engine) => engine,
        Err(error) if std::env::var_os("CI").is_none() => {
            eprintln!("SKIPPED: {error}");
            return None;
        }
        Err(error) => panic!("{error}"),
    };
    match within(engine.image(IMAGE, PullPolicy::Never, |_| ())).await {
        Ok(_) => Some(engine),
        Err(error) if std::env::var_os("CI").is_none() => {
            eprintln!("SKIPPED: {error}");
            None
        }
        Err(error) => panic!("{error}"),
    }
}

async fn contained_as(run: String, options: SessionOptions, memory: Option<u64>) -> Option<Contained> {
    let engine = engine().await?;
    let image = within(engine.image(IMAGE, PullPolicy::Never, |_| ())).await.unwrap();
    let mut spec = ContainerSpec::new(Belonging::new(run.clone(), "init"), image.id.clone());
    spec.init = true;
    spec.read_only = true;
    spec.user = Some("1000".to_owned());
    spec.cap_drop = vec!["ALL".to_owned()];
    spec.memory = memory;
    let running = within(engine.start(spec)).await.unwrap();
    let (output, input) = running.attached.into_session();
    let (session, tunnels) = within(Session::open(output, input, options)).await.unwrap();
    Some(Contained { engine, run, container: running.container, session, tunnels })
}

async fn contained(test: &str) -> Option<Contained> {
    contained_within(test, None).await
}

/// With this much memory.
async fn contained_within(test: &str, memory: Option<u64>) -> Option<Contained> {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_nanos();
    contained_as(format!("test-init-{test}-{since}"), SessionOptions::default(), memory).await
}

impl Contained {
    async fn shell(&self, script: &str) -> clnrm_lsp::engine::init::Job {
        within(self.session.start(JobSpec::new(["sh", "-c", script]))).await.unwrap()
    }

    /// What a script writes to its standard output, and how it ends.
    async fn said(&self, script: &str) -> (String, Status) {
        let (stdout, _, exit) = collect(&mut self.shell(script).await).await;
        (String::from_utf8(stdout).unwrap(), exit.status)
    }

    /// The container ends with its session, and nothing is left of it.
    async fn end(self) {
        within(self.session.close()).await.unwrap();
        assert_eq!(within(self.container.exited()).await.unwrap().code, Some(0));
        let removed = within(self.engine.teardown(&self.run, Duration::from_secs(50))).await;
        assert!(removed.left.is_empty(), "{removed:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_needs_nothing_of_a_container() {
    let Some(mut contained) = contained("needs").await else { return };
    assert!(contained.session.is_first_process());
    for port in [OTLP_GRPC_PORT, OTLP_HTTP_PORT] {
        assert_eq!(contained.session.held_port(port), Some(port));
    }
    let (said, status) =
        contained.said("id -u; grep CapEff /proc/self/status; ls /sys/class/net; touch /x || echo no").await;
    assert_eq!((said.as_str(), status), ("1000\nCapEff:\t0000000000000000\nlo\nno\n", Status::Code(0)));

    // A span's way out: through the loopback of the container to the runner, and back, while another program is loud.
    let mut loud = contained.shell("yes").await;
    let listening = tokio::spawn(async move { while let Ok(Some(_)) = loud.next().await {} });
    let mut client = contained.shell("echo span | nc 127.0.0.1 4318").await;
    let mut tunnel = within(contained.tunnels.next()).await.unwrap();
    assert_eq!(tunnel.port(), OTLP_HTTP_PORT);
    let mut received = [0; 5];
    within(tunnel.read_exact(&mut received)).await.unwrap();
    assert_eq!(&received, b"span\n");
    drop(tunnel);
    within(client.wait()).await.unwrap();
    contained.session.stop(Signal::TERM, Duration::from_secs(10));
    within(contained.session.drained()).await.unwrap();
    within(listening).await.unwrap();

    let mut large = contained.shell("yes 0123456789 | head -c 10485760").await;
    let (stdout, _, exit) = collect(&mut large).await;
    assert!(stdout == b"0123456789\n".iter().copied().cycle().take(10 << 20).collect::<Vec<u8>>(), "{}", stdout.len());
    assert_eq!(exit.status, Status::Code(0));

    let missing = within(contained.session.start(JobSpec::new(["no-such-program"]))).await.err().unwrap();
    assert!(missing.to_string().starts_with("there is no program `no-such-program`"), "{missing}");
    contained.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_tells_that_the_memory_ran_out() {
    let Some(engine) = engine().await else { return };
    if !engine.info().limits_memory {
        eprintln!("SKIPPED: the engine can't limit memory");
        return;
    }
    let Some(contained) = contained_within("memory", Some(64 << 20)).await else { return };
    let (_, status) = contained.said("exit 3").await;
    assert_eq!((status, contained.session.ran_out_of_memory()), (Status::Code(3), false));
    // The one that is killed is a child of the job.
    let (_, status) = contained.said("dd if=/dev/zero of=/dev/null bs=200M count=1; exit 0").await;
    assert_eq!((status, contained.session.ran_out_of_memory()), (Status::Code(0), true));
    contained.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn descendants_end_with_their_job_and_orphans_are_reaped() {
    let Some(contained) = contained("group").await else { return };
    let mut job = contained.shell("(sleep 1000 & sh -c 'sleep 1000 & echo ready; wait') & wait").await;
    assert_eq!(first_line(&mut job).await, "ready");
    job.kill();
    assert_eq!(within(job.wait()).await.unwrap().status, Status::Signal(9));
    contained.said("for i in 1 2 3 4 5; do (sh -c 'exit 3' &) ; done").await;
    // Init itself and who asks: nothing else is there, dead or alive.
    let processes = "i=0; while [ $i -lt 300 ]; do set -- /proc/[0-9]*; [ $# = 2 ] && exit; sleep 0.1; i=$((i + 1)); done; \
                     cat /proc/[0-9]*/stat; exit 1";
    let (left, status) = contained.said(processes).await;
    assert_eq!(status, Status::Code(0), "{left}");
    contained.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn closing_kills_what_does_not_hear() {
    let Some(contained) = contained("close").await else { return };
    let mut stubborn = contained.shell("trap '' TERM INT HUP; echo ready; while :; do sleep 1; done").await;
    assert_eq!(first_line(&mut stubborn).await, "ready");
    contained.end().await;
    assert!(stubborn.wait().await.is_err() || stubborn.wait().await.unwrap().status == Status::Signal(9));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_container_goes_with_a_runner_that_is_killed() {
    let Some(engine) = engine().await else { return };
    let run = format!("test-init-killed-{}", std::process::id());
    let mut runner = tokio::process::Command::new(std::env::current_exe().unwrap());
    runner.args(["--ignored", "--exact", "--nocapture", "container::runs_until_it_is_killed"]).env(RUN, &run);
    let mut runner = runner.stdout(Stdio::piped()).kill_on_drop(true).spawn().unwrap();
    let mut lines = BufReader::new(runner.stdout.take().unwrap()).lines();
    let id = loop {
        let line = within(lines.next_line()).await.unwrap().expect("the runner tells its container");
        if let Some(id) = line.strip_prefix("container ") {
            break id.to_owned();
        }
    };
    let docker = bollard::Docker::connect_with_defaults().unwrap().negotiate_version().await.unwrap();
    assert!(exists(&docker, &id).await, "it runs while its runner lives");
    let (asks, of) = (docker.clone(), id.clone());
    let ended = tokio::spawn(async move { asks.wait_container(&of, None).collect::<Vec<_>>().await });
    runner.start_kill().unwrap();
    within(runner.wait()).await.unwrap();
    // Init ended by itself, with 0: somebody who removes what dead runners left would have killed it.
    let codes = within(ended).await.unwrap();
    assert!(matches!(&codes[..], [Ok(answer)] if answer.status_code == 0), "{codes:?}");
    let gone = async {
        while exists(&docker, &id).await {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    within(gone).await;
    within(engine.teardown(&run, Duration::from_secs(50))).await;
}

/// Whether the engine knows a container of this id.
async fn exists(docker: &bollard::Docker, id: &str) -> bool {
    match docker.inspect_container(id, None).await {
        Ok(_) => true,
        Err(bollard::errors::Error::DockerResponseServerError { status_code: 404, .. }) => false,
        Err(error) => panic!("{error}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "it is the runner that another test kills"]
async fn runs_until_it_is_killed() {
    let run = std::env::var(RUN).unwrap();
    let contained = contained_as(run, SessionOptions::default(), None).await.unwrap();
    let mut job = contained.shell("trap '' TERM; echo ready; while :; do sleep 1; done").await;
    assert_eq!(first_line(&mut job).await, "ready");
    println!("\ncontainer {}", contained.container.id());
    std::future::pending::<()>().await;
}
