//! The show that a Dropcast server is measured with: viewers watch, and its host pauses and resumes a drop, which
//! everybody is told at once. Another drop sells, so that stock can change meanwhile.

use std::{net::SocketAddr, time::Duration};

use dropcast_proto::{
    SUBPROTOCOL_JSON, SUBPROTOCOL_PROTO,
    v1::{ClientMessage, Hello, PauseDrop, Reserve, ResumeDrop, client_message},
};
use prost::Message as _;
use serde_json::json;

use super::{
    crowd::Compose,
    dialect::Dialect,
    error::FanError,
    frame::{Kind, masked},
    handshake::Door,
};
use crate::{
    api::Api,
    rush::show::{self, BRAND, DROP, HOST, SKU},
    tokens::{Holder, Signer},
};

/// Longer than any measurement.
const TOKEN_TTL: Duration = Duration::from_secs(3 * 3_600);
/// The drop that is paused and resumed.
const SIGNAL: &str = "signal";
/// Units to be sold while it is measured, and how many one viewer may have.
const UNITS: u32 = 50_000;
const LIMIT: u32 = 100;

/// A live show on a server.
pub(super) struct Show {
    name: String,
    signer: Signer,
    pub(super) dialect: Dialect,
}

impl Show {
    /// Makes a show on the server at `url`, starts it, and opens its drops.
    pub(super) async fn open(url: &str, secret: &str, dialect: Dialect) -> Result<Self, FanError> {
        let (signer, name) = (Signer::new(secret, TOKEN_TTL), show::fresh_name());
        let api = Api::new(&[url.to_owned()])?;
        let brand = signer.sign(Holder::Brand { brand: BRAND })?;
        let host = signer.sign(Holder::Host { show: &name, name: HOST })?;
        let mut plan = show::plan(UNITS, LIMIT, show::Rules::default());
        let unit = json!({"sku": "signal-unit", "title": {"en": "Unit"}, "list_price_minor": 1_999, "units": 1});
        let drop = json!({"drop": SIGNAL, "title": {"en": "The signal"}, "limit_per_viewer": 1,
            "close_when_sold_out": false, "items": [{"sku": "signal-unit"}]});
        for (list, item) in [("/products/0/variants", unit), ("/drops", drop)] {
            if let Some(list) = plan.pointer_mut(list).and_then(|list| list.as_array_mut()) {
                list.push(item);
            }
        }
        api.apply_show(&brand, &name, &plan).await?;
        api.command(&host, &name, "start", "start").await?;
        for drop in [DROP, SIGNAL] {
            api.command(&host, &name, &format!("drops/{drop}/open"), &format!("open-{drop}")).await?;
        }
        Ok(Self { name, signer, dialect })
    }

    /// Where viewers come in.
    pub(super) fn door(&self, address: SocketAddr) -> Door {
        let subprotocol = if self.dialect == Dialect::Json { SUBPROTOCOL_JSON } else { SUBPROTOCOL_PROTO };
        Door { address, path: "/v1/ws", subprotocol: Some(subprotocol) }
    }

    /// Where the host, and whoever clicks, comes in.
    pub(super) fn host_door(&self, address: SocketAddr) -> Door {
        Door { subprotocol: Some(SUBPROTOCOL_PROTO), ..self.door(address) }
    }

    /// What a viewer of this name says first.
    pub(super) fn greeting(&self, name: &str) -> Result<Vec<u8>, FanError> {
        let token = self.signer.sign(Holder::Viewer { show: &self.name, name })?;
        if self.dialect == Dialect::Json {
            let hello = json!({"hello": {"show": self.name, "token": token, "cursor": null}});
            return Ok(masked(Kind::Text, hello.to_string().as_bytes()));
        }
        Ok(self.hello(token))
    }

    /// What a buyer of this name says first, in protobuf.
    pub(super) fn buyer_greeting(&self, name: &str) -> Result<Vec<u8>, FanError> {
        Ok(self.hello(self.signer.sign(Holder::Viewer { show: &self.name, name })?))
    }

    /// What the host says first.
    pub(super) fn host_greeting(&self) -> Result<Vec<u8>, FanError> {
        Ok(self.hello(self.signer.sign(Holder::Host { show: &self.name, name: HOST })?))
    }

    /// How the host says the next thing that everybody is told.
    pub(super) fn compose() -> Compose {
        Box::new(|number| {
            let (key, drop) = (format!("signal-{number}"), SIGNAL.to_owned());
            send(if number % 2 == 0 {
                client_message::Kind::PauseDrop(PauseDrop { key, attempt: None, drop })
            } else {
                client_message::Kind::ResumeDrop(ResumeDrop { key, attempt: None, drop })
            })
        })
    }

    fn hello(&self, token: String) -> Vec<u8> {
        send(client_message::Kind::Hello(Hello {
            show: self.name.clone(),
            token: Some(token),
            cursor: None,
            source: None,
        }))
    }
}

/// A click, the so manieth of its buyer.
pub(super) fn click(number: u32) -> Vec<u8> {
    send(client_message::Kind::Reserve(Reserve {
        key: format!("click-{number}"),
        attempt: None,
        drop: DROP.to_owned(),
        sku: SKU.to_owned(),
        quantity: 1,
        with: Vec::new(),
    }))
}

fn send(kind: client_message::Kind) -> Vec<u8> {
    masked(Kind::Binary, &ClientMessage { kind: Some(kind) }.encode_to_vec())
}
