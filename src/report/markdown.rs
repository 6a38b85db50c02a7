//! `summary.md`: the page for people who were not there. GitHub-flavoured Markdown.
//!
//! Downtime is in minutes per instance and year of 365 d, or as the script has it, as on the terminal. Every name that the
//! scenario's author chose is escaped.

use super::baseline;
use super::capacity;
use super::clean;
use super::clean::markdown as name;
use super::cost;
use super::figures;
use super::gates::{self, Counts};
use super::headroom;
use super::lost::LostColumns;
use super::reproduce;
use super::result::{Estimate, RunResult};
use super::stopping;
use super::text::{
    WRITES_LOST, can_lose_writes, cause_shares, counted, horizon, moved_alive, never_down, of_service,
    overloaded, recovery_points, service_names, unprotected, writes_lost,
};
use super::turns;
use super::verdict;

/// Causes that are named in the table; the rest are "other".
const CAUSES_NAMED: usize = 6;

/// The whole page.
#[must_use]
pub fn summary(result: &RunResult) -> String {
    let result = &*result.as_told();
    let mut page = Page { text: String::new(), result };
    page.line(&format!("# {}", name(&result.scenario.title)));
    page.line(&format!("**{}**", verdict::verdict(result, name)));
    page.gates();
    page.baseline();
    let horizon = horizon(result);
    page.line(&format!(
        "{} of {horizon} for each strategy. {}. `≤` stands where nothing was observed.{}",
        counted(result.replications, "replication"),
        result.preface().replace("[low, high]", "`[low, high]`"),
        if can_lose_writes(result) { WRITES_LOST } else { "" },
    ));
    if let Some(sentence) = stopping::sentence(result) {
        page.line(&sentence);
    }
    page.warnings();
    page.strategies();
    page.services();
    page.causes();
    page.capacity();
    page.headroom();
    page.cost();
    page.comparisons();
    page.reproduce();
    page.text
}

struct Page<'a> {
    text: String,
    result: &'a RunResult,
}

