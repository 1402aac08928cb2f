//! Looks for the few bytes in a text that cannot stand as they are. Texts are
//! long and such bytes rare, so many are looked at in one step.

/// Bytes in a step: what two or more of a processor's vectors hold.
const STEP: usize = 32;

/// Where, from `from` on, the first byte stands that is `special`; this best has no branch in it.
pub fn find(bytes: &[u8], from: usize, special: impl Fn(u8) -> bool) -> Option<usize> {
    let rest = bytes.get(from..)?;
    // Without a way out within a step, the compiler takes it at once.
    let quiet = |step: &&[u8]| !step.iter().fold(false, |found, b| found | special(*b));
    let passed = rest.chunks_exact(STEP).take_while(quiet).count() * STEP;
    let at = rest[passed..].iter().position(|b| special(*b))?;
    Some(from + passed + at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn finds_what_a_plain_search_finds(bytes in prop::collection::vec(any::<u8>(), 0..200), from in 0usize..220, low in any::<u8>()) {
            let special = |b: u8| b < low / 64;
            let plain = (from..bytes.len()).find(|at| special(bytes[*at]));
            prop_assert_eq!(find(&bytes, from, special), plain);
        }
    }
}
