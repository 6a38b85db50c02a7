//! How much clients want of a service over the week.

use std::collections::BTreeMap;

use crate::engine::Span;
use crate::model::{Load, Ppm};
use crate::scenario::code;
use crate::scenario::fields::{At, Fields, Reader};
use crate::scenario::spec::{GuestLayer, Service, Spec, Strategy, WeeklyLoad};
use crate::scenario::text::{join, list, quote};
use crate::scenario::tree::Value;

use super::Named;

pub(crate) const DAYS: [&str; 7] =
    ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// The file that says all of the week, and its column.
const FILE: &str = "csv";
pub(super) const COLUMN: &str = "column";

/// What several days have in common.
const WORKDAYS: &str = "workdays";
const WEEKEND: &str = "weekend";
const EVERY_DAY: &str = "days";

/// Keys that say something of days.
fn of_days() -> impl Iterator<Item = &'static str> {
    DAYS.into_iter().chain([WORKDAYS, WEEKEND, EVERY_DAY])
}

const MINUTES_A_DAY: u64 = 24 * 60;

/// Steps of a day: from so many minutes after midnight, a part of the peak.
type Day = BTreeMap<u64, Ppm>;

impl Reader {
    pub(super) fn load(&mut self, named: &Named<'_>) -> WeeklyLoad {
        let all_week = vec![(Span::ZERO, Ppm::ONE)];
        let mut load =
            WeeklyLoad { name: named.name.to_owned(), mark: named.mark, steps: all_week, column: None };
        let accepted: Vec<&str> = of_days().chain([FILE, COLUMN]).collect();
        let Some(f) = named.fields(self, &accepted) else { return load };
        if let Some(at) = f.get(FILE) {
            self.only_the_file(&f, &at);
            match self.week_of_file(&f, &at) {
                Some((steps, column)) => (load.steps, load.column) = (steps, Some(column)),
                None => self.sink.note_unread(at.path),
            }
            return load;
        }
        match f.get(COLUMN) {
            None => load.steps = self.week_of_days(&f).unwrap_or(load.steps),
            Some(_) if self.doubts_key(&f, FILE) => {}
            Some(at) => {
                let remedy = "write csv = \"FILE\" with the file that has it, or leave it out";
                self.report(code::MISSING, &at, "a column of no file: csv is missing", remedy);
                self.sink.note_unread(at.path);
            }
        }
        load
    }

    /// A week as the scenario says it, day by day.
    fn week_of_days(&mut self, f: &Fields<'_>) -> Option<Vec<(Span, Ppm)>> {
        let days: BTreeMap<&str, Option<Day>> = of_days()
            .filter_map(|key| Some((key, f.get(key)?)))
            .map(|(key, at)| (key, self.day(&at)))
            .collect();
        let unread = days.values().any(Option::is_none)
            || of_days().chain([FILE, COLUMN]).any(|key| self.doubts_key(f, key));
        let of_day = |day: usize| {
            let several = if day < 5 { WORKDAYS } else { WEEKEND };
            [DAYS[day], several, EVERY_DAY].into_iter().find_map(|key| days.get(key)?.as_ref())
        };
        let missing = list((0..DAYS.len()).filter(|&day| of_day(day).is_none()).map(|day| DAYS[day]));
        if !missing.is_empty() && !unread {
            let what = format!("nothing says what clients want on {missing}");
            let remedy = "write days = { \"00:00\" = \"20 %\", \"08:00\" = \"100 %\", \"18:00\" = \"20 %\" }, or workdays and weekend, or each day by its name, or csv = \"FILE\"";
            self.sink.push(code::MISSING, f.mark, f.path.clone(), what, remedy);
        }
        let idle = [(WORKDAYS, 0..5), (WEEKEND, 5..7), (EVERY_DAY, 0..7)];
        for (key, mut its_days) in idle {
            let Some(Some(day)) = days.get(key) else { continue };
            if !its_days.any(|number| of_day(number).is_some_and(|used| std::ptr::eq(used, day)))
                && let Some(at) = f.get(key)
            {
                let what = format!("{key} has no effect: every day of it is written by itself");
                self.report(code::NO_EFFECT, &at, what, "leave it out");
            }
        }
        (missing.is_empty() && !unread).then(|| week((0..DAYS.len()).filter_map(of_day)))
    }

