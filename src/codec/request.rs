//! What clients ask, as the rules understand it. HTTP and the WebSocket both come through here, so the same wish has the
//! same fingerprint whichever way it takes.

use dropcast_domain::{
    ids::{DropId, Key, NameError, ReservationId, Sku, WaiterId},
    show::{Command, Fingerprint, WantedLine},
    time::Timestamp,
};
use dropcast_proto::v1::{self, client_message::Kind};
use prost::Message as _;
use sha2::{Digest as _, Sha256};

/// A command with its key.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Wish {
    /// The idempotency key.
    pub key: Key,
    /// How often it was sent before.
    pub attempt: u32,
    /// Tells its content, whatever its key and attempt.
    pub fingerprint: Fingerprint,
    /// What is asked.
    pub command: Command,
}

/// A field that can't be read.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("`{field}` {problem}")]
pub struct MessageProblem {
    /// Which.
    pub field: &'static str,
    /// What is wrong with it.
    pub problem: NameError,
    /// The command's key, unless it is the key itself that can't be read.
    pub key: Option<Key>,
}

/// Reads a command; `None` for the messages that are none (hello, refresh, clock).
pub fn read_command(mut kind: Kind) -> Result<Option<Wish>, MessageProblem> {
    let Some((key, attempt)) = take_key(&mut kind) else { return Ok(None) };
    let key = Key::new(&key).map_err(|problem| MessageProblem { field: "key", problem, key: None })?;
    let fingerprint = fingerprint(&kind);
    let command = command(kind).map_err(|problem| MessageProblem { key: Some(key.clone()), ..problem })?;
    Ok(command.map(|command| Wish { key, attempt, fingerprint, command }))
}

/// Takes the key and the attempt out, so that what is left is the content.
fn take_key(kind: &mut Kind) -> Option<(String, u32)> {
    match kind {
        Kind::Hello(_) | Kind::Refresh(_) | Kind::Clock(_) => None,
        Kind::Reserve(v1::Reserve { key, attempt, .. })
        | Kind::Confirm(v1::Confirm { key, attempt, .. })
        | Kind::Release(v1::Release { key, attempt, .. })
        | Kind::JoinWaitlist(v1::JoinWaitlist { key, attempt, .. })
        | Kind::LeaveWaitlist(v1::LeaveWaitlist { key, attempt, .. })
        | Kind::ExtendHold(v1::ExtendHold { key, attempt, .. })
        | Kind::StartShow(v1::StartShow { key, attempt })
        | Kind::EndShow(v1::EndShow { key, attempt })
        | Kind::OpenDrop(v1::OpenDrop { key, attempt, .. })
        | Kind::ScheduleDrop(v1::ScheduleDrop { key, attempt, .. })
        | Kind::PauseDrop(v1::PauseDrop { key, attempt, .. })
        | Kind::ResumeDrop(v1::ResumeDrop { key, attempt, .. })
        | Kind::ExtendDrop(v1::ExtendDrop { key, attempt, .. })
        | Kind::UndoDrop(v1::UndoDrop { key, attempt, .. })
        | Kind::CloseDrop(v1::CloseDrop { key, attempt, .. })
        | Kind::AddUnits(v1::AddUnits { key, attempt, .. })
        | Kind::WithdrawUnits(v1::WithdrawUnits { key, attempt, .. }) => {
            Some((std::mem::take(key), attempt.take().unwrap_or_default()))
        }
    }
}

/// The first half of the SHA-256 of the content in protobuf.
fn fingerprint(kind: &Kind) -> Fingerprint {
    let content = v1::ClientMessage { kind: Some(kind.clone()) }.encode_to_vec();
    let digest: [u8; 32] = Sha256::digest(content).into();
    let mut half = [0; 16];
    half.copy_from_slice(&digest[..16]);
    Fingerprint(half)
}

