//! The same conversation in both encodings, over plain TCP and TLS, compressed and not.

use std::sync::Arc;

use rustls::pki_types::ServerName;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex},
    net::TcpStream,
};
use tokio_rustls::TlsConnector;
use tokio_tungstenite::tungstenite::Message;

use crate::{
    certificates::Certificates,
    compression::{deflate_frames, inflate_frames},
    process::{Launch, Server, run},
    shop::{DROP, SHOW, Shop, viewer_token},
    socket::{Encoding, Socket, Transport},
};

/// What a browser offers.
const OFFER: (&str, &str) = ("sec-websocket-extensions", "permessage-deflate; client_max_window_bits");

/// A server, and the way to it.
struct Way {
    server: Server,
    certificates: Option<Certificates>,
    is_compressed: bool,
}

impl Way {
    async fn start(is_tls: bool, is_compressed: bool) -> Self {
        let certificates = is_tls.then(Certificates::make);
        let mut launch = Launch::default().env("HUB__COMPRESSION", &is_compressed.to_string());
        if let Some(Certificates { certificate, key, .. }) = &certificates {
            launch = launch.env("TLS__CERTIFICATE_FILE", &certificate.display().to_string());
            launch = launch.env("TLS__KEY_FILE", &key.display().to_string());
        }
        Self { server: launch.start().await, certificates, is_compressed }
    }

    fn shop(&self) -> Shop {
        match &self.certificates {
            None => Shop::of(&self.server),
            Some(certificates) => Shop::with_tls(&self.server, &certificates.authority),
        }
    }

    async fn open(&self, encoding: Encoding) -> Socket {
        let stream = TcpStream::connect(self.server.address).await.expect("a connection");
        let mut transport: Box<dyn Transport> = Box::new(stream);
        if let Some(certificates) = &self.certificates {
            let connector = TlsConnector::from(Arc::clone(&certificates.client));
            let name = ServerName::try_from("127.0.0.1").expect("a name");
            transport = Box::new(connector.connect(name, transport).await.expect("TLS"));
        }
        if self.is_compressed {
            transport = Box::new(compressing(transport));
        }
        // Whoever offers it gets it where it is on.
        let (socket, response) = Socket::over(transport, self.server.address, encoding, &[OFFER]).await;
        let agreed = response.headers().get("sec-websocket-extensions").map(|value| value.to_str().expect("text"));
        let expected = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";
        assert_eq!(agreed, self.is_compressed.then_some(expected));
        socket
    }

    async fn join(&self, encoding: Encoding, token: Option<&str>, cursor: Option<&str>) -> (Socket, Value, Value) {
        let mut socket = self.open(encoding).await;
        socket.send(&json!({ "hello": { "show": SHOW, "token": token, "cursor": cursor } })).await;
        let welcome = socket.expect("welcome").await;
        let snapshot = socket.expect("snapshot").await;
        (socket, welcome, snapshot)
    }
}

/// Compresses what is written and decompresses what is read, once the handshake's heads have passed.
fn compressing(mut server: Box<dyn Transport>) -> DuplexStream {
    let (client, mut inner) = duplex(64 * 1_024);
    tokio::spawn(async move {
        pass_head(&mut inner, &mut server).await;
        let mut arrived = pass_head(&mut server, &mut inner).await;
        let mut leaving = Vec::new();
        loop {
            let (mut compressed, mut plain) = (Vec::new(), Vec::new());
            inflate_frames(&mut arrived, &mut plain);
            deflate_frames(&mut leaving, &mut compressed);
            if inner.write_all(&plain).await.is_err() || server.write_all(&compressed).await.is_err() {
                return;
            }
            let read = tokio::select! {
                read = server.read_buf(&mut arrived) => read,
                read = inner.read_buf(&mut leaving) => read,
            };
            if read.is_err() || read.is_ok_and(|bytes| bytes == 0) {
                return;
            }
        }
    });
    client
}

/// Passes the head of a request or an answer on; what came after it.
async fn pass_head(from: &mut (impl Transport + ?Sized), to: &mut (impl Transport + ?Sized)) -> Vec<u8> {
    let mut head = Vec::new();
    loop {
        assert!(from.read_buf(&mut head).await.expect("a head") > 0, "half a head");
        if let Some(end) = head.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
            let rest = head.split_off(end + 4);
            to.write_all(&head).await.expect("passed on");
            return rest;
        }
    }
}

