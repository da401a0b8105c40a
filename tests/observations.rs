//! The noise equilibrium, mirrors and the ideal gas along small runs: every table has its columns, and the numbers that the theories predict.

use equipartition::dynamics::refusal::Refusal;
use equipartition::dynamics::{features, friction, gas, imbalance, saddles};
use equipartition::report;

/// A table with named columns.
struct Table {
    columns: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    fn read(csv: &str) -> Self {
        let mut lines = csv.lines().map(|line| line.split(',').map(str::to_owned).collect::<Vec<_>>());
        let columns = lines.next().expect("a head");
        let rows: Vec<Vec<String>> = lines.collect();
        assert!(rows.iter().all(|row| row.len() == columns.len()), "every row has every column");
        Table { columns, rows }
    }

    /// The rows of a curve.
    fn curve(&self, name: &str) -> impl Iterator<Item = Row<'_>> {
        let rows = self.rows.iter().map(|fields| Row { columns: &self.columns, fields });
        rows.filter(move |row| row.text("curve") == name)
    }
}

struct Row<'a> {
    columns: &'a [String],
    fields: &'a [String],
}

impl Row<'_> {
    fn text(&self, column: &str) -> &str {
        let place = self.columns.iter().position(|name| name == column);
        &self.fields[place.unwrap_or_else(|| panic!("no column {column}"))]
    }

    fn number(&self, column: &str) -> f64 {
        let text = self.text(column);
        text.parse().unwrap_or_else(|_| panic!("{column} is `{text}`"))
    }
}

fn on_threads<T: Send>(threads: usize, run: impl FnOnce() -> T + Send) -> T {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(run)
}

/// Whether a figure's tags are closed in order, and no coordinate is lost.
fn well_formed(svg: &str) {
    let mut open = Vec::new();
    for tag in svg.split('<').skip(1) {
        let (tag, _) = tag.split_once('>').expect("every tag is closed");
        assert!(!tag.contains("NaN") && !tag.contains("inf"), "{tag}");
        let name = tag.trim_start_matches('/').split([' ', '/']).next().unwrap().to_owned();
        if tag.starts_with('/') {
            assert_eq!(open.pop(), Some(name));
        } else if !tag.ends_with('/') {
            open.push(name);
        }
    }
    assert_eq!(open, Vec::<String>::new());
}

#[test]
fn the_imbalance_falls_by_the_exact_factors_and_batches_are_in_equilibrium_where_the_law_says() {
    let settings = imbalance::Settings { steps: 6000, ..imbalance::Settings::default() };
    let [one, two] = [1, 2].map(|threads| on_threads(threads, || imbalance::observe(&settings, &|_| ()).unwrap()));
    let csv = report::imbalance::csv(&one);
    assert_eq!(csv, report::imbalance::csv(&two), "threads change nothing");
    assert_eq!(report::imbalance::summary(&one), report::imbalance::summary(&two));
    well_formed(&report::imbalance::figure(&one).to_svg());
    let table = Table::read(&csv);
    let runs: Vec<Row<'_>> = table.curve("run").collect();
    // Two networks, three batch sizes, three starts.
    assert_eq!(runs.len(), 2 * 3 * 3 * (imbalance::RECORDS + 1));
    for row in &runs {
        let (measured, exact) = (row.number("imbalance"), row.number("exact"));
        assert!((measured - exact).abs() <= 1e-6 * exact.abs().max(1e-3), "{measured} {exact}");
        assert!(row.number("relative_imbalance").abs() <= 1.0);
    }
    // Noise makes the charges of the linear network fall, and the more the smaller batches are.
    let fall = |batch: f64| {
        let of = runs.iter().filter(|row| row.text("network") == "linear" && row.number("batch") == batch);
        let values: Vec<f64> = of.filter(|row| row.text("start") == "0").map(|row| row.number("imbalance")).collect();
        values[values.len() - 1] / values[0]
    };
    assert!(fall(1.0) < fall(8.0) && fall(8.0) < fall(1797.0) && fall(1797.0) <= 1.0);
    let equilibria: Vec<Row<'_>> = table.curve("equilibrium").collect();
    // 1, 2, 4, ..., 1024, and all.
    assert_eq!(equilibria.len(), 2 * 12);
    for network in ["linear", "ReLU"] {
        let of: Vec<&Row<'_>> = equilibria.iter().filter(|row| row.text("network") == network).collect();
        for row in &of[..11] {
            let gap = row.number("imbalance") - row.number("exact");
            assert!(gap.abs() < 5.0 * row.number("standard_error"), "{network} {gap}");
        }
        let (first, last) = (of[0].number("exact"), of[11].number("exact"));
        assert_eq!(of[11].text("imbalance"), "", "one batch of all has no spread");
        // The equation has the noise alone, single samples have little more, a full batch has none.
        let diffusion = of[0].number("diffusion");
        assert!((first - diffusion).abs() < (last - diffusion).abs(), "{network} {first} {last} {diffusion}");
    }
}

