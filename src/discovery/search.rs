//! From random points to generators that are verified at fresh points.

use super::DiscoveryError;
use super::affine::{Affine, echelon};
use super::ansatz::{Ansatz, Direction};
use super::points;
use crate::linalg::elimination::{Elimination, Pivoting};
use crate::model::{Carrier, Network};
use crate::scalar::{Branch, Magnitude, Measured, Rational};
use rayon::prelude::*;

/// So many points in a row have to give nothing new before the solutions are looked at.
const QUIET: usize = 32;
/// Points that are evaluated at a time.
const BATCH: usize = 64;
/// Points without gradient in a row after which the search for others is given up.
const PATIENCE: u64 = 4096;

/// Evaluation in one scalar, elimination in another.
pub struct Road<E, S> {
    /// From evaluated numbers to those of the elimination.
    pub convert: fn(&E) -> S,
    /// From a solution's coefficient to a fraction.
    pub lift: fn(&S) -> Option<Rational>,
    /// The bits of floats; none for exact arithmetic.
    pub bits: Option<u32>,
}

/// What a search came to.
pub struct Found {
    /// A reduced basis of all generators within the ansatz.
    pub generators: Vec<Affine>,
    /// Points that gave equations.
    pub equations: usize,
    /// The rank of the equations, all pieces together.
    pub rank: usize,
    /// Fresh points with a gradient at which all were verified.
    pub verified: usize,
    /// How often verification began.
    pub rounds: usize,
    /// Points without gradient.
    pub dead: usize,
    /// The smallest pivot accepted, the largest rejected.
    pub pivots: [Magnitude; 2],
    /// The worst relative residual at fresh points.
    pub residual: Magnitude,
}

/// A point and the gradient of a sample there.
type Evaluation<E> = (Vec<E>, Vec<E>);

/// Evaluations of one purpose, made as they are asked for and kept for all pieces.
struct Bank<'a, E> {
    network: &'a Network,
    purpose: String,
    seed: u64,
    next: u64,
    live: Vec<Evaluation<E>>,
    dead: usize,
}

impl<'a, E: Carrier + Measured> Bank<'a, E> {
    fn new(network: &'a Network, purpose: String, seed: u64) -> Self {
        Bank { network, purpose, seed, next: 0, live: Vec::new(), dead: 0 }
    }

    /// Makes sure of so many evaluations with a gradient that is not zero.
    fn fill(&mut self, count: usize) -> Result<(), DiscoveryError> {
        let model = E::model(self.network).expect("a scalar in which the network runs");
        let mut last = self.next;
        while self.live.len() < count {
            let batch: Vec<Evaluation<E>> = (self.next..self.next + BATCH as u64)
                .into_par_iter()
                .map(|index| {
                    let (theta, sample) = points::point(self.network, &self.purpose, self.seed, index);
                    let theta = points::numbers(&theta);
                    let gradient = model.gradient(&theta, &points::converted(&sample));
                    (theta, gradient)
                })
                .collect();
            self.next += BATCH as u64;
            for (theta, gradient) in batch {
                let finite = gradient.iter().all(|entry| entry.obstacle().is_none());
                if finite && gradient.iter().any(|entry| !entry.is_zero()) {
                    self.live.push((theta, gradient));
                    last = self.next;
                } else {
                    self.dead += 1;
                }
            }
            if self.next > last + PATIENCE {
                return Err(DiscoveryError::Constant { evaluations: self.dead });
            }
        }
        Ok(())
    }
}

/// The coefficients of the unknowns in `(B theta + v)^T g = 0`.
fn equation<E, S: Pivoting>(road: &Road<E, S>, piece: &[Direction], (theta, gradient): &Evaluation<E>) -> Vec<S> {
    let convert = |numbers: &[E]| -> Vec<S> { numbers.iter().map(road.convert).collect() };
    let (theta, gradient) = (convert(theta), convert(gradient));
    let mut scratch = S::zero();
    let mut row: Vec<S> = piece
        .iter()
        .map(|direction| {
            let mut sum = S::zero();
            for (row, column) in direction {
                match theta.get(*column) {
                    Some(parameter) => sum.add_product(&gradient[*row], parameter, &mut scratch),
                    None => sum += &gradient[*row],
                }
            }
            sum
        })
        .collect();
    S::scale(&mut row);
    row
}

/// The largest relative residual that counts as zero.
fn tolerance(bits: Option<u32>) -> Magnitude {
    bits.map_or_else(Magnitude::zero, |bits| Magnitude::power_of_two(40 - bits as i32))
}

