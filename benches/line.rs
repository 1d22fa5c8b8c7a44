//! A caller over HTTP that costs next to nothing, because it shares its cores with what it measures: one connection
//! kept open, requests written as text, of an answer only status and body read.

use std::fmt::Write as _;
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A connection of somebody who is signed in.
pub struct Line {
    stream: TcpStream,
    cookie: String,
    buffer: Vec<u8>,
}

/// What came back.
pub struct Answer {
    pub status: u16,
    pub body: String,
}

impl Answer {
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The text of the first member of this name.
    pub fn text(&self, name: &str) -> Option<&str> {
        let (_, rest) = self.body.split_once(&format!("\"{name}\":\""))?;
        rest.split('"').next()
    }
}

impl Line {
    pub async fn open(address: SocketAddr, token: &str) -> Self {
        let stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Self { stream, cookie: format!("mianqia_session={token}"), buffer: Vec::with_capacity(8 << 10) }
    }

    /// The same connection for somebody else.
    pub fn of(self, token: &str) -> Self {
        Self { cookie: format!("mianqia_session={token}"), ..self }
    }

    /// Posts JSON under an Idempotency-Key.
    pub async fn post(&mut self, path: &str, key: &str, body: &str) -> Answer {
        let mut request = String::with_capacity(512);
        let (cookie, length) = (&self.cookie, body.len());
        let _ = write!(
            request,
            "POST {path} HTTP/1.1\r\nhost: localhost\r\ncookie: {cookie}\r\nidempotency-key: {key}\r\n\
             content-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
        );
        self.stream.write_all(request.as_bytes()).await.unwrap();
        self.buffer.clear();
        let head = loop {
            self.read().await;
            if let Some(end) = self.buffer.windows(4).position(|four| four == b"\r\n\r\n") {
                break end + 4;
            }
        };
        let text = std::str::from_utf8(&self.buffer[..head]).unwrap().to_ascii_lowercase();
        let status = text[9..12].parse().unwrap();
        let length = text.split_once("content-length: ").map_or("0", |(_, rest)| rest);
        let length: usize = length.split("\r\n").next().unwrap().parse().unwrap();
        while self.buffer.len() < head + length {
            self.read().await;
        }
        Answer { status, body: String::from_utf8(self.buffer[head..].to_vec()).unwrap() }
    }

    async fn read(&mut self) {
        assert!(self.stream.read_buf(&mut self.buffer).await.unwrap() > 0, "the server hung up");
    }
}
