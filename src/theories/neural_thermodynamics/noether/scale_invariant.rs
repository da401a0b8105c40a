//! `noether/scale-invariant`: the norm of a scale-invariant block after a step, and over a run.
//!
//! ```text
//! r'^2 = (1 - 2 eta gamma)^2 r^2 + eta^2 |g|^2
//! 4 eta gamma (1 - eta gamma) sum r^2 = eta^2 sum |g|^2 + r_0^2 - r_T^2
//! 4 eta gamma (1 - eta gamma) sum r^4 = eta^2 sum |r g|^2 + 1/2 sum (r'^2 - r^2)^2 + 1/2 (r_0^4 - r_T^4)
//! ```
//!
//! `r` is the norm of the block, `g` its gradient in the sample of a step, `eta` the learning rate, `gamma` the weight decay.
//! Sources: [`SPHERICAL_MOTION`], [`EXPONENTIAL_RATES`].

use super::charge::{Charged, Kept, decay_per_step, small_problem, with_strong_decay};
use super::radius::{FLUCTUATION, OfRun, runs};
use super::{EXPONENTIAL_RATES, SPHERICAL_MOTION};
use crate::instances::defined;
use crate::instances::problem::{Decay, Rates, preconditioner};
use crate::instances::{NetworkKind, Problem};
use crate::model::{Activation, Carrier, Network, Piecewise};
use crate::scalar::Rational;
use crate::symmetry;
use crate::verify::{Claim, Class, Draw, Drawn, Draws, In, Ladder, Relation, Term, Unjudged, all, control};

/// The laws of a block.
#[derive(Clone, Copy)]
pub(super) struct ScaleInvariant {
    blocks: Blocks,
    rates: StepRates,
    kept: Kept,
    laws: Laws,
}

/// Which blocks.
#[derive(Clone, Copy)]
enum Blocks {
    /// Those whose scale changes nothing.
    Normalised,
    /// For a control: the one that no normalisation follows.
    LastLayer,
    /// For a control: one of a network without normalisation.
    NotNormalised,
}

/// How learning rates and decay are drawn.
#[derive(Clone, Copy)]
enum StepRates {
    Scalar,
    /// Scalar, under strong decay.
    StrongDecay,
    /// A full matrix, without decay.
    Full,
}

/// Which of the laws.
#[derive(Clone, Copy)]
enum Laws {
    All,
    /// That of a step.
    OfSteps,
    /// For a control: that of the sum of `r^2` without the factor `1 - eta gamma`.
    FirstOrder,
    /// For a control: that of the sum of `r^4` without the fluctuation of `r`.
    ConstantNoise,
}

pub(super) const LAW: ScaleInvariant =
    ScaleInvariant { blocks: Blocks::Normalised, rates: StepRates::Scalar, kept: Kept::Exactly, laws: Laws::All };
const OF_STEPS: ScaleInvariant = ScaleInvariant { laws: Laws::OfSteps, ..LAW };
const DECAYING: ScaleInvariant = ScaleInvariant { rates: StepRates::StrongDecay, ..OF_STEPS };

/// `noether/scale-invariant`
pub static CLAIM: Claim = Claim {
    id: "noether/scale-invariant",
    title: "the norm of a scale-invariant block",
    statement: "l(a theta) = l(theta) for a > 0, theta' = theta - eta (g + 2 gamma theta), r = |theta|: r'^2 = (1 - 2 eta gamma)^2 r^2 + eta^2 |g|^2, so without decay the norm never shrinks; \
        over a run 4 eta gamma (1 - eta gamma) sum r^2 = eta^2 sum |g|^2 + r_0^2 - r_T^2 and \
        4 eta gamma (1 - eta gamma) sum r^4 = eta^2 sum |r g|^2 + 1/2 sum (r'^2 - r^2)^2 + 1/2 (r_0^4 - r_T^4)",
    hypotheses: &[
        "theta is a block of parameters, or all of them, whose scale does not change the per-sample loss; g is the block's gradient",
        "theta and eta are arbitrary; every other parameter moves too",
        "neither theta nor a vector that is normalised vanishes along the run: ReLU and squared ReLU, whose layers can die, are not drawn, and a start where one vanishes is left out",
        "the law of r^4 loses the second term of its right side only if r is constant; then |r g| is constant too",
    ],
    references: &[SPHERICAL_MOTION, EXPONENTIAL_RATES],
    builds_on: &[],
    law: &[all(&Ladder(LAW))],
    controls: &[
        control(
            "not-scale-invariant",
            "the same block without normalisation",
            &Ladder(ScaleInvariant { blocks: Blocks::NotNormalised, ..OF_STEPS }),
        ),
        control(
            "last-layer",
            "the block that no normalisation follows",
            &Ladder(ScaleInvariant { blocks: Blocks::LastLayer, ..OF_STEPS }),
        ),
        control(
            "unequal-rates",
            "a step theta - Lambda g, Lambda not a multiple of I",
            &Ladder(ScaleInvariant { rates: StepRates::Full, ..OF_STEPS }),
        ),
        control(
            "half-decay",
            "(1 - eta gamma)^2 in place of (1 - 2 eta gamma)^2",
            &Ladder(ScaleInvariant { kept: Kept::HalfDecay, ..DECAYING }),
        ),
        control(
            "first-order-decay",
            "4 eta gamma E r^2 = eta^2 E|g|^2, without the factor 1 - eta gamma",
            &Ladder(ScaleInvariant { laws: Laws::FirstOrder, ..DECAYING }),
        ),
        control(
            "constant-noise",
            "r^4 = eta |r g|^2 / (4 gamma (1 - eta gamma)) where |r g| fluctuates",
            &Ladder(ScaleInvariant { laws: Laws::ConstantNoise, ..DECAYING }),
        ),
    ],
};

