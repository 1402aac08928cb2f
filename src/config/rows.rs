//! Typed reading by tables: a [`Row`] names one key, its default and how its
//! value is taken; [`Intake`] takes values, says what was wrong with them and
//! remembers where in the document it stands. Front matter, configuration and
//! the site's parameters are all read this way. Does not know any key.

use crate::diag::{Diagnostic, Span};
use crate::tree::head;
use crate::tree::{Map, Node, Value, normal};

/// One key that is known. Where two rows have one normal form, the first wins.
pub struct Row<T: 'static> {
    /// The spelling that the documentation uses; every spelling of the same normal form is read.
    pub name: &'static str,
    /// The default in YAML, for `longhand config`; empty for none.
    pub default: &'static str,
    pub status: Status,
    pub read: fn(&mut T, &Node, &mut Intake),
}

/// What there is to say when the key stands in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    Current,
    /// An old spelling that keeps working; holds the name of today.
    Renamed(&'static str),
    /// Parsed, and nothing follows from it here: listed once a run.
    NoEffect,
    /// Nothing follows from it, and there is more to say: why, or what to do instead.
    Gone {
        why: &'static str,
        help: &'static str,
    },
}

pub const fn row<T>(
    name: &'static str,
    default: &'static str,
    read: fn(&mut T, &Node, &mut Intake),
) -> Row<T> {
    Row {
        name,
        default,
        status: Status::Current,
        read,
    }
}

pub const fn renamed<T>(
    name: &'static str,
    now: &'static str,
    read: fn(&mut T, &Node, &mut Intake),
) -> Row<T> {
    Row {
        name,
        default: "",
        status: Status::Renamed(now),
        read,
    }
}

pub const fn no_effect<T>(name: &'static str) -> Row<T> {
    Row {
        name,
        default: "",
        status: Status::NoEffect,
        read: |_, _, _| {},
    }
}

pub const fn gone<T>(name: &'static str, why: &'static str, help: &'static str) -> Row<T> {
    Row {
        name,
        default: "",
        status: Status::Gone { why, help },
        read: |_, _, _| {},
    }
}

/// A key that no row knows. The site's own templates may still read it, so it
/// is handed on rather than complained of.
#[derive(Clone, Debug, PartialEq)]
pub struct UnknownKey {
    /// With the keys above it: `params.reading_tiem`.
    pub path: String,
    /// As written.
    pub name: String,
    /// `None` for an environment variable.
    pub span: Option<Span>,
    pub nearest: Option<String>,
}

impl UnknownKey {
    pub fn diagnostic(&self) -> Diagnostic {
        let warning = Diagnostic::warning(
            "unknown-key",
            self.span,
            format!("unknown key `{}`", self.path),
        );
        match &self.nearest {
            Some(name) => warning.help(format!("did you mean `{name}`?")),
            None => warning.help("a template of the site that reads it makes it known"),
        }
    }
}

/// Whether two spellings name one key: case, `_` and `-` aside. The same as
/// comparing the forms of [`crate::tree::normal`], without making them.
pub fn same_key(a: &str, b: &str) -> bool {
    // Most pairs differ at the first letter: iterators that filter would take
    // ten times as long to say so.
    let (mut a, mut b) = (a.as_bytes(), b.as_bytes());
    loop {
        while let [b'_' | b'-', rest @ ..] = a {
            a = rest;
        }
        while let [b'_' | b'-', rest @ ..] = b {
            b = rest;
        }
        match (a, b) {
            ([], []) => return true,
            ([x, a_rest @ ..], [y, b_rest @ ..]) if x.eq_ignore_ascii_case(y) => {
                (a, b) = (a_rest, b_rest);
            }
            _ => return false,
        }
    }
}

pub fn find<'r, T>(rows: &'r [Row<T>], key: &str) -> Option<&'r Row<T>> {
    rows.iter().find(|row| same_key(row.name, key))
}

/// The known name that a misspelt key comes nearest to, in the style of the misspelling.
pub fn nearest_name<'a>(key: &str, names: impl Iterator<Item = &'a str>) -> Option<String> {
    let names: Vec<(String, &str)> = names.map(|name| (normal(name), name)).collect();
    let near = crate::text::nearest(
        &normal(key),
        names.iter().map(|(normal, _)| normal.as_str()),
    )?;
    let (_, name) = names.iter().find(|(normal, _)| normal == near)?;
    Some(in_style_of(key, name))
}

