//! Tags: `{{< name arg key="value" >}}` and its kin, read into events.
//!
//! Every search runs forward from where the last one ended, so that the whole
//! takes time linear in the text, whatever is in it.

use super::{Arg, ArgValue, Place};
use crate::diag::Diagnostic;
use memchr::memmem;
use std::ops::Range;

/// What stands at a place of the source; all offsets are bytes of the text.
#[derive(Debug)]
pub(super) enum Event {
    Open(Tag),
    Close {
        start: usize,
        end: usize,
        name: String,
    },
    /// `{{</* body */>}}`: prints without the marks of the comment.
    Escape {
        start: usize,
        end: usize,
        open: char,
        body: Range<usize>,
        close: &'static str,
    },
    /// A tag that was reported and cannot be used.
    Broken {
        start: usize,
        end: usize,
    },
}

#[derive(Debug)]
pub(super) struct Tag {
    pub start: usize,
    pub end: usize,
    pub name: String,
    pub args: Vec<Arg>,
    pub markdown: bool,
    pub self_closing: bool,
    pub broken: bool,
}

impl Event {
    pub(super) fn start(&self) -> usize {
        match self {
            Event::Open(tag) => tag.start,
            Event::Close { start, .. }
            | Event::Escape { start, .. }
            | Event::Broken { start, .. } => *start,
        }
    }

    pub(super) fn end(&self) -> usize {
        match self {
            Event::Open(tag) => tag.end,
            Event::Close { end, .. } | Event::Escape { end, .. } | Event::Broken { end, .. } => {
                *end
            }
        }
    }
}

pub(super) fn events(text: &str, place: Place) -> (Vec<Event>, Vec<Diagnostic>) {
    let mut lexer = Lexer {
        text,
        place,
        diagnostics: Vec::new(),
    };
    let mut events = Vec::new();
    // Whether an end of comment may still follow: asked once for each form.
    let mut comments = [true, true];
    let mut at = 0;
    while let Some(start) = left(text, at) {
        let markdown = text.as_bytes()[start + 2] == b'%';
        let right = if markdown { "%}}" } else { ">}}" };
        let event = if text[start + 3..].starts_with("/*") {
            lexer.escape(start, markdown, &mut comments[usize::from(markdown)])
        } else {
            lexer.tag(start, markdown, right)
        };
        at = event.end();
        events.push(event);
    }
    (events, lexer.diagnostics)
}

/// The next `{{<` or `{{%`.
fn left(text: &str, from: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = from;
    while let Some(found) = memmem::find(&bytes[at..], b"{{") {
        at += found;
        if matches!(bytes.get(at + 2), Some(b'<' | b'%')) {
            return Some(at);
        }
        // One brace on: `{{{<` opens at the second.
        at += 1;
    }
    None
}

struct Lexer<'a> {
    text: &'a str,
    place: Place,
    diagnostics: Vec<Diagnostic>,
}

/// An error within a tag: where, and what it says.
type Fault = Box<Diagnostic>;

impl<'a> Lexer<'a> {
    fn escape(&mut self, start: usize, markdown: bool, may_close: &mut bool) -> Event {
        let (open, close) = if markdown { ('%', "%}}") } else { ('<', ">}}") };
        let marks: &[u8] = if markdown { b"*/%}}" } else { b"*/>}}" };
        let from = start + 5;
        let found = may_close
            .then(|| memmem::find(&self.text.as_bytes()[from..], marks))
            .flatten();
        match found {
            Some(found) => Event::Escape {
                start,
                end: from + found + marks.len(),
                open,
                body: from..from + found,
                close,
            },
            None => {
                *may_close = false;
                let message = format!("escaped shortcode without its end, `*/{close}`");
                let span = self.place.span(start, from);
                self.diagnostics.push(
                    Diagnostic::error("unterminated-shortcode", span, message)
                        .help(format!("write `{{{{{open}/* name */{close}`")),
                );
                Event::Broken { start, end: from }
            }
        }
    }

