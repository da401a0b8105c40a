//! Networks of different shapes on views of the same data: what of the theory shows along a run, and what the report says of it.

use equipartition::dynamics::representation::{
    Alignment, Aligns, Change, LATE, NETWORKS, Noise, Observation, Pairs, RECORDS, RUNGS, RepresentationError,
    Settings, observe,
};
use equipartition::report::representation as report;
use std::collections::HashMap;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// Long enough for everything to show, at twice the learning rate of the default.
fn short(seed: u64) -> Settings {
    Settings { learning_rate: 0.04, time: 60.0, seed }
}

/// As little as makes a run.
fn brief() -> Settings {
    Settings { learning_rate: 0.04, time: 0.4, seed: 0 }
}

/// One run is enough for several statements.
static SHORT: LazyLock<Observation> = LazyLock::new(|| observe(&short(0), &|_| ()).unwrap());

fn on_threads(threads: usize, settings: &Settings) -> Observation {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    pool.install(|| observe(settings, &|_| ()).unwrap())
}

#[test]
fn the_settings_decide_everything_and_threads_nothing() {
    let [one, four] = [1, 4].map(|threads| on_threads(threads, &brief()));
    assert_eq!(one, four);
    assert_eq!(report::csv(&one), report::csv(&four));
    assert_eq!(report::summary(&one), report::summary(&four));
    assert_eq!(report::figure(&one).to_svg(), report::figure(&four).to_svg());
    let other = on_threads(4, &Settings { seed: 1, ..brief() });
    assert_ne!(one.stochastic, other.stochastic);
    assert_ne!(one.full_batch, other.full_batch, "the start depends on the seed");
    assert_eq!(one.flattest, other.flattest, "the watched network starts without chance");
}

#[test]
fn progress_counts_the_steps_of_all_runs() {
    let steps = AtomicU64::new(0);
    observe(&brief(), &|done| {
        steps.fetch_add(done, Ordering::Relaxed);
    })
    .unwrap();
    assert_eq!(steps.into_inner(), brief().steps());
}

#[test]
fn stochastic_descent_aligns_the_networks_and_full_batches_do_not() {
    for seed in 0..2 {
        let seen = if seed == 0 { &*SHORT } else { &observe(&short(seed), &|_| ()).unwrap() };
        assert_eq!(seen.aligns(), Aligns::Yes, "seed {seed}");
        assert!(seen.full_batch.late().mean() > 0.05, "seed {seed}");
        for run in &seen.stochastic {
            assert_eq!(run.pairs[0], seen.full_batch.pairs[0], "the starts are the same");
            // Not one pair is left out.
            assert!(run.late().most() < 0.05 && run.pairs[0].mean() > 0.1, "seed {seed}: {:?}", run.late());
            // The charges, which full batches nearly conserve, are not what they were.
            assert!(run.charge_changes.iter().all(|change| *change > 0.3), "seed {seed}: {:?}", run.charge_changes);
        }
        assert!(seen.full_batch.charge_changes.iter().all(|change| *change < 0.2), "seed {seed}");
    }
}

/// The mean over the pairs of different networks is that of the matrix's blocks off the diagonal.
#[test]
fn the_matrix_of_alignments_says_what_the_pairs_say() {
    let network_of: Vec<usize> =
        NETWORKS.iter().enumerate().flat_map(|(n, widths)| vec![n; widths.len() - 2]).collect();
    for run in SHORT.stochastic.iter().chain([&SHORT.full_batch]) {
        assert_eq!(run.matrix.shape(), (network_of.len(), network_of.len()));
        let mut different = Vec::new();
        for (row, one) in network_of.iter().enumerate() {
            assert!((run.matrix[(row, row)] - 1.0).abs() < 1e-12, "a layer is aligned with itself");
            for (column, other) in network_of.iter().enumerate() {
                assert!((run.matrix[(row, column)] - run.matrix[(column, row)]).abs() < 1e-12);
                different.extend((one < other).then_some(run.matrix[(row, column)]));
            }
        }
        let mean = different.iter().sum::<f64>() / different.len() as f64;
        assert!((1.0 - mean - run.late().mean()).abs() < 1e-12);
    }
    let svg = report::matrix(&SHORT).to_svg();
    assert_eq!(svg.matches("<title>SGD, ").count(), 36, "{svg}");
    assert!(!svg.contains("NaN") && svg.contains(">alike<") && svg.contains("10\u{207b}"), "powers of ten: {svg}");
    assert_eq!(svg.matches("#ccc").count(), 12, "each layer and itself, in both runs");
}

