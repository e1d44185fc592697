//! Messages that many receive, framed once for each way in which they are written.

use dropcast_proto::v1::server_message::Kind;

use super::{
    audience::{AUDIENCES, Audience, ENCODINGS, Encoding, Wire, class, encode_message, message},
    registry::Feed,
};
use crate::hub::{Compressor, Frame, Frames};

impl Feed {
    /// A message framed for each class of the audiences that receive it.
    pub(super) fn frames_for(&self, audiences: &[Audience], kind: Kind) -> Frames {
        let message = message(kind);
        let mut by_class = vec![None; self.classes()];
        for encoding in ENCODINGS {
            let plain = encode_message(&message, encoding);
            let compressed = self.compressor.as_ref().map(|compressor| {
                let receivers = self.compressed_receivers(audiences, encoding);
                compress_for(compressor, &plain, receivers)
            });
            for audience in audiences {
                by_class[class(*audience, Wire::plain(encoding))] = Some(plain.clone());
                if let Some(compressed) = &compressed {
                    by_class[class(*audience, Wire::compressed(encoding))] = Some(compressed.clone());
                }
            }
        }
        Frames::new(by_class)
    }

    /// A message framed for everybody.
    pub(super) fn frames_for_all(&self, kind: Kind) -> Frames {
        self.frames_for(&AUDIENCES, kind)
    }

    fn compressed_receivers(&self, audiences: &[Audience], encoding: Encoding) -> usize {
        let connections = self.channel.connections();
        let of_class = |audience: &Audience| connections.get(class(*audience, Wire::compressed(encoding))).copied();
        audiences.iter().filter_map(of_class).sum()
    }
}

/// The message compressed, when somebody is there to receive it so. Who comes later and resumes understands it as it is.
fn compress_for(compressor: &Compressor, plain: &Frame, receivers: usize) -> Frame {
    if receivers == 0 {
        return plain.clone();
    }
    let compressed = compressor.compress(plain);
    compressor.count_spared(plain, &compressed, receivers);
    compressed
}
