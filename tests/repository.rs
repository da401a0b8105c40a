//! Lists that are kept by hand are complete: the page of tests, and the script that draws the pictures; scripts name claims that there are.

use equipartition::theories::{find, registry};
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn text(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The names in a folder.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry"));
    let mut names: Vec<String> = entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn the_page_of_tests_names_every_file() {
    let page = text("tests/README.md");
    let unnamed: Vec<String> = names(&root().join("tests"))
        .into_iter()
        .filter(|name| name != "README.md" && !name.starts_with('.'))
        .filter(|name| {
            let folder = root().join("tests").join(name).is_dir();
            !page.contains(&if folder { format!("`{name}/`") } else { format!("`{name}`") })
        })
        .collect();
    assert!(unnamed.is_empty(), "not in tests/README.md: {}", unnamed.join(", "));
    // And it names no other.
    let named = page.split('`').skip(1).step_by(2);
    let gone: Vec<&str> = named
        .filter(|name| name.ends_with(".rs") || (name.ends_with('/') && !name.contains(' ')))
        .filter(|name| !root().join("tests").join(name).exists())
        .collect();
    assert!(gone.is_empty(), "tests/README.md names what is not there: {}", gone.join(", "));
}

#[test]
fn the_script_draws_every_picture() {
    let script = text("tools/pictures.sh");
    // A loop draws those of the theories that have one.
    let kinds = script.split("for kind in ").nth(1).and_then(|rest| rest.split(';').next()).expect("a loop");
    let kinds: Vec<String> = kinds.split_whitespace().map(|kind| format!("docs/theories/{kind}.svg")).collect();
    let mut pictures = Vec::new();
    for folder in ["docs", "docs/theories"] {
        let drawn = names(&root().join(folder)).into_iter().filter(|name| name.ends_with(".svg"));
        pictures.extend(drawn.map(|name| format!("{folder}/{name}")));
    }
    let left: Vec<&String> =
        pictures.iter().filter(|picture| !script.contains(*picture) && !kinds.contains(picture)).collect();
    assert!(left.is_empty(), "no command draws {left:?}");
    let missing: Vec<&String> = kinds.iter().filter(|picture| !pictures.contains(picture)).collect();
    assert!(missing.is_empty(), "{missing:?} are drawn, and not there");
}

/// Scripts run seldom, so that nobody else would notice.
#[test]
fn scripts_name_claims_that_there_are() {
    let families: Vec<&str> = registry().iter().map(|claim| claim.family()).collect();
    let is_of_a_path = |c: char| c.is_ascii_alphanumeric() || "_-./".contains(c);
    let mut named = 0;
    for folder in ["benches/peers", "tools", ".github/workflows", "."] {
        for name in names(&root().join(folder)) {
            let Some("py" | "sh" | "yml" | "toml") = Path::new(&name).extension().and_then(|end| end.to_str()) else {
                continue;
            };
            let path = format!("{folder}/{name}");
            for word in text(&path).split(|c| !is_of_a_path(c)) {
                let is_id = word.split_once('/').is_some_and(|(family, claim)| {
                    families.contains(&family)
                        && claim.len() > 1
                        && claim.bytes().all(|b| b.is_ascii_lowercase() || b == b'-')
                });
                if is_id {
                    assert!(find(word).is_some(), "{path} names {word}, which is no claim");
                    named += 1;
                }
            }
        }
    }
    assert!(named >= 3, "{named}");
}
