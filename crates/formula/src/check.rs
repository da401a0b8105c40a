//! From the tree as it was written to one that makes sense: names are resolved, shapes are known.

mod call;
mod product;

use crate::declaration::Signature;
use crate::fault::{Fault, unknown};
use crate::parse::parse_expression;
use crate::shape::{Extent, Shape};
use crate::syntax::{Expression, Kind, Selector, Sign};
use crate::typed::{Descent, Objective, Place, Typed, TypedKind};
use crate::vocabulary::{FUNCTIONS, RESERVED, elsewhere, function, why_reserved};
use std::ops::Range;

/// The most parts that a formula has, with its definitions written out.
const MOST_PARTS: usize = 1 << 14;
/// The deepest that definitions refer to each other.
const DEEPEST_DEFINITIONS: usize = 16;

/// Names for parts of laws.
#[derive(Clone, Debug, Default)]
pub struct Definitions(Vec<(String, Expression)>);

impl Definitions {
    /// Adds a definition.
    ///
    /// # Errors
    /// [`Fault`] about the formula; about the name with an empty span.
    pub fn add(&mut self, signature: &Signature, name: &str, formula: &str) -> Result<(), Fault> {
        let taken = signature.quantities().any(|known| known.name == name)
            || signature.sizes.iter().any(|size| size.name == name)
            || self.find(name).is_some();
        let is_word = name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
            && name.chars().all(|character| character.is_ascii_alphanumeric() || character == '_');
        let wrong = match why_reserved(name) {
            Some(why) => Some(why),
            None if taken => Some(format!("`{name}` is declared already")),
            None if !is_word => Some(format!("`{name}` is no name: letters, digits and underscores")),
            None => None,
        };
        if let Some(message) = wrong {
            return Err(Fault::new(0..0, message));
        }
        self.0.push((name.to_owned(), parse_expression(formula)?));
        Ok(())
    }

    pub(crate) fn find(&self, name: &str) -> Option<&Expression> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, expression)| expression)
    }

    /// The first definition that makes sense for no law, with its place: one that is used is found where it is.
    pub fn fault(&self, signature: &Signature) -> Option<(usize, Fault)> {
        self.0.iter().enumerate().find_map(|(place, (_, expression))| {
            let mut checker = Checker::new(signature, self, Purpose::Law);
            // What runs, and whether there is a sample, is the law's to say.
            (checker.sample, checker.any_index) = (true, true);
            checker.check(expression).err().map(|fault| (place, fault))
        })
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_str())
    }
}

/// What a size has to be for a formula to make sense.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bound {
    /// The size.
    pub size: String,
    /// What it is at least and at most.
    pub range: (usize, usize),
    /// What asks for it.
    pub span: Range<usize>,
}

/// What a formula is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// The loss of a sample.
    Loss,
    /// A law.
    Law,
}

/// What is known while a formula is read.
pub(crate) struct Checker<'a> {
    pub signature: &'a Signature,
    pub definitions: &'a Definitions,
    pub purpose: Purpose,
    /// The names that run, with their axes; none over the samples.
    pub running: Vec<(String, Option<Extent>)>,
    /// Whether there is a sample to speak of.
    pub sample: bool,
    /// Whether names may run that are not known.
    any_index: bool,
    /// What the sizes have to be.
    pub bounds: Vec<Bound>,
    /// Whether anything was mentioned that an instance draws.
    pub is_free: bool,
    parts: usize,
    definitions_open: usize,
}

pub(crate) fn fault<T>(span: &Range<usize>, message: impl Into<String>) -> Result<T, Fault> {
    Err(Fault::new(span.clone(), message))
}

impl<'a> Checker<'a> {
    pub fn new(signature: &'a Signature, definitions: &'a Definitions, purpose: Purpose) -> Self {
        Checker {
            signature,
            definitions,
            purpose,
            running: Vec::new(),
            sample: purpose == Purpose::Loss,
            any_index: false,
            bounds: Vec::new(),
            is_free: false,
            parts: 0,
            definitions_open: 0,
        }
    }

