//! Two features of a linearised network under the logistic loss, with weight decay and with spectral decoupling.
//!
//! `u = Phi theta`, `Phi = U S`, `w_1 = (c, s)` shared by both samples and `w_2 = (-s, c)`; penalties `(lambda/2) |theta|^2` and `(lambda/2) |u|^2`. Three
//! things are seen: descent from 0 at one strength of the first feature, beside the optimum and the uncoupled linear modes; the first deviation from these along gradient
//! flow (`starvation/coupling-onset`); and the end of descent at many strengths of the first feature, with its derivative from two further ends
//! (`starvation/two-features`, `starvation/spectral-decoupling`).

use super::refusal::{Refusal, is_positive, require};
use crate::closed_form::features as law;
use rayon::prelude::*;
use std::fmt;

/// Strengths of the first feature, in equal ratios from a quarter of the second's to four times it.
pub const STRENGTHS: usize = 49;
/// Records of the path, and of the onset.
pub const RECORDS: usize = 60;
/// The ratio of the strongest to the weakest first feature is the square of this.
const RANGE: f64 = 4.0;
/// The derivative by `s_1^2` is a difference over so large a part of it, to either side.
const PART: f64 = 1e-4;
/// Onsets are seen between these times, the unit being `1/s_1^2`.
const ONSET: (f64, f64) = (0.02, 1.0);
/// Steps of the integrator up to each record of the onset.
const SUBSTEPS: usize = 64;
/// Descent ends where a step moves no parameter by more than this, or after so many.
const STILL: f64 = 1e-16;
const MOST_STEPS: usize = 4_000_000;

/// What is run.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// The angle of the first feature in degrees: `c` and `s` are its cosine and sine.
    pub angle: f64,
    /// `s_1` of the path.
    pub first: f64,
    /// `s_2`
    pub second: f64,
    /// `lambda` of both penalties.
    pub penalty: f64,
    /// `eta`
    pub learning_rate: f64,
    /// Steps of the path.
    pub steps: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Settings { angle: 30.0, first: 3.0, second: 1.0, penalty: 0.05, learning_rate: 0.1, steps: 10_000 }
    }
}

impl Settings {
    /// # Errors
    /// The first setting that is out of range.
    pub fn validate(&self) -> Result<(), Refusal> {
        let Settings { angle, first, second, penalty, learning_rate, steps } = self;
        let is_shared = is_positive(*angle) && *angle < 45.0;
        require(
            is_shared,
            "the angle",
            angle,
            "degrees between 0 and 45: the first feature is shared by both samples",
        )?;
        let range = 0.01..=100.0;
        require(range.contains(first), "the strength of the first feature", first, "0.01 to 100")?;
        require(range.contains(second), "the strength of the second feature", second, "0.01 to 100")?;
        require((1e-3..=10.0).contains(penalty), "the penalty", penalty, "0.001 to 10")?;
        require(is_positive(*learning_rate), "the learning rate", learning_rate, "a positive number")?;
        let strongest = first.max(RANGE * second).powi(2);
        let curvature = (strongest / 4.0 + penalty).max(strongest * (0.25 + penalty));
        let expected = "a positive number for which descent is stable at every strength: below 1 over the largest curvature, s^2 (1/4 + lambda)";
        require(learning_rate * curvature < 1.0, "the learning rate", learning_rate, expected)?;
        require((1000..=10_000_000).contains(steps), "the number of steps", steps, "1000 to 10^7")
    }

    /// `(c, s)`
    pub fn axis(&self) -> [f64; 2] {
        let (sine, cosine) = self.angle.to_radians().sin_cos();
        [cosine, sine]
    }

    /// The parts of the work: two paths, two onsets, and ends.
    pub fn work(&self) -> u64 {
        (2 * (2 + STRENGTHS)) as u64
    }

    /// The strengths of the first feature.
    fn strengths(&self) -> Vec<f64> {
        let middle = (STRENGTHS as f64 - 1.0) / 2.0;
        (0..STRENGTHS).map(|place| self.second * RANGE.powf((place as f64 - middle) / middle)).collect()
    }
}

/// What is punished.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Penalty {
    /// `(lambda/2) |theta|^2`
    WeightDecay,
    /// `(lambda/2) |u|^2`
    SpectralDecoupling,
}

