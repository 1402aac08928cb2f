//! One hash for everything that is compared between builds: XXH3 with 128
//! bits. It tells apart whatever comes about by chance, at the speed of memory;
//! where somebody could gain by making two things look alike (the integrity of
//! assets, signatures), SHA-2 is used instead.

use twox_hash::XxHash3_128;

/// What something looked like.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    serde::Serialize,
    serde::Deserialize,
)]
pub struct Hash(pub u128);

impl Hash {
    pub fn of(bytes: &[u8]) -> Hash {
        Hash(XxHash3_128::oneshot(bytes))
    }
}

impl std::fmt::Display for Hash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

/// For what comes in pieces: the same as [`Hash::of`] of all in one.
#[derive(Default)]
pub struct Stream(XxHash3_128);

impl Stream {
    pub fn new() -> Stream {
        Stream(XxHash3_128::new())
    }

    pub fn write(&mut self, piece: &[u8]) {
        self.0.write(piece);
    }

    pub fn finish(&self) -> Hash {
        Hash(self.0.finish_128())
    }
}

/// Takes parts one after another, each with its length, so that no two lists of
/// parts are one. They are collected and hashed in one go.
#[derive(Clone, Default)]
pub struct Hasher(Vec<u8>);

impl Hasher {
    pub fn new() -> Hasher {
        Hasher(Vec::with_capacity(256))
    }

    pub fn bytes(&mut self, bytes: &[u8]) -> &mut Hasher {
        self.number(bytes.len() as u64);
        self.0.extend_from_slice(bytes);
        self
    }

    pub fn str(&mut self, text: &str) -> &mut Hasher {
        self.bytes(text.as_bytes())
    }

    pub fn number(&mut self, number: u64) -> &mut Hasher {
        self.0.extend_from_slice(&number.to_le_bytes());
        self
    }

    pub fn flag(&mut self, flag: bool) -> &mut Hasher {
        self.0.push(u8::from(flag));
        self
    }

    pub fn hash(&mut self, hash: Hash) -> &mut Hasher {
        self.0.extend_from_slice(&hash.0.to_le_bytes());
        self
    }

    /// Anything by its debug form: for what is hashed once a build.
    pub fn debug(&mut self, value: &impl std::fmt::Debug) -> &mut Hasher {
        self.str(&format!("{value:?}"))
    }

    pub fn finish(&self) -> Hash {
        Hash::of(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_alike_on_every_machine() {
        assert_eq!(
            Hash::of(b"").to_string(),
            "99aa06d3014798d86001c324468d497f"
        );
        assert_eq!(
            Hash::of(b"abc").to_string(),
            "06b05ab6733a618578af5f94892f3950"
        );
    }

    #[test]
    fn pieces_make_the_whole() {
        let whole: Vec<u8> = (0..2_000_u32).map(|n| (n % 251) as u8).collect();
        let mut stream = Stream::new();
        for piece in whole.chunks(300) {
            stream.write(piece);
        }
        assert_eq!(stream.finish(), Hash::of(&whole));
    }

    #[test]
    fn parts_keep_their_borders() {
        let of = |parts: &[&str]| {
            let mut hasher = Hasher::new();
            for part in parts {
                hasher.str(part);
            }
            hasher.finish()
        };
        assert_ne!(of(&["ab", "c"]), of(&["a", "bc"]));
        assert_ne!(of(&["a", ""]), of(&["a"]));
        assert_eq!(of(&["a", "b"]), of(&["a", "b"]));
    }
}
