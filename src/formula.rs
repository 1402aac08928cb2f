//! TeX becomes MathML Core: the formulas of one page together, since their numbers and
//! references depend on each other.
//!
//! Takes TeX without its delimiters and the page's macros, gives a `<math>` element for
//! each or what is wrong with it. Knows no page, no Markdown and no file: places are
//! bytes of the TeX.
//!
//! `math-core` does the work. Before it, [`dialect`] expands macros and writes what it does not
//! know in terms of what it does; after it, [`mathml`] adds the source.

mod dialect;
mod macros;
mod mathml;
mod names;

pub use macros::{Macro, Macros};
pub use mathml::set;

use std::ops::Range;

/// One formula as its author meant it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tex<'t> {
    pub text: &'t str,
    /// It stands alone rather than in a line.
    pub display: bool,
}

/// What a formula became.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// A `<math>` element, or `<a>` where the formula is a reference and nothing else.
    pub html: String,
    /// It may be wider than a narrow page.
    pub wide: bool,
    /// It was set, but not all is well with it: references that lead nowhere, labels twice.
    pub complaints: Vec<Problem>,
}

/// What is wrong in a formula.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Problem {
    /// Bytes of the TeX.
    pub range: Range<usize>,
    pub message: String,
    pub help: Option<String>,
    /// The command that nobody knows, with its backslash.
    pub unknown: Option<String>,
}

/// Whether a command of everyday TeX is called so.
pub fn is_command(name: &str) -> bool {
    names::COMMANDS.binary_search(&name).is_ok()
}

/// The labels that TeX gives to be referred to: `\label{eq:one}`.
pub fn labels(tex: &str) -> impl Iterator<Item = &str> {
    let labels = tex.split("\\label{").skip(1);
    labels.filter_map(|rest| Some(rest.split_once('}')?.0))
}
