//! A server of a rush's own: one node.

use std::{
    io,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use super::process::{Process, ProcessError, free_port};
use crate::api::{Api, ApiError};

/// Why a node does not serve.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NodeError {
    /// Its process does not run.
    #[error(transparent)]
    Process(#[from] ProcessError),
    /// There is no client to ask whether it is ready.
    #[error(transparent)]
    Api(#[from] ApiError),
}

/// How all nodes of a rush are started.
#[derive(Debug)]
pub(crate) struct Launch {
    /// The server program.
    pub(crate) binary: PathBuf,
    /// Where each node gets a data directory and a log, under its name.
    pub(crate) folder: PathBuf,
    /// What they check tokens with.
    pub(crate) secret: String,
    /// How many commands they let one viewer send per second; 0 is no limit.
    pub(crate) per_token_per_second: u32,
    /// The Redis that they share; each has an embedded journal when there is none.
    pub(crate) redis: Option<String>,
}

/// A running node. Dropping it kills its process.
pub(crate) struct Node {
    port: u16,
    process: Process,
}

impl Node {
    /// Starts a node on a free port of this machine with a fresh data directory, and waits until it is ready.
    pub(crate) async fn start(launch: &Launch, name: &str) -> Result<Self, NodeError> {
        let port = free_port().map_err(|source| ProcessError::Start { name: name.to_owned(), source })?;
        let mut node = Self { port, process: launch.spawn(name, port)? };
        node.wait_until_ready().await?;
        Ok(node)
    }

    /// The name that it is known by in Redis.
    pub(crate) fn name(&self) -> &str {
        self.process.name()
    }

    /// The number that the system knows it by.
    pub(crate) fn id(&self) -> u32 {
        self.process.id()
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], self.port))
    }

    /// Its address.
    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Kills it with -9 and starts it again on the same port with the same data; returns when it is ready.
    pub(crate) async fn kill_and_restart(&mut self, launch: &Launch) -> Result<(), NodeError> {
        self.process.kill();
        self.process = launch.spawn(self.name(), self.port)?;
        self.wait_until_ready().await
    }

    /// Kills it with -9; returns when it is gone.
    pub(crate) fn kill(&mut self) {
        self.process.kill();
    }

    /// What it has computed so far.
    pub(crate) fn computed(&self) -> io::Result<Duration> {
        self.process.computed()
    }

    /// Asks it to stop, as an operator would.
    pub(crate) fn ask_to_stop(&self) {
        self.process.ask_to_stop();
    }

    /// Stops it, and by force if it doesn't.
    pub(crate) async fn stop(self) {
        self.process.stop().await;
    }

    async fn wait_until_ready(&mut self) -> Result<(), NodeError> {
        let api = Api::new(&[self.url()])?;
        Ok(self.process.wait_until(async || api.is_ready().await).await?)
    }
}

impl Launch {
    fn spawn(&self, name: &str, port: u16) -> Result<Process, ProcessError> {
        Process::spawn(name, &self.folder, &mut self.command(name, port))
    }

    fn command(&self, name: &str, port: u16) -> Command {
        let mut command = Command::new(&self.binary);
        command
            .args(["serve", "--listen", &format!("127.0.0.1:{port}"), "--data-dir"])
            .arg(data_dir(&self.folder, name))
            // In the environment, because everybody on the machine can read a process' arguments.
            .env("DROPCAST_TOKEN_SECRET", &self.secret)
            // A crowd from one address is what a load test is, and what these limits are there to stop.
            .env("DROPCAST_LIMITS__PER_ADDRESS_PER_SECOND", "0")
            .env("DROPCAST_LIMITS__PER_TOKEN_PER_SECOND", self.per_token_per_second.to_string())
            .env("DROPCAST_LIMITS__CONNECTIONS_PER_ADDRESS", "0");
        if let Some(redis) = &self.redis {
            command
                .env("DROPCAST_JOURNAL", "redis")
                .env("DROPCAST_REDIS__URL", redis)
                .env("DROPCAST_REDIS__DURABILITY", "redis/1")
                .env("DROPCAST_REDIS__NODE", name);
        }
        command
    }
}

fn data_dir(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!("{name}.data"))
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, ffi::OsStr};

    use super::*;

    fn launch(binary: &str, folder: &Path, redis: Option<&str>) -> Launch {
        let secret = "a secret".to_owned();
        let redis = redis.map(str::to_owned);
        Launch { binary: binary.into(), folder: folder.to_owned(), secret, per_token_per_second: 0, redis }
    }

    #[tokio::test]
    async fn a_server_that_does_not_come_up_is_told_apart() {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let folder = tempfile::tempdir().unwrap();
        let failed = async |binary: &str| {
            let started = Node::start(&launch(binary, folder.path(), None), "node-1").await;
            started.err().unwrap()
        };
        let error = failed("/bin/false").await;
        assert!(matches!(error, NodeError::Process(ProcessError::Ended { .. })), "{error}");
        let error = failed("/nowhere/dropcast").await;
        assert!(matches!(error, NodeError::Process(ProcessError::Start { .. })), "{error}");
    }

    #[test]
    fn nodes_share_a_secret_and_a_redis_and_nothing_else() {
        let launch = launch("/bin/dropcast", Path::new("/rush"), Some("redis://127.0.0.1:20000"));
        let of = |name: &str, port| {
            let command = launch.command(name, port);
            let environment: BTreeMap<_, _> = command
                .get_envs()
                .map(|(name, value)| (name.to_owned(), value.unwrap_or_default().to_owned()))
                .collect();
            let arguments: Vec<_> = command.get_args().map(OsStr::to_owned).collect();
            (environment, arguments)
        };
        let ((one, one_arguments), (two, two_arguments)) = (of("node-1", 15_001), of("node-2", 15_002));
        let differing: Vec<_> = one.iter().filter(|(name, value)| two[*name] != **value).collect();
        let name = OsStr::new("DROPCAST_REDIS__NODE").to_owned();
        assert_eq!(differing, [(&name, &OsStr::new("node-1").to_owned())]);
        assert_eq!(one[OsStr::new("DROPCAST_JOURNAL")], "redis");
        assert_eq!(one_arguments, ["serve", "--listen", "127.0.0.1:15001", "--data-dir", "/rush/node-1.data"]);
        assert_eq!(two_arguments, ["serve", "--listen", "127.0.0.1:15002", "--data-dir", "/rush/node-2.data"]);
    }
}
