//! Where in a file's text destinations are written: of links and pictures in Markdown and
//! HTML, of links by name, of addresses that stand in the text, and in the arguments of
//! shortcodes. For who rewrites them; what they mean is not known here.

use crate::diag::FileId;
use crate::parse::front_matter;
use crate::parse::shortcode::{self, ArgValue, Call};
use crate::text::tag;
use pulldown_cmark::{Event, LinkType, Options, Parser, Tag, TagEnd};
use std::ops::Range;

#[derive(Clone, Debug, PartialEq)]
pub struct Anchor {
    /// Bytes of the file.
    pub range: Range<usize>,
    /// As it reads once escapes are undone.
    pub dest: String,
    pub kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `[text](dest)`, `![alt](dest)`, `[label]: dest`, `href="dest"`, `<https://…>`,
    /// `{{< figure src="dest" >}}`.
    Link,
    /// `{{< ref "dest" >}}`, `{{< relref "dest" >}}`.
    Ref,
    /// `[[dest]]`, and what parts a new name from the words that readers saw; nothing
    /// where they have words of their own: `[[dest|text]]`, `![[dest]]`.
    Name(Option<&'static str>),
}

/// Arguments of shortcodes that lead somewhere.
const LEADING: [&str; 8] = [
    "src", "link", "href", "url", "path", "file", "poster", "image",
];

/// All destinations of a content file, in order.
pub fn of(text: &str, file: FileId) -> Vec<Anchor> {
    let start = front_matter::split(text, file).map_or(0, |split| split.body);
    let body = &text[start..];
    let extracted = shortcode::extract(body, file, start);
    let mut found: Vec<Anchor> = (extracted.calls.iter())
        .flat_map(|call| argument(text, call))
        .collect();
    // Shortcodes read like text of the same length, so that every byte keeps its place.
    let mut masked = body.to_owned();
    let calls = calls(body);
    for range in calls.iter().cloned() {
        let blank: String = body[range.clone()]
            .bytes()
            .map(|byte| if byte == b'\n' { '\n' } else { 'x' })
            .collect();
        masked.replace_range(range, &blank);
    }
    let mut written = in_text(&masked);
    // What a shortcode gives is not written here.
    written.retain(|anchor| {
        let apart =
            |call: &Range<usize>| anchor.range.end <= call.start || call.end <= anchor.range.start;
        calls.iter().all(apart)
    });
    found.extend(written.into_iter().map(|mut anchor| {
        anchor.range = start + anchor.range.start..start + anchor.range.end;
        anchor
    }));
    // The same piece may be seen twice: a picture within a link.
    found.sort_by_key(|anchor| (anchor.range.start, anchor.range.end));
    found.dedup();
    found
}

/// What Markdown, and HTML in it, leads to.
fn in_text(markdown: &str) -> Vec<Anchor> {
    let mut found: Vec<Anchor> = Vec::new();
    let link = |range: Range<usize>, dest: &str| Anchor {
        range,
        dest: dest.to_owned(),
        kind: Kind::Link,
    };
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_DEFINITION_LIST;
    let parser = Parser::new_ext(markdown, options);
    let mut definitions: Vec<(Range<usize>, String)> = parser
        .reference_definitions()
        .iter()
        .map(|(_, definition)| (definition.span.clone(), definition.dest.to_string()))
        .collect();
    definitions.sort_by_key(|(range, _)| range.start);
    // Links, pictures and code that we are in: their text is no text to look for more in.
    let (mut within, mut cell, mut done) = (0_usize, false, 0);
    for (event, range) in parser.into_offset_iter() {
        match &event {
            Event::Text(_) if within == 0 => {
                done = in_words(markdown, range.start.max(done)..range.end, cell, &mut found);
            }
            Event::Start(Tag::TableCell) => cell = true,
            Event::End(TagEnd::TableCell) => cell = false,
            Event::Start(Tag::Link { .. } | Tag::Image { .. } | Tag::CodeBlock(_)) => within += 1,
            Event::End(TagEnd::Link | TagEnd::Image | TagEnd::CodeBlock) => within -= 1,
            _ => {}
        }
        match event {
            Event::Start(Tag::Link {
                link_type: LinkType::Autolink,
                dest_url,
                ..
            }) => found.push(link(range.start + 1..range.end - 1, &dest_url)),
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                if let Some(inner) = inline(&markdown[range.clone()], &dest_url) {
                    let inner = range.start + inner.start..range.start + inner.end;
                    found.push(link(inner, &dest_url));
                }
            }
            Event::Html(html) | Event::InlineHtml(html) => {
                for inner in attributes(&html) {
                    let at = range.start + inner.start..range.start + inner.end;
                    found.push(link(at, &html[inner]));
                }
            }
            _ => {}
        }
    }
    for (range, dest) in definitions {
        let source = &markdown[range.clone()];
        let after = source.find("]:").map_or(0, |at| at + 2);
        if let Some(at) = source[after..].find(&dest) {
            let at = range.start + after + at;
            found.push(link(at..at + dest.len(), &dest));
        }
    }
    found
}

