//! A server of somebody else's, in plain HTTP: a cluster, or a place that modules come from.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

/// What a path is answered with; without an answer the connection is dropped.
type Answer = dyn Fn(&str) -> Option<Vec<u8>> + Send + Sync;

pub(crate) struct Plain {
    pub(crate) address: SocketAddr,
    asked: Arc<AtomicUsize>,
    paths: Arc<Mutex<Vec<String>>>,
}

impl Plain {
    /// Serves until the test ends.
    pub(crate) fn serve(answer: Box<Answer>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let asked = Arc::<AtomicUsize>::default();
        let paths = Arc::<Mutex<Vec<String>>>::default();
        let (count, seen) = (asked.clone(), paths.clone());
        std::thread::spawn(move || {
            for mut stream in listener.incoming().map_while(Result::ok) {
                let mut lines = BufReader::new(stream.try_clone().expect("a stream")).lines();
                let Some(Ok(first)) = lines.next() else { continue };
                let path = first.split(' ').nth(1).unwrap_or_default().to_owned();
                // Up to the end of the headers; bodies are not sent here.
                for line in lines.map_while(Result::ok) {
                    if line.is_empty() {
                        break;
                    }
                }
                count.fetch_add(1, Ordering::Relaxed);
                let body = answer(&path);
                seen.lock().expect("paths").push(path);
                let Some(body) = body else { continue };
                let head = format!(
                    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
                     Connection: close\r\n\r\n",
                    body.len()
                );
                let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&body));
            }
        });
        Self { address, asked, paths }
    }

    /// How often it was asked.
    pub(crate) fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }

    /// For what.
    pub(crate) fn paths(&self) -> Vec<String> {
        self.paths.lock().expect("paths").clone()
    }
}
