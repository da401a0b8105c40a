//! The square of a vector beside that of another, where each by itself may leave the range of the exponent.

use crate::linalg::products::squared_norm;
use crate::scalar::Field;

/// `|v|^2`, or `|v|^2 + 1`, as `s^2 q` with a power of two `s` near the largest entry. Where `s` is 1 it is left out.
#[derive(Debug)]
pub(super) struct Square<T> {
    scale: Option<T>,
    scaled: T,
}

impl<T: Field> Square<T> {
    /// `|v|^2`
    pub(super) fn of(entries: &[T]) -> Self {
        let scaled = squared_norm(entries);
        if scaled.is_safe_square() { Square { scale: None, scaled } } else { Self::over(T::scale_of(entries), entries) }
    }

    /// `|v|^2 + 1`
    pub(super) fn and_one(entries: &[T]) -> Self {
        let scaled = squared_norm(entries) + T::one();
        if scaled.is_safe_square() {
            return Square { scale: None, scaled };
        }
        let scale = T::scale_of(entries);
        let unit = (T::one() / &scale).squared();
        let square = Self::over(scale, entries);
        Square { scaled: square.scaled + unit, ..square }
    }

    fn over(scale: T, entries: &[T]) -> Self {
        let scaled: Vec<T> = entries.iter().map(|entry| entry.clone() / &scale).collect();
        Square { scaled: squared_norm(&scaled), scale: Some(scale) }
    }

    /// The square itself, where it is safe.
    pub(super) fn plain(&self) -> Option<&T> {
        self.scale.is_none().then_some(&self.scaled)
    }

    /// The product of two squares.
    pub(super) fn times(&self, other: &Self) -> T {
        let product = T::product(&self.scaled, &other.scaled);
        // The scales meet before they are squared: their product is of the size of the result's root.
        let scale = match (&self.scale, &other.scale) {
            (None, None) => return product,
            (Some(scale), None) | (None, Some(scale)) => scale.clone(),
            (Some(scale), Some(other)) => T::product(scale, other),
        };
        T::product(&scale, &product) * scale
    }

    /// `output = |v|^2 x`
    pub(super) fn set_multiple(&self, output: &mut [T], x: &[T]) {
        for (entry, x) in output.iter_mut().zip(x) {
            self.set_times(entry, x);
        }
    }

    /// `output += |v|^2 x`; `scratch` is overwritten.
    pub(super) fn add_multiple(&self, output: &mut [T], x: &[T], scratch: &mut T) {
        for (entry, x) in output.iter_mut().zip(x) {
            self.set_times(scratch, x);
            *entry += &*scratch;
        }
    }

    fn set_times(&self, output: &mut T, x: &T) {
        output.set_product(&self.scaled, x);
        if let Some(scale) = &self.scale {
            output.set_product(&T::product(scale, x), &self.scaled);
            *output *= scale;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scalar::{Dual, Rational};

    /// `|a|^2 |d|^2`, `|a|^2 d` and `|d|^2 a` as products of the entries of `d a^T`, which are of size 1 where the squares overflow or vanish.
    #[test]
    fn squares_beyond_the_exponents_meet_in_products_within_them() {
        for power in [0, 1, 60, 100, 120, -1, -60, -100, -120] {
            let size = 2.0_f32.powi(power);
            let (a, d) = ([3.0 * size, -4.0 * size], [1.0 / size, 2.0 / size]);
            let (given, back) = (Square::of(&a), Square::of(&d));
            assert_eq!(given.times(&back), 125.0, "2^{power}");
            assert_eq!(back.times(&given), 125.0, "2^{power}");
            let (mut moved, mut scratch) = ([0.0, 0.0], 0.0);
            given.set_multiple(&mut moved, &d);
            assert_eq!(moved, [25.0 * size, 50.0 * size], "2^{power}");
            back.add_multiple(&mut moved, &a, &mut scratch);
            assert_eq!(moved, [25.0 * size + 15.0 / size, 50.0 * size - 20.0 / size], "2^{power}");
        }
    }

    /// In exact numbers the square is what it says; with a tangent too.
    #[test]
    fn a_square_is_the_square() {
        let vector = [Rational::from((3, 2)), Rational::from(-2)];
        let unit = Square::of(&[Rational::from(1)]);
        assert_eq!(Square::of(&vector).times(&unit), Rational::from((25, 4)));
        assert_eq!(Square::and_one(&vector).times(&unit), Rational::from((29, 4)));
        let large = 2.0_f32.powi(100);
        let moving = Dual { value: large, tangent: 1.0 };
        let product = Square::and_one(&[moving]).times(&Square::of(&[Dual { value: 1.0 / large, tangent: 0.0 }]));
        assert_eq!((product.value, product.tangent), (1.0, 2.0 / large));
    }
}
