//! Expansion of straight-line programs: sparse Laurent polynomials with rational coefficients.

use super::expression::Operation;
use super::program::{Program, Step};
use rug::{Complete, Integer};
use std::rc::Rc;

/// `x_1^e_1 ... x_n^e_n` as the number `sum_i e_i 2^(b i)`, modulo `2^256`. Exponents may be negative. As long as every `|e_i|` is below `2^(b - 1)` and
/// `n b <= 256`, different exponents are different numbers, and a product of monomials is a sum of numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Monomial(u128, u128);

/// The bits of a [`Monomial`].
const BITS: u32 = 256;

impl Monomial {
    const ONE: Monomial = Monomial(0, 0);

    /// The first power of the variable at bit `place`.
    fn variable(place: u32) -> Self {
        if place < 128 { Monomial(0, 1 << place) } else { Monomial(1 << (place - 128), 0) }
    }

    fn times(self, other: Self) -> Self {
        let (low, carry) = self.1.overflowing_add(other.1);
        Monomial(self.0.wrapping_add(other.0).wrapping_add(u128::from(carry)), low)
    }

    fn inverse(self) -> Self {
        let (low, carry) = (!self.1).overflowing_add(1);
        Monomial((!self.0).wrapping_add(u128::from(carry)), low)
    }
}

/// `1/denominator` times a sum of terms with coefficients that are not 0, sorted by monomial.
#[derive(Clone, Debug)]
pub struct Polynomial {
    terms: Vec<(Monomial, Integer)>,
    denominator: Integer,
}

/// Why something was not expanded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unexpanded {
    /// There are more terms, or more work, than was allowed.
    TooLarge,
    /// It divides by something that is no monomial.
    Division,
}

/// How much an expansion may take.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Terms of one polynomial.
    pub terms: usize,
    /// Terms that are made in all.
    pub work: usize,
}

impl Polynomial {
    /// Whether it is the zero polynomial.
    pub fn is_zero(&self) -> bool {
        self.terms.is_empty()
    }

    /// The number of its terms.
    pub fn len(&self) -> usize {
        self.terms.len()
    }

    /// Whether it has no term.
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// Whether no variable enters.
    pub fn is_constant(&self) -> bool {
        self.terms.iter().all(|(monomial, _)| *monomial == Monomial::ONE)
    }

    fn term(monomial: Monomial, coefficient: Integer, denominator: Integer) -> Self {
        let terms = if coefficient.is_zero() { Vec::new() } else { vec![(monomial, coefficient)] };
        Polynomial { terms, denominator }
    }

    fn scaled(&self, factor: &Integer) -> Vec<(Monomial, Integer)> {
        self.terms.iter().map(|(monomial, number)| (*monomial, (number * factor).complete())).collect()
    }

    fn negative(&self) -> Self {
        Polynomial { terms: self.scaled(&Integer::from(-1)), denominator: self.denominator.clone() }
    }

    fn plus(&self, other: &Self) -> Self {
        if self.denominator == other.denominator {
            return Polynomial { terms: merged(&self.terms, &other.terms), denominator: self.denominator.clone() };
        }
        let denominator = self.denominator.lcm_ref(&other.denominator).complete();
        let a = self.scaled(&denominator.div_exact_ref(&self.denominator).complete());
        let b = other.scaled(&denominator.div_exact_ref(&other.denominator).complete());
        Polynomial { terms: merged(&a, &b), denominator }
    }

