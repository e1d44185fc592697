//! Reading requests strictly: what is unknown or wrong is refused by name, as a problem.

use axum::{
    body::{Body, BodyDataStream},
    extract::{FromRequest, FromRequestParts, Query, RawPathParams, Request},
    http::{HeaderMap, header, request::Parts},
};
use dropcast_domain::ids::{DropId, Key, ShowId};
use futures_util::StreamExt as _;
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, Error as _, value::MapDeserializer},
};

use super::{
    problem::{Problem, ProblemCode},
    state::ApiState,
};
use crate::show_file::ShowFile;

/// How much of a body that is too large is read all the same; a client that sends more may miss the answer.
const DISCARDED_BYTES_MAX: usize = 64 * 1_024 * 1_024;

/// The header that carries a command's key.
pub const KEY_HEADER: &str = "idempotency-key";

/// A command's body, at most as large as a message over the WebSocket. No body at all reads as `{}`.
#[derive(Debug)]
pub struct CommandBody<T>(pub T);

/// The fields of a command that says everything in its address.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoFields {}

/// A show file as JSON, at most as large as the operator set.
#[derive(Debug)]
pub struct ShowFileBody(pub ShowFile);

/// The names and numbers in a path: one of the structs that follow, so that a wrong one is told by its name.
#[derive(Debug)]
pub struct PathOf<T>(pub T);

/// A show.
#[derive(Debug, Deserialize)]
pub struct ShowPath {
    /// Which.
    pub show: ShowId,
}

/// A drop of a show.
#[derive(Debug, Deserialize)]
pub struct DropPath {
    /// Which show.
    pub show: ShowId,
    /// Which drop.
    pub drop: DropId,
}

/// A reservation in a show.
#[derive(Debug, Deserialize)]
pub struct ReservationPath {
    /// Which show.
    pub show: ShowId,
    /// Which reservation.
    #[serde(deserialize_with = "number")]
    pub reservation: u64,
}

/// A place in line in a show.
#[derive(Debug, Deserialize)]
pub struct WaiterPath {
    /// Which show.
    pub show: ShowId,
    /// Which place.
    #[serde(deserialize_with = "number")]
    pub waiter: u64,
}

/// What a key was used for in a show.
#[derive(Debug, Deserialize)]
pub struct KeyPath {
    /// Which show.
    pub show: ShowId,
    /// Which key.
    pub key: Key,
}

/// The query parameters.
#[derive(Debug)]
pub struct QueryOf<T>(pub T);

/// The value of `Idempotency-Key`. Whether it is a name is checked with the command.
#[derive(Debug)]
pub struct KeyHeader(pub String);

impl<T: DeserializeOwned> FromRequest<ApiState> for CommandBody<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &ApiState) -> Result<Self, Problem> {
        json(request, state.config.limits.message_bytes_max, true).await.map(Self)
    }
}

impl FromRequest<ApiState> for ShowFileBody {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &ApiState) -> Result<Self, Problem> {
        json(request, state.config.limits.body_bytes_max, false).await.map(Self)
    }
}

impl<T: DeserializeOwned + Send> FromRequestParts<ApiState> for PathOf<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, Problem> {
        let invalid = |detail: String| Problem::new(ProblemCode::NameInvalid, detail);
        let names =
            RawPathParams::from_request_parts(parts, state).await.map_err(|error| invalid(error.body_text()))?;
        let names = MapDeserializer::<_, serde::de::value::Error>::new(names.iter());
        let value = serde_path_to_error::deserialize(names).map_err(|error| {
            let name = error.path().to_string();
            invalid(format!("`{name}` {}", error.inner())).about(name)
        })?;
        Ok(Self(value))
    }
}

impl<T: DeserializeOwned> FromRequestParts<ApiState> for QueryOf<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, Problem> {
        let query = Query::from_request_parts(parts, state).await;
        let Query(value) =
            query.map_err(|rejection| Problem::new(ProblemCode::ParameterInvalid, source_of(&rejection)))?;
        Ok(Self(value))
    }
}

