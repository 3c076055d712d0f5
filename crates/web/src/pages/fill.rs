//! Filling in and signing: `/new/{step}` and `/slips/{id}/sign/{step}`.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use engine::{Act, Class, Refusal, Seen};
use kernel::SlipId;
use maud::Markup;

use super::desk::{Asked, Content, Desk, Reader, address, done, go};
use super::form::{Back, Mode, Target, form, ground};
use super::typed::Typed;
use super::{begin, changing, drafts, handheld, heads, line_file, prefill, values, words};
use crate::auth::{Acting, Address, Fields, Posted, confirm_password};
use crate::error::{Error, status_of};
use crate::layout::{Place, Toast};
use crate::parts::dialog::{Ask, panel};
use crate::parts::fault;
use crate::parts::field::{Entry, Field, Kind};
use crate::parts::form::form as form_part;
use crate::parts::lang::{Lang, t};
use crate::parts::{Link, Tone};

/// A new slip, or the choice of what it is to come from.
pub(crate) async fn show_new(
    desk: Desk,
    Path(step): Path<String>,
    asked: Asked,
) -> Result<Response, Error> {
    let mut sources: Vec<SlipId> = Vec::new();
    for (_, value) in asked.pairs().iter().filter(|(name, _)| name == "from") {
        sources.extend(drafts::ids(value));
    }
    show(desk, step, None, sources, asked, false).await
}

/// A later step, or a slip that was returned to its first.
pub(crate) async fn show_sign(
    desk: Desk,
    Path((id, step)): Path<(i64, String)>,
    asked: Asked,
) -> Result<Response, Error> {
    show(desk, step, Some(SlipId(id)), Vec::new(), asked, false).await
}

/// The form of a step; on a handheld it goes on with what was begun on one.
pub(super) async fn show(
    desk: Desk,
    step: String,
    slip: Option<SlipId>,
    sources: Vec<SlipId>,
    asked: Asked,
    hand: bool,
) -> Result<Response, Error> {
    let csrf = desk.session.csrf();
    desk.show(Place::Slips, move |reader| {
        let mut target = Target {
            step,
            slip,
            sources,
            on_behalf_of: reader.asked_for(asked.text("for")),
            hand,
        };
        let mut back = Back::default();
        let begun = match asked.some("draft") {
            Some(id) => Some(id),
            None if hand => drafts::begun_by_hand(reader, &target)?,
            None => None,
        };
        if let Some(id) = begun
            && let Some(draft) = reader.store.draft(reader.org, &reader.me.login, &id)?
            && draft.step == target.step
            && draft.slip == target.slip
        {
            let pairs = drafts::pairs(&draft);
            let inputs = pairs
                .iter()
                .map(|(name, text)| (name.as_str(), text.as_str()));
            back.typed = Some(Typed::read(inputs));
            back.key = pairs.get("_key").cloned().unwrap_or_default();
            back.files = pairs.get("_files").cloned().unwrap_or_default();
            back.version = drafts::version(&draft);
            back.saved_at = Some(values::when(reader, draft.updated));
            back.draft = draft.id;
            target.sources = draft.sources;
        }
        let copied = asked.text("copy").parse().ok().map(SlipId);
        if let Some(id) = copied.filter(|_| target.slip.is_none() && back.typed.is_none()) {
            back.typed = Some(prefill::copy(reader, &target, id)?);
        }
        if target.slip.is_none() && back.typed.is_none() {
            back.typed = changing::prefilled(reader, &target, &asked);
        }
        if target.slip.is_none()
            && target.sources.is_empty()
            && begin::needs_source(reader, &target.step)
        {
            return begin::choose_source(reader, &target.step);
        }
        page(reader, &target, &back, &csrf)
    })
    .await
}

/// The form as a page, or why this person cannot have it.
fn page(reader: &Reader<'_>, target: &Target, back: &Back, csrf: &str) -> Result<Content, Error> {
    let status = back.refusal.as_ref().map_or(StatusCode::OK, status_of);
    let ground = match ground(reader, target)? {
        Ok(ground) => ground,
        Err(refusal) => return Ok(not_this(reader, target, &refusal)),
    };
    match form(reader, target, &ground, back, csrf)? {
        Ok(made) if target.hand => Ok(handheld::page(reader, &target.step, &made).with(status)),
        Ok(made) => {
            Ok(Content::new(made.title.clone(), form_part(reader.lang, &made)).with(status))
        }
        Err(refusal) => Ok(not_this(reader, target, &refusal)),
    }
}

