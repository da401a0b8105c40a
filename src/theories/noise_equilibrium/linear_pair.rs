//! Linear pairs `U W` with data: their parameter volumes, and what a step of descent or the flow does to them.

use super::derivative::{constants, gradient, kept};
use super::determinant::{determinant, principal_minors};
use super::drawing::{in_turn, sizable, sizable_rate};
use crate::linalg::exact::rank;
use crate::linalg::products::{product, squared_norm, transposed_product};
use crate::scalar::{Dual, Field, Rational, Ring};
use crate::verify::stream::GRID_BITS;
use crate::verify::{Class, Draw, Drawn, Numbers, Stream};
use nalgebra::DMatrix;

/// The pairs of the law, and those of controls.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Pairs {
    Wide,
    /// Small wide ones, with errors of a size.
    Sizable,
    /// The same with p = q = 2 and a gradient of rank 2.
    RankTwo,
    /// The same with r = n - 1, and det(Z Z^T) for the volume.
    Narrow,
    /// The same with ReLU between, one neuron open and one closed.
    ActivationBetween,
}

/// A pair with data: the loss is the mean over the samples of `s` or `s + s^2` for `s = |R U W x - y|^2`.
pub(super) struct Instance {
    class: Class,
    /// `p`, `r`, `q`.
    pub(super) sizes: [usize; 3],
    /// The entries of U, and then those of W, by rows.
    pub(super) theta: Vec<Rational>,
    /// Inputs and targets.
    pub(super) samples: Vec<(Vec<Rational>, Vec<Rational>)>,
    /// `R` by rows, p columns.
    readout: Option<Vec<Rational>>,
    quartic: bool,
    /// Of U and of W.
    pub(super) learning_rates: [Rational; 2],
    pub(super) weight_decays: [Rational; 2],
    /// Whether the first neuron alone is open.
    first_neuron_only: bool,
    what: &'static str,
}

impl Drawn for Instance {
    fn class(&self) -> Class {
        self.class
    }
    fn is_algebraic(&self) -> bool {
        true
    }
    fn describe(&self) -> String {
        let [p, r, q] = self.sizes;
        let readout = if self.readout.is_some() { " behind a readout" } else { "" };
        let quartic = if self.quartic { ", quartic" } else { "" };
        let what = if self.what.is_empty() { String::new() } else { format!(", {}", self.what) };
        format!("U {p} x {r}, W {r} x {q}{readout}{quartic}, {} samples{what}", self.samples.len())
    }
    fn numbers(&self) -> Vec<Numbers> {
        let [p, r, _] = self.sizes;
        let (upper, lower) = self.theta.split_at(p * r);
        let mut numbers = vec![
            Numbers::new("U, by rows", upper.iter().cloned()),
            Numbers::new("W, by rows", lower.iter().cloned()),
            Numbers::new("eta_U, eta_W", self.learning_rates.clone()),
            Numbers::new("gamma_U, gamma_W", self.weight_decays.clone()),
        ];
        numbers.extend(self.readout.iter().map(|entries| Numbers::new("R, by rows", entries.iter().cloned())));
        for (number, (input, target)) in self.samples.iter().enumerate() {
            numbers.push(Numbers::new(format!("x of sample {number}"), input.iter().cloned()));
            numbers.push(Numbers::new(format!("y of sample {number}"), target.iter().cloned()));
        }
        numbers
    }
}

/// A matrix given by rows.
fn matrix<T: Ring>(rows: usize, columns: usize, entries: &[T]) -> DMatrix<T> {
    DMatrix::from_row_iterator(rows, columns, entries.iter().cloned())
}

/// A pair in a scalar.
pub(super) struct Pair<T: Field> {
    sizes: [usize; 3],
    theta: Vec<T>,
}

impl<T: Field> Pair<T> {
    fn upper(&self) -> DMatrix<T> {
        let [p, r, _] = self.sizes;
        matrix(p, r, &self.theta[..p * r])
    }

