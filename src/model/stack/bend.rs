//! How a pass and its tangents along the gradient move with one parameter: a column of the Hessian of `g + k H g`, whose mean over samples is that of
//! `F` for `k = eta / 2`.
//!
//! With `'` for the derivative along the parameter and a dot for that along the gradient, layer by layer,
//!
//! ```text
//! (g + k H g)' = (d' + k .d') a^T + (d + k .d) a'^T + k d' .a^T + k d .a'^T
//! ```
//!
//! where everything with a prime comes from one more sweep forward and back for each of the two lines; the values are shared by all parameters. The Hessian is
//! symmetric: of the column of a parameter only what stands at its layer and above is written.

use super::Stack;
use super::pass::{Direction, Pass};
use crate::data::Sample;
use crate::linalg::products::dot;
use crate::model::activation::Tape;
use crate::model::dense::{
    add_multiple, add_multiplied, add_multiplied_transposed, add_outer, assign, set_entrywise, set_multiple,
    set_multiplied, set_multiplied_transposed, set_outer,
};
use crate::model::layout::Layout;
use crate::scalar::{Dual, Field};
use nalgebra::DMatrix;

/// Second and third derivatives of the nonlinearity at every neuron of a layer.
struct Curves<T> {
    second: Vec<T>,
    third: Vec<T>,
}

/// What the numbers of a layer become along a parameter.
struct Moved<T> {
    sums: Vec<T>,
    values: Vec<T>,
    returned: Vec<T>,
    delta: Vec<T>,
    sums_tangent: Vec<T>,
    values_tangent: Vec<T>,
    returned_tangent: Vec<T>,
    delta_tangent: Vec<T>,
}

/// A parameter: of a layer the weight of that row and column, or the row's bias.
#[derive(Clone, Copy)]
struct Axis {
    layer: usize,
    row: usize,
    column: Option<usize>,
}

/// The room that the columns need, kept from one sample to the next.
pub struct Bend<T> {
    moved: Vec<Moved<T>>,
    /// For every hidden layer; none where the second derivatives are 0.
    curves: Vec<Option<Curves<T>>>,
    /// `|a|^2 + 1` of what goes into every layer (without the 1 where there are no biases), and `|d|^2` of what comes back.
    squares: Vec<(T, T)>,
    /// `w (d + k .d)` and `w k d` of every layer, for the sample's weight `w`.
    constant: Vec<(Vec<T>, Vec<T>)>,
    /// `w (d' + k .d')` and `w k d'` of one layer.
    left: Vec<T>,
    right: Vec<T>,
    scratch: T,
}

impl<T: Field> Bend<T> {
    /// For stacks of that shape.
    pub fn new(stack: &dyn Stack<T>) -> Self {
        let widths = &stack.layout().widths()[1..];
        let zeros = |width: &usize| vec![T::zero(); *width];
        let moved = |width: &usize| Moved {
            sums: zeros(width),
            values: zeros(width),
            returned: zeros(width),
            delta: zeros(width),
            sums_tangent: zeros(width),
            values_tangent: zeros(width),
            returned_tangent: zeros(width),
            delta_tangent: zeros(width),
        };
        Bend {
            moved: widths.iter().map(moved).collect(),
            curves: Vec::new(),
            squares: Vec::new(),
            constant: widths.iter().map(|width| (zeros(width), zeros(width))).collect(),
            left: Vec::new(),
            right: Vec::new(),
            scratch: T::zero(),
        }
    }

