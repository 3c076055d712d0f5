//! From the cells of a file to what is typed into lines: which column is which field, and what a cell means.

use kernel::{Amount, Day};
use model::{Field, FieldKind};

use super::typed::{moment_of, plain_figures};

/// Where the text of a field comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Column {
    /// The field, by its position among those that are typed.
    pub field: usize,
    /// The column of the file.
    pub at: usize,
    /// The column that holds the day where the time stands in one of its own.
    pub day: Option<usize>,
}

/// What is wrong with a cell, in both languages.
pub(super) type Wrong = (String, String);

fn wrong(zh: &str, en: &str) -> Wrong {
    (zh.to_owned(), en.to_owned())
}

/// A heading as it is compared: without case, blanks and signs, and without the unit behind it.
fn bare(heading: &str) -> String {
    let letters = |text: &str| -> String {
        text.chars()
            .filter(|c| c.is_alphanumeric())
            .flat_map(char::to_lowercase)
            .collect()
    };
    let end = heading.find(['(', '（', '[', '【', '°', '℃', '%', '％']);
    let short = letters(&heading[..end.unwrap_or(heading.len())]);
    match short.is_empty() {
        true => letters(heading),
        false => short,
    }
}

/// The columns that headings name: by the name of a field, its label in either language, or what else it is called.
pub(super) fn by_heading(fields: &[&Field], header: &[String]) -> Vec<Column> {
    let header: Vec<String> = header.iter().map(|heading| bare(heading)).collect();
    let mut found: Vec<Column> = Vec::new();
    for (at, field) in fields.iter().enumerate() {
        let own = [&*field.name, &*field.label.zh, &*field.label.en];
        let names = own.into_iter().chain(field.also.iter().map(|name| &**name));
        let names: Vec<String> = names.map(bare).filter(|name| !name.is_empty()).collect();
        let free = |column: &usize| !found.iter().any(|other| other.at == *column);
        let column = names.iter().find_map(|name| {
            let mut columns = (0..header.len()).filter(free);
            columns.find(|column| header[*column] == *name)
        });
        if let Some(column) = column {
            found.push(Column {
                field: at,
                at: column,
                day: None,
            });
        }
    }
    // Some loggers write the day and the time of day into two columns.
    let day = (0..header.len()).find(|column| {
        matches!(header[*column].as_str(), "日期" | "date")
            && !found.iter().any(|other| other.at == *column)
    });
    let mut moments = found
        .iter_mut()
        .filter(|column| fields[column.field].kind == FieldKind::Moment);
    if let Some(column) = moments.next() {
        column.day = day;
    }
    found
}

/// The first columns, in the order of the fields.
pub(super) fn in_order(fields: &[&Field], width: usize) -> Vec<Column> {
    let both = (0..fields.len()).zip(0..width);
    both.map(|(field, at)| Column {
        field,
        at,
        day: None,
    })
    .collect()
}

/// The text of a field in a row of the file.
pub(super) fn text_in(column: &Column, cells: &[String]) -> String {
    let text = |at: usize| cells.get(at).map_or("", String::as_str).trim();
    match column.day.map(text) {
        Some(day) if !day.is_empty() && moment(text(column.at)).is_none() => {
            format!("{day} {}", text(column.at))
        }
        _ => text(column.at).to_owned(),
    }
}

/// A cell as a person would type it into the field. Whether a key is one that is known is asked elsewhere.
pub(super) fn typed(field: &Field, text: &str) -> Result<String, Wrong> {
    let text = text.trim();
    if text.is_empty() {
        let open = field.optional || field.default.is_some() || field.kind == FieldKind::Flag;
        return match open {
            true => Ok(String::new()),
            false => Err(wrong("不能为空", "must not be empty")),
        };
    }
    match &field.kind {
        FieldKind::Moment => moment(text).ok_or_else(|| {
            wrong(
                "不是带时刻的日期，如 2026-11-02 08:05（本地时间）",
                "is no day with a time such as 2026-11-02 08:05 (local time)",
            )
        }),
        // A workbook gives every day a time.
        FieldKind::Day => day(text.strip_suffix(" 00:00").unwrap_or(text))
            .ok_or_else(|| wrong("不是日期，如 2026-11-02", "is no day such as 2026-11-02")),
        // Packages are counted by whoever knows how much goes into one.
        FieldKind::Amount(_) if in_packages(field, text) => Ok(text.to_owned()),
        FieldKind::Amount(unit) => {
            let plain = number(text).ok_or_else(|| {
                wrong(
                    "不是数字（小数点须为 .）",
                    "is no number (decimal point: .)",
                )
            })?;
            match Amount::parse(&plain, *unit) {
                Ok(_) => Ok(plain),
                Err(error) => Err((
                    format!("数字不合要求：{error}"),
                    format!("no good number: {error}"),
                )),
            }
        }
        FieldKind::Flag => match text.to_lowercase().as_str() {
            "1" | "是" | "√" | "y" | "yes" | "true" => Ok("1".to_owned()),
            "0" | "否" | "×" | "n" | "no" | "false" => Ok(String::new()),
            _ => Err(wrong("须为 是 或 否", "must be yes or no")),
        },
        FieldKind::Choice(choices) => {
            let found = choices
                .iter()
                .find(|one| [&*one.code, &*one.label.zh, &*one.label.en].contains(&text));
            let codes = || {
                choices
                    .iter()
                    .map(|one| &*one.label.zh)
                    .collect::<Vec<_>>()
                    .join("、")
            };
            found.map(|one| one.code.to_string()).ok_or_else(|| {
                (
                    format!("须为 {} 之一", codes()),
                    format!("must be one of {}", codes()),
                )
            })
        }
        FieldKind::Text if text.chars().count() > field.length_max as usize => Err((
            format!("超过 {} 字", field.length_max),
            format!("has more than {} characters", field.length_max),
        )),
        FieldKind::Text | FieldKind::Register(_) | FieldKind::Person => Ok(text.to_owned()),
    }
}

