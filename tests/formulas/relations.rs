//! Relations that are found among terms, and laws that are put right: nothing here is looked up, every answer is a null space.

use super::agreement::CLAIMS;
use super::{Became, asked};
use equipartition::formula::read::{Texts, read};
use equipartition::formula::relations::Change;
use equipartition::formula::relations::nearest::{Nearest, nearest, prefix};
use equipartition::formula::relations::relate::examined;
use equipartition::formula::relations::{Complaint, Relations, Sequel, formula, relate};
use equipartition::formula::{Answer, FormulaClaim, FormulaLaw, Where};
use equipartition::verify::{Settings, Verdict};
use equipartition_formula::{Coefficient, Grain, Number, Summand};
use std::time::Instant;

/// Fresh instances of a law that was found.
const INSTANCES: u64 = 6;
const UNIT: &str = "u, w[n]; data x[n], y; n in 1..3";

fn settings() -> Settings {
    Settings::new(0, 256)
}

fn related(texts: &Texts<'_>, prefix: &str, terms: &[&str]) -> Relations {
    let terms: Vec<String> = terms.iter().map(|term| (*term).to_owned()).collect();
    match relate(texts, prefix, &terms, &settings(), INSTANCES) {
        Ok(found) => found,
        Err(complaint) => panic!("{terms:?}: {complaint:?}"),
    }
}

/// The laws that are no tautologies.
fn laws(found: &Relations) -> Vec<&str> {
    found.laws.iter().filter(|law| !law.answer.is_tautology()).map(|law| law.text.as_str()).collect()
}

/// `v` does not occur in the loss, and `w - w` is 0 whatever it is: what is said of them is shown, and is no law.
#[test]
fn what_says_nothing_of_the_loss_is_not_counted_among_the_laws() {
    let texts = Texts { with: "u, v, w[n]; data x[n], y; n in 1..3", loss: "(u (w @ x) - y)^2", ..Texts::default() };
    let found = related(&texts, "", &["sum(w - w)", "grad(L).v", "u^2"]);
    let shown = equipartition::report::relations::text(&found, 100);
    assert!(shown.starts_with("no linear law among 3 terms\n"), "{shown}");
    assert!(shown.contains("vacuous     grad(L).v = 0") && shown.contains("tautology   sum(w - w) = 0"), "{shown}");
}

/// Of twelve terms, among them others that have nothing to do with it, within seconds even where nothing is optimised.
#[test]
fn the_balance_of_a_squared_relu_is_found_among_twelve_terms() {
    let texts = Texts { with: UNIT, loss: "(u relu(w @ x)^2 - y)^2", place: Where::Stationary, ..Texts::default() };
    let terms = [
        "E[g.u^2]",
        "E[sum(g.w^2)]",
        "u^2",
        "sum(w^2)",
        "L",
        "E[l^2]",
        "u",
        "S",
        "E[l y]",
        "u^4",
        "sum(w)^2",
        "E[y^2]",
    ];
    let start = Instant::now();
    let found = related(&texts, "", &terms);
    eprintln!("twelve terms: {:.2} s", start.elapsed().as_secs_f64());
    assert_eq!(laws(&found), ["2 E[g.u^2] - E[sum(g.w^2)] = 8 gamma/eta u^2 - 4 gamma/eta sum(w^2)"]);
    assert!(found.laws.iter().all(|law| matches!(law.answer.report.verdict, Verdict::Holds | Verdict::Powerless)));
}

