//! `noether/gradient-flow`

use super::charge::{
    Charged, extent, incoming_gram, layout, outgoing_gram, scaled, small_problem, symmetric_matrix, with_gates,
};
use super::{AUTO_BALANCING, NEURAL_MECHANICS};
use crate::claim::problem::{Decay, Rates, preconditioner};
use crate::claim::theorem::{POINTS_PER_FAMILY, ladder};
use crate::claim::{
    Case, Claim, Class, Control, Draw, Drawn, Entry, Evidence, Examination, Finding, Outside, Point, Problem, Relation,
    Scalar, Settings, Term, Theorem,
};
use crate::dynamics::flow::{FlowError, integrate};
use crate::entropic::{Objective, Preconditioner};
use crate::linalg::products::{add_multiple, dot};
use crate::model::mlp::Layout;
use crate::model::{Carrier, Loss, Network, Piecewise};
use crate::scalar::{Dual, Field, Mp, Rational, Real, Ring};
use crate::symmetry::{self, Generator, LinearMap, is_linear};
use num_traits::One;

/// The charges that gradient flow conserves.
pub struct GradientFlow;

static ENTRY: Entry = Entry {
    id: "noether/gradient-flow",
    title: "charges conserved by gradient flow",
    statement: "theta' = -grad L conserves C = theta^T A theta, as d/dt C = -2 (A theta)^T grad L = 0; for l(U W) also W W^T - U^T U; \
        a step of length eta breaks it by eta^2 (grad L)^T A grad L",
    hypotheses: &[
        "A generates a symmetry of the per-sample loss and is symmetric; L is any weighted mean of the samples",
        "the first two derivatives along the flow are checked at any theta, and the charge along the integrated flow: A = A_+ - A_-, \
            its positive and its negative entries, splits both sides",
        "on a kink the gradient is taken with any slope of the activation there, the same for both derivatives",
        "with weight decay, theta' = -grad L - 2 gamma theta: d/dt C = -4 gamma C, so C(t) = exp(-4 gamma t) C(0)",
        "a flow is integrated in twice the bits in which it is judged, up to 512, for the time 1/16; no kink on its path; one that cannot be followed is left out",
        "for l(U W), d/dt W W^T = -U^T grad_U L - (grad_U L)^T U = d/dt U^T U; with biases, W W^T + b b^T stands for W W^T",
    ],
    evidence: &[Evidence::Exact, Evidence::Enclosed, Evidence::Converged],
    controls: &[
        Control { name: "not-a-symmetry", breaks: "rescaling of a neuron whose activation is not homogeneous" },
        Control { name: "wrong-degree", breaks: "|w|^2 - |u|^2 for squared ReLU, of degree 2" },
        Control { name: "without-bias", breaks: "the bias left out of w" },
        Control { name: "unequal-rates", breaks: "the flow of -Lambda grad L, Lambda not a multiple of I" },
        Control { name: "finite-step", breaks: "one step of descent in place of the flow" },
        Control { name: "slower-decay", breaks: "-2 gamma in place of -4 gamma" },
        Control { name: "wrong-orientation-flow", breaks: "|w|^2 + |u|^2 along the integrated flow" },
        Control { name: "unequal-rates-flow", breaks: "the integrated flow of -Lambda grad L" },
    ],
    references: &[NEURAL_MECHANICS, AUTO_BALANCING],
};

/// `theta + t v` to first order in `t`.
fn moving<T: Field>(theta: &[T], velocity: &[T]) -> Vec<Dual<T>> {
    theta.iter().zip(velocity).map(|(x, v)| Dual::new(x.clone(), v.clone())).collect()
}

fn tangents<T>(vector: Vec<Dual<T>>) -> Vec<T> {
    vector.into_iter().map(|entry| entry.tangent).collect()
}

/// `d/dt theta^T A theta` along a velocity.
fn rate<T: Field>(map: &LinearMap, theta: &[T], velocity: &[T]) -> T {
    let moving = moving(theta, velocity);
    map.form(&moving, &moving).tangent
}

/// `theta'' = (Hess L) grad L` along `theta' = -grad L`.
fn acceleration<T: Carrier>(point: &Point<T>, velocity: &[T]) -> Vec<T> {
    let lifted = Objective {
        model: &*point.model,
        data: &point.data.lift(),
        preconditioner: &Preconditioner::Scalar(Dual::constant(T::one())),
        weight_decay: &Dual::constant(T::zero()),
    };
    scaled(&T::integer(-1), tangents(lifted.mean_gradient(&moving(&point.theta, velocity))))
}