    /// The expression with its names resolved and its shapes known.
    pub fn check(&mut self, expression: &Expression) -> Result<Typed, Fault> {
        self.parts += 1;
        if self.parts > MOST_PARTS {
            return fault(&expression.span, "the formula has too many parts");
        }
        let span = expression.span.clone();
        let typed = |kind, shape| Ok(Typed { kind, shape, span: span.clone() });
        match &expression.kind {
            Kind::Number(number) => typed(TypedKind::Number(*number), Shape::Scalar),
            Kind::Group(inside) => Ok(Typed { span, ..self.check(inside)? }),
            Kind::Name(name) => self.name(name, &span),
            Kind::Mean(inside) => {
                self.law_only(&span, "`E`")?;
                let before = std::mem::replace(&mut self.sample, true);
                let inside = self.check(inside);
                self.sample = before;
                let inside = inside?;
                let shape = inside.shape.clone();
                typed(TypedKind::Mean(Box::new(inside)), shape)
            }
            Kind::Call(call) => self.call(call, &span),
            Kind::Member(of, name, of_name) => self.member(of, name, of_name, &span),
            Kind::Transpose(of) => {
                let of = self.check(of)?;
                let Shape::Matrix(rows, columns) = of.shape.clone() else {
                    return fault(&span, format!("this is {}, and only a matrix has a transpose", of.shape));
                };
                typed(TypedKind::Transpose(Box::new(of)), Shape::Matrix(columns, rows))
            }
            Kind::Index(of, selectors) => self.index(of, selectors, &span),
            Kind::Sum(terms) => self.sum(terms, &span),
            Kind::Product(factors) => self.product(factors, &span),
            Kind::Chain(links) => self.chain(links, &span),
            Kind::Power(base, exponent) => {
                let typed_base = self.check(base)?;
                if let Shape::Matrix(..) = typed_base.shape {
                    let (name, alone) = (base.inside(), product::beside_times(base.inside()));
                    let message = format!(
                        "a power of a matrix can be read in two ways: write `{name} @ {name}` or `{alone} * {alone}`"
                    );
                    return fault(&span, message);
                }
                let shape = typed_base.shape.clone();
                typed(TypedKind::Power(Box::new(typed_base), *exponent), shape)
            }
        }
    }

    pub fn law_only(&self, span: &Range<usize>, what: &str) -> Result<(), Fault> {
        if self.purpose == Purpose::Law {
            return Ok(());
        }
        fault(span, format!("{what} has no meaning in the loss of one sample"))
    }

    pub fn sample_needed(&self, span: &Range<usize>, what: &str) -> Result<(), Fault> {
        if self.sample {
            return Ok(());
        }
        fault(span, format!("{what} is of one sample: write it inside `E[...]`, or put `for z:` before the law"))
    }

    fn name(&mut self, name: &str, span: &Range<usize>) -> Result<Typed, Fault> {
        let typed = |kind, shape| Ok(Typed { kind, shape, span: span.clone() });
        if let Some(place) = self.signature.parameters.iter().position(|known| known.name == name) {
            self.is_free = true;
            return typed(TypedKind::Parameter(place), self.signature.parameters[place].shape.clone());
        }
        if let Some(place) = self.signature.data.iter().position(|known| known.name == name) {
            self.sample_needed(span, &format!("`{name}`"))?;
            self.is_free = true;
            return typed(TypedKind::Datum(place), self.signature.data[place].shape.clone());
        }
        if let Some(definition) = self.definitions.find(name) {
            return self.defined(name, definition, span);
        }
        if self.running.iter().any(|(known, _)| known == name) {
            return fault(span, format!("`{name}` runs over places: it stands in brackets, as in `w[{name}]`"));
        }
        if self.signature.sizes.iter().any(|size| size.name == name) {
            return typed(TypedKind::Size(name.to_owned()), Shape::Scalar);
        }
        let all = || Shape::Vector(Extent::Parameters);
        let (kind, shape, of_sample) = match name {
            "l" => (TypedKind::SampleLoss, Shape::Scalar, true),
            "g" => (TypedKind::Gradient(Descent::Sample), all(), true),
            "theta" => (TypedKind::Theta, all(), false),
            "L" => (TypedKind::Objective(Objective::Loss), Shape::Scalar, false),
            "S" => (TypedKind::Objective(Objective::Entropy), Shape::Scalar, false),
            "F" => (TypedKind::Objective(Objective::FreeEnergy), Shape::Scalar, false),
            "eta" => (TypedKind::LearningRate, Shape::Scalar, false),
            "gamma" => (TypedKind::WeightDecay, Shape::Scalar, false),
            "h" => (TypedKind::Step, Shape::Scalar, false),
            "Lambda" => (TypedKind::Rates, Shape::Matrix(Extent::Parameters, Extent::Parameters), false),
            _ => return fault(span, self.unknown_name(name)),
        };
        self.law_only(span, &format!("`{name}`"))?;
        if of_sample {
            self.sample_needed(span, &format!("`{name}`"))?;
        }
        self.is_free = true;
        typed(kind, shape)
    }

