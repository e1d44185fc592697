//! A server that runs, and the way to it.

use std::{
    io::Write as _,
    net::{SocketAddr, TcpStream},
    time::Duration,
};

use tempfile::TempDir;
use tokio::runtime::{self, Runtime};

use super::{
    arguments::Arguments,
    crowd::{Compose, Crowd, Entrance},
    dialect::{Dialect, numbered},
    error::FanError,
    foreign::Manners,
    frame::{Kind, masked},
    handshake::Door,
    peer::Peer,
    processor::Processors,
    show::Show,
    usage::Usage,
};
use crate::rush::{
    node::{Launch, Node},
    process::{Process, free_port},
};

/// Where one subscribes and publishes at a server that only broadcasts.
const FAN: &str = "/fan";
const PUBLISH: &str = "/publish";
/// How many shake hands at once when that is not what is measured.
const AT_ONCE: usize = 128;
/// How long what a publisher's coming brings about may take.
const BREATH: Duration = Duration::from_millis(300);

/// A server without anybody. Dropping it kills it.
pub(super) struct Stage {
    _server: Server,
    _folder: TempDir,
    pub(super) usage: Usage,
    address: SocketAddr,
    /// What is shown, where it is Dropcast.
    show: Option<Show>,
    /// How its clients speak, where it isn't and has a protocol of its own.
    manners: Option<Manners>,
}

/// The field is only kept: it is killed when it is dropped.
enum Server {
    Program { _process: Process },
    Node { _node: Node },
}

impl Stage {
    /// Starts a server on these processors; this thread is bound to them from then on.
    pub(super) fn start(peer: Peer, arguments: &Arguments, processors: Processors) -> Result<Self, FanError> {
        processors.bind()?;
        let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
        let folder = tempfile::Builder::new().prefix("dropcast-fan-").tempdir()?;
        match peer {
            Peer::Json => Self::node(arguments, folder, &runtime, Dialect::Json),
            Peer::Protobuf => Self::node(arguments, folder, &runtime, Dialect::Protobuf),
            _ => Self::program(peer, arguments, folder, &runtime),
        }
    }

    fn program(peer: Peer, arguments: &Arguments, folder: TempDir, runtime: &Runtime) -> Result<Self, FanError> {
        let address = SocketAddr::from(([127, 0, 0, 1], free_port()?));
        let mut command = peer.command(arguments, address, folder.path())?.ok_or(FanError::NoProgram)?;
        let mut process = Process::spawn(&peer.name(), folder.path(), &mut command)?;
        let usage = Usage(process.id());
        runtime.block_on(process.wait_until(async || tokio::net::TcpStream::connect(address).await.is_ok()))?;
        let manners = peer.manners();
        Ok(Self {
            _server: Server::Program { _process: process },
            _folder: folder,
            usage,
            address,
            show: None,
            manners,
        })
    }

    fn node(arguments: &Arguments, folder: TempDir, runtime: &Runtime, dialect: Dialect) -> Result<Self, FanError> {
        let secret = format!("{:032x}", rand::random::<u128>());
        let launch = Launch {
            binary: arguments.server.clone(),
            folder: folder.path().to_owned(),
            secret,
            per_token_per_second: 0,
            redis: None,
        };
        let node = runtime.block_on(Node::start(&launch, "node-1"))?;
        let show = runtime.block_on(Show::open(&node.url(), &launch.secret, dialect))?;
        let address = node.address();
        let usage = Usage(node.id());
        Ok(Self {
            _server: Server::Node { _node: node },
            _folder: folder,
            usage,
            address,
            show: Some(show),
            manners: None,
        })
    }

    /// The publisher alone, for so many subscribers to come.
    pub(super) fn crowd(&self, subscribers: u32) -> Result<Crowd, FanError> {
        let (publisher, compose): (_, Compose) = match (&self.show, &self.manners) {
            (Some(show), _) => (visit(&show.host_door(self.address), &show.host_greeting()?)?, Show::compose()),
            (None, Some(manners)) => (visit(&self.door(PUBLISH), &manners.introduce)?, Box::new(manners.publish)),
            (None, None) => {
                let compose = Box::new(|number| masked(Kind::Text, &numbered(number)));
                (self.publisher()?, compose)
            }
        };
        let mut crowd = Crowd::new(publisher, compose, self.dialect(), subscribers)?;
        crowd.idle(BREATH)?;
        Ok(crowd)
    }

    /// Lets all subscribers in.
    pub(super) fn fill(&self, crowd: &mut Crowd, subscribers: u32) -> Result<(), FanError> {
        let greetings = self.greetings("viewer", subscribers)?;
        crowd.enter(&Entrance { door: self.subscribers_door(), greetings: &greetings, at_once: AT_ONCE })
    }

    /// What so many subscribers say first, each under a name that starts like this.
    pub(super) fn greetings(&self, name: &str, subscribers: u32) -> Result<Vec<Vec<u8>>, FanError> {
        let greeting = |number| {
            if let Some(show) = &self.show {
                return show.greeting(&format!("{name}-{number}"));
            }
            Ok(self.manners.as_ref().map(|manners| manners.subscribe.clone()).unwrap_or_default())
        };
        (0..subscribers).map(greeting).collect()
    }

    /// Where subscribers come in.
    pub(super) fn subscribers_door(&self) -> Door {
        self.show.as_ref().map_or_else(|| self.door(FAN), |show| show.door(self.address))
    }

    /// One more publisher of a server that only broadcasts.
    pub(super) fn publisher(&self) -> Result<TcpStream, FanError> {
        visit(&self.door(PUBLISH), &[])
    }

    /// A buyer of this name in the show, who has said hello.
    pub(super) fn buyer(&self, name: &str) -> Result<TcpStream, FanError> {
        let show = self.show.as_ref().ok_or(FanError::NoShow)?;
        let stream = visit(&show.host_door(self.address), &show.buyer_greeting(name)?)?;
        stream.set_nonblocking(true)?;
        Ok(stream)
    }

    /// How the server speaks.
    pub(super) fn dialect(&self) -> Dialect {
        self.show.as_ref().map_or(Dialect::Numbered, |show| show.dialect)
    }

    fn door(&self, path: &'static str) -> Door {
        let subprotocol = self.manners.as_ref().and_then(|manners| manners.subprotocol);
        Door { address: self.address, path, subprotocol }
    }
}

/// Opens one connection and says something.
pub(super) fn visit(door: &Door, greeting: &[u8]) -> Result<TcpStream, FanError> {
    let mut stream = door.knock()?;
    door.enter(&mut stream)?;
    stream.write_all(greeting)?;
    Ok(stream)
}
