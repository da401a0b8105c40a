//! The saddle `u = w = 0` of `(u w - y)^2` with two labels, each met once per epoch: a step multiplies `u + w` and `u - w` by `1 +- 2 eta y` there.
//!
//! It attracts if `y1 y2 < 0`, `|ybar| < eta |y1 y2|` and `2 eta^2 |y1 y2| + 2 eta |ybar| < 1`; the stochastic differential equation has
//! `|ybar| < eta Var y` in place of all of this.

use crate::scalar::{Field, Rational, Real};

/// `|ybar|` and `y1 y2`.
pub fn moments([first, second]: &[Rational; 2]) -> (Rational, Rational) {
    let sum = Rational::from(first + second);
    ((sum / Rational::from(2)).abs(), Rational::from(first * second))
}

/// How far inside the window a step size is: at the lower end, and at the upper one.
pub fn gaps(labels: &[Rational; 2], rate: &Rational) -> [Rational; 2] {
    let (mean, product) = moments(labels);
    let lower = -Rational::from(rate * &product) - &mean;
    let upper = Rational::from(1) - (product.abs() * rate + mean) * rate * 2;
    [lower, upper]
}

/// `|ybar| / |y1 y2|`, where the first gap is 0 for labels of opposite signs. None for a label 0.
pub fn lower_end(labels: &[Rational; 2]) -> Option<Rational> {
    let (mean, product) = moments(labels);
    (!product.is_zero()).then(|| (mean / product).abs())
}

/// `|ybar| / Var y`, the lower end that a stochastic differential equation has. None for equal labels.
pub fn lower_end_of_diffusion(labels: &[Rational; 2]) -> Option<Rational> {
    let (mean, product) = moments(labels);
    // Var y = E y^2 - ybar^2, and E y^2 = 2 ybar^2 - y1 y2.
    let variance = Rational::from(mean.square_ref()) - product;
    (!variance.is_zero()).then(|| mean / variance)
}

/// The step size at which the second gap is 0: `(sqrt(ybar^2 + 2 |y1 y2|) - |ybar|) / (2 |y1 y2|)`. The window is empty unless it is above the lower end.
pub fn upper_end<T: Real>(labels: &[Rational; 2]) -> T {
    let (mean, product) = moments(labels);
    let (mean, size) = (T::from_rational(&mean), T::from_rational(&product.abs()));
    let root = (mean.squared() + T::integer(2) * &size).sqrt();
    (root - mean) / (T::integer(2) * size)
}

/// `prod (1 + 2 eta y)` and `prod (1 - 2 eta y)`
pub fn multipliers<T: Field>(labels: &[T; 2], rate: &T) -> [T; 2] {
    let factor = |label: &T, sign: i64| T::one() + T::integer(2 * sign) * rate * label;
    [1, -1].map(|sign| factor(&labels[0], sign) * factor(&labels[1], sign))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn at_the_ends_of_the_window_an_epoch_multiplies_by_one_or_minus_one() {
        let labels = [3, -2].map(Rational::from);
        let [lower, upper] = [lower_end(&labels).unwrap(), Rational::from((1, 4))];
        assert_eq!((lower.clone(), upper_end::<f64>(&labels)), (Rational::from((1, 12)), 0.25));
        assert_eq!(gaps(&labels, &lower)[0], 0);
        assert_eq!(gaps(&labels, &upper)[1], 0);
        assert!(multipliers(&labels, &lower).contains(&Rational::from(1)));
        assert!(multipliers(&labels, &upper).contains(&Rational::from(-1)));
        assert_eq!(lower_end_of_diffusion(&labels), Some(Rational::from((2, 25))));
    }
}
