//! The one JSON, held against examples.

use dropcast_proto::v1::{self, answer_outcome, client_message, server_message};
use serde_json::json;

#[test]
fn every_field_is_present_and_enums_go_by_name() {
    let message = v1::ServerMessage {
        kind: Some(server_message::Kind::Answer(v1::Answer {
            key: "k1".into(),
            outcome: Some(v1::AnswerOutcome {
                kind: Some(answer_outcome::Kind::Held(v1::Reservation {
                    reservation: 7,
                    drop: "opening".into(),
                    sku: "scarf-red".into(),
                    quantity: 0,
                    unit_price: Some(v1::Money { amount_minor: 0, currency: "EUR".into() }),
                    total: Some(v1::Money { amount_minor: 9_007_199_254_740_991, currency: "EUR".into() }),
                    state: v1::ReservationState::Held.into(),
                    held_at: 1_777_660_200_000,
                    expires_at: 1_777_660_320_005,
                    order: None,
                    with: Vec::new(),
                    extended: false,
                })),
            }),
            receipt: None,
        })),
    };
    let expected = json!({"answer": {"key": "k1", "outcome": {"held": {
        "reservation": 7, "drop": "opening", "sku": "scarf-red", "quantity": 0,
        "unit_price": {"amount_minor": 0, "currency": "EUR"},
        "total": {"amount_minor": 9_007_199_254_740_991_u64, "currency": "EUR"},
        "state": "held", "held_at": "2026-05-01T18:30:00.000Z", "expires_at": "2026-05-01T18:32:00.005Z",
        "order": null, "with": [], "extended": false,
    }}, "receipt": null}});
    assert_eq!(serde_json::to_value(&message).unwrap(), expected);
    assert_eq!(serde_json::from_value::<v1::ServerMessage>(expected).unwrap(), message);
}

#[test]
fn an_integer_that_json_cannot_carry_is_not_written() {
    let money = v1::Money { amount_minor: 1 << 53, currency: "EUR".into() };
    assert!(serde_json::to_string(&money).unwrap_err().to_string().contains("does not fit"));
}

#[test]
fn a_client_message_is_read_strictly() {
    let read = |text: &str| serde_json::from_str::<v1::ClientMessage>(text).map_err(|error| error.to_string());
    let good = r#"{"reserve":{"key":"k","drop":"d","sku":"s","quantity":1}}"#;
    let Some(client_message::Kind::Reserve(reserve)) = read(good).unwrap().kind else { panic!("not a reserve") };
    assert_eq!((reserve.quantity, reserve.attempt), (1, None));

    let unknown_field = read(r#"{"reserve":{"key":"k","drop":"d","sku":"s","quantity":1,"colour":"red"}}"#);
    assert!(unknown_field.unwrap_err().contains("unknown field `colour`"));
    let missing = read(r#"{"reserve":{"key":"k","drop":"d","sku":"s"}}"#);
    assert!(missing.unwrap_err().contains("missing field `quantity`"));
    let negative = read(r#"{"reserve":{"key":"k","drop":"d","sku":"s","quantity":-1}}"#);
    assert!(negative.unwrap_err().contains("invalid value"));
    let unknown_kind = read(r#"{"purchase":{}}"#);
    assert!(unknown_kind.unwrap_err().contains("unknown variant `purchase`"));
    let bad_time = read(r#"{"schedule_drop":{"key":"k","drop":"d","opens_at":"tomorrow"}}"#);
    assert!(bad_time.unwrap_err().contains("expected a time such as"));
    let large = read(r#"{"clock":{"echo_ms":9007199254740992}}"#);
    assert!(large.unwrap_err().contains("is above"));
}

#[test]
fn a_server_message_is_read_leniently() {
    let text = r#"{"stock":{"drop":"d","sku":"s","available":3,"warehouse":"north"}}"#;
    let message: v1::ServerMessage = serde_json::from_str(text).unwrap();
    let Some(server_message::Kind::Stock(stock)) = message.kind else { panic!("not stock") };
    assert_eq!(stock.available, 3);

    let order: v1::Order = serde_json::from_str(r#"{"order":1,"state":"gift_wrapped"}"#).unwrap();
    assert_eq!(order.state, i32::from(v1::OrderState::Unspecified));
}

#[test]
fn times_with_an_offset_are_the_same_moment() {
    let text = r#"{"schedule_drop":{"key":"k","drop":"d","opens_at":"2026-05-01T20:30:00.0009+02:00"}}"#;
    let message: v1::ClientMessage = serde_json::from_str(text).unwrap();
    let Some(client_message::Kind::ScheduleDrop(schedule)) = message.kind else { panic!("not a schedule") };
    assert_eq!(schedule.opens_at, Some(1_777_660_200_000));
}

#[test]
fn every_time_that_is_read_can_be_written() {
    use dropcast_proto::json::{format_time, parse_time};
    const LAST: u64 = 253_402_207_200_000;
    assert_eq!(format_time(LAST).as_deref(), Some("9999-12-30T22:00:00.000Z"));
    assert_eq!(format_time(LAST + 1), None);
    assert_eq!(parse_time("9999-12-30T22:00:00.000Z"), Some(LAST));
    assert_eq!(parse_time("9999-12-30T22:00:00.001Z"), None);
    assert_eq!(parse_time("1969-12-31T23:59:59.999Z"), None);
}
