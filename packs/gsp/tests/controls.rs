//! `CONTROLS.md`: every clause an inspector asks about, and what holds it. A guard counts when a story of its flow is refused
//! by it, so that switching it off makes a test fail; what is said of anything else must name a test that exists.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use model::{Flow, Pack};

const ITEMS: &str = include_str!("../inspection/items.tsv");

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn pack() -> Pack {
    pack::read(&gsp::texts(), gsp::RULES).unwrap_or_else(|complaints| panic!("{complaints}"))
}

struct Item {
    clause: &'static str,
    class: &'static str,
    about: &'static str,
    more: &'static str,
}

fn items() -> Vec<Item> {
    let lines = ITEMS.lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| {
            let mut cells = line.split('\t');
            let mut next = || cells.next().unwrap_or_default();
            Item {
                clause: next(),
                class: next(),
                about: next(),
                more: next(),
            }
        })
        .collect()
}

/// Where a story of a flow is refused with this code; the first place.
fn refused(flow: &str, code: &str) -> Option<String> {
    let stories = gsp::scenarios();
    stories.iter().find_map(|story| {
        let file = Path::new(&*story.path).file_name()?.to_str()?;
        let own = file.strip_prefix(flow)?.starts_with(['.', '_']);
        let at = story.text.lines().position(|line| {
            let mut words = line.split_whitespace();
            words.next() == Some("!") && words.next() == Some(code)
        })?;
        own.then(|| format!("{file}:{}", at + 1))
    })
}

/// One guard or separation with the story that it refuses.
fn control(flow: &Flow, code: &str) -> String {
    let place = refused(&flow.name, code);
    let place = place.unwrap_or_else(|| {
        panic!(
            "no story of {} is refused by {code}: it would not be missed",
            flow.name
        )
    });
    format!("`{}.{code}` ({place})", flow.name)
}

/// Controls by the digits of the clause that they cite.
fn cited(pack: &Pack) -> BTreeMap<String, BTreeSet<String>> {
    let mut out: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut add = |cites: &str, control: String| {
        for number in cites
            .split(|c: char| !c.is_ascii_digit())
            .filter(|n| n.len() == 5)
        {
            out.entry(number.to_owned())
                .or_default()
                .insert(control.clone());
        }
    };
    for flow in &pack.flows {
        for guard in flow.steps.iter().flat_map(|step| &step.guards) {
            if let Some(cites) = &guard.cites {
                add(&cites.zh, control(flow, &guard.name));
            }
        }
        for separation in &flow.separations {
            if let Some(cites) = &separation.cites {
                add(&cites.zh, control(flow, "separate"));
            }
        }
    }
    out
}

/// The guards named beside those that cite a clause, `flow.guard`.
fn named(pack: &Pack, more: &str) -> BTreeSet<String> {
    let names = more.split(", ").filter(|name| !name.is_empty());
    names
        .map(|name| {
            let (flow, code) = name.split_once('.').unwrap_or((name, ""));
            let flow = pack.flows.iter().find(|one| &*one.name == flow);
            let flow = flow.unwrap_or_else(|| panic!("{name}: there is no such flow"));
            let guards = flow.steps.iter().flat_map(|step| &step.guards);
            assert!(
                guards.into_iter().any(|guard| &*guard.name == code),
                "{name}: there is no such guard"
            );
            control(flow, code)
        })
        .collect()
}

/// Tests that hold a clause without a guard, `path::name` or the path of a file of tests; each must exist.
fn tests(more: &str) -> BTreeSet<String> {
    more.split(", ")
        .map(|test| {
            let (path, name) = test.split_once("::").unwrap_or((test, ""));
            let text = std::fs::read_to_string(root().join(path));
            let text = text.unwrap_or_else(|error| panic!("{path}: {error}"));
            assert!(
                name.is_empty() || text.contains(&format!("fn {name}(")),
                "{test}: there is no such test"
            );
            match name {
                "" => format!("`{path}`"),
                _ => format!("`{name}` ({path})"),
            }
        })
        .collect()
}

fn severity(clause: &str) -> &'static str {
    match clause.bytes().filter(|byte| *byte == b'*').count() {
        0 => "一般",
        1 => "主要",
        _ => "严重",
    }
}

const HEAD: &str = "# 检查条款与控制 · Inspection clauses and what holds them

Made by `packs/gsp/tests/controls.rs` from the pack's texts, its stories and `inspection/items.tsv`; not written by hand. Clauses are those of
药品经营质量管理规范现场检查指导原则 (wholesale), in our own words. **控制 control**: the program refuses or keeps it; the guard stands with the
story that is refused by it, anything else with the test that fails without it. **留存 kept**: a record or document that is kept here. **系统之外
outside**: not a matter of this program. **未做 open**: should be held here and is not yet.
";

fn written(pack: &Pack) -> String {
    let mut cited = cited(pack);
    let mut rows = String::new();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for item in items() {
        let mut by = cited
            .remove(item.clause.trim_start_matches('*'))
            .unwrap_or_default();
        let class = match item.class {
            "guard" => {
                by.extend(named(pack, item.more));
                assert!(!by.is_empty(), "{}: no guard holds it", item.clause);
                "控制 control"
            }
            "law" => {
                by.extend(tests(item.more));
                "控制 control"
            }
            "kept" => "留存 kept",
            "outside" => "系统之外 outside",
            "open" => "未做 open",
            other => panic!("{}: {other} is no class", item.clause),
        };
        if !class.ends_with("control") {
            assert!(
                by.is_empty(),
                "{} is said to be {class}, and {by:?} cite it",
                item.clause
            );
            assert!(!item.more.is_empty(), "{}: no reason is given", item.clause);
            by.insert(item.more.to_owned());
        }
        *counts.entry(class).or_default() += 1;
        let by: Vec<String> = by.into_iter().collect();
        let clause = item.clause.replace('*', "\\*");
        let (severity, about, by) = (severity(item.clause), item.about, by.join("; "));
        let _ = writeln!(rows, "| {clause} | {severity} | {about} | {class} | {by} |");
    }
    assert!(
        cited.is_empty(),
        "guards cite clauses that are not in the list: {cited:?}"
    );
    let counts: Vec<String> = counts
        .iter()
        .map(|(class, count)| format!("{class} {count}"))
        .collect();
    let table =
        "| clause | severity | about | class | by what, or why not |\n|---|---|---|---|---|";
    format!("{HEAD}\n{}.\n\n{table}\n{rows}", counts.join(" · "))
}

#[test]
fn every_clause_is_classed_and_every_control_has_a_test_that_misses_it() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("CONTROLS.md");
    let wanted = written(&pack());
    if std::fs::read_to_string(&path).unwrap_or_default() != wanted {
        std::fs::write(&path, &wanted).expect("the folder can be written");
        panic!("CONTROLS.md was stale and has been written anew; look at it and commit it");
    }
}

/// The published list, where it is at hand: no clause of it is left out, and none has another severity.
#[test]
fn no_published_clause_is_left_out() {
    let published = root().join("../shared/data/gsp/gsp_wholesale_inspection_items.jsonl");
    let Ok(text) = std::fs::read_to_string(published) else {
        return;
    };
    let ours: BTreeSet<&str> = items().iter().map(|item| item.clause).collect();
    for line in text.lines() {
        let item: serde_json::Value = serde_json::from_str(line).expect("a line of JSON");
        let clause = match &item["clause"] {
            serde_json::Value::String(clause) => clause.clone(),
            other => format!("{:0>5}", other.to_string()),
        };
        assert!(ours.contains(&*clause), "{clause} is not classed");
    }
}
