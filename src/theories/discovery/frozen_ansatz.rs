//! `discovery/frozen-ansatz`: what is lost if a correction is fitted to the residual of a frozen ansatz.
//!
//! ```text
//! y fitted on X1, the residual on X2 with the coefficients g:
//! loss in two stages = loss of the joint fit + h^T (X1^T M2 X1)^-1 h,   h = X1^T X2 g,  M2 = 1 - X2 (X2^T X2)^-1 X2^T
//! ```
//!
//! Losses are residual sums of squares. Source: the procedure is that of [`STAGES`]; the algebra is that of [`FRISCH_WAUGH`].

use super::two_stages::{Design, Stages, column, loss, product, residual};
use super::{FRISCH_WAUGH, STAGES};
use crate::linalg::exact;
use crate::scalar::{Field, Rational};
use crate::theories::carried::carried;
use crate::verify::{
    Claim, Draw, Draws, EVERY_GAP, Exact, In, Independent, Relation, Stream, Term, Unjudged, all, control,
};
use nalgebra::{DMatrix, DVector};
use num_traits::Zero;

/// The loss of a fit in two stages.
#[derive(Clone, Copy)]
pub(super) struct FrozenAnsatz {
    gap: Gap,
    /// Whether the ansatz is fitted once more, to what the correction leaves.
    is_refitted: bool,
}

#[derive(Clone, Copy, PartialEq)]
enum Gap {
    Law,
    /// None.
    Nothing,
    /// `h^T (X1^T X1)^-1 h`
    WithoutProjector,
}

/// The law.
pub(super) const LAW: FrozenAnsatz = FrozenAnsatz { gap: Gap::Law, is_refitted: false };

/// `discovery/frozen-ansatz`
pub static CLAIM: Claim = Claim {
    id: "discovery/frozen-ansatz",
    title: "what a frozen ansatz costs",
    statement: "y fitted on X1, and the residual on X2 with the coefficients g: the residual sum of squares exceeds that of the joint fit on [X1 X2] by exactly h^T (X1^T M2 X1)^-1 h, \
        h = X1^T X2 g, M2 the projector off X2; so nothing is lost if and only if the correction found is orthogonal, on the data, to the terms of the ansatz",
    hypotheses: &[
        "least squares, linear in the coefficients; [X1 X2] has full column rank, tested on the designs drawn",
        "two-stage residual e: X2^T e = 0 and X1^T e = -h, so that fitting the ansatz once more lowers the loss by h^T (X1^T X1)^-1 h",
        "checked on eight samples of integers, and with corrections orthogonal to the ansatz: projected off it, and even against odd columns, \
            as position and velocity are if sampled uniformly from a turning point over whole periods of a conservative orbit",
    ],
    references: &[STAGES, FRISCH_WAUGH],
    builds_on: &[],
    law: &[all(&Independent(Exact(LAW)))],
    controls: &[
        control(
            "no-gap",
            "the two-stage fit taken for the joint one, where h is not 0",
            &Independent(Exact(FrozenAnsatz { gap: Gap::Nothing, ..LAW })),
        ),
        control(
            "without-projector",
            "h^T (X1^T X1)^-1 h for the gap, which is strictly smaller",
            &Independent(Exact(FrozenAnsatz { gap: Gap::WithoutProjector, ..LAW })),
        ),
        control(
            "refitted",
            "the ansatz fitted once more after the correction: the loss falls",
            &Independent(Exact(FrozenAnsatz { is_refitted: true, ..LAW })),
        ),
    ],
};

const SAMPLES: usize = 8;