impl Penalty {
    /// Both.
    pub const ALL: [Penalty; 2] = [Penalty::WeightDecay, Penalty::SpectralDecoupling];
}

impl fmt::Display for Penalty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Penalty::WeightDecay => "weight decay",
            Penalty::SpectralDecoupling => "spectral decoupling",
        })
    }
}

/// Features of given strengths under a penalty.
#[derive(Clone, Copy)]
struct Features {
    axis: [f64; 2],
    strengths: [f64; 2],
    penalty: Penalty,
    lambda: f64,
}

fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

impl Features {
    fn of(settings: &Settings, first: f64, penalty: Penalty) -> Self {
        Features { axis: settings.axis(), strengths: [first, settings.second], penalty, lambda: settings.penalty }
    }

    /// `U v`
    fn margins(&self, [z1, z2]: [f64; 2]) -> [f64; 2] {
        let [c, s] = self.axis;
        [c * z1 - s * z2, s * z1 + c * z2]
    }

    /// `U^T v`
    fn responses(&self, [u1, u2]: [f64; 2]) -> [f64; 2] {
        let [c, s] = self.axis;
        [c * u1 + s * u2, c * u2 - s * u1]
    }

    /// `s_1^2` and `s_2^2`
    fn squares(&self) -> [f64; 2] {
        self.strengths.map(|s| s * s)
    }

    /// Minus the gradient of loss and penalty at parameters `theta`, `z = S theta`.
    fn force(&self, theta: [f64; 2]) -> [f64; 2] {
        let scaled = |v: [f64; 2]| [0, 1].map(|j| self.strengths[j] * v[j]);
        let margins = self.margins(scaled(theta));
        match self.penalty {
            Penalty::WeightDecay => {
                let pull = scaled(self.responses(margins.map(|u| logistic(-u))));
                [0, 1].map(|j| pull[j] - self.lambda * theta[j])
            }
            Penalty::SpectralDecoupling => scaled(self.responses(margins.map(|u| logistic(-u) - self.lambda * u))),
        }
    }

    /// The responses where descent comes to rest.
    fn settled(&self, learning_rate: f64) -> [f64; 2] {
        let mut theta = [0.0; 2];
        for _ in 0..MOST_STEPS {
            let force = self.force(theta);
            theta = [0, 1].map(|j| theta[j] + learning_rate * force[j]);
            if force.iter().zip(&theta).all(|(force, theta)| (learning_rate * force).abs() <= STILL * theta.abs()) {
                break;
            }
        }
        [0, 1].map(|j| self.strengths[j] * theta[j])
    }

    /// The responses at the optimum: of weight decay by Newton's method for `u = K alpha/lambda`, of spectral decoupling from its one margin.
    fn optimum(&self) -> [f64; 2] {
        if self.penalty == Penalty::SpectralDecoupling {
            return self.responses([law::common_margin(self.lambda); 2]);
        }
        let squares = self.squares();
        let k = |v: [f64; 2]| {
            let z = self.responses(v);
            self.margins([0, 1].map(|j| squares[j] * z[j]))
        };
        let gap = |u: [f64; 2]| {
            let pulled = k(u.map(|u| logistic(-u)));
            [0, 1].map(|i| u[i] - pulled[i] / self.lambda)
        };
        let size = |v: [f64; 2]| v[0].hypot(v[1]);
        let mut u = [0.0; 2];
        for _ in 0..200 {
            // (I + K D/lambda) step = -gap
            let slopes = u.map(|u| logistic(u) * logistic(-u));
            let [left, right] =
                [k([slopes[0], 0.0]), k([0.0, slopes[1]])].map(|column| column.map(|x| x / self.lambda));
            let (a, b, c, d) = (1.0 + left[0], right[0], left[1], 1.0 + right[1]);
            let g = gap(u);
            let whole = a * d - b * c;
            let step = [(b * g[1] - d * g[0]) / whole, (c * g[0] - a * g[1]) / whole];
            let mut part = 1.0;
            while part > 1e-9 && size(gap([0, 1].map(|i| u[i] + part * step[i]))) > size(g) {
                part /= 2.0;
            }
            u = [0, 1].map(|i| u[i] + part * step[i]);
        }
        self.responses(u)
    }

