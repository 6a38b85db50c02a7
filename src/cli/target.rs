//! Where the bytes of a file go: into a file, whole or not at all, or through what is no file.
//!
//! | at the path | then |
//! | --- | --- |
//! | nothing, or a file | it is replaced, in one step |
//! | a link | the same happens to what it leads to; the link stays |
//! | what stdout or stderr is, such as `/dev/stdout` | the bytes go there, in turn with what is printed |
//! | a device, a pipe, a socket | it is opened and written to |
//! | a folder | an error |

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Where bytes go.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// A file that is there, or will be.
    File(PathBuf),
    /// What nothing can take the place of.
    Device(PathBuf),
    Stdout,
    Stderr,
}

/// As many links the system follows one after the other.
const LINKS_MAX: u32 = 40;

impl Target {
    pub(super) fn of(path: &Path) -> io::Result<Target> {
        match fs::metadata(path) {
            Ok(found) if found.is_dir() => Err(io::ErrorKind::IsADirectory.into()),
            Ok(found) => match own(&found) {
                Some(own) => Ok(own),
                None if found.is_file() => end_of_links(path).map(Target::File),
                None => Ok(Target::Device(path.to_path_buf())),
            },
            Err(error) if error.kind() == io::ErrorKind::NotFound => end_of_links(path).map(Target::File),
            Err(error) => Err(error),
        }
    }

    /// Writes to what is no file. A reader who has gone away is no error.
    pub(super) fn write_through(&self, bytes: &[u8]) -> io::Result<()> {
        let written = match self {
            Target::Stdout => all(&mut io::stdout().lock(), bytes),
            Target::Stderr => all(&mut io::stderr().lock(), bytes),
            Target::File(path) | Target::Device(path) => {
                fs::OpenOptions::new().write(true).open(path).and_then(|mut to| all(&mut to, bytes))
            }
        };
        written.or_else(|error| match error.kind() {
            io::ErrorKind::BrokenPipe => Ok(()),
            _ => Err(error),
        })
    }
}

fn all(to: &mut impl Write, bytes: &[u8]) -> io::Result<()> {
    to.write_all(bytes)?;
    to.flush()
}

/// Whether somebody would miss what is there: a device has nothing to lose.
pub(super) fn is_taken(path: &Path) -> bool {
    match Target::of(path) {
        Ok(Target::File(place)) => place.exists(),
        Ok(_) => false,
        Err(_) => path.exists(),
    }
}

/// Whether two paths lead to one file, of which only the last that is written would stay. Their folders are there.
pub(super) fn are_one(a: &Path, b: &Path) -> bool {
    let place = |path: &Path| match Target::of(path) {
        Ok(Target::File(place)) => {
            let folder = folder_of(&place).canonicalize().ok()?;
            Some(folder.join(place.file_name()?))
        }
        _ => None,
    };
    place(a).is_some_and(|place_of_a| place(b) == Some(place_of_a))
}

/// The folder of a file; of a bare name the current one.
pub(super) fn folder_of(file: &Path) -> &Path {
    file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Where a path leads in the end, be it that nothing is there yet.
fn end_of_links(path: &Path) -> io::Result<PathBuf> {
    let mut end = path.to_path_buf();
    for _ in 0..LINKS_MAX {
        match fs::read_link(&end) {
            Ok(to) => end = end.parent().unwrap_or(Path::new("")).join(to),
            // Not a link.
            Err(_) => return Ok(end),
        }
    }
    Err(io::Error::other("the links that it leads to have no end"))
}

/// What the program prints to already. A file that took its place would leave what is printed nowhere.
#[cfg(unix)]
fn own(found: &fs::Metadata) -> Option<Target> {
    use std::os::fd::{AsFd, BorrowedFd};
    use std::os::unix::fs::MetadataExt;
    let is = |stream: BorrowedFd<'_>| {
        let open = stream.try_clone_to_owned().and_then(|open| fs::File::from(open).metadata());
        open.is_ok_and(|open| (open.dev(), open.ino()) == (found.dev(), found.ino()))
    };
    if is(io::stdout().as_fd()) {
        return Some(Target::Stdout);
    }
    is(io::stderr().as_fd()).then_some(Target::Stderr)
}

#[cfg(not(unix))]
fn own(_found: &fs::Metadata) -> Option<Target> {
    None
}
