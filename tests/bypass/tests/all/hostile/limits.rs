//! Sums, clocks, names and numbers at the end of what they may be.

use std::time::Instant;

use bypass::front::ORG;
use bypass::stage::{APPROVE, FILL, Stage, begin, fresh_key, options, order, payment};
use engine::{Act, Class, Command, Reply, SYSTEM};
use kernel::Moment;
use store::{Store, StoreError, StoreUrl};

use super::{sound, submit, unchanged};

pub fn sums_that_do_not_fit(mut stage: Stage) {
    // Each is as large as one amount may be; what is booked of them together is not.
    for amount in ["92233720368547758.07", "0.01", "92233720368547758.07"] {
        let before = stage.raw.fingerprint();
        if let Err(refusal) = submit(&stage, "经办", payment("N1", amount)) {
            assert_eq!(refusal.code, "too_large");
            unchanged(&stage, &before, amount);
        }
    }
    for (qty, price) in [
        ("9223372036854.775807", "922337203685477.5807"),
        ("9223372036854", "1000000"),
        ("0.000001", "922337203685477.5807"),
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

pub fn a_clock_that_is_set_back(mut stage: Stage) {
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

pub fn names_of_files(mut stage: Stage) {
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