#[test]
fn the_sharpness_goes_where_the_noise_sends_it() {
    let seen = &*SHORT;
    let [isotropic, anisotropic] = Noise::ALL.map(|noise| &seen.watched[noise as usize]);
    assert_eq!((isotropic.noise, anisotropic.noise), (Noise::Isotropic, Noise::Anisotropic));
    assert!((isotropic.entropic / seen.flattest - 1.0).abs() < 1e-12, "the entropic minimum is the flattest");
    let start = isotropic.runs[0].values[0];
    assert!(seen.flattest < start && start < anisotropic.entropic);
    for (flat, sharp) in isotropic.runs.iter().zip(&anisotropic.runs) {
        assert_eq!(flat.values[0], sharp.values[0], "one start");
        assert_eq!((flat.change(), sharp.change()), (Change::Flatter, Change::Sharper));
    }
    // Nearer to the prediction at a smaller learning rate, and nearer to it than to where it began.
    let gaps: Vec<f64> = anisotropic.runs.iter().map(|run| anisotropic.entropic - run.late().mean).collect();
    assert!(gaps.windows(2).all(|pair| pair[1] < pair[0]), "{gaps:?}");
    assert!(gaps[gaps.len() - 1] < 0.5 * (anisotropic.entropic - start), "{gaps:?}");
    let last = &isotropic.runs[isotropic.runs.len() - 1];
    assert!((last.late().mean - seen.flattest).abs() < 0.2 * (start - seen.flattest));
}

#[test]
fn another_run_in_the_place_of_stochastic_descent_is_noticed() {
    let with = |stochastic: Vec<Alignment>| Observation { stochastic, ..SHORT.clone() };
    assert_eq!(with(vec![SHORT.full_batch.clone(); RUNGS as usize]).aligns(), Aligns::No);
    assert!(report::summary(&with(vec![SHORT.full_batch.clone(); 3])).contains("SGD does not align"));
    // One learning rate that does not, or none that does better than another.
    let mut one = SHORT.stochastic.clone();
    one[1].pairs.clone_from(&SHORT.full_batch.pairs);
    assert_eq!(with(one).aligns(), Aligns::Undecided);
    assert_eq!(with(vec![SHORT.stochastic[0].clone(); 3]).aligns(), Aligns::Undecided);
    let mut reversed = SHORT.stochastic.clone();
    reversed.reverse();
    assert!(report::summary(&with(reversed)).contains("is undecided"));
    // Too short a run has not aligned anything.
    assert_ne!(observe(&brief(), &|_| ()).unwrap().aligns(), Aligns::Yes);
}

#[test]
fn a_sharpness_on_both_sides_of_its_start_is_undecided() {
    let mut run = SHORT.watched[0].runs[0].clone();
    run.values[RECORDS] = 2.0 * run.values[0];
    assert_eq!(run.change(), Change::Undecided);
    run.values[RECORDS] = run.values[0];
    assert_eq!(run.change(), Change::Undecided);
}

#[test]
fn all_learning_rates_run_for_the_same_time_and_records_are_distinct() {
    for settings in [Settings::default(), short(0), brief(), Settings { learning_rate: 0.1, time: 2.0, seed: 0 }] {
        let first = settings.steps_before(0);
        for rung in 0..RUNGS {
            let steps = settings.steps_before(rung);
            assert!(steps[0] == 0 && steps.windows(2).all(|pair| pair[0] < pair[1]));
            assert_eq!(steps[RECORDS], first[RECORDS] << (2 * rung));
            // From the late records on it is the last half, up to the spacing of the records.
            let half = steps[LATE] as f64 / steps[RECORDS] as f64;
            assert!((0.5..0.51).contains(&half) || steps[RECORDS] < 1000, "{half}");
        }
    }
}

/// The rows of the table; a field that is empty is not there.
fn rows(csv: &str) -> Vec<HashMap<&str, &str>> {
    let mut lines = csv.lines();
    let columns: Vec<&str> = lines.next().unwrap().split(',').collect();
    let row = |line| -> HashMap<&str, &str> {
        let fields: Vec<&str> = str::split(line, ',').collect();
        assert_eq!(fields.len(), columns.len(), "{line}");
        columns.iter().copied().zip(fields).filter(|(_, field)| !field.is_empty()).collect()
    };
    lines.map(row).collect()
}

