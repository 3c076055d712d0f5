//! The same program on PostgreSQL: a demo company, backup, restore into SQLite and back, verify, the environment's address.

use crate::common::{Server, program, run};
use testkit::postgres::Cluster;

#[test]
fn postgres_and_sqlite_hold_the_same_company() {
    let cluster = Cluster::shared();
    let first = cluster.create_database("first").expect("a database");
    let second = cluster.create_database("second").expect("a database");
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).to_string_lossy().into_owned();

    let data = folder.path().join("data");
    let server = Server::start(&data, &["--demo", "--database-url", &first]);
    assert!(
        server.banner.contains("postgres://postgres@127.0.0.1"),
        "{}",
        server.banner
    );
    let backup = path("one.backup");
    let made = run(&["backup", &backup, "--database-url", &first, "--json"])
        .ended(0)
        .json();
    assert_eq!(server.stop(), 0);
    let report = run(&["verify", "--database-url", &first, "--json"])
        .ended(0)
        .json();
    assert_eq!(report["report"]["heads"], made["heads"]);

    // Into a file, and from that file into another server's database.
    run(&["restore", &backup, "--data", &path("moved")]).ended(0);
    run(&["verify", "--data", &path("moved")]).ended(0);
    let again = path("two.backup");
    run(&["backup", &again, "--data", &path("moved")]).ended(0);
    let (beside, restore) = (
        path("beside"),
        ["restore", &again, "--database-url", &second],
    );
    let into = |further: &[&str]| {
        let words = [&restore[..], &["--data", &beside], further].concat();
        run(&words)
    };
    let restored = into(&["--json"]).ended(0).json();
    assert_eq!(restored["heads"], made["heads"]);
    into(&[]).ended(2);

    // The address may come from the environment, so that a password need not stand among the arguments.
    let output = program()
        .args(["verify", "--json"])
        .env("COUNTERSIGN_DATABASE_URL", &second)
        .output()
        .expect("runs");
    assert!(output.status.success(), "{output:?}");
    let exports = [&first, &second].map(|url| {
        let file = path("slips.csv");
        run(&["export", "slips", &file, "--database-url", url]).ended(0);
        std::fs::read_to_string(&file).expect("the export")
    });
    assert_eq!(exports[0], exports[1]);

    cluster
        .query(
            "second",
            "update signature set person = 'zhou' where seq = (select min(seq) from signature)",
        )
        .expect("altered");
    let ran = run(&["verify", "--database-url", &second]).ended(1);
    assert!(
        ran.out.contains("signature ") && ran.out.contains("seq="),
        "{ran:?}"
    );
}
