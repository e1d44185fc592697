//! Opaque names. Those that people choose are short strings of a narrow alphabet, most of them short enough to need no
//! memory of their own; those that a show hands out are numbers.

use std::fmt;

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{self, Visitor},
};
use smol_str::SmolStr;

pub use key::Key;

mod key;

/// The longest name, in bytes.
pub const NAME_BYTES_MAX: usize = 64;

/// Why a text is not a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NameError {
    /// It has no characters.
    #[error("is empty")]
    Empty,
    /// It is longer than [`NAME_BYTES_MAX`].
    #[error("is longer than {NAME_BYTES_MAX} bytes")]
    TooLong,
    /// It has a character outside `A-Z a-z 0-9 . _ : -`.
    #[error("has a character outside A-Z a-z 0-9 . _ : -")]
    Character,
}

fn check(text: &str) -> Result<(), NameError> {
    if text.is_empty() {
        return Err(NameError::Empty);
    }
    if text.len() > NAME_BYTES_MAX {
        return Err(NameError::TooLong);
    }
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b':' | b'-');
    if text.bytes().all(allowed) { Ok(()) } else { Err(NameError::Character) }
}

/// Reads a name out of whatever memory its text is in.
struct NameVisitor<N>(fn(&str) -> Result<N, NameError>);

impl<N> Visitor<'_> for NameVisitor<N> {
    type Value = N;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a name of 1 to {NAME_BYTES_MAX} characters")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<N, E> {
        (self.0)(text).map_err(E::custom)
    }
}

macro_rules! name {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(SmolStr);

        impl $name {
            /// Takes 1 to [`NAME_BYTES_MAX`] characters of `A-Z a-z 0-9 . _ : -`.
            pub fn new(text: &str) -> Result<Self, NameError> {
                check(text)?;
                Ok(Self(SmolStr::new(text)))
            }

            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:?}", self.as_str())
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_str(NameVisitor(Self::new))
            }
        }
    };
}

name! {
    /// A show, named by its brand.
    ShowId
}
name! {
    /// A brand: who owns shows.
    BrandId
}
name! {
    /// A product in a show's catalogue.
    ProductId
}
name! {
    /// One sellable variant of a product.
    Sku
}
name! {
    /// A drop in a show's run of show.
    DropId
}
name! {
    /// Whoever sends commands, within their role: a viewer, a host, a brand.
    PrincipalId
}

name! {
    /// Where a viewer came from: the name of a site or of a campaign.
    SourceId
}

macro_rules! number {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
        pub struct $name(pub u64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

number! {
    /// A reservation, counted from 1 within its show.
    ReservationId
}
number! {
    /// A viewer's place in a drop's waitlist, counted from 1 within its show.
    WaiterId
}
number! {
    /// An order, counted from 1 within its show.
    OrderId
}
