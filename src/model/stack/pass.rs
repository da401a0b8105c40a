//! One sample's way through a stack and back, and how all of it moves with the parameters.

use super::Stack;
use super::square::Square;
use crate::data::Sample;
use crate::model::activation::Tape;
use crate::model::dense::{
    add, add_multiple, add_multiplied, add_multiplied_transposed, add_outer, add_two_outers, assign, set_entrywise,
    set_multiple, set_multiplied, set_multiplied_transposed, set_outer,
};
use crate::scalar::Field;

/// Where the parameters move to.
#[derive(Debug)]
pub enum Direction<'a, T> {
    /// Along the gradient of the sample's loss, which is not formed.
    Gradient,
    /// Along a vector of parameters.
    Vector(&'a [T]),
}

impl<T> Clone for Direction<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for Direction<'_, T> {}

/// The numbers of one layer, and their tangents once they are asked for.
pub(super) struct Layer<T> {
    /// `h`, where a nonlinearity follows; else it is `a`.
    pub(super) sums: Vec<T>,
    /// `a`
    pub(super) values: Vec<T>,
    /// Of the nonlinearity, if one follows.
    pub(super) tape: Tape<T>,
    /// `u`, what comes back to `a`, where a nonlinearity follows; else it is `d`.
    pub(super) returned: Vec<T>,
    /// `d`, what comes back to `h`.
    pub(super) delta: Vec<T>,
    pub(super) sums_tangent: Vec<T>,
    pub(super) values_tangent: Vec<T>,
    pub(super) returned_tangent: Vec<T>,
    pub(super) delta_tangent: Vec<T>,
    /// `phi''`
    pub(super) curvatures: Vec<T>,
}

impl<T: Field> Layer<T> {
    fn new(width: usize, bends: bool) -> Self {
        let zeros = |len: usize| vec![T::zero(); len];
        let bent = if bends { width } else { 0 };
        Layer {
            sums: zeros(bent),
            values: zeros(width),
            tape: Tape::new(bent),
            returned: zeros(bent),
            delta: zeros(width),
            sums_tangent: Vec::new(),
            values_tangent: Vec::new(),
            returned_tangent: Vec::new(),
            delta_tangent: Vec::new(),
            curvatures: Vec::new(),
        }
    }

    fn make_room_for_tangents(&mut self) {
        let (bent, width) = (self.sums.len(), self.values.len());
        self.sums_tangent.resize(bent, T::zero());
        self.values_tangent.resize(width, T::zero());
        self.returned_tangent.resize(bent, T::zero());
        self.delta_tangent.resize(width, T::zero());
        self.curvatures.resize(bent, T::zero());
    }
}

/// One sample's way through a stack and back. Every run overwrites the one before in place, so that a pass that is kept allocates nothing.
pub struct Pass<T> {
    /// `a_0`
    input: Vec<T>,
    pub(super) layers: Vec<Layer<T>>,
    /// `|a|^2 + 1` of what goes into every layer (without the 1 where there are no biases), and `|d|^2` of what comes back.
    squares: Vec<(Square<T>, Square<T>)>,
    /// As many numbers as the widest layer has.
    left: Vec<T>,
    right: Vec<T>,
    scratch: T,
}

impl<T: Field> Pass<T> {
    /// For stacks of that shape.
    pub fn new(stack: &dyn Stack<T>) -> Self {
        let layout = stack.layout();
        let (widths, depth) = (layout.widths(), layout.depth());
        let bends = stack.nonlinearity().is_some();
        Pass {
            input: vec![T::zero(); widths[0]],
            layers: (1..=depth).map(|layer| Layer::new(widths[layer], bends && layer < depth)).collect(),
            squares: Vec::new(),
            left: Vec::new(),
            right: Vec::new(),
            scratch: T::zero(),
        }
    }

    /// The sample's loss; writes all values.
    pub fn forward(&mut self, stack: &dyn Stack<T>, theta: &[T], sample: &Sample<T>) -> T {
        let Pass { input, layers, scratch, .. } = self;
        let layout = stack.layout();
        stack.enter(sample, input);
        let mut first_gate = 0;
        let mut given: &[T] = input;
        let depth = layers.len();
        for (number, layer) in layers.iter_mut().enumerate() {
            let Layer { sums, values, tape, .. } = layer;
            let bending = stack.nonlinearity().filter(|_| number + 1 < depth);
            let output = if bending.is_some() { &mut *sums } else { &mut *values };
            set_multiplied(output, &theta[layout.weights(number)], given, scratch);
            if layout.has_bias() {
                add(output, &theta[layout.biases(number)]);
            }
            if let Some(nonlinearity) = bending {
                let gates = sample.gates.as_ref().map(|gates| &gates[first_gate..first_gate + sums.len()]);
                first_gate += sums.len();
                nonlinearity.apply(sums, gates, values, tape);
            }
            given = values;
        }
        let last = layers.last_mut().expect("a stack has layers");
        stack.leave(&last.values, sample, &mut last.delta)
    }

