//! Long sums without loss of digits, and averages with confidence intervals.

#![deny(unsafe_code)]
#![warn(missing_docs)]

use std::f64::consts::PI;

/// Several sums at once, each with its rounding errors carried along (Knuth's exact two-sum, Neumaier's scheme).
///
/// The error of a sum is that of one rounding plus a term of second order in the precision, however many numbers are added.
#[derive(Clone, Debug, PartialEq)]
pub struct CompensatedSums {
    sums: Vec<f64>,
    errors: Vec<f64>,
}

impl CompensatedSums {
    /// `len` sums, all 0.
    pub fn new(len: usize) -> Self {
        CompensatedSums { sums: vec![0.0; len], errors: vec![0.0; len] }
    }

    /// Adds one number to each sum.
    #[inline]
    pub fn add(&mut self, numbers: &[f64]) {
        for ((sum, error), number) in self.sums.iter_mut().zip(&mut self.errors).zip(numbers) {
            let new = *sum + number;
            let part = new - *sum;
            *error += (*sum - (new - part)) + (number - part);
            *sum = new;
        }
    }

    /// The sums so far.
    pub fn values(&self) -> Vec<f64> {
        self.sums.iter().zip(&self.errors).map(|(sum, error)| sum + error).collect()
    }
}

/// An average with half the width of its confidence interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The average.
    pub mean: f64,
    /// The interval is `mean - half_width` to `mean + half_width`.
    pub half_width: f64,
}

impl Estimate {
    /// The same as a mean with its standard error, for a 95 % interval from so many batches.
    pub fn of_batches(self, batches: usize) -> Mean {
        Mean { value: self.mean, standard_error: self.half_width / student_quantile_975(batches as u32 - 1) }
    }

    /// Whether the interval contains zero.
    pub fn covers_zero(&self) -> bool {
        self.mean.abs() <= self.half_width
    }
}

/// A mean over independent numbers, such as those of paths.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mean {
    /// The mean.
    pub value: f64,
    /// Their standard deviation divided by the square root of their number.
    pub standard_error: f64,
}

impl Mean {
    /// Of at least two numbers.
    pub fn of(values: impl Iterator<Item = f64> + Clone) -> Self {
        let count = values.clone().count() as f64;
        let value = values.clone().sum::<f64>() / count;
        let variance = values.map(|x| (x - value).powi(2)).sum::<f64>() / (count - 1.0);
        Mean { value, standard_error: (variance / count).sqrt() }
    }

    /// The share `k/n` of `n` independent trials that succeeded. Its standard error is that of `(k + 1)/(n + 2)`, the mean of the share by Laplace's rule:
    /// where none or all succeed the share is not known without error.
    pub fn of_share(successes: usize, trials: usize) -> Self {
        let (successes, trials) = (successes as f64, trials as f64);
        let likely = (successes + 1.0) / (trials + 2.0);
        Mean { value: successes / trials, standard_error: (likely * (1.0 - likely) / trials).sqrt() }
    }
}

/// The mean of a stationary series from its batch means, with the interval that misses it with probability `error`.
///
/// Half the width is `t s / sqrt(K)` for `K` batches, `s` their standard deviation, `t` Student's quantile with `K - 1` degrees of
/// freedom: right if batch means are independent and normal, as they nearly are for batches much longer than the correlation
/// time. None for fewer than two batches or numbers that are not finite.
pub fn batch_means(batches: &[f64], error: f64) -> Option<Estimate> {
    let count = batches.len() as f64;
    let mean = batches.iter().sum::<f64>() / count;
    if batches.len() < 2 || !mean.is_finite() {
        return None;
    }
    let variance = batches.iter().map(|batch| (batch - mean).powi(2)).sum::<f64>() / (count - 1.0);
    let half_width = student_quantile(batches.len() as u32 - 1, error) * (variance / count).sqrt();
    Some(Estimate { mean, half_width })
}

