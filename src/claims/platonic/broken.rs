//! `platonic/broken-by-...`: four ways to lose the common representation whose minima are known in closed form.

use super::alignment::seen_through;
use super::enclosed::{Approximate, Enclosed, entropic_kernel, projected, root_kernel};
use super::experiment::{Experiment, Wanted, identity, invertible};
use super::lower_bound::{carry, orthonormal_frames};
use super::misaligned::misaligned;
use super::orthogonal_labels::transformed;
use super::{PAPER, PERFECT};
use crate::claim::theorem::INTERVAL_BITS;
use crate::claim::{Case, Claim, Control, Entry, Evidence, Examination, Finding, Relation, Scalar, Settings, Stream};
use crate::claims::decomposed::{self, Decomposed, Setback};
use crate::linalg::products::{product, transposed_product};
use crate::linalg::{
    Decomposable, LinalgError, SingularValues, exact, inverse, inverse_square_root, singular_values, square_root,
};
use crate::platonic::{Setting, alignment, entropic_minimiser};
use crate::scalar::{Field, Rational, Real, Ring};
use nalgebra::DMatrix;

/// A claim that two networks, which should have one representation, do not.
pub struct Broken {
    entry: &'static Entry,
    draw: Draw,
}

/// Draws an instance; the second argument tells whether it is for the control of a name.
type Draw = fn(&mut Stream, &dyn Fn(&str) -> bool) -> Instance;

/// Which minimum a network is at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Minimum {
    /// That of the entropy.
    Entropic,
    /// That of `sum |W_i|^2`, where infinitesimal weight decay leads.
    LeastNorm,
    /// The entropic one for the best target of one rank less: a saddle of the loss.
    LowerRank,
}

/// A network at a minimum, seeing the inputs through a view.
struct Network {
    setting: Setting<Rational>,
    view: DMatrix<Rational>,
    minimum: Minimum,
}

/// Two networks of one architecture, compared layer by layer.
struct Instance {
    experiment: Experiment,
    networks: [Network; 2],
    frames: Vec<DMatrix<Rational>>,
}

static BY_WEIGHT_DECAY_ENTRY: Entry = Entry {
    id: "platonic/broken-by-weight-decay",
    title: "weight decay in place of the entropic force",
    statement: "where sum |W_i|^2 is least among the global minima, networks trained on x and on Z x: 1/2 |K/|K| - K'/|K'||^2 > 0 in every hidden layer",
    hypotheses: &[
        "the setting of platonic/lower-bound; K, K' the Gram matrices of all inputs in one hidden layer of both networks",
        "V (Z^T M_I^T M_I Z)^-1 V^T is not proportional to V (M_I^T M_I)^-1 V^T, that is when and only when they align: true of almost all invertible Z; \
         rank 2 or more, depth 2 to 4, Z and fixed embeddings invertible",
        "the limit of small weight decay without entropic force",
    ],
    evidence: &[Evidence::Enclosed],
    controls: &[
        Control { name: "orthogonal-view", breaks: "an orthogonal Z with identity embeddings, which changes nothing" },
        Control { name: "entropic", breaks: "the entropic force after all: the networks align" },
    ],
    references: &[PAPER, PERFECT],
};

static BY_LABEL_TRANSFORMATION_ENTRY: Entry = Entry {
    id: "platonic/broken-by-label-transformation",
    title: "labels that are stretched",
    statement: "entropic minimisers for y and for T y: 1/2 |K/|K| - K'/|K'||^2 > 0 in every hidden layer",
    hypotheses: &[
        "the setting of platonic/lower-bound; K, K' the Gram matrices of all inputs in one hidden layer of both networks",
        "T is invertible and V^T T^T T Se T^T T V is not proportional to V^T Se V, that is when and only when they align; rank 2 or more, depth 2 to 4",
    ],
    evidence: &[Evidence::Enclosed],
    controls: &[Control { name: "multiple-of-orthogonal", breaks: "T = 3 O with orthogonal O, which changes nothing" }],
    references: &[PAPER, PERFECT],
};

static BY_SADDLE_ENTRY: Entry = Entry {
    id: "platonic/broken-by-saddle",
    title: "a solution of lower rank",
    statement: "the entropic minimiser for V and that for its best approximation of one rank less: 1/2 |K/|K| - K'/|K'||^2 > 0 in every hidden layer",
    hypotheses: &[
        "the setting of platonic/lower-bound; K, K' the Gram matrices of all inputs in one hidden layer of both networks",
        "rank 2 or more, depth 2 to 4, embeddings of its own for each; best in the mean square over the inputs: a saddle of the loss",
    ],
    evidence: &[Evidence::Enclosed],
    controls: &[Control { name: "full-rank", breaks: "both of full rank, with different embeddings" }],
    references: &[PAPER, PERFECT],
};

