//! Fourier modes: complex numbers, the modes of a stationary law, primitives.

use crate::scalar::{Field, Mp, Real, Ring};
use num_traits::{One, Zero};

/// Bits of the computation: modes are known to `2^-120`, and the smallest step's effect is `2^-41`.
pub(super) type Number = Mp<256>;

/// Modes that are kept: for the losses that are drawn, the others are below `2^-120`.
pub(super) const MODES: usize = 40;
/// A mode reaches so many others to either side: a further one is of the order `eps^(BAND/2)`.
pub(super) const BAND: usize = 16;

/// A complex number.
#[derive(Clone)]
pub(super) struct Complex {
    pub(super) re: Number,
    pub(super) im: Number,
}

impl Complex {
    pub(super) fn zero() -> Self {
        Complex { re: Number::zero(), im: Number::zero() }
    }
    pub(super) fn real(re: Number) -> Self {
        Complex { re, im: Number::zero() }
    }
    pub(super) fn times(&self, other: &Self) -> Self {
        Complex {
            re: Number::product(&self.re, &other.re) - Number::product(&self.im, &other.im),
            im: Number::product(&self.re, &other.im) + Number::product(&self.im, &other.re),
        }
    }
    pub(super) fn scaled(&self, factor: &Number) -> Self {
        Complex { re: Number::product(&self.re, factor), im: Number::product(&self.im, factor) }
    }
    pub(super) fn add(&mut self, other: &Self) {
        self.re += &other.re;
        self.im += &other.im;
    }
    pub(super) fn subtract(&mut self, other: &Self) {
        self.re -= &other.re;
        self.im -= &other.im;
    }
    pub(super) fn conjugate(&self) -> Self {
        Complex { re: self.re.clone(), im: -self.im.clone() }
    }
    pub(super) fn over(&self, other: &Self) -> Self {
        let square = other.re.squared() + other.im.squared();
        self.times(&other.conjugate()).scaled(&(Number::one() / square))
    }
}

/// `e^(2 pi i j / count)` for all j.
pub(super) fn roots_of_unity(count: usize) -> Vec<Complex> {
    let turn = |j: usize| Number::integer(2 * j as i64) * Number::pi() / Number::integer(count as i64);
    (0..count)
        .map(|j| {
            let angle = turn(j);
            Complex {
                re: Number::new(&angle.as_float().clone().cos()),
                im: Number::new(&angle.as_float().clone().sin()),
            }
        })
        .collect()
}

/// The modes `c_k`, k from 1, of `c_k = sum_n row_k[n] c_(k + n)` with `c_0 = 1`, `c_(-k)` conjugate to `c_k`, and 0 beyond the last.
pub(super) fn solve(rows: &[Vec<Complex>]) -> Vec<Complex> {
    // Unknowns -MODES..MODES without 0; the equations of -k are conjugate to those of k.
    let size = 2 * MODES;
    let place = |mode: i64| if mode < 0 { (mode + MODES as i64) as usize } else { (mode + MODES as i64 - 1) as usize };
    let band = BAND + 1;
    let mut matrix = vec![vec![Complex::zero(); 2 * band + 1]; size];
    let mut right = vec![Complex::zero(); size];
    for k in 1..=MODES as i64 {
        for sign in [1, -1] {
            let row = place(sign * k);
            for (index, coefficient) in rows[k as usize - 1].iter().enumerate() {
                let n = index as i64 - BAND as i64;
                let entry = if sign == 1 { coefficient.clone() } else { coefficient.conjugate() };
                let mode = sign * (k + n);
                if mode == 0 {
                    right[row].add(&entry);
                } else if mode.unsigned_abs() as usize <= MODES {
                    let column = place(mode) + band - row;
                    matrix[row][column].subtract(&entry);
                }
            }
            matrix[row][band].re += Number::one();
        }
    }
    for pivot in 0..size {
        for row in pivot + 1..(pivot + band + 1).min(size) {
            let factor = matrix[row][pivot + band - row].over(&matrix[pivot][band]);
            for column in pivot..(pivot + band + 1).min(size) {
                let change = factor.times(&matrix[pivot][column + band - pivot]);
                matrix[row][column + band - row].subtract(&change);
            }
            let change = factor.times(&right[pivot]);
            right[row].subtract(&change);
        }
    }
    for row in (0..size).rev() {
        let mut value = right[row].clone();
        for column in row + 1..(row + band + 1).min(size) {
            value.subtract(&matrix[row][column + band - row].times(&right[column]));
        }
        right[row] = value.over(&matrix[row][band]);
    }
    right.split_off(MODES)
}

/// The periodic primitive of mean 0 of values of mean 0 at equidistant nodes, mode by mode.
pub(super) fn primitive(values: &[Number], roots: &[Complex]) -> Vec<Number> {
    let count = values.len();
    let modes: Vec<Complex> = (1..count / 2)
        .map(|k| {
            let mut total = Complex::zero();
            for (j, value) in values.iter().enumerate() {
                total.add(&roots[(count - j) * k % count].scaled(value));
            }
            // Over i k.
            let scale = Number::ratio(1, (count * k) as i64);
            Complex { re: Number::product(&total.im, &scale), im: -Number::product(&total.re, &scale) }
        })
        .collect();
    let at = |j: usize| sum((1..count / 2).map(|k| Number::integer(2) * modes[k - 1].times(&roots[j * k % count]).re));
    (0..count).map(at).collect()
}

pub(super) fn sum(numbers: impl Iterator<Item = Number>) -> Number {
    let mut total = Number::zero();
    for number in numbers {
        total += number;
    }
    total
}