    fn lower(&self) -> DMatrix<T> {
        let [p, r, q] = self.sizes;
        matrix(r, q, &self.theta[p * r..])
    }

    /// `Z = [U^T, W]`, shape (r, p + q).
    fn joined(&self) -> DMatrix<T> {
        let [p, r, q] = self.sizes;
        let (upper, lower) = (self.upper(), self.lower());
        let entry = |i, j| if j < p { upper[(j, i)].clone() } else { lower[(i, j - p)].clone() };
        DMatrix::from_fn(r, p + q, entry)
    }

    /// `det(Z^T Z)`, or where Z has more columns than rows `det(Z Z^T)`.
    pub(super) fn volume(&self) -> T {
        let joined = self.joined();
        let tall = if joined.nrows() < joined.ncols() { joined.transpose() } else { joined };
        determinant(&transposed_product(&tall, &tall))
    }

    /// `e_n(W W^T - U^T U)`, the sum of the principal minors of size `n = p + q`.
    pub(super) fn charges(&self) -> T {
        let [p, _, q] = self.sizes;
        let (upper, lower) = (self.upper(), self.lower());
        let charge = product(&lower, &lower.transpose()) - transposed_product(&upper, &upper);
        principal_minors(&charge, p + q)
    }
}

/// An instance in a scalar.
pub(super) struct At<'a, T: Field> {
    instance: &'a Instance,
    pub(super) start: Pair<T>,
    samples: Vec<[Vec<T>; 2]>,
    readout: Option<DMatrix<T>>,
    pub(super) learning_rates: [T; 2],
    pub(super) weight_decays: [T; 2],
}

impl Instance {
    pub(super) fn at<T: Field>(&self) -> At<'_, T> {
        let drawn = |numbers: &[Rational]| numbers.iter().map(T::drawn).collect::<Vec<T>>();
        At {
            instance: self,
            start: Pair { sizes: self.sizes, theta: drawn(&self.theta) },
            samples: self.samples.iter().map(|(x, y)| [drawn(x), drawn(y)]).collect(),
            readout: self.readout.as_ref().map(|entries| {
                let entries: Vec<T> = entries.iter().map(T::from_rational).collect();
                matrix(entries.len() / self.sizes[0], self.sizes[0], &entries)
            }),
            learning_rates: self.learning_rates.each_ref().map(T::from_rational),
            weight_decays: self.weight_decays.each_ref().map(T::from_rational),
        }
    }

    /// Whether all of the law's relations are stated, the volume's among them.
    pub(super) fn is_wide(&self) -> bool {
        self.sizes[0] + self.sizes[2] <= self.sizes[1]
    }
}

