//! Stochastic descent along a valley of minima, beside the flows of the plain and of the entropic loss.

use equipartition::data::{DataSet, Sample};
use equipartition::dynamics::sgd_step;
use equipartition::dynamics::valley::{
    EARLY, Ensemble, Follows, Gaps, Mean, Point, RECORDS, RUNGS, SAMPLES, Sampling, Settings, Valley, ValleyError,
    observe, order,
};
use equipartition::entropic::{Objective, Preconditioner};
use equipartition::model::{Carrier, Network};
use equipartition::report::plot::Stroke;
use equipartition::report::valley as report;
use equipartition::scalar::Rational;
use std::collections::HashMap;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// The default with fewer paths.
fn few(seed: u64) -> Settings {
    Settings { paths: 24, seed, ..Settings::default() }
}

/// As little as makes a run.
fn brief() -> Settings {
    Settings { time: 4.0, paths: 10, ..Settings::default() }
}

/// One run is enough for several statements.
static FEW: LazyLock<Valley> = LazyLock::new(|| observe(&few(0), &|_| ()).unwrap());

fn on_threads(threads: usize, settings: &Settings) -> Valley {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    pool.install(|| observe(settings, &|_| ()).unwrap())
}

#[test]
fn the_settings_decide_everything_and_threads_nothing() {
    let [one, four] = [1, 4].map(|threads| on_threads(threads, &brief()));
    assert_eq!(report::csv(&one), report::csv(&four));
    assert_eq!(report::summary(&one), report::summary(&four));
    assert_eq!(report::figure(&one).to_svg(), report::figure(&four).to_svg());
    let other = on_threads(4, &Settings { seed: 1, ..brief() });
    assert_ne!(one.descents, other.descents);
    assert_eq!((one.plain, one.entropic), (other.plain, other.entropic), "flows know no seed");
}

#[test]
fn progress_counts_the_steps_of_all_paths() {
    let steps = AtomicU64::new(0);
    observe(&brief(), &|done| {
        steps.fetch_add(done, Ordering::Relaxed);
    })
    .unwrap();
    assert_eq!(steps.into_inner(), brief().steps());
}

#[test]
fn descent_follows_the_entropic_flow_and_not_the_plain_one() {
    for seed in 0..3 {
        let seen = if seed == 0 { &*FEW } else { &observe(&few(seed), &|_| ()).unwrap() };
        for sampling in Sampling::ALL {
            assert_eq!(seen.follows(sampling), Follows::Entropic, "seed {seed}, {sampling}");
            let Gaps { plain, entropic } = seen.gaps(sampling, RECORDS);
            assert!(plain.value < -3.0 && plain.value.abs() > 500.0 * plain.standard_error, "seed {seed}: {plain:?}");
            // The default time is not so long that the charge is gone.
            assert!(seen.entropic[RECORDS].charge() > 0.5 && entropic.value.abs() < 0.1, "seed {seed}: {entropic:?}");
            let distance = |flow: &[Point]| seen.descents[sampling as usize][RECORDS].distance(flow[RECORDS]);
            assert!(distance(&seen.plain).value > 10.0 * distance(&seen.entropic).value, "seed {seed}");
        }
    }
}

/// The part of the gaps that is asked for, learning rate by learning rate.
fn ladder(seen: &Valley, sampling: Sampling, part: fn(&Gaps) -> Mean) -> Vec<Mean> {
    seen.rung_gaps(sampling).iter().map(part).collect()
}

