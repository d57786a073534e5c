use crate::settings::Settings;

fn errors(parameters: &str) -> Vec<String> {
    let text = format!(r#"{{"rules":{{"hostPathVolumes":{parameters}}}}}"#);
    let errors = Settings::decode(&text).err().unwrap_or_default();
    errors.into_iter().map(|error| format!("{}: {}", error.path, error.message)).collect()
}

#[test]
fn prefixes_are_absolute_paths() {
    let found = errors(
        r#"{"allow":[{"pathPrefix":"data"},{"pathPrefix":"/data/../etc"},{"pathPrefix":"/data/*"},
            {"pathPrefix":""},{"readOnly":true},{"pathPrefix":"/proc/self/cwd"},"/data",
            {"pathPrefix":"/logs","readonly":true},{"pathPrefix":7}]}"#,
    );
    let absolute = "name an absolute path of the node: it begins with /";
    let expected = [
        format!("allow[0].pathPrefix: found `data`; {absolute}"),
        "allow[1].pathPrefix: found `/data/../etc`; name the folder itself: .. climbs out of the one \
         before it"
            .to_owned(),
        "allow[2].pathPrefix: found `/data/*`; write it without `*`: a path stands for everything \
         below it, too"
            .to_owned(),
        format!("allow[3].pathPrefix: found ``; {absolute}"),
        "allow[4].pathPrefix: it is missing".to_owned(),
        "allow[5].pathPrefix: found `/proc/self/cwd`; name the folder itself: where this leads, only \
         the kernel can say"
            .to_owned(),
        "allow[6]: expected an object, found a string".to_owned(),
        "allow[7].readonly: unknown setting `readonly`, did you mean `readOnly`?".to_owned(),
        "allow[8].pathPrefix: expected a string, found a number".to_owned(),
    ];
    assert_eq!(found, expected.map(|error| format!("rules.hostPathVolumes.{error}")));
}

#[test]
fn a_folder_stands_in_the_list_once() {
    assert_eq!(
        errors(
            r#"{"allow":[{"pathPrefix":"/run/a"},{"pathPrefix":"/data"},
                {"pathPrefix":"/var/run//a/","readOnly":true}]}"#
        ),
        ["rules.hostPathVolumes.allow[2]: `/run/a` is allow[0] already: keep one"]
    );
}

#[test]
fn the_kubelets_folder_is_a_folder() {
    assert_eq!(
        errors(r#"{"kubeletRoot":"/proc/1/root"}"#),
        [
            "rules.hostPathVolumes.kubeletRoot: the kubelet's folder is not the root: name the folder"
        ]
    );
    assert_eq!(
        errors(r#"{"kubeletRoot":"kubelet"}"#),
        [
            "rules.hostPathVolumes.kubeletRoot: found `kubelet`; name an absolute path of the node: it \
          begins with /"
        ]
    );
    assert_eq!(errors(r#"{"kubeletRoot":"/data/kubelet/","allow":[]}"#), [""; 0]);
}
