//! `loadtest rush --server`: what it starts it also ends.

use std::{
    fs,
    net::TcpStream,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process, test_kill_process};

/// A program that writes something down and is then never ready; the program, and where it writes.
fn never_ready(folder: &Path, what: &str) -> (PathBuf, PathBuf) {
    let (script, note) = (folder.join("server.sh"), folder.join("note"));
    let text = format!("#!/bin/sh\necho {what} > {0}.new && mv {0}.new {0}\nexec sleep 600\n", note.display());
    fs::write(&script, text).unwrap();
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
    (script, note)
}

fn wait_for<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < deadline, "{what}");
        sleep(Duration::from_millis(5));
    }
}

#[test]
fn an_interrupted_rush_leaves_no_redis_behind() {
    let folder = tempfile::tempdir().unwrap();
    let (script, url) = never_ready(folder.path(), "$DROPCAST_REDIS__URL");
    let mut rush = Command::new(env!("CARGO_BIN_EXE_loadtest"))
        .args(["rush", "--journal=redis", "--nodes=2", "--server"])
        .arg(&script)
        .env("TMPDIR", folder.path())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let url = wait_for("no node was started", || fs::read_to_string(&url).ok());
    let address = url.trim().strip_prefix("redis://").unwrap();
    assert!(TcpStream::connect(address).is_ok());

    kill_process(Pid::from_child(&rush), Signal::TERM).unwrap();
    let status = wait_for("the rush did not end", || rush.try_wait().unwrap());
    assert_eq!(status.code(), Some(2));
    assert!(TcpStream::connect(address).is_err(), "the Redis is still there");
    let left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap().file_name()).collect();
    assert_eq!(left.len(), 2, "{left:?}");
}

#[test]
fn a_rush_without_a_redis_to_start_says_what_installs_it() {
    let output = Command::new(env!("CARGO_BIN_EXE_loadtest"))
        .args(["rush", "--journal=redis", "--server=/nowhere/dropcast"])
        .env("PATH", "/nowhere")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.trim().ends_with("install it: apt-get install redis-server"), "{said}");
    assert_eq!(said.trim().lines().count(), 1, "{said}");
}

#[test]
fn an_interrupted_rush_leaves_no_server_behind() {
    for signal in [Signal::INT, Signal::TERM] {
        let folder = tempfile::tempdir().unwrap();
        let (script, pid) = never_ready(folder.path(), "$$");
        let mut rush = Command::new(env!("CARGO_BIN_EXE_loadtest"))
            .args(["rush", "--server"])
            .arg(&script)
            .env("TMPDIR", folder.path())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let server = wait_for("the server was not started", || fs::read_to_string(&pid).ok());
        let server = Pid::from_raw(server.trim().parse().unwrap()).unwrap();
        assert!(test_kill_process(server).is_ok());

        kill_process(Pid::from_child(&rush), signal).unwrap();
        let status = wait_for("the rush did not end", || rush.try_wait().unwrap());
        assert_eq!(status.code(), Some(2));
        assert!(test_kill_process(server).is_err(), "the server is still there");
        let left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap().file_name()).collect();
        assert_eq!(left.len(), 2, "{left:?}");
    }
}