/// A snake_case name as somebody writes it who writes `ShowToc` or `showToc`.
fn in_style_of(writer: &str, name: &str) -> String {
    let camel = !writer.contains(['_', '-']) && writer.contains(|c: char| c.is_ascii_uppercase());
    if !camel || !name.contains('_') {
        return name.to_owned();
    }
    let mut out = String::with_capacity(name.len());
    let mut upper = writer.starts_with(|c: char| c.is_ascii_uppercase());
    for c in name.chars() {
        if c == '_' {
            upper = true;
        } else {
            out.push(if upper { c.to_ascii_uppercase() } else { c });
            upper = false;
        }
    }
    out
}

pub fn get<'m>(map: &'m Map, key: &str) -> Option<&'m Node> {
    map.entries
        .iter()
        .find(|(k, _)| same_key(&k.name, key))
        .map(|(_, node)| node)
}

/// Takes values out of nodes and collects what there is to say of them.
#[derive(Debug, Default)]
pub struct Intake {
    pub diagnostics: Vec<Diagnostic>,
    pub unknown: Vec<UnknownKey>,
    /// Keys that have nothing to do here, to be listed in one message.
    pub idle: Vec<(String, Span)>,
    /// The keys from the root of the document down to the value being taken.
    path: Vec<String>,
}

impl Intake {
    pub fn path(&self) -> String {
        self.path.join(".")
    }

    /// Takes every entry of `node`, which must be a map, by its row. Keys of no row go to `unknown`.
    pub fn fields<T>(&mut self, into: &mut T, node: &Node, rows: &'static [Row<T>]) {
        let Some(map) = self.map(node) else { return };
        self.refuse_spellings_of(map, |name| find(rows, name).is_some());
        for (key, value) in &map.entries {
            if !self.field(into, &key.name, key.span, value, rows) {
                self.unknown_key(&key.name, key.span, rows.iter().map(|row| row.name));
            }
        }
    }

    /// `ShowToc` and `show_toc` in one map: no telling which was meant.
    pub fn refuse_spellings_of(&mut self, map: &Map, known: impl Fn(&str) -> bool) {
        for (at, (second, _)) in map.entries.iter().enumerate().skip(1) {
            if !known(&second.name) {
                continue;
            }
            let Some((first, _)) = map.entries[..at]
                .iter()
                .find(|(key, _)| same_key(&key.name, &second.name))
            else {
                continue;
            };
            let message = format!(
                "`{}` and `{}` are one key, given twice",
                first.name, second.name
            );
            self.diagnostics.push(
                Diagnostic::error("duplicate-key", second.span, message)
                    .note(first.span, "first given here")
                    .help("remove one of the two"),
            );
        }
    }

    /// Takes one entry if a row knows its key.
    pub fn field<T>(
        &mut self,
        into: &mut T,
        key: &str,
        span: Span,
        value: &Node,
        rows: &'static [Row<T>],
    ) -> bool {
        let Some(row) = find(rows, key) else {
            return false;
        };
        self.take(into, key, span, value, row);
        true
    }

    /// Takes one entry whose row was found.
    pub fn take<T>(&mut self, into: &mut T, key: &str, span: Span, value: &Node, row: &Row<T>) {
        self.enter(key, |intake| {
            intake.say(row, span);
            // A key left empty, or `~`, is as good as unsaid.
            if value.value != Value::Null {
                (row.read)(into, value, intake);
            }
        });
    }

    fn say<T>(&mut self, row: &Row<T>, span: Span) {
        if row.status == Status::Current {
            return;
        }
        let path = self.path();
        match row.status {
            Status::Current => {}
            Status::Renamed(now) => self.diagnostics.push(
                Diagnostic::info(
                    "old-key",
                    span,
                    format!("`{path}` is an old spelling of `{now}`"),
                )
                .help("it keeps working"),
            ),
            Status::NoEffect => self.idle.push((path, span)),
            Status::Gone { why, help } => self.diagnostics.push(
                Diagnostic::warning("no-effect", span, format!("`{path}` has no effect: {why}"))
                    .help(help),
            ),
        }
    }

