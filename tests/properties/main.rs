//! What the theory predicts of any network, on random networks, data, group elements and steps: exactly, in the rationals.
//!
//! A case that fails shrinks, sizes first: to a network, samples and numbers of which none can be made smaller by itself. That it does is tested too.

mod network;

use equipartition::linalg::products::dot;
use equipartition::scalar::Rational;
use equipartition::symmetry::{self, Element, LinearMap};
use network::{Drawn, homogeneous_network};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestError, TestRng, TestRunner};

/// `u^T A v`
fn form(a: &LinearMap, u: &[Rational], v: &[Rational]) -> Rational {
    dot(u, &a.apply(v))
}

/// The mean of a quadratic form of the samples' gradients.
fn mean_form(drawn: &Drawn, gradients: &[Vec<Rational>], of: impl Fn(&[Rational]) -> Rational) -> Rational {
    let weight = Rational::from((1, drawn.samples() as u64));
    gradients.iter().map(|gradient| of(gradient)).sum::<Rational>() * weight
}

/// `loss(K theta) = loss(theta)`, and the gradients go with the transposed inverse.
fn is_symmetric(drawn: &Drawn, element: &Element) -> Result<(), TestCaseError> {
    let problem = drawn.problem();
    let point = problem.at::<Rational>();
    let (objective, moved) = (point.objective(), element.map.apply(&point.theta));
    prop_assert_eq!(objective.loss(&moved), objective.loss(&point.theta));
    for (there, here) in objective.sample_gradients(&moved).iter().zip(objective.sample_gradients(&point.theta)) {
        prop_assert_eq!(element.map.transposed().apply(there), here);
    }
    Ok(())
}

/// `(A theta)^T g_z = 0` for the rescaling of a neuron by a degree that need not be the activation's.
fn neuron_is_balanced(drawn: &Drawn, degree: i64) -> Result<(), TestCaseError> {
    let problem = drawn.problem();
    let point = problem.at::<Rational>();
    let generator = symmetry::neuron(&problem.network, 0, 0, degree);
    let direction = generator.map.apply(&point.theta);
    for gradient in point.objective().sample_gradients(&point.theta) {
        prop_assert_eq!(dot(&direction, &gradient), Rational::new());
    }
    Ok(())
}

