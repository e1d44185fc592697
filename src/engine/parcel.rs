//! What nodes send each other about a show: nodes of two versions understand each other, and whoever can't read something
//! says so. Verdicts are JSON, and so are commands, but for clicks: they come in crowds and are protobuf, which is a
//! third as long and read and written in a fraction of the time.

use bytes::Bytes;
use dropcast_domain::{
    ids::{DropId, Key, NameError, PrincipalId, Sku},
    show::{Command, Fingerprint, Outcome, Principal, Refusal, Request, Role},
    time::Timestamp,
};
use prost::Message as _;
use serde::{Deserialize, Serialize};

/// The most commands in one parcel.
pub(super) const PARCEL_COMMANDS_MAX: usize = 1_024;

/// Commands for the show's writer.
#[derive(Debug, PartialEq)]
pub(super) struct Commands {
    /// Which node asks.
    pub(super) node: String,
    pub(super) commands: Vec<Forward>,
}

/// One command for the show's writer.
#[derive(Debug, PartialEq)]
pub(super) struct Forward {
    /// The node's own number for it.
    pub(super) ticket: u64,
    /// After this nobody waits for it: it is not carried out.
    pub(super) give_up_at: Timestamp,
    pub(super) request: Request,
}

/// Why a parcel can't be read.
#[derive(Debug, thiserror::Error)]
pub(super) enum ParcelError {
    #[error(transparent)]
    Protobuf(#[from] prost::DecodeError),
    #[error(transparent)]
    Json(#[from] serde_json::Error),
    #[error("a name in it {0}")]
    Name(#[from] NameError),
    #[error("a fingerprint in it has not 16 bytes")]
    Fingerprint,
}

/// A parcel being filled.
#[derive(Default)]
pub(super) struct Filling(Wire);

/// A parcel as it is sent.
#[derive(Clone, PartialEq, prost::Message)]
struct Wire {
    #[prost(string, tag = "1")]
    node: String,
    #[prost(message, repeated, tag = "2")]
    commands: Vec<WireForward>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct WireForward {
    #[prost(uint64, tag = "1")]
    ticket: u64,
    #[prost(uint64, tag = "2")]
    give_up_at: u64,
    #[prost(message, optional, tag = "3")]
    click: Option<WireClick>,
    /// Any other request, in JSON.
    #[prost(bytes = "vec", tag = "4")]
    request: Vec<u8>,
}

/// A viewer asks for units.
#[derive(Clone, PartialEq, prost::Message)]
struct WireClick {
    #[prost(string, tag = "1")]
    viewer: String,
    #[prost(string, tag = "2")]
    key: String,
    #[prost(bytes = "vec", tag = "3")]
    fingerprint: Vec<u8>,
    #[prost(string, tag = "4")]
    drop: String,
    #[prost(string, tag = "5")]
    sku: String,
    #[prost(uint32, tag = "6")]
    quantity: u32,
}

impl Filling {
    /// Puts a command into it.
    pub(super) fn put(&mut self, ticket: u64, give_up_at: Timestamp, request: &Request) {
        let click = WireClick::of(request);
        let request = if click.is_none() { to_json(request) } else { Vec::new() };
        self.0.commands.push(WireForward { ticket, give_up_at: give_up_at.0, click, request });
    }

    /// Its bytes, from this node.
    pub(super) fn seal(mut self, node: &str) -> Bytes {
        node.clone_into(&mut self.0.node);
        self.0.encode_to_vec().into()
    }
}

impl Commands {
    /// What is in a parcel.
    pub(super) fn read(parcel: &[u8]) -> Result<Self, ParcelError> {
        let Wire { node, commands } = Wire::decode(parcel)?;
        Ok(Self { node, commands: commands.into_iter().map(Forward::of).collect::<Result<_, _>>()? })
    }
}

impl Forward {
    fn of(wire: WireForward) -> Result<Self, ParcelError> {
        let WireForward { ticket, give_up_at, click, request } = wire;
        let request = match click {
            Some(click) => click.into_request()?,
            None => serde_json::from_slice(&request)?,
        };
        Ok(Self { ticket, give_up_at: Timestamp(give_up_at), request })
    }
}

impl WireClick {
    /// A request as a click, if it is one.
    fn of(request: &Request) -> Option<Self> {
        let Request { principal: Principal { role: Role::Viewer, id }, key: Some(key), fingerprint, command } = request
        else {
            return None;
        };
        // A bundle is rare, and goes as any other request.
        let Command::Reserve { drop, sku, quantity, with } = command else { return None };
        if !with.is_empty() {
            return None;
        }
        Some(Self {
            viewer: id.to_string(),
            key: key.to_string(),
            fingerprint: fingerprint.0.to_vec(),
            drop: drop.to_string(),
            sku: sku.to_string(),
            quantity: *quantity,
        })
    }

    fn into_request(self) -> Result<Request, ParcelError> {
        let Self { viewer, key, fingerprint, drop, sku, quantity } = self;
        Ok(Request {
            principal: Principal { role: Role::Viewer, id: PrincipalId::new(&viewer)? },
            key: Some(Key::new(&key)?),
            fingerprint: Fingerprint(fingerprint.try_into().map_err(|_| ParcelError::Fingerprint)?),
            command: Command::Reserve { drop: DropId::new(&drop)?, sku: Sku::new(&sku)?, quantity, with: Vec::new() },
        })
    }
}

/// What became of commands that no fact tells of.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Verdicts {
    pub(super) verdicts: Vec<Addressed>,
}

/// What became of one command.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Addressed {
    /// Which node asked.
    pub(super) node: String,
    pub(super) ticket: u64,
    pub(super) verdict: Verdict,
}

/// What the writer says of a command.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Verdict {
    /// It was accepted, in an entry of this number or before it.
    Accepted { outcome: Outcome, seq: u64 },
    /// The rules turned it down.
    Refused(Refusal),
}

impl Verdicts {
    /// The bytes of a notice.
    pub(super) fn write(&self) -> Bytes {
        to_json(self).into()
    }

