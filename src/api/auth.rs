//! Signed tokens: who one is, and for which show or brand. The same secret signs receipts.

use std::fmt;

use dropcast_domain::{
    ids::{BrandId, PrincipalId, ShowId},
    show::{Principal, Role},
    time::Timestamp,
};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode, errors::ErrorKind};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    receipt::{self, RECEIPT_BYTES_MAX, Receipt, ReceiptError},
    receipt_signer::ReceiptSigner,
};
use crate::config::Secret;

/// The longest token that is looked at, in bytes; a longer one is malformed.
pub const TOKEN_BYTES_MAX: usize = 2_048;
/// The longest life of a viewer's or a host's token: a week. One that is valid for longer is refused.
pub const TOKEN_TTL_MS_MAX: u64 = 7 * 24 * 3_600_000;
/// The longest life of a brand's token, which sits in a shop's backend: 366 days. One that is valid for longer is
/// refused.
pub const BRAND_TOKEN_TTL_MS_MAX: u64 = 366 * 24 * 3_600_000;
/// How far a token may have been issued in the future: two machines' clocks are never quite the same.
const CLOCK_SKEW_MS_MAX: u64 = 60_000;

/// The claims of a token. Others are ignored, as RFC 7519 section 4 asks.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Claims {
    /// Who.
    pub sub: PrincipalId,
    /// In which role.
    pub role: TokenRole,
    /// The only show that it is good for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub show: Option<ShowId>,
    /// The brand all of whose shows it is good for. A brand's token has one; every other has this or a show.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub brand: Option<BrandId>,
    /// Since when, in Unix seconds.
    pub iat: u64,
    /// From when on not any more, in Unix seconds.
    pub exp: u64,
}

/// The roles that a token can give.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TokenRole {
    /// Watches and buys.
    Viewer,
    /// Runs the show.
    Host,
    /// Owns the show.
    Brand,
}

/// What a verified token allows.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Access {
    /// Who. A brand speaks as the brand itself, whichever of its people holds the token: the rules compare its name with
    /// the show's brand.
    pub principal: Principal,
    /// The only show that it is good for.
    pub show: Option<ShowId>,
    /// The brand all of whose shows it is good for.
    pub brand: Option<BrandId>,
    /// From when on it is not good any more.
    pub expires_at: Timestamp,
}

/// Why a token is not accepted.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum TokenError {
    /// It is no token (a receipt is none), or a claim is missing or can't be read.
    #[error("the token can't be read")]
    Malformed,
    /// It was not signed here with HS256.
    #[error("the token's signature is not ours")]
    Signature,
    /// Its time is over.
    #[error("the token has expired")]
    Expired,
    /// It was issued in the future.
    #[error("the token is not valid yet")]
    NotYetValid,
    /// It is valid for longer than a token may be.
    #[error("the token is valid for longer than its role allows")]
    Lifetime,
    /// It is bound to no show and no brand.
    #[error("the token is bound to no show and no brand")]
    Unbound,
}

/// Signs and verifies tokens and receipts with one secret, HS256 only.
pub struct Tokens {
    signing: EncodingKey,
    verifying: DecodingKey,
    validation: Validation,
    receipts: ReceiptSigner,
    receipt_validation: Validation,
}

impl Tokens {
    /// Tokens of this secret.
    pub fn new(secret: &Secret) -> Self {
        // Times are checked here, by the clock that the caller gives; the library would ask the system's.
        let mut validation = Validation::new(Algorithm::HS256);
        validation.validate_exp = false;
        validation.validate_aud = false;
        Self {
            signing: EncodingKey::from_secret(secret.expose()),
            verifying: DecodingKey::from_secret(secret.expose()),
            validation,
            receipts: ReceiptSigner::new(secret),
            receipt_validation: receipt::validation(),
        }
    }

    /// A token with these claims. Whether they make sense is checked when it is verified.
    #[expect(clippy::missing_panics_doc, reason = "it can't")]
    pub fn sign(&self, claims: &Claims) -> String {
        // Names and numbers always are JSON, and an HMAC takes a key of any length.
        encode(&Header::new(Algorithm::HS256), claims, &self.signing).expect("claims can always be signed")
    }

    /// What the token allows at `now`.
    pub fn verify(&self, token: &str, now: Timestamp) -> Result<Access, TokenError> {
        if token.len() > TOKEN_BYTES_MAX {
            return Err(TokenError::Malformed);
        }
        let decoded = decode::<Claims>(token, &self.verifying, &self.validation);
        let decoded = decoded.map_err(|error| error_of(error.kind()))?;
        if receipt::is_receipt(&decoded.header) {
            return Err(TokenError::Malformed);
        }
        decoded.claims.access(now)
    }