impl FrozenAnsatz {
    fn design(stream: &mut Stream, kind: u64) -> Design {
        let (first, second) = (1 + stream.below(3), 1 + stream.below(2));
        let mut integers =
            |columns: usize| DMatrix::from_fn(SAMPLES, columns, |_, _| Rational::from(stream.integer(-4, 4)));
        let (mut ansatz, mut correction, labels) = (integers(first), integers(second), integers(1));
        if kind == 3 {
            // Under reversal of the samples the ansatz is even and the correction odd.
            let reversed = |matrix: &DMatrix<Rational>, sign: i64| {
                DMatrix::from_fn(SAMPLES, matrix.ncols(), |row, column| {
                    Rational::from(&matrix[(SAMPLES - 1 - row, column)] * sign) + &matrix[(row, column)]
                })
            };
            (ansatz, correction) = (reversed(&ansatz, 1), reversed(&correction, -1));
        }
        let what = ["generic", "generic", "orthogonal", "odd"][kind as usize];
        Design { ansatz, correction, labels: DVector::from_column_slice(labels.as_slice()), what }
    }
}

impl Draws for FrozenAnsatz {
    type Instance = Design;

    fn draw(&self, draw: &mut Draw) -> Result<Design, Unjudged> {
        let stream = &mut draw.own();
        let is_law = self.gap == Gap::Law && !self.is_refitted;
        let kind = if is_law { draw.index % 4 } else { 0 };
        loop {
            let mut design = FrozenAnsatz::design(stream, kind);
            let both: Vec<Rational> = design.ansatz.iter().chain(&design.correction).cloned().collect();
            let terms = design.ansatz.ncols() + design.correction.ncols();
            if exact::rank(&DMatrix::from_vec(SAMPLES, terms, both)) < terms {
                continue;
            }
            if kind == 2 {
                design.correction = residual(&design.ansatz, &design.correction)?;
            }
            // Where the correction found is almost orthogonal to the ansatz, almost nothing is lost, and no control fails by much.
            let costs = design.costs()?;
            let least = costs.staged / 1024;
            if is_law || (costs.refit > least && costs.gap - costs.refit > least) {
                return Ok(design);
            }
        }
    }
}

impl<T: Field> In<T> for FrozenAnsatz {
    fn relations(&self, design: &Design) -> Result<Vec<Relation<T>>, Unjudged> {
        let Design { ansatz, correction, labels, .. } = design;
        let Stages { residual: left, overlap } = design.in_two_stages()?;
        let terms = ansatz.ncols() + correction.ncols();
        let both = DMatrix::from_vec(SAMPLES, terms, ansatz.iter().chain(correction).cloned().collect());
        let joint = loss(&residual(&both, &column(labels))?);
        let transposed = ansatz.transpose();
        let costs = design.costs()?;
        let gap = match self.gap {
            Gap::Law => costs.gap,
            Gap::Nothing => Rational::new(),
            Gap::WithoutProjector => costs.refit.clone(),
        };
        let again = residual(ansatz, &left)?;
        let staged = || Term::scalar("loss in two stages", loss(&left));
        let achieved = if self.is_refitted { Term::scalar("loss once refitted", loss(&again)) } else { staged() };
        let mut relations = vec![Relation::equality(
            "what is lost",
            vec![achieved],
            vec![Term::scalar("loss of the joint fit", joint.clone()), Term::scalar("h^T (X1^T M2 X1)^-1 h", gap)],
        )];
        let is_orthogonal = overlap.iter().all(Zero::is_zero);
        if self.gap == Gap::Nothing || is_orthogonal {
            relations.push(Relation::equality(
                "nothing is lost on an orthogonal correction",
                vec![staged()],
                vec![Term::scalar("loss of the joint fit", joint)],
            ));
        } else if !self.is_refitted {
            relations.push(
                Relation::less("the rest is lost", Term::scalar("loss of the joint fit", joint), staged())
                    .resolved_to(EVERY_GAP),
            );
        }
        relations.push(
            Relation::equality(
                "what the ansatz could still explain",
                vec![Term::vector("X1^T e", product(&transposed, &left).as_slice().to_vec())],
                vec![Term::vector("-h", overlap.iter().map(|entry| -entry.clone()).collect())],
            )
            .against(loss(&left)),
        );
        if self.gap == Gap::Law && !self.is_refitted {
            relations.push(Relation::equality(
                "the ansatz fitted once more",
                vec![staged()],
                vec![Term::scalar("loss once refitted", loss(&again)), Term::scalar("h^T (X1^T X1)^-1 h", costs.refit)],
            ));
        }
        Ok(carried(relations))
    }
}
