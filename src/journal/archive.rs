//! Entries that a journal no longer has, as files: a folder for each show, in it a file for each run of entries, named by
//! its first and last number. A file holds one [block](super::block), and is there whole or not at all.

use std::{
    fmt::Write as _,
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use super::{
    block,
    contract::{Position, RawEntry, ReadError},
    pages::Page,
};

const EXTENSION: &str = "block";
/// What a file is called while it is written. One that a crash left behind is overwritten by the next.
const UNFINISHED: &str = "unfinished";

/// A folder with the archived entries of many shows. Its calls wait for the disk. Only one process may add to a show at a
/// time: its writer.
#[derive(Clone, Debug)]
pub struct Archive {
    folder: PathBuf,
}

/// Why an archive can't be read or added to.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// The disk says no.
    #[error("the archive {}: {source}", path.display())]
    Disk {
        /// The file or the folder.
        path: PathBuf,
        /// What the disk says.
        source: io::Error,
    },
    /// What is stored is not what was archived.
    #[error("the archive {} is damaged at entry {seq}: {reason}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// The first entry that can't be trusted.
        seq: u64,
        /// What is wrong with it.
        reason: String,
    },
    /// The entries to be archived don't follow what is archived.
    #[error("the archive {} ends after entry {archived}, and entry {seq} does not follow it", path.display())]
    NotFollowing {
        /// The show's folder.
        path: PathBuf,
        /// Its last entry.
        archived: u64,
        /// The entry that does not follow.
        seq: u64,
    },
}

/// A file of the archive.
struct Run {
    first_seq: u64,
    last_seq: u64,
    path: PathBuf,
}

impl Archive {
    /// The archive in this folder, which is made when something is archived.
    #[must_use]
    pub fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    /// Where the archived entries of the show end; `None` when there are none.
    pub fn tail(&self, show: &str) -> Result<Option<Position>, ArchiveError> {
        let Some(last) = self.runs(show)?.pop() else { return Ok(None) };
        let entries = entries(&last)?;
        Ok(entries.last().map(RawEntry::position))
    }

    /// At most `entries_max` archived entries from `from_seq` on, bounded as [`Journal::read`](super::Journal::read) is;
    /// none where the archive does not have that one.
    pub fn read(&self, show: &str, from_seq: u64, entries_max: usize) -> Result<Vec<RawEntry>, ArchiveError> {
        let from_seq = from_seq.max(1);
        let mut page = Page::new(from_seq, entries_max);
        let (mut next_seq, mut path) = (from_seq, self.folder_of(show));
        for run in self.runs(show)?.into_iter().skip_while(|run| run.last_seq < from_seq) {
            if run.first_seq > next_seq || page.is_full() {
                break;
            }
            page.add(run.first_seq, &read_file(&run.path)?);
            (next_seq, path) = (run.last_seq + 1, run.path);
        }
        page.read(0).map_err(|error| match error {
            ReadError::Damaged { seq, reason } => ArchiveError::Damaged { path, seq, reason },
            other => ArchiveError::Damaged { path, seq: from_seq, reason: other.to_string() },
        })
    }

    /// Adds entries of a show. They are on the disk when this comes back. Those that are archived already are left out;
    /// the others must follow them.
    pub fn add(&self, show: &str, entries: &[RawEntry]) -> Result<(), ArchiveError> {
        let folder = self.folder_of(show);
        let mut position = self.tail(show)?;
        let archived = position.map_or(0, |position| position.seq);
        let new = &entries[entries.partition_point(|entry| entry.seq <= archived)..];
        let (Some(first), Some(last)) = (new.first(), new.last()) else { return Ok(()) };
        for entry in new {
            // What an empty archive begins with is all that is left of the show.
            let follows = position
                .is_none_or(|previous| *entry == RawEntry::following(&previous, entry.at_ms, entry.body.clone()));
            if !follows {
                return Err(ArchiveError::NotFollowing { path: folder, archived, seq: entry.seq });
            }
            position = Some(entry.position());
        }
        let name = format!("{:020}-{:020}.{EXTENSION}", first.seq, last.seq);
        write_whole(&folder, &name, &block::encode(new)).map_err(|source| ArchiveError::Disk { path: folder, source })
    }

    fn folder_of(&self, show: &str) -> PathBuf {
        self.folder.join(folder_name(show))
    }

    /// The files of a show, in order.
    fn runs(&self, show: &str) -> Result<Vec<Run>, ArchiveError> {
        let folder = self.folder_of(show);
        let failed = |source| ArchiveError::Disk { path: folder.clone(), source };
        let files = match fs::read_dir(&folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            files => files.map_err(failed)?,
        };
        let mut runs = Vec::new();
        for file in files {
            let path = file.map_err(failed)?.path();
            if let Some((first_seq, last_seq)) = numbers(&path) {
                runs.push(Run { first_seq, last_seq, path });
            }
        }
        runs.sort_by_key(|run| run.first_seq);
        Ok(runs)
    }
}

