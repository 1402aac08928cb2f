//! `longhand config`: every setting that takes effect, and where it comes from.

use super::load::{ConfigFile, DEFAULT_FILE, Options, lookup};
use super::outputs::{OUTPUTS, PAGINATION, RELATED, SITEMAP};
use super::rows::{Row, Status, same_key};
use super::{Config, Origin, Setting};
use super::{environment, keys, markup, params, switches};
use crate::diag::Span;
use crate::tree::{Kind, Map, Node, Value};

/// Keys with their defaults, by the path that they stand under.
type Table = (&'static str, Vec<(&'static str, &'static str)>);

fn tables() -> Vec<Table> {
    fn names<T>(rows: &[Row<T>]) -> Vec<(&'static str, &'static str)> {
        let current = rows.iter().filter(|row| row.status == Status::Current);
        current.map(|row| (row.name, row.default)).collect()
    }
    let mut tables = vec![
        ("", names(keys::ROWS)),
        ("pagination", names(PAGINATION)),
        ("outputs", names(OUTPUTS)),
        ("services.rss", names(keys::RSS)),
        ("related", names(RELATED)),
        ("sitemap", names(SITEMAP)),
    ];
    for (path, rows) in markup::tables() {
        tables.push((path, rows));
    }
    tables.push(("params", names(params::ROWS)));
    tables.push(("params", names(switches::ROWS)));
    tables
}

/// What was said, in the order of the merged files, then the defaults of what was not.
pub fn settings(root: &Map, options: &Options) -> Vec<Setting> {
    let tables = tables();
    let mut settings = Vec::new();
    flatten("", root, &tables, options, &mut settings);
    if let Some(url) = &options.base_url {
        settings.retain(|setting| setting.key != "baseURL");
        let value = quoted(url);
        settings.push(Setting {
            key: "baseURL".to_owned(),
            value,
            origin: Origin::Argument("--base-url"),
        });
    }
    for (path, rows) in &tables {
        for (name, default) in rows {
            let key = join(path, name);
            // An old or second spelling that was said stands for the key itself.
            let said = lookup(root, &key).is_some_and(|node| !node.is_null())
                || settings.iter().any(|s| s.key == key);
            if !default.is_empty() && !said && !said_otherwise(&key, root) {
                settings.push(Setting {
                    key,
                    value: (*default).to_owned(),
                    origin: Origin::Default,
                });
            }
        }
    }
    settings.sort_by(|a, b| (rank(&a.key), &a.key).cmp(&(rank(&b.key), &b.key)));
    settings
}

/// The site's own keys first, then languages, then parameters.
fn rank(key: &str) -> u8 {
    match key.split('.').next() {
        Some("baseURL" | "title") => 0,
        Some("languages") => 2,
        Some("params") => 3,
        _ => 1,
    }
}

/// Old spellings that the table of today's keys does not hold.
fn said_otherwise(key: &str, root: &Map) -> bool {
    let old: &[&str] = match key {
        "pagination.pagerSize" => &["paginate"],
        "pagination.path" => &["paginatePath"],
        "services.rss.limit" => &["rssLimit"],
        "params.disable_special_1st_post" => &["params.disable_special_first_post"],
        "params.disable_lang_toggle" => &["params.disable_language_switch"],
        _ => &[],
    };
    old.iter()
        .any(|path| lookup(root, path).is_some_and(|node| !node.is_null()))
}

fn flatten(path: &str, map: &Map, tables: &[Table], options: &Options, out: &mut Vec<Setting>) {
    for (key, node) in &map.entries {
        let name = canonical(path, &key.name, tables);
        let key = join(path, &name);
        match &node.value {
            Value::Null => {}
            Value::Map(map) if !map.entries.is_empty() => flatten(&key, map, tables, options, out),
            _ => out.push(Setting {
                key,
                value: inline(node),
                origin: origin(node.span, options),
            }),
        }
    }
}

/// The documented spelling of a key, where it is known.
fn canonical(path: &str, name: &str, tables: &[Table]) -> String {
    let rows = tables
        .iter()
        .filter(|(of, _)| *of == path || same_path(of, path))
        .flat_map(|(_, rows)| rows);
    rows.map(|(known, _)| *known)
        .find(|known| same_key(known, name))
        .unwrap_or(name)
        .to_owned()
}

/// The parameters of a language are spelt as those of the site.
fn same_path(table: &str, path: &str) -> bool {
    let Some(rest) = path.strip_prefix("languages.") else {
        return false;
    };
    rest.split_once('.').map_or("", |(_, rest)| rest) == table
}

fn origin(span: Span, options: &Options) -> Origin {
    match environment::variable(span, &options.variables) {
        Some(name) => Origin::Environment(name.to_owned()),
        None if span.file == DEFAULT_FILE => Origin::Default,
        None => Origin::File(span),
    }
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}.{name}")
    }
}

