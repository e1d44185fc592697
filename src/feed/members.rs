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
    by_role: Mutex<BTreeMap<Role, HashMap<PrincipalId, Vec<Member>>>>,
}

impl Members {
    pub(super) fn add(&self, principal: &Principal, member: Member) {
        let mut by_role = self.lock();
        // Its session may have left already, and would not again. It leaves after the connection is gone, so under this
        // lock either the connection is seen to be gone, or it is removed later.
        if !member.connection.is_open() {
            return;
        }
        let members = by_role.entry(principal.role).or_default().entry(principal.id.clone()).or_default();
        members.retain(|known| known.connection.id() != member.connection.id());
        members.push(member);
        if members.len() > CONNECTIONS_PER_PRINCIPAL_MAX {
            let oldest = members.remove(0);
            // One that is gone already needs no close.
            let _ = oldest.connection.close(CloseFrame::new(1008, "too many connections of one principal"));
        }
    }

    pub(super) fn remove(&self, principal: &Principal, connection: ConnectionId) {
        let mut by_role = self.lock();
        let Some(by_id) = by_role.get_mut(&principal.role) else { return };
        if let Some(members) = by_id.get_mut(&principal.id) {
            members.retain(|member| member.connection.id() != connection);
            if members.is_empty() {
                by_id.remove(&principal.id);
            }
        }
    }

    /// How many connections there are.
    pub(super) fn count(&self) -> usize {
        self.lock().values().flat_map(HashMap::values).map(Vec::len).sum()
    }

    /// The connections of a viewer, and the message ready for each.
    pub(super) fn address(&self, viewer: &PrincipalId, kind: impl FnOnce() -> Option<Kind>) -> Vec<Letter> {
        let members = self.lock().get(&Role::Viewer).and_then(|viewers| viewers.get(viewer)).cloned();
        let Some(members) = members else { return Vec::new() };
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
    fn lock(&self) -> MutexGuard<'_, BTreeMap<Role, HashMap<PrincipalId, Vec<Member>>>> {
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
