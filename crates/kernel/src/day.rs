//! Days, moments and periods. None of them knows what time it is now: time comes in with a command.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// A calendar day, written `2026-04-01`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Day(Date);

/// A text that is not a day that exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a day that exists; write it as 2026-04-01")]
pub struct DayError;

impl Day {
    /// A day, if it exists.
    pub fn new(year: i16, month: i8, day: i8) -> Result<Day, DayError> {
        Date::new(year, month, day).map(Day).map_err(|_| DayError)
    }

    /// The day `count` days later (earlier when negative); `None` outside the years -9999 to 9999.
    pub fn plus_days(self, count: i64) -> Option<Day> {
        let span = jiff::Span::new().try_days(count).ok()?;
        self.0.checked_add(span).ok().map(Day)
    }

    /// Days from `earlier` to this day.
    pub fn days_since(self, earlier: Day) -> i64 {
        i64::from(earlier.0.until(self.0).map_or(0, |span| span.get_days()))
    }

    /// The month the day lies in.
    pub fn period(self) -> Period {
        Period(i32::from(self.0.year()) * 100 + i32::from(self.0.month()))
    }

    /// The year.
    pub fn year(self) -> i16 {
        self.0.year()
    }

    /// `20260401`, as numbers of slips show it.
    pub fn compact(self) -> String {
        format!(
            "{:04}{:02}{:02}",
            self.0.year(),
            self.0.month(),
            self.0.day()
        )
    }
}

impl FromStr for Day {
    type Err = DayError;

    /// Reads `2026-04-01` and nothing else.
    fn from_str(text: &str) -> Result<Day, DayError> {
        let mut parts = text.trim().splitn(3, '-');
        let mut next = |width: usize| -> Result<i16, DayError> {
            let part = parts.next().ok_or(DayError)?;
            if part.len() == width && part.bytes().all(|b| b.is_ascii_digit()) {
                part.parse().map_err(|_| DayError)
            } else {
                Err(DayError)
            }
        };
        let (year, month, day) = (next(4)?, next(2)?, next(2)?);
        Day::new(year, month as i8, day as i8)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:04}-{:02}-{:02}",
            self.0.year(),
            self.0.month(),
            self.0.day()
        )
    }
}

/// A moment: microseconds since 1970-01-01T00:00:00Z.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, Default,
)]
#[serde(transparent)]
pub struct Moment(pub i64);

/// Minutes east of Greenwich in which days begin and times are shown: China Standard Time.
const LOCAL_OFFSET_MINUTES: i64 = 8 * 60;

impl Moment {
    /// Noon, local time, of a day: a stand-in where only the day is known.
    pub fn noon_of(day: Day) -> Moment {
        let epoch = Date::constant(1970, 1, 1);
        let days = i64::from(epoch.until(day.0).map_or(0, |span| span.get_days()));
        Moment(((days * 24 + 12) * 60 - LOCAL_OFFSET_MINUTES) * 60_000_000)
    }

    /// The moment at which a day begins, local time.
    pub fn midnight_of(day: Day) -> Moment {
        Moment::noon_of(day).plus_minutes(-12 * 60)
    }

    /// The day in local time.
    pub fn day(self) -> Day {
        let minutes = self.0.div_euclid(60_000_000) + LOCAL_OFFSET_MINUTES;
        let epoch = Day(Date::constant(1970, 1, 1));
        epoch
            .plus_days(minutes.div_euclid(24 * 60))
            .unwrap_or(epoch)
    }

    /// `minutes` later.
    pub fn plus_minutes(self, minutes: i64) -> Moment {
        Moment(self.0.saturating_add(minutes.saturating_mul(60_000_000)))
    }

    /// `2026-04-01 14:05`, local time.
    pub fn minute(self) -> String {
        let text = self.to_string();
        text[..16].to_owned()
    }
}

impl fmt::Display for Moment {
    /// `2026-04-01 14:05:09`, local time.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.div_euclid(1_000_000) + LOCAL_OFFSET_MINUTES * 60;
        let in_day = seconds.rem_euclid(86_400);
        write!(
            f,
            "{} {:02}:{:02}:{:02}",
            self.day(),
            in_day / 3600,
            in_day / 60 % 60,
            in_day % 60
        )
    }
}

/// An accounting period, a month as `202604`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Period(pub i32);

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:06}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_days_that_exist() {
        assert!("2026-02-29".parse::<Day>().is_err());
        assert!("2026-2-9".parse::<Day>().is_err());
        assert!("2026-04-01x".parse::<Day>().is_err());
        let day: Day = "2028-02-29".parse().unwrap();
        assert_eq!(day.plus_days(1).unwrap().to_string(), "2028-03-01");
        assert_eq!(day.compact(), "20280229");
        assert_eq!(day.period(), Period(202_802));
        assert_eq!(day.plus_days(1).unwrap().days_since(day), 1);
    }

    #[test]
    fn a_moment_shows_local_time() {
        let day: Day = "2026-04-01".parse().unwrap();
        let noon = Moment::noon_of(day);
        assert_eq!(noon.to_string(), "2026-04-01 12:00:00");
        assert_eq!(noon.day(), day);
        assert_eq!(noon.plus_minutes(12 * 60).day(), day.plus_days(1).unwrap());
        assert_eq!(noon.minute(), "2026-04-01 12:00");
    }
}