    /// `dz_2/d(s_1^2)` in closed form.
    fn response(&self) -> f64 {
        if self.penalty == Penalty::SpectralDecoupling {
            return 0.0;
        }
        let alpha = self.margins(self.optimum()).map(|u| logistic(-u));
        law::starved(&self.axis, &self.squares(), &alpha, &self.lambda)
    }

    /// The modes of the linear system in which `alpha = 1/2 - u/4`, from 0.
    fn linear(&self, time: f64) -> [f64; 2] {
        let squares = self.squares();
        let pulls = self.responses([0.5; 2]);
        [0, 1].map(|j| {
            let held = if self.penalty == Penalty::WeightDecay { self.lambda } else { self.lambda * squares[j] };
            let decay = squares[j] / 4.0 + held;
            squares[j] * pulls[j] * -(-decay * time).exp_m1() / decay
        })
    }

    /// Its deviation from these to leading order, over `t^4`.
    fn onset(&self) -> [f64; 2] {
        let squares = self.squares();
        let k = |v: &[f64]| {
            let z = self.responses([v[0], v[1]]);
            self.margins([0, 1].map(|j| squares[j] * z[j])).to_vec()
        };
        let deviation = law::onset(2, 48, k);
        self.responses([deviation[0], deviation[1]])
    }

    /// Gradient flow from 0, by the classical Runge-Kutta method: the responses less the linear modes at some times.
    fn deviations(&self, times: &[f64]) -> Vec<[f64; 2]> {
        let plus = |a: [f64; 2], part: f64, b: [f64; 2]| [0, 1].map(|j| a[j] + part * b[j]);
        let (mut theta, mut now) = ([0.0; 2], 0.0);
        let at = |&time: &f64| {
            let step = (time - now) / SUBSTEPS as f64;
            for _ in 0..SUBSTEPS {
                let k1 = self.force(theta);
                let k2 = self.force(plus(theta, step / 2.0, k1));
                let k3 = self.force(plus(theta, step / 2.0, k2));
                let k4 = self.force(plus(theta, step, k3));
                theta = [0, 1].map(|j: usize| theta[j] + step / 6.0 * (k1[j] + 2.0 * k2[j] + 2.0 * k3[j] + k4[j]));
            }
            now = time;
            let linear = self.linear(time);
            [0, 1].map(|j| self.strengths[j] * theta[j] - linear[j])
        };
        times.iter().map(at).collect()
    }
}

/// Descent at one strength.
#[derive(Clone, Debug, PartialEq)]
pub struct Path {
    /// What is punished.
    pub penalty: Penalty,
    /// Time `eta k`, with both responses and both linear modes.
    pub records: Vec<(f64, [f64; 2], [f64; 2])>,
    /// The responses at the optimum.
    pub optimum: [f64; 2],
}

/// How features leave their linear modes.
#[derive(Clone, Debug, PartialEq)]
pub struct Onset {
    /// What is punished.
    pub penalty: Penalty,
    /// Time, with the deviation of both responses and the leading term of it.
    pub records: Vec<(f64, [f64; 2], [f64; 2])>,
}

/// Where descent ends at one strength of the first feature.
#[derive(Clone, Debug, PartialEq)]
pub struct End {
    /// What is punished.
    pub penalty: Penalty,
    /// `s_1`
    pub strength: f64,
    /// Both responses, and those at the optimum.
    pub responses: [f64; 2],
    /// See [`End::responses`].
    pub exact: [f64; 2],
    /// `dz_2/d(s_1^2)` from two further ends, and in closed form.
    pub moved: f64,
    /// See [`End::moved`].
    pub exact_moved: f64,
}

/// What was seen.
#[derive(Clone, Debug, PartialEq)]
pub struct Observation {
    /// What was run.
    pub settings: Settings,
    /// One for each penalty.
    pub paths: Vec<Path>,
    /// One for each penalty.
    pub onsets: Vec<Onset>,
    /// By penalty, from the weakest first feature on.
    pub ends: Vec<End>,
}

