//! Whether the symmetry that a law comes from is one of the network: how far overlaps cancel, how far the digits of the numbers let them, and what
//! decay inside the gradients would make of them.

use super::sums::sum;

/// Whether the symmetry that a law comes from is one of this network, by the overlap of gradients with its orbit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// The terms of every overlap cancel to half of the digits of the numbers given, or better.
    Confirmed,
    /// Those of some overlap do not: the law says nothing about this network, or the gradients are none of its loss.
    NotASymmetry,
    /// Nothing tells, for this reason.
    Unchecked(Reason),
}

/// Why it is not known whether a law is one of the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// There are no gradients at these parameters.
    NoGradients,
    /// The gradients or the parameters of the law vanish, so that every term of its overlaps is 0.
    Vanishing,
    /// So many of its members or generators have gradients (or parameters) so far below the normal range of their type that fewer digits are left than the
    /// narrowest type has.
    Underflow(usize),
}

impl Status {
    /// As it is written.
    pub fn name(self) -> &'static str {
        match self {
            Status::Confirmed => "confirmed",
            Status::NotASymmetry => "not a symmetry of this network",
            Status::Unchecked(_) => "unchecked",
        }
    }

    /// Why it is unchecked, if it is.
    pub fn reason(self) -> Option<Reason> {
        match self {
            Status::Unchecked(reason) => Some(reason),
            _ => None,
        }
    }
}

/// The square of the relative rounding of bf16, the narrowest type.
const COARSEST: f64 = 1.0 / (1 << 16) as f64;

/// The cancellation up to which an overlap is rounding: half of the digits that its terms have. Rounding spends one or two on the way, a mean over a batch
/// some more; a false law has none.
///
/// Below the normal range of a type the rounding of a number is no part of it but of one size: `floor` is what that amounts to, the sum of the terms' squares
/// with this size in place of the number, and `scatter` the sum of the terms' squares. None if that leaves fewer digits than the narrowest type has.
pub fn limit(digits: u32, scatter: f64, floor: f64) -> Option<f64> {
    let underflow = floor / scatter;
    let normal = (-0.5 * f64::from(digits)).exp2();
    (underflow <= COARSEST).then(|| normal.max(underflow.sqrt().sqrt()))
}

/// The overlaps of some members or generators, as they come in.
#[derive(Clone, Copy)]
pub(super) struct Overlaps<'a> {
    /// `(A theta)^T g` of each sample.
    pub overlaps: &'a [Vec<f64>],
    /// `(A theta)^T theta`, which is what a decay `theta` inside the gradients adds.
    pub signed: &'a [f64],
    /// The squares of the terms, summed over the samples.
    pub scatter: &'a [f64],
}

impl Overlaps<'_> {
    /// The decay `lambda theta` inside the gradients that makes overlaps which are more than rounding what they are, if one does: what is left of every overlap is
    /// rounding, and where one was more, so is the part that the decay has in it.
    pub fn hidden_decay(&self, limit: impl Fn(usize) -> Option<f64>) -> Option<f64> {
        let Overlaps { overlaps, signed, scatter } = *self;
        let samples = overlaps.len() as f64;
        let largest = signed.iter().fold(0.0_f64, |largest, square| largest.max(square.abs()));
        let squares = samples * sum(signed.iter().map(|square| (square / largest).powi(2)));
        let products = overlaps.iter().flat_map(|overlap| overlap.iter().zip(signed));
        let lambda = sum(products.map(|(overlap, square)| overlap * (square / largest))) / squares / largest;
        let total = |entry: usize, lambda: f64| {
            sum(overlaps.iter().map(|overlap| (overlap[entry] - lambda * signed[entry]).powi(2)))
        };
        let of_decay = |entry: usize| samples * (lambda * signed[entry]).powi(2);
        let is_explained = |entry: usize| {
            // What is subtracted is rounded like what it is subtracted from.
            let terms = scatter[entry] + of_decay(entry);
            limit(entry).is_none_or(|limit| total(entry, lambda) <= limit * limit * terms)
        };
        let is_needed = |entry: usize| {
            limit(entry).is_some_and(|limit| {
                let rounding = limit * limit * scatter[entry];
                total(entry, 0.0) > rounding && of_decay(entry) > rounding
            })
        };
        let entries = || 0..signed.len();
        let enough = signed.len() * overlaps.len() > 1;
        (enough && lambda.is_finite() && lambda > 0.0 && entries().all(is_explained) && entries().any(is_needed))
            .then_some(lambda)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: f64 = 0.0625;

    fn hidden(overlaps: &[Vec<f64>], signed: &[f64], scatter: &[f64]) -> Option<f64> {
        Overlaps { overlaps, signed, scatter }.hidden_decay(|_| Some(LIMIT))
    }

    #[test]
    fn half_of_the_digits_that_are_left_decide() {
        for digits in [8, 11, 24, 53] {
            assert_eq!(limit(digits, 1.0, 0.0), Some((-0.5 * f64::from(digits)).exp2()));
        }
        // Terms of 2^-5 in steps of 2^-15 have ten digits left, and those in steps of 2^-10 five.
        assert_eq!(limit(11, (-10_f64).exp2(), (-30_f64).exp2()), Some((-5_f64).exp2()));
        assert_eq!(limit(11, (-10_f64).exp2(), (-20_f64).exp2()), None);
    }

    #[test]
    fn decay_is_named_only_where_it_explains_what_is_no_rounding() {
        let (signed, scatter) = ([1.0, -2.0, 0.5], [1.0; 3]);
        let decayed = |lambda: f64, rest: [f64; 3]| {
            let overlap = signed.iter().zip(rest).map(|(square, rest)| lambda * square + rest).collect();
            vec![overlap]
        };
        assert!(hidden(&decayed(0.5, [0.0; 3]), &signed, &scatter).is_some_and(|lambda| (lambda - 0.5).abs() < 1e-15));
        // Nothing but rounding.
        assert_eq!(hidden(&decayed(0.0, [1e-3, -1e-3, 1e-3]), &signed, &scatter), None);
        // An overlap that no decay makes, beside rounding that looks like one.
        let (signed, scatter) = ([1.0, 1.0, 0.0], [1.0; 3]);
        assert_eq!(hidden(&[vec![1e-6, 1e-6, 0.4]], &signed, &scatter), None);
        // One that is a little above the limit, which an insignificant decay brings below it.
        assert_eq!(hidden(&[vec![1.01 * LIMIT, -0.99 * LIMIT, 0.0]], &signed, &scatter), None);
        // However small and large the parameters are.
        let scaled = |scale: f64| hidden(&[vec![0.5 * scale, 0.5 * scale]], &[scale; 2], &[scale * scale; 2]);
        assert_eq!((scaled(1e-140), scaled(1e140)), (Some(0.5), Some(0.5)));
    }
}
