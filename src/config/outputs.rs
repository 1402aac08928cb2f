//! What is made of which kind of page: kinds, output formats, pagination
//! and sitemap, as the configuration says them.

use super::rows::{Intake, Row, joined, row, same_key};
use crate::tree::{Node, Value};

/// Kinds of pages, by Hugo's names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    Home,
    Section,
    Page,
    /// All terms of a taxonomy.
    Taxonomy,
    Term,
    Rss,
    Sitemap,
    RobotsTxt,
    NotFound,
    // Not Hugo's: what Longhand makes besides.
    Atom,
    JsonFeed,
    Archives,
    Search,
    Predictions,
    Manifest,
}

pub const KINDS: &[(&str, Kind)] = &[
    ("home", Kind::Home),
    ("section", Kind::Section),
    ("page", Kind::Page),
    ("taxonomy", Kind::Taxonomy),
    ("term", Kind::Term),
    ("rss", Kind::Rss),
    ("sitemap", Kind::Sitemap),
    ("robotstxt", Kind::RobotsTxt),
    ("404", Kind::NotFound),
    ("atom", Kind::Atom),
    ("jsonfeed", Kind::JsonFeed),
    ("archives", Kind::Archives),
    ("search", Kind::Search),
    ("predictions", Kind::Predictions),
    ("manifest", Kind::Manifest),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OutputFormat {
    Html,
    Rss,
    Atom,
    /// JSON Feed.
    JsonFeed,
    /// PaperMod's search file, `index.json`.
    Json,
    /// The page as Markdown, beside it.
    Markdown,
    /// `llms.txt`: what there is to read, for programs that read.
    Llms,
    /// `llms-full.txt`: all of it.
    LlmsFull,
    /// The page, or all that a list holds, as a book.
    Epub,
}

impl OutputFormat {
    /// Only a list is made in it.
    pub fn is_of_lists(self) -> bool {
        !matches!(
            self,
            OutputFormat::Html | OutputFormat::Markdown | OutputFormat::Epub
        )
    }
}

const FORMATS: &[(&str, OutputFormat)] = &[
    ("html", OutputFormat::Html),
    ("rss", OutputFormat::Rss),
    ("atom", OutputFormat::Atom),
    ("jsonfeed", OutputFormat::JsonFeed),
    ("json", OutputFormat::Json),
    ("markdown", OutputFormat::Markdown),
    ("llms", OutputFormat::Llms),
    ("llmsFull", OutputFormat::LlmsFull),
    ("epub", OutputFormat::Epub),
];

/// Formats asked for by kind; `None` where nothing is said. Feeds exist
/// whether a list names them or not, but an empty list turns a kind off.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outputs {
    pub home: Option<Vec<OutputFormat>>,
    pub section: Option<Vec<OutputFormat>>,
    pub page: Option<Vec<OutputFormat>>,
    pub taxonomy: Option<Vec<OutputFormat>>,
    pub term: Option<Vec<OutputFormat>>,
}

pub const OUTPUTS: &[Row<Outputs>] = &[
    row("home", "[html, rss, atom, jsonfeed]", |o, n, i| {
        o.home = formats(n, i)
    }),
    row("section", "[html, rss, atom, jsonfeed]", |o, n, i| {
        o.section = of_lists(n, i)
    }),
    row("page", "[html]", |o, n, i| {
        o.page = formats(n, i);
        if o.page
            .as_deref()
            .is_some_and(|formats| formats.is_empty() || formats.iter().any(|f| f.is_of_lists()))
        {
            let message =
                "`outputs.page` has no effect: a page is made as HTML, and as Markdown or EPUB if you like"
                    .to_owned();
            i.warn("no-effect", n, message).help =
                Some("the other formats are those of lists".to_owned());
        }
    }),
    row("taxonomy", "[html, rss, atom, jsonfeed]", |o, n, i| {
        o.taxonomy = of_lists(n, i);
        if (o.taxonomy.iter().flatten()).any(|format| *format == OutputFormat::Epub) {
            let message =
                "`epub` has no effect in `outputs.taxonomy`: a list of terms has no texts";
            i.warn("no-effect", n, message.to_owned()).help =
                Some("write it into `outputs.term`".to_owned());
        }
    }),
    row("term", "[html, rss, atom, jsonfeed]", |o, n, i| {
        o.term = of_lists(n, i)
    }),
];

/// Of lists other than the home page, which has no file that is about the whole site.
fn of_lists(node: &Node, intake: &mut Intake) -> Option<Vec<OutputFormat>> {
    let found = formats(node, intake);
    let whole =
        |format: &&OutputFormat| matches!(format, OutputFormat::Llms | OutputFormat::LlmsFull);
    if let Some(format) = found.iter().flatten().find(whole) {
        let name = FORMATS.iter().find(|(_, known)| known == format);
        let (path, name) = (intake.path(), name.map_or("", |(name, _)| name));
        let message = format!("`{name}` has no effect in `{path}`: it is of the site as a whole");
        intake.warn("no-effect", node, message).help =
            Some("write it into `outputs.home`".to_owned());
    }
    found
}

/// All of them: `a`, `b` and `c`.
fn known_formats() -> String {
    let names: Vec<String> = FORMATS
        .iter()
        .map(|(name, _)| format!("`{name}`"))
        .collect();
    joined(&names, "and")
}

