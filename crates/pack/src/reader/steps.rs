//! Steps: who signs, when, and what the step does.

use std::sync::Arc;

use model::{Advance, Expr, FieldKind, HoldEnd, Name, Quorum, Step, Verb};

use crate::Kind;
use crate::expression::{Checker, Stands};
use crate::reader::flow::FlowDraft;
use crate::reader::slips::SlipDraft;
use crate::reader::{Reader, guards};
use crate::reading::{Once, Reading, unknown_node};
use crate::source::{Span, quoted};
use crate::suggest;
use crate::tree::{Form, Node, Word};

/// What may stand in the braces of a step.
const INNER: [&str; 11] = [
    "guard", "post", "entry", "hold", "settle", "release", "advance", "record", "change", "enters",
    "renews",
];

/// What the engine does for every slip; steps of these names would be synonyms.
const EVERYWHERE: [&str; 3] = ["return", "void", "reverse"];

/// A step whose name was read.
pub(crate) struct StepDraft<'a> {
    pub node: &'a Node,
    /// `order.fill`.
    pub name: &'a str,
    pub slip: usize,
    verb: Verb,
    begins: bool,
}

/// A hold made by a step.
pub(crate) struct HoldDraft<'a> {
    pub name: &'a str,
    pub slip: usize,
}

/// Reads the names of all steps.
pub(crate) fn named<'a>(
    reader: &Reader<'a>,
    slips: &[SlipDraft<'a>],
    nodes: &[&'a Node],
) -> Vec<StepDraft<'a>> {
    let mut steps: Vec<StepDraft<'a>> = Vec::new();
    let mut once = Once::default();
    for node in nodes {
        let Some(word) = Reading::new(reader.desk, node).need("name") else {
            continue;
        };
        let Some((slip, verb)) = step_name(reader, slips, word) else {
            continue;
        };
        if once.add(reader.desk, word.span, "step", &word.text) {
            steps.push(StepDraft {
                node,
                name: &word.text,
                slip,
                verb,
                begins: steps.iter().all(|step| step.slip != slip),
            });
        }
    }
    steps
}

fn step_name(reader: &Reader<'_>, slips: &[SlipDraft<'_>], word: &Word) -> Option<(usize, Verb)> {
    let Some((slip, verb)) = word.text.split_once('.') else {
        let message = format!("{} is not the name of a step", quoted(&word.text));
        let hint = "a step is named by its slip and what it does: `order.fill`".to_owned();
        reader.desk.hinted(Kind::BadName, word.span, message, hint);
        return None;
    };
    let found = slips.iter().position(|draft| *draft.name == *slip);
    if found.is_none() {
        let message = format!("this flow has no slip {}", quoted(slip));
        let hint = suggest::one_of(slip, slips.iter().map(|draft| &*draft.name));
        reader
            .desk
            .hinted(Kind::UnknownSlip, word.span, message, hint);
    }
    let known = Verb::ALL.iter().find(|(_, name)| *name == verb);
    if known.is_none() {
        let message = format!("there is no verb {}", quoted(verb));
        let hint = if EVERYWHERE.contains(&verb) {
            Some("every slip can be returned, voided and reversed without a step".to_owned())
        } else {
            suggest::one_of(verb, Verb::ALL.iter().map(|(_, name)| *name))
        };
        reader
            .desk
            .hinted(Kind::UnknownVerb, word.place(slip.len() + 1), message, hint);
    }
    Some((found?, known?.0))
}

/// The holds that steps make.
pub(crate) fn holds<'a>(steps: &[StepDraft<'a>]) -> Vec<HoldDraft<'a>> {
    let mut holds = Vec::new();
    for step in steps {
        let nodes = step.node.children.iter().flatten();
        for node in nodes.filter(|node| node.name.text == "hold") {
            let named = node.properties.iter().find(|(key, _)| key.text == "name");
            if let Some((_, name)) = named {
                holds.push(HoldDraft {
                    name: &name.text,
                    slip: step.slip,
                });
            }
        }
    }
    holds
}

/// Reads all steps of a flow.
pub(crate) fn read_all<'a>(reader: &Reader<'a>, flow: &FlowDraft<'a>) -> Vec<Step> {
    // A refusal is named by pack, flow, slip and guard, so a guard's name is unique within its slip.
    let mut guards: Vec<Once> = flow.slips.iter().map(|_| Once::default()).collect();
    let mut holds = Once::default();
    flow.steps
        .iter()
        .map(|draft| read(reader, flow, draft, &mut guards[draft.slip], &mut holds))
        .collect()
}