/// Names in double brackets, and addresses that stand as they are. Gives the end of what
/// was read, which may be beyond the piece: CommonMark parts text at signs.
fn in_words(text: &str, piece: Range<usize>, cell: bool, found: &mut Vec<Anchor>) -> usize {
    let mut at = piece.start;
    while at < piece.end {
        let rest = &text[at..];
        if let Some(anchor) = name_at(text, at, cell).or_else(|| address_at(text, at)) {
            at = anchor.range.end;
            found.push(anchor);
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    at
}

/// `[[Page#Heading|text]]`.
fn name_at(text: &str, at: usize, cell: bool) -> Option<Anchor> {
    let inside = text[at..].strip_prefix("[[")?;
    let end = inside.find(['[', ']', '\n'])?;
    if !inside[end..].starts_with("]]") || text[..at].ends_with('\\') {
        return None;
    }
    let named = inside[..end].split_once('|').map(|(name, _)| name);
    let dest = named.map(|name| name.strip_suffix('\\').unwrap_or(name));
    let dest = dest.unwrap_or(&inside[..end]);
    let bar = match (named, text[..at].ends_with('!'), cell) {
        (None, false, false) => Some("|"),
        (None, false, true) => Some("\\|"),
        _ => None,
    };
    Some(Anchor {
        range: at + 2..at + 2 + dest.len(),
        dest: dest.to_owned(),
        kind: Kind::Name(bar),
    })
}

/// `https://example.org/page/`, as people put it among words.
fn address_at(text: &str, at: usize) -> Option<Anchor> {
    let rest = &text[at..];
    if !rest.starts_with("https://") && !rest.starts_with("http://") {
        return None;
    }
    let ends = |c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"' | '\'' | ')' | '|');
    let address = &rest[..rest.find(ends).unwrap_or(rest.len())];
    let address = address.trim_end_matches(['.', ',', ';', ':', '!', '?', '*', '_', '~']);
    Some(Anchor {
        range: at..at + address.len(),
        dest: address.to_owned(),
        kind: Kind::Link,
    })
}

/// The destination within `[text](dest "title")`; none in a link that names a label.
fn inline(source: &str, dest: &str) -> Option<Range<usize>> {
    // From the end: the text may hold the same words, or another link.
    let mut end = source.len();
    while let Some(at) = source[..end].rfind(dest) {
        let before = source[..at].trim_end_matches(['<', ' ', '\n']);
        if before.ends_with("](") && !dest.is_empty() {
            return Some(at..at + dest.len());
        }
        if at == 0 {
            return None;
        }
        end = at;
        while !source.is_char_boundary(end) {
            end -= 1;
        }
    }
    None
}

/// Values of `href`, `src` and `poster`, without their quotes.
fn attributes(html: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(open) = html[at..].find('<').map(|open| at + open) {
        let (_, end) = tag::attributes(html, open, |name, value| {
            if ["href", "src", "poster"].contains(&name.to_ascii_lowercase().as_str()) {
                let quotes = usize::from(html[value.clone()].starts_with(['"', '\'']));
                found.push(value.start + quotes..value.end - quotes);
            }
        });
        at = end.max(open + 1);
    }
    found
}

/// The tags of shortcodes, as written.
fn calls(body: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(open) = body[at..].find("{{").map(|open| at + open) {
        let close = match body[open + 2..].chars().next() {
            Some('<') => ">}}",
            Some('%') => "%}}",
            _ => {
                at = open + 2;
                continue;
            }
        };
        let Some(end) = body[open..].find(close) else {
            break;
        };
        at = open + end + 3;
        found.push(open..at);
    }
    found
}

/// What an argument of a shortcode leads to: as it stands, without its quotes.
fn argument(text: &str, call: &Call) -> Vec<Anchor> {
    let is_ref = matches!(call.name.as_str(), "ref" | "relref");
    let mut found = Vec::new();
    for (at, arg) in call.args.iter().enumerate() {
        let ArgValue::Text(dest) = &arg.value else {
            continue;
        };
        let leads = match &arg.name {
            Some(name) if is_ref => name == "path",
            Some(name) => LEADING.contains(&name.as_str()),
            None => at == 0,
        };
        let range = arg.span.start as usize..arg.span.end as usize;
        let inner = text
            .get(range.clone())
            .and_then(|source| source.rfind(dest.as_str()));
        if let (true, Some(inner)) = (leads && !dest.is_empty(), inner) {
            let start = range.start + inner;
            found.push(Anchor {
                range: start..start + dest.len(),
                dest: dest.clone(),
                kind: if is_ref { Kind::Ref } else { Kind::Link },
            });
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::{Kind, of};
    use crate::diag::FileId;

    #[test]
    fn destinations_are_found_where_they_stand() {
        let text = "---\ntitle: x\n---\n[a.md](a.md#x \"a.md\") ![p](<b c.png>) `[no](no.md)`\n\
                    [![in](in.png)](out.md) [ref][r] <a href='h.md'>h</a> {{< ref \"q.md\" >}}\n\
                    [s]({{% relref \"t.md#u\" %}})\n\n[r]: d.md\n\n    [code](code.md)\n";
        let found = of(text, FileId(0));
        let all: Vec<(&str, &str)> = found
            .iter()
            .map(|anchor| (&text[anchor.range.clone()], anchor.dest.as_str()))
            .collect();
        let want = [
            "a.md#x", "b c.png", "in.png", "out.md", "h.md", "q.md", "t.md#u", "d.md",
        ];
        let links: Vec<&str> = all.iter().map(|(source, _)| *source).collect();
        assert_eq!(links, want);
        let refs = found
            .iter()
            .filter(|anchor| anchor.kind == Kind::Ref)
            .count();
        assert_eq!(refs, 2);
    }
}
