//! Programs: started as asked for, heard apart, ended as a whole.

use std::time::{Duration, Instant};

use clnrm_lsp::engine::init::{JobEvent, JobSpec, Output, Signal, StartError, Status};
use futures::FutureExt as _;

use crate::harness::{collect, eventually, first_line, init, memory_kib, runs, state_and_parent, within};

#[tokio::test(flavor = "multi_thread")]
async fn arguments_stay_as_they_are() {
    let init = init().await;
    let odd = ["printf", "<%s>", "", "two words", "$HOME", "a\"b'c", "*", "\n", "ä", "--"];
    let (stdout, stderr, exit) = collect(&mut init.start(&odd).await).await;
    assert_eq!(String::from_utf8(stdout).unwrap(), "<><two words><$HOME><a\"b'c><*><\n><ä><-->");
    assert_eq!((stderr.as_slice(), exit.status), (&b""[..], Status::Code(0)));
}

#[tokio::test(flavor = "multi_thread")]
async fn environment_and_directory_are_what_was_asked_for() {
    let init = init().await;
    let folder = tempfile::tempdir().unwrap();
    let mut spec = JobSpec::new(["sh", "-c", "echo \"$A|$B|${HOME-unset}|$(pwd -P)\"; test -n \"$PATH\""]);
    spec.env = vec![
        ("A".to_owned(), Some("1=2 3".to_owned())),
        ("B".to_owned(), Some(String::new())),
        ("HOME".to_owned(), None),
    ];
    spec.workdir = Some(folder.path().to_str().unwrap().to_owned());
    let (stdout, _, exit) = collect(&mut within(init.session.start(spec)).await.unwrap()).await;
    let expected = format!("1=2 3||unset|{}\n", folder.path().canonicalize().unwrap().display());
    assert_eq!((String::from_utf8(stdout).unwrap(), exit.status), (expected, Status::Code(0)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_path_of_the_job_finds_its_program() {
    let init = init().await;
    let folder = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink("/bin/echo", folder.path().join("only-here")).unwrap();
    let mut spec = JobSpec::new(["only-here", "found"]);
    spec.env = vec![("PATH".to_owned(), Some(folder.path().to_str().unwrap().to_owned()))];
    let (stdout, ..) = collect(&mut within(init.session.start(spec)).await.unwrap()).await;
    assert_eq!(stdout, b"found\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn outputs_stay_apart_and_input_is_empty() {
    let init = init().await;
    let (stdout, stderr, exit) = collect(&mut init.shell("cat; echo out; echo err >&2; exit 42").await).await;
    assert_eq!((stdout.as_slice(), stderr.as_slice()), (&b"out\n"[..], &b"err\n"[..]));
    assert_eq!(exit.status, Status::Code(42));
    let (.., exit) = collect(&mut init.shell("kill -9 $$").await).await;
    assert_eq!(exit.status, Status::Signal(9));
}

#[tokio::test(flavor = "multi_thread")]
async fn all_that_was_written_comes_before_the_exit() {
    let init = init().await;
    for index in 0..100 {
        let (stdout, ..) = collect(&mut init.shell(&format!("echo {index}")).await).await;
        assert_eq!(stdout, format!("{index}\n").into_bytes());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn much_is_passed_on_without_loss() {
    const LENGTH: usize = 10 * 1024 * 1024;
    let init = init().await;
    let script = format!("yes 0123456789 | head -c {LENGTH} & yes abcdef | head -c {LENGTH} >&2; wait");
    let (stdout, stderr, exit) = collect(&mut init.shell(&script).await).await;
    let repeated = |text: &str| text.bytes().cycle().take(LENGTH).collect::<Vec<_>>();
    assert!(stdout == repeated("0123456789\n"), "{} bytes came", stdout.len());
    assert!(stderr == repeated("abcdef\n"), "{} bytes came", stderr.len());
    assert_eq!(exit.status, Status::Code(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_not_be_started_says_why_and_harms_nobody() {
    let init = init().await;
    let mut before = init.shell("sleep 1000").await;
    let start = |argv: &[&str]| within(init.session.start(JobSpec::new(argv.iter().copied())));
    // The standard library collects these children itself, while others are being collected here.
    for _ in 0..50 {
        let mut other = init.shell("exit 7").await;
        let error = start(&["no-such-program"]).await.err().unwrap();
        assert!(matches!(error, StartError::NoProgram { .. }), "{error:?}");
        assert_eq!(within(other.wait()).await.unwrap().status, Status::Code(7));
    }
    let error = start(&["no-such-program"]).await.err().unwrap();
    assert_eq!(
        error.to_string(),
        "there is no program `no-such-program` in the container; look at the spelling and at the image's `PATH`"
    );
    let error = start(&["/etc/passwd"]).await.err().unwrap();
    assert_eq!(error.to_string(), "`/etc/passwd` can't be executed in the container: permission denied");
    let garbage = tempfile::NamedTempFile::new().unwrap();
    std::fs::set_permissions(garbage.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let garbage = garbage.into_temp_path();
    let error = start(&[garbage.to_str().unwrap()]).await.err().unwrap();
    assert!(error.to_string().ends_with("it is no program, or one for another processor"), "{error}");
    for (workdir, why) in [("/no/such", "it does not exist"), ("/etc/passwd", "it is not a directory")] {
        let spec = JobSpec { workdir: Some(workdir.to_owned()), ..JobSpec::new(["true"]) };
        let error = within(init.session.start(spec)).await.err().unwrap();
        let told = format!("the working directory `{workdir}` can't be entered in the container: {why}");
        assert_eq!(error.to_string(), told);
    }
    for argv in [&[][..], &[""], &["echo", "a\0b"]] {
        assert!(matches!(start(argv).await, Err(StartError::Arguments)));
    }
    let long = "x".repeat(5 * 1024 * 1024);
    assert!(matches!(start(&["echo", &long]).await, Err(StartError::TooLong { .. })));
    assert!(matches!(start(&["echo", &long[..1024 * 1024]]).await, Err(StartError::NotExecutable { errno: 7, .. })));
    before.kill();
    assert_eq!(within(before.wait()).await.unwrap().status, Status::Signal(9));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signal_reaches_the_whole_group() {
    let init = init().await;
    let mut job = init.shell("sleep 1000 & a=$!; (sleep 1000 & echo $! $$ && wait) & wait $a; wait").await;
    let line = first_line(&mut job).await;
    let processes: Vec<u32> = line.split(' ').map(|pid| pid.parse().unwrap()).collect();
    assert!(processes.iter().all(|pid| runs(*pid)), "{line}");
    job.kill();
    assert_eq!(within(job.wait()).await.unwrap().status, Status::Signal(9));
    eventually("the group is dead", || processes.iter().all(|pid| !runs(*pid))).await;

    let mut job = init.shell("trap 'echo stopped; exit 3' TERM; echo ready; while :; do sleep 0.05; done").await;
    assert_eq!(first_line(&mut job).await, "ready");
    job.switch().signal(Signal::TERM);
    let (stdout, _, exit) = collect(&mut job).await;
    assert_eq!((stdout.as_slice(), exit.status), (&b"stopped\n"[..], Status::Code(3)));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_job_leaves_behind_does_not_hold_up_its_exit() {
    let init = init().await;
    let mut job = init.shell("(trap '' HUP; while :; do echo still; sleep 0.05; done) & echo $!").await;
    let (stdout, _, exit) = collect(&mut job).await;
    assert_eq!(exit.status, Status::Code(0));
    let left: u32 = String::from_utf8_lossy(&stdout).lines().find_map(|line| line.parse().ok()).unwrap();
    assert!(runs(left));
    assert_eq!(within(job.wait()).await.unwrap(), exit, "may be asked again");
    // It still is heard, and ended with its group.
    assert!(matches!(within(job.next()).await.unwrap(), Some(JobEvent::Output(Output::Stdout, _))));
    job.kill();
    while within(job.next()).await.unwrap().is_some() {}
    eventually("it is dead", || !runs(left)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_nobody_listens_to_goes_on() {
    let init = init().await;
    let file = tempfile::NamedTempFile::new().unwrap();
    let script = format!("yes | head -c 3000000; echo done > {}", file.path().display());
    drop(init.shell(&script).await);
    eventually("it came to its end", || std::fs::read_to_string(file.path()).unwrap() == "done\n").await;
}

// On one thread nothing can answer while the start is polled.
#[tokio::test]
async fn a_start_that_nobody_waits_for_is_taken_back() {
    let init = init().await;
    let mut start = Box::pin(init.session.start(JobSpec::new(["sleep", "1000"])));
    assert!((&mut start).now_or_never().is_none());
    drop(start);
    within(init.session.drained()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn time_and_memory_are_the_jobs_own() {
    let init = init().await;
    let began = Instant::now();
    let mut job = init.shell("x=$(head -c 30000000 /dev/zero | tr '\\0' x); sleep 0.2").await;
    let exit = within(job.wait()).await.unwrap();
    assert!(exit.duration >= Duration::from_millis(200) && exit.duration <= began.elapsed(), "{exit:?}");
    assert!(exit.peak_memory > 30_000_000, "{exit:?}");
    assert!(exit.cpu > Duration::ZERO && exit.cpu < Duration::from_secs(60), "{exit:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn orphans_are_collected() {
    let init = init().await;
    let init_pid = init.pid();
    for _ in 0..20 {
        within(init.shell("(sh -c 'sleep 0.05' &) ; exit 0").await.wait()).await.unwrap();
    }
    let children = || {
        let folder = std::fs::read_dir("/proc").unwrap();
        let pids = folder.filter_map(|entry| entry.unwrap().file_name().to_str()?.parse::<u32>().ok());
        pids.filter(|pid| state_and_parent(*pid).is_some_and(|(_, parent)| parent == init_pid)).count()
    };
    eventually("no child is left, dead or alive", || children() == 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_reads_takes_no_memory() {
    let init = init().await;
    let mut loud = Vec::new();
    for _ in 0..8 {
        loud.push(init.start(&["yes", "never read"]).await);
    }
    // Another job is heard all the same, and that much while the others write.
    let (stdout, ..) = collect(&mut init.shell("yes | head -c 20000000").await).await;
    assert_eq!(stdout.len(), 20_000_000);
    let peak = memory_kib(init.pid(), "VmHWM");
    assert!(peak < 8 * 1024, "{peak} KiB");
    loud.iter().for_each(|job| job.kill());
}
