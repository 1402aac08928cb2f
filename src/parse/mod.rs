//! One file's text becomes a [`Doc`]: front matter read, Markdown rendered,
//! shortcode calls found. Sees that one text and its [`Options`], never the
//! site, templates, the disk or the clock; so it runs in parallel and a result
//! is good for as long as text and options are the same.

pub mod fill;
pub mod front_matter;
pub mod highlight;
pub mod html;
pub mod markdown;
pub mod mentions;
pub mod predictions;
pub mod shortcode;
pub mod telling;

use crate::diag::{Diagnostic, FileId, Span};
use crate::formula;
use crate::hash::{Hash, Hasher};
use mentions::Mention;
use predictions::Prediction;
use serde::{Deserialize, Serialize};
use shortcode::Call;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What parsing may know of the configuration; part of the cache key of a [`Doc`].
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    pub front: front_matter::Options,
    pub markdown: markdown::Options,
    /// `hasCJKLanguage`, when it was said.
    pub has_cjk: Option<bool>,
    /// Words that the automatic summary reaches (`summaryLength`).
    pub summary_length: usize,
    /// Related pages are shown.
    pub related: bool,
    /// The body is HTML.
    pub html: bool,
}

impl Default for Options {
    /// As for a site that configures nothing.
    fn default() -> Options {
        Options {
            front: front_matter::Options {
                time_zone: jiff::tz::TimeZone::UTC,
                taxonomies: vec!["tags".to_owned(), "categories".to_owned()],
                dates: crate::config::DateSources::defaults(),
            },
            markdown: markdown::Options::default(),
            has_cjk: None,
            summary_length: 70,
            related: false,
            html: false,
        }
    }
}

/// HTML with holes: what comes from a template, another page or the
/// highlighter is not baked in but filled when the page is rendered.
///
/// A hole is marked in `html` by a token (see [`token`]); `holes[n]` says what
/// belongs there. Tokens may also stand within a hole's own strings (a link's
/// destination, a block of code).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Body {
    pub html: String,
    pub holes: Vec<Hole>,
}

impl Body {
    /// A hash of all that a link's fragment may name: ids of headings, and every
    /// attribute in HTML that looks like an id or a name.
    pub fn anchors(&self, headings: &[Heading]) -> Hash {
        let mut hasher = Hasher::new();
        for heading in headings {
            // A link by name finds a heading by its text.
            hasher.str(&heading.id).str(&heading.text);
        }
        let mut take = |html: &str| {
            for name in ["id=", "name="] {
                for at in memchr::memmem::find_iter(html.as_bytes(), name) {
                    let value = &html.as_bytes()[at + name.len()..];
                    let end = value.iter().position(|byte| matches!(byte, b'>' | b' '));
                    hasher.bytes(&value[..end.unwrap_or(value.len())]);
                }
            }
        };
        take(&self.html);
        let mut labels = Vec::new();
        for hole in &self.holes {
            match hole {
                Hole::Html(html) => take(html),
                Hole::Formula(formula) => labels.extend(formula::labels(&formula.tex)),
                _ => {}
            }
        }
        for label in labels {
            hasher.str(label);
        }
        hasher.finish()
    }
}

/// Tokens are U+FDD0, the index in decimal, U+FDD1: noncharacters, which the
/// Unicode Standard keeps for such internal use. They count as letters for
/// CommonMark's flanking rules, as a word would. [`front_matter::split`] refuses
/// sources that hold them.
pub mod token {
    use memchr::memmem::Finder;
    use std::sync::LazyLock;

    pub const OPEN: char = '\u{FDD0}';
    pub const CLOSE: char = '\u{FDD1}';
    pub const OPEN_BYTES: &[u8] = "\u{FDD0}".as_bytes();

    static FIND_OPEN: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(OPEN_BYTES));

    pub fn push(out: &mut String, index: usize) {
        use std::fmt::Write;
        // Writing to a String cannot fail.
        let _ = write!(out, "{OPEN}{index}{CLOSE}");
    }

    /// A text without its tokens.
    pub fn without(text: &str) -> std::borrow::Cow<'_, str> {
        if find(text).is_none() {
            return text.into();
        }
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((start, end, _)) = find(rest) {
            out.push_str(&rest[..start]);
            rest = &rest[end..];
        }
        out.push_str(rest);
        out.into()
    }

    /// The first token in `text`: (start, end, index), bytes.
    pub fn find(text: &str) -> Option<(usize, usize, usize)> {
        let mut from = 0;
        while let Some(at) = FIND_OPEN.find(&text.as_bytes()[from..]) {
            let start = from + at;
            let digits = start + OPEN.len_utf8();
            if let Some(close) = text[digits..].find(CLOSE)
                && let Ok(index) = text[digits..digits + close].parse()
            {
                return Some((start, digits + close + CLOSE.len_utf8(), index));
            }
            from = digits;
        }
        None
    }
}

