//! Credentials for registries, from where Docker and podman keep them: the engine gets them with a pull, and nobody else.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bollard::auth::DockerCredentials;
use serde::Deserialize;
use tokio::io::AsyncWriteExt as _;

use crate::engine::Environment;

/// How long the program that keeps credentials may take: it may ask the user to unlock them.
const PATIENCE: Duration = Duration::from_secs(30);

#[derive(Default, Deserialize)]
struct Config {
    #[serde(default)]
    auths: BTreeMap<String, Auth>,
    #[serde(default, rename = "credsStore")]
    store: Option<String>,
    #[serde(default, rename = "credHelpers")]
    helpers: BTreeMap<String, String>,
}

#[derive(Default, Deserialize)]
struct Auth {
    #[serde(default)]
    auth: Option<String>,
    #[serde(default)]
    username: Option<String>,
    #[serde(default)]
    password: Option<String>,
    #[serde(default, rename = "identitytoken")]
    identity_token: Option<String>,
}

#[derive(Deserialize)]
struct Stored {
    #[serde(rename = "Username")]
    username: String,
    #[serde(rename = "Secret")]
    secret: String,
}

/// The credentials for a registry; `None` where there are none: the pull goes on without. The second value says why credentials
/// that should be there can't be had.
pub(super) async fn credentials(registry: &str, environment: &Environment) -> (Option<DockerCredentials>, Option<String>) {
    let mut trouble = None;
    let docker = environment.docker_folder().map(|folder| folder.join("config.json"));
    let podman = environment
        .get("REGISTRY_AUTH_FILE")
        .map(Into::into)
        .or_else(|| Some(Path::new(environment.get("XDG_RUNTIME_DIR")?).join("containers/auth.json")));
    for path in [docker, podman].into_iter().flatten() {
        let Ok(text) = tokio::fs::read_to_string(&path).await else { continue };
        let config: Config = match serde_json::from_str(&text) {
            Ok(config) => config,
            Err(error) => {
                trouble = Some(format!("`{}` can't be read: {error}", path.display()));
                continue;
            }
        };
        let program = config.helpers.get(host_of(registry)).or_else(|| config.helpers.get(registry)).or(config.store.as_ref());
        if let Some(program) = program {
            match ask(program, registry, environment).await {
                Ok(Some(found)) => return (Some(found), None),
                Ok(None) => {}
                Err(cause) => trouble = Some(cause),
            }
        }
        let entry = config.auths.iter().find(|(key, _)| *key == registry || host_of(key) == host_of(registry));
        if let Some(found) = entry.and_then(|(_, auth)| of_entry(auth, registry)) {
            return (Some(found), None);
        }
    }
    (None, trouble)
}

/// The host in `https://index.docker.io/v1/`, `ghcr.io` and `ghcr.io/org`.
fn host_of(registry: &str) -> &str {
    let rest = registry.split_once("://").map_or(registry, |(_, rest)| rest);
    rest.split('/').next().unwrap_or(rest)
}

fn of_entry(auth: &Auth, registry: &str) -> Option<DockerCredentials> {
    let decoded = auth.auth.as_deref().and_then(|text| STANDARD.decode(text).ok()).and_then(|bytes| String::from_utf8(bytes).ok());
    let pair = decoded.as_deref().and_then(|text| text.split_once(':'));
    let username = pair.map(|(name, _)| name.to_owned()).or_else(|| auth.username.clone());
    let password = pair.map(|(_, password)| password.trim_end_matches('\0').to_owned()).or_else(|| auth.password.clone());
    let token = auth.identity_token.clone().filter(|token| !token.is_empty());
    // `docker login` leaves an empty entry where a store has the secret.
    (username.is_some() || token.is_some()).then(|| DockerCredentials {
        username,
        password,
        identitytoken: token,
        serveraddress: Some(registry.to_owned()),
        ..Default::default()
    })
}

