//! The terms that a law may lack, from one list: of every parameter, and of the parts of it along which the law runs, the forms of `Form`.
//!
//! What has another shape than the law, or no meaning where it stands, is left out. Coefficients are not part of the list: the null space gives them,
//! `gamma` and `eta` included, and so the corrections of finite steps.

use crate::formula::law::Question;
use equipartition_formula::{Extent, Shape};

/// Terms of one kind, which are offered together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kind {
    /// What they are.
    pub name: String,
    /// The terms.
    pub terms: Vec<String>,
}

/// What is made of a parameter, or of two parts of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// `X . X`
    Decay,
    /// `E[g_X . g_X]`
    Noise,
    /// `grad_X L . grad_X L`
    MeanGradient,
    /// `X . grad_X F`
    Force,
    /// `X . grad_X L`
    Slope,
    /// `X . g_X`, where there is a sample.
    SampleSlope,
    /// `X . X` after a step of descent on the mean.
    Step,
    /// `X`, `g_X`, `grad_X L`, `grad_X F` themselves.
    Linear,
}

/// The list, with its names.
const FORMS: [(Form, &str); 8] = [
    (Form::Decay, "decay"),
    (Form::Noise, "noise of the gradients"),
    (Form::MeanGradient, "square of the mean gradient"),
    (Form::Force, "force off shell"),
    (Form::Slope, "slope of the loss"),
    (Form::SampleSlope, "slope of a sample's loss"),
    (Form::Step, "after a step"),
    (Form::Linear, "parameters and gradients"),
];

/// A parameter, or a part of it: `A[i, :]` is `("A", "[i, :]")`.
#[derive(Clone, Debug)]
struct Part {
    parameter: String,
    place: String,
    /// 0 for a number, 1 for a vector, 2 for a matrix.
    axes: usize,
}

impl Part {
    fn of(&self, of: &str) -> String {
        let dot = if of.is_empty() { "" } else { "." };
        format!("{of}{dot}{}{}", self.parameter, self.place)
    }
}

/// The terms offered to a law, by kinds; a kind for each parameter that the law does not mention (a bias, it may be) comes last.
pub fn kinds(question: &Question) -> Vec<Kind> {
    let statement = question.law.statement();
    let running: Vec<(&str, &str)> = statement
        .binders
        .iter()
        .filter_map(|binder| binder.size.as_ref().map(|(size, _)| (binder.name.as_str(), size.as_str())))
        .collect();
    let has_sample = statement.binders.iter().any(|binder| binder.size.is_none());
    let pairs = pairs(question, &running);
    let of_pairs = |form: Form, chosen: &dyn Fn(&(Part, Part)) -> bool| -> Vec<String> {
        let mut terms: Vec<String> = Vec::new();
        for (first, second) in pairs.iter().filter(|pair| chosen(pair)) {
            for term in made(form, first, second, has_sample) {
                if !terms.contains(&term) {
                    terms.push(term);
                }
            }
        }
        terms
    };
    let mut kinds: Vec<Kind> =
        FORMS.iter().map(|(form, name)| Kind { name: (*name).to_owned(), terms: of_pairs(*form, &|_| true) }).collect();
    let text = [question.law.text.as_str()].into_iter().chain(question.definitions.iter().map(String::as_str));
    let text = text.collect::<Vec<_>>().join(" ");
    let is_word = |character: char| character.is_ascii_alphanumeric() || character == '_';
    let words: Vec<&str> = text.split(|character| !is_word(character)).collect();
    for parameter in &question.model.signature.parameters {
        if words.contains(&parameter.name.as_str()) {
            continue;
        }
        let own = |pair: &(Part, Part)| pair.0.parameter == parameter.name;
        let terms = FORMS.iter().flat_map(|(form, _)| of_pairs(*form, &own)).collect();
        kinds.push(Kind { name: format!("terms of `{}`", parameter.name), terms });
    }
    if has_sample {
        let terms = question.model.signature.data.iter().map(|datum| datum.name.clone()).collect();
        kinds.push(Kind { name: "data".to_owned(), terms });
    }
    kinds.retain(|kind| !kind.terms.is_empty());
    kinds
}

