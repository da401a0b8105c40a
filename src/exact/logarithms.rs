//! Rational numbers plus rational multiples of logarithms of positive rationals, `c_0 + sum_i c_i ln r_i`, decided exactly and without factoring.
//!
//! A *coprime base* of the numbers `r_i` is a list of integers `b_1, ..., b_m > 1`, any two of them coprime, such that each `r_i` is a product of
//! integer powers of them. The logarithms of a coprime base are linearly independent over the rationals: if `sum_j n_j ln b_j = 0` with integers `n_j`,
//! then the product of the `b_j` with `n_j > 0` to these powers is that of the others to the powers `-n_j`, and two coprime products are equal only if
//! both are 1. The number 1 is independent of them too, since `e^n` is irrational for every integer `n` other than 0 (Hermite). So the sum is 0 if and
//! only if its coordinates are, `c_0` and `sum_i c_i v_j(r_i)`, `v_j(r)` being the power of `b_j` in `r`.
//!
//! The base is found by greatest common divisors alone: two numbers with a common divisor `g > 1` are replaced by `g` and their quotients by it
//! (E. Bach, J. Driscoll, J. Shallit, *Factor refinement*, Journal of Algorithms 15, 1993).

use crate::scalar::{Field, Interval, Measured, Rational, Real, Sign};
use crate::verify::{Label, Relation, Term, Text};
use rug::Integer;
use std::collections::BTreeMap;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Neg, Sub, SubAssign};

/// `c_0 + sum_i c_i ln r_i` with rational `c_i` and positive rational `r_i`.
#[derive(Clone, Debug, Default)]
pub struct Logarithms {
    /// `c_0`
    rational: Rational,
    /// The coefficient of the logarithm of each number; neither holds a 0, nor is a number 1.
    coefficients: BTreeMap<Rational, Rational>,
}

impl Logarithms {
    /// `ln r`.
    ///
    /// # Panics
    /// If `r` is not positive.
    pub fn of(number: &Rational) -> Self {
        Logarithms::multiple(&Rational::from(1), number)
    }

    /// `c ln r`.
    ///
    /// # Panics
    /// If `r` is not positive.
    pub fn multiple(coefficient: &Rational, number: &Rational) -> Self {
        assert!(*number > 0, "only positive numbers have a logarithm, not {number}");
        let mut sum = Logarithms::default();
        sum.include(number, coefficient);
        sum
    }

    /// A rational number.
    pub fn rational(number: &Rational) -> Self {
        Logarithms { rational: number.clone(), ..Logarithms::default() }
    }

    /// `c` times the sum.
    pub fn scaled(&self, factor: &Rational) -> Self {
        let mut sum = Logarithms::rational(&Rational::from(&self.rational * factor));
        for (number, coefficient) in &self.coefficients {
            sum.include(number, &Rational::from(coefficient * factor));
        }
        sum
    }

    /// Whether the sum is 0.
    pub fn is_zero(&self) -> bool {
        let [coordinates] = coordinates([self]);
        coordinates.iter().all(Rational::is_zero)
    }

    /// The value in a scalar that has logarithms.
    pub fn value<T: Real>(&self) -> T {
        let mut sum = T::from_rational(&self.rational);
        for (number, coefficient) in &self.coefficients {
            sum += T::from_rational(number).ln() * T::from_rational(coefficient);
        }
        sum
    }

    /// The sign: 0 is decided exactly, else by enclosures of 256, 1024 and 4096 bits; none if all of them contain 0.
    pub fn sign(&self) -> Option<Sign> {
        if self.is_zero() {
            return Some(Sign::Zero);
        }
        let sign = self.value::<Interval<256>>().sign();
        sign.or_else(|| self.value::<Interval<1024>>().sign()).or_else(|| self.value::<Interval<4096>>().sign())
    }

    /// Adds `c ln r` for a positive `r`.
    fn include(&mut self, number: &Rational, coefficient: &Rational) {
        if *number == 1 || coefficient.is_zero() {
            return;
        }
        let sum = self.coefficients.entry(number.clone()).or_default();
        *sum += coefficient;
        if sum.is_zero() {
            self.coefficients.remove(number);
        }
    }
}

/// The coordinates of sums with respect to 1 and one coprime base of all their numbers, its members rising: the sums are equal where these are.
pub fn coordinates<const N: usize>(sums: [&Logarithms; N]) -> [Vec<Rational>; N] {
    let base = coprime_base(sums.iter().flat_map(|sum| sum.coefficients.keys()));
    sums.map(|sum| sum.over(&base))
}

impl Logarithms {
    /// The coordinates with respect to 1 and a coprime base of its numbers.
    fn over(&self, base: &[Integer]) -> Vec<Rational> {
        let mut coordinates = vec![Rational::new(); base.len() + 1];
        coordinates[0].clone_from(&self.rational);
        for (number, coefficient) in &self.coefficients {
            for (member, coordinate) in base.iter().zip(&mut coordinates[1..]) {
                let [up, down] = [number.numer(), number.denom()].map(|part| part.clone().remove_factor(member).1);
                *coordinate += Rational::from(i64::from(up) - i64::from(down)) * coefficient;
            }
        }
        coordinates
    }
}

