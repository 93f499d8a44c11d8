//! The built web files: scripts, styles, images.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{ACCEPT_ENCODING, CACHE_CONTROL, VARY};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use leptos::config::LeptosOptions;
use tower_http::services::ServeDir;

use super::http_error::HttpError;
use super::page;
use super::routes::Shared;

/// The name of the file changes with what is in it.
const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
/// To be asked for again each time, which is answered with "not modified" mostly.
const ASK_AGAIN: HeaderValue = HeaderValue::from_static("no-cache");

/// Answers with the file of that name or, if there is none, with a page that says so.
pub async fn file(State(shared): State<Shared>, request: Request) -> Result<Response, HttpError> {
    let options = &shared.options;
    let mut files = ServeDir::new(&*options.site_root)
        .append_index_html_on_directories(false)
        .precompressed_br()
        .precompressed_gzip();
    let (parts, body) = request.into_parts();
    let found = files.try_call(Request::from_parts(parts.clone(), Body::empty())).await.map_err(HttpError::File)?;
    if found.status() == StatusCode::NOT_FOUND {
        return Ok(page::not_found(shared, Request::from_parts(parts, body)).await);
    }
    let mut response = found.into_response();
    response.headers_mut().insert(CACHE_CONTROL, caching(options, parts.uri.path()));
    response.headers_mut().insert(VARY, HeaderValue::from(ACCEPT_ENCODING));
    Ok(response)
}

fn caching(options: &LeptosOptions, path: &str) -> HeaderValue {
    if options.hash_files && path.starts_with(&options.site_pkg_dir_route_base()) { FOR_EVER } else { ASK_AGAIN }
}
