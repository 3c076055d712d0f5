//! What the code of a layer says, for those who show it.

use kernel::{LineId, SlipId};

use super::{NONE, POOL};

/// A layer of a valued ledger, read back from its code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LayerCode<'a> {
    /// Nothing is kept apart: what is outside.
    None,
    /// Everything together, at its moving average.
    Pool,
    /// What was there at the end of a month, at its average: `202604`.
    Month(&'a str),
    /// What a line of a slip brought.
    Line(SlipId, LineId),
    /// What left for a place in a month that is not valued yet.
    Waiting {
        /// The place that it went to.
        to: &'a str,
        /// The month.
        month: &'a str,
    },
}

impl<'a> LayerCode<'a> {
    /// Reads a code; `None` for what no engine made.
    #[must_use]
    pub fn read(code: &'a str) -> Option<LayerCode<'a>> {
        if let Some((to, rest)) = code.split_once(':') {
            let (month, _) = rest.split_once(':')?;
            return Some(LayerCode::Waiting { to, month });
        }
        match code.split_once('.') {
            None if code == NONE => Some(LayerCode::None),
            None if code == POOL => Some(LayerCode::Pool),
            None => None,
            Some((POOL, month)) => Some(LayerCode::Month(month)),
            Some((slip, line)) => Some(LayerCode::Line(
                SlipId(slip.parse().ok()?),
                LineId(line.parse().ok()?),
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_read_back() {
        for (code, layer) in [
            ("-", Some(LayerCode::None)),
            ("0", Some(LayerCode::Pool)),
            ("0.202604", Some(LayerCode::Month("202604"))),
            (
                "0000000014.0001",
                Some(LayerCode::Line(SlipId(14), LineId(1))),
            ),
            (
                "sold:202606:0.202606",
                Some(LayerCode::Waiting {
                    to: "sold",
                    month: "202606",
                }),
            ),
            ("sold:202606", None),
            ("A1", None),
            ("x.1", None),
        ] {
            assert_eq!(LayerCode::read(code), layer, "{code}");
        }
    }
}
