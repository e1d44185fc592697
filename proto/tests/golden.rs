//! Golden examples of every message, held against this crate: `proto/golden/README.md` says what they are.

use std::{
    collections::BTreeSet,
    fmt::Debug,
    fs,
    path::{Path, PathBuf},
};

use dropcast_proto::{
    json::{from_hexadecimal, to_hexadecimal},
    kinds,
    v1::{self, RefusalCode},
};
use prost::Message;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

const UPDATE: &str = "UPDATE_GOLDEN";

#[test]
fn client_messages_are_read_and_written() {
    let examples = examples("client");
    hold_all::<v1::ClientMessage>(&examples);
    assert_eq!(first_keys(examples.iter().map(|example| &example.json)), names(kinds::CLIENT_KINDS));
}

#[test]
fn server_messages_are_read_and_written() {
    let examples = examples("server");
    hold_all::<v1::ServerMessage>(&examples);
    assert_eq!(first_keys(examples.iter().map(|example| &example.json)), names(kinds::SERVER_KINDS));

    let outcomes = || examples.iter().filter_map(|example| example.json.pointer("/answer/outcome"));
    let outcome_kinds = ["held", "sold", "released", "done", "waiter", "refused", "retry", "pending"];
    assert_eq!(first_keys(outcomes()), names(&outcome_kinds));
    let refused: BTreeSet<_> = outcomes().filter_map(|outcome| outcome["refused"]["code"].as_str()).collect();
    let codes: Vec<_> = (1..).map_while(|number| RefusalCode::try_from(number).ok()).collect();
    for code in codes {
        let name = serde_json::to_value(code).unwrap();
        assert!(refused.contains(name.as_str().unwrap()), "proto/golden/server has no answer refused with {name}");
    }
}

#[test]
fn journal_entries_are_read_and_written() {
    let journals = ["journal", "waitlist", "audience"].map(|folder| {
        let mut examples = examples(folder);
        examples.sort_by_key(|example| example.json["seq"].as_u64());
        if updating() {
            chain(&mut examples);
        }
        hold_all::<v1::JournalEntry>(&examples);
        hold_chain(&examples);
        examples
    });
    let facts = journals.iter().flatten().flat_map(|example| example.json["facts"].as_array().unwrap());
    assert_eq!(first_keys(facts), names(kinds::FACT_KINDS));
}

#[test]
fn a_tolerant_reader_copes_with_a_later_version() {
    let examples = examples("tolerance");
    assert!(!examples.is_empty());
    for Example { path, json } in examples {
        let message: v1::ServerMessage = if let Some(bytes) = json["bytes"].as_str() {
            v1::ServerMessage::decode(&*from_hexadecimal(bytes).unwrap()).unwrap()
        } else {
            match serde_json::from_value(json["json"].clone()) {
                Ok(message) => message,
                Err(error) => {
                    assert!(error.to_string().contains("unknown variant"), "{}: {error}", path.display());
                    v1::ServerMessage::default()
                }
            }
        };
        let read = message.kind.is_some().then(|| serde_json::to_value(&message).unwrap());
        assert_eq!(read.unwrap_or_default(), json["reads_as"], "{}", path.display());
    }
}

struct Example {
    path: PathBuf,
    json: Value,
}

fn examples(folder: &str) -> Vec<Example> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden").join(folder);
    let paths = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    let json = |path: &Path| serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let mut examples: Vec<_> = paths
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .map(|path| Example { json: json(&path), path })
        .collect();
    examples.sort_by(|a, b| a.path.cmp(&b.path));
    examples
}

fn hold_all<M: Message + Default + Serialize + DeserializeOwned + PartialEq + Debug>(examples: &[Example]) {
    for Example { path, json } in examples {
        let shown = path.display();
        let message: M = serde_json::from_value(json.clone()).unwrap_or_else(|error| panic!("{shown}: {error}"));
        assert_eq!(&serde_json::to_value(&message).unwrap(), json, "{shown}");

        let bytes_path = path.with_extension("pb.hex");
        let written = to_hexadecimal(&message.encode_to_vec());
        if updating() {
            fs::write(&bytes_path, format!("{written}\n")).unwrap();
        }
        let bytes = fs::read_to_string(&bytes_path)
            .unwrap_or_else(|error| panic!("{}: {error}; set {UPDATE}=1", bytes_path.display()));
        let read = M::decode(&*from_hexadecimal(bytes.trim()).unwrap()).unwrap();
        assert_eq!(read, message, "{shown}");
        assert_eq!(written, bytes.trim(), "{shown}");
    }
}

/// Together the entries are the journal of one show, which an audit in any language can be tried on.
fn hold_chain(examples: &[Example]) {
    let (mut previous, mut decided_at) = (vec![0; 32], 0);
    for (entry, seq) in examples.iter().map(entry).zip(1..) {
        assert_eq!(entry.seq, seq, "the numbers have no gap");
        assert!(entry.decided_at >= decided_at, "time does not go back at {seq}");
        assert_eq!(entry.body, body(&entry), "the body of {seq} is not its cause and facts; set {UPDATE}=1");
        assert_eq!(entry.digest, digest(&previous, &entry), "the digest of {seq} is not chained; set {UPDATE}=1");
        (previous, decided_at) = (entry.digest, entry.decided_at);
    }
}

fn updating() -> bool {
    std::env::var_os(UPDATE).is_some()
}

/// Writes each entry's body and digest anew, in order.
fn chain(examples: &mut [Example]) {
    let mut previous = vec![0; 32];
    for example in examples {
        let mut entry = entry(example);
        entry.body = body(&entry);
        entry.digest = digest(&previous, &entry);
        previous.clone_from(&entry.digest);
        example.json = serde_json::to_value(&entry).unwrap();
        fs::write(&example.path, serde_json::to_string_pretty(&entry).unwrap() + "\n").unwrap();
    }
}

fn entry(example: &Example) -> v1::JournalEntry {
    serde_json::from_value(example.json.clone()).unwrap_or_else(|error| panic!("{}: {error}", example.path.display()))
}

fn body(entry: &v1::JournalEntry) -> Vec<u8> {
    v1::EntryBody { cause: entry.cause.clone(), facts: entry.facts.clone() }.encode_to_vec()
}

fn digest(previous: &[u8], entry: &v1::JournalEntry) -> Vec<u8> {
    let mut hasher = Sha256::new();
    hasher.update(previous);
    hasher.update(entry.seq.to_be_bytes());
    hasher.update(entry.decided_at.to_be_bytes());
    hasher.update(&entry.body);
    hasher.finalize().to_vec()
}

/// The names under which oneofs say of which kind they are.
fn first_keys<'a>(oneofs: impl Iterator<Item = &'a Value>) -> BTreeSet<&'a str> {
    oneofs.filter_map(|oneof| oneof.as_object()?.keys().next()).map(String::as_str).collect()
}

fn names<'a>(kinds: &[&'a str]) -> BTreeSet<&'a str> {
    kinds.iter().copied().collect()
}
