//! What must hold beside refusals: what is taken back is taken back whole, what a form hides is not believed, one key is
//! one act, and of many who sign at once one has signed.

use axum::body::Body;
use axum::http::Request;
use bypass::front::ORG;
use bypass::http::Browser;
use bypass::stage::{APPROVE, RECEIVE, Stage, fresh_key, order};
use engine::{Act, SYSTEM};
use serde_json::json;
use store::BalanceQuery;

/// Posted and draft of the purse of the trial pack.
fn purse(stage: &Stage) -> (i64, i64) {
    let query = BalanceQuery {
        limit: 10,
        ..BalanceQuery::default()
    };
    let rows = stage
        .store
        .balances(ORG, "trial.cash", &query)
        .expect("read")
        .rows;
    let purse = rows.iter().find(|row| &*row.place == "purse");
    purse.map_or((0, 0), |row| {
        (row.balance.posted.net(), row.balance.draft.net())
    })
}

#[test]
fn a_posting_that_is_withdrawn_posts_nothing() {
    let mut stage = Stage::sqlite();
    let note = stage.note("经办", "10");
    assert_eq!(purse(&stage), (0, 1_000));
    stage.sign("复核甲", "trial.payment.note.check", note);
    stage.sign("复核乙", "trial.payment.note.check", note);
    stage.sign("记账员", "trial.payment.note.post", note);
    assert_eq!(purse(&stage), (1_000, 0));
    let withdraw = Act::Withdraw {
        slip: note,
        reason: "记错".into(),
    };
    stage.must("记账员", withdraw);
    assert_eq!(
        purse(&stage),
        (0, 1_000),
        "a draft again, as before the posting was signed"
    );
    stage.sign("记账员", "trial.payment.note.post", note);
    assert_eq!(purse(&stage), (1_000, 0), "and posted once, not twice");
    let seen = stage.seen(note);
    stage.must(
        "复核甲",
        Act::Return {
            slip: note,
            to: Some("trial.payment.note.fill".into()),
            reason: "有误".into(),
            seen,
        },
    );
    assert_eq!(purse(&stage), (0, 0));
    stage.must(
        "经办",
        Act::Void {
            slip: note,
            reason: "不要了".into(),
        },
    );
    assert_eq!(purse(&stage), (0, 0));
    let report = stage.store.verify(&|_, _, _| {}).expect("read");
    assert!(report.sound(), "{:?}", report.first_bad);
}

#[test]
fn what_a_form_hides_is_not_believed() {
    let mut stage = Stage::api();
    let order = stage.approved();
    let seen = format!("{order}:{}", stage.seen(order).content);
    let api = stage.api.take().expect("a server");
    api.set_clock(stage.now);
    let browser = Browser::log_in(&api, "韩收货");
    let from = order.to_string();
    let fields = [
        ("_from", &*from),
        ("_seen", &*seen),
        ("_do", "sign"),
        ("h.delivery_note", "DN1"),
        ("h.transport", "常温"),
        ("l.1.batch", "B1"),
        ("l.1.made", "2026-01-01"),
        ("l.1.expiry", "2028-01-01"),
        ("l.1.qty", "60"),
        // None of these has an input on the page.
        ("h.supplier", "S02"),
        ("h.state", "done"),
        ("l.1.item", "B002"),
        ("l.1.price", "0.01"),
    ];
    let reply = browser.submit(&api, &format!("/new/{RECEIVE}"), &fields);
    let receipts = stage.raw.rows("select b.header, b.lines from slip s join slip_body b on b.id = s.id where s.kind like '%receipt'");
    if reply.status.as_u16() == 303 {
        assert_eq!(receipts.len(), 1, "{}", reply.text());
        let (header, lines) = (&receipts[0][0], &receipts[0][1]);
        assert!(
            header.contains("S01") && !header.contains("S02"),
            "{header}"
        );
        assert!(
            lines.contains("12.50") && lines.contains("A001") && !lines.contains("B002"),
            "{lines}"
        );
    } else {
        assert!(receipts.is_empty(), "{}", reply.status);
    }
}

#[test]
fn of_sixty_four_requests_at_once_one_is_a_signature() {
    let mut stage = Stage::api();
    let slip = stage.order("王内勤");
    let seen = stage.seen(slip);
    let mut api = stage.api.take().expect("a server");
    api.set_clock(stage.now);
    let now = stage.now;
    let tokens = ["白经理", "李经理", "吴多岗"].map(|login| api.token(&login.into(), now));
    let request = |nth: usize| {
        let body = json!({"key": &*fresh_key(), "slip": slip.0, "seen": [{"slip": slip.0, "content": &*seen.content}]});
        Request::post(format!("/api/v1/steps/{APPROVE}"))
            .header("authorization", format!("Bearer {}", tokens[nth % 3]))
            .header("content-type", "application/json")
            .body(Body::from(body.to_string()))
            .expect("a request")
    };
    let replies = api.ask_all((0..64).map(request).collect());
    let signed = replies
        .iter()
        .filter(|reply| reply.status.is_success())
        .count();
    assert_eq!(signed, 1);
    assert!(
        replies
            .iter()
            .all(|reply| reply.status.is_success() || reply.code() == "order")
    );
    let rows = stage.store.signatures(ORG, slip).expect("read");
    assert_eq!(
        rows.iter()
            .filter(|row| &*row.signature.step == APPROVE)
            .count(),
        1
    );
}

#[test]
fn one_key_is_one_act() {
    let mut stage = Stage::sqlite();
    let key = fresh_key();
    let first = stage.must_keyed("王内勤", &key, order("5"));
    let head = stage.store.head(ORG).expect("read");
    let again = stage.must_keyed("王内勤", &key, order("5"));
    assert_eq!(first, again);
    assert_eq!(
        stage.store.head(ORG).expect("read"),
        head,
        "nothing was written"
    );
}

#[test]
fn a_released_hold_is_the_systems_business_alone() {
    // The system acts by timers only, and they do what the text says when it is due, once.
    let mut stage = Stage::sqlite();
    let note = stage.note("经办", "10");
    let timer = Act::Timer {
        slip: note,
        name: "step:trial.payment.note.check".into(),
    };
    stage
        .may_for(SYSTEM, None, timer.clone())
        .expect_err("it is not due");
    stage.now = stage.now.plus_minutes(5 * 60);
    stage.must(SYSTEM, timer.clone());
    stage.may_for(SYSTEM, None, timer).expect_err("it was done");
}