    /// A receipt, signed. Shorter than [`RECEIPT_BYTES_MAX`].
    pub fn sign_receipt(&self, receipt: &Receipt) -> String {
        self.receipts.sign(receipt)
    }

    /// What a receipt says, whenever it was signed.
    pub fn read_receipt(&self, signed: &str) -> Result<Receipt, ReceiptError> {
        if signed.len() > RECEIPT_BYTES_MAX {
            return Err(ReceiptError::Malformed);
        }
        let decoded = decode::<Receipt>(signed, &self.verifying, &self.receipt_validation);
        let decoded = decoded.map_err(|error| match error_of(error.kind()) {
            TokenError::Signature => ReceiptError::Signature,
            _ => ReceiptError::Malformed,
        })?;
        if receipt::is_receipt(&decoded.header) { Ok(decoded.claims) } else { Err(ReceiptError::Malformed) }
    }
}

impl Claims {
    fn access(self, now: Timestamp) -> Result<Access, TokenError> {
        let milliseconds = |seconds: u64| seconds.checked_mul(1_000).ok_or(TokenError::Lifetime);
        let (issued_ms, expires_ms) = (milliseconds(self.iat)?, milliseconds(self.exp)?);
        if expires_ms <= now.0 {
            return Err(TokenError::Expired);
        }
        if issued_ms > now.0.saturating_add(CLOCK_SKEW_MS_MAX) {
            return Err(TokenError::NotYetValid);
        }
        if expires_ms - issued_ms.min(expires_ms) > self.role.ttl_ms_max() {
            return Err(TokenError::Lifetime);
        }
        let principal = match (self.role, &self.brand, &self.show) {
            (TokenRole::Brand, None, _) | (_, None, None) => return Err(TokenError::Unbound),
            (TokenRole::Brand, Some(brand), _) => {
                PrincipalId::new(brand.as_str()).map_err(|_| TokenError::Malformed)?
            }
            _ => self.sub,
        };
        Ok(Access {
            principal: Principal { role: self.role.into(), id: principal },
            show: self.show,
            brand: self.brand,
            expires_at: Timestamp(expires_ms),
        })
    }
}

impl Access {
    /// Whether it is good for this show, which belongs to this brand: it has to fit everything that it is bound to.
    pub fn allows(&self, show: &ShowId, brand: &BrandId) -> bool {
        self.show.as_ref().is_none_or(|own| own == show) && self.brand.as_ref().is_none_or(|own| own == brand)
    }
}

impl TokenRole {
    /// The longest that a token of this role may be valid, in milliseconds.
    pub fn ttl_ms_max(self) -> u64 {
        match self {
            Self::Viewer | Self::Host => TOKEN_TTL_MS_MAX,
            Self::Brand => BRAND_TOKEN_TTL_MS_MAX,
        }
    }
}

impl From<TokenRole> for Role {
    fn from(role: TokenRole) -> Self {
        match role {
            TokenRole::Viewer => Self::Viewer,
            TokenRole::Host => Self::Host,
            TokenRole::Brand => Self::Brand,
        }
    }
}

impl TokenError {
    /// A word for it, as a metric's label.
    pub fn reason(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::Signature => "signature",
            Self::Expired => "expired",
            Self::NotYetValid => "not_yet_valid",
            Self::Lifetime => "lifetime",
            Self::Unbound => "unbound",
        }
    }
}

fn error_of(kind: &ErrorKind) -> TokenError {
    match kind {
        ErrorKind::InvalidSignature | ErrorKind::InvalidAlgorithm | ErrorKind::InvalidAlgorithmName => {
            TokenError::Signature
        }
        _ => TokenError::Malformed,
    }
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tokens(***)")
    }
}

