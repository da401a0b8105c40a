//! `symmetry/unique-minimum`

use super::PAPER;
use super::orbit::{self, moved};
use crate::claim::problem::{Decay, Rates};
use crate::claim::{
    Case, Class, Control, Draw, Drawn, Entry, Evidence, Outside, Palette, Point, Problem, Relation, Stream, Term,
    Theorem,
};
use crate::data::{DataSet, Sample};
use crate::entropic::Preconditioner;
use crate::linalg::products::{add_multiple, dot};
use crate::model::mlp::Layout;
use crate::model::{Carrier, Loss, Network, Piecewise, Smooth};
use crate::scalar::{Field, Rational};
use crate::symmetry::{self, Element, LinearMap, Symmetry};

/// The orbit of a rescaling has one minimum of the entropic loss.
pub struct UniqueMinimum;

static ENTRY: Entry = Entry {
    id: "symmetry/unique-minimum",
    title: "one minimum on every orbit",
    statement: "F(K_a theta) = L + gamma |v|^2 + (eta/4) E|g_v|^2 + p a^2 + q a^{-2} with p = gamma |u|^2 + (eta/4) E|g_w|^2, q = gamma |w|^2 + (eta/4) E|g_u|^2 for K_a: u -> a u, w -> w / a, the rest v fixed; its only minimum over a > 0 is at a^4 = q / p, the same point of the orbit wherever one starts",
    hypotheses: &[
        "u: the incoming weights and biases of some neurons of a hidden layer, w: their outgoing weights, the activation homogeneous of degree 1; p and q are positive; Lambda = eta I; the weights of the mean are positive",
        "dF/d ln a = 2 p a^2 - 2 q a^{-2}, and q / p at K_b theta is b^{-4} times q / p at theta; that F is least at a^4 = q / p is examined where a learning rate puts it at a rational a, other points are left out",
        "at degree k the orbit is u -> a u, w -> a^{-k} w, and F has the powers a^2, a^{-2k}, a^{-2}, a^{2k}",
        "for any symmetric A and Lambda = eta I, t -> F(e^{tA} theta) is convex, strictly if gamma > 0 and A theta is not 0, or if some A g_z is not 0: F(K theta) + F(K^{-1} theta) - 2 F(theta) = gamma |(K - K^{-1}) theta|^2 + (eta/4) E|(K - K^{-1}) g|^2 for symmetric K; points with K theta = theta are left out",
    ],
    evidence: &[Evidence::Exact, Evidence::Enclosed, Evidence::Converged],
    controls: &[
        Control { name: "noise-swapped", breaks: "E|g_u|^2 in p and E|g_w|^2 in q" },
        Control { name: "wrong-power", breaks: "the minimum at a^2 = q / p" },
        Control { name: "wrong-degree", breaks: "the orbit of degree 1 for squared ReLU" },
        Control { name: "not-homogeneous", breaks: "rescaling of neurons whose activation is not homogeneous" },
        Control { name: "not-symmetric", breaks: "the convexity formula for a shear" },
    ],
    references: &[PAPER],
};

/// Some neurons of a hidden layer with what grows and what shrinks along their orbit.
struct Orbit {
    layer: usize,
    neurons: Vec<usize>,
    degree: i32,
    /// `u`
    incoming: Vec<usize>,
    /// `w`
    outgoing: Vec<usize>,
    /// `v`
    rest: Vec<usize>,
}

impl Orbit {
    /// A random nonempty set of neurons of a random hidden layer.
    fn draw(stream: &mut Stream, network: &Network, degree: i32) -> Self {
        let layout = network.layout().expect("the palette has layers");
        let layer = stream.below(layout.depth() - 1);
        let width = layout.widths()[layer + 1];
        let mut neurons: Vec<usize> = (0..width).filter(|_| stream.coin()).collect();
        if neurons.is_empty() {
            neurons.push(stream.below(width));
        }
        let (mut incoming, mut outgoing) = (Vec::new(), Vec::new());
        for &neuron in &neurons {
            incoming.extend((0..layout.widths()[layer]).map(|column| layout.weight(layer, neuron, column)));
            incoming.extend(layout.biases(layer).nth(neuron));
            outgoing.extend((0..layout.widths()[layer + 2]).map(|row| layout.weight(layer + 1, row, neuron)));
        }
        let rest = (0..network.parameter_count()).filter(|i| !incoming.contains(i) && !outgoing.contains(i)).collect();
        Orbit { layer, neurons, degree, incoming, outgoing, rest }
    }

