//! Languages: each gets the whole configuration with its own keys laid over
//! it, so that a [`LanguageConfig`] answers by itself. Also what a language is
//! called and how it runs, where nobody says so.

use super::cascade::Cascade;
use super::keys::{self, Draft};
use super::load::{canonical, draft, merge};
use super::outputs::{Outputs, Pagination};
use super::params::{self, SiteParams};
use super::permalinks::Permalinks;
use super::rows::{self, Intake, Row, Status, get, row, same_key};
use super::switches::Switches;
use super::{Config, Direction, LanguageConfig, Taxonomy, menus::Menus};
use crate::diag::{Diagnostic, Span};
use crate::tree::{Key, Map, Node, Value};

/// What only a language has.
#[derive(Default)]
struct Own {
    name: Option<String>,
    locale: Option<String>,
    direction: Option<Direction>,
    weight: i64,
    disabled: bool,
    base_url: Option<String>,
    content_dir: Option<String>,
}

const OWN: &[Row<Own>] = &[
    row("label", "", |o, n, i| o.name = i.said(n)),
    row("languageName", "", |o, n, i| o.name = i.said(n)),
    row("locale", "", |o, n, i| o.locale = i.said(n)),
    row("languageCode", "", |o, n, i| o.locale = i.said(n)),
    row("direction", "", |o, n, i| o.direction = direction(n, i)),
    row("languageDirection", "", |o, n, i| {
        o.direction = direction(n, i)
    }),
    row("weight", "0", |o, n, i| o.weight = i.int(n).unwrap_or(0)),
    row("disabled", "false", |o, n, i| {
        o.disabled = i.bool(n).unwrap_or(false)
    }),
    row("baseURL", "", |o, n, i| o.base_url = keys::base_url(n, i)),
    row("contentDir", "", |o, n, i| {
        let mut folder = String::new();
        keys::folder(&mut folder, n, i);
        o.content_dir = Some(folder).filter(|folder| !folder.is_empty());
    }),
];

fn direction(node: &Node, intake: &mut Intake) -> Option<Direction> {
    intake.choice(
        node,
        &[
            ("ltr", Direction::LeftToRight),
            ("rtl", Direction::RightToLeft),
        ],
    )
}

/// Keys of the top that a language may say for itself; the others hold for all.
const BY_LANGUAGE: [&str; 21] = [
    "title",
    "copyright",
    "hasCJKLanguage",
    "summaryLength",
    "mainSections",
    "menus",
    "taxonomies",
    "pagination",
    "paginate",
    "paginatePath",
    "permalinks",
    "outputs",
    "disableKinds",
    "disableRSS",
    "disableSitemap",
    "disable404",
    "services",
    "rssLimit",
    "related",
    "cascade",
    "params",
];

/// A language before any key is read.
pub fn start(code: &str) -> LanguageConfig {
    let taxonomy = |singular: &str, plural: &str| Taxonomy {
        singular: singular.to_owned(),
        plural: plural.to_owned(),
    };
    LanguageConfig {
        code: code.to_owned(),
        locale: String::new(),
        name: String::new(),
        direction: Direction::LeftToRight,
        weight: 0,
        prefix: String::new(),
        base_url: None,
        content_dir: None,
        title: String::new(),
        copyright: String::new(),
        taxonomies: vec![taxonomy("tag", "tags"), taxonomy("category", "categories")],
        menus: Menus::default(),
        switches: Switches::default(),
        params: SiteParams::default(),
        values: tera::Value::from(tera::Map::new()),
        pagination: Pagination::default(),
        permalinks: Permalinks::default(),
        outputs: Outputs::default(),
        disabled_kinds: Vec::new(),
        // Hugo's default is all; with full content that is gigabytes at 10,000 posts.
        feed_limit: Some(20),
        main_sections: None,
        has_cjk: None,
        summary_length: 70,
    }
}

