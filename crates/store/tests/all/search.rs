//! Search: what was written is found, on every store alike; the index is complete, follows changes, and is made anew when
//! it is not of this journal.

use crate::common::{Depot, ORG};
use engine::Act;
use kernel::SlipId;
use store::{SearchQuery, Searched, StoreUrl};

fn everywhere(test: impl Fn(&Depot)) {
    let (_folder, sqlite) = crate::common::sqlite();
    test(&Depot::open(&sqlite));
    test(&Depot::open(&StoreUrl::Memory));
    if let Some(postgres) = crate::common::postgres() {
        test(&Depot::open(&postgres));
    }
}

fn titles(depot: &Depot, what: Searched, text: &str) -> Vec<String> {
    let query = SearchQuery {
        text: text.to_owned(),
        what,
        ..SearchQuery::default()
    };
    let page = depot.store.search(ORG, &query).expect("searched");
    page.rows.into_iter().map(|found| found.title).collect()
}

fn attach(depot: &Depot, slip: SlipId, name: &str) {
    let content = depot.store.put_content(ORG, name.as_bytes()).expect("kept");
    let act = Act::Attach {
        slip,
        name: name.to_owned(),
        hash: content.hash,
        size: content.size,
        media: "application/pdf".to_owned(),
    };
    depot.must("clerk", act);
}

#[test]
fn slips_records_and_files_are_found() {
    everywhere(|depot| {
        for (key, name) in [("S7", "江北药业有限公司一号库"), ("S8", "North depot Ｂ７")]
        {
            depot.must(
                "admin",
                crate::common::put_record("depot.site", key, &[("name", name)]),
            );
        }
        let slip = depot.note("A1", "2", "3.00");
        let other = depot.note("B2", "1", "9.00");
        attach(depot, slip.slip.expect("a slip"), "质检报告-2026 final.pdf");
        depot.store.index_now(ORG).expect("indexed");
        let state = depot.store.search_state(ORG).expect("read");
        assert_eq!(state.indexed, state.last);

        let number = |reply: &engine::Reply| reply.number.as_deref().unwrap_or("").to_owned();
        let (first, second) = (number(&slip), number(&other));
        // The name of the record that a slip names, by any part of it, and the code.
        for text in ["一库", "库", "S1"] {
            assert_eq!(
                titles(depot, Searched::Slips, text),
                [second.clone(), first.clone()],
                "{text}"
            );
        }
        assert_eq!(
            titles(depot, Searched::Slips, "a1"),
            std::slice::from_ref(&first)
        );
        assert_eq!(
            titles(depot, Searched::Slips, "a1 库"),
            std::slice::from_ref(&first)
        );
        assert!(titles(depot, Searched::Slips, "a1 b2").is_empty());
        assert!(titles(depot, Searched::Slips, "库一").is_empty());
        let tail = &first[first.len() - 3..];
        assert_eq!(
            titles(depot, Searched::Slips, tail),
            std::slice::from_ref(&first)
        );
        assert_eq!(
            depot.store.ending(ORG, tail, 5).expect("asked"),
            [slip.slip.expect("a slip")]
        );

        for text in ["江北", "药业", "北药业有限", "号", "江北 一号", "S7"] {
            assert_eq!(
                titles(depot, Searched::Records, text),
                ["江北药业有限公司一号库"],
                "{text}"
            );
        }
        assert_eq!(
            titles(depot, Searched::Records, "b7 NORTH"),
            ["North depot Ｂ７"]
        );
        assert!(titles(depot, Searched::Records, "业药").is_empty());
        for text in ["质检", "报告", "2026", "FINAL", "pdf"] {
            assert_eq!(
                titles(depot, Searched::Attachments, text),
                ["质检报告-2026 final.pdf"],
                "{text}"
            );
        }
        // People are no records of a pack, and signs alone ask for nothing.
        assert!(titles(depot, Searched::Records, "clerk").is_empty());
        for text in ["", "'", "\"", "*", "a1' OR '1", "NOT", "a1)"] {
            titles(depot, Searched::Slips, text);
        }
    });
}

