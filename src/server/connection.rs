use std::net::IpAddr;

use axum::response::Response;
use tokio::sync::mpsc::Sender;

use super::http_error::HttpError;
use super::visitor::{Visitor, network};
use super::websocket::Upgrade;
use super::workers::{Ear, Workers};
use crate::hub::ConnId;
use crate::protocol::{ClientFrame, CloseCode, DecodeError, SUBPROTOCOL, decode_client};

/// What the hub's thread hears of connections.
pub enum Heard {
    Opened { conn: ConnId, visitor: Box<Visitor>, network: IpAddr },
    Frame { conn: ConnId, frame: Result<ClientFrame, DecodeError> },
    Violation { conn: ConnId, code: CloseCode },
    Written { conn: ConnId, frames: usize, bytes: usize },
    Closed { conn: ConnId },
}

/// Turns a request into a connection to the hub.
pub fn upgrade(upgrade: Upgrade, workers: Workers<Box<Visitor>>, visitor: Visitor) -> Result<Response, HttpError> {
    if !upgrade.offers(SUBPROTOCOL) {
        return Err(HttpError::SubprotocolMissing);
    }
    let visitor = Box::new(visitor);
    Ok(upgrade.accept(Some(SUBPROTOCOL), move |opened| workers.open(opened, visitor)))
}

/// Tells the hub's thread what a worker hears, all of one round together. Frames are taken apart here, on the worker's
/// thread, since there are many of those and one hub.
pub struct HubEar {
    heard: Vec<Heard>,
    hub: Sender<Vec<Heard>>,
}

impl HubEar {
    pub fn new(hub: Sender<Vec<Heard>>) -> Self {
        Self { heard: Vec::new(), hub }
    }
}

impl Ear<Box<Visitor>> for HubEar {
    fn opened(&mut self, conn: ConnId, visitor: Box<Visitor>) {
        let network = network(visitor.address);
        self.heard.push(Heard::Opened { conn, visitor, network });
    }

    fn text(&mut self, conn: ConnId, text: &str) {
        self.heard.push(Heard::Frame { conn, frame: decode_client(text) });
    }

    fn binary(&mut self, conn: ConnId, _: &[u8]) {
        self.heard.push(Heard::Violation { conn, code: CloseCode::Unsupported });
    }

    fn too_big(&mut self, conn: ConnId) {
        self.heard.push(Heard::Violation { conn, code: CloseCode::TooBig });
    }

    fn written(&mut self, conn: ConnId, frames: usize, bytes: usize) {
        self.heard.push(Heard::Written { conn, frames, bytes });
    }

    fn closed(&mut self, conn: ConnId) {
        self.heard.push(Heard::Closed { conn });
    }

    /// Waits while the hub is busy, so that its clients feel it.
    fn pause(&mut self) {
        if !self.heard.is_empty() {
            // A hub that has stopped hears nothing any more.
            let _ = self.hub.blocking_send(std::mem::take(&mut self.heard));
        }
    }
}
