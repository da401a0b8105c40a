//! Linear algebra, judged by its defining equations, by exact results in the rationals, and by agreement of two
//! precisions.

mod decompositions;
mod refused;
mod systems;

use equipartition_linalg::Decomposable;
use equipartition_scalar::{Field, Rational, Real, Ring};
use nalgebra::{DMatrix, DVector};
use proptest::prelude::*;

type Exact = DMatrix<Rational>;

fn integers(rows: usize, columns: usize, entries: &[i64]) -> Exact {
    DMatrix::from_row_slice(rows, columns, entries).map(Rational::from)
}

/// The same matrix in another scalar, every entry rounded once.
fn cast<T: Field>(a: &Exact) -> DMatrix<T> {
    a.map(|entry| T::from_rational(&entry))
}

fn cast_vector<T: Field>(a: &DVector<Rational>) -> DVector<T> {
    a.map(|entry| T::from_rational(&entry))
}

fn column<T: Ring>(x: &DVector<T>) -> DMatrix<T> {
    DMatrix::from_column_slice(x.len(), 1, x.as_slice())
}

fn identity<T: Ring>(size: usize) -> DMatrix<T> {
    DMatrix::from_fn(size, size, |i, j| if i == j { T::one() } else { T::zero() })
}

/// The reflection `I - 2 v v^T / (v^T v)`: orthogonal, with rational entries.
fn reflection(v: &[i64]) -> Exact {
    let square: i64 = v.iter().map(|x| x * x).sum();
    let projection = DMatrix::from_fn(v.len(), v.len(), |i, j| Rational::from((2 * v[i] * v[j], square)));
    identity::<Rational>(v.len()) - projection
}

/// `diag(values)`, with rows or columns of zeros appended.
fn diagonal(rows: usize, columns: usize, values: &[Rational]) -> Exact {
    DMatrix::from_fn(rows, columns, |i, j| if i == j { values[i].clone() } else { Rational::new() })
}

fn hilbert(size: usize) -> Exact {
    DMatrix::from_fn(size, size, |i, j| Rational::from((1, (i + j + 1) as u32)))
}

fn frobenius<T: Decomposable>(a: &DMatrix<T>) -> T {
    Real::sqrt(&a.iter().fold(T::zero(), |sum, entry| sum + entry.squared()))
}

/// That `|a - b| <= factor epsilon scale` in the Frobenius norm, epsilon being that of the type.
#[track_caller]
fn assert_close<T: Decomposable>(a: &DMatrix<T>, b: &DMatrix<T>, factor: i64, scale: &T) {
    let distance = frobenius(&(a - b));
    let allowed = T::default_epsilon() * T::integer(factor) * scale;
    assert!(distance <= allowed, "distance {}, allowed {}", distance.magnitude(), allowed.magnitude());
}

fn matrices(rows: usize, columns: usize) -> impl Strategy<Value = Exact> {
    prop::collection::vec((-9i64..=9, 1i64..=4), rows * columns)
        .prop_map(move |entries| DMatrix::from_iterator(rows, columns, entries.into_iter().map(Rational::from)))
}

/// Any shape up to 7 x 7, any rank: a product through a bottleneck.
fn any_matrix() -> impl Strategy<Value = Exact> {
    (1usize..=7, 1usize..=7, 0usize..=7).prop_flat_map(|(rows, columns, rank)| {
        (matrices(rows, rank), matrices(rank, columns)).prop_map(|(left, right)| left * right)
    })
}

fn square_matrix() -> impl Strategy<Value = Exact> {
    (1usize..=6).prop_flat_map(|size| matrices(size, size))
}

/// Two factors of a matrix through a bottleneck no wider than the matrix.
fn factors() -> impl Strategy<Value = (Exact, Exact)> {
    (1usize..=6, 1usize..=6).prop_flat_map(|(rows, columns)| {
        (1..=rows.min(columns)).prop_flat_map(move |rank| (matrices(rows, rank), matrices(rank, columns)))
    })
}

fn vectors(size: usize) -> impl Strategy<Value = Vec<Rational>> {
    prop::collection::vec((-9i64..=9).prop_map(Rational::from), size)
}
