//! From residues to coefficients: numbers, and Laurent polynomials in `gamma` and `eta`.
//!
//! With constants given, a coefficient is a number. Over several pairs of constants it is a function of them, which has to be a combination of the monomials
//! `gamma^a eta^b` with `0 <= a <= 2` and `-2 <= b <= 2`: as many equations are made as there are monomials, and `SPARE` more, which all have to fit.

use super::space::Space;
use super::values::{Constants, Loss, Terms};
use crate::linalg::exact;
use crate::scalar::{Residue, reconstructed};
use equipartition_formula::{Coefficient, Number, Rates};
use nalgebra::{DMatrix, DVector};
use num_traits::Zero;
use rayon::prelude::*;

/// The powers of `gamma` and of `eta` in a coefficient.
const DECAY_POWERS: std::ops::RangeInclusive<i32> = 0..=2;
const RATE_POWERS: std::ops::RangeInclusive<i32> = -2..=2;
/// Pairs of constants beyond those that the monomials need.
const SPARE: usize = 4;
/// Pairs of constants on which a coefficient that is a number has to be the same.
const FOR_NUMBERS: usize = 3;

/// The coefficients at free places, given those at others; the rest have none. None if there is no such relation, several, or one with other coefficients.
pub fn coefficients(
    terms: &Terms,
    known: &[(usize, Coefficient)],
    free: &[usize],
    seed: u64,
) -> Option<Vec<(usize, Coefficient)>> {
    let known: Vec<_> = known.iter().filter(|(_, coefficient)| !coefficient.is_zero()).collect();
    let columns: Vec<usize> = known.iter().map(|(place, _)| *place).chain(free.iter().copied()).collect();
    let places: Vec<usize> = (known.len()..columns.len()).collect();
    let values = |number: usize| -> Option<(Constants, Vec<Residue>)> {
        let constants = Constants::draw(seed, number as u64);
        let basis = terms.relations(&columns, &constants, Loss::Own).ok()?;
        let space = Space { terms: columns.len(), basis };
        let given: Vec<(usize, Residue)> =
            known.iter().enumerate().map(|(place, (_, coefficient))| (place, constants.value(coefficient))).collect();
        let vector = space.only(&given, &places)?;
        let free = places.iter().map(|place| vector[*place]).collect();
        Some((constants, free))
    };
    let mut samples: Vec<_> = (0..FOR_NUMBERS).into_par_iter().map(values).collect::<Option<_>>()?;
    let is_constant = samples.iter().all(|(_, values)| *values == samples[0].1);
    let monomials = if is_constant { vec![(0, 0)] } else { monomials(terms.question().rates) };
    if !is_constant {
        let more = (FOR_NUMBERS..monomials.len() + SPARE).into_par_iter().map(values);
        samples.extend(more.collect::<Option<Vec<_>>>()?);
    }
    let matrix =
        DMatrix::from_fn(samples.len(), monomials.len(), |row, column| samples[row].0.monomial(monomials[column]));
    let fitted = |place: usize| -> Option<Coefficient> {
        let right = DVector::from_fn(samples.len(), |row, _| samples[row].1[place]);
        let factors = exact::solve(&matrix, &right).ok()?;
        monomials.iter().zip(factors.iter()).try_fold(Coefficient::default(), |sum, ((gamma, eta), factor)| {
            sum.plus(&Coefficient::monomial(number(factor)?, *gamma, *eta))
        })
    };
    free.iter().enumerate().map(|(place, column)| Some((*column, fitted(place)?))).collect()
}

/// Where `Lambda` is a matrix there is no `eta`.
fn monomials(rates: Rates) -> Vec<(i32, i32)> {
    let of_rate = if rates == Rates::Scalar { RATE_POWERS } else { 0..=0 };
    DECAY_POWERS.flat_map(|gamma| of_rate.clone().map(move |eta| (gamma, eta))).collect()
}

fn number(residue: &Residue) -> Option<Number> {
    let fraction = reconstructed(residue)?;
    Number::ratio(fraction.numer().to_i64()?.into(), fraction.denom().to_i64()?.into())
}

/// A relation with its coefficients, whose numbers are integers without common divisor.
pub fn relation(terms: &Terms, vector: &[Residue], seed: u64) -> Option<Vec<(usize, Coefficient)>> {
    let support: Vec<usize> = (0..vector.len()).filter(|place| !vector[*place].is_zero()).collect();
    let normalised = |pivot: &usize| {
        let free: Vec<usize> = support.iter().copied().filter(|place| place != pivot).collect();
        let mut all = coefficients(terms, &[(*pivot, Coefficient::one())], &free, seed)?;
        all.push((*pivot, Coefficient::one()));
        all.sort_by_key(|(place, _)| *place);
        Some(all)
    };
    let found = support.iter().find_map(normalised)?;
    Some(without_fractions(&found).unwrap_or(found))
}

/// Multiplied so that all numbers in the coefficients are integers without common divisor, the first one positive.
fn without_fractions(relation: &[(usize, Coefficient)]) -> Option<Vec<(usize, Coefficient)>> {
    let common = |a: i64, b: i64| {
        let (mut a, mut b) = (a.unsigned_abs(), b.unsigned_abs());
        while b > 0 {
            (a, b) = (b, a % b);
        }
        i64::try_from(a).ok()
    };
    let numbers = || relation.iter().flat_map(|(_, coefficient)| coefficient.monomials().map(|(_, number)| number));
    let multiple = numbers().try_fold(1_i64, |multiple, number| {
        (multiple / common(multiple, number.denominator())?).checked_mul(number.denominator())
    })?;
    let divisor = numbers().try_fold(0, |divisor, number| {
        common(divisor, number.numerator().checked_mul(multiple / number.denominator())?)
    })?;
    let sign = numbers().next()?.numerator().signum();
    let factor = Coefficient::number(Number::ratio(i128::from(sign) * i128::from(multiple), divisor.into())?);
    relation.iter().map(|(place, coefficient)| Some((*place, coefficient.times(&factor)?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scalar::Ring;

    #[test]
    fn relations_are_written_with_integers() {
        let number = |a, b| Coefficient::number(Number::ratio(a, b).unwrap());
        let relation = vec![(0, number(-1, 2)), (3, number(2, 3))];
        assert_eq!(without_fractions(&relation), Some(vec![(0, number(3, 1)), (3, number(-4, 1))]));
        let of_rate = |a, b| Coefficient::monomial(Number::ratio(a, b).unwrap(), 1, -1);
        assert_eq!(
            without_fractions(&[(0, number(1, 1)), (1, of_rate(-3, 2))]),
            Some(vec![(0, number(2, 1)), (1, of_rate(-3, 1))])
        );
        assert_eq!(super::number(&(Residue::integer(3) / Residue::integer(7))), Number::ratio(3, 7));
    }
}
