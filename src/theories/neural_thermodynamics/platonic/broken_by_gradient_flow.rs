//! `platonic/broken-by-gradient-flow`: networks that follow the gradient flow of the loss need not align.
//!
//! ```text
//! 1/2 |K/|K| - K'/|K'||^2 > 0
//! ```
//!
//! where two networks end that follow `W' = -dL/dW` from weights of order 1, for Gram matrices `K`, `K'` of all inputs in any two hidden layers of
//! theirs. Sources: [`PAPER`], [`PERFECT`].

use super::closed_form::{carried, carry, closed_form, orthonormal_frames};
use super::experiment::{Experiment, Wanted, matrix};
use super::misaligned::misaligned;
use super::{PAPER, PERFECT};
use crate::dynamics::flow::integrate;
use crate::linalg::Decomposable;
use crate::linalg::products::{product, transposed_product};
use crate::model::mlp::Layout;
use crate::platonic::{Factors, Setting, alignment, setting::weighted_square};
use crate::scalar::Rational;
use crate::verify::routes::{Decomposition, Few};
use crate::verify::{Claim, Draw, Drawn, Draws, In, Relation, Unjudged, all, control};
use nalgebra::DMatrix;

/// Two networks that are said not to align.
#[derive(Clone, Copy)]
struct BrokenByGradientFlow {
    /// Whether they are at the minimisers of the entropy, and not where the flow ends.
    entropic: bool,
    /// Whether the target has rank 1 and the hidden layers width 1.
    narrow: bool,
}

const LAW: BrokenByGradientFlow = BrokenByGradientFlow { entropic: false, narrow: false };

/// `platonic/broken-by-gradient-flow`
pub static CLAIM: Claim = Claim {
    id: "platonic/broken-by-gradient-flow",
    title: "gradient flow from weights of order 1",
    statement: "there are data and starts of order 1 from which two networks that follow W' = -dL/dW end where 1/2 |K/|K| - K'/|K'||^2 > 0 \
        for every hidden layer of one and every hidden layer of the other",
    hypotheses: &[
        "there are: every instance is a witness, and was not chosen; nothing is said of starts that are not shown",
        "the setting of platonic/lower-bound; K, K' the Gram matrices of all inputs",
        "rank 2 or more; widths of the rank and more; the same data, random starts, depths 2 and 3, without embeddings",
        "weights start as numbers from 1/16 to 1 in size; the end is taken where L - tr Se <= 2^-40 tr(V Sx V^T); paths that are slower than 64 units of time are left out",
    ],
    references: &[PAPER, PERFECT],
    builds_on: &["noether/gradient-flow"],
    law: &[all(&Few(Decomposition(LAW)))],
    controls: &[
        control(
            "entropic",
            "the minimisers of the entropy in place of the ends of the flow",
            &Few(Decomposition(BrokenByGradientFlow { entropic: true, ..LAW })),
        ),
        control(
            "width-one",
            "a target of rank 1 and hidden layers of width 1: there is one direction to represent",
            &Few(Decomposition(BrokenByGradientFlow { narrow: true, ..LAW })),
        ),
    ],
};

/// Time between two looks at the loss, and how often it is looked at.
const STRETCH: i64 = 4;
const LOOKS: usize = 16;
/// The loss has fallen to its minimum when it is within `2^-CONVERGED` of it, so that kernels are known to about `2^-20` and a misalignment
/// that the check resolves to a part in 2^10.
const CONVERGED: i32 = 40;

struct Network {
    experiment: Experiment,
    frames: Vec<DMatrix<Rational>>,
    start: Factors<Rational>,
}

struct Instance {
    networks: [Network; 2],
}

impl Drawn for Instance {
    fn describe(&self) -> String {
        self.networks.iter().map(|network| network.experiment.describe()).collect::<Vec<_>>().join("; ")
    }
}

