//! Joining a show: off the hub's threads, because the show may have to be loaded.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use dropcast_domain::{
    ids::{ShowId, SourceId},
    show::{Role, Show},
};

use super::close;
use crate::{
    api::{auth::Access, state::ApiState},
    engine::{OpenError, Publication, ShowHandle},
    feed::{Audience, Cursor, Joining as FeedJoining, Wire},
    hub::{CloseFrame, Connection},
    journal::Position,
    stats::{Crowd, Seat},
};

/// The way to the show that a connection joined, once it has.
#[derive(Debug, Default)]
pub(super) struct Joined {
    way: Mutex<Way>,
    /// Set under the lock of the way.
    place: OnceLock<Place>,
}

#[derive(Debug, Default)]
struct Way {
    handle: Option<ShowHandle>,
    /// Whether the connection is gone. It may be on its way in all the same.
    has_left: bool,
}

/// As what a connection is in a show; a viewer has a seat, which is counted for as long as the connection is there.
#[derive(Debug)]
struct Place {
    audience: Audience,
    seat: Option<Seat>,
}

impl Joined {
    /// The show's handle; `None` before the show was joined, or when its writer is gone.
    pub(super) fn handle(&self) -> Option<ShowHandle> {
        self.lock().handle.clone().filter(ShowHandle::is_open)
    }

    /// Whether the show was joined and then lost its writer. Says so once.
    pub(super) fn lost_its_writer(&self) -> bool {
        self.lock().handle.take_if(|handle| !handle.is_open()).is_some()
    }

    /// For whom the connection listens; `None` before it joined.
    pub(super) fn audience(&self) -> Option<Audience> {
        self.place.get().map(|place| place.audience)
    }

    /// The audience that a viewer is a part of; `None` for all others, and before it joined.
    pub(super) fn crowd(&self) -> Option<&Arc<Crowd>> {
        self.place.get()?.seat.as_ref().map(Seat::crowd)
    }

    /// The connection is gone, and joins no more. As what it was in the show, if it ever joined.
    pub(super) fn leave(&self) -> Option<Audience> {
        let mut way = self.lock();
        *way = Way { handle: None, has_left: true };
        self.audience()
    }

    /// Whether it joined for the first time. A connection that is gone takes no place: nobody would give it back.
    fn set(&self, handle: ShowHandle, place: impl FnOnce() -> Place) -> bool {
        let mut way = self.lock();
        if way.has_left {
            return false;
        }
        way.handle = Some(handle);
        let is_first = self.place.get().is_none();
        self.place.get_or_init(place);
        is_first
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Way> {
        // Every change is whole before anything that could panic.
        self.way.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a connection asks for.
#[derive(Debug)]
pub(super) struct JoinWish {
    pub(super) show: ShowId,
    pub(super) access: Option<Access>,
    pub(super) cursor: Option<String>,
    pub(super) source: Option<SourceId>,
    pub(super) greeted: bool,
}

/// A connection on its way into a show.
pub(super) struct Joining {
    pub(super) state: ApiState,
    pub(super) connection: Connection,
    pub(super) wire: Wire,
    pub(super) joined: Arc<Joined>,
    pub(super) wish: JoinWish,
}

impl Joining {
    /// Joins, or closes the connection with the code that says why not.
    pub(super) async fn run(self) {
        let connection = self.connection.clone();
        if let Err(close) = self.join().await {
            // Who has left needs no close frame.
            let _ = connection.close(close);
        }
    }

    async fn join(self) -> Result<(), CloseFrame> {
        let handle = self.state.engine.open(&self.wish.show).await.map_err(|error| match error {
            OpenError::Unknown => close::show_unknown(),
            OpenError::Stopping => close::restarting(1_000),
            OpenError::Claim(_) | OpenError::Load(_) => {
                tracing::warn!(show = %self.wish.show, %error, "a show can't be loaded for a watcher");
                close::try_again_later()
            }
        })?;
        let feed = self.state.feeds.get(&self.wish.show).ok_or_else(close::try_again_later)?;
        let gate = Gate { show: self.wish.show.clone(), access: self.wish.access.clone(), audience: self.audience() };
        let (source, crowd) = (self.wish.source.clone(), Arc::clone(feed.stats().crowd()));
        let metrics = Arc::clone(&self.state.metrics);
        let resume_after = self.checked_cursor().await;
        let (connection, joined, of_handle) = (self.connection.clone(), Arc::clone(&self.joined), handle.clone());
        // Made before the show is looked at: whatever becomes of the look, the connection gets in or is sent away.
        let take_seat = feed.join(self.into_feed(resume_after));
        let look = move |show: &Show, position: Position| -> Publication {
            if let Err(close) = gate.check(show) {
                return Box::new(move || {
                    let _ = connection.close(close);
                    drop(take_seat);
                });
            }
            // From the moment of the snapshot on, commands go to this writer.
            let place = || gate.place(&crowd, source.as_ref());
            if joined.set(of_handle, place) {
                metrics.connection_joined(gate.audience);
            }
            take_seat(show, position)
        };
        handle.look(look).await.map_err(|_| close::try_again_later())
    }

    /// Where to go on, if the cursor is one of this history.
    async fn checked_cursor(&self) -> Option<Cursor> {
        let cursor = Cursor::parse(self.wish.cursor.as_deref()?)?;
        let journal = self.state.engine.journal();
        cursor.is_of(&**journal, &self.wish.show).await.ok()?.then_some(cursor)
    }

    fn audience(&self) -> Audience {
        match self.wish.access.as_ref().map(|access| access.principal.role) {
            Some(Role::Brand | Role::System) => Audience::Brand,
            Some(Role::Host) => Audience::Host,
            Some(Role::Viewer) | None => Audience::Viewer,
        }
    }

    fn into_feed(self, resume_after: Option<Cursor>) -> FeedJoining {
        let access = self.wish.access.as_ref();
        FeedJoining {
            audience: self.audience(),
            wire: self.wire,
            principal: access.map(|access| access.principal.clone()),
            token_expires_at: access.map(|access| access.expires_at),
            resume_after,
            greeted: self.wish.greeted,
            now: self.state.clock.now(),
            connection: self.connection,
        }
    }
}

/// Who may watch: decided on the show as it is when the connection joins.
struct Gate {
    show: ShowId,
    access: Option<Access>,
    audience: Audience,
}

impl Gate {
    fn place(&self, crowd: &Arc<Crowd>, source: Option<&SourceId>) -> Place {
        let viewer = self.access.as_ref().map(|access| &access.principal.id);
        let is_viewer = self.audience == Audience::Viewer;
        Place { audience: self.audience, seat: is_viewer.then(|| crowd.seat(viewer, source)) }
    }

    fn check(&self, show: &Show) -> Result<(), CloseFrame> {
        let settings = show.settings().ok_or_else(close::show_unknown)?;
        match &self.access {
            Some(access) if access.allows(&self.show, &settings.brand) => Ok(()),
            Some(_) => Err(close::forbidden()),
            None if settings.watch_without_token => Ok(()),
            None => Err(close::token("watching this show takes a token")),
        }
    }
}

#[cfg(test)]
#[path = "join_tests.rs"]
mod tests;
