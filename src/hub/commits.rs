//! What the log has done: only now does an entry exist for anyone.

use super::requests::{About, Failure};
use super::{ConnId, Hub, Now, Person, Room};
use crate::log::{AppendError, Appended, RoomState, Ticket};
use crate::protocol::{Entry, EntryKind, Left, MessageId, RoomId, ServerFrame, User, UserId};

/// Who waits for an append, and for what.
#[derive(Debug)]
pub struct Pending {
    /// Who asked for it, and who asked for the same since, from other tabs.
    pub conns: Vec<ConnId>,
    pub user: UserId,
    pub room: RoomId,
    pub purpose: Purpose,
}

#[derive(Debug, PartialEq, Eq)]
pub enum Purpose {
    /// A new room, made to be joined: by its name, or because somebody followed a link to it.
    Create {
        by_name: bool,
    },
    Join,
    Leave,
    Message {
        id: MessageId,
    },
}

impl Hub {
    pub fn handle_appended(&mut self, now: Now, ticket: Ticket, result: Result<Appended, AppendError>) {
        let Some(mut pending) = self.pending.remove(&ticket) else { return };
        let membership = (pending.room.clone(), pending.user.clone());
        if self.memberships.get(&membership) == Some(&ticket) {
            self.memberships.remove(&membership);
        }
        match (result, &pending.purpose) {
            (Ok(appended), _) => self.committed(now, &pending, appended),
            // Somebody was quicker; whoever followed a link, also while another tab made the room, does not mind.
            (Err(AppendError::RoomExists), Purpose::Create { by_name }) => {
                let joining = pending.conns.split_off(usize::from(*by_name));
                if !joining.is_empty() {
                    self.append_joined(now, joining, &pending.user, &pending.room);
                }
                self.append_failed(now, pending, AppendError::RoomExists);
            }
            (Err(error), _) => self.append_failed(now, pending, error),
        }
    }

    fn committed(&mut self, now: Now, pending: &Pending, Appended { entry, new }: Appended) {
        let Pending { conns, user, room, purpose } = pending;
        let (seq, at) = (entry.seq, entry.at);
        if let Purpose::Message { id } = purpose {
            let accepted = ServerFrame::Accepted { room: room.clone(), id: id.clone(), seq, at };
            conns.iter().for_each(|conn| self.answer(now, *conn, &accepted));
        }
        let by = entry.by.clone();
        if new {
            self.take_in(now, room, entry);
        }
        match purpose {
            Purpose::Create { .. } => self.append_joined(now, conns.clone(), user, room),
            Purpose::Join => self.became_member(now, by, room),
            Purpose::Leave => self.ceased_to_be_member(now, user, room),
            Purpose::Message { .. } => {}
        }
        conns.iter().for_each(|conn| self.pump(now, *conn));
    }

    /// Makes a committed entry part of its room, and sends it on its way to everyone in it.
    fn take_in(&mut self, now: Now, id: &RoomId, entry: Entry) {
        if let EntryKind::Created { .. } = &entry.kind {
            let room = Room::new(id.clone(), 0, RoomState::default());
            self.rooms.insert(id.clone(), room);
            self.list_anew(now, id);
        }
        let Some(room) = self.rooms.get_mut(id) else { return };
        room.push(entry, None);
        let subscribers: Vec<_> = room.subscribers.iter().copied().collect();
        self.crowd_changed(now, id);
        for conn in subscribers {
            if let Some(state) = self.conns.get_mut(&conn) {
                state.fall_behind(id);
                self.pump(now, conn);
            }
        }
    }

    fn became_member(&mut self, now: Now, user: User, id: &RoomId) {
        let Some(room) = self.rooms.get_mut(id) else { return };
        // Whoever asked may be gone and forgotten by now, and is a member all the same.
        let person = self.people.entry(user.id.clone()).or_insert_with(|| Person::new(user.name));
        person.rooms.insert(id.clone());
        if person.is_online {
            room.crowd.enter(&user.id, &person.name);
        }
        let conns: Vec<_> = person.conns.iter().copied().collect();
        self.crowd_changed(now, id);
        for conn in conns {
            self.subscribe(now, conn, id, None);
            self.pump(now, conn);
        }
    }

    fn ceased_to_be_member(&mut self, now: Now, user: &UserId, id: &RoomId) {
        let (Some(room), Some(person)) = (self.rooms.get_mut(id), self.people.get_mut(user)) else { return };
        room.crowd.leave(user);
        person.rooms.remove(id);
        let conns: Vec<_> = person.conns.iter().copied().collect();
        for conn in &conns {
            room.subscribers.remove(conn);
        }
        self.crowd_changed(now, id);
        for conn in conns {
            if let Some(state) = self.conns.get_mut(&conn) {
                state.unsubscribe(id);
                self.answer(now, conn, &ServerFrame::Left(Left { room: id.clone(), reason: None, by: None }));
                self.pump(now, conn);
            }
        }
        self.forget_if_unneeded(user);
    }

    fn append_failed(&mut self, now: Now, pending: Pending, error: AppendError) {
        let Pending { conns, room, purpose, .. } = pending;
        let (frame, id) = match purpose {
            Purpose::Create { by_name: true } => ("create", None),
            Purpose::Create { by_name: false } | Purpose::Join => ("join", None),
            Purpose::Leave => ("leave", None),
            Purpose::Message { id } => ("send", Some(id)),
        };
        let failure = match error {
            AppendError::RoomExists | AppendError::RoomClosed => Failure::room_exists(),
            AppendError::NoSuchRoom | AppendError::NoSuchMessage => Failure::not_in_room(),
            AppendError::Damaged => Failure::damaged(),
            AppendError::Unavailable => Failure::unavailable(),
        };
        for conn in conns {
            let about = About { id: id.clone(), ..About::frame(frame, Some(room.clone())) };
            self.fail(now, conn, about, &failure);
            self.pump(now, conn);
        }
    }

    pub(super) fn is_member(&self, user: &UserId, room: &RoomId) -> bool {
        self.rooms.get(room).is_some_and(|room| room.state.members.contains_key(user))
    }

    /// Membership once everything is committed that is on its way to the log.
    pub(super) fn will_be_member(&self, user: &UserId, room: &RoomId) -> bool {
        let on_its_way =
            self.memberships.get(&(room.clone(), user.clone())).and_then(|ticket| self.pending.get(ticket));
        on_its_way.map_or_else(|| self.is_member(user, room), |pending| pending.purpose != Purpose::Leave)
    }
}
