//! Two networks of one architecture that should have one representation and do not, at minima that are known in closed form: what
//! `platonic/broken-by-weight-decay`, `-label-transformation`, `-saddle` and `-heterogeneous-noise` share.

use super::closed_form::{carry, closed_form, orthonormal_frames};
use super::enclosed::{Approximate, Enclosed, entropic_kernel, projected, root_kernel};
use super::experiment::{Experiment, Wanted};
use super::misaligned::misaligned;
use crate::linalg::products::{product, transposed_product};
use crate::linalg::{
    Decomposable, LinalgError, SingularValues, exact, inverse, inverse_square_root, singular_values, square_root,
};
use crate::platonic::{Setting, alignment, entropic_minimiser};
use crate::scalar::{Field, Rational, Real, Ring};
use crate::verify::{Draw, Drawn, Draws, Enclosing, In, Relation, Stream, Unjudged};
use nalgebra::DMatrix;

/// `0 < 1/2 |K/|K| - K'/|K'||^2` in every hidden layer of two networks.
#[derive(Clone, Copy)]
pub struct Broken<P>(pub P);

/// How the two networks are drawn.
pub trait Pairs: Sync {
    /// Draws them.
    fn pair(&self, stream: &mut Stream) -> Pair;
}

/// Which minimum a network is at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Minimum {
    /// That of the entropy.
    Entropic,
    /// That of `sum |W_i|^2`, where infinitesimal weight decay leads.
    LeastNorm,
    /// The entropic one for the best target of one rank less: a saddle of the loss.
    LowerRank,
}

/// A network at a minimum, seeing the inputs through a view.
pub struct Network {
    /// Its setting.
    pub setting: Setting<Rational>,
    /// `Z`
    pub view: DMatrix<Rational>,
    /// Where it is.
    pub minimum: Minimum,
}

/// Two networks of one architecture, compared layer by layer.
pub struct Pair {
    experiment: Experiment,
    networks: [Network; 2],
    frames: Vec<DMatrix<Rational>>,
}

/// An experiment of rank 2 or more with hidden layers.
pub fn experiment(stream: &mut Stream, embeddings: bool) -> Experiment {
    Experiment::draw(stream, Wanted { least_rank: 2, depth: (2, 4), embeddings, conditioned: true })
}

impl Pair {
    /// Two networks of the architecture of an experiment.
    pub fn draw(stream: &mut Stream, experiment: Experiment, networks: [Network; 2]) -> Self {
        let frames = orthonormal_frames(stream, &experiment.hidden, experiment.rank);
        Pair { experiment, networks, frames }
    }

    /// The representations of the inputs in every hidden layer of a network.
    fn representations<T: Decomposable>(&self, network: &Network) -> Result<Vec<DMatrix<T>>, LinalgError> {
        let setting: Setting<T> = network.setting.carry();
        let inputs = product(&carry::<T>(&network.view), &carry::<T>(&self.experiment.input_columns()));
        let rank = self.experiment.rank;
        match network.minimum {
            Minimum::Entropic => {
                Ok(closed_form(&network.setting, rank, &self.frames)?.representations(&setting, &inputs))
            }
            Minimum::LeastNorm => {
                let embedded = product(&setting.embedding_in, &inputs);
                let layers = least_norm(&setting, self.experiment.depth())?;
                Ok(layers.iter().map(|layer| product(layer, &embedded)).collect())
            }
            Minimum::LowerRank => {
                let rank = rank - 1;
                let setting = Setting { target: truncated(&setting, rank)?, ..setting };
                let frames: Vec<DMatrix<T>> =
                    self.frames.iter().map(|frame| carry(&frame.columns(0, rank).into_owned())).collect();
                Ok(entropic_minimiser(&setting, rank, &frames)?.representations(&setting, &inputs))
            }
        }
    }

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
}

/// `0 < misalignment` in every hidden layer, for the kernels of both networks.
fn misalignments<T: Field>(
    [first, second]: [Vec<DMatrix<T>>; 2],
    misalignment: impl Fn(&DMatrix<T>, &DMatrix<T>) -> T,
) -> Vec<Relation<T>> {
    let pairs = first.iter().zip(&second).enumerate();
    pairs.map(|(layer, (one, other))| misaligned(format!("layer {}", layer + 1), misalignment(one, other))).collect()
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

impl Drawn for Pair {
    fn base(&self) -> Option<&dyn Drawn> {
        Some(&self.experiment)
    }
}

impl<P: Pairs> Draws for Broken<P> {
    type Instance = Pair;

    fn draw(&self, draw: &mut Draw) -> Result<Pair, Unjudged> {
        Ok(self.0.pair(&mut draw.own()))
    }
}

impl<T: Decomposable, P: Pairs> In<T> for Broken<P> {
    fn relations(&self, pair: &Pair) -> Result<Vec<Relation<T>>, Unjudged> {
        let [first, second] = &pair.networks;
        let layers = [pair.representations::<T>(first)?, pair.representations::<T>(second)?];
        let misalignment = |one: &DMatrix<T>, other: &DMatrix<T>| {
            alignment::misalignment(&alignment::gram(one), &alignment::gram(other))
        };
        Ok(misalignments(layers, misalignment))
    }
}

impl<P: Pairs> Enclosing for Broken<P> {
    fn enclosed(&self, pair: &Pair) -> Result<Vec<Relation<Enclosed>>, Unjudged> {
        let [first, second] = &pair.networks;
        Ok(misalignments([pair.kernels(first)?, pair.kernels(second)?], alignment::misalignment))
    }
}
