//! The renderer: the parser's events, one after the other, become HTML.
//!
//! This file holds its state and where each event goes; blocks, inlines, notes
//! and alerts stand in files of their own.

use super::alerts::Alert;
use super::attributes::Attributes;
use super::budget;
use super::mask::Masked;
use super::notes::Notes;
use super::typography::Quotes;
use super::{Options, Origin, Rendered, wiki};
use crate::diag::{Diagnostic, Span};
use crate::parse::highlight;
use crate::parse::{Heading, Hole, Ids, token};
use pulldown_cmark::{Alignment, Event, Parser, Tag, TagEnd};
use std::collections::HashSet;
use std::ops::Range;

pub(super) struct Renderer<'a> {
    pub(super) masked: &'a Masked<'a>,
    /// The text that is parsed: all ranges are of it.
    pub(super) source: &'a str,
    pub(super) origin: &'a Origin,
    pub(super) options: &'a Options,
    pub(super) ids: &'a mut Ids,
    pub(super) holes: &'a mut Vec<Hole>,
    pub(super) diagnostics: &'a mut Vec<Diagnostic>,
    pub(super) out: String,
    pub(super) done: Rendered,
    /// Blocks that are open; the first stands for the page.
    pub(super) open: Vec<Open>,
    pub(super) paragraph: Option<Paragraph>,
    pub(super) heading: Option<Draft>,
    pub(super) code: Option<Code>,
    pub(super) table: Table,
    /// Within the terms of a definition, one a line.
    pub(super) term: bool,
    /// A task's text is being written, within its `<label>`.
    pub(super) label: bool,
    pub(super) inline: Inline,
    pub(super) alt: Option<Alt>,
    pub(super) alert: Option<Alert>,
    pub(super) notes: Notes<'a>,
    /// Of link definitions, where a text may hold links by name.
    pub(super) labels: HashSet<String>,
    /// `<!--more-->` stood within a block: the summary ends where that does.
    pub(super) more_pending: bool,
    pub(super) failed: bool,
}

/// A block that is open.
#[derive(Default)]
pub(super) struct Open {
    /// Where in the output its attributes would go.
    pub(super) at: Option<Place>,
    /// The same of the last block within it that was closed.
    pub(super) last: Option<Place>,
    /// Its first paragraph has no `<p>`.
    pub(super) tight: bool,
}

/// Where a block's attributes are written.
#[derive(Clone, Copy)]
pub(super) enum Place {
    /// In the output, after the tag's name.
    Html(usize),
    /// In the options of this hole.
    Code(usize),
}

pub(super) struct Paragraph {
    /// Where `<p` begins in the output, and where its content does.
    pub(super) tag: usize,
    pub(super) content: usize,
}

/// A heading whose end was not seen yet.
pub(super) struct Draft {
    pub(super) start: usize,
    pub(super) range: Range<usize>,
    pub(super) attributes: Option<Attributes>,
    /// Where the attributes begin in the source.
    pub(super) cut: usize,
    pub(super) text: String,
    /// What its id is made of: bare links and notes are no part of it.
    pub(super) ident: String,
}

/// A block of code whose end was not seen yet.
pub(super) struct Code {
    pub(super) lang: String,
    pub(super) options: highlight::Options,
    pub(super) text: String,
    pub(super) indented: bool,
    pub(super) range: Range<usize>,
}

#[derive(Default)]
pub(super) struct Table {
    pub(super) alignments: Vec<Alignment>,
    pub(super) column: usize,
    /// Within a cell.
    pub(super) cell: bool,
    pub(super) head: bool,
    pub(super) body: bool,
    /// Where the tag's name ends in the output.
    pub(super) tag: usize,
}

/// An image whose text is being collected.
pub(super) struct Alt {
    pub(super) start: usize,
    /// Images within its text.
    pub(super) depth: usize,
    /// It is part of a bare link that was written already.
    pub(super) swallowed: bool,
    pub(super) src: String,
    pub(super) title: Option<String>,
    pub(super) range: Range<usize>,
}

/// Where we are within a line of prose.
#[derive(Default)]
pub(super) struct Inline {
    pub(super) quotes: Quotes,
    /// What was opened and how it is closed.
    pub(super) open: Vec<Closing>,
    /// Links that are open.
    pub(super) links: usize,
    /// Of these, autolinks, whose text is no part of a heading's id.
    pub(super) silent: usize,
    /// `[` without their `]`: no bare link within.
    pub(super) brackets: usize,
    /// Source before this was written already, by something that reached over events.
    pub(super) skip: usize,
    /// Where in the source the last piece of markup ended: a bare link may begin here.
    pub(super) fresh: usize,
    /// The source before this is not of this block.
    pub(super) start: Option<usize>,
    pub(super) after_text: bool,
}

