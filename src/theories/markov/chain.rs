//! Finite Markov chains with rational transition probabilities.

use crate::linalg::exact;
use crate::scalar::{Field, Rational};
use crate::verify::{Class, Drawn, Numbers, Stream, Unjudged};
use nalgebra::{DMatrix, DVector};

/// A chain with its stationary law.
pub struct Chain {
    /// `P_ij`, row by row: from `i` to `j`.
    pub transitions: DMatrix<Rational>,
    /// `pi`, with `pi P = pi`.
    pub stationary: Vec<Rational>,
}

impl Chain {
    /// The chain of these transitions, irreducible, so that there is one stationary law; it is solved for.
    ///
    /// # Errors
    /// [`Unjudged`] if none is found.
    pub fn new(transitions: DMatrix<Rational>) -> Result<Self, Unjudged> {
        let states = transitions.nrows();
        // pi (P - 1) = 0 and sum pi = 1.
        let equations = DMatrix::from_fn(states + 1, states, |row, column| {
            if row == states {
                return Rational::from(1);
            }
            transitions[(column, row)].clone() - Rational::from(i64::from(row == column))
        });
        let right = DVector::from_fn(states + 1, |row, _| Rational::from(i64::from(row == states)));
        let stationary = exact::solve(&equations, &right)?.as_slice().to_vec();
        Ok(Chain { transitions, stationary })
    }

    /// The chain with these rates of leaving, off the diagonal: scaled so that every state stays where it is with positive probability.
    ///
    /// # Errors
    /// As [`Chain::new`].
    pub fn of_rates(rates: &DMatrix<Rational>) -> Result<Self, Unjudged> {
        let states = rates.nrows();
        let leaving = |row: usize| (0..states).filter(|&to| to != row).map(|to| &rates[(row, to)]).sum::<Rational>();
        let most: Rational = (0..states).map(leaving).max().unwrap_or_default() + 1;
        Chain::new(DMatrix::from_fn(states, states, |row, column| {
            let rate = if row == column { most.clone() - leaving(row) } else { rates[(row, column)].clone() };
            rate / &most
        }))
    }

    /// A chain of two to four states, from each of which every state can be reached at once.
    ///
    /// # Errors
    /// As [`Chain::new`].
    pub fn draw(stream: &mut Stream) -> Result<Self, Unjudged> {
        let states = 2 + stream.below(3);
        let rows: Vec<Vec<Rational>> = (0..states).map(|_| law(stream, states)).collect();
        Chain::new(DMatrix::from_fn(states, states, |row, column| rows[row][column].clone()))
    }

    /// The law that is sure of the first state.
    pub fn at_first_state<T: Field>(&self) -> Vec<T> {
        (0..self.states()).map(|state| T::integer(i64::from(state == 0))).collect()
    }

    /// The number of states.
    pub fn states(&self) -> usize {
        self.stationary.len()
    }

    /// `P_ij` in another scalar.
    pub fn transition<T: Field>(&self, from: usize, to: usize) -> T {
        T::from_rational(&self.transitions[(from, to)])
    }

    /// `pi` in another scalar.
    pub fn law<T: Field>(&self) -> Vec<T> {
        self.stationary.iter().map(T::from_rational).collect()
    }

    /// `p P`, the law after a step.
    pub fn after<T: Field>(&self, law: &[T]) -> Vec<T> {
        let entry = |to| {
            let mut sum = T::zero();
            for (from, mass) in law.iter().enumerate() {
                sum += T::product(mass, &self.transition(from, to));
            }
            sum
        };
        (0..self.states()).map(entry).collect()
    }

    /// `P f`, the mean of `f` after a step, by the state before it.
    pub fn mean_after<T: Field>(&self, f: &[T]) -> Vec<T> {
        let entry = |from| {
            let mut sum = T::zero();
            for (to, value) in f.iter().enumerate() {
                sum += T::product(&self.transition(from, to), value);
            }
            sum
        };
        (0..self.states()).map(entry).collect()
    }

    /// The variance of `f` under `pi`.
    pub fn variance<T: Field>(&self, f: &[T]) -> T {
        let (mut mean, mut square) = (T::zero(), T::zero());
        for (mass, value) in self.law::<T>().iter().zip(f) {
            let part = T::product(mass, value);
            square += T::product(&part, value);
            mean += part;
        }
        square - mean.squared()
    }
}

/// A law of few-bit masses.
pub fn law(stream: &mut Stream, states: usize) -> Vec<Rational> {
    let masses: Vec<Rational> = (0..states).map(|_| stream.positive()).collect();
    let total: Rational = masses.iter().sum();
    masses.into_iter().map(|mass| mass / &total).collect()
}

/// A chain with a function of its states.
pub struct Watched {
    /// The chain.
    pub chain: Chain,
    /// `f`, a value for each state.
    pub function: Vec<Rational>,
}

impl Drawn for Watched {
    fn base(&self) -> Option<&dyn Drawn> {
        Some(&self.chain)
    }
    fn numbers(&self) -> Vec<Numbers> {
        let mut numbers = self.chain.numbers();
        numbers.push(Numbers::new("f", self.function.clone()));
        numbers
    }
}

impl Drawn for Chain {
    fn class(&self) -> Class {
        // Probabilities are constants of small denominators: no coordinate of the grid is drawn.
        Class::Awkward
    }
    fn is_algebraic(&self) -> bool {
        true
    }
    fn describe(&self) -> String {
        format!("a chain of {} states", self.states())
    }
    fn numbers(&self) -> Vec<Numbers> {
        vec![
            Numbers::new("P, row by row", self.transitions.transpose().iter().cloned()),
            Numbers::new("pi", self.stationary.clone()),
        ]
    }
}
