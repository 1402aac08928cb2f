//! Everything that can be told to be wrong with a site before its readers find it.
//!
//! Compiles and renders the site as a build would, writes nothing, and looks at the result
//! from all sides: texts, front matter, finished pages, files, links to elsewhere. Gives
//! findings as diagnostics, each with a name by which the configuration (`ignoreLogs`) or a
//! page (`ignore_logs`) passes it over.

pub mod external;
mod files;
mod front;
mod rendered;
mod terms;
mod text;

use crate::build::{self, Failure, Options};
use crate::diag::{Diagnostic, Span};
use crate::render::Renderer;
use crate::site::{PageId, Site};
use crate::source::Sources;
use rayon::prelude::*;

/// What was looked at.
#[derive(Debug, Default)]
pub struct Checked {
    pub pages: usize,
    pub links: usize,
    /// Addresses elsewhere that were asked.
    pub asked: usize,
}

/// Checks the site. Outside links are asked for where `outside` says how.
pub fn check(
    options: &Options,
    outside: Option<&external::Options>,
    sources: &mut Sources,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<Checked, Failure> {
    let compiled = build::compile(options, sources, diagnostics)?;
    let renderer = &*compiled.renderer;
    let site = &*renderer.shared.site;
    let ids: Vec<PageId> = (0..site.pages.len() as u32).map(PageId).collect();
    // Texts before pages: a page that was rendered lets go of its text.
    let texts: Vec<text::Of> = ids
        .par_iter()
        .map(|id| text::check(renderer, *id))
        .collect();
    let mut links: Vec<text::Outside> = Vec::new();
    let mut count = 0;
    for of in texts {
        diagnostics.extend(of.said);
        links.extend(of.outside);
        count += of.links;
    }
    front::check(renderer, diagnostics);
    terms::check(site, diagnostics);
    let rendered = rendered::check(renderer, diagnostics);
    crate::render::fault::gather(diagnostics);
    files::check(
        renderer,
        &compiled.rooms,
        &rendered.used,
        sources,
        diagnostics,
    )?;
    let asked = match outside {
        Some(how) => external::check(&links, how, diagnostics),
        None => 0,
    };
    build::silence(diagnostics, &site.config.silenced);
    build::silence_pages(diagnostics, site);
    diagnostics.extend(renderer.losses());
    Ok(Checked {
        pages: rendered.pages,
        links: count,
        asked,
    })
}

/// Where `needle` stands in the file of a page, if anywhere.
fn place_of(renderer: &Renderer, id: PageId, needle: &str) -> Option<Span> {
    let site: &Site = &renderer.shared.site;
    let file = site[id].file?;
    let text = renderer.sources.get(file).fetch()?;
    let at = text.find(needle).filter(|_| !needle.is_empty())?;
    Some(Span::new(file, at, at + needle.len()))
}

/// The first line of a page's file: for what has no place of its own in it.
fn top_of(site: &Site, id: PageId) -> Option<Span> {
    site[id].file.map(|file| Span::new(file, 0, 0))
}

/// The same for the value of an attribute in HTML: a word of the text may read like it.
fn place_of_value(renderer: &Renderer, id: PageId, value: &str) -> Option<Span> {
    let quoted = ['"', '\''].iter().find_map(|quote| {
        let span = place_of(renderer, id, &format!("={quote}{value}{quote}"))?;
        Some(Span {
            start: span.start + 2,
            end: span.end - 1,
            ..span
        })
    });
    quoted.or_else(|| place_of(renderer, id, value))
}
