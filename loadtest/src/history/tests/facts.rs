//! Every kind of fact is known; one that is not is told.

use dropcast_proto::{
    kinds::FACT_KINDS,
    v1::{EntryBody, Fact},
};

use crate::history::States;

fn unread(fact: Fact) -> Vec<String> {
    let mut states = States::default();
    states.add(1, &EntryBody { cause: None, facts: vec![fact] });
    states.unread().to_vec()
}

#[test]
fn no_kind_of_fact_is_unknown() {
    for kind in FACT_KINDS {
        let fact: Fact = serde_json::from_value(serde_json::json!({ *kind: {} })).unwrap();
        let told = unread(fact).join("");
        assert!(!told.contains("kind that"), "add it to fold.rs: {told}");
    }
}

#[test]
fn a_fact_of_an_unknown_kind_is_told() {
    assert_eq!(unread(Fact { kind: None }), ["entry 1: a fact of a kind that is not known here"]);
}
