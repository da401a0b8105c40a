//! Problems whose learning-rate matrix fits a generator: `Lambda^{-1} A` is symmetric, though `A` need not be.

use super::charge::{Charged, Charges, extent, layout, symmetric_matrix};
use super::invertible::{Invertible, as_map};
use crate::data::Sample;
use crate::entropic::Preconditioner;
use crate::instances::problem::{Decay, Rates};
use crate::instances::{NetworkKind, Point, Problem};
use crate::model::Carrier;
use crate::model::mlp::Layout;
use crate::scalar::Rational;
use crate::symmetry::{self, Generator, LinearMap};
use crate::verify::{Draw, Drawn, Relation, Stream, Term};

/// A generator `A` with the map `Lambda^{-1} A` of its charge `theta^T Lambda^{-1} A theta`.
pub struct Charge {
    pub generator: Generator,
    pub map: LinearMap,
}

/// Which learning-rate matrices a law, or a control, is about.
#[derive(Clone, Copy, Debug)]
pub enum Matrix {
    /// Those that fit the generators, as [`Preconditioned::of_law`] draws them.
    Fitting,
    /// For a control: a learning rate for each parameter.
    Diagonal(Charges),
    /// For a control: any, so that `Lambda^{-1} A` is not symmetric.
    Any(Charges),
}

impl Matrix {
    /// Draws a problem with such a matrix.
    pub fn draw(self, draw: &mut Draw, decay: Decay) -> Preconditioned {
        match self {
            Matrix::Fitting => Preconditioned::of_law(draw, decay),
            Matrix::Diagonal(charges) => Preconditioned::with_rates(charges.draw(draw, decay), &mut draw.family),
            Matrix::Any(charges) => Preconditioned::with_any_matrix(charges.draw(draw, decay), &mut draw.family),
        }
    }
}

/// A problem with a learning-rate matrix and the charges that it has.
pub struct Preconditioned {
    pub problem: Problem,
    pub charges: Vec<Charge>,
    /// The rate `eta` of a decay decoupled from the gradient.
    pub decay_rate: Rational,
}

impl Drawn for Preconditioned {
    fn base(&self) -> Option<&dyn Drawn> {
        Some(&self.problem)
    }
    fn besides(&self) -> String {
        let rates = match &self.problem.preconditioner {
            Preconditioner::Full(_) => "a full matrix of learning rates",
            _ => "a learning rate for each parameter",
        };
        format!(", {rates}")
    }
}

impl Preconditioned {
    /// The instance of a law, one of three kinds:
    ///
    /// * the rescalings of all neurons and layers, under a learning rate for each parameter;
    /// * the rescaling of one neuron, under any learning-rate matrix that keeps its incoming parameters, its outgoing
    ///   ones and the rest apart;
    /// * a linear map at an interface, `W -> e^{tX} W` and `U -> U e^{-tX}` with `X = P Y` and `Y` symmetric, under
    ///   `Lambda` that acts as `W -> P W R` and `U -> R' U P^{-1}`.
    pub fn of_law(draw: &mut Draw, decay: Decay) -> Self {
        let class = draw.turn();
        let kind = draw.family.below(3);
        let network_kind = if kind == 2 { NetworkKind::Linear } else { NetworkKind::Homogeneous };
        let network = network_kind.network(&mut draw.family, class);
        let problem = Problem::draw(draw, class, network, Rates::Scalar, decay);
        match kind {
            0 => Self::with_rates(Charged::with_rescalings(problem), &mut draw.family),
            1 => Self::with_blocks(problem, &mut draw.family),
            _ => Self::with_kronecker_factors(problem, &mut draw.family),
        }
    }

    /// A learning rate for each parameter.
    pub fn with_rates(charged: Charged, stream: &mut Stream) -> Self {
        let rates = rates(stream, charged.problem.network.parameter_count());
        let inverse = LinearMap::diagonal(rates.iter().map(|rate| rate.clone().recip()));
        Self::new(charged, Preconditioner::Diagonal(rates), &inverse, stream)
    }

    /// Any matrix of learning rates: for a control.
    pub fn with_any_matrix(charged: Charged, stream: &mut Stream) -> Self {
        let mut matrix = Invertible::diagonal(rates(stream, charged.problem.network.parameter_count()));
        let all: Vec<usize> = (0..charged.problem.network.parameter_count()).collect();
        matrix.set_block(&all, &Invertible::positive_definite(stream, all.len()));
        Self::new(charged, Preconditioner::Full(matrix.matrix), &as_map(&matrix.inverse), stream)
    }

    /// Doubles the learning rates of the first layer, but not in the charges: for a control.
    pub fn double_rates_of_first_layer(&mut self) {
        let first_layer = layout(&self.problem.network).biases(0).end;
        if let Preconditioner::Diagonal(rates) = &mut self.problem.preconditioner {
            for rate in &mut rates[..first_layer] {
                *rate *= Rational::from(2);
            }
        }
    }

    fn new(
        charged: Charged,
        preconditioner: Preconditioner<Rational>,
        inverse: &LinearMap,
        stream: &mut Stream,
    ) -> Self {
        let charge = |generator: Generator| Charge { map: inverse.after(&generator.map), generator };
        let charges = charged.generators.into_iter().map(charge).collect();
        // Off the grid of the learning rates, so that it equals none of them.
        let decay_rate = stream.positive() / 4 + Rational::from((1, 64));
        Preconditioned { problem: Problem { preconditioner, ..charged.problem }, charges, decay_rate }
    }

