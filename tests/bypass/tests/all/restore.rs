//! An altered backup restores nothing: every alteration that `verify` names in a database is named in a backup too, and so
//! are those that only show against what was kept elsewhere, since a backup keeps where its journal ended.

use bypass::raw::Raw;
use bypass::stage::{APPROVE, Stage, options};
use bypass::tampering;
use store::{Kept, Store, StoreUrl, restore, verify_url_against};
use testkit::postgres::Cluster;

/// Tables of what people have in hand right now: a backup leaves them out, so nobody is signed in by a restore.
const LEFT_OUT: [&str; 2] = ["session", "attempt"];

#[test]
fn an_altered_backup_restores_nothing() {
    let mut stage = Stage::sqlite();
    let scene = tampering::set(&mut stage);
    let folder = tempfile::tempdir().expect("a folder");
    let backup = folder.path().join("all.backup");
    stage
        .store
        .backup(&backup, &|_, _, _| {})
        .expect("a backup is made");
    let mut failures = Vec::new();
    for tampering in tampering::all() {
        if LEFT_OUT.contains(&tampering.table) {
            continue;
        }
        let (copy, target) = (folder.path().join("copy"), folder.path().join("target.db"));
        std::fs::copy(&backup, &copy).expect("copied");
        let raw = Raw::sqlite(&copy);
        let _ = (tampering.run)(&raw, &scene);
        drop(raw);
        match restore(
            &copy,
            &StoreUrl::Sqlite(target.clone()),
            &options(),
            &|_, _, _| {},
        ) {
            Ok(_) => failures.push(format!("{}: it was restored", tampering.id)),
            // The message names the first bad row, which another row may come before.
            Err(error) if error.to_string().contains("org=1") || tampering.against_kept => {}
            Err(error) => failures.push(format!("{}: {error}", tampering.id)),
        }
        if target.exists() {
            failures.push(format!("{}: something was left behind", tampering.id));
            std::fs::remove_file(&target).expect("removed");
        }
    }
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
    let target = StoreUrl::Sqlite(folder.path().join("target.db"));
    restore(&backup, &target, &options(), &|_, _, _| {}).expect("the backup itself is sound");
}

#[test]
fn nothing_is_restored_over_what_is_there() {
    let mut stage = Stage::sqlite();
    stage.order("王内勤");
    let folder = tempfile::tempdir().expect("a folder");
    let backup = folder.path().join("all.backup");
    stage
        .store
        .backup(&backup, &|_, _, _| {})
        .expect("a backup is made");
    let before = stage.raw.fingerprint();
    let told = restore(&backup, &stage.url, &options(), &|_, _, _| {}).expect_err("it is refused");
    assert!(told.to_string().contains("not empty"), "{told}");
    assert_eq!(stage.raw.fingerprint(), before);
}

#[test]
fn an_older_backup_shows_against_what_was_kept() {
    let mut stage = Stage::sqlite();
    stage.order("王内勤");
    let folder = tempfile::tempdir().expect("a folder");
    let backup = folder.path().join("old.backup");
    stage
        .store
        .backup(&backup, &|_, _, _| {})
        .expect("a backup is made");
    // What is signed after the backup is what somebody would like to undo by restoring it.
    stage.order("王内勤");
    let (seq, hash) = stage.store.head(bypass::front::ORG).expect("read");
    let target = StoreUrl::Sqlite(folder.path().join("restored.db"));
    restore(&backup, &target, &options(), &|_, _, _| {}).expect("it is sound in itself");
    let kept = [Kept { org: 1, seq, hash }];
    let report = verify_url_against(&target, &options(), &kept, &|_, _, _| {}).expect("read");
    let bad = report.first_bad.expect("it is named");
    assert_eq!(
        (&*bad.table, &*bad.key),
        ("journal", &*format!("org=1 seq={seq}"))
    );
}

#[test]
fn an_older_backup_that_is_worked_on_still_shows_against_what_was_kept() {
    let mut stage = Stage::sqlite();
    stage.order("王内勤");
    let folder = tempfile::tempdir().expect("a folder");
    let backup = folder.path().join("old.backup");
    stage
        .store
        .backup(&backup, &|_, _, _| {})
        .expect("a backup is made");
    let order = stage.order("王内勤");
    stage.sign("白经理", APPROVE, order);
    let (seq, hash) = stage.store.head(bypass::front::ORG).expect("read");
    let target = StoreUrl::Sqlite(folder.path().join("restored.db"));
    restore(&backup, &target, &options(), &|_, _, _| {}).expect("it is sound in itself");
    // Work goes on over the restored state until its journal is longer than the one that was left behind.
    let other = Store::open(&target, options()).expect("the store opens");
    while other.head(bypass::front::ORG).expect("read").0 <= seq + 3 {
        let command = engine::Command {
            org: bypass::front::ORG,
            key: bypass::stage::fresh_key(),
            at: stage.now.plus_minutes(1),
            actor: "王内勤".into(),
            on_behalf_of: None,
            act: bypass::stage::order("7"),
        };
        let answer = other.submit_blocking(command).expect("no fault");
        assert!(answer.outcome.is_ok());
    }
    other.close();
    let kept = [Kept { org: 1, seq, hash }];
    let report = verify_url_against(&target, &options(), &kept, &|_, _, _| {}).expect("read");
    let bad = report.first_bad.expect("it is named");
    assert_eq!(
        (&*bad.table, &*bad.key),
        ("journal", &*format!("org=1 seq={seq}"))
    );
}

#[test]
fn an_altered_backup_restores_nothing_on_postgres() {
    if !Cluster::available() {
        eprintln!("PostgreSQL is not installed: its half of the suite was left out");
        return;
    }
    let url = |name: &str| {
        let url = Cluster::shared().create_database(name);
        url.expect("a database is made")
    };
    let mut stage = Stage::postgres(&url("backed_up"));
    let scene = tampering::set(&mut stage);
    let folder = tempfile::tempdir().expect("a folder");
    let backup = folder.path().join("all.backup");
    stage
        .store
        .backup(&backup, &|_, _, _| {})
        .expect("a backup is made");
    let told = restore(&backup, &stage.url, &options(), &|_, _, _| {}).expect_err("it is refused");
    assert!(told.to_string().contains("not empty"), "{told}");
    let target = StoreUrl::Postgres(url("restored"));
    let mut failures = Vec::new();
    let kinds = tampering::all();
    let tried = kinds
        .iter()
        .filter(|tampering| !LEFT_OUT.contains(&tampering.table));
    // What is looked at is the same code as on SQLite: every sixth says whether a whole restore is undone here too.
    for tampering in tried.step_by(6) {
        let copy = folder.path().join("copy");
        std::fs::copy(&backup, &copy).expect("copied");
        let raw = Raw::sqlite(&copy);
        let _ = (tampering.run)(&raw, &scene);
        drop(raw);
        if restore(&copy, &target, &options(), &|_, _, _| {}).is_ok() {
            failures.push(tampering.id);
        }
    }
    assert!(failures.is_empty(), "restored: {failures:?}");
    // Nothing was left behind, or this would be refused.
    restore(&backup, &target, &options(), &|_, _, _| {}).expect("the backup itself is sound");
}
