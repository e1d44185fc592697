//! The AsyncAPI document, held against the schema and the golden examples.

use std::{collections::BTreeSet, fs, path::PathBuf};

use dropcast_proto::kinds;
use serde_json::{Map, Value, json};

#[test]
fn every_kind_of_message_is_described_and_no_other() {
    let document = document();
    let client = kinds::CLIENT_KINDS.iter().map(|kind| format!("client_{kind}"));
    let kinds: BTreeSet<_> = client.chain(kinds::SERVER_KINDS.iter().map(|kind| format!("server_{kind}"))).collect();
    assert_eq!(keys(&document["components"]["messages"]), kinds);
    assert_eq!(keys(&document["channels"]["show"]["messages"]), kinds);

    let operations = document["operations"].as_object().unwrap().values();
    let listed = |operation: &Value| operation["messages"].as_array().unwrap().clone();
    let operated: Vec<_> = operations.flat_map(listed).map(|message| last_part(&message["$ref"])).collect();
    assert_eq!(operated.iter().cloned().collect::<BTreeSet<_>>(), kinds);
    assert_eq!(operated.len(), kinds.len(), "each message is part of one operation");
}

#[test]
fn every_golden_example_is_valid() {
    let document = closed(document());
    for folder in ["client", "server"] {
        for (path, example) in golden(folder) {
            let kind = keys(&example).pop_first().unwrap();
            let name = format!("{folder}_{kind}");
            if let Err(error) = validator(&document, &name).validate(&example) {
                panic!("{}: {error} at {}", path.display(), error.instance_path());
            }
        }
    }
}

#[test]
fn what_the_server_refuses_is_invalid() {
    let document = document();
    let valid = |message: &Value| validator(&document, "client_reserve").is_valid(message);
    let reserve = json!({"reserve": {"key": "k", "drop": "d", "sku": "s", "quantity": 1}});
    assert!(valid(&reserve));
    let changed = |field: &str, value: Value| {
        let mut message = reserve.clone();
        message["reserve"][field] = value;
        message
    };
    assert!(valid(&changed("attempt", Value::Null)));
    assert!(!valid(&changed("colour", json!("red"))));
    assert!(!valid(&changed("quantity", json!(-1))));
    assert!(!valid(&changed("quantity", Value::Null)));
    assert!(!valid(&json!({"purchase": {}})));
}

#[test]
fn the_examples_in_the_document_are_the_golden_ones() {
    let document = document();
    for (name, message) in document["components"]["messages"].as_object().unwrap() {
        let (folder, kind) = name.split_once('_').unwrap();
        let examples = message["examples"].as_array().unwrap();
        assert!(!examples.is_empty(), "{name} has no example");
        for example in examples {
            let path = root().join("proto/golden").join(folder).join(example["name"].as_str().unwrap());
            let text = fs::read_to_string(path.with_extension("json")).unwrap();
            let expected: Value = serde_json::from_str(&text).unwrap();
            assert_eq!(example["payload"], expected, "{name}");
            assert!(expected.get(kind).is_some(), "{name}");
        }
    }
}

#[test]
fn each_server_message_has_a_lane_and_critical_ones_a_cursor() {
    let document = document();
    for kind in kinds::SERVER_KINDS {
        let message = &document["components"]["messages"][format!("server_{kind}")];
        let schema = last_part(&message["payload"]["properties"][*kind]["$ref"]);
        let has_cursor = document["components"]["schemas"][schema]["properties"].get("cursor").is_some();
        match message["x-lane"].as_str() {
            Some("critical") => assert!(has_cursor, "{kind}"),
            Some("latest_value") => assert!(!has_cursor, "{kind}"),
            Some("private") => {}
            lane => panic!("{kind} is of lane {lane:?}"),
        }
    }
}

#[test]
fn the_close_codes_are_those_that_the_page_for_people_lists() {
    let page = fs::read_to_string(root().join("docs/protocol/README.md")).unwrap();
    let code_of = |line: &str| line.strip_prefix("| ")?.split(' ').next()?.parse().ok();
    let listed: BTreeSet<u64> = page.lines().filter_map(code_of).collect();
    let document = document();
    let described = document["channels"]["show"]["x-close-codes"].as_array().unwrap();
    let described: BTreeSet<u64> = described.iter().map(|close| close["code"].as_u64().unwrap()).collect();
    assert_eq!(listed, described);
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn document() -> Value {
    let text = fs::read_to_string(root().join("docs/protocol/asyncapi.yaml")).unwrap();
    serde_saphyr::from_str(&text).unwrap()
}

fn golden(folder: &str) -> Vec<(PathBuf, Value)> {
    let files = fs::read_dir(root().join("proto/golden").join(folder)).unwrap();
    let paths = files.map(|file| file.unwrap().path());
    let json = paths.filter(|path| path.extension().is_some_and(|extension| extension == "json"));
    json.map(|path| (path.clone(), serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap())).collect()
}

fn validator(document: &Value, message: &str) -> jsonschema::Validator {
    let schema = json!({
        "$ref": format!("#/components/messages/{message}/payload"),
        "components": document["components"],
    });
    // AsyncAPI's schemas are a superset of draft 7.
    jsonschema::draft7::new(&schema).unwrap()
}

/// The same with nothing beyond what is described, so that a field that is missing in the document is noticed.
fn closed(mut document: Value) -> Value {
    fn close(schema: &mut Value) {
        match schema {
            Value::Object(object) => {
                if object.get("type") == Some(&json!("object")) && !object.contains_key("additionalProperties") {
                    object.insert("additionalProperties".to_owned(), Value::Bool(false));
                }
                object.values_mut().for_each(close);
            }
            Value::Array(items) => items.iter_mut().for_each(close),
            _ => {}
        }
    }
    close(&mut document["components"]["schemas"]);
    document
}

fn keys(value: &Value) -> BTreeSet<String> {
    value.as_object().map(Map::keys).into_iter().flatten().cloned().collect()
}

fn last_part(reference: &Value) -> String {
    reference.as_str().and_then(|text| text.rsplit('/').next()).unwrap_or_default().to_owned()
}
