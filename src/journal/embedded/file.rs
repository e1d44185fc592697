//! Opening the file.

use std::{
    fs::{self, File, OpenOptions},
    io,
    path::{Path, PathBuf},
};

use redb::{
    Database, DatabaseError, ReadOnlyDatabase, ReadTransaction, ReadableDatabase, StorageBackend, TransactionError,
    backends::FileBackend,
};

use super::{error::OpenError, options::Options, tables};

const FILE_NAME: &str = "journal.redb";

/// An open database.
pub(super) enum Handle {
    Writable(Database),
    ReadOnly(ReadOnlyDatabase),
}

impl Handle {
    pub(super) fn begin_read(&self) -> Result<ReadTransaction, TransactionError> {
        match self {
            Self::Writable(database) => database.begin_read(),
            Self::ReadOnly(database) => database.begin_read(),
        }
    }
}

/// Where the journal of a data directory is.
pub(super) fn path_in(data_dir: &Path) -> PathBuf {
    data_dir.join(FILE_NAME)
}

/// Opens the file for writing, and creates it where there is none.
pub(super) fn open_writable(path: &Path, options: &Options) -> Result<Handle, OpenError> {
    open_writable_through(path, options, |file| file)
}

/// The same, with something between the database and the file.
pub(super) fn open_writable_through<B: StorageBackend>(
    path: &Path,
    options: &Options,
    through: impl FnOnce(FileBackend) -> B,
) -> Result<Handle, OpenError> {
    let file = create(path).map_err(|error| storage(path, &error))?;
    let backend = through(FileBackend::new(file).map_err(|error| refused(path, error))?);
    let database = redb::Builder::new()
        .set_cache_size(options.cache_bytes)
        .create_with_backend(backend)
        .map_err(|error| refused(path, error))?;
    prepare(path, &database)?;
    Ok(Handle::Writable(database))
}

/// Opens an existing file for reading. If the process that wrote it was killed, its unfinished last transaction is
/// undone first; entries are never written.
pub(super) fn open_read_only(path: &Path, options: &Options) -> Result<Handle, OpenError> {
    if !path.exists() {
        return Err(OpenError::Missing { path: path.to_owned() });
    }
    let mut builder = redb::Builder::new();
    builder.set_cache_size(options.cache_bytes);
    let database = match builder.open_read_only(path) {
        Err(DatabaseError::RepairAborted) => {
            let repaired = builder.open(path).map_err(|error| refused(path, error))?;
            repaired.close().map_err(|error| refused(path, error))?;
            builder.open_read_only(path)
        }
        other => other,
    };
    let handle = Handle::ReadOnly(database.map_err(|error| refused(path, error))?);
    match format(path, &handle)? {
        Some(_) => Ok(handle),
        None => Err(OpenError::Missing { path: path.to_owned() }),
    }
}

/// Creates what is missing in an open database and checks the format of what is there.
fn prepare(path: &Path, database: &Database) -> Result<(), OpenError> {
    let failed = |error: &redb::Error| storage(path, error);
    let transaction = database.begin_read().map_err(|error| failed(&error.into()))?;
    if checked_format(path, tables::format(&transaction).map_err(|error| failed(&error))?)?.is_some() {
        return Ok(());
    }
    let transaction = database.begin_write().map_err(|error| failed(&error.into()))?;
    tables::create(&transaction).map_err(|error| failed(&error))?;
    transaction.commit().map_err(|error| failed(&error.into()))
}

fn format(path: &Path, handle: &Handle) -> Result<Option<u64>, OpenError> {
    let transaction = handle.begin_read().map_err(|error| storage(path, &error))?;
    checked_format(path, tables::format(&transaction).map_err(|error| storage(path, &error))?)
}

fn checked_format(path: &Path, found: Option<u64>) -> Result<Option<u64>, OpenError> {
    match found {
        Some(found) if found != tables::FORMAT => {
            Err(OpenError::Format { path: path.to_owned(), found, understood: tables::FORMAT })
        }
        found => Ok(found),
    }
}

/// Opens the file such that it is still there, and reads as the disk has it, after a power cut.
fn create(path: &Path) -> io::Result<File> {
    let directory = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(directory)?;
    let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)?;
    // A new file is durable only when its directory's entry is, and a new directory likewise.
    File::open(directory)?.sync_all()?;
    if let Ok(parent) = directory.join("..").canonicalize().and_then(File::open) {
        parent.sync_all()?;
    }
    forget_cached_pages(&file)?;
    Ok(file)
}

/// After a failed fsync Linux calls the pages that it could not write clean and keeps them in its cache, so that they
/// would be read as if they were durable (<https://wiki.postgresql.org/wiki/Fsync_Errors>). Forgetting them lets a
/// reopened journal see what the disk really has.
#[cfg(target_os = "linux")]
fn forget_cached_pages(file: &File) -> io::Result<()> {
    Ok(rustix::fs::fadvise(file, 0, None, rustix::fs::Advice::DontNeed)?)
}

#[cfg(not(target_os = "linux"))]
fn forget_cached_pages(_file: &File) -> io::Result<()> {
    Ok(())
}

/// The typed form of redb's refusal to open the file.
fn refused(path: &Path, error: DatabaseError) -> OpenError {
    match error {
        DatabaseError::DatabaseAlreadyOpen => OpenError::InUse { path: path.to_owned() },
        error => storage(path, &error),
    }
}

fn storage(path: &Path, error: &dyn std::error::Error) -> OpenError {
    OpenError::Storage { path: path.to_owned(), reason: error.to_string() }
}
