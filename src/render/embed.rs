//! Parts of other pages set in a page: `![[Page#Heading]]`.
//!
//! Gives finished HTML: the article's, or of it what stands below a heading, its
//! addresses made good for where it is set, its ids taken off (they are the other
//! page's), and a line that says whose it is.

use super::absolute;
use super::article::{Filling, Loop};
use crate::diag::Diagnostic;
use crate::parse::html::{Piece, scan};
use crate::parse::{Embed, fill};
use crate::text;

/// Parts within parts.
const DEPTH: usize = 8;
/// Bytes that are set in one page: two embeds in each of eight levels are 256 articles.
const MOST: usize = 4 << 20;

impl Filling<'_, '_> {
    pub(super) fn embed(&mut self, embed: &Embed, out: &mut String) {
        let site = self.filler.renderer.shared.site.clone();
        let what = format!("![[{}]]", embed.dest);
        let Some((target, id)) = self.by_name(&embed.dest, embed.span, &what) else {
            text::escape_html(out, &what);
            return;
        };
        let title = super::view::title(&site, target).to_owned();
        let mut url = site.href(&site[target].url);
        if let Some(id) = &id {
            url.push('#');
            url += &text::encode_url(id);
        }
        let part = (target, id.unwrap_or_default());
        let fault = if embed.inline {
            let message = format!("`{what}` stands among words, where no part of a page can");
            let help = "let it stand in a paragraph of its own; `[[…]]` links to it";
            Some(Diagnostic::warning("embed", embed.span, message).help(help))
        } else if self.within.contains(&part) {
            // Told where the circle is entered: at the part that stands in the page itself.
            self.circle = Some(part.0);
            (self.within.len() == 1).then(|| circular(&what, &title, embed))
        } else if self.within.len() > DEPTH || self.embedded > MOST {
            let message = format!("`{what}` brings too much: parts within parts of pages");
            let help = "link to some of them: `[[…]]`";
            Some(Diagnostic::warning("embed", embed.span, message).help(help))
        } else {
            let mut html = String::new();
            let circle = self.part(&part, &mut html);
            if let Some(Loop(through)) = circle {
                self.say(circular(&what, &through, embed));
            }
            self.embedded += html.len();
            out.push_str("<div class=\"embed\">\n");
            out.push_str(html.trim());
            let from = self.filler.renderer.shared.strings[site[self.id].lang.index()].say(
                "embedded_from",
                None,
                |name| (name == "title").then(|| title.as_str().into()),
            );
            out.push_str("\n<p class=\"source\"><a href=\"");
            text::escape_attr(out, &url);
            out.push_str("\">");
            text::escape_html(out, &from);
            out.push_str("</a></p>\n</div>");
            return;
        };
        if let Some(fault) = fault {
            self.say(fault);
        }
        out.push_str("<a href=\"");
        text::escape_attr(out, &url);
        out.push_str("\">");
        text::escape_html(out, &title);
        out.push_str("</a>");
    }

    /// The HTML of a part of another page, and whether it holds this page again.
    fn part(&mut self, part: &(crate::site::PageId, String), out: &mut String) -> Option<Loop> {
        let renderer = self.filler.renderer;
        let site = &renderer.shared.site;
        let text = renderer.text(part.0)?;
        let html = section(&text.body.html, &part.1);
        let mut filled = String::with_capacity(html.len() * 2);
        let mut within = self.within.clone();
        within.push(part.clone());
        // What is wrong in there is told of the page that it is from.
        let mut unheard = Vec::new();
        let mut page = Filling {
            filler: self.filler,
            id: part.0,
            host: self.host,
            reader: self.reader,
            holes: &text.body.holes,
            within,
            embedded: self.embedded,
            circle: None,
            formulas: None,
            elsewhere: Vec::new(),
            diagnostics: &mut unheard,
        };
        fill::walk(html, &text.body.holes, &mut filled, &mut |hole, out| {
            page.write(hole, out, 0)
        });
        let circle = page.circle;
        self.embedded = page.embedded;
        self.elsewhere.append(&mut page.elsewhere);
        // Of pictures that shortcodes or HTML show: dressed as a part of this page, later.
        renderer.dress(part.0, filled.clone(), self.reader, &[], &mut unheard);
        self.elsewhere.append(&mut unheard);
        let mut resolved = String::with_capacity(filled.len());
        absolute::html(&filled, &site.href(&site[part.0].url), &mut resolved);
        without_ids(&resolved, out);
        self.circle = self.circle.or(circle);
        // One that never comes here is told elsewhere.
        let here = circle == Some(self.host) && self.within.len() == 1;
        here.then(|| Loop(super::view::title(site, part.0).to_owned()))
    }
}

