//! Batches drawn without replacement, afresh in every step, and the mean gradient along one.

use super::training::index_below;
use crate::data::Sample;
use crate::model::Model;
use rand::Rng;

/// Batches of one size: every subset of the samples is equally likely, in every step anew.
pub struct Batches<R> {
    order: Vec<usize>,
    size: usize,
    random: R,
}

impl<R: Rng> Batches<R> {
    /// Batches of `size` of `samples` samples.
    ///
    /// # Panics
    /// If there are fewer samples than that.
    pub fn new(samples: usize, size: usize, random: R) -> Self {
        assert!(size <= samples, "a batch without replacement is no larger than the data");
        Batches { order: (0..samples).collect(), size, random }
    }

    /// The next batch. One of all samples is no draw.
    pub fn draw(&mut self) -> &[usize] {
        if self.size < self.order.len() {
            for place in 0..self.size {
                let other = place + index_below(self.order.len() - place, &mut self.random);
                self.order.swap(place, other);
            }
        }
        &self.order[..self.size]
    }
}

/// A place for the gradient of one sample, and for the mean over a batch.
#[derive(Clone, Debug)]
pub struct Gradients {
    /// The mean over the batch that was seen last.
    pub mean: Vec<f64>,
    one: Vec<f64>,
}

impl Gradients {
    /// For so many parameters.
    pub fn new(parameters: usize) -> Self {
        Gradients { mean: vec![0.0; parameters], one: vec![0.0; parameters] }
    }

    /// Overwrites the mean by that over a batch, and returns the mean loss.
    pub fn see(
        &mut self,
        model: &(impl Model<f64> + ?Sized),
        theta: &[f64],
        samples: &[Sample<f64>],
        batch: &[usize],
    ) -> f64 {
        let share = 1.0 / batch.len() as f64;
        let mut loss = 0.0;
        self.mean.fill(0.0);
        for &sample in batch {
            loss += model.loss_and_gradient(theta, &samples[sample], &mut self.one);
            for (sum, entry) in self.mean.iter_mut().zip(&self.one) {
                *sum += entry;
            }
        }
        self.mean.iter_mut().for_each(|entry| *entry *= share);
        loss * share
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::closed_form::batches::share_of_noise;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    #[test]
    fn the_mean_of_a_batch_has_the_variance_of_a_finite_population() {
        let population = [3.0, 1.0, 4.0, 1.0, 5.0, 9.0, 2.0];
        let mean = population.iter().sum::<f64>() / 7.0;
        let variance = population.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / 7.0;
        for size in [1, 3, 6, 7] {
            let mut batches = Batches::new(7, size, ChaCha8Rng::seed_from_u64(size as u64));
            let draws = 20_000;
            let mut square = 0.0;
            for _ in 0..draws {
                let batch = batches.draw();
                let of_batch = batch.iter().map(|&i| population[i]).sum::<f64>() / size as f64;
                square += (of_batch - mean) * (of_batch - mean) / f64::from(draws);
            }
            let expected = share_of_noise(7, size).to_f64() * variance;
            // Five standard errors at a kurtosis of 3.
            assert!((square - expected).abs() <= 5.0 * expected * (2.0 / f64::from(draws)).sqrt() + 1e-12, "{size}");
        }
    }
}
