//! The wires over which everything is tested: plain TCP and TLS, each with and without compression.

use std::{
    cell::Cell,
    io::{self, Read, Write},
    net::TcpStream,
    sync::{Arc, LazyLock},
};

use dropcast::hub::{CompressionConfig, Compressor, Frame, Hub, HubConfig};
use rustls::{ClientConnection, StreamOwned};

/// What lies between client and hub.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Wire {
    pub(crate) is_tls: bool,
    pub(crate) is_compressed: bool,
}

thread_local! {
    /// The wire of the test that runs on this thread.
    static CURRENT: Cell<Wire> = const { Cell::new(Wire::ALL[0]) };
}

/// What compresses the tests' frames.
static COMPRESSOR: LazyLock<Arc<Compressor>> = LazyLock::new(|| {
    let compression = Some(CompressionConfig { level: 1, bytes_min: 0 });
    let hub = Hub::start(HubConfig { shards: 1, compression, ..HubConfig::default() }).unwrap();
    Arc::clone(hub.compressor().unwrap())
});

impl Wire {
    pub(crate) const ALL: [Self; 4] = [
        Self { is_tls: false, is_compressed: false },
        Self { is_tls: true, is_compressed: false },
        Self { is_tls: false, is_compressed: true },
        Self { is_tls: true, is_compressed: true },
    ];

    pub(crate) fn current() -> Self {
        CURRENT.get()
    }

    /// What this thread does from now on goes over this wire.
    pub(crate) fn use_it(self) {
        CURRENT.set(self);
    }
}

/// Spaces that a client takes away again: without them nothing as short as the tests' texts is worth compressing.
const PADDING: &str = "                                                                ";

/// A text as it is published on this thread's wire.
pub(crate) fn text(text: &str) -> Frame {
    if !Wire::current().is_compressed {
        return Frame::text(text);
    }
    let compressed = COMPRESSOR.compress(&Frame::text(&format!("{text}{PADDING}")));
    assert!(compressed.is_compressed());
    compressed
}

/// Makes a test of each function for each wire.
macro_rules! on_every_wire {
    ($($name:ident),* $(,)?) => {
        on_every_wire!(@ plain 0 $($name)*);
        on_every_wire!(@ tls 1 $($name)*);
        on_every_wire!(@ plain_compressed 2 $($name)*);
        on_every_wire!(@ tls_compressed 3 $($name)*);
    };
    (@ $wire:ident $index:literal $($name:ident)*) => {
        mod $wire {
            $(#[test]
            fn $name() {
                $crate::wire::Wire::ALL[$index].use_it();
                super::$name();
            })*
        }
    };
}
pub(crate) use on_every_wire;

/// A client's end of a connection.
pub(crate) enum Stream {
    Plain(TcpStream),
    Tls(Box<StreamOwned<ClientConnection, TcpStream>>),
}

impl Stream {
    pub(crate) fn socket(&self) -> &TcpStream {
        match self {
            Self::Plain(stream) => stream,
            Self::Tls(stream) => stream.get_ref(),
        }
    }
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(stream) => stream.read(buffer),
            Self::Tls(stream) => stream.read(buffer),
        }
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(stream) => stream.write(bytes),
            Self::Tls(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(stream) => stream.flush(),
            Self::Tls(stream) => stream.flush(),
        }
    }
}
