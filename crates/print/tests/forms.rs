//! Every form of the purchase flow, in both languages, with few lines and with many, read back from the PDF.

mod common;
#[path = "common/text.rs"]
mod text;

use std::fs;

use common::{SLIPS, grouped, slip};
use print::{Copy, Form, FormData, Inspection, Language, Printer, Shown};
use text::plain;

fn source(name: &str) -> String {
    let path = format!(
        "{}/../../packs/gsp/forms/{name}.typ",
        env!("CARGO_MANIFEST_DIR")
    );
    fs::read_to_string(&path).expect(&path)
}

fn inspected(printer: &Printer, name: &str, data: &FormData) -> Inspection {
    let source = source(name);
    let form = Form::new(format!("{name}.typ"), source);
    printer
        .inspect(&form, data)
        .unwrap_or_else(|error| panic!("{error}"))
}

/// Pages as another program reads them; where there is none, as the typesetter set them.
fn read(printer: &Printer, name: &str, data: &FormData) -> Vec<String> {
    let source = source(name);
    let form = Form::new(format!("{name}.typ"), source);
    let pdf = printer
        .render(&form, data)
        .unwrap_or_else(|error| panic!("{error}"));
    assert!(pdf.starts_with(b"%PDF-1.7"));
    text::pages(&pdf).unwrap_or_else(|| inspected(printer, name, data).pages)
}

/// What every page says, and what the last one says.
fn check(name: &str, language: Language, count: usize) {
    let printer = Printer::new();
    let mut data = slip(name, language, count);
    data.copies.truncate(1);
    let pages = read(&printer, name, &data);
    let at = format!("{name} {language:?} {count}");
    let (company, title, copy) = match language {
        Language::Zh => (&data.company.zh, &data.title.zh, &data.copies[0].name.zh),
        Language::En => (&data.company.en, &data.title.en, &data.copies[0].name.en),
    };
    for page in &pages {
        let page = plain(page);
        for words in [company, title, &data.number, &data.digest] {
            assert!(page.contains(&plain(words)), "{at}: {words} in {page}");
        }
        for field in &data.fields {
            assert!(page.contains(&plain(&field.label)), "{at}: {}", field.label);
            assert!(page.contains(&plain(&field.value)), "{at}: {}", field.value);
        }
        for signature in &data.signatures {
            for words in [&signature.step, &signature.person, &signature.time] {
                assert!(page.contains(&plain(words)), "{at}: {words}");
            }
        }
        for letter in copy.chars().filter(|letter| !letter.is_whitespace()) {
            assert!(page.contains(letter), "{at}: {copy}");
        }
    }
    let last = plain(pages.last().expect("a page"));
    for column in data.columns.iter().filter(|column| column.total.is_some()) {
        let total = grouped(column.total.as_deref().expect("filtered"));
        assert!(last.contains(&total), "{at}: total {total} in {last}");
    }
    if let Some(capitals) = &data.amount_in_capitals {
        assert!(last.contains(capitals), "{at}: {capitals}");
    }
    let number = match language {
        Language::Zh => format!("第{0}页共{0}页", pages.len()),
        Language::En => format!("Page{0}of{0}", pages.len()),
    };
    assert!(last.contains(&number), "{at}: {number}");
    assert_eq!(pages.len() > 1, count == 60, "{at}: {} pages", pages.len());

    let inspection = inspected(&printer, name, &data);
    assert_eq!(inspection.lost(), Vec::<&str>::new(), "{at}");
    assert_eq!(inspection.pages.len(), pages.len(), "{at}");
    assert_eq!(inspection.warnings, Vec::<String>::new(), "{at}");
    let hidden = inspection
        .shown
        .iter()
        .filter(|(_, shown)| *shown == Shown::Unprinted);
    let hidden: Vec<_> = hidden.map(|(name, _)| name.as_str()).collect();
    let counted_blind = matches!(name, "receipt" | "notice" | "inspection");
    assert_eq!(
        hidden,
        if counted_blind {
            vec!["column price"]
        } else {
            vec![]
        },
        "{at}"
    );
}

