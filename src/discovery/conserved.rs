//! Polynomials of the parameters that gradient flow conserves, whatever the data.
//!
//! Along `theta' = -grad L` a polynomial Q changes by `-grad Q . grad L`. It stays the same for every data set if and only if
//!
//! ```text
//! grad Q(theta) . g(theta; z) = 0      for every theta and every sample z,
//! ```
//!
//! one linear equation in the coefficients of Q for each random point and sample: the conserved polynomials up to a degree are a null space. Those of degree 1 belong
//! to translations, those of degree 2 to linear generators with a symmetric matrix; products of conserved quantities are conserved, and what is counted is new: no
//! polynomial in those of lower degree.
//!
//! A step of SGD, `theta - eta g`, adds `Q(theta - eta g) - Q(theta)`, in which the term linear in `eta` vanishes: nothing for degree 1, `eta^2 Q_2(g)` with the quadratic part
//! `Q_2` for degree 2, and `eta^2/2 g^T Q''(theta) g + O(eta^3)` beyond.

use super::affine::echelon;
use super::blocks::{self, Block};
use super::formula::parameter;
use super::search::Road;
use super::sparse::sparse_basis;
use super::{DiscoveryError, Settings, points, snapped_small};
use crate::linalg::elimination::{Elimination, Pivoting};
use crate::model::{Carrier, Network};
use crate::scalar::{Branch, Field, Magnitude, Measured, Mp, Rational, Residue, reconstructed};
use num_traits::Zero;
use rayon::prelude::*;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// The highest degree.
pub const HIGHEST_DEGREE: u32 = 6;
/// The most monomials, modulo a prime and in floats.
const MOST_MONOMIALS: [usize; 2] = [700, 250];
/// Points that are evaluated at a time; so many without a new equation end a search; so many without gradient too.
const BATCH: u64 = 64;
const QUIET: usize = 32;
const PATIENCE: u64 = 4096;
/// Fresh points at which every polynomial is verified, and how often at most.
const FRESH: usize = 64;
const ROUNDS: usize = 8;

/// The powers of the parameters. Those of higher degree come first, and of equal degree those of earlier parameters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Monomial(Reverse<(u32, Vec<u32>)>);

impl Monomial {
    fn new(powers: Vec<u32>) -> Self {
        Monomial(Reverse((powers.iter().sum(), powers)))
    }

    /// The sum of the powers.
    pub fn degree(&self) -> u32 {
        (self.0).0.0
    }

    /// The power of each parameter.
    pub fn powers(&self) -> &[u32] {
        &(self.0).0.1
    }

    /// The blocks whose parameters it has.
    fn regions(&self, blocks: &[Block]) -> Vec<usize> {
        let has = |block: &Block| self.powers()[block.range()].iter().any(|power| *power > 0);
        (0..blocks.len()).filter(|block| has(&blocks[*block])).collect()
    }

    fn value<T: Field>(&self, at: &[T]) -> T {
        self.powers()
            .iter()
            .zip(at)
            .filter(|(power, _)| **power > 0)
            .fold(T::one(), |product, (power, number)| (0..*power).fold(product, |product, _| product * number))
    }

    /// `grad m . g`
    fn slope<T: Field>(&self, theta: &[T], gradient: &[T]) -> T {
        let mut sum = T::zero();
        for (place, power) in self.powers().iter().enumerate().filter(|(_, power)| **power > 0) {
            let mut lower = self.powers().to_vec();
            lower[place] -= 1;
            sum += Monomial::new(lower).value(theta) * T::integer(i64::from(*power)) * &gradient[place];
        }
        sum
    }
}

/// A polynomial by its monomials, none with the coefficient 0.
pub type Polynomial = BTreeMap<Monomial, Rational>;

fn degree(polynomial: &Polynomial) -> u32 {
    polynomial.keys().next().map_or(0, Monomial::degree)
}

fn times(one: &Polynomial, other: &Polynomial) -> Polynomial {
    let mut product = Polynomial::new();
    for (first, coefficient) in one {
        for (second, factor) in other {
            let powers = first.powers().iter().zip(second.powers()).map(|(a, b)| a + b).collect();
            *product.entry(Monomial::new(powers)).or_default() += Rational::from(coefficient * factor);
        }
    }
    product.retain(|_, coefficient| *coefficient != 0);
    product
}

/// What gradient flow conserves.
#[derive(Clone, Debug)]
pub struct Conserved {
    /// The model in words.
    pub model: String,
    /// Its parameters.
    pub blocks: Vec<Block>,
    /// The degree up to which was searched.
    pub degree: u32,
    /// How many monomials there are up to it.
    pub monomials: usize,
    /// The dimensions of the spaces of conserved polynomials without constant up to each degree from 1 on.
    pub dimensions: Vec<usize>,
    /// Generators: of every degree those that are no polynomials in those of lower degree.
    pub quantities: Vec<Polynomial>,
    /// Equations that were used, and their rank.
    pub equations: [usize; 2],
    /// Fresh points at which all was verified.
    pub verified: usize,
    /// The precision, where the model is not rational.
    pub bits: Option<u32>,
}

