//! As of when: a business day, or a day with a time, which is a moment of the books.

use kernel::{Day, Moment};
use store::AsOf;

use crate::pages::desk::{Asked, Reader};
use crate::parts::lang::Lang;

/// As of when figures are, as it stands in an address.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::pages) struct When {
    /// What the store is asked.
    pub as_of: AsOf,
    /// The day as typed, when it is one.
    pub day: String,
    /// The time as typed, when it is one.
    pub time: String,
}

impl When {
    /// Reads a day and a time of an address. A time alone is of today; what is neither is as if it were not there.
    pub fn asked(reader: &Reader<'_>, asked: &Asked, day: &str, time: &str) -> When {
        When::of(reader.today, asked.text(day), asked.text(time))
    }

    fn of(today: Day, day: &str, time: &str) -> When {
        let day: Option<Day> = day.parse().ok();
        match (day, minutes(time)) {
            (None, None) => When::default(),
            (Some(day), None) => When {
                as_of: AsOf::Day(day),
                day: day.to_string(),
                time: String::new(),
            },
            (day, Some(minutes)) => {
                let day = day.unwrap_or(today);
                // To the end of that minute: pages show minutes, and what is shown with one belongs to it.
                let Moment(next) = Moment::midnight_of(day).plus_minutes(minutes + 1);
                When {
                    as_of: AsOf::Moment(Moment(next - 1)),
                    day: day.to_string(),
                    time: format!("{:02}:{:02}", minutes / 60, minutes % 60),
                }
            }
        }
    }

    /// The moment, where it is one of the books.
    pub fn moment(&self) -> Option<Moment> {
        match self.as_of {
            AsOf::Moment(at) => Some(at),
            _ => None,
        }
    }

    /// In a sentence.
    pub fn words(&self, lang: Lang) -> String {
        let (day, time) = (&self.day, &self.time);
        match (self.as_of, lang) {
            (AsOf::Day(_), Lang::Zh) => format!("截至 {day} 日终（按业务日期）"),
            (AsOf::Day(_), Lang::En) => format!("as of the end of {day}, by business day"),
            (AsOf::Moment(_), Lang::Zh) => format!("截至 {day} {time}（按记账时刻）"),
            (AsOf::Moment(_), Lang::En) => format!("as the books stood on {day} at {time}"),
            (_, Lang::Zh) => "截至当前".to_owned(),
            (_, Lang::En) => "as of now".to_owned(),
        }
    }

    /// The same as the end of a statement, for an address.
    pub fn until(&self) -> [(&'static str, &str); 3] {
        match self.as_of {
            AsOf::Moment(_) => [("to", ""), ("as_of", &self.day), ("at", &self.time)],
            _ => [("to", &self.day), ("as_of", ""), ("at", "")],
        }
    }
}

/// Minutes since midnight of `15:30`, which may be typed `1530` too.
fn minutes(text: &str) -> Option<i64> {
    let figures = text.bytes().all(|byte| byte.is_ascii_digit());
    let (hours, minutes) = match text.split_once([':', '：']) {
        Some(parts) => parts,
        None if figures && matches!(text.len(), 3 | 4) => text.split_at(text.len() - 2),
        None => return None,
    };
    let (hours, minutes): (i64, i64) = (hours.parse().ok()?, minutes.parse().ok()?);
    ((0..24).contains(&hours) && (0..60).contains(&minutes)).then_some(hours * 60 + minutes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().expect("a day")
    }

    #[test]
    fn a_day_is_of_business_and_a_time_is_of_the_books() {
        let today = day("2026-04-02");
        assert_eq!(When::of(today, "", ""), When::default());
        assert_eq!(When::of(today, "soon", "noon"), When::default());
        let when = When::of(today, "2026-04-01", "");
        assert_eq!(when.as_of, AsOf::Day(day("2026-04-01")));
        let when = When::of(today, "2026-04-01", "15:30");
        let end = when.moment().expect("a moment");
        assert_eq!(end.to_string(), "2026-04-01 15:30:59");
        assert_eq!(Moment(end.0 + 1).to_string(), "2026-04-01 15:31:00");
        let when = When::of(today, "", "0:05");
        assert_eq!((&*when.day, &*when.time), ("2026-04-02", "00:05"));
        for typed in ["15:30", "1530", "15：30"] {
            assert_eq!(minutes(typed), Some(930), "{typed}");
        }
        assert_eq!(minutes("905"), Some(545));
        for bad in ["24:00", "12:60", "-1:00", "12", "x:y", "2460", "15305"] {
            assert_eq!(minutes(bad), None);
        }
    }
}
