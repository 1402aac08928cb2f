//! Finds the end of a bare link or address: the rules of Goldmark's linkify.

/// What a bare link is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Url,
    /// Without a scheme.
    Www,
    Email,
}

/// The longest host and local part that are looked at.
const LONGEST: usize = 256;

/// The URL that `text` begins with: its length.
pub(super) fn url(text: &[u8]) -> Option<usize> {
    let scheme = [&b"https://"[..], b"http://", b"ftp://"]
        .into_iter()
        .find(|scheme| text.starts_with(scheme))?;
    let mut end = host(text, scheme.len())?;
    if text.get(end) == Some(&b':') {
        let digits = text[end + 1..]
            .iter()
            .take_while(|b| b.is_ascii_digit())
            .count();
        if digits > 0 {
            end += 1 + digits;
        }
    }
    Some(trim(text, path(text, end, true)))
}

/// `www.…`
pub(super) fn www(text: &[u8]) -> Option<usize> {
    if !text.starts_with(b"www.") {
        return None;
    }
    let end = host(text, 4)?;
    Some(trim(text, path(text, end, false)))
}

/// The end of a host that begins at `from`: a dot and small letters come last.
fn host(text: &[u8], from: usize) -> Option<usize> {
    let run = text[from..]
        .iter()
        // The last dot and letters may come after the longest run.
        .take(LONGEST + 64)
        .take_while(|b| is_host(**b))
        .count();
    let limit = from + run.min(LONGEST + 1);
    let dot = (from + 1..limit)
        .rev()
        .find(|at| text[*at] == b'.' && text.get(at + 1).is_some_and(u8::is_ascii_lowercase))?;
    let letters = text[dot + 1..]
        .iter()
        .take_while(|b| b.is_ascii_lowercase())
        .count();
    Some(dot + 1 + letters)
}

fn is_host(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(
            byte,
            b'-' | b'@' | b':' | b'%' | b'.' | b'_' | b'+' | b'~' | b'#' | b'='
        )
}

fn path(text: &[u8], end: usize, dollar: bool) -> usize {
    if !matches!(text.get(end), Some(b'/' | b'?' | b'#')) {
        return end;
    }
    let more = text[end..]
        .iter()
        .take_while(|b| {
            is_host(**b)
                || matches!(
                    **b,
                    b'!' | b'?'
                        | b'&'
                        | b'/'
                        | b'('
                        | b')'
                        | b';'
                        | b','
                        | b'\''
                        | b'"'
                        | b'>'
                        | b'^'
                        | b'{'
                        | b'}'
                        | b'['
                        | b']'
                        | b'`'
                )
                || (dollar && **b == b'$')
        })
        .count();
    end + more
}

/// Takes off what ends the sentence rather than the link.
fn trim(text: &[u8], end: usize) -> usize {
    let stops = text[1..end]
        .iter()
        .rev()
        .take_while(|b| matches!(b, b'?' | b'!' | b'.' | b',' | b':' | b'*' | b'_' | b'~'))
        .count();
    let end = end - stops;
    match text[end - 1] {
        b')' => {
            let open = text[..end].iter().filter(|b| **b == b'(').count();
            let close = text[..end].iter().filter(|b| **b == b')').count();
            // What was within the brackets is left as it is.
            end - close.saturating_sub(open).min(end - 1)
        }
        // `&amp;` after a link is an entity.
        b';' => {
            let name = text[..end - 1]
                .iter()
                .rev()
                .take_while(|b| b.is_ascii_alphanumeric())
                .count();
            let amp = end - 1 - name;
            if name > 0 && amp > 0 && text[amp - 1] == b'&' {
                amp - 1
            } else {
                end
            }
        }
        _ => end,
    }
}

/// The start of an address whose `@` is at `at`; no further back than `from`.
pub(super) fn email_start(text: &[u8], from: usize, at: usize) -> usize {
    let from = from.max(at.saturating_sub(LONGEST));
    let local = text[from..at]
        .iter()
        .rev()
        .take_while(|b| is_local(**b))
        .count();
    at - local
}

/// The address that `text` begins with, whose `@` is at `at`: its length.
pub(super) fn email(text: &[u8], at: usize) -> Option<usize> {
    if at == 0 || text[0].is_ascii_punctuation() {
        return None;
    }
    let mut end = at + 1;
    let mut dots = 0;
    loop {
        let label = text[end..]
            .iter()
            .take(63)
            .take_while(|b| b.is_ascii_alphanumeric() || **b == b'-')
            .count();
        // A label begins and ends with a letter or digit.
        let kept = text[end..end + label]
            .iter()
            .rposition(|b| *b != b'-')
            .map_or(0, |last| last + 1);
        if kept == 0 || text[end] == b'-' {
            if dots == 0 {
                return None;
            }
            end -= 1;
            dots -= 1;
            break;
        }
        end += kept;
        if kept < label || text.get(end) != Some(&b'.') {
            break;
        }
        end += 1;
        dots += 1;
    }
    if dots == 0 || matches!(text.get(end), Some(b'-' | b'_')) {
        return None;
    }
    Some(end)
}

fn is_local(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(
            byte,
            b'.' | b'!'
                | b'#'
                | b'$'
                | b'%'
                | b'&'
                | b'\''
                | b'*'
                | b'+'
                | b'/'
                | b'='
                | b'?'
                | b'^'
                | b'_'
                | b'`'
                | b'{'
                | b'|'
                | b'}'
                | b'~'
                | b'-'
        )
}
