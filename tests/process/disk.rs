//! A full disk: nothing is sold, whoever asks is told to come back, and with room again it goes on.

use serde_json::json;

use crate::{
    process::Launch,
    rush::Told,
    shop::{DROP, SHOW, Shop, brand_token, viewer_token},
    socket::Socket,
};

/// What the file may grow, in blocks of 512 bytes: enough to load the show and sell some, and soon full.
const ROOM_BLOCKS: u64 = 512;

#[tokio::test]
async fn a_full_disk_sells_nothing_and_says_so() {
    let launch = Launch::default();
    let server = launch.start().await;
    Shop::of(&server).go_live(100_000, 100).await;
    server.kill();
    // Room for some clicks more, and then none.
    let blocks = std::fs::metadata(launch.journal_file()).expect("a file").len() / 512 + ROOM_BLOCKS;
    let blocks = u32::try_from(blocks).expect("a small file");
    let server = launch.clone().file_blocks_max(Some(blocks)).start().await;
    let shop = Shop::of(&server);
    let mut told = Told::default();
    let mut turned_away = None;
    for number in 0..20_000 {
        let (viewer, key) = (format!("viewer-{number}"), "click".to_owned());
        let reply = shop.reserve(&viewer, &key, 1).await;
        match reply.status.as_u16() {
            201 => {
                let number = reply.json()["held"]["reservation"].as_u64().expect("a number");
                told.held.insert((viewer, key), number);
            }
            202 | 503 => {
                told.open.insert((viewer, key));
                turned_away = Some(reply);
                break;
            }
            _ => panic!("{reply:?}"),
        }
    }
    let turned_away = turned_away.expect("the disk never filled up");
    if turned_away.status == 503 {
        let problem = turned_away.json();
        let is_told = problem["code"] == "unavailable" || problem["reason"] == "unavailable";
        assert!(is_told, "{problem}");
        assert!(problem["retry_after_ms"].as_u64() > Some(0), "{problem}");
    }
    let again = shop.reserve("bob", "still-full", 1).await;
    assert!(matches!(again.status.as_u16(), 202 | 503), "nothing is sold: {again:?}");
    told.open.insert(("bob".to_owned(), "still-full".to_owned()));
    shop.get("/readyz", None).await.is_problem(503, "unavailable");
    assert_eq!(shop.get("/healthz", None).await.status, 200, "a restart would not help");
    assert_eq!(shop.get("/v1/shows", None).await.status, 200, "what is there can be read");
    told.check(&shop.journal().await);
    let units = || told.held.len();
    let state = shop.get(&format!("/v1/shows/{SHOW}"), None).await.json();
    assert_eq!(state["public"]["drops"][0]["items"][0]["available"], 100_000 - units(), "{state}");
    let (mut late, _, snapshot) = Socket::join(&server, Some(&viewer_token("late")), None).await;
    assert_eq!(snapshot["public"]["drops"][0]["items"][0]["available"], 100_000 - units(), "whoever comes can watch");
    assert_eq!(late.buy("click", 1).await["retry"]["reason"], "unavailable");
    server.kill();

    let server = launch.start().await;
    let shop = Shop::of(&server);
    assert_eq!(shop.get("/readyz", None).await.status, 200);
    told.check(&shop.journal().await);
    told.ask_again(&shop).await;
    assert!(told.refused.is_empty(), "{:?}", told.refused);
    told.check(&shop.journal().await);
    let (mut ann, ..) = Socket::join(&server, Some(&viewer_token("ann")), None).await;
    assert_eq!(ann.buy("room-again", 1).await["held"]["quantity"], 1);
}

#[tokio::test]
async fn with_room_again_a_server_goes_on_by_itself() {
    let launch = Launch::default();
    let server = launch.start().await;
    Shop::of(&server).go_live(100_000, 100).await;
    server.kill();
    let blocks = std::fs::metadata(launch.journal_file()).expect("a file").len() / 512 + ROOM_BLOCKS;
    let server = launch.clone().file_blocks_max(Some(u32::try_from(blocks).expect("a small file"))).start().await;
    let shop = Shop::of(&server);
    let (mut watcher, ..) = Socket::join(&server, Some(&viewer_token("watcher")), None).await;
    let mut number = 0;
    while shop.reserve(&format!("viewer-{number}"), "click", 1).await.status == 201 {
        number += 1;
    }
    server.lift_file_limit();
    let reply = crate::rush::answered(&shop, &format!("viewer-{number}"), "click").await;
    assert_eq!(reply.status, 201, "{reply:?}");
    let path = format!("/v1/shows/{SHOW}/drops/{DROP}/pause");
    let paused = shop.post(&path, &brand_token(), "pause", &json!({})).await;
    assert_eq!(paused.status, 200, "{paused:?}");
    watcher.wait_until(|message| message["drop_changed"]["drop"]["phase"] == "paused").await;
}
