//! An engine with the feed and the numbers, a hub, and a door for watchers.

use std::{
    net::{TcpListener, TcpStream},
    sync::Arc,
    time::Duration,
};

use bytes::Bytes;
use dropcast::{
    clock::{Clock as _, ManualClock},
    engine::{Engine, EngineConfig, Projection, ProjectionFactory, Seeds, ShowHandle},
    feed::{Audience, Cursor, Encoding, Feed, FeedProjection, Feeds, Joining, Wire},
    hub::{CompressionConfig, Connection, Hub, HubConfig, Message, Session},
    journal::{Faults, MemoryJournal, Position},
    stats::StatsProjection,
};
use dropcast_domain::{
    ids::{PrincipalId, ShowId},
    show::{Principal, Role},
    time::Timestamp,
};
use dropcast_proto::v1;

use crate::watcher::Watcher;

pub(crate) const PATIENCE: Duration = Duration::from_secs(20);
const START: Timestamp = Timestamp(1_760_000_000_000);

pub(crate) struct House {
    pub(crate) journal: Arc<MemoryJournal>,
    pub(crate) faults: Faults,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) feeds: Arc<Feeds>,
    pub(crate) engine: Arc<Engine>,
    hub: Arc<Hub>,
    listener: TcpListener,
}

/// Who joins, and how.
#[derive(Clone, Debug)]
pub(crate) struct Guest {
    pub(crate) audience: Audience,
    pub(crate) encoding: Encoding,
    pub(crate) name: Option<&'static str>,
    pub(crate) resume_after: Option<Cursor>,
}

impl Guest {
    pub(crate) fn anybody(encoding: Encoding) -> Self {
        Self { audience: Audience::Viewer, encoding, name: None, resume_after: None }
    }

    pub(crate) fn viewer(name: &'static str, encoding: Encoding) -> Self {
        Self { name: Some(name), ..Self::anybody(encoding) }
    }

    pub(crate) fn staff(audience: Audience, encoding: Encoding) -> Self {
        Self { audience, name: Some("acme"), ..Self::anybody(encoding) }
    }

    pub(crate) fn resuming(self, cursor: Cursor) -> Self {
        Self { resume_after: Some(cursor), ..self }
    }
}

impl House {
    pub(crate) fn new() -> Self {
        Self::over(Arc::new(MemoryJournal::new()), Arc::new(ManualClock::new(START)))
    }

    /// Another process on the same journal.
    pub(crate) fn restarted(&self) -> Self {
        Self::over(Arc::new(self.journal.connect()), Arc::clone(&self.clock))
    }

    fn over(journal: Arc<MemoryJournal>, clock: Arc<ManualClock>) -> Self {
        let compression = Some(CompressionConfig { level: 1, bytes_min: 100 });
        let latest_tick = Duration::from_millis(5);
        let config = HubConfig { shards: 2, latest_tick, compression, ..HubConfig::default() };
        let hub = Arc::new(Hub::start(config).unwrap());
        let feeds = Feeds::new(Arc::clone(&hub));
        let projections = Arc::new(Projections(Arc::clone(&feeds)));
        let config = EngineConfig { seeds: Some(Seeds::new(b"a secret of this house")), ..EngineConfig::default() };
        let engine = Engine::new(journal.clone(), clock.clone(), projections, config);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        Self { faults: journal.faults(), journal, clock, feeds, engine, hub, listener }
    }

    pub(crate) async fn show(&self) -> ShowHandle {
        self.engine.open_or_create(&show()).await.unwrap()
    }

    /// Waits until everything is durable, whatever trouble there was.
    pub(crate) async fn rest(&self) {
        while self.show().await.read(|_, _| ()).await.is_err() {}
    }

    /// Bytes that were not sent because messages were compressed.
    pub(crate) fn bytes_spared(&self) -> u64 {
        self.hub.counters().bytes_spared
    }

    pub(crate) fn feed(&self) -> Arc<Feed> {
        self.feeds.get(&show()).unwrap()
    }

    /// The numbers now.
    pub(crate) fn numbers(&self) -> v1::Numbers {
        self.feed().numbers(self.clock.now())
    }

    /// Connects, and joins the show; what becomes of it is the watcher's to see.
    pub(crate) async fn join(&self, guest: &Guest) -> Watcher {
        let (stream, connection) = self.connect();
        self.join_on(&connection, guest, false).await;
        Watcher::new(stream, connection, guest.encoding)
    }

    /// Joins on a connection that is there.
    pub(crate) async fn join_on(&self, connection: &Connection, guest: &Guest, greeted: bool) {
        let handle = self.show().await;
        let role = match guest.audience {
            Audience::Viewer => Role::Viewer,
            Audience::Host => Role::Host,
            Audience::Brand => Role::Brand,
        };
        let joining = Joining {
            connection: connection.clone(),
            audience: guest.audience,
            // Every other connection, so that both kinds meet in every test.
            wire: Wire { encoding: guest.encoding, is_compressed: connection.id().0.is_multiple_of(2) },
            principal: guest.name.map(|name| Principal { role, id: PrincipalId::new(name).unwrap() }),
            token_expires_at: None,
            resume_after: guest.resume_after,
            greeted,
            now: self.clock.now(),
        };
        handle.look(self.feed().join(joining)).await.unwrap();
    }

    pub(crate) fn connect(&self) -> (TcpStream, Connection) {
        let stream = TcpStream::connect(self.listener.local_addr().unwrap()).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let accepted = self.listener.accept().unwrap().0;
        let connection = self.hub.adopt(accepted, Bytes::new(), Box::new(Listener)).unwrap();
        (stream, connection)
    }
}

impl Drop for House {
    fn drop(&mut self) {
        if let Err(error) = self.hub.shutdown(PATIENCE) {
            assert!(std::thread::panicking(), "{error}");
        }
    }
}

pub(crate) fn show() -> ShowId {
    ShowId::new("show").unwrap()
}

/// Watchers only listen.
struct Listener;

impl Session for Listener {
    fn message(&mut self, _connection: &Connection, _message: Message<'_>) {}

    fn lagged(&mut self, _connection: &Connection) {
        panic!("nobody here falls behind");
    }
}

struct Projections(Arc<Feeds>);

impl ProjectionFactory for Projections {
    fn projections(&self, show: &ShowId, position: Position) -> Vec<Box<dyn Projection>> {
        let feed = self.0.open(show, position);
        vec![
            Box::new(FeedProjection::new(Arc::clone(&self.0), Arc::clone(&feed))),
            Box::new(StatsProjection::new(Arc::clone(feed.stats()))),
        ]
    }
}