impl Claim for GradientFlow {
    fn entry(&self) -> &'static Entry {
        &ENTRY
    }

    fn examine(&self, settings: &Settings, case: Case, index: u64) -> Examination {
        let along_flow = match case {
            Case::Law => index / POINTS_PER_FAMILY % FLOW_EVERY == FLOW_EVERY / 2 - 1,
            Case::Control(_) => case.name(&ENTRY).ends_with("-flow"),
        };
        if !along_flow {
            return Claim::examine(&Derivatives, settings, case, index);
        }
        let charged = draw_flow(&mut Draw::new(&ENTRY, settings.seed, case, index));
        let mut examination = Examination::of(charged.class(), format!("{}, integrated flow", charged.describe()));
        // The rungs of the precision asked for, but no coarser than 64 bits and no finer than 512.
        let rungs = ladder(settings.precision.clamp(256, 512));
        for &bits in if case == Case::Law { &rungs[..] } else { &rungs[..1] } {
            let finding = match bits {
                64 => judge_flow::<64, 128>(&charged, settings, case),
                128 => judge_flow::<128, 256>(&charged, settings, case),
                256 => judge_flow::<256, 512>(&charged, settings, case),
                _ => judge_flow::<512, 1024>(&charged, settings, case),
            };
            match finding {
                Ok(finding) => examination.findings.push(finding),
                Err(error) => examination.excluded = Some(error.to_string()),
            }
        }
        examination
    }
}

/// Of so many families one follows integrated flows.
const FLOW_EVERY: u64 = 8;

/// A small network whose flow meets no kink: linear ones under three losses, and a leaky ReLU network within one activation pattern.
fn draw_flow(draw: &mut Draw) -> Charged {
    let stream = &mut draw.family;
    let widths = [1 + stream.below(3), 2 + stream.below(2), 1 + stream.below(2)];
    let classes = [widths[0], widths[1], 2];
    let network = match stream.below(5) {
        0 => Network::deep_linear(&widths),
        1 => Network::deep_linear(&[widths[0], widths[1], 2, widths[2]]),
        2 => Network::mlp(&classes, Piecewise::Identity, true, Loss::CrossEntropy),
        3 => Network::mlp(&widths, Piecewise::Identity, true, Loss::Logistic),
        _ => Network::mlp(&widths, Piecewise::LeakyRelu, true, Loss::SquaredError),
    };
    let kinked = network.activation() == Piecewise::LeakyRelu.into();
    let mut problem = Problem::draw(draw, Class::Smooth, network, Rates::Scalar, Decay::Positive);
    if kinked {
        problem = with_gates(problem, |neuron| neuron % 2 == 0);
    }
    if draw.case.is_control(&ENTRY, "unequal-rates-flow") {
        let first = layout(&problem.network).weights(0);
        let rates =
            (0..problem.theta.len()).map(|index| Rational::from((if first.contains(&index) { 2 } else { 1 }, 2)));
        problem.preconditioner = Preconditioner::Diagonal(rates.collect());
    }
    if kinked {
        return Charged::with_neurons_of_degree(problem, 1);
    }
    let hidden = layout(&problem.network).widths().to_vec();
    let map = |layer: usize| {
        // A positive matrix on the diagonal, so that the charge of the wrong orientation cannot vanish.
        let mut x = symmetric_matrix(&mut draw.family, hidden[layer + 1]);
        for place in 0..hidden[layer + 1] {
            x[(place, place)] = draw.family.positive() + 4;
        }
        symmetry::linear(&problem.network, layer, &x)
    };
    let generators = (0..hidden.len() - 2).map(map).collect();
    Charged { problem, generators }
}

/// The time for which a flow is followed.
const FLOW_TIME: (i64, i64) = (1, 16);

/// Judges the charges at `BITS` bits, along flows integrated in `WIDE`, twice as many.
fn judge_flow<const BITS: u32, const WIDE: u32>(
    charged: &Charged,
    settings: &Settings,
    case: Case,
) -> Result<Finding, FlowError> {
    let point = charged.problem.at::<Mp<WIDE>>();
    let plain = Mp::<WIDE>::integer(0);
    let mut relations = along_flow::<BITS, WIDE>(charged, &point, &plain, case)?;
    if case == Case::Law {
        relations.extend(along_flow::<BITS, WIDE>(charged, &point, &point.weight_decay, case)?);
    }
    Ok(settings.judge(Scalar::Mp(BITS), relations, case))
}

