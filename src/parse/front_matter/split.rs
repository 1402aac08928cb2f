//! Finds the front matter of a file.

use crate::diag::{Diagnostic, FileId};
use crate::tree::Format;
use std::ops::Range;

/// Where the parts of a content file lie.
#[derive(Clone, Debug, PartialEq)]
pub struct Split {
    /// The format and the bytes of the front matter, delimiters left out.
    pub front: Option<(Format, Range<usize>)>,
    /// The byte at which the body begins.
    pub body: usize,
}

pub fn split(text: &str, file: FileId) -> Result<Split, Diagnostic> {
    let _ = (text, file);
    unimplemented!()
}
