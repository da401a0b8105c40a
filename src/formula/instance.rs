//! An instance of a law, as drawn.

use crate::entropic::Preconditioner;
use crate::formula::arithmetic::Computed;
use crate::formula::sizes::sizes;
use crate::instances::problem::{self, Rates as DrawnRates};
use crate::scalar::Rational;
use crate::verify::stream::GRID_BITS;
use crate::verify::{Class, Draw, Drawn, Numbers, Relation, Sense, Stream, Term, Unjudged};
use equipartition_formula::{
    Assertion, Declaration, Domain, Layout, Node, Operation, Place, Program, Rates, Signature, Sizes, Source,
    Transcendental, Undefined, length,
};
use std::sync::Arc;

/// Beside its size a double below this may be rounding.
const ROUNDED: f64 = 1e-9;

/// What is drawn besides the coordinates: the same for all points of a family.
#[derive(Clone, Debug)]
pub struct Family {
    /// The class of the points.
    pub class: Class,
    /// The sizes.
    pub sizes: Sizes,
    /// How many samples there are.
    pub samples: usize,
}

/// The numbers of an instance.
#[derive(Clone, Debug)]
pub struct Instance {
    pub(super) class: Class,
    pub(super) sizes: Sizes,
    pub(super) signature: Arc<Signature>,
    pub(super) program: Arc<Program>,
    /// The inputs of the program.
    pub(super) inputs: Vec<Rational>,
    /// Which of them are coordinates of the point, and no constants of the family.
    pub(super) coordinates: Vec<bool>,
    pub(super) assertion: Assertion,
    /// What undefined operations are parts of: the loss and the law.
    pub(super) texts: (Arc<str>, Arc<str>),
}

impl Family {
    /// Draws sizes and a number of samples. Awkward families have the least sizes and one sample more often than not.
    pub fn draw(stream: &mut Stream, class: Class, signature: &Signature) -> Self {
        let awkward = class == Class::Awkward;
        let size = |stream: &mut Stream, first: usize, last: usize| {
            if awkward && stream.coin() { first } else { first + stream.below(last - first + 1) }
        };
        let sizes = signature
            .sizes
            .iter()
            .map(|known| (known.name.clone(), size(stream, *known.range.start(), *known.range.end())));
        let sizes = sizes.collect();
        let samples = if awkward && stream.coin() { 1 } else { 2 + stream.below(2) };
        Family { class, sizes, samples }
    }
}

/// Draws the numbers that a program takes.
pub(super) fn draw_inputs(
    draw: &mut Draw,
    family: &Family,
    signature: &Signature,
    layout: &Layout,
) -> (Vec<Rational>, Vec<bool>) {
    let mut inputs = vec![Rational::new(); layout.len()];
    let mut coordinates = vec![false; layout.len()];
    let (stream, point) = (&mut draw.family, &mut draw.point);
    let mut fill = |inputs: &mut [Rational], start: usize, declared: &[Declaration]| {
        let mut place = start;
        for quantity in declared {
            let len = length(&quantity.shape, &family.sizes, 0);
            let row = quantity.shape.extents().last().map_or(1, |_| row_len(quantity, &family.sizes));
            let is_drawn = matches!(quantity.domain, Domain::Real | Domain::Positive);
            let numbers = match quantity.domain {
                Domain::Real => (0..len).map(|_| coordinate(point, family.class)).collect(),
                Domain::Positive => (0..len).map(|_| positive(point, family.class)).collect(),
                Domain::Probabilities => (0..len / row).flat_map(|_| probabilities(stream, row)).collect(),
                Domain::OneHot => (0..len / row).flat_map(|_| one_hot(stream, row)).collect::<Vec<Rational>>(),
            };
            inputs[place..place + len].clone_from_slice(&numbers);
            coordinates[place..place + len].fill(is_drawn);
            place += len;
        }
    };
    fill(&mut inputs, 0, &signature.parameters);
    for sample in 0..layout.samples {
        fill(&mut inputs, layout.sample(sample).start, &signature.data);
    }
    let weights = problem::weights_of_mean(stream, layout.samples);
    let total: Rational = weights.iter().sum();
    for (place, weight) in layout.weights().zip(weights) {
        inputs[place] = weight / &total;
    }
    inputs[layout.learning_rate()] = stream.positive() / 4;
    inputs[layout.weight_decay()] = stream.positive() / 8;
    inputs[layout.step()] = stream.positive() / 4;
    let rates = match layout.rates {
        Rates::Scalar => DrawnRates::Scalar,
        Rates::Diagonal => DrawnRates::Diagonal,
        Rates::Full => DrawnRates::Full,
    };
    if rates != DrawnRates::Scalar {
        let entries = match problem::preconditioner(stream, rates, layout.parameter_count()) {
            Preconditioner::Scalar(rate) => vec![rate],
            Preconditioner::Diagonal(rates) => rates,
            Preconditioner::Full(matrix) => matrix.iter().cloned().collect(),
        };
        inputs[layout.rate_entries()].clone_from_slice(&entries);
    }
    (inputs, coordinates)
}

