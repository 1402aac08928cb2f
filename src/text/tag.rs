//! Start tags of HTML and XML, taken apart.

use memchr::memchr;
use std::ops::Range;

/// Goes over the start tag that opens at `open`; tells `each` the name of an
/// attribute and where its value stands, quotes included: those that have one.
/// Gives the tag's name, and where the tag ends.
pub fn attributes<'h>(
    html: &'h str,
    open: usize,
    mut each: impl FnMut(&'h str, Range<usize>),
) -> (&'h str, usize) {
    let bytes = html.as_bytes();
    let skip = |from: usize, stop: fn(u8) -> bool| {
        let rest = &bytes[from..];
        from + rest.iter().position(|&b| stop(b)).unwrap_or(rest.len())
    };
    let mut at = skip(open + 1, |b| {
        b.is_ascii_whitespace() || matches!(b, b'/' | b'>')
    });
    let name = &html[open + 1..at];
    loop {
        at = skip(at, |b| !b.is_ascii_whitespace() && b != b'/');
        match bytes.get(at) {
            None => return (name, at),
            Some(b'>') => return (name, at + 1),
            Some(_) => {}
        }
        let start = at;
        // A name may begin with `=`.
        at = skip(at + 1, |b| {
            b.is_ascii_whitespace() || matches!(b, b'/' | b'>' | b'=')
        });
        let end = at;
        let sign = skip(at, |b| !b.is_ascii_whitespace());
        if bytes.get(sign) != Some(&b'=') {
            continue;
        }
        let value = skip(sign + 1, |b| !b.is_ascii_whitespace());
        at = match bytes.get(value) {
            Some(&quote @ (b'"' | b'\'')) => {
                let length = memchr(quote, &bytes[value + 1..]);
                // A tag that does not end is none.
                let Some(length) = length else {
                    return (name, bytes.len());
                };
                value + 1 + length + 1
            }
            _ => skip(value, |b| b.is_ascii_whitespace() || b == b'>'),
        };
        // What ended the name is ASCII, so both ends lie between characters; one
        // that begins in the middle of a character cannot be.
        if let Some(name) = html.get(start..end) {
            each(name, value..at);
        }
    }
}

/// The value of an attribute as it stands, without its quotes.
pub fn unquoted(written: &str) -> &str {
    let quote = |c: char| matches!(c, '"' | '\'');
    match written.strip_prefix(quote) {
        Some(rest) => rest.strip_suffix(quote).unwrap_or(rest),
        None => written,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_taken_apart_as_a_browser_does() {
        let html = "x<img src = a.png alt='a > b' hidden =odd=1 WIDTH=\"4\"/>y<p";
        let mut found = Vec::new();
        let (name, end) = attributes(html, 1, |name, value| {
            found.push((name, unquoted(&html[value])));
        });
        assert_eq!((name, &html[end..]), ("img", "y<p"));
        let expected = [
            ("src", "a.png"),
            ("alt", "a > b"),
            ("hidden", "odd=1"),
            ("WIDTH", "4"),
        ];
        assert_eq!(found, expected);
        assert_eq!(attributes(html, end + 1, |_, _| {}), ("p", html.len()));
    }
}
