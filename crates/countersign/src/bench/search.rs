//! `bench search`: how long it takes to find something among many slips, and to make the index.

use std::time::{Duration, Instant};

use engine::Act;
use kernel::Day;
use model::Catalog;
use store::{SearchQuery, Searched};
use testkit::Dice;
use testkit::company;

use super::bed::{Bed, GOODS, grow, runtime, slips};
use super::report::ms;
use super::{Args, Report, machine};
use crate::house::{House, ORG};
use crate::lang::{Lang, say};
use crate::stop::Stop;
use crate::terminal::line;

/// Slips, unless told.
const SLIPS: u64 = 1_000_000;
/// Questions of each sort.
const TIMES: usize = 300;
/// Results of a question.
const ROWS: usize = 20;

/// Pieces of which names are made, so that slips hold text as people write it.
const PLACES: [&str; 20] = [
    "江北", "江南", "华东", "华西", "南岭", "北辰", "长青", "永康", "仁和", "同德", "济民", "康泰",
    "百草", "千金", "九州", "三益", "天元", "海正", "云山", "白云",
];
const TRADES: [&str; 10] = [
    "医药有限公司",
    "药业股份有限公司",
    "生物制药有限公司",
    "医药经营部",
    "药品批发有限公司",
    "大药房连锁有限公司",
    "中药饮片厂",
    "医疗器械有限公司",
    "制药集团",
    "健康科技有限公司",
];
const DRUGS: [&str; 20] = [
    "阿莫西林",
    "头孢克肟",
    "布洛芬",
    "对乙酰氨基酚",
    "奥美拉唑",
    "二甲双胍",
    "氨氯地平",
    "阿托伐他汀",
    "氯雷他定",
    "蒙脱石",
    "左氧氟沙星",
    "复方甘草",
    "维生素C",
    "盐酸氨溴索",
    "硝苯地平",
    "辛伐他汀",
    "厄贝沙坦",
    "格列美脲",
    "板蓝根",
    "藿香正气",
];
const SHAPES: [&str; 10] = [
    "胶囊",
    "片",
    "缓释片",
    "颗粒",
    "口服液",
    "注射液",
    "分散片",
    "糖浆",
    "滴丸",
    "散",
];

/// The name of the nth record of a register.
fn name_of(register: &str, nth: usize) -> String {
    if register.ends_with("party") {
        format!(
            "{}{}",
            PLACES[nth % PLACES.len()],
            TRADES[nth / PLACES.len() % TRADES.len()]
        )
    } else {
        format!(
            "{}{}",
            DRUGS[nth % DRUGS.len()],
            SHAPES[nth / DRUGS.len() % SHAPES.len()]
        )
    }
}

/// The records of a company, with names as people give them.
fn named_records(packs: &Catalog, day: Day) -> Vec<Act> {
    let mut acts = company::records(packs, GOODS, day);
    for (nth, act) in acts.iter_mut().enumerate() {
        let Act::PutRecord {
            register, fields, ..
        } = act
        else {
            continue;
        };
        for (field, text) in fields {
            if field == "name" || field.ends_with("_name") {
                *text = name_of(register, nth % GOODS);
            }
        }
    }
    acts
}

/// The sorts of questions.
const SORTS: [&str; 9] = [
    "party",
    "drug",
    "character",
    "word",
    "both",
    "three",
    "tail",
    "number",
    "nothing",
];

fn piece(text: &str, dice: &mut Dice) -> String {
    let letters: Vec<char> = text.chars().collect();
    let length = (2 + dice.below(4)).min(letters.len());
    let from = dice.below(letters.len() - length + 1);
    letters[from..from + length].iter().collect()
}

