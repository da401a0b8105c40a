//! Properties of random models, by routes apart from the claims' own: predicted invariants and agreement of derivatives.

use equipartition::data::Sample;
use equipartition::entropic::{Objective, hessian_vector, third_derivative};
use equipartition::instances::problem::{Decay, Rates};
use equipartition::instances::{NetworkKind, Problem};
use equipartition::model::{Activation, Carrier, Loss, Network, Piecewise};
use equipartition::scalar::{Branch, Field, Mp, Rational, Real, Ring};
use equipartition::symmetry;
use equipartition::verify::{Case, Class, Draw, Stream};
use num_traits::{One, Zero};
use proptest::prelude::*;

/// A random problem of a network_kind: the same for the same seed.
fn problem(network_kind: NetworkKind, class: Class, decay: Decay, seed: u64) -> Problem {
    let mut draw = Draw::keyed("laws", "random problem", seed, Case::Law, 0);
    let network = network_kind.network(&mut draw.family, class);
    Problem::draw(&mut draw, class, network, Rates::Scalar, decay)
}

fn inner(a: &[Rational], b: &[Rational]) -> Rational {
    a.iter().zip(b).map(|(x, y)| Rational::from(x * y)).sum()
}

/// The central difference `(f(x + h) - f(x - h)) / 2h` along `direction`.
fn difference<T: Field>(f: impl Fn(&[T]) -> T, theta: &[T], direction: &[T], step: &T) -> T {
    let shifted = |sign: i64| -> Vec<T> {
        let factor = T::integer(sign) * step;
        theta.iter().zip(direction).map(|(x, v)| T::product(&factor, v) + x).collect()
    };
    (f(&shifted(1)) - f(&shifted(-1))) / (T::integer(2) * step)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// A generator of a symmetry is orthogonal to every per-sample gradient: `(A theta)^T g_z = 0`, exactly.
    #[test]
    fn gradients_are_orthogonal_to_the_orbits_of_rescalings(seed: u64, awkward: bool) {
        let class = if awkward { Class::Awkward } else { Class::Generic };
        let problem = problem(NetworkKind::Homogeneous, class, Decay::None, seed);
        let point = problem.at::<Rational>();
        for generator in symmetry::neurons(&problem.network).iter().chain(&symmetry::layers(&problem.network)) {
            let direction = generator.map.apply(&point.theta);
            for gradient in point.objective().sample_gradients(&point.theta) {
                prop_assert_eq!(inner(&direction, &gradient), Rational::new());
            }
        }
    }

    /// F and the gradient of F do not notice when neurons trade places.
    #[test]
    fn the_entropic_loss_does_not_see_the_order_of_neurons(seed: u64) {
        let problem = problem(NetworkKind::Homogeneous, Class::Awkward, Decay::Positive, seed);
        let point = problem.at::<Rational>();
        let layout = problem.network.layout().expect("layers").clone();
        let mut stream = Stream::new(&["permutation"], seed, 0);
        let places = stream.permutation(layout.widths()[1]);
        let element = symmetry::neuron_permutation(&problem.network, 0, &places);
        let moved = element.map.apply(&point.theta);
        let objective = point.objective();
        prop_assert_eq!(objective.entropic_loss(&moved), objective.entropic_loss(&point.theta));
        prop_assert_eq!(objective.entropic_gradient(&moved), element.map.apply(&objective.entropic_gradient(&point.theta)));
    }

    /// Along a rescaling the loss is flat and the entropic loss is `L + p a^2 + q a^-2`: its second difference in `ln a` at
    /// `a` and `1/a` is positive wherever something changes at all.
    #[test]
    fn the_entropic_loss_is_convex_along_a_rescaling(seed: u64) {
        let problem = problem(NetworkKind::HomogeneousWithoutBias, Class::Generic, Decay::Positive, seed);
        // The forced pattern belongs to the point: rescaling by a > 0 keeps it.
        let point = problem.at::<Rational>();
        let objective = point.objective();
        let at = |factor: Rational| {
            let element = symmetry::neuron_rescaling(&problem.network, 0, 0, &factor, 1);
            let theta = element.map.apply(&point.theta);
            (objective.loss(&theta), objective.entropic_loss(&theta))
        };
        let ((loss, here), (up_loss, up), (_, down)) =
            (at(Rational::from(1)), at(Rational::from((3, 2))), at(Rational::from((2, 3))));
        prop_assert_eq!(loss, up_loss);
        prop_assert!(up + down > here * 2);
    }

    /// The gradient of F by dual numbers agrees with central differences of F at 256 bits, to half of the digits.
    #[test]
    fn the_entropic_gradient_is_the_derivative_of_the_entropic_loss(seed: u64) {
        let problem = problem(NetworkKind::Any, Class::Smooth, Decay::Positive, seed);
        let point = problem.at::<Mp<256>>();
        let objective = point.objective();
        let gradient = objective.entropic_gradient(&point.theta);
        let step = Mp::integer(2).powi(-80);
        for index in 0..point.theta.len() {
            let mut axis = vec![Mp::zero(); point.theta.len()];
            axis[index] = Mp::one();
            let slope = difference(|theta| objective.entropic_loss(theta), &point.theta, &axis, &step);
            let error = (slope - &gradient[index]).absolute();
            prop_assert!(error <= Mp::integer(2).powi(-120), "component {}: {}", index, error);
        }
    }

    /// The Hessian of F is symmetric, and its columns are the differences of its gradient.
    #[test]
    fn the_entropic_hessian_is_symmetric_and_the_derivative_of_the_gradient(seed: u64) {
        let problem = problem(NetworkKind::Any, Class::Smooth, Decay::Positive, seed);
        let point = problem.at::<Mp<256>>();
        let objective = point.objective();
        let hessian = objective.entropic_hessian(&point.theta);
        let tolerance = Mp::integer(2).powi(-120);
        let step = Mp::integer(2).powi(-80);
        for row in 0..point.theta.len() {
            for column in 0..row {
                let skew = (hessian[(row, column)].clone() - &hessian[(column, row)]).absolute();
                prop_assert!(skew <= tolerance, "({}, {}) {}", row, column, skew);
            }
        }
        let mut axis = vec![Mp::zero(); point.theta.len()];
        axis[0] = Mp::one();
        for row in 0..point.theta.len() {
            let slope = difference(|theta| objective.entropic_gradient(theta)[row].clone(), &point.theta, &axis, &step);
            prop_assert!((slope - &hessian[(row, 0)]).absolute() <= tolerance);
        }
    }

    /// `T[u, v]` is symmetric in `u` and `v` and is the derivative of `H v` along `u`.
    #[test]
    fn third_derivatives_commute(seed: u64) {
        let problem = problem(NetworkKind::Any, Class::Smooth, Decay::None, seed);
        let point = problem.at::<Mp<256>>();
        let mut stream = Stream::new(&["directions"], seed, 0);
        let mut direction = || -> Vec<Mp<256>> {
            (0..point.theta.len()).map(|_| Mp::from_rational(&stream.small())).collect()
        };
        let (u, v) = (direction(), direction());
        let once = point.data.lift();
        let twice = once.lift();
        let forward = third_derivative(&*point.model, &point.theta, &u, &v, &twice.samples()[0]);
        let backward = third_derivative(&*point.model, &point.theta, &v, &u, &twice.samples()[0]);
        let step = Mp::integer(2).powi(-80);
        for index in 0..point.theta.len() {
            prop_assert!((forward[index].clone() - &backward[index]).absolute() <= Mp::integer(2).powi(-200));
            let product =
                |theta: &[Mp<256>]| hessian_vector(&*point.model, theta, &v, &once.samples()[0])[index].clone();
            let slope = difference(product, &point.theta, &u, &step);
            prop_assert!((slope - &forward[index]).absolute() <= Mp::integer(2).powi(-110));
        }
    }

    /// Doubles and 256 bits tell the same story, to a double's digits.
    #[test]
    fn two_precisions_agree(seed: u64) {
        let problem = problem(NetworkKind::Any, Class::Smooth, Decay::Positive, seed);
        let (coarse, fine) = (problem.at::<f64>(), problem.at::<Mp<256>>());
        let (coarse_gradient, fine_gradient) =
            (coarse.objective().entropic_gradient(&coarse.theta), fine.objective().entropic_gradient(&fine.theta));
        let size: f64 = 1.0 + coarse_gradient.iter().map(|x| x.abs()).sum::<f64>();
        // Up to cancellation in the samples' curvature, which is bounded by the squares of the gradients.
        let terms: f64 = coarse.objective().sample_forces(&coarse.theta).iter().flatten().map(|x| x.abs()).sum();
        for (a, b) in coarse_gradient.iter().zip(&fine_gradient) {
            prop_assert!((a - b.as_float().to_f64()).abs() <= 1e-11 * (size + terms), "{} {}", a, b);
        }
    }
}