static BY_HETEROGENEOUS_NOISE_ENTRY: Entry = Entry {
    id: "platonic/broken-by-heterogeneous-noise",
    title: "noise whose size depends on the input",
    statement: "the entropic minimiser for noise e and that for noise sigma(x) e: 1/2 |K/|K| - K'/|K'||^2 > 0 in every hidden layer",
    hypotheses: &[
        "the setting of platonic/lower-bound; K, K' the Gram matrices of all inputs in one hidden layer of both networks",
        "V E[sigma^2 x x^T] V^T is not proportional to V Sx V^T, that is when and only when they align; e of mean 0 and independent of x, E[sigma^2 x x^T] positive definite; rank 2 or more, depth 2 to 4",
    ],
    evidence: &[Evidence::Enclosed],
    controls: &[Control { name: "sign-only", breaks: "sigma depends on the sign of x only, which changes nothing" }],
    references: &[PAPER, PERFECT],
};

/// `platonic/broken-by-weight-decay`
pub static BY_WEIGHT_DECAY: Broken = Broken { entry: &BY_WEIGHT_DECAY_ENTRY, draw: weight_decay };
/// `platonic/broken-by-label-transformation`
pub static BY_LABEL_TRANSFORMATION: Broken =
    Broken { entry: &BY_LABEL_TRANSFORMATION_ENTRY, draw: label_transformation };
/// `platonic/broken-by-saddle`
pub static BY_SADDLE: Broken = Broken { entry: &BY_SADDLE_ENTRY, draw: saddle };
/// `platonic/broken-by-heterogeneous-noise`
pub static BY_HETEROGENEOUS_NOISE: Broken = Broken { entry: &BY_HETEROGENEOUS_NOISE_ENTRY, draw: heterogeneous_noise };

/// An experiment of rank 2 or more with hidden layers.
fn experiment(stream: &mut Stream, embeddings: bool) -> Experiment {
    Experiment::draw(stream, Wanted { least_rank: 2, depth: (2, 4), embeddings, conditioned: true })
}

fn pair(stream: &mut Stream, experiment: Experiment, networks: [Network; 2]) -> Instance {
    let frames = orthonormal_frames(stream, &experiment.hidden, experiment.rank);
    Instance { experiment, networks, frames }
}

fn weight_decay(stream: &mut Stream, is: &dyn Fn(&str) -> bool) -> Instance {
    let orthogonal = is("orthogonal-view");
    let experiment = experiment(stream, !orthogonal);
    let size = experiment.inputs[0].len();
    let view = if orthogonal {
        orthonormal_frames(stream, &[size], size).remove(0)
    } else {
        // Strongly stretched, so that no accident makes it nearly orthogonal.
        let mut view = invertible(stream, size);
        for column in 0..size {
            view[(0, column)] *= 4;
        }
        view
    };
    let minimum = if is("entropic") { Minimum::Entropic } else { Minimum::LeastNorm };
    let network =
        |view: DMatrix<Rational>| Network { setting: seen_through(&experiment.setting, &view), view, minimum };
    let networks = [network(identity(size)), network(view)];
    pair(stream, experiment, networks)
}

fn label_transformation(stream: &mut Stream, is: &dyn Fn(&str) -> bool) -> Instance {
    let experiment = experiment(stream, true);
    let outputs = experiment.noises[0].len();
    let labels = if is("multiple-of-orthogonal") {
        orthonormal_frames(stream, &[outputs], outputs).remove(0).map(|entry| entry * 3)
    } else {
        let mut labels = invertible(stream, outputs);
        for column in 0..outputs {
            labels[(0, column)] *= 8;
        }
        labels
    };
    let view = identity(experiment.inputs[0].len());
    let network = |setting: Setting<Rational>| Network { setting, view: view.clone(), minimum: Minimum::Entropic };
    let networks = [network(experiment.setting.clone()), network(transformed(&experiment.setting, &labels))];
    pair(stream, experiment, networks)
}

fn saddle(stream: &mut Stream, is: &dyn Fn(&str) -> bool) -> Instance {
    let experiment = experiment(stream, true);
    let (inputs, outputs) = (experiment.inputs[0].len(), experiment.noises[0].len());
    let other = Setting {
        embedding_in: invertible(stream, inputs),
        embedding_out: invertible(stream, outputs),
        ..experiment.setting.clone()
    };
    let lower = if is("full-rank") { Minimum::Entropic } else { Minimum::LowerRank };
    let network = |setting, minimum| Network { setting, view: identity(inputs), minimum };
    let networks = [network(experiment.setting.clone(), Minimum::Entropic), network(other, lower)];
    pair(stream, experiment, networks)
}

