//! `noether/conservation-count`: how many quantities gradient flow conserves.
//!
//! ```text
//! n - dim Lie(g_z) = sum of r(r+1)/2 where s >= r + sum of s(2r+1-s)/2 where s < r      over the hidden layers of a linear network
//!                  = the number of hidden neurons of a ReLU network
//! ```
//!
//! `n` parameters, `Lie(g_z)` the Lie algebra of the gradient fields of the samples at a point, `r` the width of a layer, `s` those of its two
//! neighbours together. What is conserved is at most the left side, and at least the rank of the gradients of the charges that are known: both are
//! compared with the right side. Source: [`CONSERVATION_LAWS`].

use super::CONSERVATION_LAWS;
use super::counted::{Counted, layout, neighbours};
use super::counted_networks::{Flaw, Networks};
use crate::data::DataSet;
use crate::model::{Carrier, Network};
use crate::scalar::{Field, HyperDual, Residue};
use crate::symmetry::{GradientFields, independent_charges, is_linear, symmetric_generators};
use crate::verify::routes::Exact;
use crate::verify::{Claim, Class, Draw, Drawn, Draws, In, Relation, Stream, Term, Unjudged, all, control};

/// The count.
#[derive(Clone, Copy)]
struct Count {
    networks: Networks,
    /// Whether brackets of the fields count, or the fields alone.
    brackets: bool,
    formula: Formula,
}

/// The closed form for linear networks, and those of controls.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Formula {
    Closed,
    /// `r(r+1)/2` although `r > s`.
    OverWideToo,
    /// `r^2` in place of `r(r+1)/2`.
    AllGenerators,
}

const LAW: Count = Count { networks: Networks::OfLaw, brackets: true, formula: Formula::Closed };

/// `noether/conservation-count`
pub static CLAIM: Claim = Claim {
    id: "noether/conservation-count",
    title: "how many quantities gradient flow conserves",
    statement: "n - dim Lie(g_z) = sum over the hidden layers of a linear network, r wide between neighbours whose widths add \
                up to s, of r(r+1)/2 if s >= r, else s(2r+1-s)/2; = the number of hidden neurons of a ReLU network",
    hypotheses: &[
        "conserved by the flow of every weighted mean of the samples, near almost every theta; squared error",
        "with one hidden layer the count is proven for all widths; with two or three it is shown network by network, and nothing is claimed of the others",
        "inputs and targets span their spaces, for ReLU on each activation pattern",
        "linear: biases add 1 to s; without, no two or more hidden layers, all of width at least 2, lie between two layers of \
         width 1",
        "ReLU, up to three hidden layers: link two neighbours of a neuron if some sample activates all three, of two neurons \
         of a layer if it activates all four (inputs, outputs and biases are always active, and a pattern counts only if every hidden layer has an active neuron); then all neighbours of a neuron \
         are linked, and each linked part of two neurons' neighbours has one that is active with only one of the two",
        "ReLU without biases: no two layers of width 1 have one or more layers between them that are all wider",
        "ranks are computed modulo 2^61 - 1 at one point: where they add up to n, they are proven at almost every point; \
         a ReLU network at none of 200 of whose points the patterns tell the neurons apart is left out",
    ],
    references: &[CONSERVATION_LAWS],
    builds_on: &["noether/gradient-flow"],
    law: &[all(&Exact(LAW))],
    controls: &[
        control(
            "scalar-segment",
            "hidden layers between two layers of width 1, as in 1-2-2-1 or 2-1-3-2-1",
            &Exact(Count { networks: Networks::ScalarSegment, ..LAW }),
        ),
        control(
            "inputs-in-a-hyperplane",
            "the last coordinate of every input is 0",
            &Exact(Count { networks: Networks::InputsInAHyperplane, ..LAW }),
        ),
        control(
            "without-brackets",
            "the codimension of the span of the gradients alone",
            &Exact(Count { networks: Networks::Broad, brackets: false, ..LAW }),
        ),
        control(
            "over-wide",
            "r(r+1)/2 although r > s",
            &Exact(Count { networks: Networks::OverWide, formula: Formula::OverWideToo, ..LAW }),
        ),
        control(
            "all-generators",
            "r^2, one quantity for each generator of GL(r), in place of r(r+1)/2",
            &Exact(Count { networks: Networks::Broad, formula: Formula::AllGenerators, ..LAW }),
        ),
        control(
            "dead-neuron",
            "ReLU with a neuron that is active on no sample",
            &Exact(Count { networks: Networks::Flawed(Flaw::DeadNeuron), ..LAW }),
        ),
        control(
            "shared-pattern",
            "ReLU with two neurons of one layer that are active on the same samples",
            &Exact(Count { networks: Networks::Flawed(Flaw::SharedPattern), ..LAW }),
        ),
        control(
            "dead-connection",
            "ReLU with two neurons of adjacent layers that are never both active",
            &Exact(Count { networks: Networks::Flawed(Flaw::DeadConnection), ..LAW }),
        ),
        control(
            "split-neuron",
            "ReLU with a neuron that is active with some of its neighbours or with the others, never with both",
            &Exact(Count { networks: Networks::Flawed(Flaw::SplitNeuron), ..LAW }),
        ),
        control(
            "behind-width-one",
            "ReLU behind a hidden layer of width 1, which leaves one activation pattern",
            &Exact(Count { networks: Networks::BehindWidthOne, ..LAW }),
        ),
    ],
};

