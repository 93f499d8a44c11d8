//! What the log is asked to append, and what it has done: only then does an entry exist for anyone.

use super::failure::{About, Failure};
use super::{ConnId, Hub, Now, Output, Person, Room, messages_limiter};
use crate::log::{Append, AppendError, Appended, RoomState, Secret, Ticket, parlor};
use crate::planted::{self, Bug};
use crate::protocol::{
    Changed, Entry, EntryKind, InviteCode, InviteId, Left, LeftReason, MessageId, Role, RoomId, RoomList, ServerFrame,
    User, UserId,
};

/// Who waits for an append, and for what.
#[derive(Debug)]
pub struct Pending {
    /// Who asked for it, and who asked for the same since, from other tabs.
    pub conns: Vec<ConnId>,
    pub user: UserId,
    pub room: RoomId,
    pub purpose: Purpose,
    pub secret: Option<Secret>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Purpose {
    /// A new room, made to be joined: by its name, or because somebody followed a link to it.
    Create {
        by_name: bool,
    },
    /// By this link, if one was needed.
    Join {
        invite: Option<InviteId>,
    },
    Leave,
    Message {
        id: MessageId,
        /// Why it is not taken, unless it is in the log already.
        otherwise: Option<Failure>,
    },
    Change {
        name: &'static str,
        code: Option<InviteCode>,
    },
    /// Nobody asked.
    Succession,
}

impl Pending {
    pub fn new(conns: Vec<ConnId>, user: &UserId, room: &RoomId, purpose: Purpose) -> Self {
        Self { conns, user: user.clone(), room: room.clone(), purpose, secret: None }
    }

    /// The link by which somebody is on their way in.
    pub fn invite(&self) -> Option<&InviteId> {
        if let Purpose::Join { invite } = &self.purpose { invite.as_ref() } else { None }
    }

    pub fn makes_member(&self) -> bool {
        matches!(self.purpose, Purpose::Create { .. } | Purpose::Join { .. })
    }
}

/// Whose membership an entry begins or ends, and why if it ends by another's will.
fn membership_of<'a>(kind: &'a EntryKind, by: &'a UserId) -> Option<(&'a UserId, Option<LeftReason>)> {
    match kind {
        EntryKind::Created { .. } | EntryKind::Joined { .. } | EntryKind::Left => Some((by, None)),
        EntryKind::Removed { user } => Some((&user.id, Some(LeftReason::Removed))),
        EntryKind::Banned { user } => Some((&user.id, Some(LeftReason::Banned))),
        _ => None,
    }
}

impl Hub {
    /// Asks the log for an entry by the person of `pending`.
    pub(super) fn append(&mut self, now: Now, kind: EntryKind, pending: Pending) {
        let name = self.people.get(&pending.user).map(|person| person.name.clone()).unwrap_or_default();
        let by = User { id: pending.user.clone(), name };
        self.append_by(now, by, kind, pending);
    }

    pub(super) fn append_by(&mut self, now: Now, by: User, kind: EntryKind, pending: Pending) {
        let ticket = self.new_ticket();
        let (room, secret) = (pending.room.clone(), pending.secret.clone());
        if let Some((user, _)) = membership_of(&kind, &by.id) {
            self.memberships.insert(&room, user, ticket);
        }
        if let EntryKind::Muted { user, .. } = &kind {
            self.mutings.insert(ticket, user.id.clone());
        }
        if let Purpose::Change { .. } = pending.purpose
            && let Some(state) = self.rooms.get_mut(&room)
        {
            state.changing = Some(ticket);
        }
        let repeat_only = matches!(pending.purpose, Purpose::Message { otherwise: Some(_), .. });
        self.pending.insert(ticket, pending);
        self.outputs.push_back(Output::Append(Append { ticket, room, at: now.unix_ms, by, kind, repeat_only, secret }));
    }

    pub(super) fn new_ticket(&mut self) -> Ticket {
        self.next_ticket += 1;
        Ticket(self.next_ticket - 1)
    }

    pub fn handle_appended(&mut self, now: Now, ticket: Ticket, result: Result<Appended, AppendError>) {
        let Some(mut pending) = self.pending.remove(&ticket) else { return };
        self.memberships.settle(ticket);
        self.mutings.remove(&ticket);
        let room = pending.room.clone();
        match (result, &pending.purpose) {
            (Ok(appended), _) => self.committed(now, &pending, appended),
            // Somebody was quicker; whoever followed a link, also while another tab made the room, does not mind.
            (Err(AppendError::RoomExists), Purpose::Create { by_name }) => {
                let joining = pending.conns.split_off(usize::from(*by_name));
                for conn in joining {
                    self.join_again(now, conn, &pending.user, &room);
                }
                self.append_failed(now, pending, AppendError::RoomExists);
            }
            (Err(error), _) => self.append_failed(now, pending, error),
        }
        self.change_done(now, &room, ticket);
    }

