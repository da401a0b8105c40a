//! `platonic/lower-bound`: the least entropy of all global minima, and where it is taken.
//!
//! ```text
//! sum_i tr(Se A_i A_i^T) tr(B_i Sx B_i^T) >= D (a b n^(2 (D - 1)))^(1/D)      where M_O W_D ... W_1 M_I = V
//! ```
//!
//! `A_i`, `B_i` are what stands left and right of `W_i`, `n` is the nuclear norm of `Se^(1/2) V Sx^(1/2)`, `a = tr(Se M_O M_O^T)`, `b = tr(M_I Sx M_I^T)`.
//! Sources: [`PAPER`], [`PERFECT`].

use super::closed_form::{carried, carry, closed_form, orthonormal_frames};
use super::experiment::{Experiment, Wanted, identity};
use super::{PAPER, PERFECT};
use crate::linalg::products::{product, squared_norm};
use crate::linalg::{Decomposable, LinalgError, square_root};
use crate::platonic::{Factors, Setting, factors};
use crate::scalar::{Rational, Real};
use crate::verify::routes::Decomposition;
use crate::verify::{Claim, Draw, Drawn, Draws, In, Relation, Term, Unjudged, all, control};
use nalgebra::DMatrix;
use std::cmp::Ordering;

/// The lower bound.
#[derive(Clone, Copy)]
struct LowerBound {
    least_rank: usize,
    /// The least number of layers, and the largest.
    depth: (usize, usize),
    says: Says,
}

/// What is said.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Says {
    /// The law.
    Bound,
    /// The bound holds times `1 + 2^-10`.
    LargerBound,
    /// There is equality at the minimiser with the first hidden layer scaled against the second,
    EqualityScaled,
    /// with idle weights,
    EqualityIdle,
    /// with the Frobenius norm for `n`.
    EqualityFrobenius,
}

const LAW: LowerBound = LowerBound { least_rank: 1, depth: (1, 5), says: Says::Bound };
/// Equality with something changed in a hidden layer.
const EQUALITY: LowerBound = LowerBound { depth: (2, 5), ..LAW };

/// `platonic/lower-bound`
pub static CLAIM: Claim = Claim {
    id: "platonic/lower-bound",
    title: "the least entropy of all global minima",
    statement: "where M_O W_D ... W_1 M_I = V: sum_i tr(Se A_i A_i^T) tr(B_i Sx B_i^T) >= D (a b n^(2 (D - 1)))^(1/D), with equality where \
        B_{i+1} = c_i R_i diag(s)^(1/2) Q^T Sx^(-1/2) and A_i = c_i^-1 Se^(-1/2) P diag(s)^(1/2) R_i^T in every hidden layer, all terms equal",
    hypotheses: &[
        "f(x) = M_O W_D ... W_1 M_I x with fixed invertible M_I, M_O; l = |f(x) - y|^2; y = V x + e with e of mean 0 and independent of x; \
         A_i = M_O W_D ... W_{i+1}, B_i = W_{i-1} ... W_1 M_I",
        "Sx = E[x x^T] and Se = E[e e^T] are positive definite; Se^(1/2) V Sx^(1/2) = P diag(s) Q^T of rank r, n = sum s; every width is at least r",
        "a = tr(Se M_O M_O^T), b = tr(M_I Sx M_I^T); R_i has r orthonormal columns",
        "for D = 1 there is one global minimum, and equality",
    ],
    references: &[PAPER, PERFECT],
    builds_on: &["platonic/entropy-factorises"],
    law: &[all(&Decomposition(LAW))],
    controls: &[
        control(
            "larger-bound",
            "the bound times 1 + 2^-10, at the minimiser",
            &Decomposition(LowerBound { says: Says::LargerBound, ..EQUALITY }),
        ),
        control(
            "unequal-terms",
            "equality at the minimiser with a hidden layer scaled by 2 against the next",
            &Decomposition(LowerBound { says: Says::EqualityScaled, ..EQUALITY }),
        ),
        control(
            "idle-weights",
            "equality with added weights that read the complement of R_i",
            &Decomposition(LowerBound { says: Says::EqualityIdle, ..EQUALITY }),
        ),
        control(
            "frobenius-norm",
            "the Frobenius norm of Se^(1/2) V Sx^(1/2) for n",
            &Decomposition(LowerBound { says: Says::EqualityFrobenius, least_rank: 2, ..EQUALITY }),
        ),
    ],
};

