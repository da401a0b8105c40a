//! `noether/conservation-count`

use super::CONSERVATION_LAWS;
use super::counted::{self, Counted, layout, neighbours, until};
use super::patterns::Defect;
use crate::claim::{
    Case, Claim, Class, Control, Draw, Entry, Evidence, Examination, Outside, Relation, Scalar, Settings, Stream, Term,
};
use crate::data::DataSet;
use crate::model::{Carrier, Network};
use crate::scalar::{Field, HyperDual, Rational, Residue};
use crate::symmetry::{GradientFields, independent_charges, is_linear, symmetric_generators};

/// How many conserved quantities gradient flow has.
pub struct ConservationCount;

static ENTRY: Entry = Entry {
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
    evidence: &[Evidence::Exact],
    controls: &[
        Control {
            name: "scalar-segment",
            breaks: "hidden layers between two layers of width 1, as in 1-2-2-1 or 2-1-3-2-1",
        },
        Control { name: "inputs-in-a-hyperplane", breaks: "the last coordinate of every input is 0" },
        Control { name: "without-brackets", breaks: "the codimension of the span of the gradients alone" },
        Control { name: "over-wide", breaks: "r(r+1)/2 although r > s" },
        Control {
            name: "all-generators",
            breaks: "r^2, one quantity for each generator of GL(r), in place of r(r+1)/2",
        },
        Control { name: "dead-neuron", breaks: "ReLU with a neuron that is active on no sample" },
        Control {
            name: "shared-pattern",
            breaks: "ReLU with two neurons of one layer that are active on the same samples",
        },
        Control {
            name: "dead-connection",
            breaks: "ReLU with two neurons of adjacent layers that are never both active",
        },
        Control {
            name: "split-neuron",
            breaks: "ReLU with a neuron that is active with some of its neighbours or with the others, never with both",
        },
        Control {
            name: "behind-width-one",
            breaks: "ReLU behind a hidden layer of width 1, which leaves one activation pattern",
        },
    ],
    references: &[CONSERVATION_LAWS],
};

/// An instance of the law. Of every four families two are linear networks, with an over-wide layer and with another one,
/// and two are ReLU networks, with forced patterns and with those of its own point.
fn draw_law(draw: &mut Draw) -> Result<Counted, Outside> {
    match draw.family_number() % 4 {
        1 => {
            let network = counted::relu_network(&mut draw.family);
            Ok(Counted::with_forced_patterns(draw, network, None))
        }
        3 => {
            let network = counted::separating_relu_network(&mut draw.family);
            Counted::with_own_patterns(draw, network, <[Defect]>::is_empty)
        }
        number => {
            let fit = if number == 0 { counted::has_over_wide_layer } else { counted::has_other_layer };
            let network = until(|| counted::linear_network(&mut draw.family), fit);
            Ok(Counted::linear(draw, network))
        }
    }
}

fn draw(draw: &mut Draw) -> Result<Counted, Outside> {
    let case = draw.case;
    let is_control = |name: &str| case.is_control(&ENTRY, name);
    let stream = &mut draw.family;
    let network = match case {
        Case::Law => return draw_law(draw),
        _ if is_control("scalar-segment") => Network::deep_linear(&counted::around_scalar_segment(stream)),
        _ if is_control("inputs-in-a-hyperplane") => {
            until(|| counted::linear_network(stream), |network| network.input_len() > 1)
        }
        _ if is_control("over-wide") => until(|| counted::linear_network(stream), counted::has_over_wide_layer),
        _ if is_control("without-brackets") || is_control("all-generators") => {
            // Width 1 has neither rotations nor generators that are not symmetric.
            let widths: Vec<_> = (0..3 + stream.below(2)).map(|_| 2 + stream.below(2)).collect();
            Network::deep_linear(&widths)
        }
        _ if is_control("behind-width-one") => {
            let widths = [2 + stream.below(2), 1, 2 + stream.below(2), 1 + stream.below(2)];
            let network = counted::relu(&widths, false);
            return Counted::with_own_patterns(draw, network, |defects| !defects.is_empty());
        }
        _ => {
            let splits = is_control("split-neuron");
            // Three hidden layers without biases, as a bias links all neighbours of its neuron.
            let widths: Vec<_> = (0..if splits { 5 } else { 4 }).map(|_| 2 + stream.below(2)).collect();
            let network = counted::relu(&widths, !splits && stream.coin());
            let defect = match case {
                _ if splits => Defect::SplitNeuron(1, stream.below(widths[2])),
                _ if is_control("dead-connection") => {
                    Defect::DeadConnection(0, stream.below(widths[1]), stream.below(widths[2]))
                }
                _ => {
                    let layer = stream.below(2);
                    let last = widths[layer + 1] - 1;
                    if is_control("dead-neuron") {
                        Defect::DeadNeuron(layer, stream.below(last + 1))
                    } else {
                        Defect::SharedPattern(layer, stream.below(last), last)
                    }
                }
            };
            return Ok(Counted::with_forced_patterns(draw, network, Some(defect)));
        }
    };
    let mut counted = Counted::linear(draw, network);
    if is_control("inputs-in-a-hyperplane") {
        for last in counted.samples.iter_mut().filter_map(|sample| sample.input.last_mut()) {
            *last = Rational::new();
        }
    }
    Ok(counted)
}

