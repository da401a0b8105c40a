//! Symmetries: maps of parameter space that leave every per-sample loss unchanged.
//!
//! A *generator* `A` of a continuous symmetry satisfies `l(e^{tA} theta; z) = l(theta; z)`, hence `(A theta)^T g_z = 0`; an
//! *element* `K` satisfies `l(K theta; z) = l(theta; z)`, hence `g_z(K theta) = K^{-T} g_z(theta)`.
//!
//! A symmetric generator has a *charge* `theta^T A theta`, which every gradient flow conserves. The Lie algebra that the
//! gradient fields generate tells how many conserved quantities there are, known or not.

mod catalogue;
mod charges;
mod composed;
mod elements;
mod generators;
mod lie_algebra;
mod linear_map;
pub mod transformer;

pub use catalogue::{Symmetry, catalogue};
pub use charges::{independent_charges, symmetric_generators};
pub use composed::{Interface, composed_generators, element, interfaces};
pub use elements::{
    Element, block_scale, exchange_element, input_element, matrix_element, neuron_permutation, neuron_rescaling,
    output_element, rotation_element, shear, sign_flip, whole_scale,
};
pub use generators::{
    Generator, is_linear, layer, layers, linear, matrix, neuron, neurons, normalised_block, rotation, whole,
};
pub use lie_algebra::GradientFields;
pub use linear_map::LinearMap;