impl FromRequestParts<ApiState> for KeyHeader {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &ApiState) -> Result<Self, Problem> {
        let mut values = parts.headers.get_all(KEY_HEADER).iter();
        let (value, second) = (values.next(), values.next());
        let Some(value) = value else {
            return Err(Problem::new(
                ProblemCode::KeyMissing,
                "send an `Idempotency-Key` header, new for each command",
            ));
        };
        let text = value.to_str().ok().filter(|_| second.is_none());
        let Some(text) = text else {
            let detail = "send one `Idempotency-Key` of 1 to 64 characters of A-Z a-z 0-9 . _ : -";
            return Err(Problem::new(ProblemCode::KeyInvalid, detail).about("key"));
        };
        // As a structured field it is a string in quotes (draft-ietf-httpapi-idempotency-key-header); both are taken.
        let bare = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text);
        Ok(Self(bare.to_owned()))
    }
}

async fn json<T: DeserializeOwned>(request: Request, bytes_max: usize, may_be_empty: bool) -> Result<T, Problem> {
    let (parts, body) = request.into_parts();
    let bytes = bytes(&parts.headers, body, bytes_max).await?;
    if bytes.is_empty() && may_be_empty {
        return parse("{}");
    }
    if !is_json(&parts.headers) {
        let detail = "send the body as `Content-Type: application/json`";
        return Err(Problem::new(ProblemCode::MediaTypeUnsupported, detail));
    }
    let text = std::str::from_utf8(&bytes)
        .map_err(|error| Problem::new(ProblemCode::BodyNotUtf8, format!("the body is not UTF-8: {error}")))?;
    parse(text)
}

async fn bytes(headers: &HeaderMap, body: Body, bytes_max: usize) -> Result<Vec<u8>, Problem> {
    let too_large = || Problem::new(ProblemCode::BodyTooLarge, format!("the body may have at most {bytes_max} bytes"));
    let announced = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    let mut chunks = body.into_data_stream();
    if announced.is_some_and(|length| length > bytes_max) {
        discard(chunks).await;
        return Err(too_large());
    }
    let mut bytes = Vec::with_capacity(announced.unwrap_or_default());
    while let Some(chunk) = chunks.next().await {
        let chunk =
            chunk.map_err(|error| Problem::new(ProblemCode::BodyMalformed, format!("the body breaks off: {error}")))?;
        if bytes.len() + chunk.len() > bytes_max {
            discard(chunks).await;
            return Err(too_large());
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

/// Lets the rest of a body go by: a client that still sends when the connection is closed sees the close and not the
/// answer (RFC 9112 section 9.6). How long it may take is bounded with the request.
async fn discard(mut chunks: BodyDataStream) {
    let mut left = DISCARDED_BYTES_MAX;
    while let Some(Ok(chunk)) = chunks.next().await {
        let Some(rest) = left.checked_sub(chunk.len()) else { return };
        left = rest;
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"))
}

fn parse<T: DeserializeOwned>(text: &str) -> Result<T, Problem> {
    let mut reader = serde_json::Deserializer::from_str(text);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let path = error.path().to_string();
        let problem = body_problem(error.inner());
        if path == "." { problem } else { problem.about(path) }
    })?;
    reader.end().map_err(|error| body_problem(&error))?;
    Ok(value)
}

fn body_problem(error: &serde_json::Error) -> Problem {
    let code = if error.is_data() { ProblemCode::BodyInvalid } else { ProblemCode::BodyMalformed };
    Problem::new(code, error.to_string())
}

fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    let text = String::deserialize(deserializer)?;
    text.parse().map_err(|_| D::Error::custom("is not a whole number"))
}

/// What the innermost error says: the outer ones only say that there is one.
fn source_of(error: &dyn std::error::Error) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}
