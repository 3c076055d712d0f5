//! What must never be lost: backup and restore, verify after an altered byte, the lock, the first start.

use crate::common::{Demo, Server, run};
use rusqlite::Connection;

fn database(demo: &Demo) -> Connection {
    Connection::open(demo.path("countersign.db")).expect("the database opens")
}

#[test]
fn an_altered_byte_is_found_and_named() {
    let demo = Demo::make();
    demo.run(&["verify"]).ended(0);
    let clean = std::fs::read(demo.path("countersign.db")).expect("the database");
    // Table, the row to alter, how, and how the row is named.
    let leg = "select seq from leg where n = 0 order by seq limit 1 offset 60";
    let cases = [
        (
            "leg",
            leg,
            "update leg set amount = amount + 1 where seq = ? and n = 0",
            "seq=",
        ),
        (
            "leg",
            leg,
            "delete from leg where seq = ? and n = 0",
            "seq=",
        ),
        (
            "balance",
            "select account from balance order by account limit 1 offset 9",
            "update balance set posted_in = posted_in + 1 where account = ?",
            "account=",
        ),
        (
            "signature",
            "select seq from signature order by seq limit 1 offset 40",
            "update signature set person = 'admin' where seq = ?",
            "seq=",
        ),
        (
            "slip_body",
            "select 7",
            "update slip_body set lines = replace(lines, '1', '2') where id = ?",
            "id=",
        ),
        (
            "slip",
            "select 9",
            "update slip set state = 'void' where id = ?",
            "id=",
        ),
        (
            "record",
            "select version from record where register = 'gsp.party' and key = 'GY003'",
            "update record set body = replace(body, '示例', '真实') where key = 'GY003' and version = ?",
            "key=GY003",
        ),
        (
            "journal",
            "select seq from journal where actor = 'wang' limit 1 offset 20",
            "update journal set request = replace(request, 'wang', 'zhou') where seq = ?",
            "seq=",
        ),
        (
            "journal",
            "select 200",
            "delete from journal where seq = ?",
            "seq=",
        ),
        (
            "note",
            "select seq from note limit 1",
            "update note set text = text || '.' where seq = ?",
            "seq=",
        ),
        (
            "credential",
            "select seq from credential where login = 'li'",
            "update credential set stored = (select stored from credential where login = 'wang') where seq = ?",
            "login=li",
        ),
    ];
    for (table, pick, sql, name) in cases {
        std::fs::write(demo.path("countersign.db"), &clean).expect("as it was");
        let database = database(&demo);
        let picked: i64 = database
            .query_row(pick, [], |row| row.get(0))
            .unwrap_or_else(|error| panic!("{pick}: {error}"));
        let changed = database
            .execute(sql, [picked])
            .unwrap_or_else(|error| panic!("{sql}: {error}"));
        assert!(changed > 0, "nothing was altered: {sql}");
        drop(database);
        let ran = demo.run(&["verify"]).ended(1);
        let row = if name.ends_with('=') {
            format!("{name}{picked}")
        } else {
            name.to_owned()
        };
        let named = ran
            .out
            .lines()
            .any(|line| line.contains(&format!("{table} ")) && line.contains(&row));
        assert!(named, "{sql}\n{table} {row} is not named:\n{}", ran.out);
        let report = demo.run(&["verify", "--json"]).ended(1).json();
        assert_eq!(report["ok"], false);
        assert!(report["report"]["bad_count"].as_i64() > Some(0), "{report}");
    }
    std::fs::write(demo.path("countersign.db"), &clean).expect("as it was");
    demo.run(&["verify"]).ended(0);
}

#[test]
fn a_backup_taken_under_a_running_server_restores_whole() {
    let demo = Demo::make();
    let server = Server::start(demo.folder(), &[]);
    let backup = demo.at("copy.backup");
    let made = demo.run(&["backup", &backup, "--json"]).ended(0).json();
    demo.run(&["backup", &backup]).ended(2);
    assert_eq!(server.stop(), 0);

    let other = tempfile::tempdir().expect("a folder");
    let there = other.path().join("restored").to_string_lossy().into_owned();
    let restored = run(&["restore", &backup, "--data", &there, "--json"])
        .ended(0)
        .json();
    assert_eq!(restored["heads"], made["heads"]);
    assert_eq!(restored["tables"], made["tables"]);
    let report = run(&["verify", "--data", &there, "--json"]).ended(0).json();
    assert_eq!(report["report"]["heads"], made["heads"]);
    run(&["restore", &backup, "--data", &there]).ended(2);
    let slips = |folder: &str| {
        let file = other.path().join("slips.csv");
        run(&["export", "slips", &file.to_string_lossy(), "--data", folder]).ended(0);
        std::fs::read_to_string(file).expect("the export")
    };
    assert_eq!(slips(&there), slips(&demo.folder().to_string_lossy()));
}

