//! How many quantities gradient flow conserves: the rank of iterated brackets against closed forms, exception by exception.

use equipartition::data::{Fixed, Sample};
use equipartition::model::{Carrier, Loss, Network, Piecewise};
use equipartition::scalar::{HyperDual, Residue};
use equipartition::symmetry::{GradientFields, independent_charges, symmetric_generators};

/// Residues that look random.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> Residue {
        // Knuth's MMIX generator; the high bits are the good ones.
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        Residue::new(self.0 >> 3)
    }
    fn take(&mut self, len: usize) -> Vec<Residue> {
        (0..len).map(|_| self.next()).collect()
    }
}

/// `n - dim Lie` and the number of independent charges, at a random point; for every activation pattern as many random
/// samples as needed to span inputs and targets.
fn count(network: &Network, patterns: &[Option<Vec<bool>>]) -> (usize, usize) {
    let mut numbers = Numbers(20_230_700_144);
    let (inputs, targets) = (network.input_len(), network.target_len());
    let constants = |numbers: Vec<Residue>| numbers.into_iter().map(HyperDual::constant).collect();
    let mut samples = Vec::new();
    for pattern in patterns {
        for _ in 0..=(inputs + 1).max(targets) {
            samples.push(Sample {
                input: constants(numbers.take(inputs)),
                target: constants(numbers.take(targets)),
                gates: pattern.as_deref().map(Into::into),
                fixed: Fixed::default(),
            });
        }
    }
    let theta = numbers.take(network.parameter_count());
    let model = HyperDual::<Residue>::model(network).expect("an algebraic network");
    let growth = GradientFields::new(&*model, &samples).growth(&theta, || numbers.next());
    (theta.len() - growth[growth.len() - 1], independent_charges(&symmetric_generators(network), &theta))
}

fn linear(widths: &[usize], bias: bool) -> Network {
    Network::mlp(widths, Piecewise::Identity, bias, Loss::SquaredError)
}

/// The closed form of one hidden layer: `r(r+1)/2`, less the symmetric matrices on what `s` vectors leave of `r` dimensions.
fn of_layer(r: usize, s: usize) -> usize {
    let rest = r.saturating_sub(s);
    (r * (r + 1) - rest * (rest + 1)) / 2
}

fn charges(widths: &[usize], bias: bool) -> usize {
    widths.windows(3).map(|w| of_layer(w[1], w[0] + w[2] + usize::from(bias))).sum()
}

/// Without biases: between two layers of width 1 the loss depends on one number only, so that all but one of the
/// parameters there are functions of what is conserved.
fn laws_of_linear_network(widths: &[usize]) -> usize {
    let ones: Vec<_> = (0..widths.len()).filter(|&layer| widths[layer] == 1).collect();
    let excess = |ends: &[usize]| {
        let segment = &widths[ends[0]..=ends[1]];
        let parameters: usize = segment.windows(2).map(|pair| pair[0] * pair[1]).sum();
        parameters - 1 - charges(segment, false)
    };
    charges(widths, false) + ones.windows(2).map(excess).sum::<usize>()
}

/// All lists of that many widths, each between 1 and `most`.
fn all_widths(len: usize, most: usize) -> Vec<Vec<usize>> {
    (0..len).fold(vec![vec![]], |lists, _| {
        let longer = |list: Vec<usize>| (1..=most).map(move |width| [&list[..], &[width]].concat());
        lists.into_iter().flat_map(longer).collect()
    })
}

#[test]
fn linear_networks_have_the_laws_of_the_closed_form_and_scalar_segments_have_more() {
    let lists = [all_widths(3, 4), all_widths(4, 4), all_widths(5, 3)].concat();
    for widths in lists {
        let (laws, known) = count(&linear(&widths, false), &[None]);
        assert_eq!(laws, laws_of_linear_network(&widths), "{widths:?}");
        assert_eq!(known, charges(&widths, false), "{widths:?}");
    }
}

#[test]
fn the_exceptions_have_the_numbers_that_the_theory_gives() {
    let cases: [(&[usize], usize); 4] =
        [(&[1, 2, 2, 1], 7), (&[1, 3, 3, 1], 14), (&[1, 3, 2, 1], 10), (&[2, 1, 2, 2, 1], 8)];
    for (widths, laws) in cases {
        assert_eq!(count(&linear(widths, false), &[None]).0, laws, "{widths:?}");
        assert!(charges(widths, false) < laws);
    }
}

#[test]
fn biases_add_one_neighbour_and_leave_no_exception() {
    for widths in [all_widths(3, 3), all_widths(4, 2)].concat() {
        let (laws, known) = count(&linear(&widths, true), &[None]);
        assert_eq!((laws, known), (charges(&widths, true), charges(&widths, true)), "{widths:?}");
    }
}

