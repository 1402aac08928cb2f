//! Data with places: YAML, TOML and JSON read into one tree in which every
//! key and value knows its bytes in the file, so that each later complaint can
//! show its line. Does not know what any key means.

mod json;
mod text;
mod toml;
mod yaml;

pub use text::{Text, head};

use crate::diag::{Diagnostic, FileId, Span};
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

/// How deep values may nest, in any format: no site needs more, and whoever
/// walks a tree may recurse.
pub const DEPTH: usize = 100;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Yaml,
    Toml,
    Json,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    pub span: Span,
    pub value: Value,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Null,
    Scalar(Scalar),
    List(Vec<Node>),
    Map(Map),
}

/// A scalar keeps its spelling in the source (after unquoting and unescaping):
/// `title: 1.10` reads as text "1.10", not "1.1".
#[derive(Clone, Debug, PartialEq)]
pub struct Scalar {
    pub text: Arc<str>,
    pub kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    Str,
    Bool(bool),
    Int(i64),
    Float(f64),
    /// TOML's own date and time types; YAML's dates are `Str`.
    Date,
}

/// Entries in the order of the source. No key stands twice: the parsers report
/// that as an error naming both lines.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Map {
    pub entries: Vec<(Key, Node)>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Key {
    pub name: Arc<str>,
    pub span: Span,
}

/// `ShowReadingTime`, `show_reading_time` and `show-reading-time` are one key.
pub fn normal(key: &str) -> String {
    let mut out = String::with_capacity(key.len());
    normal_into(key, &mut out);
    out
}

fn normal_into(key: &str, out: &mut String) {
    out.clear();
    for c in key.chars() {
        match c {
            '_' | '-' => {}
            'A'..='Z' => out.push(c.to_ascii_lowercase()),
            '\0'..='\x7f' => out.push(c),
            c => out.extend(c.to_lowercase()),
        }
    }
}

impl Format {
    /// By a file's extension.
    pub fn of_extension(extension: &str) -> Option<Format> {
        match extension.to_ascii_lowercase().as_str() {
            "yaml" | "yml" => Some(Format::Yaml),
            "toml" => Some(Format::Toml),
            "json" => Some(Format::Json),
            _ => None,
        }
    }
}

/// Parses `text`, which begins at byte `base` of `file`; spans are offsets in the file.
/// An empty document is an empty map.
pub fn parse(
    text: &str,
    format: Format,
    file: FileId,
    base: usize,
) -> Result<Node, Vec<Diagnostic>> {
    let root = match format {
        Format::Yaml => yaml::parse(text, file, base)?,
        Format::Toml => toml::parse(text, file, base)?,
        Format::Json => json::parse(text, file, base)?,
    };
    let empty = Node {
        span: place(file, base, 0, text.len()),
        value: Value::Map(Map::default()),
    };
    Ok(match root {
        Some(Node {
            value: Value::Null, ..
        })
        | None => empty,
        Some(root) => root,
    })
}

impl Node {
    /// Any scalar, as it was spelt.
    pub fn as_text(&self) -> Option<&Arc<str>> {
        match &self.value {
            Value::Scalar(scalar) => Some(&scalar.text),
            _ => None,
        }
    }

    pub fn as_map(&self) -> Option<&Map> {
        match &self.value {
            Value::Map(map) => Some(map),
            _ => None,
        }
    }

    pub fn as_list(&self) -> Option<&[Node]> {
        match &self.value {
            Value::List(items) => Some(items),
            _ => None,
        }
    }

    /// A bool, or the text of one, as Hugo has it.
    pub fn as_bool(&self) -> Option<bool> {
        let Value::Scalar(scalar) = &self.value else {
            return None;
        };
        match scalar.kind {
            Kind::Bool(value) => Some(value),
            Kind::Str if scalar.text.eq_ignore_ascii_case("true") => Some(true),
            Kind::Str if scalar.text.eq_ignore_ascii_case("false") => Some(false),
            _ => None,
        }
    }

