//! Asymptotic exponents: how fast a difference vanishes with the step size, to many digits.
//!
//! A difference `D(h) = c h^p (1 + O(h))` is evaluated at [`FINE_BITS`] bits along the step sizes `h = 2^-40, 2^-50, ..., 2^-100`. The
//! slopes
//!
//! ```text
//! p_k = log2(|D(h_k)| / |D(h_{k+1})|) / 10 = p + O(h_k)
//! ```
//!
//! are extrapolated by Richardson's scheme in powers of the ratio `2^-10` (other ladders, for what is only known at larger steps, are
//! [`StepSizes`] too), and so are the coefficients `D(h) / h^p`. The error estimate of
//! an extrapolated number is what the smallest step size changes in it. The exponent is measured without being told
//! the integer that it is compared with.

use super::draw::Case;
use super::examination::Settings;
use super::exponent::{Exponent, SHOWN};
use super::finding::{Finding, Status};
use super::relation::{Relation, Term};
use super::scalars::Scalar;
use equipartition_linalg::products::norm;
use equipartition_scalar::{Branch, Field, Measured, Mp, Ring};
use num_traits::{One, Zero};

/// Bits in which differences are evaluated: of a fourth-order difference at `h = 2^-100`, which is `2^-400` small, half of the digits are
/// left.
pub const FINE_BITS: u32 = 1024;
/// The scalar of differences.
pub type Fine = Mp<FINE_BITS>;

/// Step sizes that fall geometrically.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StepSizes {
    /// Minus the base-2 logarithm of the largest.
    pub first: i32,
    /// Minus the base-2 logarithm of the ratio of neighbours.
    pub spacing: i32,
    /// How many there are.
    pub count: i32,
}

impl StepSizes {
    /// `2^-40, 2^-50, ..., 2^-100`
    pub const TINY: StepSizes = StepSizes { first: 40, spacing: 10, count: 7 };

    /// The sizes, from the largest.
    pub fn values(self) -> impl Iterator<Item = Fine> {
        (0..self.count).map(move |rung| Fine::integer(2).powi(-self.first - self.spacing * rung))
    }
}

/// Relative to a difference `c h^p`, the error up to which both of its sides have to be known: `2^-192`.
pub const ACCURACY: i32 = 192;

/// A number with the estimate of its error.
#[derive(Clone, Debug)]
pub struct Extrapolated {
    /// The number.
    pub value: Fine,
    /// How much the smallest step size changed it.
    pub error: Fine,
}

/// Richardson's scheme for values at neighbouring step sizes, whose errors have an expansion in powers of the step size. The ratio of
/// neighbours is `2^-spacing`.
///
/// The error is estimated by what the smallest step size changes. The scheme's own corrections would not do: they shrink by its weights whether
/// or not the errors have that expansion.
fn extrapolate(values: &[Fine], spacing: i32) -> Extrapolated {
    let value = corner(values, spacing);
    let without_last = corner(&values[..values.len().saturating_sub(1)], spacing);
    let error = (value.clone() - without_last).absolute();
    Extrapolated { value, error }
}

/// The last entry of the scheme's table.
fn corner(values: &[Fine], spacing: i32) -> Fine {
    let mut row = values.to_vec();
    let mut power = 1;
    while row.len() > 1 {
        let weight = Fine::one() / (Fine::integer(2).powi(spacing * power) - Fine::one());
        let better = |pair: &[Fine]| pair[1].clone() + Fine::product(&weight, &(pair[1].clone() - &pair[0]));
        row = row.windows(2).map(better).collect();
        power += 1;
    }
    row.pop().unwrap_or_else(Fine::zero)
}

/// A difference at step sizes that fall geometrically.
#[derive(Clone, Debug)]
pub struct Differences {
    sizes: StepSizes,
    values: Vec<Vec<Fine>>,
}

