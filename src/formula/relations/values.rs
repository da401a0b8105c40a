//! The values of terms on fresh instances, and the linear relations that they leave.

use super::modular::{Modular, Shadowed};
use crate::formula::arithmetic::Computed;
use crate::formula::instance::{Family, draw_inputs};
use crate::formula::law::{FormulaLaw, Generic, Question, Where, entries, too_large};
use crate::formula::sizes::sizes;
use crate::formula::stationary::MOST_SOLVED_FOR;
use crate::linalg::elimination::{Elimination, Pivoting};
use crate::linalg::exact;
use crate::scalar::{Field, Measured, Mp, Rational, Residue, Ring, snapped};
use crate::verify::{Case, Class, Draw, Stream, Unjudged};
use equipartition_formula::{Coefficient, Fault, Forces, Of, Program, Sizes, parse_expression, possible_sizes};
use nalgebra::{DMatrix, DVector};
use num_traits::{One, Zero};
use rayon::prelude::*;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Bits of what is not rational.
const BITS: u32 = 256;
/// The largest denominator of a coefficient that is found in floats.
const LARGEST_DENOMINATOR: u64 = 1 << 40;
/// Instances that are evaluated at a time.
const BATCH: u64 = 8;
/// So many instances in a row have to give no new equation.
const QUIET: u64 = 16;
/// Instances that are tried at most, for each term.
const MOST_TRIED: u64 = 64;
/// How many samples are tried for each parameter of a stationary point. Modulo a prime nothing has a sign, so that the weights may be any: what is found this way
/// is a guess, and is judged at points whose weights are probabilities.
const SAMPLES_TRIED: [usize; 3] = [1, 3, 6];

/// A learning rate and a weight decay, the same on all instances that are compared.
#[derive(Clone, Debug)]
pub struct Constants {
    eta: Rational,
    gamma: Rational,
}

impl Constants {
    /// The pair of this number.
    pub fn draw(seed: u64, number: u64) -> Self {
        let stream = &mut Stream::new(&["formula/relations", "constants"], seed, number);
        let mut ratio = || Rational::from((stream.integer(1, 31), stream.integer(1, 31)));
        Constants { eta: ratio(), gamma: ratio() }
    }

    /// The value of a coefficient.
    pub fn value(&self, coefficient: &Coefficient) -> Residue {
        let mut sum = Residue::zero();
        for (powers, number) in coefficient.monomials() {
            let number = Rational::from((number.numerator(), number.denominator()));
            sum += Residue::from_rational(&number) * self.monomial(powers);
        }
        sum
    }

    /// `gamma^a eta^b`
    pub fn monomial(&self, (gamma, eta): (i32, i32)) -> Residue {
        let power = |base: &Rational, exponent: i32| {
            let base = Residue::from_rational(base);
            if exponent == 0 { Residue::one() } else { base.powi(exponent) }
        };
        power(&self.gamma, gamma) * power(&self.eta, eta)
    }
}

/// Of which losses the terms are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    /// The loss of the question.
    Own,
    /// Polynomials of the same arguments without structure.
    Generic,
}

/// Terms of one shape, about one loss.
pub struct Terms {
    law: FormulaLaw,
    forces: Mutex<HashMap<(Sizes, usize), Arc<Forces>>>,
    count: usize,
    seed: u64,
}

impl Terms {
    /// Reads terms, which are asserted for all that `prefix` (`for i in n: `) says.
    ///
    /// # Errors
    /// What is wrong with the term of this place.
    pub fn read(question: &Question, prefix: &str, terms: &[String], seed: u64) -> Result<Self, (usize, Fault)> {
        let shifted = |fault: Fault, shift: usize, text: &str| {
            let end = text.len();
            let (start, last) = (fault.span.start.saturating_sub(shift), fault.span.end.saturating_sub(shift));
            Fault::new(start.min(end)..last.min(end), fault.message)
        };
        for (place, term) in terms.iter().enumerate() {
            parse_expression(term).map_err(|fault| (place, fault))?;
            // The law `u = u` is one, and what is wrong with it is wrong with u.
            let first = &terms[0];
            let (text, shift) = match place {
                0 => (format!("{prefix}({term}) = ({term})"), prefix.len() + 1),
                _ => (format!("{prefix}({first}) = ({term})"), prefix.len() + first.len() + 6),
            };
            let law = question.law.another(&question.model.signature, &text);
            let is_constant = |fault: &Fault| fault.message.contains("speaks of nothing that is drawn");
            match law {
                Err(fault) if !is_constant(&fault) => return Err((place, shifted(fault, shift, term))),
                _ => {}
            }
        }
        let brackets: Vec<String> = terms.iter().map(|term| format!("({term})")).collect();
        let text = format!("{prefix}{} = {}", brackets.join(" + "), brackets[0]);
        let at_first = |fault: Fault| (0, Fault::new(0..terms[0].len(), fault.message));
        let law = question.law.another(&question.model.signature, &text).map_err(at_first)?;
        let signature = possible_sizes(&question.model, &law).map_err(|(_, fault)| at_first(fault))?;
        if let (false, Some(_)) = (question.rates == equipartition_formula::Rates::Scalar, law.learning_rate_at()) {
            return Err((0, Fault::new(0..0, "there is no single eta where Lambda is a matrix: write `Lambda`")));
        }
        let question = Question { law: Arc::new(law), signature: Arc::new(signature), ..question.clone() };
        Ok(Terms { law: FormulaLaw::new(question), forces: Mutex::default(), count: terms.len(), seed })
    }