#[test]
fn a_damaged_backup_restores_nothing() {
    let demo = Demo::make();
    let backup = demo.at("copy.backup");
    demo.run(&["backup", &backup]).ended(0);
    let bytes = std::fs::read(&backup).expect("the backup");
    let other = tempfile::tempdir().expect("a folder");
    let there = other.path().join("restored");
    let words = ["restore", &backup, "--data", &there.to_string_lossy()].map(str::to_owned);
    for (name, damaged) in [
        ("cut off", bytes[..bytes.len() / 2].to_vec()),
        ("not a backup", b"hello".to_vec()),
        ("empty", Vec::new()),
    ] {
        std::fs::write(&backup, damaged).expect("damaged");
        let ran = run(&words);
        assert!(matches!(ran.code, 1..=3), "{name}: {ran:?}");
        assert!(
            !there.join("countersign.db").exists(),
            "{name} left something: {ran:?}"
        );
    }
    std::fs::write(&backup, &bytes).expect("as it was");
    Connection::open(&backup)
        .and_then(|db| {
            let first = "(select min(seq) from signature)";
            db.execute(
                &format!("update signature set person = 'zhou' where seq = {first}"),
                [],
            )
        })
        .expect("altered");
    let ran = run(&words);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(!there.join("countersign.db").exists(), "{ran:?}");
    std::fs::write(&backup, &bytes).expect("as it was");
    run(&words).ended(0);
}

#[test]
fn one_folder_has_one_server() {
    let demo = Demo::make();
    let server = Server::start(demo.folder(), &[]);
    let ran = demo.run(&["serve", "--listen", "127.0.0.1:0"]).ended(2);
    assert!(ran.err.contains(&server.id().to_string()), "{ran:?}");
    demo.run_as_administrator(&["user", "revoke", "wang", "buyer"])
        .ended(2);
    // Reading goes on.
    demo.run(&["verify"]).ended(0);
    demo.run(&["user", "list"]).ended(0);
    assert_eq!(server.stop(), 0);
    demo.run_as_administrator(&["user", "revoke", "wang", "buyer"])
        .ended(0);
}

#[test]
fn the_first_start_makes_one_administrator_whose_password_is_shown_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let server = Server::start(&data, &[]);
    let banner = server.banner.clone();
    let password = banner
        .lines()
        .find_map(|line| line.split_once("(shown this once): "))
        .expect("a password")
        .1
        .to_owned();
    assert_eq!(server.stop(), 0);
    let again = Server::start(&data, &[]);
    assert!(
        !again.banner.contains(&password) && !again.banner.contains("shown this once"),
        "{}",
        again.banner
    );
    assert_eq!(again.stop(), 0);
    let path = data.to_string_lossy().into_owned();
    let people = run(&["user", "list", "--json", "--data", &path])
        .ended(0)
        .json();
    assert_eq!(people.as_array().map(Vec::len), Some(1));
    assert_eq!(people[0]["administrator"], true);
    let add = [
        "user",
        "add",
        "chen",
        "--name",
        "陈",
        "--identity",
        "007",
        "--role",
        "buyer",
        "--data",
        &path,
        "--password-stdin",
    ];
    crate::common::run_with(&add, "wrong\n").ended(2);
    crate::common::run_with(&add, &format!("{password}\n")).ended(0);
    // --demo makes no company where there is one.
    let demo = Server::start(&data, &["--demo"]);
    assert!(
        demo.banner
            .contains("there is a company in this data already"),
        "{}",
        demo.banner
    );
    assert_eq!(demo.stop(), 0);
}

#[cfg(unix)]
#[test]
fn what_only_the_operator_may_read_is_his_alone() {
    use std::os::unix::fs::PermissionsExt;
    let demo = Demo::make();
    for name in ["demo-logins.json", "countersign.db"] {
        let mode = std::fs::metadata(demo.path(name))
            .expect(name)
            .permissions()
            .mode()
            & 0o777;
        assert_eq!(mode, 0o600, "{name} has mode {mode:o}");
    }
    let first = demo.logins.clone();
    let again = Server::start(demo.folder(), &["--demo"]);
    for password in first.values() {
        assert!(
            again.banner.contains(password),
            "the passwords changed: {}",
            again.banner
        );
    }
    assert_eq!(again.stop(), 0);
}

#[test]
fn a_demo_interrupted_at_its_birth_is_completed() {
    let folder = tempfile::tempdir().expect("a folder");
    for pause in [150, 300, 450, 600] {
        let mut child = crate::common::program()
            .args(["serve", "--demo", "--listen", "127.0.0.1:0", "--data"])
            .arg(folder.path())
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .expect("starts");
        std::thread::sleep(std::time::Duration::from_millis(pause));
        child.kill().expect("killed");
        child.wait().expect("ended");
    }
    let server = Server::start(folder.path(), &["--demo"]);
    assert_eq!(server.stop(), 0);
    let whole = Demo::make();
    let count = |path: &std::path::Path| {
        let file = folder.path().join("slips.csv");
        run(&[
            "export",
            "slips",
            &file.to_string_lossy(),
            "--data",
            &path.to_string_lossy(),
        ])
        .ended(0);
        std::fs::read_to_string(file)
            .expect("the export")
            .lines()
            .count()
    };
    assert_eq!(count(folder.path()), count(whole.folder()));
    run(&["verify", "--data", &folder.path().to_string_lossy()]).ended(0);
}
