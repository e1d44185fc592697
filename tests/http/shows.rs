//! The list of shows, and one show.

use dropcast::api::auth::TokenRole;
use serde_json::{Value, json};

use crate::common::{BRAND, SHOW, TestServer, show_file};

async fn names(server: &TestServer, query: &str, token: Option<&str>) -> Vec<String> {
    let list = server.get(&format!("/v1/shows{query}"), token).await.json();
    let shows = list["shows"].as_array().expect("a list").clone();
    shows.iter().map(|card| card["show"].as_str().expect("a name").to_owned()).collect()
}

async fn plan(server: &TestServer, name: &str, brand: &str, change: impl FnOnce(&mut Value)) {
    let mut file = show_file();
    file["brand"] = json!(brand);
    change(&mut file);
    let token = server.token(TokenRole::Brand, "office", None, Some(brand));
    assert_eq!(server.put_show(name, &token, &file).await.status, 200);
}

#[tokio::test]
async fn drafts_are_their_brands_own_until_they_are_announced() {
    let server = TestServer::start().await;
    server.go_live().await;
    plan(&server, "autumn", BRAND, |_| {}).await;
    plan(&server, "winter", BRAND, |file| file["starts_at"] = json!("2026-12-01T19:00:00Z")).await;
    plan(&server, "elsewhere", "other", |_| {}).await;

    assert_eq!(names(&server, "", None).await, [SHOW, "winter"]);
    assert_eq!(names(&server, "", Some(&server.viewer("ann"))).await, [SHOW, "winter"]);
    assert_eq!(names(&server, "", Some(&server.brand())).await, ["autumn", SHOW, "winter"]);
    assert_eq!(names(&server, "?phase=live", None).await, [SHOW]);
    assert_eq!(names(&server, "?phase=draft", None).await, ["winter"]);
    assert_eq!(names(&server, "?brand=other", None).await, Vec::<String>::new());
    assert_eq!(names(&server, "?after=spring", None).await, ["winter"]);

    let page = server.get("/v1/shows?limit=1", None).await.json();
    assert_eq!((&page["shows"][0]["show"], &page["next"]), (&json!(SHOW), &json!(SHOW)));
    let page = server.get("/v1/shows?limit=1&after=spring", None).await.json();
    assert_eq!(page["shows"][0]["show"], "winter");
    let page = server.get("/v1/shows?after=winter", None).await.json();
    assert_eq!(page, json!({ "shows": [], "next": null }));
}

#[tokio::test]
async fn a_show_is_watched_without_a_token_where_it_says_so() {
    let server = TestServer::start().await;
    server.plan().await;
    plan(&server, "private", BRAND, |file| file["watch_without_token"] = json!(false)).await;
    let open = server.get(&format!("/v1/shows/{SHOW}"), None).await;
    assert_eq!(open.status, 200);
    assert_eq!(open.json()["cursor"].as_str().map(str::len), Some(32));
    assert_eq!(open.json()["public"]["show"]["title"]["nl"], "Lente");
    server.get("/v1/shows/private", None).await.is_problem(401, "token_missing");
    server.get("/v1/shows/private", Some(&server.viewer("ann"))).await.is_problem(403, "token_for_another_show");
    let ann = server.token(TokenRole::Viewer, "ann", None, Some(BRAND));
    assert_eq!(server.get("/v1/shows/private", Some(&ann)).await.status, 200);
    server.get("/v1/shows/nothing", None).await.is_problem(404, "show_unknown");
    server.get("/v1/shows/nothing", Some(&ann)).await.is_problem(404, "show_unknown");
}

#[tokio::test]
async fn only_its_brand_plans_a_show() {
    let server = TestServer::start().await;
    let other = server.token(TokenRole::Brand, "office", None, Some("other"));
    server.put_show(SHOW, &other, &show_file()).await.is_problem(403, "not_your_show");
    server.put_show(SHOW, &server.host(), &show_file()).await.is_problem(403, "role_forbidden");
    server.get(&format!("/v1/shows/{SHOW}"), None).await.is_problem(404, "show_unknown");
    server.plan().await;
    let mut taken = show_file();
    taken["brand"] = json!("other");
    server.put_show(SHOW, &other, &taken).await.is_problem(403, "not_your_show");
    let mut elsewhere = show_file();
    elsewhere["show"] = json!("autumn");
    let refused = server.put_show(SHOW, &server.brand(), &elsewhere).await.is_problem(422, "plan_invalid");
    assert_eq!(refused["field"], "show");
}
