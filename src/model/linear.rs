//! Models that are products of matrices: deep linear networks, low-rank adapters, matrix factorisation.

use super::Model;
use super::dense::{multiply, multiply_transposed, set_outer};
use super::loss::{OutputLoss, SquaredError};
use super::mlp::Layout;
use crate::data::Sample;
use crate::scalar::{Field, Rational};

/// A fixed matrix, row-major, that is part of the model and not trained.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FixedMatrix {
    rows: usize,
    entries: Vec<Rational>,
}

impl FixedMatrix {
    /// The matrix with the given number of rows and row-major entries.
    ///
    /// # Panics
    /// If the entries do not fill whole rows.
    pub fn new(rows: usize, entries: Vec<Rational>) -> Self {
        assert!(rows > 0 && !entries.is_empty() && entries.len().is_multiple_of(rows), "entries fill whole rows");
        FixedMatrix { rows, entries }
    }

    /// The number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The number of columns.
    pub fn columns(&self) -> usize {
        self.entries.len() / self.rows
    }

    fn carry<T: Field>(&self) -> Vec<T> {
        self.entries.iter().map(T::from_rational).collect()
    }
}

/// How the end of the matrix product is read out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Readout {
    /// `f = W_D ... W_1 h`
    Identity,
    /// `f = M_O W_D ... W_1 h` with a fixed matrix
    Fixed(FixedMatrix),
    /// `f = p^T W_D ... W_1 q`, where the sample's input is `q` followed by `p`: one entry of a factorised matrix when
    /// both are unit vectors
    Probe,
}

/// Squared error of `f(x) = M_O W_D ... W_1 M_I x + M_0 x` with fixed `M_I`, `M_O`, `M_0`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinearStack {
    /// Where the trained matrices lie.
    pub layout: Layout,
    /// `M_I`, by default the identity.
    pub embedding: Option<FixedMatrix>,
    /// `M_O`, or a probe.
    pub readout: Readout,
    /// `M_0`, the frozen map that a low-rank adapter adds to; by default zero.
    pub frozen: Option<FixedMatrix>,
}

impl<T: Field> Model<T> for LinearStack {
    fn parameter_count(&self) -> usize {
        self.layout.parameter_count()
    }

    fn loss_and_gradient(&self, theta: &[T], sample: &Sample<T>, gradient: &mut [T]) -> T {
        let layout = &self.layout;
        let depth = layout.depth();
        let (input, probe) = match self.readout {
            Readout::Probe => sample.input.split_at(layout.widths()[0]),
            _ => (&sample.input[..], &[][..]),
        };
        let mut inputs = vec![match &self.embedding {
            Some(embedding) => multiply(&embedding.carry(), input, embedding.rows()),
            None => input.to_vec(),
        }];
        for layer in 0..depth {
            inputs.push(multiply(&theta[layout.weights(layer)], &inputs[layer], layout.widths()[layer + 1]));
        }
        let readout = match &self.readout {
            Readout::Identity => None,
            Readout::Fixed(matrix) => Some((matrix.carry(), matrix.rows())),
            Readout::Probe => Some((probe.to_vec(), 1)),
        };
        let mut output = match &readout {
            None => inputs[depth].clone(),
            Some((matrix, rows)) => multiply(matrix, &inputs[depth], *rows),
        };
        if let Some(frozen) = &self.frozen {
            for (value, added) in output.iter_mut().zip(multiply(&frozen.carry(), input, frozen.rows())) {
                *value += added;
            }
        }
        let (loss, mut delta) = SquaredError.value_and_gradient(&output, &sample.target);
        if let Some((matrix, _)) = &readout {
            delta = multiply_transposed(matrix, &delta, layout.widths()[depth]);
        }
        for layer in (0..depth).rev() {
            set_outer(&mut gradient[layout.weights(layer)], &delta, &inputs[layer]);
            if layer > 0 {
                delta = multiply_transposed(&theta[layout.weights(layer)], &delta, layout.widths()[layer]);
            }
        }
        loss
    }
}
