//! `check`: all mistakes of packs at once, and whether today's people can do the work.

use std::path::{Path, PathBuf};
use std::time::Instant;

use engine::{Finding, FindingKind};
use pack::{Complaint, Level, Read};
use serde_json::{Value, json};

use crate::clock::now;
use crate::house::House;
use crate::lang::{Lang, say};
use crate::packs::{self, EMBEDDED};
use crate::place::Where;
use crate::stop::Stop;
use crate::terminal::line;

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A pack's folder or a .kdl file; without it the packs that are served
    #[arg(value_name = "PATH")]
    path: Option<PathBuf>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    at: Where,
}

/// A pack that was read.
struct Checked {
    name: String,
    read: Read,
    micros: u128,
}

/// Checks.
pub fn run(args: &Args, lang: Lang) -> Result<(), Stop> {
    let checked = match &args.path {
        Some(path) => vec![in_folder(path)?],
        None => match &args.at.place()?.packs {
            Some(folder) => folders(folder)?,
            None => built_in(),
        },
    };
    let staffing = if args.at.named() {
        Some(staffing(args, &checked)?)
    } else {
        None
    };
    let staffed = staffing
        .iter()
        .flatten()
        .all(|finding| finding.kind != FindingKind::Unstaffed);
    let ok = staffed && checked.iter().all(|one| one.read.pack.is_some());
    if args.json {
        let packs: Vec<Value> = checked.iter().map(as_json).collect();
        line(json!({ "ok": ok, "packs": packs, "staffing": staffing }).to_string());
    } else {
        for one in &checked {
            tell(one, lang);
        }
        tell_staffing(staffing.as_deref(), lang);
    }
    if ok { Ok(()) } else { Err(Stop::Check) }
}

fn in_folder(path: &Path) -> Result<Checked, Stop> {
    let started = Instant::now();
    let read = packs::in_folder(path)?;
    let name = read
        .pack
        .as_ref()
        .map_or_else(|| path.display().to_string(), |pack| pack.name.to_string());
    Ok(Checked {
        name,
        read,
        micros: started.elapsed().as_micros(),
    })
}

fn folders(folder: &Path) -> Result<Vec<Checked>, Stop> {
    let folders = packs::pack_folders(folder)?;
    folders.iter().map(|path| in_folder(path)).collect()
}

fn built_in() -> Vec<Checked> {
    let read = |one: &packs::Embedded| {
        let started = Instant::now();
        let read = pack::check(&(one.texts)(), one.rules);
        Checked {
            name: one.name.to_owned(),
            read,
            micros: started.elapsed().as_micros(),
        }
    };
    EMBEDDED.iter().map(read).collect()
}

/// What today's people cannot do, or could not without one of them.
fn staffing(args: &Args, checked: &[Checked]) -> Result<Vec<Finding>, Stop> {
    let house = House::reading(&args.at)?;
    let people = house.people()?;
    let packs = checked.iter().filter_map(|one| one.read.pack.as_ref());
    Ok(packs
        .flat_map(|pack| engine::staffing(pack, &people, now().day()))
        .collect())
}

fn tell_staffing(findings: Option<&[Finding]>, lang: Lang) {
    let Some(findings) = findings else { return };
    for finding in findings {
        let mark = if finding.kind == FindingKind::Unstaffed {
            "✘"
        } else {
            "!"
        };
        line(format!("{mark} {}", lang.pick(&finding.zh, &finding.en)));
    }
    if findings.is_empty() {
        line(lang.pick(
            "✔ 现有人员可办理全部流程，缺任何一人亦可",
            "✔ today's people can complete every flow, whoever is absent",
        ));
    }
}

fn count(complaints: &[Complaint], level: Level) -> usize {
    complaints.iter().filter(|one| one.level == level).count()
}

fn as_json(one: &Checked) -> Value {
    json!({
        "name": one.name,
        "ok": one.read.pack.is_some(),
        "version": one.read.pack.as_ref().map(|pack| &*pack.version),
        "errors": count(&one.read.complaints, Level::Error),
        "warnings": count(&one.read.complaints, Level::Warning),
        "complaints": one.read.complaints,
        "micros": u64::try_from(one.micros).unwrap_or(u64::MAX),
    })
}

/// A count with its English word: `1 flow`, `2 flows`.
fn several(count: usize, word: &str) -> String {
    match count {
        1 => format!("1 {word}"),
        count => format!("{count} {word}s"),
    }
}

fn tell(one: &Checked, lang: Lang) {
    for complaint in &one.read.complaints {
        line(complaint.told(lang.of_packs()));
    }
    let name = &one.name;
    let errors = count(&one.read.complaints, Level::Error);
    let warnings = count(&one.read.complaints, Level::Warning);
    let errors_en = several(errors, "error");
    let warnings_en = several(warnings, "warning");
    match &one.read.pack {
        Some(pack) => {
            let flows = pack.flows.len();
            let steps: usize = pack.flows.iter().map(|flow| flow.steps.len()).sum();
            let (flows_en, steps_en) = (several(flows, "flow"), several(steps, "step"));
            let millis = one.micros / 1000;
            line(say!(
                lang,
                "✔ {name}：{flows} 个流程，{steps} 个环节，{warnings} 条提醒（{millis} 毫秒）",
                "✔ {name}: {flows_en}, {steps_en}, {warnings_en} ({millis} ms)"
            ));
        }
        None => line(say!(
            lang,
            "✘ {name}：{errors} 处错误，{warnings} 条提醒",
            "✘ {name}: {errors_en}, {warnings_en}"
        )),
    }
}
