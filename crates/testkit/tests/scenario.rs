//! What the runner says of scenarios that are wrong: every mistake of the text at once, every expectation that fails.

mod common;

use testkit::scenario::run_text;

/// Runs a text and compares what is said with what is expected, line by line.
#[track_caller]
fn check(text: &str, expected: &[&str]) {
    let report = run_text(&common::catalog(), text, "t.scenario");
    let said = report.to_string();
    let said: Vec<&str> = said.lines().collect();
    assert_eq!(said, expected, "\n{report}");
}

const GIVEN: &str = "\
given site N1 name=北库
given item A1 storage=常温
given user 钱 clerk
given user 孙 chief
given user 周 keeper
";

fn with(text: &str) -> String {
    format!("{GIVEN}{text}")
}

#[test]
fn mistakes_of_the_text_are_told_all_at_once() {
    check(
        "\
given user
given user 钱 clerk boss=yes
given item A1 storage
  = RK1
2026-02-30 钱 note.fill
2026-04-01 钱
2026-04-01 钱 approve X
2026-04-01 钱 void X
2026-04-01 钱 void X reason=a because=b
2026-04-01 钱 note.fill A B
2026-04-01 钱 note.fill site=\"N1
2026-04-01 钱 note.fill | A1
2026-04-01 钱 note.fill | of=x
2026-04-01 钱 note.fill seen=yesterday
2026-04-01 钱 note.fill at=25:00
2026-04-01 钱 close_period cash 202613
2026-04-01 钱 remind X | a=b
  = RK1
",
        &[
            "t.scenario:1: a key is missing",
            "t.scenario:2: unknown property of a user `boss`",
            "t.scenario:3: name=value, not `storage`",
            "t.scenario:4: an expectation follows a command",
            "t.scenario:5: a day such as 2026-04-01, `given` or `tick`, not `2026-02-30`",
            "t.scenario:6: a step or an act is missing",
            "t.scenario:7: unknown act `approve`",
            "t.scenario:8: `void` needs reason=",
            "t.scenario:9: unknown argument of `void` `because`",
            "t.scenario:10: one target (joined by +) and then fields; `B` is too much",
            "t.scenario:11: \" is not closed; \" is missing",
            "t.scenario:12: a line has fields only; `A1` is none",
            "t.scenario:13: of=NUMBER#LINE or of=LINE, not `x`",
            "t.scenario:14: unknown word after seen= `yesterday`",
            "t.scenario:15: a time of day such as 14:05, not `25:00`",
            "t.scenario:16: a period is written 202604, not `202613`",
            "t.scenario:17: `remind` takes no lines",
            "t.scenario:18: an expectation follows a command",
        ],
    );
    check(
        "\
2026-04-01 钱 remind X
  stock good
  stock good A1 many 5
  ~ note.fill
  ? value
  !
  = RK 1
given item A2 storage=常温
2026-03-31 钱 remind X
tick 2026-04-01
",
        &[
            "t.scenario:2: ledger place key [@detail] [posted|available|held|draft|checked|in|out] balance",
            "t.scenario:3: ledger place key [@detail] [posted|available|held|draft|checked|in|out] balance",
            "t.scenario:4: ~ step role, or ~ - when nothing waits",
            "t.scenario:5: ? [NUMBER] field = value",
            "t.scenario:6: ! code sentence",
            "t.scenario:7: = NUMBER",
            "t.scenario:8: `given` stands before the first command",
            "t.scenario:9: days run forward; 2026-03-31 comes too late",
            "t.scenario:10: a time of day is missing",
        ],
    );
}

