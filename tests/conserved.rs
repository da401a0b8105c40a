//! Polynomials that gradient flow conserves: as many as theory counts.

use equipartition::data::Sample;
use equipartition::discovery::blocks::Block;
use equipartition::discovery::conserved::{Conserved, conserved, exactly};
use equipartition::discovery::{DiscoveryError, Settings};
use equipartition::formula::FormulaModel;
use equipartition::model::{Activation, Loss, Network, Piecewise, Smooth};
use equipartition::scalar::Rational;
use equipartition::verify::Stream;
use equipartition_formula::{Definitions, Model, Signature, Sizes};

const SETTINGS: Settings = Settings { seed: 0, precision: 256 };

/// How many new quantities there are of every degree.
fn counts(found: &Conserved) -> Vec<usize> {
    (1..=found.degree).map(|degree| found.count(degree)).collect()
}

fn of(network: &Network, degree: u32) -> Conserved {
    conserved(network, &SETTINGS, degree).unwrap_or_else(|error| panic!("{network}: {error}"))
}

/// A ReLU network has one for each hidden neuron, biases or not; a linear one the entries of the symmetric matrix `W1 W1^T - W2^T W2`; a neuron that is
/// not homogeneous has none.
#[test]
fn hidden_layers_conserve_what_their_symmetries_say() {
    for hidden in 1..=3 {
        let mlp = |activation: Activation, bias| Network::mlp(&[2, hidden, 1], activation, bias, Loss::SquaredError);
        assert_eq!(counts(&of(&mlp(Piecewise::Relu.into(), false), 2)), [0, hidden]);
        assert_eq!(counts(&of(&mlp(Piecewise::Relu.into(), true), 2)), [0, hidden]);
        assert_eq!(counts(&of(&mlp(Piecewise::Identity.into(), false), 2)), [0, hidden * (hidden + 1) / 2]);
    }
    let tanh = Network::mlp(&[1, 2, 1], Smooth::Tanh, false, Loss::SquaredError);
    assert_eq!(counts(&of(&tanh, 3)), [0, 0, 0]);
}

/// A chain `a b c` conserves the differences of squares; all else of higher degree are their products, as many as theory has monomials in two quantities.
#[test]
fn what_is_beyond_degree_two_is_counted_modulo_products() {
    let chain = of(&Network::deep_linear(&[1, 1, 1, 1]), 4);
    assert_eq!((counts(&chain), &chain.dimensions[..]), (vec![0, 2, 0, 0], &[0, 2, 2, 5][..]));
}

/// Logits that are all shifted: the sums of columns are linear, and their products of degree 2 are nothing new.
#[test]
fn a_softmax_classifier_conserves_sums() {
    let classifier = Network::mlp(&[2, 3], Piecewise::Identity, true, Loss::CrossEntropy);
    let found = of(&classifier, 2);
    assert_eq!((counts(&found), &found.dimensions[..]), (vec![3, 0], &[3, 9][..]));
}

/// `f = u^3 - 3 u v^2` is the real part of `(u + i v)^3`: flow along its gradient stays on the level lines of the imaginary part, a cubic, which belongs to no
/// linear symmetry.
#[test]
fn a_harmonic_polynomial_conserves_its_conjugate() {
    let signature = Signature::parse("u, v, x, y").unwrap();
    let model = Model::new(signature, "((u^3 - 3 u v^2) x - y)^2", &Definitions::default()).unwrap();
    let model = FormulaModel::new(&model, &Sizes::new()).unwrap().algebraic::<Rational>().unwrap();
    let block = |name: &str, start| Block { name: name.to_owned(), rows: 1, columns: 1, start };
    let evaluate = |purpose: &str, index| {
        let mut stream = Stream::new(&["test", purpose], 0, index);
        let mut numbers = || vec![stream.dyadic(16), stream.dyadic(16)];
        let (theta, sample) = (numbers(), Sample::new(numbers(), Vec::new()));
        let gradient = model.gradient(&theta, &sample);
        (theta, gradient)
    };
    let found = exactly("(u + i v)^3".to_owned(), vec![block("u", 0), block("v", 1)], 4, &evaluate).unwrap();
    assert_eq!(counts(&found), [0, 0, 1, 0]);
    let quantity = found.in_words(&found.quantities[0]);
    assert!(["u^2 v - 1/3 v^3", "v^3 - 3 u^2 v"].contains(&&*quantity), "{quantity}");
    assert_eq!(found.added(&found.quantities[0]), "eta^2/2 E[g^T Q'' g] + O(eta^3)");
}

#[test]
fn what_is_too_large_is_refused() {
    let network = Network::mlp(&[8, 8, 8], Piecewise::Relu, false, Loss::SquaredError);
    assert!(matches!(conserved(&network, &SETTINGS, 2), Err(DiscoveryError::TooManyMonomials { unknowns: 8384, .. })));
}