/// Fills `config.languages` out of the merged tree and what was read of it as a whole.
pub fn resolve(root: &Map, whole: Draft, intake: &mut Intake) -> Config {
    let Draft {
        mut config,
        language,
        default_language,
        mut disabled_languages,
    } = whole;
    let languages = get(root, "languages").filter(|node| !node.is_null());
    let said = languages.and_then(|node| intake.enter("languages", |intake| intake.map(node)));
    match said.filter(|map| !map.entries.is_empty()) {
        None => config.languages = vec![finish(language, Own::default(), &default_language, true)],
        Some(map) => {
            for (key, node) in &map.entries {
                let code = key.name.to_lowercase();
                let read = intake.enter("languages", |intake| {
                    one(root, key, node, &code, &default_language, intake)
                });
                let Some((language, cascades, on)) = read else {
                    continue;
                };
                if disabled_languages.contains(&code) {
                    continue;
                }
                if on {
                    config.languages.push(language);
                    config.cascade.extend(cascades);
                } else {
                    disabled_languages.push(code);
                }
            }
            config.languages.sort_by(|a, b| {
                ((a.weight == 0), a.weight, &a.code).cmp(&((b.weight == 0), b.weight, &b.code))
            });
        }
    }
    config.disabled_languages = disabled_languages;
    match config.language(&default_language) {
        Some(index) => config.default_language = index,
        None => {
            no_default(root, &config, &default_language, intake);
            if config.languages.is_empty() {
                config.languages = vec![finish(
                    start(&default_language),
                    Own::default(),
                    &default_language,
                    true,
                )];
            }
        }
    }
    let default = config.default_language;
    for (index, language) in config.languages.iter_mut().enumerate() {
        if index != default || config.default_language_in_subdir {
            language.prefix.clone_from(&language.code);
        }
    }
    config
}

fn no_default(root: &Map, config: &Config, code: &str, intake: &mut Intake) {
    let said = get(root, "defaultContentLanguage").or_else(|| get(root, "languages"));
    let span: Option<Span> = said.map(crate::tree::head);
    let disabled = config
        .disabled_languages
        .iter()
        .any(|disabled| disabled == code);
    let message = match disabled {
        true => format!("the default language `{code}` is disabled"),
        false => format!("the default language `{code}` is not among `languages`"),
    };
    let codes = config
        .languages
        .iter()
        .map(|language| language.code.as_str());
    let error = Diagnostic::error("wrong-value", span, message);
    let help = match (config.languages.as_slice(), rows::nearest_name(code, codes)) {
        (_, Some(near)) => format!("did you mean `{near}`?"),
        ([], None) => "leave at least one language on".to_owned(),
        ([first, ..], None) => {
            format!("name one of them: `defaultContentLanguage: {}`", first.code)
        }
    };
    intake.diagnostics.push(error.help(help));
}

/// One entry of `languages`: the language, its cascades, and whether it is on.
fn one(
    root: &Map,
    key: &Key,
    node: &Node,
    code: &str,
    default: &str,
    intake: &mut Intake,
) -> Option<(LanguageConfig, Vec<Cascade>, bool)> {
    intake.enter(&key.name, |intake| {
        if !is_code(code) {
            intake.diagnostics.push(
                Diagnostic::error(
                    "wrong-value",
                    key.span,
                    format!("`{}` is not a language code", key.name),
                )
                .help("write one such as `en`, `zh` or `pt-br`"),
            );
            return None;
        }
        let empty = Map::default();
        let map = if node.is_null() {
            &empty
        } else {
            intake.map(node)?
        };
        let mut own = Own::default();
        let over = split(map, &mut own, intake);
        let merged = overlay(root, over);
        let whole = Node {
            span: node.span,
            value: Value::Map(merged),
        };
        let mut inner = Intake::default();
        let draft = draft(&whole, code, &mut inner);
        intake.absorb(inner);
        let mut cascades = draft.config.cascade;
        for cascade in &mut cascades {
            cascade.target.lang.get_or_insert_with(|| code.to_owned());
        }
        let on = !own.disabled;
        Some((finish(draft.language, own, default, false), cascades, on))
    })
}

/// The configuration as it holds for one language.
fn overlay(root: &Map, over: Map) -> Map {
    let replaced = |name: &str| {
        // Taxonomies are what the language says, not what it adds; cascades of all stand with all.
        same_key(name, "taxonomies") && get(&over, "taxonomies").is_some()
            || same_key(name, "languages")
            || same_key(name, "cascade")
    };
    let kept = root.entries.iter().filter(|(key, _)| !replaced(&key.name));
    let base = Map {
        entries: kept.cloned().collect(),
    };
    merge(base, over)
}

