//! TLS, where the server ends it itself.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// The server's certificate. With neither file, HTTP and WebSockets are served without TLS.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TlsSection {
    /// The server's certificate (PEM), followed by those that it descends from but the last. Read once, at the start.
    /// Default: none.
    pub certificate_file: Option<PathBuf>,
    /// The certificate's private key (PEM). Default: none.
    pub key_file: Option<PathBuf>,
}