async fn everything_is_said(is_tls: bool, is_compressed: bool) {
    let way = Way::start(is_tls, is_compressed).await;
    let shop = way.shop();
    shop.plan(10, 2).await;
    let (mut other, _, before) = way.join(Encoding::Json, None, None).await;
    shop.run("start", "start").await;
    shop.run(&format!("drops/{DROP}/open"), "open").await;
    assert_eq!(other.wait_for("drop_changed").await["drop"]["phase"], "open");
    let cursor = before["cursor"].as_str().expect("a cursor");
    for (encoding, name) in [(Encoding::Json, "ann"), (Encoding::Proto, "bob")] {
        let token = viewer_token(name);
        let (mut socket, welcome, snapshot) = way.join(encoding, Some(&token), None).await;
        assert_eq!((&welcome["principal"], snapshot["public"].is_object()), (&json!(name), true));
        assert_eq!(socket.buy("click", 1).await["held"]["quantity"], 1);
        other.wait_for("stock").await;

        // Resumed from before the show began: everything critical comes, in order.
        let (mut resumed, welcome, own) = way.join(encoding, Some(&token), Some(cursor)).await;
        assert_eq!((&welcome["resumed"], &own["reservations"][0]["state"]), (&json!(true), &json!("held")));
        assert_eq!(resumed.wait_for("show_changed").await["show"]["phase"], "live");
        assert_eq!(resumed.wait_for("drop_changed").await["drop"]["phase"], "open");
        shop.run(&format!("drops/{DROP}/pause"), &format!("pause-{name}")).await;
        shop.run(&format!("drops/{DROP}/resume"), &format!("resume-{name}")).await;
        for socket in [&mut socket, &mut resumed, &mut other] {
            for phase in ["paused", "open"] {
                socket.wait_until(|message| message["drop_changed"]["drop"]["phase"] == phase).await;
            }
        }
        socket.send_raw(Message::Close(None)).await;
        assert_eq!(socket.closed().await.0, 1000);
        resumed.send_raw(Message::text("x".repeat(17_000))).await;
        assert_eq!(resumed.closed().await.0, 1009);
        let mut wrong = way.open(encoding).await;
        let other_type = if encoding == Encoding::Json { Message::binary(vec![1; 9]) } else { Message::text("{}") };
        wrong.send_raw(other_type).await;
        assert_eq!(wrong.closed().await.0, 1003);
    }
    let metrics = shop.get("/metrics", None).await.text;
    let value = |name: &str| {
        let line = metrics.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        line.expect(name).parse::<f64>().expect("a number")
    };
    assert_eq!(value("dropcast_hub_spared_bytes_total") > 0.0, is_compressed);
    assert_eq!(value("dropcast_hub_inflate_seconds_total") > 0.0, is_compressed);
    assert_eq!(value("dropcast_tls_connections") > 0.0, is_tls);
}

#[tokio::test]
async fn plain() {
    everything_is_said(false, false).await;
}

#[tokio::test]
async fn plain_compressed() {
    everything_is_said(false, true).await;
}

#[tokio::test]
async fn tls() {
    everything_is_said(true, false).await;
}

#[tokio::test]
async fn tls_compressed() {
    everything_is_said(true, true).await;
}

#[tokio::test]
async fn a_certificate_that_can_not_be_used_ends_the_start_with_its_field() {
    let certificates = Certificates::make();
    let (certificate, key) = (certificates.certificate.display().to_string(), certificates.key.display().to_string());
    let cases = [
        (certificate.as_str(), "", "tls.key_file: must be set, since tls.certificate_file is"),
        (key.as_str(), key.as_str(), "there is no certificate in it; it must be PEM"),
        (certificate.as_str(), "/nowhere.pem", "tls.key_file: /nowhere.pem: No such file"),
    ];
    for (certificate, key, problem) in cases {
        let files = [("DROPCAST_TLS__CERTIFICATE_FILE", certificate), ("DROPCAST_TLS__KEY_FILE", key)];
        let files: Vec<_> = files.into_iter().filter(|(_, file)| !file.is_empty()).collect();
        let ended = run(&["serve", "--listen", "127.0.0.1:0"], &files).await;
        assert!(ended.code == Some(2) && ended.stderr.contains(problem), "{ended:?}");
    }
}

#[tokio::test]
async fn who_speaks_no_tls_gets_nothing_and_hurts_nobody() {
    let way = Way::start(true, false).await;
    way.shop().go_live(10, 2).await;
    let (mut ann, ..) = way.join(Encoding::Json, Some(&viewer_token("ann")), None).await;
    for rubbish in [&b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"[..], &[0xff; 500], &[0x16, 3, 1, 0xff, 0xff]] {
        let mut stream = TcpStream::connect(way.server.address).await.expect("a connection");
        stream.write_all(rubbish).await.expect("sent");
        stream.shutdown().await.expect("ended");
        let mut answer = Vec::new();
        // A reset is an answer, too.
        let _ = stream.read_to_end(&mut answer).await;
        assert!(!answer.starts_with(b"HTTP"), "{}", String::from_utf8_lossy(&answer));
        assert_eq!(ann.sync().await.len(), 0);
    }
}
