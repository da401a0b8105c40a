//! The sweeps of stacks of dense layers against a gradient that is written out, and what dual numbers make of it: on random networks, points,
//! learning rates and data, in every scalar.

use equipartition::data::Sample;
use equipartition::entropic::modified::Terms;
use equipartition::instances::Problem;
use equipartition::instances::problem::{Decay, Rates};
use equipartition::model::activation::{Activation, Hidden, Nonlinearity, Tape};
use equipartition::model::linear::{FixedMatrix, LinearStack, Readout};
use equipartition::model::loss::{OutputLoss, SquaredError};
use equipartition::model::mlp::{Layout, Mlp};
use equipartition::model::{Carrier, Differentiable, Evaluator, Loss, Model, Network};
use equipartition::scalar::{Branch, Dual, Field, HyperDual, Interval, Mp, Rational, Real, Recorded};
use equipartition::verify::{Case, Class, Draw, Stream};
use std::sync::Arc;

/// A model that is no stack: its gradient is the one below, its Hessian the tangent of that.
struct WrittenOut<M>(M);

fn times<T: Field>(matrix: &[T], vector: &[T]) -> Vec<T> {
    let row = |row: &[T]| row.iter().zip(vector).fold(T::zero(), |sum, (w, x)| sum + T::product(w, x));
    matrix.chunks_exact(vector.len()).map(row).collect()
}

fn transposed_times<T: Field>(matrix: &[T], vector: &[T], columns: usize) -> Vec<T> {
    let entry = |column: usize| {
        let entries = matrix.chunks_exact(columns).map(|row| &row[column]);
        entries.zip(vector).fold(T::zero(), |sum, (w, x)| sum + T::product(w, x))
    };
    (0..columns).map(entry).collect()
}

fn write_outer<T: Field>(entries: &mut [T], delta: &[T], input: &[T]) {
    let products = delta.iter().flat_map(|slope| input.iter().map(move |x| T::product(slope, x)));
    entries.iter_mut().zip(products).for_each(|(entry, product)| *entry = product);
}

impl<T: Field, A: Nonlinearity<T>, L: OutputLoss<T>> Model<T> for WrittenOut<Mlp<A, L>> {
    fn parameter_count(&self) -> usize {
        self.0.layout.parameter_count()
    }

    fn loss_and_gradient(&self, theta: &[T], sample: &Sample<T>, gradient: &mut [T]) -> T {
        let Mlp { layout, nonlinearity, loss } = &self.0;
        let depth = layout.depth();
        let (mut inputs, mut tapes, mut first_gate) = (vec![sample.input.clone()], Vec::new(), 0);
        for layer in 0..depth {
            let width = layout.widths()[layer + 1];
            let mut output = times(&theta[layout.weights(layer)], &inputs[layer]);
            for (value, bias) in output.iter_mut().zip(&theta[layout.biases(layer)]) {
                *value += bias;
            }
            if layer + 1 < depth {
                let gates = sample.gates.as_ref().map(|gates| &gates[first_gate..first_gate + width]);
                first_gate += width;
                let (mut activated, mut tape) = (vec![T::zero(); width], Tape::new(width));
                nonlinearity.apply(&output, gates, &mut activated, &mut tape);
                tapes.push(tape);
                output = activated;
            }
            inputs.push(output);
        }
        let (value, mut delta) = loss.value_and_gradient(&inputs[depth], &sample.target);
        for layer in (0..depth).rev() {
            write_outer(&mut gradient[layout.weights(layer)], &delta, &inputs[layer]);
            gradient[layout.biases(layer)].iter_mut().zip(&delta).for_each(|(entry, slope)| *entry = slope.clone());
            if layer > 0 {
                delta = transposed_times(&theta[layout.weights(layer)], &delta, layout.widths()[layer]);
                nonlinearity.pull_back(&tapes[layer - 1], &mut delta);
            }
        }
        value
    }
}

impl<T: Field> Model<T> for WrittenOut<LinearStack> {
    fn parameter_count(&self) -> usize {
        self.0.layout.parameter_count()
    }

