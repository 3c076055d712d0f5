//! Ways to sign in: what the journal says of them, so that none can be planted or taken away in the database unnoticed.

use serde::Serialize;

use crate::admin::{bad, check_administrator, recorded};
use crate::registers::next_version;
use crate::step::{Actor, Checked};
use crate::values::is_hidden;
use crate::{Command, Effects, Reply, World};

/// The kinds that there are. Of `session` only endings are recorded.
const KINDS: [&str; 5] = ["totp", "recovery", "passkey", "oidc", "session"];
/// Longest name that a person gives one.
const NAME_MAX: usize = 60;

/// What is recorded of one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Way<'a> {
    pub login: &'a str,
    pub id: &'a str,
    pub kind: &'a str,
    pub name: &'a str,
    pub digest: &'a str,
}

/// Records that a way to sign in was added or taken away.
pub(crate) fn record(
    world: &dyn World,
    command: &Command,
    actor: &Actor,
    way: &Way<'_>,
) -> Checked<(Effects, Reply)> {
    let own = &*command.actor == way.login && command.on_behalf_of.is_none();
    let adds = !way.digest.is_empty();
    if adds && !own {
        return Err(bad(
            "sign_in",
            "login",
            "登录方式只能由本人添加",
            "a way to sign in is added by its person alone",
        )
        .into());
    }
    if !own {
        check_administrator(actor)?;
    }
    let hex = |text: &str| {
        text.bytes()
            .all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
    };
    let right = KINDS.contains(&way.kind)
        && (adds == (way.digest.len() == 64 && hex(way.digest)))
        && match way.kind {
            "session" => way.id == "session" && !adds,
            _ => (16..=64).contains(&way.id.len()) && hex(way.id),
        };
    if !right {
        return Err(bad("sign_in", "id", "登录方式无效", "that is no way to sign in").into());
    }
    if way.name.chars().count() > NAME_MAX || way.name.chars().any(is_hidden) {
        return Err(bad(
            "sign_in",
            "name",
            "名称最多 60 字，不能含不可见字符",
            "a name has at most 60 characters, all of them visible",
        )
        .into());
    }
    if world.person(way.login)?.is_none() {
        return Err(bad("person", "login", "没有此账号", "there is no such account").into());
    }
    #[derive(Serialize)]
    struct Body<'a> {
        kind: &'a str,
        name: &'a str,
        digest: &'a str,
        by: &'a str,
    }
    let body = serde_json::to_string(&Body {
        kind: way.kind,
        name: way.name,
        digest: way.digest,
        by: &command.actor,
    })
    .unwrap_or_default();
    Ok(recorded(next_version(
        world,
        "sign_in".into(),
        format!("{}/{}", way.login, way.id).into(),
        command.today(),
        body,
    )?))
}
