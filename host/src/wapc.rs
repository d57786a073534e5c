//! The nine functions of waPC, and the host calls that come through one of them.

use std::time::{Duration, Instant};

use serde::Deserialize;
use wasmtime::{Caller, Linker, Result};

use crate::logs::{Level, Source};
use crate::state::{Guest, State};

/// Bytes kept of an error text of the policy.
const ERROR_TEXT: usize = 64 << 10;

/// Bytes kept of a name in a refusal.
const NAME: usize = 128;

/// Size of a log entry. Decoding takes time that no deadline interrupts.
const LOG_ENTRY: usize = 64 << 10;

/// Questions about the cluster in one call, and bytes of their answers in sum.
const QUESTIONS: usize = 1000;
const ANSWERS: usize = 64 << 20;

/// How long a question may take where a call has no end.
const LONGEST: Duration = Duration::from_secs(60 * 60);

/// Defines the import module `wapc`.
pub(crate) fn link(linker: &mut Linker<State>) -> Result<()> {
    linker
        .func_wrap("wapc", "__guest_request", guest_request)?
        .func_wrap("wapc", "__guest_response", guest_response)?
        .func_wrap("wapc", "__guest_error", guest_error)?
        .func_wrap("wapc", "__host_call", host_call)?
        .func_wrap("wapc", "__host_response_len", host_response_len)?
        .func_wrap("wapc", "__host_response", host_response)?
        .func_wrap("wapc", "__host_error_len", host_error_len)?
        .func_wrap("wapc", "__host_error", host_error)?
        .func_wrap("wapc", "__console_log", console_log)?;
    Ok(())
}

fn guest_request(mut caller: Caller<'_, State>, operation: u32, payload: u32) -> Result<()> {
    let mut guest = Guest::new(&mut caller, "__guest_request")?;
    let length = guest.caller.data().operation.len();
    guest.fill(operation, length, |to, state| {
        to.copy_from_slice(&state.operation);
    })?;
    let length = guest.caller.data().payload.len();
    guest.fill(payload, length, |to, state| {
        to.copy_from_slice(&state.payload);
    })?;
    Ok(())
}

fn guest_response(mut caller: Caller<'_, State>, address: u32, length: u32) -> Result<()> {
    let guest = Guest::new(&mut caller, "__guest_response")?;
    let response = guest.bytes(address, length)?.to_vec();
    caller.data_mut().response = Some(response);
    Ok(())
}

fn guest_error(mut caller: Caller<'_, State>, address: u32, length: u32) -> Result<()> {
    let guest = Guest::new(&mut caller, "__guest_error")?;
    let error = guest.text(address, length, ERROR_TEXT)?;
    caller.data_mut().error = Some(error);
    Ok(())
}

fn console_log(mut caller: Caller<'_, State>, address: u32, length: u32) -> Result<()> {
    let mut guest = Guest::new(&mut caller, "__console_log")?;
    guest.fill(address, length as usize, |text, state| {
        state.logs.push(Source::Console, Level::Info, text);
    })?;
    Ok(())
}

// waPC passes four pairs of address and length, and wasmtime wants them flat.
#[expect(clippy::too_many_arguments, reason = "the signature is waPC's")]
fn host_call(
    mut caller: Caller<'_, State>,
    binding: u32,
    binding_length: u32,
    namespace: u32,
    namespace_length: u32,
    operation: u32,
    operation_length: u32,
    payload: u32,
    payload_length: u32,
) -> Result<u32> {
    let mut guest = Guest::new(&mut caller, "__host_call")?;
    let binding = guest.text(binding, binding_length, NAME)?;
    let namespace = guest.text(namespace, namespace_length, NAME)?;
    let operation = guest.text(operation, operation_length, NAME)?;
    guest
        .fill(payload, payload_length as usize, |payload, state| {
            state.host_answer = match (&*binding, &*namespace, &*operation) {
                ("kubewarden", "tracing", "log") => log(payload, state),
                ("kubewarden", ..) => ask(&namespace, &operation, payload, state),
                _ => Err(format!(
                    "host capability {namespace}/{operation} of `{binding}` is not available here"
                )),
            };
            u32::from(state.host_answer.is_ok())
        })
        .map_err(Into::into)
}

/// Asks about the cluster. Whoever answers gets three quarters of the time that is
/// left, so that the policy can still say that there was no answer.
fn ask(
    namespace: &str,
    operation: &str,
    payload: &[u8],
    state: &mut State,
) -> std::result::Result<Vec<u8>, String> {
    if state.asked.calls >= QUESTIONS {
        return Err(format!("more than {QUESTIONS} host calls in one call of the policy"));
    }
    state.asked.calls += 1;
    let left = state.deadline.saturating_sub(state.started.elapsed());
    let patience = (left - left / 4).min(LONGEST);
    let until = Instant::now() + patience;
    let answer = state.capabilities.answer_until(namespace, operation, payload, until)?;
    state.asked.bytes = state.asked.bytes.saturating_add(answer.len());
    if state.asked.bytes > ANSWERS {
        return Err(format!("the answers of host calls have more than {ANSWERS} bytes"));
    }
    Ok(answer)
}

/// An entry of `tracing/log`; what else it holds is not kept.
#[derive(Deserialize)]
struct Entry {
    level: String,
    message: Option<String>,
}

fn log(payload: &[u8], state: &mut State) -> std::result::Result<Vec<u8>, String> {
    if payload.len() > LOG_ENTRY {
        return Err(format!("log entry is longer than {LOG_ENTRY} bytes"));
    }
    let entry: Entry = serde_json::from_slice(payload)
        .map_err(|error| format!("log entry is not understood: {error}"))?;
    let level = Level::parse(&entry.level)
        .ok_or("log entry has no level of trace, debug, info, warning, error")?;
    let message = entry.message.unwrap_or_default();
    state.logs.push(Source::Tracing, level, message.as_bytes());
    Ok(Vec::new())
}

fn host_response_len(caller: Caller<'_, State>) -> u32 {
    host_response_len_of(&caller)
}

fn host_response_len_of(caller: &Caller<'_, State>) -> u32 {
    // Answers are limited to some MiB.
    caller.data().host_answer.as_ref().map_or(0, |answer| answer.len() as u32)
}

fn host_response(mut caller: Caller<'_, State>, address: u32) -> Result<()> {
    let length = host_response_len_of(&caller) as usize;
    let mut guest = Guest::new(&mut caller, "__host_response")?;
    guest.fill(address, length, |to, state| {
        if let Ok(answer) = &state.host_answer {
            to.copy_from_slice(answer);
        }
    })?;
    Ok(())
}

fn host_error_len(caller: Caller<'_, State>) -> u32 {
    caller.data().host_answer.as_ref().map_or_else(|refusal| refusal.len() as u32, |_| 0)
}

fn host_error(mut caller: Caller<'_, State>, address: u32) -> Result<()> {
    let refusal = caller.data().host_answer.clone().err().unwrap_or_default();
    Guest::new(&mut caller, "__host_error")?.write(address, refusal.as_bytes())?;
    Ok(())
}
