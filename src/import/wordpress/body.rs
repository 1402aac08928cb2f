//! The text of a post: blocks or classic HTML, with WordPress's shortcodes, as Markdown.

use super::super::house::{House, without_shortcodes};
use super::super::html::{self, Kept};
use super::shortcodes::{self, Become};
use super::wxr::Item;
use super::{Old, paragraphs::paragraphs};
use crate::diag::Span;
use serde_json::Value as Json;
use std::collections::HashSet;

/// A text that moved in.
pub struct Body {
    pub text: String,
    /// It stayed HTML, all of it.
    pub is_html: bool,
    pub formulas: bool,
}

/// Kept blocks that one text shows, each time counted: they may show one another.
const SHOWN: usize = 1000;

/// Blocks that WordPress fills, and whose absence nobody notices.
const IDLE: [&str; 6] = [
    "spacer",
    "separator",
    "more",
    "nextpage",
    "page-list",
    "site-logo",
];

/// Converts the text; what could not be is named with its place.
pub fn read(item: &Item, old: &Old, house: &mut House) -> Body {
    let mut reading = Reading {
        item,
        old,
        house,
        kept: Kept::default(),
        shown: 0,
        open: Vec::new(),
    };
    let html = reading.html(item.get("content:encoded"), item.body_at);
    let kept = reading.kept;
    let span = old.span(item);
    let link = |address: &str| old.link(address);
    let Some(converted) = html::to_markdown(&html, &kept, &link) else {
        house.warn(
            "html",
            span,
            "the text nests too deeply for Markdown, and stays HTML",
            "look whether a page builder made it; copy its words by hand",
        );
        let text = without_shortcodes(&html::clean(item.get("content:encoded")));
        return Body {
            text,
            is_html: true,
            formulas: false,
        };
    };
    for name in converted.dropped {
        let message = format!("`<{name}>` is left out");
        house.warn("html", span, message, html::DROPPED);
    }
    Body {
        formulas: converted.formulas,
        text: converted.markdown,
        is_html: false,
    }
}

struct Reading<'a, 'h> {
    item: &'a Item,
    old: &'a Old<'a>,
    house: &'h mut House,
    kept: Kept,
    /// Kept blocks that were filled in.
    shown: usize,
    /// Numbers of those that are being filled in.
    open: Vec<String>,
}

impl Reading<'_, '_> {
    /// The text as HTML that says all of itself.
    fn html(&mut self, body: &str, body_at: Option<usize>) -> String {
        let cleaned = html::clean(body);
        let body_at = body_at.filter(|_| cleaned.len() == body.len());
        let text = self.shortcodes(&cleaned, body_at);
        let text = self.marks(&text);
        match text.contains("<!-- wp:") {
            true => self.blocks(&text),
            false => paragraphs(&text),
        }
    }

    /// Shortcodes that HTML can say are replaced by that; the others stay, and are named.
    fn shortcodes(&mut self, body: &str, body_at: Option<usize>) -> String {
        let old = self.old;
        let item = self.item;
        let pictures = |ids: Option<&str>| old.pictures(item, ids);
        let mut out = String::with_capacity(body.len());
        let mut endless = HashSet::new();
        let mut at = 0;
        while let Some(open) = body[at..].find('[').map(|found| at + found) {
            out.push_str(&body[at..open]);
            // `[[this]]` is how one writes `[this]`.
            let doubled = body[open..].starts_with("[[");
            let inside = open + usize::from(doubled);
            let Some(code) = shortcodes::at(body, inside, &mut endless) else {
                out.push_str(&body[open..=inside]);
                at = inside + 1;
                continue;
            };
            if doubled && body[code.end..].starts_with(']') {
                out.push_str(&body[inside..code.end]);
                at = code.end + 1;
                continue;
            }
            out.push_str(&body[open..inside]);
            match shortcodes::become_of(&code, &mut self.kept, &pictures) {
                Become::Html(html) => {
                    out.push_str(&html);
                    at = code.end;
                }
                // What is between its ends is text all the same.
                Become::Text => {
                    out.push('[');
                    at = inside + 1;
                }
                Become::Unknown => {
                    self.unknown(&body[inside..code.head_end], body_at.map(|at| at + inside));
                    out.push_str(&body[inside..code.head_end]);
                    at = code.head_end;
                }
            }
        }
        out.push_str(&body[at..]);
        out
    }

    fn unknown(&mut self, written: &str, at: Option<usize>) {
        let shown: String = written.chars().take(80).collect();
        let span = match at {
            Some(at) => Span::new(self.old.file, at, at + written.len()),
            None => self.old.span(self.item),
        };
        self.house.warn(
            "wordpress-shortcode",
            span,
            format!("`{shown}` stays in the text"),
            "a plugin made something of it; write what it was, or a shortcode of your own",
        );
    }

