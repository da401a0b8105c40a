//! `platonic/alignment`: networks that differ in everything represent inputs in one way.
//!
//! ```text
//! c h(x_1)^T h(x_2) = h'(x_1)^T h'(x_2)
//! ```
//!
//! for every hidden layer `h` of one network and every hidden layer `h'` of another, each trained on a view `z = Z x` of its own, at their entropic
//! minimisers. Sources: [`PAPER`], [`PERFECT`]; the hypothesis: [`HYPOTHESIS`].

use super::closed_form::{carried, carry, closed_form, orthonormal_frames};
use super::experiment::{Experiment, Wanted, invertible};
use super::{HYPOTHESIS, PAPER, PERFECT};
use crate::linalg::products::{norm, product};
use crate::linalg::{Decomposable, exact};
use crate::platonic::{Factors, Setting, alignment};
use crate::scalar::Rational;
use crate::verify::routes::Decomposition;
use crate::verify::{Claim, Draw, Drawn, Draws, In, Relation, Stream, Term, Unjudged, all, control};
use nalgebra::DMatrix;

/// The alignment of three networks.
#[derive(Clone, Copy)]
struct Alignment {
    least_rank: usize,
    /// Whether the networks are at random global minima.
    random: bool,
    /// Whether the second is trained on another target.
    other_target: bool,
    /// Whether representations are those of `Z x`.
    view: bool,
}

const LAW: Alignment = Alignment { least_rank: 1, random: false, other_target: false, view: true };
/// For rank 1 there is one direction to represent.
const CONTROL: Alignment = Alignment { least_rank: 2, ..LAW };

/// `platonic/alignment`
pub static CLAIM: Claim = Claim {
    id: "platonic/alignment",
    title: "networks of any architecture, trained on any view, align",
    statement: "at the entropic minimisers of networks of any depths, widths and embeddings, each trained on a view z = Z x of its own, \
        c h(x_1)^T h(x_2) = h'(x_1)^T h'(x_2) for every hidden layer of one and every hidden layer of another; linear CKA is 1",
    hypotheses: &[
        "the setting of platonic/lower-bound, V not 0, D >= 2; the networks share V x + e, each Z is invertible",
        "the inputs come with their negatives; for CKA it is enough that V x is not the same for all of them",
        "three networks: all pairs of their hidden layers, the two of one network included",
        "the Gram matrices of all inputs, K of one layer and K' of another, are compared as matrices, each over its norm; CKA is that of the representations with their means subtracted",
    ],
    references: &[PAPER, PERFECT, HYPOTHESIS],
    builds_on: &["platonic/lower-bound"],
    law: &[all(&Decomposition(LAW))],
    controls: &[
        control(
            "random-minima",
            "random global minima, of rank 2 or more",
            &Decomposition(Alignment { random: true, ..CONTROL }),
        ),
        control(
            "other-target",
            "a network trained on another target, of rank 2 or more",
            &Decomposition(Alignment { other_target: true, ..CONTROL }),
        ),
        control(
            "without-view",
            "representations of x in a network trained on Z x, of rank 2 or more",
            &Decomposition(Alignment { view: false, ..CONTROL }),
        ),
    ],
};

/// A network with its view of the inputs.
struct Viewer {
    experiment: Experiment,
    /// `Z`
    view: DMatrix<Rational>,
    frames: Vec<DMatrix<Rational>>,
    /// A random global minimum.
    minimum: Factors<Rational>,
}

struct Instance {
    viewers: Vec<Viewer>,
}

impl Drawn for Instance {
    fn describe(&self) -> String {
        self.viewers.iter().map(|viewer| viewer.experiment.describe()).collect::<Vec<_>>().join("; ")
    }
}

/// The same data seen through `z = Z x`: the covariance and the target change, the labels do not.
pub fn seen_through(setting: &Setting<Rational>, view: &DMatrix<Rational>) -> Setting<Rational> {
    let inverse = exact::inverse(view).expect("views are invertible");
    Setting {
        input_covariance: product(&product(view, &setting.input_covariance), &view.transpose()),
        target: product(&setting.target, &inverse),
        ..setting.clone()
    }
}

/// `K / |K|` for the Gram matrix `K` of a representation.
pub fn normalised_gram<T: Decomposable>(representation: &DMatrix<T>) -> DMatrix<T> {
    let gram = alignment::gram(representation);
    let size = norm(gram.iter());
    gram.map(|entry| entry / &size)
}

impl Alignment {
    /// The network of a number: the first is the one that the data were drawn with.
    fn viewer(&self, stream: &mut Stream, first: &Experiment, number: usize) -> Viewer {
        let mut experiment = first.clone();
        if number > 0 {
            let (d_x, d_y) = (first.inputs[0].len(), first.noises[0].len());
            experiment.hidden = (0..1 + stream.below(4)).map(|_| first.rank + stream.below(3)).collect();
            experiment.setting.embedding_in = invertible(stream, d_x);
            experiment.setting.embedding_out = invertible(stream, d_y);
        }
        let view = invertible(stream, first.inputs[0].len());
        if self.other_target && number == 1 {
            // The first output only: the same labels in other proportions.
            for column in 0..experiment.setting.target.ncols() {
                experiment.setting.target[(0, column)] *= 8;
            }
        }
        experiment.setting = seen_through(&experiment.setting, &view);
        let minimum = experiment.global_minimum(stream);
        let frames = orthonormal_frames(stream, &experiment.hidden, experiment.rank);
        Viewer { experiment, view, frames, minimum }
    }
}

impl Draws for Alignment {
    type Instance = Instance;

    fn draw(&self, draw: &mut Draw) -> Result<Instance, Unjudged> {
        let stream = &mut draw.own();
        let wanted = Wanted { least_rank: self.least_rank, depth: (2, 4), embeddings: true, conditioned: false };
        let first = Experiment::draw(stream, wanted);
        Ok(Instance { viewers: (0..3).map(|number| self.viewer(stream, &first, number)).collect() })
    }
}

impl<T: Decomposable> In<T> for Alignment {
    fn relations(&self, instance: &Instance) -> Result<Vec<Relation<T>>, Unjudged> {
        let mut layers = Vec::new();
        for (number, Viewer { experiment, view, frames, minimum }) in instance.viewers.iter().enumerate() {
            let factors =
                if self.random { carried(minimum) } else { closed_form(&experiment.setting, experiment.rank, frames)? };
            let mut inputs = carry::<T>(&experiment.input_columns());
            if self.view {
                inputs = product(&carry::<T>(view), &inputs);
            }
            let representations = factors.representations(&experiment.setting.carry(), &inputs);
            for (layer, representation) in representations.into_iter().enumerate() {
                layers.push((format!("network {}, layer {}", number + 1, layer + 1), representation));
            }
        }
        let mut relations = Vec::new();
        for (place, (name, representation)) in layers.iter().enumerate() {
            for (other, beside) in &layers[..place] {
                relations.push(Relation::equality(
                    ("Gram matrices", format!("{name}; {other}")),
                    vec![Term::vector("K / |K|", normalised_gram(representation).as_slice().to_vec())],
                    vec![Term::vector("K' / |K'|", normalised_gram(beside).as_slice().to_vec())],
                ));
                let centred = |h: &DMatrix<T>| alignment::gram(&alignment::centred(h));
                relations.push(Relation::equality(
                    ("CKA", format!("{name}; {other}")),
                    vec![Term::scalar("CKA", alignment::kernel_alignment(&centred(representation), &centred(beside)))],
                    vec![Term::scalar("1", T::one())],
                ));
            }
        }
        Ok(relations)
    }
}
