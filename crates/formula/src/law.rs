//! Models and laws: formulas that are checked, with their named terms.

use crate::check::{Bound, Checker, Definitions, Purpose, fault, hint_of_ones};
use crate::declaration::{Declaration, Domain, Signature};
use crate::fault::{Fault, unknown};
use crate::parse::{parse_expression, parse_statement};
use crate::shape::{Extent, Shape};
use crate::syntax::{Binder, Expression, Kind, Sense, Sign, Statement};
use crate::terms::{distributed, top_level};
use crate::typed::{Typed, TypedKind};
use crate::vocabulary::why_reserved;
use std::collections::BTreeMap;
use std::ops::Range;

/// The loss of a sample, as a formula of parameters and data.
#[derive(Clone, Debug)]
pub struct Model {
    /// What is declared.
    pub signature: Signature,
    /// The loss as it was written.
    pub text: String,
    pub(crate) loss: Typed,
    pub(crate) bounds: Vec<Bound>,
    parsed: Expression,
}

impl Model {
    /// Reads a loss.
    ///
    /// # Errors
    /// [`Fault`] about the formula.
    pub fn new(signature: Signature, text: &str, definitions: &Definitions) -> Result<Self, Fault> {
        let parsed = parse_expression(text)?;
        let mut checker = Checker::new(&signature, definitions, Purpose::Loss);
        let loss = checker.check(&parsed)?;
        if loss.shape != Shape::Scalar {
            return fault(&parsed.span, format!("the loss is a number, and this is {}", loss.shape));
        }
        let bounds = std::mem::take(&mut checker.bounds);
        if !mentions_a_parameter(&loss) {
            return fault(&parsed.span, "the loss contains no parameter");
        }
        Ok(Model { signature, text: text.to_owned(), loss, bounds, parsed })
    }

    /// What is declared, with the sizes that the loss leaves.
    ///
    /// # Errors
    /// [`Fault`] with the place that asks for a size that is never drawn.
    pub fn possible_sizes(&self) -> Result<Signature, Fault> {
        let mut signature = self.signature.clone();
        narrow(&mut signature, &self.bounds)?;
        Ok(signature)
    }

    /// The tree of the loss as it was written.
    pub fn expression(&self) -> &Expression {
        &self.parsed
    }
}

impl Model {
    /// The parameters that are labels: one-hot, or nothing in the loss but the target of a cross-entropy.
    pub fn labels(&self) -> impl Iterator<Item = &Declaration> {
        self.signature.parameters.iter().enumerate().filter_map(|(place, declaration)| {
            let all = count(&self.loss, &|kind| *kind == TypedKind::Parameter(place));
            let is_target = |kind: &TypedKind| {
                matches!(kind, TypedKind::CrossEntropy(_, target) if target.kind == TypedKind::Parameter(place))
            };
            let is_label = declaration.domain == Domain::OneHot || (all > 0 && all == count(&self.loss, &is_target));
            is_label.then_some(declaration)
        })
    }
}

/// How many parts are of a kind.
fn count(typed: &Typed, is_meant: &dyn Fn(&TypedKind) -> bool) -> usize {
    let inside: usize = typed.children().into_iter().map(|part| count(part, is_meant)).sum();
    usize::from(is_meant(&typed.kind)) + inside
}

fn mentions_a_parameter(typed: &Typed) -> bool {
    matches!(typed.kind, TypedKind::Parameter(_)) || typed.children().into_iter().any(mentions_a_parameter)
}

/// A term of a law, with its sign.
#[derive(Clone, Debug)]
pub struct LawTerm {
    /// How it is written, with its sign.
    pub label: String,
    pub(crate) negative: bool,
    pub(crate) value: Typed,
}

/// What becomes small where an order is asserted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Small {
    /// `h`
    Step,
    /// `eta`
    LearningRate,
    /// `gamma`
    WeightDecay,
}

/// Every term is also tried dropped, negated and doubled: more than these no reader tells apart either.
const MOST_LAW_TERMS: usize = 256;

/// What a law asserts of its two sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Assertion {
    /// They are equal.
    Equality,
    /// The left one is at most the right one.
    AtMost,
    /// The left one vanishes like this power of what becomes small.
    Order(Small, u32),
}

/// A law, or a family of them.
#[derive(Clone, Debug)]
pub struct Law {
    /// The law as it was written.
    pub text: String,
    /// What it asserts.
    pub assertion: Assertion,
    /// The terms of the left side, of `a >= b` those of b: it is judged as `b <= a`.
    pub left: Vec<LawTerm>,
    /// The terms of the right side; none stand for 0.
    pub right: Vec<LawTerm>,
    /// The one side is 0, and the other cannot be taken apart into terms: its summands are compared.
    pub(crate) is_split: bool,
    /// The names that run below sizes, with these.
    pub(crate) running: Vec<(String, Extent)>,
    /// The name of the sample, of a law about every one of them.
    pub(crate) sample: Option<String>,
    pub(crate) bounds: Vec<Bound>,
    pub(crate) definitions: Definitions,
    statement: Statement,
}

