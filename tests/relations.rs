//! What every claim computes, as a fingerprint: a change of structure must leave all relations as they are.
//!
//! For every case of every claim the relations of the first instances are hashed: their labels, terms and values, in the rationals exactly, in
//! intervals and in floats of up to 256 bits in decimal, and what was left out, with the reason. The hashes are kept in
//! `tests/relations.txt`, a line for each case. `theory.lock` alone would not see other draws with equal counts.
//!
//! `cargo test --release --test relations -- --ignored` compares sixteen instances of each case at two seeds, which takes some minutes;
//! without `--ignored` the first two at one seed. Where relations are meant to change, `UPDATE_RELATIONS=1` in front writes the file anew, and
//! the commit says why.

use equipartition::theories::registry;
use equipartition::verify::{Case, Claim, Detail, Settings};
use rayon::prelude::*;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::Mutex;

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/relations.txt");
const SEEDS: [u64; 2] = [0, 12];
const PRECISION: u32 = 256;

/// FNV-1a with 128 bits.
#[derive(Clone, Copy)]
struct Hash(u128);

impl Hash {
    fn new() -> Self {
        Hash(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d)
    }

    fn eat(&mut self, text: &str) {
        for byte in text.bytes().chain([0]) {
            self.0 = (self.0 ^ u128::from(byte)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b);
        }
    }
}

/// The relations of the first instances of a case.
fn hash(claim: &Claim, case: Case, seed: u64, instances: u64) -> u128 {
    let settings = Settings { verbose: true, ..Settings::new(seed, PRECISION) };
    let mut hash = Hash::new();
    for index in 0..instances {
        let examination = claim.examine(&settings, case, index);
        hash.eat(&examination.description);
        hash.eat(examination.excluded.as_deref().unwrap_or(""));
        for finding in &examination.findings {
            hash.eat(&finding.scalar.to_string());
            finding.details.iter().for_each(|line| hash.eat(&line.to_string()));
        }
    }
    hash.0
}

/// A line for each case of each claim: its name, and its hash at each of the seeds.
fn fingerprint(seeds: &[u64], instances: u64) -> Vec<(String, Vec<String>)> {
    let cases: Vec<(&Claim, Case)> =
        registry().into_iter().flat_map(|claim| claim.cases().map(move |case| (claim, case))).collect();
    let line = |&(claim, case): &(&Claim, Case)| {
        let hashes = seeds.iter().map(|&seed| format!("{:032x}", hash(claim, case, seed, instances))).collect();
        (format!("{} {}", claim.id, claim.case_name(case)), hashes)
    };
    cases.par_iter().map(line).collect()
}

/// Compares with the columns of the file that start at `column`, or writes them.
fn compare(found: &[(String, Vec<String>)], column: usize) {
    // Both tests may write at once, each its own columns.
    static FILE_IS_FREE: Mutex<()> = Mutex::new(());
    let _turn = FILE_IS_FREE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let recorded = std::fs::read_to_string(FILE).unwrap_or_default();
    let recorded = |name: &str| -> Option<Vec<&str>> {
        let line = recorded.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '))?;
        Some(line.split(' ').collect())
    };
    if std::env::var_os("UPDATE_RELATIONS").is_some() {
        let mut text = String::new();
        for (name, hashes) in found {
            let mut columns: Vec<String> =
                recorded(name).map_or_else(Vec::new, |known| known.iter().map(ToString::to_string).collect());
            columns.resize(1 + SEEDS.len(), "-".to_owned());
            columns[column..column + hashes.len()].clone_from_slice(hashes);
            writeln!(text, "{name} {}", columns.join(" ")).unwrap();
        }
        std::fs::write(FILE, text).unwrap();
        return;
    }
    let differs = |(name, hashes): &&(String, Vec<String>)| {
        recorded(name).is_none_or(|known| {
            known.get(column..column + hashes.len()) != Some(&hashes.iter().map(String::as_str).collect::<Vec<_>>()[..])
        })
    };
    let changed: Vec<&str> = found.iter().filter(differs).map(|(name, _)| name.as_str()).collect();
    assert!(changed.is_empty(), "relations changed: {changed:#?}");
}

/// The symbols of a formula: single letters and the names of Greek ones, without index or prime. `T` and `a` are a transpose and an article as well.
///
/// The `s` of a genitive is none.
fn symbols(text: &str) -> BTreeSet<&str> {
    const GREEK: [&str; 20] = [
        "alpha", "beta", "gamma", "delta", "epsilon", "eta", "theta", "kappa", "lambda", "mu", "pi", "rho", "sigma",
        "tau", "phi", "chi", "omega", "Lambda", "Sigma", "Phi",
    ];
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && !['_', '\''].contains(&c));
    let names = words.map(|word| {
        let end = word.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(word.len());
        &word[..end]
    });
    names.filter(|name| GREEK.contains(name) || (name.len() == 1 && !["a", "T"].contains(name))).collect()
}

/// The notation of all pages: `proofs/README.md`.
const NOTATION: [&str; 12] = ["E", "l", "L", "S", "F", "g", "H", "z", "theta", "eta", "gamma", "Lambda"];

/// A reader of a replay finds every symbol of a term in the statement, in a hypothesis or in the common notation.
#[test]
fn the_symbols_of_every_label_are_explained() {
    let mut unexplained = BTreeSet::new();
    for claim in registry() {
        let texts = [&claim.title, &claim.statement].into_iter().chain(claim.hypotheses);
        let known: BTreeSet<&str> = texts.flat_map(|text| symbols(text)).chain(NOTATION).collect();
        let settings = Settings { verbose: true, ..Settings::new(0, 64) };
        for index in 0..2 {
            for detail in
                claim.examine(&settings, Case::Law, index).findings.iter().flat_map(|finding| &finding.details)
            {
                let Detail::Term { label, .. } = detail else { continue };
                let missing: Vec<&str> = symbols(label).difference(&known).copied().collect();
                if !missing.is_empty() {
                    unexplained.insert(format!("{}: `{label}` has {}", claim.id, missing.join(", ")));
                }
            }
        }
    }
    assert!(unexplained.is_empty(), "{unexplained:#?}");
}

#[test]
fn the_first_relations_of_every_claim_are_those_recorded() {
    compare(&fingerprint(&SEEDS[..1], 2), 0);
}

#[test]
#[ignore = "takes minutes; for changes of structure"]
fn the_relations_of_sixteen_instances_are_those_recorded() {
    compare(&fingerprint(&SEEDS, 16), 1);
}
