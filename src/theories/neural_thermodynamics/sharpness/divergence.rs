//! How sharp the entropic minimum becomes where the noise `epsilon` along a direction vanishes: as `omega epsilon^(-1/2)`, or `omega epsilon^(-1/D)` for a
//! target of rank 1.

use super::vanishing::{Beside, Vanishing, bits_to_outgrow, carried, power};
use crate::linalg::products::{product, squared_norm, transposed_product};
use crate::linalg::{Decomposable, LinalgError, inverse, nuclear_norm, square_root};
use crate::platonic::setting::weighted_square;
use crate::scalar::{Mp, Rational, Real, Ring};
use nalgebra::DMatrix;

impl Vanishing {
    /// `p` of `epsilon^(-1/p)`: 2, or `D` for rank 1.
    pub fn root(&self) -> i64 {
        if self.rank() == 1 { self.depth() } else { 2 }
    }

    /// `a` for some noise.
    pub fn size<T: Decomposable>(&self, noise: &DMatrix<Rational>) -> T {
        T::from_rational(&weighted_square(noise, &self.setting.embedding_out))
    }

    /// `n` for `Se = S_0 + epsilon v v^T`, without a root of a singular matrix: for any `X` with `X^T X = Se` the singular values are those
    /// of `X U G^(1/2)`.
    pub fn nuclear_norm<T: Decomposable>(&self, epsilon: &Rational) -> Result<T, LinalgError> {
        let inner = square_root(&self.gram::<T>())?;
        let (along, projection) = self.projections();
        let upper = product(&square_root(&carried::<T>(&self.noise))?, &carried::<T>(&projection));
        let root = Real::sqrt(&T::from_rational(epsilon));
        let lower = carried::<T>(&along).map(|entry| entry * &root);
        let size = along.nrows();
        let stacked = DMatrix::from_fn(2 * size, size, |row, column| {
            if row < size { upper[(row, column)].clone() } else { lower[(row - size, column)].clone() }
        });
        nuclear_norm(&product(&product(&stacked, &carried(&self.left)), &inner))
    }

    /// `G = F Sx F^T`
    pub fn gram<T: Decomposable>(&self) -> DMatrix<T> {
        let right = &self.right;
        carried(&product(&product(right, &self.setting.input_covariance), &right.transpose()))
    }

    /// The sharpness is at least `omega epsilon^(-1/2)`, or `omega epsilon^(-1/D)` for rank 1, and tends to it:
    ///
    /// ```text
    /// omega = 2 (D-1) (a* b)^(1/D) n*^((D-2)/D) m,    m = |v| (c^T G^-1 c)^(-1/2)
    /// omega = 2 (D-1) (a* b)^(1/D) m^(2(D-1)/D)       for rank 1
    /// ```
    ///
    /// where `a*`, `n*` are those of `S_0`.
    pub fn coefficient<T: Decomposable>(&self) -> Result<T, LinalgError> {
        let depth = self.depth();
        let zero = Rational::new();
        let least_noise: T = self.size(&self.noise(&zero));
        let input =
            T::from_rational(&weighted_square(&self.setting.input_covariance, &self.setting.embedding_in.transpose()));
        let coefficients = carried::<T>(&self.coefficients);
        let inner = transposed_product(&coefficients, &product(&inverse(&self.gram())?, &coefficients)).trace();
        let length = T::from_rational(&squared_norm(self.direction.iter()));
        let along = Real::sqrt(&(length / inner));
        let norms = if self.rank() == 1 {
            power(&along, 2 * (depth - 1), depth)
        } else {
            power(&self.nuclear_norm::<T>(&zero)?, depth - 2, depth) * along
        };
        Ok(T::integer(2 * (depth - 1)) * power(&(least_noise * input), 1, depth) * norms)
    }

    /// The same setting with an `epsilon` so small that by the lower bound the entropic minimum is more than twice as sharp as the balanced one.
    ///
    /// # Errors
    /// Those of the decompositions.
    pub fn sharper(mut self) -> Result<Self, LinalgError> {
        type Number = Mp<256>;
        let excess = Number::integer(2) * self.beside::<Number>(Beside::Balanced)? / self.coefficient::<Number>()?;
        self.bits = bits_to_outgrow(excess.as_float().to_f64(), self.root());
        Ok(self)
    }
}
