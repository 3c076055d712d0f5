//! Text that people or their programs may type, meant well or not: it stays text.

mod common;
#[path = "common/text.rs"]
mod text;

use common::slip;
use print::{Field, Form, FormData, Language, Paper, Printer, SlipState};
use text::plain;

const COMMANDS: [&str; 14] = [
    "\"); #panic(\"out\")",
    "#panic(\"out\")",
    "#read(\"/etc/passwd\")",
    "$ x^2 $",
    "\\u{41} \\ \\\\",
    "*bold* _it_ `raw` <label> @ref",
    "= heading\n- list\n+ list\n/ term: x",
    "// not a comment /* nor this */",
    "'); DROP TABLE slip; --",
    "<script>alert(1)</script>",
    "{{7*7}} ${7*7} %s %n",
    "]#[",
    "https://example.invalid/#a",
    "~ --- ... -- 'q' \"q\"",
];

/// The text of a slip that has `word` in every place where a person's words can come to stand.
fn soaked(word: &str) -> FormData {
    let mut data = slip("order", Language::Zh, 3);
    for field in &mut data.fields {
        field.value = word.into();
    }
    for line in &mut data.lines {
        line[0] = word.into();
        line[3] = word.into();
    }
    for signature in &mut data.signatures {
        signature.person = word.into();
        signature.on_behalf_of = Some(word.into());
    }
    data.company.zh = word.into();
    data.title.zh = word.into();
    data.number = word.into();
    data.digest = word.into();
    data.reprint = Some(word.into());
    data.copies[0].name.zh = word.into();
    data
}

fn printed(data: &FormData) -> String {
    let printer = Printer::new();
    let inspection = printer
        .inspect(&Form::generic(), data)
        .unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(inspection.lost(), Vec::<&str>::new());
    printer
        .render(&Form::generic(), data)
        .unwrap_or_else(|e| panic!("{e}"));
    plain(&inspection.pages.concat())
}

#[test]
fn commands_are_printed_and_not_obeyed() {
    let mut data = slip("order", Language::Zh, COMMANDS.len());
    data.copies.clear();
    data.signatures.truncate(1);
    for (index, word) in COMMANDS.into_iter().enumerate() {
        let line = &mut data.lines[index];
        (line[0], line[3]) = (word.into(), word.into());
        let name = format!("field_{index}");
        let (label, value) = (word.into(), word.into());
        data.fields.push(Field { name, label, value });
    }
    let page = printed(&data);
    for word in COMMANDS {
        let count = page.matches(&plain(word)).count();
        assert!(count >= 4, "{word} stands there {count} times in {page}");
    }
}

#[test]
fn commands_are_not_obeyed_in_any_place() {
    let word = "\"); #panic() $x$ *b* \\ ]#[ <l>";
    let count = printed(&soaked(word)).matches(&plain(word)).count();
    // Twice in each of three lines, twice in each of two signatures, in each of five fields, and at head and foot.
    assert!(count >= 20, "{count} times");
}

#[test]
fn what_turns_or_hides_text_is_shown() {
    let page = printed(&soaked("A\u{202E}fdp.exe\u{200B}\u{2066}\u{FEFF}"));
    assert!(
        page.contains("A〔U+202E〕fdp.exe〔U+200B〕〔U+2066〕〔U+FEFF〕"),
        "{page}"
    );
}

#[test]
fn what_no_face_has_is_shown_by_number() {
    let page = printed(&soaked("𠮷田 שלום 🙂 e\u{301}"));
    for words in [
        "〔U+20BB7〕田",
        "〔U+05E9〕〔U+05DC〕〔U+05D5〕〔U+05DD〕",
        "〔U+1F642〕",
    ] {
        assert!(page.contains(words), "{words} in {page}");
    }
    let page = printed(&soaked("\0\u{1}\u{7f}\u{85}\t\r\n.\u{E000}\u{10FFFF}"));
    assert!(
        page.contains("〔U+0000〕〔U+0001〕〔U+007F〕〔U+0085〕.〔U+E000〕〔U+10FFFF〕"),
        "{page}"
    );
}

/// `word` again and again, in a cell, a field, a label, a name and the company's name.
fn printed_whole(word: &str, count: usize, paper: Paper) {
    let long = word.repeat(count / word.chars().count());
    let mut data = slip("order", Language::Zh, 2);
    data.copies.clear();
    data.paper = Some(paper);
    data.lines[0][0].clone_from(&long);
    data.fields[1].value.clone_from(&long);
    data.signatures[0].person.clone_from(&long);
    data.company.zh.clone_from(&long);
    data.fields.push(Field {
        name: "note".into(),
        label: long.clone(),
        value: long,
    });
    let inspection = Printer::new().inspect(&Form::generic(), &data);
    assert_eq!(inspection.expect("set").lost(), Vec::<&str>::new());
}

#[test]
fn five_thousand_characters_are_printed_whole() {
    for word in ["长", "，", "a b ", "\n", "é", "-"] {
        printed_whole(word, 5_000, Paper::A4Landscape);
    }
    printed_whole("🙂", 500, Paper::A4Landscape);
}

#[test]
fn five_thousand_wide_letters_are_printed_whole_on_small_paper() {
    printed_whole("W", 5_000, Paper::Continuous241x140);
}

#[test]
fn cells_higher_than_the_page_are_moved_below_the_lines() {
    let mut data = slip("inspection", Language::Zh, 3);
    data.paper = Some(Paper::Continuous241x140);
    data.copies.clear();
    for line in &mut data.lines {
        for cell in line.iter_mut().take(4) {
            *cell = "批发企业药品经营质量管理".repeat(16);
        }
    }
    let page = printed(&data);
    assert!(page.contains("（全文）"), "{page}");
}

#[test]
fn many_columns_many_fields_and_many_signatures_fit() {
    let mut data = slip("inspection", Language::En, 5);
    for index in 0..12 {
        let name = format!("extra_{index}");
        let column = print::Column {
            name,
            label: format!("Extra {index}"),
            ..Default::default()
        };
        data.columns.push(column);
        data.lines
            .iter_mut()
            .for_each(|line| line.push("备用".into()));
        let signature = data.signatures[0].clone();
        data.signatures.push(print::Signature {
            step: format!("Step {index}"),
            ..signature
        });
    }
    data.state = SlipState::Void;
    printed(&data);
}

#[test]
fn a_printer_does_not_grow_with_its_work() {
    fn resident_kb() -> Option<usize> {
        let status = std::fs::read_to_string("/proc/self/status").ok()?;
        let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
        line.split_whitespace().nth(1)?.parse().ok()
    }
    let printer = Printer::new();
    let print = |round: usize| {
        let mut data = slip("stock_in", Language::Zh, 8);
        data.copies.clear();
        data.number = format!("RK{round:08}");
        data.lines
            .iter_mut()
            .for_each(|line| line[0] = format!("药品{round}"));
        printer.inspect(&Form::generic(), &data).expect("printed");
    };
    (0..6).for_each(print);
    let Some(before) = resident_kb() else { return };
    (6..18).for_each(print);
    let after = resident_kb().expect("as before");
    // Sixty slips that are remembered would be far more: one takes over a megabyte while it is set.
    assert!(
        after < before + 6_000,
        "{before} kB before twelve slips, {after} kB after"
    );
}