fn read<'a>(
    reader: &Reader<'a>,
    flow: &FlowDraft<'a>,
    draft: &StepDraft<'a>,
    guards: &mut Once,
    holds: &mut Once,
) -> Step {
    let desk = reader.desk;
    let mut reading = Reading::new(desk, draft.node);
    reading.next();
    let zh = reading.need_label();
    let path = format!("flow/{}/step/{}", flow.name, draft.name);
    let label = reader.labels.label(desk, &path, &zh, reading.span());
    let by = roles(reader, &mut reading);
    let within = reading.text("within").and_then(|word| {
        let minutes = duration(&word.text);
        if minutes.is_none() {
            reading.wrong(word, "within", "a time such as `2d`, `4h` or `30m`");
        }
        minutes
    });
    let escalate = reading.words("escalate").unwrap_or_default();
    if let (Some(role), None) = (escalate.first(), within) {
        let message = "`escalate` without `within`";
        desk.error(Kind::Conflict, role.span, message);
    }
    let mut step = Step {
        name: Arc::from(draft.name),
        qualified: Arc::from(format!("{}.{}.{}", reader.pack, flow.name, draft.name)),
        label,
        slip: draft.slip,
        verb: draft.verb,
        begins: draft.begins,
        quorum: quorum(reader, &mut reading),
        scope: scope(reader, flow, draft, &mut reading),
        when: when(reader, flow, draft, &mut reading),
        needs: needs(reader, flow, draft, &mut reading),
        by,
        guards: Vec::new(),
        posts: Vec::new(),
        advances: Vec::new(),
        hold_ends: Vec::new(),
        records: Vec::new(),
        enters: Vec::new(),
        enters_line: Vec::new(),
        renews: Vec::new(),
        renews_line: Vec::new(),
        changes: false,
        within_minutes: within,
        escalate: escalate.first().and_then(|role| reader.role(role)),
        step_up: reading.switch("step_up"),
    };
    for child in reading.children() {
        if desk.full() {
            break;
        }
        inner(reader, flow, draft, &mut step, child, guards, holds);
    }
    reading.finish();
    let renews = !step.renews.is_empty() || !step.renews_line.is_empty();
    if renews && step.quorum != Quorum::Any {
        let message = "`renews` in a step that several sign: each would sign something else";
        desk.error(Kind::Conflict, draft.node.name.span, message);
    }
    step
}

fn checker<'a>(
    reader: &'a Reader<'_>,
    flow: &'a FlowDraft<'_>,
    draft: &StepDraft<'_>,
) -> Checker<'a> {
    Checker {
        desk: reader.desk,
        tables: &reader.tables,
        slips: &flow.types,
        slip: draft.slip,
        stands: Stands::Step,
    }
}

/// Whether the step is part of the run; a condition on a line asks whether some line meets it.
fn when(
    reader: &Reader<'_>,
    flow: &FlowDraft<'_>,
    draft: &StepDraft<'_>,
    reading: &mut Reading<'_>,
) -> Option<Expr> {
    let word = reading.property("when")?;
    let when = checker(reader, flow, draft).condition(word)?;
    let mut balance = false;
    when.names(&mut |name| balance |= matches!(name, Name::Balance(_)));
    if balance {
        let message = "a step is part of the run or not, whatever is booked meanwhile";
        let hint = "keep the balance in a computed field, and let `when` read that".to_owned();
        reader.desk.hinted(Kind::Unsteady, word.span, message, hint);
        return None;
    }
    Some(when)
}

fn roles(reader: &Reader<'_>, reading: &mut Reading<'_>) -> Vec<usize> {
    let Some(parts) = reading.words("by") else {
        let message = "a step without `by=`".to_owned();
        let hint = "say whose step it is: `by=buyer`".to_owned();
        reader
            .desk
            .hinted(Kind::Missing, reading.span(), message, hint);
        return Vec::new();
    };
    let mut roles = Vec::new();
    for part in &parts {
        match reader.role(part) {
            Some(role) if roles.contains(&role) => {
                let message = format!("role {} is named twice", quoted(part.text));
                reader.desk.error(Kind::Duplicate, part.span, message);
            }
            Some(role) => roles.push(role),
            None => {}
        }
    }
    roles
}

