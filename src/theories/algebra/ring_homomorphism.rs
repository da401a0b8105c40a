//! `algebra/ring-homomorphism`: single potentials are additive and multiplicative in the units, sums of them are additive only.
//!
//! ```text
//! r(z + z') = r(z) + r(z'),  r(z * z') = r(z) r(z');   s = sum_q r_q:  s(z + z') = s(z) + s(z'),  s(z * z') = sum_q r_q(z) r_q(z')
//! ```
//!
//! `z + z'` are the units of both, `z * z'` all products of one of each, frequency by frequency. Source: [`COMPOSING`], [`SYMBOLIC`].

use super::loss_decomposition::Weights;
use super::network::{Factors, Group, Spectrum, Unit, coordinates, potential};
use super::{COMPOSING, SYMBOLIC};
use crate::exact::cyclotomic::Cyclotomic;
use crate::scalar::{Field, Rational};
use crate::theories::carried::carried;
use crate::verify::{
    Claim, Class, Draw, Drawn, Draws, Exact, In, Independent, Numbers, Relation, Term, Unjudged, all, control,
};

/// The potentials of sums and products of networks.
#[derive(Clone, Copy)]
pub(super) struct RingHomomorphism {
    said: Said,
}

#[derive(Clone, Copy, PartialEq)]
enum Said {
    Law,
    /// The sums of potentials are multiplicative.
    Aggregated,
    /// `sum_j (z_a,1 + z_b,1) z_c,1` is multiplicative.
    Linear,
    /// Products value by value are meant.
    ByValue,
}

/// The law.
pub(super) const LAW: RingHomomorphism = RingHomomorphism { said: Said::Law };

/// `algebra/ring-homomorphism`
pub static CLAIM: Claim = Claim {
    id: "algebra/ring-homomorphism",
    title: "potentials are homomorphisms, their sums are not",
    statement: "z + z' the units of both networks, z * z' all products of a unit of each, frequency by frequency: r and r_p are additive and multiplicative, \
        while the sums s = sum_q r_p(q, m - q, k) and sum_p sum_q r_p(q, -q, k) of the loss are additive and s(z * z') = sum_q r_q(z) r_q(z'); \
        so s vanishes for z * z' with every z' if and only if each r_q(z), those of q and m - q taken together, does",
    hypotheses: &[
        "potentials as in algebra/loss-decomposition; the product of two units has the values (1/d) sum_h a(h) a'(g - h), and so for b and w",
        "checked on the cyclic group of five elements with two and three units of real values; products are taken of the values, potentials of their coefficients",
        "the second half is proved; the control `aggregated` shows a sum that cancels, and does not after multiplication",
    ],
    references: &[COMPOSING, SYMBOLIC],
    builds_on: &[],
    law: &[all(&Independent(Exact(LAW)))],
    controls: &[
        control(
            "aggregated",
            "sums of potentials taken for multiplicative",
            &Independent(Exact(RingHomomorphism { said: Said::Aggregated })),
        ),
        control(
            "linear",
            "sum_j (z_a,1 + z_b,1) z_c,1 taken for multiplicative",
            &Independent(Exact(RingHomomorphism { said: Said::Linear })),
        ),
        control(
            "by-value",
            "products of the values at each element of the group",
            &Independent(Exact(RingHomomorphism { said: Said::ByValue })),
        ),
    ],
};

const GROUP: Group = Group(&[5]);
type Number = Cyclotomic<5>;

/// Two networks.
pub(super) struct Pair {
    pub(super) first: Weights,
    pub(super) second: Weights,
}

impl Drawn for Pair {
    fn class(&self) -> Class {
        Class::Awkward
    }
    fn is_algebraic(&self) -> bool {
        true
    }
    fn describe(&self) -> String {
        format!("{} and {} units on Z/5", self.first.units.len(), self.second.units.len())
    }
    fn numbers(&self) -> Vec<Numbers> {
        [self.first.numbers(), self.second.numbers()].concat()
    }
}

impl Draws for RingHomomorphism {
    type Instance = Pair;

    fn draw(&self, draw: &mut Draw) -> Result<Pair, Unjudged> {
        let stream = &mut draw.own();
        let counts = if stream.coin() { [2, 3] } else { [3, 2] };
        let mut network = |count| Weights::draw(stream, GROUP, count, false);
        let (mut first, second) = (network(counts[0]), network(counts[1]));
        if self.said == Said::Aggregated {
            // Doubling is an automorphism: it exchanges the frequencies of a and b, and the sums over all of them cancel.
            let Unit { a, b, w } = first.units[0].clone();
            let doubled = |values: &[Rational]| (0..5).map(|g| values[2 * g % 5].clone()).collect();
            let other = Unit { a: doubled(&a), b: doubled(&b), w: w.iter().map(|value| -value.clone()).collect() };
            first.units = vec![Unit { a, b, w }, other];
        }
        Ok(Pair { first, second })
    }
}

