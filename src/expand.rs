//! Runs the shortcode calls of one page.
//!
//! Takes what parsing made of the page and the templates; gives its HTML
//! without a hole for a call, the headings that came with Markdown from calls,
//! and what is counted of the whole. Links, images and code keep their holes:
//! they are filled when the page is rendered. A template sees the page's
//! metadata, resources and data, never the body of a page, so there are no
//! cycles between pages.
//!
//! **How a template's Markdown finds its page.** One Tera serves every page
//! and thread, while holes, ids and diagnostics belong to one page. So the
//! filter `markdown` renders nothing: it returns its text between two
//! noncharacters (see [`marks`]), and once the template is done, [`run`] finds
//! these marks in its output and renders what is between them, shortcodes
//! included. The same way a function warns without failing. This needs no
//! thread-local state, no lock and no Tera a page; the price is that a filter
//! after `markdown` sees Markdown, not HTML.

mod call;
mod claim;
pub mod data;
pub mod functions;
pub mod marks;
pub mod registry;
mod run;
mod scan;

use crate::diag::{Diagnostic, FileId, Span};
use crate::parse::predictions::Prediction;
use crate::parse::shortcode::Call;
use crate::parse::{Body, Heading, Ids, Options};
use crate::timing::Timings;
use registry::Shortcodes;
use run::Run;
use tera::{Context, Tera};

/// What the calls of one page run with.
pub struct Env<'a> {
    /// Has the templates and what [`functions::register`] adds.
    pub tera: &'a Tera,
    pub shortcodes: &'a Shortcodes,
    pub options: &'a Options,
    /// What every template of this page sees: `page`, `site` and the like.
    pub context: Context,
    /// The page's number for [`functions::Lookup`].
    pub page: u32,
    pub timings: &'a Timings,
}

/// A page that has calls, before and after: the parts of [`crate::parse::Doc`]
/// that a call can change.
pub struct Source<'a> {
    pub file: FileId,
    pub body: &'a Body,
    pub calls: &'a [Call],
    pub headings: &'a [Heading],
    pub ids: &'a Ids,
    /// Where `<!--more-->` stands in the body's HTML.
    pub more: Option<usize>,
}

#[derive(Clone, Debug, Default)]
pub struct Expanded {
    /// No [`Hole::Call`] has a token left. [`Hole::Html`] has some in code.
    pub body: Body,
    /// Those of the body and of calls in the Markdown form, in order.
    pub headings: Vec<Heading>,
    pub ids: Ids,
    pub more: Option<usize>,
    /// Whether what the calls brought has a block of code, or a formula.
    pub has_code: bool,
    pub has_math: bool,
    /// Those of its shortcodes.
    pub predictions: Vec<Prediction>,
    pub diagnostics: Vec<Diagnostic>,
}

/// Runs every call of a page.
pub fn expand(source: &Source, env: &Env) -> Expanded {
    let mut run = Run::new(
        env,
        source.body.holes.clone(),
        source.calls,
        source.ids.clone(),
    );
    let place = Span::new(source.file, 0, 0);
    let html = &source.body.html;
    let mut out = String::with_capacity(html.len() * 2);
    let mut more = None;
    // A `more` that is not between characters would be a fault of ours.
    if let Some(at) = source.more.filter(|at| html.is_char_boundary(*at)) {
        run.weave(&html[..at], place, &mut out);
        more = Some(out.len());
        run.weave(&html[at..], place, &mut out);
    } else {
        run.weave(html, place, &mut out);
    }
    let mut headings: Vec<Heading> = source
        .headings
        .iter()
        .map(|heading| run.heading(heading))
        .collect();
    headings.append(&mut run.headings);
    headings.sort_by_key(|heading| heading.span.start);
    Expanded {
        body: Body {
            html: out,
            holes: run.holes,
        },
        headings,
        ids: run.ids,
        more,
        has_code: run.has_code,
        has_math: run.has_math,
        predictions: run.predictions,
        diagnostics: run.diagnostics,
    }
}

/// Renders the marks that the filter `markdown` left in a page template's
/// output. `body` has the tokens that this output already holds.
pub fn finish(
    output: String,
    body: &mut Body,
    place: Span,
    env: &Env,
) -> (String, Vec<Diagnostic>) {
    if !marks::any(&output) {
        return (output, Vec::new());
    }
    let mut run = Run::new(env, std::mem::take(&mut body.holes), &[], Ids::default());
    let mut out = String::with_capacity(output.len());
    run.weave(&output, place, &mut out);
    body.holes = run.holes;
    (out, run.diagnostics)
}

#[cfg(test)]
mod tests;
