//! Laws that are polynomial are identities: on small networks their residuals, expanded, are the zero polynomial; those of wrong laws are not.

mod support;

use equipartition::scalar::polynomial::Limits;
use equipartition::scalar::{Field, Operation, Program, Rational, Recorded, Residue, Ring, Step};
use equipartition::theories::registry;
use equipartition::verify::identity::{LIMITS, expansions};
use equipartition::verify::{
    Case, Claim, Class, Evidence, Examination, Expansion, POINTS_PER_FAMILY, Relation, Sense, Settings, Status,
};
use num_traits::Zero;
use rayon::prelude::*;
use std::collections::BTreeSet;
use support::polynomial::Polynomial;

/// More than a run spends: what is looked for here is whether there is an identity at all.
const PATIENCE: Limits = Limits { terms: 1 << 17, work: 1 << 20 };
/// The instances of a law among which small networks are looked for.
const INSTANCES: u64 = 32;

fn examined(claim: &Claim, case: Case, index: u64) -> Examination {
    claim.examine(&Settings { verbose: true, ..Settings::new(0, 64) }, case, index)
}

/// What the expansions of an instance show, if it is generic and exact.
fn found(examination: &Examination, limits: Limits) -> Option<Vec<Expansion>> {
    let relations = examination.recorded.as_ref().filter(|_| examination.class == Class::Generic)?;
    Some(expansions(relations, &examination.numbers, limits).into_iter().map(|(_, found)| found).collect())
}

fn polynomial_families() -> Vec<&'static Claim<'static>> {
    let families = ["balance", "noether", "symmetry"];
    let exact = |claim: &&Claim| claim.evidence().contains(&Evidence::Exact);
    registry().into_iter().filter(exact).filter(|claim| families.contains(&claim.family())).collect()
}

/// The entries of all residuals of equalities.
fn residuals(relations: &[Relation<Recorded>]) -> Vec<Recorded> {
    let mut residuals = Vec::new();
    for relation in relations.iter().filter(|relation| relation.sense == Sense::Equality) {
        let len = relation.terms().map(|term| term.value.len()).max().unwrap_or(0);
        for entry in 0..len {
            let left = relation.left.iter().fold(Recorded::zero(), |sum, term| sum + &term.value[entry]);
            residuals.push(relation.right.iter().fold(left, |sum, term| sum - &term.value[entry]));
        }
    }
    residuals
}

/// Whether all outputs are 0 modulo `2^61 - 1` at a point that looks random.
fn vanishes_at(program: &Program, seed: u64) -> bool {
    let mut state = seed;
    let values = program.evaluate(|step| match step {
        Step::Constant(value) | Step::Given(value) => Residue::from_rational(value),
        _ => {
            // Knuth's MMIX generator; the high bits are the good ones.
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            Residue::new(state >> 3)
        }
    });
    program.outputs.iter().all(|output| values[*output].is_zero())
}

/// Whether all outputs are the zero polynomial, by another implementation; none if it would take too long, or divides by a coordinate.
fn vanishes_by_maps(program: &Program) -> Option<bool> {
    let variables = program.steps.iter().filter(|step| matches!(step, Step::Drawn(_))).count();
    if program.steps.len() > 400 || variables > 12 {
        return None;
    }
    let mut polynomials: Vec<Polynomial> = Vec::new();
    let (mut variable, minus) = (0, Rational::from(-1));
    for step in &program.steps {
        polynomials.push(match step {
            Step::Constant(value) | Step::Given(value) => Polynomial::constant(variables, value.clone()),
            Step::Drawn(_) => {
                variable += 1;
                Polynomial::variable(variables, variable - 1)
            }
            Step::Negative(a) => polynomials[*a].scaled(&minus),
            Step::Binary(Operation::Sum, a, b) => polynomials[*a].plus(&polynomials[*b]),
            Step::Binary(Operation::Difference, a, b) => polynomials[*a].plus(&polynomials[*b].scaled(&minus)),
            Step::Binary(Operation::Product, a, b) => polynomials[*a].times(&polynomials[*b]),
            Step::Binary(Operation::Quotient, a, b) => match &program.steps[*b] {
                Step::Constant(value) | Step::Given(value) => polynomials[*a].scaled(&value.clone().recip()),
                _ => return None,
            },
        });
    }
    let zero = Polynomial::constant(variables, Rational::new()).scaled(&Rational::new());
    Some(program.outputs.iter().all(|output| polynomials[*output] == zero))
}

/// The generic exact instances among the first of the law.
fn generic(claim: &Claim) -> impl Iterator<Item = Examination> {
    let instances = (0..INSTANCES).step_by(POINTS_PER_FAMILY as usize).map(|index| examined(claim, Case::Law, index));
    instances.filter(|examination| {
        examination.class == Class::Generic
            && examination.status() == Status::Satisfied
            && examination.recorded.is_some()
    })
}

/// An instance of the law of which some kind is an identity.
fn identity(claim: &Claim) -> Option<Examination> {
    generic(claim).find(|examination| {
        found(examination, LIMITS).is_some_and(|kinds| kinds.iter().any(|found| found.is_identity()))
    })
}

