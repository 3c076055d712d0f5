//! Scenarios: the story of a flow, its refusals and its balances, in a text that a clerk can read.
//!
//! ```text
//! given party S01 licence_until=2027-12-31
//! given user  王内勤 buyer
//! 2026-04-01 王内勤 order.fill supplier=S01 | item=A001 qty=100 price=12.50
//!   = CG20260401-0001
//!   ~ order.approve purchase_manager
//! 2026-04-01 王内勤 order.approve CG20260401-0001
//!   ! role 采购订单审核 须由 采购经理 办理
//! ```
//!
//! **Given**, before the first command: `given REGISTER KEY field=value …` (fields may be left out; `from=DAY` when the record
//! does not hold for ever) and `given user LOGIN role … [identity=X] [scope=X] [from=DAY] [until=DAY] [administrator]`. A user's
//! natural person is his login unless given. `administrator` is there in every scenario.
//!
//! **Commands** are `DAY PERSON WHAT [NUMBER] name=value … | line | line`; values with blanks stand in `"…"` or `「…」`, a
//! comment after ` #`. What is done is a step (`order.fill`, or qualified) with the number of its slip or of its sources
//! (`A+B`); a line may begin with `of=2` or `of=NUMBER#2`, the line that it comes from, or with `proposed`, which stands for
//! the lines that the ledger proposes. Or it is one of `return [to=] reason=`,
//! `withdraw`, `void reason=`, `ask_reversal reason=`, `reverse`, `refuse_reversal reason=`, `hand_over step= to=`,
//! `add_signer step= to=`, `cosign step=`, `copy_to to=A,B`, `remind`, `comment text=`, each with the number of its slip;
//! `deputise to= from= until=`; `close_period LEDGER PERIOD`, `reopen_period LEDGER PERIOD reason=`; `record REGISTER KEY
//! field=value`, which tells of a fact that was recorded elsewhere (see [`Stage`]). Any command takes `for=LOGIN` (as deputy of), `key=` (idempotency key), `at=14:05`, `seen=stale`,
//! `seen=nothing`, `confirmed=no` (the password was not given again); without these it is noon, a second later each line, and the signer has seen what is there.
//! `tick DAY TIME` lets time pass; timers that are due fire, and what is expected is of the slip of the last one.
//!
//! **Expectations** follow their command: `= NUMBER`; `! code sentence` (short or full code, sentence in either language or
//! left out; further `!` lines name refusals of the same form); indented `ledger place key [@detail] [word] balance`, key `-`
//! for none, the word one of posted, available, held, draft, checked, in, out; `~ step roles [kind]`, all of them together
//! being all that waits (`~ -`: nothing); `> role kind` or `> LOGIN kind`, somebody told by a copy, reminder, escalation, comment or attachment;
//! `? [NUMBER] field = value`, where the field is one of the header, `line.1.qty`,
//! `line.1.drawn.qty`, `state`, `lines` or `register.KEY.field`. A command without `!` must succeed. After a refusal everything
//! must be as it was, and after the last line the laws must hold.

mod deed;
mod expect;
mod names;
mod parse;
mod run;
mod script;
mod stage;
mod words;

use std::fmt;
use std::sync::LazyLock;

use model::Catalog;
use pack::{Language, Sentences};

use crate::{House, Oracle};

pub use run::ADMINISTRATOR;
pub use stage::Stage;

/// Something that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Line of the scenario, from 1.
    pub line: usize,
    /// What should be; for a mistake of the text itself, what is wrong with it.
    pub expected: String,
    /// What is; empty for a mistake of the text itself.
    pub got: String,
}

impl Failure {
    /// A mistake of the text itself.
    fn mistake(line: usize, message: impl Into<String>) -> Failure {
        Failure {
            line,
            expected: message.into(),
            got: String::new(),
        }
    }
}

/// What is said of scenarios, in Chinese.
static SENTENCES: LazyLock<Sentences> =
    LazyLock::new(|| Sentences::new(include_str!("scenario.zh.tsv")));

impl Failure {
    /// What the author reads.
    pub fn told(&self, language: Language) -> String {
        let (expected, got) = (&self.expected, &self.got);
        match (language, got.as_str()) {
            (Language::En, "") => expected.clone(),
            (Language::En, got) => format!("expected {expected}, got {got}"),
            (Language::Zh, "") => SENTENCES.chinese(expected),
            (Language::Zh, got) => {
                let [expected, got] = [expected, got].map(|said| SENTENCES.chinese(said));
                format!("应为 {expected}，实为 {got}")
            }
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.told(Language::En))
    }
}

/// How a scenario went.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// The name it was run under; a file's path.
    pub name: String,
    /// Things looked at.
    pub checks: usize,
    /// Those that were wrong, in the order of lines.
    pub failures: Vec<Failure>,
}

impl Report {
    /// Whether all is as expected.
    pub fn passed(&self) -> bool {
        self.failures.is_empty()
    }

    /// Every failure as `file:line: expected …, got …`, every mistake of the text as `file:line: …`; one a line.
    pub fn told(&self, language: Language) -> String {
        let told = self.failures.iter().map(|failure| {
            let said = failure.told(language);
            format!("{}:{}: {said}\n", self.name, failure.line)
        });
        told.collect()
    }
}

impl fmt::Display for Report {
    /// In English; see [`Report::told`].
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.told(Language::En))?;
        Ok(())
    }
}

/// How thoroughly a scenario is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effort {
    /// Everything is looked at: that a refusal changes nothing, and the laws at the end.
    Full,
    /// Stops at the first failure and looks only at what the scenario states.
    FirstFailure,
}

/// Runs a scenario against packs in memory.
pub fn run_text(packs: &Catalog, text: &str, name: &str) -> Report {
    let stage = Stage::new(packs);
    let packs = stage.packs(text);
    run_on(
        &mut Oracle::new(packs.clone()),
        packs,
        text,
        name,
        Effort::Full,
    )
}

/// Runs a scenario in an empty house whose packs are these, as a [`Stage`] has them for it.
pub fn run_on(
    house: &mut dyn House,
    packs: &Catalog,
    text: &str,
    name: &str,
    effort: Effort,
) -> Report {
    match parse::parse(text) {
        Ok(script) => run::run(house, packs, &script, name, effort),
        Err(failures) => Report {
            name: name.to_owned(),
            checks: 0,
            failures,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sentence_has_its_holes_in_chinese_too() {
        for line in include_str!("scenario.zh.tsv").lines() {
            let (english, chinese) = line.split_once('\t').expect(line);
            let holes = english.matches("{}").count();
            assert_eq!(holes, chinese.matches("{}").count(), "{line}");
            let sentence = english.replace("{}", "X1");
            let said = chinese.replace("{}", "X1");
            assert_eq!(SENTENCES.chinese(&sentence), said, "{line}");
        }
    }

    #[test]
    fn failures_are_told_in_both_languages() {
        let failure = Failure {
            line: 3,
            expected: "no number".into(),
            got: "no slip".into(),
        };
        assert_eq!(
            failure.told(Language::En),
            "expected no number, got no slip"
        );
        assert_eq!(failure.told(Language::Zh), "应为 没有编号，实为 没有单据");
    }
}
