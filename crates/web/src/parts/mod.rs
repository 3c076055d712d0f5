//! The parts that pages are made of: pure functions from plain structs of strings to HTML.
//!
//! Nothing here knows the engine or the store. Amounts, dates and names arrive as the text to show, in the language
//! to show; addresses arrive whole.
//!
//! What the scripts read from the page, and nothing else (every page works without them):
//!
//! | attribute | on | meaning |
//! |---|---|---|
//! | `data-say`, `data-csrf`, `data-events` | `body` | texts of the scripts, token sent as `X-CSRF`, address of the event stream |
//! | `data-count="inbox"` | any | shows the number in the event `inbox`, whose data is `{"inbox": 7}` |
//! | `data-live="inbox"`, `data-live="flow"` | any | fetched anew from the page's own address with `X-Fragment` of that name on that event |
//! | `data-key` | row of the inbox | identity by which focus is kept over that |
//! | `data-rows`, `data-level`, `.twist` | table, row, button | J K walk, X or Space selects, Shift and an arrow more of them; rows of deeper level fold |
//! | `data-batch`, `data-all`, `data-chosen`, `data-batch-go` | form, box, text, button | signing several at once |
//! | `data-dialog="id"`, `data-shut` | button or link | opens that `dialog`; closes the dialog or message around it |
//! | `data-stay` | message | does not go away by itself |
//! | `data-keys` | `body` | the keys that are bound, by place and key: see [`keys`] |
//! | `data-auto` | form | sent as soon as something is chosen |
//! | `data-attach`, `data-kinds`, `data-most` | form | files are sent one by one, of these kinds and at most so many bytes |
//! | `data-find`, `data-submit`, `data-save` | input, buttons | `/`, Ctrl+Enter, Ctrl+S |
//! | `data-sheet="url"` | frame | a PDF, shown where the browser can |
//! | `data-fill`, `data-autosave="url"`, `data-saved` | form, form, text | Enter goes on; posts JSON of name to value 800 ms after typing; the answer `{"at": "15:42", "hidden": {"_draft": "…"}, "url": "…"}` sets hidden inputs and the address; 409 `draft_elsewhere`: another window has saved it |
//! | `data-computed="url"`, `data-asks` | form, output | computed by the server when one stops typing: posts like a draft, answers `{"header": {…}, "lines": [{…}]}` |
//! | `data-scan="url"` | `line-grid` | what a scanner types is read by `GET url?code=` |
//! | `data-file="url"`, `data-grid-file` | `line-grid`, button | a chosen or dropped file is sent to `POST url`, which answers its lines |
//! | `data-scale`, `data-kept`, `data-date`, `data-pick` | input, input, button | tidied when left; opens the calendar |
//! | `data-lookup="register"`, `data-named`, `data-seek` | input, text, button | `GET /lookup/{register}?q=` answers `[{"code", "name", "detail", "facts": {"unit": "盒"}, "about": [["单位", "盒"]]}]` |
//! | `data-fact="item.unit"` | output of the grid | shows that fact of the record chosen in the cell of that name |
//! | `line-grid`, `data-f`, `data-is`, `data-value`, `data-total`, `data-with`, `data-n`, `data-copy`, `data-remove`, `data-grid-add` | line grid | names in expressions, computed cells, carried values, sums, values of the source as JSON, number of the line, buttons |

pub mod actions;
pub mod batch;
pub mod chain;
pub mod chart;
pub mod diagram;
pub mod dialog;
pub mod export;
pub mod fault;
pub mod field;
pub mod flow;
pub mod form;
pub mod grid;
pub mod handheld;
pub mod icon;
pub mod inbox;
pub mod keys;
pub mod lang;
pub mod ledger;
pub mod list;
pub mod listing;
pub mod login;
pub mod passkey;
pub mod register;
pub mod slip;
pub mod steps;
pub mod table;
pub mod talk;
pub mod theme;

use maud::{Markup, html};

use icon::{Icon, icon};

