//! Small things about strings that more than one part needs: escaping, paths,
//! ids, safe URLs, near matches.
//!
//! Pure functions of text. Paths and heading ids are Hugo's, so that every URL
//! and anchor a blog has stays what it was.

pub mod colour;
pub mod css;
mod fold;
pub mod key;
mod near;
pub mod tag;

pub use fold::{fold, terms};
pub use near::{Near, nearest};

use std::borrow::Cow;
use unicode_general_category::{GeneralCategory, get_general_category};

fn is_mark(c: char) -> bool {
    use GeneralCategory as G;
    matches!(
        get_general_category(c),
        G::NonspacingMark | G::SpacingMark | G::EnclosingMark
    )
}

/// Whether a host's name is kept from use by RFC 2606 and RFC 6761: it leads nowhere.
pub fn is_kept_from_use(host: &str) -> bool {
    let top = host.rsplit('.').next().unwrap_or_default();
    matches!(top, "example" | "test" | "invalid" | "localhost")
}

/// Appends `text` so that it means itself as HTML text or as a quoted attribute.
pub fn escape_html(out: &mut String, text: &str) {
    let bytes = text.as_bytes();
    let mut done = 0;
    for (at, byte) in bytes.iter().enumerate() {
        let entity = match byte {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            b'"' => "&quot;",
            _ => continue,
        };
        out.push_str(&text[done..at]);
        out.push_str(entity);
        done = at + 1;
    }
    out.push_str(&text[done..]);
}

/// Appends `text` as the value of an attribute in double or single quotes.
pub fn escape_attr(out: &mut String, text: &str) {
    let mut done = 0;
    for (at, byte) in text.bytes().enumerate() {
        let entity = match byte {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            b'"' => "&quot;",
            b'\'' => "&#39;",
            _ => continue,
        };
        out.push_str(&text[done..at]);
        out.push_str(entity);
        done = at + 1;
    }
    out.push_str(&text[done..]);
}

