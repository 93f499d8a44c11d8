//! What can be asked about rooms, and who sees which of them.

use std::ops::Bound;

use super::commits::Purpose;
use super::delivery::encode_all;
use super::failure::Failure;
use super::{ConnId, Hub, Now, Room};
use crate::protocol::api::AdminRoom;
use crate::protocol::limits::{MEMBERS_PER_FRAME, ROOMS_PER_FRAME};
use crate::protocol::{
    Deed, InviteLink, MemberPage, Role, RoomId, RoomList, RoomMember, RoomSettings, RoomSummary, ServerFrame, User,
    UserId,
};

impl Hub {
    /// The rooms that this person sees, or a stranger, and their counts at this moment.
    pub fn room_list(&self, viewer: Option<&UserId>) -> Vec<RoomSummary> {
        let sees = |room: &&Room| {
            let rank = viewer.map_or(crate::protocol::Rank::Outsider, |user| self.rank(user, &room.id));
            !room.state.is_closed && rank.may(Deed::See, room.state.access)
        };
        self.rooms.values().filter(sees).map(Room::summary).collect()
    }

    /// All rooms, as administrators see them.
    pub fn admin_rooms(&self) -> Vec<AdminRoom> {
        let view = |room: &Room| {
            let owners = room.state.members.iter().filter(|(_, member)| member.role == Role::Owner);
            let owner = |(user, member): (&UserId, &crate::log::Member)| User {
                id: user.clone(),
                name: self.name_in(user, &member.name),
            };
            AdminRoom { summary: room.summary(), entries: room.head(), owners: owners.map(owner).collect() }
        };
        self.rooms.values().filter(|room| !room.state.is_closed && !self.is_closing(room)).map(view).collect()
    }

    /// Whoever has deleted a room does not find it again while that is on its way to the log.
    pub(super) fn is_closing(&self, room: &Room) -> bool {
        let pending = room.changing.and_then(|ticket| self.pending.get(&ticket));
        pending.is_some_and(|pending| matches!(pending.purpose, Purpose::Change { name: "close", .. }))
    }

    pub(super) fn members(
        &mut self,
        now: Now,
        conn: ConnId,
        user: &UserId,
        id: RoomId,
        after: Option<UserId>,
    ) -> Result<(), Failure> {
        self.check_deed(user, &id, Deed::Read)?;
        let Some(room) = self.rooms.get(&id) else { return Err(Failure::not_in_room()) };
        let from = after.as_ref().map_or(Bound::Unbounded, Bound::Excluded);
        let mut rest = room.state.members.range::<UserId, _>((from, Bound::Unbounded));
        let member = |(user, member): (&UserId, &crate::log::Member)| RoomMember {
            user: User { id: user.clone(), name: self.name_in(user, &member.name) },
            role: member.role,
            muted_until: room.state.mutes.get(user).copied().unwrap_or_default(),
        };
        let members = rest.by_ref().take(MEMBERS_PER_FRAME).map(member).collect();
        let page = MemberPage { at: room.head(), more: rest.next().is_some(), room: id, after, members };
        self.answer(now, conn, &ServerFrame::Members(page));
        Ok(())
    }

    pub(super) fn settings(&mut self, now: Now, conn: ConnId, user: &UserId, id: RoomId) -> Result<(), Failure> {
        self.check_deed(user, &id, Deed::Invite)?;
        let Some(room) = self.rooms.get(&id) else { return Err(Failure::not_in_room()) };
        let invites = room.state.invites.iter().filter(|(_, invite)| invite.is_valid(now.unix_ms));
        let invites = invites.map(|(id, invite)| InviteLink {
            id: id.clone(),
            by: invite.by.clone(),
            at: invite.at,
            expires_at: invite.expires_at,
            uses_max: invite.uses_max,
            uses: invite.uses,
        });
        let bans = room.state.bans.iter().map(|(user, name)| User { id: user.clone(), name: name.clone() });
        let (invites, bans) = (invites.collect(), bans.take(MEMBERS_PER_FRAME).collect());
        self.answer(now, conn, &ServerFrame::Settings(RoomSettings { room: id, invites, bans }));
        Ok(())
    }

    pub(super) fn answer_room_list(&mut self, now: Now, conn: ConnId) {
        let user = self.conns.get(&conn).and_then(|state| state.user()).cloned();
        for frame in room_list_frames(true, self.room_list(user.as_ref())) {
            self.answer(now, conn, &frame);
        }
    }

    pub(super) fn tell_room_list(&mut self, now: Now) {
        self.room_list_told_at = Some(now.mono_ms);
        let greeted: Vec<_> = self.conns.iter().filter(|(_, conn)| conn.user().is_some()).map(|(id, _)| *id).collect();
        let mut listed = Vec::new();
        for id in std::mem::take(&mut self.listed_anew) {
            let Some(room) = self.rooms.get_mut(&id) else { continue };
            let is_listed = room.state.access.is_listed() && !room.state.is_closed;
            let was_listed = std::mem::replace(&mut room.told_listed, is_listed);
            if is_listed {
                listed.push(room.summary());
                continue;
            }
            let members: Vec<_> = room.subscribers.iter().copied().collect();
            let frames = room_list_frames(false, vec![room.summary()]);
            if was_listed {
                let others = greeted.iter().filter(|conn| !room.subscribers.contains(conn)).copied().collect();
                let gone = RoomList { gone: vec![id.clone()], ..RoomList::default() };
                self.broadcast(others, &encode_all(&[ServerFrame::Rooms(gone)]), |conn| conn.room_list_due = true);
            }
            self.broadcast(members, &encode_all(&frames), |conn| conn.room_list_due = true);
        }
        let frames = encode_all(&room_list_frames(false, listed));
        self.broadcast(greeted, &frames, |conn| conn.room_list_due = true);
    }
}

/// A room list in frames of bounded size; only the first may tell to forget what was known before.
fn room_list_frames(all: bool, rooms: Vec<RoomSummary>) -> Vec<ServerFrame> {
    if all && rooms.is_empty() {
        return vec![ServerFrame::Rooms(RoomList { all, ..RoomList::default() })];
    }
    let list = |(at, rooms): (usize, &[RoomSummary])| {
        ServerFrame::Rooms(RoomList { all: all && at == 0, rooms: rooms.to_vec(), gone: vec![] })
    };
    rooms.chunks(ROOMS_PER_FRAME).enumerate().map(list).collect()
}
