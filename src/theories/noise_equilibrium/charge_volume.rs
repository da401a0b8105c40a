//! `noise-equilibrium/charge-volume`: one step of descent multiplies the parameter volume of a wide linear pair by a number that only the gradient knows.
//!
//! ```text
//! e_n(Q') = D^2 e_n(Q),   e_n(Q) = (-1)^p det(Z^T Z),   D = c^|p - q| prod_i (c^2 - eta^2 sigma_i^2)
//! ```
//!
//! `U` (p x r) and `W` (r x q) enter the loss through `U W`, with `n = p + q <= r`; `Q = W W^T - U^T U`, `Z = [U^T, W]`, and `e_n` is the sum of the
//! principal minors of size n. `G = dl/d(U W)` for the sample or batch has the singular values `sigma_i`, as many as min(p, q). `eta` is the learning
//! rate, `gamma` the weight decay, `c = 1 - 2 eta gamma`. Source of the question: [`NOISE_EQUILIBRIUM`]; the law is derived in the proofs.

use super::drawing::is_told;
use super::linear_pair::Pairs;
use super::parameter_volume::At;
use super::trained_pair::Instance;
use super::{DEEP_LINEAR, NOISE_EQUILIBRIUM};
use crate::model::Carrier;
use crate::scalar::{Field, Rational};
use crate::verify::{Claim, Draw, Draws, Exact, In, Relation, Term, Unjudged, all, control};

/// The law of a step.
#[derive(Clone, Copy)]
pub(super) struct ChargeVolume {
    pairs: Pairs,
    growth: Growth,
}

/// By what the volume is multiplied.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Growth {
    /// `D^2`
    Squared,
    /// 1
    Conserved,
    /// `D`
    NotSquared,
    /// `(1 - eta^2 tr(G G^T))^2`
    Trace,
}

pub(super) const LAW: ChargeVolume = ChargeVolume { pairs: Pairs::Wide, growth: Growth::Squared };
const SIZABLE: ChargeVolume = ChargeVolume { pairs: Pairs::Sizable, ..LAW };

/// `noise-equilibrium/charge-volume`
pub static CLAIM: Claim = Claim {
    id: "noise-equilibrium/charge-volume",
    title: "the parameter volume of a wide linear pair",
    statement: "Q = W W^T - U^T U, Z = [U^T, W], n = p + q <= r: e_n(Q) = (-1)^p det(Z^T Z), and e_n(Q') = D^2 e_n(Q), det(Z'^T Z') = D^2 det(Z^T Z) with D = c^|p - q| det(c^2 I - eta^2 G G^T)",
    hypotheses: &[
        "the loss depends on U (p x r) and W (r x q) through U W, and on anything else; G = dl/d(U W) of the sample or batch; of G G^T and G^T G the smaller one is taken; e_n is the sum of the principal n-minors",
        "with rates eta_U, eta_W and c_U = 1 - 2 eta_U gamma_U, c_W: D = c_U^(p - k) c_W^(q - k) det(c_U c_W I - eta_U eta_W G G^T) for k = min(p, q)",
        "along the flow U' = -eta_U (g_U + 2 gamma_U U) and the same for W: d/dt e_n(Q) = -4 (p eta_U gamma_U + q eta_W gamma_W) e_n(Q), conserved without decay",
        "for any r: rank Z' <= rank Z; where c_U and c_W are not 0, and Z has independent columns or there is no resonance, rank Z' + dim ker(c_U c_W I - eta_U eta_W G G^T) = rank Z",
        "without decay, with eta_U, eta_W >= 0 and eta_U eta_W |G|^2 <= 1: det(Z'^T Z') (1 + eta_U eta_W |G|^2)^2 <= det(Z^T Z)",
    ],
    references: &[NOISE_EQUILIBRIUM, DEEP_LINEAR],
    builds_on: &[],
    law: &[all(&Exact(LAW))],
    controls: &[
        control("conserved", "1 in place of D^2", &Exact(ChargeVolume { growth: Growth::Conserved, ..SIZABLE })),
        control("not-squared", "D in place of D^2", &Exact(ChargeVolume { growth: Growth::NotSquared, ..SIZABLE })),
        control(
            "trace",
            "1 - eta^2 tr(G G^T) in place of D, for a gradient of rank 2",
            &Exact(ChargeVolume { pairs: Pairs::RankTwo, growth: Growth::Trace }),
        ),
        control(
            "too-narrow",
            "r = n - 1, with det(Z Z^T) for the volume",
            &Exact(ChargeVolume { pairs: Pairs::Narrow, ..LAW }),
        ),
        control(
            "activation-between",
            "ReLU between U and W, one neuron open and one closed",
            &Exact(ChargeVolume { pairs: Pairs::ActivationBetween, ..LAW }),
        ),
    ],
};

impl ChargeVolume {
    fn growth<T: Field>(&self, at: &At<'_, T>) -> T {
        match self.growth {
            Growth::Squared => at.determinant().squared(),
            Growth::Conserved => T::one(),
            Growth::NotSquared => at.determinant(),
            Growth::Trace => (T::one() - at.squared_turn()).squared(),
        }
    }
}

impl Draws for ChargeVolume {
    type Instance = Instance;

