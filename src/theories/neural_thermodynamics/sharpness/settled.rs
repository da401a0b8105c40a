//! The comparison of the entropic and the balanced minimum in a general setting, for isotropic and for nearly isotropic noise.

use super::instance::{Depths, Instance, RESOLUTION, Sizes, columns, invertible, isotropic_noise, matrix, wide_inputs};
use super::statement::{balance, is_minimum, isotropic};
use crate::linalg::products::{product, squared_norm, transposed_product};
use crate::linalg::{Decomposable, LinalgError, symmetric_eigen};
use crate::model::Carrier;
use crate::platonic::balanced::{scaled_columns, trained_product};
use crate::platonic::factors::sum;
use crate::platonic::setting::{second_moment, weighted_square};
use crate::platonic::{Factors, Setting, balanced_minimum, entropic_minimiser, flattest_minimum};
use crate::scalar::{Mp, Rational, Ring};
use crate::verify::{Draw, Drawn, Draws, In, Relation, Stream, Term, Unjudged};
use nalgebra::DMatrix;

/// The comparison in a setting whose noise is isotropic.
#[derive(Clone, Copy)]
pub struct Comparison {
    /// How the number of layers is drawn.
    pub depth: Depths,
    /// Whether the balanced minimum is a flattest one.
    pub exceptional: bool,
    /// What is said.
    pub says: Says,
}

/// What is said of such a setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Says {
    /// The law.
    Law,
    /// The entropic minimum is the sharper one for isotropic noise.
    Sharper,
    /// It is strictly flatter.
    StrictlyFlatter,
    /// The sharpness of the balanced minimum is that of the closed form, with the first layer scaled against the second,
    Unbalanced,
    /// with the exponents of two layers.
    ShallowExponents,
}

/// A setting whose noise is isotropic, and another noise beside it.
pub struct Settled {
    instance: Instance,
    /// `Se = I + D`
    nearly: DMatrix<Rational>,
    /// Whether the condition number of that is so small that the entropic minimum is the flatter one, by the theorem.
    is_near: bool,
}

/// The traces of the Hessian at the balanced and at the flattest minimum, the latter over the former less 1.
fn excess(instance: &Instance) -> Result<f64, LinalgError> {
    type Number = Mp<256>;
    let (setting, frames) = (instance.setting.carry::<Number>(), instance.frames::<Number>());
    let sharpness = |factors: Factors<Number>| sum(&factors.sharpness_terms(&setting));
    let balanced = sharpness(balanced_minimum(&setting, instance.rank, &frames)?);
    let flattest = sharpness(flattest_minimum(&setting, instance.rank, &frames)?);
    Ok((balanced / &flattest - Number::integer(1)).as_float().to_f64())
}

impl Settled {
    /// Adds a noise to an instance: `I + D` with `D` positive semidefinite and of trace `2^-4`, or less where the balanced minimum is nearly a
    /// flattest one: for one output only the former noise is left, which is isotropic.
    fn new(stream: &mut Stream, instance: Instance, exceptional: bool) -> Self {
        let excess = if exceptional { 0.0 } else { excess(&instance).unwrap_or(0.0) };
        let is_near = excess > 2.0_f64.powi(-16) && instance.setting.target.nrows() > 1;
        let bits = if is_near { 4.max(1 - excess.log2().floor() as i32) } else { 4 };
        let nearly = nearly_isotropic(stream, instance.setting.target.nrows(), bits as u32);
        Settled { instance, nearly, is_near }
    }
}

/// `I + D` with `D` random, positive semidefinite, of trace `2^-bits`.
fn nearly_isotropic(stream: &mut Stream, size: usize, bits: u32) -> DMatrix<Rational> {
    let random = second_moment(&columns(&matrix(stream, size, size)));
    let trace = random.trace() << bits;
    DMatrix::from_fn(size, size, |row, column| {
        Rational::from(i64::from(row == column)) + Rational::from(&random[(row, column)] / &trace)
    })
}

impl Settled {
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

    /// The sharpness of the balanced minimum is that of the closed form, with the exponents of so many layers.
    fn formula<T: Decomposable>(
        &self,
        setting: &Setting<T>,
        depth: usize,
        sharpness: T,
    ) -> Result<Relation<T>, LinalgError> {
        let mut terms = self.closed_form(setting, depth)?;
        let last = terms.pop();
        let mut right = vec![Term::scalar("2 |M_O U s^((D-1)/D)|^2 tr(M_I Sx M_I^T)", terms.remove(0))];
        if !terms.is_empty() {
            right.push(Term::scalar("2 sum_i |M_O U s^((D-i)/D)|^2 tr(X_i Sx X_i^T)", sum(&terms)));
        }
        right.extend(last.map(|last| Term::scalar("2 |M_O|^2 tr(X_D Sx X_D^T)", last)));
        let left = vec![Term::scalar("tr Hess L, balanced", sharpness)];
        Ok(Relation::equality("the sharpness of the balanced minimum", left, right))
    }

    /// Whether the exponents of two layers give another number, by more than `2^-8`: they do not where all singular values are 1, and by accident.
    fn tells_the_depth(&self) -> bool {
        let setting = self.instance.setting.carry::<f64>();
        let total = |depth: usize| self.closed_form(&setting, depth).map(|terms| sum(&terms));
        match (total(self.instance.depth()), total(2)) {
            (Ok(right), Ok(wrong)) => (wrong / right - 1.0).abs() > 2.0_f64.powi(-8),
            _ => false,
        }
    }
}

