//! Laws and losses compiled for given sizes.

use crate::law::{Law, LawTerm, Model};
use crate::layout::{Layout, Rates, Sizes, extent};
use crate::lower::{At, GenericLoss, Loss, Lowering, TooLarge};
use crate::split::split;
use crate::tape::{Node, Operation, Tape};

/// The most relations of one law.
const MOST_RELATIONS: usize = 1 << 12;

/// One relation of a law: its terms as nodes.
#[derive(Clone, Debug)]
pub struct CompiledRelation {
    /// Which of the family it is.
    pub detail: String,
    /// The labels of the terms of the left side, with their entries.
    pub left: Vec<(String, Vec<Node>)>,
    /// The same of the right side.
    pub right: Vec<(String, Vec<Node>)>,
}

/// A law compiled for given sizes and a number of samples.
#[derive(Clone, Debug)]
pub struct Program {
    /// The operations.
    pub tape: Tape,
    /// What is put in, and where.
    pub layout: Layout,
    /// The relations.
    pub relations: Vec<CompiledRelation>,
}

/// Of which loss a law is compiled.
#[derive(Clone, Copy, Debug)]
pub enum Of<'a> {
    /// The model's own.
    Own,
    /// A generic polynomial of the same arguments.
    Generic(GenericLoss<'a>),
}

impl Of<'_> {
    fn loss<'a>(self, model: &'a Model) -> Loss<'a>
    where
        Self: 'a,
    {
        match self {
            Of::Own => Loss::Written(&model.loss),
            Of::Generic(generic) => Loss::Generic(generic),
        }
    }
}

impl Program {
    /// Compiles a law.
    ///
    /// # Errors
    /// [`TooLarge`]
    pub fn new(
        law: &Law,
        model: &Model,
        of: Of<'_>,
        sizes: &Sizes,
        samples: usize,
        rates: Rates,
    ) -> Result<Self, TooLarge> {
        let layout = Layout::new(&model.signature, sizes, samples, rates);
        let ranges: Vec<usize> =
            law.running.iter().map(|(_, axis)| extent(axis, sizes, layout.parameter_count())).collect();
        let of_samples = if law.sample.is_some() { samples } else { 1 };
        let count = ranges.iter().product::<usize>().saturating_mul(of_samples);
        if count > MOST_RELATIONS {
            return Err(TooLarge);
        }
        let mut lowering = Lowering::new(&layout, sizes, of.loss(model));
        let mut relations = Vec::with_capacity(count);
        for number in 0..count {
            let sample = law.sample.is_some().then_some(number % of_samples);
            let mut rest = number / of_samples;
            let mut running = vec![0; ranges.len()];
            for (place, range) in running.iter_mut().zip(&ranges).rev() {
                *place = rest % range;
                rest /= range;
            }
            let at = At { point: 0, sample, running: &running };
            let mut side = |terms: &[LawTerm]| terms.iter().map(|term| lowered(&mut lowering, term, at)).collect();
            let (left, right) = (side(&law.left), side(&law.right));
            let mut relation = CompiledRelation { detail: detail(law, &running, sample), left, right };
            if law.is_split {
                split(&mut lowering.tape, &layout.weights(), &mut relation.left, &mut relation.right);
            }
            relations.push(relation);
        }
        let tape = lowering.finished()?;
        Ok(pruned(tape, layout, relations))
    }
}

impl Program {
    /// Whether a mean over the samples enters.
    pub fn has_means(&self) -> bool {
        let weights = self.layout.weights();
        let is_weight = |operation: &Operation| matches!(operation, Operation::Input(place) if weights.contains(&(*place as usize)));
        self.tape.operations().iter().any(is_weight)
    }
}

fn lowered(lowering: &mut Lowering<'_>, term: &LawTerm, at: At<'_>) -> (String, Vec<Node>) {
    let mut entries = lowering.lower(&term.value, at);
    if term.negative {
        entries.iter_mut().for_each(|entry| *entry = lowering.tape.negate(*entry));
    }
    (term.label.clone(), entries)
}

/// `i = 0, z = 2`
fn detail(law: &Law, running: &[usize], sample: Option<usize>) -> String {
    let places = law.running.iter().zip(running).map(|((name, _), place)| format!("{name} = {place}"));
    let sample = law.sample.iter().zip(sample).map(|(name, sample)| format!("{name} = {sample}"));
    places.chain(sample).collect::<Vec<_>>().join(", ")
}

fn pruned(tape: Tape, layout: Layout, mut relations: Vec<CompiledRelation>) -> Program {
    let outputs: Vec<Node> = relations.iter().flat_map(CompiledRelation::entries).collect();
    let (tape, outputs) = tape.pruned(&outputs);
    let mut renamed = outputs.into_iter();
    for relation in &mut relations {
        for (_, entries) in relation.left.iter_mut().chain(&mut relation.right) {
            entries.iter_mut().zip(&mut renamed).for_each(|(entry, renamed)| *entry = renamed);
        }
    }
    Program { tape, layout, relations }
}

impl CompiledRelation {
    fn entries(&self) -> impl Iterator<Item = Node> {
        self.left.iter().chain(&self.right).flat_map(|(_, entries)| entries.iter().copied())
    }
}

/// The parts of `grad F` that belong to the samples, compiled: `grad F = sum_z p_z force_z + 2 gamma theta`.
#[derive(Clone, Debug)]
pub struct Forces {
    /// The operations.
    pub tape: Tape,
    /// What is put in, and where.
    pub layout: Layout,
    /// Of every sample the entries of its force.
    pub forces: Vec<Vec<Node>>,
}

impl Forces {
    /// Compiles the forces.
    ///
    /// # Errors
    /// [`TooLarge`]
    pub fn new(model: &Model, of: Of<'_>, sizes: &Sizes, samples: usize, rates: Rates) -> Result<Self, TooLarge> {
        let layout = Layout::new(&model.signature, sizes, samples, rates);
        let mut lowering = Lowering::new(&layout, sizes, of.loss(model));
        let forces: Vec<Vec<Node>> = (0..samples).map(|sample| lowering.force(sample)).collect();
        let tape = lowering.finished()?;
        let (tape, nodes) = tape.pruned(&forces.concat());
        let forces = nodes.chunks(layout.parameter_count()).map(<[Node]>::to_vec).collect();
        Ok(Forces { tape, layout, forces })
    }
}

/// A loss and its gradient, compiled: the inputs are the parameters, then the data of the sample.
#[derive(Clone, Debug)]
pub struct CompiledLoss {
    /// The operations.
    pub tape: Tape,
    /// What is put in, and where; of which only the parameters and the sample are used.
    pub layout: Layout,
    /// The loss.
    pub loss: Node,
    /// Its derivatives.
    pub gradient: Vec<Node>,
}

impl CompiledLoss {
    /// Compiles a loss.
    ///
    /// # Errors
    /// [`TooLarge`]
    pub fn new(model: &Model, sizes: &Sizes) -> Result<Self, TooLarge> {
        let layout = Layout::new(&model.signature, sizes, 1, Rates::Scalar);
        let mut lowering = Lowering::new(&layout, sizes, Loss::Written(&model.loss));
        let loss = lowering.sample_loss(0, 0);
        let mut nodes = lowering.gradient(0, crate::typed::Descent::Sample, Some(0));
        nodes.push(loss);
        let tape = lowering.finished()?;
        let (tape, mut nodes) = tape.pruned(&nodes);
        let loss = nodes.pop().expect("the loss was the last");
        Ok(CompiledLoss { tape, layout, loss, gradient: nodes })
    }
}
