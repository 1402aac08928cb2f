//! The tags of finished HTML with their attributes, for who looks for links, pictures
//! and ids in it.

use super::scan::{Piece, name, scan};
use crate::text::decode_entities;
use std::borrow::Cow;

/// A start or end tag.
#[derive(Clone, Debug, PartialEq)]
pub struct Tag<'h> {
    /// As written, without the slash.
    pub name: &'h str,
    pub closes: bool,
    /// What stands between the tag before and this one is blank.
    pub adjacent: bool,
    /// The whole tag.
    pub raw: &'h str,
}

/// Gives every tag of `html`, in order; what scripts and comments hold is none.
pub fn tags<'h>(html: &'h str, mut give: impl FnMut(&Tag<'h>)) {
    let mut adjacent = true;
    scan(html, |piece| match piece {
        Piece::Text(text) => adjacent &= text.trim().is_empty(),
        Piece::Hidden(_) => {}
        Piece::Tag(raw) => {
            give(&Tag {
                name: name(raw),
                closes: raw.starts_with("</"),
                adjacent,
                raw,
            });
            adjacent = true;
        }
    });
}

/// Gives the texts between tags, entities as written, but for those of code.
pub fn texts<'h>(html: &'h str, mut give: impl FnMut(&'h str)) {
    let mut code = 0_usize;
    scan(html, |piece| match piece {
        Piece::Text(text) if code == 0 => give(text),
        Piece::Tag(tag) if matches!(name(tag), "code" | "pre" | "kbd" | "samp") => {
            code = match tag.starts_with("</") {
                true => code.saturating_sub(1),
                false => code + 1,
            };
        }
        _ => {}
    });
}

impl<'h> Tag<'h> {
    pub fn is(&self, name: &str) -> bool {
        !self.closes && self.name.eq_ignore_ascii_case(name)
    }

    /// The value of an attribute, entities undone; empty where it has none.
    pub fn attribute(&self, name: &str) -> Option<Cow<'h, str>> {
        let found = self
            .attributes()
            .find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value)
    }

    /// Names and values, entities undone, in order.
    pub fn attributes(&self) -> impl Iterator<Item = (&'h str, Cow<'h, str>)> + use<'h> {
        let start = 1 + self.name.len() + usize::from(self.closes);
        let mut rest = self.raw.get(start..).unwrap_or_default();
        std::iter::from_fn(move || {
            rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '/');
            let ends = |c: char| c.is_ascii_whitespace() || matches!(c, '=' | '>' | '/');
            let end = rest.find(ends).unwrap_or(rest.len());
            if end == 0 {
                return None;
            }
            let key = &rest[..end];
            rest = rest[end..].trim_start();
            let Some(after) = rest.strip_prefix('=') else {
                return Some((key, Cow::Borrowed("")));
            };
            let after = after.trim_start();
            let (value, left) = match after.chars().next() {
                Some(quote @ ('"' | '\'')) => {
                    let inner = &after[1..];
                    let end = inner.find(quote).unwrap_or(inner.len());
                    (&inner[..end], inner.get(end + 1..).unwrap_or_default())
                }
                _ => {
                    let ends = |c: char| c.is_ascii_whitespace() || c == '>';
                    let end = after.find(ends).unwrap_or(after.len());
                    after.split_at(end)
                }
            };
            rest = left;
            Some((key, decode_entities(value)))
        })
    }
}
