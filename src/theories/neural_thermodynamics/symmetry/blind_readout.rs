//! Directions of the last layer that what comes behind it does not see.

use crate::model::Network;
use crate::model::linear::{FixedMatrix, LinearStack, Readout};
use crate::model::mlp::Layout;
use crate::scalar::Rational;
use crate::verify::Stream;

/// A deep linear network in front of a fixed readout, and a vector that the readout does not see.
pub(super) fn draw_blind_readout(stream: &mut Stream) -> (Network, Vec<Rational>) {
    let outputs = 2 + stream.below(2);
    let mut widths: Vec<usize> = (0..1 + stream.below(3)).map(|_| 1 + stream.below(3)).collect();
    widths.push(outputs);
    let unseen: Vec<Rational> = (0..outputs).map(|_| stream.small()).collect();
    let rows = 1 + stream.below(2);
    let mut entries = Vec::new();
    for _ in 0..rows {
        let mut row: Vec<Rational> = (1..outputs).map(|_| stream.small()).collect();
        let overlap: Rational = row.iter().zip(&unseen).map(|(entry, k)| Rational::from(entry * k)).sum();
        row.push(-overlap / &unseen[outputs - 1]);
        entries.extend(row);
    }
    let readout = Readout::Fixed(FixedMatrix::new(rows, entries));
    let layout = Layout::new(widths, false);
    (Network::Linear(LinearStack { layout, embedding: None, readout, frozen: None }), unseen)
}

/// `k c^T` on the weights and biases of the last layer, `c` at random.
pub(super) fn outer(stream: &mut Stream, network: &Network, k: &[Rational]) -> Vec<Rational> {
    let layout = network.layout().expect("the networks have layers");
    let last = layout.depth() - 1;
    let mut direction = vec![Rational::new(); layout.parameter_count()];
    for column in 0..layout.widths()[last] {
        let coefficient = stream.small();
        for (row, entry) in k.iter().enumerate() {
            direction[layout.weight(last, row, column)] = Rational::from(entry * &coefficient);
        }
    }
    let coefficient = stream.small();
    for (parameter, entry) in layout.biases(last).zip(k) {
        direction[parameter] = Rational::from(entry * &coefficient);
    }
    direction
}

/// Whether `v^T theta` is not small against its terms.
pub(super) fn is_seen(direction: &[Rational], theta: &[Rational]) -> bool {
    let products = || direction.iter().zip(theta).map(|(v, x)| Rational::from(v * x));
    let size: Rational = products().map(Rational::abs).sum();
    products().sum::<Rational>().abs() * 16 > size
}
