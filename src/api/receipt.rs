//! Receipts: what was acknowledged, signed, so that it can be proved when the journal has lost it.
//!
//! A receipt is a JWS made with the secret that signs tokens. Its `typ` and its `aud` tell it from a token: neither is
//! ever accepted as the other. It never runs out.

use dropcast_domain::{
    ids::{DropId, Key, PrincipalId, ShowId, Sku},
    show::{Principal, Role},
    time::Timestamp,
};
use dropcast_proto::{json::to_hexadecimal, v1};
use jsonwebtoken::{Algorithm, Header, Validation};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use crate::{
    engine::Accepted,
    journal::{Digest, Position},
};

/// The longest receipt that is looked at, in bytes; a longer one is none. One of the longest names and numbers has about
/// 1,300.
pub const RECEIPT_BYTES_MAX: usize = 2_048;
/// The `typ` of a receipt's header.
pub const RECEIPT_TYPE: &str = "dropcast-receipt+jwt";
/// The `aud` of a receipt: whoever settles what was promised.
const AUDIENCE: &str = "dropcast-receipt";

/// What a receipt says. Others of its claims are ignored, as RFC 7519 section 4 asks.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Receipt {
    aud: Audience,
    /// In which show.
    pub show: ShowId,
    /// The number of the last entry that the acknowledgement rests on: the one that made it true, or one after it.
    pub seq: u64,
    /// That entry's digest, in which everything before it is chained.
    #[serde(serialize_with = "write_digest", deserialize_with = "read_digest")]
    pub digest: Digest,
    /// In which role it was asked for.
    pub role: ReceiptRole,
    /// Whom it was acknowledged to.
    pub sub: PrincipalId,
    /// The command's idempotency key.
    pub key: Key,
    /// What was accepted.
    pub accepted: ReceiptKind,
    /// The units that it was about; none for a host's or a brand's command.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub units: Option<ReceiptUnits>,
    /// When it was acknowledged, in Unix seconds.
    pub iat: u64,
}

/// What was accepted.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReceiptKind {
    /// A host's or a brand's command was carried out.
    Done,
    /// Units are held.
    Held,
    /// Units are bought.
    Sold,
    /// Units went back.
    Released,
    /// A place in line was taken or left.
    Waiter,
}

/// Whoever can be given a receipt, by role.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReceiptRole {
    /// Watches and buys.
    Viewer,
    /// Runs the show.
    Host,
    /// Owns the show.
    Brand,
    /// The server itself.
    System,
}

/// Units that were held, bought or given back, told in full: once the journal has lost them, their numbers say nothing.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ReceiptUnits {
    /// The reservation's number then.
    pub reservation: u64,
    /// The order's number then, if they were bought.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<u64>,
    /// In which drop.
    pub drop: DropId,
    /// Of what.
    pub sku: Sku,
    /// How many.
    pub quantity: u32,
    /// What they cost together, in the currency's minor unit.
    pub total_minor: u64,
    /// The currency of that.
    pub currency: String,
}

/// Who is acknowledged something, and under which key.
#[derive(Clone, Debug)]
pub struct Addressee {
    /// In which show.
    pub show: ShowId,
    /// Who.
    pub principal: Principal,
    /// The command's idempotency key.
    pub key: Key,
}

/// It is no receipt, or it was not signed here.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ReceiptError {
    /// It is something else, a token for example, or a claim is missing or can't be read.
    #[error("this is not a receipt")]
    Malformed,
    /// It was not signed with this secret, or it was changed since.
    #[error("the receipt's signature is not ours: it was changed, or made with another secret")]
    Signature,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
enum Audience {
    #[serde(rename = "dropcast-receipt")]
    Receipt,
}

impl Receipt {
    /// The receipt of what was accepted, resting on this position, acknowledged `at` this moment. `None` for what names
    /// nothing that there is, which the engine never accepts.
    pub fn new(to: Addressee, accepted: &Accepted, position: Position, at: Timestamp) -> Option<Self> {
        let (kind, reservation, order) = match accepted {
            Accepted::Done => (ReceiptKind::Done, None, None),
            Accepted::Waiter(_) => (ReceiptKind::Waiter, None, None),
            Accepted::Held(reservation) => (ReceiptKind::Held, Some(reservation), None),
            Accepted::Released(reservation) => (ReceiptKind::Released, Some(reservation), None),
            Accepted::Sold(purchase) => (ReceiptKind::Sold, purchase.reservation.as_ref(), purchase.order.as_ref()),
        };
        let units = match reservation {
            Some(reservation) => Some(units(reservation, order)?),
            None => None,
        };
        Some(Self {
            aud: Audience::Receipt,
            show: to.show,
            seq: position.seq,
            digest: position.digest,
            role: to.principal.role.into(),
            sub: to.principal.id,
            key: to.key,
            accepted: kind,
            units,
            iat: at.0 / 1_000,
        })
    }

    /// The place in the show's journal that it rests on.
    pub fn position(&self) -> Position {
        Position { seq: self.seq, digest: self.digest }
    }
}

fn units(reservation: &v1::Reservation, order: Option<&v1::Order>) -> Option<ReceiptUnits> {
    let total = reservation.total.clone().unwrap_or_default();
    Some(ReceiptUnits {
        reservation: reservation.reservation,
        order: order.map(|order| order.order),
        drop: DropId::new(&reservation.drop).ok()?,
        sku: Sku::new(&reservation.sku).ok()?,
        quantity: reservation.quantity,
        total_minor: total.amount_minor,
        currency: total.currency,
    })
}

impl From<Role> for ReceiptRole {
    fn from(role: Role) -> Self {
        match role {
            Role::Viewer => Self::Viewer,
            Role::Host => Self::Host,
            Role::Brand => Self::Brand,
            Role::System => Self::System,
        }
    }
}

pub(super) fn header() -> Header {
    Header { typ: Some(RECEIPT_TYPE.to_owned()), ..Header::new(Algorithm::HS256) }
}

/// Whether a header is that of a receipt. Media types are compared without regard to case (RFC 7515 section 4.1.9).
pub(super) fn is_receipt(header: &Header) -> bool {
    header.typ.as_deref().is_some_and(|given| given.eq_ignore_ascii_case(RECEIPT_TYPE))
}

/// What the library checks of a receipt: who signed it and for what it is; it never runs out.
pub(super) fn validation() -> Validation {
    let mut validation = Validation::new(Algorithm::HS256);
    validation.validate_exp = false;
    validation.set_required_spec_claims(&["aud"]);
    validation.set_audience(&[AUDIENCE]);
    validation
}

fn write_digest<S: Serializer>(digest: &Digest, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&to_hexadecimal(&digest.0))
}

fn read_digest<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Digest, D::Error> {
    let text = String::deserialize(deserializer)?;
    let bytes = dropcast_proto::json::from_hexadecimal(&text).and_then(|bytes| bytes.try_into().ok());
    bytes.map(Digest).ok_or_else(|| D::Error::custom("a digest has 64 hexadecimal digits"))
}

#[cfg(test)]
#[path = "receipt_tests.rs"]
mod tests;
