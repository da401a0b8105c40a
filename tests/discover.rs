//! Symmetries found from evaluations alone, against what is known of the networks.

#![cfg(feature = "cli")]

mod support;

use equipartition::discovery::affine::Affine;
use equipartition::discovery::{Discovery, DiscoveryError, Evidence, Settings, discover};
use equipartition::model::composed::decoder::DecoderShape;
use equipartition::model::composed::{AttentionShape, Epsilon, Statistic};
use equipartition::model::{Activation, Loss, Network, Piecewise, Smooth};
use equipartition::scalar::Rational;
use equipartition::symmetry::{self, Generator};
use serde_json::Value;
use support::equipartition;

const SETTINGS: Settings = Settings { seed: 0, precision: 128 };

fn found(network: &Network) -> Discovery {
    let discovery = discover(network, &SETTINGS).unwrap_or_else(|error| panic!("{network}: {error}"));
    for law in discovery.balance_laws.iter().chain(&discovery.affine_laws) {
        assert!(law.verified && !law.vacuous, "{network}: {}", law.formula);
    }
    let parts = &discovery.parts;
    assert_eq!(parts.linear.len(), parts.symmetric.len() + parts.antisymmetric.len(), "{network}");
    assert_eq!(parts.linear.len(), parts.essential.len() + parts.implied.len(), "{network}");
    discovery
}

/// Linear generators, independent symmetric parts, translations, mixed generators.
fn counts(discovery: &Discovery) -> [usize; 4] {
    let parts = &discovery.parts;
    [parts.linear.len(), parts.symmetric.len(), parts.translations.len(), parts.mixed.len()]
}

fn json(arguments: &[&str]) -> Value {
    let output = equipartition().arg("discover").args(arguments).args(["--format", "json"]).assert().success();
    serde_json::from_slice(&output.get_output().stdout).expect("a JSON document")
}

fn numbers(document: &Value, names: [&str; 3]) -> [u64; 3] {
    names.map(|name| document[name].as_u64().unwrap_or_else(|| panic!("{name} in {document}")))
}

// The command line

#[test]
fn networks_described_by_flags_have_the_symmetries_that_are_known() {
    const NAMES: [&str; 3] = ["generators", "symmetric", "antisymmetric"];
    for (arguments, expected) in [
        (&["--kind", "mlp", "--widths", "2,2,2", "--activation", "identity"][..], [4, 3, 1]),
        (&["--kind", "mlp", "--widths", "2,3,2", "--activation", "relu"], [3, 3, 0]),
        (&["--kind", "mlp", "--widths", "2,3,2", "--activation", "tanh"], [0, 0, 0]),
        (&["--kind", "attention", "--width", "2", "--size", "2"], [8, 6, 2]),
        (&["--kind", "attention", "--width", "2", "--size", "2", "--rotary"], [6, 4, 2]),
        (&["--kind", "mlp", "--widths", "2,3,2", "--activation", "identity", "--normalised"], [4, 1, 3]),
    ] {
        let document = json(arguments);
        assert_eq!(numbers(&document, NAMES), expected, "{arguments:?}");
        assert_eq!(numbers(&document, ["translations", "mixed", "permutations"])[..2], [0, 0], "{arguments:?}");
        assert_eq!(document["balance_laws"].as_array().map(Vec::len), Some(expected[1] as usize), "{arguments:?}");
        assert_eq!(document["restricted"], false);
    }
}

#[test]
fn tanh_neurons_can_be_flipped_and_permuted_and_relu_neurons_only_permuted() {
    let families = |activation: &str| {
        let document = json(&["--kind", "mlp", "--widths", "2,3,2", "--activation", activation, "--bias"]);
        let axes = document["permutation_families"][0]["axes"].clone();
        assert_eq!(axes, serde_json::json!(["W1 rows", "b1", "W2 columns"]));
        numbers(&document, ["permutations", "sign_flips", "generators"])
    };
    assert_eq!(families("tanh"), [3, 3, 0]);
    assert_eq!(families("relu"), [3, 0, 3]);
    assert_eq!(families("gelu"), [3, 0, 0]);
}