#[derive(Clone, Debug, PartialEq)]
pub enum Hole {
    /// A fence or an indented block, to be highlighted. Boxed as images are: most
    /// holes are links, which are much smaller.
    Code(Box<CodeBlock>),
    /// An inline link or autolink: stands for the *value* of `href`, which the
    /// filler resolves and escapes. Reference definitions are resolved already.
    Link(Link),
    /// Stands for a whole `<img …>` element.
    Image(Box<Image>),
    /// A formula, to be set as MathML. Boxed as code is.
    Formula(Box<Formula>),
    /// Stands for the output of this shortcode call: an index into [`Doc::calls`].
    Call(usize),
    /// A link by name: stands for the attribute of `<a>` that makes it one, with the space before.
    Wiki(Link),
    /// Stands for a part of another page.
    Embed(Box<Embed>),
    /// Finished HTML in the middle of code: what a shortcode call gave there.
    /// It may hold tokens.
    Html(String),
}

#[derive(Clone, Debug, PartialEq)]
pub struct CodeBlock {
    /// The first word of the info string, as written; empty for none.
    pub lang: String,
    pub code: String,
    pub options: highlight::Options,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Formula {
    /// Without its delimiters, an escape for Markdown undone.
    pub tex: String,
    pub fence: markdown::Fence,
    /// It stands between blocks rather than in a line.
    pub block: bool,
    /// Of the whole, delimiters included.
    pub span: Span,
    /// Where `tex` begins in the file, where it stands there letter by letter.
    pub at: Option<u32>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Link {
    /// As written, backslashes and entities undone, not percent-encoded.
    pub dest: String,
    pub span: Span,
}

/// `![[Page#Heading]]`: the page, or a part of it, set here.
#[derive(Clone, Debug, PartialEq)]
pub struct Embed {
    /// As written.
    pub dest: String,
    /// It stands among words, where no block can.
    pub inline: bool,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Image {
    pub src: String,
    pub alt: String,
    pub title: Option<String>,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Heading {
    pub level: u8,
    pub id: String,
    /// Inline HTML for the table of contents: no links, no anchors; may hold tokens of calls.
    pub html: String,
    /// Plain text.
    pub text: String,
    pub span: Span,
}

/// What is counted and quoted of an article once everything in it is expanded.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Digest {
    /// By the rules of Hugo, CJK runes one by one where the page is CJK.
    pub words: usize,
    pub cjk: bool,
    /// Plain text of what stands before `<!--more-->`, or of the first paragraphs.
    pub summary_text: String,
}

/// What one file's text says: a pure function of it and of [`Options`].
#[derive(Debug)]
pub struct Doc {
    pub front: front_matter::Front,
    pub meta: Meta,
    /// The large part. Absent where `meta` was known from an earlier build, and
    /// where it was let go: then whoever needs it parses the file again.
    pub text: Slot,
    /// By its ending; its front matter may say otherwise.
    pub is_html: bool,
    /// The commit that has last changed what it says, where git is asked.
    pub committed: Option<Arc<crate::source::git::Change>>,
    /// What the front matter had to say, then the text.
    pub diagnostics: Vec<Diagnostic>,
    /// Of everything that `front` was made from.
    pub front_key: Hash,
    /// Of everything that it was made from.
    pub key: Hash,
}

/// Holds on to a text for as long as it is of use: those of 10,000 posts are a
/// hundred megabytes.
#[derive(Debug, Default)]
pub struct Slot(Mutex<Option<Arc<Text>>>);

impl Slot {
    pub fn new(text: Option<Text>) -> Slot {
        Slot(Mutex::new(text.map(Arc::new)))
    }

    fn lock(&self) -> MutexGuard<'_, Option<Arc<Text>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn get(&self) -> Option<Arc<Text>> {
        self.lock().clone()
    }

    pub fn put(&self, text: Arc<Text>) {
        *self.lock() = Some(text);
    }

    pub fn let_go(&self) {
        *self.lock() = None;
    }
}

/// The small part of an article, which every build needs of every page.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Meta {
    /// The first heading, where the front matter has no title.
    pub title: Option<String>,
    pub headings: Vec<Heading>,
    pub cjk: bool,
    pub has_code: bool,
    pub has_math: bool,
    /// There are shortcodes to expand.
    pub has_calls: bool,
    /// `None` while there are calls to expand.
    pub digest: Option<Digest>,
    /// Of the ids that links from elsewhere may lead to.
    pub anchors: Hash,
    /// None while there are calls to expand.
    pub mentions: Vec<Mention>,
    /// See [`telling`]; none where related pages are not shown.
    pub words: Vec<u32>,
    pub predictions: Vec<Prediction>,
    /// Some of its shortcodes are predictions, whether or not they were run yet.
    pub predicts: bool,
}

/// The large part: what is shown.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Text {
    pub body: Body,
    pub calls: Vec<Call>,
    /// Ids taken by the body, so that those of shortcode content go on counting.
    pub ids: Ids,
    /// Where `<!--more-->` stands in `body.html`.
    pub more: Option<usize>,
}