    /// Adds `weight` times the Hessian of `g + factor H g` of the sample to the lower triangle of `hessian`, layer by layer: entries above the diagonal in the
    /// blocks of a layer with itself are overwritten. Says no, and adds nothing, where a square by itself leaves the range of the exponent.
    #[expect(clippy::too_many_arguments, reason = "a sample, its weight, and the same model in two scalars")]
    pub fn add(
        &mut self,
        pass: &mut Pass<T>,
        (stack, lifted): (&dyn Stack<T>, &dyn Stack<Dual<T>>),
        theta: &[T],
        (sample, lifted_sample): (&Sample<T>, &Sample<Dual<T>>),
        weight: &T,
        factor: &T,
        hessian: &mut DMatrix<T>,
    ) -> bool {
        pass.run(stack, theta, sample);
        pass.move_along(stack, theta, sample, Direction::Gradient);
        let Some(squares) = pass.plain_squares() else { return false };
        self.squares = squares;
        self.curve(pass, stack, lifted, sample);
        let weighted_factor = T::product(weight, factor);
        for ((sum, multiple), layer) in self.constant.iter_mut().zip(&pass.layers) {
            set_multiple(sum, weight, &layer.delta);
            add_multiple(sum, &weighted_factor, &layer.delta_tangent, &mut self.scratch);
            set_multiple(multiple, &weighted_factor, &layer.delta);
        }
        let layout = stack.layout();
        for layer in 0..layout.depth() {
            let (rows, columns) = (layout.widths()[layer + 1], layout.widths()[layer]);
            let weights = (0..rows).flat_map(|row| (0..columns).map(move |column| (row, Some(column))));
            let biases = (0..if layout.has_bias() { rows } else { 0 }).map(|row| (row, None));
            let indices = layout.weights(layer).chain(layout.biases(layer));
            for (index, (row, column)) in indices.zip(weights.chain(biases)) {
                let axis = Axis { layer, row, column };
                self.move_plain(pass, stack, theta, sample, axis);
                self.move_tangents(pass, (stack, lifted), theta, lifted_sample, axis);
                let column = &mut hessian.as_mut_slice()[index * theta.len()..(index + 1) * theta.len()];
                self.write(pass, layout, axis, (weight, &weighted_factor), column);
            }
        }
        true
    }

    /// Overwrites `third` with the third derivative applied twice to the vector that the pass moved along before: what the tangents become along it.
    pub fn set_third(
        &mut self,
        pass: &Pass<T>,
        (stack, lifted): (&dyn Stack<T>, &dyn Stack<Dual<T>>),
        theta: &[T],
        (sample, lifted_sample): (&Sample<T>, &Sample<Dual<T>>),
        vector: &[T],
        third: &mut [T],
    ) {
        self.curve(pass, stack, lifted, sample);
        let Bend { moved, curves, scratch, .. } = self;
        let layout = stack.layout();
        let depth = pass.layers.len();
        let two = T::integer(2);
        for number in 0..depth {
            let (before, after) = moved.split_at_mut(number);
            let Moved { sums, values, .. } = &mut after[0];
            if number == 0 {
                sums.iter_mut().for_each(T::set_zero);
            } else {
                // W ..a + 2 W' .a, for the vector's W'.
                set_multiplied(sums, &vector[layout.weights(number)], &pass.layers[number - 1].values_tangent, scratch);
                sums.iter_mut().for_each(|entry| *entry *= &two);
                add_multiplied(sums, &theta[layout.weights(number)], &before[number - 1].values, scratch);
            }
            match slopes(pass, stack, number) {
                Some(slopes) => set_entrywise(values, sums, slopes),
                None => assign(values, sums),
            }
            if let Some(Some(Curves { second, .. })) = curves.get(number) {
                let moving = &pass.layers[number].sums_tangent;
                add_three(values, second, moving, moving, scratch);
            }
        }
        let (last, moving) = (&pass.layers[depth - 1], &mut moved[depth - 1]);
        let (output, tangent) =
            (pairs(&last.values, &last.values_tangent), pairs(&last.values_tangent, &moving.values));
        move_curve(lifted, lifted_sample, &output, &tangent, &mut moving.delta);
        for number in (1..depth).rev() {
            let (before, after) = moved.split_at_mut(number);
            let Moved { sums, returned, delta, .. } = &mut before[number - 1];
            let layer = &pass.layers[number - 1];
            // W^T ..d + 2 W'^T .d
            set_multiplied_transposed(
                returned,
                &vector[layout.weights(number)],
                &pass.layers[number].delta_tangent,
                scratch,
            );
            returned.iter_mut().for_each(|entry| *entry *= &two);
            add_multiplied_transposed(returned, &theta[layout.weights(number)], &after[0].delta, scratch);
            match slopes(pass, stack, number - 1) {
                Some(slopes) => set_entrywise(delta, returned, slopes),
                None => assign(delta, returned),
            }
            if let Some(Some(Curves { second, third })) = curves.get(number - 1) {
                add_three(delta, second, sums, &layer.returned, scratch);
                set_entrywise(returned, second, &layer.sums_tangent);
                add_three(delta, returned, &layer.returned_tangent, &vec![two.clone(); sums.len()], scratch);
                set_entrywise(returned, third, &layer.sums_tangent);
                add_three(delta, returned, &layer.sums_tangent, &layer.returned, scratch);
            }
        }
        for (number, layer) in pass.layers.iter().enumerate() {
            let weights = &mut third[layout.weights(number)];
            set_outer(weights, &moved[number].delta, pass.given(number));
            if number > 0 {
                add_outer(weights, &layer.delta, &moved[number - 1].values, scratch);
                let doubled: Vec<T> = layer.delta_tangent.iter().map(|entry| T::product(entry, &two)).collect();
                add_outer(weights, &doubled, &pass.layers[number - 1].values_tangent, scratch);
            }
            assign(&mut third[layout.biases(number)], &moved[number].delta);
        }
    }

