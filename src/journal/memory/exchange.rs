//! The nodes' way to each other, in memory.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use bytes::Bytes;

use super::{
    journal::Time,
    state::{Call, Shared, lock},
};
use crate::journal::{
    contract::{APPEND_ENTRIES_MAX, ReadError},
    exchange::{Exchange, ForwardError, Heard, Mark, Notice, PARCEL_BYTES_MAX, Parcel},
};

pub(super) struct MemoryExchange {
    pub(super) shared: Arc<Mutex<Shared>>,
    pub(super) time: Time,
}

#[async_trait]
impl Exchange for MemoryExchange {
    async fn forward(&self, show: &str, parcel: Bytes) -> Result<(), ForwardError> {
        if parcel.len() > PARCEL_BYTES_MAX {
            return Err(ForwardError::TooLarge(parcel.len()));
        }
        let mut shared = lock(&self.shared);
        let posted = shared.show_mut(show).post((self.time)(), parcel);
        shared.changed();
        posted
    }

    async fn collect(
        &self,
        show: &str,
        after: Mark,
        parcels_max: usize,
        wait: Duration,
    ) -> Result<Vec<Parcel>, ReadError> {
        let look = |shared: &Shared| {
            let parcels = shared.show(show)?.inbox.range(after.next()..).take(parcels_max);
            let parcels: Vec<_> = parcels.map(|(mark, body)| Parcel { mark: *mark, body: body.clone() }).collect();
            (!parcels.is_empty()).then_some(Ok(parcels))
        };
        self.wait_for(wait, look).await.unwrap_or_else(|| Ok(Vec::new()))
    }

    async fn notify(&self, show: &str, notice: Bytes) -> Result<(), ForwardError> {
        let mut shared = lock(&self.shared);
        shared.show_mut(show).say((self.time)(), Notice::Said(notice));
        shared.changed();
        Ok(())
    }

    async fn listen(
        &self,
        show: &str,
        from_seq: u64,
        notices_after: Option<Mark>,
        wait: Duration,
    ) -> Result<Heard, ReadError> {
        let after = notices_after.unwrap_or_else(|| {
            let shared = lock(&self.shared);
            let last = shared.show(show).and_then(|show| show.notices.last_key_value());
            last.map_or_else(Mark::default, |(mark, _)| *mark)
        });
        let look = |shared: &Shared| {
            let show = shared.show(show)?;
            let entries = match show.read(from_seq, APPEND_ENTRIES_MAX) {
                Ok(entries) => entries,
                Err(error) => return Some(Err(error)),
            };
            let notices: Vec<(Mark, Notice)> =
                show.notices.range(after.next()..).map(|(mark, notice)| (*mark, notice.clone())).collect();
            if entries.is_empty() && notices.is_empty() {
                return None;
            }
            let notices_after = notices.last().map_or(after, |(mark, _)| *mark);
            Some(Ok(Heard { entries, notices: notices.into_iter().map(|(_, notice)| notice).collect(), notices_after }))
        };
        let nothing = || Ok(Heard { notices_after: after, ..Heard::default() });
        self.wait_for(wait, look).await.unwrap_or_else(nothing)
    }
}

impl MemoryExchange {
    /// What `look` finds, now or when something changes in time.
    async fn wait_for<T>(
        &self,
        wait: Duration,
        look: impl Fn(&Shared) -> Option<Result<T, ReadError>>,
    ) -> Option<Result<T, ReadError>> {
        let news = Arc::clone(&lock(&self.shared).news);
        let found = async {
            loop {
                let mut changed = std::pin::pin!(news.notified());
                changed.as_mut().enable();
                if let Some(found) = self.look(&look) {
                    return found;
                }
                changed.await;
            }
        };
        tokio::time::timeout(wait, found).await.ok()
    }

    fn look<T>(&self, look: impl Fn(&Shared) -> Option<Result<T, ReadError>>) -> Option<Result<T, ReadError>> {
        let shared = lock(&self.shared);
        if let Err(reason) = shared.check_answers(Call::Read) {
            return Some(Err(ReadError::Unavailable(reason)));
        }
        look(&shared)
    }
}
