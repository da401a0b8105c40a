//! `platonic/entropy-factorises`: the entropy at a global minimum.
//!
//! ```text
//! 1/4 E|g|^2 = sum_i tr(Se A_i A_i^T) tr(B_i Sx B_i^T)      where M_O W_D ... W_1 M_I = V
//! ```
//!
//! `A_i`, `B_i` are what stands left and right of `W_i`, `Sx` and `Se` the second moments of inputs and noise. Sources: [`PAPER`], [`PERFECT`].

use super::experiment::{Experiment, Wanted};
use super::{PAPER, PERFECT};
use crate::data::{DataSet, Sample};
use crate::entropic::{Objective, Preconditioner};
use crate::linalg::products::product;
use crate::model::linear::{FixedMatrix, LinearStack, Readout};
use crate::model::mlp::Layout;
use crate::model::{Carrier, Network};
use crate::platonic::{Factors, Setting, factors};
use crate::scalar::{Field, Rational};
use crate::verify::routes::Exact;
use crate::verify::stream::GRID_BITS;
use crate::verify::{Claim, Class, Draw, Drawn, Draws, In, Relation, Term, Unjudged, all, control};
use nalgebra::DMatrix;

/// The factorisation.
#[derive(Clone, Copy)]
struct EntropyFactorises {
    /// Whether the weights are at a global minimum; else the labels are those of another target.
    minimum: bool,
    /// Whether the noise is independent of the input.
    independent: bool,
    /// Whether `A_i` and `B_i` contain the embeddings.
    embedded: bool,
}

const LAW: EntropyFactorises = EntropyFactorises { minimum: true, independent: true, embedded: true };

/// `platonic/entropy-factorises`
pub static CLAIM: Claim = Claim {
    id: "platonic/entropy-factorises",
    title: "the entropy at a global minimum",
    statement: "where M_O W_D ... W_1 M_I = V: 1/4 E|g|^2 = sum_i tr(Se A_i A_i^T) tr(B_i Sx B_i^T), A_i = M_O W_D ... W_{i+1}, B_i = W_{i-1} ... W_1 M_I",
    hypotheses: &[
        "f(x) = M_O W_D ... W_1 M_I x with fixed M_I, M_O; l = |f(x) - y|^2; y = V x + e with e independent of x; Sx = E[x x^T], Se = E[e e^T]",
        "on a finite data set: all pairs of a set of inputs and a set of noises",
    ],
    references: &[PAPER, PERFECT],
    builds_on: &[],
    law: &[all(&Exact(LAW))],
    controls: &[
        control(
            "not-a-minimum",
            "a point with another product than V",
            &Exact(EntropyFactorises { minimum: false, ..LAW }),
        ),
        control(
            "dependent-noise",
            "noise that is larger for some inputs, with its mean covariance",
            &Exact(EntropyFactorises { independent: false, ..LAW }),
        ),
        control(
            "without-embeddings",
            "A_i and B_i without M_O and M_I",
            &Exact(EntropyFactorises { embedded: false, ..LAW }),
        ),
    ],
};

/// An experiment whose target is the product of the drawn matrices.
struct Instance {
    experiment: Experiment,
    theta: Vec<Rational>,
    class: Class,
}

impl Drawn for Instance {
    fn class(&self) -> Class {
        self.class
    }
    fn is_algebraic(&self) -> bool {
        true
    }
    fn describe(&self) -> String {
        self.experiment.describe()
    }
}

impl Draws for EntropyFactorises {
    type Instance = Instance;

