//! `sharpness/both-signs` and `sharpness/deep`

use super::instance::{Instance, Sizes, columns, hessian_traces, isotropic_noise, matrix, reflection, wide_inputs};
use super::{BALANCED, PAPER};
use crate::claim::theorem::Settings;
use crate::claim::{Case, Claim, Control, Draw, Entry, Evidence, Examination, Relation, Stream, Term};
use crate::claims::decomposed::{self, Decomposed, Setback};
use crate::linalg::products::{product, squared_norm, transposed_product};
use crate::linalg::{Decomposable, LinalgError};
use crate::model::Carrier;
use crate::platonic::balanced::{scaled_columns, trained_product};
use crate::platonic::factors::sum;
use crate::platonic::setting::{second_moment, weighted_square};
use crate::platonic::{Factors, Setting, balanced_minimum, entropic_minimiser};
use crate::scalar::{Rational, Ring};
use nalgebra::DMatrix;

/// The entropic minimum against the one that gradient flow reaches.
pub struct Comparison {
    entry: &'static Entry,
    /// Whether it speaks of more than two layers.
    deep: bool,
}

/// For two layers.
pub static BOTH_SIGNS: Comparison = Comparison { entry: &BOTH_SIGNS_ENTRY, deep: false };
/// For more.
pub static DEEP: Comparison = Comparison { entry: &DEEP_ENTRY, deep: true };

const HYPOTHESES: &[&str] = &[
    "f(x) = M_O W_D ... W_1 M_I x with fixed invertible M_I, M_O; hidden widths at least rank V; l = |f(x) - y|^2; y = V x + e with e of \
     mean 0 and independent of x",
    "the flow starts from balanced weights, W_{i+1}^T W_{i+1} = W_i W_i^T (infinitesimal ones, for instance), and ends at a global minimum",
    "Sx generic: the eigenvalues of the inputs differ by some orders of magnitude",
    "mildly anisotropic: Se = I + D with D positive semidefinite and tr D = 1/16; strongly: 2^-40 along a direction of the column space of V, of rank 2 or \
     more (for rank 1 the sharpness grows too slowly for a factor of 2: see sharpness/ratio)",
];

const SHARED_CONTROLS: [Control; 3] = [
    Control {
        name: "sharper-under-isotropic-noise",
        breaks: "the entropic minimum is the sharper one for isotropic noise",
    },
    Control {
        name: "flatter-under-strong-anisotropy",
        breaks: "the entropic minimum is the flatter one for strongly anisotropic noise",
    },
    Control { name: "unbalanced", breaks: "a start with the first layer larger than the second" },
];

static BOTH_SIGNS_ENTRY: Entry = Entry {
    id: "sharpness/both-signs",
    title: "the entropic force flattens or sharpens, depending on the noise",
    statement: "two layers: the entropic minimum is flatter than the minimum that gradient flow reaches from small balanced weights if the \
                noise is isotropic or mildly anisotropic, and more than twice as sharp if it is strongly anisotropic",
    hypotheses: HYPOTHESES,
    evidence: &[Evidence::Converged],
    controls: &[
        SHARED_CONTROLS[0],
        SHARED_CONTROLS[1],
        SHARED_CONTROLS[2],
        Control {
            name: "white-data",
            breaks: "Sx = I, as many inputs as outputs, no embeddings: the two are equally sharp",
        },
    ],
    references: &[PAPER, BALANCED],
};

static DEEP_ENTRY: Entry = Entry {
    id: "sharpness/deep",
    title: "the same comparison for deeper networks",
    statement: "three layers or more: the entropic minimum is flatter than the minimum that gradient flow reaches from small balanced weights \
                if the noise is isotropic or mildly anisotropic, and more than twice as sharp if it is strongly anisotropic",
    hypotheses: HYPOTHESES,
    evidence: &[Evidence::Converged],
    controls: &[
        SHARED_CONTROLS[0],
        SHARED_CONTROLS[1],
        SHARED_CONTROLS[2],
        Control {
            name: "shallow-exponents",
            breaks: "the sharpness of the balanced minimum with the exponents of two layers",
        },
    ],
    references: &[PAPER, BALANCED],
};

/// One setting with three noises; the instance's own is the isotropic one.
struct Settled<'a> {
    entry: &'static Entry,
    instance: &'a Instance,
    mild: DMatrix<Rational>,
    strong: DMatrix<Rational>,
}

