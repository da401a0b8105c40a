//! `sharpness/both-signs` and `sharpness/deep`

use super::commuting::Commuting;
use super::instance::{Instance, Sizes, columns, invertible, isotropic_noise, wide_inputs};
use super::settled::{Settled, excess};
use super::vanishing::{Beside, Growth, Shape, Vanishing};
use super::{BALANCED, PAPER, examined};
use crate::claim::theorem::Settings;
use crate::claim::{Analytic, Case, Claim, Control, Draw, Entry, Evidence, Examination, Relation, Stream};
use crate::claims::decomposed::{self, Decomposed, Setback};
use crate::linalg::Decomposable;
use crate::model::Carrier;

/// The entropic minimum against the one that gradient flow reaches.
pub struct Comparison {
    entry: &'static Entry,
    /// Whether it speaks of more than two layers.
    deep: bool,
}

/// For two layers.
pub static BOTH_SIGNS: Comparison = Comparison { entry: &BOTH_SIGNS_ENTRY, deep: false };
/// For more.
pub static DEEP: Comparison = Comparison { entry: &DEEP_ENTRY, deep: true };

const HYPOTHESES: [&str; 5] = [
    "f(x) = M_O W_D ... W_1 M_I x with fixed invertible M_I, M_O; hidden widths at least rank V; l = |f(x) - y|^2; y = V x + e with e of \
     mean 0 and independent of x; Sx = E[x x^T] and Se = E[e e^T] positive definite; V not 0",
    "H_ent, H_flow and H_flat are tr Hess L at the entropic minimum, at the global minimum in which the flow ends from balanced weights, \
     W_{i+1}^T W_{i+1} = W_i W_i^T (infinitesimal ones, for instance), and at a flattest one; kappa is the largest eigenvalue of Se over its least",
    "a_0 = |M_O|^2, b = tr(M_I Sx M_I^T); O = U W^T where M_O^-1 V M_I^-1 = U diag(s) W^T and U, W have as many columns as the rank of V; \
     X_1 = M_I and X_i = diag(s)^((i-1)/D) W^T M_I; a = tr(Se M_O M_O^T), n the nuclear norm of Se^(1/2) V Sx^(1/2)",
    "for the last part two outputs or more; Se = S_0 + epsilon v v^T with S_0 positive semidefinite of kernel span(v), v in the column space of V; \
     H_ent > omega epsilon^(-1/p) for p = 2 or, for rank 1, p = D, asymptotically equal",
    "omega = 2 (D-1) (a* b)^(1/D) n*^((D-2)/D) m, or 2 (D-1) (a* b)^(1/D) m^(2(D-1)/D) for rank 1, with |v| = 1, a* = tr(S_0 M_O M_O^T), \
     b = tr(M_I Sx M_I^T), n* the nuclear norm of S_0^(1/2) V Sx^(1/2), 1/m^2 = v^T (V Sx V^T)^+ v",
];

const SHARED_CONTROLS: [Control; 5] = [
    Control {
        name: "sharper-under-isotropic-noise",
        breaks: "the entropic minimum is the sharper one for isotropic noise",
    },
    Control {
        name: "flatter-under-strong-anisotropy",
        breaks: "the entropic minimum is the flatter one for strongly anisotropic noise",
    },
    Control { name: "unbalanced", breaks: "a start with the first layer larger than the second" },
    Control { name: "exceptional", breaks: "strictly flatter for isotropic noise, in an exceptional setting" },
    Control { name: "inverse-growth", breaks: "growth like 1/epsilon as the noise vanishes" },
];

static BOTH_SIGNS_ENTRY: Entry = Entry {
    id: "sharpness/both-signs",
    title: "the entropic force flattens or sharpens, depending on the noise",
    statement: "two layers: for isotropic noise the entropic minimum is flatter than the minimum that gradient flow reaches from small balanced \
                weights, H_ent < H_flow, unless O M_I Sx M_I^T O^T = (b/a_0) O O^T M_O^T M_O O O^T: then, and only then, H_ent = H_flow; for any noise \
                H_ent <= kappa H_flat; and there are noises for which it is sharper: as the noise along a direction of the column space of V \
                vanishes, H_ent/H_flow grows like epsilon^(-1/2)",
    hypotheses: &HYPOTHESES,
    evidence: &[Evidence::Enclosed, Evidence::Converged, Evidence::Order],
    controls: &SHARED_CONTROLS,
    references: &[PAPER, BALANCED],
};