impl<T: Field> At<'_, T> {
    /// The loss of the batch as a function of `U W`, by rows.
    fn loss(&self, end_to_end: &DMatrix<Dual<T>>) -> Dual<T> {
        let readout = self.readout.as_ref().map(|matrix| matrix.map(Dual::constant));
        let whole = readout.map_or_else(|| end_to_end.clone(), |readout| product(&readout, end_to_end));
        let mut sum = Dual::constant(T::zero());
        for [input, target] in &self.samples {
            let output = product(&whole, &DMatrix::from_vec(input.len(), 1, constants(input)));
            let errors: Vec<Dual<T>> = output.iter().zip(constants(target)).map(|(f, y)| f.clone() - y).collect();
            let square = squared_norm(&errors);
            sum += if self.instance.quartic { square.squared() + square } else { square };
        }
        sum * Dual::constant(T::ratio(1, self.samples.len() as i64))
    }

    /// `U W`, without the neurons that are closed.
    fn end_to_end<S: Field>(&self, theta: &[S]) -> DMatrix<S> {
        let pair = Pair { sizes: self.start.sizes, theta: theta.to_vec() };
        let mut upper = pair.upper();
        if self.instance.first_neuron_only {
            upper.columns_mut(1, upper.ncols() - 1).fill(S::zero());
        }
        product(&upper, &pair.lower())
    }

    /// The gradient in U and W.
    pub(super) fn gradient(&self) -> Vec<T> {
        gradient(|theta| self.loss(&self.end_to_end(theta)), &self.start.theta)
    }

    /// `G = dl/d(U W)`, shape (p, q).
    fn slope(&self) -> DMatrix<T> {
        let [p, _, q] = self.start.sizes;
        let here: Vec<T> = self.end_to_end(&self.start.theta).transpose().iter().cloned().collect();
        matrix(p, q, &gradient(|entries| self.loss(&matrix(p, q, entries)), &here))
    }

    pub(super) fn kept(&self) -> [T; 2] {
        [0, 1].map(|part| kept(&self.learning_rates[part], &self.weight_decays[part]))
    }

    /// The learning rate, or whatever is given for U and for W, of a parameter.
    fn of<'b, S>(&self, both: &'b [S; 2], parameter: usize) -> &'b S {
        &both[usize::from(parameter >= self.start.sizes[0] * self.start.sizes[1])]
    }

    pub(super) fn end(&self, gradient: &[T]) -> Pair<T> {
        let kept = self.kept();
        let moved = self.start.theta.iter().zip(gradient).enumerate().map(|(parameter, (entry, slope))| {
            T::product(self.of(&kept, parameter), entry) - T::product(self.of(&self.learning_rates, parameter), slope)
        });
        Pair { sizes: self.start.sizes, theta: moved.collect() }
    }

    /// The pair on the flow, with its velocity.
    pub(super) fn flowing(&self, gradient: &[T]) -> Pair<Dual<T>> {
        let moved = self.start.theta.iter().zip(gradient).enumerate().map(|(parameter, (entry, slope))| {
            let decay = T::integer(2) * self.of(&self.weight_decays, parameter) * entry;
            Dual::new(entry.clone(), -(decay + slope) * self.of(&self.learning_rates, parameter))
        });
        Pair { sizes: self.start.sizes, theta: moved.collect() }
    }

    /// `c_U c_W I - eta_U eta_W G G^T`, or with `G^T G` if that is smaller.
    fn kernel(&self) -> DMatrix<T> {
        let slope = self.slope();
        let slope = if slope.nrows() < slope.ncols() { slope.transpose() } else { slope };
        let [kept_upper, kept_lower] = self.kept();
        let kept = kept_upper * kept_lower;
        let rates = T::product(&self.learning_rates[0], &self.learning_rates[1]);
        let mut kernel = transposed_product(&slope, &slope).map(|entry| -T::product(&rates, &entry));
        for i in 0..kernel.nrows() {
            kernel[(i, i)] += &kept;
        }
        kernel
    }

    /// `eta_U eta_W |G|^2`
    pub(super) fn squared_turn(&self) -> T {
        squared_norm(self.slope().iter()) * &self.learning_rates[0] * &self.learning_rates[1]
    }

    /// `D`
    pub(super) fn determinant(&self) -> T {
        let [p, _, q] = self.start.sizes;
        let [kept_upper, kept_lower] = self.kept();
        let surplus = kept_upper.powi(p.saturating_sub(q) as i32) * kept_lower.powi(q.saturating_sub(p) as i32);
        determinant(&self.kernel()) * surplus
    }
}

impl Pairs {
    fn sizes(self, stream: &mut Stream, class: Class) -> [usize; 3] {
        let mut width = |highest: usize| 1 + stream.below(highest);
        match self {
            Pairs::Wide if class == Class::Smooth => {
                let (p, q) = (width(3), width(3));
                [p, p + q + width(2) - 1, q]
            }
            Pairs::Wide => {
                let (p, q) = (width(2), width(2));
                [p, p + q + width(2) - 1, q]
            }
            Pairs::Sizable => {
                let (p, q) = (width(2), width(2));
                [p, p + q, q]
            }
            Pairs::RankTwo => [2, 4, 2],
            Pairs::Narrow => [1, 1, 1],
            Pairs::ActivationBetween => [1, 2, 1],
        }
    }

