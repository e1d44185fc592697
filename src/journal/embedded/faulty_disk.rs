//! A disk that fails when it is told to, under redb.

use std::{
    io,
    sync::{Arc, Mutex, MutexGuard},
};

use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use redb::{BackendError, StorageBackend, backends::FileBackend};

/// Controls a disk's faults. It stays the same when the file on it is opened again.
#[derive(Clone, Debug)]
pub(super) struct FaultyDisk {
    state: Arc<Mutex<State>>,
}

/// What happens from a chosen write, resize or fsync on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Fault {
    /// Nothing can be written, until [`FaultyDisk::mend`].
    Full,
    /// One write or fsync fails; some of what was written since the last fsync is lost.
    Failed,
    /// Nothing works, until [`FaultyDisk::mend`]; some of what was written since the last fsync is lost.
    PowerCut,
    /// The write or fsync panics, as redb itself may on a damaged file.
    Panic,
}

#[derive(Debug)]
struct State {
    /// The fault, and how many writes, resizes and fsyncs still succeed before it.
    planned: Option<(Fault, u32)>,
    lasting: Option<Fault>,
    /// What was overwritten since the last fsync, oldest first.
    unsynced: Vec<(u64, Vec<u8>)>,
    chance: StdRng,
    opened: u32,
}

impl FaultyDisk {
    /// A sound disk. The seed decides what is lost when it fails.
    pub(super) fn new(seed: u64) -> Self {
        let chance = StdRng::seed_from_u64(seed);
        let state = State { planned: None, lasting: None, unsynced: Vec::new(), chance, opened: 0 };
        Self { state: Arc::new(Mutex::new(state)) }
    }

    /// Lets that many writes, resizes and fsyncs succeed and the next one fail.
    pub(super) fn fail_after(&self, operations: u32, fault: Fault) {
        self.lock().planned = Some((fault, operations));
    }

    /// Ends every fault, planned ones too. Whether one had happened.
    pub(super) fn mend(&self) -> bool {
        let mut state = self.lock();
        state.lasting = None;
        state.planned.take().is_none()
    }

    /// How often the file was opened.
    pub(super) fn opened(&self) -> u32 {
        self.lock().opened
    }

    /// The disk as redb sees it.
    pub(super) fn under(&self, file: FileBackend) -> DiskFile {
        let mut state = self.lock();
        state.opened += 1;
        state.unsynced.clear();
        drop(state);
        DiskFile { disk: self.clone(), file }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }
}

/// A file on a [`FaultyDisk`].
#[derive(Debug)]
pub(super) struct DiskFile {
    disk: FaultyDisk,
    file: FileBackend,
}

impl DiskFile {
    /// Counts a write, resize or fsync, and fails it if it is the one.
    fn attempt(&self) -> io::Result<MutexGuard<'_, State>> {
        let mut state = self.disk.lock();
        if let Some(fault) = state.lasting {
            return Err(fault.error());
        }
        match state.planned {
            Some((fault, 0)) => {
                state.planned = None;
                if fault == Fault::Panic {
                    drop(state);
                    panic!("injected");
                }
                state.lasting = (fault != Fault::Failed).then_some(fault);
                if fault != Fault::Full {
                    state.lose_unsynced(&self.file)?;
                }
                return Err(fault.error());
            }
            Some((fault, operations)) => state.planned = Some((fault, operations - 1)),
            None => {}
        }
        Ok(state)
    }
}

impl State {
    /// Takes back a part of what was written since the last fsync: a disk may have written any of it, and a write in
    /// part.
    fn lose_unsynced(&mut self, file: &FileBackend) -> io::Result<()> {
        for (offset, overwritten) in self.unsynced.drain(..).rev() {
            let written = match self.chance.random_range(0..3) {
                0 => 0,
                1 => overwritten.len(),
                _ => self.chance.random_range(0..=overwritten.len()),
            };
            file.write(offset + written as u64, &overwritten[written..])?;
        }
        Ok(())
    }
}

impl Fault {
    fn error(self) -> io::Error {
        match self {
            Self::Full => io::ErrorKind::StorageFull.into(),
            Self::Failed | Self::Panic => io::Error::other("injected: the disk failed"),
            Self::PowerCut => io::Error::other("injected: the power was cut"),
        }
    }
}

impl StorageBackend for DiskFile {
    fn len(&self) -> io::Result<u64> {
        self.file.len()
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        if self.disk.lock().lasting == Some(Fault::PowerCut) {
            return Err(Fault::PowerCut.error());
        }
        self.file.read(offset, out)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        let _state = self.attempt()?;
        self.file.set_len(len)
    }

    fn sync_data(&self) -> io::Result<()> {
        self.attempt()?.unsynced.clear();
        self.file.sync_data()
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let mut state = self.attempt()?;
        let mut overwritten = vec![0; data.len()];
        self.file.read(offset, &mut overwritten)?;
        state.unsynced.push((offset, overwritten));
        self.file.write(offset, data)
    }

    fn try_lock_range(&self, start: std::ops::Bound<u64>, end: std::ops::Bound<u64>) -> Result<bool, BackendError> {
        self.file.try_lock_range(start, end)
    }

    fn unlock_range(&self, start: std::ops::Bound<u64>, end: std::ops::Bound<u64>) -> Result<(), BackendError> {
        self.file.unlock_range(start, end)
    }

    fn close(&self) -> io::Result<()> {
        self.file.close()
    }
}
