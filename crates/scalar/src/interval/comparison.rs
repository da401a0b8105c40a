//! Order: three-valued comparison, selection, and the functions with a kink that are continuous all the same.

use super::Enclosure;
use super::rounding::Rounding;
use crate::{Branch, Magnitude, Measured, Obstacle, Sign};
use rug::Float;
use rug::ops::NegAssign;
use std::mem::swap;

/// The answer to a question about intervals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Truth {
    /// For all of their numbers.
    True,
    /// For none of their numbers.
    False,
    /// Not decided.
    Maybe,
}

impl<const BITS: u32, R: Rounding> Enclosure<BITS, R> {
    /// The absolute values of its numbers: the tightest interval.
    pub(super) fn magnitudes(&self) -> Self {
        let mut image = self.clone();
        if image.is_empty() || self.lower >= 0 {
            return image;
        }
        image.lower.neg_assign();
        if self.upper <= 0 {
            image.upper.neg_assign();
            swap(&mut image.lower, &mut image.upper);
        } else {
            if image.lower > image.upper {
                swap(&mut image.lower, &mut image.upper);
            }
            image.lower = Float::new(BITS);
        }
        image
    }

    /// Takes each bound from one of two operands; empty if either is.
    fn choose(&self, other: &Self, first: impl Fn(&Float, &Float) -> bool) -> Self {
        if self.is_empty() || other.is_empty() {
            let mut empty = self.clone();
            empty.history = empty.history.and(other.history);
            empty.make_empty();
            return empty;
        }
        let lower = if first(&self.lower, &other.lower) { &self.lower } else { &other.lower };
        let upper = if first(&self.upper, &other.upper) { &self.upper } else { &other.upper };
        self.with_bounds(lower, upper, other)
    }
}

impl<const BITS: u32, R: Rounding> Branch for Enclosure<BITS, R> {
    type Mask = Truth;

    /// Whether `self < other` for all, or for no pair of their numbers.
    ///
    /// An interval that is empty, that met a kink or left a domain decides nothing: its memory could not follow it
    /// through the mask into the branch that is selected.
    fn less(&self, other: &Self) -> Truth {
        if self.is_empty() || other.is_empty() || !self.history.and(other.history).is_clean() {
            Truth::Maybe
        } else if self.upper < other.lower {
            Truth::True
        } else if self.lower >= other.upper {
            Truth::False
        } else {
            Truth::Maybe
        }
    }

    fn select(mask: Truth, if_true: &Self, if_false: &Self) -> Self {
        match mask {
            Truth::True => if_true.clone(),
            Truth::False => if_false.clone(),
            Truth::Maybe => {
                let mut both = if_true.hull(if_false);
                both.history.kink = true;
                both
            }
        }
    }

    // The next three are continuous, so a bare interval passes through them decided. Their derivatives are not: a dual
    // number goes through `select`, which marks them.

    fn minimum(&self, other: &Self) -> Self {
        self.choose(other, |mine, theirs| mine <= theirs)
    }
    fn maximum(&self, other: &Self) -> Self {
        self.choose(other, |mine, theirs| mine >= theirs)
    }
    fn absolute(&self) -> Self {
        self.magnitudes()
    }
}

impl<const BITS: u32, R: Rounding> Measured for Enclosure<BITS, R> {
    /// An upper bound on the absolute value of its numbers; not a number for the empty set, so that it never passes.
    fn magnitude(&self) -> Magnitude {
        if self.is_empty() {
            return Magnitude::above(&self.width());
        }
        Magnitude::above(&self.lower).max(Magnitude::above(&self.upper))
    }

    /// A lower bound on the absolute value of its numbers; 0 for the empty set.
    fn mignitude(&self) -> Magnitude {
        if self.is_empty() || self.contains_zero() {
            return Magnitude::zero();
        }
        Magnitude::below(&self.lower).min(Magnitude::below(&self.upper))
    }

    /// The sign that all of its numbers share; none if they differ or there are none.
    fn sign(&self) -> Option<Sign> {
        if self.is_empty() {
            return None;
        }
        let lower = Sign::from(self.lower.cmp0()?);
        (lower == Sign::from(self.upper.cmp0()?)).then_some(lower)
    }

    /// A kink that was met comes first; an interval that is empty, unbounded or left a domain counts as not finite.
    fn obstacle(&self) -> Option<Obstacle> {
        if self.met_kink() {
            Some(Obstacle::Kink)
        } else if !self.is_bounded() || self.left_domain() {
            Some(Obstacle::NotFinite)
        } else {
            None
        }
    }
}
