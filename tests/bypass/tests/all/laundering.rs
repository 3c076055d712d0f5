//! What was altered in the database is not taken up by the next honest act, which would vouch for it; and a right that was
//! written in is of no use for as long as it stands there.

use bypass::front::ORG;
use bypass::stage::{APPROVE, RECEIVE, Stage, options};
use engine::{Act, Command};
use kernel::Moment;
use store::{Answer, Store, StoreError};
use testkit::postgres::Cluster;

/// Name of a database, and what is tried in it.
const CASES: [(&str, fn(Stage)); 7] = [
    ("forged_approval", a_forged_approval_is_not_built_upon),
    (
        "altered_content",
        altered_content_is_neither_shown_nor_signed,
    ),
    ("altered_alone", an_altered_slip_fails_its_own_command_alone),
    (
        "used_and_gone",
        a_right_written_into_the_database_cannot_be_used_and_taken_out_again,
    ),
    ("altered_fact", an_altered_fact_decides_nothing),
    ("number_back", a_number_given_back_by_hand_shows),
    ("balance_raised", a_balance_raised_by_hand_shows),
];

#[test]
fn alterations_are_not_vouched_for_on_sqlite() {
    for (_, case) in CASES {
        case(Stage::sqlite());
    }
}

#[test]
fn alterations_are_not_vouched_for_on_postgres() {
    if !Cluster::available() {
        eprintln!("PostgreSQL is not installed: its half of the suite was left out");
        return;
    }
    for (name, case) in CASES {
        let url = Cluster::shared()
            .create_database(name)
            .expect("a database is made");
        case(Stage::postgres(&url));
    }
}

/// Another server over the same database: it remembers nothing.
fn another(stage: &Stage) -> Store {
    Store::open(&stage.url, options()).expect("the store opens")
}

fn submit(store: &Store, now: Moment, actor: &str, act: Act) -> Result<Answer, StoreError> {
    store.submit_blocking(Command {
        org: ORG,
        key: bypass::stage::fresh_key(),
        at: now.plus_minutes(1),
        actor: actor.into(),
        on_behalf_of: None,
        act,
    })
}

/// The table and key that an error names.
fn names(answer: Result<Answer, StoreError>) -> String {
    match answer {
        Err(StoreError::Corrupt(what)) => what,
        other => format!("{other:?}"),
    }
}

fn first_bad(store: &Store) -> String {
    let report = store.verify(&|_, _, _| {}).expect("it can be read");
    report
        .first_bad
        .map_or_else(String::new, |bad| bad.to_string())
}

fn a_forged_approval_is_not_built_upon(mut stage: Stage) {
    let order = stage.order("王内勤");
    let receive = stage.from(
        RECEIVE,
        &[order],
        bypass::stage::DELIVERY,
        &[&[
            bypass::stage::BATCH,
            bypass::stage::MADE,
            bypass::stage::EXPIRY,
            ("qty", "60"),
        ]],
    );
    stage.store.close();
    let signature = r#",{"step":"gsp.purchase_inbound.order.approve","person":"白经理","identity":"白经理","role":"gsp.purchase_manager","at":1}]"#;
    stage
            .raw
            .run(&format!("update slip set state = 'done', signed = substr(signed, 1, length(signed) - 1) || '{signature}' where id = {order}"))
            .expect("altered");
    let other = another(&stage);
    let told = names(submit(&other, stage.now, "韩收货", receive));
    assert!(told.contains(&format!("slip org=1 id={order}")), "{told}");
    assert!(other.slip(ORG, order).is_err(), "nor is it shown");
    let bad = first_bad(&other);
    assert!(bad.contains(&format!("id={order}")), "{bad}");
}

fn altered_content_is_neither_shown_nor_signed(mut stage: Stage) {
    let order = stage.order("王内勤");
    let approve = stage.step(APPROVE, order, &[]);
    stage.store.close();
    stage
        .raw
        .run(&format!(
            "update slip_body set lines = replace(lines, '100', '900') where id = {order}"
        ))
        .expect("altered");
    let other = another(&stage);
    assert!(matches!(
        other.slip(ORG, order),
        Err(StoreError::Corrupt(_))
    ));
    let told = names(submit(&other, stage.now, "白经理", approve));
    assert!(
        told.contains(&format!("slip_body org=1 id={order}")),
        "{told}"
    );
    let bad = first_bad(&other);
    assert!(
        bad.contains(&format!("slip_body org=1 id={order}")),
        "{bad}"
    );
}