/// Hands out ids that are unique over a page: `intro`, `intro-1`, `intro-2`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ids {
    taken: BTreeMap<String, usize>,
}

impl Ids {
    pub fn unique(&mut self, wanted: &str) -> String {
        let wanted = if wanted.is_empty() { "heading" } else { wanted };
        let Some(mut n) = self.taken.get(wanted).copied() else {
            self.taken.insert(wanted.to_owned(), 0);
            return wanted.to_owned();
        };
        loop {
            n += 1;
            let id = format!("{wanted}-{n}");
            if !self.taken.contains_key(&id) {
                self.taken.insert(wanted.to_owned(), n);
                self.taken.insert(id.clone(), 0);
                return id;
            }
        }
    }
}

/// How the text of one file is read: what of the options, of its front matter
/// and of its name has a say in it.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    pub markdown: markdown::Options,
    pub html: bool,
    /// Its first heading is no title.
    pub has_title: bool,
    pub cjk: Option<bool>,
    pub summary_length: usize,
    pub related: bool,
}

impl Reading {
    pub fn new(options: &Options, front: &front_matter::Front) -> Reading {
        Reading {
            markdown: page_options(options, front),
            html: is_html(options, front),
            has_title: front.title.is_some(),
            cjk: front.is_cjk.or(options.has_cjk),
            summary_length: options.summary_length,
            related: shows_related(options, front),
        }
    }

    /// Whatever tells two readings of one text apart, but for the options
    /// themselves, which `of_options` stands for.
    pub fn key(options: &Options, of_options: Hash, front: &front_matter::Front) -> Hash {
        let math = front.switches.math.unwrap_or(options.markdown.math);
        let anchors = front
            .switches
            .disable_anchored_headings
            .map_or(options.markdown.anchors, |off| !off);
        let cjk = match front.is_cjk {
            None => 0,
            Some(false) => 1,
            Some(true) => 2,
        };
        let mut hasher = Hasher::new();
        if let Some(on) = front.switches.wiki_links {
            hasher.flag(on);
        }
        if let Some(plain) = &front.predictions {
            hasher.debug(plain);
        }
        hasher
            .hash(of_options)
            .flag(math)
            .flag(shows_related(options, front))
            .flag(anchors)
            .flag(is_html(options, front))
            .flag(front.title.is_some())
            .number(cjk)
            .finish()
    }
}

pub fn shows_related(options: &Options, front: &front_matter::Front) -> bool {
    front.switches.related.unwrap_or(options.related)
}

fn is_html(options: &Options, front: &front_matter::Front) -> bool {
    front.markup.as_ref().map_or(options.html, |markup| {
        matches!(&*markup.text, "html" | "htm")
    })
}

