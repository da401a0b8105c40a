//! Laws on the command line and in files: exit codes, messages, and what is done with theories as with those of the program.

use super::support::equipartition;
use serde_json::Value;
use std::fs;
use std::process::Output;

const WITH: &str = "u, w[n], x[n], y; n in 1..3";
const LOSS: &str = "(u (w @ x)^2 - y)^2";
const LAW: &str = "for z: w @ g.w = 2 u g.u";
const THEORY: &str = "examples/theories/quadratic-unit.toml";

fn run(arguments: &[&str]) -> Output {
    equipartition().current_dir(env!("CARGO_MANIFEST_DIR")).args(arguments).output().expect("it runs")
}

fn check(law: &str, more: &[&str]) -> (Option<i32>, String, String) {
    let mut arguments = vec!["check", law, "--loss", LOSS, "--with", WITH, "--instances", "8"];
    arguments.extend(more);
    told(run(&arguments))
}

fn told(output: Output) -> (Option<i32>, String, String) {
    let text = |bytes| String::from_utf8(bytes).expect("text");
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[test]
fn the_exit_code_is_the_verdict() {
    for (law, more, code, first) in [
        (LAW, &[][..], 0, "holds: "),
        ("for z: w @ g.w = u g.u", &[], 1, "refuted: "),
        ("rate(L) = -sum(grad(L)^2)", &[], 1, "tautology: "),
        (LAW, &["--control-loss", "(u (w @ x)^3 - y)^2"], 0, "holds: "),
        (LAW, &["--control-loss", "(u (w @ x)^2 - 2 y)^2"], 1, "powerless: "),
        (
            "E[g.u^2] = 0.5 E[norm2(g.w)] + 2 gamma/eta D",
            &["--at", "stationary", "--define", "D = 2 u^2 - sum(w^2)"],
            0,
            "holds: ",
        ),
    ] {
        let (found, text, complaint) = check(law, more);
        assert_eq!(found, Some(code), "{law}: {text}{complaint}");
        assert!(text.starts_with(first), "{text}");
        assert_eq!(complaint, "", "{law}");
        assert_eq!(text.contains("none was given"), !more.contains(&"--control-loss"), "{text}");
    }
}

/// `>=` is judged as `<=`, and a counterexample says so before it tells left from right.
#[test]
fn sides_that_are_exchanged_are_said_to_be() {
    let sides = |law: &str| {
        let (_, text, _) = check(law, &[]);
        text.split_once("counterexample").map(|(_, found)| found.replace('\n', " ")).unwrap_or_default()
    };
    let turned = sides("for z: l >= 1");
    assert!(
        turned.contains("judged as for z: 1 <= l:") && turned.contains("left   1 = [1]     right  l = ["),
        "{turned}"
    );
    let straight = sides("for z: 1 <= l");
    assert!(straight.contains("left   1 = [1]     right  l = [") && !straight.contains("judged as"), "{straight}");
}

/// Every message underlines its place; nothing from a formula reaches a terminal as it is.
#[test]
fn what_makes_no_sense_is_underlined() {
    for (law, more, words) in [
        ("w @ g.w = 2 u g.u", &[][..], &["law:1:5: `g` is of one sample", "^"][..]),
        ("for z: w g.w = 2 u g.u", &[], &["write `w @ g.w` or `w * g.w`", "^^^^^"]),
        ("rate(u; L) = 0", &[], &["law:1:1: what is descended stands first: write `rate(L; u)`", "^^^^^^^^^^"]),
        ("next(u; w) = u", &[], &["expected `L`, `S` or `F`, found `u`"]),
        ("next(L; u) - u ~ eta", &["--rates", "diagonal"], &["no single eta where Lambda is a matrix", "^^^"]),
        ("u = \u{1b}[31m", &[], &["`\u{fffd}` has no meaning in a formula", "^"]),
        ("1/(u - u) = w @ w", &[], &["`(u - u)` is 0 on all instances"]),
        ("w[3] = u", &[], &["no size fits: this needs n at least 4, and it is from 1 to 3"]),
        (LAW, &["--define", "C"], &["--define:1:1: a definition is a name, `=` and a formula"]),
        (LAW, &["--define", "u = 1"], &["--define:1:1: `u` is declared already"]),
        (LAW, &["--define", "C = sum(w) + v"], &["--define:1:11: unknown name `v`"]),
        (LAW, &["--define", "C = sum(w)"], &["--define:1:1: no law speaks of `C`"]),
        ("g.w = eta w", &["--rates", "full"], &["`g` is of one sample"]),
        ("E[g.w] = eta w", &["--rates", "full"], &["there is no single eta"]),
        (LAW, &["--control-loss", "(u w - y)^2"], &["--control-loss:1:", "cannot be added"]),
    ] {
        let (code, text, complaint) = check(law, more);
        assert_eq!((code, text.as_str()), (Some(65), ""), "{law}: {complaint}");
        assert!(complaint.starts_with("error: ") && !complaint.contains('\u{1b}'), "{complaint}");
        for word in words {
            assert!(complaint.contains(word), "`{word}` is missing in {complaint}");
        }
    }
}

#[test]
fn programs_get_the_same_as_a_document() {
    let (code, text, _) = check("for z: w @ g.w = u g.u", &["--format", "json"]);
    let document: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!((code, &document["verdict"]), (Some(1), &Value::from("refuted")));
    assert_eq!(document["latex"], r"w \cdot g_{w} = u \, g_{u} \qquad \forall\, z");
    assert_eq!(document["counterexample"]["exact"], true);
    assert_eq!(document["counterexample"]["terms"].as_array().map(Vec::len), Some(2));
    let again = check("for z: w @ g.w = u g.u", &["--format", "json"]);
    assert_eq!(again.1, text, "the same input gives the same bytes");
    let (code, text, _) = check("u = ", &["--format", "json"]);
    let document: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!((code, &document["error"]["kind"]), (Some(65), &Value::from("bad-data")));
}

/// What an exponent is, where it is the one asserted and where it is another.
#[test]
fn the_exponent_that_was_measured_is_told() {
    for (law, code, measured) in [
        ("next(L; sum(w^2) - 2 u^2) - (1 - 2 gamma eta)^2 (sum(w^2) - 2 u^2) ~ eta^2", Some(0), 2.0),
        ("next(L; sum(w^2) - 2 u^2) - (1 - 2 gamma eta)^2 (sum(w^2) - 2 u^2) ~ eta^3", Some(1), 2.0),
        ("sum(next(L; w)^2) - sum(w^2) ~ eta^2", Some(1), 1.0),
    ] {
        let (found, text, complaint) = check(law, &["--format", "json"]);
        assert_eq!(found, code, "{text}{complaint}");
        let document: Value = serde_json::from_str(&text).expect("JSON");
        let exponent = &document["exponents"][0];
        let value: f64 = exponent["measured"].as_str().unwrap().parse().unwrap();
        assert!((value - measured).abs() < 1e-15, "{law}: {exponent}");
        assert_eq!(exponent["predicted"].as_f64() == Some(measured), code == Some(0), "{exponent}");
        let (_, text, _) = check(law, &[]);
        assert!(
            text.contains(&format!("\nexponent    left side = {}", exponent["measured"].as_str().unwrap())),
            "{text}"
        );
    }
}

/// Labels among the parameters are pointed at, and labels among the data are not.
#[test]
fn labels_that_are_parameters_are_noted() {
    let noted = |with: &str, loss: &str| {
        let law = "for z: sum(g.W) = 0";
        let asked = ["check", law, "--loss", loss, "--with", with, "--instances", "4", "--alone", "--format", "json"];
        let document: Value = serde_json::from_str(&told(run(&asked)).1).expect("JSON");
        document["notes"].as_array().unwrap_or_else(|| panic!("{document:#}")).len()
    };
    let (labels, quantity) = ("cross_entropy(W @ x, c)", "W[k, n], c[k]; data x[n]; k in 2..3, n in 1..2");
    for (with, loss, notes) in [
        ("W[k, n], c[k] in onehot; data x[n]; k in 2..3, n in 1..2", labels, 1),
        ("W[k, n]; data x[n], c[k] in onehot; k in 2..3, n in 1..2", labels, 0),
        (quantity, labels, 1),
        (quantity, "cross_entropy(W @ x, c) + sum(c^2)", 0),
    ] {
        assert_eq!(noted(with, loss), notes, "{with}: {loss}");
    }
}

/// A file is a theory: selected by its name or by identifiers, explained, replayed, recorded.
#[test]
fn a_file_of_laws_is_a_theory_like_those_of_the_program() {
    let folder = tempfile::tempdir().unwrap();
    let lock = folder.path().join("theory.lock");
    let lock = lock.to_str().unwrap();
    let verify = ["verify", THEORY, "--instances", "8", "--no-config", "--baseline", lock];
    let (code, text, complaint) = told(run(&[&verify[..], &["--bless"]].concat()));
    assert_eq!(code, Some(0), "{text}{complaint}");
    assert!(text.contains("quadratic-unit/balance") && text.contains("2 claims: 2 hold"), "{text}");
    assert!(fs::read_to_string(lock).unwrap().contains("quadratic-unit/euler"));
    assert_eq!(told(run(&verify)).0, Some(0), "the baseline is met");
    let (code, text, _) = told(run(&["explain", "quadratic-unit/balance", "--theory", THEORY]));
    assert_eq!(code, Some(0));
    // Signs are typeset: what follows them is not compared.
    assert!(
        text.contains("  - l = (u (w @ x)") && text.contains("  - C = ") && text.contains("not-homogeneous"),
        "{text}"
    );
    let (code, text, _) = told(run(&["replay", "quadratic-unit/balance", "0", "1", "--theory", THEORY]));
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("E[sum(g.w^2)] =") && text.contains("rational: satisfied"), "{text}");
    let (_, text, _) = told(run(&["list", "quadratic-unit", "--theory", THEORY]));
    assert!(text.starts_with("A quadratic unit"), "{text}");
    let (code, text, _) =
        told(run(&["verify", "examples/theories/textbook-balance.toml", "--instances", "8", "--no-config"]));
    assert_eq!(code, Some(1));
    assert!(text.contains("--theory examples/theories/textbook-balance.toml"), "{text}");
}

