//! The demo: a show that sells, and nothing left behind.

use std::{process::Command, time::Instant};

use rustix::process::Signal;
use serde_json::Value;

use crate::process::{PATIENCE, PROGRAM, Program};

#[tokio::test]
async fn the_demo_sells_and_leaves_nothing_behind() {
    let folder = tempfile::tempdir().expect("a directory");
    let mut command = Command::new(PROGRAM);
    command.args(["demo", "--viewers", "50", "--listen", "127.0.0.1:0"]).env("TMPDIR", folder.path());
    let mut demo = Program::start(command);
    let line = demo.wait_for("brand   http://").await;
    let url = line.trim().trim_start_matches("brand").trim().trim_end_matches("/brand/").to_owned();
    let client = crate::shop::client();
    let get = async |path: &str, token: &str| -> Value {
        let response = client.get(format!("{url}{path}")).bearer_auth(token).send().await.expect("an answer");
        response.json().await.expect("JSON")
    };
    let session = get("/demo/session?role=brand", "").await;
    let (show, token) = (session["show"].as_str().expect("a show"), session["token"].as_str().expect("a token"));
    let deadline = Instant::now() + PATIENCE;
    loop {
        let numbers = get(&format!("/v1/shows/{show}/numbers"), token).await;
        let sold = numbers["numbers"]["orders_paid"].as_u64().unwrap_or(0);
        if sold > 0 && numbers["numbers"]["viewers"] == 50 {
            break;
        }
        assert!(Instant::now() < deadline, "nothing is sold: {numbers}");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    demo.signal(Signal::INT);
    assert_eq!(demo.ended().await.code(), Some(0));
    let left: Vec<_> = std::fs::read_dir(folder.path()).expect("a directory").collect();
    assert!(left.is_empty(), "{left:?}");
}

#[tokio::test]
async fn a_demo_that_is_interrupted_as_it_starts_leaves_nothing_behind_either() {
    let folder = tempfile::tempdir().expect("a directory");
    let mut command = Command::new(PROGRAM);
    command.args(["demo", "--viewers", "0", "--listen", "127.0.0.1:0"]).env("TMPDIR", folder.path());
    let mut demo = Program::start(command);
    let deadline = Instant::now() + PATIENCE;
    while std::fs::read_dir(folder.path()).expect("a directory").next().is_none() {
        assert!(Instant::now() < deadline, "it never began");
        tokio::task::yield_now().await;
    }
    demo.signal(Signal::INT);
    assert_eq!(demo.ended().await.code(), Some(0));
    assert!(std::fs::read_dir(folder.path()).expect("a directory").next().is_none());
}

#[tokio::test]
async fn a_demo_is_for_this_machine_only() {
    let ended = crate::process::run(&["demo", "--listen", "0.0.0.0:0"], &[]).await;
    assert!(ended.code == Some(2) && ended.stderr.contains("127.0.0.1"), "{ended:?}");
}
