//! Layers with the places of their parameters: built once from the description, run forwards and backwards.

use super::affine::{Dense, Sequence, add};
use super::attention::{Attention, AttentionTape};
use super::functions::Functions;
use super::gated::{Gated, GatedTape};
use super::norm::{Norm, NormTape};
use super::{ComposeError, Epsilon, Layer, Named, Parameter};
use crate::model::activation::Activation;
use crate::model::dense::{add_outer, multiply, multiply_transposed};
use crate::scalar::Branch;

/// A layer ready to run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stage {
    Dense(Dense),
    /// `E^T h`, for the matrix of these places (tokens x width).
    Lookup {
        weights: usize,
        tokens: usize,
        width: usize,
    },
    /// `h_t + b`, the same for all positions, or one for each.
    Shift {
        start: usize,
        width: usize,
        by_position: bool,
    },
    Activation(Activation),
    Norm(Norm),
    Attention(Attention),
    Gated(Gated),
    Residual(Vec<Stage>),
}

/// What the backward pass of a stage needs.
pub enum Tape<T> {
    Inputs(Sequence<T>),
    Slopes(Sequence<T>),
    Norm(Vec<NormTape<T>>),
    Attention(AttentionTape<T>),
    Gated(Vec<GatedTape<T>>),
    Residual(Vec<Tape<T>>),
    Nothing,
}

impl Stage {
    pub fn is_algebraic(&self) -> bool {
        let piecewise = |activation: &Activation| matches!(activation, Activation::Piecewise(_));
        match self {
            Stage::Dense(_) | Stage::Lookup { .. } | Stage::Shift { .. } => true,
            Stage::Activation(activation) => piecewise(activation),
            Stage::Gated(gated) => piecewise(&gated.activation),
            Stage::Residual(inside) => inside.iter().all(Stage::is_algebraic),
            Stage::Norm(_) | Stage::Attention(_) => false,
        }
    }

    pub fn forward<T: Branch>(
        &self,
        functions: &Functions<T>,
        theta: &[T],
        mut input: Sequence<T>,
    ) -> (Sequence<T>, Tape<T>) {
        match self {
            Stage::Dense(dense) => {
                (input.iter().map(|vector| dense.apply(theta, vector)).collect(), Tape::Inputs(input))
            }
            Stage::Lookup { weights, tokens, width } => {
                let matrix = &theta[*weights..weights + tokens * width];
                (input.iter().map(|token| multiply_transposed(matrix, token, *width)).collect(), Tape::Inputs(input))
            }
            Stage::Shift { start, width, by_position } => {
                for (position, vector) in input.iter_mut().enumerate() {
                    let start = start + if *by_position { position * width } else { 0 };
                    add(vector, &theta[start..start + width]);
                }
                (input, Tape::Nothing)
            }
            Stage::Activation(activation) => {
                let pairs = input.iter().map(|vector| {
                    vector
                        .iter()
                        .map(|entry| (functions.activation)(*activation, entry))
                        .unzip::<T, T, Vec<T>, Vec<T>>()
                });
                let (output, slopes) = pairs.unzip();
                (output, Tape::Slopes(slopes))
            }
            Stage::Norm(norm) => {
                let (output, tapes) = input.into_iter().map(|vector| norm.forward(functions, theta, vector)).unzip();
                (output, Tape::Norm(tapes))
            }
            Stage::Attention(attention) => {
                let (output, tape) = attention.forward(functions, theta, input);
                (output, Tape::Attention(tape))
            }
            Stage::Gated(gated) => {
                let (output, tapes) = input.into_iter().map(|vector| gated.forward(functions, theta, vector)).unzip();
                (output, Tape::Gated(tapes))
            }
            Stage::Residual(inside) => {
                let mut branch = input.clone();
                let mut tapes = Vec::with_capacity(inside.len());
                for stage in inside {
                    let (output, tape) = stage.forward(functions, theta, branch);
                    tapes.push(tape);
                    branch = output;
                }
                for (vector, part) in input.iter_mut().zip(&branch) {
                    add(vector, part);
                }
                (input, Tape::Residual(tapes))
            }
        }
    }

