//! The command line: exit codes, help in both languages, packs checked, shown and tested.

use std::fs;

use crate::common::{Demo, copy_folder, program, root, run};

#[test]
fn wrong_use_ends_with_2_and_says_what_would_be_right() {
    let ran = run(&["chek"]).ended(2);
    assert!(ran.err.contains("check"), "{ran:?}");
    run(&["check", "/no/such/pack"]).ended(2);
    run(&["verify", "--data", "/no/such/folder"]).ended(2);
    run(&["show", "gps"]).ended(2);
    run(&["test"]).ended(2);
    run(&["serve", "--listen", "nowhere"]).ended(2);
    run(&["import", "people"]).ended(2);
    run(&["verify", "--database-url", "mysql://x"]).ended(2);
    let ran = run(&["--lang", "zh", "chek"]).ended(2);
    assert!(ran.err.contains("没有命令 chek；是否指 check？"), "{ran:?}");
    let ran = run(&["--lang", "zh", "show", "gps"]).ended(2);
    assert!(ran.err.contains("没有业务包 \"gps\"；可用：gsp"), "{ran:?}");
}

#[test]
fn help_is_there_in_both_languages() {
    for words in [
        &["--help"][..],
        &["import", "--help"],
        &["user", "add", "--help"],
        &["help", "serve"],
    ] {
        let english = run(words).ended(0).out;
        assert!(english.contains("Usage: countersign"), "{english}");
        let mut chinese = program();
        let output = chinese
            .args(words)
            .env("LANG", "zh_CN.UTF-8")
            .output()
            .expect("runs");
        let chinese = String::from_utf8(output.stdout).expect("UTF-8");
        assert!(chinese.contains("用法：countersign"), "{chinese}");
        assert!(!chinese.contains("Print help"), "{chinese}");
    }
    assert!(run(&["--version"]).ended(0).out.starts_with("countersign "));
}

#[test]
fn a_fault_ends_with_3_and_an_incident_that_the_log_knows() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address").to_string();
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let ran = run(&[
        "serve",
        "--listen",
        &address,
        "--data",
        &data.to_string_lossy(),
    ])
    .ended(3);
    assert!(
        ran.err.contains(&format!("cannot listen on {address}")),
        "{ran:?}"
    );
    let incident = ran.err.split_once("\nfault ").expect("an incident").1;
    let incident = incident.split(':').next().unwrap_or_default();
    assert_eq!(incident.len(), 8, "{ran:?}");
    assert_eq!(ran.err.matches(incident).count(), 2, "{ran:?}");
    assert!(!data.exists(), "a folder was left by a start that failed");
}

#[test]
fn the_packs_inside_are_sound() {
    let ran = run(&["check", "--json"]).ended(0);
    let report = ran.json();
    assert_eq!(report["ok"], true);
    assert_eq!(report["packs"][0]["name"], "gsp");
    assert_eq!(report["packs"][0]["errors"], 0);
}

#[test]
fn mistakes_of_a_pack_are_told_all_at_once_with_their_places() {
    let folder = tempfile::tempdir().expect("a folder");
    copy_folder(&root().join("packs/gsp"), folder.path());
    let flow = folder.path().join("flows/purchase_inbound.kdl");
    let text = fs::read_to_string(&flow).expect("the flow");
    let text = text
        .replace(
            "qty=\"line.qty - line.refused\"",
            "qty=\"line.qty - line.refusd\"",
        )
        .replace("guard cold_chain", "guard cold_chian")
        .replace("from=pending to=rejected", "from=pendign to=rejected");
    fs::write(&flow, text).expect("written");
    let path = folder.path().to_string_lossy().into_owned();
    let report = run(&["check", &path, "--json"]).ended(1).json();
    assert_eq!(report["ok"], false);
    let complaints = report["packs"][0]["complaints"]
        .as_array()
        .expect("complaints")
        .clone();
    for (word, hint) in [
        ("refusd", "refused"),
        ("cold_chian", ""),
        ("pendign", "pending"),
    ] {
        let found = complaints
            .iter()
            .find(|one| one["message"].as_str().is_some_and(|m| m.contains(word)));
        let found = found.unwrap_or_else(|| panic!("nothing about {word}: {complaints:?}"));
        assert_eq!(found["file"], "flows/purchase_inbound.kdl");
        assert!(
            found["line"].as_u64() > Some(0) && found["column"].as_u64() > Some(0),
            "{found}"
        );
        assert!(
            found["hint"].as_str().unwrap_or_default().contains(hint),
            "{found}"
        );
    }
    let told = run(&["check", &path]).ended(1).out;
    assert!(told.contains("flows/purchase_inbound.kdl:"), "{told}");
    fs::write(&flow, b"flow x \xff\xfe {").expect("written");
    run(&["check", &path]).ended(1);
    fs::write(&flow, "a{".repeat(10_000)).expect("written");
    run(&["check", &path]).ended(1);
}

