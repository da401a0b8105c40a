//! The law that holds and is nearest to one that does not.
//!
//! A law is a vector of coefficients of its terms, and so is every law that holds: they are the null space of the terms' values. Nearest is the one that differs
//! in the fewest terms. The terms are taken as they are written, and with brackets multiplied out; where no change of theirs suffices, a kind of
//! [candidates](super::candidates) is put beside them, which counts as one change. Changes are tried in the order of `STEPS`, and what is found has to hold when it is judged
//! as every law is, and not for every loss.

use super::candidates::{Kind, kinds};
use super::change::Change;
use super::formula::law as written_law;
use super::lift;
use super::relate::examined;
use super::sides::{self, Turned};
use super::space::{Space, advance};
use super::values::{Constants, Loss, Terms};
use crate::formula::law::Question;
use crate::formula::read::Texts;
use crate::formula::{Answer, FormulaLaw};
use crate::scalar::Residue;
use crate::verify::{Settings, Verdict};
use equipartition_formula::{Assertion, Coefficient, Grain, Summand};
use num_traits::Zero;

/// A law that holds in place of one that does not.
pub struct Nearest {
    /// The law.
    pub text: String,
    /// In what it differs.
    pub changes: Vec<Change>,
    /// What became of it.
    pub answer: Answer,
}

/// What came of the search.
pub struct Search {
    /// The nearest law, if there is one within reach.
    pub found: Option<Nearest>,
    /// The kinds of further terms that were offered.
    pub offered: Vec<String>,
}

/// How many coefficients change, and whether a kind of further terms comes in.
#[derive(Clone, Copy, Debug)]
struct Step {
    grain: Grain,
    changes: usize,
    further: bool,
}

const fn step(grain: Grain, changes: usize, further: bool) -> Step {
    Step { grain, changes, further }
}

/// What is tried, in this order.
const STEPS: [Step; 9] = [
    step(Grain::Written, 1, false),
    step(Grain::Distributed, 1, false),
    step(Grain::Written, 0, true),
    step(Grain::Distributed, 0, true),
    step(Grain::Written, 2, false),
    step(Grain::Distributed, 2, false),
    step(Grain::Written, 1, true),
    step(Grain::Distributed, 1, true),
    step(Grain::Distributed, 3, false),
];
/// After so many of them products of matrices are taken on the other side.
const STEPS_BEFORE_SIDES: usize = 2;
/// The most terms of a law that is searched for changes.
const MOST_TERMS: usize = 16;
/// The most further terms in all.
const MOST_FURTHER: usize = 48;
/// Of each step so many solutions get their coefficients, the shortest first, and so many are judged.
const MOST_LIFTED: usize = 12;
const MOST_JUDGED: usize = 4;

/// Terms of the law at one grain, each with its column.
struct Level {
    grain: Grain,
    summands: Vec<Summand>,
    columns: Vec<usize>,
}

impl Level {
    /// The coefficient in `sum_j c_j term_j = 0`.
    fn signed(&self, place: usize) -> Coefficient {
        signed(&self.summands[place], &self.summands[place].coefficient)
    }
}

fn signed(summand: &Summand, coefficient: &Coefficient) -> Coefficient {
    let negated = if summand.is_right { coefficient.negated() } else { None };
    negated.unwrap_or_else(|| coefficient.clone())
}

/// One vector that is near the law.
struct Solution {
    /// The places of the level whose coefficients change.
    changed: Vec<usize>,
    /// The columns of further terms, with the kind's place.
    further: Vec<usize>,
    kind: Option<usize>,
}

/// A solution with its coefficients, signed as in the law.
struct Lifted {
    changed: Vec<(usize, Coefficient)>,
    further: Vec<(usize, Coefficient)>,
    kind: Option<usize>,
}

impl Lifted {
    /// How much there is to read of the law, what is further more than what was there.
    fn length(&self, level: &Level) -> usize {
        const FURTHER: usize = 8;
        let of_term = |(place, summand): (usize, &Summand)| {
            let changed = self.changed.iter().find(|(changed, _)| *changed == place);
            changed.map_or(&summand.coefficient, |(_, coefficient)| coefficient).length()
        };
        let further = self.further.iter().map(|(_, coefficient)| FURTHER + coefficient.length());
        level.summands.iter().enumerate().map(of_term).chain(further).sum()
    }

