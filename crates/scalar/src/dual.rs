//! Forward derivatives: numbers `value + tangent * e` with `e^2 = 0`, over any field, nesting.

use super::{Branch, Field, Rational, Real, Ring};
use crate::forward_operators;
use num_traits::{One, Zero};
use std::ops::{AddAssign, DivAssign, MulAssign, Neg, SubAssign};

/// A dual number `value + tangent * e`, `e^2 = 0`.
///
/// Evaluating a function `f` at `x + v e` gives `f(x) + (f'(x) v) e`. Because `T` may itself be dual, second and third
/// derivatives come from one gradient routine: the Hessian-vector product is the tangent of the gradient.
#[derive(Clone, Debug, PartialEq)]
pub struct Dual<T> {
    /// The value.
    pub value: T,
    /// The derivative along the chosen direction.
    pub tangent: T,
}

impl<T: Field> Dual<T> {
    /// `value + tangent * e`.
    pub fn new(value: T, tangent: T) -> Self {
        Dual { value, tangent }
    }

    /// A constant: tangent zero.
    pub fn constant(value: T) -> Self {
        Dual { value, tangent: T::zero() }
    }

    /// The chain rule, in one place: `f(x + v e) = f(x) + f'(x) v e`.
    fn chain(&self, value: T, slope: T) -> Self {
        Dual { value, tangent: slope * &self.tangent }
    }
}

impl<T: Field> AddAssign<&Dual<T>> for Dual<T> {
    fn add_assign(&mut self, other: &Self) {
        self.value += &other.value;
        self.tangent += &other.tangent;
    }
}
impl<T: Field> SubAssign<&Dual<T>> for Dual<T> {
    fn sub_assign(&mut self, other: &Self) {
        self.value -= &other.value;
        self.tangent -= &other.tangent;
    }
}
impl<T: Field> MulAssign<&Dual<T>> for Dual<T> {
    fn mul_assign(&mut self, other: &Self) {
        // (a + a' e)(b + b' e) = ab + (a' b + a b') e
        self.tangent *= &other.value;
        self.tangent += T::product(&self.value, &other.tangent);
        self.value *= &other.value;
    }
}
impl<T: Field> DivAssign<&Dual<T>> for Dual<T> {
    fn div_assign(&mut self, other: &Self) {
        // (a + a' e)/(b + b' e) = q + (a' - q b')/b e with q = a/b
        self.value /= &other.value;
        self.tangent -= T::product(&self.value, &other.tangent);
        self.tangent /= &other.value;
    }
}
forward_operators!({T: Field} Dual<T>);

impl<T: Field> Neg for Dual<T> {
    type Output = Self;
    fn neg(self) -> Self {
        Dual { value: -self.value, tangent: -self.tangent }
    }
}
impl<T: Field> Zero for Dual<T> {
    fn zero() -> Self {
        Self::constant(T::zero())
    }
    fn is_zero(&self) -> bool {
        self.value.is_zero() && self.tangent.is_zero()
    }
}
impl<T: Field> One for Dual<T> {
    fn one() -> Self {
        Self::constant(T::one())
    }
}

impl<T: Field> Ring for Dual<T> {
    fn integer(n: i64) -> Self {
        Self::constant(T::integer(n))
    }
    #[inline]
    fn assign(&mut self, other: &Self) {
        self.value.assign(&other.value);
        self.tangent.assign(&other.tangent);
    }
    #[inline]
    fn set_product(&mut self, a: &Self, b: &Self) {
        // The value's storage is free until the last line, so it serves as scratch.
        self.tangent.set_product(&a.tangent, &b.value);
        self.tangent.add_product(&a.value, &b.tangent, &mut self.value);
        self.value.set_product(&a.value, &b.value);
    }
    #[inline]
    fn add_product(&mut self, a: &Self, b: &Self, scratch: &mut Self) {
        self.value.add_product(&a.value, &b.value, &mut scratch.value);
        self.tangent.add_product(&a.tangent, &b.value, &mut scratch.value);
        self.tangent.add_product(&a.value, &b.tangent, &mut scratch.value);
    }
    #[inline]
    fn sub_product(&mut self, a: &Self, b: &Self, scratch: &mut Self) {
        self.value.sub_product(&a.value, &b.value, &mut scratch.value);
        self.tangent.sub_product(&a.tangent, &b.value, &mut scratch.value);
        self.tangent.sub_product(&a.value, &b.tangent, &mut scratch.value);
    }
    fn squared(&self) -> Self {
        self.chain(self.value.squared(), T::integer(2) * &self.value)
    }
}

impl<T: Field> Field for Dual<T> {
    fn from_rational(value: &Rational) -> Self {
        Self::constant(T::from_rational(value))
    }
    fn drawn(value: &Rational) -> Self {
        Self::constant(T::drawn(value))
    }
    fn is_safe_square(&self) -> bool {
        self.value.is_safe_square()
    }
    fn scale_of(entries: &[Self]) -> Self {
        Self::constant(T::scale_of(&entries.iter().map(|entry| entry.value.clone()).collect::<Vec<T>>()))
    }
    fn powi(&self, exponent: i32) -> Self {
        if exponent == 0 {
            return Self::one();
        }
        self.chain(self.value.powi(exponent), T::integer(i64::from(exponent)) * self.value.powi(exponent - 1))
    }
}

