//! The pages: HTML routes over [`App`], all made from the declarations of the packs.
//!
//! A page that only reads takes a `Desk`, which is a [`crate::auth::Session`] with what a page needs around its content,
//! and makes its content on a thread that may block, out of one `Reader`. One that changes something takes
//! [`crate::auth::Posted`] too, which has checked the form's `_csrf`; it answers with a redirect, or with the same form,
//! everything typed and every refusal beside its input. An error that a page does not show itself is shown by the guard
//! around all routes. The log-in page, `/logout`, `/language`, `/password` and `/behalf` are in [`crate::auth`].

mod acts;
mod admin;
mod asks;
mod assets;
mod batch;
mod begin;
mod changing;
pub(crate) mod check;
mod columns;
mod compare;
mod condition;
mod desk;
mod drafts;
mod entries;
mod files;
mod fill;
mod finder;
mod flow_charts;
mod flow_work;
mod flows;
pub(crate) mod for_api;
mod form;
mod form_fields;
mod granting;
mod handheld;
mod heads;
mod help;
mod help_slip;
mod history;
mod home;
mod import;
mod import_judged;
mod inbox;
mod inbox_why;
mod inspection;
mod journal;
mod journal_file;
mod judged;
mod ledger;
mod ledgers;
mod line_cells;
mod line_file;
mod list_files;
mod list_sums;
mod list_views;
mod listing;
mod lookup;
mod me;
mod memory;
mod notices;
mod outgoing;
mod packs;
mod parameters;
mod people;
mod person_form;
mod prefill;
mod print;
mod print_admin;
mod print_choices;
mod print_seals;
mod record_form;
mod record_versions;
mod register_file;
mod registers;
mod scan;
mod scan_codes;
mod scopes;
mod script;
mod search;
mod sent_files;
mod separation;
mod series;
mod sign_in;
mod slip;
mod slip_codes;
pub(crate) mod slips;
mod staffing;
mod statement;
mod steps;
mod typed;
mod validity;
mod values;
mod versions;
mod who;
pub(crate) mod words;
mod worklists;

use std::sync::Arc;

pub(crate) use outgoing::hooks::{new_secret as webhook_secret, wrongs as webhook_wrongs};
pub(crate) use people::not_administrator;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use engine::Refusal;

use crate::App;
use crate::auth::FILE_MAX;
use crate::parts::form::Refused;
use crate::parts::lang::{Lang, t};

/// What a multipart request adds to the file in it.
const AROUND_FILE: usize = 64 << 10;

/// All pages, to be merged into the server's routes.
pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .merge(work())
        .merge(slip_routes())
        .merge(enquiries())
        .merge(administration())
        .layer(axum::Extension(Arc::new(memory::Memory::default())))
        .route("/assets/{file}", get(assets::show))
}

/// What waits, lists, beginning something.
fn work() -> Router<Arc<App>> {
    Router::new()
        .route("/", get(home::show))
        .route("/inbox", get(inbox::show))
        .route("/inbox/mine", get(worklists::mine))
        .route("/inbox/done", get(worklists::signed))
        .route("/inbox/watched", get(worklists::watched))
        .route("/inbox/drafts", get(worklists::drafts))
        .route("/inbox/batch", post(batch::ask))
        .route("/inbox/sign", post(batch::sign))
        .route("/slips", get(slips::show))
        .route("/slips/sums", get(list_sums::show))
        .route("/slips/export", post(list_files::export))
        .route("/slips/print", post(list_files::print))
        .route("/slips/views", post(list_views::post))
        .route("/slips/views/{id}/remove", post(list_views::post_remove))
        .route("/find", get(search::find))
        .route("/search", get(search::show))
        .route("/lookup/{register}", get(lookup::show))
        .route("/new", get(begin::show))
        .route("/new/{step}", get(fill::show_new).post(fill::post_new))
        .route("/drafts", post(drafts::autosave))
        .route("/computed", post(prefill::computed))
        .route("/scan/{step}", get(scan::show))
        .route(
            "/lines/{step}",
            post(line_file::read).layer(DefaultBodyLimit::max(FILE_MAX + AROUND_FILE)),
        )
        .route("/handheld", get(handheld::show))
        .route(
            "/handheld/new/{step}",
            get(handheld::show_new).post(handheld::post_new),
        )
        .route(
            "/handheld/slips/{id}/sign/{step}",
            get(handheld::show_sign).post(handheld::post_sign),
        )
        .route("/help", get(help::show))
        .route("/help/{kind}", get(help_slip::one))
        .route("/notices", get(notices::show))
        .route("/notices/read", post(notices::post_read))
        .route(
            "/me/notices",
            get(notices::preferences).post(notices::post_preferences),
        )
        .route("/me/notices/code", post(notices::post_code))
        .route("/me/notices/prove", post(notices::post_prove))
        .route("/me", get(me::show))
        .route("/me/deputise", post(me::deputise))
        .route("/me/revoke", post(me::revoke))
        .route("/me/sign-in", get(sign_in::show).post(sign_in::post))
        .route("/me/tokens", post(me::issue))
}

