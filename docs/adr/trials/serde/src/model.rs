//! What the four checks read, borrowed from the payload. A pod and a workload decode into the
//! same type, so that no object is scanned twice.

use std::borrow::Cow;

use serde::Deserialize;

use crate::settings::Settings;

#[derive(Deserialize)]
pub struct Payload<'a> {
    #[serde(borrow)]
    pub request: Request<'a>,
    pub settings: Settings,
}

#[derive(Deserialize)]
pub struct Request<'a> {
    #[serde(borrow)]
    pub object: Object<'a>,
}

#[derive(Deserialize)]
pub struct Object<'a> {
    #[serde(borrow)]
    pub spec: Spec<'a>,
}

/// The spec of a pod, or of a workload around one.
#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
pub struct Spec<'a> {
    #[serde(borrow)]
    pub template: Option<Box<Object<'a>>>,
    pub host_network: Option<bool>,
    #[serde(rename = "hostPID")]
    pub host_pid: Option<bool>,
    #[serde(rename = "hostIPC")]
    pub host_ipc: Option<bool>,
    pub security_context: Option<PodSecurityContext>,
    pub init_containers: Option<Vec<Container<'a>>>,
    pub containers: Option<Vec<Container<'a>>>,
    pub ephemeral_containers: Option<Vec<Container<'a>>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PodSecurityContext {
    pub run_as_non_root: Option<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Container<'a> {
    #[serde(borrow)]
    pub name: Cow<'a, str>,
    #[serde(default)]
    pub security_context: Option<SecurityContext<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SecurityContext<'a> {
    pub privileged: Option<bool>,
    pub run_as_non_root: Option<bool>,
    #[serde(borrow)]
    pub capabilities: Option<Capabilities<'a>>,
}

#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
pub struct Capabilities<'a> {
    #[serde(borrow)]
    pub add: Option<Vec<Name<'a>>>,
    pub drop: Option<Vec<Name<'a>>>,
}

/// serde borrows a `Cow` only as a direct field.
#[derive(Deserialize)]
pub struct Name<'a>(#[serde(borrow)] pub Cow<'a, str>);