    fn times(&self, other: &Self) -> Self {
        let denominator = (&self.denominator * &other.denominator).complete();
        let (few, many) = if self.len() <= other.len() { (self, other) } else { (other, self) };
        let mut products = Vec::with_capacity(few.len() * many.len());
        for (monomial, a) in &few.terms {
            products.extend(many.terms.iter().map(|(other, b)| (monomial.times(*other), (a * b).complete())));
        }
        // As many sorted runs as one factor has terms: a stable sort merges them.
        products.sort_by_key(|(monomial, _)| *monomial);
        let mut terms: Vec<(Monomial, Integer)> = Vec::with_capacity(products.len());
        for (monomial, number) in products {
            match terms.last_mut() {
                Some((last, sum)) if *last == monomial => *sum += number,
                _ => {
                    if terms.last().is_some_and(|(_, sum)| sum.is_zero()) {
                        terms.pop();
                    }
                    terms.push((monomial, number));
                }
            }
        }
        if terms.last().is_some_and(|(_, sum)| sum.is_zero()) {
            terms.pop();
        }
        Polynomial { terms, denominator }
    }

    /// `1 / self` of a monomial.
    fn inverse(&self) -> Result<Self, Unexpanded> {
        let [(monomial, number)] = &self.terms[..] else { return Err(Unexpanded::Division) };
        let mut numerator = self.denominator.clone();
        if *number < 0 {
            numerator = -numerator;
        }
        Ok(Self::term(monomial.inverse(), numerator, number.abs_ref().complete()))
    }
}

/// The sum of two sorted lists of terms.
fn merged(a: &[(Monomial, Integer)], b: &[(Monomial, Integer)]) -> Vec<(Monomial, Integer)> {
    let mut terms = Vec::with_capacity(a.len() + b.len());
    let (mut a, mut b) = (a.iter().peekable(), b.iter().peekable());
    loop {
        let order = match (a.peek(), b.peek()) {
            (Some((left, _)), Some((right, _))) => left.cmp(right),
            (Some(_), None) => std::cmp::Ordering::Less,
            (None, Some(_)) => std::cmp::Ordering::Greater,
            (None, None) => return terms,
        };
        match order {
            std::cmp::Ordering::Less => terms.extend(a.next().cloned()),
            std::cmp::Ordering::Greater => terms.extend(b.next().cloned()),
            std::cmp::Ordering::Equal => {
                if let (Some((monomial, x)), Some((_, y))) = (a.next(), b.next()) {
                    let sum = (x + y).complete();
                    if !sum.is_zero() {
                        terms.push((*monomial, sum));
                    }
                }
            }
        }
    }
}

/// The outputs of a program as polynomials in its coordinates; constants are coefficients.
///
/// Polynomials are exact: an output is the zero polynomial if and only if all of its coefficients are 0.
pub fn expand(program: &Program, limits: Limits) -> Vec<Result<Rc<Polynomial>, Unexpanded>> {
    let too_large = || vec![Err(Unexpanded::TooLarge); program.outputs.len()];
    let variables = program.steps.iter().filter(|step| matches!(step, Step::Drawn(_))).count();
    let largest = exponents(program).into_iter().max().unwrap_or(0);
    let bits = u64::BITS - largest.leading_zeros() + 1;
    if variables as u64 * u64::from(bits) > u64::from(BITS) {
        return too_large();
    }
    // A polynomial is let go after the last step that needs it.
    let mut needed = vec![0_usize; program.steps.len()];
    for (place, step) in program.steps.iter().enumerate() {
        match step {
            Step::Negative(a) => needed[*a] = place,
            Step::Binary(_, a, b) => (needed[*a], needed[*b]) = (place, place),
            _ => {}
        }
    }
    for output in &program.outputs {
        needed[*output] = usize::MAX;
    }
    let mut expansion = Expansion { limits, left: limits.work, steps: Vec::with_capacity(program.steps.len()) };
    let mut variable = 0;
    for (place, step) in program.steps.iter().enumerate() {
        let polynomial = match step {
            Step::Constant(value) | Step::Given(value) => {
                Ok(Polynomial::term(Monomial::ONE, value.numer().clone(), value.denom().clone()))
            }
            Step::Drawn(_) => {
                variable += 1;
                Ok(Polynomial::term(Monomial::variable((variable - 1) * bits), Integer::from(1), Integer::from(1)))
            }
            Step::Negative(a) => expansion.at(*a).map(|a| a.negative()),
            Step::Binary(operation, a, b) => expansion.binary(*operation, *a, *b),
        };
        expansion.steps.push(polynomial.map(Rc::new));
        let operands = match step {
            Step::Negative(a) => [Some(*a), None],
            Step::Binary(_, a, b) => [Some(*a), Some(*b)],
            _ => [None, None],
        };
        for operand in operands.into_iter().flatten().filter(|operand| needed[*operand] == place) {
            expansion.steps[operand] = Err(Unexpanded::TooLarge);
        }
    }
    program.outputs.iter().map(|output| expansion.steps[*output].clone()).collect()
}

