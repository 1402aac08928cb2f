//! The YAML that nearly all front matter is: keys with their values in lines,
//! lists of texts, a few levels of both. Read here in one go, at a tenth of what
//! the parser's events cost.
//!
//! Gives the tree that the events would give, to the byte of every place, or
//! nothing. Whatever may mean more than it seems (anchors, tags, values over
//! several lines, most escapes, tabs) and every mistake is left to the parser.

use super::{scalar, text_value};
use crate::diag::{FileId, Span};
use crate::tree::{Key, Map, Node, Value, place};
use std::borrow::Cow;
use std::sync::Arc;

/// Levels that are read here. Front matter has three.
const DEPTH: usize = 16;

/// The parser takes no key of more than 1,024 characters.
const LONGEST_KEY: usize = 128;

/// The root of `text`, if it is of the simple kind and holds anything.
pub(super) fn read(text: &str, file: FileId, base: usize) -> Option<Node> {
    if !is_simple(text.as_bytes()) {
        return None;
    }
    let mut reader = Reader {
        text,
        bytes: text.as_bytes(),
        file,
        base,
        at: 0,
        column: None,
        quoted: false,
    };
    reader.seek()?;
    let root = reader.map(reader.column?, 0)?;
    reader.column.is_none().then_some(root)
}

/// No control characters, no line ends but LF and CRLF, no marks of byte order.
fn is_simple(bytes: &[u8]) -> bool {
    bytes.iter().enumerate().all(|(at, byte)| match byte {
        b' '..=b'~' | b'\n' => true,
        b'\r' => bytes.get(at + 1) == Some(&b'\n'),
        // U+0080 to U+009F, U+2028 and U+2029, U+FEFF.
        0xC2 => bytes.get(at + 1).is_some_and(|next| *next > 0x9F),
        0xE2 => !matches!(bytes[at..], [_, 0x80, 0xA8 | 0xA9, ..]),
        0xEF => !matches!(bytes[at..], [_, 0xBB, 0xBF, ..]),
        _ => *byte > 0x7F,
    })
}

struct Reader<'t> {
    text: &'t str,
    bytes: &'t [u8],
    file: FileId,
    base: usize,
    at: usize,
    /// Of the line that `at` stands in, where its first word begins; none at the end.
    column: Option<usize>,
    /// A scalar in quotes came last: to the parser, a comment after it is part of it.
    quoted: bool,
}