impl Differences {
    /// Evaluates `difference` at every step size from `2^-40` to `2^-100`.
    ///
    /// # Errors
    /// Those of the evaluation.
    pub fn measure<E>(difference: impl FnMut(Fine) -> Result<Vec<Fine>, E>) -> Result<Self, E> {
        let sizes = StepSizes::TINY;
        let values = sizes.values().map(difference).collect::<Result<_, E>>()?;
        Ok(Differences { sizes, values })
    }

    /// Differences that were evaluated already, one for each of `sizes`.
    pub fn of(sizes: StepSizes, values: Vec<Vec<Fine>>) -> Self {
        Differences { sizes, values }
    }

    /// Whether the difference vanishes at some step size, so that it has no exponent.
    pub fn vanishes(&self) -> bool {
        self.values.iter().any(|difference| difference.iter().all(Zero::is_zero))
    }

    /// The exponent `p` of `|D(h)| ~ h^p`. Not a number where the difference vanishes.
    pub fn exponent(&self) -> Extrapolated {
        let logarithms: Vec<Fine> =
            self.values.iter().map(|difference| Fine::new(&norm(difference).as_float().clone().log2())).collect();
        let spacing = self.sizes.spacing;
        let slope = |pair: &[Fine]| (pair[0].clone() - &pair[1]) / Fine::integer(i64::from(spacing));
        extrapolate(&logarithms.windows(2).map(slope).collect::<Vec<_>>(), spacing)
    }

    /// `(log2 h, log2 |D(h)|)` at every step size, from the largest, in doubles: to plot.
    fn logarithms(&self) -> Vec<(f64, f64)> {
        let height = |difference: &Vec<Fine>| norm(difference).magnitude().log2();
        let exponents = (0..self.sizes.count).map(|rung| -f64::from(self.sizes.first + self.sizes.spacing * rung));
        exponents.zip(self.values.iter().map(height)).collect()
    }

    /// `lim D(h) / h^power`, entry by entry.
    pub fn coefficient(&self, power: i32) -> Vec<Fine> {
        let sizes: Vec<Fine> = self.sizes.values().map(|h| h.powi(power)).collect();
        let entries = self.values.first().map_or(0, Vec::len);
        let entry = |index: usize| {
            let quotient = |(difference, h): (&Vec<Fine>, &Fine)| difference[index].clone() / h;
            corner(&self.values.iter().zip(&sizes).map(quotient).collect::<Vec<_>>(), self.sizes.spacing)
        };
        (0..entries).map(entry).collect()
    }
}

/// Measures an exponent, compares it with what the theory says, and gives the measured one too.
pub fn measured(label: &str, predicted: i64, differences: &Differences) -> (Exponent, Fine) {
    let Extrapolated { value, error } = differences.exponent();
    let exponent = Exponent {
        label: label.to_owned(),
        predicted,
        measured: format!("{:.*}", SHOWN, value.as_float()),
        error: error.magnitude(),
        deviation: (value.clone() - Fine::integer(predicted)).magnitude(),
        differences: differences.logarithms(),
    };
    (exponent, value)
}

/// How many instances of a case an order claim examines: a quarter of what others do, because each evaluates flows or searches at many step sizes.
pub fn instances(case: Case, asked: u64) -> u64 {
    match case {
        Case::Law => asked.div_ceil(4),
        Case::Control(_) => asked.div_ceil(8).max(4),
    }
}

