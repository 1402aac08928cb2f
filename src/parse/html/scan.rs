//! HTML cut into texts, tags and what is neither.

/// A piece of HTML.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    /// Entities are not undone.
    Text(&'a str),
    /// A start or end tag, whole.
    Tag(&'a str),
    /// Comments, declarations, and the insides of scripts and style sheets.
    Hidden(&'a str),
}

/// Cuts `html` into pieces that are together the whole.
pub(super) struct Scan<'a> {
    rest: &'a str,
    /// The element whose inside is no text.
    raw: Option<&'static str>,
}

pub(super) fn scan(html: &str) -> Scan<'_> {
    Scan {
        rest: html,
        raw: None,
    }
}

impl<'a> Iterator for Scan<'a> {
    type Item = Piece<'a>;

    fn next(&mut self) -> Option<Piece<'a>> {
        if self.rest.is_empty() {
            return None;
        }
        if let Some(name) = self.raw.take() {
            let end = closing(self.rest, name).unwrap_or(self.rest.len());
            if end > 0 {
                return Some(Piece::Hidden(self.take(end)));
            }
        }
        if self.rest.starts_with('<')
            && let Some(piece) = self.markup()
        {
            return Some(piece);
        }
        // A `<` that begins no tag is text.
        let bytes = self.rest.as_bytes();
        let mut end = usize::from(bytes[0] == b'<');
        loop {
            match memchr::memchr(b'<', &bytes[end..]) {
                None => {
                    end = bytes.len();
                    break;
                }
                Some(at) => {
                    end += at;
                    if matches!(bytes.get(end + 1), Some(b) if b.is_ascii_alphabetic() || matches!(b, b'/' | b'!' | b'?'))
                    {
                        break;
                    }
                    end += 1;
                }
            }
        }
        Some(Piece::Text(self.take(end)))
    }
}

impl<'a> Scan<'a> {
    fn take(&mut self, length: usize) -> &'a str {
        let (piece, rest) = self.rest.split_at(length);
        self.rest = rest;
        piece
    }

    /// The tag or comment that the rest begins with.
    fn markup(&mut self) -> Option<Piece<'a>> {
        let bytes = self.rest.as_bytes();
        match bytes.get(1)? {
            b'!' | b'?' => {
                let end = if bytes.starts_with(b"<!--") {
                    memchr::memmem::find(&bytes[4..], b"-->").map(|end| 4 + end + 3)
                } else {
                    memchr::memchr(b'>', bytes).map(|end| end + 1)
                };
                // One without an end hides the rest, as in a browser.
                Some(Piece::Hidden(self.take(end.unwrap_or(bytes.len()))))
            }
            b'/' if bytes.get(2).is_some_and(u8::is_ascii_alphabetic) => {
                let end = tag_end(bytes);
                Some(Piece::Tag(self.take(end)))
            }
            b if b.is_ascii_alphabetic() => {
                let end = tag_end(bytes);
                let tag = self.take(end);
                self.raw = ["script", "style"]
                    .into_iter()
                    .find(|raw| name(tag).eq_ignore_ascii_case(raw));
                Some(Piece::Tag(tag))
            }
            _ => None,
        }
    }
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
    while let Some(next) = memchr::memchr3(b'>', b'"', b'\'', &bytes[at..]) {
        at += next;
        if bytes[at] == b'>' {
            return at + 1;
        }
        let quote = bytes[at];
        let value = bytes[..at].iter().rev().find(|b| !b.is_ascii_whitespace()) == Some(&b'=');
        at += 1;
        if value {
            match memchr::memchr(quote, &bytes[at..]) {
                Some(end) => at += end + 1,
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