/// A list of formats. Those that are not made here are named and left out.
pub fn formats(node: &Node, intake: &mut Intake) -> Option<Vec<OutputFormat>> {
    let names = intake.spanned(node)?;
    let mut formats = Vec::new();
    for (name, span) in names {
        match FORMATS.iter().find(|(known, _)| same_key(known, &name)) {
            Some((_, format)) if !formats.contains(format) => formats.push(*format),
            Some(_) => {}
            None => {
                let path = intake.path();
                intake.diagnostics.push(
                    crate::diag::Diagnostic::warning(
                        "unknown-output",
                        span,
                        format!("`{path}` asks for the output format `{name}`, which is not made"),
                    )
                    .help(format!("the formats are {}", known_formats())),
                );
            }
        }
    }
    Some(formats)
}

/// `disableKinds`.
pub fn kinds(node: &Node, intake: &mut Intake) -> Vec<Kind> {
    let list = match &node.value {
        Value::List(list) => list.as_slice(),
        _ => std::slice::from_ref(node),
    };
    list.iter()
        .filter_map(|entry| match entry.as_text() {
            // Hugo's name before 0.73.
            Some(text) if same_key(text, "taxonomyTerm") => Some(Kind::Taxonomy),
            _ => intake.choice(entry, KINDS),
        })
        .collect()
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pagination {
    pub pager_size: usize,
    /// The folder of the second page and those after: `page`.
    pub path: String,
    /// No redirect from `/page/1/`.
    pub disable_aliases: bool,
}

impl Default for Pagination {
    fn default() -> Pagination {
        Pagination {
            pager_size: 10,
            path: "page".to_owned(),
            disable_aliases: false,
        }
    }
}

pub const PAGINATION: &[Row<Pagination>] = &[
    row("pagerSize", "10", pager_size),
    row("path", "page", pager_path),
    row("disableAliases", "false", |p, n, i| {
        p.disable_aliases = i.bool(n).unwrap_or(p.disable_aliases)
    }),
];

pub fn pager_size(pagination: &mut Pagination, node: &Node, intake: &mut Intake) {
    match intake.count(node) {
        Some(0) => intake.wrong(node, "a whole number from 1 on"),
        Some(size) => pagination.pager_size = size,
        None => {}
    }
}

pub fn pager_path(pagination: &mut Pagination, node: &Node, intake: &mut Intake) {
    let Some(text) = intake.said(node) else {
        return;
    };
    let path = text.trim_matches('/');
    if path.is_empty()
        || path.contains(['\\', '\0', '?', '#'])
        || path
            .split('/')
            .any(|s| s.is_empty() || s == "." || s == "..")
    {
        return intake.wrong(node, "the name of a folder");
    }
    pagination.path = path.to_owned();
}

#[derive(Clone, Debug, PartialEq)]
pub struct Sitemap {
    pub change_freq: Option<ChangeFreq>,
    /// 0 to 1; `None` leaves it out.
    pub priority: Option<f64>,
    pub filename: String,
    /// Leaves the page out of the sitemap.
    pub disable: bool,
}

impl Default for Sitemap {
    fn default() -> Sitemap {
        Sitemap {
            change_freq: None,
            priority: None,
            filename: "sitemap.xml".to_owned(),
            disable: false,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeFreq {
    Always,
    Hourly,
    Daily,
    Weekly,
    Monthly,
    Yearly,
    Never,
}

const FREQUENCIES: &[(&str, ChangeFreq)] = &[
    ("always", ChangeFreq::Always),
    ("hourly", ChangeFreq::Hourly),
    ("daily", ChangeFreq::Daily),
    ("weekly", ChangeFreq::Weekly),
    ("monthly", ChangeFreq::Monthly),
    ("yearly", ChangeFreq::Yearly),
    ("never", ChangeFreq::Never),
];

impl ChangeFreq {
    pub fn as_str(self) -> &'static str {
        FREQUENCIES
            .iter()
            .find(|(_, value)| *value == self)
            .map_or("", |(name, _)| name)
    }
}

/// The same keys in the configuration and in front matter.
pub const SITEMAP: &[Row<Sitemap>] = &[
    row("changeFreq", "", |s, n, i| {
        // Hugo's default configuration says it empty.
        if i.text(n).is_some_and(|text| !text.is_empty()) {
            s.change_freq = i.choice(n, FREQUENCIES);
        }
    }),
    row("priority", "", priority),
    row("filename", "sitemap.xml", |s, n, i| {
        let Some(name) = i.said(n) else { return };
        if name.contains(['/', '\\', '\0']) || name.starts_with('.') {
            i.wrong(n, "the name of a file");
        } else {
            s.filename = name;
        }
    }),
    row("disable", "false", |s, n, i| {
        s.disable = i.bool(n).unwrap_or(false)
    }),
];

fn priority(sitemap: &mut Sitemap, node: &Node, intake: &mut Intake) {
    let Some(value) = intake.number(node) else {
        return;
    };
    if value == -1.0 {
        // Hugo's way to say none.
        sitemap.priority = None;
    } else if (0.0..=1.0).contains(&value) {
        sitemap.priority = Some(value);
    } else {
        intake.wrong(node, "a number between 0 and 1");
    }
}
