//! Symmetries found from evaluations alone, against what is known of the networks.

#![cfg(feature = "cli")]

mod support;

use equipartition::discovery::affine::Affine;
use equipartition::discovery::{Discovery, DiscoveryError, Evidence, Settings, discover, formula};
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

/// The laws of a deep ReLU network are those of its neurons, each by itself: the rows into it against the columns out of it, and no sums of these.
#[test]
fn every_neuron_of_a_deep_network_has_its_own_law() {
    for widths in [&[2, 2, 2, 1][..], &[2, 2, 2, 2, 1], &[1, 3, 2, 2], &[2, 1, 2, 1, 2], &[1, 1, 1, 1, 1, 1]] {
        let discovery = found(&Network::mlp(widths, Piecewise::Relu, false, Loss::SquaredError));
        let last = widths.len() - 2;
        let line = |layer: usize, is_row: bool, unit: usize| {
            let block = &discovery.blocks[layer];
            match (is_row, block.rows, block.columns) {
                (true, 1, _) | (false, _, 1) => block.name.clone(),
                (true, _, 1) => format!("{}[{unit}]", block.name),
                (true, ..) => format!("{}[{unit},:]", block.name),
                (false, ..) => format!("{}[:,{unit}]", block.name),
            }
        };
        let law = |layer: usize, unit: usize| {
            let (into, out) = (line(layer, true, unit), line(layer + 1, false, unit));
            format!("E|g_{into}|^2 - E|g_{out}|^2 = (4 gamma/eta) (|{into}|^2 - |{out}|^2)")
        };
        let neurons = (0..last).flat_map(|layer| (0..widths[layer + 1]).map(move |unit| (layer, unit)));
        let expected: Vec<String> = neurons.map(|(layer, unit)| law(layer, unit)).collect();
        let told: Vec<&String> = discovery.balance_laws.iter().map(|law| &law.formula).collect();
        assert_eq!(told, expected.iter().collect::<Vec<_>>());
    }
}

/// Generators of a symmetry by all matrices are one line, and its laws are the entries of one.
#[test]
fn matrix_symmetries_are_told_as_one() {
    let told = |network: &Network| {
        let discovery = found(network);
        let blocks = &discovery.blocks;
        let alone = discovery.parts.matrices.last().map_or(0, |last| last.members.end);
        let each = discovery.parts.matrices.iter().map(|found| {
            let law = formula::matrix_law(blocks, found);
            let laws = if found.is_antisymmetric { 0 } else { found.size * (found.size + 1) / 2 };
            assert_eq!((law.is_some(), found.laws.len()), (laws > 0, laws), "{network}");
            (formula::matrix_generator(blocks, found), law.unwrap_or_default())
        });
        (each.collect::<Vec<_>>(), discovery.parts.essential.len() - alone)
    };
    let generator =
        |a: usize, b: usize, kind: &str| format!("dW{a} += X W{a}, dW{b} += -W{b} X for every {kind} matrix X");
    let law = |a: usize, b: usize| {
        format!("E[g_W{a} g_W{a}^T] - E[g_W{b}^T g_W{b}] = (4 gamma/eta) (W{a} W{a}^T - W{b}^T W{b})")
    };
    let linear = |widths: &[usize]| Network::mlp(widths, Piecewise::Identity, false, Loss::SquaredError);
    assert_eq!(told(&linear(&[2, 2, 2])), (vec![(generator(1, 2, "2x2"), law(1, 2))], 0));
    assert_eq!(told(&linear(&[2, 3, 2])), (vec![(generator(1, 2, "3x3"), law(1, 2))], 0));
    let both = vec![(generator(1, 2, "2x2"), law(1, 2)), (generator(2, 3, "2x2"), law(2, 3))];
    assert_eq!(told(&linear(&[2, 2, 2, 2])), (both, 0));
    // A normalised layer can be turned, and its scale is a generator by itself.
    let normalised = Network::normalised_mlp(&[2, 3, 2], Piecewise::Identity, false, Loss::SquaredError);
    assert_eq!(told(&normalised), (vec![(generator(1, 2, "antisymmetric 3x3"), String::new())], 1));
    // Neurons have scales alone.
    assert_eq!(told(&Network::mlp(&[2, 3, 2], Piecewise::Relu, false, Loss::SquaredError)), (Vec::new(), 3));
    // Every head has matrices of its own.
    let shape = AttentionShape { heads: 2, groups: 2, size: 2, rotary: Vec::new(), causal: true, bias: false };
    let layer = equipartition::model::composed::Layer::Attention(shape);
    let named = vec![equipartition::model::composed::Named { name: "a".to_owned(), layer }];
    let composed = equipartition::model::composed::Composed::new(3, 2, named, Loss::SquaredError).expect("sizes fit");
    let (heads, alone) = told(&Network::Composed(composed));
    assert_eq!((heads.len(), alone), (4, 0));
    for head in ["0:2", "2:4"] {
        for role in ["query", "value"] {
            let moves = format!("da.{role}[{head},:] += ");
            assert!(heads.iter().any(|(generator, _)| generator.contains(&moves)), "{moves}: {heads:?}");
        }
    }
}