    /// `K_a`
    fn element(&self, network: &Network, a: &Rational) -> Element {
        self.neurons.iter().fold(Element::identity(network), |product, &neuron| {
            symmetry::neuron_rescaling(network, self.layer, neuron, a, self.degree).after(&product)
        })
    }

    /// `A`, with `K_a = e^{A ln a}`.
    fn generator(&self, network: &Network) -> LinearMap {
        self.neurons.iter().fold(LinearMap::zero(network.parameter_count()), |sum, &neuron| {
            sum.plus(&symmetry::neuron(network, self.layer, neuron, i64::from(self.degree)).map)
        })
    }
}

/// `gamma |block|^2` and `(eta/4) E|g_block|^2` for `u`, `w` and `v`.
struct Parts<T> {
    decay: [T; 3],
    noise: [T; 3],
}

impl<T: Carrier> Parts<T> {
    fn new(point: &Point<T>, learning_rate: &T, orbit: &Orbit) -> Self {
        let square = |vector: &[T], block: &[usize]| {
            let mut sum = T::zero();
            for &index in block {
                sum += vector[index].squared();
            }
            sum
        };
        let gradients = point.objective().sample_gradients(&point.theta);
        let blocks = [&orbit.incoming, &orbit.outgoing, &orbit.rest];
        let quarter = T::ratio(1, 4) * learning_rate;
        let noise = blocks.map(|block| {
            let mut mean = T::zero();
            for (gradient, weight) in gradients.iter().zip(point.data.weights()) {
                mean += T::product(weight, &square(gradient, block));
            }
            T::product(&quarter, &mean)
        });
        Parts { decay: blocks.map(|block| T::product(&point.weight_decay, &square(&point.theta, block))), noise }
    }

    /// `p` and `q`
    fn p_and_q(&self) -> (T, T) {
        let [decay_u, decay_w, _] = &self.decay;
        let [noise_u, noise_w, _] = &self.noise;
        (decay_u.clone() + noise_w, decay_w.clone() + noise_u)
    }
}

/// A problem with an orbit, points on it, and a symmetric element.
pub struct Instance {
    pub(super) problem: Problem,
    orbit: Orbit,
    /// Points of the orbit.
    factors: [Rational; 3],
    symmetric: Element,
    /// For an instance whose learning rate was chosen so that the minimum is rational: where it is.
    minimum: Option<Rational>,
}

impl Drawn for Instance {
    fn class(&self) -> Class {
        self.problem.class()
    }
    fn is_algebraic(&self) -> bool {
        self.problem.is_algebraic()
    }
    fn describe(&self) -> String {
        let Orbit { layer, neurons, .. } = &self.orbit;
        format!("{}: neurons {neurons:?} of hidden layer {layer}; {}", self.problem.describe(), self.symmetric.name)
    }
}

/// A symmetric element: rescalings of one layer's neurons, in rotated axes if the layer is linear.
fn draw_symmetric(stream: &mut Stream, network: &Network, orbit: &Orbit) -> Element {
    let width = network.layout().map_or(0, |layout| layout.widths()[orbit.layer + 1]);
    let mut element = (0..width).fold(Element::identity(network), |product, neuron| {
        let factor = orbit::factor(stream, network);
        symmetry::neuron_rescaling(network, orbit.layer, neuron, &factor, orbit.degree).after(&product)
    });
    if symmetry::catalogue(network).contains(&Symmetry::Shear { layer: orbit.layer }) {
        let pair = orbit::pair(stream, width);
        let rotation = symmetry::rotation_element(network, orbit.layer, pair, &stream.small());
        element = rotation.after(&element).after(&rotation.inverted());
    }
    element
}

