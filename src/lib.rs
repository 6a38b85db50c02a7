//! ninefold: a deterministic simulator of high availability in virtualized datacenters.
//!
//! # Bird's-eye view
//!
//! A scenario is a text: hosts, storage, networks, services, the faults that strike them, and one or
//! more strategies that protect the services. Each strategy is compiled to a [`model::Model`] of its
//! own, over the same hardware and the same faults. One replication of a model is a pure function of
//! (model, seed, index): a single thread goes from fault to consequence through a table of timers and
//! tells observers what happened. Many replications, in parallel, become means with intervals, and
//! those become tables, files and charts.
//!
//! # The way of the data
//!
//! ```text
//! scenario text ─scenario─> Spec ─compile─> Model ─sim─> signals ─probe─> integers ─experiment─> Summary ─report─> bytes
//! ```
//!
//! The whole way as a program:
//!
//! ```
//! use ninefold::experiment::{self, Plan};
//! use ninefold::scenario::{self, Input};
//!
//! let text = r#"
//! schema = 1
//! title = "A host, its VM, and nobody who looks after it"
//! [run]
//! horizon = "1 y"
//! replications = 50
//! [host.h]
//! cores = 16
//! memory = "64 GiB"
//! crash = { mttf = "60 d", mttr = "4 h" }
//! [service.app]
//! vm = { cores = 2, memory = "8 GiB" }
//! [strategy.alone]
//! protect = []
//! "#;
//! let (spec, issues) = scenario::read(&Input { name: "doc.toml", bytes: text.as_bytes(), overrides: &[], files: &[] });
//! let spec = spec.unwrap_or_else(|| panic!("{}", issues[0].render()));
//! let models = scenario::compile(&spec).unwrap();
//! let plan = Plan {
//!     title: spec.title.clone(),
//!     sha256: String::new(),
//!     seed: spec.run.seed,
//!     replications: 50,
//!     threads: Some(1),
//! };
//! let summary = experiment::run(&models, &plan, &()).unwrap();
//! let downtime = &summary.strategies[0].services[0].downtime_s;
//! println!("{:.0} s a year, 95 % between {:.0} and {:.0}", downtime.mean, downtime.low, downtime.high);
//! assert!(downtime.low < downtime.mean && downtime.mean < downtime.high);
//! ```
//!
//! # Code map, floor by floor
//!
//! A module imports only from floors below its own; modules on one floor do not see each other.
//! `tests/tidy.rs` fails where one does.
//!
//! | floor | module | is |
//! | --- | --- | --- |
//! | basement | [`special`] | special functions on `libm`, the same bits on every machine |
//! | 0 | [`engine`] | time, the table of timers, tables that know what was written, random streams, laws. No word of the domain |
//! | 0 | [`stats`] | moments, order statistics, intervals, searches whose error is kept. No word of the domain |
//! | 1 | [`history`] | what was down, from logs and traces; laws that fit it |
//! | 1 | [`model`] | the compiled, immutable datacenter, and the closed list of events |
//! | 2 | [`exact`] | what can be said without chance: an instance as a Markov chain, and why another one is none |
//! | 2 | [`inventory`] | from what another program exports to the text of a scenario. Beside [`scenario`], which it does not see: what it makes is read like any other |
//! | 2 | [`scenario`] | from text to model: every mistake at once, with its place; defaults with their facts; grids of values, goals, gates |
//! | 2 | [`state`] | all that changes during a replication, and `check()` of its invariants |
//! | 3 | [`policy`] | pure decisions: which host, which node |
//! | 4 | [`capacity`] | what a start placement leaves: admission control, headroom, how many more VMs fit, also with N+1 and N+2 |
//! | 4 | [`sim`] | events and their consequences, one file per mechanism; tells signals |
//! | 5 | [`advice`] | which strategy suits which service, and why: a proposal as a user would write it |
//! | 5 | [`probe`] | observers of signals: downtime by cause, waiting, room that is free, timeline, digest |
//! | 6 | [`experiment`] | replications in parallel, paired comparison, estimates; the smallest that meets a goal; gates, and runs beside stored ones |
//! | 7 | [`report`] | numbers to bytes: text, Markdown, CSV, JSON, stories, charts, the page; gates for pipelines |
//! | 8 | [`cli`] | arguments, files, terminal, exit codes |
//!
//! Start reading at [`sim`], whose first page lists its mechanisms, and at `tests/cases`: each folder is
//! one behaviour, with a scripted scenario, the timeline it must give, and the sums done by hand.
//!
//! # Invariants
//!
//! - **Invariant: one thread, one replication.** Parallelism lives in [`experiment`] and nowhere else, so
//!   the number of threads never shows in a result.
//! - **Invariant: a draw has an address.** Seed, replication, component and purpose name a stream; the order
//!   of events never does. All strategies meet the same faults.
//! - **Invariant: time is whole microseconds, and so is every sum.** Floats appear when drawing and when
//!   reporting. Their functions come from `libm`, never from the platform.
//! - **Invariant: the order of events is (time, slot),** a property of the model.
//! - **Invariant: only [`cli`] does I/O.** Below it nothing knows a file, a clock or a terminal: of a file that a scenario
//!   names, [`scenario`] says the name and gets the bytes.
//! - **Invariant: no `Result` on the path of an event.** The user's mistakes end in [`scenario`], as issues
//!   with a place; ours are assertions that name the replication.
//! - **Invariant: no counter in the model.** Whoever wants a number listens to signals.
//!
//! # How to add …
//!
//! - **a fault**: its key in `scenario/read` and `scenario/spec.rs`, its law in `model/mod.rs` (filled by
//!   `scenario/compile`), an `Event` in `model/event.rs` with its slot in `model/timer_table.rs`; the compiler
//!   then points at `sim/dispatch.rs`. The handler goes into the file of its mechanism; a `Cause` where it takes
//!   services down; a kind of injection in `scenario/read/schedule.rs` and `sim/injection.rs`. Then a case folder.
//! - **a key of the scenario**: besides that, a line in `scenarios/README.md`, in `scenario/describe`, in `scenario/catalogue`, from which
//!   editors know it (`tests/writing` says what is missing there), and in the scenario of `tests/scenario_phantoms.rs`, which looks for
//!   issues that follow only from others.
//! - **a code of an issue**: its name and title in [`scenario::code`], and what it means in [`scenario::explain`], with an example that
//!   causes it and its mended form.
//! - **a command**: its arguments and what it does in a file of its own in [`cli`], a line in `cli/args.rs` and `cli/mod.rs`, and examples
//!   in `cli/help.rs`, which are run by `tests/writing/help.rs`.
//! - **a file that a scenario names**: its key in `FILE_KEYS` of `scenario/files.rs`; whoever reads the key asks for its text
//!   (`data_text`), or for a table of columns (`scenario/sheet.rs`). The command line, the fingerprint and the places of mistakes
//!   follow.
//! - **a part of the page**: a file in [`report::page`] that gives a section of a result, named in its `SECTIONS`. What a result does not
//!   know yet comes first into `result.json`, or into [`report::replays`] where it is of one replication, so that `report` can draw it later.
//! - **a condition of a lane**: a variant of [`probe::Condition`], when it begins and ends in `probe/lanes.rs`, its look in
//!   `report/lanes.rs`, its colour in `report/charts/timeline/spell.rs` and `report/page/style.css`.
//! - **a format of histories of failures**: a reader beside the others in `history/read`, a variant of [`history::Format`] with its name and how its
//!   first row is known; the command line, the scenario and the schema follow.
//! - **a law that is fitted**: a variant of [`stats::fit::Curve`] and of [`stats::fit::Family`], how a scenario writes it in
//!   `report/faults/paste.rs`, and its coverage in `tests/faults_fit.rs`.
//! - **a probe**: a file in [`probe`] that implements [`sim::Observer`]; where it goes into results, its
//!   integers are added up in `experiment/block.rs` and turned into an estimate in `experiment/summarize.rs`.
//!   No handler changes.
//! - **a strategy**, as a new layer inside the guests: a word in `model/words.rs`, its settings in
//!   `scenario/read/strategy.rs`, a variant of [`model::GuestGroup`], its timers, a file in [`sim`] beside
//!   `failover` and `balanced`, a line in `sim/services.rs`, and its decisions in [`policy`]. A product of an
//!   existing family is data only: an entry in [`scenario::profiles`], each number with the id of its fact.
//! - **something that has an exact answer**: what of the model it stands on in `exact/recognise`, its numbers in `exact/plant.rs`, what its
//!   events do in `exact/world.rs` and `exact/world/guests.rs`, when they are due in `exact/process.rs`; no longer an [`exact::Obstacle`]
//!   then. A case with a twin in `tests/exact_answers.rs`.
//! - **a program to import from**: a reader beside `inventory/rvtools` and `inventory/proxmox.rs` that makes an [`inventory::Inventory`] of bytes,
//!   and a subcommand in `cli/import.rs`. A column of RVTools, or another name of one, is a row of `inventory/rvtools/aliases.rs`.
//! - **a price**: its key in `scenario/read/cost.rs`, its sum in `scenario/compile/prices.rs` where it is spent whatever fails, or in
//!   `experiment/cost.rs` where it is for what is lost. Money is whole millionths; nothing that is simulated knows of it.
//! - **a metric of goals and gates**: a variant of [`scenario::goal::Metric`], what an interval of it is in `experiment/metric.rs`, its
//!   figure in `report/size.rs` and `report/gates`. A row of the README's table.
//! - **something else that a gate can ask**: a variant of [`scenario::gate::Check`], read there, how it is judged in
//!   `experiment/gate.rs`, how it is told in `report/gates`. A row of `scenarios/README.md`.
//! - **a policy of admission control**: a variant of [`model::Admission`] and of [`scenario::AdmissionPolicy`], its
//!   keys in `scenario/read/admission.rs`, its sums in `capacity/admission.rs`, its sentence in `capacity/words.rs`.
//! - **a limit of a product**: data in [`scenario::product_limits`], asked in `scenario/compile/product_limits.rs`; of one of
//!   its settings, in `scenario/read/product.rs`. Which keys a product has a use for is in `scenario/read/settings.rs`.
//! - **a rule of the advice**: in `advice/ground.rs` where hosts, clusters or storage decide, in `advice/group.rs` where it is what runs
//!   inside the guests, in `advice/fit.rs` where something has to give way; its sentence with its fact in `advice/reasons.rs`, and in
//!   `advice/tests.rs` a scenario in which it holds and one in which it must not. A row of the README's table.
//! - **a family of products**: a variant of [`model::Product`], its settings in `scenario/profiles.rs` and
//!   `scenario/compile/products.rs`, a file in [`sim`] beside `primary` and `pool`, a line in `sim/cluster.rs`,
//!   `sim/isolation.rs` and `sim/sides.rs`, its slow model in `tests/slow`; the compiler points at the rest.

#![forbid(unsafe_code)]

pub mod special;

pub mod engine;
pub mod stats;

pub mod history;
pub mod model;

pub mod exact;
pub mod inventory;
pub mod scenario;
pub mod state;

pub mod policy;

pub mod capacity;
pub mod sim;

pub mod advice;
pub mod probe;

pub mod experiment;

pub mod report;

pub mod cli;
