//! Laws about what cancels: sums that vanish, in numbers that round and in those that do not.

use super::{Became, asked};
use equipartition::formula::Where;
use equipartition::formula::read::Texts;
use equipartition::formula::relations::{Relations, relate};
use equipartition::verify::Settings;

const SOFTMAX: &str = "W[k, n]; data x[n], c[k] in onehot; k in 2..3, n in 1..3";

fn related(texts: &Texts<'_>, terms: &[&str], seed: u64) -> Relations {
    let terms: Vec<String> = terms.iter().map(|term| (*term).to_owned()).collect();
    relate(texts, "", &terms, &Settings::new(seed, 256), 4).expect("terms that make sense")
}

fn laws(found: &Relations) -> Vec<&str> {
    found.laws.iter().map(|law| law.text.as_str()).collect()
}

/// The columns of the gradient of a softmax add up to rounding errors, which are no equation beside a column of `W` that happens to vanish.
#[test]
fn rounding_is_no_equation() {
    let softmax = Texts { with: SOFTMAX, loss: "cross_entropy(W @ x, c)", ..Texts::default() };
    let exponential = Texts { with: "a, b, c; data x, y", loss: "exp(x a + y b - (x + y) c)", ..Texts::default() };
    for seed in 0..6 {
        let found = related(&softmax, &["sum(grad(F).W)", "sum(W)"], seed);
        assert_eq!(laws(&found), ["sum(grad(F).W) = 2 gamma sum(W)"], "seed {seed}");
        let found = related(&exponential, &["rate(a + b + c)"], seed);
        assert_eq!(laws(&found), ["rate(a + b + c) = 0"], "seed {seed}");
    }
}

/// What one step adds is a law of three terms for every loss, of two where the rate vanishes: both the rate and the step are told.
#[test]
fn a_tautology_is_no_reason_to_leave_a_law_out() {
    let texts = Texts { with: "a, b; data x", loss: "(x (a - b))^2", ..Texts::default() };
    let found = related(&texts, &["rate(a+b)", "a+b", "next(L; a+b)"], 0);
    assert_eq!(found.laws.len(), 2, "{:?}", laws(&found));
    assert!(found.unwritten.is_empty());
    assert!(laws(&found).contains(&"rate(a+b) = 0"));
    assert!(found.laws.iter().any(|law| law.relation.iter().map(|(place, _)| *place).eq([1, 2])), "{:?}", laws(&found));
}

/// A mean of what vanishes says as much as what vanishes, however it is written.
#[test]
fn a_mean_that_vanishes_is_not_vacuous() {
    for law in [
        "E[ones(k) @ g.W] = 0",
        "E[g.W.T @ ones(k)] = 0",
        "E[sum(g.W)] = 0",
        "for j in n: E[sum(g.W[:, j])] = 0",
        "0 = -2 E[sum(g.W)]",
        "for z: ones(k) @ g.W = 0",
        "ones(k) @ grad(L).W = 0",
    ] {
        assert_eq!(asked(SOFTMAX, "cross_entropy(W @ x, c)", Where::Anywhere, law).0, Became::Holds, "{law}");
        assert_eq!(asked(SOFTMAX, "norm2(W @ x - c)", Where::Anywhere, law).0, Became::Refuted, "{law}");
    }
}
