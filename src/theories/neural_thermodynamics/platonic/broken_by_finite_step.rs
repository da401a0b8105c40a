//! `platonic/broken-by-finite-step`: networks at a learning rate that is not small need not align.
//!
//! ```text
//! 1/2 |K/|K| - K'/|K'||^2 > 0
//! ```
//!
//! at minimisers of `F = L + eta/4 E|g|^2` of the target's rank, for Gram matrices `K`, `K'` of all inputs in hidden layers of two networks of
//! different depths, and for those of a network and of the closed form. Sources: [`PAPER`], [`PERFECT`].

use super::branch::{Found, hessian, stationary_point};
use super::closed_form::{carry, closed_form, orthonormal_frames};
use super::experiment::{Experiment, Wanted};
use super::misaligned::misaligned;
use super::{PAPER, PERFECT};
use crate::linalg::{Decomposable, LinalgError, singular_values, symmetric_eigen};
use crate::model::Carrier;
use crate::platonic::{Factors, Setting, alignment};
use crate::scalar::Rational;
use crate::verify::routes::{Decomposition, Few};
use crate::verify::{Claim, Draw, Drawn, Draws, In, Relation, Unjudged, all, control};
use nalgebra::DMatrix;
use std::cell::OnceCell;

/// Two networks that are said not to align.
#[derive(Clone, Copy)]
struct BrokenByFiniteStep {
    /// Whether they have one depth and width, share a minimiser but for the order of its hidden units, and are compared layer by layer with each other only.
    equal_depth: bool,
    /// `k` of the learning rates `2^-k` tried: the first, and the last.
    rates: (u32, u32),
}

/// The largest learning rate at which both networks have a minimiser is taken.
const LAW: BrokenByFiniteStep = BrokenByFiniteStep { equal_depth: false, rates: (2, 10) };
/// A learning rate at which nothing is left to see, as the misalignment is of order `eta^2`.
const SMALL: u32 = 24;

/// A hidden layer whose largest singular value is below this part of the closed form's has collapsed.
const COLLAPSED: f64 = 1.0 / 1024.0;

/// `platonic/broken-by-finite-step`
pub(super) static CLAIM: Claim = Claim {
    id: "platonic/broken-by-finite-step",
    title: "a learning rate that is not small",
    statement: "there are data for which at minimisers of F = L + eta/4 E|g|^2 of the target's rank, eta not small, 1/2 |K/|K| - K'/|K'||^2 > 0 between every \
        hidden layer and the closed form, and between every hidden layer of one network and every one of a network of another depth",
    hypotheses: &[
        "there are: every instance is a witness, and was not chosen; nothing is said of data that are not shown",
        "the setting of platonic/lower-bound; K, K' the Gram matrices of all inputs",
        "rank 2; depths 2 and 3, widths 2 and 3; both networks on the same data, without embeddings",
        "eta = 2^-k, the largest from 1/4 to 2^-10 at which both networks have such a minimiser downhill from the closed form: a positive semidefinite Hessian, and hidden layers whose largest singular value is at least 2^-10 of the closed form's, and whose singular values spread at most 8 times as far as there",
    ],
    references: &[PAPER, PERFECT],
    builds_on: &["platonic/entropic-limit"],
    law: &[all(&Few(Decomposition(LAW)))],
    controls: &[
        control(
            "equal-depth",
            "two networks of one depth and width, which start from one minimiser with the hidden units in another order",
            &Few(Decomposition(BrokenByFiniteStep { equal_depth: true, ..LAW })),
        ),
        control(
            "small-step",
            "eta = 2^-24: the limit is reached to the last digits that count",
            &Few(Decomposition(BrokenByFiniteStep { rates: (SMALL, SMALL), ..LAW })),
        ),
    ],
};

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

impl Drawn for Instance {
    fn describe(&self) -> String {
        self.networks.iter().map(|network| network.experiment.describe()).collect::<Vec<_>>().join("; ")
    }
}

impl Network {
    fn closed_form<T: Decomposable>(&self) -> Result<Factors<T>, LinalgError> {
        closed_form(&self.experiment.setting, self.experiment.rank, &self.frames)
    }

    fn grams<T: Decomposable>(&self, factors: &Factors<T>) -> Vec<DMatrix<T>> {
        let setting: Setting<T> = self.experiment.setting.carry();
        let inputs = carry::<T>(&self.experiment.input_columns());
        factors.representations(&setting, &inputs).iter().map(alignment::gram).collect()
    }

    /// In every hidden layer the first and the last of the singular values that the rank of the target asks for.
    fn extent(&self, factors: &Factors<f64>) -> Option<Vec<[f64; 2]>> {
        let setting: Setting<f64> = self.experiment.setting.carry();
        let layers = &factors.right(&setting)[1..factors.depth()];
        let of_layer = |layer: &DMatrix<f64>| {
            let values = singular_values(layer).ok()?.values;
            Some([values[0], values[self.experiment.rank - 1]])
        };
        layers.iter().map(of_layer).collect()
    }