    /// How many they are.
    pub fn count(&self) -> usize {
        self.count
    }

    /// What is asked.
    pub fn question(&self) -> &Question {
        &self.law.question
    }

    /// A basis of the relations among some of the terms: `sum_j c_j term_j = 0` for the constants given, on all instances that were looked at.
    ///
    /// # Errors
    /// Why no instance could be drawn, or that a coefficient is not rational.
    pub fn relations(&self, columns: &[usize], constants: &Constants, of: Loss) -> Result<Vec<Vec<Residue>>, Unjudged> {
        let family = Family { class: Class::Generic, sizes: self.least_sizes(), samples: 2 };
        let is_algebraic = of == Loss::Generic && self.own_law_is_algebraic()
            || self.law.program(&family, Of::Own).map_err(too_large)?.tape.is_algebraic();
        if is_algebraic {
            let basis = self.eliminated(columns, |index| self.modular_rows(index, constants, of))?;
            return Ok(basis.into_iter().map(|vector| dense(columns.len(), vector)).collect());
        }
        let basis = self.eliminated(columns, |index| self.real_rows(index, constants, of))?;
        let lifted = |vector: Vec<(usize, Mp<BITS>)>| -> Option<Vec<Residue>> {
            let lift = |(place, value): (usize, Mp<BITS>)| {
                Some((place, Residue::from_rational(&snapped(&value, LARGEST_DENOMINATOR)?)))
            };
            Some(dense(columns.len(), vector.into_iter().map(lift).collect::<Option<_>>()?))
        };
        // What has no rational coefficients is a relation that no formula of the language says.
        Ok(basis.into_iter().filter_map(lifted).collect())
    }

    /// Whether the terms themselves need no functions that no field has, whatever the loss.
    fn own_law_is_algebraic(&self) -> bool {
        let family = Family { class: Class::Generic, sizes: self.least_sizes(), samples: 2 };
        let mut draw = Draw::keyed("formula/relations", "algebraic", self.seed, Case::Law, 0);
        self.generic_program(&mut draw, &family).is_ok_and(|(program, _)| program.tape.is_algebraic())
    }

    fn least_sizes(&self) -> Sizes {
        let sizes = &self.question().signature.sizes;
        sizes.iter().map(|known| (known.name.clone(), *known.range.start())).collect()
    }

    /// Equations one after the other, until no new one comes.
    fn eliminated<T: Pivoting>(
        &self,
        columns: &[usize],
        rows: impl Fn(u64) -> Result<Vec<Vec<T>>, Unjudged> + Sync,
    ) -> Result<Vec<Vec<(usize, T)>>, Unjudged> {
        let mut elimination = Elimination::<T>::new(columns.len());
        let (mut quiet, mut used, mut start) = (0, 0, 0);
        let mut why = None;
        while quiet < QUIET && elimination.rank() < columns.len() {
            let batch: Vec<_> = (start..start + BATCH).into_par_iter().map(&rows).collect();
            start += BATCH;
            for rows in batch {
                match rows {
                    Err(Unjudged::Outside(reason)) => why = Some(Unjudged::Outside(reason)),
                    Err(other) => return Err(other),
                    Ok(rows) => {
                        let before = elimination.rank();
                        for row in rows {
                            let mut row: Vec<T> = columns.iter().map(|column| row[*column].clone()).collect();
                            T::scale(&mut row);
                            elimination.reduce(&mut row, 0);
                            elimination.insert(row);
                        }
                        used += 1;
                        quiet = if elimination.rank() > before { 0 } else { quiet + 1 };
                    }
                }
            }
            let most = if used == 0 { MOST_TRIED } else { MOST_TRIED * (columns.len() as u64 + 4) };
            if start >= most {
                break;
            }
        }
        if used == 0 {
            return Err(why.unwrap_or_else(|| Unjudged::outside("no instance was drawn")));
        }
        Ok(elimination.null_space())
    }

