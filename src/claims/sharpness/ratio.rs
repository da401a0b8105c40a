//! `sharpness/ratio`

use super::instance::{
    Instance, Sizes, columns, hessian_traces, invertible, isotropic_noise, matrix, reflection, symmetrised, wide_inputs,
};
use super::vanishing::{Beside, Growth, RESOLUTION, Shape, Vanishing, power};
use super::{MEANS, PAPER, PLATONIC, examined};
use crate::claim::theorem::Settings;
use crate::claim::{Case, Claim, Control, Draw, Entry, Evidence, Examination, Relation, Stream, Term};
use crate::claims::decomposed::{self, Decomposed, Setback};
use crate::linalg::products::{product, squared_norm, transposed_product};
use crate::linalg::{Decomposable, LinalgError, inverse, symmetric_eigen};
use crate::model::Carrier;
use crate::platonic::factors::sum;
use crate::platonic::setting::{second_moment, weighted_square};
use crate::platonic::{Factors, Invariants, Setting, entropic_minimiser, flattest_minimum};
use crate::scalar::Rational;
use nalgebra::DMatrix;

/// The sharpness of the entropic minimum over that of the flattest.
pub struct Ratio;

static ENTRY: Entry = Entry {
    id: "sharpness/ratio",
    title: "how much sharper than the flattest minimum the entropic one is",
    statement: "tr Hess L at the entropic minimum over its least value at a global minimum is \
                (a/a_0)^(1/D) (n/n_0)^(2(D-1)/D) ((D-1) tau/n + a_0/a)/D: at least 1, equal to 1 if and only if V^T Se V = (a/a_0) V^T V, and below \
                kappa unless Se is a multiple of I. As the noise along a direction v vanishes it is bounded if v is not in the column space of V; \
                otherwise it grows like epsilon^(-1/2) if rank V >= 2 and like epsilon^(-1/D) if rank V = 1",
    hypotheses: &[
        "f(x) = M_O W_D ... W_1 M_I x with D >= 2 and fixed invertible M_I, M_O; hidden widths at least rank V; l = |f(x) - y|^2",
        "y = V x + e with e of mean 0 and independent of x; Sx = E[x x^T] and Se = E[e e^T] positive definite; V not 0",
        "a = tr(Se M_O M_O^T), a_0 = |M_O|^2; n, n_0 the nuclear norms of Se^(1/2) V Sx^(1/2), V Sx^(1/2); \
         tau = tr(Se^-1 P diag(s) P^T) with Se^(1/2) V Sx^(1/2) = P diag(s) Q^T; K = (a/a_0)^(1/D) (n/n_0)^(2(D-1)/D)/D; kappa the largest eigenvalue of Se over its least",
        "for the last part two outputs or more; the noise is Se = S_0 + epsilon v v^T with S_0 positive semidefinite of kernel span(v); \
         inside the column space the ratio is above omega epsilon^(-1/p)/(tr Hess L, flattest) for p = 2 or D, and asymptotically equal to it; outside, the \
         bound is that of the formula with a, n of epsilon = 1 in its first factors and a, n, tau of epsilon = 0 in the last",
        "omega = 2 (D-1) (a* b)^(1/D) n*^((D-2)/D) m, or 2 (D-1) (a* b)^(1/D) m^(2(D-1)/D) for rank 1, with |v| = 1, a* = tr(S_0 M_O M_O^T), \
         b = tr(M_I Sx M_I^T), n* the nuclear norm of S_0^(1/2) V Sx^(1/2), 1/m^2 = v^T (V Sx V^T)^+ v",
        "the bounds are examined at epsilon = 2^-1, ..., 2^-12, growth down to 2^-200, or 2^(-100 D) for rank 1",
    ],
    evidence: &[Evidence::Converged, Evidence::Order],
    controls: &[
        Control {
            name: "always-flattest",
            breaks: "the ratio is 1, where V^T Se V is no multiple of V^T V or not that one",
        },
        Control { name: "never-flattest", breaks: "the ratio is above 1, where V^T Se V = (a/a_0) V^T V" },
        Control { name: "wrong-exponent", breaks: "(n/n_0)^((D-1)/D)" },
        Control { name: "shallow-formula", breaks: "the formula of two layers, for a deeper network" },
        Control { name: "no-embeddings", breaks: "tr Se and d_y in place of a and a_0" },
        Control {
            name: "outside-the-column-space",
            breaks: "growth as the noise outside the column space of V vanishes",
        },
        Control {
            name: "inside-the-column-space",
            breaks: "a bound as the noise inside the column space of V vanishes",
        },
        Control { name: "wrong-growth", breaks: "growth like 1/epsilon as the noise inside the column space vanishes" },
        Control {
            name: "growth-of-rank-two",
            breaks: "growth like epsilon^(-1/2) for rank 1 and three layers or more",
        },
    ],
    references: &[PAPER, PLATONIC, MEANS],
};