/// `C_+(t) + exp(-4 gamma t) C_-(0) = C_-(t) + exp(-4 gamma t) C_+(0)` for every generator.
fn along_flow<const BITS: u32, const WIDE: u32>(
    charged: &Charged,
    point: &Point<Mp<WIDE>>,
    weight_decay: &Mp<WIDE>,
    case: Case,
) -> Result<Vec<Relation<Mp<WIDE>>>, FlowError> {
    let unequal = case.is_control(&ENTRY, "unequal-rates-flow");
    let field = |theta: &[Mp<WIDE>]| {
        let mut force = point.objective().mean_gradient(theta);
        add_multiple(&mut force, &(Mp::integer(2) * weight_decay), theta);
        scaled(&Mp::integer(-1), if unequal { point.preconditioner.apply(&force) } else { force })
    };
    let time = Mp::<WIDE>::ratio(FLOW_TIME.0, FLOW_TIME.1);
    let tolerance = Mp::<WIDE>::integer(2).powi(-(BITS as i32));
    let end = integrate(&field, &point.theta, &time, &tolerance)?.theta;
    let decay = (Mp::integer(-4) * weight_decay * &time).exp();
    let decaying = !num_traits::Zero::is_zero(weight_decay);
    let relation = |generator: &Generator| {
        let (positive, negative) = (generator.map.positive_part(), generator.map.negative_part());
        let sign = if case.is_control(&ENTRY, "wrong-orientation-flow") { -Mp::one() } else { Mp::one() };
        let now = |map: &LinearMap| map.form(&end, &end);
        let before = |map: &LinearMap| decay.clone() * map.form(&point.theta, &point.theta);
        let kind = if decaying { "integrated flow with decay" } else { "integrated flow" };
        Relation::equality(
            (kind, &generator.name),
            vec![
                Term::scalar("C_+(t)", now(&positive)),
                Term::scalar("exp(-4 gamma t) C_-(0)", sign.clone() * before(&negative)),
            ],
            vec![
                Term::scalar("C_-(t)", sign * now(&negative)),
                Term::scalar("exp(-4 gamma t) C_+(0)", before(&positive)),
            ],
        )
    };
    Ok(charged.generators.iter().map(relation).collect())
}

/// The derivatives of the charges along the flow, at a point.
pub(super) struct Derivatives;

impl Theorem for Derivatives {
    type Instance = Charged;

    fn entry(&self) -> &'static Entry {
        &ENTRY
    }

    fn draw(&self, mut draw: Draw) -> Charged {
        let draw = &mut draw;
        let decay = Decay::Positive;
        match draw.case {
            Case::Law => Charged::of_law(draw, decay),
            case if case.is_control(&ENTRY, "not-a-symmetry") => Charged::not_homogeneous(draw, decay),
            case if case.is_control(&ENTRY, "wrong-degree") => {
                let problem = small_problem(draw, Class::Generic, Piecewise::SquaredRelu, decay);
                Charged::with_neurons_of_degree(problem, 1)
            }
            case if case.is_control(&ENTRY, "without-bias") => without_biases(Charged::leaky(draw, decay)),
            case if case.is_control(&ENTRY, "unequal-rates") => {
                let mut charged = Charged::leaky(draw, decay);
                let parameters = charged.problem.network.parameter_count();
                charged.problem.preconditioner = preconditioner(&mut draw.family, Rates::Full, parameters);
                charged
            }
            case if case.is_control(&ENTRY, "finite-step") => {
                let mut charged = Charged::leaky(draw, decay);
                charged.problem.preconditioner = Preconditioner::Scalar(Rational::from((1, 2)));
                charged
            }
            case if case.is_control(&ENTRY, "slower-decay") => Charged::decaying(draw),
            _ => Charged::leaky(draw, decay),
        }
    }

    fn relations<T: Carrier>(&self, charged: &Charged, case: Case) -> Result<Vec<Relation<T>>, Outside> {
        let point = charged.problem.at::<T>();
        let theta = &point.theta;
        let mut velocity = scaled(&T::integer(-1), point.objective().mean_gradient(theta));
        if case.is_control(&ENTRY, "unequal-rates") {
            velocity = point.preconditioner.apply(&velocity);
        }
        let relation = |generator: &Generator| match case {
            case if case.is_control(&ENTRY, "finite-step") => {
                let mut stepped = theta.clone();
                add_multiple(&mut stepped, &charged.problem.learning_rate(), &velocity);
                let charge = |theta: &[T]| generator.map.form(theta, theta);
                let left = vec![Term::scalar("C'", charge(&stepped))];
                Relation::equality(("charge", &generator.name), left, vec![Term::scalar("C", charge(theta))])
            }
            case if case.is_control(&ENTRY, "slower-decay") => with_decay(generator, &point, &velocity, -2),
            _ => first_derivative(generator, theta, &velocity),
        };
        let mut relations: Vec<_> = charged.generators.iter().map(relation).collect();
        if case == Case::Law {
            let acceleration = acceleration(&point, &velocity);
            for generator in &charged.generators {
                relations.push(second_derivative(generator, theta, &velocity, &acceleration));
                relations.push(with_decay(generator, &point, &velocity, -4));
                relations.push(of_step(generator, &point, &charged.problem.learning_rate(), &velocity));
            }
            if is_linear(&charged.problem.network) {
                let layout = layout(&charged.problem.network);
                relations.extend((0..layout.depth() - 1).map(|layer| of_interface(layout, layer, theta, &velocity)));
            }
        }
        Ok(relations)
    }
}