impl Comparison {
    fn draw(&self, stream: &mut Stream, case: Case) -> Instance {
        let white = case.is_control(self.entry, "white-data");
        let d_y = 2 + stream.below(2);
        let d_x = if white { d_y } else { 2 + stream.below(2) };
        let most = d_x.min(d_y);
        // For rank 1 and strong anisotropy the sharpness grows too slowly to show.
        let strong = case.is_control(self.entry, "flatter-under-strong-anisotropy");
        let rank = if self.deep && !strong { 1 + stream.below(most) } else { 2 + stream.below(most - 1) };
        let depth = if self.deep { 3 + stream.below(3) } else { 2 };
        let inputs = if white { scaled_frame(stream, d_x) } else { wide_inputs(stream, d_x) };
        let noises = isotropic_noise(stream, d_y);
        let mut instance = Instance::draw(stream, &Sizes { inputs: d_x, outputs: d_y, rank, depth }, inputs, noises);
        if white {
            instance.setting.embedding_in.fill_with_identity();
            instance.setting.embedding_out.fill_with_identity();
        }
        instance
    }
}

/// Inputs with the second moment `4 I / d` in a random frame.
fn scaled_frame(stream: &mut Stream, size: usize) -> Vec<Vec<Rational>> {
    columns(&reflection(stream, size).map(|entry| entry * 2))
}

/// `I + D` with `D` random, positive semidefinite, of trace 1/16.
fn mild(stream: &mut Stream, size: usize) -> DMatrix<Rational> {
    let random = second_moment(&columns(&matrix(stream, size, size)));
    let trace = random.trace() * 16;
    DMatrix::from_fn(size, size, |row, column| {
        Rational::from(i64::from(row == column)) + Rational::from(&random[(row, column)] / &trace)
    })
}

/// `I - v v^T / v^T v + 2^-40 v v^T / v^T v` for a column `v` of the target, or their sum.
fn strong(target: &DMatrix<Rational>) -> DMatrix<Rational> {
    let direction = target.column(0).into_owned();
    let length: Rational = direction.iter().map(Ring::squared).sum();
    let lost = (Rational::from(1) - (Rational::from(1) >> 40)) / length;
    DMatrix::from_fn(direction.len(), direction.len(), |row, column| {
        Rational::from(i64::from(row == column)) - Rational::from(&direction[row] * &direction[column]) * &lost
    })
}

impl Claim for Comparison {
    fn entry(&self) -> &'static Entry {
        self.entry
    }

    fn examine(&self, settings: &Settings, case: Case, index: u64) -> Examination {
        let mut stream = Draw::new(self.entry, settings.seed, case, index).point;
        let instance = self.draw(&mut stream, case);
        let mild = mild(&mut stream, instance.setting.target.nrows());
        let strong = strong(&instance.setting.target);
        let settled = Settled { entry: self.entry, instance: &instance, mild, strong };
        decomposed::examine(&settled, settings, case)
    }
}

impl Settled<'_> {
    /// The sharpness of the entropic minimum under some noise.
    fn entropic<T: Decomposable>(&self, setting: &Setting<T>, noise: &DMatrix<Rational>) -> Result<T, LinalgError> {
        let mut setting = setting.clone();
        setting.noise_covariance = noise.map_with_location(|_, _, entry| T::from_rational(&entry));
        let factors = entropic_minimiser(&setting, self.instance.rank, &self.instance.frames())?;
        Ok(sum(&factors.sharpness_terms(&setting)))
    }

    /// The sharpness of the balanced minimum, in its first layer, all layers between, and its last layer:
    ///
    /// ```text
    /// 2 |M_O U s^((D-i)/D)|^2 tr(X_i Sx X_i^T),    X_1 = M_I,   X_i = s^((i-1)/D) W^T M_I
    /// ```
    ///
    /// with `M_O^-1 V M_I^-1 = U diag(s) W^T`.
    fn closed_form<T: Decomposable>(&self, setting: &Setting<T>, depth: usize) -> Result<Vec<T>, LinalgError> {
        let values = trained_product(setting)?;
        let rank = self.instance.rank;
        let left = |layer: usize| match depth - layer {
            0 => squared_norm(setting.embedding_out.iter()),
            power => {
                let scaled = scaled_columns(&values.left, &values, rank, power, depth);
                squared_norm(product(&setting.embedding_out, &scaled).iter())
            }
        };
        let right = |layer: usize| match layer - 1 {
            0 => weighted_square(&setting.input_covariance, &setting.embedding_in.transpose()),
            power => {
                let scaled = scaled_columns(&values.right, &values, rank, power, depth);
                let seen = transposed_product(&scaled, &setting.embedding_in);
                weighted_square(&setting.input_covariance, &seen.transpose())
            }
        };
        Ok((1..=depth).map(|layer| T::integer(2) * left(layer) * right(layer)).collect())
    }
}

