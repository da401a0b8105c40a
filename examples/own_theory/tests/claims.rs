//! A test program of claims: this theory's, and a family of equipartition's, each a test under its id.
//! `cargo test --test claims own/` runs those whose id contains `own/`.

fn main() {
    equipartition::testing::main(&[own_theory::CLAIMS, &equipartition::theories::select(&["symmetry"])].concat())
}
