//! The two languages of the product's own words.
//!
//! Every text of the product is written as a pair at the place where it is shown, so that neither language can be
//! forgotten: `t(lang, "待办", "Inbox")`. Words of packs (names of slips, fields, roles) arrive already chosen.

/// The language a person reads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lang {
    /// 简体中文, the source language of every pack.
    #[default]
    Zh,
    /// English.
    En,
}

impl Lang {
    /// The BCP 47 tag for `<html lang>`; with `zh-CN` browsers choose the glyphs of mainland China.
    pub const fn tag(self) -> &'static str {
        match self {
            Lang::Zh => "zh-CN",
            Lang::En => "en",
        }
    }

    /// The short code used in the language link and the cookie: `zh` or `en`.
    pub const fn code(self) -> &'static str {
        match self {
            Lang::Zh => "zh",
            Lang::En => "en",
        }
    }

    /// The language of a code or of the first tag in an `Accept-Language` header; anything unknown is Chinese.
    pub fn from_code(text: &str) -> Lang {
        if text.trim_start().to_ascii_lowercase().starts_with("en") {
            Lang::En
        } else {
            Lang::Zh
        }
    }

    /// The language that the switch in the user menu leads to.
    pub const fn other(self) -> Lang {
        match self {
            Lang::Zh => Lang::En,
            Lang::En => Lang::Zh,
        }
    }
}

/// The text of the pair that `lang` reads.
pub const fn t<'a>(lang: Lang, zh: &'a str, en: &'a str) -> &'a str {
    match lang {
        Lang::Zh => zh,
        Lang::En => en,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_language_is_chinese() {
        assert_eq!(Lang::from_code("en-GB,en;q=0.9"), Lang::En);
        assert_eq!(Lang::from_code("zh-CN"), Lang::Zh);
        assert_eq!(Lang::from_code("fr"), Lang::Zh);
        assert_eq!(Lang::from_code(""), Lang::Zh);
    }
}
