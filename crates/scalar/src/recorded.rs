//! Numbers that remember how they were computed.

use super::expression::{Expression, Form, Operation};
use super::{Branch, Degree, Field, Rational, Ring};
use crate::digest::digest_of;
use crate::forward_operators;
use num_traits::{One, Zero};
use std::fmt;
use std::ops::{AddAssign, DivAssign, MulAssign, Neg, SubAssign};

/// A rational number with the expression that gives it, in drawn coordinates and constants, and a bound on the [`Degree`] of that expression.
///
/// A formula that runs on these numbers leaves its straight-line program behind: [`Program::of`](super::Program::of). Nothing is computed while it is
/// recorded; the value is found when a comparison asks for it. A comparison is decided by the value, and what it has chosen is marked, because the
/// program is then that of one piece only. Coordinates have no names: they are told apart by their values.
#[derive(Clone)]
pub struct Recorded {
    degree: Degree,
    expression: Expression,
}

impl Recorded {
    /// A bound on the degree in the drawn coordinates.
    pub fn degree(&self) -> Degree {
        self.degree
    }

    /// The value; none if it takes a division by zero.
    pub fn value(&self) -> Option<Rational> {
        self.expression.value()
    }

    pub(super) fn expression(&self) -> &Expression {
        &self.expression
    }

    fn constant(value: &Rational, form: fn(Rational) -> Form) -> Self {
        let degree = if value.is_zero() { Degree::Zero } else { Degree::AtMost(0) };
        let small = if *value.denom() == 1 { value.numer().to_i64().filter(|n| (-1..=1).contains(n)) } else { None };
        let expression = small.map_or_else(|| Expression::of(form(value.clone())), Expression::Integer);
        Recorded { degree, expression }
    }

    fn combine(&mut self, operation: Operation, other: &Self) {
        self.degree = match operation {
            Operation::Sum | Operation::Difference => self.degree.of_sum(other.degree),
            Operation::Product => self.degree.of_product(other.degree),
            Operation::Quotient => self.degree.of_quotient(other.degree),
        };
        let own = std::mem::replace(&mut self.expression, Expression::Integer(0));
        self.expression = Expression::combined(operation, own, other.expression.clone());
    }
}

/// The value and the degree: the expression may be as large as a network.
impl fmt::Debug for Recorded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.value() {
            Some(value) => write!(f, "{value} ({:?})", self.degree),
            None => write!(f, "undefined ({:?})", self.degree),
        }
    }
}

/// Numbers are equal if their values are, however they were computed.
impl PartialEq for Recorded {
    fn eq(&self, other: &Self) -> bool {
        self.value().is_some_and(|value| other.value() == Some(value))
    }
}

impl AddAssign<&Recorded> for Recorded {
    fn add_assign(&mut self, other: &Self) {
        self.combine(Operation::Sum, other);
    }
}
impl SubAssign<&Recorded> for Recorded {
    fn sub_assign(&mut self, other: &Self) {
        self.combine(Operation::Difference, other);
    }
}
impl MulAssign<&Recorded> for Recorded {
    fn mul_assign(&mut self, other: &Self) {
        self.combine(Operation::Product, other);
    }
}
impl DivAssign<&Recorded> for Recorded {
    fn div_assign(&mut self, other: &Self) {
        self.combine(Operation::Quotient, other);
    }
}
forward_operators!({} Recorded);

impl Neg for Recorded {
    type Output = Self;
    fn neg(self) -> Self {
        Recorded { degree: self.degree, expression: self.expression.negative() }
    }
}
impl Zero for Recorded {
    fn zero() -> Self {
        Recorded { degree: Degree::Zero, expression: Expression::Integer(0) }
    }
    /// Whether it is zero by its form: a coordinate that was drawn as 0 is a variable all the same.
    fn is_zero(&self) -> bool {
        self.degree == Degree::Zero
    }
}
impl One for Recorded {
    fn one() -> Self {
        Recorded { degree: Degree::AtMost(0), expression: Expression::Integer(1) }
    }
}

impl Ring for Recorded {
    fn integer(n: i64) -> Self {
        let degree = if n == 0 { Degree::Zero } else { Degree::AtMost(0) };
        Recorded { degree, expression: Expression::Integer(n) }
    }
}

impl Field for Recorded {
    fn from_rational(value: &Rational) -> Self {
        Self::constant(value, Form::Given)
    }
    fn ratio(numerator: i64, denominator: i64) -> Self {
        Self::constant(&Rational::from((numerator, denominator)), Form::Constant)
    }
    fn drawn(value: &Rational) -> Self {
        // Even where it is no point of the grid, and has no degree, it is a variable.
        Recorded { degree: Degree::drawn(value), expression: Expression::of(Form::Drawn(value.clone())) }
    }
}

