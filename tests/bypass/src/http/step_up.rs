//! A signature for which the password is asked again, given by who does not know it, or gave it long ago, or elsewhere.

use kernel::SlipId;
use serde_json::{Value, json};

use super::browser::Browser;
use super::sessions::issue_of;
use crate::api::{Api, PASSWORD, Reply};
use crate::attempt::{Attempt, Say, Through};
use crate::attempts::{CLERK, EDITED, attempt};
use crate::stage::{SEAL, Stage, fresh_key};

const HTTP: &[Through] = &[Through::Http];
const PAGES: &[Through] = &[Through::Pages];
/// Somebody who sits down at a screen that another left open.
const PASSER_BY: Say = Say {
    zh: "路过者",
    en: "a passer-by at an open screen",
};
const PROGRAM: Say = Say {
    zh: "程序",
    en: "a program",
};

fn signature(stage: &Stage, slip: SlipId) -> Value {
    let seen = stage.seen(slip);
    json!({"key": &*fresh_key(), "slip": slip.0, "seen": [{"slip": slip.0, "content": &*seen.content}]})
}

fn sign(api: &Api, token: &str, body: &Value) -> Reply {
    api.call(
        "POST",
        &format!("/api/v1/steps/{SEAL}"),
        Some(token),
        Some(body),
    )
}

/// A log-in of the chief, now, and then so many minutes.
fn log_in_and_wait(stage: &mut Stage, minutes: i64) -> String {
    let now = stage.now;
    let token = stage.api.as_ref().map(|api| {
        api.set_clock(now);
        api.log_in("主管")
    });
    stage.now = now.plus_minutes(minutes);
    token.unwrap_or_default()
}

/// The form of the signature, with more fields.
fn form_of(stage: &Stage, slip: SlipId, more: &[(&str, &str)]) -> Vec<(String, String)> {
    let seen = format!("{slip}:{}", stage.seen(slip).content);
    let mut fields = vec![
        ("_seen".to_owned(), seen),
        ("_do".to_owned(), "sign".to_owned()),
    ];
    fields.extend(
        more.iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
    );
    fields
}

fn post_late(stage: &mut Stage, more: &[(&str, &str)]) {
    let paper = stage.paper();
    let now = stage.now;
    let browser = stage.api.as_ref().map(|api| {
        api.set_clock(now);
        Browser::log_in(api, "主管")
    });
    stage.now = now.plus_minutes(6);
    let fields = form_of(stage, paper, more);
    stage.refused("主管", |api, _| {
        let fields: Vec<(&str, &str)> = fields
            .iter()
            .map(|(name, value)| (&**name, &**value))
            .collect();
        let reply = browser.expect("a browser").submit(
            api,
            &format!("/slips/{paper}/sign/{SEAL}"),
            &fields,
        );
        assert!(
            reply.text().contains("name=\"password\""),
            "it asks for the password"
        );
        reply
    });
}

pub fn all() -> Vec<Attempt> {
    let mut all = programs();
    all.extend(people());
    all
}

fn programs() -> Vec<Attempt> {
    vec![
        attempt!(
            "step_up.by_token",
            PROGRAM,
            "用刚发出的令牌签须再输密码的环节",
            "signs with a token just issued a step that asks for the password again",
            "confirm",
            HTTP,
            |stage| {
                let paper = stage.paper();
                let token = issue_of(stage, "主管", json!(["read", "sign"]));
                let body = signature(stage, paper);
                stage.refused("主管", |api, _| sign(api, &token, &body));
            }
        ),
        attempt!(
            "step_up.token_gives_password",
            PROGRAM,
            "令牌替本人再输密码",
            "gives the right password again in the session of a token",
            "scope",
            HTTP,
            |stage| {
                let token = issue_of(stage, "主管", json!(["read", "sign"]));
                stage.refused("主管", |api, _| {
                    let body = json!({"password": PASSWORD});
                    api.call("POST", "/api/v1/confirm", Some(&token), Some(&body))
                });
            }
        ),
        attempt!(
            "step_up.own_key_of_an_earlier_signature",
            EDITED,
            "以已签过的请求编号签另一张须再输密码的单",
            "signs another paper under the key of a signature for which the password was given",
            "confirm",
            HTTP,
            |stage| {
                let (first, second) = (stage.paper(), stage.paper());
                let token = log_in_and_wait(stage, 0);
                let done = signature(stage, first);
                if let Some(api) = &stage.api {
                    let reply = sign(api, &token, &done);
                    assert!(reply.status.is_success(), "{}", reply.text());
                }
                stage.now = stage.now.plus_minutes(6);
                let mut body = signature(stage, second);
                body["key"] = done["key"].clone();
                stage.refused("主管", |api, _| sign(api, &token, &body));
            }
        ),
    ]
}

