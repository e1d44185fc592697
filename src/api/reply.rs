//! Answers in JSON.

use axum::{
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;

use super::problem::{Problem, ProblemCode};

/// A value as a JSON body; one that JSON can't carry is a problem, never half an answer.
#[derive(Debug)]
pub struct JsonReply<T>(pub T);

impl<T: Serialize> IntoResponse for JsonReply<T> {
    fn into_response(self) -> Response {
        match serde_json::to_vec(&self.0) {
            Ok(body) => {
                let json = HeaderValue::from_static("application/json");
                ([(header::CONTENT_TYPE, json)], body).into_response()
            }
            Err(error) => {
                tracing::error!(%error, "an answer can't be written as JSON");
                Problem::new(ProblemCode::Internal, "the answer can't be written").into_response()
            }
        }
    }
}
