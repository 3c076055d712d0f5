//! `import`: items, partners and people from a file, all rows or none.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use engine::Act;
use serde_json::json;
use web::intake::mapping::{self, Mapping};
use web::intake::unfinished::{self, Begun, Unfinished};
use web::intake::{Hand, Plan, Target, find_register, journal_attempts, plan, write};
use web::tables::{Reading, Table};

use crate::administrator::InName;
use crate::clock::now;
use crate::house::{House, ORG};
use crate::lang::{Lang, say};
use crate::place::{Where, write_private};
use crate::secret;
use crate::stop::{Fault, Stop};
use crate::tables;
use crate::terminal::{Progress, line};

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// What: items, partners, people, or the name of a register
    #[arg(value_name = "WHAT")]
    what: String,
    /// A table with headings in its first row, .csv or .xlsx
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Only check; import nothing
    #[arg(long)]
    dry_run: bool,
    /// The column with this heading is that field; a field `-` leaves it out. May be given several times, and is kept for
    /// the next file of the same kind
    #[arg(long, value_name = "HEADING=FIELD", value_parser = mapping::one)]
    map: Vec<(String, String)>,
    /// Take unknown headings for the fields that they are like
    #[arg(long)]
    guess: bool,
    /// For people: write first passwords of new people into this file, readable by you alone
    #[arg(long, value_name = "FILE.csv")]
    passwords: Option<PathBuf>,
    #[command(flatten)]
    name: InName,
    #[command(flatten)]
    at: Where,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// Imports a file.
pub fn run(args: &Args, lang: Lang) -> Result<(), Stop> {
    let house = House::existing(&args.at)?;
    let catalog = house.catalog();
    let register = if args.what == "people" {
        None
    } else {
        Some(find_register(&catalog, &args.what).map_err(|said| Stop::Usage(said.into()))?)
    };
    if args.passwords.is_some() && register.is_some() {
        return Err(Stop::usage(
            "--passwords 只用于 people",
            "--passwords is for people only",
        ));
    }
    if let Some(path) = args.passwords.as_deref().filter(|path| path.exists()) {
        let path = path.display();
        return Err(Stop::usage(
            format!("{path} 已存在"),
            format!("{path} is there already"),
        ));
    }
    let actor = args.name.administrator(&house, lang)?;
    let read = read(&args.file)?;
    let (table, begun) = match read {
        Ok(read) => read,
        Err(bad) => {
            let plan = Plan {
                bad: vec![bad],
                ..Plan::default()
            };
            return tell(args, lang, &plan, &Unfinished::default());
        }
    };
    let hand = Hand {
        store: &house.store,
        org: ORG,
        actor: &actor,
        now: &now,
    };
    let target = match &register {
        None => Target::People,
        Some((qualified, register)) => Target::Register(qualified, register),
    };
    let kept = mapping::kept(&house.store, ORG, target.name())?;
    let mut said = kept.clone();
    said.extend(args.map.iter().cloned());
    // What was kept of columns that this file does not have is of no use to it; what was said of them is a mistake.
    let used: Mapping = said
        .iter()
        .filter(|(heading, _)| {
            table.header.contains(heading) || args.map.iter().any(|(said, _)| said == *heading)
        })
        .map(|(heading, field)| (heading.clone(), field.clone()))
        .collect();
    let progress = Progress::new(lang);
    let checking = |done, of| progress.report("check", done, of);
    let plan = plan(&hand, target, table, (&used, args.guess), &checking)?;
    if !args.dry_run {
        journal_attempts(&hand, &plan)?;
    }
    let mut open = unfinished::of(&house.store, ORG, target.name())?;
    if plan.bad.is_empty() && !args.dry_run {
        let known: HashSet<Arc<str>> = house
            .people()?
            .into_iter()
            .map(|person| person.login)
            .collect();
        let fresh = new_people(&plan, &known);
        open = write(&hand, target, &plan, &begun, &|done, of| {
            progress.report("import", done, of)
        })?;
        if said != kept {
            house
                .submit(&actor, mapping::keep(target.name(), &said))?
                .map_err(Fault::Refused)?;
        }
        if let Some(path) = &args.passwords {
            first_passwords(&house, &actor, &fresh, path)?;
        }
    }
    progress.done();
    tell(args, lang, &plan, &open)
}

/// The table in a file, and how the file is known again.
fn read(path: &Path) -> Result<Result<(Table, Begun), tables::Bad>, Stop> {
    let bytes = match tables::read_bytes(path)? {
        Ok(bytes) => bytes,
        Err(bad) => return Ok(Err(bad)),
    };
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let begun = Begun::of(&name, &bytes);
    Ok(web::tables::read(&bytes, Reading::Strict).map(|table| (table, begun)))
}

fn new_people(plan: &Plan, known: &HashSet<Arc<str>>) -> Vec<Arc<str>> {
    let logins = plan.acts.iter().filter_map(|(_, act)| match act {
        Act::PutPerson { person } if person.active && !known.contains(&person.login) => {
            Some(person.login.clone())
        }
        _ => None,
    });
    logins.collect()
}

/// Gives each a password and writes them into a file before they count, so that none is lost.
fn first_passwords(
    house: &House,
    actor: &str,
    logins: &[Arc<str>],
    path: &Path,
) -> Result<(), Stop> {
    let mut text = String::from("login,password\r\n");
    let mut passwords = Vec::new();
    for login in logins {
        let password = secret::generate()?;
        text.push_str(&format!("{login},{password}\r\n"));
        passwords.push((login, password));
    }
    write_private(path, text.as_bytes())?;
    for (login, password) in passwords {
        house
            .set_password(actor, login, &password)?
            .map_err(Fault::Refused)?;
    }
    Ok(())
}

fn tell(args: &Args, lang: Lang, plan: &Plan, open: &Unfinished) -> Result<(), Stop> {
    let done = plan.bad.is_empty() && !args.dry_run;
    let count = plan.acts.len();
    let imported = if done { count } else { 0 };
    let unchanged = plan.unchanged;
    if args.json {
        let would = plan.bad.is_empty().then_some(count);
        let report = json!({
            "ok": plan.bad.is_empty(), "imported": imported, "would_import": would, "unchanged": unchanged, "bad": plan.bad,
            "unfinished": open,
        });
        line(report.to_string());
    } else if plan.bad.is_empty() {
        line(match args.dry_run {
            true => say!(
                lang,
                "✔ 可导入 {count} 行，{unchanged} 行无变化；未导入",
                "✔ {count} rows can be imported, {unchanged} are unchanged; nothing was imported"
            ),
            false => say!(
                lang,
                "✔ 已导入 {count} 行，{unchanged} 行无变化",
                "✔ {count} rows imported, {unchanged} unchanged"
            ),
        });
    } else {
        tables::tell(&args.file, &plan.bad, lang);
        let bad = plan.bad.len();
        line(say!(
            lang,
            "✘ 有 {bad} 处错误，未导入任何内容",
            "✘ {bad} mistakes; nothing was imported"
        ));
    }
    if !args.json {
        for begun in open.files() {
            let (file, rows) = (&begun.file, begun.rows);
            line(say!(
                lang,
                "⚠ 此前导入 {file}（{rows} 行）中途中断，只写入了一部分；请把该文件再导入一次补齐",
                "⚠ an earlier import of {file} ({rows} rows) was cut off and is here in part; import that file again to complete it"
            ));
        }
    }
    if plan.bad.is_empty() {
        Ok(())
    } else {
        Err(Stop::Check)
    }
}