/// A loss that is typed has the symmetries and laws of the network that it is.
#[test]
fn a_typed_loss_is_searched_like_a_network() {
    let typed = |loss: &str, with: &str| json(&["--loss", loss, "--with", with]);
    let layers = "W1[h, n], W2[m, h], x[n], y[m]; h in 1..2; m in 1..2; n in 1..2";
    for (loss, activation) in [
        ("sum((W2 @ (W1 @ x) - y)^2)", "identity"),
        ("sum((W2 @ relu(W1 @ x) - y)^2)", "relu"),
        ("sum((W2 @ tanh(W1 @ x) - y)^2)", "tanh"),
    ] {
        let (formula, network) =
            (typed(loss, layers), json(&["--kind", "mlp", "--widths", "2,2,2", "--activation", activation]));
        assert_eq!(formula["network"], format!("l = {loss} with h = 2, m = 2, n = 2"));
        for member in ["blocks", "generators", "matrix_symmetries", "linear_generators", "permutations", "sign_flips"] {
            assert_eq!(formula[member], network[member], "{member} of {loss}");
        }
        let laws = |document: &Value| {
            let laws = document["balance_laws"].as_array().unwrap().iter();
            laws.map(|law| (law["formula"].clone(), law["verified"].clone())).collect::<Vec<_>>()
        };
        assert_eq!(laws(&formula), laws(&network), "{loss}");
    }
    // A quadratic unit, whose parameters are a number and a vector.
    let unit = typed("(u (w @ x)^2 - y)^2", "u, w[n], x[n], y; n in 1..3");
    assert_eq!(unit["linear_generators"], serde_json::json!(["du += u, dw += -1/2 w"]));
    assert_eq!(unit["balance_laws"][0]["formula"], "2 E|g_u|^2 - E|g_w|^2 = (4 gamma/eta) (2 |u|^2 - |w|^2)");
    // A quantity that is positive stays so, and what is drawn otherwise is no polynomial of the grid.
    let positive = typed("(s u x - y)^2", "s in positive, u, x, y");
    assert_eq!(positive["generators"], 1);
    assert!(positive["confidence"]["share"].is_number(), "{positive}");
}

/// As many conserved polynomials as there are entries of a symmetric matrix, of a typed loss too; and one of degree 3 that belongs to no linear symmetry.
/// What holds on one side of a kink alone is no symmetry, however far the kink is from 0.
#[test]
fn a_kink_far_from_zero_is_met() {
    for (loss, with) in [("(u min(w, 3) x - y)^2", "u, w, x, y"), ("relu(u - 100) + (w x - y)^2", "u, w, x, y")] {
        let document = json(&["--loss", loss, "--with", with]);
        for laws in ["balance_laws", "affine_laws"] {
            assert_eq!(document[laws].as_array().map(Vec::len), Some(0), "{loss}: {}", document[laws]);
        }
    }
    assert_eq!(
        json(&["--loss", "(u max(w, 0) x - y)^2", "--with", "u, w, x, y"])["balance_laws"].as_array().map(Vec::len),
        Some(1)
    );
}

