//! A potential of two variables with its vector fields, `g`, `K v`, `T[g, g]`, as polynomials: the slow manifold and the flow of a field, order by order.

use super::rates::{Rates, half};
use crate::exact::Polynomial;
use crate::scalar::Rational;
use crate::verify::{Class, Drawn, Numbers};

pub(super) type Vector = [Polynomial; 2];

/// `b' a`, the derivative of `b` along `a`.
fn along(a: &Vector, b: &Vector) -> Vector {
    [0, 1].map(|i| (0..2).map(|j| a[j].clone() * &b[i].derivative(j)).sum())
}

pub(super) fn times(a: &Vector, factor: &Rational) -> Vector {
    [0, 1].map(|i| a[i].scaled(factor))
}

fn sum(a: Vector, b: &Vector) -> Vector {
    let [x, y] = a;
    [x + &b[0], y + &b[1]]
}

/// A potential with a point, and a mode.
pub(super) struct Landscape {
    pub(super) potential: Polynomial,
    pub(super) point: [Rational; 2],
    pub(super) rates: Rates,
}

impl Landscape {
    /// `g`
    pub(super) fn gradient(&self) -> Vector {
        [0, 1].map(|i| self.potential.derivative(i))
    }

    /// `K v`, from second derivatives.
    pub(super) fn curved(&self, v: &Vector) -> Vector {
        [0, 1].map(|i| (0..2).map(|j| self.potential.derivative(i).derivative(j) * &v[j]).sum())
    }

    /// `T[g, g]`, from third derivatives.
    pub(super) fn bent(&self) -> Vector {
        let g = self.gradient();
        let third = |i: usize, j: usize, k: usize| self.potential.derivative(i).derivative(j).derivative(k);
        let pairs = [(0, 0), (0, 1), (1, 0), (1, 1)];
        [0, 1].map(|i| pairs.iter().map(|&(j, k)| third(i, j, k) * &g[j] * &g[k]).sum())
    }

    /// The coefficients of `eta, eta^2, eta^3` of `W` in `W' W + c W + c g eta = 0`, `c = G h`, `c eta = h^2`.
    pub(super) fn slow(&self, c: &Rational) -> [Vector; 3] {
        let inverse = Rational::from(-1) / c;
        let first = times(&self.gradient(), &Rational::from(-1));
        let second = times(&along(&first, &first), &inverse);
        let third = times(&sum(along(&first, &second), &along(&second, &first)), &inverse);
        [first, second, third]
    }

    pub(super) fn at(&self, vector: &Vector) -> [Rational; 2] {
        [0, 1].map(|i| vector[i].value(&self.point))
    }
}

/// The displacement of the flow of `W` over unit time, `W + W'W/2 + (W'W)'W/6`, by orders.
pub(super) fn flow(w: &[Vector; 3]) -> [Vector; 3] {
    let [a, b, c] = w;
    let two = along(a, a);
    let mixed = sum(along(a, b), &along(b, a));
    let third = sum(times(&mixed, &half()), &times(&along(a, &two), &Rational::from((1, 6))));
    [a.clone(), sum(times(&two, &half()), b), sum(third, c)]
}

impl Drawn for Landscape {
    fn class(&self) -> Class {
        Class::Awkward
    }
    fn is_algebraic(&self) -> bool {
        true
    }
    fn describe(&self) -> String {
        format!("a quartic potential in two variables, beta = {}", self.rates.beta)
    }
    fn numbers(&self) -> Vec<Numbers> {
        vec![
            Numbers::new("point", self.point.clone()),
            Numbers::new("g", self.at(&self.gradient())),
            self.rates.numbers(),
        ]
    }
}
