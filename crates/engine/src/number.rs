//! Numbers of slips: rendered from the declared pattern, taken without gaps.

use std::sync::Arc;

use kernel::Day;

use crate::{World, WorldError};

/// A series and the last number taken of it.
pub(crate) type Taken = (Arc<str>, i64);

/// The next number of a pattern such as `CG{date}-{0000}` on a day: the number, and the series with its new last value.
/// The series is everything of the pattern but the serial, so each day, month or year that the pattern shows counts anew.
pub(crate) fn next(
    world: &dyn World,
    kind: &str,
    pattern: &str,
    day: Day,
) -> Result<(Arc<str>, Taken), WorldError> {
    let series: Arc<str> = number_after(kind, pattern, day, 0).0.into();
    let last = world.serial(&series)?;
    let (_, number) = number_after(kind, pattern, day, last);
    Ok((number.into(), (series, last + 1)))
}

/// What a series is called on a day, and the number that it would give after `last`: for whoever shows what comes next.
/// Nothing is taken by asking.
pub fn number_after(kind: &str, pattern: &str, day: Day, last: i64) -> (String, String) {
    let (before, width, after) = split(pattern, day);
    let serial = last.saturating_add(1);
    (
        format!("{kind}/{before}#{after}"),
        format!("{before}{serial:0width$}{after}"),
    )
}

/// Text before the serial, width of the serial, text after it.
fn split(pattern: &str, day: Day) -> (String, usize, String) {
    let mut before = String::new();
    let mut after = String::new();
    let mut width = 0;
    let mut rest = pattern;
    while let Some(open) = rest.find('{') {
        let out = if width == 0 { &mut before } else { &mut after };
        out.push_str(&rest[..open]);
        let Some(close) = rest[open..].find('}').map(|at| open + at) else {
            break;
        };
        let token = &rest[open + 1..close];
        match token {
            "date" => out.push_str(&day.compact()),
            "year" => out.push_str(&day.compact()[..4]),
            "month" => out.push_str(&day.compact()[..6]),
            zeros if !zeros.is_empty() && zeros.bytes().all(|b| b == b'0') => width = zeros.len(),
            _ => {}
        }
        rest = &rest[close + 1..];
    }
    (if width == 0 { &mut before } else { &mut after }).push_str(rest);
    (before, width.max(1), after)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_split_around_the_serial() {
        let day: Day = "2026-04-01".parse().unwrap();
        assert_eq!(
            split("CG{date}-{0000}", day),
            ("CG20260401-".into(), 4, String::new())
        );
        assert_eq!(
            split("{year}/{000}/X", day),
            ("2026/".into(), 3, "/X".into())
        );
        assert_eq!(
            split("记{month}-{0}号", day),
            ("记202604-".into(), 1, "号".into())
        );
        assert_eq!(split("plain", day), ("plain".into(), 1, String::new()));
    }
}
