//! Quadratic units on a finite Abelian group, in the values of their weights: outputs, loss and potentials.

use crate::exact::cyclotomic::Cyclotomic;
use crate::scalar::{Rational, Ring};

/// A product of cyclic groups; its elements are numbered, 0 first.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Group(pub(super) &'static [usize]);

impl Group {
    /// The number `d` of elements.
    pub(super) fn size(self) -> usize {
        self.0.iter().product()
    }

    fn digits(self, mut element: usize) -> impl Iterator<Item = (usize, usize)> {
        self.0.iter().map(move |&order| {
            let digit = element % order;
            element /= order;
            (digit, order)
        })
    }

    fn element(digits: impl Iterator<Item = (usize, usize)>) -> usize {
        let (mut element, mut unit) = (0, 1);
        for (digit, order) in digits {
            element += unit * (digit % order);
            unit *= order;
        }
        element
    }

    /// `g + h`
    pub(super) fn sum(self, g: usize, h: usize) -> usize {
        Group::element(self.digits(g).zip(self.digits(h)).map(|((g, order), (h, _))| (g + h, order)))
    }

    /// `-g`
    pub(super) fn minus(self, g: usize) -> usize {
        Group::element(self.digits(g).map(|(g, order)| (order - g, order)))
    }

    /// `chi_k(g)`
    pub(super) fn character<const N: usize>(self, k: usize, g: usize) -> Cyclotomic<N> {
        let exponent: usize = self.digits(k).zip(self.digits(g)).map(|((k, order), (g, _))| k * g * (N / order)).sum();
        Cyclotomic::root(exponent)
    }
}

/// A unit: `w(c) (a(g1) + b(g2))^2`, by its values.
#[derive(Clone, Debug)]
pub(super) struct Unit<T> {
    pub(super) a: Vec<T>,
    pub(super) b: Vec<T>,
    pub(super) w: Vec<T>,
}

/// What a network does on all pairs of the group.
pub(super) struct Outputs<T> {
    size: usize,
    /// `P o` at `(g1 d + g2) d + c`: `P` removes the mean over `c`.
    pub(super) values: Vec<T>,
}

/// `1/number`
fn inverse<T: From<Rational>>(number: usize) -> T {
    T::from(Rational::from((1, number as u64)))
}

impl<T: Ring + From<Rational>> Outputs<T> {
    /// Of these units.
    pub(super) fn of(group: Group, units: &[Unit<T>]) -> Self {
        let size = group.size();
        let mut values = vec![T::zero(); size * size * size];
        let mut scratch = T::zero();
        for unit in units {
            let mean = unit.w.iter().fold(T::zero(), |sum, value| sum + value) * inverse::<T>(size);
            let w: Vec<T> = unit.w.iter().map(|value| value.clone() - &mean).collect();
            for (pair, outputs) in values.chunks_mut(size).enumerate() {
                let square = (unit.a[pair / size].clone() + &unit.b[pair % size]).squared();
                for (output, w) in outputs.iter_mut().zip(&w) {
                    output.add_product(w, &square, &mut scratch);
                }
            }
        }
        Outputs { size, values }
    }

    /// `P (o - e)`, `e` the unit vector of what `target` says of each pair.
    pub(super) fn errors(&self, target: impl Fn(usize, usize) -> usize) -> Vec<T> {
        let mut errors = self.values.clone();
        for (pair, errors) in errors.chunks_mut(self.size).enumerate() {
            errors[target(pair / self.size, pair % self.size)] -= T::one();
            errors.iter_mut().for_each(|error| *error += inverse::<T>(self.size));
        }
        errors
    }
}

/// `E |P (o - e)|^2` over all pairs.
pub(super) fn loss<T: Ring + From<Rational>>(group: Group, errors: &[T]) -> T {
    errors.iter().fold(T::zero(), |sum, error| sum + error.squared()) * inverse::<T>(group.size() * group.size())
}

/// The coefficients `z_a`, `z_b` and `z_c` of a unit: `(1/d) sum_g conj(chi_k(g)) a(g)`, the same of `b`, `(1/d) sum_c chi_k(c) w(c)`.
pub(super) struct Spectrum<const N: usize> {
    pub(super) a: Vec<Cyclotomic<N>>,
    pub(super) b: Vec<Cyclotomic<N>>,
    pub(super) c: Vec<Cyclotomic<N>>,
}

impl<const N: usize> Spectrum<N> {
    /// Of a unit of rational values.
    pub(super) fn of(group: Group, unit: &Unit<Rational>) -> Self {
        let transform = |values: &[Rational], is_conjugate: bool| {
            let coefficient = |k: usize| {
                let mut sum = Cyclotomic::from(Rational::new());
                for (g, value) in values.iter().enumerate() {
                    let place = if is_conjugate { group.minus(g) } else { g };
                    sum += group.character::<N>(k, place).scaled(value);
                }
                sum.scaled(&Rational::from((1, group.size() as u64)))
            };
            (0..group.size()).map(coefficient).collect()
        };
        Spectrum { a: transform(&unit.a, true), b: transform(&unit.b, true), c: transform(&unit.w, false) }
    }
}

/// Which factors a potential has.
#[derive(Clone, Copy)]
pub(super) enum Factors {
    /// `r`: one of each.
    Mixed,
    /// `r_a`
    A,
    /// `r_b`
    B,
}

/// `r(k1, k2, k) = sum_j z_a,k1 z_b,k2 z_c,k`, or `r_p` with both factors of `p`.
pub(super) fn potential<const N: usize>(
    units: &[Spectrum<N>],
    factors: Factors,
    [first, second, k]: [usize; 3],
) -> Cyclotomic<N> {
    let mut sum = Cyclotomic::from(Rational::new());
    for unit in units {
        let [left, right] = match factors {
            Factors::Mixed => [&unit.a, &unit.b],
            Factors::A => [&unit.a, &unit.a],
            Factors::B => [&unit.b, &unit.b],
        };
        sum += left[first].clone() * &right[second] * &unit.c[k];
    }
    sum
}

/// All coordinates, one number after the other.
pub(super) fn coordinates<const N: usize>(numbers: &[Cyclotomic<N>]) -> Vec<Rational> {
    numbers.iter().flat_map(|number| number.coordinates().iter().cloned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_are_homomorphisms_and_orthogonal() {
        fn check<const N: usize>(group: Group) {
            let size = group.size();
            for k in 0..size {
                let mut sum = Cyclotomic::<N>::from(Rational::new());
                for g in 0..size {
                    sum += group.character::<N>(k, g);
                    assert_eq!(group.sum(g, group.minus(g)), 0);
                    for h in 0..size {
                        let product = group.character::<N>(k, g) * group.character::<N>(k, h);
                        assert_eq!(product, group.character(k, group.sum(g, h)));
                    }
                }
                let expected = if k == 0 { size as i64 } else { 0 };
                assert_eq!(sum, Cyclotomic::integer(expected));
            }
        }
        check::<5>(Group(&[5]));
        check::<4>(Group(&[4]));
        check::<4>(Group(&[2, 2]));
        check::<12>(Group(&[3]));
    }
}
