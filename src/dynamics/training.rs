//! Stochastic gradient descent with single samples, weight decay and label noise, in `f64`.

use crate::data::Sample;
use crate::model::{Evaluator, Model, mlp::Layout};
use rand::Rng;

/// What a run of descent is given, apart from the model, the samples and the start.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Training {
    /// `eta`
    pub learning_rate: f64,
    /// `gamma`: the step is `theta' = theta - eta (g + 2 gamma theta)`.
    pub weight_decay: f64,
    /// The standard deviation of the noise that is added, afresh in every step, to every entry of the target.
    pub label_noise: f64,
}

/// Samples as descent sees them: drawn uniformly with replacement, each with fresh noise on its target ([`standard_noise`]).
///
/// The draws do not depend on the model, nor on the size of the noise: two models can be given the same ones.
struct NoisySamples<'a, R> {
    samples: &'a [Sample<f64>],
    label_noise: f64,
    random: R,
    noisy: Sample<f64>,
}

impl<'a, R: Rng> NoisySamples<'a, R> {
    fn new(samples: &'a [Sample<f64>], label_noise: f64, random: R) -> Self {
        NoisySamples { samples, label_noise, random, noisy: samples[0].clone() }
    }

    fn draw(&mut self) -> &Sample<f64> {
        let sample = &self.samples[index_below(self.samples.len(), &mut self.random)];
        self.noisy.input.clone_from(&sample.input);
        self.noisy.target.clone_from(&sample.target);
        for label in &mut self.noisy.target {
            *label += self.label_noise * standard_noise(&mut self.random);
        }
        &self.noisy
    }
}

/// A random path in parameter space that is a Markov chain, if need be together with a momentum.
pub trait Chain {
    /// The parameters.
    fn theta(&self) -> &[f64];

    /// One step `theta' = theta - eta v - ...`. Shows `observe` the point it leaves and the vector `v` whose quadratic forms the chain's law of
    /// charges speaks of. Returns the loss at the point it leaves.
    fn step(&mut self, observe: impl FnOnce(&[f64], &[f64])) -> f64;
}

/// Stochastic gradient descent in progress: `theta' = theta - eta (g + 2 gamma theta)`. It shows `g`, with the noise of the label and
/// without weight decay.
pub struct Descent<'a, M: ?Sized, R> {
    model: Evaluator<'a, f64, M>,
    samples: NoisySamples<'a, R>,
    training: Training,
    theta: Vec<f64>,
    gradient: Vec<f64>,
}

impl<'a, M: ?Sized + Model<f64>, R: Rng> Descent<'a, M, R> {
    /// Descent from `start`.
    ///
    /// # Panics
    /// If there are no samples.
    pub fn new(model: &'a M, samples: &'a [Sample<f64>], start: Vec<f64>, training: Training, random: R) -> Self {
        let gradient = vec![0.0; start.len()];
        let samples = NoisySamples::new(samples, training.label_noise, random);
        Descent { model: Evaluator::new(model), samples, training, theta: start, gradient }
    }
}

impl<M: ?Sized + Model<f64>, R: Rng> Chain for Descent<'_, M, R> {
    fn theta(&self) -> &[f64] {
        &self.theta
    }

    fn step(&mut self, observe: impl FnOnce(&[f64], &[f64])) -> f64 {
        let loss = self.model.loss_and_gradient(&self.theta, self.samples.draw(), &mut self.gradient);
        observe(&self.theta, &self.gradient);
        let Training { learning_rate, weight_decay, .. } = self.training;
        // Not as (1 - 2 eta gamma) theta - eta g: the rounding of that factor would be the same in every step and add up.
        let shrinkage = 2.0 * learning_rate * weight_decay;
        for (parameter, slope) in self.theta.iter_mut().zip(&self.gradient) {
            *parameter -= learning_rate * slope + shrinkage * *parameter;
        }
        loss
    }
}

/// Descent with heavy-ball momentum in progress: `m' = beta m + g + 2 gamma theta`, `theta' = theta - eta m'`, `m_0 = 0`. It shows `m'`.
pub struct HeavyBall<'a, M: ?Sized, R> {
    model: Evaluator<'a, f64, M>,
    samples: NoisySamples<'a, R>,
    training: Training,
    momentum_factor: f64,
    theta: Vec<f64>,
    momentum: Vec<f64>,
    gradient: Vec<f64>,
}

impl<'a, M: ?Sized + Model<f64>, R: Rng> HeavyBall<'a, M, R> {
    /// Descent from `start` at rest, with `momentum_factor` for `beta`.
    ///
    /// # Panics
    /// If there are no samples.
    pub fn new(
        model: &'a M,
        samples: &'a [Sample<f64>],
        start: Vec<f64>,
        training: Training,
        momentum_factor: f64,
        random: R,
    ) -> Self {
        let (momentum, gradient) = (vec![0.0; start.len()], vec![0.0; start.len()]);
        let samples = NoisySamples::new(samples, training.label_noise, random);
        HeavyBall { model: Evaluator::new(model), samples, training, momentum_factor, theta: start, momentum, gradient }
    }
}

impl<M: ?Sized + Model<f64>, R: Rng> Chain for HeavyBall<'_, M, R> {
    fn theta(&self) -> &[f64] {
        &self.theta
    }

    fn step(&mut self, observe: impl FnOnce(&[f64], &[f64])) -> f64 {
        let loss = self.model.loss_and_gradient(&self.theta, self.samples.draw(), &mut self.gradient);
        let Training { learning_rate, weight_decay, .. } = self.training;
        for ((push, slope), parameter) in self.momentum.iter_mut().zip(&self.gradient).zip(&self.theta) {
            *push = self.momentum_factor * *push + slope + 2.0 * weight_decay * parameter;
        }
        observe(&self.theta, &self.momentum);
        for (parameter, push) in self.theta.iter_mut().zip(&self.momentum) {
            *parameter -= learning_rate * push;
        }
        loss
    }
}

