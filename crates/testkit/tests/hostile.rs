//! The random clerk against the oracle alone: the laws hold after every command, and he gets somewhere.

mod common;

use testkit::hostile::{self, Tally};

/// Seeds and commands of a run: `TESTKIT_SEEDS=100..200 TESTKIT_COMMANDS=1000` looks further than a usual one.
fn size() -> (std::ops::Range<u64>, usize) {
    let seeds = std::env::var("TESTKIT_SEEDS").ok();
    let seeds = seeds
        .as_deref()
        .and_then(|text| text.split_once(".."))
        .and_then(|(from, to)| Some(from.parse().ok()?..to.parse().ok()?));
    let commands = std::env::var("TESTKIT_COMMANDS")
        .ok()
        .and_then(|text| text.parse().ok());
    (seeds.unwrap_or(1..11), commands.unwrap_or(400))
}

#[test]
fn the_laws_hold_whatever_a_clerk_does() {
    let packs = common::catalog();
    let (seeds, commands) = size();
    let mut all = Tally::default();
    for seed in seeds {
        let tally = hostile::run(&packs, seed, commands, 1, &mut [])
            .unwrap_or_else(|error| panic!("{error}"));
        // A clerk who is always refused would prove nothing, nor one who never is.
        let least = commands / 5;
        assert!(
            tally.done >= least && tally.refused >= least && tally.slips >= commands / 20,
            "seed {seed}: {tally:?}"
        );
        all.add(&tally);
    }
    println!("{all:#?}");
    for act in [
        "step",
        "return",
        "withdraw",
        "void",
        "ask_reversal",
        "reverse",
        "refuse_reversal",
        "hand_over",
        "add_signer",
        "cosign",
        "copy_to",
        "remind",
        "comment",
        "timer",
        "put_record",
        "put_person",
        "deputise",
        "close_period",
        "reopen_period",
    ] {
        assert!(
            all.acts.get(act).is_some_and(|(done, _)| *done > 0),
            "no {act} was ever accepted: {all:?}"
        );
    }
}
