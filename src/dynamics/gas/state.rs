//! Regimes, a step as a triangle, and what the stationary half of a run comes to, beside the exact curves.

use crate::closed_form::{gas, kept};
use crate::statistics::{Mean, batch_means, ratio_of_averages};
use std::fmt;

/// Groups of the stationary half of a run, whose means are as good as independent.
pub(super) const GROUPS: usize = 20;

/// How the rate goes with the radius.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Regime {
    /// `eta`
    FixedRate,
    /// `eta = eps r^2`, in gradient and decay
    FixedEffectiveRate,
    /// `r` is reset after every step; no decay
    FixedSphere,
}

impl Regime {
    /// All of them.
    pub const ALL: [Regime; 3] = [Regime::FixedRate, Regime::FixedEffectiveRate, Regime::FixedSphere];

    /// The angles to first order at which it is run, as far as the length of gradients is known before.
    pub(super) fn angles(self) -> &'static [f64] {
        match self {
            Regime::FixedEffectiveRate => &[0.1, 0.2, 0.3, 0.45, 0.6, 0.7, 0.8],
            _ => &[0.1, 0.2, 0.3, 0.45, 0.6, 0.8, 1.0, 1.2],
        }
    }

    /// The angle of a step where `rho` is constant, from that to first order: `2 sqrt(eta gamma)` or `eps rho`. None where there is no steady state.
    pub fn exact_angle(self, first_order: f64) -> Option<f64> {
        let angle = match self {
            Regime::FixedRate => (1.0 - 0.5 * first_order * first_order).acos(),
            Regime::FixedEffectiveRate => first_order.asin(),
            Regime::FixedSphere => first_order.atan(),
        };
        angle.is_finite().then_some(angle)
    }
}

impl fmt::Display for Regime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Regime::FixedRate => "fixed rate",
            Regime::FixedEffectiveRate => "fixed effective rate",
            Regime::FixedSphere => "fixed sphere",
        })
    }
}

/// `Z = 1/cos^2(delta/2)`
pub fn exact_factor(angle: f64) -> f64 {
    (0.5 * angle).cos().powi(-2)
}

/// A stationary state.
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    /// In which regime.
    pub regime: Regime,
    /// `eta`, or `eps`
    pub rate: f64,
    /// `gamma`
    pub weight_decay: f64,
    /// The angle to first order: `2 sqrt(eta gamma)` at a fixed rate, else `eps rho` with the root mean square of `rho`.
    pub first_order: f64,
    /// `E rho^2`
    pub squared_rho: f64,
    /// The variance of `rho^2` over its squared mean.
    pub fluctuation: f64,
    /// `E r^2`
    pub squared_radius: f64,
    /// What was seen; none if the radius escaped.
    pub seen: Option<Seen>,
}

impl State {
    /// `r^2` of the steady state for a constant `rho^2` of the mean that was seen.
    pub fn steady_square(&self) -> f64 {
        let &State { regime, rate, weight_decay, first_order, .. } = self;
        match regime {
            Regime::FixedRate => gas::fourth_power_of_radius(&rate, &weight_decay, &self.squared_rho).sqrt(),
            Regime::FixedEffectiveRate => {
                let root = (1.0 - first_order * first_order).sqrt();
                gas::squared_radius_at_effective_rate(&root, &rate, &weight_decay)
            }
            Regime::FixedSphere => 1.0,
        }
    }
}

/// What was seen of a stationary state.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Seen {
    /// `arccos exp E ln cos delta`
    pub angle: Mean,
    /// `E ln cos delta` less what it is exactly, whatever `rho` does.
    pub angle_gap: Mean,
    /// `E[p V] / E[R T]`; none without decay.
    pub factor: Option<Mean>,
    /// The ratio of both sides of the exact law of `p V` and `R T`, less 1.
    pub factor_gap: Option<Mean>,
}

