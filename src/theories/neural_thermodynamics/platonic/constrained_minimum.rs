//! `platonic/constrained-minimum`: on the global minima the entropy has no other stationary points than its minima.
//!
//! ```text
//! S = sum_i tr(Se A_i A_i^T) tr(B_i Sx B_i^T) = D (a b n^(2 (D - 1)))^(1/D)
//! ```
//!
//! where `M_O W_D ... W_1 M_I = V` and `S` is stationary along all such points. The notation is that of [`super::lower_bound`]; the points are searched
//! for, and nothing of the closed form is used. Sources: [`PAPER`], [`PERFECT`].

use super::branch;
use super::closed_form::carried;
use super::experiment::{Experiment, Wanted, identity};
use super::{PAPER, PERFECT};
use crate::entropic::stationary::StationaryError;
use crate::linalg::Decomposable;
use crate::model::mlp::Layout;
use crate::platonic::constrained::{ConstrainedError, Lagrangian, constrained_stationary_point};
use crate::platonic::{Factors, Setting, factors};
use crate::scalar::{Field, Rational};
use crate::verify::routes::{Decomposition, Few};
use crate::verify::{Claim, Draw, Drawn, Draws, In, Relation, Term, Unjudged, all, control};
use std::cell::OnceCell;

/// The point at which the entropy is said to be least.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ConstrainedMinimum {
    /// Where it is stationary along the global minima.
    Stationary,
    /// Where the trace of the Hessian of `L` is.
    Flattest,
    /// The minimum of `L + eta S`.
    Relaxed,
    /// The random global minimum from which the search starts.
    Start,
}

/// `platonic/constrained-minimum`
pub static CLAIM: Claim = Claim {
    id: "platonic/constrained-minimum",
    title: "on the global minima the entropy has no other stationary points",
    statement: "where M_O W_D ... W_1 M_I = V and S = sum_i tr(Se A_i A_i^T) tr(B_i Sx B_i^T) is stationary along all such points: \
        S = D (a b n^(2 (D - 1)))^(1/D), the lower bound, and all D terms are equal",
    hypotheses: &[
        "the setting of platonic/lower-bound, D >= 2, widths of the rank and more",
        "points reached from random global minima: downhill on L + eta S, eta = 2^-10, 2^-14, 2^-18 or 2^-22, then Newton's method with multipliers; \
         D = 2, 3, 4, at most 36 weights",
        "a start from which that does not converge is left out and counted; one that converged elsewhere would refute",
    ],
    references: &[PAPER, PERFECT, "Kempf, Ness, The length of vectors in representation spaces (1979): the convexity"],
    builds_on: &["platonic/lower-bound"],
    law: &[all(&Few(Decomposition(ConstrainedMinimum::Stationary)))],
    controls: &[
        control(
            "flattest",
            "the point where the trace of the Hessian of L is stationary",
            &Few(Decomposition(ConstrainedMinimum::Flattest)),
        ),
        control(
            "relaxed",
            "the minimum of L + eta S, where the constraint holds up to order eta",
            &Few(Decomposition(ConstrainedMinimum::Relaxed)),
        ),
        control(
            "start",
            "the random global minimum from which the search starts",
            &Few(Decomposition(ConstrainedMinimum::Start)),
        ),
    ],
};

/// `eta = 2^-k` of the descent, in turn: where eta is too large for a small singular value of the target, a dimension is lost.
const PENALTIES: [u32; 4] = [10, 14, 18, 22];

/// The largest number of parameters: the search takes second derivatives in all of them.
const MOST_PARAMETERS: usize = 36;

/// An experiment and the random global minimum to start from.
struct Instance {
    experiment: Experiment,
    start: Factors<Rational>,
    /// Where the descents end, each found once for all precisions.
    penalised: [OnceCell<Result<Factors<f64>, StationaryError>>; PENALTIES.len()],
}

/// The same matrices rounded to doubles, or doubles as they are.
fn exactly<T: Field>(factors: &Factors<f64>) -> Factors<T> {
    let entry = |entry: f64| T::from_rational(&Rational::from_f64(entry).unwrap_or_default());
    Factors(factors.0.iter().map(|matrix| matrix.map(entry)).collect())
}