impl Conserved {
    /// A quantity in words.
    pub fn in_words(&self, quantity: &Polynomial) -> String {
        written(&self.blocks, quantity, "")
    }

    /// What a step of SGD without decay adds to it on average.
    pub fn added(&self, quantity: &Polynomial) -> String {
        match degree(quantity) {
            1 => "0".to_owned(),
            2 => {
                let squares = quantity.iter().filter(|(monomial, _)| monomial.degree() == 2);
                let squares = squares.map(|(monomial, coefficient)| (monomial.clone(), coefficient.clone())).collect();
                format!("eta^2 E[{}]", written(&self.blocks, &squares, "g_"))
            }
            _ => "eta^2/2 E[g^T Q'' g] + O(eta^3)".to_owned(),
        }
    }

    /// How many quantities of a degree are new.
    pub fn count(&self, of: u32) -> usize {
        self.quantities.iter().filter(|quantity| degree(quantity) == of).count()
    }
}

fn written(blocks: &[Block], polynomial: &Polynomial, before: &str) -> String {
    let mut text = String::new();
    for (monomial, coefficient) in polynomial {
        let size = coefficient.clone().abs();
        let factors = monomial.powers().iter().enumerate().filter(|(_, power)| **power > 0).map(|(place, power)| {
            let name = format!("{before}{}", parameter(blocks, place));
            if *power == 1 { name } else { format!("{name}^{power}") }
        });
        let factors: Vec<String> = (size != 1).then(|| size.to_string()).into_iter().chain(factors).collect();
        text += match (text.is_empty(), *coefficient < 0) {
            (true, false) => "",
            (true, true) => "-",
            (false, false) => " + ",
            (false, true) => " - ",
        };
        text += &factors.join(" ");
    }
    text
}

/// Finds the polynomials that gradient flow of a network conserves up to a degree.
///
/// # Errors
/// [`DiscoveryError`]
pub fn conserved(network: &Network, settings: &Settings, degree: u32) -> Result<Conserved, DiscoveryError> {
    let blocks = blocks::of(network);
    let name = network.to_string();
    if network.is_algebraic() {
        return exactly(name, blocks, degree, &|purpose, index| at::<Rational>(network, settings.seed, purpose, index));
    }
    macro_rules! in_floats {
        ($($bits:literal),*) => {
            match settings.precision {
                $($bits => {
                    let road = Road::<Mp<$bits>, Mp<$bits>> { convert: Clone::clone, lift: snapped_small::<$bits>, bits: Some($bits) };
                    run(name, blocks, degree, &road, &|purpose, index| at(network, settings.seed, purpose, index))
                })*
                bits => Err(DiscoveryError::Precision(bits)),
            }
        };
    }
    in_floats!(64, 128, 256, 512, 1024, 2048, 4096)
}

/// The same of any model whose loss is rational, from its parameters and a sample's gradient at points that `evaluate` draws, for a purpose and a number.
///
/// # Errors
/// [`DiscoveryError`]
pub fn exactly(
    model: String,
    blocks: Vec<Block>,
    degree: u32,
    evaluate: &Evaluate<'_, Rational>,
) -> Result<Conserved, DiscoveryError> {
    let road = Road::<Rational, Residue> { convert: Residue::from_rational, lift: reconstructed, bits: None };
    run(model, blocks, degree, &road, evaluate)
}

/// Parameters and the gradient of a sample's loss.
pub type Evaluate<'a, E> = dyn Fn(&str, u64) -> (Vec<E>, Vec<E>) + Sync + 'a;

fn at<E: Carrier>(network: &Network, seed: u64, purpose: &str, index: u64) -> (Vec<E>, Vec<E>) {
    let (theta, sample) = points::point(network, purpose, seed, index);
    let theta: Vec<E> = points::numbers(&theta);
    let model = E::model(network).expect("a scalar in which the network runs");
    let gradient = model.gradient(&theta, &points::converted(&sample));
    (theta, gradient)
}

/// All monomials of the degrees from 1 on.
fn monomials(parameters: usize, degree: u32) -> Vec<Monomial> {
    let mut all = Vec::new();
    let mut last = vec![vec![0; parameters]];
    for _ in 0..degree {
        let mut next = Vec::new();
        for powers in &last {
            // A power is raised at the last parameter that has one, or behind it, so that each comes once.
            let from = powers.iter().rposition(|power| *power > 0).unwrap_or(0);
            for place in from..parameters {
                let mut powers: Vec<u32> = powers.clone();
                powers[place] += 1;
                next.push(powers);
            }
        }
        all.extend(next.iter().cloned().map(Monomial::new));
        last = next;
    }
    all
}

