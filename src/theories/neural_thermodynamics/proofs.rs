//! The pages in `proofs/`, embedded: one page per family, one section per claim.

/// The pages, by family.
pub const PAGES: &[(&str, &str)] = &[
    ("balance", include_str!("../../../proofs/balance.md")),
    ("entropic-loss", include_str!("../../../proofs/entropic-loss.md")),
    ("noether", include_str!("../../../proofs/noether.md")),
    ("platonic", include_str!("../../../proofs/platonic.md")),
    ("sharpness", include_str!("../../../proofs/sharpness.md")),
    ("symmetry", include_str!("../../../proofs/symmetry.md")),
];
