//! Amounts of money in the capital numerals that Chinese vouchers and slips require (人民币大写).
//!
//! The writing follows the rules for filling in bills (《正确填写票据和结算凭证的基本规定》):
//! 正楷 numerals, 零 for zeros inside a number, and 整 where the amount ends at 元 or at 角.

const DIGITS: [char; 10] = ['零', '壹', '贰', '叁', '肆', '伍', '陆', '柒', '捌', '玖'];
const PLACES: [&str; 4] = ["仟", "佰", "拾", ""];

/// Ten thousand: the step from one section (元, 万) to the next.
const SECTION: u128 = 10_000;
/// A hundred million: the step at which the sections start over (元万, 亿万亿, ...).
const YI: u128 = 100_000_000;

/// Writes `fen` (hundredths of a yuan) in capitals: `10001` is `壹佰元零壹分`.
///
/// Zero is `零元整`, a negative amount begins with `负`. 整 closes an amount that ends at 元 or at 角
/// and never one that ends at 分. Every amount has an answer: above 亿 the sections nest (`壹万亿`, `壹亿亿`).
#[must_use]
pub fn rmb(fen: i128) -> String {
    let mut text = String::new();
    if fen < 0 {
        text.push('负');
    }
    let magnitude = fen.unsigned_abs();
    let yuan = magnitude / 100;
    // Both remainders are below ten, so they always fit an index.
    let jiao = (magnitude / 10 % 10) as usize;
    let cents = (magnitude % 10) as usize;

    if yuan > 0 {
        write_whole(&mut text, yuan);
        text.push('元');
    } else if jiao == 0 && cents == 0 {
        text.push_str("零元");
    }
    if jiao > 0 {
        text.push(DIGITS[jiao]);
        text.push('角');
    } else if yuan > 0 && cents > 0 {
        text.push('零');
    }
    if cents > 0 {
        text.push(DIGITS[cents]);
        text.push('分');
    } else {
        text.push('整');
    }
    text
}

/// Writes a whole number above zero: what lies above 亿 is itself such a number.
fn write_whole(text: &mut String, number: u128) {
    let (above, below) = (number / YI, number % YI);
    if above > 0 {
        write_whole(text, above);
        text.push('亿');
    }
    let (tens, ones) = (below / SECTION, below % SECTION);
    // A section that is wholly zero is read as one 零, even before a full section.
    if tens > 0 {
        if tens >= 1_000 && above > 0 && above.is_multiple_of(SECTION) {
            text.push('零');
        }
        write_section(text, tens, above > 0);
        text.push('万');
    }
    if ones > 0 {
        if ones >= 1_000 && above > 0 && tens == 0 {
            text.push('零');
        }
        write_section(text, ones, above > 0 || tens > 0);
    }
}

/// Writes one section of 1 to 9999; `inside` says that something was written before it.
fn write_section(text: &mut String, section: u128, inside: bool) {
    let mut gap = inside && section < 1_000;
    let mut started = false;
    let mut divisor = 1_000;
    for place in PLACES {
        let digit = (section / divisor % 10) as usize;
        divisor /= 10;
        if digit == 0 {
            gap |= started;
            continue;
        }
        if gap {
            text.push('零');
        }
        (gap, started) = (false, true);
        text.push(DIGITS[digit]);
        text.push_str(place);
    }
}
