//! Keeps other sites from speaking in the name of whoever visits them: a browser says where a request comes from.

use axum::extract::{Request, State};
use axum::http::header::ORIGIN;
use axum::http::{HeaderValue, Method};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::accounts::Denied;
use super::routes::{SOCKET, Shared};
use super::visitor::Visitor;

/// Lets through what changes nothing, what comes from this site, and what programs send.
pub async fn check(State(shared): State<Shared>, visitor: Visitor, request: Request, next: Next) -> Response {
    let is_harmless = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if is_harmless && request.uri().path() != SOCKET {
        return next.run(request).await;
    }
    match request.headers().get(ORIGIN) {
        Some(origin) if !is_own(origin, visitor.host.as_deref()) => {
            let host = visitor.host.as_deref().unwrap_or_default();
            tracing::info!(
                ?origin,
                host,
                is_behind_proxy = shared.is_behind_proxy,
                "refused a request of another site"
            );
            Denied::not_allowed(
                "this comes from another site: Origin is not Host; a proxy between has to pass Host on, or Parlor has \
                 to run with --behind-proxy",
            )
            .into_response()
        }
        _ => next.run(request).await,
    }
}

fn is_own(origin: &HeaderValue, host: Option<&str>) -> bool {
    let Some((scheme, origin)) = origin.to_str().ok().and_then(|origin| origin.split_once("://")) else { return false };
    let default_port = match scheme {
        "http" => ":80",
        "https" => ":443",
        _ => return false,
    };
    let bare = |host: &str| host.strip_suffix(default_port).unwrap_or(host).to_ascii_lowercase();
    host.is_some_and(|host| bare(host) == bare(origin))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_host_is_the_same_site() {
        let own = |origin: &'static str, host| is_own(&HeaderValue::from_static(origin), Some(host));
        assert!(own("http://127.0.0.1:3000", "127.0.0.1:3000"));
        assert!(own("https://chat.example", "chat.example"));
        assert!(own("https://Chat.example", "chat.example:443"));
        assert!(own("http://[::1]:3000", "[::1]:3000"));
        for (origin, host) in [
            ("null", "chat.example"),
            ("https://evil.example", "chat.example"),
            ("https://chat.example.evil.example", "chat.example"),
            ("https://chat.example:8443", "chat.example"),
            ("http://127.0.0.1:3001", "127.0.0.1:3000"),
            ("chrome-extension://chat.example", "chat.example"),
            ("", ""),
        ] {
            assert!(!own(origin, host), "{origin} at {host}");
        }
        assert!(!is_own(&HeaderValue::from_static("http://a"), None));
    }
}
