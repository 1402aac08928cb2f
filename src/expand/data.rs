//! A resource's text as the value that templates see: JSON, YAML, TOML and CSV.

use super::marks;
use crate::diag::{Diagnostic, FileId, Span};
use crate::tree::{self, Format};
use tera::{Map, Value};

/// Parses `text` by the extension of `path`; none when it is no kind of data.
/// CSV is a list of rows, each a list of strings, its head the first.
pub fn parse(path: &str, text: &str) -> Result<Option<Value>, String> {
    let extension = path
        .rsplit_once('.')
        .map_or("", |(_, extension)| extension)
        .to_ascii_lowercase();
    let value = match extension.as_str() {
        // Faster than the tree, which keeps places.
        "json" => serde_json::from_str::<serde_json::Value>(text)
            .map_err(|error| error.to_string())
            .map(|value| Value::from_serializable(&value))?,
        "csv" => csv(text)?,
        _ => match Format::of_extension(&extension) {
            Some(format) => tree::parse(text, format, FileId(0), 0)
                .map_err(|errors| {
                    errors
                        .first()
                        .map_or(String::new(), |error| at_line(error, text))
                })?
                .to_value(),
            None => return Ok(None),
        },
    };
    // JSON can spell them `\ufdd0`.
    Ok(Some(if may_forge(text) {
        cleaned(value)
    } else {
        value
    }))
}

/// The same for a file of the site, with errors at their places.
pub fn parse_source(
    path: &str,
    text: &str,
    file: FileId,
) -> Result<Option<Value>, Vec<Diagnostic>> {
    let extension = path.rsplit_once('.').map_or("", |(_, extension)| extension);
    if let Some(format) = Format::of_extension(&extension.to_ascii_lowercase()) {
        return tree::parse(text, format, file, 0).map(|node| Some(cleaned(node.to_value())));
    }
    parse(path, text)
        .map_err(|message| vec![Diagnostic::error("data", Span::new(file, 0, 0), message)])
}

fn csv(text: &str) -> Result<Value, String> {
    let mut rows: Vec<Value> = Vec::new();
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    for record in reader.records() {
        let record = record.map_err(|error| error.to_string())?;
        rows.push(Value::from(
            record.iter().map(Value::from).collect::<Vec<_>>(),
        ));
    }
    Ok(Value::from(rows))
}

fn at_line(error: &crate::diag::Diagnostic, text: &str) -> String {
    let Some(span) = error.span else {
        return error.message.clone();
    };
    let before = text.as_bytes().iter().take(span.start as usize);
    let line = 1 + before.filter(|byte| **byte == b'\n').count();
    format!("{} at line {line}", error.message)
}

fn may_forge(text: &str) -> bool {
    marks::any(text) || text.to_ascii_lowercase().contains("\\ufdd")
}

fn cleaned(value: Value) -> Value {
    if let Some(text) = value.as_str() {
        return Value::from(marks::clean(text).as_ref());
    }
    if let Some(items) = value.as_array() {
        return Value::from(items.iter().cloned().map(cleaned).collect::<Vec<_>>());
    }
    match value.as_map() {
        Some(map) => Value::from(
            map.iter()
                .map(|(k, v)| (k.clone(), cleaned(v.clone())))
                .collect::<Map>(),
        ),
        None => value,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(path: &str, text: &str) -> String {
        match parse(path, text) {
            Ok(Some(value)) => value.to_string(),
            Ok(None) => "none".to_owned(),
            Err(message) => format!("error: {message}"),
        }
    }

    #[test]
    fn each_format_is_read() {
        assert_eq!(
            shown("a.json", r#"{"b": [1, 2.5, "x", null]}"#),
            r#"{"b": [1, 2.5, "x", ]}"#
        );
        assert_eq!(shown("a.yaml", "b: [1, x]"), r#"{"b": [1, "x"]}"#);
        assert_eq!(shown("A.TOML", "b = 1"), r#"{"b": 1}"#);
        assert_eq!(
            shown("a.csv", "h,i\n1,\"a,b\"\n"),
            r#"[["h", "i"], ["1", "a,b"]]"#
        );
        assert_eq!(shown("a.png", "x"), "none");
    }

    #[test]
    fn faults_say_the_line() {
        assert_eq!(
            shown("a.json", "{\n x}"),
            "error: key must be a string at line 2 column 2"
        );
        assert!(
            shown("a.yaml", "a: 1\nb: [").contains("at line"),
            "{}",
            shown("a.yaml", "a: 1\nb: [")
        );
    }

    #[test]
    fn data_cannot_forge_marks() {
        assert_eq!(
            shown("a.json", r#"{"a": "x\uFDD0\u0030\ufdd1y"}"#),
            r#"{"a": "x0y"}"#
        );
        assert_eq!(shown("a.yaml", "a: x\u{FDD2}y"), r#"{"a": "xy"}"#);
    }
}
