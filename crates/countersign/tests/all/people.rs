//! `user`: every change is journaled under an administrator who gave his password.

use crate::common::Demo;

fn journal(demo: &Demo) -> Vec<Vec<String>> {
    let file = demo.at("journal.csv");
    demo.run(&["export", "journal", &file]).ended(0);
    let mut reader = csv::Reader::from_path(&file).expect("the export");
    reader
        .records()
        .map(|row| row.expect("a row").iter().map(str::to_owned).collect())
        .collect()
}

#[test]
fn changes_of_people_stand_in_the_journal_under_an_administrator() {
    let demo = Demo::make();
    let before = journal(&demo).len();
    demo.run_as_administrator(&[
        "user",
        "add",
        "wu",
        "--name",
        "吴内勤",
        "--identity",
        "DEMO-100",
        "--role",
        "采购内勤",
    ])
    .ended(0);
    demo.run_as_administrator(&["user", "grant", "wu", "gsp.keeper", "--until", "2030-12-31"])
        .ended(0);
    demo.run_as_administrator(&["user", "revoke", "wu", "buyer"])
        .ended(0);
    let said = demo
        .run_as_administrator(&["user", "password", "wu"])
        .ended(0)
        .out;
    assert!(said.contains("password of wu"), "{said}");
    demo.run_as_administrator(&["user", "deactivate", "wu"])
        .ended(0);
    demo.run_as_administrator(&["user", "activate", "wu"])
        .ended(0);
    let rows = journal(&demo);
    let new: Vec<(&str, &str, &str)> = rows[before..]
        .iter()
        .map(|row| (&*row[2], &*row[3], &*row[5]))
        .collect();
    let put = ("admin", "put_person", "done");
    let password = ("admin", "credential", "done");
    assert_eq!(new, [put, password, put, put, password, put, put]);
    let people = demo.run(&["user", "list"]).ended(0).out;
    assert!(
        people.contains("wu\t吴内勤\tDEMO-100\tgsp.keeper ..2030-12-31"),
        "{people}"
    );
    demo.run(&["verify"]).ended(0);
}

#[test]
fn nobody_becomes_more_than_he_is_by_the_command_line() {
    let demo = Demo::make();
    let before = journal(&demo).len();
    // Without a password, with a clerk's password, in a clerk's name, as the system.
    demo.run(&["user", "grant", "wang", "purchase_manager"])
        .ended(2);
    let folder = demo.folder().to_string_lossy().into_owned();
    let grant = |login: &str, password: &str| {
        let words = [
            "user",
            "grant",
            "wang",
            "purchase_manager",
            "--as",
            login,
            "--password-stdin",
            "--data",
            &folder,
        ];
        crate::common::run_with(&words, &format!("{password}\n"))
    };
    grant("admin", &demo.logins["wang"]).ended(2);
    grant("wang", &demo.logins["wang"]).ended(2);
    grant("system", "").ended(2);
    grant("admin", "").ended(2);
    // --recover is for administrators only, so that nobody's signature is had by it.
    demo.run(&["user", "password", "wang", "--recover"])
        .ended(2);
    // Nobody proved who he is, so the attempts stand under the system.
    let rows = journal(&demo);
    let attempts: Vec<(&str, &str)> = rows[before..]
        .iter()
        .map(|row| (&*row[2], &*row[6]))
        .collect();
    let (password, administrator, recover) = (
        ("system", "forbidden.command_line.password"),
        ("system", "forbidden.command_line.administrator"),
        ("system", "forbidden.command_line.recover"),
    );
    assert_eq!(
        attempts,
        [password, administrator, administrator, password, recover]
    );
    // An administrator cannot make himself a buyer; the attempt is journaled.
    let ran = demo
        .run_as_administrator(&["user", "grant", "admin", "buyer"])
        .ended(1);
    assert!(ran.out.contains("own_grant"), "{ran:?}");
    let last = journal(&demo).pop().expect("a row");
    assert_eq!((&*last[5], &*last[6]), ("refused", "own_grant"));
    // Two accounts of one natural person are one, and that never changes.
    let ran = demo.run_as_administrator(&[
        "user",
        "add",
        "admin2",
        "--name",
        "甲",
        "--identity",
        "DEMO-000",
        "--role",
        "buyer",
    ]);
    assert_eq!(ran.code, 1, "{ran:?}");
}

#[test]
fn a_lost_administrator_password_is_recovered_by_the_system() {
    let demo = Demo::make();
    let said = demo
        .run(&["user", "password", "admin", "--recover"])
        .ended(0)
        .out;
    let password = said
        .trim()
        .rsplit(' ')
        .next()
        .expect("a password")
        .to_owned();
    let last = journal(&demo).pop().expect("a row");
    assert_eq!((&*last[2], &*last[3]), ("system", "credential"));
    demo.run_as_administrator(&["user", "revoke", "wang", "buyer"])
        .ended(2);
    let folder = demo.folder().to_string_lossy().into_owned();
    let with = |password: &str, words: &[&str]| {
        let all = [words, &["--password-stdin", "--data", &folder]].concat();
        crate::common::run_with(&all, &format!("{password}\n"))
    };
    // What the system chose is good for choosing a password of one's own, and for nothing else.
    let ran = with(&password, &["user", "revoke", "wang", "buyer"]).ended(1);
    assert!(ran.out.contains("password_change"), "{ran:?}");
    let said = with(&password, &["user", "password", "admin"]).ended(0).out;
    let own = said
        .trim()
        .rsplit(' ')
        .next()
        .expect("a password")
        .to_owned();
    with(&own, &["user", "revoke", "wang", "buyer"]).ended(0);
}