    fn committed(&mut self, now: Now, pending: &Pending, Appended { entry, new }: Appended) {
        let Pending { conns, room, purpose, secret, .. } = pending;
        let (seq, at) = (entry.seq, entry.at);
        // Of a message nothing follows but that it is sent on, and its text need not be copied for that.
        let event = (!matches!(purpose, Purpose::Message { .. })).then(|| (entry.by.clone(), entry.kind.clone()));
        match purpose {
            Purpose::Message { id, .. } => {
                let accepted = ServerFrame::Accepted { room: room.clone(), id: id.clone(), seq, at };
                conns.iter().for_each(|conn| self.answer(now, *conn, &accepted));
            }
            Purpose::Change { name, code } => {
                let (change, code) = ((*name).to_owned(), code.clone());
                let changed = ServerFrame::Changed(Changed { room: room.clone(), change, seq, code });
                conns.iter().for_each(|conn| self.answer(now, *conn, &changed));
            }
            _ => {}
        }
        if new {
            self.take_in(now, room, entry, secret.as_ref());
        }
        if let Some((by, kind)) = event {
            self.follow_up(now, pending, by, &kind);
        }
        conns.iter().for_each(|conn| self.pump(now, *conn));
    }

    /// Does what an entry leads to besides being sent on.
    fn follow_up(&mut self, now: Now, pending: &Pending, by: User, kind: &EntryKind) {
        let Pending { conns, user, room, .. } = pending;
        match kind {
            EntryKind::Created { .. } => {
                let pending = Pending::new(conns.clone(), user, room, Purpose::Join { invite: None });
                self.append(now, EntryKind::Joined { invite: None }, pending);
            }
            EntryKind::Joined { .. } => self.became_member(now, by, room),
            EntryKind::Closed => self.room_closed(now, room, &by),
            EntryKind::Role { .. } => {
                if self.rooms.get_mut(room).is_some_and(Room::lost_its_owner) {
                    self.find_owner(now, room);
                }
            }
            kind => {
                if let Some((user, reason)) = membership_of(kind, &by.id) {
                    self.ceased_to_be_member(now, &user.clone(), room, reason, &by);
                }
            }
        }
    }

    /// Makes a committed entry part of its room, and sends it on its way to everyone in it.
    fn take_in(&mut self, now: Now, id: &RoomId, entry: Entry, secret: Option<&Secret>) {
        if let EntryKind::Created { .. } = &entry.kind {
            self.rooms.insert(id.clone(), Room::new(id.clone(), 0, RoomState::default()));
        }
        let Some(room) = self.rooms.get_mut(id) else { return };
        let is_talk = matches!(entry.kind, EntryKind::Message { .. } | EntryKind::Deleted { .. });
        let deleted = if let EntryKind::Deleted { seq } = entry.kind { Some(seq) } else { None };
        room.push(entry, secret);
        self.crowd_changed(now, id);
        if !is_talk {
            self.list_anew(now, id);
        }
        self.fan_out(now, id, deleted);
    }

    fn became_member(&mut self, now: Now, user: User, id: &RoomId) {
        let Some(room) = self.rooms.get_mut(id) else { return };
        // Whoever asked may be gone and forgotten by now, and is a member all the same.
        let rate = self.messages_per_second;
        let person = self
            .people
            .entry(user.id.clone())
            .or_insert_with(|| Person::new(user.name.clone(), messages_limiter(rate)));
        person.rooms.insert(id.clone());
        self.names.entry(person.name.to_lowercase()).or_insert_with(|| user.id.clone());
        if person.is_online {
            room.crowd.enter(&user.id, &person.name);
        }
        let conns: Vec<_> = person.conns.iter().copied().collect();
        // Whoever comes into a room that all have left looks after it, unless it was nobody's from the start.
        let is_heir = room.state.members.len() == 1
            && room.state.founder.is_none()
            && room.state.members.values().all(|member| member.role != Role::Owner);
        self.crowd_changed(now, id);
        for conn in conns {
            self.subscribe(now, conn, id, None);
            self.pump(now, conn);
        }
        if is_heir {
            self.find_owner(now, id);
        }
    }

