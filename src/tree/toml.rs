//! TOML 1.1 into the tree. Dates keep the text of the source.

use super::{DEPTH, Key, Kind, Map, Node, Scalar, Value, place};
use crate::diag::{Diagnostic, FileId, Span};
use std::sync::Arc;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

pub(super) fn parse(
    text: &str,
    file: FileId,
    base: usize,
) -> Result<Option<Node>, Vec<Diagnostic>> {
    let reader = Source { text, file, base };
    if let Some(at) = deep_key(text) {
        return Err(vec![super::too_deep(reader.span(at..at))]);
    }
    let (table, errors) = DeTable::parse_recoverable(text);
    if !errors.is_empty() {
        // Each key given twice is a finding of its own; of other errors most
        // follow from the first in the file.
        let start = |error: &&toml::de::Error| error.span().map_or(0, |span| span.start);
        let shown: Vec<_> = match errors.iter().filter(|e| !is_duplicate(e)).min_by_key(start) {
            Some(error) => vec![error],
            None => errors.iter().collect(),
        };
        return Err(shown
            .into_iter()
            .map(|error| reader.explain(error))
            .collect());
    }
    reader
        .table(table.get_ref(), reader.span(0..text.len()), 0)
        .map(Some)
        .map_err(|e| vec![e])
}

#[derive(Clone, Copy)]
struct Source<'t> {
    text: &'t str,
    file: FileId,
    base: usize,
}

impl Source<'_> {
    fn span(&self, range: std::ops::Range<usize>) -> Span {
        place(self.file, self.base, range.start, range.end)
    }

    fn table(&self, table: &DeTable<'_>, span: Span, depth: usize) -> Result<Node, Diagnostic> {
        if depth > DEPTH {
            return Err(super::too_deep(span));
        }
        let mut entries = Vec::with_capacity(table.len());
        for (name, value) in table {
            let key = Key {
                name: Arc::from(&**name.get_ref()),
                span: self.span(name.span()),
            };
            entries.push((key, self.value(value, depth + 1)?));
        }
        // The library sorts by name.
        entries.sort_by_key(|(key, _)| key.span.start);
        Ok(Node {
            span,
            value: Value::Map(Map { entries }),
        })
    }

    fn value(&self, value: &Spanned<DeValue<'_>>, depth: usize) -> Result<Node, Diagnostic> {
        let span = self.span(value.span());
        let source = || Arc::from(self.text.get(value.span()).unwrap_or_default());
        let scalar = match value.get_ref() {
            DeValue::Table(table) => return self.table(table, span, depth),
            DeValue::Array(items) => {
                if depth > DEPTH {
                    return Err(super::too_deep(span));
                }
                let items: Result<Vec<Node>, Diagnostic> = items
                    .iter()
                    .map(|item| self.value(item, depth + 1))
                    .collect();
                return Ok(Node {
                    span,
                    value: Value::List(items?),
                });
            }
            DeValue::String(text) => Scalar {
                text: Arc::from(&**text),
                kind: Kind::Str,
            },
            DeValue::Boolean(value) => Scalar {
                text: source(),
                kind: Kind::Bool(*value),
            },
            DeValue::Datetime(_) => Scalar {
                text: source(),
                kind: Kind::Date,
            },
            DeValue::Float(number) => match number.as_str().parse() {
                Ok(number) => Scalar {
                    text: source(),
                    kind: Kind::Float(number),
                },
                Err(_) => Scalar {
                    text: source(),
                    kind: Kind::Str,
                },
            },
            DeValue::Integer(number) => {
                match i64::from_str_radix(number.as_str(), number.radix()) {
                    Ok(number) => Scalar {
                        text: source(),
                        kind: Kind::Int(number),
                    },
                    Err(_) => {
                        return Err(Diagnostic::error(
                            "toml",
                            span,
                            "this number is too large for 64 bits",
                        )
                        .help("put it in quotes"));
                    }
                }
            }
        };
        Ok(Node {
            span,
            value: Value::Scalar(scalar),
        })
    }

    fn explain(&self, error: &toml::de::Error) -> Diagnostic {
        let range = error.span().unwrap_or(0..0);
        let range = super::on_chars(self.text, range);
        if is_duplicate(error) {
            return self.duplicate(range);
        }
        let span = self.span(range);
        let message = error.message();
        if message.contains("recurse") {
            return super::too_deep(span);
        }
        // The library says what it found, and on a second line what it expected.
        let (found, expected) = message.split_once('\n').unwrap_or((message, ""));
        for (part, ours, help) in WORDS {
            if found.contains(part) {
                let error = Diagnostic::error("toml", span, *ours);
                return if help.is_empty() {
                    error
                } else {
                    error.help(*help)
                };
            }
        }
        match expected.trim() {
            "" => Diagnostic::error("toml", span, found),
            expected => Diagnostic::error("toml", span, format!("{found}, {expected}")),
        }
    }

    fn duplicate(&self, second: std::ops::Range<usize>) -> Diagnostic {
        let name = self.text.get(second.clone()).unwrap_or_default();
        match self.first_of(&second) {
            Some(first) => super::duplicate(
                name.trim_matches(['"', '\'']),
                self.span(first),
                self.span(second),
            ),
            None => Diagnostic::error(
                "duplicate-key",
                self.span(second),
                format!("the key `{name}` is given twice"),
            ),
        }
    }

    /// The library says only where the second of two equal keys stands. With
    /// another name in its place, its neighbour of the old name is the first.
    fn first_of(&self, second: &std::ops::Range<usize>) -> Option<std::ops::Range<usize>> {
        let quoted = self.text.get(second.clone())?;
        for letter in b'a'..=b'z' {
            let other = char::from(letter).to_string().repeat(second.len());
            if quoted == other {
                continue;
            }
            let text = format!(
                "{}{other}{}",
                &self.text[..second.start],
                &self.text[second.end..]
            );
            let (table, _) = DeTable::parse_recoverable(&text);
            if let Some(first) = neighbour(table.get_ref(), second.start, quoted) {
                return Some(first);
            }
        }
        None
    }
}