/// What is examined on an instance.
enum Kind {
    /// The formula.
    Formula(Instance),
    /// Growth or a bound where noise vanishes along a direction.
    Vanishing(Vanishing),
}

fn is_multiple_of_identity(matrix: &DMatrix<Rational>) -> bool {
    let first = &matrix[(0, 0)];
    (0..matrix.nrows()).all(|row| {
        (0..matrix.ncols())
            .all(|column| if row == column { matrix[(row, column)] == *first } else { matrix[(row, column)] == 0 })
    })
}

/// Noise that is not isotropic, of a spectrum up to 2^8 wide beyond that of a random matrix.
fn anisotropic_noise(stream: &mut Stream, size: usize) -> Vec<Vec<Rational>> {
    loop {
        let noises = symmetrised(&wide_inputs(stream, size));
        if !is_multiple_of_identity(&second_moment(&noises)) {
            return noises;
        }
    }
}

/// `V^T Se V = (a/a_0) V^T V`: then, and only then, the entropic minimum is a flattest one.
fn is_flattest(setting: &Setting<Rational>) -> bool {
    let Setting { noise_covariance, embedding_out, target, .. } = setting;
    let quotient = weighted_square(noise_covariance, embedding_out) / squared_norm::<Rational>(embedding_out.iter());
    let seen = transposed_product(target, &product(noise_covariance, target));
    seen == transposed_product(target, target).map(|entry| entry * &quotient)
}

fn draw_inputs(stream: &mut Stream, size: usize) -> Vec<Vec<Rational>> {
    if stream.coin() { wide_inputs(stream, size) } else { columns(&invertible(stream, size)) }
}

/// Noise of any kind, and for one output none but the isotropic.
fn draw_generic(stream: &mut Stream, depth: usize, least_outputs: usize) -> Instance {
    let (d_x, d_y) = (1 + stream.below(3), least_outputs + stream.below(4 - least_outputs));
    let sizes = Sizes { inputs: d_x, outputs: d_y, rank: 1 + stream.below(d_x.min(d_y)), depth };
    let inputs = draw_inputs(stream, d_x);
    let noises = if d_y == 1 { isotropic_noise(stream, d_y) } else { anisotropic_noise(stream, d_y) };
    Instance::draw(stream, &sizes, inputs, noises)
}