/// Undoes numeric entities and the named ones that have a meaning for markup,
/// URLs or formulas. What it does not know stays as written.
pub fn decode_entities(text: &str) -> Cow<'_, str> {
    let Some(first) = memchr::memchr(b'&', text.as_bytes()) else {
        return Cow::Borrowed(text);
    };
    let mut out = String::with_capacity(text.len());
    out.push_str(&text[..first]);
    let mut rest = &text[first..];
    while let Some(at) = memchr::memchr(b'&', rest.as_bytes()) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        match entity(rest) {
            Some((c, length)) => {
                out.push(c);
                rest = &rest[length..];
            }
            None => {
                out.push('&');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// The entity that `text` begins with: its character and its length.
fn entity(text: &str) -> Option<(char, usize)> {
    let bytes = text.as_bytes();
    if bytes.get(1) == Some(&b'#') {
        let (radix, from) = match bytes.get(2) {
            Some(b'x' | b'X') => (16, 3),
            _ => (10, 2),
        };
        let digits = bytes[from..]
            .iter()
            .take(8)
            .take_while(|b| char::from(**b).is_digit(radix))
            .count();
        let code = u32::from_str_radix(&text[from..from + digits], radix).ok()?;
        let end = from + digits;
        // A browser takes a numeric reference without its semicolon as well.
        let end = end + usize::from(bytes.get(end) == Some(&b';'));
        return Some((
            char::from_u32(code)
                .filter(|c| *c != '\0')
                .unwrap_or('\u{FFFD}'),
            end,
        ));
    }
    let length = bytes[1..].iter().take(32).position(|b| *b == b';')?;
    let c = match &text[1..1 + length] {
        "amp" | "AMP" => '&',
        "lt" | "LT" => '<',
        "gt" | "GT" => '>',
        "quot" | "QUOT" => '"',
        "apos" => '\'',
        "nbsp" | "NonBreakingSpace" => '\u{A0}',
        "colon" => ':',
        "sol" => '/',
        "bsol" => '\\',
        "Tab" => '\t',
        "NewLine" => '\n',
        "lpar" => '(',
        "rpar" => ')',
        "lbrace" | "lcub" => '{',
        "rbrace" | "rcub" => '}',
        "lowbar" | "UnderBar" => '_',
        "ast" => '*',
        "dollar" => '$',
        "num" => '#',
        "period" => '.',
        "comma" => ',',
        "semi" => ';',
        "equals" => '=',
        "plus" => '+',
        _ => return named(&text[..length + 2]).map(|c| (c, length + 2)),
    };
    Some((c, length + 2))
}

/// The rest of HTML's 2,125 names, which the parser of Markdown knows.
fn named(entity: &str) -> Option<char> {
    if !entity[1..entity.len() - 1]
        .bytes()
        .all(|b| b.is_ascii_alphanumeric())
    {
        return None;
    }
    // A paragraph begins, then its text.
    match pulldown_cmark::Parser::new(entity).nth(1)? {
        pulldown_cmark::Event::Text(text) if *text != *entity => text.chars().next(),
        _ => None,
    }
}

/// Makes a path of a file or term as Hugo does: letters, digits, marks and
/// `. / \ _ # + ~ - @` stay, every space becomes a `-`, the rest is dropped.
pub fn urlize_path(path: &str, lower: bool) -> String {
    let mut out = String::with_capacity(path.len());
    for (at, c) in path.char_indices() {
        if c.is_whitespace() {
            out.push('-');
        } else if is_path_char(c) || (c == '%' && is_escape(&path.as_bytes()[at..])) {
            out.push(if lower { lower_char(c) } else { c });
        }
    }
    out
}

/// Makes a path of a slug or a title as Hugo does: as [`urlize_path`], but what
/// lies between two words, spaces and dropped characters alike, becomes one `-`.
pub fn urlize_words(text: &str, lower: bool) -> String {
    let mut out = String::with_capacity(text.len());
    let (mut wanted, mut hyphen) = (false, false);
    for (at, c) in text.char_indices() {
        if is_path_char(c) || (c == '%' && is_escape(&text.as_bytes()[at..])) {
            hyphen = c == '-';
            if wanted && !hyphen {
                out.push('-');
            }
            wanted = false;
            out.push(if lower { lower_char(c) } else { c });
        } else if c.is_whitespace() && !out.is_empty() && !hyphen {
            wanted = true;
        }
    }
    out
}

/// The path of a term below its taxonomy: [`urlize_path`] without empty and dot
/// segments. `CI/CD` is `ci/cd`, as in Hugo; nothing leads out of the taxonomy.
pub fn urlize_term(term: &str, lower: bool) -> String {
    let path = urlize_path(term.trim(), lower);
    if !path.contains('/') && !path.starts_with('.') {
        return path;
    }
    let segments = path.split('/');
    let kept: Vec<&str> = segments
        .filter(|segment| !segment.chars().all(|c| c == '.'))
        .collect();
    kept.join("/")
}

/// One segment of a path: [`urlize_path`] with `/` as `-`.
pub fn slug(text: &str, lower: bool) -> String {
    let mut path = urlize_path(text, lower);
    if path.contains('/') {
        path = path.replace('/', "-");
    }
    path
}

fn is_path_char(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_alphanumeric()
            || matches!(c, '.' | '/' | '\\' | '_' | '#' | '+' | '~' | '-' | '@');
    }
    use GeneralCategory as G;
    is_letter(c)
        || matches!(
            get_general_category(c),
            G::DecimalNumber | G::NonspacingMark | G::SpacingMark | G::EnclosingMark
        )
}

/// Letters by general category, as Go has it: no letter numbers, no marks.
pub fn is_letter(c: char) -> bool {
    match c {
        '\0'..='\x7F' => c.is_ascii_alphabetic(),
        // Looking a category up is slow; nearly all text ends here.
        '\u{C0}'..='\u{24F}' => c != '\u{D7}' && c != '\u{F7}',
        '\u{400}'..='\u{481}'
        | '\u{48A}'..='\u{52F}'
        | '\u{3041}'..='\u{3096}'
        | '\u{30A1}'..='\u{30FA}'
        | '\u{3400}'..='\u{4DBF}'
        | '\u{4E00}'..='\u{9FFF}'
        | '\u{AC00}'..='\u{D7A3}' => true,
        _ => {
            use GeneralCategory as G;
            c.is_alphabetic()
                && matches!(
                    get_general_category(c),
                    G::UppercaseLetter
                        | G::LowercaseLetter
                        | G::TitlecaseLetter
                        | G::ModifierLetter
                        | G::OtherLetter
                )
        }
    }
}

/// Decimal digits of any script.
pub fn is_decimal(c: char) -> bool {
    c.is_ascii_digit()
        || (!c.is_ascii()
            && c.is_numeric()
            && get_general_category(c) == GeneralCategory::DecimalNumber)
}

/// One character for one, as Go lowers: `İ` is `i`, a final `Σ` is `σ`.
fn lower_char(c: char) -> char {
    if c.is_ascii() {
        return c.to_ascii_lowercase();
    }
    c.to_lowercase().next().unwrap_or(c)
}

fn is_escape(bytes: &[u8]) -> bool {
    bytes.len() > 2 && bytes[1].is_ascii_hexdigit() && bytes[2].is_ascii_hexdigit()
}

/// Percent-encodes a path for a link; `/` and escapes that are there already stay.
pub fn encode_path(path: &str) -> String {
    const PLAIN: [bool; 256] = plain(b"-._~/$&+,:;=@!*()");
    encode(path, &PLAIN)
}

/// Percent-encodes what may not stand in a URL and leaves the rest, delimiters
/// and escapes included, as it was: for a whole URL that somebody wrote.
pub fn encode_url(url: &str) -> String {
    const PLAIN: [bool; 256] = plain(b"-._~/$&+,:;=@!*()?#'");
    encode(url, &PLAIN)
}

/// Letters, digits and these.
const fn plain(more: &[u8]) -> [bool; 256] {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = (byte as u8).is_ascii_alphanumeric();
        byte += 1;
    }
    let mut at = 0;
    while at < more.len() {
        table[more[at] as usize] = true;
        at += 1;
    }
    table
}

