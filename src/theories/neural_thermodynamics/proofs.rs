//! The pages in `proofs/`, embedded: one page per family, one section per claim; and what Coq has checked of them.

use crate::theories::THEOREMS;
use crate::verify::Lemmas;

/// The pages, by family.
pub const PAGES: &[(&str, &str)] = &[
    ("balance", include_str!("../../../proofs/balance.md")),
    ("entropic-loss", include_str!("../../../proofs/entropic-loss.md")),
    ("noether", include_str!("../../../proofs/noether.md")),
    ("platonic", include_str!("../../../proofs/platonic.md")),
    ("sharpness", include_str!("../../../proofs/sharpness.md")),
    ("symmetry", include_str!("../../../proofs/symmetry.md")),
];

/// The list of machine-checked theorems, with what they state.
pub const LEMMAS: Lemmas = Lemmas {
    list: THEOREMS,
    statements: &[
        ("proofs/coq/statements/balance.v", include_str!("../../../proofs/coq/statements/balance.v")),
        ("proofs/coq/statements/entropic_loss.v", include_str!("../../../proofs/coq/statements/entropic_loss.v")),
        ("proofs/coq/statements/noether.v", include_str!("../../../proofs/coq/statements/noether.v")),
        ("proofs/coq/statements/platonic.v", include_str!("../../../proofs/coq/statements/platonic.v")),
        ("proofs/coq/statements/sharpness.v", include_str!("../../../proofs/coq/statements/sharpness.v")),
        ("proofs/coq/statements/symmetry.v", include_str!("../../../proofs/coq/statements/symmetry.v")),
    ],
};
