//! The one thin layer between `emit` and `std::fs`.
//!
//! Every call names its operation to a [`Faults`] first, so that a test can
//! make the Nth one fail, fall short or never return. [`NoFaults`] is what
//! the program uses: its methods are empty and compile to nothing.
//!
//! Does *not* follow links where it looks at the output (`stat`), and does
//! not decide anything.

use std::ffi::OsString;
use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use super::error::{EmitError, Result};

/// What was asked of the system.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Operation {
    Stat,
    Resolve,
    List,
    MakeFolder,
    RemoveFolder,
    RemoveTree,
    Remove,
    Rename,
    Link,
    Open,
    Create,
    Read,
    Write,
    SetMode,
    Flush,
    Lock,
}

impl Operation {
    /// As in "permission denied while *creating* `x`".
    pub fn verb(self) -> &'static str {
        match self {
            Operation::Stat => "looking at",
            Operation::Resolve => "resolving",
            Operation::List => "listing",
            Operation::MakeFolder => "creating the folder",
            Operation::RemoveFolder | Operation::RemoveTree | Operation::Remove => "removing",
            Operation::Rename => "moving",
            Operation::Link => "linking",
            Operation::Open => "opening",
            Operation::Create => "creating",
            Operation::Read => "reading",
            Operation::Write => "writing",
            Operation::SetMode => "setting the mode of",
            Operation::Flush => "flushing",
            Operation::Lock => "locking",
        }
    }
}

/// Where a test may put its foot in the door.
pub trait Faults: Sync {
    /// Called before every operation: an error here is the operation's own.
    #[inline]
    fn before(&self, _operation: Operation, _path: &Path) -> io::Result<()> {
        Ok(())
    }

    /// How many of the bytes offered to one `write` the system takes.
    #[inline]
    fn accept(&self, offered: usize) -> usize {
        offered
    }
}

/// No faults: the real thing.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoFaults;

impl Faults for NoFaults {}

/// What stands at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stands {
    File,
    Folder,
    Link,
    /// A pipe, socket or device.
    Other,
}

/// What the system tells of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Meta {
    pub stands: Stands,
    pub size: u64,
    /// Nanoseconds since 1970.
    pub mtime: i64,
    /// The same, of the last change to the file's record; 0 where unknown.
    pub ctime: i64,
    /// Permission bits; 0 where there are none.
    pub mode: u32,
    /// Device and inode; `None` where the system has no such thing.
    pub id: Option<(u64, u64)>,
}

/// Files are for everyone to read, whatever the umask: they are published.
pub(super) const FILE_MODE: u32 = 0o644;
pub(super) const FOLDER_MODE: u32 = 0o755;
/// Nobody else looks into an unfinished site.
pub(super) const PRIVATE_MODE: u32 = 0o700;

pub(super) struct Disk<F> {
    pub faults: F,
}

/// A folder in which many files are looked at. On Linux it is held open: a
/// fifth of the time goes into finding it anew for each of them.
pub(super) struct Base {
    path: PathBuf,
    #[cfg(target_os = "linux")]
    open: Option<File>,
}

impl Base {
    pub fn new(path: &Path) -> Base {
        Base {
            path: path.to_owned(),
            #[cfg(target_os = "linux")]
            open: File::open(path).ok(),
        }
    }

    fn look(&self, path: &str, whole: &Path) -> io::Result<Option<Meta>> {
        #[cfg(target_os = "linux")]
        if let Some(open) = &self.open {
            use rustix::fs::{AtFlags, statat};
            return match statat(open, path, AtFlags::SYMLINK_NOFOLLOW) {
                Ok(stat) => Ok(Some(meta_of(&stat))),
                Err(error) => found_as(Err(error.into()), |meta| meta),
            };
        }
        let _ = path;
        found(fs::symlink_metadata(whole))
    }
}

impl<F: Faults> Disk<F> {
    #[inline]
    fn run<T>(
        &self,
        operation: Operation,
        path: &Path,
        action: impl FnOnce() -> io::Result<T>,
    ) -> Result<T> {
        self.faults
            .before(operation, path)
            .and_then(|()| action())
            .map_err(|source| EmitError::io(operation, path, source))
    }

    /// What stands at `path` itself, links not followed; `None` if nothing
    /// does, also because a parent is no folder.
    pub fn stat(&self, path: &Path) -> Result<Option<Meta>> {
        self.run(Operation::Stat, path, || found(fs::symlink_metadata(path)))
    }