    fn tag(&mut self, start: usize, markdown: bool, right: &'static str) -> Event {
        let mut tag = Tag {
            start,
            end: start,
            name: String::new(),
            args: Vec::new(),
            markdown,
            self_closing: false,
            broken: false,
        };
        let mut cursor = Cursor {
            text: self.text,
            at: start + 3,
        };
        cursor.space();
        let closing = cursor.eat("/");
        cursor.space();
        tag.name = cursor.name(right).to_owned();
        let mut faults = Vec::new();
        let done = if tag.name.is_empty() {
            Err(self.nameless(&cursor, &tag, closing, right))
        } else if closing {
            self.end_of_closing(&mut cursor, &tag, right)
        } else {
            self.arguments(&mut cursor, &mut tag, right, &mut faults)
        };
        tag.broken = !faults.is_empty() || done.is_err();
        tag.end = cursor.at;
        match done {
            Ok(()) => self.diagnostics.extend(faults),
            Err(fault) => self.report(&mut tag, *fault, cursor.at, right),
        }
        match (tag.name.is_empty(), closing) {
            (true, _) => Event::Broken {
                start,
                end: tag.end,
            },
            (false, true) => Event::Close {
                start,
                end: tag.end,
                name: tag.name,
            },
            (false, false) => Event::Open(tag),
        }
    }

    fn report(&mut self, tag: &mut Tag, fault: Diagnostic, at: usize, right: &str) {
        tag.end = self.recover(tag.start, at, right);
        let ended = self.text[..tag.end].ends_with(right) || fault.name == "shortcode-delimiter";
        // No end at all: that is what is wrong, whatever was stumbled over.
        let diagnostic = if ended {
            fault
        } else {
            self.unterminated(tag, right)
        };
        self.diagnostics.push(diagnostic);
    }

    /// After a fault: behind the tag's end if one follows before the next tag,
    /// else where the fault is.
    fn recover(&self, start: usize, at: usize, right: &str) -> usize {
        let stop = left(self.text, start + 3).unwrap_or(self.text.len());
        let from = at.min(stop);
        match memmem::find(&self.text.as_bytes()[from..stop], right.as_bytes()) {
            Some(found) => from + found + right.len(),
            None => from,
        }
    }

    fn unterminated(&self, tag: &Tag, right: &str) -> Diagnostic {
        let stop = left(self.text, tag.start + 3).unwrap_or(self.text.len());
        let stop = memchr::memchr(b'\n', &self.text.as_bytes()[tag.start..stop])
            .map_or(stop, |n| tag.start + n);
        let shown = self.text[tag.start..stop].trim_end().len();
        let span = self.place.span(tag.start, tag.start + shown);
        let message = match tag.name.as_str() {
            "" => format!("shortcode without its end, `{right}`"),
            name => format!("shortcode `{name}` without its end, `{right}`"),
        };
        let left = &self.text[tag.start..tag.start + 3];
        Diagnostic::error("unterminated-shortcode", span, message).help(format!(
            "end it with `{right}`; to print it, write `{left}/* … */{right}`"
        ))
    }

    fn nameless(&self, cursor: &Cursor, tag: &Tag, closing: bool, right: &str) -> Fault {
        let end = if cursor.rest().starts_with(right) {
            cursor.at + right.len()
        } else {
            cursor.at
        };
        let span = self.place.span(tag.start, end);
        let what = if closing { "closing tag" } else { "shortcode" };
        Box::new(
            Diagnostic::error("shortcode-name", span, format!("{what} without a name"))
                .help("a name has letters, digits, `_`, `-`, `.` and `/`"),
        )
    }

    fn end_of_closing(
        &self,
        cursor: &mut Cursor,
        tag: &Tag,
        right: &'static str,
    ) -> Result<(), Fault> {
        cursor.space();
        if cursor.eat(right) {
            return Ok(());
        }
        if let Some(fault) = self.wrong_delimiter(cursor, tag, right) {
            return Err(fault);
        }
        let start = cursor.at;
        let word = cursor.word().len().max(cursor.char_len());
        let span = self.place.span(start, start + word);
        let message = format!(
            "`{}` in the closing tag of shortcode `{}`",
            &self.text[start..start + word],
            tag.name
        );
        Err(Box::new(
            Diagnostic::error("shortcode-argument", span, message)
                .help("a closing tag has only the name"),
        ))
    }