#[test]
fn modes_and_saddles_are_where_the_law_says() {
    let settings = saddles::Settings { paths: 400, runs: 20, epochs: 3000, ..saddles::Settings::default() };
    let [one, two] = [1, 2].map(|threads| on_threads(threads, || saddles::observe(&settings, &|_| ()).unwrap()));
    let csv = report::saddles::csv(&one);
    assert_eq!(csv, report::saddles::csv(&two), "threads change nothing");
    well_formed(&report::saddles::figure(&one).to_svg());
    let table = Table::read(&csv);
    let times: Vec<Row<'_>> = table.curve("time").collect();
    assert_eq!(times.len(), 2 * 2 * saddles::STARTS);
    // 1 / E ln(1 + eta s) and 1 / (eta E s) for eta = 1/4, s = 1 +- 5/2 and s = 2/5.
    let logarithm = 2.0 / ((1.0_f64 + 0.25 * 3.5).ln() + (1.0_f64 - 0.25 * 1.5).ln());
    for (depth, mode, slope) in [
        ("2", "s = 1 ± 2.5", logarithm),
        ("2", "s = 0.4", 1.0 / 1.1_f64.ln()),
        ("3", "s = 1 ± 2.5", 4.0),
        ("3", "s = 0.4", 10.0),
    ] {
        let of: Vec<&Row<'_>> =
            times.iter().filter(|row| row.text("depth") == depth && row.text("mode") == mode).collect();
        assert!((of[0].number("exact") - slope).abs() < 1e-12);
        let (first, last) = (of[0], of[saddles::STARTS - 1]);
        let way = last.number("distance") - first.number("distance");
        let measured = (last.number("measured") - first.number("measured")) / way;
        // Times are whole steps, and beyond depth two the way has a part of the order of ln(1/eps).
        let error = 5.0 * first.number("standard_error").hypot(last.number("standard_error")) + 1.0;
        let rest = if depth == "3" { 8.0 * 7.0_f64.ln() } else { 0.0 };
        assert!((measured - slope).abs() * way < error + rest, "depth {depth}, {mode}: {measured} {slope}");
    }
    // Labels 3 and -2: the window is (1/12, 1/4), whose ends are not among the step sizes.
    for sampling in ["shuffled", "full batch"] {
        let shares: Vec<Row<'_>> = table.curve(&format!("share {sampling}")).collect();
        assert_eq!(shares.len(), saddles::RATES);
        for row in shares {
            let (rate, share) = (row.number("learning_rate"), row.number("measured"));
            let attracts = sampling == "shuffled" && rate > 1.0 / 12.0 && rate < 0.25;
            assert_eq!(row.number("exact") == 1.0, attracts);
            // Next to an end an epoch changes little.
            let near = [1.0 / 12.0, 0.25].iter().any(|end| (rate - end).abs() < 0.006);
            assert!(near || share == row.number("exact"), "{sampling} at {rate}: {share}");
        }
    }
    for (name, sign) in [("u + w", 1.0), ("u - w", -1.0)] {
        for row in table.curve(&format!("exponent {name}")) {
            let rate = row.number("learning_rate");
            let exact = 0.5 * ((1.0 + sign * 6.0 * rate) * (1.0 - sign * 4.0 * rate)).abs().ln();
            assert!((row.number("exact") - exact).abs() < 1e-9, "{name} at {rate}");
            let gap = row.number("measured") - exact;
            assert!(gap.abs() < 6.0 * row.number("standard_error"), "{name} at {rate}: {gap}");
        }
    }
    let told = report::saddles::summary(&one).split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(told.contains("noise reverses the order of gradient flow"), "{told}");
}

