//! A value that must never be seen.

use std::fmt;

/// The shortest secret, in bytes: as long as the digest that signs (RFC 7518 section 3.2).
pub const SECRET_BYTES_MIN: usize = 32;

/// A secret: kept, compared by nobody, printed as `***`.
#[derive(Clone)]
pub struct Secret(Vec<u8>);

/// Why a value can't be the secret.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("it has {bytes} bytes; it must have at least {SECRET_BYTES_MIN}, such as `openssl rand -hex 32` prints")]
pub struct SecretError {
    /// How long it is.
    pub bytes: usize,
}

impl Secret {
    /// Takes at least [`SECRET_BYTES_MIN`] bytes. White space around them is left out, so that a file may end in a line
    /// break.
    pub fn new(text: &str) -> Result<Self, SecretError> {
        let text = text.trim();
        if text.len() < SECRET_BYTES_MIN {
            return Err(SecretError { bytes: text.len() });
        }
        Ok(Self(text.as_bytes().to_vec()))
    }

    /// The secret itself, for whoever signs.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_never_printed_and_never_short() {
        let secret = Secret::new("0123456789abcdef0123456789abcdef\n").expect("long enough");
        assert_eq!(secret.expose().len(), 32);
        assert_eq!(format!("{secret:?}"), "***");
        assert_eq!(Secret::new("short  ").err(), Some(SecretError { bytes: 5 }));
    }
}
