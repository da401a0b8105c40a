//! What was once said of the family and is false, each with a draw that shows it: thresholds that had been fitted to the draws.

use super::generic_minima::GenericMinima;
use super::{broken_by_finite_step, generic_minima};
use crate::scalar::Rational;
use crate::verify::{Case, Draws, In, Relation, Settings, Status};

fn values(relation: &Relation<Rational>) -> (Rational, Rational) {
    (relation.left[0].value[0].clone(), relation.right[0].value[0].clone())
}

/// It was said that `|K|^2 |K'|^2 - <K, K'>^2` is at least `2^-16 |K|^2 |K'|^2` for random global minima. It is positive, and smaller here.
#[test]
fn two_random_minima_can_be_closer_than_any_fitted_threshold() {
    let claim = &generic_minima::CLAIM;
    let law = GenericMinima::Random;
    let instance = law.draw(&mut claim.draw(Case::Law, 11, 1427)).expect("it is drawn");
    let relations: Vec<Relation<Rational>> = law.relations(&instance).expect("within the hypotheses");
    let (inner, norms) = values(&relations[0]);
    let gap = Rational::from(&norms - &inner);
    assert!(gap > 0, "they are not aligned");
    assert!(gap < norms >> 16, "but closer than was said");
    let status = claim.examine(&Settings::new(11, 256), Case::Law, 1427).status();
    assert_eq!(status, Status::Unresolved, "the law is not violated there, and nothing is claimed of it");
}

/// It was said that every pair of hidden layers is misaligned by `2^-20` at least. Here two pairs are by less, 2.6e-8 and 2.9e-9.
#[test]
fn networks_at_a_finite_learning_rate_can_be_closer_than_any_fitted_threshold() {
    let settings = Settings { verbose: true, ..Settings::new(u64::MAX, 256) };
    let examination = broken_by_finite_step::CLAIM.examine(&settings, Case::Law, 38);
    assert_eq!(examination.status(), Status::Unresolved);
    let finest = examination.findings.last().expect("it was examined");
    let shown = finest
        .details
        .iter()
        .filter_map(|line| line.to_string().split_once("= [")?.1.trim_end_matches(']').parse::<f64>().ok());
    let least = shown.fold(f64::INFINITY, f64::min);
    assert!(0.0 < least && least < 2.0_f64.powi(-20), "{least:e}: not aligned, but closer than was said");
}
