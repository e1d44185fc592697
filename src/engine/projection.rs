//! Readers of a show's facts that live beside its writer: the viewers' feed, the brand's numbers, payments.

use dropcast_domain::{
    ids::ShowId,
    show::{Entry, Show},
};

use crate::journal::Position;

/// What a projection makes known once the facts it comes from are durable. Runs on the show's task: it must not block.
pub type Publication = Box<dyn FnOnce() + Send>;

/// A reader of one show's facts.
///
/// It is shown facts as they are decided, ahead of the disk, with the state right after; what it makes of them it hands
/// over as a [`Publication`], which the writer lets out once they are durable, in order, and drops if they never are.
pub trait Projection: Send {
    /// The show was loaded, or loaded anew after an append failed: whatever was not handed over is void. `show` is
    /// durable up to `position`.
    fn load(&mut self, show: &Show, position: Position);

    /// An entry was decided; `position` is right after it.
    fn applied(&mut self, show: &Show, position: Position, entry: &Entry);

    /// A batch is complete: what should become known once it is durable?
    fn collect(&mut self, show: &Show) -> Option<Publication>;

    /// Whether this node writes the show from now on, or follows another that does. A projection that acts on the world
    /// does so where the show is written; before the first call it isn't.
    fn writes(&mut self, _writes: bool) {}

    /// The show can't be followed here any more, though another node may go on with it: whoever watches must be sent
    /// there.
    fn abandoned(&mut self) {}

    /// Whether somebody watches, so that the show should not be put away.
    fn in_use(&self) -> bool {
        false
    }
}

/// Makes the projections of a show when it is loaded.
pub trait ProjectionFactory: Send + Sync + 'static {
    /// The projections of this show, which is durable up to `position`; each is told to load before anything else.
    fn projections(&self, show: &ShowId, position: Position) -> Vec<Box<dyn Projection>>;
}
