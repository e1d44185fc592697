//! The server's certificate and key.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use rustls::{
    ServerConfig,
    crypto::ring,
    pki_types::{
        CertificateDer, PrivateKeyDer,
        pem::{self, PemObject as _},
    },
};
use tokio_rustls::TlsAcceptor;

/// Why the server can't speak TLS with these files. Its text begins with the field of the configuration.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// The file of certificates can't be read, or holds none.
    #[error("tls.certificate_file: {}: {}", path.display(), told(source, "certificate"))]
    Certificates {
        /// Which.
        path: PathBuf,
        /// Why.
        source: pem::Error,
    },
    /// The file of the key can't be read, or holds none.
    #[error("tls.key_file: {}: {}", path.display(), told(source, "private key"))]
    Key {
        /// Which.
        path: PathBuf,
        /// Why.
        source: pem::Error,
    },
    /// Key and certificate don't belong together, or are of a kind that nobody accepts any more.
    #[error("tls.key_file: {} can't be used with tls.certificate_file: {source}", path.display())]
    Unusable {
        /// The key's file.
        path: PathBuf,
        /// Why.
        source: rustls::Error,
    },
}

/// Speaks TLS 1.2 and 1.3 with the chain of certificates (the server's own first) and the key in these PEM files.
pub fn acceptor(certificates: &Path, key: &Path) -> Result<TlsAcceptor, TlsError> {
    let of_certificates = |source| TlsError::Certificates { path: certificates.to_owned(), source };
    let chain: Vec<CertificateDer<'static>> =
        CertificateDer::pem_file_iter(certificates).and_then(Iterator::collect).map_err(of_certificates)?;
    if chain.is_empty() {
        return Err(of_certificates(pem::Error::NoItemsFound));
    }
    let private_key =
        PrivateKeyDer::from_pem_file(key).map_err(|source| TlsError::Key { path: key.to_owned(), source })?;
    let unusable = |source| TlsError::Unusable { path: key.to_owned(), source };
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(unusable)?;
    let mut config = config.with_no_client_auth().with_single_cert(chain, private_key).map_err(unusable)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}

fn told(error: &pem::Error, wanted: &str) -> String {
    match error {
        pem::Error::Io(error) => error.to_string(),
        pem::Error::NoItemsFound => format!("there is no {wanted} in it; it must be PEM"),
        error => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use rcgen::{CertifiedKey, generate_simple_self_signed};

    use super::*;

    #[test]
    fn a_file_that_can_not_be_used_is_named_with_its_field() {
        let folder = tempfile::tempdir().expect("a folder");
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            fs::write(&path, text).expect("a file");
            path
        };
        let CertifiedKey { cert, signing_key } = generate_simple_self_signed(["localhost".to_owned()]).expect("a pair");
        let other = rcgen::KeyPair::generate().expect("a key");
        let certificate = write("server.pem", &cert.pem());
        let key = write("key.pem", &signing_key.serialize_pem());
        let (nothing, nowhere) = (write("nothing.pem", "nothing"), folder.path().join("nowhere.pem"));
        let broken = write("broken.pem", "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n");
        let not_its_own = write("other.pem", &other.serialize_pem());
        assert!(acceptor(&certificate, &key).is_ok());
        let cases = [
            (&nowhere, &key, "tls.certificate_file: ", "No such file"),
            (&nothing, &key, "tls.certificate_file: ", "there is no certificate in it"),
            (&key, &key, "tls.certificate_file: ", "there is no certificate in it"),
            (&broken, &key, "tls.certificate_file: ", ""),
            (&certificate, &nowhere, "tls.key_file: ", "No such file"),
            (&certificate, &certificate, "tls.key_file: ", "there is no private key in it"),
            (&certificate, &not_its_own, "tls.key_file: ", "can't be used with tls.certificate_file"),
        ];
        for (certificate, key, field, problem) in cases {
            let error = acceptor(certificate, key).err().expect(problem).to_string();
            assert!(error.starts_with(field) && error.contains(problem), "{error}");
        }
    }
}
