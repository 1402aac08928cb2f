//! Whitespace in the bytes of UTF-8, where asking every character would cost
//! more than all the rest of reading.

/// The length of the whitespace character that `bytes` begin with; 0 for none.
pub(super) fn at(bytes: &[u8]) -> usize {
    match bytes {
        [byte, ..] if is(*byte) => 1,
        [0xC2, 0x85 | 0xA0, ..] => 2,
        [0xE1, 0x9A, 0x80, ..]
        | [0xE2, 0x80, 0x80..=0x8A | 0xA8 | 0xA9 | 0xAF, ..]
        | [0xE2, 0x81, 0x9F, ..]
        | [0xE3, 0x80, 0x80, ..] => 3,
        _ => 0,
    }
}

/// The first whitespace from byte `from` on: where it begins, and its length.
pub(super) fn find(bytes: &[u8], from: usize) -> Option<(usize, usize)> {
    for (index, byte) in bytes.iter().enumerate().skip(from) {
        // Nearly all bytes are letters.
        if !matches!(byte, b'!'..=b'\x7F')
            && let length @ 1.. = at(&bytes[index..])
        {
            return Some((index, length));
        }
    }
    None
}

/// The first whitespace from byte `from` on that is not one space between other characters;
/// of two spaces, the second. At `from` is no space.
pub(super) fn find_odd(bytes: &[u8], from: usize) -> Option<(usize, usize)> {
    /// Looked at together, which the processor does at once.
    const CHUNK: usize = 32;
    let may_be = |before: u8, byte: u8| {
        // Controls, and what whitespace beyond ASCII begins with.
        let rare = (byte < b' ') | (byte == 0xC2) | (byte.wrapping_sub(0xE1) < 3);
        rare | ((byte == b' ') & (before == b' '))
    };
    let found = |index: usize| match bytes[index] {
        b' ' => Some((index, 1)),
        _ => Some((index, at(&bytes[index..]))).filter(|(_, length)| *length > 0),
    };
    if let first @ Some(_) = bytes.get(from).and_then(|_| found(from)) {
        return first;
    }
    let mut start = from + 1;
    while start < bytes.len() {
        let end = bytes.len().min(start + CHUNK);
        let (before, chunk) = (&bytes[start - 1..end - 1], &bytes[start..end]);
        let quiet = match (before.first_chunk(), chunk.first_chunk()) {
            (Some(before), Some(chunk)) => {
                let pairs = std::iter::zip::<&[u8; CHUNK], &[u8; CHUNK]>(before, chunk);
                !pairs.fold(false, |any, (before, byte)| any | may_be(*before, *byte))
            }
            _ => false,
        };
        if !quiet {
            let mut odd = (start..end).filter(|index| may_be(bytes[index - 1], bytes[*index]));
            if let odd @ Some(_) = odd.find_map(found) {
                return odd;
            }
        }
        start = end;
    }
    None
}

/// Whether a byte is a whitespace character of ASCII.
#[inline]
pub(super) fn is(byte: u8) -> bool {
    (byte == b' ') | (byte.wrapping_sub(b'\t') < 5)
}

/// Whether `text` has whitespace beyond that of ASCII.
pub(super) fn is_wide(text: &str) -> bool {
    let bytes = text.as_bytes();
    // What such a character begins with.
    memchr::memchr3_iter(0xC2, 0xE2, 0xE3, bytes).any(|index| at(&bytes[index..]) > 0)
        || memchr::memchr_iter(0xE1, bytes).any(|index| at(&bytes[index..]) > 0)
}

#[cfg(test)]
mod tests {
    #[test]
    fn whitespace_is_that_of_unicode() {
        for c in '\0'..=char::MAX {
            let mut bytes = [0; 4];
            let text = c.encode_utf8(&mut bytes);
            let expected = if c.is_whitespace() { c.len_utf8() } else { 0 };
            assert_eq!(super::at(text.as_bytes()), expected, "{c:?}");
            assert_eq!(super::is_wide(text), expected > 0 && !c.is_ascii(), "{c:?}");
        }
    }
}
