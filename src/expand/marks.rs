//! What templates cannot say as text stands in their output between
//! noncharacters: Markdown to render, code to highlight, a warning.
//!
//! | character | meaning |
//! |---|---|
//! | U+FDD0 n U+FDD1 | the hole `n`, see [`token`] |
//! | U+FDD2 kind fields U+FDD3 | a mark; fields are parted by U+FDD5 |
//! | U+FDD4 | nothing, see [`shortcode::GUARD`](crate::parse::shortcode::GUARD) |
//!
//! Sources that hold such characters are refused; from data they are dropped
//! ([`clean`]), so that content cannot forge a mark.

use crate::parse::shortcode::GUARD;
use crate::parse::token;
use memchr::memmem;
use std::borrow::Cow;

const OPEN: char = '\u{FDD2}';
const CLOSE: char = '\u{FDD3}';
const FIELD: char = '\u{FDD5}';
/// What the six characters begin with in UTF-8.
const LEAD: &[u8] = b"\xEF\xB7";

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Mark<'a> {
    Markdown {
        text: &'a str,
        inline: bool,
        html: bool,
    },
    Code {
        text: &'a str,
        lang: &'a str,
        options: &'a str,
    },
    Warning {
        name: &'a str,
        message: &'a str,
        help: &'a str,
    },
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Piece<'a> {
    Text(&'a str),
    Token(usize),
    Mark(Mark<'a>),
    /// A mark without its end: a filter has cut the text.
    Cut,
}

pub fn markdown(text: &str, inline: bool, html: bool) -> String {
    let kind = match (inline, html) {
        (false, true) => 'm',
        (true, true) => 'i',
        (false, false) => 'M',
        (true, false) => 'I',
    };
    format!("{OPEN}{kind}{text}{CLOSE}")
}

pub fn code(text: &str, lang: &str, options: &str) -> String {
    format!("{OPEN}c{lang}{FIELD}{options}{FIELD}{text}{CLOSE}")
}

pub fn warning(name: &str, message: &str, help: &str) -> String {
    format!("{OPEN}w{name}{FIELD}{message}{FIELD}{help}{CLOSE}")
}

/// A message and its help as the text of one error; see [`split_help`].
pub fn with_help(message: &str, help: &str) -> String {
    format!("{message}{FIELD}{help}")
}

pub fn split_help(message: &str) -> (&str, Option<&str>) {
    match message.split_once(FIELD) {
        Some((message, help)) => (message, Some(help).filter(|help| !help.is_empty())),
        None => (message, None),
    }
}

/// Whether [`next`] would find anything but text.
pub fn any(text: &str) -> bool {
    special(text).is_some()
}

/// `text` without the characters that mean something here.
pub fn clean(text: &str) -> Cow<'_, str> {
    if !any(text) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.replace(|c| ('\u{FDD0}'..='\u{FDD5}').contains(&c), ""))
}

/// Takes the next piece off the front of `text`.
pub fn next<'a>(text: &mut &'a str) -> Option<Piece<'a>> {
    loop {
        let whole = *text;
        if whole.is_empty() {
            return None;
        }
        let Some(at) = special(whole) else {
            *text = "";
            return Some(Piece::Text(whole));
        };
        if at > 0 {
            *text = &whole[at..];
            return Some(Piece::Text(&whole[..at]));
        }
        let rest = &whole[OPEN.len_utf8()..];
        *text = rest;
        if whole.starts_with(token::OPEN) {
            if let Some((index, rest)) = number(rest) {
                *text = rest;
                return Some(Piece::Token(index));
            }
        } else if whole.starts_with(OPEN) {
            let Some(end) = closing(rest) else {
                return Some(Piece::Cut);
            };
            *text = &rest[end + CLOSE.len_utf8()..];
            if let Some(mark) = read(&rest[..end]) {
                return Some(Piece::Mark(mark));
            }
        }
        // A stray one means nothing.
    }
}

