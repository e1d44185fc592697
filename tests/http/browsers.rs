//! What browsers rely on: CORS, the pages and their headers.

use reqwest::Method;

use crate::common::{Reply, SHOW, TestServer, read};

const SHOP: &str = "https://shop.example";

async fn preflight(server: &TestServer, origin: &str) -> Reply {
    let path = format!("/v1/shows/{SHOW}/reservations");
    let request = server.request(Method::OPTIONS, &path, None).header("origin", origin);
    let request = request.header("access-control-request-method", "POST");
    read(request.header("access-control-request-headers", "authorization,content-type,idempotency-key")).await
}

#[tokio::test]
async fn listed_origins_may_use_the_api_and_no_others() {
    let server = TestServer::with(|config| config.allowed_origins = vec![SHOP.to_owned()]).await;
    server.plan().await;
    let allowed = preflight(&server, SHOP).await;
    assert_eq!(allowed.status, 200);
    assert_eq!(allowed.headers["access-control-allow-origin"], SHOP);
    assert_eq!(allowed.headers["access-control-allow-headers"], "authorization,content-type,idempotency-key");
    assert!(allowed.headers["access-control-allow-methods"].to_str().expect("text").contains("POST"));
    assert!(!preflight(&server, "https://shop.example.evil").await.headers.contains_key("access-control-allow-origin"));

    let from = async |origin: &str| read(server.request(Method::GET, "/v1/shows", None).header("origin", origin)).await;
    let answer = from(SHOP).await;
    assert_eq!(answer.headers["access-control-allow-origin"], SHOP);
    assert!(answer.headers["access-control-expose-headers"].to_str().expect("text").contains("dropcast-next"));
    assert!(answer.headers.get_all("vary").iter().any(|vary| vary.to_str().is_ok_and(|vary| vary.contains("origin"))));
    assert!(!from("https://evil.example").await.headers.contains_key("access-control-allow-origin"));
    let own = format!("http://{}", server.address);
    assert_eq!(from(&own).await.headers["access-control-allow-origin"], own);
    let problem = read(server.request(Method::GET, "/v1/shows/nothing", None).header("origin", SHOP)).await;
    assert_eq!(problem.headers["access-control-allow-origin"], SHOP, "a page has to be able to read what went wrong");
}

#[tokio::test]
async fn a_star_allows_every_origin() {
    let server = TestServer::with(|config| config.allowed_origins = vec!["*".to_owned()]).await;
    let any = "http://localhost:5173";
    assert_eq!(preflight(&server, any).await.headers["access-control-allow-origin"], any);
}

#[tokio::test]
async fn pages_are_served_under_a_strict_policy() {
    let server = TestServer::start().await;
    let page = server.get("/", None).await;
    assert_eq!(page.status, 200);
    assert!(page.headers["content-type"].to_str().expect("text").starts_with("text/html"));
    let policy = page.headers["content-security-policy"].to_str().expect("text");
    assert!(policy.starts_with("default-src 'self';"), "{policy}");
    assert!(policy.contains("object-src 'none'") && !policy.contains("script-src"), "{policy}");
    assert_eq!(page.headers["x-content-type-options"], "nosniff");
    assert_eq!(page.headers["referrer-policy"], "same-origin");
    assert_eq!(page.headers["cache-control"], "no-cache");
    let tag = page.headers["etag"].clone();
    let again = read(server.request(Method::GET, "/", None).header("if-none-match", tag)).await;
    assert_eq!((again.status.as_u16(), again.text.as_str()), (304, ""));
    let other = read(server.request(Method::GET, "/", None).header("if-none-match", "\"another\"")).await;
    assert_eq!(other.status, 200);
    for page in ["/viewer", "/host", "/brand", "/draw", "/docs"] {
        let moved = server.get(page, None).await;
        assert_eq!(moved.status, 308);
        assert_eq!(moved.headers["location"], format!("{page}/").as_str());
    }
    let api = server.get("/v1/shows", None).await;
    assert_eq!(api.headers["cache-control"], "no-store");
    assert_eq!(api.headers["x-content-type-options"], "nosniff");
}

/// Scripts are fetched by a page of any site; one that is not listed is turned away where it connects, with a reason.
#[tokio::test]
async fn scripts_and_pictures_are_for_the_pages_of_every_site() {
    let server = TestServer::with(|config| config.allowed_origins = vec![SHOP.to_owned()]).await;
    let paths =
        ["/element/live-show.js", "/assets/any.js", "/client/any.js", "/examples/atelier-noor/pictures/cover.svg"];
    for path in paths {
        for (origin, allowed) in [("https://other.example", "*"), (SHOP, SHOP)] {
            let reply = read(server.request(Method::GET, path, None).header("origin", origin)).await;
            let allow_origin: Vec<_> = reply.headers.get_all("access-control-allow-origin").iter().collect();
            assert_eq!(allow_origin, [allowed], "{path} for {origin}");
            assert_eq!(reply.headers["cross-origin-resource-policy"], "cross-origin", "{path}");
        }
    }
    for path in ["/", "/viewer/", "/v1/shows"] {
        let reply = read(server.request(Method::GET, path, None).header("origin", "https://other.example")).await;
        assert!(!reply.headers.contains_key("access-control-allow-origin"), "{path}");
        assert!(!reply.headers.contains_key("cross-origin-resource-policy"), "{path}");
    }
}

#[tokio::test]
async fn pages_of_every_site_may_load_the_client() {
    let server = TestServer::start().await;
    let from = async |path: &str| read(server.request(Method::GET, path, None).header("origin", SHOP)).await;
    assert_eq!(from("/client/dropcast.js").await.headers["access-control-allow-origin"], "*");
    for other in ["/", "/v1/shows"] {
        assert!(!from(other).await.headers.contains_key("access-control-allow-origin"), "{other}");
    }
}

#[tokio::test]
async fn examples_are_pages_and_pictures_but_no_show_files() {
    let server = TestServer::start().await;
    let media_type = async |path: &str| server.get(path, None).await.headers["content-type"].clone();
    assert_eq!(media_type("/examples/minimal/").await, "text/html; charset=utf-8");
    assert_eq!(media_type("/examples/minimal/minimal.js").await, "text/javascript; charset=utf-8");
    assert_eq!(media_type("/examples/atelier-noor/pictures/cover.svg").await, "image/svg+xml");
    for none in ["/examples/atelier-noor/show.toml", "/examples/README.md", "/examples/", "/examples/minimal/no.js"] {
        assert_eq!(server.get(none, None).await.status, 404, "{none}");
    }
}

#[tokio::test]
async fn answers_are_compressed_for_who_asks() {
    let server = TestServer::start().await;
    let request = server.request(Method::GET, "/v1/openapi.json", None).header("accept-encoding", "gzip");
    let reply = request.send().await.expect("an answer");
    assert_eq!(reply.headers()["content-encoding"], "gzip");
    let body = reply.bytes().await.expect("a body");
    assert_eq!(&body[..2], [0x1f, 0x8b], "the magic of gzip (RFC 1952)");
    assert!(!server.get("/v1/openapi.json", None).await.headers.contains_key("content-encoding"));
}
