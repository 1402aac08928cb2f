//! What an article says of other pages: its links within the site, each with the
//! sentence that it stands in, and the parts of others that it sets in itself.
//!
//! Takes a body that has no calls left. Where a link leads is not known here;
//! what cannot be within the site (another host, the page itself) is passed over.

use super::html::{plainify, scan};
use super::{Body, Hole, token};
use crate::text::decode_entities;
use serde::{Deserialize, Serialize};
use unicode_segmentation::UnicodeSegmentation;

/// Letters of a sentence that are quoted: what stands too far from the link is cut.
const LONGEST: usize = 240;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Mention {
    pub how: How,
    /// As written, entities undone.
    pub dest: String,
    /// Plain text; empty where the link stands alone.
    pub sentence: String,
    /// Where the link's own words stand in it, bytes.
    pub start: u32,
    pub end: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum How {
    /// By an address or the path of a file.
    Link,
    /// By a name.
    Wiki,
    /// Set in the article, by a name.
    Embed,
}

/// Around the words of a link while its block becomes plain text: noncharacters,
/// which stand in no sound text.
const OPEN: char = '\u{FDD2}';
const CLOSE: char = '\u{FDD3}';

/// In the order of the text.
pub fn mentions(body: &Body) -> Vec<Mention> {
    if !may_mention(body) {
        return Vec::new();
    }
    let mut reader = Reader {
        body,
        found: Vec::new(),
        block: String::new(),
        links: Vec::new(),
        open: false,
    };
    scan(&body.html, |piece| reader.take(piece));
    reader.end_block();
    reader.found
}

/// Most articles name no other page: then nothing is read.
fn may_mention(body: &Body) -> bool {
    let holes = body.holes.iter().any(|hole| match hole {
        Hole::Link(link) => is_within(&link.dest),
        Hole::Wiki(_) | Hole::Embed(_) => true,
        _ => false,
    });
    holes || {
        // Links that were written as HTML, or came out of a shortcode.
        let html = body.html.as_bytes();
        let mut links = memchr::memmem::find_iter(html, b"<a ");
        links.any(|at| {
            let tag = &body.html[at..];
            let tag = &tag[..tag.find('>').unwrap_or(tag.len())];
            !tag.contains(token::OPEN) && href(tag).is_some_and(is_within)
        })
    }
}

/// Whether a destination may be another page of the site.
fn is_within(dest: &str) -> bool {
    let scheme = dest.find(':').is_some_and(|colon| {
        let before = &dest[..colon];
        before
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
    });
    !dest.is_empty() && !dest.starts_with('#') && !dest.starts_with("//") && !scheme
}

fn href(tag: &str) -> Option<&str> {
    let at = tag.find("href=")? + "href=".len();
    let value = &tag[at..];
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    value[1..].split(quote).next()
}

struct Reader<'b> {
    body: &'b Body,
    found: Vec<Mention>,
    /// The HTML of the block that is read, links marked.
    block: String,
    /// How and where its links lead.
    links: Vec<(How, String)>,
    /// Within a link that counts.
    open: bool,
}

impl Reader<'_> {
    fn take(&mut self, piece: super::html::Piece<'_>) {
        use super::html::Piece;
        match piece {
            Piece::Hidden(_) => {}
            Piece::Text(text) => self.text(text),
            // A link by name has its token in the place of its attributes.
            Piece::Tag(tag) if tag.starts_with("<a ") || tag.starts_with("<a\u{FDD0}") => {
                if let Some(link) = self.link(tag) {
                    self.links.push(link);
                    self.block.push(OPEN);
                    self.open = true;
                }
            }
            Piece::Tag("</a>") => {
                if std::mem::take(&mut self.open) {
                    self.block.push(CLOSE);
                }
            }
            Piece::Tag(tag) if super::html::ends_sentence(tag) => self.end_block(),
            Piece::Tag(tag) => self.block.push_str(tag),
        }
    }

    fn text(&mut self, text: &str) {
        let mut rest = text;
        while let Some((start, end, index)) = token::find(rest) {
            self.block.push_str(&rest[..start]);
            if let Some(Hole::Embed(embed)) = self.body.holes.get(index) {
                self.found.push(Mention {
                    how: How::Embed,
                    dest: embed.dest.clone(),
                    sentence: String::new(),
                    start: 0,
                    end: 0,
                });
            }
            rest = &rest[end..];
        }
        self.block.push_str(rest);
    }

    fn link(&self, tag: &str) -> Option<(How, String)> {
        if let Some((_, _, index)) = token::find(tag) {
            return match self.body.holes.get(index)? {
                Hole::Link(link) if is_within(&link.dest) => Some((How::Link, link.dest.clone())),
                Hole::Wiki(link) => Some((How::Wiki, link.dest.clone())),
                _ => None,
            };
        }
        let dest = href(tag).filter(|dest| is_within(dest))?;
        Some((How::Link, decode_entities(dest).into_owned()))
    }

    fn end_block(&mut self) {
        if !self.links.is_empty() {
            if std::mem::take(&mut self.open) {
                self.block.push(CLOSE);
            }
            let marked = plainify(&self.block);
            let mut places = Vec::new();
            let mut text = String::with_capacity(marked.len());
            for c in marked.chars() {
                match c {
                    OPEN => places.push((text.len(), text.len())),
                    CLOSE => {
                        if let Some(last) = places.last_mut() {
                            last.1 = text.len();
                        }
                    }
                    c => text.push(c),
                }
            }
            let bounds: Vec<usize> = text
                .split_sentence_bound_indices()
                .map(|(at, _)| at)
                .collect();
            for ((how, dest), (start, end)) in self.links.drain(..).zip(places) {
                let (sentence, start, end) = quote(&text, &bounds, start, end.max(start));
                self.found.push(Mention {
                    how,
                    dest,
                    sentence,
                    start: start as u32,
                    end: end as u32,
                });
            }
        }
        self.block.clear();
    }
}

