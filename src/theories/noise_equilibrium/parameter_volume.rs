//! The parameter volume of a linear pair, and what a step of descent or the flow does to it.

use super::derivative::{constants, gradient};
use super::trained_pair::Instance;
use crate::closed_form::{kept, volume};
use crate::linalg::exact::rank;
use crate::linalg::minors::{determinant, principal_minors};
use crate::linalg::products::{product, squared_norm, transposed_product};
use crate::scalar::{Dual, Field, Rational, Ring};
use nalgebra::DMatrix;

/// A matrix given by rows.
fn matrix<T: Ring>(rows: usize, columns: usize, entries: &[T]) -> DMatrix<T> {
    DMatrix::from_row_iterator(rows, columns, entries.iter().cloned())
}

/// A pair in a scalar.
pub(super) struct Pair<T: Field> {
    sizes: [usize; 3],
    pub(super) theta: Vec<T>,
}

impl<T: Field> Pair<T> {
    fn upper(&self) -> DMatrix<T> {
        let [p, r, _] = self.sizes;
        matrix(p, r, &self.theta[..p * r])
    }

    fn lower(&self) -> DMatrix<T> {
        let [p, r, q] = self.sizes;
        matrix(r, q, &self.theta[p * r..])
    }

    /// `Z = [U^T, W]`, shape (r, p + q).
    fn joined(&self) -> DMatrix<T> {
        let [p, r, q] = self.sizes;
        let (upper, lower) = (self.upper(), self.lower());
        let entry = |i, j| if j < p { upper[(j, i)].clone() } else { lower[(i, j - p)].clone() };
        DMatrix::from_fn(r, p + q, entry)
    }

    /// `det(Z^T Z)`, or where Z has more columns than rows `det(Z Z^T)`.
    pub(super) fn volume(&self) -> T {
        let joined = self.joined();
        let tall = if joined.nrows() < joined.ncols() { joined.transpose() } else { joined };
        determinant(&transposed_product(&tall, &tall))
    }

    /// `e_n(W W^T - U^T U)`, the sum of the principal minors of size `n = p + q`.
    pub(super) fn charges(&self) -> T {
        let [p, _, q] = self.sizes;
        let (upper, lower) = (self.upper(), self.lower());
        let charge = product(&lower, &lower.transpose()) - transposed_product(&upper, &upper);
        principal_minors(&charge, p + q)
    }
}

/// An instance in a scalar.
pub(super) struct At<'a, T: Field> {
    instance: &'a Instance,
    pub(super) start: Pair<T>,
    samples: Vec<[Vec<T>; 2]>,
    readout: Option<DMatrix<T>>,
    pub(super) learning_rates: [T; 2],
    pub(super) weight_decays: [T; 2],
}

impl Instance {
    pub(super) fn at<T: Field>(&self) -> At<'_, T> {
        let drawn = |numbers: &[Rational]| numbers.iter().map(T::drawn).collect::<Vec<T>>();
        At {
            instance: self,
            start: Pair { sizes: self.sizes, theta: drawn(&self.theta) },
            samples: self.samples.iter().map(|(x, y)| [drawn(x), drawn(y)]).collect(),
            readout: self.readout.as_ref().map(|entries| {
                let entries: Vec<T> = entries.iter().map(T::from_rational).collect();
                matrix(entries.len() / self.sizes[0], self.sizes[0], &entries)
            }),
            learning_rates: self.learning_rates.each_ref().map(T::from_rational),
            weight_decays: self.weight_decays.each_ref().map(T::from_rational),
        }
    }

    /// Whether all of the law's relations are stated, the volume's among them.
    pub(super) fn is_wide(&self) -> bool {
        self.sizes[0] + self.sizes[2] <= self.sizes[1]
    }
}

