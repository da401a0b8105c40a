//! A law of formulas as a check: how its instances are drawn, and in which scalars it is judged.

use super::arithmetic::Computed;
use super::confirmed::Confirmed;
use super::instance::{Family, Instance, draw_inputs};
use super::stretch::{further_samples, stretch};
use crate::scalar::{Interval, Magnitude, Measured, Mp, Rational};
use crate::verify::finding::WIDE;
use crate::verify::order::{Differences, Fine};
use crate::verify::{
    Asymptotic, Asymptotics, Case, Check, Class, Draw, Drawn, Draws, Finding, INTERVAL_BITS, In, Ladder, Order,
    Relation, Scalar, Stream, Unjudged,
};
use equipartition_formula::{
    Assertion, Declaration, GenericLoss, Law, Model, Number, Of, Place, Program, Rates, Signature, Sizes, Small,
    TooLarge, Undefined, length,
};
use num_traits::Zero;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// At which points a law is asserted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Where {
    /// At every point.
    #[default]
    Anywhere,
    /// Where the gradient of F is 0.
    Stationary,
}

/// A law about the loss of a model.
#[derive(Clone, Debug)]
pub struct Question {
    /// The loss.
    pub model: Arc<Model>,
    /// The law.
    pub law: Arc<Law>,
    /// What is declared, with the sizes that both leave.
    pub signature: Arc<Signature>,
    /// At which points it is asserted.
    pub place: Where,
    /// Which matrix `Lambda` is.
    pub rates: Rates,
    /// What the names in the law stand for, where they are defined.
    pub definitions: Vec<String>,
}

impl Question {
    /// What the law supposes, in words.
    pub fn hypotheses(&self) -> Vec<String> {
        let tidy = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let place = match self.place {
            Where::Anywhere => "at every point where the terms are defined",
            Where::Stationary => "where grad F = 0: at points made exactly stationary by the weights of the mean",
        };
        let rates = match self.rates {
            Rates::Scalar => "Lambda = eta I",
            Rates::Diagonal => "Lambda is diagonal",
            Rates::Full => "Lambda is symmetric and positive definite",
        };
        let mut hypotheses = vec![
            format!("l = {}", tidy(&self.model.text)),
            format!("{}; E is a weighted mean over the samples", self.signature.to_text()),
        ];
        hypotheses.extend(self.definitions.iter().cloned());
        hypotheses.extend([place.to_owned(), rates.to_owned()]);
        hypotheses
    }
}

impl Question {
    /// What makes sense, and may not be what is meant.
    pub fn notes(&self) -> Vec<String> {
        let note = |label: &Declaration| {
            let (name, declared) = (&label.name, label.to_text());
            format!(
                "`{name}` stands for labels, and is declared a parameter: `g`, `grad` and a step of descent change it too; labels are data, `data {declared}`"
            )
        };
        let begins_data = |label: &Declaration| label.name.starts_with(['x', 'y']);
        let names = |declared: &[Declaration]| {
            declared.iter().map(|quantity| format!("`{}`", quantity.name)).collect::<Vec<_>>().join(", ")
        };
        let signature = &self.model.signature;
        let of_names = signature.parameters.iter().find(|parameter| begins_data(parameter)).map(|parameter| {
            format!(
                "`{}` is a parameter: where `data` occurs, all that stands before it is one. Parameters: {}; data: {}",
                parameter.name,
                names(&signature.parameters),
                names(&signature.data)
            )
        });
        self.model.labels().map(note).chain(of_names).collect()
    }
}

/// What is compiled already, by sizes and the number of samples.
type Programs = HashMap<(Sizes, usize), Arc<Program>>;

/// A law of formulas, as it is examined.
#[derive(Clone, Debug)]
pub struct FormulaLaw {
    /// The law.
    pub question: Question,
    /// Whether the loss is a polynomial without structure, in place of the model's own: then the law must be broken.
    is_generic: bool,
    /// The loss and the law.
    pub(super) texts: (Arc<str>, Arc<str>),
    compiled: Arc<Mutex<Programs>>,
}

