//! The laws at extreme points: none of them needs what the draws happen to be.

use super::kicked::Kicked;
use super::optimisers::{Optimiser, Path};
use super::radius_fluctuation::Noise;
use super::{equation_of_state, maxwell_scaling, radius_fluctuation, runaway, turning_angle};
use crate::instances::extremes::{Tally, drawn};
use crate::scalar::Rational;
use crate::verify::routes::Asymptotic;
use crate::verify::{Case, Settings, Status, Stream};

fn large() -> Rational {
    Rational::from(1 << 16)
}

fn small() -> Rational {
    large().recip()
}

fn scale(numbers: &mut [Rational], factor: &Rational) {
    numbers.iter_mut().for_each(|number| *number *= factor);
}

/// What is done to a path.
type Change = (&'static str, fn(&mut Path));

const CHANGES: [Change; 14] = [
    ("as drawn", |_| ()),
    ("theta times 2^16", |path| scale(&mut path.theta, &large())),
    ("theta times 2^-16", |path| scale(&mut path.theta, &small())),
    ("one entry times 2^16", |path| path.theta[0] *= large()),
    ("equal entries", |path| path.theta.fill(Rational::from((3, 2)))),
    ("inputs times 2^16", |path| path.samples.iter_mut().for_each(|sample| scale(&mut sample.input, &large()))),
    ("inputs times 2^-16", |path| path.samples.iter_mut().for_each(|sample| scale(&mut sample.input, &small()))),
    ("no gradient", |path| path.samples.iter_mut().for_each(|sample| sample.input.fill(Rational::new()))),
    ("equal samples", |path| path.samples = vec![path.samples[0].clone(); path.samples.len()]),
    ("rate times 2^16", |path| path.rate *= large()),
    ("rate times 2^-16", |path| path.rate *= small()),
    ("decay times 2^16", |path| path.weight_decay *= large()),
    ("no decay", |path| path.weight_decay = Rational::new()),
    ("decay that reverses", |path| path.weight_decay = Rational::from(1) / &path.rate),
];

/// Every pair of changes of the paths of 32 instances.
fn changed(path: &Path) -> Vec<(String, Path)> {
    let mut all = Vec::new();
    for (number, (first_name, first)) in CHANGES.iter().enumerate() {
        for (second_name, second) in &CHANGES[number..] {
            let mut path = path.clone();
            path.samples.truncate(2);
            first(&mut path);
            second(&mut path);
            if path.is_defined() {
                all.push((format!("{first_name}, {second_name}"), path));
            }
        }
    }
    all
}

#[test]
fn the_turning_angle_is_known_at_every_scale() {
    let mut tally = Tally::default();
    for index in 0..32 {
        let turning_angle::Instance::Path(path) = drawn(&turning_angle::CLAIM, &turning_angle::LAW, index) else {
            continue;
        };
        for (what, path) in changed(&path) {
            let instance = turning_angle::Instance::Path(path);
            tally.see_law(turning_angle::CLAIM.id, &turning_angle::LAW, &instance, &what);
        }
    }
    assert!(tally.exact > 100 && tally.undecided.is_empty() && tally.outside == 0, "{tally:?}");
}

#[test]
fn paths_are_scaled_at_every_scale() {
    let mut tally = Tally::default();
    for index in 0..16 {
        let path = drawn(&maxwell_scaling::CLAIM, &maxwell_scaling::LAW, index).path;
        for (what, path) in changed(&path) {
            for a in [large(), small(), Rational::from((3, 7))] {
                let instance = maxwell_scaling::LAW.at_scale(path.clone(), a);
                tally.see_law(maxwell_scaling::CLAIM.id, &maxwell_scaling::LAW, &instance, &what);
            }
        }
    }
    assert!(tally.exact > 100 && tally.undecided.is_empty() && tally.outside == 0, "{tally:?}");
}

/// A start and a length of the gradient, far from what is drawn.
fn kicked(start: &Rational, kick: &Rational) -> Kicked {
    Kicked::draw(&mut Stream::new(&["extremes"], 0, 0), start.clone(), vec![kick.clone(); 2])
}

#[test]
fn the_map_of_the_radius_holds_at_every_scale() {
    let mut tally = Tally::default();
    let sizes = [small(), Rational::from((1, 2)), Rational::from(1), 1 + small(), Rational::from(2), large()];
    for start in &sizes {
        for kick in &sizes {
            let path = kicked(start, kick);
            let instance = runaway::Instance::unbounded(path);
            tally.see_law(runaway::CLAIM.id, &runaway::LAW, &instance, "extreme start and kick");
        }
    }
    // eps rho = 3/5, s = 4/5, next to both fixed points and to 0.
    for start in [small(), Rational::from((1, 5)) - small(), Rational::from((1, 5)), Rational::from((9, 5)) - small()] {
        let instance = equation_of_state::Instance::Kicked {
            path: kicked(&start, &Rational::from((3, 5))),
            root: Some(Rational::from((4, 5))),
        };
        tally.see_law(equation_of_state::CLAIM.id, &equation_of_state::LAW, &instance, "near a fixed point");
    }
    assert!(tally.exact == sizes.len().pow(2) + 4 && tally.outside == 0, "{tally:?}");
}

/// At eps rho = 1 the radius x = 1 is approached from below like 1/t.
#[test]
fn the_critical_radius_is_approached_slowly() {
    let mut x = 0.5_f64;
    for _ in 0..1000 {
        x *= (1.0 - x).powi(2) + 1.0;
    }
    assert!((0.99..1.0).contains(&x) && 1000.0 * (1.0 - x) > 0.9, "{x}");
}

/// Noise close to none, and close to all or nothing.
#[test]
fn the_fluctuation_is_that_of_the_noise() {
    let low = [small(), Rational::from((65535, 65536))];
    for low in &low {
        for high in [small(), Rational::from(1), Rational::from(64)] {
            for nothing in [Rational::new(), Rational::from((255, 256))] {
                let noise = Noise::new(low, &high, &nothing);
                let measured = radius_fluctuation::LAW.measure(&noise).expect("a law of every noise");
                let finding = measured.judge(&Settings::new(0, 256), Case::Law);
                assert_eq!(finding.status, Status::Satisfied, "{low}, {high}, {nothing}: {}", finding.worst);
            }
        }
    }
}

/// Heavy ball that starts with a buffer m has the symmetry with m / a: two steps, the first of which fills the buffer, show it.
#[test]
fn a_buffer_is_scaled_like_a_gradient() {
    let mut path = drawn(&maxwell_scaling::CLAIM, &maxwell_scaling::LAW, 0).path;
    path.optimiser = Optimiser::HeavyBall;
    path.loss.degree = 0;
    let scaled = maxwell_scaling::LAW.at_scale(path, Rational::from(3));
    let [first, second] = [&scaled.path, &scaled.scaled].map(|path| path.follow::<Rational>()[1].direction.clone());
    for (entry, other) in first.iter().zip(&second) {
        assert_eq!(*entry, Rational::from(other * 3));
    }
}
