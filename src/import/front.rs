//! The front matter of a page that moves in, as lines of YAML.

use crate::desk::front::scalar;
use crate::tree::{Map, Node, Value};
use serde_json::Value as Json;

/// Front matter while it is written: keys in the order in which they were added.
#[derive(Clone, Debug, Default)]
pub struct Front {
    lines: String,
    pub draft: bool,
}

impl Front {
    pub fn lines(&self) -> &str {
        &self.lines
    }

    /// Lines that stay as they were written.
    pub fn keep(&mut self, lines: &str) {
        self.lines.push_str(lines.trim_end_matches(['\n', '\r']));
        self.lines.push('\n');
    }

    pub fn text(&mut self, key: &str, value: &str) {
        self.bare(key, &scalar(value));
    }

    /// A value that needs no quotes: a date, a number.
    pub fn bare(&mut self, key: &str, value: &str) {
        self.lines.push_str(&format!("{key}: {value}\n"));
    }

    pub fn draft(&mut self) {
        self.draft = true;
        self.bare("draft", "true");
    }

    /// Nothing where the list is empty.
    pub fn list<T: AsRef<str>>(&mut self, key: &str, items: &[T]) {
        if items.is_empty() {
            return;
        }
        let items: Vec<String> = items.iter().map(|item| scalar(item.as_ref())).collect();
        self.bare(key, &format!("[{}]", items.join(", ")));
    }

    /// Anything, in one line. JSON is YAML.
    pub fn value(&mut self, key: &str, value: &Json) {
        match value {
            Json::String(text) => self.text(key, text),
            value => self.bare(&scalar(key), &value.to_string()),
        }
    }

    /// What templates of the site's own may ask for.
    pub fn params(&mut self, params: &[(String, Json)]) {
        if params.is_empty() {
            return;
        }
        self.lines.push_str("params:\n");
        for (key, value) in params {
            let value = match value {
                Json::String(text) => scalar(text),
                value => value.to_string(),
            };
            self.lines
                .push_str(&format!("  {}: {value}\n", scalar(key)));
        }
    }
}

/// A value of front matter or configuration, without its places. Numbers keep their
/// spelling, as text where JSON has no such number.
pub fn json(node: &Node) -> Json {
    match &node.value {
        Value::Null => Json::Null,
        Value::List(items) => items.iter().map(json).collect(),
        Value::Map(map) => Json::Object(object(map)),
        Value::Scalar(scalar) => match scalar.kind {
            crate::tree::Kind::Bool(is) => is.into(),
            crate::tree::Kind::Int(number) => number.into(),
            crate::tree::Kind::Float(number) => number.into(),
            _ => scalar.text.to_string().into(),
        },
    }
}

fn object(map: &Map) -> serde_json::Map<String, Json> {
    let entries = map.entries.iter();
    entries
        .map(|(key, node)| (key.name.to_string(), json(node)))
        .collect()
}
