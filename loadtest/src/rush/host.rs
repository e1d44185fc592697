//! Who runs the show of a rush.

use dropcast_proto::v1::{Done, Role, answer_outcome};

use super::{shared::Shared, show::HOST};
use crate::{
    api::{Api, ApiError},
    history::{Asked, Call, Recorder},
};

/// The host: commands over HTTP, each written down.
pub(super) struct Host<'a> {
    api: &'a Api,
    shared: &'a Shared,
    token: String,
    recorder: Recorder,
}

impl<'a> Host<'a> {
    /// The host of the rush's show.
    pub(super) fn new(api: &'a Api, shared: &'a Shared, token: String) -> Self {
        Self { api, shared, token, recorder: Recorder::new(Role::Host, HOST) }
    }

    /// Carries out a command: `verb` is the rest of the path after the show.
    pub(super) async fn command(&mut self, verb: &str, key: &str) -> Result<(), ApiError> {
        self.recorder.calls(self.shared.clock(), key, Asked::Run);
        self.api.command(&self.token, &self.shared.show, verb, key).await?;
        self.recorder.is_told(self.shared.clock(), key, &answer_outcome::Kind::Done(Done {}));
        Ok(())
    }

    /// Everything that was written down.
    pub(super) fn into_calls(self) -> Vec<Call> {
        self.recorder.into_calls()
    }
}
