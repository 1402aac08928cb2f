//! Where in a file's text destinations are written: of links and pictures in Markdown and
//! HTML, and of shortcodes that refer to pages. For who rewrites them; what they mean is
//! not known here.

use crate::diag::FileId;
use crate::parse::front_matter;
use pulldown_cmark::{Event, Options, Parser, Tag};
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
    /// `[text](dest)`, `![alt](dest)`, `[label]: dest`, `href="dest"`.
    Link,
    /// `{{< ref "dest" >}}`, `{{< relref "dest" >}}`.
    Ref,
}

/// All destinations of a content file, in order.
pub fn of(text: &str, file: FileId) -> Vec<Anchor> {
    let start = front_matter::split(text, file).map_or(0, |split| split.body);
    let body = &text[start..];
    // Shortcodes read like text of the same length, so that every byte keeps its place.
    let mut masked = body.to_owned();
    let mut found = Vec::new();
    let calls = calls(body);
    for range in calls.iter().cloned() {
        if let Some((inner, dest)) = reference(&body[range.clone()]) {
            found.push(Anchor {
                range: start + range.start + inner.start..start + range.start + inner.end,
                dest,
                kind: Kind::Ref,
            });
        }
        let blank: String = body[range.clone()]
            .bytes()
            .map(|byte| if byte == b'\n' { '\n' } else { 'x' })
            .collect();
        masked.replace_range(range, &blank);
    }
    let mut take = |range: Range<usize>, dest: &str| {
        let inner = start + range.start..start + range.end;
        found.push(Anchor {
            range: inner,
            dest: dest.to_owned(),
            kind: Kind::Link,
        });
    };
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_DEFINITION_LIST;
    let parser = Parser::new_ext(&masked, options);
    let mut definitions: Vec<(Range<usize>, String)> = parser
        .reference_definitions()
        .iter()
        .map(|(_, definition)| (definition.span.clone(), definition.dest.to_string()))
        .collect();
    definitions.sort_by_key(|(range, _)| range.start);
    for (event, range) in parser.into_offset_iter() {
        match event {
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                if let Some(inner) = inline(&masked[range.clone()], &dest_url) {
                    take(
                        range.start + inner.start..range.start + inner.end,
                        &dest_url,
                    );
                }
            }
            Event::Html(html) | Event::InlineHtml(html) => {
                for inner in attributes(&html) {
                    let at = range.start + inner.start..range.start + inner.end;
                    take(at, &html[inner]);
                }
            }
            _ => {}
        }
    }
    for (range, dest) in definitions {
        let source = &masked[range.clone()];
        let after = source.find("]:").map_or(0, |at| at + 2);
        if let Some(at) = source[after..].find(&dest) {
            let at = range.start + after + at;
            take(at..at + dest.len(), &dest);
        }
    }
    // What a shortcode gives is not written here.
    let in_call = |range: &Range<usize>| {
        let inner =
            |call: &Range<usize>| range.start < start + call.end && start + call.start < range.end;
        calls.iter().any(inner)
    };
    found.retain(|anchor| anchor.kind == Kind::Ref || !in_call(&anchor.range));
    // The same piece may be seen twice: a picture within a link.
    found.sort_by_key(|anchor| (anchor.range.start, anchor.range.end));
    found.dedup();
    found
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

/// Values of `href` and `src` in quotes.
fn attributes(html: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for name in ["href=", "src="] {
        for (at, _) in html.match_indices(name) {
            let start = at + name.len();
            let Some(quote @ ('"' | '\'')) = html[start..].chars().next() else {
                continue;
            };
            if let Some(length) = html[start + 1..].find(quote) {
                found.push(start + 1..start + 1 + length);
            }
        }
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

/// The destination in `{{< ref "dest" >}}` or `{{< relref path="dest" >}}`.
fn reference(call: &str) -> Option<(Range<usize>, String)> {
    let inner = call[3..].trim_start();
    let name = inner.split_whitespace().next()?;
    if !matches!(name, "ref" | "relref") {
        return None;
    }
    let rest = &inner[name.len()..];
    let from = match rest.find("path=") {
        Some(at) => at + 5,
        None => rest.len() - rest.trim_start().len(),
    };
    let value = &rest[from..];
    let (start, end) = match value.chars().next()? {
        quote @ ('"' | '`') => (1, 1 + value[1..].find(quote)?),
        _ => (
            0,
            value.find(|c: char| c.is_whitespace() || c == '>' || c == '%')?,
        ),
    };
    let offset = call.len() - inner.len() + name.len() + from;
    Some((offset + start..offset + end, value[start..end].to_owned()))
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
