//! Every address of the server.

use std::time::Duration;

use axum::Router;
use axum::extract::{FromRef, State};
use axum::middleware::{from_fn_with_state, map_response};
use axum::response::Response;
use axum::routing::get;
use leptos::config::LeptosOptions;
use leptos_axum::{LeptosRoutes, generate_route_list};
use tokio::time::timeout;

use super::accounts::{Accounts, Denied, LoggedIn, Passwords};
use super::claim::Claim;
use super::guard::Guard;
use super::http_error::HttpError;
use super::hub_handle::HubHandle;
use super::store::Health;
use super::visitor::Visitor;
use super::websocket::Upgrade;
use super::workers::Workers;
use super::{api, connection, origin, page, policy, site};
use crate::app::App;
use crate::protocol::ErrorCode;

/// A hub that takes longer for the list of its rooms serves nobody.
const HEALTHY_WITHIN: Duration = Duration::from_secs(2);

/// The address of the WebSocket.
pub const SOCKET: &str = "/ws";

/// What the handlers of requests have to work with.
#[derive(Clone)]
pub struct Shared {
    pub hub: HubHandle,
    pub workers: Workers<Box<Visitor>>,
    pub health: Health,
    pub options: LeptosOptions,
    pub accounts: Accounts,
    pub passwords: Passwords,
    pub guard: Guard,
    pub claim: Claim,
    pub is_behind_proxy: bool,
    /// Where pages listen for new builds during development.
    pub reload_port: Option<u32>,
}

impl Shared {
    /// Whose login a request carries, if it carries any.
    pub async fn login_of(&self, visitor: &Visitor) -> Result<Option<LoggedIn>, Denied> {
        let Some(token) = &visitor.token else { return Ok(None) };
        match self.accounts.login(token).await {
            Ok(found) => Ok(Some(found)),
            Err(denied) if denied.code == ErrorCode::SignInRequired => Ok(None),
            Err(denied) => Err(denied),
        }
    }
}

impl FromRef<Shared> for LeptosOptions {
    fn from_ref(shared: &Shared) -> Self {
        shared.options.clone()
    }
}

pub fn router(shared: Shared) -> Router {
    Router::new()
        .route(SOCKET, get(connect))
        .route("/healthz", get(health))
        .nest("/api", api::routes())
        .leptos_routes_with_handler(generate_route_list(App), get(page::page))
        .fallback(site::file)
        .layer(from_fn_with_state(shared.clone(), origin::check))
        .layer(map_response(policy::apply))
        .with_state(shared)
}

async fn connect(State(shared): State<Shared>, visitor: Visitor, upgrade: Upgrade) -> Result<Response, HttpError> {
    connection::upgrade(upgrade, shared.workers, visitor)
}

async fn health(State(shared): State<Shared>) -> Result<&'static str, HttpError> {
    if !shared.health.is_good() {
        return Err(HttpError::CannotStore);
    }
    if !shared.accounts.is_good() {
        return Err(HttpError::CannotUsePeople);
    }
    match timeout(HEALTHY_WITHIN, shared.hub.room_list(None)).await {
        Ok(Some(_)) => Ok("ok"),
        Ok(None) | Err(_) => Err(HttpError::HubSilent),
    }
}