/// The ratio of two time averages with its 95 % confidence interval, by the method of batch means.
///
/// The trajectory is cut into `K` consecutive batches, and `batches` holds each batch's sums of numerator `N_k` and denominator `D_k`.
/// The ratio is `R = sum N_k / sum D_k`. Its deviations `d_k = (N_k - R D_k) / mean D` (the linearised ratio) are treated as
/// independent: half the width is `t s / sqrt(K)`, `s^2 = sum d_k^2 / (K - 1)`, `t` the 97.5 % quantile of Student's distribution
/// with `K - 1` degrees of freedom. That is right if batches are longer than the correlation time.
///
/// None if there are fewer than two batches, or the denominators add up to nothing or to no finite number.
pub fn ratio_of_averages(batches: &[(f64, f64)]) -> Option<Estimate> {
    let count = batches.len() as f64;
    let numerator: f64 = batches.iter().map(|(numerator, _)| numerator).sum();
    let denominator: f64 = batches.iter().map(|(_, denominator)| denominator).sum();
    let mean = numerator / denominator;
    if batches.len() < 2 || !mean.is_finite() {
        return None;
    }
    let deviation = |(n, d): &(f64, f64)| (n - mean * d) / (denominator / count);
    let variance = batches.iter().map(|batch| deviation(batch).powi(2)).sum::<f64>() / (count - 1.0);
    let half_width = student_quantile_975(batches.len() as u32 - 1) * (variance / count).sqrt();
    Some(Estimate { mean, half_width })
}

/// The 97.5 % quantile of Student's distribution with `degrees >= 1` degrees of freedom.
pub fn student_quantile_975(degrees: u32) -> f64 {
    student_quantile(degrees, 0.05)
}

/// The `t` that Student's variable with `degrees >= 1` degrees of freedom exceeds in absolute value with probability `error`, by bisection.
///
/// The probability inside is computed to a double's absolute accuracy: `error` should be above `2^-40`.
pub fn student_quantile(degrees: u32, error: f64) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    while student_central_probability(high, degrees) < 1.0 - error && high < 1e15 {
        high *= 2.0;
    }
    for _ in 0..64 {
        let middle = 0.5 * (low + high);
        if student_central_probability(middle, degrees) < 1.0 - error { low = middle } else { high = middle }
    }
    0.5 * (low + high)
}

/// The probability that Student's variable lies between `-t` and `t`: the finite sums of Abramowitz and Stegun, 26.7.3 and
/// 26.7.4, with `theta = atan(t / sqrt(degrees))`.
fn student_central_probability(t: f64, degrees: u32) -> f64 {
    let theta = (t / f64::from(degrees).sqrt()).atan();
    let (sine, cosine) = theta.sin_cos();
    // The terms cos^(j), each times (j - 1)/j of its forerunner, for j up to degrees - 2 of the parity of degrees.
    let odd = degrees % 2 == 1;
    let (mut term, mut sum) = (if odd { cosine } else { 1.0 }, 0.0);
    let mut power = u32::from(odd);
    while power + 2 <= degrees {
        sum += term;
        power += 2;
        term *= cosine * cosine * f64::from(power - 1) / f64::from(power);
    }
    if odd { 2.0 / PI * (theta + sine * sum) } else { sine * sum }
}

