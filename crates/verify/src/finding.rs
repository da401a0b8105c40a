//! A set of relations judged in one scalar.

use super::detail::{Detail, Side};
use super::exponent::Exponent;
use super::mutant::Mutant;
use super::relation::{Relation, Sense, Term, Text};
use super::scalars::Scalar;
use equipartition_scalar::{Magnitude, Measured, Obstacle, Sign};
use equipartition_statistics::Estimate;
use std::hash::{DefaultHasher, Hash, Hasher};

/// Below `2^-WIDE` of the scale of their terms both sides are vacuous; a control must miss by more.
pub const WIDE: i32 = 20;

/// What one scalar says of one instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Every relation that says something is satisfied.
    Satisfied,
    /// No relation says anything: all sides vanish.
    Vacuous,
    /// A strict inequality whose gap is smaller than the check resolves: the law may hold there or not, and the instance is left out.
    Unresolved,
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
    /// The largest relative amount by which some relation surely fails.
    pub miss: Magnitude,
    /// The largest part by which the gap of a strict inequality falls short of the check's resolution: 1 where there is no gap.
    pub shortfall: Magnitude,
    /// For every systematic mutant, the largest relative amount by which it surely fails.
    pub mutants: Vec<(Mutant, Magnitude)>,
    /// What each kind of relation said, in the order in which they came.
    pub kinds: Vec<Said>,
    /// Exponents that were measured.
    pub exponents: Vec<Exponent>,
    /// Numbers that were estimated on the way, to look at.
    pub quantities: Vec<Quantity>,
    /// Confidence intervals on which the judgement rests.
    pub tests: usize,
    /// Every relation's label with both sides and its residual, for a verbose replay.
    pub details: Vec<Detail>,
}

/// Why an enclosure does not decide where branches meet.
pub const KINK: &str = "an interval contains a kink";

/// What the relations of one kind said on an instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// The kind, [`Label::kind`](super::relation::Label::kind).
    pub kind: Text,
    /// How many relations of it there were.
    pub relations: usize,
    /// How many of them were vacuous.
    pub vacuous: usize,
    /// Their terms, and whether one of that label was there that is not 0 against the relation's scale.
    pub terms: Vec<(Text, bool)>,
    /// Whether they are inequalities.
    pub inequality: bool,
    /// A digest of the values of their terms, by which an instance that is examined twice is known.
    pub print: u64,
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

impl Finding {
    /// Nothing found yet.
    pub(super) fn empty(scalar: Scalar) -> Self {
        Finding {
            scalar,
            status: Status::Satisfied,
            residual: Magnitude::zero(),
            worst: String::new(),
            margin: None,
            miss: Magnitude::zero(),
            shortfall: Magnitude::zero(),
            mutants: Vec::new(),
            kinds: Vec::new(),
            exponents: Vec::new(),
            quantities: Vec::new(),
            tests: 0,
            details: Vec::new(),
        }
    }

    /// No judgement was possible.
    pub fn undecided(scalar: Scalar, why: &'static str) -> Self {
        Finding { status: Status::Undecided(why), ..Finding::empty(scalar) }
    }

    /// What was given is at odds with itself.
    pub fn contradicted(what: String) -> Self {
        let miss = Magnitude::power_of_two(0);
        let residual = miss.clone();
        Finding { status: Status::Violated, worst: what, miss, residual, ..Finding::empty(Scalar::Rational) }
    }

    /// Judges `relations`. With `verbose`, both sides are kept as text.
    pub fn judge<T: Measured>(scalar: Scalar, relations: &[Relation<T>], verbose: bool) -> Self {
        let mut finding = Finding::empty(scalar);
        let statuses = relations.iter().map(|relation| finding.judge_one(relation, verbose)).collect();
        finding.conclude(relations, statuses);
        finding
    }

    /// How many relations there were, and how many of them were vacuous.
    pub fn relations(&self) -> (usize, usize) {
        let sum = |part: fn(&Said) -> usize| self.kinds.iter().map(part).sum();
        (sum(|said| said.relations), sum(|said| said.vacuous))
    }

    /// How far from passing it is; what a control needs.
    pub fn failure(&self) -> Magnitude {
        self.miss.clone().max(self.shortfall.clone())
    }

