//! The pages as a way in: every act as the form that a browser would post, by a person who has logged in there.

use std::collections::HashMap;
use std::sync::Arc;

use engine::{Act, Grant, Input, LineInput, Seen};
use kernel::{Moment, SlipId};

use crate::api::{Api, Reply};
use crate::front::Try;
use crate::http::{Browser, form};

/// How long a browser stays logged in before it logs in anew, in microseconds.
const FRESH: i64 = 90 * 60_000_000;

/// The browsers of everybody who has logged in.
#[derive(Debug, Default)]
pub struct Pages {
    browsers: HashMap<Arc<str>, (Browser, String, Moment)>,
}

type Fields = Vec<(String, String)>;

impl Pages {
    /// Posts what is tried as a form; what comes back is a page, or leads to one.
    pub fn post(&mut self, api: &Api, attempt: &Try, at: Moment) -> Reply {
        api.set_clock(at);
        let (browser, csrf) = self.browser(api, &attempt.actor, at);
        let (path, mut fields) = as_form(&attempt.act);
        let mut common = vec![
            ("_csrf".to_owned(), csrf),
            ("_key".to_owned(), attempt.key.to_string()),
        ];
        if let Some(principal) = &attempt.on_behalf_of {
            common.push(("_for".to_owned(), principal.to_string()));
        }
        common.append(&mut fields);
        let pairs: Vec<(&str, &str)> = common
            .iter()
            .map(|(name, value)| (&**name, &**value))
            .collect();
        browser.post(api, &path, &form(&pairs))
    }

    fn browser(&mut self, api: &Api, login: &Arc<str>, at: Moment) -> (Browser, String) {
        if let Some((browser, csrf, since)) = self.browsers.get(login)
            && at.0 - since.0 < FRESH
        {
            return (browser.clone(), csrf.clone());
        }
        let browser = Browser::log_in(api, login);
        let csrf = browser.csrf(api);
        self.browsers
            .insert(login.clone(), (browser.clone(), csrf.clone(), at));
        (browser, csrf)
    }
}

fn pair(name: &str, value: impl ToString) -> (String, String) {
    (name.to_owned(), value.to_string())
}

fn typed(input: &Input) -> Fields {
    let mut out: Fields = input
        .header
        .iter()
        .map(|(name, text)| (format!("h.{name}"), text.clone()))
        .collect();
    for (at, line) in input.lines.iter().enumerate() {
        out.extend(typed_line(at + 1, line));
    }
    out
}

fn typed_line(number: usize, line: &LineInput) -> Fields {
    let source = line
        .source
        .map(|(slip, line)| (format!("l.{number}.source"), format!("{slip}:{}", line.0)));
    let cells = line
        .fields
        .iter()
        .map(|(name, text)| (format!("l.{number}.{name}"), text.clone()));
    source.into_iter().chain(cells).collect()
}

fn seen(all: &[Seen]) -> String {
    let parts: Vec<String> = all
        .iter()
        .map(|seen| format!("{}:{}", seen.slip, seen.content))
        .collect();
    parts.join(",")
}

fn grants(grants: &[Grant]) -> Fields {
    let day = |day: Option<kernel::Day>| day.map(|day| day.to_string()).unwrap_or_default();
    let of = |(at, grant): (usize, &Grant)| {
        let number = at + 1;
        [
            (format!("l.{number}.role"), grant.role.to_string()),
            (format!("l.{number}.scope"), grant.scope.to_string()),
            (format!("l.{number}.from"), day(grant.from)),
            (format!("l.{number}.until"), day(grant.until)),
        ]
    };
    grants.iter().enumerate().flat_map(of).collect()
}

/// A form of one slip's page.
fn on(slip: SlipId, name: &str, fields: Fields) -> (String, Fields) {
    (format!("/slips/{slip}/act/{name}"), fields)
}