/// The answer to a comparison.
#[derive(Clone, Copy, Debug)]
pub struct Choice {
    /// What the values say.
    holds: bool,
    /// A digest of what was compared, if these are constants, which no drawn coordinate can change.
    constants: Option<u128>,
}

impl Branch for Recorded {
    type Mask = Choice;
    fn less(&self, other: &Self) -> Choice {
        let of_constants = self.degree.is_constant() && other.degree.is_constant();
        let compared = (self.value(), other.value());
        let holds = matches!(&compared, (Some(a), Some(b)) if a < b);
        Choice { holds, constants: of_constants.then(|| digest_of(&compared)) }
    }
    fn select(Choice { holds, constants }: Choice, if_true: &Self, if_false: &Self) -> Self {
        let degree = Degree::of_choice(constants.is_some(), if_true.degree, if_false.degree);
        let chosen = (if holds { if_true } else { if_false }).expression.clone();
        let expression = match (degree, constants) {
            (Degree::Zero, _) => Expression::Integer(0),
            (_, Some(compared)) => Expression::of(Form::Decided(compared, chosen)),
            (_, None) => Expression::of(Form::Chosen(chosen)),
        };
        Recorded { degree, expression }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Dual;

    /// A point of the grid.
    fn drawn(numerator: i64) -> Recorded {
        Recorded::drawn(&Rational::from((numerator, 1 << 30)))
    }

    #[test]
    fn degrees_add_under_products_and_dominate_under_sums() {
        let x = drawn(3);
        let square = x.squared();
        assert_eq!((square.clone() + &x).degree(), Degree::AtMost(2));
        assert_eq!((x.powi(5) * Recorded::zero()).degree(), Degree::Zero);
        assert_eq!((x.clone() / Recorded::ratio(1, 7)).degree(), Degree::AtMost(1));
        assert_eq!((Recorded::one() / x).degree(), Degree::Unbounded);
    }

    #[test]
    fn a_derivative_is_bounded_too() {
        let x = Dual::new(drawn(3), Recorded::one());
        let power = x.powi(4);
        assert_eq!(power.tangent.degree(), Degree::AtMost(3));
        assert_eq!(power.tangent.value(), Some(Rational::from(108) >> 90));
    }

    /// |x| is x on one half of the grid and -x on the other: no polynomial, and no bound.
    #[test]
    fn where_a_value_chooses_a_branch_there_is_no_degree() {
        let (x, zero, one) = (drawn(-3), Recorded::zero(), Recorded::one());
        assert_eq!(x.absolute().degree(), Degree::Unbounded);
        assert_eq!(x.absolute().value(), Some(Rational::from((3, 1 << 30))));
        assert_eq!(Recorded::select(x.less(&zero), &one, &zero).degree(), Degree::Unbounded);
        assert_eq!(Recorded::select(x.less(&zero), &zero, &zero).degree(), Degree::Zero);
        // Constants choose the same branch at every point.
        assert_eq!(Recorded::select(one.less(&zero), &one, &x).degree(), Degree::AtMost(1));
        assert_eq!(Recorded::select(one.less(&zero), &one, &x), x);
    }

    #[test]
    fn a_drawn_zero_is_a_variable_without_degree_and_a_division_by_it_has_no_value() {
        let x = drawn(0);
        assert!(!x.is_zero());
        assert_eq!((x.clone() * Recorded::integer(5)).degree(), Degree::Unbounded);
        assert_eq!((x.clone() * Recorded::zero()).degree(), Degree::Zero);
        assert_eq!((Recorded::one() / x).value(), None);
    }

    #[test]
    fn a_sum_of_a_million_terms_has_a_value_and_is_dropped() {
        let x = drawn(1);
        let mut sum = Recorded::zero();
        for _ in 0..1_000_000 {
            sum += &x;
        }
        assert_eq!(sum.value(), Some(Rational::from(1_000_000) >> 30));
    }

    /// Whatever is folded on the way, the value is that of the rationals: of integers, of fractions, of what a machine word does not hold.
    #[test]
    fn values_are_those_of_the_rationals() {
        let integers = (-2..=2).chain([7, i64::MAX, i64::MIN]).map(|n| (Recorded::integer(n), Rational::from(n)));
        let fractions =
            [(3, 7), (-5, 2), (1, 1), (-1, 1), (0, 1)].map(|(p, q)| (Recorded::ratio(p, q), Rational::from((p, q))));
        let given = [(3, 7), (1, 1), (4, 1)].map(Rational::from).map(|value| (Recorded::from_rational(&value), value));
        let drawn = [(3, 7), (1, 1), (0, 1)].map(Rational::from).map(|value| (Recorded::drawn(&value), value));
        let all: Vec<(Recorded, Rational)> = integers.chain(fractions).chain(given).chain(drawn).collect();
        for (a, exact_a) in &all {
            assert_eq!(a.value().as_ref(), Some(exact_a));
            assert_eq!((-a.clone()).value(), Some(-exact_a.clone()));
            for (b, exact_b) in &all {
                assert_eq!((a.clone() + b).value(), Some(Rational::from(exact_a + exact_b)));
                assert_eq!((a.clone() - b).value(), Some(Rational::from(exact_a - exact_b)));
                assert_eq!((a.clone() * b).value(), Some(Rational::from(exact_a * exact_b)));
                let quotient = (*exact_b != 0).then(|| Rational::from(exact_a / exact_b));
                assert_eq!((a.clone() / b).value(), quotient, "{exact_a} / {exact_b}");
                assert_eq!(a == b, exact_a == exact_b);
            }
        }
        let undefined = Recorded::one() / Recorded::zero();
        assert!(undefined != undefined.clone() && undefined != Recorded::zero());
        assert_eq!(
            (format!("{undefined:?}"), format!("{:?}", drawn_half())),
            ("undefined (Unbounded)".to_owned(), "1/2 (Unbounded)".to_owned())
        );
    }

    fn drawn_half() -> Recorded {
        Recorded::drawn(&Rational::from((1, 2)))
    }

    /// Zeros, ones and sums of integers leave no step; what one leaves is needed.
    #[test]
    fn what_can_be_said_at_once_leaves_no_step() {
        let steps = |number: &Recorded| crate::Program::of([number]).steps.len();
        let (x, zero, one) = (drawn(3), Recorded::zero(), Recorded::one());
        for same in [
            x.clone() + &zero,
            zero.clone() + &x,
            x.clone() - &zero,
            x.clone() * &one,
            one.clone() * &x,
            x.clone() / &one,
        ] {
            assert_eq!((steps(&same), same.degree()), (1, Degree::AtMost(1)));
        }
        assert_eq!(steps(&(zero.clone() - &x)), 2);
        for nothing in [x.clone() * &zero, zero.clone() * &x] {
            assert_eq!((steps(&nothing), nothing.degree()), (1, Degree::Zero));
        }
        let two = Recorded::integer(2);
        for folded in [two.clone() + &two, two.clone() - &one, two.clone() * &two, -two.clone()] {
            assert_eq!((steps(&folded), folded.degree()), (1, Degree::AtMost(0)));
        }
        // A constant of the instance that is no small integer is a step of its own, and no constant of the formula.
        let given = crate::Program::of([&Recorded::from_rational(&Rational::from(4))]).steps;
        assert_eq!(given, [crate::Step::Given(Rational::from(4))]);
        assert_eq!(
            crate::Program::of([&Recorded::from_rational(&Rational::from(1))]).steps,
            [crate::Step::Constant(Rational::from(1))]
        );
        let minus = crate::Program::of([&Recorded::from_rational(&Rational::from(-1))]).steps;
        assert_eq!(minus, [crate::Step::Constant(Rational::from(-1))]);
        assert!(Recorded::zero().is_zero() && (x.clone() * &zero).is_zero() && !Recorded::one().is_zero());
        for (constant, degree) in [(Recorded::ratio(0, 3), Degree::Zero), (Recorded::ratio(2, 3), Degree::AtMost(0))] {
            assert_eq!(constant.degree(), degree);
        }
        assert_eq!((Recorded::integer(0).degree(), Recorded::integer(2).degree()), (Degree::Zero, Degree::AtMost(0)));
    }

    /// What has no value is not less than anything.
    #[test]
    fn comparisons_are_those_of_the_values() {
        let (small, large) = (drawn(-3), drawn(5));
        let (yes, no) = (drawn(7), drawn(11));
        let chosen = |a: &Recorded, b: &Recorded| Recorded::select(a.less(b), &yes, &no) == yes;
        assert!(chosen(&small, &large) && !chosen(&large, &small) && !chosen(&small, &small));
        let undefined = Recorded::one() / Recorded::zero();
        assert!(!chosen(&undefined, &large) && !chosen(&small, &undefined));
    }
}
