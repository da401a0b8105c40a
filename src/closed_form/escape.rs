//! How fast a mode of a diagonal linear network of depth `D` leaves its saddle, from `w = eps`: after `T` steps,
//!
//! ```text
//! D = 2: T / ln(1/eps) -> 1 / E ln(1 + eta s);   D >= 3: T eps^(D-2) -> 1 / ((D-2) eta E s)
//! ```

use crate::scalar::Real;

/// `ln(1/eps)` at depth two and `eps^-(D-2)` beyond, in units of which the time of escape is asymptotically constant.
pub fn distance<T: Real>(depth: usize, start: &T) -> T {
    if depth == 2 { -start.ln() } else { T::one() / start.powi(depth as i32 - 2) }
}

/// `E ln(1 + eta s)`, over equally likely samples.
pub fn exponent<T: Real>(learning_rate: &T, samples: &[T]) -> T {
    mean(samples.iter().map(|sample| T::product(learning_rate, sample).ln_1p()), samples.len())
}

/// `(D-2) eta E s`, over equally likely samples.
pub fn slope<T: Real>(depth: usize, learning_rate: &T, samples: &[T]) -> T {
    T::integer(depth as i64 - 2) * learning_rate * mean(samples.iter().cloned(), samples.len())
}

/// What a step gains of [`distance`] in the mean, near 0: the inverse of the limit of the time of escape.
pub fn rate<T: Real>(depth: usize, learning_rate: &T, samples: &[T]) -> T {
    if depth == 2 { exponent(learning_rate, samples) } else { slope(depth, learning_rate, samples) }
}

fn mean<T: Real>(values: impl Iterator<Item = T>, count: usize) -> T {
    values.fold(T::zero(), |sum, value| sum + value) / T::integer(count as i64)
}
