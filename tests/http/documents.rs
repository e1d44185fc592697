//! The documentation is of this server: what it lists answers, and what answers it lists.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::{Value, json};

use crate::common::{SHOW, TestServer, read};

/// Every route of the contract. A route that is added is added here.
const OPERATIONS: &[&str] = &[
    "GET /demo/session",
    "GET /healthz",
    "GET /metrics",
    "GET /readyz",
    "GET /v1/shows",
    "GET /v1/shows/{show}",
    "GET /v1/shows/{show}/drops/{drop}/draw",
    "GET /v1/shows/{show}/journal",
    "GET /v1/shows/{show}/numbers",
    "GET /v1/shows/{show}/orders",
    "GET /v1/shows/{show}/orders.csv",
    "GET /v1/shows/{show}/outcomes/{key}",
    "GET /v1/shows/{show}/reservations",
    "GET /v1/shows/{show}/waitlist",
    "POST /v1/shows/{show}/drops/{drop}/close",
    "POST /v1/shows/{show}/drops/{drop}/extend",
    "POST /v1/shows/{show}/drops/{drop}/open",
    "POST /v1/shows/{show}/drops/{drop}/pause",
    "POST /v1/shows/{show}/drops/{drop}/resume",
    "POST /v1/shows/{show}/drops/{drop}/undo",
    "POST /v1/shows/{show}/drops/{drop}/schedule",
    "POST /v1/shows/{show}/end",
    "POST /v1/shows/{show}/reservations",
    "POST /v1/shows/{show}/reservations/{reservation}/confirm",
    "POST /v1/shows/{show}/reservations/{reservation}/extend",
    "POST /v1/shows/{show}/reservations/{reservation}/release",
    "POST /v1/shows/{show}/start",
    "POST /v1/shows/{show}/units",
    "POST /v1/shows/{show}/units/withdraw",
    "POST /v1/shows/{show}/waitlist",
    "POST /v1/shows/{show}/waitlist/{waiter}/leave",
    "POST /v1/tokens",
    "PUT /v1/shows/{show}",
];

async fn document(server: &TestServer) -> Value {
    let reply = server.get("/v1/openapi.json", None).await;
    assert_eq!(reply.status, 200);
    reply.json()
}

fn operations(document: &Value) -> Vec<(String, String, Value)> {
    let paths = document["paths"].as_object().expect("paths");
    let operation = |path: &String, (method, operation): (&String, &Value)| {
        (method.to_uppercase(), path.clone(), operation.clone())
    };
    paths
        .iter()
        .flat_map(|(path, item)| item.as_object().expect("an item").iter().map(move |each| operation(path, each)))
        .collect()
}

#[tokio::test]
async fn the_document_lists_every_route() {
    let server = TestServer::start().await;
    let found: BTreeSet<_> =
        operations(&document(&server).await).into_iter().map(|(method, path, _)| format!("{method} {path}")).collect();
    let expected: BTreeSet<_> = OPERATIONS.iter().map(|operation| (*operation).to_owned()).collect();
    assert_eq!(found, expected);
}

#[tokio::test]
async fn every_documented_route_answers() {
    let server = TestServer::demo().await;
    server.go_live().await;
    for (method, path, _) in operations(&document(&server).await) {
        let path = path.replace("{show}", SHOW).replace("{drop}", "opening").replace("{reservation}", "1");
        let path = path.replace("{waiter}", "1");
        let path = path.replace("{key}", "start");
        let method = Method::from_bytes(method.as_bytes()).expect("a method");
        let reply =
            read(server.request(method.clone(), &path, Some(&server.host())).header("idempotency-key", "x")).await;
        let code = if reply.status.is_success() { Value::Null } else { reply.json()["code"].clone() };
        assert!(
            code != "route_unknown" && code != "method_not_allowed" && code != "internal",
            "{method} {path}: {code}"
        );
    }
}

