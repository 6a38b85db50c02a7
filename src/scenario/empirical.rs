//! Empirical laws: `{ law = "empirical", values = ["10 min", "4 h"] }`, or the values in a column of a file.

use crate::engine::{Law, Span};

use super::code;
use super::fields::{At, Fields, Reader};
use super::fixed::limits;
use super::text::count;
use super::units;

/// The units that a column of bare numbers may be in.
pub(super) const UNITS: [&str; 8] = ["us", "ms", "s", "min", "h", "d", "w", "y"];

impl Reader {
    pub(super) fn empirical(&mut self, fields: &Fields<'_>) -> Option<Law> {
        let (key, at) = self.one_of(fields, "values", "file")?;
        if key == "file" {
            return self.column_of_durations(fields, &at);
        }
        for key in ["column", "unit"] {
            if let Some(at) = fields.get(key) {
                self.report(
                    code::CONFLICT,
                    &at,
                    format!("{key} says how to read a file, and there is none"),
                    "leave it out",
                );
            }
        }
        let items = self.items(&at, "[\"10 s\", \"30 s\"]")?;
        if items.is_empty() || items.len() > limits::EMPIRICAL_VALUES {
            let what = format!("{} values", items.len());
            let remedy = format!("write between 1 and {} durations", limits::EMPIRICAL_VALUES);
            self.report(code::LAW, &at, what, remedy);
            return None;
        }
        let read: Vec<Option<Span>> = items.iter().map(|item| self.duration(item)).collect();
        Some(law(read.into_iter().collect::<Option<_>>()?))
    }

    /// Durations with their units, or bare numbers in the unit that a key names.
    fn column_of_durations(&mut self, fields: &Fields<'_>, at: &At<'_>) -> Option<Law> {
        let known = UNITS.map(|unit| (unit, unit));
        let unit = match fields.get("unit") {
            Some(at) => Some(self.word(&at, &known)?),
            None => None,
        };
        let sheet = self.sheet(at)?;
        let column = self.column(&sheet, at, fields.get("column").as_ref(), None)?;
        let mut spans = Vec::new();
        let mut readable = true;
        let whole = self.rows(&sheet, &[column], |reader, cells| {
            let cell = cells[0];
            let bare = cell.text.parse::<f64>().is_ok();
            let read = match unit {
                Some(unit) if bare => units::duration(&format!("{} {unit}", cell.text)),
                _ => units::duration(cell.text),
            };
            match read {
                Ok(span) => spans.push(span),
                Err((what, remedy)) => {
                    readable = false;
                    let remedy = if bare {
                        "add unit = \"min\", or what else the numbers are, to the law".into()
                    } else {
                        remedy
                    };
                    reader.wrong_in(&sheet, code::DURATION, cell.mark, what, remedy);
                }
            }
        });
        if !whole || !readable {
            return None;
        }
        if spans.is_empty() || spans.len() > limits::EMPIRICAL_VALUES {
            let what = format!("{} in this column", count(spans.len() as u64, "value", "values"));
            let remedy = format!("write between 1 and {}", limits::EMPIRICAL_VALUES);
            self.wrong_in(&sheet, code::LAW, sheet.header(column), what, remedy);
            return None;
        }
        Some(law(spans))
    }
}

fn law(mut spans: Vec<Span>) -> Law {
    spans.sort_unstable();
    Law::Empirical { values_s: spans.into_iter().map(Span::as_secs_f64).collect() }
}
