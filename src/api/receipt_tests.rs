//! Receipts and tokens, held against each other.

use std::{fs, path::Path};

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use jsonwebtoken::{EncodingKey, encode};
use serde_json::{Value, json};

use super::*;
use crate::{
    api::auth::{Claims, TokenError, TokenRole, Tokens},
    config::Secret,
};

const SECRET: &str = "0123456789abcdef0123456789abcdef";
const NOW: Timestamp = Timestamp(1_777_660_260_123);
const NAME_MAX: usize = 64;

fn tokens(secret: &str) -> Tokens {
    Tokens::new(&Secret::new(secret).expect("a secret"))
}

fn addressee(name: &str) -> Addressee {
    Addressee {
        show: ShowId::new(name).expect("a name"),
        principal: Principal { role: Role::Viewer, id: PrincipalId::new(name).expect("a name") },
        key: Key::new(name).expect("a name"),
    }
}

fn reservation(name: &str, number: u64) -> v1::Reservation {
    v1::Reservation {
        reservation: number,
        drop: name.to_owned(),
        sku: name.to_owned(),
        quantity: 2,
        total: Some(v1::Money { amount_minor: number, currency: "EUR".to_owned() }),
        ..v1::Reservation::default()
    }
}

fn position() -> Position {
    Position { seq: 7, digest: Digest([0xa5; 32]) }
}

fn receipt() -> Receipt {
    let held = Accepted::Held(reservation("opening", 3));
    Receipt::new(addressee("ann"), &held, position(), NOW).expect("a receipt")
}

fn signed(typ: Option<&str>, claims: &Value) -> String {
    let header = Header { typ: typ.map(str::to_owned), ..Header::new(Algorithm::HS256) };
    encode(&header, claims, &EncodingKey::from_secret(SECRET.as_bytes())).expect("signed")
}

fn token_claims() -> Claims {
    Claims {
        sub: PrincipalId::new("ann").expect("a name"),
        role: TokenRole::Viewer,
        show: Some(ShowId::new("spring").expect("a name")),
        brand: None,
        iat: NOW.0 / 1_000,
        exp: NOW.0 / 1_000 + 60,
    }
}

#[test]
fn a_receipt_says_what_was_accepted_and_where_it_rests() {
    let ours = tokens(SECRET);
    let read = ours.read_receipt(&ours.sign_receipt(&receipt())).expect("a receipt");
    assert_eq!(read, receipt());
    assert_eq!(read.position(), position());
    assert_eq!(
        (read.accepted, read.role, read.key),
        (ReceiptKind::Held, ReceiptRole::Viewer, Key::new("ann").expect("a name"))
    );
    assert_eq!(read.iat, NOW.0 / 1_000);
    let units = read.units.expect("units");
    assert_eq!((units.reservation, units.order, units.quantity, units.total_minor), (3, None, 2, 3));
    assert_eq!((units.drop.as_str(), units.currency.as_str()), ("opening", "EUR"));
}

#[test]
fn every_kind_of_acceptance_has_one() {
    let order = v1::Order { order: 9, ..v1::Order::default() };
    let purchase = v1::Purchase { reservation: Some(reservation("opening", 3)), order: Some(order) };
    let numbers = |accepted: &Accepted| {
        let receipt = Receipt::new(addressee("ann"), accepted, position(), NOW).expect("a receipt");
        (receipt.accepted, receipt.units.map(|units| (units.reservation, units.order)))
    };
    assert_eq!(numbers(&Accepted::Done), (ReceiptKind::Done, None));
    assert_eq!(numbers(&Accepted::Sold(purchase)), (ReceiptKind::Sold, Some((3, Some(9)))));
    let released = Accepted::Released(reservation("opening", 3));
    assert_eq!(numbers(&released), (ReceiptKind::Released, Some((3, None))));
}

#[test]
fn the_largest_receipt_can_be_read() {
    let name = "n".repeat(NAME_MAX);
    let largest = dropcast_proto::json::INTEGER_MAX;
    let order = v1::Order { order: largest, ..v1::Order::default() };
    let purchase = v1::Purchase { reservation: Some(reservation(&name, largest)), order: Some(order) };
    let position = Position { seq: largest, ..position() };
    let receipt = Receipt::new(addressee(&name), &Accepted::Sold(purchase), position, Timestamp(largest));
    let signed = tokens(SECRET).sign_receipt(receipt.as_ref().expect("a receipt"));
    assert!(signed.len() <= RECEIPT_BYTES_MAX, "{}", signed.len());
    assert_eq!(tokens(SECRET).read_receipt(&signed).ok(), receipt);
}