fn quorum(reader: &Reader<'_>, reading: &mut Reading<'_>) -> Quorum {
    let Some(word) = reading.property("quorum") else {
        return Quorum::Any;
    };
    match (word.form, word.text.as_str()) {
        (_, "any") => Quorum::Any,
        (_, "all") => Quorum::All,
        (Form::Number, text) => match text.parse() {
            Ok(count @ 1..=50) => Quorum::Of(count),
            _ => {
                let message = "`quorum` must be from 1 to 50";
                reader.desk.error(Kind::OutOfRange, word.span, message);
                Quorum::Any
            }
        },
        _ => {
            reading.wrong(word, "quorum", "`all`, `any` or a number");
            Quorum::Any
        }
    }
}

/// The header field whose value narrows the role.
fn scope(
    reader: &Reader<'_>,
    flow: &FlowDraft<'_>,
    draft: &StepDraft<'_>,
    reading: &mut Reading<'_>,
) -> Option<usize> {
    let word = reading.text("scope")?;
    let header = &flow.slips[draft.slip].header;
    let Some(at) = header.iter().position(|one| *one.field.name == *word.text) else {
        unknown_field(
            reader,
            word.span,
            &word.text,
            "the header",
            header.iter().map(|one| &*one.field.name),
        );
        return None;
    };
    if matches!(
        header[at].field.kind,
        FieldKind::Choice(_) | FieldKind::Register(_) | FieldKind::Text
    ) {
        return Some(at);
    }
    let message = format!(
        "a role is narrowed by text, a choice or a reference, not by {}",
        header[at].ty
    );
    reader.desk.error(Kind::TypeMismatch, word.span, message);
    None
}

fn unknown_field<'b>(
    reader: &Reader<'_>,
    span: Span,
    name: &str,
    place: &str,
    fields: impl Iterator<Item = &'b str> + Clone,
) {
    let message = format!("{place} has no field {}", quoted(name));
    let hint = suggest::one_of(name, fields);
    reader.desk.hinted(Kind::UnknownField, span, message, hint);
}

fn needs(
    reader: &Reader<'_>,
    flow: &FlowDraft<'_>,
    draft: &StepDraft<'_>,
    reading: &mut Reading<'_>,
) -> Vec<usize> {
    let mut needs = Vec::new();
    for part in reading.words("needs").unwrap_or_default() {
        let Some(step) = flow.step(reader, &part) else {
            continue;
        };
        let other = flow.steps[step].slip;
        let message = if other == draft.slip {
            "the steps of one slip follow each other as they are written"
        } else if !one_chain(flow, draft.slip, other) {
            "that step's slip never stands in one chain with this one"
        } else {
            needs.push(step);
            continue;
        };
        reader.desk.error(Kind::Needs, part.span, message);
    }
    needs
}

/// Whether two slips can come from one: then they can stand in one chain.
fn one_chain(flow: &FlowDraft<'_>, left: usize, right: usize) -> bool {
    let above = |slip: usize| flow.up[slip].iter().copied().chain([slip]);
    above(left).any(|slip| above(right).any(|other| other == slip))
}

/// `2d`, `4h`, `30m` in minutes.
fn duration(text: &str) -> Option<i64> {
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let minutes = match unit {
        "d" => 24 * 60,
        "h" => 60,
        "m" => 1,
        _ => return None,
    };
    let digits = number.bytes().all(|b| b.is_ascii_digit());
    let count: i64 = digits.then(|| number.parse().ok())??;
    (1..=9_999).contains(&count).then_some(count * minutes)
}

fn inner<'a>(
    reader: &Reader<'a>,
    flow: &FlowDraft<'a>,
    draft: &StepDraft<'a>,
    step: &mut Step,
    node: &'a Node,
    guards: &mut Once,
    holds: &mut Once,
) {
    let path = format!("flow/{}/step/{}", flow.name, draft.name);
    let checker = checker(reader, flow, draft);
    match node.name.text.as_str() {
        "guard" => {
            if let Some(guard) = guards::read(reader, flow, draft.slip, node, &path)
                && guards.add(reader.desk, node.name.span, "guard", &guard.name)
            {
                step.guards.push(guard);
            }
        }
        "post" => step.posts.extend(reader.post(&checker, node)),
        "entry" => step.posts.extend(reader.entry(&checker, node)),
        "hold" => {
            let post = reader.hold(&checker, node);
            if let Some(model::PostKind::Hold { name, .. }) = post.as_ref().map(|post| &post.kind) {
                holds.add(reader.desk, node.name.span, "hold", name);
            }
            step.posts.extend(post);
        }
        "settle" | "release" => step.hold_ends.extend(hold_end(reader, flow, draft, node)),
        "advance" => step.advances.extend(advance(reader, node)),
        "record" => step.records.extend(reader.record(&checker, node)),
        "change" => {
            let asks = flow.slips[draft.slip].node.children.iter().flatten();
            if !asks.clone().any(|node| node.name.text == "changes") {
                let message = "`change` in a step of a slip that asks for no changes";
                let hint = "the slip says where: `changes register=… key=… field=… was=… to=…`";
                reader
                    .desk
                    .hinted(Kind::Missing, node.name.span, message, hint.to_owned());
            }
            Reading::new(reader.desk, node).finish();
            step.changes = true;
        }
        "enters" | "renews" => enters(reader, flow, draft, step, node),
        _ => unknown_node(reader.desk, node, "`step`", &INNER),
    }
}

