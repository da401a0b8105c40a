//! Losses of a product of powers, at points with samples.

use super::derivative::{constants, gradient};
use super::drawing::{in_turn, sizable, sizable_rate};
use crate::scalar::{Dual, Field, Rational};
use crate::verify::stream::GRID_BITS;
use crate::verify::{Class, Draw, Drawn, Numbers, Stream, Unjudged};

/// The points of the law, and those of controls.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Points {
    All,
    /// Few factors of a size, whose slopes are of a size too.
    Sizable,
    /// The same, with powers 1 and 2.
    UnequalPowers,
    /// The same, with a learning rate beyond `h = 1 + c^2`.
    Beyond,
}

/// A product with samples: `l = (x P + v - y)^2`, or that over `1 + P^2`.
pub(super) struct Instance {
    class: Class,
    pub(super) powers: Vec<u32>,
    /// The factors, and last another parameter `v`.
    pub(super) theta: Vec<Rational>,
    pub(super) samples: Vec<[Rational; 2]>,
    /// Whether the loss is divided by `1 + P^2`.
    quotient: bool,
    pub(super) learning_rate: Rational,
    pub(super) weight_decay: Rational,
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
        let loss = if self.quotient { " over 1 + P^2" } else { "" };
        let what = if self.what.is_empty() { String::new() } else { format!(", {}", self.what) };
        format!("powers {:?}, squared error{loss}, {} samples{what}", self.powers, self.samples.len())
    }
    fn numbers(&self) -> Vec<Numbers> {
        let (factors, other) = self.theta.split_at(self.powers.len());
        let rates = [self.learning_rate.clone(), self.weight_decay.clone()];
        let mut numbers = vec![
            Numbers::new("w", factors.iter().cloned()),
            Numbers::new("v", other.iter().cloned()),
            Numbers::new("eta, gamma", rates),
        ];
        let sample = |(number, sample): (usize, &[Rational; 2])| {
            Numbers::new(format!("x, y of sample {number}"), sample.iter().cloned())
        };
        numbers.extend(self.samples.iter().enumerate().map(sample));
        numbers
    }
}

impl Instance {
    pub(super) fn pairs(&self) -> impl Iterator<Item = [usize; 2]> {
        let factors = self.powers.len();
        (0..factors).flat_map(move |j| (0..j).map(move |i| [i, j]))
    }

    /// `l` of the product, the other parameter and a sample.
    fn loss<T: Field>(&self, product: &T, other: &T, [x, y]: [&T; 2]) -> T {
        let loss = (T::product(x, product) + other - y).squared();
        if self.quotient { loss / (T::one() + product.squared()) } else { loss }
    }

    /// `w_1^k_1 ... w_D^k_D`, with powers that are lower by 1 for each time that a factor is among `without`.
    pub(super) fn product<T: Field>(&self, theta: &[T], without: &[usize]) -> T {
        let lower = |i: usize| without.iter().filter(|&&left_out| left_out == i).count() as u32;
        let powers = self.powers.iter().enumerate().zip(theta);
        powers.fold(T::one(), |product, ((i, k), w)| product * w.powi((k - lower(i)) as i32))
    }

    /// The gradient of a sample in all parameters.
    pub(super) fn gradient<T: Field>(&self, theta: &[T], sample: &[T; 2]) -> Vec<T> {
        let sample = constants(sample);
        let loss = |theta: &[Dual<T>]| {
            self.loss(&self.product(theta, &[]), &theta[self.powers.len()], [&sample[0], &sample[1]])
        };
        gradient(loss, theta)
    }

    /// `G = dl/dP` of a sample.
    pub(super) fn slope<T: Field>(&self, theta: &[T], sample: &[T; 2]) -> T {
        let other = Dual::constant(theta[self.powers.len()].clone());
        let sample = constants(sample);
        let loss = |product: &[Dual<T>]| self.loss(&product[0], &other, [&sample[0], &sample[1]]);
        gradient(loss, &[self.product(theta, &[])]).swap_remove(0)
    }

    /// Chooses the learning rate so that `h = size^2` for the first two factors, which have one power, along the first sample, and the decay so
    /// that `c` is as given. False if there is no slope.
    fn place(&mut self, size: &Rational, kept: &Rational) -> bool {
        let slope = self.slope(&self.theta, &self.samples[0]) * self.product(&self.theta, &[0, 1]) * self.powers[0];
        if slope == 0 || self.powers[0] != self.powers[1] {
            return false;
        }
        self.learning_rate = size / slope.abs();
        self.weight_decay = (Rational::from(1) - kept) / 2 / &self.learning_rate;
        true
    }
}