    /// The second and third derivatives of the nonlinearity, which are the tangents of the slope and of the second derivative along `h' = 1`.
    fn curve(&mut self, pass: &Pass<T>, stack: &dyn Stack<T>, lifted: &dyn Stack<Dual<T>>, sample: &Sample<T>) {
        self.curves.clear();
        let Some(nonlinearity) = lifted.nonlinearity() else { return };
        let mut first_gate = 0;
        for layer in &pass.layers[..stack.layout().depth() - 1] {
            let width = layer.sums.len();
            let gates = sample.gates.as_ref().map(|gates| &gates[first_gate..first_gate + width]);
            first_gate += width;
            let sums: Vec<Dual<T>> = layer.sums.iter().map(|sum| Dual::new(sum.clone(), T::one())).collect();
            let mut values = vec![Dual::constant(T::zero()); width];
            let (mut tape, mut curvatures) = (Tape::new(width), values.clone());
            nonlinearity.apply(&sums, gates, &mut values, &mut tape);
            let curved = nonlinearity.curvatures(&sums, gates, &values, &tape, &mut curvatures);
            let (second, third) = curvatures.into_iter().map(|entry| (entry.value, entry.tangent)).unzip();
            self.curves.push(curved.then_some(Curves { second, third }));
        }
    }

    /// `h'`, `a'`, from the parameter's layer up, and then `u'`, `d'`, down to the first layer.
    fn move_plain(&mut self, pass: &Pass<T>, stack: &dyn Stack<T>, theta: &[T], sample: &Sample<T>, axis: Axis) {
        let Bend { moved, curves, scratch, .. } = self;
        let layout = stack.layout();
        let depth = pass.layers.len();
        for number in axis.layer..depth {
            let (before, after) = moved.split_at_mut(number);
            let Moved { sums, values, .. } = &mut after[0];
            if number == axis.layer {
                sums.iter_mut().for_each(T::set_zero);
                match axis.column {
                    Some(column) => sums[axis.row].assign(&pass.given(number)[column]),
                    None => sums[axis.row].assign(&T::one()),
                }
            } else if number == axis.layer + 1 {
                // Only one of the values below moves.
                let weights = &theta[layout.weights(number)];
                let columns = layout.widths()[number];
                let value = &before[number - 1].values[axis.row];
                for (row, sum) in sums.iter_mut().enumerate() {
                    sum.set_product(&weights[row * columns + axis.row], value);
                }
            } else {
                set_multiplied(sums, &theta[layout.weights(number)], &before[number - 1].values, scratch);
            }
            match slopes(pass, stack, number) {
                Some(slopes) => set_entrywise(values, sums, slopes),
                None => assign(values, sums),
            }
        }
        let last = &mut moved[depth - 1];
        stack.curve(&pass.layers[depth - 1].values, sample, &last.values, &mut last.delta);
        for number in (1..depth).rev() {
            let (before, after) = moved.split_at_mut(number);
            let Moved { sums, returned, delta, .. } = &mut before[number - 1];
            set_multiplied_transposed(returned, &theta[layout.weights(number)], &after[0].delta, scratch);
            if let (true, Some(column)) = (number == axis.layer, axis.column) {
                returned[column] += &pass.layers[number].delta[axis.row];
            }
            match slopes(pass, stack, number - 1) {
                Some(slopes) => set_entrywise(delta, returned, slopes),
                None => assign(delta, returned),
            }
            if let (true, Some(Some(Curves { second, .. }))) = (number > axis.layer, curves.get(number - 1)) {
                add_three(delta, second, sums, &pass.layers[number - 1].returned, scratch);
            }
        }
    }

