//! A hub, and sessions that tell the test what they were called for.

use std::{
    io,
    net::{TcpListener, TcpStream},
    sync::{
        Arc,
        mpsc::{self, Receiver, Sender},
    },
    time::{Duration, Instant},
};

use bytes::Bytes;
use dropcast::{
    api::tls::{self, RelayLimits},
    hub::{CloseReason, Connection, Handshake, Hub, HubConfig, Message, Refused, Session},
};
use rustls::{ClientConnection, StreamOwned, pki_types::ServerName};
use tokio::runtime::Runtime;
use tokio_rustls::TlsAcceptor;

use crate::{
    certificates::Certificates,
    client::Client,
    wire::{Stream, Wire},
};

/// How long a test waits for what must happen.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// What a session was called for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Seen {
    Opened,
    Text(String),
    Binary(Vec<u8>),
    Lagged,
    Deadline,
    Closed(CloseReason),
}

/// The hub's side of one connection.
pub(crate) struct Probe {
    pub(crate) connection: Connection,
    seen: Receiver<Seen>,
}

impl Probe {
    /// What the session is called for next.
    pub(crate) fn next(&self) -> Seen {
        self.seen.recv_timeout(PATIENCE).expect("the session is called")
    }

    /// Why the connection ended, whatever else happens before.
    pub(crate) fn closed(&self) -> CloseReason {
        loop {
            if let Seen::Closed(reason) = self.next() {
                return reason;
            }
        }
    }

    /// What the session was called for until now and not asked for yet.
    pub(crate) fn so_far(&self) -> Vec<Seen> {
        self.seen.try_iter().collect()
    }
}

/// A hub with a listener beside it.
pub(crate) struct Server {
    pub(crate) hub: Hub,
    listener: TcpListener,
    wire: Wire,
    tls: Option<Tls>,
}

/// What ends TLS before the hub.
struct Tls {
    runtime: Runtime,
    acceptor: TlsAcceptor,
    certificates: Certificates,
    limits: RelayLimits,
    /// Held by every relay that runs.
    running: Arc<()>,
}

impl Server {
    pub(crate) fn start(config: HubConfig) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let wire = Wire::current();
        let limits = RelayLimits { write_stall: config.write_stall_limit, close: config.close_limit };
        let tls = wire.is_tls.then(|| Tls::start(limits));
        Self { hub: Hub::start(config).unwrap(), listener, wire, tls }
    }

    /// A connection whose session only tells.
    pub(crate) fn connect(&self) -> (Client, Probe) {
        self.connect_with(|_, _| {})
    }

    /// A connection whose session also does something.
    pub(crate) fn connect_with(&self, act: impl FnMut(&Connection, &Seen) + Send + 'static) -> (Client, Probe) {
        let (stream, probe) = self.adopt(&[], act).unwrap();
        assert_eq!(probe.next(), Seen::Opened);
        (Client::new(stream), probe)
    }

    /// A socket and the session at its other end.
    pub(crate) fn raw(&self) -> (Stream, Probe) {
        let (stream, probe) = self.adopt(&[], |_, _| {}).unwrap();
        assert_eq!(probe.next(), Seen::Opened);
        (stream, probe)
    }

    /// Connects, and has the hub take the connection over.
    pub(crate) fn adopt(
        &self,
        leftover: &[u8],
        act: impl FnMut(&Connection, &Seen) + Send + 'static,
    ) -> Result<(Stream, Probe), Refused> {
        let (stream, accepted) = self.pair().unwrap();
        let (stream, accepted) = match &self.tls {
            None => (Stream::Plain(stream), accepted),
            Some(tls) => tls.between(stream, accepted),
        };
        let (tell, seen) = mpsc::channel();
        let session = Box::new(Teller { tell, act });
        let leftover = Bytes::copy_from_slice(leftover);
        let handshake = Handshake { leftover, is_compressed: self.wire.is_compressed };
        let connection = self.hub.adopt(accepted, handshake, session)?;
        Ok((stream, Probe { connection, seen }))
    }

    /// How many relays run.
    pub(crate) fn relays(&self) -> usize {
        self.tls.as_ref().map_or(0, |tls| Arc::strong_count(&tls.running) - 1)
    }

    /// Both ends of a connection.
    pub(crate) fn pair(&self) -> io::Result<(TcpStream, TcpStream)> {
        let stream = TcpStream::connect(self.listener.local_addr()?)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        Ok((stream, self.listener.accept()?.0))
    }
}

impl Tls {
    fn start(limits: RelayLimits) -> Self {
        let certificates = Certificates::make();
        let acceptor = tls::acceptor(&certificates.certificate, &certificates.key).unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        Self { runtime, acceptor, certificates, limits, running: Arc::default() }
    }

    /// The client's end with TLS on it, and what the hub takes over instead of the other.
    fn between(&self, client: TcpStream, accepted: TcpStream) -> (Stream, TcpStream) {
        let _runtime = self.runtime.enter();
        let (of_hub, of_relay) = tls::socket_pair().unwrap();
        accepted.set_nonblocking(true).unwrap();
        let accepted = tokio::net::TcpStream::from_std(accepted).unwrap();
        let (acceptor, limits) = (self.acceptor.clone(), self.limits);
        let running = Arc::clone(&self.running);
        self.runtime.spawn(async move {
            tls::relay(acceptor.accept(accepted).await.unwrap(), of_relay, limits).await;
            drop(running);
        });
        let name = ServerName::try_from("127.0.0.1").unwrap();
        let connection = ClientConnection::new(self.certificates.client.clone(), name).unwrap();
        let mut stream = StreamOwned::new(connection, client);
        stream.conn.complete_io(&mut stream.sock).unwrap();
        (Stream::Tls(Box::new(stream)), of_hub)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Err(error) = self.hub.shutdown(PATIENCE) {
            assert!(std::thread::panicking(), "{error}");
        }
    }
}

/// Polls until something is so.
pub(crate) fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < deadline, "not so in time: {what}");
        std::thread::sleep(Duration::from_millis(1));
    }
}

struct Teller<F> {
    tell: Sender<Seen>,
    act: F,
}

impl<F: FnMut(&Connection, &Seen) + Send> Teller<F> {
    fn note(&mut self, connection: &Connection, seen: Seen) {
        (self.act)(connection, &seen);
        // The test may be over, and not interested any more.
        self.tell.send(seen).ok();
    }
}

impl<F: FnMut(&Connection, &Seen) + Send> Session for Teller<F> {
    fn opened(&mut self, connection: &Connection) {
        self.note(connection, Seen::Opened);
    }

    fn message(&mut self, connection: &Connection, message: Message<'_>) {
        self.note(
            connection,
            match message {
                Message::Text(text) => Seen::Text(text.to_owned()),
                Message::Binary(bytes) => Seen::Binary(bytes.to_vec()),
            },
        );
    }

    fn lagged(&mut self, connection: &Connection) {
        self.note(connection, Seen::Lagged);
    }

    fn deadline(&mut self, connection: &Connection) {
        self.note(connection, Seen::Deadline);
    }

    fn closed(&mut self, connection: &Connection, reason: CloseReason) {
        self.note(connection, Seen::Closed(reason));
    }
}
