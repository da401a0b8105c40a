//! The laws at points, data, rates and decays far from all that is drawn. Every law here is an identity, so that no extreme may break it: the rationals
//! and intervals say whether one does.

use crate::data::{DataSet, Sample};
use crate::entropic::Preconditioner;
use crate::instances::Problem;
use crate::scalar::{Interval, Rational};
use crate::verify::POINTS_PER_FAMILY;
use crate::verify::{Case, Draw, Drawn, Finding, In, Scalar, Status, Unjudged};
use nalgebra::DMatrix;

/// An instance whose problem can be reached.
trait Reach {
    fn problem(&mut self) -> &mut Problem;
}
impl Reach for Problem {
    fn problem(&mut self) -> &mut Problem {
        self
    }
}
impl Reach for super::law::WithGenerators {
    fn problem(&mut self) -> &mut Problem {
        &mut self.problem
    }
}
impl Reach for super::approximate::Sloped {
    fn problem(&mut self) -> &mut Problem {
        &mut self.of.problem
    }
}
impl Reach for super::preconditioned::Instance {
    fn problem(&mut self) -> &mut Problem {
        &mut self.problem.problem
    }
}

/// What is made extreme, and how.
type Extreme = (&'static str, fn(&mut Problem));

fn power(exponent: i32) -> Rational {
    Rational::from(1) << exponent
}

fn change_samples(problem: &mut Problem, change: impl Fn(&mut Vec<Sample<Rational>>, &mut Vec<Rational>)) {
    let (mut samples, mut weights) = (problem.data.samples().to_vec(), problem.data.weights().to_vec());
    change(&mut samples, &mut weights);
    problem.data = DataSet::weighted(samples, weights);
}

fn scale_weights(problem: &mut Problem, exponent: i32) {
    problem.theta.iter_mut().for_each(|parameter| *parameter *= power(exponent));
}

fn scale_inputs(problem: &mut Problem, exponent: i32) {
    change_samples(problem, |samples, _| {
        for sample in samples.iter_mut().filter(|sample| !sample.fixed.input) {
            sample.input.iter_mut().for_each(|entry| *entry *= power(exponent));
        }
    });
}

fn scale_targets(problem: &mut Problem, exponent: i32) {
    change_samples(problem, |samples, _| {
        for sample in samples.iter_mut().filter(|sample| !sample.fixed.target) {
            sample.target.iter_mut().for_each(|entry| *entry *= power(exponent));
        }
    });
}

fn scale_rates(problem: &mut Problem, exponent: i32) {
    problem.preconditioner = problem.preconditioner.map(|rate| rate * power(exponent));
}

/// Every layer's matrix of rank one, its entries `(r + 1) (c + 1)`.
fn rank_one(problem: &mut Problem) {
    let Some(layout) = problem.network.layout().cloned() else { return };
    for layer in 0..layout.depth() {
        for row in 0..layout.widths()[layer + 1] {
            for column in 0..layout.widths()[layer] {
                let entry = ((row + 1) * (column + 1)) as i64;
                problem.theta[layout.weight(layer, row, column)] = Rational::from((entry, 4));
            }
        }
    }
}

/// Every layer's matrix a rectangular identity: all spectra equal.
fn identities(problem: &mut Problem) {
    let Some(layout) = problem.network.layout().cloned() else { return };
    for layer in 0..layout.depth() {
        for row in 0..layout.widths()[layer + 1] {
            for column in 0..layout.widths()[layer] {
                problem.theta[layout.weight(layer, row, column)] = Rational::from(u8::from(row == column));
            }
        }
    }
}

/// The first unit has no incoming weights and a bias far below 0, or none of either.
fn dead_unit(problem: &mut Problem) {
    let Some(layout) = problem.network.layout().cloned() else { return };
    for column in 0..layout.widths()[0] {
        problem.theta[layout.weight(0, 0, column)] = Rational::new();
    }
    if let Some(bias) = layout.biases(0).next() {
        problem.theta[bias] = -power(16);
    }
}

/// Weights 1 and -1 in turn: what can cancel does, and entries of rows are equal up to sign.
fn alternating(problem: &mut Problem) {
    for (place, parameter) in problem.theta.iter_mut().enumerate() {
        *parameter = Rational::from(if place % 2 == 0 { 1 } else { -1 });
    }
}

const POINTS: &[Extreme] = &[
    ("weights times 2^16", |problem| scale_weights(problem, 16)),
    ("weights times 2^5", |problem| scale_weights(problem, 5)),
    ("weights times 2^-16", |problem| scale_weights(problem, -16)),
    ("one weight times 2^16", |problem| problem.theta[0] *= power(16)),
    ("inputs times 2^16", |problem| scale_inputs(problem, 16)),
    ("inputs times 2^-16", |problem| scale_inputs(problem, -16)),
    ("targets times 2^16", |problem| scale_targets(problem, 16)),
    ("learning rates times 2^16", |problem| scale_rates(problem, 16)),
    ("learning rates times 2^-16", |problem| scale_rates(problem, -16)),
    ("negative learning rates", |problem| {
        problem.preconditioner = problem.preconditioner.map(|rate| Rational::from(-rate));
    }),
    ("rank one", rank_one),
    ("identities", identities),
    ("dead unit", dead_unit),
    ("alternating", alternating),
    ("one sample", |problem| {
        change_samples(problem, |samples, weights| {
            samples.truncate(1);
            weights.truncate(1);
        });
    }),
    ("equal samples", |problem| {
        change_samples(problem, |samples, _| {
            let first = samples[0].clone();
            samples.fill(first);
        });
    }),
    ("a sample of weight -1 and one of weight 0", |problem| {
        change_samples(problem, |_, weights| {
            weights[0] = Rational::from(-1);
            weights.iter_mut().skip(1).take(1).for_each(|weight| *weight = Rational::new());
        });
    }),
    ("a sample of weight 2^16", |problem| change_samples(problem, |_, weights| weights[0] *= power(16))),
];

const DECAYS: &[Extreme] = &[
    ("decay times 2^16", |problem| problem.weight_decay *= power(16)),
    ("decay times 2^-16", |problem| problem.weight_decay *= power(-16)),
    ("no decay", |problem| problem.weight_decay = Rational::new()),
    ("negative decay", |problem| problem.weight_decay *= Rational::from(-1)),
];

const RATES: &[Extreme] = &[("indefinite rates of rank two", |problem| {
    let size = problem.theta.len();
    let entry = |row: usize, column: usize| Rational::from((row + column) as i64);
    problem.preconditioner = Preconditioner::Full(DMatrix::from_fn(size, size, entry));
})];

/// Bits of the intervals: enough for a softmax whose logits are thousands apart.
const BITS: u32 = 512;

/// The relations of an instance, in the rationals or in intervals.
fn judge<L>(law: &L, instance: &L::Instance) -> Result<Status, Unjudged>
where
    L: In<Rational> + In<Interval<BITS>>,
{
    Ok(if instance.is_algebraic() {
        Finding::judge(Scalar::Rational, &In::<Rational>::relations(law, instance)?, false).status
    } else {
        let relations = In::<Interval<BITS>>::relations(law, instance)?;
        Finding::judge(Scalar::Interval(BITS), &relations, false).status
    })
}

/// Judges the law on families made extreme: nowhere is it violated, and somewhere it says something.
fn attack<L>(id: &'static str, law: &L, families: u64, extremes: &[&[Extreme]])
where
    L: In<Rational> + In<Interval<BITS>>,
    L::Instance: Reach,
{
    let mut told = 0;
    for (name, change) in extremes.concat() {
        // One point of each family: the other has the same network.
        for index in (0..families).map(|family| family * POINTS_PER_FAMILY) {
            let mut instance = law.draw(&mut Draw::keyed(id, "law", 12, Case::Law, index)).expect("it can be drawn");
            change(instance.problem());
            let status = judge(law, &instance);
            assert_ne!(status, Ok(Status::Violated), "{id}: {name}, instance {index}: {}", instance.describe());
            told += usize::from(status == Ok(Status::Satisfied));
        }
    }
    assert!(told > 0, "{id} says nothing at any extreme");
}

macro_rules! attack {
    ($($claim:path),+; $families:literal, $extremes:expr) => {$({
        use $claim as claim;
        attack(claim::CLAIM.id, &claim::LAW, $families, $extremes);
    })+};
}

#[test]
fn the_laws_of_networks_hold_at_the_extremes() {
    use super::*;
    attack!(master, approximate; 12, &[POINTS, DECAYS, RATES]);
    attack!(neuron, layer, matrix, scale_invariant, preconditioned; 12, &[POINTS, DECAYS]);
    attack!(equipartition, representation; 12, &[POINTS]);
}

#[test]
fn the_laws_of_decoders_hold_at_the_extremes() {
    use super::transformer::*;
    attack!(
        attention_values, attention_keys, grouped_queries, rotary, gated_mlp, norm_gain, residual_stream;
        4, &[POINTS, DECAYS]
    );
}