fn circular(what: &str, through: &str, embed: &Embed) -> Diagnostic {
    let message = format!("`{what}` comes back to where it began, by `{through}`");
    let help = "link to one of the two instead: `[[…]]`";
    Diagnostic::warning("embed-cycle", embed.span, message).help(help)
}

/// What stands below the heading with this id, with the heading: up to the next of
/// its level, or to the end of what the heading stands in. The whole without an id,
/// but for its notes, which stay with their page.
fn section<'h>(html: &'h str, id: &str) -> &'h str {
    let notes = html.rfind("<div class=\"footnotes\"").unwrap_or(html.len());
    let whole = &html[..notes];
    if id.is_empty() {
        return whole;
    }
    let mut escaped = String::new();
    text::escape_attr(&mut escaped, id);
    let Some(at) = whole.find(&format!(" id=\"{escaped}\"")) else {
        return whole;
    };
    let Some(start) = whole[..at].rfind('<') else {
        return whole;
    };
    let level = level(&whole[start..]);
    let (mut depth, mut at, mut end) = (0_usize, start, None);
    scan(&whole[start..], |piece| {
        let (Piece::Text(text) | Piece::Tag(text) | Piece::Hidden(text)) = piece;
        let here = at;
        at += text.len();
        let Piece::Tag(tag) = piece else { return };
        if end.is_some() || is_void(tag) {
            return;
        }
        if tag.starts_with("</") {
            match depth.checked_sub(1) {
                Some(less) => depth = less,
                None => end = Some(here),
            }
            // An element that is no heading is the part itself.
            if depth == 0 && level.is_none() && end.is_none() {
                end = Some(at);
            }
            return;
        }
        let next = depth == 0 && here > start;
        if next
            && self::level(tag)
                .zip(level)
                .is_some_and(|(next, own)| next <= own)
        {
            end = Some(here);
            return;
        }
        depth += 1;
    });
    &whole[start..end.unwrap_or(whole.len())]
}

fn level(tag: &str) -> Option<u8> {
    match tag.as_bytes() {
        [b'<', b'h', level @ b'1'..=b'6', b' ' | b'>', ..] => Some(level - b'0'),
        _ => None,
    }
}

fn is_void(tag: &str) -> bool {
    let name = tag[1..].split(|c: char| !c.is_ascii_alphanumeric()).next();
    let void = [
        "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source",
        "track", "wbr",
    ];
    tag.ends_with("/>") || name.is_some_and(|name| void.contains(&&*name.to_ascii_lowercase()))
}

/// An id belongs to one element of a page.
fn without_ids(html: &str, out: &mut String) {
    scan(html, |piece| match piece {
        Piece::Tag(tag) => match tag.find(" id=\"") {
            Some(at) if !tag.starts_with("</") => {
                let rest = &tag[at + " id=\"".len()..];
                out.push_str(&tag[..at]);
                out.push_str(rest.split_once('"').map_or(rest, |(_, rest)| rest));
            }
            _ => out.push_str(tag),
        },
        Piece::Text(text) | Piece::Hidden(text) => out.push_str(text),
    });
}

#[cfg(test)]
mod tests {
    use super::{section, without_ids};

    #[test]
    fn a_part_ends_with_its_heading_s_reach() {
        let html = "<p>0</p><h2 id=\"a\">A</h2><p>1<br></p><h3 id=\"b\">B</h3><p>2</p>\
                    <blockquote><h2 id=\"c\">C</h2><p>3</p></blockquote><p id=\"p\">4</p><h2 id=\"d\">D</h2>\
                    <p>5</p><div class=\"footnotes\">6</div>";
        let of = |id| {
            let part = section(html, id);
            let mut text = String::new();
            super::scan(part, |piece| {
                if let super::Piece::Text(part) = piece {
                    text += part;
                }
            });
            text
        };
        assert_eq!(of(""), "0A1B2C34D5");
        assert_eq!(of("a"), "A1B2C34");
        assert_eq!(of("b"), "B2C34");
        assert_eq!(of("c"), "C3");
        assert_eq!(of("d"), "D5");
        assert_eq!(of("p"), "4");
        assert_eq!(of("none"), "0A1B2C34D5");
    }

    #[test]
    fn ids_are_taken_off() {
        let mut out = String::new();
        without_ids(
            "<h2 id=\"a\" class=\"b\">id=\"x\"</h2><sup id=\"f\">",
            &mut out,
        );
        assert_eq!(out, "<h2 class=\"b\">id=\"x\"</h2><sup>");
    }
}
