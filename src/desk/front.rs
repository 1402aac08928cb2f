//! Front matter edited where it stands: one value changed, nothing else. Takes a
//! file's text, gives the new one; comments, order, quotes and line ends stay. What was
//! written is read again before it is given, so that no edit can harm a text that
//! is laid out in a way nobody thought of.

use crate::diag::{Diagnostic, FileId, Span};
use crate::parse::front_matter::{read, split};
use crate::tree::{self, Format, Key, Map, Node, Value, normal};
use std::ops::Range;

/// What is written.
#[derive(Clone, Copy, Debug)]
pub enum New<'v> {
    Text(&'v str),
    /// As YAML and TOML have dates, without quotes.
    Date(&'v str),
    Bool(bool),
}

/// The text with `key` at the top of its front matter set to `new`: in place, else
/// on a line of its own.
pub fn set(text: &str, file: FileId, key: &str, new: New) -> Result<String, Vec<Diagnostic>> {
    let Some(read) = Read::of(text, file)? else {
        return Ok(begun(text, key, &format_value(Format::Yaml, "", new)));
    };
    let edited = match read.find(key) {
        None => read.insert(key, &format_value(read.format, "", new)),
        Some((found, node)) => match &node.value {
            Value::List(_) | Value::Map(_) => {
                return Err(vec![read.cannot(key, node.span)]);
            }
            _ => read.put(found, node, new),
        },
    };
    let said = match new {
        New::Text(text) | New::Date(text) => text.to_owned(),
        New::Bool(is) => is.to_string(),
    };
    read.proven(edited, key, |node| {
        node.as_text().is_some_and(|text| **text == *said)
    })
}

/// The text with `item` at the end of the list under `key`.
pub fn add(text: &str, file: FileId, key: &str, item: &str) -> Result<String, Vec<Diagnostic>> {
    let Some(read) = Read::of(text, file)? else {
        let item = format_value(Format::Yaml, "", New::Text(item));
        return Ok(begun(text, key, &format!("[{item}]")));
    };
    let new = |like: &str| format_value(read.format, like, New::Text(item));
    let edited = match read.find(key) {
        None => read.insert(key, &format!("[{}]", new(""))),
        Some((found, node)) => {
            let range = whole(text, node);
            match &node.value {
                Value::Map(_) => return Err(vec![read.cannot(key, node.span)]),
                Value::Null => read.replace(found, range, &format!("[{}]", new(""))),
                Value::Scalar(_) => {
                    let old = &text[range.clone()];
                    read.replace(found, range.clone(), &format!("[{old}, {}]", new(old)))
                }
                Value::List(items) => read.append(range, items, &new),
            }
        }
    };
    read.proven(edited, key, |node| match &node.value {
        Value::List(items) => items
            .last()
            .and_then(Node::as_text)
            .is_some_and(|text| **text == *item),
        _ => false,
    })
}

/// A text that had no front matter gets one.
fn begun(text: &str, key: &str, value: &str) -> String {
    let end = line_end(text);
    format!("---{end}{key}: {value}{end}---{end}{end}{text}")
}

fn line_end(text: &str) -> &'static str {
    match memchr::memchr(b'\n', text.as_bytes()) {
        Some(at) if text[..at].ends_with('\r') => "\r\n",
        _ => "\n",
    }
}

/// A front matter with what is known of it.
struct Read<'t> {
    text: &'t str,
    file: FileId,
    format: Format,
    range: Range<usize>,
    map: Map,
}

