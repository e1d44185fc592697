//! Input that is wrong in every way HTTP can carry: each is told by name, and nothing is lost.

use reqwest::Method;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use crate::common::{Reply, SHOW, TestServer, read, show_file};

async fn send(server: &TestServer, path: &str, token: &str, body: impl Into<reqwest::Body>) -> Reply {
    let request = server.request(Method::POST, path, Some(token)).header("idempotency-key", "click");
    read(request.header("content-type", "application/json").body(body)).await
}

#[tokio::test]
async fn a_body_is_read_strictly() {
    let server = TestServer::start().await;
    server.go_live().await;
    let (path, ann) = (format!("/v1/shows/{SHOW}/reservations"), server.viewer("ann"));
    let cases: [(&str, u16, &str, Option<&str>); 16] = [
        (r#"{"drop":"opening","sku":"scarf-red","quantity":1,"colour":"red"}"#, 422, "body_invalid", Some("colour")),
        (r#"{"drop":"opening","sku":"scarf-red"}"#, 422, "body_invalid", None),
        (r#"{"drop":"opening","sku":"scarf-red","quantity":"1"}"#, 422, "body_invalid", Some("quantity")),
        (r#"{"drop":"opening","sku":"scarf-red","quantity":1.5}"#, 422, "body_invalid", Some("quantity")),
        (r#"{"drop":"opening","sku":"scarf-red","quantity":-1}"#, 422, "body_invalid", Some("quantity")),
        (r#"{"drop":"opening","sku":"scarf-red","quantity":4294967296}"#, 422, "body_invalid", Some("quantity")),
        (r#"{"drop":"opening","sku":"scarf-red","quantity":1e99}"#, 422, "body_invalid", Some("quantity")),
        (r#"{"drop":"opening","sku":"scarf-red","quantity":0}"#, 422, "quantity_invalid", None),
        (r#"{"drop":"opening","sku":"scarf-red","quantity":4294967295}"#, 422, "quantity_invalid", None),
        (r#"{"drop":"no spaces","sku":"scarf-red","quantity":1}"#, 422, "body_invalid", Some("drop")),
        (r#"{"drop":"","sku":"scarf-red","quantity":1}"#, 422, "body_invalid", Some("drop")),
        (r#"{"drop":null,"sku":"scarf-red","quantity":1}"#, 422, "body_invalid", Some("drop")),
        (r#"{"drop":"opening","drop":"opening","sku":"scarf-red","quantity":1}"#, 422, "body_invalid", None),
        (r#"{"drop":"opening","sku":"scarf-red","quantity":1"#, 400, "body_malformed", None),
        (r#"{"drop":"opening","sku":"scarf-red","quantity":1} and more"#, 400, "body_malformed", None),
        (r"[]", 422, "body_invalid", None),
    ];
    for (body, status, code, field) in cases {
        let problem = send(&server, &path, &ann, body).await.is_problem(status, code);
        if let Some(field) = field {
            assert_eq!(problem["field"], field, "{body}");
        }
    }
    let unknown = send(&server, &path, &ann, cases[0].0).await.json();
    let detail = unknown["detail"].as_str().expect("a detail");
    assert!(detail.contains("unknown field `colour`, expected one of `drop`, `sku`, `quantity`"), "{detail}");
    let own = server.get(&path, Some(&ann)).await.json();
    assert_eq!(own, json!({ "reservations": [] }), "nothing of all that was carried out");
}

#[tokio::test]
async fn a_body_has_to_be_json_in_utf8_and_not_too_large() {
    let server = TestServer::start().await;
    server.go_live().await;
    let (path, ann) = (format!("/v1/shows/{SHOW}/reservations"), server.viewer("ann"));
    send(&server, &path, &ann, vec![b'"', 0xff, b'"']).await.is_problem(400, "body_not_utf8");
    send(&server, &path, &ann, "x".repeat(16 * 1_024 + 1)).await.is_problem(413, "body_too_large");
    // Without a length said beforehand, it is counted as it comes.
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {ann}\r\nidempotency-key: click\r\n\
         content-type: application/json\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n"
    );
    let chunks = format!("400\r\n{}\r\n", "x".repeat(1_024)).repeat(17);
    let chunked = raw(&server, format!("{head}{chunks}0\r\n\r\n").as_bytes()).await;
    assert!(chunked.starts_with("HTTP/1.1 413") && chunked.contains("body_too_large"), "{chunked}");
    let form = server.request(Method::POST, &path, Some(&ann)).header("idempotency-key", "k").body("drop=opening");
    read(form).await.is_problem(415, "media_type_unsupported");
    send(&server, &path, &ann, "").await.is_problem(422, "body_invalid");
    let mut huge = show_file();
    huge["description"] = json!({ "en": "x".repeat(5_000_000) });
    server.put_show(SHOW, &server.brand(), &huge).await.is_problem(413, "body_too_large");
}

#[tokio::test]
async fn a_command_needs_one_key_that_is_a_name() {
    let server = TestServer::start().await;
    server.go_live().await;
    let (path, ann) = (format!("/v1/shows/{SHOW}/reservations"), server.viewer("ann"));
    let click = json!({ "drop": "opening", "sku": "scarf-red", "quantity": 1 });
    let without = server.request(Method::POST, &path, Some(&ann)).json(&click);
    read(without).await.is_problem(400, "key_missing");
    for key in ["", "no spaces", "no/slashes", &"x".repeat(65)] {
        server.post(&path, &ann, key, click.clone()).await.is_problem(400, "key_invalid");
    }
    let twice = server.request(Method::POST, &path, Some(&ann)).header("idempotency-key", "a").json(&click);
    read(twice.header("idempotency-key", "b")).await.is_problem(400, "key_invalid");
    let binary = reqwest::header::HeaderValue::from_bytes(&[0xe9]).expect("a value");
    let binary = server.request(Method::POST, &path, Some(&ann)).header("idempotency-key", binary).json(&click);
    read(binary).await.is_problem(400, "key_invalid");
}

#[tokio::test]
async fn an_address_is_read_strictly() {
    let server = TestServer::start().await;
    server.go_live().await;
    let (ann, brand) = (server.viewer("ann"), server.brand());
    for (path, field) in [
        ("/v1/shows/no%20spaces".to_owned(), "show"),
        (format!("/v1/shows/{}", "x".repeat(65)), "show"),
        ("/v1/shows/caf%C3%A9/numbers".to_owned(), "show"),
        (format!("/v1/shows/{SHOW}/outcomes/no%20spaces"), "key"),
    ] {
        let problem = server.get(&path, Some(&ann)).await.is_problem(422, "name_invalid");
        assert_eq!(problem["field"], field, "{path}: {problem}");
    }
    let not_utf8 = server.get("/v1/shows/%ff", Some(&ann)).await.is_problem(422, "name_invalid");
    assert_eq!(not_utf8["detail"], "Invalid UTF-8 in `show`");
    for number in ["one", "-1", "1.5", "18446744073709551616"] {
        let path = format!("/v1/shows/{SHOW}/reservations/{number}/confirm");
        let problem = server.post(&path, &ann, "pay", json!({})).await.is_problem(422, "name_invalid");
        assert_eq!(problem["field"], "reservation", "{problem}");
    }
    let most = format!("/v1/shows/{SHOW}/reservations/{}/confirm", u64::MAX);
    server.post(&most, &ann, "pay", json!({})).await.is_problem(404, "reservation_unknown");
    let bad_drop = format!("/v1/shows/{SHOW}/drops/no%20spaces/open");
    let problem = server.post(&bad_drop, &brand, "open", json!({})).await.is_problem(422, "name_invalid");
    assert_eq!(problem["field"], "drop");
    for query in
        ["?limit=0", "?limit=101", "?limit=-1", "?limit=many", "?phase=gone", "?brand=no%20spaces", "?colour=red"]
    {
        server.get(&format!("/v1/shows{query}"), None).await.is_problem(400, "parameter_invalid");
    }
    for query in ["?from=0", "?limit=0", "?limit=10001", "?from=x"] {
        let path = format!("/v1/shows/{SHOW}/journal{query}");
        server.get(&path, Some(&brand)).await.is_problem(400, "parameter_invalid");
    }
}

#[tokio::test]
async fn what_is_not_there_is_a_problem_as_well() {
    let server = TestServer::start().await;
    for path in
        ["/nothing", "/v1", "/v1/", "/v1/nothing", "/v1/shows/a/b/c/d", "/assets/nothing.js", "/docs/nothing", "//"]
    {
        server.get(path, None).await.is_problem(404, "route_unknown");
    }
    let wrong_method = read(server.request(Method::DELETE, "/v1/shows", None)).await;
    wrong_method.is_problem(405, "method_not_allowed");
    assert!(wrong_method.headers["allow"].to_str().expect("text").contains("GET"));
    for path in ["/examples/../Cargo.toml", "/assets/..%2f..%2fCargo.toml", "/examples/%2e%2e/Cargo.toml"] {
        let reply =
            raw(&server, format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").as_bytes()).await;
        assert!(reply.starts_with("HTTP/1.1 404"), "{path}: {reply}");
    }
}

#[tokio::test]
async fn a_plan_with_a_mistake_says_where() {
    let server = TestServer::start().await;
    let brand = server.brand();
    let change = |pointer: &str, value: Value| {
        let mut file = show_file();
        *file.pointer_mut(pointer).expect("a place") = value;
        file
    };
    let cases = [
        (change("/currency", json!("euro")), "plan_invalid", "currency"),
        (change("/drops/0/items/0/sku", json!("hat")), "plan_invalid", "drops[0].items[0].sku"),
        (change("/drops/0/limit_per_viewer", json!(0)), "plan_invalid", "drops[0].limit_per_viewer"),
        (change("/drops/0/limit_per_viewer", json!(-1)), "body_invalid", "drops[0].limit_per_viewer"),
        (change("/products/0/variants/1/sku", json!("scarf-red")), "plan_invalid", "products[0].variants[1].sku"),
        (change("/products/0/variants/1", json!({ "sku": "x" })), "body_invalid", "products[0].variants[1]"),
        (change("/title", json!({ "english": "x" })), "plan_invalid", "title"),
        (change("/hold_ttl_ms", json!("long")), "body_invalid", "hold_ttl_ms"),
    ];
    for (file, code, field) in cases {
        let problem = server.put_show(SHOW, &brand, &file).await.is_problem(422, code);
        assert_eq!(problem["field"], field, "{problem}");
    }
    server.get(&format!("/v1/shows/{SHOW}"), None).await.is_problem(404, "show_unknown");
    let list = server.get("/v1/shows", Some(&brand)).await.json();
    assert_eq!(list["shows"], json!([]), "nothing was planned");
}

#[tokio::test]
async fn rubbish_on_the_wire_ends_one_connection_and_nothing_else() {
    let server = TestServer::start().await;
    for rubbish in [&b"\x16\x03\x01\x02\x00\x01"[..], b"GET / HTTP/9.9\r\n\r\n", b"\r\n\r\n\0\0\0\0", b"POST"] {
        raw(&server, rubbish).await;
    }
    let long = format!("GET /{} HTTP/1.1\r\nhost: x\r\n\r\n", "x".repeat(1_000_000));
    raw(&server, long.as_bytes()).await;
    assert_eq!(server.get("/healthz", None).await.status, 200);
}

/// Sends bytes, ends the sending side, and reads what comes until the server is done.
async fn raw(server: &TestServer, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(server.address).await.expect("a connection");
    // The server may close before it has read everything; what it answered is what counts.
    let _ = stream.write_all(bytes).await;
    let _ = stream.shutdown().await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}