    fn draw(&self, draw: &mut Draw) -> Result<Instance, Unjudged> {
        let awkward = draw.turn() == Class::Awkward;
        let embeddings = !draw.is_law() || draw.family.coin();
        let depth = if awkward { (1, 4) } else { (2, 3) };
        let wanted = Wanted { least_rank: 1, depth, embeddings, conditioned: false };
        let mut experiment = Experiment::draw(&mut draw.family, wanted);
        if awkward {
            // The product may have any rank at widths of 1 and 2, its own target.
            experiment.hidden = experiment.hidden.iter().map(|_| 1 + draw.family.below(2)).collect();
            experiment.rank = experiment.hidden.iter().copied().chain([experiment.rank]).min().unwrap_or(1);
        }
        let parameters = Layout::new(experiment.widths(), false).parameter_count();
        let (theta, class) = if awkward {
            ((0..parameters).map(|_| Rational::from(draw.point.integer(-2, 2))).collect(), Class::Awkward)
        } else {
            ((0..parameters).map(|_| draw.point.dyadic(GRID_BITS)).collect(), Class::Generic)
        };
        Ok(Instance { experiment, theta, class })
    }
}

impl<T: Carrier> In<T> for EntropyFactorises {
    fn relations(&self, instance: &Instance) -> Result<Vec<Relation<T>>, Unjudged> {
        let Instance { experiment, theta, .. } = instance;
        let layout = Layout::new(experiment.widths(), false);
        let theta: Vec<T> = theta.iter().map(T::drawn).collect();
        let matrices = Factors::of(&layout, &theta);
        let mut setting: Setting<T> = experiment.setting.carry();
        setting.target = matrices.end_to_end(&setting);
        let mut labels = setting.target.clone();
        if !self.minimum {
            labels[(0, 0)] += T::one();
        }
        let data = pairs(experiment, &labels, !self.independent);
        let Some(model) = T::model(&network(experiment, layout)) else {
            return Err(Unjudged::outside("this scalar carries no such network"));
        };
        let preconditioner = Preconditioner::Scalar(T::one());
        let objective =
            Objective { model: &*model, data: &data, preconditioner: &preconditioner, weight_decay: &T::zero() };
        let entropy = objective.entropy(&theta);
        if !self.embedded {
            let identity = |size: usize| DMatrix::from_fn(size, size, |i, j| if i == j { T::one() } else { T::zero() });
            setting.embedding_in = identity(setting.embedding_in.nrows());
            setting.embedding_out = identity(setting.embedding_out.nrows());
        }
        let terms = matrices.entropy_terms(&setting);
        let mut right = vec![Term::scalar("the first layer's term", terms[0].clone())];
        if terms.len() > 1 {
            right.push(Term::scalar("the other layers' terms", factors::sum(&terms[1..])));
        }
        Ok(vec![Relation::equality("entropy", vec![Term::scalar("1/4 E|g|^2", entropy)], right)])
    }
}

/// The network of an experiment, with its embeddings.
pub fn network(experiment: &Experiment, layout: Layout) -> Network {
    let fixed =
        |matrix: &DMatrix<Rational>| FixedMatrix::new(matrix.nrows(), matrix.transpose().iter().cloned().collect());
    Network::Linear(LinearStack {
        layout,
        embedding: Some(fixed(&experiment.setting.embedding_in)),
        readout: Readout::Fixed(fixed(&experiment.setting.embedding_out)),
        frozen: None,
    })
}

/// All pairs of an input and a noise, `y = V x + e`; or with noise three times larger for the first input.
fn pairs<T: Field>(experiment: &Experiment, target: &DMatrix<T>, dependent: bool) -> DataSet<T> {
    let mut samples = Vec::new();
    for (number, input) in experiment.inputs.iter().enumerate() {
        let input: Vec<T> = input.iter().map(T::from_rational).collect();
        let clean = product(target, &DMatrix::from_vec(input.len(), 1, input.clone()));
        let factor = T::integer(if dependent && number == 0 { 3 } else { 1 });
        for noise in &experiment.noises {
            let label = clean.iter().zip(noise).map(|(clean, e)| factor.clone() * T::from_rational(e) + clean);
            samples.push(Sample::new(input.clone(), label.collect()));
        }
    }
    DataSet::new(samples)
}