/// On how many instances it is looked whether a formula is defined.
const PROBED: u64 = 16;
/// Affine forms in a generic loss, and their power.
const FORMS: usize = 3;
const CUBE: i32 = 3;
/// How often a loss is drawn again at most, until it breaks the law.
const DRAWN_AGAIN: usize = 16;
/// How often of these with a sample more than there are parameters.
const DRAWN_WITH_SAMPLES: usize = 2;
/// The most samples that a family is given beyond those it draws.
const MOST_SAMPLES: usize = 12;
/// Bits in which it is seen that it does, where the rationals do not suffice.
const GLANCE_BITS: u32 = 128;

impl FormulaLaw {
    /// The law of the model's own loss.
    pub fn new(question: Question) -> Self {
        let texts = (question.model.text.as_str().into(), question.law.text.as_str().into());
        FormulaLaw { question, is_generic: false, texts, compiled: Arc::default() }
    }

    /// The same law of losses of the same arguments without any structure: drawn until one breaks the law, if any does.
    pub fn of_generic_losses(&self) -> Self {
        FormulaLaw { is_generic: true, compiled: Arc::default(), ..self.clone() }
    }

    /// The check of it.
    pub fn check(&self) -> Box<dyn Check + Send> {
        match self.question.law.assertion {
            Assertion::Order(..) => Box::new(Order(self.clone())),
            Assertion::Equality | Assertion::AtMost => Box::new(Confirmed(Ladder(self.clone()))),
        }
    }

    /// Compiled for a family, once for all its points.
    pub(super) fn program(&self, family: &Family, of: Of<'_>) -> Result<Arc<Program>, TooLarge> {
        self.program_of(&family.sizes, family.samples, of)
    }

    /// Compiled for sizes and a number of samples; the model's own loss once for all.
    pub(super) fn program_of(&self, sizes: &Sizes, samples: usize, of: Of<'_>) -> Result<Arc<Program>, TooLarge> {
        let Question { model, law, rates, .. } = &self.question;
        let compile = || Program::new(law, model, of, sizes, samples, *rates).map(Arc::new);
        if !matches!(of, Of::Own) {
            return compile();
        }
        let key = (sizes.clone(), samples);
        let lock = || self.compiled.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = lock().get(&key) {
            return Ok(Arc::clone(known));
        }
        let program = compile()?;
        lock().insert(key, Arc::clone(&program));
        Ok(program)
    }

    /// Draws an instance.
    pub(super) fn drawn(&self, draw: &mut Draw, class: Class) -> Result<Instance, Unjudged> {
        self.drawn_at(draw, class, None)
    }

    /// The same, stretched by what a stream says if there is one.
    pub(super) fn drawn_at(
        &self,
        draw: &mut Draw,
        class: Class,
        mut far: Option<&mut Stream>,
    ) -> Result<Instance, Unjudged> {
        let mut family = Family::draw(&mut draw.family, class, &self.question.signature);
        match (class, &far) {
            (Class::Stationary, _) => return self.drawn_stationary(draw, family, far),
            (Class::Smooth, None) => self.give_samples(&mut family),
            (_, None) => {}
            (_, Some(_)) => family.samples += far.as_deref_mut().map_or(0, further_samples),
        }
        self.drawn_of(draw, &family, far)
    }

    /// Gives a family a sample more than there are parameters or numbers of a sample, but at most [`MOST_SAMPLES`], where the number matters: with few
    /// samples neither the gradients nor the samples are ever independent.
    pub(super) fn give_samples(&self, family: &mut Family) {
        let numbers = self.parameters(&family.sizes).max(entries(&self.question.signature.data, &family.sizes));
        let enough = (numbers + 1).min(MOST_SAMPLES);
        let is_mean = || self.program(family, Of::Own).is_ok_and(|program| program.has_means());
        if family.samples < enough && is_mean() {
            // As many as a program can have.
            let fits = |samples: &usize| self.program_of(&family.sizes, *samples, Of::Own).is_ok();
            family.samples = (family.samples..=enough).rev().find(fits).unwrap_or(family.samples);
        }
    }

