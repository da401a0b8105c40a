//! Coupled oscillators of a special form: in the plane, as phases with the torques `sum_j K_ij sin(theta_j - theta_i)`, or with a symmetry `Q`.

use super::network::{Network, apply};
use crate::linalg::products::dot;
use crate::scalar::Rational;
use crate::verify::{Drawn, Numbers};
use nalgebra::DMatrix;

/// Oscillators, with what a special form has besides.
pub(super) struct Oscillators {
    pub(super) network: Network,
    pub(super) form: Form,
}

pub(super) enum Form {
    General,
    /// `K_ij`, `w_i`
    Phases(DMatrix<Rational>, Vec<Rational>),
    /// `Q`
    Symmetric(DMatrix<Rational>),
}

/// `a x b` in the plane.
pub(super) fn cross(a: &[Rational], b: &[Rational]) -> Rational {
    Rational::from(&a[0] * &b[1]) - Rational::from(&a[1] * &b[0])
}

/// Draws until what the form of phases, or the symmetry, misses is seen beside the velocities: nodes on the axes of `diag(1, 2)` miss nothing.
pub(super) fn told(mut draw: impl FnMut() -> Oscillators) -> Oscillators {
    loop {
        let oscillators = draw();
        let velocity = oscillators.network.velocity();
        let gap: Vec<Rational> = match &oscillators.form {
            Form::General => return oscillators,
            Form::Phases(k, frequencies) => {
                let torques = oscillators.torques(k);
                let along = oscillators.angular(&velocity);
                let field = oscillators.angular(&oscillators.network.c);
                (0..along.len()).map(|i| along[i].clone() - &frequencies[i] - &torques[i] - &field[i]).collect()
            }
            Form::Symmetric(q) => {
                let [there, here] = oscillators.turned_about(q);
                there.iter().zip(&here).map(|(a, b)| Rational::from(a - b)).collect()
            }
        };
        if dot(&gap, &gap) * Rational::from(1024) > dot(&velocity, &velocity) {
            return oscillators;
        }
    }
}

impl Oscillators {
    /// `x_i x a_i` for every node
    pub(super) fn angular(&self, a: &[Rational]) -> Vec<Rational> {
        let network = &self.network;
        (0..network.nodes()).map(|i| cross(network.node(&network.x, i), network.node(a, i))).collect()
    }

    /// `sum_j K_ij sin(theta_j - theta_i)` for every node
    pub(super) fn torques(&self, k: &DMatrix<Rational>) -> Vec<Rational> {
        let network = &self.network;
        let node = |i: usize| network.node(&network.x, i);
        let nodes = network.nodes();
        (0..nodes).map(|i| (0..nodes).map(|j| cross(node(i), node(j)) * &k[(i, j)]).sum()).collect()
    }

    /// The velocity at `Q x`, and `Q` times that at `x`.
    pub(super) fn turned_about(&self, q: &DMatrix<Rational>) -> [Vec<Rational>; 2] {
        let network = &self.network;
        let rotate = |all: &[Rational]| -> Vec<Rational> {
            (0..network.nodes()).flat_map(|i| apply(q, network.node(all, i))).collect()
        };
        let (coupling, c) = (network.coupling.clone(), network.c.clone());
        let moved = Network { n: 3, x: rotate(&network.x), coupling, c, rotations: network.rotations.clone() };
        [moved.velocity(), rotate(&network.velocity())]
    }
}

impl Drawn for Oscillators {
    fn base(&self) -> Option<&dyn Drawn> {
        Some(&self.network)
    }
    fn besides(&self) -> String {
        match self.form {
            Form::General => String::new(),
            Form::Phases(..) => ", phases".to_owned(),
            Form::Symmetric(_) => ", one axis".to_owned(),
        }
    }
    fn numbers(&self) -> Vec<Numbers> {
        self.network.numbers()
    }
}