/// The Gram matrix of the outputs of a layer and that of its inputs are not the same, even where they have one shape.
#[test]
fn a_product_on_the_wrong_side_is_put_on_the_other() {
    let with = "A[m, m], B[m, m], x[m], y[m]; m in 1..2";
    for (law, right) in [
        ("rate(A @ A.T) = rate(B @ B.T)", "rate(A @ A.T) = rate(B.T @ B)"),
        ("rate(A.T @ A - B.T @ B) = 0", "rate(A @ A.T) - rate(B.T @ B) = 0"),
        ("for z: A.T @ g.A = g.B @ B.T", "for z: g.A @ A.T = B.T @ g.B"),
    ] {
        let texts = Texts { with, loss: "sum((B @ A @ x - y)^2)", law, ..Texts::default() };
        let read = read(&texts).unwrap_or_else(|(_, fault)| panic!("{law}: {fault:?}"));
        let found = nearest(&texts, &read, &settings(), INSTANCES).and_then(|search| search.found);
        let found = found.unwrap_or_else(|| panic!("nothing is near {law}"));
        assert_eq!(found.text, right);
        assert!(found.changes.iter().all(|change| matches!(change, Change::Turned { .. })), "{:?}", found.changes);
    }
}

/// A step of heavy ball, `m' = b m + g + 2 gamma theta`, with the momentum `(p, q)` and the factor b given with the data: the charge of the momentum, after the step.
#[test]
fn the_law_of_momentum_is_found() {
    let with = "u, w[n]; data x[n], y, p, q[n], b; n in 1..3";
    let texts = Texts { with, loss: "(u (w @ x) - y)^2", ..Texts::default() };
    let terms = [
        "w @ (b q + g.w + 2 gamma w) - u (b p + g.u + 2 gamma u)",
        "b (w @ q - u p)",
        "sum(w^2) - u^2",
        "sum(q^2) - p^2",
        "sum(w^2) + u^2",
    ];
    let found = related(&texts, "for z: ", &terms);
    assert_eq!(
        laws(&found),
        [
            "for z: (w @ (b q + g.w + 2 gamma w) - u (b p + g.u + 2 gamma u)) - b (w @ q - u p) = 2 gamma (sum(w^2) - u^2)"
        ]
    );
}

/// A step of AdamW with its second moments as they are, `theta' = (1 - a) theta - s g` with a rate for each parameter: the charge weighted by the rates shrinks by
/// the decay and grows by the gradients.
#[test]
fn the_law_of_adamw_is_found() {
    let with = "u, w[n]; data x[n], y, a, s[n] in positive, t in positive; n in 1..3";
    let texts = Texts { with, loss: "(u (w @ x) - y)^2", ..Texts::default() };
    let terms = [
        "sum(((1 - a) w - s * g.w)^2 / s) - ((1 - a) u - t g.u)^2 / t",
        "(1 - a)^2 (sum(w^2 / s) - u^2 / t)",
        "sum(s * g.w^2) - t g.u^2",
        "sum(g.w^2) - g.u^2",
        "sum(w^2) - u^2",
    ];
    let found = related(&texts, "for z: ", &terms);
    let [law] = laws(&found)[..] else { panic!("{:?}", laws(&found)) };
    let relation = &found.laws[0].relation;
    let numbers: Vec<_> = relation.iter().map(|(place, coefficient)| (*place, coefficient.as_number())).collect();
    let integer = |number| Some(Number::integer(number));
    assert_eq!(numbers, [(0, integer(1)), (1, integer(-1)), (2, integer(-1))], "{law}");
}

/// Linear relations that hold for every loss are told from those that this loss has.
#[test]
fn tautologies_are_marked() {
    let texts = Texts { with: UNIT, loss: "(u (w @ x) - y)^2", ..Texts::default() };
    let found = related(&texts, "", &["rate(sum(w^2))", "w @ grad(L).w", "u grad(L).u", "rate(u^2)"]);
    assert_eq!(found.dimensions, (3, 2));
    assert_eq!(laws(&found).len(), 1, "{:?}", laws(&found));
    assert_eq!(found.laws.iter().filter(|law| law.answer.is_tautology()).count(), 2);
    let found = related(&texts, "", &["sum(w^2)", "u^2", "L"]);
    assert_eq!((found.dimensions, found.laws.len()), ((0, 0), 0));
}

