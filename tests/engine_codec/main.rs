//! What is stored reads as it was written, and what can't be understood is an error: nothing is guessed or skipped.

mod golden;
mod strategies;

use std::{fs, path::Path};

use bytes::Bytes;
use dropcast::{
    codec::{BodyWriter, DecodeError, card, decode_entry, read_command},
    journal::{CARD_BYTES_MAX, Position, RawEntry},
};
use dropcast_domain::{
    ids::{BrandId, PrincipalId, ProductId, ShowId, Sku},
    money::Currency,
    show::{
        Command, Entry, Fact, Fingerprint, HOST_NAME_BYTES_MAX, Principal, ProductPlan, Request, Role, Show, ShowPlan,
        ShowSettings, VariantPlan,
    },
    text::{LANGUAGES_MAX, TEXT_BYTES_MAX, Text},
    time::Timestamp,
};
use dropcast_proto::v1::{self, client_message, fact::Kind, key_outcome};
use proptest::{prelude::*, strategy::ValueTree as _};
use prost::Message as _;

use strategies::{entry, fact};

proptest! {
    #[test]
    fn an_entry_reads_as_it_was_written(entry in entry()) {
        let raw = RawEntry::following(&Position::default(), entry.at.0, BodyWriter::default().write(&entry));
        prop_assert_eq!(decode_entry(&raw).unwrap(), entry);
    }

    /// Bodies are hashed and stay for good: whoever writes them by the schema must come to the same bytes.
    #[test]
    fn a_body_is_what_the_schema_says_byte_for_byte(entry in entry()) {
        let body = BodyWriter::default().write(&entry);
        prop_assert_eq!(v1::EntryBody::decode(body.clone()).unwrap().encode_to_vec(), body);
    }
}

#[test]
fn every_kind_of_fact_is_among_the_examples() {
    // A new kind of fact does not compile here before the strategy below makes it.
    let number = |fact: &Fact| match fact {
        Fact::ShowPlanned(_) => 0,
        Fact::ProductListed(_) => 1,
        Fact::ProductUnlisted { .. } => 2,
        Fact::UnitsAdded { .. } => 3,
        Fact::UnitsWithdrawn { .. } => 4,
        Fact::DropPlanned { .. } => 5,
        Fact::DropUnplanned { .. } => 6,
        Fact::ShowStarted => 7,
        Fact::ShowEnded => 8,
        Fact::DropScheduled { .. } => 9,
        Fact::DropOpened { .. } => 10,
        Fact::DropPaused { .. } => 11,
        Fact::DropResumed { .. } => 12,
        Fact::DropExtended { .. } => 13,
        Fact::CapRaised { .. } => 14,
        Fact::DropClosed { .. } => 15,
        Fact::ReservationHeld { .. } => 16,
        Fact::ReservationSold { .. } => 17,
        Fact::ReservationReleased { .. } => 18,
        Fact::ReservationExpired { .. } => 19,
        Fact::OrderPlaced { .. } => 20,
        Fact::OrderPaid { .. } => 21,
        Fact::PromiseKept(_) => 22,
        Fact::PromiseBroken(_) => 23,
        Fact::HoldsExtended { .. } => 24,
        Fact::UnitsSoldElsewhere { .. } => 25,
        Fact::ShortfallRecorded { .. } => 26,
        Fact::SharedCapRaised { .. } => 27,
        Fact::BundleLineHeld { .. } => 28,
        Fact::ReservationOffered { .. } => 29,
        Fact::HoldExtended { .. } => 30,
        Fact::ReservationRevoked { .. } => 31,
        Fact::WaitlistJoined { .. } => 32,
        Fact::WaitlistLeft { .. } => 33,
        Fact::DrawCommitted { .. } => 34,
        Fact::LotsDrawn { .. } => 35,
        Fact::DropUndone { .. } => 36,
        Fact::AudienceCounted { .. } => 37,
    };
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..2_000 {
        seen.insert(number(&fact().new_tree(&mut runner).unwrap().current()));
    }
    assert_eq!(seen, (0..38).collect());
}

#[test]
fn what_this_version_does_not_know_is_an_error() {
    let of_facts = |facts| v1::EntryBody { cause: None, facts };
    let closed = |reason| v1::Fact { kind: Some(Kind::DropClosed(v1::DropClosed { drop: "d".into(), reason })) };
    let cause = |role, outcome| v1::EntryBody {
        cause: Some(v1::Cause {
            role,
            principal: "ada".into(),
            binding: Some(v1::KeyBinding {
                key: "k".into(),
                fingerprint: vec![0; 16],
                outcome: Some(v1::KeyOutcome { kind: outcome }),
            }),
        }),
        facts: vec![closed(1)],
    };
    let done = Some(key_outcome::Kind::Done(v1::DoneOutcome {}));
    assert!(decode(&cause(1, done)).is_ok());
    assert!(matches!(decode(&of_facts(vec![v1::Fact { kind: None }])), Err(DecodeError::FactUnknown)));
    for reason in [0, 99] {
        let decoded = decode(&of_facts(vec![closed(reason)]));
        assert!(matches!(decoded, Err(DecodeError::Enum { number, .. }) if number == reason), "{decoded:?}");
    }
    assert!(matches!(decode(&cause(99, done)), Err(DecodeError::Enum { number: 99, .. })));
    assert!(matches!(decode(&cause(1, None)), Err(DecodeError::Missing(_))));
}