/// Takes what only a language has; gives what it lays over the rest.
fn split(map: &Map, own: &mut Own, intake: &mut Intake) -> Map {
    let mut over = Map::default();
    let mut lifted = Map::default();
    for (key, value) in &map.entries {
        if intake.field(own, &key.name, key.span, value, OWN) {
            continue;
        }
        if let Some(row) = rows::find(keys::ROWS, canonical(&key.name)) {
            let taken = BY_LANGUAGE.contains(&row.name) || row.name == "author";
            if !taken && matches!(row.status, Status::Current | Status::Renamed(_)) {
                let message = format!(
                    "`{}.{}` has no effect: it is one for all languages",
                    intake.path(),
                    key.name
                );
                let help = format!("say `{}` outside of `languages`", row.name);
                intake
                    .diagnostics
                    .push(Diagnostic::warning("no-effect", key.span, message).help(help));
                continue;
            }
            over.entries.push((key.clone(), value.clone()));
        } else if params::is_known(&key.name) {
            let path = intake.path();
            intake.diagnostics.push(
                Diagnostic::info(
                    "old-key",
                    key.span,
                    format!(
                        "`{path}.{}` is an old spelling of `{path}.params.{}`",
                        key.name, key.name
                    ),
                )
                .help("it keeps working"),
            );
            lifted.entries.push((key.clone(), value.clone()));
        } else {
            let names = OWN
                .iter()
                .map(|row| row.name)
                .chain(keys::ROWS.iter().map(|row| row.name));
            intake.unknown_key(&key.name, key.span, names.chain(params::names()));
        }
    }
    if let Some((first, value)) = lifted.entries.first() {
        let key = Key {
            name: "params".into(),
            span: first.span,
        };
        let node = Node {
            span: value.span,
            value: Value::Map(lifted),
        };
        over = merge(
            Map {
                entries: vec![(key, node)],
            },
            over,
        );
    }
    over
}

fn finish(mut language: LanguageConfig, own: Own, default: &str, alone: bool) -> LanguageConfig {
    let code = language.code.clone();
    // `locale` at the top speaks of the site's main language, not of every one.
    if !alone && code != default {
        language.locale.clear();
    }
    if let Some(locale) = own.locale {
        language.locale = locale;
    }
    if language.locale.is_empty() {
        language.locale.clone_from(&code);
    }
    language.name = own.name.unwrap_or_else(|| native_name(&code).to_owned());
    language.direction = own.direction.unwrap_or_else(|| direction_of(&code));
    language.weight = own.weight;
    language.base_url = own.base_url;
    language.content_dir = own.content_dir;
    language
}

/// Letters, digits and hyphens, as they may stand in a file's name and a URL.
fn is_code(code: &str) -> bool {
    let sound = |part: &str| {
        !part.is_empty() && part.len() <= 8 && part.bytes().all(|c| c.is_ascii_alphanumeric())
    };
    code.split(['-', '_']).all(sound) && code.starts_with(|c: char| c.is_ascii_alphabetic())
}

fn primary(code: &str) -> &str {
    code.split(['-', '_']).next().unwrap_or(code)
}

pub fn direction_of(code: &str) -> Direction {
    match primary(code) {
        "ar" | "ckb" | "dv" | "fa" | "he" | "ps" | "sd" | "ug" | "ur" | "yi" => {
            Direction::RightToLeft
        }
        _ => Direction::LeftToRight,
    }
}

/// What its speakers call a language; its code where we do not know.
pub fn native_name(code: &str) -> &str {
    let find = |wanted: &str| {
        NATIVE
            .iter()
            .find(|(code, _)| *code == wanted)
            .map(|(_, name)| *name)
    };
    find(code).or_else(|| find(primary(code))).unwrap_or(code)
}

const NATIVE: &[(&str, &str)] = &[
    ("ar", "العربية"),
    ("bg", "Български"),
    ("bn", "বাংলা"),
    ("ca", "Català"),
    ("cs", "Čeština"),
    ("da", "Dansk"),
    ("de", "Deutsch"),
    ("el", "Ελληνικά"),
    ("en", "English"),
    ("eo", "Esperanto"),
    ("es", "Español"),
    ("et", "Eesti"),
    ("fa", "فارسی"),
    ("fi", "Suomi"),
    ("fr", "Français"),
    ("he", "עברית"),
    ("hi", "हिन्दी"),
    ("hr", "Hrvatski"),
    ("hu", "Magyar"),
    ("id", "Bahasa Indonesia"),
    ("it", "Italiano"),
    ("ja", "日本語"),
    ("ko", "한국어"),
    ("lt", "Lietuvių"),
    ("nb", "Norsk bokmål"),
    ("nl", "Nederlands"),
    ("nn", "Norsk nynorsk"),
    ("no", "Norsk"),
    ("pl", "Polski"),
    ("pt", "Português"),
    ("pt-br", "Português (Brasil)"),
    ("ro", "Română"),
    ("ru", "Русский"),
    ("sk", "Slovenčina"),
    ("sl", "Slovenščina"),
    ("sr", "Српски"),
    ("sv", "Svenska"),
    ("th", "ไทย"),
    ("tr", "Türkçe"),
    ("uk", "Українська"),
    ("ur", "اردو"),
    ("vi", "Tiếng Việt"),
    ("zh", "中文"),
    ("zh-cn", "简体中文"),
    ("zh-hans", "简体中文"),
    ("zh-hant", "繁體中文"),
    ("zh-tw", "繁體中文"),
];
