use crate::settings::Settings;

fn mistakes(parameters: &str) -> Vec<String> {
    let text = format!(r#"{{"rules":{{"capabilities":{parameters}}}}}"#);
    let errors = Settings::decode(&text).err().unwrap_or_default();
    errors.into_iter().map(|error| format!("{}: {}", error.path, error.message)).collect()
}

#[test]
fn what_allows_is_written_exactly() {
    assert_eq!(
        mistakes(r#"{"allowAdd":["CHOWN","CAP_CHOWN","net_raw","ALL","all","NET_ADMN","x","",7]}"#),
        [
            "rules.capabilities.allowAdd[1]: write `CHOWN`: names are compared exactly",
            "rules.capabilities.allowAdd[2]: write `NET_RAW`: names are compared exactly",
            "rules.capabilities.allowAdd[3]: write `*` for every capability",
            "rules.capabilities.allowAdd[4]: write `*` for every capability",
            "rules.capabilities.allowAdd[5]: unknown capability `NET_ADMN`, did you mean `NET_ADMIN`?",
            "rules.capabilities.allowAdd[6]: unknown capability `x`, did you mean `*`?",
            "rules.capabilities.allowAdd[7]: unknown capability ``, did you mean `*`?",
            "rules.capabilities.allowAdd[8]: expected a string, found a number",
        ]
    );
    assert!(mistakes(r#"{"allowAdd":["*","CHOWN","CHECKPOINT_RESTORE"]}"#).is_empty());
    assert!(mistakes(r#"{"allowAdd":[]}"#).is_empty());
}

#[test]
fn what_denies_or_demands_is_found_in_any_spelling_and_must_exist() {
    let sound = r#"["SYS_ADMIN","sys_admin","Cap_Sys_Admin","ALL","all","CAP_ALL","*"]"#;
    for key in ["forbid", "requireDrop"] {
        assert!(mistakes(&format!(r#"{{"{key}":{sound}}}"#)).is_empty(), "{key}");
        assert_eq!(
            mistakes(&format!(r#"{{"{key}":["SYS_ADMN","SYS_*",true]}}"#)),
            [
                format!(
                    "rules.capabilities.{key}[0]: unknown capability `SYS_ADMN`, did you mean \
                     `SYS_ADMIN`?"
                ),
                format!("rules.capabilities.{key}[1]: unknown capability `SYS_*`"),
                format!("rules.capabilities.{key}[2]: expected a string, found a boolean"),
            ]
        );
    }
}

#[test]
fn a_misspelt_parameter_is_a_mistake() {
    assert_eq!(
        mistakes(r#"{"requiredDrop":["ALL"]}"#),
        ["rules.capabilities.requiredDrop: unknown setting `requiredDrop`, did you mean \
          `requireDrop`?"]
    );
}