#[test]
fn what_is_no_entry_is_an_error() {
    let raw = |body: &'static [u8]| RawEntry::following(&Position::default(), 1, Bytes::from_static(body));
    assert!(matches!(decode_entry(&raw(b"\xff\xff\xff")), Err(DecodeError::Bytes(_))));
    let named = |drop: &str| v1::EntryBody {
        cause: None,
        facts: vec![v1::Fact { kind: Some(Kind::DropPaused(v1::DropPaused { drop: drop.into() })) }],
    };
    assert!(matches!(decode(&named("no spaces")), Err(DecodeError::Name(_))));
    assert!(matches!(decode(&named("")), Err(DecodeError::Name(_))));
}

/// A fact of a kind that a later version adds: prost decodes it as nothing, and that must not be skipped.
#[test]
fn a_later_kind_of_fact_is_noticed() {
    // facts (field 2 of the body) with one message whose only field has the number 500.
    let body = [&[0x12, 0x04][..], &[0xa2, 0x1f, 0x01, 0x00]].concat();
    let raw = RawEntry::following(&Position::default(), 1, Bytes::from(body));
    assert!(matches!(decode_entry(&raw), Err(DecodeError::FactUnknown)), "{:?}", decode_entry(&raw));
}

#[test]
fn every_golden_command_is_read() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("proto/golden/client");
    let (mut commands, mut others, mut unreadable) = (0, 0, Vec::new());
    for file in fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        let message: v1::ClientMessage = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        let kind = message.kind.unwrap();
        let is_command = !matches!(
            kind,
            client_message::Kind::Hello(_) | client_message::Kind::Refresh(_) | client_message::Kind::Clock(_)
        );
        match read_command(kind) {
            Ok(wish) if is_command => commands += usize::from(wish.is_some()),
            Ok(wish) => others += usize::from(wish.is_none()),
            Err(_) => unreadable.push(path.file_stem().unwrap().to_string_lossy().into_owned()),
        }
    }
    assert!(commands >= 23 && others >= 4, "{commands} commands, {others} others");
    assert_eq!(unreadable, ["reserve_text_that_is_no_name"]);
}

fn decode(body: &v1::EntryBody) -> Result<Entry, DecodeError> {
    decode_entry(&RawEntry::following(&Position::default(), 1, body.encode_to_vec().into()))
}

/// The longest that the rules take of everything on a card, in every language.
#[test]
fn the_largest_card_fits() {
    let languages = (b'a'..).take(LANGUAGES_MAX).map(|letter| format!("aa{}", char::from(letter)));
    let settings = ShowSettings {
        brand: BrandId::new(&"b".repeat(64)).unwrap(),
        title: Text(languages.map(|language| (language, "t".repeat(TEXT_BYTES_MAX))).collect()),
        description: Text::default(),
        host_name: "h".repeat(HOST_NAME_BYTES_MAX),
        picture: format!("/{}", "p".repeat(499)),
        video: String::new(),
        currency: Currency::new("EUR").unwrap(),
        starts_at: Some(Timestamp::MAX),
        hold_ttl_ms: 1_000,
        watch_without_token: true,
        return_policy: Text::default(),
        delivery: Text::default(),
        hold_rules: dropcast_domain::show::HoldRules::default(),
    };
    let variant = VariantPlan { sku: Sku::new("tee").unwrap(), title: Text::default(), list_price_minor: 1, units: 1 };
    let product = ProductPlan {
        product: ProductId::new("tee").unwrap(),
        title: Text::default(),
        description: Text::default(),
        picture: String::new(),
        variants: vec![variant],
    };
    let plan = ShowPlan { settings, products: vec![product], drops: Vec::new() };
    let principal = Principal { role: Role::Brand, id: PrincipalId::new(plan.settings.brand.as_str()).unwrap() };
    let command = Command::Plan(Box::new(plan));
    let request = Request { principal, key: None, fingerprint: Fingerprint::default(), command };
    let mut show = Show::default();
    show.handle(Timestamp(1), &request, &mut Vec::new()).unwrap();
    let card = card(&ShowId::new(&"s".repeat(64)).unwrap(), &show, show.settings().unwrap());
    assert!(card.encoded_len() <= CARD_BYTES_MAX, "{}", card.encoded_len());
}
