//! A chart that goes into the file that its user names, and is written as its ending says.

use std::path::{Path, PathBuf};

use super::{Failure, interrupt, output};
use crate::report::charts;
use crate::report::clean::visible;

/// A place for a chart.
pub(super) struct ChartFile<'p> {
    path: &'p Path,
    pub(super) format: charts::Format,
}

impl<'p> ChartFile<'p> {
    /// Of what was typed behind `--chart`.
    pub(super) fn of(path: &'p Path) -> Result<ChartFile<'p>, Failure> {
        let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
        let format = match ending.as_deref() {
            Some("svg") => charts::Format::Svg,
            Some("png") => charts::Format::Png,
            _ => {
                return Err(Failure::Usage(format!(
                    "--chart {}: charts are SVG or PNG: let the name end in .svg or .png",
                    visible(&path.display().to_string())
                )));
            }
        };
        Ok(ChartFile { path, format })
    }

    fn folder(&self) -> &'p Path {
        self.path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
    }

    /// Makes its folder, so that a bad path fails before the work and not after it.
    pub(super) fn prepare(&self) -> Result<(), Failure> {
        interrupt::making(|made| output::prepare(self.folder(), made))
    }

    /// Writes it.
    pub(super) fn write(&self, drawn: Result<Vec<u8>, charts::ChartError>) -> Result<(), Failure> {
        let bytes = drawn.map_err(|error| Failure::Internal(format!("cannot draw: {error}")))?;
        let file = self.path.file_name().map(PathBuf::from).unwrap_or_default();
        interrupt::writing(|| output::write_all(self.folder(), &[(file, bytes)]))
    }

    /// Says that it is there.
    pub(super) fn tell(&self) {
        output::note(&format!("drew {}", visible(&self.path.display().to_string())));
    }
}