    fn loss_and_gradient(&self, theta: &[T], sample: &Sample<T>, gradient: &mut [T]) -> T {
        let LinearStack { layout, embedding, readout, frozen } = &self.0;
        let carried = |matrix: &FixedMatrix| matrix.entries().iter().map(T::from_rational).collect::<Vec<T>>();
        let (input, probe) = match readout {
            Readout::Probe => sample.input.split_at(layout.widths()[0]),
            _ => (&sample.input[..], &[][..]),
        };
        let mut inputs = vec![embedding.as_ref().map_or(input.to_vec(), |matrix| times(&carried(matrix), input))];
        for layer in 0..layout.depth() {
            inputs.push(times(&theta[layout.weights(layer)], &inputs[layer]));
        }
        let reading = match readout {
            Readout::Identity => None,
            Readout::Fixed(matrix) => Some(carried(matrix)),
            Readout::Probe => Some(probe.to_vec()),
        };
        let product = &inputs[layout.depth()];
        let mut output = reading.as_ref().map_or(product.clone(), |matrix| times(matrix, product));
        if let Some(frozen) = frozen {
            output.iter_mut().zip(times(&carried(frozen), input)).for_each(|(entry, added)| *entry += added);
        }
        let (value, mut delta) = SquaredError.value_and_gradient(&output, &sample.target);
        if let Some(matrix) = &reading {
            delta = transposed_times(matrix, &delta, product.len());
        }
        for layer in (0..layout.depth()).rev() {
            write_outer(&mut gradient[layout.weights(layer)], &delta, &inputs[layer]);
            delta = transposed_times(&theta[layout.weights(layer)], &delta, layout.widths()[layer]);
        }
        value
    }
}

/// A scalar in which a network can be written out.
trait Scalar: Carrier {
    fn written_out(network: &Network) -> Option<Arc<dyn Differentiable<Self>>>;

    /// Whether a number is what the other route gives it, beside the other numbers of its vector.
    fn is(&self, other: &Self, beside: &[Self]) -> bool;
}

fn algebraic<T: Branch>(network: &Network) -> Option<Arc<dyn Differentiable<T>>> {
    match network {
        Network::Mlp {
            layout,
            activation: Activation::Piecewise(kind),
            normalised: false,
            loss: Loss::SquaredError,
        } => Some(Arc::new(WrittenOut(Mlp { layout: layout.clone(), nonlinearity: *kind, loss: SquaredError }))),
        Network::Linear(stack) => Some(Arc::new(WrittenOut(stack.clone()))),
        _ => None,
    }
}

fn real<T: Real>(network: &Network) -> Option<Arc<dyn Differentiable<T>>> {
    match network {
        Network::Mlp { layout, activation, normalised, loss } => {
            let nonlinearity = Hidden { normalised: *normalised, activation: *activation };
            Some(Arc::new(WrittenOut(Mlp { layout: layout.clone(), nonlinearity, loss: *loss })))
        }
        Network::Linear(stack) => Some(Arc::new(WrittenOut(stack.clone()))),
        _ => None,
    }
}

macro_rules! scalars {
    ($route:ident, $agrees:expr, $($scalar:ty),*) => {$(
        impl Scalar for $scalar {
            fn written_out(network: &Network) -> Option<Arc<dyn Differentiable<Self>>> {
                $route(network)
            }
            fn is(&self, other: &Self, beside: &[Self]) -> bool {
                let agrees: fn(&Self, &Self, &[Self]) -> bool = $agrees;
                agrees(self, other, beside)
            }
        }
    )*};
}
// What is exact is the same; what rounds is the same to half of its digits; enclosures of one number meet.
scalars!(algebraic, |one, other, _| one == other, Rational, Dual<Rational>, HyperDual<Rational>);
scalars!(algebraic, |one, other, _| one.degree() == other.degree() && one.value() == other.value(), Recorded);
scalars!(real, |one, other, beside| !one.surely_differs(other, beside), f32, f64, Mp<128>, Mp<256>, Interval<128>);

/// Networks of every kind that are stacks, narrow and wide enough for rows in blocks and rows beside them.
fn network(stream: &mut Stream, is_algebraic: bool) -> Network {
    let depth = 1 + stream.below(3);
    let mut widths: Vec<usize> = (0..=depth).map(|_| 1 + stream.below(3)).collect();
    widths[1] = 1 + stream.below(6);
    let matrix = |stream: &mut Stream, rows: usize, columns: usize| {
        FixedMatrix::new(rows, (0..rows * columns).map(|_| stream.small()).collect())
    };
    let (first, last) = (widths[0], widths[depth]);
    let (embedding, readout, frozen) = match stream.below(8) {
        0 => (None, Readout::Identity, None),
        1 => (None, Readout::Probe, None),
        2 => (None, Readout::Identity, Some(matrix(stream, last, first))),
        3 => (Some(matrix(stream, first, 2)), Readout::Fixed(matrix(stream, 2, last)), Some(matrix(stream, 2, 2))),
        _ => {
            let (_, activation) = Activation::ALL[stream.below(if is_algebraic { 4 } else { 8 })];
            let (_, loss) = Loss::ALL[if is_algebraic { 0 } else { stream.below(3) }];
            let bias = stream.coin();
            return if !is_algebraic && stream.below(8) == 0 {
                // A normalised layer of width 1 outputs a sign: its derivatives are 0, and what is computed of them is rounding.
                widths[1..depth].iter_mut().for_each(|width| *width = (*width).max(2));
                Network::normalised_mlp(&widths, activation, bias, loss)
            } else {
                Network::mlp(&widths, activation, bias, loss)
            };
        }
    };
    Network::Linear(LinearStack { layout: Layout::new(widths, false), embedding, readout, frozen })
}

