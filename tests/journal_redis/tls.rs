//! A Redis that speaks TLS only.

use std::{fs, sync::Arc};

use dropcast::{
    clock::SystemClock,
    journal::{RedisJournal, RedisOpenError, RedisOptions},
};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tempfile::TempDir;

use crate::{
    fixture::Writer,
    redis_server::{RedisServer, free_port},
};

/// An authority, and a certificate of its for the loopback, as files.
fn certificates(folder: &TempDir) {
    let mut authority = CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let server = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap().signed_by(&key, &authority).unwrap();
    fs::write(folder.path().join("ca.pem"), authority.pem()).unwrap();
    fs::write(folder.path().join("server.pem"), server.pem()).unwrap();
    fs::write(folder.path().join("key.pem"), key.serialize_pem()).unwrap();
}

#[tokio::test]
async fn a_journal_is_written_over_tls_to_a_server_whose_certificate_descends_from_the_file() {
    let folder = TempDir::new().unwrap();
    certificates(&folder);
    let file = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let port = free_port().to_string();
    let mut settings = vec!["--tls-port", &port, "--tls-auth-clients", "no", "--appendonly", "yes"];
    let (ca, certificate, key) = (file("ca.pem"), file("server.pem"), file("key.pem"));
    settings.extend(["--appendfsync", "always", "--tls-ca-cert-file", &ca, "--tls-cert-file", &certificate]);
    settings.extend(["--tls-key-file", &key, "--port", "0"]);
    let server = RedisServer::start_with(&settings);
    let urls = vec![format!("rediss://127.0.0.1:{}", server.tls_port())];
    let options = RedisOptions { urls, ca_file: Some(ca.into()), ..RedisOptions::default() };
    let (journal, found) = RedisJournal::connect(&options, Arc::new(SystemClock)).await.unwrap();
    assert_eq!(found.noteworthy, []);
    let journal = Arc::new(journal);
    let mut writer = Writer::claim(&journal).await;
    writer.write("secret").await;
    writer.assert_all_there().await;
    let unknown = RedisOptions { ca_file: None, ..options.clone() };
    let error = RedisJournal::connect(&unknown, Arc::new(SystemClock)).await.unwrap_err();
    assert!(matches!(error, RedisOpenError::Unreachable { .. }), "{error}");
    let missing = RedisOptions { ca_file: Some(file("nowhere.pem").into()), ..options };
    let error = RedisJournal::connect(&missing, Arc::new(SystemClock)).await.unwrap_err();
    assert!(matches!(error, RedisOpenError::Certificates { .. }), "{error}");
}
