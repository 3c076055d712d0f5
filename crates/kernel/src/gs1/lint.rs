//! The content checks that the GS1 syntax dictionary names. Each answers with the code of GS1's own reference routine,
//! without its prefix `GS1_LINTER_`.

use super::codes;
use super::coupon;

type Lint = Result<(), &'static str>;

/// The 82 characters of GS1 General Specifications figure 7.11-1, in the order that check pairs count them in.
const SET_82: &str =
    "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz";
/// The characters of a check pair.
const PAIR: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
/// Data characters for which there is a weight in a check pair.
const PAIR_DATA_MAX: usize = 97;

pub(super) fn fail_unless(good: bool, code: &'static str) -> Lint {
    if good { Ok(()) } else { Err(code) }
}

pub(super) fn digits(text: &str) -> Lint {
    fail_unless(
        text.bytes().all(|b| b.is_ascii_digit()),
        "NON_DIGIT_CHARACTER",
    )
}

/// Checks a value by the linter or character set of this name. A name that is not known lets everything pass; a test
/// sees to it that the dictionary names none.
pub fn lint(name: &str, value: &str) -> Lint {
    match name {
        "csetnumeric" => digits(value),
        "cset82" => set_82(value),
        "cset39" => fail_unless(
            value.bytes().all(|b| {
                b.is_ascii_uppercase() || b.is_ascii_digit() || matches!(b, b'#' | b'-' | b'/')
            }),
            "INVALID_CSET39_CHARACTER",
        ),
        "cset64" => set_64(value),
        "csum" => check_digit(value),
        "csumalpha" => check_pair(value),
        "couponcode" => coupon::code(value),
        "couponposoffer" => coupon::offer(value),
        "gcppos1" => company(value),
        "gcppos2" => {
            let first = value.starts_with(|c: char| c.is_ascii_digit());
            company(value.get(1..).filter(|_| first).unwrap_or(""))
        }
        "hasnondigit" => fail_unless(digits(value).is_err(), "REQUIRES_NON_DIGIT_CHARACTER"),
        "hyphen" => fail_unless(
            !value.is_empty() && value.bytes().all(|b| b == b'-'),
            "NOT_HYPHEN",
        ),
        "iban" => account(value),
        "importeridx" => importer(value),
        "winding" => fail_unless(
            matches!(value, "0" | "1" | "9"),
            "INVALID_WINDING_DIRECTION",
        ),
        "yesno" => fail_unless(matches!(value, "0" | "1"), "NOT_ZERO_OR_ONE"),
        "iso5218" => fail_unless(
            matches!(value, "0" | "1" | "2" | "9"),
            "INVALID_BIOLOGICAL_SEX_CODE",
        ),
        "zero" => fail_unless(value == "0", "NOT_ZERO"),
        "nonzero" => digits(value)
            .and_then(|()| fail_unless(value.bytes().any(|b| b != b'0'), "ILLEGAL_ZERO_VALUE")),
        "nozeroprefix" => {
            digits(value).and_then(|()| fail_unless(!value.starts_with('0'), "ILLEGAL_ZERO_PREFIX"))
        }
        "pcenc" => percent(value),
        "pieceoftotal" => piece(value),
        "posinseqslash" => position(value),
        _ => listed(name, value).unwrap_or_else(|| time(name, value)),
    }
}

fn listed(name: &str, value: &str) -> Option<Lint> {
    let within = |list: &str| list.split(' ').any(|code| code == value);
    Some(match name {
        "iso3166" => fail_unless(within(codes::COUNTRIES), "NOT_ISO3166"),
        "iso3166999" => fail_unless(
            value == "999" || within(codes::COUNTRIES),
            "NOT_ISO3166_OR_999",
        ),
        "iso3166alpha2" => fail_unless(within(codes::COUNTRY_LETTERS), "NOT_ISO3166_ALPHA2"),
        "iso4217" => fail_unless(within(codes::CURRENCIES), "NOT_ISO4217"),
        "packagetype" => fail_unless(within(codes::PACKAGES), "INVALID_PACKAGE_TYPE"),
        "mediatype" => {
            let number = if value.len() == 2 && digits(value).is_ok() {
                value.parse().unwrap_or(0u8)
            } else {
                0
            };
            fail_unless(matches!(number, 1..=10 | 80..=99), "INVALID_MEDIA_TYPE")
        }
        _ => return None,
    })
}

