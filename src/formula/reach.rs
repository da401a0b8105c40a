//! How far from 1 the numbers of an instance lie.
//!
//! An equality of rational functions that holds on a small box holds everywhere. An inequality, a law with a kink, or one with functions that no field has, does
//! not: it may hold for rates below 1, or between -2 and 2, only, or to more digits than are computed. So every second instance of such a law is far: its quantities are multiplied by powers of two, each by its own, and of
//! several such instances the first is taken that violates the law, if one does.

use super::instance::Instance;
use super::law::{FormulaLaw, Where};
use super::stretch::exponents;
use crate::scalar::{Interval, Mp, Rational};
use crate::verify::{Class, Draw, Finding, INTERVAL_BITS, Scalar, Status};
use equipartition_formula::{Assertion, Of, Program, Sizes};
use std::sync::Arc;

/// How many far instances are looked at for one that is judged: anywhere, and where stationary points are solved for.
const LOOKED_AT: [u64; 2] = [16, 2];
/// Bits of the coarsest rung of any ladder.
const COARSEST: u32 = 64;
/// How many operations are spent on them, at most.
const MOST_OPERATIONS: usize = 1 << 21;

/// What an instance says of the law, by itself: in the rationals, or in intervals.
pub(super) fn found(instance: &Instance) -> Option<Finding> {
    let finding = if instance.program.tape.is_algebraic() {
        let relations = instance.relations_of(&instance.carried::<Rational>()).ok()?;
        Finding::judge(Scalar::Rational, &relations, true)
    } else {
        let relations = instance.relations_of(&instance.carried::<Interval<INTERVAL_BITS>>()).ok()?;
        Finding::judge(Scalar::Interval(INTERVAL_BITS), &relations, false)
    };
    Some(finding)
}

/// Whether the law is satisfied on an instance for sure, or violated, by what was found there; none where the coarsest rung of the ladder, which will be climbed,
/// cannot tell.
fn is_satisfied(instance: &Instance, found: &Finding) -> Option<bool> {
    let of = |finding: &Finding| match finding.status {
        Status::Violated => Some(false),
        Status::Satisfied | Status::Vacuous => Some(true),
        Status::Unresolved | Status::Undecided(_) => None,
    };
    let is_satisfied = of(found)?;
    if !is_satisfied || instance.program.tape.is_algebraic() {
        return Some(is_satisfied);
    }
    let relations = instance.relations_of(&instance.carried::<Mp<COARSEST>>()).ok()?;
    of(&Finding::judge(Scalar::Mp(COARSEST), &relations, false)).filter(|is_satisfied| *is_satisfied)
}

impl FormulaLaw {
    /// Whether the law may hold in a box and not beyond: it is an inequality, or a comparison of numbers chooses what it says, or a function that is no
    /// quotient of polynomials may be all but constant in the box.
    pub fn minds_its_range(&self) -> bool {
        match self.question.law.assertion {
            Assertion::AtMost => true,
            Assertion::Order(..) => false,
            Assertion::Equality => self
                .largest_program()
                .is_some_and(|program| program.tape.has_branches() || !program.tape.is_algebraic()),
        }
    }

    /// Whether comparisons of numbers choose what the law says.
    pub(super) fn has_branches(&self) -> bool {
        self.largest_program().is_some_and(|program| program.tape.has_branches())
    }

    /// Whether the law is one of a field's functions.
    pub(super) fn is_algebraic(&self) -> bool {
        self.largest_program().is_some_and(|program| program.tape.is_algebraic())
    }

    /// With two samples and the largest sizes, unless that is too large.
    fn largest_program(&self) -> Option<Arc<Program>> {
        let sizes = self.question.signature.sizes.iter();
        let largest: Sizes = sizes.map(|known| (known.name.clone(), *known.range.end())).collect();
        self.program_of(&largest, 2, Of::Own).ok()
    }

    /// A far instance: the first that violates the law, or else the last that satisfies it; none where the law does not mind, or where nothing is decided so far out.
    pub(super) fn drawn_far(&self, draw: &Draw, class: Class) -> Option<Instance> {
        if !self.minds_its_range() {
            return None;
        }
        let looked_at = LOOKED_AT[usize::from(class == Class::Stationary)];
        let class = if class == Class::Generic { Class::Smooth } else { class };
        let (mut satisfied, mut spent) = (None, 0);
        for number in 0..looked_at {
            let stream = |part| draw.stream(part, draw.index * LOOKED_AT[0] + number);
            let mut attempt = draw.with_streams(stream("far family"), stream("far point"));
            let mut far = stream("far");
            let Ok(instance) = self.drawn_at(&mut attempt, class, Some(&mut far)) else { continue };
            spent += instance.program.tape.len();
            match found(&instance).map(|found| is_satisfied(&instance, &found)) {
                Some(Some(false)) => return Some(instance),
                Some(Some(true)) => satisfied = Some(instance),
                // How often the law is not defined is to be told.
                None if number == 0 => return Some(instance),
                Some(None) | None => {}
            }
            if spent > MOST_OPERATIONS {
                break;
            }
        }
        satisfied
    }

    /// From which numbers instances are drawn.
    pub fn ranges(&self) -> String {
        let near = "parameters and data in [-2, 2], positive ones in [1/4, 17/4], eta in [1/32, 1/2]";
        let near = match self.question.place {
            Where::Anywhere => format!("{near}, gamma in [1/64, 1/4]"),
            Where::Stationary => format!("{near}, gamma and the weights of the mean as grad F = 0 asks for"),
        };
        if !self.minds_its_range() {
            return near;
        }
        let (least, most) = exponents(self.is_algebraic());
        format!("{near}; on every second instance each times a power of two from 2^{least} to 2^{most}")
    }
}
