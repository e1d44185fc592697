//! A projection that writes down what a node makes known.

use std::sync::{Arc, Mutex, MutexGuard};

use dropcast::{
    engine::{Projection, ProjectionFactory, Publication},
    journal::Position,
};
use dropcast_domain::{
    audience::Audience,
    ids::ShowId,
    show::{Entry, Show},
};

use crate::{
    chronicle::{Chronicle, Moment},
    trace::Trace,
};

/// What was made known from one load of a show on.
#[derive(Clone, Debug)]
pub(crate) struct Load {
    pub(crate) node: usize,
    pub(crate) from: Position,
    pub(crate) at: Moment,
    /// The audience that the show had then.
    pub(crate) audience: Audience,
    pub(crate) published: Vec<(Position, Moment)>,
}

/// What somebody saw who looked at a show.
#[derive(Clone, Debug)]
pub(crate) struct Look {
    pub(crate) node: usize,
    pub(crate) position: Position,
    /// The state, as a snapshot has it.
    pub(crate) state: Vec<u8>,
    pub(crate) at: Moment,
}

/// Everything that all nodes made known.
#[derive(Clone)]
pub(crate) struct Recorder {
    loads: Arc<Mutex<Vec<Load>>>,
    looks: Arc<Mutex<Vec<Look>>>,
    chronicle: Chronicle,
    trace: Trace,
}

impl Recorder {
    pub(crate) fn new(chronicle: Chronicle, trace: Trace) -> Self {
        Self { loads: Arc::default(), looks: Arc::default(), chronicle, trace }
    }

    pub(crate) fn loads(&self) -> MutexGuard<'_, Vec<Load>> {
        self.loads.lock().unwrap()
    }

    pub(crate) fn looks(&self) -> MutexGuard<'_, Vec<Look>> {
        self.looks.lock().unwrap()
    }

    /// Somebody saw this state.
    pub(crate) fn saw(&self, node: usize, position: Position, state: Vec<u8>) {
        let (seq, digest, bytes) = (position.seq, position.digest, state.len());
        self.trace.note(format_args!("node-{node}"), format_args!("shows {seq} {digest:?} in {bytes} bytes"));
        let at = self.chronicle.now();
        self.looks().push(Look { node, position, state, at });
    }

    fn loaded(&self, node: usize, from: Position, audience: Audience) -> usize {
        self.trace.note(format_args!("node-{node}"), format_args!("loads at {} {:?}", from.seq, from.digest));
        let at = self.chronicle.now();
        let mut loads = self.loads();
        loads.push(Load { node, from, at, audience, published: Vec::new() });
        loads.len() - 1
    }

    fn publish(&self, node: usize, load: usize, positions: &[Position]) {
        let now = self.chronicle.now();
        for position in positions {
            let digest = position.digest;
            self.trace.note(format_args!("node-{node}"), format_args!("publishes {} {digest:?}", position.seq));
        }
        self.loads()[load].published.extend(positions.iter().map(|position| (*position, now)));
    }
}

/// A node's projections.
pub(crate) struct NodeRecorder {
    pub(crate) node: usize,
    pub(crate) recorder: Recorder,
}

impl ProjectionFactory for NodeRecorder {
    fn projections(&self, _show: &ShowId, _position: Position) -> Vec<Box<dyn Projection>> {
        let recorder = self.recorder.clone();
        vec![Box::new(Recording { node: self.node, recorder, load: 0, pending: Vec::new() })]
    }
}

struct Recording {
    node: usize,
    recorder: Recorder,
    load: usize,
    pending: Vec<Position>,
}

impl Projection for Recording {
    fn load(&mut self, show: &Show, position: Position) {
        self.pending.clear();
        self.load = self.recorder.loaded(self.node, position, show.audience().clone());
    }

    fn applied(&mut self, _show: &Show, position: Position, _entry: &Entry) {
        self.pending.push(position);
    }

    fn collect(&mut self, _show: &Show) -> Option<Publication> {
        let pending = std::mem::take(&mut self.pending);
        let (recorder, node, load) = (self.recorder.clone(), self.node, self.load);
        (!pending.is_empty()).then(|| -> Publication { Box::new(move || recorder.publish(node, load, &pending)) })
    }
}
