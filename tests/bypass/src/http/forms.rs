//! Forms as a browser posts them, with what they hide edited.

use super::browser::Browser;
use crate::attempt::{Attempt, Through};
use crate::attempts::{ADMINISTRATOR, CLERK, EDITED, MANAGER, OUTSIDER, TWO_ROLES, attempt};
use crate::stage::{APPROVE, RECEIVE, Stage};

const PAGES: &[Through] = &[Through::Pages];

/// Posts a form as a person, with the token of his session, and expects it to be refused.
fn post(stage: &mut Stage, login: &str, path: &str, fields: &[(&str, &str)]) {
    stage.refused(login, |api, _| {
        Browser::log_in(api, login).submit(api, path, fields)
    });
}

fn digest(stage: &Stage, slip: kernel::SlipId) -> String {
    format!("{slip}:{}", stage.seen(slip).content)
}

pub fn all() -> Vec<Attempt> {
    let mut all = signing();
    all.extend(acts());
    all.extend(managing());
    all
}

fn signing() -> Vec<Attempt> {
    vec![
        attempt!(
            "page.approve_own",
            TWO_ROLES,
            "自己的订单没有审核按钮，直接提交审核表单",
            "posts the approval of his own order, for which no button is shown",
            "separate",
            PAGES,
            |stage| {
                let order = stage.order("李经理");
                let seen = digest(stage, order);
                post(
                    stage,
                    "李经理",
                    &format!("/slips/{order}/sign/{APPROVE}"),
                    &[("_seen", &seen), ("_do", "sign")],
                );
            }
        ),
        attempt!(
            "page.approve_without_role",
            CLERK,
            "没有岗位而提交审核表单",
            "posts an approval without the role",
            "role",
            PAGES,
            |stage| {
                let order = stage.order("王内勤");
                let seen = digest(stage, order);
                post(
                    stage,
                    "高内勤",
                    &format!("/slips/{order}/sign/{APPROVE}"),
                    &[("_seen", &seen), ("_do", "sign")],
                );
            }
        ),
        attempt!(
            "page.stale_digest",
            EDITED,
            "改掉表单里隐藏的内容摘要",
            "edits the hidden digest of what was seen",
            "stale",
            PAGES,
            |stage| {
                let order = stage.order("王内勤");
                let seen = format!("{order}:{}", "0".repeat(32));
                post(
                    stage,
                    "白经理",
                    &format!("/slips/{order}/sign/{APPROVE}"),
                    &[("_seen", &seen), ("_do", "sign")],
                );
            }
        ),
        attempt!(
            "page.no_digest",
            EDITED,
            "删掉表单里隐藏的内容摘要",
            "takes the hidden digest out of the form",
            "unseen",
            PAGES,
            |stage| {
                let order = stage.order("王内勤");
                post(
                    stage,
                    "白经理",
                    &format!("/slips/{order}/sign/{APPROVE}"),
                    &[("_do", "sign")],
                );
            }
        ),
        attempt!(
            "page.digest_of_another_slip",
            EDITED,
            "看一张单，表单地址改成另一张",
            "looks at one slip and posts the form to another",
            "unseen",
            PAGES,
            |stage| {
                let (one, other) = (stage.order("王内勤"), stage.order("高内勤"));
                let seen = digest(stage, one);
                post(
                    stage,
                    "白经理",
                    &format!("/slips/{other}/sign/{APPROVE}"),
                    &[("_seen", &seen), ("_do", "sign")],
                );
            }
        ),
        attempt!(
            "page.behalf",
            EDITED,
            "改掉表单里“代谁办理”",
            "edits for whom the form is posted",
            "deputy",
            PAGES,
            |stage| {
                let order = stage.order("王内勤");
                let seen = digest(stage, order);
                post(
                    stage,
                    "门卫",
                    &format!("/slips/{order}/sign/{APPROVE}"),
                    &[("_seen", &seen), ("_for", "李经理"), ("_do", "sign")],
                );
            }
        ),
        attempt!(
            "page.behalf_cookie",
            EDITED,
            "在会话中选择代一个没有委托过自己的人",
            "chooses in his session to act for somebody who never appointed him",
            "deputy",
            PAGES,
            |stage| {
                let order = stage.order("王内勤");
                let seen = digest(stage, order);
                stage.refused("门卫", |api, _| {
                    let mut browser = Browser::log_in(api, "门卫");
                    let chosen =
                        browser.submit(api, "/behalf", &[("login", "李经理"), ("back", "/inbox")]);
                    browser.cookies = format!("{}; {}", browser.cookies, chosen.cookies());
                    browser.submit(
                        api,
                        &format!("/slips/{order}/sign/{APPROVE}"),
                        &[("_seen", &seen), ("_do", "sign")],
                    )
                });
            }
        ),
        attempt!(
            "page.skip_approval",
            CLERK,
            "未审核的订单直接提交收货表单",
            "posts a receipt on an order that was not approved",
            "order",
            PAGES,
            |stage| {
                let order = stage.order("王内勤");
                let seen = digest(stage, order);
                post(
                    stage,
                    "韩收货",
                    &format!("/new/{RECEIVE}"),
                    &[
                        ("_from", &order.to_string()),
                        ("_seen", &seen),
                        ("_do", "sign"),
                        ("delivery_note", "DN1"),
                    ],
                );
            }
        ),
        attempt!(
            "page.batch_of_others",
            MANAGER,
            "在批量签字里夹一张自己填制的订单",
            "puts his own order among several that he signs at once",
            "separate",
            PAGES,
            |stage| {
                let order = stage.order("李经理");
                let shown = digest(stage, order);
                post(
                    stage,
                    "李经理",
                    "/inbox/sign",
                    &[("task", &format!("{shown}:{APPROVE}:"))],
                );
            }
        ),
        attempt!(
            "page.batch_stale",
            MANAGER,
            "批量签字时有单据在显示之后已改动",
            "signs several at once, one of which has changed since",
            "stale",
            PAGES,
            |stage| {
                let order = stage.order("王内勤");
                let shown = digest(stage, order);
                stage.must(
                    "王内勤",
                    engine::Act::Withdraw {
                        slip: order,
                        reason: String::new(),
                    },
                );
                let engine::Act::Step { step, input, .. } = crate::stage::order("900") else {
                    return;
                };
                let seen = vec![stage.seen(order)];
                stage.must(
                    "王内勤",
                    engine::Act::Step {
                        step,
                        slip: Some(order),
                        sources: Vec::new(),
                        seen,
                        input,
                    },
                );
                post(
                    stage,
                    "白经理",
                    "/inbox/sign",
                    &[("task", &format!("{shown}:{APPROVE}:"))],
                );
            }
        ),
    ]
}