#[test]
fn the_gap_to_the_entropic_flow_is_of_second_order_and_that_to_the_plain_flow_of_first() {
    let seen = observe(&Settings { paths: 200, ..Settings::default() }, &|_| ()).unwrap();
    for sampling in Sampling::ALL {
        let plain = order(&ladder(&seen, sampling, |gaps| gaps.plain)).unwrap();
        let entropic = order(&ladder(&seen, sampling, |gaps| gaps.entropic)).unwrap();
        assert!((plain.value - 1.0).abs() < 0.05, "{sampling}: {plain:?}");
        // At finite learning rates the power is a little below two.
        assert!((entropic.value - 2.0).abs() < 0.1 + 4.0 * entropic.standard_error, "{sampling}: {entropic:?}");
        assert!(entropic.standard_error < 0.1, "{sampling}: {entropic:?}");
    }
    // The mean point, too, if every epoch takes every sample; the path that was run agrees with the ladder's first rung.
    let shuffled: Vec<Mean> = seen.rungs.iter().map(|rung| rung.descents[0].distance(rung.entropic)).collect();
    assert!((order(&shuffled[1..]).unwrap().value - 2.0).abs() < 0.2, "{shuffled:?}");
    assert_eq!(ladder(&seen, Sampling::Shuffled, |gaps| gaps.plain)[0], seen.gaps(Sampling::Shuffled, EARLY).plain);
}

#[test]
fn another_flow_in_the_place_of_the_entropic_one_is_noticed() {
    // Twice the variance of the labels is about twice the force; swapped flows are the plain flow's victory.
    let stronger = observe(&Settings { label_noise: 2.0_f64.sqrt(), ..few(0) }, &|_| ()).unwrap();
    let wrong = Valley { entropic: stronger.entropic, ..FEW.clone() };
    let swapped = Valley { entropic: FEW.plain.clone(), plain: FEW.entropic.clone(), ..FEW.clone() };
    let equal = Valley { entropic: FEW.plain.clone(), ..FEW.clone() };
    for sampling in Sampling::ALL {
        assert_eq!(wrong.follows(sampling), Follows::Undecided);
        assert_eq!(swapped.follows(sampling), Follows::Plain);
        assert_eq!(equal.follows(sampling), Follows::Undecided);
    }
}

#[test]
fn too_large_a_learning_rate_is_not_called_following() {
    // Descent and flow have both come to balance, but not on the same way.
    let seen =
        observe(&Settings { learning_rate: 0.15, time: 80.0, paths: 50, ..Settings::default() }, &|_| ()).unwrap();
    let Gaps { plain, entropic } = seen.gaps(Sampling::Shuffled, RECORDS);
    assert!(entropic.value.abs() < 1e-3 * plain.value.abs(), "{entropic:?}");
    assert_eq!(seen.follows(Sampling::Shuffled), Follows::Undecided);
}

/// `grad F` with the derivatives taken by hand, `F = E[r^2 + eta r^2 x^2 (u^2 + w^2)]`.
fn gradient(eta: f64, noise: f64, [u, w]: [f64; 2]) -> [f64; 2] {
    let mut total = [0.0; 2];
    for x in [0.5, 1.0] {
        for e in [-noise, noise] {
            let (r, square) = (u * w * x - x - e, u * u + w * w);
            let common = 2.0 * r * x * (1.0 + eta * x * x * square);
            total[0] += (common * w + 2.0 * eta * r * r * x * x * u) / 4.0;
            total[1] += (common * u + 2.0 * eta * r * r * x * x * w) / 4.0;
        }
    }
    total
}

#[test]
fn the_flows_are_those_of_a_textbook_integrator_for_derivatives_by_hand() {
    let settings = Settings { label_noise: 0.75, start: [0.25, -1.5], time: 20.0, ..brief() };
    let seen = observe(&settings, &|_| ()).unwrap();
    for (eta, flow) in [(0.0, &seen.plain), (settings.learning_rate, &seen.entropic)] {
        let mut theta = settings.start;
        for (record, point) in flow.iter().enumerate() {
            let distance = (theta[0] - point.u).hypot(theta[1] - point.w);
            assert!(distance < 1e-10, "eta {eta}, record {record}: {distance}");
            if record < RECORDS {
                let pieces = 200;
                let step = (seen.time(record + 1) - seen.time(record)) / f64::from(pieces);
                for _ in 0..pieces {
                    theta = runge_kutta(&|theta| gradient(eta, 0.75, theta), theta, step);
                }
            }
        }
    }
    assert!(seen.flow_error < 1e-14);
}