/// One hidden layer: neurons with equal patterns count like one linear layer, dead ones with all their parameters. Where
/// input and output have width 1, the rank of the patterns decides.
#[test]
fn one_layer_of_relu_counts_the_classes_of_neurons_with_equal_patterns() {
    let cases: [(&[&str], &[usize], usize, usize); 6] = [
        (&["111", "011", "101"], &[1, 1, 1], 0, 3),
        (&["011", "101"], &[1, 1, 1], 0, 2),
        (&["111", "011"], &[1, 2], 0, 2),
        (&["111"], &[3], 0, 1),
        (&["110", "010"], &[1, 1], 1, 2),
        (&["010"], &[1], 2, 1),
    ];
    for (rows, classes, dead, rank) in cases {
        let patterns: Vec<_> = rows.iter().map(|row| Some(row.chars().map(|gate| gate == '1').collect())).collect();
        for (inputs, outputs) in [(1, 1), (1, 2), (2, 1), (2, 2), (3, 2)] {
            let s = inputs + outputs;
            let network = Network::mlp(&[inputs, 3, outputs], Piecewise::Relu, false, Loss::SquaredError);
            let laws = match s {
                2 => 2 * 3 - rank,
                _ => dead * s + classes.iter().map(|&class| of_layer(class, s)).sum::<usize>(),
            };
            assert_eq!(count(&network, &patterns).0, laws, "{inputs} inputs, {outputs} outputs, patterns {rows:?}");
        }
    }
}

/// A neuron of the second layer that is alive, but on no input at all together with the first neuron of the first layer:
/// their weight never moves. No neuron is dead and no two share all patterns.
#[test]
fn a_connection_can_be_dead_on_all_inputs_although_all_neurons_live() {
    let network = Network::mlp(&[2, 3, 2, 1], Piecewise::Relu, false, Loss::SquaredError);
    let layout = network.layout().expect("layers");
    let theta = [1, 0, -1, 1, -1, 2, -5, 3, -2, 1, 1, 1, 1, 1].map(f64::from);
    // The second layer reads (x)_+, (y - x)_+, (2 y - x)_+ by (-5, 3, -2) and (1, 1, 1).
    let mut patterns: Vec<Vec<bool>> = Vec::new();
    for half_degrees in 0..720 {
        let (y, x) = (f64::from(half_degrees) / 2.0 + 0.1).to_radians().sin_cos();
        let gates = layout.relu_gates(&theta, &[x, y]);
        assert!(!(gates[0] && gates[3]), "at ({x}, {y})");
        if gates[..3].contains(&true) && gates[3..].contains(&true) && !patterns.contains(&gates) {
            patterns.push(gates);
        }
    }
    for neuron in 0..5 {
        assert!(patterns.iter().any(|gates| gates[neuron]), "neuron {neuron} is dead");
    }
    for (first, second) in [(0, 1), (0, 2), (1, 2), (3, 4)] {
        assert!(patterns.iter().any(|gates| gates[first] != gates[second]), "{first} and {second} share all patterns");
    }
    let patterns: Vec<_> = patterns.into_iter().map(Some).collect();
    let (laws, known) = count(&network, &patterns);
    assert_eq!((laws, known), (5 + 1, 5));
}

/// The last pattern has single neurons in the outer hidden layers and all in the middle ones, whose connections are a
/// scalar segment there and nearly unused elsewhere.
#[test]
fn four_hidden_layers_of_relu_can_have_more_though_all_neurons_are_linked_and_told_apart() {
    let rows = ["10101010", "10010111", "01111101"];
    let patterns: Vec<_> = rows.iter().map(|row| Some(row.chars().map(|gate| gate == '1').collect())).collect();
    let network = Network::mlp(&[2, 2, 2, 2, 2, 2], Piecewise::Relu, false, Loss::SquaredError);
    assert_eq!(count(&network, &patterns), (9, 8));
}

#[test]
fn inputs_that_do_not_span_leave_weights_that_never_move() {
    // The last input is always 0: its column of weights is conserved, and the rest is the network without it.
    let widths = [3, 2, 2];
    let network = linear(&widths, false);
    let mut numbers = Numbers(7);
    let sample = |numbers: &mut Numbers| {
        let mut input = numbers.take(3);
        input[2] = Residue::new(0);
        let constants = |numbers: Vec<Residue>| numbers.into_iter().map(HyperDual::constant).collect();
        Sample { input: constants(input), target: constants(numbers.take(2)), gates: None, fixed: Fixed::default() }
    };
    let samples: Vec<_> = (0..5).map(|_| sample(&mut numbers)).collect();
    let theta = numbers.take(network.parameter_count());
    let model = HyperDual::<Residue>::model(&network).expect("an algebraic network");
    let growth = GradientFields::new(&*model, &samples).growth(&theta, || numbers.next());
    assert_eq!(theta.len() - growth[growth.len() - 1], 2 + charges(&[2, 2, 2], false));
}
