//! Finds the files of the configuration among those of the site, merges them
//! and the environment into one tree, and types it.

use super::environment;
use super::imaging::Imaging;
use super::keys::{self, Draft, ROWS};
use super::languages;
use super::markup::Markup;
use super::math::Math;
use super::outputs::Sitemap;
use super::print;
use super::rows::{Intake, nearest_name, same_key};
use super::{Config, DateSources, Dirs, params};
use crate::diag::{Diagnostic, FileId, Severity, Span};
use crate::tree::{self, Format, Key, Kind, Map, Node, Scalar, Value};
use jiff::tz::TimeZone;

/// One file that may belong to the configuration.
#[derive(Clone, Copy, Debug)]
pub struct ConfigFile<'a> {
    pub id: FileId,
    /// From the site's root, with slashes: `hugo.yaml`, `config/_default/params.yaml`.
    pub path: &'a str,
    pub text: &'a str,
}

/// What the command line says about the configuration.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Name of the site's folder: the title where nothing is configured.
    pub folder: String,
    /// `-c`: these files alone instead of those found by name, as paths of [`ConfigFile`]s.
    pub files: Option<Vec<String>>,
    /// `--env`; `production` where it is not said.
    pub environment: Option<String>,
    /// `-b`.
    pub base_url: Option<String>,
    /// Environment variables that begin with `HUGO_` or `LONGHAND_`, names whole.
    pub variables: Vec<(String, String)>,
}

/// Where defaults stand that are made up here rather than read.
pub const DEFAULT_FILE: FileId = FileId(u32::MAX - 1);

/// Names of the file at the root, the first there is wins.
const ROOT_FILES: [&str; 12] = [
    "longhand.yaml",
    "longhand.yml",
    "longhand.toml",
    "longhand.json",
    "hugo.toml",
    "hugo.yaml",
    "hugo.yml",
    "hugo.json",
    "config.toml",
    "config.yaml",
    "config.yml",
    "config.json",
];

/// Whether a file of this path, from the site's root, may be one of the configuration.
pub fn is_config(path: &str) -> bool {
    ROOT_FILES.contains(&path)
        || path
            .strip_prefix("config/")
            .is_some_and(|rest| rest.contains('/') && format_of(path).is_some())
}

fn format_of(path: &str) -> Option<Format> {
    path.rsplit_once('.')
        .and_then(|(_, extension)| Format::of_extension(extension))
}

/// Reads the configuration out of those of `files` that belong to it; none at
/// all is fine. On errors the `Config` holds defaults for what was wrong.
pub fn load(files: &[ConfigFile<'_>], options: &Options) -> (Config, Vec<Diagnostic>) {
    let mut intake = Intake::default();
    let environment = environment(options);
    let chosen = choose(files, options, &environment, &mut intake);
    let mut root = defaults(&options.folder, is_native(&chosen));
    for file in &chosen {
        if let Some(layer) = layer(file, &mut intake) {
            root = merge(root, layer);
        }
    }
    root = merge(root, environment::layer(&options.variables, &mut intake));
    let span = Span::new(DEFAULT_FILE, 0, 0);
    let node = Node {
        span,
        value: Value::Map(root),
    };
    let mut draft = draft(&node, "", &mut intake);
    draft.language.code.clone_from(&draft.default_language);
    let Value::Map(root) = node.value else {
        unreachable!("it was made a map above")
    };
    let mut config = languages::resolve(&root, draft, &mut intake);
    config.environment = environment;
    config.zero = chosen.is_empty();
    config.files = chosen.iter().map(|file| file.id).collect();
    override_base_url(&mut config, options, &mut intake);
    let unknown = intake.unknown.iter().map(|key| key.path.as_str());
    let idle = intake.idle.iter().map(|(path, _)| path.as_str());
    let idle: Vec<&str> = idle
        .chain(unknown.filter(|path| !path.starts_with("params.")))
        .collect();
    config.settings = print::settings(&root, options, &idle);
    let diagnostics = finish(&mut config, intake, &options.variables);
    (config, diagnostics)
}

fn environment(options: &Options) -> String {
    let variable = |name: &str| {
        options
            .variables
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.clone())
    };
    let said = options.environment.clone();
    let said = said
        .or_else(|| variable("LONGHAND_ENVIRONMENT"))
        .or_else(|| variable("LONGHAND_ENV"));
    let said = said
        .or_else(|| variable("HUGO_ENVIRONMENT"))
        .or_else(|| variable("HUGO_ENV"));
    said.filter(|name| !name.is_empty())
        .unwrap_or_else(|| "production".to_owned())
}

