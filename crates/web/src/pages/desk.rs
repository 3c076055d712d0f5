//! What every page needs around its own content: who asks, in which language, what he may begin, what waits for him.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::header::{LOCATION, SET_COOKIE};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use engine::{Act, Command, Person, Refusal};
use kernel::{Day, Moment, OrgId};
use maud::Markup;
use model::Catalog;
use store::{Answer, Store};

use super::memory::Memory;
use super::words;
use crate::App;
use crate::auth::{Acting, Session};
use crate::error::Error;
use crate::layout::{Place, Shell, Toast, page};
use crate::parts::lang::{Lang, t};
use crate::parts::{Link, Tone};
use crate::text::{percent, unpercent};

/// The cookie that carries a message over one redirect.
const TOLD: &str = "told";
/// Longest message carried.
const TOLD_MAX: usize = 1_500;

/// The query of a page's address.
#[derive(Debug, Clone, Default)]
pub(crate) struct Asked(Vec<(String, String)>);

impl Asked {
    pub fn parse(query: &str) -> Asked {
        let pairs = query.split('&').filter(|pair| !pair.is_empty());
        Asked(
            pairs
                .filter_map(|pair| {
                    let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
                    Some((unpercent(name, true)?, unpercent(value, true)?))
                })
                .collect(),
        )
    }

    /// The first value of that name, trimmed; empty when there is none.
    pub fn text(&self, name: &str) -> &str {
        self.0
            .iter()
            .find(|(key, _)| key == name)
            .map_or("", |(_, value)| value.trim())
    }

    /// The first value of that name as it was sent.
    pub fn raw(&self, name: &str) -> &str {
        self.0
            .iter()
            .find(|(key, _)| key == name)
            .map_or("", |(_, value)| value)
    }

    /// The same, when it is not empty.
    pub fn some(&self, name: &str) -> Option<String> {
        Some(self.text(name))
            .filter(|text| !text.is_empty())
            .map(str::to_owned)
    }