    /// A whole number, or the text of one.
    pub fn as_int(&self) -> Option<i64> {
        let Value::Scalar(scalar) = &self.value else {
            return None;
        };
        match scalar.kind {
            Kind::Int(value) => Some(value),
            // Beyond 2^53 a float names no one integer.
            Kind::Float(value) if value.fract() == 0.0 && value.abs() <= 9e15 => Some(value as i64),
            Kind::Str => scalar.text.trim().parse().ok(),
            _ => None,
        }
    }

    /// A finite number, or the text of one.
    pub fn as_float(&self) -> Option<f64> {
        let Value::Scalar(scalar) = &self.value else {
            return None;
        };
        let value = match scalar.kind {
            Kind::Int(value) => value as f64,
            Kind::Float(value) => value,
            Kind::Str => scalar.text.trim().parse().ok()?,
            _ => return None,
        };
        value.is_finite().then_some(value)
    }

    pub fn is_null(&self) -> bool {
        matches!(self.value, Value::Null)
    }

    /// For templates: numbers and booleans are typed, dates are text, order is kept.
    pub fn to_value(&self) -> tera::Value {
        match &self.value {
            Value::Null => tera::Value::none(),
            Value::List(items) => {
                tera::Value::from(items.iter().map(Node::to_value).collect::<Vec<_>>())
            }
            Value::Map(map) => map.to_value(),
            Value::Scalar(scalar) => match scalar.kind {
                Kind::Bool(value) => tera::Value::from(value),
                Kind::Int(value) => tera::Value::from(value),
                Kind::Float(value) => tera::Value::from(value),
                Kind::Str | Kind::Date => tera::Value::normal_string(&scalar.text),
            },
        }
    }

    /// For messages: ``the text `ja` ``, `a list`.
    pub fn describe(&self) -> String {
        /// Enough to recognise a value by.
        const SHOWN: usize = 40;
        let Value::Scalar(scalar) = &self.value else {
            return match self.value {
                Value::List(_) => "a list".to_owned(),
                Value::Map(_) => "a map".to_owned(),
                _ => "nothing".to_owned(),
            };
        };
        // A message is one line.
        let shown = |c: char| if matches!(c, '\n' | '\r') { ' ' } else { c };
        let mut text: String = scalar.text.chars().take(SHOWN).map(shown).collect();
        if text.len() < scalar.text.len() {
            text.push('…');
        }
        match scalar.kind {
            Kind::Str => format!("the text \"{text}\""),
            Kind::Bool(_) => format!("`{text}`"),
            Kind::Int(_) | Kind::Float(_) => format!("the number {text}"),
            Kind::Date => format!("the date {text}"),
        }
    }

    /// Nodes in all, and how many levels lie below this one.
    fn size(&self) -> (usize, usize) {
        let sum = |(nodes, depth): (usize, usize), node: &Node| {
            let (n, d) = node.size();
            (nodes + n, depth.max(d + 1))
        };
        match &self.value {
            Value::Null | Value::Scalar(_) => (1, 0),
            Value::List(items) => items.iter().fold((1, 0), sum),
            Value::Map(map) => map.entries.iter().map(|(_, node)| node).fold((1, 0), sum),
        }
    }
}

impl Map {
    /// By the exact name. For keys in any spelling there is [`Reader`], or
    /// [`Map::find`].
    pub fn get(&self, name: &str) -> Option<&Node> {
        self.entries
            .iter()
            .find(|(key, _)| *key.name == *name)
            .map(|(_, node)| node)
    }

    /// By the name in any spelling (see [`normal`]).
    pub fn find(&self, name: &str) -> Option<&(Key, Node)> {
        let wanted = normal(name);
        self.entries
            .iter()
            .find(|(key, _)| normal(&key.name) == wanted)
    }

    pub fn to_value(&self) -> tera::Value {
        let mut map = tera::Map::with_capacity(self.entries.len());
        for (key, node) in &self.entries {
            map.insert(tera::value::Key::String(key.name.clone()), node.to_value());
        }
        tera::Value::from(map)
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Format::Yaml => "YAML",
            Format::Toml => "TOML",
            Format::Json => "JSON",
        })
    }
}

