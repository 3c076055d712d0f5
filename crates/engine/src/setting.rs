//! Settings by which an installation reaches the world outside.

use std::sync::Arc;

use crate::admin::{Answer, bad, check_administrator, recorded};
use crate::registers::next_version;
use crate::step::Actor;
use crate::{Command, World};

/// Longest setting.
const SETTING_MAX: usize = 16_384;

/// Records a version of a setting. Who changed where things are sent stands in the journal with what it was before.
pub(crate) fn put_setting(
    world: &dyn World,
    command: &Command,
    actor: &Actor,
    name: &Arc<str>,
    body: &Arc<str>,
) -> Answer {
    check_administrator(actor)?;
    let plain = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || b"/_-".contains(&c);
    if !(1..=64).contains(&name.len()) || !name.bytes().all(plain) {
        return Err(bad(
            "key",
            "name",
            "设置的名称须为 1 至 64 个小写字母、数字或 / _ -",
            "the name of a setting has 1 to 64 small letters, digits or / _ -",
        )
        .into());
    }
    let object = serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(body).is_ok();
    if !object || body.len() > SETTING_MAX {
        return Err(bad(
            "field",
            "body",
            "设置的内容须为不超过 16 KB 的 JSON 对象",
            "a setting is an object of JSON of at most 16 kB",
        )
        .into());
    }
    Ok(recorded(next_version(
        world,
        "setting".into(),
        name.clone(),
        command.today(),
        body.to_string(),
    )?))
}