/// The terms of the closed form.
fn closed_form(network: &Network, case: Case) -> Vec<Term<Rational>> {
    let layout = layout(network);
    if !is_linear(network) {
        return vec![Term::scalar("hidden ReLU neurons", Rational::from(layout.hidden_neurons()))];
    }
    let over_wide_too = case.is_control(&ENTRY, "over-wide");
    let (mut narrow, mut wide) = (0, 0);
    for layer in 1..layout.depth() {
        let (r, s) = (layout.widths()[layer], neighbours(layout.widths(), layout.has_bias(), layer));
        if case.is_control(&ENTRY, "all-generators") {
            narrow += r * r;
        } else if s >= r || over_wide_too {
            narrow += r * (r + 1) / 2;
        } else {
            wide += s * (2 * r + 1 - s) / 2;
        }
    }
    vec![
        Term::scalar("sum of r(r+1)/2 where s >= r", Rational::from(narrow)),
        Term::scalar("sum of s(2r+1-s)/2 where s < r", Rational::from(wide)),
    ]
}

/// The dimensions of the spans of brackets of at most 1, 2, 3, ... gradient fields, modulo the prime.
fn growth(counted: &Counted, coefficients: &mut Stream) -> Vec<usize> {
    let model = HyperDual::<Residue>::model(&counted.network).expect("the network is algebraic");
    let data = DataSet::new(counted.samples.clone()).carry();
    let fields = GradientFields::new(&*model, data.samples());
    fields.growth(&residues(&counted.theta), || Residue::new(coefficients.bits()))
}

fn residues(numbers: &[Rational]) -> Vec<Residue> {
    numbers.iter().map(Residue::from_rational).collect()
}

/// The number of conserved quantities is at most `n - dim Lie` and at least the rank of the charges' gradients, and both are
/// what the closed form says.
fn relations(counted: &Counted, case: Case, growth: &[usize]) -> Vec<Relation<Rational>> {
    let without_brackets = case.is_control(&ENTRY, "without-brackets");
    let dimension = if without_brackets { growth[0] } else { growth[growth.len() - 1] };
    let charges = independent_charges(&symmetric_generators(&counted.network), &residues(&counted.theta));
    let codimension = vec![
        Term::scalar("n", Rational::from(counted.theta.len())),
        Term::scalar("-dim Lie", -Rational::from(dimension)),
    ];
    let known = vec![Term::scalar("independent charges", Rational::from(charges))];
    let formula = || closed_form(&counted.network, case);
    vec![
        Relation::equality("at most: codimension of the Lie algebra", codimension, formula()),
        Relation::equality("at least: rank of the charges' gradients", known, formula()),
    ]
}

impl Claim for ConservationCount {
    fn entry(&self) -> &'static Entry {
        &ENTRY
    }

    fn examine(&self, settings: &Settings, case: Case, index: u64) -> Examination {
        let counted = match draw(&mut Draw::new(&ENTRY, settings.seed, case, index)) {
            Ok(counted) => counted,
            Err(Outside(reason)) => {
                let mut examination = Examination::of(Class::Awkward, "relu mlp".to_owned());
                examination.excluded = Some(reason);
                return examination;
            }
        };
        let mut coefficients = Stream::new(&[ENTRY.id, case.name(&ENTRY), "coefficients"], settings.seed, index);
        let growth = growth(&counted, &mut coefficients);
        let mut finding = settings.judge(Scalar::Rational, relations(&counted, case, &growth), case);
        if settings.verbose {
            finding.details.push(format!("brackets of at most 1, 2, ... fields span {growth:?} dimensions"));
        }
        let mut examination = Examination::of(counted.class, counted.describe());
        examination.findings.push(finding);
        examination
    }
}
