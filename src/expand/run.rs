//! The calls of one page, run one by one in the order of their output.

use super::Env;
use super::marks::{self, Mark, Piece};
use super::scan::{Scan, alone, is_block, sole_paragraph, without_tags};
use crate::diag::{Diagnostic, Span};
use crate::parse::highlight;
use crate::parse::markdown::{self, Origin};
use crate::parse::predictions::Prediction;
use crate::parse::shortcode::{self, Call, Place};
use crate::parse::{CodeBlock, Heading, Hole, Ids, token};
use crate::text;
use std::rc::Rc;

/// Bytes that the calls of one page may write, those within others counted again.
const MAX_BYTES: usize = 64 << 20;

pub(super) struct Run<'a> {
    pub(super) env: &'a Env<'a>,
    pub(super) holes: Vec<Hole>,
    pub(super) ids: Ids,
    /// Those that calls in the Markdown form brought.
    pub(super) headings: Vec<Heading>,
    pub(super) predictions: Vec<Prediction>,
    pub(super) diagnostics: Vec<Diagnostic>,
    pub(super) has_code: bool,
    pub(super) has_math: bool,
    pub(super) calls: Vec<Rc<Call>>,
    /// What each call gave; empty while it runs, so that a call within its own
    /// output is nothing.
    pub(super) outputs: Vec<Option<Rc<str>>>,
    pub(super) running: Vec<usize>,
    pub(super) ran: usize,
    pub(super) written: usize,
    /// The limits are reached: the rest of the calls is left out.
    pub(super) stopped: bool,
    /// Said once a page.
    pub(super) warned_inline: bool,
}

/// Where the output of a call goes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Mode {
    /// It stands for a whole block.
    Block,
    /// Within a line of text.
    Inline,
    /// In code that is written as HTML.
    Code,
}

