//! `artifacthub-pkg.yml`: the page of the policy on Artifact Hub, with the fields that `kwctl scaffold
//! artifacthub` writes.

use super::metadata::{DESCRIPTION, OCI_URL, metadata};
use super::{REPOSITORY, VERSION, people};
use crate::yaml::write;
use serde_json::{Value, json};

/// The document; `questions` is the text of `questions-ui.yml`.
pub(super) fn document(changelog: &str, questions: &str) -> Value {
    let metadata = metadata();
    let annotation = |key: &str| metadata["annotations"][key].as_str().unwrap_or_default();
    let keywords: Vec<&str> =
        annotation("io.artifacthub.keywords").split(',').map(str::trim).collect();
    let image = format!("{OCI_URL}:v{VERSION}");
    let people: Vec<Value> =
        people().into_iter().map(|(name, email)| json!({"name": name, "email": email})).collect();
    json!({
        "version": VERSION,
        "name": annotation("io.kubewarden.policy.title"),
        "displayName": annotation("io.artifacthub.displayName"),
        "createdAt": created(changelog),
        "description": DESCRIPTION,
        "license": annotation("io.kubewarden.policy.license"),
        "homeURL": REPOSITORY,
        "containersImages": [{"name": "policy", "image": image}],
        "keywords": keywords,
        "links": [
            {"name": "policy", "url": format!("{REPOSITORY}/releases/download/v{VERSION}/policy.wasm")},
            {"name": "source", "url": REPOSITORY},
        ],
        "install": install(&image),
        "maintainers": people,
        "provider": {"name": "kubewarden"},
        "recommendations": [
            {"url": "https://artifacthub.io/packages/helm/kubewarden/kubewarden-controller"},
        ],
        "annotations": {
            "kubewarden/mutation": metadata["mutating"].to_string(),
            "kubewarden/questions-ui": questions,
            "kubewarden/resources": annotation("io.artifacthub.resources"),
            "kubewarden/rules": write::render(&metadata["rules"]),
        },
    })
}

fn install(image: &str) -> String {
    format!(
        "Fetch the policy with [kwctl](https://docs.kubewarden.io/howtos/install-kwctl):\n\
         ```console\n\
         kwctl pull {image}\n\
         ```\n\
         Make a manifest of it, or take one of \
         [those that are kept with it]({REPOSITORY}/tree/v{VERSION}/deploy/kubewarden):\n\
         ```console\n\
         kwctl scaffold manifest -t ClusterAdmissionPolicy registry://{image}\n\
         ```\n"
    )
}

/// The day of the release, by the heading of the version in the changelog: `## 0.1.0 - 2027-03-31`,
/// the version in brackets or not. A version without one is not released, and says so by a day on
/// which nothing was.
fn created(changelog: &str) -> String {
    let day = changelog.lines().find_map(|line| {
        let (version, day) = line.strip_prefix("## ")?.split_once(" - ")?;
        let version = version.trim_start_matches('[').trim_end_matches(']');
        (version == VERSION).then(|| day.trim())
    });
    format!("{}T00:00:00Z", day.unwrap_or("1970-01-01"))
}

#[cfg(test)]
mod tests {
    use super::{VERSION, created};

    #[test]
    fn the_changelog_tells_the_day() {
        let unreleased = "# Changelog\n\n## Unreleased\n\n- 0.1.0\n\n## 0.0.1 - 2026-01-01\n";
        assert_eq!(created(unreleased), "1970-01-01T00:00:00Z");
        for version in [VERSION.to_owned(), format!("[{VERSION}]")] {
            let released = format!("{unreleased}## {version} - 2027-03-31\n");
            assert_eq!(created(&released), "2027-03-31T00:00:00Z");
        }
    }
}
