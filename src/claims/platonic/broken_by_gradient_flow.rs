//! `platonic/broken-by-gradient-flow`

use super::experiment::{Experiment, Wanted, matrix};
use super::lower_bound::{carry, orthonormal_frames};
use super::misaligned::misaligned;
use super::{PAPER, PERFECT};
use crate::claim::{Case, Claim, Control, Entry, Evidence, Examination, Relation, Settings, Stream, order};
use crate::claims::decomposed::{self, Decomposed, Setback};
use crate::dynamics::flow::integrate;
use crate::linalg::Decomposable;
use crate::linalg::products::{product, transposed_product};
use crate::model::mlp::Layout;
use crate::platonic::{Factors, Setting, alignment, entropic_minimiser, setting::weighted_square};
use crate::scalar::Rational;
use nalgebra::DMatrix;

/// Networks that follow the gradient flow of the loss.
pub struct BrokenByGradientFlow;

static ENTRY: Entry = Entry {
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
    evidence: &[Evidence::Converged],
    controls: &[
        Control { name: "entropic", breaks: "the minimisers of the entropy in place of the ends of the flow" },
        Control {
            name: "width-one",
            breaks: "a target of rank 1 and hidden layers of width 1: there is one direction to represent",
        },
    ],
    references: &[PAPER, PERFECT],
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

/// Where the flow ends: `dW_k/dt = -2 A_k^T (M_O W_D ... W_1 M_I - V) Sx B_k^T`, the gradient of L, as label noise has mean 0.
fn flow_end<T: Decomposable>(network: &Network) -> Result<Factors<T>, Setback> {
    let setting: Setting<T> = network.experiment.setting.carry();
    let layout = Layout::new(network.experiment.widths(), false);
    let minus_two = T::integer(-2);
    let field = |theta: &[T]| -> Vec<T> {
        let factors = Factors::of(&layout, theta);
        let (left, right) = (factors.left(&setting), factors.right(&setting));
        let excess = product(&(factors.end_to_end(&setting) - &setting.target), &setting.input_covariance);
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
    let mut theta: Vec<T> = Factors(network.start.0.iter().map(carry::<T>).collect()).flat();
    for _ in 0..LOOKS {
        let path = integrate(&field, &theta, &T::integer(STRETCH), &tolerance);
        theta = path.map_err(|error| Setback::Outside(error.to_string()))?.theta;
        let factors = Factors::of(&layout, &theta);
        let excess = factors.end_to_end(&setting) - &setting.target;
        let loss = weighted_square(&setting.input_covariance, &excess.transpose());
        if loss <= T::integer(2).powi(-CONVERGED) * &size {
            return Ok(factors);
        }
    }
    Err(Setback::Outside("the flow has not come near enough to a global minimum".to_owned()))
}

impl Instance {
    fn draw(stream: &mut Stream, case: Case) -> Self {
        let narrow = case.is_control(&ENTRY, "width-one");
        let least_rank = if narrow { 1 } else { 2 };
        let first = loop {
            let wanted = Wanted { least_rank, depth: (2, 3), embeddings: false, conditioned: true };
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
        Instance { networks: [network(depth), network(5 - depth)] }
    }
}

impl Decomposed for Instance {
    fn describe(&self) -> String {
        self.networks.iter().map(|network| network.experiment.describe()).collect::<Vec<_>>().join("; ")
    }

    fn relations<T: Decomposable>(&self, case: Case) -> Result<Vec<Relation<T>>, Setback> {
        let mut grams = Vec::new();
        for network in &self.networks {
            let setting: Setting<T> = network.experiment.setting.carry();
            let factors = if case.is_control(&ENTRY, "entropic") {
                let frames: Vec<DMatrix<T>> = network.frames.iter().map(carry).collect();
                entropic_minimiser(&setting, network.experiment.rank, &frames)?
            } else {
                flow_end(network)?
            };
            let inputs = carry::<T>(&network.experiment.input_columns());
            let layers = factors.representations(&setting, &inputs);
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

impl Claim for BrokenByGradientFlow {
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
