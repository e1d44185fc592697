//! Snapshots: a list of chunks for each, which nobody sees until a script makes it the show's.

use std::time::Duration;

use bytes::Bytes;
use redis::Pipeline;
use sha2::{Digest as _, Sha256};

use super::{
    index::token,
    keys::{Keys, slot},
    outcome::{Failure, first, parts, worded},
    reply::{Parts, Strange, bytes, stored_block},
    scripts::{INSPECT, SNAPSHOT, one, plain},
    server::Redis,
};
use crate::journal::{
    admission::{check_snapshot_bounds, check_snapshot_position},
    block,
    contract::{AppendError, Claim, Digest, Position, ReadError, Snapshot},
};

/// How much of a snapshot is written or read at once: what an append may have to wait for.
const CHUNK_BYTES: usize = 256 * 1_024;
/// How long chunks stay that nobody adds to and that never became a snapshot: their writer is gone.
const ORPHAN_LIMIT: Duration = Duration::from_secs(600);
/// How often a reader whose snapshot was replaced under its hands begins again.
const READS_MAX: usize = 16;

/// What a snapshot is checked against.
struct Inspected {
    tail: Position,
    newest: Option<Position>,
    /// The journal's entry with the snapshot's number.
    stored: Option<Position>,
}

/// What the head says about the newest snapshot.
#[derive(PartialEq, Eq)]
struct Newest {
    position: Position,
    at_ms: u64,
    key: String,
    bytes: u64,
    sha256: Vec<u8>,
}

impl Redis {
    pub(super) async fn save_snapshot(&self, claim: &Claim, snapshot: Snapshot) -> Result<(), AppendError> {
        check_snapshot_bounds(&snapshot)?;
        let keys = Keys::of(&claim.show);
        let position = snapshot.position;
        let Some(Inspected { tail, newest, stored }) = self.inspect(&keys, claim, position.seq).await? else {
            return Err(AppendError::Fenced);
        };
        if newest.is_some_and(|newest| newest.seq > position.seq) {
            return Ok(());
        }
        let known = [Some(Position::default()), Some(tail), newest, stored];
        check_snapshot_position(&snapshot, known.into_iter().flatten().find(|known| known.seq == position.seq))?;
        let key = keys.snapshot(rand::random());
        let chunks = self.write_chunks(&keys, &key, &snapshot.body).await?;
        self.finish(&keys, &key, claim, &snapshot, chunks).await
    }

    async fn inspect(&self, keys: &Keys, claim: &Claim, seq: u64) -> Result<Option<Inspected>, AppendError> {
        let mut command = INSPECT.call(&[&keys.head(), &keys.journal()]);
        command.arg(claim.epoch).arg(token(claim.token)).arg(seq);
        let answer = worded(self.call(slot(&keys.head()), one(command)).await);
        let (word, mut answer) = answer.map_err(harmless)?;
        if word != "held" {
            return Ok(None);
        }
        inspected(&mut answer, seq).map(Some).map_err(|strange| harmless(strange.into()))
    }

    /// Stores the chunks, and tells how many there are.
    async fn write_chunks(&self, keys: &Keys, key: &str, body: &Bytes) -> Result<usize, AppendError> {
        let mut chunks = 0;
        let mut left = body.clone();
        while !left.is_empty() {
            let chunk = left.split_to(left.len().min(CHUNK_BYTES));
            let mut commands = Pipeline::with_capacity(2);
            commands.cmd("RPUSH").arg(key).arg(&chunk[..]);
            commands.cmd("EXPIRE").arg(key).arg(ORPHAN_LIMIT.as_secs());
            let pushed = self.call_with(slot(&keys.head()), commands, chunk.len()).await;
            first(pushed).map_err(harmless)?;
            chunks += 1;
        }
        Ok(chunks)
    }

    async fn finish(
        &self,
        keys: &Keys,
        key: &str,
        claim: &Claim,
        snapshot: &Snapshot,
        chunks: usize,
    ) -> Result<(), AppendError> {
        let body = snapshot.body.clone();
        let hashing = tokio::task::spawn_blocking(move || Sha256::digest(&body));
        let sha256 = hashing.await.map_err(|error| AppendError::Unavailable(error.to_string()))?;
        let mut command = SNAPSHOT.call(&[&keys.head(), key]);
        command.arg(claim.epoch).arg(token(claim.token)).arg(snapshot.position.seq);
        command.arg(&snapshot.position.digest.0[..]).arg(snapshot.at_ms).arg(chunks).arg(snapshot.body.len());
        command.arg(&sha256[..]);
        let finished = worded(self.call(slot(&keys.head()), one(command)).await);
        let (word, _) = finished.map_err(harmless)?;
        if word == "ok" {
            return Ok(());
        }
        // Whatever is left of them goes by itself, if this can't be done now.
        let _ = self.call(slot(&keys.head()), plain("UNLINK", key)).await;
        match word.as_str() {
            "older" => Ok(()),
            "fenced" => Err(AppendError::Fenced),
            "gone" => Err(AppendError::Invalid("the snapshot is past the end of the journal".to_owned())),
            _ => Err(AppendError::Unavailable("some of the snapshot's chunks were lost".to_owned())),
        }
    }

