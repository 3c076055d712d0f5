//! How a person wants to be told of what.

use std::collections::{BTreeMap, BTreeSet};

use kernel::Moment;
use serde::{Deserialize, Serialize};

/// Minutes of a day.
const DAY: i64 = 24 * 60;

/// What a person may be told of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// Something waits for one of his roles.
    Waits,
    /// Something was given to him by name.
    Named,
    /// Something he signed came back.
    Returned,
    /// Somebody reminds those for whom a slip waits.
    Reminder,
    /// What waits for him has run past its time.
    Deadline,
    /// What waits for others has, and he is to be told.
    Escalation,
    /// A copy for his information.
    Copied,
    /// Something was done with a slip that he watches.
    Watched,
}

impl Event {
    /// All, in the order in which they are shown.
    pub const ALL: [Event; 8] = [
        Event::Named,
        Event::Returned,
        Event::Reminder,
        Event::Deadline,
        Event::Escalation,
        Event::Copied,
        Event::Watched,
        Event::Waits,
    ];

    /// The name in data.
    pub const fn name(self) -> &'static str {
        match self {
            Event::Waits => "waits",
            Event::Named => "named",
            Event::Returned => "returned",
            Event::Reminder => "reminder",
            Event::Deadline => "deadline",
            Event::Escalation => "escalation",
            Event::Copied => "copied",
            Event::Watched => "watched",
        }
    }

    /// What people call it: Chinese, English.
    pub const fn label(self) -> (&'static str, &'static str) {
        match self {
            Event::Waits => ("岗位待办", "Waits for my role"),
            Event::Named => ("指名交办", "Given to me by name"),
            Event::Returned => ("被退回", "Returned to me"),
            Event::Reminder => ("催办", "Reminder"),
            Event::Deadline => ("逾期", "Overdue"),
            Event::Escalation => ("逾期上报", "Escalated to me"),
            Event::Copied => ("抄送", "Copied to me"),
            Event::Watched => ("关注", "A slip that I watch"),
        }
    }

    /// The event of a name.
    pub fn of(name: &str) -> Option<Event> {
        Event::ALL.into_iter().find(|event| event.name() == name)
    }
}

/// A way to tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// The bell of the program's pages.
    App,
    /// Mail.
    Email,
    /// Short message.
    Sms,
}

impl Way {
    /// All.
    pub const ALL: [Way; 3] = [Way::App, Way::Email, Way::Sms];

    /// The name in data.
    pub const fn name(self) -> &'static str {
        match self {
            Way::App => "app",
            Way::Email => "email",
            Way::Sms => "sms",
        }
    }
}

/// A mail address or telephone number that somebody typed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Address {
    /// As typed.
    pub text: String,
    /// Whether a code sent there came back. Nothing else is sent there before.
    pub proved: bool,
    /// Digest of the code that was sent, and until when it counts.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub asked: Option<(String, Moment)>,
}

/// How a person wants to be told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Preference {
    /// `zh` or `en`.
    pub lang: String,
    /// Mail address.
    pub email: Address,
    /// Telephone number, `+8613800000000`.
    pub phone: Address,
    /// Ways per event.
    pub ways: BTreeMap<Event, BTreeSet<Way>>,
    /// Minutes of the day from and until which mails and messages wait.
    pub quiet: Option<(u16, u16)>,
    /// Minute of the day at which all mails of a day come as one.
    pub digest: Option<u16>,
}

impl Default for Preference {
    fn default() -> Preference {
        let urgent = [
            Event::Named,
            Event::Returned,
            Event::Reminder,
            Event::Deadline,
            Event::Escalation,
        ];
        let ways = Event::ALL.into_iter().map(|event| {
            let mut ways = BTreeSet::new();
            // What waits for a role is what the inbox is for.
            if event != Event::Waits {
                ways.insert(Way::App);
            }
            if urgent.contains(&event) {
                ways.insert(Way::Email);
            }
            (event, ways)
        });
        Preference {
            lang: "zh".to_owned(),
            email: Address::default(),
            phone: Address::default(),
            ways: ways.collect(),
            quiet: None,
            digest: None,
        }
    }
}

