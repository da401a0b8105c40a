//! Least squares in two stages: the terms of an ansatz, those of a correction that is fitted to its residual, and what both leave, with
//! `h = X1^T X2 g` of the coefficients `g` of the correction.

use crate::linalg::exact;
use crate::scalar::Rational;
use crate::verify::{Class, Drawn, Numbers, Unjudged};
use nalgebra::{DMatrix, DVector};

/// Terms of an ansatz, terms of a correction, and what they are fitted to.
pub(super) struct Design {
    /// `X1`
    pub(super) ansatz: DMatrix<Rational>,
    /// `X2`
    pub(super) correction: DMatrix<Rational>,
    /// `y`
    pub(super) labels: DVector<Rational>,
    pub(super) what: &'static str,
}

impl Drawn for Design {
    fn class(&self) -> Class {
        Class::Awkward
    }
    fn is_algebraic(&self) -> bool {
        true
    }
    fn describe(&self) -> String {
        format!(
            "{} terms of an ansatz, {} {} terms of a correction",
            self.ansatz.ncols(),
            self.correction.ncols(),
            self.what
        )
    }
    fn numbers(&self) -> Vec<Numbers> {
        vec![
            Numbers::new("X1, term by term", self.ansatz.iter().cloned()),
            Numbers::new("X2, term by term", self.correction.iter().cloned()),
            Numbers::new("y", self.labels.iter().cloned()),
        ]
    }
}

pub(super) fn product(a: &DMatrix<Rational>, b: &DMatrix<Rational>) -> DMatrix<Rational> {
    DMatrix::from_fn(a.nrows(), b.ncols(), |row, column| {
        (0..a.ncols()).map(|inner| Rational::from(&a[(row, inner)] * &b[(inner, column)])).sum()
    })
}

pub(super) fn column(vector: &DVector<Rational>) -> DMatrix<Rational> {
    DMatrix::from_column_slice(vector.len(), 1, vector.as_slice())
}

/// The coefficients of least squares, from the normal equations.
fn fitted(design: &DMatrix<Rational>, target: &DMatrix<Rational>) -> Result<DMatrix<Rational>, Unjudged> {
    let transposed = design.transpose();
    Ok(product(&exact::inverse(&product(&transposed, design))?, &product(&transposed, target)))
}

/// What the best fit leaves.
pub(super) fn residual(design: &DMatrix<Rational>, target: &DMatrix<Rational>) -> Result<DMatrix<Rational>, Unjudged> {
    Ok(target - product(design, &fitted(design, target)?))
}

/// The sum of squares.
pub(super) fn loss(residual: &DMatrix<Rational>) -> Rational {
    residual.iter().map(|entry| Rational::from(entry.square_ref())).sum()
}

/// A fit in two stages.
pub(super) struct Stages {
    /// What both stages leave.
    pub(super) residual: DMatrix<Rational>,
    /// `h`
    pub(super) overlap: DMatrix<Rational>,
}

impl Design {
    pub(super) fn in_two_stages(&self) -> Result<Stages, Unjudged> {
        let left = residual(&self.ansatz, &column(&self.labels))?;
        let found = product(&self.correction, &fitted(&self.correction, &left)?);
        Ok(Stages { overlap: product(&self.ansatz.transpose(), &found), residual: left - found })
    }
}

/// What a fit in two stages costs.
pub(super) struct Costs {
    /// Its loss.
    pub(super) staged: Rational,
    /// `h^T (X1^T M2 X1)^-1 h`
    pub(super) gap: Rational,
    /// `h^T (X1^T X1)^-1 h`
    pub(super) refit: Rational,
}

impl Design {
    pub(super) fn costs(&self) -> Result<Costs, Unjudged> {
        let Stages { residual: left, overlap } = self.in_two_stages()?;
        let transposed = self.ansatz.transpose();
        let quadratic = |form: &DMatrix<Rational>| -> Result<Rational, Unjudged> {
            Ok(product(&overlap.transpose(), &product(&exact::inverse(form)?, &overlap))[(0, 0)].clone())
        };
        Ok(Costs {
            staged: loss(&left),
            gap: quadratic(&product(&transposed, &residual(&self.correction, &self.ansatz)?))?,
            refit: quadratic(&product(&transposed, &self.ansatz))?,
        })
    }
}