#[test]
fn labels_of_one_sign_have_no_window() {
    let settings =
        saddles::Settings { labels: [3.0, 2.0], paths: 10, runs: 10, epochs: 500, ..saddles::Settings::default() };
    let seen = saddles::observe(&settings, &|_| ()).unwrap();
    assert!(seen.rates.iter().all(|at| at.fates[0].at == 0.0));
    assert!(report::saddles::summary(&seen).contains("window: empty"));
}

#[test]
fn norms_and_angles_are_what_the_law_says() {
    let settings = gas::Settings { steps: 6000, chains: 60, chain_steps: 1500, ..gas::Settings::default() };
    let [one, two] = [1, 2].map(|threads| on_threads(threads, || gas::observe(&settings, &|_| ()).unwrap()));
    let csv = report::gas::csv(&one);
    assert_eq!(csv, report::gas::csv(&two), "threads change nothing");
    well_formed(&report::gas::figure(&one).to_svg());
    let table = Table::read(&csv);
    let (mut fixed, mut effective, mut sphere) = (0, 0, 0);
    // Where a radius escaped nothing was measured, and no field says otherwise.
    assert!(!csv.contains("NaN") && !csv.contains("inf"), "{csv}");
    for row in table.curve("state") {
        let is_empty = |column: &str| row.text(column).is_empty();
        let escaped = row.text("escaped") == "1";
        assert!(["squared_radius", "angle", "rho_squared_variance"].into_iter().all(|name| is_empty(name) == escaped));
    }
    assert!(table.curve("state").any(|row| row.text("escaped") == "1"));
    for row in table.curve("state").filter(|row| row.text("escaped") == "0") {
        let (rate, decay) = (row.number("rate"), row.number("weight_decay"));
        let a = row.number("first_order_angle");
        let close = |value: &str, exact: f64| {
            let gap = row.number(value) - exact;
            assert!(gap.abs() < 6.0 * row.number(&format!("{value}_standard_error")), "{value}: {gap} at {a}");
        };
        match row.text("regime") {
            "fixed rate" => {
                // Whatever the noise: E ln cos delta = ln(1 - 2 eta gamma), E[p V] = E[R T] / (1 - eta gamma).
                assert!((row.number("exact_angle") - (1.0 - 2.0 * rate * decay).acos()).abs() < 1e-9);
                assert!((row.number("exact_factor") - 1.0 / (1.0 - rate * decay)).abs() < 1e-9);
                close("angle", (1.0 - 2.0 * rate * decay).acos());
                close("factor", 1.0 / (1.0 - rate * decay));
                fixed += 1;
            }
            "fixed effective rate" => {
                let root = (1.0 - a * a).sqrt();
                assert!((row.number("exact_angle") - a.asin()).abs() < 1e-9);
                assert!((row.number("exact_factor") - 2.0 / (1.0 + root)).abs() < 1e-9);
                assert!((row.number("steady_squared_radius") - (1.0 - root) / (2.0 * rate * decay)).abs() < 1e-9);
                close("angle_gap", 0.0);
                close("factor_gap", 0.0);
                effective += 1;
            }
            _ => {
                assert!((row.number("exact_angle") - a.atan()).abs() < 1e-9);
                assert!(row.number("angle_gap").abs() < 1e-12, "on the sphere the angle of every step is known");
                sphere += 1;
            }
        }
    }
    assert!(fixed >= 6 && effective >= 3 && sphere >= 6, "{fixed} {effective} {sphere}");
    let ways: Vec<Row<'_>> = table.curve("way").collect();
    assert_eq!(ways.len(), 2 * gas::STARTS.len() * gas::WAY);
    for chains in &one.chains {
        assert_eq!(chains.returned, 0, "beyond 2 nothing comes back");
        assert!(!chains.is_below_critical() || chains.share(60).value == 0.0);
    }
    let last = |size: &str| {
        let of = table.curve("escape").filter(|row| row.text("regime") == "normal noise");
        of.filter(|row| row.text("start_or_size") == size).last().expect("recorded").number("share")
    };
    assert_eq!((last("0.3"), last("1")), (0.0, 1.0));
}

