//! Light or dark: what a person chose, kept in a cookie, so that a page has its colours before anything is painted.

/// How bright the pages are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// 跟随系统: as the device is set.
    #[default]
    System,
    /// 浅色: dark words on light paper.
    Light,
    /// 深色: light words on dark paper.
    Dark,
}

impl Theme {
    /// All there are, in the order in which they are offered.
    pub const ALL: [Theme; 3] = [Theme::System, Theme::Light, Theme::Dark];

    /// The code in the cookie and in `<html data-theme>`: `system`, `light`, `dark`.
    pub const fn code(self) -> &'static str {
        match self {
            Theme::System => "system",
            Theme::Light => "light",
            Theme::Dark => "dark",
        }
    }

    /// The theme of a code; anything unknown follows the device.
    pub fn from_code(code: &str) -> Theme {
        let known = Theme::ALL.into_iter().find(|theme| theme.code() == code);
        known.unwrap_or_default()
    }

    /// What `<meta name="color-scheme">` says, which browsers read before the style sheet has come.
    pub const fn scheme(self) -> &'static str {
        match self {
            Theme::System => "light dark",
            Theme::Light => "light",
            Theme::Dark => "dark",
        }
    }
}