/// A step of the classical method for `theta' = -gradient`.
fn runge_kutta(gradient: &dyn Fn([f64; 2]) -> [f64; 2], theta: [f64; 2], step: f64) -> [f64; 2] {
    let moved = |by: f64, slope: [f64; 2]| [theta[0] - by * slope[0], theta[1] - by * slope[1]];
    let first = gradient(theta);
    let second = gradient(moved(0.5 * step, first));
    let third = gradient(moved(0.5 * step, second));
    let fourth = gradient(moved(step, third));
    moved(step / 6.0, [0, 1].map(|i| first[i] + 2.0 * second[i] + 2.0 * third[i] + fourth[i]))
}

#[test]
fn the_plain_flow_conserves_the_charge_and_ends_in_the_valley() {
    let [u, w] = few(0).start;
    for point in &FEW.plain {
        assert!((point.charge() - (u * u - w * w)).abs() < 1e-14);
    }
    let end = FEW.plain[RECORDS];
    assert!((end.u * end.w - 1.0).abs() < 1e-14);
}

/// A simulation of its own: other random numbers, the gradient by hand.
#[test]
fn descent_is_descent() {
    let settings = Settings { time: 10.0, learning_rate: 0.02, label_noise: 1.5, paths: 400, ..Settings::default() };
    let seen = observe(&settings, &|_| ()).unwrap();
    let mut state = 1_u64;
    let mut below = |bound: u64| {
        state = state.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
        ((u128::from(state) * u128::from(bound)) >> 64) as usize
    };
    for sampling in Sampling::ALL {
        let mut points = Vec::new();
        for _ in 0..settings.paths {
            let [mut u, mut w] = settings.start;
            for _ in 0..seen.steps[RECORDS] / SAMPLES {
                let mut left: Vec<(f64, f64)> = vec![(0.5, -1.0), (0.5, 2.0), (1.0, -0.5), (1.0, 2.5)];
                for place in 0..4 {
                    let (x, y) = match sampling {
                        Sampling::Shuffled => left.swap_remove(below(4 - place)),
                        Sampling::Independent => left[below(4)],
                    };
                    let slope = 2.0 * (u * w * x - y) * x;
                    (u, w) = (u - settings.learning_rate * slope * w, w - settings.learning_rate * slope * u);
                }
            }
            points.push(Point { u, w });
        }
        let (by_hand, ours) = (Ensemble { points }, &seen.descents[sampling as usize][RECORDS]);
        let error = by_hand.charge().standard_error.hypot(ours.charge().standard_error);
        let difference = (by_hand.charge().value - ours.charge().value).abs();
        assert!(difference < 5.0 * error && error < 0.01, "{sampling}: {difference} {error}");
        let spread = by_hand.charge().standard_error / ours.charge().standard_error;
        assert!((0.8..1.25).contains(&spread), "{sampling}: {spread}");
    }
}

#[test]
fn the_laws_of_the_charge_are_exact_in_the_rationals() {
    let rational = |p: i64, q: i64| Rational::from((p, q));
    let network = Network::deep_linear(&[1, 1, 1]);
    let model = Rational::model(&network).unwrap();
    let (eta, zero) = (rational(3, 7), Rational::new());
    let pairs = [(rational(1, 2), rational(2, 3)), (rational(1, 1), rational(-5, 1)), (rational(1, 2), rational(0, 1))];
    let samples: Vec<_> = pairs.iter().map(|(x, y)| Sample::new(vec![x.clone()], vec![y.clone()])).collect();
    let data = DataSet::new(samples.clone());
    let preconditioner = Preconditioner::Scalar(eta.clone());
    let objective = Objective { model: &*model, data: &data, preconditioner: &preconditioner, weight_decay: &zero };
    let theta = vec![rational(5, 3), rational(-2, 5)];
    let charge = |theta: &[Rational]| Rational::from(theta[0].square_ref()) - Rational::from(theta[1].square_ref());
    let factor = |(x, y): &(Rational, Rational)| {
        let r = Rational::from(&theta[0] * &theta[1]) * x - y;
        (r * x).square()
    };
    for (sample, pair) in samples.iter().zip(&pairs) {
        let mut moved = theta.clone();
        sgd_step(&objective, &mut moved, sample);
        let multiple = Rational::from(1) - Rational::from(4) * Rational::from(eta.square_ref()) * factor(pair);
        assert_eq!(charge(&moved), multiple * charge(&theta));
    }
    // C' = 2 (u u' - w w') along theta' = -grad F, and along theta' = -grad L.
    let rate = |force: Vec<Rational>| {
        Rational::from(-2) * (Rational::from(&theta[0] * &force[0]) - Rational::from(&theta[1] * &force[1]))
    };
    let mean = pairs.iter().map(factor).sum::<Rational>() / Rational::from(3);
    assert_eq!(rate(objective.entropic_gradient(&theta)), Rational::from(-4) * eta.clone() * mean * charge(&theta));
    assert_eq!(rate(objective.mean_gradient(&theta)), zero);
}