/// A step as a triangle.
pub(super) struct Step {
    /// `r^2` and `r'^2`
    pub squares: [f64; 2],
    /// `theta^T theta' / (r r')`
    pub cosine: f64,
    /// The actual rate.
    pub eta: f64,
    /// `|g|^2`
    pub squared_gradient: f64,
}

impl Step {
    pub fn squared_rho(&self) -> f64 {
        self.squares[0] * self.squared_gradient
    }
}

/// Sums over the stationary half, group by group.
pub(super) struct Sums {
    regime: Regime,
    rate: f64,
    weight_decay: f64,
    groups: Vec<[f64; 9]>,
}

impl Sums {
    pub fn new(regime: Regime, rate: f64, weight_decay: f64) -> Self {
        Sums { regime, rate, weight_decay, groups: vec![[0.0; 9]; GROUPS] }
    }

    pub fn add(&mut self, step: &Step, group: usize) {
        let Step { squares: [square, _], cosine, eta, squared_gradient } = *step;
        let squared_rho = step.squared_rho();
        let exact = match self.regime {
            Regime::FixedSphere => -0.5 * (self.rate * self.rate * squared_rho).ln_1p(),
            _ => kept(&eta, &self.weight_decay).ln(),
        };
        let pressure_volume = gas::pressure_volume(&self.weight_decay, &square);
        let heat = gas::heat(&eta, &squared_gradient);
        // At a fixed effective rate the law weighs with x = 2 eta gamma.
        let weight = if self.regime == Regime::FixedEffectiveRate { 2.0 * eta * self.weight_decay } else { 1.0 };
        let law = weight * pressure_volume / gas::factor_at_fixed_rate(&eta, &self.weight_decay);
        let numbers = [
            1.0,
            cosine.ln(),
            cosine.ln() - exact,
            pressure_volume,
            heat,
            law,
            weight * heat,
            squared_rho,
            squared_rho * squared_rho,
        ];
        for (sum, number) in self.groups[group].iter_mut().zip(numbers) {
            *sum += number;
        }
    }

    /// With the angle to first order that was asked for, if the radius escaped.
    pub fn conclude(&self, escaped: Option<f64>) -> State {
        let Sums { regime, rate, weight_decay, ref groups } = *self;
        let total = |part: usize| groups.iter().map(|group| group[part]).sum::<f64>();
        let mean = |part: usize| total(part) / total(0);
        let means = |part: usize| groups.iter().map(|group| group[part] / group[0]).collect::<Vec<_>>();
        let ratio = |above: usize, below: usize| {
            let groups: Vec<_> = groups.iter().map(|group| (group[above], group[below])).collect();
            ratio_of_averages(&groups).map(|ratio| ratio.of_batches(GROUPS))
        };
        let first_order = match regime {
            Regime::FixedRate => 2.0 * (rate * weight_decay).sqrt(),
            _ => rate * mean(7).sqrt(),
        };
        let squared_radius = if regime == Regime::FixedSphere { 1.0 } else { mean(3) / weight_decay };
        let seen = || {
            let of_groups = |part: usize| Some(batch_means(&means(part), 0.05)?.of_batches(GROUPS));
            let Mean { value, standard_error } = of_groups(1)?;
            // An angle changes by d ln cos / tan.
            let angle = value.exp().acos();
            let angle = Mean { value: angle, standard_error: standard_error / angle.tan() };
            let has_decay = regime != Regime::FixedSphere;
            Some(Seen {
                angle,
                angle_gap: of_groups(2)?,
                factor: ratio(3, 4).filter(|_| has_decay),
                factor_gap: ratio(5, 6).filter(|_| has_decay).map(|ratio| Mean { value: ratio.value - 1.0, ..ratio }),
            })
        };
        State {
            regime,
            rate,
            weight_decay,
            first_order: escaped.unwrap_or(first_order),
            squared_rho: mean(7),
            fluctuation: mean(8) / mean(7).powi(2) - 1.0,
            squared_radius,
            seen: if escaped.is_some() { None } else { seen() },
        }
    }
}
