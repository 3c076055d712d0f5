//! Input that is no attempt at anything, only bad: wrong, huge, malformed, repeated, out of order, all at once. A clear
//! answer, nothing changed, and the store goes on. (Malformed packs are tried in crate `pack`, malformed bodies in `web`.)

use std::collections::BTreeMap;
use std::sync::Barrier;
use std::time::{Duration, Instant};

use bypass::front::ORG;
use bypass::stage::{
    APPROVE, BATCH, BIN, DELIVERY, EXPIRY, FILL, INSPECT, JUDGED, MADE, NOTIFY, RECEIVE, STORE,
    Stage, begin, fresh_key, options, order, payment, texts,
};
use engine::{Act, Class, Command, Input, LineInput, Refusal, Reply, SYSTEM};
use kernel::{Moment, SlipId};
use store::{JournalQuery, Store, StoreError, StoreUrl};
use testkit::postgres::Cluster;

/// What is tried on each database, by the name of its database.
const CASES: [(&str, fn(Stage)); 12] = [
    ("bad_values", values_that_are_none),
    ("sql", sql_is_text),
    ("long", what_is_too_long),
    ("lines", ten_thousand_lines),
    ("order", steps_in_every_order),
    ("at_once", sixty_four_sign_at_once),
    ("repeated", the_same_request_at_once),
    ("quorum", one_person_with_two_accounts_signs_at_once),
    ("draws", two_draw_the_same_goods_at_once),
    ("overflow", sums_that_do_not_fit),
    ("clock", a_clock_that_is_set_back),
    ("names", names_of_files),
];

#[test]
fn bad_input_on_sqlite() {
    for (_, case) in CASES {
        case(Stage::sqlite());
    }
}

