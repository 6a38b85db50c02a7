//! A week of clients from a file: rows in equal steps, from Monday, 0:00, to the end of Sunday.
//!
//! It is meant for what somebody has measured: a row that is missing there is a mistake, and not a value that lasts
//! twice as long. Who thinks in steps of his own writes them in the scenario.

use std::collections::BTreeMap;

use crate::engine::Span;
use crate::model::{Load, Ppm};
use crate::scenario::code;
use crate::scenario::fields::{At, Fields, Reader};
use crate::scenario::issue::Mark;
use crate::scenario::sheet::Sheet;
use crate::scenario::spec::FileColumn;
use crate::scenario::text::{count, quote};
use crate::scenario::units::{self, Wrong};

use super::load::{COLUMN, DAYS, clock, minute};

/// The column that says when; without it the rows share the week.
const TIME: &str = "time";

const MINUTE: u64 = 60 * Span::MICROS_PER_SEC;
const DAY: u64 = 24 * 60 * MINUTE;

/// A row: the instant of the week, what clients want from then on, and where the former is written.
struct Row {
    from: Span,
    part: Ppm,
    mark: Mark,
}

impl Reader {
    /// The steps of a week, and the column that they come from.
    pub(super) fn week_of_file(
        &mut self,
        f: &Fields<'_>,
        at: &At<'_>,
    ) -> Option<(Vec<(Span, Ppm)>, FileColumn)> {
        let sheet = self.sheet(at)?;
        let time = sheet.find(TIME);
        let chosen = f.get(COLUMN);
        if chosen.is_none() && self.doubts_key(f, COLUMN) {
            // It is written, under another name: which column is meant cannot be known.
            return None;
        }
        let value = self.column(&sheet, at, chosen.as_ref(), time)?;
        let columns: Vec<usize> = [value].into_iter().chain(time).collect();
        let (mut rows, mut reads, mut is_timed) = (Vec::new(), true, true);
        let whole = self.rows(&sheet, &columns, |reader, cells| {
            let part = reader.of_cell(&sheet, cells[0], part);
            let from = cells.get(1).map_or(Some(Span::ZERO), |cell| reader.of_cell(&sheet, *cell, instant));
            reads &= part.is_some();
            is_timed &= from.is_some();
            let mark = cells[cells.len() - 1].mark;
            rows.push(Row { from: from.unwrap_or_default(), part: part.unwrap_or(Ppm::ONE), mark });
        });
        // Of a row that cannot be read nobody knows whether it is missing.
        if !whole || !is_timed {
            return None;
        }
        let fits = if time.is_some() { self.ascends(&sheet, &rows) } else { self.shares(&sheet, &mut rows) };
        if !fits || !reads {
            return None;
        }
        let file = self.text(at)?.to_owned();
        let column = FileColumn { file, column: sheet.names[value].clone(), rows: rows.len() };
        let mut steps: Vec<(Span, Ppm)> = rows.iter().map(|row| (row.from, row.part)).collect();
        // What goes on as before is no step.
        steps.dedup_by_key(|step| step.1);
        Some((steps, column))
    }

    /// Gives rows without a time their equal parts of the week.
    fn shares(&mut self, sheet: &Sheet, rows: &mut [Row]) -> bool {
        let number = rows.len() as u64;
        let a_day = number / 7;
        if number == 0 || !number.is_multiple_of(7) || !DAY.is_multiple_of(a_day * Span::MICROS_PER_SEC) {
            let what = match number {
                0 => "the file has no rows".to_owned(),
                _ => format!("{} have no equal parts of a week", count(number, "row", "rows")),
            };
            let remedy =
                "write one for each hour of the week, 168, or as many for each day, or add a column \"time\"";
            let mark = rows.last().map_or(sheet.header(0), |row| row.mark);
            self.wrong_in(sheet, code::TABLE, mark, what, remedy);
            return false;
        }
        for (row, number) in rows.iter_mut().zip(0..) {
            row.from = Span(number * (DAY / a_day));
        }
        true
    }

    /// Whether rows are one week, in order and in equal steps.
    fn ascends(&mut self, sheet: &Sheet, rows: &[Row]) -> bool {
        let mut fits = true;
        let mut wrong = |mark: Mark, what: String, remedy: &str| {
            self.wrong_in(sheet, code::TABLE, mark, what, remedy);
            fits = false;
        };
        let (Some(first), Some(last)) = (rows.first(), rows.last()) else {
            wrong(
                sheet.header(0),
                "the file has no rows".to_owned(),
                "write one for each hour of the week, 168",
            );
            return false;
        };
        let pairs = || rows.windows(2).map(|pair| (&pair[0], &pair[1]));
        let mut is_ascending = true;
        for (before, row) in pairs().filter(|(before, row)| row.from <= before.from) {
            let (at, earlier) = (told(row.from), told(before.from));
            let (what, remedy) = match row.from == before.from {
                true => (format!("{at} is there twice"), "leave one of the two rows out"),
                false => (format!("{at} comes after {earlier}"), "write one week, in the order of its time"),
            };
            wrong(row.mark, what, remedy);
            is_ascending = false;
        }
        if first.from > Span::ZERO && is_ascending {
            let what = format!("the week begins on {}", told(first.from));
            wrong(first.mark, what, "begin with Mon 00:00; the rows before it belong to the end of the week");
        }
        if !is_ascending {
            return false;
        }
        let step = usual(pairs().map(|(before, row)| row.from.0 - before.from.0));
        if step == 0 || !DAY.is_multiple_of(step) {
            let what = match step {
                0 => "one row is no week".to_owned(),
                _ => format!("steps of {} do not make up a day", Span(step)),
            };
            wrong(last.mark, what, "write one row for each hour of the week, or as many for each day");
            return false;
        }
        for (before, row) in pairs().filter(|(before, row)| row.from.0 - before.from.0 != step) {
            let next = told(Span(before.from.0 + step));
            let what = format!(
                "{} follows {}, in steps of {}: {next} is not there",
                told(row.from),
                told(before.from),
                Span(step)
            );
            wrong(row.mark, what, "write a row for every step of the week");
        }
        if last.from.0 + step != Load::WEEK.0 {
            let what = format!("the week ends with {}, in steps of {}", told(last.from), Span(step));
            wrong(last.mark, what, "write rows up to the end of Sunday");
        }
        fits
    }
}

