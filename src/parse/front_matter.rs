//! The front matter of one file: found ([`split`]), read, joined with what
//! sections above hand down, and typed ([`parse`]). Sees one text and its
//! [`Options`]. Whether a key that nothing here knows is a mistake is for the
//! caller to say, who has the site's templates: see [`Front::unknown`].

mod dates;
mod keys;
mod known;
mod merge;
mod split;

pub use merge::inherit;
pub use split::{Split, split};

use crate::config::DateSources;
use crate::config::cascade::Cascade;
use crate::config::menus::MenuEntry;
use crate::config::outputs::{OutputFormat, Sitemap};
use crate::config::rows::UnknownKey;
use crate::config::switches::Switches;
use crate::date::{Date, Due};
use crate::diag::{Diagnostic, FileId, Span};
use crate::formula::Macros;
use crate::parse::predictions::Plain;
use crate::tree::{self, Map, Text};
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// What front matter may know of the configuration.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// For dates without an offset.
    pub time_zone: TimeZone,
    /// Plurals of the taxonomies in the language of the page.
    pub taxonomies: Vec<String>,
    pub dates: DateSources,
}

/// What a file knows besides its text.
#[derive(Clone, Copy, Debug, Default)]
pub struct Place<'a> {
    /// The file's name without language and extension; of a bundle, its folder's.
    pub stem: &'a str,
    /// The page lists others.
    pub is_list: bool,
    pub modified: Option<Timestamp>,
    /// When it was last committed with another text.
    pub committed: Option<Timestamp>,
    /// What cascades hand down to this page, nearest first.
    pub inherited: &'a [&'a Map],
}

/// Typed front matter. `None` and empty: unsaid.
#[derive(Clone, Debug)]
pub struct Front {
    pub title: Option<String>,
    pub link_title: Option<String>,
    pub description: Option<String>,
    /// Markdown.
    pub summary: Option<String>,
    pub date: Option<Date>,
    /// Where the date stands, for messages.
    pub date_span: Option<Span>,
    pub lastmod: Option<Date>,
    pub publish_date: Option<Date>,
    pub expiry_date: Option<Date>,
    /// What a file name with a date in it leaves: the slug where none is said.
    pub filename_slug: Option<String>,
    pub draft: bool,
    /// 0 comes last.
    pub weight: i64,
    /// Stands first on a front page.
    pub featured: bool,
    pub slug: Option<Text>,
    pub url: Option<Text>,
    pub aliases: Vec<Text>,
    pub keywords: Vec<String>,
    pub authors: Vec<String>,
    pub images: Vec<String>,
    /// By the plural of the taxonomy, in the order of the configuration; only what is said.
    pub terms: Vec<(String, Vec<Text>)>,
    /// Whether or not `series` is a taxonomy.
    pub series: Vec<Text>,
    pub layout: Option<Text>,
    /// `type:`.
    pub page_type: Option<Text>,
    pub outputs: Option<Vec<OutputFormat>>,
    /// Whether the page is a book too, whatever `outputs` says.
    pub epub: Option<bool>,
    pub cascade: Vec<Cascade>,
    pub build: Build,
    pub translation_key: Option<String>,
    /// `markup:`, the format of the content.
    pub markup: Option<Text>,
    pub is_cjk: Option<bool>,
    /// Entries in menus by the menu's name.
    pub menus: Vec<(String, MenuEntry)>,
    pub sitemap: Option<Sitemap>,
    pub resources: Vec<ResourceMeta>,
    pub canonical_url: Option<Text>,
    /// Of the search field, where the layout is `search`.
    pub placeholder: Option<String>,
    /// The lists of the page make predictions.
    pub predictions: Option<Plain>,
    /// Commands for the formulas of the page.
    pub macros: Macros,
    /// When its author means to come back to it, and where that is said.
    pub revisit: Option<(Due, Span)>,
    /// How far it is, and how sure its author, in the author's words.
    pub status: Option<String>,
    pub confidence: Option<String>,
    pub switches: Switches,
    /// `ignore_logs`: names of findings that are not shown for this page.
    pub silenced: Vec<String>,
    /// Everything as written, `params` merged in, known keys under their canonical snake_case names too.
    pub params: tera::Value,
    /// Keys that nothing here knows; they warn unless a template of the site mentions them.
    pub unknown: Vec<UnknownKey>,
    /// Keys that have nothing to do here, for one message a run.
    pub idle: Vec<(String, Span)>,
}