/// The sentence around a link, not longer than [`LONGEST`], and the link's place in it.
fn quote(text: &str, bounds: &[usize], start: usize, end: usize) -> (String, usize, usize) {
    let first = bounds.partition_point(|at| *at <= start).saturating_sub(1);
    let from = bounds.get(first).copied().unwrap_or(0);
    let after = bounds.partition_point(|at| *at < end);
    let to = bounds.get(after).copied().unwrap_or(text.len());
    let from = from + (text[from..to].len() - text[from..to].trim_start().len());
    let to = from + text[from..to].trim_end().len();
    let end = end.min(to).max(from);
    let start = start.clamp(from, end);
    if end - start == to - from {
        // The link is all there is.
        return (String::new(), 0, 0);
    }
    if to - from <= LONGEST {
        return (text[from..to].to_owned(), start - from, end - from);
    }
    let room = LONGEST.saturating_sub(end - start) / 2;
    let cut_before = word_boundary(text, from.max(start.saturating_sub(room)), from, start);
    let cut_after = word_boundary(text, to.min(end + room), end, to);
    let mut out = String::with_capacity(LONGEST + 8);
    if cut_before > from {
        out.push('…');
    }
    let shift = out.len();
    out.push_str(text[cut_before..cut_after].trim_end());
    if cut_after < to {
        out.push('…');
    }
    (out, start - cut_before + shift, end - cut_before + shift)
}

/// A place near `at`, between `least` and `most`, where a word begins.
fn word_boundary(text: &str, at: usize, least: usize, most: usize) -> usize {
    if at <= least || at >= most {
        return at.clamp(least, most);
    }
    let mut at = at;
    while !text.is_char_boundary(at) {
        at += 1;
    }
    match text[at..most].find(' ') {
        Some(space) if space < 30 => at + space + 1,
        _ => at,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::{FileId, Span};
    use crate::parse::Link;

    fn all(html: &str) -> Vec<(String, String)> {
        let dests = ["/a/", "https://example.org/", "b.md"];
        let link = |dest: &&str| {
            Hole::Link(Link {
                dest: (*dest).to_owned(),
                span: Span::new(FileId(0), 0, 0),
            })
        };
        let body = Body {
            html: html.replace('@', "\u{FDD0}").replace('~', "\u{FDD1}"),
            holes: dests.iter().map(link).collect(),
        };
        let shown = |mention: &Mention| {
            let (start, end) = (mention.start as usize, mention.end as usize);
            let text = &mention.sentence;
            format!("{}[{}]{}", &text[..start], &text[start..end], &text[end..])
        };
        mentions(&body)
            .iter()
            .map(|m| (m.dest.clone(), shown(m)))
            .collect()
    }

    fn is(dest: &str, sentence: &str) -> (String, String) {
        (dest.to_owned(), sentence.to_owned())
    }

    #[test]
    fn each_link_is_quoted_with_its_sentence() {
        let html = "<p>It fell, e.g. at four. On <a href=\"@0~\">that <em>night</em></a> &amp; <a href=\"@2~\">another</a>,\nsnow. Not here.</p>\n\
                    <ul>\n<li><a href=\"/c/?x=1&amp;y\">Alone</a></li>\n<li>See <a href='d/'>it</a></li></ul>\
                    <p><a href=\"@1~\">Elsewhere</a>, <a href=\"#here\">here</a>.</p>";
        let sentence = "On [that night] & another, snow.";
        assert_eq!(
            all(html),
            [
                is("/a/", sentence),
                is("b.md", "On that night & [another], snow."),
                is("/c/?x=1&y", "[]"),
                is("d/", "See [it]"),
            ]
        );
    }

    #[test]
    fn long_sentences_are_cut_at_words() {
        let html = format!(
            "<p>{} <a href=\"@0~\">here</a> {}.</p>",
            "word ".repeat(100),
            "more ".repeat(100)
        );
        let found = all(&html);
        assert!(
            found[0].1.starts_with("…word") && found[0].1.ends_with("more…"),
            "{found:?}"
        );
        assert!(
            found[0].1.contains(" [here] ") && found[0].1.len() < 260,
            "{found:?}"
        );
    }

    #[test]
    fn a_text_of_another_site_s_links_is_not_read() {
        assert_eq!(
            all("<p><a href=\"@1~\">x</a> <a href=\"mailto:a@b.c\">y</a></p>"),
            []
        );
    }
}
