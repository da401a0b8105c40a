//! `noise-equilibrium/norm-ratio`: label noise feeds the factor at the larger space.
//!
//! ```text
//! E[Q'] - Q = 4 eta^2 s^2 tau (q U^T U - p W W^T),   0 where W W^T = (q/p) U^T U
//! ```
//!
//! `Q = W W^T - U^T U` for the loss `|U W x - y|^2` of a linear pair, U (p x r) and W (r x q), at an optimum: `y = U W x + e` with errors `e` that are
//! independent of `x` and 0 in the mean. `E x x^T = tau I`, `E e e^T = s^2 I`, `eta` is the learning rate. Gradient flow keeps Q, and with it
//! whatever ratio there was. Source of the question: [`NOISE_EQUILIBRIUM`]; the law is derived in the proofs.

use super::gram_drift::{At, matrices, second_moment};
use super::label_noise::{Instance, Points};
use super::sde_gap::of_batches;
use super::{AUTO_BALANCING, NEURAL_MECHANICS, NOISE_EQUILIBRIUM};
use crate::closed_form::batches::share_of_noise;
use crate::linalg::products::{product, transposed_product};
use crate::model::Carrier;
use crate::scalar::Ring;
use crate::verify::{Claim, Draw, Draws, Exact, In, Relation, Term, Unjudged, all, control};
use nalgebra::DMatrix;

/// The law of the mean drift.
#[derive(Clone, Copy)]
pub(super) struct NormRatio {
    points: Points,
    /// Whether p and q are exchanged in the drift.
    exchanged: bool,
}

pub(super) const LAW: NormRatio = NormRatio { points: Points::All, exchanged: false };

/// `noise-equilibrium/norm-ratio`
pub static CLAIM: Claim = Claim {
    id: "noise-equilibrium/norm-ratio",
    title: "the norms of a linear pair under label noise",
    statement: "l = |U W x - y|^2 with y = U W x + e, Q = W W^T - U^T U: E[Q'] - Q = 4 eta^2 (tr Sx U^T Se U - tr Se W Sx W^T), for Sx = tau I and Se = s^2 I that is 4 eta^2 s^2 tau (q U^T U - p W W^T), 0 at W W^T = (q / p) U^T U",
    hypotheses: &[
        "U is p x r, W is r x q; e is independent of x and E e = 0; Sx = E x x^T, Se = E e e^T; no decay; steps of single samples",
        "the data are products of finite sets: all x of a set with all e and -e of another; for the isotropic law tau' times the unit vectors, and s' times those",
        "along batches of two samples without replacement the drift is kappa times this, kappa = (N - 2) / (2 (N - 1)) for N samples; all batches are enumerated, for N <= 8",
        "the equilibrium is the zero of the mean drift, examined at W W^T = (q / p) U^T U for matrices of rank one, the rows of U and the columns of W all equal; s tau = 0, and U = W = 0, say nothing",
    ],
    references: &[NOISE_EQUILIBRIUM, NEURAL_MECHANICS, AUTO_BALANCING],
    builds_on: &["noether/sgd-matrix-charge", "noise-equilibrium/sde-gap"],
    law: &[all(&Exact(LAW))],
    controls: &[
        control(
            "norm-balance",
            "the equilibrium at W W^T = U^T U, for p and q different",
            &Exact(NormRatio { points: Points::NormBalance, ..LAW }),
        ),
        control(
            "exchanged",
            "p and q exchanged in the drift",
            &Exact(NormRatio { points: Points::Sizable, exchanged: true }),
        ),
        control(
            "heteroscedastic",
            "errors whose size depends on the input",
            &Exact(NormRatio { points: Points::Heteroscedastic, ..LAW }),
        ),
    ],
};

impl Draws for NormRatio {
    type Instance = Instance;

    fn draw(&self, draw: &mut Draw) -> Result<Instance, Unjudged> {
        Ok(self.points.draw(draw))
    }
}

/// A matrix times a number, as the value of a term.
fn scaled<T: Ring>(factor: &T, matrix: &DMatrix<T>) -> Vec<T> {
    matrix.iter().map(|entry| T::product(factor, entry)).collect()
}

impl<T: Carrier> In<T> for NormRatio {
    fn relations(&self, instance: &Instance) -> Result<Vec<Relation<T>>, Unjudged> {
        let at = instance.at::<T>();
        let gradients = at.gradients();
        let four = T::integer(4) * at.learning_rate.squared();
        let [upper, lower] = matrices(at.sizes, &at.theta);
        let mut relations = Vec::new();
        if self.points == Points::All {
            let (of_inputs, of_errors) = (second_moment(&at.inputs), second_moment(&at.errors));
            let to_upper = product(&transposed_product(&upper, &of_errors), &upper);
            let to_lower = product(&product(&lower, &of_inputs), &lower.transpose());
            relations.push(Relation::equality(
                "mean drift of the matrix charge",
                vec![Term::vector("E[Q'] - Q", at.drift(&gradients))],
                vec![
                    Term::vector("4 eta^2 tr Sx U^T Se U", scaled(&(of_inputs.trace() * &four), &to_upper)),
                    Term::vector("-4 eta^2 tr Se W Sx W^T", scaled(&-(of_errors.trace() * &four), &to_lower)),
                ],
            ));
        }
        if let Some([tau, variance]) = instance.isotropic.as_ref().filter(|_| self.points != Points::NormBalance) {
            relations.push(self.isotropic(&at, &gradients, four * T::from_rational(tau) * T::from_rational(variance)));
        }
        if instance.equilibrium {
            let [to_lower, to_upper] = at.gains(&gradients);
            relations.push(Relation::equality(
                "the drift vanishes at W W^T = (q / p) U^T U",
                vec![Term::vector("E[W' W'^T] - W W^T", to_lower)],
                vec![Term::vector("E[U'^T U'] - U^T U", to_upper)],
            ));
        }
        // All pairs of samples.
        let pairs = at.samples.len() * (at.samples.len() - 1) / 2;
        if self.points == Points::All && pairs <= 28 {
            let share = T::from_rational(&share_of_noise(at.samples.len(), 2));
            let single = at.drift(&gradients).iter().map(|entry| T::product(&share, entry)).collect();
            relations.push(Relation::equality(
                "mean drift along batches of two",
                vec![Term::vector("E_2[Q'] - Q", at.drift(&of_batches(&gradients, 2)))],
                vec![Term::vector("kappa (E[Q'] - Q)", single)],
            ));
        }
        Ok(relations)
    }
}

impl NormRatio {
    /// The law for isotropic inputs and errors, with `4 eta^2 s^2 tau`.
    fn isotropic<T: Carrier>(&self, at: &At<T>, gradients: &[Vec<T>], factor: T) -> Relation<T> {
        let [p, _, q] = at.sizes;
        let (p, q) = if self.exchanged { (q, p) } else { (p, q) };
        let [lower, upper] = at.grams(&at.theta);
        Relation::equality(
            "mean drift for isotropic inputs and errors",
            vec![Term::vector("E[Q'] - Q", at.drift(gradients))],
            vec![
                Term::vector("4 eta^2 s^2 tau q U^T U", scaled(&(T::integer(q as i64) * &factor), &upper)),
                Term::vector("-4 eta^2 s^2 tau p W W^T", scaled(&(T::integer(-(p as i64)) * &factor), &lower)),
            ],
        )
    }
}