    pub fn unknown_key<'a>(&mut self, key: &str, span: Span, names: impl Iterator<Item = &'a str>) {
        let nearest = nearest_name(key, names);
        let path = self.enter(key, |intake| intake.path());
        self.unknown.push(UnknownKey {
            path,
            name: key.to_owned(),
            span: Some(span),
            nearest,
        });
    }

    /// Runs `f` one key further down.
    pub fn enter<R>(&mut self, key: &str, f: impl FnOnce(&mut Intake) -> R) -> R {
        self.path.push(key.to_owned());
        let result = f(self);
        self.path.pop();
        result
    }

    /// Takes over what another pass had to say.
    pub fn absorb(&mut self, other: Intake) {
        self.diagnostics.extend(other.diagnostics);
        self.unknown.extend(other.unknown);
        self.idle.extend(other.idle);
    }

    pub fn error(&mut self, name: &'static str, node: &Node, message: String) -> &mut Diagnostic {
        self.push(Diagnostic::error(name, node.span, message))
    }

    pub fn warn(&mut self, name: &'static str, node: &Node, message: String) -> &mut Diagnostic {
        self.push(Diagnostic::warning(name, node.span, message))
    }

    fn push(&mut self, diagnostic: Diagnostic) -> &mut Diagnostic {
        self.diagnostics.push(diagnostic);
        self.diagnostics
            .last_mut()
            .expect("one was pushed just now")
    }

    /// Says that the value at hand should have been something else.
    pub fn wrong(&mut self, node: &Node, expected: &str) {
        let message = format!(
            "expected {expected} for `{}`, found {}",
            self.path(),
            node.describe()
        );
        self.diagnostics
            .push(Diagnostic::error("wrong-type", head(node), message));
    }

    pub fn map<'n>(&mut self, node: &'n Node) -> Option<&'n Map> {
        self.typed(node, "a map", node.as_map())
    }

    pub fn list<'n>(&mut self, node: &'n Node) -> Option<&'n [Node]> {
        self.typed(node, "a list", node.as_list())
    }

    fn typed<T>(&mut self, node: &Node, expected: &str, got: Option<T>) -> Option<T> {
        if got.is_none() {
            self.wrong(node, expected);
        }
        got
    }

    /// `true`, `false`, or their text in quotes. An empty text leaves a switch unsaid.
    pub fn bool(&mut self, node: &Node) -> Option<bool> {
        if is_blank(node) {
            return None;
        }
        let value = self.typed(node, "true or false", node.as_bool());
        let word = node.as_text().map(|text| text.to_ascii_lowercase());
        // Words that YAML 1.1 took for these two, and today's Hugo does not.
        let meant = match word.as_deref() {
            Some("yes" | "on" | "y") => Some("true"),
            Some("no" | "off" | "n") => Some("false"),
            _ => None,
        };
        if let (None, Some(meant), Some(error)) = (value, meant, self.diagnostics.last_mut()) {
            error.help = Some(format!("write `{meant}`"));
        }
        value
    }

    /// Any scalar, as it is spelt in the source.
    pub fn text(&mut self, node: &Node) -> Option<String> {
        if node.is_null() {
            return None;
        }
        self.typed(node, "text", node.as_text())
            .map(|text| text.to_string())
    }

    /// Text that is neither empty nor the placeholder of a template that was never filled in.
    pub fn said(&mut self, node: &Node) -> Option<String> {
        let text = self.text(node)?;
        if is_placeholder(&text) {
            let path = self.path();
            self.warn(
                "placeholder",
                node,
                format!("`{path}` holds placeholder text: `{text}`"),
            )
            .help = Some(
                "it is not published; write a value of your own, or remove the key".to_owned(),
            );
            return None;
        }
        (!text.trim().is_empty()).then_some(text)
    }

    /// A path, or a URL of a scheme that runs no code.
    pub fn url(&mut self, node: &Node) -> Option<String> {
        let url = self.said(node)?;
        if crate::text::safe_url(&url) {
            return Some(url);
        }
        let path = self.path();
        let shown: String = url.chars().filter(|c| !c.is_control()).take(40).collect();
        let message = format!("`{path}` is left out: the scheme of `{shown}` is not allowed");
        self.warn("unsafe-url", node, message).help =
            Some("write a path, or a URL that begins with `https://`".to_owned());
        None
    }

    pub fn int(&mut self, node: &Node) -> Option<i64> {
        if is_blank(node) {
            None
        } else {
            self.typed(node, "a whole number", node.as_int())
        }
    }

    /// A whole number that is not negative.
    pub fn count(&mut self, node: &Node) -> Option<usize> {
        let count = node.as_int().and_then(|value| usize::try_from(value).ok());
        if is_blank(node) {
            None
        } else {
            self.typed(node, "a whole number from 0 on", count)
        }
    }

    pub fn number(&mut self, node: &Node) -> Option<f64> {
        if is_blank(node) {
            None
        } else {
            self.typed(node, "a number", node.as_float())
        }
    }

    /// A list of texts; a text alone is a list of one. Empty entries and placeholders are left out.
    pub fn texts(&mut self, node: &Node) -> Option<Vec<String>> {
        self.spanned(node)
            .map(|list| list.into_iter().map(|(text, _)| text).collect())
    }

    /// As [`Intake::texts`], each with its place.
    pub fn spanned(&mut self, node: &Node) -> Option<Vec<(String, Span)>> {
        match &node.value {
            Value::Null => None,
            Value::Scalar(_) => Some(
                self.said(node)
                    .map(|text| (text, node.span))
                    .into_iter()
                    .collect(),
            ),
            Value::List(list) => Some(
                list.iter()
                    .filter_map(|entry| match entry.value {
                        Value::Scalar(_) => self.said(entry).map(|text| (text, entry.span)),
                        Value::Null => None,
                        _ => {
                            self.wrong(entry, "a list of texts");
                            None
                        }
                    })
                    .collect(),
            ),
            Value::Map(_) => {
                self.wrong(node, "a text or a list of texts");
                None
            }
        }
    }

    /// One word out of a few, however it is cased.
    pub fn choice<T: Copy>(&mut self, node: &Node, choices: &[(&str, T)]) -> Option<T> {
        let text = self.text(node)?;
        if let Some((_, value)) = choices.iter().find(|(name, _)| same_key(name, &text)) {
            return Some(*value);
        }
        let nearest = nearest_name(&text, choices.iter().map(|(name, _)| *name));
        let names: Vec<String> = choices
            .iter()
            .map(|(name, _)| format!("`{name}`"))
            .collect();
        self.wrong(node, &one_of(&names));
        if let (Some(name), Some(error)) = (nearest, self.diagnostics.last_mut()) {
            error.help = Some(format!("did you mean `{name}`?"));
        }
        None
    }
}

