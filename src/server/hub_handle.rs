use tokio::sync::{mpsc, oneshot};

use crate::protocol::api::AdminRoom;
use crate::protocol::{InviteCode, RoomId, RoomSummary, User, UserId};

/// Questions that may wait for the hub.
const QUESTIONS_WAITING_MAX: usize = 1_024;

/// What requests want to know from the hub's thread, or have it do.
pub enum Question {
    RoomList { viewer: Option<UserId>, answer: oneshot::Sender<Vec<RoomSummary>> },
    AdminRooms { answer: oneshot::Sender<Vec<AdminRoom>> },
    IsValidInvite { room: RoomId, code: InviteCode, answer: oneshot::Sender<bool> },
    CloseRoom { by: User, room: RoomId, answer: oneshot::Sender<bool> },
}

/// The hub, for those outside its task.
#[derive(Clone)]
pub struct HubHandle {
    questions: mpsc::Sender<Question>,
}

impl HubHandle {
    /// The other end is for the task that owns the hub.
    pub fn new() -> (Self, mpsc::Receiver<Question>) {
        let (questions, receiver) = mpsc::channel(QUESTIONS_WAITING_MAX);
        (Self { questions }, receiver)
    }

    /// The rooms that this person sees, or a stranger. Here and below: `None` if the hub has stopped.
    pub async fn room_list(&self, viewer: Option<UserId>) -> Option<Vec<RoomSummary>> {
        self.ask(|answer| Question::RoomList { viewer, answer }).await
    }

    /// All rooms, as administrators see them.
    pub async fn admin_rooms(&self) -> Option<Vec<AdminRoom>> {
        self.ask(|answer| Question::AdminRooms { answer }).await
    }

    /// Whether an invite link opens this room now.
    pub async fn is_valid_invite(&self, room: RoomId, code: InviteCode) -> Option<bool> {
        self.ask(|answer| Question::IsValidInvite { room, code, answer }).await
    }

    /// Deletes a room, soon. False if there is none of this id.
    pub async fn close_room(&self, by: User, room: RoomId) -> Option<bool> {
        self.ask(|answer| Question::CloseRoom { by, room, answer }).await
    }

    async fn ask<T>(&self, question: impl FnOnce(oneshot::Sender<T>) -> Question) -> Option<T> {
        let (answer, answered) = oneshot::channel();
        self.questions.send(question(answer)).await.ok()?;
        answered.await.ok()
    }
}