fn an_altered_slip_fails_its_own_command_alone(mut stage: Stage) {
    let (good, bad) = (stage.order("王内勤"), stage.order("高内勤"));
    let (approve_good, approve_bad) = (
        stage.step(APPROVE, good, &[]),
        stage.step(APPROVE, bad, &[]),
    );
    stage.store.close();
    stage
        .raw
        .run(&format!(
            "update slip set begun_by = '门卫' where id = {bad}"
        ))
        .expect("altered");
    let other = another(&stage);
    let now = stage.now;
    let (one, two) = std::thread::scope(|scope| {
        let one = scope.spawn(|| submit(&other, now, "白经理", approve_bad));
        let two = scope.spawn(|| submit(&other, now, "白经理", approve_good));
        (one.join().expect("answered"), two.join().expect("answered"))
    });
    assert!(matches!(one, Err(StoreError::Corrupt(_))), "{one:?}");
    assert!(two.expect("no fault").outcome.is_ok());
}

fn a_right_written_into_the_database_cannot_be_used_and_taken_out_again(mut stage: Stage) {
    let order = stage.order("王内勤");
    let approve = stage.step(APPROVE, order, &[]);
    stage.store.close();
    let grant = r#""grants":[{"role":"gsp.purchase_manager"}]"#;
    stage
            .raw
            .run(&format!(r#"update record set body = replace(body, '"grants":[]', '{grant}') where register = 'person' and key = '门卫'"#))
            .expect("altered");
    let other = another(&stage);
    let told = names(submit(&other, stage.now, "门卫", approve));
    assert!(
        told.contains("record org=1 register=person key=门卫"),
        "{told}"
    );
    stage
            .raw
            .run(&format!(r#"update record set body = replace(body, '{grant}', '"grants":[]') where register = 'person' and key = '门卫'"#))
            .expect("put back");
    let report = other.verify(&|_, _, _| {}).expect("it can be read");
    assert!(report.sound(), "{:?}", report.first_bad);
    let slip = other.slip(ORG, order).expect("read").expect("a slip");
    assert_eq!(slip.signed.len(), 1, "nobody but the buyer has signed");
}

fn an_altered_fact_decides_nothing(stage: Stage) {
    stage.store.close();
    stage
            .raw
            .run("update record set body = replace(body, '2027-12-31', '2099-12-31') where register = 'gsp.party' and key = 'S01'")
            .expect("altered");
    let other = another(&stage);
    let told = names(submit(
        &other,
        stage.now,
        "王内勤",
        bypass::stage::order("5"),
    ));
    assert!(
        told.contains("record org=1 register=gsp.party key=S01"),
        "{told}"
    );
}

fn a_number_given_back_by_hand_shows(mut stage: Stage) {
    stage.order("王内勤");
    stage.store.close();
    stage
        .raw
        .run("update series set last = last - 1 where name like '%order/CG%'")
        .expect("altered");
    let other = another(&stage);
    // The lane believes the series, so the number is given twice: the journal has both, and says so for ever.
    let again = submit(&other, stage.now, "王内勤", bypass::stage::order("5")).expect("no fault");
    assert!(again.outcome.is_ok());
    let bad = first_bad(&other);
    assert!(
        bad.starts_with("journal") && bad.contains("a gap or a duplicate"),
        "{bad}"
    );
}

fn a_balance_raised_by_hand_shows(mut stage: Stage) {
    stage.notice("韩收货");
    let account = stage
        .raw
        .cell("select id from account where ledger = 'gsp.stock' and place = 'pending'");
    stage.store.close();
    stage
        .raw
        .run(&format!(
            "update balance set posted_in = posted_in + 100000000 where account = {account}"
        ))
        .expect("altered");
    let other = another(&stage);
    let bad = first_bad(&other);
    assert!(bad.contains(&format!("account={account}")), "{bad}");
}
