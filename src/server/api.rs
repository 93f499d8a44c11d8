//! What browsers and programs ask by HTTP, of `protocol::api`: one function for each route.

mod account;
mod admin;
mod answer;
mod entering;
mod extract;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::header::CACHE_CONTROL;
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::map_response;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};

use super::accounts::Denied;
use super::routes::Shared;
use crate::protocol::ErrorCode;
use crate::protocol::limits::REQUEST_BYTES_MAX;

pub fn routes() -> Router<Shared> {
    Router::new()
        .route("/enter", post(entering::enter))
        .route("/sign-in", post(entering::sign_in))
        .route("/sign-out", post(entering::sign_out))
        .route("/account", get(account::account))
        .route("/name", post(account::rename))
        .route("/password", post(account::change_password))
        .route("/devices/end", post(account::end_device))
        .route("/account/delete", post(account::delete))
        .route("/admin", get(admin::administration))
        .route("/admin/claim", post(admin::claim))
        .route("/admin/people", get(admin::people))
        .route("/admin/person", post(admin::change_person))
        .route("/admin/close-room", post(admin::close_room))
        .route("/admin/sign-up", post(admin::change_sign_up))
        .fallback(nothing)
        .layer(DefaultBodyLimit::max(REQUEST_BYTES_MAX))
        .layer(map_response(uncached))
}

async fn nothing() -> (StatusCode, Response) {
    let denied = Denied::new(ErrorCode::BadFrame, "there is nothing at this address");
    (StatusCode::NOT_FOUND, denied.into_response())
}

/// It is about one person at one moment.
async fn uncached(mut response: Response) -> Response {
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