/// One slip.
fn slip_routes() -> Router<Arc<App>> {
    let files = post(files::attach).layer(DefaultBodyLimit::max(FILE_MAX + AROUND_FILE));
    Router::new()
        .route("/slips/{id}", get(slip::show))
        .route(
            "/slips/{id}/sign/{step}",
            get(fill::show_sign).post(fill::post_sign),
        )
        .route("/slips/{id}/act/{act}", get(acts::show).post(acts::act))
        .route("/slips/{id}/codes", get(slip_codes::show))
        .route("/slips/{id}/codes/export", post(slip_codes::export))
        .route("/slips/{id}/watch", post(worklists::post_watch))
        .route("/slips/{id}/versions", get(versions::show))
        .route("/slips/{id}/attach", files)
        .route("/slips/{id}/files/{hash}/{name}", get(files::download))
        .route("/slips/{id}/print", get(print::preview).post(print::post))
        .route("/slips/{id}/print/keep", post(print_choices::keep))
        .route("/slips/{id}/print/page/{nth}", get(print::picture))
        .route("/slips/{id}/prints/{file}", get(print::printed))
        .route("/print/calibration.pdf", get(print::calibration))
        .route("/check", get(check::show))
        .route("/check/key", get(check::key))
        .route("/slips/{id}/print.pdf", get(print::pdf))
}

/// Ledgers, registers, flows.
fn enquiries() -> Router<Arc<App>> {
    Router::new()
        .route("/ledgers", get(ledgers::list))
        .route("/ledgers/{ledger}", get(ledger::tree::show))
        .route("/ledgers/{ledger}/compare", get(ledger::compare::show))
        .route("/ledgers/{ledger}/pivot", get(ledger::pivot::show))
        .route("/ledgers/{ledger}/charts", get(ledger::charts::show))
        .route("/ledgers/{ledger}/trace", get(ledger::trace::show))
        .route("/ledgers/{ledger}/expiry", get(ledger::expiry::show))
        .route("/ledgers/{ledger}/export", post(ledger::files::export))
        .route("/slips/{id}/entries/{seq}", get(ledger::entry::show))
        .route("/ledgers/{ledger}/statement", get(statement::show))
        .route("/registers", get(registers::all))
        .route(
            "/registers/{register}",
            get(registers::show).post(register_file::export),
        )
        .route("/registers/{register}/{key}", get(registers::one))
        .route(
            "/registers/{register}/{key}/versions",
            get(record_versions::show),
        )
        .route("/flows", get(flows::all))
        .route("/flows/{flow}", get(flows::one))
        .route("/flows/{flow}/work", get(flow_work::show))
        .route("/flows/{flow}/bpmn", get(flows::bpmn))
}

/// What administrators do.
fn administration() -> Router<Arc<App>> {
    Router::new()
        .merge(outgoing::routes())
        .route("/admin", get(admin::show))
        .route("/admin/separation", get(separation::show))
        .route("/admin/staffing", get(staffing::show))
        .route("/admin/scopes", get(scopes::show))
        .route("/admin/packs", get(packs::all))
        .route("/admin/packs/{name}/{version}", get(packs::one))
        .route("/admin/parameters", get(parameters::all))
        .route("/admin/parameters/{parameter}", get(parameters::one))
        .route("/admin/series", get(series::all))
        .route("/admin/series/{kind}", get(series::one))
        .route("/admin/people", get(people::all))
        .route(
            "/admin/new-person",
            get(person_form::add).post(person_form::post_add),
        )
        .route(
            "/admin/people/{login}",
            get(person_form::one).post(person_form::post_one),
        )
        .route(
            "/admin/people/{login}/password",
            get(people::ask_password).post(people::post_password),
        )
        .route(
            "/admin/people/{login}/sign-in",
            get(sign_in::show_of).post(sign_in::post_of),
        )
        .route("/admin/print", get(print_admin::all))
        .route(
            "/admin/print/form",
            get(print_admin::form).post(print_admin::post),
        )
        .route("/admin/print/seals", post(print_seals::post))
        .route("/admin/print/seals/{name}/drop", post(print_seals::drop))
        .route(
            "/admin/print/seals/{name}/{hash}",
            get(print_seals::picture),
        )
        .route(
            import::HERE,
            get(import::show)
                .post(import::bring)
                .layer(DefaultBodyLimit::max(FILE_MAX + AROUND_FILE)),
        )
        .route(
            "/admin/import/{id}",
            get(import::one).post(import::post_one),
        )
        .route(
            "/admin/inspection",
            get(inspection::show).post(inspection::take),
        )
        .route("/admin/journal", get(journal::show))
        .route("/admin/journal/{seq}", get(journal::one))
        .route("/admin/journal/export", post(journal_file::export))
        .route(
            "/admin/registers/{register}/new",
            get(record_form::add).post(record_form::post_add),
        )
        .route(
            "/admin/registers/{register}/change/{key}",
            get(record_form::change).post(record_form::post_change),
        )
}

/// A refusal and those beside it, as forms and error pages show them.
pub fn refused(lang: Lang, refusal: &Refusal) -> Vec<Refused> {
    let one = |refusal: &Refusal| Refused {
        code: refusal.code.clone(),
        sentence: t(lang, &refusal.zh, &refusal.en).to_owned(),
        // There is no form around it: nothing to lead to.
        input: None,
    };
    std::iter::once(refusal)
        .chain(&refusal.more)
        .map(one)
        .collect()
}