/// The step that most rows are apart; of several the shortest. 0: there is none.
fn usual(steps: impl Iterator<Item = u64>) -> u64 {
    let mut counts = BTreeMap::new();
    for step in steps {
        *counts.entry(step).or_insert(0_usize) += 1;
    }
    let most = counts.values().copied().max();
    counts.into_iter().find(|(_, count)| Some(*count) == most).map_or(0, |(step, _)| step)
}

/// What clients want: a part of the most, from 0 to 1.
fn part(text: &str) -> Result<Ppm, (&'static str, Wrong)> {
    const REMEDY: &str = "write a part of the most, such as 0.15 or 15 %";
    if text.is_empty() {
        return Err((code::FRACTION, ("the value is empty".to_owned(), REMEDY.to_owned())));
    }
    let value = match text.parse::<f64>() {
        Ok(value) => value,
        Err(_) => units::fraction(text).map_err(|(what, _)| (code::FRACTION, (what, REMEDY.to_owned())))?,
    };
    let outside = || (code::RANGE, (format!("{} is outside 0 to 100 %", quote(text)), REMEDY.to_owned()));
    units::part(value).ok_or_else(outside)
}

/// An instant of the week: `Mon 08:00`, or how long after Monday, 0:00.
fn instant(text: &str) -> Result<Span, (&'static str, Wrong)> {
    let wrong = |what: String| {
        let remedy = "write a day and a time such as Mon 08:00, or how long after Monday, 0:00, such as 8 h";
        (code::RANGE, (what, remedy.to_owned()))
    };
    let by_day = || {
        let (day, time) = text.split_once(char::is_whitespace)?;
        let is_day = |known: &&str| {
            known.eq_ignore_ascii_case(day)
                || known.get(..3).is_some_and(|short| short.eq_ignore_ascii_case(day))
        };
        let number = DAYS.iter().position(is_day)? as u64;
        Some(Span(number * DAY + minute(time.trim())? * MINUTE))
    };
    let is_length = || units::duration(text).ok();
    let Some(at) = by_day().or_else(is_length) else {
        return Err(wrong(format!("{} is no time of the week", quote(text))));
    };
    if at >= Load::WEEK {
        return Err(wrong(format!("{} is after the end of the week", quote(text))));
    }
    Ok(at)
}

/// An instant of the week for people.
fn told(at: Span) -> String {
    if !at.0.is_multiple_of(MINUTE) {
        return format!("{} after Mon 00:00", at);
    }
    let (day, minutes) = (DAYS[(at.0 / DAY) as usize % 7], at.0 % DAY / MINUTE);
    let (first, rest) = day.split_at(1);
    format!("{}{} {}", first.to_ascii_uppercase(), &rest[..2], clock(minutes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_days_with_times_or_lengths() {
        let at = |text: &str| instant(text).ok().map(|span| span.as_secs_f64() / 3_600.0);
        for (text, hours) in [
            ("Mon 00:00", 0.0),
            ("monday 8:30", 8.5),
            ("SUN  23:45", 167.75),
            ("8 h", 8.0),
            ("90min", 1.5),
            ("6 d", 144.0),
        ] {
            assert_eq!(at(text), Some(hours), "{text}");
        }
        for wrong in [
            "",
            "8",
            "Mo 08:00",
            "Mon",
            "Mon 24:00",
            "168 h",
            "1 w",
            "-1 h",
            "2024-01-01 08:00",
            "08:00",
            "nan h",
            "Mön 08:00",
        ] {
            assert!(at(wrong).is_none(), "{wrong}");
        }
        assert_eq!(told(Span(DAY + 90 * MINUTE)), "Tue 01:30");
        assert_eq!(told(Span(500_000)), "500 ms after Mon 00:00");
    }

    #[test]
    fn values_are_parts_of_the_most() {
        for (text, millionths) in [
            ("0", 0),
            ("1", 1_000_000),
            ("15 %", 150_000),
            ("15%", 150_000),
            (".25", 250_000),
            ("1e-1", 100_000),
        ] {
            assert_eq!(part(text), Ok(Ppm(millionths)), "{text}");
        }
        for wrong in ["", "nan", "inf", "-0.1", "-1 %", "1.01", "101 %", "80", "0,8", "a", "1 2"] {
            assert!(part(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_usual_step_is_the_commonest_and_of_several_the_shortest() {
        assert_eq!(usual([3, 3, 1, 2, 3].into_iter()), 3);
        assert_eq!(usual([5, 2, 5, 2, 9].into_iter()), 2);
        assert_eq!(usual([].into_iter()), 0);
    }
}
