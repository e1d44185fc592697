//! Receipts: what an acknowledgement proves.

use dropcast::{
    api::{
        auth::Tokens,
        receipt::{Receipt, ReceiptError, ReceiptKind, ReceiptRole},
    },
    config::Secret,
    journal::AppendFault,
};
use dropcast_proto::v1::JournalEntry;
use serde_json::{Value, json};

use crate::common::{Reply, SECRET, SHOW, TestServer};

fn path(rest: &str) -> String {
    format!("/v1/shows/{SHOW}/{rest}")
}

fn tokens() -> Tokens {
    Tokens::new(&Secret::new(SECRET).expect("a secret"))
}

fn receipt(reply: &Reply) -> Receipt {
    let json = reply.json();
    tokens().read_receipt(json["receipt"].as_str().expect("a receipt")).expect("a receipt of ours")
}

/// The exported entry that a receipt rests on.
async fn entry(server: &TestServer, receipt: &Receipt) -> JournalEntry {
    let reply = server.get(&path(&format!("journal?from={}&limit=1", receipt.seq)), Some(&server.brand())).await;
    serde_json::from_str(&reply.text).unwrap_or_else(|error| panic!("{error}: {reply:?}"))
}

#[tokio::test]
async fn an_acceptance_is_proved_by_the_entry_that_made_it_true() {
    let server = TestServer::start().await;
    server.go_live().await;
    let ann = server.viewer("ann");
    let held = receipt(&server.reserve("ann", "click", 1).await);
    let sold = receipt(&server.post(&path("reservations/1/confirm"), &ann, "pay", json!({})).await);
    let second = server.reserve("ann", "another", 1).await.json()["held"]["reservation"].clone();
    let back = server.post(&path(&format!("reservations/{second}/release")), &ann, "back", json!({})).await;
    let released = receipt(&back);
    for (receipt, key, kind) in [
        (&held, "click", ReceiptKind::Held),
        (&sold, "pay", ReceiptKind::Sold),
        (&released, "back", ReceiptKind::Released),
    ] {
        assert_eq!((receipt.show.as_str(), receipt.sub.as_str(), &*receipt.key.to_string()), (SHOW, "ann", key));
        assert_eq!((receipt.role, receipt.accepted), (ReceiptRole::Viewer, kind));
        let entry = entry(&server, receipt).await;
        assert_eq!((entry.seq, entry.digest), (receipt.seq, receipt.digest.0.to_vec()), "{key}");
        let binding = entry.cause.and_then(|cause| cause.binding).expect("a key");
        assert_eq!(binding.key, key);
    }
    let units = sold.units.expect("units");
    assert_eq!((units.reservation, units.order, units.quantity, units.total_minor), (1, Some(1), 1, 3_995));
    let host = server.post(&path("units"), &server.host(), "more", json!({ "sku": "scarf-blue", "units": 1 })).await;
    let done = receipt(&host);
    assert_eq!((done.role, done.accepted, done.units), (ReceiptRole::Host, ReceiptKind::Done, None));
}

#[tokio::test]
async fn what_was_accepted_before_is_proved_anew_by_a_later_entry() {
    let server = TestServer::start().await;
    server.go_live().await;
    let first = receipt(&server.reserve("ann", "click", 1).await);
    server.reserve("bob", "click", 1).await;
    let again = receipt(&server.reserve("ann", "click", 1).await);
    let looked_up = receipt(&server.get(&path("outcomes/click"), Some(&server.viewer("ann"))).await);
    assert_eq!(again, looked_up);
    assert_eq!((again.seq, &again.key, &again.units), (first.seq + 1, &first.key, &first.units));
    assert_eq!(again.position(), server.journal_tail().await);
}

#[tokio::test]
async fn what_was_not_accepted_has_no_receipt() {
    let server = TestServer::start().await;
    server.go_live().await;
    let refused = server.reserve("ann", "click", 100).await;
    assert_eq!(refused.json().get("receipt"), None, "a problem is a document of its own: {refused:?}");
    server.faults.next_append(AppendFault::Unavailable);
    let unsold = server.reserve("ann", "click", 1).await;
    assert!(unsold.status != 201 && unsold.json().get("receipt").is_none_or(Value::is_null), "{unsold:?}");
}

#[tokio::test]
async fn a_receipt_opens_nothing_and_a_token_proves_nothing() {
    let server = TestServer::start().await;
    server.go_live().await;
    let held = server.reserve("ann", "click", 1).await.json();
    let signed = held["receipt"].as_str().expect("a receipt");
    server.get(&path("reservations"), Some(signed)).await.is_problem(401, "token_invalid");
    assert_eq!(tokens().read_receipt(&server.viewer("ann")), Err(ReceiptError::Malformed));
}
