use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::extract::ws::Utf8Bytes;
use bytes::Bytes;
use tokio::sync::{mpsc, oneshot};

use super::visitor::Visitor;
use crate::hub::ConnId;
use crate::protocol::api::AdminRoom;
use crate::protocol::limits::{FRAMES_IN_FLIGHT_MAX, ROOMS_MAX, ROOMS_PER_FRAME};
use crate::protocol::{CloseCode, InviteCode, RoomId, RoomSummary, User, UserId};

/// Inputs that may wait for the hub. Past that its sockets are not read, and their clients feel it.
const INPUTS_WAITING_MAX: usize = 1_024;
/// What may wait for one socket. The hub stops at its own limit, but finishes the room list that it has begun, and may
/// say goodbye on top.
const OUTBOX_MAX: usize = FRAMES_IN_FLIGHT_MAX + ROOMS_MAX.div_ceil(ROOMS_PER_FRAME) + 2;

/// What the hub's task is told.
pub enum Input {
    Opened { conn: ConnId, outbox: mpsc::Sender<Outgoing>, visitor: Visitor },
    Text { conn: ConnId, text: Utf8Bytes },
    Violation { conn: ConnId, code: CloseCode },
    Written { conn: ConnId, frames: usize, bytes: usize },
    Closed { conn: ConnId },
    RoomList { viewer: Option<UserId>, answer: oneshot::Sender<Vec<RoomSummary>> },
    AdminRooms { answer: oneshot::Sender<Vec<AdminRoom>> },
    IsValidInvite { room: RoomId, code: InviteCode, answer: oneshot::Sender<bool> },
    CloseRoom { by: User, room: RoomId, answer: oneshot::Sender<bool> },
}

/// What a socket is told.
pub enum Outgoing {
    Frame(Bytes),
    Close(CloseCode),
}

/// The hub, for those outside its task.
#[derive(Clone)]
pub struct HubHandle {
    inputs: mpsc::Sender<Input>,
    next_conn: Arc<AtomicU64>,
}

/// The hub, for one connection.
pub struct ConnHandle {
    conn: ConnId,
    inputs: mpsc::Sender<Input>,
}

impl HubHandle {
    /// The other end is for the task that owns the hub.
    pub fn new() -> (Self, mpsc::Receiver<Input>) {
        let (inputs, receiver) = mpsc::channel(INPUTS_WAITING_MAX);
        (Self { inputs, next_conn: Arc::default() }, receiver)
    }

    pub async fn open(&self, visitor: Visitor) -> (ConnHandle, mpsc::Receiver<Outgoing>) {
        let conn = ConnId(self.next_conn.fetch_add(1, Ordering::Relaxed));
        let (outbox, outgoing) = mpsc::channel(OUTBOX_MAX);
        let handle = ConnHandle { conn, inputs: self.inputs.clone() };
        handle.tell(Input::Opened { conn, outbox, visitor }).await;
        (handle, outgoing)
    }

    /// The rooms that this person sees, or a stranger. Here and below: `None` if the hub has stopped.
    pub async fn room_list(&self, viewer: Option<UserId>) -> Option<Vec<RoomSummary>> {
        self.ask(|answer| Input::RoomList { viewer, answer }).await
    }

    /// All rooms, as administrators see them.
    pub async fn admin_rooms(&self) -> Option<Vec<AdminRoom>> {
        self.ask(|answer| Input::AdminRooms { answer }).await
    }

    /// Whether an invite link opens this room now.
    pub async fn is_valid_invite(&self, room: RoomId, code: InviteCode) -> Option<bool> {
        self.ask(|answer| Input::IsValidInvite { room, code, answer }).await
    }

    /// Deletes a room, soon. False if there is none of this id.
    pub async fn close_room(&self, by: User, room: RoomId) -> Option<bool> {
        self.ask(|answer| Input::CloseRoom { by, room, answer }).await
    }

    async fn ask<T>(&self, input: impl FnOnce(oneshot::Sender<T>) -> Input) -> Option<T> {
        let (answer, answered) = oneshot::channel();
        self.inputs.send(input(answer)).await.ok()?;
        answered.await.ok()
    }
}

impl ConnHandle {
    pub async fn text(&self, text: Utf8Bytes) {
        self.tell(Input::Text { conn: self.conn, text }).await;
    }

    pub async fn violation(&self, code: CloseCode) {
        self.tell(Input::Violation { conn: self.conn, code }).await;
    }

    pub async fn written(&self, frames: usize, bytes: usize) {
        self.tell(Input::Written { conn: self.conn, frames, bytes }).await;
    }

    pub async fn closed(&self) {
        self.tell(Input::Closed { conn: self.conn }).await;
    }

    /// Waits while the hub is busy. A hub that has stopped has dropped the outbox, which ends the connection.
    async fn tell(&self, input: Input) {
        let _ = self.inputs.send(input).await;
    }
}