/// A refusal that no form can be shown for.
fn not_this(reader: &Reader<'_>, target: &Target, refusal: &Refusal) -> Content {
    let about = target.slip.or(target.sources.first().copied());
    let back = match about {
        _ if target.hand => Link::new(reader.t("继续扫描", "Scan on"), "/handheld"),
        Some(id) => Link::new(reader.t("回到单据", "Back to the slip"), heads::url(id)),
        None => Link::new(reader.t("回到待办", "Back to the inbox"), "/inbox"),
    };
    let refused = super::refused(reader.lang, refusal);
    Content::new(
        reader.t("不能办理", "Not possible"),
        fault::refusal(reader.lang, &refused, &back),
    )
    .with(status_of(refusal))
    .by_hand(target.hand)
}

pub(crate) async fn post_new(
    desk: Desk,
    Path(step): Path<String>,
    from: Address,
    posted: Posted,
) -> Result<Response, Error> {
    let sources = drafts::ids(posted.fields.text("_from"));
    post(desk, step, None, sources, from, posted, false).await
}

pub(crate) async fn post_sign(
    desk: Desk,
    Path((id, step)): Path<(i64, String)>,
    asked: Asked,
    from: Address,
    posted: Posted,
) -> Result<Response, Error> {
    let _ = asked;
    post(
        desk,
        step,
        Some(SlipId(id)),
        Vec::new(),
        from,
        posted,
        false,
    )
    .await
}

pub(super) async fn post(
    desk: Desk,
    step: String,
    slip: Option<SlipId>,
    sources: Vec<SlipId>,
    from: Address,
    posted: Posted,
    hand: bool,
) -> Result<Response, Error> {
    let Posted { acting, fields } = posted;
    let behalf = fields.text("_for");
    let target = Target {
        step,
        slip,
        sources,
        on_behalf_of: match behalf {
            "" => desk.session.on_behalf_of.clone(),
            own if *own == *desk.session.person.login => None,
            login => Some(login.into()),
        },
        hand,
    };
    let mut typed = Typed::read(fields.iter());
    match fields.text("_do") {
        "discard" => {
            drafts::drop(&desk.app, &acting.person.login, fields.text("_draft")).await?;
            let said = t(desk.lang(), "草稿已删除", "Draft discarded");
            let list = if hand { "/handheld" } else { "/inbox/drafts" };
            Ok(go(list, Some(&done(said))))
        }
        "save" => save(&desk, &acting, &target, &fields).await,
        "sign" | "" => sign(desk, acting, from, target, typed, fields).await,
        "propose" => {
            let asked = target.clone();
            let read = desk.clone();
            let mut typed = typed;
            let refusal = read.read(move |reader| {
                let refusal = prefill::propose(reader, &asked, &mut typed)?;
                Ok((typed, refusal))
            });
            let (typed, refusal) = refusal.await?;
            again(desk, target, typed, refusal, &fields).await
        }
        other => {
            change_lines(other, &mut typed);
            again(desk, target, typed, None, &fields).await
        }
    }
}

/// What the buttons beside lines do where no script runs.
fn change_lines(what: &str, typed: &mut Typed) {
    let at = |number: &str| {
        let at = number.parse::<usize>().ok()?.checked_sub(1)?;
        (at < typed.lines.len()).then_some(at)
    };
    if let Some(at) = what.strip_prefix("copy.").and_then(at) {
        let twin = typed.lines[at].clone();
        typed.lines.insert(at + 1, twin);
    } else if let Some(at) = what.strip_prefix("remove.").and_then(at) {
        typed.lines.remove(at);
    }
}

async fn save(
    desk: &Desk,
    acting: &Acting,
    target: &Target,
    fields: &Fields,
) -> Result<Response, Error> {
    let of = drafts::Of {
        step: target.step.clone(),
        slip: target.slip,
        sources: target.sources.clone(),
    };
    if words::step(&desk.app.catalog(), None, &of.step).is_none() {
        return Err(Error::NotFound);
    }
    let inputs = fields
        .iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
    let draft = match drafts::keep(&desk.app, &acting.person.login, of, inputs).await {
        Ok(draft) => draft,
        Err(error) => match error.refusal() {
            // What is in this window becomes a draft of its own when it is saved once more.
            Some(refusal) if refusal.code == "draft_elsewhere" => {
                let typed = Typed::read(fields.iter());
                return again(desk.clone(), target.clone(), typed, Some(refusal), fields).await;
            }
            _ => return Err(error),
        },
    };
    let said = t(desk.lang(), "草稿已保存", "Draft saved");
    Ok(go(&drafts::url(&draft), Some(&done(said))))
}

