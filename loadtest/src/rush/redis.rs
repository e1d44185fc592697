//! A Redis of a rush's own: started for it, killed in the middle if asked, and never left behind.

use std::{io, path::PathBuf, process::Command, time::Duration};

use redis::{AsyncCommands as _, AsyncConnectionConfig, Client, InfoDict, RedisError, aio::MultiplexedConnection};

use super::process::{Process, ProcessError, free_port};

const NAME: &str = "redis";
/// How long Redis may take for one answer, also while it is busy with a rush.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(5);

/// Why there is no Redis, or no answer of it.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RedisServerError {
    /// There is no such program on the path.
    #[error("redis-server is not on the path; install it: apt-get install redis-server")]
    NotInstalled,
    /// Its process does not run.
    #[error(transparent)]
    Process(ProcessError),
    /// It can't be asked.
    #[error("redis could not be asked: {0}")]
    Asking(#[from] RedisError),
}

/// How durable what Redis is told is, when it answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Aof {
    /// Every change is written down before.
    Always,
    /// It is in memory.
    Off,
}

/// A running Redis. Dropping it kills its process.
pub(crate) struct RedisServer {
    folder: PathBuf,
    port: u16,
    aof: Aof,
    client: Client,
    process: Process,
}

impl RedisServer {
    /// Starts a Redis that writes every change down before it answers.
    pub(crate) async fn start(folder: PathBuf) -> Result<Self, RedisServerError> {
        Self::start_with(folder, Aof::Always).await
    }

    /// Starts a Redis on a free port of this machine with its files and its log in `folder`, and waits until it
    /// answers.
    pub(crate) async fn start_with(folder: PathBuf, aof: Aof) -> Result<Self, RedisServerError> {
        let failed = |source| ProcessError::Start { name: NAME.to_owned(), source };
        let port = free_port().map_err(failed)?;
        let client = Client::open(url(port))?;
        let process = Process::spawn(NAME, &folder, &mut command(&folder, port, aof))?;
        let mut redis = Self { folder, port, aof, client, process };
        redis.wait_until_ready().await?;
        Ok(redis)
    }

    /// Its address.
    pub(crate) fn url(&self) -> String {
        url(self.port)
    }

    /// The name of the node that writes a show, if one does.
    pub(crate) async fn writer_of(&self, show: &str) -> Result<Option<String>, RedisServerError> {
        Ok(self.connect().await?.hget(format!("dropcast:{{{show}}}:head"), "owner").await?)
    }

    /// What all its threads have computed so far.
    pub(crate) async fn computed(&self) -> Result<Duration, RedisServerError> {
        let info: InfoDict = redis::cmd("INFO").arg("cpu").query_async(&mut self.connect().await?).await?;
        let seconds = |name| info.get::<f64>(name).unwrap_or_default();
        Ok(Duration::from_secs_f64(seconds("used_cpu_user") + seconds("used_cpu_sys")))
    }

    /// Kills it with -9 and starts it again on the same port with the same files; returns when it answers.
    pub(crate) async fn kill_and_restart(&mut self) -> Result<(), RedisServerError> {
        self.process.kill();
        self.process = Process::spawn(NAME, &self.folder, &mut command(&self.folder, self.port, self.aof))?;
        self.wait_until_ready().await
    }

    /// Stops it, and by force if it doesn't.
    pub(crate) async fn stop(self) {
        self.process.stop().await;
    }

    async fn wait_until_ready(&mut self) -> Result<(), RedisServerError> {
        let client = &self.client;
        // While it still reads its files it answers with an error.
        Ok(self.process.wait_until(async || ping(client).await.is_ok()).await?)
    }

    async fn connect(&self) -> Result<MultiplexedConnection, RedisError> {
        connect(&self.client).await
    }
}

impl From<ProcessError> for RedisServerError {
    fn from(error: ProcessError) -> Self {
        match error {
            ProcessError::Start { source, .. } if source.kind() == io::ErrorKind::NotFound => Self::NotInstalled,
            error => Self::Process(error),
        }
    }
}

fn url(port: u16) -> String {
    format!("redis://127.0.0.1:{port}")
}

fn command(folder: &std::path::Path, port: u16, aof: Aof) -> Command {
    let mut command = Command::new("redis-server");
    command.args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--daemonize", "no", "--dir"]).arg(folder);
    command.args(["--save", "", "--maxmemory-policy", "noeviction"]);
    command.args(match aof {
        Aof::Always => ["--appendonly", "yes", "--appendfsync", "always"],
        Aof::Off => ["--appendonly", "no", "--appendfsync", "no"],
    });
    command
}

async fn connect(client: &Client) -> Result<MultiplexedConnection, RedisError> {
    let config = AsyncConnectionConfig::new().set_response_timeout(Some(ANSWER_TIMEOUT));
    client.get_multiplexed_async_connection_with_config(&config).await
}

async fn ping(client: &Client) -> Result<(), RedisError> {
    redis::cmd("PING").query_async(&mut connect(client).await?).await
}

#[cfg(test)]
mod tests {
    use std::net::TcpStream;

    use super::*;

    #[tokio::test]
    async fn what_was_written_survives_a_kill() {
        let folder = tempfile::tempdir().unwrap();
        let mut server = RedisServer::start(folder.path().to_owned()).await.unwrap();
        assert_eq!(server.writer_of("a-show").await.unwrap(), None);
        let mut connection = server.connect().await.unwrap();
        let _: () = connection.hset("dropcast:{a-show}:head", "owner", "node-2").await.unwrap();

        server.kill_and_restart().await.unwrap();
        assert_eq!(server.writer_of("a-show").await.unwrap().as_deref(), Some("node-2"));
        assert_eq!(server.writer_of("another").await.unwrap(), None);
        assert!(server.computed().await.unwrap() > Duration::ZERO);
        server.stop().await;
    }

    #[tokio::test]
    async fn a_dropped_redis_listens_no_more() {
        let folder = tempfile::tempdir().unwrap();
        let server = RedisServer::start(folder.path().to_owned()).await.unwrap();
        let port = server.port;
        assert!(TcpStream::connect(("127.0.0.1", port)).is_ok());
        drop(server);
        assert!(TcpStream::connect(("127.0.0.1", port)).is_err());
    }

    #[test]
    fn a_missing_program_is_named_with_what_installs_it() {
        let missing = ProcessError::Start { name: NAME.to_owned(), source: io::ErrorKind::NotFound.into() };
        assert!(RedisServerError::from(missing).to_string().ends_with("apt-get install redis-server"));
    }
}
