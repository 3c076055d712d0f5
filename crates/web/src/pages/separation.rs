//! The separation matrix: pairs of roles that the rules keep apart, and who could sign on both sides of one.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use axum::response::Response;
use engine::{Both, Person, Signer};
use kernel::Day;
use maud::{Markup, html};
use model::{Flow, Pack};

use super::desk::{Asked, Content, Desk, Reader, address};
use super::people::{check, person_url, tabs};
use super::words;
use crate::error::Error;
use crate::layout::Place;
use crate::parts::icon::Icon;
use crate::parts::lang::Lang;
use crate::parts::list::{Choose, Filter, Pager, filters, pager_of};
use crate::parts::table::{Cell, Head, Row, Shape, Table, table};
use crate::parts::{Tone, empty, head, note, tabs as tab_row};

/// Rows of a page.
const ROWS: usize = 200;

/// The day that an address asks about; today when it names none.
pub(super) fn day_of(reader: &Reader<'_>, asked: &Asked) -> Day {
    asked.text("on").parse().unwrap_or(reader.today)
}

/// How somebody could sign: by which role, narrowed to what, in whose place.
pub(super) fn how(reader: &Reader<'_>, signer: &Signer) -> Result<String, Error> {
    let role = words::role_name(&reader.catalog(), reader.lang, &signer.role);
    let scoped = match signer.scope.is_empty() {
        true => role,
        false => format!("{role} ({})", signer.scope),
    };
    Ok(match &signer.instead_of {
        None => scoped,
        Some(login) => {
            let name = reader.person(login)?;
            match reader.lang {
                Lang::Zh => format!("{scoped}（代 {name}）"),
                Lang::En => format!("{scoped} (for {name})"),
            }
        }
    })
}

/// Why two steps are kept apart, in the words of the pack.
pub(super) fn reason(reader: &Reader<'_>, flow: &Flow, both: &Both) -> String {
    let Some(rule) = flow.separations.get(both.separation) else {
        return String::new();
    };
    let said = rule
        .reason
        .as_ref()
        .map(|label| words::label(reader.lang, label));
    let cited = rule
        .cites
        .as_ref()
        .map(|label| words::label(reader.lang, label));
    said.into_iter()
        .chain(cited)
        .collect::<Vec<_>>()
        .join(" · ")
}

fn step_label<'a>(reader: &Reader<'_>, flow: &'a Flow, at: usize) -> &'a str {
    flow.steps
        .get(at)
        .map_or("", |step| words::label(reader.lang, &step.label))
}

/// One row: who, which two steps, how each, why not both.
pub(super) fn row(reader: &Reader<'_>, flow: &Flow, both: &Both) -> Result<Row, Error> {
    let flow_name = words::label(reader.lang, &flow.label);
    let under = match both.scope.is_empty() {
        true => flow_name.to_owned(),
        false => format!("{flow_name} · {}", both.scope),
    };
    Ok(Row::from(vec![
        Cell::new(reader.person(&both.first.login)?)
            .under(&*both.first.login)
            .to(person_url(&both.first.login)),
        Cell::new(step_label(reader, flow, both.steps.0)).under(how(reader, &both.first)?),
        Cell::new(step_label(reader, flow, both.steps.1)).under(how(reader, &both.second)?),
        Cell::new(under),
        Cell::new(reason(reader, flow, both)),
    ]))
}

pub(super) fn heads(reader: &Reader<'_>) -> Vec<Head> {
    vec![
        Head::new(reader.t("人员", "Person"), Shape::Main),
        Head::new(reader.t("能签", "Could sign"), Shape::Plain),
        Head::new(reader.t("也能签", "and also"), Shape::Plain),
        Head::new(reader.t("流程", "Flow"), Shape::Plain),
        Head::new(reader.t("分离的理由", "Why they are apart"), Shape::Plain),
    ]
}

