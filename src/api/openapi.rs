//! The OpenAPI document: what it says beside its paths, and what the derived schemas can't know.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};
use utoipa::{
    Modify, OpenApi,
    openapi::security::{Http, HttpAuthScheme, SecurityScheme},
};

use super::problem::ProblemDocument;

/// The document before the resources add their paths.
#[derive(OpenApi, Debug)]
#[openapi(
    info(
        title = "Dropcast",
        description = "The event backend for live-stream shopping. Times are RFC 3339 in UTC with milliseconds, amounts \
                       are integers in the minor unit of their currency, every field is present. Problems are RFC 9457 \
                       documents whose codes are explained at /docs/problems.",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
    ),
    components(schemas(ProblemDocument)),
    modifiers(&Bearer),
)]
pub struct Document;

/// The document with its paths, finished: every operation says what a problem looks like, and the schemas are those of
/// the one JSON.
///
/// # Errors
///
/// When the document can't be written as JSON.
pub fn finish(document: &utoipa::openapi::OpenApi) -> serde_json::Result<Value> {
    let mut document = serde_json::to_value(document)?;
    let bodies = request_schemas(&document);
    if let Some(paths) = document["paths"].as_object_mut() {
        add_problems(paths);
    }
    if let Some(schemas) = document.pointer_mut("/components/schemas").and_then(Value::as_object_mut) {
        unwrap_oneofs(schemas);
        complete_replies(schemas, &bodies);
    }
    Ok(document)
}

struct Bearer;

impl Modify for Bearer {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let scheme = SecurityScheme::Http(Http::builder().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build());
        document.components.get_or_insert_default().add_security_scheme("token", scheme);
    }
}

/// Each operation can end in a problem.
fn add_problems(paths: &mut Map<String, Value>) {
    let problem = json!({
        "description": "A problem; its code says which",
        "content": {
            "application/problem+json": { "schema": { "$ref": "#/components/schemas/ProblemDocument" } },
        },
    });
    for item in paths.values_mut().filter_map(Value::as_object_mut) {
        for operation in item.values_mut() {
            operation["responses"]["default"] = problem.clone();
        }
    }
}

/// A message that is nothing but a oneof is written as that oneof: its schema is the one of its kinds.
fn unwrap_oneofs(schemas: &mut Map<String, Value>) {
    let names: Vec<String> = schemas.keys().cloned().collect();
    for name in names {
        if let Some(kinds) = schemas.remove(&format!("{name}Kind")) {
            schemas.insert(name, kinds);
        }
    }
}

/// What the server writes has every field, whatever serde would take when it reads.
fn complete_replies(schemas: &mut Map<String, Value>, bodies: &BTreeSet<String>) {
    let replies = schemas.iter_mut().filter(|(name, _)| !bodies.contains(*name) && *name != "ProblemDocument");
    for (_, schema) in replies {
        complete_reply(schema);
        // What is written beside the fields of another message.
        schema.get_mut("allOf").and_then(Value::as_array_mut).into_iter().flatten().for_each(complete_reply);
    }
}

fn complete_reply(schema: &mut Value) {
    let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) else { return };
    for property in properties.values_mut().filter_map(Value::as_object_mut) {
        property.remove("default");
    }
    let names: Vec<String> = properties.keys().cloned().collect();
    schema["required"] = json!(names);
}

/// The names of the schemas that bodies of requests are made of.
fn request_schemas(document: &Value) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let items = document["paths"].as_object().into_iter().flat_map(Map::values).filter_map(Value::as_object);
    for operation in items.flat_map(Map::values) {
        collect_schemas(document, &operation["requestBody"], &mut found);
    }
    found
}

fn collect_schemas(document: &Value, value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            if let Some(name) = fields.get("$ref").and_then(Value::as_str).and_then(|path| path.rsplit('/').next())
                && found.insert(name.to_owned())
            {
                collect_schemas(document, &document["components"]["schemas"][name], found);
            }
            fields.values().for_each(|field| collect_schemas(document, field, found));
        }
        Value::Array(items) => items.iter().for_each(|item| collect_schemas(document, item, found)),
        _ => {}
    }
}
