//! Reads a date. Two families are told apart by whether the text begins with
//! a year: `2024-11-11T09:00:00Z`, and those with a month's name in them.

use super::{Date, DateError};
use jiff::Timestamp;
use jiff::civil;
use jiff::tz::{Offset, TimeZone};

/// Parts found so far; a part found twice makes the text no date.
#[derive(Default)]
struct Parts {
    year: Option<i64>,
    month: Option<i64>,
    day: Option<i64>,
    /// Hour, minute, second, nanosecond.
    time: Option<(i64, i64, i64, i64)>,
    afternoon: Option<bool>,
    /// Seconds east of Greenwich.
    offset: Option<i64>,
}

pub fn parse(text: &str, zone: &TimeZone) -> Result<Date, DateError> {
    if let Some(date) = rfc3339(text.as_bytes()) {
        return Ok(date);
    }
    let no_date = || DateError {
        text: text.to_owned(),
        impossible: false,
    };
    let trimmed = text.trim();
    if trimmed.len() > 64 || !trimmed.is_ascii() {
        return Err(no_date());
    }
    if let Some(date) = unix_seconds(trimmed) {
        return Ok(date);
    }
    let parts = numeric(trimmed)
        .or_else(|| named(trimmed))
        .ok_or_else(no_date)?;
    resolve(&parts, zone).ok_or_else(|| DateError {
        text: text.to_owned(),
        impossible: true,
    })
}

/// `2024-11-11T09:00:00Z`, `2024-11-11T09:00:00-08:00`: what we write ourselves, and so read
/// most often. `None` for all else, also for days that do not exist.
fn rfc3339(text: &[u8]) -> Option<Date> {
    let (clock, sign) = match text {
        [clock @ .., b'Z'] if clock.len() == 19 => (clock, 0),
        [clock @ .., b'+', _, _, b':', _, _] if clock.len() == 19 => (clock, 1),
        [clock @ .., b'-', _, _, b':', _, _] if clock.len() == 19 => (clock, -1),
        _ => return None,
    };
    let two = |at: usize| match (text[at], text[at + 1]) {
        (tens @ b'0'..=b'9', ones @ b'0'..=b'9') => Some(((tens - b'0') * 10 + ones - b'0') as i8),
        _ => None,
    };
    let marks = [clock[4], clock[7], clock[10], clock[13], clock[16]];
    if marks != *b"--T::" {
        return None;
    }
    let year = i16::from(two(0)?) * 100 + i16::from(two(2)?);
    let day = civil::Date::new(year, two(5)?, two(8)?).ok()?;
    let time = civil::Time::new(two(11)?, two(14)?, two(17)?, 0).ok()?;
    let offset = match sign {
        0 => Offset::UTC,
        sign => {
            let (hours, minutes) = (i32::from(two(20)?), i32::from(two(23)?));
            let fits = hours < 24 && minutes < 60;
            let seconds = fits.then_some(sign * (hours * 3600 + minutes * 60))?;
            Offset::from_seconds(seconds).ok()?
        }
    };
    let local = civil::DateTime::from_parts(day, time);
    let instant = offset.to_timestamp(local).ok()?;
    Some(Date { instant, offset })
}

/// Seconds since 1970, as some exporters write them.
fn unix_seconds(text: &str) -> Option<Date> {
    if !(9..=11).contains(&text.len()) || !text.bytes().all(|c| c.is_ascii_digit()) {
        return None;
    }
    let instant = Timestamp::from_second(text.parse().ok()?).ok()?;
    Some(Date {
        instant,
        offset: Offset::UTC,
    })
}

/// `2024-11-11`, `2024-11`, `2024/1/2 9:00`, `2024-11-11T09:00:00.5-0800`.
fn numeric(text: &str) -> Option<Parts> {
    let (year, rest) = digits(text)?;
    if text.len() - rest.len() != 4 {
        return None;
    }
    let separator = rest.chars().next().filter(|c| matches!(c, '-' | '/'))?;
    let (month, rest) = short(&rest[1..])?;
    let mut parts = Parts {
        year: Some(year),
        month: Some(month),
        ..Parts::default()
    };
    let Some(rest) = rest.strip_prefix(separator) else {
        parts.day = Some(1);
        return rest.is_empty().then_some(parts);
    };
    let (day, rest) = short(rest)?;
    parts.day = Some(day);
    if rest.is_empty() {
        return Some(parts);
    }
    let rest = rest
        .strip_prefix(['T', 't', '_'])
        .or_else(|| rest.strip_prefix(char::is_whitespace).map(str::trim_start))?;
    let rest = clock(rest, &mut parts)?;
    for word in rest.split_whitespace() {
        tail(word, &mut parts)?;
    }
    Some(parts)
}