    /// `.h'`, `.a'`, from the first layer up, and then `.u'`, `.d'`, down to the parameter's layer.
    fn move_tangents(
        &mut self,
        pass: &Pass<T>,
        (stack, lifted): (&dyn Stack<T>, &dyn Stack<Dual<T>>),
        theta: &[T],
        lifted_sample: &Sample<Dual<T>>,
        axis: Axis,
    ) {
        let Bend { moved, curves, squares, scratch, .. } = self;
        let layout = stack.layout();
        let depth = pass.layers.len();
        let two = T::integer(2);
        for number in 0..depth {
            let (before, after) = moved.split_at_mut(number);
            let Moved { sums, delta, sums_tangent, values_tangent, .. } = &mut after[0];
            // (s d)', with s = |a|^2 + 1
            set_multiple(sums_tangent, &squares[number].0, delta);
            if number > axis.layer {
                let slope = dot(pass.given(number), &before[number - 1].values) * &two;
                add_multiple(sums_tangent, &slope, &pass.layers[number].delta, scratch);
            }
            if number > 0 {
                let weights = &theta[layout.weights(number)];
                add_multiplied(sums_tangent, weights, &before[number - 1].values_tangent, scratch);
                if let (true, Some(column)) = (number == axis.layer, axis.column) {
                    sums_tangent[axis.row] += &pass.layers[number - 1].values_tangent[column];
                }
            }
            match slopes(pass, stack, number) {
                Some(slopes) => set_entrywise(values_tangent, sums_tangent, slopes),
                None => assign(values_tangent, sums_tangent),
            }
            if let (true, Some(Some(Curves { second, .. }))) = (number >= axis.layer, curves.get(number)) {
                add_three(values_tangent, second, sums, &pass.layers[number].sums_tangent, scratch);
            }
        }
        let (last, moving) = (&pass.layers[depth - 1], &mut moved[depth - 1]);
        let (output, tangent) =
            (pairs(&last.values, &moving.values), pairs(&last.values_tangent, &moving.values_tangent));
        move_curve(lifted, lifted_sample, &output, &tangent, &mut moving.delta_tangent);
        for number in (axis.layer + 1..depth).rev() {
            let (before, after) = moved.split_at_mut(number);
            let (layer, next) = (&pass.layers[number - 1], &after[0]);
            let Moved { sums, values, sums_tangent, returned, returned_tangent, delta_tangent, .. } =
                &mut before[number - 1];
            set_multiplied_transposed(returned_tangent, &theta[layout.weights(number)], &next.delta_tangent, scratch);
            // (t a)', with t = |d|^2
            add_multiple(returned_tangent, &squares[number].1, values, scratch);
            let slope = dot(&pass.layers[number].delta, &next.delta) * &two;
            add_multiple(returned_tangent, &slope, &layer.values, scratch);
            match slopes(pass, stack, number - 1) {
                Some(slopes) => set_entrywise(delta_tangent, returned_tangent, slopes),
                None => assign(delta_tangent, returned_tangent),
            }
            if let Some(Some(Curves { second, third })) = curves.get(number - 1) {
                add_three(delta_tangent, second, sums, &layer.returned_tangent, scratch);
                add_three(delta_tangent, second, sums_tangent, &layer.returned, scratch);
                add_three(delta_tangent, second, &layer.sums_tangent, returned, scratch);
                set_entrywise(returned_tangent, third, sums);
                add_three(delta_tangent, returned_tangent, &layer.sums_tangent, &layer.returned, scratch);
            }
        }
    }

