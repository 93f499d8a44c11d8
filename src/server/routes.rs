use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header, request::Parts};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use leptos::config::{Env, LeptosOptions, ReloadWSProtocol};
use leptos::prelude::{provide_context, use_context};
use leptos_axum::{LeptosRoutes, generate_route_list, render_app_to_stream_with_context};
use tower_http::services::ServeDir;
use tower_http::set_header::SetResponseHeaderLayer;

use super::Config;
use super::connection;
use super::driver::Handle;
use crate::app::{App, Bootstrap, shell};
use crate::protocol::{RoomId, UserName};

/// All that the server answers.
pub fn router(config: &Config, hub: Handle) -> axum::Router {
    let options = leptos_options(config);
    let page = {
        let options = options.clone();
        move || shell(options.clone())
    };
    let with_bootstrap = from_fn_with_state(hub.clone(), add_bootstrap);
    let not_found = get(render_app_to_stream_with_context(provide_bootstrap, page.clone()));
    let files = ServeDir::new(config.site_root()).precompressed_br().precompressed_gzip();
    // Files have no version in their names: a browser keeps them, and asks whether they are still the same.
    let revalidate =
        SetResponseHeaderLayer::if_not_present(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));

    let pages = axum::Router::new()
        .leptos_routes_with_context(&options, generate_route_list(App), provide_bootstrap, page)
        .layer(with_bootstrap.clone())
        .with_state::<Handle>(options);
    axum::Router::new()
        .route("/ws", get(connection::upgrade))
        .route("/healthz", get(health))
        .merge(pages)
        .fallback_service(files.not_found_service(not_found.layer(with_bootstrap)))
        .layer(revalidate)
        .with_state(hub)
}

async fn health(State(hub): State<Handle>) -> Response {
    if hub.is_healthy().await {
        "ok\n".into_response()
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "Messages cannot be taken just now.\n").into_response()
    }
}

/// Looks up what the first view of a page needs, before it is rendered.
async fn add_bootstrap(State(hub): State<Handle>, mut request: Request<Body>, next: Next) -> Response {
    let bootstrap = Bootstrap { name: name_of(request.headers()), rooms: hub.room_list().await };
    let leads_nowhere = is_bad_room_address(request.uri().path());
    request.extensions_mut().insert(bootstrap);
    let mut response = next.run(request).await;
    if leads_nowhere {
        *response.status_mut() = StatusCode::NOT_FOUND;
    }
    response
}

fn provide_bootstrap() {
    let bootstrap = use_context::<Parts>().and_then(|parts| parts.extensions.get::<Bootstrap>().cloned());
    provide_context(bootstrap.unwrap_or_default());
}

/// The name under which this browser entered before, from the cookie `parlor_name`.
fn name_of(headers: &HeaderMap) -> Option<String> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let value = cookies.flat_map(|line| line.split(';')).find_map(|pair| pair.trim().strip_prefix("parlor_name="))?;
    let name = percent_encoding::percent_decode_str(value).decode_utf8().ok()?;
    UserName::parse(&name).ok().map(|name| name.as_str().to_owned())
}

fn is_bad_room_address(path: &str) -> bool {
    let Some(id) = path.strip_prefix("/rooms/") else { return false };
    let id = percent_encoding::percent_decode_str(id.trim_end_matches('/')).decode_utf8();
    id.is_ok_and(|id| RoomId::parse(&id).is_err())
}

/// What `cargo leptos` sets for development is taken over; otherwise the page needs no settings.
fn leptos_options(config: &Config) -> LeptosOptions {
    let number = |name| std::env::var(name).ok().and_then(|value: String| value.parse::<u32>().ok());
    let env = if std::env::var_os("LEPTOS_WATCH").is_some() { Env::DEV } else { Env::PROD };
    LeptosOptions::builder()
        .output_name("parlor")
        .site_root(config.site_root().to_string_lossy().into_owned())
        .site_pkg_dir("pkg")
        .env(env)
        .site_addr(config.listen)
        .reload_port(number("LEPTOS_RELOAD_PORT").unwrap_or(3001))
        .reload_ws_protocol(ReloadWSProtocol::WS)
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_comes_from_its_cookie_and_has_to_be_one() {
        let name = |cookie: &str| name_of(&HeaderMap::from_iter([(header::COOKIE, cookie.parse().unwrap())]));
        assert_eq!(name("a=b; parlor_name=Ada%20%C5%81; c=d").as_deref(), Some("Ada Ł"));
        assert_eq!(name("parlor_name=%E2%80%AE"), None);
        assert_eq!(name("other_parlor_name=Ada"), None);
    }

    #[test]
    fn an_address_that_can_be_no_room_is_known() {
        assert!(!is_bad_room_address("/"));
        assert!(!is_bad_room_address("/rooms/%E8%8C%B6%E5%AE%A4"));
        assert!(is_bad_room_address("/rooms/A%20B"));
    }
}
