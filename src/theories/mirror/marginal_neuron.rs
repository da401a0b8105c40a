//! A linear neuron beside a linear network of depth two at its minimum with decay: the pull on it is just what its decay holds.

use super::dead_neuron::{Dead, Neuron};
use super::derivative::{Jet, jet};
use super::drawing::{Pair, carried, rotation};
use crate::linalg::products::product;
use crate::scalar::{Dual, Field, Rational, Ring};
use crate::verify::{Relation, Stream, Term};
use nalgebra::DMatrix;
use num_traits::Zero;

/// A linear network of depth two at its minimum.
pub(super) fn marginal(stream: &mut Stream) -> Dead {
    let turns = [rotation(stream, 2), rotation(stream, 2), rotation(stream, 2)];
    let weight_decay = stream.positive();
    let roots = [stream.positive(), if stream.coin() { stream.positive() } else { Rational::new() }];
    let turned = |left: usize, right: usize, entries: [Rational; 2]| {
        let diagonal =
            DMatrix::from_fn(2, 2, |row, column| if row == column { entries[row].clone() } else { Rational::new() });
        product(&product(&turns[left], &diagonal), &turns[right].transpose())
    };
    // s = w^2 + gamma; a mode that is off has a smaller one.
    let off = Rational::from(&weight_decay * &Rational::from((stream.integer(0, 7), 8)));
    let values = roots.clone().map(|root| if root.is_zero() { off.clone() } else { root.squared() + &weight_decay });
    let beside = Some([turned(2, 0, values), turned(2, 1, roots.clone()), turned(1, 0, roots)]);
    let column = |turn: &DMatrix<Rational>| turn.column(0).iter().cloned().collect::<Vec<_>>();
    let first = (column(&turns[2]), column(&turns[0]));
    let other = first.clone();
    let size = Rational::from(&weight_decay * 2_i64);
    Dead { neuron: Neuron::Marginal, samples: Vec::new(), weight_decay, size, is_stable: false, first, other, beside }
}

/// The neuron beside a network of depth two: second derivatives along its first direction of the squared error and of the decay.
pub(super) fn beside<T: Field>(instance: &Dead, [target, second, first]: &[DMatrix<Rational>; 3]) -> Relation<T> {
    let carry =
        |matrix: &DMatrix<Rational>| matrix.map(|entry| Jet::<T>::constant(Dual::constant(T::from_rational(&entry))));
    let (u, w): Pair<T> = (carried(&instance.first.0), carried(&instance.first.1));
    let zero = vec![T::zero(); 2];
    let (u, w) = (jet(&zero, &u, &u), jet(&zero, &w, &w));
    let mut map = product(&carry(second), &carry(first)) - carry(target);
    for row in 0..2 {
        for column in 0..2 {
            map[(row, column)] += Jet::<T>::product(&u[row], &w[column]);
        }
    }
    let error = map.iter().fold(Jet::<T>::zero(), |sum, entry| sum + entry.squared());
    let squares = u.iter().chain(&w).fold(Jet::<T>::zero(), |sum, entry| sum + entry.squared());
    Relation::equality(
        "a neuron beside the minimum of depth two is marginal",
        vec![Term::scalar("-second derivative of the squared error", -error.tangent.tangent)],
        vec![Term::scalar("that of the decay", squares.tangent.tangent * T::from_rational(&instance.weight_decay))],
    )
}
