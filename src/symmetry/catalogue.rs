//! Which kinds of group elements a network has by construction.

use super::generators::{homogeneity, is_linear};
use crate::model::{Activation, Network, Piecewise};

/// A kind of linear symmetry of every per-sample loss.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Symmetry {
    /// Permutations of the neurons of a hidden layer: any activation.
    NeuronPermutation {
        /// The layer that computes the neurons.
        layer: usize,
    },
    /// Sign flips of single neurons: odd activations.
    SignFlip {
        /// The layer that computes the neurons.
        layer: usize,
    },
    /// Rotations of pairs of units: linear layers, RMS-normalised or not.
    Rotation {
        /// The layer that computes the units.
        layer: usize,
    },
    /// Shears of pairs of units, which with rescalings and rotations generate all invertible maps: linear layers.
    Shear {
        /// The layer that computes the units.
        layer: usize,
    },
    /// Rescalings of single neurons: homogeneous activations.
    Rescaling {
        /// The layer that computes the neurons.
        layer: usize,
        /// The degree of homogeneity.
        degree: i32,
    },
    /// The scale of a layer's weights and biases: RMS normalisation.
    BlockScale {
        /// The normalised layer.
        layer: usize,
    },
    /// The scale of all parameters: scale-invariant models.
    WholeScale,
}

impl Symmetry {
    /// Whether its elements are isolated from each other.
    pub fn is_discrete(self) -> bool {
        matches!(self, Symmetry::NeuronPermutation { .. } | Symmetry::SignFlip { .. })
    }

    /// Whether its elements are orthogonal.
    pub fn is_orthogonal(self) -> bool {
        self.is_discrete() || matches!(self, Symmetry::Rotation { .. })
    }
}

/// All kinds of symmetry that a stack of layers has, layer by layer; none are known of composed networks. Kinds that need two neurons are left out at width 1.
pub fn catalogue(network: &Network) -> Vec<Symmetry> {
    if let Network::Rayleigh(_) = network {
        return vec![Symmetry::WholeScale];
    }
    let Some(layout) = network.layout() else { return Vec::new() };
    let normalised = matches!(network, Network::Mlp { normalised: true, .. });
    let identity = network.activation() == Activation::Piecewise(Piecewise::Identity);
    let degree = homogeneity(network).map(|degree| degree as i32);
    let mut kinds = Vec::new();
    for layer in 0..layout.depth() - 1 {
        let several = layout.widths()[layer + 1] > 1;
        let mut list = |applies: bool, kind: Symmetry| kinds.extend(applies.then_some(kind));
        list(several, Symmetry::NeuronPermutation { layer });
        list(network.activation().is_odd(), Symmetry::SignFlip { layer });
        list(several && identity, Symmetry::Rotation { layer });
        list(several && is_linear(network), Symmetry::Shear { layer });
        if let Some(degree) = degree {
            list(true, Symmetry::Rescaling { layer, degree });
        }
        list(normalised, Symmetry::BlockScale { layer });
    }
    kinds
}