fn people() -> Vec<Attempt> {
    vec![
        attempt!(
            "step_up.stale_confirmation",
            PASSER_BY,
            "输密码六分钟之后再签",
            "signs six minutes after the password was given",
            "confirm",
            HTTP,
            |stage| {
                let paper = stage.paper();
                let token = log_in_and_wait(stage, 6);
                let body = signature(stage, paper);
                stage.refused("主管", |api, _| sign(api, &token, &body));
            }
        ),
        attempt!(
            "step_up.confirmed_in_another_session",
            PASSER_BY,
            "本人在另一处刚输过密码，用旧会话签",
            "signs in an old session after the person gave his password in another",
            "confirm",
            HTTP,
            |stage| {
                let paper = stage.paper();
                let token = log_in_and_wait(stage, 6);
                let _ = log_in_and_wait(stage, 0);
                let body = signature(stage, paper);
                stage.refused("主管", |api, _| {
                    let fresh = api.log_in("主管");
                    let given = json!({"password": PASSWORD});
                    let told = api.call("POST", "/api/v1/confirm", Some(&fresh), Some(&given));
                    assert!(told.status.is_success(), "{}", told.text());
                    sign(api, &token, &body)
                });
            }
        ),
        attempt!(
            "step_up.wrong_password",
            PASSER_BY,
            "再输密码时乱猜",
            "guesses when the password is asked for again",
            "confirm",
            HTTP,
            |stage| {
                let paper = stage.paper();
                let token = log_in_and_wait(stage, 6);
                let body = signature(stage, paper);
                stage.refused("主管", |api, _| {
                    let guess = json!({"password": "a wild guess"});
                    let told = api.call("POST", "/api/v1/confirm", Some(&token), Some(&guess));
                    assert_eq!(told.status.as_u16(), 401, "{}", told.text());
                    sign(api, &token, &body)
                });
            }
        ),
        attempt!(
            "step_up.form_without_password",
            PASSER_BY,
            "提交签字表单而不附密码",
            "posts the form of the signature without the password",
            "confirm",
            PAGES,
            |stage| {
                post_late(stage, &[]);
            }
        ),
        attempt!(
            "step_up.form_with_wrong_password",
            PASSER_BY,
            "提交签字表单，附错的密码",
            "posts the form of the signature with a wrong password",
            "confirm",
            PAGES,
            |stage| {
                post_late(stage, &[("password", "a wild guess")]);
            }
        ),
        attempt!(
            "step_up.among_several",
            CLERK,
            "夹在批量签字里",
            "puts it among several that are signed at once",
            "confirm",
            PAGES,
            |stage| {
                let paper = stage.paper();
                let token = stage.api.as_ref().map(|api| Browser::log_in(api, "主管"));
                stage.now = stage.now.plus_minutes(6);
                let seen = stage.seen(paper).content;
                stage.refused("主管", |api, _| {
                    let task = format!("{paper}:{seen}:{SEAL}:");
                    token
                        .expect("a browser")
                        .submit(api, "/inbox/sign", &[("task", &task)])
                });
            }
        ),
    ]
}
