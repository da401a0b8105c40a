//! `symmetry/continuous-broken`

use super::PAPER;
use super::orbit::{self, flat_loss, moved};
use super::skew::{self, Rated};
use crate::claim::problem::{Decay, Rates};
use crate::claim::{
    Case, Class, Control, Draw, Drawn, Entry, Evidence, Inapplicable, Outside, Palette, Point, Problem, Relation,
    Stream, Term, Theorem,
};
use crate::claims::given;
use crate::entropic::{Objective, Preconditioner};
use crate::linalg::products::{add_multiple, dot};
use crate::model::{Carrier, Network, Smooth};
use crate::scalar::{Dual, Rational};
use crate::symmetry::{self, Element, Generator, LinearMap, Symmetry};

/// How the entropy changes along the orbit of a continuous symmetry.
pub struct ContinuousBroken;

static ENTRY: Entry = Entry {
    id: "symmetry/continuous-broken",
    title: "continuous symmetries are broken",
    statement: "S(K theta) = 1/4 E[(K^{-T} g)^T Lambda (K^{-T} g)] for K = e^{tA}; if Lambda^{-1/2} A Lambda^{1/2} is normal, d^2 S/dt^2 = 1/4 E[v^T Lambda^{-1} v] with v = (A Lambda + Lambda A^T) g, so that S is constant along the orbit if and only if v_z = 0 for all z",
    hypotheses: &[
        "l(e^{tA} theta; z) = l(theta; z) for all theta, t and z: the loss is flat along the orbit; theta is not on a kink, and no vector that is normalised is 0",
        "for any A: dS/dt = -1/2 E[g^T A Lambda g] and d^2 S/dt^2 = 1/2 E[g^T A Lambda A^T g] + 1/2 E[g^T A^2 Lambda g]",
        "tested at rational elements K of the group, which need not be e^{tA} of the A beside it",
        "for the criterion: A Lambda A^T = Lambda A^T Lambda^{-1} A Lambda, which for Lambda = eta I is A A^T = A^T A, with v = eta (A + A^T) g; the weights of the mean are positive",
        "in finite form, for K that is normal in the same sense, S(K theta) + S(K^{-1} theta) - 2 S(theta) = 1/4 E[v^T Lambda^{-1} v] with v = (Lambda K^T - K^{-1} Lambda) g",
        "normality is needed: for A: W -> P R P^{-1} W, U -> -U P R P^{-1}, R antisymmetric, Lambda = eta I, S is constant where E[g_W g_W^T] is proportional to P^{-T} P^{-1} and E[g_U^T g_U] to P P^T, though v is not 0",
    ],
    evidence: &[Evidence::Exact, Evidence::Enclosed, Evidence::Converged],
    controls: &[
        Control {
            name: "not-normal",
            breaks: "A = P R P^{-1}, not normal, where S is constant and (A + A^T) g is not 0",
        },
        Control { name: "unequal-rates", breaks: "a normal A under learning rates for which it is not normal" },
        Control { name: "constant", breaks: "S(K theta) = S(theta) for a rescaling" },
        Control { name: "not-inverted", breaks: "K^T g in place of K^{-T} g" },
        Control { name: "not-transposed", breaks: "K^{-1} g in place of K^{-T} g, K not symmetric" },
        Control { name: "not-a-symmetry", breaks: "rescaling of a neuron whose activation is not homogeneous" },
    ],
    references: &[PAPER],
};

/// What is asserted besides the flat loss and the formula for `S(K theta)`.
enum Asserted {
    /// The derivatives of S for any generator.
    Derivatives,
    /// The criterion of normal generators, infinitesimal and finite, with the inverse of the learning-rate matrix.
    Criterion(Preconditioner<Rational>),
    /// `S(K theta) = S(theta)`.
    Constancy,
}

/// A problem with a generator and a group element.
pub struct Instance {
    pub(super) problem: Problem,
    generator: Generator,
    element: Element,
    asserted: Asserted,
}

impl Drawn for Instance {
    fn class(&self) -> Class {
        self.problem.class()
    }
    fn is_algebraic(&self) -> bool {
        self.problem.is_algebraic()
    }
    fn describe(&self) -> String {
        format!("{}: {}; {}", self.problem.describe(), self.generator.name, self.element.name)
    }
}

