//! Whether the entropic minimum becomes arbitrarily sharp as noise vanishes along one direction.
//!
//! ```text
//! tr Hess L > omega epsilon^(-1/p)      and asymptotically equal, p = 2 or, for rank 1, p = D
//! ```
//!
//! if the direction lies in the column space of `V`; otherwise the sharpness over the least one stays bounded.

use super::instance::RESOLUTION;
use super::vanishing::{Beside, Shape, Vanishing, carried, power};
use crate::linalg::products::{product, transposed_product};
use crate::linalg::{Decomposable, LinalgError, inverse, inverse_square_root, square_root};
use crate::scalar::{Field, Rational};
use crate::verify::check::usual_instances;
use crate::verify::order::{Differences, Fine, StepSizes};
use crate::verify::{Asymptotic, Asymptotics, Case, Draw, Draws, In, Relation, Term, Unjudged};
use nalgebra::DMatrix;

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

/// What is said of one such noise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Says {
    /// The sharpness is above its lower bound.
    Grows(Growth),
    /// The ratio to the least sharpness is below its upper bound.
    Bounded,
    /// The entropic minimum is flatter than the balanced one, for noise so small that by the lower bound it is more than twice as sharp.
    Flatter,
}

/// A law of one such noise.
#[derive(Clone, Copy)]
pub struct Vanishes {
    /// How settings are drawn.
    pub shape: Shape,
    /// What is said.
    pub says: Says,
}

/// The exponent of the growth as `epsilon` tends to 0, and the coefficient if it is the right one.
#[derive(Clone, Copy)]
pub struct Limit {
    /// How settings are drawn.
    pub shape: Shape,
    /// What the sharpness is measured by.
    pub beside: Beside,
    /// How fast it is said to grow.
    pub growth: Growth,
}

impl Draws for Vanishes {
    type Instance = Vanishing;

    fn draw(&self, draw: &mut Draw) -> Result<Vanishing, Unjudged> {
        let vanishing = Vanishing::draw(&mut draw.point, &self.shape);
        Ok(if self.says == Says::Flatter { vanishing.sharper()? } else { vanishing })
    }
}

impl<T: Decomposable> In<T> for Vanishes {
    fn relations(&self, vanishing: &Vanishing) -> Result<Vec<Relation<T>>, Unjudged> {
        let epsilon = vanishing.epsilon();
        let entropic: T = vanishing.entropic(&epsilon)?;
        let relation = match self.says {
            Says::Grows(growth) => {
                let root = match growth {
                    Growth::Root => vanishing.root(),
                    Growth::SquareRoot => 2,
                    Growth::Inverse => 1,
                };
                let bound = vanishing.coefficient::<T>()? * power(&T::from_rational(&epsilon), -1, root);
                let bound = Term::scalar("omega epsilon^(-1/p)", bound);
                let sharpness = Term::scalar("tr Hess L, entropic", entropic);
                Relation::less("the sharpness grows without bound", bound, sharpness).resolved_to(RESOLUTION)
            }
            Says::Bounded => {
                let ratio = Term::scalar("the ratio", entropic / vanishing.beside::<T>(Beside::Flattest)?);
                let bound = Term::scalar("the bound at epsilon = 0", bound(vanishing)?);
                Relation::less("the ratio stays bounded", ratio, bound).resolved_to(RESOLUTION)
            }
            Says::Flatter => Relation::at_most(
                "flatter for strongly anisotropic noise",
                Term::scalar("tr Hess L, entropic", entropic),
                Term::scalar("tr Hess L, balanced", vanishing.beside(Beside::Balanced)?),
            ),
        };
        Ok(vec![relation])
    }
}

impl Draws for Limit {
    type Instance = Vanishing;

    fn draw(&self, draw: &mut Draw) -> Result<Vanishing, Unjudged> {
        Ok(Vanishing::draw(&mut draw.point, &self.shape))
    }
}

