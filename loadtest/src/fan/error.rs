//! Why a fan-out can't be measured.

use std::{io, net::SocketAddr};

use super::{check::Disorder, frame::BadFrame};
use crate::{
    api::ApiError,
    rush::{node::NodeError, process::ProcessError},
};

#[derive(Debug, thiserror::Error)]
pub(crate) enum FanError {
    #[error("the system: {0}")]
    System(#[from] io::Error),
    #[error(transparent)]
    Process(#[from] ProcessError),
    #[error(transparent)]
    Node(#[from] NodeError),
    #[error(transparent)]
    Api(#[from] ApiError),
    #[error("a token could not be signed: {0}")]
    Token(#[from] jsonwebtoken::errors::Error),
    #[error("no handshake with {address}: {why}")]
    Handshake { address: SocketAddr, why: String },
    #[error("subscriber {subscriber}: {frame}")]
    Frame { subscriber: usize, frame: BadFrame },
    #[error("subscriber {subscriber}: {disorder}")]
    Disorder { subscriber: usize, disorder: Disorder },
    #[error("subscriber {subscriber} was told: {problem}")]
    Problem { subscriber: usize, problem: String },
    #[error("the server ended the connection of subscriber {subscriber}")]
    Lost { subscriber: usize },
    #[error("the publisher's connection: {why}")]
    PublisherLost { why: String },
    #[error("a buyer's connection: {why}")]
    BuyerLost { why: String },
    #[error("{what}: not within {seconds} s")]
    TooLate { what: String, seconds: u64 },
    #[error("there is no program for this server")]
    NoProgram,
    #[error("this server has no show to buy in")]
    NoShow,
    #[error("it was interrupted")]
    Interrupted,
}
