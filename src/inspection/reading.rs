//! Both sides of a law as numbers, and how far they are apart.

/// The four terms of a law: `E|g_A|^2 - E|g_B|^2 = c (|theta_A|^2 - |theta_B|^2)`, where `A` is what the generator
/// multiplies and `B` what it divides, each weighted by the generator's coefficient. For Adam squares are in its metric.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Sides {
    /// `E|g_A|^2` and `E|g_B|^2`.
    pub noise: [f64; 2],
    /// `c |theta_A|^2` and `c |theta_B|^2`; of numbers stored with an offset `c` times what is used times what is stored, which may be
    /// negative.
    pub decay: [f64; 2],
}

impl Sides {
    /// The sum of the terms' sizes.
    pub fn scale(&self) -> f64 {
        self.noise.iter().chain(&self.decay).map(|term| term.abs()).sum()
    }

    /// The same under another decay.
    #[must_use]
    pub fn with_decay_times(self, factor: f64) -> Self {
        Sides { decay: self.decay.map(|term| factor * term), ..self }
    }

    /// Left side minus right side over the sum of the terms, from -1 to 1; none if all vanish: 0 = 0 says nothing.
    pub fn imbalance(&self) -> Option<f64> {
        let difference = (self.noise[0] - self.noise[1]) - (self.decay[0] - self.decay[1]);
        let scale = self.scale();
        (scale > 0.0).then(|| difference / scale)
    }
}

/// A law, one of its members, or all of them together.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Reading {
    /// The terms. Of a matrix law, the traces.
    pub sides: Sides,
    /// The relative imbalance. Of a matrix law, the norm of the residual over the sum of the terms' norms: not negative.
    pub imbalance: Option<f64>,
    /// Its standard error over the samples, taken as independent. Of a matrix law, what their scatter alone would make of a
    /// residual that is zero.
    pub standard_error: Option<f64>,
    /// The imbalance that `balance/approximate` allows: `(2 / eta) |A theta| |grad F|` over the sum of the terms, with the
    /// part of `grad F` that the law is about.
    pub tolerance: Option<f64>,
    /// The imbalance that `balance/master` says there is: `-(2 / eta) (A theta)^T grad F` over the sum of the terms.
    pub off_shell: Option<f64>,
    /// How far the gradients are from being orthogonal to the orbit, as they must be if the symmetry is one of this network:
    /// the root of `E[((A theta)^T g)^2]` over `|A theta|` and the root of `E|g|^2`. Of a matrix law, the largest of all generators
    /// that add a multiple of one member to another.
    pub overlap: Option<f64>,
    /// The root of `E[((A theta)^T g)^2]` over that of `E sum_i (A theta)_i^2 g_i^2`: if the terms of the overlap had random signs,
    /// about 1; if they cancel up to rounding, about its relative size, however many they are.
    pub cancellation: Option<f64>,
    /// The cancellation up to which that is rounding; none if there is none, or too few digits are left to tell.
    pub limit: Option<f64>,
    /// How many members or generators have too few digits left to tell.
    pub lost: usize,
    /// `|A theta|^2`; of a matrix law 0.
    pub parameters: f64,
    /// The square of the mean gradient on both sides, weighted like the terms, if it was asked for; not of a matrix law.
    pub mean_gradient: Option<[f64; 2]>,
    /// Of a matrix law, the generator with the largest cancellation: the member that is changed, and the one that is added.
    pub generator: Option<(usize, usize)>,
}

impl Reading {
    /// The imbalance in standard errors; of a matrix law how many times it is what scatter alone would make.
    pub fn z(&self) -> Option<f64> {
        let error = self.standard_error.filter(|error| *error > 0.0)?;
        self.imbalance.map(|imbalance| imbalance / error)
    }

    /// Whether the overlap is known to be more than rounding.
    pub(super) fn is_more_than_rounding(&self) -> bool {
        self.cancellation.zip(self.limit).is_some_and(|(cancellation, limit)| cancellation > limit)
    }

    /// Whether all numbers, and the sum of the terms, are within the range of f64.
    pub(super) fn is_finite(&self) -> bool {
        let Reading { imbalance, standard_error, tolerance, off_shell, overlap, cancellation, parameters, .. } = self;
        let optional = [imbalance, standard_error, tolerance, off_shell, overlap, cancellation];
        optional.into_iter().flatten().chain([parameters, &self.sides.scale()]).all(|number| number.is_finite())
    }
}

/// Which side of the law a coefficient is on.
pub(super) fn side(coefficient: f64) -> usize {
    usize::from(coefficient < 0.0)
}
