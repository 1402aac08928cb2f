//! A date as people commit themselves to it: a day, a month, or a year.

use super::Date;
use jiff::civil;
use jiff::tz::TimeZone;
use std::fmt;

/// `2025`, `2025-11` or `2025-11-30`. Ordered by their last days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Due {
    pub year: i16,
    pub month: Option<i8>,
    pub day: Option<i8>,
}

/// For the help under one that is none.
pub const DUE_ACCEPTED: &str = "write a year, a month or a day: `2025`, `2025-11`, `2025-11-30`";

impl Due {
    /// Besides the forms above any date of front matter, of which the day counts.
    pub fn parse(text: &str) -> Option<Due> {
        let text = text.trim();
        let year = |text: &str| {
            let digits = text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit());
            digits.then(|| text.parse().ok()).flatten()
        };
        if let Some(year) = year(text) {
            return Some(Due {
                year,
                month: None,
                day: None,
            });
        }
        let date = Date::parse(text, &TimeZone::UTC).ok()?;
        // A year and a month are read as the first day of it.
        let is_month = text
            .split_once(['-', '/'])
            .is_some_and(|(first, rest)| year(first).is_some() && rest.len() <= 2);
        Some(Due {
            year: date.year(),
            month: Some(date.month()),
            day: (!is_month).then(|| date.day()),
        })
    }

    /// The first day that belongs to it.
    pub fn first_day(self) -> civil::Date {
        let day = civil::Date::new(self.year, self.month.unwrap_or(1), self.day.unwrap_or(1));
        day.unwrap_or(civil::Date::MAX)
    }

    /// The last day that belongs to it.
    pub fn last_day(self) -> civil::Date {
        let month = self.month.unwrap_or(12);
        let first = civil::Date::new(self.year, month, 1).unwrap_or(civil::Date::MAX);
        match self.day {
            Some(day) => civil::Date::new(self.year, month, day).unwrap_or(first),
            None => first.last_of_month(),
        }
    }

    /// As readers see it: a year, a month with its name, or a day in `layout`,
    /// in the language of `lang`.
    pub fn format(self, layout: &str, lang: &str) -> String {
        let layout = match (self.month, self.day) {
            (None, _) => return self.year.to_string(),
            (_, Some(_)) => layout,
            _ if lang.starts_with("zh") || lang.starts_with("ja") => "2006年1月",
            _ if lang.starts_with("ko") => "2006년 1월",
            _ => "January 2006",
        };
        let day = self.last_day().at(0, 0, 0, 0);
        match TimeZone::UTC.to_timestamp(day) {
            Ok(instant) => Date::new(instant, &TimeZone::UTC).format(layout, lang),
            Err(_) => self.to_string(),
        }
    }
}

impl fmt::Display for Due {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}", self.year)?;
        if let Some(month) = self.month {
            write!(f, "-{month:02}")?;
        }
        match self.day {
            Some(day) => write!(f, "-{day:02}"),
            None => Ok(()),
        }
    }
}

impl PartialOrd for Due {
    fn partial_cmp(&self, other: &Due) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Due {
    fn cmp(&self, other: &Due) -> std::cmp::Ordering {
        let key = |due: &Due| (due.last_day(), due.month, due.day);
        key(self).cmp(&key(other))
    }
}

#[cfg(test)]
mod tests {
    use super::Due;

    #[test]
    fn a_day_a_month_or_a_year() {
        let read = |text| Due::parse(text).map(|due| (due.to_string(), due.last_day().to_string()));
        let is = |text: &str, day: &str| Some((text.to_owned(), day.to_owned()));
        assert_eq!(read("2025"), is("2025", "2025-12-31"));
        assert_eq!(read(" 2024-2 "), is("2024-02", "2024-02-29"));
        assert_eq!(read("2025-11-03"), is("2025-11-03", "2025-11-03"));
        assert_eq!(read("Nov 3, 2025"), is("2025-11-03", "2025-11-03"));
        assert_eq!(read("2025-13"), None);
        assert_eq!(read("next year"), None);
    }

    #[test]
    fn readers_see_as_much_as_was_said() {
        let says = |text, lang| {
            Due::parse(text)
                .expect("a date")
                .format("Jan 2, 2006", lang)
        };
        assert_eq!(says("2025", "en"), "2025");
        assert_eq!(says("2025-11", "de"), "November 2025");
        assert_eq!(says("2025-11", "zh-cn"), "2025年11月");
        assert_eq!(says("2025-11-03", "en"), "Nov 3, 2025");
    }
}
