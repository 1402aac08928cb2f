//! One hash for everything that is compared between builds: 128 bits of
//! BLAKE3. Takes parts one after another, each with its length, so that no two
//! lists of parts are one.

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
        blake3::hash(bytes).into()
    }
}

impl From<blake3::Hash> for Hash {
    fn from(hash: blake3::Hash) -> Hash {
        let half = hash
            .as_bytes()
            .first_chunk::<16>()
            .expect("a BLAKE3 hash has 32 bytes");
        Hash(u128::from_be_bytes(*half))
    }
}

impl std::fmt::Display for Hash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

/// Collects parts. They are hashed in one go: BLAKE3 is slow in small bites.
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
            "af1349b9f5f9a1a6a0404dea36dcc949"
        );
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
