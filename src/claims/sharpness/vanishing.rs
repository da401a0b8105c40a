//! Noise that vanishes along one direction: the second part of `sharpness/ratio`, and what makes the entropic minimum the sharper one in
//! `sharpness/both-signs` and `sharpness/deep`.
//!
//! With `V = U F` of rank `r`, `U` of shape (d_y, r), and `G = F Sx F^T`, the number `tau` of the ratio is a geometric mean of matrices,
//!
//! ```text
//! tau = tr(U^T U ((U^T Se U)^-1 # G))
//! ```
//!
//! so that nothing but the noise within the column space of `V` matters for it.

use super::instance::{columns, invertible, matrix, reflection};
use crate::claim::order::{Differences, Fine, StepSizes};
use crate::claim::{Case, Finding, Relation, Settings, Stream, Term, order};
use crate::linalg::products::{product, squared_norm, transposed_product};
use crate::linalg::{Decomposable, LinalgError, exact, inverse, inverse_square_root, nuclear_norm, square_root};
use crate::platonic::factors::sum;
use crate::platonic::setting::{second_moment, weighted_square};
use crate::platonic::{Setting, balanced_minimum, entropic_minimiser, flattest_minimum};
use crate::scalar::{Field, Mp, Rational, Real, Ring};
use nalgebra::DMatrix;

/// In the bounds `epsilon` is one of `2^-1, ..., 2^-12`. They are proved, strictly, for every `epsilon` below 1; the lower one leaves out a part
/// `a_0 n / ((D-1) a tau)` of the sharpness, which falls with `epsilon`, and 64 bits have to resolve it.
const BOUND_BITS: usize = 12;
/// The gap of a strict inequality that is told from none: 64 bits resolve no less.
pub const RESOLUTION: i32 = 20;
/// A control's is `2^-80`, so that nothing but the constants is left to make it pass.
const CONTROL_BITS: u32 = 80;

/// A setting whose noise vanishes along a direction.
pub struct Vanishing {
    /// With the identity for the noise's covariance.
    setting: Setting<Rational>,
    /// `U`
    left: DMatrix<Rational>,
    /// `F`
    right: DMatrix<Rational>,
    /// `N`, positive definite, with `S_0 = Pi N Pi`.
    noise: DMatrix<Rational>,
    /// `v`, a column.
    direction: DMatrix<Rational>,
    /// `v = U c`; if `v` is not in the column space, something else.
    coefficients: DMatrix<Rational>,
    /// Whether `v` is in the column space of `V`.
    pub inside: bool,
    frames: Vec<DMatrix<Rational>>,
    /// `-log2(epsilon)`
    bits: u32,
}

/// How fast the sharpness is said to grow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Growth {
    /// Like `epsilon^(-1/2)`, or `epsilon^(-1/D)` for rank 1.
    Root,
    /// Like `epsilon^(-1/2)` for every rank.
    SquareRoot,
    /// Like `epsilon^-1`.
    Inverse,
}

/// A minimum that does not depend on the noise, to measure the sharpness of the entropic one by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beside {
    /// The flattest.
    Flattest,
    /// The balanced one.
    Balanced,
}

/// The sizes of a setting.
pub struct Shape {
    /// Whether `v` lies in the column space of `V`.
    pub inside: bool,
    /// `D`
    pub depth: usize,
    /// The rank of the target is at least this one,
    pub least_rank: usize,
    /// and at most that.
    pub most_rank: usize,
}

fn carried<T: Field>(matrix: &DMatrix<Rational>) -> DMatrix<T> {
    matrix.map_with_location(|_, _, entry| T::from_rational(&entry))
}

/// `base^(numerator/denominator)` for a positive base.
pub fn power<T: Real>(base: &T, numerator: i64, denominator: i64) -> T {
    (T::ratio(numerator, denominator) * base.ln()).exp()
}

/// An even number of bits `k` for which `2^(k/root)` is more than `factor`.
pub fn bits_to_outgrow(factor: f64, root: i64) -> u32 {
    let bits = (factor.log2() * root as f64).max(0.0).floor() as u32 + 1;
    bits + bits % 2
}

