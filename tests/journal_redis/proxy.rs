//! A proxy between a journal and its Redis, which loses answers and cuts connections when it is told to.

use std::net::SocketAddr;

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _, copy},
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinHandle,
};

/// What becomes of what goes through.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Through,
    /// Requests go on to Redis; its answers are thrown away.
    AnswersLost,
    /// Every connection is cut, and every new one at once.
    Cut,
}

pub(crate) struct Proxy {
    pub(crate) address: SocketAddr,
    mode: watch::Sender<Mode>,
    task: JoinHandle<()>,
}

impl Proxy {
    /// A proxy to the Redis on this port.
    pub(crate) async fn start(port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (mode, modes) = watch::channel(Mode::Through);
        let task = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(pass(client, port, modes.clone()));
            }
        });
        Self { address, mode, task }
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://{}", self.address)
    }

    pub(crate) fn lose_answers(&self) {
        self.mode.send_replace(Mode::AnswersLost);
    }

    pub(crate) fn cut(&self) {
        self.mode.send_replace(Mode::Cut);
    }

    pub(crate) fn heal(&self) {
        self.mode.send_replace(Mode::Through);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn pass(client: TcpStream, port: u16, modes: watch::Receiver<Mode>) {
    let Ok(redis) = TcpStream::connect(("127.0.0.1", port)).await else { return };
    let (mut from_client, to_client) = client.into_split();
    let (from_redis, mut to_redis) = redis.into_split();
    let mut cut = modes.clone();
    tokio::select! {
        _ = cut.wait_for(|mode| *mode == Mode::Cut) => {}
        _ = copy(&mut from_client, &mut to_redis) => {}
        () = answers(from_redis, to_client, modes) => {}
    }
}

async fn answers(
    mut from_redis: tokio::net::tcp::OwnedReadHalf,
    mut to_client: tokio::net::tcp::OwnedWriteHalf,
    modes: watch::Receiver<Mode>,
) {
    let mut buffer = vec![0; 16 * 1_024];
    while let Ok(length @ 1..) = from_redis.read(&mut buffer).await {
        let mode = *modes.borrow();
        if mode == Mode::Through && to_client.write_all(&buffer[..length]).await.is_err() {
            return;
        }
    }
}
