//! Sessions that are not one's own, or not any more.

use engine::Act;
use serde_json::{Value, json};

use super::browser::{Browser, form};
use crate::api::PASSWORD;
use crate::attempt::{Attempt, Say, Through};
use crate::attempts::{ADMINISTRATOR, CLERK, attempt};
use crate::stage::Stage;

const HTTP: &[Through] = &[Through::Http];
/// Somebody who has no account.
const STRANGER: Say = Say {
    zh: "外人",
    en: "a stranger",
};
/// A page of another site, in the browser of somebody who is logged in here.
const OTHER_SITE: Say = Say {
    zh: "别的网站",
    en: "another site's page",
};
/// A program with a token of its own.
const PROGRAM: Say = Say {
    zh: "程序",
    en: "a program",
};

/// An order as JSON.
pub fn order_json() -> Value {
    json!({"key": &*crate::stage::fresh_key(), "input": {"header": {"supplier": "S01"},
        "lines": [{"fields": {"item": "A001", "qty": "5", "price": "12.50"}}]}})
}

const ORDER: &str = "/api/v1/steps/gsp.purchase_inbound.order.fill";

/// A password of one's own, so that other attempts keep theirs.
fn account(stage: &mut Stage, login: &str) {
    let person = engine::Person {
        identity: login.into(),
        ..crate::cast::person(login, vec![crate::cast::gsp("buyer")])
    };
    stage.must("管理员甲", Act::PutPerson { person });
    let digest = engine::hex(&<sha2::Sha256 as sha2::Digest>::digest(
        crate::api::STORED.as_bytes(),
    ));
    stage.must_credential(
        engine::SYSTEM,
        Act::Credential {
            login: login.into(),
            digest,
        },
        crate::api::STORED.clone(),
    );
}

pub fn all() -> Vec<Attempt> {
    let mut all = tokens();
    all.extend(meaning());
    all
}