/// A rational number other than 1 whose power lies strictly between two different positive numbers.
fn root_between(first: Rational, second: Rational, power: i32) -> Option<Rational> {
    let (low_power, high_power) = if first < second { (first, second) } else { (second, first) };
    let (mut low, mut high) = (Rational::new(), Rational::from(1));
    while high.powi(power) <= low_power {
        high *= 2;
    }
    for _ in 0..64 {
        let middle: Rational = Rational::from(&low + &high) / 2;
        let value = middle.powi(power);
        if value <= low_power {
            low = middle;
        } else if value >= high_power || middle == 1 {
            high = middle;
        } else {
            return Some(middle);
        }
    }
    None
}

/// Chooses the learning rate so that `a^power = q / p` has a rational solution, which is returned.
///
/// `q - a^power p` is linear in the learning rate; it vanishes at a positive one if `a^power` lies between
/// `|w|^2 / |u|^2` and `E|g_u|^2 / E|g_w|^2`.
fn place_minimum(problem: &mut Problem, orbit: &Orbit, power: i32) -> Option<Rational> {
    let parts = Parts::new(&problem.at::<Rational>(), &Rational::from(1), orbit);
    let ([decay_u, decay_w, _], [noise_u, noise_w, _]) = (parts.decay, parts.noise);
    if [&decay_u, &decay_w, &noise_u, &noise_w].into_iter().any(Rational::is_zero) {
        return None;
    }
    let a = root_between(Rational::from(&decay_w / &decay_u), Rational::from(&noise_u / &noise_w), power)?;
    let square = a.powi(power);
    let learning_rate = (decay_w - decay_u * &square) / (noise_w * square - noise_u);
    problem.preconditioner = Preconditioner::Scalar(learning_rate);
    Some(a)
}

impl Theorem for UniqueMinimum {
    type Instance = Instance;

    fn entry(&self) -> &'static Entry {
        &ENTRY
    }

    fn draw(&self, mut draw: Draw) -> Instance {
        let (case, turn, family) = (draw.case, draw.turn(), draw.family_number());
        let is = |name| case.is_control(&ENTRY, name);
        let stream = &mut draw.family;
        let stationary = is("wrong-power") || (case == Case::Law && family % 4 == 3);
        let class = match case {
            _ if stationary => Class::Stationary,
            Case::Law => turn,
            _ if is("not-homogeneous") || is("wrong-degree") => Class::Smooth,
            _ => Class::Generic,
        };
        let network = match case {
            Case::Law if stationary => {
                let activation = *stream.pick(&[Piecewise::Identity, Piecewise::Relu, Piecewise::LeakyRelu]);
                orbit::draw_shallow(stream, activation)
            }
            Case::Law if stream.coin() => Palette::Linear.network(stream, class),
            Case::Law => Palette::Homogeneous.network(stream, class),
            // Squares of few-bit numbers, several neurons and biases: degree 2 shows on every instance.
            _ if is("wrong-degree") => {
                let widths = [1 + stream.below(3), 2 + stream.below(2), 1 + stream.below(2)];
                Network::mlp(&widths, Piecewise::SquaredRelu, true, Loss::SquaredError)
            }
            _ if is("not-homogeneous") => orbit::draw_shallow(stream, Smooth::Tanh),
            _ => orbit::draw_two_layer_linear(stream),
        };
        let degree = network.activation().homogeneity().filter(|_| !is("wrong-degree"));
        let orbit = Orbit::draw(stream, &network, degree.map_or(1, |degree| degree as i32));
        let factors = [(); 3].map(|()| orbit::factor(stream, &network));
        let symmetric = if is("not-symmetric") {
            symmetry::shear(&network, 0, (0, 1), &Rational::from(stream.integer(1, 3)))
        } else {
            draw_symmetric(stream, &network, &orbit)
        };
        let neurons = network.layout().map_or(0, Layout::hidden_neurons);
        let mut problem = Problem::draw(&mut draw, class, network, Rates::Scalar, Decay::Positive);
        if is("wrong-degree") {
            // With a closed gate on every sample there would be no loss to tell the degrees apart.
            let open = |sample: &Sample<Rational>| Sample { gates: Some(vec![true; neurons].into()), ..sample.clone() };
            let samples = problem.data.samples().iter().map(open).collect();
            problem.data = DataSet::weighted(samples, problem.data.weights().to_vec());
        }
        let minimum =
            stationary.then(|| place_minimum(&mut problem, &orbit, if is("wrong-power") { 2 } else { 4 })).flatten();
        Instance { problem, orbit, factors, symmetric, minimum }
    }

    fn relations<T: Carrier>(&self, instance: &Instance, case: Case) -> Result<Vec<Relation<T>>, Outside> {
        let Instance { problem, orbit, symmetric, .. } = instance;
        if symmetric.map.apply(&problem.theta) == problem.theta {
            return Err(Outside::because("the point does not move"));
        }
        let point = problem.at::<T>();
        if problem.class == Class::Stationary {
            let Some(minimum) = &instance.minimum else {
                return Err(Outside::because("no rational minimum on the orbit: p or q has a vanishing part"));
            };
            return Ok(at_the_minimum(instance, &point, minimum));
        }
        let learning_rate = problem.learning_rate();
        let mut parts = Parts::new(&point, &learning_rate, orbit);
        if case.is_control(&ENTRY, "noise-swapped") {
            parts.noise.swap(0, 1);
        }
        let mut relations = Vec::new();
        for a in &instance.factors {
            let image = moved(&point, &orbit.element(&problem.network, a));
            relations.push(profile(&point, &image, &parts, orbit, a));
        }
        let a = &instance.factors[0];
        let image = moved(&point, &orbit.element(&problem.network, a));
        relations.push(slope(problem, &image, &parts, orbit, a));
        if orbit.degree == 1 {
            relations.push(covariance(&parts, &Parts::new(&image, &learning_rate, orbit), a));
        }
        relations.extend(convexity(&point, &learning_rate, symmetric));
        Ok(relations)
    }
}

