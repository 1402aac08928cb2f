//! Formulas as holes: what was found in a line, in a fence or in raw HTML, with its place.

use super::math::Fence;
use super::render::Renderer;
use crate::parse::{Formula, Hole};
use std::borrow::Cow;
use std::ops::Range;

/// A formula as it was written.
pub(super) struct Written<'t> {
    pub(super) tex: Cow<'t, str>,
    pub(super) fence: Fence,
    /// It stands between blocks.
    pub(super) block: bool,
}

impl Renderer<'_> {
    /// Appends a formula. `whole` is its place in the text before anything was masked, `at`
    /// where its TeX begins there, if it stands there letter by letter.
    pub(super) fn push_formula(
        &mut self,
        written: Written<'_>,
        whole: Range<usize>,
        at: Option<usize>,
    ) {
        self.done.has_math = true;
        let at = at.map(|at| self.origin.span(at..at).start);
        self.push_hole(Hole::Formula(Box::new(Formula {
            tex: written.tex.into_owned(),
            fence: written.fence,
            block: written.block,
            span: self.origin.span(whole),
            at,
        })));
    }

    /// The same where `range` of the masked text holds it.
    pub(super) fn push_found(&mut self, written: Written<'_>, range: Range<usize>) {
        let inside = self.source[range.clone()].find(&*written.tex);
        let at = inside.map(|at| {
            self.masked
                .unmasked(range.start + at..range.start + at)
                .start
        });
        let whole = self.masked.unmasked(range);
        self.push_formula(written, whole, at);
    }
}