/// The digests of what was shown, `slip:digest` each.
fn seen(text: &str) -> Vec<Seen> {
    text.split(',')
        .filter_map(|part| {
            let (slip, content) = part.split_once(':')?;
            Some(Seen {
                slip: SlipId(slip.trim().parse().ok()?),
                content: content.trim().into(),
            })
        })
        .collect()
}

/// Form again, with everything typed and what was wrong with it.
async fn again(
    desk: Desk,
    target: Target,
    typed: Typed,
    refusal: Option<Refusal>,
    fields: &Fields,
) -> Result<Response, Error> {
    let csrf = desk.session.csrf();
    // Another window has saved or signed the same draft: whoever goes on from here does so under a key of its own.
    let apart = refusal
        .as_ref()
        .is_some_and(|refusal| matches!(&*refusal.code, "key_reused" | "draft_elsewhere"));
    let refusal = refusal.map(|refusal| match &*refusal.code {
        "key_reused" => Refusal {
            zh: "这张草稿已在另一个窗口签字；确要再开一张，请核对后再签".into(),
            en:
                "this draft was signed in another window; sign again only if a second slip is meant"
                    .into(),
            ..refusal
        },
        _ => refusal,
    });
    let kept = |name: &str| match apart {
        true => String::new(),
        false => fields.text(name).to_owned(),
    };
    let back = Back {
        typed: Some(typed),
        key: kept("_key"),
        draft: kept("_draft"),
        version: kept("_version"),
        files: fields.text("_files").to_owned(),
        saved_at: None,
        refusal,
    };
    desk.show(Place::Slips, move |reader| {
        page(reader, &target, &back, &csrf)
    })
    .await
}

async fn sign(
    desk: Desk,
    acting: Acting,
    from: Address,
    target: Target,
    mut typed: Typed,
    fields: Fields,
) -> Result<Response, Error> {
    if let Some(password) = fields.get("password") {
        let confirmed = confirm_password(&desk.app, &acting, from.0, password.to_owned()).await;
        if let Err(error) = confirmed {
            return match error.refusal() {
                Some(refusal) => ask_password(desk, &target, &fields, Some(&refusal)).await,
                None => Err(error),
            };
        }
    }
    let asked = target.clone();
    let ground = desk.read(move |reader| ground(reader, &asked)).await?;
    let ground = match ground {
        Ok(ground) => ground,
        // The engine says it again and leaves it in the journal: an attempt is an attempt.
        Err(_) => return attempt(desk, acting, target, &fields).await,
    };
    let Some((_, _, step, declared)) = ground.declared(&target.step) else {
        return Err(Error::NotFound);
    };
    let input = match ground.mode {
        Mode::Whole => {
            let own = declared.lines.as_deref().unwrap_or_default();
            if ground.drawn(declared) && typed.lines.is_empty() && !own.is_empty() {
                let refusal = Refusal::new(
                    Class::Field,
                    "lines",
                    "至少须保留一行明细",
                    "keep at least one line",
                );
                return again(desk, target, typed, Some(refusal), &fields).await;
            }
            if ground.drawn(declared) {
                typed.leave_out_untouched(own);
            }
            typed.input(declared)
        }
        Mode::Later => typed.input_of(declared, &step.enters, &step.enters_line),
    };
    let label = step.label.clone();
    let act = Act::Step {
        step: step.qualified.clone(),
        slip: target.slip,
        sources: target.sources.clone(),
        seen: seen(fields.text("_seen")),
        input,
    };
    let key = fields.text("_key").to_owned();
    match desk
        .act(&acting, target.on_behalf_of.clone(), &key, act)
        .await
    {
        Ok(answer) => {
            drafts::drop(&desk.app, &acting.person.login, fields.text("_draft")).await?;
            let reply = answer.outcome.unwrap_or_default();
            let mut left = Vec::new();
            if let Some(slip) = reply.slip.or(target.slip) {
                let files = fields.text("_files");
                left = line_file::attach(&desk, &acting, files, &key, slip).await?;
            }
            Ok(signed(&desk, &label, reply, &target, &key, &left))
        }
        Err(error) => match error.refusal() {
            Some(refusal) if refusal.code == "confirm" => {
                ask_password(desk, &target, &fields, None).await
            }
            Some(refusal) => again(desk, target, typed, Some(refusal), &fields).await,
            None => Err(error),
        },
    }
}

