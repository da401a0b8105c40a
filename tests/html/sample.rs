//! A report in which every verdict occurs, and text that wants to be markup.

use equipartition::report::nearest::{Changed, Instead, Sought};
use equipartition::report::{Comparison, Difference, Libraries, Report, Shard};
use equipartition::scalar::Magnitude;
use equipartition::statistics::Estimate;
use equipartition::verify::entry::ControlEntry;
use equipartition::verify::exponent::Exponent;
use equipartition::verify::report::{ControlReport, ExponentReport, MutantReport, Witness};
use equipartition::verify::{
    Case, Change, ClaimReport, Effort, Entry, Evidence, KindReport, Lemma, Mutant, Quantity, Verdict,
};
use std::collections::BTreeMap;

/// Ends every kind of markup that it may stand in.
pub const HOSTILE: &str = "'\"--></style></title></p><script>alert(1)</script><b>&\"";

fn entry(id: &str, title: &str) -> Entry {
    let texts = |list: &[&str]| list.iter().map(ToString::to_string).collect();
    Entry {
        theory: String::new(),
        lemma: Lemma::default(),
        id: id.to_owned(),
        title: title.to_owned(),
        statement: "E|a|^2 + b / 2 = c, as in demonstration/sum".to_owned(),
        hypotheses: texts(&["a is not c < 0 & b > 0", HOSTILE]),
        evidence: vec![Evidence::Exact, Evidence::Converged],
        controls: vec![ControlEntry {
            name: "swapped".to_owned(),
            breaks: "with <words> swapped & changed".to_owned(),
        }],
        references: texts(&["Somebody, A Title & more, arXiv:2505.12387, section 2"]),
        theory_file: None,
    }
}

fn claim(entry: Entry, verdict: Verdict, reason: &str) -> ClaimReport {
    ClaimReport {
        entry,
        verdict,
        reason: reason.to_owned(),
        evidence: BTreeMap::from([(Evidence::Exact, 5), (Evidence::Enclosed, 2), (Evidence::Converged, 3)]),
        instances: 8,
        vacuous: 1,
        excluded: 2,
        unresolved: 1,
        undecided: 0,
        refuted: 0,
        residual: Magnitude::power_of_two(-251),
        ladder: BTreeMap::from([
            (64, Magnitude::power_of_two(-60)),
            (128, Magnitude::power_of_two(-123)),
            (256, Magnitude::zero()),
        ]),
        margin: None,
        exponents: Vec::new(),
        quantities: Vec::new(),
        tests: 0,
        controls: vec![ControlReport {
            name: "swapped".to_owned(),
            failed: true,
            margin: Magnitude::power_of_two(-3),
            instances: 4,
            fingerprint: Some(0xfedc_ba98_7654_3210),
        }],
        mutants: vec![
            MutantReport::new(
                Mutant { relation: "row".to_owned(), term: "a".to_owned(), change: Change::Dropped },
                Magnitude::power_of_two(0),
            ),
            MutantReport::new(
                Mutant { relation: "row".to_owned(), term: HOSTILE.to_owned(), change: Change::Doubled },
                Magnitude::power_of_two(-1),
            ),
        ],
        cut_short: false,
        kinds: vec![KindReport {
            kind: "row".to_owned(),
            inequality: false,
            instances: 8,
            vacuous: 1,
            idle: Vec::new(),
            draws: 4,
            bound_bits: Some(56.9),
            families: 2,
            expanded: equipartition::verify::Expanded { tried: 2, identities: 1, on_pieces: 0, too_large: 1 },
        }],
        fingerprint: Some(0x0123_4567_89ab_cdef),
        orbits: None,
        witnesses: Vec::new(),
        seconds: 0.25,
    }
}

fn witness(case: Case, index: u64, description: &str, residual: Magnitude) -> Witness {
    Witness { case, index, description: description.to_owned(), relation: "row 0".to_owned(), residual }
}

/// Of every verdict one claim.
pub fn report() -> Report {
    let mut holds = claim(entry("demonstration/sum", "a title"), Verdict::Holds, "");
    holds.tests = 100;
    holds.exponents = vec![ExponentReport {
        worst: Exponent {
            label: "|a - b|".to_owned(),
            predicted: 3,
            measured: "3.0000000000000000000".to_owned(),
            error: Magnitude::power_of_two(-330),
            deviation: Magnitude::power_of_two(-300),
            differences: vec![(-40.0, -119.5), (-50.0, -149.5)],
        },
        digits: 90,
        instances: 8,
    }];
    holds.quantities = vec![Quantity {
        label: "a / b".to_owned(),
        estimate: Estimate { mean: 0.96872, half_width: 0.0002 },
        predicted: 0.96875,
        alternative: (HOSTILE.to_owned(), 1.0),
    }];
    let mut refuted = claim(entry("demonstration/product", HOSTILE), Verdict::Refuted, HOSTILE);
    refuted.refuted = 2;
    refuted.evidence = BTreeMap::from([(Evidence::Exact, 3)]);
    refuted.kinds[0].bound_bits = None;
    refuted.witnesses = vec![
        witness(Case::Law, 3, HOSTILE, Magnitude::power_of_two(-3)),
        witness(Case::Law, 1, "a net", Magnitude::infinite()),
    ];
    let mut vacuous =
        claim(entry("demonstration/silence", "a title"), Verdict::Vacuous, "both sides vanish on every instance");
    vacuous.vacuous = 8;
    vacuous.residual = Magnitude::zero();
    vacuous.evidence.clear();
    vacuous.ladder.clear();
    let mut powerless =
        claim(entry("other/blunt", "a title"), Verdict::Powerless, "the control `swapped` did not fail (margin 0)");
    powerless.controls[0].failed = false;
    powerless.controls[0].margin = Magnitude::zero();
    powerless.mutants[1].refuted = false;
    powerless.mutants[1].margin = Magnitude::zero();
    powerless.witnesses = vec![witness(Case::Control(0), 2, "a <small> net", Magnitude::zero())];
    let mut undecided =
        claim(entry("other/unfinished", "a title"), Verdict::Undecided, "1 of 8 instances: the enclosure is too wide");
    undecided.undecided = 1;
    undecided.witnesses = vec![witness(Case::Law, 6, "a wide network", Magnitude::power_of_two(-30))];
    let difference = |id: &str, what: &str| Difference { id: id.to_owned(), what: what.to_owned() };
    let instead = Instead {
        law: "E|a|^2 + b = c".to_owned(),
        latex: String::new(),
        changes: vec![Changed::Without { term: HOSTILE.to_owned() }],
        verdict: Verdict::Holds,
        evidence: BTreeMap::from([(Evidence::Exact, 8)]),
        instances: 8,
    };
    let sought = Sought { nearest: Some(instead), offered: Vec::new() };
    Report {
        program: "equipartition".to_owned(),
        libraries: Libraries::linked(),
        seed: 7,
        precision: 1024,
        effort: Effort::Default,
        instances: 8,
        shard: Some(Shard { index: 1, count: 2, selection: Vec::new() }),
        model: None,
        comparison: Some(Comparison {
            file: "theory.lock".to_owned(),
            weaker: vec![difference("demonstration/sum", "4 instances with exact evidence, was 5")],
            stronger: vec![difference(HOSTILE, HOSTILE)],
            ..Comparison::default()
        }),
        claims: vec![holds, refuted, vacuous, powerless, undecided],
        sought: BTreeMap::from([("demonstration/product".to_owned(), sought)]),
        never_taken: BTreeMap::new(),
        seconds: 1.5,
    }
}