    /// The slopes at the input; those of the parameters are added to the gradient.
    pub fn backward<T: Branch>(
        &self,
        theta: &[T],
        tape: Tape<T>,
        mut delta: Sequence<T>,
        gradient: &mut [T],
    ) -> Sequence<T> {
        match (self, tape) {
            (Stage::Dense(dense), Tape::Inputs(inputs)) => {
                inputs.iter().zip(&delta).map(|(input, slope)| dense.pull_back(theta, input, slope, gradient)).collect()
            }
            (Stage::Lookup { weights, tokens, width }, Tape::Inputs(inputs)) => {
                let places = *weights..weights + tokens * width;
                let mut scratch = T::zero();
                for (input, slope) in inputs.iter().zip(&delta) {
                    add_outer(&mut gradient[places.clone()], input, slope, &mut scratch);
                }
                delta.iter().map(|slope| multiply(&theta[places.clone()], slope, *tokens)).collect()
            }
            (Stage::Shift { start, width, by_position }, Tape::Nothing) => {
                for (position, slope) in delta.iter().enumerate() {
                    let start = start + if *by_position { position * width } else { 0 };
                    add(&mut gradient[start..start + width], slope);
                }
                delta
            }
            (Stage::Activation(_), Tape::Slopes(slopes)) => {
                for (entry, slope) in delta.iter_mut().flatten().zip(slopes.iter().flatten()) {
                    *entry *= slope;
                }
                delta
            }
            (Stage::Norm(norm), Tape::Norm(tapes)) => {
                tapes.iter().zip(&delta).map(|(tape, slope)| norm.backward(theta, tape, slope, gradient)).collect()
            }
            (Stage::Attention(attention), Tape::Attention(tape)) => attention.backward(theta, &tape, &delta, gradient),
            (Stage::Gated(gated), Tape::Gated(tapes)) => {
                tapes.iter().zip(&delta).map(|(tape, slope)| gated.backward(theta, tape, slope, gradient)).collect()
            }
            (Stage::Residual(inside), Tape::Residual(tapes)) => {
                let mut branch = delta.clone();
                for (stage, tape) in inside.iter().zip(tapes).rev() {
                    branch = stage.backward(theta, tape, branch, gradient);
                }
                for (vector, part) in delta.iter_mut().zip(&branch) {
                    add(vector, part);
                }
                delta
            }
            _ => unreachable!("a stage gets its own tape"),
        }
    }
}

/// Builds stages and gives every parameter its place.
pub struct Builder {
    positions: usize,
    pub parameters: Vec<Parameter>,
}

impl Builder {
    pub fn new(positions: usize) -> Self {
        Builder { positions, parameters: Vec::new() }
    }

    /// The stages of some layers, and the width of what they put out.
    pub fn stages(
        &mut self,
        path: &str,
        layers: &[Named],
        mut width: usize,
    ) -> Result<(Vec<Stage>, usize), ComposeError> {
        let mut stages = Vec::with_capacity(layers.len());
        for named in layers {
            let name = if path.is_empty() { named.name.clone() } else { format!("{path}.{}", named.name) };
            let (stage, output) = self.stage(&name, &named.layer, width)?;
            stages.push(stage);
            width = output;
        }
        Ok((stages, width))
    }

    /// A new block; its name must be new too.
    fn block(&mut self, name: &str, role: &str, rows: usize, columns: usize) -> Result<usize, ComposeError> {
        let full = format!("{name}.{role}");
        let fails = |problem: String| ComposeError { layer: name.to_owned(), problem };
        if rows == 0 || columns == 0 {
            return Err(fails(format!(
                "`{role}` would have the shape {rows} x {columns}: expected sizes of at least 1"
            )));
        }
        if self.parameters.iter().any(|known| known.name == full) {
            return Err(fails("there is another layer of this name".to_owned()));
        }
        let start = self.parameters.last().map_or(0, |last| last.range().end);
        self.parameters.push(Parameter { name: full, rows, columns, start });
        Ok(start)
    }

    fn dense(
        &mut self,
        name: &str,
        role: &str,
        outputs: usize,
        inputs: usize,
        bias: bool,
    ) -> Result<Dense, ComposeError> {
        let weights = self.block(name, role, outputs, inputs)?;
        let bias_role = if role == "weight" { "bias".to_owned() } else { format!("{role}_bias") };
        let bias = if bias { Some(self.block(name, &bias_role, outputs, 1)?) } else { None };
        Ok(Dense { weights, bias, outputs, inputs })
    }