/// `Mon, 11 Nov 2024 09:00:00 -0800`, `Nov 11, 2024`, `11-Nov-24`, `Mon Jan 2 15:04:05 2006`.
fn named(text: &str) -> Option<Parts> {
    let mut parts = Parts::default();
    for word in text.split([' ', ',', '\t']).filter(|word| !word.is_empty()) {
        // `11-Nov-24`; an offset begins with its sign, so it has no first part.
        let dashed: Vec<&str> = word.split('-').collect();
        if let [day, month, year] = dashed[..]
            && !day.is_empty()
        {
            part(day, &mut parts)?;
            part(month, &mut parts)?;
            part(year, &mut parts)?;
        } else {
            part(word, &mut parts)?;
        }
    }
    // A month alone would be any month.
    (parts.month.is_some() && parts.year.is_some()).then_some(())?;
    parts.day = parts.day.or(Some(1));
    Some(parts)
}

fn part(word: &str, parts: &mut Parts) -> Option<()> {
    let first = word.bytes().next()?;
    if word.contains(':') && first.is_ascii_digit() {
        let rest = clock(word, parts)?;
        return if rest.is_empty() {
            Some(())
        } else {
            tail(rest, parts)
        };
    }
    if first.is_ascii_digit() {
        return number(word, parts);
    }
    if let Some(month) = month_of(word) {
        return put(&mut parts.month, month);
    }
    if is_weekday(word) {
        return Some(());
    }
    tail(word, parts)
}

/// A day, `2nd`, or a year of four or two digits.
fn number(word: &str, parts: &mut Parts) -> Option<()> {
    let (value, rest) = digits(word)?;
    let length = word.len() - rest.len();
    if !rest.is_empty() && !matches!(rest, "st" | "nd" | "rd" | "th" | ".") {
        return None;
    }
    match length {
        1 | 2 if parts.day.is_none() => put(&mut parts.day, value),
        // As Go reads years of two digits.
        2 => put(
            &mut parts.year,
            value + if value >= 69 { 1900 } else { 2000 },
        ),
        4 => put(&mut parts.year, value),
        _ => None,
    }
}

/// `09:00`, `9:00:00.123`, with what follows given back.
fn clock<'t>(text: &'t str, parts: &mut Parts) -> Option<&'t str> {
    let (hour, rest) = short(text)?;
    let (minute, rest) = short(rest.strip_prefix(':')?)?;
    let (second, rest) = match rest.strip_prefix(':') {
        Some(rest) => short(rest)?,
        None => (0, rest),
    };
    let (nanos, rest) = match rest.strip_prefix(['.', ',']) {
        Some(rest) => fraction(rest)?,
        None => (0, rest),
    };
    put(&mut parts.time, (hour, minute, second, nanos))?;
    Some(rest)
}

/// What may follow a time: `Z`, `+08:00`, `PM`, `PST`; one word may hold two (`PM+08`).
fn tail(word: &str, parts: &mut Parts) -> Option<()> {
    let upper = word.to_ascii_uppercase();
    if let Some(rest) = upper
        .strip_prefix("AM")
        .or_else(|| upper.strip_prefix("PM"))
    {
        put(&mut parts.afternoon, upper.starts_with('P'))?;
        return if rest.is_empty() {
            Some(())
        } else {
            tail(rest, parts)
        };
    }
    if upper.starts_with(['+', '-']) {
        return put(&mut parts.offset, numeric_offset(&upper)?);
    }
    if let Some((_, hours)) = ZONES.iter().find(|(name, _)| *name == upper) {
        // Go prints both: `-0800 PST`. The number says it better.
        parts.offset = parts.offset.or(Some(hours * 3600));
        return Some(());
    }
    // As in Go, a zone that is not known says nothing.
    let is_zone = (3..=5).contains(&word.len()) && word.bytes().all(|c| c.is_ascii_uppercase());
    (is_zone && parts.time.is_some()).then_some(())
}

/// RFC 822's names, and those that programs print most.
const ZONES: &[(&str, i64)] = &[
    ("Z", 0),
    ("UTC", 0),
    ("GMT", 0),
    ("UT", 0),
    ("EST", -5),
    ("EDT", -4),
    ("CST", -6),
    ("CDT", -5),
    ("MST", -7),
    ("MDT", -6),
    ("PST", -8),
    ("PDT", -7),
    ("CET", 1),
    ("CEST", 2),
    ("EET", 2),
    ("EEST", 3),
    ("JST", 9),
    ("KST", 9),
];

/// `+08:00`, `-0800`, `+8`.
fn numeric_offset(text: &str) -> Option<i64> {
    let sign = if text.starts_with('-') { -1 } else { 1 };
    let (first, rest) = digits(&text[1..])?;
    let (hours, minutes) = match (text.len() - 1 - rest.len(), rest.strip_prefix(':')) {
        (1 | 2, Some(rest)) => match short(rest)? {
            (minutes, "") => (first, minutes),
            _ => return None,
        },
        (1 | 2, None) if rest.is_empty() => (first, 0),
        (4, None) if rest.is_empty() => (first / 100, first % 100),
        _ => return None,
    };
    (hours < 24 && minutes < 60).then_some(sign * (hours * 3600 + minutes * 60))
}