fn acts() -> Vec<Attempt> {
    vec![
        attempt!(
            "page.void_anothers",
            OUTSIDER,
            "提交作废别人单据的表单",
            "posts the form that voids another's slip",
            "role",
            PAGES,
            |stage| {
                let order = stage.order("王内勤");
                let seen = digest(stage, order);
                post(
                    stage,
                    "门卫",
                    &format!("/slips/{order}/act/void"),
                    &[("_seen", &seen), ("reason", "重复")],
                );
            }
        ),
        attempt!(
            "page.reverse_own_request",
            CLERK,
            "提交确认自己冲销申请的表单",
            "posts the confirmation of his own request for a reversal",
            "separate",
            PAGES,
            |stage| {
                let slip = stage.stock_in("周保管");
                stage.must(
                    "周保管",
                    engine::Act::AskReversal {
                        slip,
                        reason: "批号有误".into(),
                    },
                );
                let seen = stage.seen(slip).content.to_string();
                post(
                    stage,
                    "周保管",
                    &format!("/slips/{slip}/act/reverse"),
                    &[("_seen", &seen)],
                );
            }
        ),
        attempt!(
            "page.withdraw_executed_end",
            CLERK,
            "提交撤回已执行入库单的表单",
            "posts the withdrawal of an executed stock-in",
            "order",
            PAGES,
            |stage| {
                let slip = stage.stock_in("周保管");
                let seen = digest(stage, slip);
                post(
                    stage,
                    "周保管",
                    &format!("/slips/{slip}/act/withdraw"),
                    &[("_seen", &seen)],
                );
            }
        ),
        attempt!(
            "page.hand_over_to_filler",
            MANAGER,
            "提交把审核转给填制人的表单",
            "posts a hand-over of the approval to the filler",
            "separate",
            PAGES,
            |stage| {
                let order = stage.order("李经理");
                let seen = digest(stage, order);
                post(
                    stage,
                    "白经理",
                    &format!("/slips/{order}/act/hand-over?step={APPROVE}"),
                    &[("_seen", &seen), ("to", "李经理"), ("reason", "休假")],
                );
            }
        ),
        attempt!(
            "page.comment_by_outsider",
            OUTSIDER,
            "在无关的单据上留言",
            "comments on a slip that is none of his business",
            "role",
            PAGES,
            |stage| {
                let order = stage.order("王内勤");
                post(
                    stage,
                    "门卫",
                    &format!("/slips/{order}/act/comment"),
                    &[("text", "同意")],
                );
            }
        ),
    ]
}