impl Law {
    /// Reads a law about what a signature declares.
    ///
    /// # Errors
    /// [`Fault`] about the formula.
    pub fn new(signature: &Signature, definitions: &Definitions, text: &str) -> Result<Self, Fault> {
        let statement = parse_statement(text)?;
        let mut checker = Checker::new(signature, definitions, Purpose::Law);
        let mut running = Vec::new();
        let mut sample = None;
        for binder in &statement.binders {
            match bound_name(signature, definitions, binder)? {
                Some(size) => {
                    checker.running.push((binder.name.clone(), Some(size.clone())));
                    running.push((binder.name.clone(), size));
                }
                None if sample.is_some() => return fault(&binder.span, "there is one sample at a time"),
                None => {
                    checker.sample = true;
                    sample = Some(binder.name.clone());
                }
            }
        }
        let order = match statement.sense {
            Sense::Order => Some(order(&statement.right)?),
            _ => None,
        };
        let (mut left, mut right) = sides(&statement, definitions, order.is_some())?;
        let whole = statement.left.span.start..statement.right.span.end;
        let count = left.len() + right.len();
        if count > MOST_LAW_TERMS {
            return fault(&whole, format!("a law has at most {MOST_LAW_TERMS} terms, and this one has {count}"));
        }
        let mut shape: Option<Shape> = None;
        let mut typed = |terms: Vec<(Sign, Expression)>| -> Result<Vec<LawTerm>, Fault> {
            let mut checked = Vec::with_capacity(terms.len());
            for (sign, expression) in terms {
                let value = checker.check(&expression)?;
                match &shape {
                    Some(known) if *known != value.shape => {
                        let message = format!("one term of the law is {known}, and this one {}", value.shape);
                        return fault(&expression.span, message + &hint_of_ones(known, &value.shape));
                    }
                    _ => shape = Some(value.shape.clone()),
                }
                let negative = sign == Sign::Minus;
                let label = format!("{}{expression}", if negative { "-" } else { "" });
                checked.push(LawTerm { label, negative, value });
            }
            Ok(checked)
        };
        let (mut left, mut right) = (typed(std::mem::take(&mut left))?, typed(std::mem::take(&mut right))?);
        if !checker.is_free {
            return fault(
                &whole,
                "the law speaks of nothing that is drawn: it contains no parameter, no data and no rate",
            );
        }
        tell_apart(left.iter_mut().chain(&mut right));
        let assertion = match (statement.sense, order) {
            (_, Some((small, power))) => Assertion::Order(small, power),
            (Sense::Equal, _) => Assertion::Equality,
            _ => Assertion::AtMost,
        };
        let is_split = assertion == Assertion::Equality && (left.is_empty() || right.is_empty());
        Ok(Law {
            text: text.to_owned(),
            assertion,
            left,
            right,
            is_split,
            running,
            sample,
            bounds: checker.bounds,
            definitions: definitions.clone(),
            statement,
        })
    }

    /// Another law about what the same signature declares, with the same definitions.
    ///
    /// # Errors
    /// [`Fault`] about the formula.
    pub fn another(&self, signature: &Signature, text: &str) -> Result<Self, Fault> {
        Law::new(signature, &self.definitions, text)
    }

    /// The bytes of a learning rate `eta`, which there is only for plain descent.
    pub fn learning_rate_at(&self) -> Option<Range<usize>> {
        self.left.iter().chain(&self.right).find_map(|term| learning_rate_at(&term.value))
    }

    /// The tree of the law as it was written.
    pub fn statement(&self) -> &Statement {
        &self.statement
    }

    /// Of a law with `>=`, as it is judged: the other way round.
    pub fn turned(&self) -> Option<String> {
        let Statement { binders, left, sense: Sense::AtLeast, sign, right } = self.statement.clone() else {
            return None;
        };
        Some(Statement { binders, left: right, sense: Sense::AtMost, sign, right: left }.to_string())
    }
}

fn learning_rate_at(typed: &Typed) -> Option<Range<usize>> {
    match typed.kind {
        TypedKind::LearningRate => Some(typed.span.clone()),
        _ => typed.children().into_iter().find_map(learning_rate_at),
    }
}

