//! The theories of examples/theories, each with its verdicts.

use super::INSTANCES;
use equipartition::formula::file::TheoryFile;
use equipartition::verify::runner::{self, Plan};
use equipartition::verify::{Claim, Settings, Verdict};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::atomic::AtomicBool;

/// Every claim of the gallery that does not hold, with its verdict.
const OTHERS: [(&str, Verdict); 3] = [
    ("textbook-balance/any-loss", Verdict::Powerless),
    ("textbook-balance/equal-gradients", Verdict::Refuted),
    ("textbook-balance/equal-norms", Verdict::Refuted),
];

fn texts() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/theories");
    let mut texts: Vec<(String, String)> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), fs::read_to_string(&path).unwrap()))
        .collect();
    texts.sort();
    texts
}

#[test]
fn every_theory_of_the_gallery_gets_its_verdicts() {
    let texts = texts();
    assert!(texts.len() >= 10, "{} theories", texts.len());
    let mut others = BTreeMap::new();
    for (name, text) in &texts {
        let file = TheoryFile::parse(name, text).unwrap_or_else(|complaint| panic!("{complaint}"));
        let plan = Plan { settings: Settings::new(0, 256), instances: INSTANCES, jobs: 0, time_limit: None };
        file.with_theory(|theory| {
            let claims: Vec<&Claim> = theory.claims.iter().flat_map(|family| family.iter()).copied().collect();
            for report in runner::run(&claims, &plan, &AtomicBool::new(false), &|_| {}) {
                if report.verdict != Verdict::Holds {
                    eprintln!("{}: {} ({})", report.entry.id, report.verdict, report.reason);
                    others.insert(report.entry.id.clone(), report.verdict);
                }
            }
        });
    }
    let expected: BTreeMap<String, Verdict> = OTHERS.iter().map(|(id, verdict)| ((*id).to_owned(), *verdict)).collect();
    assert_eq!(others, expected);
}

#[test]
fn the_schema_in_the_documents_is_the_one_that_is_printed() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/theory.schema.json");
    let schema = format!("{:#}\n", equipartition::formula::schema::schema());
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, &schema).unwrap();
    }
    assert_eq!(fs::read_to_string(path).unwrap(), schema);
}

