//! One network of the experiments: its view of the data, its start, its descent.

use super::tables::{INPUTS, STRETCHED, TARGET, matrix, with_negatives};
use super::{Descent, LATE, NETWORKS, Noise, Pairs, RANK, RECORDS, START, WATCHED};
use crate::data::Sample;
use crate::dynamics::training::{index_below, random_start};
use crate::linalg::LinalgError;
use crate::linalg::products::{norm, product, transposed_product};
use crate::model::mlp::Layout;
use crate::model::{Carrier, Differentiable, Evaluator, Network};
use crate::platonic::alignment::{gram, misalignment};
use crate::platonic::setting::product_data;
use crate::platonic::{Factors, Setting, balanced_minimum};
use crate::scalar::Rational;
use nalgebra::DMatrix;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

/// What random numbers are for.
#[derive(Clone, Copy)]
pub(super) enum Purpose {
    View,
    Start,
    Order,
}

pub(super) fn stream(seed: u64, purpose: Purpose, number: usize) -> ChaCha8Rng {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    random.set_stream(((purpose as u64) << 32) | number as u64);
    random
}

/// Signs on the diagonal, entries between -1/4 and 1/4 beside it: dominated by its diagonal, and so invertible.
fn drawn_view(random: &mut ChaCha8Rng) -> DMatrix<Rational> {
    let size = INPUTS.0.len();
    DMatrix::from_fn(size, size, |row, column| {
        if row == column {
            Rational::from(2 * index_below(2, random) as i64 - 1)
        } else {
            Rational::from((index_below(33, random) as i64 - 16, 64))
        }
    })
}

/// A network with its view of the data and its start.
pub(super) struct Pupil {
    pub(super) model: std::sync::Arc<dyn Differentiable<f64>>,
    pub(super) layout: Layout,
    /// The view is the embedding of the inputs.
    pub(super) setting: Setting<f64>,
    /// What it is trained on.
    pub(super) samples: Vec<Sample<f64>>,
    /// Samples with the mean gradient of all. The mean over the noises is the gradient without noise, as that is linear in the label; and an
    /// input and its negative, without noise, have the same one.
    pub(super) means: Vec<Sample<f64>>,
    /// The inputs as columns, before the view.
    pub(super) inputs: DMatrix<f64>,
    pub(super) start: Vec<f64>,
}

impl Pupil {
    /// With a random view and a random start.
    pub(super) fn drawn(seed: u64, network: usize) -> Self {
        let view = drawn_view(&mut stream(seed, Purpose::View, network));
        let mut pupil = Pupil::new(NETWORKS[network], &view, Noise::Anisotropic);
        let factors = vec![START; pupil.layout.depth()];
        pupil.start = random_start(&pupil.layout, &factors, &mut stream(seed, Purpose::Start, network));
        pupil
    }

    /// The watched network, from the balanced minimum.
    pub(super) fn balanced(noise: Noise) -> Result<Self, LinalgError> {
        let mut pupil = Pupil::new(NETWORKS[WATCHED], &matrix(STRETCHED), noise);
        let widths = pupil.layout.widths();
        let frames: Vec<DMatrix<f64>> =
            widths[1..widths.len() - 1].iter().map(|&width| DMatrix::identity(width, RANK)).collect();
        pupil.start = balanced_minimum(&pupil.setting, RANK, &frames)?.flat();
        Ok(pupil)
    }

    /// Without a start.
    pub(super) fn new(widths: &[usize], view: &DMatrix<Rational>, noise: Noise) -> Self {
        let (inputs, noises, target) = (with_negatives(INPUTS), noise.vectors(), matrix(TARGET));
        let mut setting = Setting::of_data(&inputs, &noises, target);
        setting.embedding_in = view.clone();
        let seen = |inputs: &[Vec<Rational>], noises: &[Vec<Rational>]| -> Vec<Sample<f64>> {
            let data = product_data(inputs, noises, &setting.target);
            let view = |sample: &Sample<Rational>| {
                let input = product(view, &DMatrix::from_column_slice(sample.input.len(), 1, &sample.input));
                let double = |entries: &[Rational]| entries.iter().map(Rational::to_f64).collect();
                Sample::new(double(input.as_slice()), double(&sample.target))
            };
            data.samples().iter().map(view).collect()
        };
        let network = Network::deep_linear(widths);
        let silence = vec![Rational::new(); TARGET.0.len()];
        Pupil {
            model: f64::model(&network).expect("every network exists in f64"),
            layout: Layout::new(widths.to_vec(), false),
            samples: seen(&inputs, &noises),
            means: seen(&inputs[..INPUTS.0.len()], &[silence]),
            inputs: DMatrix::from_fn(inputs[0].len(), inputs.len(), |row, column| inputs[column][row].to_f64()),
            setting: setting.carry(),
            start: Vec::new(),
        }
    }

