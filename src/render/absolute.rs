//! An article for readers elsewhere: every address in its HTML made absolute,
//! scripts and style sheets left out, which their programs throw away or worse.
//!
//! Takes HTML and the absolute address of its page, appends the same HTML with
//! the values of `href`, `src`, `srcset` and their like resolved. Everything else
//! passes byte for byte. Addresses that have a scheme stay, whatever it is; what
//! may stand in an article is decided where it is parsed.

use crate::text::tag::attributes;
use memchr::{memchr, memmem};

/// Appends `html` to `out`, its addresses resolved against `page_url`.
pub fn html(html: &str, page_url: &str, out: &mut String) {
    let base = Base::of(page_url);
    let bytes = html.as_bytes();
    out.reserve(html.len() + html.len() / 16);
    let mut from = 0;
    let mut at = 0;
    while let Some(found) = memchr(b'<', &bytes[at..]) {
        let open = at + found;
        if html[open..].starts_with("<!--") {
            at = end_of(bytes, open + 4, b"-->");
            continue;
        }
        if !bytes.get(open + 1).is_some_and(u8::is_ascii_alphabetic) {
            at = open + 1;
            continue;
        }
        if let Some(name) = left_out(&html[open + 1..]) {
            out.push_str(&html[from..open]);
            let (_, end) = attributes(html, open, |_, _| {});
            let close = end + raw_end(&bytes[end..], name);
            at = memchr(b'>', &bytes[close..]).map_or(bytes.len(), |to| close + to + 1);
            from = at;
            continue;
        }
        let (name, end) = attributes(html, open, |key, value| {
            let Some(holds) = holds(key) else { return };
            out.push_str(&html[from..value.start]);
            rewrite(holds, &html[value.clone()], &base, out);
            from = value.end;
        });
        at = match raw_text(name) {
            Some(close) => end + raw_end(&bytes[end..], close),
            None => end,
        };
    }
    out.push_str(&html[from..]);
}

fn end_of(bytes: &[u8], from: usize, mark: &[u8]) -> usize {
    let rest = bytes.get(from..).unwrap_or_default();
    memmem::find(rest, mark).map_or(bytes.len(), |at| from + at + mark.len())
}

/// What is not for readers elsewhere, if this is what a tag begins with.
fn left_out(tag: &str) -> Option<&'static str> {
    let end = tag.find(|c: char| !c.is_ascii_alphanumeric() && c != '-');
    let name = &tag[..end.unwrap_or(tag.len())];
    ["script", "style"]
        .into_iter()
        .find(|out| out.eq_ignore_ascii_case(name))
}

/// Whether what follows this start tag is text up to its end tag, and its name then.
fn raw_text(name: &str) -> Option<&'static str> {
    const RAW: [&str; 6] = ["script", "style", "textarea", "title", "iframe", "xmp"];
    RAW.into_iter().find(|raw| raw.eq_ignore_ascii_case(name))
}

/// Where the end tag starts, or everything where there is none.
fn raw_end(bytes: &[u8], name: &str) -> usize {
    let ends = |at: &usize| {
        let tag = bytes.get(at + 2..at + 2 + name.len());
        tag.is_some_and(|tag| tag.eq_ignore_ascii_case(name.as_bytes()))
    };
    memmem::find_iter(bytes, b"</")
        .find(ends)
        .unwrap_or(bytes.len())
}

#[derive(Clone, Copy, PartialEq)]
enum Holds {
    Address,
    /// Addresses with widths or densities, between commas.
    Candidates,
}

fn holds(key: &str) -> Option<Holds> {
    let is = |name: &&str| key.eq_ignore_ascii_case(name);
    const ADDRESS: [&str; 6] = ["href", "src", "poster", "cite", "data", "xlink:href"];
    if ADDRESS.iter().any(is) {
        Some(Holds::Address)
    } else {
        key.eq_ignore_ascii_case("srcset")
            .then_some(Holds::Candidates)
    }
}

/// Appends the attribute's value, quoted as it was.
fn rewrite(holds: Holds, written: &str, base: &Base, out: &mut String) {
    let quote = match written.as_bytes().first() {
        Some(&quote @ (b'"' | b'\'')) => Some(char::from(quote)),
        _ => None,
    };
    let value = match quote {
        Some(_) => &written[1..written.len() - 1],
        None => written,
    };
    let quote = quote.unwrap_or('"');
    out.push(quote);
    let from = out.len();
    match holds {
        Holds::Address => base.join(value.trim(), out),
        Holds::Candidates => {
            for (n, candidate) in candidates(value).enumerate() {
                if n > 0 {
                    out.push_str(", ");
                }
                let (address, width) = candidate
                    .split_once(|c: char| c.is_ascii_whitespace())
                    .unwrap_or((candidate, ""));
                base.join(address, out);
                if !width.is_empty() {
                    out.push(' ');
                    out.push_str(width.trim());
                }
            }
        }
    }
    // Only a value without quotes, or a base, could hold one.
    if out[from..].contains(quote) {
        let reference = if quote == '"' { "&quot;" } else { "&#39;" };
        let escaped = out[from..].replace(quote, reference);
        out.truncate(from);
        out.push_str(&escaped);
    }
    out.push(quote);
}