    /// Draws a pair with data.
    pub(super) fn draw(self, draw: &mut Draw) -> Instance {
        if self != Pairs::Wide {
            return self.draw_sizable(draw);
        }
        let (class, number) = (draw.turn(), draw.family_number());
        let family = &mut draw.family;
        let sizes = self.sizes(family, class);
        let [p, r, q] = sizes;
        let samples = 1 + family.below(3);
        let readout = (class == Class::Smooth && family.coin()).then(|| (0..2 * p).map(|_| family.small()).collect());
        let quartic = class == Class::Smooth && family.coin();
        let rates = [(); 2].map(|()| family.positive() / 4);
        let decays = if family.coin() || number % 4 == 0 {
            [(); 2].map(|()| family.positive() / 8)
        } else {
            [(); 2].map(|()| Rational::new())
        };
        let equal = family.coin();
        let same = |[first, second]: [Rational; 2]| if equal { [first.clone(), first] } else { [first, second] };
        let slow = number % 8 == 2;
        let point = &mut draw.point;
        let mut coordinates = |len: usize| -> Vec<Rational> {
            let coordinate = |_| match class {
                Class::Generic => point.dyadic(GRID_BITS),
                Class::Awkward => Rational::from(point.integer(-2, 2)),
                Class::Smooth | Class::Stationary => point.small(),
            };
            (0..len).map(coordinate).collect()
        };
        let theta = coordinates(p * r + r * q);
        let outputs = if readout.is_some() { 2 } else { p };
        let samples = (0..samples).map(|_| (coordinates(q), coordinates(outputs))).collect();
        let mut instance = Instance {
            class,
            sizes,
            theta,
            samples,
            readout,
            quartic,
            learning_rates: same(rates),
            weight_decays: same(decays),
            first_neuron_only: false,
            what: "",
        };
        if class == Class::Awkward {
            let what = *in_turn(draw, &AWKWARD);
            instance.afflict(what, &mut draw.point);
        } else if slow {
            instance.slow_down(&Rational::from((draw.point.integer(4, 8), 8)));
        }
        instance
    }

    /// A pair without decay whose errors and inputs are of a size, so that a control does not miss by little by accident.
    fn draw_sizable(self, draw: &mut Draw) -> Instance {
        let sizes = self.sizes(&mut draw.family, Class::Smooth);
        let [p, r, q] = sizes;
        let rate = sizable_rate(&mut draw.family);
        let point = &mut draw.point;
        let theta = (0..p * r + r * q).map(|_| sizable(point)).collect();
        let rank = if self == Pairs::RankTwo { 2 } else { 1 };
        // Nearly orthogonal inputs, and errors: the number-th entry is large, the others small.
        let mut vector = |len: usize, number: usize| -> Vec<Rational> {
            (0..len).map(|i| if i == number { sizable(point) } else { sizable(point) / 8 }).collect()
        };
        let drawn: Vec<_> = (0..rank).map(|number| (vector(q, number), vector(p, number))).collect();
        let mut instance = Instance {
            class: Class::Smooth,
            sizes,
            theta,
            samples: drawn,
            readout: None,
            quartic: false,
            learning_rates: [rate.clone(), rate],
            weight_decays: [Rational::new(), Rational::new()],
            first_neuron_only: self == Pairs::ActivationBetween,
            what: "",
        };
        instance.set_errors();
        instance
    }
}

/// What awkward instances are, in turn.
const AWKWARD: [&str; 6] = ["resonance", "rank one", "too narrow", "integers", "no error", "nothing is kept"];

