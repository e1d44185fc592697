//! The nodes' way to each other, over Redis.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use async_trait::async_trait;
use bytes::Bytes;
use redis::Value;

use super::{
    keys::{Keys, slot},
    options::RedisDurability,
    outcome::{Failure, first, worded},
    reader::{Look, Wanted, id, mark, notice},
    reply::{Parts, Strange, stored_block},
    scripts::{FORWARD, one},
    server::Redis,
};
use crate::journal::{
    contract::{APPEND_ENTRIES_MAX, ReadError},
    exchange::{Exchange, ForwardError, Heard, INBOX_PARCELS_MAX, Mark, NOTICES_KEPT, PARCEL_BYTES_MAX, Parcel},
    pages::Page,
};

/// How many parcels are collected at once; whoever collects on gets more.
const PARCELS_PAGE: usize = 64;
/// How many blocks, and how many notices, are heard at once of what comes while it is waited for.
const NEWS_PAGE: usize = 16;

/// The exchange of a journal on Redis.
pub(super) struct RedisExchange {
    pub(super) redis: Arc<Redis>,
}

#[async_trait]
impl Exchange for RedisExchange {
    async fn forward(&self, show: &str, parcel: Bytes) -> Result<(), ForwardError> {
        if parcel.len() > PARCEL_BYTES_MAX {
            return Err(ForwardError::TooLarge(parcel.len()));
        }
        let inbox = Keys::of(show).inbox();
        let mut command = FORWARD.call(&[&inbox]);
        command.arg(&parcel[..]).arg(INBOX_PARCELS_MAX);
        let (word, _) = worded(self.redis.call_with(slot(&inbox), one(command), parcel.len()).await)?;
        if word == "full" { Err(ForwardError::Full) } else { Ok(()) }
    }

    async fn collect(
        &self,
        show: &str,
        after: Mark,
        parcels_max: usize,
        wait: Duration,
    ) -> Result<Vec<Parcel>, ReadError> {
        let inbox = Keys::of(show).inbox();
        let mut command = xread(parcels_max.min(PARCELS_PAGE), wait);
        command.arg("STREAMS").arg(&inbox).arg(id(after));
        let answer = self.redis.wait_for(slot(&inbox), &command, wait).await?;
        Ok(parcels(answer).map_err(Failure::from)?)
    }

    async fn notify(&self, show: &str, notice: Bytes) -> Result<(), ForwardError> {
        let notices = Keys::of(show).notices();
        let mut command = redis::cmd("XADD");
        command.arg(&notices).arg("MAXLEN").arg("~").arg(NOTICES_KEPT).arg("*").arg("n").arg(&notice[..]);
        first(self.redis.call_with(slot(&notices), one(command), notice.len()).await)?;
        Ok(())
    }

    async fn listen(
        &self,
        show: &str,
        from_seq: u64,
        notices_after: Option<Mark>,
        wait: Duration,
    ) -> Result<Heard, ReadError> {
        let begun = Instant::now();
        let from_seq = from_seq.max(1);
        let wanted = |notices_after| Wanted { from_seq, entries_max: APPEND_ENTRIES_MAX, notices_after };
        let after = if let Some(after) = notices_after {
            after
        } else {
            // Where the notices end now, with what is there already.
            let look = self.redis.look(show, &wanted("$".to_owned())).await?;
            if !look.entries.is_empty() {
                return Ok(heard(look));
            }
            look.notices_after
        };
        let wait = wait.saturating_sub(begun.elapsed());
        let keys = Keys::of(show);
        let mut command = xread(NEWS_PAGE, wait);
        command
            .arg("STREAMS")
            .arg(keys.journal())
            .arg(keys.notices())
            .arg(format!("{}-0", from_seq - 1))
            .arg(id(after));
        let answer = self.redis.wait_for(slot(&keys.head()), &command, wait).await?;
        // What came may not be at the replicas yet; a look waits for them.
        let is_durable = self.redis.durability == RedisDurability::One;
        if let Some(look) = news(answer, &keys.journal(), from_seq, after).map_err(Failure::from)?
            && (is_durable || (look.entries.is_empty() && look.notices.is_empty()))
        {
            return Ok(heard(look));
        }
        // Or the stream goes on after what was trimmed, and says nothing of that: the head says from where.
        Ok(heard(self.redis.look(show, &wanted(id(after))).await?))
    }
}

impl From<Failure> for ForwardError {
    fn from(failure: Failure) -> Self {
        let (Failure::NotDone(reason) | Failure::Unknown(reason)) = failure;
        Self::Unavailable(reason)
    }
}

fn heard(look: Look) -> Heard {
    let notices_after = look.notices.last().map_or(look.notices_after, |(mark, _)| *mark);
    let notices = look.notices.into_iter().map(|(_, notice)| notice).collect();
    Heard { entries: look.entries, notices, notices_after }
}

/// `XREAD` that waits so long for something to read; not at all when there is no time for it.
fn xread(count: usize, wait: Duration) -> redis::Cmd {
    let mut command = redis::cmd("XREAD");
    command.arg("COUNT").arg(count.max(1));
    match u64::try_from(wait.as_millis()) {
        // Redis takes 0 for *for ever*.
        Ok(0) => {}
        wait => {
            command.arg("BLOCK").arg(wait.unwrap_or(u64::MAX >> 1));
        }
    }
    command
}

/// What was read of each stream.
fn streams(answer: Value) -> Result<Vec<(String, Parts)>, Strange> {
    let mut read = Vec::new();
    for stream in Parts::of(answer)? {
        let mut stream = Parts::of(stream)?;
        read.push((stream.text()?, stream.parts()?));
    }
    Ok(read)
}

fn parcels(answer: Value) -> Result<Vec<Parcel>, Strange> {
    let mut parcels = Vec::new();
    for (_inbox, stored) in streams(answer)? {
        for parcel in stored {
            let mut parcel = Parts::of(parcel)?;
            let (id, mut fields) = (parcel.text()?, parcel.parts()?);
            let (_name, body) = (fields.text()?, fields.bytes()?.unwrap_or_default());
            parcels.push(Parcel { mark: mark(&id).ok_or(Strange)?, body: body.into() });
        }
    }
    Ok(parcels)
}

/// What came while it was waited for; `None` if entries are missing before it.
fn news(answer: Value, journal: &str, from_seq: u64, after: Mark) -> Result<Option<Look>, Strange> {
    let mut look = Look { entries: Vec::new(), notices: Vec::new(), notices_after: after };
    for (stream, stored) in streams(answer)? {
        if stream != journal {
            look.notices = stored.map(notice).collect::<Result<_, _>>()?;
            continue;
        }
        let mut page = Page::new(from_seq, APPEND_ENTRIES_MAX);
        for block in stored {
            let (first_seq, block) = stored_block(block)?;
            page.add(first_seq, &block);
        }
        // Whatever is wrong with it, a look from the beginning says what.
        match page.read(0) {
            Ok(entries) => look.entries = entries,
            Err(_) => return Ok(None),
        }
    }
    Ok(Some(look))
}
