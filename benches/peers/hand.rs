//! A peer of the rows at 256 bits: grad F of a perceptron with one hidden layer, written by hand on MPFR's numbers in place, without any generality.

use crate::work::{INPUTS, TARGETS, decay, number, rate};
use rug::{Assign, Float};

const BITS: u32 = 256;
const WIDTHS: [usize; 3] = [4, 8, 4];
const SAMPLES: usize = 16;

fn zeros(len: usize) -> Vec<Float> {
    vec![Float::new(BITS); len]
}

/// All numbers of the computation.
pub struct Hand {
    smooth: bool,
    theta: Vec<Float>,
    samples: Vec<(Vec<Float>, Vec<Float>)>,
    half_rate: Float,
    twice_decay: Float,
    total: Vec<Float>,
    gradient: Vec<Float>,
    curvature: Vec<Float>,
    /// `h`, `a`, slope and curvature of the hidden layer, what comes back to `a` and to `h`, and the tangents of `h`, `a` and the last.
    hidden: [Vec<Float>; 9],
    /// What comes back to the output, and its tangent.
    output: [Vec<Float>; 2],
    scratch: Float,
}

/// `sum += a b`
fn add(sum: &mut Float, a: &Float, b: &Float, scratch: &mut Float) {
    scratch.assign(a * b);
    *sum += &*scratch;
}

impl Hand {
    /// With tanh or ReLU in the hidden layer.
    pub fn new(smooth: bool) -> Self {
        let [inputs, width, outputs] = WIDTHS;
        let parameters = width * (inputs + 1) + outputs * (width + 1);
        let numbers =
            |from: usize, len: usize| (from..from + len).map(|k| Float::with_val(BITS, number(k))).collect::<Vec<_>>();
        let sample = |z: usize| (numbers(INPUTS + z * inputs, inputs), numbers(TARGETS + z * outputs, outputs));
        Hand {
            smooth,
            theta: numbers(0, parameters),
            samples: (0..SAMPLES).map(sample).collect(),
            half_rate: Float::with_val(BITS, rate() / 2),
            twice_decay: Float::with_val(BITS, decay() * 2),
            total: zeros(parameters),
            gradient: zeros(parameters),
            curvature: zeros(parameters),
            hidden: std::array::from_fn(|_| zeros(width)),
            output: std::array::from_fn(|_| zeros(outputs)),
            scratch: Float::new(BITS),
        }
    }

    /// `E[g + eta/2 H g] + 2 gamma theta`
    pub fn entropic_gradient(&mut self) -> &[Float] {
        self.total.iter_mut().for_each(|entry| entry.assign(0));
        for z in 0..SAMPLES {
            self.force(z);
            for ((entry, slope), curved) in self.total.iter_mut().zip(&self.gradient).zip(&self.curvature) {
                *entry += slope;
                add(entry, &self.half_rate, curved, &mut self.scratch);
            }
        }
        for (entry, parameter) in self.total.iter_mut().zip(&self.theta) {
            *entry /= SAMPLES as u32;
            add(entry, &self.twice_decay, parameter, &mut self.scratch);
        }
        &self.total
    }

    /// Writes `g` and `H g` of a sample.
    fn force(&mut self, z: usize) {
        let Hand { smooth, theta, samples, gradient, curvature, hidden, output, scratch, .. } = self;
        let [inputs, width, outputs] = WIDTHS;
        let (x, y) = &samples[z];
        let (first_bias, second, second_bias) =
            (inputs * width, (inputs + 1) * width, (inputs + 1) * width + width * outputs);
        let [h, a, slope, bend, back, delta, h_dot, a_dot, delta_dot] = hidden;
        let [error, error_dot] = output;
        for i in 0..width {
            h[i].assign(&theta[first_bias + i]);
            for j in 0..inputs {
                add(&mut h[i], &theta[i * inputs + j], &x[j], scratch);
            }
            if *smooth {
                // phi' = 1 - phi^2, phi'' = -2 phi phi'
                a[i].assign(h[i].tanh_ref());
                slope[i].assign(&a[i] * &a[i]);
                slope[i] -= 1;
                slope[i] *= -1;
                bend[i].assign(&a[i] * &slope[i]);
                bend[i] *= -2;
            } else {
                let open = h[i].is_sign_positive() && !h[i].is_zero();
                slope[i].assign(u32::from(open));
                if open {
                    a[i].assign(&h[i]);
                } else {
                    a[i].assign(0);
                }
            }
        }
        // l = |f - y|^2
        for i in 0..outputs {
            error[i].assign(&theta[second_bias + i] - &y[i]);
            for j in 0..width {
                add(&mut error[i], &theta[second + i * width + j], &a[j], scratch);
            }
            error[i] *= 2;
        }
        for j in 0..width {
            back[j].assign(0);
            for i in 0..outputs {
                add(&mut back[j], &theta[second + i * width + j], &error[i], scratch);
            }
            delta[j].assign(&back[j] * &slope[j]);
        }
        for i in 0..width {
            for j in 0..inputs {
                gradient[i * inputs + j].assign(&delta[i] * &x[j]);
            }
            gradient[first_bias + i].assign(&delta[i]);
        }
        for i in 0..outputs {
            for j in 0..width {
                gradient[second + i * width + j].assign(&error[i] * &a[j]);
            }
            gradient[second_bias + i].assign(&error[i]);
        }
        // The same along the gradient.
        for i in 0..width {
            h_dot[i].assign(&gradient[first_bias + i]);
            for j in 0..inputs {
                add(&mut h_dot[i], &gradient[i * inputs + j], &x[j], scratch);
            }
            a_dot[i].assign(&slope[i] * &h_dot[i]);
        }
        for i in 0..outputs {
            error_dot[i].assign(&gradient[second_bias + i]);
            for j in 0..width {
                add(&mut error_dot[i], &gradient[second + i * width + j], &a[j], scratch);
                add(&mut error_dot[i], &theta[second + i * width + j], &a_dot[j], scratch);
            }
            error_dot[i] *= 2;
        }
        for j in 0..width {
            delta_dot[j].assign(0);
            for i in 0..outputs {
                add(&mut delta_dot[j], &theta[second + i * width + j], &error_dot[i], scratch);
                add(&mut delta_dot[j], &gradient[second + i * width + j], &error[i], scratch);
            }
            delta_dot[j] *= &slope[j];
            if *smooth {
                scratch.assign(&bend[j] * &h_dot[j]);
                *scratch *= &back[j];
                delta_dot[j] += &*scratch;
            }
        }
        for i in 0..width {
            for j in 0..inputs {
                curvature[i * inputs + j].assign(&delta_dot[i] * &x[j]);
            }
            curvature[first_bias + i].assign(&delta_dot[i]);
        }
        for i in 0..outputs {
            for j in 0..width {
                let entry = &mut curvature[second + i * width + j];
                entry.assign(&error_dot[i] * &a[j]);
                add(entry, &error[i], &a_dot[j], scratch);
            }
            curvature[second_bias + i].assign(&error_dot[i]);
        }
    }
}