/// `build:`: what becomes of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Build {
    pub render: Render,
    pub list: List,
    pub publish_resources: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Render {
    Always,
    Never,
    /// Not rendered, but it has a URL.
    Link,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum List {
    Always,
    Never,
    /// Only in the lists of its own section.
    Local,
}

impl Default for Build {
    fn default() -> Build {
        Build {
            render: Render::Always,
            list: List::Always,
            publish_resources: true,
        }
    }
}

/// An entry of `resources:`.
#[derive(Clone, Debug)]
pub struct ResourceMeta {
    /// A glob over the names of the bundle's files.
    pub src: String,
    /// May hold `:counter`.
    pub name: Option<String>,
    pub title: Option<String>,
    pub params: tera::Value,
    pub span: Span,
}

impl Default for Front {
    fn default() -> Front {
        Front {
            title: None,
            link_title: None,
            description: None,
            summary: None,
            date: None,
            date_span: None,
            lastmod: None,
            publish_date: None,
            expiry_date: None,
            filename_slug: None,
            draft: false,
            weight: 0,
            featured: false,
            slug: None,
            url: None,
            aliases: Vec::new(),
            keywords: Vec::new(),
            authors: Vec::new(),
            images: Vec::new(),
            terms: Vec::new(),
            series: Vec::new(),
            layout: None,
            page_type: None,
            outputs: None,
            epub: None,
            cascade: Vec::new(),
            build: Build::default(),
            translation_key: None,
            markup: None,
            is_cjk: None,
            menus: Vec::new(),
            sitemap: None,
            resources: Vec::new(),
            canonical_url: None,
            placeholder: None,
            predictions: None,
            macros: Macros::default(),
            revisit: None,
            status: None,
            confidence: None,
            switches: Switches::default(),
            silenced: Vec::new(),
            params: tera::Value::from(tera::Map::new()),
            unknown: Vec::new(),
            idle: Vec::new(),
        }
    }
}

/// Reads the front matter of a file that was split. Errors leave a `Front`
/// that is as full as can be, so that one run reports everything.
pub fn parse(
    text: &str,
    split: &Split,
    file: FileId,
    options: &Options,
    place: Place<'_>,
) -> (Front, Vec<Diagnostic>) {
    let (map, mut diagnostics) = match read(text, split, file) {
        Ok(map) => (map, Vec::new()),
        Err(errors) => (Map::default(), errors),
    };
    let front = typed(&map, options, place, &mut diagnostics);
    (front, diagnostics)
}

/// The front matter as a tree. Empty where there is none.
pub fn read(text: &str, split: &Split, file: FileId) -> Result<Map, Vec<Diagnostic>> {
    let Some((format, range)) = &split.front else {
        return Ok(Map::default());
    };
    let node = tree::parse(&text[range.clone()], *format, file, range.start)?;
    match node.value {
        tree::Value::Map(map) => Ok(map),
        _ => Err(vec![Diagnostic::error(
            "front-matter",
            tree::head(&node),
            format!(
                "expected keys and values in the front matter, found {}",
                node.describe()
            ),
        )]),
    }
}

/// Types a tree that was [`read`], with what `place` hands down.
pub fn typed(
    map: &Map,
    options: &Options,
    place: Place<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Front {
    let joined;
    let map = match place.inherited {
        [] => map,
        inherited => {
            joined = inherit(map, inherited);
            &joined
        }
    };
    keys::read(map, options, place, diagnostics)
}

#[cfg(test)]
mod tests;
