//! The public face: HTTP under `/v1`, the pages, and who may do what.

pub mod access;
pub mod admission;
pub mod ask;
pub mod auth;
mod csv;
pub mod http;
pub mod layers;
pub mod limits;
pub mod listen;
pub mod looping_video;
pub mod openapi;
pub mod problem;
pub mod read;
pub mod receipt;
mod receipt_signer;
pub mod reply;
pub mod router;
pub mod state;
pub mod tls;
pub mod ws;
