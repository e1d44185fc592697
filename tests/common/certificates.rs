//! An authority of the test's own, and a certificate of its for the loopback.

#![allow(dead_code, reason = "each test binary uses its own part of it")]

use std::{path::PathBuf, sync::Arc};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::{ClientConfig, RootCertStore, crypto::ring};
use tempfile::TempDir;

/// The server's files, and clients that trust the authority.
pub(crate) struct Certificates {
    pub(crate) certificate: PathBuf,
    pub(crate) key: PathBuf,
    pub(crate) client: Arc<ClientConfig>,
    /// The authority's certificate (DER).
    pub(crate) authority: Vec<u8>,
    _folder: TempDir,
}

impl Certificates {
    pub(crate) fn make() -> Self {
        let folder = TempDir::new().expect("a folder");
        let mut authority = CertificateParams::new(Vec::new()).expect("no names");
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority =
            CertifiedIssuer::self_signed(authority, KeyPair::generate().expect("a key")).expect("an authority");
        let key_pair = KeyPair::generate().expect("a key");
        let server = CertificateParams::new(vec!["127.0.0.1".to_owned()]).expect("a name");
        let server = server.signed_by(&key_pair, &authority).expect("a certificate");
        let (certificate, key) = (folder.path().join("server.pem"), folder.path().join("key.pem"));
        std::fs::write(&certificate, server.pem()).expect("a file");
        std::fs::write(&key, key_pair.serialize_pem()).expect("a file");
        let mut roots = RootCertStore::empty();
        roots.add(authority.der().clone()).expect("an authority");
        let client = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("TLS 1.2 and 1.3")
            .with_root_certificates(roots)
            .with_no_client_auth();
        let authority = authority.der().to_vec();
        Self { certificate, key, client: Arc::new(client), authority, _folder: folder }
    }
}
