//! Forms that nobody has proved are set in a process that is stopped when it takes too long or too much.

use std::time::{Duration, Instant};

use print::{Form, FormData, FormError, Limits, Workshop};

fn workshop(seconds: u64, megabytes: u64) -> Workshop {
    let program = vec![
        env!("CARGO_BIN_EXE_countersign").into(),
        "print-worker".into(),
    ];
    Workshop::new(program, Limits { seconds, megabytes })
}

fn data() -> FormData {
    FormData {
        number: "RK1".into(),
        ..FormData::default()
    }
}

#[test]
fn an_endless_form_is_stopped_and_the_next_is_set() {
    let workshop = workshop(3, 1_000);
    let good = Form::generic();
    let pdf = workshop.render(&good, &data()).expect("it is set");
    assert!(pdf.starts_with(b"%PDF-"));
    let endless =
        "#let f(n, x) = if n == 0 { 0 } else { f(n - 1, 2 * x) + f(n - 1, 2 * x + 1) }\n#f(50, 0)";
    let begun = Instant::now();
    let stopped = workshop.render(&Form::new("endless.typ", endless), &data());
    assert!(
        matches!(stopped, Err(FormError::TooLong(3) | FormError::TooLarge(_))),
        "{stopped:?}"
    );
    assert!(begun.elapsed() < Duration::from_secs(20));
    assert_eq!(workshop.pages(&good, &data()).expect("it is set").len(), 1);
    let wrong = workshop.render(&Form::new("x.typ", "#while true { }"), &data());
    let Err(FormError::Form(complaints)) = wrong else {
        panic!("{wrong:?}");
    };
    assert_eq!(complaints[0].line, 1);
    assert!(
        complaints[0].message_zh().contains("循环"),
        "{complaints:?}"
    );
}

#[test]
fn a_form_that_takes_all_memory_is_stopped() {
    let workshop = workshop(60, 300);
    let large = "#let a = range(1000000)\n#for i in range(9999) { a = a + range(1000000).map(x => x + i) }\n#a.len()";
    let stopped = workshop.render(&Form::new("large.typ", large), &data());
    assert!(
        matches!(stopped, Err(FormError::TooLarge(300))),
        "{stopped:?}"
    );
    assert!(workshop.render(&Form::generic(), &data()).is_ok());
}

#[test]
fn a_form_reaches_no_file() {
    let workshop = workshop(10, 500);
    for source in [
        "#read(\"/etc/passwd\")",
        "#import \"@preview/a:0.1.0\": b",
        "#include \"/etc/hosts\"",
    ] {
        let refused = workshop.render(&Form::new("x.typ", source), &data());
        assert!(
            matches!(refused, Err(FormError::Form(_))),
            "{source}: {refused:?}"
        );
    }
}
