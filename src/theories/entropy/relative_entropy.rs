//! The entropies of `entropy/coarse-graining`, by spectra and overlaps of eigenvectors.

use super::measurement::{Matrix, Measurement, parts};
use crate::exact::complex::adjoint;
use crate::instances::operators::unitary;
use crate::linalg::products::product;
use crate::scalar::{Rational, Real};
use crate::verify::{Class, Draw, Drawn, Draws, In, Numbers, Relation, Term, Unjudged};

/// `S_obs - S = D(rho || rho_c)`, and the same as the rise of `S_obs` from a coarse state.
#[derive(Clone, Copy)]
pub(super) struct RelativeEntropy;

/// A state by its spectrum and eigenvectors, a measurement, and a coarse state's weights with an evolution.
pub(super) struct Spectral {
    measurement: Measurement,
    eigenvalues: Vec<Rational>,
    /// Eigenvectors as columns, shape (d, d).
    eigenvectors: Matrix,
    weights: Vec<Rational>,
    evolution: Matrix,
}

impl Drawn for Spectral {
    fn class(&self) -> Class {
        Class::Smooth
    }
    fn is_algebraic(&self) -> bool {
        false
    }
    fn describe(&self) -> String {
        format!("a measurement with blocks {:?}, entropies", self.measurement.blocks)
    }
    fn numbers(&self) -> Vec<Numbers> {
        let mut numbers = self.measurement.numbers();
        numbers.extend([
            Numbers::new("spectrum of rho", self.eigenvalues.clone()),
            Numbers::new("eigenvectors of rho, real and imaginary parts row by row", parts(&self.eigenvectors)),
            Numbers::new("q", self.weights.clone()),
            Numbers::new("U, real and imaginary parts row by row", parts(&self.evolution)),
        ]);
        numbers
    }
}

impl Draws for RelativeEntropy {
    type Instance = Spectral;

    fn draw(&self, draw: &mut Draw) -> Result<Spectral, Unjudged> {
        let stream = &mut draw.own();
        let size = 2 + stream.below(2);
        let measurement = Measurement::draw(stream, size)?;
        loop {
            let mut law = |count: usize| {
                let masses: Vec<Rational> = (0..count).map(|_| stream.positive()).collect();
                let total: Rational = masses.iter().sum();
                masses.into_iter().map(|mass| mass / &total).collect()
            };
            let (eigenvalues, weights) = (law(size), law(measurement.blocks.len()));
            let instance = Spectral {
                eigenvalues,
                weights,
                eigenvectors: unitary(stream, size)?,
                evolution: unitary(stream, size)?,
                measurement: measurement.clone(),
            };
            // The check of the inequality needs a rise: it is at least half of the fall of the purity, by Pinsker's inequality.
            let last = instance.probabilities(&instance.coarse(), &instance.moved());
            if instance.purity(&instance.weights) - instance.purity(&last) >= Rational::from((1, 1024)) {
                return Ok(instance);
            }
        }
    }
}

impl Spectral {
    /// The eigenvalues of the coarse state, by the column of the measurement's basis.
    fn coarse(&self) -> Vec<Rational> {
        let eigenvalue = |column| {
            let block = self.measurement.block_of(column);
            Rational::from(&self.weights[block] / self.measurement.blocks[block] as u32)
        };
        (0..self.eigenvalues.len()).map(eigenvalue).collect()
    }

    /// The eigenvectors of the coarse state after the evolution.
    fn moved(&self) -> Matrix {
        product(&self.evolution, &self.measurement.basis)
    }

    /// The outcomes' probabilities in a state of this spectrum and these eigenvectors.
    fn probabilities(&self, spectrum: &[Rational], eigenvectors: &Matrix) -> Vec<Rational> {
        let mut p = vec![Rational::new(); self.measurement.blocks.len()];
        for (x, row) in spectrum.iter().zip(&overlaps(eigenvectors, &self.measurement.basis)) {
            for (b, overlap) in row.iter().enumerate() {
                p[self.measurement.block_of(b)] += Rational::from(x * overlap);
            }
        }
        p
    }

    /// `sum p_i^2/V_i`
    fn purity(&self, p: &[Rational]) -> Rational {
        p.iter().zip(&self.measurement.blocks).map(|(p, &v)| p.clone().square() / v as u32).sum()
    }
}

/// `|<a, b>|^2` between the columns of two bases.
fn overlaps(a: &Matrix, b: &Matrix) -> Vec<Vec<Rational>> {
    let inner = product(&adjoint(a), b);
    (0..inner.nrows()).map(|i| (0..inner.ncols()).map(|j| inner[(i, j)].squared_modulus()).collect()).collect()
}

/// `-sum x log(x/v)`
fn entropy<T: Real>(x: &[Rational], volumes: &[usize]) -> T {
    let part =
        |(x, &v): (&Rational, &usize)| -T::from_rational(x) * T::from_rational(&Rational::from(x / v as u32)).ln();
    x.iter().zip(volumes).map(part).fold(T::zero(), |sum, part| sum + part)
}

impl<T: Real> In<T> for RelativeEntropy {
    fn relations(&self, instance: &Spectral) -> Result<Vec<Relation<T>>, Unjudged> {
        let measurement = &instance.measurement;
        let blocks = &measurement.blocks;
        let ones = vec![1; instance.eigenvalues.len()];
        // The probabilities of the outcomes, and D = sum_a x_a log x_a - sum_ab x_a |<a, b>|^2 log y_b with the eigenvalues y_b of rho_c.
        let of = |spectrum: &[Rational], eigenvectors: &Matrix| -> (Vec<Rational>, T) {
            let overlaps = overlaps(eigenvectors, &measurement.basis);
            let p = instance.probabilities(spectrum, eigenvectors);
            let mut divergence = -entropy::<T>(spectrum, &ones);
            for (x, row) in spectrum.iter().zip(&overlaps) {
                for (b, overlap) in row.iter().enumerate() {
                    let block = measurement.block_of(b);
                    let eigenvalue = Rational::from(&p[block] / blocks[block] as u32);
                    divergence -= T::from_rational(&Rational::from(x * overlap)) * T::from_rational(&eigenvalue).ln();
                }
            }
            (p, divergence)
        };
        let (p, divergence) = of(&instance.eigenvalues, &instance.eigenvectors);
        let (after, rise) = of(&instance.coarse(), &instance.moved());
        let (first, last) = (entropy::<T>(&instance.weights, blocks), entropy::<T>(&after, blocks));
        let one = |label: &'static str, value: T| Term::scalar(label, value);
        Ok(vec![
            Relation::equality(
                "entropy that is not seen",
                vec![
                    one("S_obs(rho)", entropy(&p, blocks)),
                    one("-S(rho)", -entropy::<T>(&instance.eigenvalues, &ones)),
                ],
                vec![one("D(rho || rho_c)", divergence)],
            ),
            Relation::equality(
                "rise of the observational entropy",
                vec![one("S_obs(U rho_0 U^+)", last.clone()), one("-S_obs(rho_0)", -first.clone())],
                vec![one("D(U rho_0 U^+ || (U rho_0 U^+)_c)", rise)],
            ),
            Relation::at_most("second law", one("S_obs(rho_0)", first), one("S_obs(U rho_0 U^+)", last)),
        ])
    }
}