proptest! {
    #![proptest_config(Config::with_cases(64))]

    /// Balance off the shell: along the rescaling of any neuron, at any point, with one learning rate,
    /// `(A theta)^T grad F = 2 gamma theta^T A theta - eta/2 E[g^T A g]`.
    #[test]
    fn neurons_and_layers_balance_at_every_point(drawn in homogeneous_network()) {
        let problem = drawn.problem();
        let point = problem.at::<Rational>();
        let objective = point.objective();
        let (gradients, force) = (objective.sample_gradients(&point.theta), objective.entropic_gradient(&point.theta));
        let rate = problem.learning_rate::<Rational>();
        let generators = symmetry::neurons(&problem.network).into_iter().chain(symmetry::layers(&problem.network));
        for generator in generators {
            let a = &generator.map;
            let decay = Rational::from(&problem.weight_decay * 2) * form(a, &point.theta, &point.theta);
            let noise = Rational::from(&rate / 2) * mean_form(&drawn, &gradients, |g| form(a, g, g));
            prop_assert_eq!(dot(&a.apply(&point.theta), &force), decay - noise, "{}", generator.name);
        }
    }

    /// The master identity with a full matrix of learning rates:
    /// `(A theta)^T grad F = gamma theta^T (A + A^T) theta - 1/4 E[g^T (A Lambda + Lambda A^T) g]`.
    #[test]
    fn the_master_identity_holds_for_every_generator_and_preconditioner(drawn in homogeneous_network()) {
        let problem = drawn.preconditioned();
        let point = problem.at::<Rational>();
        let objective = point.objective();
        let (gradients, force) = (objective.sample_gradients(&point.theta), objective.entropic_gradient(&point.theta));
        for generator in symmetry::neurons(&problem.network) {
            let a = &generator.map;
            let decay = Rational::from(&problem.weight_decay * 2) * form(a, &point.theta, &point.theta);
            // g^T A Lambda g and g^T Lambda A^T g are one number.
            let noise = mean_form(&drawn, &gradients, |g| form(a, g, &point.preconditioner.apply(g))) / 2;
            prop_assert_eq!(dot(&a.apply(&point.theta), &force), decay - noise, "{}", generator.name);
        }
    }

    /// Rescalings by any positive factor leave the loss as it is, and so does one after another.
    #[test]
    fn rescalings_are_symmetries_of_the_loss(drawn in homogeneous_network(), factors in prop::array::uniform2(1..=12u32)) {
        let problem = drawn.problem();
        let [first, second] = factors.map(|factor| {
            let factor = Rational::from((factor, 4));
            symmetry::neuron_rescaling(&problem.network, 0, drawn.neuron(), &factor, drawn.degree())
        });
        is_symmetric(&drawn, &first)?;
        is_symmetric(&drawn, &first.after(&second))?;
        is_symmetric(&drawn, &first.inverted())?;
    }

    /// Discrete symmetries that are orthogonal maps are symmetries of the entropic loss too: permutations of neurons.
    #[test]
    fn permutations_are_preserved_by_the_entropic_loss(drawn in homogeneous_network(), turn in 0..6usize) {
        let problem = drawn.problem();
        let element = symmetry::neuron_permutation(&problem.network, 0, &drawn.places(turn));
        is_symmetric(&drawn, &element)?;
        prop_assert!(element.is_orthogonal());
        let point = problem.at::<Rational>();
        let (objective, moved) = (point.objective(), element.map.apply(&point.theta));
        prop_assert_eq!(objective.entropic_loss(&moved), objective.entropic_loss(&point.theta));
        let carried = element.map.apply(&objective.entropic_gradient(&point.theta));
        prop_assert_eq!(objective.entropic_gradient(&moved), carried);
    }

    /// The sign of a neuron of a linear network is preserved as well.
    #[test]
    fn signs_of_odd_neurons_are_preserved_by_the_entropic_loss(drawn in network::linear_network()) {
        let problem = drawn.problem();
        let element = symmetry::sign_flip(&problem.network, 0, drawn.neuron());
        is_symmetric(&drawn, &element)?;
        let point = problem.at::<Rational>();
        let (objective, moved) = (point.objective(), element.map.apply(&point.theta));
        prop_assert_eq!(objective.entropic_loss(&moved), objective.entropic_loss(&point.theta));
    }

    /// A rescaling is a symmetry of the loss and none of the entropic loss, unless nothing moves that it acts on:
    /// the difference is that of the quadratic forms of parameters and gradients.
    #[test]
    fn rescalings_are_broken_by_decay_and_noise_alone(drawn in homogeneous_network(), factor in 5..=12u32) {
        let problem = drawn.problem();
        let factor = Rational::from((factor, 4));
        let element = symmetry::neuron_rescaling(&problem.network, 0, drawn.neuron(), &factor, drawn.degree());
        let point = problem.at::<Rational>();
        let (objective, moved) = (point.objective(), element.map.apply(&point.theta));
        let square = |vector: &[Rational]| dot(vector, vector);
        let decay = &problem.weight_decay * (square(&moved) - square(&point.theta));
        let back = element.inverse.transposed();
        let gradients = objective.sample_gradients(&point.theta);
        let noise = mean_form(&drawn, &gradients, |g| square(&back.apply(g)) - square(g));
        let rate = problem.learning_rate::<Rational>();
        let change = objective.entropic_loss(&moved) - objective.entropic_loss(&point.theta);
        prop_assert_eq!(change, decay + rate * noise / 4);
    }

    /// Charges along steps of descent on single samples with decay, `theta' = (1 - 2 eta gamma) theta - eta g`:
    /// `C' = (1 - 2 eta gamma)^2 C + eta^2 g^T A g` for `C = theta^T A theta`.
    #[test]
    fn charges_change_at_second_order_only(drawn in homogeneous_network(), order in prop::collection::vec(0..3usize, 1..4)) {
        let problem = drawn.problem();
        let point = problem.at::<Rational>();
        let rate = problem.learning_rate::<Rational>();
        let kept = Rational::from(1) - Rational::from(&rate * &problem.weight_decay) * 2;
        for generator in symmetry::neurons(&problem.network) {
            let a = &generator.map;
            let mut theta = point.theta.clone();
            let mut charge = form(a, &theta, &theta);
            for sample in order.iter().map(|number| number % drawn.samples()) {
                let gradient = &point.objective().sample_gradients(&theta)[sample];
                let moved = theta.iter().zip(gradient).map(|(x, g)| Rational::from(&kept * x) - Rational::from(&rate * g));
                theta = moved.collect();
                charge = charge * &kept * &kept + Rational::from(&rate * &rate) * form(a, gradient, gradient);
                prop_assert_eq!(form(a, &theta, &theta), charge.clone(), "{}", generator.name);
            }
        }
    }
}

/// The rescaling of the wrong degree is no symmetry, and what shows it is one neuron with a few numbers.
#[test]
fn a_false_invariant_shrinks_to_a_small_network() {
    let config = Config { cases: 256, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let wrong = |drawn: Drawn| neuron_is_balanced(&drawn, i64::from(drawn.degree()) + 1);
    let Err(TestError::Fail(_, smallest)) = runner.run(&homogeneous_network(), wrong) else {
        panic!("a wrong degree must be noticed");
    };
    // No number but one after another is made smaller, so that an input or a sample may be left over.
    assert_eq!(smallest.widths()[1..], [1, 1], "{smallest:?}");
    assert!(smallest.numbers_that_are_not_zero() <= 6, "{smallest:?}");
    let right = runner.run(&homogeneous_network(), |drawn| neuron_is_balanced(&drawn, i64::from(drawn.degree())));
    assert!(right.is_ok(), "{right:?}");
}
