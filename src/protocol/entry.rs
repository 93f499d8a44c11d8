use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;

use super::access::{Access, Role};
use super::ids::{InviteId, MessageId, RoomId, Seq, UserId};
use super::tagged::tagged;

/// A person as others see them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    pub id: UserId,
    pub name: String,
}

/// One line of a room's log. It is committed before anyone sees it, and never changes but by being erased.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Entry {
    pub room: RoomId,
    pub seq: Seq,
    /// When the server took it, in ms since the Unix epoch.
    pub at: u64,
    /// Who did it, under the name they had then.
    pub by: User,
    #[serde(flatten)]
    pub kind: EntryKind,
}

impl<'de> Deserialize<'de> for Entry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Place {
            room: RoomId,
            seq: Seq,
            at: u64,
            by: User,
        }
        // For the same reasons as in `tagged`.
        let text = <&RawValue>::deserialize(deserializer)?.get();
        let read = || {
            let Place { room, seq, at, by } = serde_json::from_str(text)?;
            Ok(Self { room, seq, at, by, kind: EntryKind::read(text)? })
        };
        read().map_err(|error: serde_json::Error| D::Error::custom(error))
    }
}

impl Entry {
    /// Also of a message that was deleted.
    pub fn message_id(&self) -> Option<&MessageId> {
        match &self.kind {
            EntryKind::Message { id, .. } | EntryKind::Erased { id } => Some(id),
            _ => None,
        }
    }

    /// Whether it says no more than that somebody came or went.
    pub fn is_quiet(&self) -> bool {
        matches!(self.kind, EntryKind::Joined { .. } | EntryKind::Left)
    }

    /// The first place in the log that it stands for. The last one is its `seq`.
    pub fn first(&self) -> Seq {
        if let EntryKind::CameAndWent { first, .. } = self.kind { first.max(1).min(self.seq) } else { self.seq }
    }

    /// For how many places in the log it stands.
    pub fn span(&self) -> u64 {
        self.seq - self.first() + 1
    }

    /// Stands for no places before this one any more, nor for any after that one.
    pub fn narrow(&mut self, from: Seq, to: Seq) {
        let before = self.first();
        if let EntryKind::CameAndWent { first, joined, left } = &mut self.kind {
            self.seq = self.seq.min(to);
            *first = before.max(from).min(self.seq);
            // Who of them came and who went is not known; most often they come.
            let span = u32::try_from(self.seq - *first + 1).unwrap_or(u32::MAX);
            let excess = joined.saturating_add(*left).saturating_sub(span);
            let fewer = excess.min(*joined);
            *joined -= fewer;
            *left -= excess - fewer;
        }
    }

    /// Takes out what a deleted message said.
    pub fn erase(&mut self) {
        if let EntryKind::Message { id, .. } = &self.kind {
            self.kind = EntryKind::Erased { id: id.clone() };
        }
    }
}