/// The minute of the day, local time.
pub fn minute_of_day(at: Moment) -> i64 {
    let text = at.minute();
    let number = |from: usize| {
        text.get(from..from + 2)
            .and_then(|two| two.parse().ok())
            .unwrap_or(0)
    };
    number(11) * 60 + number(14)
}

/// The next time at which the day has come to a minute: now or later.
pub fn next(now: Moment, minute: u16) -> Moment {
    let whole = Moment(now.0 - now.0.rem_euclid(60_000_000));
    let ahead = (i64::from(minute) - minute_of_day(now)).rem_euclid(DAY);
    if ahead == 0 {
        now
    } else {
        whole.plus_minutes(ahead)
    }
}

impl Preference {
    /// Reads what is kept; the usual where nothing is.
    pub fn read(body: Option<&str>) -> Preference {
        body.and_then(|body| serde_json::from_str(body).ok())
            .unwrap_or_default()
    }

    /// Whether an event is told in a way: the way is chosen and the address is proved.
    pub fn wants(&self, event: Event, way: Way) -> bool {
        let reachable = match way {
            Way::App => true,
            Way::Email => self.email.proved,
            Way::Sms => self.phone.proved,
        };
        reachable
            && self
                .ways
                .get(&event)
                .is_some_and(|ways| ways.contains(&way))
    }

    /// Whether an event is told in any way.
    pub fn wants_any(&self, event: Event) -> bool {
        Way::ALL.into_iter().any(|way| self.wants(event, way))
    }

    /// When a mail or message made now may go out.
    pub fn not_before(&self, now: Moment) -> Moment {
        let Some((from, until)) = self.quiet.filter(|(from, until)| from != until) else {
            return now;
        };
        let minute = minute_of_day(now);
        let (from, to) = (i64::from(from), i64::from(until));
        let quiet = if from < to {
            (from..to).contains(&minute)
        } else {
            minute >= from || minute < to
        };
        if quiet { next(now, until) } else { now }
    }
}

#[cfg(test)]
mod tests {
    use kernel::Day;

    use super::*;

    fn at(hour: i64, minute: i64) -> Moment {
        Moment::noon_of(Day::new(2026, 4, 1).unwrap()).plus_minutes((hour - 12) * 60 + minute)
    }

    #[test]
    fn quiet_hours_go_over_midnight() {
        let quiet = Preference {
            quiet: Some((22 * 60, 7 * 60)),
            ..Preference::default()
        };
        assert_eq!(quiet.not_before(at(21, 59)), at(21, 59));
        assert_eq!(quiet.not_before(at(22, 0)), at(31, 0));
        assert_eq!(quiet.not_before(at(3, 30)), at(7, 0));
        assert_eq!(quiet.not_before(at(7, 0)), at(7, 0));
        let noon = Preference {
            quiet: Some((12 * 60, 13 * 60)),
            ..Preference::default()
        };
        assert_eq!(noon.not_before(at(12, 30)), at(13, 0));
        assert_eq!(noon.not_before(at(11, 0)), at(11, 0));
    }

    #[test]
    fn the_next_time_of_a_minute() {
        assert_eq!(minute_of_day(at(14, 5)), 14 * 60 + 5);
        assert_eq!(next(at(8, 0), 8 * 60), at(8, 0));
        assert_eq!(next(at(8, 1), 8 * 60), at(32, 0));
        assert_eq!(next(at(7, 0), 8 * 60), at(8, 0));
    }

    #[test]
    fn nothing_is_sent_to_an_address_that_was_not_proved() {
        let mut own = Preference::default();
        own.email.text = "a@b.cn".to_owned();
        assert!(!own.wants(Event::Returned, Way::Email));
        own.email.proved = true;
        assert!(own.wants(Event::Returned, Way::Email));
        assert!(!own.wants(Event::Waits, Way::App) && !own.wants_any(Event::Waits));
        let kept = serde_json::to_string(&own).unwrap();
        assert_eq!(Preference::read(Some(&kept)), own);
        assert_eq!(Preference::read(Some("{")), Preference::default());
    }
}