/// With `e` independent of `x` and noise `sigma(x) e`, `1/4 E|g|^2 = sum_i tr(Se A_i A_i^T) tr(B_i E[sigma^2 x x^T] B_i^T)`: the minimiser is the
/// entropic one with `E[sigma^2 x x^T]` in the place of `Sx`.
fn heterogeneous_noise(stream: &mut Stream, is: &dyn Fn(&str) -> bool) -> Instance {
    let mut experiment = experiment(stream, true);
    let half = experiment.inputs.len() / 2;
    // Inputs come with their negatives, in the second half.
    let large = |number: usize| if is("sign-only") { number < half } else { number.is_multiple_of(half) };
    let weighted: Vec<Vec<Rational>> = experiment
        .inputs
        .iter()
        .enumerate()
        .map(|(number, input)| {
            input.iter().map(|entry| Rational::from(entry * if large(number) { 8 } else { 1 })).collect()
        })
        .collect();
    let noisy = Setting::of_data(&weighted, &experiment.noises, experiment.setting.target.clone());
    let other = Setting { input_covariance: noisy.input_covariance, ..experiment.setting.clone() };
    experiment.hidden.truncate(3);
    let view = identity(experiment.inputs[0].len());
    let network = |setting| Network { setting, view: view.clone(), minimum: Minimum::Entropic };
    let networks = [network(experiment.setting.clone()), network(other)];
    pair(stream, experiment, networks)
}

impl Instance {
    /// The representations of the inputs in every hidden layer of a network.
    fn representations<T: Decomposable>(&self, network: &Network) -> Result<Vec<DMatrix<T>>, LinalgError> {
        let setting: Setting<T> = network.setting.carry();
        let inputs = product(&carry::<T>(&network.view), &carry::<T>(&self.experiment.input_columns()));
        let frames: Vec<DMatrix<T>> = self.frames.iter().map(carry).collect();
        match network.minimum {
            Minimum::Entropic => {
                Ok(entropic_minimiser(&setting, self.experiment.rank, &frames)?.representations(&setting, &inputs))
            }
            Minimum::LeastNorm => {
                let embedded = product(&setting.embedding_in, &inputs);
                let layers = least_norm(&setting, self.experiment.depth())?;
                Ok(layers.iter().map(|layer| product(layer, &embedded)).collect())
            }
            Minimum::LowerRank => {
                let rank = self.experiment.rank - 1;
                let setting = Setting { target: truncated(&setting, rank)?, ..setting };
                let frames: Vec<DMatrix<T>> = frames.iter().map(|frame| frame.columns(0, rank).into_owned()).collect();
                Ok(entropic_minimiser(&setting, rank, &frames)?.representations(&setting, &inputs))
            }
        }
    }
}

impl Instance {
    /// The kernels of the inputs in every hidden layer of a network, up to factors, enclosed.
    fn kernels(&self, network: &Network) -> Result<Vec<DMatrix<Enclosed>>, LinalgError> {
        let Experiment { rank, .. } = self.experiment;
        let (depth, setting) = (self.experiment.depth(), &network.setting);
        let inputs = product(&network.view, &self.experiment.input_columns());
        let nothing = Enclosed::integer(0);
        // The layers of an entropic minimum have one kernel up to factors.
        let common = |kernel: DMatrix<Enclosed>| vec![kernel; depth - 1];
        match network.minimum {
            Minimum::Entropic => Ok(common(entropic_kernel(setting, rank, &self.frames, &inputs, &nothing)?)),
            Minimum::LowerRank => {
                let decomposition = leading::<Approximate>(&setting.carry())?;
                let (target, slack) = projected(setting, &decomposition.left.columns(0, rank - 1).into_owned())?;
                let frames: Vec<DMatrix<Rational>> =
                    self.frames.iter().map(|frame| frame.columns(0, rank - 1).into_owned()).collect();
                let lower = Setting { target, ..setting.clone() };
                Ok(common(entropic_kernel(&lower, rank - 1, &frames, &inputs, &slack)?))
            }
            Minimum::LeastNorm => {
                let outer = (exact::inverse(&setting.embedding_out)?, exact::inverse(&setting.embedding_in)?);
                let inner = product(&product(&outer.0, &setting.target), &outer.1);
                let square = transposed_product(&inner, &inner);
                let embedded = product(&setting.embedding_in, &inputs);
                let mut power = square.clone();
                let mut kernels = Vec::new();
                for factor in least_norm::<Approximate>(&setting.carry(), depth)? {
                    kernels.push(root_kernel(&factor, &power, depth as u32, &embedded)?);
                    power = product(&power, &square);
                }
                Ok(kernels)
            }
        }
    }

