//! Formulas: where they begin and end, and how they are written as HTML.
//!
//! A formula is one unit of TeX. Neither emphasis nor typography touches it;
//! its delimiters are kept for whoever sets it.

use crate::diag::Span;
use crate::parse::{Formula, Hole, token};
use crate::text::{decode_entities, escape_html};
use std::borrow::Cow;

/// A formula that was found at some place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// Bytes of the delimiters as written.
    pub(super) open: usize,
    pub(super) close: usize,
    /// The whole.
    pub(super) length: usize,
    pub(super) fence: Fence,
}

impl Found {
    pub(super) fn is_lone_dollar(&self) -> bool {
        self.fence == Fence::Dollar && self.open == 1
    }
}

/// A pair of delimiters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fence {
    Dollar,
    Dollars,
    Parens,
    Brackets,
    /// None: `\eqref{…}` among words.
    Reference,
}

impl Fence {
    pub fn is_display(self) -> bool {
        matches!(self, Fence::Dollars | Fence::Brackets)
    }

    fn pair(self) -> (&'static str, &'static str) {
        match self {
            Fence::Dollar => ("$", "$"),
            Fence::Dollars => ("$$", "$$"),
            Fence::Parens => ("\\(", "\\)"),
            Fence::Brackets => ("\\[", "\\]"),
            Fence::Reference => ("", ""),
        }
    }
}

/// The longest formula within a line; a dollar further on belongs to another sum.
const LONGEST_INLINE: usize = 1000;

/// The longest formula and tag that are looked for, lest a thousand openings
/// without an end cost a thousand walks to the end.
const LONGEST: usize = 16 << 10;

/// `end`, or sooner when that is too far from `start`; never within a character.
pub(super) fn limit(text: &str, start: usize, end: usize) -> usize {
    let mut limit = end.min(start + LONGEST);
    while !text.is_char_boundary(limit) {
        limit -= 1;
    }
    limit
}

/// The formula that `text` begins with. `text` ends where the paragraph does.
/// In a row of a table, a bar ends the cell.
pub(super) fn find(text: &str, row: bool) -> Option<Found> {
    let bytes = text.as_bytes();
    match bytes {
        [b'$', b'$', ..] => dollars(bytes),
        [b'$', ..] => dollar(bytes, row),
        // Written around a Markdown that takes one backslash away.
        [b'\\', b'\\', b'(', ..] => brackets(text, "\\\\(", "\\\\)", Fence::Parens),
        [b'\\', b'\\', b'[', ..] => brackets(text, "\\\\[", "\\\\]", Fence::Brackets),
        [b'\\', b'e', b'q', b'r', b'e', b'f', b'{', ..] | [b'\\', b'r', b'e', b'f', b'{', ..] => {
            reference(bytes)
        }
        [b'\\', b'(', ..] => brackets(text, "\\(", "\\)", Fence::Parens),
        [b'\\', b'[', ..] => brackets(text, "\\[", "\\]", Fence::Brackets),
        _ => None,
    }
}

/// `\eqref{eq:one}`, a reference to a formula of the page.
fn reference(bytes: &[u8]) -> Option<Found> {
    let end = memchr::memchr2(b'}', b'\n', bytes).filter(|end| bytes[*end] == b'}')?;
    Some(Found {
        open: 0,
        close: 0,
        length: end + 1,
        fence: Fence::Reference,
    })
}

fn dollars(bytes: &[u8]) -> Option<Found> {
    let mut at = 2;
    loop {
        at += memchr::memchr(b'$', &bytes[at..])?;
        if bytes[at - 1] == b'\\' && at > 2 {
            at += 1;
            continue;
        }
        // A single dollar within: two formulas of one line, badly closed.
        if bytes.get(at + 1) != Some(&b'$') {
            return None;
        }
        let empty = bytes[2..at].iter().all(u8::is_ascii_whitespace);
        return (!empty).then_some(Found {
            open: 2,
            close: 2,
            length: at + 2,
            fence: Fence::Dollars,
        });
    }
}

/// `$x$` and `$ x $`, but not `$5 and $6`.
fn dollar(bytes: &[u8], row: bool) -> Option<Found> {
    let first = *bytes.get(1)?;
    let spaced = first.is_ascii_whitespace();
    let mut at = 1;
    loop {
        let byte = *bytes.get(at).filter(|_| at <= LONGEST_INLINE)?;
        match byte {
            b'\\' => at += 1,
            b'|' if row => return None,
            b'$' => break,
            _ => {}
        }
        at += 1;
    }
    let last_spaced = bytes[at - 1].is_ascii_whitespace();
    let sound = if spaced {
        first == b' ' && last_spaced && at > 3 && !bytes[1..at].iter().all(u8::is_ascii_whitespace)
    } else {
        !last_spaced && !bytes.get(at + 1).is_some_and(u8::is_ascii_digit)
    };
    sound.then_some(Found {
        open: 1,
        close: 1,
        length: at + 1,
        fence: Fence::Dollar,
    })
}

