//! A program that belongs to a rush: it writes into a log of its own, and it never outlives its owner.

use std::{
    fs::{self, OpenOptions},
    io,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    time::Duration,
};

use rand::RngExt as _;
use rustix::process::{Pid, Signal, kill_process};
use tokio::time::{Instant, sleep};

/// How long a program may take until it is ready.
const READY_TIMEOUT: Duration = Duration::from_secs(30);
/// How long a program may take to stop after SIGTERM before it is killed.
const STOP_TIMEOUT: Duration = Duration::from_secs(15);
/// How often either is looked at.
const STEP: Duration = Duration::from_millis(20);
/// In what Linux counts the time of processes.
const TICK: Duration = Duration::from_millis(10);
/// Where a port is looked for: below those that Linux gives to outgoing connections, or a viewer that connects to a
/// server which is just down could be given the server's own port and so keep it from coming back.
const PORTS: std::ops::Range<u16> = 15_000..32_000;
/// How many ports are tried.
const PORTS_TRIED: usize = 100;
/// How much of a log is shown when its program fails, in lines.
const LOG_LINES_SHOWN: usize = 20;

/// Why a program does not run.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ProcessError {
    /// It can't be run, or its files can't be made.
    #[error("{name} could not be started: {source}")]
    Start { name: String, source: io::Error },
    /// It ended by itself.
    #[error("{name} ended by itself ({status}); its last words:\n{log}")]
    Ended { name: String, status: ExitStatus, log: String },
    /// It was not ready within [`READY_TIMEOUT`].
    #[error("{name} was not ready within {READY_TIMEOUT:?}; its last words:\n{log}")]
    NotReady { name: String, log: String },
}

/// A process of our own. Dropping it kills it.
#[derive(Debug)]
pub(crate) struct Process {
    name: String,
    log: PathBuf,
    child: Child,
}

impl Process {
    /// Starts a program under a name for people. What it writes is added to `folder/name.log`.
    pub(crate) fn spawn(name: &str, folder: &Path, command: &mut Command) -> Result<Self, ProcessError> {
        let failed = |source| ProcessError::Start { name: name.to_owned(), source };
        let log = folder.join(format!("{name}.log"));
        let file = OpenOptions::new().create(true).append(true).open(&log).map_err(failed)?;
        let errors = file.try_clone().map_err(failed)?;
        let child = command.stdin(Stdio::null()).stdout(file).stderr(errors).spawn().map_err(failed)?;
        Ok(Self { name: name.to_owned(), log, child })
    }

    /// Its name for people.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The number that the system knows it by.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits until it says that it is ready.
    pub(crate) async fn wait_until(&mut self, ready: impl AsyncFn() -> bool) -> Result<(), ProcessError> {
        let deadline = Instant::now() + READY_TIMEOUT;
        while Instant::now() < deadline {
            if let Ok(Some(status)) = self.child.try_wait() {
                return Err(ProcessError::Ended { name: self.name.clone(), status, log: self.log_tail() });
            }
            if ready().await {
                return Ok(());
            }
            sleep(STEP).await;
        }
        Err(ProcessError::NotReady { name: self.name.clone(), log: self.log_tail() })
    }

    /// What all its threads have computed so far.
    pub(crate) fn computed(&self) -> io::Result<Duration> {
        computed(&self.child.id().to_string())
    }

    /// Kills it with -9, and waits until it is gone.
    pub(crate) fn kill(&mut self) {
        // Both fail only for a process that has ended and was waited for already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Asks it to stop, as an operator would.
    pub(crate) fn ask_to_stop(&self) {
        if let Some(process) = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw) {
            // A process that has ended already is just as good.
            let _ = kill_process(process, Signal::TERM);
        }
    }

    /// Stops it, by force if it doesn't within [`STOP_TIMEOUT`].
    pub(crate) async fn stop(mut self) {
        self.ask_to_stop();
        let deadline = Instant::now() + STOP_TIMEOUT;
        while Instant::now() < deadline && matches!(self.child.try_wait(), Ok(None)) {
            sleep(STEP).await;
        }
    }

    fn log_tail(&self) -> String {
        let log = fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<_> = log.lines().collect();
        lines[lines.len().saturating_sub(LOG_LINES_SHOWN)..].join("\n")
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

/// What this process has computed so far.
pub(crate) fn computed_here() -> io::Result<Duration> {
    computed("self")
}

/// What all threads of a process have computed so far: the times in user and in kernel mode of `/proc/[pid]/stat`
/// (`proc_pid_stat(5)`), behind a name that may hold anything.
fn computed(process: &str) -> io::Result<Duration> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat"))?;
    let fields = stat.rsplit_once(')').map_or("", |(_, fields)| fields).split_whitespace();
    let ticks: u64 = fields.skip(11).take(2).filter_map(|ticks| ticks.parse::<u64>().ok()).sum();
    Ok(TICK * u32::try_from(ticks).unwrap_or(u32::MAX))
}

/// A port of the loopback address that nobody listens on.
pub(crate) fn free_port() -> io::Result<u16> {
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

    #[test]
    fn a_dropped_process_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        let process = Process::spawn("sleeper", folder.path(), Command::new("sleep").arg("600")).unwrap();
        let id = Pid::from_raw(i32::try_from(process.child.id()).unwrap()).unwrap();
        assert!(rustix::process::test_kill_process(id).is_ok());
        drop(process);
        assert!(rustix::process::test_kill_process(id).is_err());
    }

    #[tokio::test]
    async fn the_last_words_of_a_program_that_ends_by_itself_are_told() {
        let folder = tempfile::tempdir().unwrap();
        let mut command = Command::new("sh");
        command.args(["-c", "echo no disk >&2; exit 3"]);
        let mut process = Process::spawn("speaker", folder.path(), &mut command).unwrap();
        let error = process.wait_until(async || false).await.unwrap_err().to_string();
        assert_eq!(error, "speaker ended by itself (exit status: 3); its last words:\nno disk");
    }
}
