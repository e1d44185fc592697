//! Servers with a configuration and a protocol of their own: how each is started, and what its clients say.

use std::{fs, io, net::SocketAddr, path::Path, process::Command};

use super::{
    dialect::numbered,
    frame::{Kind, masked},
};
use crate::rush::process::free_port;

/// What a subscriber and a publisher of such a server do otherwise than those of a server that only broadcasts.
pub(super) struct Manners {
    pub(super) subprotocol: Option<&'static str>,
    /// What a subscriber says first, as it goes over the wire.
    pub(super) subscribe: Vec<u8>,
    /// What a publisher says first.
    pub(super) introduce: Vec<u8>,
    /// How a message is published.
    pub(super) publish: fn(u64) -> Vec<u8>,
}

/// Those of NATS: lines of text.
pub(super) fn nats() -> Manners {
    const CONNECT: &str = "CONNECT {\"verbose\":false,\"pedantic\":false}\r\n";
    Manners {
        subprotocol: None,
        subscribe: masked(Kind::Binary, format!("{CONNECT}SUB fan 1\r\n").as_bytes()),
        introduce: masked(Kind::Binary, CONNECT.as_bytes()),
        publish: |number| {
            let message = numbered(number);
            masked(Kind::Binary, &[b"PUB fan 200\r\n", message.as_slice(), b"\r\n"].concat())
        },
    }
}

/// Those of MQTT 3.1.1: packets.
pub(super) fn mqtt() -> Manners {
    let connect = packet(0x10, b"\x00\x04MQTT\x04\x02\x00\x00\x00\x00");
    let subscribe = packet(0x82, b"\x00\x01\x00\x03fan\x00");
    Manners {
        subprotocol: Some("mqtt"),
        subscribe: masked(Kind::Binary, &[connect.clone(), subscribe].concat()),
        introduce: masked(Kind::Binary, &connect),
        publish: |number| {
            let message = numbered(number);
            masked(Kind::Binary, &packet(0x30, &[b"\x00\x03fan", message.as_slice()].concat()))
        },
    }
}

/// A packet of MQTT, whose length is written seven bits a byte.
fn packet(first: u8, rest: &[u8]) -> Vec<u8> {
    let mut packet = vec![first];
    prost::encoding::encode_varint(rest.len() as u64, &mut packet);
    packet.extend_from_slice(rest);
    packet
}

/// nginx with Nchan, in one process.
pub(super) fn nchan(address: SocketAddr, folder: &Path) -> io::Result<Command> {
    let shown = folder.display();
    let configuration = format!(
        "load_module /usr/lib/nginx/modules/ngx_nchan_module.so;\ndaemon off;\nmaster_process off;\n\
         pid {shown}/nginx.pid;\nerror_log stderr warn;\nworker_rlimit_nofile 20000;\n\
         events {{ worker_connections 20000; use epoll; }}\n\
         http {{\n access_log off;\n tcp_nodelay on;\n nchan_shared_memory_size 256M;\n\
          client_body_temp_path {shown}/body;\n proxy_temp_path {shown}/proxy;\n fastcgi_temp_path {shown}/fastcgi;\n\
          uwsgi_temp_path {shown}/uwsgi;\n scgi_temp_path {shown}/scgi;\n\
          server {{\n  listen {address} backlog=4096;\n\
           location = /fan {{ nchan_subscriber websocket; nchan_channel_id fan; nchan_subscriber_first_message newest; }}\n\
           location = /publish {{ nchan_publisher websocket; nchan_channel_id fan; nchan_message_buffer_length 1000; }}\n\
         }} }}\n"
    );
    let mut command = Command::new("nginx");
    command.arg("-c").arg(written(folder, "nginx.conf", &configuration)?).arg("-p").arg(folder);
    Ok(command)
}

/// NATS, its other listener on a port that nobody uses.
pub(super) fn nats_server(address: SocketAddr, folder: &Path) -> io::Result<Command> {
    let configuration = format!(
        "listen: \"127.0.0.1:{}\"\nmax_connections: 30000\nwebsocket {{\n listen: \"{address}\"\n no_tls: true\n}}\n",
        free_port()?
    );
    let mut command = Command::new("nats-server");
    command.arg("-c").arg(written(folder, "nats.conf", &configuration)?);
    Ok(command)
}

/// Mosquitto, which does not start without a listener for plain MQTT, too.
pub(super) fn mosquitto(address: SocketAddr, folder: &Path) -> io::Result<Command> {
    let configuration = format!(
        "listener {} 127.0.0.1\nlistener {} 127.0.0.1\nprotocol websockets\nallow_anonymous true\nset_tcp_nodelay true\n\
         user root\n",
        free_port()?,
        address.port()
    );
    let mut command = Command::new("mosquitto");
    command.arg("-c").arg(written(folder, "mosquitto.conf", &configuration)?);
    Ok(command)
}

fn written(folder: &Path, name: &str, text: &str) -> io::Result<std::path::PathBuf> {
    let path = folder.join(name);
    fs::write(&path, text)?;
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packet_says_its_length_in_as_many_bytes_as_it_takes() {
        assert_eq!(packet(0x82, b"\x00\x01\x00\x03fan\x00"), b"\x82\x08\x00\x01\x00\x03fan\x00");
        assert_eq!(packet(0x30, &[0; 205])[..3], [0x30, 0xcd, 0x01]);
    }
}
