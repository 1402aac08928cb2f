//! `longhand config`: every setting that takes effect, and where it comes from.

use super::load::{ConfigFile, DEFAULT_FILE, Options};
use super::outputs::{OUTPUTS, PAGINATION, SITEMAP};
use super::rows::{Row, Status, same_key};
use super::{Config, Origin, Setting};
use super::{environment, imaging, keys, markup, math, params, switches};
use crate::diag::{self, Span};
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
        ("sitemap", names(SITEMAP)),
        ("imaging", names(imaging::IMAGING)),
        ("math", names(math::MATH)),
    ];
    for (path, rows) in markup::tables() {
        tables.push((path, rows));
    }
    tables.push(("params", names(params::ROWS)));
    tables.push(("params", names(switches::ROWS)));
    tables
}

/// Second names of one thing, each for the one that is shown.
const SYNONYMS: [(&str, &str); 5] = [
    ("menu", "menus"),
    (
        "params.disable_special_first_post",
        "params.disable_special_1st_post",
    ),
    (
        "params.disable_language_switch",
        "params.disable_lang_toggle",
    ),
    ("params.authors", "params.author"),
    (
        "markup.goldmark.parser.autoHeadingIDType",
        "markup.goldmark.parser.autoIDType",
    ),
];

/// What was said, and the defaults of what was not. `idle` holds the paths of
/// keys that have nothing to do.
pub fn settings(root: &Map, options: &Options, idle: &[&str]) -> Vec<Setting> {
    let tables = tables();
    let mut settings = Vec::new();
    flatten("", root, &tables, options, &mut settings);
    if let Some(url) = &options.base_url {
        settings.retain(|setting| setting.key != "baseURL");
        settings.push(setting(
            "baseURL".to_owned(),
            quoted(url),
            Origin::Argument("--base-url"),
        ));
    }
    for setting in &mut settings {
        let first = setting.key.split('.').next().unwrap_or("");
        setting.idle =
            !keys::is_known(first) || idle.iter().any(|path| at_or_below(&setting.key, path));
    }
    for (path, rows) in &tables {
        for (name, default) in rows {
            let key = join(path, name);
            let said = settings
                .iter()
                .any(|setting| at_or_below(&setting.key, &key));
            if !default.is_empty() && !said {
                settings.push(setting(key, (*default).to_owned(), Origin::Default));
            }
        }
    }
    settings.sort_by(|a, b| (rank(&a.key), &a.key).cmp(&(rank(&b.key), &b.key)));
    settings
}

fn setting(key: String, value: String, origin: Origin) -> Setting {
    Setting {
        key,
        value,
        origin,
        idle: false,
    }
}

/// Whether a dotted key is `path` or lies under it, in any spelling.
fn at_or_below(key: &str, path: &str) -> bool {
    let mut parts = key.split('.');
    path.split('.')
        .all(|name| parts.next().is_some_and(|part| same_key(part, name)))
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

fn flatten(path: &str, map: &Map, tables: &[Table], options: &Options, out: &mut Vec<Setting>) {
    for (key, node) in &map.entries {
        let name = canonical(path, &key.name, tables);
        let key = join(path, &name);
        match &node.value {
            Value::Null => {}
            Value::Map(map) if !map.entries.is_empty() => flatten(&key, map, tables, options, out),
            _ => out.push(setting(
                today(key),
                inline(node),
                origin(node.span, options),
            )),
        }
    }
}

/// The name of today for a key that was said by an older or second one.
fn today(key: String) -> String {
    let renamed = keys::ROWS.iter().find_map(|row| match row.status {
        // Some are said with a value: `disableKinds: [rss]`.
        Status::Renamed(now) if same_key(row.name, &key) && !now.contains(':') => Some(now),
        _ => None,
    });
    let synonym = || {
        SYNONYMS.iter().find_map(|(name, shown)| {
            let rest = key.strip_prefix(name)?;
            (rest.is_empty() || rest.starts_with('.')).then(|| format!("{shown}{rest}"))
        })
    };
    match renamed {
        Some(now) => now.to_owned(),
        None => synonym().unwrap_or(key),
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
        if setting.idle {
            out.push_str(", has nothing to do here");
        }
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
            "ignored": setting.idle,
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
                let line = diag::place(file.text, span.start as usize).line;
                format!("{}:{line}", file.path)
            }
            None => "a file".to_owned(),
        },
    }
}
