//! The laws at extreme points: none of them needs what the draws happen to be.

use super::{gradient_variance, input_duality, kernel, local_escape};
use crate::exact::groups::Operator;
use crate::instances::extremes::{Change, attack, large, scale, shrink};
use crate::scalar::Rational;

const CHANGES: [Change<super::drawing::Circuit>; 7] = [
    ("as drawn", |_| ()),
    ("O times 2^16", |circuit| scale(&mut circuit.observable.coefficients)),
    ("O times 2^-16", |circuit| shrink(&mut circuit.observable.coefficients)),
    ("H times 2^16", |circuit| scale(&mut circuit.generator.coefficients)),
    ("tr O large", |circuit| circuit.observable.coefficients[0] = large()),
    ("equal states", |circuit| circuit.states[1] = circuit.states[0].clone()),
    ("basis states", |circuit| {
        let qubits = circuit.qubits();
        circuit.states = [0, 1].map(|b| Operator::basis_state(qubits, b));
    }),
];

#[test]
fn outputs_have_their_covariance_at_every_scale() {
    attack(&kernel::CLAIM, &kernel::LAW, &CHANGES);
    attack(&local_escape::CLAIM, &local_escape::LAW, &CHANGES);
}

#[test]
fn gradients_have_their_variance_at_every_scale() {
    attack(&gradient_variance::CLAIM, &gradient_variance::LAW, &CHANGES);
}

#[test]
fn outputs_over_inputs_have_their_variance_at_every_scale() {
    attack(
        &input_duality::CLAIM,
        &input_duality::LAW,
        &[
            ("as drawn", |_| ()),
            ("O times 2^16", |instance| scale(&mut instance.eigenvalues)),
            ("one eigenvalue large", |instance| instance.eigenvalues[0] = large()),
            ("U = 1", |instance| {
                let ones = vec![Rational::from(1); instance.eigenvalues.len()];
                instance.circuit = crate::instances::operators::diagonal(&ones);
            }),
        ],
    );
}
