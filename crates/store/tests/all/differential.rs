//! A clerk who does anything at all: SQLite, PostgreSQL, the store in memory and the plain maps of the test kit agree on
//! every answer, every slip and every balance, and every store verifies.

use store::StoreUrl;
use testkit::{House, hostile};

/// `TESTKIT_SEEDS=100..120 TESTKIT_COMMANDS=1000` looks further than a usual run.
fn size() -> (std::ops::Range<u64>, usize) {
    let seeds = std::env::var("TESTKIT_SEEDS").ok();
    let seeds = seeds
        .as_deref()
        .and_then(|text| text.split_once(".."))
        .and_then(|(from, to)| Some(from.parse().ok()?..to.parse().ok()?));
    let commands = std::env::var("TESTKIT_COMMANDS")
        .ok()
        .and_then(|text| text.parse().ok());
    (seeds.unwrap_or(1..4), commands.unwrap_or(300))
}

#[test]
fn all_stores_answer_alike() {
    let (seeds, commands) = size();
    for seed in seeds {
        let (_folder, file) = crate::common::sqlite();
        let mut sqlite = crate::common::house(&file);
        let mut memory = crate::common::house(&StoreUrl::Memory);
        let mut postgres = crate::common::postgres().map(|url| crate::common::house(&url));
        let mut houses: Vec<(&str, &mut dyn House)> =
            vec![("sqlite", &mut sqlite), ("memory", &mut memory)];
        if let Some(postgres) = &mut postgres {
            houses.push(("postgres", postgres));
        }
        let tally = hostile::run(
            &crate::common::catalog(),
            seed,
            commands,
            commands / 3,
            &mut houses,
        )
        .unwrap_or_else(|error| panic!("{error}"));
        assert!(
            tally.done > commands / 5 && tally.refused > commands / 5,
            "seed {seed}: {tally:?}"
        );
        let stats = sqlite.store.stats();
        assert!(stats.commands > commands as u64, "{stats:?}");
    }
}
