//! HTML read again: words, minutes, summary and plain text of an article, its
//! tokens filled.
//!
//! Takes what Markdown and shortcodes gave, which people may have written by
//! hand: a tolerant scanner of tags, in one pass. Checks and mends nothing.

mod plain;
mod scan;
mod space;
mod tags;
mod words;

pub(super) use plain::ends_sentence;
pub use plain::plainify;
pub use scan::{Piece, scan};
pub use tags::{Tag, tags, texts};
pub(super) use words::is_cjk_char;
pub use words::{count, digest, is_cjk, minutes};

use crate::parse::token;

/// Fills the holes of `html`: `fill` writes what belongs in the place of a
/// token. `more` is an offset in `html`; gives the same place in what was written.
pub fn fill(
    html: &str,
    more: Option<usize>,
    out: &mut String,
    mut fill: impl FnMut(usize, &mut String),
) -> Option<usize> {
    let mut placed = None;
    let mut at = 0;
    let mut put = |out: &mut String, from: usize, to: usize| {
        if let Some(more) = more
            && placed.is_none()
            && (from..=to).contains(&more)
        {
            placed = Some(out.len() + more - from);
        }
        out.push_str(&html[from..to]);
    };
    while let Some((start, end, index)) = token::find(&html[at..]) {
        put(out, at, at + start);
        fill(index, out);
        at += end;
    }
    put(out, at, html.len());
    placed
}

#[cfg(test)]
mod tests;