/// The gradient of every loss and activation, in every scalar that has it, against central differences at 512 bits.
#[test]
fn every_activation_and_loss_has_the_derivative_it_claims() {
    for (name, activation) in Activation::ALL {
        for (loss_name, loss) in Loss::ALL {
            for normalised in [false, true] {
                let network = if normalised {
                    Network::normalised_mlp(&[2, 3, 2], activation, true, loss)
                } else {
                    Network::mlp(&[2, 3, 2], activation, true, loss)
                };
                let worst = worst_error::<Mp<512>>(&network);
                let bound = Mp::integer(2).powi(-150);
                assert!(worst <= bound, "{name}, {loss_name}, normalised: {normalised}: {worst}");
            }
        }
    }
}

fn worst_error<T: Carrier + Real + PartialOrd>(network: &Network) -> T {
    let model = T::model(network).expect("a real scalar carries every network");
    let theta: Vec<T> = (0..network.parameter_count()).map(|i| T::ratio((i as i64 * 37) % 23 - 11, 13)).collect();
    let sample = Sample::new(vec![T::ratio(3, 4), T::ratio(-5, 7)], vec![T::ratio(1, 4), T::ratio(3, 4)]);
    let gradient = model.gradient(&theta, &sample);
    let step = T::integer(2).powi(-100);
    let mut worst = T::zero();
    for index in 0..theta.len() {
        let mut axis = vec![T::zero(); theta.len()];
        axis[index] = T::one();
        let slope = difference(|theta| model.loss(theta, &sample), &theta, &axis, &step);
        let error = (slope - &gradient[index]).absolute();
        worst = if error > worst { error } else { worst };
    }
    worst
}