    fn draw(&self, draw: &mut Draw) -> Result<Instance, Unjudged> {
        loop {
            let instance = self.pairs.draw(draw);
            if self.pairs == Pairs::Wide || self.is_told(&instance) {
                return Ok(instance);
            }
        }
    }
}

impl ChargeVolume {
    /// Whether what a control says of the volume misses visibly what the step does to it, by the formulas of the proofs.
    fn is_told(&self, instance: &Instance) -> bool {
        let at = instance.at::<Rational>();
        let said = self.growth(&at);
        let square = |number: Rational| number.square();
        let entry = |k: usize| &at.start.theta[k];
        let (before, after) = match self.pairs {
            Pairs::Wide | Pairs::Sizable | Pairs::RankTwo => (Rational::from(1), at.determinant().square()),
            // u, w and a = eta G: |(u - a w, w - a u)|^2 against |(u, w)|^2.
            Pairs::Narrow => {
                let a = Rational::from(&at.slope()[(0, 0)] * &at.learning_rates[0]);
                let both = Rational::from(entry(0).square_ref()) + Rational::from(entry(1).square_ref());
                let mixed = Rational::from(entry(0) * entry(1)) * &a * 4;
                let after = &both * (a.square() + 1) - mixed;
                (both, after)
            }
            // det Z, and det Z - a (w_1 w_2 - u_1 u_2), as the first row of Z alone moves.
            Pairs::ActivationBetween => {
                let a = Rational::from(&at.slope()[(0, 0)] * &at.learning_rates[0]);
                let [u, w] = [[entry(0), entry(1)], [entry(2), entry(3)]];
                let before = Rational::from(u[0] * w[1]) - Rational::from(u[1] * w[0]);
                let turned = (Rational::from(w[0] * w[1]) - Rational::from(u[0] * u[1])) * a;
                let after = &before - turned;
                (square(before), square(after))
            }
        };
        let said = said * before;
        let size = if said > after { said.clone() } else { after.clone() };
        is_told(&(said - after), &size)
    }
}

/// What a step does to the rank of Z.
fn rank_relations<T: Field>(instance: &Instance) -> Vec<Relation<T>> {
    let keeps_something = instance.at::<Rational>().kept().iter().all(|kept| *kept != 0);
    let [before, after, lost] = instance.ranks();
    let [p, _, q] = instance.sizes;
    let term = |label: &'static str, rank: usize| Term::scalar(label, T::integer(rank as i64));
    let mut relations =
        vec![Relation::at_most("the rank does not grow", term("rank Z'", after), term("rank Z", before))];
    if keeps_something && (lost == 0 || before == p + q) {
        relations.push(Relation::equality(
            "rank after a step",
            vec![term("rank Z'", after), term("dim ker(c_U c_W I - eta_U eta_W G G^T)", lost)],
            vec![term("rank Z", before)],
        ));
    }
    relations
}

impl<T: Carrier> In<T> for ChargeVolume {
    fn relations(&self, instance: &Instance) -> Result<Vec<Relation<T>>, Unjudged> {
        let at = instance.at::<T>();
        let gradient = at.gradient();
        let end = at.end(&gradient);
        let growth = self.growth(&at);
        let (volume, after) = (at.start.volume(), end.volume());
        let one = |label: &'static str, value: T| vec![Term::scalar(label, value)];
        let mut relations = Vec::new();
        if instance.is_wide() || self.pairs == Pairs::Narrow {
            relations.push(Relation::equality(
                "parameter volume after a step",
                one("det(Z'^T Z')", after.clone()),
                one("D^2 det(Z^T Z)", T::product(&growth, &volume)),
            ));
        }
        if self.pairs != Pairs::Wide {
            return Ok(relations);
        }
        relations.extend(rank_relations(instance));
        if !instance.is_wide() {
            return Ok(relations);
        }
        let [p, _, q] = instance.sizes;
        let charges = at.start.charges();
        let sign = T::integer(if p % 2 == 0 { 1 } else { -1 });
        relations.push(Relation::equality(
            "the charges as a volume",
            one("e_n(Q)", charges.clone()),
            one("(-1)^p det(Z^T Z)", sign * &volume),
        ));
        relations.push(Relation::equality(
            "charges after a step",
            one("e_n(Q')", end.charges()),
            one("D^2 e_n(Q)", growth * &charges),
        ));
        let rate = |count: usize, part: usize| {
            T::integer(-4 * count as i64) * &at.learning_rates[part] * &at.weight_decays[part] * &charges
        };
        relations.push(Relation::equality(
            "charges along the flow",
            one("d/dt e_n(Q)", at.flowing(&gradient).charges().tangent),
            vec![
                Term::scalar("-4 p eta_U gamma_U e_n(Q)", rate(p, 0)),
                Term::scalar("-4 q eta_W gamma_W e_n(Q)", rate(q, 1)),
            ],
        ));
        // Computed at every point of a family, so that all have the same constants.
        let bound = (T::one() + at.squared_turn()).squared();
        if instance.is_slow() {
            relations.push(Relation::at_most(
                "the volume shrinks",
                Term::scalar("det(Z'^T Z') (1 + eta_U eta_W |G|^2)^2", after * bound),
                Term::scalar("det(Z^T Z)", volume),
            ));
        }
        Ok(relations)
    }
}