    fn begins_with_minus(&self, level: &Level) -> bool {
        let first = self.changed.iter().find(|(changed, _)| *changed == 0).map(|(_, coefficient)| coefficient);
        first.or(level.summands.first().map(|summand| &summand.coefficient)).is_some_and(Coefficient::is_negative)
    }
}

/// What stands before the terms of a law.
pub fn prefix(law: &FormulaLaw) -> String {
    let binders = law.question.law.statement().binders.iter().map(|binder| match &binder.size {
        Some((size, _)) => format!("{} in {size}", binder.name),
        None => binder.name.clone(),
    });
    let binders: Vec<String> = binders.collect();
    if binders.is_empty() { String::new() } else { format!("for {}: ", binders.join(", ")) }
}

/// Finds the nearest law to one that is refuted; none where the law is no equality, or has too many terms.
pub fn nearest(texts: &Texts<'_>, law: &FormulaLaw, settings: &Settings, instances: u64) -> Option<Search> {
    if law.question.law.assertion != Assertion::Equality {
        return None;
    }
    let mut columns: Vec<String> = Vec::new();
    let mut column = |term: &str| {
        columns.iter().position(|known| known == term).unwrap_or_else(|| {
            columns.push(term.to_owned());
            columns.len() - 1
        })
    };
    let mut levels: Vec<Level> = Vec::new();
    for grain in [Grain::Written, Grain::Distributed] {
        let summands = together(law.question.law.summands(grain));
        if summands.is_empty() || summands.len() > MOST_TERMS || levels.iter().any(|level| level.summands == summands) {
            continue;
        }
        let columns = summands.iter().map(|summand| column(&summand.term)).collect();
        levels.push(Level { grain, summands, columns });
    }
    let prefix = prefix(law);
    let first = levels.first()?.summands.iter().find(|summand| summand.term != "1")?.term.clone();
    let signature = &law.question.model.signature;
    let fits = |term: &String| law.question.law.another(signature, &format!("{prefix}({first}) = ({term})")).is_ok();
    let mut kinds: Vec<Kind> = kinds(&law.question);
    let mut budget = MOST_FURTHER;
    for kind in &mut kinds {
        kind.terms.retain(fits);
        kind.terms.truncate(budget);
        budget -= kind.terms.iter().filter(|term| !columns.contains(term)).count().min(budget);
        for term in &kind.terms {
            if !columns.contains(term) {
                columns.push(term.clone());
            }
        }
    }
    kinds.retain(|kind| !kind.terms.is_empty());
    let terms = Terms::read(&law.question, &prefix, &columns, settings.seed).ok()?;
    let constants = Constants::draw(settings.seed, u64::MAX);
    let all: Vec<usize> = (0..columns.len()).collect();
    let space = |of: Loss| terms.relations(&all, &constants, of).map(|basis| Space { terms: columns.len(), basis });
    let own = space(Loss::Own).ok()?;
    // Where losses without structure have no instances, the judge still tells tautologies.
    let generic = space(Loss::Generic).unwrap_or(Space { terms: columns.len(), basis: Vec::new() });
    let of_law: Vec<usize> = levels.iter().flat_map(|level| level.columns.iter().copied()).collect();
    drop_repeated(&mut kinds, &columns, &of_law, &generic);
    let offered = kinds.iter().map(|kind| kind.name.clone()).collect();
    let question = &law.question;
    let search =
        Seeker { question, texts, prefix, columns, levels, kinds, terms, constants, own, generic, settings, instances };
    Some(Search { found: search.run(), offered })
}

/// Leaves out the further terms that are sums of others for every loss: of the law's, or of those of their kind before them.
fn drop_repeated(kinds: &mut Vec<Kind>, columns: &[String], of_law: &[usize], generic: &Space) {
    for kind in kinds.iter_mut() {
        let mut kept = of_law.to_vec();
        kind.terms.retain(|term| {
            let column = columns.iter().position(|known| known == term).filter(|column| !kept.contains(column));
            let Some(column) = column else { return false };
            kept.push(column);
            let is_new = generic.within(&kept).iter().all(|vector| vector[column].is_zero());
            if !is_new {
                kept.pop();
            }
            is_new
        });
    }
    kinds.retain(|kind| !kind.terms.is_empty());
}