    /// All pairs.
    pub fn pairs(&self) -> &[(String, String)] {
        &self.0
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Asked {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Asked, Self::Rejection> {
        Ok(Asked::parse(parts.uri.query().unwrap_or("")))
    }
}

/// An address of this server with a query; empty values are left out.
pub(crate) fn address(path: &str, query: &[(&str, &str)]) -> String {
    let mut out = path.to_owned();
    for (name, value) in query.iter().filter(|(_, value)| !value.is_empty()) {
        out.push(if out.contains('?') { '&' } else { '?' });
        out.push_str(&percent(name));
        out.push('=');
        out.push_str(&percent(value));
    }
    out
}

/// A request for a page by a person who is logged in.
#[derive(Debug, Clone)]
pub(crate) struct Desk {
    pub app: Arc<App>,
    pub session: Session,
    /// Path and query of the page.
    pub path: String,
    /// What the script asks for instead of the whole page.
    pub fragment: Option<String>,
    /// The kept settings of print of this workplace.
    pub print_profile: Option<String>,
    memory: Arc<Memory>,
    toast: Option<Toast>,
}

impl FromRequestParts<Arc<App>> for Desk {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Desk, Error> {
        let session = Session::from_request_parts(parts, app).await?;
        let memory = parts.extensions.get::<Arc<Memory>>().cloned();
        let fragment = parts.headers.get("x-fragment");
        let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
        Ok(Desk {
            app: app.clone(),
            session,
            path: if parts.method == axum::http::Method::GET {
                path.to_owned()
            } else {
                "/inbox".to_owned()
            },
            fragment: fragment
                .and_then(|value| value.to_str().ok())
                .map(str::to_owned),
            memory: memory.unwrap_or_default(),
            toast: crate::auth::cookie(&parts.headers, TOLD).and_then(read_toast),
            print_profile: crate::auth::cookie(&parts.headers, "print_profile").map(str::to_owned),
        })
    }
}

/// The content of a page.
#[derive(Debug)]
pub(crate) struct Content {
    pub status: StatusCode,
    pub title: String,
    pub body: Markup,
    /// Whether it is shown on a handheld, with nothing around it that is not needed there.
    pub hand: bool,
}

impl Content {
    /// A page that is as it was asked for.
    pub fn new(title: impl Into<String>, body: Markup) -> Content {
        Content {
            status: StatusCode::OK,
            title: title.into(),
            body,
            hand: false,
        }
    }

    /// The same content for a handheld, or not.
    pub fn by_hand(self, hand: bool) -> Content {
        Content { hand, ..self }
    }

    /// The same content under another status.
    pub fn with(self, status: StatusCode) -> Content {
        Content { status, ..self }
    }
}

impl Desk {
    /// The language of the page.
    pub fn lang(&self) -> Lang {
        self.session.lang
    }

    /// Reads what a page shows, and only that.
    pub async fn read<T: Send + 'static>(
        &self,
        make: impl FnOnce(&Reader<'_>) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let (memory, session) = (self.memory.clone(), self.session.clone());
        self.app
            .read(move |app| make(&Reader::new(app, &memory, &session)))
            .await
    }

    /// Makes a page and puts it into its shell.
    pub async fn show(
        self,
        here: Place,
        make: impl FnOnce(&Reader<'_>) -> Result<Content, Error> + Send + 'static,
    ) -> Result<Response, Error> {
        let (memory, session, path) =
            (self.memory.clone(), self.session.clone(), self.path.clone());
        let toast = self.toast.clone();
        let shown_once = toast.is_some();
        let mut response = self
            .app
            .read(move |app| {
                let reader = Reader::new(app, &memory, &session);
                let content = make(&reader)?;
                let shell = Shell {
                    hand: content.hand,
                    ..reader.shell(&session, here, content.title, path, toast)?
                };
                Ok::<_, Error>((content.status, page(&shell, content.body)).into_response())
            })
            .await?;
        if shown_once {
            response
                .headers_mut()
                .append(SET_COOKIE, told_cookie("", 0));
        }
        Ok(response)
    }

    /// Answers a script that asked for a part of the page.
    pub async fn show_part(
        self,
        make: impl FnOnce(&Reader<'_>) -> Result<Markup, Error> + Send + 'static,
    ) -> Result<Response, Error> {
        Ok(self.read(make).await?.into_response())
    }

    /// Does an act, for the person named or the one chosen in the session, and forgets what pages remembered.
    pub async fn act(
        &self,
        acting: &Acting,
        on_behalf_of: Option<Arc<str>>,
        key: &str,
        act: Act,
    ) -> Result<Answer, Error> {
        let answer = self
            .app
            .act_for(acting, on_behalf_of, key.into(), act)
            .await;
        self.memory.forget_counts();
        answer
    }

    /// Forgets what pages remember, after something was changed that is told by no event.
    pub fn forget(&self) {
        self.memory.forget_all();
    }
}

/// 303 to a page of this server, with a message shown there once.
pub(crate) fn go(path: &str, toast: Option<&Toast>) -> Response {
    let location = HeaderValue::from_str(path).unwrap_or(HeaderValue::from_static("/inbox"));
    let mut response = (StatusCode::SEE_OTHER, [(LOCATION, location)]).into_response();
    if let Some(toast) = toast {
        response
            .headers_mut()
            .append(SET_COOKIE, told_cookie(&written_toast(toast), 60));
    }
    response
}

/// A message that something was done.
pub(crate) fn done(text: impl Into<String>) -> Toast {
    Toast {
        tone: Tone::Done,
        text: text.into(),
        link: None,
    }
}

fn told_cookie(value: &str, seconds: u32) -> HeaderValue {
    let text = format!("{TOLD}={value}; Path=/; Max-Age={seconds}; SameSite=Lax; HttpOnly");
    // The value is percent-encoded, so this is always a header.
    HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static(""))
}

/// Tone, text, label and address, each percent-encoded; a message is only ever shown as text.
fn written_toast(toast: &Toast) -> String {
    let text: String = toast.text.chars().take(200).collect();
    let link = toast.link.clone().unwrap_or_default();
    let parts = [toast.tone.class(), &text, &link.label, &link.url];
    let written: Vec<String> = parts.iter().map(|part| percent(part)).collect();
    written.join("/")
}

fn read_toast(value: &str) -> Option<Toast> {
    if value.len() > TOLD_MAX * 3 {
        return None;
    }
    let parts: Vec<String> = value
        .split('/')
        .map(|part| unpercent(part, false))
        .collect::<Option<_>>()?;
    let [tone, text, label, url] = parts.try_into().ok()?;
    if text.is_empty() {
        return None;
    }
    Some(Toast {
        tone: if tone == Tone::Done.class() {
            Tone::Done
        } else {
            Tone::Held
        },
        text,
        link: (url.starts_with('/') && !url.starts_with("//")).then_some(Link { label, url }),
    })
}

/// What a page reads with, on a thread that may block.
pub(crate) struct Reader<'a> {
    pub store: &'a Store,
    pub org: OrgId,
    pub now: Moment,
    pub today: Day,
    pub lang: Lang,
    pub me: Arc<Person>,
    /// Login of the person for whom he has chosen to act.
    pub principal: Option<Arc<str>>,
    pub memory: &'a Memory,
    pub app: &'a App,
}

impl<'a> Reader<'a> {
    fn new(app: &'a App, memory: &'a Memory, session: &Session) -> Reader<'a> {
        memory.follow(app.store());
        Reader {
            store: app.store(),
            org: app.org(),
            now: app.now(),
            today: app.today(),
            lang: session.lang,
            me: session.person.clone(),
            principal: session.on_behalf_of.clone(),
            memory,
            app,
        }
    }

    /// The packs. Take it after reading a slip, so that the slip's version is in it.
    pub fn catalog(&self) -> Arc<Catalog> {
        self.store.catalog()
    }

    /// The text of the pair that the page is in.
    pub fn t<'t>(&self, zh: &'t str, en: &'t str) -> &'t str {
        t(self.lang, zh, en)
    }

    /// A refusal's sentence.
    pub fn sentence<'r>(&self, refusal: &'r Refusal) -> &'r str {
        t(self.lang, &refusal.zh, &refusal.en)
    }

    /// The name of the person of a login.
    pub fn person(&self, login: &str) -> Result<String, Error> {
        let people = self.memory.people(self)?;
        Ok(match people.get(login) {
            Some(person) => person.name.to_string(),
            None if login == engine::SYSTEM => self.t("系统", "System").to_owned(),
            None => login.to_owned(),
        })
    }

    /// A command of this person as it would be submitted now, for questions to the engine.
    pub fn command(&self, on_behalf_of: Option<Arc<str>>, act: Act) -> Command {
        Command {
            org: self.org,
            key: "?".into(),
            at: self.now,
            actor: self.me.login.clone(),
            on_behalf_of,
            act,
        }
    }

    /// Those who have named this person their deputy for today.
    pub fn lenders(&self) -> Result<Vec<Arc<Person>>, Error> {
        let people = self.memory.people(self)?;
        let mut lenders: Vec<Arc<Person>> = people
            .values()
            .filter(|person| person.active && person.deputised_to(&self.me.login, self.today))
            .cloned()
            .collect();
        lenders.sort_by(|a, b| a.login.cmp(&b.login));
        Ok(lenders)
    }

    /// In whose name this person may act: himself and those who lend him their roles; only the chosen one, if he chose.
    pub fn principals(&self) -> Result<Vec<Option<Arc<str>>>, Error> {
        if self.principal.is_some() {
            return Ok(vec![self.principal.clone()]);
        }
        let lenders = self.lenders()?;
        Ok(std::iter::once(None)
            .chain(lenders.iter().map(|lender| Some(lender.login.clone())))
            .collect())
    }

    /// The value of `for` in an address under which something is done for this person, or for oneself. It is left out
    /// where the session says the same.
    pub fn for_query<'f>(&'f self, on_behalf_of: Option<&'f str>) -> &'f str {
        match on_behalf_of {
            login if login == self.principal.as_deref() => "",
            Some(login) => login,
            None => &self.me.login,
        }
    }

    /// For whom an address says that something is done: as `for` says, else as chosen in the session.
    pub fn asked_for(&self, asked: &str) -> Option<Arc<str>> {
        match asked {
            "" => self.principal.clone(),
            own if *own == *self.me.login => None,
            login => Some(login.into()),
        }
    }

    /// The person whose roles count for what is begun from the menu.
    pub fn holder(&self) -> Result<Arc<Person>, Error> {
        let Some(login) = &self.principal else {
            return Ok(self.me.clone());
        };
        let people = self.memory.people(self)?;
        Ok(people.get(login).unwrap_or(&self.me).clone())
    }

    /// The steps that this person may begin without an earlier slip.
    pub fn begins(&self) -> Result<Vec<Link>, Error> {
        let holder = self.holder()?;
        let catalog = self.catalog();
        let mut links = Vec::new();
        for pack in catalog.packs() {
            for flow in &pack.flows {
                let own = flow.steps.iter().filter(|step| {
                    step.begins
                        && flow
                            .slips
                            .get(step.slip)
                            .is_some_and(|slip| slip.from.is_empty())
                });
                for step in own.filter(|step| words::may(pack, step, &holder, self.today)) {
                    links.push(Link::new(
                        words::label(self.lang, &flow.slips[step.slip].label),
                        format!("/new/{}", step.qualified),
                    ));
                }
            }
        }
        Ok(links)
    }

    fn shell(
        &self,
        session: &Session,
        here: Place,
        title: String,
        path: String,
        toast: Option<Toast>,
    ) -> Result<Shell, Error> {
        let company = &self.app.settings().company;
        let acting_for = match &self.principal {
            Some(login) => Some(self.person(login)?),
            None => None,
        };
        Ok(Shell {
            lang: self.lang,
            theme: session.theme,
            title,
            here,
            person: self.me.name.to_string(),
            roles: words::roles_of(&self.catalog(), self.lang, &self.me, self.today),
            organisation: words::label(self.lang, company).to_owned(),
            waiting: u32::try_from(self.memory.counts(self)?.items).unwrap_or(0),
            unread: u32::try_from(self.store.unread_notices(self.org, &self.me.login)?)
                .unwrap_or(0),
            admin: self.me.administrator,
            csrf: session.csrf(),
            begin: self.begins()?,
            toasts: toast.into_iter().collect(),
            hand: false,
            path,
            acting_for,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_survives_the_redirect_and_leads_nowhere_else() {
        let toast = Toast {
            tone: Tone::Done,
            text: "已签字：订单 / 50%".into(),
            link: Some(Link::new("CG-1", "/slips/1")),
        };
        let back = read_toast(&written_toast(&toast)).unwrap();
        assert_eq!(
            (back.tone, back.text, back.link),
            (toast.tone, toast.text, toast.link)
        );
        for evil in [
            "done/x/y/https%3A%2F%2Fevil.example",
            "done/x/y/%2F%2Fevil.example",
        ] {
            assert_eq!(read_toast(evil).unwrap().link, None);
        }
        assert!(read_toast("").is_none() && read_toast("a/b").is_none());
    }

    #[test]
    fn addresses_keep_what_stands_in_them_apart() {
        let made = address("/slips", &[("text", "a&b=王"), ("kind", "")]);
        assert_eq!(made, "/slips?text=a%26b%3D%E7%8E%8B");
        let asked = Asked::parse("text=a%26b%3D%E7%8E%8B&text=2&x");
        assert_eq!(asked.text("text"), "a&b=王");
        assert_eq!(asked.some("x"), None);
        assert_eq!(Asked::parse("a=%ff&b=1").text("b"), "1");
    }
}