fn compare<T: Scalar>(what: &str, case: &str, swept: &[T], written_out: &[T]) {
    assert_eq!(swept.len(), written_out.len());
    for (place, (one, other)) in swept.iter().zip(written_out).enumerate() {
        assert!(one.is(other, written_out), "{what}, entry {place}, of {case}: {one:?} and {other:?}");
    }
}

/// Compares all quantities of random problems; says in how many networks there were rates that are scalar, diagonal and full.
fn compared<T: Scalar>(is_algebraic: bool, problems: u64, hessians_below: usize) -> [usize; 3] {
    let mut rates_seen = [0; 3];
    for index in 0..problems {
        let mut draw = Draw::keyed("sweeps", "problem", 0, Case::Law, index);
        let class = [Class::Smooth, Class::Awkward, Class::Smooth, Class::Generic][index as usize % 4];
        let network = network(&mut draw.own(), is_algebraic);
        let problem = Problem::draw(&mut draw, class, network, Rates::Any, Decay::Positive);
        let case = format!("problem {index}, {} in {}", problem.network, std::any::type_name::<T>());
        let mut point = problem.at::<T>();
        let swept = point.model.clone();
        let written_out = T::written_out(&problem.network).expect("the network exists in this scalar");
        assert!(Model::<T>::stack(&*swept).is_some() && Model::<T>::stack(&*written_out).is_none());
        rates_seen[match &point.preconditioner {
            equipartition::entropic::Preconditioner::Scalar(_) => 0,
            equipartition::entropic::Preconditioner::Diagonal(_) => 1,
            equipartition::entropic::Preconditioner::Full(_) => 2,
        }] += 1;
        let theta = point.theta.clone();
        let mut quantities = |model: &Arc<dyn Differentiable<T>>| {
            point.model = model.clone();
            let objective = point.objective();
            let mut evaluator = Evaluator::new(&**model);
            let squares = objective.data.samples().iter().map(|z| evaluator.squared_gradient(&theta, z)).collect();
            let terms = Terms::new(&**model, objective.preconditioner, &theta, &objective.data.samples()[0]);
            let mut all = vec![
                ("the loss", vec![objective.loss(&theta)]),
                ("the squared gradients", squares),
                ("the entropy", vec![objective.entropy(&theta)]),
                ("the gradients", objective.sample_gradients(&theta).concat()),
                ("the mean gradient", objective.mean_gradient(&theta)),
                ("the forces", objective.sample_forces(&theta).concat()),
                ("the gradient of F", objective.entropic_gradient(&theta)),
                ("H Lambda g", terms.entropic),
                ("H Lambda H Lambda g", terms.curvature),
                ("T[Lambda g, Lambda g]", terms.third),
            ];
            if theta.len() < hessians_below {
                all.push(("the Hessian of F", objective.entropic_hessian(&theta).as_slice().to_vec()));
            }
            all
        };
        let (ours, theirs) = (quantities(&swept), quantities(&written_out));
        for ((what, ours), (_, theirs)) in ours.iter().zip(&theirs) {
            compare(what, &case, ours, theirs);
        }
    }
    rates_seen
}

#[test]
fn in_the_rationals_sweeps_are_exact() {
    assert!(compared::<Rational>(true, 96, 20).iter().all(|&seen| seen > 8));
}

#[test]
fn what_is_recorded_of_sweeps_has_the_same_degrees_and_values() {
    compared::<Recorded>(true, 32, 8);
}

#[test]
fn on_dual_numbers_over_the_rationals_sweeps_are_exact() {
    compared::<Dual<Rational>>(true, 32, 8);
    compared::<HyperDual<Rational>>(true, 32, 8);
}

#[test]
fn in_floats_sweeps_differ_by_rounding() {
    compared::<f64>(false, 400, 20);
    compared::<Mp<128>>(false, 160, 12);
    compared::<Mp<256>>(false, 160, 12);
}

#[test]
fn in_intervals_sweeps_enclose_the_same_numbers() {
    compared::<Interval<128>>(false, 160, 12);
}