/// Where exponentials are needed the same is found in floats.
#[test]
fn a_law_of_a_loss_that_is_not_rational_is_found() {
    let with = "u, v[n], w[n]; data x[n], y; n in 1..2";
    let texts = Texts { with, loss: "(u (v @ x) sigmoid(w @ x) - y)^2", ..Texts::default() };
    let terms = ["v @ grad(F).v", "u grad(F).u", "w @ grad(F).w", "sum(v^2)", "u^2", "E[sum(g.v^2)]", "E[g.u^2]"];
    let found = related(&texts, "", &terms);
    let law = "2 v @ grad(F).v - 2 u grad(F).u = 4 gamma sum(v^2) - 4 gamma u^2 - eta E[sum(g.v^2)] + eta E[g.u^2]";
    assert_eq!(laws(&found), [law]);
}

#[test]
fn terms_that_make_no_sense_are_refused() {
    let texts = Texts { with: UNIT, loss: "(u (w @ x) - y)^2", ..Texts::default() };
    let complaint = |prefix: &str, terms: &[&str]| {
        let terms: Vec<String> = terms.iter().map(|term| (*term).to_owned()).collect();
        match relate(&texts, prefix, &terms, &settings(), INSTANCES) {
            Err(Complaint::Term(place, fault)) => format!("{place}: {:?} {}", fault.span, fault.message),
            Err(other) => format!("{other:?}"),
            Ok(found) => panic!("{:?}", laws(&found)),
        }
    };
    assert!(complaint("", &["u", "w"]).starts_with("1: 0..1 one term of the law is a number, and this one"));
    assert!(complaint("", &["u", "sum(w) + v"]).starts_with("1: 9..10 unknown name `v`"));
    assert!(complaint("", &["vv", "u"]).starts_with("0: 0..2 unknown name `vv`"));
    assert!(complaint("", &["u", "u) + (u"]).starts_with("1: 1..2 "));
    assert!(complaint("for i in m: ", &["u"]).starts_with("Prefix("));
    assert!(complaint("", &[]).contains("there is none"));
}

/// What is done to a law.
#[derive(Clone, Copy, Debug)]
enum Alteration {
    /// Three times the coefficient.
    Coefficient,
    Sign,
    Dropped,
}

/// A law with one of its terms altered; none where nothing of it is left.
fn altered(law: &FormulaLaw, place: usize, alteration: Alteration) -> Option<String> {
    let mut summands: Vec<Summand> = law.question.law.summands(Grain::Written);
    let coefficient = summands[place].coefficient.clone();
    summands[place].coefficient = match alteration {
        Alteration::Coefficient => coefficient.times(&Coefficient::number(Number::integer(3)))?,
        Alteration::Sign => coefficient.negated()?,
        Alteration::Dropped => Coefficient::default(),
    };
    let left = summands.iter().filter(|summand| !summand.coefficient.is_zero()).count();
    let terms: Vec<_> =
        summands.iter().map(|known| (known.is_right, known.coefficient.clone(), known.term.as_str())).collect();
    (left > 1).then(|| formula::law(&prefix(law), &terms))
}

fn answered(texts: &Texts<'_>) -> (FormulaLaw, Answer) {
    let law = read(texts).unwrap_or_else(|(_, fault)| panic!("{}: {}", texts.law, fault.message));
    let claim = FormulaClaim::new("test/law".to_owned(), "a law".to_owned(), &law);
    let answer = Answer::find(&law, &claim, settings(), 32);
    (law, answer)
}

/// A law as it is written where something of it was changed.
fn rewritten(law: &FormulaLaw) -> String {
    let summands = law.question.law.summands(Grain::Written);
    let terms: Vec<_> =
        summands.iter().map(|known| (known.is_right, known.coefficient.clone(), known.term.as_str())).collect();
    formula::law(&prefix(law), &terms)
}

