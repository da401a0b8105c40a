//! Dynamics whose coefficients are polynomials, and the Fokker-Planck equation with the density's factor kept as a symbol.

use crate::exact::Polynomial;
use crate::scalar::{Field, Rational};
use crate::verify::{Class, Draw, Drawn, Numbers, Relation, Stream, Term};
use nalgebra::DMatrix;

/// `V`, `M`, `W`, another drift and the temperature.
pub(super) struct Dynamics {
    pub(super) variables: usize,
    pub(super) potential: Polynomial,
    /// `M = N N^T`
    pub(super) metric: DMatrix<Polynomial>,
    /// `W`, antisymmetric.
    pub(super) rotation: DMatrix<Polynomial>,
    /// `l`, any field.
    pub(super) drift: Vec<Polynomial>,
    /// `f`, any function.
    pub(super) function: Polynomial,
    /// `eps > 0`
    pub(super) temperature: Rational,
    what: &'static str,
}

/// A polynomial of few terms in so many variables, of at most this degree in each.
fn few_terms(stream: &mut Stream, variables: usize, terms: usize, degree: usize) -> Polynomial {
    let mut term = || {
        let powers: Vec<u32> = (0..variables).map(|_| stream.below(degree + 1) as u32).collect();
        Polynomial::monomial(&powers, stream.small())
    };
    (0..terms).map(|_| term()).sum()
}

/// A polynomial of degree 1.
fn affine(stream: &mut Stream, variables: usize) -> Polynomial {
    let linear = |variable| Polynomial::variable(variable).scaled(&stream.small());
    (0..variables).map(linear).sum::<Polynomial>() + Polynomial::constant(stream.small())
}

impl Dynamics {
    /// Draws until what is drawn shows what it is for.
    pub(super) fn draw(draw: &Draw, variables: &[usize], shows: impl Fn(&Dynamics) -> bool) -> Dynamics {
        let stream = &mut draw.own();
        let kind = if draw.is_law() { draw.index % 8 } else { 0 };
        loop {
            let variables = *stream.pick(variables);
            let entry = |stream: &mut Stream| match kind {
                5 => Polynomial::constant(stream.small()),
                _ => affine(stream, variables),
            };
            let root = DMatrix::from_fn(variables, variables, |_, _| entry(stream));
            let upper = DMatrix::from_fn(variables, variables, |_, _| match kind {
                6 => Polynomial::default(),
                _ => entry(stream),
            });
            let dynamics = Dynamics {
                variables,
                potential: (0..variables)
                    .map(|i| Polynomial::variable(i) * Polynomial::variable(i))
                    .sum::<Polynomial>()
                    + few_terms(stream, variables, 3, 2),
                metric: DMatrix::from_fn(variables, variables, |i, j| {
                    (0..variables).map(|k| root[(i, k)].clone() * &root[(j, k)]).sum()
                }),
                rotation: DMatrix::from_fn(variables, variables, |i, j| upper[(i, j)].clone() - &upper[(j, i)]),
                drift: (0..variables).map(|_| few_terms(stream, variables, 2, 2)).collect(),
                function: few_terms(stream, variables, 3, 2),
                temperature: stream.positive(),
                what: ["", "", "", "", "", ", constant M and W", ", W = 0", ""][kind as usize],
            };
            if shows(&dynamics) {
                return dynamics;
            }
        }
    }

    /// `grad V`
    pub(super) fn gradient(&self) -> Vec<Polynomial> {
        self.potential.gradient(self.variables)
    }

    /// `(div A)_i = sum_j d_j A_ij`
    pub(super) fn divergence(&self, a: &DMatrix<Polynomial>) -> Vec<Polynomial> {
        (0..self.variables).map(|i| (0..self.variables).map(|j| a[(i, j)].derivative(j)).sum()).collect()
    }

    /// `A v`
    pub(super) fn times(&self, a: &DMatrix<Polynomial>, v: &[Polynomial]) -> Vec<Polynomial> {
        (0..self.variables).map(|i| (0..self.variables).map(|j| a[(i, j)].clone() * &v[j]).sum()).collect()
    }

