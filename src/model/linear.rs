//! Models that are products of matrices: deep linear networks, low-rank adapters, matrix factorisation.

use super::Model;
use super::activation::Nonlinearity;
use super::dense::{add_multiplied, assign, multiply, set_multiplied, set_multiplied_transposed};
use super::layout::Layout;
use super::loss::{OutputLoss, SquaredError};
use super::stack::{Pass, Stack};
use crate::data::Sample;
use crate::scalar::{Dual, Field, Rational};
use std::sync::OnceLock;

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

    /// The entries, row by row.
    pub fn entries(&self) -> &[Rational] {
        &self.entries
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

/// The fixed matrices of a stack in one scalar.
struct Carried<T> {
    embedding: Option<Vec<T>>,
    readout: Option<Vec<T>>,
    frozen: Option<Vec<T>>,
}

impl<T: Field> Carried<T> {
    fn new(stack: &LinearStack) -> Self {
        let readout = match &stack.readout {
            Readout::Fixed(matrix) => Some(matrix),
            Readout::Identity | Readout::Probe => None,
        };
        Carried {
            embedding: stack.embedding.as_ref().map(FixedMatrix::carry),
            readout: readout.map(FixedMatrix::carry),
            frozen: stack.frozen.as_ref().map(FixedMatrix::carry),
        }
    }
}

/// A [`LinearStack`] as a model over `T` and its duals, with its fixed matrices converted once for each.
pub(super) struct CarriedStack<T> {
    stack: LinearStack,
    own: OnceLock<Carried<T>>,
    dual: OnceLock<Carried<Dual<T>>>,
    twice_dual: OnceLock<Carried<Dual<Dual<T>>>>,
}

impl<T: Field> CarriedStack<T> {
    pub(super) fn new(stack: LinearStack) -> Self {
        CarriedStack { stack, own: OnceLock::new(), dual: OnceLock::new(), twice_dual: OnceLock::new() }
    }
}

/// For one scalar: a model with the matrices of that field.
macro_rules! carried {
    ($scalar:ty, $field:ident) => {
        impl<T: Field> Model<$scalar> for CarriedStack<T> {
            fn parameter_count(&self) -> usize {
                self.stack.layout.parameter_count()
            }

            fn loss_and_gradient(
                &self,
                theta: &[$scalar],
                sample: &Sample<$scalar>,
                gradient: &mut [$scalar],
            ) -> $scalar {
                Pass::new(self).loss_and_gradient(self, theta, sample, gradient)
            }

            fn loss(&self, theta: &[$scalar], sample: &Sample<$scalar>) -> $scalar {
                Pass::new(self).forward(self, theta, sample)
            }

            fn stack(&self) -> Option<&dyn Stack<$scalar>> {
                Some(self)
            }
        }

        impl<T: Field> Stack<$scalar> for CarriedStack<T> {
            fn layout(&self) -> &Layout {
                &self.stack.layout
            }

            fn enter(&self, sample: &Sample<$scalar>, input: &mut [$scalar]) {
                self.stack.enter(self.$field.get_or_init(|| Carried::new(&self.stack)), sample, input);
            }

            fn nonlinearity(&self) -> Option<&dyn Nonlinearity<$scalar>> {
                None
            }

            fn leave(&self, output: &[$scalar], sample: &Sample<$scalar>, delta: &mut [$scalar]) -> $scalar {
                let carried = self.$field.get_or_init(|| Carried::new(&self.stack));
                self.stack.leave(carried, output, sample, delta)
            }

            fn curve(
                &self,
                _output: &[$scalar],
                sample: &Sample<$scalar>,
                tangent: &[$scalar],
                product: &mut [$scalar],
            ) {
                self.stack.curve(self.$field.get_or_init(|| Carried::new(&self.stack)), sample, tangent, product);
            }
        }
    };
}
carried!(T, own);
carried!(Dual<T>, dual);
carried!(Dual<Dual<T>>, twice_dual);

impl LinearStack {
    /// The part of a sample's input that the stack is given, and the probe's.
    fn parts<'a, T>(&self, sample: &'a Sample<T>) -> (&'a [T], &'a [T]) {
        match self.readout {
            Readout::Probe => sample.input.split_at(self.layout.widths()[0]),
            _ => (&sample.input, &[]),
        }
    }

    fn enter<T: Field>(&self, carried: &Carried<T>, sample: &Sample<T>, input: &mut [T]) {
        let (given, _) = self.parts(sample);
        match &carried.embedding {
            Some(embedding) => set_multiplied(input, embedding, given, &mut T::zero()),
            None => assign(input, given),
        }
    }

    /// The matrix that reads the product out, row-major; none for the identity.
    fn reading<'a, T>(&self, carried: &'a Carried<T>, sample: &'a Sample<T>) -> Option<&'a [T]> {
        match self.readout {
            Readout::Identity => None,
            Readout::Fixed(_) => carried.readout.as_deref(),
            Readout::Probe => Some(self.parts(sample).1),
        }
    }

    fn leave<T: Field>(&self, carried: &Carried<T>, product: &[T], sample: &Sample<T>, delta: &mut [T]) -> T {
        let reading = self.reading(carried, sample);
        if reading.is_none() && carried.frozen.is_none() {
            return SquaredError.evaluate(product, &sample.target, delta);
        }
        let mut scratch = T::zero();
        let mut output = match reading {
            None => product.to_vec(),
            Some(matrix) => multiply(matrix, product, matrix.len() / product.len()),
        };
        if let Some(frozen) = &carried.frozen {
            add_multiplied(&mut output, frozen, self.parts(sample).0, &mut scratch);
        }
        match reading {
            None => SquaredError.evaluate(&output, &sample.target, delta),
            Some(matrix) => {
                let (loss, slope) = SquaredError.value_and_gradient(&output, &sample.target);
                set_multiplied_transposed(delta, matrix, &slope, &mut scratch);
                loss
            }
        }
    }

    fn curve<T: Field>(&self, carried: &Carried<T>, sample: &Sample<T>, tangent: &[T], product: &mut [T]) {
        match self.reading(carried, sample) {
            None => SquaredError.curve(&[], &[], tangent, product),
            Some(matrix) => {
                let mut output = multiply(matrix, tangent, matrix.len() / tangent.len());
                let two = T::integer(2);
                output.iter_mut().for_each(|entry| *entry *= &two);
                set_multiplied_transposed(product, matrix, &output, &mut T::zero());
            }
        }
    }
}
