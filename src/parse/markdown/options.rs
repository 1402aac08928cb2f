//! What the dialect of Markdown is: Hugo's defaults, and each switch of
//! `markup.goldmark` that we honour.

use crate::parse::predictions::{Plain, Words};
use crate::text::IdType;
use std::collections::BTreeMap;

/// See Hugo's documentation of `markup.goldmark` for what the names mean.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    pub tables: bool,
    pub strikethrough: bool,
    pub task_lists: bool,
    pub footnotes: bool,
    pub definition_lists: bool,
    /// Quotes, dashes and dots set as a printer would.
    pub typographer: bool,
    pub punctuation: Punctuation,
    /// Bare `https://…`, `www.…` and addresses become links.
    pub linkify: bool,
    /// What stands before `www.` in such a link.
    pub linkify_protocol: String,
    /// `:name:` becomes a character (`enableEmoji`).
    pub emoji: bool,
    /// Raw HTML passes (`renderer.unsafe`).
    pub unsafe_html: bool,
    /// A line's end is a `<br>`.
    pub hard_wraps: bool,
    pub superscript: bool,
    pub subscript: bool,
    /// `[[Page#Heading|text]]` and `![[Page]]`.
    pub wiki_links: bool,
    /// `> [!NOTE]`.
    pub alerts: bool,
    /// Titles of alerts by kind in lower case (`note`), in the page's language.
    pub alert_titles: BTreeMap<String, String>,
    /// Headings get an id made of their text (`parser.autoHeadingID`).
    pub heading_ids: bool,
    pub id_type: IdType,
    /// `{#id .class key="v"}` after a heading (`parser.attribute.title`).
    pub heading_attributes: bool,
    /// The same on a line of its own after a block (`parser.attribute.block`).
    pub block_attributes: bool,
    /// Headings hold a link to themselves.
    pub anchors: bool,
    /// `$…$`, `$$…$$`, `\(…\)` and `\[…\]` are formulas. Without it, only
    /// `` $`…`$ `` and fences of `math` are.
    pub math: bool,
    /// `$…$` is one of them.
    pub lone_dollars: bool,
    /// Items of lists that end on a confidence are predictions.
    pub predictions: Option<Plain>,
    pub verdicts: Words,
    /// URLs of unknown schemes pass: for the tests of CommonMark only.
    pub any_scheme: bool,
}

/// What the typographer writes (`extensions.typographer`).
#[derive(Clone, Debug, PartialEq)]
pub struct Punctuation {
    pub left_single: String,
    pub right_single: String,
    pub left_double: String,
    pub right_double: String,
    pub left_angle: String,
    pub right_angle: String,
    pub apostrophe: String,
    pub en_dash: String,
    pub em_dash: String,
    pub ellipsis: String,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            tables: true,
            strikethrough: true,
            task_lists: true,
            footnotes: true,
            definition_lists: true,
            typographer: true,
            punctuation: Punctuation::default(),
            linkify: true,
            linkify_protocol: "https".into(),
            emoji: false,
            unsafe_html: true,
            hard_wraps: false,
            superscript: false,
            subscript: false,
            wiki_links: true,
            alerts: true,
            alert_titles: BTreeMap::new(),
            heading_ids: true,
            id_type: IdType::Github,
            heading_attributes: true,
            block_attributes: false,
            anchors: false,
            math: false,
            lone_dollars: true,
            predictions: None,
            verdicts: Words::default(),
            any_scheme: false,
        }
    }
}

impl Options {
    /// CommonMark and nothing else.
    pub fn commonmark() -> Options {
        Options {
            tables: false,
            strikethrough: false,
            task_lists: false,
            footnotes: false,
            definition_lists: false,
            typographer: false,
            linkify: false,
            wiki_links: false,
            alerts: false,
            heading_ids: false,
            heading_attributes: false,
            any_scheme: true,
            ..Options::default()
        }
    }

    pub(super) fn parser(&self) -> pulldown_cmark::Options {
        use pulldown_cmark::Options as P;
        let mut options = P::empty();
        options.set(P::ENABLE_TABLES, self.tables);
        options.set(P::ENABLE_STRIKETHROUGH, self.strikethrough);
        options.set(P::ENABLE_TASKLISTS, self.task_lists);
        options.set(P::ENABLE_FOOTNOTES, self.footnotes);
        options.set(P::ENABLE_DEFINITION_LIST, self.definition_lists);
        options.set(P::ENABLE_SUPERSCRIPT, self.superscript);
        options.set(P::ENABLE_SUBSCRIPT, self.subscript);
        options
    }
}

impl Default for Punctuation {
    fn default() -> Punctuation {
        Punctuation {
            left_single: "\u{2018}".into(),
            right_single: "\u{2019}".into(),
            left_double: "\u{201C}".into(),
            right_double: "\u{201D}".into(),
            left_angle: "\u{AB}".into(),
            right_angle: "\u{BB}".into(),
            apostrophe: "\u{2019}".into(),
            en_dash: "\u{2013}".into(),
            em_dash: "\u{2014}".into(),
            ellipsis: "\u{2026}".into(),
        }
    }
}
