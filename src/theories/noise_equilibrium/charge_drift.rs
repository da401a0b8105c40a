//! An orbit in a scalar: its points `e^{tA} theta`, its charge `C = theta^T A theta`, and the mean drift `E[C'] - C` of the charge in a step of descent.

use super::derivative::{mean, step};
use super::orbit::Orbit;
use crate::closed_form::kept;
use crate::instances::Point;
use crate::linalg::products::{dot, squared_norm};
use crate::model::Carrier;
use crate::scalar::{Field, Rational};

/// An orbit in a scalar.
pub(super) struct At<'a, T: Carrier> {
    orbit: &'a Orbit,
    pub(super) point: Point<T>,
    pub(super) learning_rate: T,
    pub(super) kept: T,
    /// The normal vector of the reflection, and twice the inverse of its square.
    reflection: Option<(Vec<T>, T)>,
}

impl Orbit {
    pub(super) fn at<T: Carrier>(&self) -> At<'_, T> {
        let point = self.problem.at::<T>();
        let learning_rate = self.problem.learning_rate::<T>();
        let kept = kept(&learning_rate, &point.weight_decay);
        let reflection = self.reflection.as_ref().map(|normal| {
            let square = normal.iter().fold(Rational::new(), |sum, entry| sum + entry.clone().square());
            (normal.iter().map(T::from_rational).collect(), T::from_rational(&(Rational::from(2) / square)))
        });
        At { orbit: self, point, learning_rate, kept, reflection }
    }
}

impl<T: Carrier> At<'_, T> {
    /// The vector with the hidden units reflected: the coordinates in which the generator is diagonal. It is its own inverse.
    fn reflected(&self, vector: &[T]) -> Vec<T> {
        let mut reflected = vector.to_vec();
        let (Some((normal, factor)), Some(layout)) = (&self.reflection, self.orbit.problem.network.layout()) else {
            return reflected;
        };
        let (inputs, hidden, outputs) = (layout.widths()[0], layout.widths()[1], layout.widths()[2]);
        let mut fibres: Vec<Vec<usize>> =
            (0..inputs).map(|column| (0..hidden).map(|neuron| layout.weight(0, neuron, column)).collect()).collect();
        fibres.extend((0..outputs).map(|row| (0..hidden).map(|neuron| layout.weight(1, row, neuron)).collect()));
        if layout.has_bias() {
            fibres.push(layout.biases(0).collect());
        }
        for fibre in fibres {
            let entries: Vec<T> = fibre.iter().map(|&index| vector[index].clone()).collect();
            let along = dot(normal, &entries) * factor;
            for (&index, entry) in fibre.iter().zip(normal) {
                reflected[index] -= T::product(&along, entry);
            }
        }
        reflected
    }

    /// `e^{tA} vector` for `e^t = factor`.
    pub(super) fn moved(&self, vector: &[T], factor: &T) -> Vec<T> {
        let powers = self.reflected(vector).into_iter().zip(&self.orbit.eigenvalues);
        self.reflected(&powers.map(|(entry, &power)| entry * factor.powi(power)).collect::<Vec<T>>())
    }

    /// The squared norms of the parts in the positive and in the negative eigenspace.
    pub(super) fn parts(&self, vector: &[T]) -> [T; 2] {
        let reflected = self.reflected(vector);
        [1, -1].map(|sign| {
            let entries = reflected.iter().zip(&self.orbit.eigenvalues);
            squared_norm(entries.filter(|(_, eigenvalue)| **eigenvalue == sign).map(|(entry, _)| entry))
        })
    }

    /// `v^T A v`
    pub(super) fn charge(&self, vector: &[T]) -> T {
        let [positive, negative] = self.parts(vector);
        positive - negative
    }

    /// `|A v|^2`
    pub(super) fn extent(&self, vector: &[T]) -> T {
        let [positive, negative] = self.parts(vector);
        positive + negative
    }

    /// The gradient of every sample.
    pub(super) fn gradients(&self, theta: &[T]) -> Vec<Vec<T>> {
        self.point.data.samples().iter().map(|sample| self.point.model.gradient(theta, sample)).collect()
    }

    /// The mean over the steps along some gradients of the charge after the step.
    pub(super) fn charge_after(&self, theta: &[T], gradients: &[Vec<T>], learning_rate: &T, kept: &T) -> T {
        let charges: Vec<Vec<T>> =
            gradients.iter().map(|g| vec![self.charge(&step(theta, g, learning_rate, kept))]).collect();
        mean(&charges).swap_remove(0)
    }

    /// The mean drift `E[C'] - C` of steps of single samples, with a learning rate and what a step keeps.
    pub(super) fn drift_at(&self, theta: &[T], learning_rate: &T, kept: &T) -> T {
        self.charge_after(theta, &self.gradients(theta), learning_rate, kept) - self.charge(theta)
    }

    /// The mean drift `E[C'] - C` of steps of single samples.
    pub(super) fn drift(&self, theta: &[T]) -> T {
        self.drift_at(theta, &self.learning_rate, &self.kept)
    }

    /// The means over the samples of `|g_u|^2` and `|g_w|^2`, of the parts of eigenvalue 1 and -1.
    pub(super) fn noise(&self, gradients: &[Vec<T>]) -> [T; 2] {
        let parts: Vec<Vec<T>> = gradients.iter().map(|gradient| self.parts(gradient).into()).collect();
        let [positive, negative] = [0, 1].map(|part| mean(&parts)[part].clone());
        [positive, negative]
    }
}

/// `8/15 (f(2) - f(1/2))`: the derivative at `t = 0` of a function of `e^t` that is spanned by `1`, `e^{2t}` and `e^{-2t}`.
pub(super) fn slope<T: Field>(function: impl Fn(&T) -> T) -> T {
    T::ratio(8, 15) * (function(&T::integer(2)) - function(&T::ratio(1, 2)))
}
