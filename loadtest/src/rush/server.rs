//! A server that belongs to a rush: started for it, killed in the middle if asked, and never left behind.

use std::{
    fs::{self, File, OpenOptions},
    io,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use rand::{RngExt as _, distr::Alphanumeric};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;
use tokio::time::{Instant, sleep, sleep_until};

use crate::api::{Api, ApiError};

/// How long a server may take until it is ready.
const READY_TIMEOUT: Duration = Duration::from_secs(30);
/// How long a server may take to stop after SIGTERM before it is killed.
const STOP_TIMEOUT: Duration = Duration::from_secs(15);
/// How often either is looked at.
const STEP: Duration = Duration::from_millis(20);
/// Where a port is looked for: below those that Linux gives to outgoing connections, or a viewer that connects to a
/// server which is just down could be given the server's own port and so keep it from coming back.
const PORTS: std::ops::Range<u16> = 15_000..32_000;
/// How many ports are tried.
const PORTS_TRIED: usize = 100;
/// How much of the server's log is shown when it fails, in lines.
const LOG_LINES_SHOWN: usize = 20;

/// Why there is no server to rush.
#[derive(Debug, thiserror::Error)]
pub(super) enum ServerError {
    /// The program can't be run, or its files can't be made.
    #[error("the server {binary:?} could not be started: {source}")]
    Start { binary: PathBuf, source: io::Error },
    /// It ended by itself.
    #[error("the server ended by itself ({status}); its last words:\n{log}")]
    Ended { status: String, log: String },
    /// It was not ready within [`READY_TIMEOUT`].
    #[error("the server was not ready within {READY_TIMEOUT:?}; its last words:\n{log}")]
    NotReady { log: String },
    /// There is no client to ask whether it is ready.
    #[error(transparent)]
    Api(#[from] ApiError),
}

/// A server process of our own. Dropping it kills the process.
pub(super) struct Server {
    binary: PathBuf,
    folder: TempDir,
    port: u16,
    secret: String,
    child: Child,
    kills: u32,
}

impl Server {
    /// Starts a server on a free port of this machine with a fresh data directory and a random secret, and waits until
    /// it is ready.
    pub(super) async fn start(binary: &Path) -> Result<Self, ServerError> {
        let failed = |source| ServerError::Start { binary: binary.to_owned(), source };
        let folder = tempfile::Builder::new().prefix("dropcast-rush-").tempdir().map_err(failed)?;
        let port = free_port().map_err(failed)?;
        let secret: String = rand::rng().sample_iter(Alphanumeric).take(48).map(char::from).collect();
        let child = spawn(binary, folder.path(), port, &secret).map_err(failed)?;
        let mut server = Self { binary: binary.to_owned(), folder, port, secret, child, kills: 0 };
        server.wait_until_ready().await?;
        Ok(server)
    }

    /// Its address.
    pub(super) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// What it checks tokens with.
    pub(super) fn secret(&self) -> &str {
        &self.secret
    }

    /// How often it was killed.
    pub(super) fn kills(&self) -> u32 {
        self.kills
    }

    /// Kills it with -9 at each of the moments and starts it again, on the same port with the same data.
    pub(super) async fn kill_and_restart(&mut self, moments: &[Instant]) -> Result<(), ServerError> {
        for &moment in moments {
            sleep_until(moment).await;
            self.kill();
            self.kills += 1;
            self.child = spawn(&self.binary, self.folder.path(), self.port, &self.secret)
                .map_err(|source| ServerError::Start { binary: self.binary.clone(), source })?;
            self.wait_until_ready().await?;
        }
        Ok(())
    }

    /// Stops it as an operator would, and by force if it doesn't. Its data and its log are kept where asked; their
    /// folder.
    pub(super) async fn stop(mut self, keep_data: bool) -> Option<PathBuf> {
        if let Some(process) = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw) {
            // A process that has ended already is just as good.
            let _ = kill_process(process, Signal::TERM);
        }
        let deadline = Instant::now() + STOP_TIMEOUT;
        while Instant::now() < deadline && matches!(self.child.try_wait(), Ok(None)) {
            sleep(STEP).await;
        }
        self.folder.disable_cleanup(keep_data);
        keep_data.then(|| self.folder.path().to_owned())
    }

    async fn wait_until_ready(&mut self) -> Result<(), ServerError> {
        let api = Api::new(&self.url())?;
        let deadline = Instant::now() + READY_TIMEOUT;
        while Instant::now() < deadline {
            if let Ok(Some(status)) = self.child.try_wait() {
                return Err(ServerError::Ended { status: status.to_string(), log: self.log_tail() });
            }
            if api.is_ready().await {
                return Ok(());
            }
            sleep(STEP).await;
        }
        Err(ServerError::NotReady { log: self.log_tail() })
    }

    fn log_tail(&self) -> String {
        let log = fs::read_to_string(log_path(self.folder.path())).unwrap_or_default();
        let lines: Vec<_> = log.lines().collect();
        lines[lines.len().saturating_sub(LOG_LINES_SHOWN)..].join("\n")
    }

    fn kill(&mut self) {
        // Both fail only for a process that has ended and was waited for already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

fn spawn(binary: &Path, folder: &Path, port: u16, secret: &str) -> io::Result<Child> {
    let log: File = OpenOptions::new().create(true).append(true).open(log_path(folder))?;
    Command::new(binary)
        .args(["serve", "--listen", &format!("127.0.0.1:{port}"), "--data-dir"])
        .arg(folder.join("data"))
        // In the environment, because everybody on the machine can read a process' arguments.
        .env("DROPCAST_TOKEN_SECRET", secret)
        // A crowd from one address is what a load test is, and what these limits are there to stop.
        .env("DROPCAST_LIMITS__PER_ADDRESS_PER_SECOND", "0")
        .env("DROPCAST_LIMITS__PER_TOKEN_PER_SECOND", "0")
        .env("DROPCAST_LIMITS__CONNECTIONS_PER_ADDRESS", "0")
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log)
        .spawn()
}

fn log_path(folder: &Path) -> PathBuf {
    folder.join("server.log")
}

fn free_port() -> io::Result<u16> {
    let mut last = io::Error::from(io::ErrorKind::AddrInUse);
    for _ in 0..PORTS_TRIED {
        let port = rand::rng().random_range(PORTS);
        match TcpListener::bind(("127.0.0.1", port)) {
            Ok(_) => return Ok(port),
            Err(error) => last = error,
        }
    }
    Err(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_program_that_ends_by_itself_is_told_apart() {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let error = Server::start(Path::new("/bin/false")).await.err().unwrap();
        assert!(matches!(error, ServerError::Ended { .. }), "{error}");
        let error = Server::start(Path::new("/nowhere/dropcast")).await.err().unwrap();
        assert!(matches!(error, ServerError::Start { .. }), "{error}");
    }

    #[test]
    fn a_dropped_server_leaves_no_process() {
        let child = Command::new("sleep").arg("600").spawn().unwrap();
        let process = Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        drop(Server { binary: PathBuf::new(), folder, port: 0, secret: String::new(), child, kills: 0 });
        assert!(rustix::process::test_kill_process(process).is_err());
    }
}