    fn stage(&mut self, name: &str, layer: &Layer, width: usize) -> Result<(Stage, usize), ComposeError> {
        let fails = |problem: String| ComposeError { layer: name.to_owned(), problem };
        Ok(match layer {
            Layer::Linear { width: outputs, bias } => {
                (Stage::Dense(self.dense(name, "weight", *outputs, width, *bias)?), *outputs)
            }
            Layer::Bias => {
                let start = self.block(name, "bias", width, 1)?;
                (Stage::Shift { start, width, by_position: false }, width)
            }
            Layer::Activation(activation) => (Stage::Activation(*activation), width),
            Layer::Embedding { width: outputs } => {
                let weights = self.block(name, "weight", width, *outputs)?;
                (Stage::Lookup { weights, tokens: width, width: *outputs }, *outputs)
            }
            Layer::Positions => {
                let start = self.block(name, "weight", self.positions, width)?;
                (Stage::Shift { start, width, by_position: true }, width)
            }
            Layer::Norm { statistic, gain, bias, epsilon } => {
                if matches!(epsilon, Epsilon::Fixed(value) if value.cmp0().is_lt()) {
                    return Err(fails("epsilon is negative: expected 0 or more".to_owned()));
                }
                let gain = if *gain { Some(self.block(name, "gain", width, 1)?) } else { None };
                let bias = if *bias { Some(self.block(name, "bias", width, 1)?) } else { None };
                let trained = *epsilon == Epsilon::Trained;
                let trained_epsilon = if trained { Some(self.block(name, "epsilon", 1, 1)?) } else { None };
                let norm = Norm { statistic: *statistic, epsilon: epsilon.clone(), gain, bias, trained_epsilon };
                (Stage::Norm(norm), width)
            }
            Layer::Attention(shape) => {
                let (heads, groups, size) = (shape.heads, shape.groups, shape.size);
                if groups == 0 || heads == 0 || size == 0 || heads % groups != 0 {
                    let found = format!("{heads} heads in {groups} groups");
                    return Err(fails(format!(
                        "{found}: expected at least one of each, and as many heads in every group"
                    )));
                }
                if !shape.rotary.is_empty() && 2 * shape.rotary.len() != size {
                    let found = format!("{} rotary angles for heads of size {size}", shape.rotary.len());
                    return Err(fails(format!("{found}: expected one for each pair of coordinates")));
                }
                let attention = Attention {
                    query: self.dense(name, "query", heads * size, width, shape.bias)?,
                    key: self.dense(name, "key", groups * size, width, shape.bias)?,
                    value: self.dense(name, "value", groups * size, width, shape.bias)?,
                    output: self.dense(name, "output", width, heads * size, shape.bias)?,
                    shape: shape.clone(),
                };
                (Stage::Attention(attention), width)
            }
            Layer::GatedMlp { hidden, activation, bias } => {
                let gated = Gated {
                    gate: self.dense(name, "gate", *hidden, width, *bias)?,
                    up: self.dense(name, "up", *hidden, width, *bias)?,
                    down: self.dense(name, "down", width, *hidden, *bias)?,
                    activation: *activation,
                };
                (Stage::Gated(gated), width)
            }
            Layer::Residual(inside) => {
                let (stages, output) = self.stages(name, inside, width)?;
                if output != width {
                    return Err(fails(format!(
                        "the layers inside put out width {output}: expected {width}, that of the input"
                    )));
                }
                (Stage::Residual(stages), width)
            }
            Layer::TiedUnembedding { embedding } => {
                let wanted = format!("{embedding}.weight");
                let found = self.parameters.iter().find(|known| known.name == wanted);
                let Some(table) = found else {
                    return Err(fails(format!("there is no embedding `{embedding}` before it")));
                };
                if table.columns != width {
                    let columns = table.columns;
                    return Err(fails(format!(
                        "the embedding has width {columns}: expected {width}, that of the input"
                    )));
                }
                let dense = Dense { weights: table.start, bias: None, outputs: table.rows, inputs: width };
                (Stage::Dense(dense), table.rows)
            }
        })
    }
}