#[test]
fn the_laws_are_told_in_the_names_of_the_blocks() {
    let output = equipartition()
        .env("COLUMNS", "200")
        .args(["discover", "--kind", "mlp", "--widths", "2,3,2", "--activation", "relu"])
        .assert()
        .success();
    let text = String::from_utf8_lossy(&output.get_output().stdout).into_owned();
    let law = "E|g_W1[0,:]|^2 - E|g_W2[:,0]|^2 = (4 gamma/eta) (|W1[0,:]|^2 - |W2[:,0]|^2) [verified, residual 0]";
    assert!(text.contains(law), "{text}");
    assert!(text.contains("searched     all affine maps"), "{text}");
}

#[test]
fn flags_that_describe_no_network_are_refused() {
    let refused = |arguments: &[&str], code: i32, word: &str| {
        let output = equipartition().arg("discover").args(arguments).assert().code(code);
        let complaint = String::from_utf8_lossy(&output.get_output().stderr).into_owned();
        assert!(complaint.contains(word) && !complaint.contains("panicked"), "{complaint}");
    };
    refused(&[], 2, "--kind");
    refused(&["--kind", "mlp", "--widths", "2,3"], 2, "--activation");
    refused(&["--kind", "mlp", "--activation", "relu"], 2, "--widths");
    refused(&["--kind", "mlp", "--widths", "2", "--activation", "relu"], 2, "at least two");
    refused(&["--kind", "mlp", "--widths", "2,0,1", "--activation", "relu"], 2, "at least 1");
    refused(&["--kind", "mlp", "--widths", "2,2,1", "--activation", "rleu"], 2, "unknown activation");
    refused(&["--kind", "mlp", "--widths", "2,2,1", "--activation", "relu", "--rotary"], 2, "--rotary");
    refused(&["--kind", "mlp", "--widths", "99999999999,99999999999", "--activation", "relu"], 2, "too large");
    refused(&["--kind", "mlp", "--widths", "64,64,64", "--activation", "relu"], 65, "8192 parameters");
    refused(&["--kind", "attention", "--width", "2"], 2, "--size");
    refused(&["--kind", "attention", "--width", "2", "--size", "3", "--rotary"], 2, "even");
    refused(&["--kind", "attention", "--width", "2", "--size", "2", "--heads", "3", "--groups", "2"], 2, "groups");
    refused(&["--kind", "attention", "--width", "2", "--size", "2", "--widths", "1,1"], 2, "--widths");
    refused(&["--kind", "mlp", "--widths", "2,2,2", "--activation", "tanh", "--precision", "100"], 2, "precision");
    // Softmax of one logit is 1: the loss is constant.
    let constant = ["--kind", "mlp", "--widths", "2,2,1", "--activation", "tanh", "--loss", "cross-entropy"];
    refused(&constant, 65, "gradient is zero");
}

#[test]
fn a_search_is_reproducible() {
    let arguments = ["--kind", "mlp", "--widths", "2,2,2", "--activation", "sigmoid", "--seed", "3"];
    assert_eq!(json(&arguments), json(&arguments));
}

// Against what is known by construction

/// Whether a generator of the catalogue is in the span of those found: adding it does not raise the dimension.
fn contains(discovery: &Discovery, generator: &Generator) -> bool {
    let parameters = generator.map.dimension();
    let entries = (0..parameters)
        .flat_map(|row| generator.map.row(row).iter().map(move |(column, entry)| ((row, *column), entry.clone())));
    let known = Affine::new(parameters, entries);
    let mut rows: Vec<_> = discovery.parts.linear.iter().map(|found| found.entries().clone()).collect();
    let before = rows.len();
    rows.push(known.entries().clone());
    equipartition::discovery::affine::echelon(rows).len() == before
}

