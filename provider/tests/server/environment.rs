//! Options that come as variables of the environment, as the chart gives them.

use serde_json::json;

use crate::certificates::{Kit, module};
use crate::client::{Client, provider_request};
use crate::gatekeeper::key;
use crate::process::Server;

/// The server asks for certificates of clients, whatever else was said.
async fn asks_for_certificates(kit: &Kit, server: &mut Server) {
    let key = key(false, &json!({"profile": "baseline"}));
    let response = Client::gatekeeper(kit, server.gatekeeper).keys(&[&key]).await;
    assert_eq!(response["items"][0]["value"]["allowed"], true, "{response}");
    let nobody = Client::nobody(kit, server.gatekeeper);
    assert!(nobody.try_post("/validate", &provider_request(&[&key])).await.is_err());
    assert_eq!(server.wait_for("connection_refused", 1)[0]["reason"], "no_certificate");
}

#[tokio::test]
async fn the_environment_is_enough() {
    let kit = Kit::new();
    let mut server = Server::of_environment(&kit, &module(), &[]);
    asks_for_certificates(&kit, &mut server).await;
}

#[tokio::test]
async fn to_say_no_to_any_client_is_fine_beside_an_authority() {
    let kit = Kit::new();
    let mut server = Server::of_environment(&kit, &module(), &["--any-client", "false"]);
    asks_for_certificates(&kit, &mut server).await;
}