/// The length of the rows that are probabilities, or unit vectors.
pub(super) fn row_len(quantity: &Declaration, sizes: &Sizes) -> usize {
    let rows = quantity.shape.extents().count();
    let all = length(&quantity.shape, sizes, 0);
    match (rows, quantity.shape.extents().next()) {
        (2, Some(first)) => all / length(&equipartition_formula::Shape::Vector(first), sizes, 0),
        _ => all,
    }
}

/// What is written at a place in the loss or the law.
pub(super) fn written<'a>((loss, law): &'a (Arc<str>, Arc<str>), place: &Place) -> &'a str {
    match place.source {
        Source::Loss => &loss[place.span.clone()],
        Source::Law => &law[place.span.clone()],
    }
}

fn coordinate(stream: &mut Stream, class: Class) -> Rational {
    match class {
        Class::Generic => stream.dyadic(GRID_BITS),
        Class::Smooth | Class::Stationary => stream.small(),
        Class::Awkward => Rational::from(stream.integer(-2, 2)),
    }
}

/// From [-2, 2) to [1/4, 17/4), so that what is uniform stays so.
fn positive(stream: &mut Stream, class: Class) -> Rational {
    match class {
        Class::Awkward => Rational::from(stream.integer(1, 3)),
        class => coordinate(stream, class) + Rational::from((9, 4)),
    }
}

/// Eight eighths thrown into the classes.
fn probabilities(stream: &mut Stream, len: usize) -> Vec<Rational> {
    let mut numbers = vec![Rational::new(); len];
    for _ in 0..8 {
        numbers[stream.below(len)] += Rational::from((1, 8));
    }
    numbers
}

fn one_hot(stream: &mut Stream, len: usize) -> Vec<Rational> {
    let chosen = stream.below(len);
    (0..len).map(|entry| Rational::from(i64::from(entry == chosen))).collect()
}

impl Instance {
    /// The inputs in another scalar: coordinates as drawn, everything else as constants.
    pub(super) fn carried<T: Computed>(&self) -> Vec<T> {
        let carry = |(number, is_drawn): (&Rational, &bool)| {
            if *is_drawn { T::drawn(number) } else { T::from_rational(number) }
        };
        self.inputs.iter().zip(&self.coordinates).map(carry).collect()
    }

    /// The relations of the law, from inputs in another scalar.
    ///
    /// # Errors
    /// [`Unjudged::Outside`] where something is not defined.
    pub(super) fn relations_of<T: Computed>(&self, inputs: &[T]) -> Result<Vec<Relation<T>>, Unjudged> {
        let values = self.program.tape.evaluate(&T::ARITHMETIC, inputs).map_err(|undefined| self.outside(undefined))?;
        let in_doubles = self.in_doubles();
        if let Some(undefined) = in_doubles.as_ref().and_then(|(values, sizes)| self.beyond_domain(values, sizes)) {
            return Err(self.outside(undefined));
        }
        let side = |terms: &[(String, Vec<equipartition_formula::Node>)]| {
            let term = |(label, nodes): &(String, Vec<equipartition_formula::Node>)| {
                Term::vector(label.clone(), nodes.iter().map(|node| values[node.place()].clone()).collect())
            };
            terms.iter().map(term).collect::<Vec<_>>()
        };
        // Where all terms are rounding, what was rounded is the size beside which they are nothing.
        let sizes = in_doubles.map(|(_, sizes)| sizes);
        let reference = |compiled: &equipartition_formula::CompiledRelation| {
            let nodes = || compiled.left.iter().chain(&compiled.right).flat_map(|(_, nodes)| nodes);
            let size = nodes().map(|node| sizes.as_ref().map_or(0.0, |sizes| sizes[node.place()])).fold(0.0, f64::max);
            let is_nothing = size > 0.0 && T::are_rounding(nodes().map(|node| &values[node.place()]), size);
            is_nothing.then(|| Rational::from_f64(size)).flatten().map(|size| T::from_rational(&size))
        };
        let relation = |compiled: &equipartition_formula::CompiledRelation| Relation {
            label: ("law", compiled.detail.as_str()).into(),
            sense: match self.assertion {
                Assertion::AtMost => Sense::AtMost { sharp: None },
                Assertion::Equality | Assertion::Order(..) => Sense::Equality,
            },
            left: side(&compiled.left),
            right: side(&compiled.right),
            reference: reference(compiled),
        };
        Ok(self.program.relations.iter().map(relation).collect())
    }