/// Judges exponents, each with the difference that has it, and limits.
///
/// The exponents become equalities of the relation `measured = predicted`, so that like every formula they are attacked by mutants; an
/// exponent whose own error estimate is above the tolerance decides nothing.
pub fn judge(
    settings: &Settings,
    case: Case,
    exponents: &[(&'static str, i64, &Differences)],
    mut limits: Vec<Relation<Fine>>,
) -> Finding {
    let scalar = Scalar::Order(FINE_BITS);
    let measured: Vec<(Exponent, Fine)> =
        exponents.iter().map(|(label, predicted, differences)| measured(label, *predicted, differences)).collect();
    // What is known too roughly, and misses its prediction by no more than that, decides nothing; a miss beyond it is one.
    let is_rough = |exponent: &Exponent| exponent.error > scalar.tolerance() && exponent.deviation <= exponent.error;
    for (exponent, value) in measured.iter().filter(|(exponent, _)| !is_rough(exponent)) {
        let left = Term::scalar("measured exponent", value.clone());
        let right = Term::scalar("predicted exponent", Fine::integer(exponent.predicted));
        limits.push(Relation::equality(("exponent", exponent.label.as_str()), vec![left], vec![right]));
    }
    let mut finding = settings.judge(scalar, limits, case);
    let rough = measured.iter().any(|(exponent, _)| exponent.error > scalar.tolerance());
    if rough && matches!(finding.status, Status::Satisfied | Status::Vacuous) {
        finding.status = Status::Undecided("the extrapolation of an exponent did not converge");
    }
    finding.exponents = measured.into_iter().map(|(exponent, _)| exponent).collect();
    finding
}

#[cfg(test)]
mod tests {
    use super::*;
    use equipartition_scalar::Magnitude;
    use equipartition_scalar::Real;
    use std::convert::Infallible;

    fn measure(difference: impl Fn(&Fine) -> Fine) -> Differences {
        Differences::measure(|h| Ok::<_, Infallible>(vec![difference(&h)])).unwrap()
    }

    /// exp(h) less its Taylor polynomial of degree p - 1 is h^p / p! (1 + ...).
    #[test]
    fn the_remainder_of_the_exponential_has_its_order_and_its_coefficient() {
        for order in 1..=4 {
            let remainder = measure(|h| {
                let mut sum = h.exp();
                let mut term = Fine::one();
                for n in 0..order {
                    sum -= &term;
                    term = term * h / Fine::integer(n + 1);
                }
                sum
            });
            let (exponent, _) = measured("exp", order, &remainder);
            assert!(exponent.digits() >= 50, "{exponent:?}");
            let factorial = Fine::integer((1..=order).product());
            let gap = remainder.coefficient(order as i32)[0].clone() * factorial - Fine::one();
            assert!(gap.magnitude() < Magnitude::power_of_two(-180), "{gap}");
        }
    }

    #[test]
    fn an_exponent_that_is_no_integer_is_seen_not_to_be() {
        let root = measure(|h| h.sqrt() * h * (Fine::one() + h));
        let (exponent, _) = measured("h^(3/2)", 2, &root);
        assert_eq!(exponent.measured, "1.5000000000000000000");
        assert_eq!(exponent.digits(), 0);
        // h^2 (1 + sqrt h): the scheme removes integer powers only, and its error estimate says so.
        let slow = measure(|h| h.squared() * (Fine::one() + h.sqrt())).exponent();
        assert!(slow.error.magnitude() > Scalar::Order(FINE_BITS).tolerance());
    }

    #[test]
    fn what_vanishes_has_no_exponent() {
        let nothing = measure(|_| Fine::zero());
        assert!(nothing.vanishes() && !measure(Fine::clone).vanishes());
        // At one step size is enough, and of several entries all have to.
        let tiny = StepSizes::TINY.values().last().expect("some");
        assert!(measure(|h| if *h == tiny { Fine::zero() } else { h.clone() }).vanishes());
        let beside = |h: Fine| Ok::<_, Infallible>(vec![Fine::zero(), h]);
        assert!(!Differences::measure(beside).unwrap().vanishes());
        assert!(!nothing.exponent().value.is_finite());
    }

    /// `h^2 (1 + sqrt h)` has the exponent 2, which the scheme for integer powers cannot show: that is no violation of 2, and one of 3.
    #[test]
    fn a_rough_measurement_violates_only_what_lies_beyond_its_error() {
        let slow = measure(|h| h.squared() * (Fine::one() + h.sqrt()));
        let status =
            |predicted| judge(&Settings::new(0, 256), Case::Law, &[("slow", predicted, &slow)], Vec::new()).status;
        assert!(matches!(status(2), Status::Undecided(_)));
        assert_eq!(status(3), Status::Violated);
    }
}
