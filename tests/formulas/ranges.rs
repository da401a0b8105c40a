//! Laws that hold for small rates, near 1, or for few samples only: they are refuted, however the answer is asked for.

use super::support::equipartition;
use super::{Became, asked};
use equipartition::formula::Where::Anywhere;
use equipartition::formula::read::{Texts, read};
use equipartition::formula::relations::relate;
use equipartition::formula::{Answer, FormulaClaim};
use equipartition::verify::{Settings, Verdict};

const LINEAR_UNIT: (&str, &str) = ("u, w[n], x[n], y; n in 1..3", "(u (w @ x) - y)^2");
const LINE: (&str, &str) = ("w, x, y", "(w x - y)^2");
const DISTANCE: (&str, &str) = ("w[n], y[n]; n in 1..3", "norm2(w - y)");
const HALF_DISTANCE: (&str, &str) = ("w[n], y[n]; n in 1..3", "1/2 norm2(w - y)");
const REGRESSION: (&str, &str) = ("w[n], x[n], y; n in 1..3", "(w @ x - y)^2");
const FOUR: (&str, &str) = ("w[n], x[n], y; n in 4..4", "(w @ x - y)^2");

/// Asks of laws, each of a loss and what it is about, and wants the same of all; what is otherwise is told together.
fn all_become(wanted: Became, laws: &[((&str, &str), &str)]) {
    let otherwise = |((with, loss), law): &((&str, &str), &str)| {
        let (became, answer) = asked(with, loss, Anywhere, law);
        let why = answer.map_or_else(|fault| fault, |answer| answer.report.reason);
        (became != wanted).then(|| format!("{law}: {became:?}: {why}"))
    };
    let wrong: Vec<String> = laws.iter().filter_map(otherwise).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_law_of_the_box_alone_is_refuted() {
    all_become(
        Became::Refuted,
        &[
            // At eta = 2, and above 1, and above 2.
            (LINEAR_UNIT, "for z: max(eta, 1) u g.u = w @ g.w"),
            (DISTANCE, "for z: norm2(w - eta g.w - y) <= l"),
            (HALF_DISTANCE, "for z: norm2(w - eta g.w - y) <= norm2(w - y)"),
            // Far from 0, and with a weight of 1/100.
            (DISTANCE, "for z: l <= 40 n"),
            (LINE, "for z: l <= 40 L"),
            (LINE, "w^2 <= 4"),
            (LINE, "eta <= 1/2"),
            (LINE, "eta >= 1/32"),
            (LINE, "gamma <= 1/4"),
            (LINE, "E[l^2] <= 20 L^2"),
            (("s in positive; data x", "(s x)^2"), "s >= 1/8"),
            (LINE, "max(w, 3) = 3"),
            // Where the second factor is 1 to more digits than are computed, but far from 0, or near.
            (LINE, "for z: g.w = 2 x (w x - y) (1 + exp(w^2 - 200))"),
            (LINE, "for z: g.w = 2 x (w x - y) (1 + exp(-10000 w^2))"),
            // At a corner, where it is 4.
            (("w[n]; data p[n] in probabilities, y; n in 4..4", "(w @ p - y)^2"), "for z: sum(g.w^2) <= 399/100 l"),
            // With as many samples as parameters.
            (FOUR, "det(E[outer(g.w, g.w)]) = 0"),
            // The step decays too: rarely does it show near 1.
            (REGRESSION, "L - eta sum(grad(L)^2) <= next(L; L)"),
        ],
    );
}

/// What is true stays so, far out too.
#[test]
fn a_law_that_holds_everywhere_holds() {
    all_become(
        Became::Holds,
        &[
            (LINEAR_UNIT, "for z: max(eta, 1) u g.u = max(eta, 1) w @ g.w"),
            (DISTANCE, "for z: norm2(w - eta g.w - y) <= (1 + 2 eta)^2 l"),
            (("a[k]; data c[k] in onehot; k in 2..3", "cross_entropy(a, c)"), "for z: sum(g.a^2) <= 2"),
            (("w, x, y", "abs(w x - y)"), "for z: g.w^2 = x^2"),
        ],
    );
}

/// Where a rate chooses a branch, the polynomial of one rate is not that of another: no bound, and no identity but that of a piece.
#[test]
fn a_branch_on_a_rate_leaves_no_bound() {
    let (with, loss) = LINEAR_UNIT;
    for (law, is_polynomial) in [
        ("for z: max(eta, 1) u g.u = max(eta, 1) w @ g.w", false),
        ("for z: max(gamma, eta) u g.u = max(gamma, eta) w @ g.w", false),
        ("for z: max(n, 2) u g.u = max(n, 2) w @ g.w", true),
    ] {
        let (became, answer) = asked(with, loss, Anywhere, law);
        assert_eq!(became, Became::Holds, "{law}");
        let kind = &answer.unwrap().report.kinds[0];
        assert_eq!(kind.bound_bits.is_some(), is_polynomial, "{law}: {kind:?}");
        assert_eq!(kind.expanded.identities > kind.expanded.on_pieces, is_polynomial, "{law}: {kind:?}");
    }
}

/// Random losses cannot show that all of them obey an inequality.
#[test]
fn an_inequality_is_no_tautology() {
    let (with, loss) = LINE;
    let (became, answer) = asked(with, loss, Anywhere, "E[l]^2 <= E[l^2]");
    assert_eq!(became, Became::Powerless);
    let answer = answer.unwrap();
    assert!(answer.holds_for_generic_losses() && !answer.is_tautology());
    assert_eq!(asked(with, loss, Anywhere, "L = E[l]").0, Became::Tautology);
}

#[test]
fn relate_finds_no_law_of_the_box() {
    for ((with, loss), prefix, terms) in
        [(LINEAR_UNIT, "for z: ", &["max(eta, 1) u g.u", "w @ g.w"][..]), (FOUR, "", &["det(E[outer(g.w, g.w)])"])]
    {
        let texts = Texts { with, loss, ..Texts::default() };
        let terms: Vec<String> = terms.iter().map(|term| (*term).to_owned()).collect();
        let found = relate(&texts, prefix, &terms, &Settings::new(0, 256), 8).expect("terms that make sense");
        assert!(found.laws.is_empty(), "{:?}", found.laws.iter().map(|law| &law.text).collect::<Vec<_>>());
    }
}

fn told(arguments: &[&str]) -> (Option<i32>, String) {
    let output = equipartition().args(arguments).output().expect("it runs");
    let text = |bytes| String::from_utf8(bytes).expect("text");
    (output.status.code(), text(output.stdout) + &text(output.stderr))
}

fn check(law: &str, loss: &str, with: &str) -> (Option<i32>, String) {
    let (code, text) = told(&["check", law, "--loss", loss, "--with", with, "--instances", "16"]);
    (code, text.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// The numbers drawn are told where a law may depend on them.
#[test]
fn a_branch_that_no_instance_takes_is_told() {
    let told = |law: &str| {
        let answer = asked(LINE.0, "(w x - y)^2 + max(y, -10^5)", Anywhere, law).1.expect("a law");
        (answer.report.verdict, answer.never_taken)
    };
    // It fails above 10^4, which is not known; that nothing is known there is said, of a derivative too.
    assert_eq!(
        told("for z: g.w = 2 x (w x - y) (1 + relu(w - 10^4))"),
        (Verdict::Holds, vec!["relu(w - 10^4)".to_owned()])
    );
    assert_eq!(told("rate(w + relu(w - 10^4)) = rate(w)").1, ["relu(w - 10^4)"]);
    // A square has no other branch; the loss is the first to be named.
    assert_eq!(told("for z: g.w + l = 2 x (w x - y) + l + abs(w^2) - w^2").1, ["max(y, -10^5)", "abs(w^2)"]);
    // What is 0 is 0, however doubles round it.
    assert_eq!(
        told("for z: g.w = 2 x (w x - y) + abs((w + x)^2 - w^2 - 2 w x - x^2) w").1,
        ["abs((w + x)^2 - w^2 - 2 w x - x^2)"]
    );
    // Both are taken, and constants have one.
    assert_eq!(
        told("for z: g.w + abs(w) + relu(-w) = 2 x (w x - y) + max(w, -w) + max(0, -w)").1,
        Vec::<String>::new()
    );
    assert_eq!(told("for z: g.w = 2 x (w x - y) + abs(-3) - 3").1, Vec::<String>::new());
}

#[test]
fn the_answer_tells_the_ranges() {
    let (_, text) = check("for z: l >= 0", LINE.1, LINE.0);
    assert!(text.contains("drawn parameters and data in [-2, 2]") && text.contains("from 2^-10 to 2^10"), "{text}");
    let (_, text) = check("for z: w g.w = 2 w x (w x - y)", LINE.1, LINE.0);
    assert!(text.starts_with("holds") && !text.contains("drawn parameters"), "{text}");
}

#[test]
fn a_logarithm_of_what_may_be_negative_is_left_out() {
    let law = "for z: w g.w = 2 x (log(w) x - y)";
    let (code, text) = check(law, "(log(w) x - y)^2", "w, x, y");
    assert_eq!(code, Some(3), "{text}");
    assert!(text.contains("not defined: `log(w)`, where `w` is not positive: declare it as `w in positive`"), "{text}");
    // Where nothing was judged no share is told.
    assert!(!text.contains("not a finite number") && !text.contains("None of 0"), "{text}");
    let (code, text) = check(law, "(log(w) x - y)^2", "w in positive, x, y");
    assert_eq!(code, Some(0), "{text}");
}

#[test]
fn a_share_of_no_draws_is_not_told() {
    let (_, text) = check("0 w = 0 w", LINE.1, LINE.0);
    assert!(text.starts_with("vacuous") && !text.contains("None of 0"), "{text}");
}

#[test]
fn a_parameter_with_a_name_of_data_is_noted() {
    let (_, text) = check("for z: g.x = 2 w (w x - y)", "(w x - y)^2", "w, x; data y");
    assert!(text.contains("Parameters: `w`, `x`; data: `y`"), "{text}");
    let (_, text) = check("for z: w g.w = 2 w x (w x - y)", "(w x - y)^2", "w; data x, y");
    assert!(!text.contains("note"), "{text}");
}

#[test]
fn a_law_that_lacks_terms_of_two_kinds_is_not_sought() {
    let (code, text) = check("L = F", LINE.1, LINE.0);
    assert_eq!(code, Some(1));
    assert!(text.contains("with further terms of one kind (") && text.contains("those of two kinds at once"), "{text}");
}

#[test]
fn what_is_no_sum_is_not_taken_apart() {
    let (code, text) = check("log(w) = 0", LINE.1, "w in positive, x, y");
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("left log(w) = [") && !text.contains("last summand"), "{text}");
}

#[test]
fn relate_takes_terms() {
    let (code, text) = told(&["relate", "w = x", "--loss", LINE.1, "--with", LINE.0]);
    assert_eq!(code, Some(65), "{text}");
    assert!(text.contains("a law stands where a term is expected"), "{text}");
}

/// A file whose claims all say what they are about needs no model.
#[test]
fn a_theory_without_a_model() {
    let head = "[theory]\nname = 'own'\ntitle = 'own'\n";
    let claim = "[[claim]]\nid = 'own/law'\ntitle = 'a law'\nlaw = 'for z: w g.w = 2 w x (w x - y)'\n";
    let own = "with = 'w, x, y'\nloss = '(w x - y)^2'\n";
    let parse = |text: &str| equipartition::formula::file::TheoryFile::parse("own.toml", text).map(|_| ());
    assert!(parse(&format!("{head}{claim}{own}")).is_ok());
    let complaint = parse(&format!("{head}{claim}")).unwrap_err().to_string();
    assert!(complaint.contains("without [model] a claim has `with` and `loss` of its own"), "{complaint}");
    let complaint = parse(&format!("{head}[sizes]\nn = '1..3'\n{claim}{own}")).unwrap_err().to_string();
    assert!(complaint.contains("[sizes] are those of [model]"), "{complaint}");
}

/// A far instance is the same whenever it is drawn.
#[test]
fn a_refuted_law_has_an_instance_to_look_at() {
    let (with, loss) = DISTANCE;
    let law = read(&Texts { with, loss, law: "for z: norm2(w - eta g.w - y) <= l", ..Texts::default() }).unwrap();
    let claim = FormulaClaim::new("test/law".to_owned(), "a law".to_owned(), &law);
    let answer = || Answer::find(&law, &claim, Settings::new(0, 256), 8);
    let (first, second) = (answer(), answer());
    assert_eq!(first.report.reason, second.report.reason);
    assert_eq!(first.counterexample.unwrap().numbers, second.counterexample.unwrap().numbers);
}

/// What was written cancels in floats of any precision where `w x` is large: only an enclosure refutes it.
#[test]
fn rounding_refutes_no_law() {
    let (loss, with) = ("softplus(-w x)", "w, x");
    for law in [
        "for z: l = log(1 + exp(-w x))",
        "for z: l = -log(sigmoid(w x))",
        "for z: g.w = -(1 - sigmoid(w x)) x",
        "for z: l >= (1 - tanh(w x/2))/2",
    ] {
        let (code, text) = check(law, loss, with);
        assert_eq!(code, Some(0), "{law}: {text}");
    }
    for law in ["for z: l = log(2 + exp(-w x))", "for z: g.w = -(1 - sigmoid(w x/2)) x", "for z: l >= 1 - tanh(w x/2)"]
    {
        let (code, text) = check(law, loss, with);
        assert_eq!(code, Some(1), "{law}: {text}");
    }
}

/// Four vectors of four numbers are independent, three are not: there are as many samples as that takes, however many parameters there are.
#[test]
fn with_too_few_samples_a_determinant_would_vanish() {
    let matrix = ("sum((W @ x - y)^2)", "W[n, n], x[n], y[n]; n in 4");
    let sum = ("(w sum(x) - y)^2", "w, x[n], y; n in 4");
    for (law, (loss, with)) in
        [("det(grad(L).W) = 0", matrix), ("det(E[outer(x, x)]) = 0", matrix), ("det(E[outer(x, x)]) = 0", sum)]
    {
        let (code, text) = check(law, loss, with);
        assert!(code == Some(1) && text.starts_with("refuted"), "{law}: {text}");
    }
}

/// `g^T Lambda g <= tr(Lambda) |g|^2`, with equality in the limit of one rate far above the others.
#[test]
fn rates_are_drawn_far_apart() {
    let (loss, with) = ("(u (w @ x) - y)^2", "u, w[n], x[n], y; n in 1..3");
    let bound = |part: &str| format!("E[g @ Lambda @ g] <= {part} tr(Lambda) E[sum(g.w^2) + g.u^2]");
    for rates in ["diagonal", "full"] {
        let (_, text) = told(&["check", "--alone", &bound("95/100"), "--loss", loss, "--with", with, "--rates", rates]);
        assert!(text.starts_with("refuted"), "{rates}: {text}");
        let (_, text) = told(&["check", "--alone", &bound("1"), "--loss", loss, "--with", with, "--rates", rates]);
        assert!(!text.starts_with("refuted"), "{rates}: {text}");
    }
}
