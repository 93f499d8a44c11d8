use axum::Json;
use axum::http::StatusCode;
use axum::http::header::RETRY_AFTER;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::protocol::ErrorCode;
use crate::protocol::api::ApiError;
use crate::server::accounts::Denied;

pub type Answer<T> = Result<Json<T>, Denied>;

/// An answer with nothing to tell but that it is done.
#[derive(Debug, Serialize)]
pub struct Done {}

impl IntoResponse for Denied {
    fn into_response(self) -> Response {
        let Self { code, message, retry_after_ms } = self;
        let body = Json(ApiError { code, message: message.into(), retry_after_ms });
        let wait = retry_after_ms.map(|ms| [(RETRY_AFTER, ms.div_ceil(1_000).to_string())]);
        (status(code), wait, body).into_response()
    }
}

fn status(code: ErrorCode) -> StatusCode {
    match code {
        ErrorCode::SignInRequired | ErrorCode::WrongPassword => StatusCode::UNAUTHORIZED,
        ErrorCode::SignUpClosed
        | ErrorCode::GuestsClosed
        | ErrorCode::Banned
        | ErrorCode::NotAllowed
        | ErrorCode::BadInvite => StatusCode::FORBIDDEN,
        ErrorCode::NoSuchPerson | ErrorCode::NotInRoom | ErrorCode::RoomClosed => StatusCode::NOT_FOUND,
        ErrorCode::NameTaken => StatusCode::CONFLICT,
        ErrorCode::RateLimited => StatusCode::TOO_MANY_REQUESTS,
        ErrorCode::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::BAD_REQUEST,
    }
}
