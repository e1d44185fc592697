//! A problem, and how it is written.

use axum::{
    Json,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use dropcast_proto::v1::{DropPhase, ReservationState};
use serde::Serialize;
use utoipa::ToSchema;

use super::ProblemCode;

/// What went wrong, as one client is told.
#[derive(Clone, PartialEq, Debug)]
pub struct Problem(Box<ProblemDocument>);

/// A problem document (RFC 9457). Fields after `code` are there where they apply.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
pub struct ProblemDocument {
    /// Where the code is explained, on this server.
    #[serde(rename = "type")]
    pub address: String,
    /// What it is, for people: the same for every problem of this code.
    pub title: &'static str,
    /// The status of the answer.
    pub status: u16,
    /// What is wrong here, and what would be right.
    pub detail: String,
    /// For programs: stable.
    pub code: &'static str,
    /// `not_enough`, `sold_out`: the units that are left.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub available: Option<u32>,
    /// `limit_reached`, `show_limit_reached`: how many more units the viewer may have. `quantity_invalid`: the most at
    /// once. `open_holds_reached`: how many the show allows. `bundle_invalid`: the most SKUs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// `drop_phase`: the phase that the drop is in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub drop_phase: Option<DropPhase>,
    /// `reservation_state`: what it is instead of held.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reservation_state: Option<ReservationState>,
    /// `cooling_down`: until when nothing is held for the viewer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ends_at: Option<String>,
    /// `already_waiting`: in which place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waiter: Option<u64>,
    /// How long to wait before trying again, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
    /// `retry`: why; `busy`, `unavailable` or `stopping`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<&'static str>,
    /// The field, parameter or place in the plan that it is about, such as `drops[2].items[0].sku`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// `journal_trimmed`: the first entry that is still there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_seq: Option<u64>,
}

impl Problem {
    /// A problem of this code.
    pub fn new(code: ProblemCode, detail: impl Into<String>) -> Self {
        Self(Box::new(ProblemDocument {
            address: code.address(),
            title: code.title(),
            status: code.status().as_u16(),
            detail: detail.into(),
            code: code.as_str(),
            available: None,
            limit: None,
            drop_phase: None,
            reservation_state: None,
            ends_at: None,
            waiter: None,
            retry_after_ms: None,
            reason: None,
            field: None,
            first_seq: None,
        }))
    }

    /// The server is stopping; another, or this one after its restart, answers in a while.
    pub fn stopping(retry_after_ms: u64) -> Self {
        Self::new(ProblemCode::Stopping, "this server takes no more work; try again").retry_after(retry_after_ms)
    }

    /// The journal can't be reached now; nothing is sold until it can.
    pub fn unavailable(retry_after_ms: u64) -> Self {
        Self::new(ProblemCode::Unavailable, "the journal can't be reached; try again").retry_after(retry_after_ms)
    }

    /// Says what it is about.
    #[must_use]
    pub fn about(mut self, field: impl Into<String>) -> Self {
        self.0.field = Some(field.into());
        self
    }

    /// Says when to try again.
    #[must_use]
    pub fn retry_after(mut self, after_ms: u64) -> Self {
        self.0.retry_after_ms = Some(after_ms);
        self
    }

    /// What is written.
    pub fn document(&self) -> &ProblemDocument {
        &self.0
    }

    pub(super) fn document_mut(&mut self) -> &mut ProblemDocument {
        &mut self.0
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = axum::http::StatusCode::from_u16(self.0.status).unwrap_or_default();
        let retry_after_ms = self.0.retry_after_ms;
        let mut response = (status, Json(*self.0)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(after_ms) = retry_after_ms {
            // The header knows whole seconds; too early would be refused again.
            headers.insert(header::RETRY_AFTER, HeaderValue::from(after_ms.div_ceil(1_000)));
        }
        if status == axum::http::StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}
