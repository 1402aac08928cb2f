//! Words as numbers, in one or two steps, as most words are of a few letters.

/// Bytes of a word up to which its key tells it from all others of its length.
pub const SHORT: usize = 8;

/// Two words of one length have the same when they are the same.
fn short(bytes: &[u8]) -> Option<u64> {
    let four = |bytes: &[u8; 4]| u64::from(u32::from_le_bytes(*bytes));
    let at = |at: usize| u64::from(bytes[at]);
    match (bytes.len(), bytes.first_chunk(), bytes.last_chunk()) {
        (4..=8, Some(first), Some(last)) => Some(four(first) << 32 | four(last)),
        (1..=3, ..) => {
            let (middle, last) = (bytes.len() / 2, bytes.len() - 1);
            Some(at(0) << 16 | at(middle) << 8 | at(last))
        }
        _ => None,
    }
}

/// An odd number whose bits look like chance.
pub const ODD: u64 = 0x9E37_79B9_7F4A_7C15;

/// The letters of a short word, and of a longer one what they are mixed to.
pub fn key(bytes: &[u8]) -> u64 {
    if let Some(letters) = short(bytes) {
        return letters;
    }
    let mut state = bytes.len() as u64;
    let mut rest = bytes;
    while let Some((chunk, after)) = rest.split_first_chunk() {
        state = mix(state, u64::from_le_bytes(*chunk));
        rest = after;
    }
    // The end again, with what was left over.
    match bytes.last_chunk() {
        Some(last) => mix(state, u64::from_le_bytes(*last)),
        None => state,
    }
}

/// Of a key: 64 bits that are all alike good.
pub fn hash(key: u64) -> u64 {
    mix(key, ODD)
}

fn mix(a: u64, b: u64) -> u64 {
    let product = u128::from(a ^ ODD) * u128::from(b ^ 0xD6E8_FEB8_6659_FD93);
    product as u64 ^ (product >> 64) as u64
}