/// `settle reserve`, `release reserve`.
fn hold_end(
    reader: &Reader<'_>,
    flow: &FlowDraft<'_>,
    draft: &StepDraft<'_>,
    node: &Node,
) -> Option<HoldEnd> {
    let mut reading = Reading::new(reader.desk, node);
    let name = reading.need("hold")?;
    reading.finish();
    let up = &flow.up[draft.slip];
    let reachable = flow
        .holds
        .iter()
        .filter(|hold| hold.slip == draft.slip || up.contains(&hold.slip));
    let names: Vec<&str> = reachable.map(|hold| hold.name).collect();
    if !names.contains(&name.text.as_str()) {
        let message = format!("no step of this chain makes a hold {}", quoted(&name.text));
        let hint = suggest::one_of(&name.text, names);
        reader
            .desk
            .hinted(Kind::UnknownHold, name.span, message, hint);
        return None;
    }
    Some(HoldEnd {
        name: Arc::from(name.text.as_str()),
        settle: node.name.text == "settle",
    })
}

/// `advance gl to=checked`.
fn advance(reader: &Reader<'_>, node: &Node) -> Option<Advance> {
    let mut reading = Reading::new(reader.desk, node);
    let ledger = reading.need("ledger").and_then(|name| reader.ledger(name));
    let to = reading
        .need_property("to", "say the new state: `to=checked` or `to=posted`")
        .and_then(|word| reader.state(word));
    reading.finish();
    Some(Advance {
        ledger: ledger?,
        to: to?,
    })
}

/// `enters a line.b`: fields that this step may still enter; `renews line.c`: computed ones that it computes anew.
fn enters(
    reader: &Reader<'_>,
    flow: &FlowDraft<'_>,
    draft: &StepDraft<'_>,
    step: &mut Step,
    node: &Node,
) {
    let mut reading = Reading::new(reader.desk, node);
    let words = reading.rest();
    reading.finish();
    let renews = node.name.text == "renews";
    if draft.begins {
        let message = match renews {
            true => "the first step of a slip computes all its fields",
            false => "the first step of a slip enters all its fields",
        };
        reader.desk.error(Kind::Enters, node.name.span, message);
        return;
    }
    if words.is_empty() {
        let message = format!("{} names no field", quoted(&node.name.text));
        reader.desk.error(Kind::Missing, node.name.span, message);
    }
    let slip = &flow.slips[draft.slip];
    for word in words {
        let line = word.text.strip_prefix("line.");
        let (name, fields, place) = match line {
            Some(name) => (name, slip.lines.as_deref().unwrap_or_default(), "a line"),
            None => (word.text.as_str(), slip.header.as_slice(), "the header"),
        };
        let Some(at) = fields.iter().position(|one| *one.field.name == *name) else {
            let names = fields.iter().map(|one| &*one.field.name);
            unknown_field(reader, word.span, name, place, names);
            continue;
        };
        if renews && fields[at].is.is_none() {
            let message = format!("{} is not computed and never renewed", quoted(name));
            reader.desk.error(Kind::Enters, word.span, message);
            continue;
        }
        if !renews && (fields[at].field.carry || fields[at].is.is_some()) {
            let message = format!("{} is carried or computed and never entered", quoted(name));
            reader.desk.error(Kind::Enters, word.span, message);
            continue;
        }
        let entered = match (line, renews) {
            (Some(_), false) => &mut step.enters_line,
            (None, false) => &mut step.enters,
            (Some(_), true) => &mut step.renews_line,
            (None, true) => &mut step.renews,
        };
        if entered.contains(&at) {
            let message = format!("{} is named twice", quoted(&word.text));
            reader.desk.error(Kind::Duplicate, word.span, message);
        } else {
            entered.push(at);
        }
    }
}
