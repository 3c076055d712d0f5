//! Text of a scenario to a [`Script`]; all mistakes at once, each with its line.

use kernel::{Day, Moment, Period};

use super::Failure;
use super::script::{
    ActName, Deed, Event, Expectation, Expected, Given, Said, Script, SeenAs, Statement, Sum,
    TypedLine, Waits,
};
use super::words::{Word, split};
use crate::suggest::unknown;

/// Reads a scenario, or says all that is wrong with its text.
pub fn parse(text: &str) -> Result<Script, Vec<Failure>> {
    let mut script = Script::default();
    let mut mistakes = Vec::new();
    for (at, raw) in text.lines().enumerate() {
        let line = at + 1;
        let content = raw.trim();
        if content.is_empty() || content.starts_with('#') {
            continue;
        }
        let indented = raw.starts_with(char::is_whitespace);
        let read = if indented || content.starts_with(['=', '!', '~', '?', '>']) {
            expectation(line, content, &mut script)
        } else {
            statement(line, content, &mut script)
        };
        if let Err(message) = read {
            mistakes.push(Failure::mistake(line, message));
        }
    }
    check_order(&script, &mut mistakes);
    if mistakes.is_empty() {
        Ok(script)
    } else {
        mistakes.sort_by_key(|mistake| mistake.line);
        Err(mistakes)
    }
}

/// Time runs forward only.
fn check_order(script: &Script, mistakes: &mut Vec<Failure>) {
    let mut latest: Option<Day> = None;
    for statement in &script.statements {
        let day = match &statement.event {
            Event::Command(said) => said.day,
            Event::Tick(moment) => moment.day(),
        };
        if latest.is_some_and(|latest| day < latest) {
            let message = format!("days run forward; {day} comes too late");
            mistakes.push(Failure::mistake(statement.line, message));
        }
        latest = latest.max(Some(day));
    }
}

fn statement(line: usize, content: &str, script: &mut Script) -> Result<(), String> {
    let mut words = split(content)?.into_iter();
    let first = bare(&mut words, "a day, `given` or `tick`")?;
    match first.as_str() {
        "given" => {
            if !script.statements.is_empty() {
                return Err("`given` stands before the first command".to_owned());
            }
            script.given.push((line, given(words)?));
        }
        "tick" => {
            let day = day(&bare(&mut words, "a day")?)?;
            let minute = minute(&bare(&mut words, "a time of day")?)?;
            nothing_more(words)?;
            push(script, line, Event::Tick(moment(day, minute)));
        }
        text => {
            let day = day(text)?;
            let person = bare(&mut words, "a person")?;
            let verb = bare(&mut words, "a step or an act")?;
            let said = said(day, person, &verb, words.collect())?;
            push(script, line, Event::Command(Box::new(said)));
        }
    }
    Ok(())
}

fn push(script: &mut Script, line: usize, event: Event) {
    script.statements.push(Statement {
        line,
        event,
        expected: Vec::new(),
    });
}

fn given(mut words: impl Iterator<Item = Word>) -> Result<Given, String> {
    let register = bare(&mut words, "`user` or a register")?;
    let key = bare(&mut words, "a key")?;
    if register != "user" {
        let fields = pairs(words)?;
        return Ok(Given::Record {
            register,
            key,
            fields,
        });
    }
    let (mut roles, mut identity, mut scope) = (Vec::new(), None, None);
    let (mut from, mut until, mut administrator) = (None, None, false);
    for word in words {
        match word {
            Word::Bare(word) if word == "administrator" => administrator = true,
            Word::Bare(role) => roles.push(role),
            Word::Pair(name, value) => match name.as_str() {
                "identity" => identity = Some(value),
                "scope" => scope = Some(value),
                "from" => from = Some(day(&value)?),
                "until" => until = Some(day(&value)?),
                _ => {
                    let known = ["identity", "scope", "from", "until"];
                    return Err(unknown("property of a user", &name, known));
                }
            },
            Word::Bar => return Err("a user has no lines".to_owned()),
        }
    }
    Ok(Given::User {
        login: key,
        roles,
        identity,
        from,
        until,
        scope,
        administrator,
    })
}

