//! Digests of things that are compared and not kept.

use std::hash::{DefaultHasher, Hash, Hasher};

/// A digest of 128 bits: two that are equal are of equal things, but for an accident of probability `2^-128` a pair.
pub fn digest_of(thing: &impl Hash) -> u128 {
    let half = |salt: u8| {
        let mut hasher = DefaultHasher::new();
        (salt, thing).hash(&mut hasher);
        u128::from(hasher.finish())
    };
    half(0) << 64 | half(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Both halves are digests, and no copies of each other; other things have others.
    #[test]
    fn a_digest_has_two_halves() {
        let halves = |thing: &str| [(digest_of(&thing) >> 64) as u64, digest_of(&thing) as u64];
        let mut all: Vec<u64> = ["", "a", "b", "ab"].into_iter().flat_map(halves).collect();
        assert!(all.iter().all(|half| *half != 0));
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), 8);
        assert_eq!(digest_of(&"a"), digest_of(&"a".to_owned()));
    }
}
