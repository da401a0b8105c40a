//! A law on a checkpoint: what it reads, of all members and of each, and whether its symmetry is one of the network.

use super::contribution::Contribution;
use super::fitted::Fitted;
use super::generators;
use super::law::{Form, Law};
use super::matrices::Matrices;
use super::reading::Reading;
use super::sums::sum;
pub use super::symmetry::{Reason, Status};
use super::tally::Tally;

/// A law on a checkpoint.
#[derive(Clone, Debug)]
pub struct Balance {
    /// The law.
    pub law: Law,
    /// Members of each group; of a matrix law 1.
    pub width: usize,
    /// All members together: the law of the sum of the generators.
    pub total: Reading,
    /// The members, group by group.
    pub members: Vec<Reading>,
    /// Whether the symmetry is one of this network.
    pub status: Status,
    /// The binary digits of the numbers given, by the narrowest type among them.
    pub digits: u32,
    /// The cancellation up to which it is, of the member of which that is largest.
    pub limit: f64,
    /// The overlap up to which an epsilon in norms may be its reason; 0 if the law is exact without one.
    pub allowed: f64,
    /// The least epsilon in norms that would explain the overlaps of a law that is not a symmetry, if one would.
    pub needed_epsilon: Option<f64>,
    /// Of a law that is not a symmetry, the decay `lambda theta` inside the gradients that makes its overlaps what they are, if one does.
    pub hidden_decay: Option<f64>,
    /// Tensors of the law whose gradients vanish.
    pub still: Vec<String>,
    /// Whether a matrix of the law has as many rows as columns, so that nobody sees if it is transposed.
    pub square: bool,
    /// Whether only some generators of a matrix law were looked at.
    pub sampled: bool,
}

/// How the sizes of the members' imbalances are distributed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    /// Members whose terms do not all vanish.
    pub count: usize,
    /// The median.
    pub median: f64,
    /// The largest.
    pub worst: f64,
    /// Whose it is.
    pub worst_member: usize,
}

impl Balance {
    /// `current` says that the gradients are those at the parameters given.
    pub(super) fn new(fitted: &Fitted<'_>, parts: Vec<(usize, Contribution)>, rate: f64, current: bool) -> Self {
        let law = fitted.law.clone();
        let vanishes =
            |part: &Contribution| !part.gradient.is_empty() && part.gradient.iter().all(|square| *square == 0.0);
        let still = parts.iter().filter(|(_, part)| vanishes(part)).map(|(block, _)| law.blocks[*block].tensor.clone());
        let still: Vec<String> = still.collect();
        let first =
            parts.iter().find(|(block, _)| *block == 0).map_or(0.0, |(_, part)| sum(part.parameters.iter().copied()));
        let read = law.inexact.map(|inexact| (inexact, first / inexact.entries.max(1) as f64));
        let parts: Vec<(f64, Contribution)> =
            parts.into_iter().map(|(block, part)| (law.blocks[block].coefficient, part)).collect();
        let digits = parts.iter().map(|(_, part)| part.digits).min().unwrap_or(53);
        let (width, total, members, hidden_decay) = match law.form {
            Form::Rescaling => {
                let tally = Tally::new(&parts, fitted.members(), digits);
                let members = (0..fitted.members()).map(|member| tally.reading(member..member + 1, rate)).collect();
                (fitted.width, tally.reading(0..fitted.members(), rate), members, tally.hidden_decay())
            }
            Form::Matrix => {
                let matrices = Matrices::new(&parts, fitted, digits);
                let members = (0..law.groups).map(|group| matrices.reading(group..group + 1, rate)).collect();
                (1, matrices.reading(0..law.groups, rate), members, matrices.hidden_decay())
            }
        };
        let mut balance = Balance {
            sampled: law.form == Form::Matrix && fitted.width > generators::ALL_UP_TO,
            law,
            width,
            total,
            members,
            status: Status::Unchecked(Reason::NoGradients),
            digits,
            limit: (-0.5 * f64::from(digits)).exp2(),
            allowed: read.map_or(0.0, |(inexact, m)| inexact.allowed(m)),
            needed_epsilon: None,
            hidden_decay: None,
            still,
            square: fitted.square,
        };
        if current {
            balance.limit = balance.members.iter().filter_map(|member| member.limit).fold(balance.limit, f64::max);
            balance.status = balance.judged();
        }
        if balance.status == Status::NotASymmetry {
            balance.hidden_decay = hidden_decay;
            let overlaps = balance.members.iter().filter(|member| member.is_more_than_rounding());
            let overlap = overlaps.filter_map(|member| member.overlap).max_by(f64::total_cmp);
            balance.needed_epsilon = read.zip(overlap).and_then(|((inexact, m), overlap)| inexact.needed(m, overlap));
        }
        balance
    }

    /// Whether all numbers are within the range of f64.
    pub(super) fn is_finite(&self) -> bool {
        self.members.iter().chain([&self.total]).all(Reading::is_finite)
    }

    /// The member whose cancellation is the largest beside its limit, if the law is not a symmetry.
    pub fn failing(&self) -> Option<(usize, &Reading)> {
        let members = self.members.iter().enumerate().filter(|_| self.status == Status::NotASymmetry);
        let size = |member: &Reading| member.cancellation.zip(member.limit).map_or(0.0, |(found, limit)| found / limit);
        members.max_by(|(_, a), (_, b)| size(a).total_cmp(&size(b)))
    }

    /// The status by the members' overlaps.
    fn judged(&self) -> Status {
        let fails = |member: &Reading| {
            let nearly = member.overlap.is_some_and(|overlap| overlap < self.allowed);
            !nearly && member.is_more_than_rounding()
        };
        let lost = self.members.iter().map(|member| member.lost).sum();
        if self.members.iter().any(fails) {
            Status::NotASymmetry
        } else if lost > 0 {
            Status::Unchecked(Reason::Underflow(lost))
        } else if self.members.iter().all(|member| member.cancellation.is_none()) {
            Status::Unchecked(Reason::Vanishing)
        } else {
            Status::Confirmed
        }
    }

    /// The distribution over the members; none if all their terms vanish.
    pub fn spread(&self) -> Option<Spread> {
        let sized = |(member, reading): (usize, &Reading)| Some((reading.imbalance?.abs(), member));
        let mut sizes: Vec<(f64, usize)> = self.members.iter().enumerate().filter_map(sized).collect();
        sizes.sort_by(|a, b| a.0.total_cmp(&b.0));
        let count = sizes.len();
        let &(worst, worst_member) = sizes.last()?;
        let median = 0.5 * (sizes[(count - 1) / 2].0 + sizes[count / 2].0);
        Some(Spread { count, median, worst, worst_member })
    }

    /// The largest overlap of a member: it should be no more than rounding.
    pub fn largest_overlap(&self) -> Option<f64> {
        self.members.iter().filter_map(|member| member.overlap).max_by(f64::total_cmp)
    }
}
