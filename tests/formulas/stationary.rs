//! Laws of stationary points: of means, whose weights are probabilities.

use super::{Became, asked};
use equipartition::formula::Where::Stationary;
use equipartition::formula::counterexample;
use equipartition::formula::read::{Texts, read};

fn becomes(with: &str, loss: &str, law: &str) -> Became {
    asked(with, loss, Stationary, law).0
}

/// `grad F = 2 w (E[x^2] + gamma + eta E[x^4])`: the bracket is 0 for no mean, and so `w` is.
#[test]
fn what_only_signed_weights_reach_is_no_stationary_point() {
    for law in ["E[x^2] + gamma + eta E[x^4] = 0", "E[x^2] + eta E[x^4] = -gamma"] {
        assert_eq!(becomes("w, x", "(w x)^2", law), Became::Refuted, "{law}");
    }
    assert_eq!(becomes("w, x, y", "(w x)^2 + y^2", "L = E[y^2]"), Became::Holds);
    for (with, loss, law) in
        [("w, x", "(w x)^2", "w = 0"), ("w, x", "(w x)^2", "L = 0"), ("u, w, x", "(u w x)^2", "u^2 = w^2")]
    {
        let became = becomes(with, loss, law);
        assert!(!matches!(became, Became::Refuted | Became::Holds), "{law} is 0 = 0: {became:?}");
    }
}

#[test]
fn a_mean_of_squares_is_not_negative() {
    let (with, loss) = ("u, w[n], x[n], y; n in 1..3", "(u (w @ x)^2 - y)^2");
    for law in ["abs(L) = L", "max(E[sum(g.w^2)], 0) - 2 E[g.u^2] = 4 gamma/eta (sum(w^2) - 2 u^2)"] {
        assert_eq!(becomes(with, loss, law), Became::Holds, "{law}");
    }
    assert_eq!(becomes(with, loss, "E[sum(g.w^2)] - E[g.u^2] = 4 gamma/eta (sum(w^2) - u^2)"), Became::Refuted);
}

/// An instance that breaks a law is one of a mean.
#[test]
fn weights_are_probabilities() {
    let texts = Texts {
        with: "u, w[n], x[n], y; n in 1..3",
        loss: "(u (w @ x)^2 - y)^2",
        law: "E[sum(g.w^2)] - E[g.u^2] = 4 gamma/eta (sum(w^2) - u^2)",
        place: Stationary,
        ..Texts::default()
    };
    let found = counterexample(&read(&texts).unwrap(), 0).expect("it is false");
    let weights = found.numbers.iter().find(|numbers| numbers.name == "weights of the mean").expect("of some mean");
    assert!(weights.values.iter().all(|weight| weight.cmp0().is_ge()), "{weights:?}");
    assert_eq!(weights.values.iter().sum::<equipartition::scalar::Rational>(), 1);
}
