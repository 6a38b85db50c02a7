//! One replication as a story: what happened at one instant in one sentence, how long after what it came of, and on request the
//! fact that each step stands on.
//!
//! ```text
//! Day 12
//! 10:00:00  esx-2 crashes; 14 VMs go down with it: mail-1, mail-2, web-3 and 11 more
//! 10:00:18  vSphere HA declares esx-2 dead, 18.0 s after it crashed; restarts 14 VMs: mail-1 on esx-1 …
//! ```
//!
//! Steps that belong together stand together: an empty line is where all has been well for a while.

mod clause;
mod grounds;
mod since;

use std::fmt::Write as _;

use super::clean::{shorten, visible, width};
use super::{figures, timeline};
use crate::engine::Time;
use crate::model::Model;
use crate::probe::{Entry, Timeline};
use crate::scenario::Spec;
use crate::sim::Signal;
use clause::Clause;
use grounds::Grounds;
use since::Since;

/// Columns of the scenario's title.
const TITLE_COLUMNS: usize = 100;

/// Columns of a line.
const COLUMNS: usize = 100;
/// Of these, what the clock takes.
const MARGIN: usize = 10;

/// All has been well for so long: what comes next is something else. Assumption.
const PAUSE_US: i64 = 120_000_000;

/// What a story is about.
#[derive(Clone, Copy, Debug)]
pub struct Story<'a> {
    pub spec: &'a Spec,
    pub model: &'a Model,
    pub timeline: &'a Timeline,
    pub replication: u32,
    /// Whether each step is followed by what it stands on.
    pub explain: bool,
}

impl Story<'_> {
    /// All of it.
    #[must_use]
    pub fn tell(&self) -> String {
        let model = self.model;
        let mut out = self.title();
        let mut since = Since::default();
        let mut grounds = Grounds::new(self.spec, model);
        let (mut day, mut calm_from) = (None, None);
        for instant in self.timeline.entries.chunk_by(|a, b| a.at == b.at) {
            let t_us = timeline::since_start(model, &instant[0]);
            let today = t_us.div_euclid(DAY_US);
            if day != Some(today) {
                let _ = writeln!(out, "\nDay {today}");
                day = Some(today);
            } else if calm_from.is_some_and(|from| t_us - from >= PAUSE_US) {
                out.push('\n');
            }
            self.instant(&mut out, instant, &mut since, &mut grounds);
            calm_from = since.is_calm().then_some(t_us);
        }
        if self.timeline.entries.is_empty() {
            out.push_str("\nNothing happens.\n");
        }
        out
    }

    /// One instant: its sentence, and what it stands on.
    fn instant(&self, out: &mut String, instant: &[Entry], since: &mut Since, grounds: &mut Grounds<'_>) {
        let t_us = timeline::since_start(self.model, &instant[0]);
        let clauses = Clause::of(self.model, instant, since);
        let texts: Vec<String> = clauses.iter().map(|clause| clause.text(self.spec, self.model)).collect();
        paragraph(out, &clock(t_us), &visible(&texts.join("; ")));
        if self.explain {
            for ground in clauses.iter().flat_map(|clause| grounds.new_ones(clause)) {
                paragraph(out, "", &format!("· {}", visible(&ground)));
            }
        }
    }

    /// What it is about, and what it has cost.
    fn title(&self) -> String {
        let model = self.model;
        let mut out = String::new();
        lines(&mut out, 0, "", &shorten(&visible(&self.spec.title), TITLE_COLUMNS));
        let _ = write!(
            out,
            "Strategy {}, replication {}: {} of {}.",
            visible(&model.strategy),
            self.replication,
            figures::counted(u32::try_from(self.timeline.entries.len()).unwrap_or(u32::MAX), "signal"),
            model.horizon,
        );
        let down = downtimes(model, self.timeline);
        let told: Vec<String> = model
            .services
            .iter()
            .zip(&down)
            .filter(|(_, (outages, _))| *outages > 0)
            .map(|(service, (outages, seconds))| {
                let times = figures::counted(*outages, "time");
                format!("{} {} ({times})", visible(&service.name), since::length(*seconds))
            })
            .collect();
        out.push_str(if told.is_empty() {
            " Nothing is down in it."
        } else {
            " Down in it, all instances together:"
        });
        out.push('\n');
        if !told.is_empty() {
            paragraph(&mut out, "", &told.join(", "));
        }
        out
    }
}

/// By service: outages within the horizon, and how long they last in it (s).
fn downtimes(model: &Model, timeline: &Timeline) -> Vec<(u32, f64)> {
    let start = Time::ZERO + model.warmup;
    let end = Time::ZERO + model.end();
    let mut down: Vec<Option<Time>> = vec![None; model.instances.len()];
    let mut found = vec![(0, 0.0); model.services.len()];
    let mut close = |down: &mut Option<Time>, instance: usize, at: Time| {
        if let Some(from) = down.take() {
            let row: &mut (u32, f64) = &mut found[model.instances[instance].service.index()];
            row.0 += u32::from(from >= start);
            row.1 += at.max(start).since(from.max(start)).as_secs_f64();
        }
    };
    for entry in &timeline.entries {
        match entry.signal {
            Signal::ServiceDown { instance, .. } => down[instance.index()] = Some(entry.at),
            Signal::ServiceUp { instance } | Signal::ServiceDegraded { instance, .. } => {
                close(&mut down[instance.index()], instance.index(), entry.at);
            }
            _ => {}
        }
    }
    for (instance, row) in down.iter_mut().enumerate() {
        close(row, instance, end);
    }
    found
}

const DAY_US: i64 = 86_400_000_000;

/// `10:00:18`, the time of day; what is less than a second does not show.
fn clock(t_us: i64) -> String {
    let seconds = t_us.rem_euclid(DAY_US) / 1_000_000;
    format!("{:02}:{:02}:{:02}", seconds / 3_600, seconds / 60 % 60, seconds % 60)
}

/// Text beside the clock, in lines of at most [`COLUMNS`].
fn paragraph(out: &mut String, clock: &str, text: &str) {
    lines(out, MARGIN, clock, text);
}

/// Text behind a mark in a margin, in lines of at most [`COLUMNS`].
fn lines(out: &mut String, margin: usize, mark: &str, text: &str) {
    let mut line = format!("{mark:margin$}");
    let mut columns = margin;
    let mut is_new = true;
    for word in text.split(' ') {
        let wide = width(word);
        if !is_new && columns + 1 + wide > COLUMNS {
            out.push_str(line.trim_end());
            out.push('\n');
            line = " ".repeat(margin);
            columns = margin;
            is_new = true;
        }
        if !is_new {
            line.push(' ');
            columns += 1;
        }
        line.push_str(word);
        columns += wide;
        is_new = false;
    }
    out.push_str(line.trim_end());
    out.push('\n');
}
