//! What several claims draw alike, and vectors.

use crate::linalg::products::{add_multiple, dot, squared_norm};
use crate::scalar::{Dual, Field, Rational};
use crate::verify::Stream;

/// A term of one number.
pub(super) use crate::verify::Term;

/// A sample `(x, y)` of the loss `((x^T theta)^2 / |theta|^2 - y)^2`.
#[derive(Clone)]
pub(super) struct Sample {
    pub(super) input: Vec<Rational>,
    pub(super) target: Rational,
}

impl Sample {
    pub(super) fn draw(stream: &mut Stream, dimension: usize) -> Self {
        Sample { input: small_vector(stream, dimension), target: stream.small() }
    }
}

/// A vector of few-bit numbers, none of which is 0.
pub(super) fn small_vector(stream: &mut Stream, dimension: usize) -> Vec<Rational> {
    (0..dimension).map(|_| stream.small()).collect()
}

/// A loss `|theta|^k ((x^T theta)^2 / (|theta|^2 + shift) - y)^2` of even degree k, scale-invariant for k = 0 and shift = 0.
#[derive(Clone)]
pub(super) struct Loss {
    pub(super) degree: i32,
    pub(super) shift: Rational,
}

impl Loss {
    pub(super) fn scale_invariant() -> Self {
        Loss { degree: 0, shift: Rational::new() }
    }

    /// The loss of a sample.
    pub(super) fn value<T: Field>(&self, theta: &[T], sample: &Sample) -> T {
        let square = squared_norm(theta);
        let mut inner = T::zero();
        for (entry, factor) in theta.iter().zip(&sample.input) {
            inner += T::product(entry, &T::from_rational(factor));
        }
        let shifted = square.clone() + T::from_rational(&self.shift);
        let error = inner.squared() / shifted - T::from_rational(&sample.target);
        square.powi(self.degree / 2) * error.squared()
    }

    /// Its gradient by dual numbers: no chain rule by hand stands between the loss and its laws.
    pub(super) fn gradient<T: Field>(&self, theta: &[T], sample: &Sample) -> Vec<T> {
        let mut point: Vec<Dual<T>> = theta.iter().cloned().map(Dual::constant).collect();
        let mut along = |coordinate: usize| {
            point[coordinate].tangent = T::one();
            let slope = self.value(&point, sample).tangent;
            point[coordinate].tangent = T::zero();
            slope
        };
        (0..theta.len()).map(&mut along).collect()
    }
}

/// `kept theta - rate direction`
pub(super) fn moved<T: Field>(theta: &[T], direction: &[T], rate: &T, kept: &T) -> Vec<T> {
    let mut moved = scaled(theta, kept);
    add_multiple(&mut moved, &-rate.clone(), direction);
    moved
}

/// A vector times a number.
pub(super) fn scaled<T: Field>(vector: &[T], factor: &T) -> Vec<T> {
    vector.iter().map(|entry| T::product(entry, factor)).collect()
}

/// Rationals in another scalar.
pub(super) fn carried<T: Field>(vector: &[Rational]) -> Vec<T> {
    vector.iter().map(T::from_rational).collect()
}

/// A vector with the vector of the same length to which a quarter turn of a plane takes it.
#[derive(Clone)]
pub(super) struct Plane {
    pub(super) vector: Vec<Rational>,
    pub(super) turned: Vec<Rational>,
}

impl Plane {
    /// A plane through 0 in 2 to 4 dimensions: that of the first two coordinates, reflected at a drawn vector.
    pub(super) fn draw(stream: &mut Stream) -> Self {
        let dimension = 2 + stream.below(3);
        let [first, second] = [stream.small(), stream.small()];
        let normal = small_vector(stream, dimension);
        let mut vector = vec![Rational::new(); dimension];
        let mut turned = vector.clone();
        (turned[0], turned[1]) = (-second.clone(), first.clone());
        (vector[0], vector[1]) = (first, second);
        Plane { vector: reflected(&vector, &normal), turned: reflected(&turned, &normal) }
    }

    pub(super) fn dimension(&self) -> usize {
        self.vector.len()
    }
}

/// `v - 2 n (n^T v) / |n|^2`
fn reflected(vector: &[Rational], normal: &[Rational]) -> Vec<Rational> {
    let along = dot(vector, normal) * Rational::from(2) / squared_norm(normal);
    moved(vector, normal, &along, &Rational::from(1))
}

/// A point of the unit circle, `((1 - t^2)/(1 + t^2), 2t/(1 + t^2))` for `0 < t < 1`: a rational cosine and sine.
pub(super) fn pythagorean(stream: &mut Stream) -> [Rational; 2] {
    let denominator = stream.integer(2, 16);
    of_half_angle(&Rational::from((stream.integer(1, denominator - 1), denominator)))
}

/// Cosine and sine of twice the angle whose tangent is given.
pub(super) fn of_half_angle(tangent: &Rational) -> [Rational; 2] {
    let square = tangent.clone().square();
    let sum = Rational::from(&square + 1);
    [(1 - square) / &sum, Rational::from(tangent * 2) / sum]
}

/// `label = value` as a side of a relation.
pub(super) fn one<T>(label: &'static str, value: T) -> Vec<Term<T>> {
    vec![Term::scalar(label, value)]
}
