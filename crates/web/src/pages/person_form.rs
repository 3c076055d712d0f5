//! The form of a person: name, staff number, roles.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use engine::{Act, Class, Grant, Outcome, Person, Refusal};
use kernel::Day;
use maud::html;

use super::desk::{Content, Desk, Reader, done, go};
use super::people::{check, find, password_card, person_url};
use super::typed::Typed;
use super::{granting, words};
use crate::auth::{Fields, Posted};
use crate::error::{Error, status_of};
use crate::layout::Place;
use crate::parts::field::{Entry, Field, Kind, say_beside};
use crate::parts::form::{Form, Refused, form as form_part};
use crate::parts::grid::{Grid, Line};
use crate::parts::lang::t;
use crate::parts::{Hidden, Link};
use crate::text::random_key;

/// What comes back into the form of a person.
#[derive(Debug, Default)]
struct Back {
    typed: Option<Typed>,
    refusal: Option<Refusal>,
    key: String,
}

/// The form of a new person.
pub(crate) async fn add(desk: Desk) -> Result<Response, Error> {
    let csrf = desk.session.csrf();
    desk.show(Place::Admin, move |reader| {
        let made = person_form(reader, None, &Back::default(), &csrf)?;
        Ok(Content::new(
            made.title.clone(),
            form_part(reader.lang, &made),
        ))
    })
    .await
}

/// One person: name, roles, password.
pub(crate) async fn one(desk: Desk, Path(login): Path<String>) -> Result<Response, Error> {
    let csrf = desk.session.csrf();
    desk.show(Place::Admin, move |reader| {
        let person = find(reader, &login)?;
        let made = person_form(reader, Some(&person), &Back::default(), &csrf)?;
        let body = html! {
            (form_part(reader.lang, &made))
            (password_card(reader, &person, &csrf)?)
        };
        Ok(Content::new(made.title.clone(), body))
    })
    .await
}

/// Everything that a grant says, as a line of the grid.
fn grant_line(grant: &Grant) -> Line {
    let day = |day: Option<Day>| Entry::new(day.map(|day| day.to_string()).unwrap_or_default());
    Line {
        cells: vec![
            Entry::new(&*grant.role),
            Entry::new(&*grant.scope),
            day(grant.from),
            day(grant.until),
        ],
        ..Line::default()
    }
}

fn grant_columns(reader: &Reader<'_>) -> Vec<Field> {
    let catalog = reader.catalog();
    let mut roles = Vec::new();
    for pack in catalog.packs() {
        for role in &pack.roles {
            let label = words::label(reader.lang, &role.label);
            roles.push((format!("{}.{}", pack.name, role.name), label.to_owned()));
        }
    }
    vec![
        Field {
            need: true,
            ..Field::new("role", reader.t("岗位", "Role"), Kind::Choice(roles))
        },
        Field::new(
            "scope",
            reader.t("范围（空着即全部）", "Scope (empty: everything)"),
            Kind::Text,
        ),
        Field::new("from", reader.t("自", "From"), Kind::Date),
        Field::new("until", reader.t("至", "Until"), Kind::Date),
    ]
}

fn person_form(
    reader: &Reader<'_>,
    person: Option<&Person>,
    back: &Back,
    csrf: &str,
) -> Result<Form, Error> {
    check(reader)?;
    let text = |name: &str, now: &str| match &back.typed {
        Some(typed) => Entry::new(typed.header.get(name).cloned().unwrap_or_default()),
        None => Entry::new(now),
    };
    let own = |pick: fn(&Person) -> &str| person.map_or("", pick);
    let flag = |yes: bool| if yes { "1" } else { "" };
    let need = |name: &str, zh: &str, en: &str| Field {
        need: true,
        ..Field::new(name, reader.t(zh, en), Kind::Text)
    };
    let mut fields = Vec::new();
    if person.is_none() {
        fields.push((need("login", "用户名", "User name"), text("login", "")));
    }
    fields.push((
        need("name", "姓名", "Name"),
        text("name", own(|person| &person.name)),
    ));
    let identity = Field {
        fixed: person.is_some(),
        hint: reader
            .t(
                "同一自然人的几个账号须用同一编号，职责分离按人判断。",
                "All accounts of one natural person carry the same number: separation looks at the person.",
            )
            .to_owned(),
        ..need("identity", "人员编号", "Staff number")
    };
    fields.push((identity, text("identity", own(|person| &person.identity))));
    fields.push((
        Field::new("active", reader.t("在用", "Active"), Kind::Flag),
        text("active", flag(person.is_none_or(|person| person.active))),
    ));
    fields.push((
        Field::new(
            "administrator",
            reader.t("系统管理员", "Administrator"),
            Kind::Flag,
        ),
        text(
            "administrator",
            flag(person.is_some_and(|person| person.administrator)),
        ),
    ));
    let columns = grant_columns(reader);
    let lines = match &back.typed {
        Some(typed) => typed
            .lines
            .iter()
            .map(|line| Line {
                cells: columns
                    .iter()
                    .map(|column| {
                        Entry::new(line.cells.get(&column.name).cloned().unwrap_or_default())
                    })
                    .collect(),
                ..Line::default()
            })
            .collect(),
        None => person
            .map(|person| person.grants.iter().map(grant_line).collect())
            .unwrap_or_default(),
    };
    let mut grid = Grid {
        title: reader.t("岗位", "Roles").to_owned(),
        columns,
        lines,
        grows: true,
        proposes: false,
        fixed: false,
        file: None,
        scan: None,
        codes: None,
    };
    let mut refused = Vec::new();
    if let Some(refusal) = &back.refusal {
        refuse(reader, refusal, &mut fields, &mut grid, &mut refused);
    }
    let key = match back.key.as_str() {
        "" => random_key()?.to_string(),
        key => key.to_owned(),
    };
    Ok(Form {
        crumbs: vec![Link::new(
            reader.t("人员与岗位", "People and roles"),
            "/admin/people",
        )],
        title: match person {
            Some(person) => format!("{} ({})", person.name, person.login),
            None => reader.t("新增人员", "Add a person").to_owned(),
        },
        url: match person {
            Some(person) => person_url(&person.login),
            None => "/admin/new-person".to_owned(),
        },
        hidden: vec![
            ("_csrf".to_owned(), csrf.to_owned()),
            ("_key".to_owned(), key),
        ],
        refused,
        fields,
        grid: Some(grid),
        submit: Some(reader.t("保存", "Save").to_owned()),
        back: "/admin/people".to_owned(),
        ..Form::default()
    })
}