/// A coprime base of positive rationals, rising.
pub fn coprime_base<'a>(numbers: impl IntoIterator<Item = &'a Rational>) -> Vec<Integer> {
    let mut waiting: Vec<Integer> =
        numbers.into_iter().flat_map(|number| [number.numer().clone(), number.denom().clone()]).collect();
    let mut base: Vec<Integer> = Vec::new();
    // Each pass lowers the product of all numbers, or moves one that is coprime to the base into it: it comes to an end.
    while let Some(number) = waiting.pop() {
        if number == 1 {
            continue;
        }
        let Some(place) = base.iter().position(|member| Integer::from(member.gcd_ref(&number)) != 1) else {
            base.push(number);
            continue;
        };
        if base[place] == number {
            continue;
        }
        let member = base.swap_remove(place);
        let common = Integer::from(member.gcd_ref(&number));
        waiting.push(member.div_exact(&common));
        waiting.push(number.div_exact(&common));
        waiting.push(common);
    }
    base.sort();
    base
}

/// `sum of left = sum of right`, of sums of logarithms: as a relation of their coordinates with respect to one coprime base.
pub fn equality<T: Field>(
    label: impl Into<Label>,
    left: Vec<(&'static str, Logarithms)>,
    right: Vec<(&'static str, Logarithms)>,
) -> Relation<T> {
    let base = coprime_base(left.iter().chain(&right).flat_map(|(_, sum)| sum.coefficients.keys()));
    let term = |(label, sum): (&'static str, Logarithms)| {
        Term::vector(Text::from(label), sum.over(&base).iter().map(T::from_rational).collect())
    };
    let [left, right] = [left, right].map(|side| side.into_iter().map(term).collect::<Vec<_>>());
    Relation::equality(label, left, right)
}

impl PartialEq for Logarithms {
    fn eq(&self, other: &Self) -> bool {
        (self.clone() - other).is_zero()
    }
}

impl Eq for Logarithms {}

impl AddAssign<&Logarithms> for Logarithms {
    fn add_assign(&mut self, other: &Logarithms) {
        self.rational += &other.rational;
        for (number, coefficient) in &other.coefficients {
            self.include(number, coefficient);
        }
    }
}

impl SubAssign<&Logarithms> for Logarithms {
    fn sub_assign(&mut self, other: &Logarithms) {
        self.rational -= &other.rational;
        for (number, coefficient) in &other.coefficients {
            self.include(number, &Rational::from(-coefficient));
        }
    }
}

impl Add<&Logarithms> for Logarithms {
    type Output = Logarithms;
    fn add(mut self, other: &Logarithms) -> Logarithms {
        self += other;
        self
    }
}

impl Add for Logarithms {
    type Output = Logarithms;
    fn add(self, other: Logarithms) -> Logarithms {
        self + &other
    }
}

impl Sub<&Logarithms> for Logarithms {
    type Output = Logarithms;
    fn sub(mut self, other: &Logarithms) -> Logarithms {
        self -= other;
        self
    }
}

impl Sub for Logarithms {
    type Output = Logarithms;
    fn sub(self, other: Logarithms) -> Logarithms {
        self - &other
    }
}

impl Neg for Logarithms {
    type Output = Logarithms;
    fn neg(self) -> Logarithms {
        self.scaled(&Rational::from(-1))
    }
}

impl Sum for Logarithms {
    fn sum<I: Iterator<Item = Logarithms>>(sums: I) -> Logarithms {
        sums.fold(Logarithms::default(), Add::add)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scalar::Mp;
    use crate::verify::Stream;

    fn ratio(p: i64, q: i64) -> Rational {
        Rational::from((p, q))
    }

    fn ln(p: i64, q: i64) -> Logarithms {
        Logarithms::of(&ratio(p, q))
    }

    /// A sum of up to five logarithms of small numbers, so that they have common divisors.
    fn drawn(stream: &mut Stream) -> Logarithms {
        let terms = 1 + stream.below(5);
        let rational = Logarithms::rational(&ratio(stream.integer(-3, 3), 4));
        (0..terms)
            .map(|_| Logarithms::multiple(&stream.small(), &ratio(stream.integer(1, 60), stream.integer(1, 60))))
            .chain(std::iter::once(rational))
            .sum()
    }

    #[test]
    fn the_logarithm_of_a_product_is_the_sum_of_the_logarithms() {
        assert_eq!(ln(6, 1), ln(2, 1) + ln(3, 1));
        assert_eq!(ln(4, 9), (ln(2, 1) - ln(3, 1)).scaled(&ratio(2, 1)));
        assert_eq!(ln(36, 1).scaled(&ratio(1, 2)), ln(6, 1));
        assert_eq!(ln(1, 1), Logarithms::default());
        assert_ne!(ln(6, 1), ln(2, 1) + ln(5, 1));
        let mut stream = Stream::new(&["product"], 0, 0);
        for _ in 0..200 {
            let [a, b] = [(); 2].map(|()| ratio(stream.integer(1, 10_000), stream.integer(1, 10_000)));
            let both = Rational::from(&a * &b);
            assert!((Logarithms::of(&both) - Logarithms::of(&a) - Logarithms::of(&b)).is_zero());
            let other = both + ratio(1, 7);
            assert!(!(Logarithms::of(&other) - Logarithms::of(&a) - Logarithms::of(&b)).is_zero());
        }
    }

    #[test]
    fn sums_are_a_vector_space_over_the_rationals() {
        let mut stream = Stream::new(&["vector space"], 0, 0);
        for _ in 0..100 {
            let [a, b, c] = [(); 3].map(|()| drawn(&mut stream));
            let [s, t] = [stream.small(), stream.small()];
            assert_eq!(a.clone() + &b, b.clone() + &a);
            assert_eq!((a.clone() + &b) + &c, a.clone() + (b.clone() + &c));
            assert_eq!(a.clone() - &a, Logarithms::default());
            assert_eq!(a.clone() - &b, a.clone() + -b.clone());
            assert_eq!(a.scaled(&Rational::from(&s + &t)), a.scaled(&s) + a.scaled(&t));
            assert_eq!((a.clone() + &b).scaled(&s), a.scaled(&s) + b.scaled(&s));
            assert_eq!(a.scaled(&s).scaled(&t), a.scaled(&Rational::from(&s * &t)));
            assert_eq!(a.scaled(&Rational::new()), Logarithms::default());
        }
    }

    /// Any two members are coprime, and each number is what its powers of them say.
    #[test]
    fn a_coprime_base_is_coprime_and_a_base() {
        let mut stream = Stream::new(&["base"], 0, 0);
        for _ in 0..100 {
            let numbers: Vec<Rational> =
                (0..6).map(|_| ratio(stream.integer(1, 5000), stream.integer(1, 5000))).collect();
            let base = coprime_base(&numbers);
            for (place, member) in base.iter().enumerate() {
                assert!(*member > 1);
                assert!(base[..place].iter().all(|other| Integer::from(other.gcd_ref(member)) == 1), "{base:?}");
            }
            for number in &numbers {
                let powers = Logarithms::of(number).over(&base);
                let product = base.iter().zip(&powers[1..]).fold(Rational::from(1), |product, (member, power)| {
                    product * Field::powi(&Rational::from(member), power.numer().to_i32().expect("a small power"))
                });
                assert_eq!(product, *number);
            }
        }
        assert_eq!(coprime_base(&[ratio(12, 1), ratio(18, 1)]), [2, 3]);
        assert_eq!(coprime_base(&[ratio(35, 6), ratio(6, 35)]), [6, 35]);
        assert!(coprime_base(&[ratio(1, 1)]).is_empty());
    }

    /// A second route to whether a sum is 0, and to its sign: an enclosure of its value, and its value in 512 bits.
    #[test]
    fn the_decision_agrees_with_the_number() {
        let mut stream = Stream::new(&["number"], 0, 0);
        for round in 0..100 {
            let sum = drawn(&mut stream);
            // Every other sum is 0 in disguise: the logarithms of the products of pairs, less their parts.
            let sum = if round % 2 == 0 {
                let other = drawn(&mut stream);
                let numbers: Vec<Rational> = other.coefficients.keys().cloned().collect();
                let product: Rational = numbers.iter().fold(Rational::from(1), |product, number| product * number);
                numbers.iter().fold(Logarithms::of(&product), |rest, number| rest - Logarithms::of(number))
            } else {
                sum
            };
            let enclosed = sum.value::<Interval<256>>();
            let decided = if sum.is_zero() { Some(Sign::Zero) } else { sum.value::<Mp<512>>().sign() };
            assert_eq!(sum.is_zero(), enclosed.sign().is_none_or(|sign| sign == Sign::Zero), "{sum:?}");
            assert_eq!(sum.sign(), decided, "{sum:?}");
            assert!(round % 2 == 1 || sum.is_zero());
        }
    }

    /// Coordinates are with respect to one base of all sums: equal sums have equal coordinates, however they are written.
    #[test]
    fn coordinates_compare_sums() {
        let [left, right] = coordinates([&ln(12, 1), &(ln(2, 1).scaled(&ratio(2, 1)) + ln(3, 1))]);
        assert_eq!(left, right);
        assert_eq!(left, [ratio(0, 1), ratio(2, 1), ratio(1, 1)]);
        assert_ne!(ln(2, 1), Logarithms::rational(&ratio(7, 10)));
        let relation = equality::<Rational>("product", vec![("ln 1", ln(1, 1))], vec![("0", Logarithms::default())]);
        assert_eq!(relation.terms().map(|term| term.value.len()).collect::<Vec<_>>(), [1, 1]);
    }

    #[test]
    #[should_panic(expected = "only positive numbers have a logarithm, not -1/2")]
    fn a_negative_number_has_no_logarithm() {
        Logarithms::of(&ratio(-1, 2));
    }
}