/// The rows of the table by curve and learning rate; a field that is empty is not there.
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

#[test]
fn the_table_has_all_curves_and_ends_where_the_summary_does() {
    let csv = report::csv(&FEW);
    let rows = rows(&csv);
    assert_eq!(rows.len(), 4 * (RECORDS + 1) + 3 * (RUNGS as usize - 1));
    let number = |row: &HashMap<&str, &str>, column: &str| row[column].parse::<f64>().unwrap();
    let eta = FEW.settings.learning_rate;
    let last = |curve: &str| {
        let of_curve = |row: &&HashMap<&str, &str>| row["curve"] == curve;
        let full = |row: &&HashMap<&str, &str>| row.get("learning_rate").is_none_or(|rate| *rate == eta.to_string());
        rows.iter().filter(of_curve).rfind(full).unwrap()
    };
    let summary = report::summary(&FEW);
    // A row, with what of its title wraps into the next line.
    let line = |start: &str| {
        let mut lines = summary.lines().skip_while(|line| !line.starts_with(start));
        let row = lines.next().unwrap_or_else(|| panic!("{start}"));
        format!("{row} {}", lines.next().unwrap_or_default())
    };
    for curve in ["plain", "entropic", "shuffled", "independent"] {
        assert_eq!(number(last(curve), "time"), FEW.time(RECORDS));
        assert_eq!(last(curve).contains_key("step"), ["shuffled", "independent"].contains(&curve));
    }
    for (flow, start) in [("entropic", "minus that of the entropic"), ("plain", "minus that of the plain")] {
        assert!(line(start).contains(&format!("{:.5}", number(last(flow), "charge"))), "{summary}");
    }
    let told: Vec<f64> = line("charge at time 60, mean over").split(' ').filter_map(|word| word.parse().ok()).collect();
    // For each sampling the mean and two standard errors.
    assert_eq!(told.len(), 4, "{told:?}");
    for (curve, told) in ["shuffled", "independent"].into_iter().zip(told.chunks(2)) {
        let (charge, error) = (number(last(curve), "charge"), number(last(curve), "charge_standard_error"));
        assert!((charge - told[0]).abs() <= 0.11 * error, "{curve}: {charge} {told:?}");
        assert!((2.0 * error - told[1]).abs() < 0.1 * error, "{curve}: {error} {told:?}");
        assert!(number(last(curve), "charge_10_percent") < charge && charge < number(last(curve), "charge_90_percent"));
    }
    // Smaller learning rates end at the same, early time.
    let rungs = &rows[4 * (RECORDS + 1)..];
    for (place, row) in rungs.iter().enumerate() {
        assert_eq!(number(row, "learning_rate"), eta / f64::from(2 << (place / 3)));
        assert_eq!(number(row, "time"), FEW.time(EARLY));
        if let Some(step) = row.get("step") {
            let time = step.parse::<f64>().unwrap() * number(row, "learning_rate");
            assert!((time - FEW.time(EARLY)).abs() < 1e-12);
        }
    }
}