#[test]
fn forms_in_chinese_with_one_line() {
    SLIPS
        .into_iter()
        .for_each(|name| check(name, Language::Zh, 1));
}

#[test]
fn forms_in_chinese_with_eight_lines() {
    SLIPS
        .into_iter()
        .for_each(|name| check(name, Language::Zh, 8));
}

#[test]
fn forms_in_chinese_with_sixty_lines() {
    SLIPS
        .into_iter()
        .for_each(|name| check(name, Language::Zh, 60));
}

#[test]
fn forms_in_english_with_one_line() {
    SLIPS
        .into_iter()
        .for_each(|name| check(name, Language::En, 1));
}

#[test]
fn forms_in_english_with_eight_lines() {
    SLIPS
        .into_iter()
        .for_each(|name| check(name, Language::En, 8));
}

#[test]
fn forms_in_english_with_sixty_lines() {
    SLIPS
        .into_iter()
        .for_each(|name| check(name, Language::En, 60));
}

/// The two figures after a label, digits only. Each run of text stands on a line of its own.
fn figures(page: &str, label: &str) -> Option<Vec<i64>> {
    let mut runs = page.lines().skip_while(|run| plain(run) != label);
    runs.next()?;
    Some(runs.take(2).map(digits).collect())
}

fn digits(text: &str) -> i64 {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    digits.parse().expect(text)
}

/// 本页合计, 过次页, 承前页 and 合计, added again from the lines that stand on each page.
#[test]
fn carried_amounts_add_up_from_page_to_page() {
    let mut data = slip("order", Language::Zh, 60);
    data.copies.clear();
    let pages = inspected(&Printer::new(), "order", &data).pages;
    assert!(pages.len() > 2);
    let column = |name: &str| data.columns.iter().position(|c| c.name == name);
    let totalled = [column("qty"), column("amount")].map(|at| at.expect("a column"));

    let mut next = 0;
    let mut carried = vec![0, 0];
    for (index, page) in pages.iter().enumerate() {
        let here = page.lines().filter(|run| run.starts_with("A00")).count();
        let lines = &data.lines[next..next + here];
        next += here;
        let total = |at: usize| lines.iter().map(|line| digits(&line[at])).sum::<i64>();
        let page_total = totalled.map(total).to_vec();
        let (first, last) = (index == 0, index + 1 == pages.len());
        assert_eq!(figures(page, "承前页"), (!first).then(|| carried.clone()));
        assert_eq!(figures(page, "本页合计"), Some(page_total.clone()));
        carried = carried
            .iter()
            .zip(&page_total)
            .map(|(a, b)| a + b)
            .collect();
        assert_eq!(figures(page, "过次页"), (!last).then(|| carried.clone()));
        assert_eq!(figures(page, "合计"), last.then(|| carried.clone()));
    }
    assert_eq!(next, 60);
}

#[test]
fn each_copy_is_a_whole_set_of_pages() {
    let printer = Printer::new();
    let mut data = slip("stock_in", Language::Zh, 20);
    data.copies.clear();
    let one = inspected(&printer, "stock_in", &data).pages.len();
    data.copies = Copy::usual();
    let pages = inspected(&printer, "stock_in", &data).pages;
    assert_eq!(pages.len(), 3 * one);
    for (index, page) in pages.iter().enumerate() {
        let name = plain(&data.copies[index / one].name.zh);
        assert!(plain(page).contains(&name), "{name} in {page}");
    }
}

#[test]
fn every_form_prints_a_slip_that_is_still_blank() {
    let printer = Printer::new();
    for name in SLIPS {
        let mut data = slip(name, Language::Zh, 0);
        data.signatures.iter_mut().for_each(|signature| {
            signature.person.clear();
            signature.time.clear();
        });
        assert_eq!(
            inspected(&printer, name, &data).lost(),
            Vec::<&str>::new(),
            "{name}"
        );
    }
}