    /// The same of a path within a folder.
    pub fn stat_within(&self, base: &Base, path: &str) -> Result<Option<Meta>> {
        let whole = base.path.join(path);
        self.run(Operation::Stat, &whole, || base.look(path, &whole))
    }

    /// The same at the end of all links.
    pub fn stat_followed(&self, path: &Path) -> Result<Option<Meta>> {
        self.run(Operation::Stat, path, || found(fs::metadata(path)))
    }

    pub fn stat_open(&self, file: &File, path: &Path) -> Result<Meta> {
        self.run(Operation::Stat, path, || {
            file.metadata().map(|metadata| meta(&metadata))
        })
    }

    /// The path without links and dots; `None` if it does not exist.
    pub fn resolve(&self, path: &Path) -> Result<Option<PathBuf>> {
        self.run(Operation::Resolve, path, || {
            found_as(fs::canonicalize(path), |path| path)
        })
    }

    pub fn list(&self, path: &Path) -> Result<Vec<(OsString, Stands)>> {
        self.run(Operation::List, path, || {
            let mut entries = Vec::new();
            for entry in fs::read_dir(path)? {
                let entry = entry?;
                entries.push((entry.file_name(), stands(entry.file_type()?)));
            }
            Ok(entries)
        })
    }

    pub fn make_folder(&self, path: &Path, mode: u32) -> Result<()> {
        self.run(Operation::MakeFolder, path, || {
            let mut builder = fs::DirBuilder::new();
            #[cfg(unix)]
            std::os::unix::fs::DirBuilderExt::mode(&mut builder, mode);
            #[cfg(not(unix))]
            let _ = mode;
            builder.create(path)
        })
    }

    /// One that everybody may look into, whatever the umask. Other bits stay
    /// as the system set them: a group's folder may hand its group on.
    pub fn make_public_folder(&self, path: &Path) -> Result<()> {
        self.make_folder(path, FOLDER_MODE)?;
        let mode = self.stat(path)?.map_or(FOLDER_MODE, |meta| meta.mode);
        if mode & 0o777 == FOLDER_MODE {
            return Ok(());
        }
        self.set_mode(path, mode & !0o777 | FOLDER_MODE)
    }

    pub fn remove_folder(&self, path: &Path) -> Result<()> {
        self.run(Operation::RemoveFolder, path, || fs::remove_dir(path))
    }

    pub fn remove_tree(&self, path: &Path) -> Result<()> {
        self.run(Operation::RemoveTree, path, || fs::remove_dir_all(path))
    }

    pub fn remove(&self, path: &Path) -> Result<()> {
        self.run(Operation::Remove, path, || fs::remove_file(path))
    }

    pub fn rename(&self, from: &Path, to: &Path) -> Result<()> {
        self.run(Operation::Rename, to, || fs::rename(from, to))
    }

    pub fn link(&self, from: &Path, to: &Path) -> Result<()> {
        self.run(Operation::Link, from, || fs::hard_link(from, to))
    }

    pub fn open(&self, path: &Path) -> Result<File> {
        self.run(Operation::Open, path, || File::open(path))
    }

    /// A file that was not there before.
    pub fn create(&self, path: &Path) -> Result<File> {
        self.run(Operation::Create, path, || {
            let mut options = OpenOptions::new();
            options.write(true).create_new(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, FILE_MODE);
            options.open(path)
        })
    }

    /// A file to lock, there before or not, its bytes left alone.
    pub fn open_lock(&self, path: &Path) -> Result<File> {
        self.run(Operation::Open, path, || {
            OpenOptions::new()
                .read(true)
                .write(true)
                .create(true)
                .truncate(false)
                .open(path)
        })
    }

    pub fn try_lock(&self, file: &File, path: &Path) -> Result<bool> {
        self.run(Operation::Lock, path, || match file.try_lock() {
            Ok(()) => Ok(true),
            Err(fs::TryLockError::WouldBlock) => Ok(false),
            Err(fs::TryLockError::Error(error)) => Err(error),
        })
    }

    /// Fills `buffer` as far as the file reaches.
    pub fn read(&self, file: &mut File, buffer: &mut [u8], path: &Path) -> Result<usize> {
        let mut filled = 0;
        while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            match self.run(Operation::Read, path, || file.read(rest)) {
                Ok(0) => break,
                Ok(count) => filled += count,
                Err(error) if error.is(io::ErrorKind::Interrupted) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(filled)
    }

    pub fn read_all(&self, path: &Path) -> Result<Vec<u8>> {
        let mut file = self.open(path)?;
        self.run(Operation::Read, path, || {
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes).map(|_| bytes)
        })
    }