/// `a^exponent` as a constant.
fn power<T: Field>(a: &Rational, exponent: i32) -> T {
    T::from_rational(&a.powi(exponent))
}

/// `F(K_a theta)` as a function of `a`.
fn profile<T: Carrier>(
    point: &Point<T>,
    image: &Point<T>,
    parts: &Parts<T>,
    orbit: &Orbit,
    a: &Rational,
) -> Relation<T> {
    let ([decay_u, decay_w, decay_v], [noise_u, noise_w, noise_v]) = (&parts.decay, &parts.noise);
    let k = orbit.degree;
    Relation::equality(
        ("the entropic loss", format!("at a = {a}")),
        vec![Term::scalar("F(K_a theta)", image.objective().entropic_loss(&image.theta))],
        vec![
            Term::scalar("L", point.objective().loss(&point.theta)),
            Term::scalar("gamma |v|^2", decay_v.clone()),
            Term::scalar("(eta/4) E|g_v|^2", noise_v.clone()),
            Term::scalar("a^2 gamma |u|^2", power::<T>(a, 2) * decay_u),
            Term::scalar("a^{-2k} gamma |w|^2", power::<T>(a, -2 * k) * decay_w),
            Term::scalar("a^{-2} (eta/4) E|g_u|^2", power::<T>(a, -2) * noise_u),
            Term::scalar("a^{2k} (eta/4) E|g_w|^2", power::<T>(a, 2 * k) * noise_w),
        ],
    )
}

/// `dF/dt` at `K_a theta`, `a = e^t`, from the gradient of F there: zero where `a^4 = q / p`.
fn slope<T: Carrier>(
    problem: &Problem,
    image: &Point<T>,
    parts: &Parts<T>,
    orbit: &Orbit,
    a: &Rational,
) -> Relation<T> {
    let ([decay_u, decay_w, _], [noise_u, noise_w, _]) = (&parts.decay, &parts.noise);
    let k = orbit.degree;
    let velocity = orbit.generator(&problem.network).apply(&image.theta);
    let factor = |exponent: i32| T::integer(i64::from(exponent)) * power::<T>(a, exponent);
    Relation::equality(
        ("the slope along the orbit", format!("at a = {a}")),
        vec![Term::scalar("(A K_a theta)^T grad F(K_a theta)", {
            dot(&velocity, &image.objective().entropic_gradient(&image.theta))
        })],
        vec![
            Term::scalar("2 a^2 gamma |u|^2", factor(2) * decay_u),
            Term::scalar("-2k a^{-2k} gamma |w|^2", factor(-2 * k) * decay_w),
            Term::scalar("-2 a^{-2} (eta/4) E|g_u|^2", factor(-2) * noise_u),
            Term::scalar("2k a^{2k} (eta/4) E|g_w|^2", factor(2 * k) * noise_w),
        ],
    )
}