/// The form of an act. What no page offers is posted to where one would look for it.
fn as_form(act: &Act) -> (String, Fields) {
    match act {
        Act::Step {
            step,
            slip,
            sources,
            seen: shown,
            input,
        } => {
            let mut fields = vec![pair("_seen", seen(shown)), pair("_do", "sign")];
            fields.extend(typed(input));
            match slip {
                Some(slip) => (format!("/slips/{slip}/sign/{step}"), fields),
                None => {
                    let ids: Vec<String> = sources.iter().map(ToString::to_string).collect();
                    fields.push(pair("_from", ids.join(",")));
                    (format!("/new/{step}"), fields)
                }
            }
        }
        Act::PutRecord {
            register,
            key,
            fields,
            from,
        } => {
            let mut all: Fields = fields
                .iter()
                .map(|(name, text)| (format!("h.{name}"), text.clone()))
                .collect();
            all.extend(from.map(|day| pair("h._from_", day)));
            (format!("/admin/registers/{register}/change/{key}"), all)
        }
        Act::PutPerson { person } => {
            let flag = |yes: bool| if yes { "1" } else { "" };
            let mut fields = vec![
                pair("h.login", &person.login),
                pair("h.name", &person.name),
                pair("h.identity", &person.identity),
                pair("h.active", flag(person.active)),
                pair("h.administrator", flag(person.administrator)),
            ];
            fields.extend(grants(&person.grants));
            let known = crate::cast::people()
                .iter()
                .any(|known| known.login == person.login);
            let path = if known {
                format!("/admin/people/{}", person.login)
            } else {
                "/admin/new-person".to_owned()
            };
            (path, fields)
        }
        Act::Deputise { to, from, until } => {
            let fields = vec![pair("to", to), pair("from", from), pair("until", until)];
            ("/me/deputise".to_owned(), fields)
        }
        Act::Credential { login, .. } => (format!("/admin/people/{login}/password"), Vec::new()),
        other => on_slip(other),
    }
}

fn on_slip(act: &Act) -> (String, Fields) {
    let because = |reason: &str| vec![pair("reason", reason)];
    match act {
        Act::Return {
            slip,
            to,
            reason,
            seen,
        } => {
            let mut fields = because(reason);
            fields.push(pair("_seen", &seen.content));
            fields.extend(to.as_ref().map(|step| pair("step_to", step)));
            on(*slip, "return", fields)
        }
        Act::Withdraw { slip, reason } => on(*slip, "withdraw", because(reason)),
        Act::Void { slip, reason } => on(*slip, "void", because(reason)),
        Act::AskReversal { slip, reason } => on(*slip, "ask-reversal", because(reason)),
        Act::Reverse { slip, seen } => on(*slip, "reverse", vec![pair("_seen", &seen.content)]),
        Act::RefuseReversal { slip, reason } => on(*slip, "refuse-reversal", because(reason)),
        Act::HandOver {
            slip,
            step,
            to,
            reason,
        } => {
            let mut fields = because(reason);
            fields.push(pair("to", to));
            on(*slip, &format!("hand-over?step={step}"), fields)
        }
        Act::AddSigner {
            slip,
            step,
            signer,
            reason,
        } => {
            let mut fields = because(reason);
            fields.push(pair("signer", signer));
            on(*slip, &format!("add-signer?step={step}"), fields)
        }
        Act::Cosign {
            slip,
            step,
            opinion,
            seen,
        } => {
            let fields = vec![pair("text", opinion), pair("_seen", &seen.content)];
            on(*slip, &format!("cosign?step={step}"), fields)
        }
        Act::CopyTo { slip, to } => on(
            *slip,
            "copy-to",
            to.iter().map(|to| pair("to", to)).collect(),
        ),
        Act::Remind { slip, text } => on(*slip, "remind", vec![pair("text", text)]),
        Act::Comment { slip, text } => on(*slip, "comment", vec![pair("text", text)]),
        Act::Forbidden { subject, .. } => (
            format!("/slips/{subject}/state"),
            vec![pair("state", "done")],
        ),
        _ => ("/admin/commands".to_owned(), Vec::new()),
    }
}