/// A label and where it leads.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Link {
    /// The text to show.
    pub label: String,
    /// The whole address.
    pub url: String,
}

impl Link {
    /// A link of these two.
    pub fn new(label: impl Into<String>, url: impl Into<String>) -> Link {
        Link {
            label: label.into(),
            url: url.into(),
        }
    }
}

/// How a state looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    /// Grey: a draft, something not begun.
    #[default]
    Draft,
    /// Blue: under way, waiting for someone.
    Wait,
    /// Green: done.
    Done,
    /// Amber: held up, soon due.
    Held,
    /// Red: returned, void, refused.
    Dead,
}

impl Tone {
    /// The class of this tone in the style sheet.
    pub const fn class(self) -> &'static str {
        match self {
            Tone::Draft => "draft",
            Tone::Wait => "wait",
            Tone::Done => "done",
            Tone::Held => "held",
            Tone::Dead => "dead",
        }
    }
}

/// Name and value of inputs the person does not see: `_csrf`, `_key` (idempotency), `_seen` (hash of what is shown).
pub type Hidden = Vec<(String, String)>;

/// The hidden inputs of a form.
pub fn hidden(inputs: &[(String, String)]) -> Markup {
    html! { @for (name, value) in inputs { input type="hidden" name=(name) value=(value); } }
}

/// A state in its colour, with its word.
pub fn badge(tone: Tone, text: &str) -> Markup {
    html! { span class={ "badge " (tone.class()) } { (text) } }
}

/// A heading with the way back above it and what can be done at its right.
pub fn head(crumbs: &[Link], title: &str, beside: Markup, acts: Markup) -> Markup {
    html! {
        div class="head" {
            (way_back(crumbs))
            h1 { (title) }
            (beside)
            div class="acts" { (acts) }
        }
    }
}

/// The way back, above a heading.
pub(crate) fn way_back(crumbs: &[Link]) -> Markup {
    html! {
        @if !crumbs.is_empty() {
            div class="crumb" {
                (icon(Icon::ChevronLeft))
                @for link in crumbs { a href=(link.url) { (link.label) } }
            }
        }
    }
}

/// A notice over the whole width: why something cannot go on, what is different about this slip.
pub fn note(tone: Tone, body: Markup) -> Markup {
    let (class, sign) = match tone {
        Tone::Dead => ("note bad", Icon::CircleAlert),
        Tone::Held => ("note held", Icon::TriangleAlert),
        _ => ("note", Icon::Info),
    };
    html! { div class=(class) { (icon(sign)) div { (body) } } }
}

/// What a page shows instead of a table without rows: it says what would be here and what to do next.
pub fn empty(sign: Icon, title: &str, text: &str, acts: &[Link]) -> Markup {
    html! {
        div class="empty" {
            (icon(sign))
            h2 { (title) }
            p { (text) }
            @if !acts.is_empty() {
                div class="acts" { @for link in acts { a class="button" href=(link.url) { (link.label) } } }
            }
        }
    }
}

/// One entry of a row of tabs.
#[derive(Clone, Debug, Default)]
pub struct Tab {
    /// The text of the tab.
    pub label: String,
    /// Where it leads.
    pub url: String,
    /// How many rows are behind it, if that is worth showing.
    pub count: Option<u32>,
    /// Whether it is the one shown.
    pub here: bool,
}

/// A row of tabs; each is a page of its own.
pub fn tabs(label: &str, tabs: &[Tab]) -> Markup {
    html! {
        nav class="tabs" aria-label=(label) {
            @for tab in tabs {
                a href=(tab.url) aria-current=[tab.here.then_some("page")] {
                    (tab.label)
                    // The number of what waits follows the event, as in the navigation.
                    @if tab.url == "/inbox" {
                        span class="count pale" data-count="inbox" { @if let Some(count) = tab.count.filter(|count| *count > 0) { (count) } }
                    } @else if let Some(count) = tab.count { span class="count pale" { (count) } }
                }
            }
        }
    }
}
