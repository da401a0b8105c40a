//! One benchmark for each layer: numbers, gradients, the entropic gradient, Newton's polish, the default verification.
//!
//! `cargo bench` compares with the run before; nothing here asserts a time.

use criterion::{Criterion, criterion_group, criterion_main};
use equipartition::entropic::Preconditioner;
use equipartition::entropic::stationary::{self, Chord};
use equipartition::instances::Problem;
use equipartition::instances::problem::{Decay, Rates};
use equipartition::model::{Carrier, Loss, Network, Piecewise};
use equipartition::scalar::{Field, Mp, Rational, Real, Ring};
use equipartition::theories::registry;
use equipartition::verify::runner::{Plan, run};
use equipartition::verify::{Case, Class, Draw, Settings};
use std::hint::black_box;
use std::sync::atomic::AtomicBool;

fn problem(network: Network, samples: usize) -> Problem {
    let mut draw = Draw::keyed("benchmark", "problem", 0, Case::Law, 0);
    Problem::draw_samples(&mut draw, Class::Smooth, network, Rates::Scalar, Decay::Positive, samples)
}

fn numbers(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("numbers");
    let (a, b) = (Mp::<256>::ratio(1, 3), Mp::<256>::ratio(2, 7));
    let (mut sum, mut scratch) = (Mp::<256>::ratio(0, 1), Mp::<256>::ratio(0, 1));
    group.bench_function("add_product at 256 bits", |bencher| {
        bencher.iter(|| sum.add_product(black_box(&a), black_box(&b), &mut scratch));
    });
    group.bench_function("tanh at 256 bits", |bencher| bencher.iter(|| black_box(&a).tanh()));
    group.finish();
}

fn gradients(criterion: &mut Criterion) {
    let network = Network::mlp(&[8, 16, 4], Piecewise::Relu, true, Loss::SquaredError);
    let problem = problem(network, 8);
    let mut group = criterion.benchmark_group("mlp 8-16-4, 8 samples");
    bench_gradients::<f64>(&mut group, "f64", &problem);
    bench_gradients::<Mp<256>>(&mut group, "256 bits", &problem);
    group.finish();
}

fn bench_gradients<T: Carrier>(
    group: &mut criterion::BenchmarkGroup<'_, criterion::measurement::WallTime>,
    scalar: &str,
    problem: &Problem,
) {
    let point = problem.at::<T>();
    group.bench_function(format!("sample gradients, {scalar}"), |bencher| {
        bencher.iter(|| point.objective().sample_gradients(black_box(&point.theta)));
    });
    group.bench_function(format!("entropic gradient, {scalar}"), |bencher| {
        bencher.iter(|| point.objective().entropic_gradient(black_box(&point.theta)));
    });
}

fn polish(criterion: &mut Criterion) {
    let mut problem = problem(Network::deep_linear(&[2, 2, 2]), 9);
    problem.preconditioner = Preconditioner::Scalar(Rational::from((1, 32)));
    problem.weight_decay = Rational::from((1, 100));
    let coarse = problem.at::<f64>();
    let found = stationary::search(&coarse.objective(), coarse.theta.clone()).expect("this start leads to a minimum");
    let chord = Chord::new(&coarse.objective(), &found).expect("the Hessian is finite");
    let fine = problem.at::<Mp<256>>();
    let start: Vec<Mp<256>> = found.iter().map(|x| Mp::new(&rug::Float::with_val(53, *x))).collect();
    let tolerance = Mp::epsilon() * Mp::integer(1 << 8);
    criterion.bench_function("newton polish to 256 bits, deep linear 2-2-2", |bencher| {
        bencher.iter(|| stationary::polish(&fine.objective(), &chord, start.clone(), &tolerance));
    });
}

fn verification(criterion: &mut Criterion) {
    let plan = Plan { settings: Settings::new(0, 256), instances: 32, jobs: 0, time_limit: None };
    let mut group = criterion.benchmark_group("verification");
    group.sample_size(10);
    group.bench_function("default", |bencher| {
        bencher.iter(|| run(&registry(), &plan, &AtomicBool::new(false), &|_| {}));
    });
    group.finish();
}

criterion_group!(benches, numbers, gradients, polish, verification);
criterion_main!(benches);
