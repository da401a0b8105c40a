//! Mixed derivatives of any order: numbers with any number of units whose squares are 0.

use super::{Branch, Field, Rational, Ring};
use crate::forward_operators;
use num_traits::{One, Zero};
use std::ops::{AddAssign, DivAssign, MulAssign, Neg, SubAssign};

/// A hyper-dual number: a polynomial in units `e_1, ..., e_m` with `e_i^2 = 0`, one coefficient for each of the `2^m` sets
/// of units.
///
/// Evaluating a function at `x + v_1 e_1 + ... + v_m e_m` gives at `e_1 ... e_m` its m-th derivative along
/// `v_1, ..., v_m`. It is what nested [`Dual`](super::Dual) numbers compute, with a number of units that is chosen at run
/// time. A product costs `3^m`. (Fike, Alonso, *The Development of Hyper-Dual Numbers for Exact Second-Derivative
/// Calculations*, AIAA 2011-886, for two units.)
#[derive(Clone, Debug)]
pub struct HyperDual<T> {
    /// Bit `i` of a position says whether `e_i` is in the set. Units beyond the length do not occur.
    coefficients: Vec<T>,
}

impl<T: Field> HyperDual<T> {
    /// A constant.
    pub fn constant(value: T) -> Self {
        HyperDual { coefficients: vec![value] }
    }

    /// The coefficient of no unit: the value.
    pub fn value(&self) -> &T {
        &self.coefficients[0]
    }

    /// `self + slope e` with `e` the unit of that number, which occurs in neither, nor a later one.
    ///
    /// # Panics
    /// If that unit or a later one occurs.
    pub fn moving(mut self, unit: usize, mut slope: Self) -> Self {
        let half = 1 << unit;
        assert!(self.coefficients.len() <= half && slope.coefficients.len() <= half, "the unit is a new one");
        self.coefficients.resize(half, T::zero());
        slope.coefficients.resize(half, T::zero());
        self.coefficients.append(&mut slope.coefficients);
        self
    }

    /// The coefficient of the unit of that number, in the units before it: the derivative along what was added with it.
    ///
    /// # Panics
    /// If a later unit occurs.
    pub fn slope(mut self, unit: usize) -> Self {
        let half = 1 << unit;
        assert!(self.coefficients.len() <= 2 * half, "the unit is the last one");
        if self.coefficients.len() <= half {
            return Self::constant(T::zero());
        }
        self.coefficients.drain(..half);
        self
    }

    fn lengthen(&mut self, len: usize) {
        if self.coefficients.len() < len {
            self.coefficients.resize(len, T::zero());
        }
    }
}

/// `out += a b`, by `(a' + a'' e)(b' + b'' e) = a' b' + (a' b'' + a'' b') e` for the last unit; `out` has the larger length.
fn add_product<T: Field>(out: &mut [T], a: &[T], b: &[T], scratch: &mut T) {
    if a.len() < b.len() {
        return add_product(out, b, a, scratch);
    }
    if let [b] = b {
        for (sum, a) in out.iter_mut().zip(a) {
            sum.add_product(a, b, scratch);
        }
        return;
    }
    let half = a.len() / 2;
    let (a, a_slope) = a.split_at(half);
    let (out, out_slope) = out.split_at_mut(half);
    if b.len() <= half {
        add_product(out, a, b, scratch);
        add_product(out_slope, a_slope, b, scratch);
    } else {
        let (b, b_slope) = b.split_at(half);
        add_product(out, a, b, scratch);
        add_product(out_slope, a, b_slope, scratch);
        add_product(out_slope, a_slope, b, scratch);
    }
}

/// `a / b` for equal lengths, by `(a' + a'' e)/(b' + b'' e) = q + (a'' - q b'')/b' e` with `q = a'/b'`.
fn quotient<T: Field>(a: &[T], b: &[T]) -> Vec<T> {
    if let ([a], [b]) = (a, b) {
        return vec![a.clone() / b];
    }
    let (a, a_slope) = a.split_at(a.len() / 2);
    let (b, b_slope) = b.split_at(b.len() / 2);
    let mut result = quotient(a, b);
    let minus: Vec<T> = result.iter().map(|entry| -entry.clone()).collect();
    let mut rest = a_slope.to_vec();
    add_product(&mut rest, &minus, b_slope, &mut T::zero());
    result.append(&mut quotient(&rest, b));
    result
}

impl<T: Field> PartialEq for HyperDual<T> {
    fn eq(&self, other: &Self) -> bool {
        let (short, long) = (&self.coefficients, &other.coefficients);
        let (short, long) = if short.len() <= long.len() { (short, long) } else { (long, short) };
        *short == long[..short.len()] && long[short.len()..].iter().all(T::is_zero)
    }
}

impl<T: Field> AddAssign<&HyperDual<T>> for HyperDual<T> {
    fn add_assign(&mut self, other: &Self) {
        self.lengthen(other.coefficients.len());
        for (entry, added) in self.coefficients.iter_mut().zip(&other.coefficients) {
            *entry += added;
        }
    }
}
impl<T: Field> SubAssign<&HyperDual<T>> for HyperDual<T> {
    fn sub_assign(&mut self, other: &Self) {
        self.lengthen(other.coefficients.len());
        for (entry, taken) in self.coefficients.iter_mut().zip(&other.coefficients) {
            *entry -= taken;
        }
    }
}
impl<T: Field> MulAssign<&HyperDual<T>> for HyperDual<T> {
    fn mul_assign(&mut self, other: &Self) {
        *self = Self::product(self, other);
    }
}
impl<T: Field> DivAssign<&HyperDual<T>> for HyperDual<T> {
    fn div_assign(&mut self, other: &Self) {
        let mut other = other.clone();
        self.lengthen(other.coefficients.len());
        other.lengthen(self.coefficients.len());
        self.coefficients = quotient(&self.coefficients, &other.coefficients);
    }
}
forward_operators!({T: Field} HyperDual<T>);