/// Equal terms of both sides taken together, on the left.
fn together(summands: Vec<Summand>) -> Vec<Summand> {
    let mut all: Vec<Summand> = Vec::new();
    for summand in summands {
        match all.iter_mut().find(|known| known.term == summand.term) {
            None => all.push(summand),
            Some(known) => {
                let sum = signed(known, &known.coefficient).plus(&signed(&summand, &summand.coefficient));
                known.coefficient = sum.unwrap_or_default();
                known.is_right = false;
            }
        }
    }
    all
}

struct Seeker<'a> {
    question: &'a Question,
    texts: &'a Texts<'a>,
    prefix: String,
    columns: Vec<String>,
    levels: Vec<Level>,
    kinds: Vec<Kind>,
    terms: Terms,
    constants: Constants,
    own: Space,
    generic: Space,
    settings: &'a Settings,
    instances: u64,
}

impl Seeker<'_> {
    fn run(&self) -> Option<Nearest> {
        for (number, step) in STEPS.into_iter().enumerate() {
            if number == STEPS_BEFORE_SIDES
                && let Some(nearest) = self.turned()
            {
                return Some(nearest);
            }
            let Some(level) = self.levels.iter().find(|level| level.grain == step.grain) else { continue };
            let mut solutions = self.solutions(level, step);
            let is_law = |vector: Vec<Residue>| !self.generic.contains(&vector);
            solutions.retain(|solution| self.vector(level, solution).is_some_and(is_law));
            let mut lifted: Vec<Lifted> =
                solutions.iter().take(MOST_LIFTED).filter_map(|solution| self.lifted(level, solution)).collect();
            // Of two that are as long the one that does not begin with a minus.
            lifted.sort_by_key(|lifted| (lifted.length(level), lifted.begins_with_minus(level)));
            let mut judged = lifted.iter().take(MOST_JUDGED).filter_map(|lifted| self.judged(level, lifted));
            if let Some(nearest) = judged.next() {
                return Some(nearest);
            }
        }
        None
    }

    /// With products of matrices on the other side, if that is in the null space of its own terms.
    fn turned(&self) -> Option<Nearest> {
        let all = self.levels.iter().flat_map(|level| sides::turned(&level.summands));
        all.filter(|law| self.is_null(&law.terms) == Some(true)).find_map(|Turned { terms, changes }| {
            let terms: Vec<_> =
                terms.iter().map(|(is_right, coefficient, term)| (*is_right, coefficient.clone(), &**term)).collect();
            self.held(written_law(&self.prefix, &terms), changes)
        })
    }

    /// Whether a law of terms of its own holds on the instances that a null space takes; none if it cannot be read.
    fn is_null(&self, terms: &[(bool, Coefficient, String)]) -> Option<bool> {
        let (mut columns, mut vector): (Vec<String>, Vec<Residue>) = (Vec::new(), Vec::new());
        for (is_right, coefficient, term) in terms {
            let coefficient = if *is_right { coefficient.negated()? } else { coefficient.clone() };
            let value = self.constants.value(&coefficient);
            match columns.iter().position(|known| known == term) {
                Some(place) => vector[place] += value,
                None => {
                    columns.push(term.clone());
                    vector.push(value);
                }
            }
        }
        let read = Terms::read(self.question, &self.prefix, &columns, self.settings.seed).ok()?;
        let all: Vec<usize> = (0..columns.len()).collect();
        let basis = read.relations(&all, &self.constants, Loss::Own).ok()?;
        Some(Space { terms: columns.len(), basis }.contains(&vector))
    }

    /// The law, if the judge finds that it holds.
    fn held(&self, text: String, changes: Vec<Change>) -> Option<Nearest> {
        let answer = examined(self.texts, &text, self.settings, self.instances)?;
        (answer.report.verdict == Verdict::Holds).then_some(Nearest { text, changes, answer })
    }

    fn known(&self, level: &Level, changed: &[usize]) -> Vec<(usize, Residue)> {
        let places = (0..level.summands.len()).filter(|place| !changed.contains(place));
        places.map(|place| (level.columns[place], self.constants.value(&level.signed(place)))).collect()
    }

    fn free(&self, level: &Level, solution: &Solution) -> Vec<usize> {
        solution.changed.iter().map(|place| level.columns[*place]).chain(solution.further.iter().copied()).collect()
    }

    fn vector(&self, level: &Level, solution: &Solution) -> Option<Vec<Residue>> {
        self.own.only(&self.known(level, &solution.changed), &self.free(level, solution))
    }

    fn solutions(&self, level: &Level, step: Step) -> Vec<Solution> {
        let count = level.summands.len();
        if step.changes >= count {
            return Vec::new();
        }
        let mut found = Vec::new();
        let mut changed: Vec<usize> = (0..step.changes).collect();
        loop {
            let known = self.known(level, &changed);
            if known.iter().any(|(_, value)| !value.is_zero()) {
                if step.further {
                    found
                        .extend((0..self.kinds.len()).filter_map(|kind| self.with_kind(level, &changed, &known, kind)));
                } else {
                    let solution = Solution { changed: changed.clone(), further: Vec::new(), kind: None };
                    if self.own.only(&known, &self.free(level, &solution)).is_some() {
                        found.push(solution);
                    }
                }
            }
            if changed.is_empty() || !advance(&mut changed, count) {
                return found;
            }
        }
    }

    /// With as few of the terms of a kind as do.
    fn with_kind(&self, level: &Level, changed: &[usize], known: &[(usize, Residue)], kind: usize) -> Option<Solution> {
        let column = |term: &String| self.columns.iter().position(|known| known == term);
        let further: Vec<usize> = self.kinds[kind].terms.iter().filter_map(column).collect();
        let further = further.into_iter().filter(|column| !level.columns.contains(column)).collect();
        let mut solution = Solution { changed: changed.to_vec(), further, kind: Some(kind) };
        self.own.some(known, &self.free(level, &solution))?;
        for place in (0..solution.further.len()).rev() {
            let removed = solution.further.remove(place);
            if self.own.some(known, &self.free(level, &solution)).is_none() {
                solution.further.insert(place, removed);
            }
        }
        (!solution.further.is_empty()).then_some(solution)
    }

    /// The coefficients as functions of the rates.
    fn lifted(&self, level: &Level, solution: &Solution) -> Option<Lifted> {
        let known = (0..level.summands.len()).filter(|place| !solution.changed.contains(place));
        let known: Vec<_> = known.map(|place| (level.columns[place], level.signed(place))).collect();
        let free = self.free(level, solution);
        let found = lift::coefficients(&self.terms, &known, &free, self.settings.seed)?;
        let (changed, further) = found.split_at(solution.changed.len());
        let changed = solution
            .changed
            .iter()
            .zip(changed)
            .map(|(place, (_, coefficient))| (*place, signed(&level.summands[*place], coefficient)));
        // What is further stands on the right.
        let further: Option<Vec<_>> =
            further.iter().map(|(column, coefficient)| Some((*column, coefficient.negated()?))).collect();
        Some(Lifted { changed: changed.collect(), further: further?, kind: solution.kind })
    }

    fn judged(&self, level: &Level, lifted: &Lifted) -> Option<Nearest> {
        let mut changes = Vec::new();
        let mut terms: Vec<(bool, Coefficient, &str)> = Vec::new();
        for (place, summand) in level.summands.iter().enumerate() {
            let from = &summand.coefficient;
            let to = lifted.changed.iter().find(|(changed, _)| *changed == place).map_or(from, |(_, to)| to);
            if to.is_zero() && !from.is_zero() {
                changes.push(Change::Without { term: with_sign(from, &summand.term) });
            } else if to != from {
                changes.push(Change::Coefficient { term: summand.term.clone(), from: from.clone(), to: to.clone() });
            }
            terms.push((summand.is_right, to.clone(), &summand.term));
        }
        for (column, coefficient) in &lifted.further {
            let kind = lifted.kind.map_or_else(String::new, |kind| self.kinds[kind].name.clone());
            changes.push(Change::Further { term: with_sign(coefficient, &self.columns[*column]), kind });
            terms.push((true, coefficient.clone(), &self.columns[*column]));
        }
        self.held(written_law(&self.prefix, &terms), changes)
    }
}

fn with_sign(coefficient: &Coefficient, term: &str) -> String {
    let (is_negative, written) = Summand::written(coefficient, term);
    if is_negative { format!("-{written}") } else { written }
}