fn refuse(
    reader: &Reader<'_>,
    refusal: &Refusal,
    fields: &mut [(Field, Entry)],
    grid: &mut Grid,
    refused: &mut Vec<Refused>,
) {
    for one in std::iter::once(refusal).chain(&refusal.more) {
        let sentence = reader.sentence(one).to_owned();
        let place = one.place.as_ref();
        let name = place.map_or("", |place| place.field.as_str());
        let input = match place.and_then(|place| place.line) {
            Some(line) => {
                let column = grid.columns.iter().position(|column| column.name == name);
                let cell =
                    column.and_then(|column| grid.lines.get_mut(line)?.cells.get_mut(column));
                cell.map(|cell| {
                    say_beside(&mut cell.refusal, &sentence);
                    format!("l.{}.{name}", line + 1)
                })
            }
            None => fields
                .iter_mut()
                .find(|(field, _)| field.name == name && !field.is_output())
                .map(|(_, entry)| {
                    say_beside(&mut entry.refusal, &sentence);
                    format!("h.{name}")
                }),
        };
        refused.push(Refused {
            code: one.code.clone(),
            sentence,
            input,
        });
    }
}

/// The person as typed; a refusal for a day that does not exist.
fn person_of(typed: &Typed, login: &str, identity: &str) -> Result<Person, Refusal> {
    let header = |name: &str| typed.header.get(name).map_or("", |text| text.trim());
    let mut refusals = Vec::new();
    let mut grants = Vec::new();
    for (at, line) in typed.lines.iter().enumerate() {
        let cell = |name: &str| line.cells.get(name).map_or("", |text| text.trim());
        let mut day = |name: &str| match cell(name) {
            "" => None,
            text => text.parse::<Day>().map_or_else(
                |_| {
                    refusals.push(
                        Refusal::new(
                            Class::Field,
                            "field",
                            "不是存在的日期，应写作 2026-04-01",
                            "is not a day that exists; write it as 2026-04-01",
                        )
                        .at(Some(at), name),
                    );
                    None
                },
                Some,
            ),
        };
        grants.push(Grant {
            role: cell("role").into(),
            from: day("from"),
            until: day("until"),
            scope: cell("scope").into(),
        });
    }
    match Refusal::all(refusals) {
        Some(refusal) => Err(refusal),
        None => Ok(Person {
            login: login.into(),
            name: header("name").into(),
            identity: identity.into(),
            active: header("active") == "1",
            administrator: header("administrator") == "1",
            grants,
            deputies: Vec::new(),
        }),
    }
}

pub(crate) async fn post_add(desk: Desk, posted: Posted) -> Result<Response, Error> {
    let typed = Typed::read(posted.fields.iter());
    let header = |name: &str| {
        typed
            .header
            .get(name)
            .map_or("", |text| text.trim())
            .to_owned()
    };
    let (login, identity) = (header("login"), header("identity"));
    let wanted = login.clone();
    // Everybody else is refused by the engine, and is not told who there is.
    let known = posted.acting.person.administrator
        && desk
            .read(move |reader| Ok(reader.store.person(reader.org, &wanted)?.is_some()))
            .await?;
    if known {
        let refusal = Refusal::new(
            Class::Field,
            "login",
            "此用户名已有人使用",
            "this user name is taken",
        )
        .at(None, "login");
        return again(desk, None, typed, refusal, &posted.fields).await;
    }
    put(desk, None, typed, login, identity, posted).await
}

