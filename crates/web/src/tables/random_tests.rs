//! Whatever the bytes of a table: an answer, soon, and no panic. `TABLE_CASES` says how many are tried.

use std::time::{Duration, Instant};

use testkit::Dice;

use super::*;

const HEAD: &str = "编码,名称,储存条件,生效日期\n";

fn csv() -> Vec<u8> {
    let mut text = String::from(HEAD);
    for at in 0..30 {
        text.push_str(&format!("A{at:03},\"药品, {at} 号\",冷藏,2026-01-01\r\n"));
    }
    text.into_bytes()
}

fn xlsx() -> Vec<u8> {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    for (column, head) in HEAD.trim().split(',').enumerate() {
        let column = u16::try_from(column).unwrap();
        sheet.write(0, column, head).unwrap();
        for row in 1..20 {
            sheet.write(row, column, format!("{head} {row}")).unwrap();
        }
    }
    book.save_to_buffer().unwrap()
}

/// The bytes with some cut out, changed, doubled or put in.
fn changed(whole: &[u8], dice: &mut Dice) -> Vec<u8> {
    let mut bytes = whole.to_vec();
    for _ in 0..=dice.below(4) {
        let at = dice.below(bytes.len());
        let end = (at + dice.below(24)).min(bytes.len());
        match dice.below(5) {
            0 => drop(bytes.drain(at..end)),
            1 => bytes.truncate(at),
            2 => {
                let part = bytes[at..end].to_vec();
                bytes.splice(at..at, part);
            }
            3 => {
                let scraps: [&[u8]; 8] = [
                    b"\"",
                    b",",
                    b"\n",
                    b"\0",
                    b"\xff\xfe",
                    "，".as_bytes(),
                    b"\r",
                    b"=1+1",
                ];
                let scrap = dice.pick(&scraps).copied().unwrap_or_default();
                bytes.splice(at..at, scrap.iter().copied());
            }
            _ => {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= 1 << dice.below(8);
                }
            }
        }
    }
    bytes
}

/// Reads as a file would be, and holds the answer against what any answer must be; says whether it was taken.
fn answer(bytes: &[u8], seed: u64) -> bool {
    let begin = Instant::now();
    // Loosely read, the same bytes may be taken where they are not strictly; they do no harm either way.
    let _ = read(bytes, Reading::Loose);
    let read = read(bytes, Reading::Strict);
    assert!(begin.elapsed() < Duration::from_secs(20), "case {seed}");
    match read {
        Ok(table) => {
            assert!(!table.header.is_empty(), "case {seed}");
            let lines: Vec<u64> = table.rows.iter().map(|row| row.line).collect();
            assert!(lines.is_sorted(), "case {seed}: {lines:?}");
            for row in &table.rows {
                assert_eq!(row.cells.len(), table.header.len(), "case {seed}");
            }
            true
        }
        Err(bad) => {
            assert!(
                !bad.code.is_empty() && !bad.zh.is_empty() && !bad.en.is_empty(),
                "case {seed}: {bad:?}"
            );
            false
        }
    }
}

fn cases() -> u64 {
    let given = std::env::var("TABLE_CASES").ok();
    given.and_then(|text| text.parse().ok()).unwrap_or(2_000)
}

#[test]
fn bytes_that_are_no_table() {
    for seed in 0..cases() {
        let mut dice = Dice::new(seed);
        let mut bytes: Vec<u8> = (0..dice.below(600)).map(|_| dice.roll() as u8).collect();
        if dice.chance(30) {
            bytes.splice(..0, *b"PK\x03\x04");
        }
        answer(&bytes, seed);
    }
}

#[test]
fn tables_with_some_bytes_changed() {
    let (csv, xlsx) = (csv(), xlsx());
    assert!(
        answer(&csv, 0) && answer(&xlsx, 0),
        "both are good as they are"
    );
    let mut taken = 0;
    for seed in 0..cases() {
        let mut dice = Dice::new(seed);
        let whole = if dice.chance(50) { &csv } else { &xlsx };
        taken += u64::from(answer(&changed(whole, &mut dice), seed));
    }
    // A test that only ever reads good tables, or none, tests nothing.
    assert!(taken > 0 && taken < cases(), "{taken} of {}", cases());
}