/// The first of our characters.
fn special(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut from = 0;
    while let Some(found) = memmem::find(&bytes[from..], LEAD) {
        let at = from + found;
        if bytes
            .get(at + 2)
            .is_some_and(|byte| (0x90..=0x95).contains(byte))
        {
            return Some(at);
        }
        from = at + LEAD.len();
    }
    None
}

fn number(text: &str) -> Option<(usize, &str)> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let rest = text[digits..].strip_prefix(token::CLOSE)?;
    Some((text[..digits].parse().ok()?, rest))
}

/// The end of the mark that `text` is the inside of; marks nest.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0;
    let mut from = 0;
    while let Some(found) = special(&text[from..]) {
        let at = from + found;
        let rest = &text[at..];
        if rest.starts_with(OPEN) {
            depth += 1;
        } else if rest.starts_with(CLOSE) {
            if depth == 0 {
                return Some(at);
            }
            depth -= 1;
        }
        from = at + OPEN.len_utf8();
    }
    None
}

fn read(inside: &str) -> Option<Mark<'_>> {
    let kind = inside.chars().next()?;
    let text = &inside[kind.len_utf8()..];
    let mut fields = text.splitn(3, FIELD);
    let mut field = || fields.next().unwrap_or_default();
    Some(match kind {
        'm' => Mark::Markdown {
            text,
            inline: false,
            html: true,
        },
        'i' => Mark::Markdown {
            text,
            inline: true,
            html: true,
        },
        'M' => Mark::Markdown {
            text,
            inline: false,
            html: false,
        },
        'I' => Mark::Markdown {
            text,
            inline: true,
            html: false,
        },
        'c' => Mark::Code {
            lang: field(),
            options: field(),
            text: field(),
        },
        'w' => Mark::Warning {
            name: field(),
            message: field(),
            help: field(),
        },
        _ => return None,
    })
}

/// `{{ actions }}` taken out: what stays of an inline shortcode.
pub fn without_actions(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        out.push_str(before);
        match after.split_once("}}") {
            Some((_, after)) => rest = after,
            None => rest = "",
        }
    }
    out.push_str(rest);
    out.replace(GUARD, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(mut text: &str) -> Vec<Piece<'_>> {
        std::iter::from_fn(|| next(&mut text)).collect()
    }

    #[test]
    fn marks_read_back() {
        let text = format!(
            "a\u{FDD0}7\u{FDD1}{}b{}{}",
            markdown(&format!("x {}", code("c", "rust", "")), true, false),
            warning("n", "m", "h"),
            "\u{FDD4}ﷰ"
        );
        let nested = code("c", "rust", "");
        assert_eq!(
            pieces(&text),
            [
                Piece::Text("a"),
                Piece::Token(7),
                Piece::Mark(Mark::Markdown {
                    text: &format!("x {nested}"),
                    inline: true,
                    html: false
                }),
                Piece::Text("b"),
                Piece::Mark(Mark::Warning {
                    name: "n",
                    message: "m",
                    help: "h"
                }),
                Piece::Text("ﷰ"),
            ]
        );
        assert_eq!(
            pieces(&nested),
            [Piece::Mark(Mark::Code {
                text: "c",
                lang: "rust",
                options: ""
            })]
        );
    }

    #[test]
    fn a_cut_mark_is_told() {
        assert_eq!(
            pieces("a\u{FDD2}mb"),
            [Piece::Text("a"), Piece::Cut, Piece::Text("mb")]
        );
    }

    #[test]
    fn strays_mean_nothing() {
        assert_eq!(
            pieces("\u{FDD0}x\u{FDD1}\u{FDD3}\u{FDD5}"),
            [Piece::Text("x")]
        );
        assert_eq!(clean("\u{FDD0}x\u{FDD2}"), "x");
    }

    #[test]
    fn actions_are_taken_out() {
        assert_eq!(
            without_actions("a {{ now }} b {{- if }}c{{ end }} {{ open"),
            "a  b c "
        );
    }
}
