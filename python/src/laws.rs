//! Laws fitted to the shapes of named arrays: which positions of which axes belong to which member.

use crate::arrays::of_shapes;
use crate::guard::guarded;
use equipartition::checkpoint::Checkpoint;
use equipartition::inspection::architecture::Architecture;
use equipartition::inspection::decoder;
use equipartition::inspection::file::{self, LawsFile};
use equipartition::inspection::fitted::{Extent, Fitted, Layout};
use equipartition::inspection::law::{Axis, Block, Form, Law, Rotary};
use equipartition::inspection::mlp::{self, Homogeneity};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use serde_json::{Value, json};

/// The laws `kind` of arrays of these names and shapes, as a JSON document.
///
/// `kind` is `mlp`, then `text` is the activation's degree, `1`, `2` or `linear`; `decoder`, then `text` is a `config.json`, or empty; or `file`, then it is a
/// file of laws.
#[pyfunction]
pub fn fitted(shapes: Vec<(String, Vec<usize>)>, kind: &str, text: &str) -> PyResult<String> {
    guarded(|| fit(&of_shapes(shapes)?, kind, text))
}

fn fit(checkpoint: &Checkpoint, kind: &str, text: &str) -> PyResult<String> {
    let (laws, decays) = match kind {
        "mlp" => (mlp::laws(checkpoint, homogeneity(text)?).map_err(|error| refuse(&error))?, Vec::new()),
        "decoder" => {
            let architecture = match text {
                "" => Architecture { rotary: Some(Rotary::Halves), ..Architecture::default() },
                text => Architecture::from_config(text).map_err(|error| refuse(&error))?,
            };
            (decoder::laws(checkpoint, &architecture).map_err(|error| refuse(&error))?, Vec::new())
        }
        "file" => {
            let LawsFile { laws, decays } = file::parse("laws", text).map_err(|error| refuse(&error))?;
            (laws, decays)
        }
        _ => return Err(PyValueError::new_err(format!("laws `{kind}`: expected mlp, decoder or file"))),
    };
    let laws: Vec<Law> = laws.iter().map(|law| law.resolved(checkpoint)).collect();
    let laws: Vec<Value> = laws.iter().map(|law| described(law, checkpoint)).collect::<PyResult<_>>()?;
    let decays: Vec<Value> =
        decays.iter().map(|decay| json!({"pattern": decay.pattern, "gamma": decay.gamma})).collect();
    Ok(json!({"laws": laws, "decays": decays}).to_string())
}

fn refuse(error: &dyn std::fmt::Display) -> PyErr {
    PyValueError::new_err(error.to_string())
}

fn homogeneity(text: &str) -> PyResult<Homogeneity> {
    match text {
        "linear" => Ok(Homogeneity::Linear),
        degree => {
            let degree = degree.parse().map_err(|_| PyValueError::new_err(format!("a degree, not `{degree}`")))?;
            Ok(Homogeneity::Degree(degree))
        }
    }
}

fn described(law: &Law, checkpoint: &Checkpoint) -> PyResult<Value> {
    let fitted = Fitted::new(law, checkpoint).map_err(|error| refuse(&error))?;
    let blocks = law.blocks.iter().zip(&fitted.layouts).map(|(block, layout)| of_block(block, *layout, checkpoint));
    Ok(json!({
        "law": law.name,
        "layer": law.layer,
        "form": match law.form { Form::Rescaling => "rescaling", Form::Matrix => "matrix" },
        "groups": law.groups,
        "width": fitted.width,
        "remark": law.remark,
        "inexact": law.inexact.map(|inexact| json!({
            "norms": inexact.norms,
            "entries": inexact.entries,
            "epsilon": inexact.epsilon,
        })),
        "blocks": blocks.collect::<PyResult<Vec<_>>>()?,
    }))
}

/// `members` has the member of every position along the axis, -1 where there is none; of all of a tensor, row by row.
fn of_block(block: &Block, layout: Layout, checkpoint: &Checkpoint) -> PyResult<Value> {
    let extent = Extent::of(checkpoint, &block.tensor).map_err(|error| refuse(&error))?;
    let member = |position: usize| match block.axis {
        Axis::All => {
            if layout.has(position) {
                0
            } else {
                -1
            }
        }
        Axis::Rows | Axis::Columns => layout.member(position).map_or(-1, |member| member as i64),
    };
    let length = if block.axis == Axis::Columns { extent.columns } else { extent.rows };
    Ok(json!({
        "tensor": block.tensor,
        "axis": if block.axis == Axis::Columns { "columns" } else { "rows" },
        "coefficient": block.coefficient,
        "offset": block.offset,
        "members": (0..length).map(member).collect::<Vec<i64>>(),
    }))
}