/// An upper bound on the absolute exponents of each step.
fn exponents(program: &Program) -> Vec<u64> {
    let mut bounds: Vec<u64> = Vec::with_capacity(program.steps.len());
    for step in &program.steps {
        bounds.push(match step {
            Step::Constant(_) | Step::Given(_) => 0,
            Step::Drawn(_) => 1,
            Step::Negative(a) => bounds[*a],
            Step::Binary(Operation::Sum | Operation::Difference, a, b) => bounds[*a].max(bounds[*b]),
            Step::Binary(Operation::Product | Operation::Quotient, a, b) => bounds[*a].saturating_add(bounds[*b]),
        });
    }
    bounds
}

struct Expansion {
    limits: Limits,
    /// The work that is left.
    left: usize,
    steps: Vec<Result<Rc<Polynomial>, Unexpanded>>,
}

impl Expansion {
    fn at(&self, place: usize) -> Result<Rc<Polynomial>, Unexpanded> {
        self.steps[place].clone()
    }

    /// Spends work before it is done.
    fn spend(&mut self, work: usize) -> Result<(), Unexpanded> {
        self.left = self.left.checked_sub(work).ok_or(Unexpanded::TooLarge)?;
        Ok(())
    }

    fn binary(&mut self, operation: Operation, a: usize, b: usize) -> Result<Polynomial, Unexpanded> {
        let (a, b) = (self.at(a)?, self.at(b)?);
        let result = match operation {
            Operation::Sum | Operation::Difference => {
                self.spend(a.len() + b.len())?;
                if operation == Operation::Sum { a.plus(&b) } else { a.plus(&b.negative()) }
            }
            Operation::Product => {
                self.spend(a.len() * b.len())?;
                a.times(&b)
            }
            Operation::Quotient => {
                self.spend(a.len())?;
                a.times(&b.inverse()?)
            }
        };
        if result.len() > self.limits.terms { Err(Unexpanded::TooLarge) } else { Ok(result) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Field, Rational, Recorded, Residue, Ring};
    use num_traits::{One, Zero};

    const LIMITS: Limits = Limits { terms: 10_000, work: 1_000_000 };

    fn drawn(values: &[i64]) -> Vec<Recorded> {
        values.iter().map(|value| Recorded::drawn(&Rational::from(*value))).collect()
    }

    fn expanded(number: &Recorded) -> Result<Rc<Polynomial>, Unexpanded> {
        expand(&Program::of([number]), LIMITS).remove(0)
    }

    fn vanishes(number: &Recorded) -> bool {
        expanded(number).is_ok_and(|polynomial| polynomial.is_zero())
    }

    #[test]
    fn a_binomial_has_as_many_terms_as_it_should() {
        let [x, y] = &drawn(&[3, 5])[..] else { unreachable!() };
        for power in 1..12 {
            assert_eq!(expanded(&(x.clone() + y).powi(power)).unwrap().len(), power as usize + 1);
        }
        assert!(vanishes(&((x.clone() + y) * (x.clone() - y) - (x.squared() - y.squared()))));
    }

    /// Brahmagupta and Fibonacci: (a^2 + b^2)(c^2 + d^2) = (a c - b d)^2 + (a d + b c)^2.
    #[test]
    fn an_identity_is_the_zero_polynomial_and_the_zero_polynomial_vanishes_everywhere() {
        let [a, b, c, d] = &drawn(&[2, 3, 5, 7])[..] else { unreachable!() };
        let product = |a: &Recorded, b: &Recorded| Recorded::product(a, b);
        let left = (a.squared() + b.squared()) * (c.squared() + d.squared());
        let right = (product(a, c) - product(b, d)).squared() + (product(a, d) + product(b, c)).squared();
        let residual = left - right;
        assert!(vanishes(&residual));
        let program = Program::of([&residual]);
        for point in 0..64_u64 {
            let mut number = point * 1_000_003 + 17;
            let values = program.evaluate(|step| match step {
                Step::Constant(value) | Step::Given(value) => Residue::from_rational(value),
                _ => {
                    number = number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                    Residue::new(number >> 3)
                }
            });
            assert!(values[program.outputs[0]].is_zero());
        }
    }

    /// What vanishes at the point, or on a hypersurface through it, or for equal coordinates, is no identity.
    #[test]
    fn a_zero_at_the_point_is_no_identity() {
        let [x, y, z] = &drawn(&[2, 3, 5])[..] else { unreachable!() };
        let sum = x.clone() + y - z;
        assert_eq!(sum.value(), Some(Rational::new()));
        assert!(!vanishes(&sum));
        assert!(!vanishes(&(sum.clone() * &(x.squared() + Recorded::one()))));
        assert!(!vanishes(&(x.clone() - y)));
        assert!(vanishes(&(sum.clone() - &sum)));
    }

    #[test]
    fn monomials_may_be_divided_by_and_nothing_else() {
        let [x, y] = &drawn(&[2, 3])[..] else { unreachable!() };
        let ratio = (x.squared() * y - y.squared() * Recorded::ratio(3, 7)) / (x.clone() * y);
        assert!(vanishes(&(ratio - (x.clone() - y.clone() / x * Recorded::ratio(3, 7)))));
        assert_eq!(expanded(&(x.clone() / (x.clone() + y))).unwrap_err(), Unexpanded::Division);
        // A monomial by cancellation is one all the same.
        let shifted = (x.clone() + y) - x;
        assert!(vanishes(&(x.clone() / &shifted - x.clone() / y)));
        // The zero polynomial is no divisor.
        assert_eq!(expanded(&(x.clone() / (y.clone() - y))).unwrap_err(), Unexpanded::Division);
    }

    #[test]
    fn what_is_too_large_is_refused_and_takes_nothing_from_what_is_not() {
        let points = drawn(&(1..20).collect::<Vec<_>>());
        let sum = points.iter().fold(Recorded::integer(0), |sum, x| sum + x);
        let numbers = [sum.powi(9), sum.clone() - &sum, sum.powi(9) + points[0].clone()];
        let found = expand(&Program::of(&numbers), LIMITS);
        assert_eq!(found[0].as_ref().unwrap_err(), &Unexpanded::TooLarge);
        assert!(found[1].as_ref().unwrap().is_zero());
        assert_eq!(found[2].as_ref().unwrap_err(), &Unexpanded::TooLarge);
        // Exponents that do not fit into a monomial's bits.
        assert_eq!(
            expanded(&points.iter().fold(sum.powi(2), |sum, x| sum + x.powi(1 << 14))).unwrap_err(),
            Unexpanded::TooLarge
        );
    }

    /// Exponents of both signs, of the largest size, in as many variables as fit: different ones are different monomials.
    #[test]
    fn monomials_do_not_run_into_each_other() {
        let points = drawn(&(1..=32).collect::<Vec<_>>());
        let mut sum = Recorded::integer(0);
        for (x, y) in points.iter().zip(&points[1..]) {
            sum += x.powi(63) / y.powi(63);
            sum += y.clone() * x.powi(-62);
        }
        let polynomial = expanded(&sum).unwrap();
        assert_eq!(polynomial.len(), 62);
    }

    /// `x/2 + x/3 = 5/6 x`, `1/(-x) = -1/x`: coefficients of several denominators and of both signs.
    #[test]
    fn coefficients_are_fractions_of_either_sign() {
        let [x, y] = &drawn(&[2, 3])[..] else { unreachable!() };
        let part = |p, q| x.clone() * Recorded::ratio(p, q);
        assert!(vanishes(&(part(1, 2) + part(1, 3) - part(5, 6))));
        assert!(!vanishes(&(part(1, 2) + part(1, 3) - part(2, 3))));
        assert!(!vanishes(&(part(1, 2) + part(1, 3) - x)));
        let inverse = |number: Recorded| Recorded::one() / number;
        assert!(vanishes(&(inverse(-x.clone()) + inverse(x.clone()))));
        assert!(!vanishes(&(inverse(-x.clone()) - inverse(x.clone()))));
        assert!(vanishes(&(y.clone() / part(-2, 5) + y.clone() / x * Recorded::ratio(5, 2))));
    }

    /// `x^127` is not `y/x`, nor `x^2` another variable: a monomial has room for the largest exponent of either sign.
    #[test]
    fn the_largest_exponent_does_not_run_into_another_variable() {
        let [x, y] = &drawn(&[2, 3])[..] else { unreachable!() };
        for power in 1..130 {
            assert!(!vanishes(&(x.powi(power) - y.clone() / x)), "{power}");
            assert!(!vanishes(&(x.powi(-power) - x.clone() / y)), "{power}");
            assert!(!vanishes(&(x.powi(power) - y)), "{power}");
        }
    }

    #[test]
    fn constants_and_nothing_are_told_from_polynomials() {
        let [x] = &drawn(&[2])[..] else { unreachable!() };
        let told = |number: Recorded| {
            let polynomial = expanded(&number).unwrap();
            let length = polynomial.len();
            assert_eq!((polynomial.is_empty(), polynomial.is_zero()), (length < 1, length < 1));
            (length, polynomial.is_constant())
        };
        assert_eq!(told(x.clone() - x), (0, true));
        assert_eq!(told(Recorded::ratio(-3, 7) + (x.clone() - x)), (1, true));
        assert_eq!((told(x.clone()), told(x.clone() + Recorded::one())), ((1, false), (2, false)));
    }

    /// So many terms of one polynomial, and so many that are made in all, and no more.
    #[test]
    fn limits_are_reached_and_not_passed() {
        let [x, y, z] = &drawn(&[2, 3, 5])[..] else { unreachable!() };
        let with = |number: Recorded, terms: usize, work: usize| {
            expand(&Program::of([&number]), Limits { terms, work }).remove(0).map(|polynomial| polynomial.len())
        };
        let (two, three) = (x.clone() + y, x.clone() + y + z);
        assert_eq!((with(two.clone(), 2, 100), with(three.clone(), 2, 100)), (Ok(2), Err(Unexpanded::TooLarge)));
        assert_eq!(with(three.clone(), 3, 100), Ok(3));
        // A sum makes as many terms as both have, a product as many as all pairs, a quotient as many as the dividend.
        assert_eq!((with(two.clone(), 9, 2), with(two.clone(), 9, 1)), (Ok(2), Err(Unexpanded::TooLarge)));
        assert_eq!((with(three.clone(), 9, 5), with(three.clone(), 9, 4)), (Ok(3), Err(Unexpanded::TooLarge)));
        let product = || two.clone() * &(x.clone() + z);
        assert_eq!((with(product(), 9, 8), with(product(), 9, 7)), (Ok(4), Err(Unexpanded::TooLarge)));
        let quotient = || three.clone() / x;
        assert_eq!((with(quotient(), 9, 8), with(quotient(), 9, 7)), (Ok(3), Err(Unexpanded::TooLarge)));
    }
}
