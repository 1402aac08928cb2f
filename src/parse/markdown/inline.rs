//! What stands within a line: text with its typography and bare links,
//! emphasis, code, links, images.

use super::formulas::Written;
use super::linkify::{self, Kind};
use super::render::{Alt, Closing, Renderer};
use super::typography::{self, Sign};
use super::{mask, math};
use crate::diag::Diagnostic;
use crate::parse::{Hole, Image, Link};
use crate::text::{decode_entities, escape_attr, escape_html, safe_image_url, safe_url};
use pulldown_cmark::{LinkType, Tag, TagEnd};
use std::borrow::Cow;
use std::ops::Range;

/// Bytes at which something may have to be done.
const SPECIAL: [bool; 256] = {
    let mut table = [false; 256];
    let mut at = 0;
    let bytes = b"&<>\"'-.:@[]\xEF";
    while at < bytes.len() {
        table[bytes[at] as usize] = true;
        at += 1;
    }
    table
};

impl<'a> Renderer<'a> {
    pub(super) fn text(&mut self, text: &str, range: Range<usize>, breaks: bool) {
        if range.start < self.inline.skip && range.end <= self.inline.skip {
            return;
        }
        if let Some(draft) = &self.heading
            && range.end > draft.cut
        {
            // Attributes of a heading; the spaces before them go at its end.
            let cut = draft.cut;
            if range.start >= cut {
                return;
            }
            let kept = cut - range.start;
            if self.source.get(range.clone()) == Some(text) {
                return self.prose(range.start..range.start + kept, false);
            }
        }
        match self.source.get(range.clone()) {
            // Nearly always a part of the source itself: there is nothing to compare.
            Some(source) if std::ptr::eq(source, text) || source == text => {
                self.prose(range, breaks);
            }
            // Not as in the source: an entity, or a bar in a table.
            _ => self.push_text(text),
        }
    }

    /// Text that stands in the source as it is meant.
    fn prose(&mut self, range: Range<usize>, breaks: bool) {
        let source = self.source;
        let bytes = source.as_bytes();
        let from = range.start.max(self.inline.skip);
        self.inline.start.get_or_insert(from);
        if !self.inline.after_text {
            self.inline.fresh = from;
        }
        let mut done = from;
        let mut at = from;
        if from > 0
            && bytes[from - 1] == b'\\'
            && bytes[from].is_ascii_punctuation()
            && from == range.start
        {
            self.push_text(&source[from..=from]);
            at += 1;
            done = at;
        }
        let special = |byte: &u8| SPECIAL[usize::from(*byte)];
        while let Some(plain) = bytes[at.min(range.end)..range.end].iter().position(special) {
            at += plain;
            let next = match self.special(at, done, &range, breaks) {
                Some(next) => next,
                None if matches!(bytes[at], b'&' | b'<' | b'>' | b'"') => {
                    self.push_plain(&source[done..at]);
                    self.push_text(&source[at..=at]);
                    at + 1
                }
                None => {
                    at += 1;
                    continue;
                }
            };
            // Something was written, from where the plain text ended.
            at = next;
            done = next;
            self.inline.skip = next;
        }
        self.push_plain(&source[done.min(range.end)..range.end]);
    }

    /// Handles the byte at `at`, if there is anything to do: writes the text
    /// from `done` and what comes of it, and tells where it goes on.
    fn special(
        &mut self,
        at: usize,
        done: usize,
        range: &Range<usize>,
        breaks: bool,
    ) -> Option<usize> {
        let source = self.source;
        let bytes = source.as_bytes();
        match bytes[at] {
            b'[' => {
                let Some(wiki) = self.wiki_at(at) else {
                    self.inline.brackets += 1;
                    return None;
                };
                let end = wiki.end;
                if at > done && bytes[at - 1] == b'!' {
                    self.push_plain(&source[done..at - 1]);
                    self.embed(at - 1, wiki);
                } else {
                    self.push_plain(&source[done..at]);
                    self.wiki_link(at, wiki);
                }
                Some(end)
            }
            b']' => {
                self.inline.brackets = self.inline.brackets.saturating_sub(1);
                None
            }
            b':' | b'@' | b'.'
                if self.options.linkify && self.may_link() && self.link_at(at, done).is_some() =>
            {
                let (start, end, kind) = self.link_at(at, done)?;
                self.push_plain(&source[done..start]);
                self.bare_link(start..end, kind);
                Some(end)
            }
            b':' if self.options.emoji => {
                let (emoji, name, end) = emoji(source, at + 1, range.end)?;
                self.push_plain(&source[done..at]);
                self.push_with_ident(emoji, name);
                self.inline.fresh = end;
                Some(end)
            }
            b'\'' | b'"' | b'-' | b'.' | b'<' | b'>' if self.options.typographer => {
                let (sign, length) = self.sign(at, range, breaks)?;
                self.push_plain(&source[done..at]);
                self.push_sign(sign);
                self.inline.fresh = at + length;
                Some(at + length)
            }
            0xEF if source[at..].starts_with(mask::COLON) => {
                let colon = at + mask::COLON.len_utf8();
                self.push_plain(&source[done..at]);
                match emoji(source, colon, range.end).filter(|_| self.options.emoji) {
                    Some((emoji, name, end)) => {
                        self.push_with_ident(emoji, name);
                        self.inline.fresh = end;
                        Some(end)
                    }
                    None => {
                        self.push_text(":");
                        Some(colon)
                    }
                }
            }
            0xEF => {
                let (index, length) = self.masked.formula(&source[at..])?;
                self.push_plain(&source[done..at]);
                self.formula(index);
                self.inline.fresh = at + length;
                Some(at + length)
            }
            _ => None,
        }
    }

