//! Who is connected as whom, for what concerns one principal alone.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Mutex, MutexGuard, PoisonError},
};

use dropcast_domain::{
    ids::PrincipalId,
    show::{Principal, Role},
};
use dropcast_proto::v1::server_message::Kind;

use super::audience::{ENCODINGS, Encoding, encode_message, message};
use crate::hub::{CloseFrame, Connection, ConnectionId, Frame};

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
    by_role: Mutex<BTreeMap<Role, HashMap<PrincipalId, Seats>>>,
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

/// A principal's connections but this one.
fn without(seats: Option<&Seats>, connection: ConnectionId) -> Vec<Member> {
    let seats = seats.map_or(&[][..], Seats::as_slice);
    seats.iter().filter(|member| member.connection.id() != connection).cloned().collect()
}

impl Members {
    pub(super) fn add(&self, principal: &Principal, member: Member) {
        let mut by_role = self.lock();
        // Its session may have left already, and would not again. It leaves after the connection is gone, so under this
        // lock either the connection is seen to be gone, or it is removed later.
        if !member.connection.is_open() {
            return;
        }
        let seats = by_role.entry(principal.role).or_default();
        let mut members = without(seats.get(&principal.id), member.connection.id());
        members.push(member);
        if members.len() > CONNECTIONS_PER_PRINCIPAL_MAX {
            let oldest = members.remove(0);
            // One that is gone already needs no close.
            let _ = oldest.connection.close(CloseFrame::new(1008, "too many connections of one principal"));
        }
        seats.extend(Seats::of(members).map(|members| (principal.id.clone(), members)));
    }

    pub(super) fn remove(&self, principal: &Principal, connection: ConnectionId) {
        let mut by_role = self.lock();
        let Some(seats) = by_role.get_mut(&principal.role) else { return };
        let left = without(seats.get(&principal.id), connection);
        match Seats::of(left) {
            Some(left) => drop(seats.insert(principal.id.clone(), left)),
            None => drop(seats.remove(&principal.id)),
        }
    }

    /// How many connections there are.
    pub(super) fn count(&self) -> usize {
        self.lock().values().flat_map(HashMap::values).map(|seats| seats.as_slice().len()).sum()
    }

    /// The connections of a viewer, and the message ready for each.
    pub(super) fn address(&self, viewer: &PrincipalId, kind: impl FnOnce() -> Option<Kind>) -> Vec<Letter> {
        let members = {
            let by_role = self.lock();
            let seats = by_role.get(&Role::Viewer).and_then(|viewers| viewers.get(viewer));
            seats.map_or_else(Vec::new, |seats| seats.as_slice().to_vec())
        };
        if members.is_empty() {
            return Vec::new();
        }
        let Some(kind) = kind() else { return Vec::new() };
        let message = message(kind);
        let mut frames = [const { None }; ENCODINGS.len()];
        let letter = |Member { connection, encoding }| {
            let frame: &Frame = frames[encoding as usize].get_or_insert_with(|| encode_message(&message, encoding));
            Letter { frame: frame.clone(), to: connection }
        };
        members.into_iter().map(letter).collect()
    }
}

impl Members {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<Role, HashMap<PrincipalId, Seats>>> {
        // Every change is whole before anything that could panic.
        self.by_role.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A frame for one connection.
#[derive(Debug)]
pub(super) struct Letter {
    to: Connection,
    frame: Frame,
}

impl Letter {
    /// Sends it; a connection that is gone rebuilds what it missed from its next snapshot.
    pub(super) fn send(self) {
        let _ = self.to.send(self.frame);
    }
}
