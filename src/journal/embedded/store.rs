//! The open database, and what happens when it fails: it is dropped and opened again, never used on.

use std::{
    sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
    time::{Duration, Instant},
};

use redb::{ReadTransaction, WriteTransaction};

use super::{error::OpenError, file::Handle};
use crate::journal::contract::ReadError;

pub(super) type Opener = Box<dyn Fn() -> Result<Handle, OpenError> + Send + Sync>;

/// The open database. A failed write or read closes it; the next call opens it again.
pub(super) struct Store {
    /// Readers hold it only to begin their transaction, the committer for a whole one: so the database is never closed
    /// under a write transaction, which would keep the file locked.
    slot: RwLock<Slot>,
    opener: Opener,
    reopen_interval: Duration,
}

/// Why a write transaction did not end as durable.
#[derive(Debug)]
pub(super) enum WriteFailure {
    /// Certainly nothing became durable.
    Unavailable(String),
    /// The commit failed: all of it or nothing became durable.
    InDoubt(String),
}

/// Why a read did not succeed.
pub(super) enum ReadFailure {
    /// The database works; what was asked for can't be had.
    Refused(ReadError),
    /// The database does not work.
    Failed(redb::Error),
}

impl<E: Into<redb::Error>> From<E> for ReadFailure {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

struct Slot {
    state: State,
    /// Counts the openings, so that who saw a failure closes the database that failed and not its successor.
    generation: u64,
}

enum State {
    Open(Handle),
    /// Failed; to be opened again by the next call after `retry_at`, or at once if that is `None`.
    Failed {
        reason: String,
        retry_at: Option<Instant>,
    },
    /// Closed for good.
    Closed,
}

impl Store {
    /// Opens the database for the first time.
    pub(super) fn open(opener: Opener, reopen_interval: Duration) -> Result<Self, OpenError> {
        let slot = RwLock::new(Slot { state: State::Open(opener()?), generation: 0 });
        Ok(Self { slot, opener, reopen_interval })
    }

    /// Reads at one instant.
    pub(super) fn read<T>(
        &self,
        read: impl FnOnce(&ReadTransaction) -> Result<T, ReadFailure>,
    ) -> Result<T, ReadError> {
        let (transaction, generation) = {
            let slot = self.usable().map_err(ReadError::Unavailable)?;
            let State::Open(handle) = &slot.state else {
                return Err(ReadError::Unavailable(slot.state.reason()));
            };
            (handle.begin_read(), slot.generation)
        };
        match transaction.map_err(ReadFailure::from).and_then(|transaction| read(&transaction)) {
            Ok(value) => Ok(value),
            Err(ReadFailure::Refused(error)) => Err(error),
            Err(ReadFailure::Failed(error)) => {
                self.fail(generation, &error);
                Err(ReadError::Unavailable(error.to_string()))
            }
        }
    }

    /// Writes one transaction and makes it durable.
    pub(super) fn write<T>(
        &self,
        write: impl FnOnce(&WriteTransaction) -> Result<T, redb::Error>,
    ) -> Result<T, WriteFailure> {
        let slot = self.usable().map_err(WriteFailure::Unavailable)?;
        let State::Open(Handle::Writable(database)) = &slot.state else {
            return Err(WriteFailure::Unavailable(slot.state.reason()));
        };
        let generation = slot.generation;
        let written = database.begin_write().map_err(redb::Error::from).and_then(|transaction| {
            // redb commits with `Durability::Immediate`, a real fsync, unless told otherwise.
            let value = write(&transaction)?;
            Ok((value, transaction.commit()))
        });
        drop(slot);
        match written {
            Ok((value, Ok(()))) => Ok(value),
            Ok((_, Err(error))) => {
                self.fail(generation, &error);
                Err(WriteFailure::InDoubt(error.to_string()))
            }
            Err(error) => {
                self.fail(generation, &error);
                Err(WriteFailure::Unavailable(error.to_string()))
            }
        }
    }

    /// Closes the database for good.
    pub(super) fn close(&self) {
        self.lock().state = State::Closed;
    }

    /// The slot with an open database; opens it again if it had failed and may be tried.
    fn usable(&self) -> Result<RwLockReadGuard<'_, Slot>, String> {
        let slot = self.slot.read().unwrap_or_else(PoisonError::into_inner);
        if matches!(slot.state, State::Open(_)) {
            return Ok(slot);
        }
        drop(slot);
        self.reopen()?;
        Ok(self.slot.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn reopen(&self) -> Result<(), String> {
        let mut slot = self.lock();
        match &slot.state {
            State::Open(_) => return Ok(()),
            State::Failed { retry_at, .. } if retry_at.is_none_or(|retry_at| Instant::now() >= retry_at) => {}
            closed => return Err(closed.reason()),
        }
        match (self.opener)() {
            Ok(handle) => {
                tracing::info!("the journal's database is open again");
                slot.generation += 1;
                slot.state = State::Open(handle);
                Ok(())
            }
            Err(error) => {
                let reason = error.to_string();
                tracing::error!(reason, "the journal's database can't be opened again yet");
                let retry_at = Some(Instant::now() + self.reopen_interval);
                slot.state = State::Failed { reason: reason.clone(), retry_at };
                Err(reason)
            }
        }
    }

    /// Drops the database that failed. Its file is unlocked when this returns.
    fn fail(&self, generation: u64, error: &dyn std::error::Error) {
        let mut slot = self.lock();
        if slot.generation == generation && matches!(slot.state, State::Open(_)) {
            let reason = error.to_string();
            tracing::error!(reason, "the journal's database failed and is closed, to be opened again");
            slot.state = State::Failed { reason, retry_at: None };
        }
    }

    fn lock(&self) -> RwLockWriteGuard<'_, Slot> {
        // A panic while it was held left either the old state or the new one.
        self.slot.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Why there is nothing to use.
    fn reason(&self) -> String {
        match self {
            Self::Open(_) => "the journal is open for reading only".to_owned(),
            Self::Failed { reason, .. } => reason.clone(),
            Self::Closed => "the journal is closed".to_owned(),
        }
    }
}
