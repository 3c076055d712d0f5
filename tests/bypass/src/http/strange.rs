//! Methods, addresses and keys that nothing offers.

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};

use super::sessions::order_json;
use crate::attempt::{Attempt, Through};
use crate::attempts::{ADMINISTRATOR, EDITED, attempt};
use crate::stage::{APPROVE, Stage};

const HTTP: &[Through] = &[Through::Http];

/// Sends a request as a person and expects it to be refused.
fn as_person(stage: &mut Stage, login: &str, method: &str, path: &str, body: &Value) {
    let login: std::sync::Arc<str> = login.into();
    stage.refused(&login.clone(), |api, at| {
        let token = api.token(&login, at);
        api.call(method, path, Some(&token), Some(body))
    });
}

macro_rules! unoffered {
    ($id:literal, $who:expr, $zh:literal, $en:literal, $code:literal, $login:literal, $method:literal, $path:literal, $body:tt) => {
        attempt!($id, $who, $zh, $en, $code, HTTP, |stage| {
            let slip = stage.stock_in("周保管");
            let path = $path.replace("{slip}", &slip.to_string());
            as_person(stage, $login, $method, &path, &json!($body));
        })
    };
}

/// An order with one more key in its body.
fn with(name: &str, value: Value) -> Value {
    let mut body = order_json();
    body[name] = value;
    body
}

const ORDER: &str = "/api/v1/steps/gsp.purchase_inbound.order.fill";

pub fn all() -> Vec<Attempt> {
    let mut all = methods();
    all.extend(keys());
    all
}

fn methods() -> Vec<Attempt> {
    vec![
        unoffered!(
            "http.delete_slip",
            EDITED,
            "DELETE 一张已执行的单据",
            "deletes an executed slip",
            "slip.delete",
            "周保管",
            "DELETE",
            "/api/v1/slips/{slip}",
            null
        ),
        unoffered!("http.put_slip", EDITED, "PUT 单据的状态", "puts a slip's state", "slip.write", "周保管", "PUT", "/api/v1/slips/{slip}", {"state": "open", "docstatus": 1, "workflow_state": "Approved"}),
        unoffered!("http.patch_slip", EDITED, "PATCH 单据的明细", "patches a slip's lines", "slip.write", "周保管", "PATCH", "/api/v1/slips/{slip}", {"lines": []}),
        unoffered!("http.post_slip_state", EDITED, "POST 单据的状态", "posts a slip's state", "slip.act", "李经理", "POST", "/api/v1/slips/{slip}/state", {"state": "done"}),
        unoffered!("http.delete_slip_by_administrator", ADMINISTRATOR, "管理员 DELETE 单据，并带 force_delete", "deletes a slip, and says force_delete", "slip.delete", "管理员甲", "DELETE", "/api/v1/slips/{slip}?force_delete=true", {"context": {"force_delete": true}}),
        unoffered!(
            "http.delete_entry",
            EDITED,
            "DELETE 一笔分录",
            "deletes an entry",
            "ledger.delete",
            "周保管",
            "DELETE",
            "/api/v1/entries/1",
            null
        ),
        unoffered!("http.put_balance", EDITED, "PUT 一个余额", "puts a balance", "ledger.write", "周保管", "PUT", "/api/v1/balances/gsp.stock/good", {"amount": "900"}),
        unoffered!(
            "http.delete_journal",
            ADMINISTRATOR,
            "管理员 DELETE 一行日志",
            "deletes a journal row",
            "journal.delete",
            "管理员甲",
            "DELETE",
            "/api/v1/journal/1",
            null
        ),
        unoffered!("http.write_journal", ADMINISTRATOR, "管理员 PUT 一行日志", "puts a journal row", "journal.write", "管理员甲", "PUT", "/api/v1/journal/1", {"actor": "门卫"}),
        unoffered!(
            "http.delete_record",
            ADMINISTRATOR,
            "管理员 DELETE 一条台账",
            "deletes a record",
            "record.delete",
            "管理员甲",
            "DELETE",
            "/api/v1/records/gsp.party/S01",
            null
        ),
        unoffered!(
            "http.delete_person",
            ADMINISTRATOR,
            "管理员 DELETE 一个人",
            "deletes a person",
            "person.delete",
            "管理员甲",
            "DELETE",
            "/api/v1/people/王内勤",
            null
        ),
        unoffered!(
            "http.delete_page",
            EDITED,
            "对页面地址用 DELETE",
            "deletes under a page's address",
            "slip.delete",
            "周保管",
            "DELETE",
            "/slips/{slip}",
            null
        ),
        unoffered!("http.raw_command", EDITED, "直接提交引擎命令", "posts a command of the engine as it is", "request.act", "王内勤", "POST", "/api/v1/commands", {"do": "bootstrap", "people": []}),
        attempt!(
            "http.method_override",
            EDITED,
            "用请求头把 POST 变成 DELETE",
            "turns a POST into a DELETE by a header",
            "slip.act",
            HTTP,
            |stage| {
                let slip = stage.stock_in("周保管");
                stage.refused("周保管", |api, at| {
                    let token = api.token(&"周保管".into(), at);
                    let request = Request::builder()
                        .method("POST")
                        .uri(format!("/api/v1/slips/{slip}"))
                        .header("authorization", format!("Bearer {token}"))
                        .header("x-http-method-override", "DELETE")
                        .header("content-type", "application/json");
                    api.ask(request.body(Body::from("{}")).expect("a request"))
                });
            }
        ),
        attempt!(
            "http.behalf_header",
            EDITED,
            "用请求头写明代审核人办理",
            "says in a header that it acts for the approver",
            "deputy",
            HTTP,
            |stage| {
                let slip = stage.order("王内勤");
                let seen = stage.seen(slip);
                stage.refused("高内勤", |api, at| {
                let token = api.token(&"高内勤".into(), at);
                let body = json!({"key": "b", "slip": slip.0, "seen": [{"slip": slip.0, "content": &*seen.content}]});
                let request = Request::builder()
                    .method("POST")
                    .uri(format!("/api/v1/steps/{APPROVE}"))
                    .header("authorization", format!("Bearer {token}"))
                    .header("x-on-behalf-of", "%E7%99%BD%E7%BB%8F%E7%90%86")
                    .header("content-type", "application/json");
                api.ask(request.body(Body::from(body.to_string())).expect("a request"))
            });
            }
        ),
    ]
}