/// `d/dt theta^T A_+ theta = -2 (A_- theta)^T grad L`: the left side by the chain rule of dual numbers, the right side
/// multiplied out.
fn first_derivative<T: Field>(generator: &Generator, theta: &[T], velocity: &[T]) -> Relation<T> {
    let (positive, negative) = (generator.map.positive_part(), generator.map.negative_part());
    let left = vec![Term::scalar("d/dt theta^T A_+ theta", rate(&positive, theta, velocity))];
    let right = vec![Term::scalar("-2 (A_- theta)^T grad L", T::integer(2) * negative.form(theta, velocity))];
    Relation::equality(("first derivative", &generator.name), left, right).against(extent(&generator.map, theta))
}

/// Half of the second derivative of `theta^T A_+ theta`, and that of `theta^T A_- theta`.
fn second_derivative<T: Field>(generator: &Generator, theta: &[T], velocity: &[T], acceleration: &[T]) -> Relation<T> {
    let (positive, negative) = (generator.map.positive_part(), generator.map.negative_part());
    let left = vec![
        Term::scalar("theta'^T A_+ theta'", positive.form(velocity, velocity)),
        Term::scalar("theta^T A_+ theta''", positive.form(theta, acceleration)),
    ];
    let right = vec![
        Term::scalar("theta'^T A_- theta'", negative.form(velocity, velocity)),
        Term::scalar("theta^T A_- theta''", negative.form(theta, acceleration)),
    ];
    Relation::equality(("second derivative", &generator.name), left, right).against(extent(&generator.map, theta))
}

/// `d/dt theta^T A theta = factor gamma theta^T A theta` with weight decay; the factor is -4.
fn with_decay<T: Carrier>(generator: &Generator, point: &Point<T>, velocity: &[T], factor: i64) -> Relation<T> {
    let theta = &point.theta;
    let mut decaying = velocity.to_vec();
    add_multiple(&mut decaying, &(T::integer(-2) * &point.weight_decay), theta);
    let left = Term::scalar("d/dt theta^T A theta, with decay", rate(&generator.map, theta, &decaying));
    let charge = generator.map.form(theta, theta);
    let right = Term::scalar("-4 gamma theta^T A theta", T::integer(factor) * &point.weight_decay * charge);
    Relation::equality(("derivative with decay", &generator.name), vec![left], vec![right])
        .against(extent(&generator.map, theta))
}

/// `C' = C + eta^2 (grad L)^T A grad L` after a step of descent: the rate at which finite steps break the charge.
fn of_step<T: Carrier>(generator: &Generator, point: &Point<T>, eta: &T, velocity: &[T]) -> Relation<T> {
    let charge = |theta: &[T]| generator.map.form(theta, theta);
    let mut stepped = point.theta.clone();
    add_multiple(&mut stepped, eta, velocity);
    let left = vec![Term::scalar("C after a step", charge(&stepped))];
    let right = vec![
        Term::scalar("C", charge(&point.theta)),
        Term::scalar("eta^2 (grad L)^T A grad L", eta.squared() * charge(velocity)),
    ];
    Relation::equality(("one step", &generator.name), left, right).against(extent(&generator.map, &point.theta))
}

/// `d/dt W W^T = -U^T grad_U L - (grad_U L)^T U`, every entry.
fn of_interface<T: Field>(layout: &Layout, layer: usize, theta: &[T], velocity: &[T]) -> Relation<T> {
    let along_flow = moving(theta, velocity);
    let left = tangents(incoming_gram(layout, layer, &along_flow, &along_flow));
    let right = vec![
        Term::vector("-U^T grad_U L", outgoing_gram(layout, layer, theta, velocity)),
        Term::vector("-(grad_U L)^T U", outgoing_gram(layout, layer, velocity, theta)),
    ];
    Relation::equality(("interface", format!("at hidden layer {layer}")), vec![Term::vector("d/dt W W^T", left)], right)
        .against(dot(theta, theta))
}

/// The generators with the biases' entries removed.
fn without_biases(mut charged: Charged) -> Charged {
    let biases = layout(&charged.problem.network).biases(0);
    for generator in &mut charged.generators {
        for bias in biases.clone() {
            generator.map.set_row(bias, Vec::<(usize, Rational)>::new());
        }
    }
    charged
}
