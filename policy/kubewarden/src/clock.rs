//! The date, from the host's clock.

#![expect(unsafe_code, reason = "the clock writes into linear memory")]

use ringfence_policy::Date;

#[link(wasm_import_module = "wasi_snapshot_preview1")]
unsafe extern "C" {
    fn clock_time_get(clock: u32, precision: u64, nanoseconds: *mut u64) -> u32;
}

/// WASI's `realtime`: since 1970-01-01T00:00:00Z.
const REALTIME: u32 = 0;
const NANOSECONDS: u64 = 1_000_000_000;
const DAY: u64 = 86_400 * NANOSECONDS;

/// Today in UTC; none where the host has no clock, or one that was never set.
pub(crate) fn today() -> Option<Date> {
    let mut time = 0;
    // SAFETY: the host writes eight bytes there, and nowhere else.
    let errno = unsafe { clock_time_get(REALTIME, DAY, &raw mut time) };
    (errno == 0 && time >= DAY).then(|| Date::from_unix_seconds(time / NANOSECONDS))
}
