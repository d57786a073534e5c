//! The waPC calling convention: the functions of it that this guest needs, and its two exports.

#![expect(unsafe_code, reason = "the convention passes pointers into linear memory")]

#[link(wasm_import_module = "wapc")]
unsafe extern "C" {
    #[link_name = "__guest_request"]
    fn guest_request(operation: *mut u8, payload: *mut u8);
    #[link_name = "__guest_response"]
    fn guest_response(text: *const u8, length: usize);
    #[link_name = "__guest_error"]
    fn guest_error(text: *const u8, length: usize);
    #[link_name = "__host_call"]
    fn host_call(
        binding: *const u8,
        binding_length: usize,
        namespace: *const u8,
        namespace_length: usize,
        operation: *const u8,
        operation_length: usize,
        payload: *const u8,
        payload_length: usize,
    ) -> i32;
    #[link_name = "__host_response_len"]
    fn host_response_length() -> usize;
    #[link_name = "__host_response"]
    fn host_response(text: *mut u8);
    #[link_name = "__host_error_len"]
    fn host_error_length() -> usize;
    #[link_name = "__host_error"]
    fn host_error(text: *mut u8);
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

/// Where Kubewarden's hosts answer questions about the cluster.
const BINDING: &str = "kubewarden";
const NAMESPACE: &str = "kubernetes";

/// Asks the host about the cluster.
///
/// # Errors
/// What the host says instead of an answer.
pub(crate) fn ask(operation: &str, payload: &[u8]) -> Result<Vec<u8>, String> {
    // SAFETY: the host reads the four texts and keeps none of them.
    let answered = unsafe {
        host_call(
            BINDING.as_ptr(),
            BINDING.len(),
            NAMESPACE.as_ptr(),
            NAMESPACE.len(),
            operation.as_ptr(),
            operation.len(),
            payload.as_ptr(),
            payload.len(),
        )
    };
    if answered == 1 {
        // SAFETY: the host writes as many bytes as it has just said it would.
        return Ok(unsafe { received(host_response_length(), host_response) });
    }
    // SAFETY: as above.
    let error = unsafe { received(host_error_length(), host_error) };
    Err(String::from_utf8_lossy(&error).into_owned())
}

/// What the host writes.
///
/// # Safety
/// `write` writes no more than `length` bytes.
unsafe fn received(length: usize, write: unsafe extern "C" fn(*mut u8)) -> Vec<u8> {
    let mut text = vec![0; length];
    // SAFETY: the caller says so.
    unsafe { write(text.as_mut_ptr()) };
    text
}