    /// A file says what clients want on every day; nothing else can.
    fn only_the_file(&mut self, f: &Fields<'_>, file: &At<'_>) {
        let days = || of_days().filter_map(|key| f.get(key));
        if file.mark().source > 0 && days().any(|at| at.mark().source == 0) {
            // The scenario is as it is: only all of the table can give way.
            let what = "the scenario says what clients want by days";
            let remedy = format!("replace it whole: --set '{}={{ csv = \"FILE\" }}'", f.path);
            self.report(code::CONFLICT, file, what, remedy);
            return;
        }
        for at in days() {
            let what = "csv says what clients want on every day already";
            self.report(code::CONFLICT, &at, what, "leave one of the two out");
        }
    }

    /// A load that nobody follows, and a service that follows one for nothing.
    pub(super) fn loads_check(&mut self, spec: &Spec) {
        for (number, load) in spec.loads.iter().enumerate() {
            let path = |service: &str| join(&join("service", service), "load");
            let may = |s: &Service| s.load == Some(number) || self.doubts(&path(&s.name));
            if !spec.services.iter().any(may) && !self.doubts_table("service") {
                let what = format!("no service follows load {}", quote(&load.name));
                let remedy = format!("write load = {} in a service, or leave it out", quote(&load.name));
                self.sink.push(code::NO_EFFECT, load.mark, join("load", &load.name), what, remedy);
            }
        }
        self.whole_weeks(spec);
        for (number, service) in spec.services.iter().enumerate() {
            let path = join(&join("service", &service.name), "load");
            let balanced =
                |s: &Strategy| s.for_service(number).protection.guest == Some(GuestLayer::Balanced);
            let felt = service.requests > 0.0 || service.vm.busy > 0 || spec.strategies.iter().any(balanced);
            let unread = ["load", "requests", "vm", "vm.busy"]
                .iter()
                .any(|key| self.doubts(&join(&join("service", &service.name), key)));
            let doubted = spec.strategies.iter().any(|s| self.doubts_protection(spec, s, number));
            if service.load.is_some() && !felt && !unread && !doubted {
                let what = format!(
                    "load has no effect: no strategy balances {}, its VMs say nothing of busy, and its requests are not counted",
                    quote(&service.name)
                );
                let remedy = "write requests = 100 (a second, when clients want most), or leave load out";
                self.sink.push(code::NO_EFFECT, service.mark, path, what, remedy);
            }
        }
    }

    /// Figures a year of a few days with their load would be those of a year of such days. A script is not told by the year.
    fn whole_weeks(&mut self, spec: &Spec) {
        const FEW: u64 = 8;
        let (week, horizon) = (Load::WEEK.0, spec.run.horizon.0);
        let follows = spec.services.iter().any(|service| service.load.is_some());
        if follows && spec.injects.is_empty() && !horizon.is_multiple_of(week) && horizon < FEW * week {
            let what = format!(
                "{} is not whole weeks of the load: days count more than they do in a year",
                spec.run.horizon
            );
            let path = "run.horizon".to_owned();
            self.sink.push(
                code::PART_OF_A_WEEK,
                spec.run.horizon_mark,
                path,
                what,
                "write a number of weeks, such as \"52 w\"",
            );
        }
    }

    pub(super) fn doubts_key(&self, f: &Fields<'_>, key: &str) -> bool {
        self.doubts(&join(&f.path, key))
    }

