//! The waPC calling convention: the three functions of it that this guest needs, and its two
//! exports.

#![expect(unsafe_code, reason = "the convention passes pointers into linear memory")]

#[link(wasm_import_module = "wapc")]
unsafe extern "C" {
    #[link_name = "__guest_request"]
    fn guest_request(operation: *mut u8, payload: *mut u8);
    #[link_name = "__guest_response"]
    fn guest_response(text: *const u8, length: usize);
    #[link_name = "__guest_error"]
    fn guest_error(text: *const u8, length: usize);
}

/// Called once in a new instance, before anything else. There is nothing to prepare.
#[unsafe(no_mangle)]
extern "C" fn wapc_init() {}

/// Called for one operation, with the lengths of its name and its payload; 1 is success.
#[unsafe(no_mangle)]
extern "C" fn __guest_call(operation_length: usize, payload_length: usize) -> i32 {
    // SAFETY: what an earlier call was handed died with that call; there are no statics that own.
    unsafe { crate::MEMORY.start_over() };
    let mut operation = vec![0; operation_length];
    let mut payload = vec![0; payload_length];
    // SAFETY: the host writes as many bytes to each buffer as it has just said it would.
    unsafe { guest_request(operation.as_mut_ptr(), payload.as_mut_ptr()) };
    match crate::call(&operation, &payload) {
        // SAFETY: the host copies the bytes before it returns.
        Ok(answer) => unsafe {
            guest_response(answer.as_ptr(), answer.len());
            1
        },
        // SAFETY: as above.
        Err(error) => unsafe {
            guest_error(error.as_ptr(), error.len());
            0
        },
    }
}