/// Reads what a person does, after `DATE PERSON VERB`.
fn said(day: Day, person: String, verb: &str, words: Vec<Word>) -> Result<Said, String> {
    let mut said = Said {
        day,
        minute: None,
        person,
        on_behalf_of: None,
        key: None,
        seen: SeenAs::Current,
        confirmed: true,
        deed: Deed::Deputise {
            to: String::new(),
            from: day,
            until: day,
        },
    };
    let mut parts = words.split(|word| *word == Word::Bar);
    let (mut bare, mut fields) = (Vec::new(), Vec::new());
    for word in parts.next().unwrap_or_default() {
        match word {
            Word::Bare(word) => bare.push(word.clone()),
            Word::Pair(name, value) => match name.as_str() {
                "for" => said.on_behalf_of = Some(value.clone()),
                "key" => said.key = Some(value.clone()),
                "at" => said.minute = Some(minute(value)?),
                "seen" => said.seen = seen(value)?,
                "confirmed" if value == "no" => said.confirmed = false,
                "confirmed" => return Err(format!("confirmed=no, not `{value}`")),
                _ => fields.push((name.clone(), value.clone())),
            },
            Word::Bar => {}
        }
    }
    let lines: Vec<TypedLine> = parts.map(typed_line).collect::<Result<_, _>>()?;
    let has_lines = !lines.is_empty();
    said.deed = match verb {
        step if step.contains('.') => step_deed(step, bare, fields, lines)?,
        _ if has_lines => return Err(format!("`{verb}` takes no lines")),
        "deputise" => deputise(bare, fields)?,
        "close_period" | "reopen_period" => period(verb, bare, fields)?,
        "record" => {
            let [register, key] = take("record", bare, ["a register", "a key"])?;
            Deed::Record {
                register,
                key,
                fields,
            }
        }
        _ => act(verb, bare, fields)?,
    };
    Ok(said)
}

fn step_deed(
    step: &str,
    bare: Vec<String>,
    header: Vec<(String, String)>,
    lines: Vec<TypedLine>,
) -> Result<Deed, String> {
    if bare.len() > 1 {
        return Err(format!(
            "one target (joined by +) and then fields; `{}` is too much",
            bare[1]
        ));
    }
    let targets = bare
        .iter()
        .flat_map(|joined| joined.split('+'))
        .map(str::to_owned)
        .collect();
    Ok(Deed::Step {
        step: step.to_owned(),
        targets,
        header,
        lines,
    })
}

fn typed_line(words: &[Word]) -> Result<TypedLine, String> {
    let mut line = TypedLine::default();
    for word in words {
        match word {
            Word::Pair(name, value) if name == "of" => line.of = Some(of(value)?),
            Word::Pair(name, value) => line.fields.push((name.clone(), value.clone())),
            Word::Bare(word) if word == "proposed" => line.proposed = true,
            Word::Bare(word) => return Err(format!("a line has fields only; `{word}` is none")),
            Word::Bar => {}
        }
    }
    Ok(line)
}

/// `NUMBER#2` or `2`.
fn of(text: &str) -> Result<(Option<String>, i64), String> {
    let (number, line) = match text.rsplit_once('#') {
        Some((number, line)) => (Some(number.to_owned()), line),
        None => (None, text),
    };
    let line = line
        .parse()
        .map_err(|_| format!("of=NUMBER#LINE or of=LINE, not `{text}`"))?;
    Ok((number, line))
}

fn act(verb: &str, bare: Vec<String>, arguments: Vec<(String, String)>) -> Result<Deed, String> {
    let act = ActName::named(verb).ok_or_else(|| {
        let others = ["deputise", "close_period", "reopen_period", "record"];
        unknown("act", verb, ActName::names().chain(others))
    })?;
    let [target] = take(verb, bare, ["the number of a slip"])?;
    let (needed, further) = act.arguments();
    for (name, _) in &arguments {
        if !needed.contains(&name.as_str()) && !further.contains(&name.as_str()) {
            let known = needed.iter().chain(further).copied();
            return Err(unknown(&format!("argument of `{verb}`"), name, known));
        }
    }
    if let Some(missing) = needed.iter().find(|name| value(&arguments, name).is_none()) {
        return Err(format!("`{verb}` needs {missing}="));
    }
    Ok(Deed::Act {
        act,
        target,
        arguments,
    })
}