/// The kinds of equality of a claim, and those of them that are identities on some small network.
fn kinds(claim: &Claim) -> (BTreeSet<String>, BTreeSet<String>) {
    let (mut all, mut identities) = (BTreeSet::new(), BTreeSet::new());
    let instances: Vec<Examination> = generic(claim).collect();
    for said in instances.iter().flat_map(|examination| &examination.findings).flat_map(|finding| &finding.kinds) {
        if !said.inequality && said.vacuous < said.relations && !is_exception(claim, &said.kind) {
            all.insert(said.kind.to_string());
        }
    }
    // What little work shows first, and the rest with more.
    for limits in [LIMITS, Limits { terms: 1 << 15, work: 1 << 18 }, PATIENCE] {
        for examination in &instances {
            if identities.is_superset(&all) {
                break;
            }
            let relations = examination.recorded.as_ref().unwrap();
            let found = expansions(relations, &examination.numbers, limits).into_iter();
            identities.extend(found.filter(|(_, found)| found.is_identity()).map(|(kind, _)| kind.to_string()));
        }
    }
    (all, identities)
}

/// Which kinds of equality are no identities, or take too long to be shown as such, and why; an empty kind stands for all of the claim.
const EXCEPTIONS: &[(&str, &str, &str)] = &[
    ("balance/scale-invariant", "", "divides by a norm"),
    ("balance/preconditioned", "adaptive balance", "divides by gradients"),
    ("noether/time-average", "", "a run of many steps: too large"),
    ("noether/scale-invariant", "", "divides by a norm"),
    ("noether/conservation-count", "", "counts: no coordinate enters"),
    ("noether/momentum", "", "runs of some steps: too large"),
    ("symmetry/trajectory", "SGD", "a run of some steps: too large"),
    ("symmetry/trajectory", "its momentum", "a run of some steps: too large"),
    ("symmetry/trajectory", "the end of the heavy ball's path", "a run of some steps: too large"),
];

fn is_exception(claim: &Claim, kind: &str) -> bool {
    EXCEPTIONS.iter().any(|(id, exception, _)| *id == claim.id && (exception.is_empty() || *exception == kind))
}

#[test]
fn every_polynomial_equality_is_an_identity_on_a_small_network() {
    let wrong: Vec<String> = polynomial_families()
        .into_par_iter()
        .filter_map(|claim| {
            let (all, identities) = kinds(claim);
            let missing: Vec<&String> = all.difference(&identities).collect();
            (!missing.is_empty()).then(|| format!("{}: {missing:?}", claim.id))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The expansion agrees with evaluation modulo a prime, at points that it has never seen, and with polynomials kept in another way.
#[test]
fn an_identity_vanishes_at_other_points_and_by_another_expansion() {
    let expanded: usize = polynomial_families()
        .into_par_iter()
        .filter_map(|claim| Some((claim, identity(claim)?)))
        .map(|(claim, examination)| {
            let relations = examination.recorded.as_ref().unwrap();
            let shown = expansions(relations, &examination.numbers, LIMITS);
            let is_shown = |relation: &&Relation<Recorded>| {
                shown.iter().any(|(kind, found)| *kind == relation.label.kind && found.is_identity())
            };
            let relations: Vec<_> = relations.iter().filter(is_shown).cloned().collect();
            let program = Program::of(&residuals(&relations));
            assert!((1..=16).all(|seed| vanishes_at(&program, seed)), "{}", claim.id);
            let by_maps = vanishes_by_maps(&program);
            assert_ne!(by_maps, Some(false), "{}", claim.id);
            usize::from(by_maps.is_some())
        })
        .sum();
    assert!(expanded > 0);
}

/// A control is violated at its point. It is so at others too, and never an identity.
#[test]
fn a_control_is_never_an_identity() {
    let controls: usize = polynomial_families()
        .into_par_iter()
        .map(|claim| {
            let mut seen = 0;
            for (case, index) in claim.cases().skip(1).flat_map(|case| (0..4).map(move |index| (case, index))) {
                let examination = examined(claim, case, index);
                let Some(kinds) = found(&examination, LIMITS) else { continue };
                if examination.status() != Status::Violated || kinds.is_empty() {
                    continue;
                }
                let name = claim.case_name(case);
                let said = examination.findings.iter().flat_map(|finding| &finding.kinds).count();
                let all = kinds.len() == said && kinds.iter().all(|found| found.is_identity());
                assert!(!all, "{} {name} {index}", claim.id);
                assert!(!examination.evidence().contains(&Evidence::Identity), "{} {name} {index}", claim.id);
                seen += 1;
            }
            seen
        })
        .sum();
    assert!(controls > 32, "{controls}");
}

/// A true law with one term dropped, negated or doubled is no identity, unless the term vanishes identically.
#[test]
fn a_law_with_a_wrong_term_is_no_identity() {
    let claim = registry().into_iter().find(|claim| claim.id == "balance/layer").unwrap();
    let examination = identity(claim).unwrap();
    let relations = examination.recorded.as_ref().unwrap();
    let mut wrong = 0;
    for (place, relation) in relations.iter().enumerate() {
        for term in 0..relation.left.len() {
            for multiple in [0, -1, 2] {
                let mut altered = relations.clone();
                for entry in &mut altered[place].left[term].value {
                    *entry = entry.clone() * Recorded::integer(multiple);
                }
                let kinds = expansions(&altered, &examination.numbers, LIMITS);
                assert!(kinds.iter().any(|(_, found)| *found == Expansion::Nonzero), "{} {multiple}", relation.label);
                assert!(!vanishes_at(&Program::of(&residuals(&altered)), 7));
                wrong += 1;
            }
        }
    }
    assert!(wrong >= 6, "{wrong}");
}
