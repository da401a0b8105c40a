//! `noise-equilibrium/sde-gap`: what the stochastic differential equation of a batch misses is the second-order term of full-batch descent.
//!
//! ```text
//! E_B[C'] - C = eta (eta kappa tr(A Sigma) - 4 gamma C) + eta^2 F^T A F,   kappa = (N - B) / (B (N - 1)),   F = grad L + 2 gamma theta
//! ```
//!
//! `C = theta^T A theta` is the charge of a symmetric generator `A`, `C'` the charge after a step along a batch of `B` of the `N` samples, drawn without
//! replacement; `Sigma` is the covariance of the samples' gradients, `eta` the learning rate, `gamma` the weight decay. The bracket is the drift of the
//! stochastic differential equation of [`NOISE_EQUILIBRIUM`]; the law is derived in the proofs.

use super::charge_drift::At;
use super::derivative::{mean, step};
use super::drawing::is_told;
use super::orbit::{Networks, Orbit};
use super::{NEURAL_MECHANICS, NOISE_EQUILIBRIUM};
use crate::closed_form::batches::share_of_noise;
use crate::linalg::products::add_multiple;
use crate::model::Carrier;
use crate::scalar::Rational;
use crate::verify::{Claim, Class, Draw, Draws, Exact, In, Relation, Term, Unjudged, all, control};

/// The law of a step along a batch.
#[derive(Clone, Copy)]
pub(super) struct SdeGap {
    networks: Networks,
    /// Whether the term of full-batch descent is there.
    full_batch_term: bool,
    /// Whether samples are drawn without replacement.
    without_replacement: bool,
}

pub(super) const LAW: SdeGap =
    SdeGap { networks: Networks::Homogeneous, full_batch_term: true, without_replacement: true };
const SIZABLE: SdeGap = SdeGap { networks: Networks::Sizable, ..LAW };

/// `noise-equilibrium/sde-gap`
pub static CLAIM: Claim = Claim {
    id: "noise-equilibrium/sde-gap",
    title: "what the stochastic differential equation misses",
    statement: "kappa = (N - B) / (B (N - 1)), F = grad L + 2 gamma theta: E_B[C'] - C = eta^2 kappa tr(A Sigma) - 4 eta gamma C + eta^2 F^T A F",
    hypotheses: &[
        "A is symmetric and generates a symmetry of the per-sample loss; the batch of B of N samples is uniform among all, without replacement; kappa = 0 for N = 1; Sigma is the covariance with 1/N",
        "theta' = theta - eta (g_B + 2 gamma theta), g_B the mean gradient of the batch; all batches are enumerated",
        "without decay and with eigenvalues 0, 1 and -1, at e^{tA} theta and a = e^t: E_B[C'] - C = eta^2 a^-2 (kappa tr Sigma_u + |m_u|^2) - eta^2 a^2 (kappa tr Sigma_w + |m_w|^2), m = grad L, u and w for the parts of eigenvalue 1 and -1: the root moves with B unless the ratios of noise and of mean gradient are equal",
    ],
    references: &[NOISE_EQUILIBRIUM, NEURAL_MECHANICS],
    builds_on: &["noise-equilibrium/orbit-drift"],
    law: &[all(&Exact(LAW))],
    controls: &[
        control(
            "equation-alone",
            "the drift of the stochastic differential equation, without eta^2 F^T A F",
            &Exact(SdeGap { full_batch_term: false, ..SIZABLE }),
        ),
        control("with-replacement", "1/B in place of kappa", &Exact(SdeGap { without_replacement: false, ..SIZABLE })),
    ],
};

impl Draws for SdeGap {
    type Instance = Orbit;

    fn draw(&self, draw: &mut Draw) -> Result<Orbit, Unjudged> {
        // One sample, without noise, is awkward.
        let is_awkward = self.networks == Networks::Homogeneous && draw.turn() == Class::Awkward;
        let at_least = if is_awkward { 1 } else { 2 };
        let samples = at_least + draw.family.below(4 - at_least + 1);
        let decay = match draw.family_number() % 4 {
            0 => true,
            3 => false,
            _ => draw.family.coin(),
        };
        loop {
            let orbit = self.networks.draw(draw, samples, decay);
            if self.is_told(&orbit) {
                return Ok(orbit);
            }
        }
    }
}

