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
