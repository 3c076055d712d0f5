//! What a person may type that is no value, and too much of it.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use bypass::front::ORG;
use bypass::stage::{
    APPROVE, BATCH, DELIVERY, EXPIRY, FILL, MADE, RECEIVE, Stage, begin, order, texts,
};
use engine::{Act, Class, Input, LineInput};
use kernel::SlipId;
use store::JournalQuery;

use super::{sound, submit, unchanged};

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

pub fn values_that_are_none(mut stage: Stage) {
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

pub fn sql_is_text(mut stage: Stage) {
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

pub fn what_is_too_long(stage: Stage) {
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

pub fn ten_thousand_lines(mut stage: Stage) {
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
