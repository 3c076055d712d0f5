//! What characters are in KDL.

/// The length of `u{4E2D}`, when it names a character that may stand in a text.
pub(crate) fn unicode_escape(rest: &str) -> Option<usize> {
    let digits = rest.strip_prefix("u{")?;
    let end = digits.find('}')?;
    if !(1..=6).contains(&end) || !digits[..end].bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    let c = char::from_u32(u32::from_str_radix(&digits[..end], 16).ok()?)?;
    (!c.is_control()).then_some(end + 3)
}

/// KDL's `unicode-space`.
pub(crate) fn blank(c: char) -> bool {
    matches!(
        c,
        '\t' | ' ' | '\u{A0}' | '\u{1680}' | '\u{2000}'
            ..='\u{200A}' | '\u{202F}' | '\u{205F}' | '\u{3000}'
    )
}

/// KDL's line ends other than those of every day.
pub(crate) fn newline(c: char) -> bool {
    matches!(c, '\u{85}' | '\u{B}' | '\u{C}' | '\u{2028}' | '\u{2029}')
}

/// KDL's `disallowed-literal-code-points`.
pub(crate) fn forbidden(c: char) -> bool {
    matches!(c, '\0'..='\u{8}' | '\u{E}'..='\u{1F}' | '\u{7F}' | '\u{200E}' | '\u{200F}'
        | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
}

pub(crate) fn word_char(c: char) -> bool {
    !blank(c)
        && !newline(c)
        && !forbidden(c)
        && !matches!(
            c,
            '\n' | '\r' | '\\' | '/' | '(' | ')' | '{' | '}' | '[' | ']' | ';' | '"' | '#' | '='
        )
}