    pub fn write(&self, file: &mut File, bytes: &[u8], path: &Path) -> Result<()> {
        let mut rest = bytes;
        while !rest.is_empty() {
            let written = self.run(Operation::Write, path, || {
                let accepted = self.faults.accept(rest.len()).min(rest.len());
                match file.write(rest.get(..accepted).unwrap_or(rest)) {
                    Ok(0) => Err(io::ErrorKind::WriteZero.into()),
                    other => other,
                }
            });
            match written {
                Ok(count) => rest = rest.get(count..).unwrap_or_default(),
                Err(error) if error.is(io::ErrorKind::Interrupted) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    pub fn set_mode(&self, path: &Path, mode: u32) -> Result<()> {
        #[cfg(unix)]
        return self.run(Operation::SetMode, path, || {
            fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(mode))
        });
        #[cfg(not(unix))]
        {
            let _ = (path, mode);
            Ok(())
        }
    }

    /// Waits until the file's bytes are on the medium.
    pub fn flush(&self, file: &File, path: &Path) -> Result<()> {
        self.run(Operation::Flush, path, || file.sync_all())
    }

    pub fn flush_file(&self, path: &Path) -> Result<()> {
        // To write: Windows flushes no other.
        self.run(Operation::Flush, path, || {
            OpenOptions::new().write(true).open(path)?.sync_all()
        })
    }

    /// The same for the names in a folder. Systems that cannot open a folder
    /// have no such call and need none.
    pub fn flush_folder(&self, path: &Path) -> Result<()> {
        if cfg!(not(unix)) {
            return Ok(());
        }
        self.run(Operation::Flush, path, || File::open(path)?.sync_all())
    }
}

fn found(result: io::Result<Metadata>) -> io::Result<Option<Meta>> {
    found_as(result, |metadata| meta(&metadata))
}

fn found_as<A, B>(result: io::Result<A>, f: impl FnOnce(A) -> B) -> io::Result<Option<B>> {
    match result {
        Ok(value) => Ok(Some(f(value))),
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
            ) =>
        {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

fn stands(kind: fs::FileType) -> Stands {
    if kind.is_symlink() {
        Stands::Link
    } else if kind.is_dir() {
        Stands::Folder
    } else if kind.is_file() {
        Stands::File
    } else {
        Stands::Other
    }
}

fn meta(metadata: &Metadata) -> Meta {
    #[cfg(unix)]
    let (ctime, mode, id) = {
        use std::os::unix::fs::MetadataExt;
        let ctime = metadata
            .ctime()
            .wrapping_mul(1_000_000_000)
            .wrapping_add(metadata.ctime_nsec());
        (
            ctime,
            metadata.mode() & 0o7777,
            Some((metadata.dev(), metadata.ino())),
        )
    };
    #[cfg(not(unix))]
    let (ctime, mode, id) = (0, 0, None);
    Meta {
        stands: stands(metadata.file_type()),
        size: metadata.len(),
        mtime: mtime(metadata),
        ctime,
        mode,
        id,
    }
}

#[cfg(target_os = "linux")]
#[allow(
    clippy::unnecessary_cast,
    reason = "the types are other ones on other processors"
)]
fn meta_of(stat: &rustix::fs::Stat) -> Meta {
    use rustix::fs::{FileType, Mode, RawMode};
    let nanos = |seconds: i64, nanos: i64| seconds.wrapping_mul(1_000_000_000).wrapping_add(nanos);
    let mode = stat.st_mode as RawMode;
    Meta {
        stands: match FileType::from_raw_mode(mode) {
            FileType::RegularFile => Stands::File,
            FileType::Directory => Stands::Folder,
            FileType::Symlink => Stands::Link,
            _ => Stands::Other,
        },
        size: stat.st_size as u64,
        mtime: nanos(stat.st_mtime as i64, stat.st_mtime_nsec as i64),
        ctime: nanos(stat.st_ctime as i64, stat.st_ctime_nsec as i64),
        mode: Mode::from_raw_mode(mode).bits(),
        id: Some((stat.st_dev as u64, stat.st_ino as u64)),
    }
}

fn mtime(metadata: &Metadata) -> i64 {
    let Ok(time) = metadata.modified() else {
        return 0;
    };
    match time.duration_since(UNIX_EPOCH) {
        Ok(after) => i64::try_from(after.as_nanos()).unwrap_or(i64::MAX),
        Err(before) => i64::try_from(before.duration().as_nanos()).map_or(i64::MIN, |nanos| -nanos),
    }
}
