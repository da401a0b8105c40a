//! `symmetry/translation`

use super::PAPER;
use super::orbit::{self, flat_loss};
use crate::claim::problem::{Decay, Rates, preconditioner};
use crate::claim::{
    Case, Class, Control, Draw, Drawn, Entry, Evidence, Outside, Palette, Point, Problem, Relation, Stream, Term,
    Theorem,
};
use crate::dynamics::sgd_step;
use crate::entropic::Preconditioner;
use crate::linalg::products::{add_multiple, dot};
use crate::model::linear::{FixedMatrix, LinearStack, Readout};
use crate::model::mlp::Layout;
use crate::model::{Carrier, Loss, Network, Piecewise};
use crate::scalar::Rational;

/// Translations of parameter space, such as the shift of the logits.
pub struct Translation;

static ENTRY: Entry = Entry {
    id: "symmetry/translation",
    title: "translations",
    statement: "l(theta + t v) = l(theta) implies g_z(theta + t v) = g_z(theta) and S(theta + t v) = S(theta); a step of SGD takes v^T theta to (1 - 2 eta gamma) v^T theta, and conserves it without weight decay",
    hypotheses: &[
        "l(theta + t v; z) = l(theta; z) for all theta, t and z: v = 1 c^T adds the same to every row of the last layer before a softmax, its bias included; or v = k c^T before a fixed readout M_O with M_O k = 0",
        "any symmetric Lambda for S; Lambda = eta I for SGD",
        "theta is not on a kink",
    ],
    evidence: &[Evidence::Exact, Evidence::Enclosed, Evidence::Converged],
    controls: &[
        Control {
            name: "not-softmax",
            breaks: "a logistic loss of every output, which the shift does not leave alone",
        },
        Control { name: "other-direction", breaks: "a shift of one output" },
        Control { name: "conserved-under-decay", breaks: "conservation with weight decay" },
        Control { name: "half-decay", breaks: "the factor 1 - eta gamma in place of 1 - 2 eta gamma" },
        Control { name: "unequal-rates", breaks: "SGD with a learning rate for each parameter" },
    ],
    references: &[PAPER],
};

/// A problem with a translation, and a sample order.
pub struct Instance {
    pub(super) problem: Problem,
    /// `v`
    direction: Vec<Rational>,
    /// `t`
    distance: Rational,
    /// The learning-rate matrix of the entropy.
    rates: Preconditioner<Rational>,
    order: Vec<usize>,
}

impl Drawn for Instance {
    fn class(&self) -> Class {
        self.problem.class()
    }
    fn is_algebraic(&self) -> bool {
        self.problem.is_algebraic()
    }
    fn describe(&self) -> String {
        format!("{}: translation of the last layer, sample order {:?}", self.problem.describe(), self.order)
    }
}

/// A deep linear network in front of a fixed readout, and a vector that the readout does not see.
fn draw_blind_readout(stream: &mut Stream) -> (Network, Vec<Rational>) {
    let outputs = 2 + stream.below(2);
    let mut widths: Vec<usize> = (0..1 + stream.below(3)).map(|_| 1 + stream.below(3)).collect();
    widths.push(outputs);
    let unseen: Vec<Rational> = (0..outputs).map(|_| stream.small()).collect();
    let rows = 1 + stream.below(2);
    let mut entries = Vec::new();
    for _ in 0..rows {
        let mut row: Vec<Rational> = (1..outputs).map(|_| stream.small()).collect();
        let overlap: Rational = row.iter().zip(&unseen).map(|(entry, k)| Rational::from(entry * k)).sum();
        row.push(-overlap / &unseen[outputs - 1]);
        entries.extend(row);
    }
    let readout = Readout::Fixed(FixedMatrix::new(rows, entries));
    let layout = Layout::new(widths, false);
    (Network::Linear(LinearStack { layout, embedding: None, readout, frozen: None }), unseen)
}

/// `k c^T` on the weights and biases of the last layer, `c` at random.
fn outer(stream: &mut Stream, network: &Network, k: &[Rational]) -> Vec<Rational> {
    let layout = network.layout().expect("the networks have layers");
    let last = layout.depth() - 1;
    let mut direction = vec![Rational::new(); layout.parameter_count()];
    for column in 0..layout.widths()[last] {
        let coefficient = stream.small();
        for (row, entry) in k.iter().enumerate() {
            direction[layout.weight(last, row, column)] = Rational::from(entry * &coefficient);
        }
    }
    let coefficient = stream.small();
    for (parameter, entry) in layout.biases(last).zip(k) {
        direction[parameter] = Rational::from(entry * &coefficient);
    }
    direction
}

/// Whether `v^T theta` is not small against its terms.
fn is_seen(direction: &[Rational], theta: &[Rational]) -> bool {
    let products = || direction.iter().zip(theta).map(|(v, x)| Rational::from(v * x));
    let size: Rational = products().map(Rational::abs).sum();
    products().sum::<Rational>().abs() * 16 > size
}

impl Theorem for Translation {
    type Instance = Instance;