#[test]
fn the_catalogue_is_found_and_nothing_else() {
    for (widths, bias) in [(&[1, 1, 1][..], false), (&[2, 1, 3], true), (&[1, 2, 2, 1], true), (&[2, 3, 1], true)] {
        for activation in [Piecewise::Relu, Piecewise::LeakyRelu, Piecewise::SquaredRelu] {
            let network = Network::mlp(widths, activation, bias, Loss::SquaredError);
            let discovery = found(&network);
            let known = symmetry::neurons(&network);
            assert_eq!(counts(&discovery), [known.len(), known.len(), 0, 0], "{network}");
            assert!(known.iter().all(|generator| contains(&discovery, generator)), "{network}");
        }
    }
    for widths in [&[2, 2, 2][..], &[2, 1, 3], &[2, 2, 2, 2]] {
        let network = Network::deep_linear(widths);
        let discovery = found(&network);
        let hidden = &widths[1..widths.len() - 1];
        let all: usize = hidden.iter().map(|width| width * width).sum();
        assert_eq!(counts(&discovery)[0], all, "{network}");
        assert_eq!(counts(&discovery)[1], symmetry::symmetric_generators(&network).len(), "{network}");
        assert!(symmetry::symmetric_generators(&network).iter().all(|generator| contains(&discovery, generator)));
        assert!(matches!(discovery.confidence.kind, Evidence::Polynomial { bits } if bits > 1000.0));
    }
}

/// `b1 -> b1 + u` is undone by `b2 -> b2 - W2 u`: neither linear nor a translation, one for each hidden unit.
#[test]
fn a_linear_network_with_biases_has_mixed_generators() {
    for widths in [[2, 2, 2], [1, 3, 2], [2, 1, 2]] {
        let network = Network::mlp(&widths, Piecewise::Identity, true, Loss::SquaredError);
        let hidden = widths[1];
        assert_eq!(counts(&found(&network)), [hidden * hidden, hidden * (hidden + 1) / 2, 0, hidden], "{network}");
    }
}

/// More than the catalogue knows: with a single output `u^T W x`, `W -> W + J u c^T` changes nothing for antisymmetric `J`, since
/// `u^T J u = 0`; and likewise behind a single input. With one of each the loss is a function of `u^T w`, which all of so(h, h) preserves.
#[test]
fn a_linear_network_with_one_output_or_input_has_more_generators() {
    for (widths, bias) in
        [(&[2, 2, 1][..], false), (&[1, 3, 2], false), (&[1, 3, 1], false), (&[2, 2, 2, 1], false), (&[2, 2, 1], true)]
    {
        let network = Network::mlp(widths, Piecewise::Identity, bias, Loss::SquaredError);
        let depth = widths.len() - 1;
        let hidden = &widths[1..depth];
        let rotations = |width: usize| width * (width - 1) / 2;
        let matrices: usize = hidden.iter().map(|width| width * width).sum();
        let behind = |single: bool, width: usize, columns: usize| if single { rotations(width) * columns } else { 0 };
        let last = behind(widths[depth] == 1, widths[depth - 1], widths[depth - 2] + usize::from(bias));
        let first = behind(widths[0] == 1 && !bias, widths[1], widths[2]);
        let discovery = found(&network);
        assert_eq!(counts(&discovery)[0], matrices + last + first, "{network}");
        assert_eq!(discovery.parts.mixed.len(), if bias { hidden.iter().sum() } else { 0 }, "{network}");
    }
}

/// Dead at half of all points and more; from the origin's dead side alone everything would look like a symmetry.
#[test]
fn dead_neurons_do_not_mislead() {
    for widths in [&[1, 1, 1][..], &[1, 1, 1, 1, 1, 1], &[3, 1, 1, 2]] {
        for bias in [false, true] {
            for seed in 0..5 {
                let network = Network::mlp(widths, Piecewise::Relu, bias, Loss::SquaredError);
                let hidden: usize = widths[1..widths.len() - 1].iter().sum();
                let discovery = discover(&network, &Settings { seed, ..SETTINGS }).expect("a clear answer");
                assert_eq!(counts(&discovery), [hidden, hidden, 0, 0], "{network}, seed {seed}");
            }
        }
    }
}

/// Softmax does not notice a shift of all logits: one translation for each weight into them and one for the bias. Each gives, times
/// any parameter, a linear generator too.
#[test]
fn cross_entropy_has_translations() {
    let network = Network::mlp(&[1, 2, 2], Smooth::Tanh, true, Loss::CrossEntropy);
    let discovery = found(&network);
    let parameters = network.parameter_count();
    assert_eq!(discovery.parts.translations.len(), 3);
    assert_eq!(discovery.parts.implied.len(), 3 * parameters);
    assert_eq!(discovery.parts.essential.len(), 0);
    assert_eq!(discovery.affine_laws.len(), 3);
    assert!(discovery.affine_laws.iter().all(|law| law.formula.starts_with("0 = (4 gamma/eta) (")));
}