#[test]
fn staffing_names_whose_absence_would_stop_a_flow() {
    let demo = Demo::make();
    let report = demo.run(&["check", "--json"]).ended(0).json();
    let findings = report["staffing"].as_array().expect("findings").clone();
    let of_purchase = findings
        .iter()
        .filter(|one| one["flow"] == "purchase_inbound");
    assert_eq!(
        of_purchase.count(),
        5,
        "one person per role of a purchase but the keeper's: {findings:?}"
    );
    assert!(
        findings.iter().all(|one| one["kind"] == "absence"),
        "{findings:?}"
    );
    for keeper in ["zhou", "xu"] {
        demo.run_as_administrator(&["user", "deactivate", keeper])
            .ended(0);
    }
    let report = demo.run(&["check", "--json"]).ended(1).json();
    let findings = report["staffing"].as_array().expect("findings");
    let unstaffed = |flow: &str| {
        let of_flow = findings.iter().filter(|one| one["flow"] == flow);
        of_flow.into_iter().any(|one| one["kind"] == "unstaffed")
    };
    assert!(unstaffed("purchase_inbound") && !unstaffed("item_registration"));
}

#[test]
fn a_pack_and_its_flow_are_shown_as_text_and_drawing() {
    let pack = run(&["show", "gsp"]).ended(0).out;
    assert!(
        pack.contains("purchase_inbound") && pack.contains("on_order"),
        "{pack}"
    );
    let flow = run(&["show", "gsp", "purchase_inbound", "--lang", "zh"])
        .ended(0)
        .out;
    for word in [
        "采购订单填制",
        "采购内勤",
        "库存账: 供货单位 → 待验区",
        "采购收货 ≠ 质量验收 ≠ 入库",
    ] {
        assert!(flow.contains(word), "{word} is not in\n{flow}");
    }
    let drawing = run(&["show", "gsp", "purchase_inbound", "--svg"])
        .ended(0)
        .out;
    assert!(
        drawing.starts_with("<svg ") && drawing.contains("xmlns=\"http://www.w3.org/2000/svg\""),
        "{drawing}"
    );
    assert!(drawing.trim_end().ends_with("</svg>"));
    let folder = root().join("packs/gsp").to_string_lossy().into_owned();
    let on_disk = run(&["show", &folder]).ended(0).out;
    assert_eq!(on_disk.lines().count(), pack.lines().count());
    run(&["show", "gsp", "no_such_flow"]).ended(2);
}