#[test]
fn names_that_nothing_declares_are_told_before_anything_runs() {
    check(
        &with(
            "\
2026-04-01 administrater note.fil site=N1
2026-04-01 钱 note.fill site=N1 | item=A1 qty=1 price=1
  stok good A1 1
  stock goood A1 1
  stock good A1 1.2345678
  ~ note.chek chief
2026-04-01 钱 note.fill for=孫
2026-04-01 administrator close_period cahs 202604
",
        ),
        &[
            "t.scenario:6: unknown person `administrater`; did you mean `administrator`?",
            "t.scenario:8: unknown ledger `stok`; did you mean `stock`?",
            "t.scenario:9: unknown place of `stock` `goood`; did you mean `good`?",
            "t.scenario:10: a balance in qty; `1.2345678` is more than 6 decimals",
            "t.scenario:11: unknown step `note.chek`; did you mean `note.check`?",
            "t.scenario:12: unknown person `孫`",
            "t.scenario:13: unknown ledger `cahs`; did you mean `cash`?",
        ],
    );
}

#[test]
fn what_is_given_is_checked_against_the_packs() {
    check(
        "\
given sight N1 name=北库
given site N1 nam=北库
given user 钱 clark
",
        &[
            "t.scenario:1: unknown register `sight`",
            "t.scenario:2: unknown field of `site` `nam`; did you mean `name`?",
            "t.scenario:3: unknown role `clark`; did you mean `clerk`?",
        ],
    );
}

#[test]
fn every_expectation_that_fails_is_told_with_its_line() {
    check(
        &with(
            "\
2026-04-01 钱 note.fill site=N1 | item=A1 qty=2 price=1.5
  = RK2026-002
  ? value = 3.01
  ? line.1.colour = red
  ? line.2.qty = 1
  ? bay.A.price = 1.50
  cash purse - 3
  cash purse - draft 3.00
  ~ note.check chief
2026-04-01 周 note.fill site=N1 | item=A1 qty=2 price=1.5
2026-04-01 周 note.fill site=N1 | item=A1 qty=2 price=1.5
  ! separate
2026-04-01 周 note.fill site=N1 | item=A1 qty=2 price=1.5
  ! role 随便谁都行
2026-04-01 钱 note.fill site=N1 | item=A1 qty=2 price=1.5
  ! role
2026-04-01 孙 note.check RK2026-009
2026-04-01 孙 note.check RK2026-001 key=once
2026-04-01 孙 note.check RK2026-001 key=once
  ! key_reused
",
        ),
        &[
            "t.scenario:7: expected = RK2026-002, got = RK2026-001",
            "t.scenario:8: expected ? value = 3.01, got 3.00",
            "t.scenario:9: expected ? line.1.colour = red, got unknown line field `colour`",
            "t.scenario:10: expected ? line.2.qty = 1, got 1 lines",
            "t.scenario:11: expected ? bay.A.price = 1.50, got nothing",
            "t.scenario:12: expected cash purse - 3, got 0.00",
            "t.scenario:14: expected ~ note.check chief, got ~ note.check auditor,chief",
            "t.scenario:15: expected success, got ! role 入库单填制 须由 经办人 办理 (Fill receipt must be done by Clerk)",
            "t.scenario:17: expected ! separate, got ! role 入库单填制 须由 经办人 办理 (Fill receipt must be done by Clerk)",
            "t.scenario:19: expected ! role 随便谁都行, got ! role 入库单填制 须由 经办人 办理 (Fill receipt must be done by Clerk)",
            "t.scenario:21: expected ! role, got = RK2026-002",
            "t.scenario:22: unknown number `RK2026-009`; did you mean `RK2026-001`?",
            "t.scenario:25: expected ! key_reused, got = RK2026-001",
        ],
    );
}

#[test]
fn a_sentence_may_be_english_and_a_code_may_be_full() {
    check(
        &with(
            "\
2026-04-01 周 note.fill site=N1 | item=A1 qty=2 price=1.5
  ! role Fill receipt must be done by Clerk
2026-04-01 钱 note.fill site=N1 | item=A1 qty=1000 price=1.5
2026-04-01 孙 note.approve RK2026-001
  ! order
",
        ),
        &[],
    );
}
