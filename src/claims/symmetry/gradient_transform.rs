//! `symmetry/gradient-transform`

use super::PAPER;
use super::orbit::{self, Moved, flat_loss, moved};
use crate::claim::problem::{Decay, Rates};
use crate::claim::{
    Case, Class, Control, Draw, Entry, Evidence, Inapplicable, Outside, Palette, Problem, Relation, Term, Theorem,
};
use crate::claims::given;
use crate::model::{Carrier, Network};
use crate::symmetry;

/// How gradients move along an orbit.
pub struct GradientTransform;

static ENTRY: Entry = Entry {
    id: "symmetry/gradient-transform",
    title: "gradients along an orbit",
    statement: "l(K theta; z) = l(theta; z) for all theta implies g_z(K theta) = K^{-T} g_z(theta)",
    hypotheses: &[
        "K is an invertible linear map with l(K theta; z) = l(theta; z) for every theta and z",
        "K is a product of permutations of hidden neurons (any activation), sign flips (odd activations, weights and bias), rescalings u -> a u, w -> a^{-k} w (homogeneous of degree k, a > 0), shears and rotations of linear layers, scales of RMS-normalised layers and of scale-invariant models",
        "theta is not on a kink, and no vector that is normalised is 0",
    ],
    evidence: &[Evidence::Exact, Evidence::Enclosed, Evidence::Converged],
    controls: &[
        Control { name: "even-activation", breaks: "sign flip of a neuron whose activation is not odd" },
        Control { name: "incoming-only", breaks: "permutation of the incoming weights without the outgoing ones" },
        Control { name: "not-inverted", breaks: "K^T g in place of K^{-T} g, K not orthogonal" },
        Control { name: "not-transposed", breaks: "K^{-1} g in place of K^{-T} g, K not symmetric" },
        Control { name: "moved-like-a-point", breaks: "K g in place of K^{-T} g, K not orthogonal" },
    ],
    references: &[PAPER],
};

impl Theorem for GradientTransform {
    type Instance = Moved;

    fn entry(&self) -> &'static Entry {
        &ENTRY
    }

    fn draw(&self, mut draw: Draw) -> Moved {
        let (case, turn) = (draw.case, draw.turn());
        let is = |name| case.is_control(&ENTRY, name);
        let stream = &mut draw.family;
        let (class, (network, element)) = if case == Case::Law {
            let palettes = [
                Palette::Any,
                Palette::Homogeneous,
                Palette::Homogeneous,
                Palette::Linear,
                Palette::Odd,
                Palette::Rotations,
                Palette::ScaleInvariant,
            ];
            let palette = *stream.pick(&palettes);
            (turn, orbit::draw_network(stream, palette, turn, |_| true))
        } else if is("even-activation") {
            (Class::Smooth, orbit::draw_even_flip(stream))
        } else {
            let network = orbit::draw_two_layer_linear(stream);
            let width = network.layout().map_or(0, |layout| layout.widths()[1]);
            let element = if is("incoming-only") {
                orbit::incoming_permutation(&network, &orbit::proper_permutation(stream, width))
            } else {
                symmetry::shear(&network, 0, orbit::pair(stream, width), &stream.small())
            };
            (Class::Generic, (network, element))
        };
        let problem = Problem::draw(&mut draw, class, network, Rates::Scalar, Decay::None);
        Moved { problem, element }
    }

    fn draw_on(&self, mut draw: Draw, network: &Network) -> Result<Moved, Inapplicable> {
        let element = given::element(&mut draw.family, network)?;
        let samples = 1 + draw.family.below(3);
        let problem = Problem::draw_on(&mut draw, network, Rates::Scalar, Decay::None, samples);
        Ok(Moved { problem, element })
    }

    fn relations<T: Carrier>(&self, instance: &Moved, case: Case) -> Result<Vec<Relation<T>>, Outside> {
        let element = &instance.element;
        let point = orbit::at::<T>(&instance.problem)?;
        let image = moved(&point, element);
        let map = match case {
            case if case.is_control(&ENTRY, "not-inverted") => element.map.transposed(),
            case if case.is_control(&ENTRY, "not-transposed") => element.inverse.clone(),
            case if case.is_control(&ENTRY, "moved-like-a-point") => element.map.clone(),
            _ => element.inverse.transposed(),
        };
        let here = point.objective().sample_gradients(&point.theta);
        let there = image.objective().sample_gradients(&image.theta);
        let carried = here.iter().flat_map(|gradient| map.apply(gradient)).collect();
        let gradients = Relation::equality(
            "the gradients of all samples",
            vec![Term::vector("g_z(K theta)", there.concat())],
            vec![Term::vector("K^{-T} g_z(theta)", carried)],
        );
        Ok(vec![flat_loss(&point, &image), gradients])
    }
}