/// For each pair of roles that some rule keeps apart, the persons who could sign on both sides.
type Pairs = BTreeMap<(usize, usize), BTreeSet<Arc<str>>>;

fn pairs(pack: &Pack, found: &[Both]) -> Pairs {
    let mut pairs = Pairs::new();
    for flow in &pack.flows {
        for rule in &flow.separations {
            for (nth, left) in rule.steps.iter().enumerate() {
                for right in &rule.steps[nth + 1..] {
                    for a in &flow.steps[*left].by {
                        for b in &flow.steps[*right].by {
                            pairs.entry((*a.min(b), *a.max(b))).or_default();
                        }
                    }
                }
            }
        }
    }
    let index = |role: &str| {
        let name = role.split_once('.').map_or(role, |(_, name)| name);
        pack.role(name).map(|(at, _)| at)
    };
    for both in found {
        if let Some((a, b)) = index(&both.first.role).zip(index(&both.second.role)) {
            let at = (a.min(b), a.max(b));
            pairs
                .entry(at)
                .or_default()
                .insert(both.first.identity.clone());
        }
    }
    pairs
}

/// Roles against roles. A cell says whether a rule keeps them apart, and how many people stand on both sides.
fn matrix(reader: &Reader<'_>, pack: &Pack, pairs: &Pairs, chosen: &str, on: &str) -> Markup {
    let involved: BTreeSet<usize> = pairs.keys().flat_map(|(a, b)| [*a, *b]).collect();
    let name = |at: usize| words::label(reader.lang, &pack.roles[at].label);
    let cell = |a: usize, b: usize| {
        let Some(who) = pairs.get(&(a.min(b), a.max(b))) else {
            return html! { td class="num" { span class="mute" { "·" } } };
        };
        let pair = format!(
            "{}.{}+{}",
            pack.name,
            pack.roles[a.min(b)].name,
            pack.roles[a.max(b)].name
        );
        let url = address("/admin/separation", &[("pair", &pair), ("on", on)]);
        let apart = reader.t("须分离", "kept apart");
        let said = format!("{} – {}: {apart}, {}", name(a), name(b), who.len());
        let here = (pair == chosen).then_some("true");
        html! {
            td class="num" aria-current=[here] {
                @if who.is_empty() { span role="img" aria-label=(said) title=(said) { "✓" } }
                @else { a href=(url) aria-label=(said) title=(said) class="warn" { b { (who.len()) } } }
            }
        }
    };
    html! {
        section class="card" {
            header { h2 { (words::label(reader.lang, &pack.label)) } }
            div class="scroll" tabindex="0" {
                table class="rows matrix" {
                    caption class="seen" { (reader.t("岗位两两对照", "Roles against roles")) }
                    thead { tr {
                        th scope="col" { (reader.t("岗位", "Role")) }
                        @for at in &involved { th scope="col" class="num" { (name(*at)) } }
                    } }
                    tbody {
                        @for a in &involved {
                            tr { th scope="row" { (name(*a)) } @for b in &involved { (cell(*a, *b)) } }
                        }
                    }
                }
            }
            footer { span {
                (reader.t(
                    "✓ 规则要求分离，且无人两边都能签；数字是两边都能签的人数；· 没有规则。",
                    "✓ kept apart by a rule, and nobody is on both sides; a figure: people on both sides; · no rule.",
                ))
            } }
        }
    }
}

/// Whether a finding is between the two roles of `pack.a+b`.
fn is_pair(both: &Both, pair: &str) -> bool {
    let Some((left, b)) = pair.split_once('+') else {
        return true;
    };
    let Some((pack, a)) = left.split_once('.') else {
        return true;
    };
    let (a, b) = (format!("{pack}.{a}"), format!("{pack}.{b}"));
    let roles = [&*both.first.role, &*both.second.role];
    roles == [&*a, &*b] || roles == [&*b, &*a]
}