/// A law with a branch that no instance takes holds, and that nothing is known there is said wherever the claim is: in text, Markdown, on the page and in JSON.
#[test]
fn a_branch_that_no_instance_of_a_file_takes_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("kinked.toml");
    let theory = r#"
        [theory]
        name = "kinked"
        title = "A law with a branch far away"

        [model]
        with = "w; data x, y"
        loss = "(w x - y)^2"

        [[claim]]
        id = "kinked/far"
        title = "a factor that is 1 wherever instances are drawn"
        law = "for z: g.w = 2 x (w x - y) (1 + relu(w - 10^4))"

        [[claim]]
        id = "kinked/near"
        title = "both branches of which are taken"
        law = "for z: g.w + abs(w) = 2 x (w x - y) + max(w, -w)"
    "#;
    fs::write(&file, theory).unwrap();
    let verified = |format: &str| {
        let asked = ["verify", file.to_str().unwrap(), "--instances", "16", "--no-config", "--format", format];
        let (code, text, complaint) = told(run(&asked));
        assert_eq!(code, Some(0), "{text}{complaint}");
        text
    };
    const TOLD: &str =
        "No instance takes the other branch of `relu(w - 10^4)`: what the law says there was not examined.";
    let in_one_line = verified("text").split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(in_one_line.contains(&format!("kinked/far: {TOLD}")), "{in_one_line}");
    assert_eq!(in_one_line.matches("No instance takes").count(), 1);
    for format in ["markdown", "html"] {
        assert_eq!(verified(format).matches("No instance takes the other branch").count(), 1, "{format}");
    }
    let document: Value = serde_json::from_str(&verified("json")).expect("JSON");
    let branches = document["claims"].as_array().unwrap().iter().map(|claim| claim.get("branches_never_taken"));
    assert_eq!(branches.collect::<Vec<_>>(), [Some(&serde_json::json!(["relu(w - 10^4)"])), None]);
}