    fn arguments(
        &self,
        cursor: &mut Cursor,
        tag: &mut Tag,
        right: &'static str,
        faults: &mut Vec<Diagnostic>,
    ) -> Result<(), Fault> {
        loop {
            cursor.space();
            if cursor.eat(right) {
                return Ok(());
            }
            if cursor.rest().starts_with('/') {
                let slash = cursor.at;
                cursor.at += 1;
                cursor.space();
                if cursor.eat(right) {
                    tag.self_closing = true;
                    return Ok(());
                }
                cursor.at = slash;
            }
            if let Some(fault) = self.wrong_delimiter(cursor, tag, right) {
                return Err(fault);
            }
            let arg = self.argument(cursor, tag, right)?;
            self.check_mixing(tag, &arg, faults);
            tag.args.push(arg);
        }
    }

    fn check_mixing(&self, tag: &Tag, arg: &Arg, faults: &mut Vec<Diagnostic>) {
        let Some(first) = tag
            .args
            .first()
            .filter(|first| first.name.is_some() != arg.name.is_some())
        else {
            return;
        };
        // Said once a tag.
        if !faults.is_empty() {
            return;
        }
        let (this, other) = match &arg.name {
            Some(name) => (format!("named argument `{name}`"), "positional"),
            None => (format!("positional argument `{}`", arg.value), "named"),
        };
        let message = format!("{this} after a {other} one in shortcode `{}`", tag.name);
        faults.push(
            Diagnostic::error("shortcode-argument", arg.span, message)
                .note(first.span, format!("the {other} one"))
                .help("name all arguments, as in `key=\"value\"`, or none"),
        );
    }

    fn wrong_delimiter(&self, cursor: &mut Cursor, tag: &Tag, right: &str) -> Option<Fault> {
        let wrong = if right == ">}}" { "%}}" } else { ">}}" };
        if !cursor.rest().starts_with(wrong) {
            return None;
        }
        let span = self.place.span(cursor.at, cursor.at + wrong.len());
        let left = &self.text[tag.start..tag.start + 3];
        let message = format!(
            "shortcode `{}` opens with `{left}` and ends with `{wrong}`",
            tag.name
        );
        cursor.at += wrong.len();
        Some(Box::new(
            Diagnostic::error("shortcode-delimiter", span, message)
                .help(format!("expected `{right}`")),
        ))
    }

    fn argument(&self, cursor: &mut Cursor, tag: &Tag, right: &str) -> Result<Arg, Fault> {
        let start = cursor.at;
        if let Some(value) = self.quoted(cursor, tag)? {
            return Ok(Arg {
                name: None,
                value,
                span: self.place.span(start, cursor.at),
            });
        }
        let word = cursor.word();
        if word.is_empty() {
            return Err(self.unexpected(cursor, tag, right));
        }
        let after_word = cursor.at;
        cursor.space();
        if !cursor.eat("=") {
            cursor.at = after_word;
            return Ok(Arg {
                name: None,
                value: typed(word),
                span: self.place.span(start, cursor.at),
            });
        }
        cursor.space();
        let value = match self.quoted(cursor, tag)? {
            Some(value) => value,
            None => match cursor.word() {
                "" => return Err(self.unexpected(cursor, tag, right)),
                word => typed(word),
            },
        };
        Ok(Arg {
            name: Some(word.to_owned()),
            value,
            span: self.place.span(start, cursor.at),
        })
    }

    /// `"…"`, `` `…` `` or `\"…\"` (as a tag within a JSON string has it).
    fn quoted(&self, cursor: &mut Cursor, tag: &Tag) -> Result<Option<ArgValue>, Fault> {
        let start = cursor.at;
        let (open, value) = if cursor.eat("`") {
            ("`", cursor.until_backtick())
        } else if cursor.eat("\\\"") {
            ("\\\"", cursor.until_escaped_quote())
        } else if cursor.eat("\"") {
            ("\"", cursor.until_quote())
        } else {
            return Ok(None);
        };
        if let Some(value) = value {
            return Ok(Some(ArgValue::Text(value)));
        }
        let rest = &self.text[start..];
        let line = memchr::memchr(b'\n', rest.as_bytes()).unwrap_or(rest.len());
        let span = self
            .place
            .span(start, start + rest[..line].trim_end().len());
        let message = format!(
            "argument of shortcode `{}` without its closing `{open}`",
            tag.name
        );
        let fault = Diagnostic::error("shortcode-argument", span, message);
        let help = if open == "`" {
            "close it, or write it in `\"`"
        } else {
            "close it on the same line; a value of several lines goes between backticks"
        };
        Err(Box::new(fault.help(help)))
    }