    /// The misalignments with bounds on all errors.
    fn enclosed(&self) -> Result<Vec<Relation<Enclosed>>, LinalgError> {
        let (first, second) = (self.kernels(&self.networks[0])?, self.kernels(&self.networks[1])?);
        let pairs = first.iter().zip(&second).enumerate();
        Ok(pairs.map(|(layer, (one, other))| relation(layer, alignment::misalignment(one, other))).collect())
    }
}

/// `0 < misalignment` in a hidden layer, counted from 0.
fn relation<T: Field>(layer: usize, misalignment: T) -> Relation<T> {
    misaligned(format!("layer {}", layer + 1), misalignment)
}

/// What hidden layers apply to their embedded inputs where `sum |W_i|^2` is least: with `M_O^-1 V M_I^-1 = L diag(s) R^T` the weights are
/// `diag(s)^(1/D)` in every layer, up to rotations of the hidden units, and layer `i` applies `diag(s)^(i/D) R^T`.
pub(super) fn least_norm<T: Decomposable>(setting: &Setting<T>, depth: usize) -> Result<Vec<DMatrix<T>>, LinalgError> {
    let inner = product(&product(&inverse(&setting.embedding_out)?, &setting.target), &inverse(&setting.embedding_in)?);
    let decomposition = singular_values(&inner)?;
    let rank = decomposition.rank(&T::integer(2).powi(-16));
    let layer = |layer: usize| {
        let power = T::ratio(layer as i64, depth as i64);
        DMatrix::from_fn(rank, inner.ncols(), |row, column| {
            let scale = Real::exp(&T::product(&power, &Real::ln(&decomposition.values[row])));
            T::product(&scale, &decomposition.right[(column, row)])
        })
    };
    Ok((1..depth).map(layer).collect())
}

/// The singular values of `V Sx^(1/2)`, the largest first.
fn leading<T: Decomposable>(setting: &Setting<T>) -> Result<SingularValues<T>, LinalgError> {
    singular_values(&product(&setting.target, &square_root(&setting.input_covariance)?))
}

/// The matrix of given rank closest to the target in the mean square over the inputs.
fn truncated<T: Decomposable>(setting: &Setting<T>, rank: usize) -> Result<DMatrix<T>, LinalgError> {
    let decomposition = leading(setting)?;
    let left = decomposition.left.columns(0, rank).into_owned();
    let scaled = DMatrix::from_fn(left.nrows(), rank, |row, column| {
        T::product(&left[(row, column)], &decomposition.values[column])
    });
    let right = decomposition.right.columns(0, rank).transpose();
    Ok(product(&product(&scaled, &right), &inverse_square_root(&setting.input_covariance)?))
}

impl Decomposed for Instance {
    fn describe(&self) -> String {
        self.experiment.describe()
    }

    fn relations<T: Decomposable>(&self, _: Case) -> Result<Vec<Relation<T>>, Setback> {
        let first = self.representations::<T>(&self.networks[0])?;
        let second = self.representations::<T>(&self.networks[1])?;
        let misalignment = |(layer, (one, other)): (usize, (&DMatrix<T>, &DMatrix<T>))| {
            relation(layer, alignment::misalignment(&alignment::gram(one), &alignment::gram(other)))
        };
        Ok(first.iter().zip(&second).enumerate().map(misalignment).collect())
    }
}

impl Claim for Broken {
    fn entry(&self) -> &'static Entry {
        self.entry
    }

    fn examine(&self, settings: &Settings, case: Case, index: u64) -> Examination {
        let mut stream = Stream::new(&[self.entry.id, case.name(self.entry)], settings.seed, index);
        let instance = (self.draw)(&mut stream, &|name| case.is_control(self.entry, name));
        let mut examination = decomposed::examine(&instance, settings, case);
        if examination.excluded.is_none() {
            let scalar = Scalar::Interval(INTERVAL_BITS);
            examination.findings.push(match instance.enclosed() {
                Ok(relations) => settings.judge(scalar, relations, case),
                Err(_) => Finding::undecided(scalar, "a decomposition failed"),
            });
        }
        examination
    }
}
