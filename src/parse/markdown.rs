//! Markdown becomes HTML with holes.
//!
//! Takes text in which shortcode calls are tokens already (see
//! [`crate::parse::token`]), gives HTML in which code, links and images are
//! tokens too; appends what belongs there to the page's table of holes. The
//! dialect is Goldmark's as Hugo sets it up, over pulldown-cmark's parser:
//! typography, bare links, notes, heading ids, attributes, alerts and formulas
//! are done here. Resolves no link, highlights no code, reads no other page.

mod alerts;
mod attributes;
mod blocks;
mod budget;
mod claims;
mod formulas;
mod inline;
mod linkify;
mod mask;
mod math;
mod notes;
mod options;
mod render;
mod toc;
mod typography;
mod wiki;

pub use math::{Fence, in_html as formulas_in_html, marked as marked_formula, tex};
pub use options::{Options, Punctuation};
pub use toc::toc;
pub use wiki::shown as shown_name;

use crate::diag::{Diagnostic, FileId, Span};
use crate::parse::predictions::Prediction;
use crate::parse::{Heading, Hole, Ids};
use std::ops::Range;

/// Where a text stands in its file, although parts of it were replaced.
#[derive(Clone, Debug, PartialEq)]
pub struct Origin {
    pub file: FileId,
    /// Byte of the file at which the text begins.
    pub base: usize,
    /// In ascending order.
    pub shifts: Vec<Shift>,
}

/// From byte `at` of the text on, it runs as the file does from byte `source` on.
/// After a part that was replaced there is one such point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shift {
    pub at: usize,
    pub source: usize,
}

impl Origin {
    /// Of a text that is the file's own from byte `base` on.
    pub fn new(file: FileId, base: usize) -> Origin {
        Origin {
            file,
            base,
            shifts: Vec::new(),
        }
    }

    /// The byte of the file that byte `at` of the text came from.
    pub fn offset(&self, at: usize) -> usize {
        let after = self.shifts.partition_point(|shift| shift.at <= at);
        match after.checked_sub(1) {
            Some(last) => self.shifts[last].source + (at - self.shifts[last].at),
            None => self.base + at,
        }
    }

    pub fn span(&self, range: Range<usize>) -> Span {
        let start = self.offset(range.start);
        Span::new(self.file, start, self.offset(range.end).max(start))
    }
}

/// What a text became.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rendered {
    pub html: String,
    pub headings: Vec<Heading>,
    /// Where in `html` the summary ends, when `<!--more-->` said so. The
    /// divider itself is gone.
    pub more: Option<usize>,
    /// A block of code that may be copied.
    pub has_code: bool,
    pub has_math: bool,
    /// Parts of other pages are set in it.
    pub has_embeds: bool,
    /// Those of the plain form.
    pub predictions: Vec<Prediction>,
}

/// Renders a page's body or a shortcode's inner text. Ids that are taken count
/// on in `ids`; holes are appended to `holes`, where those of the calls in
/// `text` stand already. A text that would cost too much gives one error and
/// no HTML.
pub fn render(
    text: &str,
    origin: &Origin,
    options: &Options,
    ids: &mut Ids,
    holes: &mut Vec<Hole>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Rendered {
    if let Err(problem) = budget::check(text) {
        diagnostics.push(problem.at(origin));
        return Rendered::default();
    }
    let masked = mask::mask(text, options);
    render::run(&masked, origin, options, ids, holes, diagnostics)
}

/// The same for a text within a line: when it is one paragraph, its `<p>` is dropped.
pub fn render_inline(
    text: &str,
    origin: &Origin,
    options: &Options,
    ids: &mut Ids,
    holes: &mut Vec<Hole>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Rendered {
    let mut rendered = render(text, origin, options, ids, holes, diagnostics);
    let html = rendered.html.trim_end();
    if let Some(inner) = html
        .strip_prefix("<p>")
        .and_then(|rest| rest.strip_suffix("</p>"))
        && !inner.contains("<p>")
        && !inner.contains("</p>")
    {
        rendered.html = inner.to_owned();
        rendered.more = None;
    }
    rendered
}

#[cfg(test)]
mod tests;
