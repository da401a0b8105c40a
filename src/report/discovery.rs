//! What a search for symmetries found, for people and programs.

use super::layout::{described, hanging};
use super::{SCHEMA_VERSION, latex, plural, power_of_two};
use crate::discovery::affine::Affine;
use crate::discovery::law::Law;
use crate::discovery::signed::Family;
use crate::discovery::{Discovery, Evidence, Settings, formula};
use serde_json::{Value, json};
use std::fmt::Write;

/// The confidence in one sentence.
fn confidence(discovery: &Discovery) -> String {
    let found = &discovery.confidence;
    let verified = format!("verified at {} fresh points", found.verified);
    match &found.kind {
        Evidence::Polynomial { bits } => {
            format!(
                "exact; {verified} in the rationals: a wrong one passes with probability at most {}",
                power_of_two(*bits)
            )
        }
        Evidence::Pieces { share } => format!(
            "exact; {verified} in the rationals: one that is wrong at more than {:.1} % of points passes with probability at most 2^-32",
            share * 100.0
        ),
        Evidence::Numerical { bits, pivots, residuals, share } => format!(
            "{} bits: smallest pivot {}, largest rejected {}; {verified} to {}, at {} bits to {}: one that is wrong at more than \
             {:.1} % of points passes with probability at most 2^-32",
            bits[0],
            pivots[0],
            pivots[1],
            residuals[0],
            bits[1],
            residuals[1],
            share * 100.0
        ),
    }
}

fn family(discovery: &Discovery, family: &Family) -> String {
    let axes: Vec<String> = family.axes.iter().map(|axis| axis.name(&discovery.blocks)).collect();
    axes.join(", ")
}

/// The moves of a family in words.
fn moves(family: &Family) -> String {
    let flips = family.moves.iter().all(|(first, second)| first == second);
    let list: Vec<String> = family
        .moves
        .iter()
        .map(|(first, second)| if first == second { first.to_string() } else { format!("({first} {second})") })
        .collect();
    let unit = if family.axes.iter().all(|axis| axis.unit == 1) { "units" } else { "units of several" };
    let units = if family.units == 1 { "the whole blocks".to_owned() } else { format!("{} {unit}", family.units) };
    if flips && family.units == 1 { units } else { format!("{units}: {}", list.join(" ")) }
}

/// The summary for a person, in lines of at most `width`.
pub fn text(discovery: &Discovery, width: usize) -> String {
    let parts = &discovery.parts;
    let blocks: Vec<String> =
        discovery.blocks.iter().map(|block| format!("{} {}x{}", block.name, block.rows, block.columns)).collect();
    let extent = if discovery.ansatz.restricted { "restricted to " } else { "" };
    let found = &discovery.confidence;
    let evaluations = format!(
        "{} equations of rank {} in {} unknowns; {} points without gradient skipped",
        found.equations,
        found.rank,
        discovery.ansatz.pieces.iter().map(Vec::len).sum::<usize>(),
        found.dead
    );
    let head = [
        ("blocks", blocks.join(", ")),
        ("searched", format!("{extent}{}", discovery.ansatz.description)),
        ("evaluations", evaluations),
        ("confidence", confidence(discovery)),
    ];
    let title = format!("Symmetries of {}, from evaluations alone", discovery.network);
    let mut text = format!("{}\n{}\n", hanging(&title, width, ""), described(&head, width));
    let signed = &discovery.signed;
    for (what, count) in [
        ("linear generators", parts.linear.len()),
        ("  implied by translations", parts.implied.len()),
        ("  symmetric parts, broken by SGD: balance laws", parts.symmetric.len()),
        ("  antisymmetric, preserved by SGD", parts.antisymmetric.len()),
        ("translations", parts.translations.len()),
        ("mixed generators, neither linear nor translations", parts.mixed.len()),
        ("exchanges of units", signed.exchange_count()),
        ("sign flips of units", signed.flip_count()),
    ] {
        let _ = writeln!(text, "{what:<52}{count:>5}");
    }
    let mut list = |title: &str, generators: &[String]| {
        if !generators.is_empty() {
            let _ = write!(text, "\n{}", hanging(&format!("{title}:"), width, ""));
        }
        for generator in generators {
            text += &hanging(generator, width, "  ");
        }
    };
    let words = |generators: &[Affine]| -> Vec<String> {
        generators.iter().map(|generator| formula::generator(&discovery.blocks, generator)).collect()
    };
    let modulo = if parts.implied.is_empty() { "" } else { ", apart from products of a translation and a parameter" };
    let of_matrices = parts.matrices.iter().map(|found| formula::matrix_generator(&discovery.blocks, found));
    let alone = &parts.essential[parts.matrices.last().map_or(0, |last| last.members.end)..];
    list(&format!("Linear generators{modulo}"), &of_matrices.chain(words(alone)).collect::<Vec<_>>());
    list("Antisymmetric among them", &words(&parts.antisymmetric));
    list("Translations", &words(&parts.translations));
    list("Mixed generators", &words(&parts.mixed));
    let mut families = |title: &str, families: &[Family]| {
        if !families.is_empty() {
            let _ = write!(text, "\n{}", hanging(&format!("{title}:"), width, ""));
        }
        for found in families {
            text += &hanging(&format!("{}; {}", family(discovery, found), moves(found)), width, "  ");
        }
    };
    families("Exchanges of units", &signed.exchanges);
    families("Sign flips", &signed.flips);
    if signed.capped {
        let told = "The search for exchanges and flips was cut short: coarser units were not tried.";
        let _ = write!(text, "\n{}", hanging(told, width, ""));
    }
    let laws = |text: &mut String, title: &str, laws: &[(String, String)]| {
        if !laws.is_empty() {
            let _ = write!(text, "\n{}", hanging(&format!("{title}:"), width, ""));
        }
        for (formula, judgement) in laws {
            *text += &hanging(&format!("{formula} [{judgement}]"), width, "  ");
        }
    };
    let (essential, implied) = told_laws(discovery);
    laws(&mut text, "Balance laws at stationary points of F, learning rate eta, weight decay gamma", &essential);
    if !implied.is_empty() {
        let _ = writeln!(text, "\nFurther balance laws, which those of translations imply: {}", implied.len());
    }
    let others: Vec<_> = discovery.affine_laws.iter().map(|law| (law.formula.clone(), judgement(law))).collect();
    laws(&mut text, "Laws of translations and mixed generators, likewise", &others);
    let _ = write!(text, "\n{}", hanging(&conclusion(discovery), width, ""));
    text
}

