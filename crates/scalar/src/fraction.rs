//! Fractions of small integers, found again from what was computed with them.

use super::{Field, Mp, Rational, Residue};
use num_traits::Zero;
use rug::Integer;

/// The fraction with numerator and denominator below `2^30` of a residue, if there is one; there is at most one.
pub fn reconstructed(residue: &Residue) -> Option<Rational> {
    const BOUND: i128 = 1 << 30;
    let (mut older, mut newer) = (i128::from(Residue::PRIME), i128::from(residue.value()));
    let (mut older_factor, mut newer_factor) = (0_i128, 1_i128);
    while newer >= BOUND {
        let quotient = older / newer;
        (older, newer) = (newer, older - quotient * newer);
        (older_factor, newer_factor) = (newer_factor, older_factor - quotient * newer_factor);
    }
    if newer_factor.abs() >= BOUND || newer_factor == 0 {
        return None;
    }
    let fraction = Rational::from((Integer::from(newer), Integer::from(newer_factor)));
    (Residue::from_rational(&fraction) == *residue).then_some(fraction)
}

/// The fraction with a denominator of at most `largest` that agrees with a float to half its bits, if there is one.
pub fn snapped<const BITS: u32>(number: &Mp<BITS>, largest: u64) -> Option<Rational> {
    if number.is_zero() {
        return Some(Rational::new());
    }
    let exact = number.as_float().to_rational()?;
    let tolerance = Rational::from((Integer::from(1), Integer::from(1) << (BITS / 2 - 8)));
    let mut rest = exact.clone();
    let (mut older, mut newer) = ((Integer::from(0), Integer::from(1)), (Integer::from(1), Integer::from(0)));
    loop {
        let (fraction, floor) = rest.fract_floor(Integer::new());
        let next = (Integer::from(&floor * &newer.0) + &older.0, Integer::from(&floor * &newer.1) + &older.1);
        if next.1 > largest {
            return None;
        }
        let candidate = Rational::from(next.clone());
        if Rational::from(&candidate - &exact).abs() <= tolerance {
            return Some(candidate);
        }
        (older, newer) = (newer, next);
        if fraction.is_zero() {
            return None;
        }
        rest = fraction.recip();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Real;

    #[test]
    fn fractions_are_found_again_from_residues_and_floats() {
        for (p, q) in [(0, 1), (1, 1), (-1, 1), (3, 7), (-22, 5), (1, 10), (1000, 3)] {
            let fraction = Rational::from((p, q));
            assert_eq!(reconstructed(&Residue::from_rational(&fraction)), Some(fraction.clone()));
            assert_eq!(snapped(&Mp::<128>::from_rational(&fraction), 4096), Some(fraction));
        }
        assert_eq!(snapped(&Real::sqrt(&Mp::<128>::ratio(2, 1)), 4096), None);
    }

    /// Of most residues there is no fraction of numbers below `2^30`: there are `2^61` residues, and fewer such fractions. What is found is one.
    #[test]
    fn what_is_no_small_fraction_has_none() {
        let bound = Integer::from(1) << 30;
        let found: Vec<Option<Rational>> =
            (1..1000_u64).map(|n| reconstructed(&Residue::new(n.wrapping_mul(0x9e37_79b9_7f4a_7c15)))).collect();
        assert!(found.iter().any(Option::is_none));
        let small = |fraction: &Rational| fraction.numer().clone().abs() < bound && *fraction.denom() < bound;
        assert!(found.iter().flatten().all(small));
        let large = Rational::from((12_345, (1_u64 << 31) + 11));
        assert_ne!(reconstructed(&Residue::from_rational(&large)), Some(large));
        let last = Rational::from(((1 << 30) - 1, (1 << 30) - 2));
        assert_eq!(reconstructed(&Residue::from_rational(&last)), Some(last));
    }

    /// A float of 128 bits is a fraction to `2^-56`, and no further; the largest denominator is one of them.
    #[test]
    fn a_float_agrees_with_a_fraction_to_half_its_bits() {
        let third = Rational::from((1, 3));
        let off = |bits: u32| Mp::<128>::from_rational(&(third.clone() + (Rational::from(1) >> bits)));
        assert_eq!((snapped(&off(58), 4096), snapped(&off(54), 4096)), (Some(third.clone()), None));
        let edge = Rational::from((1, 4096));
        let float = Mp::<128>::from_rational(&edge);
        assert_eq!((snapped(&float, 4096), snapped(&float, 4095)), (Some(edge), None));
    }
}
