//! A Redis of a test's own: started on a free port of the loopback and in a directory of its own, stopped by its number.

#![allow(dead_code, reason = "each test binary uses its own part of it")]

use std::{
    io::{Read as _, Write as _},
    net::{Ipv4Addr, TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

/// How long a Redis may take to start.
const START_WITHIN: Duration = Duration::from_secs(20);
/// How often it is looked whether it has.
const LOOK_EVERY: Duration = Duration::from_millis(5);

/// A running Redis. It does not outlive its test.
pub(crate) struct RedisServer {
    pub(crate) port: u16,
    directory: TempDir,
    arguments: Vec<String>,
    child: Option<Child>,
}

impl RedisServer {
    /// A Redis whose append-only file is written before it answers.
    pub(crate) fn start() -> Self {
        Self::start_with(&["--appendonly", "yes", "--appendfsync", "always"])
    }

    /// A Redis with these settings.
    pub(crate) fn start_with(arguments: &[&str]) -> Self {
        loop {
            let mut server = Self::of(free_port(), arguments);
            // Somebody else may take the port in between; another one is as good.
            if server.try_run() {
                return server;
            }
        }
    }

    /// A Redis that does not run yet; its directory is there.
    pub(crate) fn of(port: u16, arguments: &[&str]) -> Self {
        let arguments = arguments.iter().map(|argument| (*argument).to_owned()).collect();
        Self { port, directory: TempDir::new().expect("a directory"), arguments, child: None }
    }

    /// Starts it, on the same port and files as before, and waits until it answers.
    pub(crate) fn run(&mut self) {
        assert!(self.try_run(), "Redis did not start on port {}", self.port);
    }

    /// Whether it answers, or ended at once.
    fn try_run(&mut self) -> bool {
        let mut command = Command::new("redis-server");
        command.args(["--port", &self.port.to_string()]);
        command.args(["--bind", "127.0.0.1", "--save", "", "--repl-diskless-sync-delay", "0"]);
        command.arg("--dir").arg(self.directory.path()).args(&self.arguments).stdout(Stdio::null());
        let child = command.spawn().unwrap_or_else(|error| {
            panic!("redis-server can't be started ({error}): install it: apt-get install redis-server")
        });
        let child = self.child.insert(child);
        let deadline = Instant::now() + START_WITHIN;
        while child.try_wait().expect("it is ours").is_none() {
            if answers(self.port, &self.arguments) {
                return true;
            }
            assert!(Instant::now() < deadline, "Redis does not answer on port {}", self.port);
            std::thread::sleep(LOOK_EVERY);
        }
        false
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    pub(crate) fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// Ends it at once, as a crash does.
    pub(crate) fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().expect("it is ours");
            child.wait().expect("it was killed");
        }
    }

    /// Stands still until [`RedisServer::thaw`].
    pub(crate) fn freeze(&self) {
        self.signal(Signal::STOP);
    }

    /// Goes on.
    pub(crate) fn thaw(&self) {
        self.signal(Signal::CONT);
    }

    /// Sends a command and returns the answer as `redis-cli` prints it.
    pub(crate) fn cli(&self, arguments: &[&str]) -> String {
        let mut command = Command::new("redis-cli");
        command.args(["-p", &self.port.to_string()]).args(arguments);
        let output = command.output().expect("redis-cli comes with redis-server: apt-get install redis-server");
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    fn signal(&self, signal: Signal) {
        let child = self.child.as_ref().expect("it runs");
        kill_process(Pid::from_child(child), signal).expect("it is ours");
    }

    /// The port on which it speaks TLS.
    pub(crate) fn tls_port(&self) -> u16 {
        tls_port(&self.arguments).expect("it has TLS")
    }
}

/// Whether a Redis answers anything, be it an error: without a password it asks for one.
fn answers(port: u16, arguments: &[String]) -> bool {
    if let Some(port) = tls_port(arguments) {
        // Whoever has the certificate finds out more; for a start it is enough that it listens.
        return TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok();
    }
    let Ok(mut stream) = TcpStream::connect((Ipv4Addr::LOCALHOST, port)) else { return false };
    let mut answer = [0; 64];
    let asked = stream.write_all(b"PING\r\n").and_then(|()| stream.read(&mut answer));
    asked.is_ok_and(|length| length > 0 && !answer.starts_with(b"-LOADING"))
}

fn tls_port(arguments: &[String]) -> Option<u16> {
    let place = arguments.iter().position(|argument| argument == "--tls-port")?;
    arguments.get(place + 1)?.parse().ok()
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A port of the loopback that nobody has.
pub(crate) fn free_port() -> u16 {
    loop {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let port = listener.local_addr().expect("bound").port();
        // The nodes of a cluster also take the port that is 10,000 higher.
        if port < 55_000 {
            return port;
        }
    }
}