fn entries(run: &Run) -> Result<Vec<RawEntry>, ArchiveError> {
    let block = read_file(&run.path)?;
    let entries = block::decode(run.first_seq, &block).map(|entry| entry.map(|entry| entry.to_entry()));
    entries.collect::<Result<_, _>>().map_err(|error| ArchiveError::Damaged {
        path: run.path.clone(),
        seq: error.seq,
        reason: error.reason.to_owned(),
    })
}

/// The numbers in a file's name; `None` if it is no file of ours.
fn numbers(path: &Path) -> Option<(u64, u64)> {
    if path.extension()? != EXTENSION {
        return None;
    }
    let (first, last) = path.file_stem()?.to_str()?.split_once('-')?;
    Some((first.parse().ok()?, last.parse().ok()?))
}

/// A show's name as that of a folder, whatever is in it.
fn folder_name(show: &str) -> String {
    show.bytes().fold(String::new(), |mut name, byte| {
        if byte.is_ascii_alphanumeric() || b"-_".contains(&byte) {
            name.push(char::from(byte));
        } else {
            // Writing to a text can't fail.
            let _ = write!(name, "%{byte:02X}");
        }
        name
    })
}

fn read_file(path: &Path) -> Result<Vec<u8>, ArchiveError> {
    fs::read(path).map_err(|source| ArchiveError::Disk { path: path.to_owned(), source })
}

/// Writes a file so that it is there whole or not at all, whenever the machine fails.
fn write_whole(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    let is_new = !folder.is_dir();
    fs::create_dir_all(folder)?;
    let unfinished = folder.join(UNFINISHED);
    let mut file = File::create(&unfinished)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&unfinished, folder.join(name))?;
    File::open(folder)?.sync_all()?;
    if let Some(parent) = folder.parent()
        && is_new
    {
        File::open(parent)?.sync_all()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    fn entries(count: usize) -> Vec<RawEntry> {
        let mut position = Position::default();
        let mut entries = Vec::new();
        for at_ms in (1_000..).take(count) {
            let entry = RawEntry::following(&position, at_ms, Bytes::from_static(b"body"));
            position = entry.position();
            entries.push(entry);
        }
        entries
    }

    #[test]
    fn what_is_archived_is_read_from_any_entry() {
        let folder = tempfile::tempdir().unwrap();
        let (archive, entries) = (Archive::new(folder.path()), entries(9));
        assert_eq!(archive.read("a/b", 1, 10).unwrap(), []);
        for run in [0..2, 2..3, 1..7, 7..9] {
            archive.add("a/b", &entries[run]).unwrap();
        }
        archive.add("a/b", &entries).unwrap();
        assert_eq!(archive.tail("a/b").unwrap(), Some(entries[8].position()));
        for from_seq in 1..=10 {
            let expected = &entries[usize::try_from(from_seq).unwrap() - 1..];
            assert_eq!(archive.read("a/b", from_seq, 100).unwrap(), expected);
        }
        assert_eq!(archive.read("a/b", 2, 3).unwrap(), entries[1..4]);
        assert_eq!(archive.read("a", 1, 10).unwrap(), []);
    }

    #[test]
    fn what_does_not_follow_is_not_archived() {
        let folder = tempfile::tempdir().unwrap();
        let (archive, entries) = (Archive::new(folder.path()), entries(4));
        archive.add("show", &entries[..2]).unwrap();
        let other = RawEntry::following(&Position { seq: 2, ..Position::default() }, 1_002, Bytes::new());
        for wrong in [&entries[3..], &[other]] {
            assert!(matches!(archive.add("show", wrong), Err(ArchiveError::NotFollowing { archived: 2, .. })));
        }
        assert_eq!(archive.read("show", 1, 10).unwrap(), entries[..2]);
    }

    #[test]
    fn a_damaged_file_is_found_out() {
        let folder = tempfile::tempdir().unwrap();
        let archive = Archive::new(folder.path());
        archive.add("show", &entries(3)).unwrap();
        let file = fs::read_dir(folder.path().join("show")).unwrap().next().unwrap().unwrap().path();
        let block = fs::read(&file).unwrap();
        fs::write(&file, &block[..block.len() - 1]).unwrap();
        assert_eq!(archive.read("show", 1, 10).unwrap(), entries(2));
        assert!(matches!(archive.read("show", 3, 10), Err(ArchiveError::Damaged { seq: 3, .. })));
        assert!(matches!(archive.tail("show"), Err(ArchiveError::Damaged { seq: 3, .. })));
    }
}
