//! The laws at extreme points: none of them needs what the draws happen to be.

use super::{
    attracting_saddle, critical_decay, deep_mode, learning_order, noiseless_escape, phase_transition, residual_hessian,
};
use crate::instances::extremes::{Change, attack, drawn, large, scale, shrink};
use crate::scalar::{Mp, Rational};
use crate::verify::{Finding, In, Scalar, Status};

#[test]
fn the_residual_curves_the_loss_across_a_mirror_at_every_scale() {
    attack(
        &residual_hessian::CLAIM,
        &residual_hessian::LAW,
        &[
            ("as drawn", |_| ()),
            ("weights times 2^16", |network| scale(&mut network.theta)),
            ("weights times 2^-16", |network| shrink(&mut network.theta)),
            ("inputs times 2^16", |network| network.samples.iter_mut().for_each(|sample| scale(&mut sample.0))),
            ("labels times 2^16", |network| network.samples.iter_mut().for_each(|sample| scale(&mut sample.1))),
            ("labels 0", |network| network.samples.iter_mut().for_each(|sample| sample.1.fill(Rational::new()))),
            ("inputs 0", |network| network.samples.iter_mut().for_each(|sample| sample.0.fill(Rational::new()))),
            ("weights 0", |network| network.theta.fill(Rational::new())),
            ("gamma = 2^16", |network| network.weight_decay = large()),
        ],
    );
}

#[test]
fn a_mode_switches_at_every_scale() {
    attack(
        &phase_transition::CLAIM,
        &deep_mode::MODE,
        &[
            ("as drawn", |_| ()),
            ("w times 2^16", |mode| mode.w *= large()),
            ("w times 2^-16", |mode| mode.w /= large()),
            ("another state far away", |mode| mode.other *= large()),
            ("another state near 0", |mode| mode.other /= large()),
            ("just below the threshold", |mode| mode.part = Rational::from(1) - large().recip()),
            ("just above the threshold", |mode| mode.part = Rational::from(1) + large().recip()),
            ("a mode much larger", |mode| mode.excess *= large()),
            ("depth 9", |mode| mode.depth = 9),
        ],
    );
}

#[test]
fn a_saddle_attracts_in_its_window_at_every_scale() {
    attack(
        &attracting_saddle::CLAIM,
        &attracting_saddle::LAW,
        &[
            ("as drawn", |_| ()),
            ("labels times 2^16, eta times 2^-16", |instance| {
                scale(&mut instance.labels);
                instance.learning_rate /= large();
            }),
            ("labels times 2^-16, eta times 2^16", |instance| {
                shrink(&mut instance.labels);
                instance.learning_rate *= large();
            }),
            ("labels exchanged", |instance| instance.labels.reverse()),
            ("a point far away", |instance| scale(&mut instance.theta)),
            ("equal weights", |instance| instance.theta.fill(Rational::from((3, 2)))),
            ("gamma = 2^16", |instance| instance.weight_decay = large()),
            ("gamma = 0", |instance| instance.weight_decay = Rational::new()),
        ],
    );
}

#[test]
fn a_dead_neuron_is_stable_above_its_threshold_at_every_scale() {
    let one = || Rational::from(1);
    let small = || large().recip();
    attack(
        &critical_decay::CLAIM,
        &critical_decay::LAW,
        &[
            ("as drawn", |_| ()),
            ("residuals times 2^16", |dead| dead.rescale(&large(), &Rational::from(1))),
            ("residuals times 2^-16", |dead| dead.rescale(&large().recip(), &Rational::from(1))),
            ("inputs times 2^16", |dead| dead.rescale(&Rational::from(1), &large())),
            ("inputs times 2^-16", |dead| dead.rescale(&Rational::from(1), &large().recip())),
            ("just above the threshold", |dead| dead.place(&(Rational::from(1) + large().recip()))),
            ("just below the threshold", |dead| dead.place(&(Rational::from(1) - large().recip()))),
            ("far above the threshold", |dead| dead.place(&large())),
            ("far below the threshold", |dead| dead.place(&large().recip())),
        ],
    );
    // Other neurons far away and near 0, where linear ones are stable or not by the sign of 2 gamma - M alone.
    for index in (0..64).step_by(2) {
        for size in [large(), small(), one()] {
            let mut dead = drawn(&critical_decay::CLAIM, &critical_decay::LAW, index);
            if dead.neuron == super::dead_neuron::Neuron::Squared && size > 1 {
                continue;
            }
            dead.other.0.iter_mut().chain(&mut dead.other.1).for_each(|entry| *entry *= &size);
            let relations = In::<Rational>::relations(&critical_decay::LAW, &dead).expect("an instance");
            let finding = Finding::judge(Scalar::Rational, &relations, false);
            assert_ne!(finding.status, Status::Violated, "another neuron times {size}: {}", finding.worst);
        }
    }
}

#[test]
fn a_mode_leaves_its_saddle_in_time_at_every_scale() {
    let changes: [Change<noiseless_escape::Mode>; 5] = [
        ("as drawn", |_| ()),
        ("w times 2^16", |mode| mode.rescale(16)),
        ("w times 2^-16", |mode| mode.rescale(-16)),
        ("eta over 4", |mode| mode.pace(&Rational::from((1, 4)))),
        ("eta times 3/2", |mode| mode.pace(&Rational::from((3, 2)))),
    ];
    for index in (0..12).step_by(2) {
        for (number, (first, change)) in changes.iter().enumerate() {
            for (second, other) in &changes[number..] {
                let mut mode = drawn(&learning_order::CLAIM, &noiseless_escape::LAW, index);
                change(&mut mode);
                other(&mut mode);
                let relations = In::<Mp<256>>::relations(&noiseless_escape::LAW, &mode).expect("an instance");
                let finding = Finding::judge(Scalar::Mp(256), &relations, false);
                assert_eq!(finding.status, Status::Satisfied, "{first}, {second}: {}", finding.worst);
            }
        }
    }
}