/// Every balance and Noether law of the program that is written as a formula, with one coefficient, one sign or one term altered. A wrong coefficient
/// or sign is answered with the law itself; where a term is missing, with a law that holds.
#[test]
fn every_altered_law_is_put_right() {
    let (mut wrong, mut undecided, mut all) = (Vec::new(), Vec::new(), 0);
    for (id, with, loss, place, law, _) in CLAIMS {
        let texts = Texts { with, loss, law, place, ..Texts::default() };
        let right = read(&texts).unwrap_or_else(|(_, fault)| panic!("{law}: {}", fault.message));
        // Instances are drawn by the name of a question: on those of laws that are found, this one may not be told.
        if examined(&texts, law, &settings(), INSTANCES).is_none_or(|answer| answer.report.verdict != Verdict::Holds) {
            undecided.push(law);
            continue;
        }
        for place in 0..right.question.law.summands(Grain::Written).len() {
            for alteration in [Alteration::Coefficient, Alteration::Sign, Alteration::Dropped] {
                let Some(false_law) = altered(&right, place, alteration) else { continue };
                let texts = Texts { law: &false_law, ..texts.clone() };
                if asked(with, loss, texts.place, &false_law).0 != Became::Refuted {
                    // Of a tautology nothing is altered by a factor.
                    continue;
                }
                all += 1;
                let false_law = read(&texts).unwrap_or_else(|(_, fault)| panic!("{}: {}", texts.law, fault.message));
                let search = nearest(&texts, &false_law, &settings(), INSTANCES);
                let Some(Nearest { text, answer, .. }) = search.and_then(|search| search.found) else {
                    wrong.push(format!("{id}: {}: nothing near", texts.law));
                    continue;
                };
                let is_itself = text == rewritten(&right);
                let may_differ = matches!(alteration, Alteration::Dropped);
                if answer.report.verdict != Verdict::Holds || !(is_itself || may_differ) {
                    wrong.push(format!("{id}: {} is answered with {text}", texts.law));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {all}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(all > 100 && undecided.len() <= 1, "{all} laws; not told: {undecided:?}");
}

/// Off shell, finite steps, biases: what is missing comes from the list of candidates.
#[test]
fn missing_terms_are_named() {
    for (with, loss, place, law, expected) in [
        (
            UNIT,
            "(u (w @ x)^2 - y)^2",
            Where::Anywhere,
            "E[sum(g.w^2)] - 2 E[g.u^2] = 4 gamma/eta (sum(w^2) - 2 u^2)",
            "E[sum(g.w^2)] - 2 E[g.u^2] = 4 gamma/eta (sum(w^2) - 2 u^2) + 4/eta u grad(F).u - 2/eta w @ grad(F).w",
        ),
        (
            UNIT,
            "(u (w @ x) - y)^2",
            Where::Anywhere,
            "next(L; sum(w^2) - u^2) = (1 - gamma eta)^2 (sum(w^2) - u^2) + eta^2 (sum(grad(L).w^2) - grad(L).u^2)",
            "next(L; sum(w^2) - u^2) = (1 - 2 gamma eta)^2 (sum(w^2) - u^2) + eta^2 (sum(grad(L).w^2) - grad(L).u^2)",
        ),
        (
            "u, w[n], b; data x[n], y; n in 1..2",
            "(u relu(w @ x + b) - y)^2",
            Where::Stationary,
            "E[sum(g.w^2)] - E[g.u^2] = 4 gamma/eta (sum(w^2) - u^2)",
            "E[sum(g.w^2)] - E[g.u^2] = 4 gamma/eta (sum(w^2) - u^2) + 4 gamma/eta b^2 - E[g.b^2]",
        ),
        (UNIT, "(u (w @ x)^2 - y)^2", Where::Anywhere, "for z: w @ g.w = u g.u", "for z: w @ g.w = 2 u g.u"),
    ] {
        let texts = Texts { with, loss, law, place, ..Texts::default() };
        let (law, answer) = answered(&texts);
        let sequel = Sequel::find(&texts, &law, &answer);
        let found =
            sequel.search.and_then(|search| search.found).unwrap_or_else(|| panic!("{}: nothing near", texts.law));
        assert_eq!(found.text, expected, "{:?}", found.changes);
    }
}

/// A definition is no wall: what is wrong inside it is put right, behind a coefficient, in a product and inside what is linear.
#[test]
fn definitions_are_written_out_to_be_put_right() {
    for (define, place, law, expected) in [
        (
            vec![("C", "sum(w^2) - u^2")],
            Where::Stationary,
            "E[sum(g.w^2)] - 2 E[g.u^2] = 4 gamma/eta C",
            "E[sum(g.w^2)] - 2 E[g.u^2] = 4 gamma/eta sum(w^2) - 8 gamma/eta u^2",
        ),
        // Inside each other, and under a rate; what is one term keeps its name.
        (
            vec![("D", "sum(w^2) - C"), ("C", "u^2")],
            Where::Anywhere,
            "rate(3 D) = 0",
            "3 rate(sum(w^2)) - 6 rate(C) = 0",
        ),
        // Multiplied by what is no coefficient.
        (
            vec![("D", "w @ grad(L).w - u grad(L).u")],
            Where::Anywhere,
            "u D = 0",
            "u w @ grad(L).w - 2 u u grad(L).u = 0",
        ),
    ] {
        let texts = Texts { with: UNIT, loss: "(u (w @ x)^2 - y)^2", law, place, define, ..Texts::default() };
        let (read, answer) = answered(&texts);
        assert_eq!(answer.report.verdict, Verdict::Refuted, "{law}");
        let found = Sequel::find(&texts, &read, &answer).search.and_then(|search| search.found);
        assert_eq!(found.unwrap_or_else(|| panic!("{law}: nothing near")).text, expected);
    }
}

/// Where nothing is near, nothing is made up.
#[test]
fn a_law_that_no_change_saves_is_left_alone() {
    let texts = Texts { with: UNIT, loss: "(u tanh(w @ x) - y)^2", law: "for z: l = u + 2 sum(w)", ..Texts::default() };
    let (law, answer) = answered(&texts);
    assert_eq!(answer.report.verdict, Verdict::Refuted);
    let search = Sequel::find(&texts, &law, &answer).search.expect("it was sought");
    assert!(search.found.is_none(), "{}", search.found.map_or_else(String::new, |found| found.text));
    assert!(!search.offered.is_empty());
}

/// A law that holds: what else holds among its terms, and what it does not need.
#[test]
fn a_law_that_holds_is_seen_from_all_sides() {
    let law = "for z: w @ g.w + v @ g.v = 2 u g.u";
    // With n = 1 the forces of the samples span a plane only, and no point can be made stationary.
    let with = "u, v[n], w[n]; data x[n], y; n = 2";
    let texts = Texts { with, loss: "(u (v @ x) (w @ x) - y)^2", law, place: Where::Stationary, ..Texts::default() };
    let (read, answer) = answered(&texts);
    assert_eq!(answer.report.verdict, Verdict::Holds);
    let beyond = Sequel::find(&texts, &read, &answer).beyond.expect("it was sought");
    assert_eq!(beyond.further.len(), 1, "one more: each of v and w alone is balanced against u");
    assert!(beyond.needless.iter().any(|hypothesis| hypothesis.contains("at every point")), "{:?}", beyond.needless);
    let law = "E[sum(g.w^2)] - E[g.u^2] = 4 gamma/eta (sum(w^2) - u^2)";
    let texts = Texts { with: UNIT, loss: "(u (w @ x) - y)^2", law, place: Where::Stationary, ..Texts::default() };
    let (read, answer) = answered(&texts);
    let beyond = Sequel::find(&texts, &read, &answer).beyond.expect("it was sought");
    assert!(beyond.needless.is_empty() && beyond.further.is_empty(), "{:?}", beyond.needless);
}
