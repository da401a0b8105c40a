//! The noise of batches drawn without replacement, and the equilibrium of descent on the orbit of a rescaling.
//!
//! On the orbit `u -> a u`, `w -> w / a` gradients are `g_u / a` and `a g_w`, and without decay the mean drift of the charge `|u|^2 - |w|^2` along batches is
//! `eta^2 (a^-2 E|g_u|^2 - a^2 E|g_w|^2)`, with `E|g|^2 = kappa tr Sigma + |m|^2` over the batches.

use crate::scalar::{Field, Rational};

/// `kappa = (N - B) / (B (N - 1))` for `B` of `N` samples, and 0 for one sample.
pub fn share_of_noise(samples: usize, batch: usize) -> Rational {
    if samples == 1 {
        return Rational::new();
    }
    Rational::from(((samples - batch) as u64, (batch * (samples - 1)) as u64))
}

/// The gradients' part in two eigenspaces, `u` (multiplied along the orbit) and `w` (divided).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread<T> {
    /// `tr Sigma_u` and `tr Sigma_w`, of single samples, with `1/N`.
    pub noise: [T; 2],
    /// `|m_u|^2` and `|m_w|^2`, of the mean gradient.
    pub mean: [T; 2],
}

impl<T: Field> Spread<T> {
    /// `E|g_u|^2` and `E|g_w|^2` over batches with this share of the noise, `kappa tr Sigma + |m|^2`.
    pub fn of_batches(&self, share: &T) -> [T; 2] {
        [0, 1].map(|part| T::product(share, &self.noise[part]) + &self.mean[part])
    }

    /// `a^4 = (kappa tr Sigma_u + |m_u|^2) / (kappa tr Sigma_w + |m_w|^2)`, where the mean drift along batches vanishes.
    pub fn equilibrium(&self, share: &T) -> T {
        let [multiplied, divided] = self.of_batches(share);
        multiplied / divided
    }

    /// `tr Sigma_u / tr Sigma_w`, where the drift of the stochastic differential equation vanishes, at every batch size.
    pub fn equilibrium_of_diffusion(&self) -> T {
        self.noise[0].clone() / &self.noise[1]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn single_samples_and_full_batches_are_the_ends() {
        let ratio = |p: i64, q: i64| Rational::from((p, q));
        let spread = Spread { noise: [ratio(3, 1), ratio(5, 1)], mean: [ratio(1, 2), ratio(2, 1)] };
        // E|g|^2 of single samples is variance plus squared mean; all samples have no noise.
        assert_eq!(spread.equilibrium(&share_of_noise(9, 1)), ratio(7, 14));
        assert_eq!(spread.equilibrium(&share_of_noise(9, 9)), ratio(1, 4));
        assert_eq!(spread.equilibrium_of_diffusion(), ratio(3, 5));
    }
}