impl<T: Field> At<'_, T> {
    /// The loss of the batch as a function of `U W`, by rows.
    fn loss(&self, end_to_end: &DMatrix<Dual<T>>) -> Dual<T> {
        let readout = self.readout.as_ref().map(|matrix| matrix.map(Dual::constant));
        let whole = readout.map_or_else(|| end_to_end.clone(), |readout| product(&readout, end_to_end));
        let mut sum = Dual::constant(T::zero());
        for [input, target] in &self.samples {
            let output = product(&whole, &DMatrix::from_vec(input.len(), 1, constants(input)));
            let errors: Vec<Dual<T>> = output.iter().zip(constants(target)).map(|(f, y)| f.clone() - y).collect();
            let square = squared_norm(&errors);
            sum += if self.instance.quartic { square.squared() + square } else { square };
        }
        sum * Dual::constant(T::ratio(1, self.samples.len() as i64))
    }

    /// `U W`, without the neurons that are closed.
    pub(super) fn end_to_end<S: Field>(&self, theta: &[S]) -> DMatrix<S> {
        let pair = Pair { sizes: self.start.sizes, theta: theta.to_vec() };
        let mut upper = pair.upper();
        if self.instance.first_neuron_only {
            upper.columns_mut(1, upper.ncols() - 1).fill(S::zero());
        }
        product(&upper, &pair.lower())
    }

    /// The gradient in U and W.
    pub(super) fn gradient(&self) -> Vec<T> {
        gradient(|theta| self.loss(&self.end_to_end(theta)), &self.start.theta)
    }

    /// `G = dl/d(U W)`, shape (p, q).
    pub(super) fn slope(&self) -> DMatrix<T> {
        let [p, _, q] = self.start.sizes;
        let here: Vec<T> = self.end_to_end(&self.start.theta).transpose().iter().cloned().collect();
        matrix(p, q, &gradient(|entries| self.loss(&matrix(p, q, entries)), &here))
    }

    pub(super) fn kept(&self) -> [T; 2] {
        [0, 1].map(|part| kept(&self.learning_rates[part], &self.weight_decays[part]))
    }

    /// The learning rate, or whatever is given for U and for W, of a parameter.
    fn of<'b, S>(&self, both: &'b [S; 2], parameter: usize) -> &'b S {
        &both[usize::from(parameter >= self.start.sizes[0] * self.start.sizes[1])]
    }

    pub(super) fn end(&self, gradient: &[T]) -> Pair<T> {
        let kept = self.kept();
        let moved = self.start.theta.iter().zip(gradient).enumerate().map(|(parameter, (entry, slope))| {
            T::product(self.of(&kept, parameter), entry) - T::product(self.of(&self.learning_rates, parameter), slope)
        });
        Pair { sizes: self.start.sizes, theta: moved.collect() }
    }

    /// The pair on the flow, with its velocity.
    pub(super) fn flowing(&self, gradient: &[T]) -> Pair<Dual<T>> {
        let moved = self.start.theta.iter().zip(gradient).enumerate().map(|(parameter, (entry, slope))| {
            let decay = T::integer(2) * self.of(&self.weight_decays, parameter) * entry;
            Dual::new(entry.clone(), -(decay + slope) * self.of(&self.learning_rates, parameter))
        });
        Pair { sizes: self.start.sizes, theta: moved.collect() }
    }

    /// `c_U c_W I - eta_U eta_W G G^T`, or with `G^T G` if that is smaller.
    fn kernel(&self) -> DMatrix<T> {
        volume::kernel(&self.slope(), &self.kept(), &self.learning_rates)
    }

    /// `eta_U eta_W |G|^2`
    pub(super) fn squared_turn(&self) -> T {
        squared_norm(self.slope().iter()) * &self.learning_rates[0] * &self.learning_rates[1]
    }

    /// `D`
    pub(super) fn determinant(&self) -> T {
        volume::growth(&self.slope(), &self.kept(), &self.learning_rates)
    }
}

impl Instance {
    /// Whether there is no decay, and eta_U eta_W |G|^2 is at most 1.
    pub(super) fn is_slow(&self) -> bool {
        self.weight_decays.iter().all(|decay| *decay == 0) && self.at::<Rational>().squared_turn() <= 1
    }

    /// `rank Z`, `rank Z'` and the dimension of the kernel at which a step loses rank.
    pub(super) fn ranks(&self) -> [usize; 3] {
        let at = self.at::<Rational>();
        let kernel = at.kernel();
        let end = at.end(&at.gradient());
        [rank(&at.start.joined()), rank(&end.joined()), kernel.nrows() - rank(&kernel)]
    }
}