impl Page<'_> {
    /// A paragraph or a heading, with the blank line that Markdown wants.
    fn line(&mut self, line: &str) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        self.text.push_str(line);
        self.text.push('\n');
    }

    /// A table's head: the first `left` columns are words and lie to the left, figures to the right.
    fn head(&mut self, left: usize, cells: &[&str]) {
        self.line(&format!("| {} |", cells.join(" | ")));
        let rule: Vec<&str> =
            (0..cells.len()).map(|index| if index < left { ":--" } else { "--:" }).collect();
        self.text.push_str(&format!("| {} |\n", rule.join(" | ")));
    }

    fn row(&mut self, cells: &[String]) {
        self.text.push_str(&format!("| {} |\n", cells.join(" | ")));
    }

    fn columns(&self) -> [String; 4] {
        ["downtime, min", "lost, min", "outages", "writes lost"].map(|what| self.result.column(what))
    }

    fn minutes(&self, seconds: &Estimate) -> String {
        figures::interval(&self.result.told_minutes(seconds))
    }

    fn told(&self, estimate: &Estimate) -> String {
        figures::interval(&self.result.told(estimate))
    }

    /// Right under the verdict: whoever looks for them looks for nothing else.
    fn gates(&mut self) {
        if self.result.gates.is_empty() {
            return;
        }
        self.line(&format!("## {}", Counts::of(&self.result.gates).sentence()));
        self.line(gates::markdown::table(&self.result.gates).trim_end());
    }

    fn baseline(&mut self) {
        if let Some(baseline) = &self.result.baseline {
            self.line(&format!("## Beside the baseline: {}", baseline.sentence()));
            self.line(baseline::markdown(self.result).trim_end());
        }
    }

    fn warnings(&mut self) {
        if self.result.warnings.is_empty() {
            return;
        }
        self.line("The scenario can be run, but may not say what is meant:");
        let lines: Vec<String> = self
            .result
            .warnings
            .iter()
            .map(|w| format!("- {} {}: {}: {}", name(&w.code), name(&w.path), name(&w.what), name(&w.remedy)))
            .collect();
        self.line(&lines.join("\n"));
    }

    fn strategies(&mut self) {
        self.line("## Strategies");
        let writes = can_lose_writes(self.result);
        let columns = self.columns();
        let mut head = vec!["strategy", &columns[0], &columns[1], "availability", "nines", &columns[2]];
        head.extend(writes.then_some(&*columns[3]));
        self.head(1, &head);
        for strategy in &self.result.strategies {
            let total = &strategy.total;
            let mut row = vec![
                name(&strategy.name),
                self.minutes(&total.downtime_s),
                self.minutes(&total.lost_s),
                figures::availability(&total.availability),
                figures::nines(&total.availability),
                self.told(&total.outages),
            ];
            row.extend(writes.then(|| writes_lost(self.result, &total.recovery_point_s)));
            self.row(&row);
        }
        let given_up = |strategy| {
            let line = turns::given_up(self.result, strategy)?;
            Some(format!("- {}: planned work given up: {}", name(&strategy.name), name(&line)))
        };
        let lines: Vec<String> = self.result.strategies.iter().filter_map(given_up).collect();
        if !lines.is_empty() {
            self.line(&lines.join("\n"));
        }
    }

    fn services(&mut self) {
        self.line("## Services");
        let percentiles = ["p50", "p95", "p99"].map(|p| format!("{p} of {}", horizon(self.result)));
        for service_name in service_names(self.result) {
            let rows = of_service(self.result, service_name);
            let Some((_, first)) = rows.first() else { continue };
            self.line(&format!(
                "### {} ({}, {})",
                name(service_name),
                counted(first.instances, "instance"),
                name(&first.role)
            ));
            let columns = self.columns();
            let mut head = vec!["strategy", "protect", &columns[0], &columns[1], "availability", &columns[2]];
            head.extend(["one lasts", &percentiles[0], &percentiles[1], &percentiles[2], "more VMs fit"]);
            let writes = rows.iter().any(|(_, s)| s.recovery_point_s.estimate.high > 0.0);
            head.extend(writes.then_some(&*columns[3]));
            let lost = LostColumns::of(&rows);
            let lost_head = lost.head(self.result);
            head.extend(lost_head.iter().map(String::as_str));
            self.head(2, &head);
            for (strategy, service) in &rows {
                let downtime = &service.downtime_s;
                let happened = service.outages.mean > 0.0;
                let protect = if service.protect.is_empty() {
                    "nothing".to_owned()
                } else {
                    service.protect.iter().map(|layer| name(layer)).collect::<Vec<_>>().join(", ")
                };
                let mut row = vec![
                    name(&strategy.name),
                    protect,
                    self.minutes(&downtime.estimate),
                    self.minutes(&service.lost_s),
                    figures::availability(&service.availability),
                    self.told(&service.outages),
                    if happened { figures::duration(service.outage_s.mean) } else { "–".to_owned() },
                    figures::duration(downtime.p50),
                    figures::duration(downtime.p95),
                    figures::duration(downtime.p99),
                    figures::count(service.more_vms),
                ];
                row.extend(writes.then(|| writes_lost(self.result, &service.recovery_point_s.estimate)));
                row.extend(lost.cells(self.result, service));
                self.row(&row);
            }
            if let Some(line) = never_down(self.result, &rows, name) {
                self.line(&format!("In this table, {line}."));
            }
            if let Some(line) = unprotected(self.result, &rows, name) {
                self.line(&format!("Without a second VM to fall back on: {line}."));
            }
            if let Some(line) = moved_alive(self.result, &rows, name) {
                self.line(&format!("Moved from host to host: {line}."));
            }
            if let Some(line) = overloaded(self.result, &rows, name) {
                self.line(&format!("With less computing power than it wants: {line}."));
            }
            if let Some(line) = recovery_points(&rows, name) {
                self.line(&format!("Recovery point, the most writes lost at once: {line}."));
            }
        }
    }

    fn causes(&mut self) {
        self.line("## Causes of downtime");
        self.line("Shares of all downtime of a strategy, the largest first.");
        self.head(2, &["strategy", "causes"]);
        for strategy in &self.result.strategies {
            let shares: Vec<String> = cause_shares(&strategy.total.causes, CAUSES_NAMED)
                .iter()
                .map(|(cause, share)| format!("{} {}", name(cause), name(&figures::share(*share))))
                .collect();
            let shares = if shares.is_empty() { "none seen".to_owned() } else { shares.join(", ") };
            self.row(&[name(&strategy.name), shares]);
        }
    }

    fn capacity(&mut self) {
        self.line("## Capacity");
        let head =
            ["strategy", "hosts", "VMs", "VMs per host", "memory used", "memory reserved", "memory left"];
        let waiting = format!("VMs wait for room, {}", self.result.told_for());
        let spare = capacity::heads_with_losses(self.result);
        let cores = ["cores used", "cores reserved", "cores left", "more VMs fit"];
        self.head(1, &[&head[..], &cores[..], &spare, &[&waiting]].concat());
        for strategy in &self.result.strategies {
            let capacity = &strategy.capacity;
            let waiting = self.result.told(&capacity.waiting_vm_s);
            let mut row = vec![
                name(&strategy.name),
                figures::count(capacity.hosts),
                figures::count(capacity.vms),
                figures::fixed(capacity.consolidation, 1),
                name(&figures::share(capacity.memory_used)),
                name(&figures::share(capacity.memory_reserved)),
                name(&figures::share(capacity.memory_left)),
                name(&figures::share(capacity.cores_used)),
                name(&figures::share(capacity.cores_reserved)),
                name(&figures::share(capacity.cores_left)),
                capacity::more_vms(capacity),
            ];
            row.extend(capacity::cells_with_losses(capacity).into_iter().take(spare.len()));
            row.push(if waiting.mean > 0.0 {
                figures::duration_interval(&waiting)
            } else {
                "–".to_owned()
            });
            self.row(&row);
        }
        let lines: Vec<String> = capacity::sentences(self.result, name)
            .iter()
            .map(|(names, sentence)| {
                let names: Vec<String> = names.iter().map(|strategy| name(strategy)).collect();
                format!("- {}: {sentence}", names.join(", "))
            })
            .collect();
        if !lines.is_empty() {
            self.line(&lines.join("\n"));
        }
    }

    fn headroom(&mut self) {
        if !headroom::is_told(self.result) {
            return;
        }
        self.line("## Headroom over time");
        self.line(&format!(
            "Parts of all the memory, and of all the cores, that VMs may take of a cluster's hosts. {}.",
            headroom::LEGEND
        ));
        self.head(2, &headroom::HEAD);
        for row in headroom::rows(self.result, name, name) {
            self.row(&row);
        }
    }

    fn cost(&mut self) {
        if !cost::is_told(self.result) {
            return;
        }
        self.line(&format!("## {}", cost::title(self.result, name)));
        let scaled = match horizon(self.result).as_str() {
            "1 y" => String::new(),
            horizon => format!(", scaled from {horizon}"),
        };
        self.line(&format!(
            "Of all instances, in a year of 8,760 h{scaled}. `[low, high]` is the 95 % interval."
        ));
        self.head(1, &cost::HEAD);
        for strategy in self.result.strategies.iter().filter(|strategy| strategy.cost.is_some()) {
            self.row(&cost::cells(strategy, name));
        }
    }

    fn comparisons(&mut self) {
        if self.result.total_comparisons.is_empty() {
            return;
        }
        self.line("## Comparisons");
        let mut line = format!(
            "Differences over the same failure history, all services, {} per instance. Where the interval holds 0, \
             these replications do not tell the two apart.",
            self.result.column("min")
        );
        if verdict::is_any_held_open(self.result) {
            line.push_str(&format!(" Some that look clear are not decided: {}.", figures::ALLOWANCE));
        }
        if let Some(told) = verdict::compared(self.result, name) {
            line.push_str(&format!(" Here, {told}."));
        }
        self.line(&line);
        let priced = cost::is_told(self.result);
        let mut head = vec!["a − b", "downtime", "lost", "decided"];
        let title = cost::title(self.result, name);
        head.extend(priced.then_some(&*title));
        self.head(1, &head);
        for pair in &self.result.total_comparisons {
            let decided = if verdict::is_decided(&pair.lost_s_a_minus_b) { "yes" } else { "no" };
            let mut row = vec![
                format!("{} − {}", name(&pair.a), name(&pair.b)),
                self.minutes(&pair.downtime_s_a_minus_b),
                self.minutes(&pair.lost_s_a_minus_b),
                decided.to_owned(),
            ];
            let cost = || pair.cost_a_minus_b.as_ref().map_or_else(|| "–".to_owned(), |c| cost::money(c, ""));
            row.extend(priced.then(cost));
            self.row(&row);
        }
    }

    fn reproduce(&mut self) {
        let result = self.result;
        self.line("## How to reproduce");
        let threads = "on any machine and with any number of threads";
        self.line(&if result.replications < result.replications_asked {
            format!("This run was interrupted. To its end it gives the same bytes {threads}:")
        } else {
            format!("The same scenario, seed and version give the same bytes, {threads}:")
        });
        self.line(&format!("    {}", clean::visible(&reproduce::command(result))));
        self.head(2, &["what", "value"]);
        let warmup = crate::engine::Span::from_secs_f64(result.warmup_s.max(0.0)).to_string();
        for (what, value) in [
            ("version", name(&result.version)),
            ("scenario (SHA-256, overrides included)", name(&result.scenario.sha256)),
            ("seed", result.seed.to_string()),
            ("replications", figures::count(result.replications)),
            ("horizon", horizon(result)),
            ("warm-up", warmup),
            ("ages", name(&result.ages)),
        ] {
            self.row(&[what.to_owned(), value]);
        }
    }
}
