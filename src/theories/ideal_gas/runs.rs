//! What long runs of the radius alone draw, whose law is that of descent with isotropic noise, and how they average.

use crate::verify::Stream;
use crate::verify::simulation::BATCHES;

/// The means of several numbers over consecutive batches.
pub(super) fn batch_means<const N: usize>(length: u64, mut numbers: impl FnMut() -> [f64; N]) -> [Vec<f64>; N] {
    let mut means = std::array::from_fn(|_| Vec::with_capacity(BATCHES));
    for _ in 0..BATCHES {
        let mut sums = [0.0; N];
        for _ in 0..length {
            for (sum, number) in sums.iter_mut().zip(numbers()) {
                *sum += number;
            }
        }
        for (mean, sum) in means.iter_mut().zip(sums) {
            mean.push(sum / length as f64);
        }
    }
    means
}

/// A number uniform in (0, 1].
fn uniform(stream: &mut Stream) -> f64 {
    ((stream.bits() >> 11) + 1) as f64 * 2.0_f64.powi(-53)
}

/// A chi-squared number with so many degrees of freedom: the sum of the squares of independent normal ones.
pub(super) fn chi_squared(stream: &mut Stream, degrees: u32) -> f64 {
    let mut sum = 0.0;
    for _ in 0..degrees / 2 {
        sum -= 2.0 * uniform(stream).ln();
    }
    if degrees % 2 == 1 {
        sum -= 2.0 * uniform(stream).ln() * (std::f64::consts::TAU * uniform(stream)).cos().powi(2);
    }
    sum
}
