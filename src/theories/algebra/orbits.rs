//! Networks of orbits: the units of an orbit have the coefficients `(zeta^(u s) a, zeta^(v s) b, zeta^(-(u+v) s) c)` of one frequency, for `s` below the
//! order of its phases.

use super::network::Group;
use crate::exact::cyclotomic::Cyclotomic;
use crate::scalar::Rational;
use crate::verify::{Class, Drawn, Numbers};

/// `2 pi s (u, v)/order`
#[derive(Clone, Copy, Debug)]
pub(super) struct Phases {
    pub(super) order: usize,
    pub(super) step: (usize, usize),
}

/// A coefficient: a rational multiple of a power of `zeta`, plus another rational number.
type Coefficient = (Rational, Rational);

/// An orbit, by the coefficients of its first unit.
pub(super) struct Orbit {
    pub(super) frequency: usize,
    pub(super) coefficients: [Coefficient; 3],
}

/// A network of orbits.
pub(super) struct Orbits {
    pub(super) group: Group,
    pub(super) phases: Phases,
    pub(super) orbits: Vec<Orbit>,
}

impl Drawn for Orbits {
    fn class(&self) -> Class {
        Class::Awkward
    }
    fn is_algebraic(&self) -> bool {
        true
    }
    fn describe(&self) -> String {
        let Phases { order, step } = self.phases;
        let frequencies: Vec<usize> = self.orbits.iter().map(|orbit| orbit.frequency).collect();
        format!("phases 2 pi s {step:?}/{order}, orbits of the frequencies {frequencies:?} of {}", self.group.size())
    }
    fn numbers(&self) -> Vec<Numbers> {
        let of = |orbit: &Orbit| {
            let [a, b, c] = orbit.coefficients.clone().map(|(first, second)| [first, second]);
            [Numbers::new("a", a), Numbers::new("b", b), Numbers::new("c", c)]
        };
        self.orbits.iter().flat_map(of).collect()
    }
}

/// The coefficients of a unit in the field.
pub(super) type Coefficients<const N: usize> = [Cyclotomic<N>; 3];

/// The values `z chi_k + conj`, with the conjugate character for the output.
pub(super) fn values<const N: usize>(group: Group, k: usize, z: &Cyclotomic<N>, is_output: bool) -> Vec<Cyclotomic<N>> {
    let at = |g: usize| {
        let place = if is_output { group.minus(g) } else { g };
        let part = group.character::<N>(k, place) * z;
        part.conjugate() + part
    };
    (0..group.size()).map(at).collect()
}

impl Orbits {
    /// The units of an orbit.
    pub(super) fn units<const N: usize>(&self, orbit: &Orbit) -> Vec<Coefficients<N>> {
        let [a, b, c] = orbit
            .coefficients
            .each_ref()
            .map(|(first, second)| Cyclotomic::<N>::root(1).scaled(first) + Cyclotomic::from(second.clone()));
        let Phases { order, step: (u, v) } = self.phases;
        let turn = |steps: usize| Cyclotomic::<N>::root(steps % order * (N / order));
        (0..order).map(|s| [turn(s * u) * &a, turn(s * v) * &b, turn(s * (2 * order - (u + v) % order)) * &c]).collect()
    }
}
