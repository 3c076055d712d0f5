//! What a person types or a scanner sends: amounts, days, capitals, codes. What is read is written and read again as the same.
#![no_main]

use kernel::{Amount, Day, Unit, capitals, gs1};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    for unit in [Unit::Count, Unit::Qty, Unit::Money, Unit::Price, Unit::Rate] {
        let Ok(amount) = Amount::parse(text, unit) else {
            continue;
        };
        for written in [amount.to_string(), amount.grouped()] {
            assert_eq!(
                Amount::parse(&written, unit),
                Ok(amount),
                "{text:?} {written:?}"
            );
        }
        assert!(!capitals::rmb(amount.units.into()).is_empty());
    }
    if let Ok(day) = text.parse::<Day>() {
        assert_eq!(day.to_string().parse::<Day>().ok(), Some(day));
    }
    let _ = gs1::scanned(text);
    let _ = gs1::typed(text);
    if let Ok(elements) = gs1::bracketed(text) {
        let again = gs1::unbracketed(&gs1::written(&elements));
        assert_eq!(again.as_ref().ok(), Some(&elements), "{text:?}");
    }
});
