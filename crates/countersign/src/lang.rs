//! The two languages of what the program says in a terminal.

use clap::ValueEnum;
use model::Label;

/// The language of messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Lang {
    /// Simplified Chinese.
    Zh,
    /// English.
    En,
}

impl Lang {
    /// The one of two words that is in this language.
    pub fn pick<'a>(self, zh: &'a str, en: &'a str) -> &'a str {
        match self {
            Lang::Zh => zh,
            Lang::En => en,
        }
    }

    /// The same language where packs are read and shown.
    pub fn of_packs(self) -> pack::Language {
        match self {
            Lang::Zh => pack::Language::Zh,
            Lang::En => pack::Language::En,
        }
    }

    /// A label of a pack. Where a pack gives no English, its Chinese is better than nothing.
    pub fn label(self, label: &Label) -> &str {
        match self {
            Lang::En if !label.en.is_empty() => &label.en,
            _ => &label.zh,
        }
    }

    /// The language for the arguments of a program: `--lang`, then the locale of the environment.
    pub fn chosen<'a>(
        arguments: impl IntoIterator<Item = &'a str>,
        environment: impl Fn(&str) -> Option<String>,
    ) -> Lang {
        let mut arguments = arguments.into_iter();
        while let Some(argument) = arguments.next() {
            let given = match argument.strip_prefix("--lang") {
                Some("") => arguments.next(),
                Some(rest) => rest.strip_prefix('='),
                None => None,
            };
            if let Some(lang) = given.and_then(|given| Lang::from_str(given, false).ok()) {
                return lang;
            }
        }
        // The first of these that is set decides, as everywhere in POSIX.
        let locale = ["LC_ALL", "LC_MESSAGES", "LANG"]
            .into_iter()
            .find_map(|name| environment(name).filter(|value| !value.is_empty()));
        match locale {
            Some(locale) if locale.starts_with("zh") => Lang::Zh,
            _ => Lang::En,
        }
    }
}

/// A sentence in both languages, formatted in the one that is asked for: `say!(lang, "{count} 行", "{count} rows")`.
macro_rules! say {
    ($lang:expr, $zh:literal, $en:literal) => {
        match $lang {
            $crate::lang::Lang::Zh => format!($zh),
            $crate::lang::Lang::En => format!($en),
        }
    };
}
pub(crate) use say;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_argument_decides_then_the_locale() {
        let zh = |name: &str| (name == "LANG").then(|| "zh_CN.UTF-8".to_owned());
        let none = |_: &str| None;
        assert_eq!(Lang::chosen(["check", "--lang", "en"], zh), Lang::En);
        assert_eq!(Lang::chosen(["--lang=zh"], none), Lang::Zh);
        assert_eq!(Lang::chosen(["check"], zh), Lang::Zh);
        assert_eq!(Lang::chosen(["check"], none), Lang::En);
        assert_eq!(Lang::chosen(["--lang", "xx"], none), Lang::En);
        let all = |name: &str| Some(if name == "LC_ALL" { "C" } else { "zh_CN" }.to_owned());
        assert_eq!(Lang::chosen([], all), Lang::En);
    }
}