    /// `eps v`
    pub(super) fn warm(&self, v: Vec<Polynomial>) -> Vec<Polynomial> {
        v.into_iter().map(|entry| entry.scaled(&self.temperature)).collect()
    }

    /// `d_i (q e^(sign V / eps)) e^(-sign V / eps)`
    pub(super) fn derivative_beside(&self, q: &Polynomial, i: usize, sign: i64) -> Polynomial {
        let slope = self.potential.derivative(i).scaled(&(Rational::from(sign) / &self.temperature));
        q.derivative(i) + slope * q
    }

    /// `div(rho v) / rho` with `rho = e^(-V / eps)`
    pub(super) fn outflow(&self, v: &[Polynomial]) -> Polynomial {
        v.iter().enumerate().map(|(i, entry)| self.derivative_beside(entry, i, -1)).sum()
    }

    /// `eps sum_ij d_i d_j (M_ij rho) / rho`
    pub(super) fn diffusion(&self) -> Polynomial {
        let inner = |i: usize| (0..self.variables).map(|j| self.derivative_beside(&self.metric[(i, j)], j, -1)).sum();
        self.outflow(&(0..self.variables).map(inner).collect::<Vec<Polynomial>>()).scaled(&self.temperature)
    }

    /// `star(v)`, the antisymmetric matrix of the cross product: `star(v)_ij = e_ijk v_k`.
    pub(super) fn star(v: &[Polynomial]) -> DMatrix<Polynomial> {
        DMatrix::from_fn(3, 3, |i, j| {
            if i == j {
                return Polynomial::default();
            }
            let entry = v[3 - i - j].clone();
            if (i + 1) % 3 == j { entry } else { -entry }
        })
    }
}

/// Negated entries.
pub(super) fn negated(v: Vec<Polynomial>) -> Vec<Polynomial> {
    v.into_iter().map(|entry| -entry).collect()
}

/// An equality of sums of polynomials, vectors of them, coefficient by coefficient.
pub(super) fn identity<T: Field>(
    label: &'static str,
    left: Vec<(&'static str, Vec<Polynomial>)>,
    right: Vec<(&'static str, Vec<Polynomial>)>,
) -> Relation<T> {
    let names: Vec<&'static str> = left.iter().chain(&right).map(|(name, _)| *name).collect();
    let entries = left.iter().chain(&right).map(|(_, vector)| vector.len()).max().unwrap_or(0);
    let mut values: Vec<Vec<T>> = vec![Vec::new(); names.len()];
    for entry in 0..entries {
        let of_entry: Vec<&Polynomial> = left.iter().chain(&right).map(|(_, vector)| &vector[entry]).collect();
        for (value, coordinates) in values.iter_mut().zip(Polynomial::coordinates(&of_entry)) {
            value.extend(coordinates.iter().map(T::from_rational));
        }
    }
    let mut terms: Vec<Term<T>> =
        names.into_iter().zip(values).map(|(name, value)| Term::vector(name, value)).collect();
    let right = terms.split_off(left.len());
    Relation::equality(label, terms, right)
}

impl Drawn for Dynamics {
    fn class(&self) -> Class {
        Class::Awkward
    }
    fn is_algebraic(&self) -> bool {
        true
    }
    fn describe(&self) -> String {
        format!("polynomial dynamics in {} variables{}", self.variables, self.what)
    }
    fn numbers(&self) -> Vec<Numbers> {
        let listed = |polynomials: Vec<&Polynomial>| {
            Polynomial::coordinates(&polynomials).into_iter().flatten().collect::<Vec<_>>()
        };
        vec![
            Numbers::new("coefficients of V", listed(vec![&self.potential])),
            Numbers::new("coefficients of M", listed(self.metric.iter().collect())),
            Numbers::new("coefficients of W", listed(self.rotation.iter().collect())),
            Numbers::new("coefficients of l", listed(self.drift.iter().collect())),
            Numbers::new("eps", [self.temperature.clone()]),
        ]
    }
}
