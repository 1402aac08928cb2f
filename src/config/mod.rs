//! What the site's configuration says: files, directories and environment
//! variables merged, every key typed and validated, each language resolved so
//! that nobody looks anything up twice. Takes the texts of the files (see
//! [`load::is_config`]), gives a [`Config`] and what there is to say about it.
//! Does not read the disk, and knows nothing of content.

pub mod cascade;
pub mod deploy;
mod environment;
pub mod hosting;
pub mod imaging;
mod keys;
mod languages;
pub mod load;
pub mod look;
pub mod markup;
pub mod math;
pub mod menus;
pub mod outputs;
pub mod params;
pub mod permalinks;
pub mod print;
pub mod rows;
pub mod switches;

pub use load::{ConfigFile, Options, load};

use crate::diag::{FileId, Span};
use cascade::Cascade;
use hosting::Headers;
use imaging::Imaging;
use jiff::tz::TimeZone;
use markup::Markup;
use math::Math;
use menus::Menus;
use outputs::{Kind, Outputs, Pagination, Sitemap};
use params::SiteParams;
use permalinks::Permalinks;
use rows::UnknownKey;
use switches::Switches;

/// What is said once for the whole site. What may differ by language stands in
/// [`LanguageConfig`], there for every language, said or not.
#[derive(Clone, Debug)]
pub struct Config {
    /// With the trailing slash; empty when none is configured: links are then root-relative.
    pub base_url: String,
    /// `production` unless said otherwise.
    pub environment: String,
    /// There is no configuration file at all.
    pub zero: bool,
    /// Sorted by weight (0 last), then code; never empty.
    pub languages: Vec<LanguageConfig>,
    /// Index into `languages`.
    pub default_language: usize,
    pub default_language_in_subdir: bool,
    /// Configured but switched off: their files are left out without a warning.
    pub disabled_languages: Vec<String>,
    /// For dates without an offset.
    pub time_zone: TimeZone,
    pub build_drafts: bool,
    pub build_future: bool,
    pub build_expired: bool,
    pub enable_robots_txt: bool,
    pub enable_emoji: bool,
    pub enable_git_info: bool,
    pub disable_aliases: bool,
    pub disable_path_to_lower: bool,
    pub remove_path_accents: bool,
    /// `/post.html` rather than `/post/`.
    pub ugly_urls: bool,
    /// Path from the site's root of `content`, `static` and the others.
    pub dirs: Dirs,
    /// The menu that every section goes into of its own accord.
    pub section_pages_menu: Option<String>,
    /// Names under `themes/`.
    pub themes: Vec<String>,
    pub dates: DateSources,
    pub markup: Markup,
    pub imaging: Imaging,
    pub math: Math,
    pub sitemap: Sitemap,
    pub headers: Headers,
    pub cascade: Vec<Cascade>,
    /// Where `longhand deploy` sends the site; the first is meant where none is named.
    pub deploy: Vec<deploy::Target>,
    /// Regular expressions as Hugo has them, kept as text.
    pub ignore_files: Vec<String>,
    /// Names of findings that are not shown (`ignoreLogs`).
    pub silenced: Vec<String>,
    /// The configuration files that were read, in the order of merging.
    pub files: Vec<FileId>,
    /// Keys under `params` that nothing here knows; they warn unless a template of the site mentions them.
    pub unknown_params: Vec<UnknownKey>,
    /// For `longhand config`.
    pub settings: Vec<Setting>,
}

