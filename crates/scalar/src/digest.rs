//! Digests of things that are compared and not kept, and fingerprints of those that are.

use std::fmt::{self, Write};
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

/// A digest of text that may be kept, because every machine and every version of the standard library has the same: FNV-1a with 64 bits.
///
/// It tells accidents from each other, not what somebody made to collide.
#[derive(Clone, Copy, Debug)]
pub struct Fingerprint(u64);

impl Fingerprint {
    /// Of nothing so far.
    pub fn new() -> Self {
        Fingerprint(0xcbf2_9ce4_8422_2325)
    }

    /// Takes in what is displayed, and that it ends here.
    pub fn take(&mut self, thing: &impl fmt::Display) {
        // What takes in text does not fail.
        let _ = write!(self, "{thing}\0");
    }

    /// The digest.
    pub fn finish(self) -> u64 {
        self.0
    }
}

impl Default for Fingerprint {
    fn default() -> Self {
        Self::new()
    }
}

impl Write for Fingerprint {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for byte in text.bytes() {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The test vectors of Fowler, Noll and Vo (draft-eastlake-fnv, appendix C).
    #[test]
    fn a_fingerprint_is_that_of_the_literature() {
        let of = |text: &str| {
            let mut fingerprint = Fingerprint::new();
            fingerprint.write_str(text).expect("text is taken in");
            fingerprint.finish()
        };
        assert_eq!(of(""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(of("a"), 0xaf63_dc4c_8601_ec8c);
        assert_eq!(of("foobar"), 0x8594_4171_f739_67e8);
    }

    /// Where one thing ends and the next begins is part of it.
    #[test]
    fn things_do_not_run_together() {
        let of = |things: &[&str]| {
            let mut fingerprint = Fingerprint::new();
            things.iter().for_each(|thing| fingerprint.take(thing));
            fingerprint.finish()
        };
        assert_ne!(of(&["ab", "c"]), of(&["a", "bc"]));
        assert_ne!(of(&["a"]), of(&["a", ""]));
    }

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