/// The files that are read, in the order of merging.
fn choose<'f, 'a>(
    files: &'f [ConfigFile<'a>],
    options: &Options,
    environment: &str,
    intake: &mut Intake,
) -> Vec<&'f ConfigFile<'a>> {
    let by_path = |path: &str| files.iter().find(|file| file.path == path);
    let mut chosen: Vec<&ConfigFile<'_>> = Vec::new();
    match &options.files {
        Some(paths) => {
            for path in paths {
                match by_path(path) {
                    Some(file) if format_of(path).is_some() => chosen.push(file),
                    Some(_) => intake.diagnostics.push(
                        Diagnostic::error(
                            "no-config",
                            None,
                            format!("`{path}` is no configuration file"),
                        )
                        .help("its name must end in `.yaml`, `.yml`, `.toml` or `.json`"),
                    ),
                    None => intake.diagnostics.push(Diagnostic::error(
                        "no-config",
                        None,
                        format!("there is no configuration file `{path}`"),
                    )),
                }
            }
        }
        None => {
            let mut found = ROOT_FILES.iter().filter_map(|name| by_path(name));
            chosen.extend(found.next());
            for ignored in found {
                let (used, span) = (chosen[0].path, Span::new(ignored.id, 0, 0));
                intake.diagnostics.push(
                    Diagnostic::warning(
                        "unused-config",
                        span,
                        format!("`{}` is not read, because there is `{used}`", ignored.path),
                    )
                    .help("keep one of the two"),
                );
            }
        }
    }
    for folder in ["_default", environment] {
        let prefix = format!("config/{folder}/");
        let mut found: Vec<_> = files
            .iter()
            .filter(|f| f.path.starts_with(&prefix) && format_of(f.path).is_some())
            .collect();
        // The file of the root keys first, as in Hugo, whatever its name.
        found.sort_by_key(|file| (!is_root_name(stem(file.path)), file.path));
        chosen.extend(found);
    }
    chosen
}

