//! The part of WASI preview 1 which the standard libraries of policies link,
//! over nothing: three streams of which two end in the log.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use wasmtime::{Caller, Linker, Result};

use crate::Error;
use crate::logs::Source;
use crate::state::{Guest, State};

type Errno = u32;

const SUCCESS: Errno = 0;
const BADF: Errno = 8;
const INVAL: Errno = 28;
const IO: Errno = 29;
const NOTSUP: Errno = 58;
const SPIPE: Errno = 70;

/// Bytes of randomness given at once; a generator wants 32, and a policy shall
/// not keep the host busy with it.
const RANDOM: u32 = 64 << 10;

/// Buffers of one `fd_write`.
const BUFFERS: u32 = 1024;

/// How a policy ends itself: `proc_exit` unwinds it with this.
#[derive(Debug, thiserror::Error)]
#[error("exit code {0}")]
pub(crate) struct Exit(pub(crate) u32);

/// Defines the import module `wasi_snapshot_preview1`.
pub(crate) fn link(linker: &mut Linker<State>) -> Result<()> {
    const WASI: &str = "wasi_snapshot_preview1";
    linker
        .func_wrap(WASI, "args_get", |_: u32, _: u32| SUCCESS)?
        .func_wrap(WASI, "args_sizes_get", args_sizes_get)?
        .func_wrap(WASI, "clock_time_get", clock_time_get)?
        .func_wrap(WASI, "environ_get", |_: u32, _: u32| SUCCESS)?
        .func_wrap(WASI, "environ_sizes_get", environ_sizes_get)?
        .func_wrap(WASI, "fd_close", |fd: u32| if_stream(fd, SUCCESS))?
        .func_wrap(WASI, "fd_fdstat_get", fd_fdstat_get)?
        // There are no folders: a libc stops looking at the first EBADF.
        .func_wrap(WASI, "fd_prestat_get", |_: u32, _: u32| BADF)?
        .func_wrap(WASI, "fd_prestat_dir_name", |_: u32, _: u32, _: u32| BADF)?
        .func_wrap(WASI, "fd_seek", |fd: u32, _: i64, _: u32, _: u32| if_stream(fd, SPIPE))?
        .func_wrap(WASI, "fd_write", fd_write)?
        // Waiting would hold a worker, and there is nothing to wait for.
        .func_wrap(WASI, "poll_oneoff", |_: u32, _: u32, _: u32, _: u32| NOTSUP)?
        .func_wrap(WASI, "proc_exit", proc_exit)?
        .func_wrap(WASI, "random_get", random_get)?
        .func_wrap(WASI, "sched_yield", || SUCCESS)?;
    Ok(())
}

fn if_stream(fd: u32, errno: Errno) -> Errno {
    if fd <= 2 { errno } else { BADF }
}

fn args_sizes_get(mut caller: Caller<'_, State>, count: u32, size: u32) -> Result<Errno> {
    no_strings(Guest::new(&mut caller, "args_sizes_get")?, count, size)
}

fn environ_sizes_get(mut caller: Caller<'_, State>, count: u32, size: u32) -> Result<Errno> {
    no_strings(Guest::new(&mut caller, "environ_sizes_get")?, count, size)
}

fn no_strings(mut guest: Guest<'_, '_>, count: u32, size: u32) -> Result<Errno> {
    guest.write(count, &0_u32.to_le_bytes())?;
    guest.write(size, &0_u32.to_le_bytes())?;
    Ok(SUCCESS)
}

fn clock_time_get(
    mut caller: Caller<'_, State>,
    clock: u32,
    _precision: u64,
    address: u32,
) -> Result<Errno> {
    let time = match clock {
        0 => {
            let now = caller.data().now.unwrap_or_else(SystemTime::now);
            now.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO)
        }
        1 => caller.data().started.elapsed(),
        _ => return Ok(INVAL),
    };
    // 64 bits of nanoseconds last until the year 2554.
    let nanoseconds = time.as_nanos() as u64;
    Guest::new(&mut caller, "clock_time_get")?.write(address, &nanoseconds.to_le_bytes())?;
    Ok(SUCCESS)
}

fn fd_fdstat_get(mut caller: Caller<'_, State>, fd: u32, address: u32) -> Result<Errno> {
    if fd > 2 {
        return Ok(BADF);
    }
    // File type, flags, rights, rights of what is opened below.
    let mut stat = [0_u8; 24];
    stat[0] = 2; // character device, so that a libc buffers by line
    stat[8] = 1 << 6; // fd_write and nothing else
    Guest::new(&mut caller, "fd_fdstat_get")?.write(address, &stat)?;
    Ok(SUCCESS)
}

fn fd_write(
    mut caller: Caller<'_, State>,
    fd: u32,
    buffers: u32,
    count: u32,
    written: u32,
) -> Result<Errno> {
    let source = match fd {
        1 => Source::Stdout,
        2 => Source::Stderr,
        _ => return Ok(BADF),
    };
    if count > BUFFERS {
        return Ok(INVAL);
    }
    let mut guest = Guest::new(&mut caller, "fd_write")?;
    let mut total = 0_u32;
    for index in 0..count {
        // An address may overflow; its end then lies outside any memory.
        let at = buffers.saturating_add(index * 8);
        let address = guest.number(at)?;
        let length = guest.number(at.saturating_add(4))?;
        guest.fill(address, length as usize, |text, state| {
            state.logs.write(source, text);
        })?;
        total = total.saturating_add(length);
    }
    guest.write(written, &total.to_le_bytes())?;
    Ok(SUCCESS)
}

fn proc_exit(_: Caller<'_, State>, code: u32) -> Result<()> {
    Err(Exit(code).into())
}

fn random_get(mut caller: Caller<'_, State>, address: u32, length: u32) -> Result<Errno> {
    let mut guest = Guest::new(&mut caller, "random_get")?;
    if length > RANDOM {
        guest.bytes(address, length)?;
        return Ok(INVAL);
    }
    let filled = guest.fill(address, length as usize, |to, _| getrandom::fill(to))?;
    Ok::<_, Error>(if filled.is_ok() { SUCCESS } else { IO }).map_err(Into::into)
}
