//! People: who there is, what they may sign, and their passwords. Administrators only, and never for themselves.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use engine::{Act, Class, Person};
use maud::html;

pub(crate) use super::admin::tabs;
use super::desk::{Asked, Content, Desk, Reader};
use super::words;
use crate::auth::{Posted, set_password};
use crate::error::Error;
use crate::layout::Place;
use crate::parts::actions::{Action, Way, Weight, actions};
use crate::parts::dialog::Ask;
use crate::parts::icon::Icon;
use crate::parts::lang::Lang;
use crate::parts::list::{Choose, Filter, List, list};
use crate::parts::table::{Cell, Head, Row, Shape, Table};
use crate::parts::{Link, Tone, head, note};
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

pub(super) fn check(reader: &Reader<'_>) -> Result<(), Error> {
    if reader.me.administrator {
        Ok(())
    } else {
        Err(not_administrator())
    }
}

/// Lets the engine refuse what only administrators may change, so that the attempt stands in the journal.
pub(super) async fn refused_change(desk: &Desk, posted: &Posted, act: Option<Act>) -> Error {
    let what = Act::Forbidden {
        what: "administration".into(),
        subject: desk.path.clone(),
    };
    // Whoever leaves the key out is refused, and journaled, all the same.
    let fresh = match crate::text::random_key() {
        Ok(fresh) => fresh,
        Err(error) => return error,
    };
    let key = match posted.fields.text("_key") {
        "" => &*fresh,
        given => given,
    };
    match desk
        .act(&posted.acting, None, key, act.unwrap_or(what))
        .await
    {
        Ok(_) => not_administrator(),
        Err(error) => error,
    }
}

pub(super) fn person_url(login: &str) -> String {
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

pub(super) fn find(reader: &Reader<'_>, login: &str) -> Result<Person, Error> {
    check(reader)?;
    reader
        .store
        .person(reader.org, login)?
        .ok_or(Error::NotFound)
}

/// The button that sets a one-time password.
pub(super) fn password_card(
    reader: &Reader<'_>,
    person: &Person,
    csrf: &str,
) -> Result<maud::Markup, Error> {
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
            header { h2 { (reader.t("密码与登录", "Password and log-ins")) } }
            div class="in acts" {
                (actions(reader.lang, std::slice::from_ref(&action)))
                a class="button" href=(format!("{}/sign-in", person_url(&person.login))) {
                    (reader.t("登录方式与设备", "Ways to sign in, devices"))
                }
            }
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
}