/// An experiment with some random global minima, and frames for the minimiser.
struct Instance {
    experiment: Experiment,
    minima: Vec<Factors<Rational>>,
    frames: Vec<DMatrix<Rational>>,
}

impl Drawn for Instance {
    fn base(&self) -> Option<&dyn Drawn> {
        Some(&self.experiment)
    }
}

impl Draws for LowerBound {
    type Instance = Instance;

    fn draw(&self, draw: &mut Draw) -> Result<Instance, Unjudged> {
        let &LowerBound { least_rank, depth, says } = self;
        let stream = &mut draw.own();
        let embeddings = stream.coin();
        let mut experiment = Experiment::draw(stream, Wanted { least_rank, depth, embeddings, conditioned: false });
        if says == Says::EqualityIdle {
            experiment.hidden[0] = experiment.rank + 1;
        }
        let minima = (0..3).map(|_| experiment.global_minimum(stream)).collect();
        let frames = orthonormal_frames(stream, &experiment.hidden, experiment.rank);
        Ok(Instance { experiment, minima, frames })
    }
}

impl<T: Decomposable> In<T> for LowerBound {
    fn relations(&self, instance: &Instance) -> Result<Vec<Relation<T>>, Unjudged> {
        let Instance { experiment, minima, frames } = instance;
        let setting: Setting<T> = experiment.setting.carry();
        let depth = experiment.depth();
        let mut invariants = setting.invariants()?;
        if self.says == Says::EqualityFrobenius {
            invariants.nuclear_norm = frobenius(&setting)?;
        }
        let bound = invariants.minimal_entropy(depth);
        let mut minimiser = closed_form(&experiment.setting, experiment.rank, frames)?;
        if self.says == Says::EqualityScaled {
            minimiser.0[0].apply(|entry| *entry *= T::integer(2));
            minimiser.0[1].apply(|entry| *entry *= T::ratio(1, 2));
        }
        if self.says == Says::EqualityIdle {
            add_idle_weights(&mut minimiser, &frames[0]);
        }
        let at_minimiser = factors::sum(&minimiser.entropy_terms(&setting));
        if self.says == Says::LargerBound {
            let larger = bound * (T::one() + T::ratio(1, 1024));
            let (left, right) = (Term::scalar("larger bound", larger), Term::scalar("sum of the terms", at_minimiser));
            return Ok(vec![Relation::at_most("at the minimiser", left, right)]);
        }
        let mut relations = vec![Relation::equality(
            "at the minimiser",
            vec![Term::scalar("sum of the terms", at_minimiser)],
            vec![Term::scalar("D (a b n^(2 (D - 1)))^(1/D)", bound.clone())],
        )];
        if self.says == Says::Bound {
            relations.push(Relation::equality(
                "the minimiser is a global minimum",
                vec![Term::vector("M_O W_D ... W_1 M_I", minimiser.end_to_end(&setting).as_slice().to_vec())],
                vec![Term::vector("V", setting.target.as_slice().to_vec())],
            ));
        }
        if self.says == Says::Bound && depth > 1 {
            for (number, minimum) in minima.iter().enumerate() {
                let entropy = factors::sum(&carried::<T>(minimum).entropy_terms(&setting));
                relations.push(Relation::at_most(
                    ("random global minimum", number.to_string()),
                    Term::scalar("D (a b n^(2 (D - 1)))^(1/D)", bound.clone()),
                    Term::scalar("sum of the terms", entropy),
                ));
            }
        }
        Ok(relations)
    }
}

/// The first unit of the second layer reads the complement of `R_1`, which no input reaches.
fn add_idle_weights<T: Decomposable>(minimiser: &mut Factors<T>, frame: &DMatrix<Rational>) {
    let complement = carry::<T>(&(identity(frame.nrows()) - product(frame, &frame.transpose())));
    let larger =
        |a: &usize, b: &usize| complement[(*a, *a)].partial_cmp(&complement[(*b, *b)]).unwrap_or(Ordering::Equal);
    let read = (0..complement.nrows()).max_by(larger).unwrap_or(0);
    for column in 0..complement.ncols() {
        minimiser.0[1][(0, column)] += complement[(read, column)].clone();
    }
}

/// The Frobenius norm of `Se^(1/2) V Sx^(1/2)`.
fn frobenius<T: Decomposable>(setting: &Setting<T>) -> Result<T, LinalgError> {
    let standardised = product(
        &product(&square_root(&setting.noise_covariance)?, &setting.target),
        &square_root(&setting.input_covariance)?,
    );
    Ok(Real::sqrt(&squared_norm(standardised.iter())))
}
