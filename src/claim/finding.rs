//! A set of relations judged in one scalar.

use super::order::Exponent;
use super::relation::{Kind, Relation};
use crate::dynamics::statistics::Estimate;
use crate::scalar::{Field, Magnitude, Measured, Obstacle, Sign};
use std::fmt;

/// Below `2^-WIDE` of the scale of their terms both sides are vacuous; a control must miss by more.
pub const WIDE: i32 = 20;
/// Bits of slack of a converged residual: at precision `p` it is at most `2^(SLACK - p)`.
pub const SLACK: i32 = 40;

/// The scalars in which a verdict can be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scalar {
    /// Exact rationals.
    Rational,
    /// Outward-rounded intervals of this many bits.
    Interval(u32),
    /// MPFR floats of this many bits.
    Mp(u32),
    /// Differences at small step sizes in MPFR floats of this many bits, extrapolated to step size 0 ([`super::order`]).
    Order(u32),
    /// Machine doubles along a run; they support other evidence and are none by themselves.
    Double,
    /// Averages over a run of this many steps, with confidence intervals ([`super::simulation`]).
    Simulation(u64),
}

impl Scalar {
    /// The relative residual up to which an equality counts as satisfied.
    pub fn tolerance(self) -> Magnitude {
        match self {
            Scalar::Rational => Magnitude::zero(),
            // An enclosure of a true identity has about the working precision's width; half of the digits are left for
            // the dependency problem, and a wider one is undecided, never satisfied.
            Scalar::Interval(bits) => Magnitude::power_of_two(-(bits as i32) / 2),
            Scalar::Mp(bits) => Magnitude::power_of_two(SLACK - bits as i32),
            // Differences are known to a part in 2^192; the rest is left to the extrapolation.
            Scalar::Order(_) => Magnitude::power_of_two(-64),
            // Every step of a run rounds some dozens of times, and sums are compensated.
            Scalar::Double => Magnitude::power_of_two(-40),
            Scalar::Simulation(_) => Magnitude::zero(),
        }
    }

    /// The relative amount above which a miss counts as a violation. In the rationals and in intervals a miss is a proof,
    /// however small; in floats it has to exceed rounding.
    fn noise(self) -> Magnitude {
        match self {
            Scalar::Rational | Scalar::Interval(_) | Scalar::Simulation(_) => Magnitude::zero(),
            Scalar::Mp(_) | Scalar::Order(_) | Scalar::Double => self.tolerance(),
        }
    }
}

impl fmt::Display for Scalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Scalar::Rational => write!(f, "rational"),
            Scalar::Interval(bits) => write!(f, "interval, {bits} bits"),
            Scalar::Mp(bits) => write!(f, "mpfr, {bits} bits"),
            Scalar::Order(bits) => write!(f, "order, mpfr, {bits} bits"),
            Scalar::Double => write!(f, "double"),
            Scalar::Simulation(steps) => write!(f, "simulation, {steps} steps"),
        }
    }
}

/// What one scalar says of one instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Every relation that says something is satisfied.
    Satisfied,
    /// No relation says anything: all sides vanish.
    Vacuous,
    /// Some relation is violated.
    Violated,
    /// Not decided: a number that is not finite, a kink inside an interval, or an enclosure too wide.
    Undecided(&'static str),
}

/// The judgement of an instance's relations in one scalar.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The scalar.
    pub scalar: Scalar,
    /// The judgement.
    pub status: Status,
    /// The worst relative residual of the equalities, rounded up.
    pub residual: Magnitude,
    /// The relation with the worst residual or the violation.
    pub worst: String,
    /// The smallest relative margin of the inequalities, if there are any.
    pub margin: Option<Magnitude>,
    /// The largest relative amount by which some relation surely fails; what a control needs.
    pub miss: Magnitude,
    /// For every systematic mutant, the largest relative amount by which it surely fails.
    pub mutants: Vec<(Mutant, Magnitude)>,
    /// How many relations were vacuous, and how many there were.
    pub vacuous: (usize, usize),
    /// Exponents that were measured.
    pub exponents: Vec<Exponent>,
    /// Numbers that were estimated on the way, to look at.
    pub quantities: Vec<Quantity>,
    /// Confidence intervals on which the judgement rests.
    pub tests: usize,
    /// Every relation's label with both sides and its residual, for a verbose replay.
    pub details: Vec<String>,
}

/// A number estimated along a run, beside what two theories say of it. It is shown; the judgement rests on the relations.
#[derive(Clone, Debug, PartialEq)]
pub struct Quantity {
    /// What it is, as a formula.
    pub label: String,
    /// The estimate with half the width of its 95 % confidence interval.
    pub estimate: Estimate,
    /// What the claim says.
    pub predicted: f64,
    /// What another theory says, and which.
    pub alternative: (String, f64),
}