/// The binomial coefficient `C(parameters + degree, degree) - 1`.
fn count(parameters: usize, degree: u32) -> usize {
    (1..=degree as usize).fold(1_usize, |count, step| count.saturating_mul(parameters + step) / step) - 1
}

fn run<E, S>(
    model: String,
    blocks: Vec<Block>,
    degree: u32,
    road: &Road<E, S>,
    evaluate: &Evaluate<'_, E>,
) -> Result<Conserved, DiscoveryError>
where
    E: Branch + Measured,
    S: Pivoting,
{
    let parameters = blocks.last().map_or(0, |block| block.range().end);
    let limit = MOST_MONOMIALS[usize::from(road.bits.is_some())];
    let unknowns = count(parameters, degree);
    if unknowns > limit {
        return Err(DiscoveryError::TooManyMonomials { parameters, degree, unknowns, limit });
    }
    let monomials = monomials(parameters, degree);
    let mut elimination = Elimination::<S>::new(monomials.len());
    let mut equations = 0;
    let mut start = 0;
    for round in 0..ROUNDS {
        let mut quiet = 0;
        let mut seen = start;
        while quiet < QUIET && elimination.rank() < monomials.len() {
            let batch: Vec<_> =
                (start..start + BATCH).into_par_iter().map(|index| evaluate("conserved", index)).collect();
            start += BATCH;
            for (theta, gradient) in batch {
                if gradient.iter().any(|entry| entry.obstacle().is_some()) || gradient.iter().all(Zero::is_zero) {
                    continue;
                }
                seen = start;
                equations += 1;
                let convert = |numbers: &[E]| -> Vec<S> { numbers.iter().map(road.convert).collect() };
                let (theta, gradient) = (convert(&theta), convert(&gradient));
                let mut row: Vec<S> = monomials.iter().map(|monomial| monomial.slope(&theta, &gradient)).collect();
                S::scale(&mut row);
                elimination.reduce(&mut row, 0);
                quiet = if elimination.insert(row) { 0 } else { quiet + 1 };
            }
            if start > seen + PATIENCE {
                return Err(DiscoveryError::Constant { evaluations: start as usize });
            }
        }
        let lifted: Option<Vec<Polynomial>> =
            elimination.null_space().iter().map(|vector| polynomial(&monomials, vector, road)).collect();
        let found = lifted.ok_or(DiscoveryError::NotRational)?;
        let purpose = format!("conserved, verified {round}");
        if let Some(verified) = verified(&found, road.bits, &|index| evaluate(&purpose, index)) {
            let basis = echelon(found);
            let (dimensions, quantities) = generators(&basis, degree, &blocks);
            let equations = [equations, elimination.rank()];
            let monomials = monomials.len();
            return Ok(Conserved {
                model,
                blocks,
                degree,
                monomials,
                dimensions,
                quantities,
                equations,
                verified,
                bits: road.bits,
            });
        }
    }
    let [accepted, rejected] = elimination.pivots.each_ref().map(ToString::to_string);
    Err(DiscoveryError::UnclearRank { bits: road.bits.unwrap_or(0), accepted, rejected })
}

fn polynomial<E, S>(monomials: &[Monomial], vector: &[(usize, S)], road: &Road<E, S>) -> Option<Polynomial> {
    let mut polynomial = Polynomial::new();
    for (place, value) in vector {
        let coefficient = (road.lift)(value)?;
        if coefficient != 0 {
            polynomial.insert(monomials[*place].clone(), coefficient);
        }
    }
    Some(polynomial)
}

