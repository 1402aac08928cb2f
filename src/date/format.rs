//! Writes a date by a layout: Go's, strftime's, or one of Hugo's names.

use super::Date;
use super::names::{self, Names};
use jiff::civil::DateTime;
use std::fmt::Write;

pub fn format(date: Date, layout: &str, lang: &str) -> String {
    let names = names::of(lang);
    let writer = Writer::new(date, names);
    let mut out = String::with_capacity(layout.len() + 8);
    match layout.strip_prefix(':') {
        Some(name) => writer.go(named_layout(name, names).unwrap_or(layout), &mut out),
        None if layout.contains('%') => writer.strftime(layout, &mut out),
        None => writer.go(layout, &mut out),
    }
    out
}

/// Where in [`GO`] the parts stand that begin with a character, by its code.
const GO_FIRST: [usize; 128] = {
    let mut first = [GO.len(); 128];
    let mut at = GO.len();
    while at > 0 {
        at -= 1;
        first[GO[at].0.as_bytes()[0] as usize] = at;
    }
    first
};

/// `2006-01-02T15:04:05Z07:00` without a look at a layout: a build writes it for
/// every page several times.
pub fn rfc3339(date: Date) -> String {
    let civil = date.civil();
    let Ok(year @ 0..=9999) = u16::try_from(civil.year()) else {
        return format(date, "2006-01-02T15:04:05Z07:00", "en");
    };
    let mut out = String::with_capacity("2006-01-02T15:04:05-07:00".len());
    let mut two = |before: Option<char>, number: u8| {
        out.extend(before);
        out.push(char::from(b'0' + number / 10 % 10));
        out.push(char::from(b'0' + number % 10));
    };
    two(None, (year / 100) as u8);
    two(None, (year % 100) as u8);
    for (before, number) in [
        ('-', civil.month()),
        ('-', civil.day()),
        ('T', civil.hour()),
        (':', civil.minute()),
        (':', civil.second()),
    ] {
        two(Some(before), number.unsigned_abs());
    }
    let offset = date.offset.seconds();
    let minutes = offset.unsigned_abs() / 60;
    match offset {
        0 => out.push('Z'),
        _ => {
            two(
                Some(if offset < 0 { '-' } else { '+' }),
                (minutes / 60) as u8,
            );
            two(Some(':'), (minutes % 60) as u8);
        }
    }
    out
}

