//! `sharpness/isotropic-noise-flattens`: entropy and sharpness are proportional if the noise is isotropic.
//!
//! ```text
//! 1/4 E|g_W|^2 = sigma^2/2 tr Hess_W L      where M_O W_D ... W_1 M_I = V,  E[e e^T] = sigma^2 I
//! ```
//!
//! layer by layer, for a deep linear network on `y = V x + e` with `e` independent of `x`. Sources: [`PAPER`], [`PLATONIC`].

use super::instance::{hessian_traces, network};
use super::random_matrices::{columns, invertible, isotropic_noise, reflection, symmetrised};
use super::{PAPER, PLATONIC};
use crate::data::{DataSet, Sample};
use crate::linalg::products::{product, squared_norm};
use crate::model::mlp::Layout;
use crate::model::{Carrier, Network};
use crate::platonic::setting::second_moment;
use crate::platonic::{Factors, Setting};
use crate::scalar::{Field, Rational};
use crate::verify::routes::Exact;
use crate::verify::stream::GRID_BITS;
use crate::verify::{Claim, Class, Draw, Drawn, Draws, In, Relation, Stream, Term, Unjudged, all, control};
use nalgebra::DMatrix;

/// The proportionality.
#[derive(Clone, Copy)]
struct IsotropicNoise {
    noise: Noise,
    /// Whether the weights are at a global minimum; else the labels are those of another target.
    minimum: bool,
    /// Whether `E|e|^2` stands for `sigma^2`.
    total: bool,
    /// Whether the sharpness is compared with its closed form, too.
    closed_form: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Noise {
    Isotropic,
    /// Larger in one direction.
    Anisotropic,
    /// Larger for one input.
    Heterogeneous,
}

const LAW: IsotropicNoise = IsotropicNoise { noise: Noise::Isotropic, minimum: true, total: false, closed_form: true };
const CONTROL: IsotropicNoise = IsotropicNoise { closed_form: false, ..LAW };

/// `sharpness/isotropic-noise-flattens`
pub static CLAIM: Claim = Claim {
    id: "sharpness/isotropic-noise-flattens",
    title: "isotropic noise leads to the flattest minimum",
    statement: "for E[e e^T] = sigma^2 I, at every global minimum of a deep linear network 1/4 E|g_W|^2 = sigma^2/2 tr Hess_W L, layer by \
                layer, and tr Hess_{W_i} L = 2 |A_i|^2 tr(B_i Sx B_i^T); so entropy and sharpness have the same minimisers among the global minima",
    hypotheses: &[
        "f(x) = M_O W_D ... W_1 M_I x with fixed M_I, M_O; l = |f(x) - y|^2; A_i and B_i are what stands left and right of W_i",
        "y = V x + e with e independent of x; Sx = E[x x^T]",
        "a global minimum: M_O W_D ... W_1 M_I = V (made so by drawing the weights and defining V as their product); for this to be the least loss \
         e has mean 0",
    ],
    references: &[PAPER, PLATONIC],
    builds_on: &[],
    law: &[all(&Exact(LAW))],
    controls: &[
        control(
            "anisotropic-noise",
            "noise of other size in one direction; sigma^2 its mean over directions",
            &Exact(IsotropicNoise { noise: Noise::Anisotropic, ..CONTROL }),
        ),
        control(
            "heterogeneous-noise",
            "isotropic noise whose size depends on the input",
            &Exact(IsotropicNoise { noise: Noise::Heterogeneous, ..CONTROL }),
        ),
        control("not-a-minimum", "labels of another target", &Exact(IsotropicNoise { minimum: false, ..CONTROL })),
        control("total-noise", "E|e|^2 in place of sigma^2", &Exact(IsotropicNoise { total: true, ..CONTROL })),
    ],
};

/// Widths, embeddings and noise are the family's; weights and inputs the point's.
struct Instance {
    class: Class,
    widths: Vec<usize>,
    /// The embeddings; covariances and target follow from the rest.
    setting: Setting<Rational>,
    noises: Vec<Vec<Rational>>,
    inputs: Vec<Vec<Rational>>,
    theta: Vec<Rational>,
    /// What is added to the target of the labels, 0 at a minimum.
    defect: Rational,
    /// The factor of the noise of every input, 1 if it is independent.
    sizes: Vec<Rational>,
}

impl Drawn for Instance {
    fn class(&self) -> Class {
        self.class
    }

    fn is_algebraic(&self) -> bool {
        true
    }

    fn describe(&self) -> String {
        let widths: Vec<String> = self.widths.iter().map(usize::to_string).collect();
        format!("deep linear network {}, {} inputs", widths.join("-"), self.inputs.len())
    }
}

impl Instance {
    fn network(&self) -> Network {
        network(&self.widths, &self.setting)
    }
}

fn coordinate(stream: &mut Stream, class: Class) -> Rational {
    match class {
        Class::Awkward if stream.below(4) == 0 => Rational::new(),
        Class::Awkward => stream.small(),
        _ => stream.dyadic(GRID_BITS),
    }
}

impl Draws for IsotropicNoise {
    type Instance = Instance;

