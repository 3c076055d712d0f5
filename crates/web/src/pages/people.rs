//! People: who there is, what they may sign, and their passwords. Administrators only, and never for themselves.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use engine::{Act, Class, Grant, Person, Refusal};
use kernel::Day;
use maud::html;

use super::desk::{Asked, Content, Desk, Reader, done, go};
use super::typed::Typed;
use super::words;
use crate::auth::{Fields, Posted, set_password};
use crate::error::{Error, status_of};
use crate::layout::Place;
use crate::parts::actions::{Action, Way, Weight, actions};
use crate::parts::dialog::Ask;
use crate::parts::field::{Entry, Field, Kind};
use crate::parts::form::{Form, Refused, form as form_part};
use crate::parts::grid::{Grid, Line};
use crate::parts::icon::Icon;
use crate::parts::lang::{Lang, t};
use crate::parts::list::{Choose, Filter, List, list};
use crate::parts::table::{Cell, Head, Row, Shape, Table};
use crate::parts::{Link, Tab, Tone, head, note};
use crate::text::{percent, random, random_key};

/// The refusal of everybody else.
pub(crate) fn not_administrator() -> Error {
    Error::refused(
        StatusCode::FORBIDDEN,
        Class::Role,
        "administrator",
        "须由系统管理员办理",
        "must be done by an administrator",
    )
}

fn check(reader: &Reader<'_>) -> Result<(), Error> {
    if reader.me.administrator {
        Ok(())
    } else {
        Err(not_administrator())
    }
}

/// The tabs of administration.
pub(crate) fn tabs(reader: &Reader<'_>, here: &str) -> Vec<Tab> {
    let tab = |zh: &str, en: &str, url: &str| Tab {
        label: reader.t(zh, en).to_owned(),
        url: url.to_owned(),
        count: None,
        here: url == here,
    };
    vec![
        tab("人员与岗位", "People and roles", "/admin/people"),
        tab("日志", "Journal", "/admin/journal"),
    ]
}

fn person_url(login: &str) -> String {
    format!("/admin/people/{}", percent(login))
}

/// Everybody.
pub(crate) async fn all(desk: Desk, asked: Asked) -> Result<Response, Error> {
    desk.show(Place::Admin, move |reader| {
        check(reader)?;
        let people = reader.memory.people(reader)?;
        let catalog = reader.catalog();
        let wanted = asked.text("q").to_lowercase();
        let mut rows: Vec<(&std::sync::Arc<str>, Row)> = people
            .values()
            .filter(|person| {
                person.login.to_lowercase().contains(&wanted)
                    || person.name.to_lowercase().contains(&wanted)
            })
            .map(|person| {
                let state = match person.active {
                    true => Cell::state(Tone::Done, reader.t("在用", "Active")),
                    false => Cell::state(Tone::Dead, reader.t("停用", "Out of use")),
                };
                let roles = words::roles_of(&catalog, reader.lang, person, reader.today);
                let row = Row::from(vec![
                    Cell::new(&*person.name)
                        .under(&*person.login)
                        .to(person_url(&person.login)),
                    Cell::new(&*person.identity),
                    Cell::new(roles),
                    Cell::new(deputies(reader, person)),
                    state,
                ]);
                (&person.login, row)
            })
            .collect();
        rows.sort_by(|a, b| a.0.cmp(b.0));
        let title = reader.t("人员与岗位", "People and roles");
        let made = List {
            title: title.to_owned(),
            tabs: tabs(reader, "/admin/people"),
            filters: vec![Filter {
                name: "q".to_owned(),
                label: reader.t("姓名或用户名", "Name or user name").to_owned(),
                choose: Choose::Words,
                value: asked.text("q").to_owned(),
            }],
            table: Table {
                caption: title.to_owned(),
                heads: vec![
                    Head::new(reader.t("姓名", "Name"), Shape::Main),
                    Head::new(reader.t("人员编号", "Staff number"), Shape::Code),
                    Head::new(reader.t("岗位", "Roles"), Shape::Plain),
                    Head::new(reader.t("委托", "Deputies"), Shape::Plain),
                    Head::new(reader.t("状态", "State"), Shape::Plain),
                ],
                rows: rows.into_iter().map(|(_, row)| row).collect(),
                foot: Vec::new(),
            },
            begin: vec![Link::new(
                reader.t("新增人员", "Add a person"),
                "/admin/new-person",
            )],
            when_empty: reader.t("换个名字再查。", "Try another name.").to_owned(),
            ..List::default()
        };
        Ok(Content::new(title, list(reader.lang, &made)))
    })
    .await
}

