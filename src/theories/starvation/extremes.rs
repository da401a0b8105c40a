//! The laws at extreme points: none of them needs what the draws happen to be.

use super::{coupling_onset, response, spectral_decoupling, two_features};
use crate::instances::extremes::{Change, attack, drawn, large, scale, shrink};
use crate::scalar::{Interval, Mp, Rational};
use crate::verify::{Claim, Finding, In, Scalar, Status};

/// Examines a law at changed instances in intervals and in floats.
fn examine<L: In<Interval<256>> + In<Mp<1024>>>(claim: &Claim, law: &L, changes: &[Change<L::Instance>]) {
    for index in 0..16 {
        for (what, change) in changes {
            let mut instance = drawn(claim, law, index);
            change(&mut instance);
            let relations = In::<Mp<1024>>::relations(law, &instance).expect("an instance");
            let finding = Finding::judge(Scalar::Mp(1024), &relations, false);
            assert_eq!(finding.status, Status::Satisfied, "{} {index}, {what}: {}", claim.id, finding.worst);
            let relations = In::<Interval<256>>::relations(law, &instance).expect("an instance");
            let finding = Finding::judge(Scalar::Interval(256), &relations, false);
            assert_ne!(finding.status, Status::Violated, "{} {index}, {what}: {}", claim.id, finding.worst);
        }
    }
}

#[test]
fn responses_are_known_at_every_scale() {
    examine(
        &response::CLAIM,
        &response::LAW,
        &[
            ("as drawn", |_| ()),
            ("lambda times 2^16", |optimum| optimum.lambda *= large()),
            ("lambda times 2^-16", |optimum| optimum.lambda /= large()),
        ],
    );
}

#[test]
fn starvation_has_its_sign_at_every_scale() {
    examine(
        &two_features::CLAIM,
        &two_features::LAW,
        &[
            ("as drawn", |_| ()),
            ("lambda times 2^16", |optimum| optimum.lambda *= large()),
            ("lambda times 2^-16", |optimum| optimum.lambda /= large()),
        ],
    );
}

#[test]
fn decoupled_margins_are_known_at_every_scale() {
    examine(
        &spectral_decoupling::CLAIM,
        &spectral_decoupling::LAW,
        &[
            ("as drawn", |_| ()),
            ("Phi times 2^16", |features| features.stretch(&large())),
            ("Phi times 2^-16", |features| {
                features.stretch(&large().recip());
            }),
        ],
    );
}

#[test]
fn the_onset_is_known_at_every_scale() {
    attack(
        &coupling_onset::CLAIM,
        &coupling_onset::LAW,
        &[
            ("as drawn", |_| ()),
            ("strengths times 2^16", |start| scale(&mut start.strengths)),
            ("strengths times 2^-16", |start| shrink(&mut start.strengths)),
            ("equal strengths", |start| start.strengths.fill(Rational::from((3, 2)))),
            ("one strong feature", |start| start.strengths[0] = large()),
            ("lambda = 0", |start| start.lambda = Rational::new()),
            ("lambda = 2^16", |start| start.lambda = large()),
        ],
    );
}
