//! `platonic/lower-bound`

use super::experiment::{Experiment, Wanted};
use super::{PAPER, PERFECT};
use crate::claim::{Case, Claim, Control, Entry, Evidence, Examination, Relation, Settings, Stream, Term};
use crate::claims::decomposed::{self, Decomposed, Setback};
use crate::linalg::products::squared_norm;
use crate::linalg::{Decomposable, LinalgError};
use crate::platonic::{Factors, Setting, entropic_minimiser, factors};
use crate::scalar::{Field, Rational};
use nalgebra::DMatrix;

/// The least entropy of all global minima.
pub struct LowerBound;

static ENTRY: Entry = Entry {
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
    evidence: &[Evidence::Converged],
    controls: &[
        Control { name: "larger-bound", breaks: "the bound times 1 + 2^-10, at the minimiser" },
        Control {
            name: "unequal-terms",
            breaks: "equality at the minimiser with a hidden layer scaled by 2 against the next",
        },
        Control { name: "idle-weights", breaks: "equality with added weights that read the complement of R_i" },
        Control { name: "frobenius-norm", breaks: "the Frobenius norm of Se^(1/2) V Sx^(1/2) for n" },
    ],
    references: &[PAPER, PERFECT],
};

/// An experiment with some random global minima, and frames for the minimiser.
pub struct Instance {
    experiment: Experiment,
    minima: Vec<Factors<Rational>>,
    frames: Vec<DMatrix<Rational>>,
}

/// Rational frames `R_i` with orthonormal columns: products of rotations by the sides 3, 4, 5.
pub fn orthonormal_frames(stream: &mut Stream, hidden: &[usize], rank: usize) -> Vec<DMatrix<Rational>> {
    let frame = |width: usize, stream: &mut Stream| {
        let mut frame = super::experiment::identity(width);
        for _ in 0..2 * width {
            let (row, other) = (stream.below(width), stream.below(width));
            if row != other {
                let (cosine, sine) = (Rational::from((3, 5)), Rational::from((if stream.coin() { 4 } else { -4 }, 5)));
                for column in 0..width {
                    let (a, b) = (frame[(row, column)].clone(), frame[(other, column)].clone());
                    frame[(row, column)] = Rational::from(&cosine * &a) - Rational::from(&sine * &b);
                    frame[(other, column)] = Rational::from(&sine * &a) + Rational::from(&cosine * &b);
                }
            }
        }
        frame.columns(0, rank).into_owned()
    };
    hidden.iter().map(|&width| frame(width, stream)).collect()
}

/// A rational matrix in another scalar.
pub fn carry<T: Field>(matrix: &DMatrix<Rational>) -> DMatrix<T> {
    matrix.map_with_location(|_, _, entry| T::from_rational(&entry))
}

impl Instance {
    fn draw(stream: &mut Stream, case: Case) -> Self {
        // The controls speak of hidden layers; one of them of a layer wider than the rank, another of a rank above 1.
        let depth = if case == Case::Law { (1, 5) } else { (2, 5) };
        let least_rank = if case.is_control(&ENTRY, "frobenius-norm") { 2 } else { 1 };
        let embeddings = stream.coin();
        let mut experiment = Experiment::draw(stream, Wanted { least_rank, depth, embeddings, conditioned: false });
        if case.is_control(&ENTRY, "idle-weights") {
            experiment.hidden[0] = experiment.rank + 1;
        }
        let minima = (0..3).map(|_| experiment.global_minimum(stream)).collect();
        let frames = orthonormal_frames(stream, &experiment.hidden, experiment.rank);
        Instance { experiment, minima, frames }
    }
}

impl Decomposed for Instance {
    fn describe(&self) -> String {
        self.experiment.describe()
    }

    fn relations<T: Decomposable>(&self, case: Case) -> Result<Vec<Relation<T>>, Setback> {
        let is = |name| case.is_control(&ENTRY, name);
        let setting: Setting<T> = self.experiment.setting.carry();
        let depth = self.experiment.depth();
        let mut invariants = setting.invariants()?;
        if is("frobenius-norm") {
            invariants.nuclear_norm = frobenius(&setting)?;
        }
        let bound = invariants.minimal_entropy(depth);
        let frames: Vec<DMatrix<T>> = self.frames.iter().map(carry).collect();
        let mut minimiser = entropic_minimiser(&setting, self.experiment.rank, &frames)?;
        if is("unequal-terms") {
            minimiser.0[0].apply(|entry| *entry *= T::integer(2));
            minimiser.0[1].apply(|entry| *entry *= T::ratio(1, 2));
        }
        if is("idle-weights") {
            // The next layer's first unit reads the complement of R_1, which no input reaches.
            let complement = carry::<T>(&complement(&self.frames[0]));
            let read = (0..complement.nrows()).max_by(|a, b| {
                complement[(*a, *a)].partial_cmp(&complement[(*b, *b)]).unwrap_or(std::cmp::Ordering::Equal)
            });
            for column in 0..complement.ncols() {
                minimiser.0[1][(0, column)] += complement[(read.unwrap_or(0), column)].clone();
            }
        }
        let at_minimiser = factors::sum(&minimiser.entropy_terms(&setting));
        let equality = Relation::equality(
            "at the minimiser",
            vec![Term::scalar("sum of the terms", at_minimiser.clone())],
            vec![Term::scalar("D (a b n^(2 (D - 1)))^(1/D)", bound.clone())],
        );
        if is("larger-bound") {
            let larger = bound * (T::one() + T::ratio(1, 1024));
            let (left, right) = (Term::scalar("larger bound", larger), Term::scalar("sum of the terms", at_minimiser));
            return Ok(vec![Relation::at_most("at the minimiser", left, right)]);
        }
        let mut relations = vec![equality];
        if case == Case::Law {
            relations.push(Relation::equality(
                "the minimiser is a global minimum",
                vec![Term::vector("M_O W_D ... W_1 M_I", minimiser.end_to_end(&setting).as_slice().to_vec())],
                vec![Term::vector("V", setting.target.as_slice().to_vec())],
            ));
        }
        if case == Case::Law && depth > 1 {
            for (number, minimum) in self.minima.iter().enumerate() {
                let minimum = Factors(minimum.0.iter().map(carry::<T>).collect());
                let entropy = factors::sum(&minimum.entropy_terms(&setting));
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

/// The Frobenius norm of `Se^(1/2) V Sx^(1/2)`.
fn frobenius<T: Decomposable>(setting: &Setting<T>) -> Result<T, LinalgError> {
    use crate::linalg::{products::product, square_root};
    let standardised = product(
        &product(&square_root(&setting.noise_covariance)?, &setting.target),
        &square_root(&setting.input_covariance)?,
    );
    Ok(crate::scalar::Real::sqrt(&squared_norm(standardised.iter())))
}

/// `I - R R^T`
fn complement(frame: &DMatrix<Rational>) -> DMatrix<Rational> {
    super::experiment::identity(frame.nrows()) - crate::linalg::products::product(frame, &frame.transpose())
}

impl Claim for LowerBound {
    fn entry(&self) -> &'static Entry {
        &ENTRY
    }

    fn examine(&self, settings: &Settings, case: Case, index: u64) -> Examination {
        let mut stream = Stream::new(&[ENTRY.id, case.name(&ENTRY)], settings.seed, index);
        decomposed::examine(&Instance::draw(&mut stream, case), settings, case)
    }
}