#[test]
fn what_was_changed_or_signed_elsewhere_is_no_receipt() {
    let ours = tokens(SECRET);
    let signed = ours.sign_receipt(&receipt());
    let other = tokens("ffffffffffffffffffffffffffffffff");
    assert_eq!(other.read_receipt(&signed), Err(ReceiptError::Signature));
    let mut parts: Vec<&str> = signed.split('.').collect();
    let body = BASE64_URL_SAFE_NO_PAD.decode(parts[1]).expect("base64");
    let body = String::from_utf8(body).expect("text").replace("\"quantity\":2", "\"quantity\":3");
    let changed = BASE64_URL_SAFE_NO_PAD.encode(body);
    parts[1] = &changed;
    assert_eq!(ours.read_receipt(&parts.join(".")), Err(ReceiptError::Signature));
    for rubbish in ["", "a.b.c", &"x".repeat(RECEIPT_BYTES_MAX + 1)] {
        assert_eq!(ours.read_receipt(rubbish), Err(ReceiptError::Malformed), "{rubbish}");
    }
}

#[test]
fn a_token_is_no_receipt_and_a_receipt_no_token() {
    let ours = tokens(SECRET);
    assert_eq!(ours.read_receipt(&ours.sign(&token_claims())), Err(ReceiptError::Malformed));
    assert_eq!(ours.verify(&ours.sign_receipt(&receipt()), NOW), Err(TokenError::Malformed));
}

#[test]
fn the_header_and_the_audience_tell_them_apart_by_themselves() {
    let ours = tokens(SECRET);
    let receipt = serde_json::to_value(receipt()).expect("JSON");
    assert!(ours.read_receipt(&signed(Some(RECEIPT_TYPE), &receipt)).is_ok());
    for typ in [None, Some("JWT")] {
        assert_eq!(ours.read_receipt(&signed(typ, &receipt)), Err(ReceiptError::Malformed), "{typ:?}");
    }
    for aud in [Value::Null, json!("dropcast"), json!([])] {
        let mut elsewhere = receipt.clone();
        elsewhere["aud"] = aud;
        let elsewhere = signed(Some(RECEIPT_TYPE), &elsewhere);
        assert_eq!(ours.read_receipt(&elsewhere), Err(ReceiptError::Malformed));
    }
    let token = serde_json::to_value(token_claims()).expect("JSON");
    assert!(ours.verify(&signed(Some("JWT"), &token), NOW).is_ok());
    for typ in [RECEIPT_TYPE, "Dropcast-Receipt+JWT"] {
        assert_eq!(ours.verify(&signed(Some(typ), &token), NOW), Err(TokenError::Malformed), "{typ}");
    }
}

#[test]
fn the_golden_examples_carry_receipts_of_the_golden_journal() {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("proto/golden");
    let json = |path: &str| -> Value {
        serde_json::from_str(&fs::read_to_string(golden.join(path)).expect("an example")).expect("JSON")
    };
    for (answer, entry) in [
        ("held", "journal/reservation_held"),
        ("sold", "journal/reservation_sold"),
        ("released", "journal/reservation_released"),
        ("done", "journal/drop_opened"),
        ("waiter", "waitlist/waitlist_joined"),
        ("waiter_entered", "waitlist/draw_entered"),
        ("waiter_left", "waitlist/waitlist_left"),
        ("held_bundle", "waitlist/bundle_held"),
        ("held_longer", "waitlist/hold_extended"),
    ] {
        let answer = &json(&format!("server/answer_{answer}.json"))["answer"];
        let receipt = tokens(SECRET).read_receipt(answer["receipt"].as_str().expect("a receipt"));
        let receipt = receipt.expect("a receipt");
        let entry = json(&format!("{entry}.json"));
        assert_eq!(json!([receipt.seq, receipt.digest.to_string()]), json!([entry["seq"], entry["digest"]]));
        assert_eq!(receipt.key.to_string(), answer["key"]);
        assert!(answer["outcome"].get(json!(receipt.accepted).as_str().expect("a name")).is_some());
    }
}
