//! Signing receipts: one for every acceptance, so what is the same in all of them is made once.

use std::fmt;

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use ring::hmac;
use serde::Serialize;

use super::receipt::{self, Receipt};
use crate::config::Secret;

/// About how long a receipt is; only a longer one has to grow.
const BYTES_USUAL: usize = 640;

/// Signs receipts as RFC 7515 says, with HMAC SHA-256.
pub(super) struct ReceiptSigner {
    /// The header as it begins every receipt.
    header: String,
    /// With the secret's part of the hash in it.
    key: hmac::Key,
}

impl ReceiptSigner {
    pub(super) fn new(secret: &Secret) -> Self {
        let header = BASE64_URL_SAFE_NO_PAD.encode(json(&receipt::header()));
        Self { header, key: hmac::Key::new(hmac::HMAC_SHA256, secret.expose()) }
    }

    pub(super) fn sign(&self, receipt: &Receipt) -> String {
        let mut signed = String::with_capacity(BYTES_USUAL);
        signed.push_str(&self.header);
        signed.push('.');
        BASE64_URL_SAFE_NO_PAD.encode_string(json(receipt), &mut signed);
        let signature = hmac::sign(&self.key, signed.as_bytes());
        signed.push('.');
        BASE64_URL_SAFE_NO_PAD.encode_string(signature, &mut signed);
        signed
    }
}

#[expect(clippy::expect_used, reason = "names and numbers always are JSON")]
fn json(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).expect("a receipt can always be written")
}

impl fmt::Debug for ReceiptSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ReceiptSigner(***)")
    }
}