/// What a wrong formula has in place of one of its terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Nothing.
    Dropped,
    /// The term with the other sign.
    Negated,
    /// Twice the term.
    Doubled,
}

impl Change {
    /// Every change. Inequalities are attacked with the first two only: doubling a bound weakens them.
    pub const ALL: [Change; 3] = [Change::Dropped, Change::Negated, Change::Doubled];

    /// What is added to the term, in multiples of it.
    pub(super) fn multiple(self) -> i64 {
        match self {
            Change::Dropped => -1,
            Change::Negated => -2,
            Change::Doubled => 1,
        }
    }
}

/// A formula that is wrong in one term.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mutant {
    /// The term's label.
    pub term: String,
    /// What is wrong with it.
    pub change: Change,
}

impl Mutant {
    /// Makes every relation that has the term wrong.
    pub fn apply<T: Field>(&self, relations: &mut [Relation<T>]) {
        let factor = T::integer(1 + self.change.multiple());
        let terms = relations.iter_mut().flat_map(|relation| relation.left.iter_mut().chain(&mut relation.right));
        for term in terms.filter(|term| term.label == self.term) {
            for entry in &mut term.value {
                *entry *= &factor;
            }
        }
    }
}

impl fmt::Display for Mutant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let change = match self.change {
            Change::Dropped => "dropped",
            Change::Negated => "negated",
            Change::Doubled => "doubled",
        };
        write!(f, "{} {change}", self.term)
    }
}

impl Finding {
    /// Nothing found yet about so many relations.
    pub(super) fn empty(scalar: Scalar, relations: usize) -> Self {
        Finding {
            scalar,
            status: Status::Satisfied,
            residual: Magnitude::zero(),
            worst: String::new(),
            margin: None,
            miss: Magnitude::zero(),
            mutants: Vec::new(),
            vacuous: (0, relations),
            exponents: Vec::new(),
            quantities: Vec::new(),
            tests: 0,
            details: Vec::new(),
        }
    }

    /// No judgement was possible.
    pub fn undecided(scalar: Scalar, why: &'static str) -> Self {
        Finding { status: Status::Undecided(why), ..Finding::empty(scalar, 0) }
    }

    /// Judges `relations`. With `verbose`, both sides are kept as text.
    pub fn judge<T: Measured>(scalar: Scalar, relations: &[Relation<T>], verbose: bool) -> Self {
        let mut finding = Finding::empty(scalar, relations.len());
        let statuses = relations.iter().map(|relation| finding.judge_one(relation, verbose)).collect();
        finding.conclude(statuses);
        finding
    }

    /// The status of all relations together, from that of each.
    pub(super) fn conclude(&mut self, statuses: Vec<Status>) {
        self.vacuous.0 = statuses.iter().filter(|status| **status == Status::Vacuous).count();
        let undecided = statuses.iter().find(|status| matches!(status, Status::Undecided(_)));
        self.status = match undecided {
            _ if statuses.contains(&Status::Violated) => Status::Violated,
            Some(open) => *open,
            None if self.vacuous.0 == self.vacuous.1 => Status::Vacuous,
            None => Status::Satisfied,
        };
    }