impl<'t> Reader<'t> {
    fn byte(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn span(&self, start: usize, end: usize) -> Span {
        place(self.file, self.base, start, end)
    }

    fn spaces(&mut self) {
        while self.byte() == Some(b' ') {
            self.at += 1;
        }
    }

    /// Whether only a comment, if anything, follows on this line.
    fn is_line_done(&mut self) -> bool {
        let from = self.at;
        self.spaces();
        match self.byte() {
            None | Some(b'\n' | b'\r') => true,
            Some(b'#') => self.at > from && !self.quoted,
            Some(_) => false,
        }
    }

    /// Goes on to the next line that says anything.
    fn next_line(&mut self) -> Option<()> {
        self.end_of_line();
        self.seek()
    }

    fn end_of_line(&mut self) {
        self.at = memchr::memchr(b'\n', &self.bytes[self.at..])
            .map_or(self.bytes.len(), |end| self.at + end + 1);
    }

    /// The same from the beginning of a line, which may be the one.
    fn seek(&mut self) -> Option<()> {
        self.column = loop {
            let start = self.at;
            self.spaces();
            match self.byte() {
                None => break None,
                Some(b'#') if self.quoted => return None,
                Some(b'\n' | b'\r' | b'#') => self.end_of_line(),
                Some(_) => break Some(self.at - start),
            }
        };
        self.quoted = false;
        let rest = &self.bytes[self.at..];
        // Between documents.
        (!rest.starts_with(b"---") && !rest.starts_with(b"...")).then_some(())
    }

    /// The length of the key that stands here, which must be a plain word.
    fn key(&self) -> Option<usize> {
        let rest = &self.bytes[self.at..];
        let length = rest
            .iter()
            .take(LONGEST_KEY)
            .take_while(|byte| {
                byte.is_ascii_alphanumeric()
                    || matches!(byte, b'_' | b'-' | b'.' | b'/')
                    || !byte.is_ascii()
            })
            .count();
        let word = !matches!(rest.first()?, b'-' | b'.' | b'/');
        let ends = matches!(rest[length..], [b':'] | [b':', b' ' | b'\n' | b'\r', ..]);
        (word && length > 0 && ends).then_some(length)
    }

    /// The map whose first key stands here; goes on to the line after it.
    fn map(&mut self, column: usize, depth: usize) -> Option<Node> {
        let start = self.at;
        let mut end = start;
        let mut entries: Vec<(Key, Node)> = Vec::new();
        while self.column.is_some() {
            let key = self.at..self.at + self.key()?;
            self.at = key.end + 1;
            let name = &self.text[key.clone()];
            if entries.iter().any(|(other, _)| *other.name == *name) {
                return None;
            }
            let value = self.value(column, depth)?;
            end = value.span.end as usize - self.base;
            let key = Key {
                name: Arc::from(name),
                span: self.span(key.start, key.end),
            };
            entries.push((key, value));
            match self.column {
                Some(next) if next > column => return None,
                Some(next) if next == column => {}
                _ => break,
            }
        }
        Some(Node {
            span: self.span(start, end),
            value: Value::Map(Map { entries }),
        })
    }

    /// What stands after a colon; goes on to the line after it.
    fn value(&mut self, column: usize, depth: usize) -> Option<Node> {
        let colon = self.at - 1;
        self.quoted = false;
        if !self.is_line_done() {
            return self.rest_of_line();
        }
        self.next_line()?;
        match self.column {
            Some(below) if below > column && depth < DEPTH => {
                if self.is_item() {
                    self.list(below, self.at, depth + 1)
                } else {
                    self.map(below, depth + 1)
                }
            }
            Some(below) if below > column => None,
            // The places of a list that is no deeper than its key begin within its first item.
            Some(below) if below == column && self.is_item() => {
                let dash = self.at;
                self.at += 1;
                self.spaces();
                let start = std::mem::replace(&mut self.at, dash);
                self.list(below, start, depth + 1)
            }
            _ => Some(Node {
                span: self.span(colon, colon),
                value: Value::Null,
            }),
        }
    }

    fn is_item(&self) -> bool {
        self.bytes[self.at..].starts_with(b"- ")
    }

    /// The list whose first dash stands here; goes on to the line after it.
    fn list(&mut self, column: usize, start: usize, depth: usize) -> Option<Node> {
        let mut end = start;
        let mut items = Vec::new();
        while self.column == Some(column) && self.is_item() {
            let dash = self.at;
            self.at += 1;
            self.spaces();
            let item = if self.key().is_none() {
                self.rest_of_line()?
            } else if depth < DEPTH {
                self.map(column + self.at - dash, depth + 1)?
            } else {
                return None;
            };
            end = item.span.end as usize - self.base;
            items.push(item);
        }
        // What is deeper than a dash would go on with its item.
        if self.column.is_some_and(|next| next > column) {
            return None;
        }
        Some(Node {
            span: self.span(start, end),
            value: Value::List(items),
        })
    }

    /// A value with nothing but a comment after it; goes on to the line after it.
    fn rest_of_line(&mut self) -> Option<Node> {
        let node = if self.byte()? == b'[' {
            self.flow_list()?
        } else {
            self.scalar(false)?
        };
        if !self.is_line_done() {
            return None;
        }
        self.next_line()?;
        Some(node)
    }

    fn flow_list(&mut self) -> Option<Node> {
        let start = self.at;
        let mut items = Vec::new();
        self.at += 1;
        self.spaces();
        while self.byte()? != b']' {
            items.push(self.scalar(true)?);
            self.spaces();
            match self.byte()? {
                b',' => self.at += 1,
                b']' => {}
                _ => return None,
            }
            self.spaces();
        }
        self.at += 1;
        // To the parser, what follows on the line is part of the list.
        if !matches!(self.byte(), None | Some(b'\n' | b'\r')) {
            return None;
        }
        self.quoted = false;
        Some(Node {
            span: self.span(start, self.at),
            value: Value::List(items),
        })
    }

    fn scalar(&mut self, flow: bool) -> Option<Node> {
        let start = self.at;
        let value = match self.byte()? {
            b'"' => text_value(self.double()?),
            b'\'' => text_value(self.single()?),
            _ => scalar(Cow::Borrowed(self.plain(flow)?)),
        };
        self.quoted = matches!(self.bytes[start], b'"' | b'\'');
        Some(Node {
            span: self.span(start, self.at),
            value,
        })
    }

    fn plain(&mut self, flow: bool) -> Option<&'t str> {
        let start = self.at;
        let rest = &self.bytes[start..];
        let next = |at: usize| rest.get(at).copied().unwrap_or(b'\n');
        let begins = match rest.first()? {
            b'-' => next(1).is_ascii_alphanumeric() || next(1) == b'.',
            b'_' | b'/' | b'(' | b'.' | b'~' | b'$' | b'+' | b'<' | b'=' => true,
            first => first.is_ascii_alphanumeric() || !first.is_ascii(),
        };
        if !begins {
            return None;
        }
        let mut length = 0;
        loop {
            match next(length) {
                b'\n' | b'\r' => break,
                // Of a comment.
                b'#' if rest[length - 1] == b' ' => break,
                b':' if matches!(next(length + 1), b' ' | b'\n' | b'\r') => return None,
                b',' | b']' if flow => break,
                b'[' | b'{' | b'}' if flow => return None,
                b'-' if flow && !next(length + 1).is_ascii_alphanumeric() => return None,
                b':' if flow && matches!(next(length + 1), b',' | b'[' | b']' | b'{' | b'}') => {
                    return None;
                }
                _ => length += 1,
            }
        }
        while rest[length - 1] == b' ' {
            length -= 1;
        }
        self.at += length;
        Some(&self.text[start..self.at])
    }