    /// The minimiser at a learning rate in doubles, if it still has the rank of the target.
    fn minimiser(&self, eta: &Rational) -> Option<Factors<f64>> {
        let closed = self.closed_form::<f64>().ok()?;
        let tolerance = 2.0_f64.powi(-40);
        let found: Found<f64> = stationary_point(&self.experiment, eta, &closed, &tolerance).ok()?;
        let eigen = symmetric_eigen(&hessian(&self.experiment, eta, &found.factors)).ok()?;
        let largest = eigen.values.iter().fold(0.0_f64, |largest, value| largest.max(value.abs()));
        let least = eigen.values.iter().fold(f64::INFINITY, |least, value| least.min(*value));
        // Neither a dimension is lost nor all of them: at the origin rounding errors have a shape too.
        let (here, there) = (self.extent(&found.factors)?, self.extent(&closed)?);
        let kept = here.iter().zip(&there).all(|([first, last], [first_there, last_there])| {
            *first >= first_there * COLLAPSED && last / first >= last_there / first_there / 8.0
        });
        (kept && least >= -largest * 2.0_f64.powi(-36)).then_some(found.factors)
    }
}

impl Instance {
    /// The first learning rate at which both networks have a minimiser of full rank.
    fn near(&self, law: BrokenByFiniteStep) -> Option<&(Rational, [Factors<f64>; 2])> {
        let search = || {
            (law.rates.0..=law.rates.1).find_map(|k| {
                let eta = Rational::from((1, 1_i64 << k));
                let first = self.networks[0].minimiser(&eta)?;
                // Where there are several minima two searches could part: the symmetry gives the other point.
                let second = if law.equal_depth { reordered(&first) } else { self.networks[1].minimiser(&eta)? };
                Some((eta, [first, second]))
            })
        };
        self.near.get_or_init(search).as_ref()
    }
}

/// The hidden units of every layer in reverse order.
fn reordered(factors: &Factors<f64>) -> Factors<f64> {
    let depth = factors.depth();
    let reverse = |(layer, matrix): (usize, &DMatrix<f64>)| {
        let (rows, columns) = matrix.shape();
        DMatrix::from_fn(rows, columns, |row, column| {
            let row = if layer + 1 < depth { rows - 1 - row } else { row };
            matrix[(row, if layer > 0 { columns - 1 - column } else { column })]
        })
    };
    Factors(factors.0.iter().enumerate().map(reverse).collect())
}

impl Draws for BrokenByFiniteStep {
    type Instance = Instance;

    fn draw(&self, draw: &mut Draw) -> Result<Instance, Unjudged> {
        let stream = &mut draw.own();
        let first = loop {
            let wanted = Wanted { least_rank: 2, depth: (2, 3), embeddings: false, conditioned: true };
            let drawn = Experiment::draw(stream, wanted);
            if drawn.rank == 2 {
                break drawn;
            }
        };
        let depth = first.depth();
        let other = if self.equal_depth { depth } else { 5 - depth };
        let mut network = |depth: usize, width: usize| {
            let mut experiment = first.clone();
            experiment.hidden = vec![width; depth - 1];
            let frames = orthonormal_frames(stream, &experiment.hidden, experiment.rank);
            Network { experiment, frames }
        };
        let width = if self.equal_depth { 2 } else { 3 };
        Ok(Instance { networks: [network(depth, 2), network(other, width)], near: OnceCell::new() })
    }
}

impl<T: Decomposable + Carrier> In<T> for BrokenByFiniteStep {
    fn relations(&self, instance: &Instance) -> Result<Vec<Relation<T>>, Unjudged> {
        let Some((eta, near)) = instance.near(*self) else {
            return Err(Unjudged::outside("no minimiser of full rank at a learning rate that is not small"));
        };
        let tolerance = T::default_epsilon() * T::integer(1 << 12);
        let mut grams = Vec::new();
        for (network, start) in instance.networks.iter().zip(near) {
            let found: Found<T> = stationary_point(&network.experiment, eta, start, &tolerance)?;
            grams.push(network.grams(&found.factors));
        }
        let closed = instance.networks[0].grams(&instance.networks[0].closed_form::<T>()?);
        let relation = |label: String, here: &DMatrix<T>, there: &DMatrix<T>| {
            misaligned(label, alignment::misalignment(here, there))
        };
        let mut relations = Vec::new();
        for (layer, here) in grams[0].iter().enumerate() {
            if !self.equal_depth {
                relations.push(relation(format!("layer {} and the closed form", layer + 1), here, &closed[layer]));
            }
            for (other, there) in grams[1].iter().enumerate() {
                if !self.equal_depth || layer == other {
                    let label = format!("layer {} and layer {} of the other network", layer + 1, other + 1);
                    relations.push(relation(label, here, there));
                }
            }
        }
        Ok(relations)
    }
}
