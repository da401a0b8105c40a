//! Upper bounds on the total degree of a polynomial.

use super::Rational;

/// Fractions with a denominator of at most `2^COARSE_BITS` are no draws from the grid: of its `2^32` points one in `2^22` is such a number.
const COARSE_BITS: u32 = 8;

/// An upper bound on the total degree, in the drawn coordinates, of the polynomial that a formula computes.
///
/// The Schwartz-Zippel lemma needs the degree of a residual. Nobody has to work it out by hand: the same generic code
/// that computes the residual runs on [`Recorded`](super::Recorded) numbers, which carry it. A sum has at most the larger degree, a product at most
/// the sum, a constant has degree 0, a coordinate drawn from the grid ([`Field::drawn`](super::Field::drawn)) degree 1. Cancellation is ignored, so
/// the bound is safe. Where a value chooses a branch there is one polynomial on each side, and a random point of one of
/// them is no random point of the whole grid: the answer is "unbounded", as it is after dividing by anything but a constant.
/// Networks with kinks have a degree only if their pattern was drawn beforehand and forced, so that nothing is left to choose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Degree {
    /// The zero polynomial.
    Zero,
    /// A polynomial of at most this degree.
    AtMost(u32),
    /// Not known to be a polynomial.
    Unbounded,
}

impl Degree {
    /// Of a coordinate that has this value.
    pub fn drawn(value: &Rational) -> Self {
        // A token, a sign or a few-bit number that is carried as a coordinate would earn a bound that speaks of 2^32 values where there are
        // sixteen.
        if *value.denom() <= 1_u64 << COARSE_BITS { Degree::Unbounded } else { Degree::AtMost(1) }
    }

    /// The bound, if there is one; the zero polynomial counts as degree 0.
    pub fn bound(self) -> Option<u32> {
        match self {
            Degree::Zero => Some(0),
            Degree::AtMost(degree) => Some(degree),
            Degree::Unbounded => None,
        }
    }

    /// Whether no drawn coordinate enters.
    pub fn is_constant(self) -> bool {
        matches!(self, Degree::Zero | Degree::AtMost(0))
    }

    /// Of a sum or a difference.
    pub(super) fn of_sum(self, other: Self) -> Self {
        self.max(other)
    }

    /// Of a product.
    pub(super) fn of_product(self, other: Self) -> Self {
        match (self, other) {
            (Degree::Zero, _) | (_, Degree::Zero) => Degree::Zero,
            (Degree::AtMost(a), Degree::AtMost(b)) => a.checked_add(b).map_or(Degree::Unbounded, Degree::AtMost),
            _ => Degree::Unbounded,
        }
    }

    /// Of a quotient.
    pub(super) fn of_quotient(self, divisor: Self) -> Self {
        if divisor == Degree::AtMost(0) { self } else { Degree::Unbounded }
    }

    /// Of one of two, which constants have chosen, or else coordinates.
    pub(super) fn of_choice(of_constants: bool, if_true: Self, if_false: Self) -> Self {
        match if_true.max(if_false) {
            Degree::Zero => Degree::Zero,
            larger if of_constants => larger,
            _ => Degree::Unbounded,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Where a coordinate may be one of a few numbers, only what it enters has no degree.
    #[test]
    fn what_is_not_drawn_from_the_grid_has_no_degree() {
        for token in [Rational::new(), Rational::from(3), Rational::from((-5, 256)), Rational::from((1, 3))] {
            assert_eq!(Degree::drawn(&token), Degree::Unbounded, "{token}");
        }
        assert_eq!(Degree::drawn(&Rational::from((1, 512))), Degree::AtMost(1));
    }

    /// The larger of a sum, the sum of a product; what divides by more than a constant, or is chosen by coordinates, has none.
    #[test]
    fn degrees_follow_the_operations() {
        let degree = Degree::AtMost;
        let all = [Degree::Zero, degree(0), degree(3), Degree::Unbounded];
        assert_eq!(all.map(Degree::bound), [Some(0), Some(0), Some(3), None]);
        assert_eq!(all.map(Degree::is_constant), [true, true, false, false]);
        assert_eq!(all.map(|other| degree(2).of_sum(other)), [degree(2), degree(2), degree(3), Degree::Unbounded]);
        assert_eq!(
            all.map(|other| degree(2).of_product(other)),
            [Degree::Zero, degree(2), degree(5), Degree::Unbounded]
        );
        assert_eq!(degree(u32::MAX).of_product(degree(1)), Degree::Unbounded);
        assert_eq!(Degree::Unbounded.of_product(Degree::Zero), Degree::Zero);
        let quotients = all.map(|divisor| degree(2).of_quotient(divisor));
        assert_eq!(quotients, [Degree::Unbounded, degree(2), Degree::Unbounded, Degree::Unbounded]);
        assert_eq!(Degree::of_choice(true, degree(1), degree(4)), degree(4));
        assert_eq!(Degree::of_choice(false, degree(1), degree(4)), Degree::Unbounded);
        assert_eq!(Degree::of_choice(false, Degree::Zero, Degree::Zero), Degree::Zero);
    }
}