/// What `check` says is true in the place of a refuted law, `verify` says of a file's, and `merge` says again.
#[test]
fn a_refuted_law_of_a_file_is_answered_as_check_answers_it() {
    const FALSE: &str = "examples/theories/textbook-balance.toml";
    let (law, loss) = ("E[sum(g.w^2)] = E[g.u^2]", "(u (w @ x) - y)^2");
    let asked =
        ["check", law, "--loss", loss, "--with", WITH, "--at", "stationary", "--instances", "8", "--format", "json"];
    let checked: Value = serde_json::from_str(&told(run(&asked)).1).expect("JSON");
    assert_eq!(checked["nearest"]["verdict"], "holds", "{checked:#}");
    let verify = ["verify", FALSE, "--instances", "8", "--no-config"];
    let (code, json, _) = told(run(&[&verify[..], &["--format", "json"]].concat()));
    let verified: Value = serde_json::from_str(&json).expect("JSON");
    let of = |id: &str| verified["claims"].as_array().unwrap().iter().find(|claim| claim["id"] == id).unwrap();
    assert_eq!(code, Some(1));
    let claim = of("textbook-balance/equal-gradients");
    assert_eq!((&claim["nearest"], &claim["offered"]), (&checked["nearest"], &checked["offered"]));
    // A tautology is not refuted: nothing is sought in its place.
    assert!(of("textbook-balance/any-loss").get("offered").is_none());
    let nearest = claim["nearest"]["law"].as_str().unwrap();
    let (_, text, _) = told(run(&verify));
    let in_one_line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(in_one_line.contains(&format!("instead: {nearest} with")), "{text}");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("report.json");
    fs::write(&path, &json).unwrap();
    let merged = told(run(&["merge", path.to_str().unwrap(), "--theory", FALSE, "--format", "json"]));
    assert_eq!(merged.1, json, "{}", merged.2);
}