/// A generator and an element of one kind of continuous symmetry.
fn draw_pair(stream: &mut Stream, network: &Network, kind: Symmetry) -> (Generator, Element) {
    let width = |layer: usize| network.layout().map_or(0, |layout| layout.widths()[layer + 1]);
    let element = orbit::draw_factor(stream, network, kind);
    let generator = match kind {
        Symmetry::Rotation { layer } => {
            let (row, column) = orbit::pair(stream, width(layer));
            symmetry::rotation(network, layer, row, column)
        }
        Symmetry::Shear { layer } => {
            let (row, column) = orbit::pair(stream, width(layer));
            symmetry::matrix(network, layer, row, column)
        }
        Symmetry::Rescaling { layer, degree } => {
            symmetry::neuron(network, layer, stream.below(width(layer)), i64::from(degree))
        }
        Symmetry::BlockScale { layer } => symmetry::normalised_block(network, layer),
        _ => symmetry::whole(network),
    };
    (generator, element)
}

/// A spiral of two units of a linear layer, growing and turning: normal, neither symmetric nor antisymmetric.
fn draw_spiral(stream: &mut Stream, network: &Network, layer: usize) -> (Generator, Element) {
    let width = network.layout().map_or(0, |layout| layout.widths()[layer + 1]);
    let (row, column) = orbit::pair(stream, width);
    let mut map = LinearMap::zero(network.parameter_count());
    let growth = stream.small();
    for unit in [row, column] {
        map = map.plus(&symmetry::matrix(network, layer, unit, unit).map.scaled(&growth));
    }
    map = map.plus(&symmetry::rotation(network, layer, row, column).map.scaled(&stream.small()));
    let mut element = symmetry::rotation_element(network, layer, (row, column), &stream.small());
    let factor = orbit::factor(stream, network);
    for unit in [row, column] {
        element = symmetry::neuron_rescaling(network, layer, unit, &factor, 1).after(&element);
    }
    (Generator { name: format!("spiral of units {row} and {column} of hidden layer {layer}"), map }, element)
}

/// A generator and an element that are normal for the learning rates that come with them: in a linear network a spiral,
/// in plain or in skew coordinates; otherwise a rescaling, under any diagonal.
fn draw_normal(stream: &mut Stream, network: &Network) -> (Generator, Element, Rated) {
    let kinds = symmetry::catalogue(network);
    let linear = kinds.iter().find_map(|kind| match kind {
        Symmetry::Shear { layer } => Some(*layer),
        _ => None,
    });
    match (linear, stream.below(3)) {
        (Some(layer), 0) => {
            let (generator, element) = draw_spiral(stream, network, layer);
            (generator, element, Rated::equal(stream))
        }
        (Some(layer), 1) => skew::draw_adapted(stream, network, layer),
        _ => {
            let scales: Vec<Symmetry> = kinds.into_iter().filter(|kind| is_scale(*kind)).collect();
            let kind = *stream.pick(&scales);
            let (generator, element) = draw_pair(stream, network, kind);
            let parameters = network.parameter_count();
            let rated = if stream.coin() { Rated::distinct(stream, parameters) } else { Rated::equal(stream) };
            (generator, element, rated)
        }
    }
}

fn is_scale(kind: Symmetry) -> bool {
    matches!(kind, Symmetry::Rescaling { .. } | Symmetry::BlockScale { .. } | Symmetry::WholeScale)
}

impl Theorem for ContinuousBroken {
    type Instance = Instance;