impl<'t> Read<'t> {
    fn of(text: &'t str, file: FileId) -> Result<Option<Read<'t>>, Vec<Diagnostic>> {
        let split = split(text, file).map_err(|error| vec![error])?;
        let map = read(text, &split, file)?;
        Ok(split.front.map(|(format, range)| Read {
            text,
            file,
            format,
            range,
            map,
        }))
    }

    fn find(&self, key: &str) -> Option<(&Key, &Node)> {
        let key = normal(key);
        let mut entries = self.map.entries.iter();
        let (key, node) = entries.find(|(known, _)| normal(&known.name) == key)?;
        Some((key, node))
    }

    fn put(&self, key: &Key, node: &Node, new: New) -> String {
        let range = whole(self.text, node);
        let value = format_value(self.format, &self.text[range.clone()], new);
        self.replace(key, range, &value)
    }

    /// A key without a value has none that could be replaced: it stands behind the colon then.
    fn replace(&self, key: &Key, range: Range<usize>, value: &str) -> String {
        if !range.is_empty() {
            return self.spliced(range, value);
        }
        let after = key.span.end as usize;
        let colon = self.text[after..]
            .find(':')
            .map_or(after, |at| after + at + 1);
        self.spliced(colon..colon, &format!(" {value}"))
    }

    fn spliced(&self, range: Range<usize>, value: &str) -> String {
        format!(
            "{}{value}{}",
            &self.text[..range.start],
            &self.text[range.end..]
        )
    }

    fn insert(&self, key: &str, value: &str) -> String {
        let end = line_end(self.text);
        match self.format {
            Format::Yaml => {
                let at = self.range.end;
                self.spliced(at..at, &format!("{key}: {value}{end}"))
            }
            Format::Toml => {
                let at = self.before_tables();
                self.spliced(at..at, &format!("{key} = {value}{end}"))
            }
            Format::Json => {
                let Some((first, _)) = self.map.entries.first() else {
                    let range = self.range.clone();
                    return self.spliced(range, &format!("{{\"{key}\": {value}}}"));
                };
                let start = first.span.start as usize;
                let line = self.text[..start].rfind('\n').map_or(0, |at| at + 1);
                let before = &self.text[line..start];
                let own_line = line > self.range.start && before.trim().is_empty();
                let gap = match own_line {
                    true => format!("{end}{before}"),
                    false => " ".to_owned(),
                };
                let last = self.map.entries.iter().map(|(_, node)| node.span.end);
                let at = last.max().map_or(start, |end| end as usize);
                self.spliced(at..at, &format!(",{gap}\"{key}\": {value}"))
            }
        }
    }

    /// Behind the last key that stands above all tables of TOML.
    fn before_tables(&self) -> usize {
        let mut at = self.range.start;
        let mut entries: Vec<_> = self.map.entries.iter().collect();
        entries.sort_by_key(|(key, _)| key.span.start);
        for (key, node) in entries {
            let start = key.span.start as usize;
            let line = self.text[..start].rfind('\n').map_or(0, |at| at + 1);
            if self.text[line..start].trim_start().starts_with('[') {
                break;
            }
            at = self.line_after(node.span.end as usize);
        }
        at
    }

    fn line_after(&self, at: usize) -> usize {
        let rest = &self.text[at..];
        rest.find('\n').map_or(self.text.len(), |end| at + end + 1)
    }

    fn append(&self, list: Range<usize>, items: &[Node], new: &dyn Fn(&str) -> String) -> String {
        let Some(last) = items.last() else {
            return self.spliced(list, &format!("[{}]", new("")));
        };
        let (start, end) = (last.span.start as usize, last.span.end as usize);
        let item = new(&self.text[start..end]);
        if self.text[list].starts_with('[') {
            return self.spliced(end..end, &format!(", {item}"));
        }
        let line = self.text[..start].rfind('\n').map_or(0, |at| at + 1);
        let at = self.line_after(end);
        let dash = &self.text[line..start];
        self.spliced(at..at, &format!("{dash}{item}{}", line_end(self.text)))
    }

    /// The edit, if it is the one that was meant.
    fn proven(
        &self,
        edited: String,
        key: &str,
        is_new: impl Fn(&Node) -> bool,
    ) -> Result<String, Vec<Diagnostic>> {
        let before = &self.map.entries;
        let same = || -> Option<bool> {
            let again = Read::of(&edited, self.file).ok()??;
            let (_, new) = again.find(key)?;
            let of = |map: &Map| -> Vec<(String, Node)> {
                let entries = map.entries.iter();
                let others = entries.filter(|(known, _)| normal(&known.name) != normal(key));
                others
                    .map(|(key, node)| (key.name.to_string(), placeless(node)))
                    .collect()
            };
            let body = |text: &str, read: &Read| -> String { text[read.range.end..].to_owned() };
            Some(
                is_new(new)
                    && of(&self.map) == of(&again.map)
                    && body(&edited, &again) == body(self.text, self),
            )
        };
        if same() == Some(true) {
            return Ok(edited);
        }
        let found = before
            .iter()
            .find(|(known, _)| normal(&known.name) == normal(key));
        let span = found.map_or_else(
            || Span::new(self.file, self.range.start, self.range.start),
            |(known, _)| known.span,
        );
        Err(vec![self.cannot(key, span)])
    }

    fn cannot(&self, key: &str, span: Span) -> Diagnostic {
        let message = format!("`{key}` cannot be changed here without changing more than that");
        Diagnostic::error("front-matter-edit", span, message)
            .help("change it in an editor; the file is as it was")
    }
}

/// The bytes of a value. One in quotes ends at its closing quote: what a parser takes to
/// belong to it may reach over the comment behind.
fn whole(text: &str, node: &Node) -> Range<usize> {
    let range = node.span.start as usize..node.span.end as usize;
    let source = &text[range.clone()];
    let quote = match (&node.value, source.chars().next()) {
        (Value::Scalar(_), Some(quote @ ('"' | '\''))) => quote,
        _ => return range,
    };
    // Three of them begin a text of many lines in TOML.
    if source.starts_with("\"\"\"") || source.starts_with("\'\'\'") {
        return range;
    }
    let mut chars = source.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' if quote == '"' => {
                chars.next();
            }
            '\'' if c == quote && chars.peek().is_some_and(|(_, next)| *next == quote) => {
                chars.next();
            }
            c if c == quote => return range.start..range.start + at + 1,
            _ => {}
        }
    }
    range
}