#[test]
fn bad_input_on_postgres() {
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

fn submit(stage: &Stage, actor: &str, act: Act) -> Result<Reply, Refusal> {
    let command = Command {
        org: ORG,
        key: fresh_key(),
        at: stage.now,
        actor: actor.into(),
        on_behalf_of: None,
        act,
    };
    stage
        .store
        .submit_blocking(command)
        .expect("an answer, not a fault")
        .outcome
}

/// Nothing but the journal may have changed, and everything must be sound.
fn unchanged(stage: &Stage, before: &[(&'static str, String)], what: &str) {
    for ((table, before), (_, after)) in before.iter().zip(&stage.raw.fingerprint()) {
        assert_eq!(before, after, "{table} changed by {what}");
    }
}

fn sound(stage: &Stage) {
    let report = stage.store.verify(&|_, _, _| {}).expect("it can be read");
    assert!(report.sound(), "{:?}", report.first_bad);
}

/// Texts that somebody may type, by mistake or not.
fn nonsense() -> Vec<String> {
    let mut all: Vec<String> = [
        "",
        " ",
        "abc",
        "-",
        "-1",
        "+",
        "0",
        "-0",
        "0.0000001",
        "1e9",
        "1e309",
        "NaN",
        "Infinity",
        "0x10",
        "1,000",
        ",",
        "1.2.3",
        "９９",
        "٣",
        "99999999999999999999999999",
        "-99999999999999999999999999",
        "9223372036854775807",
        "-9223372036854775808",
        "9223372036854.775807",
        "92233720368547758.08",
        "true",
        "null",
        "{}",
        "[]",
        "是",
        "2026-02-30",
        "0000-00-00",
        "2026-13-01",
        "999999-01-01",
        "-2026-01-01",
        "2026-1-1",
        "2026-04-01T00:00:00Z",
        "9999-12-31",
        "0001-01-01",
        "'; drop table slip; --",
        "\" or \"\"=\"",
        "${jndi:ldap://x}",
        "{{7*7}}",
        "%s%n",
        "../../etc/passwd",
        "<script>alert(1)</script>",
        "\0",
        "a\0b",
        "\u{1}",
        "\u{7f}",
        "\u{200b}",
        "\u{202e}abc",
        "\u{feff}",
        "\r\n",
        "\t",
        "A001\n",
        " A001 ",
        "a001",
        "𝟙",
        "🙂",
        "e\u{301}",
        "\u{10ffff}",
        "S01/S02",
        "S01|S02",
        "%2F",
    ]
    .map(str::to_owned)
    .to_vec();
    all.push("9".repeat(400));
    all.push("药".repeat(3_000));
    all
}

fn values_that_are_none(mut stage: Stage) {
    let order_slip = stage.approved();
    let good_order: &[(&str, &str)] = &[("item", "A001"), ("qty", "1"), ("price", "1")];
    let good_receipt: &[(&str, &str)] = &[BATCH, MADE, EXPIRY, ("qty", "1"), ("refused", "0")];
    let (mut done, mut refused) = (0, 0);
    let mut before = stage.raw.fingerprint();
    let mut judge =
        |stage: &Stage, actor: &str, act: Act, what: String| match submit(stage, actor, act) {
            Ok(_) => {
                done += 1;
                before = stage.raw.fingerprint();
            }
            Err(refusal) => {
                refused += 1;
                assert!(
                    !refusal.code.is_empty() && !refusal.zh.is_empty() && !refusal.en.is_empty(),
                    "{what}"
                );
                assert_ne!(refusal.class, Class::Role, "{what}: {refusal:?}");
                unchanged(stage, &before, &what);
            }
        };
    for text in nonsense() {
        for field in ["supplier", "deliver_by", "deliver_to", "payment"] {
            let mut header = texts(&[("supplier", "S01")]);
            header.insert(field.to_owned(), text.clone());
            judge(
                &stage,
                "王内勤",
                typed(FILL, &[], header, good_order),
                format!("{field}={text:?}"),
            );
        }
        for field in ["item", "qty", "price"] {
            let mut line = texts(good_order);
            line.insert(field.to_owned(), text.clone());
            judge(
                &stage,
                "王内勤",
                with_line(FILL, &[], texts(&[("supplier", "S01")]), line),
                format!("{field}={text:?}"),
            );
        }
        for field in ["batch", "made", "expiry", "qty", "refused"] {
            let mut line = texts(good_receipt);
            line.insert(field.to_owned(), text.clone());
            let mut act = with_line(RECEIVE, &[order_slip], texts(DELIVERY), line);
            if let Act::Step { seen, .. } = &mut act {
                *seen = vec![stage.seen(order_slip)];
            }
            judge(&stage, "韩收货", act, format!("{field}={text:?}"));
        }
    }
    assert!(done > 50 && refused > 500, "{done} done, {refused} refused");
    sound(&stage);
}

fn typed(
    step: &str,
    sources: &[SlipId],
    header: BTreeMap<String, String>,
    line: &[(&str, &str)],
) -> Act {
    with_line(step, sources, header, texts(line))
}

fn with_line(
    step: &str,
    sources: &[SlipId],
    header: BTreeMap<String, String>,
    fields: BTreeMap<String, String>,
) -> Act {
    Act::Step {
        step: step.into(),
        slip: None,
        sources: sources.to_vec(),
        seen: Vec::new(),
        input: Input {
            header,
            lines: vec![LineInput {
                source: None,
                fields,
            }],
        },
    }
}

fn sql_is_text(mut stage: Stage) {
    let evil = "'); update slip set state = 'done'; drop table leg; -- \" $$ \\ %' or 1=1";
    let act = begin(
        FILL,
        &[("supplier", "S01"), ("payment", evil), ("deliver_to", evil)],
        &[&[("item", "A001"), ("qty", "1"), ("price", "1")]],
    );
    let slip = stage.must("王内勤", act).slip.expect("a slip");
    stage.must(
        "王内勤",
        Act::Comment {
            slip,
            text: evil.to_owned(),
        },
    );
    stage.must(
        "管理员甲",
        Act::PutRecord {
            register: "gsp.item".into(),
            key: "x'y".into(),
            fields: texts(&[("name", evil)]),
            from: None,
        },
    );
    stage.must(
        "管理员甲",
        Act::PutPerson {
            person: engine::Person {
                name: "o'hara; drop table record; --".into(),
                ..bypass::cast::person("o'hara", Vec::new())
            },
        },
    );
    for (actor, act) in [
        ("o'hara", order("1")),
        ("王内勤' or '1'='1", order("1")),
        ("王内勤", begin(evil, &[], &[])),
        (
            "管理员甲",
            Act::ClosePeriod {
                ledger: evil.into(),
                period: kernel::Period(202_001),
            },
        ),
        (
            "管理员甲",
            Act::PutRecord {
                register: evil.into(),
                key: evil.into(),
                fields: BTreeMap::new(),
                from: None,
            },
        ),
        (
            "王内勤",
            Act::HandOver {
                slip,
                step: evil.into(),
                to: evil.into(),
                reason: evil.to_owned(),
            },
        ),
    ] {
        let refusal = submit(&stage, actor, act).expect_err("it is refused");
        assert!(!refusal.code.contains("drop"), "{refusal:?}");
    }
    let slip = stage.store.slip(ORG, slip).expect("read").expect("a slip");
    assert!(
        slip.header.iter().any(|value| value.to_string() == evil),
        "{:?}",
        slip.header
    );
    let query = JournalQuery {
        actor: Some("o'hara".into()),
        ..JournalQuery::default()
    };
    assert_eq!(
        stage.store.journal(ORG, &query).expect("read").rows.len(),
        1
    );
    sound(&stage);
}

fn what_is_too_long(stage: Stage) {
    let huge = "药".repeat(3_500_000);
    let before = stage.raw.fingerprint();
    let reason = huge.clone();
    let started = Instant::now();
    for (actor, act) in [
        ("王内勤", begin(FILL, &[("supplier", &huge)], &[])),
        (
            "王内勤",
            begin(FILL, &[(&huge, "x"), ("supplier", "S01")], &[]),
        ),
        ("王内勤", begin(&huge, &[], &[])),
        (
            "管理员甲",
            Act::PutRecord {
                register: "gsp.item".into(),
                key: huge.as_str().into(),
                fields: BTreeMap::new(),
                from: None,
            },
        ),
        (
            "管理员甲",
            Act::PutPerson {
                person: bypass::cast::person(&huge, Vec::new()),
            },
        ),
        (
            "王内勤",
            Act::Void {
                slip: SlipId(1),
                reason,
            },
        ),
    ] {
        let told = submit(&stage, actor, act).expect_err("it is refused");
        let length = told.zh.len()
            + told.en.len()
            + told.code.len()
            + told.place.map_or(0, |place| place.field.len());
        assert!(length < 2_000, "a refusal of {length} bytes");
    }
    assert!(
        started.elapsed() < Duration::from_secs(20),
        "{:?}",
        started.elapsed()
    );
    unchanged(&stage, &before, "what is too long");
    // Whoever is refused must not fill the disk by it: of what is too long the journal keeps a digest.
    let longest: i64 = stage
        .raw
        .cell("select max(length(request) + length(reply)) from journal")
        .parse()
        .expect("a number");
    assert!(longest < 200_000, "a journal row of {longest} characters");
    sound(&stage);
}

fn ten_thousand_lines(mut stage: Stage) {
    let line: &[(&str, &str)] = &[("item", "A001"), ("qty", "1"), ("price", "0.01")];
    let many: Vec<&[(&str, &str)]> = vec![line; 10_000];
    let started = Instant::now();
    let told = submit(&stage, "王内勤", begin(FILL, &[("supplier", "S01")], &many))
        .expect_err("more than the flow takes");
    println!("10,000 lines refused in {:?}", started.elapsed());
    assert_eq!(told.code, "lines");
    let started = Instant::now();
    let slip = stage
        .must(
            "王内勤",
            begin(FILL, &[("supplier", "S01")], &many[..1_000]),
        )
        .slip
        .expect("a slip");
    println!("1,000 lines filled in in {:?}", started.elapsed());
    let started = Instant::now();
    stage.sign("白经理", APPROVE, slip);
    println!("1,000 lines approved and booked in {:?}", started.elapsed());
    // A thousand mistakes are told at once, soon, and within bounds.
    let wrong: &[(&str, &str)] = &[("item", "A001"), ("qty", "-1"), ("price", "x")];
    let wrong: Vec<&[(&str, &str)]> = vec![wrong; 1_000];
    let started = Instant::now();
    let told = submit(
        &stage,
        "王内勤",
        begin(FILL, &[("supplier", "S01")], &wrong),
    )
    .expect_err("refused");
    println!("2,000 mistakes told in {:?}", started.elapsed());
    assert_eq!(told.more.len(), 1_999);
    assert!(started.elapsed() < Duration::from_secs(10));
    sound(&stage);
}

/// The six steps of a purchase in every order: only one of the 720 is a purchase, and the others get as far as they may.
fn steps_in_every_order(mut stage: Stage) {
    let mut orders: Vec<Vec<usize>> = vec![Vec::new()];
    for _ in 0..5 {
        orders = orders
            .into_iter()
            .flat_map(|order| {
                (0..5)
                    .filter(|next| !order.contains(next))
                    .map(|next| [order.clone(), vec![next]].concat())
                    .collect::<Vec<_>>()
            })
            .collect();
    }
    assert_eq!(orders.len(), 120);
    let mut whole = 0;
    for steps in orders {
        let mut slips = vec![stage.order("王内勤")];
        for step in &steps {
            let last = *slips.last().expect("an order");
            let (actor, act) = match step {
                0 => ("白经理", stage.step(APPROVE, last, &[])),
                1 => (
                    "韩收货",
                    stage.from(
                        RECEIVE,
                        &[last],
                        DELIVERY,
                        &[&[BATCH, MADE, EXPIRY, ("qty", "60")]],
                    ),
                ),
                2 => ("钱质管", stage.from(NOTIFY, &[last], &[], &[])),
                3 => ("孙验收", stage.from(INSPECT, &[last], &[], &[JUDGED])),
                _ => ("周保管", stage.from(STORE, &[last], &[], &[BIN])),
            };
            match stage.may_for(actor, None, act) {
                Ok(reply) => slips.push(reply.slip.expect("a slip")),
                Err(refusal) => assert!(
                    refusal.starts_with("order") || refusal.starts_with("taken"),
                    "{steps:?}: {refusal}"
                ),
            }
        }
        whole += usize::from(slips.len() == 6);
    }
    assert_eq!(whole, 1, "only one order of steps is a purchase");
    sound(&stage);
}

fn sixty_four_sign_at_once(mut stage: Stage) {
    let slip = stage.order("王内勤");
    let act = stage.step(APPROVE, slip, &[]);
    let barrier = Barrier::new(64);
    let (store, now) = (&stage.store, stage.now);
    let answers: Vec<Result<Reply, Refusal>> = std::thread::scope(|scope| {
        let clerks: Vec<_> = (0..64)
            .map(|nth| {
                let (act, barrier) = (act.clone(), &barrier);
                scope.spawn(move || {
                    let actor = if nth % 2 == 0 {
                        "白经理"
                    } else {
                        "吴多岗"
                    };
                    let command = Command {
                        org: ORG,
                        key: fresh_key(),
                        at: now,
                        actor: actor.into(),
                        on_behalf_of: None,
                        act,
                    };
                    barrier.wait();
                    store.submit_blocking(command).expect("an answer").outcome
                })
            })
            .collect();
        clerks
            .into_iter()
            .map(|clerk| clerk.join().expect("an answer"))
            .collect()
    });
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
    assert!(
        answers
            .iter()
            .filter_map(|answer| answer.as_ref().err())
            .all(|refusal| refusal.code == "order")
    );
    let rows = stage.store.signatures(ORG, slip).expect("read");
    assert_eq!(
        rows.iter()
            .filter(|row| &*row.signature.step == APPROVE)
            .count(),
        1
    );
    sound(&stage);
}

/// Sends all of them at the same moment, each from a thread of its own.
fn at_once(stage: &Stage, acts: Vec<(&str, Act)>) -> Vec<Result<Reply, Refusal>> {
    let barrier = Barrier::new(acts.len());
    let (store, now) = (&stage.store, stage.now);
    std::thread::scope(|scope| {
        let clerks: Vec<_> = acts
            .into_iter()
            .map(|(actor, act)| {
                let barrier = &barrier;
                let command = Command {
                    org: ORG,
                    key: fresh_key(),
                    at: now,
                    actor: actor.into(),
                    on_behalf_of: None,
                    act,
                };
                scope.spawn(move || {
                    barrier.wait();
                    store.submit_blocking(command).expect("an answer").outcome
                })
            })
            .collect();
        clerks
            .into_iter()
            .map(|clerk| clerk.join().expect("an answer"))
            .collect()
    })
}

/// Two must sign; one person with two accounts and two roles races himself. One signature counts.
fn one_person_with_two_accounts_signs_at_once(mut stage: Stage) {
    let note = stage.note("经办", "10");
    let act = stage.step("trial.payment.note.check", note, &[]);
    let acts = (0..32)
        .map(|nth| (["吴多岗", "吴副号"][nth % 2], act.clone()))
        .collect();
    let answers = at_once(&stage, acts);
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
    for refusal in answers.iter().filter_map(|answer| answer.as_ref().err()) {
        assert!(
            matches!(&*refusal.code, "separate" | "stale"),
            "{refusal:?}"
        );
    }
    let post = stage.step("trial.payment.note.post", note, &[]);
    let refusal = submit(&stage, "记账员", post).expect_err("one of two has signed");
    assert_eq!(refusal.code, "order");
    sound(&stage);
}

/// An order of a hundred, and many receipts of sixty at once: one is right, the others find too little left.
fn two_draw_the_same_goods_at_once(mut stage: Stage) {
    let order = stage.approved();
    let line: &[(&str, &str)] = &[BATCH, MADE, EXPIRY, ("qty", "60")];
    let act = stage.from(RECEIVE, &[order], DELIVERY, &[line]);
    let acts = (0..16)
        .map(|nth| (["韩收货", "赵收货"][nth % 2], act.clone()))
        .collect();
    let answers = at_once(&stage, acts);
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
    for refusal in answers.iter().filter_map(|answer| answer.as_ref().err()) {
        assert_eq!(refusal.code, "draws", "{refusal:?}");
    }
    sound(&stage);
}

fn the_same_request_at_once(stage: Stage) {
    let command = Command {
        org: ORG,
        key: fresh_key(),
        at: stage.now,
        actor: "王内勤".into(),
        on_behalf_of: None,
        act: order("3"),
    };
    let barrier = Barrier::new(32);
    let store = &stage.store;
    let numbers: Vec<_> = std::thread::scope(|scope| {
        let clerks: Vec<_> = (0..32)
            .map(|_| {
                let (command, barrier) = (command.clone(), &barrier);
                scope.spawn(move || {
                    barrier.wait();
                    store
                        .submit_blocking(command)
                        .expect("an answer")
                        .outcome
                        .expect("done")
                        .number
                })
            })
            .collect();
        clerks
            .into_iter()
            .map(|clerk| clerk.join().expect("an answer"))
            .collect()
    });
    assert!(
        numbers.iter().all(|number| *number == numbers[0]),
        "{numbers:?}"
    );
    let slips = stage.raw.cell("select count(*) from slip");
    assert_eq!(slips, "1");
    sound(&stage);
}

fn sums_that_do_not_fit(mut stage: Stage) {
    // Each is as large as one amount may be; what is booked of them together is not.
    for amount in ["92233720368547758.07", "0.01", "92233720368547758.07"] {
        let before = stage.raw.fingerprint();
        if let Err(refusal) = submit(&stage, "经办", payment("N1", amount)) {
            assert_eq!(refusal.code, "too_large");
            unchanged(&stage, &before, amount);
        }
    }
    for (qty, price) in [
        ("9223372036854.775807", "92233720368547758.07"),
        ("9223372036854", "1000000"),
        ("0.000001", "92233720368547758.07"),
    ] {
        let act = begin(
            FILL,
            &[("supplier", "S01")],
            &[&[("item", "A001"), ("qty", qty), ("price", price)]],
        );
        match submit(&stage, "王内勤", act) {
            Ok(reply) => {
                let slip = reply.slip.expect("a slip");
                stage.sign("白经理", APPROVE, slip);
            }
            Err(refusal) => assert_eq!(refusal.code, "too_large", "{qty} × {price}"),
        }
    }
    // The transit of an item, filled to the brim: one order more is refused at its approval, and the order stays open.
    let full = order("9223372036854.775807");
    let Act::Step { step, input, .. } = full else {
        return;
    };
    let mut cheap = input;
    cheap.lines[0]
        .fields
        .insert("price".to_owned(), "0".to_owned());
    let act = Act::Step {
        step,
        slip: None,
        sources: Vec::new(),
        seen: Vec::new(),
        input: cheap,
    };
    for _ in 0..2 {
        let slip = stage.must("王内勤", act.clone()).slip.expect("a slip");
        let approve = stage.step(APPROVE, slip, &[]);
        let before = stage.raw.fingerprint();
        if let Err(refusal) = submit(&stage, "白经理", approve) {
            assert_eq!(
                (refusal.class, &*refusal.code),
                (Class::Balance, "too_large")
            );
            unchanged(&stage, &before, "a balance that does not fit");
        }
    }
    sound(&stage);
}

fn a_clock_that_is_set_back(mut stage: Stage) {
    let first = stage.must("王内勤", order("1"));
    let last = stage.now;
    stage.now = Moment(last.0 - 30 * 86_400_000_000);
    let second = stage.must("王内勤", order("1"));
    let day = |reply: &Reply| {
        reply
            .number
            .as_ref()
            .map(|number| number.split('-').next().unwrap_or("").to_owned())
    };
    assert_eq!(
        day(&first),
        day(&second),
        "the day does not go back with the clock"
    );
    let rows = stage.journal_after(0);
    assert!(
        rows.windows(2).all(|pair| pair[0].at <= pair[1].at),
        "nor does the journal"
    );
    // Rights that had not begun, or had ended, are judged by the same day.
    let slip = stage.order("王内勤");
    let act = stage.step(APPROVE, slip, &[]);
    stage.now = Moment(0);
    let refusal = submit(&stage, "旧经理", act.clone()).expect_err("his role has ended");
    assert_eq!(refusal.code, "role");
    stage.now = Moment(i64::MIN);
    assert!(submit(&stage, "白经理", act).is_ok());
    // One that is out of its mind is refused, and does not date what comes after.
    stage.now = Moment(i64::MAX - 1);
    let refusal = submit(&stage, "王内勤", order("1")).expect_err("the clock is wrong");
    assert_eq!(refusal.code, "clock");
    stage.now = last;
    let third = stage.must("王内勤", order("1"));
    assert_eq!(day(&first), day(&third));
    sound(&stage);
}

fn names_of_files(mut stage: Stage) {
    let slip = stage.order("王内勤");
    let content = stage.store.put_content(ORG, b"x").expect("kept");
    let attach = |name: &str, hash: &str, size: i64, media: &str| Act::Attach {
        slip,
        name: name.to_owned(),
        hash: hash.into(),
        size,
        media: media.to_owned(),
    };
    let before = stage.raw.fingerprint();
    let long = "a".repeat(201);
    for name in [
        "",
        " ",
        ".",
        "..",
        "../x.txt",
        "..\\x.txt",
        "/etc/passwd",
        "a/b.txt",
        "x\0.txt",
        "x\n.txt",
        "invoice\u{202e}fdp.exe",
        "\u{200b}.txt",
        &long,
    ] {
        let refusal = submit(
            &stage,
            "王内勤",
            attach(name, &content.hash, 1, "text/plain"),
        )
        .expect_err(name);
        assert!(
            refusal.code == "attachment" || refusal.code == "control_character",
            "{name:?}: {refusal:?}"
        );
    }
    for (hash, size, media) in [
        (&*content.hash, 0, "text/plain"),
        (&*content.hash, -1, "text/plain"),
        (&*content.hash, i64::MAX, "text/plain"),
        (&*content.hash, 1, "text/html"),
        (&*content.hash, 1, "image/svg+xml"),
        (&*content.hash, 1, ""),
        ("", 1, "text/plain"),
        ("../../x", 1, "text/plain"),
    ] {
        let refusal =
            submit(&stage, "王内勤", attach("x.txt", hash, size, media)).expect_err(media);
        assert_eq!(refusal.code, "attachment", "{hash} {size} {media}");
    }
    unchanged(&stage, &before, "names of files");
    stage.must(
        "王内勤",
        attach("随货同行单.txt", &content.hash, 1, "text/plain"),
    );
    sound(&stage);
}

#[test]
fn numbers_go_on_beyond_four_digits() {
    let store = Store::open(&StoreUrl::Memory, options()).expect("it opens");
    let now = Moment::noon_of(bypass::cast::day(bypass::cast::TODAY));
    let command = |actor: &str, act: Act| Command {
        org: ORG,
        key: fresh_key(),
        at: now,
        actor: actor.into(),
        on_behalf_of: None,
        act,
    };
    let must = |actor: &str, act: Act| {
        store
            .submit_blocking(command(actor, act))
            .expect("no fault")
            .outcome
            .expect("done")
    };
    must(
        SYSTEM,
        Act::Bootstrap {
            people: bypass::cast::people(),
        },
    );
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime");
    let started = Instant::now();
    let last = runtime.block_on(async {
        let mut last = None;
        for _ in 0..10 {
            let many: Vec<_> = (0..1_001)
                .map(|_| store.submit(command("经办", payment("N1", "0"))))
                .collect();
            for one in many {
                last = one.await.expect("no fault").outcome.expect("done").number;
            }
        }
        last
    });
    println!("10,010 slips in {:?}", started.elapsed());
    assert_eq!(last.as_deref(), Some("FK20260401-10010"));
    let report = store.verify(&|_, _, _| {}).expect("read");
    assert!(report.sound(), "{:?}", report.first_bad);
}

#[test]
fn a_closed_store_says_so() {
    let stage = Stage::sqlite();
    stage.store.close();
    let command = Command {
        org: ORG,
        key: fresh_key(),
        at: stage.now,
        actor: "王内勤".into(),
        on_behalf_of: None,
        act: order("1"),
    };
    assert!(matches!(
        stage.store.submit_blocking(command),
        Err(StoreError::Closed)
    ));
}