/// Percent-encodes all but what is `plain`, and escapes.
fn encode(text: &str, plain: &[bool; 256]) -> String {
    let odd = |byte: u8| !plain[usize::from(byte)];
    let Some(first) = text.bytes().position(odd) else {
        return text.to_owned();
    };
    let mut out = String::with_capacity(text.len() + 16);
    // All before is ASCII.
    out.push_str(&text[..first]);
    for (at, byte) in text.bytes().enumerate().skip(first) {
        if !odd(byte) || (byte == b'%' && is_escape(&text.as_bytes()[at..])) {
            out.push(char::from(byte));
        } else {
            push_escape(&mut out, byte);
        }
    }
    out
}

fn push_escape(out: &mut String, byte: u8) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    out.push('%');
    out.push(char::from(HEX[usize::from(byte >> 4)]));
    out.push(char::from(HEX[usize::from(byte & 15)]));
}

/// `Café` as `Cafe` (`removePathAccents`).
pub fn without_accents(text: &str) -> String {
    use unicode_normalization::UnicodeNormalization;
    let bare = text
        .nfd()
        .filter(|c| !unicode_normalization::char::is_combining_mark(*c));
    bare.nfc().collect()
}

/// How ids are made of headings (`markup.goldmark.parser.autoHeadingIDType`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum IdType {
    #[default]
    Github,
    /// Accents taken off, then ASCII alone.
    GithubAscii,
    /// Runs of anything but letters and digits become one `-`.
    Blackfriday,
}

/// The id of a heading with this text, as GitHub and Hugo make it. May be
/// empty, see [`crate::parse::Ids::unique`].
pub fn heading_id(text: &str) -> String {
    heading_id_as(text, IdType::Github)
}

