//! The two coupon codes of North America: figures whose parts say how long they are.

use super::lint::{digits, fail_unless, lint};

type Lint = Result<(), &'static str>;

/// Reads a text from left to right.
struct Rest<'a>(&'a str);

impl<'a> Rest<'a> {
    fn take(&mut self, length: usize, code: &'static str) -> Result<&'a str, &'static str> {
        fail_unless(self.0.len() >= length, code)?;
        let (taken, rest) = self.0.split_at(length);
        self.0 = rest;
        Ok(taken)
    }

    fn digit(&mut self, code: &'static str) -> Result<usize, &'static str> {
        Ok(usize::from(self.take(1, code)?.as_bytes()[0] - b'0'))
    }

    /// A part with its length before it: `missing`, `invalid` and `truncated` are what can be wrong with it.
    fn part(
        &mut self,
        lengths: std::ops::RangeInclusive<usize>,
        plus: usize,
        [missing, invalid, truncated]: [&'static str; 3],
    ) -> Lint {
        let length = self.digit(missing)?;
        fail_unless(lengths.contains(&length), invalid)?;
        self.take(length + plus, truncated).map(|_| ())
    }

    /// What must be bought: how much, counted how, of which family.
    fn purchase(
        &mut self,
        requirement: [&'static str; 3],
        [missing, invalid, family]: [&'static str; 3],
    ) -> Lint {
        self.part(1..=5, 0, requirement)?;
        let code = self.digit(missing)?;
        fail_unless(matches!(code, 0..=4 | 9), invalid)?;
        self.take(3, family).map(|_| ())
    }

    /// A further company, or 9 where it is that of the coupon.
    fn company(&mut self, codes: [&'static str; 3]) -> Lint {
        if self.0.starts_with('9') {
            self.0 = &self.0[1..];
            return Ok(());
        }
        self.part(0..=6, 6, codes)
    }

    /// Whether the next data field is this one; the fields come in order.
    fn field(&mut self, number: char) -> bool {
        match self.0.strip_prefix(number) {
            Some(rest) => {
                self.0 = rest;
                true
            }
            None => false,
        }
    }
}

/// AI 8110.
pub(super) fn code(value: &str) -> Lint {
    digits(value)?;
    let mut rest = Rest(value);
    rest.part(
        0..=6,
        6,
        [
            "COUPON_MISSING_GCP_VLI",
            "COUPON_INVALID_GCP_LENGTH",
            "COUPON_TRUNCATED_GCP",
        ],
    )?;
    rest.take(6, "COUPON_TRUNCATED_OFFER_CODE")?;
    rest.part(
        1..=5,
        0,
        [
            "COUPON_MISSING_SAVE_VALUE_VLI",
            "COUPON_INVALID_SAVE_VALUE_LENGTH",
            "COUPON_TRUNCATED_SAVE_VALUE",
        ],
    )?;
    rest.purchase(
        [
            "COUPON_MISSING_1ST_PURCHASE_REQUIREMENT_VLI",
            "COUPON_INVALID_1ST_PURCHASE_REQUIREMENT_LENGTH",
            "COUPON_TRUNCATED_1ST_PURCHASE_REQUIREMENT",
        ],
        [
            "COUPON_MISSING_1ST_PURCHASE_REQUIREMENT_CODE",
            "COUPON_INVALID_1ST_PURCHASE_REQUIREMENT_CODE",
            "COUPON_TRUNCATED_1ST_PURCHASE_FAMILY_CODE",
        ],
    )?;
    purchases(&mut rest)?;
    dates(&mut rest)?;
    ends(&mut rest)?;
    fail_unless(rest.0.is_empty(), "COUPON_EXCESS_DATA")
}

fn purchases(rest: &mut Rest<'_>) -> Lint {
    if rest.field('1') {
        let rules = rest.digit("COUPON_MISSING_ADDITIONAL_PURCHASE_RULES_CODE")?;
        fail_unless(rules <= 3, "COUPON_INVALID_ADDITIONAL_PURCHASE_RULES_CODE")?;
        rest.purchase(
            [
                "COUPON_MISSING_2ND_PURCHASE_REQUIREMENT_VLI",
                "COUPON_INVALID_2ND_PURCHASE_REQUIREMENT_LENGTH",
                "COUPON_TRUNCATED_2ND_PURCHASE_REQUIREMENT",
            ],
            [
                "COUPON_MISSING_2ND_PURCHASE_REQUIREMENT_CODE",
                "COUPON_INVALID_2ND_PURCHASE_REQUIREMENT_CODE",
                "COUPON_TRUNCATED_2ND_PURCHASE_FAMILY_CODE",
            ],
        )?;
        rest.company([
            "COUPON_MISSING_2ND_PURCHASE_GCP_VLI",
            "COUPON_INVALID_2ND_PURCHASE_GCP_LENGTH",
            "COUPON_TRUNCATED_2ND_PURCHASE_GCP",
        ])?;
    }
    if rest.field('2') {
        rest.purchase(
            [
                "COUPON_MISSING_3RD_PURCHASE_REQUIREMENT_VLI",
                "COUPON_INVALID_3RD_PURCHASE_REQUIREMENT_LENGTH",
                "COUPON_TRUNCATED_3RD_PURCHASE_REQUIREMENT",
            ],
            [
                "COUPON_MISSING_3RD_PURCHASE_REQUIREMENT_CODE",
                "COUPON_INVALID_3RD_PURCHASE_REQUIREMENT_CODE",
                "COUPON_TRUNCATED_3RD_PURCHASE_FAMILY_CODE",
            ],
        )?;
        rest.company([
            "COUPON_MISSING_3RD_PURCHASE_GCP_VLI",
            "COUPON_INVALID_3RD_PURCHASE_GCP_LENGTH",
            "COUPON_TRUNCATED_3RD_PURCHASE_GCP",
        ])?;
    }
    Ok(())
}

fn dates(rest: &mut Rest<'_>) -> Lint {
    let mut expiry = None;
    if rest.field('3') {
        let date = rest.take(6, "COUPON_TOO_SHORT_FOR_EXPIRATION_DATE")?;
        lint("yymmdd", date).map_err(|_| "COUPON_INVALID_EXIPIRATION_DATE")?;
        expiry = Some(date);
    }
    if rest.field('4') {
        let date = rest.take(6, "COUPON_TOO_SHORT_FOR_START_DATE")?;
        lint("yymmdd", date).map_err(|_| "COUPON_INVALID_START_DATE")?;
        fail_unless(
            expiry.is_none_or(|expiry| date <= expiry),
            "COUPON_EXPIRATION_BEFORE_START",
        )?;
    }
    Ok(())
}

fn ends(rest: &mut Rest<'_>) -> Lint {
    if rest.field('5') {
        rest.part(
            0..=9,
            6,
            [
                "COUPON_MISSING_SERIAL_NUMBER_VLI",
                "COUPON_INVALID_SERIAL_NUMBER_LENGTH",
                "COUPON_TRUNCATED_SERIAL_NUMBER",
            ],
        )?;
    }
    if rest.field('6') {
        rest.part(
            1..=7,
            6,
            [
                "COUPON_MISSING_RETAILER_GCP_OR_GLN_VLI",
                "COUPON_INVALID_RETAILER_GCP_OR_GLN_LENGTH",
                "COUPON_TRUNCATED_RETAILER_GCP_OR_GLN",
            ],
        )?;
    }
    if rest.field('9') {
        let save = rest.digit("COUPON_MISSING_SAVE_VALUE_CODE")?;
        fail_unless(
            matches!(save, 0..=2 | 5 | 6),
            "COUPON_INVALID_SAVE_VALUE_CODE",
        )?;
        let applies = rest.digit("COUPON_MISSING_SAVE_VALUE_APPLIES_TO_ITEM")?;
        fail_unless(applies <= 2, "COUPON_INVALID_SAVE_VALUE_APPLIES_TO_ITEM")?;
        rest.digit("COUPON_MISSING_STORE_COUPON_FLAG")?;
        let multiply = rest.digit("COUPON_MISSING_DONT_MULTIPLY_FLAG")?;
        fail_unless(multiply <= 1, "COUPON_INVALID_DONT_MULTIPLY_FLAG")?;
    }
    Ok(())
}

/// AI 8112.
pub(super) fn offer(value: &str) -> Lint {
    digits(value)?;
    let mut rest = Rest(value);
    let format = rest.digit("COUPON_MISSING_FORMAT_CODE")?;
    fail_unless(format <= 1, "COUPON_INVALID_FORMAT_CODE")?;
    rest.part(
        0..=6,
        6,
        [
            "COUPON_MISSING_FUNDER_VLI",
            "COUPON_INVALID_FUNDER_LENGTH",
            "COUPON_TRUNCATED_FUNDER",
        ],
    )?;
    rest.take(6, "COUPON_TRUNCATED_OFFER_CODE")?;
    rest.part(
        0..=9,
        6,
        [
            "COUPON_MISSING_SERIAL_NUMBER_VLI",
            "COUPON_INVALID_SERIAL_NUMBER_LENGTH",
            "COUPON_TRUNCATED_SERIAL_NUMBER",
        ],
    )?;
    fail_unless(rest.0.is_empty(), "COUPON_EXCESS_DATA")
}
