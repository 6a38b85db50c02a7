//! Ctrl-C, and the other polite ways of asking a program to end.
//!
//! | while | first | second | third |
//! | --- | --- | --- | --- |
//! | simulating | what has started is finished | it is dropped, the rest is kept | ends at once |
//! | writing | the files are written | | |
//! | printing | ends at once | | |
//!
//! Nothing that is finished is lost before the third, and nothing is ever half written: while files are being
//! written, which takes a moment, nobody is heard.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::output::{self, Made};

/// What the program is doing.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Simulating,
    Writing,
    /// All files are complete.
    Printing,
}

struct State {
    stage: Stage,
    /// Folders that this run has made: those that are empty go when it ends without a result.
    made: Made,
}

static STATE: Mutex<State> = Mutex::new(State { stage: Stage::Simulating, made: Made::nothing() });

/// How often somebody has asked while there was something to interrupt.
static ASKED: AtomicU32 = AtomicU32::new(0);

/// Listens from now on. Where no handler can be had, Ctrl-C ends the program as usual.
pub(super) fn listen() {
    // The second call changes nothing.
    drop(ctrlc::set_handler(hear));
}

fn hear() {
    // Whoever makes or writes files holds this, so that the end never comes in the middle of it.
    let state = state();
    let asked = match state.stage {
        Stage::Writing => None,
        Stage::Printing => std::process::exit(130),
        Stage::Simulating => Some(ASKED.fetch_add(1, Ordering::SeqCst)),
    };
    if asked >= Some(2) {
        state.made.undo();
        std::process::exit(130);
    }
    // A terminal that does not listen must not hold up whoever writes.
    drop(state);
    output::note(match asked {
        None => "\nninefold: the results are being written; this takes a moment",
        Some(0) => {
            "\nninefold: interrupted; finishing the replications that have started (again to drop them)"
        }
        Some(_) => {
            "\nninefold: dropping them and keeping what is finished (again to end at once and keep nothing)"
        }
    });
}

fn state() -> MutexGuard<'static, State> {
    STATE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whether to start nothing more.
pub(super) fn stops() -> bool {
    ASKED.load(Ordering::Relaxed) > 0
}

/// Whether to drop what has started.
pub(super) fn drops() -> bool {
    ASKED.load(Ordering::Relaxed) > 1
}

/// Makes folders, undisturbed.
pub(super) fn making<E>(make: impl FnOnce(&mut Made) -> Result<(), E>) -> Result<(), E> {
    make(&mut state().made)
}

/// Removes the folders that this run has made, where they are empty: it has no result.
pub(super) fn undo() {
    state().made.undo();
}

/// Writes files, undisturbed. From then on there is nothing left to interrupt.
pub(super) fn writing<T, E>(write: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
    state().stage = Stage::Writing;
    listen();
    let written = write();
    state().stage = Stage::Printing;
    written
}