static DEEP_ENTRY: Entry = Entry {
    id: "sharpness/deep",
    title: "the same comparison for deeper networks",
    statement: "three layers or more: for isotropic noise the entropic minimum is flatter than the minimum that gradient flow reaches from small \
                balanced weights, H_ent < H_flow, unless V and O are square and invertible, all s are equal and \
                O M_I Sx M_I^T O^T = (b/a_0) M_O^T M_O: then, and only then, H_ent = H_flow; for any noise H_ent <= kappa H_flat; and there are noises \
                for which it is sharper: as the noise along a direction of the column space of V vanishes, H_ent/H_flow grows like epsilon^(-1/2) if \
                rank V >= 2 and like epsilon^(-1/D) if rank V = 1",
    hypotheses: &HYPOTHESES,
    evidence: &[Evidence::Enclosed, Evidence::Converged, Evidence::Order],
    controls: &[
        SHARED_CONTROLS[0],
        SHARED_CONTROLS[1],
        SHARED_CONTROLS[2],
        SHARED_CONTROLS[3],
        SHARED_CONTROLS[4],
        Control { name: "growth-of-rank-two", breaks: "growth like epsilon^(-1/2) for rank 1" },
        Control {
            name: "shallow-exponents",
            breaks: "the sharpness of the balanced minimum with the exponents of two layers",
        },
    ],
    references: &[PAPER, BALANCED],
};

impl Comparison {
    fn depth(&self, stream: &mut Stream) -> usize {
        if self.deep { 3 + stream.below(3) } else { 2 }
    }

    /// A setting with isotropic noise; not one input and one output, which are exceptional.
    fn draw_generic(&self, stream: &mut Stream) -> Instance {
        let (d_x, d_y) = loop {
            let sizes = (1 + stream.below(3), 1 + stream.below(3));
            if sizes != (1, 1) {
                break sizes;
            }
        };
        let sizes =
            Sizes { inputs: d_x, outputs: d_y, rank: 1 + stream.below(d_x.min(d_y)), depth: self.depth(stream) };
        let inputs = if stream.coin() { wide_inputs(stream, d_x) } else { columns(&invertible(stream, d_x)) };
        let noises = isotropic_noise(stream, d_y);
        Instance::draw(stream, &sizes, inputs, noises)
    }

    fn draw_vanishing(&self, stream: &mut Stream, case: Case) -> Vanishing {
        let most_rank = if case.is_control(self.entry, "growth-of-rank-two") { 1 } else { 3 };
        let shape = Shape { inside: true, depth: self.depth(stream), least_rank: 1, most_rank };
        Vanishing::draw(stream, &shape, case)
    }

    fn draw_settled(&self, stream: &mut Stream, case: Case, exceptional: bool) -> Settled {
        let is = |name: &str| case.is_control(self.entry, name);
        loop {
            let instance = if exceptional {
                let depth = self.depth(stream);
                Instance::exceptional(stream, depth)
            } else {
                self.draw_generic(stream)
            };
            // Nearly exceptional settings are left to the law.
            let equal = |instance: &Instance| excess(instance).is_ok_and(|excess| excess < 2.0_f64.powi(-8));
            if is("sharper-under-isotropic-noise") && equal(&instance) {
                continue;
            }
            let settled = Settled::new(self.entry, stream, instance, exceptional);
            if is("shallow-exponents") && !settled.tells_the_depth() {
                continue;
            }
            break settled;
        }
    }
}

/// Noise for which the entropic minimum is sharper, called flatter.
struct Flatter(Vanishing);

impl Decomposed for Flatter {
    fn describe(&self) -> String {
        self.0.describe()
    }

    fn relations<T: Decomposable + Carrier>(&self, _case: Case) -> Result<Vec<Relation<T>>, Setback> {
        Ok(self.0.flatter()?)
    }
}

impl Claim for Comparison {
    fn entry(&self) -> &'static Entry {
        self.entry
    }

    fn examine(&self, settings: &Settings, case: Case, index: u64) -> Examination {
        let draw = Draw::new(self.entry, settings.seed, case, index);
        let family = draw.family_number();
        let mut stream = draw.point;
        let is = |name: &str| case.is_control(self.entry, name);
        let order = |stream: &mut Stream, growth: Growth| {
            let vanishing = self.draw_vanishing(stream, case);
            examined(vanishing.describe(), vanishing.order(settings, case, Beside::Balanced, growth))
        };
        match (case, family % 4) {
            (Case::Law, 1) => order(&mut stream, Growth::Root),
            (Case::Law, 2) => {
                let commuting = Analytic(Commuting { entry: self.entry, deep: self.deep });
                let mut examination = commuting.examine(settings, case, index);
                examination.is_independent = true;
                examination
            }
            (Case::Law, turn) => {
                let settled = self.draw_settled(&mut stream, case, turn == 3);
                decomposed::examine(&settled, settings, case)
            }
            _ if is("inverse-growth") => order(&mut stream, Growth::Inverse),
            _ if is("growth-of-rank-two") => order(&mut stream, Growth::SquareRoot),
            _ if is("flatter-under-strong-anisotropy") => {
                let vanishing = self.draw_vanishing(&mut stream, case);
                let description = vanishing.describe();
                match vanishing.sharper() {
                    Ok(sharper) => decomposed::examine(&Flatter(sharper), settings, case),
                    Err(error) => examined(description, Err(error)),
                }
            }
            _ => {
                let settled = self.draw_settled(&mut stream, case, is("exceptional"));
                decomposed::examine(&settled, settings, case)
            }
        }
    }
}
