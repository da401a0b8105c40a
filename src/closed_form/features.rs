//! Two features of a linearised network, `u = Phi theta`, `Phi Phi^T = K = U S^2 U^T`, under the logistic loss: responses `z = U^T u`, `alpha_i = sigma(-u_i)`.
//!
//! With the penalty `(lambda/2) |theta|^2` the optimum solves `u = K alpha/lambda`; with `(lambda/2) |u|^2`, spectral decoupling, it is `u_i = u*` with
//! `sigma(-u*) = lambda u*`, whatever the strengths.

use crate::scalar::Field;

/// `dz_2/d(s_1^2) = -(c alpha_1 + s alpha_2) s_2^2 c s (D_2 - D_1)/(lambda^2 det(I + S^2 M/lambda))` at the optimum with weight decay, for `w_1 = (c, s)`,
/// `w_2 = (-s, c)`; `squares` are `s_1^2` and `s_2^2`, `D_i = alpha_i (1 - alpha_i)` and `M = U^T D U`.
pub fn starved<T: Field>([c, s]: &[T; 2], squares: &[T; 2], alpha: &[T; 2], lambda: &T) -> T {
    let [first, second] = [0, 1].map(|i: usize| (T::one() - &alpha[i]) * &alpha[i]);
    let (cc, ss) = (c.squared(), s.squared());
    let mixed = T::product(c, s) * (second.clone() - &first);
    let along = (T::product(&cc, &first) + T::product(&ss, &second)) * &squares[0] / lambda + T::one();
    let across = (ss * &first + cc * &second) * &squares[1] / lambda + T::one();
    let coupled = mixed.squared() * &squares[0] * &squares[1] / lambda.squared();
    let pull = T::product(c, &alpha[0]) + T::product(s, &alpha[1]);
    -(pull * &squares[1] * mixed) / lambda.squared() / (along * across - coupled)
}

/// `K (K 1/2)^{o3}/(4 d)`, for `d = 48` the coefficient of `t^4` by which features that start at 0 leave their uncoupled linear modes, with either penalty;
/// `1/d` is the cubic coefficient of the logistic function and `k` multiplies by `K`.
pub fn onset<T: Field>(size: usize, d: i64, k: impl Fn(&[T]) -> Vec<T>) -> Vec<T> {
    let cubes: Vec<T> = k(&vec![T::ratio(1, 2); size]).into_iter().map(|x| x.squared() * x).collect();
    k(&cubes).into_iter().map(|x| x / T::integer(4 * d)).collect()
}

/// `u*` of spectral decoupling: the root of `sigma(-u) = lambda u`, by Newton's method from 0, where the difference is convex and falls.
pub fn common_margin(lambda: f64) -> f64 {
    let mut u = 0.0_f64;
    for _ in 0..64 {
        let alpha = 1.0 / (1.0 + u.exp());
        u += (alpha - lambda * u) / (alpha * (1.0 - alpha) + lambda);
    }
    u
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_common_margin_solves_its_equation() {
        for lambda in [1e-3, 0.1, 1.0, 10.0] {
            let u = common_margin(lambda);
            assert!((1.0 / (1.0 + u.exp()) - lambda * u).abs() < 1e-15, "{lambda}");
        }
    }
}
