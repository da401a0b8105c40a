//! The symmetries of a network, found from evaluations alone.
//!
//! An *affine generator* is a matrix `B` and a vector `v` with
//!
//! ```text
//! (B theta + v)^T g(theta; z) = 0      for every theta and every sample z
//! ```
//!
//! where `g` is the gradient of one sample's loss. Every random point gives one linear equation in the entries of `B` and `v`;
//! the generators are the null space. Nothing here knows the catalogue of [`crate::symmetry`].
//!
//! | module | step |
//! |---|---|
//! | [`blocks`] | the names of the parameters |
//! | [`points`] | random points and samples |
//! | [`ansatz`] | the maps among which generators are sought: all, or some if there are too many unknowns |
//! | [`affine`] | generators with rational coefficients, and exact reductions of them |
//! | [`parts`] | generators by kind |
//! | [`sparse`] | sparse bases of them |
//! | [`matrices`] | symmetries by all matrices of a size, each as one |
//! | [`search`] | from points to generators that are verified at fresh points: equations one after the other, until no new one comes |
//! | [`law`], [`formula`] | the balance law of each symmetric part, verified, and in words |
//! | [`signed`] | permutations and sign flips |
//! | [`structure`] | what is known of a composed network without a search |
//! | [`mod@conserved`] | polynomials that gradient flow conserves |
//!
//! *What is guaranteed.* A generator within the ansatz is never missed in exact arithmetic: every equation holds for it. That a
//! map found is a generator is checked at fresh points, exactly in the rationals or to full precision; [`Confidence`] says
//! how likely a wrong one is to pass (`docs/discovery.md`).

pub mod affine;
pub mod ansatz;
pub mod blocks;
pub mod conserved;
pub mod formula;
pub mod law;
pub mod matrices;
pub mod parts;
pub mod points;
pub mod search;
pub mod signed;
pub mod sparse;
pub mod structure;

use crate::linalg::elimination::Pivoting;
use crate::model::{Carrier, Network};
use crate::scalar::{Branch, Field, Magnitude, Measured, Mp, Rational, Recorded, Residue, reconstructed, snapped};
use affine::Affine;
use ansatz::Ansatz;
use law::Law;
use parts::Parts;
use search::{Found, Road};
use signed::SignedPermutations;

/// How to search.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Of all random numbers.
    pub seed: u64,
    /// Bits, where the network is not rational; from [`crate::scalar::MENU`].
    pub precision: u32,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DiscoveryError {
    /// The network is too large for every ansatz.
    #[error("{parameters} parameters are too many to search: at most {limit} are accepted")]
    TooLarge {
        /// Found.
        parameters: usize,
        /// Accepted.
        limit: usize,
    },
    /// There are too many monomials for a search of polynomials.
    #[error("{parameters} parameters have {unknowns} monomials up to degree {degree}: at most {limit} are searched")]
    TooManyMonomials {
        /// Found.
        parameters: usize,
        /// Asked for.
        degree: u32,
        /// Their number.
        unknowns: usize,
        /// Accepted.
        limit: usize,
    },
    /// No gradient was found that is not zero.
    #[error("the gradient is zero at each of {evaluations} random points: there is nothing to tell symmetries from")]
    Constant {
        /// Points tried.
        evaluations: usize,
    },
    /// Pivots do not fall into large and small ones.
    #[error(
        "the rank is not clear at {bits} bits: the smallest pivot accepted is {accepted}, the largest rejected {rejected}; raise the precision"
    )]
    UnclearRank {
        /// The working precision.
        bits: u32,
        /// The smallest pivot accepted.
        accepted: String,
        /// The largest pivot rejected.
        rejected: String,
    },
    /// A coefficient that is no fraction of small integers.
    #[error("a generator has a coefficient that is no fraction of small integers: it cannot be told exactly")]
    NotRational,
    /// A precision that is not on the menu.
    #[error("{0} is not a precision on the menu")]
    Precision(u32),
}