/// What a plain scalar means under YAML's core schema; `None` for null.
fn core_scalar(text: &str) -> Option<Kind> {
    // An empty plain scalar is null.
    match text.bytes().next()? {
        b'~' | b'n' | b'N' if matches!(text, "~" | "null" | "Null" | "NULL") => return None,
        b't' | b'T' if matches!(text, "true" | "True" | "TRUE") => return Some(Kind::Bool(true)),
        b'f' | b'F' if matches!(text, "false" | "False" | "FALSE") => {
            return Some(Kind::Bool(false));
        }
        b'0'..=b'9' | b'+' | b'-' | b'.' => {}
        _ => return Some(Kind::Str),
    }
    Some(core_number(text).unwrap_or(Kind::Str))
}

fn core_number(text: &str) -> Option<Kind> {
    if let Some(digits) = text.strip_prefix("0x") {
        return radix(digits, 16);
    }
    if let Some(digits) = text.strip_prefix("0o") {
        return radix(digits, 8);
    }
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    match unsigned {
        ".inf" | ".Inf" | ".INF" => {
            let sign = if text.starts_with('-') { -1.0 } else { 1.0 };
            return Some(Kind::Float(sign * f64::INFINITY));
        }
        ".nan" | ".NaN" | ".NAN" if unsigned.len() == text.len() => {
            return Some(Kind::Float(f64::NAN));
        }
        _ => {}
    }
    if unsigned.bytes().all(|byte| byte.is_ascii_digit()) {
        // Of more than 64 bits: a name rather than a quantity.
        return text.parse().ok().map(Kind::Int);
    }
    let (mantissa, exponent) = match unsigned.find(['e', 'E']) {
        Some(at) => (&unsigned[..at], Some(&unsigned[at + 1..])),
        None => (unsigned, None),
    };
    if let Some(exponent) = exponent {
        let digits = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
    }
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(fraction) || (whole.is_empty() && fraction.is_empty()) {
        return None;
    }
    text.parse().ok().map(Kind::Float)
}

fn radix(digits: &str, radix: u32) -> Option<Kind> {
    if digits.starts_with(['+', '-']) {
        return None;
    }
    i64::from_str_radix(digits, radix).ok().map(Kind::Int)
}

fn place(file: FileId, base: usize, start: usize, end: usize) -> Span {
    Span::new(file, base + start, base + end.max(start))
}

/// `range` within `text`, widened to whole characters.
fn on_chars(text: &str, range: std::ops::Range<usize>) -> std::ops::Range<usize> {
    let mut start = range.start.min(text.len());
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    let mut end = range.end.clamp(start, text.len());
    while !text.is_char_boundary(end) {
        end += 1;
    }
    start..end
}

fn too_deep(span: Span) -> Diagnostic {
    Diagnostic::error(
        "too-deep",
        span,
        format!("values are nested more than {DEPTH} levels deep"),
    )
}

fn duplicate(name: &str, first: Span, second: Span) -> Diagnostic {
    Diagnostic::error(
        "duplicate-key",
        second,
        format!("the key `{name}` is given twice"),
    )
    .note(first, "first given here")
    .help("remove one of the two")
}

fn refuse_duplicates(entries: &[(Key, Node)], errors: &mut Vec<Diagnostic>) {
    /// Up to here comparing is cheaper than hashing.
    const FEW: usize = 24;
    if entries.len() <= FEW {
        for (index, (key, _)) in entries.iter().enumerate() {
            if let Some((first, _)) = entries[..index].iter().find(|(k, _)| k.name == key.name) {
                errors.push(duplicate(&key.name, first.span, key.span));
            }
        }
        return;
    }
    let mut seen: HashMap<&str, Span> = HashMap::with_capacity(entries.len());
    for (key, _) in entries {
        match seen.get(&*key.name) {
            Some(first) => errors.push(duplicate(&key.name, *first, key.span)),
            None => {
                seen.insert(&key.name, key.span);
            }
        }
    }
}

#[cfg(test)]
mod tests;
