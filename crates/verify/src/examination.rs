//! What was found on one instance, and how it is examined.

use super::bounds::Bound;
use super::detail::Numbers;
use super::draw::{Case, Class};
use super::entry::Evidence;
use super::finding::{Finding, Said, Status};
use super::identity::Expansion;
use super::mutant::Mutant;
use super::relation::{Relation, Text};
use super::scalars::Scalar;
use equipartition_scalar::digest::Fingerprint;
use equipartition_scalar::{Measured, Recorded};

/// How much work a run may take.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Effort {
    /// 8 instances, simulations of 2^17 steps
    Quick,
    /// 32 instances, simulations of 2^17 steps
    #[default]
    Default,
    /// 256 instances, simulations of 2^20 steps
    Thorough,
}

impl Effort {
    /// Instances of each law, if no other number is asked for.
    pub fn instances(self) -> u64 {
        match self {
            Effort::Quick => 8,
            Effort::Default => 32,
            Effort::Thorough => 256,
        }
    }

    /// From the least to the most.
    pub const ALL: [Effort; 3] = [Effort::Quick, Effort::Default, Effort::Thorough];

    /// The name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Effort::Quick => "quick",
            Effort::Default => "default",
            Effort::Thorough => "thorough",
        }
    }
}

/// How a run examines.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The run's seed.
    pub seed: u64,
    /// The top of the precision ladder.
    pub precision: u32,
    /// How long simulations are.
    pub effort: Effort,
    /// Keep both sides as text.
    pub verbose: bool,
    /// A term of the law to get wrong on purpose: the run must then turn red.
    pub mutant: Option<Mutant>,
}

impl Settings {
    /// A quiet run of the claims as they are.
    pub fn new(seed: u64, precision: u32) -> Self {
        Settings { seed, precision, effort: Effort::Default, verbose: false, mutant: None }
    }

    /// Judges relations as these settings ask.
    pub fn judge<T: Measured>(&self, scalar: Scalar, mut relations: Vec<Relation<T>>, case: Case) -> Finding {
        if let (Case::Law, Some(mutant)) = (case, &self.mutant) {
            mutant.apply(&mut relations);
        }
        Finding::judge(scalar, &relations, self.verbose)
    }
}

/// Where an instance stands in a law of several parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The part, counted from 0.
    pub part: usize,
    /// How many there are.
    pub parts: usize,
    /// The part's own number of the instance, by which it is drawn.
    pub number: u64,
}

impl Default for Place {
    /// The first instance of the only part.
    fn default() -> Self {
        Place { part: 0, parts: 1, number: 0 }
    }
}

/// What was found on one instance.
#[derive(Clone, Debug)]
pub struct Examination {
    /// Which of the law's parts examined it, and which of that part's instances it is.
    pub place: Place,
    /// The instance's class.
    pub class: Class,
    /// The instance in words.
    pub description: String,
    /// Why the instance was left out, if it was.
    pub excluded: Option<String>,
    /// The findings, one for each scalar, the decisive one last.
    pub findings: Vec<Finding>,
    /// For an exact finding at a generic point, the Schwartz-Zippel bounds of the kinds of relations that have one.
    pub bounds: Vec<Bound>,
    /// For such a finding, what the expansion of the residuals shows of each kind of equality, if it was tried.
    pub expansions: Vec<(Text, Expansion)>,
    /// The relations of an exact finding with all that they were computed by, if the examination is verbose.
    pub recorded: Option<Vec<Relation<Recorded>>>,
    /// The numbers of the instance, if the examination is verbose.
    pub numbers: Vec<Numbers>,
    /// A fingerprint of what was drawn: of the description and of the numbers, and of what is judged where that is data.
    pub fingerprint: u64,
    /// Whether the instance shares nothing with its neighbours. Otherwise [`POINTS_PER_FAMILY`](super::POINTS_PER_FAMILY) of them count as one draw, because what is drawn
    /// for a family is the same for all its points.
    pub is_independent: bool,
    /// For a point that was searched for: what is the same along its orbit, so that distinct orbits can be counted.
    pub orbit: Option<String>,
}