/// How sure the answer is.
#[derive(Clone, Debug)]
pub struct Confidence {
    /// Points that gave equations, all pieces of the ansatz together.
    pub equations: usize,
    /// The rank of the equations, added up over the pieces.
    pub rank: usize,
    /// Points with a gradient that is not zero at which every generator was verified; none of them was used before.
    pub verified: usize,
    /// Points that were skipped because the gradient is zero or not finite there.
    pub dead: usize,
    /// The same for a prime or for floats.
    pub kind: Evidence,
}

/// What the confidence rests on.
#[derive(Clone, Debug)]
pub enum Evidence {
    /// Elimination modulo a prime; generators verified in the rationals at points of a polynomial: a wrong one passes with a
    /// probability of at most `2^-bits` (Schwartz and Zippel).
    Polynomial {
        /// The exponent.
        bits: f64,
    },
    /// The same for a network in several pieces: one that is wrong at more than this share of points passes with a
    /// probability of at most `2^-32`.
    Pieces {
        /// Between 0 and 1.
        share: f64,
    },
    /// Elimination in floats.
    Numerical {
        /// The working precision, and another at which the generators were verified too.
        bits: [u32; 2],
        /// The smallest pivot accepted, the largest rejected.
        pivots: [Magnitude; 2],
        /// The worst relative residual of a generator at either precision.
        residuals: [Magnitude; 2],
        /// As for pieces.
        share: f64,
    },
}

/// What was found.
#[derive(Clone, Debug)]
pub struct Discovery {
    /// The network in words.
    pub network: String,
    /// Its parameters.
    pub blocks: Vec<blocks::Block>,
    /// What was searched.
    pub ansatz: Ansatz,
    /// The affine generators, by kind.
    pub parts: Parts,
    /// One for each independent symmetric part of a linear generator.
    pub balance_laws: Vec<Law>,
    /// What translations and mixed generators say at stationary points.
    pub affine_laws: Vec<Law>,
    /// Permutations and sign flips.
    pub signed: SignedPermutations,
    /// How sure all this is.
    pub confidence: Confidence,
}

/// The evaluations at which a generator is verified.
fn verifications(parameters: usize) -> usize {
    if parameters <= 64 { 1024 } else { 256 }
}

/// Finds the affine generators and the signed permutations of a network.
///
/// # Errors
/// [`DiscoveryError`].
pub fn discover(network: &Network, settings: &Settings) -> Result<Discovery, DiscoveryError> {
    if network.is_algebraic() {
        return exact(network, settings);
    }
    match settings.precision {
        64 => numerical::<64, 128>(network, settings),
        128 => numerical::<128, 64>(network, settings),
        256 => numerical::<256, 128>(network, settings),
        512 => numerical::<512, 256>(network, settings),
        1024 => numerical::<1024, 512>(network, settings),
        2048 => numerical::<2048, 1024>(network, settings),
        4096 => numerical::<4096, 2048>(network, settings),
        bits => Err(DiscoveryError::Precision(bits)),
    }
}

fn exact(network: &Network, settings: &Settings) -> Result<Discovery, DiscoveryError> {
    let road = Road::<Rational, Residue> { convert: Residue::from_rational, lift: reconstructed, bits: None };
    let (ansatz, found) = search_all(network, settings, &road)?;
    let rounds = (found.rounds as f64).log2();
    let degree = points::is_polynomial(network).then(|| degree(network)).flatten();
    let kind = match degree {
        Some(degree) => {
            // D / 2^15 for a point to hide it, given that the gradient, of degree below D, is not zero there.
            let grid = f64::from(points::GRID_BITS - 1).exp2();
            let degree = f64::from(degree.max(1));
            let each = ((grid - degree).max(1.0) / degree).log2().max(0.0);
            Evidence::Polynomial { bits: each * found.verified as f64 - rounds }
        }
        None => Evidence::Pieces { share: share(&found) },
    };
    Ok(complete::<Rational>(network, settings, ansatz, found, kind, None))
}

