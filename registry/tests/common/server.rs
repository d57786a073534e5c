//! A web server on loopback that answers what a test tells it to.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

/// An answer.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self { status, headers: Vec::new(), body: body.into() }
    }

    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub(crate) fn html(status: u16) -> Self {
        let page = "<!DOCTYPE html>\n<html><head><title>Sign in</title></head></html>";
        Self::new(status, page).with("Content-Type", "text/html; charset=utf-8")
    }
}

/// A server that runs until the test ends.
pub(crate) struct Server {
    /// Its address with its port.
    pub(crate) host: String,
    /// What was asked of it: method and path.
    pub(crate) asked: Arc<Mutex<Vec<String>>>,
}

/// Starts a server that answers by method and path.
pub(crate) fn serve(answer: impl Fn(&str) -> Answer + Send + 'static) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let host = listener.local_addr().expect("an address").to_string();
    let asked = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&asked);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let Some(request) = read_head(&stream) else { continue };
            log.lock().expect("the log").push(request.clone());
            let Answer { status, headers, body } = answer(&request);
            let mut head = format!("HTTP/1.1 {status} x\r\nContent-Length: {}\r\n", body.len());
            for (name, value) in headers {
                head.push_str(&format!("{name}: {value}\r\n"));
            }
            head.push_str("Connection: close\r\n\r\n");
            // Whoever has seen enough may hang up.
            let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&body));
        }
    });
    Server { host, asked }
}

/// Method and path of a request; its headers are read and dropped.
fn read_head(stream: &std::net::TcpStream) -> Option<String> {
    let mut lines = BufReader::new(stream).lines();
    let first = lines.next()?.ok()?;
    for line in lines {
        if line.ok()?.is_empty() {
            let (request, _) = first.rsplit_once(' ')?;
            return Some(request.to_owned());
        }
    }
    None
}
