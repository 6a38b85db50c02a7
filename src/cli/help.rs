//! The program as clap knows it, with examples for every command. `tests/writing/help.rs` runs them all.

use clap::CommandFactory;

use super::args::Arguments;

/// Commands with lines to try. They are run from a folder that has `scenarios/` in it; what comes behind `#` is for readers.
const EXAMPLES: &[(&str, &[&str])] = &[
    (
        "run",
        &[
            "ninefold run scenarios/two-hosts.toml",
            "ninefold run scenarios/two-hosts.toml --replications 200 --format json --quiet",
            "ninefold run scenarios/layers.toml --strategy both --set host.esx.count=8 --replications 50",
            "ninefold run scenarios/two-hosts.toml --precision '20 %'   # stop as soon as that much is known",
        ],
    ),
    (
        "check",
        &[
            "ninefold check scenarios/two-sites.toml",
            "ninefold check scenarios/two-hosts.toml --set host.h.memory='256 GiB'",
        ],
    ),
    ("advise", &["ninefold advise scenarios/two-hosts.toml --replications 500"]),
    (
        "sweep",
        &[
            "ninefold sweep scenarios/two-hosts.toml --set 'cluster.pair.product=[\"vsphere-6\", \"xenserver\"]' --replications 200",
        ],
    ),
    (
        "size",
        &[
            "ninefold size scenarios/how-many-hosts.toml --goal 'business.downtime <= 60 min/y' --set host.esx.count=22..26 --strategy unguarded --replications 200",
        ],
    ),
    ("verify", &["ninefold verify scenarios/by-the-book.toml --strategy none --replications 500"]),
    (
        "trace",
        &[
            "ninefold trace scenarios/two-hosts.toml --strategy guest-failover --replication 7",
            "ninefold trace scenarios/isolation.toml --strategy leave-on --format jsonl",
        ],
    ),
    (
        "chart",
        &[
            "ninefold run scenarios/two-hosts.toml --replications 100 --out results/two",
            "ninefold chart results/two --png",
        ],
    ),
    (
        "report",
        &[
            "ninefold run scenarios/two-hosts.toml --replications 100 --out results/two",
            "ninefold report results/two --out pages",
        ],
    ),
    ("profiles", &["ninefold profiles", "ninefold profiles vsphere-8   # as TOML, to paste and change"]),
    (
        "import",
        &[
            "ninefold import rvtools scenarios/rvtools -o dc.toml",
            "ninefold import rvtools scenarios/rvtools --group-by folder   # one service a folder; to stdout",
            "ninefold import proxmox - -o pve.toml < scenarios/proxmox.json",
        ],
    ),
    (
        "faults",
        &[
            "ninefold faults fit scenarios/failures.csv --kind host --watched 14",
            "ninefold faults fit scenarios/failures.csv --by entity-stem --format text --chart quantiles.svg",
            "ninefold run scenarios/replay.toml --replications 100",
        ],
    ),
    (
        "diff",
        &[
            "ninefold diff scenarios/san-diego.toml scenarios/plus-100.toml --no-run",
            "ninefold diff scenarios/two-hosts.toml scenarios/two-hosts.toml --set-b host.h.count=3 --replications 200",
            "ninefold diff - scenarios/two-hosts.toml --no-run < scenarios/layers.toml",
        ],
    ),
    ("explain", &["ninefold explain", "ninefold explain E017"]),
    (
        "init",
        &[
            "ninefold init                              # writes scenario.toml",
            "ninefold init two-sites.toml --kind two-sites --product hyper-v-2016",
            "ninefold init - --kind two-hosts",
        ],
    ),
    ("schema", &["ninefold schema > ninefold.schema.json"]),
    ("completions", &["ninefold completions bash > ninefold.bash", "ninefold completions fish"]),
    ("man", &["ninefold man", "ninefold man --out man1"]),
];

/// The program with the examples of its commands.
pub(super) fn command() -> clap::Command {
    EXAMPLES.iter().fold(Arguments::command(), |program, (name, examples)| {
        program.mut_subcommand(name, |command| {
            let lines: String = examples.iter().map(|example| format!("\n  {example}")).collect();
            let before = command.get_after_help().map_or(String::new(), ToString::to_string);
            let gap = if before.is_empty() { "" } else { "\n\n" };
            // Some say examples of their own already.
            let head = if before.contains("Examples:") { String::new() } else { format!("{gap}Examples:") };
            command.after_help(format!("{before}{head}{lines}"))
        })
    })
}