    fn sign(&mut self, at: usize, range: &Range<usize>, breaks: bool) -> Option<(Sign, usize)> {
        let source = self.source;
        let bytes = source.as_bytes();
        if !matches!(bytes[at], b'\'' | b'"') {
            return typography::run(&bytes[at..]);
        }
        let before = match self.inline.start {
            Some(start) if at > start => source[..at].chars().next_back().unwrap_or('\n'),
            _ if self.inline.open.is_empty() => '\n',
            _ => source[..at].chars().next_back().unwrap_or('\n'),
        };
        // No rule looks further than this.
        let mut end = source.len().min(at + 8);
        while !source.is_char_boundary(end) {
            end -= 1;
        }
        if let Some(newline) = memchr::memchr(b'\n', &bytes[at..end]) {
            let newline = at + newline;
            let last = source[range.end.min(newline)..newline].trim().is_empty();
            end = if last && !breaks {
                range.end.min(newline)
            } else {
                newline + 1
            };
        }
        let line = &source[at..end.max(at + 1)];
        self.inline.quotes.sign(before, line).map(|sign| (sign, 1))
    }

    fn push_sign(&mut self, sign: Sign) {
        let signs = &self.options.punctuation;
        let written = match sign {
            Sign::LeftSingle => &signs.left_single,
            Sign::RightSingle => &signs.right_single,
            Sign::LeftDouble => &signs.left_double,
            Sign::RightDouble => &signs.right_double,
            Sign::LeftAngle => &signs.left_angle,
            Sign::RightAngle => &signs.right_angle,
            Sign::Apostrophe => &signs.apostrophe,
            Sign::EnDash => &signs.en_dash,
            Sign::EmDash => &signs.em_dash,
            Sign::Ellipsis => &signs.ellipsis,
        };
        // A configuration may say `&laquo;&nbsp;`.
        self.push_text(&decode_entities(written));
    }

    fn may_link(&self) -> bool {
        self.inline.links == 0 && self.inline.brackets == 0 && self.alt.is_none()
    }

    /// The bare link of which byte `at` is the colon, the first dot or the at sign.
    fn link_at(&self, at: usize, done: usize) -> Option<(usize, usize, Kind)> {
        let bytes = self.source.as_bytes();
        let (start, kind) = match bytes[at] {
            b':' if bytes[at..].starts_with(b"://") => {
                let scheme = ["https", "http", "ftp"]
                    .into_iter()
                    .find(|s| bytes[..at].ends_with(s.as_bytes()))?;
                (at - scheme.len(), Kind::Url)
            }
            b'.' if bytes[..at].ends_with(b"www") => (at - 3, Kind::Www),
            b'@' => (linkify::email_start(bytes, done, at), Kind::Email),
            _ => return None,
        };
        if start < done || !self.may_begin(start) {
            return None;
        }
        let text = &bytes[start..];
        let length = match kind {
            Kind::Url => linkify::url(text)?,
            Kind::Www => linkify::www(text)?,
            Kind::Email => linkify::email(text, at - start)?,
        };
        Some((start, start + length, kind))
    }

    /// A bare link begins a line, or stands after a space, an opening or markup.
    fn may_begin(&self, start: usize) -> bool {
        start == self.inline.fresh
            || self.inline.start == Some(start)
            || self.source[..start].ends_with([' ', '\t', '\n', '*', '_', '~', '('])
    }

    fn bare_link(&mut self, range: Range<usize>, kind: Kind) {
        let text = &self.source[range.clone()];
        let text = self.masked.restore(text).into_owned();
        let dest = match kind {
            Kind::Url => text.clone(),
            Kind::Www => format!("{}://{text}", self.options.linkify_protocol),
            Kind::Email => format!("mailto:{text}"),
        };
        let span = self.span(range.clone());
        self.out.push_str("<a href=\"");
        self.push_hole(Hole::Link(Link { dest, span }));
        self.out.push_str("\">");
        self.inline.silent += 1;
        self.push_text(&text);
        self.inline.silent -= 1;
        self.out.push_str("</a>");
        self.inline.fresh = range.end;
    }

