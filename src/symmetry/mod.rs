//! Symmetries: maps of parameter space that leave every per-sample loss unchanged.
//!
//! A *generator* `A` of a continuous symmetry satisfies `l(e^{tA} theta; z) = l(theta; z)`, hence `(A theta)^T g_z = 0`; an
//! *element* `K` satisfies `l(K theta; z) = l(theta; z)`, hence `g_z(K theta) = K^{-T} g_z(theta)`.

mod elements;
mod generators;
mod linear_map;

pub use elements::{Element, matrix_element, neuron_permutation, neuron_rescaling, sign_flip};
pub use generators::{
    Generator, is_linear, layer, layers, linear, matrix, neuron, neurons, normalised_block, rotation, whole,
};
pub use linear_map::LinearMap;