/// What is wrong with a file is underlined in the file.
#[test]
fn what_is_wrong_with_a_theory_is_underlined() {
    const GOOD: &str = r#"
[theory]
name = "own"
title = "Own"

[model]
with = "u, w[n]; data x[n], y; n in 1..3"
loss = "(u (w @ x) - y)^2"

[[claim]]
id = "own/law"
title = "a law"
law = "for z: u g.u = w @ g.w"

[[claim.control]]
name = "other"
breaks = "another loss"
loss = "(u (w @ x)^2 - y)^2"
"#;
    assert!(TheoryFile::parse("own.toml", GOOD).is_ok());
    for (from, to, expected, marked) in [
        ("g.u", "g.v", "unknown parameter `v`: there is `u` and `w`", "v"),
        ("(u (w @ x) - y)^2", "(u (w x) - y)^2", "this can be read in two ways: write `w @ x` or `w * x`", "w x"),
        ("w[n]", "w[m]", "the size `m` of `w` is not declared: there is `n`; give it as `m in 1..3`", "w"),
        ("id = \"own/law\"", "id = \"law\"", "an identifier is `family/name`", "\"law\""),
        ("name = \"own\"", "name = \"Own\"", "the name of a theory is made of small letters", "\"Own\""),
        (
            "name = \"other\"",
            "name = \"generic-loss\"",
            "another control has the name `generic-loss`",
            "\"generic-loss\"",
        ),
        ("loss = \"(u (w @ x)^2 - y)^2\"", "", "a control changes something", "\"other\""),
        ("law = ", "laws = ", "unknown key `laws`: did you mean `law`?", "laws"),
        ("title = \"a law\"", "title = \"a law\"\nat = \"here\"", "unknown value `here`", "\"here\""),
        ("title = \"Own\"", "title = 3", "invalid type: integer `3`, expected a string", "3"),
        ("[model]", "[modell]", "unknown key `modell`: did you mean `model`?", "modell"),
    ] {
        let complaint = TheoryFile::parse("own.toml", &GOOD.replace(from, to)).err().expect(to).to_string();
        assert!(complaint.contains(expected), "{complaint}");
        let lines: Vec<&str> = complaint.lines().collect();
        let (shown, carets) = (lines[2], lines[3]);
        let start = carets.find('^').unwrap();
        assert_eq!(&shown[start..start + carets.matches('^').count()], marked, "{complaint}");
    }
    // The same declared by tables, and the control's loss under the name that it has in the file.
    let by_tables = GOOD
        .replace(
            "with = \"u, w[n]; data x[n], y; n in 1..3\"",
            "parameters = { u = [], w = [\"n\"] }\ndata = { x = [\"n\"], y = [] }",
        )
        .replace("[model]", "[sizes]\nn = \"1..3\"\n\n[model]")
        .replace("loss = \"(u (w @ x)^2", "model.loss = \"(u (w @ x)^2");
    let hypotheses = |text: &str| {
        let file = TheoryFile::parse("own.toml", text).unwrap_or_else(|complaint| panic!("{complaint}"));
        file.with_theory(|theory| {
            let claim = theory.claims[0][0];
            (claim.hypotheses.iter().map(|line| line.to_string()).collect::<Vec<_>>(), claim.controls.len())
        })
    };
    assert_eq!(hypotheses(&by_tables), hypotheses(GOOD));
    for (from, to, expected) in [
        ("n = \"1..3\"", "n = \"1..\"", "a size is a range such as \"1..3\""),
        ("n = \"1..3\"", "m = \"1..3\"", "the size `n` of `w` is not declared"),
        ("w = [\"n\"]", "eta = [\"n\"]", "eta"),
        ("w = [\"n\"]", "w = [\"n\", \"n\", \"n\"]", "w"),
        ("w = [\"n\"]", "w = [0]", "0"),
        ("parameters = { u = [], w = [\"n\"] }", "", "missing key `with`, or `parameters` and `data`"),
        ("parameters = {", "with = \"u\"\nparameters = {", "`with` declares everything"),
        ("model.loss", "loss = \"y\"\nmodel.loss", "`loss` and `model.loss` are the same"),
    ] {
        assert!(by_tables.contains(from), "{from}");
        let complaint = TheoryFile::parse("own.toml", &by_tables.replace(from, to)).err().expect(to).to_string();
        assert!(complaint.contains(expected) && complaint.contains('^'), "{complaint}");
    }
    // Definitions without effect, of the file and of a claim, with the line that they are on.
    for (from, to, line) in [
        ("[[claim]]", "[define]\nC = \"sum(w^2)\"\n\n[[claim]]", "11 | C = \"sum(w^2)\""),
        ("title = \"a law\"", "title = \"a law\"\ndefine = { C = \"sum(v)\" }", "13 | define = { C = \"sum(v)\" }"),
    ] {
        let complaint = TheoryFile::parse("own.toml", &GOOD.replacen(from, to, 1)).err().expect(to).to_string();
        assert!(complaint.contains("no law speaks of `C`") && complaint.contains(line), "{complaint}");
    }
    let complaint = TheoryFile::parse("own.toml", GOOD.split("[[claim]]").next().unwrap()).err().unwrap().to_string();
    assert_eq!(complaint, "own.toml: there is no [[claim]]");
}

/// What a law does not use is no matter of it: a definition may speak of what only one claim declares.
#[test]
fn a_definition_is_read_where_it_is_used() {
    const TWO: &str = r#"
[theory]
name = "own"
title = "Own"

[model]
with = "u, w[n]; data x[n], y; n in 1..3"
loss = "(u (w @ x) - y)^2"

[define]
C = "sum(w^2) - u^2"
D = "sum(v^2) - C"

[[claim]]
id = "own/one"
title = "of one layer"
law = "rate(C) = 0"

[[claim]]
id = "own/two"
title = "of two"
with = "u, w[n], v[n]; data x[n], y; n in 1..3"
loss = "(u (w @ x) - y)^2 + sum(v^2)"
law = "rate(D) = -4 sum(v^2)"
"#;
    let file = TheoryFile::parse("own.toml", TWO).unwrap_or_else(|complaint| panic!("{complaint}"));
    let defined = |id: &str| {
        let hypotheses = &file.claim(id).expect(id).hypotheses;
        ["C = ", "D = "].map(|name| hypotheses.iter().any(|hypothesis| hypothesis.starts_with(name)))
    };
    assert_eq!((defined("own/one"), defined("own/two")), ([true, false], [true, true]));
    // Where it is used it has to make sense.
    let complaint = TheoryFile::parse("own.toml", &TWO.replace("rate(C) = 0", "rate(D) = 0")).err().expect("no v");
    assert!(complaint.to_string().contains("own.toml:12:10: unknown name `v`"), "{complaint}");
}
