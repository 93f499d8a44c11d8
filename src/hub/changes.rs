//! Changing a room. One change of a room is on its way to the log at a time: what comes after it is judged by what has
//! become of it, in the order in which everyone sees it.

use super::commits::{Pending, Purpose};
use super::doors::{Locksmith, Work, check_password};
use super::failure::{About, Failure};
use super::{ConnId, Hub, Now, Output, PagePurpose, PageRequest};
use crate::log::{Page, PageRange, Secret, Ticket, Unavailable};
use crate::protocol::limits::{
    BANS_PER_ROOM_MAX, CHANGES_WAITING_MAX, INVITE_SECONDS_MAX, INVITE_USES_MAX, INVITES_PER_ROOM_MAX,
    MUTE_SECONDS_MAX, SLOW_MODE_SECONDS_MAX,
};
use crate::protocol::{
    Changed, ClientFrame, Deed, EntryKind, ErrorCode, InviteCode, Rank, Role, RoomChange, RoomId, RoomName, RoomTopic,
    Seq, ServerFrame, User, UserId,
};

/// When to ask again after too much has queued behind a change.
const CHANGES_PAUSE_MS: u64 = 1_000;

/// An entry that a change comes to, and what goes with it.
struct Draft {
    kind: EntryKind,
    secret: Option<Secret>,
    code: Option<InviteCode>,
}

impl From<EntryKind> for Draft {
    fn from(kind: EntryKind) -> Self {
        Self { kind, secret: None, code: None }
    }
}

impl Hub {
    pub(super) fn is_changing(&self, room: &RoomId) -> bool {
        self.rooms.get(room).is_some_and(|room| room.changing.is_some())
    }

    /// Puts a request off until the change that is on its way is done.
    pub(super) fn wait_for_change(&mut self, conn: ConnId, room: &RoomId, frame: ClientFrame) -> Result<(), Failure> {
        let Some(room) = self.rooms.get_mut(room) else { return Err(Failure::not_in_room()) };
        if room.waiting.len() >= CHANGES_WAITING_MAX {
            return Err(Failure::too_fast(CHANGES_PAUSE_MS));
        }
        room.waiting.push_back((conn, frame));
        Ok(())
    }

    /// If this was the change of the room that was on its way, what has waited for it comes next.
    pub(super) fn change_done(&mut self, now: Now, id: &RoomId, ticket: Ticket) {
        let Some(room) = self.rooms.get_mut(id).filter(|room| room.changing == Some(ticket)) else { return };
        room.changing = None;
        let mut waiting = std::mem::take(&mut room.waiting);
        while let Some((conn, frame)) = waiting.pop_front() {
            let about = About::of(&frame);
            if let Err(failure) = self.carry_out(now, conn, frame) {
                self.fail(now, conn, about, &failure);
            }
            self.pump(now, conn);
        }
    }

    pub(super) fn change(
        &mut self,
        now: Now,
        conn: ConnId,
        user: &UserId,
        room: RoomId,
        change: RoomChange,
    ) -> Result<(), Failure> {
        if !self.will_be_member(user, &room) {
            return Err(Failure::not_in_room());
        }
        if self.is_changing(&room) {
            return self.wait_for_change(conn, &room.clone(), ClientFrame::Change { room, change });
        }
        self.person(user)?.changes.take(now.mono_ms).map_err(Failure::too_fast)?;
        let name = change.name();
        let Some(draft) = self.draft(now, conn, user, &room, change)? else { return Ok(()) };
        let Draft { kind, secret, code } = draft;
        let purpose = Purpose::Change { name, code };
        self.append(now, kind, Pending { secret, ..Pending::new(vec![conn], user, &room, purpose) });
        Ok(())
    }

