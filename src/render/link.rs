//! Addresses for outputs that machines read: feeds, sitemap, JSON-LD, redirects.
//!
//! Takes an address as the site model or a writer gave it, gives one that is
//! safe and valid where a URI is asked for, or nothing. Does not resolve and
//! does not check that anything is there.

use std::borrow::Cow;

const HEX: &[u8; 16] = b"0123456789ABCDEF";

/// The address when it is one of the web (`http:`, `https:`) or starts at the
/// site's root (`/…`, from a site without a base URL), with everything percent-encoded
/// that RFC 3986 does not allow; `None` for other schemes (`javascript:`), for
/// relative paths (a reader would resolve them against itself), and for a host
/// that is none.
pub fn web(url: &str) -> Option<Cow<'_, str>> {
    let url = url.trim();
    let path = match scheme_end(url) {
        Some(start) => {
            let rest = &url[start..];
            let end = start + rest.find(['/', '?', '#']).unwrap_or(rest.len());
            // Not encoded: a host may be an IRI's, and nothing else may stand there.
            if start == end || !url[start..end].chars().all(in_host) {
                return None;
            }
            end
        }
        None if url.starts_with('/') => 0,
        None => return None,
    };
    Some(encode(url, path, |_| false))
}

/// Percent-encodes from byte `from` on what is no URI character, and the ASCII
/// characters for which `also` holds. What is encoded already stays as it is.
pub fn encode(text: &str, from: usize, also: impl Fn(u8) -> bool) -> Cow<'_, str> {
    let bytes = text.as_bytes();
    let stays = |at: usize| {
        let byte = bytes[at];
        match byte {
            b'%' => {
                let hex = |i: usize| bytes.get(i).is_some_and(u8::is_ascii_hexdigit);
                hex(at + 1) && hex(at + 2)
            }
            b'"' | b'<' | b'>' | b'\\' | b'^' | b'`' | b'{' | b'|' | b'}' | b'[' | b']' => false,
            _ => byte.is_ascii_graphic() && !also(byte),
        }
    };
    let Some(first) = (from..bytes.len()).find(|&at| !stays(at)) else {
        return Cow::Borrowed(text);
    };
    // The first byte that goes is ASCII or begins a character, so this is a boundary.
    let mut out = String::with_capacity(text.len() + 16);
    out.push_str(&text[..first]);
    for (at, &byte) in bytes.iter().enumerate().skip(first) {
        if stays(at) {
            out.push(char::from(byte));
        } else {
            out.push('%');
            out.push(char::from(HEX[usize::from(byte >> 4)]));
            out.push(char::from(HEX[usize::from(byte & 15)]));
        }
    }
    Cow::Owned(out)
}

/// Where the authority starts in an `http://` or `https://` URL.
fn scheme_end(url: &str) -> Option<usize> {
    ["http://", "https://"].into_iter().find_map(|scheme| {
        let head = url.get(..scheme.len())?;
        head.eq_ignore_ascii_case(scheme).then_some(scheme.len())
    })
}

fn in_host(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | ':' | '[' | ']' | '@' | '%')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn web_addresses_pass_and_are_made_valid() {
        for (url, want) in [
            ("https://a.example/x/", "https://a.example/x/"),
            (" HTTP://a.example:80?q=1#f ", "HTTP://a.example:80?q=1#f"),
            ("/tags/c%23/", "/tags/c%23/"),
            ("/100% sure", "/100%25%20sure"),
            ("/%4z%4%c3%A9", "/%254z%254%c3%A9"),
            (
                "https://例.example/标题",
                "https://例.example/%E6%A0%87%E9%A2%98",
            ),
            ("/a\"'><b>\u{1f}", "/a%22'%3E%3Cb%3E%1F"),
        ] {
            assert_eq!(web(url).as_deref(), Some(want), "{url}");
        }
    }

    #[test]
    fn other_addresses_are_none() {
        for url in [
            "",
            "javascript:alert(1)",
            "javascript&colon;alert(1)",
            "java\nscript:x",
            "data:text/html,x",
            "https://",
            "https:///x",
            "https://\"><svg/onload=X>/",
            "blog/post",
            "#center",
        ] {
            assert_eq!(web(url), None, "{url}");
        }
    }

    proptest! {
        #[test]
        fn the_result_is_plain_and_stable(path in ".{0,40}") {
            let url = format!("https://a.example/{path}");
            let once = web(&url).expect("an address of the web").into_owned();
            let allowed = |b: u8| b.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&b);
            prop_assert!(once.bytes().all(allowed), "{}", once);
            prop_assert_eq!(web(&once).expect("still one").into_owned(), once.clone());
        }

        #[test]
        fn nothing_panics(text in any::<String>()) {
            let _ = web(&text);
        }
    }
}