/// Those who may act for a person now or soon.
fn deputies(reader: &Reader<'_>, person: &Person) -> String {
    let names: Vec<String> = person
        .deputies
        .iter()
        .filter(|deputy| deputy.until >= reader.today)
        .map(|deputy| {
            let name = reader.person(&deputy.to).unwrap_or_default();
            format!("{name} {} – {}", deputy.from, deputy.until)
        })
        .collect();
    words::joined(reader.lang, &names)
}

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

fn find(reader: &Reader<'_>, login: &str) -> Result<Person, Error> {
    check(reader)?;
    reader
        .store
        .person(reader.org, login)?
        .ok_or(Error::NotFound)
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
        fixed: false,
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
                    cell.refusal = Some(sentence.clone());
                    format!("l.{}.{name}", line + 1)
                })
            }
            None => fields
                .iter_mut()
                .find(|(field, _)| field.name == name && !field.is_output())
                .map(|(_, entry)| {
                    entry.refusal = Some(sentence.clone());
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
    let known = desk
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
    let person = desk.read(move |reader| find(reader, &wanted)).await?;
    let identity = person.identity.to_string();
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
    let act = Act::PutPerson { person };
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

/// The button that sets a one-time password.
fn password_card(reader: &Reader<'_>, person: &Person, csrf: &str) -> Result<maud::Markup, Error> {
    let ask = Ask {
        id: "password".to_owned(),
        title: format!("{} {}", reader.t("重设密码：", "Reset the password of"), person.name),
        text: reader
            .t(
                "将生成一个一次性密码，只显示这一次。原密码和所有登录立即失效，对方登录后须先改密码。",
                "A one-time password is made and shown once. The old password and all log-ins end at once; it must be replaced at the next log-in.",
            )
            .to_owned(),
        confirm: reader.t("生成一次性密码", "Make a one-time password").to_owned(),
        danger: true,
        url: format!("{}/password", person_url(&person.login)),
        hidden: vec![
            ("_csrf".to_owned(), csrf.to_owned()),
            ("_key".to_owned(), random_key()?.to_string()),
        ],
        ..Ask::default()
    };
    let action = Action {
        label: reader.t("重设密码", "Reset the password").to_owned(),
        icon: Icon::Lock,
        weight: Weight::Danger,
        way: Way::Ask(Box::new(ask)),
    };
    Ok(html! {
        section class="card" {
            header { h2 { (reader.t("密码", "Password")) } }
            div class="in acts" { (actions(reader.lang, std::slice::from_ref(&action))) }
        }
    })
}

/// The question before a password is set, for people without scripts.
pub(crate) async fn ask_password(desk: Desk, Path(login): Path<String>) -> Result<Response, Error> {
    let csrf = desk.session.csrf();
    desk.show(Place::Admin, move |reader| {
        let person = find(reader, &login)?;
        let title = format!("{} ({})", person.name, person.login);
        let body = html! {
            (head(&[Link::new(reader.t("人员与岗位", "People and roles"), "/admin/people")], &title, html! {}, html! {}))
            (password_card(reader, &person, &csrf)?)
        };
        Ok(Content::new(title, body))
    })
    .await
}

/// Letters and digits that are not mistaken for one another when read aloud.
const LETTERS: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz23456789A";

/// A password of 16 letters in groups of four, 80 bits.
fn one_time() -> Result<String, Error> {
    let bytes = random::<16>()?;
    let mut out = String::new();
    for (at, byte) in bytes.iter().enumerate() {
        if at > 0 && at % 4 == 0 {
            out.push('-');
        }
        out.push(char::from(LETTERS[usize::from(byte % 32)]));
    }
    Ok(out)
}

/// Sets a one-time password and shows it, once.
pub(crate) async fn post_password(
    desk: Desk,
    Path(login): Path<String>,
    posted: Posted,
) -> Result<Response, Error> {
    let password = one_time()?;
    set_password(&desk.app, &posted.acting, &login, password.clone()).await?;
    desk.show(Place::Admin, move |reader| {
        let person = find(reader, &login)?;
        let title = format!("{} ({})", person.name, person.login);
        let text = match reader.lang {
            Lang::Zh => format!("{} 的一次性密码，只显示这一次：", person.name),
            Lang::En => format!("The one-time password of {}, shown this once:", person.name),
        };
        let body = html! {
            (head(&[Link::new(reader.t("人员与岗位", "People and roles"), "/admin/people")], &title, html! {}, html! {}))
            (note(Tone::Held, html! { p { (text) } p { kbd class="secret" data-secret { (password) } } }))
            p { a class="button" href=(person_url(&person.login)) { (reader.t("返回", "Back")) } }
        };
        Ok(Content::new(title, body))
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_one_time_password_is_long_and_another_every_time() {
        let (one, two) = (one_time().unwrap(), one_time().unwrap());
        assert_ne!(one, two);
        assert_eq!(one.len(), 19);
    }

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