/// All products of one of each.
fn product(first: &Weights, second: &Weights, is_by_value: bool) -> Vec<Unit<Rational>> {
    let values = |left: &[Rational], right: &[Rational]| -> Vec<Rational> {
        let at = |g: usize| -> Rational {
            if is_by_value {
                return Rational::from(&left[g] * &right[g]);
            }
            let sum: Rational = (0..5).map(|h| Rational::from(&left[h] * &right[GROUP.sum(g, GROUP.minus(h))])).sum();
            sum / 5
        };
        (0..5).map(at).collect()
    };
    let pairs = first.units.iter().flat_map(|left| second.units.iter().map(move |right| (left, right)));
    pairs
        .map(|(left, right)| Unit {
            a: values(&left.a, &right.a),
            b: values(&left.b, &right.b),
            w: values(&left.w, &right.w),
        })
        .collect()
}

fn spectra(units: &[Unit<Rational>]) -> Vec<Spectrum<5>> {
    units.iter().map(|unit| Spectrum::of(GROUP, unit)).collect()
}

/// Places of some potentials: one of each kind and several frequencies.
const PLACES: [(Factors, [usize; 3]); 6] = [
    (Factors::Mixed, [1, 1, 1]),
    (Factors::Mixed, [1, 2, 3]),
    (Factors::A, [1, 1, 2]),
    (Factors::A, [2, 4, 1]),
    (Factors::B, [3, 3, 1]),
    (Factors::B, [1, 4, 2]),
];

/// What is summed over the frequencies: at `m = 0` over both inputs.
fn summands(units: &[Spectrum<5>], m: usize, k: usize) -> Vec<Number> {
    let kinds: &[Factors] = if m == 0 { &[Factors::A, Factors::B] } else { &[Factors::A] };
    let frequencies = || (1..5).filter(move |&q| q != m);
    let of = |&factors: &Factors| {
        frequencies().map(move |q| potential(units, factors, [q, GROUP.sum(m, GROUP.minus(q)), k])).collect::<Vec<_>>()
    };
    kinds.iter().flat_map(of).collect()
}

fn total(numbers: &[Number]) -> Number {
    numbers.iter().fold(Number::from(Rational::new()), |sum, number| sum + number)
}

/// Frequencies `(m, k)` of some sums.
const SUMS: [(usize, usize); 3] = [(0, 1), (1, 1), (3, 2)];

impl<T: Field> In<T> for RingHomomorphism {
    fn relations(&self, pair: &Pair) -> Result<Vec<Relation<T>>, Unjudged> {
        let both = [&pair.first.units[..], &pair.second.units].concat();
        let products = product(&pair.first, &pair.second, self.said == Said::ByValue);
        let [z, other, sum, product] =
            [&pair.first.units, &pair.second.units, &both, &products].map(|units| spectra(units));
        let equality =
            |kind: &'static str, left: (&'static str, Vec<Number>), right: Vec<(&'static str, Vec<Number>)>| {
                let term = |(name, numbers): (&'static str, Vec<Number>)| Term::vector(name, coordinates(&numbers));
                Relation::equality(kind, vec![term(left)], right.into_iter().map(term).collect())
            };
        let each = |units: &[Spectrum<5>]| PLACES.map(|(factors, place)| potential(units, factors, place)).to_vec();
        let linear = |units: &[Spectrum<5>]| {
            let of = |unit: &Spectrum<5>| (unit.a[1].clone() + &unit.b[1]) * &unit.c[1];
            vec![total(&units.iter().map(of).collect::<Vec<_>>())]
        };
        let sums = |units: &[Spectrum<5>]| SUMS.map(|(m, k)| total(&summands(units, m, k))).to_vec();
        let times = |left: Vec<Number>, right: Vec<Number>| {
            left.into_iter().zip(right).map(|(left, right)| left * right).collect::<Vec<_>>()
        };
        let multiplied = match self.said {
            Said::Law | Said::ByValue => ("r(z * z')", each(&product)),
            Said::Aggregated => ("s(z * z')", sums(&product)),
            Said::Linear => ("t(z * z')", linear(&product)),
        };
        let factors = match self.said {
            Said::Law | Said::ByValue => ("r(z) r(z')", times(each(&z), each(&other))),
            Said::Aggregated => ("s(z) s(z')", times(sums(&z), sums(&other))),
            Said::Linear => ("t(z) t(z')", times(linear(&z), linear(&other))),
        };
        let mut relations = vec![equality("products", multiplied, vec![factors])];
        if self.said == Said::Law {
            relations.push(equality(
                "unions",
                ("r(z + z')", each(&sum)),
                vec![("r(z)", each(&z)), ("r(z')", each(&other))],
            ));
            relations.push(equality(
                "sums of potentials in unions",
                ("s(z + z')", sums(&sum)),
                vec![("s(z)", sums(&z)), ("s(z')", sums(&other))],
            ));
            let paired = SUMS.map(|(m, k)| total(&times(summands(&z, m, k), summands(&other, m, k)))).to_vec();
            relations.push(equality(
                "sums of potentials in products",
                ("s(z * z')", sums(&product)),
                vec![("sum_q r_q(z) r_q(z')", paired)],
            ));
        }
        Ok(carried(relations))
    }
}
