//! Appends and renewals.

use std::{io::Write as _, sync::Arc};

use redis::{Pipeline, RedisWrite, ToRedisArgs, Value};
use tokio::sync::oneshot;

use super::{
    index::{Indexed, token},
    keys::{Keys, slot},
    lane::Answer,
    options::{CLOCK_APART_MS_MAX, RedisDurability},
    outcome::{Failure, Outcome, worded},
    reply::{Parts, Strange},
    scripts::{APPEND, RENEW, one},
    sequence::{Lower, Sequences, Write},
    server::{Place, Redis},
    wakes::{End, KnownWake},
};
use crate::journal::{
    admission::Outline,
    block,
    contract::{Append, AppendError, Appending, Claim, RawEntry, Renewal},
    exchange::Mark,
};

type Answered = Result<(), AppendError>;

/// Puts an append in line.
pub(super) fn append(redis: &Arc<Redis>, sequences: &Arc<Sequences>, claim: &Claim, append: &Append) -> Appending {
    let refused = |error| -> Appending { Box::pin(std::future::ready(Err(error))) };
    let outline = match Outline::of(append) {
        Ok(outline) => outline,
        Err(error) => return refused(error),
    };
    let place = match redis.place(block::bytes(&append.entries) + append.card.as_ref().map_or(0, bytes::Bytes::len)) {
        Ok(place) => Arc::new(place),
        Err(reason) => return refused(AppendError::Unavailable(reason)),
    };
    let keys = Keys::of(&claim.show);
    let mut commands = append_commands(redis, &keys, claim, append, &outline);
    redis.wait_for_replicas(&mut commands);
    let (answer, answered) = oneshot::channel();
    let (claim, wake) = (claim.clone(), append.wake_at_ms);
    sequences.send(redis, &claim.show, |known| {
        let call = redis.next_change();
        let known = KnownWake::of(known, claim.token);
        let lowers = known.called(call, wake);
        let lower = lowers.then(|| Lower { token: claim.token, change: call, wake, place: Arc::clone(&place) });
        let ending = Ending { redis: Arc::clone(redis), sequences: Arc::clone(sequences), claim: claim.clone(), call };
        let answer: Answer = Box::new(move |outcome| ending.end(outcome, place, answer));
        Write { slot: slot(&keys.head()), commands, answer, lower }
    });
    waiting_for(answered)
}

/// Puts a renewal in line.
pub(super) fn renew(redis: &Arc<Redis>, sequences: &Arc<Sequences>, claim: &Claim, renewal: Renewal) -> Appending {
    let place = match redis.place(0) {
        Ok(place) => place,
        Err(reason) => return Box::pin(std::future::ready(Err(AppendError::Unavailable(reason)))),
    };
    let keys = Keys::of(&claim.show);
    let mut command = RENEW.call(&[&keys.head(), &keys.inbox()]);
    command.arg(claim.epoch).arg(token(claim.token)).arg(renewal.expected.seq).arg(&renewal.expected.digest.0[..]);
    command.arg(&mark_arguments(renewal.inbox)).arg(&redis.lending());
    let mut commands = one(command);
    redis.wait_for_replicas(&mut commands);
    let (answer, answered) = oneshot::channel();
    let asking = Arc::clone(redis);
    let answer: Answer = Box::new(move |outcome| {
        let _place = place;
        // Whoever dropped the future does not want the answer.
        let _ = answer.send(written(outcome, &asking));
    });
    sequences.send(redis, &claim.show, |_| Write { slot: slot(&keys.head()), commands, answer, lower: None });
    waiting_for(answered)
}

fn waiting_for(answered: oneshot::Receiver<Answered>) -> Appending {
    Box::pin(async { answered.await.unwrap_or_else(|_| Err(AppendError::InDoubt("the journal is gone".to_owned()))) })
}

fn append_commands(redis: &Redis, keys: &Keys, claim: &Claim, append: &Append, outline: &Outline) -> Pipeline {
    let mut command = APPEND.call(&[&keys.head(), &keys.journal(), &keys.inbox()]);
    command.arg(claim.epoch).arg(token(claim.token)).arg(outline.expected.seq).arg(&outline.expected.digest.0[..]);
    command.arg(outline.first_at_ms).arg(outline.end.seq).arg(&outline.end.digest.0[..]).arg(outline.last_at_ms);
    command.arg(Block(&append.entries)).arg(outline.expected.seq + 1);
    command.arg(outline.wake_at_ms.map(|wake_at_ms| wake_at_ms.to_string()).unwrap_or_default());
    command.arg(append.card.as_deref().unwrap_or_default()).arg(u8::from(append.card.is_some()));
    command.arg(&mark_arguments(append.inbox)).arg(&redis.lending());
    one(command)
}

