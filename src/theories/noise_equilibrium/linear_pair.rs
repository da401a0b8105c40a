//! How linear pairs `U W` with data are drawn: of a size, or special in the ways that break careless formulas.

use super::drawing::{in_turn, sizable, sizable_rate};
use super::trained_pair::Instance;
use crate::linalg::products::{product, squared_norm};
use crate::scalar::Rational;
use crate::verify::stream::GRID_BITS;
use crate::verify::{Class, Draw, Stream};
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
        let decays = if family.coin() || number.is_multiple_of(4) {
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
            instance.degenerate(what, &mut draw.point);
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
        let rate = share / above;
        self.learning_rates = [rate.clone(), rate];
        self.weight_decays = [Rational::new(), Rational::new()];
    }

    /// Makes the point special in one of the ways that break careless formulas.
    fn degenerate(&mut self, what: &'static str, stream: &mut Stream) {
        let [p, r, q] = self.sizes;
        self.what = what;
        match what {
            "rank one" => {
                for i in 0..p {
                    for k in 0..r {
                        self.theta[i * r + k] = self.theta[k].clone() * (i as i64 + 1);
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
}
