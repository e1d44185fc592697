//! The real program as a process: started on a port and a directory of its own, killed by its number, its log read.

#![allow(dead_code, reason = "each test binary uses its own part of it")]

use std::{
    io::{BufRead as _, BufReader},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    sync::{Arc, Mutex, PoisonError},
    thread::JoinHandle,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Resource, Rlimit, Signal, kill_process, prlimit};
use tempfile::TempDir;

/// Signs the tests' tokens.
pub(crate) const SECRET: &str = "0123456789abcdef0123456789abcdef";
/// How long a test waits for what should come at once.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);
/// The program under test.
pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_dropcast");

/// How a server is started; several may follow one another on the same files.
#[derive(Clone)]
pub(crate) struct Launch {
    data_dir: Arc<TempDir>,
    environment: Vec<(String, String)>,
    file_blocks_max: Option<u32>,
}

/// A running server. It does not outlive its test, and a panic in its log fails the test.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    program: Program,
}

/// A program under way, with everything that it has written.
pub(crate) struct Program {
    child: Child,
    log: Log,
    readers: Vec<JoinHandle<()>>,
}

/// What a program left behind that ended by itself.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

type Log = Arc<Mutex<String>>;

impl Default for Launch {
    /// An empty directory, and no rates: only a test of rates meets one.
    fn default() -> Self {
        let launch = Self {
            data_dir: Arc::new(TempDir::new().expect("a directory")),
            environment: Vec::new(),
            file_blocks_max: None,
        };
        let rates = ["PER_ADDRESS_PER_SECOND", "PER_TOKEN_PER_SECOND"];
        rates.iter().fold(launch, |launch, rate| launch.env(&format!("LIMITS__{rate}"), "0"))
    }
}

impl Launch {
    /// Sets a field of the configuration.
    pub(crate) fn env(mut self, field: &str, value: &str) -> Self {
        self.environment.push((format!("DROPCAST_{field}"), value.to_owned()));
        self
    }

    /// No file of the server may grow beyond so many blocks of 512 bytes; writing more fails, as on a full disk.
    pub(crate) fn file_blocks_max(mut self, blocks: Option<u32>) -> Self {
        self.file_blocks_max = blocks;
        self
    }

    pub(crate) fn data_dir(&self) -> &Path {
        self.data_dir.path()
    }

    pub(crate) fn journal_file(&self) -> PathBuf {
        self.data_dir().join("journal.redb")
    }

    /// `dropcast serve` on a free port.
    pub(crate) fn command(&self) -> Command {
        let mut command = match self.file_blocks_max {
            None => Command::new(PROGRAM),
            Some(blocks) => {
                let mut shell = Command::new("sh");
                // Without the trap the signal of the limit would end the program; with it, writing fails.
                shell.args(["-c", &format!("trap '' XFSZ; ulimit -S -f {blocks}; exec \"$@\""), "sh", PROGRAM]);
                shell
            }
        };
        command.args(["serve", "--listen", "127.0.0.1:0", "--data-dir"]).arg(self.data_dir());
        command.env("DROPCAST_TOKEN_SECRET", SECRET).envs(self.environment.iter().cloned());
        command
    }

    /// Starts the server, and waits until it is ready.
    pub(crate) async fn start(&self) -> Server {
        let mut program = Program::start(self.command());
        let line = program.wait_for("dropcast serves address=").await;
        let address = line.split("address=").nth(1).and_then(|rest| rest.split(' ').next());
        let address = address.and_then(|address| address.parse().ok()).expect("an address in the log");
        Server { address, program }
    }
}

impl Server {
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub(crate) fn log(&self) -> String {
        self.program.log()
    }

    /// Memory that the process has in use now, in bytes.
    pub(crate) fn resident_bytes(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.program.child.id())).expect("a status");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("VmRSS");
        line.trim().trim_end_matches(" kB").parse::<u64>().expect("a number") * 1_024
    }

    /// There is room on the disk again.
    pub(crate) fn lift_file_limit(&self) {
        let unlimited = Rlimit { current: None, maximum: None };
        prlimit(Some(self.program.pid()), Resource::Fsize, unlimited).expect("a soft limit may be raised");
    }

    /// SIGKILL: nothing of the process runs after it.
    pub(crate) fn kill(self) {
        drop(self);
    }

    pub(crate) fn signal(&self, signal: Signal) {
        self.program.signal(signal);
    }

    /// Waits until it has ended by itself.
    pub(crate) async fn ended(mut self) -> ExitStatus {
        self.program.ended().await
    }

    /// Waits until the log says so.
    pub(crate) async fn wait_for_log(&mut self, text: &str) -> String {
        self.program.wait_for(text).await
    }
}

impl Program {
    pub(crate) fn start(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("a process");
        let log = Log::default();
        let (stdout, stderr) = (child.stdout.take().expect("a pipe"), child.stderr.take().expect("a pipe"));
        let readers = vec![collect(stdout, Arc::clone(&log)), collect(stderr, Arc::clone(&log))];
        Self { child, log, readers }
    }

    pub(crate) fn log(&self) -> String {
        self.log.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(self.pid(), signal).expect("a living process");
    }

    pub(crate) fn pid(&self) -> Pid {
        Pid::from_child(&self.child)
    }

    /// Waits until a line of its output has this in it.
    pub(crate) async fn wait_for(&mut self, text: &str) -> String {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let log = self.log();
            if let Some(line) = log.lines().find(|line| line.contains(text)) {
                return line.to_owned();
            }
            let ended = self.child.try_wait().expect("a process");
            assert!(ended.is_none() && Instant::now() < deadline, "no {text:?} in its output ({ended:?}):\n{log}");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Waits until it has ended by itself.
    pub(crate) async fn ended(&mut self) -> ExitStatus {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().expect("a process") {
                self.readers.drain(..).for_each(|reader| reader.join().expect("a reader"));
                return status;
            }
            assert!(Instant::now() < deadline, "it does not end:\n{}", self.log());
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

impl Drop for Program {
    #[allow(clippy::print_stderr, reason = "whoever reads of a failed test wants the server's side as well")]
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
        self.readers.drain(..).for_each(|reader| drop(reader.join()));
        let log = self.log();
        if std::thread::panicking() {
            eprintln!("the program wrote:\n{log}");
        } else {
            assert!(!log.contains("panicked at"), "the program panicked:\n{log}");
        }
    }
}

/// Runs the program to its end, with these variables beside the secret.
pub(crate) async fn run(arguments: &[&str], environment: &[(&str, &str)]) -> Ended {
    let output = tokio::process::Command::new(PROGRAM)
        .args(arguments)
        .env("DROPCAST_TOKEN_SECRET", SECRET)
        .envs(environment.iter().copied())
        .kill_on_drop(true)
        .output();
    let output = tokio::time::timeout(PATIENCE, output).await.expect("it does not end").expect("a process");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    let ended = Ended { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) };
    assert!(!ended.stderr.contains("panicked at"), "{ended:?}");
    ended
}

fn collect(stream: impl std::io::Read + Send + 'static, log: Log) -> JoinHandle<()> {
    std::thread::spawn(move || {
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            let mut log = log.lock().unwrap_or_else(PoisonError::into_inner);
            log.push_str(&line);
            log.push('\n');
        }
    })
}