fn deputise(bare: Vec<String>, fields: Vec<(String, String)>) -> Result<Deed, String> {
    let [] = take("deputise", bare, [])?;
    let get = |name: &str| {
        value(&fields, name)
            .ok_or_else(|| format!("`deputise` needs to=, from= and until=; {name}= is missing"))
    };
    Ok(Deed::Deputise {
        to: get("to")?.to_owned(),
        from: day(get("from")?)?,
        until: day(get("until")?)?,
    })
}

fn period(verb: &str, bare: Vec<String>, fields: Vec<(String, String)>) -> Result<Deed, String> {
    let [ledger, period] = take(verb, bare, ["a ledger", "a period"])?;
    let month = period
        .parse()
        .ok()
        .filter(|p: &i32| (1..=12).contains(&(p % 100)) && period.len() == 6)
        .ok_or_else(|| format!("a period is written 202604, not `{period}`"))?;
    let reopen =
        (verb == "reopen_period").then(|| value(&fields, "reason").unwrap_or_default().to_owned());
    Ok(Deed::Period {
        ledger,
        period: Period(month),
        reopen,
    })
}

fn expectation(line: usize, content: &str, script: &mut Script) -> Result<(), String> {
    let what = expected(content)?;
    let statement = script
        .statements
        .last_mut()
        .ok_or("an expectation follows a command")?;
    statement.expected.push(Expected { line, what });
    Ok(())
}

fn expected(content: &str) -> Result<Expectation, String> {
    let sign = content.chars().next().unwrap_or(' ');
    let rest = content.get(1..).unwrap_or_default().trim();
    match sign {
        '=' if rest.is_empty() || rest.contains(' ') => Err("= NUMBER".to_owned()),
        '=' => Ok(Expectation::Number(rest.to_owned())),
        '!' => {
            let (code, sentence) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
            if code.is_empty() {
                return Err("! code sentence".to_owned());
            }
            Ok(Expectation::Refusal {
                code: code.to_owned(),
                sentence: sentence.trim().to_owned(),
            })
        }
        '~' => waits(rest),
        '?' => field(rest),
        '>' => told(rest),
        _ => balance(content),
    }
}

fn waits(rest: &str) -> Result<Expectation, String> {
    let words: Vec<&str> = rest.split_whitespace().collect();
    match words.as_slice() {
        ["-"] => Ok(Expectation::Waits(None)),
        [step, whom, kind @ ..] if kind.len() <= 1 => Ok(Expectation::Waits(Some(Waits {
            step: (*step).to_owned(),
            whom: (*whom).to_owned(),
            kind: kind.first().map(|kind| (*kind).to_owned()),
        }))),
        _ => Err("~ step role, or ~ - when nothing waits".to_owned()),
    }
}

fn told(rest: &str) -> Result<Expectation, String> {
    let words: Vec<&str> = rest.split_whitespace().collect();
    match words.as_slice() {
        [whom, kind] if NOTES.contains(kind) => Ok(Expectation::Told {
            whom: (*whom).to_owned(),
            kind: (*kind).to_owned(),
        }),
        [_, kind] => Err(unknown("kind of note", kind, NOTES.iter().copied())),
        _ => Err("> role kind, or > LOGIN kind".to_owned()),
    }
}

/// The kinds of notes by which people are told something.
const NOTES: &[&str] = &["comment", "copy", "reminder", "attachment", "escalation"];

fn field(rest: &str) -> Result<Expectation, String> {
    let rule = "? [NUMBER] field = value";
    let (left, value) = rest.split_once('=').ok_or(rule)?;
    let words: Vec<&str> = left.split_whitespace().collect();
    let (number, path) = match words.as_slice() {
        [path] => (None, *path),
        [number, path] => (Some((*number).to_owned()), *path),
        _ => return Err(rule.to_owned()),
    };
    Ok(Expectation::Field {
        number,
        path: path.to_owned(),
        value: value.trim().trim_matches('"').to_owned(),
    })
}