pub(crate) async fn post_one(
    desk: Desk,
    Path(login): Path<String>,
    posted: Posted,
) -> Result<Response, Error> {
    let typed = Typed::read(posted.fields.iter());
    let wanted = login.clone();
    if !posted.acting.person.administrator {
        let person = person_of(&typed, &login, &login);
        let act = person.map(|person| Act::PutPerson { person });
        return Err(super::people::refused_change(&desk, &posted, act.ok()).await);
    }
    let person = desk.read(move |reader| find(reader, &wanted)).await?;
    // The form has no input for it. Whoever sends one all the same hears from the engine that it stays.
    let identity = match typed.header.get("identity") {
        Some(sent) => sent.trim().to_owned(),
        None => person.identity.to_string(),
    };
    put(desk, Some(person), typed, login, identity, posted).await
}

async fn put(
    desk: Desk,
    before: Option<Person>,
    typed: Typed,
    login: String,
    identity: String,
    posted: Posted,
) -> Result<Response, Error> {
    let Posted { acting, fields } = posted;
    if !matches!(fields.text("_do"), "sign" | "") {
        return show_again(desk, before, typed, None, &fields).await;
    }
    let person = match person_of(&typed, &login, &identity) {
        Ok(person) => person,
        Err(refusal) => return again(desk, before, typed, refusal, &fields).await,
    };
    let act = Act::PutPerson {
        person: person.clone(),
    };
    let confirmed = fields.text("_confirmed") == granting::token(&person);
    if acting.person.administrator && !confirmed {
        let asked = ask(&desk, person, before.is_none(), typed.clone(), &fields).await?;
        if let Some(content) = asked {
            return desk.show(Place::Admin, move |_| Ok(content)).await;
        }
    }
    match desk.act(&acting, None, fields.text("_key"), act).await {
        Ok(_) => {
            desk.forget();
            let said = match before {
                Some(_) => t(desk.lang(), "已保存", "Saved"),
                None => t(
                    desk.lang(),
                    "已新增。请设置一次性密码，对方才能登录。",
                    "Added. Set a one-time password so that this person can log in.",
                ),
            };
            Ok(go(&person_url(&login), Some(&done(said))))
        }
        Err(error) => match error.refusal() {
            Some(refusal) => again(desk, before, typed, refusal, &fields).await,
            None => Err(error),
        },
    }
}

/// The page that shows what a change brings before it is made. What the engine would refuse is not asked about: it is to
/// refuse it, and the journal to say so.
async fn ask(
    desk: &Desk,
    person: Person,
    fresh: bool,
    typed: Typed,
    fields: &Fields,
) -> Result<Option<Content>, Error> {
    let inputs: Hidden = ["_csrf", "_key"]
        .iter()
        .map(|name| ((*name).to_owned(), fields.text(name).to_owned()))
        .collect();
    desk.read(move |reader| {
        let command = reader.command(
            None,
            Act::PutPerson {
                person: person.clone(),
            },
        );
        let catalog = reader.catalog();
        let outcome = reader
            .store
            .ask(reader.org, |world| engine::apply(&catalog, world, &command))?;
        if !matches!(outcome, Outcome::Done(..)) {
            return Ok(None);
        }
        let made = granting::confirmation(reader, &person, fresh, &typed, &inputs)?;
        Ok(made.map(|(title, body)| Content::new(title, body)))
    })
    .await
}

async fn again(
    desk: Desk,
    before: Option<Person>,
    typed: Typed,
    refusal: Refusal,
    fields: &Fields,
) -> Result<Response, Error> {
    show_again(desk, before, typed, Some(refusal), fields).await
}

async fn show_again(
    desk: Desk,
    before: Option<Person>,
    typed: Typed,
    refusal: Option<Refusal>,
    fields: &Fields,
) -> Result<Response, Error> {
    let csrf = desk.session.csrf();
    let status = refusal.as_ref().map_or(StatusCode::OK, status_of);
    let back = Back {
        typed: Some(typed),
        refusal,
        key: fields.text("_key").to_owned(),
    };
    desk.show(Place::Admin, move |reader| {
        let made = person_form(reader, before.as_ref(), &back, &csrf)?;
        Ok(Content::new(made.title.clone(), form_part(reader.lang, &made)).with(status))
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_is_read_from_what_was_typed() {
        let inputs = [
            ("h.name", " 王内勤 "),
            ("h.active", "1"),
            ("l.1.role", "gsp.buyer"),
            ("l.1.from", "2026-01-01"),
            ("l.2.role", ""),
        ];
        let typed = Typed::read(inputs.into_iter());
        let person = person_of(&typed, "wang", "7").unwrap();
        assert_eq!(&*person.name, "王内勤");
        assert!(person.active && !person.administrator);
        assert_eq!(person.grants.len(), 1);
        assert_eq!(person.grants[0].until, None);
        let typed =
            Typed::read([("l.1.role", "gsp.buyer"), ("l.1.until", "2026-02-30")].into_iter());
        let refusal = person_of(&typed, "wang", "7").unwrap_err();
        assert_eq!(refusal.place.unwrap().line, Some(0));
    }
}