    /// The entries of the terms on an instance, one row for each entry and relation, modulo a prime.
    fn modular_rows(&self, index: u64, constants: &Constants, of: Loss) -> Result<Vec<Vec<Residue>>, Unjudged> {
        let mut draw = self.draw(index, of);
        let mut family = Family::draw(&mut draw.family, Class::Generic, &self.question().signature);
        if self.question().place == Where::Anywhere {
            self.give_samples(index, &mut family);
            let (program, _) = self.program(&mut draw, &family, of)?;
            let inputs = self.inputs(&mut draw, &family, &program, constants);
            return modular_values(&program, &inputs);
        }
        let count = self.law.parameters(&family.sizes);
        if count > MOST_SOLVED_FOR {
            return Err(Unjudged::Open("too many parameters to solve for a stationary point"));
        }
        family.class = Class::Stationary;
        let mut last = Unjudged::outside("no sample was drawn");
        for times in SAMPLES_TRIED {
            family.samples = times * count + 2;
            let (program, generic) = self.program(&mut draw, &family, of)?;
            let mut inputs =
                self.inputs(&mut draw, &Family { class: Class::Generic, ..family.clone() }, &program, constants);
            match self.solve_weights(&family, generic.as_ref(), &mut inputs) {
                Ok(()) => return modular_values(&program, &inputs),
                Err(Unjudged::Outside(why)) => last = Unjudged::Outside(why),
                Err(other) => return Err(other),
            }
        }
        Err(last)
    }

    /// Every fourth instance has more samples than parameters: what needs few of them is no law.
    fn give_samples(&self, index: u64, family: &mut Family) {
        if index % 4 == 3 {
            self.law.give_samples(family);
        }
    }