fn tokens() -> Vec<Attempt> {
    vec![
        attempt!(
            "session.none",
            STRANGER,
            "不登录就签字",
            "signs without logging in",
            "session.none",
            HTTP,
            |stage| {
                stage.refused("system", |api, _| {
                    dead(api.call("POST", ORDER, None, Some(&order_json())))
                });
            }
        ),
        attempt!(
            "session.forged",
            STRANGER,
            "编造会话令牌",
            "makes up a session's token",
            "session.forged",
            HTTP,
            |stage| {
                let token = "0".repeat(64);
                stage.refused("system", |api, _| {
                    dead(api.call("POST", ORDER, Some(&token), Some(&order_json())))
                });
            }
        ),
        attempt!(
            "session.too_long",
            STRANGER,
            "令牌长达一兆",
            "sends a token of great length",
            "session.forged",
            HTTP,
            |stage| {
                let token = "a".repeat(6_000);
                stage.refused("system", |api, _| {
                    dead(api.call("POST", ORDER, Some(&token), Some(&order_json())))
                });
            }
        ),
        attempt!(
            "session.hash_as_token",
            STRANGER,
            "拿数据库中存的令牌哈希当令牌",
            "uses the hash of a token, as the database keeps it",
            "session.forged",
            HTTP,
            |stage| {
                stage.refused("system", |api, at| {
                    let token = api.token(&"王内勤".into(), at);
                    let hash =
                        engine::hex(&<sha2::Sha256 as sha2::Digest>::digest(token.as_bytes()));
                    dead(api.call("POST", ORDER, Some(&hash), Some(&order_json())))
                });
            }
        ),
        attempt!(
            "session.logged_out",
            CLERK,
            "退出登录后重发旧请求",
            "sends an old request after he logged out",
            "session.forged",
            HTTP,
            |stage| {
                stage.refused("system", |api, _| {
                    let token = api.log_in("王内勤");
                    let out = api.call("POST", "/api/v1/logout", Some(&token), None);
                    assert!(out.status.is_success(), "{}", out.text());
                    dead(api.call("POST", ORDER, Some(&token), Some(&order_json())))
                });
            }
        ),
        attempt!(
            "session.expired",
            CLERK,
            "会话过期后重发旧请求",
            "sends an old request after his session ended",
            "session.expired",
            HTTP,
            |stage| {
                let now = stage.now;
                let token = stage
                    .api
                    .as_ref()
                    .map(|api| {
                        api.set_clock(now);
                        api.log_in("王内勤")
                    })
                    .unwrap_or_default();
                stage.now = stage.now.plus_minutes(13 * 60);
                stage.refused("system", |api, _| {
                    dead(api.call("POST", ORDER, Some(&token), Some(&order_json())))
                });
            }
        ),
        attempt!(
            "session.of_deactivated",
            CLERK,
            "停用之后用旧会话签字",
            "signs with an old session after his account went out of use",
            "session.inactive",
            HTTP,
            |stage| {
                account(stage, "将停用");
                let now = stage.now;
                let token = stage
                    .api
                    .as_ref()
                    .map(|api| {
                        api.set_clock(now);
                        api.log_in("将停用")
                    })
                    .unwrap_or_default();
                let person = engine::Person {
                    active: false,
                    ..crate::cast::person("将停用", Vec::new())
                };
                stage.must("管理员甲", Act::PutPerson { person });
                settle();
                stage.refused("system", |api, _| {
                    dead(api.call("POST", ORDER, Some(&token), Some(&order_json())))
                });
            }
        ),
        attempt!(
            "session.before_password_change",
            CLERK,
            "改密码之前的会话再用",
            "uses a session from before the password was changed",
            "session.forged",
            HTTP,
            |stage| {
                account(stage, "将改密码");
                let now = stage.now;
                let token = stage
                    .api
                    .as_ref()
                    .map(|api| {
                        api.set_clock(now);
                        let (old, new) = (api.log_in("将改密码"), api.log_in("将改密码"));
                        let body = json!({"old": PASSWORD, "new": "quite another password"});
                        let changed = api.call("POST", "/api/v1/password", Some(&new), Some(&body));
                        assert!(changed.status.is_success(), "{}", changed.text());
                        old
                    })
                    .unwrap_or_default();
                stage.refused("system", |api, _| {
                    dead(api.call("POST", ORDER, Some(&token), Some(&order_json())))
                });
            }
        ),
        attempt!(
            "session.one_time_password",
            ADMINISTRATOR,
            "设别人的密码后登录，不改密码就签字",
            "sets another's password, logs in as him and signs without replacing it",
            "password_change",
            HTTP,
            |stage| {
                account(stage, "被冒用者");
                let now = stage.now;
                let token = stage
                    .api
                    .as_mut()
                    .map(|api| {
                        api.set_clock(now);
                        let admin = api.token(&"管理员甲".into(), now);
                        let body = json!({"password": "chosen by the administrator"});
                        let set = api.call(
                            "POST",
                            "/api/v1/people/被冒用者/password",
                            Some(&admin),
                            Some(&body),
                        );
                        assert!(set.status.is_success(), "{}", set.text());
                        let body =
                            json!({"login": "被冒用者", "password": "chosen by the administrator"});
                        let entered = api.call("POST", "/api/v1/login", None, Some(&body));
                        entered.json()["token"]
                            .as_str()
                            .unwrap_or_default()
                            .to_owned()
                    })
                    .unwrap_or_default();
                stage.refused("被冒用者", |api, _| {
                    api.call("POST", ORDER, Some(&token), Some(&order_json()))
                });
                let body = json!({"name": "程序", "scopes": ["sign"], "days": 300});
                stage.refused("被冒用者", |api, _| {
                    api.call("POST", "/api/v1/tokens", Some(&token), Some(&body))
                });
                let body =
                    json!({"key": "d", "to": "门卫", "from": "2026-04-01", "until": "2026-04-01"});
                stage.refused("被冒用者", |api, _| {
                    api.call("POST", "/api/v1/deputies", Some(&token), Some(&body))
                });
            }
        ),
        attempt!(
            "token.read_only",
            PROGRAM,
            "用只读令牌签字",
            "signs with a token that may only read",
            "scope",
            HTTP,
            |stage| {
                let token = issue(stage, json!(["read"]));
                stage.refused("王内勤", |api, _| {
                    api.call("POST", ORDER, Some(&token), Some(&order_json()))
                });
            }
        ),
        attempt!(
            "token.makes_tokens",
            PROGRAM,
            "用令牌再发令牌，使其不随密码失效",
            "makes another token of a token",
            "scope",
            HTTP,
            |stage| {
                let token = issue(stage, json!(["read"]));
                let body = json!({"name": "x", "scopes": ["sign"], "days": 300});
                stage.refused("王内勤", |api, _| {
                    api.call("POST", "/api/v1/tokens", Some(&token), Some(&body))
                });
            }
        ),
        attempt!(
            "token.signing_makes_tokens",
            PROGRAM,
            "用可签字的令牌再发令牌",
            "makes another token of a token that may sign",
            "scope",
            HTTP,
            |stage| {
                let token = issue(stage, json!(["read", "sign"]));
                let body = json!({"name": "x", "scopes": ["sign"], "days": 300});
                stage.refused("王内勤", |api, _| {
                    api.call("POST", "/api/v1/tokens", Some(&token), Some(&body))
                });
            }
        ),
        attempt!(
            "token.changes_password",
            PROGRAM,
            "用令牌更改本人密码，把本人挡在外面",
            "changes the person's password with a token, to shut him out",
            "scope",
            HTTP,
            |stage| {
                let token = issue(stage, json!(["read", "sign"]));
                let body = json!({"old": PASSWORD, "new": "a password of the program"});
                stage.refused("王内勤", |api, _| {
                    api.call("POST", "/api/v1/password", Some(&token), Some(&body))
                });
            }
        ),
        attempt!(
            "token.read_only_administers",
            PROGRAM,
            "用管理员的只读令牌授予岗位、改台账、结账",
            "grants roles, writes records and closes periods with an administrator's token that may only read",
            "scope",
            HTTP,
            |stage| {
                let token = issue_of(stage, "管理员乙", json!(["read"]));
                let person = json!({"key": "t1", "name": "门卫", "identity": "门卫", "active": true,
                    "grants": [{"role": "gsp.purchase_manager"}]});
                let fields = json!({"key": "t2", "fields": {"licence_until": "2099-12-31"}});
                let none = json!({"key": "t3"});
                for (path, body) in [
                    ("/api/v1/people/门卫", &person),
                    ("/api/v1/records/gsp.party/S01", &fields),
                    ("/api/v1/periods/trial.cash/202601/close", &none),
                    (
                        "/api/v1/people/门卫/password",
                        &json!({"password": "a good password"}),
                    ),
                ] {
                    stage.refused("管理员乙", |api, _| {
                        api.call("POST", path, Some(&token), Some(body))
                    });
                }
            }
        ),
        attempt!(
            "token.read_only_posts_a_form",
            PROGRAM,
            "用只读令牌提交页面表单",
            "posts a page's form with a token that may only read",
            "scope",
            HTTP,
            |stage| {
                let order = stage.order("高内勤");
                let seen = format!("{order}:{}", stage.seen(order).content);
                let token = issue_of(stage, "白经理", json!(["read"]));
                let fields = form(&[("_key", "k"), ("_seen", &seen), ("_do", "sign")]);
                stage.refused("白经理", |api, _| {
                    let path = format!("/slips/{order}/sign/{}", crate::stage::APPROVE);
                    let request = axum::http::Request::post(path)
                        .header("authorization", format!("Bearer {token}"))
                        .header("content-type", "application/x-www-form-urlencoded");
                    api.ask(
                        request
                            .body(axum::body::Body::from(fields))
                            .expect("a request"),
                    )
                });
            }
        ),
        attempt!(
            "session.page_of_deactivated",
            CLERK,
            "停用之后在打开的页面上签字",
            "signs on a page that was open when his account went out of use",
            "session.inactive",
            &[Through::Pages],
            |stage| {
                account(stage, "将停用二");
                let now = stage.now;
                let open = stage.api.as_ref().map(|api| {
                    api.set_clock(now);
                    let browser = Browser::log_in(api, "将停用二");
                    let csrf = browser.csrf(api);
                    (browser, csrf)
                });
                let person = engine::Person {
                    active: false,
                    ..crate::cast::person("将停用二", Vec::new())
                };
                stage.must("管理员甲", Act::PutPerson { person });
                settle();
                stage.refused("system", |api, _| {
                    let (browser, csrf) = open.expect("a browser");
                    let fields = form(&[
                        ("_csrf", &csrf),
                        ("_key", "k"),
                        ("_do", "sign"),
                        ("h.supplier", "S01"),
                        ("l.1.item", "A001"),
                        ("l.1.qty", "5"),
                        ("l.1.price", "12.50"),
                    ]);
                    browser.post(api, &format!("/new/{}", crate::stage::FILL), &fields)
                });
            }
        ),
        attempt!(
            "login.guessing",
            STRANGER,
            "反复猜密码",
            "guesses a password again and again",
            "login.locked",
            HTTP,
            |stage| {
                stage.refused("system", |api, _| {
                    let mut last = None;
                    for nth in 0..6 {
                        let body =
                            json!({"login": "白经理", "password": format!("guess number {nth}")});
                        last = Some(api.call("POST", "/api/v1/login", None, Some(&body)));
                    }
                    // While the lock lasts the right password does not help either.
                    let body = json!({"login": "白经理", "password": PASSWORD});
                    let right = api.call("POST", "/api/v1/login", None, Some(&body));
                    assert_eq!(right.code(), "locked");
                    dead(last.unwrap_or(right))
                });
                stage.now = stage.now.plus_minutes(60);
            }
        ),
    ]
}

