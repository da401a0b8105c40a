//! Laws at points that a search finds and Newton's method polishes, rung by rung.

use crate::entropic::stationary::{self, Chord, StationaryError};
use crate::instances::Problem;
use crate::model::Carrier;
use crate::scalar::{Field, Measured, Mp, Ring};
use crate::verify::{Check, Class, Draw, Drawn, Evidence, Examination, Finding, Relation, Scalar, Status};
use crate::verify::{Settings, ladder};

/// Starts tried for each problem, so that its distinct orbits can be counted.
pub const STARTS: u64 = 4;

/// Points from which an instance starts at most: a kink is in the way of some, seldom of all.
const ATTEMPTS: u64 = 16;

/// A law of stationary points.
pub trait Sought: Sync {
    /// A problem and a start.
    fn draw(&self, draw: &Draw, attempt: u64) -> Problem;

    /// The problem of which a stationary point is sought; if none is, the law is judged at the start.
    fn sought(&self, problem: &Problem) -> Option<Problem>;

    /// The law at `theta`.
    fn relations<T: Carrier>(&self, problem: &Problem, theta: Vec<T>) -> Vec<Relation<T>>;
}

/// A law at points that are searched for and polished to each precision of the ladder.
#[derive(Clone, Copy, Debug)]
pub struct Polished<L>(pub L);

impl<L: Sought> Check for Polished<L> {
    fn examine(&self, draw: Draw, settings: &Settings) -> Examination {
        let Polished(law) = self;
        let attempt = |attempt| {
            let problem = law.draw(&draw, attempt);
            let mut examination = Examination::of(Class::Smooth, problem.describe());
            examination.print("", &problem.numbers());
            let judging = Judging { law, problem: &problem, settings, draw: &draw };
            if let Err(error) = judging.examine(&mut examination) {
                examination.findings.clear();
                examination.excluded = Some(error.to_string());
            }
            examination
        };
        let mut examination = attempt(0);
        for another in 1..ATTEMPTS {
            if examination.excluded.is_none() {
                break;
            }
            examination = attempt(another);
        }
        let trivial = examination.findings.last().is_some_and(|finding| finding.status == Status::Vacuous);
        if !draw.is_law() && trivial {
            // A control speaks of points with gradient noise; at a trivial one every formula reads 0 = 0.
            examination.excluded = Some("the point is trivial: no gradient noise is left".to_owned());
        }
        examination
    }

    fn evidence(&self) -> &'static [Evidence] {
        &[Evidence::Converged]
    }
}

struct Judging<'a, L> {
    law: &'a L,
    problem: &'a Problem,
    settings: &'a Settings,
    draw: &'a Draw<'a>,
}

impl<L: Sought> Judging<'_, L> {
    fn examine(&self, examination: &mut Examination) -> Result<(), StationaryError> {
        let start: Vec<f64> = self.problem.theta.iter().map(f64::from_rational).collect();
        let sought = self.law.sought(self.problem);
        let (found, chord) = match &sought {
            None => (start, None),
            Some(sought) => {
                let point = sought.at::<f64>();
                let found = stationary::search(&point.objective(), start)?;
                let chord = Chord::new(&point.objective(), &found)?;
                (found, Some((sought, chord)))
            }
        };
        let chord = chord.as_ref();
        let mut point: Vec<rug::Float> = found.iter().map(|x| rug::Float::with_val(53, *x)).collect();
        for bits in ladder(self.settings.precision) {
            let finding = match bits {
                64 => self.climb::<64>(chord, &mut point)?,
                128 => self.climb::<128>(chord, &mut point)?,
                256 => self.climb::<256>(chord, &mut point)?,
                512 => self.climb::<512>(chord, &mut point)?,
                1024 => self.climb::<1024>(chord, &mut point)?,
                2048 => self.climb::<2048>(chord, &mut point)?,
                4096 => self.climb::<4096>(chord, &mut point)?,
                _ => unreachable!("rungs are those of a precision on the menu"),
            };
            examination.findings.push(finding);
        }
        // Loss and entropy are the same along the orbits of the symmetries that survive.
        let theta: Vec<f64> = point.iter().map(rug::Float::to_f64).collect();
        let at = self.problem.at::<f64>();
        let objective = at.objective();
        let (loss, entropy) = (objective.loss(&theta), objective.entropy(&theta));
        examination.orbit = Some(format!("problem {}: {loss:.8e} {entropy:.8e}", self.draw.index / STARTS));
        Ok(())
    }

    /// One rung: polishes from the coarser point, judges, and hands the finer point on.
    fn climb<const BITS: u32>(
        &self,
        chord: Option<&(&Problem, Chord)>,
        point: &mut [rug::Float],
    ) -> Result<Finding, StationaryError>
    where
        Mp<BITS>: Carrier + Measured,
    {
        let mut theta: Vec<Mp<BITS>> = point.iter().map(Mp::new).collect();
        if let Some((sought, chord)) = chord {
            let tolerance = Mp::epsilon() * Mp::integer(1 << 8);
            theta = stationary::polish(&sought.at().objective(), chord, theta, &tolerance)?.theta;
        }
        for (coordinate, finer) in point.iter_mut().zip(&theta) {
            *coordinate = finer.as_float().clone();
        }
        let relations = self.law.relations(self.problem, theta);
        Ok(self.settings.judge(Scalar::Mp(BITS), relations, self.draw.case))
    }
}
