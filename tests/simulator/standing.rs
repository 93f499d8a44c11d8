//! How people stand to a room, as its log says: told by the text of the protocol, apart from the code that is judged.

use std::collections::{BTreeMap, BTreeSet};

use parlor::log::{Secret, parlor};
use parlor::protocol::{Access, Entry, EntryKind, InviteId, Role, RoomId, Seq, UserId};

/// Right passwords that people have shown at a door, as they are kept.
pub type Proofs = BTreeSet<(RoomId, UserId, String)>;

#[derive(Debug, Clone, Default)]
pub struct Standing {
    rooms: BTreeMap<RoomId, Room>,
}

#[derive(Debug, Clone, Default)]
pub struct Room {
    access: Access,
    password: Option<Secret>,
    /// Who made the room, until they come in.
    founder: Option<UserId>,
    pub members: BTreeMap<UserId, Role>,
    pub banned: BTreeSet<UserId>,
    muted_until: BTreeMap<UserId, u64>,
    pub invites: BTreeMap<InviteId, Link>,
    /// The entry by which somebody ceased to be a member.
    gone_by: BTreeMap<UserId, Seq>,
    /// Who has said what, as long as it is not deleted.
    pub authors: BTreeMap<Seq, UserId>,
    /// Messages, and by which entry.
    pub deleted: BTreeMap<Seq, Seq>,
}

#[derive(Debug, Clone)]
pub struct Link {
    expires_at: Option<u64>,
    uses_left: Option<u32>,
}

impl Standing {
    pub fn room(&self, room: &RoomId) -> Option<&Room> {
        self.rooms.get(room)
    }

    /// Takes in what was committed, and judges whether it should have been.
    pub fn take(&mut self, entry: &Entry, secret: Option<&Secret>, proofs: &Proofs) {
        let room = self.rooms.entry(entry.room.clone()).or_default();
        match &entry.kind {
            EntryKind::Created { access, .. } => {
                let (founder, password) = (Some(entry.by.id.clone()), secret.cloned());
                *room = Room { access: *access, founder, password, ..Room::default() };
            }
            EntryKind::Joined { invite } => room.joined(entry, invite.as_ref(), proofs),
            EntryKind::Left => room.gone(&entry.by.id, entry.seq),
            EntryKind::Message { .. } => room.said(entry),
            _ => room.changed(entry, secret),
        }
    }

    /// Whether this person may not get this entry now: they are not in the room, and it came after they were.
    pub fn is_kept_from(&self, user: &UserId, room: &RoomId, seq: Seq) -> bool {
        self.rooms.get(room).is_some_and(|room| {
            !room.members.contains_key(user) && seq > room.gone_by.get(user).copied().unwrap_or_default()
        })
    }

    /// By which entry this message is deleted.
    pub fn deletion(&self, room: &RoomId, seq: Seq) -> Option<Seq> {
        self.rooms.get(room)?.deleted.get(&seq).copied()
    }
}

impl Room {
    fn joined(&mut self, entry: &Entry, invite: Option<&InviteId>, proofs: &Proofs) {
        let user = &entry.by.id;
        assert!(!self.banned.contains(user), "[doors] {user} is banned, and joined by {entry:?}");
        assert!(!self.members.contains_key(user), "[doors] {user} was in, and joined by {entry:?}");
        let founds = self.founder.take_if(|founder| founder == user).is_some();
        if let Some(id) = invite {
            let link = self.invites.get_mut(id).unwrap_or_else(|| panic!("[doors] no link is {id}: {entry:?}"));
            assert!(link.expires_at.is_none_or(|at| entry.at < at), "[doors] the link has expired: {entry:?}");
            assert_ne!(link.uses_left, Some(0), "[doors] the link is used up: {entry:?}");
            link.uses_left = link.uses_left.map(|left| left - 1);
        }
        let has_key = match self.access {
            Access::Open | Access::Hidden => true,
            Access::Password => self.password.as_ref().is_some_and(|password| {
                proofs.contains(&(entry.room.clone(), user.clone(), password.as_str().to_owned()))
            }),
            Access::Invite => false,
        };
        assert!(has_key || founds || invite.is_some(), "[doors] {user} had no key: {entry:?}, {:?}", self.access);
        self.members.insert(user.clone(), if founds { Role::Owner } else { Role::Member });
        self.gone_by.remove(user);
    }