    fn judge_one<T: Measured>(&mut self, relation: &Relation<T>, verbose: bool) -> Status {
        let len = relation.len();
        let left = Relation::sum(&relation.left, len);
        let right = Relation::sum(&relation.right, len);
        let difference: Vec<T> = left.iter().zip(&right).map(|(l, r)| l.clone() - r).collect();
        if let Some(obstacle) = difference.iter().find_map(Measured::obstacle) {
            return Status::Undecided(match obstacle {
                Obstacle::NotFinite => "a value is not a finite number",
                Obstacle::Kink => "an interval contains a kink",
            });
        }
        let terms = || relation.left.iter().chain(&relation.right);
        let entries = || terms().flat_map(|term| &term.value);
        let scale = largest(entries(), T::magnitude);
        // A lower bound on the scale: the one to divide by when a residual must be small.
        let sure_scale = largest(entries(), T::mignitude);
        if verbose {
            let residual = Magnitude::ratio_above(&largest(&difference, T::magnitude), &sure_scale);
            self.details.push(format!("{}: relative residual {residual}", relation.label));
            for term in &relation.left {
                self.details.push(format!("    left   {} = {:?}", term.label, term.value));
            }
            for term in &relation.right {
                self.details.push(format!("    right  {} = {:?}", term.label, term.value));
            }
        }
        let sides = largest(left.iter().chain(&right), T::magnitude);
        let reference = largest(&relation.reference, T::magnitude).max(scale.clone());
        if sides <= reference.scaled(-WIDE) {
            // Both sides vanish. If they do not even agree to that, the relation is still violated.
            let miss = Magnitude::ratio_below(&largest(&difference, T::mignitude), &reference);
            return if miss > self.scalar.noise() { self.violate(relation, miss) } else { Status::Vacuous };
        }
        match relation.kind {
            Kind::Equality => {
                self.mutate(relation, &difference, &scale);
                let residual = Magnitude::ratio_above(&largest(&difference, T::magnitude), &sure_scale);
                let miss = Magnitude::ratio_below(&largest(&difference, T::mignitude), &scale);
                if self.worst.is_empty() || residual > self.residual {
                    self.worst.clone_from(&relation.label);
                    self.residual = residual.clone();
                }
                if miss > self.scalar.noise() {
                    self.violate(relation, miss)
                } else if residual > self.scalar.tolerance() {
                    Status::Undecided("the enclosure is too wide")
                } else {
                    Status::Satisfied
                }
            }
            Kind::AtMost => self.judge_inequality(relation, &difference, &scale),
        }
    }

    pub(super) fn violate<T>(&mut self, relation: &Relation<T>, miss: Magnitude) -> Status {
        if miss > self.miss {
            self.worst.clone_from(&relation.label);
            self.miss = miss;
        }
        Status::Violated
    }

    fn judge_inequality<T: Measured>(&mut self, relation: &Relation<T>, difference: &[T], scale: &Magnitude) -> Status {
        let mut undecided = false;
        for entry in difference {
            let size = Magnitude::ratio_below(&entry.mignitude(), scale);
            match entry.sign() {
                Some(Sign::Positive) if size > self.scalar.noise() => return self.violate(relation, size),
                Some(Sign::Negative) if size > self.scalar.noise() => {
                    self.margin = Some(match self.margin.take() {
                        Some(smallest) => smallest.min(size),
                        None => size,
                    });
                }
                Some(Sign::Zero) if self.scalar == Scalar::Rational => self.margin = Some(Magnitude::zero()),
                _ => undecided = true,
            }
        }
        if undecided {
            return Status::Undecided("the inequality is too tight to decide at this precision");
        }
        // Without its right side, or with the wrong sign, the inequality must fail.
        let right = Relation::sum(&relation.right, difference.len());
        for change in [Change::Dropped, Change::Negated] {
            let factor = T::integer(-change.multiple());
            let miss = difference
                .iter()
                .zip(&right)
                .map(|(entry, bound)| T::product(&factor, bound) + entry)
                .filter(|entry| entry.sign() == Some(Sign::Positive))
                .map(|entry| Magnitude::ratio_below(&entry.mignitude(), scale))
                .fold(Magnitude::zero(), Magnitude::max);
            self.record_mutant(Mutant { term: relation.right[0].label.to_owned(), change }, miss);
        }
        Status::Satisfied
    }

    /// Tries every systematic mutant of an equality: a term dropped, negated, doubled.
    fn mutate<T: Field + Measured>(&mut self, relation: &Relation<T>, difference: &[T], scale: &Magnitude) {
        let sides = relation.left.iter().map(|term| (term, 1)).chain(relation.right.iter().map(|term| (term, -1)));
        for (term, side) in sides {
            for change in Change::ALL {
                let factor = T::integer(change.multiple() * side);
                let miss = difference
                    .iter()
                    .zip(&term.value)
                    .map(|(residual, entry)| (T::product(&factor, entry) + residual).mignitude())
                    .fold(Magnitude::zero(), Magnitude::max);
                let mutant = Mutant { term: term.label.to_owned(), change };
                self.record_mutant(mutant, Magnitude::ratio_below(&miss, scale));
            }
        }
    }

    /// Keeps the widest miss of each mutant.
    pub(super) fn record_mutant(&mut self, mutant: Mutant, miss: Magnitude) {
        match self.mutants.iter_mut().find(|(known, _)| *known == mutant) {
            Some((_, widest)) if miss > *widest => *widest = miss,
            Some(_) => {}
            None => self.mutants.push((mutant, miss)),
        }
    }
}

fn largest<'a, T: 'a>(values: impl IntoIterator<Item = &'a T>, measure: impl Fn(&T) -> Magnitude) -> Magnitude {
    values.into_iter().map(measure).fold(Magnitude::zero(), Magnitude::max)
}