fn is_wanted(both: &Both, people: &[Person], wanted: &str) -> bool {
    wanted.is_empty()
        || people.iter().any(|person| {
            person.identity == both.first.identity
                && (person.login.to_lowercase().contains(wanted)
                    || person.name.to_lowercase().contains(wanted))
        })
}

/// The matrix, and everybody who could sign both of a pair.
pub(crate) async fn show(desk: Desk, asked: Asked) -> Result<Response, Error> {
    desk.show(Place::Admin, move |reader| {
        check(reader)?;
        let title = reader.t("职责分离", "Separation");
        let day = day_of(reader, &asked);
        let people = reader.store.people(reader.org)?;
        let catalog = reader.catalog();
        let (wanted, pair) = (asked.text("q").to_lowercase(), asked.text("pair"));
        let mut grids = Vec::new();
        let mut found: Vec<(&Flow, Both)> = Vec::new();
        for pack in catalog.packs() {
            let both = engine::both(pack, &people, day);
            let pairs = pairs(pack, &both);
            if !pairs.is_empty() {
                grids.push(matrix(reader, pack, &pairs, pair, asked.text("on")));
            }
            let listed = both
                .into_iter()
                .filter(|one| is_pair(one, pair) && is_wanted(one, &people, &wanted));
            found.extend(listed.map(|one| (&pack.flows[one.flow], one)));
        }
        found.sort_by(|a, b| a.1.first.login.cmp(&b.1.first.login));
        let from: usize = asked.text("after").parse().unwrap_or(0);
        let rows = found
            .iter()
            .skip(from)
            .take(ROWS)
            .map(|(flow, both)| row(reader, flow, both))
            .collect::<Result<Vec<_>, _>>()?;
        let link = |after: usize| {
            let query = [
                ("q", asked.text("q")),
                ("on", asked.text("on")),
                ("pair", pair),
                ("after", &after.to_string()),
            ];
            address("/admin/separation", &query)
        };
        let pager = Pager {
            text: found.len().to_string(),
            before: (from > 0).then(|| link(from.saturating_sub(ROWS))),
            after: (from + ROWS < found.len()).then(|| link(from + ROWS)),
        };
        let made = Table {
            caption: title.to_owned(),
            heads: heads(reader),
            rows,
            foot: Vec::new(),
        };
        let controls = [
            Filter {
                name: "q".to_owned(),
                label: reader.t("姓名或用户名", "Name or user name").to_owned(),
                choose: Choose::Words,
                value: asked.text("q").to_owned(),
            },
            Filter {
                name: "on".to_owned(),
                label: reader.t("截至", "On").to_owned(),
                choose: Choose::Day,
                value: asked.text("on").to_owned(),
            },
        ];
        let keep = [("pair".to_owned(), pair.to_owned())];
        let body = html! {
            (head(&[], title, html! {}, html! {}))
            (tab_row(title, &tabs(reader, "/admin/separation")))
            (note(Tone::Wait, html! { (reader.t(
                "下列人员的岗位让他在同一次办理中能签须由不同人签的两个环节。系统仍按自然人拒绝第二次签字；岗位重叠只说明他少了一半用处，也多了一分风险。",
                "The roles of these people would let them sign two steps of one run that different people must sign. The second signature is still refused, by natural person; an overlap means that he is half as useful as he seems, and a risk more.",
            )) }))
            @for grid in &grids { (grid) }
            section class="card" {
                (filters(reader.lang, &controls, &keep))
                @if made.rows.is_empty() {
                    (empty(Icon::CircleCheck, reader.t("无人两边都能签", "Nobody could sign both"), reader.t("按所选日期的岗位与委托计算。", "By the roles and deputies of the day chosen."), &[]))
                } @else {
                    (table(&made))
                    footer { span {} (pager_of(reader.lang, &pager)) }
                }
            }
        };
        Ok(Content::new(title, body))
    })
    .await
}
