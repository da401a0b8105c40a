//! What the kinds of relations said over a run: how often, on how many independent draws, and with which bound.

use super::draw::POINTS_PER_FAMILY;
use super::examination::{Examination, Place};
use super::finding::Said;
use super::identity::Expansion;
use super::relation::Text;
use super::simulation::ERROR_BITS;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};

/// What the relations of one kind said over a run.
#[derive(Clone, Debug, PartialEq)]
pub struct KindReport {
    /// The kind.
    pub kind: String,
    /// Whether they are inequalities.
    pub inequality: bool,
    /// Instances that have such a relation and satisfy the law.
    pub instances: usize,
    /// Those of them on which all its relations are vacuous.
    pub vacuous: usize,
    /// Terms that are 0 on all instances.
    pub idle: Vec<String>,
    /// The instances on which it said something, counted in independent draws. Where all that was seen is the same, it was one.
    pub draws: usize,
    /// Bits of the Schwartz-Zippel bound: if the relation fails on any one of the [`families`](KindReport::families), that was missed with
    /// probability at most `2^-bound_bits`.
    pub bound_bits: Option<f64>,
    /// The generic families that the bound speaks of.
    pub families: usize,
    /// What expansions of its residuals have shown.
    pub expanded: Expanded,
}

/// On how many instances residuals were expanded, and what came of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expanded {
    /// The instances on which it was tried.
    pub tried: usize,
    /// Those on which the residuals are the zero polynomial.
    pub identities: usize,
    /// Those of them on which that is shown of the piece on which the point lies only, since comparisons of values chose it.
    pub on_pieces: usize,
    /// Those on which the expansion was given up, because it takes more than it may.
    pub too_large: usize,
}

impl Expanded {
    fn count(&mut self, found: Expansion) {
        self.tried += 1;
        self.identities += usize::from(found.is_identity());
        self.on_pieces += usize::from(found == Expansion::OnPiece);
        self.too_large += usize::from(found == Expansion::TooLarge);
    }

    /// Whether the counts are possible.
    pub fn adds_up(&self) -> bool {
        self.on_pieces <= self.identities && self.identities.saturating_add(self.too_large) <= self.tried
    }

    /// What it was not tried on is not counted, and makes no member of a document.
    pub fn is_untried(&self) -> bool {
        self.tried == 0
    }
}

impl KindReport {
    /// The share of draws that may violate the relation although none did, at confidence `1 - 2^-30`: of `n` independent draws none would have
    /// met a share `p` with probability `(1 - p)^n`.
    pub fn open_share(&self) -> f64 {
        -(-f64::from(ERROR_BITS) * std::f64::consts::LN_2 / self.draws as f64).exp_m1()
    }
}

/// What a kind of relation said so far.
struct Heard {
    kind: Text,
    inequality: bool,
    instances: usize,
    vacuous: usize,
    terms: Vec<(Text, bool)>,
    /// The independent draws on which it said something.
    draws: BTreeSet<(usize, u64)>,
    /// What was seen of the instances.
    prints: BTreeSet<u64>,
    /// The bound, by family; none where its points are points of different polynomials.
    families: BTreeMap<(usize, u64), Option<FamilyBound>>,
    /// The instances that have one, and what was seen of their values.
    bounded: (usize, BTreeSet<u64>),
    expanded: Expanded,
}

/// The bound of the points of one family.
#[derive(Clone, Copy)]
struct FamilyBound {
    bits: f64,
    polynomials: u128,
}

impl FamilyBound {
    /// With another point. Its bound multiplies this one if it is one of the same polynomials. Otherwise what was drawn for the point has chosen the
    /// polynomial, and the lemma says nothing.
    fn and(self, other: Self) -> Option<Self> {
        let same = self.polynomials == other.polynomials;
        same.then_some(FamilyBound { bits: self.bits + other.bits, ..self })
    }
}

/// The kinds of a claim's law, in the order in which they came.
#[derive(Default)]
pub(super) struct Kinds(Vec<Heard>);

impl Kinds {
    /// Takes in what an instance that satisfies the law says. A kind is heard from the last scalar that judged it: not every scalar judges all.
    pub(super) fn hear(&mut self, examination: &Examination) {
        let mut said: Vec<&Said> = Vec::new();
        for latest in examination.findings.iter().flat_map(|finding| &finding.kinds) {
            match said.iter_mut().find(|known| known.kind == latest.kind) {
                Some(known) => *known = latest,
                None => said.push(latest),
            }
        }
        let print = print(examination);
        // Instances that share nothing share no polynomial either.
        let Place { part, number, .. } = examination.place;
        let draw = (part, if examination.is_independent { number } else { number / POINTS_PER_FAMILY });
        for said in said {
            let heard = self.of(said);
            heard.instances += 1;
            if said.vacuous == said.relations {
                heard.vacuous += 1;
            } else {
                heard.draws.insert(draw);
                heard.prints.insert(print);
            }
            for (term, live) in &said.terms {
                match heard.terms.iter_mut().find(|(known, _)| known == term) {
                    Some((_, known)) => *known |= live,
                    None => heard.terms.push((term.clone(), *live)),
                }
            }
            if let Some(bound) = examination.bounds.iter().find(|bound| bound.kind == said.kind) {
                heard.bounded.0 += 1;
                heard.bounded.1.insert(said.print);
                let bound = FamilyBound { bits: bound.bits, polynomials: bound.polynomials };
                let joined = |known: &mut Option<FamilyBound>| *known = known.and_then(|known| known.and(bound));
                heard.families.entry(draw).and_modify(joined).or_insert(Some(bound));
            }
            if let Some((_, found)) = examination.expansions.iter().find(|(kind, _)| *kind == said.kind) {
                heard.expanded.count(*found);
            }
        }
    }

