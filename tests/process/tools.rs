//! The command line's tools against a running server and against its files.

use std::{fs, time::Duration};

use rustix::process::Signal;
use serde_json::Value;

use crate::{
    process::{Launch, run},
    shop::{BRAND, Reply, SHOW, Shop, brand_token},
    socket::Socket,
};

#[tokio::test]
async fn a_token_of_the_command_line_is_accepted() {
    let server = Launch::default().start().await;
    Shop::of(&server).go_live(10, 2).await;
    let ended = run(&["token", "--role", "viewer", "--principal", "ann", "--show", SHOW], &[]).await;
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""), "{ended:?}");
    let (mut ann, welcome, _) = Socket::join(&server, Some(ended.stdout.trim()), None).await;
    assert_eq!(welcome["principal"], "ann");
    assert_eq!(ann.buy("click", 1).await["held"]["quantity"], 1);
    let ended = run(&["token", "--role", "brand", "--principal", "office", "--brand", BRAND, "--ttl", "60"], &[]).await;
    let shown = Shop::of(&server).get(&format!("/v1/shows/{SHOW}/numbers"), Some(ended.stdout.trim())).await;
    assert_eq!(shown.status, 200, "{shown:?}");
    let mistakes = [
        (&["--role", "viewer", "--principal", "no spaces", "--show", SHOW][..], "--principal has a character"),
        (&["--role", "viewer", "--principal", "ann"], "bind the token to a --show or a --brand"),
        (&["--role", "brand", "--principal", "office"], "--brand"),
        (&["--role", "viewer", "--principal", "ann", "--show", SHOW, "--ttl", "0"], "--ttl"),
        (&["--role", "viewer", "--principal", "ann", "--show", SHOW, "--ttl", "99999999999"], "--ttl"),
        (&["--role", "king", "--principal", "ann"], "possible values: viewer, host, brand"),
    ];
    for (arguments, expected) in mistakes {
        let ended = run(&[&["token"], arguments].concat(), &[]).await;
        assert!(ended.code == Some(2) && ended.stderr.contains(expected), "{arguments:?}: {ended:?}");
    }
}

#[tokio::test]
async fn a_show_file_is_applied_and_a_mistake_in_it_is_shown_with_its_place() {
    let server = Launch::default().start().await;
    let token = run(&["token", "--role", "brand", "--principal", "x", "--brand", "atelier-noor"], &[]).await;
    let (url, token) = (server.url(""), [("DROPCAST_TOKEN", token.stdout.trim())]);
    let sample = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/atelier-noor/show.toml");
    for _ in 0..2 {
        let applied = run(&["show", "apply", sample, "--url", &url], &token).await;
        assert_eq!((applied.code, applied.stderr.as_str()), (Some(0), ""), "{applied:?}");
    }
    let shows = Shop::of(&server).get("/v1/shows", Some(token[0].1)).await.json();
    assert_eq!(shows["shows"][0]["brand"], "atelier-noor");

    let folder = tempfile::tempdir().expect("a directory");
    let file = folder.path().join("show.toml");
    let name = file.to_str().expect("UTF-8");
    let sample = fs::read_to_string(sample).expect("the sample");
    let line_of = |text: &str| sample.lines().position(|line| line.starts_with(text)).expect("a line") + 1;
    let mistakes = [
        ("currency = ", "currenci = ", "currency = ", "currency"),
        ("currency = \"EUR\"", "currency = \"euro\"", "currency = ", ""),
        ("limit_per_viewer = 3", "limit_per_viewer = -1", "limit_per_viewer = 3", ""),
    ];
    for (right, wrong, at, told) in mistakes {
        fs::write(&file, sample.replacen(right, wrong, 1)).expect("a file");
        let ended = run(&["show", "apply", name, "--url", &url], &token).await;
        let line = line_of(at);
        let place = format!("{name}:{line}:");
        assert!(ended.code == Some(2) && ended.stderr.contains(&place), "{wrong}: {ended:?}");
        assert!(ended.stderr.contains(told), "{wrong}: {ended:?}");
    }
    let elsewhere = run(&["show", "apply", name, "--url", "http://127.0.0.1:1"], &token).await;
    assert_eq!(elsewhere.code, Some(2), "{elsewhere:?}");
}

#[tokio::test]
async fn an_export_is_the_journal_online_and_offline() {
    let launch = Launch::default();
    let server = launch.start().await;
    let shop = Shop::of(&server);
    shop.go_live(100, 100).await;
    for click in 0..20 {
        assert_eq!(shop.reserve("ann", &format!("click-{click}"), 1).await.status, 201);
    }
    let page = counted(&shop, 20).await;
    let token = brand_token();
    let online = run(&["export", SHOW, "--url", &server.url("")], &[("DROPCAST_TOKEN", &token)]).await;
    assert_eq!((online.code, &online.stdout), (Some(0), &page.text));
    let unknown = run(&["export", "autumn", "--url", &server.url("")], &[("DROPCAST_TOKEN", &token)]).await;
    assert!(unknown.code == Some(2) && unknown.stderr.contains("show_unknown"), "{unknown:?}");
    let nobody = run(&["export", SHOW, "--url", &server.url("")], &[]).await;
    assert!(nobody.code == Some(2) && nobody.stderr.contains("DROPCAST_TOKEN"), "{nobody:?}");

    server.signal(Signal::TERM);
    assert_eq!(server.ended().await.code(), Some(0));
    let data_dir = launch.data_dir().to_str().expect("UTF-8");
    let offline = run(&["export", SHOW, "--data-dir", data_dir], &[]).await;
    assert_eq!((offline.code, &offline.stdout), (Some(0), &online.stdout));
    let sold = offline.stdout.lines().filter(|line| !line.contains("audience_counted")).count();
    assert_eq!(sold, 20 + 3, "planned, started, opened, and the clicks");
    assert!(offline.stdout.lines().all(|line| serde_json::from_str::<Value>(line).is_ok()));
    let missing = run(&["audit", "autumn", "--data-dir", data_dir], &[]).await;
    assert!(missing.code == Some(2) && missing.stderr.contains("there is no show autumn"), "{missing:?}");
    let nowhere = run(&["audit", SHOW, "--data-dir", "/nowhere"], &[]).await;
    assert!(nowhere.code == Some(2) && nowhere.stderr.contains("check --data-dir"), "{nowhere:?}");
    assert!(!std::path::Path::new("/nowhere").exists(), "a reader makes nothing");
}

/// The journal once it has all clicks that the node counted: after that nothing is added to it.
async fn counted(shop: &Shop, clicks: u32) -> Reply {
    let told = format!("\"clicks\":{clicks},");
    for _ in 0..200 {
        let page = shop.get(&format!("/v1/shows/{SHOW}/journal"), Some(&brand_token())).await;
        if page.text.contains(&told) {
            return page;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{clicks} clicks were never counted");
}