    fn double(&mut self) -> Option<Cow<'t, str>> {
        let inner = self.at + 1;
        let mut end = inner;
        let mut escaped = false;
        loop {
            match self.bytes.get(end)? {
                b'"' => break,
                b'\n' => return None,
                b'\\' => {
                    if !matches!(self.bytes.get(end + 1), Some(b'"' | b'\\')) {
                        return None;
                    }
                    escaped = true;
                    end += 2;
                }
                _ => end += 1,
            }
        }
        self.at = end + 1;
        let text = &self.text[inner..end];
        if !escaped {
            return Some(Cow::Borrowed(text));
        }
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('\\') {
            out.push_str(before);
            let (escaped, after) = after.split_at(1);
            out.push_str(escaped);
            rest = after;
        }
        out.push_str(rest);
        Some(Cow::Owned(out))
    }

    fn single(&mut self) -> Option<Cow<'t, str>> {
        let inner = self.at + 1;
        let mut end = inner;
        let mut escaped = false;
        loop {
            match self.bytes.get(end)? {
                b'\'' if self.bytes.get(end + 1) == Some(&b'\'') => {
                    escaped = true;
                    end += 2;
                }
                b'\'' => break,
                b'\n' => return None,
                _ => end += 1,
            }
        }
        self.at = end + 1;
        let text = &self.text[inner..end];
        Some(if escaped {
            Cow::Owned(text.replace("''", "'"))
        } else {
            Cow::Borrowed(text)
        })
    }
}

#[cfg(test)]
mod tests;
