//! The polynomials that gradient flow conserves, for a person, for a program and for a paper.

use super::layout::{described, hanging};
use super::{SCHEMA_VERSION, latex, plural};
use crate::discovery::Settings;
use crate::discovery::conserved::{Conserved, Monomial};
use serde_json::{Value, json};
use std::fmt::Write;

/// The summary for a person, in lines of at most `width`.
pub fn text(found: &Conserved, width: usize) -> String {
    let title = format!("What gradient flow of {} conserves, from evaluations alone", found.model);
    let mut text = hanging(&title, width, "") + "\n";
    let [equations, rank] = found.equations;
    let how = found.bits.map_or_else(|| "exact".to_owned(), |bits| format!("{bits} bits"));
    text += &described(
        &[
            ("searched", format!("all {} of degree 1 to {}", plural(found.monomials, "monomial"), found.degree)),
            ("evaluations", format!("{equations} equations of rank {rank}")),
            ("confidence", format!("{how}; verified at {} fresh points", found.verified)),
        ],
        width,
    );
    text.push('\n');
    for degree in 1..=found.degree {
        let dimension = found.dimensions[degree as usize - 1];
        let line = format!("degree {degree}: {} new; all up to it {dimension}, products included", found.count(degree));
        text += &hanging(&line, width, "");
    }
    if !found.quantities.is_empty() {
        text += "\nQuantities, and what a step of SGD without decay adds to each:\n";
    }
    for quantity in &found.quantities {
        text += &hanging(&found.in_words(quantity), width, "  ");
        text += &hanging(&format!("+ {}", found.added(quantity)), width, "    ");
    }
    let _ = write!(text, "\n{}", hanging(&conclusion(found), width, ""));
    text
}

fn conclusion(found: &Conserved) -> String {
    let quantities = found.quantities.len();
    let beyond = (3..=found.degree).map(|degree| found.count(degree)).sum::<usize>();
    let beyond = match (found.degree, beyond) {
        (..3, _) => String::new(),
        (_, 0) => ", none beyond those of affine symmetries".to_owned(),
        (_, beyond) => format!(", {beyond} beyond those of affine symmetries"),
    };
    let what = if quantities == 1 { "conserved quantity" } else { "conserved quantities" };
    format!("{quantities} {what} up to degree {}{beyond}.", found.degree)
}

/// The document for a program.
pub fn document(found: &Conserved, settings: &Settings) -> Value {
    let quantities = found.quantities.iter().map(|quantity| {
        let degree = quantity.keys().map(Monomial::degree).max();
        json!({"quantity": found.in_words(quantity), "degree": degree, "added_by_a_step": found.added(quantity)})
    });
    json!({
        "schema_version": SCHEMA_VERSION,
        "network": found.model,
        "seed": settings.seed,
        "degree": found.degree,
        "monomials": found.monomials,
        "dimensions": found.dimensions,
        "quantities": quantities.collect::<Vec<_>>(),
        "equations": found.equations[0],
        "rank": found.equations[1],
        "verified_points": found.verified,
        "bits": found.bits,
    })
}

/// The quantities as a table, to paste into a paper.
pub fn to_latex(found: &Conserved) -> String {
    let row = |quantity| {
        let [quantity, added] = [found.in_words(quantity), found.added(quantity)].map(|text| latex::plain(&text));
        format!("  ${quantity}$ & ${added}$ \\\\\n")
    };
    let rows: String = found.quantities.iter().map(row).collect();
    let body = if rows.is_empty() {
        format!("no polynomial up to degree {}.\n", found.degree)
    } else {
        latex::table(&["conserved by gradient flow", "added by a step of SGD"], &rows)
    };
    format!("{}For {}:\n{body}", latex::PACKAGES, latex::words(&found.model))
}