fn named_layout(name: &str, names: &'static Names) -> Option<&'static str> {
    Some(match name {
        "date_full" => names.full,
        "date_long" => names.long,
        "date_medium" => names.medium,
        "date_short" => names.short,
        "time_full" | "time_long" if names.time.contains("PM") || names.time.contains("pm") => {
            "3:04:05 pm -07:00"
        }
        "time_full" | "time_long" => "15:04:05 -07:00",
        "time_medium" if names.time.contains("PM") || names.time.contains("pm") => "3:04:05 pm",
        "time_medium" => "15:04:05",
        "time_short" => names.time,
        _ => return None,
    })
}

/// Go's reference time, Mon Jan 2 15:04:05 MST 2006, part by part. Those that begin
/// alike stand together; where one begins with another, the longer stands first.
#[derive(Clone, Copy)]
enum Go {
    Month,
    MonthShort,
    Weekday,
    WeekdayShort,
    Month1,
    Month2,
    Day1,
    Day2,
    DaySpaced,
    YearDay,
    YearDaySpaced,
    Hour24,
    Hour12,
    Hour12Two,
    Minute1,
    Minute2,
    Second1,
    Second2,
    Year4,
    Year2,
    Pm,
    PmLower,
    Zone,
    Offset {
        colon: bool,
        zulu: bool,
        minutes: bool,
        seconds: bool,
    },
}

const fn offset(colon: bool, zulu: bool, minutes: bool, seconds: bool) -> Go {
    Go::Offset {
        colon,
        zulu,
        minutes,
        seconds,
    }
}

const GO: &[(&str, Go)] = &[
    ("January", Go::Month),
    ("Jan", Go::MonthShort),
    ("Monday", Go::Weekday),
    ("Mon", Go::WeekdayShort),
    ("MST", Go::Zone),
    ("01", Go::Month2),
    ("02", Go::Day2),
    ("03", Go::Hour12Two),
    ("04", Go::Minute2),
    ("05", Go::Second2),
    ("06", Go::Year2),
    ("002", Go::YearDay),
    ("15", Go::Hour24),
    ("1", Go::Month1),
    ("2006", Go::Year4),
    ("2", Go::Day1),
    ("__2", Go::YearDaySpaced),
    ("_2", Go::DaySpaced),
    ("3", Go::Hour12),
    ("4", Go::Minute1),
    ("5", Go::Second1),
    ("PM", Go::Pm),
    ("pm", Go::PmLower),
    ("-07:00:00", offset(true, false, true, true)),
    ("-070000", offset(false, false, true, true)),
    ("-07:00", offset(true, false, true, false)),
    ("-0700", offset(false, false, true, false)),
    ("-07", offset(false, false, false, false)),
    ("Z07:00:00", offset(true, true, true, true)),
    ("Z070000", offset(false, true, true, true)),
    ("Z07:00", offset(true, true, true, false)),
    ("Z0700", offset(false, true, true, false)),
    ("Z07", offset(false, true, false, false)),
];

/// With zeros before it, so that it has at least `width` digits.
fn number(number: impl Into<i32>, width: usize, out: &mut String) {
    let number = number.into();
    let two = |number: i32, out: &mut String| {
        let number = number.unsigned_abs() as u8;
        out.push(char::from(b'0' + number / 10));
        out.push(char::from(b'0' + number % 10));
    };
    match (width, number) {
        (2, 0..100) => two(number, out),
        (4, 0..10_000) => {
            two(number / 100, out);
            two(number % 100, out);
        }
        // Writing to a String cannot fail.
        _ => drop(write!(out, "{number:0width$}")),
    }
}

fn spaced(number: impl Into<i32>, width: usize, out: &mut String) {
    let _ = write!(out, "{:width$}", number.into());
}

struct Writer {
    civil: DateTime,
    /// Seconds east of Greenwich.
    offset: i32,
    names: &'static Names,
}

impl Writer {
    fn new(date: Date, names: &'static Names) -> Writer {
        Writer {
            civil: date.civil(),
            offset: date.offset.seconds(),
            names,
        }
    }

    fn go(&self, layout: &str, out: &mut String) {
        let mut rest = layout;
        while let Some(c) = rest.chars().next() {
            if let Some((token, part)) = go_part(rest) {
                self.write(part, out);
                rest = &rest[token.len()..];
            } else if let Some((digits, trim, length)) = go_fraction(rest) {
                self.fraction(c, digits, trim, out);
                rest = &rest[length..];
            } else {
                out.push(c);
                rest = &rest[c.len_utf8()..];
            }
        }
    }

    fn write(&self, part: Go, out: &mut String) {
        let civil = self.civil;
        let month = |names| names::at(names, usize::from(civil.month().unsigned_abs()) - 1);
        let weekday = |names| {
            let day = civil.weekday().to_sunday_zero_offset();
            names::at(names, usize::from(day.unsigned_abs()))
        };
        let hour12 = match civil.hour() % 12 {
            0 => 12,
            hour => hour,
        };
        match part {
            Go::Month => out.push_str(month(self.names.months)),
            Go::MonthShort => out.push_str(month(self.names.months_short)),
            Go::Weekday => out.push_str(weekday(self.names.days)),
            Go::WeekdayShort => out.push_str(weekday(self.names.days_short)),
            Go::Month1 => number(civil.month(), 1, out),
            Go::Month2 => number(civil.month(), 2, out),
            Go::Day1 => number(civil.day(), 1, out),
            Go::Day2 => number(civil.day(), 2, out),
            Go::DaySpaced => spaced(civil.day(), 2, out),
            Go::YearDay => number(civil.day_of_year(), 3, out),
            Go::YearDaySpaced => spaced(civil.day_of_year(), 3, out),
            Go::Hour24 => number(civil.hour(), 2, out),
            Go::Hour12 => number(hour12, 1, out),
            Go::Hour12Two => number(hour12, 2, out),
            Go::Minute1 => number(civil.minute(), 1, out),
            Go::Minute2 => number(civil.minute(), 2, out),
            Go::Second1 => number(civil.second(), 1, out),
            Go::Second2 => number(civil.second(), 2, out),
            Go::Year4 => number(civil.year(), 4, out),
            Go::Year2 => number(civil.year().rem_euclid(100), 2, out),
            Go::Pm => out.push_str(if civil.hour() < 12 { "AM" } else { "PM" }),
            Go::PmLower => out.push_str(if civil.hour() < 12 { "am" } else { "pm" }),
            Go::Zone if self.offset == 0 => out.push_str("UTC"),
            // Go's way with a zone that has no name: hours, and minutes where there are any.
            Go::Zone => self.offset(false, self.offset % 3600 != 0, false, out),
            Go::Offset { zulu: true, .. } if self.offset == 0 => out.push('Z'),
            Go::Offset {
                colon,
                minutes,
                seconds,
                ..
            } => self.offset(colon, minutes, seconds, out),
        }
    }

    fn offset(&self, colon: bool, minutes: bool, seconds: bool, out: &mut String) {
        out.push(if self.offset < 0 { '-' } else { '+' });
        let total = self.offset.unsigned_abs();
        number((total / 3600) as i32, 2, out);
        for (wanted, part) in [(minutes, total / 60 % 60), (seconds, total % 60)] {
            if wanted {
                if colon {
                    out.push(':');
                }
                number(part as i32, 2, out);
            }
        }
    }

    /// `.000` writes three digits, `.999` those of them that are no trailing zeros.
    fn fraction(&self, point: char, digits: usize, trim: bool, out: &mut String) {
        let nanos = format!("{:09}", self.civil.subsec_nanosecond());
        let mut shown = &nanos[..digits.min(9)];
        if trim {
            shown = shown.trim_end_matches('0');
        }
        if !shown.is_empty() {
            out.push(point);
            out.push_str(shown);
        }
    }

    fn strftime(&self, layout: &str, out: &mut String) {
        let mut chars = layout.chars();
        while let Some(c) = chars.next() {
            if c != '%' {
                out.push(c);
                continue;
            }
            let before = chars.as_str();
            let flag = before.chars().next().filter(|c| "-_0^#".contains(*c));
            if flag.is_some() {
                chars.next();
            }
            let Some(letter) = chars.next() else {
                out.push('%');
                out.push_str(before);
                return;
            };
            if !self.strftime_part(flag, letter, out) {
                // Written as it stands, like most implementations do.
                out.push('%');
                out.extend(flag);
                out.push(letter);
            }
        }
    }

    fn strftime_part(&self, flag: Option<char>, letter: char, out: &mut String) -> bool {
        let civil = self.civil;
        let hour12 = match civil.hour() % 12 {
            0 => 12,
            hour => hour,
        };
        let mut number = |value: i64, width: usize, pad: char| {
            let _ = match (flag, pad) {
                (Some('-'), _) => write!(out, "{value}"),
                (Some('_'), _) | (None, ' ') => write!(out, "{value:width$}"),
                _ => write!(out, "{value:0width$}"),
            };
        };
        match letter {
            'Y' => number(civil.year().into(), 4, '0'),
            'y' => number(civil.year().rem_euclid(100).into(), 2, '0'),
            'C' => number((civil.year() / 100).into(), 2, '0'),
            'm' => number(civil.month().into(), 2, '0'),
            'd' => number(civil.day().into(), 2, '0'),
            'e' => number(civil.day().into(), 2, ' '),
            'H' => number(civil.hour().into(), 2, '0'),
            'k' => number(civil.hour().into(), 2, ' '),
            'I' => number(hour12.into(), 2, '0'),
            'l' => number(hour12.into(), 2, ' '),
            'M' => number(civil.minute().into(), 2, '0'),
            'S' => number(civil.second().into(), 2, '0'),
            'j' => number(civil.day_of_year().into(), 3, '0'),
            'u' => number(civil.weekday().to_monday_one_offset().into(), 1, '0'),
            'w' => number(civil.weekday().to_sunday_zero_offset().into(), 1, '0'),
            'G' => number(civil.date().iso_week_date().year().into(), 4, '0'),
            'V' => number(civil.date().iso_week_date().week().into(), 2, '0'),
            's' => {
                let seconds = jiff::tz::Offset::from_seconds(self.offset)
                    .and_then(|offset| offset.to_timestamp(civil))
                    .map_or(0, jiff::Timestamp::as_second);
                number(seconds, 1, '0');
            }
            'f' => number(civil.subsec_nanosecond().into(), 9, '0'),
            _ => return self.strftime_words(flag, letter, out),
        }
        true
    }

    fn strftime_words(&self, flag: Option<char>, letter: char, out: &mut String) -> bool {
        let from = out.len();
        match letter {
            'B' => self.write(Go::Month, out),
            'b' | 'h' => self.write(Go::MonthShort, out),
            'A' => self.write(Go::Weekday, out),
            'a' => self.write(Go::WeekdayShort, out),
            'p' => self.write(Go::Pm, out),
            'P' => self.write(Go::PmLower, out),
            'z' => self.offset(false, true, false, out),
            'Z' => self.write(Go::Zone, out),
            'F' => self.go("2006-01-02", out),
            'D' => self.go("01/02/06", out),
            'T' => self.go("15:04:05", out),
            'R' => self.go("15:04", out),
            'r' => self.go("03:04:05 PM", out),
            'c' => self.go("Mon Jan _2 15:04:05 2006", out),
            'x' => self.go(self.names.short, out),
            'X' => self.go("15:04:05", out),
            '+' => self.go("2006-01-02T15:04:05-07:00", out),
            'n' => out.push('\n'),
            't' => out.push('\t'),
            '%' => out.push('%'),
            _ => return false,
        }
        if flag == Some('^') {
            let upper = out[from..].to_uppercase();
            out.truncate(from);
            out.push_str(&upper);
        }
        true
    }
}

fn go_part(rest: &str) -> Option<(&'static str, Go)> {
    let first = *rest.as_bytes().first()?;
    let parts = &GO[GO_FIRST
        .get(usize::from(first))
        .copied()
        .unwrap_or(GO.len())..];
    let mut parts = parts
        .iter()
        .take_while(|(token, _)| token.as_bytes()[0] == first);
    let (token, part) = parts.find(|(token, _)| rest.starts_with(token))?;
    // `Janus` and `Month` are words, not dates: Go looks at the letter after, too.
    let next = rest[token.len()..].chars().next();
    let within_word =
        matches!(*token, "Jan" | "Mon") && next.is_some_and(|c| c.is_ascii_lowercase());
    (!within_word).then_some((*token, *part))
}

/// `.000` or `,999`: the number of digits, whether zeros at the end go, and the bytes.
/// As in Go, only after seconds or at least before no further digit.
fn go_fraction(rest: &str) -> Option<(usize, bool, usize)> {
    let after = rest.strip_prefix(['.', ','])?;
    let digit = after.bytes().next().filter(|c| matches!(c, b'0' | b'9'))?;
    let count = after.bytes().take_while(|c| *c == digit).count();
    let more = after.as_bytes().get(count).is_some_and(u8::is_ascii_digit);
    (!more && count <= 9).then_some((count, digit == b'9', count + 1))
}
