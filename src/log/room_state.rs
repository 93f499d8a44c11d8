use std::collections::BTreeMap;

use super::Secret;
use crate::protocol::limits::MENTIONS_COUNTED_MAX;
use crate::protocol::{Access, Entry, EntryKind, InviteId, Rank, Role, Seq, User, UserId};

/// What a room has come to be by its entries. Whoever applies them one by one as they are committed, and whoever loads
/// the log, gets the same.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RoomState {
    pub name: String,
    pub topic: String,
    pub access: Access,
    /// The hash, with access by password.
    pub password: Option<Secret>,
    pub slow_mode_s: u32,
    /// Who made the room, until they join and own it.
    pub founder: Option<UserId>,
    /// Deleted: there are no entries any more, and there will be none.
    pub is_closed: bool,
    pub members: BTreeMap<UserId, Member>,
    /// Who is kept out, and what they were called.
    pub bans: BTreeMap<UserId, String>,
    /// Until when each may not write, in ms since the Unix epoch. Leaving ends no mute.
    pub mutes: BTreeMap<UserId, u64>,
    pub invites: BTreeMap<InviteId, Invite>,
}

/// Somebody who joined a room and did not leave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// What they were called when they joined.
    pub name: String,
    pub role: Role,
    /// The entry by which they joined.
    pub joined: Seq,
    /// How far they have read; at first up to their own `joined`, since what came before is no news to them.
    pub read: Seq,
    /// Unread messages that mention them, in order: the first of them, as many as are counted.
    pub mentions: Vec<Seq>,
}

/// An invite link that is not revoked, and was neither expired when the last one was made nor used up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invite {
    pub by: User,
    pub at: u64,
    pub expires_at: Option<u64>,
    pub uses_max: Option<u32>,
    pub uses: u32,
    /// The digest of its code.
    pub code: Secret,
}

impl Invite {
    pub fn is_valid(&self, now_unix_ms: u64) -> bool {
        self.expires_at.is_none_or(|at| now_unix_ms < at) && self.uses_max.is_none_or(|max| self.uses < max)
    }
}

impl RoomState {
    /// Takes in the next entry of the room; a secret comes beside those that set one.
    pub fn apply(&mut self, entry: &Entry, secret: Option<&Secret>) {
        let by = &entry.by;
        match &entry.kind {
            EntryKind::Created { name, access } => {
                *self = Self { name: name.clone(), access: *access, ..Self::default() };
                self.founder = Some(by.id.clone());
                self.password = secret.cloned();
            }
            EntryKind::Joined { invite } => self.join(by, entry.seq, invite.as_ref()),
            EntryKind::Left => _ = self.members.remove(&by.id),
            EntryKind::Message { mentions, .. } => self.mention(&by.id, mentions, entry.seq),
            EntryKind::Renamed { name } => self.name.clone_from(name),
            EntryKind::Topic { topic } => self.topic.clone_from(topic),
            EntryKind::Access { access } => {
                self.access = *access;
                self.password = secret.cloned();
            }
            EntryKind::SlowMode { seconds } => self.slow_mode_s = *seconds,
            EntryKind::Role { user, role } => {
                if let Some(member) = self.members.get_mut(&user.id) {
                    member.role = *role;
                }
            }
            EntryKind::Removed { user } => _ = self.members.remove(&user.id),
            EntryKind::Banned { user } => {
                self.members.remove(&user.id);
                self.bans.insert(user.id.clone(), user.name.clone());
            }
            EntryKind::Unbanned { user } => _ = self.bans.remove(&user.id),
            EntryKind::Muted { user, until: 0 } => _ = self.mutes.remove(&user.id),
            EntryKind::Muted { user, until } => _ = self.mutes.insert(user.id.clone(), *until),
            EntryKind::Invited { invite, expires_at, uses_max } => {
                self.invites.retain(|_, invite| invite.expires_at.is_none_or(|at| entry.at < at));
                let code = secret.cloned().unwrap_or(Secret::new(""));
                let (expires_at, uses_max) = (*expires_at, *uses_max);
                let made = Invite { by: by.clone(), at: entry.at, expires_at, uses_max, uses: 0, code };
                self.invites.insert(invite.clone(), made);
            }
            EntryKind::InviteRevoked { invite } => _ = self.invites.remove(invite),
            EntryKind::Deleted { seq } => {
                self.members.values_mut().for_each(|member| member.mentions.retain(|mention| mention != seq));
            }
            EntryKind::Closed => {
                *self = Self { name: std::mem::take(&mut self.name), is_closed: true, ..Self::default() };
            }
            EntryKind::Erased { .. } | EntryKind::CameAndWent { .. } | EntryKind::Damaged | EntryKind::Unknown => {}
        }
    }

    /// Moves a member's read mark, forward only.
    pub fn mark_read(&mut self, user: &UserId, seq: Seq) {
        if let Some(member) = self.members.get_mut(user) {
            member.read = member.read.max(seq);
            let read = member.read;
            member.mentions.retain(|mention| *mention > read);
        }
    }

    pub fn rank(&self, user: &UserId, is_admin: bool) -> Rank {
        match self.members.get(user) {
            Some(_) if is_admin => Rank::Admin,
            Some(member) => member.role.into(),
            None if self.bans.contains_key(user) => Rank::Banned,
            None => Rank::Outsider,
        }
    }

    fn join(&mut self, by: &User, seq: Seq, invite: Option<&InviteId>) {
        let founds = self.founder.take_if(|founder| *founder == by.id).is_some();
        let role = if founds { Role::Owner } else { Role::Member };
        let member = Member { name: by.name.clone(), role, joined: seq, read: seq, mentions: vec![] };
        self.members.insert(by.id.clone(), member);
        if let Some(id) = invite
            && let Some(invite) = self.invites.get_mut(id)
        {
            invite.uses += 1;
            if invite.uses_max.is_some_and(|max| invite.uses >= max) {
                self.invites.remove(id);
            }
        }
    }

    fn mention(&mut self, by: &UserId, mentions: &[UserId], seq: Seq) {
        for user in mentions.iter().filter(|user| *user != by) {
            if let Some(member) = self.members.get_mut(user)
                && member.mentions.len() < MENTIONS_COUNTED_MAX
                && member.mentions.last() != Some(&seq)
            {
                member.mentions.push(seq);
            }
        }
    }
}