impl Asymptotic for Limit {
    /// With `h = epsilon^(1/2)`, or `epsilon^(1/D)` for rank 1, the quotient of a sharpness that does not depend on `epsilon` and that of the entropic
    /// minimum is `h` times a power series in `h`.
    fn measure(&self, vanishing: &Vanishing) -> Result<Asymptotics, Unjudged> {
        let (root, predicted) = match self.growth {
            Growth::Root => (vanishing.root(), 1),
            Growth::SquareRoot => (2, 1),
            Growth::Inverse => (vanishing.root(), vanishing.root()),
        };
        let sizes = StepSizes::TINY;
        let reference: Fine = vanishing.beside(self.beside)?;
        let quotient = |rung: i32| {
            let bits = root as u32 * (sizes.first + sizes.spacing * rung) as u32;
            Ok(vec![reference.clone() / vanishing.entropic::<Fine>(&(Rational::from(1) >> bits))?])
        };
        let values = (0..sizes.count).map(quotient).collect::<Result<_, LinalgError>>()?;
        let differences = Differences::of(sizes, values);
        let label = match (self.beside, vanishing.rank()) {
            (Beside::Flattest, 1) => "H_flat/H_ent in epsilon^(1/D), rank 1",
            (Beside::Flattest, _) => "H_flat/H_ent in epsilon^(1/2)",
            (Beside::Balanced, 1) => "H_flow/H_ent in epsilon^(1/D), rank 1",
            (Beside::Balanced, _) => "H_flow/H_ent in epsilon^(1/2)",
        };
        let mut limits = Vec::new();
        if self.growth == Growth::Root {
            limits.push(Relation::equality(
                "the limit of the growth",
                vec![Term::vector("lim epsilon^(-1/p) H/H_ent", differences.coefficient(1))],
                vec![Term::scalar("H/omega", reference / vanishing.coefficient::<Fine>()?)],
            ));
        }
        Ok(Asymptotics { exponents: vec![(label, predicted, differences)], limits })
    }

    fn is_independent(&self) -> bool {
        true
    }

    fn instances(&self, case: Case, asked: u64) -> u64 {
        usual_instances(case, asked)
    }
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

/// An upper bound of the ratio,
///
/// ```text
/// (a'/a_0)^(1/D) (n'/n_0)^(2(D-1)/D) ((D-1) tau*/n* + a_0/a*)/D
/// ```
///
/// with `a*`, `n*`, `tau*` for `epsilon = 0` and `a'`, `n'` for `epsilon = 1`.
///
/// If `v` is in the column space, `tau*` and `1/n*` would be infinite; those of `epsilon = 1` are taken then, which is wrong.
fn bound<T: Decomposable>(vanishing: &Vanishing) -> Result<T, LinalgError> {
    let depth = vanishing.depth();
    let invariants = vanishing.setting.carry::<T>().invariants()?;
    let (zero, one) = (Rational::new(), Rational::from(1));
    let floor = if vanishing.inside { &one } else { &zero };
    let least = vanishing.noise(floor);
    let within = transposed_product(&vanishing.left, &product(&least, &vanishing.left));
    let mean = geometric_mean(&symmetric(&inverse(&carried::<T>(&within))?), &vanishing.gram())?;
    let tau = product(&carried(&transposed_product(&vanishing.left, &vanishing.left)), &mean).trace();
    let least_size: T = vanishing.size(&least);
    let least_norm: T = vanishing.nuclear_norm(floor)?;
    let most_size: T = vanishing.size(&vanishing.noise(&one));
    let most_norm: T = vanishing.nuclear_norm(&one)?;
    Ok(power(&(most_size / &invariants.noise_of_identity), 1, depth)
        * power(&(most_norm / &invariants.nuclear_norm_of_identity), 2 * (depth - 1), depth)
        * (T::integer(depth - 1) * tau / least_norm + invariants.noise_of_identity.clone() / least_size)
        / T::integer(depth))
}
