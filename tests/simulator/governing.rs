//! What owners and moderators do, and with which keys others come to a door.

use parlor::log::Secret;
use parlor::protocol::{Access, Changed, InviteCode, Password, Role, RoomChange, RoomId, Seq, UserId};
use parlor::session::{Command, Key};

use crate::tab::TabId;
use crate::world::{ROOMS, World};

/// What people know of how to get into rooms.
#[derive(Debug, Default)]
pub struct Keys {
    codes: Vec<(RoomId, InviteCode)>,
    passwords: Vec<(RoomId, Password)>,
}

impl Keys {
    /// Whoever makes a link hands it on.
    pub fn note(&mut self, changed: &Changed) {
        self.codes.extend(changed.code.clone().map(|code| (changed.room.clone(), code)));
    }
}

/// A password as the server keeps it.
pub fn hash_of(password: &Password) -> Secret {
    Secret::new(format!("hash of {}", String::from(password.clone())))
}

impl World {
    /// Somebody changes a room; mostly somebody who may.
    pub fn govern(&mut self) {
        let room = RoomId::from_name(ROOMS[self.rng.usize(..ROOMS.len())]).unwrap();
        let leads = |world: &Self, tab: TabId| {
            let standing = world.server.standing.room(&room);
            standing.and_then(|room| room.members.get(&world.user_of(tab))).is_some_and(|role| *role > Role::Member)
        };
        let tabs: Vec<TabId> = self.waking_tabs();
        let leading: Vec<TabId> = tabs.iter().copied().filter(|tab| leads(self, *tab)).collect();
        let among = if self.rng.u32(..6) == 0 || leading.is_empty() { tabs } else { leading };
        let Some(tab) = self.rng.choice(among) else { return };
        if let Some(change) = self.draw_change(&room) {
            self.command(tab, Command::Change { room, change });
        }
    }

    fn draw_change(&mut self, room: &RoomId) -> Option<RoomChange> {
        let user = self.draw_person();
        Some(match self.rng.u32(..26) {
            0..3 => RoomChange::Remove { user },
            3 => RoomChange::Ban { user },
            4..7 => {
                let banned = self.server.standing.room(room)?.banned.iter().cloned().collect::<Vec<_>>();
                RoomChange::Unban { user: self.rng.choice(banned).unwrap_or(user) }
            }
            7..9 => RoomChange::Mute { user, seconds: self.rng.u32(0..30) },
            9..11 => RoomChange::Role { user, role: Role::ALL[self.rng.usize(..3)] },
            11..16 => RoomChange::DeleteMessage { seq: self.draw_message(room)? },
            16..20 => self.draw_access(room),
            20..23 => {
                let (expires, uses) = (self.rng.bool(), self.rng.bool());
                let expires_in_s = expires.then(|| self.rng.u32(1..60));
                RoomChange::Invite { expires_in_s, uses: uses.then(|| self.rng.u32(1..3)) }
            }
            23 => {
                let invites = self.server.standing.room(room)?.invites.keys().cloned().collect::<Vec<_>>();
                RoomChange::RevokeInvite { invite: self.rng.choice(invites)? }
            }
            24 => RoomChange::SlowMode { seconds: self.rng.u32(..3) },
            _ if self.rng.bool() => RoomChange::Topic { topic: format!("topic {}", self.counter) },
            _ => RoomChange::Rename { name: format!("Name {}", self.counter) },
        })
    }

    fn draw_access(&mut self, room: &RoomId) -> RoomChange {
        let access = if self.rng.bool() { Access::Open } else { Access::ALL[self.rng.usize(..4)] };
        let password = (access == Access::Password).then(|| {
            let password = Password::parse(&format!("sesame {}", self.rng.u32(..9))).unwrap();
            self.keys.passwords.push((room.clone(), password.clone()));
            password
        });
        RoomChange::Access { access, password }
    }

    fn draw_person(&mut self) -> UserId {
        let people = self.people().collect::<Vec<_>>();
        self.rng.choice(people).unwrap()
    }

    /// The place of a message, now and then of something else.
    fn draw_message(&mut self, room: &RoomId) -> Option<Seq> {
        let messages = self.server.standing.room(room)?.authors.keys().copied().collect::<Vec<_>>();
        Some(self.rng.choice(messages)? + u64::from(self.rng.u32(..10) == 0))
    }

    /// With what somebody comes to a door: the newest keys mostly, or none.
    pub fn draw_key(&mut self, room: &RoomId) -> Option<Key> {
        let codes = self.keys.codes.iter().filter(|(of, _)| of == room).map(|(_, code)| Key::Invite(code.clone()));
        let passwords = self
            .keys
            .passwords
            .iter()
            .filter(|(of, _)| of == room)
            .map(|(_, password)| Key::Password(password.clone()));
        let keys: Vec<Key> = codes.rev().take(2).chain(passwords.rev().take(2)).collect();
        if self.rng.bool() { self.rng.choice(keys) } else { None }
    }
}
