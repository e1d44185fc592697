//! Coming back: after a lost connection, and after a server that was killed.

use serde_json::{Value, json};

use crate::{
    process::Launch,
    shop::{DROP, Shop, viewer_token},
    socket::Socket,
};

#[tokio::test]
async fn who_comes_back_gets_what_was_missed_and_nothing_twice() {
    let server = Launch::default().start().await;
    let shop = Shop::of(&server);
    shop.plan(10, 2).await;
    let (ann, _, snapshot) = Socket::join(&server, Some(&viewer_token("ann")), None).await;
    let cursor = snapshot["cursor"].as_str().expect("a cursor").to_owned();
    drop(ann);
    shop.run("start", "start").await;
    shop.run(&format!("drops/{DROP}/open"), "open").await;
    assert_eq!(shop.reserve("ann", "elsewhere", 1).await.status, 201);

    let (mut ann, welcome, own) = Socket::join(&server, Some(&viewer_token("ann")), Some(&cursor)).await;
    assert_eq!(welcome["resumed"], true);
    assert_eq!((&own["public"], &own["reservations"][0]["state"]), (&Value::Null, &json!("held")));
    assert_eq!(ann.wait_for("show_changed").await["show"]["phase"], "live");
    let opened = ann.wait_for("drop_changed").await;
    assert_eq!(opened["drop"]["phase"], "open");
    shop.run(&format!("drops/{DROP}/pause"), "pause").await;
    assert_eq!(ann.wait_for("drop_changed").await["drop"]["phase"], "paused", "what was missed comes once");

    let after = opened["cursor"].as_str().expect("a cursor");
    let (mut again, welcome, _) = Socket::join(&server, Some(&viewer_token("ann")), Some(after)).await;
    assert_eq!(welcome["resumed"], true);
    assert_eq!(again.wait_for("drop_changed").await["drop"]["phase"], "paused");
}

#[tokio::test]
async fn a_cursor_outlives_a_server_that_was_killed() {
    let launch = Launch::default();
    let server = launch.start().await;
    let shop = Shop::of(&server);
    shop.plan(10, 2).await;
    let (mut ann, _, before) = Socket::join(&server, Some(&viewer_token("ann")), None).await;
    shop.run("start", "start").await;
    shop.run(&format!("drops/{DROP}/open"), "open").await;
    let opened = ann.wait_for("drop_changed").await;
    let held = ann.buy("click", 2).await["held"].clone();
    server.kill();
    assert_eq!(ann.closed().await.0, 1_006);

    let server = launch.start().await;
    let shop = Shop::of(&server);
    // Of the newest cursor nothing was missed: the place is taken up, or a whole snapshot says the same.
    let cursor = opened["cursor"].as_str().expect("a cursor");
    let (mut ann, _, own) = Socket::join(&server, Some(&viewer_token("ann")), Some(cursor)).await;
    assert_eq!(own["reservations"], json!([held]), "an acknowledged hold is there");
    assert_eq!(ann.buy("click", 2).await["held"], held, "the key still stands for it");
    // The feed's ring does not outlive the process, so who missed more is given everything.
    let old = before["cursor"].as_str().expect("a cursor");
    let (mut bob, welcome, whole) = Socket::join(&server, Some(&viewer_token("bob")), Some(old)).await;
    assert_eq!((&welcome["resumed"], &whole["public"]["show"]["phase"]), (&json!(false), &json!("live")));
    assert_eq!(whole["public"]["drops"][0]["items"][0]["available"], 8);
    shop.run(&format!("drops/{DROP}/close"), "close").await;
    for watcher in [&mut ann, &mut bob] {
        assert_eq!(watcher.wait_for("drop_changed").await["drop"]["phase"], "closed");
    }
}