fn stem(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

fn is_root_name(stem: &str) -> bool {
    matches!(stem, "config" | "hugo" | "longhand")
}

/// One file as a map of root keys: `config/_default/menus.en.toml` holds `languages.en.menus`.
fn layer(file: &ConfigFile<'_>, intake: &mut Intake) -> Option<Map> {
    let format = format_of(file.path)?;
    let node = match tree::parse(file.text, format, file.id, 0) {
        Ok(node) => node,
        Err(errors) => {
            intake.diagnostics.extend(errors);
            return None;
        }
    };
    let keys = keys_of(file.path);
    let named = keys.last().cloned();
    let mut node = node;
    // `params.yaml` that says `params:` once more.
    if let (Some(name), Value::Map(map)) = (&named, &mut node.value)
        && map.entries.len() == 1
        && same_key(&map.entries[0].0.name, name)
        && matches!(map.entries[0].1.value, Value::Map(_))
    {
        node = map.entries.remove(0).1;
    }
    for name in keys.iter().rev() {
        let key = Key {
            name: name.as_str().into(),
            span: Span {
                end: node.span.start,
                ..node.span
            },
        };
        let span = node.span;
        node = Node {
            span,
            value: Value::Map(Map {
                entries: vec![(key, node)],
            }),
        };
    }
    match node.value {
        Value::Map(map) => Some(map),
        _ => {
            let message = format!(
                "expected keys and values in the configuration, found {}",
                node.describe()
            );
            intake
                .diagnostics
                .push(Diagnostic::error("wrong-type", tree::head(&node), message));
            None
        }
    }
}

/// The keys that a file of a configuration folder stands under.
fn keys_of(path: &str) -> Vec<String> {
    let Some(rest) = path
        .strip_prefix("config/")
        .and_then(|rest| rest.split_once('/'))
        .map(|(_, rest)| rest)
    else {
        return Vec::new();
    };
    let mut keys: Vec<String> = rest.split('/').map(str::to_owned).collect();
    let name = stem(path);
    keys.pop();
    if is_root_name(name) && keys.is_empty() {
        return keys;
    }
    match name.split_once('.') {
        Some((name, lang)) => {
            keys.insert(0, lang.to_owned());
            keys.insert(0, "languages".to_owned());
            keys.push(name.to_owned());
        }
        None => keys.push(name.to_owned()),
    }
    keys
}

/// Whether the site was written for Longhand, or has no configuration at all.
fn is_native(chosen: &[&ConfigFile<'_>]) -> bool {
    let native = |file: &&ConfigFile<'_>| {
        let name = file.path.rsplit('/').next().unwrap_or(file.path);
        name.starts_with("longhand.")
    };
    chosen.is_empty() || chosen.iter().any(native)
}

/// What holds where nothing is said. A site of our own shows more without
/// being asked than a folder written for Hugo, where what nobody asks for
/// stays off, as it was there.
fn defaults(folder: &str, native: bool) -> Map {
    let span = Span::new(DEFAULT_FILE, 0, 0);
    let key = |name: &str| Key {
        name: name.into(),
        span,
    };
    let scalar = |text: &str, kind: Kind| Node {
        span,
        value: Value::Scalar(Scalar {
            text: text.into(),
            kind,
        }),
    };
    let mut entries = vec![(key("title"), scalar(&title_of(folder), Kind::Str))];
    if native {
        const ON: [&str; 8] = [
            "show_reading_time",
            "show_word_count",
            "show_bread_crumbs",
            "show_post_nav_links",
            "show_code_copy_buttons",
            "show_page_nums",
            "show_related",
            "show_canonical_link",
        ];
        let params = ON
            .iter()
            .map(|name| (key(name), scalar("true", Kind::Bool(true))))
            .collect();
        entries.push((
            key("params"),
            Node {
                span,
                value: Value::Map(Map { entries: params }),
            },
        ));
    }
    Map { entries }
}

/// `my-first_blog` → `My first blog`.
fn title_of(folder: &str) -> String {
    let words: Vec<&str> = folder
        .split(['-', '_', ' '])
        .filter(|word| !word.is_empty())
        .collect();
    let text = words.join(" ");
    let mut chars = text.chars();
    match chars.next() {
        Some(first) => first.to_uppercase().chain(chars).collect(),
        None => text,
    }
}

/// Lays `over` on `base`: maps are joined, anything else is replaced.
pub fn merge(mut base: Map, over: Map) -> Map {
    let known = base.entries.len();
    for (key, node) in over.entries {
        let name = canonical(&key.name);
        // Only what `base` had: two spellings within one layer stay two, to be refused.
        let place = base.entries[..known]
            .iter_mut()
            .find(|(other, _)| same_key(canonical(&other.name), name));
        match place {
            None => base.entries.push((key, node)),
            Some((old_key, old)) => {
                let both_maps = matches!((&old.value, &node.value), (Value::Map(_), Value::Map(_)));
                if both_maps {
                    let (Value::Map(below), Value::Map(above)) =
                        (std::mem::replace(&mut old.value, Value::Null), node.value)
                    else {
                        unreachable!("both were seen to be maps");
                    };
                    old.value = Value::Map(merge(below, above));
                    old.span = node.span;
                } else {
                    *old = node;
                }
                *old_key = key;
            }
        }
    }
    base
}

/// Keys that are one in all but name.
pub fn canonical(name: &str) -> &str {
    if same_key(name, "menu") {
        "menus"
    } else {
        name
    }
}

/// Types the merged tree once.
pub fn draft(node: &Node, code: &str, intake: &mut Intake) -> Draft {
    let mut draft = Draft {
        config: start(),
        language: languages::start(code),
        default_language: "en".to_owned(),
        disabled_languages: Vec::new(),
    };
    let Value::Map(map) = &node.value else {
        return draft;
    };
    intake.refuse_spellings_of(map, keys::is_known);
    for (key, value) in &map.entries {
        let name = canonical(&key.name);
        if intake.field(&mut draft, name, key.span, value, ROWS) {
            continue;
        }
        unknown(&key.name, key.span, intake);
    }
    draft
}

/// A key at the top that nothing reads: a parameter that stands too high, or a misspelling.
fn unknown(name: &str, span: Span, intake: &mut Intake) {
    let warning = Diagnostic::warning("unknown-key", span, format!("unknown key `{name}`"));
    let current = ROWS.iter().map(|row| row.name);
    intake.diagnostics.push(if params::is_known(name) {
        warning.help(format!("it is a parameter: write it as `params.{name}`"))
    } else if let Some(near) = nearest_name(name, current) {
        warning.help(format!("did you mean `{near}`?"))
    } else if let Some(near) = nearest_name(name, params::names()) {
        warning.help(format!("did you mean `params.{near}`?"))
    } else {
        warning.help("what templates are to read stands under `params`")
    });
}

fn start() -> Config {
    let owned = str::to_owned;
    Config {
        base_url: String::new(),
        environment: String::new(),
        zero: false,
        languages: Vec::new(),
        default_language: 0,
        default_language_in_subdir: false,
        disabled_languages: Vec::new(),
        time_zone: TimeZone::UTC,
        build_drafts: false,
        build_future: false,
        build_expired: false,
        enable_robots_txt: true,
        enable_emoji: false,
        enable_git_info: false,
        disable_aliases: false,
        disable_path_to_lower: false,
        remove_path_accents: false,
        ugly_urls: false,
        dirs: Dirs {
            content: owned("content"),
            statics: vec![owned("static")],
            data: owned("data"),
            layouts: owned("layouts"),
            assets: owned("assets"),
            archetypes: owned("archetypes"),
            i18n: owned("i18n"),
            publish: owned("public"),
            themes: owned("themes"),
        },
        section_pages_menu: None,
        themes: Vec::new(),
        dates: DateSources::defaults(),
        markup: Markup::default(),
        imaging: Imaging::default(),
        math: Math::default(),
        sitemap: Sitemap::default(),
        cascade: Vec::new(),
        ignore_files: Vec::new(),
        silenced: Vec::new(),
        headers: Default::default(),
        deploy: Vec::new(),
        files: Vec::new(),
        unknown_params: Vec::new(),
        settings: Vec::new(),
    }
}

fn override_base_url(config: &mut Config, options: &Options, intake: &mut Intake) {
    let Some(text) = &options.base_url else {
        return;
    };
    match keys::check_base_url(text) {
        Ok(url) => config.base_url = url,
        Err(expected) => intake.diagnostics.push(Diagnostic::error(
            "wrong-value",
            None,
            format!("expected {expected} as the base URL, found `{text}`"),
        )),
    }
}

/// Sorts out what was collected: keys of templates for later, the keys with
/// nothing to do into one message, and each message once, whatever languages share it.
fn finish(config: &mut Config, intake: Intake, variables: &[(String, String)]) -> Vec<Diagnostic> {
    let mut diagnostics: Vec<Diagnostic> = Vec::new();
    for diagnostic in intake.diagnostics {
        let same = |d: &Diagnostic| {
            d.span == diagnostic.span
                && d.name == diagnostic.name
                && d.severity == diagnostic.severity
        };
        if !diagnostics
            .iter()
            .any(|d| same(d) && (d.message == diagnostic.message || d.span.is_some()))
        {
            diagnostics.push(environment::named(diagnostic, variables));
        }
    }
    let mut seen: Vec<Option<Span>> = Vec::new();
    for mut key in intake.unknown {
        let of_templates = key.path.starts_with("params.") || key.path.contains(".params.");
        if seen.contains(&key.span) {
            continue;
        }
        seen.push(key.span);
        if of_templates {
            key.span = key.span.filter(|span| environment::is_file(*span));
            config.unknown_params.push(key);
        } else {
            diagnostics.push(environment::named(key.diagnostic(), variables));
        }
    }
    let mut idle: Vec<(String, Span)> = Vec::new();
    for (path, span) in intake.idle {
        if !idle.iter().any(|(_, other)| *other == span) {
            idle.push((path, span));
        }
    }
    // Of files first, so that the message has a place if any of them has one.
    idle.sort_by_key(|(_, span)| !environment::is_file(*span));
    let message = idle_message(&idle);
    diagnostics.extend(message.map(|message| environment::named(message, variables)));
    // In the order of the files; what has no place comes first.
    diagnostics.sort_by_key(|d| {
        (
            d.severity != Severity::Error,
            d.span.map(|span| (span.file, span.start)),
        )
    });
    diagnostics
}

/// One message for all keys with nothing to do here.
pub fn idle_message(idle: &[(String, Span)]) -> Option<Diagnostic> {
    let (_, first) = idle.first()?;
    let names: Vec<String> = idle.iter().map(|(path, _)| format!("`{path}`")).collect();
    let message = match idle.len() {
        1 => format!("{} has nothing to do here and is ignored", names[0]),
        count => format!(
            "{count} keys have nothing to do here and are ignored: {}",
            names.join(", ")
        ),
    };
    Some(
        Diagnostic::warning("no-effect", *first, message).help(if idle.len() == 1 {
            "it may stay; `longhand config` lists what takes effect"
        } else {
            "they may stay; `longhand config` lists what takes effect"
        }),
    )
}
