//! The pages of the app, as the browser first gets them.

use axum::extract::{Request, State};
use axum::http::header::{CACHE_CONTROL, COOKIE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;
use leptos::prelude::provide_context;
use percent_encoding::percent_decode_str;

use super::routes::Shared;
use crate::app::{Bootstrap, shell};
use crate::protocol::{RoomId, UserName};

const NAME_COOKIE: &str = "parlor_name";

pub async fn page(State(shared): State<Shared>, request: Request) -> Response {
    let leads_nowhere = is_bad_room_address(request.uri().path());
    let mut response = render(shared, request).await;
    if leads_nowhere {
        *response.status_mut() = StatusCode::NOT_FOUND;
    }
    response
}

/// The same app, which finds no page of its own for the address.
pub async fn not_found(shared: Shared, request: Request) -> Response {
    let mut response = render(shared, request).await;
    *response.status_mut() = StatusCode::NOT_FOUND;
    response
}

async fn render(shared: Shared, request: Request) -> Response {
    let name = name_of(request.headers());
    // Without a list the page still works: its connection brings one.
    let rooms = shared.hub.room_list().await.unwrap_or_default();
    let bootstrap = Bootstrap { name, rooms };
    let context = move || provide_context(bootstrap.clone());
    let document = move || shell(shared.options.clone());
    let mut response = leptos_axum::render_app_async_with_context(context, document)(request).await;
    // It holds the reader's name and what is going on right now.
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    response
}

/// The name that the browser has kept. Anything but a good name is as if there were none.
fn name_of(headers: &HeaderMap) -> Option<String> {
    let cookies =
        headers.get_all(COOKIE).iter().filter_map(|header| header.to_str().ok()).flat_map(|all| all.split(';'));
    let mut values = cookies.filter_map(|cookie| cookie.trim().strip_prefix(NAME_COOKIE)?.strip_prefix('='));
    let decoded = percent_decode_str(values.next()?).decode_utf8().ok()?;
    UserName::parse(&decoded).ok().map(|name| name.as_str().into())
}

/// A room can be made by following a link to it, but only one whose id could be a room's.
fn is_bad_room_address(path: &str) -> bool {
    let Some(id) = path.strip_prefix("/rooms/") else { return false };
    let id = percent_decode_str(id.trim_end_matches('/')).decode_utf8();
    !id.is_ok_and(|id| RoomId::parse(&id).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name_in(cookies: &[&'static str]) -> Option<String> {
        name_of(&cookies.iter().map(|cookie| (COOKIE, HeaderValue::from_static(cookie))).collect())
    }

    #[test]
    fn the_name_comes_from_its_cookie() {
        assert_eq!(name_in(&["parlor_name=Ada"]).as_deref(), Some("Ada"));
        assert_eq!(name_in(&["a=b; parlor_name=Zo%C3%AB%20%E6%9D%8E; c=d"]).as_deref(), Some("Zoë 李"));
        assert_eq!(name_in(&["a=b", "parlor_name=Ada"]).as_deref(), Some("Ada"));
    }

    #[test]
    fn what_is_no_name_is_ignored() {
        for cookie in ["", "parlor_name", "parlor_name=", "parlor_name=%FF", "parlor_name=%00", "parlor_names=Ada"] {
            assert_eq!(name_in(&[cookie]), None, "{cookie}");
        }
        assert_eq!(name_in(&[]), None);
    }

    #[test]
    fn an_address_that_can_be_no_room_is_known() {
        for good in ["/", "/rooms/general", "/rooms/%E8%8C%B6%E5%AE%A4", "/rooms/general/"] {
            assert!(!is_bad_room_address(good), "{good}");
        }
        for bad in ["/rooms/A%20B", "/rooms/General", "/rooms/%FF", "/rooms/-"] {
            assert!(is_bad_room_address(bad), "{bad}");
        }
    }
}
