//! Every address of the server.

use axum::Router;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::{FromRef, State};
use axum::response::Response;
use axum::routing::get;
use leptos::config::LeptosOptions;
use leptos_axum::{LeptosRoutes, generate_route_list};

use super::http_error::HttpError;
use super::hub_handle::HubHandle;
use super::store::Health;
use super::{connection, page, site};
use crate::app::App;

/// What the handlers of requests have to work with.
#[derive(Clone)]
pub struct Shared {
    pub hub: HubHandle,
    pub health: Health,
    pub options: LeptosOptions,
}

impl FromRef<Shared> for LeptosOptions {
    fn from_ref(shared: &Shared) -> Self {
        shared.options.clone()
    }
}

pub fn router(shared: Shared) -> Router {
    Router::new()
        .route("/ws", get(connect))
        .route("/healthz", get(health))
        .leptos_routes_with_handler(generate_route_list(App), get(page::page))
        .fallback(site::file)
        .with_state(shared)
}

async fn connect(State(shared): State<Shared>, upgrade: WebSocketUpgrade) -> Result<Response, HttpError> {
    connection::upgrade(upgrade, shared.hub)
}

async fn health(State(shared): State<Shared>) -> Result<&'static str, HttpError> {
    if !shared.hub.is_running() {
        Err(HttpError::Stopping)
    } else if !shared.health.is_good() {
        Err(HttpError::CannotStore)
    } else {
        Ok("ok")
    }
}