/// The candidates of a `srcset`. Commas within an address (`data:`, sizes in a
/// path) are no separators: only one that whitespace follows, or that ends a candidate, is.
fn candidates(value: &str) -> impl Iterator<Item = &str> {
    let mut rest = value;
    std::iter::from_fn(move || {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == ',');
        if rest.is_empty() {
            return None;
        }
        let space = rest.find(|c: char| c.is_ascii_whitespace());
        let address = space.unwrap_or(rest.len());
        let end = if rest[..address].ends_with(',') {
            address
        } else {
            rest[address..]
                .find(',')
                .map_or(rest.len(), |at| address + at)
        };
        let candidate = rest[..end].trim_end_matches(|c: char| c.is_ascii_whitespace() || c == ',');
        rest = &rest[end..];
        Some(candidate)
    })
}

/// An absolute address, taken apart: `https:` `//a.example` `/blog/` `post`.
struct Base<'a> {
    scheme: &'a str,
    origin: &'a str,
    folder: &'a str,
    page: &'a str,
}

impl<'a> Base<'a> {
    fn of(url: &'a str) -> Base<'a> {
        let url = url.split(['?', '#']).next().unwrap_or(url);
        let scheme = url.find("://").map_or(0, |at| at + 1);
        let host = if scheme == 0 { 0 } else { scheme + 2 };
        let path = url[host..].find('/').map_or(url.len(), |at| host + at);
        let folder = url[path..].rfind('/').map_or(path, |at| path + at + 1);
        Base {
            scheme: &url[..scheme],
            origin: &url[..path],
            folder: &url[path..folder],
            page: url,
        }
    }

    /// Appends `address` made absolute: RFC 3986, section 5.2.
    fn join(&self, address: &str, out: &mut String) {
        if has_scheme(address) {
            out.push_str(address);
        } else if address.starts_with("//") {
            out.push_str(self.scheme);
            out.push_str(address);
        } else if address.is_empty() || address.starts_with(['#', '?']) {
            out.push_str(self.page);
            out.push_str(address);
        } else {
            out.push_str(self.origin);
            let end = address.find(['?', '#']).unwrap_or(address.len());
            let (path, rest) = address.split_at(end);
            let folder = if path.starts_with('/') {
                ""
            } else {
                self.folder
            };
            join_paths(folder, path, out);
            out.push_str(rest);
        }
    }
}

/// Appends `path` below `folder` (which ends in `/`, or is empty), `.` and `..`
/// resolved; above the root is the root.
fn join_paths(folder: &str, path: &str, out: &mut String) {
    let root = out.len();
    out.push_str(if folder.is_empty() { "/" } else { folder });
    let mut segments = path.strip_prefix('/').unwrap_or(path).split('/').peekable();
    // What is written ends in `/` before each segment.
    while let Some(segment) = segments.next() {
        match segment {
            "." => {}
            ".." => {
                let parent = out[root..out.len() - 1].rfind('/');
                out.truncate(root + parent.map_or(1, |at| at + 1));
            }
            _ => {
                out.push_str(segment);
                if segments.peek().is_some() {
                    out.push('/');
                }
            }
        }
    }
}

fn has_scheme(address: &str) -> bool {
    let Some(colon) = address.find([':', '/', '?', '#']) else {
        return false;
    };
    let scheme = &address.as_bytes()[..colon];
    address.as_bytes()[colon] == b':'
        && scheme.first().is_some_and(u8::is_ascii_alphabetic)
        && scheme
            .iter()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PAGE: &str = "https://a.example/blog/x/";

    fn of(text: &str) -> String {
        let mut out = String::new();
        html(text, PAGE, &mut out);
        out
    }

    #[test]
    fn addresses_are_resolved() {
        for (address, want) in [
            ("c.png", "https://a.example/blog/x/c.png"),
            ("./c.png#center", "https://a.example/blog/x/c.png#center"),
            ("../y/?q=../z", "https://a.example/blog/y/?q=../z"),
            ("../../../../y", "https://a.example/y"),
            ("..", "https://a.example/blog/"),
            (".", "https://a.example/blog/x/"),
            ("/c.png", "https://a.example/c.png"),
            ("/a/./b/../c", "https://a.example/a/c"),
            ("/", "https://a.example/"),
            ("//b.example/c", "https://b.example/c"),
            ("#fn:1", "https://a.example/blog/x/#fn:1"),
            ("?a=1&amp;b=2", "https://a.example/blog/x/?a=1&amp;b=2"),
            ("", "https://a.example/blog/x/"),
            ("https://b.example/", "https://b.example/"),
            ("mailto:a@b.example", "mailto:a@b.example"),
            ("data:image/png;base64,AA==", "data:image/png;base64,AA=="),
            ("a:b/c", "a:b/c"),
            ("./a:b", "https://a.example/blog/x/a:b"),
            (" c.png ", "https://a.example/blog/x/c.png"),
        ] {
            let (tag, want) = (
                format!("<a href=\"{address}\">"),
                format!("<a href=\"{want}\">"),
            );
            assert_eq!(of(&tag), want, "{address}");
        }
    }

    #[test]
    fn bases_without_a_slash_have_a_root() {
        for (page, want) in [
            ("https://a.example", "https://a.example/c.png"),
            ("https://a.example/x.html?q=/y/", "https://a.example/c.png"),
            ("https://a.example/d/x.html", "https://a.example/d/c.png"),
            ("/d/x.html", "/d/c.png"),
        ] {
            let mut out = String::new();
            html("<img src=c.png>", page, &mut out);
            assert_eq!(out, format!("<img src=\"{want}\">"), "{page}");
        }
    }

    #[test]
    fn every_attribute_that_holds_an_address_and_no_other() {
        for (tag, want) in [
            (
                "<IMG alt='src=\"x\"' SRC = 'a.png'/>",
                "<IMG alt='src=\"x\"' SRC = 'https://a.example/blog/x/a.png'/>",
            ),
            (
                "<img srcset=\"a.png 1x,\n b,c.png 640w,/d.png\" sizes=\"1px\">",
                "<img srcset=\"https://a.example/blog/x/a.png 1x, https://a.example/blog/x/b,c.png 640w, https://a.example/d.png\" sizes=\"1px\">",
            ),
            (
                "<video poster=p.jpg muted>",
                "<video poster=\"https://a.example/blog/x/p.jpg\" muted>",
            ),
            (
                "<a href=a\"b>",
                "<a href=\"https://a.example/blog/x/a&quot;b\">",
            ),
            (
                "<a data-href=\"x\" title=\"href=y\">",
                "<a data-href=\"x\" title=\"href=y\">",
            ),
            ("<a href>x</a>", "<a href>x</a>"),
            ("</a href=\"x\">", "</a href=\"x\">"),
        ] {
            assert_eq!(of(tag), want);
        }
    }

    #[test]
    fn what_is_no_tag_passes() {
        for text in [
            "a < b <3 <",
            "<!-- <a href=\"x\"> -->",
            "<scripture>'</scripture>",
            "<textarea><a href=\"x\">",
            "<a href=\"x",
            "<pre>&lt;a href=\"x\"&gt;</pre>",
        ] {
            assert_eq!(of(text), text);
        }
        assert_eq!(
            of("<!-- <a href=\"x\"> --><iframe></iframe><a href=\"/x\">"),
            "<!-- <a href=\"x\"> --><iframe></iframe><a href=\"https://a.example/x\">"
        );
    }

    #[test]
    fn scripts_and_styles_stay_at_home() {
        for text in [
            "a<script>'<a href=\"x\">'</script>b",
            "a<style>/* <a href=\"x\"> */</STYLE >b",
            "a<SCRIPT src=\"/x\" async></script>b",
        ] {
            assert_eq!(of(text), "ab", "{text}");
        }
        assert_eq!(of("a<script>b"), "a");
        assert_eq!(of("a<style"), "a");
    }

    proptest! {
        #[test]
        fn text_without_tags_passes(text in "[^<]*") {
            prop_assert_eq!(of(&text), text);
        }

        #[test]
        fn nothing_panics_and_the_second_time_changes_nothing(
            text in "(<a |<img |<|>| href=|srcset=|src=|\"|'|é|\\.\\./|/|,| |<!--|-->|x:|#){0,24}",
            page in any::<String>(),
        ) {
            let mut out = String::new();
            html(&text, &page, &mut out);
            let once = of(&text);
            prop_assert_eq!(of(&once), once);
        }
    }
}