/// The parts of parameters that are multiplied: with themselves, and where two names run along one axis with each other.
fn pairs(question: &Question, running: &[(&str, &str)]) -> Vec<(Part, Part)> {
    let mut pairs = Vec::new();
    for parameter in &question.model.signature.parameters {
        let part = |place: String, axes: usize| Part { parameter: parameter.name.clone(), place, axes };
        let along = |name: &str, size: &str| -> Vec<Part> {
            let is = |extent: &Extent| matches!(extent, Extent::Size(known) if known == size);
            match &parameter.shape {
                Shape::Vector(extent) if is(extent) => vec![part(format!("[{name}]"), 0)],
                Shape::Matrix(rows, columns) => {
                    let by_row = is(rows).then(|| part(format!("[{name}, :]"), 1));
                    let by_column = is(columns).then(|| part(format!("[:, {name}]"), 1));
                    by_row.into_iter().chain(by_column).collect()
                }
                _ => Vec::new(),
            }
        };
        if running.is_empty() {
            let whole = part(String::new(), parameter.shape.extents().count());
            pairs.push((whole.clone(), whole));
        }
        for (place, (name, size)) in running.iter().enumerate() {
            for (other, of_other) in &running[place..] {
                if of_other != size {
                    continue;
                }
                let (first, second) = (along(name, size), along(other, size));
                if running.len() == 1 || name != other {
                    pairs.extend(first.into_iter().zip(second));
                }
            }
        }
        if let (Shape::Matrix(rows, columns), [(row, of_rows), (column, of_columns)]) = (&parameter.shape, running) {
            let is = |extent: &Extent, size: &str| matches!(extent, Extent::Size(known) if known == size);
            if is(rows, of_rows) && is(columns, of_columns) {
                let entry = part(format!("[{row}, {column}]"), 0);
                pairs.push((entry.clone(), entry));
            }
        }
    }
    pairs
}

fn made(form: Form, first: &Part, second: &Part, has_sample: bool) -> Vec<String> {
    let both = |left: &str, right: &str| -> Vec<String> {
        let mut terms = products(&first.of(left), &second.of(right), first.axes);
        if left != right || first.place != second.place {
            terms.extend(products(&second.of(left), &first.of(right), first.axes));
        }
        terms
    };
    match form {
        Form::Decay => both("", ""),
        Form::Noise => both("g", "g").into_iter().map(|term| format!("E[{term}]")).collect(),
        Form::Step => both("", "").into_iter().map(|term| format!("next(L; {term})")).collect(),
        Form::MeanGradient => both("grad(L)", "grad(L)"),
        Form::Force => both("", "grad(F)"),
        Form::Slope => both("", "grad(L)"),
        Form::SampleSlope if has_sample => both("", "g"),
        Form::SampleSlope => Vec::new(),
        Form::Linear => {
            let mut terms = vec![first.of(""), first.of("grad(L)"), first.of("grad(F)")];
            if has_sample {
                terms.push(first.of("g"));
            }
            if first.axes == 1 {
                terms.push(format!("sum({})", first.of("")));
            }
            terms
        }
    }
}

/// What two parts of equal shape multiply to: a number, and matrices.
fn products(left: &str, right: &str, axes: usize) -> Vec<String> {
    let is_square = left == right;
    match axes {
        0 if is_square => vec![format!("{left}^2")],
        0 => vec![format!("{left} {right}")],
        1 if is_square => vec![format!("sum({left}^2)"), format!("outer({left}, {left})")],
        1 => vec![format!("{left} @ {right}"), format!("outer({left}, {right})"), format!("outer({right}, {left})")],
        _ if is_square => vec![format!("norm2({left})"), format!("{left} @ {left}.T"), format!("{left}.T @ {left}")],
        _ => {
            let number = format!("sum({left} * {right})");
            let matrices = [(left, right), (right, left)]
                .into_iter()
                .flat_map(|(a, b)| [format!("{a} @ {b}.T"), format!("{a}.T @ {b}")]);
            std::iter::once(number).chain(matrices).collect()
        }
    }
}