impl Draws for ScaleInvariant {
    type Instance = Charged;

    fn draw(&self, draw: &mut Draw) -> Result<Charged, Unjudged> {
        if let Blocks::NotNormalised = self.blocks {
            let problem = small_problem(draw, Class::Generic, Piecewise::LeakyRelu, Decay::Positive);
            let generators = vec![symmetry::normalised_block(&problem.network, 0)];
            return Ok(Charged { problem, generators });
        }
        let last_layer = matches!(self.blocks, Blocks::LastLayer);
        let class = if last_layer { Class::Smooth } else { draw.turn() };
        let network = loop {
            let network = NetworkKind::ScaleInvariant.network(&mut draw.family, class);
            if !can_die(&network) {
                break network;
            }
        };
        let mut problem = Problem::draw(draw, class, network, Rates::Scalar, Decay::Positive);
        let block = |layer: usize| symmetry::normalised_block(&problem.network, layer);
        let generators = match problem.network.layout() {
            None => vec![symmetry::whole(&problem.network)],
            Some(layout) if last_layer => vec![block(layout.depth() - 1)],
            Some(layout) => (0..layout.depth() - 1).map(block).collect(),
        };
        match self.rates {
            StepRates::Scalar => {}
            StepRates::StrongDecay => problem = with_strong_decay(problem),
            StepRates::Full => {
                let parameters = problem.network.parameter_count();
                problem.preconditioner = preconditioner(&mut draw.family, Rates::Full, parameters);
                problem.weight_decay = Rational::new();
            }
        }
        Ok(Charged { problem, generators })
    }
}

impl<T: Carrier> In<T> for ScaleInvariant {
    fn relations(&self, Charged { problem, generators: blocks }: &Charged) -> Result<Vec<Relation<T>>, Unjudged> {
        let decay: T = decay_per_step(problem);
        let kept = self.kept.of(&decay);
        let point = defined::at::<T>(problem)?;
        // Rationals grow by a factor of about eight a step.
        let steps = if problem.is_algebraic() { 2 } else { point.data.len() };
        let mut relations = Vec::new();
        for (block, run) in blocks.iter().zip(runs(&point, blocks, &point.weight_decay, steps)) {
            let of_run = OfRun { decay: &decay, run: &run };
            if let Laws::All | Laws::OfSteps = self.laws {
                relations.extend(run.iter().enumerate().map(|(number, step)| step.law(&block.name, number, &kept)));
            }
            match self.laws {
                Laws::All => {
                    relations.push(of_run.second_moment(&block.name, &(T::one() - &decay)));
                    relations.push(of_run.fourth_moment(&block.name));
                }
                Laws::OfSteps => {}
                Laws::FirstOrder => relations.push(of_run.second_moment(&block.name, &T::one())),
                Laws::ConstantNoise => {
                    let mut law = of_run.fourth_moment(&block.name);
                    law.right.retain(|term| term.label != FLUCTUATION);
                    relations.push(law);
                }
            }
        }
        // Only the rationals can tell a tie, which a zero gradient is.
        if matches!(self.laws, Laws::All) && problem.is_algebraic() {
            for (block, run) in blocks.iter().zip(runs(&point, blocks, &T::zero(), steps)) {
                relations.push(Relation::at_most(
                    ("radius without decay", &block.name),
                    Term::scalar("r_0^2", run[0].start.clone()),
                    Term::scalar("r_T^2 without decay", run[run.len() - 1].end.clone()),
                ));
            }
        }
        Ok(relations)
    }
}

/// Whether all neurons of a layer can be dead, so that the next one has nothing to normalise.
fn can_die(network: &Network) -> bool {
    matches!(network.activation(), Activation::Piecewise(Piecewise::Relu | Piecewise::SquaredRelu))
}
