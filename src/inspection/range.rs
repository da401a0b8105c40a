//! Sums of squares within the range of f64: what leaves it above is infinite, what is lost below shows in a sum that is too small.

/// A square; of what is not 0 no less than the smallest normal number, so that the sum shows that something was lost.
pub fn square(value: f64) -> f64 {
    square_of_product(value, 1.0)
}

/// The square of a product, likewise.
pub fn square_of_product(a: f64, b: f64) -> f64 {
    // Without a branch, so that several are made at once.
    let least = if (a == 0.0) | (b == 0.0) { 0.0 } else { f64::MIN_POSITIVE };
    let square = (a * b) * (a * b);
    if square > least { square } else { least }
}

/// What is wrong with sums of so many squares each: none if each is 0, or so large that what was lost of its terms is less than its rounding.
pub fn problem(sums: &[f64], terms: usize) -> Option<&'static str> {
    let least = terms as f64 * (f64::MIN_POSITIVE / f64::EPSILON);
    if !sums.iter().all(|sum| sum.is_finite()) {
        return Some("leave the range of f64");
    }
    let is_lost = |sum: &f64| *sum > 0.0 && *sum < least;
    sums.iter().any(is_lost).then_some("fall below the range of f64, where sums lose their digits")
}

/// The root of a sum of squares, whatever their size.
pub fn norm(values: impl Iterator<Item = f64> + Clone) -> f64 {
    let largest = values.clone().fold(0.0_f64, |largest, value| largest.max(value.abs()));
    match largest {
        0.0 => 0.0,
        _ => largest * super::sums::sum(values.map(|value| (value / largest).powi(2))).sqrt(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_lost_of_a_sum_of_squares_shows() {
        let sum = |size: f64| [(0..100).map(|_| square(size)).sum::<f64>()];
        assert_eq!(problem(&sum(0.0), 100), None);
        for (size, is_lost) in [(1e-140, false), (1e-150, true), (1e-160, true), (1e-200, true), (5e-324, true)] {
            assert_eq!(problem(&sum(size), 100).is_some(), is_lost, "{size}");
        }
        assert!(problem(&sum(1e150), 100).is_none() && problem(&sum(1e160), 100).is_some());
        assert!(square_of_product(1e-200, 1e-200) > 0.0 && square_of_product(1e-200, 0.0) == 0.0);
        for size in [1e-300, 1.0, 1e300] {
            assert!((norm([3.0 * size, 4.0 * size].into_iter()) / (5.0 * size) - 1.0).abs() < 1e-15);
        }
    }
}
