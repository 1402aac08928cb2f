//! HTML cut into texts, tags and what is neither.

/// A piece of HTML.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// Entities are not undone.
    Text(&'a str),
    /// A start or end tag, whole.
    Tag(&'a str),
    /// Comments, declarations, and the insides of scripts and style sheets.
    Hidden(&'a str),
}

/// Gives the pieces of `html`, which are together the whole.
pub fn scan<'a>(html: &'a str, mut give: impl FnMut(Piece<'a>)) {
    let bytes = html.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let start = at;
        at = markup(bytes, at);
        if at > start {
            give(Piece::Text(&html[start..at]));
        }
        let Some(rest) = html.get(at..).filter(|rest| !rest.is_empty()) else {
            break;
        };
        if matches!(rest.as_bytes()[1], b'!' | b'?') {
            let end = hidden_end(rest.as_bytes());
            give(Piece::Hidden(&rest[..end]));
            at += end;
            continue;
        }
        let tag = &rest[..tag_end(rest.as_bytes())];
        give(Piece::Tag(tag));
        at += tag.len();
        if let Some(raw) = raw(tag) {
            let inside = &html[at..];
            let end = closing(inside, raw).unwrap_or(inside.len());
            if end > 0 {
                give(Piece::Hidden(&inside[..end]));
            }
            at += end;
        }
    }
}

/// Where the next tag, comment or declaration begins. A `<` that begins none is text.
fn markup(bytes: &[u8], from: usize) -> usize {
    let mut at = from;
    while let Some(next) = memchr::memchr(b'<', &bytes[at..]) {
        at += next;
        match bytes[at + 1..] {
            [b'!' | b'?', ..] => return at,
            [b'/', first, ..] | [first, ..] if first.is_ascii_alphabetic() => return at,
            _ => at += 1,
        }
    }
    bytes.len()
}

/// The length of a comment or declaration. One without an end hides the rest, as in a browser.
fn hidden_end(bytes: &[u8]) -> usize {
    let end = if bytes.starts_with(b"<!--") {
        memchr::memmem::find(&bytes[4..], b"-->").map(|end| 4 + end + 3)
    } else {
        memchr::memchr(b'>', bytes).map(|end| end + 1)
    };
    end.unwrap_or(bytes.len())
}

/// The element that `tag` opens, when its inside is no text.
fn raw(tag: &str) -> Option<&'static str> {
    if !matches!(tag.as_bytes().get(1), Some(b's' | b'S')) {
        return None;
    }
    ["script", "style"]
        .into_iter()
        .find(|raw| name(tag).eq_ignore_ascii_case(raw))
}

/// The name in a tag, without its slash.
pub(super) fn name(tag: &str) -> &str {
    let bytes = tag.as_bytes();
    let start = 1 + usize::from(bytes.get(1) == Some(&b'/'));
    let end = bytes
        .iter()
        .skip(start)
        .position(|b| b.is_ascii_whitespace() || matches!(b, b'/' | b'>'))
        .map_or(tag.len(), |length| start + length);
    tag.get(start..end).unwrap_or("")
}

/// The length of the tag; quotes count after a `=` alone. To the end when it has none.
fn tag_end(bytes: &[u8]) -> usize {
    let mut at = 1;
    // Most tags are short: a search that looks at many bytes at once would take longer.
    while let Some(next) = bytes[at..].iter().position(|b| matches!(b, b'>' | b'=')) {
        at += next + 1;
        if bytes[at - 1] == b'>' {
            return at;
        }
        let space = |b: &&u8| b.is_ascii_whitespace();
        let value = at + bytes[at..].iter().take_while(space).count();
        if let Some(quote @ (b'"' | b'\'')) = bytes.get(value) {
            let value = value + 1;
            match memchr::memchr(*quote, &bytes[value..]) {
                Some(end) => at = value + end + 1,
                None => return bytes.len(),
            }
        }
    }
    bytes.len()
}

/// Where the end tag of `name` begins.
fn closing(text: &str, name: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(next) = memchr::memmem::find(&bytes[at..], b"</") {
        at += next;
        if bytes
            .get(at + 2..at + 2 + name.len())
            .is_some_and(|found| found.eq_ignore_ascii_case(name.as_bytes()))
        {
            return Some(at);
        }
        at += 2;
    }
    None
}