    pub(super) fn formula(&mut self, index: usize) {
        let masked = self.masked;
        let formula = &masked.formulas[index];
        let inner = math::tex(formula.inner());
        let at = formula.at().filter(|_| matches!(inner, Cow::Borrowed(_)));
        if self.alt.is_some() {
            return self.push_text(&formula.raw);
        }
        if let Some(draft) = &mut self.heading {
            draft.text.push_str(&formula.raw);
            draft.ident.push_str(&formula.raw);
        }
        let display = formula.fence.is_display() && !self.in_span();
        let whole = formula.range.clone();
        let formula = Written {
            tex: inner,
            fence: formula.fence,
            block: display,
        };
        if display && self.split_paragraph(&formula, &whole, at) {
            return;
        }
        self.push_formula(formula, whole, at);
    }

    /// Appends text, escaped, and to the text of a heading.
    pub(super) fn push_text(&mut self, text: &str) {
        self.push_with_ident(text, text);
    }

    /// The same of a text that holds nothing to escape.
    fn push_plain(&mut self, text: &str) {
        self.out.push_str(text);
        if let Some(draft) = &mut self.heading {
            draft.text.push_str(text);
            if self.inline.silent == 0 {
                draft.ident.push_str(text);
            }
        }
    }

    fn push_with_ident(&mut self, text: &str, ident: &str) {
        if self.alt.is_some() {
            self.out.push_str(text);
        } else {
            escape_html(&mut self.out, text);
        }
        if let Some(draft) = &mut self.heading {
            draft.text.push_str(text);
            if self.inline.silent == 0 {
                draft.ident.push_str(ident);
            }
        }
    }

    pub(super) fn line_break(&mut self, hard: bool) {
        if self.end_alert_title() {
            return;
        }
        if self
            .paragraph
            .as_ref()
            .is_some_and(|p| p.content == self.out.len())
        {
            return;
        }
        if self.alt.is_some() {
            self.out.push(' ');
        } else if self.term && self.inline.open.is_empty() {
            self.out.push_str("</dt>\n<dt>");
        } else {
            self.out.push_str(if hard { "<br>\n" } else { "\n" });
        }
        if let Some(draft) = &mut self.heading {
            draft.text.push(' ');
            draft.ident.push(' ');
        }
    }

    pub(super) fn code_span(&mut self, text: &str, range: Range<usize>) {
        if range.end <= self.inline.skip {
            return;
        }
        if self.tex_span(text, &range) {
            return;
        }
        let text = self.masked.restore(text).into_owned();
        if self.alt.is_some() {
            return self.push_text(&text);
        }
        self.out.push_str("<code>");
        self.push_text(&text);
        self.out.push_str("</code>");
    }

    /// `` $`…`$ ``: a formula wherever it stands.
    fn tex_span(&mut self, text: &str, range: &Range<usize>) -> bool {
        let bytes = self.source.as_bytes();
        let before = &bytes[..range.start];
        let fenced = before.ends_with(b"$")
            && !before.ends_with(b"\\$")
            && bytes.get(range.end) == Some(&b'$')
            && self.out.ends_with('$')
            && self.alt.is_none();
        if !fenced {
            return false;
        }
        self.out.pop();
        if let Some(draft) = &mut self.heading {
            draft.text.push_str(text);
            draft.text.push('$');
            draft.ident.push_str(text);
        }
        let text = self.masked.restore(text);
        let formula = Written {
            tex: text.trim().into(),
            fence: math::Fence::Dollar,
            block: false,
        };
        self.push_found(formula, range.start - 1..range.end + 1);
        self.inline.skip = range.end + 1;
        true
    }

    pub(super) fn inline_html(&mut self, html: &str, range: Range<usize>, breaks: bool) {
        if range.start < self.inline.skip {
            // `<<a>>`: the angles were typography.
            return self.prose(range, breaks);
        }
        if html == "<!--more-->" {
            return self.divide();
        }
        if self.alt.is_some() {
            return;
        }
        if !self.options.unsafe_html {
            self.out.push_str("<!-- raw HTML omitted -->");
            return;
        }
        self.out.push_str(&self.masked.restore(html));
    }

