//! Reading shows and the indexes over them.

use bytes::Bytes;
use futures_util::future::join_all;
use redis::{Pipeline, Value};

use super::{
    appends::replicated,
    keys::{Keys, SHOWS, WAKES, slot},
    outcome::{Failure, first, parts},
    reply::{Parts, Strange, bytes},
    scripts::{READ, one, plain},
    server::Redis,
};
use crate::journal::{
    block,
    contract::{Listed, Position, READ_BYTES_MAX, RawEntry, ReadError},
    exchange::{Mark, Notice},
    pages::Page,
};

/// How many names of the list are looked up at once, at most.
const LIST_PAGE: usize = 128;
/// How many notices are heard at once; whoever listens on hears more.
pub(super) const NOTICES_PAGE: usize = 256;

/// What is wanted of a show, at one instant.
pub(super) struct Wanted {
    pub(super) from_seq: u64,
    pub(super) entries_max: usize,
    /// Notices after this mark, `$` for those from now on, nothing for none.
    pub(super) notices_after: String,
}

/// A show at one instant.
pub(super) struct Look {
    pub(super) entries: Vec<RawEntry>,
    pub(super) notices: Vec<(Mark, Notice)>,
    /// The mark after which notices were asked for.
    pub(super) notices_after: Mark,
}

impl Redis {
    pub(super) async fn tail(&self, show: &str) -> Result<Position, ReadError> {
        let head = Keys::of(show).head();
        let mut fields = self.ask_durable(&head, plain("HMGET", &[head.as_str(), "seq", "digest"])).await?;
        Ok(fields.position().map_err(Failure::from)?)
    }

    /// Asks for what a show has. What is seen here may be acted on and told, so where replicas must have what is
    /// acknowledged, they must have what is seen, too: another node may have written it just now and still wait for
    /// them. `WAIT` waits for all that Redis had written when the connection last asked it something, be it a read.
    async fn ask_durable(&self, head: &str, mut commands: Pipeline) -> Result<Parts, ReadError> {
        self.wait_for_replicas(&mut commands);
        let outcome = self.call(slot(head), commands).await;
        let replicas = outcome.as_ref().ok().and_then(|values| values.get(1).cloned());
        let answer = parts(outcome)?;
        replicated(replicas.as_ref(), self.durability).map_err(ReadError::Unavailable)?;
        Ok(answer)
    }

    pub(super) async fn read(&self, show: &str, from_seq: u64, entries_max: usize) -> Result<Vec<RawEntry>, ReadError> {
        let wanted = Wanted { from_seq: from_seq.max(1), entries_max, notices_after: String::new() };
        Ok(self.look(show, &wanted).await?.entries)
    }

    /// Looks at a show.
    pub(super) async fn look(&self, show: &str, wanted: &Wanted) -> Result<Look, ReadError> {
        let keys = Keys::of(show);
        let mut command = READ.call(&[&keys.head(), &keys.journal(), &keys.notices()]);
        command.arg(wanted.from_seq).arg(wanted.entries_max).arg(READ_BYTES_MAX);
        command.arg(&wanted.notices_after).arg(NOTICES_PAGE).arg(block::HEAD_BYTES).arg(block::ENTRY_HEAD_BYTES);
        let answer = self.ask_durable(&keys.head(), one(command)).await?;
        looked_at(answer, wanted).map_err(Failure::from)?
    }

    pub(super) async fn list(&self, after: Option<&str>, listed_max: usize) -> Result<Vec<Listed>, ReadError> {
        let mut listed = Vec::new();
        let mut from = after.map_or_else(|| "-".to_owned(), |after| format!("({after}"));
        while listed.len() < listed_max {
            let mut command = redis::cmd("ZRANGEBYLEX");
            command.arg(SHOWS).arg(&from).arg("+").arg("LIMIT").arg(0).arg((listed_max - listed.len()).min(LIST_PAGE));
            let shows = texts(parts(self.call(slot(SHOWS), one(command)).await)?)?;
            let Some(last) = shows.last() else { break };
            from = format!("({last}");
            let cards = join_all(shows.iter().map(|show| self.card(show))).await;
            for (show, card) in shows.into_iter().zip(cards) {
                listed.extend(card?.map(|card| Listed { show, card }));
            }
        }
        listed.truncate(listed_max);
        Ok(listed)
    }

    async fn card(&self, show: &str) -> Result<Option<Bytes>, ReadError> {
        let head = Keys::of(show).head();
        let card = first(self.call(slot(&head), plain("HGET", &[head.as_str(), "card"])).await)?;
        Ok(bytes(card).map_err(Failure::from)?.map(Bytes::from))
    }

    pub(super) async fn due(&self, now_ms: u64, shows_max: usize) -> Result<Vec<String>, ReadError> {
        let mut command = redis::cmd("ZRANGEBYSCORE");
        command.arg(WAKES).arg("-inf").arg(now_ms).arg("LIMIT").arg(0).arg(shows_max);
        Ok(texts(parts(self.call(slot(WAKES), one(command)).await)?)?)
    }
}

fn texts(mut answer: Parts) -> Result<Vec<String>, Failure> {
    let mut texts = Vec::with_capacity(answer.len());
    while answer.len() > 0 {
        texts.push(answer.text()?);
    }
    Ok(texts)
}

/// What the script saw.
fn looked_at(mut answer: Parts, wanted: &Wanted) -> Result<Result<Look, ReadError>, Strange> {
    let (tail, first_seq) = (answer.position()?, answer.number()?.unwrap_or(1));
    let (blocks, notices, after) = (answer.parts()?, answer.parts()?, answer.text()?);
    if wanted.from_seq < first_seq {
        return Ok(Err(ReadError::Gap { first_seq }));
    }
    let mut page = Page::new(wanted.from_seq, wanted.entries_max);
    for block in blocks {
        let mut block = Parts::of(block)?;
        let (first_seq, block) = (block.number()?.ok_or(Strange)?, block.bytes()?.unwrap_or_default());
        page.add(first_seq, &block);
    }
    let entries = match page.read(tail.seq) {
        Ok(entries) => entries,
        Err(damaged) => return Ok(Err(damaged)),
    };
    let notices = notices.map(notice).collect::<Result<_, _>>()?;
    Ok(Ok(Look { entries, notices, notices_after: mark(&after).unwrap_or_default() }))
}

/// A notice as its stream has it.
pub(super) fn notice(stored: Value) -> Result<(Mark, Notice), Strange> {
    let mut stored = Parts::of(stored)?;
    let (id, mut fields) = (stored.text()?, stored.parts()?);
    let mark = mark(&id).ok_or(Strange)?;
    let (kind, body) = (fields.text()?, fields.bytes()?.unwrap_or_default());
    Ok((mark, if kind == "r" { Notice::Released } else { Notice::Said(body.into()) }))
}

/// The mark of a stream's entry.
pub(super) fn mark(id: &str) -> Option<Mark> {
    let (at_ms, number) = id.split_once('-')?;
    Some(Mark { at_ms: at_ms.parse().ok()?, number: number.parse().ok()? })
}

/// The other way round.
pub(super) fn id(mark: Mark) -> String {
    format!("{}-{}", mark.at_ms, mark.number)
}