/// At a kink the derivative is 0 (leaky: the slope), for values and for duals alike.
#[test]
fn conventions_at_the_kink() {
    for (activation, slope) in
        [(Piecewise::Relu, (0, 1)), (Piecewise::LeakyRelu, (1, 10)), (Piecewise::SquaredRelu, (0, 1))]
    {
        let network = Network::mlp(&[1, 1, 1], activation, false, Loss::SquaredError);
        let model = Rational::model(&network).expect("algebraic");
        // w = 1 on x = 0 stands on the kink; u = 1, y = 1, so dl/dw = -2 phi'(0) x = 0 and dl/dx shows in a bias.
        let biased = Network::mlp(&[1, 1, 1], activation, true, Loss::SquaredError);
        let with_bias = Rational::model(&biased).expect("algebraic");
        let (zero, one) = (Rational::new(), Rational::from(1));
        let sample = Sample::new(vec![zero.clone()], vec![one.clone()]);
        let theta = [one.clone(), zero.clone(), one.clone(), zero.clone()];
        let gradient = with_bias.gradient(&theta, &sample);
        assert_eq!(gradient[1], Rational::from(slope) * -2, "{activation:?}");
        assert_eq!(model.gradient(&[one.clone(), one.clone()], &sample)[0], 0);
    }
}

/// The entropic loss by its definition, spelled out for one sample and one weight.
#[test]
fn the_entropic_loss_of_one_weight() {
    // l = (w x - y)^2, g = 2 (w x - y) x: with w = 3, x = 2, y = 1: l = 25, g = 20, S = eta/4 400.
    let network = Network::deep_linear(&[1, 1]);
    let model = Rational::model(&network).expect("algebraic");
    let data = equipartition::data::DataSet::new(vec![Sample::new(vec![Rational::from(2)], vec![Rational::from(1)])]);
    let preconditioner = equipartition::entropic::Preconditioner::Scalar(Rational::from((1, 10)));
    let weight_decay = Rational::from((1, 9));
    let objective =
        Objective { model: &*model, data: &data, preconditioner: &preconditioner, weight_decay: &weight_decay };
    let theta = [Rational::from(3)];
    assert_eq!(objective.loss(&theta), 25);
    assert_eq!(objective.entropy(&theta), 10);
    assert_eq!(objective.entropic_loss(&theta), 25 + 1 + 10);
    // grad F = g + 2 gamma w + 1/2 H eta g = 20 + 2/3 + 1/2 8 1/10 20.
    assert_eq!(objective.entropic_gradient(&theta), [Rational::from((86, 3))]);
    // Hess F = H + 2 gamma + 1/2 eta H^2 = 8 + 2/9 + 16/5.
    assert_eq!(objective.entropic_hessian(&theta)[(0, 0)], Rational::from((514, 45)));
}
