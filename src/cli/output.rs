//! Bytes to files, stdout and stderr. Nothing is ever half written: all files of a result are written
//! beside their places first, and moved there together when the last one is complete. What is no file is written to as it is:
//! see [`super::target`].

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::Failure;
use super::target::{Target, folder_of};
use crate::report::clean::visible;

/// A file to be: its path below the result's folder, and its bytes.
pub(super) type File = (PathBuf, Vec<u8>);

/// Folders that a run has made, the outer ones first.
#[derive(Debug)]
pub(super) struct Made(Vec<PathBuf>);

impl Made {
    pub(super) const fn nothing() -> Made {
        Made(Vec::new())
    }

    /// Makes a folder, and those that it lies in.
    fn folder(&mut self, folder: &Path) -> io::Result<()> {
        let missing = folder.ancestors().take_while(|path| !path.as_os_str().is_empty() && !path.exists());
        let mut missing: Vec<PathBuf> = missing.map(Path::to_path_buf).collect();
        missing.reverse();
        self.0.extend(missing);
        fs::create_dir_all(folder)
    }

    /// Removes those that are empty.
    pub(super) fn undo(&self) {
        for folder in self.0.iter().rev() {
            let _ = fs::remove_dir(folder);
        }
    }
}

/// Makes the folder, so that a bad path fails before the work and not after it.
pub(super) fn prepare(folder: &Path, made: &mut Made) -> Result<(), Failure> {
    let cannot = |error| cannot("write into", folder, error);
    made.folder(folder).map_err(cannot)?;
    // A folder may be there and not be writable.
    NamedTempFile::new_in(folder).map(drop).map_err(cannot)
}

/// The same for a single file.
pub(super) fn prepare_file(file: &Path, made: &mut Made) -> Result<(), Failure> {
    match Target::of(file) {
        Ok(Target::File(place)) => prepare(folder_of(&place), made),
        Ok(_) => Ok(()),
        Err(error) => Err(cannot("write", file, error)),
    }
}

/// Writes all files, or none of them.
pub(super) fn write_all(folder: &Path, files: &[File]) -> Result<(), Failure> {
    let mut made = Made::nothing();
    stage_and_move(folder, files, &mut made).inspect_err(|_| made.undo())
}

fn stage_and_move(folder: &Path, files: &[File], made: &mut Made) -> Result<(), Failure> {
    let (mut staged, mut through) = (Vec::new(), Vec::new());
    for (name, bytes) in files {
        let path = folder.join(name);
        // Told before the first file is moved, not after half of them.
        match Target::of(&path) {
            Ok(Target::File(place)) => {
                let file = stage(&place, bytes, made).map_err(|error| cannot("write", &path, error))?;
                staged.push((file, place, path));
            }
            Ok(target) => through.push((target, bytes, path)),
            Err(error) => return Err(cannot("write", &path, error)),
        }
    }
    // What was written there cannot be taken back, but is likelier to fail than a move.
    for (target, bytes, path) in through {
        target.write_through(bytes).map_err(|error| cannot("write", &path, error))?;
    }
    for (file, place, path) in staged {
        file.persist(&place).map_err(|error| cannot("write", &path, error.error))?;
    }
    Ok(())
}

/// The bytes beside the place where they are to go, on the disk.
fn stage(place: &Path, bytes: &[u8], made: &mut Made) -> io::Result<NamedTempFile> {
    let folder = folder_of(place);
    made.folder(folder)?;
    let mut file = NamedTempFile::new_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    make_readable(file.as_file())?;
    Ok(file)
}

/// What the machine would not do, why, and what to do about it.
fn cannot(what: &str, path: &Path, error: io::Error) -> Failure {
    let why = error.to_string();
    // Nobody has heard of the file that was to be moved there.
    let why =
        if error.raw_os_error().is_some() { &*why } else { why.split(" at path \"").next().unwrap_or(&why) };
    let remedy = match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            ": make room there, or name another place"
        }
        io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied => {
            ": name a place where you may write"
        }
        io::ErrorKind::IsADirectory => ": name a file",
        _ => "",
    };
    Failure::Io(
        format!("cannot {what} {}", shown(path)),
        io::Error::new(error.kind(), format!("{why}{remedy}")),
    )
}

/// A path as it may be shown.
pub(super) fn shown(path: &Path) -> String {
    visible(&path.display().to_string())
}

/// The names of some files, as they may be shown.
pub(super) fn names(files: &[File]) -> String {
    let names: Vec<String> = files.iter().map(|(name, _)| shown(name)).collect();
    names.join(", ")
}

/// Temporary files are private; results are not.
#[cfg(unix)]
fn make_readable(file: &fs::File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn make_readable(_file: &fs::File) -> io::Result<()> {
    Ok(())
}

/// Prints data. A reader who has gone away (`| head`) is no error.
pub(super) fn print(text: &str) -> Result<(), Failure> {
    Target::Stdout
        .write_through(text.as_bytes())
        .map_err(|error| cannot("write to", Path::new("stdout"), error))
}

/// A text of our own in which somebody else's names may stand, as it may be shown.
pub(super) fn harmless(text: &str) -> String {
    let lines: Vec<String> = text.split('\n').map(visible).collect();
    lines.join("\n")
}

/// Says something that is not data. Where stderr is closed nobody wants to hear it.
pub(super) fn note(text: &str) {
    let mut err = io::stderr().lock();
    let _ = err.write_all(text.trim_end_matches('\n').as_bytes()).and_then(|()| err.write_all(b"\n"));
}

/// Whether notes may be coloured: on a terminal that can, unless `NO_COLOR` is set; elsewhere where `CLICOLOR_FORCE` is.
pub(super) fn notes_in_colour() -> bool {
    anstream::AutoStream::choice(&io::stderr()) != anstream::ColorChoice::Never
}

/// The same of data, which may go elsewhere.
pub(super) fn data_in_colour() -> bool {
    anstream::AutoStream::choice(&io::stdout()) != anstream::ColorChoice::Never
}
