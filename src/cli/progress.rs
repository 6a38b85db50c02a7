//! How far a run is, and how well it knows its answer so far: a bar with the time left and the widest interval on a terminal, a
//! plain line now and then elsewhere.

use std::io::IsTerminal;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use super::{interrupt, output};
use crate::experiment::Watch;
use crate::report::figures;

/// Between two plain lines.
const PLAIN_EVERY: Duration = Duration::from_secs(10);
/// Between two looks at intervals, which take time.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// Watches a run and shows how far it is.
pub(super) struct Progress {
    show: Show,
    total: u32,
    /// It may end sooner, and nobody knows when.
    at_most: bool,
    done: AtomicU32,
    begun: Instant,
    /// When intervals were looked at last, and what was seen.
    known: Mutex<(Instant, String)>,
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
                "{spinner} {pos} replications, {len} at most{msg}"
            } else {
                "{bar:40} {pos}/{len} replications, {eta} left{msg}"
            };
            if let Ok(style) = ProgressStyle::with_template(style) {
                bar.set_style(style);
            }
            Show::Bar(bar)
        } else {
            Show::Lines(Mutex::new(begun))
        };
        let known = Mutex::new((begun, String::new()));
        Progress { show, total, at_most, done: AtomicU32::new(0), begun, known, time_limit: None }
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
                    let known = self.known.lock().map_or_else(|_| String::new(), |known| known.1.clone());
                    if self.at_most {
                        output::note(&format!("{done} replications, {} at most{known}", self.total));
                        return;
                    }
                    let gone = self.begun.elapsed().as_secs_f64();
                    let left = gone / f64::from(done) * f64::from(self.total.saturating_sub(done));
                    let total = self.total;
                    output::note(&format!("{done} of {total} replications, about {left:.0} s left{known}"));
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

    fn asks(&self) -> bool {
        let every = match self.show {
            Show::Nothing => return false,
            Show::Bar(_) => LOOK_EVERY,
            Show::Lines(_) => PLAIN_EVERY / 2,
        };
        self.known.lock().is_ok_and(|known| known.0.elapsed() >= every)
    }

    fn hears(&self, within: Option<f64>) {
        let text = match within {
            Some(within) => format!("; every downtime within {}", figures::share(within)),
            None => "; nothing has been down yet".to_owned(),
        };
        if let Show::Bar(bar) = &self.show {
            bar.set_message(text.clone());
        }
        if let Ok(mut known) = self.known.lock() {
            *known = (Instant::now(), text);
        }
    }
}
