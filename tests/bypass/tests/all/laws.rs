//! What must hold beside refusals: what is taken back is taken back whole, what a form hides is not believed, one key is
//! one act, and of many who sign at once one has signed.

use axum::body::Body;
use axum::http::Request;
use bypass::front::ORG;
use bypass::http::Browser;
use bypass::stage::{
    APPROVE, FILL, RECEIVE, SEAL, Stage, fresh_key, options, order, read_pack, trial_texts,
};
use engine::{Act, SYSTEM};
use serde_json::json;
use store::{BalanceQuery, Store};

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

/// The trial pack with everything taken out that stands in somebody's way, and a step renamed.
fn weaker() -> model::Catalog {
    let mut texts = trial_texts();
    for text in &mut texts {
        let kept = text
            .text
            .lines()
            .filter(|line| !line.trim_start().starts_with("separate "));
        text.text = kept.collect::<Vec<_>>().join("\n");
        for (from, to) in [
            (" step_up=#true", ""),
            (" quorum=2", ""),
            ("note.check", "note.inspect"),
        ] {
            text.text = text.text.replace(from, to);
        }
    }
    let weaker = read_pack("trial", &texts).unwrap_or_else(|why| panic!("{why}"));
    let gsp = read_pack(gsp::NAME, &gsp::texts()).unwrap_or_else(|why| panic!("{why}"));
    model::Catalog::new([std::sync::Arc::new(gsp), std::sync::Arc::new(weaker)])
}

#[test]
fn a_weaker_text_does_not_reach_a_slip_that_runs() {
    let mut stage = Stage::sqlite();
    let (note, paper) = (stage.note("吴多岗", "10"), stage.paper());
    stage.store.close();
    let mut newer = options();
    newer.catalog = weaker();
    stage.store = Store::open(&stage.url, newer).expect("the store opens");
    // What began under the old text is bound by it: by its separation, its quorum and its names.
    let check = stage.step("trial.payment.note.check", note, &[]);
    let own = stage.may_for("吴多岗", None, check.clone());
    assert!(own.expect_err("his own").starts_with("separate"));
    let renamed = stage.step("trial.payment.note.inspect", note, &[]);
    let told = stage.may_for("复核甲", None, renamed);
    told.expect_err("the slip has no such step");
    stage.must("复核甲", check);
    let post = stage.step("trial.payment.note.post", note, &[]);
    let early = stage.may_for("记账员", None, post);
    assert!(
        early
            .expect_err("one of two has signed")
            .starts_with("order")
    );
    // So it is with the password: the slip's own text asks for it, through the API and through the page.
    let mut stage = stage.through_api();
    let api = stage.api.take().expect("a server");
    api.set_clock(stage.now);
    let (token, browser) = (api.log_in("主管"), Browser::log_in(&api, "主管"));
    api.set_clock(stage.now.plus_minutes(6));
    let seen = stage.seen(paper);
    let body = json!({"key": &*fresh_key(), "slip": paper.0, "seen": [{"slip": paper.0, "content": &*seen.content}]});
    let path = format!("/api/v1/steps/{SEAL}");
    let reply = api.call("POST", &path, Some(&token), Some(&body));
    assert_eq!(reply.code(), "confirm", "{}", reply.text());
    let seen = format!("{paper}:{}", seen.content);
    let fields = [("_seen", &*seen), ("_do", "sign")];
    let page = browser.submit(&api, &format!("/slips/{paper}/sign/{SEAL}"), &fields);
    assert_eq!(page.status.as_u16(), 403, "{}", page.text());
    assert!(page.text().contains("name=\"password\""));
    let slip = stage.store.slip(ORG, paper).expect("read").expect("a slip");
    assert_eq!(slip.signed.len(), 1, "only the maker has signed");
}

#[test]
fn drafts_and_sessions_are_their_owners_alone() {
    let mut stage = Stage::api();
    let api = stage.api.take().expect("a server");
    api.set_clock(stage.now);
    let (wang, gao) = (
        Browser::log_in(&api, "王内勤"),
        Browser::log_in(&api, "高内勤"),
    );
    let path = format!("/new/{FILL}");
    let typed = [
        ("_do", "save"),
        ("h.supplier", "S01"),
        ("h.deliver_to", "秘密库房"),
    ];
    let saved = wang.submit(&api, &path, &typed);
    assert_eq!(saved.status.as_u16(), 303, "{}", saved.text());
    let rows = |what: &str| stage.raw.rows(what);
    let drafts = rows("select id, login, body from draft");
    assert_eq!(drafts.len(), 1);
    let id = &*drafts[0][0];
    // Read, written over, thrown away, under its own name.
    let page = gao.get(&api, &format!("{path}?draft={id}"));
    assert!(!page.text().contains("秘密库房"));
    let over = [("_do", "save"), ("_draft", id), ("h.supplier", "S02")];
    gao.submit(&api, &path, &over);
    gao.submit(&api, &path, &[("_do", "discard"), ("_draft", id)]);
    let kept = rows("select id, login, body from draft where login = '王内勤'");
    assert_eq!(kept, drafts);
    // Nor does anybody end another's session by its name in the list.
    let sessions = rows("select token from session where login = '王内勤' order by token");
    for hash in sessions.iter().flatten() {
        let told = gao.submit(&api, "/me/revoke", &[("hash", hash)]);
        assert_eq!(told.status.as_u16(), 404, "{}", told.text());
    }
    let still = rows("select token from session where login = '王内勤' order by token");
    assert_eq!(still, sessions);
    assert_eq!(wang.get(&api, "/me").status.as_u16(), 200);
}
