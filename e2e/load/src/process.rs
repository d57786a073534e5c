//! What the kernel knows of a process. Linux only.

use std::time::Duration;

use anyhow::{Context, Result};

/// Memory of a process, in KiB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Memory {
    /// What it has now.
    pub resident: u64,
    /// The most it ever had.
    pub peak: u64,
}

/// The memory of a process.
///
/// # Errors
/// Where there is no such process, or no `/proc`.
pub fn memory(id: u32) -> Result<Memory> {
    let path = format!("/proc/{id}/status");
    let status = std::fs::read_to_string(&path).with_context(|| format!("cannot read {path}"))?;
    let field = |name: &str| -> Result<u64> {
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        let number = line.and_then(|rest| rest.split_whitespace().next()?.parse().ok());
        number.with_context(|| format!("no {name} in {path}"))
    };
    Ok(Memory { resident: field("VmRSS:")?, peak: field("VmHWM:")? })
}

/// Processor time that a process has used, in user and kernel mode.
///
/// # Errors
/// Where there is no such process, or no `/proc`.
pub fn processor_time(id: u32) -> Result<Duration> {
    // The kernel counts in these for everybody: USER_HZ.
    const TICK: Duration = Duration::from_millis(10);
    let path = format!("/proc/{id}/stat");
    let stat = std::fs::read_to_string(&path).with_context(|| format!("cannot read {path}"))?;
    // The name, which may have anything in it, ends with the last parenthesis.
    let fields = stat.rsplit_once(')').map(|(_, rest)| rest.split_whitespace().collect::<Vec<_>>());
    let ticks = |at: usize| fields.as_ref()?.get(at)?.parse::<u32>().ok();
    let ticks = ticks(11).zip(ticks(12)).with_context(|| format!("{path} has no times"))?;
    Ok(TICK * (ticks.0 + ticks.1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_has_memory_and_uses_time() -> Result<()> {
        let id = std::process::id();
        let before = memory(id)?;
        assert!(before.resident > 1000 && before.peak >= before.resident, "{before:?}");
        let kept = vec![1u8; 64 << 20];
        let after = memory(id)?;
        assert!(after.resident > before.resident + (48 << 10), "{before:?} {after:?}");
        let started = std::time::Instant::now();
        let used = processor_time(id)?;
        while processor_time(id)? == used {
            assert!(started.elapsed() < Duration::from_secs(60));
            std::hint::black_box(kept.iter().map(|&byte| u64::from(byte)).sum::<u64>());
        }
        assert!(memory(u32::MAX).is_err() && processor_time(u32::MAX).is_err());
        Ok(())
    }
}
