//! `markov/spectral-gap`: for a reversible chain the spectral gap bounds the decay of variance.
//!
//! ```text
//! Var(P f) <= lambda^2 Var(f),   with equality for the eigenfunction of lambda
//! ```
//!
//! `P` are the transition probabilities of a finite chain in detailed balance with `pi`, the variances are those under `pi`, and `lambda` is the
//! eigenvalue of `P` of the largest modulus besides the 1 of the constants. Source: [`LEVIN_PERES`].

use super::LEVIN_PERES;
use super::chain::Chain;
use crate::model::Carrier;
use crate::scalar::Rational;
use crate::verify::{
    Claim, Class, Draw, Drawn, Draws, Exact, In, Independent, Numbers, Relation, Stream, Term, Unjudged, all, control,
};
use nalgebra::{DMatrix, DVector};

/// The decay of variance.
#[derive(Clone, Copy)]
struct SpectralGap {
    chains: Chains,
    /// Whether the law says that the bound is reached.
    says_equality: bool,
}

#[derive(Clone, Copy)]
enum Chains {
    /// Reversible, with eigenvalues that are drawn.
    Reversible,
    /// Not reversible, with the eigenvalues 1, 0 and 0 and a uniform law.
    Nilpotent,
    /// Reversible, and `lambda` the largest eigenvalue below 1, where a negative one has a larger modulus.
    Alternating,
}

/// `markov/spectral-gap`
pub static CLAIM: Claim = Claim {
    id: "markov/spectral-gap",
    title: "the spectral gap bounds the decay of variance",
    statement: "Var(P f) <= lambda^2 Var(f), with equality for the eigenfunction of lambda",
    hypotheses: &[
        "P: transition probabilities of a finite chain in detailed balance with pi > 0; Var: the variance under pi, f any function of the states",
        "lambda: the eigenvalue of P of the largest modulus besides the 1 of the constants",
        "checked on chains of three and four states with rational spectra, P = 1 pi^T + sum_k lambda_k D^(-1/2) v_k v_k^T D^(1/2), D = diag(pi), v_k orthonormal and orthogonal to sqrt(pi)",
    ],
    references: &[LEVIN_PERES],
    builds_on: &["markov/stationary-mean"],
    law: &[all(&Independent(Exact(SpectralGap { chains: Chains::Reversible, says_equality: true })))],
    controls: &[
        control(
            "not-reversible",
            "a chain with the eigenvalues 1, 0 and 0 that is not reversible: lambda = 0, and P f is not constant",
            &Independent(Exact(SpectralGap { chains: Chains::Nilpotent, says_equality: false })),
        ),
        control(
            "signed",
            "the largest eigenvalue below 1 in place of that of the largest modulus, which is negative",
            &Independent(Exact(SpectralGap { chains: Chains::Alternating, says_equality: false })),
        ),
    ],
};

struct Instance {
    chain: Chain,
    /// What the law takes for `lambda`.
    eigenvalue: Rational,
    /// Its eigenfunction, or that of the eigenvalue which is overlooked.
    eigenfunction: Vec<Rational>,
    /// Another function.
    function: Vec<Rational>,
}

impl Drawn for Instance {
    fn class(&self) -> Class {
        self.chain.class()
    }
    fn is_algebraic(&self) -> bool {
        true
    }
    fn describe(&self) -> String {
        format!("{}, lambda = {}", self.chain.describe(), self.eigenvalue)
    }
    fn numbers(&self) -> Vec<Numbers> {
        let mut numbers = self.chain.numbers();
        numbers.push(Numbers::new("the eigenfunction", self.eigenfunction.clone()));
        numbers.push(Numbers::new("f", self.function.clone()));
        numbers
    }
}

/// The reflection that takes the first unit vector to `u`, a unit vector other than it: an orthogonal matrix with the first column `u`.
fn reflection(u: &DVector<Rational>) -> DMatrix<Rational> {
    let size = u.len();
    let mut w = -u.clone();
    w[0] += 1;
    let square: Rational = w.iter().map(|entry| Rational::from(entry.square_ref())).sum();
    DMatrix::from_fn(size, size, |row, column| {
        let product = Rational::from(&w[row] * &w[column]) * 2 / &square;
        Rational::from(i64::from(row == column)) - product
    })
}

/// A rational unit vector of positive entries: the point of the sphere over a positive point of a plane.
fn unit_vector(stream: &mut Stream, size: usize) -> DVector<Rational> {
    loop {
        // Inside the unit ball, so that the last entry is positive.
        let plane: Vec<Rational> = (1..size).map(|_| stream.positive() / 8).collect();
        let square: Rational = plane.iter().map(|entry| Rational::from(entry.square_ref())).sum();
        if square < 1 {
            let norm = square.clone() + 1;
            let last = (Rational::from(1) - square) / &norm;
            let others = plane.into_iter().map(|entry| entry * 2 / &norm);
            return DVector::from_vec(others.chain([last]).collect());
        }
    }
}

