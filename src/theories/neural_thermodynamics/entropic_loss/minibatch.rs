//! `entropic-loss/minibatch`: what the entropy of batches owes to their size.
//!
//! ```text
//! E_B|g_B|^2 = |grad L|^2 + (N - B) / (B (N - 1)) tr Cov(g)
//! ```
//!
//! `g_B` is the mean gradient of a batch of `B` out of `N` samples, drawn without replacement; `Cov(g)` has the divisor `N`. Sources: [`ORIGIN`],
//! [`PAPER`].

use super::{ORIGIN, PAPER};
use crate::data::DataSet;
use crate::instances::problem::{Decay, Rates};
use crate::instances::{NetworkKind, Problem};
use crate::instances::{defined, subject};
use crate::linalg::products::{add_multiple, dot};
use crate::model::Carrier;
use crate::scalar::Field;
use crate::verify::{Claim, Draw, Draws, In, Inapplicable, Ladder, Relation, Subject, Term, Unjudged, all, control};

/// The mean squared gradient of batches.
#[derive(Clone, Copy)]
pub(super) struct Minibatch {
    /// All batches of a size `B` out of `N` samples.
    batches: fn(usize, usize) -> Vec<Vec<usize>>,
    /// Numerator and denominator of the factor of `tr Cov(g)`, from `N` and `B`.
    factor: fn(i64, i64) -> (i64, i64),
    /// Whether batches of one and the whole data set are among them: there some of the wrong formulas are right.
    all_sizes: bool,
}

pub(super) const LAW: Minibatch = Minibatch { batches: subsets, factor: |n, b| (n - b, b * (n - 1)), all_sizes: true };
const BETWEEN: Minibatch = Minibatch { all_sizes: false, ..LAW };

/// `entropic-loss/minibatch`
pub static CLAIM: Claim = Claim {
    id: "entropic-loss/minibatch",
    title: "the entropy of batches",
    statement: "E_B|g_B|^2 = |grad L|^2 + (N - B) / (B (N - 1)) tr Cov(g) for batches of B out of N without replacement",
    hypotheses: &[
        "equal weights, N >= 2, all batches of B samples equally likely, g_B the mean gradient of a batch",
        "Cov(g) = E[g g^T] - grad L grad L^T with the divisor N",
        "no vector that is normalised is 0",
    ],
    references: &[ORIGIN, PAPER],
    builds_on: &[],
    law: &[all(&Ladder(LAW))],
    controls: &[
        control(
            "with-replacement",
            "batches drawn with replacement",
            &Ladder(Minibatch { batches: sequences, ..BETWEEN }),
        ),
        control(
            "infinite-data",
            "tr Cov(g) / B, as if N were infinite",
            &Ladder(Minibatch { factor: |_, b| (1, b), ..BETWEEN }),
        ),
        control("divisor", "(N - B) / (B N)", &Ladder(Minibatch { factor: |n, b| (n - b, b * n), ..BETWEEN })),
        control(
            "sum-of-gradients",
            "1 / B^2 in place of 1 / B",
            &Ladder(Minibatch { factor: |n, b| (n - b, b * b * (n - 1)), ..BETWEEN }),
        ),
    ],
};

impl Draws for Minibatch {
    type Instance = Problem;

    fn draw(&self, draw: &mut Draw) -> Result<Problem, Unjudged> {
        let class = draw.turn();
        let network = NetworkKind::Any.network(&mut draw.family, class);
        let samples = if draw.is_law() { 2 + draw.family.below(4) } else { 3 + draw.family.below(2) };
        let problem = Problem::draw_samples(draw, class, network, Rates::Scalar, Decay::None, samples);
        Ok(equally_weighted(problem))
    }

    fn draw_on(&self, draw: &mut Draw, subject: &Subject) -> Result<Problem, Inapplicable> {
        let network = subject::network(subject)?;
        let samples = 2 + draw.family.below(4);
        Ok(equally_weighted(Problem::draw_on(draw, network, Rates::Scalar, Decay::None, samples)))
    }
}

fn equally_weighted(problem: Problem) -> Problem {
    Problem { data: DataSet::new(problem.data.samples().to_vec()), ..problem }
}

impl<T: Carrier> In<T> for Minibatch {
    fn relations(&self, problem: &Problem) -> Result<Vec<Relation<T>>, Unjudged> {
        let point = defined::at::<T>(problem)?;
        let gradients = point.objective().sample_gradients(&point.theta);
        let count = gradients.len();
        let mean = batch_mean(&gradients, &(0..count).collect::<Vec<_>>());
        let total = dot(&mean, &mean);
        let mut covariance = T::zero();
        let mut size = T::zero();
        for gradient in &gradients {
            let squared = dot(gradient, gradient);
            size += &squared;
            covariance += squared - &total;
        }
        covariance /= T::integer(count as i64);
        let sizes = if self.all_sizes { 1..=count } else { 2..=count - 1 };
        let relation = |batch: usize| {
            let batches = (self.batches)(count, batch);
            let mut left = T::zero();
            for chosen in &batches {
                let gradient = batch_mean(&gradients, chosen);
                left += dot(&gradient, &gradient);
            }
            left /= T::integer(batches.len() as i64);
            let (numerator, denominator) = (self.factor)(count as i64, batch as i64);
            let right = vec![
                Term::scalar("|grad L|^2", total.clone()),
                Term::scalar("(N - B) / (B (N - 1)) tr Cov(g)", T::ratio(numerator, denominator) * &covariance),
            ];
            Relation::equality(("batches", format!("of {batch}")), vec![Term::scalar("E_B|g_B|^2", left)], right)
                .against(size.clone())
        };
        Ok(sizes.map(relation).collect())
    }
}

/// The mean of the chosen gradients.
fn batch_mean<T: Field>(gradients: &[Vec<T>], chosen: &[usize]) -> Vec<T> {
    let mut mean = vec![T::zero(); gradients[0].len()];
    let weight = T::ratio(1, chosen.len() as i64);
    for &sample in chosen {
        add_multiple(&mut mean, &weight, &gradients[sample]);
    }
    mean
}

/// All subsets of `0..count` of a given size.
fn subsets(count: usize, size: usize) -> Vec<Vec<usize>> {
    let chosen = |mask: u32| (0..count).filter(move |item| mask >> item & 1 == 1).collect();
    (0..1_u32 << count).filter(|mask| mask.count_ones() as usize == size).map(chosen).collect()
}

/// All sequences of a given length.
fn sequences(count: usize, len: usize) -> Vec<Vec<usize>> {
    let digits = |number: usize| (0..len).map(|place| number / count.pow(place as u32) % count).collect();
    (0..count.pow(len as u32)).map(digits).collect()
}