    /// The numbers in doubles, and how large they were before they cancelled, node by node; none where doubles have no values.
    fn in_doubles(&self) -> Option<(Vec<f64>, Vec<f64>)> {
        let values = self.program.tape.evaluate(&f64::ARITHMETIC, &self.carried::<f64>()).ok()?;
        let sizes = sizes(&self.program.tape, &values);
        Some((values, sizes))
    }

    /// The first logarithm or root of what is surely no number that it has: where it is too near 0 to tell, the judge decides.
    fn beyond_domain(&self, values: &[f64], sizes: &[f64]) -> Option<Undefined> {
        let tape = &self.program.tape;
        let is_beyond = |node: &Node| match tape.operations()[node.place()] {
            Operation::Apply(function @ (Transcendental::Log | Transcendental::Sqrt), of) => {
                let (value, size) = (values[of.place()], sizes[of.place()]);
                (value < 0.0 && -value > ROUNDED * size) || (function == Transcendental::Log && size == 0.0)
            }
            _ => false,
        };
        tape.nodes().find(is_beyond).map(Undefined)
    }

    /// What is not defined, as it is written.
    fn outside(&self, Undefined(node): Undefined) -> Unjudged {
        let place = self.program.tape.place_of(node);
        let text = place.as_ref().map(|place| written(&self.texts, place));
        let is_root = matches!(
            self.program.tape.operations()[node.place()],
            Operation::Apply(Transcendental::Log | Transcendental::Sqrt, _)
        );
        Unjudged::Outside(match text {
            Some(text) if is_root => {
                let of = text.split_once('(').and_then(|(_, rest)| rest.strip_suffix(')')).map_or(text, str::trim);
                let is_declared = self.signature.quantities().any(|quantity| quantity.name == of);
                let hint = if is_declared { format!(": declare it as `{of} in positive`") } else { String::new() };
                format!("not defined: `{text}`, where `{of}` is not positive{hint}")
            }
            Some(text) => format!("not defined: `{text}` is 0, or what it stands for has no value"),
            None => "not defined: a division by 0".to_owned(),
        })
    }

    /// The quantities by name.
    fn named(&self, start: usize, declared: &[Declaration], prefix: &str) -> Vec<Numbers> {
        let mut place = start;
        let mut numbers = Vec::with_capacity(declared.len());
        for quantity in declared {
            let len = length(&quantity.shape, &self.sizes, 0);
            numbers.push(Numbers::new(format!("{prefix}{}", quantity.name), self.inputs[place..place + len].to_vec()));
            place += len;
        }
        numbers
    }
}

impl Drawn for Instance {
    fn class(&self) -> Class {
        self.class
    }
    fn is_algebraic(&self) -> bool {
        self.program.tape.is_algebraic()
    }
    fn describe(&self) -> String {
        let sizes: Vec<String> = self.sizes.iter().map(|(name, size)| format!("{name} = {size}")).collect();
        let samples = self.program.layout.samples;
        let samples = format!("{samples} sample{}", if samples == 1 { "" } else { "s" });
        let stationary = if self.class == Class::Stationary { ", stationary" } else { "" };
        if sizes.is_empty() { samples + stationary } else { format!("{}, {samples}{stationary}", sizes.join(", ")) }
    }
    fn numbers(&self) -> Vec<Numbers> {
        let layout = &self.program.layout;
        let mut numbers = self.named(0, &self.signature.parameters, "");
        for sample in 0..layout.samples {
            let prefix = format!("sample {sample}, ");
            numbers.extend(self.named(layout.sample(sample).start, &self.signature.data, &prefix));
        }
        numbers.push(Numbers::new("weights of the mean", self.inputs[layout.weights()].to_vec()));
        numbers.push(Numbers::new("eta", [self.inputs[layout.learning_rate()].clone()]));
        numbers.push(Numbers::new("gamma", [self.inputs[layout.weight_decay()].clone()]));
        if layout.rates != Rates::Scalar {
            let name = if layout.rates == Rates::Diagonal { "diagonal of Lambda" } else { "Lambda, row by row" };
            numbers.push(Numbers::new(name, self.inputs[layout.rate_entries()].to_vec()));
        }
        numbers
    }
}