impl Drawn for Settled {
    fn base(&self) -> Option<&dyn Drawn> {
        Some(&self.instance)
    }
}

impl Comparison {
    /// A setting with isotropic noise; not one input and one output, which are exceptional.
    fn draw_generic(&self, stream: &mut Stream) -> Instance {
        let (d_x, d_y) = loop {
            let sizes = (1 + stream.below(3), 1 + stream.below(3));
            if sizes != (1, 1) {
                break sizes;
            }
        };
        let sizes =
            Sizes { inputs: d_x, outputs: d_y, rank: 1 + stream.below(d_x.min(d_y)), depth: (self.depth)(stream) };
        let inputs = if stream.coin() { wide_inputs(stream, d_x) } else { columns(&invertible(stream, d_x)) };
        let noises = isotropic_noise(stream, d_y);
        Instance::draw(stream, &sizes, inputs, noises)
    }
}

impl Draws for Comparison {
    type Instance = Settled;

    fn draw(&self, draw: &mut Draw) -> Result<Settled, Unjudged> {
        let stream = &mut draw.point;
        loop {
            let instance = if self.exceptional {
                let depth = (self.depth)(stream);
                Instance::exceptional(stream, depth)
            } else {
                self.draw_generic(stream)
            };
            // Nearly exceptional settings are left to the law.
            let equal = |instance: &Instance| excess(instance).is_ok_and(|excess| excess < 2.0_f64.powi(-8));
            if self.says == Says::Sharper && equal(&instance) {
                continue;
            }
            let settled = Settled::new(stream, instance, self.exceptional);
            if self.says != Says::ShallowExponents || settled.tells_the_depth() {
                return Ok(settled);
            }
        }
    }
}

impl<T: Decomposable + Carrier> In<T> for Comparison {
    fn relations(&self, settled: &Settled) -> Result<Vec<Relation<T>>, Unjudged> {
        let instance = &settled.instance;
        let setting = instance.setting.carry::<T>();
        let mut balanced = balanced_minimum(&setting, instance.rank, &instance.frames())?;
        if self.says == Says::Unbalanced {
            balanced.0[0] *= T::integer(2);
            balanced.0[1] /= T::integer(2);
        }
        let sharpness = sum(&balanced.sharpness_terms(&setting));
        let of_balanced = || Term::scalar("tr Hess L, balanced", sharpness.clone());
        let of_entropic = |noise: &DMatrix<Rational>| -> Result<Term<T>, LinalgError> {
            Ok(Term::scalar("tr Hess L, entropic", settled.entropic(&setting, noise)?))
        };
        let equal = &instance.setting.noise_covariance;
        Ok(match self.says {
            Says::Sharper => {
                vec![Relation::at_most("sharper for isotropic noise", of_balanced(), of_entropic(equal)?)]
            }
            Says::StrictlyFlatter => vec![isotropic(false, of_entropic(equal)?, of_balanced())],
            Says::ShallowExponents => vec![settled.formula(&setting, 2, sharpness)?],
            Says::Unbalanced => {
                let mut relations = vec![settled.formula(&setting, instance.depth(), sharpness)?];
                relations.extend(balance(&balanced));
                relations
            }
            Says::Law => {
                let differentiated = instance.sharpness(&balanced);
                let mut relations = vec![
                    settled.formula(&setting, instance.depth(), differentiated)?,
                    is_minimum("the balanced minimum is a global one", &balanced, &setting),
                ];
                relations.extend(balance(&balanced));
                relations.push(isotropic(self.exceptional, of_entropic(equal)?, of_balanced()));
                relations.extend(settled.anisotropic(&setting, of_entropic, of_balanced())?);
                relations
            }
        })
    }
}

impl Settled {
    /// The entropic minimum under the noise beside the isotropic one, against the flattest and, if that is near, the balanced minimum.
    fn anisotropic<T: Decomposable>(
        &self,
        setting: &Setting<T>,
        of_entropic: impl Fn(&DMatrix<Rational>) -> Result<Term<T>, LinalgError>,
        of_balanced: Term<T>,
    ) -> Result<Vec<Relation<T>>, LinalgError> {
        let mut relations = Vec::new();
        // For one output every noise is isotropic.
        if setting.target.nrows() > 1 {
            let spectrum = symmetric_eigen(&self.nearly.map_with_location(|_, _, e| T::from_rational(&e)))?.values;
            let condition = spectrum[spectrum.len() - 1].clone() / &spectrum[0];
            let flattest = flattest_minimum(setting, self.instance.rank, &self.instance.frames())?;
            let bound = condition * sum(&flattest.sharpness_terms(setting));
            let below = Relation::less(
                "sharper than the flattest by less than the condition number",
                of_entropic(&self.nearly)?,
                Term::scalar("kappa tr Hess L, flattest", bound),
            );
            relations.push(below.resolved_to(RESOLUTION));
        }
        if self.is_near {
            let flatter = Relation::less("flatter for nearly isotropic noise", of_entropic(&self.nearly)?, of_balanced);
            relations.push(flatter.resolved_to(RESOLUTION));
        }
        Ok(relations)
    }
}