fn managing() -> Vec<Attempt> {
    vec![
        attempt!(
            "page.grant_oneself",
            ADMINISTRATOR,
            "提交给自己授予岗位的表单",
            "posts the form that grants himself a role",
            "own_grant",
            PAGES,
            |stage| {
                post(
                    stage,
                    "管理员甲",
                    "/admin/people/管理员甲",
                    &[
                        ("h.name", "管理员甲"),
                        ("h.active", "1"),
                        ("h.administrator", "1"),
                        ("l.1.role", "gsp.purchase_manager"),
                    ],
                );
            }
        ),
        attempt!(
            "page.grant_by_clerk",
            CLERK,
            "非管理员提交授予岗位的表单",
            "posts the form that grants roles, without being an administrator",
            "administrator",
            PAGES,
            |stage| {
                post(
                    stage,
                    "王内勤",
                    "/admin/people/门卫",
                    &[
                        ("h.name", "门卫"),
                        ("h.active", "1"),
                        ("l.1.role", "gsp.purchase_manager"),
                    ],
                );
            }
        ),
        attempt!(
            "page.add_person_by_clerk",
            CLERK,
            "非管理员提交新增人员的表单",
            "posts the form that adds a person, without being an administrator",
            "administrator",
            PAGES,
            |stage| {
                post(
                    stage,
                    "王内勤",
                    "/admin/new-person",
                    &[
                        ("h.login", "新人"),
                        ("h.name", "新人"),
                        ("h.identity", "N9"),
                        ("h.active", "1"),
                    ],
                );
            }
        ),
        attempt!(
            "page.password_by_clerk",
            CLERK,
            "非管理员提交重设别人密码的表单",
            "posts the form that sets another's password",
            "administrator",
            PAGES,
            |stage| {
                post(stage, "王内勤", "/admin/people/白经理/password", &[]);
            }
        ),
        attempt!(
            "page.record_by_clerk",
            CLERK,
            "非管理员提交改台账的表单",
            "posts the form that changes a record",
            "administrator",
            PAGES,
            |stage| {
                post(
                    stage,
                    "王内勤",
                    "/admin/registers/gsp.party/change/S01",
                    &[("h.licence_until", "2099-12-31")],
                );
            }
        ),
        attempt!(
            "page.attach_by_outsider",
            OUTSIDER,
            "给无关的单据上传附件",
            "attaches a file to a slip that is none of his business",
            "role",
            PAGES,
            |stage| {
                let order = stage.order("王内勤");
                stage.refused("门卫", |api, at| {
                let token = api.token(&"门卫".into(), at);
                let boundary = "----b";
                let body = format!("--{boundary}\r\ncontent-disposition: form-data; name=\"key\"\r\n\r\n{}\r\n--{boundary}\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\ncontent-type: text/plain\r\n\r\nhello\r\n--{boundary}--\r\n", crate::stage::fresh_key());
                let request = axum::http::Request::builder()
                    .method("POST")
                    .uri(format!("/api/v1/slips/{order}/attach"))
                    .header("authorization", format!("Bearer {token}"))
                    .header("content-type", format!("multipart/form-data; boundary={boundary}"));
                api.ask(request.body(axum::body::Body::from(body)).expect("a request"))
            });
            }
        ),
    ]
}
