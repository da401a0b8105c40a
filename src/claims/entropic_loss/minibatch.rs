//! `entropic-loss/minibatch`

use super::{ORIGIN, PAPER};
use crate::claim::problem::{Decay, Rates};
use crate::claim::{
    Case, Control, Draw, Entry, Evidence, Inapplicable, Outside, Palette, Problem, Relation, Term, Theorem,
};
use crate::claims::defined;
use crate::data::DataSet;
use crate::linalg::products::{add_multiple, dot};
use crate::model::{Carrier, Network};
use crate::scalar::Field;

/// The gradient noise of batches.
pub struct Minibatch;

static ENTRY: Entry = Entry {
    id: "entropic-loss/minibatch",
    title: "the entropy of batches",
    statement: "E_B|g_B|^2 = |grad L|^2 + (N - B) / (B (N - 1)) tr Cov(g) for batches of B out of N without replacement",
    hypotheses: &[
        "equal weights, N >= 2, all batches of B samples equally likely, g_B the mean gradient of a batch",
        "Cov(g) = E[g g^T] - grad L grad L^T with the divisor N",
        "no vector that is normalised is 0",
    ],
    evidence: &[Evidence::Exact, Evidence::Enclosed, Evidence::Converged],
    controls: &[
        Control { name: "with-replacement", breaks: "batches drawn with replacement" },
        Control { name: "infinite-data", breaks: "tr Cov(g) / B, as if N were infinite" },
        Control { name: "divisor", breaks: "(N - B) / (B N)" },
        Control { name: "sum-of-gradients", breaks: "1 / B^2 in place of 1 / B" },
    ],
    references: &[ORIGIN, PAPER],
};

impl Theorem for Minibatch {
    type Instance = Problem;

    fn entry(&self) -> &'static Entry {
        &ENTRY
    }

    fn draw(&self, mut draw: Draw) -> Problem {
        let class = draw.turn();
        let network = Palette::Any.network(&mut draw.family, class);
        let samples = if draw.case == Case::Law { 2 + draw.family.below(4) } else { 3 + draw.family.below(2) };
        let mut problem = Problem::draw_samples(&mut draw, class, network, Rates::Scalar, Decay::None, samples);
        problem.data = DataSet::new(problem.data.samples().to_vec());
        problem
    }

    fn draw_on(&self, mut draw: Draw, network: &Network) -> Result<Problem, Inapplicable> {
        let samples = 2 + draw.family.below(4);
        let mut problem = Problem::draw_on(&mut draw, network, Rates::Scalar, Decay::None, samples);
        problem.data = DataSet::new(problem.data.samples().to_vec());
        Ok(problem)
    }

    fn relations<T: Carrier>(&self, problem: &Problem, case: Case) -> Result<Vec<Relation<T>>, Outside> {
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
        // For the whole data set, and for batches of one, some of the wrong formulas are right.
        let sizes = if case == Case::Law { 1..=count } else { 2..=count - 1 };
        let relation = |batch: usize| {
            let batches = if case.is_control(&ENTRY, "with-replacement") {
                sequences(count, batch)
            } else {
                subsets(count, batch)
            };
            let mut left = T::zero();
            for chosen in &batches {
                let gradient = batch_mean(&gradients, chosen);
                left += dot(&gradient, &gradient);
            }
            left /= T::integer(batches.len() as i64);
            let (n, b) = (count as i64, batch as i64);
            let factor = match case {
                Case::Control(_) if case.is_control(&ENTRY, "infinite-data") => T::ratio(1, b),
                Case::Control(_) if case.is_control(&ENTRY, "divisor") => T::ratio(n - b, b * n),
                Case::Control(_) if case.is_control(&ENTRY, "sum-of-gradients") => T::ratio(n - b, b * b * (n - 1)),
                _ => T::ratio(n - b, b * (n - 1)),
            };
            let right = vec![
                Term::scalar("|grad L|^2", total.clone()),
                Term::scalar("(N - B) / (B (N - 1)) tr Cov(g)", factor * &covariance),
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