/// Values alone, for comparing.
fn placeless(node: &Node) -> Node {
    let nowhere = Span::new(FileId(0), 0, 0);
    let value = match &node.value {
        Value::List(items) => Value::List(items.iter().map(placeless).collect()),
        Value::Map(map) => Value::Map(Map {
            entries: (map.entries.iter())
                .map(|(key, node)| {
                    let key = Key {
                        name: key.name.clone(),
                        span: nowhere,
                    };
                    (key, placeless(node))
                })
                .collect(),
        }),
        value => value.clone(),
    };
    Node {
        span: nowhere,
        value,
    }
}

/// A value as the format has it, in the quotes of the one that it replaces.
fn format_value(format: Format, before: &str, new: New) -> String {
    let text = match new {
        New::Bool(is) => return is.to_string(),
        New::Date(date) => {
            let bare = format != Format::Json && !before.starts_with(['"', '\'']);
            if bare {
                return date.to_owned();
            }
            date
        }
        New::Text(text) => text,
    };
    let quoted = || serde_json::Value::from(text).to_string();
    match format {
        Format::Json => quoted(),
        Format::Toml => match before.starts_with('\'') && !text.contains('\'') {
            true => format!("'{text}'"),
            false => quoted(),
        },
        Format::Yaml if before.starts_with('\'') => format!("'{}'", text.replace('\'', "''")),
        Format::Yaml if before.starts_with('"') || !is_plain(text) => quoted(),
        Format::Yaml => text.to_owned(),
    }
}

/// A text as a value of YAML, in a list too: in quotes where it would mean something else.
pub fn scalar(text: &str) -> String {
    format_value(Format::Yaml, "", New::Text(text))
}

/// Whether YAML reads a text without quotes as that text, in a list too.
fn is_plain(text: &str) -> bool {
    let Ok(node) = tree::parse(&format!("[{text}]"), Format::Yaml, FileId(0), 0) else {
        return false;
    };
    let Some([item]) = node.as_list() else {
        return false;
    };
    matches!(&item.value, Value::Scalar(scalar) if scalar.kind == tree::Kind::Str && *scalar.text == *text)
}

#[cfg(test)]
mod tests;
