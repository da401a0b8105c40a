//! The right side under everybody's set-up: momentum, decay tensor by tensor, and how long the decay has had.

use super::*;
use equipartition::verify::Stream;

const ETA: f64 = 0.02;
const GAMMA: f64 = 0.25;
const STEPS: usize = 1 << 15;

/// A run of heavy-ball momentum on `(w u - y)^2 / 2`, y = 1 or -1 more or less than 1, with decay on u only: the roots of the mean squares
/// of the parameters, gradients and momenta of every step after as many others.
struct Run {
    parameters: BTreeMap<String, Tensor>,
    gradients: BTreeMap<String, Tensor>,
    momenta: BTreeMap<String, Tensor>,
}

fn run(beta: f64) -> Run {
    let mut stream = Stream::new(&["heavy-ball run"], 3, 0);
    let (mut theta, mut momentum) = ([1.0, 1.0], [0.0, 0.0]);
    let (mut squares, mut gradients, mut momenta) = ([0.0; 2], [vec![], vec![]], [vec![], vec![]]);
    for step in 0..2 * STEPS {
        let label = 1.0 + if stream.below(2) == 0 { 1.0 } else { -1.0 };
        let residual = theta[0] * theta[1] - label;
        let gradient = [residual * theta[1], residual * theta[0]];
        let decay = [2.0 * GAMMA * theta[0], 0.0];
        for i in 0..2 {
            momentum[i] = beta * momentum[i] + gradient[i] + decay[i];
            if step >= STEPS {
                squares[i] += theta[i] * theta[i] / STEPS as f64;
                gradients[i].push(gradient[i]);
                momenta[i].push(momentum[i]);
            }
        }
        (0..2).for_each(|i| theta[i] -= ETA * momentum[i]);
    }
    let names = ["0.weight", "2.weight"];
    let parameter = |i: usize| (names[i].to_owned(), (vec![1, 1], vec![squares[i].sqrt()]));
    let stacked = |values: [Vec<f64>; 2], suffix: &str| -> BTreeMap<String, Tensor> {
        let tensor = |(name, values): (&str, Vec<f64>)| (format!("{name}{suffix}"), (vec![STEPS, 1, 1], values));
        names.into_iter().zip(values).map(tensor).collect()
    };
    Run {
        parameters: [0, 1].map(parameter).into(),
        gradients: stacked(gradients, ""),
        momenta: stacked(momenta, ".momentum_buffer"),
    }
}

/// The law of the neuron under some options.
fn law(run: &Run, folder: &TempDir, option: &str, options: &[&str]) -> (f64, Value, String) {
    let weights = written(folder, "weights", &safetensors(&run.parameters, Element::F64));
    let moments = if option == "--gradients" { &run.gradients } else { &run.momenta };
    let moments = written(folder, "moments", &safetensors(moments, Element::F64));
    let fixed = [&weights, "--laws", "mlp", "--no-decay", "2.*", "--learning-rate", "0.02", option, &moments];
    let arguments = [&fixed[..], options].concat();
    let report = inspected(&arguments);
    (number(&report["laws"][0]["imbalance"]), report, stdout(&arguments))
}

/// `noether/momentum` holds over a run up to its ends: with the momentum's second moments exactly, with those of gradients as far as
/// gradients of different steps are not correlated. Without the factors it is far from it.
#[test]
fn momentum_has_the_factor_of_its_law() {
    let folder = TempDir::new().unwrap();
    let run = run(0.75);
    let (exact, report, text) =
        law(&run, &folder, "--optimizer", &["--weight-decay", "0.25", "--momentum", "0.75", "--steps", "65536"]);
    assert!(exact.abs() < 1e-3, "{exact}");
    assert!(text.contains("noether/momentum") && text.contains("E|m_A|^2"), "{text}");
    assert_eq!((&report["momentum_steps"], &report["laws"][0]["status"]), (&json!(STEPS), &json!("unchecked")));
    // (1 - beta) / (4 eta gamma) steps.
    let relaxation = &report["relaxations"][0];
    assert!((number(&relaxation["time"]) - 12.5).abs() < 1e-9, "{relaxation}");
    assert!((number(&relaxation["seen"]) - 65536.0 / 12.5).abs() < 1e-6, "{relaxation}");
    let (approximate, report, _) = law(&run, &folder, "--gradients", &["--weight-decay", "0.25", "--momentum", "0.75"]);
    assert!(approximate.abs() < 0.04, "{approximate}");
    assert_eq!(
        report["laws"][0]["status"], "not a symmetry of this network",
        "the parameters are not those of one step"
    );
    let (without, ..) = law(&run, &folder, "--gradients", &["--weight-decay", "0.25"]);
    assert!(without.abs() > 0.25, "{without}");
    let weights = written(&folder, "weights", &safetensors(&run.parameters, Element::F64));
    let buffers = written(&folder, "moments", &safetensors(&run.momenta, Element::F64));
    let with = |options: &[&str], words: &str| {
        refused(&[&[&weights as &str, "--laws", "mlp", "--optimizer", &buffers], options].concat(), 2, &[words]);
    };
    with(&[], "--momentum is needed");
    with(&["--momentum", "1"], "less than 1");
    with(&["--momentum", "0.75", "--steps", "0"], "--steps");
    with(&["--momentum", "0.75", "--rule", "adamw"], "--rule sgd");
}