    /// The sample's loss; writes all values, and what comes back to each.
    pub fn run(&mut self, stack: &dyn Stack<T>, theta: &[T], sample: &Sample<T>) -> T {
        let loss = self.forward(stack, theta, sample);
        let layout = stack.layout();
        for number in (1..self.layers.len()).rev() {
            let (before, after) = self.layers.split_at_mut(number);
            let Layer { returned, delta, tape, .. } = &mut before[number - 1];
            let weights = &theta[layout.weights(number)];
            match stack.nonlinearity() {
                None => set_multiplied_transposed(delta, weights, &after[0].delta, &mut self.scratch),
                Some(nonlinearity) => {
                    set_multiplied_transposed(returned, weights, &after[0].delta, &mut self.scratch);
                    assign(delta, returned);
                    nonlinearity.pull_back(tape, delta);
                }
            }
        }
        loss
    }

    /// The sample's loss and gradient.
    pub fn loss_and_gradient(
        &mut self,
        stack: &dyn Stack<T>,
        theta: &[T],
        sample: &Sample<T>,
        gradient: &mut [T],
    ) -> T {
        let loss = self.run(stack, theta, sample);
        self.set_gradient(stack, gradient);
        loss
    }

    /// What goes into a layer.
    pub(super) fn given(&self, number: usize) -> &[T] {
        if number == 0 { &self.input } else { &self.layers[number - 1].values }
    }

    /// Overwrites `gradient` with that of the run before.
    pub fn set_gradient(&self, stack: &dyn Stack<T>, gradient: &mut [T]) {
        let layout = stack.layout();
        for (number, layer) in self.layers.iter().enumerate() {
            set_outer(&mut gradient[layout.weights(number)], &layer.delta, self.given(number));
            assign(&mut gradient[layout.biases(number)], &layer.delta);
        }
    }

    /// Adds `weight g` for the run before.
    pub fn add_gradient(&mut self, stack: &dyn Stack<T>, weight: &T, total: &mut [T]) {
        let layout = stack.layout();
        let Pass { input, layers, left, scratch, .. } = self;
        let mut given: &[T] = input;
        for (number, layer) in layers.iter().enumerate() {
            left.resize(layer.delta.len(), T::zero());
            set_multiple(left, weight, &layer.delta);
            add_outer(&mut total[layout.weights(number)], left, given, scratch);
            add(&mut total[layout.biases(number)], left);
            given = &layer.values;
        }
    }

    fn square(&mut self, stack: &dyn Stack<T>) {
        self.squares.clear();
        for (number, layer) in self.layers.iter().enumerate() {
            let given = self.given(number);
            let given = if stack.layout().has_bias() { Square::and_one(given) } else { Square::of(given) };
            self.squares.push((given, Square::of(&layer.delta)));
        }
    }

    /// The squares of the move before along the gradient, layer by layer: of what goes in and of what comes back. None where one of them leaves the range
    /// of the exponent.
    pub(super) fn plain_squares(&self) -> Option<Vec<(T, T)>> {
        self.squares.iter().map(|(given, back)| Some((given.plain()?.clone(), back.plain()?.clone()))).collect()
    }

    /// `|g|^2` of the run before, without its entries.
    pub fn squared_gradient(&mut self, stack: &dyn Stack<T>) -> T {
        self.square(stack);
        let mut sum = T::zero();
        for (given, back) in &self.squares {
            sum += &given.times(back);
        }
        sum
    }

    /// Writes the tangents of the run before as the parameters move, the sample held constant.
    ///
    /// Where the nonlinearity [is not element by element](Stack::is_elementwise) there are none.
    pub fn move_along(&mut self, stack: &dyn Stack<T>, theta: &[T], sample: &Sample<T>, direction: Direction<'_, T>) {
        if let Direction::Gradient = direction {
            self.square(stack);
        }
        self.layers.iter_mut().for_each(Layer::make_room_for_tangents);
        self.move_values(stack, theta, direction);
        let last = self.layers.last_mut().expect("a stack has layers");
        stack.curve(&last.values, sample, &last.values_tangent, &mut last.delta_tangent);
        self.move_deltas(stack, theta, sample, direction);
    }

