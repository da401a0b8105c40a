//! How far a run is: a bar on a terminal, a line now and then elsewhere.

use super::output;
use crate::verify::runner::Event;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::{self, IsTerminal};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Between two lines where there is no terminal.
const PAUSE: Duration = Duration::from_secs(10);

/// Shows the runner's events on standard error.
pub struct Progress {
    bar: ProgressBar,
    quiet: bool,
    state: Mutex<State>,
}

struct State {
    current: String,
    costs: Costs,
    /// When the last line was written; none where a bar is drawn.
    last_line: Option<Instant>,
}

/// What has been done of each claim, and what it cost.
#[derive(Default)]
struct Costs {
    claims: Vec<Cost>,
    threads: u32,
}

struct Cost {
    units: u32,
    done: u32,
    time: Duration,
}

impl Costs {
    fn done(&self) -> u32 {
        self.claims.iter().map(|claim| claim.done).sum()
    }

    fn units(&self) -> u32 {
        self.claims.iter().map(|claim| claim.units).sum()
    }

    /// What is left takes as long as what was done, claim by claim; none as long as nothing is known of some claim.
    fn time_left(&self) -> Option<Duration> {
        let of_claim = |claim: &Cost| match (claim.units - claim.done, claim.done) {
            (0, _) => Some(Duration::ZERO),
            (_, 0) => None,
            (left, done) => Some(claim.time / done * left),
        };
        let total = self.claims.iter().map(of_claim).sum::<Option<Duration>>()?;
        Some(total / self.threads.max(1))
    }
}

/// `about 12 s left`, or nothing.
fn estimate(costs: &Costs) -> String {
    costs.time_left().map_or_else(String::new, |left| match left.as_secs() {
        seconds @ 0..100 => format!("about {seconds} s left"),
        seconds @ 100..6000 => format!("about {} min left", seconds.div_ceil(60)),
        seconds => format!("about {} h left", seconds.div_ceil(3600)),
    })
}

impl Progress {
    /// A bar that is not drawn yet; where it is `quiet`, never.
    pub fn new(quiet: bool) -> Self {
        let target = if quiet { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
        let bar = ProgressBar::with_draw_target(None, target);
        if let Ok(style) = ProgressStyle::with_template("{bar:32} {pos}/{len} {elapsed} {msg}") {
            bar.set_style(style);
        }
        let last_line = (!io::stderr().is_terminal()).then(Instant::now);
        let state = State { current: String::new(), costs: Costs::default(), last_line };
        Progress { bar, quiet, state: Mutex::new(state) }
    }

    /// Does something without the bar on the screen: what it writes stands above it.
    pub fn above<T>(&self, write: impl FnOnce() -> T) -> T {
        self.bar.suspend(write)
    }

    /// Takes notice of an event.
    pub fn observe(&self, event: &Event<'_>) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        match event {
            Event::Started { units, threads } => {
                let cost = |&(_, units): &(_, usize)| Cost { units: units as u32, done: 0, time: Duration::ZERO };
                state.costs = Costs { claims: units.iter().map(cost).collect(), threads: *threads as u32 };
                self.bar.set_length(state.costs.units().into());
            }
            Event::Examining(id) => state.current = (*id).to_owned(),
            Event::Examined { claim, time } => {
                let cost = &mut state.costs.claims[*claim];
                cost.done += 1;
                cost.time += *time;
                self.bar.inc(1);
            }
            Event::Concluded(_) => {}
        }
        let State { current, costs, last_line } = &mut *state;
        match last_line {
            None => self.bar.set_message(format!("{} {current}", estimate(costs))),
            Some(last) if last.elapsed() >= PAUSE && !self.quiet => {
                *last = Instant::now();
                let (done, units) = (costs.done(), costs.units());
                output::complain(&format!("{done} of {units} examinations, at {current}; in all {}", estimate(costs)));
            }
            Some(_) => {}
        }
    }

    /// Removes the bar.
    pub fn clear(&self) {
        self.bar.finish_and_clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_costs_what_was_done() {
        let cost = |units, done, milliseconds| Cost { units, done, time: Duration::from_millis(milliseconds) };
        let mut costs = Costs { claims: vec![cost(10, 2, 200), cost(5, 5, 900), cost(4, 1, 1000)], threads: 2 };
        // 8 units of 100 ms and 3 of 1 s, on two threads
        assert_eq!(costs.time_left(), Some(Duration::from_millis(1900)));
        assert_eq!(estimate(&costs), "about 1 s left");
        costs.claims.push(cost(3, 0, 0));
        assert_eq!(costs.time_left(), None, "nothing is known of a claim that was not tried");
        assert_eq!(estimate(&costs), "");
    }
}
