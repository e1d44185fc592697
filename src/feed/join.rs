//! Joining a show: a snapshot and a place in the stream, taken at one instant.

use std::sync::{Arc, MutexGuard, PoisonError};

use dropcast_domain::{
    ids::PrincipalId,
    show::{Principal, ReservationState, Role, Show},
    time::Timestamp,
};
use dropcast_proto::v1::{self, server_message::Kind};

use super::{
    Cursor,
    audience::{Audience, Encoding, class, encode},
    members::Member,
    registry::Feed,
};
use crate::{
    codec,
    engine::Publication,
    hub::{Connection, Frame, RingPosition},
    journal::Position,
};

/// The most reservations and orders of one's own in a snapshot, the newest first taken; open holds always are in it.
const OWN_MAX: usize = 100;
/// How old a snapshot may be that is given to another viewer; what changed since follows from the ring.
const CACHED_FOR_MS: u64 = 100;

/// A connection that joins.
#[derive(Debug)]
pub struct Joining {
    /// The connection.
    pub connection: Connection,
    /// For whom it listens.
    pub audience: Audience,
    /// How it is written to.
    pub encoding: Encoding,
    /// As whom it is signed in.
    pub principal: Option<Principal>,
    /// When its token runs out.
    pub token_expires_at: Option<Timestamp>,
    /// The entry after which it wants to go on, checked against the journal.
    pub resume_after_seq: Option<u64>,
    /// Whether it was greeted before: it only needs a fresh snapshot.
    pub greeted: bool,
    /// The time now.
    pub now: Timestamp,
}

/// A snapshot that viewers who own nothing share, per encoding.
#[derive(Debug)]
pub(super) struct CachedSnapshot {
    made_at: Timestamp,
    position: Position,
    frames: [Frame; 2],
}

impl Feed {
    /// Looks at the show for a connection that joins; the publication attaches it. Everything up to `position` is in the
    /// snapshot, everything after it comes from the ring: nothing twice, nothing left out.
    pub fn join(self: &Arc<Self>, show: &Show, position: Position, joining: Joining) -> Publication {
        if let Some(principal) = &joining.principal {
            // From now on, so that no private message falls between the snapshot and the first one sent.
            let member = Member { connection: joining.connection.clone(), encoding: joining.encoding };
            self.members.add(principal, member);
        }
        let resumed = joining.resume_after_seq.and_then(|seq| self.channel.position_after(seq));
        let (from, snapshot) = match resumed {
            Some(from) => (From::Ring(from), Snapshot::Own),
            None if self.is_anybody(show, &joining) => {
                let (after_seq, frame) = self.shared_snapshot(show, position, joining.now, joining.encoding);
                (From::After(after_seq), Snapshot::Made(frame))
            }
            None => (From::Head, Snapshot::Whole),
        };
        let snapshot = match snapshot {
            Snapshot::Made(frame) => Made::Frame(frame),
            Snapshot::Own => Made::Message(self.snapshot(show, position, &joining, false)),
            Snapshot::Whole => Made::Message(self.snapshot(show, position, &joining, true)),
        };
        let feed = Arc::clone(self);
        Box::new(move || feed.attach(&joining, resumed.is_some(), from, snapshot))
    }

    fn attach(&self, joining: &Joining, resumed: bool, from: From, snapshot: Made) {
        let frame = match snapshot {
            Made::Frame(frame) => frame,
            Made::Message(mut message) => {
                self.add_numbers(&mut message, joining.audience);
                encode(Kind::Snapshot(message), joining.encoding)
            }
        };
        let mut prelude = Vec::with_capacity(2);
        if !joining.greeted {
            prelude.push(encode(Kind::Welcome(welcome(joining, resumed)), joining.encoding));
        }
        prelude.push(frame);
        let from = match from {
            From::Ring(position) => position,
            From::Head => self.channel.head(),
            // It can't have fallen off: it is younger than CACHED_FOR_MS; if it did, the hub says so and it joins anew.
            From::After(seq) => {
                self.channel.position_after(seq).unwrap_or_else(|| self.channel.head().with_all_latest())
            }
        };
        // A connection that is gone needs nothing.
        let _ = joining.connection.attach(&self.channel, class(joining.audience, joining.encoding), from, prelude);
    }

