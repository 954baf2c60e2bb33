//! Connections within the container, whose other end is the runner.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::time::Duration;

use clnrm_lsp::engine::init::{ConnectError, SessionOptions, Tunnel};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::task::spawn_blocking;

use crate::harness::{Init, init, init_with, memory_kib, options, within};

const LENGTH: usize = 5 * 1024 * 1024;

fn pattern(seed: usize) -> Vec<u8> {
    (0..LENGTH).map(|index| ((index * 31 + index / 251 + seed) % 256) as u8).collect()
}

async fn echo(tunnel: Tunnel) {
    let (mut reader, mut writer) = tokio::io::split(tunnel);
    tokio::io::copy(&mut reader, &mut writer).await.unwrap();
    writer.shutdown().await.unwrap();
}

/// Sends all and says that this was all, and reads what comes back.
fn exchange(port: u16, sent: &[u8]) -> Vec<u8> {
    let mut client = TcpStream::connect(("127.0.0.1", port)).unwrap();
    let mut writer = client.try_clone().unwrap();
    let mut received = Vec::new();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            writer.write_all(sent).unwrap();
            writer.shutdown(Shutdown::Write).unwrap();
        });
        client.read_to_end(&mut received).unwrap();
    });
    received
}

async fn next(init: &mut Init) -> Tunnel {
    within(init.tunnels.next()).await.expect("a connection comes")
}

#[tokio::test(flavor = "multi_thread")]
async fn bytes_go_both_ways_unchanged() {
    let mut init = init().await;
    let port = init.port();
    let clients: Vec<_> =
        (0..4).map(|seed| spawn_blocking(move || assert!(exchange(port, &pattern(seed)) == pattern(seed)))).collect();
    for _ in 0..4 {
        tokio::spawn(echo(next(&mut init).await));
    }
    for client in clients {
        within(client).await.unwrap();
    }
    within(init.session.drained()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn many_connections_at_once_are_told_apart() {
    let mut init = init().await;
    let port = init.port();
    let clients: Vec<_> = (0..600)
        .map(|number: u32| {
            let mut client = TcpStream::connect(("127.0.0.1", port)).unwrap();
            client.write_all(&number.to_be_bytes()).unwrap();
            client
        })
        .collect();
    // More than init holds at a time: the rest waits until there is room.
    for _ in 0..600 {
        let mut tunnel = next(&mut init).await;
        tokio::spawn(async move {
            let number = tunnel.read_u32().await.unwrap();
            tunnel.write_u32(number * 2).await.unwrap();
        });
    }
    for (number, mut client) in (0..).zip(clients) {
        let answer = within(spawn_blocking(move || {
            let mut answer = [0; 4];
            client.read_exact(&mut answer).unwrap();
            u32::from_be_bytes(answer)
        }));
        assert_eq!(answer.await.unwrap(), number * 2);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_port_that_is_taken_is_replaced() {
    let taken = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = taken.local_addr().unwrap().port();
    let mut init = init_with(SessionOptions { ports: vec![port, 0], ..options() }).await;
    let held = init.session.held_port(port).unwrap();
    assert_ne!(held, port);
    let client = TcpStream::connect(("127.0.0.1", held)).unwrap();
    assert_eq!(next(&mut init).await.port(), port, "it counts as the one that was asked for");
    drop(client);
    let none = init_with(SessionOptions { ports: Vec::new(), ..options() }).await;
    assert!(none.session.ports().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn localhost_of_both_families_leads_here() {
    let mut init = init().await;
    if TcpListener::bind(("::1", 0)).is_err() {
        eprintln!("SKIPPED: this machine has no ::1");
        return;
    }
    let client = TcpStream::connect(("::1", init.port())).unwrap();
    next(&mut init).await;
    drop(client);
}

#[tokio::test(flavor = "multi_thread")]
async fn loud_jobs_do_not_hold_up_connections() {
    let mut init = init().await;
    let port = init.port();
    let unread = init.start(&["yes", "nobody reads this"]).await;
    let mut read = init.start(&["yes", "somebody reads this"]).await;
    let reading = tokio::spawn(async move { while let Ok(Some(_)) = read.next().await {} });
    let client = spawn_blocking(move || exchange(port, &pattern(0)));
    tokio::spawn(echo(next(&mut init).await));
    assert!(within(client).await.unwrap() == pattern(0));
    drop(unread);
    reading.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_nobody_reads_takes_no_memory() {
    let mut init = init().await;
    let port = init.port();
    let client = spawn_blocking(move || {
        let mut client = TcpStream::connect(("127.0.0.1", port)).unwrap();
        client.set_write_timeout(Some(Duration::from_secs(1))).unwrap();
        // It goes on until nobody takes anything any more.
        while client.write(&[0; 65536]).is_ok() {}
    });
    let tunnel = next(&mut init).await;
    within(client).await.unwrap();
    let peak = memory_kib(init.pid(), "VmHWM");
    assert!(peak < 8 * 1024, "{peak} KiB");
    drop(tunnel);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_written_before_a_tunnel_is_dropped_arrives() {
    let mut init = init().await;
    let port = init.port();
    let client = spawn_blocking(move || {
        let mut client = TcpStream::connect(("127.0.0.1", port)).unwrap();
        let mut received = Vec::new();
        client.read_to_end(&mut received).unwrap();
        received
    });
    let mut tunnel = next(&mut init).await;
    within(tunnel.write_all(&pattern(1))).await.unwrap();
    drop(tunnel);
    assert!(within(client).await.unwrap() == pattern(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_goes_away_is_noticed() {
    let mut init = init().await;
    let client = TcpStream::connect(("127.0.0.1", init.port())).unwrap();
    let mut tunnel = next(&mut init).await;
    drop(client);
    let mut buffer = [0; 1];
    assert_eq!(within(tunnel.read(&mut buffer)).await.unwrap(), 0);
    // Writing goes on until the other side has said that it wants nothing, then fails.
    let failed = async { while tunnel.write_all(&[0; 65536]).await.is_ok() {} };
    within(failed).await;
    drop(tunnel);
    within(init.session.drained()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn tunnels_that_nobody_takes_are_closed() {
    let Init { session, tunnels, child: _child } = init().await;
    drop(tunnels);
    let port = session.ports()[0].held;
    let client = spawn_blocking(move || {
        let mut client = TcpStream::connect(("127.0.0.1", port)).unwrap();
        client.read_to_end(&mut Vec::new()).unwrap()
    });
    assert_eq!(within(client).await.unwrap(), 0);
    within(session.drained()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_runner_connects_to_what_listens_in_the_container() {
    let init = init().await;
    let service = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = service.local_addr().unwrap().port();
    let serving = spawn_blocking(move || {
        let (mut connection, _) = service.accept().unwrap();
        let mut asked = Vec::new();
        connection.read_to_end(&mut asked).unwrap();
        connection.write_all(b"pong").unwrap();
        asked
    });
    let mut tunnel = within(init.session.connect(port)).await.unwrap();
    tunnel.write_all(b"ping").await.unwrap();
    tunnel.shutdown().await.unwrap();
    let mut answer = Vec::new();
    within(tunnel.read_to_end(&mut answer)).await.unwrap();
    assert_eq!((within(serving).await.unwrap().as_slice(), answer.as_slice()), (&b"ping"[..], &b"pong"[..]));
    drop(tunnel);
    let error = within(init.session.connect(port)).await.err().unwrap();
    assert!(matches!(error, ConnectError::Refused { .. }), "{error:?}");
    assert_eq!(error.to_string(), format!("nothing listens on port {port} of the container: connection refused"));
    within(init.session.drained()).await.unwrap();
}
