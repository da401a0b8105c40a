//! Runge-Kutta methods and the exact flow, expanded in the step size.

use super::field::{Instance, POWERS, Powers};
use crate::exact::Series;
use crate::scalar::{Field, Ring};
use num_traits::Zero;

/// Numbers of a tableau, as numerators and denominators.
type Row = &'static [(i64, i64)];

/// A method that takes a step of size `h`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Method {
    Euler,
    Midpoint,
    HeunThree,
    RungeKuttaFour,
    ImplicitMidpoint,
}

use Method::{Euler, HeunThree, ImplicitMidpoint, Midpoint, RungeKuttaFour};

impl Method {
    /// All of them.
    pub(super) const ALL: [Method; 5] = [Euler, Midpoint, HeunThree, RungeKuttaFour, ImplicitMidpoint];

    /// What it is called.
    pub(super) fn name(self) -> &'static str {
        match self {
            Euler => "Euler",
            Midpoint => "midpoint",
            HeunThree => "Heun of order 3",
            RungeKuttaFour => "Runge-Kutta of order 4",
            ImplicitMidpoint => "implicit midpoint",
        }
    }

    /// `p`, if a step is the flow up to `h^p`.
    pub(super) fn order(self) -> usize {
        match self {
            Euler => 1,
            Midpoint | ImplicitMidpoint => 2,
            HeunThree => 3,
            RungeKuttaFour => 4,
        }
    }

    /// Whether `Psi_{-h}` undoes `Psi_h`.
    pub(super) fn is_symmetric(self) -> bool {
        self == ImplicitMidpoint
    }

    /// Butcher's tableau: the rows of `a`, and `b`, as numerators and denominators.
    fn tableau(self) -> (&'static [Row], Row) {
        match self {
            Euler => (&[&[]], &[(1, 1)]),
            Midpoint => (&[&[], &[(1, 2)]], &[(0, 1), (1, 1)]),
            HeunThree => (&[&[], &[(1, 3)], &[(0, 1), (2, 3)]], &[(1, 4), (0, 1), (3, 4)]),
            RungeKuttaFour => {
                (&[&[], &[(1, 2)], &[(0, 1), (1, 2)], &[(0, 1), (0, 1), (1, 1)]], &[(1, 6), (1, 3), (1, 3), (1, 6)])
            }
            ImplicitMidpoint => (&[&[(1, 2)]], &[(1, 1)]),
        }
    }

    /// `Psi_h x` for the field `sign f`; `h` is a power series without a constant term, as is all that differs from a number in `x`.
    pub(super) fn step<T: Field>(
        self,
        velocity: impl Fn(&Plane<T>) -> Plane<T>,
        x: &Plane<T>,
        h: &Powers<T>,
    ) -> Plane<T> {
        let (rows, weights) = self.tableau();
        let mut slopes: Vec<Plane<T>> = vec![[Powers::zero(), Powers::zero()]; rows.len()];
        let explicit = rows.iter().enumerate().all(|(stage, row)| row.len() <= stage);
        // The stages of an implicit method are a fixed point, of which each pass finds one power of h more.
        for _ in 0..if explicit { 1 } else { POWERS } {
            for (stage, row) in rows.iter().enumerate() {
                slopes[stage] = velocity(&moved(x, h, row, &slopes));
            }
        }
        moved(x, h, weights, &slopes)
    }
}

/// A point of the plane, by powers of the step size.
pub(super) type Plane<T> = [Powers<T>; 2];

/// `x + h sum_j c_j k_j`
fn moved<T: Field>(x: &Plane<T>, h: &Powers<T>, weights: &[(i64, i64)], slopes: &[Plane<T>]) -> Plane<T> {
    let mut sum = [Powers::zero(), Powers::zero()];
    for (&(numerator, denominator), slope) in weights.iter().zip(slopes) {
        let weight = T::ratio(numerator, denominator);
        for (total, entry) in sum.iter_mut().zip(slope) {
            total.coefficients.iter_mut().zip(&entry.coefficients).for_each(|(a, b)| *a += T::product(&weight, b));
        }
    }
    [0, 1].map(|row: usize| Powers::product(h, &sum[row]) + &x[row])
}