/// Runs everything, on the threads of the current pool. `progress` is told of parts as they end, [`Settings::work`] in all.
///
/// The result depends on the settings only.
///
/// # Errors
/// [`Refusal::Setting`]
pub fn observe(settings: &Settings, progress: &(dyn Fn(u64) + Sync)) -> Result<Observation, Refusal> {
    settings.validate()?;
    let paths = Penalty::ALL.map(|penalty| follow(settings, penalty)).to_vec();
    let onsets = Penalty::ALL.map(|penalty| leave(settings, penalty)).to_vec();
    progress(4);
    let all: Vec<(Penalty, f64)> = Penalty::ALL
        .into_iter()
        .flat_map(|penalty| settings.strengths().into_iter().map(move |strength| (penalty, strength)))
        .collect();
    let at = |(penalty, strength)| {
        let end = end(settings, penalty, strength);
        progress(1);
        end
    };
    let ends = all.into_par_iter().map(at).collect();
    Ok(Observation { settings: settings.clone(), paths, onsets, ends })
}

/// Times in equal ratios.
fn spread(from: f64, to: f64) -> impl Iterator<Item = f64> {
    (0..RECORDS).map(move |record| from * (to / from).powf(record as f64 / (RECORDS as f64 - 1.0)))
}

fn follow(settings: &Settings, penalty: Penalty) -> Path {
    let features = Features::of(settings, settings.first, penalty);
    let mut wanted: Vec<usize> = spread(1.0, settings.steps as f64).map(|step| step.round() as usize).collect();
    wanted.dedup();
    let (mut theta, mut records) = ([0.0; 2], Vec::new());
    for step in 1..=settings.steps {
        let force = features.force(theta);
        theta = [0, 1].map(|j| theta[j] + settings.learning_rate * force[j]);
        if wanted.binary_search(&step).is_ok() {
            let time = settings.learning_rate * step as f64;
            records.push((time, [0, 1].map(|j| features.strengths[j] * theta[j]), features.linear(time)));
        }
    }
    Path { penalty, records, optimum: features.optimum() }
}

fn leave(settings: &Settings, penalty: Penalty) -> Onset {
    let features = Features::of(settings, settings.first, penalty);
    let unit = 1.0 / settings.first.max(settings.second).powi(2);
    let times: Vec<f64> = spread(ONSET.0 * unit, ONSET.1 * unit).collect();
    let leading = features.onset();
    let records = times.iter().zip(features.deviations(&times));
    let records = records.map(|(&time, seen)| (time, seen, leading.map(|term| term * time.powi(4)))).collect();
    Onset { penalty, records }
}

fn end(settings: &Settings, penalty: Penalty, strength: f64) -> End {
    let at = |square: f64| Features::of(settings, square.sqrt(), penalty).settled(settings.learning_rate);
    let square = strength * strength;
    let [more, less] = [1.0, -1.0].map(|sign| at(square * (1.0 + sign * PART))[1]);
    let features = Features::of(settings, strength, penalty);
    End {
        penalty,
        strength,
        responses: at(square),
        exact: features.optimum(),
        moved: (more - less) / (2.0 * PART * square),
        exact_moved: features.response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_optimum_balances_pull_and_penalty() {
        for (first, second, lambda) in [(3.0, 1.0, 0.05), (0.25, 1.0, 1e-3), (4.0, 0.5, 10.0)] {
            for penalty in Penalty::ALL {
                let settings = Settings { first, second, penalty: lambda, ..Settings::default() };
                let features = Features::of(&settings, first, penalty);
                let optimum = features.optimum();
                let force = features.force([0, 1].map(|j| optimum[j] / features.strengths[j]));
                assert!(force.iter().all(|force| force.abs() < 1e-12), "{penalty} {force:?}");
            }
        }
    }

    /// Linear modes by their own equation, `z' = s^2 (w^T 1)/2 - (s^2/4 + ...) z`.
    #[test]
    fn linear_modes_solve_the_linear_system() {
        for penalty in Penalty::ALL {
            let features = Features::of(&Settings::default(), 3.0, penalty);
            let step = 1e-6;
            let [before, now, after] = [0.5 - step, 0.5, 0.5 + step].map(|time| features.linear(time));
            let squares = features.squares();
            let pull = features.responses(features.margins(now).map(|u| 0.5 - u / 4.0));
            for j in 0..2 {
                let held = if penalty == Penalty::WeightDecay { 0.05 } else { 0.05 * squares[j] };
                let rate = squares[j] * pull[j] - held * now[j];
                assert!(((after[j] - before[j]) / (2.0 * step) - rate).abs() < 1e-7, "{penalty} {j}");
            }
        }
    }
}