/// `A # B = A^(1/2) (A^(-1/2) B A^(-1/2))^(1/2) A^(1/2)`
fn geometric_mean<T: Decomposable>(a: &DMatrix<T>, b: &DMatrix<T>) -> Result<DMatrix<T>, LinalgError> {
    let (root, whitener) = (square_root(a)?, inverse_square_root(a)?);
    let middle = square_root(&symmetric(&product(&product(&whitener, b), &whitener)))?;
    Ok(product(&product(&root, &middle), &root))
}

/// The symmetric part, free of the asymmetry of rounding.
fn symmetric<T: Field>(matrix: &DMatrix<T>) -> DMatrix<T> {
    let half = T::ratio(1, 2);
    DMatrix::from_fn(matrix.nrows(), matrix.ncols(), |i, j| (matrix[(i, j)].clone() + &matrix[(j, i)]) * &half)
}

impl Vanishing {
    /// Draws a setting with two outputs or more, in which `v` lies in the column space of `V` or not. With `least_rank` and `most_rank` 1 and 3 it
    /// has any rank, of up to three inputs and outputs.
    pub fn draw(stream: &mut Stream, shape: &Shape, case: Case) -> Self {
        let &Shape { inside, depth, least_rank, most_rank } = shape;
        let least_outputs = if inside { 2.max(least_rank) } else { least_rank + 1 };
        let d_x = least_rank + stream.below(4 - least_rank);
        let d_y = least_outputs + stream.below(4 - least_outputs);
        let most = most_rank.min(if inside { d_x.min(d_y) } else { d_x.min(d_y - 1) });
        let rank = least_rank + stream.below(most - least_rank + 1);
        let bits = match case {
            Case::Law => 1 + stream.below(BOUND_BITS) as u32,
            Case::Control(_) => CONTROL_BITS,
        };
        let full = |matrix: &DMatrix<Rational>| exact::rank(matrix) == matrix.nrows().min(matrix.ncols());
        let mut drawn = |rows: usize, columns: usize| loop {
            let candidate = matrix(stream, rows, columns);
            if full(&candidate) {
                return candidate;
            }
        };
        let (left, right) = (drawn(d_y, rank), drawn(rank, d_x));
        let coefficients = drawn(rank, 1);
        let direction = loop {
            let candidate = if inside { product(&left, &coefficients) } else { drawn(d_y, 1) };
            let beside = DMatrix::from_fn(d_y, rank + 1, |row, column| {
                if column < rank { left[(row, column)].clone() } else { candidate[row].clone() }
            });
            if inside || exact::rank(&beside) > rank {
                break candidate;
            }
        };
        let inputs = columns(&drawn(d_x, d_x));
        let noise = second_moment(&columns(&drawn(d_y, d_y)));
        let axes = columns(&DMatrix::from_fn(d_y, d_y, |row, column| Rational::from(i64::from(row == column))));
        let mut setting = Setting::of_data(&inputs, &axes, product(&left, &right));
        setting.noise_covariance.fill_with_identity();
        setting.embedding_in = invertible(stream, d_x);
        setting.embedding_out = invertible(stream, d_y);
        let frames = (1..depth).map(|_| {
            let width = rank + stream.below(3);
            reflection(stream, width).columns(0, rank).into_owned()
        });
        let frames = frames.collect();
        Vanishing { setting, left, right, noise, direction, coefficients, inside, frames, bits }
    }

    /// What it is, for a report.
    pub fn describe(&self) -> String {
        let place = if self.inside { "inside" } else { "outside" };
        format!(
            "{} layers, {} inputs, {} outputs, target of rank {}, noise vanishing {place} its column space",
            self.depth(),
            self.setting.target.ncols(),
            self.setting.target.nrows(),
            self.left.ncols()
        )
    }

    fn depth(&self) -> i64 {
        self.frames.len() as i64 + 1
    }

    /// `Pi N Pi + epsilon v v^T / v^T v`
    fn noise(&self, epsilon: &Rational) -> DMatrix<Rational> {
        let (along, projection) = self.projections();
        let rest = product(&product(&projection, &self.noise), &projection);
        rest.zip_map(&along, |rest, along| rest + along * epsilon)
    }

