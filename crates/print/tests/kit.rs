//! What the form kit promises of any slip: stamps, papers, sums, names, and complaints about forms.

mod common;
#[path = "common/text.rs"]
mod text;

use common::slip;
use print::{
    Bilingual, Column, DataError, Field, Form, FormData, FormError, Kind, Language, Paper, Printer,
    Shift, SlipState,
};
use text::plain;

fn everything(data: &FormData) -> String {
    let inspection = Printer::new()
        .inspect(&Form::generic(), data)
        .expect("printed");
    assert_eq!(inspection.lost(), Vec::<&str>::new());
    plain(&inspection.pages.concat())
}

fn complaint(source: &str) -> print::Complaint {
    let data = slip("order", Language::Zh, 1);
    match Printer::new().render(&Form::new("order.typ", source), &data) {
        Err(FormError::Form(complaints)) => complaints[0].clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_slip_not_in_force_is_stamped() {
    for (state, zh, en) in [
        (SlipState::Draft, "未生效", "DRAFT"),
        (SlipState::Void, "作废", "VOID"),
        (SlipState::Reversed, "已冲销", "REVERSED"),
    ] {
        for (language, stamp) in [(Language::Zh, zh), (Language::En, en)] {
            let mut data = slip("order", language, 1);
            assert!(!everything(&data).contains(stamp));
            data.state = state;
            assert!(everything(&data).contains(stamp), "{stamp}");
        }
    }
}

#[test]
fn every_paper_takes_every_slip() {
    for paper in [
        Paper::A4,
        Paper::A4Landscape,
        Paper::A5Landscape,
        Paper::Continuous241x140,
        Paper::Voucher240x140,
    ] {
        let mut data = slip("inspection", Language::Zh, 12);
        data.copies.clear();
        data.paper = Some(paper);
        data.shift = Shift {
            right: 25,
            down: -10,
        };
        everything(&data);
    }
}

#[test]
fn a_deputy_a_reprint_and_an_open_step_are_shown() {
    let mut data = slip("order", Language::Zh, 1);
    data.signatures[1].on_behalf_of = Some("赵经理".into());
    data.signatures[0].person.clear();
    data.signatures[0].time.clear();
    data.reprint = Some("第 2 次打印 2026-04-03 08:00".into());
    let page = everything(&data);
    for words in ["（代赵经理）", "第2次打印2026-04-0308:00", "采购订单填制"] {
        assert!(page.contains(words), "{words} in {page}");
    }
}

#[test]
fn red_letters_and_long_sums_are_exact() {
    let line = |amount: &str| vec!["笔".to_owned(), amount.to_owned()];
    let mut data = FormData {
        title: Bilingual::new("凭证", "Voucher"),
        columns: vec![
            Column {
                name: "word".into(),
                label: "摘要".into(),
                ..Column::default()
            },
            Column {
                name: "amount".into(),
                label: "金额".into(),
                kind: Kind::Money,
                total: Some("92233720368547757.07".into()),
                ..Column::default()
            },
        ],
        lines: vec![
            line("92233720368547758.07"),
            line("-1.10"),
            line("0.10"),
            line(""),
        ],
        ..FormData::default()
    };
    let page = everything(&data);
    for words in [
        "92,233,720,368,547,758.07",
        "-1.10",
        "92,233,720,368,547,757.07",
    ] {
        assert!(page.contains(words), "{words} in {page}");
    }
    data.columns[1].total = Some("92233720368547757.08".into());
    let refused = Printer::new().render(&Form::generic(), &data);
    assert!(
        matches!(refused, Err(FormError::Data(DataError::Total { .. }))),
        "{refused:?}"
    );
}

#[test]
fn data_that_would_print_a_lie_is_refused() {
    let refused = |change: fn(&mut FormData)| {
        let mut data = slip("order", Language::Zh, 2);
        change(&mut data);
        match Printer::new().render(&Form::generic(), &data) {
            Err(FormError::Data(error)) => error.to_string(),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(
        refused(|d| drop(d.lines[1].pop())),
        "line 2 has 7 cells for 8 columns"
    );
    assert_eq!(
        refused(|d| d.lines[0][5] = "1,000".into()),
        "line 1, column `qty`: `1,000` is not a plain decimal"
    );
    assert_eq!(
        refused(|d| d.fields.push(d.fields[0].clone())),
        "`day` is given twice"
    );
    assert_eq!(
        refused(|d| d.columns[0].total = Some("1".into())),
        "column `item` has a total but holds no numbers"
    );
}

#[test]
fn the_same_slip_gives_the_same_bytes() {
    let data = slip("receipt", Language::Zh, 3);
    let print = || {
        Printer::new()
            .render(&Form::generic(), &data)
            .expect("printed")
    };
    let first = print();
    assert_eq!(first, print());
    assert!(
        first.windows(12).any(|bytes| bytes == b"pdfaid:part>"),
        "PDF/A says so in its metadata"
    );
}

#[test]
fn a_wrong_name_is_shown_where_it_stands_with_the_right_one() {
    let form = "#import \"/kit.typ\": form, maybe\n\n#form(\n  fields: (\"suplier\",),\n)\n";
    assert_eq!(
        complaint(form).to_string(),
        "order.typ:4:12: unknown field `suplier`; did you mean `supplier`?\n  \
         |   fields: (\"suplier\",),\n  |            ^"
    );
    let form = "#import \"/kit.typ\": form\n#form(columns: (/* 商品 */ itme: 3, qty: 1))\n";
    assert_eq!(
        complaint(form).to_string(),
        "order.typ:2:26: unknown column `itme`; did you mean `item`?\n  \
         | #form(columns: (/* 商品 */ itme: 3, qty: 1))\n  |                            ^"
    );
    let wrong = complaint("#import \"/kit.typ\": form\n#form(unprinted: (\"prise\",))\n");
    assert_eq!(
        (wrong.line, wrong.hints),
        (2, vec!["did you mean `price`?".to_owned()])
    );
    let wrong = complaint("#import \"/kit.typ\": form\n#form(papper: \"a4\")\n");
    assert_eq!((wrong.line, wrong.column), (2, 7));
    assert!(
        wrong.hints.contains(&"did you mean `paper`?".to_owned()),
        "{wrong:?}"
    );
    let wrong = complaint("#import \"/kit.typ\": form\n#form(paper: \"a3\")\n");
    assert_eq!((wrong.line, wrong.column), (2, 14));
    assert!(wrong.message.starts_with("unknown paper `a3`"), "{wrong:?}");
}

#[test]
fn a_mistake_of_grammar_is_shown_where_it_stands() {
    let wrong = complaint("#import \"/kit.typ\": form\n#form(fields: (\"supplier\",)\n");
    assert_eq!(
        (wrong.file.as_str(), wrong.line, wrong.message.as_str()),
        ("order.typ", 2, "unclosed delimiter")
    );
    assert_eq!(wrong.excerpt, "#form(fields: (\"supplier\",)");
}

#[test]
fn a_form_reaches_nothing_outside() {
    for (source, message) in [
        (
            "#import \"@preview/cetz:0.3.0\": canvas",
            "a form can use no packages",
        ),
        ("#read(\"/etc/passwd\")", "file not found"),
        ("#image(\"../../secret.png\")", ""),
        ("#include \"/order.typ\"", "file not found"),
        ("#datetime.today()", "unable to get the current date"),
        ("#while true {}", "condition is always true"),
        (
            "#let f(x) = f(x + 1)\n#f(0)",
            "maximum function call depth exceeded",
        ),
    ] {
        let wrong = complaint(source);
        assert!(wrong.message.contains(message), "{source}: {wrong}");
        assert_eq!(wrong.file, "order.typ", "{source}: {wrong}");
    }
}

#[test]
fn a_field_that_a_form_of_its_own_loses_is_named() {
    let data = slip("order", Language::Zh, 1);
    let form = Form::new(
        "bare.typ",
        "#let slip = json(\"/data.json\").slip\n#slip.number",
    );
    let inspection = Printer::new().inspect(&form, &data).expect("printed");
    let lost = inspection.lost();
    assert!(lost.contains(&"field supplier"));
    assert!(lost.contains(&"column qty"));
    assert!(lost.contains(&"signature 采购订单审核"));
    assert_eq!(
        lost.len(),
        data.fields.len() + data.columns.len() + data.signatures.len()
    );
}

#[test]
fn a_field_that_the_form_does_not_name_is_printed_all_the_same() {
    let mut data = slip("order", Language::Zh, 1);
    let field = Field {
        name: "contract".into(),
        label: "合同".into(),
        value: "HT-7".into(),
    };
    data.fields.push(field);
    let form = "#import \"/kit.typ\": form\n#form(fields: (\"supplier\",), columns: (item: 1))";
    let inspection = Printer::new()
        .inspect(&Form::new("order.typ", form), &data)
        .expect("printed");
    assert_eq!(inspection.lost(), Vec::<&str>::new());
    assert!(plain(&inspection.pages[0]).contains("HT-7"));
}
