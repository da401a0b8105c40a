//! `platonic/broken-by-finite-step`

use super::branch::{Found, stationary_point};
use super::experiment::{Experiment, Wanted};
use super::lower_bound::{carry, orthonormal_frames};
use super::misaligned::misaligned;
use super::{PAPER, PERFECT};
use crate::claim::{Case, Claim, Control, Entry, Evidence, Examination, Relation, Settings, Stream, order};
use crate::claims::decomposed::{self, Decomposed, Setback};
use crate::linalg::{Decomposable, singular_values, symmetric_eigen};
use crate::model::Carrier;
use crate::platonic::{Factors, Setting, alignment, entropic_minimiser};
use crate::scalar::Rational;
use nalgebra::DMatrix;
use std::cell::OnceCell;

/// Networks at a learning rate that is not small.
pub struct BrokenByFiniteStep;

static ENTRY: Entry = Entry {
    id: "platonic/broken-by-finite-step",
    title: "a learning rate that is not small",
    statement: "there are data for which at minimisers of F = L + eta/4 E|g|^2 of the target's rank, eta not small, 1/2 |K/|K| - K'/|K'||^2 > 0 between every \
        hidden layer and the closed form, and between every hidden layer of one network and every one of a network of another depth",
    hypotheses: &[
        "there are: every instance is a witness, and was not chosen; nothing is said of data that are not shown",
        "the setting of platonic/lower-bound; K, K' the Gram matrices of all inputs",
        "rank 2; depths 2 and 3, widths 2 and 3; both networks on the same data, without embeddings",
        "eta = 2^-k, the largest from 1/4 to 2^-10 at which both networks have such a minimiser downhill from the closed form: a positive semidefinite Hessian, and singular values of the hidden layers spread at most 8 times as far as in the closed form",
    ],
    evidence: &[Evidence::Converged],
    controls: &[
        Control {
            name: "equal-depth",
            breaks: "two networks of one depth and different widths, which agree with each other",
        },
        Control { name: "small-step", breaks: "eta = 2^-24: the limit is reached to the last digits that count" },
    ],
    references: &[PAPER, PERFECT],
};

/// `k` of the learning rates `2^-k` tried, the largest first.
const LARGEST: u32 = 2;
const SMALLEST: u32 = 10;
/// A learning rate at which nothing is left to see, as the misalignment is of order `eta^2`.
const SMALL: u32 = 24;

/// A network on the shared data.
struct Network {
    experiment: Experiment,
    frames: Vec<DMatrix<Rational>>,
}

struct Instance {
    networks: [Network; 2],
    /// The learning rate and where both minimisers are, found once for all precisions.
    near: OnceCell<Option<(Rational, [Factors<f64>; 2])>>,
}

impl Network {
    fn closed_form<T: Decomposable>(&self) -> Result<Factors<T>, Setback> {
        let frames: Vec<DMatrix<T>> = self.frames.iter().map(carry).collect();
        Ok(entropic_minimiser(&self.experiment.setting.carry(), self.experiment.rank, &frames)?)
    }

    fn grams<T: Decomposable>(&self, factors: &Factors<T>) -> Vec<DMatrix<T>> {
        let setting: Setting<T> = self.experiment.setting.carry();
        let inputs = carry::<T>(&self.experiment.input_columns());
        factors.representations(&setting, &inputs).iter().map(alignment::gram).collect()
    }

    /// In every hidden layer, the last of the singular values that the rank of the target asks for, over the first: 0 if a dimension is lost.
    fn spread(&self, factors: &Factors<f64>) -> Option<Vec<f64>> {
        let setting: Setting<f64> = self.experiment.setting.carry();
        let layers = &factors.right(&setting)[1..factors.depth()];
        let of_layer = |layer: &DMatrix<f64>| {
            let values = singular_values(layer).ok()?.values;
            Some(values[self.experiment.rank - 1] / values[0])
        };
        layers.iter().map(of_layer).collect()
    }

