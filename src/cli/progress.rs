//! A progress bar on a terminal; nothing elsewhere.

use crate::claim::runner::Event;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Shows the runner's events on standard error, if that is a terminal.
pub struct Progress(ProgressBar);

impl Progress {
    /// A bar that is not drawn yet.
    pub fn new() -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        if let Ok(style) = ProgressStyle::with_template("{bar:32} {pos}/{len} {elapsed} {msg}") {
            bar.set_style(style);
        }
        Progress(bar)
    }

    /// Takes notice of an event.
    pub fn observe(&self, event: &Event<'_>) {
        match event {
            Event::Started { units } => self.0.set_length(*units as u64),
            Event::Examining(id) => self.0.set_message(*id),
            Event::Progress => self.0.inc(1),
            Event::Concluded(_) => {}
        }
    }

    /// Removes the bar.
    pub fn clear(&self) {
        self.0.finish_and_clear();
    }
}