/// Paths are their closed forms, and both sides turn and decay as the roots say; between the thresholds, and above the last, they differ in kind.
#[test]
fn momentum_and_field_differ_in_kind_where_the_law_says() {
    for momentum in [0.09_f64, 0.0, 0.49] {
        let root = momentum.sqrt();
        let [low, high] = [(1.0 - root).powi(2), (1.0 + root).powi(2)];
        let field = (1.0 - momentum).powi(2) / (2.0 * (1.0 + momentum));
        let pulls = [field / 2.0, (field + low) / 2.0, (low + high) / 2.0 + 1e-3, high + 1e-2];
        let settings = friction::Settings { momentum, pulls, steps: 20, sweep_steps: 2000 };
        let seen = friction::observe(&settings, &|_| ()).unwrap();
        let csv = report::friction::csv(&seen);
        well_formed(&report::friction::figure(&seen).to_svg());
        let table = Table::read(&csv);
        assert_eq!(table.curve("path").count(), 2 * friction::MODES * 21);
        for row in table.curve("path") {
            let gap = row.number("measured") - row.number("exact");
            let allowed = if row.text("side") == "field" { 1e-7 } else { 1e-12 };
            assert!(gap.abs() < allowed, "{gap} at beta = {momentum}, {}", row.text("pull"));
        }
        assert!(seen.energy_residual < 1e-9, "{}", seen.energy_residual);
        assert_eq!(table.curve("decay").count(), 2 * friction::PULLS);
        // One change of sign more or less.
        let turn = 1.01 * std::f64::consts::PI / 2000.0;
        for row in table.curve("angle").chain(table.curve("decay")) {
            let pull = row.number("pull");
            if [field, low, high].iter().any(|end| (pull - end).abs() < friction::RESOLVED) {
                continue;
            }
            let allowed = if row.text("curve") == "angle" { turn } else { 4e-3 };
            let gap = row.number("measured") - row.number("exact");
            assert!(gap.abs() < allowed, "{gap} at beta = {momentum}, {pull}");
            // By the thresholds, not by the roots that the observation takes.
            let kind = match row.text("side") {
                "field" if pull < field => "decays",
                "field" => "oscillates",
                _ if pull < low => "decays",
                _ if pull < high => "oscillates",
                _ => "alternates",
            };
            assert_eq!(row.text("kind"), kind, "{} at beta = {momentum}, {pull}", row.text("side"));
        }
        let told = report::friction::summary(&seen).split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(told.contains("differ in kind where cosmology/critical-damping says"), "{told}");
    }
}

/// The second response rises with the strength of a weaker first feature and falls with that of a stronger one; spectral decoupling knows no strengths; the onset is of
/// fourth order, with one coefficient for both penalties.
#[test]
fn features_starve_under_weight_decay_alone() {
    let settings = features::Settings { penalty: 0.2, ..features::Settings::default() };
    let [one, two] = [1, 2].map(|threads| on_threads(threads, || features::observe(&settings, &|_| ()).unwrap()));
    let csv = report::features::csv(&one);
    assert_eq!(csv, report::features::csv(&two), "threads change nothing");
    well_formed(&report::features::figure(&one).to_svg());
    let table = Table::read(&csv);
    assert_eq!(table.curve("end").count(), 2 * 2 * features::STRENGTHS);
    for row in table.curve("end") {
        let gap = row.number("measured") - row.number("exact");
        assert!(gap.abs() < 1e-9, "{}: {gap}", row.text("penalty"));
    }
    for row in table.curve("derivative") {
        let (strength, moved) = (row.number("strength"), row.number("measured"));
        assert!((moved - row.number("exact")).abs() < 1e-6, "{moved} at {strength}");
        match row.text("penalty") {
            "weight decay" if (strength - 1.0).abs() < 1e-9 => assert!(moved.abs() < 1e-6),
            "weight decay" => assert_eq!(moved > 0.0, strength < 1.0, "{moved} at {strength}"),
            _ => assert!(moved.abs() < 1e-6, "{moved} at {strength}"),
        }
    }
    // sigma(-u) = lambda u, and z_2 = (c - s) u.
    let of_decoupling =
        table.curve("end").find(|row| row.text("penalty") == "spectral decoupling" && row.text("feature") == "2");
    let (sine, cosine) = 30.0_f64.to_radians().sin_cos();
    let u = of_decoupling.expect("a row").number("exact") / (cosine - sine);
    assert!((1.0 / (1.0 + u.exp()) - 0.2 * u).abs() < 1e-12);
    for onset in ["weight decay", "spectral decoupling"] {
        let rows: Vec<Row<'_>> = table.curve("onset").filter(|row| row.text("penalty") == onset).collect();
        for feature in ["1", "2"] {
            let of: Vec<&Row<'_>> = rows.iter().filter(|row| row.text("feature") == feature).collect();
            let ratio = |row: &Row<'_>| row.number("measured") / row.number("exact");
            // The next order is one of time in units of 1/s_1^2.
            assert!((ratio(of[0]) - 1.0).abs() < 0.05, "{onset} {feature}: {}", ratio(of[0]));
            assert!((ratio(of[0]) - 1.0).abs() < (ratio(of[of.len() / 2]) - 1.0).abs(), "{onset} {feature}");
        }
    }
    let told = report::features::summary(&one).split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(told.contains("starves it as the stronger, at each of 48 strengths"), "{told}");
}