    fn unexpected(&self, cursor: &Cursor, tag: &Tag, right: &str) -> Fault {
        let len = cursor.char_len();
        let span = self.place.span(cursor.at, cursor.at + len);
        let shown = &self.text[cursor.at..cursor.at + len];
        let message = format!(
            "`{shown}` in shortcode `{}`, where an argument or `{right}` was expected",
            tag.name
        );
        Box::new(
            Diagnostic::error("shortcode-argument", span, message)
                .help("a value with other characters than letters, digits, `_`, `-` and `.` needs quotes: `\"…\"`"),
        )
    }
}

/// Reads on through the text; never beyond its end, always between characters.
struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Cursor<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn char_len(&self) -> usize {
        self.rest().chars().next().map_or(0, char::len_utf8)
    }

    fn eat(&mut self, what: &str) -> bool {
        let found = self.rest().starts_with(what);
        if found {
            self.at += what.len();
        }
        found
    }

    fn take(&mut self, wanted: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let len = rest.find(|c| !wanted(c)).unwrap_or(rest.len());
        self.at += len;
        &rest[..len]
    }

    fn space(&mut self) {
        self.take(|c| matches!(c, ' ' | '\t' | '\n' | '\r'));
    }

    fn word(&mut self) -> &'a str {
        self.take(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'))
    }

    /// A name; the `/` of `name/>}}` is none of it.
    fn name(&mut self, right: &str) -> &'a str {
        let name = self.take(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '/'));
        match name.strip_suffix('/') {
            Some(short) if self.rest().starts_with(right) => {
                self.at -= 1;
                short
            }
            _ => name,
        }
    }

    fn until_backtick(&mut self) -> Option<String> {
        let rest = self.rest();
        let end = memchr::memchr(b'`', rest.as_bytes())?;
        self.at += end + 1;
        Some(rest[..end].to_owned())
    }

    /// To the next `"` on this line; `\"` is a quote within, any other
    /// backslash itself (so that TeX needs no doubling).
    fn until_quote(&mut self) -> Option<String> {
        let rest = self.rest();
        let mut value = String::new();
        let mut from = 0;
        loop {
            let at = from + memchr::memchr3(b'"', b'\\', b'\n', &rest.as_bytes()[from..])?;
            value.push_str(&rest[from..at]);
            match rest.as_bytes()[at] {
                b'"' => {
                    self.at += at + 1;
                    return Some(value);
                }
                b'\n' => return None,
                _ if rest[at + 1..].starts_with('"') => {
                    value.push('"');
                    from = at + 2;
                }
                _ => {
                    value.push('\\');
                    from = at + 1;
                }
            }
        }
    }

    fn until_escaped_quote(&mut self) -> Option<String> {
        let rest = self.rest();
        let end = memmem::find(rest.as_bytes(), b"\\\"")?;
        if rest[..end].contains('\n') {
            return None;
        }
        self.at += end + 2;
        Some(rest[..end].to_owned())
    }
}

/// A bare word: `true`, `-3`, `1.5`, else text.
fn typed(word: &str) -> ArgValue {
    let digits = word.strip_prefix('-').unwrap_or(word);
    match word {
        "true" => return ArgValue::Bool(true),
        "false" => return ArgValue::Bool(false),
        _ if !digits.starts_with(|c: char| c.is_ascii_digit() || c == '.') => {}
        _ if digits.bytes().all(|b| b.is_ascii_digit()) => {
            if let Ok(int) = word.parse() {
                return ArgValue::Int(int);
            }
        }
        _ => {
            let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
            let numeric = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
            if numeric(whole)
                && numeric(fraction)
                && !fraction.is_empty()
                && let Ok(float) = word.parse()
            {
                return ArgValue::Float(float);
            }
        }
    }
    ArgValue::Text(word.to_owned())
}