    pub(super) fn start_inline(&mut self, tag: Tag<'a>, range: Range<usize>) {
        let (open, close, delimiters) = match tag {
            Tag::Emphasis => ("<em>", "</em>", 1),
            Tag::Strong => ("<strong>", "</strong>", 2),
            Tag::Strikethrough => ("<del>", "</del>", 1),
            Tag::Superscript => ("<sup>", "</sup>", 1),
            Tag::Subscript => ("<sub>", "</sub>", 1),
            Tag::Link {
                link_type,
                dest_url,
                title,
                ..
            } => return self.start_link(link_type, &dest_url, &title, range),
            Tag::Image {
                dest_url, title, ..
            } => return self.start_image(&dest_url, &title, range),
            _ => return,
        };
        if range.start < self.inline.skip {
            self.inline.open.push(Closing::Text(delimiters));
            return;
        }
        if self.alt.is_none() {
            self.out.push_str(open);
        }
        self.inline.open.push(Closing::Tag(close));
    }

    pub(super) fn end_inline(&mut self, tag: TagEnd, range: Range<usize>) {
        if tag == TagEnd::Image {
            return self.end_image();
        }
        match self.inline.open.pop() {
            Some(Closing::Tag(close)) if self.alt.is_none() => self.out.push_str(close),
            Some(Closing::Link { silent }) => {
                self.inline.silent -= usize::from(silent);
                self.inline.links -= 1;
                if self.alt.is_none() {
                    self.out.push_str("</a>");
                }
            }
            Some(Closing::Text(delimiters)) => {
                let start = (range.end - delimiters.min(range.end)).max(self.inline.skip);
                if start < range.end {
                    self.push_text(&self.source[start..range.end]);
                }
            }
            Some(Closing::Tag(_)) | None => {}
        }
    }

    fn start_link(&mut self, kind: LinkType, dest: &str, title: &str, range: Range<usize>) {
        if range.start < self.inline.skip {
            self.inline.open.push(Closing::Text(0));
            return;
        }
        let silent = matches!(kind, LinkType::Autolink | LinkType::Email);
        self.inline.open.push(Closing::Link { silent });
        self.inline.silent += usize::from(silent);
        self.inline.links += 1;
        if self.alt.is_some() {
            return;
        }
        let dest = self.masked.restore(dest);
        let dest = match kind {
            LinkType::Email => format!("mailto:{dest}"),
            _ => dest.into_owned(),
        };
        let span = self.span(range);
        self.out.push_str("<a href=\"");
        if self.options.any_scheme || safe_url(&dest) {
            self.push_hole(Hole::Link(Link { dest, span }));
        } else {
            self.out.push('#');
            self.diagnostics.push(unsafe_url(span, &dest, "link"));
        }
        self.out.push('"');
        if !title.is_empty() {
            self.out.push_str(" title=\"");
            escape_attr(&mut self.out, &self.masked.restore(title));
            self.out.push('"');
        }
        self.out.push('>');
    }

    fn start_image(&mut self, dest: &str, title: &str, range: Range<usize>) {
        match &mut self.alt {
            Some(alt) => alt.depth += 1,
            None => {
                self.alt = Some(Alt {
                    start: self.out.len(),
                    depth: 0,
                    swallowed: range.end <= self.inline.skip,
                    src: self.masked.restore(dest).into_owned(),
                    title: (!title.is_empty()).then(|| self.masked.restore(title).into_owned()),
                    range,
                });
            }
        }
    }

    fn end_image(&mut self) {
        match self.alt.take() {
            Some(mut alt) if alt.depth > 0 => {
                alt.depth -= 1;
                self.alt = Some(alt);
            }
            Some(alt) => {
                let text = self.out.split_off(alt.start);
                if alt.swallowed {
                    return;
                }
                let span = self.span(alt.range);
                if self.options.any_scheme || safe_image_url(&alt.src) {
                    self.push_hole(Hole::Image(Box::new(Image {
                        src: alt.src,
                        alt: text,
                        title: alt.title,
                        span,
                    })));
                } else {
                    self.diagnostics.push(unsafe_url(span, &alt.src, "image"));
                    escape_html(&mut self.out, &text);
                }
            }
            None => {}
        }
    }
}

fn unsafe_url(span: crate::diag::Span, url: &str, what: &str) -> Diagnostic {
    let shown: String = url.chars().filter(|c| !c.is_control()).take(40).collect();
    Diagnostic::warning(
        "unsafe-url",
        span,
        format!("{what} to `{shown}` is left out: its scheme is not allowed"),
    )
    .help("write it as raw HTML if it is meant")
}

/// The emoji whose name begins at `from`, after a colon: itself, the name, and the end.
fn emoji(source: &str, from: usize, limit: usize) -> Option<(&'static str, &str, usize)> {
    let rest = &source.as_bytes()[from..limit];
    let length = rest
        .iter()
        .take(64)
        .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'+' | b'-'))
        .count();
    if length == 0 || rest.get(length) != Some(&b':') {
        return None;
    }
    let name = &source[from..from + length];
    let found = emojis::get_by_shortcode(name)?;
    Some((found.as_str(), name, from + length + 1))
}