/// A factor 2 between gamma and PyTorch's weight_decay is told by the fit, in both directions, and not where there is none. At this point of
/// `(w u - y)^2 / 2` with y = w u + 1 and w u - 1 the law `E|g_u|^2 - E|g_w|^2 = w^2 - u^2 = (4 gamma / eta) u^2` holds with gamma = 1/4.
#[test]
fn twice_or_half_of_the_decay_is_named_where_it_fits_better() {
    let folder = TempDir::new().unwrap();
    let (u, w) = (1.0, 51_f64.sqrt());
    let gradient = |value: f64| (vec![2, 1, 1], vec![value, -value]);
    let tensor = |name: &str, tensor| (name.to_owned(), tensor);
    let run = Run {
        parameters: [tensor("0.weight", (vec![1, 1], vec![u])), tensor("2.weight", (vec![1, 1], vec![w]))].into(),
        gradients: [tensor("0.weight", gradient(w)), tensor("2.weight", gradient(u))].into(),
        momenta: BTreeMap::new(),
    };
    for (decay, note) in [("0.5", Some("With half the decay")), ("0.125", Some("With twice the decay")), ("0.25", None)]
    {
        let (imbalance, report, text) = law(&run, &folder, "--gradients", &["--weight-decay", decay]);
        assert_eq!(text.contains("the decay the imbalances"), note.is_some(), "{decay}: {text}");
        assert!(note.is_none_or(|note| text.contains(note)), "{decay}: {text}");
        assert!((imbalance.abs() < 1e-12) == note.is_none(), "{decay}: {imbalance}");
        let stated = number(&report["decay_fit"]["stated"]);
        assert!((stated - imbalance.abs()).abs() < 1e-12, "one law: {stated} {imbalance}");
    }
    let (imbalance, ..) = law(&run, &folder, "--gradients", &["--pytorch-weight-decay", "0.5"]);
    assert!(imbalance.abs() < 1e-12, "{imbalance}");
}

/// What the scatter of the gradients explains is no sign of another decay, and of a single gradient nobody knows it. The gradients are w a and u a: the law
/// `(w^2 - u^2) E a^2 = (4 gamma / eta) u^2` holds with half of the decay given.
#[test]
fn scatter_is_not_taken_for_another_decay() {
    let folder = TempDir::new().unwrap();
    let (u, w) = (1.0, 3.0);
    let tensor = |name: &str, tensor| (name.to_owned(), tensor);
    let of = |samples: &[f64]| {
        let gradient = |value: f64| (vec![samples.len(), 1, 1], samples.iter().map(|a| value * a).collect());
        Run {
            parameters: [tensor("0.weight", (vec![1, 1], vec![u])), tensor("2.weight", (vec![1, 1], vec![w]))].into(),
            gradients: [tensor("0.weight", gradient(w)), tensor("2.weight", gradient(u))].into(),
            momenta: BTreeMap::new(),
        }
    };
    for (samples, decay, is_told) in
        [(&[1.0, -1.0][..], "0.08", true), (&[1.0, 0.0], "0.04", false), (&[1.0], "0.08", false)]
    {
        let (_, report, text) = law(&of(samples), &folder, "--gradients", &["--weight-decay", decay]);
        assert_eq!(text.contains("With half the decay"), is_told, "{samples:?}: {text}");
        let [half, stated] = ["half", "stated"].map(|name| number(&report["decay_fit"][name]));
        assert!(half < 1e-12 && stated > 0.1, "{samples:?}: {half} {stated}");
    }
}

/// z is the imbalance in standard errors.
#[test]
fn imbalances_are_told_in_standard_errors() {
    let report = shipped_report("decoder", &[GRADIENTS], &DECODER);
    for law in report["laws"].as_array().unwrap() {
        let z = number(&law["imbalance"]) / number(&law["standard_error"]);
        assert!((number(&law["z"]) - z).abs() <= 1e-12 * z.abs());
    }
    let text = stdout(
        &[&[&shipped("mlp.safetensors") as &str, "--gradients", &shipped("mlp.gradients.safetensors")], &MLP[..]]
            .concat(),
    );
    assert!(text.lines().any(|line| line.contains("std.") && line.contains(" z ")), "{text}");
    let alone = shipped_report("decoder", &[ADAMW], &ADAM);
    assert_eq!(alone["laws"][0]["z"], Value::Null);
}