/// What the summary says of the end is what the table says of its last half, for every curve.
#[test]
fn the_table_has_all_curves_and_the_summary_is_made_from_it() {
    let (csv, summary) = (report::csv(&SHORT), report::summary(&SHORT));
    let rows = rows(&csv);
    assert_eq!(rows.len(), (1 + 3 * RUNGS as usize) * (RECORDS + 1));
    let late = |curve: &str, rate: f64, column: &str| {
        let of_curve: Vec<f64> = rows
            .iter()
            .filter(|row| row["curve"] == curve && row["learning_rate"] == rate.to_string())
            .map(|row| row[column].parse().unwrap())
            .collect();
        assert_eq!(of_curve.len(), RECORDS + 1, "{curve} {rate}");
        of_curve[LATE..].iter().sum::<f64>() / (RECORDS + 1 - LATE) as f64
    };
    let told = |start: &str| -> Vec<f64> {
        let line = summary.lines().find(|line| line.starts_with(start)).unwrap_or_else(|| panic!("{start}: {summary}"));
        line[start.len()..].split(' ').filter_map(|word| word.parse().ok()).collect()
    };
    let rates: Vec<f64> = SHORT.stochastic.iter().map(|run| run.learning_rate).collect();
    let mut expected = vec![late("full-batch", rates[0], "misalignment")];
    expected.extend(rates.iter().map(|rate| late("stochastic", *rate, "misalignment")));
    let misalignments = told("late misalignment, mean of pairs");
    assert_eq!(misalignments.len(), expected.len());
    for (told, expected) in misalignments.iter().zip(&expected) {
        assert!((told - expected).abs() < 6e-6, "{told} {expected}");
    }
    for rate in rates {
        // For each noise the mean and the standard deviation.
        let told = told(&format!("  late, SGD {rate} "));
        let expected = ["isotropic", "anisotropic"].map(|noise| late(noise, rate, "sharpness"));
        assert!((told[0] - expected[0]).abs() < 6e-3 && (told[2] - expected[1]).abs() < 6e-3, "{told:?} {expected:?}");
    }
    for row in &rows {
        let number = |column: &str| row[column].parse::<f64>().unwrap();
        assert!((number("time") - number("learning_rate").powi(2) * number("step")).abs() < 1e-9);
        assert_eq!(row.contains_key("misalignment"), !row.contains_key("sharpness_flattest"));
        if row.contains_key("misalignment") {
            assert!(number("misalignment_least") <= number("misalignment"));
            assert!(number("misalignment") <= number("misalignment_most") && number("misalignment_most") <= 1.0);
        }
    }
}

#[test]
fn pairs_are_told_by_mean_and_extremes() {
    let pairs = Pairs(vec![0.5, 0.25, 0.0, 0.25]);
    assert_eq!((pairs.least(), pairs.mean(), pairs.most()), (0.0, 0.25, 0.5));
    assert_eq!(NETWORKS.len(), SHORT.full_batch.charge_changes.len());
}

#[test]
fn the_figure_has_all_curves_and_no_holes() {
    let svg = report::figure(&SHORT).to_svg();
    assert!(!svg.contains("NaN") && !svg.contains("inf"));
    // Every curve from the first record after the start: two alignments, four deficits, two sharpnesses.
    let curves = svg.lines().filter(|line| line.matches('L').count() == RECORDS - 1).count();
    assert_eq!((curves, svg.matches("<polygon").count()), (8, 2));
    // The three levels of sharpness, each also in the legend.
    assert_eq!(svg.matches("stroke-dasharray").count(), 6);
}

#[test]
fn settings_out_of_range_are_refused_by_name() {
    let refusal = |settings: Settings| match observe(&settings, &|_| ()) {
        Err(error @ RepresentationError::Setting { .. }) => error.to_string(),
        other => panic!("not refused: {:?}", other.map(|seen| seen.settings)),
    };
    for learning_rate in [0.0, -1.0, f64::NAN, f64::INFINITY, 5e-324] {
        assert!(refusal(Settings { learning_rate, ..brief() }).starts_with("the learning rate is"));
    }
    for time in [0.0, -1.0, f64::NAN, f64::INFINITY, 0.3, 1.7e6] {
        assert!(refusal(Settings { time, ..brief() }).starts_with("the time is"), "{time}");
    }
    for learning_rate in [1e-200, 1e200] {
        assert!(refusal(Settings { learning_rate, ..brief() }).contains("200 to 10^9 times the square"));
    }
}

#[test]
fn a_run_that_diverges_says_so() {
    let error = observe(&Settings { learning_rate: 1.0, time: 400.0, seed: 0 }, &|_| ()).unwrap_err();
    assert!(matches!(error, RepresentationError::Diverged { learning_rate: 1.0, .. }), "{error}");
    assert!(error.to_string().contains("diverged: try a smaller one"));
}
