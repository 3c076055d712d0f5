//! Codes that prove themselves, as the registers of `gsp.kdl` ask them to and the flows of first registration too.

use kernel::proof::Proof;

/// The shape of a 批准文号: 国药准字; the letter of its class (chemical, traditional, biological, imported and repacked,
/// auxiliary, diagnostic, health drugs); J of an imported drug, C of one from Hong Kong, Macao or Taiwan; eight digits.
const APPROVAL: &str = "shape:国药准字{HZSJFTB}{JC?}{00000000}";

/// Whether a text can be a 批准文号.
pub fn is_approval_number(text: &str) -> bool {
    Proof::parse(APPROVAL).is_some_and(|proof| proof.holds(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_register_of_items_asks_the_same_as_the_first_registration() {
        let text = include_str!("../gsp.kdl");
        assert!(text.contains(&format!("proof=\"{APPROVAL}\"")));
        assert!(is_approval_number("国药准字ZC20200001"));
        assert!(!is_approval_number("国药准字Z2020000"));
    }
}