    fn draw(&self, index: u64, of: Loss) -> Draw<'static> {
        let name = if of == Loss::Own { "own" } else { "generic" };
        Draw::keyed("formula/relations", name, self.seed, Case::Law, index)
    }

    fn program(&self, draw: &mut Draw, family: &Family, of: Loss) -> Result<(Arc<Program>, Option<Generic>), Unjudged> {
        match of {
            Loss::Own => Ok((self.law.program(family, Of::Own).map_err(too_large)?, None)),
            Loss::Generic => self.generic_program(draw, family).map(|(program, generic)| (program, Some(generic))),
        }
    }

    fn generic_program(&self, draw: &mut Draw, family: &Family) -> Result<(Arc<Program>, Generic), Unjudged> {
        let Question { model, law, rates, signature, .. } = self.question();
        let (parameters, data) = (self.law.parameters(&family.sizes), entries(&signature.data, &family.sizes));
        let generic = Generic::draw(draw, family.class, parameters, data);
        let of = Generic::of(Some(&generic));
        let program = Program::new(law, model, of, &family.sizes, family.samples, *rates).map_err(too_large)?;
        Ok((Arc::new(program), generic))
    }

    fn inputs(&self, draw: &mut Draw, family: &Family, program: &Program, constants: &Constants) -> Vec<Shadowed> {
        let (mut inputs, _) = draw_inputs(draw, family, &self.question().signature, &program.layout);
        inputs[program.layout.learning_rate()] = constants.eta.clone();
        inputs[program.layout.weight_decay()] = constants.gamma.clone();
        inputs.iter().map(Shadowed::of).collect()
    }

    /// Replaces the weights of the mean by such that the gradient of F vanishes modulo the prime.
    fn solve_weights(
        &self,
        family: &Family,
        generic: Option<&Generic>,
        inputs: &mut [Shadowed],
    ) -> Result<(), Unjudged> {
        let forces = self.forces(family, generic)?;
        if !forces.tape.is_algebraic() {
            return Err(Unjudged::Open("the loss is not algebraic, so that no stationary point can be solved for"));
        }
        let undefined = |_| Unjudged::outside("not defined: a division by 0");
        let values = forces.tape.evaluate(&Modular, inputs).map_err(undefined)?;
        let layout = &forces.layout;
        let count = layout.parameter_count();
        let decay = inputs[layout.weight_decay()].residue;
        let entry = |row: usize, sample: usize| match forces.forces[sample].get(row) {
            Some(node) => values[node.place()].residue,
            None => Residue::one(),
        };
        if forces.forces.iter().flatten().any(|node| !values[node.place()].is_sure) {
            return Err(Unjudged::outside("too near a kink"));
        }
        let matrix = DMatrix::from_fn(count + 1, layout.samples, entry);
        // A correction to unequal weights, as in the rationals.
        let start: Vec<Residue> =
            (0..layout.samples).map(|sample| Residue::from_rational(&Rational::from((1, sample as i64 + 1)))).collect();
        let missing = DVector::from_fn(count + 1, |row, _| {
            let wanted = if row < count {
                -(Residue::product(&inputs[row].residue, &decay) + Residue::product(&inputs[row].residue, &decay))
            } else {
                Residue::one()
            };
            (0..layout.samples)
                .fold(wanted, |sum, sample| sum - Residue::product(&matrix[(row, sample)], &start[sample]))
        });
        let correction = exact::solve(&matrix, &missing)
            .map_err(|error| Unjudged::outside(format!("no weights give F the gradient asked for: {error}")))?;
        for ((place, start), correction) in layout.weights().zip(start).zip(correction.iter()) {
            inputs[place] = Shadowed::unordered(start + correction);
        }
        Ok(())
    }

    fn forces(&self, family: &Family, generic: Option<&Generic>) -> Result<Arc<Forces>, Unjudged> {
        let Question { model, rates, .. } = self.question();
        let compile = || {
            Forces::new(model, Generic::of(generic), &family.sizes, family.samples, *rates)
                .map(Arc::new)
                .map_err(too_large)
        };
        if generic.is_some() {
            return compile();
        }
        let key = (family.sizes.clone(), family.samples);
        let lock = || self.forces.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = lock().get(&key) {
            return Ok(Arc::clone(known));
        }
        let forces = compile()?;
        lock().insert(key, Arc::clone(&forces));
        Ok(forces)
    }

    /// The same in floats, where there are functions that no field has.
    fn real_rows(&self, index: u64, constants: &Constants, of: Loss) -> Result<Vec<Vec<Mp<BITS>>>, Unjudged> {
        if self.question().place == Where::Stationary {
            return Err(Unjudged::Open("the loss is not algebraic, so that no stationary point can be solved for"));
        }
        let mut draw = self.draw(index, of);
        let mut family = Family::draw(&mut draw.family, Class::Smooth, &self.question().signature);
        self.give_samples(index, &mut family);
        let (program, _) = self.program(&mut draw, &family, of)?;
        let (mut inputs, _) = draw_inputs(&mut draw, &family, &self.question().signature, &program.layout);
        inputs[program.layout.learning_rate()] = constants.eta.clone();
        inputs[program.layout.weight_decay()] = constants.gamma.clone();
        let inputs: Vec<Mp<BITS>> = inputs.iter().map(Mp::from_rational).collect();
        let undefined = |_| Unjudged::outside("not defined: a division by 0");
        let values = program.tape.evaluate(&Mp::<BITS>::ARITHMETIC, &inputs).map_err(undefined)?;
        let mut rows = rows_of(&program, &values);
        if rows.iter().flatten().any(|entry| entry.obstacle().is_some()) {
            return Err(Unjudged::outside("not defined: a term has no value"));
        }
        // What cancelled to rounding is 0: beside an entry that vanishes it would pass for an equation of its own.
        let doubles: Vec<f64> = values.iter().map(|value| value.as_float().to_f64()).collect();
        let sizes = rows_of(&program, &sizes(&program.tape, &doubles));
        for (entry, size) in rows.iter_mut().flatten().zip(sizes.iter().flatten()) {
            if Mp::<BITS>::are_rounding(std::iter::once(&*entry), *size) {
                *entry = Mp::zero();
            }
        }
        Ok(rows)
    }
}

/// The values of all terms: the left side has each of them.
fn rows_of<T: Clone>(program: &Program, values: &[T]) -> Vec<Vec<T>> {
    let mut rows = Vec::new();
    for relation in &program.relations {
        let len = relation.left.first().map_or(0, |(_, nodes)| nodes.len());
        for entry in 0..len {
            rows.push(relation.left.iter().map(|(_, nodes)| values[nodes[entry].place()].clone()).collect());
        }
    }
    rows
}

fn modular_values(program: &Program, inputs: &[Shadowed]) -> Result<Vec<Vec<Residue>>, Unjudged> {
    let undefined = |_| Unjudged::outside("not defined: a division by 0");
    let values = program.tape.evaluate(&Modular, inputs).map_err(undefined)?;
    let rows = rows_of(program, &values).into_iter();
    let sure = rows.filter(|row| row.iter().all(|entry| entry.is_sure));
    Ok(sure.map(|row| row.into_iter().map(|entry| entry.residue).collect()).collect())
}

fn dense(len: usize, entries: Vec<(usize, Residue)>) -> Vec<Residue> {
    let mut vector = vec![Residue::zero(); len];
    for (place, entry) in entries {
        vector[place] = entry;
    }
    vector
}