/// A value on one line of YAML.
fn inline(node: &Node) -> String {
    match &node.value {
        Value::Null => "null".to_owned(),
        Value::Scalar(scalar) => match scalar.kind {
            Kind::Str => quoted(&scalar.text),
            _ => scalar.text.to_string(),
        },
        Value::List(list) => {
            let items: Vec<String> = list.iter().map(inline).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Map(map) => {
            let items: Vec<String> = map
                .entries
                .iter()
                .map(|(key, node)| format!("{}: {}", quoted(&key.name), inline(node)))
                .collect();
            format!("{{{}}}", items.join(", "))
        }
    }
}

/// Plain where YAML reads it back as the same text, else in double quotes.
fn quoted(text: &str) -> String {
    let plain = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/')
        && text
            .chars()
            .all(|c| c.is_alphanumeric() || " ./_-:".contains(c))
        && !text.contains(": ")
        && !text.ends_with([' ', ':'])
        && !matches!(
            text.to_ascii_lowercase().as_str(),
            "true" | "false" | "null" | "yes" | "no" | "on" | "off" | "y" | "n"
        );
    if plain {
        return text.to_owned();
    }
    // JSON's strings are YAML's double-quoted ones.
    serde_json::Value::from(text).to_string()
}

/// Lines of `key: value   # file:line`.
pub fn text(config: &Config, files: &[ConfigFile<'_>]) -> String {
    let width = config
        .settings
        .iter()
        .map(|s| s.key.chars().count() + s.value.chars().count() + 2);
    let width = width.filter(|width| *width <= 60).max().unwrap_or(0);
    let mut out = String::new();
    for setting in &config.settings {
        let line = format!("{}: {}", setting.key, setting.value);
        let pad = width.saturating_sub(line.chars().count());
        out.push_str(&line);
        out.extend(std::iter::repeat_n(' ', pad));
        out.push_str("   # ");
        out.push_str(&place(&setting.origin, files));
        out.push('\n');
    }
    out
}

/// The same as a list of objects: key, value, origin.
pub fn json(config: &Config, files: &[ConfigFile<'_>]) -> String {
    let settings = config.settings.iter().map(|setting| {
        serde_json::json!({
            "key": setting.key,
            "value": setting.value,
            "origin": place(&setting.origin, files),
        })
    });
    let mut out = serde_json::Value::Array(settings.collect()).to_string();
    out.push('\n');
    out
}

fn place(origin: &Origin, files: &[ConfigFile<'_>]) -> String {
    match origin {
        Origin::Default => "default".to_owned(),
        Origin::Environment(name) => name.clone(),
        Origin::Argument(name) => (*name).to_owned(),
        Origin::File(span) => match files.iter().find(|file| file.id == span.file) {
            Some(file) => {
                let before = file
                    .text
                    .as_bytes()
                    .get(..span.start as usize)
                    .unwrap_or(file.text.as_bytes());
                let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
                format!("{}:{line}", file.path)
            }
            None => "a file".to_owned(),
        },
    }
}