    /// How many parameters there are.
    pub(super) fn parameters(&self, sizes: &Sizes) -> usize {
        entries(&self.question.signature.parameters, sizes)
    }

    /// Draws the numbers of an instance, and a generic loss where one is asked for.
    fn drawn_of(&self, draw: &mut Draw, family: &Family, far: Option<&mut Stream>) -> Result<Instance, Unjudged> {
        let generic = self.drawn_loss(draw, family);
        let program = self.program(family, Generic::of(generic.as_ref())).map_err(too_large)?;
        let (mut inputs, coordinates) = draw_inputs(draw, family, &self.question.signature, &program.layout);
        if let Some(stream) = far {
            let is_algebraic = program.tape.is_algebraic();
            stretch(&mut inputs, &program.layout, &self.question.signature, &family.sizes, is_algebraic, stream);
        }
        Ok(self.instance(family, program, inputs, coordinates))
    }

    /// A generic loss, where one is asked for.
    pub(super) fn drawn_loss(&self, draw: &mut Draw, family: &Family) -> Option<Generic> {
        let (parameters, data) =
            (self.parameters(&family.sizes), entries(&self.question.signature.data, &family.sizes));
        self.is_generic.then(|| Generic::draw(draw, family.class, parameters, data))
    }

    /// An instance of a family with these numbers.
    pub(super) fn instance(
        &self,
        family: &Family,
        program: Arc<Program>,
        inputs: Vec<Rational>,
        mut coordinates: Vec<bool>,
    ) -> Instance {
        // A rate that chooses a branch is no constant of a polynomial.
        for place in program.tape.deciding(|place| coordinates[place]) {
            coordinates[place] = true;
        }
        Instance {
            class: family.class,
            sizes: family.sizes.clone(),
            signature: Arc::clone(&self.question.signature),
            program,
            inputs,
            coordinates,
            assertion: self.question.law.assertion,
            texts: self.texts.clone(),
        }
    }

    /// What has no value on any of some instances, such as a quotient by what is always 0.
    pub fn undefined_everywhere(&self) -> Option<Place> {
        let mut first = None;
        for index in 0..PROBED {
            let mut draw = Draw::keyed("formula/probe", "law", 0, Case::Law, index);
            let class = draw.turn();
            let place = self.drawn(&mut draw, class).ok()?.undefined()?;
            first.get_or_insert(place);
        }
        first
    }

    /// The class of an instance.
    fn class(&self, draw: &Draw) -> Class {
        match self.question.place {
            Where::Stationary => Class::Stationary,
            Where::Anywhere => draw.turn(),
        }
    }
}

pub(super) fn too_large(_: TooLarge) -> Unjudged {
    Unjudged::Open("the formula is too large for these sizes")
}

pub(super) fn entries(declared: &[Declaration], sizes: &Sizes) -> usize {
    declared.iter().map(|quantity| length(&quantity.shape, sizes, 0)).sum()
}

/// A loss without structure.
pub(super) struct Generic {
    coefficients: Vec<Number>,
    power: i32,
}

impl Generic {
    /// Draws coefficients, none of them 0. At a stationary point the forces of the samples have to span all parameters; elsewhere a few cubes do.
    pub(super) fn draw(draw: &mut Draw, class: Class, parameters: usize, data: usize) -> Self {
        let stream = &mut draw.family;
        let (forms, power) =
            if class == Class::Stationary { GenericLoss::spanning(parameters, data) } else { (FORMS, CUBE) };
        let coefficient = |_| {
            let size = stream.integer(1, 8);
            Number::ratio(i128::from(if stream.coin() { size } else { -size }), 4)
                .expect("a quarter of a small integer")
        };
        let count = GenericLoss::coefficients(forms, parameters + data);
        Generic { coefficients: (0..count).map(coefficient).collect(), power }
    }