fn question(sort: &str, numbers: &[String], dice: &mut Dice) -> String {
    let party = name_of("party", dice.below(GOODS));
    let drug = name_of("item", dice.below(GOODS));
    let number = &numbers[dice.below(numbers.len())];
    match sort {
        "party" => piece(&party, dice),
        "drug" => piece(&drug, dice),
        "character" => {
            let letters: Vec<char> = party.chars().chain(drug.chars()).collect();
            letters[dice.below(letters.len())].to_string()
        }
        "word" => format!("item-{}", 1 + dice.below(GOODS)),
        "both" => format!("{} {}", piece(&party, dice), piece(&drug, dice)),
        "three" => {
            let other = name_of("item", dice.below(GOODS));
            format!(
                "{} {} {}",
                piece(&party, dice),
                piece(&drug, dice),
                piece(&other, dice)
            )
        }
        "tail" => number[number.len() - 3 - dice.below(3)..].to_owned(),
        "number" => number.clone(),
        _ => format!("{}无此", piece(&drug, dice)),
    }
}

/// Measures.
pub fn run(args: &Args, lang: Lang) -> Result<Report, Stop> {
    let bed = Bed::make(args)?;
    let runtime = runtime()?;
    let house = bed.open_with(named_records)?;
    grow(&house, &runtime, args.size.unwrap_or(SLIPS), lang)?;
    let size = slips(&house)?;
    let begun = Instant::now();
    let before = house.store.search_state(ORG)?;
    house.store.index_now(ORG)?;
    let indexed = begun.elapsed();
    let state = house.store.search_state(ORG)?;
    let (texts, seconds, rows) = (state.texts, indexed.as_secs(), state.last - before.indexed);
    line(say!(
        lang,
        "索引 {texts} 条；补齐 {rows} 行日志用 {seconds} 秒",
        "{texts} texts in the index; {rows} journal rows were caught up in {seconds} s"
    ));
    let newest = house.store.list(
        ORG,
        &store::ListQuery {
            limit: 1_000,
            ..store::ListQuery::default()
        },
    )?;
    let numbers: Vec<String> = newest
        .rows
        .iter()
        .map(|head| head.number.to_string())
        .collect();
    let mut dice = Dice::new(7);
    let mut all = Vec::new();
    let mut report = Report::new("search", bed.store_name(), 1).with("size", size);
    for sort in SORTS {
        let mut took = Vec::with_capacity(TIMES);
        let mut found = 0;
        for _ in 0..TIMES {
            let text = question(sort, &numbers, &mut dice);
            let begun = Instant::now();
            found += ask(&house, &text)?;
            took.push(begun.elapsed());
        }
        took.sort_unstable();
        let (p50, p99) = (within(&took, 500), within(&took, 990));
        let micros = p99.as_micros();
        line(say!(
            lang,
            "{sort}：p99 {micros} 微秒，共 {found} 条",
            "{sort}: p99 {micros} µs, {found} results"
        ));
        report = report
            .with(&format!("{sort}_p50_ms"), ms(p50))
            .with(&format!("{sort}_p99_ms"), ms(p99));
        all.extend(took);
    }
    all.sort_unstable();
    Ok(report
        .with("ops", all.len())
        .with("p50_ms", ms(within(&all, 500)))
        .with("p99_ms", ms(within(&all, 990)))
        .with("max_ms", ms(within(&all, 1000)))
        .with("catch_up_ms", ms(indexed))
        .with("catch_up_rows", rows)
        .with(
            "rss_mb",
            machine::megabytes(machine::resident_kb(std::process::id())),
        ))
}

/// What the search page asks, with the heads of the slips found.
fn ask(house: &House, text: &str) -> Result<usize, Stop> {
    let mut found = 0;
    for what in [Searched::Slips, Searched::Records, Searched::Attachments] {
        let query = SearchQuery {
            text: text.to_owned(),
            what,
            limit: ROWS,
            ..SearchQuery::default()
        };
        let page = house.store.search(ORG, &query)?;
        found += page.rows.len();
        let ids: Vec<_> = page.rows.iter().filter_map(|row| row.slip).collect();
        if !ids.is_empty() {
            house.store.heads(ORG, &ids)?;
        }
    }
    Ok(found)
}

fn within(sorted: &[Duration], permille: usize) -> Duration {
    let at = (sorted.len() * permille / 1000).min(sorted.len().saturating_sub(1));
    sorted.get(at).copied().unwrap_or_default()
}