impl Instance {
    /// Takes the targets for errors, and sets targets that have them.
    fn set_errors(&mut self) {
        let at = self.at::<Rational>();
        let end_to_end = at.end_to_end(&at.start.theta);
        for (input, target) in &mut self.samples {
            let output = product(&end_to_end, &DMatrix::from_vec(input.len(), 1, input.clone()));
            for (entry, output) in target.iter_mut().zip(output.iter()) {
                *entry = Rational::from(output - &*entry);
            }
        }
    }

    /// Learning rates with `share^2 / 4 < eta^2 |G|^2 <= share^2`, without decay.
    fn slow_down(&mut self, share: &Rational) {
        let square = squared_norm(self.at::<Rational>().slope().iter());
        // The power of 2 above |G|, or 1.
        let mut above = Rational::from(1);
        while above.clone().square() < square {
            above *= 2;
        }
        while square > 0 && above.clone().square() >= square.clone() * 4 {
            above /= 2;
        }
        let rate = Rational::from(share / above);
        self.learning_rates = [rate.clone(), rate];
        self.weight_decays = [Rational::new(), Rational::new()];
    }

    /// Makes the point special in one of the ways that break careless formulas.
    fn afflict(&mut self, what: &'static str, stream: &mut Stream) {
        let [p, r, q] = self.sizes;
        self.what = what;
        match what {
            "rank one" => {
                for i in 0..p {
                    for k in 0..r {
                        self.theta[i * r + k] = Rational::from(self.theta[k].clone() * (i as i64 + 1));
                    }
                }
            }
            "too narrow" => {
                self.sizes[1] = p + q - 1;
                self.theta.truncate((p + q) * (p + q - 1));
            }
            "no error" => {
                self.samples.iter_mut().for_each(|(_, target)| target.fill(Rational::new()));
                self.set_errors();
            }
            "nothing is kept" => {
                let decay = Rational::from((1, 2)) / &self.learning_rates[0];
                self.weight_decays = [decay.clone(), decay];
                self.learning_rates[1] = self.learning_rates[0].clone();
            }
            "resonance" => {
                // One sample with |x| and the error's norm rational: sigma = 2 |x| |error|, and eta sigma = c.
                let norm = |vector: &mut Vec<Rational>, stream: &mut Stream| {
                    let size = Rational::from(stream.integer(1, 4));
                    let entries: &[i64] = if vector.len() == 1 { &[5] } else { &[3, 4] };
                    *vector = entries.iter().map(|&entry| Rational::from((entry, 5)) * &size).collect();
                    size
                };
                self.samples.truncate(1);
                // Columns of Z that are independent: the first n rows have large entries on the diagonal.
                for i in 0..p + q {
                    let entry = if i < p { i * r + i } else { p * r + i * q + (i - p) };
                    self.theta[entry] += 9;
                }
                let (input, target) = &mut self.samples[0];
                let sigma: Rational = norm(input, stream) * norm(target, stream) * 2_u32;
                self.set_errors();
                let decay = Rational::from((stream.integer(0, 4), 4));
                let slowness: Rational = sigma + decay.clone() * 2_u32;
                let rate = slowness.recip();
                self.learning_rates = [rate.clone(), rate];
                self.weight_decays = [decay.clone(), decay];
            }
            _ => {}
        }
    }

    /// Whether there is no decay, and eta_U eta_W |G|^2 is at most 1.
    pub(super) fn is_slow(&self) -> bool {
        self.weight_decays.iter().all(|decay| *decay == 0) && self.at::<Rational>().squared_turn() <= 1
    }

    /// `rank Z`, `rank Z'` and the dimension of the kernel at which a step loses rank.
    pub(super) fn ranks(&self) -> [usize; 3] {
        let at = self.at::<Rational>();
        let kernel = at.kernel();
        let end = at.end(&at.gradient());
        [rank(&at.start.joined()), rank(&end.joined()), kernel.nrows() - rank(&kernel)]
    }
}