    pub(super) fn of(generic: Option<&Self>) -> Of<'_> {
        match generic {
            None => Of::Own,
            Some(Generic { coefficients, power }) => Of::Generic(GenericLoss { coefficients, power: *power }),
        }
    }
}

impl Instance {
    /// What of the formula has no value here, in doubles.
    fn undefined(&self) -> Option<Place> {
        let tape = &self.program.tape;
        match tape.evaluate(&f64::ARITHMETIC, &self.carried::<f64>()) {
            Err(Undefined(node)) => tape.place_of(node),
            Ok(values) => tape.place_of(tape.nodes().find(|node| !values[node.place()].is_finite())?),
        }
    }

    /// Whether the law is broken here by a wide margin, and surely: floats that rounded too much break nothing.
    fn is_broken(&self) -> bool {
        if self.is_algebraic() {
            return self.fails_in::<Rational>(Scalar::Rational);
        }
        self.fails_in::<Mp<GLANCE_BITS>>(Scalar::Mp(GLANCE_BITS))
            && self.fails_in::<Interval<INTERVAL_BITS>>(Scalar::Interval(INTERVAL_BITS))
    }

    fn fails_in<T: Computed + Measured>(&self, scalar: Scalar) -> bool {
        let relations = self.relations_of(&self.carried::<T>());
        let finding = relations.map(|relations| Finding::judge(scalar, &relations, false));
        finding.is_ok_and(|finding| finding.failure() > Magnitude::power_of_two(-WIDE))
    }
}

impl Draws for FormulaLaw {
    type Instance = Instance;

    fn written(&self) -> String {
        let Question { model, law, definitions, .. } = &self.question;
        [&[model.text.clone(), law.text.clone()], &definitions[..]].concat().join("\n")
    }

    fn draw(&self, draw: &mut Draw) -> Result<Instance, Unjudged> {
        let class = self.class(draw);
        if !self.is_generic {
            let is_far = draw.is_law() && draw.index % 2 == 1;
            let far = if is_far { self.drawn_far(draw, class) } else { None };
            return far.map_or_else(|| self.drawn(draw, class), Ok);
        }
        let mut drawn = self.drawn(draw, class);
        for again in 0..DRAWN_AGAIN {
            if drawn.as_ref().is_ok_and(Instance::is_broken) {
                break;
            }
            // First with more samples, without which some laws hold of every loss.
            let class = if again < DRAWN_WITH_SAMPLES && class == Class::Generic { Class::Smooth } else { class };
            drawn = self.drawn(draw, class);
        }
        drawn
    }
}

impl<T: Computed> In<T> for FormulaLaw {
    fn relations(&self, instance: &Instance) -> Result<Vec<Relation<T>>, Unjudged> {
        instance.relations_of(&instance.carried::<T>())
    }
}

impl Asymptotic for FormulaLaw {
    fn measure(&self, instance: &Instance) -> Result<Asymptotics, Unjudged> {
        let Assertion::Order(small, power) = self.question.law.assertion else {
            return Err(Unjudged::Open("the law asserts no order"));
        };
        let layout = &instance.program.layout;
        let place = match small {
            Small::Step => layout.step(),
            Small::LearningRate => layout.learning_rate(),
            Small::WeightDecay => layout.weight_decay(),
        };
        let mut inputs = instance.carried::<Fine>();
        let mut exponents = Vec::new();
        for number in 0..instance.program.relations.len() {
            let differences = Differences::measure(|size| {
                inputs[place] = size;
                let relation = &instance.relations_of(&inputs)?[number];
                let len = relation.left.first().map_or(0, |term| term.value.len());
                Ok::<_, Unjudged>(
                    (0..len)
                        .map(|entry| relation.left.iter().fold(Fine::zero(), |sum, term| sum + &term.value[entry]))
                        .collect(),
                )
            })?;
            if differences.vanishes() {
                return Err(Unjudged::outside("the left side vanishes, and has no order"));
            }
            exponents.push(("left side", i64::from(power), differences));
        }
        Ok(Asymptotics { exponents, limits: Vec::new() })
    }
}
