//! The pages of the app, as the browser first gets them.

use axum::extract::{FromRequestParts, Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, SET_COOKIE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use leptos::nonce::Nonce;
use leptos::prelude::provide_context;
use percent_encoding::percent_decode_str;

use super::http_error::HttpError;
use super::routes::Shared;
use super::visitor::Visitor;
use super::{cookie, policy};
use crate::app::{Bootstrap, shell};
use crate::protocol::RoomId;

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
    let (mut parts, body) = request.into_parts();
    let Ok(visitor) = Visitor::from_request_parts(&mut parts, &shared).await;
    let me = match shared.login_of(&visitor).await {
        Ok(found) => found.map(|found| found.profile),
        // A page for a stranger would have them enter a second time.
        Err(_) => return HttpError::CannotUsePeople.into_response(),
    };
    // Without a list the page still works: its connection brings one.
    let rooms = shared.hub.room_list(me.as_ref().map(|me| me.user.id.clone())).await.unwrap_or_default();
    let keep = visitor.token.as_ref().filter(|_| me.is_some()).map(|token| cookie::keep(token, visitor.is_tls));
    let bootstrap = Bootstrap { me, sign_up: shared.accounts.sign_up(), rooms };
    let nonce = Nonce::new();
    let policy = policy::of_page(&nonce, visitor.host.as_deref(), shared.reload_port);
    let context = move || {
        provide_context(bootstrap.clone());
        provide_context(nonce.clone());
    };
    let document = move || shell(shared.options.clone());
    let render = leptos_axum::render_app_async_with_context(context, document);
    let mut response = render(Request::from_parts(parts, body)).await;
    let headers = response.headers_mut();
    headers.insert(CONTENT_SECURITY_POLICY, policy);
    // It holds the reader's name and what is going on right now.
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    if let Some(cookie) = keep {
        // Browsers forget a cookie some time after they were last given it.
        headers.append(SET_COOKIE, cookie);
    }
    response
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