pub fn heading_id_as(text: &str, kind: IdType) -> String {
    let text = text.trim();
    let mut out = String::with_capacity(text.len());
    match kind {
        IdType::Github if text.is_ascii() => {
            for byte in text.bytes() {
                match byte {
                    b' ' | b'-' => out.push('-'),
                    b'_' => out.push('_'),
                    _ if byte.is_ascii_alphanumeric() => {
                        out.push(char::from(byte.to_ascii_lowercase()));
                    }
                    _ => {}
                }
            }
        }
        IdType::Github => {
            for c in text.chars() {
                match c {
                    ' ' | '-' => out.push('-'),
                    _ if c == '_' || is_letter(c) || is_decimal(c) => out.push(lower_char(c)),
                    _ => {}
                }
            }
        }
        IdType::GithubAscii => {
            use unicode_normalization::UnicodeNormalization;
            for c in text.nfd() {
                match c {
                    ' ' | '-' => out.push('-'),
                    '_' => out.push('_'),
                    _ if c.is_ascii_alphanumeric() => out.push(c.to_ascii_lowercase()),
                    _ => {}
                }
            }
        }
        IdType::Blackfriday => {
            let mut gap = false;
            for c in text.chars() {
                if !is_letter(c) && !is_decimal(c) {
                    gap = true;
                    continue;
                }
                if gap && !out.is_empty() {
                    out.push('-');
                }
                gap = false;
                out.push(lower_char(c));
            }
        }
    }
    out
}

/// Schemes that a link may have. What is not here could run a script
/// (`javascript:`, `vbscript:`, `data:`) or is unknown to us.
const SCHEMES: [&str; 37] = [
    "http",
    "https",
    "mailto",
    "tel",
    "sms",
    "ftp",
    "ftps",
    "sftp",
    "ssh",
    "git",
    "svn",
    "irc",
    "ircs",
    "xmpp",
    "matrix",
    "magnet",
    "geo",
    "news",
    "nntp",
    "webcal",
    "feed",
    "rss",
    "doi",
    "urn",
    "ipfs",
    "ipns",
    "gemini",
    "gopher",
    "bitcoin",
    "ethereum",
    "lightning",
    "callto",
    "facetime",
    "skype",
    "tg",
    "signal",
    "obsidian",
];

const IMAGES: [&str; 8] = ["png", "gif", "jpeg", "jpg", "webp", "avif", "x-icon", "bmp"];

/// Whether `url` may stand in a `href`: relative, or of a known scheme. Looks
/// at it as a browser would, entities undone, control characters and space dropped.
pub fn safe_url(url: &str) -> bool {
    match scheme(url) {
        None => true,
        Some(found) => {
            SCHEMES.contains(&found.name.as_str())
                || (found.name == "data" && IMAGES.iter().any(|i| found.is_image(i)))
        }
    }
}

/// The same for an `src`, where SVG as `data:` can do no harm.
pub fn safe_image_url(url: &str) -> bool {
    safe_url(url)
        || scheme(url).is_some_and(|found| found.name == "data" && found.is_image("svg+xml"))
}

struct Scheme {
    name: String,
    /// What follows the colon, in lower case.
    rest: String,
}

impl Scheme {
    fn is_image(&self, kind: &str) -> bool {
        self.rest
            .strip_prefix("image/")
            .and_then(|rest| rest.strip_prefix(kind))
            .is_some_and(|rest| rest.starts_with([';', ',']))
    }
}