fn is_duplicate(error: &toml::de::Error) -> bool {
    error.message().starts_with("duplicate key")
}

fn neighbour(table: &DeTable<'_>, start: usize, quoted: &str) -> Option<std::ops::Range<usize>> {
    let bare = quoted.trim_matches(['"', '\'']);
    if table.keys().any(|key| key.span().start == start) {
        return table
            .keys()
            .find(|key| **key.get_ref() == *bare)
            .map(|key| key.span());
    }
    table.values().find_map(|value| match value.get_ref() {
        DeValue::Table(table) => neighbour(table, start, quoted),
        DeValue::Array(items) => items.iter().find_map(|item| match item.get_ref() {
            DeValue::Table(table) => neighbour(table, start, quoted),
            _ => None,
        }),
        _ => None,
    })
}

/// A part of the library's wording, ours, and the help.
const WORDS: &[(&str, &str, &str)] = &[
    (
        "string values must be quoted",
        "expected a value: text in quotes, a number, a date, `true` or `false`",
        "put text in double quotes, as in `title = \"Hello\"`",
    ),
    (
        "key with no value",
        "expected `=` after the key",
        "write `key = value`",
    ),
    ("missing value", "expected a value after `=`", ""),
    (
        "missing escaped value",
        "unknown escape in double quotes",
        "write `\\\\` for a backslash, or put the value in single quotes, where `\\` means itself",
    ),
    (
        "invalid basic string",
        "the text is not closed on its line",
        "end it with the quote that it began with; text of several lines stands in `\"\"\"`",
    ),
    (
        "invalid literal string",
        "the text is not closed on its line",
        "end it with the quote that it began with; text of several lines stands in `'''`",
    ),
    (
        "invalid unquoted key",
        "a key without quotes is made of the letters a to z, digits, `-` and `_`",
        "put the key in double quotes",
    ),
    (
        "unexpected key or value",
        "expected the end of the line after the value",
        "write one key a line; text that holds its own quote takes the other kind of quote",
    ),
    (
        "missing comma between array elements",
        "expected `,` or `]` to go on with the list",
        "",
    ),
    (
        "missing comma between key-value pairs",
        "expected `,` or `}` to go on with the table",
        "",
    ),
    (
        "unclosed array table",
        "expected `]]` after the name of the table",
        "",
    ),
    (
        "unclosed table",
        "expected `]` after the name of the table",
        "",
    ),
    (
        "unclosed array",
        "the list is never closed",
        "end it with `]`",
    ),
    (
        "unclosed inline table",
        "the table is never closed",
        "end it with `}`",
    ),
];

/// Where a key of more dots than any tree may be deep lies: the library would
/// build it, one table a dot, and take it down by recursion.
fn deep_key(text: &str) -> Option<usize> {
    if memchr::memchr_iter(b'.', text.as_bytes()).count() <= DEPTH {
        return None;
    }
    let (mut dots, mut segment, mut spaced) = (0, false, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'.' if segment => {
                dots += 1;
                if dots > DEPTH {
                    return Some(at);
                }
                (segment, spaced) = (false, false);
            }
            b' ' | b'\t' => spaced = segment,
            b'"' | b'\'' | b'_' | b'-' | b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | 0x80.. => {
                if spaced {
                    dots = 0;
                }
                (segment, spaced) = (true, false);
            }
            _ => (dots, segment, spaced) = (0, false, false),
        }
    }
    None
}
