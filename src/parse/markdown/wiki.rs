//! Links by name: `[[Page]]`, `[[Page#Heading|text]]`, and `![[Page#Heading]]`,
//! which sets a part of another page here.
//!
//! The parser's own rule for them would come before CommonMark's, and `[[1]](url)`
//! and `[[1]]` with a definition would be other links than they were. So only
//! what CommonMark takes for text is looked at.

use super::render::Renderer;
use crate::parse::{Embed, Hole, Image, Link, token};
use crate::text::safe_image_url;
use pulldown_cmark::{Event, Parser, Tag, TagEnd};
use std::ops::Range;

/// Longer names are no names that a person wrote.
const LONGEST: usize = 300;

/// What stands between the brackets.
pub(super) struct Wiki {
    /// Where the whole ends, brackets included.
    pub(super) end: usize,
    /// The page, with what follows `#`.
    dest: String,
    /// What is shown in its place, in the source.
    text: Option<Range<usize>>,
}

impl<'a> Renderer<'a> {
    /// The link whose two brackets begin at `at`.
    pub(super) fn wiki_at(&self, at: usize) -> Option<Wiki> {
        let bytes = self.source.as_bytes();
        if !self.options.wiki_links
            || bytes.get(at + 1) != Some(&b'[')
            || self.alt.is_some()
            || self.inline.links > 0
        {
            return None;
        }
        let start = at + 2;
        let most = bytes.len().min(start + LONGEST);
        let length = memchr::memchr3(b']', b'\n', b'[', &bytes[start..most])?;
        let close = start + length;
        if !bytes[close..].starts_with(b"]]") {
            return None;
        }
        let inside = &self.source[start..close];
        let (name, text) = match inside.split_once('|') {
            // A bar in a table ends the cell, unless it is escaped.
            Some((name, _)) if self.table.cell && !name.ends_with('\\') => return None,
            Some((name, _)) => {
                let from = start + name.len() + 1;
                (name.strip_suffix('\\').unwrap_or(name), Some(from..close))
            }
            None => (inside, None),
        };
        let dest = self.masked.restore(name).into_owned();
        let is_name = !dest.is_empty()
            && dest.trim() == dest
            && !dest.contains(['<', '>', '`', token::OPEN])
            && dest.chars().any(char::is_alphanumeric)
            && !self.labels.contains(&label(&dest));
        is_name.then_some(Wiki {
            end: close + 2,
            dest,
            text,
        })
    }

    pub(super) fn wiki_link(&mut self, at: usize, wiki: Wiki) {
        let span = self.span(at..wiki.end);
        self.out.push_str("<a");
        self.push_hole(Hole::Wiki(Link {
            dest: wiki.dest.clone(),
            span,
        }));
        self.out.push('>');
        self.inline.links += 1;
        match wiki.text {
            Some(range) if !self.source[range.clone()].trim().is_empty() => self.within(range),
            _ => self.push_text(&shown(&wiki.dest)),
        }
        self.inline.links -= 1;
        self.out.push_str("</a>");
        self.inline.fresh = wiki.end;
    }

    /// Renders what a link shows: Markdown within a line.
    fn within(&mut self, range: Range<usize>) {
        let (skip, after_text) = (self.inline.skip, self.inline.after_text);
        self.inline.skip = 0;
        let source = self.source;
        let events = Parser::new_ext(&source[range.clone()], self.options.parser());
        for (event, place) in events.into_offset_iter() {
            let block = matches!(
                event,
                Event::Start(Tag::Paragraph) | Event::End(TagEnd::Paragraph)
            );
            let inline = matches!(
                event,
                Event::Text(_)
                    | Event::Code(_)
                    | Event::Start(Tag::Emphasis | Tag::Strong | Tag::Strikethrough)
                    | Event::End(TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough)
            );
            if inline {
                self.event(
                    event,
                    range.start + place.start..range.start + place.end,
                    false,
                );
            } else if !block {
                // `# 1` is a heading where it begins a line, and text here.
                self.push_text(&source[range]);
                break;
            }
        }
        self.inline.skip = skip;
        self.inline.after_text = after_text;
    }

    pub(super) fn embed(&mut self, at: usize, wiki: Wiki) {
        let span = self.span(at..wiki.end);
        let text = wiki.text.map(|range| self.source[range].trim().to_owned());
        let extension = wiki.dest.rsplit_once('.').map(|(_, extension)| extension);
        let is_image = extension.is_some_and(|extension| {
            let known = ["png", "jpg", "jpeg", "gif", "webp", "avif", "svg", "bmp"];
            known.contains(&&*extension.to_ascii_lowercase())
        });
        if is_image && safe_image_url(&wiki.dest) {
            // `![[a.png|300]]` names a width, which pictures have of their own.
            let alt = text.filter(|text| !text.bytes().all(|byte| byte.is_ascii_digit()));
            self.push_hole(Hole::Image(Box::new(Image {
                src: wiki.dest,
                alt: alt.unwrap_or_default(),
                title: None,
                span,
            })));
        } else {
            self.done.has_embeds = true;
            let inline = self.heading.is_some();
            self.push_hole(Hole::Embed(Box::new(Embed {
                dest: wiki.dest,
                inline,
                span,
            })));
        }
        self.inline.fresh = wiki.end;
    }

    /// What is set among the words of a paragraph cannot hold blocks.
    pub(super) fn embeds_in_line(&mut self, from: usize) {
        let mut rest = &self.out[from.min(self.out.len())..];
        while let Some((_, end, index)) = token::find(rest) {
            if let Some(Hole::Embed(embed)) = self.holes.get_mut(index) {
                embed.inline = true;
            }
            rest = &rest[end..];
        }
    }
}

/// What readers see of a name: `Page#Heading` is `Page › Heading`.
pub fn shown(dest: &str) -> String {
    let parts = dest.split('#').map(str::trim);
    let parts: Vec<&str> = parts.filter(|part| !part.is_empty()).collect();
    parts.join(" \u{203A} ")
}

/// The labels of definitions are compared without case.
pub(super) fn label(text: &str) -> String {
    text.to_lowercase()
}
