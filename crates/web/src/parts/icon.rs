//! Icons: symbols of the one sprite `assets/icons.svg`.

use maud::{Markup, html};

use crate::layout::ASSETS;

/// Every icon of the sprite.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is named as in the sprite")]
pub enum Icon {
    Inbox,
    FileText,
    BookOpen,
    Library,
    Workflow,
    Settings,
    Plus,
    Search,
    User,
    LogOut,
    Languages,
    ChevronDown,
    ChevronRight,
    ChevronLeft,
    ArrowUp,
    ArrowDown,
    Check,
    X,
    CircleAlert,
    TriangleAlert,
    CircleCheck,
    Info,
    Printer,
    Paperclip,
    Camera,
    MessageSquare,
    CornerUpLeft,
    Undo,
    Ban,
    RotateCcw,
    UserPlus,
    ArrowLeftRight,
    History,
    Calendar,
    Copy,
    Trash,
    Clock,
    Keyboard,
    PenLine,
    Download,
    ListFilter,
    Lock,
    BellRing,
    GitFork,
    FilePlus,
    Save,
    Sun,
    Moon,
    SunMoon,
    CircleQuestionMark,
    Seal,
    SealTall,
}

impl Icon {
    /// The id of the symbol in the sprite.
    pub const fn id(self) -> &'static str {
        match self {
            Icon::Inbox => "inbox",
            Icon::FileText => "file-text",
            Icon::BookOpen => "book-open",
            Icon::Library => "library",
            Icon::Workflow => "workflow",
            Icon::Settings => "settings",
            Icon::Plus => "plus",
            Icon::Search => "search",
            Icon::User => "user",
            Icon::LogOut => "log-out",
            Icon::Languages => "languages",
            Icon::ChevronDown => "chevron-down",
            Icon::ChevronRight => "chevron-right",
            Icon::ChevronLeft => "chevron-left",
            Icon::ArrowUp => "arrow-up",
            Icon::ArrowDown => "arrow-down",
            Icon::Check => "check",
            Icon::X => "x",
            Icon::CircleAlert => "circle-alert",
            Icon::TriangleAlert => "triangle-alert",
            Icon::CircleCheck => "circle-check",
            Icon::Info => "info",
            Icon::Printer => "printer",
            Icon::Paperclip => "paperclip",
            Icon::Camera => "camera",
            Icon::MessageSquare => "message-square",
            Icon::CornerUpLeft => "corner-up-left",
            Icon::Undo => "undo-2",
            Icon::Ban => "ban",
            Icon::RotateCcw => "rotate-ccw",
            Icon::UserPlus => "user-plus",
            Icon::ArrowLeftRight => "arrow-left-right",
            Icon::History => "history",
            Icon::Calendar => "calendar",
            Icon::Copy => "copy",
            Icon::Trash => "trash-2",
            Icon::Clock => "clock",
            Icon::Keyboard => "keyboard",
            Icon::PenLine => "pen-line",
            Icon::Download => "download",
            Icon::ListFilter => "list-filter",
            Icon::Lock => "lock",
            Icon::BellRing => "bell-ring",
            Icon::GitFork => "git-fork",
            Icon::FilePlus => "file-plus",
            Icon::Save => "save",
            Icon::Sun => "sun",
            Icon::Moon => "moon",
            Icon::SunMoon => "sun-moon",
            Icon::CircleQuestionMark => "circle-question-mark",
            Icon::Seal => "seal",
            Icon::SealTall => "seal-tall",
        }
    }
}

/// An icon of 16 px that says nothing to a screen reader: the text beside it does.
pub fn icon(icon: Icon) -> Markup {
    html! { svg class="i" aria-hidden="true" { use href=(format!("/assets/icons.svg?v={ASSETS}#{}", icon.id())) {} } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sprite_holds_every_icon_and_no_other() {
        let sprite = include_str!("../../assets/icons.svg");
        let held: Vec<&str> = sprite
            .split("<symbol id=\"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
            .collect();
        let known = [
            Icon::Inbox,
            Icon::FileText,
            Icon::BookOpen,
            Icon::Library,
            Icon::Workflow,
            Icon::Settings,
            Icon::Plus,
            Icon::Search,
            Icon::User,
            Icon::LogOut,
            Icon::Languages,
            Icon::ChevronDown,
            Icon::ChevronRight,
            Icon::ChevronLeft,
            Icon::ArrowUp,
            Icon::ArrowDown,
            Icon::Check,
            Icon::X,
            Icon::CircleAlert,
            Icon::TriangleAlert,
            Icon::CircleCheck,
            Icon::Info,
            Icon::Printer,
            Icon::Paperclip,
            Icon::Camera,
            Icon::MessageSquare,
            Icon::CornerUpLeft,
            Icon::Undo,
            Icon::Ban,
            Icon::RotateCcw,
            Icon::UserPlus,
            Icon::ArrowLeftRight,
            Icon::History,
            Icon::Calendar,
            Icon::Copy,
            Icon::Trash,
            Icon::Clock,
            Icon::Keyboard,
            Icon::PenLine,
            Icon::Download,
            Icon::ListFilter,
            Icon::Lock,
            Icon::BellRing,
            Icon::GitFork,
            Icon::FilePlus,
            Icon::Save,
            Icon::Sun,
            Icon::Moon,
            Icon::SunMoon,
            Icon::CircleQuestionMark,
            Icon::Seal,
            Icon::SealTall,
        ];
        let names: Vec<&str> = known.iter().map(|icon| icon.id()).collect();
        assert_eq!(held, names);
    }
}