    /// What the change comes to, if the person may do it. `None` where that is answered already, or needs to be found
    /// out first.
    fn draft(
        &mut self,
        now: Now,
        conn: ConnId,
        user: &UserId,
        room: &RoomId,
        change: RoomChange,
    ) -> Result<Option<Draft>, Failure> {
        let kind = match change {
            RoomChange::Rename { name } => {
                self.check_deed(user, room, Deed::Rename)?;
                let name = RoomName::parse(&name).map_err(|_| Failure::bad_room_name())?;
                EntryKind::Renamed { name: name.as_str().into() }
            }
            RoomChange::Topic { topic } => {
                self.check_deed(user, room, Deed::SetTopic)?;
                let message = "a topic has at most 200 visible characters";
                let topic = RoomTopic::parse(&topic).map_err(|_| Failure::new(ErrorCode::BadTopic, message))?;
                EntryKind::Topic { topic: topic.as_str().into() }
            }
            RoomChange::Access { access, password } => {
                self.check_deed(user, room, Deed::SetAccess)?;
                check_password(access, password.as_ref())?;
                if let Some(password) = password {
                    self.check_idle(user)?;
                    let work = Work::Lock { room: room.clone() };
                    let ticket = self.begin_change(room);
                    self.locksmiths.insert(ticket, Locksmith { conn, user: user.clone(), work });
                    self.outputs.push_back(Output::HashPassword { ticket, password });
                    return Ok(None);
                }
                EntryKind::Access { access }
            }
            RoomChange::SlowMode { seconds } => {
                self.check_deed(user, room, Deed::SetSlowMode)?;
                check_bounds(seconds, SLOW_MODE_SECONDS_MAX)?;
                EntryKind::SlowMode { seconds }
            }
            RoomChange::Role { .. }
            | RoomChange::Remove { .. }
            | RoomChange::Ban { .. }
            | RoomChange::Unban { .. }
            | RoomChange::Mute { .. } => return self.draft_on_person(now, conn, user, room, change),
            RoomChange::DeleteMessage { seq } => {
                self.check_deed(user, room, Deed::Read)?;
                // Whose message it is only the log knows.
                let purpose = PagePurpose::Delete { ticket: self.begin_change(room), user: user.clone() };
                let range = PageRange::Before(seq.saturating_add(1));
                self.outputs.push_back(Output::Read(PageRequest {
                    conn,
                    room: room.clone(),
                    range,
                    limit: 1,
                    purpose,
                }));
                return Ok(None);
            }
            RoomChange::Invite { expires_in_s, uses } => {
                return self.draft_invite(now, user, room, expires_in_s, uses).map(Some);
            }
            RoomChange::RevokeInvite { invite } => {
                self.check_deed(user, room, Deed::Invite)?;
                if !self.rooms.get(room).is_some_and(|room| room.state.invites.contains_key(&invite)) {
                    return Err(Failure::new(ErrorCode::NoSuchInvite, "this room has no such invite link"));
                }
                EntryKind::InviteRevoked { invite }
            }
            RoomChange::Close => {
                self.check_deed(user, room, Deed::Close)?;
                EntryKind::Closed
            }
        };
        Ok(Some(kind.into()))
    }

    /// The changes that are about somebody.
    fn draft_on_person(
        &mut self,
        now: Now,
        conn: ConnId,
        user: &UserId,
        room: &RoomId,
        change: RoomChange,
    ) -> Result<Option<Draft>, Failure> {
        let kind = match change {
            RoomChange::Role { user: target, role } => return self.draft_role(now, conn, user, room, &target, role),
            RoomChange::Remove { user: target } => {
                let user = self.check_target(user, room, &target, Deed::Remove)?;
                EntryKind::Removed { user }
            }
            RoomChange::Ban { user: target } => {
                let user = self.check_target(user, room, &target, Deed::Ban)?;
                if self.rooms.get(room).is_some_and(|room| room.state.bans.len() >= BANS_PER_ROOM_MAX) {
                    return Err(Failure::out_of_bounds());
                }
                EntryKind::Banned { user }
            }
            RoomChange::Unban { user: target } => {
                self.check_deed(user, room, Deed::Unban)?;
                let name = self.rooms.get(room).and_then(|room| room.state.bans.get(&target)).cloned();
                let user = User { id: target, name: name.ok_or_else(Failure::no_such_person)? };
                EntryKind::Unbanned { user }
            }
            RoomChange::Mute { user: target, seconds } => {
                check_bounds(seconds, MUTE_SECONDS_MAX)?;
                let user = self.check_target(user, room, &target, Deed::Mute)?;
                let until = if seconds == 0 { 0 } else { now.unix_ms + u64::from(seconds) * 1_000 };
                EntryKind::Muted { user, until }
            }
            _ => return Err(Failure::not_allowed()),
        };
        Ok(Some(kind.into()))
    }

