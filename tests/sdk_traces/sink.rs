//! An HTTP server that keeps the bodies of what is posted to it, as they are.

use std::io::{BufRead, BufReader, Read, Result, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// The server; it ends with the process.
pub struct Sink {
    pub endpoint: String,
    bodies: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl Sink {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let endpoint = format!("http://{}/v1/traces", listener.local_addr().unwrap());
        let bodies = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&bodies);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let kept = Arc::clone(&kept);
                thread::spawn(move || {
                    while let Ok(Some(body)) = request(&stream) {
                        kept.lock().unwrap().push(body);
                        if answer(&stream).is_err() {
                            break;
                        }
                    }
                });
            }
        });
        Self { endpoint, bodies }
    }

    /// What was posted, in order. Complete when the process that posted has ended: each body is kept before it is answered.
    pub fn bodies(&self) -> Vec<Vec<u8>> {
        self.bodies.lock().unwrap().clone()
    }
}

/// The body of the next request; `None` at the end of the connection. Python sends a length, Node chunks.
fn request(stream: &TcpStream) -> Result<Option<Vec<u8>>> {
    let mut input = BufReader::new(stream);
    let (mut length, mut is_chunked) = (0, false);
    let mut line = String::new();
    loop {
        line.clear();
        if input.read_line(&mut line)? == 0 {
            return Ok(None);
        }
        let line = line.trim_end().to_ascii_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        is_chunked |= line == "transfer-encoding: chunked";
    }
    let mut body = Vec::new();
    if !is_chunked {
        input.take(length).read_to_end(&mut body)?;
        return Ok(Some(body));
    }
    loop {
        line.clear();
        input.read_line(&mut line)?;
        let length = u64::from_str_radix(line.trim(), 16).unwrap();
        input.by_ref().take(length).read_to_end(&mut body)?;
        line.clear();
        input.read_line(&mut line)?;
        if length == 0 {
            return Ok(Some(body));
        }
    }
}

fn answer(mut stream: &TcpStream) -> Result<()> {
    stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-type: application/x-protobuf\r\ncontent-length: 0\r\n\r\n")
}
