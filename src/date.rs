//! Dates as people write them in front matter, and as layouts of Go, strftime
//! and a reader's language show them. A date keeps the offset it was written
//! with: a post of November 11 in Los Angeles stays one of November 11.

mod due;
mod format;
pub mod names;
mod parse;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};
use std::cmp::Ordering;
use std::fmt;

pub use due::{DUE_ACCEPTED, Due};
pub use parse::from_filename;

/// An instant, and the offset in which it was written. Compared by the instant alone.
#[derive(Clone, Copy, Debug)]
pub struct Date {
    pub instant: Timestamp,
    pub offset: Offset,
}

impl PartialEq for Date {
    fn eq(&self, other: &Date) -> bool {
        self.instant == other.instant
    }
}

impl Eq for Date {}

impl PartialOrd for Date {
    fn partial_cmp(&self, other: &Date) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Date {
    fn cmp(&self, other: &Date) -> Ordering {
        self.instant.cmp(&other.instant)
    }
}

/// A text that is no date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DateError {
    pub text: String,
    /// It has the form of a date, but there is no such day or time.
    pub impossible: bool,
}

impl fmt::Display for DateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.impossible {
            true => write!(f, "`{}` is a day or time that does not exist", self.text),
            false => write!(f, "`{}` is not a date", self.text),
        }
    }
}

impl std::error::Error for DateError {}

/// For the help under a bad date.
pub const ACCEPTED: &str = "write `2024-11-11`, `2024-11-11 09:00`, `2024-11-11T09:00:00-08:00`, \
     `2024-11-11 09:00:00 -0800`, `11 Nov 2024`, `Nov 11, 2024` or `Mon, 11 Nov 2024 09:00:00 -0800`";

impl Date {
    /// Any form that Hugo accepts. Without an offset the date is one of `zone`;
    /// without a time, midnight.
    pub fn parse(text: &str, zone: &TimeZone) -> Result<Date, DateError> {
        parse::parse(text, zone)
    }

    pub fn new(instant: Timestamp, zone: &TimeZone) -> Date {
        Date {
            instant,
            offset: zone.to_offset(instant),
        }
    }

    /// The calendar and the clock in the date's own offset.
    pub fn civil(self) -> DateTime {
        self.offset.to_datetime(self.instant)
    }

    pub fn year(self) -> i16 {
        self.civil().year()
    }

    pub fn month(self) -> i8 {
        self.civil().month()
    }

    pub fn day(self) -> i8 {
        self.civil().day()
    }

    /// By a layout of Go (`January 2, 2006`), by strftime (with a `%` in it), or by
    /// one of Hugo's names (`:date_long`), in the language of `lang`, a code.
    pub fn format(self, layout: &str, lang: &str) -> String {
        format::format(self, layout, lang)
    }

    /// `2024-11-11T09:00:00-08:00`, and `Z` for no offset.
    pub fn rfc3339(self) -> String {
        format::rfc3339(self)
    }

    /// `Mon, 11 Nov 2024 09:00:00 -0800`.
    pub fn rfc2822(self) -> String {
        format::format(self, "Mon, 02 Jan 2006 15:04:05 -0700", "en")
    }
}

#[cfg(test)]
mod tests;