impl Drawn for Instance {
    fn base(&self) -> Option<&dyn Drawn> {
        Some(&self.experiment)
    }
}

impl Draws for ConstrainedMinimum {
    type Instance = Instance;

    fn draw(&self, draw: &mut Draw) -> Result<Instance, Unjudged> {
        let stream = &mut draw.own();
        // For rank 1 the flattest point is the entropic one.
        let least_rank = if *self == ConstrainedMinimum::Flattest { 2 } else { 1 };
        let embeddings = stream.coin();
        let experiment = loop {
            let drawn = Experiment::draw(stream, Wanted { least_rank, depth: (2, 4), embeddings, conditioned: false });
            if Layout::new(drawn.widths(), false).parameter_count() <= MOST_PARAMETERS {
                break drawn;
            }
        };
        let start = experiment.global_minimum(stream);
        Ok(Instance { experiment, start, penalised: Default::default() })
    }
}

impl Instance {
    /// The stationary point of the entropy along the global minima of `target` near the end of the descent.
    fn constrained<T: Decomposable>(&self, target: &Setting<Rational>) -> Result<Factors<T>, Unjudged> {
        let layout = Layout::new(self.experiment.widths(), false);
        let tolerance = T::default_epsilon() * T::integer(1 << 16);
        let mut reason = String::new();
        for penalty in 0..PENALTIES.len() {
            let near = match self.penalised(penalty) {
                Ok(near) => {
                    Lagrangian::of_penalised(near, &target.carry(), &f64::from_rational(&learning_rate(penalty)))
                }
                Err(error) => {
                    reason = error.to_string();
                    continue;
                }
            };
            match constrained_stationary_point(&layout, target, &near, &tolerance) {
                Ok(found) => return Ok(found.point.factors),
                Err(ConstrainedError::Linalg(error)) => return Err(error.into()),
                Err(error) => reason = error.to_string(),
            }
        }
        Err(Unjudged::outside(reason))
    }

    /// A minimum of `L + eta S`, downhill from the start.
    fn penalised(&self, penalty: usize) -> Result<Factors<f64>, StationaryError> {
        let search = || {
            let start = carried::<f64>(&self.start);
            branch::descend(&self.experiment, &learning_rate(penalty), &start)
        };
        self.penalised[penalty].get_or_init(search).clone()
    }
}

fn learning_rate(penalty: usize) -> Rational {
    Rational::from((1, 1_i64 << PENALTIES[penalty]))
}

impl<T: Decomposable> In<T> for ConstrainedMinimum {
    fn relations(&self, instance: &Instance) -> Result<Vec<Relation<T>>, Unjudged> {
        let Experiment { setting, .. } = &instance.experiment;
        let point = match self {
            ConstrainedMinimum::Stationary => instance.constrained(setting)?,
            ConstrainedMinimum::Flattest => {
                let noise_covariance = identity(setting.target.nrows());
                instance.constrained(&Setting { noise_covariance, ..setting.clone() })?
            }
            ConstrainedMinimum::Relaxed => exactly(&instance.penalised(0)?),
            ConstrainedMinimum::Start => carried(&instance.start),
        };
        let (setting, depth) = (setting.carry::<T>(), instance.experiment.depth());
        let invariants = setting.invariants()?;
        let terms = point.entropy_terms(&setting);
        let mut relations = vec![Relation::equality(
            "the entropy",
            vec![Term::scalar("sum of the terms", factors::sum(&terms))],
            vec![Term::scalar("D (a b n^(2 (D - 1)))^(1/D)", invariants.minimal_entropy(depth))],
        )];
        if *self == ConstrainedMinimum::Stationary {
            relations.push(Relation::equality(
                "the constraint",
                vec![Term::vector("M_O W_D ... W_1 M_I", point.end_to_end(&setting).as_slice().to_vec())],
                vec![Term::vector("V", setting.target.as_slice().to_vec())],
            ));
            relations.push(Relation::equality(
                "equal terms",
                vec![Term::vector("terms", terms)],
                vec![Term::vector("(a b n^(2 (D - 1)))^(1/D)", vec![invariants.entropy_term(depth); depth])],
            ));
        }
        Ok(relations)
    }
}
