//! URLs in HTML made absolute, for readers that have no page around them.

use super::scan::{Piece, scan};
use crate::text::{decode_entities, escape_attr};

/// Attributes whose value is a URL.
const URLS: [&str; 7] = [
    "href", "src", "poster", "data", "cite", "action", "longdesc",
];

/// Makes every URL in `html` absolute. `base` is the site's URL, whose host
/// those that begin with `/` get; `page` is the page's, against which the others stand.
pub fn absolutize(html: &str, base: &str, page: &str) -> String {
    let mut out = String::with_capacity(html.len() + html.len() / 16);
    for piece in scan(html) {
        match piece {
            Piece::Tag(tag) if tag.contains('=') => attributes(tag, base, page, &mut out),
            Piece::Tag(text) | Piece::Text(text) | Piece::Hidden(text) => out.push_str(text),
        }
    }
    out
}

/// Copies a tag, its URLs made absolute.
fn attributes(tag: &str, base: &str, page: &str, out: &mut String) {
    let bytes = tag.as_bytes();
    let mut done = 0;
    let mut at = 1;
    while let Some(next) = memchr::memchr(b'=', &bytes[at..]) {
        let equals = at + next;
        let before = tag[..equals].trim_end();
        let name = before
            .rfind(|c: char| c.is_ascii_whitespace() || matches!(c, '"' | '\'' | '/'))
            .map_or(0, |at| at + 1);
        let name = &before[name..];
        let from = equals + 1 + (tag[equals + 1..].len() - tag[equals + 1..].trim_start().len());
        let (start, end) = match bytes.get(from) {
            Some(quote @ (b'"' | b'\'')) => match memchr::memchr(*quote, &bytes[from + 1..]) {
                Some(length) => (from + 1, from + 1 + length),
                None => break,
            },
            Some(_) => {
                let length = tag[from..]
                    .find(|c: char| c.is_ascii_whitespace() || c == '>')
                    .unwrap_or(tag.len() - from);
                (from, from + length)
            }
            None => break,
        };
        let value = &tag[start..end];
        let absolute = if URLS.iter().any(|url| name.eq_ignore_ascii_case(url)) {
            resolve(&decode_entities(value), base, page)
        } else if name.eq_ignore_ascii_case("srcset") || name.eq_ignore_ascii_case("imagesrcset") {
            Some(srcset(&decode_entities(value), base, page))
        } else {
            None
        };
        if let Some(absolute) = absolute {
            out.push_str(&tag[done..start]);
            let bare = start == from;
            if bare {
                out.push('"');
            }
            escape_attr(out, &absolute);
            if bare {
                out.push('"');
            }
            done = end;
        }
        at = (end + 1).min(tag.len());
    }
    out.push_str(&tag[done..]);
}

/// `a.png 1x, b.png 2x`.
fn srcset(value: &str, base: &str, page: &str) -> String {
    let mut out = String::with_capacity(value.len() * 2);
    for candidate in value.split(',') {
        let candidate = candidate.trim();
        if candidate.is_empty() {
            continue;
        }
        if !out.is_empty() {
            out.push_str(", ");
        }
        let (url, size) = candidate
            .split_once(char::is_whitespace)
            .unwrap_or((candidate, ""));
        match resolve(url, base, page) {
            Some(absolute) => out.push_str(&absolute),
            None => out.push_str(url),
        }
        if !size.is_empty() {
            out.push(' ');
            out.push_str(size.trim());
        }
    }
    out
}

/// The absolute form of `url`; `None` when it is one already.
fn resolve(url: &str, base: &str, page: &str) -> Option<String> {
    let url = url.trim();
    if has_scheme(url) {
        return None;
    }
    let scheme_end = base.find("://").map(|at| at + 3)?;
    if url.starts_with("//") {
        return Some(format!("{}{url}", &base[..scheme_end - 2]));
    }
    let host_end = base[scheme_end..]
        .find('/')
        .map_or(base.len(), |at| scheme_end + at);
    if url.starts_with('/') {
        return Some(format!("{}{url}", &base[..host_end]));
    }
    let plain = &page[..page.find(['#', '?']).unwrap_or(page.len())];
    if url.is_empty() || url.starts_with('#') {
        return Some(format!(
            "{}{url}",
            &page[..page.find('#').unwrap_or(page.len())]
        ));
    }
    if url.starts_with('?') {
        return Some(format!("{plain}{url}"));
    }
    let host_end = plain
        .find("://")
        .and_then(|at| plain[at + 3..].find('/').map(|end| at + 3 + end))
        .unwrap_or(plain.len());
    let (host, path) = plain.split_at(host_end);
    let folder = path.rfind('/').map_or("", |end| &path[..end]);
    let (relative, tail) = url.split_at(url.find(['#', '?']).unwrap_or(url.len()));
    let mut segments: Vec<&str> = folder.split('/').filter(|s| !s.is_empty()).collect();
    let mut parts = relative.split('/').peekable();
    let mut slash = false;
    while let Some(part) = parts.next() {
        let last = parts.peek().is_none();
        match part {
            ".." => {
                segments.pop();
                slash = last;
            }
            "." => slash = last,
            "" => slash = last,
            part => segments.push(part),
        }
    }
    let mut out = String::from(host);
    for segment in &segments {
        out.push('/');
        out.push_str(segment);
    }
    if slash || segments.is_empty() {
        out.push('/');
    }
    out.push_str(tail);
    Some(out)
}

fn has_scheme(url: &str) -> bool {
    let length = url
        .bytes()
        .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'))
        .count();
    length > 0
        && url.as_bytes().get(length) == Some(&b':')
        && url.as_bytes()[0].is_ascii_alphabetic()
}
