//! Who we are to a registry: what `docker login` left in Docker's configuration.

use std::fs::File;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use docker_credential::{CredentialRetrievalError, DockerCredential};
use oci_client::secrets::RegistryAuth;

use crate::Error;
use crate::content::excerpt;

/// What Docker calls its own registry.
const DOCKER_HUB: &str = "https://index.docker.io/v1/";

/// What credential helpers say where they know no credentials.
const HELPER_KNOWS_NONE: &str = "credentials not found in native keychain";

/// The folder of Docker's configuration: `DOCKER_CONFIG`, or `.docker` in the user's home.
pub(crate) fn default_folder() -> Option<PathBuf> {
    let named = std::env::var_os("DOCKER_CONFIG").filter(|folder| !folder.is_empty());
    named.map(PathBuf::from).or_else(|| Some(std::env::home_dir()?.join(".docker")))
}

/// The credentials for a registry; anonymous where there are none.
pub(crate) fn of(registry: &str, folder: Option<&Path>) -> Result<RegistryAuth, Error> {
    let Some(config) = folder.map(|folder| folder.join("config.json")) else {
        return Ok(RegistryAuth::Anonymous);
    };
    let unusable = |reason: String| Error::Credentials {
        host: registry.to_owned(),
        config: config.clone(),
        reason,
    };
    let file = match File::open(&config) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(RegistryAuth::Anonymous),
        Err(error) => return Err(unusable(format!("{error}; check its permissions"))),
    };
    let server = if registry == "index.docker.io" { DOCKER_HUB } else { registry };
    match docker_credential::get_credential_from_reader(file, server) {
        Ok(DockerCredential::UsernamePassword(name, password)) => {
            Ok(RegistryAuth::Basic(name, password))
        }
        Ok(DockerCredential::IdentityToken(_)) => Err(unusable(
            "identity tokens are not supported; log in with a name and an access token".to_owned(),
        )),
        Err(CredentialRetrievalError::NoCredentialConfigured) => Ok(RegistryAuth::Anonymous),
        Err(CredentialRetrievalError::HelperFailure { helper, stdout, stderr }) => {
            let said = format!("{stdout} {stderr}");
            if said.contains(HELPER_KNOWS_NONE) {
                return Ok(RegistryAuth::Anonymous);
            }
            Err(unusable(format!("the credential helper {helper} failed: {}", excerpt(&said))))
        }
        Err(CredentialRetrievalError::ConfigReadError) => {
            Err(unusable("it is not Docker's JSON; mend it, or log in again".to_owned()))
        }
        Err(error) => Err(unusable(format!("{error}; log in again"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is said of `localhost:5000` in such a configuration.
    fn read(config: &str) -> Result<RegistryAuth, String> {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("config.json"), config).expect("writable");
        of("localhost:5000", Some(folder.path())).map_err(|error| error.to_string())
    }

    #[test]
    fn are_what_docker_login_leaves() {
        // jane:secret
        let auth = r#"{"auths": {"localhost:5000": {"auth": "amFuZTpzZWNyZXQ="}}}"#;
        let jane = RegistryAuth::Basic("jane".to_owned(), "secret".to_owned());
        assert_eq!(read(auth), Ok(jane));
        assert_eq!(
            read(r#"{"auths": {"ghcr.io": {"auth": "YTpi"}}}"#),
            Ok(RegistryAuth::Anonymous)
        );
        assert_eq!(read("{}"), Ok(RegistryAuth::Anonymous));
        let absent = tempfile::tempdir().expect("a folder");
        assert!(matches!(of("ghcr.io", Some(absent.path())), Ok(RegistryAuth::Anonymous)));
    }

    #[test]
    fn unusable_ones_are_an_error() {
        for (config, reason) in [
            ("{", "not Docker's JSON"),
            (r#"{"auths": {"localhost:5000": {"auth": "!"}}}"#, "log in again"),
            (r#"{"auths": {"localhost:5000": {"identitytoken": "x"}}}"#, "access token"),
            (r#"{"credsStore": "of-nobody"}"#, "credential helper"),
        ] {
            let error = read(config).expect_err(config);
            assert!(error.contains(reason) && error.contains("config.json"), "{error}");
        }
    }
}