    fn epsilon(&self) -> Rational {
        Rational::from(1) >> self.bits
    }

    /// `v v^T / v^T v` and `Pi = I - v v^T / v^T v`.
    fn projections(&self) -> (DMatrix<Rational>, DMatrix<Rational>) {
        let length: Rational = self.direction.iter().map(Ring::squared).sum();
        let along = product(&self.direction, &self.direction.transpose()).map(|entry| entry / &length);
        let rest = DMatrix::from_fn(along.nrows(), along.ncols(), |row, column| {
            Rational::from(i64::from(row == column)) - &along[(row, column)]
        });
        (along, rest)
    }

    fn rank(&self) -> usize {
        self.left.ncols()
    }

    fn carried_frames<T: Field>(&self) -> Vec<DMatrix<T>> {
        self.frames.iter().map(carried).collect()
    }

    /// `tr Hess L` at the entropic minimum, from its weights.
    fn entropic<T: Decomposable>(&self, epsilon: &Rational) -> Result<T, LinalgError> {
        let mut setting = self.setting.carry::<T>();
        setting.noise_covariance = carried(&self.noise(epsilon));
        let minimum = entropic_minimiser(&setting, self.rank(), &self.carried_frames())?;
        Ok(sum(&minimum.sharpness_terms(&setting)))
    }

    /// `tr Hess L` at a minimum that does not depend on the noise, from its weights.
    fn beside<T: Decomposable>(&self, beside: Beside) -> Result<T, LinalgError> {
        let (setting, frames) = (self.setting.carry::<T>(), self.carried_frames());
        let minimum = match beside {
            Beside::Flattest => flattest_minimum(&setting, self.rank(), &frames)?,
            Beside::Balanced => balanced_minimum(&setting, self.rank(), &frames)?,
        };
        Ok(sum(&minimum.sharpness_terms(&setting)))
    }

    /// `p` of `epsilon^(-1/p)`: 2, or `D` for rank 1.
    fn root(&self) -> i64 {
        if self.rank() == 1 { self.depth() } else { 2 }
    }

    /// `a` for some noise.
    fn size<T: Decomposable>(&self, noise: &DMatrix<Rational>) -> T {
        T::from_rational(&weighted_square(noise, &self.setting.embedding_out))
    }

