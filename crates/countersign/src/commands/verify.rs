//! `verify`: proves that nothing was altered.

use serde_json::json;
use store::{Kept, Options, Report};

use web::paper::check::{Claim, Verdict, check, code_of};
use web::secret_key::SecretKey;

use crate::house::{House, ORG};
use crate::lang::{Lang, say};
use crate::packs;
use crate::place::Where;
use crate::stop::Stop;
use crate::terminal::{Progress, line};

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    at: Where,
    /// A last row that an earlier verification printed and you kept elsewhere, with its hash: shows whether the journal was
    /// cut off or written anew since; may be given several times
    #[arg(long, value_name = "ROW:HASH", value_parser = kept)]
    kept: Vec<Kept>,
    /// Check a printed slip instead: the text of its square code, number and check code, or a number alone
    #[arg(long, value_name = "TEXT_OR_NUMBER", conflicts_with = "kept")]
    slip: Option<String>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// Reads `1234:9f86d0…`.
fn kept(text: &str) -> Result<Kept, String> {
    let wrong = || "write the row and its hash as 1234:9f86d0...".to_owned();
    let (row, hash) = text.split_once(':').ok_or_else(wrong)?;
    let is_hash = hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
    Ok(Kept {
        org: crate::house::ORG.0,
        seq: row.parse().map_err(|_| wrong())?,
        hash: if is_hash {
            hash.to_owned()
        } else {
            return Err(wrong());
        },
    })
}

/// Recomputes every balance and hash. The database may be in use, and nothing in it is changed.
pub fn run(args: &Args, lang: Lang) -> Result<(), Stop> {
    if let Some(text) = &args.slip {
        return check_slip(args, text, lang);
    }
    let place = args.at.existing()?;
    let options = Options::new(packs::of(&place)?).with_reader(packs::read_again);
    let progress = Progress::new(lang);
    let report =
        store::verify_url_against(&place.url, &options, &args.kept, &|stage, done, of| {
            progress.report(stage, done, of)
        })?;
    progress.done();
    if args.json {
        line(json!({ "ok": report.sound(), "report": report }).to_string());
    } else {
        tell(&report, lang);
    }
    if report.sound() {
        Ok(())
    } else {
        Err(Stop::Check)
    }
}

/// Holds a printed slip against the records; of a number alone it says what its paper must say.
fn check_slip(args: &Args, text: &str, lang: Lang) -> Result<(), Stop> {
    let place = args.at.existing()?;
    let house = House::reading(&args.at)?;
    // A key that is not there is not made by asking.
    let key = match place.folder.join(seal::KEY_FILE).exists() {
        true => Some(SecretKey::of_folder(&place.folder).map_err(Stop::other)?),
        false => None,
    };
    let claim = match Claim::read(text) {
        Some(claim) => claim,
        None => match house.store.slip_by_number(ORG, text.trim())? {
            Some(slip) => {
                if let Some(key) = &key {
                    let code = code_of(key, &slip.number, &slip.content).map_err(Stop::other)?;
                    line(say!(lang, "二维码：{code}", "square code: {code}"));
                }
                let content = &slip.content;
                line(say!(lang, "校验码：{content}", "check code: {content}"));
                Claim {
                    number: slip.number.to_string(),
                    content: content.to_string(),
                    signature: None,
                }
            }
            None => {
                return Err(Stop::usage(
                    format!("既不是二维码文本，也没有单据 {text}"),
                    format!("this is no text of a square code, and there is no slip {text}"),
                ));
            }
        },
    };
    let checked = check(&house.store, ORG, &claim, key.as_ref())?;
    let verdict = checked.verdict;
    let known = checked.slip.as_ref();
    if args.json {
        let slip = known.map(|slip| {
            json!({
                "number": slip.number,
                "kind": { "zh": &*slip.kind.zh, "en": &*slip.kind.en },
                "day": slip.day.to_string(),
                "state": state_word(slip.state, Lang::En),
            })
        });
        line(json!({ "verdict": verdict.name(), "slip": slip }).to_string());
    } else {
        if let Some(slip) = known {
            let (number, day) = (&slip.number, slip.day);
            let kind = lang.pick(&slip.kind.zh, &slip.kind.en);
            let state = state_word(slip.state, lang);
            line(say!(
                lang,
                "{kind} {number}，{day}，{state}",
                "{kind} {number}, {day}, {state}"
            ));
        }
        line(match verdict {
            Verdict::Genuine => lang.pick("✔ 真实有效", "✔ genuine"),
            Verdict::Superseded => lang.pick(
                "✘ 已失效：打印后单据已更改、作废或冲销",
                "✘ superseded: the slip was changed, voided or reversed after it was printed",
            ),
            Verdict::NotGenuine => lang.pick(
                "✘ 不真实：本系统没有打印过这样的单据",
                "✘ not genuine: nothing of the kind was printed here",
            ),
        });
    }
    match verdict {
        Verdict::Genuine => Ok(()),
        Verdict::Superseded | Verdict::NotGenuine => Err(Stop::Check),
    }
}

fn state_word(state: engine::SlipState, lang: Lang) -> &'static str {
    use engine::SlipState::{Done, Open, Reversed, Void};
    match state {
        Open => lang.pick("办理中", "open"),
        Done => lang.pick("已执行", "done"),
        Void => lang.pick("已作废", "void"),
        Reversed => lang.pick("已冲销", "reversed"),
    }
}

/// Says what was found.
pub fn tell(report: &Report, lang: Lang) {
    for bad in &report.bad {
        line(say!(lang, "✘ {bad}", "✘ {bad}"));
    }
    let more = report.bad_count - report.bad.len() as i64;
    if more > 0 {
        line(say!(
            lang,
            "  另有 {more} 个坏行",
            "  and {more} more bad rows"
        ));
    }
    let Report {
        journal_rows,
        legs,
        slips,
        balances,
        records,
        millis,
        ..
    } = report;
    line(say!(
        lang,
        "日志 {journal_rows} 行，分录行 {legs}，单据 {slips}，余额 {balances}，档案 {records}；用时 {millis} 毫秒",
        "{journal_rows} journal rows, {legs} legs, {slips} slips, {balances} balances, {records} records; {millis} ms"
    ));
    for (org, row, hash) in &report.heads {
        line(say!(
            lang,
            "单位 {org} 日志末行 {row}，哈希 {hash}（请另处保存；日后用 verify --kept {row}:{hash} 可证明日志未被截断或重写）",
            "organisation {org}: last journal row {row}, hash {hash} (keep it elsewhere; `verify --kept {row}:{hash}` then shows whether anything was cut off or written anew)"
        ));
    }
    if report.sound() {
        line(lang.pick("✔ 未发现改动", "✔ nothing was altered"));
    } else {
        let count = report.bad_count;
        line(say!(
            lang,
            "✘ 发现 {count} 个坏行",
            "✘ {count} bad rows were found"
        ));
    }
}
