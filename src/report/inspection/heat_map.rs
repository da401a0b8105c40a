//! The balances as a picture.

use super::super::heat_map::{Cell, HeatMap, Scale};
use super::{Subject, rule_name, signed};
use crate::inspection::Inspection;
use crate::inspection::balance::Status;

/// The imbalance of every law in every layer.
pub fn heat_map(subject: &Subject, inspection: &Inspection) -> HeatMap {
    let mut rows: Vec<String> = Vec::new();
    let mut layers: Vec<Option<usize>> = inspection.balances.iter().map(|balance| balance.law.layer).collect();
    layers.sort_by_key(|layer| layer.map_or(usize::MAX, |layer| layer));
    layers.dedup();
    let mut cells = Vec::new();
    for balance in &inspection.balances {
        let name = &balance.law.name;
        let row = rows.iter().position(|row| row == name).unwrap_or_else(|| {
            rows.push(name.clone());
            rows.len() - 1
        });
        let Some(column) = layers.iter().position(|layer| *layer == balance.law.layer) else { continue };
        let value = balance.total.imbalance;
        let error = balance.total.standard_error.map(|error| format!(" ± {error:.5}")).unwrap_or_default();
        let detail = format!("{}: {}{error}; {}", balance.law.title(), signed(balance), balance.status.name());
        // The balance of a law that is none is not to be coloured like one.
        let (value, mark) = match balance.status {
            Status::Confirmed => (value, None),
            Status::NotASymmetry => (None, Some("\u{d7}")),
            Status::Unchecked(_) => (value, Some("?")),
        };
        cells.push(Cell { row, column, value, mark, detail });
    }
    HeatMap {
        title: "Imbalance of gradients by layer".to_owned(),
        explanation: vec![
            format!("{}; rule {}.", subject.weights, rule_name(inspection.settings.rule)),
            "Imbalance: (left − right) / (sum of the terms) of the law; of a matrix law the size of the residual, which has no sign.".to_owned(),
            "White: in balance. Red: the left side, the gradients', is larger. Blue: the right side, the decay's. ±1: one term is alone.".to_owned(),
            "× and grey: by the gradients not a symmetry of this network; ?: no gradients have checked it.".to_owned(),
        ],
        rows,
        columns: layers.iter().map(|layer| layer.map_or_else(|| "–".to_owned(), |layer| layer.to_string())).collect(),
        column_label: "layer (–: of the whole network)".to_owned(),
        cells,
        scale: Scale::Signed,
        ends: ["right side larger".to_owned(), "left side larger".to_owned()],
    }
}
