//! The real program with its journal on Redis.

use crate::{
    process::{Launch, Server, run},
    redis_server::{RedisServer, free_port},
    shop::{BRAND, SHOW, Shop},
    socket::Socket,
};

fn on(redis: &RedisServer) -> Launch {
    Launch::default().env("JOURNAL", "redis").env("REDIS__URL", &redis.url()).env("REDIS__NODE", "node-1")
}

async fn audit(server: &Server) -> String {
    let token = run(&["token", "--role", "brand", "--principal", "audit", "--brand", BRAND], &[]).await;
    let audit = run(&["audit", SHOW, "--url", &server.url("")], &[("DROPCAST_TOKEN", token.stdout.trim())]).await;
    assert_eq!(audit.code, Some(0), "{audit:?}");
    audit.stdout
}

#[tokio::test]
async fn a_show_on_redis_sells_and_survives_a_kill_of_its_node() {
    let redis = RedisServer::start();
    let launch = on(&redis);
    let mut server = launch.start().await;
    server.wait_for_log("durability=\"redis/1\"").await;
    let shop = Shop::of(&server);
    let ready = shop.get("/readyz", None).await.json();
    assert_eq!(ready, serde_json::json!({ "status": "ok", "durability": "redis/1", "node": "node-1" }));
    let metrics = shop.get("/metrics", None).await;
    assert!(metrics.text.contains("dropcast_journal_durability{level=\"redis/1\"} 1"));
    shop.go_live(10, 2).await;
    let (mut ann, _, _) = Socket::join(&server, Some(&crate::shop::viewer_token("ann")), None).await;
    assert_eq!(ann.buy("click", 1).await["held"]["quantity"], 1);
    let before = audit(&server).await;
    server.kill();
    assert!(!launch.journal_file().exists(), "nothing is in the data directory");
    let server = launch.start().await;
    assert_eq!(audit(&server).await, before);
}

#[tokio::test]
async fn a_redis_that_can_not_be_used_is_named_in_one_line() {
    let evicts = RedisServer::start_with(&["--maxmemory-policy", "allkeys-lru"]);
    let absent = format!("redis://:hush@127.0.0.1:{}", free_port());
    let arguments = ["serve", "--listen", "127.0.0.1:0"];
    let evicting = evicts.url();
    for (url, expected) in [(&evicting, "set `maxmemory-policy noeviction`"), (&absent, "can't be opened")] {
        let ended = run(&arguments, &[("DROPCAST_JOURNAL", "redis"), ("DROPCAST_REDIS__URL", url)]).await;
        assert!(ended.code == Some(2) && ended.stderr.contains(expected), "{ended:?}");
        assert!(!ended.stderr.contains("hush") && !ended.stdout.contains("hush"), "{ended:?}");
        assert!(ended.stderr.starts_with("dropcast: ") && ended.stderr.lines().count() == 1, "{ended:?}");
    }
}
