//! `platonic/alignment`

use super::experiment::{Experiment, Wanted, invertible};
use super::lower_bound::{carry, orthonormal_frames};
use super::{HYPOTHESIS, PAPER, PERFECT};
use crate::claim::{Case, Claim, Control, Entry, Evidence, Examination, Relation, Settings, Stream, Term};
use crate::claims::decomposed::{self, Decomposed, Setback};
use crate::linalg::products::{norm, product};
use crate::linalg::{Decomposable, exact};
use crate::platonic::{Factors, Setting, alignment, entropic_minimiser};
use crate::scalar::Rational;
use nalgebra::DMatrix;

/// Networks that differ in everything represent inputs in one way.
pub struct Alignment;

static ENTRY: Entry = Entry {
    id: "platonic/alignment",
    title: "networks of any architecture, trained on any view, align",
    statement: "at the entropic minimisers of networks of any depths, widths and embeddings, each trained on a view z = Z x of its own, \
        c h(x_1)^T h(x_2) = h'(x_1)^T h'(x_2) for every hidden layer of one and every hidden layer of another; linear CKA is 1",
    hypotheses: &[
        "the setting of platonic/lower-bound, V not 0, D >= 2; the networks share V x + e, each Z is invertible",
        "the inputs come with their negatives; for CKA it is enough that V x is not the same for all of them",
        "three networks: all pairs of their hidden layers, the two of one network included",
        "the Gram matrices are compared as matrices; CKA is that of the representations with their means subtracted",
    ],
    evidence: &[Evidence::Converged],
    controls: &[
        Control { name: "random-minima", breaks: "random global minima, of rank 2 or more" },
        Control { name: "other-target", breaks: "a network trained on another target, of rank 2 or more" },
        Control { name: "without-view", breaks: "representations of x in a network trained on Z x, of rank 2 or more" },
    ],
    references: &[PAPER, PERFECT, HYPOTHESIS],
};

/// A network with its view of the inputs.
struct Viewer {
    experiment: Experiment,
    /// `Z`
    view: DMatrix<Rational>,
    frames: Vec<DMatrix<Rational>>,
    /// For a control, a random global minimum of this network.
    minimum: Factors<Rational>,
}

struct Instance {
    viewers: Vec<Viewer>,
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

impl Instance {
    fn draw(stream: &mut Stream, case: Case) -> Self {
        let least_rank = if case == Case::Law { 1 } else { 2 };
        let first =
            Experiment::draw(stream, Wanted { least_rank, depth: (2, 4), embeddings: true, conditioned: false });
        let viewer = |number: usize, stream: &mut Stream| {
            let mut experiment = first.clone();
            if number > 0 {
                let (d_x, d_y) = (first.inputs[0].len(), first.noises[0].len());
                experiment.hidden = (0..1 + stream.below(4)).map(|_| first.rank + stream.below(3)).collect();
                experiment.setting.embedding_in = invertible(stream, d_x);
                experiment.setting.embedding_out = invertible(stream, d_y);
            }
            let view = invertible(stream, first.inputs[0].len());
            if case.is_control(&ENTRY, "other-target") && number == 1 {
                // Twice the first output only: the same labels in other proportions.
                for column in 0..experiment.setting.target.ncols() {
                    experiment.setting.target[(0, column)] *= 8;
                }
            }
            experiment.setting = seen_through(&experiment.setting, &view);
            let minimum = experiment.global_minimum(stream);
            let frames = orthonormal_frames(stream, &experiment.hidden, experiment.rank);
            Viewer { experiment, view, frames, minimum }
        };
        Instance { viewers: (0..3).map(|number| viewer(number, stream)).collect() }
    }
}

impl Decomposed for Instance {
    fn describe(&self) -> String {
        self.viewers.iter().map(|viewer| viewer.experiment.describe()).collect::<Vec<_>>().join("; ")
    }

    fn relations<T: Decomposable>(&self, case: Case) -> Result<Vec<Relation<T>>, Setback> {
        let mut layers = Vec::new();
        for (number, viewer) in self.viewers.iter().enumerate() {
            let setting: Setting<T> = viewer.experiment.setting.carry();
            let frames: Vec<DMatrix<T>> = viewer.frames.iter().map(carry).collect();
            let factors = if case.is_control(&ENTRY, "random-minima") {
                Factors(viewer.minimum.0.iter().map(carry::<T>).collect())
            } else {
                entropic_minimiser(&setting, viewer.experiment.rank, &frames)?
            };
            let mut inputs = carry::<T>(&viewer.experiment.input_columns());
            if !case.is_control(&ENTRY, "without-view") {
                inputs = product(&carry::<T>(&viewer.view), &inputs);
            }
            for (layer, representation) in factors.representations(&setting, &inputs).into_iter().enumerate() {
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

impl Claim for Alignment {
    fn entry(&self) -> &'static Entry {
        &ENTRY
    }

    fn examine(&self, settings: &Settings, case: Case, index: u64) -> Examination {
        let mut stream = Stream::new(&[ENTRY.id, case.name(&ENTRY)], settings.seed, index);
        decomposed::examine(&Instance::draw(&mut stream, case), settings, case)
    }
}