fn scheme(url: &str) -> Option<Scheme> {
    // Nearly every URL ends here, without an allocation.
    if let Some(rest) = url.strip_prefix("http")
        && (rest.starts_with("://") || rest.starts_with("s://"))
    {
        return None;
    }
    if !url.contains(':') && !url.contains('&') {
        return None;
    }
    let decoded = decode_entities(url);
    let mut chars = decoded.chars().filter(|c| {
        !c.is_control() && !c.is_whitespace() && !matches!(c, '\u{200B}'..='\u{200F}' | '\u{FEFF}')
    });
    let mut name = String::new();
    loop {
        match chars.next()? {
            ':' => break,
            '/' | '?' | '#' => return None,
            // No scheme: what stands before the colon is a path.
            c if !(c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.')) => return None,
            c => name.push(c.to_ascii_lowercase()),
        }
    }
    Some(Scheme {
        name,
        rest: chars.take(32).flat_map(char::to_lowercase).collect(),
    })
}

/// What kind of file an ending stands for, as RFC 2046 names it.
pub fn media_type(extension: &str) -> &'static str {
    match extension {
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "gif" => "image/gif",
        "webp" => "image/webp",
        "avif" => "image/avif",
        "svg" => "image/svg+xml",
        "json" => "application/json",
        "yaml" | "yml" => "application/yaml",
        "toml" => "application/toml",
        "csv" => "text/csv",
        "txt" | "md" => "text/plain",
        "html" => "text/html",
        "xml" => "application/xml",
        "pdf" => "application/pdf",
        "mp4" => "video/mp4",
        "webm" => "video/webm",
        "mp3" => "audio/mpeg",
        "wav" => "audio/wav",
        "ogg" => "audio/ogg",
        _ => "application/octet-stream",
    }
}