/// Whether a number is written in packages: `3件5`. A mark may be a letter that stands in any word, so figures must be before it.
fn in_packages(field: &Field, text: &str) -> bool {
    let figures = |text: &str| text.trim().bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let mut marks = field.packed.iter().flat_map(|packed| &packed.marks);
    marks.any(|mark| {
        let parts = text.split_once(&**mark);
        parts.is_some_and(|(packs, loose)| {
            !packs.trim().is_empty() && figures(packs) && figures(loose)
        })
    })
}

/// `2026/11/2 8:05:00` and `2026-11-02T08:05` as `2026-11-02 08:05`: what is typed has minutes. A time of another zone is none.
fn moment(text: &str) -> Option<String> {
    let text = plain_figures(text, false);
    let (date, time) = text.trim().split_once([' ', 'T'])?;
    let date = day(date)?;
    let time = time.trim().trim_end_matches(['秒', '分']);
    let parts: Vec<&str> = time.split([':', '时', '分', '点']).collect();
    let (hour, minute, second) = match parts[..] {
        [hour, minute] => (hour, minute, "0"),
        [hour, minute, second] => (hour, minute, second),
        _ => return None,
    };
    let (whole, part) = second.split_once('.').unwrap_or((second, "0"));
    let figures = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if ![hour, minute, whole, part].iter().all(|text| figures(text)) {
        return None;
    }
    if whole.len() > 2 || whole.parse::<u8>().ok()? > 59 {
        return None;
    }
    moment_of(&format!("{date} {hour}:{minute}")).map(|moment| moment.minute())
}

/// A day whose year comes first and has four figures; anything else could be read in two ways.
fn day(text: &str) -> Option<String> {
    let text = plain_figures(text, false);
    let text = text.trim().trim_end_matches('日');
    let parts: Vec<&str> = text.split(['-', '/', '.', '年', '月']).collect();
    let (year, month, day) = match parts[..] {
        [year, month, day] => (year, month, day),
        [all] if all.len() == 8 && all.is_ascii() => (&all[..4], &all[4..6], &all[6..]),
        _ => return None,
    };
    let short = |part: &str| matches!(part.len(), 1 | 2);
    if year.len() != 4 || !short(month) || !short(day) {
        return None;
    }
    let day: Day = format!("{year}-{month:0>2}-{day:0>2}").parse().ok()?;
    Some(day.to_string())
}

/// A number without its unit and without commas between thousands. A comma anywhere else may stand for a point: no number.
fn number(text: &str) -> Option<String> {
    let text = plain_figures(text, false);
    let bare = ["℃", "°C", "%RH", "%rh", "%"]
        .iter()
        .find_map(|unit| text.trim().strip_suffix(unit))
        .unwrap_or(text.trim())
        .trim();
    let whole = bare.split('.').next().unwrap_or_default();
    let mut groups = whole.trim_start_matches(['-', '+']).split(',');
    let first = groups.next().unwrap_or_default();
    let rest: Vec<&str> = groups.collect();
    let grouped = rest.is_empty()
        || (matches!(first.len(), 1..=3) && rest.iter().all(|group| group.len() == 3));
    let plain = bare.replace(',', "");
    let figures = plain.bytes().any(|b| b.is_ascii_digit())
        && plain
            .bytes()
            .all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'+'));
    (grouped && figures).then_some(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_of_loggers_are_read() {
        for text in [
            "2026-11-02 08:05",
            "2026/11/2 8:05:00",
            "2026-11-02T08:05:59.250",
            "2026.11.02 8:05",
            "20261102 08:05:00",
            "2026年11月2日 8时05分",
            "２０２６-11-02 08:05",
        ] {
            assert_eq!(moment(text).as_deref(), Some("2026-11-02 08:05"), "{text}");
        }
        for text in [
            "02/11/2026 08:05",
            "2026-11-02",
            "2026-11-02 25:00",
            "2026-11-02 08:05:61",
            "2026-02-30 08:05",
            "2026-11-02T08:05Z",
            "2026-11-02T08:05:00+02:00",
            "2026-11-02 08:05 PM",
            "",
        ] {
            assert_eq!(moment(text), None, "{text}");
        }
    }

    #[test]
    fn a_comma_that_may_be_a_point_is_no_number() {
        for (text, read) in [
            ("4.5", Some("4.5")),
            ("-0.3 ℃", Some("-0.3")),
            ("55%RH", Some("55")),
            ("1,200", Some("1200")),
            ("４．５", Some("4.5")),
            ("4,5", None),
            ("--", None),
            ("NaN", None),
            ("1e3", None),
        ] {
            assert_eq!(number(text).as_deref(), read, "{text}");
        }
    }

    #[test]
    fn headings_are_compared_without_units() {
        for heading in ["温度（℃）", "温度(℃)", "温度℃", " 温 度 ", "温度 [°C]"]
        {
            assert_eq!(bare(heading), "温度", "{heading}");
        }
        assert_eq!(bare("Date_Time"), bare("date time"));
        assert_eq!(bare("%RH"), "rh");
    }
}
