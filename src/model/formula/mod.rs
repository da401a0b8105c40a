//! The loss of a formula as a model like any other.
//!
//! | module | concept |
//! |---|---|
//! | [`arithmetic`] | what a tape computes in the scalars of this crate |

pub mod arithmetic;

use super::composed::Parameter;
use super::{Differentiable, Model};
use crate::data::Sample;
use crate::scalar::{Branch, Real};
use arithmetic::Over;
use equipartition_formula::{CompiledLoss, Declaration, Shape, Signature, Sizes, TooLarge, length};
use std::fmt;
use std::sync::Arc;

/// A loss with its gradient, for given sizes. A sample's data are its input, in the order in which they are declared; it has no target.
#[derive(Clone, Debug)]
pub struct FormulaModel {
    compiled: Arc<CompiledLoss>,
    described: Arc<Described>,
}

/// What the model is, as it was written.
#[derive(Debug, PartialEq, Eq)]
struct Described {
    signature: Signature,
    text: String,
    sizes: Sizes,
}

/// The same loss of the same quantities, of the same sizes.
impl PartialEq for FormulaModel {
    fn eq(&self, other: &Self) -> bool {
        self.described == other.described
    }
}

impl Eq for FormulaModel {}

impl FormulaModel {
    /// Compiles a loss.
    ///
    /// # Errors
    /// [`TooLarge`]
    pub fn new(model: &equipartition_formula::Model, sizes: &Sizes) -> Result<Self, TooLarge> {
        let described =
            Described { signature: model.signature.clone(), text: model.text.clone(), sizes: sizes.clone() };
        Ok(FormulaModel { compiled: Arc::new(CompiledLoss::new(model, sizes)?), described: Arc::new(described) })
    }

    /// The number of parameters.
    pub fn parameter_count(&self) -> usize {
        self.compiled.layout.parameter_count()
    }

    /// The numbers of a sample.
    pub fn input_len(&self) -> usize {
        self.compiled.layout.sample_len()
    }

    /// Whether the loss is a rational function of its arguments.
    pub fn is_algebraic(&self) -> bool {
        self.compiled.tape.is_algebraic()
    }

    /// Whether the loss and its gradient are polynomials.
    pub fn is_polynomial(&self) -> bool {
        self.compiled.tape.is_polynomial()
    }

    /// What is differentiated, and what a sample consists of, each quantity with the lengths of its rows and the number of these.
    pub fn quantities(&self) -> [Vec<(&Declaration, [usize; 2])>; 2] {
        let Described { signature, sizes, .. } = &*self.described;
        let shaped = |quantity: &'_ Declaration| -> [usize; 2] {
            let all = length(&quantity.shape, sizes, 0);
            let rows = match &quantity.shape {
                Shape::Matrix(rows, _) => length(&Shape::Vector(rows.clone()), sizes, 0),
                _ => 1,
            };
            [rows, all / rows.max(1)]
        };
        [&signature.parameters, &signature.data]
            .map(|declared| declared.iter().map(|quantity| (quantity, shaped(quantity))).collect())
    }

    /// The parameters as blocks: a vector is a column.
    pub fn blocks(&self) -> Vec<Parameter> {
        let mut start = 0;
        let [parameters, _] = self.quantities();
        let block = |(quantity, [rows, columns]): (&Declaration, [usize; 2])| {
            let is_matrix = matches!(quantity.shape, Shape::Matrix(..));
            let (rows, columns) = if is_matrix { (rows, columns) } else { (columns, 1) };
            start += rows * columns;
            Parameter { name: quantity.name.clone(), rows, columns, start: start - rows * columns }
        };
        parameters.into_iter().map(block).collect()
    }

    /// Over a scalar that may lack elementary functions; none if the loss needs them.
    pub fn algebraic<T: Branch>(&self) -> Option<Arc<dyn Differentiable<T>>> {
        self.is_algebraic().then(|| Arc::new(Algebraic(Arc::clone(&self.compiled))) as _)
    }

    /// Over a scalar that has them.
    pub fn real<T: Real>(&self) -> Arc<dyn Differentiable<T>> {
        Arc::new(WithFunctions(Arc::clone(&self.compiled)))
    }
}

/// The loss, and the sizes.
impl fmt::Display for FormulaModel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Described { text, sizes, .. } = &*self.described;
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        write!(f, "l = {text}")?;
        for (place, (name, size)) in sizes.iter().enumerate() {
            write!(f, "{} {name} = {size}", if place == 0 { " with" } else { "," })?;
        }
        Ok(())
    }
}

/// The model over scalars without elementary functions.
struct Algebraic(Arc<CompiledLoss>);
/// The model over scalars with all of them.
struct WithFunctions(Arc<CompiledLoss>);

/// The loss, or `nowhere` with its gradient where it divides by 0.
fn evaluate<T: Branch>(
    loss: &CompiledLoss,
    over: Over<T>,
    nowhere: impl Fn() -> T,
    theta: &[T],
    sample: &Sample<T>,
    gradient: &mut [T],
) -> T {
    let inputs: Vec<T> = theta.iter().chain(&sample.input).cloned().collect();
    let values = loss.tape.evaluate(&over, &inputs);
    let values = values.unwrap_or_else(|_| vec![nowhere(); loss.tape.len()]);
    for (entry, node) in gradient.iter_mut().zip(&loss.gradient) {
        entry.assign(&values[node.place()]);
    }
    values[loss.loss.place()].clone()
}

impl<T: Branch> Model<T> for Algebraic {
    fn parameter_count(&self) -> usize {
        self.0.layout.parameter_count()
    }
    fn loss_and_gradient(&self, theta: &[T], sample: &Sample<T>, gradient: &mut [T]) -> T {
        // The rationals have no infinity: such a point counts as one without gradient.
        evaluate(&self.0, Over::ALGEBRAIC, T::zero, theta, sample, gradient)
    }
}

impl<T: Real> Model<T> for WithFunctions {
    fn parameter_count(&self) -> usize {
        self.0.layout.parameter_count()
    }
    fn loss_and_gradient(&self, theta: &[T], sample: &Sample<T>, gradient: &mut [T]) -> T {
        evaluate(&self.0, Over::REAL, || T::one() / T::zero(), theta, sample, gradient)
    }
}