/// The quantile of sorted numbers at `fraction` in [0, 1], linear between neighbours; none of none.
pub fn quantile(sorted: &[f64], fraction: f64) -> Option<f64> {
    let position = fraction * (sorted.len().checked_sub(1)?) as f64;
    let below = position.floor() as usize;
    let above = (below + 1).min(sorted.len() - 1);
    Some(sorted[below] + (position - below as f64) * (sorted[above] - sorted[below]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{Rng, SeedableRng};
    use rand_chacha::ChaCha8Rng;
    use rug::Rational;

    #[test]
    fn compensated_sums_are_correct_to_the_last_digit() {
        let mut random = ChaCha8Rng::seed_from_u64(5);
        let (mut sums, mut exact, mut plain) = (CompensatedSums::new(2), Rational::new(), 0.0);
        for _ in 0..10_000 {
            let number = (random.next_u64() as i64 as f64) * 2.0_f64.powi(-(random.next_u64() as i32 & 63));
            sums.add(&[number, 1.0]);
            exact += Rational::from_f64(number).unwrap();
            plain += number;
        }
        let error = |sum: f64| (Rational::from_f64(sum).unwrap() - &exact).abs().to_f64() / exact.to_f64().abs();
        assert_eq!(sums.values()[1], 10_000.0);
        assert!(error(sums.values()[0]) <= f64::EPSILON);
        assert!(error(plain) > f64::EPSILON, "the plain sum is no worse: the test shows nothing");
    }

    #[test]
    fn student_quantiles_are_those_of_the_tables() {
        for (degrees, table) in [
            (1, 12.706),
            (2, 4.303),
            (3, 3.182),
            (4, 2.776),
            (5, 2.571),
            (10, 2.228),
            (19, 2.093),
            (24, 2.064),
            (120, 1.980),
        ] {
            assert!((student_quantile_975(degrees) - table).abs() < 6e-4, "{degrees}");
        }
        // Far out the tail is c t^-n: with one degree of freedom P(|T| > t) = 2 atan(1/t) / pi.
        let far = student_quantile(1, 2.0_f64.powi(-20));
        assert!((2.0 * (1.0 / far).atan() / PI * 2.0_f64.powi(20) - 1.0).abs() < 1e-8);
        // A second route: the density, integrated by the midpoint rule.
        let (degrees, error) = (31_u32, 2.0_f64.powi(-30));
        let quantile = student_quantile(degrees, error);
        let density = |t: f64| (1.0 + t * t / f64::from(degrees)).powf(-f64::from(degrees + 1) / 2.0);
        let integral = |from: f64, to: f64| {
            let pieces = 100_000;
            let width = (to - from) / f64::from(pieces);
            (0..pieces).map(|i| density(from + (f64::from(i) + 0.5) * width)).sum::<f64>() * width
        };
        let tail = integral(quantile, 200.0) / integral(0.0, 200.0);
        assert!((tail / error - 1.0).abs() < 1e-4, "{quantile} {tail}");
        // Two degrees of freedom have a closed form: t = sqrt(2 p^2 / (1 - p^2)) for central probability p.
        assert!((student_quantile_975(2) - (2.0 * 0.9025 / (1.0_f64 - 0.9025)).sqrt()).abs() < 1e-12);
    }

    #[test]
    fn an_interval_covers_the_truth_as_often_as_it_says() {
        let mut random = ChaCha8Rng::seed_from_u64(8);
        let mut uniform = || (random.next_u64() >> 11) as f64 * 2.0_f64.powi(-53);
        // Box and Muller.
        let mut normal = || (-2.0 * (1.0 - uniform()).ln()).sqrt() * (2.0 * PI * uniform()).cos();
        let trials = 4000;
        let covered = (0..trials).filter(|_| {
            let batches: Vec<_> = (0..8).map(|_| (0.3 + normal(), 1.0)).collect();
            let Estimate { mean, half_width } = ratio_of_averages(&batches).unwrap();
            (mean - 0.3).abs() <= half_width
        });
        // 95 % with a standard error of 0.34 %.
        let rate = covered.count() as f64 / f64::from(trials);
        assert!((rate - 0.95).abs() < 0.015, "{rate}");
    }

    #[test]
    fn a_ratio_needs_a_denominator() {
        assert_eq!(ratio_of_averages(&[(0.0, 0.0), (0.0, 0.0)]), None);
        assert_eq!(ratio_of_averages(&[(1.0, 2.0)]), None);
        assert_eq!(ratio_of_averages(&[(1.0, f64::NAN), (1.0, 1.0)]), None);
        // Batches of unequal length but equal ratio have no spread.
        assert_eq!(ratio_of_averages(&[(1.0, 2.0), (2.0, 4.0)]), Some(Estimate { mean: 0.5, half_width: 0.0 }));
    }

    #[test]
    fn quantiles_interpolate() {
        assert_eq!(quantile(&[], 0.5), None);
        assert_eq!(quantile(&[3.0], 0.9), Some(3.0));
        assert_eq!(quantile(&[1.0, 2.0, 4.0], 0.5), Some(2.0));
        assert_eq!(quantile(&[1.0, 2.0, 4.0], 0.75), Some(3.0));
        assert_eq!(quantile(&[1.0, 2.0, 4.0], 1.0), Some(4.0));
    }
}