    /// The parameters before each of the steps given; none if they diverge.
    pub(super) fn descend(
        &self,
        descent: Descent,
        learning_rate: f64,
        steps: &[u64],
        random: &mut ChaCha8Rng,
        progress: &(dyn Fn(u64) + Sync),
    ) -> Option<Vec<Vec<f64>>> {
        let mut model = self.evaluator();
        let mut theta = self.start.clone();
        let (mut gradient, mut mean) = (vec![0.0; theta.len()], vec![0.0; theta.len()]);
        let mut path = Vec::with_capacity(steps.len());
        let mut done = 0;
        for &until in steps {
            for _ in done..until {
                let slope = match descent {
                    Descent::Stochastic => {
                        let sample = &self.samples[index_below(self.samples.len(), random)];
                        model.loss_and_gradient(&theta, sample, &mut gradient);
                        &gradient
                    }
                    Descent::FullBatch => {
                        self.mean_gradient(&mut model, &theta, &mut gradient, &mut mean);
                        &mean
                    }
                };
                for (parameter, slope) in theta.iter_mut().zip(slope) {
                    *parameter -= learning_rate * slope;
                }
            }
            progress(until - done);
            done = until;
            // Far from the range of numbers: what is measured needs products of all layers, and squares of them.
            if !theta.iter().all(|parameter| parameter.abs() < 1e30) {
                return None;
            }
            path.push(theta.clone());
        }
        Some(path)
    }

    /// The network, to be evaluated again and again.
    pub(super) fn evaluator(&self) -> Evaluator<'_, f64, dyn Differentiable<f64>> {
        Evaluator::new(&*self.model)
    }

    /// The gradient of `L`, by the pupil's [evaluator](Self::evaluator); `scratch` is overwritten.
    pub(super) fn mean_gradient(
        &self,
        model: &mut Evaluator<'_, f64, dyn Differentiable<f64>>,
        theta: &[f64],
        scratch: &mut [f64],
        mean: &mut [f64],
    ) {
        mean.fill(0.0);
        for sample in &self.means {
            model.loss_and_gradient(theta, sample, scratch);
            for (sum, slope) in mean.iter_mut().zip(&*scratch) {
                *sum += slope / self.means.len() as f64;
            }
        }
    }

    pub(super) fn factors(&self, theta: &[f64]) -> Factors<f64> {
        Factors::of(&self.layout, theta)
    }

    /// The Gram matrix of every hidden layer.
    pub(super) fn grams(&self, theta: &[f64]) -> Vec<DMatrix<f64>> {
        self.factors(theta).representations(&self.setting, &self.inputs).iter().map(gram).collect()
    }

    /// `W_{i+1}^T W_{i+1} - W_i W_i^T` for all `i`, one after the other.
    pub(super) fn charges(&self, theta: &[f64]) -> Vec<f64> {
        let charge = |pair: &[DMatrix<f64>]| {
            let before = pair[0].transpose();
            let difference = transposed_product(&pair[1], &pair[1]) - transposed_product(&before, &before);
            difference.as_slice().to_vec()
        };
        self.factors(theta).0.windows(2).flat_map(charge).collect()
    }

    /// `|C_end - C_start| / |C_start|`
    pub(super) fn charge_change(&self, path: &[Vec<f64>]) -> f64 {
        let [start, end] = [0, path.len() - 1].map(|record| self.charges(&path[record]));
        let change: Vec<f64> = end.iter().zip(&start).map(|(end, start)| end - start).collect();
        norm(&change) / norm(&start)
    }
}

/// For every record all pairs of a hidden layer of one network and one of another; none if a layer represents nothing.
pub(super) fn pairs(networks: &[Pupil], paths: &[Vec<Vec<f64>>]) -> Option<Vec<Pairs>> {
    let at = |record: usize| {
        let layers: Vec<Vec<DMatrix<f64>>> =
            networks.iter().zip(paths).map(|(pupil, path)| pupil.grams(&path[record])).collect();
        let mut pairs = Vec::new();
        for (number, later) in layers.iter().enumerate() {
            for earlier in &layers[..number] {
                for one in earlier {
                    pairs.extend(later.iter().map(|other| misalignment(one, other)));
                }
            }
        }
        pairs.iter().all(|pair| pair.is_finite()).then_some(Pairs(pairs))
    };
    (0..=RECORDS).map(at).collect()
}

/// Linear CKA of any two hidden layers of all networks, mean over the late records.
pub(super) fn late_alignments(networks: &[Pupil], paths: &[Vec<Vec<f64>>]) -> DMatrix<f64> {
    let layers = networks.iter().map(|pupil| pupil.layout.depth() - 1).sum();
    let mut sum = DMatrix::zeros(layers, layers);
    for record in LATE..=RECORDS {
        let grams: Vec<DMatrix<f64>> =
            networks.iter().zip(paths).flat_map(|(pupil, path)| pupil.grams(&path[record])).collect();
        sum += DMatrix::from_fn(layers, layers, |row, column| 1.0 - misalignment(&grams[row], &grams[column]));
    }
    sum / (RECORDS + 1 - LATE) as f64
}

#[cfg(test)]
mod tests {
    use super::super::tables::ANISOTROPIC;
    use super::*;
    use crate::linalg::exact;
    use crate::model::Model;

