//! How far people have read. A mark is a state: it only moves forward, the newest is told, and the log keeps it.

use super::failure::Failure;
use super::{ConnId, Hub, Now, Output};
use crate::log::ReadMark;
use crate::protocol::{RoomId, Seq, ServerFrame, UserId};

impl Hub {
    pub(super) fn read(&mut self, now: Now, user: &UserId, id: RoomId, seq: Seq) -> Result<(), Failure> {
        let room = self.rooms.get_mut(&id).ok_or_else(Failure::not_in_room)?;
        let head = room.head();
        let member = room.state.members.get(user).ok_or_else(Failure::not_in_room)?;
        let seq = seq.min(head);
        if seq <= member.read {
            return Ok(());
        }
        room.state.mark_read(user, seq);
        self.outputs.push_back(Output::MarkRead(ReadMark { user: user.clone(), room: id.clone(), seq }));
        let conns: Vec<_> = self.people.get(user).iter().flat_map(|person| &person.conns).copied().collect();
        for conn in conns {
            if let Some(state) = self.conns.get_mut(&conn).filter(|state| state.cursors.contains(&id)) {
                state.reads_due.insert(id.clone());
                self.pump(now, conn);
            }
        }
        Ok(())
    }

    pub(super) fn answer_read(&mut self, now: Now, conn: ConnId, room: RoomId) {
        let user = self.conns.get(&conn).and_then(|state| state.user());
        let mark = user.and_then(|user| self.rooms.get(&room)?.state.members.get(user));
        if let Some(seq) = mark.map(|member| member.read) {
            self.answer(now, conn, &ServerFrame::Read { room, seq });
        }
    }
}