/// The entropic minimum is a flattest one: because the noise is isotropic, or because it is so on average in the one direction that the target
/// has and in those that the embedding has.
fn draw_flattest(stream: &mut Stream, depth: usize) -> Instance {
    let d_x = 1 + stream.below(3);
    let inputs = draw_inputs(stream, d_x);
    if stream.coin() {
        let d_y = 1 + stream.below(3);
        let sizes = Sizes { inputs: d_x, outputs: d_y, rank: 1 + stream.below(d_x.min(d_y)), depth };
        let noises = isotropic_noise(stream, d_y);
        return Instance::draw(stream, &sizes, inputs, noises);
    }
    // Se = T diag(e) T^T with orthogonal T, and T times a vector of signs has the same u^T Se u / u^T u for all signs.
    let d_y = 2 + stream.below(2);
    let frame = reflection(stream, d_y);
    let mut directions = columns(&frame);
    for (number, entry) in
        directions.iter_mut().enumerate().flat_map(|(number, d)| d.iter_mut().map(move |e| (number, e)))
    {
        *entry *= 1 + 2 * number as i64;
    }
    let signs = DMatrix::from_fn(d_y, d_y, |row, column| Rational::from(if row == column && row > 0 { -1 } else { 1 }));
    let sizes = Sizes { inputs: d_x, outputs: d_y, rank: 1, depth };
    let mut instance = Instance::draw(stream, &sizes, inputs, symmetrised(&directions));
    let mut embedding = product(&frame, &signs);
    let along = embedding.columns(0, 1).into_owned();
    for mut column in embedding.column_iter_mut() {
        let size = stream.small();
        column.iter_mut().for_each(|entry| *entry *= &size);
    }
    instance.setting.embedding_out = embedding;
    instance.setting.target = product(&along, &matrix(stream, 1, d_x));
    instance
}

/// How far from the right one a wrong formula has to be for its control.
fn is_far(one: f64, other: f64) -> bool {
    (one / other - 1.0).abs() > 2.0_f64.powi(-8)
}

/// The formula of the ratio, in doubles.
fn ratio(invariants: &Invariants<f64>, depth: usize, exponent: usize) -> f64 {
    let Invariants { noise, nuclear_norm, noise_of_identity, nuclear_norm_of_identity, tau, .. } = invariants;
    let layers = depth as f64;
    (noise / noise_of_identity).powf(1.0 / layers)
        * (nuclear_norm / nuclear_norm_of_identity).powf(exponent as f64 / layers)
        * ((layers - 1.0) * tau / nuclear_norm + noise_of_identity / noise)
        / layers
}

/// Whether the control's formula is wrong on an instance: each is right by accident somewhere.
fn is_wrong(instance: &Instance, is: impl Fn(&str) -> bool) -> bool {
    let rounded = instance.setting.carry::<f64>();
    let Ok(invariants) = rounded.invariants() else { return false };
    let depth = instance.depth();
    let right = ratio(&invariants, depth, 2 * (depth - 1));
    if is("wrong-exponent") {
        is_far(ratio(&invariants, depth, depth - 1), right)
    } else if is("shallow-formula") {
        is_far(ratio(&invariants, 2, 2), right)
    } else if is("no-embeddings") {
        let outputs = rounded.target.nrows() as f64;
        let without = Invariants { noise: rounded.noise_covariance.trace(), noise_of_identity: outputs, ..invariants };
        is_far(ratio(&without, depth, 2 * (depth - 1)), right)
    } else {
        is_far(right, 1.0)
    }
}

fn draw(draw: Draw) -> Kind {
    let family = draw.family_number();
    let Draw { case, point: mut stream, .. } = draw;
    let is = |name: &str| case.is_control(&ENTRY, name);
    let stream = &mut stream;
    let depth =
        if is("shallow-formula") || is("growth-of-rank-two") { 3 + stream.below(3) } else { 2 + stream.below(4) };
    let vanishing = |stream: &mut Stream, inside: bool, depth: usize, most_rank: usize| {
        Kind::Vanishing(Vanishing::draw(stream, &Shape { inside, depth, least_rank: 1, most_rank }, case))
    };
    match case {
        Case::Law => match family % 4 {
            1 => vanishing(stream, true, depth, 3),
            2 => vanishing(stream, false, depth, 3),
            3 => Kind::Formula(draw_flattest(stream, depth)),
            _ => Kind::Formula(draw_generic(stream, depth, 1)),
        },
        // For rank 1 and many layers the ratio grows slowly, too slowly for a control.
        _ if is("outside-the-column-space") => vanishing(stream, false, depth.min(3), 3),
        _ if is("inside-the-column-space") || is("wrong-growth") => vanishing(stream, true, depth.min(3), 3),
        _ if is("growth-of-rank-two") => vanishing(stream, true, depth, 1),
        _ if is("never-flattest") => Kind::Formula(draw_flattest(stream, depth)),
        _ => loop {
            let instance = draw_generic(stream, depth, 2);
            if is_wrong(&instance, is) {
                break Kind::Formula(instance);
            }
        },
    }
}