    /// Adds what the parameter's column has at its own layer, from its row on, and above.
    fn write(
        &mut self,
        pass: &Pass<T>,
        layout: &Layout,
        axis: Axis,
        (weight, weighted_factor): (&T, &T),
        total: &mut [T],
    ) {
        let Bend { moved, constant, left, right, scratch, .. } = self;
        for number in axis.layer..pass.layers.len() {
            let Moved { delta, delta_tangent, .. } = &moved[number];
            left.resize(delta.len(), T::zero());
            right.resize(delta.len(), T::zero());
            set_multiple(left, weight, delta);
            add_multiple(left, weighted_factor, delta_tangent, scratch);
            set_multiple(right, weighted_factor, delta);
            let first = if number == axis.layer { axis.row } else { 0 };
            // Weights come before biases.
            let is_bias_here = number == axis.layer && axis.column.is_none();
            for (bias, entry) in layout.biases(number).zip(left.iter()).skip(if is_bias_here { first } else { 0 }) {
                total[bias] += entry;
            }
            if is_bias_here {
                continue;
            }
            let (given, columns) = (pass.given(number), layout.widths()[number]);
            let weights = &mut total[layout.weights(number)];
            let (sum, multiple) = &constant[number];
            for row in first..delta.len() {
                let entries = &mut weights[row * columns..(row + 1) * columns];
                add_multiple(entries, &left[row], given, scratch);
                if number > 0 {
                    add_multiple(entries, &right[row], &pass.layers[number - 1].values_tangent, scratch);
                    add_multiple(entries, &multiple[row], &moved[number - 1].values_tangent, scratch);
                }
                if number > axis.layer {
                    add_multiple(entries, &sum[row], &moved[number - 1].values, scratch);
                }
            }
        }
    }
}

/// The slopes of the nonlinearity behind a layer, if one follows.
fn slopes<'a, T: Field>(pass: &'a Pass<T>, stack: &dyn Stack<T>, number: usize) -> Option<&'a [T]> {
    (stack.nonlinearity().is_some() && number + 1 < pass.layers.len()).then(|| &pass.layers[number].tape.slopes[..])
}

/// Dual numbers of these values and tangents.
fn pairs<T: Field>(values: &[T], tangents: &[T]) -> Vec<Dual<T>> {
    values.iter().zip(tangents).map(|(value, tangent)| Dual::new(value.clone(), tangent.clone())).collect()
}

/// What the loss's Hessian at the output times a tangent becomes as both move.
fn move_curve<T: Field>(
    lifted: &dyn Stack<Dual<T>>,
    sample: &Sample<Dual<T>>,
    output: &[Dual<T>],
    tangent: &[Dual<T>],
    moved: &mut [T],
) {
    let mut product = vec![Dual::constant(T::zero()); output.len()];
    lifted.curve(output, sample, tangent, &mut product);
    for (entry, found) in moved.iter_mut().zip(product) {
        *entry = found.tangent;
    }
}

/// `output += x y z`, entry by entry.
fn add_three<T: Field>(output: &mut [T], x: &[T], y: &[T], z: &[T], scratch: &mut T) {
    for i in 0..output.len() {
        output[i].add_product(&T::product(&x[i], &y[i]), &z[i], scratch);
    }
}
