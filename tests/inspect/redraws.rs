//! A thousand networks with data of their own, in every number type: of the true laws none is marked, every false one on 999 at least.

use super::*;
use equipartition::data::Sample;
use equipartition::inspection::architecture::Architecture;
use equipartition::inspection::balance::Status;
use equipartition::inspection::decoder;
use equipartition::inspection::law::{Law, Rotary};
use equipartition::inspection::mlp::{Homogeneity, laws};
use equipartition::inspection::{Inputs, Settings, inspect};
use equipartition::model::composed::decoder::DecoderShape;
use equipartition::model::composed::{AttentionShape, Epsilon, Parameter, Statistic};
use equipartition::model::{Activation, Carrier, Network};
use equipartition::scalar::Rational;
use equipartition::verify::Stream;

const REDRAWS: u64 = 1000;
const ELEMENTS: [Element; 4] = [Element::F64, Element::F32, Element::F16, Element::Bf16];
const SIZES: [usize; 3] = [3, 4, 2];
/// So many that hardly ever all neurons are on together or off together on every one of them, where a ReLU network is a linear one.
const SAMPLES: usize = 24;

/// The values as they are in a file of that type.
pub(super) fn rounded(values: &[f64], element: Element) -> Vec<f64> {
    let mut result = vec![0.0; values.len()];
    element.decode(&encoded(values, element), &mut result);
    result
}

/// The parameters of a network `V phi(W x + b)` and the gradients of squared errors of some samples.
pub(super) fn draw(stream: &mut Stream, relu: bool, decay: f64, element: Element) -> [BTreeMap<String, Tensor>; 2] {
    let [inputs, hidden, outputs] = SIZES;
    let mut uniform = |count: usize| -> Vec<f64> {
        (0..count).map(|_| stream.integer(-(1 << 20), 1 << 20) as f64 / f64::from(1 << 20)).collect()
    };
    let parameter = |values: Vec<f64>| rounded(&values, element);
    let (w, b, v) =
        (parameter(uniform(hidden * inputs)), parameter(uniform(hidden)), parameter(uniform(outputs * hidden)));
    let (mut to_w, mut to_b, mut to_v) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..SAMPLES {
        let (x, y) = (uniform(inputs), uniform(outputs));
        let before: Vec<f64> =
            (0..hidden).map(|i| b[i] + (0..inputs).map(|j| w[i * inputs + j] * x[j]).sum::<f64>()).collect();
        let slope = |i: usize| if relu && before[i] <= 0.0 { 0.0 } else { 1.0 };
        let after: Vec<f64> = (0..hidden).map(|i| slope(i) * before[i]).collect();
        let residual: Vec<f64> = (0..outputs)
            .map(|k| 2.0 * ((0..hidden).map(|i| v[k * hidden + i] * after[i]).sum::<f64>() - y[k]))
            .collect();
        let back: Vec<f64> = (0..hidden)
            .map(|i| slope(i) * (0..outputs).map(|k| residual[k] * v[k * hidden + i]).sum::<f64>())
            .collect();
        to_w.extend((0..hidden * inputs).map(|n| back[n / inputs] * x[n % inputs] + decay * w[n]));
        to_b.extend((0..hidden).map(|i| back[i] + decay * b[i]));
        to_v.extend((0..outputs * hidden).map(|n| residual[n / hidden] * after[n % hidden] + decay * v[n]));
    }
    let names = ["0.weight", "0.bias", "2.weight"];
    let shapes = [vec![hidden, inputs], vec![hidden], vec![outputs, hidden]];
    let gradient = |(name, (shape, values)): (&str, (&Vec<usize>, Vec<f64>))| {
        (name.to_owned(), ([&[SAMPLES], &shape[..]].concat(), values))
    };
    let parameters =
        names.iter().zip(shapes.iter().cloned().zip([w, b, v])).map(|(name, tensor)| ((*name).to_owned(), tensor));
    let gradients = names.into_iter().zip(shapes.iter().zip([to_w, to_b, to_v])).map(gradient);
    [parameters.collect(), gradients.collect()]
}

fn statuses(
    folder: &TempDir,
    [weights, gradients]: &[BTreeMap<String, Tensor>; 2],
    element: Element,
    laws: impl Fn(&Checkpoint) -> Vec<Law>,
) -> Vec<(Law, Status)> {
    let open = |name: &str, tensors: &BTreeMap<String, Tensor>| {
        Checkpoint::open(Path::new(&written(folder, name, &safetensors(tensors, element)))).unwrap()
    };
    let (weights, gradients) = (open("weights", weights), open("gradients", gradients));
    let settings = Settings::default();
    let inputs = Inputs { weights: &weights, optimizer: None, gradients: Some(&gradients), entropic_gradient: None };
    let inspection = inspect(&inputs, &laws(&weights), &settings).unwrap();
    inspection.balances.into_iter().map(|balance| (balance.law, balance.status)).collect()
}