#[tokio::test]
async fn the_document_is_whole() {
    let server = TestServer::start().await;
    let document = document(&server).await;
    assert_eq!(document["openapi"].as_str().map(|version| &version[..2]), Some("3."));
    let mut references = BTreeSet::new();
    collect_references(&document, &mut references);
    for reference in references {
        let pointer = reference.strip_prefix('#').expect("a reference within the document");
        assert!(document.pointer(pointer).is_some(), "{reference} leads nowhere");
    }
    for (method, path, operation) in operations(&document) {
        let name = format!("{method} {path}");
        assert!(operation["summary"].is_string() || operation["description"].is_string(), "{name} says nothing");
        let problem = &operation["responses"]["default"]["content"]["application/problem+json"]["schema"]["$ref"];
        assert_eq!(problem, "#/components/schemas/ProblemDocument", "{name} does not say what a problem looks like");
        let takes_key = operation["parameters"].as_array().is_some_and(|parameters| {
            parameters.iter().any(|parameter| parameter["name"] == "Idempotency-Key" && parameter["required"] == true)
        });
        assert_eq!(takes_key, method == "POST" && path != "/v1/tokens", "{name}");
    }
}

#[tokio::test]
async fn answers_have_the_schema_that_the_document_says() {
    let server = TestServer::start().await;
    server.go_live().await;
    let document = document(&server).await;
    let schema = |name: &str| document["components"]["schemas"][name].clone();
    let held = server.reserve("ann", "click", 1).await.json();
    let kinds = schema("AnswerOutcome")["oneOf"].as_array().expect("kinds").clone();
    let name_of = |kind: &Value| kind["properties"].as_object().and_then(|fields| fields.keys().next().cloned());
    let names: BTreeSet<_> = kinds.iter().filter_map(name_of).collect();
    let beside = "receipt";
    assert!(held.as_object().expect("an object").keys().all(|it| it == beside || names.contains(it)), "{names:?}");
    let reply = schema("OutcomeReply")["allOf"].clone();
    assert_eq!(reply[0]["$ref"], "#/components/schemas/AnswerOutcome");
    assert_eq!(reply[1]["required"], json!([beside]));
    let facts = schema("Fact")["oneOf"].as_array().map(Vec::len);
    assert_eq!(facts, Some(dropcast_proto::kinds::FACT_KINDS.len()));
    let state = server.get(&format!("/v1/shows/{SHOW}"), None).await.json();
    let written = [
        ("Reservation", &held["held"]),
        ("ShowState", &state),
        ("PublicState", &state["public"]),
        ("Show", &state["public"]["show"]),
        ("Drop", &state["public"]["drops"][0]),
        ("DropItem", &state["public"]["drops"][0]["items"][0]),
        ("Product", &state["public"]["products"][0]),
    ];
    for (name, value) in written {
        let required: BTreeSet<_> = schema(name)["required"]
            .as_array()
            .expect("fields")
            .iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect();
        let found: BTreeSet<_> = value.as_object().expect("an object").keys().cloned().collect();
        assert_eq!(found, required, "{name}");
        let default = schema(name)["properties"]
            .as_object()
            .and_then(|fields| fields.values().find_map(|field| field.get("default").cloned()));
        assert_eq!(default, None, "{name}");
    }
    assert_eq!(schema("Reserve")["required"].as_array().map(Vec::len), Some(3));
}

fn collect_references(value: &Value, references: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            if let Some(Value::String(reference)) = fields.get("$ref") {
                references.insert(reference.clone());
            }
            fields.values().for_each(|field| collect_references(field, references));
        }
        Value::Array(items) => items.iter().for_each(|item| collect_references(item, references)),
        _ => {}
    }
}

#[tokio::test]
async fn the_document_can_be_browsed() {
    let server = TestServer::start().await;
    let index = server.get("/docs/", None).await;
    assert_eq!(index.status, 200);
    assert!(!index.text.contains("<script>"), "an inline script would be kept from running by the policy");
    let initializer = server.get("/docs/swagger-initializer.js", None).await;
    assert!(initializer.text.contains("/v1/openapi.json"), "{}", initializer.text);
    let styles = server.get("/docs/swagger-ui.css", None).await;
    assert!(styles.headers["content-type"].to_str().expect("text").starts_with("text/css"));
    let problems = server.get("/docs/problems", None).await;
    assert!(problems.text.contains("id=\"sold_out\""));
}