    fn entry(&self) -> &'static Entry {
        &ENTRY
    }

    fn draw(&self, mut draw: Draw) -> Instance {
        let (case, turn) = (draw.case, draw.turn());
        let is = |name| case.is_control(&ENTRY, name);
        let stream = &mut draw.family;
        // A saturated softmax would hide what the other controls break.
        let class = match case {
            Case::Law => turn,
            _ if is("not-softmax") => Class::Smooth,
            _ => Class::Generic,
        };
        let (network, unseen) = if class == Class::Smooth {
            let mut network = Palette::Softmax.network(stream, class);
            let ones = vec![Rational::from(1); network.target_len()];
            if is("not-softmax") {
                network = Network::mlp(&[2, ones.len()], Piecewise::Identity, true, Loss::Logistic);
            }
            (network, ones)
        } else {
            draw_blind_readout(stream)
        };
        let parameters = network.parameter_count();
        let decay = if is("half-decay") || is("conserved-under-decay") || case == Case::Law {
            Decay::Positive
        } else {
            Decay::None
        };
        let rates = preconditioner(stream, Rates::Any, parameters);
        let distance = stream.small();
        let mut problem = Problem::draw(&mut draw, class, network, Rates::Scalar, decay);
        let stream = &mut draw.family;
        let mut direction = outer(stream, &problem.network, &unseen);
        if case != Case::Law || class != Class::Generic {
            // Where no probability bound is claimed, v^T theta is kept from vanishing by accident.
            for _ in 0..32 {
                if is_seen(&direction, &problem.theta) {
                    break;
                }
                direction = outer(&mut draw.point, &problem.network, &unseen);
            }
        }
        let stream = &mut draw.family;
        if is("not-softmax") {
            // The biases alone, so that no sample escapes the shift.
            let layout = problem.network.layout().expect("the networks have layers");
            for parameter in layout.weights(0) {
                direction[parameter] = Rational::new();
            }
        }
        if is("other-direction") {
            let layout = problem.network.layout().expect("the networks have layers");
            direction[layout.weights(layout.depth() - 1).start] += 1;
        }
        if is("unequal-rates") {
            problem.preconditioner = orbit::distinct_rates(stream, parameters).map(|rate| Rational::from(rate * 16));
        }
        let order = (0..3).map(|_| stream.below(problem.data.len())).collect();
        Instance { problem, direction, distance, rates, order }
    }

    fn relations<T: Carrier>(&self, instance: &Instance, case: Case) -> Result<Vec<Relation<T>>, Outside> {
        let point = instance.problem.at::<T>();
        let direction: Vec<T> = instance.direction.iter().map(T::from_rational).collect();
        let rated = |theta: Vec<T>| Point {
            model: point.model.clone(),
            theta,
            data: point.data.clone(),
            preconditioner: instance.rates.map(T::from_rational),
            weight_decay: point.weight_decay.clone(),
        };
        let mut shifted = point.theta.clone();
        add_multiple(&mut shifted, &T::from_rational(&instance.distance), &direction);
        let (here, there) = (rated(point.theta.clone()), rated(shifted));
        let gradients = |point: &Point<T>| point.objective().sample_gradients(&point.theta).concat();
        let mut relations = vec![
            flat_loss(&here, &there),
            Relation::equality(
                "the gradients",
                vec![Term::vector("g_z(theta + t v)", gradients(&there))],
                vec![Term::vector("g_z(theta)", gradients(&here))],
            ),
            Relation::equality(
                "the entropy",
                vec![Term::scalar("S(theta + t v)", there.objective().entropy(&there.theta))],
                vec![Term::scalar("S(theta)", here.objective().entropy(&here.theta))],
            ),
        ];
        let mut size = T::zero();
        for (component, parameter) in direction.iter().zip(&point.theta) {
            size += T::product(component, parameter).absolute();
        }
        let start = dot(&direction, &point.theta);
        // The path under weight decay, and the one without it.
        let no_decay = T::zero();
        let conserved_under_decay = case.is_control(&ENTRY, "conserved-under-decay");
        let mut decayed = point.theta.clone();
        let mut free = point.theta.clone();
        let with_decay = point.objective();
        let mut without_decay = point.objective();
        if !conserved_under_decay {
            without_decay.weight_decay = &no_decay;
        }
        for (step, &sample) in instance.order.iter().enumerate() {
            let sample = &point.data.samples()[sample];
            sgd_step(&without_decay, &mut free, sample);
            relations.push(
                Relation::equality(
                    ("conservation", format!("after {} steps", step + 1)),
                    vec![Term::scalar("v^T theta_t", dot(&direction, &free))],
                    vec![Term::scalar("v^T theta_0", start.clone())],
                )
                .against(size.clone()),
            );
        }
        if let Preconditioner::Scalar(learning_rate) = &point.preconditioner {
            let multiple = if case.is_control(&ENTRY, "half-decay") { 1 } else { 2 };
            let kept = T::one() - T::integer(multiple) * learning_rate * &point.weight_decay;
            let mut factor = T::one();
            for (step, &sample) in instance.order.iter().enumerate() {
                sgd_step(&with_decay, &mut decayed, &point.data.samples()[sample]);
                factor *= &kept;
                relations.push(
                    Relation::equality(
                        ("decay", format!("after {} steps", step + 1)),
                        vec![Term::scalar("v^T theta_t", dot(&direction, &decayed))],
                        vec![Term::scalar("(1 - 2 eta gamma)^t v^T theta_0", T::product(&factor, &start))],
                    )
                    .against(size.clone()),
                );
            }
        }
        Ok(relations)
    }
}