/// `a`, `b` or `c`.
pub fn one_of(names: &[String]) -> String {
    joined(names, "or")
}

/// With commas, and a word before the last.
pub fn joined(names: &[String], word: &str) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} {word} {last}", first.join(", ")),
    }
}

/// An empty text: how a form leaves a value unsaid.
fn is_blank(node: &Node) -> bool {
    node.as_text().is_some_and(|text| text.is_empty())
}

/// Text that a theme's example files ship to be replaced: `<link or path of
/// image for opengraph, twitter-cards>`, `UA-123-45`, `XYZabc`. Titles such as
/// `<think> QwQ` are none: the whole text must be in brackets and read as words.
pub fn is_placeholder(text: &str) -> bool {
    let text = text.trim();
    if PLACEHOLDERS.contains(&text) || text.contains("<path_to_repo>") {
        return true;
    }
    let Some(inner) = text.strip_prefix('<').and_then(|t| t.strip_suffix('>')) else {
        return false;
    };
    !inner.is_empty()
        && !inner.contains(['<', '>', '='])
        && inner.chars().next().is_some_and(char::is_alphabetic)
        && (inner.contains(' ') || PLACEHOLDER_WORDS.contains(&inner.to_lowercase().as_str()))
}

/// Whole values of PaperMod's example files.
const PLACEHOLDERS: &[&str] = &[
    "UA-123-45",
    "UA-XXXXXXXX-X",
    "G-XXXXXXXXXX",
    "XYZabc",
    "Desc Text.",
    "https://canonical.url/to/page",
];

/// Single words that the example files of PaperMod put in brackets.
const PLACEHOLDER_WORDS: &[&str] = &[
    "text",
    "title",
    "url",
    "link",
    "name",
    "image",
    "caption",
    "description",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_compared_without_case_and_marks() {
        for (a, b, expected) in [
            ("ShowReadingTime", "show_reading_time", true),
            ("show-reading-time", "SHOWREADINGTIME", true),
            ("_build", "build", true),
            ("tag", "tags", false),
            ("", "_", true),
            ("café", "CAFé", true),
        ] {
            assert_eq!(same_key(a, b), expected, "{a} {b}");
        }
    }

    #[test]
    fn placeholders_are_told_from_titles() {
        for text in [
            "<link or path of image for opengraph, twitter-cards>",
            "<alt text>",
            "<text>",
            " <image path/url> ",
            "UA-123-45",
            "https://github.com/<path_to_repo>/content",
        ] {
            assert!(is_placeholder(text), "{text}");
        }
        for text in [
            "<think>",
            "<b>bold</b>",
            "<a href=x y>",
            "a < b and c > d",
            "<>",
            "text",
            "<3 you>",
            "",
        ] {
            assert!(!is_placeholder(text), "{text}");
        }
    }
}
