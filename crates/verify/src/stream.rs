//! Seeded random numbers: every stream is keyed, so that any instance can be drawn alone.

use equipartition_scalar::Rational;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// A counter-based stream (ChaCha with 8 rounds) of exact random numbers.
///
/// The key is made of text labels and the run's seed, the counter of the instance: neither threads, nor order, nor shards
/// can change what an instance is.
pub struct Stream(ChaCha8Rng);

/// Bits of the grid from which coordinates of algebraic instances are drawn.
pub const GRID_BITS: u32 = 32;

impl Stream {
    /// The stream of `instance` under the given labels and run seed.
    pub fn new(labels: &[&str], seed: u64, instance: u64) -> Self {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        // Three differently started FNV-1a hashes of the labels; the length prefix keeps ("a", "bc") from ("ab", "c").
        for (block, start) in
            key[8..].chunks_exact_mut(8).zip([0xcbf2_9ce4_8422_2325_u64, 0x9e37_79b9_7f4a_7c15, 0x6a09_e667_f3bc_c908])
        {
            let mut hash = start;
            for label in labels {
                for byte in (label.len() as u64).to_le_bytes().iter().chain(label.as_bytes()) {
                    hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
                }
            }
            block.copy_from_slice(&hash.to_le_bytes());
        }
        let mut generator = ChaCha8Rng::from_seed(key);
        generator.set_stream(instance);
        Stream(generator)
    }

    /// 64 uniform bits.
    pub fn bits(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// A uniform index below `bound` (which is small: the modulo bias is below 2^-32).
    ///
    /// # Panics
    /// If `bound` is zero.
    pub fn below(&mut self, bound: usize) -> usize {
        (self.bits() % bound as u64) as usize
    }

    /// A fair coin.
    pub fn coin(&mut self) -> bool {
        self.bits() >> 63 == 1
    }

    /// A uniform integer in `low..=high`.
    pub fn integer(&mut self, low: i64, high: i64) -> i64 {
        low + self.below((high - low + 1) as usize) as i64
    }

    /// One of the items.
    ///
    /// # Panics
    /// If there are none.
    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len())]
    }

    /// A uniform point of the grid of `2^bits` dyadic numbers in [-2, 2).
    pub fn dyadic(&mut self, bits: u32) -> Rational {
        let numerator = (self.bits() >> (64 - bits)) as i64 - (1 << (bits - 1));
        Rational::from((numerator, 1_i64 << (bits - 2)))
    }

    /// A dyadic number of few bits that is not zero, in [-2, 2].
    pub fn small(&mut self) -> Rational {
        let numerator = self.integer(1, 16);
        Rational::from((if self.coin() { numerator } else { -numerator }, 8))
    }

    /// A positive dyadic number of few bits, in (0, 2].
    pub fn positive(&mut self) -> Rational {
        Rational::from((self.integer(1, 16), 8))
    }

    /// A uniform permutation of `0..len`.
    pub fn permutation(&mut self, len: usize) -> Vec<usize> {
        let mut places: Vec<usize> = (0..len).collect();
        for last in (1..len).rev() {
            places.swap(last, self.below(last + 1));
        }
        places
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_depends_on_every_part_of_its_key_and_on_nothing_else() {
        let first = |labels: &[&str], seed, instance| Stream::new(labels, seed, instance).bits();
        assert_eq!(first(&["a", "b"], 1, 2), first(&["a", "b"], 1, 2));
        assert_ne!(first(&["a", "b"], 1, 2), first(&["ab"], 1, 2));
        assert_ne!(first(&["a", "b"], 1, 2), first(&["a", "b"], 2, 2));
        assert_ne!(first(&["a", "b"], 1, 2), first(&["a", "b"], 1, 3));
    }

    /// What was drawn once under a seed is drawn for ever: reports name the seed. The two numbers are those of another program for ChaCha and FNV-1a.
    #[test]
    fn streams_are_what_they_were() {
        let mut stream = Stream::new(&["known"], 7, 3);
        assert_eq!([stream.bits(), stream.bits()], [12652374802778232462, 8690406949297001002]);
        let (mut coins, mut bits) = (Stream::new(&["coin"], 0, 0), Stream::new(&["coin"], 0, 0));
        assert!((0..64).all(|_| coins.coin() == (bits.bits() >= 1 << 63)));
    }

    #[test]
    fn the_grid_is_dyadic_and_bounded() {
        let mut stream = Stream::new(&["grid"], 0, 0);
        for _ in 0..1000 {
            let x = stream.dyadic(GRID_BITS);
            assert!((Rational::from(-2)..Rational::from(2)).contains(&x));
            assert!(x.denom().is_power_of_two() && *x.denom() <= 1_u64 << 30);
        }
    }
}