    /// The status of all relations together, from that of each.
    pub(super) fn conclude<T>(&mut self, relations: &[Relation<T>], statuses: Vec<Status>) {
        for (relation, status) in relations.iter().zip(&statuses) {
            let said = self.said(relation);
            said.relations += 1;
            said.vacuous += usize::from(*status == Status::Vacuous);
        }
        let undecided = statuses.iter().find(|status| matches!(status, Status::Undecided(_)));
        self.status = match undecided {
            _ if statuses.contains(&Status::Violated) => Status::Violated,
            Some(open) => *open,
            None if statuses.contains(&Status::Unresolved) => Status::Unresolved,
            None if statuses.iter().all(|status| *status == Status::Vacuous) => Status::Vacuous,
            None => Status::Satisfied,
        };
    }

    /// What relations of the kind of this one have said so far.
    fn said<T>(&mut self, relation: &Relation<T>) -> &mut Said {
        let kind = &relation.label.kind;
        let place = self.kinds.iter().position(|said| said.kind == *kind).unwrap_or_else(|| {
            let inequality = relation.sense != Sense::Equality;
            self.kinds.push(Said {
                kind: kind.clone(),
                relations: 0,
                vacuous: 0,
                terms: Vec::new(),
                inequality,
                print: 0,
            });
            self.kinds.len() - 1
        });
        &mut self.kinds[place]
    }

    /// Keeps which terms were there, which of them were not 0, and a digest of their entries, each of which `number` tells from others.
    pub(super) fn see<T>(
        &mut self,
        relation: &Relation<T>,
        is_live: impl Fn(&Term<T>) -> bool,
        number: impl Fn(&T) -> u64,
    ) {
        let lives: Vec<(&Text, bool)> = relation.terms().map(|term| (&term.label, is_live(term))).collect();
        let said = self.said(relation);
        let mut digest = DefaultHasher::new();
        said.print.hash(&mut digest);
        relation.terms().flat_map(|term| &term.value).for_each(|entry| number(entry).hash(&mut digest));
        said.print = digest.finish();
        for (label, live) in lives {
            match said.terms.iter_mut().find(|(known, _)| known == label) {
                Some((_, known)) => *known |= live,
                None => said.terms.push((label.clone(), live)),
            }
        }
    }