/// Entries as one argument, written straight into the command.
struct Block<'a>(&'a [RawEntry]);

impl ToRedisArgs for Block<'_> {
    fn write_redis_args<W: RedisWrite + ?Sized>(&self, out: &mut W) {
        out.reserve_space_for_args([block::bytes(self.0)]);
        let mut argument = out.writer_for_next_arg();
        // What is written to is memory: it takes everything.
        block::write(self.0, |part| drop(argument.write_all(part)));
    }
}

/// A mark as the scripts want it: two numbers, or two empty texts.
fn mark_arguments(mark: Option<Mark>) -> [String; 2] {
    mark.map(|mark| [mark.at_ms.to_string(), mark.number.to_string()]).unwrap_or_default()
}

/// An append that will come to an end.
struct Ending {
    redis: Arc<Redis>,
    sequences: Arc<Sequences>,
    claim: Claim,
    call: u64,
}

impl Ending {
    fn end(self, outcome: Outcome, place: Arc<Place>, answer: oneshot::Sender<Answered>) {
        let Self { redis, sequences, claim, call } = self;
        let answered = written(outcome, &redis);
        let show = claim.show.as_str();
        let set = sequences.look(show, claim.token, |known| {
            let wake = known.ended(call, end_of(&answered))?;
            // The index is no longer this claim's to set.
            let fenced = matches!(answered, Err(AppendError::Fenced));
            (!fenced).then(|| (redis.next_change(), wake))
        });
        let Some((change, wake)) = set.flatten() else {
            if matches!(answered, Err(AppendError::Fenced)) {
                sequences.forget(show, claim.token);
            }
            // Whoever dropped the future does not want the answer.
            let _ = answer.send(answered);
            return;
        };
        // What is called in between is numbered later, so this can't undo it.
        let indexed = Indexed { show, token: claim.token };
        let of = claim.clone();
        redis.index_set(&indexed, change, wake, move |set| {
            let _place = place;
            if !set {
                sequences.look(&of.show, of.token, KnownWake::lost);
            }
            // It is durable, and the index is at worst too early.
            let _ = answer.send(answered);
        });
    }
}

fn end_of(answered: &Answered) -> End {
    match answered {
        Ok(()) => End::Appended,
        Err(AppendError::InDoubt(_)) => End::InDoubt,
        Err(_) => End::NotAppended,
    }
}

/// What an append or a renewal came to.
fn written(outcome: Outcome, redis: &Redis) -> Answered {
    let replicas = match &outcome {
        Ok(values) => values.get(1).cloned(),
        Err(_) => None,
    };
    let (word, mut answer) = worded(outcome)?;
    if word == "ok" {
        return replicated(replicas.as_ref(), redis.durability).map_err(AppendError::InDoubt);
    }
    Err(refusal(redis, &word, &mut answer).unwrap_or_else(|strange| Failure::from(strange).into()))
}

/// Whether as many replicas have it as must, or what is missing.
pub(super) fn replicated(answer: Option<&Value>, durability: RedisDurability) -> Result<(), String> {
    let RedisDurability::Two { replicas_min, .. } = durability else { return Ok(()) };
    match answer {
        Some(Value::Int(replicas)) if *replicas >= i64::from(replicas_min) => Ok(()),
        Some(Value::Int(replicas)) => Err(format!("only {replicas} of {replicas_min} replicas have it")),
        _ => Err("Redis does not say how many replicas have it".to_owned()),
    }
}

/// What a script refused.
pub(super) fn refusal(redis: &Redis, word: &str, answer: &mut Parts) -> Result<AppendError, Strange> {
    Ok(match word {
        "fenced" => AppendError::Fenced,
        "moved" => AppendError::Moved { tail: answer.position()? },
        "back" => AppendError::Invalid(format!("its time is before the journal's last, {} ms", answer.text()?)),
        "apart" => {
            let ahead_ms: i64 = answer.text()?.parse().map_err(|_| Strange)?;
            apart(ahead_ms, answer.number()?.ok_or(Strange)?, redis.now_ms())
        }
        _ => return Err(Strange),
    })
}

/// What it means that a request said to be sent so far ahead of `redis_ms`, when its answer is here at `now_ms`. One that
/// took long to get there looks as if it came from a clock that is behind; if the clock is not behind when the answer is
/// here, it is right.
fn apart(ahead_ms: i64, redis_ms: u64, now_ms: u64) -> AppendError {
    if ahead_ms < 0 && now_ms.saturating_add(CLOCK_APART_MS_MAX) >= redis_ms {
        return AppendError::Unavailable(format!("it took {} ms to reach Redis", ahead_ms.unsigned_abs()));
    }
    AppendError::ClockApart { ahead_ms }
}