/// Each balance law and what was found of it: the entries of a matrix law as one, then single ones; and those that translations imply.
fn told_laws(discovery: &Discovery) -> (Vec<(String, String)>, &[Law]) {
    let parts = &discovery.parts;
    let (essential, implied) = discovery.balance_laws.split_at(parts.essential_symmetric);
    let of_matrices = parts.matrices.iter().filter_map(|found| {
        let formula = formula::matrix_law(&discovery.blocks, found)?;
        let entries = &essential[found.laws.clone()];
        let failed = entries.iter().find(|law| !law.verified);
        let told = match (failed, entries.iter().all(|law| law.vacuous)) {
            (Some(law), _) => judgement(law),
            (None, true) => "vacuous: all terms are zero".to_owned(),
            (None, false) => {
                let worst = entries.iter().map(|law| &law.residual).reduce(|a, b| if b > a { b } else { a });
                let worst = worst.map_or_else(String::new, |residual| format!(", residual {residual}"));
                format!("verified, all {} entries{worst}", entries.len())
            }
        };
        Some((formula, told))
    });
    let alone = &essential[parts.matrices.last().map_or(0, |last| last.laws.end)..];
    let alone = alone.iter().map(|law| (law.formula.clone(), judgement(law)));
    (of_matrices.chain(alone).collect(), implied)
}

/// The summary in a sentence.
fn conclusion(discovery: &Discovery) -> String {
    let Discovery { parts, signed, .. } = discovery;
    let all = || discovery.balance_laws.iter().chain(&discovery.affine_laws);
    let verified = all().filter(|law| law.verified && !law.vacuous).count();
    format!(
        "{} and {} of continuous symmetries, {}, {}; {verified} of {} verified.",
        plural(parts.linear.len() + parts.mixed.len(), "generator"),
        plural(parts.translations.len(), "translation"),
        plural(signed.exchange_count(), "exchange"),
        plural(signed.flip_count(), "flip"),
        plural(all().count(), "law"),
    )
}

fn judgement(law: &Law) -> String {
    match (law.verified, law.vacuous) {
        (false, _) => format!("failed: residual {}", law.residual),
        (true, true) => "vacuous: all terms are zero".to_owned(),
        (true, false) => format!("verified, residual {}", law.residual),
    }
}

fn law(law: &Law) -> Value {
    json!({"formula": law.formula, "verified": law.verified, "vacuous": law.vacuous, "residual": law.residual.to_string()})
}

/// The balance laws, those that translations imply marked.
fn balance_laws(discovery: &Discovery) -> Vec<Value> {
    let mark = |(index, found): (usize, &Law)| {
        let mut value = law(found);
        value["implied_by_translations"] = (index >= discovery.parts.essential_symmetric).into();
        value
    };
    discovery.balance_laws.iter().enumerate().map(mark).collect()
}

