;; A policy that accepts what comes if the cluster has a Namespace `shop`, and
;; fails with what it was told if not. Its annotations are added when it is assembled.
(module
  (import "wapc" "__guest_request" (func $request (param i32 i32)))
  (import "wapc" "__guest_response" (func $response (param i32 i32)))
  (import "wapc" "__guest_error" (func $error (param i32 i32)))
  (import "wapc" "__host_call"
    (func $host_call (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))
  (import "wapc" "__host_error_len" (func $host_error_len (result i32)))
  (import "wapc" "__host_error" (func $host_error (param i32)))
  (memory (export "memory") 64)
  (data (i32.const 0) "\22v1\22{\22valid\22:true}{\22accepted\22:true}")
  (data (i32.const 256) "kubewardenkubernetesget_resource")
  (data (i32.const 512) "{\22api_version\22:\22v1\22,\22kind\22:\22Namespace\22,\22name\22:\22shop\22,\22namespace\22:null,\22disable_cache\22:false,\22field_masks\22:null}")
  (func (export "__guest_call") (param $operation i32) (param $payload i32) (result i32)
    (call $request (i32.const 4096) (i32.const 8192))
    ;; protocol_version has 16 letters, validate_settings 17, validate 8.
    (if (i32.eq (local.get $operation) (i32.const 16)) (then
      (call $response (i32.const 0) (i32.const 4))
      (return (i32.const 1))))
    (if (i32.eq (local.get $operation) (i32.const 17)) (then
      (call $response (i32.const 4) (i32.const 14))
      (return (i32.const 1))))
    (if (call $host_call
        (i32.const 256) (i32.const 10) (i32.const 266) (i32.const 10)
        (i32.const 276) (i32.const 12) (i32.const 512) (i32.const 111))
      (then
        (call $response (i32.const 18) (i32.const 17))
        (return (i32.const 1))))
    (call $host_error (i32.const 8192))
    (call $error (i32.const 8192) (call $host_error_len))
    (i32.const 0)))
