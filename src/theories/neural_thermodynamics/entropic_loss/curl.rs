//! The Jacobian of the field of second order, by dual numbers over what already needs three derivatives of the loss.

use crate::data::Sample;
use crate::entropic::modified::Terms;
use crate::entropic::{Preconditioner, hessian_vector, third_derivative};
use crate::instances::Problem;
use crate::linalg::products::{add_multiple, product};
use crate::model::{Carrier, Differentiable, Model};
use crate::scalar::{Dual, Field};
use crate::verify::{Relation, Term};
use nalgebra::DMatrix;
use std::sync::Arc;

/// What is known at a point.
pub(super) struct Curl<T> {
    /// `J`, with `V_i` differentiated by `theta_j` in row `i`, column `j`.
    pub jacobian: DMatrix<T>,
    /// `H G`
    product: DMatrix<T>,
}

/// A model over a scalar and over its duals.
pub(super) struct Models<T: Field> {
    model: Arc<dyn Differentiable<T>>,
    dual: Arc<dyn Differentiable<Dual<T>>>,
}

impl<T: Carrier> Models<T>
where
    Dual<T>: Carrier,
{
    /// The network of a problem.
    pub fn of(problem: &Problem) -> Self {
        let exists = "piecewise polynomial networks under squared error exist in every scalar";
        Models {
            model: T::model(&problem.network).expect(exists),
            dual: <Dual<T> as Carrier>::model(&problem.network).expect(exists),
        }
    }

    /// The neuron with one parameter.
    pub fn tied() -> Self {
        Models { model: Arc::new(TiedNeuron), dual: Arc::new(TiedNeuron) }
    }

    /// At the point of a problem, as many of its parameters as the model has, and its first sample.
    pub fn curl(&self, problem: &Problem) -> Curl<T> {
        let count = Model::<T>::parameter_count(&*self.model);
        let theta: Vec<T> = problem.theta.iter().take(count).map(T::drawn).collect();
        let data = problem.data.carry::<T>();
        Curl::new(self, &theta, &data.samples()[0])
    }
}

/// `l = (u^2 x - y)^2`, with one parameter.
struct TiedNeuron;

impl<T: Field> Model<T> for TiedNeuron {
    fn parameter_count(&self) -> usize {
        1
    }
    fn loss_and_gradient(&self, theta: &[T], sample: &Sample<T>, gradient: &mut [T]) -> T {
        let (u, x) = (&theta[0], &sample.input[0]);
        let residual = u.squared() * x - &sample.target[0];
        gradient[0] = T::integer(4) * &residual * u * x;
        residual.squared()
    }
}

impl<T: Field> Curl<T> {
    fn new(models: &Models<T>, theta: &[T], sample: &Sample<T>) -> Self {
        let Models { model, dual } = models;
        let size = theta.len();
        let unit = |column: usize| -> Vec<T> {
            (0..size).map(|row| if row == column { T::one() } else { T::zero() }).collect()
        };
        let columns = |column: &dyn Fn(usize) -> Vec<T>| {
            DMatrix::from_vec(size, size, (0..size).flat_map(column).collect::<Vec<T>>())
        };
        let gradient = Model::<T>::gradient(&**model, theta, sample);
        let lifted = sample.lift();
        let twice = lifted.lift();
        let hessian = columns(&|column| hessian_vector(&**model, theta, &unit(column), &lifted));
        let along = columns(&|column| third_derivative(&**model, theta, &gradient, &unit(column), &twice));
        let rates = Preconditioner::Scalar(Dual::constant(T::one()));
        let field_along = |column: usize| -> Vec<T> {
            let moving: Vec<Dual<T>> = theta.iter().zip(unit(column)).map(|(x, v)| Dual::new(x.clone(), v)).collect();
            let terms = Terms::new(&**dual, &rates, &moving, &lifted);
            let mut field = vec![Dual::constant(T::zero()); size];
            add_multiple(&mut field, &Dual::constant(T::ratio(1, 3)), &terms.curvature);
            add_multiple(&mut field, &Dual::constant(T::ratio(1, 12)), &terms.third);
            field.into_iter().map(|entry| entry.tangent).collect()
        };
        Curl { jacobian: columns(&field_along), product: product(&hessian, &along) }
    }

    /// `J - J^T = 1/6 (H G - G H)`. Both matrices are symmetric, so `G H = (H G)^T` needs no second product.
    pub fn identity(&self) -> Relation<T> {
        Relation::equality(
            "the antisymmetric part of the Jacobian",
            vec![
                Term::vector("J", flat(&self.jacobian, T::one())),
                Term::vector("-J^T", flat(&self.jacobian.transpose(), T::integer(-1))),
            ],
            vec![
                Term::vector("1/6 H G", flat(&self.product, T::ratio(1, 6))),
                Term::vector("-1/6 G H", flat(&self.product.transpose(), T::ratio(-1, 6))),
            ],
        )
    }
}

/// The entries of a matrix times a number.
pub(super) fn flat<T: Field>(matrix: &DMatrix<T>, factor: T) -> Vec<T> {
    matrix.iter().map(|entry| T::product(&factor, entry)).collect()
}
