use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::extract::FromRequestParts;
use axum::http::header::{AsHeaderName, HOST, USER_AGENT};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName};

use super::routes::Shared;
use super::{cookie, user_agent};
use crate::protocol::Token;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// Who is at the other end of a connection: the next hop, which may be a proxy.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub SocketAddr);

/// What a request tells of whom it comes from.
#[derive(Debug, Clone)]
pub struct Visitor {
    pub address: IpAddr,
    /// The browser came by TLS, as far as the proxy tells.
    pub is_tls: bool,
    /// The server, as the browser calls it.
    pub host: Option<String>,
    /// The secret of a login, if the request carries one.
    pub token: Option<Token>,
    /// "Firefox on Linux"
    pub label: String,
}

impl Visitor {
    /// Behind a proxy, what that says about the browser is believed.
    pub fn of(headers: &HeaderMap, peer: Option<Peer>, is_behind_proxy: bool) -> Self {
        let peer = peer.map_or(IpAddr::from(Ipv4Addr::LOCALHOST), |Peer(peer)| peer.ip());
        let forwarded = |name| if is_behind_proxy { last(headers, name) } else { None };
        let user_agent = headers.get(USER_AGENT).and_then(|agent| agent.to_str().ok());
        let address = forwarded(FORWARDED_FOR).and_then(address_in).unwrap_or(peer);
        Self {
            address: address.to_canonical(),
            is_tls: forwarded(FORWARDED_PROTO).is_some_and(|proto| proto.eq_ignore_ascii_case("https")),
            host: forwarded(FORWARDED_HOST).or_else(|| last(headers, HOST)).map(Into::into),
            token: cookie::token_of(headers),
            label: user_agent::label(user_agent.unwrap_or_default()),
        }
    }
}

impl FromRequestParts<Shared> for Visitor {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, shared: &Shared) -> Result<Self, Infallible> {
        Ok(Self::of(&parts.headers, parts.extensions.get().copied(), shared.is_behind_proxy))
    }
}

/// The network that an address belongs to, where one subscriber has many addresses.
pub fn network(address: IpAddr) -> IpAddr {
    const SUBSCRIBER_BITS: u32 = 64;
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => IpAddr::V6((u128::from(address) >> SUBSCRIBER_BITS << SUBSCRIBER_BITS).into()),
    }
}

/// What the nearest proxy has appended. What stands before it may be anybody's invention.
fn last(headers: &HeaderMap, name: impl AsHeaderName) -> Option<&str> {
    let value = headers.get_all(name).iter().next_back()?.to_str().ok()?;
    value.rsplit(',').next().map(str::trim).filter(|value| !value.is_empty())
}

/// Some proxies add the port.
fn address_in(text: &str) -> Option<IpAddr> {
    let bare = text.trim_start_matches('[').trim_end_matches(']');
    bare.parse().ok().or_else(|| text.parse::<SocketAddr>().ok().map(|address| address.ip()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn visitor(headers: &[(&'static str, &'static str)], is_behind_proxy: bool) -> Visitor {
        let headers = headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
        Visitor::of(&headers, Some(Peer(([10, 0, 0, 1], 4000).into())), is_behind_proxy)
    }

    #[test]
    fn a_proxy_is_believed_only_where_there_is_one() {
        let headers = [
            ("host", "inside:3000"),
            ("x-forwarded-for", "203.0.113.9, 198.51.100.7"),
            ("x-forwarded-proto", "https"),
            ("x-forwarded-host", "chat.example"),
        ];
        let direct = visitor(&headers, false);
        assert_eq!((direct.address.to_string().as_str(), direct.is_tls), ("10.0.0.1", false));
        assert_eq!(direct.host.as_deref(), Some("inside:3000"));
        let proxied = visitor(&headers, true);
        assert_eq!((proxied.address.to_string().as_str(), proxied.is_tls), ("198.51.100.7", true));
        assert_eq!(proxied.host.as_deref(), Some("chat.example"));
    }

    #[test]
    fn a_browser_is_known_by_all_that_it_says() {
        let says =
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36";
        assert_eq!(visitor(&[("user-agent", says)], false).label, "Chrome on Linux");
    }

    #[test]
    fn addresses_come_in_several_forms() {
        for (text, address) in [
            ("192.0.2.1:80", "192.0.2.1"),
            ("[2001:db8::1]:80", "2001:db8::1"),
            ("[2001:db8::1]", "2001:db8::1"),
            ("::ffff:192.0.2.1", "192.0.2.1"),
            ("unknown", "10.0.0.1"),
        ] {
            assert_eq!(visitor(&[("x-forwarded-for", text)], true).address.to_string(), address, "{text}");
        }
    }

    #[test]
    fn a_subscriber_of_many_addresses_is_one() {
        let network = |text: &str| network(text.parse().unwrap());
        assert_eq!(network("2001:db8:1:2::1"), network("2001:db8:1:2:ffff::9"));
        assert_ne!(network("2001:db8:1:2::1"), network("2001:db8:1:3::1"));
        assert_ne!(network("192.0.2.1"), network("192.0.2.2"));
    }
}