/// Asks `docker-credential-NAME`, which reads the registry from its input.
async fn ask(name: &str, registry: &str, environment: &Environment) -> Result<Option<DockerCredentials>, String> {
    let program = format!("docker-credential-{name}");
    if name.contains(['/', '\\']) {
        return Err(format!("`{program}` is no name of a program"));
    }
    let failed = |error: &dyn std::fmt::Display| format!("`{program}` failed: {error}");
    let mut command = tokio::process::Command::new(&program);
    command.arg("get").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true);
    command.envs(&environment.variables);
    let work = async {
        let mut child = command.spawn().map_err(|error| failed(&error))?;
        if let Some(mut input) = child.stdin.take() {
            // One that ends without reading says why in its answer.
            let _ = input.write_all(registry.as_bytes()).await;
        }
        child.wait_with_output().await.map_err(|error| failed(&error))
    };
    let output = tokio::time::timeout(PATIENCE, work).await.map_err(|_| failed(&"it does not end"))??;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stdout);
        // Its way to say that it has none for this registry.
        return if said.contains("not found") { Ok(None) } else { Err(failed(&said.trim())) };
    }
    let stored: Stored = serde_json::from_slice(&output.stdout).map_err(|error| failed(&error))?;
    let mut found = DockerCredentials { serveraddress: Some(registry.to_owned()), ..Default::default() };
    if stored.username == "<token>" {
        found.identitytoken = Some(stored.secret);
    } else {
        found.username = Some(stored.username);
        found.password = Some(stored.secret);
    }
    Ok(Some(found))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(folder: &Path, path: Option<&Path>) -> Environment {
        let mut variables = BTreeMap::from([("DOCKER_CONFIG".to_owned(), folder.to_string_lossy().into_owned())]);
        variables.extend(path.map(|path| ("PATH".to_owned(), format!("{}:/usr/bin:/bin", path.display()))));
        Environment { variables, home: None }
    }

    #[tokio::test]
    async fn credentials_come_from_dockers_file() {
        let folder = tempfile::tempdir().unwrap();
        let auth = STANDARD.encode("me:secret:with:colons");
        let text = format!(
            r#"{{"auths":{{"ghcr.io":{{"auth":"{auth}"}},"https://index.docker.io/v1/":{{"identitytoken":"tok"}},"empty.io":{{}}}}}}"#
        );
        std::fs::write(folder.path().join("config.json"), text).unwrap();
        let environment = environment(folder.path(), None);
        let (found, trouble) = credentials("ghcr.io", &environment).await;
        let found = found.unwrap();
        assert_eq!((found.username.as_deref(), found.password.as_deref()), (Some("me"), Some("secret:with:colons")));
        assert_eq!(trouble, None);
        let (found, _) = credentials("https://index.docker.io/v1/", &environment).await;
        assert_eq!(found.unwrap().identitytoken.as_deref(), Some("tok"));
        assert_eq!(credentials("empty.io", &environment).await, (None, None));
        assert_eq!(credentials("other.io", &environment).await, (None, None));
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn credentials_come_from_the_store_that_docker_uses() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("config.json"), r#"{"credHelpers":{"ghcr.io":"kept"},"credsStore":"broken"}"#).unwrap();
        for (name, script) in [
            ("kept", r#"read -r r; echo "{\"ServerURL\":\"$r\",\"Username\":\"u-$r\",\"Secret\":\"s\"}""#),
            ("broken", "echo locked; exit 1"),
        ] {
            let program = folder.path().join(format!("docker-credential-{name}"));
            std::fs::write(&program, format!("#!/bin/sh\n{script}\n")).unwrap();
            std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
        }
        let environment = environment(folder.path(), Some(folder.path()));
        let (found, _) = credentials("ghcr.io", &environment).await;
        assert_eq!(found.unwrap().username.as_deref(), Some("u-ghcr.io"));
        let (found, trouble) = credentials("other.io", &environment).await;
        assert_eq!(found, None);
        assert_eq!(trouble.as_deref(), Some("`docker-credential-broken` failed: locked"));
    }
}