    /// What a notice says.
    pub(super) fn read(notice: &[u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(notice)
    }
}

fn to_json(value: &impl Serialize) -> Vec<u8> {
    // Every part of it is a plain value, which JSON can always hold.
    serde_json::to_vec(value).unwrap_or_else(|error| {
        tracing::error!(%error, "something for another node can't be written");
        Vec::new()
    })
}

#[cfg(test)]
mod tests {
    use dropcast_domain::show::WantedLine;

    use super::*;

    fn request(role: Role, command: Command) -> Request {
        let id = PrincipalId::new("ann").expect("a name");
        let fingerprint = Fingerprint([7; 16]);
        Request { principal: Principal { role, id }, key: Key::new("click-1").ok(), fingerprint, command }
    }

    fn click() -> Command {
        let (drop, sku) = (DropId::new("opening").expect("a name"), Sku::new("mug").expect("a name"));
        Command::Reserve { drop, sku, quantity: 2, with: Vec::new() }
    }

    #[test]
    fn what_was_put_into_a_parcel_is_read_from_it() {
        let unbound = Request { key: None, ..request(Role::Viewer, click()) };
        let Command::Reserve { drop, sku, quantity, .. } = click() else { unreachable!("a click") };
        let with = vec![WantedLine { sku: Sku::new("cup").expect("a name"), quantity: 1 }];
        let bundle = Command::Reserve { drop, sku, quantity, with };
        let requests = [
            request(Role::Viewer, bundle),
            request(Role::Viewer, click()),
            request(Role::Host, Command::Start),
            request(Role::Host, click()),
            unbound,
        ];
        let mut filling = Filling::default();
        for (ticket, request) in (1..).zip(&requests) {
            filling.put(ticket, Timestamp(ticket * 10), request);
        }
        let commands = Commands::read(&filling.seal("a")).expect("a parcel");
        let expected = (1..).zip(requests).map(|(ticket, request)| Forward {
            ticket,
            give_up_at: Timestamp(ticket * 10),
            request,
        });
        assert_eq!(commands, Commands { node: "a".to_owned(), commands: expected.collect() });
    }

    #[test]
    fn what_is_no_parcel_is_refused() {
        let click = WireClick { viewer: "not a name".to_owned(), ..WireClick::default() };
        let forward = WireForward { click: Some(click), ..WireForward::default() };
        let wrong = Wire { node: "a".to_owned(), commands: vec![forward] }.encode_to_vec();
        assert!(matches!(Commands::read(&wrong), Err(ParcelError::Name(_))));
        assert!(matches!(Commands::read(b"{\"node\":\"a\"}"), Err(ParcelError::Protobuf(_))));
        let empty = Wire { node: "a".to_owned(), commands: vec![WireForward::default()] }.encode_to_vec();
        assert!(matches!(Commands::read(&empty), Err(ParcelError::Json(_))));
    }
}
