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

/// Whether there is a video depends on the machine; what is said about it is true, and the show plays what there is.
#[tokio::test]
async fn the_demo_plays_the_video_that_it_says_it_has() {
    for without in [false, true] {
        let mut command = Command::new(PROGRAM);
        command.args(["demo", "--viewers", "0", "--listen", "127.0.0.1:0"]).args(without.then_some("--no-video"));
        let mut demo = Program::start(command);
        let url = demo.wait_for("brand   http://").await;
        let url = url.trim().trim_start_matches("brand").trim().trim_end_matches("/brand/").to_owned();
        let playing = !demo.wait_for("video   ").await.contains("none,");
        assert!(!(without && playing), "it was asked not to");
        let client = crate::shop::client();
        let get = async |path: &str| client.get(format!("{url}{path}")).send().await.expect("an answer");
        let session: Value = get("/demo/session?role=viewer").await.json().await.expect("JSON");
        let show = session["show"].as_str().expect("a show");
        let state: Value = get(&format!("/v1/shows/{show}")).await.json().await.expect("JSON");
        let address = state["public"]["show"]["video"].as_str().expect("text");
        assert_eq!(address, if playing { "/demo/video/live.m3u8" } else { "" });

        let playlist = get("/demo/video/live.m3u8").await;
        assert_eq!(playlist.status(), if playing { 200 } else { 404 });
        if playing {
            assert_eq!(playlist.headers()["content-type"], "application/vnd.apple.mpegurl");
            let text = playlist.text().await.expect("text");
            let segment = text.lines().last().expect("a segment");
            let segment = get(&format!("/demo/video/{segment}")).await;
            assert_eq!(segment.headers()["content-type"], "video/mp2t");
            assert!(segment.bytes().await.expect("a video").len() > 1_000);
            assert_eq!(get("/demo/video/999.ts").await.status(), 404);
        }
        demo.signal(Signal::INT);
        assert_eq!(demo.ended().await.code(), Some(0));
    }
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