    /// Marks of a classic text, and Jetpack's formulas.
    fn marks(&mut self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find(['<', '$']) {
            out.push_str(&rest[..at]);
            rest = &rest[at..];
            if let Some(inner) = rest.strip_prefix("$latex ") {
                let end = inner.find('$').filter(|end| !inner[..*end].contains('\n'));
                if let Some(end) = end {
                    let tex = crate::text::decode_entities(&inner[..end]);
                    out.push_str(&self.kept.formula(&tex));
                    rest = &inner[end + 1..];
                    continue;
                }
            }
            let comment = rest
                .strip_prefix("<!--")
                .and_then(|inner| inner.split_once("-->"));
            match comment {
                Some((inner, behind)) if inner == "more" || inner.starts_with("more ") => {
                    out.push_str(&format!("\n\n{}\n\n", self.kept.markdown("<!--more-->")));
                    rest = behind;
                }
                Some((inner, behind)) if matches!(inner.trim(), "nextpage" | "noteaser") => {
                    out.push_str("\n\n");
                    rest = behind;
                }
                _ => {
                    out.push_str(&rest[..1]);
                    rest = &rest[1..];
                }
            }
        }
        out.push_str(rest);
        out
    }

    /// Blocks without their comments; what WordPress would fill in is filled in or named.
    fn blocks(&mut self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut open = 0_usize;
        let mut rest = text;
        while let Some((before, block, behind)) = next_block(rest) {
            self.between(before, open, &mut out);
            rest = behind;
            match block.kind {
                Kind::Alone => {
                    let filled = self.alone(&block);
                    out.push_str(&filled);
                }
                Kind::Start if block.name == "html" => {
                    let (inner, behind) = until_end(rest, "html");
                    let piece = self.kept.html(inner);
                    out.push_str(&piece);
                    rest = behind;
                }
                Kind::Start => open += 1,
                Kind::End => open = open.saturating_sub(1),
            }
        }
        self.between(rest, open, &mut out);
        out
    }

    /// Text outside of blocks is a classic one.
    fn between(&mut self, text: &str, open: usize, out: &mut String) {
        match open == 0 && !text.trim().is_empty() {
            true => out.push_str(&paragraphs(text)),
            false => out.push_str(text),
        }
    }

    fn alone(&mut self, block: &Block) -> String {
        match block.name {
            "block" => self.kept_block(block.data()["ref"].as_u64().unwrap_or(0)),
            "footnotes" => notes(self.item.meta("footnotes")),
            name if IDLE.contains(&name) => String::new(),
            name => {
                self.empty(&format!(
                    "the block `{name}` is filled by WordPress, and is left out"
                ));
                String::new()
            }
        }
    }

    /// A block that several texts show.
    fn kept_block(&mut self, id: u64) -> String {
        let id = id.to_string();
        let found = self.old.item(&id);
        let found = found.filter(|item| item.get("wp:post_type") == "wp_block");
        let Some(found) = found else {
            self.empty("a block that is used in several texts is not in the export");
            return String::new();
        };
        if self.open.contains(&id) || self.shown >= SHOWN {
            self.empty("a block that is used in several texts shows itself, and is left out there");
            return String::new();
        }
        self.shown += 1;
        self.open.push(id);
        let text = html::clean(found.get("content:encoded"));
        let text = self.shortcodes(&text, None);
        let text = self.marks(&text);
        let filled = self.blocks(&text);
        self.open.pop();
        filled
    }

    fn empty(&mut self, message: &str) {
        let help = "write what it showed; lists of posts are made by the theme";
        self.house
            .warn("block", self.old.span(self.item), message, help);
    }
}

enum Kind {
    Start,
    End,
    Alone,
}

/// A comment that begins or ends a block.
struct Block<'a> {
    /// Without `core/`.
    name: &'a str,
    data: &'a str,
    kind: Kind,
}

impl Block<'_> {
    fn data(&self) -> Json {
        serde_json::from_str(self.data).unwrap_or_default()
    }
}

/// The next comment of a block, with what is before and behind it.
fn next_block(text: &str) -> Option<(&str, Block<'_>, &str)> {
    let mut at = 0;
    loop {
        let open = at + text[at..].find("<!--")?;
        let end = open + text[open..].find("-->")?;
        let inner = text[open + 4..end].trim();
        let (inner, ends) = match inner.strip_prefix('/') {
            Some(inner) => (inner, true),
            None => (inner, false),
        };
        let Some(inner) = inner.strip_prefix("wp:") else {
            at = end;
            continue;
        };
        let (inner, alone) = match inner.strip_suffix('/') {
            Some(inner) => (inner.trim_end(), true),
            None => (inner, false),
        };
        let (name, data) = inner.split_once(char::is_whitespace).unwrap_or((inner, ""));
        let block = Block {
            name: name.strip_prefix("core/").unwrap_or(name),
            data: data.trim(),
            kind: match (ends, alone) {
                (true, _) => Kind::End,
                (_, true) => Kind::Alone,
                _ => Kind::Start,
            },
        };
        return Some((&text[..open], block, &text[end + 3..]));
    }
}

/// What stands before the end of a block, and what behind it.
fn until_end<'a>(text: &'a str, name: &str) -> (&'a str, &'a str) {
    let end = format!("<!-- /wp:{name} -->");
    text.split_once(&end).unwrap_or((text, ""))
}

/// WordPress keeps notes apart from the text.
fn notes(kept: &str) -> String {
    let notes: Json = serde_json::from_str(kept).unwrap_or_default();
    let mut out = String::from("<ol>");
    for (at, note) in notes.as_array().into_iter().flatten().enumerate() {
        let content = html::clean(note["content"].as_str().unwrap_or_default());
        out.push_str(&format!("<li id=\"fn{}\">{content}</li>", at + 1));
    }
    out.push_str("</ol>");
    out
}