    fn judge_one<T: Measured>(&mut self, relation: &Relation<T>, verbose: bool) -> Status {
        if relation.repeats_a_label() {
            return Status::Undecided("two terms of a relation have one label");
        }
        if !relation.has_one_shape() {
            return Status::Undecided("the terms of a relation have different shapes");
        }
        let len = relation.len();
        let left = Relation::sum(&relation.left, len);
        let right = Relation::sum(&relation.right, len);
        let difference: Vec<T> = left.iter().zip(&right).map(|(l, r)| l.clone() - r).collect();
        if let Some(obstacle) = difference.iter().find_map(Measured::obstacle) {
            return Status::Undecided(match obstacle {
                Obstacle::NotFinite => "a value is not a finite number",
                Obstacle::Kink => KINK,
            });
        }
        let entries = || relation.terms().flat_map(|term| &term.value);
        let scale = largest(entries(), T::magnitude);
        // A lower bound on the scale: the one to divide by when a residual must be small.
        let sure_scale = largest(entries(), T::mignitude);
        if verbose {
            let residual = Magnitude::ratio_above(&largest(&difference, T::magnitude), &sure_scale);
            self.details.push(Detail::Relation { label: relation.label.to_string(), residual });
            self.details.extend(relation.left.iter().map(|term| Detail::term(Side::Left, term)));
            self.details.extend(relation.right.iter().map(|term| Detail::term(Side::Right, term)));
        }
        let reference = largest(&relation.reference, T::magnitude).max(scale.clone());
        let nothing = reference.scaled(-WIDE);
        self.see(relation, |term| largest(&term.value, T::mignitude) > nothing, print);
        if let Sense::Less { resolution } = relation.sense {
            return self.judge_strict(relation, &difference, &reference, resolution);
        }
        let sides = largest(left.iter().chain(&right), T::magnitude);
        if sides <= nothing {
            // Both sides vanish. If they do not even agree to that, the relation is still violated.
            let excess = match relation.sense {
                Sense::Equality => largest(&difference, T::mignitude),
                _ => largest(difference.iter().filter(|entry| entry.sign() == Some(Sign::Positive)), T::mignitude),
            };
            let miss = Magnitude::ratio_below(&excess, &reference);
            return if miss > self.scalar.noise() { self.violate(relation, miss) } else { Status::Vacuous };
        }
        if relation.sense != Sense::Equality {
            return self.judge_inequality(relation, &difference, &scale);
        }
        self.mutate(relation, &difference, &scale);
        let residual = Magnitude::ratio_above(&largest(&difference, T::magnitude), &sure_scale);
        let miss = Magnitude::ratio_below(&largest(&difference, T::mignitude), &scale);
        if self.worst.is_empty() || residual > self.residual {
            self.worst = relation.label.to_string();
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

    pub(super) fn violate<T>(&mut self, relation: &Relation<T>, miss: Magnitude) -> Status {
        if miss > self.miss || self.miss.is_zero() {
            self.worst = relation.label.to_string();
            self.miss = miss;
        }
        Status::Violated
    }

    /// Keeps the smallest margin.
    pub(super) fn narrow(&mut self, margin: Magnitude) {
        self.margin = Some(match self.margin.take() {
            Some(smallest) => smallest.min(margin),
            None => margin,
        });
    }

    fn judge_inequality<T: Measured>(&mut self, relation: &Relation<T>, difference: &[T], scale: &Magnitude) -> Status {
        let mut undecided = false;
        for entry in difference {
            let size = Magnitude::ratio_below(&entry.mignitude(), scale);
            match entry.sign() {
                Some(Sign::Positive) if size > self.scalar.noise() => return self.violate(relation, size),
                Some(Sign::Negative) if size > self.scalar.noise() => self.narrow(size),
                Some(Sign::Zero) if self.scalar == Scalar::Rational => self.margin = Some(Magnitude::zero()),
                _ => undecided = true,
            }
        }
        if undecided {
            return Status::Undecided("the inequality is too tight to decide at this precision");
        }
        self.attack(relation, difference, scale);
        Status::Satisfied
    }

    /// A strict inequality: the gap is compared with what the check resolves, and with the scalar's own noise.
    fn judge_strict<T: Measured>(
        &mut self,
        relation: &Relation<T>,
        difference: &[T],
        scale: &Magnitude,
        resolution: i32,
    ) -> Status {
        let resolved = Magnitude::power_of_two(-resolution);
        if resolved <= self.scalar.noise() {
            return Status::Undecided("the inequality asks for a finer resolution than this precision has");
        }
        let mut unresolved = false;
        for entry in difference {
            let (least, most) =
                (Magnitude::ratio_below(&entry.mignitude(), scale), Magnitude::ratio_above(&entry.magnitude(), scale));
            match entry.sign() {
                Some(Sign::Positive) if least > self.scalar.noise() => {
                    self.shortfall = Magnitude::power_of_two(0);
                    return self.violate(relation, least);
                }
                // In the rationals no gap is no gap.
                Some(Sign::Zero) if self.scalar == Scalar::Rational => {
                    self.shortfall = Magnitude::power_of_two(0);
                    return self.violate(relation, Magnitude::zero());
                }
                Some(Sign::Negative) if least > resolved => self.narrow(least),
                _ if most <= resolved => {
                    let short = Magnitude::ratio_above(&most, &resolved).complement_below();
                    self.shortfall = self.shortfall.clone().max(short);
                    unresolved = true;
                }
                _ => return Status::Undecided("the gap of a strict inequality is too close to the check's resolution"),
            }
        }
        if unresolved {
            if self.worst.is_empty() {
                self.worst = relation.label.to_string();
            }
            return Status::Unresolved;
        }
        self.attack(relation, difference, scale);
        Status::Satisfied
    }
}

/// What tells a number from most others: its size to a double's digits, and its sign.
fn print<T: Measured>(number: &T) -> u64 {
    let size = number.magnitude().log2().to_bits();
    if number.sign() == Some(Sign::Negative) { !size } else { size }
}

fn largest<'a, T: 'a>(values: impl IntoIterator<Item = &'a T>, measure: impl Fn(&T) -> Magnitude) -> Magnitude {
    values.into_iter().map(measure).fold(Magnitude::zero(), Magnitude::max)
}