impl Decomposed for Settled<'_> {
    fn describe(&self) -> String {
        self.instance.describe()
    }

    fn relations<T: Decomposable + Carrier>(&self, case: Case) -> Result<Vec<Relation<T>>, Setback> {
        let is = |name: &str| case.is_control(self.entry, name);
        let instance = self.instance;
        let setting = instance.setting.carry::<T>();
        let mut balanced = balanced_minimum(&setting, instance.rank, &instance.frames())?;
        if is("unbalanced") {
            balanced.0[0] *= T::integer(2);
            balanced.0[1] /= T::integer(2);
        }
        let sharpness = sum(&balanced.sharpness_terms(&setting));
        let of_balanced = || Term::scalar("tr Hess L, balanced", sharpness.clone());
        let of_entropic = |noise: &DMatrix<Rational>, factor: T| -> Result<Term<T>, LinalgError> {
            Ok(Term::scalar("tr Hess L, entropic", factor * self.entropic(&setting, noise)?))
        };
        let isotropic = &instance.setting.noise_covariance;
        // Flatter by more than a part in 2^10, so that two minima that are equally sharp do not pass.
        let slack = T::ratio((1 << 10) + 1, 1 << 10);
        let flatter = |noise: &DMatrix<Rational>, kind: &'static str| -> Result<Relation<T>, LinalgError> {
            Ok(Relation::at_most(kind, of_entropic(noise, slack.clone())?, of_balanced()))
        };
        if is("sharper-under-isotropic-noise") {
            let sharper =
                Relation::at_most("sharper for isotropic noise", of_balanced(), of_entropic(isotropic, T::one())?);
            return Ok(vec![sharper]);
        }
        if is("flatter-under-strong-anisotropy") {
            return Ok(vec![flatter(&self.strong, "flatter for strongly anisotropic noise")?]);
        }
        if is("white-data") {
            return Ok(vec![flatter(isotropic, "flatter for isotropic noise")?]);
        }
        let depth = instance.depth();
        let mut terms = self.closed_form(&setting, if is("shallow-exponents") { 2 } else { depth })?;
        let last = terms.pop();
        let mut right = vec![Term::scalar("2 |M_O U s^((D-1)/D)|^2 tr(M_I Sx M_I^T)", terms.remove(0))];
        if !terms.is_empty() {
            right.push(Term::scalar("2 sum_i |M_O U s^((D-i)/D)|^2 tr(X_i Sx X_i^T)", sum(&terms)));
        }
        right.extend(last.map(|last| Term::scalar("2 |M_O|^2 tr(X_D Sx X_D^T)", last)));
        let formula = |sharpness: T| {
            let left = vec![Term::scalar("tr Hess L, balanced", sharpness)];
            Relation::equality("the sharpness of the balanced minimum", left, right)
        };
        if is("unbalanced") {
            return Ok([vec![formula(sharpness.clone())], balance(&balanced)].concat());
        }
        if case != Case::Law {
            return Ok(vec![formula(sharpness.clone())]);
        }
        let (network, data) = (instance.network(), instance.data().carry::<T>());
        let (Some(model), Some(layout)) = (T::model(&network), network.layout()) else {
            unreachable!("a product of matrices is a model over every scalar")
        };
        let differentiated = sum(&hessian_traces(&*model, layout, &data, &balanced.flat()));
        let mut relations = vec![formula(differentiated), is_minimum(&balanced, &setting)];
        relations.extend(balance(&balanced));
        relations.push(flatter(isotropic, "flatter for isotropic noise")?);
        relations.push(flatter(&self.mild, "flatter for mildly anisotropic noise")?);
        if instance.rank > 1 {
            relations.push(Relation::at_most(
                "twice as sharp for strongly anisotropic noise",
                Term::scalar("2 tr Hess L, balanced", T::integer(2) * &sharpness),
                of_entropic(&self.strong, T::one())?,
            ));
        }
        Ok(relations)
    }
}

fn entries<T: Clone>(matrix: &DMatrix<T>) -> Vec<T> {
    matrix.iter().cloned().collect()
}

fn is_minimum<T: Decomposable>(factors: &Factors<T>, setting: &Setting<T>) -> Relation<T> {
    Relation::equality(
        "the balanced minimum is a global one",
        vec![Term::vector("M_O W_D ... W_1 M_I", factors.end_to_end(setting).iter().cloned().collect())],
        vec![Term::vector("V", entries(&setting.target))],
    )
}

fn balance<T: Decomposable>(factors: &Factors<T>) -> Vec<Relation<T>> {
    let relation = |(layer, pair): (usize, &[DMatrix<T>])| {
        let inner = transposed_product(&pair[1], &pair[1]);
        let outer = product(&pair[0], &pair[0].transpose());
        Relation::equality(
            ("balance", format!("layers {} and {}", layer + 1, layer + 2)),
            vec![Term::vector("W_{i+1}^T W_{i+1}", entries(&inner))],
            vec![Term::vector("W_i W_i^T", entries(&outer))],
        )
    };
    factors.0.windows(2).enumerate().map(relation).collect()
}