#[test]
fn a_record_is_found_as_it_is_now() {
    everywhere(|depot| {
        let name = |name| crate::common::put_record("depot.site", "S9", &[("name", name)]);
        depot.must("admin", name("旧名称"));
        depot.store.index_now(ORG).expect("indexed");
        assert_eq!(titles(depot, Searched::Records, "旧名"), ["旧名称"]);
        depot.must("admin", name("新名称"));
        depot.store.index_now(ORG).expect("indexed");
        assert!(titles(depot, Searched::Records, "旧名").is_empty());
        assert_eq!(titles(depot, Searched::Records, "名称"), ["新名称"]);
    });
}

#[test]
fn pages_of_what_is_found_are_whole_and_stable() {
    everywhere(|depot| {
        let mut all: Vec<String> = (0..23)
            .map(|_| depot.note("A1", "1", "1.00"))
            .map(|reply| reply.number.expect("a number").to_string())
            .collect();
        all.reverse();
        depot.store.index_now(ORG).expect("indexed");
        let mut query = SearchQuery {
            text: "一库".to_owned(),
            limit: 5,
            ..SearchQuery::default()
        };
        let mut found = Vec::new();
        loop {
            let page = depot.store.search(ORG, &query).expect("searched");
            assert!(page.rows.len() <= 5);
            found.extend(page.rows.into_iter().map(|row| row.title));
            // What comes meanwhile is newer, so it shifts nothing.
            depot.note("B2", "1", "1.00");
            depot.store.index_now(ORG).expect("indexed");
            match page.next {
                Some(next) => query.after = Some(next),
                None => break,
            }
        }
        assert_eq!(found, all);
    });
}

/// The index of a database is not part of it: a restored one makes its own, and an index of another journal is thrown
/// away.
#[test]
fn an_index_of_another_journal_is_made_anew() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("data.db");
    let url = StoreUrl::Sqlite(path.clone());
    let depot = Depot::open(&url);
    let early = depot.note("A1", "1", "1.00");
    let backup = folder.path().join("backup.db");
    depot
        .store
        .backup(&backup, &|_, _, _| {})
        .expect("backed up");
    depot.note("B2", "1", "1.00");
    depot.store.index_now(ORG).expect("indexed");
    assert_eq!(titles(&depot, Searched::Slips, "b2").len(), 1);
    depot.store.close();
    drop(depot);
    for suffix in ["", "-wal", "-shm"] {
        let mut name = path.clone().into_os_string();
        name.push(suffix);
        // Only the database itself must be there.
        let _ = std::fs::remove_file(name);
    }
    store::restore(&backup, &url, &crate::common::options(), &|_, _, _| {}).expect("restored");
    let depot = Depot::open(&url);
    depot.note("A1", "5", "1.00");
    depot.store.index_now(ORG).expect("indexed");
    assert!(titles(&depot, Searched::Slips, "b2").is_empty());
    let found = titles(&depot, Searched::Slips, "a1");
    assert_eq!(found.len(), 2);
    assert_eq!(found[1], early.number.expect("a number").to_string());
    depot.verify();
    // A file that is no index at all is no reason not to start.
    depot.store.close();
    drop(depot);
    let mut index = path.clone().into_os_string();
    index.push(".search");
    std::fs::write(&index, b"not a database").expect("written");
    let depot = Depot::open(&url);
    depot.store.index_now(ORG).expect("indexed");
    assert_eq!(titles(&depot, Searched::Slips, "a1").len(), 2);
}

#[test]
fn the_index_follows_by_itself() {
    everywhere(|depot| {
        depot.note("A1", "1", "1.00");
        let begun = std::time::Instant::now();
        while titles(depot, Searched::Slips, "a1").is_empty() {
            assert!(begun.elapsed().as_secs() < 20, "nobody indexes");
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
    });
}