fn time(name: &str, value: &str) -> Lint {
    match name {
        "yymmdd" => day(value, false, false),
        "yymmd0" => day(value, false, true),
        "yyyymmdd" => day(value, true, false),
        "yyyymmd0" => day(value, true, true),
        "hh" => {
            sized(value, 2, "HOUR_TOO_SHORT", "HOUR_TOO_LONG")?;
            below(value, 24, "ILLEGAL_HOUR")
        }
        "mi" => {
            sized(value, 2, "MINUTE_TOO_SHORT", "MINUTE_TOO_LONG")?;
            below(value, 60, "ILLEGAL_MINUTE")
        }
        "ss" => {
            sized(value, 2, "SECOND_TOO_SHORT", "SECOND_TOO_LONG")?;
            below(value, 60, "ILLEGAL_SECOND")
        }
        "hhmi" => {
            let (short, long) = ("HOUR_WITH_MINUTE_TOO_SHORT", "HOUR_WITH_MINUTE_TOO_LONG");
            sized(value, 4, short, long)?;
            below(&value[..2], 24, "ILLEGAL_HOUR")?;
            below(&value[2..], 60, "ILLEGAL_MINUTE")
        }
        "latitude" => {
            fail_unless(value.len() == 10, "LATITUDE_INVALID_LENGTH")?;
            digits(value)?;
            fail_unless(value <= "1800000000", "INVALID_LATITUDE")
        }
        "longitude" => {
            fail_unless(value.len() == 10, "LONGITUDE_INVALID_LENGTH")?;
            digits(value)?;
            fail_unless(value <= "3600000000", "INVALID_LONGITUDE")
        }
        _ => Ok(()),
    }
}

/// Length and digits, so that what follows may cut the text anywhere.
fn sized(value: &str, length: usize, short: &'static str, long: &'static str) -> Lint {
    fail_unless(value.len() >= length, short)?;
    fail_unless(value.len() <= length, long)?;
    digits(value)
}

fn below(value: &str, bound: u32, code: &'static str) -> Lint {
    fail_unless(
        value.parse::<u32>().is_ok_and(|number| number < bound),
        code,
    )
}

/// A day as six or eight digits; `00` as day of the month means its last day where that is allowed.
fn day(value: &str, century: bool, zero: bool) -> Lint {
    let length = if century { 8 } else { 6 };
    sized(value, length, "DATE_TOO_SHORT", "DATE_TOO_LONG")?;
    let number = |from: usize, to: usize| value[from..to].parse::<u32>().unwrap_or(0);
    let (year, month, day) = (
        number(0, length - 4),
        number(length - 4, length - 2),
        number(length - 2, length),
    );
    let leap = year % 4 == 0 && (!century || year % 100 != 0 || year % 400 == 0);
    let last = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => return Err("ILLEGAL_MONTH"),
    };
    fail_unless((day > 0 || zero) && day <= last, "ILLEGAL_DAY")
}

fn set_82(value: &str) -> Lint {
    fail_unless(
        value.chars().all(|c| SET_82.contains(c)),
        "INVALID_CSET82_CHARACTER",
    )
}

fn set_64(value: &str) -> Lint {
    let bare = value.trim_end_matches('=');
    let padding = value.len() - bare.len();
    let good = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    fail_unless(bare.bytes().all(good), "INVALID_CSET64_CHARACTER")?;
    fail_unless(
        padding == 0 || (padding <= 2 && value.len().is_multiple_of(3)),
        "INVALID_CSET64_PADDING",
    )
}

/// The check digit of GTIN, GLN, SSCC: weights 3 and 1 from the right.
fn check_digit(value: &str) -> Lint {
    fail_unless(!value.is_empty(), "TOO_SHORT_FOR_CHECK_DIGIT")?;
    digits(value)?;
    let sum: u32 = value
        .bytes()
        .rev()
        .enumerate()
        .map(|(at, byte)| u32::from(byte - b'0') * if at % 2 == 0 { 1 } else { 3 })
        .sum();
    fail_unless(sum.is_multiple_of(10), "INCORRECT_CHECK_DIGIT")
}

