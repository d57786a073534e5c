//! Sessions: host calls and their answers in a file, as `kwctl run` records and
//! replays them (`--record-` and `--replay-host-capabilities-interactions`).
//!
//! Source: kwctl's `callback_handler/proxy.rs`. A file is a list of exchanges; the
//! request of one is YAML again, tagged with its kind.

mod write;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use serde::Deserialize;
use serde_json::Value;

use super::{Cluster, ListResources, Request};

const CAN_I: &str = "KubernetesCanI";
const GET: &str = "KubernetesGetResource";
const LIST_ALL: &str = "KubernetesListResourceAll";
const LIST_NAMESPACE: &str = "KubernetesListResourceNamespace";

/// Why a session cannot be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SessionError {
    /// The file cannot be read or written.
    #[error("cannot use the session file {}: {reason}; check path and permissions", path.display())]
    File {
        /// The file as it was named.
        path: PathBuf,
        /// What the operating system said.
        reason: io::Error,
    },
    /// The text is no session.
    #[error("not a session of host calls: {reason}; record it again")]
    Format {
        /// What is wrong, and where.
        reason: String,
    },
}

/// Answers as another cluster does, and remembers what was said.
pub struct Recorder {
    cluster: Arc<dyn Cluster>,
    said: Mutex<Vec<Said>>,
}

/// A question and its answer.
struct Said {
    request: Request,
    answer: Result<Vec<u8>, String>,
}

impl Recorder {
    /// A recorder in front of `cluster`.
    pub fn new(cluster: Arc<dyn Cluster>) -> Self {
        Self { cluster, said: Mutex::default() }
    }

    /// Everything said up to now, as the text of a session file.
    pub fn session(&self) -> String {
        let said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        said.iter().map(|said| write::exchange(&said.request, &said.answer)).collect()
    }

    /// Writes everything said up to now.
    ///
    /// # Errors
    /// [`SessionError::File`].
    pub fn save(&self, path: &Path) -> Result<(), SessionError> {
        let mut session = self.session();
        if session.is_empty() {
            session.push_str("[]\n");
        }
        let failed = |reason| SessionError::File { path: path.to_owned(), reason };
        std::fs::write(path, session).map_err(failed)
    }
}

impl Cluster for Recorder {
    fn answer(&self, request: &Request, until: Instant) -> Result<Vec<u8>, String> {
        let answer = self.cluster.answer(request, until);
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        said.push(Said { request: request.clone(), answer: answer.clone() });
        answer
    }
}

/// Answers as somebody did when a session was recorded.
///
/// Requests are compared by what they ask, not by their text. Equal ones get the
/// answers of the session in its order, and the last of these again and again;
/// where kwctl also insists on one order for all of them, any will do here, because
/// several requests may be judged at a time.
#[derive(Debug)]
pub struct Replay {
    exchanges: Vec<Exchange>,
}

#[derive(Debug)]
struct Exchange {
    /// None for what is not about the cluster.
    request: Option<Request>,
    answer: Result<Vec<u8>, String>,
    used: AtomicBool,
}

#[derive(Deserialize)]
#[serde(tag = "type")]
enum Written {
    Exchange { request: String, response: Response },
}

#[derive(Deserialize)]
#[serde(tag = "type")]
enum Response {
    Error { message: String },
    Success { payload: String },
}

impl Replay {
    /// Reads a session file.
    ///
    /// # Errors
    /// When the file cannot be read or is no session.
    pub fn read(path: &Path) -> Result<Self, SessionError> {
        let failed = |reason| SessionError::File { path: path.to_owned(), reason };
        Self::parse(&std::fs::read_to_string(path).map_err(failed)?)
    }

    /// Reads the text of a session file.
    ///
    /// # Errors
    /// [`SessionError::Format`].
    pub fn parse(text: &str) -> Result<Self, SessionError> {
        // Booleans as of YAML 1.2: nobody quotes a `no` for us.
        let options = || serde_saphyr::options! { strict_booleans: true };
        let wrong = |reason| SessionError::Format { reason };
        let written: Vec<Written> = serde_saphyr::from_str_with_options(text, options())
            .map_err(|error| wrong(one_line(&error.to_string())))?;
        let exchange = |(number, Written::Exchange { request, response }): (usize, _)| {
            let at = |reason| wrong(format!("exchange {}: {reason}", number + 1));
            let tagged: serde_saphyr::Tagged<Value> =
                serde_saphyr::from_str_with_options(&request, options())
                    .map_err(|error| at(one_line(&error.to_string())))?;
            let kind = tagged.1.ok_or_else(|| at("the request has no tag".into()))?;
            let request = decode(kind.trim_start_matches('!'), tagged.0)
                .map_err(|error| at(error.to_string()))?;
            let answer = match response {
                Response::Error { message } => Err(message),
                Response::Success { payload } => Ok(payload.into_bytes()),
            };
            Ok(Exchange { request, answer, used: AtomicBool::new(false) })
        };
        let exchanges = written.into_iter().enumerate().map(exchange).collect::<Result<_, _>>()?;
        Ok(Self { exchanges })
    }

    /// How many exchanges of the session nobody has asked for.
    pub fn unused(&self) -> usize {
        self.exchanges.iter().filter(|exchange| !exchange.used.load(Ordering::Relaxed)).count()
    }
}

impl Cluster for Replay {
    fn answer(&self, request: &Request, _until: Instant) -> Result<Vec<u8>, String> {
        let mut last = None;
        for exchange in &self.exchanges {
            if exchange.request.as_ref() != Some(request) {
                continue;
            }
            last = Some(exchange);
            if !exchange.used.swap(true, Ordering::Relaxed) {
                break;
            }
        }
        last.map_or_else(
            || Err(format!("the session has no answer to {request:?}; record it again")),
            |exchange| exchange.answer.clone(),
        )
    }
}

fn decode(kind: &str, request: Value) -> serde_json::Result<Option<Request>> {
    Ok(Some(match kind {
        CAN_I => Request::CanI(serde_json::from_value(request)?),
        GET => Request::GetResource(serde_json::from_value(request)?),
        LIST_ALL => Request::ListResources(ListResources {
            namespace: None,
            ..serde_json::from_value(request)?
        }),
        LIST_NAMESPACE => {
            let list: ListResources = serde_json::from_value(request)?;
            if list.namespace.is_none() {
                return Err(serde::de::Error::missing_field("namespace"));
            }
            Request::ListResources(list)
        }
        _ => return Ok(None),
    }))
}

/// The message without the excerpt of the file that follows it.
fn one_line(error: &str) -> String {
    error.lines().next().unwrap_or_default().to_owned()
}