impl Examination {
    /// An examination that has found nothing yet.
    pub fn of(class: Class, description: String) -> Self {
        let mut examination = Examination {
            place: Place::default(),
            class,
            description,
            excluded: None,
            findings: Vec::new(),
            bounds: Vec::new(),
            expansions: Vec::new(),
            recorded: None,
            numbers: Vec::new(),
            fingerprint: 0,
            is_independent: false,
            orbit: None,
        };
        examination.print("", &[]);
        examination
    }

    /// Takes the fingerprint anew, with what is judged, as it is written, and the numbers that were drawn: those that every machine draws alike, and no results.
    pub fn print(&mut self, written: &str, numbers: &[Numbers]) {
        let mut fingerprint = Fingerprint::new();
        fingerprint.take(&written);
        fingerprint.take(&self.description);
        for Numbers { name, values } in numbers {
            fingerprint.take(name);
            values.iter().for_each(|value| fingerprint.take(value));
        }
        self.fingerprint = fingerprint.finish();
    }

    /// The judgement of all scalars together: a violation anywhere is a violation; otherwise the last scalar, which is the
    /// finest, decides, and it satisfies nothing unless some kind of evidence was reached.
    ///
    /// An undecided enclosure, or a rung too coarse for an inequality, takes nothing from the others; it only adds no
    /// evidence.
    pub fn status(&self) -> Status {
        if self.findings.iter().any(|finding| finding.status == Status::Violated) {
            return Status::Violated;
        }
        if self.findings.iter().any(|finding| finding.status == Status::Unresolved) {
            return Status::Unresolved;
        }
        match self.findings.last().map(|finding| finding.status) {
            None => Status::Undecided("no scalar examined it"),
            Some(Status::Satisfied) if self.evidence().is_empty() => {
                let undecided = |finding: &Finding| matches!(finding.status, Status::Undecided(_));
                let first = self.findings.iter().find(|finding| undecided(finding));
                first.map_or(Status::Undecided("no kind of evidence was reached"), |finding| finding.status)
            }
            Some(status) => status,
        }
    }

    /// Whether every kind of relation that says something on the instance is an identity, and what says nothing is no worse.
    fn is_identity(&self) -> bool {
        let shown = |kind: &Text| self.expansions.iter().find(|(known, _)| known == kind).map(|(_, found)| found);
        let is_identity = |said: &Said| match shown(&said.kind) {
            Some(found) => found.is_identity(),
            None => said.vacuous == said.relations,
        };
        let exact = |finding: &Finding| finding.scalar == Scalar::Rational && finding.status == Status::Satisfied;
        !self.expansions.is_empty()
            && self.findings.iter().all(|finding| exact(finding) && finding.kinds.iter().all(is_identity))
    }

    /// The kinds of evidence that the findings amount to.
    pub fn evidence(&self) -> Vec<Evidence> {
        let fine = |finding: &Finding| finding.status == Status::Satisfied;
        let mut kinds = Vec::new();
        if self.is_identity() {
            kinds.push(Evidence::Identity);
        }
        if self.findings.iter().any(|finding| finding.scalar == Scalar::Rational && fine(finding)) {
            kinds.push(Evidence::Exact);
        }
        if self.findings.iter().any(|finding| matches!(finding.scalar, Scalar::Interval(_)) && fine(finding)) {
            kinds.push(Evidence::Enclosed);
        }
        let mut rungs = self.findings.iter().filter(|finding| matches!(finding.scalar, Scalar::Mp(_))).peekable();
        if rungs.peek().is_some() && rungs.all(fine) {
            kinds.push(Evidence::Converged);
        }
        if self.findings.iter().any(|finding| matches!(finding.scalar, Scalar::Order(_)) && fine(finding)) {
            kinds.push(Evidence::Order);
        }
        if self.findings.iter().any(|finding| matches!(finding.scalar, Scalar::Simulation(_)) && fine(finding)) {
            kinds.push(Evidence::Statistical);
        }
        kinds
    }
}