impl SdeGap {
    /// Whether what is broken, if something is, can be seen beside the largest term, whatever the size of the batch.
    fn is_told(&self, orbit: &Orbit) -> bool {
        if self.full_batch_term && self.without_replacement {
            return true;
        }
        let at = orbit.at::<Rational>();
        let theta = &at.point.theta;
        let Gradients { all, mean, spread: [positive, negative] } = Gradients::at(&at, theta);
        let square = Rational::from(at.learning_rate.square_ref());
        let twice = Rational::from(&at.point.weight_decay * -2);
        let full_batch = at.charge(&step(&mean, theta, &twice, &Rational::from(1))) * &square;
        let noise = (positive - negative) * square;
        let charge = at.charge(theta).abs();
        let decay: Rational = Rational::from(&at.learning_rate * &at.point.weight_decay) * &charge * 4;
        // By the law E_B[C'] is at most the sum of the others, and no share of the noise is larger than 1.
        let size = charge + decay + Rational::from(noise.abs_ref()) + Rational::from(full_batch.abs_ref());
        if !self.full_batch_term {
            return is_told(&full_batch, &size);
        }
        // 1/B - kappa is least for batches of two.
        is_told(&(noise * (Rational::from((1, 2)) - share_of_noise(all.len(), 2))), &size)
    }
}

/// All subsets of `0..samples` with `size` members.
fn batches(samples: usize, size: usize) -> impl Iterator<Item = Vec<usize>> {
    let sets = (0..1_usize << samples).filter(move |set| set.count_ones() as usize == size);
    sets.map(move |set| (0..samples).filter(|sample| set >> sample & 1 == 1).collect())
}

/// The mean gradient of every batch of a size.
pub(super) fn of_batches<T: Carrier>(gradients: &[Vec<T>], size: usize) -> Vec<Vec<T>> {
    let of = |batch: Vec<usize>| mean(&batch.into_iter().map(|sample| gradients[sample].clone()).collect::<Vec<_>>());
    batches(gradients.len(), size).map(of).collect()
}

/// Gradients of all samples at a point, with their mean and the traces of their covariance in the two eigenspaces.
struct Gradients<T> {
    all: Vec<Vec<T>>,
    mean: Vec<T>,
    spread: [T; 2],
}

impl<T: Carrier> Gradients<T> {
    fn at(at: &At<'_, T>, theta: &[T]) -> Self {
        let all = at.gradients(theta);
        let mean = mean(&all);
        let centred = all.iter().map(|gradient| {
            let mut centred = gradient.clone();
            add_multiple(&mut centred, &T::integer(-1), &mean);
            centred
        });
        let spread = at.noise(&centred.collect::<Vec<_>>());
        Gradients { all, mean, spread }
    }
}

impl SdeGap {
    fn share<T: Carrier>(&self, samples: usize, batch: usize) -> T {
        let with_replacement = || Rational::from((1, batch as u64));
        T::from_rational(&if self.without_replacement { share_of_noise(samples, batch) } else { with_replacement() })
    }

    /// The drift at the point.
    fn here<T: Carrier>(&self, at: &At<'_, T>, gradients: &Gradients<T>, batch: usize) -> Relation<T> {
        let theta = &at.point.theta;
        let charge = at.charge(theta);
        let square = at.learning_rate.squared();
        let share = self.share::<T>(gradients.all.len(), batch);
        let [positive, negative] = gradients.spread.clone();
        let after = at.charge_after(theta, &of_batches(&gradients.all, batch), &at.learning_rate, &at.kept);
        let mut right = vec![
            Term::scalar("eta^2 kappa tr(A Sigma)", (positive - negative) * share * &square),
            Term::scalar("-4 eta gamma C", T::integer(-4) * &at.learning_rate * &at.point.weight_decay * &charge),
        ];
        if self.full_batch_term {
            let twice = -T::integer(2) * &at.point.weight_decay;
            let force = step(&gradients.mean, theta, &twice, &T::one());
            right.push(Term::scalar("eta^2 F^T A F", at.charge(&force) * square));
        }
        Relation::equality(
            ("drift over batches", format!("batches of {batch} of {}", gradients.all.len())),
            vec![Term::scalar("E_B[C']", after), Term::scalar("-C", -charge)],
            right,
        )
    }
}

