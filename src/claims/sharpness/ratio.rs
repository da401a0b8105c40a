//! `sharpness/ratio`

use super::instance::{
    Instance, Sizes, columns, hessian_traces, invertible, isotropic_noise, matrix, symmetrised, wide_inputs,
};
use super::vanishing::{Growth, Vanishing, power};
use super::{MEANS, PAPER, PLATONIC};
use crate::claim::theorem::Settings;
use crate::claim::{Case, Claim, Control, Draw, Entry, Evidence, Examination, Relation, Stream, Term};
use crate::claims::decomposed::{self, Decomposed, Setback};
use crate::linalg::products::{product, squared_norm};
use crate::linalg::{Decomposable, LinalgError, exact, inverse};
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
                (a/a_0)^(1/D) (n/n_0)^(2(D-1)/D) ((D-1) tau/n + a_0/a)/D: at least 1, equal to 1 for isotropic noise, and unbounded as the \
                noise along a direction v vanishes if and only if v is in the column space of V",
    hypotheses: &[
        "f(x) = M_O W_D ... W_1 M_I x of any depth with fixed invertible M_I, M_O; hidden widths at least rank V; l = |f(x) - y|^2",
        "y = V x + e with e of mean 0 and independent of x; Sx = E[x x^T] and Se = E[e e^T] positive definite; V not 0",
        "a = tr(Se M_O M_O^T), a_0 = |M_O|^2; n, n_0 the nuclear norms of Se^(1/2) V Sx^(1/2), V Sx^(1/2); \
         tau = tr(Se^-1 P diag(s) P^T) with Se^(1/2) V Sx^(1/2) = P diag(s) Q^T",
        "for the last part two layers and two outputs or more; the noise is Se = S_0 + epsilon v v^T with S_0 of kernel span(v)",
    ],
    evidence: &[Evidence::Converged],
    controls: &[
        Control { name: "always-flattest", breaks: "the ratio is 1, for anisotropic noise" },
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
    ],
    references: &[PAPER, PLATONIC, MEANS],
};

/// What is examined on an instance.
enum Kind {
    /// The formula, for anisotropic noise.
    Anisotropic(Instance),
    /// The formula, for isotropic noise.
    Isotropic(Instance),
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
pub(super) fn anisotropic_noise(stream: &mut Stream, size: usize) -> Vec<Vec<Rational>> {
    loop {
        let noises = symmetrised(&wide_inputs(stream, size));
        if !is_multiple_of_identity(&second_moment(&noises)) {
            return noises;
        }
    }
}

fn draw(draw: Draw) -> Kind {
    let family = draw.family_number();
    let Draw { case, point: mut stream, .. } = draw;
    let is = |name: &str| case.is_control(&ENTRY, name);
    let vanishes = is("outside-the-column-space") || is("inside-the-column-space") || is("wrong-growth");
    if vanishes || (case == Case::Law && !(family % 4).is_multiple_of(3)) {
        let inside = match case {
            Case::Law => family % 4 == 1,
            _ => !is("outside-the-column-space"),
        };
        return Kind::Vanishing(Vanishing::draw(&mut stream, inside, case));
    }
    let isotropic = case == Case::Law && family % 4 == 3;
    let d_x = 1 + stream.below(3);
    let d_y = if isotropic { 1 + stream.below(3) } else { 2 + stream.below(2) };
    let depth = if is("shallow-formula") { 3 + stream.below(3) } else { 2 + stream.below(4) };
    let sizes = Sizes { inputs: d_x, outputs: d_y, rank: 1 + stream.below(d_x.min(d_y)), depth };
    let inputs = if stream.coin() { wide_inputs(&mut stream, d_x) } else { columns(&invertible(&mut stream, d_x)) };
    let noises = if isotropic { isotropic_noise(&mut stream, d_y) } else { anisotropic_noise(&mut stream, d_y) };
    let mut instance = Instance::draw(&mut stream, &sizes, inputs.clone(), noises.clone());
    while !isotropic && nearly_flattest(&instance) {
        instance = Instance::draw(&mut stream, &sizes, inputs.clone(), noises.clone());
    }
    if is("no-embeddings") {
        // For a multiple of an orthogonal matrix the formula is right.
        let conformal = |m: &DMatrix<Rational>| is_multiple_of_identity(&product(m, &m.transpose()));
        while conformal(&instance.setting.embedding_out) {
            instance.setting.embedding_out = matrix(&mut stream, d_y, d_y);
            if exact::rank(&instance.setting.embedding_out) < d_y {
                instance.setting.embedding_out.fill_with_identity();
            }
        }
    }
    if isotropic { Kind::Isotropic(instance) } else { Kind::Anisotropic(instance) }
}

/// For rank 1, `V = u w^T`, the ratio is 1 where the noise along `u` is what the embedding sees of it on average, `u^T Se u / u^T u = a / a_0`,
/// and so close to 1 nearby that neither a control nor the inequality could tell.
fn nearly_flattest(instance: &Instance) -> bool {
    let Setting { noise_covariance, embedding_out, target, .. } = &instance.setting;
    let direction = target.columns(0, 1).into_owned();
    let mean = |vectors: &DMatrix<Rational>| {
        weighted_square(noise_covariance, vectors) / squared_norm::<Rational>(vectors.iter())
    };
    let quotient = mean(&direction) / mean(embedding_out);
    instance.rank == 1 && (quotient - 1_u32).abs() < Rational::from((1, 8))
}

impl Claim for Ratio {
    fn entry(&self) -> &'static Entry {
        &ENTRY
    }