tagged! { "kind"
    /// What happened. A client that meets a kind it does not know shows nothing, and moves its cursor on.
    pub enum EntryKind {
        /// The first entry of every room. Who made it owns it, once they join.
        Created {
            name: String,
            #[serde(default, skip_serializing_if = "Access::is_open")]
            access: Access,
        },
        Joined {
            /// The link that opened the room.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            invite: Option<InviteId>,
        },
        Left,
        /// Only ever on the way to a client, and never in a log: stands for all entries from `first` up to its own, each
        /// of which is `Joined` or `Left`.
        CameAndWent {
            first: Seq,
            joined: u32,
            left: u32,
        },
        Message {
            id: MessageId,
            body: String,
            /// Members whose names it has after an `@`.
            #[serde(default, skip_serializing_if = "Vec::is_empty")]
            mentions: Vec<UserId>,
        },
        Renamed {
            name: String,
        },
        Topic {
            topic: String,
        },
        Access {
            access: Access,
        },
        SlowMode {
            seconds: u32,
        },
        Role {
            user: User,
            role: Role,
        },
        Removed {
            user: User,
        },
        /// Also takes out whoever is in the room.
        Banned {
            user: User,
        },
        Unbanned {
            user: User,
        },
        /// Until then, in ms since the Unix epoch; 0 ends it.
        Muted {
            user: User,
            until: u64,
        },
        Invited {
            invite: InviteId,
            /// In ms since the Unix epoch.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            expires_at: Option<u64>,
            #[serde(default, skip_serializing_if = "Option::is_none")]
            uses_max: Option<u32>,
        },
        InviteRevoked {
            invite: InviteId,
        },
        /// The message at this place is deleted; it is `erased` from now on.
        Deleted {
            /// On the wire, `seq` is where this entry itself stands.
            #[serde(rename = "message")]
            seq: Seq,
        },
        /// There was a message here, and it has been deleted.
        Erased {
            id: MessageId,
        },
        /// The room is deleted. Nothing comes after this.
        Closed,
        /// There was an entry here, and the disk has damaged it: what it said cannot be told.
        Damaged,
        #[serde(other)]
        Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::encode;

    fn user(id: &str) -> User {
        User { id: UserId::parse(id).unwrap(), name: id.to_uppercase() }
    }

    fn every_kind() -> Vec<EntryKind> {
        let (id, invite) = (MessageId::parse("m-1").unwrap(), InviteId::parse("i-1").unwrap());
        let user = user("bo");
        vec![
            EntryKind::Created { name: "Tea".into(), access: Access::Hidden },
            EntryKind::Joined { invite: Some(invite.clone()) },
            EntryKind::Left,
            EntryKind::CameAndWent { first: 3, joined: 4, left: 1 },
            EntryKind::Message { id: id.clone(), body: "hi".into(), mentions: vec![user.id.clone()] },
            EntryKind::Renamed { name: "Coffee".into() },
            EntryKind::Topic { topic: "Beans".into() },
            EntryKind::Access { access: Access::Invite },
            EntryKind::SlowMode { seconds: 30 },
            EntryKind::Role { user: user.clone(), role: Role::Owner },
            EntryKind::Removed { user: user.clone() },
            EntryKind::Banned { user: user.clone() },
            EntryKind::Unbanned { user: user.clone() },
            EntryKind::Muted { user, until: 9 },
            EntryKind::Invited { invite: invite.clone(), expires_at: Some(9), uses_max: Some(3) },
            EntryKind::InviteRevoked { invite },
            EntryKind::Deleted { seq: 1 },
            EntryKind::Erased { id },
            EntryKind::Closed,
            EntryKind::Damaged,
        ]
    }

    fn came_and_went(first: Seq, seq: Seq, joined: u32, left: u32) -> Entry {
        let kind = EntryKind::CameAndWent { first, joined, left };
        Entry { room: RoomId::parse("tea").unwrap(), seq, at: 8, by: user("parlor"), kind }
    }

    #[test]
    fn an_entry_stands_for_its_place_or_for_a_range_of_places() {
        let entry = came_and_went(11, 40, 25, 5);
        assert_eq!((entry.first(), entry.span()), (11, 30));
        let one = Entry { kind: EntryKind::Left, ..entry };
        assert_eq!((one.first(), one.span()), (40, 1));
        for wrong in [0, 41, Seq::MAX] {
            assert!((1..=40).contains(&came_and_went(wrong, 40, 25, 5).first()), "nobody trusts what a server says");
        }
        assert_eq!(came_and_went(9, 0, 1, 0).first(), 0);
    }

    #[test]
    fn a_range_that_overlaps_another_is_narrowed() {
        let narrowed = |from, to| {
            let mut entry = came_and_went(11, 40, 25, 5);
            entry.narrow(from, to);
            entry
        };
        assert_eq!(narrowed(1, 90), came_and_went(11, 40, 25, 5));
        assert_eq!(narrowed(21, 90), came_and_went(21, 40, 15, 5));
        assert_eq!(narrowed(38, 90), came_and_went(38, 40, 0, 3));
        assert_eq!(narrowed(1, 12), came_and_went(11, 12, 0, 2));
        assert_eq!(narrowed(90, 90).first(), 40);
    }

    #[test]
    fn an_entry_of_every_kind_survives_the_way() {
        for kind in every_kind() {
            let entry = Entry { room: RoomId::parse("tea").unwrap(), seq: 7, at: 8, by: user("ada"), kind };
            assert_eq!(serde_json::from_str::<Entry>(&encode(&entry)).unwrap(), entry);
        }
    }
}