    fn move_values(&mut self, stack: &dyn Stack<T>, theta: &[T], direction: Direction<'_, T>) {
        let Pass { input, layers, squares, scratch, .. } = self;
        let layout = stack.layout();
        let depth = layers.len();
        let (mut given, mut given_tangent): (&[T], Option<&[T]>) = (input, None);
        for (number, layer) in layers.iter_mut().enumerate() {
            let bends = stack.nonlinearity().is_some() && number + 1 < depth;
            let Layer { values, values_tangent, sums_tangent, delta, tape, .. } = layer;
            let output = if bends { &mut *sums_tangent } else { &mut *values_tangent };
            // W' a + b', and then W a'; the sample's own values do not move.
            match direction {
                Direction::Gradient => squares[number].0.set_multiple(output, delta),
                Direction::Vector(vector) => {
                    set_multiplied(output, &vector[layout.weights(number)], given, scratch);
                    if layout.has_bias() {
                        add(output, &vector[layout.biases(number)]);
                    }
                }
            }
            if let Some(tangent) = given_tangent {
                add_multiplied(output, &theta[layout.weights(number)], tangent, scratch);
            }
            if bends {
                set_entrywise(values_tangent, sums_tangent, &tape.slopes);
            }
            (given, given_tangent) = (values, Some(values_tangent.as_slice()));
        }
    }

    fn move_deltas(&mut self, stack: &dyn Stack<T>, theta: &[T], sample: &Sample<T>, direction: Direction<'_, T>) {
        let Pass { layers, squares, scratch, .. } = self;
        let layout = stack.layout();
        let mut last_gate = layout.hidden_neurons();
        for number in (1..layers.len()).rev() {
            let (before, after) = layers.split_at_mut(number);
            let (layer, next) = (&mut before[number - 1], &after[0]);
            let Layer {
                values, sums, sums_tangent, tape, returned, returned_tangent, delta_tangent, curvatures, ..
            } = layer;
            let bends = stack.nonlinearity();
            let output = if bends.is_some() { &mut *returned_tangent } else { &mut *delta_tangent };
            // W^T d', and then W'^T d.
            set_multiplied_transposed(output, &theta[layout.weights(number)], &next.delta_tangent, scratch);
            match direction {
                Direction::Gradient => squares[number].1.add_multiple(output, values, scratch),
                Direction::Vector(vector) => {
                    add_multiplied_transposed(output, &vector[layout.weights(number)], &next.delta, scratch);
                }
            }
            let Some(nonlinearity) = bends else { continue };
            let gates = sample.gates.as_ref().map(|gates| &gates[last_gate - values.len()..last_gate]);
            last_gate -= values.len();
            set_entrywise(delta_tangent, returned_tangent, &tape.slopes);
            if nonlinearity.curvatures(sums, gates, values, tape, curvatures) {
                for ((entry, sum), (curvature, returned)) in
                    delta_tangent.iter_mut().zip(sums_tangent).zip(curvatures.iter_mut().zip(returned))
                {
                    *curvature *= &*returned;
                    entry.add_product(curvature, sum, scratch);
                }
            }
        }
    }

    /// Overwrites `product` with `H v` for the move before, along `v`.
    pub fn set_curvature(&mut self, stack: &dyn Stack<T>, product: &mut [T]) {
        let layout = stack.layout();
        let Pass { input, layers, scratch, .. } = self;
        let (mut given, mut given_tangent): (&[T], Option<&[T]>) = (input, None);
        for (number, layer) in layers.iter().enumerate() {
            let weights = &mut product[layout.weights(number)];
            set_outer(weights, &layer.delta_tangent, given);
            if let Some(tangent) = given_tangent {
                add_outer(weights, &layer.delta, tangent, scratch);
            }
            assign(&mut product[layout.biases(number)], &layer.delta_tangent);
            (given, given_tangent) = (&layer.values, Some(&*layer.values_tangent));
        }
    }

    /// Adds `weight (g + factor H v)` for the move before, along `v`.
    pub fn add_gradient_and_curvature(&mut self, stack: &dyn Stack<T>, weight: &T, factor: &T, total: &mut [T]) {
        let layout = stack.layout();
        let Pass { input, layers, left, right, scratch, .. } = self;
        let weighted_factor = T::product(weight, factor);
        let (mut given, mut given_tangent): (&[T], Option<&[T]>) = (input, None);
        for (number, layer) in layers.iter().enumerate() {
            left.resize(layer.delta.len(), T::zero());
            right.resize(layer.delta.len(), T::zero());
            set_multiple(left, weight, &layer.delta);
            add_multiple(left, &weighted_factor, &layer.delta_tangent, scratch);
            set_multiple(right, &weighted_factor, &layer.delta);
            let weights = &mut total[layout.weights(number)];
            match given_tangent {
                None => add_outer(weights, left, given, scratch),
                Some(tangent) => add_two_outers(weights, (left, given), (right, tangent), scratch),
            }
            add(&mut total[layout.biases(number)], left);
            (given, given_tangent) = (&layer.values, Some(&*layer.values_tangent));
        }
    }
}