/// Without rotary positions a key's bias shifts all logits of a query alike.
#[test]
fn attention_with_biases_has_the_translation_of_the_keys() {
    let shape = AttentionShape { heads: 1, groups: 1, size: 1, rotary: Vec::new(), causal: true, bias: true };
    let layer = equipartition::model::composed::Layer::Attention(shape);
    let named = vec![equipartition::model::composed::Named { name: "a".to_owned(), layer }];
    let composed = equipartition::model::composed::Composed::new(3, 1, named, Loss::SquaredError).expect("sizes fit");
    let discovery = found(&Network::Composed(composed));
    assert_eq!(discovery.parts.translations.len(), 1);
    let (place, _) = discovery.parts.translations[0].shift().remove(0);
    let block = discovery.blocks.iter().find(|block| block.range().contains(&place)).expect("a block");
    assert_eq!(block.name, "a.key_bias");
    // Rescalings of query against key and of value against output; b_value shifts what b_output takes back.
    assert_eq!((discovery.parts.essential.len(), discovery.parts.mixed.len()), (2, 1));
}

/// Every found generator has its flow: along it the loss stays, here for heads in groups whose scales are shared.
#[test]
fn heads_of_a_group_share_their_keys() {
    let document = json(&["--kind", "attention", "--width", "2", "--heads", "4", "--groups", "2", "--size", "1"]);
    assert_eq!(numbers(&document, ["generators", "symmetric", "antisymmetric"]), [4, 4, 0]);
    // Heads within a group, and the groups.
    assert_eq!(document["permutations"], 3);
    assert_eq!(document["sign_flips"], 4);
}

/// Some hundred parameters: the search is restricted and says so, and finds what is known of a Llama-like block.
#[test]
fn a_decoder_is_searched_in_part() {
    let shape = DecoderShape {
        vocabulary: 3,
        positions: 2,
        width: 4,
        hidden: 3,
        blocks: 1,
        attention: AttentionShape { heads: 2, groups: 1, size: 2, rotary: Vec::new(), causal: true, bias: false },
        activation: Activation::Smooth(Smooth::Silu),
        statistic: Statistic::Rms,
        epsilon: Epsilon::Fixed(Rational::from((1, 100))),
        learned_positions: false,
        mlp_bias: false,
        tied: false,
    };
    let network = Network::Composed(shape.network().expect("sizes fit"));
    let discovery = found(&network);
    assert!(discovery.ansatz.restricted && network.parameter_count() > 100);
    // GL(2) of keys against queries, GL(2) of values against outputs, up against down for each of three neurons, and for each
    // of three norms four gains against what reads them.
    assert_eq!(discovery.parts.essential.len(), 4 + 4 + 3 + 12);
    // All rows of the unembedding, shifted by one vector.
    assert_eq!(discovery.parts.translations.len(), 4);
    // The residual stream, the heads, the neurons of the gated mlp can be permuted.
    for names in [["embedding", "unembedding"], ["attention.query", "attention.output"], ["mlp.gate", "mlp.down"]] {
        let together = discovery.signed.exchanges.iter().any(|family| {
            let axes: Vec<String> = family.axes.iter().map(|axis| axis.name(&discovery.blocks)).collect();
            names.iter().all(|name| axes.iter().any(|axis| axis.contains(name)))
        });
        assert!(together, "{names:?}");
    }
}

#[test]
fn what_cannot_be_searched_is_refused() {
    let network = Network::mlp(&[50, 50, 50], Smooth::Tanh, false, Loss::SquaredError);
    assert_eq!(discover(&network, &SETTINGS).err(), Some(DiscoveryError::TooLarge { parameters: 5000, limit: 700 }));
    let network = Network::mlp(&[1, 2, 1], Smooth::Tanh, false, Loss::SquaredError);
    let odd = Settings { precision: 100, ..SETTINGS };
    assert_eq!(discover(&network, &odd).err(), Some(DiscoveryError::Precision(100)));
}
