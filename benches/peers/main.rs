//! The rows of the table in benches/RESULTS.md, and how their cost grows.
//!
//! `cargo bench --bench peers` measures them with Criterion. With `serve` as its only argument it is the program's side of `make bench-peers`:
//! it reads names of rows, one on a line, does each for a fifth of a second, and answers with the microseconds of processor time that
//! the fastest call took for one model, and with the number that it computed.

mod hand;
mod work;

use cpu_time::ThreadTime;
use criterion::{BenchmarkId, Criterion};
use std::io::{BufRead, Write};
use std::time::Duration;
use work::Work;

/// How long a row is repeated for one answer.
const ROUND: Duration = Duration::from_millis(200);

/// The least processor time of a call, in microseconds, and what it computed.
fn measure(run: &mut dyn FnMut() -> f64) -> (f64, f64) {
    let value = run();
    let (start, mut least) = (ThreadTime::now(), Duration::MAX);
    while start.elapsed() < ROUND {
        let before = ThreadTime::now();
        std::hint::black_box(run());
        least = least.min(before.elapsed());
    }
    (least.as_secs_f64() * 1e6, value)
}

fn serve() {
    let mut works = work::rows();
    works.extend(work::growings().into_iter().flat_map(|growing| growing.works.into_iter().map(|(_, work)| work)));
    for smooth in [false, true] {
        let mut hand = hand::Hand::new(smooth);
        let name = if smooth { "rug-tanh" } else { "rug-relu" };
        works.push(Work::new(name, 1, move || hand.entropic_gradient().iter().map(rug::Float::to_f64).sum()));
    }
    for line in std::io::stdin().lock().lines() {
        let line = line.expect("the driver writes lines");
        let work = works.iter_mut().find(|work| work.name == line).expect("the driver knows the rows");
        let models = work.models as f64;
        let (microseconds, value) = measure(&mut || work.run());
        println!("{:e} {value:e}", microseconds / models);
        std::io::stdout().flush().expect("the driver listens");
    }
}

fn benchmarks(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("rows");
    for mut work in work::rows() {
        group.bench_function(work.name.clone(), |bencher| bencher.iter(|| work.run()));
    }
    group.finish();
    for growing in work::growings() {
        let mut group = criterion.benchmark_group(format!("grad F, {}", growing.what));
        for (size, mut work) in growing.works {
            group.bench_function(BenchmarkId::from_parameter(size), |bencher| bencher.iter(|| work.run()));
        }
        group.finish();
    }
}

fn main() {
    if std::env::args().skip(1).any(|argument| argument == "serve") {
        return serve();
    }
    let mut criterion = Criterion::default().configure_from_args();
    benchmarks(&mut criterion);
    criterion.final_summary();
}
