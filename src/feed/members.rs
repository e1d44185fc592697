//! Who is connected as whom, for what concerns one principal alone.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use dropcast_domain::{
    ids::PrincipalId,
    show::{Principal, Role},
};
use dropcast_proto::v1::server_message::Kind;

use super::audience::{Encoding, encode};
use crate::hub::{CloseFrame, Connection, ConnectionId};

/// The most connections of one principal to one show; the oldest is closed with 1008 for a newer one.
pub(super) const CONNECTIONS_PER_PRINCIPAL_MAX: usize = 16;

/// A connection and how it is written to.
#[derive(Clone, Debug)]
pub(super) struct Member {
    pub(super) connection: Connection,
    pub(super) encoding: Encoding,
}

/// The connections of each principal. The lock is held for a look-up; the show's task and sessions share it.
#[derive(Default, Debug)]
pub(super) struct Members {
    by_principal: Mutex<BTreeMap<Principal, Seats>>,
}

/// The connections of one principal, oldest first. One, which is what nearly everybody has, needs no memory of its own.
#[derive(Debug)]
enum Seats {
    One(Member),
    Several(Box<[Member]>),
}

impl Seats {
    fn of(members: Vec<Member>) -> Option<Self> {
        match <[Member; 1]>::try_from(members) {
            Ok([member]) => Some(Self::One(member)),
            Err(members) => (!members.is_empty()).then(|| Self::Several(members.into())),
        }
    }

    fn as_slice(&self) -> &[Member] {
        match self {
            Self::One(member) => std::slice::from_ref(member),
            Self::Several(members) => members,
        }
    }
}

impl Members {
    pub(super) fn add(&self, principal: &Principal, member: Member) {
        let mut by_principal = self.lock();
        // Its session may have left already, and would not again. It leaves after the connection is gone, so under this
        // lock either the connection is seen to be gone, or it is removed later.
        if !member.connection.is_open() {
            return;
        }
        let mut members = Self::without(&by_principal, principal, member.connection.id());
        members.push(member);
        if members.len() > CONNECTIONS_PER_PRINCIPAL_MAX {
            let oldest = members.remove(0);
            // One that is gone already needs no close.
            let _ = oldest.connection.close(CloseFrame::new(1008, "too many connections of one principal"));
        }
        by_principal.extend(Seats::of(members).map(|seats| (principal.clone(), seats)));
    }

    pub(super) fn remove(&self, principal: &Principal, connection: ConnectionId) {
        let mut by_principal = self.lock();
        let left = Self::without(&by_principal, principal, connection);
        match (by_principal.get_mut(principal), Seats::of(left)) {
            (Some(seats), Some(left)) => *seats = left,
            _ => drop(by_principal.remove(principal)),
        }
    }

    /// The principal's connections but this one.
    fn without(
        by_principal: &BTreeMap<Principal, Seats>,
        principal: &Principal,
        connection: ConnectionId,
    ) -> Vec<Member> {
        let seats = by_principal.get(principal).map_or(&[][..], Seats::as_slice);
        seats.iter().filter(|member| member.connection.id() != connection).cloned().collect()
    }

    /// How many connections there are.
    pub(super) fn count(&self) -> usize {
        self.lock().values().map(|seats| seats.as_slice().len()).sum()
    }

    /// The connections of a viewer, and the message ready for each.
    pub(super) fn address(&self, viewer: &PrincipalId, kind: impl FnOnce() -> Option<Kind>) -> Vec<Letter> {
        let principal = Principal { role: Role::Viewer, id: viewer.clone() };
        let members = self.lock().get(&principal).map_or_else(Vec::new, |seats| seats.as_slice().to_vec());
        if members.is_empty() {
            return Vec::new();
        }
        let Some(kind) = kind() else { return Vec::new() };
        let letter = |member: Member| Letter { frame: encode(kind.clone(), member.encoding), to: member.connection };
        members.into_iter().map(letter).collect()
    }
}

impl Members {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<Principal, Seats>> {
        // Every change is whole before anything that could panic.
        self.by_principal.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A frame for one connection.
#[derive(Debug)]
pub(super) struct Letter {
    to: Connection,
    frame: crate::hub::Frame,
}

impl Letter {
    /// Sends it; a connection that is gone rebuilds what it missed from its next snapshot.
    pub(super) fn send(self) {
        let _ = self.to.send(self.frame);
    }
}
