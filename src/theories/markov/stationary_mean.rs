//! `markov/stationary-mean`: a step from the stationary law leaves every mean as it is, `sum_i pi_i (P f)_i = sum_i pi_i f_i`. Source: [`LEVIN_PERES`].

use super::LEVIN_PERES;
use super::chain::{Chain, Watched};
use crate::model::Carrier;
use crate::verify::{Claim, Draw, Draws, Exact, In, Independent, Relation, Term, Unjudged, all, control};

/// The mean of a function before and after a step.
#[derive(Clone, Copy)]
struct StationaryMean {
    /// Whether the mean is taken under `pi`, or else under the law at the first state.
    stationary: bool,
}

/// `markov/stationary-mean`
pub static CLAIM: Claim = Claim {
    id: "markov/stationary-mean",
    title: "means under the stationary law are kept",
    statement: "sum_i pi_i (P f)_i = sum_i pi_i f_i",
    hypotheses: &[
        "P: transition probabilities of a finite chain; pi P = pi; f any function of the states",
        "checked for P > 0 and f that rise from state to state",
    ],
    references: &[LEVIN_PERES],
    builds_on: &[],
    law: &[all(&Independent(Exact(StationaryMean { stationary: true })))],
    controls: &[control(
        "not-stationary",
        "the mean at one state",
        &Independent(Exact(StationaryMean { stationary: false })),
    )],
};

impl Draws for StationaryMean {
    type Instance = Watched;
    fn draw(&self, draw: &mut Draw) -> Result<Watched, Unjudged> {
        let stream = &mut draw.own();
        let chain = Chain::draw(stream)?;
        let mut last = stream.small();
        let rising = |_| {
            last += stream.positive() * 2;
            last.clone()
        };
        Ok(Watched { function: (0..chain.states()).map(rising).collect(), chain })
    }
}

impl<T: Carrier> In<T> for StationaryMean {
    fn relations(&self, Watched { chain, function }: &Watched) -> Result<Vec<Relation<T>>, Unjudged> {
        let f: Vec<T> = function.iter().map(T::from_rational).collect();
        let law = if self.stationary { chain.law() } else { chain.at_first_state() };
        let mean = |label: &'static str, f: &[T]| Term::scalar(label, crate::linalg::products::dot(&law, f));
        let (after, before) = (mean("sum_i pi_i (P f)_i", &chain.mean_after(&f)), mean("sum_i pi_i f_i", &f));
        Ok(vec![Relation::equality("mean", vec![after], vec![before])])
    }
}