/// Parses the text of a file, from `start` on: what is before is front matter.
pub fn article(
    text: &str,
    start: usize,
    file: FileId,
    reading: &Reading,
    diagnostics: &mut Vec<Diagnostic>,
) -> (Meta, Text) {
    let source = &text[start..];
    let mut extracted = shortcode::extract(source, file, start);
    diagnostics.append(&mut extracted.diagnostics);
    let mut holes: Vec<Hole> = (0..extracted.calls.len()).map(Hole::Call).collect();
    let mut ids = Ids::default();
    let rendered = if reading.html {
        markdown::Rendered {
            html: extracted.text.into_owned(),
            ..markdown::Rendered::default()
        }
    } else {
        markdown::render(
            &extracted.text,
            &extracted.origin,
            &reading.markdown,
            &mut ids,
            &mut holes,
            diagnostics,
        )
    };
    let markdown::Rendered {
        html,
        mut headings,
        mut more,
        has_code,
        has_math,
        has_embeds: _,
        predictions,
    } = rendered;
    if let Some(plain) = &reading.markdown.predictions {
        diagnostics.extend(plain.complaint(predictions.len()));
    }
    let mut body = Body { html, holes };
    let title = if reading.has_title {
        None
    } else {
        take_title(&mut body.html, &mut headings, &mut more)
    };
    let cjk = reading.cjk.unwrap_or_else(|| html::is_cjk(source));
    let digest = extracted
        .calls
        .is_empty()
        .then(|| digest(&body, more, cjk, reading.summary_length));
    let meta = Meta {
        title,
        anchors: body.anchors(&headings),
        headings,
        cjk,
        has_code,
        has_math,
        has_calls: !extracted.calls.is_empty(),
        digest,
        mentions: match extracted.calls.is_empty() {
            true => mentions::mentions(&body),
            false => Vec::new(),
        },
        words: match extracted.calls.is_empty() && reading.related {
            true => telling::telling(&body),
            false => Vec::new(),
        },
        predicts: !predictions.is_empty()
            || extracted
                .calls
                .iter()
                .any(|call| call.name == predictions::SHORTCODE),
        predictions,
    };
    // Written into a buffer with room to spare, and held until its page is rendered.
    body.html = body.html.as_str().to_owned();
    body.holes.shrink_to_fit();
    let text = Text {
        body,
        calls: extracted.calls,
        ids,
        more,
    };
    (meta, text)
}

/// Counts and quotes a body that has no calls left.
pub fn digest(body: &Body, more: Option<usize>, cjk: bool, summary_length: usize) -> Digest {
    let (filled, more) = fill::plain(body, more);
    html::digest(&filled, more, summary_length, cjk)
}

/// A body that has no calls left as plain text, whitespace collapsed. Few pages
/// are asked for theirs, so it is kept nowhere.
pub fn plain_text(body: &Body) -> String {
    html::plainify(&fill::plain(body, None).0)
}

/// The dialect for one page: its switches, else the site's.
pub fn page_options(options: &Options, front: &front_matter::Front) -> markdown::Options {
    let mut markdown = options.markdown.clone();
    markdown.math = front.switches.math.unwrap_or(markdown.math);
    if let Some(off) = front.switches.disable_anchored_headings {
        markdown.anchors = !off;
    }
    markdown.wiki_links = front.switches.wiki_links.unwrap_or(markdown.wiki_links);
    markdown.predictions.clone_from(&front.predictions);
    markdown
}

/// A text that begins with a heading of the first level and has no `title`
/// means that heading: it becomes the title, and is not shown twice.
fn take_title(
    html: &mut String,
    headings: &mut Vec<Heading>,
    more: &mut Option<usize>,
) -> Option<String> {
    let first = headings.first().filter(|heading| heading.level == 1)?;
    if !html.trim_start().starts_with("<h1") {
        return None;
    }
    let end = html.find("</h1>")? + "</h1>".len();
    let end = end + (html[end..].len() - html[end..].trim_start().len());
    let title = first.text.clone();
    headings.remove(0);
    html.replace_range(..end, "");
    *more = more.map(|at| at.saturating_sub(end));
    Some(title)
}

/// A short text of the configuration or of front matter as HTML: Markdown, one
/// paragraph without its `<p>`, raw HTML allowed.
pub fn inline(text: &str) -> String {
    short(text, markdown::render_inline)
}

/// A longer text of the configuration as HTML.
pub fn block(text: &str) -> String {
    short(text, markdown::render)
}

type Render = fn(
    &str,
    &markdown::Origin,
    &markdown::Options,
    &mut Ids,
    &mut Vec<Hole>,
    &mut Vec<Diagnostic>,
) -> markdown::Rendered;

fn short(text: &str, render: Render) -> String {
    let mut holes = Vec::new();
    let origin = markdown::Origin::new(FileId(0), 0);
    // What there is to say about such a text has no place to be said at; a link
    // of a kind that is not allowed is `#` here as everywhere.
    let rendered = render(
        text,
        &origin,
        &markdown::Options::default(),
        &mut Ids::default(),
        &mut holes,
        &mut Vec::new(),
    );
    fill::plain(
        &Body {
            html: rendered.html,
            holes,
        },
        None,
    )
    .0
}
