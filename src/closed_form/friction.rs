//! Descent with momentum, `th+ = th + beta (th - th-) - eta g`, as the central difference of a field with friction, `phi'' + G phi' + grad V = 0`.
//!
//! `h^2 = eta/(1 - s (1 - beta))` and `G h = (1 - beta)/(1 - s (1 - beta))`, where `h phi'` is `s (th+ - th) + (1 - s)(th - th-)`; only `s = 1/2` is of second
//! order. A mode of curvature `mu` has `x = eta mu`. With `s = 1/2`
//!
//! ```text
//! optimiser: r^2 - (1 + beta - x) r + beta,   of discriminant (1 + beta - x)^2 - 4 beta = ((1 - sqrt beta)^2 - x)((1 + sqrt beta)^2 - x)
//! field:     s^2 + G s + mu,                  of discriminant G^2 - 4 mu, times h^2
//! ```

use crate::scalar::Field;

/// `1 - s (1 - beta)`
fn part<T: Field>(beta: &T, s: &T) -> T {
    T::one() - (T::one() - beta) * s
}

/// `G h`
pub fn friction<T: Field>(beta: &T, s: &T) -> T {
    (T::one() - beta) / part(beta, s)
}

/// `h^2`
pub fn squared_step<T: Field>(eta: &T, beta: &T, s: &T) -> T {
    eta.clone() / part(beta, s)
}

/// `(1 - sqrt beta)^2` and `(1 + sqrt beta)^2`: between them the optimiser oscillates.
pub fn window<T: Field>(root_of_beta: &T) -> [T; 2] {
    [-1, 1].map(|sign| (T::integer(sign) * root_of_beta + T::one()).squared())
}

/// `(1 - beta)^2/(2 (1 + beta))`: above it the field oscillates.
pub fn threshold_of_field<T: Field>(beta: &T) -> T {
    (T::one() - beta).squared() / (T::one() + beta) / T::integer(2)
}

/// `2 (1 + beta)`: above it the optimiser is unstable.
pub fn limit_of_stability<T: Field>(beta: &T) -> T {
    (T::one() + beta) * T::integer(2)
}

/// The discriminant of the optimiser's roots, negative where it oscillates.
pub fn discriminant_of_optimiser<T: Field>(beta: &T, pull: &T) -> T {
    (T::one() + beta - pull).squared() - T::integer(4) * beta
}

/// That of the field's, times `h^2`.
pub fn discriminant_of_field<T: Field>(beta: &T, pull: &T) -> T {
    let half = T::ratio(1, 2);
    friction(beta, &half).squared() - squared_step(pull, beta, &half) * T::integer(4)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scalar::Rational;

    #[test]
    fn discriminants_vanish_at_the_thresholds_and_the_roots_reach_minus_one_at_the_limit() {
        for n in 0..8 {
            let root = Rational::from((n, 8));
            let beta = root.clone().square();
            for end in window(&root) {
                assert_eq!(discriminant_of_optimiser(&beta, &end), 0);
            }
            assert_eq!(discriminant_of_field(&beta, &threshold_of_field(&beta)), 0);
            // r^2 - (1 + beta - x) r + beta at r = -1
            let limit = limit_of_stability(&beta);
            assert_eq!(Rational::from(2) + &beta * Rational::from(2) - limit, 0);
        }
    }
}
