//! Streams that break, lie or fall silent: everything that waits ends, each with the same clear reason.

use std::time::Duration;

use clnrm_lsp::engine::init::wire::{CHUNK, Decoder, Event, Exit, Message as _, Request, Status, VERSION, WINDOW};
use clnrm_lsp::engine::init::{Job, JobSpec, Output, Session, SessionError, SessionOptions, StartError, Tunnels};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream};
use tokio_util::io::ReaderStream;

use crate::harness::{init, within};

/// An init that is played by hand.
struct Played {
    stream: DuplexStream,
    decoder: Decoder,
}

impl Played {
    async fn tell(&mut self, events: &[Event]) {
        let mut bytes = Vec::new();
        events.iter().for_each(|event| event.encode(&mut bytes));
        self.stream.write_all(&bytes).await.unwrap();
    }

    /// The next request but credit, which comes at any time.
    async fn hear(&mut self) -> Request {
        loop {
            match self.decoder.next_message().unwrap() {
                Some(Request::OutputCredit { .. } | Request::Credit { .. }) => {}
                Some(request) => return request,
                None => {
                    let mut bytes = [0; 4096];
                    let length = within(self.stream.read(&mut bytes)).await.unwrap();
                    assert!(length > 0, "the runner went away");
                    self.decoder.push(&bytes[..length]);
                }
            }
        }
    }
}

fn streams() -> (Played, impl Future<Output = Result<(Session, Tunnels), SessionError>>) {
    let (ours, theirs) = tokio::io::duplex(1024 * 1024);
    let (output, input) = tokio::io::split(ours);
    let options = SessionOptions { patience: Duration::from_millis(300), ..SessionOptions::default() };
    (Played { stream: theirs, decoder: Decoder::default() }, Session::open(ReaderStream::new(output), input, options))
}

async fn played() -> (Played, Session, Tunnels) {
    let (mut played, open) = streams();
    let ready = Event::Ready { version: VERSION, pid: 1, ports: vec![(4317, 4317), (4318, 40000)] };
    played.tell(&[ready]).await;
    let (session, tunnels) = within(open).await.unwrap();
    let Request::Hello { version: VERSION, grace_ms: 2000, ports } = played.hear().await else { panic!() };
    assert_eq!((ports, session.held_port(4318)), (vec![4317, 4318], Some(40000)));
    assert!(session.is_first_process());
    (played, session, tunnels)
}

async fn played_with_job() -> (Played, Session, Tunnels, Job, u32) {
    let (mut played, session, tunnels) = played().await;
    let answer = async {
        let Request::Start { job, .. } = played.hear().await else { panic!() };
        played.tell(&[Event::Started { job, pid: 2, at_ns: 1_000 }]).await;
        job
    };
    let (job, number) = tokio::join!(session.start(JobSpec::new(["it"])), answer);
    (played, session, tunnels, job.unwrap(), number)
}

#[tokio::test]
async fn an_init_that_says_nothing_is_not_waited_for() {
    let (_played, open) = streams();
    let error = within(open).await.err().unwrap();
    assert!(matches!(error, SessionError::Silent(_)), "{error:?}");
}

#[tokio::test]
async fn a_stream_that_ends_at_once_is_told() {
    let (played, open) = streams();
    drop(played);
    let error = within(open).await.err().unwrap();
    assert!(matches!(error, SessionError::Ended | SessionError::Stream(_)), "{error:?}");
}

#[tokio::test]
async fn something_else_that_speaks_is_quoted() {
    let (mut played, open) = streams();
    played.stream.write_all(b"exec /usr/bin/thing: no such file\r\n").await.unwrap();
    let told = within(open).await.err().unwrap().to_string();
    assert_eq!(
        told,
        "what came from the container is not what its init says (no frame has the kind 0x65); it begins with \
         `exec /usr/bin/thing: no such file\\r\\n`"
    );
}

#[tokio::test]
async fn another_version_is_refused() {
    let (mut played, open) = streams();
    played.tell(&[Event::Ready { version: VERSION + 1, pid: 1, ports: Vec::new() }]).await;
    let error = within(open).await.err().unwrap();
    assert!(matches!(error, SessionError::Version { ours: VERSION, .. }), "{error:?}");
}

#[tokio::test]
async fn a_reason_of_init_is_passed_on() {
    let (mut played, open) = streams();
    played.tell(&[Event::Failed { message: "no port".to_owned() }]).await;
    assert_eq!(within(open).await.err().unwrap().to_string(), "the init of the container gave up: no port");
}

