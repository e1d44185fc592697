//! What went wrong, as clients are told: RFC 9457 problem documents with stable codes. The only place that turns
//! refusals and failures into status codes.

mod code;
mod document;
mod from;

pub use code::ProblemCode;
pub use document::{Problem, ProblemDocument};