/// Lets the engine refuse what this person may not sign, so that the attempt stands in the journal.
async fn attempt(
    desk: Desk,
    acting: Acting,
    target: Target,
    fields: &Fields,
) -> Result<Response, Error> {
    let act = Act::Step {
        step: target.step.as_str().into(),
        slip: target.slip,
        sources: target.sources.clone(),
        seen: seen(fields.text("_seen")),
        input: engine::Input::default(),
    };
    let behalf = target.on_behalf_of.clone();
    match desk.act(&acting, behalf, fields.text("_key"), act).await {
        // What the form stood on was signed meanwhile by this very form: a repeated key is answered as the first was.
        Ok(answer) => {
            let label = model::Label::default();
            let reply = answer.outcome.unwrap_or_default();
            let key = fields.text("_key");
            Ok(signed(&desk, &label, reply, &target, key, &[]))
        }
        Err(error) => match error.refusal() {
            Some(refusal) => {
                desk.show(Place::Slips, move |reader| {
                    Ok(not_this(reader, &target, &refusal))
                })
                .await
            }
            None => Err(error),
        },
    }
}

fn signed(
    desk: &Desk,
    label: &model::Label,
    reply: engine::Reply,
    target: &Target,
    key: &str,
    left: &[String],
) -> Response {
    let lang = desk.lang();
    let number = reply.number.unwrap_or_default();
    let step = words::label(lang, label);
    let said = match lang {
        Lang::Zh => format!("已签字：{step} {number}"),
        Lang::En => format!("Signed: {step} {number}"),
    };
    let names = left.join(t(lang, "、", ", "));
    let (tone, text) = match (left.is_empty(), lang) {
        (true, _) => (Tone::Done, said),
        (false, Lang::Zh) => (Tone::Held, format!("{said}；没有附上：{names}")),
        (false, Lang::En) => (Tone::Held, format!("{said}; not attached: {names}")),
    };
    let toast = Toast {
        tone,
        text,
        link: (!target.hand).then(|| Link::new(t(lang, "下一件待办", "Next task"), "/inbox")),
    };
    let page = match reply.slip.or(target.slip) {
        // The handheld forgets what it kept of this form.
        _ if target.hand => address("/handheld", &[("signed", key)]),
        Some(id) => heads::url(id),
        None => "/inbox".to_owned(),
    };
    go(&page, Some(&toast))
}

/// Asks for the password again; everything typed goes along unseen.
async fn ask_password(
    desk: Desk,
    target: &Target,
    fields: &Fields,
    refusal: Option<&Refusal>,
) -> Result<Response, Error> {
    let mut hidden: Vec<(String, String)> = fields
        .iter()
        .filter(|(name, _)| *name != "password" && *name != "_do")
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    hidden.push(("_do".to_owned(), "sign".to_owned()));
    let (url, hand) = (target.url(), target.hand);
    let (step, refusal) = (target.step.clone(), refusal.cloned());
    let back = if hand { "/handheld" } else { "/inbox" };
    let own = crate::auth::sign_in::factors(&desk.app, &desk.session.person.login).await?;
    let passkey = own.iter().any(|factor| factor.kind == "passkey");
    desk.show(Place::Slips, move |reader| {
        let catalog = reader.catalog();
        let field = Field {
            need: true,
            ..Field::new("password", reader.t("密码", "Password"), Kind::Secret)
        };
        let entry = Entry {
            refusal: refusal
                .as_ref()
                .map(|refusal| reader.sentence(refusal).to_owned()),
            ..Entry::default()
        };
        let title = words::step_name(&catalog, reader.lang, None, &step);
        let made = Ask {
            id: "password".to_owned(),
            title: title.clone(),
            text: reader
                .t(
                    "此环节签字前须再次输入您的密码。",
                    "This step asks for your password again before it is signed.",
                )
                .to_owned(),
            fields: vec![(field, entry)],
            confirm: reader.t("签字", "Sign").to_owned(),
            url,
            hidden,
            passkey,
            ..Ask::default()
        };
        let body: Markup = panel(reader.lang, &made, back);
        Ok(Content::new(title, body)
            .with(StatusCode::FORBIDDEN)
            .by_hand(hand))
    })
    .await
}