#[tokio::test]
async fn a_cut_stream_ends_everything() {
    // In the middle of a frame as well as between two.
    for cut in [0, 3, 9, 12] {
        let (mut played, session, mut tunnels, mut job, number) = played_with_job().await;
        played.tell(&[Event::Opened { channel: 0, port: 4318 }]).await;
        let mut tunnel = within(tunnels.next()).await.unwrap();
        let mut frame = Vec::new();
        Event::Output { job: number, output: Output::Stdout, bytes: b"never whole".to_vec() }.encode(&mut frame);
        played.stream.write_all(&frame[..cut]).await.unwrap();
        let (start, drained) = (session.start(JobSpec::new(["other"])), session.drained());
        let (mut connect, mut buffer) = (Box::pin(session.connect(80)), [0; 8]);
        assert!(futures::poll!(&mut connect).is_pending());
        let waiting = async { tokio::join!(start, drained, connect, job.wait(), tunnel.read(&mut buffer)) };
        drop(played);
        let (start, drained, connect, waited, read) = within(waiting).await;
        assert!(matches!(start.err(), Some(StartError::Session(_))));
        assert!(drained.is_err() && connect.is_err() && waited.is_err() && read.is_err());
        assert!(within(tunnels.next()).await.is_none());
        assert!(tunnel.write_all(b"x").await.is_err());
        let reason = within(session.ended()).await;
        assert!(matches!(reason, SessionError::Ended | SessionError::Stream(_)), "{reason:?}");
        assert!(within(session.close()).await.is_err(), "it was not what ended it");
    }
}

#[tokio::test]
async fn an_init_that_breaks_the_rules_is_left() {
    let output = |job, bytes| Event::Output { job, output: Output::Stdout, bytes };
    let exit = Exit { status: Status::Code(0), at_ns: 0, peak_memory_kib: 0, cpu_us: 0, memory_kills: 0 };
    let faults: [Vec<Event>; 6] = [
        vec![Event::Ready { version: VERSION, pid: 1, ports: Vec::new() }],
        vec![Event::Exited { job: 999, exit }],
        vec![Event::Data { channel: 999, bytes: b"x".to_vec() }],
        vec![Event::Opened { channel: 1, port: 1 }, Event::Opened { channel: 1, port: 1 }],
        vec![output(1, vec![0; WINDOW as usize + 1])],
        vec![Event::Opened { channel: 1, port: 1 }, Event::Data { channel: 1, bytes: vec![0; WINDOW as usize + 1] }],
    ];
    for fault in faults {
        let (mut played, session, _tunnels, _job, number) = played_with_job().await;
        assert_eq!(number, 1);
        let what = format!("{:?}", fault.iter().map(std::mem::discriminant).collect::<Vec<_>>());
        played.tell(&fault).await;
        let reason = within(session.ended()).await;
        assert!(matches!(reason, SessionError::Protocol(_)), "{what}: {reason:?}");
    }
}

#[tokio::test]
async fn nothing_is_sent_that_was_not_allowed() {
    let (mut played, _session, mut tunnels) = played().await;
    played.tell(&[Event::Opened { channel: 7, port: 4317 }]).await;
    let mut tunnel = within(tunnels.next()).await.unwrap();
    let writing = tokio::spawn(async move {
        tunnel.write_all(&vec![1; WINDOW as usize + 5]).await.unwrap();
        tunnel
    });
    let mut received = 0;
    while received < WINDOW as usize {
        let Request::Data { channel: 7, bytes } = played.hear().await else { panic!() };
        assert!(bytes.len() <= CHUNK);
        received += bytes.len();
    }
    assert_eq!(received, WINDOW as usize);
    let silent = tokio::time::timeout(Duration::from_millis(50), played.hear()).await;
    assert!(silent.is_err(), "{silent:?}");
    played.tell(&[Event::Credit { channel: 7, bytes: 5 }]).await;
    assert_eq!(played.hear().await, Request::Data { channel: 7, bytes: vec![1; 5] });
    drop(within(writing).await.unwrap());
    assert_eq!(played.hear().await, Request::Close { channel: 7 });
}

#[tokio::test(flavor = "multi_thread")]
async fn an_init_that_is_killed_ends_the_session() {
    let mut init = init().await;
    let mut job = init.shell("sleep 1000").await;
    init.child.start_kill().unwrap();
    let error = within(job.wait()).await.err().unwrap();
    assert!(matches!(error, SessionError::Ended | SessionError::Stream(_)), "{error:?}");
    assert!(within(init.session.drained()).await.is_err());
    // As no first process, it took nothing with it.
    std::process::Command::new("kill").arg(job.pid().to_string()).status().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn garbage_makes_init_end_itself() {
    let mut child = tokio::process::Command::new(crate::harness::program())
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.as_mut().unwrap().write_all(b"GET / HTTP/1.1\r\n\r\n").await.unwrap();
    let output = within(child.wait_with_output()).await.unwrap();
    assert_eq!(output.status.code(), Some(76));
    let mut decoder = Decoder::default();
    decoder.push(&output.stdout);
    let told = decoder.next_message::<Event>().unwrap();
    let expected = "the runner broke the protocol: no frame has the kind 0x47";
    assert_eq!(told, Some(Event::Failed { message: expected.to_owned() }));
    assert_eq!(String::from_utf8(output.stderr).unwrap(), format!("clnrm-init: {expected}\n"));
}
