//! Chains at a fixed effective rate, `x' = x ((1 - x)^2 + (eps rho)^2)`, followed until they are beyond 2.

use crate::closed_form::gas;
use crate::statistics::Mean;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Root mean squares of `eps rho` of the chains.
pub const CHAINS: [f64; 4] = [0.3, 0.6, 0.8, 1.0];
/// Times at which the shares of chains are recorded.
pub const RECORDS: usize = 150;
/// Beyond this nothing comes back.
const BEYOND: f64 = 2.0;
/// Where a chain that is beyond is followed no more.
const FAR: f64 = 1e6;
/// `rho^2` over its mean, of noise of two values.
pub const TWO_VALUES: [f64; 2] = [0.5, 1.5];

/// Chains at a fixed effective rate.
#[derive(Clone, Debug, PartialEq)]
pub struct Chains {
    /// The root mean square of `eps rho`.
    pub size: f64,
    /// Whether the noise is normal; else it has two values.
    pub is_normal: bool,
    /// The share that has been beyond 2, by record.
    pub escaped: Vec<(usize, f64)>,
    /// Those that came back.
    pub returned: usize,
}

impl Chains {
    /// The share at the end.
    pub fn share(&self, chains: usize) -> Mean {
        Mean::of_share((self.escaped[RECORDS].1 * chains as f64).round() as usize, chains)
    }

    /// Whether `(eps rho)^2` stays below 1.
    pub fn is_below_critical(&self) -> bool {
        !self.is_normal && self.size * self.size * TWO_VALUES[1] < 1.0
    }
}

/// Chains of one noise and size, from `x = 1/2`.
pub(super) fn chains(seed: u64, chains: usize, steps: usize, is_normal: bool, size: f64) -> Chains {
    let boundary = |record: usize| steps * record / RECORDS;
    let mut escapes: Vec<usize> = Vec::new();
    let mut returned = 0;
    for chain in 0..chains {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        random.set_stream((1 << 40) | ((size * 1000.0) as u64) << 24 | u64::from(is_normal) << 23 | chain as u64);
        let mut x = 0.5;
        let mut since = None;
        for step in 1..=steps {
            let bits = random.next_u64();
            let noise = if is_normal {
                // Half of chi-squared with two degrees of freedom, from a uniform number in (0, 1].
                -(((bits >> 11) + 1) as f64 / (1_u64 << 53) as f64).ln()
            } else {
                TWO_VALUES[(bits & 1) as usize]
            };
            let [shrunk, pushed] = gas::next_height(&x, &(size * size * noise));
            x = shrunk + pushed;
            match since {
                None if x >= BEYOND => since = Some(step),
                Some(_) if x < BEYOND => returned += 1,
                _ => {}
            }
            if x >= FAR {
                break;
            }
        }
        escapes.extend(since);
    }
    let share = |step: usize| escapes.iter().filter(|&&escape| escape <= step).count() as f64 / chains as f64;
    let escaped = (0..=RECORDS).map(|record| (boundary(record), share(boundary(record)))).collect();
    Chains { size, is_normal, escaped, returned }
}