fn brackets(text: &str, open: &str, close: &str, fence: Fence) -> Option<Found> {
    let inner = &text[open.len()..];
    let end = memchr::memmem::find(inner.as_bytes(), close.as_bytes())?;
    let sound = !inner[..end].trim().is_empty() && (open.len() > 2 || !is_prose(&inner[..end]));
    sound.then_some(Found {
        open: open.len(),
        close: close.len(),
        length: open.len() + end + close.len(),
        fence,
    })
}

/// Whether what stands between `\[` and `\]` is words or a number that some
/// Markdown wanted escaped (`\[Chinese\]`, `\[1, 2\]`), and no formula.
fn is_prose(inner: &str) -> bool {
    let plain = |c: char| {
        c.is_alphanumeric()
            || c.is_whitespace()
            || matches!(
                c,
                ',' | '.' | ';' | ':' | '\'' | '"' | '!' | '?' | '&' | '@' | '#' | '%' | '-'
            )
    };
    if !inner.chars().all(|c| plain(c) || !c.is_ascii()) {
        return false;
    }
    let longest = inner
        .split(|c: char| !c.is_alphabetic())
        .map(|word| word.chars().count())
        .max();
    // `ab` is a product, `abc` a word.
    !matches!(longest, Some(1 | 2))
}

/// TeX as it was meant. Around Goldmark some wrote one level of escapes for
/// Markdown; it is undone only in a formula that makes no sense as TeX.
pub fn tex(written: &str) -> Cow<'_, str> {
    if !is_escaped(written) {
        return Cow::Borrowed(written);
    }
    let mut out = String::with_capacity(written.len());
    let mut chars = written.chars().peekable();
    while let Some(c) = chars.next() {
        match chars.peek() {
            Some(next) if c == '\\' && next.is_ascii_punctuation() => {
                out.push(*next);
                chars.next();
            }
            _ => out.push(c),
        }
    }
    Cow::Owned(out)
}

/// Whether a formula holds `\\{`, four backslashes in a row, `\_` outside of text, or commands
/// with two backslashes.
fn is_escaped(written: &str) -> bool {
    if !written.contains('\\') {
        return false;
    }
    if written.contains("\\\\{") || written.contains("\\\\\\\\") {
        return true;
    }
    if doubles_commands(written) {
        return true;
    }
    let bytes = written.as_bytes();
    // Depth of braces at which a `\text{` was opened.
    let mut text: Option<usize> = None;
    let mut depth = 0_usize;
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'{' => depth += 1,
            b'}' => {
                depth = depth.saturating_sub(1);
                if text.is_some_and(|opened| depth <= opened) {
                    text = None;
                }
            }
            b'\\' => {
                let letters = bytes[at + 1..]
                    .iter()
                    .take_while(|b| b.is_ascii_alphabetic())
                    .count();
                if letters == 0 {
                    if bytes.get(at + 1) == Some(&b'_') && text.is_none() {
                        return true;
                    }
                    at += 2;
                    continue;
                }
                let name = &written[at + 1..at + 1 + letters];
                if text.is_none() && is_text(name) {
                    text = Some(depth);
                }
                at += letters;
            }
            _ => {}
        }
        at += 1;
    }
    false
}

/// Whether it says `\\\\implies`: lines end where there are several, and the next does not
/// begin with the name of a command.
fn doubles_commands(written: &str) -> bool {
    let has_lines = ["\\begin{", "\\substack", "\\displaylines"];
    if has_lines.iter().any(|lines| written.contains(lines)) {
        return false;
    }
    let mut doubled = written.split("\\\\").skip(1);
    doubled.any(|rest| {
        let letters = rest.bytes().take_while(u8::is_ascii_alphabetic).count();
        crate::formula::is_command(&rest[..letters])
    })
}

/// Commands whose argument is prose, where `\_` is an underscore.
fn is_text(name: &str) -> bool {
    name.starts_with("text")
        || matches!(
            name,
            "mathrm" | "mathtt" | "mathsf" | "mathbf" | "mathit" | "operatorname" | "mbox" | "hbox"
        )
        || matches!(name, "tag" | "label" | "ref" | "eqref" | "url" | "href")
}