#[test]
fn a_typed_loss_conserves_what_theory_counts() {
    let counts = |loss: &str, with: &str, degree: &str| {
        let document = json(&["--loss", loss, "--with", with, "--conserved", degree]);
        let quantities = document["quantities"].as_array().unwrap().clone();
        (quantities.iter().map(|found| found["degree"].as_u64().unwrap()).collect::<Vec<_>>(), quantities)
    };
    for hidden in 1..=3_usize {
        let with = format!("W[{hidden}, 2], u[{hidden}], x[2], y");
        let (degrees, _) = counts("(u @ (W @ x) - y)^2", &with, "2");
        assert_eq!(degrees.len(), hidden * (hidden + 1) / 2);
        let (degrees, quantities) = counts("(u @ relu(W @ x) - y)^2", &with, "2");
        assert_eq!(degrees.len(), hidden);
        for (unit, found) in quantities.iter().enumerate() {
            let [u, row] = if hidden == 1 {
                ["u".to_owned(), "W[0".to_owned()]
            } else {
                [format!("u[{unit}]"), format!("W[{unit}")]
            };
            assert_eq!(found["quantity"], format!("{row},0]^2 + {row},1]^2 - {u}^2"));
        }
    }
    let (degrees, _) = counts("((u^3 - 3 u v^2) x - y)^2", "u, v, x, y", "4");
    assert_eq!(degrees, [3]);
    let (degrees, _) = counts("(a b c d x - y)^2", "a, b, c, d, x, y", "4");
    assert_eq!(degrees, [2, 2, 2]);
    let (degrees, _) = counts("(u tanh(w @ x) - y)^2", "u, w[2], x[2], y", "3");
    assert!(degrees.is_empty());
}

#[test]
fn typed_losses_that_make_no_sense_are_refused() {
    let refused = |arguments: &[&str], code: i32, words: &[&str]| {
        let output = equipartition().arg("discover").args(arguments).assert().code(code);
        let complaint = String::from_utf8_lossy(&output.get_output().stderr).into_owned();
        assert!(words.iter().all(|word| complaint.contains(word)) && !complaint.contains("panicked"), "{complaint}");
    };
    let with = "u, w[n], x[n], y; n in 1..3";
    refused(&["--loss", "(u (w @ z) - y)^2", "--with", with], 65, &["unknown name `z`", "^"]);
    refused(&["--loss", "(u (w @ x) - y)^2", "--with", "u, w[m], x[n], y; n in 1..3"], 65, &["--with", "`m`", "^"]);
    refused(&["--loss", "u w", "--with", with], 65, &["the loss is a number", "^"]);
    refused(&["--loss", "y^2", "--with", with], 65, &["no parameter"]);
    refused(&["--loss", "(u/(x @ x - x @ x) - y)^2", "--with", with], 65, &["is 0 on all instances"]);
    refused(&["--loss", "0 u", "--with", with], 65, &["gradient is zero"]);
    refused(&["--loss", &"(".repeat(100_000), "--with", with], 65, &["longer than"]);
    refused(
        &["--loss", "sum((W @ x)^2)", "--with", "W[m, n], x[n]; m in 64..64; n in 64..64"],
        65,
        &["4096 parameters"],
    );
    refused(&["--loss", "u^2"], 2, &["--kind", "--with"]);
    refused(
        &["--kind", "mlp", "--widths", "2,2", "--activation", "relu", "--loss", "u^2"],
        2,
        &["unknown loss", "--with"],
    );
    refused(&["--kind", "mlp", "--loss", "u^2", "--with", "u"], 2, &["--with"]);
    refused(&["--with", "u"], 2, &["--loss"]);
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
