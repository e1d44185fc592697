//! Claims and releases.

use std::{sync::Arc, time::Duration};

use tokio::sync::oneshot;

use super::{
    appends::{refusal, replicated},
    index::{Indexed, token},
    keys::{Keys, slot},
    lane::Answer,
    outcome::{Failure, Outcome, worded},
    reply::{Parts, Strange},
    scripts::{CLAIM, RELEASE, one},
    sequence::{Sequences, Write},
    server::{Redis, milliseconds},
    wakes::{KnownWake, Wake},
};
use crate::journal::{
    admission::check_show,
    contract::{AppendError, Claim, ClaimError, Digest},
    exchange::{Mark, NOTICES_KEPT},
};

/// Claims a show, and enters the claim into the indexes.
pub(super) async fn claim(redis: &Arc<Redis>, sequences: &Arc<Sequences>, show: &str) -> Result<Claim, ClaimError> {
    let place = redis.place(0).map_err(ClaimError::Unavailable)?;
    check_show(show)?;
    let keys = Keys::of(show);
    let secret: u128 = rand::random();
    let mut command = CLAIM.call(&[&keys.head()]);
    command.arg(&redis.node).arg(token(secret)).arg(&redis.lending()).arg(&Digest::default().0[..]);
    let mut commands = one(command);
    redis.wait_for_replicas(&mut commands);
    let outcome = in_turn(redis, sequences, show, &keys, commands, place).await;
    let replicas = outcome.as_ref().ok().and_then(|values| values.get(1).cloned());
    let (word, mut answer) = worded(outcome)?;
    if word != "ok" {
        return Err(refused(redis, &word, &mut answer));
    }
    let (claim, wake) = taken(&mut answer, redis, show, secret).map_err(Failure::from)?;
    replicated(replicas.as_ref(), redis.durability).map_err(ClaimError::Unavailable)?;
    let indexed = redis.index_claim(Indexed { show, token: secret }, wake).await?;
    sequences.claimed(show, KnownWake::claimed(secret, wake, indexed));
    Ok(claim)
}

/// Gives a claim back.
pub(super) async fn release(redis: &Arc<Redis>, sequences: &Arc<Sequences>, claim: &Claim) -> Result<(), ClaimError> {
    let place = Arc::new(redis.place(0).map_err(ClaimError::Unavailable)?);
    let keys = Keys::of(&claim.show);
    let mut command = RELEASE.call(&[&keys.head(), &keys.notices()]);
    command.arg(claim.epoch).arg(token(claim.token)).arg(NOTICES_KEPT);
    let outcome = in_turn(redis, sequences, &claim.show, &keys, one(command), Arc::clone(&place)).await;
    let (word, mut answer) = worded(outcome)?;
    if word == "released" {
        let wake = answer.number().map_err(Failure::from)?;
        let (done, set) = oneshot::channel();
        let indexed = Indexed { show: &claim.show, token: claim.token };
        redis.index_set(&indexed, redis.next_change(), wake, move |set| {
            let _place = place;
            // Whoever dropped the future does not want to know.
            let _ = done.send(set);
        });
        // Where it could not be set, it is too early, and whoever wakes the show finds that out.
        let _ = set.await;
    }
    sequences.forget(&claim.show, claim.token);
    Ok(())
}

/// Sends a write that takes its turn among the show's appends, and waits for its answer.
async fn in_turn(
    redis: &Arc<Redis>,
    sequences: &Arc<Sequences>,
    show: &str,
    keys: &Keys,
    commands: redis::Pipeline,
    place: impl Send + 'static,
) -> Outcome {
    let (answer, answered) = oneshot::channel();
    let answer: Answer = Box::new(move |outcome| {
        let _place = place;
        // Whoever dropped the future does not want the answer.
        let _ = answer.send(outcome);
    });
    sequences.send(redis, show, |_| Write { slot: slot(&keys.head()), commands, answer, lower: None });
    answered.await.unwrap_or_else(|_| Err(Failure::Unknown("the journal is gone".to_owned())))
}

fn taken(answer: &mut Parts, redis: &Redis, show: &str, secret: u128) -> Result<(Claim, Wake), Strange> {
    let epoch = answer.number()?.ok_or(Strange)?;
    let tail = answer.position()?;
    let wake = answer.number()?;
    let inbox = Mark { at_ms: answer.number()?.unwrap_or(0), number: answer.number()?.unwrap_or(0) };
    // A lease that is not whole milliseconds was lent as whole ones.
    let lease = Some(Duration::from_millis(milliseconds(redis.lease)));
    Ok((Claim { show: show.to_owned(), epoch, token: secret, tail, lease, inbox }, wake))
}

fn refused(redis: &Redis, word: &str, answer: &mut Parts) -> ClaimError {
    if word == "held"
        && let Ok(Some(left_ms)) = answer.number()
    {
        return ClaimError::Held { left_ms };
    }
    match refusal(redis, word, answer) {
        Ok(AppendError::Unavailable(reason)) => ClaimError::Unavailable(reason),
        Ok(AppendError::ClockApart { ahead_ms }) => ClaimError::ClockApart { ahead_ms },
        _ => ClaimError::Unavailable(Strange::TEXT.to_owned()),
    }
}
