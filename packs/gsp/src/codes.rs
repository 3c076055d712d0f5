//! Codes of the outside world that prove themselves by a check digit.

/// What the characters of a 统一社会信用代码 are worth: its place in this row. I, O, S, V and Z are left out.
const WORTH: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";

/// Whether a text is a 统一社会信用代码 (GB 32100-2015): 18 characters of which the last proves the others, and the ninth to
/// seventeenth are a 组织机构代码 (GB 11714) that proves itself.
pub fn is_credit_code(text: &str) -> bool {
    let worth: Option<Vec<usize>> = text.chars().map(|one| WORTH.find(one)).collect();
    let Some(worth) = worth.filter(|worth| worth.len() == 18) else {
        return false;
    };
    let power = |base: usize, of: usize, by: usize| (0..of).fold(1, |sum, _| sum * base % by);
    let sum: usize = worth[..17]
        .iter()
        .enumerate()
        .map(|(at, one)| one * power(3, at, 31))
        .sum();
    worth[17] == (31 - sum % 31) % 31 && is_organisation_code(&text[8..17])
}

/// The 组织机构代码 within it: eight characters and a check character, X for ten.
fn is_organisation_code(text: &str) -> bool {
    const WEIGHTS: [u32; 8] = [3, 7, 9, 10, 5, 8, 4, 2];
    let values = text.chars().map(|one| one.to_digit(36)).take(8);
    let Some(sum) = values
        .zip(WEIGHTS)
        .map(|(value, weight)| Some(value? * weight))
        .sum::<Option<u32>>()
    else {
        return false;
    };
    let check = match 11 - sum % 11 {
        10 => 'X',
        11 => '0',
        digit => char::from_digit(digit, 10).unwrap_or('X'),
    };
    text.ends_with(check)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_credit_code_proves_itself_twice() {
        assert!(is_credit_code("91350100M000100Y43"));
        assert!(!is_credit_code("91350100M000100Y44"));
        assert!(!is_credit_code("91350100M000100I43"));
        assert!(!is_credit_code("91350100M000100Y4"));
        // The last digit is right for the rest, the organisation's own is not.
        assert!(is_credit_code("91330100MA0000015W") && !is_credit_code("91330100MA00000173"));
    }
}