/// How often a law is confirmed, marked, and unchecked.
fn counts(relu: bool, decay: f64, of: Homogeneity, matrix: bool) -> [u64; 3] {
    let folder = TempDir::new().unwrap();
    let mut counts = [0; 3];
    for number in 0..REDRAWS {
        let element = ELEMENTS[(number % 4) as usize];
        let mut stream = Stream::new(&["redraws of networks"], 17, number);
        let tensors = draw(&mut stream, relu, decay, element);
        let found = statuses(&folder, &tensors, element, |weights| laws(weights, of).unwrap());
        let (_, status) = found.iter().find(|(law, _)| law.name.ends_with("(matrix)") == matrix).unwrap();
        counts[place(*status)] += 1;
    }
    counts
}

fn place(status: Status) -> usize {
    match status {
        Status::Confirmed => 0,
        Status::NotASymmetry => 1,
        Status::Unchecked(_) => 2,
    }
}

#[test]
fn no_true_law_is_marked() {
    for (relu, of, matrix) in
        [(true, Homogeneity::Degree(1), false), (false, Homogeneity::Linear, false), (false, Homogeneity::Linear, true)]
    {
        assert_eq!(counts(relu, 0.0, of, matrix), [REDRAWS, 0, 0], "relu {relu}, matrix {matrix}");
    }
}

#[test]
fn a_false_law_is_marked() {
    for (relu, decay, of, matrix) in [
        (true, 0.0, Homogeneity::Degree(2), false),
        (true, 0.0, Homogeneity::Linear, true),
        (true, 0.25, Homogeneity::Degree(1), false),
    ] {
        let [confirmed, marked, unchecked] = counts(relu, decay, of, matrix);
        assert!(
            marked >= 999,
            "decay {decay}, matrix {matrix}: {marked} marked, {confirmed} confirmed, {unchecked} unchecked"
        );
    }
}

// Decoders

/// A decoder of the library's own, whose gradients are tested elsewhere, by Hugging Face's names; four heads in two groups.
fn decoder(epsilon: (i64, i64)) -> Network {
    let shape = DecoderShape {
        vocabulary: 7,
        positions: 3,
        width: 8,
        hidden: 5,
        blocks: 1,
        attention: AttentionShape {
            heads: 4,
            groups: 2,
            size: 4,
            rotary: AttentionShape::default_rotary(4),
            causal: true,
            bias: false,
        },
        activation: "silu".parse::<Activation>().unwrap(),
        statistic: Statistic::Rms,
        epsilon: Epsilon::Fixed(Rational::from(epsilon)),
        learned_positions: false,
        mlp_bias: false,
        tied: false,
    };
    Network::Composed(shape.network().unwrap())
}

fn name_of(parameter: &str) -> String {
    let outside = [("embedding", "model.embed_tokens"), ("norm.gain", "model.norm"), ("unembedding", "lm_head")];
    let inside = [
        ("attention_norm", "input_layernorm"),
        ("attention.query", "self_attn.q_proj"),
        ("attention.key", "self_attn.k_proj"),
        ("attention.value", "self_attn.v_proj"),
        ("attention.output", "self_attn.o_proj"),
        ("mlp_norm", "post_attention_layernorm"),
        ("mlp.gate", "mlp.gate_proj"),
        ("mlp.up", "mlp.up_proj"),
        ("mlp.down", "mlp.down_proj"),
    ];
    let find = |name: &str, list: &[(&str, &str)]| {
        list.iter().find(|(own, _)| name.starts_with(own)).map(|(_, other)| (*other).to_owned())
    };
    let module = match parameter.strip_prefix("block0.") {
        Some(name) => find(name, &inside).map(|module| format!("model.layers.0.{module}")),
        None => find(parameter, &outside),
    };
    format!("{}.weight", module.unwrap_or_else(|| panic!("{parameter}")))
}

/// Parameters and gradients of so many sequences.
fn decoder_draw(stream: &mut Stream, network: &Network, element: Element) -> [BTreeMap<String, Tensor>; 2] {
    let Network::Composed(composed) = network else { unreachable!("a decoder") };
    let uniform = |stream: &mut Stream| stream.integer(-(1 << 20), 1 << 20) as f64 / f64::from(1 << 20);
    let model = f64::model(network).unwrap();
    let theta: Vec<f64> = (0..composed.parameter_count()).map(|_| uniform(stream)).collect();
    let theta = rounded(&theta, element);
    let mut one_hots = || -> Vec<f64> {
        (0..3)
            .flat_map(|_| {
                let token = stream.below(7);
                (0..7).map(move |place| f64::from(u8::from(place == token)))
            })
            .collect()
    };
    let gradients: Vec<Vec<f64>> =
        (0..6).map(|_| model.gradient(&theta, &Sample::new(one_hots(), one_hots()))).collect();
    let tensors = |stacked: bool| {
        let tensor = |parameter: &Parameter| {
            let vector = parameter.columns == 1;
            let shape = if vector { vec![parameter.rows] } else { vec![parameter.rows, parameter.columns] };
            let (shape, values) = if stacked {
                let values = gradients.iter().flat_map(|gradient| gradient[parameter.range()].to_vec()).collect();
                ([&[gradients.len()], &shape[..]].concat(), values)
            } else {
                (shape, theta[parameter.range()].to_vec())
            };
            (name_of(&parameter.name), (shape, values))
        };
        composed.parameters().iter().map(tensor).collect::<BTreeMap<_, _>>()
    };
    [tensors(false), tensors(true)]
}

