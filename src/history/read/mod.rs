//! Readers of the formats in which histories come.

mod archive;
mod builder;
mod lanl;
mod machines;
mod own;
mod table;

use super::{History, Mistakes};
use builder::Builder;

/// How a history is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// `entity,kind,start,end,cause`, the program's own.
    Csv,
    /// `event_trace.tab` of the Failure Trace Archive.
    FailureTraceArchive,
    /// Failures of the machines of Los Alamos, 1996 to 2005.
    Lanl,
    /// Machine events of Google's traces of 2011, without a header.
    Google2011,
    /// Machine events of Google's traces of 2019, exported as CSV.
    Google2019,
}

impl Format {
    /// Every format with its name.
    pub const WORDS: [(&str, Format); 5] = [
        ("csv", Format::Csv),
        ("fta", Format::FailureTraceArchive),
        ("lanl", Format::Lanl),
        ("google-2011", Format::Google2011),
        ("google-2019", Format::Google2019),
    ];

    /// Its name.
    #[must_use]
    pub fn word(self) -> &'static str {
        Format::WORDS.iter().find(|(_, format)| *format == self).map_or("", |(word, _)| word)
    }

    /// Which format a text is in, by its first row.
    ///
    /// ```
    /// use ninefold::history::Format;
    /// assert_eq!(Format::of("entity,start,end\n"), Some(Format::Csv));
    /// assert_eq!(Format::of("0,5,0,HofLGzk1Or/8Ildj2+Lqv0UGGvY82NLoni8+J/Yy0RU=,0.5,0.2493\n"), Some(Format::Google2011));
    /// assert_eq!(Format::of("Dear diary\n"), None);
    /// ```
    #[must_use]
    pub fn of(text: &str) -> Option<Format> {
        let first = text.lines().find(|line| !line.trim().is_empty())?.trim_start_matches('\u{feff}');
        let names: Vec<String> =
            first.split(',').map(|name| name.trim().trim_matches('"').to_lowercase()).collect();
        let has = |name: &str| names.iter().any(|other| other == name);
        if has("prob started") {
            return Some(Format::Lanl);
        }
        if has("machine_id") && has("type") {
            return Some(Format::Google2019);
        }
        if has("entity") || (has("start") && has("end")) {
            return Some(Format::Csv);
        }
        let tabs = first.starts_with('#') || (names.len() == 1 && first.split_whitespace().count() >= 8);
        if tabs {
            return Some(Format::FailureTraceArchive);
        }
        let digits = |name: &String| !name.is_empty() && name.bytes().all(|b| b.is_ascii_digit());
        (names.len() >= 3 && names.iter().take(3).all(digits)).then_some(Format::Google2011)
    }
}

/// Reads a history; its format is told by its first row where nobody says it.
///
/// # Errors
/// Everything that is wrong with the text, with its places.
pub fn read(text: &str, format: Option<Format>) -> Result<History, Mistakes> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut builder = Builder::new(text);
    match format.or_else(|| Format::of(text)) {
        Some(Format::Csv) => own::read(&mut builder),
        Some(Format::FailureTraceArchive) => archive::read(&mut builder),
        Some(Format::Lanl) => lanl::read(&mut builder),
        Some(Format::Google2011) => machines::read_2011(&mut builder),
        Some(Format::Google2019) => machines::read_2019(&mut builder),
        None => {
            let what =
                if text.trim().is_empty() { "the file is empty" } else { "no format of a history begins so" };
            let remedy = "begin with the header entity,kind,start,end,cause, or say which format it is";
            builder.wrong(0..text.lines().next().map_or(0, str::len), what, remedy);
        }
    }
    builder.finish()
}

#[cfg(test)]
mod tests;