    fn gradient(pupil: &Pupil, sample: &Sample<f64>) -> Vec<f64> {
        Model::<f64>::gradient(&*pupil.model, &pupil.start, sample)
    }

    #[test]
    fn the_mean_gradient_is_that_of_all_samples() {
        for network in 0..NETWORKS.len() {
            let pupil = Pupil::drawn(3, network);
            let (mut scratch, mut mean) = (vec![0.0; pupil.start.len()], vec![0.0; pupil.start.len()]);
            pupil.mean_gradient(&mut pupil.evaluator(), &pupil.start, &mut scratch, &mut mean);
            for (parameter, ours) in mean.iter().enumerate() {
                let all = pupil.samples.iter().map(|sample| gradient(&pupil, sample)[parameter]).sum::<f64>();
                assert!((all / pupil.samples.len() as f64 - ours).abs() < 1e-13, "network {network}");
            }
        }
    }

    /// A view of the inputs and an embedding of them are the same.
    #[test]
    fn a_network_sees_its_view() {
        for network in 0..NETWORKS.len() {
            let pupil = Pupil::drawn(5, network);
            let map = pupil.factors(&pupil.start).end_to_end(&pupil.setting);
            let outputs = product(&map, &pupil.inputs);
            let noises = pupil.samples.len() / pupil.inputs.ncols();
            for (number, sample) in pupil.samples.iter().enumerate() {
                let output = outputs.column(number / noises);
                let loss: f64 = output.iter().zip(&sample.target).map(|(f, y)| (f - y).powi(2)).sum();
                assert!((Model::<f64>::loss(&*pupil.model, &pupil.start, sample) - loss).abs() < 1e-12 * (1.0 + loss));
            }
        }
    }

    #[test]
    fn full_batch_descent_goes_down_to_a_minimum_and_stochastic_descent_does_not() {
        let pupil = Pupil::drawn(0, WATCHED);
        let slope = |theta: &[f64]| {
            let (mut scratch, mut mean) = (vec![0.0; theta.len()], vec![0.0; theta.len()]);
            pupil.mean_gradient(&mut pupil.evaluator(), theta, &mut scratch, &mut mean);
            norm(&mean)
        };
        let slopes = |descent| {
            let mut random = stream(0, Purpose::Order, 0);
            let path = pupil.descend(descent, 0.01, &[0, 10_000, 40_000], &mut random, &|_| ()).expect("it converges");
            [slope(&path[1]), slope(&path[2])]
        };
        let [earlier, later] = slopes(Descent::FullBatch);
        assert!(later < earlier / 10.0, "{earlier} and {later}");
        let [_, stochastic] = slopes(Descent::Stochastic);
        assert!(stochastic > 100.0 * later, "{stochastic} and {later}");
    }

    /// A layer of zeros has no direction.
    #[test]
    fn a_layer_that_represents_nothing_is_noticed() {
        let networks: Vec<Pupil> = (0..NETWORKS.len()).map(|network| Pupil::drawn(0, network)).collect();
        let still = |pupil: &Pupil| vec![pupil.start.clone(); RECORDS + 1];
        let mut paths: Vec<Vec<Vec<f64>>> = networks.iter().map(still).collect();
        let all = pairs(&networks, &paths).expect("random layers represent something");
        // 1 x 2 + 1 x 3 + 2 x 3 pairs of hidden layers.
        assert!(all.iter().all(|pairs| pairs.0.len() == 11));
        paths[1][RECORDS].fill(0.0);
        assert_eq!(pairs(&networks, &paths), None);
    }

    /// The target has the rank that the frames are made for, and every network is wide enough for it.
    #[test]
    fn the_data_are_as_they_are_said_to_be() {
        assert_eq!(exact::rank(&matrix(TARGET)), RANK);
        assert_eq!((exact::rank(&matrix(INPUTS)), exact::rank(&matrix(ANISOTROPIC))), (4, 3));
        assert!(NETWORKS.iter().all(|widths| widths.iter().all(|width| *width >= RANK)));
        for seed in 0..20 {
            let view = drawn_view(&mut stream(seed, Purpose::View, 0));
            assert_eq!(exact::rank(&view), 4, "seed {seed}");
        }
        // Both noises are nearly as large on the whole.
        let [isotropic, anisotropic] = Noise::ALL.map(|noise| {
            noise.vectors().iter().flatten().map(|x| Rational::from(x.square_ref()).to_f64()).sum::<f64>()
        });
        assert!((isotropic / anisotropic - 1.0).abs() < 0.1, "{isotropic} {anisotropic}");
    }

    #[test]
    fn the_watched_network_starts_at_a_balanced_minimum() {
        for noise in Noise::ALL {
            let pupil = Pupil::balanced(noise).expect("it exists");
            let (mut scratch, mut slope) = (vec![0.0; pupil.start.len()], vec![0.0; pupil.start.len()]);
            pupil.mean_gradient(&mut pupil.evaluator(), &pupil.start, &mut scratch, &mut slope);
            assert!(norm(&slope) < 1e-13 && norm(&pupil.charges(&pupil.start)) < 1e-13);
        }
    }
}
