use std::io;

use axum::extract::FromRequestParts;
use axum::http::header::{
    CONNECTION, HeaderName, HeaderValue, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_EXTENSIONS, SEC_WEBSOCKET_KEY,
    SEC_WEBSOCKET_PROTOCOL, SEC_WEBSOCKET_VERSION, UPGRADE,
};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper_util::rt::TokioIo;
use sha1::{Digest, Sha1};
use tokio::net::TcpStream;

/// What every server appends to the client's key (RFC 6455, section 1.3).
const KEY_SUFFIX: &str = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
const VERSION: &str = "13";
const DEFLATE: &str = "permessage-deflate";
/// Neither side keeps a context from one message to the next (RFC 7692, section 7.1.1).
const DEFLATE_AGREED: &str = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";

/// A request to go on by WebSocket (RFC 6455, section 4.2).
pub struct Upgrade {
    key: HeaderValue,
    on_upgrade: OnUpgrade,
    protocols: Vec<String>,
    deflates: bool,
}

/// The connection that was a request.
pub struct Opened {
    pub stream: std::net::TcpStream,
    /// What has been read of it already.
    pub early: Bytes,
    /// Both sides may compress messages.
    pub deflates: bool,
}

/// This is no request for a WebSocket.
#[derive(Debug)]
pub struct NoUpgrade;

impl IntoResponse for NoUpgrade {
    fn into_response(self) -> Response {
        let headers = [(UPGRADE, "websocket"), (SEC_WEBSOCKET_VERSION, VERSION)];
        (StatusCode::UPGRADE_REQUIRED, headers, "Connect here by WebSocket, version 13.").into_response()
    }
}

impl<S: Sync> FromRequestParts<S> for Upgrade {
    type Rejection = NoUpgrade;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, NoUpgrade> {
        let headers = &parts.headers;
        let asks = parts.method == Method::GET
            && lists(headers, &CONNECTION).any(|token| token.eq_ignore_ascii_case("upgrade"))
            && lists(headers, &UPGRADE).any(|token| token.eq_ignore_ascii_case("websocket"))
            && headers.get(SEC_WEBSOCKET_VERSION).is_some_and(|version| version == VERSION);
        let key = headers.get(SEC_WEBSOCKET_KEY).filter(|_| asks).cloned().ok_or(NoUpgrade)?;
        let protocols = lists(headers, &SEC_WEBSOCKET_PROTOCOL).map(Into::into).collect();
        let deflates = lists(headers, &SEC_WEBSOCKET_EXTENSIONS).any(is_fine_deflate);
        let on_upgrade = parts.extensions.remove::<OnUpgrade>().ok_or(NoUpgrade)?;
        Ok(Self { key, on_upgrade, protocols, deflates })
    }
}

impl Upgrade {
    pub fn offers(&self, protocol: &str) -> bool {
        self.protocols.iter().any(|offered| offered == protocol)
    }

    /// Answers that the connection goes on by WebSocket, and hands it over once that is written.
    pub fn accept(self, protocol: Option<&'static str>, opened: impl FnOnce(Opened) + Send + 'static) -> Response {
        let Self { key, on_upgrade, deflates, .. } = self;
        tokio::spawn(async move {
            match on_upgrade.await.map_err(io::Error::other).and_then(|upgraded| taken_over(upgraded, deflates)) {
                Ok(connection) => opened(connection),
                Err(error) => tracing::debug!(%error, "a connection broke before it was a WebSocket"),
            }
        });
        let mut response = StatusCode::SWITCHING_PROTOCOLS.into_response();
        let headers = response.headers_mut();
        headers.insert(CONNECTION, HeaderValue::from_static("upgrade"));
        headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
        headers.insert(SEC_WEBSOCKET_ACCEPT, accept_key(key.as_bytes()));
        if let Some(protocol) = protocol {
            headers.insert(SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(protocol));
        }
        if deflates {
            headers.insert(SEC_WEBSOCKET_EXTENSIONS, HeaderValue::from_static(DEFLATE_AGREED));
        }
        response
    }
}

/// Takes the socket out of the hands of HTTP and of its runtime.
fn taken_over(upgraded: Upgraded, deflates: bool) -> io::Result<Opened> {
    let parts =
        upgraded.downcast::<TokioIo<TcpStream>>().map_err(|_| io::Error::other("not a plain TCP connection"))?;
    Ok(Opened { stream: parts.io.into_inner().into_std()?, early: parts.read_buf, deflates })
}

fn accept_key(key: &[u8]) -> HeaderValue {
    let digest = Sha1::new().chain_update(key).chain_update(KEY_SUFFIX).finalize();
    HeaderValue::try_from(BASE64_STANDARD.encode(digest)).expect("base64 is fine in a header")
}

/// The tokens of a header that is a list, or several lists.
fn lists<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a str> {
    let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).map(str::trim).filter(|token| !token.is_empty())
}

/// Whether an offer can be taken: it asks for nothing beyond what is agreed on, such as a smaller window of the server.
fn is_fine_deflate(offer: &str) -> bool {
    let mut parts = offer.split(';').map(str::trim);
    let is_fine = |part: &str| {
        let name = part.split('=').next().unwrap_or_default().trim();
        matches!(name, "server_no_context_takeover" | "client_no_context_takeover" | "client_max_window_bits")
    };
    parts.next().is_some_and(|name| name.eq_ignore_ascii_case(DEFLATE)) && parts.all(is_fine)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_of_the_rfc_is_answered_as_there() {
        // RFC 6455, section 1.3.
        assert_eq!(accept_key(b"dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    }

    #[test]
    fn compression_is_taken_where_nothing_beyond_it_is_asked_for() {
        assert!(is_fine_deflate("permessage-deflate"));
        assert!(is_fine_deflate("permessage-deflate; client_max_window_bits"));
        assert!(is_fine_deflate("permessage-deflate; server_no_context_takeover; client_max_window_bits=12"));
        assert!(!is_fine_deflate("permessage-deflate; server_max_window_bits=9"));
        assert!(!is_fine_deflate("permessage-deflate; something_new"));
        assert!(!is_fine_deflate("x-webkit-deflate-frame"));
    }
}