/// 4 eta gamma times 6000 steps, which the optimiser's file tells.
#[test]
fn the_relaxation_times_that_a_run_has_seen_are_told() {
    let report = shipped_report("decoder", &[ADAMW], &ADAM);
    let relaxation = &report["relaxations"][0];
    assert!((number(&relaxation["time"]) - 5000.0).abs() < 1e-6, "{relaxation}");
    assert!((number(&relaxation["seen"]) - 1.2).abs() < 1e-9, "{relaxation}");
    assert_eq!(report["steps"], 6000.0);
    // With the decay in Adam's gradient the time is another one for every element.
    let report = shipped_report("decoder", &[ADAMW], &[&ADAM[..], &["--rule", "adam"]].concat());
    assert_eq!(report["relaxations"], json!([]));
    // Two strengths of decay have two times.
    let folder = TempDir::new().unwrap();
    let laws = b"decay = [{ tensors = '0.*', gamma = 0.25 }, { tensors = ['2.*', 'no*'], pytorch = 0.25 }]
        [[law]]\nname = 'neuron'\nin = '0.weight'\nout = '2.weight'";
    let laws = written(&folder, "laws.toml", laws);
    let run = run(0.0);
    let weights = written(&folder, "weights", &safetensors(&run.parameters, Element::F64));
    let gradients = written(&folder, "gradients", &safetensors(&run.gradients, Element::F64));
    let arguments = [&weights, "--gradients", &gradients, "--laws", &laws, "--learning-rate", "0.02"];
    refused(&arguments.map(|word| word as &str), 65, &["`no*`"]);
    let laws = fs::read_to_string(&laws).unwrap().replace(", 'no*'", "");
    written(&folder, "laws.toml", laws.as_bytes());
    let report = inspected(&arguments.map(|word| word as &str));
    let times: Vec<f64> = report["relaxations"].as_array().unwrap().iter().map(|one| number(&one["time"])).collect();
    assert_eq!(times.len(), 2);
    assert!((times[0] - 50.0).abs() < 1e-9 && (times[1] - 100.0).abs() < 1e-9, "{times:?}");
}

/// A table of decays says what `--no-decay` says.
#[test]
fn decay_can_differ_from_tensor_to_tensor() {
    let folder = TempDir::new().unwrap();
    let run = run(0.0);
    let weights = written(&folder, "weights", &safetensors(&run.parameters, Element::F64));
    let gradients = written(&folder, "gradients", &safetensors(&run.gradients, Element::F64));
    let imbalance = |decays: &str| {
        let text = format!("{decays}\n[[law]]\nname = 'neuron'\nin = '0.weight'\nout = '2.weight'");
        let laws = written(&folder, "laws.toml", text.as_bytes());
        let options = ["--laws", &laws, "--learning-rate", "0.02", "--weight-decay", "0.25"];
        number(
            &inspected(&[&[&weights as &str, "--gradients", &gradients], &options[..]].concat())["laws"][0]["imbalance"],
        )
    };
    let (expected, ..) = law(&run, &folder, "--gradients", &["--weight-decay", "0.25"]);
    assert_eq!(imbalance("[[decay]]\ntensors = '2.weight'\ngamma = 0"), expected);
    assert_eq!(imbalance("[[decay]]\ntensors = '0.*'\npytorch = 0.5\n[[decay]]\ntensors = '*'\ngamma = 0"), expected);
    assert!((imbalance("") - expected).abs() > 0.1);
}

/// Without decay the law of the momentum is that of gradients with one in place of the other, matrix laws included.
#[test]
fn momentum_takes_the_place_of_gradients_in_every_law() {
    let folder = TempDir::new().unwrap();
    for (network, options) in [
        ("mlp", &["--laws", "mlp", "--activation", "identity"][..]),
        ("decoder", &["--laws", "decoder", "--heads", "4"]),
    ] {
        let weights = shipped(&format!("{network}.safetensors"));
        let gradients = shipped(&format!("{network}.gradients.safetensors"));
        let renamed = |(name, tensor): (String, Tensor)| (format!("{name}.momentum_buffer"), tensor);
        let momenta: BTreeMap<String, Tensor> = read(Path::new(&gradients)).into_iter().map(renamed).collect();
        let momenta = written(&folder, "momenta", &safetensors(&momenta, Element::F32));
        let run = |files: &[&str]| {
            let mut report = inspected(&[&[weights.as_str()], files, options].concat());
            let mut laws: Vec<_> = report["laws"].as_array_mut().unwrap().drain(..).collect();
            // A prediction is made for plain descent.
            laws.iter_mut().for_each(|law| drop(law.as_object_mut().unwrap().remove("prediction")));
            laws
        };
        let plain = run(&["--gradients", &gradients]);
        assert_eq!(run(&["--gradients", &gradients, "--optimizer", &momenta, "--momentum", "0.5"]), plain, "{network}");
        assert!(plain.iter().any(|law| law["form"] == "matrix"));
        // Alone it checks no symmetry.
        for (alone, plain) in run(&["--optimizer", &momenta, "--momentum", "0.5"]).iter().zip(&plain) {
            assert_eq!(
                (&alone["imbalance"], &alone["z"], &alone["status"]),
                (&plain["imbalance"], &plain["z"], &json!("unchecked"))
            );
        }
    }
}
