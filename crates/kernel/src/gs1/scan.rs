//! What a scanner sends: a symbology identifier (`]C1`) and the data, or the bare data where it is set up so.

use super::{Element, Gs1Error, bracketed, lint, together, unbracketed, written};

/// The separator as scanners send it.
const SEPARATOR: char = '\u{1d}';

/// What was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scanned {
    /// The kind of barcode: `GS1_128_CCA`, `QR`, `EAN13`; `NONE` where the scanner did not say.
    pub symbology: &'static str,
    /// The data, `^` for each separator; `|` before the data of a composite component.
    pub data: String,
    /// The elements; a retail code is a GTIN. Empty for data that is no element string.
    pub elements: Vec<Element>,
}

/// Reads what a scanner sent under a symbology identifier.
///
/// # Errors
/// When the identifier is not known or the data is not what it announces.
pub fn scanned(text: &str) -> Result<Scanned, Gs1Error> {
    let unknown = || Gs1Error::Unknown(text.to_owned());
    let (Some(kind), Some(data)) = (text.get(..3), text.get(3..)) else {
        return Err(unknown());
    };
    let read = |symbology| {
        let (data, elements) = elements_of(data)?;
        Ok(Scanned {
            symbology,
            data,
            elements,
        })
    };
    let plain = |symbology| {
        let marks = data.trim_start_matches('\\');
        // Data that begins as an element string would is marked, so that it is not taken for one.
        let escape = if marks.starts_with('^') { "\\" } else { "" };
        Ok(Scanned {
            symbology,
            data: format!("{escape}{data}"),
            elements: Vec::new(),
        })
    };
    match kind {
        "]C1" => read("GS1_128_CCA"),
        "]e0" => read("DataBarExpanded"),
        "]d2" => read("DM"),
        "]Q3" => read("QR"),
        "]J1" => read("DotCode"),
        "]d1" => plain("DM"),
        "]Q1" => plain("QR"),
        "]J0" => plain("DotCode"),
        "]E0" => retail(data, 13, "EAN13"),
        "]E4" => retail(data, 8, "EAN8"),
        _ => Err(unknown()),
    }
}

fn elements_of(data: &str) -> Result<(String, Vec<Element>), Gs1Error> {
    if data.contains('^') {
        return Err(Gs1Error::Unknown(data.to_owned()));
    }
    let text = format!("^{}", data.replace(SEPARATOR, "^"));
    let elements = unbracketed(&text)?;
    Ok((text, elements))
}

fn retail(data: &str, length: usize, symbology: &'static str) -> Result<Scanned, Gs1Error> {
    let (linear, composite) = match data.split_once("|]e0") {
        Some((linear, composite)) => (linear, Some(composite)),
        None => (data, None),
    };
    if linear.len() != length || lint("csum", linear).is_err() {
        return Err(Gs1Error::Unknown(data.to_owned()));
    }
    let mut out = linear.to_owned();
    let mut elements = vec![gtin(linear)];
    if let Some(composite) = composite {
        let (text, more) = elements_of(composite)?;
        out.push('|');
        out.push_str(&text);
        elements.extend(more);
    }
    Ok(Scanned {
        symbology,
        data: out,
        elements,
    })
}

fn gtin(digits: &str) -> Element {
    Element {
        code: "01".to_owned(),
        value: format!("{digits:0>14}"),
    }
}

/// Reads what arrives in an input from a scanner that types: with or without a symbology identifier, separated by FNC1 or
/// by one of the characters scanners are set to send for it, printed with brackets, or a bare retail code.
///
/// # Errors
/// When it is none of these, or its elements do not belong together.
pub fn typed(text: &str) -> Result<Vec<Element>, Gs1Error> {
    let text = text.trim_matches(|c: char| c.is_whitespace() && c != SEPARATOR);
    let elements = if text.starts_with(']') {
        scanned(text)?.elements
    } else if text.starts_with('(') {
        bracketed(text)?
    } else if matches!(text.len(), 8 | 12 | 13 | 14) && lint("csum", text).is_ok() {
        vec![gtin(text)]
    } else {
        let bare = text.trim_start_matches([SEPARATOR, '^']);
        unbracketed(&format!("^{}", bare.replace(SEPARATOR, "^")))?
    };
    if elements.is_empty() {
        return Err(Gs1Error::Unknown(text.to_owned()));
    }
    together(&elements)?;
    debug_assert!(unbracketed(&written(&elements)).is_ok());
    Ok(elements)
}