/// A table and the formulas from the tree; nothing in a file becomes a command of LaTeX.
#[test]
fn a_report_can_be_pasted_into_a_paper() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("own.toml");
    let name = path.to_str().unwrap();
    let title = r"{ } $ & # % _ ^ ~ < > | \input{x}";
    let text = fs::read_to_string(THEORY).unwrap().replace("\"balance of a quadratic unit\"", &format!("'{title}'"));
    assert!(text.contains(title));
    fs::write(&path, text).unwrap();
    let (code, text, complaint) = told(run(&["verify", name, "--instances", "8", "--no-config", "--format", "latex"]));
    assert_eq!(code, Some(0), "{text}{complaint}");
    for expected in [
        r"\usepackage{amsmath, amssymb, booktabs}",
        r"\toprule",
        r"\texttt{quadratic-unit/balance} & holds & ",
        r"\{ \} \$ \& \# \% \_ \textasciicircum{} \textasciitilde{} \(<\) \(>\) \(|\) \textbackslash{}input\{x\}",
        r"\frac{4 \, \gamma}{\eta}",
        r". Hypotheses: \(\ell = \left(",
        r"; \(C = \textstyle\sum",
        "2 claims: 2 hold",
    ] {
        assert!(text.contains(expected), "{expected} in\n{text}");
    }
    let explain = ["explain", "quadratic-unit/balance", "--theory", name, "--format", "latex"];
    let (code, told_alone, _) = told(run(&explain));
    assert_eq!(code, Some(0));
    for expected in [r"\frac{4 \, \gamma}{\eta} \, C\)", r"\item \(\ell = ", r"\item \(C = \textstyle\sum"] {
        assert!(told_alone.contains(expected), "{expected} in\n{told_alone}");
    }
    let plain = text.replace(r"\{", "").replace(r"\}", "");
    assert_eq!(plain.matches('{').count(), plain.matches('}').count(), "{text}");
    // Every row of the table has as many cells as the table has columns.
    let rows: Vec<&str> = text.lines().filter(|line| line.starts_with(r"  \texttt{")).collect();
    assert_eq!(rows.len(), 2);
    assert!(rows.iter().all(|row| row.matches(" & ").count() == 5 && row.ends_with(r" \\")), "{rows:?}");
    let page = folder.path().join("report.tex");
    let also = format!("latex={}", page.display());
    let verify = ["verify", name, "--instances", "8", "--no-config", "--also", &also];
    assert_eq!(told(run(&verify)).0, Some(0));
    assert_eq!(fs::read_to_string(page).unwrap(), text);
}