/// For each law how often it is confirmed, marked and unchecked.
fn decoder_counts(epsilon: (i64, i64), architecture: &Architecture, redraws: u64) -> BTreeMap<String, [u64; 3]> {
    let (folder, network) = (TempDir::new().unwrap(), decoder(epsilon));
    let mut counts: BTreeMap<String, [u64; 3]> = BTreeMap::new();
    for number in 0..redraws {
        let element = ELEMENTS[(number % 4) as usize];
        let tensors = decoder_draw(&mut Stream::new(&["redraws of decoders"], 29, number), &network, element);
        for (law, status) in
            statuses(&folder, &tensors, element, |weights| decoder::laws(weights, architecture).unwrap())
        {
            counts.entry(law.name).or_default()[place(status)] += 1;
        }
    }
    counts
}

/// Without epsilon, with the one that is said, and with a usual one that nobody says. Of one network in f16 the gradients of a member are so far below the normal
/// range that nobody can tell.
#[test]
fn no_true_law_of_a_decoder_is_marked() {
    let right = Architecture { heads: Some(4), rotary: Some(Rotary::Halves), ..Architecture::default() };
    for (epsilon, said) in [((0, 1), Some(0.0)), ((1, 1000), Some(1e-3)), ((1, 100_000), None)] {
        let counts = decoder_counts(epsilon, &Architecture { epsilon: said, ..right.clone() }, REDRAWS);
        assert_eq!(counts.len(), 8, "{counts:?}");
        for (law, count) in counts {
            assert!(count[1] == 0 && count[2] <= 1, "{law}, epsilon {epsilon:?}: {count:?}");
        }
    }
}

/// Wrong heads, no rotation, another rotation, gains that are taken to be stored less 1.
#[test]
fn a_false_law_of_a_decoder_is_marked() {
    let right =
        Architecture { heads: Some(4), rotary: Some(Rotary::Halves), epsilon: Some(0.0), ..Architecture::default() };
    let values = ["value rows / output columns", "value rows / output columns (matrix)"];
    let rows = ["query rows / key rows", "query rows / key rows (matrix)"];
    let gains = [
        "attention norm gain / q, k, v columns",
        "mlp norm gain / gate, up columns",
        "final norm gain / unembedding columns",
    ];
    for (wrong, laws) in [
        (Architecture { heads: Some(8), ..right.clone() }, &values[..]),
        (Architecture { rotary: None, ..right.clone() }, &rows[..]),
        (Architecture { rotary: Some(Rotary::Interleaved), ..right.clone() }, &["query pairs / key pairs (rotary)"]),
        (Architecture { gain_offset: 1.0, ..right.clone() }, &gains[..]),
    ] {
        let counts = decoder_counts((0, 1), &wrong, REDRAWS);
        for law in laws {
            assert!(counts[*law][1] >= 999, "{law}: {:?}", counts[*law]);
        }
    }
}

/// The epsilon that a report names as the least that would explain an overlap does, and a smaller one does not.
#[test]
fn the_epsilon_that_is_named_is_the_least_that_explains() {
    let (folder, network) = (TempDir::new().unwrap(), decoder((1, 1000)));
    let [weights, gradients] = decoder_draw(&mut Stream::new(&["epsilons"], 1, 0), &network, Element::F64);
    let open = |name: &str, tensors: &BTreeMap<String, Tensor>| {
        Checkpoint::open(Path::new(&written(&folder, name, &safetensors(tensors, Element::F64)))).unwrap()
    };
    let (weights, gradients) = (open("weights", &weights), open("gradients", &gradients));
    let inputs = Inputs { weights: &weights, optimizer: None, gradients: Some(&gradients), entropic_gradient: None };
    let residual = |epsilon: f64| {
        let architecture = Architecture {
            heads: Some(4),
            rotary: Some(Rotary::Halves),
            epsilon: Some(epsilon),
            ..Architecture::default()
        };
        let laws = decoder::laws(&weights, &architecture).unwrap();
        let balances = inspect(&inputs, &laws, &Settings::default()).unwrap().balances;
        balances.into_iter().find(|balance| balance.law.name == "residual writers").unwrap()
    };
    let wrong = residual(1e-7);
    let needed = wrong.needed_epsilon.unwrap();
    assert_eq!(wrong.status, Status::NotASymmetry);
    assert!(needed > 1e-7 && needed < 1e-2, "{needed}");
    assert_eq!(residual(1.0001 * needed).status, Status::Confirmed);
    assert_eq!(residual(0.9999 * needed).status, Status::NotASymmetry);
}