fn keys() -> Vec<Attempt> {
    vec![
        attempt!(
            "http.says_actor",
            EDITED,
            "在请求中写明由别人签字",
            "says in the body who signs",
            "write.actor",
            HTTP,
            |stage| {
                as_person(
                    stage,
                    "王内勤",
                    "POST",
                    ORDER,
                    &with("actor", "李经理".into()),
                );
            }
        ),
        attempt!(
            "http.says_time",
            EDITED,
            "在请求中写明时间",
            "says in the body when it was",
            "write.at",
            HTTP,
            |stage| {
                as_person(stage, "王内勤", "POST", ORDER, &with("at", 0.into()));
            }
        ),
        attempt!(
            "http.says_organisation",
            EDITED,
            "在请求中写明别的单位",
            "says in the body that it is another organisation",
            "write.org",
            HTTP,
            |stage| {
                as_person(stage, "王内勤", "POST", ORDER, &with("org", 2.into()));
            }
        ),
        attempt!(
            "http.says_state",
            EDITED,
            "在请求中写明状态",
            "says in the body what the state is to be",
            "write.state",
            HTTP,
            |stage| {
                as_person(
                    stage,
                    "王内勤",
                    "POST",
                    ORDER,
                    &with("state", "done".into()),
                );
            }
        ),
        attempt!(
            "http.says_number",
            EDITED,
            "在请求中写明单号",
            "says in the body what the number is to be",
            "write.number",
            HTTP,
            |stage| {
                as_person(
                    stage,
                    "王内勤",
                    "POST",
                    ORDER,
                    &with("number", "CG20260401-0001".into()),
                );
            }
        ),
        attempt!(
            "http.says_signatures",
            EDITED,
            "在请求中写明已有的签字",
            "says in the body who has signed already",
            "write.signed",
            HTTP,
            |stage| {
                as_person(
                    stage,
                    "王内勤",
                    "POST",
                    ORDER,
                    &with("signed", json!([{"person": "李经理"}])),
                );
            }
        ),
        attempt!(
            "http.says_identity",
            EDITED,
            "在请求中写明是另一个自然人",
            "says in the body that he is another natural person",
            "write.identity",
            HTTP,
            |stage| {
                as_person(
                    stage,
                    "吴副号",
                    "POST",
                    ORDER,
                    &with("identity", "别人".into()),
                );
            }
        ),
        attempt!(
            "http.says_deputies",
            ADMINISTRATOR,
            "登记人员时写明其代办人",
            "names a person's deputies when recording him",
            "write.unknown_key",
            HTTP,
            |stage| {
                let body = json!({"key": "p", "name": "白经理", "identity": "白经理", "active": true,
                "grants": [{"role": "gsp.purchase_manager"}], "deputies": [{"to": "门卫", "from": "2026-04-01", "until": "2026-12-31"}]});
                as_person(stage, "管理员甲", "POST", "/api/v1/people/白经理", &body);
            }
        ),
    ]
}