/// As servers tell browsers; what is not known is not to be shown but saved.
pub fn content_type(extension: &str) -> &'static str {
    match extension.to_ascii_lowercase().as_str() {
        "html" | "htm" => "text/html; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "rss" | "atom" => "application/xml",
        "md" => "text/markdown; charset=utf-8",
        "txt" | "yaml" | "yml" | "toml" | "csv" => "text/plain; charset=utf-8",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "woff" => "font/woff",
        "ttf" => "font/ttf",
        "otf" => "font/otf",
        "oga" => "audio/ogg",
        "m4a" => "audio/mp4",
        "epub" => "application/epub+zip",
        "wasm" => "application/wasm",
        "zip" => "application/zip",
        other => media_type(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn html(text: &str) -> String {
        let mut out = String::new();
        escape_html(&mut out, text);
        out
    }

    fn attr(text: &str) -> String {
        let mut out = String::new();
        escape_attr(&mut out, text);
        out
    }

    #[test]
    fn markup_is_escaped() {
        assert_eq!(html("a<b>&\"c\" é"), "a&lt;b&gt;&amp;&quot;c&quot; é");
        assert_eq!(attr("'\"<&>"), "&#39;&quot;&lt;&amp;&gt;");
    }

    #[test]
    fn entities_are_undone() {
        assert_eq!(
            decode_entities(
                "a &lt;b&gt; &amp;amp; &#65;&#x42;&#67 &nope; & & &eacute;&CounterClockwiseContourIntegral;"
            ),
            "a <b> &amp; ABC &nope; & & é∳"
        );
        assert_eq!(
            decode_entities("&#0;&#xD800;&#99999999;"),
            "\u{FFFD}\u{FFFD}\u{FFFD}"
        );
        assert!(matches!(decode_entities("plain"), Cow::Borrowed(_)));
    }

    #[test]
    fn paths_are_made_as_hugo_makes_them() {
        let check = |from: &str, to: &str| assert_eq!(urlize_path(from, true), to, "{from:?}");
        check("qwen2.5-vl", "qwen2.5-vl");
        check("Hello World_v1.2 (final)", "hello-world_v1.2-final");
        check("Open Source", "open-source");
        check("C++", "c++");
        check("C#", "c#");
        check("what's new?", "whats-new");
        check("a & b", "a--b");
        check("a & & b", "a---b");
        check("a \t\u{3000}b", "a---b");
        check("n\u{A0}b", "n-b");
        check("a - b", "a---b");
        check(" x ", "-x-");
        check("Café", "café");
        check("e\u{301}z", "e\u{301}z");
        check("A/B", "a/b");
        check("a@b~c", "a@b~c");
        check("x%20y", "x%20y");
        check("x%zz", "xzz");
        check("İstanbul", "istanbul");
        check("ΣΑΣ", "σασ");
        check("x\u{200D}y", "xy");
        check("½ ²ⅷ", "-");
        check("٣", "٣");
        check("你好 世界", "你好-世界");
        assert_eq!(urlize_path("Hello World", false), "Hello-World");
        let check = |from: &str, to: &str| assert_eq!(urlize_words(from, true), to, "{from:?}");
        check("Café & thé", "café-thé");
        check("a -- b", "a--b");
        check("  - x  y -z ", "-x-y-z");
        check("C++ / C#: a.b_c", "c++-/-c#-a.b_c");
        let check = |from: &str, to: &str| assert_eq!(urlize_term(from, true), to, "{from:?}");
        check("a & b", "a--b");
        check("CI/CD", "ci/cd");
        check("/a//../b/", "a/b");
        check("..", "");
        check(".NET", ".net");
        assert_eq!(slug("A/B c", true), "a-b-c");
    }

    #[test]
    fn links_encode_what_paths_may_hold() {
        assert_eq!(encode_path("tags/c#"), "tags/c%23");
        assert_eq!(
            encode_path("café/x%20y/100%/a b"),
            "caf%C3%A9/x%20y/100%25/a%20b"
        );
        assert_eq!(encode_url("/a b?q=é#x"), "/a%20b?q=%C3%A9#x");
    }

    #[test]
    fn heading_ids_are_githubs() {
        let check = |from: &str, to: &str| assert_eq!(heading_id(from), to, "{from:?}");
        check("What We\u{2019}ve", "what-weve");
        check("1. Numbered \u{2013} Title\u{2026}", "1-numbered--title");
        check("C++ / C#", "c--c");
        check("中文 标题，测试", "中文-标题测试");
        check(" snake_case - x ", "snake_case---x");
        check("e\u{301}", "e");
        check("!!", "");
        assert_eq!(heading_id_as("Éa b_c", IdType::GithubAscii), "ea-b_c");
        assert_eq!(heading_id_as(" a -- b_c!", IdType::Blackfriday), "a-b-c");
    }

    #[test]
    fn only_known_schemes_are_safe() {
        for url in [
            "",
            "/a",
            "a/b:c",
            "?a:b",
            "#a:b",
            "//host/x",
            "https://a.b",
            "HTTPS://a.b",
            "mailto:a@b.c",
            "tel:+1",
            "data:image/png;base64,AAAA",
            "a&amp;b",
            "[https://a.b",
            "日本:x",
        ] {
            assert!(safe_url(url), "{url}");
        }
        for url in [
            "javascript:alert(1)",
            "JaVaScRiPt:x",
            " javascript:x",
            "java\nscript:x",
            "java\tscript&colon;x",
            "javascript&#58;x",
            "javascript&#x3a;x",
            "&#106;avascript:x",
            "vbscript:x",
            "data:text/html,x",
            "data:image/svg+xml,x",
            "data:image/pngx",
            "\u{1}javascript:x",
            "unknown:x",
            "java\u{200B}script:x",
        ] {
            assert!(!safe_url(url), "{url}");
        }
        assert!(safe_image_url("data:image/svg+xml,<svg/>"));
        assert!(!safe_image_url("data:text/html,x"));
    }

    proptest! {
        #[test]
        fn a_path_is_a_path_already(text in ".*", lower: bool) {
            let once = urlize_path(&text, lower);
            prop_assert_eq!(urlize_path(&once, lower), once.clone());
            prop_assert_eq!(slug(&slug(&text, lower), lower), slug(&text, lower));
        }

        #[test]
        fn a_heading_id_is_its_own(text in ".*") {
            let once = heading_id(&text);
            prop_assert_eq!(heading_id(&once), once);
        }

        #[test]
        fn an_encoded_link_stays(text in ".*") {
            let once = encode_path(&text);
            prop_assert_eq!(encode_path(&once), once.clone());
            prop_assert!(once.is_ascii());
        }

        #[test]
        fn escape_then_decode_is_identity(text in "[^\0]*") {
            let (html, attr) = (html(&text), attr(&text));
            prop_assert_eq!(decode_entities(&html), text.clone());
            prop_assert_eq!(decode_entities(&attr), text);
        }

        #[test]
        fn nothing_panics(text in "\\PC*") {
            safe_url(&text);
            decode_entities(&text);
            nearest(&text, ["a", "title"].into_iter());
        }
    }
}