    fn draft_role(
        &mut self,
        now: Now,
        conn: ConnId,
        user: &UserId,
        room: &RoomId,
        target: &UserId,
        role: Role,
    ) -> Result<Option<Draft>, Failure> {
        let named = self.check_target(user, room, target, |rank| Deed::SetRole(rank, role))?;
        let Some(state) = self.rooms.get(room) else { return Err(Failure::not_in_room()) };
        let Some(member) = state.state.members.get(target) else { return Err(Failure::no_such_person()) };
        if member.role == role {
            let changed = Changed { room: room.clone(), change: "role".into(), seq: state.head(), code: None };
            self.answer(now, conn, &ServerFrame::Changed(changed));
            return Ok(None);
        }
        // Whoever is on their way out is no owner to rely on.
        let owners = state.state.members.iter().filter(|(_, member)| member.role == Role::Owner);
        let is_last_owner =
            member.role == Role::Owner && owners.filter(|(user, _)| self.will_be_member(user, room)).count() <= 1;
        if is_last_owner {
            return Err(Failure::new(ErrorCode::NotAllowed, "make somebody else an owner first"));
        }
        Ok(Some(EntryKind::Role { user: named, role }.into()))
    }

    fn draft_invite(
        &mut self,
        now: Now,
        user: &UserId,
        room: &RoomId,
        expires_in_s: Option<u32>,
        uses: Option<u32>,
    ) -> Result<Draft, Failure> {
        self.check_deed(user, room, Deed::Invite)?;
        let is_good = |given: Option<u32>, max| given.is_none_or(|given| (1..=max).contains(&given));
        if !is_good(expires_in_s, INVITE_SECONDS_MAX) || !is_good(uses, INVITE_USES_MAX) {
            return Err(Failure::out_of_bounds());
        }
        let valid = |room: &super::Room| room.state.invites.values().filter(|link| link.is_valid(now.unix_ms)).count();
        if self.rooms.get(room).is_some_and(|room| valid(room) >= INVITES_PER_ROOM_MAX) {
            return Err(Failure::out_of_bounds());
        }
        let (invite, code) = self.codes.new_code();
        let expires_at = expires_in_s.map(|seconds| now.unix_ms + u64::from(seconds) * 1_000);
        let kind = EntryKind::Invited { invite, expires_at, uses_max: uses };
        Ok(Draft { kind, secret: Some(self.codes.digest(&code)), code: Some(code) })
    }

    /// The message that is to be deleted has been looked up.
    pub(super) fn delete_looked_up(
        &mut self,
        now: Now,
        request: PageRequest,
        ticket: Ticket,
        user: &UserId,
        result: Result<Page, Unavailable>,
    ) {
        let PageRequest { conn, room, range, .. } = request;
        let deletable = self.deletable(user, &room, range, result);
        match deletable {
            Ok(seq) => {
                let purpose = Purpose::Change { name: "delete_message", code: None };
                // It takes over from the looking up as the change that others wait for.
                self.append(now, EntryKind::Deleted { seq }, Pending::new(vec![conn], user, &room, purpose));
            }
            Err(failure) => {
                self.fail(now, conn, About::frame("change", Some(room.clone())), &failure);
                self.change_done(now, &room, ticket);
            }
        }
        self.pump(now, conn);
    }

