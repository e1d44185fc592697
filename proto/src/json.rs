//! The one JSON: how values are written where serde's own way differs from ours.

use std::{fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{Error as _, IntoDeserializer, value::StrDeserializer},
    ser::Error as _,
};

/// The largest integer that a JSON number carries exactly in every language (RFC 8259 section 6).
pub const INTEGER_MAX: u64 = (1 << 53) - 1;

/// A way to write a value of a message in JSON.
pub trait Codec<T> {
    /// Writes it.
    fn write<S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error>;
    /// Reads it.
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error>;
}

pub(crate) fn serialize<C: Codec<T>, T, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
    C::write(value, serializer)
}

pub(crate) fn deserialize<'de, C: Codec<T>, T, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    C::read(deserializer)
}

/// The same for values that may be absent: null.
pub(crate) mod optional {
    use super::{Codec, Deserialize, Deserializer, PhantomData, Serialize, Serializer};

    struct Reference<'a, C, T>(&'a T, PhantomData<C>);

    impl<C: Codec<T>, T> Serialize for Reference<'_, C, T> {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            C::write(self.0, serializer)
        }
    }

    struct Owned<C, T>(T, PhantomData<C>);

    impl<'de, C: Codec<T>, T> Deserialize<'de> for Owned<C, T> {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            C::read(deserializer).map(|value| Self(value, PhantomData))
        }
    }

    #[allow(clippy::ref_option, reason = "serde calls it with a reference to the field")]
    pub(crate) fn serialize<C: Codec<T>, T, S: Serializer>(
        value: &Option<T>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        value.as_ref().map(|value| Reference::<C, T>(value, PhantomData)).serialize(serializer)
    }

    pub(crate) fn deserialize<'de, C: Codec<T>, T, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<T>, D::Error> {
        Ok(Option::<Owned<C, T>>::deserialize(deserializer)?.map(|owned| owned.0))
    }
}

/// An integer that fits a JSON number.
#[derive(Debug)]
pub enum Integer {}

impl Codec<u64> for Integer {
    fn write<S: Serializer>(value: &u64, serializer: S) -> Result<S::Ok, S::Error> {
        if *value > INTEGER_MAX {
            return Err(S::Error::custom(format_args!("{value} does not fit a JSON number")));
        }
        serializer.serialize_u64(*value)
    }

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
        let value = u64::deserialize(deserializer)?;
        if value > INTEGER_MAX {
            return Err(D::Error::custom(format_args!("{value} is above {INTEGER_MAX}")));
        }
        Ok(value)
    }
}

/// A moment: Unix milliseconds, written as RFC 3339 in UTC with milliseconds.
#[derive(Debug)]
pub enum Time {}

impl Codec<u64> for Time {
    fn write<S: Serializer>(value: &u64, serializer: S) -> Result<S::Ok, S::Error> {
        let text =
            format_time(*value).ok_or_else(|| S::Error::custom(format_args!("{value} is past the year 9999")))?;
        serializer.serialize_str(&text)
    }

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
        struct Visitor;

        impl serde::de::Visitor<'_> for Visitor {
            type Value = u64;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a time such as \"2026-05-01T18:30:00.000Z\"")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<u64, E> {
                parse_time(text).ok_or_else(|| E::invalid_value(serde::de::Unexpected::Str(text), &self))
            }
        }

        deserializer.deserialize_str(Visitor)
    }
}

/// Unix milliseconds as RFC 3339 in UTC with milliseconds; `None` past the year 9999.
pub fn format_time(unix_ms: u64) -> Option<String> {
    let timestamp = jiff::Timestamp::from_millisecond(i64::try_from(unix_ms).ok()?).ok()?;
    Some(format!("{timestamp:.3}"))
}

/// Reads RFC 3339 with any offset, down to milliseconds; `None` when it is something else, before 1970, or after what
/// [`format_time`] can write.
pub fn parse_time(text: &str) -> Option<u64> {
    let timestamp: jiff::Timestamp = text.parse().ok()?;
    u64::try_from(timestamp.as_millisecond()).ok().filter(|unix_ms| format_time(*unix_ms).is_some())
}

/// Bytes as lower-case hexadecimal.
#[derive(Debug)]
pub enum Hexadecimal {}

impl Codec<Vec<u8>> for Hexadecimal {
    fn write<S: Serializer>(value: &Vec<u8>, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&to_hexadecimal(value))
    }

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        let text = String::deserialize(deserializer)?;
        from_hexadecimal(&text).ok_or_else(|| D::Error::custom("is not an even number of hexadecimal digits"))
    }
}

/// Writes bytes as lower-case hexadecimal.
pub fn to_hexadecimal(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        text.push(char::from(DIGITS[usize::from(byte >> 4)]));
        text.push(char::from(DIGITS[usize::from(byte & 0xf)]));
    }
    text
}

/// Reads hexadecimal; `None` when it is none.
pub fn from_hexadecimal(text: &str) -> Option<Vec<u8>> {
    let nibble = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    if !text.len().is_multiple_of(2) {
        return None;
    }
    text.as_bytes().chunks_exact(2).map(|pair| Some(nibble(pair[0])? << 4 | nibble(pair[1])?)).collect()
}

/// An enum by its name. A name that this version does not know reads as the enum's *unspecified*.
#[derive(Debug)]
pub struct Name<E>(PhantomData<E>);

impl<E: TryFrom<i32> + Into<i32> + Default + Serialize + for<'de> Deserialize<'de>> Codec<i32> for Name<E> {
    fn write<S: Serializer>(value: &i32, serializer: S) -> Result<S::Ok, S::Error> {
        E::try_from(*value).unwrap_or_default().serialize(serializer)
    }

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i32, D::Error> {
        let name = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        let name: StrDeserializer<'_, D::Error> = name.as_ref().into_deserializer();
        Ok(E::deserialize(name).unwrap_or_default().into())
    }
}
