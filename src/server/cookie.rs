//! The cookie that holds the secret of a login. Scripts never see it, and no other site can send it along with a POST.

use axum::http::header::{AUTHORIZATION, COOKIE};
use axum::http::{HeaderMap, HeaderValue};

use crate::protocol::Token;
use crate::protocol::limits::LOGIN_LASTS_MS;

const NAME: &str = "parlor_login";

/// The secret that a request carries: as the bearer token of a program, or else as the cookie of a browser.
pub fn token_of(headers: &HeaderMap) -> Option<Token> {
    // Any other scheme is for somebody else, a proxy that asks for a password of its own perhaps.
    let authorization = headers.get(AUTHORIZATION).and_then(|header| header.to_str().ok()?.split_once(' '));
    if let Some((_, token)) = authorization.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer")) {
        return Token::parse(token.trim()).ok();
    }
    let all = headers.get_all(COOKIE).iter().filter_map(|header| header.to_str().ok());
    let mut pairs = all.flat_map(|all| all.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find_map(|(name, value)| Token::parse(value).ok().filter(|_| name == NAME))
}

pub fn keep(token: &Token, is_tls: bool) -> HeaderValue {
    header(token.as_str(), LOGIN_LASTS_MS / 1_000, is_tls)
}

pub fn forget(is_tls: bool) -> HeaderValue {
    header("", 0, is_tls)
}

fn header(value: &str, max_age_s: u64, is_tls: bool) -> HeaderValue {
    let secure = if is_tls { "; Secure" } else { "" };
    let text = format!("{NAME}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={max_age_s}{secure}");
    let mut header = HeaderValue::try_from(text).expect("a token is plain ASCII");
    header.set_sensitive(true);
    header
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "0123456789abcdef0123456789abcdef";

    fn found(name: &'static str, values: &[&str]) -> Option<String> {
        let headers = values.iter().map(|value| (name.parse().unwrap(), value.parse().unwrap())).collect();
        token_of(&headers).map(|token| token.as_str().into())
    }

    #[test]
    fn the_secret_is_found_among_other_cookies() {
        for cookies in [
            vec!["parlor_login=S"],
            vec!["a=b; parlor_login=S; c=d"],
            vec!["a=b", "parlor_login=S"],
            vec!["x;parlor_login=S"],
        ] {
            let cookies: Vec<_> = cookies.iter().map(|cookie| cookie.replace('S', SECRET)).collect();
            let cookies: Vec<_> = cookies.iter().map(String::as_str).collect();
            assert_eq!(found("cookie", &cookies).as_deref(), Some(SECRET), "{cookies:?}");
        }
        for cookie in [
            "",
            "parlor_login",
            "parlor_login=",
            "parlor_login=short",
            "xparlor_login=0123456789abcdef0123456789abcdef",
        ] {
            assert_eq!(found("cookie", &[cookie]), None, "{cookie}");
        }
    }

    #[test]
    fn programs_send_it_as_a_bearer_token() {
        assert_eq!(found("authorization", &[&format!("Bearer {SECRET}")]).as_deref(), Some(SECRET));
        assert_eq!(found("authorization", &[&format!("Basic {SECRET}")]), None);
        assert_eq!(found("authorization", &["Bearer"]), None);
    }

    #[test]
    fn scripts_and_other_sites_are_kept_from_it() {
        let cookie = keep(&Token::parse(SECRET).unwrap(), true);
        let expected = format!("parlor_login={SECRET}; Path=/; HttpOnly; SameSite=Lax; Max-Age=34560000; Secure");
        assert_eq!(cookie, expected);
        assert_eq!(forget(false), "parlor_login=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0");
        assert!(!format!("{cookie:?}").contains(SECRET));
    }
}