/// The axis along which a name runs; none over the samples.
fn bound_name(signature: &Signature, definitions: &Definitions, binder: &Binder) -> Result<Option<Extent>, Fault> {
    let name = &binder.name;
    if let Some(why) = why_reserved(name) {
        return fault(&binder.span, why);
    }
    let taken = signature.quantities().any(|known| known.name == *name)
        || signature.sizes.iter().any(|size| size.name == *name)
        || definitions.find(name).is_some();
    if taken {
        return fault(&binder.span, format!("`{name}` is declared already: another name has to run"));
    }
    let Some((size, span)) = &binder.size else { return Ok(None) };
    if signature.sizes.iter().any(|known| known.name == *size) {
        return Ok(Some(Extent::Size(size.clone())));
    }
    fault(span, unknown("size", size, signature.sizes.iter().map(|known| known.name.as_str())))
}

type Terms = Vec<(Sign, Expression)>;

/// The terms of both sides. Where one side is 0, what the other subtracts is moved to it, so that there is something to compare.
fn sides(statement: &Statement, definitions: &Definitions, is_order: bool) -> Result<(Terms, Terms), Fault> {
    let (left, right) = match statement.sense {
        Sense::AtLeast => (&statement.right, &statement.left),
        _ => (&statement.left, &statement.right),
    };
    if is_order {
        return Ok((top_level(left), Vec::new()));
    }
    let moved = |side: &Expression| {
        let terms = distributed(side, definitions);
        let (mut plus, minus): (Terms, Terms) = terms.into_iter().partition(|(sign, _)| *sign == Sign::Plus);
        let mut minus: Terms = minus.into_iter().map(|(_, term)| (Sign::Plus, term)).collect();
        if statement.sense == Sense::Equal {
            // Of terms with one sign the last is moved, and gets the other.
            balance(&mut plus, &mut minus);
            balance(&mut minus, &mut plus);
        }
        (plus, minus)
    };
    match (left.is_zero(), right.is_zero()) {
        (true, true) => fault(&(left.span.start..right.span.end), "the law says that 0 is 0"),
        (false, false) => Ok((top_level(left), top_level(right))),
        (false, true) => Ok(moved(left)),
        (true, false) => {
            let (plus, minus) = moved(right);
            Ok((minus, plus))
        }
    }
}

/// Gives an empty side the last term of the other, unless that is its only one.
fn balance(full: &mut Terms, empty: &mut Terms) {
    if !empty.is_empty() || full.len() < 2 {
        return;
    }
    let last = full.pop().map(|(_, term)| (Sign::Minus, term));
    empty.extend(last);
}

/// What becomes small, and its power: `h^3`.
fn order(expression: &Expression) -> Result<(Small, u32), Fault> {
    let (base, power) = match &expression.inside().kind {
        Kind::Power(base, power) => (base.inside(), *power),
        _ => (expression.inside(), 1),
    };
    let small = match &base.kind {
        Kind::Name(name) if name == "h" => Some(Small::Step),
        Kind::Name(name) if name == "eta" => Some(Small::LearningRate),
        Kind::Name(name) if name == "gamma" => Some(Small::WeightDecay),
        _ => None,
    };
    match (small, u32::try_from(power)) {
        (Some(small), Ok(power @ 1..=8)) => Ok((small, power)),
        _ => fault(&expression.span, "an order is a power of `h`, `eta` or `gamma` between 1 and 8, as in `~ h^3`"),
    }
}

/// No two terms have one label.
fn tell_apart<'a>(terms: impl Iterator<Item = &'a mut LawTerm>) {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for term in terms {
        let times = seen.entry(term.label.clone()).or_default();
        *times += 1;
        if *times > 1 {
            term.label = format!("{} (the {times}. time)", term.label);
        }
    }
}

/// The sizes that a model and its law leave.
///
/// # Errors
/// [`Fault`] with the place of the formula that asks for a size that is never drawn; `true` if it is in the law, and not in the loss.
pub fn possible_sizes(model: &Model, law: &Law) -> Result<Signature, (bool, Fault)> {
    let mut signature = model.possible_sizes().map_err(|fault| (false, fault))?;
    narrow(&mut signature, &law.bounds).map_err(|fault| (true, fault))?;
    Ok(signature)
}

/// Leaves the sizes that formulas need.
fn narrow(signature: &mut Signature, bounds: &[Bound]) -> Result<(), Fault> {
    for Bound { size, range: (least, most), span } in bounds {
        let Some(known) = signature.sizes.iter_mut().find(|known| known.name == *size) else { continue };
        let (first, last) = ((*known.range.start()).max(*least), (*known.range.end()).min(*most));
        if first > last {
            let wanted =
                if *most == usize::MAX { format!("at least {least}") } else { format!("from {least} to {most}") };
            let message = format!(
                "no size fits: this needs {size} {wanted}, and it is from {} to {}",
                known.range.start(),
                known.range.end()
            );
            return Err(Fault::new(span.clone(), message));
        }
        known.range = first..=last;
    }
    Ok(())
}
