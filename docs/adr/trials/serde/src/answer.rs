//! The three operations, answered without the SDK.

use serde::Serialize;

use crate::settings::Settings;

#[derive(Serialize)]
struct Response {
    accepted: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<u16>,
}

#[derive(Serialize)]
struct SettingsResponse {
    valid: bool,
    message: Option<String>,
}

pub fn call(
    operation: &[u8],
    payload: &[u8],
    violations: impl Fn(&[u8]) -> serde_json::Result<Vec<String>>,
) -> Result<Vec<u8>, String> {
    let answer = match operation {
        b"validate" => violations(payload).and_then(|found| {
            let denied = !found.is_empty();
            let message = denied.then(|| found.join("\n"));
            serde_json::to_vec(&Response {
                accepted: !denied,
                message,
                code: denied.then_some(403),
            })
        }),
        b"validate_settings" => serde_json::from_slice(payload).and_then(|settings: Settings| {
            let message = settings.check().err();
            serde_json::to_vec(&SettingsResponse { valid: message.is_none(), message })
        }),
        b"protocol_version" => Ok(b"\"v1\"".to_vec()),
        _ => return Err("unknown operation".to_owned()),
    };
    answer.map_err(|error| error.to_string())
}
