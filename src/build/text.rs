//! What parsing may know of the configuration, for each language; and a site's
//! own texts.

use crate::config::markup::HeadingIds;
use crate::config::{Config, LanguageConfig};
use crate::diag::Diagnostic;
use crate::parse::predictions::Words;
use crate::parse::{self, front_matter, markdown};
use crate::render::i18n::{Plural, Strings};
use crate::text::IdType;
use crate::tree::{self, Node};

/// What parsing may know of the configuration, for each language. `related`: whether a
/// template may show related pages.
pub fn options(
    config: &Config,
    texts: &[Vec<(String, Plural)>],
    related: bool,
) -> Vec<parse::Options> {
    config
        .languages
        .iter()
        .zip(texts)
        .map(|(language, texts)| of_language(config, language, texts, related))
        .collect()
}

fn of_language(
    config: &Config,
    language: &LanguageConfig,
    texts: &[(String, Plural)],
    related: bool,
) -> parse::Options {
    let goldmark = &config.markup.goldmark;
    let strings = Strings::new(&language.code, texts);
    let alerts = ["note", "tip", "important", "warning", "caution"];
    let defaults = markdown::Options::default();
    let typographer = &goldmark.typographer;
    let or =
        |said: &Option<String>, default: &String| said.clone().unwrap_or_else(|| default.clone());
    let punctuation = markdown::Punctuation {
        left_single: or(
            &typographer.left_single_quote,
            &defaults.punctuation.left_single,
        ),
        right_single: or(
            &typographer.right_single_quote,
            &defaults.punctuation.right_single,
        ),
        left_double: or(
            &typographer.left_double_quote,
            &defaults.punctuation.left_double,
        ),
        right_double: or(
            &typographer.right_double_quote,
            &defaults.punctuation.right_double,
        ),
        left_angle: or(
            &typographer.left_angle_quote,
            &defaults.punctuation.left_angle,
        ),
        right_angle: or(
            &typographer.right_angle_quote,
            &defaults.punctuation.right_angle,
        ),
        apostrophe: or(&typographer.apostrophe, &defaults.punctuation.apostrophe),
        en_dash: or(&typographer.en_dash, &defaults.punctuation.en_dash),
        em_dash: or(&typographer.em_dash, &defaults.punctuation.em_dash),
        ellipsis: or(&typographer.ellipsis, &defaults.punctuation.ellipsis),
    };
    parse::Options {
        front: front_matter::Options {
            time_zone: config.time_zone.clone(),
            taxonomies: language
                .taxonomies
                .iter()
                .map(|taxonomy| taxonomy.plural.clone())
                .collect(),
            dates: config.dates.clone(),
        },
        markdown: markdown::Options {
            tables: goldmark.tables,
            strikethrough: goldmark.strikethrough,
            task_lists: goldmark.task_lists,
            footnotes: goldmark.footnotes,
            definition_lists: goldmark.definition_lists,
            typographer: typographer.on,
            punctuation,
            linkify: goldmark.linkify,
            emoji: config.enable_emoji,
            unsafe_html: goldmark.raw_html,
            hard_wraps: goldmark.hard_wraps,
            alert_titles: alerts
                .iter()
                .map(|kind| ((*kind).to_owned(), strings.get(kind, None).to_owned()))
                .collect(),
            heading_ids: goldmark.heading_ids,
            id_type: match goldmark.heading_id_type {
                HeadingIds::Github => IdType::Github,
                HeadingIds::GithubAscii => IdType::GithubAscii,
                HeadingIds::Blackfriday => IdType::Blackfriday,
            },
            heading_attributes: goldmark.heading_attributes,
            block_attributes: goldmark.block_attributes,
            anchors: language.switches.disable_anchored_headings != Some(true),
            math: language.switches.math.unwrap_or(goldmark.math.is_some()),
            wiki_links: language.switches.wiki_links != Some(false),
            // Who lists delimiters and leaves this one out writes of prices.
            lone_dollars: goldmark.math.as_ref().is_none_or(|math| {
                (math.block.is_empty() && math.inline.is_empty())
                    || math.inline.iter().any(|(open, _)| open == "$")
            }),
            verdicts: Words {
                confidence: strings.get("confidence", None).to_owned(),
                came_true: strings.get("came_true", None).to_owned(),
                came_false: strings.get("came_false", None).to_owned(),
            },
            ..defaults
        },
        has_cjk: language.has_cjk,
        summary_length: language.summary_length,
        related: related && language.switches.related == Some(true),
        html: false,
    }
}

/// UI strings in Hugo's format: `key: text`, `key: {one: …, other: …}`, or a list of `{id, translation}`.
pub fn strings(node: &Node, diagnostics: &mut Vec<Diagnostic>) -> Vec<(String, Plural)> {
    let mut strings = Vec::new();
    match &node.value {
        tree::Value::Map(map) => {
            for (key, value) in &map.entries {
                strings.extend(plural(value, diagnostics).map(|text| (key.name.to_string(), text)));
            }
        }
        tree::Value::List(list) => {
            for entry in list {
                let tree::Value::Map(map) = &entry.value else {
                    continue;
                };
                let field = |name: &str| {
                    map.entries
                        .iter()
                        .find(|(key, _)| &*key.name == name)
                        .map(|(_, node)| node)
                };
                let id = field("id").and_then(Node::as_text);
                let text = field("translation").and_then(|node| plural(node, diagnostics));
                strings.extend(id.map(|id| id.to_string()).zip(text));
            }
        }
        _ => diagnostics.push(Diagnostic::error(
            "i18n",
            node.span,
            "expected texts by their keys",
        )),
    }
    strings
}

fn plural(node: &Node, diagnostics: &mut Vec<Diagnostic>) -> Option<Plural> {
    if let Some(text) = node.as_text() {
        return Some(Plural::plain(text.to_string()));
    }
    let tree::Value::Map(map) = &node.value else {
        return None;
    };
    let mut plural = Plural::default();
    for (key, value) in &map.entries {
        let Some(text) = value.as_text() else {
            continue;
        };
        if !plural.set(&key.name, text.to_string()) && !matches!(&*key.name, "description" | "hash")
        {
            diagnostics.push(
                Diagnostic::warning(
                    "i18n",
                    key.span,
                    format!("`{}` is no form of the plural", key.name),
                )
                .help("the forms are `zero`, `one`, `two`, `few`, `many` and `other`"),
            );
        }
    }
    Some(plural)
}