/// Searches all pieces, and verifies what is found at `verifications` fresh points.
///
/// # Errors
/// [`DiscoveryError`].
pub fn run<E, S>(
    network: &Network,
    seed: u64,
    ansatz: &Ansatz,
    road: &Road<E, S>,
    verifications: usize,
) -> Result<Found, DiscoveryError>
where
    E: Carrier + Measured + Branch<Mask = bool>,
    S: Pivoting,
{
    let parameters = network.parameter_count();
    let mut equations = Bank::<E>::new(network, "equation".to_owned(), seed);
    let mut fresh = Bank::<E>::new(network, "verification 1".to_owned(), seed);
    let mut found = Found {
        generators: Vec::new(),
        equations: 0,
        rank: 0,
        verified: verifications,
        rounds: 1,
        dead: 0,
        pivots: [Magnitude::infinite(), Magnitude::zero()],
        residual: Magnitude::zero(),
    };
    for piece in &ansatz.pieces {
        let mut elimination = Elimination::<S>::new(piece.len());
        let mut used = 0;
        let generators = loop {
            let mut quiet = 0;
            while quiet < QUIET {
                equations.fill(used + BATCH)?;
                let mut rows: Vec<Vec<S>> = equations.live[used..used + BATCH]
                    .par_iter()
                    .map(|evaluation| {
                        let mut row = equation(road, piece, evaluation);
                        elimination.reduce(&mut row, 0);
                        row
                    })
                    .collect();
                used += BATCH;
                let before = elimination.rank();
                for mut row in rows.drain(..) {
                    elimination.reduce(&mut row, before);
                    quiet = if elimination.insert(row) { 0 } else { quiet + 1 };
                }
            }
            check_gap(&elimination.pivots, road.bits)?;
            let generators = lifted(parameters, piece, &elimination.null_space(), road)?;
            fresh.fill(verifications)?;
            match verify(&generators, &fresh.live[..verifications], &tolerance(road.bits)) {
                Ok(residual) => {
                    if residual > found.residual {
                        found.residual = residual;
                    }
                    break generators;
                }
                Err(place) => {
                    let mut row = equation(road, piece, &fresh.live[place]);
                    elimination.reduce(&mut row, 0);
                    if !elimination.insert(row) {
                        return Err(unclear(&elimination.pivots, road.bits));
                    }
                    // What has been used is not fresh any more.
                    found.rounds += 1;
                    found.dead += fresh.dead;
                    fresh = Bank::new(network, format!("verification {}", found.rounds), seed);
                }
            }
        };
        found.equations += used;
        found.rank += elimination.rank();
        let [accepted, rejected] = elimination.pivots;
        if accepted < found.pivots[0] {
            found.pivots[0] = accepted;
        }
        if rejected > found.pivots[1] {
            found.pivots[1] = rejected;
        }
        found.generators.extend(generators);
    }
    found.dead += equations.dead + fresh.dead;
    let rows = found.generators.iter().map(|generator| generator.entries().clone());
    found.generators = echelon(rows).into_iter().map(|row| Affine::new(parameters, row)).collect();
    Ok(found)
}

fn unclear(pivots: &[Magnitude; 2], bits: Option<u32>) -> DiscoveryError {
    match bits {
        None => DiscoveryError::NotRational,
        Some(bits) => {
            let [accepted, rejected] = pivots.each_ref().map(ToString::to_string);
            DiscoveryError::UnclearRank { bits, accepted, rejected }
        }
    }
}

/// Between the smallest pivot accepted and the largest rejected there has to lie a quarter of the bits.
fn check_gap(pivots: &[Magnitude; 2], bits: Option<u32>) -> Result<(), DiscoveryError> {
    let Some(working) = bits else { return Ok(()) };
    let enough = pivots[0].scaled(-(working as i32) / 4) >= pivots[1];
    if enough { Ok(()) } else { Err(unclear(pivots, bits)) }
}

fn lifted<E, S: Pivoting>(
    parameters: usize,
    piece: &[Direction],
    solutions: &[Vec<(usize, S)>],
    road: &Road<E, S>,
) -> Result<Vec<Affine>, DiscoveryError> {
    let mut rows = Vec::with_capacity(solutions.len());
    for solution in solutions {
        let mut entries = Vec::new();
        for (place, value) in solution {
            let coefficient = (road.lift)(value).ok_or(DiscoveryError::NotRational)?;
            if !coefficient.is_zero() {
                entries.extend(piece[*place].iter().map(|place| (*place, coefficient.clone())));
            }
        }
        rows.push(Affine::new(parameters, entries).entries().clone());
    }
    Ok(echelon(rows).into_iter().map(|row| Affine::new(parameters, row)).collect())
}

/// The worst relative residual of all generators, or the first evaluation at which one is too large.
fn verify<E: Branch<Mask = bool> + Measured>(
    generators: &[Affine],
    evaluations: &[Evaluation<E>],
    tolerance: &Magnitude,
) -> Result<Magnitude, usize> {
    let residual = |(theta, gradient): &Evaluation<E>| {
        let mut worst = Magnitude::zero();
        for generator in generators {
            let (sum, size) = generator.equation(theta, gradient);
            let relative = Magnitude::ratio_above(&sum.magnitude(), &size.mignitude());
            if relative > worst {
                worst = relative;
            }
        }
        worst
    };
    let residuals: Vec<Magnitude> = evaluations.par_iter().map(residual).collect();
    let mut worst = Magnitude::zero();
    for (place, residual) in residuals.into_iter().enumerate() {
        if residual > *tolerance {
            return Err(place);
        }
        if residual > worst {
            worst = residual;
        }
    }
    Ok(worst)
}

/// The worst relative residual of some generators at fresh points, in another precision.
pub fn worst_residual<E>(network: &Network, seed: u64, generators: &[Affine]) -> Magnitude
where
    E: Carrier + Measured + Branch<Mask = bool>,
{
    const POINTS: usize = 64;
    let mut bank = Bank::<E>::new(network, "second precision".to_owned(), seed);
    if bank.fill(POINTS).is_err() {
        return Magnitude::infinite();
    }
    verify(generators, &bank.live[..POINTS], &Magnitude::infinite()).unwrap_or_else(|_| Magnitude::infinite())
}
