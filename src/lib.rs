#![doc = "equipartition"]
pub mod data;
pub mod entropic;
pub mod model;
pub mod scalar;
pub mod symmetry;
