//! How far a run is: a bar with the time left on a terminal, a plain line now and then elsewhere.

use std::io::IsTerminal;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use super::{interrupt, output};
use crate::experiment::Watch;

/// Between two plain lines.
const PLAIN_EVERY: Duration = Duration::from_secs(10);

/// Watches a run and shows how far it is.
pub(super) struct Progress {
    show: Show,
    total: u32,
    /// It may end sooner, and nobody knows when.
    at_most: bool,
    done: AtomicU32,
    begun: Instant,
    /// Nothing is started any more after that.
    time_limit: Option<Duration>,
}

enum Show {
    Nothing,
    Bar(ProgressBar),
    /// When the last line was printed.
    Lines(Mutex<Instant>),
}

impl Progress {
    pub(super) fn new(total: u32, quiet: bool) -> Progress {
        Progress::of(total, false, quiet)
    }

    /// Of something that ends when it knows enough.
    pub(super) fn at_most(total: u32, quiet: bool) -> Progress {
        Progress::of(total, true, quiet)
    }

    fn of(total: u32, at_most: bool, quiet: bool) -> Progress {
        let begun = Instant::now();
        let show = if quiet {
            Show::Nothing
        } else if std::io::stderr().is_terminal() {
            let bar = ProgressBar::new(u64::from(total));
            let style = if at_most {
                "{spinner} {pos} replications, {len} at most"
            } else {
                "{bar:40} {pos}/{len} replications, {eta} left"
            };
            if let Ok(style) = ProgressStyle::with_template(style) {
                bar.set_style(style);
            }
            Show::Bar(bar)
        } else {
            Show::Lines(Mutex::new(begun))
        };
        Progress { show, total, at_most, done: AtomicU32::new(0), begun, time_limit: None }
    }

    /// The same with an end to the time.
    pub(super) fn within(self, time_limit: Option<Duration>) -> Progress {
        Progress { time_limit, ..self }
    }

    /// Whether time is up.
    pub(super) fn is_late(&self) -> bool {
        self.time_limit.is_some_and(|limit| self.begun.elapsed() >= limit)
    }

    pub(super) fn finish(&self) {
        if let Show::Bar(bar) = &self.show {
            bar.finish_and_clear();
        }
    }
}

impl Watch for Progress {
    fn finished(&self, replications: u32) {
        let done = self.done.fetch_add(replications, Ordering::Relaxed) + replications;
        match &self.show {
            Show::Nothing => {}
            Show::Bar(bar) => bar.inc(u64::from(replications)),
            Show::Lines(last) => {
                let Ok(mut last) = last.try_lock() else { return };
                if last.elapsed() >= PLAIN_EVERY {
                    *last = Instant::now();
                    if self.at_most {
                        output::note(&format!("{done} replications, {} at most", self.total));
                        return;
                    }
                    let gone = self.begun.elapsed().as_secs_f64();
                    let left = gone / f64::from(done) * f64::from(self.total.saturating_sub(done));
                    output::note(&format!("{done} of {} replications, about {left:.0} s left", self.total));
                }
            }
        }
    }

    fn stops(&self) -> bool {
        interrupt::stops() || self.is_late()
    }

    fn drops(&self) -> bool {
        interrupt::drops()
    }
}
