//! The comparison of the entropic and the balanced minimum in a general setting, for isotropic and for nearly isotropic noise.

use super::instance::{Depths, Instance, RESOLUTION, Sizes};
use super::nearly_isotropic::{Settled, excess};
use super::random_matrices::{columns, invertible, isotropic_noise, wide_inputs};
use super::statement::{balance, is_minimum, isotropic};
use crate::linalg::{Decomposable, LinalgError, symmetric_eigen};
use crate::model::Carrier;
use crate::platonic::factors::sum;
use crate::platonic::{Setting, balanced_minimum, flattest_minimum};
use crate::scalar::Rational;
use crate::verify::{Draw, Draws, In, Relation, Stream, Term, Unjudged};
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