    fn entry(&self) -> &'static Entry {
        &ENTRY
    }

    fn draw(&self, mut draw: Draw) -> Instance {
        let (case, turn) = (draw.case, draw.turn());
        let is = |name| case.is_control(&ENTRY, name);
        let stream = &mut draw.family;
        if is("not-normal") || (case == Case::Law && turn == Class::Awkward && stream.below(4) == 0) {
            let (problem, generator, element, rated) = skew::draw_not_normal(stream);
            let asserted = if case == Case::Law { Asserted::Constancy } else { Asserted::Criterion(rated.inverse) };
            return Instance { problem, generator, element, asserted };
        }
        let (mut class, mut rates) = (Class::Generic, None);
        let (network, (generator, element), asserted) = if case == Case::Law && stream.coin() {
            class = turn;
            let palettes = [Palette::Homogeneous, Palette::Linear, Palette::Linear, Palette::ScaleInvariant];
            let palette = *stream.pick(&palettes);
            let network = orbit::network(stream, palette, class);
            let (generator, element, rated) = draw_normal(stream, &network);
            rates = Some(rated.rates);
            (network, (generator, element), Asserted::Criterion(rated.inverse))
        } else if case == Case::Law {
            class = turn;
            let palettes = [Palette::Homogeneous, Palette::Linear, Palette::Rotations, Palette::ScaleInvariant];
            let palette = *stream.pick(&palettes);
            let network = orbit::network(stream, palette, class);
            let continuous = |kind: &Symmetry| !kind.is_discrete();
            let kinds: Vec<Symmetry> = symmetry::catalogue(&network).into_iter().filter(continuous).collect();
            let kind = *stream.pick(&kinds);
            let (generator, single) = draw_pair(stream, &network, kind);
            let element = orbit::draw_element(stream, &network, |kind| continuous(&kind)).unwrap_or(single);
            (network, (generator, element), Asserted::Derivatives)
        } else if is("not-a-symmetry") {
            class = Class::Smooth;
            let network = orbit::draw_shallow(stream, Smooth::Tanh);
            let pair = draw_pair(stream, &network, Symmetry::Rescaling { layer: 0, degree: 1 });
            (network, pair, Asserted::Derivatives)
        } else {
            let network = orbit::draw_two_layer_linear(stream);
            if is("unequal-rates") {
                let rated = Rated::distinct(stream, network.parameter_count());
                rates = Some(rated.rates);
                let pair = draw_spiral(stream, &network, 0);
                (network, pair, Asserted::Criterion(rated.inverse))
            } else if is("constant") {
                let pair = draw_pair(stream, &network, Symmetry::Rescaling { layer: 0, degree: 1 });
                (network, pair, Asserted::Constancy)
            } else {
                // By at least 1: what these controls break is of second order in a small shear.
                let (row, column) = orbit::pair(stream, network.layout().map_or(0, |layout| layout.widths()[1]));
                let element = symmetry::shear(&network, 0, (row, column), &Rational::from(stream.integer(1, 3)));
                let generator = symmetry::matrix(&network, 0, row, column);
                (network, (generator, element), Asserted::Derivatives)
            }
        };
        let any = if case == Case::Law { Rates::Any } else { Rates::Scalar };
        let mut problem = Problem::draw(&mut draw, class, network, any, Decay::None);
        if let Some(rates) = rates {
            problem.preconditioner = rates;
        }
        Instance { problem, generator, element, asserted }
    }

    fn draw_on(&self, mut draw: Draw, network: &Network) -> Result<Instance, Inapplicable> {
        let (generator, element) = given::pair(&mut draw.family, network)?;
        let samples = 1 + draw.family.below(3);
        let problem = Problem::draw_on(&mut draw, network, Rates::Any, Decay::None, samples);
        Ok(Instance { problem, generator, element, asserted: Asserted::Derivatives })
    }

    fn relations<T: Carrier>(&self, instance: &Instance, case: Case) -> Result<Vec<Relation<T>>, Outside> {
        let point = orbit::at::<T>(&instance.problem)?;
        let entropy = point.objective().entropy(&point.theta);
        let mut relations = Vec::new();
        // Both ways along the orbit: by convexity not both can leave S as it was.
        for element in [&instance.element, &instance.element.inverted()] {
            let image = moved(&point, element);
            let cotangent = match case {
                case if case.is_control(&ENTRY, "not-inverted") => element.map.transposed(),
                case if case.is_control(&ENTRY, "not-transposed") => element.inverse.clone(),
                _ => element.inverse.transposed(),
            };
            let there = Term::scalar("S(K theta)", image.objective().entropy(&image.theta));
            let form = T::ratio(1, 4) * noise(&point, &cotangent, &cotangent);
            relations.push(flat_loss(&point, &image));
            relations.push(Relation::equality(
                "the entropy at K theta",
                vec![there.clone()],
                vec![Term::scalar("1/4 E[(K^{-T} g)^T Lambda (K^{-T} g)]", form)],
            ));
            if matches!(instance.asserted, Asserted::Constancy) {
                let here = Term::scalar("S(theta)", entropy.clone());
                relations.push(Relation::equality("the entropy is constant", vec![there], vec![here]));
            }
        }
        match &instance.asserted {
            Asserted::Constancy => {}
            Asserted::Derivatives => relations.extend(any_generator(&point, &instance.generator.map, entropy)),
            Asserted::Criterion(inverse) => relations.extend(normal_generator(&point, instance, inverse, entropy)),
        }
        Ok(relations)
    }
}

