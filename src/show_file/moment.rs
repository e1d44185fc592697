//! A moment as a file writes it: RFC 3339.

use std::fmt;

use dropcast_domain::time::Timestamp;
use dropcast_proto::json::{format_time, parse_time};
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{Error as _, Visitor},
    ser::Error as _,
};
use utoipa::ToSchema;

/// The name under which a reader meets a [`Moment`]; a format with times of its own may then hand one over as text.
pub(super) const MOMENT: &str = "Moment";

/// A moment, written as RFC 3339 with its offset from UTC; read down to milliseconds, from 1970 on.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ToSchema)]
#[schema(value_type = String, format = DateTime, example = "2026-05-01T18:30:00.000Z")]
pub struct Moment(pub Timestamp);

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = format_time(self.0.0).ok_or_else(|| S::Error::custom("the time is past the year 9999"))?;
        serializer.serialize_str(&text)
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_newtype_struct(MOMENT, MomentVisitor)
    }
}

struct MomentVisitor;

impl<'de> Visitor<'de> for MomentVisitor {
    type Value = Moment;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a time such as 2026-05-01T18:30:00Z")
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Moment, D::Error> {
        let text = String::deserialize(deserializer)?;
        let unix_ms = parse_time(&text).ok_or_else(|| {
            D::Error::custom(format_args!(
                "{text:?} is not a time from 1970 on with its offset from UTC, such as 2026-05-01T18:30:00Z"
            ))
        })?;
        Ok(Moment(Timestamp(unix_ms)))
    }
}