/// The two check characters of a global model number: characters weighted by primes from the right, modulo 1021.
fn check_pair(value: &str) -> Lint {
    let count = value.chars().count();
    fail_unless(count >= 2, "TOO_SHORT_FOR_CHECK_PAIR")?;
    fail_unless(
        count <= PAIR_DATA_MAX + 2,
        "TOO_LONG_FOR_CHECK_PAIR_IMPLEMENTATION",
    )?;
    set_82(value)?;
    let (data, pair) = value.split_at(value.len() - 2);
    let prime = |n: &u32| {
        (2..*n)
            .take_while(|d| d * d <= *n)
            .all(|d| !n.is_multiple_of(d))
    };
    let primes = (2u32..).filter(prime);
    let sum: u32 = data
        .chars()
        .rev()
        .zip(primes)
        .map(|(c, prime)| u32::try_from(SET_82.find(c).unwrap_or(0)).unwrap_or(0) * prime)
        .fold(0, |sum, term| (sum + term) % 1021);
    let wanted = [PAIR[(sum / 32) as usize], PAIR[(sum % 32) as usize]];
    fail_unless(pair.as_bytes() == wanted, "INCORRECT_CHECK_PAIR")
}

/// A company prefix begins with at least four digits; whether GS1 issued it is not known here.
fn company(value: &str) -> Lint {
    let good = value.len() >= 4 && value.bytes().take(4).all(|b| b.is_ascii_digit());
    fail_unless(good, "INVALID_GCP_PREFIX")
}

fn account(value: &str) -> Lint {
    fail_unless(value.len() > 4, "IBAN_TOO_SHORT")?;
    let good = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit();
    fail_unless(value.bytes().all(good), "INVALID_IBAN_CHARACTER")?;
    fail_unless(
        listed("iso3166alpha2", &value[..2]).is_some_and(|found| found.is_ok()),
        "ILLEGAL_IBAN_COUNTRY_CODE",
    )?;
    let rest = value[4..].bytes().chain(value[..4].bytes());
    let sum = rest.fold(0u32, |sum, byte| match byte {
        b'0'..=b'9' => (sum * 10 + u32::from(byte - b'0')) % 97,
        _ => (sum * 100 + u32::from(byte - b'A') + 10) % 97,
    });
    fail_unless(sum == 1, "INCORRECT_IBAN_CHECKSUM")
}

fn importer(value: &str) -> Lint {
    let mut chars = value.chars();
    let (Some(one), None) = (chars.next(), chars.next()) else {
        return Err("IMPORTER_IDX_MUST_BE_ONE_CHARACTER");
    };
    fail_unless(
        one.is_ascii_alphanumeric() || one == '-' || one == '_',
        "INVALID_IMPORT_IDX_CHARACTER",
    )
}

fn percent(value: &str) -> Lint {
    let mut parts = value.split('%');
    parts.next();
    let good = |part: &str| part.len() >= 2 && part.bytes().take(2).all(|b| b.is_ascii_hexdigit());
    fail_unless(parts.all(good), "INVALID_PERCENT_SEQUENCE")
}

fn piece(value: &str) -> Lint {
    fail_unless(
        !value.is_empty() && value.len().is_multiple_of(2),
        "INVALID_LENGTH_FOR_PIECE_OF_TOTAL",
    )?;
    digits(value)?;
    let (piece, total) = value.split_at(value.len() / 2);
    let zero = |text: &str| text.bytes().all(|b| b == b'0');
    fail_unless(!zero(piece), "ZERO_PIECE_NUMBER")?;
    fail_unless(!zero(total), "ZERO_TOTAL_PIECES")?;
    fail_unless(piece <= total, "PIECE_NUMBER_EXCEEDS_TOTAL")
}

fn position(value: &str) -> Lint {
    let malformed = "POSITION_IN_SEQUENCE_MALFORMED";
    let (at, end) = value.split_once('/').ok_or(malformed)?;
    let number = |text: &str| !text.is_empty() && digits(text).is_ok();
    fail_unless(number(at) && number(end), malformed)?;
    fail_unless(
        !at.starts_with('0') && !end.starts_with('0'),
        "ILLEGAL_ZERO_PREFIX",
    )?;
    fail_unless((at.len(), at) <= (end.len(), end), "POSITION_EXCEEDS_END")
}