/// Appends a formula as its TeX with its delimiters.
pub fn marked(formula: &Formula, out: &mut String) {
    let (open, close) = formula.fence.pair();
    let block = formula.block;
    out.push_str(if block {
        "<div class=\"math\">"
    } else {
        "<span class=\"math\">"
    });
    out.push_str(open);
    escape_html(out, &formula.tex);
    out.push_str(close);
    out.push_str(if block { "</div>" } else { "</span>" });
}

/// Takes the formulas out of HTML that did not come from Markdown: a shortcode's
/// output. Tags, code and what is marked already stay. All are said to stand at `span`.
pub fn in_html<'h>(
    html: &'h str,
    lone_dollars: bool,
    span: Span,
    holes: &mut Vec<Hole>,
) -> Cow<'h, str> {
    let bytes = html.as_bytes();
    if memchr::memchr(b'$', bytes).is_none()
        && memchr::memmem::find(bytes, b"\\(").is_none()
        && memchr::memmem::find(bytes, b"\\[").is_none()
    {
        return Cow::Borrowed(html);
    }
    let mut out = String::new();
    let mut done = 0;
    let mut at = 0;
    while let Some(next) = memchr::memchr3(b'$', b'\\', b'<', &bytes[at..]) {
        at += next;
        if bytes[at] == b'<' {
            at += markup(&html[at..]).unwrap_or(1);
            continue;
        }
        let limit = limit(html, at, html.len());
        let limit = memchr::memchr(b'<', &bytes[at..limit]).map_or(limit, |end| at + end);
        let found = find(&html[at..limit], false);
        match found.filter(|found| lone_dollars || !found.is_lone_dollar()) {
            Some(found) => {
                out.push_str(&html[done..at]);
                let inner = &html[at + found.open..at + found.length - found.close];
                token::push(&mut out, holes.len());
                holes.push(Hole::Formula(Box::new(Formula {
                    tex: decode_entities(inner).into_owned(),
                    fence: found.fence,
                    block: false,
                    span,
                    at: None,
                })));
                at += found.length;
                done = at;
            }
            // An escape, or a run of dollars that close nothing.
            None if bytes[at] == b'$' => {
                at += bytes[at..].iter().take_while(|b| **b == b'$').count()
            }
            None => at += 1,
        }
    }
    if done == 0 {
        return Cow::Borrowed(html);
    }
    out.push_str(&html[done..]);
    Cow::Owned(out)
}

/// The tag or comment that `text` begins with, together with what it holds
/// when that is no prose: its length. `None` when the `<` is none of markup.
pub(super) fn markup(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    match bytes.get(1)? {
        b'!' if bytes.starts_with(b"<!--") => {
            Some(memchr::memmem::find(bytes, b"-->").map_or(text.len(), |end| end + 3))
        }
        b'!' | b'?' | b'/' => Some(memchr::memchr(b'>', &bytes[..bytes.len().min(LONGEST)])? + 1),
        b if b.is_ascii_alphabetic() => {
            let end = tag_end(bytes)?;
            let name = bytes[1..]
                .iter()
                .take_while(|b| b.is_ascii_alphanumeric())
                .count();
            let name = &text[1..1 + name];
            if is_no_prose(name) || memchr::memmem::find(&bytes[..end], b"class=\"math\"").is_some()
            {
                return Some(end + closing(&text[end..], name));
            }
            Some(end)
        }
        _ => None,
    }
}

/// The length of the tag that `bytes` begins with, quoted values minded.
fn tag_end(bytes: &[u8]) -> Option<usize> {
    let mut quote = None;
    for (at, byte) in bytes.iter().enumerate().take(LONGEST) {
        match (quote, byte) {
            (None, b'>') => return Some(at + 1),
            (None, b'"' | b'\'') => quote = Some(*byte),
            (Some(open), byte) if open == *byte => quote = None,
            _ => {}
        }
    }
    None
}

fn is_no_prose(name: &str) -> bool {
    [
        "pre", "code", "script", "style", "textarea", "math", "svg", "kbd", "samp", "template",
        "iframe",
    ]
    .iter()
    .any(|other| name.eq_ignore_ascii_case(other))
}

/// How far it is past the end tag of `name`; to the end when there is none.
fn closing(text: &str, name: &str) -> usize {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(next) = memchr::memmem::find(&bytes[at..], b"</") {
        at += next + 2;
        let Some(found) = bytes.get(at..at + name.len()) else {
            break;
        };
        if found.eq_ignore_ascii_case(name.as_bytes()) {
            return memchr::memchr(b'>', &bytes[at..]).map_or(text.len(), |end| at + end + 1);
        }
    }
    text.len()
}