/// Whether every polynomial is conserved at fresh points, and what a step adds to those of degree at most 2 is what is said; at how many points.
fn verified<E: Branch + Measured>(
    found: &[Polynomial],
    bits: Option<u32>,
    evaluate: &(dyn Fn(u64) -> (Vec<E>, Vec<E>) + Sync),
) -> Option<usize> {
    let tolerance = bits.map_or_else(Magnitude::zero, |bits| Magnitude::power_of_two(40 - bits as i32));
    let small = |residual: E, size: E| Magnitude::ratio_above(&residual.magnitude(), &size.mignitude()) <= tolerance;
    let points: Vec<(Vec<E>, Vec<E>)> = (0..4 * FRESH as u64).into_par_iter().map(evaluate).collect();
    let usable = |(_, gradient): &(Vec<E>, Vec<E>)| {
        gradient.iter().all(|entry| entry.obstacle().is_none()) && !gradient.iter().all(Zero::is_zero)
    };
    let points: Vec<_> = points.into_iter().filter(usable).take(FRESH).collect();
    let rate = E::ratio(1, 8);
    let holds = |(theta, gradient): &(Vec<E>, Vec<E>)| {
        let next: Vec<E> =
            theta.iter().zip(gradient).map(|(theta, slope)| theta.clone() - E::product(&rate, slope)).collect();
        found.iter().all(|polynomial| {
            let (mut slope, mut added, mut size) = (E::zero(), E::zero(), E::one());
            for (monomial, coefficient) in polynomial {
                let coefficient = E::from_rational(coefficient);
                let term = monomial.slope(theta, gradient) * &coefficient;
                size += term.absolute();
                slope += term;
                let change = monomial.value(&next) - monomial.value(theta);
                let square = if monomial.degree() == 2 { monomial.value(gradient) } else { E::zero() };
                let term = (change - square * &rate * &rate) * &coefficient;
                size += term.absolute();
                added += term;
            }
            small(slope, size.clone()) && (degree(polynomial) > 2 || small(added, size))
        })
    };
    points.par_iter().all(holds).then_some(points.len())
}

/// The dimensions up to each degree, and of every degree the polynomials that are none in those of lower degree.
fn generators(basis: &[Polynomial], highest: u32, blocks: &[Block]) -> (Vec<usize>, Vec<Polynomial>) {
    let up_to = |most: u32| basis.iter().filter(move |polynomial| degree(polynomial) <= most);
    let dimensions = (1..=highest).map(|degree| up_to(degree).count()).collect();
    let mut found: Vec<Polynomial> = Vec::new();
    for most in 1..=highest {
        let mut span = products(&found, most);
        let mut rank = echelon(span.iter().cloned()).len();
        let mut candidates =
            sparse_basis(up_to(most).cloned().collect(), &|monomial: &Monomial| monomial.regions(blocks));
        candidates.sort_by_key(|candidate| (degree(candidate), candidate.len()));
        for candidate in candidates {
            span.push(candidate.clone());
            let now = echelon(span.iter().cloned()).len();
            if now > rank {
                found.push(candidate);
                // Products with it have a higher degree, unless it is of degree 1 itself.
                span = products(&found, most);
                span.extend(found.iter().cloned());
                rank = echelon(span.iter().cloned()).len();
            } else {
                span.pop();
            }
        }
    }
    (dimensions, found)
}

/// All products of polynomials up to a degree, each by itself too.
fn products(found: &[Polynomial], most: u32) -> Vec<Polynomial> {
    let mut all: Vec<(usize, Polynomial)> =
        found.iter().cloned().enumerate().filter(|(_, polynomial)| degree(polynomial) <= most).collect();
    let mut start = 0;
    while start < all.len() {
        let (last, polynomial) = all[start].clone();
        for (place, factor) in found.iter().enumerate().skip(last) {
            if degree(&polynomial) + degree(factor) <= most {
                all.push((place, times(&polynomial, factor)));
            }
        }
        start += 1;
    }
    all.into_iter().map(|(_, polynomial)| polynomial).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use num_traits::One;

    #[test]
    fn there_are_as_many_monomials_as_are_counted() {
        for (parameters, degree) in [(1, 3), (3, 2), (4, 4), (12, 2)] {
            let mut all = monomials(parameters, degree);
            assert_eq!(all.len(), count(parameters, degree));
            all.sort();
            all.dedup();
            assert_eq!(all.len(), count(parameters, degree));
        }
    }

    /// `x^2 y` at (2, 3): its value, and its derivative along (5, 7), `2 x y 5 + x^2 7`.
    #[test]
    fn monomials_are_differentiated() {
        let monomial = Monomial::new(vec![2, 1]);
        let rational = |numbers: [i32; 2]| numbers.map(Rational::from).to_vec();
        assert_eq!(monomial.value(&rational([2, 3])), 12);
        assert_eq!(monomial.slope(&rational([2, 3]), &rational([5, 7])), 88);
    }

    /// Of `a` and `a^2, b^2, a b^2`: new are `a` and `b^2`.
    #[test]
    fn products_are_nothing_new() {
        let polynomial = |powers: [u32; 2]| Polynomial::from([(Monomial::new(powers.to_vec()), Rational::one())]);
        let basis = [[1, 0], [2, 0], [0, 2], [1, 2], [3, 0]].map(polynomial);
        let plane = Block { name: "theta".to_owned(), rows: 2, columns: 1, start: 0 };
        let (dimensions, found) = generators(&basis, 3, &[plane]);
        assert_eq!((dimensions, found), (vec![1, 3, 5], vec![polynomial([1, 0]), polynomial([0, 2])]));
    }
}
