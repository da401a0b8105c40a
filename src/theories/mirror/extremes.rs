//! The laws at extreme points: none of them needs what the draws happen to be.

use super::{attracting_saddle, phase_transition, residual_hessian};
use crate::instances::extremes::{attack, large, scale, shrink};
use crate::scalar::Rational;

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
        &phase_transition::MODE,
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