/// Where the flow ends: `dW_k/dt = -2 A_k^T (M_O W_D ... W_1 M_I - V) Sx B_k^T`, the gradient of L, as label noise has mean 0.
fn flow_end<T: Decomposable>(network: &Network) -> Result<Factors<T>, Unjudged> {
    let setting: Setting<T> = network.experiment.setting.carry();
    let layout = Layout::new(network.experiment.widths(), false);
    let minus_two = T::integer(-2);
    let field = |theta: &[T]| -> Vec<T> {
        let factors = Factors::of(&layout, theta);
        let (left, right) = (factors.left(&setting), factors.right(&setting));
        let end_to_end = product(&setting.embedding_out, &right[factors.depth()]);
        let excess = product(&(end_to_end - &setting.target), &setting.input_covariance);
        let velocity = |layer: usize| {
            product(&transposed_product(&left[layer], &excess), &right[layer].transpose())
                .map(|entry| entry * &minus_two)
        };
        Factors((0..factors.depth()).map(velocity).collect()).flat()
    };
    // 2^-40 of the path, or what the precision leaves of it.
    let fine = T::integer(2).powi(-CONVERGED);
    let coarse = T::default_epsilon() * T::integer(1 << 24);
    let tolerance = if fine > coarse { fine } else { coarse };
    let size = weighted_square(&setting.input_covariance, &setting.target.transpose());
    let mut theta: Vec<T> = carried(&network.start).flat();
    for _ in 0..LOOKS {
        let path = integrate(&field, &theta, &T::integer(STRETCH), &tolerance);
        theta = path.map_err(|error| Unjudged::outside(error.to_string()))?.theta;
        let factors = Factors::of(&layout, &theta);
        let excess = factors.end_to_end(&setting) - &setting.target;
        let loss = weighted_square(&setting.input_covariance, &excess.transpose());
        if loss <= T::integer(2).powi(-CONVERGED) * &size {
            return Ok(factors);
        }
    }
    Err(Unjudged::outside("the flow has not come near enough to a global minimum"))
}

impl Draws for BrokenByGradientFlow {
    type Instance = Instance;

    fn draw(&self, draw: &mut Draw) -> Result<Instance, Unjudged> {
        let (stream, narrow) = (&mut draw.own(), self.narrow);
        let least_rank = if narrow { 1 } else { 2 };
        let wanted = Wanted { least_rank, depth: (2, 3), embeddings: false, conditioned: true };
        let first = loop {
            let drawn = Experiment::draw(stream, wanted);
            if !narrow || drawn.rank == 1 {
                break drawn;
            }
        };
        let mut network = |depth: usize| {
            let mut experiment = first.clone();
            experiment.hidden = (1..depth).map(|_| if narrow { 1 } else { first.rank + stream.below(2) }).collect();
            let widths = experiment.widths();
            let start =
                Factors(widths.windows(2).map(|pair| matrix(stream, pair[1], pair[0]) / Rational::from(2)).collect());
            let frames = orthonormal_frames(stream, &experiment.hidden, experiment.rank);
            Network { experiment, frames, start }
        };
        let depth = first.depth();
        Ok(Instance { networks: [network(depth), network(5 - depth)] })
    }
}

impl<T: Decomposable> In<T> for BrokenByGradientFlow {
    fn relations(&self, instance: &Instance) -> Result<Vec<Relation<T>>, Unjudged> {
        let mut grams = Vec::new();
        for network in &instance.networks {
            let Network { experiment, frames, .. } = network;
            let factors = if self.entropic {
                closed_form(&experiment.setting, experiment.rank, frames)?
            } else {
                flow_end(network)?
            };
            let inputs = carry::<T>(&experiment.input_columns());
            let layers = factors.representations(&experiment.setting.carry(), &inputs);
            grams.push(layers.iter().map(alignment::gram).collect::<Vec<DMatrix<T>>>());
        }
        let mut relations = Vec::new();
        for (layer, here) in grams[0].iter().enumerate() {
            for (other, there) in grams[1].iter().enumerate() {
                let layers = format!("layer {} and layer {} of the other network", layer + 1, other + 1);
                relations.push(misaligned(layers, alignment::misalignment(here, there)));
            }
        }
        Ok(relations)
    }
}