    /// A day: one fraction, or a table of times and fractions.
    fn day(&mut self, at: &At<'_>) -> Option<Day> {
        let Value::Table(table) = &at.node.value else {
            return self.fraction(at).map(|part| Day::from([(0, part)]));
        };
        let (mut day, mut whole) = (Day::new(), true);
        for entry in &table.entries {
            let inner = At { node: &entry.node, path: join(&at.path, &entry.key) };
            let Some(minute) = minute(&entry.key) else {
                let what = format!("{} is not a time of day", quote(&entry.key));
                let remedy = "write hours and minutes from \"00:00\" to \"23:59\", in quotes";
                self.sink.push(code::RANGE, entry.key_mark, inner.path, what, remedy);
                whole = false;
                continue;
            };
            match self.fraction(&inner) {
                Some(part) if day.insert(minute, part).is_some() => {
                    let what = format!("{} is there twice", clock(minute));
                    self.sink.push(code::TWICE, entry.key_mark, inner.path, what, "leave one of the two out");
                    whole = false;
                }
                Some(_) => {}
                None => whole = false,
            }
        }
        if table.entries.is_empty() {
            let remedy =
                "write { \"00:00\" = \"20 %\", \"08:00\" = \"100 %\" }, or one fraction for all of it";
            self.report(code::MISSING, at, "nothing says what clients want on that day", remedy);
            whole = false;
        }
        whole.then_some(day)
    }
}

/// Minutes after midnight.
pub(super) fn minute(text: &str) -> Option<u64> {
    let (hours, minutes) = text.split_once(':')?;
    let digits = |text: &str, longest: usize| {
        let fits = (1..=longest).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        fits.then(|| text.parse::<u64>().ok()).flatten()
    };
    let (hours, minutes) = (digits(hours, 2)?, digits(minutes, 2).filter(|_| minutes.len() == 2)?);
    (hours < 24 && minutes < 60).then_some(hours * 60 + minutes)
}

pub(super) fn clock(minute: u64) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

/// Seven days as one week. Until its first step a day goes on as the one before it ended.
fn week<'a>(days: impl Iterator<Item = &'a Day>) -> Vec<(Span, Ppm)> {
    let mut steps: Vec<(u64, Ppm)> = Vec::new();
    for (number, day) in days.enumerate() {
        let midnight = number as u64 * MINUTES_A_DAY;
        steps.extend(day.iter().map(|(minute, part)| (midnight + minute, *part)));
    }
    let Some(&(first, _)) = steps.first() else { return vec![(Span::ZERO, Ppm::ONE)] };
    if first > 0 {
        let last = steps.last().map_or(Ppm::ONE, |step| step.1);
        steps.insert(0, (0, last));
    }
    steps.into_iter().map(|(minute, part)| (Span::from_secs(60 * minute), part)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_day_are_hours_and_minutes() {
        assert_eq!(minute("00:00"), Some(0));
        assert_eq!(minute("8:30"), Some(510));
        assert_eq!(minute("23:59"), Some(1_439));
        for wrong in ["24:00", "12:60", "12", "12:3", "", ":", "+1:00", "012:00", "1:000", "a:00"] {
            assert_eq!(minute(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_day_goes_on_as_the_one_before_it_until_its_first_step() {
        let workday = Day::from([(8 * 60, Ppm(900_000)), (18 * 60, Ppm(100_000))]);
        let sunday = Day::from([(0, Ppm(50_000))]);
        let days = [&workday; 6].into_iter().chain([&sunday]);
        let steps = week(days);
        // Monday before 8 is as Sunday ended.
        assert_eq!(steps[0], (Span::ZERO, Ppm(50_000)));
        assert_eq!(steps[1], (Span::from_secs(8 * 3_600), Ppm(900_000)));
        assert_eq!(steps.last(), Some(&(Span::from_secs(6 * 86_400), Ppm(50_000))));
        assert_eq!(steps.len(), 1 + 12 + 1);
    }
}