/// `q / p` loses the factor `b^4` from a start at `K_b theta`: the minimum is the same point of the orbit.
fn covariance<T: Carrier>(parts: &Parts<T>, started_elsewhere: &Parts<T>, b: &Rational) -> Relation<T> {
    let ((p, q), (p_there, q_there)) = (parts.p_and_q(), started_elsewhere.p_and_q());
    Relation::equality(
        ("the minimum", format!("from b = {b}")),
        vec![Term::scalar("b^4 q(K_b theta) p(theta)", power::<T>(b, 4) * q_there * p)],
        vec![Term::scalar("q(theta) p(K_b theta)", q * p_there)],
    )
}

/// The second difference of F along a symmetric element, which is positive.
fn convexity<T: Carrier>(point: &Point<T>, learning_rate: &T, element: &Element) -> [Relation<T>; 2] {
    let entropic_loss = |point: &Point<T>| point.objective().entropic_loss(&point.theta);
    let there = entropic_loss(&moved(point, element));
    let back = entropic_loss(&moved(point, &element.inverted()));
    let twice = T::integer(2) * entropic_loss(point);
    let difference = element.map.plus(&element.inverse.scaled(&Rational::from(-1)));
    let square = |vector: &[T]| {
        let image = difference.apply(vector);
        dot(&image, &image)
    };
    let noise = point.data.mean(|sample| square(&point.model.gradient(&point.theta, sample)));
    let inequality = Relation::at_most(
        "convexity",
        Term::scalar("2 F(theta)", twice.clone()),
        Term::scalar("F(K theta) + F(K^{-1} theta)", there.clone() + &back),
    );
    let equality = Relation::equality(
        "the second difference of F",
        vec![Term::scalar("F(K theta)", there), Term::scalar("F(K^{-1} theta)", back)],
        vec![
            Term::scalar("2 F(theta)", twice),
            Term::scalar("gamma |(K - K^{-1}) theta|^2", T::product(&point.weight_decay, &square(&point.theta))),
            Term::scalar("(eta/4) E|(K - K^{-1}) g|^2", T::ratio(1, 4) * learning_rate * noise),
        ],
    );
    [equality, inequality]
}

/// Where `a^4 = q / p`: F is stationary along the orbit, and larger at its other points.
fn at_the_minimum<T: Carrier>(instance: &Instance, point: &Point<T>, minimum: &Rational) -> Vec<Relation<T>> {
    let Instance { problem, orbit, factors, .. } = instance;
    let lowest = moved(point, &orbit.element(&problem.network, minimum));
    let (objective, theta) = (lowest.objective(), &lowest.theta);
    let Parts { decay: [decay_u, decay_w, _], .. } = Parts::new(&lowest, &problem.learning_rate(), orbit);
    // grad S = grad F - grad L - 2 gamma theta; along the orbit L is constant.
    let mut entropic_force = objective.entropic_gradient(theta);
    add_multiple(&mut entropic_force, &T::integer(-1), &objective.mean_gradient(theta));
    add_multiple(&mut entropic_force, &(T::integer(-2) * &point.weight_decay), theta);
    let velocity = orbit.generator(&problem.network).apply(theta);
    let mut relations = vec![Relation::equality(
        "F is stationary where a^4 = q / p",
        vec![
            Term::scalar("2 gamma |u|^2", T::integer(2) * decay_u),
            Term::scalar("(A theta)^T grad S", dot(&velocity, &entropic_force)),
        ],
        vec![Term::scalar("2 gamma |w|^2", T::integer(2) * decay_w)],
    )];
    let value = objective.entropic_loss(theta);
    for factor in factors {
        let other = moved(&lowest, &orbit.element(&problem.network, factor));
        relations.push(Relation::less(
            ("F is larger elsewhere", format!("at {factor} times the minimum")),
            Term::scalar("F at the minimum", value.clone()),
            Term::scalar("F elsewhere on the orbit", other.objective().entropic_loss(&other.theta)),
        ));
    }
    relations
}
