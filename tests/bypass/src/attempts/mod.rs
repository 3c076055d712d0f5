//! The attempts that are made through commands and through the API.

mod content;
mod deputies;
mod escalation;
mod numbers;
mod order;
mod own;
mod passing_on;
mod replay;
mod scope;
mod taking_back;

use crate::attempt::{Attempt, Say};

macro_rules! attempt {
    ($id:literal, $who:expr, $zh:literal, $en:literal, $code:literal, $through:expr, |$stage:ident| $body:block) => {
        $crate::attempt::Attempt {
            id: $id,
            who: $who,
            what: $crate::attempt::Say { zh: $zh, en: $en },
            code: $code,
            unoffered: "",
            through: $through,
            run: |$stage: &mut $crate::stage::Stage| $body,
        }
    };
}
pub(crate) use attempt;

/// A person who holds the role of one step.
pub const CLERK: Say = Say {
    zh: "经办人",
    en: "a clerk",
};
/// A person who holds the roles of several steps.
pub const TWO_ROLES: Say = Say {
    zh: "一人多岗者",
    en: "a person of several roles",
};
/// A person with a second account.
pub const TWO_ACCOUNTS: Say = Say {
    zh: "一人两号者",
    en: "a person with two accounts",
};
/// A deputy, or the person who appointed him.
pub const DEPUTY: Say = Say {
    zh: "代办人",
    en: "a deputy",
};
/// The head who approves.
pub const MANAGER: Say = Say {
    zh: "审核人",
    en: "an approver",
};
/// An administrator.
pub const ADMINISTRATOR: Say = Say {
    zh: "系统管理员",
    en: "an administrator",
};
/// Somebody with an account and no role here.
pub const OUTSIDER: Say = Say {
    zh: "无关人员",
    en: "a person without a role",
};
/// Somebody who was asked for his signature besides.
pub const ADDED: Say = Say {
    zh: "加签人",
    en: "an added signer",
};
/// A program that edits what it sends.
pub const EDITED: Say = Say {
    zh: "改过的请求",
    en: "an edited request",
};

/// All of them.
pub fn all() -> Vec<Attempt> {
    let mut all = own::all();
    all.extend(deputies::all());
    all.extend(passing_on::all());
    all.extend(taking_back::all());
    all.extend(order::all());
    all.extend(content::all());
    all.extend(replay::all());
    all.extend(numbers::all());
    all.extend(escalation::all());
    all.extend(scope::all());
    all
}