    fn gone(&mut self, user: &UserId, seq: Seq) {
        if self.members.remove(user).is_some() {
            self.gone_by.insert(user.clone(), seq);
        }
    }

    fn said(&mut self, entry: &Entry) {
        let user = &entry.by.id;
        assert!(self.members.contains_key(user), "[silence] {user} is not in the room: {entry:?}");
        let muted_until = self.muted_until.get(user).copied().unwrap_or_default();
        assert!(muted_until <= entry.at, "[silence] {user} is muted until {muted_until}: {entry:?}");
        self.authors.insert(entry.seq, user.clone());
    }

    fn changed(&mut self, entry: &Entry, secret: Option<&Secret>) {
        match &entry.kind {
            EntryKind::Renamed { .. } => self.is_done_by(entry, Role::Owner),
            EntryKind::Access { access } => {
                self.is_done_by(entry, Role::Owner);
                assert_eq!(secret.is_some(), *access == Access::Password, "[doors] {entry:?}");
                (self.access, self.password) = (*access, secret.cloned());
            }
            EntryKind::Topic { .. } | EntryKind::SlowMode { .. } => self.is_done_by(entry, Role::Moderator),
            EntryKind::Role { user, role } => {
                if entry.by != parlor() {
                    self.is_done_by(entry, Role::Owner);
                }
                if let Some(member) = self.members.get_mut(&user.id) {
                    *member = *role;
                }
            }
            EntryKind::Removed { user } => {
                self.is_done_to(entry, &user.id);
                self.gone(&user.id, entry.seq);
            }
            EntryKind::Banned { user } => {
                self.is_done_to(entry, &user.id);
                self.gone(&user.id, entry.seq);
                self.banned.insert(user.id.clone());
            }
            EntryKind::Unbanned { user } => {
                self.is_done_by(entry, Role::Moderator);
                assert!(self.banned.remove(&user.id), "[rank] nobody banned them: {entry:?}");
            }
            EntryKind::Muted { user, until } => {
                self.is_done_to(entry, &user.id);
                self.muted_until.insert(user.id.clone(), *until);
            }
            EntryKind::Invited { invite, expires_at, uses_max } => {
                self.is_done_by(entry, Role::Moderator);
                let link = Link { expires_at: *expires_at, uses_left: *uses_max };
                self.invites.insert(invite.clone(), link);
            }
            EntryKind::InviteRevoked { invite } => {
                self.is_done_by(entry, Role::Moderator);
                self.invites.remove(invite);
            }
            EntryKind::Deleted { seq } => {
                let author = self.authors.remove(seq).unwrap_or_else(|| panic!("[deletion] no message: {entry:?}"));
                if author != entry.by.id {
                    self.is_done_to(entry, &author);
                }
                self.deleted.insert(*seq, entry.seq);
            }
            kind => panic!("[rank] nobody does that here: {kind:?}"),
        }
    }

    fn is_done_by(&self, entry: &Entry, least: Role) {
        let role = self.members.get(&entry.by.id).copied();
        assert!(role >= Some(least), "[rank] {role:?} did {entry:?}");
    }

    fn is_done_to(&self, entry: &Entry, target: &UserId) {
        self.is_done_by(entry, Role::Moderator);
        let (by, target) = (self.members.get(&entry.by.id), self.members.get(target));
        assert!(target < by, "[rank] {by:?} did to {target:?} {entry:?}");
    }
}