fn command(kind: Kind) -> Result<Option<Command>, MessageProblem> {
    let wrong = |field| move |problem| MessageProblem { field, problem, key: None };
    let drop = |name: String| DropId::new(&name).map_err(wrong("drop"));
    let sku = |name: String| Sku::new(&name).map_err(wrong("sku"));
    Ok(Some(match kind {
        Kind::Hello(_) | Kind::Refresh(_) | Kind::Clock(_) => return Ok(None),
        Kind::Reserve(wish) => {
            let line = |line: v1::WantedLine| Ok(WantedLine { sku: sku(line.sku)?, quantity: line.quantity });
            Command::Reserve {
                drop: drop(wish.drop)?,
                sku: sku(wish.sku)?,
                quantity: wish.quantity,
                with: wish.with.into_iter().map(line).collect::<Result<_, _>>()?,
            }
        }
        Kind::JoinWaitlist(wish) => {
            Command::JoinWaitlist { drop: drop(wish.drop)?, sku: sku(wish.sku)?, quantity: wish.quantity }
        }
        Kind::LeaveWaitlist(wish) => Command::LeaveWaitlist { waiter: WaiterId(wish.waiter) },
        Kind::ExtendHold(wish) => Command::ExtendHold { reservation: ReservationId(wish.reservation) },
        Kind::Confirm(wish) => Command::Confirm { reservation: ReservationId(wish.reservation) },
        Kind::Release(wish) => Command::Release { reservation: ReservationId(wish.reservation) },
        Kind::StartShow(_) => Command::Start,
        Kind::EndShow(_) => Command::End,
        Kind::OpenDrop(wish) => Command::OpenDrop { drop: drop(wish.drop)? },
        Kind::ScheduleDrop(wish) => {
            Command::ScheduleDrop { drop: drop(wish.drop)?, opens_at: wish.opens_at.map(Timestamp) }
        }
        Kind::PauseDrop(wish) => Command::PauseDrop { drop: drop(wish.drop)? },
        Kind::ResumeDrop(wish) => Command::ResumeDrop { drop: drop(wish.drop)? },
        Kind::ExtendDrop(wish) => Command::ExtendDrop { drop: drop(wish.drop)?, by_ms: wish.by_ms },
        Kind::UndoDrop(wish) => Command::UndoDrop { drop: drop(wish.drop)? },
        Kind::CloseDrop(wish) => Command::CloseDrop { drop: drop(wish.drop)? },
        Kind::WithdrawUnits(wish) => {
            Command::WithdrawUnits { sku: sku(wish.sku)?, units: wish.units, force: wish.force }
        }
        Kind::AddUnits(wish) => {
            Command::AddUnits { drop: wish.drop.map(drop).transpose()?, sku: sku(wish.sku)?, units: wish.units }
        }
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reserve(key: &str, attempt: Option<u32>, quantity: u32) -> Wish {
        let kind = Kind::Reserve(v1::Reserve {
            key: key.into(),
            attempt,
            drop: "d".into(),
            sku: "s".into(),
            quantity,
            with: Vec::new(),
        });
        read_command(kind).expect("well formed").expect("a command")
    }

    #[test]
    fn the_fingerprint_tells_the_content_and_nothing_else() {
        assert_eq!(reserve("a", None, 1).fingerprint, reserve("b", Some(3), 1).fingerprint);
        assert_ne!(reserve("a", None, 1).fingerprint, reserve("a", None, 2).fingerprint);
    }

    #[test]
    fn a_bad_name_is_named() {
        let kind = Kind::OpenDrop(v1::OpenDrop { key: "k".into(), attempt: None, drop: "no spaces".into() });
        let problem = read_command(kind).expect_err("a bad name");
        assert_eq!(problem.to_string(), "`drop` has a character outside A-Z a-z 0-9 . _ : -");
        assert_eq!(problem.key, Key::new("k").ok(), "whoever asked can tell which command it was");
    }

    #[test]
    fn what_is_no_command_is_none() {
        assert_eq!(read_command(Kind::Clock(v1::ClockRequest { echo_ms: 1 })), Ok(None));
    }
}
