//! What it cannot start with: exit code 2, and one line that says what is wrong.

use std::net::TcpListener;

use crate::certificates::{Authority, Kit, module};
use crate::guest;
use crate::process::{Ended, arguments, run};

/// The only line of a run that did not start.
fn only_line(ended: &Ended) -> String {
    assert_eq!(ended.code, Some(2), "{}", ended.stderr);
    assert_eq!(ended.stdout, "");
    let mut lines = ended.stderr.lines();
    let line = lines.next().expect("a line").to_owned();
    assert_eq!(lines.next(), None, "{}", ended.stderr);
    assert!(line.starts_with("error: "), "{line}");
    line
}

/// A run with these options changed; gives its only line.
fn line(kit: &Kit, changes: &[(&str, &str)]) -> String {
    let changes: Vec<&str> = changes.iter().flat_map(|&(option, value)| [option, value]).collect();
    let arguments = arguments(kit, &module(), &changes);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    only_line(&run(&arguments, &[]))
}

#[test]
fn certificates_that_cannot_be_used() {
    let kit = Kit::new();
    let other = kit.write("other.key", Authority::new("other").server().key);
    let text = kit.write("text", "no PEM at all");
    let broken = kit.write(
        "broken",
        "-----BEGIN CERTIFICATE-----\nbm8gY2VydGlmaWNhdGU=\n-----END CERTIFICATE-----\n",
    );
    let [other, text, broken] = [&other, &text, &broken].map(|path| path.to_str().expect("UTF-8"));
    let missing = kit.text("nothing");
    for (option, value, says) in [
        ("--tls-cert", &*missing, "cannot read the certificate"),
        ("--tls-cert", text, "holds no certificate"),
        ("--tls-cert", broken, "holds no certificate"),
        ("--tls-key", &missing, "cannot read the key"),
        ("--tls-key", text, "holds no private key"),
        ("--tls-key", other, "is not that of the certificate"),
        ("--client-ca", &missing, "cannot read the authority of clients"),
        ("--client-ca", text, "holds no certificate of an authority"),
        ("--client-ca", broken, "the authority of clients"),
    ] {
        let line = line(&kit, &[(option, value)]);
        assert!(line.contains(says) && line.contains(value), "{option} {value}: {line}");
    }
    let line = line(&kit, &[("--client-name", "no name")]);
    assert!(line.contains("`no name` is no DNS name"), "{line}");
}

#[test]
fn modules_that_cannot_be_used() {
    let kit = Kit::new();
    let text = kit.write("policy.txt", "a text");
    let empty = kit.write("empty.wasm", wat::parse_str("(module)").expect("a module"));
    for (module, says) in [
        (kit.text("nothing.wasm"), "nothing.wasm"),
        (text.display().to_string(), "a text file"),
        (empty.display().to_string(), "exports no"),
        ("registry://127.0.0.1:1/ringfence:v1".to_owned(), "registry://127.0.0.1:1/ringfence"),
        (format!("{}@sha256:{}", module().display(), "0".repeat(64)), "sha256:000000"),
    ] {
        let line = line(&kit, &[("--module", &module)]);
        assert!(line.contains(says), "{module}: {line}");
    }
}