impl Claim for Ratio {
    fn entry(&self) -> &'static Entry {
        &ENTRY
    }

    fn examine(&self, settings: &Settings, case: Case, index: u64) -> Examination {
        let kind = draw(Draw::new(&ENTRY, settings.seed, case, index));
        // Of the settings with noise vanishing inside the column space every other one is followed to the limit.
        let growth = match case {
            Case::Law if index % 2 == 1 => Growth::Root,
            _ if case.is_control(&ENTRY, "growth-of-rank-two") => Growth::SquareRoot,
            _ => return decomposed::examine(&kind, settings, case),
        };
        match &kind {
            Kind::Vanishing(vanishing) if vanishing.inside => {
                examined(kind.describe(), vanishing.order(settings, case, Beside::Flattest, growth))
            }
            _ => decomposed::examine(&kind, settings, case),
        }
    }
}

impl Decomposed for Kind {
    fn describe(&self) -> String {
        match self {
            Kind::Formula(instance) => instance.describe(),
            Kind::Vanishing(vanishing) => vanishing.describe(),
        }
    }

    fn relations<T: Decomposable + Carrier>(&self, case: Case) -> Result<Vec<Relation<T>>, Setback> {
        let relations = match self {
            Kind::Formula(instance) => formula(instance, case),
            Kind::Vanishing(vanishing) if case.is_control(&ENTRY, "outside-the-column-space") => {
                vanishing.growth(Growth::Root)
            }
            Kind::Vanishing(vanishing) if case.is_control(&ENTRY, "wrong-growth") => vanishing.growth(Growth::Inverse),
            Kind::Vanishing(vanishing) if case.is_control(&ENTRY, "inside-the-column-space") => vanishing.bound(),
            Kind::Vanishing(vanishing) if vanishing.inside => vanishing.growth(Growth::Root),
            Kind::Vanishing(vanishing) => vanishing.bound(),
        };
        Ok(relations?)
    }
}