    fn unknown_name(&self, name: &str) -> String {
        if let Some(function) = function(name) {
            return format!("`{name}` is a function: write `{}`", function.usage);
        }
        if let Some(meaning) = why_reserved(name) {
            return meaning;
        }
        if let Some(way) = elsewhere(name) {
            return format!("unknown name `{name}`: {way}");
        }
        let quantities = self.signature.quantities().map(|known| known.name.as_str());
        let sizes = self.signature.sizes.iter().map(|size| size.name.as_str());
        let of_laws = if self.purpose == Purpose::Law { &RESERVED[1..10] } else { &[] };
        let names =
            quantities.chain(sizes).chain(self.definitions.names()).chain(of_laws.iter().map(|(name, _)| *name));
        let functions = FUNCTIONS.iter().map(|function| function.name);
        let all: Vec<&str> = names.collect();
        if crate::fault::nearest(name, all.iter().copied()).is_none()
            && let Some(near) = crate::fault::nearest(name, functions)
        {
            return format!("unknown name `{name}`: did you mean the function `{near}`?");
        }
        unknown("name", name, all)
    }

    /// A definition is read anew wherever it is used, since it may speak of the sample there.
    fn defined(&mut self, name: &str, definition: &Expression, span: &Range<usize>) -> Result<Typed, Fault> {
        if self.definitions_open >= DEEPEST_DEFINITIONS {
            return fault(span, format!("the definition of `{name}` leads back to itself, or too deep"));
        }
        self.definitions_open += 1;
        let checked = self.check(definition);
        self.definitions_open -= 1;
        let inside = |fault: Fault| match self.definitions_open {
            0 => Fault::new(span.clone(), format!("in the definition of `{name}`: {}", fault.message)),
            _ => fault,
        };
        let mut typed = checked.map_err(inside)?;
        typed.place_at(span);
        Ok(typed)
    }

    fn member(
        &mut self,
        of: &Expression,
        name: &str,
        of_name: &Range<usize>,
        span: &Range<usize>,
    ) -> Result<Typed, Fault> {
        let whole = self.check(of)?;
        if whole.shape != Shape::Vector(Extent::Parameters) {
            return fault(
                span,
                format!("`.` joins a parameter to a gradient, as in `g.{name}`: `{of}` is {}", whole.shape),
            );
        }
        let Some(place) = self.signature.parameters.iter().position(|known| known.name == *name) else {
            let names = self.signature.parameters.iter().map(|known| known.name.as_str());
            return fault(of_name, unknown("parameter", name, names));
        };
        let shape = self.signature.parameters[place].shape.clone();
        Ok(Typed { kind: TypedKind::Part(Box::new(whole), place), shape, span: span.clone() })
    }