/// A refusal that tells a stranger no more than that he is not let in; the journal has its name.
fn dead(reply: crate::api::Reply) -> crate::api::Reply {
    assert!(
        matches!(reply.status.as_u16(), 401 | 429),
        "{} {}",
        reply.status,
        reply.text()
    );
    crate::api::Reply {
        bytes: Vec::new(),
        ..reply
    }
}

/// Gives the server the moment that it takes to hear what was changed behind it.
fn settle() {
    std::thread::sleep(std::time::Duration::from_millis(100));
}

fn issue(stage: &mut Stage, scopes: Value) -> String {
    issue_of(stage, "王内勤", scopes)
}

/// A token that a person issues to a program, now.
pub fn issue_of(stage: &mut Stage, login: &str, scopes: Value) -> String {
    let now = stage.now;
    let Some(api) = &mut stage.api else {
        return String::new();
    };
    api.set_clock(now);
    let token = api.token(&login.into(), now);
    let body = json!({"name": "地磅", "scopes": scopes, "days": 30});
    let reply = api.call("POST", "/api/v1/tokens", Some(&token), Some(&body));
    reply.json()["token"].as_str().expect("a token").to_owned()
}

fn meaning() -> Vec<Attempt> {
    vec![
        attempt!(
            "csrf.no_token",
            OTHER_SITE,
            "借登录者的浏览器提交表单，没有页面令牌",
            "posts a form from the browser of a person who is logged in, without the page's token",
            "csrf",
            HTTP,
            |stage| {
                stage.refused("王内勤", |api, _| {
                    let browser = Browser::log_in(api, "王内勤");
                    browser.json(api, ORDER, None, &order_json())
                });
            }
        ),
        attempt!(
            "csrf.anothers_token",
            OTHER_SITE,
            "附别人会话的页面令牌",
            "gives the page token of somebody else's session",
            "csrf",
            HTTP,
            |stage| {
                stage.refused("王内勤", |api, _| {
                    let other = Browser::log_in(api, "高内勤").csrf(api);
                    let browser = Browser::log_in(api, "王内勤");
                    browser.json(api, ORDER, Some(&other), &order_json())
                });
            }
        ),
        attempt!(
            "csrf.from_elsewhere",
            OTHER_SITE,
            "令牌正确而来源是别的网站",
            "has the right token, and comes from another site",
            "csrf",
            HTTP,
            |stage| {
                stage.refused("王内勤", |api, _| {
                    let mut browser = Browser::log_in(api, "王内勤");
                    let token = browser.csrf(api);
                    browser.origin = "https://evil.example";
                    browser.json(api, ORDER, Some(&token), &order_json())
                });
            }
        ),
        attempt!(
            "csrf.form",
            OTHER_SITE,
            "由别的网站提交签字表单",
            "posts the form of a signature from elsewhere",
            "csrf",
            HTTP,
            |stage| {
                let order = stage.order("王内勤");
                let seen = stage.seen(order);
                stage.refused("白经理", |api, _| {
                    let mut browser = Browser::log_in(api, "白经理");
                    browser.origin = "https://evil.example";
                    let seen = format!("{order}:{}", seen.content);
                    let fields = form(&[
                        ("_csrf", &browser.csrf(api)),
                        ("_key", "k"),
                        ("_seen", &seen),
                        ("_do", "sign"),
                    ]);
                    browser.post(
                        api,
                        &format!("/slips/{order}/sign/{}", crate::stage::APPROVE),
                        &fields,
                    )
                });
            }
        ),
        attempt!(
            "csrf.log_in",
            OTHER_SITE,
            "替受害人登录攻击者的账号",
            "logs the victim's browser in as the attacker",
            "csrf",
            HTTP,
            |stage| {
                stage.refused("system", |api, _| {
                    let browser = Browser {
                        cookies: String::new(),
                        origin: "https://evil.example",
                    };
                    browser.post(
                        api,
                        "/login",
                        &form(&[("name", "门卫"), ("password", PASSWORD)]),
                    )
                });
            }
        ),
    ]
}
