//! Who plays: people of every role, and those who hold two, none, or had one.

use engine::{Grant, Person};
use kernel::Day;

/// The business day on which the curtain rises.
pub const TODAY: &str = "2026-04-01";

/// A day.
pub fn day(text: &str) -> Day {
    text.parse().expect("a day")
}

/// A role of the purchase flow, everywhere and without end.
pub fn gsp(role: &str) -> Grant {
    grant(&format!("gsp.{role}"), "")
}

/// A role of the trial pack, perhaps narrowed to a site.
pub fn trial(role: &str, scope: &str) -> Grant {
    grant(&format!("trial.{role}"), scope)
}

/// A qualified role, perhaps narrowed.
pub fn grant(role: &str, scope: &str) -> Grant {
    Grant {
        role: role.into(),
        scope: scope.into(),
        from: None,
        until: None,
    }
}

/// A person whose login, name and natural person are one.
pub fn person(login: &str, grants: Vec<Grant>) -> Person {
    Person {
        login: login.into(),
        name: login.into(),
        identity: login.into(),
        active: true,
        administrator: false,
        grants,
        deputies: Vec::new(),
    }
}

/// A second account of a natural person.
fn account_of(login: &str, identity: &str, grants: Vec<Grant>) -> Person {
    Person {
        identity: identity.into(),
        ..person(login, grants)
    }
}

fn administrator(login: &str, identity: &str, grants: Vec<Grant>) -> Person {
    Person {
        administrator: true,
        ..account_of(login, identity, grants)
    }
}

/// Every role of both packs.
fn everything() -> Vec<Grant> {
    let purchase = [
        "buyer",
        "purchase_manager",
        "receiver",
        "quality_clerk",
        "inspector",
        "keeper",
    ];
    let mut all: Vec<Grant> = purchase.into_iter().map(gsp).collect();
    all.extend(["maker", "checker", "chief", "keeper"].map(|role| trial(role, "")));
    all
}

/// Everyone.
pub fn people() -> Vec<Person> {
    let until = |mut grant: Grant, day: Day| {
        grant.until = Some(day);
        grant
    };
    let from = |mut grant: Grant, day: Day| {
        grant.from = Some(day);
        grant
    };
    let mut all = vec![
        administrator("管理员甲", "G01", Vec::new()),
        administrator("管理员乙", "G02", Vec::new()),
        // The same natural person as 管理员甲, with an account of its own and roles.
        administrator("甲副号", "G01", vec![gsp("buyer"), gsp("purchase_manager")]),
        administrator(
            "兼职管理员",
            "G03",
            vec![gsp("buyer"), gsp("purchase_manager")],
        ),
        person("王内勤", vec![gsp("buyer")]),
        person("高内勤", vec![gsp("buyer")]),
        person("李经理", vec![gsp("purchase_manager"), gsp("buyer")]),
        person("白经理", vec![gsp("purchase_manager")]),
        person("赵收货", vec![gsp("receiver"), gsp("inspector")]),
        person("韩收货", vec![gsp("receiver")]),
        person("钱质管", vec![gsp("quality_clerk")]),
        person("孙验收", vec![gsp("inspector")]),
        person("周保管", vec![gsp("keeper")]),
        person("兼验收", vec![gsp("inspector"), gsp("keeper")]),
        person("杜保管", vec![gsp("keeper")]),
        person("吴多岗", everything()),
        account_of("吴副号", "吴多岗", everything()),
        account_of("小写号", "wu-lower", vec![gsp("buyer")]),
        account_of("大写号", "WU-LOWER", vec![gsp("purchase_manager")]),
        person("门卫", Vec::new()),
        person(
            "旧经理",
            vec![until(gsp("purchase_manager"), day("2026-03-31"))],
        ),
        person(
            "新经理",
            vec![from(gsp("purchase_manager"), day("2026-05-01"))],
        ),
        person("短期保管", vec![until(gsp("keeper"), day(TODAY))]),
        person("北经办", vec![trial("maker", "N1")]),
        person("南经办", vec![trial("maker", "S1")]),
        person("北保管", vec![trial("keeper", "N1")]),
        person("经办", vec![trial("maker", "")]),
        person("复核甲", vec![trial("checker", "")]),
        person("复核乙", vec![trial("checker", "")]),
        person("主管", vec![trial("chief", "")]),
        person("记账员", vec![trial("keeper", "")]),
    ];
    all.push(Person {
        active: false,
        ..person("离职经理", vec![gsp("purchase_manager")])
    });
    all
}
