//! Typed access to a map. The caller asks for keys by name, in any spelling;
//! a wrong type is reported at its value, and what nobody asked for is a
//! warning with the nearest name that was asked for. Does not know defaults.

use super::{Key, Map, Node, Value, normal, normal_into};
use crate::diag::{Diagnostic, Span};
use crate::text::nearest;
use std::ops::Deref;
use std::sync::Arc;

/// Reads one map. Nested maps get a reader of their own by [`Reader::child`],
/// which reports to the same place.
pub struct Reader<'a, 'o> {
    pub source: &'a Map,
    /// Dotted path of the map in its file, for messages and `longhand config`:
    /// `params.cover`; empty for the whole file.
    pub path: String,
    pub out: &'o mut Vec<Diagnostic>,
    record: Option<&'o mut Vec<Asked>>,
    /// The entries' names in their one spelling, and whether somebody asked.
    keys: Vec<(String, bool)>,
    asked: Vec<&'a str>,
    scratch: String,
}

/// One key that was asked for and is there: where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Asked {
    /// Dotted, in the spelling of who asked.
    pub path: String,
    pub key: Span,
    pub value: Span,
}

/// A scalar's text and its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Text {
    pub text: Arc<str>,
    pub span: Span,
}

impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        &self.text
    }
}

impl<'a, 'o> Reader<'a, 'o> {
    pub fn new(map: &'a Map, path: impl Into<String>, out: &'o mut Vec<Diagnostic>) -> Self {
        Reader::with(map, path.into(), out, None)
    }

    /// Like [`Reader::new`], and notes in `record` every key that is asked for and there.
    pub fn recording(
        map: &'a Map,
        path: impl Into<String>,
        out: &'o mut Vec<Diagnostic>,
        record: &'o mut Vec<Asked>,
    ) -> Self {
        Reader::with(map, path.into(), out, Some(record))
    }

    fn with(
        map: &'a Map,
        path: String,
        out: &'o mut Vec<Diagnostic>,
        record: Option<&'o mut Vec<Asked>>,
    ) -> Self {
        let keys: Vec<(String, bool)> = map
            .entries
            .iter()
            .map(|(key, _)| (normal(&key.name), false))
            .collect();
        let mut reader = Reader {
            source: map,
            path,
            out,
            record,
            keys,
            asked: Vec::new(),
            scratch: String::new(),
        };
        reader.refuse_spellings();
        reader
    }

    /// `ShowToc` and `show_toc` in one map: no telling which was meant.
    fn refuse_spellings(&mut self) {
        let mut order: Vec<usize> = (0..self.keys.len()).collect();
        order.sort_by(|a, b| self.keys[*a].0.cmp(&self.keys[*b].0).then(a.cmp(b)));
        for pair in order.windows(2) {
            if self.keys[pair[0]].0 != self.keys[pair[1]].0 {
                continue;
            }
            // Said here; as unknown it would be said again.
            self.keys[pair[1]].1 = true;
            let (first, second) = (
                &self.source.entries[pair[0]].0,
                &self.source.entries[pair[1]].0,
            );
            self.out.push(
                Diagnostic::error(
                    "duplicate-key",
                    second.span,
                    format!(
                        "`{}` and `{}` are one key, given twice",
                        first.name, second.name
                    ),
                )
                .note(first.span, "first given here")
                .help("remove one of the two"),
            );
        }
    }

    /// The entry by this name, absent if null; from now on the name is known.
    pub fn entry(&mut self, name: &'a str) -> Option<(&'a Key, &'a Node)> {
        self.asked.push(name);
        normal_into(name, &mut self.scratch);
        let index = self.keys.iter().position(|(key, _)| *key == self.scratch)?;
        self.keys[index].1 = true;
        let (key, node) = &self.source.entries[index];
        if let Some(record) = &mut self.record {
            let path = join(&self.path, name);
            record.push(Asked {
                path,
                key: key.span,
                value: node.span,
            });
        }
        (!node.is_null()).then_some((key, node))
    }