/// A network at a point with what was counted there, if there is such a point.
struct Instance(Result<Spanned, Unjudged>);

struct Spanned {
    counted: Counted,
    /// The dimensions of the spans of brackets of at most 1, 2, 3, ... gradient fields, modulo the prime.
    growth: Vec<usize>,
    /// How many of the charges that are known are independent.
    charges: usize,
}

impl Spanned {
    fn new(counted: Counted, coefficients: &mut Stream) -> Self {
        let model = HyperDual::<Residue>::model(&counted.network).expect("the network is algebraic");
        let data = DataSet::new(counted.samples.clone()).carry();
        let fields = GradientFields::new(&*model, data.samples());
        let theta: Vec<Residue> = counted.theta.iter().map(Residue::from_rational).collect();
        let growth = fields.growth(&theta, || Residue::new(coefficients.bits()));
        let charges = independent_charges(&symmetric_generators(&counted.network), &theta);
        Spanned { counted, growth, charges }
    }
}

impl Drawn for Instance {
    fn class(&self) -> Class {
        self.0.as_ref().map_or(Class::Awkward, |spanned| spanned.counted.class)
    }
    fn is_algebraic(&self) -> bool {
        true
    }
    fn describe(&self) -> String {
        self.0.as_ref().map_or_else(|_| "relu mlp".to_owned(), |spanned| spanned.counted.describe())
    }
    fn notes(&self) -> Vec<String> {
        let note = |Spanned { growth, .. }: &Spanned| {
            format!("brackets of at most 1, 2, ... fields span {growth:?} dimensions")
        };
        self.0.iter().map(note).collect()
    }
}

impl Draws for Count {
    type Instance = Instance;

    fn draw(&self, draw: &mut Draw) -> Result<Instance, Unjudged> {
        let mut coefficients = draw.stream("coefficients", draw.index);
        Ok(Instance(self.networks.draw(draw).map(|counted| Spanned::new(counted, &mut coefficients))))
    }
}

impl Count {
    /// The terms of the closed form.
    fn closed_form<T: Field>(&self, network: &Network) -> Vec<Term<T>> {
        let layout = layout(network);
        if !is_linear(network) {
            return vec![Term::scalar("hidden ReLU neurons", number(layout.hidden_neurons()))];
        }
        let (mut narrow, mut wide) = (0, 0);
        for layer in 1..layout.depth() {
            let (r, s) = (layout.widths()[layer], neighbours(layout.widths(), layout.has_bias(), layer));
            match self.formula {
                Formula::AllGenerators => narrow += r * r,
                formula if s >= r || formula == Formula::OverWideToo => narrow += r * (r + 1) / 2,
                _ => wide += s * (2 * r + 1 - s) / 2,
            }
        }
        vec![
            Term::scalar("sum of r(r+1)/2 where s >= r", number(narrow)),
            Term::scalar("sum of s(2r+1-s)/2 where s < r", number(wide)),
        ]
    }
}

fn number<T: Field>(count: usize) -> T {
    T::integer(count as i64)
}

impl<T: Field> In<T> for Count {
    fn relations(&self, instance: &Instance) -> Result<Vec<Relation<T>>, Unjudged> {
        let Spanned { counted, growth, charges } = instance.0.as_ref().map_err(Clone::clone)?;
        let dimension = growth[if self.brackets { growth.len() - 1 } else { 0 }];
        let codimension =
            vec![Term::scalar("n", number(counted.theta.len())), Term::scalar("-dim Lie", -number::<T>(dimension))];
        let known = vec![Term::scalar("independent charges", number(*charges))];
        let formula = || self.closed_form(&counted.network);
        Ok(vec![
            Relation::equality("at most: codimension of the Lie algebra", codimension, formula()),
            Relation::equality("at least: rank of the charges' gradients", known, formula()),
        ])
    }
}
