//! Environment variables that speak for the configuration, as in Hugo:
//! `HUGO_BASEURL`, `LONGHAND_PARAMS_SHOW_TOC`, `HUGO_SERVICES_RSS_LIMIT`.

use super::keys::ROWS;
use super::load::merge;
use super::rows::{Intake, find, nearest_name, same_key};
use crate::diag::{Diagnostic, FileId, Span};
use crate::tree::{Key, Kind, Map, Node, Scalar, Value};

/// Values from the environment have their variable's index as their place in this file, which is none.
pub const FILE: FileId = FileId(u32::MAX);

/// Variables that are no keys of the configuration.
const OTHER: [&str; 8] = [
    "ENVIRONMENT",
    "ENV",
    "VERSION",
    "EXTENDED",
    "CACHE",
    "CACHE_DIR",
    "CACHEDIR",
    // A secret of `longhand deploy`.
    "GIT_TOKEN",
];

const NESTED: [&str; 5] = ["cascade", "deploy", "languages", "menus", "permalinks"];

/// The variables as a layer of the configuration.
pub fn layer(variables: &[(String, String)], intake: &mut Intake) -> Map {
    let mut map = Map::default();
    // Longhand's own name wins over Hugo's.
    for prefix in ["HUGO_", "LONGHAND_"] {
        for (index, (variable, value)) in variables.iter().enumerate() {
            let Some(name) = variable.strip_prefix(prefix) else {
                continue;
            };
            if OTHER.contains(&name) || name.is_empty() {
                continue;
            }
            match keys_of(name) {
                Some(keys) => map = merge(map, nested(&keys, value, index)),
                None if prefix == "LONGHAND_" => intake.diagnostics.extend(unknown(variable, name)),
                // Build services set variables of their own.
                None => {}
            }
        }
    }
    map
}

/// `PARAMS_SHOW_TOC` → `params`, `show_toc`; the first key must be one that is known.
fn keys_of(name: &str) -> Option<Vec<String>> {
    if let Some(row) = find(ROWS, name).filter(|row| !NESTED.contains(&row.name)) {
        return Some(vec![row.name.to_owned()]);
    }
    let (first, rest) = name.split_once('_')?;
    if same_key(first, "params") {
        return Some(vec!["params".to_owned(), rest.to_lowercase()]);
    }
    // These need lists and maps, which a variable cannot hold.
    let row = find(ROWS, first).filter(|row| !NESTED.contains(&row.name))?;
    let rest = rest.split('_').map(str::to_lowercase);
    Some(std::iter::once(row.name.to_owned()).chain(rest).collect())
}

fn nested(keys: &[String], value: &str, index: usize) -> Map {
    let span = Span::new(FILE, index, index);
    let scalar = Scalar {
        text: value.into(),
        kind: Kind::Str,
    };
    let mut node = Node {
        span,
        value: Value::Scalar(scalar),
    };
    let mut map = Map::default();
    for name in keys.iter().rev() {
        map = Map {
            entries: vec![(
                Key {
                    name: name.as_str().into(),
                    span,
                },
                node,
            )],
        };
        node = Node {
            span,
            value: Value::Map(map.clone()),
        };
    }
    map
}

fn unknown(variable: &str, name: &str) -> Option<Diagnostic> {
    let near = nearest_name(name, ROWS.iter().map(|row| row.name))?;
    let warning = Diagnostic::warning(
        "unknown-key",
        None,
        format!("unknown key in the environment variable `{variable}`"),
    );
    Some(warning.help(format!("did you mean `LONGHAND_{}`?", near.to_uppercase())))
}

/// The variable that a place stands for.
pub fn variable(span: Span, variables: &[(String, String)]) -> Option<&str> {
    let (name, _) = variables
        .get(span.start as usize)
        .filter(|_| span.file == FILE)?;
    Some(name)
}

/// Whether a place lies in a file that was read.
pub fn is_file(span: Span) -> bool {
    span.file != FILE && span.file != super::load::DEFAULT_FILE
}

/// Names the variable in place of a span that leads into no file.
pub fn named(mut diagnostic: Diagnostic, variables: &[(String, String)]) -> Diagnostic {
    for note in &mut diagnostic.notes {
        note.span = note.span.filter(|span| is_file(*span));
    }
    let Some(span) = diagnostic.span.filter(|span| !is_file(*span)) else {
        return diagnostic;
    };
    diagnostic.span = None;
    match variable(span, variables) {
        Some(name) => diagnostic.note(
            None,
            format!("it comes from the environment variable `{name}`"),
        ),
        None => diagnostic,
    }
}