fn numerical<const BITS: u32, const SECOND: u32>(
    network: &Network,
    settings: &Settings,
) -> Result<Discovery, DiscoveryError> {
    let road = Road::<Mp<BITS>, Mp<BITS>> { convert: Clone::clone, lift: snapped_small::<BITS>, bits: Some(BITS) };
    let (ansatz, found) = search_all(network, settings, &road)?;
    let second = search::worst_residual::<Mp<SECOND>>(network, settings.seed, &found.generators);
    let kind = Evidence::Numerical {
        bits: [BITS, SECOND],
        pivots: found.pivots.clone(),
        residuals: [found.residual.clone(), second.clone()],
        share: share(&found),
    };
    if second > Magnitude::power_of_two(40 - SECOND as i32) {
        let [accepted, rejected] = found.pivots.each_ref().map(ToString::to_string);
        return Err(DiscoveryError::UnclearRank { bits: BITS, accepted, rejected });
    }
    Ok(complete::<Mp<BITS>>(network, settings, ansatz, found, kind, Some(BITS)))
}

/// The fraction of a coefficient, whose denominator is small.
fn snapped_small<const BITS: u32>(number: &Mp<BITS>) -> Option<Rational> {
    const LARGEST: u64 = 1 << 12;
    snapped(number, LARGEST)
}

/// `1 - 2^(-32/K)`, with a union bound over the rounds of verification.
fn share(found: &Found) -> f64 {
    let bits = 32.0 + (found.rounds as f64).log2();
    1.0 - (-bits / found.verified as f64).exp2()
}

/// An upper bound on the degree of `(B theta + v)^T g` in all drawn numbers.
fn degree(network: &Network) -> Option<u32> {
    let model = Recorded::model(network)?;
    // Any point of the grid: a degree is the same at all of them.
    let drawn = |count: usize| vec![Recorded::drawn(&Rational::from((1, 1_u64 << points::GRID_BITS))); count];
    let sample = crate::data::Sample::new(drawn(network.input_len()), drawn(network.target_len()));
    let gradient = model.gradient(&drawn(network.parameter_count()), &sample);
    gradient.into_iter().try_fold(0, |largest: u32, entry| Some(largest.max(entry.degree().bound()? + 1)))
}

fn search_all<E, S>(
    network: &Network,
    settings: &Settings,
    road: &Road<E, S>,
) -> Result<(Ansatz, Found), DiscoveryError>
where
    E: Carrier + Measured + Branch<Mask = bool>,
    S: Pivoting,
{
    let blocks = blocks::of(network);
    let ansatz = Ansatz::choose(&blocks, network.parameter_count(), road.bits)?;
    let found = search::run(network, settings.seed, &ansatz, road, verifications(network.parameter_count()))?;
    Ok((ansatz, found))
}

fn complete<E: Carrier + Measured + Branch<Mask = bool>>(
    network: &Network,
    settings: &Settings,
    ansatz: Ansatz,
    found: Found,
    kind: Evidence,
    bits: Option<u32>,
) -> Discovery {
    let blocks = blocks::of(network);
    let parts = Parts::of(&blocks, &found.generators);
    let judge = |generators: &[Affine]| -> Vec<Law> {
        generators.iter().map(|generator| Law::of::<E>(network, &blocks, generator, settings.seed, bits)).collect()
    };
    let balance_laws = judge(&parts.symmetric);
    let others: Vec<Affine> = parts.mixed.iter().chain(&parts.translations).cloned().collect();
    let affine_laws = judge(&others);
    let signed = signed::find::<E>(network, &blocks, settings.seed, bits);
    let confidence =
        Confidence { equations: found.equations, rank: found.rank, verified: found.verified, dead: found.dead, kind };
    Discovery { network: network.to_string(), blocks, ansatz, parts, balance_laws, affine_laws, signed, confidence }
}