    /// The minimiser at a learning rate in doubles, if it still has the rank of the target.
    fn minimiser(&self, eta: &Rational) -> Option<Factors<f64>> {
        let closed = self.closed_form::<f64>().ok()?;
        let tolerance = 2.0_f64.powi(-40);
        let found: Found<f64> = stationary_point(&self.experiment, eta, &closed, &tolerance).ok()?;
        let eigen = symmetric_eigen(&found.hessian).ok()?;
        let largest = eigen.values.iter().fold(0.0_f64, |largest, value| largest.max(value.abs()));
        let least = eigen.values.iter().fold(f64::INFINITY, |least, value| least.min(*value));
        let kept =
            self.spread(&found.factors)?.iter().zip(&self.spread(&closed)?).all(|(here, there)| *here >= there / 8.0);
        (kept && least >= -largest * 2.0_f64.powi(-36)).then_some(found.factors)
    }
}

impl Instance {
    fn draw(stream: &mut Stream, case: Case) -> Self {
        let first = loop {
            let wanted = Wanted { least_rank: 2, depth: (2, 3), embeddings: false, conditioned: true };
            let drawn = Experiment::draw(stream, wanted);
            if drawn.rank == 2 {
                break drawn;
            }
        };
        let depth = first.depth();
        let other = if case.is_control(&ENTRY, "equal-depth") { depth } else { 5 - depth };
        let mut network = |depth: usize, width: usize| {
            let mut experiment = first.clone();
            experiment.hidden = vec![width; depth - 1];
            let frames = orthonormal_frames(stream, &experiment.hidden, experiment.rank);
            Network { experiment, frames }
        };
        Instance { networks: [network(depth, 2), network(other, 3)], near: OnceCell::new() }
    }

    /// The largest learning rate at which both networks have a minimiser of full rank.
    fn near(&self, case: Case) -> Option<&(Rational, [Factors<f64>; 2])> {
        let small = case.is_control(&ENTRY, "small-step");
        let search = || {
            let mut rates = if small { SMALL..=SMALL } else { LARGEST..=SMALLEST };
            rates.find_map(|k| {
                let eta = Rational::from((1, 1_i64 << k));
                let first = self.networks[0].minimiser(&eta)?;
                let second = self.networks[1].minimiser(&eta)?;
                Some((eta, [first, second]))
            })
        };
        self.near.get_or_init(search).as_ref()
    }
}

impl Decomposed for Instance {
    fn describe(&self) -> String {
        self.networks.iter().map(|network| network.experiment.describe()).collect::<Vec<_>>().join("; ")
    }

    fn relations<T: Decomposable + Carrier>(&self, case: Case) -> Result<Vec<Relation<T>>, Setback> {
        let Some((eta, near)) = self.near(case) else {
            return Err(Setback::Outside("no minimiser of full rank at a learning rate that is not small".to_owned()));
        };
        let tolerance = T::default_epsilon() * T::integer(1 << 12);
        let mut grams = Vec::new();
        for (network, start) in self.networks.iter().zip(near) {
            let found: Found<T> = stationary_point(&network.experiment, eta, start, &tolerance)?;
            grams.push(network.grams(&found.factors));
        }
        let closed = self.networks[0].grams(&self.networks[0].closed_form::<T>()?);
        let relation = |label: String, here: &DMatrix<T>, there: &DMatrix<T>| {
            misaligned(label, alignment::misalignment(here, there))
        };
        let mut relations = Vec::new();
        for (layer, here) in grams[0].iter().enumerate() {
            if !case.is_control(&ENTRY, "equal-depth") {
                relations.push(relation(format!("layer {} and the closed form", layer + 1), here, &closed[layer]));
            }
            // Networks of one depth agree layer by layer.
            for (other, there) in grams[1].iter().enumerate() {
                if !case.is_control(&ENTRY, "equal-depth") || layer == other {
                    let label = format!("layer {} and layer {} of the other network", layer + 1, other + 1);
                    relations.push(relation(label, here, there));
                }
            }
        }
        Ok(relations)
    }
}

impl Claim for BrokenByFiniteStep {
    fn entry(&self) -> &'static Entry {
        &ENTRY
    }

    fn instances(&self, case: Case, asked: u64) -> u64 {
        order::instances(case, asked)
    }

    fn examine(&self, settings: &Settings, case: Case, index: u64) -> Examination {
        let mut stream = Stream::new(&[ENTRY.id, case.name(&ENTRY)], settings.seed, index);
        decomposed::examine(&Instance::draw(&mut stream, case), settings, case)
    }
}