impl<T: Field> Neg for HyperDual<T> {
    type Output = Self;
    fn neg(self) -> Self {
        HyperDual { coefficients: self.coefficients.into_iter().map(|entry| -entry).collect() }
    }
}
impl<T: Field> Zero for HyperDual<T> {
    fn zero() -> Self {
        Self::constant(T::zero())
    }
    fn is_zero(&self) -> bool {
        self.coefficients.iter().all(T::is_zero)
    }
}
impl<T: Field> One for HyperDual<T> {
    fn one() -> Self {
        Self::constant(T::one())
    }
}

impl<T: Field> Ring for HyperDual<T> {
    fn integer(n: i64) -> Self {
        Self::constant(T::integer(n))
    }
    fn set_product(&mut self, a: &Self, b: &Self) {
        self.coefficients.clear();
        self.add_product(a, b, &mut Self::zero());
    }
    fn add_product(&mut self, a: &Self, b: &Self, _scratch: &mut Self) {
        self.lengthen(a.coefficients.len().max(b.coefficients.len()));
        add_product(&mut self.coefficients, &a.coefficients, &b.coefficients, &mut T::zero());
    }
    fn product(a: &Self, b: &Self) -> Self {
        let mut result = HyperDual { coefficients: Vec::new() };
        result.set_product(a, b);
        result
    }
}

impl<T: Field> Field for HyperDual<T> {
    fn from_rational(value: &Rational) -> Self {
        Self::constant(T::from_rational(value))
    }
    fn drawn(value: &Rational) -> Self {
        Self::constant(T::drawn(value))
    }
    fn is_safe_square(&self) -> bool {
        self.value().is_safe_square()
    }
    fn scale_of(entries: &[Self]) -> Self {
        Self::constant(T::scale_of(&entries.iter().map(|entry| entry.value().clone()).collect::<Vec<T>>()))
    }
}

impl<T: Branch> Branch for HyperDual<T> {
    type Mask = T::Mask;
    fn less(&self, other: &Self) -> T::Mask {
        self.value().less(other.value())
    }
    fn select(mask: T::Mask, if_true: &Self, if_false: &Self) -> Self {
        let (mut if_true, mut if_false) = (if_true.clone(), if_false.clone());
        if_true.lengthen(if_false.coefficients.len());
        if_false.lengthen(if_true.coefficients.len());
        let pairs = if_true.coefficients.iter().zip(&if_false.coefficients);
        HyperDual { coefficients: pairs.map(|(if_true, if_false)| T::select(mask, if_true, if_false)).collect() }
    }
    fn detach(&self) -> Self {
        Self::constant(self.value().detach())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Dual;

    type Number = HyperDual<Rational>;

    /// A rational function of two variables with a kink at `x = y`.
    fn function<T: Branch>(x: &T, y: &T) -> T {
        let quotient = (x.powi(3) + T::product(x, y)) / (y.squared() + T::integer(2));
        quotient + x.powi(-2) * T::ratio(3, 7) + x.maximum(y)
    }

    #[test]
    fn three_units_compute_what_three_nested_dual_numbers_do() {
        let ratio = |p: i64, q: i64| Rational::from((p, q));
        let directions = [(ratio(1, 2), ratio(-3, 1)), (ratio(2, 5), ratio(1, 1)), (ratio(-1, 3), ratio(4, 7))];
        let (x, y) = (ratio(5, 3), ratio(-2, 1));

        let [(a, b), (c, d), (e, f)] = directions.clone();
        let nest = |value: Rational, first, second, third| {
            let once = Dual::new(value, first);
            let twice = Dual::new(once, Dual::constant(second));
            Dual::new(twice, Dual::constant(Dual::constant(third)))
        };
        let nested = function(&nest(x.clone(), a, c, e), &nest(y.clone(), b, d, f));

        let (mut x, mut y) = (Number::constant(x), Number::constant(y));
        for (unit, (along_x, along_y)) in directions.into_iter().enumerate() {
            x = x.moving(unit, Number::constant(along_x));
            y = y.moving(unit, Number::constant(along_y));
        }
        let flat = |dual: Dual<Rational>| [dual.value, dual.tangent];
        let halves = [nested.value, nested.tangent];
        let expected: Vec<Rational> =
            halves.into_iter().flat_map(|half| [half.value, half.tangent]).flat_map(flat).collect();
        assert_eq!(function(&x, &y).coefficients, expected);
    }

    #[test]
    fn a_slope_is_the_derivative_in_the_units_before_it() {
        // (x + u e_0)^3 along v: 3 (x + u e_0)^2 v
        let x = Number::integer(5).moving(0, Number::integer(2));
        let v = Number::ratio(1, 3).moving(0, Number::integer(7));
        let slope = x.clone().moving(1, v.clone()).powi(3).slope(1);
        assert_eq!(slope, Number::integer(3) * x.squared() * v);
        assert!(Number::integer(4).slope(1).is_zero());
    }

    #[test]
    fn units_that_do_not_occur_make_no_difference() {
        let padded = Number::integer(3).moving(2, Number::zero());
        assert_eq!(padded, Number::integer(3));
        assert_eq!(Number::integer(3), padded);
        assert_ne!(Number::integer(3).moving(2, Number::one()), Number::integer(3));
    }
}
