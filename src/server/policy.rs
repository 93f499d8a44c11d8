//! What browsers are told not to do with what the server sends.

use axum::http::HeaderValue;
use axum::http::header::{CONTENT_SECURITY_POLICY, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS};
use axum::response::Response;

/// For what is no page: nothing of it runs, and nothing shows it within another site.
const CLOSED: HeaderValue = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");

/// For every response.
pub async fn apply(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.entry(CONTENT_SECURITY_POLICY).or_insert(CLOSED);
    response
}

/// For a page whose inline scripts carry this nonce. Nothing that somebody writes into a room can run there.
pub fn of_page(nonce: &str, host: Option<&str>, reload_port: Option<u32>) -> HeaderValue {
    let mut connect = "'self'".to_owned();
    if let Some(host) = host.filter(|host| is_plain(host)) {
        // Some browsers do not count WebSockets to the same host as 'self'.
        connect += &format!(" ws://{host} wss://{host}");
        if let Some(port) = reload_port {
            let name = host.rsplit_once(':').filter(|(_, port)| is_port(port)).map_or(host, |(name, _)| name);
            connect += &format!(" ws://{name}:{port}");
        }
    }
    let policy = format!(
        "default-src 'none'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self'; \
         connect-src {connect}; img-src 'self' data:; manifest-src 'self'; object-src 'none'; base-uri 'none'; \
         form-action 'self'; frame-ancestors 'none'"
    );
    HeaderValue::try_from(policy).unwrap_or(CLOSED)
}

/// A name or an address, perhaps with a port, and nothing that could begin another rule.
fn is_plain(host: &str) -> bool {
    let (name, port) = match host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((name, port)) => (name, port),
        None => host.split_at(host.find(':').unwrap_or(host.len())),
    };
    let is_name = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-'));
    let is_address = host.starts_with('[') && name.parse::<std::net::Ipv6Addr>().is_ok();
    let is_port = port.is_empty() || port.strip_prefix(':').is_some_and(is_port);
    (is_address || is_name && !host.starts_with('[')) && is_port
}

fn is_port(text: &str) -> bool {
    text.parse::<u16>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_own_sockets_are_allowed_by_name() {
        let policy = of_page("abc", Some("chat.example:8080"), Some(3001));
        let policy = policy.to_str().unwrap();
        assert!(policy.contains("script-src 'self' 'nonce-abc' 'wasm-unsafe-eval';"), "{policy}");
        let sockets = "connect-src 'self' ws://chat.example:8080 wss://chat.example:8080 ws://chat.example:3001;";
        assert!(policy.contains(sockets), "{policy}");
        assert!(!policy.contains("unsafe-inline"), "{policy}");
    }

    #[test]
    fn a_host_that_could_be_another_rule_is_left_out() {
        for host in ["a b", "a;script-src *", "*", "", "a,b", "a:b", "a:99999", "[::1", "[x]", "ex\u{e4}mple"] {
            assert!(of_page("abc", Some(host), None).to_str().unwrap().contains("connect-src 'self';"), "{host}");
        }
        for host in ["localhost", "127.0.0.1:3000", "[::1]:3000", "xn--bcher-kva.example"] {
            assert!(is_plain(host), "{host}");
        }
    }
}