fn balance(content: &str) -> Result<Expectation, String> {
    let rule = "ledger place key [@detail] [posted|available|held|draft|checked|in|out] balance";
    let words: Vec<&str> = content.split_whitespace().collect();
    let [ledger, place, key, middle @ .., amount] = words.as_slice() else {
        return Err(rule.to_owned());
    };
    let (mut detail, mut sum) = (None, Sum::Posted);
    for word in middle {
        match (word.strip_prefix('@'), Sum::named(word)) {
            (Some(text), _) => detail = Some(text.to_owned()),
            (None, Some(named)) => sum = named,
            (None, None) => return Err(rule.to_owned()),
        }
    }
    Ok(Expectation::Balance {
        ledger: (*ledger).to_owned(),
        place: (*place).to_owned(),
        key: if *key == "-" {
            String::new()
        } else {
            (*key).to_owned()
        },
        detail,
        sum,
        amount: (*amount).to_owned(),
    })
}

fn bare(words: &mut impl Iterator<Item = Word>, what: &str) -> Result<String, String> {
    match words.next() {
        Some(Word::Bare(word)) => Ok(word),
        Some(Word::Pair(name, _)) => Err(format!("{what} comes before {name}=")),
        Some(Word::Bar) => Err(format!("{what} comes before |")),
        None => Err(format!("{what} is missing")),
    }
}

fn pairs(words: impl Iterator<Item = Word>) -> Result<Vec<(String, String)>, String> {
    words
        .map(|word| match word {
            Word::Pair(name, value) => Ok((name, value)),
            Word::Bare(word) => Err(format!("name=value, not `{word}`")),
            Word::Bar => Err("a record has no lines".to_owned()),
        })
        .collect()
}

/// Exactly the bare words that an act takes.
fn take<const N: usize>(
    verb: &str,
    bare: Vec<String>,
    what: [&str; N],
) -> Result<[String; N], String> {
    bare.try_into()
        .map_err(|bare: Vec<String>| match bare.get(N) {
            Some(word) => format!("`{word}` is too much for `{verb}`"),
            None => format!("`{verb}` needs {}", what[bare.len()]),
        })
}

fn nothing_more(mut words: impl Iterator<Item = Word>) -> Result<(), String> {
    match words.next() {
        None => Ok(()),
        Some(word) => Err(format!("nothing after the time of day, not {word:?}")),
    }
}

/// The value of a named argument.
pub(super) fn value<'a>(arguments: &'a [(String, String)], name: &str) -> Option<&'a str> {
    arguments
        .iter()
        .find(|(other, _)| other == name)
        .map(|(_, value)| value.as_str())
}

fn seen(text: &str) -> Result<SeenAs, String> {
    match text {
        "current" => Ok(SeenAs::Current),
        "stale" => Ok(SeenAs::Stale),
        "nothing" => Ok(SeenAs::Nothing),
        _ => Err(unknown(
            "word after seen=",
            text,
            ["current", "stale", "nothing"],
        )),
    }
}

fn day(text: &str) -> Result<Day, String> {
    text.parse()
        .map_err(|_| format!("a day such as 2026-04-01, `given` or `tick`, not `{text}`"))
}

/// Minutes after midnight of `14:05`.
fn minute(text: &str) -> Result<i64, String> {
    let parsed = text.split_once(':').and_then(|(hour, minute)| {
        let (hour, minute): (i64, i64) = (hour.parse().ok()?, minute.parse().ok()?);
        ((0..24).contains(&hour) && (0..60).contains(&minute)).then_some(hour * 60 + minute)
    });
    parsed.ok_or_else(|| format!("a time of day such as 14:05, not `{text}`"))
}

/// A moment so many minutes after midnight, local time.
pub(super) fn moment(day: Day, minute: i64) -> Moment {
    Moment::noon_of(day).plus_minutes(minute - 12 * 60)
}
