//! Joining a show: a snapshot and a place in the stream, taken at one instant.

use std::sync::Arc;

use dropcast_domain::{
    ids::PrincipalId,
    show::{Principal, Role, Show},
    time::Timestamp,
};
use dropcast_proto::v1::{self, server_message::Kind};

use super::{
    Cursor,
    audience::{Audience, Wire, class, encode},
    members::Member,
    registry::{Feed, come_back},
};
use crate::{
    codec,
    engine::Publication,
    hub::{Connection, Frame, RingPosition},
    journal::Position,
};

/// The most reservations and orders of one's own in a snapshot: the newest. Open holds are in it whatever their age.
const OWN_MAX: usize = 100;

/// The most promises of lost histories in a snapshot that could not be kept: the newest.
const BROKEN_PROMISES_MAX: usize = 20;

/// A connection that joins.
#[derive(Debug)]
pub struct Joining {
    /// The connection.
    pub connection: Connection,
    /// For whom it listens.
    pub audience: Audience,
    /// How it is written to.
    pub wire: Wire,
    /// As whom it is signed in.
    pub principal: Option<Principal>,
    /// When its token runs out.
    pub token_expires_at: Option<Timestamp>,
    /// Where it wants to go on; checked to be [of this journal](Cursor::is_of).
    pub resume_after: Option<Cursor>,
    /// Whether it was greeted before: it only needs a fresh snapshot.
    pub greeted: bool,
    /// The time now.
    pub now: Timestamp,
}

impl Feed {
    /// What to [look](crate::engine::ShowHandle::look) at for a connection that joins: it is attached with a welcome, a
    /// snapshot, and everything after it, nothing twice and nothing left out. If that never comes to be (the show is put
    /// away, or its journal can't be read), the connection is closed with 1012, to connect again.
    pub fn join(
        self: &Arc<Self>,
        joining: Joining,
    ) -> impl FnOnce(&Show, Position) -> Publication + Send + 'static + use<> {
        let mut seat = Seat { feed: Arc::clone(self), joining, is_taken: false };
        move |show, position| {
            let (from, snapshot) = seat.feed.prepare(show, position, &seat.joining);
            Box::new(move || {
                if seat.feed.is_retired() {
                    return;
                }
                seat.is_taken = true;
                seat.feed.attach(&seat.joining, position, from, snapshot);
            })
        }
    }

    fn prepare(&self, show: &Show, position: Position, joining: &Joining) -> (Start, Snapshot) {
        if let Some(principal) = &joining.principal {
            // From now on, so that no private message falls between the snapshot and the first one sent.
            let member = Member { connection: joining.connection.clone(), encoding: joining.wire.encoding };
            self.members.add(principal, member);
        }
        let resumed = joining.resume_after.and_then(|cursor| Some((cursor, self.channel.position_after(cursor.seq)?)));
        if let Some((cursor, from)) = resumed {
            // The connection is where its cursor is until it received what follows.
            return (Start::Resumed(from), Snapshot::Message(Box::new(own_snapshot(show, cursor, joining))));
        }
        if is_anybody(show, joining) {
            let make = || self.public_snapshot(show, position, joining);
            let compressor = self.compressor.as_deref().filter(|_| joining.wire.is_compressed);
            let wish = (joining.wire.encoding, compressor);
            let (from, frame) = self.cached_snapshot.get_or_make(position, joining.now, wish, make);
            return (from.map_or(Start::Head, Start::Ring), Snapshot::Frame(frame));
        }
        let mut message = self.public_snapshot(show, position, joining);
        add_own(&mut message, show, joining);
        (Start::Head, Snapshot::Message(Box::new(message)))
    }

    fn attach(&self, joining: &Joining, position: Position, from: Start, snapshot: Snapshot) {
        // Everything up to `position` was published, and nothing after it. Whatever is set from here on is sent, so what
        // is read below is at least as new as what was set before.
        let head = self.channel.head();
        self.cached_snapshot.published(position, head);
        let (from, resumed) = match from {
            Start::Resumed(from) => (from, true),
            Start::Ring(from) => (from, false),
            Start::Head => (head, false),
        };
        let snapshot = match snapshot {
            Snapshot::Frame(frame) => frame,
            Snapshot::Message(mut message) => {
                self.add_numbers(&mut message, joining);
                encode(Kind::Snapshot(*message), joining.wire.encoding)
            }
        };
        let welcome =
            (!joining.greeted).then(|| encode(Kind::Welcome(welcome(joining, resumed)), joining.wire.encoding));
        let prelude = welcome.into_iter().chain([snapshot]).collect();
        // A connection that is gone needs nothing.
        let _ = joining.connection.attach(&self.channel, class(joining.audience, joining.wire), from, prelude);
    }

    fn public_snapshot(&self, show: &Show, position: Position, joining: &Joining) -> v1::Snapshot {
        v1::Snapshot {
            cursor: Cursor::at(position).to_string(),
            server_at: joining.now.0,
            public: codec::public_state(&self.id, show, self.viewers(joining.now)),
            ..v1::Snapshot::default()
        }
    }

    fn add_numbers(&self, message: &mut v1::Snapshot, joining: &Joining) {
        if let Some(public) = &mut message.public {
            public.viewers = self.viewers(joining.now);
        }
        if joining.audience != Audience::Viewer {
            message.numbers = Some(self.numbers(joining.now));
        }
        if joining.audience == Audience::Brand {
            message.sales = Some(self.stats.sales());
        }
    }
}

/// Where in the channel a connection goes on.
#[derive(Clone, Copy)]
enum Start {
    /// After its cursor.
    Resumed(RingPosition),
    /// After a snapshot that was made before.
    Ring(RingPosition),
    /// After what was looked at.
    Head,
}

enum Snapshot {
    Frame(Frame),
    Message(Box<v1::Snapshot>),
}

/// A connection on its way in, wherever it is: it gets in or is sent away.
struct Seat {
    feed: Arc<Feed>,
    joining: Joining,
    is_taken: bool,
}

impl Drop for Seat {
    fn drop(&mut self) {
        if !self.is_taken {
            // One that is gone already needs no close.
            let _ = self.joining.connection.close(come_back());
        }
    }
}

/// Whether the snapshot would be the same for anybody.
fn is_anybody(show: &Show, joining: &Joining) -> bool {
    joining.audience == Audience::Viewer
        && viewer(joining).is_none_or(|viewer| {
            show.reservations_of(viewer).next().is_none()
                && show.broken_promises_of(viewer).next().is_none()
                && show.waiters_of(viewer).next().is_none()
        })
}

fn own_snapshot(show: &Show, cursor: Cursor, joining: &Joining) -> v1::Snapshot {
    let cursor = cursor.to_string();
    let mut message = v1::Snapshot { cursor, server_at: joining.now.0, ..v1::Snapshot::default() };
    add_own(&mut message, show, joining);
    message
}

fn viewer(joining: &Joining) -> Option<&PrincipalId> {
    joining.principal.as_ref().filter(|principal| principal.role == Role::Viewer).map(|principal| &principal.id)
}

fn add_own(message: &mut v1::Snapshot, show: &Show, joining: &Joining) {
    let Some(viewer) = viewer(joining) else { return };
    message.reservations = codec::own_reservations(show, viewer, OWN_MAX);
    let orders = show.orders_of(viewer).rev().take(OWN_MAX);
    message.orders = orders.filter_map(|order| codec::order_view(show, &order)).collect();
    message.orders.reverse();
    message.waiters = codec::own_waiters(show, viewer);
    message.broken_promises = codec::own_broken_promises(show, viewer, BROKEN_PROMISES_MAX);
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