#[test]
fn scenarios_run_against_the_pack_they_lie_in() {
    let scenario = root().join("packs/gsp/flows/purchase_inbound.scenario");
    let ran = run(&["test", &scenario.to_string_lossy()]).ended(0);
    assert!(ran.out.contains("checks hold"), "{ran:?}");

    // Elsewhere the same text runs against the packs built in, and every line that fails is shown.
    let folder = tempfile::tempdir().expect("a folder");
    let text = fs::read_to_string(&scenario).expect("the scenario");
    let wrong = text
        .replace(
            "  ! role 采购订单审核 须由 采购经理 办理",
            "  ! role 采购订单审核 须由 总经理 办理",
        )
        .replace(
            "  stock pending A001/B240101 58",
            "  stock pending A001/B240101 59",
        );
    assert_ne!(text, wrong);
    let path = folder.path().join("purchase_inbound.scenario");
    fs::write(&path, &wrong).expect("written");
    let path = path.to_string_lossy().into_owned();
    let ran = run(&["test", &path, &scenario.to_string_lossy()]).ended(1);
    let failing: Vec<&str> = ran
        .out
        .lines()
        .filter(|line| line.contains(": expected "))
        .collect();
    assert_eq!(failing.len(), 2, "{ran:?}");
    assert!(failing[1].contains("59"), "{ran:?}");
    assert!(
        !ran.out.contains('✔'),
        "it went on after a file that failed: {ran:?}"
    );

    // A text that cannot be played is told as such, and so is how many of the checks failed.
    let broken = folder.path().join("broken.scenario");
    fs::write(&broken, "2026-4-1 wang order.fill\n  = A\n").expect("written");
    let ran = run(&["test", &broken.to_string_lossy()]).ended(1);
    let told = "mistakes in the text: 2; nothing was played";
    assert!(ran.out.trim_end().ends_with(told), "{ran:?}");
    let refused = "given user wang\n2026-04-01 wang gsp.purchase_inbound.order.fill supplier=S\n  = A\n  ? a = b\n";
    fs::write(&broken, refused).expect("written");
    let ran = run(&["test", &broken.to_string_lossy()]).ended(1);
    assert!(ran.out.contains(": 1 of "), "{ran:?}");

    // A pack changed on disk is the one that counts.
    let pack = folder.path().join("gsp");
    copy_folder(&root().join("packs/gsp"), &pack);
    let limits = pack.join("tables/limits.kdl");
    let text = fs::read_to_string(&limits).expect("limits");
    fs::write(
        &limits,
        text.replace("\"2013-06-01\" 180", "\"2013-06-01\" 18"),
    )
    .expect("written");
    let inside = pack
        .join("flows/purchase_inbound.scenario")
        .to_string_lossy()
        .into_owned();
    let ran = run(&["test", &inside]).ended(1);
    assert!(ran.out.contains("shelf_life"), "{ran:?}");
}

#[test]
fn no_benchmark_works_on_an_organisations_data() {
    let demo = Demo::make();
    let head = demo.head();
    demo.run(&["bench", "pages", "--size", "10"]).ended(2);
    demo.run(&["bench", "lifecycle", "--size", "1"]).ended(2);
    assert_eq!(demo.head(), head);
}

#[test]
fn small_benchmarks_end_with_one_json_object() {
    for words in [
        &[
            "bench",
            "lifecycle",
            "--store",
            "memory",
            "--clients",
            "3",
            "--size",
            "12",
        ][..],
        &["bench", "lifecycle", "--clients", "3", "--size", "12"],
        &[
            "bench",
            "lifecycle",
            "--http",
            "--clients",
            "2",
            "--size",
            "6",
        ],
        &["bench", "check"],
        &["bench", "verify", "--size", "300"],
    ] {
        let report = run(words).ended(0).json();
        for field in [
            "bench",
            "store",
            "clients",
            "ops",
            "per_second",
            "p50_ms",
            "p99_ms",
            "rss_mb",
        ] {
            assert!(
                report.get(field).is_some(),
                "{words:?} reports no {field}: {report}"
            );
        }
    }
    let report = run(&["bench", "lifecycle", "--clients", "2", "--size", "20"])
        .ended(0)
        .json();
    assert_eq!(report["ops"], 20);
    assert_eq!(report["steps"], 120);
    assert!(report["rows"].as_u64() > Some(20 * 40), "{report}");
    assert!(report["ratio"].as_f64() > Some(0.0), "{report}");
}

#[test]
fn postgres_has_its_floor_measured_too() {
    let report = run(&[
        "bench",
        "lifecycle",
        "--store",
        "postgres",
        "--clients",
        "2",
        "--size",
        "10",
    ])
    .ended(0)
    .json();
    assert_eq!(report["store"], "postgres");
    assert!(report["rows"].as_u64() > Some(10 * 40), "{report}");
}