/// Powers of few factors, the first two equal.
fn few_powers(stream: &mut Stream) -> Vec<u32> {
    let first = 1 + stream.below(2) as u32;
    let mut powers = vec![first; 2];
    powers.extend((0..stream.below(2)).map(|_| 1));
    powers
}

impl Points {
    fn powers(self, stream: &mut Stream, class: Class, family: u64) -> Vec<u32> {
        match self {
            // Where steps can be followed for two, and sums and differences are kept apart.
            Points::All if family % 8 == 3 => vec![1, 1],
            Points::All if class == Class::Smooth => few_powers(stream),
            Points::All => {
                let factors = 2 + stream.below(4);
                let highest = if factors > 3 { 2 } else { 3 };
                (0..factors).map(|_| if stream.coin() { 1 } else { 1 + stream.below(highest) as u32 }).collect()
            }
            Points::Sizable | Points::Beyond => few_powers(stream),
            Points::UnequalPowers => vec![1, 2],
        }
    }
}

impl Points {
    /// Draws a product at a point.
    pub(super) fn draw(self, draw: &mut Draw) -> Result<Instance, Unjudged> {
        let class = if self == Points::All { draw.turn() } else { Class::Smooth };
        let (number, index) = (draw.family_number(), draw.index);
        let family = &mut draw.family;
        let powers = self.powers(family, class, number);
        let samples = match (self, class) {
            (Points::All, Class::Generic) => 2 + family.below(2),
            (Points::All, _) => 1 + family.below(3),
            _ => 2,
        };
        let quotient = class == Class::Smooth && self == Points::All && family.coin();
        let (learning_rate, weight_decay) = if self == Points::All {
            let decay = if family.coin() { Rational::new() } else { family.positive() / 8 };
            (family.positive() / 4, decay)
        } else {
            (sizable_rate(family), Rational::new())
        };
        let is_placed = self == Points::Beyond || self == Points::All;
        let point = &mut draw.point;
        let mut coordinate = || match (self, class) {
            (Points::All, Class::Generic) => point.dyadic(GRID_BITS),
            (Points::All, Class::Awkward) => Rational::from(point.integer(-2, 2)),
            (Points::All, _) => point.small(),
            _ => sizable(point),
        };
        let theta = (0..=powers.len()).map(|_| coordinate()).collect();
        let samples = (0..samples).map(|_| [coordinate(), coordinate()]).collect();
        let mut instance = Instance { class, powers, theta, samples, quotient, learning_rate, weight_decay, what: "" };
        if self != Points::All {
            // Slopes 2 x r with residuals r of a size, of one sign.
            for number in 0..instance.samples.len() {
                let product = instance.product(&instance.theta, &[]);
                let fitted =
                    Rational::from(&instance.samples[number][0] * &product) + &instance.theta[instance.powers.len()];
                let residual = sizable(&mut draw.point).abs();
                let [x, y] = &mut instance.samples[number];
                *x = x.clone().abs();
                *y = fitted - residual;
            }
        }
        match class {
            Class::Awkward => {
                let what = *in_turn(draw, &AWKWARD);
                instance.degenerate(what, &mut draw.point);
            }
            Class::Smooth if is_placed => {
                // Beyond 1 + c^2, and below.
                let beyond = self == Points::Beyond || index.is_multiple_of(2);
                let size =
                    Rational::from((if beyond { draw.point.integer(12, 16) } else { draw.point.integer(2, 11) }, 8));
                let kept = Rational::from((draw.point.integer(4, 8), 8));
                if !instance.place(&size, &kept) && self == Points::Beyond {
                    return Err(Unjudged::outside("no slope"));
                }
            }
            _ => {}
        }
        Ok(instance)
    }
}

/// What awkward instances are, in turn.
const AWKWARD: [&str; 4] = ["balanced in one step", "a zero factor", "integers", "equal factors"];

impl Instance {
    /// Makes the point special in one of the ways that break careless formulas.
    fn degenerate(&mut self, what: &'static str, stream: &mut Stream) {
        self.what = what;
        match what {
            "equal factors" => {
                let first = self.theta[0].clone();
                self.theta[1] = first;
                self.powers[1] = self.powers[0];
            }
            "a zero factor" => self.theta[stream.below(self.powers.len())] = Rational::new(),
            "balanced in one step" => {
                self.powers[1] = self.powers[0];
                if !self.place(&Rational::from(1), &Rational::from(1)) {
                    self.what = "integers";
                }
            }
            _ => {}
        }
    }
}