pub(super) enum Closing {
    Tag(&'static str),
    Link {
        silent: bool,
    },
    /// The opening was swallowed by a bare link: this many delimiters are text.
    Text(usize),
}

pub(super) fn run(
    masked: &Masked<'_>,
    origin: &Origin,
    options: &Options,
    ids: &mut Ids,
    holes: &mut Vec<Hole>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Rendered {
    let source: &str = &masked.text;
    let mut renderer = Renderer {
        masked,
        source,
        origin,
        options,
        ids,
        holes,
        diagnostics,
        out: String::with_capacity(source.len() + source.len() / 4),
        done: Rendered::default(),
        open: vec![Open::default()],
        paragraph: None,
        heading: None,
        code: None,
        table: Table::default(),
        term: false,
        label: false,
        inline: Inline::default(),
        alt: None,
        alert: None,
        notes: Notes::default(),
        labels: HashSet::new(),
        more_pending: false,
        failed: false,
    };
    let mut events = Parser::new_ext(source, options.parser()).into_offset_iter();
    if options.wiki_links && memchr::memmem::find(source.as_bytes(), b"[[").is_some() {
        let definitions = events.reference_definitions().iter();
        renderer.labels = definitions.map(|(name, _)| wiki::label(name)).collect();
    }
    // Not an iterator that can be peeked into: it would move each event twice more.
    let mut next = events.next();
    while let Some((event, range)) = next {
        next = events.next();
        if renderer.notes.takes(&event) {
            renderer.notes.record(event, range);
            continue;
        }
        let breaks = matches!(next, Some((Event::SoftBreak | Event::HardBreak, _)));
        renderer.event(event, range, breaks);
        if renderer.failed {
            return Rendered::default();
        }
    }
    renderer.end_notes();
    if renderer.out.len() > budget::output(source.len()) {
        renderer.fail(budget::too_long(0..0));
    }
    if renderer.failed {
        return Rendered::default();
    }
    renderer.settle_more();
    renderer.done.html = renderer.out;
    renderer.done
}

impl<'a> Renderer<'a> {
    /// Writes one event. `breaks`: the line ends after it and the block goes on.
    pub(super) fn event(&mut self, event: Event<'a>, range: Range<usize>, breaks: bool) {
        if self.out.len() > budget::output(self.source.len()) {
            return self.fail(budget::too_long(range));
        }
        if self.label && ends_label(&event) {
            self.out.push_str("</label>");
            self.label = false;
        }
        let text = matches!(event, Event::Text(_));
        match event {
            Event::Start(tag) => self.start(tag, range),
            Event::End(tag) => self.end(tag, range),
            Event::Text(text) => match &mut self.code {
                Some(code) => code.text.push_str(&text),
                None => self.text(&text, range, breaks),
            },
            Event::Code(text) => self.code_span(&text, range),
            Event::Html(html) => self.html(&html),
            Event::InlineHtml(html) => self.inline_html(&html, range, breaks),
            Event::FootnoteReference(label) => self.note_mark(&label),
            Event::SoftBreak => self.line_break(self.options.hard_wraps),
            Event::HardBreak => self.line_break(true),
            Event::Rule => {
                self.begin("hr");
                self.close(">\n");
            }
            Event::TaskListMarker(done) => {
                let checked = if done { "checked=\"\" " } else { "" };
                // The text is the name of its box, for who cannot see that it stands beside it.
                self.label = true;
                self.out.push_str("<label><input ");
                self.out.push_str(checked);
                self.out.push_str("disabled=\"\" type=\"checkbox\"> ");
            }
            // Not asked for: formulas are masked before parsing.
            Event::InlineMath(text) | Event::DisplayMath(text) => self.push_text(&text),
        }
        self.inline.after_text = text;
    }

    pub(super) fn span(&self, range: Range<usize>) -> Span {
        self.origin.span(self.masked.unmasked(range))
    }

    pub(super) fn fail(&mut self, problem: budget::Problem) {
        // Ranges of a problem are of the masked text as all others.
        let problem = problem.unmasked(self.masked);
        self.diagnostics.push(problem.at(self.origin));
        self.failed = true;
    }

    /// Appends a hole and its token.
    pub(super) fn push_hole(&mut self, hole: Hole) {
        token::push(&mut self.out, self.holes.len());
        self.holes.push(hole);
    }

    pub(super) fn fresh_line(&mut self) {
        if !self.out.is_empty() && !self.out.ends_with('\n') {
            self.out.push('\n');
        }
    }

    /// Opens a block: `<name`, on a line of its own.
    pub(super) fn begin(&mut self, name: &str) {
        self.fresh_line();
        self.out.push('<');
        self.out.push_str(name);
        let at = self.out.len();
        self.open_block(Some(Place::Html(at)));
    }

    pub(super) fn open_block(&mut self, at: Option<Place>) {
        self.open.push(Open {
            at,
            ..Open::default()
        });
        self.inline.leaf();
    }

    /// Closes the block that was opened last.
    pub(super) fn close(&mut self, html: &str) {
        self.out.push_str(html);
        let closed = self.open.pop().unwrap_or_default();
        if let Some(parent) = self.open.last_mut() {
            parent.last = closed.at;
        }
        if self.more_pending && self.open.len() <= 1 {
            self.settle_more();
        }
    }

    pub(super) fn settle_more(&mut self) {
        if self.more_pending {
            self.more_pending = false;
            self.done.more = Some(self.out.len());
        }
    }

    /// `<!--more-->` stands here; the first one counts.
    pub(super) fn divide(&mut self) {
        if self.done.more.is_some() || self.more_pending {
            return;
        }
        self.more_pending = true;
        if self.open.len() <= 1 {
            self.settle_more();
        }
    }
}

impl Inline {
    /// A block of prose begins.
    pub(super) fn leaf(&mut self) {
        self.brackets = 0;
        self.start = None;
    }
}

pub(super) fn heading(draft: Draft, level: u8, id: String, html: String, span: Span) -> Heading {
    let text = token::without(&draft.text).trim().to_owned();
    Heading {
        level,
        id,
        html,
        text,
        span,
    }
}

/// Whether the text of a task is over: a label holds no blocks.
fn ends_label(event: &Event<'_>) -> bool {
    match event {
        Event::Start(tag) => !matches!(
            tag,
            Tag::Emphasis
                | Tag::Strong
                | Tag::Strikethrough
                | Tag::Superscript
                | Tag::Subscript
                | Tag::Link { .. }
                | Tag::Image { .. }
        ),
        Event::End(tag) => matches!(tag, TagEnd::Paragraph | TagEnd::Item),
        Event::Html(_) | Event::Rule => true,
        _ => false,
    }
}
