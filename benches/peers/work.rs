//! The work that is measured: the rows of the table, on numbers that the peers make by the same formula.

use equipartition::data::{DataSet, Fixed, Sample};
use equipartition::entropic::Preconditioner;
use equipartition::instances::Problem;
use equipartition::instances::problem::Point;
use equipartition::linalg::products::add_multiple;
use equipartition::model::{Activation, Carrier, Loss, Network, Piecewise, Smooth};
use equipartition::scalar::{Mp, Rational};
use equipartition::verify::Class;

/// The k-th number, dyadic and so the same in every scalar: `((7919 k + 13) mod 1009 - 504) / 1024`. Peers have the same line.
pub fn number(k: usize) -> Rational {
    Rational::from((((7919 * k + 13) % 1009) as i64 - 504, 1024))
}

/// Where the numbers of inputs and of targets begin; the parameters begin at 0.
pub const INPUTS: usize = 100_000;
pub const TARGETS: usize = 200_000;

/// The parameters of model `number` begin `37 number` numbers later.
const STRIDE: usize = 37;

pub fn rate() -> Rational {
    Rational::from((1, 128))
}

pub fn decay() -> Rational {
    Rational::from((1, 1024))
}

/// A multilayer perceptron with biases under squared error.
pub fn problem(widths: &[usize], activation: impl Into<Activation>, samples: usize) -> Problem {
    let network = Network::mlp(widths, activation, true, Loss::SquaredError);
    let (inputs, outputs) = (network.input_len(), network.target_len());
    let numbers = |from: usize, len: usize| (from..from + len).map(number).collect::<Vec<_>>();
    let sample = |z: usize| Sample {
        input: numbers(INPUTS + z * inputs, inputs),
        target: numbers(TARGETS + z * outputs, outputs),
        gates: None,
        fixed: Fixed::default(),
    };
    Problem {
        class: Class::Smooth,
        theta: numbers(0, network.parameter_count()),
        network,
        data: DataSet::new((0..samples).map(sample).collect()),
        preconditioner: Preconditioner::Scalar(rate()),
        weight_decay: decay(),
        degeneracy: "",
    }
}

/// One of the things that are measured: a call does the work once and gives a number that the peers' must equal.
pub struct Work {
    pub name: String,
    /// How many models a call is for: the cost is given for one.
    pub models: usize,
    run: Box<dyn FnMut() -> f64>,
}

impl Work {
    pub fn new(name: impl Into<String>, models: usize, run: impl FnMut() -> f64 + 'static) -> Self {
        Work { name: name.into(), models, run: Box::new(run) }
    }

    pub fn run(&mut self) -> f64 {
        (self.run)()
    }
}

/// A scalar whose numbers can be looked at in double precision.
pub trait Shown: Carrier {
    fn shown(&self) -> f64;
}
impl Shown for f64 {
    fn shown(&self) -> f64 {
        *self
    }
}
impl<const BITS: u32> Shown for Mp<BITS> {
    fn shown(&self) -> f64 {
        self.as_float().to_f64()
    }
}

fn sum<T: Shown>(entries: &[T]) -> f64 {
    entries.iter().map(Shown::shown).sum()
}

fn gradient<T: Shown>(name: impl Into<String>, problem: &Problem) -> Work {
    let point = problem.at::<T>();
    Work::new(name, 1, move || sum(&point.objective().entropic_gradient(&point.theta)))
}

/// Parameters of many models, moved through the numbers.
fn models(point: &Point<f64>, count: usize) -> Vec<Vec<f64>> {
    use equipartition::scalar::Field;
    let parameters = point.theta.len();
    (0..count).map(|m| (0..parameters).map(|k| f64::from_rational(&number(STRIDE * m + k))).collect()).collect()
}

/// `theta <- theta - eta (E g + 2 gamma theta)`
fn step(point: &Point<f64>, theta: &mut [f64]) {
    let Preconditioner::Scalar(rate) = point.preconditioner else { unreachable!("the rate is a number") };
    let mut force = point.objective().mean_gradient(theta);
    add_multiple(&mut force, &(2.0 * point.weight_decay), theta);
    add_multiple(theta, &-rate, &force);
}