    fn deletable(
        &self,
        user: &UserId,
        room: &RoomId,
        range: PageRange,
        result: Result<Page, Unavailable>,
    ) -> Result<Seq, Failure> {
        let page = result.map_err(|Unavailable| Failure::unavailable())?;
        let entry = page.entries.last().filter(|entry| range == PageRange::Before(entry.seq.saturating_add(1)));
        let entry = entry.filter(|entry| matches!(entry.kind, EntryKind::Message { .. }));
        let entry = entry.ok_or_else(Failure::no_such_message)?;
        if entry.by.id == *user {
            self.check_deed(user, room, Deed::DeleteOwnMessage)?;
        } else {
            self.check_deed(user, room, Deed::DeleteMessage(self.rank(&entry.by.id, room)))?;
        }
        Ok(entry.seq)
    }

    /// An administrator deletes a room without being in it. False if there is no such room.
    pub fn handle_close_room(&mut self, now: Now, by: User, room: RoomId) -> bool {
        let is_there = self.rooms.get(&room).is_some_and(|room| !room.state.is_closed && !self.is_closing(room));
        if is_there {
            let purpose = Purpose::Change { name: "close", code: None };
            let pending = Pending::new(vec![], &by.id, &room, purpose);
            self.append_by(now, by, EntryKind::Closed, pending);
        }
        is_there
    }

    /// Others wait for this change from now on, though it is not on its way to the log yet.
    fn begin_change(&mut self, room: &RoomId) -> Ticket {
        let ticket = self.new_ticket();
        if let Some(room) = self.rooms.get_mut(room) {
            room.changing = Some(ticket);
        }
        ticket
    }

    pub(super) fn rank(&self, user: &UserId, room: &RoomId) -> Rank {
        let state = self.rooms.get(room).map(|room| &room.state);
        let rank = state.map_or(Rank::Outsider, |state| state.rank(user, self.is_admin(user)));
        // Whoever is on their way out has no role any more, and does not get it back by coming in again.
        match self.memberships.get(room, user).and_then(|ticket| self.pending.get(&ticket)) {
            Some(pending) if pending.makes_member() => rank.min(Rank::Member),
            Some(_) => rank.min(Rank::Outsider),
            None => rank,
        }
    }

    /// Asks the table.
    pub(super) fn check_deed(&self, user: &UserId, room: &RoomId, deed: Deed) -> Result<(), Failure> {
        let access = self.rooms.get(room).map(|room| room.state.access).unwrap_or_default();
        let rank = self.rank(user, room);
        if rank.may(deed, access) {
            Ok(())
        } else if rank.is_member() {
            Err(Failure::not_allowed())
        } else {
            Err(Failure::not_in_room())
        }
    }

    /// Asks the table about somebody to whom it is done.
    fn check_target(
        &self,
        user: &UserId,
        room: &RoomId,
        target: &UserId,
        deed: impl Fn(Rank) -> Deed,
    ) -> Result<User, Failure> {
        let rank = self.rank(target, room);
        // Whoever may not do it to anybody is to learn nothing of who is there.
        self.check_deed(user, room, deed(Rank::Member))?;
        let member = self.rooms.get(room).and_then(|room| room.state.members.get(target));
        let name = match (member, self.people.get(target)) {
            (Some(member), _) => self.name_in(target, &member.name),
            (None, Some(person)) => person.name.clone(),
            (None, None) => return Err(Failure::no_such_person()),
        };
        match self.check_deed(user, room, deed(rank)) {
            Err(_) if !rank.is_member() => Err(Failure::no_such_person()),
            checked => checked.map(|()| User { id: target.clone(), name }),
        }
    }

    /// What a member is called now, as far as is known.
    pub(super) fn name_in(&self, user: &UserId, joined_as: &str) -> String {
        self.people.get(user).map_or_else(|| joined_as.to_owned(), |person| person.name.clone())
    }
}

fn check_bounds(number: u32, max: u32) -> Result<(), Failure> {
    if number <= max { Ok(()) } else { Err(Failure::out_of_bounds()) }
}