fn formula<T: Decomposable + Carrier>(instance: &Instance, case: Case) -> Result<Vec<Relation<T>>, LinalgError> {
    let is = |name: &str| case.is_control(&ENTRY, name);
    let setting = instance.setting.carry::<T>();
    let frames = instance.frames::<T>();
    let entropic = entropic_minimiser(&setting, instance.rank, &frames)?;
    let flattest = flattest_minimum(&setting, instance.rank, &frames)?;
    let least = sum(&flattest.sharpness_terms(&setting));
    let (network, data) = (instance.network(), instance.data().carry::<T>());
    let (Some(model), Some(layout)) = (T::model(&network), network.layout()) else {
        unreachable!("a product of matrices is a model over every scalar")
    };
    let sharpness = sum(&hessian_traces(&*model, layout, &data, &entropic.flat()));
    let of_entropic = || vec![Term::scalar("tr Hess L, entropic", sharpness.clone())];
    let is_one = || {
        let of_flattest = vec![Term::scalar("tr Hess L, flattest", least.clone())];
        Relation::equality("the ratio is 1 where V^T Se V = (a/a_0) V^T V", of_entropic(), of_flattest)
    };
    let above_one = || {
        let of_flattest = Term::scalar("tr Hess L, flattest", least.clone());
        let of_entropic = Term::scalar("tr Hess L, entropic", sharpness.clone());
        Relation::less("the ratio is above 1 elsewhere", of_flattest, of_entropic).resolved_to(RESOLUTION)
    };
    if is("always-flattest") {
        return Ok(vec![is_one()]);
    }
    if is("never-flattest") {
        return Ok(vec![above_one()]);
    }
    let mut invariants = setting.invariants()?;
    if is("no-embeddings") {
        invariants.noise = setting.noise_covariance.trace();
        invariants.noise_of_identity = T::integer(setting.noise_covariance.nrows() as i64);
    }
    let depth = if is("shallow-formula") { 2 } else { instance.depth() as i64 };
    let exponent = if is("wrong-exponent") { depth - 1 } else { 2 * (depth - 1) };
    let Invariants { noise, nuclear_norm, noise_of_identity, nuclear_norm_of_identity, tau, .. } = &invariants;
    let factor = power(&(noise.clone() / noise_of_identity), 1, depth)
        * power(&(nuclear_norm.clone() / nuclear_norm_of_identity), exponent, depth)
        / T::integer(depth)
        * &least;
    let ratio = Relation::equality(
        "the ratio",
        of_entropic(),
        vec![
            Term::scalar(
                "tr Hess L, flattest * K (D-1) tau/n",
                factor.clone() * T::integer(depth - 1) * tau / nuclear_norm,
            ),
            Term::scalar("tr Hess L, flattest * K a_0/a", factor * noise_of_identity / noise),
        ],
    );
    if case != Case::Law {
        return Ok(vec![ratio]);
    }
    let entries = |matrix: DMatrix<T>| matrix.iter().cloned().collect::<Vec<T>>();
    let is_minimum = |kind: &'static str, factors: &Factors<T>| {
        Relation::equality(
            kind,
            vec![Term::vector("M_O W_D ... W_1 M_I", entries(factors.end_to_end(&setting)))],
            vec![Term::vector("V", entries(setting.target.clone()))],
        )
    };
    let mut relations = vec![
        ratio,
        is_minimum("the entropic minimum is a global one", &entropic),
        is_minimum("the flattest minimum is a global one", &flattest),
    ];
    relations.push(Relation::equality(
        "the least sharpness",
        vec![Term::scalar("tr Hess L, flattest", least.clone())],
        vec![Term::scalar("2 D (a_0 b n_0^(2(D-1)))^(1/D)", invariants.flattest_sharpness(instance.depth()))],
    ));
    relations.push(Relation::at_most(
        "another global minimum is sharper than the flattest",
        Term::scalar("tr Hess L, flattest", least.clone()),
        Term::scalar("tr Hess L, elsewhere", sum(&moved(&flattest)?.sharpness_terms(&setting))),
    ));
    relations.push(if is_flattest(&instance.setting) { is_one() } else { above_one() });
    if !is_multiple_of_identity(&instance.setting.noise_covariance) {
        let spectrum = symmetric_eigen(&setting.noise_covariance)?.values;
        let condition = spectrum[spectrum.len() - 1].clone() / &spectrum[0];
        let below = Relation::less(
            "the ratio is below the condition number",
            Term::scalar("tr Hess L, entropic", sharpness.clone()),
            Term::scalar("kappa tr Hess L, flattest", condition * &least),
        );
        relations.push(below.resolved_to(RESOLUTION));
    }
    Ok(relations)
}

/// Another global minimum: `G W_1` and `W_2 G^-1` with `G = 2 I + (ones below the diagonal)`.
pub(super) fn moved<T: Decomposable>(factors: &Factors<T>) -> Result<Factors<T>, LinalgError> {
    let width = factors.0[0].nrows();
    let change = DMatrix::from_fn(width, width, |row, column| {
        T::integer(if row == column { 2 } else { i64::from(row > column) })
    });
    let mut moved = factors.clone();
    moved.0[0] = product(&change, &factors.0[0]);
    moved.0[1] = product(&factors.0[1], &inverse(&change)?);
    Ok(moved)
}