    fn examine(&self, settings: &Settings, case: Case, index: u64) -> Examination {
        decomposed::examine(&draw(Draw::new(&ENTRY, settings.seed, case, index)), settings, case)
    }
}

impl Decomposed for Kind {
    fn describe(&self) -> String {
        match self {
            Kind::Anisotropic(instance) => format!("{}, anisotropic noise", instance.describe()),
            Kind::Isotropic(instance) => format!("{}, isotropic noise", instance.describe()),
            Kind::Vanishing(vanishing) => vanishing.describe(),
        }
    }

    fn relations<T: Decomposable + Carrier>(&self, case: Case) -> Result<Vec<Relation<T>>, Setback> {
        let relations = match self {
            Kind::Anisotropic(instance) => formula(instance, case, false),
            Kind::Isotropic(instance) => formula(instance, case, true),
            Kind::Vanishing(vanishing) if case.is_control(&ENTRY, "outside-the-column-space") => {
                vanishing.growth(&Growth::Root)
            }
            Kind::Vanishing(vanishing) if case.is_control(&ENTRY, "wrong-growth") => vanishing.growth(&Growth::Inverse),
            Kind::Vanishing(vanishing) if case.is_control(&ENTRY, "inside-the-column-space") => vanishing.bound(),
            Kind::Vanishing(vanishing) if vanishing.inside => vanishing.growth(&Growth::Root),
            Kind::Vanishing(vanishing) => vanishing.bound(),
        };
        Ok(relations?)
    }
}

fn formula<T: Decomposable + Carrier>(
    instance: &Instance,
    case: Case,
    isotropic: bool,
) -> Result<Vec<Relation<T>>, LinalgError> {
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
    if is("always-flattest") {
        let of_flattest = vec![Term::scalar("tr Hess L, flattest", least)];
        return Ok(vec![Relation::equality("the ratio is 1", of_entropic(), of_flattest)]);
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
    relations.push(if isotropic {
        let of_flattest = vec![Term::scalar("tr Hess L, flattest", least)];
        Relation::equality("the ratio is 1 for isotropic noise", of_entropic(), of_flattest)
    } else {
        let of_flattest = Term::scalar("tr Hess L, flattest", least);
        Relation::at_most("the ratio is at least 1", of_flattest, Term::scalar("tr Hess L, entropic", sharpness))
    });
    Ok(relations)
}

/// Another global minimum: `G W_1` and `W_2 G^-1` with `G = 2 I + (ones below the diagonal)`.
fn moved<T: Decomposable>(factors: &Factors<T>) -> Result<Factors<T>, LinalgError> {
    let width = factors.0[0].nrows();
    let change = DMatrix::from_fn(width, width, |row, column| {
        T::integer(if row == column { 2 } else { i64::from(row > column) })
    });
    let mut moved = factors.clone();
    moved.0[0] = product(&change, &factors.0[0]);
    moved.0[1] = product(&factors.0[1], &inverse(&change)?);
    Ok(moved)
}
