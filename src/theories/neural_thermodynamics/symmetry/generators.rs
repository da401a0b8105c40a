//! Random generators of continuous symmetries, each with an element of the group.

use super::elements;
use super::rates::Rated;
use super::skew;
use crate::model::Network;
use crate::symmetry::{self, Element, Generator, LinearMap, Symmetry};
use crate::verify::Stream;

/// A generator and an element of one kind of continuous symmetry.
pub(super) fn draw_pair(stream: &mut Stream, network: &Network, kind: Symmetry) -> (Generator, Element) {
    let width = |layer: usize| network.layout().map_or(0, |layout| layout.widths()[layer + 1]);
    let element = elements::draw_factor(stream, network, kind);
    let generator = match kind {
        Symmetry::Rotation { layer } => {
            let (row, column) = elements::pair(stream, width(layer));
            symmetry::rotation(network, layer, row, column)
        }
        Symmetry::Shear { layer } => {
            let (row, column) = elements::pair(stream, width(layer));
            symmetry::matrix(network, layer, row, column)
        }
        Symmetry::Rescaling { layer, degree } => {
            symmetry::neuron(network, layer, stream.below(width(layer)), i64::from(degree))
        }
        Symmetry::BlockScale { layer } => symmetry::normalised_block(network, layer),
        _ => symmetry::whole(network),
    };
    (generator, element)
}

/// A spiral of two units of a linear layer, growing and turning: normal, neither symmetric nor antisymmetric.
pub(super) fn draw_spiral(stream: &mut Stream, network: &Network, layer: usize) -> (Generator, Element) {
    let width = network.layout().map_or(0, |layout| layout.widths()[layer + 1]);
    let (row, column) = elements::pair(stream, width);
    let mut map = LinearMap::zero(network.parameter_count());
    let growth = stream.small();
    for unit in [row, column] {
        map = map.plus(&symmetry::matrix(network, layer, unit, unit).map.scaled(&growth));
    }
    map = map.plus(&symmetry::rotation(network, layer, row, column).map.scaled(&stream.small()));
    let mut element = symmetry::rotation_element(network, layer, (row, column), &stream.small());
    let factor = elements::factor(stream, network);
    for unit in [row, column] {
        element = symmetry::neuron_rescaling(network, layer, unit, &factor, 1).after(&element);
    }
    (Generator { name: format!("spiral of units {row} and {column} of hidden layer {layer}"), map }, element)
}

/// A generator and an element that are normal for the learning rates that come with them: in a linear network a spiral,
/// in plain or in skew coordinates; otherwise a rescaling, under any diagonal.
pub(super) fn draw_normal(stream: &mut Stream, network: &Network) -> (Generator, Element, Rated) {
    let kinds = symmetry::catalogue(network);
    let linear = kinds.iter().find_map(|kind| match kind {
        Symmetry::Shear { layer } => Some(*layer),
        _ => None,
    });
    match (linear, stream.below(3)) {
        (Some(layer), 0) => {
            let (generator, element) = draw_spiral(stream, network, layer);
            (generator, element, Rated::equal(stream))
        }
        (Some(layer), 1) => skew::draw_adapted(stream, network, layer),
        _ => {
            let scales: Vec<Symmetry> = kinds.into_iter().filter(|kind| is_scale(*kind)).collect();
            let kind = *stream.pick(&scales);
            let (generator, element) = draw_pair(stream, network, kind);
            let parameters = network.parameter_count();
            let rated = if stream.coin() { Rated::distinct(stream, parameters) } else { Rated::equal(stream) };
            (generator, element, rated)
        }
    }
}

fn is_scale(kind: Symmetry) -> bool {
    matches!(kind, Symmetry::Rescaling { .. } | Symmetry::BlockScale { .. } | Symmetry::WholeScale)
}
