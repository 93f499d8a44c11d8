use std::io;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

/// Why a request fails. The client is told what it can do something about; the rest goes to the log.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    #[error("Connect with the WebSocket subprotocol parlor.v1.")]
    SubprotocolMissing,
    #[error("The server cannot store messages just now.")]
    CannotStore,
    #[error("The server cannot look people up just now. Try again in a moment.")]
    CannotUsePeople,
    #[error("The server does not answer just now.")]
    HubSilent,
    #[error("The file cannot be read just now.")]
    File(#[source] io::Error),
}

impl IntoResponse for HttpError {
    fn into_response(self) -> Response {
        if let Self::File(cause) = &self {
            tracing::error!(%cause, "could not read a web file");
        }
        let status = match self {
            Self::SubprotocolMissing => StatusCode::BAD_REQUEST,
            Self::CannotStore | Self::CannotUsePeople | Self::HubSilent => StatusCode::SERVICE_UNAVAILABLE,
            Self::File(_) => StatusCode::INTERNAL_SERVER_ERROR,
        };
        (status, self.to_string()).into_response()
    }
}
