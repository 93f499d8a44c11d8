//! Every address of the server.

use std::time::Duration;

use axum::Router;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::{FromRef, State};
use axum::response::Response;
use axum::routing::get;
use leptos::config::LeptosOptions;
use leptos_axum::{LeptosRoutes, generate_route_list};
use tokio::time::timeout;

use super::http_error::HttpError;
use super::hub_handle::HubHandle;
use super::store::Health;
use super::{connection, page, site};
use crate::app::App;

/// A hub that takes longer for the list of its rooms serves nobody.
const HEALTHY_WITHIN: Duration = Duration::from_secs(2);

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
    if !shared.health.is_good() {
        return Err(HttpError::CannotStore);
    }
    match timeout(HEALTHY_WITHIN, shared.hub.room_list()).await {
        Ok(Some(_)) => Ok("ok"),
        Ok(None) | Err(_) => Err(HttpError::HubSilent),
    }
}
