//! The table of orders.

use serde_json::json;

use crate::common::{SHOW, TestServer, show_file};

const HEADER: &str = "order,placed_at,state,drop,sku,product,variant,quantity,unit_price,line_total,currency";

fn path(rest: &str) -> String {
    format!("/v1/shows/{SHOW}/{rest}")
}

/// Reserves by `body`, and buys it: the show's reservations and orders are numbered alike.
async fn buy(server: &TestServer, number: u64, body: serde_json::Value) {
    let viewer = server.viewer(&format!("viewer-{number}"));
    let held = server.post(&path("reservations"), &viewer, "click", body).await;
    assert_eq!(held.status, 201, "{held:?}");
    let sold = server.post(&path(&format!("reservations/{number}/confirm")), &viewer, "pay", json!({})).await;
    assert_eq!(sold.status, 200, "{sold:?}");
}

fn red(quantity: u32) -> serde_json::Value {
    json!({ "drop": "opening", "sku": "scarf-red", "quantity": quantity })
}

#[tokio::test]
async fn every_line_of_every_order_is_a_line_of_the_table() {
    let server = TestServer::start().await;
    server.go_live().await;
    buy(&server, 1, red(2)).await;
    server.clock.advance_ms(1_500);
    let bundle = json!({ "drop": "opening", "sku": "scarf-red", "quantity": 1,
        "with": [{ "sku": "scarf-blue", "quantity": 1 }] });
    buy(&server, 2, bundle).await;

    let table = server.get(&path("orders.csv"), Some(&server.brand())).await;
    assert_eq!(table.status, 200, "{table:?}");
    assert_eq!(table.headers["content-type"], "text/csv; charset=utf-8; header=present");
    let file_name = format!("attachment; filename=\"{SHOW}-orders.csv\"");
    assert_eq!(table.headers["content-disposition"], file_name.as_str());
    let lines = [
        HEADER,
        "1,2026-05-01T18:00:00.000Z,placed,opening,scarf-red,Scarf,Red,2,39.95,79.90,EUR",
        "2,2026-05-01T18:00:01.500Z,placed,opening,scarf-red,Scarf,Red,1,39.95,39.95,EUR",
        "2,2026-05-01T18:00:01.500Z,placed,opening,scarf-blue,Scarf,Blue,1,49.95,49.95,EUR",
    ];
    assert_eq!(table.text, lines.map(|line| format!("{line}\r\n")).concat());
}

#[tokio::test]
async fn a_title_is_never_a_formula_and_has_the_language_that_was_asked_for() {
    let server = TestServer::start().await;
    let mut file = show_file();
    file["currency"] = json!("JPY");
    file["products"][0]["title"] =
        json!({ "en": "=HYPERLINK(\"https://elsewhere.example\")", "nl": "Sjaal, \"warm\"" });
    file["products"][0]["variants"][0]["title"] = json!({ "nl": "Rood" });
    server.go_live_with(&file).await;
    buy(&server, 1, red(1)).await;

    let in_english = server.get(&path("orders.csv"), Some(&server.brand())).await.text;
    let formula = "\"'=HYPERLINK(\"\"https://elsewhere.example\"\")\"";
    assert!(in_english.contains(&format!(",scarf-red,{formula},Rood,1,3995,3995,JPY\r\n")), "{in_english}");
    let in_dutch = server.get(&path("orders.csv?language=nl"), Some(&server.brand())).await.text;
    assert!(in_dutch.contains(",scarf-red,\"Sjaal, \"\"warm\"\"\",Rood,1,"), "{in_dutch}");
}

#[tokio::test]
async fn a_long_table_has_every_order_once() {
    let server = TestServer::start().await;
    let mut file = show_file();
    file["products"][0]["variants"][0]["units"] = json!(300);
    server.go_live_with(&file).await;
    // More than one page of a read.
    for number in 1..=300 {
        buy(&server, number, red(1)).await;
    }
    let table = server.get(&path("orders.csv"), Some(&server.brand())).await.text;
    let orders: Vec<_> = table.lines().skip(1).filter_map(|line| line.split(',').next()?.parse::<u64>().ok()).collect();
    assert_eq!(orders, (1..=300).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_show_without_orders_has_a_table_without_lines() {
    let server = TestServer::start().await;
    server.plan().await;
    let table = server.get(&path("orders.csv"), Some(&server.brand())).await;
    assert_eq!((table.status.as_u16(), table.text), (200, format!("{HEADER}\r\n")));
}

#[tokio::test]
async fn the_table_is_the_brands_alone() {
    let server = TestServer::start().await;
    server.go_live().await;
    for token in [server.viewer("ann"), server.host()] {
        server.get(&path("orders.csv"), Some(&token)).await.is_problem(403, "role_forbidden");
    }
    server.get(&path("orders.csv"), None).await.is_problem(401, "token_missing");
    let unknown = server.get(&path("orders.csv?limit=1"), Some(&server.brand())).await;
    unknown.is_problem(400, "parameter_invalid");
}