impl<T: Branch> Branch for Dual<T> {
    type Mask = T::Mask;
    fn less(&self, other: &Self) -> T::Mask {
        self.value.less(&other.value)
    }
    fn select(mask: T::Mask, if_true: &Self, if_false: &Self) -> Self {
        Dual {
            value: T::select(mask, &if_true.value, &if_false.value),
            tangent: T::select(mask, &if_true.tangent, &if_false.tangent),
        }
    }
    fn assign_selected(&mut self, mask: T::Mask, if_true: &Self, if_false: &Self) {
        self.value.assign_selected(mask, &if_true.value, &if_false.value);
        self.tangent.assign_selected(mask, &if_true.tangent, &if_false.tangent);
    }
    fn detach(&self) -> Self {
        Self::constant(self.value.detach())
    }
}

impl<T: Real> Real for Dual<T> {
    fn sqrt(&self) -> Self {
        let root = self.value.sqrt();
        let slope = T::one() / (T::integer(2) * &root);
        self.chain(root, slope)
    }
    fn exp(&self) -> Self {
        let value = self.value.exp();
        self.chain(value.clone(), value)
    }
    fn exp_m1(&self) -> Self {
        self.chain(self.value.exp_m1(), self.value.exp())
    }
    fn ln(&self) -> Self {
        self.chain(self.value.ln(), T::one() / self.value.clone())
    }
    fn ln_1p(&self) -> Self {
        self.chain(self.value.ln_1p(), T::one() / (T::one() + &self.value))
    }
    fn sinh(&self) -> Self {
        self.chain(self.value.sinh(), self.value.cosh())
    }
    fn cosh(&self) -> Self {
        self.chain(self.value.cosh(), self.value.sinh())
    }
    fn tanh(&self) -> Self {
        let (value, slope) = self.value.tanh_and_slope();
        self.chain(value, slope)
    }
    fn tanh_and_slope(&self) -> (Self, Self) {
        // (1 / cosh^2)' = -2 tanh / cosh^2
        let (value, slope) = self.value.tanh_and_slope();
        let curvature = T::product(&value, &slope) * T::integer(-2);
        (self.chain(value, slope.clone()), self.chain(slope, curvature))
    }
    fn atan(&self) -> Self {
        self.chain(self.value.atan(), T::one() / (T::one() + self.value.squared()))
    }
    fn pi() -> Self {
        Self::constant(T::pi())
    }
    fn sigmoids(&self) -> Option<(Self, Self)> {
        let (value, opposite) = self.value.sigmoids()?;
        let slope = T::product(&value, &opposite);
        Some((self.chain(value, slope.clone()), self.chain(opposite, -slope)))
    }
    fn softpluses(&self) -> Option<(Self, Self)> {
        let (value, opposite) = self.value.softpluses()?;
        let (slope, opposite_slope) = self.value.sigmoids()?;
        Some((self.chain(value, slope), self.chain(opposite, -opposite_slope)))
    }
    fn sigmoid(&self) -> Self {
        if let Some((value, _)) = self.sigmoids() {
            return value;
        }
        let value = self.value.sigmoid();
        let slope = T::product(&value, &(-self.value.clone()).sigmoid());
        self.chain(value, slope)
    }
    fn softplus(&self) -> Self {
        self.chain(self.value.softplus(), self.value.sigmoid())
    }
    fn sigmoid_times(&self, factor: &Self) -> Self {
        // (f s)' = s (f' + f s(-x) x')
        if let Some((value, opposite)) = self.value.sigmoids() {
            let slope = opposite * &factor.value * &self.tangent + &factor.tangent;
            return Dual { tangent: slope * &value, value: value * &factor.value };
        }
        let opposite = (-self.value.clone()).sigmoid_times(&factor.value);
        let slope = opposite * &self.tangent + &factor.tangent;
        Dual { value: self.value.sigmoid_times(&factor.value), tangent: self.value.sigmoid_times(&slope) }
    }
    fn gelu_gate_times(&self, factor: &Self) -> Self {
        // The same with z' x' for x'.
        let opposite = (-self.value.clone()).gelu_gate_times(&factor.value);
        let slope = opposite * self.value.gelu_exponent_slope() * &self.tangent + &factor.tangent;
        Dual { value: self.value.gelu_gate_times(&factor.value), tangent: self.value.gelu_gate_times(&slope) }
    }
    fn saturated(&self) -> Self {
        Dual { value: self.value.saturated(), tangent: self.tangent.clone() }
    }
    fn power_of_two_near(&self) -> Self {
        Self::constant(self.value.power_of_two_near())
    }
}
