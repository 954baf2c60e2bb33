//! A connection, and requests and answers of HTTP/1.1 on it. Each connection serves one request.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::os::unix::net::UnixStream;

use serde_json::Value;

/// One side of a connection.
pub enum Connection {
    Unix(UnixStream),
    Tcp(TcpStream),
}

impl Connection {
    pub fn try_clone(&self) -> io::Result<Self> {
        match self {
            Self::Unix(stream) => stream.try_clone().map(Self::Unix),
            Self::Tcp(stream) => stream.try_clone().map(Self::Tcp),
        }
    }

    /// Both sides see its end.
    pub fn close(&self) {
        let _ = match self {
            Self::Unix(stream) => stream.shutdown(Shutdown::Both),
            Self::Tcp(stream) => stream.shutdown(Shutdown::Both),
        };
    }

    /// Waits until the other side has gone.
    pub fn until_gone(&mut self) {
        let mut rest = [0; 1024];
        while self.read(&mut rest).is_ok_and(|read| read > 0) {}
    }
}

impl Read for Connection {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Unix(stream) => stream.read(buffer),
            Self::Tcp(stream) => stream.read(buffer),
        }
    }
}

impl Write for Connection {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Unix(stream) => stream.write(bytes),
            Self::Tcp(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A request. What came behind it on the same connection is in `rest`.
pub struct Request {
    pub method: String,
    pub path: String,
    pub query: String,
    pub body: Vec<u8>,
}

impl Request {
    pub fn read(connection: &mut Connection) -> io::Result<Self> {
        let mut head = Vec::new();
        let mut byte = [0];
        while !head.ends_with(b"\r\n\r\n") {
            connection.read_exact(&mut byte)?;
            head.push(byte[0]);
        }
        let head = String::from_utf8_lossy(&head).into_owned();
        let mut words = head.split_whitespace();
        let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let header = |name: &str| {
            let of = |line: &str| {
                line.split_once(':').map(|(key, value)| (key.to_ascii_lowercase(), value.trim().to_owned()))
            };
            head.lines().filter_map(of).find(|(key, _)| key == name).map(|(_, value)| value)
        };
        let mut body = Vec::new();
        if let Some(length) = header("content-length").and_then(|it| it.parse().ok()) {
            body = vec![0; length];
            connection.read_exact(&mut body)?;
        } else if header("transfer-encoding").is_some_and(|it| it == "chunked") {
            loop {
                let length = usize::from_str_radix(&line(connection)?, 16).map_err(io::Error::other)?;
                let mut chunk = vec![0; length + 2];
                connection.read_exact(&mut chunk)?;
                body.extend_from_slice(&chunk[..length]);
                if length == 0 {
                    break;
                }
            }
        }
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let version = path.strip_prefix("/v1.").and_then(|it| it.find('/').map(|end| &it[end..]));
        Ok(Self { method: method.to_owned(), path: decoded(version.unwrap_or(path)), query: query.to_owned(), body })
    }

    /// A value of its query; empty where it has none.
    pub fn query(&self, name: &str) -> String {
        let pairs = self.query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.filter(|(key, _)| *key == name).map(|(_, value)| decoded(value)).next().unwrap_or_default()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}

fn line(connection: &mut Connection) -> io::Result<String> {
    let mut line = Vec::new();
    let mut byte = [0];
    while !line.ends_with(b"\r\n") {
        connection.read_exact(&mut byte)?;
        line.push(byte[0]);
    }
    Ok(String::from_utf8_lossy(&line).trim().to_owned())
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'%' => {
                let digits: String = rest.by_ref().take(2).map(char::from).collect();
                bytes.push(u8::from_str_radix(&digits, 16).unwrap_or(b'?'));
            }
            b'+' => bytes.push(b' '),
            other => bytes.push(other),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Answers with a document.
pub fn answer(connection: &mut Connection, status: u16, body: &Value) {
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let head = format!("HTTP/1.1 {status} x\r\nContent-Type: application/json\r\nContent-Length: {}\r\n", body.len());
    let _ = connection.write_all(format!("{head}Connection: close\r\n\r\n{body}").as_bytes());
}

/// Begins an answer that ends with the connection.
pub fn begin(connection: &mut Connection) -> bool {
    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n";
    connection.write_all(head.as_bytes()).is_ok()
}

/// Writes a line of an answer; whether anybody takes it.
pub fn line_of(connection: &mut Connection, document: &Value) -> bool {
    connection.write_all(format!("{document}\r\n").as_bytes()).is_ok()
}
