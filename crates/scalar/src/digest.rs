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