#[test]
fn settings_out_of_range_are_refused_by_name() {
    let text = |refusal: Refusal| refusal.to_string();
    let imbalance = |change: &dyn Fn(&mut imbalance::Settings)| {
        let mut settings = imbalance::Settings::default();
        change(&mut settings);
        text(settings.validate().unwrap_err())
    };
    assert_eq!(imbalance(&|s| s.steps = 5999), "the number of steps is 5999: expected 6000 to 10^9");
    assert!(imbalance(&|s| s.learning_rate = f64::NAN).starts_with("the learning rate is NaN"));
    assert!(imbalance(&|s| s.batch = 1).starts_with("the batch size is 1"));
    assert!(imbalance(&|s| s.hidden = 0).starts_with("the number of hidden neurons is 0"));
    let saddles = |change: &dyn Fn(&mut saddles::Settings)| {
        let mut settings = saddles::Settings::default();
        change(&mut settings);
        text(settings.validate().unwrap_err())
    };
    assert!(saddles(&|s| s.noisy = [1.0, 9.0]).contains("no step changes the sign of w"));
    assert!(saddles(&|s| s.noisy = [0.2, 3.0]).contains("one that is learned"));
    assert!(saddles(&|s| s.labels = [1.0, -1.0]).contains("the saddle is degenerate"));
    assert!(saddles(&|s| s.labels = [0.0, 1.0]).starts_with("the pair of labels is 0 1"));
    assert!(saddles(&|s| s.clean = -1.0).starts_with("the mode without noise is -1"));
    let gas = |change: &dyn Fn(&mut gas::Settings)| {
        let mut settings = gas::Settings::default();
        change(&mut settings);
        text(settings.validate().unwrap_err())
    };
    assert!(gas(&|s| s.steps = 1999).starts_with("the number of steps is 1999"));
    assert!(gas(&|s| s.chain_steps = 149).starts_with("the number of a chain's steps is 149"));
    let friction = |change: &dyn Fn(&mut friction::Settings)| {
        let mut settings = friction::Settings::default();
        change(&mut settings);
        text(settings.validate().unwrap_err())
    };
    assert!(friction(&|s| s.momentum = 1.0).starts_with("the momentum is 1: expected a number from 0 to 0.99"));
    assert!(friction(&|s| s.momentum = -0.1).starts_with("the momentum is -0.1"));
    assert!(friction(&|s| s.pulls[3] = 2.2).contains("the limit of stability"));
    assert!(friction(&|s| s.pulls[0] = 0.49).contains("none of the thresholds"));
    assert!(friction(&|s| s.pulls[0] = f64::NAN).starts_with("eta mu of a mode is NaN"));
    assert!(friction(&|s| s.steps = 3).starts_with("the number of steps is 3"));
    let features = |change: &dyn Fn(&mut features::Settings)| {
        let mut settings = features::Settings::default();
        change(&mut settings);
        text(settings.validate().unwrap_err())
    };
    assert!(features(&|s| s.angle = 45.0).starts_with("the angle is 45"));
    assert!(features(&|s| s.learning_rate = 1.0).contains("descent is stable"));
    assert!(features(&|s| s.penalty = 0.0).starts_with("the penalty is 0"));
    assert!(features(&|s| s.second = f64::INFINITY).starts_with("the strength of the second feature is inf"));
    // A run that diverges says so.
    let wild = imbalance::Settings { steps: 6000, learning_rate: 10.0, ..imbalance::Settings::default() };
    let error = imbalance::observe(&wild, &|_| ()).unwrap_err();
    assert!(matches!(error, Refusal::Diverged { .. }), "{error}");
}
