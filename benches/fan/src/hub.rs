//! Dropcast's hub with a session that only subscribes or publishes.

use std::{
    io::{self, Read as _, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use dropcast::hub::{Channel, Connection, Frame, Frames, Hub, HubConfig, Message, Session};

use crate::{PUBLISH, handshake};

/// How long a client may take to ask.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(5);
/// The longest request.
const REQUEST_BYTES_MAX: usize = 4 * 1_024;

/// What messages of the other lanes start with.
const LATEST: &str = "latest ";
const BEST_EFFORT: &str = "best-effort ";

/// Shakes hands one after the other, and leaves the rest to the hub.
pub(crate) fn serve(listen: SocketAddr) -> io::Result<()> {
    let hub = Hub::start(HubConfig::default())?;
    let stage = Arc::new(Stage { channel: hub.channel(1, 0), published: AtomicU64::new(0) });
    let listener = TcpListener::bind(listen)?;
    // The default is short for a crowd that comes at once.
    socket2::SockRef::from(&listener).listen(4_096)?;
    loop {
        let (stream, _) = listener.accept()?;
        // Whoever asks for something else, or goes away, is let go.
        let _ = welcome(&hub, &stage, stream);
    }
}

struct Stage {
    channel: Channel,
    published: AtomicU64,
}

fn welcome(hub: &Hub, stage: &Arc<Stage>, mut stream: TcpStream) -> io::Result<()> {
    stream.set_read_timeout(Some(REQUEST_TIMEOUT))?;
    let mut input = [0; REQUEST_BYTES_MAX];
    let mut filled = 0;
    let request = loop {
        let read = stream.read(&mut input[filled..])?;
        filled += read;
        match handshake::read(&input[..filled]) {
            Some(request) => break request,
            None if read == 0 => return Ok(()),
            None => {}
        }
    };
    stream.write_all(request.response.as_bytes())?;
    let session: Box<dyn Session> =
        if request.path == PUBLISH { Box::new(Publisher(stage.clone())) } else { Box::new(Subscriber(stage.clone())) };
    let leftover = Bytes::copy_from_slice(&input[request.bytes..filled]);
    // Dropping the stream of a connection that was refused tells its peer.
    hub.adopt(stream, leftover, session).map(drop).map_err(|refused| io::Error::other(refused.refusal))
}

struct Subscriber(Arc<Stage>);

impl Session for Subscriber {
    fn opened(&mut self, connection: &Connection) {
        // A connection that is gone already misses nothing.
        let _ = connection.attach(&self.0.channel, 0, self.0.channel.head(), Vec::new());
    }

    fn message(&mut self, _: &Connection, _: Message<'_>) {}

    fn lagged(&mut self, connection: &Connection) {
        self.opened(connection);
    }
}

struct Publisher(Arc<Stage>);

impl Session for Publisher {
    fn message(&mut self, _: &Connection, message: Message<'_>) {
        let frame = match message {
            Message::Text(text) => Frame::text(text),
            Message::Binary(bytes) => Frame::binary(bytes),
        };
        let (channel, frames) = (&self.0.channel, Frames::same(&frame, 1));
        match message {
            // One key has room in any table.
            Message::Text(text) if text.starts_with(LATEST) => drop(channel.set_latest(0, frames)),
            Message::Text(text) if text.starts_with(BEST_EFFORT) => channel.publish_best_effort(frames),
            // There is one publisher of these; the number only has to grow.
            _ => channel.publish(self.0.published.fetch_add(1, Ordering::Relaxed) + 1, frames),
        }
    }

    fn lagged(&mut self, _: &Connection) {}
}
