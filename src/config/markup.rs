//! `markup:`: how Markdown is read and code is highlighted, in Hugo's keys.
//! Plain data; the parser has options of its own that are made from it.

use super::rows::{Intake, Row, get, gone, no_effect, row};
use crate::diag::Diagnostic;
use crate::tree::{Node, Value};

#[derive(Clone, Debug, PartialEq)]
pub struct Markup {
    pub goldmark: Goldmark,
    pub highlight: Highlight,
    pub table_of_contents: TableOfContents,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Goldmark {
    /// Raw HTML passes.
    pub raw_html: bool,
    /// Every line break is one.
    pub hard_wraps: bool,
    pub footnotes: bool,
    pub typographer: Typographer,
    pub definition_lists: bool,
    pub linkify: bool,
    pub strikethrough: bool,
    pub tables: bool,
    pub task_lists: bool,
    pub heading_ids: bool,
    pub heading_id_type: HeadingIds,
    /// `{#id .class}` on headings.
    pub heading_attributes: bool,
    /// The same on a line of its own under any block.
    pub block_attributes: bool,
    /// Delimiters of formulas; `None` where the configuration says nothing about them.
    pub math: Option<MathDelimiters>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Typographer {
    pub on: bool,
    /// What stands for each mark where the configuration changes it; HTML entities allowed.
    pub left_single_quote: Option<String>,
    pub right_single_quote: Option<String>,
    pub left_double_quote: Option<String>,
    pub right_double_quote: Option<String>,
    pub en_dash: Option<String>,
    pub em_dash: Option<String>,
    pub ellipsis: Option<String>,
    pub left_angle_quote: Option<String>,
    pub right_angle_quote: Option<String>,
    pub apostrophe: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeadingIds {
    /// As on GitHub: letters of every script.
    Github,
    /// The same with accents taken off and what is not ASCII dropped.
    GithubAscii,
    /// Runs of anything but letters and digits become one `-`.
    Blackfriday,
}

/// Pairs of delimiters that formulas stand between.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MathDelimiters {
    pub block: Vec<(String, String)>,
    pub inline: Vec<(String, String)>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Highlight {
    pub code_fences: bool,
    pub line_numbers: LineNumbers,
    pub anchor_line_numbers: bool,
    /// Put before the number in an anchor.
    pub line_anchors: String,
    /// Names as in Chroma; `None`: the style of the theme.
    pub style: Option<String>,
    pub style_dark: Option<String>,
    pub tab_width: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineNumbers {
    Off,
    /// Beside the code, in a table: copying leaves them out.
    Table,
    Inline,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableOfContents {
    pub start_level: u8,
    pub end_level: u8,
    pub ordered: bool,
}

impl Default for Markup {
    fn default() -> Markup {
        Markup {
            goldmark: Goldmark::default(),
            highlight: Highlight::default(),
            table_of_contents: TableOfContents {
                start_level: 2,
                end_level: 3,
                ordered: false,
            },
        }
    }
}

impl Default for Goldmark {
    fn default() -> Goldmark {
        Goldmark {
            raw_html: true,
            hard_wraps: false,
            footnotes: true,
            typographer: Typographer {
                on: true,
                left_single_quote: None,
                right_single_quote: None,
                left_double_quote: None,
                right_double_quote: None,
                en_dash: None,
                em_dash: None,
                ellipsis: None,
                left_angle_quote: None,
                right_angle_quote: None,
                apostrophe: None,
            },
            definition_lists: true,
            linkify: true,
            strikethrough: true,
            tables: true,
            task_lists: true,
            heading_ids: true,
            heading_id_type: HeadingIds::Github,
            heading_attributes: true,
            block_attributes: false,
            math: None,
        }
    }
}

impl Default for Highlight {
    fn default() -> Highlight {
        Highlight {
            code_fences: true,
            line_numbers: LineNumbers::Off,
            anchor_line_numbers: false,
            line_anchors: String::new(),
            style: None,
            style_dark: None,
            tab_width: 4,
        }
    }
}

pub const MARKUP: &[Row<Markup>] = &[
    row("goldmark", "", |m, n, i| {
        i.fields(&mut m.goldmark, n, GOLDMARK)
    }),
    row("highlight", "", highlight),
    row("tableOfContents", "", contents),
    row("defaultMarkdownHandler", "goldmark", |_, n, i| {
        if i.text(n)
            .is_some_and(|name| !name.eq_ignore_ascii_case("goldmark"))
        {
            i.warn(
                "no-effect",
                n,
                "`markup.defaultMarkdownHandler` has no effect: there is one reader of Markdown"
                    .to_owned(),
            )
            .help = Some("it reads CommonMark with the extensions of Goldmark".to_owned());
        }
    }),
    no_effect("asciidocExt"),
    no_effect("rst"),
    gone(
        "blackfriday",
        "Hugo dropped it too",
        "its extensions are on: remove the key",
    ),
];

/// Keys with their defaults, by the path that they stand under.
pub fn tables() -> Vec<(&'static str, Vec<(&'static str, &'static str)>)> {
    fn names<T>(rows: &[Row<T>]) -> Vec<(&'static str, &'static str)> {
        rows.iter().map(|row| (row.name, row.default)).collect()
    }
    vec![
        ("markup", names(MARKUP)),
        ("markup.goldmark.renderer", names(RENDERER)),
        ("markup.goldmark.parser", names(PARSER)),
        ("markup.goldmark.parser.attribute", names(ATTRIBUTE)),
        ("markup.goldmark.extensions", names(EXTENSIONS)),
        ("markup.highlight", names(HIGHLIGHT)),
        ("markup.tableOfContents", names(CONTENTS)),
    ]
}

const GOLDMARK: &[Row<Goldmark>] = &[
    row("renderer", "", |g, n, i| i.fields(g, n, RENDERER)),
    row("parser", "", |g, n, i| i.fields(g, n, PARSER)),
    row("extensions", "", |g, n, i| i.fields(g, n, EXTENSIONS)),
    no_effect("duplicateResourceFiles"),
    no_effect("renderHooks"),
];

const RENDERER: &[Row<Goldmark>] = &[
    row("unsafe", "true", |g, n, i| set(&mut g.raw_html, i.bool(n))),
    row("hardWraps", "false", |g, n, i| {
        set(&mut g.hard_wraps, i.bool(n))
    }),
    no_effect("xhtml"),
];

const PARSER: &[Row<Goldmark>] = &[
    row("autoHeadingID", "true", |g, n, i| {
        set(&mut g.heading_ids, i.bool(n))
    }),
    row("autoIDType", "github", heading_id_type),
    row("autoHeadingIDType", "", heading_id_type),
    row("attribute", "", |g, n, i| i.fields(g, n, ATTRIBUTE)),
    row("wrapStandAloneImageWithinParagraph", "true", |_, n, i| {
        if i.bool(n) == Some(false) {
            i.warn(
                "no-effect",
                n,
                "`wrapStandAloneImageWithinParagraph: false` has no effect: a picture stands in a paragraph"
                    .to_owned(),
            )
            .help = Some("the shortcode `figure` stands by itself".to_owned());
        }
    }),
    no_effect("autoDefinitionTermID"),
];

const ATTRIBUTE: &[Row<Goldmark>] = &[
    row("title", "true", |g, n, i| {
        set(&mut g.heading_attributes, i.bool(n))
    }),
    row("block", "false", |g, n, i| {
        set(&mut g.block_attributes, i.bool(n))
    }),
];

const EXTENSIONS: &[Row<Goldmark>] = &[
    row("footnote", "true", |g, n, i| switch(&mut g.footnotes, n, i)),
    row("typographer", "true", typographer),
    row("definitionList", "true", |g, n, i| {
        set(&mut g.definition_lists, i.bool(n))
    }),
    row("linkify", "true", |g, n, i| set(&mut g.linkify, i.bool(n))),
    row("strikethrough", "true", |g, n, i| {
        set(&mut g.strikethrough, i.bool(n))
    }),
    row("table", "true", |g, n, i| set(&mut g.tables, i.bool(n))),
    row("taskList", "true", |g, n, i| {
        set(&mut g.task_lists, i.bool(n))
    }),
    row("passthrough", "", passthrough),
    no_effect("linkifyProtocol"),
    no_effect("cjk"),
    no_effect("extras"),
];

const HIGHLIGHT: &[Row<Highlight>] = &[
    row("codeFences", "true", |h, n, i| {
        set(&mut h.code_fences, i.bool(n))
    }),
    row("guessSyntax", "false", |_, n, i| {
        if i.bool(n) == Some(true) {
            i.warn(
                "no-effect",
                n,
                "`markup.highlight.guessSyntax` has no effect: languages are not guessed"
                    .to_owned(),
            )
            .help = Some("name the language after the opening fence".to_owned());
        }
    }),
    row("lineNos", "false", line_numbers),
    // Says which, not whether: looked at after `lineNos`.
    row("lineNumbersInTable", "true", |_, n, i| {
        i.bool(n);
    }),
    gone(
        "lineNoStart",
        "numbers begin at 1 where a block does not say otherwise",
        "say `linenostart` at the fence of the block that differs",
    ),
    row("anchorLineNos", "false", |h, n, i| {
        set(&mut h.anchor_line_numbers, i.bool(n))
    }),
    row("lineAnchors", "", |h, n, i| {
        set(&mut h.line_anchors, i.text(n))
    }),
    gone(
        "hl_Lines",
        "one choice of lines does not fit every block",
        "say `hl_lines` at the fence of the block that is meant",
    ),
    row("style", "", |h, n, i| h.style = i.said(n)),
    row("styleDark", "", |h, n, i| h.style_dark = i.said(n)),
    row("tabWidth", "4", |h, n, i| set(&mut h.tab_width, i.count(n))),
    row("noClasses", "false", |_, n, i| {
        if i.bool(n) == Some(true) {
            i.warn("no-effect", n, "`markup.highlight.noClasses: true` has no effect: code is always coloured by classes".to_owned())
                .help = Some("the style sheet of the theme colours it, light and dark".to_owned());
        }
    }),
    no_effect("hl_inline"),
    no_effect("wrapperClass"),
];

const CONTENTS: &[Row<TableOfContents>] = &[
    row("startLevel", "2", |t, n, i| level(&mut t.start_level, n, i)),
    row("endLevel", "3", |t, n, i| level(&mut t.end_level, n, i)),
    row("ordered", "false", |t, n, i| set(&mut t.ordered, i.bool(n))),
];

fn set<T>(place: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *place = value;
    }
}

/// A bool, or newer Hugo's map with `enable` or `disable` in it.
fn switch(place: &mut bool, node: &Node, intake: &mut Intake) {
    let Value::Map(map) = &node.value else {
        return set(place, intake.bool(node));
    };
    if let Some(node) = get(map, "enable") {
        set(place, intake.bool(node));
    }
    if let Some(node) = get(map, "disable") {
        set(place, intake.bool(node).map(|off| !off));
    }
}

fn heading_id_type(goldmark: &mut Goldmark, node: &Node, intake: &mut Intake) {
    let choices = [
        ("github", HeadingIds::Github),
        ("github-ascii", HeadingIds::GithubAscii),
        ("blackfriday", HeadingIds::Blackfriday),
    ];
    set(&mut goldmark.heading_id_type, intake.choice(node, &choices));
}

const TYPOGRAPHER: &[Row<Typographer>] = &[
    row("disable", "false", |t, n, i| {
        set(&mut t.on, i.bool(n).map(|off| !off))
    }),
    row("leftSingleQuote", "", |t, n, i| {
        t.left_single_quote = i.text(n)
    }),
    row("rightSingleQuote", "", |t, n, i| {
        t.right_single_quote = i.text(n)
    }),
    row("leftDoubleQuote", "", |t, n, i| {
        t.left_double_quote = i.text(n)
    }),
    row("rightDoubleQuote", "", |t, n, i| {
        t.right_double_quote = i.text(n)
    }),
    row("enDash", "", |t, n, i| t.en_dash = i.text(n)),
    row("emDash", "", |t, n, i| t.em_dash = i.text(n)),
    row("ellipsis", "", |t, n, i| t.ellipsis = i.text(n)),
    row("leftAngleQuote", "", |t, n, i| {
        t.left_angle_quote = i.text(n)
    }),
    row("rightAngleQuote", "", |t, n, i| {
        t.right_angle_quote = i.text(n)
    }),
    row("apostrophe", "", |t, n, i| t.apostrophe = i.text(n)),
];

fn typographer(goldmark: &mut Goldmark, node: &Node, intake: &mut Intake) {
    match node.value {
        Value::Map(_) => intake.fields(&mut goldmark.typographer, node, TYPOGRAPHER),
        _ => set(&mut goldmark.typographer.on, intake.bool(node)),
    }
}

fn highlight(markup: &mut Markup, node: &Node, intake: &mut Intake) {
    let highlight = &mut markup.highlight;
    intake.fields(highlight, node, HIGHLIGHT);
    let said = |name| node.as_map().and_then(|map| get(map, name));
    let is_true = |node: Option<&Node>| node.and_then(Node::as_bool);
    if is_true(said("lineNos")) == Some(true) && is_true(said("lineNumbersInTable")) == Some(false)
    {
        highlight.line_numbers = LineNumbers::Inline;
    }
}

fn line_numbers(highlight: &mut Highlight, node: &Node, intake: &mut Intake) {
    let choices = [
        ("false", LineNumbers::Off),
        ("true", LineNumbers::Table),
        ("table", LineNumbers::Table),
        ("inline", LineNumbers::Inline),
    ];
    set(&mut highlight.line_numbers, intake.choice(node, &choices));
}

fn level(place: &mut u8, node: &Node, intake: &mut Intake) {
    match intake.int(node) {
        // -1 is Hugo's way to say the deepest.
        Some(-1) => *place = 6,
        Some(level @ 1..=6) => *place = level as u8,
        Some(_) => intake.wrong(node, "a level between 1 and 6"),
        None => {}
    }
}

fn contents(markup: &mut Markup, node: &Node, intake: &mut Intake) {
    let contents = &mut markup.table_of_contents;
    intake.fields(contents, node, CONTENTS);
    if contents.start_level > contents.end_level {
        let (start, end) = (contents.start_level, contents.end_level);
        let message = format!(
            "expected `startLevel` up to `endLevel` in `markup.tableOfContents`, found {start} and {end}"
        );
        let span = crate::tree::head(node);
        intake
            .diagnostics
            .push(Diagnostic::error("wrong-value", span, message));
    }
}

struct Passthrough {
    on: bool,
    delimiters: MathDelimiters,
}

const PASSTHROUGH: &[Row<Passthrough>] = &[
    row("enable", "false", |p, n, i| set(&mut p.on, i.bool(n))),
    row("delimiters", "", |p, n, i| {
        i.fields(&mut p.delimiters, n, DELIMITERS)
    }),
];

const DELIMITERS: &[Row<MathDelimiters>] = &[
    row("block", "", |d, n, i| d.block = pairs(n, i)),
    row("inline", "", |d, n, i| d.inline = pairs(n, i)),
];

fn passthrough(goldmark: &mut Goldmark, node: &Node, intake: &mut Intake) {
    let mut passthrough = Passthrough {
        on: false,
        delimiters: MathDelimiters::default(),
    };
    intake.fields(&mut passthrough, node, PASSTHROUGH);
    goldmark.math = passthrough.on.then_some(passthrough.delimiters);
}

const DOLLARS_AND_BRACKETS: [(&str, &str); 6] = [
    ("$", "$"),
    ("$$", "$$"),
    ("\\(", "\\)"),
    ("\\[", "\\]"),
    // Written for a reader that takes one backslash away.
    ("\\\\(", "\\\\)"),
    ("\\\\[", "\\\\]"),
];

fn pairs(node: &Node, intake: &mut Intake) -> Vec<(String, String)> {
    let Value::List(list) = &node.value else {
        intake.wrong(node, "a list of pairs");
        return Vec::new();
    };
    let mut pairs = Vec::new();
    for entry in list {
        match intake.texts(entry).as_deref() {
            Some([open, close])
                if !DOLLARS_AND_BRACKETS.contains(&(open.as_str(), close.as_str())) =>
            {
                let path = intake.path();
                let message =
                    format!("`{path}` names `{open}` and `{close}`, which delimit nothing here");
                intake.warn("no-effect", entry, message).help = Some(
                    "formulas stand between `$`, `$$`, `\\(` and `\\)`, `\\[` and `\\]`".to_owned(),
                );
            }
            Some([open, close]) => pairs.push((open.clone(), close.clone())),
            Some(_) => intake.wrong(entry, "a list of pairs"),
            None => {}
        }
    }
    pairs
}