    pub(super) async fn snapshot(&self, show: &str) -> Result<Option<Snapshot>, ReadError> {
        let keys = Keys::of(show);
        for _ in 0..READS_MAX {
            let Some(newest) = self.newest(&keys).await? else { return Ok(None) };
            let body = self.read_chunks(&keys, &newest).await?;
            if body.len() as u64 == newest.bytes && newest.sha256[..] == Sha256::digest(&body)[..] {
                return Ok(Some(Snapshot { position: newest.position, at_ms: newest.at_ms, body: body.into() }));
            }
            if self.newest(&keys).await?.is_some_and(|now| now == newest) {
                let reason = "the snapshot there is not what was saved".to_owned();
                return Err(ReadError::Damaged { seq: newest.position.seq, reason });
            }
        }
        Err(ReadError::Unavailable("snapshots follow each other faster than they can be read".to_owned()))
    }

    async fn newest(&self, keys: &Keys) -> Result<Option<Newest>, ReadError> {
        let head = keys.head();
        let fields = ["seq", "digest", "at_ms", "key", "bytes", "sha256"].map(|field| format!("snapshot_{field}"));
        let mut command = redis::cmd("HMGET");
        command.arg(&head).arg(&fields);
        let mut fields = parts(self.call(slot(&head), one(command)).await)?;
        Ok(newest(&mut fields).map_err(Failure::from)?)
    }

    async fn read_chunks(&self, keys: &Keys, newest: &Newest) -> Result<Vec<u8>, ReadError> {
        let mut body = Vec::new();
        for place in 0.. {
            let mut command = redis::cmd("LINDEX");
            command.arg(&newest.key).arg(place);
            let chunk = first(self.call(slot(&keys.head()), one(command)).await)?;
            let Some(chunk) = bytes(chunk).map_err(Failure::from)? else { break };
            body.extend(chunk);
        }
        Ok(body)
    }
}

/// Without its end nothing of a snapshot is seen, and with it all: either is a snapshot that was asked for. So nothing
/// about one is ever in doubt.
fn harmless(failure: Failure) -> AppendError {
    let (Failure::NotDone(reason) | Failure::Unknown(reason)) = failure;
    AppendError::Unavailable(reason)
}

fn inspected(answer: &mut Parts, seq: u64) -> Result<Inspected, Strange> {
    let tail = answer.position()?;
    let (newest_seq, newest_digest) = (answer.number()?, answer.bytes()?);
    let newest = match (newest_seq, newest_digest) {
        (Some(seq), Some(digest)) => Some(Position { seq, digest: Digest(digest.try_into().map_err(|_| Strange)?) }),
        _ => None,
    };
    let mut stored = None;
    for block in answer.parts()? {
        stored = position_in(block, seq)?;
    }
    Ok(Inspected { tail, newest, stored })
}

/// The position of the entry with this number, if the block has it.
fn position_in(stored: redis::Value, seq: u64) -> Result<Option<Position>, Strange> {
    let (first_seq, block) = stored_block(stored)?;
    let mut entries = block::decode(first_seq, &block).map_while(Result::ok);
    Ok(entries.find(|entry| entry.seq == seq).map(|entry| Position { seq, digest: entry.digest }))
}

fn newest(fields: &mut Parts) -> Result<Option<Newest>, Strange> {
    let (seq, digest) = (fields.number()?, fields.bytes()?);
    let (at_ms, key, bytes, sha256) = (fields.number()?, fields.text()?, fields.number()?, fields.bytes()?);
    let (Some(seq), Some(digest)) = (seq, digest) else { return Ok(None) };
    let position = Position { seq, digest: Digest(digest.try_into().map_err(|_| Strange)?) };
    Ok(Some(Newest {
        position,
        at_ms: at_ms.ok_or(Strange)?,
        key,
        bytes: bytes.ok_or(Strange)?,
        sha256: sha256.ok_or(Strange)?,
    }))
}
