//! Bytes to files, stdout and stderr. Nothing is ever half written: all files of a result are written
//! beside their places first, and moved there together when the last one is complete.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::Failure;

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
    let cannot = |error| Failure::Io(format!("cannot write into {}", folder.display()), error);
    made.folder(folder).map_err(cannot)?;
    // A folder may be there and not be writable.
    NamedTempFile::new_in(folder).map(drop).map_err(cannot)
}

/// Writes all files, or none of them.
pub(super) fn write_all(folder: &Path, files: &[File]) -> Result<(), Failure> {
    let mut made = Made::nothing();
    stage_and_move(folder, files, &mut made).inspect_err(|_| made.undo())
}

fn stage_and_move(folder: &Path, files: &[File], made: &mut Made) -> Result<(), Failure> {
    let cannot = |path: &Path, error| Failure::Io(format!("cannot write {}", path.display()), error);
    let mut staged = Vec::new();
    for (name, bytes) in files {
        let path = folder.join(name);
        let parent = path.parent().unwrap_or(folder);
        let mut stage = || -> io::Result<NamedTempFile> {
            if path.is_dir() {
                // Told before the first file is moved, not after half of them.
                return Err(io::ErrorKind::IsADirectory.into());
            }
            made.folder(parent)?;
            let mut file = NamedTempFile::new_in(parent)?;
            file.write_all(bytes)?;
            file.as_file().sync_all()?;
            make_readable(file.as_file())?;
            Ok(file)
        };
        let file = stage().map_err(|error| cannot(&path, error))?;
        staged.push((file, path));
    }
    for (file, path) in staged {
        file.persist(&path).map_err(|error| cannot(&path, error.error))?;
    }
    Ok(())
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
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::Io("cannot write to stdout".into(), error))
        }
        _ => Ok(()),
    }
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