/// The reversible chain of a stationary law `u^2` and of eigenvalues besides 1, all scaled by a power of 1/2 so that no probability is negative.
fn reversible(u: &DVector<Rational>, eigenvalues: &mut [Rational]) -> (DMatrix<Rational>, DMatrix<Rational>) {
    let size = u.len();
    let frame = reflection(u);
    let entry = |eigenvalues: &[Rational], row: usize, column: usize| {
        let mut sum = Rational::from(u[column].square_ref());
        for (place, eigenvalue) in eigenvalues.iter().enumerate() {
            let v = frame.column(place + 1);
            sum += Rational::from(&v[row] * &v[column]) * eigenvalue * &u[column] / &u[row];
        }
        sum
    };
    loop {
        let transitions = DMatrix::from_fn(size, size, |row, column| entry(eigenvalues, row, column));
        if transitions.iter().all(|probability| !probability.cmp0().is_lt()) {
            return (transitions, frame);
        }
        eigenvalues.iter_mut().for_each(|eigenvalue| *eigenvalue /= 2);
    }
}

impl Draws for SpectralGap {
    type Instance = Instance;

    fn draw(&self, draw: &mut Draw) -> Result<Instance, Unjudged> {
        let stream = &mut draw.own();
        let size = 3 + stream.below(2);
        let mut function = || (0..size).map(|_| stream.small()).collect::<Vec<Rational>>();
        let f = function();
        if let Chains::Nilpotent = self.chains {
            // (t a b^T)^2 = 0, since b^T a = 0.
            let t = Rational::from((1 + stream.below(8) as i64, 48));
            let (a, b) = ([1, -1, 0], [1, 1, -2]);
            let transitions = DMatrix::from_fn(3, 3, |from, to| Rational::from((1, 3)) + t.clone() * (a[from] * b[to]));
            // b^T f is not 0, and so P f = E f + t (b^T f) a is not constant.
            let function = vec![stream.positive(), Rational::new(), Rational::new()];
            let chain = Chain::new(transitions)?;
            return Ok(Instance {
                chain,
                eigenvalue: Rational::new(),
                eigenfunction: a.map(Rational::from).to_vec(),
                function,
            });
        }
        let u = unit_vector(stream, size);
        let mut eigenvalues: Vec<Rational> = (1..size).map(|_| stream.small() / 4).collect();
        // The first has the largest modulus, which another may share; for the control it is negative, and all others are smaller and positive.
        let largest: Rational = eigenvalues.iter().skip(1).map(|value| value.clone().abs()).max().unwrap_or_default();
        let bound = if stream.below(4) == 0 { largest } else { largest + stream.positive() / 8 };
        eigenvalues[0] = if stream.coin() { bound.clone() } else { -bound.clone() };
        if let Chains::Alternating = self.chains {
            eigenvalues[0] = -bound.clone();
            for (place, value) in eigenvalues.iter_mut().enumerate().skip(1) {
                *value = bound.clone() / (2 + place as i64);
            }
        }
        let (transitions, frame) = reversible(&u, &mut eigenvalues);
        let eigenfunction: Vec<Rational> =
            frame.column(1).iter().zip(&u).map(|(entry, root)| Rational::from(entry / root)).collect();
        let chain = Chain::new(transitions)?;
        let (eigenvalue, function) = match self.chains {
            Chains::Alternating => (eigenvalues[1].clone(), eigenfunction.clone()),
            _ => (eigenvalues[0].clone(), f),
        };
        Ok(Instance { chain, eigenvalue, eigenfunction, function })
    }
}

impl<T: Carrier> In<T> for SpectralGap {
    fn relations(&self, instance: &Instance) -> Result<Vec<Relation<T>>, Unjudged> {
        let chain = &instance.chain;
        let square = T::from_rational(&instance.eigenvalue).squared();
        let sides = |f: &[Rational]| {
            let f: Vec<T> = f.iter().map(T::from_rational).collect();
            let before = T::product(&square, &chain.variance(&f));
            (Term::scalar("Var(P f)", chain.variance(&chain.mean_after(&f))), Term::scalar("lambda^2 Var(f)", before))
        };
        let (after, before) = sides(&instance.function);
        let mut relations = vec![Relation::at_most("the bound", after, before)];
        if self.says_equality {
            let (after, before) = sides(&instance.eigenfunction);
            relations.push(Relation::equality("the eigenfunction", vec![after], vec![before]));
        }
        Ok(relations)
    }
}