#[test]
fn settings_that_do_not_validate() {
    let kit = Kit::new();
    let missing = kit.text("nothing.json");
    let yaml = kit.write("settings.yaml", "profile: baseline\n").display().to_string();
    let wrong = kit.write("wrong.json", r#"{"profil":"baseline","rules":{"privilegd":"warn"}}"#);
    for (path, says) in [
        (missing, "cannot read the settings"),
        (yaml, "no JSON"),
        (wrong.display().to_string(), "privilegd"),
    ] {
        let line = line(&kit, &[("--settings", &path)]);
        assert!(line.contains(says) && line.contains(&path), "{line}");
    }
    let refusing = kit.write("guest.wasm", guest::refuses_settings()).display().to_string();
    let empty = kit.write("empty.json", "{}").display().to_string();
    let line = line(&kit, &[("--module", &refusing), ("--settings", &empty)]);
    assert!(line.contains("profile: unknown; rules: unknown"), "{line}");
}

#[test]
fn ports_in_use() {
    let kit = Kit::new();
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address").to_string();
    for option in ["--listen", "--service-listen", "--health-listen"] {
        let line = line(&kit, &[(option, &address)]);
        assert!(line.contains(&address) && line.contains(option), "{line}");
    }
}

#[test]
fn a_cluster_that_cannot_be_used() {
    let kit = Kit::new();
    let line = line(&kit, &[("--kubeconfig", &kit.text("nothing"))]);
    assert!(line.contains("cannot use the kubeconfig"), "{line}");
}

/// Everything that is needed, but one option.
fn without(kit: &Kit, option: &str) -> Vec<String> {
    let mut arguments = arguments(kit, &module(), &[]);
    let at = arguments.iter().position(|argument| argument == option).expect("the option");
    arguments.drain(at..at + 2);
    arguments
}

#[test]
fn options_that_are_missing() {
    let kit = Kit::new();
    for (option, variable) in [
        ("--module", "RINGFENCE_PROVIDER_MODULE"),
        ("--tls-cert", "RINGFENCE_PROVIDER_TLS_CERT"),
        ("--tls-key", "RINGFENCE_PROVIDER_TLS_KEY"),
        ("--client-ca", "RINGFENCE_PROVIDER_CLIENT_CA"),
    ] {
        let arguments = without(&kit, option);
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let line = only_line(&run(&arguments, &[]));
        assert!(line.contains(option) && line.contains(variable), "{line}");
    }
    let line = only_line(&run(&[], &[]));
    assert!(["--module", "--tls-cert", "--tls-key"].iter().all(|it| line.contains(it)), "{line}");
}

#[test]
fn options_that_are_wrong() {
    for (arguments, says) in [
        (&["--module", "ftp://localhost/policy.wasm"][..], "--module"),
        (&["--max-keys", "many"], "RINGFENCE_PROVIDER_MAX_KEYS"),
        (&["--log-level", "loud"], "possible values: error, warn"),
        (&["--tls-certificate", "a"], "'--tls-cert"),
        (&["--context", "a"], "--kubeconfig"),
        (&["--tls-cert", "a", "--tls-cert", "b"], "--tls-cert"),
        (&["policy.wasm"], "policy.wasm"),
    ] {
        let line = only_line(&run(arguments, &[]));
        assert!(line.contains(says) && !line.contains("Usage"), "{line}");
    }
    let line = only_line(&run(&[], &[("RINGFENCE_PROVIDER_TIMEOUT_MS", "0.5")]));
    assert!(line.contains("RINGFENCE_PROVIDER_TIMEOUT_MS"), "{line}");
}

#[test]
fn help_and_version_are_no_faults() {
    for (argument, says) in
        [("--help", "Usage: ringfence-provider"), ("--version", "ringfence-provider ")]
    {
        let ended = run(&[argument], &[]);
        assert_eq!((ended.code, &*ended.stderr), (Some(0), ""));
        assert!(ended.stdout.contains(says), "{}", ended.stdout);
    }
}

/// Whoever asks for no certificate of clients says so, and not by a variable that says the contrary.
#[test]
fn a_client_authority_that_is_neither_named_nor_done_without() {
    let kit = Kit::new();
    let arguments = without(&kit, "--client-ca");
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let any_client = "RINGFENCE_PROVIDER_ANY_CLIENT";
    for value in ["false", "0", "no", "off", "False"] {
        let line = only_line(&run(&arguments, &[(any_client, value)]));
        assert!(line.contains("--client-ca") && line.contains("--any-client"), "{value}: {line}");
    }
    for value in ["", "perhaps", "disabled"] {
        let line = only_line(&run(&arguments, &[(any_client, value)]));
        assert!(line.contains(any_client), "{value}: {line}");
    }
    let authority = kit.text("ca.crt");
    for both in [
        run(&[&arguments[..], &["--client-ca", &authority, "--any-client"]].concat(), &[]),
        run(&[&arguments[..], &["--client-ca", &authority]].concat(), &[(any_client, "true")]),
    ] {
        let line = only_line(&both);
        assert!(line.contains("--client-ca") && line.contains("--any-client"), "{line}");
    }
}
