//! A token in the life of a connection: refreshed, mismatched, expired.

use std::time::{Duration, Instant};

use dropcast::api::auth::TokenRole;
use serde_json::json;

use crate::{
    process::Launch,
    shop::{BRAND, SHOW, Shop, host_token, sign, token, viewer_token},
    socket::Socket,
};

#[tokio::test]
async fn a_connection_ends_with_its_token_unless_that_is_refreshed() {
    let server = Launch::default().start().await;
    Shop::of(&server).go_live(10, 2).await;
    let short = |name| token(TokenRole::Viewer, name, Some(SHOW), None, 2);
    let started = Instant::now();
    let (mut left, ..) = Socket::join(&server, Some(&short("left")), None).await;
    let (mut refreshed, ..) = Socket::join(&server, Some(&short("refreshed")), None).await;
    refreshed.send(&json!({ "refresh": { "token": viewer_token("refreshed") } })).await;
    let answer = refreshed.wait_for("refreshed").await;
    assert!(answer["token_expires_at"].is_string(), "{answer}");
    assert_eq!(left.closed().await.0, 4001);
    assert!(started.elapsed() >= Duration::from_secs(1), "{:?} after it began", started.elapsed());
    assert_eq!(refreshed.buy("click", 1).await["held"]["quantity"], 1, "it outlives its first token");
    let expired = token(TokenRole::Viewer, "left", Some(SHOW), None, 0);
    assert_eq!(Socket::hello(&server, Some(&expired), None).await.closed().await.0, 4001);
}

#[tokio::test]
async fn a_refreshed_token_is_of_the_same_principal_and_scope() {
    let server = Launch::default().start().await;
    Shop::of(&server).go_live(10, 2).await;
    let (mut socket, ..) = Socket::join(&server, Some(&viewer_token("ann")), None).await;
    let forged = sign("another secret of at least 32 bytes", TokenRole::Viewer, "ann", Some(SHOW), None, 60);
    let cases = [
        (viewer_token("bob"), "token_mismatch"),
        (host_token(), "token_mismatch"),
        (token(TokenRole::Viewer, "ann", Some("autumn"), None, 60), "token_mismatch"),
        (token(TokenRole::Viewer, "ann", None, Some(BRAND), 60), "token_mismatch"),
        (token(TokenRole::Viewer, "ann", Some(SHOW), None, -5), "token_expired"),
        (forged, "token_invalid"),
        ("x".repeat(10_000), "token_invalid"),
    ];
    for (token, code) in cases {
        socket.send(&json!({ "refresh": { "token": token } })).await;
        assert_eq!(socket.wait_for("problem").await["code"], code, "{token}");
    }
    let (mut nobody, ..) = Socket::join(&server, None, None).await;
    nobody.send(&json!({ "refresh": { "token": viewer_token("ann") } })).await;
    assert_eq!(nobody.wait_for("problem").await["code"], "token_mismatch");
    nobody.click("click", 1).await;
    let problem = nobody.wait_for("problem").await;
    assert_eq!((&problem["code"], &problem["key"]), (&json!("token_missing"), &json!("click")));
}