    fn index(&mut self, of: &Expression, selectors: &[Selector], span: &Range<usize>) -> Result<Typed, Fault> {
        let typed = self.check(of)?;
        let axes: Vec<Extent> = typed.shape.extents().collect();
        if axes.len() != selectors.len() {
            let wanted = match axes.len() {
                0 => "no index".to_owned(),
                1 => "one index".to_owned(),
                _ => format!("two indices, as in `{of}[0, :]`"),
            };
            return fault(span, format!("`{of}` is {} and takes {wanted}, found {}", typed.shape, selectors.len()));
        }
        let (mut places, mut left) = (Vec::new(), Vec::new());
        for (axis, selector) in axes.into_iter().zip(selectors) {
            places.push(match selector {
                Selector::All(_) => {
                    left.push(axis);
                    Place::All
                }
                Selector::Place(place, at) => {
                    self.bound(&axis, (place + 1, usize::MAX), at)?;
                    Place::At(*place)
                }
                Selector::Between(first, end, at) => {
                    self.bound(&axis, (*end, usize::MAX), at)?;
                    left.push(Extent::Fixed(end - first));
                    Place::Between(*first, *end)
                }
                Selector::Running(name, at) => self.running_place(&axis, name, at)?,
            });
        }
        let shape = match left.len() {
            0 => Shape::Scalar,
            1 => Shape::Vector(left.remove(0)),
            _ => Shape::Matrix(left.remove(0), left.remove(0)),
        };
        Ok(Typed { kind: TypedKind::Index(Box::new(typed), places), shape, span: span.clone() })
    }

    fn running_place(&self, axis: &Extent, name: &str, at: &Range<usize>) -> Result<Place, Fault> {
        let Some(place) = self.running.iter().position(|(known, _)| known == name) else {
            if self.any_index {
                return Ok(Place::At(0));
            }
            let names: Vec<&str> = self.running.iter().map(|(name, _)| name.as_str()).collect();
            let message = match unknown("index", name, names.iter().copied()) {
                message if names.is_empty() => format!("{message}: put `for {name} in {axis}:` before the law"),
                message => message,
            };
            return fault(at, message);
        };
        match &self.running[place].1 {
            Some(runs) if runs == axis => Ok(Place::Running(place)),
            Some(runs) => fault(at, format!("`{name}` runs below {runs}, and this axis has {axis} places")),
            None => fault(at, format!("`{name}` runs over the samples, and is no place of an axis")),
        }
    }

    /// Asks for a size within bounds.
    pub fn bound(&mut self, axis: &Extent, range: (usize, usize), span: &Range<usize>) -> Result<(), Fault> {
        match axis {
            Extent::Size(size) => {
                self.bounds.push(Bound { size: size.clone(), range, span: span.clone() });
                Ok(())
            }
            Extent::Fixed(size) if (range.0..=range.1).contains(size) => Ok(()),
            Extent::Fixed(size) if *size < range.0 => {
                fault(span, format!("this axis has {size} places, counted from 0: there is no place {}", range.0 - 1))
            }
            Extent::Fixed(size) => {
                fault(span, format!("this axis has {size} places, and at most {} are possible", range.1))
            }
            Extent::Parameters => fault(span, "the vector of all parameters is taken apart by names, as in `g.w`"),
        }
    }

    fn sum(&mut self, terms: &[(Sign, Expression)], span: &Range<usize>) -> Result<Typed, Fault> {
        let mut checked: Vec<(bool, Typed)> = Vec::with_capacity(terms.len());
        for (sign, term) in terms {
            let typed = self.check(term)?;
            if let Some((_, first)) = checked.first()
                && first.shape != typed.shape
            {
                let message = format!("{} and {} cannot be added", first.shape, typed.shape);
                return fault(&term.span, message + &hint_of_ones(&first.shape, &typed.shape));
            }
            checked.push((*sign == Sign::Minus, typed));
        }
        let shape = checked[0].1.shape.clone();
        Ok(Typed { kind: TypedKind::Sum(checked), shape, span: span.clone() })
    }
}

/// How to add a number to every entry.
pub(crate) fn hint_of_ones(first: &Shape, second: &Shape) -> String {
    match (first, second) {
        (Shape::Scalar, Shape::Vector(size)) | (Shape::Vector(size), Shape::Scalar) if *size != Extent::Parameters => {
            format!(": a number is added to every entry as `c ones({size})`")
        }
        _ => String::new(),
    }
}
