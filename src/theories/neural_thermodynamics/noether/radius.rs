//! The norms of blocks along a run of descent, and the laws of those whose scale changes nothing.

use crate::dynamics::sgd_step;
use crate::entropic::Objective;
use crate::instances::Point;
use crate::model::Carrier;
use crate::symmetry::Generator;
use crate::verify::{Relation, Term};

/// A step along a gradient: squared norms of one block.
pub struct Step<T> {
    /// `r^2`
    pub start: T,
    /// `r'^2`
    pub end: T,
    /// `eta^2 |g|^2`
    displacement: T,
}

impl<T: Carrier> Step<T> {
    /// `r'^2 = kept r^2 + eta^2 |g|^2` with `(1 - 2 eta gamma)^2` for `kept`.
    pub fn law(&self, block: &str, number: usize, kept: &T) -> Relation<T> {
        Relation::equality(
            ("radius after a step", format!("{block}, step {number}")),
            vec![Term::scalar("r'^2", self.end.clone())],
            vec![
                Term::scalar("(1 - 2 eta gamma)^2 r^2", T::product(kept, &self.start)),
                Term::scalar("eta^2 |g|^2", self.displacement.clone()),
            ],
        )
    }
}

/// Follows a run through the samples in turn: for each block, the norms at every step.
pub fn runs<T: Carrier>(point: &Point<T>, blocks: &[Generator], weight_decay: &T, steps: usize) -> Vec<Vec<Step<T>>> {
    let objective = Objective { weight_decay, ..point.objective() };
    let mut theta = point.theta.clone();
    let mut runs: Vec<Vec<Step<T>>> = blocks.iter().map(|_| Vec::new()).collect();
    for sample in point.data.samples().iter().cycle().take(steps) {
        let start = theta.clone();
        let gradient = sgd_step(&objective, &mut theta, sample);
        let displacement = point.preconditioner.apply(&gradient);
        for (block, run) in blocks.iter().zip(&mut runs) {
            let square = |vector: &[T]| block.map.form(vector, vector);
            run.push(Step { start: square(&start), end: square(&theta), displacement: square(&displacement) });
        }
    }
    runs
}

/// A run of one block, for the laws that are summed over it.
pub struct OfRun<'a, T> {
    /// `eta gamma`
    pub decay: &'a T,
    pub run: &'a [Step<T>],
}

/// The label of the term that vanishes where `r` is constant.
pub const FLUCTUATION: &str = "1/2 sum (r'^2 - r^2)^2";

impl<T: Carrier> OfRun<'_, T> {
    fn sum(&self, value: impl Fn(&Step<T>) -> T) -> T {
        let mut sum = T::zero();
        for step in self.run {
            sum += value(step);
        }
        sum
    }

    /// `4 eta gamma (1 - eta gamma) sum r^2 = eta^2 sum |g|^2 + r_0^2 - r_T^2`, with the given factor for
    /// `1 - eta gamma`.
    pub fn second_moment(&self, block: &str, factor: &T) -> Relation<T> {
        let (first, last) = (&self.run[0].start, &self.run[self.run.len() - 1].end);
        Relation::equality(
            ("sum of r^2", block),
            vec![Term::scalar(
                "4 eta gamma (1 - eta gamma) sum r^2",
                T::integer(4) * self.decay * factor * self.sum(|step| step.start.clone()),
            )],
            vec![
                Term::scalar("eta^2 sum |g|^2", self.sum(|step| step.displacement.clone())),
                Term::scalar("r_0^2 - r_T^2", first.clone() - last),
            ],
        )
    }

    /// `4 eta gamma (1 - eta gamma) sum r^4 = eta^2 sum |r g|^2 + 1/2 sum (r'^2 - r^2)^2 + 1/2 (r_0^4 - r_T^4)`
    pub fn fourth_moment(&self, block: &str) -> Relation<T> {
        let (first, last) = (&self.run[0].start, &self.run[self.run.len() - 1].end);
        let half = T::ratio(1, 2);
        let factor = T::integer(4) * self.decay * (T::one() - self.decay);
        Relation::equality(
            ("sum of r^4", block),
            vec![Term::scalar("4 eta gamma (1 - eta gamma) sum r^4", factor * self.sum(|step| step.start.squared()))],
            vec![
                Term::scalar("eta^2 sum |r g|^2", self.sum(|step| T::product(&step.start, &step.displacement))),
                Term::scalar(
                    FLUCTUATION,
                    T::product(&half, &self.sum(|step| (step.end.clone() - &step.start).squared())),
                ),
                Term::scalar("1/2 (r_0^4 - r_T^4)", half * (first.squared() - last.squared())),
            ],
        )
    }
}
