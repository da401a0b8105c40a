#![doc = "equipartition"]
pub mod scalar;