/// Without decay: the drift at a point of the orbit, by the gradients where it starts.
fn along<T: Carrier>(at: &At<'_, T>, gradients: &Gradients<T>, factor: &Rational, batch: usize) -> Relation<T> {
    let a = T::from_rational(factor);
    let theta = at.moved(&at.point.theta, &a);
    let there = of_batches(&at.gradients(&theta), batch);
    let drift = at.charge_after(&theta, &there, &at.learning_rate, &at.kept) - at.charge(&theta);
    let share = T::from_rational(&share_of_noise(gradients.all.len(), batch));
    let [noise_positive, noise_negative] = gradients.spread.clone();
    let [positive, negative] = at.parts(&gradients.mean);
    let square = at.learning_rate.squared();
    let (rising, falling) = (square.clone() * a.powi(-2), -(square * a.squared()));
    Relation::equality(
        ("drift over batches along the orbit", format!("a = {factor}, batches of {batch}")),
        vec![Term::scalar("E_B[C'] - C", drift)],
        vec![
            Term::scalar("eta^2 a^-2 kappa tr Sigma_u", noise_positive * &share * &rising),
            Term::scalar("eta^2 a^-2 |m_u|^2", positive * &rising),
            Term::scalar("-eta^2 a^2 kappa tr Sigma_w", noise_negative * share * &falling),
            Term::scalar("-eta^2 a^2 |m_w|^2", negative * falling),
        ],
    )
}

impl<T: Carrier> In<T> for SdeGap {
    fn relations(&self, orbit: &Orbit) -> Result<Vec<Relation<T>>, Unjudged> {
        let at = orbit.at::<T>();
        let gradients = Gradients::at(&at, &at.point.theta);
        let samples = gradients.all.len();
        // One sample at a time there is no difference between drawing with and without replacement.
        let smallest = if self.without_replacement { 1 } else { 2 };
        let mut relations: Vec<_> = (smallest..=samples).map(|batch| self.here(&at, &gradients, batch)).collect();
        if self.networks == Networks::Homogeneous && orbit.problem.weight_decay == 0 {
            relations.extend((1..=samples).map(|batch| along(&at, &gradients, &orbit.factors[1], batch)));
        }
        Ok(relations)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_as_many_batches_as_the_binomial_coefficient_says() {
        assert_eq!([0, 1, 2, 3, 4].map(|size| batches(4, size).count()), [1, 4, 6, 4, 1]);
    }

    #[test]
    fn drawing_with_replacement_adds_least_noise_to_batches_of_two() {
        for samples in 2..6 {
            let more = |batch: usize| Rational::from((1, batch as u64)) - share_of_noise(samples, batch);
            assert!((2..=samples).all(|batch| more(batch) >= more(2) && more(2) > 0));
        }
    }

    #[test]
    fn the_share_of_noise_is_that_of_a_mean_of_a_finite_population() {
        let population = [3, 1, 4, 1].map(Rational::from);
        let average = |numbers: &[Rational]| {
            numbers.iter().fold(Rational::new(), |sum, number| sum + number) / numbers.len() as u64
        };
        let mean = average(&population);
        let spread = |numbers: Vec<Rational>| {
            average(&numbers.into_iter().map(|number| (number - &mean).square()).collect::<Vec<_>>())
        };
        for size in 1..=4 {
            let of = |batch: Vec<usize>| average(&batch.into_iter().map(|i| population[i].clone()).collect::<Vec<_>>());
            let means = batches(4, size).map(of).collect();
            assert_eq!(spread(means), spread(population.to_vec()) * share_of_noise(4, size));
        }
    }
}