    fn with_blocks(problem: Problem, stream: &mut Stream) -> Self {
        let generator = stream.pick(&symmetry::neurons(&problem.network)).clone();
        let parameters = problem.network.parameter_count();
        let mut matrix = Invertible::diagonal(rates(stream, parameters));
        for part in [generator.map.positive_part(), generator.map.negative_part()] {
            let block: Vec<usize> = (0..parameters).filter(|index| !part.row(*index).is_empty()).collect();
            matrix.set_block(&block, &Invertible::positive_definite(stream, block.len()));
        }
        let charged = Charged { problem, generators: vec![generator] };
        Self::new(charged, Preconditioner::Full(matrix.matrix), &as_map(&matrix.inverse), stream)
    }

    fn with_kronecker_factors(problem: Problem, stream: &mut Stream) -> Self {
        let layout = layout(&problem.network);
        let layer = stream.below(layout.depth() - 1);
        let width = layout.widths()[layer + 1];
        let factor = Invertible::positive_definite(stream, width);
        let x = &factor.matrix * symmetric_matrix(stream, width);
        let generator = symmetry::linear(&problem.network, layer, &x);
        let mut matrix = Invertible::diagonal(rates(stream, layout.parameter_count()));
        let incoming = incoming_columns(layout, layer);
        let outgoing = outgoing_rows(layout, layer);
        for (vectors, within) in [(incoming, factor.clone()), (outgoing, factor.inverted())] {
            // The parameters are vectors over the hidden units: one factor acts within them, the other mixes them.
            let between = Invertible::positive_definite(stream, vectors.len());
            matrix.set_block(&vectors.concat(), &between.kronecker(&within));
        }
        let charged = Charged { problem, generators: vec![generator] };
        Self::new(charged, Preconditioner::Full(matrix.matrix), &as_map(&matrix.inverse), stream)
    }
}

/// `C' = kept C + g^T A Lambda g` after the step of every sample, for every charge, or with `A` for `Lambda^{-1} A` in a `plain` one. `step` moves
/// the parameters along a sample's gradient and gives it.
pub fn after_steps<T: Carrier>(
    instance: &Preconditioned,
    point: &Point<T>,
    plain: bool,
    (label, kept): (&'static str, T),
    step: impl Fn(&mut Vec<T>, &Sample<T>) -> Vec<T>,
) -> Vec<Relation<T>> {
    let mut relations = Vec::new();
    for (number, sample) in point.data.samples().iter().enumerate() {
        let mut theta = point.theta.clone();
        let gradient = step(&mut theta, sample);
        for Charge { generator, map } in &instance.charges {
            let map = if plain { &generator.map } else { map };
            let noise = generator.map.form(&gradient, &point.preconditioner.apply(&gradient));
            let charge = map.form(&point.theta, &point.theta);
            let extent = extent(map, &point.theta) + extent(map, &theta);
            let law = Relation::equality(
                ("charge after a step", format!("{}, sample {number}", generator.name)),
                vec![Term::scalar("C'", map.form(&theta, &theta))],
                vec![Term::scalar(label, T::product(&kept, &charge)), Term::scalar("g^T A Lambda g", noise)],
            );
            relations.push(law.against(extent));
        }
    }
    relations
}

/// The columns of `[W b]` at layer `layer`, each a list of parameters over the hidden units.
fn incoming_columns(layout: &Layout, layer: usize) -> Vec<Vec<usize>> {
    let units = 0..layout.widths()[layer + 1];
    let column = |input: usize| units.clone().map(|unit| layout.weight(layer, unit, input)).collect();
    let mut columns: Vec<Vec<usize>> = (0..layout.widths()[layer]).map(column).collect();
    if layout.has_bias() {
        columns.push(layout.biases(layer).collect());
    }
    columns
}

/// The rows of `U` at layer `layer + 1`, each a list of parameters over the hidden units.
fn outgoing_rows(layout: &Layout, layer: usize) -> Vec<Vec<usize>> {
    let row =
        |output: usize| (0..layout.widths()[layer + 1]).map(|unit| layout.weight(layer + 1, output, unit)).collect();
    (0..layout.widths()[layer + 2]).map(row).collect()
}

fn rates(stream: &mut Stream, parameters: usize) -> Vec<Rational> {
    (0..parameters).map(|_| stream.positive() / 4).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::Case;

    /// `Lambda` as a map.
    fn map_of(preconditioner: &Preconditioner<Rational>) -> LinearMap {
        match preconditioner {
            Preconditioner::Diagonal(rates) => LinearMap::diagonal(rates.iter().cloned()),
            Preconditioner::Full(matrix) => as_map(matrix),
            Preconditioner::Scalar(_) => unreachable!("the laws have more than one learning rate"),
        }
    }

    fn minus(a: &LinearMap, b: &LinearMap) -> LinearMap {
        a.plus(&b.scaled(&Rational::from(-1)))
    }

    #[test]
    fn every_charge_of_a_law_is_symmetric_and_some_generators_are_not() {
        let mut without_symmetry = 0;
        for index in 0..64 {
            let mut draw = Draw::keyed("noether/preconditioned-charge", "law", 7, Case::Law, index);
            let drawn = Preconditioned::of_law(&mut draw, Decay::None);
            let lambda = map_of(&drawn.problem.preconditioner);
            assert!(lambda.is_symmetric());
            for Charge { generator, map } in &drawn.charges {
                assert!(map.is_symmetric(), "{}", drawn.describe());
                assert!(minus(&lambda.after(map), &generator.map).is_zero(), "{}", drawn.describe());
                without_symmetry += usize::from(!generator.map.is_symmetric());
            }
        }
        assert!(without_symmetry > 0);
    }
}