impl<'a> Run<'a> {
    pub(super) fn new(env: &'a Env<'a>, holes: Vec<Hole>, calls: &[Call], ids: Ids) -> Run<'a> {
        Run {
            env,
            holes,
            ids,
            headings: Vec::new(),
            predictions: Vec::new(),
            diagnostics: Vec::new(),
            has_code: false,
            has_math: false,
            outputs: vec![None; calls.len()],
            calls: calls.iter().cloned().map(Rc::new).collect(),
            running: Vec::new(),
            ran: 0,
            written: 0,
            stopped: false,
            warned_inline: false,
        }
    }

    /// Appends `html` to `out`, every call in it run and every mark rendered.
    /// What has no place of its own is said at `span`.
    pub(super) fn weave(&mut self, html: &str, span: Span, out: &mut String) {
        let mut scan = Scan::new(out.len());
        let mut rest = html;
        while let Some(piece) = marks::next(&mut rest) {
            match piece {
                Piece::Text(text) => out.push_str(text),
                Piece::Token(index) => self.token(index, &mut rest, &mut scan, span, out),
                Piece::Mark(mark) => self.mark(mark, span, out),
                Piece::Cut => self.diagnostics.push(
                    Diagnostic::error(
                        "shortcode-template",
                        span,
                        "a filter has cut what `markdown` returned",
                    )
                    .help("use `markdown` as the last filter"),
                ),
            }
        }
    }

    fn token(
        &mut self,
        index: usize,
        rest: &mut &str,
        scan: &mut Scan,
        span: Span,
        out: &mut String,
    ) {
        match self.holes.get(index) {
            Some(Hole::Call(_)) if out.ends_with("<p>") && alone(rest).is_some() => {
                let calls = alone(rest).unwrap_or(*rest);
                let inside = &rest[..rest.len() - calls.len()];
                self.paragraph(index, inside.trim_end(), span, out);
                *rest = calls.strip_prefix("</p>").unwrap_or(calls);
            }
            Some(Hole::Call(call)) => {
                let call = *call;
                let mode = scan.mode(out, rest);
                let output = self.run(call, mode);
                if self.fits(out.len() + output.len(), span) {
                    out.push_str(&output);
                }
            }
            Some(Hole::Html(html)) => {
                let html = html.clone();
                if self.fits(out.len() + html.len(), span) {
                    out.push_str(&html);
                }
            }
            Some(_) => {
                self.settle(index, span);
                token::push(out, index);
            }
            // Of no hole that we made.
            None => {}
        }
    }

    /// A paragraph of nothing but calls, of which `first` is the first. One
    /// call loses the `<p>`, as in Hugo; several do if one of them is a block,
    /// which no paragraph may hold.
    fn paragraph(&mut self, first: usize, others: &str, span: Span, out: &mut String) {
        let mut indices = vec![first];
        let mut rest = others;
        while let Some(piece) = marks::next(&mut rest) {
            if let Piece::Token(index) = piece {
                indices.push(index);
            }
        }
        let outputs: Vec<Rc<str>> = indices
            .iter()
            .filter_map(|index| match self.holes.get(*index) {
                Some(Hole::Call(call)) => Some(*call),
                _ => None,
            })
            .collect::<Vec<_>>()
            .into_iter()
            .map(|call| self.run(call, Mode::Block))
            .collect();
        let length: usize = outputs.iter().map(|output| output.len()).sum();
        if !self.fits(out.len() + length, span) {
            out.push_str("</p>");
        } else if outputs.len() == 1 || outputs.iter().any(|output| is_block(output)) {
            out.truncate(out.len() - "<p>".len());
            out.push_str(&outputs.join("\n"));
        } else {
            out.push_str(&outputs.join("\n"));
            out.push_str("</p>");
        }
    }

    /// Whether a text of this many bytes may still be made: an inner text that
    /// is used twice at each level of nesting would fill the memory.
    pub(super) fn fits(&mut self, bytes: usize, span: Span) -> bool {
        if self.written + bytes <= MAX_BYTES {
            return true;
        }
        if !self.stopped {
            self.stopped = true;
            let message = format!(
                "the shortcodes of this page write more than {} MiB",
                MAX_BYTES >> 20
            );
            self.diagnostics
                .push(Diagnostic::error("shortcode-budget", span, message));
        }
        false
    }

    /// Runs the calls within the strings of a hole.
    fn settle(&mut self, index: usize, span: Span) {
        let mut hole = std::mem::replace(&mut self.holes[index], Hole::Html(String::new()));
        match &mut hole {
            Hole::Code(block) => {
                for text in [&mut block.lang, &mut block.code] {
                    if marks::any(text) {
                        *text = self.in_code(text);
                    }
                }
            }
            Hole::Link(link) => self.settle_text(&mut link.dest, span),
            Hole::Image(image) => {
                self.settle_text(&mut image.src, span);
                self.settle_text(&mut image.alt, span);
                if let Some(title) = &mut image.title {
                    self.settle_text(title, span);
                }
            }
            Hole::Formula(formula) if marks::any(&formula.tex) => {
                self.settle_text(&mut formula.tex, span);
                formula.at = None;
            }
            Hole::Call(_) | Hole::Html(_) | Hole::Wiki(_) | Hole::Embed(_) | Hole::Formula(_) => {}
        }
        self.holes[index] = hole;
    }

    /// A string that is no HTML: what calls give is taken as text.
    fn settle_text(&mut self, text: &mut String, span: Span) {
        if !marks::any(text) {
            return;
        }
        let mut out = String::with_capacity(text.len());
        let mut rest = text.as_str();
        while let Some(piece) = marks::next(&mut rest) {
            match piece {
                Piece::Text(text) => out.push_str(text),
                Piece::Token(index) => {
                    if let Some(Hole::Call(call)) = self.holes.get(index) {
                        let html = self.run(*call, Mode::Inline);
                        out.push_str(text::decode_entities(&without_tags(&html)).trim());
                    }
                }
                Piece::Mark(Mark::Warning {
                    name,
                    message,
                    help,
                }) => self.warning(name, message, help, span),
                Piece::Mark(_) | Piece::Cut => {}
            }
        }
        *text = out;
    }

    /// The text of a block of code: what calls give there is HTML, as in Hugo;
    /// an unknown one prints as written.
    pub(super) fn in_code(&mut self, code: &str) -> String {
        let mut out = String::with_capacity(code.len());
        let mut rest = code;
        while let Some(piece) = marks::next(&mut rest) {
            match piece {
                Piece::Text(text) => out.push_str(text),
                Piece::Token(index) => match self.holes.get(index) {
                    Some(Hole::Call(call)) => {
                        let call = *call;
                        if self.unknown(call) {
                            self.warn_unknown(call);
                            self.print(call, &mut out);
                            continue;
                        }
                        let output = self.run(call, Mode::Code);
                        if output.contains(['<', '&', token::OPEN]) {
                            token::push(&mut out, self.holes.len());
                            self.holes.push(Hole::Html(output.to_string()));
                        } else {
                            out.push_str(&output);
                        }
                    }
                    Some(_) => token::push(&mut out, index),
                    None => {}
                },
                Piece::Mark(_) | Piece::Cut => {}
            }
        }
        out
    }

    /// A heading of the body, the calls in it run.
    pub(super) fn heading(&mut self, heading: &Heading) -> Heading {
        let mut heading = heading.clone();
        if marks::any(&heading.html) {
            let html = std::mem::take(&mut heading.html);
            self.weave(&html, heading.span, &mut heading.html);
            heading.text = text::decode_entities(&without_tags(&heading.html))
                .trim()
                .to_owned();
        }
        heading
    }

    pub(super) fn mark(&mut self, mark: Mark, span: Span, out: &mut String) {
        match mark {
            Mark::Markdown { text, inline, html } => {
                let rendered = self.markdown(text, span, html);
                let rendered = if inline {
                    sole_paragraph(&rendered)
                } else {
                    &rendered
                };
                self.weave(rendered, span, out);
            }
            Mark::Code {
                text,
                lang,
                options,
            } => {
                let (options, problems) = highlight::Options::parse_shortcode(options);
                for problem in problems {
                    let mut diagnostic = problem.at(span.file, 0);
                    diagnostic.span = Some(span);
                    self.diagnostics.push(diagnostic);
                }
                let code = self.in_code(text.trim_matches(['\n', '\r']));
                let code = if options.inline { code } else { code + "\n" };
                self.has_code |= !options.inline;
                token::push(out, self.holes.len());
                self.holes.push(Hole::Code(Box::new(CodeBlock {
                    lang: lang.to_owned(),
                    code,
                    options,
                    span,
                })));
            }
            Mark::Warning {
                name,
                message,
                help,
            } => self.warning(name, message, help, span),
        }
    }

    fn warning(&mut self, name: &str, message: &str, help: &str, span: Span) {
        // The names that `functions` uses.
        let name = match name {
            "broken-link" => "broken-link",
            "unsafe-url" => "unsafe-url",
            _ => "shortcode-template",
        };
        let diagnostic = Diagnostic::warning(name, span, message);
        self.diagnostics.push(if help.is_empty() {
            diagnostic
        } else {
            diagnostic.help(help)
        });
    }

    /// Renders Markdown that was made while the page was expanded; the calls
    /// that it holds become the page's.
    fn markdown(&mut self, text: &str, span: Span, raw_html: bool) -> String {
        let place = Place::Within(span);
        let found = shortcode::extract_from(text, place, self.holes.len());
        for call in found.calls {
            self.holes.push(Hole::Call(self.calls.len()));
            self.calls.push(Rc::new(call));
            self.outputs.push(None);
        }
        self.diagnostics.extend(found.diagnostics);
        self.rendered(&found.text, span, raw_html).0
    }

    /// The same without looking for calls in it; with its headings.
    pub(super) fn rendered(
        &mut self,
        text: &str,
        span: Span,
        raw_html: bool,
    ) -> (String, Vec<Heading>) {
        let options = &self.env.options.markdown;
        let strict;
        let options = if raw_html || !options.unsafe_html {
            options
        } else {
            strict = markdown::Options {
                unsafe_html: false,
                ..options.clone()
            };
            &strict
        };
        let (holes, said) = (self.holes.len(), self.diagnostics.len());
        let origin = Origin::new(span.file, span.start as usize);
        let mut rendered = markdown::render(
            text,
            &origin,
            options,
            &mut self.ids,
            &mut self.holes,
            &mut self.diagnostics,
        );
        self.has_code |= rendered.has_code;
        self.has_math |= rendered.has_math;
        // The text is nowhere in the file: all is said at the call.
        for hole in &mut self.holes[holes..] {
            match hole {
                Hole::Code(block) => block.span = span,
                Hole::Link(link) | Hole::Wiki(link) => link.span = span,
                Hole::Embed(embed) => embed.span = span,
                Hole::Image(image) => image.span = span,
                Hole::Formula(formula) => {
                    formula.span = span;
                    formula.at = None;
                }
                Hole::Call(_) | Hole::Html(_) => {}
            }
        }
        for diagnostic in &mut self.diagnostics[said..] {
            diagnostic.span = Some(span);
        }
        for heading in &mut rendered.headings {
            heading.span = span;
        }
        if !raw_html {
            // The remark that Goldmark leaves helps nobody in a caption.
            rendered.html = rendered.html.replace("<!-- raw HTML omitted -->", "");
        }
        (rendered.html, rendered.headings)
    }
}