/// A verdict is of the law that was examined, not of the one that bears its name by now.
#[test]
fn a_report_says_nothing_of_a_law_that_was_changed() {
    let folder = tempfile::tempdir().unwrap();
    let [theory, report] = ["own.toml", "report.json"].map(|name| folder.path().join(name));
    let [theory_name, report_name] = [&theory, &report].map(|path| path.to_str().unwrap());
    let text = fs::read_to_string(THEORY).unwrap();
    fs::write(&theory, &text).unwrap();
    let arguments = ["verify", theory_name, "-n", "8", "--format", "json", "--output", report_name];
    assert_eq!(told(run(&arguments)).0, Some(0));
    let merge = || told(run(&["merge", report_name, "--theory", theory_name]));
    assert_eq!(merge().0, Some(0));
    for (was, is, member) in [
        ("law = \"for z: w @ g.w = 2 u g.u\"", "law = \"for z: w @ g.w = 3 u g.u\"", "statement"),
        ("loss = \"(u (w @ x)^2 - y)^2\"", "loss = \"(u (w @ x)^2 - y)^4\"", "hypotheses"),
    ] {
        assert!(text.contains(was), "{was}");
        fs::write(&theory, text.replace(was, is)).unwrap();
        let (code, shown, complaint) = merge();
        assert_eq!((code, shown.as_str()), (Some(65), ""), "{complaint}");
        assert!(complaint.contains("report.json: quadratic-unit/") && complaint.contains(member), "{complaint}");
    }
    // Nor is it read without the theory.
    let (code, _, complaint) = told(run(&["merge", report_name]));
    assert_eq!(code, Some(65));
    assert!(complaint.contains("of a theory's file that is given"), "{complaint}");
}

#[test]
fn files_that_are_none_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("own.toml");
    let name = path.to_str().unwrap();
    assert_eq!(told(run(&["verify", name])).0, Some(66));
    fs::write(&path, [0xff, 0xfe]).unwrap();
    assert_eq!(told(run(&["verify", name])).0, Some(65));
    fs::write(&path, "[theory]\nname = 1\n").unwrap();
    let (code, _, complaint) = told(run(&["verify", name]));
    assert_eq!(code, Some(65));
    assert!(complaint.contains("own.toml:2:8: ") && complaint.contains('^'), "{complaint}");
    // An identifier of the program's own.
    let text = fs::read_to_string(THEORY).unwrap().replace("quadratic-unit/balance", "balance/neuron");
    fs::write(&path, text).unwrap();
    let (code, _, complaint) = told(run(&["verify", name]));
    assert_eq!(code, Some(65));
    assert!(complaint.contains("own.toml: balance/neuron: two claims have this identifier"), "{complaint}");
    fs::write(&path, "x".repeat((1 << 20) + 1)).unwrap();
    assert!(told(run(&["verify", name])).2.contains("longer than 1024 KiB"));
}

/// Megabytes of brackets are a message, at once.
#[test]
fn megabytes_of_brackets_are_refused() {
    let law = "(".repeat(100_000);
    let (code, _, complaint) = check(&law, &[]);
    assert_eq!(code, Some(65));
    assert!(complaint.contains("longer than 65536 bytes") && complaint.len() < 1000, "{complaint}");
    let law = "(".repeat(1000);
    assert!(check(&law, &[]).2.contains("more than 48 brackets inside each other"));
}
