//! A thousand networks with data of their own, in every number type: true laws are confirmed on all of them, false ones on none or one.

use super::*;
use equipartition::claim::Stream;
use equipartition::inspection::balance::Status;
use equipartition::inspection::law::Law;
use equipartition::inspection::mlp::{Homogeneity, laws};
use equipartition::inspection::{Inputs, Settings, inspect};

const REDRAWS: u64 = 1000;
const ELEMENTS: [Element; 4] = [Element::F64, Element::F32, Element::F16, Element::Bf16];
const SIZES: [usize; 3] = [3, 4, 2];
const SAMPLES: usize = 4;

/// The values as they are in a file of that type.
fn rounded(values: &[f64], element: Element) -> Vec<f64> {
    let mut result = vec![0.0; values.len()];
    element.decode(&encoded(values, element), &mut result);
    result
}

/// The parameters of a network `V phi(W x + b)`, the gradients of squared errors of some samples, and whether on some sample some
/// neurons are on and others off: if not, a ReLU network is a linear one there.
fn draw(stream: &mut Stream, relu: bool, decay: f64, element: Element) -> ([BTreeMap<String, Tensor>; 2], bool) {
    let [inputs, hidden, outputs] = SIZES;
    let mut uniform = |count: usize| -> Vec<f64> {
        (0..count).map(|_| stream.integer(-(1 << 20), 1 << 20) as f64 / f64::from(1 << 20)).collect()
    };
    let parameter = |values: Vec<f64>| rounded(&values, element);
    let (w, b, v) =
        (parameter(uniform(hidden * inputs)), parameter(uniform(hidden)), parameter(uniform(outputs * hidden)));
    let (mut to_w, mut to_b, mut to_v) = (Vec::new(), Vec::new(), Vec::new());
    let mut mixed = false;
    for _ in 0..SAMPLES {
        let (x, y) = (uniform(inputs), uniform(outputs));
        let before: Vec<f64> =
            (0..hidden).map(|i| b[i] + (0..inputs).map(|j| w[i * inputs + j] * x[j]).sum::<f64>()).collect();
        let on = before.iter().filter(|value| **value > 0.0).count();
        mixed |= 0 < on && on < hidden;
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
    ([parameters.collect(), gradients.collect()], mixed)
}

fn statuses(
    folder: &TempDir,
    [weights, gradients]: &[BTreeMap<String, Tensor>; 2],
    element: Element,
    of: Homogeneity,
) -> Vec<(Law, Status)> {
    let open = |name: &str, tensors: &BTreeMap<String, Tensor>| {
        Checkpoint::open(Path::new(&written(folder, name, &safetensors(tensors, element)))).unwrap()
    };
    let (weights, gradients) = (open("weights", weights), open("gradients", gradients));
    let settings = Settings::default();
    let inputs = Inputs { weights: &weights, optimizer: None, gradients: Some(&gradients), entropic_gradient: None };
    let inspection = inspect(&inputs, &laws(&weights, of).unwrap(), &settings).unwrap();
    inspection.balances.into_iter().map(|balance| (balance.law, balance.status)).collect()
}

/// How often a law is confirmed, is not, and is not put to the test by a draw: it is not marked, and the network is linear on the
/// samples, or nothing moves.
fn counts(relu: bool, decay: f64, of: Homogeneity, matrix: bool) -> [u64; 3] {
    let folder = TempDir::new().unwrap();
    let mut counts = [0; 3];
    for number in 0..REDRAWS {
        let element = ELEMENTS[(number % 4) as usize];
        let mut stream = Stream::new(&["redraws of networks"], 17, number);
        let (tensors, mixed) = draw(&mut stream, relu, decay, element);
        let found = statuses(&folder, &tensors, element, of);
        let (_, status) = found.iter().find(|(law, _)| law.name.ends_with("(matrix)") == matrix).unwrap();
        counts[match status {
            Status::NotASymmetry => 1,
            Status::Unchecked => 2,
            Status::Confirmed if relu && !mixed => 2,
            Status::Confirmed => 0,
        }] += 1;
    }
    counts
}

#[test]
fn no_true_law_is_marked() {
    for (relu, of, matrix) in
        [(true, Homogeneity::Degree(1), false), (false, Homogeneity::Linear, false), (false, Homogeneity::Linear, true)]
    {
        let [confirmed, marked, untested] = counts(relu, 0.0, of, matrix);
        assert_eq!(marked, 0, "relu {relu}, matrix {matrix}: {confirmed} confirmed, {untested} untested");
        assert!(untested < 10, "{untested}");
    }
}

#[test]
fn a_false_law_is_marked() {
    for (relu, decay, of, matrix) in [
        (true, 0.0, Homogeneity::Degree(2), false),
        (true, 0.0, Homogeneity::Linear, true),
        (true, 0.25, Homogeneity::Degree(1), false),
    ] {
        let [confirmed, marked, untested] = counts(relu, decay, of, matrix);
        assert!(
            confirmed <= 1 && untested < 10,
            "decay {decay}, matrix {matrix}: {marked} marked, {confirmed} confirmed, {untested} untested"
        );
    }
}