/// Symmetries by all matrices of a size: each with its law, if there is one, and which members of the bases are its own.
fn matrix_symmetries(discovery: &Discovery) -> Vec<Value> {
    let range = |range: &std::ops::Range<usize>| json!([range.start, range.end]);
    let told = discovery.parts.matrices.iter().map(|found| {
        json!({
            "generator": formula::matrix_generator(&discovery.blocks, found),
            "law": formula::matrix_law(&discovery.blocks, found),
            "size": found.size,
            "antisymmetric": found.is_antisymmetric,
            "linear_generators": range(&found.members),
            "balance_laws": range(&found.laws),
        })
    });
    told.collect()
}

/// The document for a program.
pub fn document(discovery: &Discovery, settings: &Settings) -> Value {
    let parts = &discovery.parts;
    let words = |generators: &[Affine]| -> Vec<String> {
        generators.iter().map(|generator| formula::generator(&discovery.blocks, generator)).collect()
    };
    let found = &discovery.confidence;
    let mut sure = json!({
        "equations": found.equations,
        "rank": found.rank,
        "verified_points": found.verified,
        "points_without_gradient": found.dead,
        "in_words": confidence(discovery),
    });
    match &found.kind {
        Evidence::Polynomial { bits } => {
            sure["method"] = "exact".into();
            sure["probability"] = power_of_two(*bits).into();
        }
        Evidence::Pieces { share } => {
            sure["method"] = "exact".into();
            sure["probability"] = power_of_two(32.0).into();
            sure["share"] = (*share).into();
        }
        Evidence::Numerical { bits, pivots, residuals, share } => {
            sure["method"] = "numerical".into();
            sure["bits"] = bits[0].into();
            sure["second_bits"] = bits[1].into();
            sure["smallest_pivot"] = pivots[0].to_string().into();
            sure["largest_rejected"] = pivots[1].to_string().into();
            sure["residual"] = residuals[0].to_string().into();
            sure["second_residual"] = residuals[1].to_string().into();
            sure["probability"] = power_of_two(32.0).into();
            sure["share"] = (*share).into();
        }
    }
    let families = |families: &[Family]| -> Vec<Value> {
        families
            .iter()
            .map(|found| {
                let axes: Vec<String> = found.axes.iter().map(|axis| axis.name(&discovery.blocks)).collect();
                let moves: Vec<Value> = found
                    .moves
                    .iter()
                    .map(|(first, second)| if first == second { json!(first) } else { json!([first, second]) })
                    .collect();
                json!({"axes": axes, "units": found.units, "moves": moves})
            })
            .collect()
    };
    let blocks: Vec<Value> = discovery
        .blocks
        .iter()
        .map(|block| json!({"name": block.name, "rows": block.rows, "columns": block.columns}))
        .collect();
    let signed = &discovery.signed;
    json!({
        "schema_version": SCHEMA_VERSION,
        "network": discovery.network,
        "seed": settings.seed,
        "parameters": discovery.blocks.last().map_or(0, |block| block.range().end),
        "blocks": blocks,
        "restricted": discovery.ansatz.restricted,
        "ansatz": discovery.ansatz.description,
        "confidence": sure,
        "generators": parts.linear.len(),
        "symmetric": parts.symmetric.len(),
        "antisymmetric": parts.antisymmetric.len(),
        "translations": parts.translations.len(),
        "mixed": parts.mixed.len(),
        "implied_by_translations": parts.implied.len(),
        "matrix_symmetries": matrix_symmetries(discovery),
        "balance_laws": balance_laws(discovery),
        "affine_laws": discovery.affine_laws.iter().map(law).collect::<Vec<_>>(),
        "linear_generators": words(&parts.essential),
        "implied_generators": words(&parts.implied),
        "antisymmetric_generators": words(&parts.antisymmetric),
        "translation_generators": words(&parts.translations),
        "mixed_generators": words(&parts.mixed),
        "permutations": signed.exchange_count(),
        "sign_flips": signed.flip_count(),
        "permutation_families": families(&signed.exchanges),
        "sign_flip_families": families(&signed.flips),
        "signed_search_capped": signed.capped,
    })
}

/// The laws as a table, to paste into a paper.
pub fn to_latex(discovery: &Discovery) -> String {
    let row = |(formula, judgement): (String, String)| {
        format!("  ${}$ & {} \\\\\n", latex::plain(&formula), latex::words(&judgement))
    };
    let (essential, implied) = told_laws(discovery);
    let others = implied.iter().chain(&discovery.affine_laws).map(|law| (law.formula.clone(), judgement(law)));
    let rows: String = essential.into_iter().chain(others).map(row).collect();
    let body = if rows.is_empty() {
        "no continuous symmetry was found.\n".to_owned()
    } else {
        latex::table(&["law at stationary points of $F$", ""], &rows)
    };
    format!("{}Symmetries of {}:\n{body}", latex::PACKAGES, latex::words(&discovery.network))
}
