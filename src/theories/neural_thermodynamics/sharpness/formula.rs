//! The ratio of the entropic minimum's sharpness to the least one in a general setting, and in those in which it is 1.

use super::instance::{Depths, Instance, RESOLUTION};
use super::ratio_settings::{draw_flattest, draw_generic, is_flattest, is_multiple_of_identity};
use super::statement::is_minimum;
use super::vanishing::power;
use crate::linalg::products::product;
use crate::linalg::{Decomposable, LinalgError, inverse, symmetric_eigen};
use crate::model::Carrier;
use crate::platonic::factors::sum;
use crate::platonic::{Factors, Invariants, entropic_minimiser, flattest_minimum};
use crate::verify::{Draw, Draws, In, Relation, Term, Unjudged};
use nalgebra::DMatrix;

/// The formula of the ratio.
#[derive(Clone, Copy)]
pub struct Formula {
    /// How the number of layers is drawn.
    pub depth: Depths,
    /// Whether the entropic minimum is a flattest one.
    pub flattest: bool,
    /// What is said.
    pub says: Says,
}

/// What is said of the ratio.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Says {
    /// The law.
    Law,
    /// It is 1.
    One,
    /// It is above 1.
    AboveOne,
    /// It is that of the formula with `(n/n_0)^((D-1)/D)`,
    WrongExponent,
    /// with that of two layers,
    TwoLayers,
    /// with `tr Se` and `d_y` in place of `a` and `a_0`.
    WithoutEmbeddings,
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

/// Whether what is said wrongly is wrong on an instance: each is right by accident somewhere.
fn is_wrong(instance: &Instance, says: Says) -> bool {
    let rounded = instance.setting.carry::<f64>();
    let Ok(invariants) = rounded.invariants() else { return false };
    let depth = instance.depth();
    let right = ratio(&invariants, depth, 2 * (depth - 1));
    match says {
        Says::WrongExponent => is_far(ratio(&invariants, depth, depth - 1), right),
        Says::TwoLayers => is_far(ratio(&invariants, 2, 2), right),
        Says::WithoutEmbeddings => {
            let outputs = rounded.target.nrows() as f64;
            let noise = rounded.noise_covariance.trace();
            let without = Invariants { noise, noise_of_identity: outputs, ..invariants };
            is_far(ratio(&without, depth, 2 * (depth - 1)), right)
        }
        _ => is_far(right, 1.0),
    }
}

impl Draws for Formula {
    type Instance = Instance;

    fn draw(&self, draw: &mut Draw) -> Result<Instance, Unjudged> {
        let stream = &mut draw.point;
        let depth = (self.depth)(stream);
        if self.flattest {
            return Ok(draw_flattest(stream, depth));
        }
        if self.says == Says::Law {
            return Ok(draw_generic(stream, depth, 1));
        }
        loop {
            let instance = draw_generic(stream, depth, 2);
            if is_wrong(&instance, self.says) {
                return Ok(instance);
            }
        }
    }
}

impl<T: Decomposable + Carrier> In<T> for Formula {
    fn relations(&self, instance: &Instance) -> Result<Vec<Relation<T>>, Unjudged> {
        let setting = instance.setting.carry::<T>();
        let frames = instance.frames::<T>();
        let entropic = entropic_minimiser(&setting, instance.rank, &frames)?;
        let flattest = flattest_minimum(&setting, instance.rank, &frames)?;
        let least = sum(&flattest.sharpness_terms(&setting));
        let sharpness = instance.sharpness(&entropic);
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
        match self.says {
            Says::One => return Ok(vec![is_one()]),
            Says::AboveOne => return Ok(vec![above_one()]),
            _ => {}
        }
        let mut invariants = setting.invariants()?;
        if self.says == Says::WithoutEmbeddings {
            invariants.noise = setting.noise_covariance.trace();
            invariants.noise_of_identity = T::integer(setting.noise_covariance.nrows() as i64);
        }
        let depth = if self.says == Says::TwoLayers { 2 } else { instance.depth() as i64 };
        let exponent = if self.says == Says::WrongExponent { depth - 1 } else { 2 * (depth - 1) };
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
        if self.says != Says::Law {
            return Ok(vec![ratio]);
        }
        let mut relations = vec![
            ratio,
            is_minimum("the entropic minimum is a global one", &entropic, &setting),
            is_minimum("the flattest minimum is a global one", &flattest, &setting),
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