    fn ceased_to_be_member(&mut self, now: Now, user: &UserId, id: &RoomId, reason: Option<LeftReason>, by: &User) {
        let (Some(room), Some(person)) = (self.rooms.get_mut(id), self.people.get_mut(user)) else { return };
        room.crowd.leave(user);
        if !person.rooms.remove(id) {
            return; // somebody banned from outside
        }
        let conns: Vec<_> = person.conns.iter().copied().collect();
        let stays_subscribed = planted::has(Bug::RemovedStaysSubscribed) && reason.is_some();
        for conn in conns.iter().filter(|_| !stays_subscribed) {
            room.subscribers.remove(conn);
        }
        let unled = room.lost_its_owner();
        let is_hidden = room.state.is_closed || !room.state.access.is_listed();
        self.crowd_changed(now, id);
        let by = reason.map(|_| by.clone());
        for conn in conns {
            if let Some(state) = self.conns.get_mut(&conn) {
                if !stays_subscribed {
                    state.unsubscribe(id);
                }
                self.answer(now, conn, &ServerFrame::Left(Left { room: id.clone(), reason, by: by.clone() }));
                if is_hidden {
                    let gone = RoomList { gone: vec![id.clone()], ..RoomList::default() };
                    self.answer(now, conn, &ServerFrame::Rooms(gone));
                }
                self.pump(now, conn);
            }
        }
        self.forget_if_unneeded(user);
        if unled {
            self.find_owner(now, id);
        }
    }

    /// A room that somebody owned is not to be left without: the longest-standing moderator follows, or else member.
    fn find_owner(&mut self, now: Now, id: &RoomId) {
        let Some(room) = self.rooms.get(id) else { return };
        let heirs = room.state.members.iter().filter(|(user, _)| self.will_be_member(user, id));
        let Some((user, member)) = heirs.max_by_key(|(_, member)| (member.role, std::cmp::Reverse(member.joined)))
        else {
            return;
        };
        let user = User { id: user.clone(), name: self.name_in(user, &member.name) };
        let by = parlor();
        let pending = Pending::new(vec![], &by.id, id, Purpose::Succession);
        self.append_by(now, by, EntryKind::Role { user, role: Role::Owner }, pending);
    }

    fn room_closed(&mut self, now: Now, id: &RoomId, by: &User) {
        let members: Vec<_> =
            self.people.iter().filter(|(_, person)| person.rooms.contains(id)).map(|(user, _)| user.clone()).collect();
        for user in members {
            self.ceased_to_be_member(now, &user, id, Some(LeftReason::Closed), by);
        }
    }

    fn append_failed(&mut self, now: Now, pending: Pending, error: AppendError) {
        let Pending { conns, room, purpose, .. } = pending;
        let failure = match error {
            AppendError::RoomExists => Failure::room_exists(),
            AppendError::RoomClosed => Failure::room_closed(),
            AppendError::NoSuchMessage if matches!(purpose, Purpose::Change { .. }) => Failure::no_such_message(),
            AppendError::NoSuchRoom | AppendError::NoSuchMessage => Failure::not_in_room(),
            AppendError::Damaged => Failure::damaged(),
            AppendError::Unavailable => Failure::unavailable(),
        };
        let (frame, id, failure) = match purpose {
            Purpose::Create { by_name: true } => ("create", None, failure),
            Purpose::Create { by_name: false } | Purpose::Join { .. } => ("join", None, failure),
            Purpose::Leave => ("leave", None, failure),
            Purpose::Message { id, otherwise: Some(why) } if error == AppendError::NoSuchMessage => {
                ("send", Some(id), why)
            }
            Purpose::Message { id, .. } => ("send", Some(id), failure),
            Purpose::Change { .. } | Purpose::Succession => ("change", None, failure),
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
        let on_its_way = self.memberships.get(room, user).and_then(|ticket| self.pending.get(&ticket));
        on_its_way.map_or_else(|| self.is_member(user, room), Pending::makes_member)
    }

    /// Whether the same is on its way to the log already: then what comes of it answers this connection too.
    pub(super) fn wait_too(&mut self, conn: ConnId, user: &UserId, room: &RoomId) -> bool {
        let ticket = self.memberships.get(room, user);
        let Some(pending) = ticket.and_then(|ticket| self.pending.get_mut(&ticket)) else { return false };
        // Who is being removed hears of it anyway.
        let is_own = !matches!(pending.purpose, Purpose::Change { .. });
        if is_own && !pending.conns.contains(&conn) {
            pending.conns.push(conn);
        }
        true
    }
}