    /// Whether the snapshot would be the same for anybody.
    fn is_anybody(&self, show: &Show, joining: &Joining) -> bool {
        joining.audience == Audience::Viewer
            && viewer(joining).is_none_or(|viewer| show.reservations_of(viewer).next().is_none())
    }

    fn shared_snapshot(&self, show: &Show, position: Position, now: Timestamp, encoding: Encoding) -> (u64, Frame) {
        let mut cached = self.lock_cached();
        if let Some(cached) = &*cached
            && (cached.position == position || now < cached.made_at.after_ms(CACHED_FOR_MS))
            && cached.position.seq <= position.seq
            && self.channel.position_after(cached.position.seq).is_some()
        {
            return (cached.position.seq, cached.frames[encoding as usize].clone());
        }
        let message = v1::Snapshot {
            cursor: Cursor::at(position).to_string(),
            server_at: now.0,
            public: codec::public_state(&self.id, show, self.viewers()),
            ..v1::Snapshot::default()
        };
        let frames = [Encoding::Json, Encoding::Proto].map(|each| encode(Kind::Snapshot(message.clone()), each));
        let frame = frames[encoding as usize].clone();
        *cached = Some(CachedSnapshot { made_at: now, position, frames });
        (position.seq, frame)
    }

    fn snapshot(&self, show: &Show, position: Position, joining: &Joining, public: bool) -> v1::Snapshot {
        let mut message = v1::Snapshot {
            cursor: Cursor::at(position).to_string(),
            server_at: joining.now.0,
            ..v1::Snapshot::default()
        };
        if public {
            message.public = codec::public_state(&self.id, show, self.viewers());
        }
        if let Some(viewer) = viewer(joining) {
            add_own(&mut message, show, viewer);
        }
        message
    }

    fn add_numbers(&self, message: &mut v1::Snapshot, audience: Audience) {
        if audience != Audience::Viewer {
            message.numbers = Some(self.stats.numbers(self.viewers()));
        }
        if audience == Audience::Brand {
            message.sales = Some(self.stats.sales());
        }
    }

    fn lock_cached(&self) -> MutexGuard<'_, Option<CachedSnapshot>> {
        // It is replaced whole, so a panic elsewhere leaves it whole.
        self.cached_snapshot.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Where in the ring a connection goes on.
enum From {
    Ring(RingPosition),
    After(u64),
    Head,
}

enum Snapshot {
    Own,
    Whole,
    Made(Frame),
}

enum Made {
    Frame(Frame),
    Message(v1::Snapshot),
}

fn viewer(joining: &Joining) -> Option<&PrincipalId> {
    joining.principal.as_ref().filter(|principal| principal.role == Role::Viewer).map(|principal| &principal.id)
}

fn add_own(message: &mut v1::Snapshot, show: &Show, viewer: &PrincipalId) {
    let Some(settings) = show.settings() else { return };
    let newest = show.reservations_of(viewer).rev().enumerate();
    let kept = newest.filter(|(age, each)| *age < OWN_MAX || each.state == ReservationState::Held);
    message.reservations = kept.map(|(_, each)| codec::reservation_view(settings, &each)).collect();
    message.reservations.reverse();
    let orders = show.orders_of(viewer).rev().take(OWN_MAX);
    message.orders = orders.filter_map(|order| codec::order_view(show, &order)).collect();
    message.orders.reverse();
}

fn welcome(joining: &Joining, resumed: bool) -> v1::Welcome {
    let role = match joining.audience {
        Audience::Viewer => v1::Role::Viewer,
        Audience::Host => v1::Role::Host,
        Audience::Brand => v1::Role::Brand,
    };
    v1::Welcome {
        role: role.into(),
        principal: joining.principal.as_ref().map(|principal| principal.id.to_string()),
        server_at: joining.now.0,
        token_expires_at: joining.token_expires_at.map(|at| at.0),
        resumed,
    }
}
