//! The guide's page of claims is made from the registry.

use equipartition::report::formula::to_mathml;
use equipartition::theories::ALL;
use equipartition::verify::Claim;
use std::fmt::Write;
use std::fs;
use std::path::Path;

/// The page: every claim with its statement and hypotheses, formulas in MathML, in one block of HTML a family.
fn page() -> String {
    let mut page = "# Every claim\n\nWith its hypotheses; `equipartition explain ID` tells the controls and the proof. Claims' ids are permanent.\n".to_owned();
    for (theory, family) in ALL.iter().flat_map(|theory| theory.claims.iter().map(move |family| (theory, family))) {
        if std::ptr::eq(*family, theory.claims[0]) {
            let _ = write!(page, "\n## {}\n", theory.title);
        }
        let _ = write!(page, "\n### {}\n\n<dl>\n", family[0].family());
        page += &family_page(family);
        page.push_str("</dl>\n");
    }
    page
}

/// The claims of a family.
fn family_page(family: &[&Claim]) -> String {
    let mut page = String::new();
    for entry in family {
        let _ = writeln!(page, "<dt><code>{}</code>: {}</dt>", entry.id, to_mathml(entry.title));
        let _ = writeln!(page, "<dd><p>{}</p><ul>", to_mathml(entry.statement));
        for hypothesis in entry.hypotheses {
            let _ = writeln!(page, "<li>{}</li>", to_mathml(hypothesis));
        }
        page.push_str("</ul></dd>\n");
    }
    page
}

/// To write it anew: `UPDATE_GUIDE=1 cargo test --test guide`.
#[test]
fn the_page_of_claims_is_that_of_the_registry() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/guide/claims.md");
    if std::env::var_os("UPDATE_GUIDE").is_some() {
        fs::write(&path, page()).expect("the guide can be written");
    }
    let kept = fs::read_to_string(&path).expect("the page is there");
    assert!(
        kept == page(),
        "src/guide/claims.md is not what the registry says: UPDATE_GUIDE=1 cargo test --test guide"
    );
}

/// What CONTRIBUTING shows as the whole of a claim is the whole of it.
#[test]
fn the_claim_that_contributing_shows_is_the_one_that_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let shown = fs::read_to_string(root.join("CONTRIBUTING.md")).expect("the page is there");
    let of = |file: &str| -> String {
        let rest = shown.split_once(&format!("+++ b/{file}\n")).expect("the file is shown").1;
        let added = rest.lines().take_while(|line| !line.starts_with("---") && !line.starts_with("```"));
        added.filter_map(|line| line.strip_prefix('+')).map(|line| line.to_owned() + "\n").collect()
    };
    let kept = |file: &str| fs::read_to_string(root.join(file)).expect("the file is there");
    let claim = "src/theories/markov/stationary_mean.rs";
    assert_eq!(of(claim), kept(claim));
    assert!(kept("proofs/markov.md").contains(&of("proofs/markov.md")));
    for line in of("src/theories/markov/mod.rs").lines() {
        assert!(kept("src/theories/markov/mod.rs").contains(line.trim()), "{line}");
    }
}