/// One language with everything that may differ by it.
#[derive(Clone, Debug)]
pub struct LanguageConfig {
    /// As in file names and URLs, lower case: `en`, `zh-cn`.
    pub code: String,
    /// For `lang` attributes and feeds: `en-US`.
    pub locale: String,
    /// What its speakers call it.
    pub name: String,
    pub direction: Direction,
    pub weight: i64,
    /// `zh` where pages live under `/zh/`, empty where they live at the root.
    pub prefix: String,
    /// A base URL of its own; ends in a slash.
    pub base_url: Option<String>,
    /// A content folder of its own.
    pub content_dir: Option<String>,
    pub title: String,
    /// May hold HTML or Markdown.
    pub copyright: String,
    pub taxonomies: Vec<Taxonomy>,
    pub menus: Menus,
    pub switches: Switches,
    pub params: SiteParams,
    /// The parameters for templates: as written, and known ones under their snake_case names too.
    pub values: tera::Value,
    pub pagination: Pagination,
    pub permalinks: Permalinks,
    pub outputs: Outputs,
    pub disabled_kinds: Vec<Kind>,
    /// The most entries of a feed; `None` for all.
    pub feed_limit: Option<usize>,
    /// `None`: the section with the most pages.
    pub main_sections: Option<Vec<String>>,
    pub has_cjk: Option<bool>,
    pub summary_length: usize,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Direction {
    #[default]
    LeftToRight,
    RightToLeft,
}

impl Direction {
    pub fn as_str(self) -> &'static str {
        match self {
            Direction::LeftToRight => "ltr",
            Direction::RightToLeft => "rtl",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taxonomy {
    /// Its key in the configuration: `tag`.
    pub singular: String,
    /// Its key in front matter and its folder: `tags`.
    pub plural: String,
}

/// Folders of the site, relative to its root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dirs {
    pub content: String,
    pub statics: Vec<String>,
    pub data: String,
    pub layouts: String,
    pub assets: String,
    pub archetypes: String,
    pub i18n: String,
    pub publish: String,
    pub themes: String,
}

/// Where each date of a page is looked for, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DateSources {
    pub date: Vec<DateSource>,
    pub lastmod: Vec<DateSource>,
    pub publish: Vec<DateSource>,
    pub expiry: Vec<DateSource>,
    /// `:filename` was asked for: the file's name without its date is the slug.
    /// Without it such a name keeps its date in the URL, as in Hugo, and gives
    /// the date of a page that says none.
    pub slug_from_filename: bool,
    /// `:git` was asked for by its name.
    pub asks_git: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DateSource {
    /// A key of the front matter, in its normal form.
    Key(String),
    /// `2024-11-11-title.md`.
    Filename,
    FileModTime,
    /// The last commit that changed what the file says.
    Git,
}

impl DateSources {
    /// Hugo's, for what the configuration leaves unsaid.
    pub fn defaults() -> DateSources {
        let keys = |names: &[&str]| {
            names
                .iter()
                .map(|name| DateSource::Key((*name).to_owned()))
                .collect()
        };
        let lastmod = keys(&[
            "lastmod",
            "modified",
            "date",
            "publishdate",
            "pubdate",
            "published",
        ]);
        DateSources {
            date: keys(&[
                "date",
                "publishdate",
                "pubdate",
                "published",
                "lastmod",
                "modified",
            ]),
            lastmod: [vec![DateSource::Git], lastmod].concat(),
            publish: keys(&["publishdate", "pubdate", "published", "date"]),
            expiry: keys(&["expirydate", "unpublishdate"]),
            slug_from_filename: false,
            asks_git: false,
        }
    }
}

/// One line of `longhand config`.
#[derive(Clone, Debug, PartialEq)]
pub struct Setting {
    /// `params.show_toc`.
    pub key: String,
    /// As it would be written in YAML on one line.
    pub value: String,
    pub origin: Origin,
    /// It is read, and nothing follows from it.
    pub idle: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Origin {
    Default,
    File(Span),
    /// The name of the environment variable.
    Environment(String),
    /// The option of the command line.
    Argument(&'static str),
}

impl Config {
    pub fn default_lang(&self) -> &LanguageConfig {
        &self.languages[self.default_language]
    }

    /// Index of the language with this code, however it is cased.
    pub fn language(&self, code: &str) -> Option<usize> {
        self.languages
            .iter()
            .position(|language| language.code.eq_ignore_ascii_case(code))
    }
}

#[cfg(test)]
mod tests;