    pub fn node(&mut self, name: &'a str) -> Option<&'a Node> {
        self.entry(name).map(|(_, node)| node)
    }

    /// True or false, or the text "true" or "false".
    pub fn bool(&mut self, name: &'a str) -> Option<bool> {
        let node = self.node(name)?;
        self.typed(node, name, "true or false", node.as_bool())
    }

    pub fn int(&mut self, name: &'a str) -> Option<i64> {
        let node = self.node(name)?;
        self.typed(node, name, "a whole number", node.as_int())
    }

    /// A whole number that is not negative.
    pub fn count(&mut self, name: &'a str) -> Option<usize> {
        let node = self.node(name)?;
        let count = node.as_int().and_then(|value| usize::try_from(value).ok());
        self.typed(node, name, "a whole number from 0 on", count)
    }

    pub fn float(&mut self, name: &'a str) -> Option<f64> {
        let node = self.node(name)?;
        self.typed(node, name, "a number", node.as_float())
    }

    /// Any scalar, as it was spelt.
    pub fn text(&mut self, name: &'a str) -> Option<Text> {
        let node = self.node(name)?;
        let text = node.as_text().map(|text| Text {
            text: text.clone(),
            span: node.span,
        });
        self.typed(node, name, "text", text)
    }

    /// A list of scalars; a scalar is a list of one.
    pub fn text_list(&mut self, name: &'a str) -> Option<Vec<Text>> {
        let node = self.node(name)?;
        if let Some(text) = node.as_text() {
            return Some(vec![Text {
                text: text.clone(),
                span: node.span,
            }]);
        }
        let items = self.typed(node, name, "text or a list of texts", node.as_list())?;
        let mut texts = Vec::with_capacity(items.len());
        for item in items.iter().filter(|item| !item.is_null()) {
            let text = item.as_text().map(|text| Text {
                text: text.clone(),
                span: item.span,
            });
            texts.extend(self.typed(item, name, "text", text));
        }
        Some(texts)
    }

    /// Letters, digits, `-`, `_` and `.`, at least one: what names a thing.
    pub fn ident(&mut self, name: &'a str) -> Option<Text> {
        let node = self.node(name)?;
        let is_name = |text: &str| {
            !text.is_empty()
                && text
                    .chars()
                    .all(|c| c.is_alphanumeric() || "-_.".contains(c))
        };
        let text = node
            .as_text()
            .filter(|text| is_name(text))
            .map(|text| Text {
                text: text.clone(),
                span: node.span,
            });
        self.typed(node, name, "a name of letters, digits, `-` and `_`", text)
    }

    /// One of a few words, in any case.
    pub fn choice<T: Copy>(&mut self, name: &'a str, choices: &[(&str, T)]) -> Option<T> {
        let node = self.node(name)?;
        let found = node.as_text().and_then(|text| {
            choices
                .iter()
                .find(|(word, _)| word.eq_ignore_ascii_case(text))
                .map(|(_, v)| *v)
        });
        if found.is_some() {
            return found;
        }
        let words: Vec<String> = choices
            .iter()
            .map(|(word, _)| format!("`{word}`"))
            .collect();
        let expected = match words.split_last() {
            Some((last, [])) => last.clone(),
            Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
            None => "nothing".to_owned(),
        };
        let mut error = self.wrong(node, name, &expected);
        if let Some(text) = node.as_text()
            && let Some(near) = nearest(text, choices.iter().map(|(word, _)| *word))
        {
            error = error.help(format!("did you mean `{near}`?"));
        }
        self.out.push(error);
        None
    }

    pub fn map(&mut self, name: &'a str) -> Option<&'a Map> {
        let node = self.node(name)?;
        self.typed(node, name, "a map", node.as_map())
    }

    pub fn list(&mut self, name: &'a str) -> Option<&'a [Node]> {
        let node = self.node(name)?;
        self.typed(node, name, "a list", node.as_list())
    }

    /// A reader of the map under this name.
    pub fn child(&mut self, name: &'a str) -> Option<Reader<'a, '_>> {
        let map = self.map(name)?;
        let path = join(&self.path, name);
        Some(Reader::with(
            map,
            path,
            self.out,
            self.record.as_deref_mut(),
        ))
    }

    /// A reader of `node`, which lies under this map by the relative `path`
    /// (an item of a list: `menu.main[2]`).
    pub fn within(&mut self, node: &'a Node, path: &str) -> Option<Reader<'a, '_>> {
        let map = self.typed(node, path, "a map", node.as_map())?;
        let path = join(&self.path, path);
        Some(Reader::with(
            map,
            path,
            self.out,
            self.record.as_deref_mut(),
        ))
    }

    /// Says that `name` is a key here without reading it.
    pub fn know(&mut self, name: &'a str) {
        self.asked.push(name);
        normal_into(name, &mut self.scratch);
        for (key, known) in &mut self.keys {
            *known |= *key == self.scratch;
        }
    }

    /// What nobody asked for, in order; known from now on.
    pub fn rest(&mut self) -> Vec<&'a (Key, Node)> {
        let entries = self.source.entries.iter().zip(&mut self.keys);
        entries
            .filter(|(_, (_, known))| !known)
            .map(|(entry, (_, known))| {
                *known = true;
                entry
            })
            .collect()
    }

    /// The name that was asked for and that `name` may have meant.
    pub fn meant(&self, name: &str) -> Option<&'a str> {
        let wanted = normal(name);
        let names: Vec<String> = self.asked.iter().map(|name| normal(name)).collect();
        let near = nearest(&wanted, names.iter().map(String::as_str))?;
        names
            .iter()
            .position(|name| name == near)
            .map(|index| self.asked[index])
    }

    /// A warning for each key that nobody asked for.
    pub fn finish(mut self) {
        for (key, _) in self.rest() {
            let warning = self.unknown(key);
            self.out.push(warning);
        }
    }

    /// The warning for a key that nobody asked for.
    pub fn unknown(&self, key: &Key) -> Diagnostic {
        let place = if self.path.is_empty() {
            String::new()
        } else {
            format!(" in `{}`", self.path)
        };
        let message = format!("unknown key `{}`{place}", key.name);
        let warning = Diagnostic::warning("unknown-key", key.span, message);
        match self.meant(&key.name) {
            Some(near) => warning.help(format!("did you mean `{}`?", in_style(near, &key.name))),
            None => warning,
        }
    }

    fn typed<T>(&mut self, node: &Node, name: &str, expected: &str, got: Option<T>) -> Option<T> {
        if got.is_none() {
            let error = self.wrong(node, name, expected);
            self.out.push(error);
        }
        got
    }

    /// The error for a value of the wrong type.
    pub fn wrong(&self, node: &Node, name: &str, expected: &str) -> Diagnostic {
        let path = join(&self.path, name);
        let found = node.describe();
        Diagnostic::error(
            "wrong-type",
            head(node),
            format!("expected {expected} for `{path}`, found {found}"),
        )
    }
}

/// A list or map of many lines is shown by its beginning alone.
pub fn head(node: &Node) -> Span {
    let first = match &node.value {
        Value::List(items) => items.first().map(|item| item.span),
        Value::Map(map) => map.entries.first().map(|(key, _)| key.span),
        _ => None,
    };
    match first {
        Some(first) if first.file == node.span.file && first.start >= node.span.start => Span {
            end: first.end.max(node.span.start),
            ..node.span
        },
        _ => node.span,
    }
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}.{name}")
    }
}

/// `near` spelt as the writer spells: with underscores if they use them.
fn in_style(near: &str, writer: &str) -> String {
    let upper = |text: &str| text.chars().any(|c| c.is_ascii_uppercase());
    let snake = |text: &str| text.contains('_');
    if snake(writer) && !upper(writer) && upper(near) {
        let mut out = String::with_capacity(near.len() + 4);
        let mut before = '_';
        let chars: Vec<char> = near.chars().collect();
        for (index, c) in chars.iter().enumerate() {
            let next_lower = chars.get(index + 1).is_some_and(char::is_ascii_lowercase);
            let begins = c.is_ascii_uppercase() && (before.is_ascii_lowercase() || next_lower);
            if begins && before != '_' {
                out.push('_');
            }
            out.push(c.to_ascii_lowercase());
            before = *c;
        }
        return out;
    }
    near.to_owned()
}
