//! Amounts in capitals against two independent collections of vectors, and the edges that neither has.

use std::{collections::HashSet, path::PathBuf};

use kernel::capitals::rmb;

fn shared(path: &str) -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data")).join(path)
}

/// "12", "12.3" and "12.34" in fen, without a float on the way.
fn fen(amount: &str) -> i128 {
    let (whole, part) = amount.split_once('.').unwrap_or((amount, ""));
    assert!(part.len() <= 2, "{amount} has more than two decimals");
    format!("{whole}{part:0<2}").parse().expect(amount)
}

fn rows(path: &str, delimiter: u8) -> Vec<csv::StringRecord> {
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .from_path(shared(path))
        .expect(path);
    reader.records().collect::<Result<_, _>>().expect(path)
}

#[test]
fn every_accounting_vector_agrees() {
    let rows = rows("acct/rmb_uppercase_vectors.csv", b',');
    assert_eq!(rows.len(), 735);
    for row in rows {
        assert_eq!(rmb(fen(&row[0])), row[1], "{}", &row[0]);
    }
}

#[test]
fn every_fee_vector_agrees() {
    let rows = rows("fees/rmb_capital_cases.tsv", b'\t');
    assert_eq!(rows.len(), 2536);
    for row in rows {
        let ours = rmb(row[0].parse().expect("fen"));
        assert_eq!(ours, row[1], "{}", &row[0]);
        assert!(
            row[2].split('|').any(|variant| variant == ours),
            "{} not in {}",
            ours,
            &row[2]
        );
    }
}

#[test]
fn the_edges_read_as_a_cashier_writes_them() {
    for (fen, text) in [
        (0, "零元整"),
        (-1, "负壹分"),
        (-123_450, "负壹仟贰佰叁拾肆元伍角整"),
        (1_000_005_000 * 100, "壹拾亿零伍仟元整"),
        (100_000_005 * 100, "壹亿零伍元整"),
        (100_050_000 * 100, "壹亿零伍万元整"),
        (1_000_000_000_000 * 100, "壹万亿元整"),
        (1_000_050_000_000 * 100, "壹万亿零伍仟万元整"),
        (10_000_000_000_000_000 * 100, "壹亿亿元整"),
        (
            i128::from(i64::MAX),
            "玖亿贰仟贰佰叁拾叁万柒仟贰佰零叁亿陆仟捌佰伍拾肆万柒仟柒佰伍拾捌元零柒分",
        ),
        (
            i128::from(i64::MIN),
            "负玖亿贰仟贰佰叁拾叁万柒仟贰佰零叁亿陆仟捌佰伍拾肆万柒仟柒佰伍拾捌元零捌分",
        ),
    ] {
        assert_eq!(rmb(fen), text, "{fen}");
    }
    // The widest amount there is has an answer and does not overflow.
    assert!(rmb(i128::MIN).starts_with('负'));
}

/// Reads capitals back; knows nothing of how they are written beyond the values of the characters.
fn read(text: &str) -> i128 {
    let (mut total, mut below_yi, mut section, mut digit) = (0_i128, 0_i128, 0_i128, 0_i128);
    let mut fen = 0;
    for c in text.trim_start_matches('负').chars() {
        if let Some(value) = "零壹贰叁肆伍陆柒捌玖".chars().position(|d| d == c) {
            digit = value as i128;
            continue;
        }
        match c {
            '拾' => section += digit * 10,
            '佰' => section += digit * 100,
            '仟' => section += digit * 1_000,
            '万' => below_yi += (section + digit) * 10_000,
            '亿' => total = (total + below_yi + section + digit) * 100_000_000,
            '元' => total += below_yi + section + digit,
            '角' => fen += digit * 10,
            '分' => fen += digit,
            '整' => {}
            other => panic!("{other} in {text}"),
        }
        digit = 0;
        match c {
            '万' => section = 0,
            '亿' => (below_yi, section) = (0, 0),
            _ => {}
        }
    }
    let amount = total * 100 + fen;
    if text.starts_with('负') {
        -amount
    } else {
        amount
    }
}

proptest::proptest! {
    /// What was written reads back as the same amount, so no two amounts are written alike.
    #[test]
    fn capitals_read_back(amount in proptest::prelude::any::<i64>(), zeros in 0_u32..18) {
        let rounded = amount - amount % 10_i64.pow(zeros);
        for fen in [amount, rounded] {
            proptest::prop_assert_eq!(read(&rmb(i128::from(fen))), i128::from(fen));
        }
    }
}

#[test]
fn small_amounts_are_all_different() {
    let all: HashSet<_> = (0..200_000).map(rmb).collect();
    assert_eq!(all.len(), 200_000);
}
