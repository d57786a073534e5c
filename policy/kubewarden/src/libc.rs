//! What the standard library asks of the C library before it prints a panic: the variable that turns
//! backtraces on, and the folder that their paths are shown from.
//!
//! No host gives a policy either. Answered here, both come without the C library's environment and
//! its allocator, which would be a twentieth of the module.

#![expect(unsafe_code, reason = "the names are the C library's")]

use core::ffi::c_char;

/// `getenv(3)`: no variable is set.
#[unsafe(no_mangle)]
extern "C" fn getenv(_: *const c_char) -> *mut c_char {
    core::ptr::null_mut()
}

/// `getcwd(3)`: there is no folder.
#[unsafe(no_mangle)]
extern "C" fn getcwd(_: *mut c_char, _: usize) -> *mut c_char {
    core::ptr::null_mut()
}