    fn of(&mut self, said: &Said) -> &mut Heard {
        let place = self.0.iter().position(|heard| heard.kind == said.kind).unwrap_or_else(|| {
            self.0.push(Heard {
                kind: said.kind.clone(),
                inequality: said.inequality,
                instances: 0,
                vacuous: 0,
                terms: Vec::new(),
                draws: BTreeSet::new(),
                prints: BTreeSet::new(),
                families: BTreeMap::new(),
                bounded: (0, BTreeSet::new()),
                expanded: Expanded::default(),
            });
            self.0.len() - 1
        });
        &mut self.0[place]
    }

    /// What all of them said.
    pub(super) fn reports(self) -> Vec<KindReport> {
        self.0.into_iter().map(Heard::report).collect()
    }
}

/// What tells an instance from most others: its description, the values of all its relations, not of one kind only, as ranks and shares agree on many
/// instances, and the differences behind its exponents.
fn print(examination: &Examination) -> u64 {
    let mut digest = DefaultHasher::new();
    examination.description.hash(&mut digest);
    for finding in &examination.findings {
        finding.kinds.iter().for_each(|said| said.print.hash(&mut digest));
        for (step, difference) in finding.exponents.iter().flat_map(|exponent| &exponent.differences) {
            (step.to_bits(), difference.to_bits()).hash(&mut digest);
        }
    }
    digest.finish()
}

impl Heard {
    fn report(self) -> KindReport {
        // Random points of the grid do not repeat each other: where values do, they are none, and there is no bound.
        let is_random = self.bounded.0 == self.bounded.1.len();
        // One family without a bound leaves the relation without.
        let bounds: Option<Vec<f64>> = self.families.values().map(|bound| Some((*bound)?.bits)).collect();
        let bounds = bounds.filter(|_| is_random).unwrap_or_default();
        KindReport {
            idle: self.terms.iter().filter(|(_, live)| !live).map(|(term, _)| term.clone().into_owned()).collect(),
            kind: self.kind.into_owned(),
            inequality: self.inequality,
            instances: self.instances,
            vacuous: self.vacuous,
            // Whatever was drawn, it was one and the same instance.
            draws: self.draws.len().min(self.prints.len()),
            bound_bits: bounds.iter().copied().reduce(f64::min),
            families: bounds.len(),
            expanded: self.expanded,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Class;
    use super::*;
    use crate::{Finding, Relation, Scalar, Term};
    use equipartition_scalar::Rational;

    fn finding(kind: &'static str, value: i64) -> Finding {
        let side = |label| vec![Term::scalar(label, Rational::from(value))];
        Finding::judge(Scalar::Rational, &[Relation::equality(kind, side("a"), side("b"))], false)
    }

    /// A run is judged in doubles along its way and by intervals at its end: what only the first one says is heard too.
    #[test]
    fn a_kind_that_the_last_scalar_does_not_judge_is_heard() {
        let mut kinds = Kinds::default();
        let mut examination = Examination::of(Class::Smooth, String::new());
        examination.findings = vec![finding("silent", 0), finding("both", 0), finding("both", 1)];
        kinds.hear(&examination);
        kinds.hear(&examination);
        let reports = kinds.reports();
        let told: Vec<_> = reports.iter().map(|kind| (kind.kind.as_str(), kind.vacuous, kind.draws)).collect();
        // Both instances are of one family.
        assert_eq!(told, [("silent", 2, 0), ("both", 0, 1)]);
        assert_eq!(reports[0].idle, ["a", "b"]);
    }

    /// Of each kind it is counted on how many instances it was expanded, and what came of it; counts that cannot be are known.
    #[test]
    fn expansions_are_counted_by_kind() {
        let mut kinds = Kinds::default();
        let all =
            [Expansion::Identity, Expansion::OnPiece, Expansion::OnPiece, Expansion::TooLarge, Expansion::Nonzero];
        for found in all {
            let mut examination = Examination::of(Class::Generic, String::new());
            examination.findings = vec![finding("law", 1), finding("other", 1)];
            examination.expansions = vec![("law".into(), found)];
            kinds.hear(&examination);
        }
        let [law, other] = &kinds.reports()[..] else { panic!("two kinds") };
        let counts = Expanded { tried: 5, identities: 3, on_pieces: 2, too_large: 1 };
        assert_eq!((law.expanded, other.expanded), (counts, Expanded::default()));
        assert!(other.expanded.is_untried() && !counts.is_untried());
        assert!(counts.adds_up() && other.expanded.adds_up());
        assert!(Expanded { on_pieces: 3, ..counts }.adds_up() && !Expanded { on_pieces: 4, ..counts }.adds_up());
        assert!(Expanded { too_large: 2, ..counts }.adds_up() && !Expanded { too_large: 3, ..counts }.adds_up());
    }

    /// `(1 - p)^n = 2^-30` has the solution `p = 1 - 2^(-30/n)`: a half for 30 draws, and nearly `30 ln 2 / n` for many.
    #[test]
    fn the_share_that_may_violate_falls_with_the_draws() {
        let of = |draws| {
            let mut kinds = Kinds::default();
            let mut examination = Examination::of(Class::Smooth, String::new());
            examination.findings = vec![finding("law", 1)];
            kinds.hear(&examination);
            let report = kinds.reports().pop().expect("a kind");
            KindReport { draws, ..report }.open_share()
        };
        assert!((of(30) - 0.5).abs() < 1e-15 && (of(15) - 0.75).abs() < 1e-15);
        assert!((of(1 << 40) * (1_u64 << 40) as f64 - 30.0 * std::f64::consts::LN_2).abs() < 1e-9);
    }
}
