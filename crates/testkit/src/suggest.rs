//! "Did you mean": the nearest of the names that exist.

use kernel::nearest;

/// ``unknown WHAT `name` ``, with the nearest of `known` when one is near.
pub fn unknown<'a>(what: &str, name: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    match nearest(name, known) {
        Some(near) => format!("unknown {what} `{name}`; did you mean `{near}`?"),
        None => format!("unknown {what} `{name}`"),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_nearest_name_is_offered_and_a_far_one_is_not() {
        let known = ["order", "receipt", "licence_until"];
        assert_eq!(
            super::unknown("field", "licence_untli", known),
            "unknown field `licence_untli`; did you mean `licence_until`?"
        );
        assert_eq!(
            super::unknown("slip", "ticket", known),
            "unknown slip `ticket`"
        );
        assert_eq!(super::unknown("slip", "", known), "unknown slip ``");
    }
}