fn resolve(parts: &Parts, zone: &TimeZone) -> Option<Date> {
    let (hour, minute, second, nanos) = parts.time.unwrap_or_default();
    let hour = match parts.afternoon {
        None => hour,
        Some(_) if !(1..=12).contains(&hour) => return None,
        Some(afternoon) => hour % 12 + if afternoon { 12 } else { 0 },
    };
    let small = |value: i64| i8::try_from(value).ok();
    let day = civil::Date::new(
        i16::try_from(parts.year?).ok()?,
        small(parts.month?)?,
        small(parts.day?)?,
    );
    let nanos = i32::try_from(nanos).ok()?;
    let time = civil::Time::new(small(hour)?, small(minute)?, small(second)?, nanos);
    let local = civil::DateTime::from_parts(day.ok()?, time.ok()?);
    match parts.offset {
        Some(seconds) => {
            let offset = Offset::from_seconds(i32::try_from(seconds).ok()?).ok()?;
            let instant = offset.to_timestamp(local).ok()?;
            Some(Date { instant, offset })
        }
        None => {
            let zoned = local.to_zoned(zone.clone()).ok()?;
            Some(Date {
                instant: zoned.timestamp(),
                offset: zoned.offset(),
            })
        }
    }
}

/// The date at the front of a file's name, and what is left of the name:
/// `2024-11-11-slug`, also with a time, `2024-11-11-09-30-00-slug`.
pub fn from_filename<'n>(stem: &'n str, zone: &TimeZone) -> Option<(Date, &'n str)> {
    let bytes = stem.as_bytes();
    let shape = |from: usize, shape: &[u8]| {
        bytes.get(from..from + shape.len()).is_some_and(|part| {
            part.iter().zip(shape).all(|(c, s)| match s {
                b'0' => c.is_ascii_digit(),
                _ => c == s,
            })
        })
    };
    if !shape(0, b"0000-00-00") || bytes.get(10).is_some_and(u8::is_ascii_digit) {
        return None;
    }
    let with_time = shape(10, b"-00-00-00") && !bytes.get(19).is_some_and(u8::is_ascii_digit);
    let timed = with_time.then(|| {
        let time = format!("{} {}", &stem[..10], stem[11..19].replace('-', ":"));
        Some((parse(&time, zone).ok()?, &stem[19..]))
    });
    let (date, rest) = match timed.flatten() {
        Some(found) => found,
        None => (parse(&stem[..10], zone).ok()?, &stem[10..]),
    };
    Some((date, rest.trim_matches([' ', '-', '_'])))
}

fn put<T>(place: &mut Option<T>, value: T) -> Option<()> {
    match place {
        Some(_) => None,
        None => {
            *place = Some(value);
            Some(())
        }
    }
}

/// Up to 11 digits at the front.
fn digits(text: &str) -> Option<(i64, &str)> {
    let end = text
        .bytes()
        .position(|c| !c.is_ascii_digit())
        .unwrap_or(text.len());
    if !(1..=11).contains(&end) {
        return None;
    }
    Some((text[..end].parse().ok()?, &text[end..]))
}

/// One or two digits at the front.
fn short(text: &str) -> Option<(i64, &str)> {
    let (value, rest) = digits(text)?;
    (text.len() - rest.len() <= 2).then_some((value, rest))
}

/// Digits of a fraction of a second, as nanoseconds; those beyond nine are dropped.
fn fraction(text: &str) -> Option<(i64, &str)> {
    let end = text
        .bytes()
        .position(|c| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let kept: i64 = text.get(..end.min(9))?.parse().ok()?;
    Some((kept * 10_i64.pow(9 - end.min(9) as u32), &text[end..]))
}

fn month_of(word: &str) -> Option<i64> {
    let word = word.trim_end_matches('.').to_ascii_lowercase();
    let english = super::names::of("en");
    let at = (0..12).find(|at| {
        let full = super::names::at(english.months, *at).to_ascii_lowercase();
        let short = super::names::at(english.months_short, *at).to_ascii_lowercase();
        word == full || word == short || (*at == 8 && word == "sept")
    })?;
    Some(at as i64 + 1)
}

fn is_weekday(word: &str) -> bool {
    let word = word.trim_end_matches('.').to_ascii_lowercase();
    let english = super::names::of("en");
    (0..7).any(|at| {
        word == super::names::at(english.days, at).to_ascii_lowercase()
            || word == super::names::at(english.days_short, at).to_ascii_lowercase()
    })
}
