//! Laws that are wrong in one way or another, each with its right answer.

use super::{Became, asked};
use equipartition::formula::Where::{self, Anywhere, Stationary};
use equipartition::formula::counterexample;
use equipartition::formula::read::{Texts, read};
use equipartition::verify::Detail;

const UNIT: (&str, &str) = ("u, w[n]; data x[n], y; n in 1..3", "(u (w @ x) - y)^2");
const SQUARE: (&str, &str) = ("u, w[n]; data x[n], y; n in 1..3", "(u (w @ x)^2 - y)^2");
const LAYERS: (&str, &str) =
    ("A[h, n], B[m, h]; data x[n], y[m]; n in 1..2; h in 1..2; m in 1..2", "sum((B @ A @ x - y)^2)");
const SMOOTH: (&str, &str) = ("u, w[n]; data x[n], y; n in 1..3", "(u tanh(w @ x) - y)^2");
const CLASSES: (&str, &str) =
    ("W[k, n], b[k]; data x[n], p[k] in probabilities; k in 3..4; n in 1..2", "cross_entropy(W @ x + b, p)");

/// The model, where the law is asserted, the law, and what becomes of it.
type Case = ((&'static str, &'static str), Where, &'static str, Became);

const CASES: [Case; 61] = [
    // The right ones, from which the others differ in one place.
    (SQUARE, Stationary, "E[sum(g.w^2)] - 2 E[g.u^2] = 4 gamma/eta (sum(w^2) - 2 u^2)", Became::Holds),
    (LAYERS, Stationary, "E[g.A @ g.A.T] - E[g.B.T @ g.B] = 4 gamma/eta (A @ A.T - B.T @ B)", Became::Holds),
    (
        ("A[2, 2], B[2, 2]; data x[2], y[2]", "sum((B @ A @ x - y)^2)"),
        Stationary,
        "E[norm2(g.A)] - E[norm2(g.B)] = 4 gamma/eta (norm2(A) - norm2(B))",
        Became::Holds,
    ),
    (UNIT, Anywhere, "for z: u g.u = w @ g.w", Became::Holds),
    (UNIT, Anywhere, "rate(sum(w^2) - u^2) = 0", Became::Holds),
    (CLASSES, Anywhere, "for z: g.b = softmax(W @ x + b) - p", Became::Holds),
    // The biases' gradients add up to 0, which in numbers that round they do but for the rounding of each.
    (CLASSES, Anywhere, "rate(F; sum(b)) = -2 gamma sum(b)", Became::Holds),
    // A factor.
    (CLASSES, Anywhere, "rate(F; sum(b)) = -gamma sum(b)", Became::Refuted),
    (SQUARE, Stationary, "E[sum(g.w^2)] - E[g.u^2] = 4 gamma/eta (sum(w^2) - 2 u^2)", Became::Refuted),
    (SQUARE, Stationary, "E[sum(g.w^2)] - 2 E[g.u^2] = 2 gamma/eta (sum(w^2) - 2 u^2)", Became::Refuted),
    (SQUARE, Stationary, "E[sum(g.w^2)] - 2 E[g.u^2] = 4 gamma/eta (sum(w^2) - u^2)", Became::Refuted),
    (SQUARE, Anywhere, "for z: w @ g.w = 3 u g.u", Became::Refuted),
    (UNIT, Anywhere, "rate(sum(w^2) - 1.0000000001 u^2) = 0", Became::Refuted),
    (
        UNIT,
        Anywhere,
        "next(L; sum(w^2) - u^2) = (1 - gamma eta)^2 (sum(w^2) - u^2) + eta^2 (sum(grad(L).w^2) - grad(L).u^2)",
        Became::Refuted,
    ),
    // A sign.
    (SQUARE, Stationary, "E[sum(g.w^2)] + 2 E[g.u^2] = 4 gamma/eta (sum(w^2) - 2 u^2)", Became::Refuted),
    (SQUARE, Stationary, "E[sum(g.w^2)] - 2 E[g.u^2] = -4 gamma/eta (sum(w^2) - 2 u^2)", Became::Refuted),
    (UNIT, Anywhere, "for z: u g.u = -w @ g.w", Became::Refuted),
    (UNIT, Anywhere, "rate(sum(w^2) + u^2) = 0", Became::Refuted),
    (LAYERS, Anywhere, "rate(A @ A.T + B.T @ B) = 0", Became::Refuted),
    (CLASSES, Anywhere, "for z: g.b = p - softmax(W @ x + b)", Became::Refuted),
    // An index, or the other side.
    (LAYERS, Stationary, "E[g.A @ g.A.T] - E[g.B.T @ g.B] = 4 gamma/eta (B.T @ B - A @ A.T)", Became::Refuted),
    (LAYERS, Anywhere, "for i in h: rate(sum(A[i, :]^2) - sum(B[:, 0]^2)) = 0", Became::Refuted),
    (CLASSES, Anywhere, "for z, i in k: sum(g.W[i, :]) = 0", Became::Refuted),
    (CLASSES, Anywhere, "for z, j in n: g.W[0, j] + g.W[1, j] = 0", Became::Refuted),
    (UNIT, Anywhere, "for z: u g.u = w[0] g.w[0]", Became::Refuted),
    // A term that is missing, or one too many.
    (SQUARE, Stationary, "E[sum(g.w^2)] = 4 gamma/eta (sum(w^2) - 2 u^2)", Became::Refuted),
    (SQUARE, Stationary, "E[sum(g.w^2)] = 2 E[g.u^2]", Became::Refuted),
    (UNIT, Anywhere, "next(L; sum(w^2) - u^2) = (1 - 2 gamma eta)^2 (sum(w^2) - u^2)", Became::Refuted),
    (UNIT, Anywhere, "w @ grad(F).w - u grad(F).u = 2 gamma (sum(w^2) - u^2)", Became::Refuted),
    (CLASSES, Anywhere, "for z: g.b = softmax(W @ x) - p", Became::Refuted),
    // The law of another loss.
    (SQUARE, Anywhere, "rate(sum(w^2) - u^2) = 0", Became::Refuted),
    (SMOOTH, Anywhere, "rate(sum(w^2) - u^2) = 0", Became::Refuted),
    (SMOOTH, Anywhere, "for z: u g.u = w @ g.w", Became::Refuted),
    // Where it does not hold.
    (SQUARE, Anywhere, "E[sum(g.w^2)] - 2 E[g.u^2] = 4 gamma/eta (sum(w^2) - 2 u^2)", Became::Refuted),
    // True of one sample, or of n = 1, and not beyond.
    (UNIT, Anywhere, "E[l]^2 = E[l^2]", Became::Refuted),
    (UNIT, Anywhere, "sum(grad(L).w^2) = E[sum(g.w^2)]", Became::Refuted),
    (UNIT, Anywhere, "sum(w^2) = sum(w)^2", Became::Refuted),
    (UNIT, Anywhere, "w @ w = 1/2u", Became::Fault),
    // True of every loss.
    (UNIT, Anywhere, "L = E[l]", Became::Tautology),
    (UNIT, Anywhere, "rate(L) = -sum(grad(L)^2)", Became::Tautology),
    (UNIT, Anywhere, "grad(F) = grad(L) + 2 gamma theta + grad(S)", Became::Tautology),
    (UNIT, Anywhere, "sum(w^2) = w @ w", Became::Tautology),
    (UNIT, Anywhere, "u = u", Became::Tautology),
    (UNIT, Anywhere, "E[l]^2 <= E[l^2]", Became::Powerless),
    (UNIT, Stationary, "w @ grad(L).w + 2 gamma w @ w = -w @ grad(S).w", Became::Tautology),
    // An inequality that fails, and one the other way round.
    (UNIT, Anywhere, "L <= 1", Became::Refuted),
    (CLASSES, Anywhere, "for z: sum(g.b^2) <= 1/2", Became::Refuted),
    (CLASSES, Anywhere, "for z: sum(g.b^2) >= 2", Became::Refuted),
    // Orders that are too high and too low.
    (UNIT, Anywhere, "next(L; sum(w^2) - u^2) - (1 - 2 gamma eta)^2 (sum(w^2) - u^2) ~ eta^3", Became::Refuted),
    (UNIT, Anywhere, "next(L; sum(w^2) - u^2) - (1 - 2 gamma eta)^2 (sum(w^2) - u^2) ~ eta", Became::Refuted),
    // No verdict can be had.
    (SMOOTH, Stationary, "E[sum(g.w^2)] = E[g.u^2]", Became::Undecided),
    (UNIT, Anywhere, "u / (w - w)[0] = 1", Became::Fault),
    (UNIT, Anywhere, "log(-u^2) = u", Became::Fault),
    // Nonsense.
    (UNIT, Anywhere, "u g.u = w @ g.w", Became::Fault),
    (UNIT, Anywhere, "for z: u g.u = w g.w", Became::Fault),
    (UNIT, Anywhere, "eta = 1 and u = 1", Became::Fault),
    (UNIT, Anywhere, "w[3] = u", Became::Fault),
    (UNIT, Anywhere, "1 = 1", Became::Fault),
    (("eta, w; data x, y", "(eta w x - y)^2"), Anywhere, "w = w", Became::Fault),
    (("u; data x, y", "(v x - y)^2"), Anywhere, "u = u", Became::Fault),
    (("u; data x, y", "x - y"), Anywhere, "u = u", Became::Fault),
];

#[test]
fn every_wrong_law_gets_its_right_answer() {
    let mut wrong = Vec::new();
    for ((with, loss), place, law, expected) in CASES {
        let (became, answer) = asked(with, loss, place, law);
        if became != expected {
            let why = answer.map_or_else(|fault| fault, |answer| answer.report.reason);
            wrong.push(format!("{law}: {became:?} and not {expected:?}: {why}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What has thousands of terms is no law that anybody reads, and would take minutes.
#[test]
fn laws_of_very_many_terms_are_refused() {
    let law = |count: usize| format!("{}u = 3", "u + ".repeat(count - 2));
    let (with, loss) = UNIT;
    assert!(read(&Texts { with, loss, law: &law(256), ..Texts::default() }).is_ok());
    let (_, fault) = read(&Texts { with, loss, law: &law(3000), ..Texts::default() }).err().unwrap();
    assert!(fault.message.contains("at most 256 terms, and this one has 3000"), "{}", fault.message);
}

/// Few digits, and both sides term by term.
#[test]
fn a_refuted_law_has_a_counterexample_to_read() {
    for ((with, loss), place, law, expected) in CASES {
        if expected != Became::Refuted || law.contains('~') || law.contains("1.0000000001") {
            continue;
        }
        let texts = Texts { with, loss, law, place, ..Texts::default() };
        let found = counterexample(&read(&texts).unwrap(), 0).unwrap_or_else(|| panic!("{law}: no counterexample"));
        let longest = found
            .numbers
            .iter()
            .filter(|numbers| !numbers.name.starts_with("weights"))
            .flat_map(|numbers| &numbers.values)
            .map(|number| number.to_string().len())
            .max();
        // Every number by itself has been tried in the shortest way.
        let most = if place == Anywhere { 4 } else { 6 };
        assert!(longest <= Some(most), "{law}: {:?}", found.numbers);
        assert!(found.terms.iter().any(|detail| matches!(detail, Detail::Term { .. })), "{law}");
    }
}