/// A flow and a sampling are drawn alike wherever they are drawn.
#[test]
fn one_series_is_drawn_one_way() {
    let figure = report::figure(&FEW);
    for name in ["SGD shuffled", "SGD independent", "plain flow", "entropic flow"] {
        let series = figure.panels.iter().take(2).flat_map(|panel| &panel.series);
        let lines = series.filter(|series| series.label.starts_with(name) && !matches!(series.stroke, Stroke::Dots(_)));
        let drawn: Vec<(&str, Stroke)> = lines.map(|series| (series.color, series.stroke)).collect();
        assert_eq!(drawn.len(), 2, "{name}");
        assert_eq!(drawn[0], drawn[1], "{name}");
    }
}

#[test]
fn the_figure_is_well_formed_and_a_plane_has_equal_units() {
    let svg = report::figure(&FEW).to_svg();
    let mut open = Vec::new();
    for tag in svg.split('<').skip(1) {
        let (tag, text) = tag.split_once('>').expect("every tag is closed");
        assert!(!text.contains('>') && !tag.contains("NaN") && !tag.contains("inf"), "{tag}");
        let name = tag.trim_start_matches('/').split([' ', '/']).next().unwrap().to_owned();
        if tag.starts_with('/') {
            assert_eq!(open.pop(), Some(name));
        } else if !tag.ends_with('/') {
            open.push(name);
        }
    }
    assert_eq!(open, Vec::<String>::new());
    // Two flows and two means in each of the first two panels.
    let curves = svg.lines().filter(|line| line.matches('L').count() == RECORDS).count();
    assert_eq!(curves, 8);
    // Every path at each of three times.
    let cloud = svg.lines().filter(|line| line.matches("h0").count() == 3 * FEW.settings.paths).count();
    assert_eq!(cloud, 1);
}

#[test]
fn settings_out_of_range_are_refused_by_name() {
    let refusal = |change: &dyn Fn(&mut Settings)| {
        let mut settings = brief();
        change(&mut settings);
        match observe(&settings, &|_| ()) {
            Err(error @ ValleyError::Setting { .. }) => error.to_string(),
            other => panic!("not refused: {:?}", other.map(|seen| seen.settings)),
        }
    };
    for rate in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert!(refusal(&|s| s.learning_rate = rate).starts_with("the learning rate is"));
    }
    for time in [0.0, -1.0, 3.97, 1e8, f64::NAN, f64::INFINITY] {
        assert!(refusal(&|s| s.time = time).starts_with("the time is"), "{time}");
    }
    for noise in [-0.1, f64::NAN, f64::INFINITY] {
        assert!(refusal(&|s| s.label_noise = noise).starts_with("the label noise is"));
    }
    for start in [[1.0, 1.0], [1.0, -1.0], [0.0, 0.0], [f64::NAN, 1.0], [1.0, f64::INFINITY]] {
        assert!(refusal(&|s| s.start = start).starts_with("the start is"));
    }
    for paths in [9, 10_001] {
        assert!(refusal(&|s| s.paths = paths).starts_with("the number of paths is"));
    }
}

#[test]
fn a_path_that_diverges_says_so() {
    for settings in [Settings { start: [100.0, 0.0], ..brief() }, Settings { start: [1e200, 0.0], ..brief() }] {
        let error = observe(&settings, &|_| ()).unwrap_err();
        assert!(matches!(error, ValleyError::Diverged { .. }), "{error}");
        assert!(error.to_string().contains("start nearer to the valley"));
    }
}

#[test]
fn where_nothing_moves_nothing_is_said() {
    // On the valley and without noise every gradient is zero.
    let seen = observe(&Settings { label_noise: 0.0, start: [2.0, 0.5], ..brief() }, &|_| ()).unwrap();
    for sampling in Sampling::ALL {
        assert_eq!(seen.follows(sampling), Follows::Undecided);
        assert_eq!(order(&ladder(&seen, sampling, |gaps| gaps.entropic)), None);
    }
    let summary = report::summary(&seen);
    assert!(summary.contains("is undecided") && !summary.contains("NaN") && !summary.contains("inf"), "{summary}");
    assert!(!report::figure(&seen).to_svg().contains("NaN"));
}