    /// `n` for `Se = S_0 + epsilon v v^T`, without a root of a singular matrix: for any `X` with `X^T X = Se` the singular values are those
    /// of `X U G^(1/2)`.
    fn nuclear_norm<T: Decomposable>(&self, epsilon: &Rational) -> Result<T, LinalgError> {
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
    fn gram<T: Decomposable>(&self) -> DMatrix<T> {
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
    fn coefficient<T: Decomposable>(&self) -> Result<T, LinalgError> {
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

    /// The sharpness is at least [`Vanishing::coefficient`] times its power of `epsilon`.
    ///
    /// # Errors
    /// Those of the decompositions.
    pub fn growth<T: Decomposable>(&self, growth: Growth) -> Result<Vec<Relation<T>>, LinalgError> {
        let root = match growth {
            Growth::Root => self.root(),
            Growth::SquareRoot => 2,
            Growth::Inverse => 1,
        };
        let epsilon = self.epsilon();
        let bound = self.coefficient::<T>()? * power(&T::from_rational(&epsilon), -1, root);
        let grows = Relation::less(
            "the sharpness grows without bound",
            Term::scalar("omega epsilon^(-1/p)", bound),
            Term::scalar("tr Hess L, entropic", self.entropic(&epsilon)?),
        );
        Ok(vec![grows.resolved_to(RESOLUTION)])
    }

    /// The exponent and the coefficient of the growth, measured as `epsilon` tends to 0: with `h = epsilon^(1/2)`, or `epsilon^(1/D)` for rank 1,
    /// the quotient of a sharpness that does not depend on `epsilon` and that of the entropic minimum is `h` times a power series in `h`.
    ///
    /// # Errors
    /// Those of the decompositions.
    pub fn order(
        &self,
        settings: &Settings,
        case: Case,
        beside: Beside,
        growth: Growth,
    ) -> Result<Finding, LinalgError> {
        let (root, predicted) = match growth {
            Growth::Root => (self.root(), 1),
            Growth::SquareRoot => (2, 1),
            Growth::Inverse => (self.root(), self.root()),
        };
        let sizes = StepSizes::TINY;
        let reference: Fine = self.beside(beside)?;
        let quotient = |rung: i32| {
            let bits = root as u32 * (sizes.first + sizes.spacing * rung) as u32;
            Ok(vec![reference.clone() / self.entropic::<Fine>(&(Rational::from(1) >> bits))?])
        };
        let values = (0..sizes.count).map(quotient).collect::<Result<_, LinalgError>>()?;
        let differences = Differences::of(sizes, values);
        let label = match (beside, self.rank()) {
            (Beside::Flattest, 1) => "H_flat/H_ent in epsilon^(1/D), rank 1",
            (Beside::Flattest, _) => "H_flat/H_ent in epsilon^(1/2)",
            (Beside::Balanced, 1) => "H_flow/H_ent in epsilon^(1/D), rank 1",
            (Beside::Balanced, _) => "H_flow/H_ent in epsilon^(1/2)",
        };
        let mut limits = Vec::new();
        if case == Case::Law {
            limits.push(Relation::equality(
                "the limit of the growth",
                vec![Term::vector("lim epsilon^(-1/p) H/H_ent", differences.coefficient(1))],
                vec![Term::scalar("H/omega", reference.clone() / self.coefficient::<Fine>()?)],
            ));
        }
        Ok(order::judge(settings, case, &[(label, predicted, &differences)], limits))
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

    /// The entropic minimum is the flatter one: wrong, for [`Vanishing::sharper`] noise.
    ///
    /// # Errors
    /// Those of the decompositions.
    pub fn flatter<T: Decomposable>(&self) -> Result<Vec<Relation<T>>, LinalgError> {
        Ok(vec![Relation::at_most(
            "flatter for strongly anisotropic noise",
            Term::scalar("tr Hess L, entropic", self.entropic(&self.epsilon())?),
            Term::scalar("tr Hess L, balanced", self.beside(Beside::Balanced)?),
        )])
    }

    /// The ratio is at most
    ///
    /// ```text
    /// (a'/a_0)^(1/D) (n'/n_0)^(2(D-1)/D) ((D-1) tau*/n* + a_0/a*)/D
    /// ```
    ///
    /// with `a*`, `n*`, `tau*` for `epsilon = 0` and `a'`, `n'` for `epsilon = 1`.
    ///
    /// If `v` is in the column space, `tau*` and `1/n*` would be infinite; those of `epsilon = 1` are taken then, which is wrong.
    ///
    /// # Errors
    /// Those of the decompositions.
    pub fn bound<T: Decomposable>(&self) -> Result<Vec<Relation<T>>, LinalgError> {
        let depth = self.depth();
        let invariants = self.setting.carry::<T>().invariants()?;
        let (zero, one) = (Rational::new(), Rational::from(1));
        let floor = if self.inside { &one } else { &zero };
        let least = self.noise(floor);
        let within = transposed_product(&self.left, &product(&least, &self.left));
        let mean = geometric_mean(&symmetric(&inverse(&carried::<T>(&within))?), &self.gram())?;
        let tau = product(&carried(&transposed_product(&self.left, &self.left)), &mean).trace();
        let least_size: T = self.size(&least);
        let least_norm: T = self.nuclear_norm(floor)?;
        let most_size: T = self.size(&self.noise(&one));
        let most_norm: T = self.nuclear_norm(&one)?;
        let bound = power(&(most_size / &invariants.noise_of_identity), 1, depth)
            * power(&(most_norm / &invariants.nuclear_norm_of_identity), 2 * (depth - 1), depth)
            * (T::integer(depth - 1) * tau / least_norm + invariants.noise_of_identity.clone() / least_size)
            / T::integer(depth);
        let bounded = Relation::less(
            "the ratio stays bounded",
            Term::scalar("the ratio", self.entropic::<T>(&self.epsilon())? / self.beside::<T>(Beside::Flattest)?),
            Term::scalar("the bound at epsilon = 0", bound),
        );
        Ok(vec![bounded.resolved_to(RESOLUTION)])
    }
}