#[cfg(test)]
mod tests {
    use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};

    use super::*;

    const NOW: Timestamp = Timestamp(1_000_000_000);

    fn tokens(secret: &str) -> Tokens {
        Tokens::new(&Secret::new(secret).expect("a secret"))
    }

    fn ours() -> Tokens {
        tokens("0123456789abcdef0123456789abcdef")
    }

    fn claims() -> Claims {
        Claims {
            sub: PrincipalId::new("ann").expect("a name"),
            role: TokenRole::Viewer,
            show: Some(ShowId::new("spring").expect("a name")),
            brand: None,
            iat: 1_000_000,
            exp: 1_000_060,
        }
    }

    fn verify(change: impl FnOnce(&mut Claims)) -> Result<Access, TokenError> {
        let mut claims = claims();
        change(&mut claims);
        ours().verify(&ours().sign(&claims), NOW)
    }

    #[test]
    fn a_token_says_who_and_for_what() {
        let access = verify(|_| {}).expect("a good token");
        assert_eq!((access.principal.role, access.principal.id.as_str()), (Role::Viewer, "ann"));
        assert_eq!(access.expires_at, Timestamp(1_000_060_000));
        let (spring, other) = (ShowId::new("spring").expect("a name"), ShowId::new("other").expect("a name"));
        let brand = BrandId::new("noor").expect("a name");
        assert!(access.allows(&spring, &brand));
        assert!(!access.allows(&other, &brand));
    }

    #[test]
    fn a_brand_speaks_as_the_brand() {
        let noor = || BrandId::new("noor").expect("a name");
        let access = verify(|claims| {
            (claims.role, claims.show, claims.brand) = (TokenRole::Brand, None, Some(noor()));
        });
        let access = access.expect("a good token");
        assert_eq!(access.principal.id.as_str(), "noor");
        let show = ShowId::new("spring").expect("a name");
        assert!(access.allows(&show, &noor()));
        assert!(!access.allows(&show, &BrandId::new("other").expect("a name")));
    }

    #[test]
    fn what_is_wrong_is_refused() {
        let brand_of =
            |show: Option<ShowId>| move |claims: &mut Claims| (claims.role, claims.show) = (TokenRole::Brand, show);
        assert_eq!(verify(|claims| claims.exp = 1_000_000), Err(TokenError::Expired));
        assert_eq!(verify(|claims| claims.iat = 1_000_061), Err(TokenError::NotYetValid));
        assert_eq!(verify(|claims| claims.exp += 7 * 24 * 3_600), Err(TokenError::Lifetime));
        assert_eq!(verify(|claims| claims.exp = u64::MAX), Err(TokenError::Lifetime));
        assert_eq!(verify(|claims| claims.show = None), Err(TokenError::Unbound));
        assert_eq!(verify(brand_of(claims().show)), Err(TokenError::Unbound));
        assert_eq!(verify(brand_of(None)), Err(TokenError::Unbound));
    }

    #[test]
    fn what_was_not_signed_here_is_refused() {
        let other = tokens("ffffffffffffffffffffffffffffffff").sign(&claims());
        assert_eq!(ours().verify(&other, NOW), Err(TokenError::Signature));
        let part = |json: &str| BASE64_URL_SAFE_NO_PAD.encode(json);
        let body = serde_json::to_string(&claims()).expect("claims");
        for header in [r#"{"alg":"none"}"#, r#"{"alg":"none","typ":"JWT"}"#, r#"{"alg":"RS256"}"#, "{}", "rubbish"] {
            let forged = format!("{}.{}.", part(header), part(&body));
            assert!(ours().verify(&forged, NOW).is_err(), "{header}");
        }
        let hs512 = encode(
            &Header::new(Algorithm::HS512),
            &claims(),
            &EncodingKey::from_secret(b"0123456789abcdef0123456789abcdef"),
        );
        assert_eq!(ours().verify(&hs512.expect("a token"), NOW), Err(TokenError::Signature));
        for rubbish in ["", ".", "a.b.c", &"x".repeat(TOKEN_BYTES_MAX + 1), "é.é.é"] {
            assert_eq!(ours().verify(rubbish, NOW), Err(TokenError::Malformed), "{rubbish}");
        }
    }

    #[test]
    fn a_claim_that_is_missing_or_no_name_is_malformed() {
        let ours = ours();
        for body in [
            r#"{"sub":"ann","role":"viewer","show":"s","iat":1000000}"#,
            r#"{"sub":"ann","role":"viewer","show":"s","exp":1000060}"#,
            r#"{"sub":"ann smith","role":"viewer","show":"s","iat":1000000,"exp":1000060}"#,
            r#"{"sub":"ann","role":"system","show":"s","iat":1000000,"exp":1000060}"#,
            r#"{"sub":"ann","role":"viewer","show":"s","iat":1000000,"exp":-1}"#,
        ] {
            let body: serde_json::Value = serde_json::from_str(body).expect("JSON");
            let token = encode(&Header::new(Algorithm::HS256), &body, &ours.signing).expect("a token");
            assert_eq!(ours.verify(&token, NOW), Err(TokenError::Malformed), "{body}");
        }
    }
}
