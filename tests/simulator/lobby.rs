use std::collections::BTreeMap;

use parlor::log::RoomState;
use parlor::protocol::{Entry, EntryKind, Joined, MemberPage, Role, Seq, UserId};

/// What a page knows of a room besides its entries: as it was told, and as entries have changed it since.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lobby {
    pub topic: String,
    pub slow_mode_s: u32,
    pub role: Role,
    pub muted_until: u64,
    /// Unread ones.
    pub mentions: Vec<Seq>,
    /// With the mute, if that is known: whoever comes back may have been muted before.
    pub members: BTreeMap<UserId, (Role, Option<u64>)>,
}

/// As of which entry it was told.
#[derive(Debug, Clone, Copy, Default)]
pub struct Told {
    pub joined: Seq,
    /// `None` until the members have come.
    pub members: Option<Seq>,
}

impl Lobby {
    /// What it has to be in the end.
    pub fn of(state: &RoomState, user: &UserId) -> Self {
        let member = &state.members[user];
        let muted_until = |user: &UserId| state.mutes.get(user).copied().unwrap_or_default();
        Self {
            topic: state.topic.clone(),
            slow_mode_s: state.slow_mode_s,
            role: member.role,
            muted_until: muted_until(user),
            mentions: member.mentions.clone(),
            members: state
                .members
                .iter()
                .map(|(id, member)| (id.clone(), (member.role, Some(muted_until(id)))))
                .collect(),
        }
    }

    /// Where nothing is known of a mute, anything may be so.
    pub fn forget_mutes_unknown_to(&mut self, other: &Self) {
        for (user, (_, muted_until)) in &mut self.members {
            if other.members.get(user).is_some_and(|(_, known)| known.is_none()) {
                *muted_until = None;
            }
        }
    }

    pub fn joined(&mut self, joined: &Joined) -> Told {
        *self = Self {
            topic: joined.topic.clone(),
            slow_mode_s: joined.slow_mode_s,
            role: joined.role,
            muted_until: joined.muted_until,
            mentions: joined.mentions.clone(),
            members: BTreeMap::new(),
        };
        Told { joined: joined.head, members: None }
    }

    pub fn members(&mut self, page: &MemberPage) {
        let member =
            |member: &parlor::protocol::RoomMember| (member.user.id.clone(), (member.role, Some(member.muted_until)));
        self.members = page.members.iter().map(member).collect();
    }

    pub fn read(&mut self, seq: Seq) {
        self.mentions.retain(|mention| *mention > seq);
    }

    pub fn apply(&mut self, entry: &Entry, me: &UserId, told: Told) {
        if entry.seq > told.joined {
            match &entry.kind {
                EntryKind::Topic { topic } => self.topic.clone_from(topic),
                EntryKind::SlowMode { seconds } => self.slow_mode_s = *seconds,
                EntryKind::Role { user, role } if user.id == *me => self.role = *role,
                EntryKind::Muted { user, until } if user.id == *me => self.muted_until = *until,
                EntryKind::Message { mentions, .. } if mentions.contains(me) && entry.by.id != *me => {
                    self.mentions.push(entry.seq);
                }
                EntryKind::Deleted { seq } => self.mentions.retain(|mention| mention != seq),
                _ => {}
            }
        }
        if told.members.is_some_and(|at| entry.seq > at) {
            self.apply_to_members(entry);
        }
    }

    pub fn apply_to_members(&mut self, entry: &Entry) {
        match &entry.kind {
            EntryKind::Joined { .. } => {
                self.members.insert(entry.by.id.clone(), (Role::Member, None));
            }
            EntryKind::Left => _ = self.members.remove(&entry.by.id),
            EntryKind::Removed { user } | EntryKind::Banned { user } => _ = self.members.remove(&user.id),
            EntryKind::Role { user, role } => {
                if let Some(member) = self.members.get_mut(&user.id) {
                    member.0 = *role;
                }
            }
            EntryKind::Muted { user, until } => {
                if let Some(member) = self.members.get_mut(&user.id) {
                    member.1 = Some(*until);
                }
            }
            _ => {}
        }
    }
}
