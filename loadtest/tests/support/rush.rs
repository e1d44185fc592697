//! The program under test.

use std::{
    path::Path,
    process::{Child, Command, Stdio},
};

use serde_json::Value;

use super::server::SECRET;

/// What a rush left behind.
pub(crate) struct Outcome {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Outcome {
    /// The last line on standard output.
    pub(crate) fn last_line(&self) -> &str {
        self.stdout.lines().last().unwrap_or_else(|| panic!("{}", self.stderr))
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(self.last_line()).unwrap()
    }
}

/// Starts a small rush: 400 clicks of 20 among 30 viewers for 25 units, at most 3 each; `more` comes last and wins.
pub(crate) fn start(url: &str, more: &[&str]) -> Child {
    let plan = "--viewers=30 --buyers=20 --clicks=400 --clicks-per-second=2000 --stock=25 --limit=3 --duration=20";
    Command::new(env!("CARGO_BIN_EXE_loadtest"))
        .args(["rush", "--url", url])
        .args(plan.split(' ').filter(|flag| !more.iter().any(|other| same_flag(flag, other))))
        .args(more)
        .env("DROPCAST_TOKEN_SECRET", SECRET)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// A rush of servers of its own, to be started.
pub(crate) fn own(server: &Path, more: &[&str]) -> Command {
    let mut rush = Command::new(env!("CARGO_BIN_EXE_loadtest"));
    rush.args(["rush", "--server"]).arg(server).args(more).stdout(Stdio::piped()).stderr(Stdio::piped());
    rush
}

/// Waits for it to end.
pub(crate) fn finish(child: Child) -> Outcome {
    let output = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Outcome { code: output.status.code().unwrap(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

/// Whether two arguments say how the same thing is to be.
pub(crate) fn same_flag(one: &str, other: &str) -> bool {
    one.split('=').next() == other.split('=').next()
}