/// `Phi_h x`: the solution of `z' = h f(z)`, `z(0) = x` at time 1, as a power series in time whose coefficients are series in `h`.
///
/// Picard's iteration: each pass finds one power of time more, and each power of time brings one of `h`.
pub(super) fn flow<T: Field>(
    velocity_of_powers: impl Fn(&Plane<T>) -> Plane<T>,
    velocity: impl Fn(&[Timed<T>; 2]) -> [Timed<T>; 2],
    x: &Plane<T>,
    h: &Powers<T>,
) -> Plane<T> {
    let is_number = |entry: &Powers<T>| entry.coefficients[1..].iter().all(Zero::is_zero);
    if x.iter().all(is_number) && *h == Powers::variable() {
        // From a number, time and h are one variable.
        let mut path = x.clone();
        for _ in 1..POWERS {
            let slope = velocity_of_powers(&path);
            path = [0, 1].map(|row: usize| slope[row].integral() + &x[row]);
        }
        return path;
    }
    let start: [Timed<T>; 2] = [0, 1].map(|row: usize| Series::constant(x[row].clone()));
    let pace = Series::constant(h.clone());
    let mut path = start.clone();
    for _ in 1..POWERS {
        let slope = velocity(&path);
        path = [0, 1].map(|row: usize| Timed::product(&pace, &slope[row]).integral() + &start[row]);
    }
    path.map(|entry| entry.coefficients.into_iter().fold(Powers::zero(), |sum, coefficient| sum + coefficient))
}

/// A series in time.
pub(super) type Timed<T> = Series<Powers<T>, POWERS>;

/// One step of a method, or the flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Map {
    Flow,
    Step(Method),
}

impl Map {
    /// The flow, then each method.
    pub(super) fn all() -> impl Iterator<Item = Map> {
        [Map::Flow].into_iter().chain(Method::ALL.map(Map::Step))
    }

    /// What it is called.
    pub(super) fn name(self) -> &'static str {
        match self {
            Map::Flow => "the flow",
            Map::Step(method) => method.name(),
        }
    }

    /// The map over `h`, or `-h` where `h` is negated.
    pub(super) fn apply<T: Field>(self, instance: &Instance, x: &Plane<T>, h: &Powers<T>) -> Plane<T> {
        match self {
            Map::Flow => flow(|x| instance.velocity(x), |x| instance.velocity(x), x, h),
            Map::Step(method) => method.step(|x| instance.velocity(x), x, h),
        }
    }

    /// The map over `h` of the field `-f`.
    pub(super) fn apply_reversed<T: Field>(self, instance: &Instance, x: &Plane<T>, h: &Powers<T>) -> Plane<T> {
        match self {
            Map::Flow => {
                let back = |x: &Plane<T>| instance.velocity(x).map(|entry| -entry);
                flow(back, |x| instance.velocity(x).map(|entry| -entry), x, h)
            }
            Map::Step(method) => method.step(|x| instance.velocity(x).map(|entry| -entry), x, h),
        }
    }

    /// `R Psi_h R Psi_h x`
    pub(super) fn reflected_return<T: Field>(self, instance: &Instance) -> Plane<T> {
        let h = Powers::variable();
        let there = instance.reflect(&self.apply(instance, &instance.start(), &h));
        instance.reflect(&self.apply(instance, &there, &h))
    }

    /// `Psi_{-h} Psi_h x`
    pub(super) fn backward_return<T: Field>(self, instance: &Instance) -> Plane<T> {
        let h = Powers::variable();
        let there = self.apply(instance, &instance.start(), &h);
        self.apply(instance, &there, &-h)
    }
}

#[cfg(test)]
mod tests {
    use super::super::field::{Fields, coefficients};
    use super::*;
    use crate::exact::Polynomial;
    use crate::scalar::Rational;
    use crate::verify::{Case, Draw};
    use num_traits::One;

    #[test]
    fn a_tableau_is_consistent() {
        for method in Method::ALL {
            let (rows, weights) = method.tableau();
            assert_eq!(rows.len(), weights.len());
            let sum: Rational = weights.iter().map(|&weight| Rational::from(weight)).sum();
            assert_eq!(sum, Rational::one());
        }
    }

    /// `q' = q` has the exponential series.
    #[test]
    fn the_flow_of_a_linear_field_is_the_exponential() {
        let draw = Draw::keyed("reversal/test", "law", 0, Case::Law, 0);
        let mut instance = Fields::Reversible.draw(&draw);
        instance.field = [Polynomial::variable(0), Polynomial::variable(1)];
        instance.point = [Rational::from(1), Rational::from(2)];
        let path = Map::Flow.apply::<Rational>(&instance, &instance.start(), &Powers::variable());
        let mut factorial = Rational::from(1);
        for (k, coefficient) in path[0].coefficients.iter().enumerate() {
            factorial *= (k as i64).max(1);
            assert_eq!(*coefficient, Rational::from(factorial.recip_ref()));
        }
        // One flow after the other is that of the sum of both times.
        let twice = Map::Flow.apply::<Rational>(&instance, &path, &Powers::variable());
        let double =
            Map::Flow.apply::<Rational>(&instance, &instance.start(), &(Powers::variable() * Powers::integer(2)));
        assert_eq!(coefficients(&twice, POWERS - 1), coefficients(&double, POWERS - 1));
    }
}
