//! Records that slips alone change: which slip asks for a change, and what an administrator is told instead of a form.

use kernel::Value;
use maud::html;
use model::{Changes, Choice, Field, FieldKind, Pack, Register, Slip, Step};

use super::desk::{Asked, Content, Reader, address};
use super::form::Target;
use super::typed::Typed;
use super::{registers, values, words};
use crate::error::Error;
use crate::parts::actions::{Action, Way, Weight};
use crate::parts::icon::Icon;
use crate::parts::{Link, head};

/// The first steps of slips that ask for changes of a register's records.
fn asking<'a>(
    pack: &'a Pack,
    register: &'a Register,
) -> impl Iterator<Item = (&'a Step, &'a Slip, Changes)> {
    let slips = pack.flows.iter().flat_map(|flow| {
        let slips = flow.slips.iter().enumerate();
        slips.filter_map(move |(at, slip)| Some((flow.begins(at)?.1, slip, slip.changes?)))
    });
    slips.filter(move |(_, slip, changes)| {
        let field = slip.header.get(changes.register);
        match field.map(|field| &field.kind) {
            Some(FieldKind::Choice(choices)) => {
                choices.iter().any(|choice| choice.code == register.name)
            }
            _ => false,
        }
    })
}

/// The way to a slip that asks for a change of a record, for whoever may begin one.
pub(super) fn ask(
    reader: &Reader<'_>,
    pack: &Pack,
    register: &Register,
    key: &str,
) -> Result<Option<Action>, Error> {
    let holder = reader.holder()?;
    let found = asking(pack, register)
        .find(|(step, _, _)| words::may(pack, step, &holder, reader.today))
        .and_then(|(step, slip, changes)| {
            let kind = format!("h.{}", slip.header.get(changes.register)?.name);
            let code = format!("h.{}", slip.header.get(changes.key)?.name);
            let query = [(kind.as_str(), &*register.name), (code.as_str(), key)];
            Some(address(&format!("/new/{}", step.qualified), &query))
        });
    Ok(found.map(|url| Action {
        label: reader.t("申请更改", "Ask for a change").to_owned(),
        icon: Icon::PenLine,
        weight: Weight::Main,
        way: Way::Go(url),
    }))
}

/// Why nobody changes a record here, and by which steps it is changed.
pub(super) fn told(reader: &Reader<'_>, pack: &Pack, register: &Register) -> String {
    let asks = asking(pack, register).map(|(step, _, _)| step);
    let steps = pack.flows.iter().flat_map(|flow| &flow.steps);
    let records = steps.filter(|step| {
        let mut rules = step.records.iter();
        rules.any(|rule| rule.register == register.name)
    });
    let mut labels: Vec<String> = Vec::new();
    for step in asks.chain(records) {
        let label = words::label(reader.lang, &step.label).to_owned();
        if !labels.contains(&label) {
            labels.push(label);
        }
    }
    let steps = words::joined(reader.lang, &labels);
    match reader.lang {
        crate::parts::lang::Lang::Zh => {
            format!("已有的资料不能直接改动，须由单据更改：{steps}")
        }
        crate::parts::lang::Lang::En => {
            format!("What is on record is not changed at once, but by slips: {steps}")
        }
    }
}

/// The page in place of the form by which an administrator would change a record.
pub(super) fn instead(reader: &Reader<'_>, qualified: &str, key: &str) -> Result<Content, Error> {
    let catalog = reader.catalog();
    let (pack, register) = registers::find(&catalog, qualified)?;
    let label = words::label(reader.lang, &register.label);
    let title = format!("{} {label} {key}", reader.t("更改", "Change"));
    let crumbs = [
        Link::new(label, format!("/registers/{qualified}")),
        Link::new(key, values::record_url(qualified, key)),
    ];
    let ask = ask(reader, pack, register, key)?;
    let page = html! {
        (head(&crumbs, &title, html! {}, html! {}))
        div class="card" { div class="in" {
            p { (told(reader, pack, register)) }
            @if let Some(Action { label, way: Way::Go(url), .. }) = &ask {
                p { a class="button primary" href=(url) { (label) } }
            } @else {
                p { (reader.t("您的岗位不能填制更改申请，请由有此岗位的人员办理。", "Your roles ask for no changes; somebody who has such a role does.")) }
            }
            p { a class="button" href=(values::record_url(qualified, key)) { (reader.t("回到资料", "Back to the record")) } }
        } }
    };
    Ok(Content::new(title, page))
}

/// The line fields of a slip that asks for changes, where its register is known: the list of what may be changed begins with the
/// fields of that register, by the names that they have there. The others follow, for who chooses another register.
pub(super) fn own_first(
    pack: &Pack,
    slip: &Slip,
    fields: &[Field],
    header: &[Value],
) -> Option<Vec<Field>> {
    let changes = slip.changes?;
    let register = pack.register(header.get(changes.register)?.as_text()?)?;
    let mut fields = fields.to_vec();
    let FieldKind::Choice(all) = &mut fields.get_mut(changes.field)?.kind else {
        return None;
    };
    let (mut own, others): (Vec<Choice>, Vec<Choice>) = all
        .drain(..)
        .partition(|choice| register.field(&choice.code).is_some());
    for choice in &mut own {
        if let Some((_, field)) = register.field(&choice.code) {
            choice.label.clone_from(&field.label);
        }
    }
    all.extend(own.into_iter().chain(others));
    Some(fields)
}

/// What a link has filled in of a slip that asks for changes: the register and the key.
pub(super) fn prefilled(reader: &Reader<'_>, target: &Target, asked: &Asked) -> Option<Typed> {
    let catalog = reader.catalog();
    let (_, flow, _, step) = words::step(&catalog, None, &target.step)?;
    let slip = flow.slips.get(step.slip)?;
    let changes = slip.changes?;
    let mut typed = Typed::default();
    for at in [changes.register, changes.key] {
        let name = &slip.header.get(at)?.name;
        let text = asked.text(&format!("h.{name}"));
        if !text.is_empty() {
            typed.header.insert(name.to_string(), text.to_owned());
        }
    }
    (!typed.header.is_empty()).then_some(typed)
}