    fn draw(&self, draw: &mut Draw) -> Result<Instance, Unjudged> {
        let class = if draw.turn() == Class::Awkward { Class::Awkward } else { Class::Generic };
        let is_law = draw.is_law();
        let Draw { family, point, .. } = draw;
        // One output has no other direction, and one input no other size.
        let least = if is_law { 1 } else { 2 };
        // A single layer has no weights in the formula but those of the embeddings, and these have few bits.
        let depth = least + family.below(3);
        let mut widths: Vec<usize> = (0..=depth).map(|_| least + family.below(4 - least)).collect();
        if class == Class::Awkward {
            widths[depth / 2] = 1;
        }
        let (d_x, d_y) = (widths[0], widths[depth]);
        let noises = if self.noise == Noise::Anisotropic {
            let mut directions = columns(&reflection(family, d_y));
            for entry in &mut directions[0] {
                *entry *= 2 + family.below(3) as i64;
            }
            symmetrised(&directions)
        } else {
            isotropic_noise(family, d_y)
        };
        // Nothing is said of the mean of the noise, nor of the rank of the embeddings.
        let special = class == Class::Awkward && family.coin();
        let noises = if special { noises.into_iter().step_by(2).collect() } else { noises };
        let (mut embedding_in, mut embedding_out) = (invertible(family, d_x), invertible(family, d_y));
        for embedding in [&mut embedding_in, &mut embedding_out].into_iter().filter(|m| special && m.ncols() > 1) {
            embedding.column_mut(0).fill(Rational::new());
        }
        let covariance = DMatrix::from_element(d_x, d_x, Rational::new());
        let noise_covariance = second_moment(&noises);
        let target = DMatrix::from_element(d_y, d_x, Rational::new());
        let setting = Setting { input_covariance: covariance, noise_covariance, target, embedding_in, embedding_out };
        let count = least + family.below(3);
        let mut sizes = vec![Rational::from(1); count];
        if self.noise == Noise::Heterogeneous {
            sizes[0] = Rational::from(2 + family.below(3));
        }
        let defect = if !self.minimum { family.small() } else { Rational::new() };
        let mut numbers = |count: usize| (0..count).map(|_| coordinate(point, class)).collect::<Vec<_>>();
        let inputs = (0..count).map(|_| numbers(d_x)).collect();
        let theta = numbers(Layout::new(widths.clone(), false).parameter_count());
        Ok(Instance { class, widths, setting, noises, inputs, theta, defect, sizes })
    }
}

impl<T: Carrier> In<T> for IsotropicNoise {
    fn relations(&self, instance: &Instance) -> Result<Vec<Relation<T>>, Unjudged> {
        let network = instance.network();
        let (Some(model), Some(layout)) = (T::model(&network), network.layout()) else {
            return Err(Unjudged::outside("no product of matrices"));
        };
        let drawn = |numbers: &[Rational]| numbers.iter().map(T::drawn).collect::<Vec<T>>();
        let theta = drawn(&instance.theta);
        let inputs: Vec<Vec<T>> = instance.inputs.iter().map(|input| drawn(input)).collect();
        let mut setting = instance.setting.carry::<T>();
        setting.input_covariance = second_moment(&inputs);
        let factors = Factors::of(layout, &theta);
        setting.target = factors.end_to_end(&setting);
        let data = data(instance, &inputs, &setting.target);
        let mut entropies = vec![T::zero(); layout.depth()];
        for (sample, weight) in data.samples().iter().zip(data.weights()) {
            let gradient = model.gradient(&theta, sample);
            for (layer, entropy) in entropies.iter_mut().enumerate() {
                *entropy += T::ratio(1, 4) * weight * squared_norm(&gradient[layout.weights(layer)]);
            }
        }
        let traces = hessian_traces(&*model, layout, &data, &theta);
        let outputs = instance.noises[0].len();
        let mut variance = Rational::new();
        for (row, size) in instance.noises.iter().flatten().flat_map(|e| instance.sizes.iter().map(move |s| (e, s))) {
            variance += Rational::from(row * size).square();
        }
        variance /= (instance.noises.len() * instance.sizes.len()) as i64;
        if !self.total {
            variance /= outputs as i64;
        }
        let half_variance = T::from_rational(&(variance / 2));
        let scaled = traces.iter().map(|trace| T::product(&half_variance, trace)).collect();
        let proportional = Relation::equality(
            "entropy and sharpness",
            vec![Term::vector("1/4 E|g_W|^2", entropies)],
            vec![Term::vector("sigma^2/2 tr Hess_W L", scaled)],
        );
        if !self.closed_form {
            return Ok(vec![proportional]);
        }
        let closed_form = Relation::equality(
            "sharpness in closed form",
            vec![Term::vector("tr Hess_W L", traces)],
            vec![Term::vector("2 |A|^2 tr(B Sx B^T)", factors.sharpness_terms(&setting))],
        );
        Ok(vec![proportional, closed_form])
    }
}

/// All pairs of an input and a noise.
fn data<T: Field>(instance: &Instance, inputs: &[Vec<T>], target: &DMatrix<T>) -> DataSet<T> {
    let defect = T::from_rational(&instance.defect);
    let mut samples = Vec::new();
    for (input, size) in inputs.iter().zip(&instance.sizes) {
        let clean = product(target, &DMatrix::from_column_slice(input.len(), 1, input));
        for noise in &instance.noises {
            let label = clean.iter().zip(noise).map(|(clean, noise)| {
                let noise = T::from_rational(&Rational::from(noise * size));
                // Another target: every label is moved by a multiple of the first input.
                clean.clone() + noise + T::product(&defect, &input[0])
            });
            samples.push(Sample::new(input.clone(), label.collect()));
        }
    }
    DataSet::new(samples)
}
