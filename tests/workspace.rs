//! The floors of the house: crates that know only those below them, and that every way of building it takes along.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// What cargo prints, asked in the root.
fn cargo(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO")).args(arguments).current_dir(root()).output().expect("cargo runs");
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

/// Each member's folder, and the members that it needs to be built, by the members' names.
fn members() -> BTreeMap<String, (PathBuf, BTreeSet<String>)> {
    let text = cargo(&["metadata", "--format-version", "1", "--no-deps", "--offline", "--locked"]);
    let metadata: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let packages = metadata["packages"].as_array().expect("packages");
    let needed = |package: &serde_json::Value| {
        let all = package["dependencies"].as_array().expect("dependencies").iter();
        all.filter(|of| of["kind"].is_null() && of["path"].is_string())
            .map(|of| of["name"].as_str().expect("a name").to_owned())
            .collect()
    };
    let folder = |package: &serde_json::Value| {
        let manifest = Path::new(package["manifest_path"].as_str().expect("a path")).to_owned();
        manifest.parent().and_then(|folder| folder.strip_prefix(root()).ok()).expect("within the root").to_owned()
    };
    packages
        .iter()
        .map(|package| (package["name"].as_str().expect("a name").to_owned(), (folder(package), needed(package))))
        .collect()
}

/// A line of the table of floors in docs/architecture.md: crate, folder, what it knows.
fn floors() -> Vec<(String, String, BTreeSet<String>)> {
    let page = read("docs/architecture.md");
    let lines = page.lines().filter(|line| line.starts_with("| `equipartition"));
    let codes = |cell: &str| cell.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>();
    lines
        .map(|line| {
            let cells: Vec<&str> = line.trim_matches('|').split('|').collect();
            (codes(cells[0]).remove(0), codes(cells[1]).remove(0), codes(cells[3]).into_iter().collect())
        })
        .collect()
}

#[test]
fn the_floors_are_those_of_the_page_and_every_arrow_points_down() {
    let members = members();
    let floors = floors();
    let houses = members.iter().filter(|(_, (folder, _))| !folder.starts_with("examples"));
    let mut told: Vec<&String> = floors.iter().map(|floor| &floor.0).collect();
    for (place, (name, folder, knows)) in floors.iter().enumerate() {
        let (found, needed) = members.get(name).unwrap_or_else(|| panic!("{name} is no member"));
        assert_eq!(found, Path::new(folder.trim_start_matches("./").trim_end_matches('/')), "{name}");
        assert_eq!(needed, knows, "{name}");
        for below in knows {
            assert!(told[place + 1..].contains(&below), "{name} needs {below}, which does not stand below it");
        }
    }
    told.sort();
    assert_eq!(told, houses.map(|(name, _)| name).collect::<Vec<_>>());
}

#[test]
fn every_folder_of_crates_is_a_member() {
    let members: BTreeSet<PathBuf> = members().into_values().map(|(folder, _)| folder).collect();
    for entry in std::fs::read_dir(root().join("crates")).expect("crates") {
        let path = entry.expect("an entry").path();
        assert!(members.contains(path.strip_prefix(root()).expect("within")), "{path:?}");
    }
}

/// All files under a folder with an ending.
fn files(folder: &Path, ending: &str, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{folder:?}: {error}")) {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files(&path, ending, found);
        } else if path.extension().is_some_and(|of| of == ending) {
            found.push(path);
        }
    }
}

/// The files that the sources have in them: what `include_str!` and `include_bytes!` name, but for what is documentation only.
fn included() -> BTreeSet<PathBuf> {
    let mut sources = Vec::new();
    files(&root().join("src"), "rs", &mut sources);
    files(&root().join("crates"), "rs", &mut sources);
    let mut all = BTreeSet::new();
    for source in sources {
        let text = std::fs::read_to_string(&source).expect("a source");
        for (place, _) in text.match_indices("include_") {
            let line = text[..place].rfind('\n').map_or(0, |at| at + 1);
            let Some(("include_str!" | "include_bytes!", rest)) =
                text[place..].split_once('(').filter(|_| !text[line..].starts_with("#[doc"))
            else {
                continue;
            };
            let name = rest.split('"').nth(1).expect("a literal");
            let path = source.parent().expect("a folder").join(name);
            let path = path.canonicalize().unwrap_or_else(|error| panic!("{path:?}: {error}"));
            all.insert(path.strip_prefix(root().canonicalize().expect("a root")).expect("within").to_owned());
        }
    }
    all
}

/// The action builds the program again where something it is made of has changed, and takes the one it built before otherwise.
#[test]
fn the_key_of_the_actions_cache_names_all_that_the_program_is_made_of() {
    let action = read("action.yml");
    let hashed: Vec<&str> =
        action.split_once("$(find ").expect("a key").1.split(" -type f").next().expect("names").split(' ').collect();
    let is_hashed = |path: &Path| hashed.iter().any(|name| path.starts_with(name));
    let members = members();
    let (mut open, mut reached) = (vec!["equipartition".to_owned()], BTreeSet::new());
    while let Some(name) = open.pop() {
        if reached.insert(name.clone()) {
            open.extend(members[&name].1.iter().cloned());
        }
    }
    assert!(reached.contains("equipartition-scalar"), "{reached:?}");
    for name in reached {
        assert!(is_hashed(&members[&name].0.join("src")), "{name}");
        assert!(is_hashed(&members[&name].0.join("Cargo.toml")), "{name}");
    }
    let included = included();
    assert!(included.contains(Path::new("proofs/balance.md")) && included.contains(Path::new("data/digits.csv.gz")));
    for path in included {
        assert!(is_hashed(&path), "{path:?}");
    }
    assert!(is_hashed(Path::new("Cargo.lock")));
}

/// What is published is complete: each crate with its licences, the root with its proofs and data.
#[test]
fn packages_carry_what_they_are_made_of() {
    for (name, (folder, _)) in members() {
        if folder.starts_with("examples") {
            continue;
        }
        let list = cargo(&["package", "--package", &name, "--list", "--allow-dirty", "--offline", "--locked"]);
        let packaged: BTreeSet<&Path> = list.lines().map(Path::new).collect();
        for needed in ["LICENSE-MIT", "LICENSE-APACHE", "Cargo.toml", "src/lib.rs"] {
            assert!(packaged.contains(Path::new(needed)), "{name} lacks {needed}");
        }
        for path in included() {
            let within =
                path.strip_prefix(&folder).ok().filter(|_| folder != Path::new("") || !path.starts_with("crates"));
            assert!(within.is_none_or(|within| packaged.contains(within)), "{name} lacks {path:?}");
        }
    }
}

/// Every mutation of tools/mutations/list finds the text that it changes.
#[test]
fn mutations_find_their_places() {
    let list = read("tools/mutations/list");
    let entries: Vec<Vec<&str>> = list.split("\n\n").map(|entry| entry.lines().collect()).collect();
    let of = |entry: &[&str], key: &str| entry.iter().find_map(|line| line.strip_prefix(key)).map(str::to_owned);
    let mut found = 0;
    for entry in entries.iter().filter(|entry| entry.iter().any(|line| line.starts_with("name "))) {
        let [name, file, from] = ["name ", "file ", "from "].map(|key| of(entry, key).expect("all of an entry"));
        assert!(read(&file).contains(&from), "{name}: {file} does not contain {from}");
        assert!(
            entry.iter().any(|line| line.starts_with("to ") && line.contains("MUTATED"))
                || entry.iter().any(|line| line.contains("MUTATED")),
            "{name}"
        );
        found += 1;
    }
    assert!(found > 70, "{found}");
}