/// Models and steps of the rows with many models.
pub const MODELS: usize = 1000;
pub const STEPS: usize = 10;

/// The rows of the table that are a computation; the others are whole processes.
pub fn rows() -> Vec<Work> {
    let large = problem(&[64, 64, 64, 10], Piecewise::Relu, 256);
    let small = problem(&[4, 8, 4], Piecewise::Relu, 16);
    let entropy = {
        let point = large.at::<f64>();
        // E|g|^2 = 4 S / eta
        Work::new("square", 1, move || point.objective().entropy(&point.theta) * 4.0 * 128.0)
    };
    let many_gradients = {
        let point = small.at::<f64>();
        let models = models(&point, MODELS);
        Work::new("gradient-of-a-thousand", MODELS, move || {
            models.iter().map(|theta| sum(&point.objective().entropic_gradient(theta))).sum()
        })
    };
    let many_steps = {
        let point = small.at::<f64>();
        let start = models(&point, MODELS);
        Work::new("step-of-a-thousand", MODELS * STEPS, move || {
            let run = |theta: &Vec<f64>| {
                let mut theta = theta.clone();
                (0..STEPS).for_each(|_| step(&point, &mut theta));
                sum(&theta)
            };
            start.iter().map(run).sum()
        })
    };
    let hessian = {
        let point = small.at::<f64>();
        Work::new("hessian", 1, move || sum(point.objective().entropic_hessian(&point.theta).as_slice()))
    };
    vec![
        entropy,
        gradient::<f64>("gradient", &large),
        many_gradients,
        many_steps,
        hessian,
        gradient::<Mp<256>>("gradient-256-relu", &small),
        gradient::<Mp<256>>("gradient-256-tanh", &problem(&[4, 8, 4], Smooth::Tanh, 16)),
    ]
}

/// How the cost of grad F grows with one size: what it is, and the work at every size.
pub struct Growing {
    pub what: &'static str,
    pub works: Vec<(usize, Work)>,
}

fn growing<T: Shown>(what: &'static str, sizes: &[(usize, Problem)]) -> Growing {
    let work = |(size, problem): &(usize, Problem)| (*size, gradient::<T>(format!("{what}-{size}"), problem));
    Growing { what, works: sizes.iter().map(work).collect() }
}

/// Two decades of every size; of bits, those that the program offers.
pub fn growings() -> Vec<Growing> {
    let square = |width: usize| (2 * width * (width + 1), problem(&[width, width, width], Piecewise::Relu, 16));
    let samples = |samples: usize| (samples, problem(&[4, 8, 4], Piecewise::Relu, samples));
    let (widths, counts) = ([4, 8, 16, 32, 48].map(square), [16, 50, 160, 500, 1600].map(samples));
    // Dyadic numbers leave most limbs of a long mantissa 0, which took a quarter of the time at 4,096 bits.
    let mut of_bits = samples(16).1;
    of_bits.theta.iter_mut().for_each(|parameter| *parameter /= 3);
    let of_bits = &of_bits;
    let bits = vec![
        (64, gradient::<Mp<64>>("bits-64", of_bits)),
        (128, gradient::<Mp<128>>("bits-128", of_bits)),
        (256, gradient::<Mp<256>>("bits-256", of_bits)),
        (512, gradient::<Mp<512>>("bits-512", of_bits)),
        (1024, gradient::<Mp<1024>>("bits-1024", of_bits)),
        (2048, gradient::<Mp<2048>>("bits-2048", of_bits)),
        (4096, gradient::<Mp<4096>>("bits-4096", of_bits)),
    ];
    vec![
        growing::<f64>("parameters-f64", &widths),
        growing::<Mp<256>>("parameters-256", &widths),
        growing::<f64>("samples-f64", &counts),
        growing::<Mp<256>>("samples-256", &counts),
        Growing { what: "bits", works: bits },
    ]
}
