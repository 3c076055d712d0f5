//! The identity provider of an installation: `oidc.toml` in the data folder, or variables of the environment.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;

use web::auth::oidc::{Oidc, OidcSettings};

use crate::stop::Stop;

/// Name of the file in a data folder.
const FILE: &str = "oidc.toml";
/// Variables that say the same; the issuer's is looked for first.
const ISSUER: &str = "COUNTERSIGN_OIDC_ISSUER";
const CLIENT: &str = "COUNTERSIGN_OIDC_CLIENT_ID";
const SECRET: &str = "COUNTERSIGN_OIDC_CLIENT_SECRET";

/// The provider that people may log in by, where one is named.
pub fn provider(folder: &Path) -> Result<Option<Arc<Oidc>>, Stop> {
    let variable = |name: &str| std::env::var(name).ok().filter(|text| !text.is_empty());
    let path = folder.join(FILE);
    let settings = match variable(ISSUER) {
        Some(issuer) => OidcSettings {
            issuer,
            client_id: variable(CLIENT).unwrap_or_default(),
            client_secret: variable(SECRET),
            name_zh: None,
            name_en: None,
            ca_file: None,
        },
        None if path.exists() => read(&path)?,
        None => return Ok(None),
    };
    let provider = Oidc::new(settings).map_err(|why| bad(&path, &why))?;
    Ok(Some(Arc::new(provider)))
}

fn bad(path: &Path, why: &str) -> Stop {
    let path = path.display();
    Stop::usage(
        format!("企业账号登录的设置有误（{path}）：{why}"),
        format!("the settings of the identity provider are wrong ({path}): {why}"),
    )
}

fn read(path: &Path) -> Result<OidcSettings, Stop> {
    let mode = std::fs::metadata(path)
        .map_err(Stop::file("reading", path))?
        .permissions()
        .mode();
    // A secret that others on this machine can read is none.
    if mode & 0o077 != 0 {
        return Err(bad(path, "the file must be its owner's alone (chmod 600)"));
    }
    let text = std::fs::read_to_string(path).map_err(Stop::file("reading", path))?;
    toml::from_str(&text).map_err(|error| bad(path, &error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_others_can_read_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        assert!(provider(folder.path()).unwrap().is_none());
        let path = folder.path().join(FILE);
        let text = "issuer = \"https://login.example\"\nclient_id = \"slips\"\n";
        std::fs::write(&path, text).unwrap();
        let mode = |bits| std::fs::set_permissions(&path, std::fs::Permissions::from_mode(bits));
        mode(0o644).unwrap();
        assert!(matches!(provider(folder.path()), Err(Stop::Usage(_))));
        mode(0o600).unwrap();
        assert!(provider(folder.path()).unwrap().is_some());
        for wrong in [
            "issuer = \"http://login.example\"\nclient_id = \"slips\"\n",
            "issuer = \"https://login.example\"\nclient_id = \"\"\n",
            "issuer = \"https://login.example\"\nclient = \"slips\"\n",
        ] {
            std::fs::write(&path, wrong).unwrap();
            assert!(
                matches!(provider(folder.path()), Err(Stop::Usage(_))),
                "{wrong}"
            );
        }
    }
}