/// The derivatives of S along the orbit of any generator, for any `Lambda`.
fn any_generator<T: Carrier>(point: &Point<T>, generator: &LinearMap, entropy: T) -> [Relation<T>; 2] {
    let (first, second) = derivatives(point, generator);
    let identity = LinearMap::identity(point.theta.len());
    let transposed = generator.transposed();
    let twice = transposed.after(&transposed);
    let half = T::ratio(1, 2);
    let drift = T::ratio(-1, 2) * noise(point, &transposed, &identity);
    let square = T::product(&half, &noise(point, &transposed, &transposed));
    let mixed = half * noise(point, &twice, &identity);
    [
        Relation::equality(
            "the first derivative",
            vec![Term::scalar("dS/dt", first)],
            vec![Term::scalar("-1/2 E[g^T A Lambda g]", drift)],
        )
        .against(entropy.clone()),
        Relation::equality(
            "the second derivative",
            vec![Term::scalar("d^2 S/dt^2", second)],
            vec![Term::scalar("1/2 E[g^T A Lambda A^T g]", square), Term::scalar("1/2 E[g^T A^2 Lambda g]", mixed)],
        )
        .against(entropy),
    ]
}

/// The criterion for normal generators and elements: the right sides are sums of squares, zero if and only if S is
/// constant.
fn normal_generator<T: Carrier>(
    point: &Point<T>,
    instance: &Instance,
    inverse: &Preconditioner<Rational>,
    entropy: T,
) -> [Relation<T>; 2] {
    let (generator, element) = (&instance.generator.map, &instance.element);
    let (_, second) = derivatives(point, generator);
    let rates = &point.preconditioner;
    let inverse = inverse.map(T::from_rational);
    // 1/4 E[v^T Lambda^{-1} v] with v = M Lambda g + Lambda N g
    let square = |outside: &LinearMap, inside: &LinearMap| {
        let mean = point.data.mean(|sample| {
            let gradient = point.model.gradient(&point.theta, sample);
            let mut vector = outside.apply(&rates.apply(&gradient));
            add_multiple(&mut vector, &T::one(), &rates.apply(&inside.apply(&gradient)));
            dot(&vector, &inverse.apply(&vector))
        });
        T::ratio(1, 4) * mean
    };
    let entropy_at = |element: &Element| {
        let image = moved(point, element);
        image.objective().entropy(&image.theta)
    };
    let excess = square(&element.inverse.scaled(&Rational::from(-1)), &element.map.transposed());
    [
        Relation::equality(
            "the second derivative of a normal generator",
            vec![Term::scalar("d^2 S/dt^2", second)],
            vec![Term::scalar(
                "1/4 E[v^T Lambda^{-1} v], v = (A Lambda + Lambda A^T) g",
                square(generator, &generator.transposed()),
            )],
        )
        .against(entropy.clone()),
        Relation::equality(
            "the second difference of a normal element",
            vec![
                Term::scalar("S(K theta), K normal", entropy_at(element)),
                Term::scalar("S(K^{-1} theta), K normal", entropy_at(&element.inverted())),
            ],
            vec![
                Term::scalar("2 S(theta)", T::integer(2) * entropy),
                Term::scalar("1/4 E[v^T Lambda^{-1} v], v = (Lambda K^T - K^{-1} Lambda) g", excess),
            ],
        ),
    ]
}

/// `E[(M g)^T Lambda (N g)]`
fn noise<T: Carrier>(point: &Point<T>, left: &LinearMap, right: &LinearMap) -> T {
    point.data.mean(|sample| {
        let gradient = point.model.gradient(&point.theta, sample);
        dot(&left.apply(&gradient), &point.preconditioner.apply(&right.apply(&gradient)))
    })
}

/// The first two derivatives of `S(e^{tA} theta)` at `t = 0`, by dual numbers: with `t = e + e'`, `t^2/2 = e e'`,
/// `e^{tA} theta = theta + (e + e') A theta + e e' A^2 theta`.
fn derivatives<T: Carrier>(point: &Point<T>, generator: &LinearMap) -> (T, T) {
    let velocity = generator.apply(&point.theta);
    let acceleration = generator.apply(&velocity);
    let moving = point.theta.iter().zip(&velocity).zip(&acceleration);
    let theta: Vec<_> =
        moving.map(|((x, v), a)| Dual::new(Dual::new(x.clone(), v.clone()), Dual::new(v.clone(), a.clone()))).collect();
    let constant = |x: &T| Dual::constant(Dual::constant(x.clone()));
    let lifted = Objective {
        model: &*point.model,
        data: &point.data.lift().lift(),
        preconditioner: &point.preconditioner.map(constant),
        weight_decay: &constant(&point.weight_decay),
    };
    let entropy = lifted.entropy(&theta);
    (entropy.value.tangent, entropy.tangent.tangent)
}