/// A start for a stack of dense layers: biases 0, the weights of layer `l` independent with mean 0 and standard deviation
/// `factors[l] / sqrt(inputs)`.
pub fn random_start(layout: &Layout, factors: &[f64], random: &mut impl Rng) -> Vec<f64> {
    let mut theta = vec![0.0; layout.parameter_count()];
    for (layer, factor) in factors.iter().enumerate().take(layout.depth()) {
        let deviation = factor / (layout.widths()[layer] as f64).sqrt();
        for weight in &mut theta[layout.weights(layer)] {
            *weight = deviation * standard_noise(random);
        }
    }
    theta
}

/// A number with mean 0 and variance 1 - 2^-32: the sum of four numbers that are uniform on a symmetric grid of 2^16.
///
/// Close to a Gaussian, but bounded by 2 sqrt(3), symmetric, and made by exact arithmetic up to one rounding, so that it is the
/// same on every machine. The laws observed here hold for noise of any distribution.
pub fn standard_noise(random: &mut impl Rng) -> f64 {
    let bits = random.next_u64();
    // Four uniform integers k of 16 bits, as odd numbers 2k - 65535 in units of 2^-17: variance (1 - 2^-32) / 12 each.
    let sum: i64 = (0..4).map(|part| 2 * ((bits >> (16 * part)) & 0xffff) as i64 - 0xffff).sum();
    sum as f64 / f64::from(1 << 17) * 3.0_f64.sqrt()
}

/// A uniform index: the high half of a product, with a bias below `bound` 2^-64.
pub(super) fn index_below(bound: usize, random: &mut impl Rng) -> usize {
    ((u128::from(random.next_u64()) * bound as u128) >> 64) as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::loss::SquaredError;
    use crate::model::mlp::Mlp;
    use crate::model::{Activation, Carrier, Loss, Network, Piecewise};
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    #[test]
    fn noise_is_standard() {
        let mut random = ChaCha8Rng::seed_from_u64(1);
        let draws: Vec<f64> = (0..200_000).map(|_| standard_noise(&mut random)).collect();
        let moment = |power| draws.iter().map(|x| x.powi(power)).sum::<f64>() / draws.len() as f64;
        // Five standard errors: 1/sqrt(n) for the mean, sqrt(E x^4 - 1)/sqrt(n) for the variance, E x^4 = 3 - 6/5/4 = 2.7.
        assert!(moment(1).abs() < 5.0 / (draws.len() as f64).sqrt());
        assert!((moment(2) - 1.0).abs() < 5.0 * (1.7 / draws.len() as f64).sqrt());
        assert!(draws.iter().all(|x| x.abs() < 2.0 * 3.0_f64.sqrt()));
    }

    #[test]
    fn indices_are_uniform() {
        let mut random = ChaCha8Rng::seed_from_u64(1);
        let mut counts = [0_i32; 7];
        for _ in 0..70_000 {
            counts[index_below(7, &mut random)] += 1;
        }
        assert!(counts.iter().all(|count| (count - 10_000).abs() < 500));
    }

    #[test]
    fn a_step_is_the_step_of_the_definition() {
        let layout = Layout::new(vec![2, 3, 1], true);
        let model = Mlp { layout: layout.clone(), nonlinearity: Piecewise::Relu, loss: SquaredError };
        let samples = [Sample::new(vec![0.5, -1.0], vec![2.0])];
        let mut random = ChaCha8Rng::seed_from_u64(3);
        let start = random_start(&layout, &[2.0, 1.0], &mut random);
        let training = Training { learning_rate: 0.125, weight_decay: 0.25, label_noise: 0.0 };
        let gradient = Model::<f64>::gradient(&model, &start, &samples[0]);
        let expected: Vec<f64> = start.iter().zip(&gradient).map(|(x, g)| x - 0.125 * (g + 2.0 * 0.25 * x)).collect();
        let mut descent = Descent::new(&model, &samples, start.clone(), training, random);
        let loss = descent.step(|theta, seen| {
            assert_eq!(theta, start);
            assert_eq!(seen, gradient);
        });
        assert_eq!(loss, Model::<f64>::loss(&model, &start, &samples[0]));
        for (new, expected) in descent.theta().iter().zip(&expected) {
            assert!((new - expected).abs() < 1e-14, "{new} {expected}");
        }
    }

    #[test]
    fn two_models_are_given_the_same_draws() {
        let samples: Vec<_> = (0..5).map(|i| Sample::new(vec![f64::from(i)], vec![0.0])).collect();
        let training = Training { learning_rate: 0.01, weight_decay: 0.0, label_noise: 1.0 };
        // The gradient of a lone output bias is 2 (f - y): at theta = 0 it shows the noise of the label.
        let first_bias_gradient = |activation: Activation| {
            let network = Network::mlp(&[1, 2, 1], activation, true, Loss::SquaredError);
            let model = f64::model(&network).unwrap();
            let random = ChaCha8Rng::seed_from_u64(9);
            let mut descent = Descent::new(&*model, &samples, vec![0.0; network.parameter_count()], training, random);
            let mut noise = 0.0;
            descent.step(|_, gradient| noise = gradient[gradient.len() - 1]);
            noise
        };
        let noise = first_bias_gradient(Piecewise::Relu.into());
        assert!(noise != 0.0);
        assert_eq!(noise, first_bias_gradient(crate::model::Smooth::Tanh.into()));
    }
}
