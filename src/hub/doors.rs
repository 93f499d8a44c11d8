//! Making rooms, entering and leaving them.

use std::net::IpAddr;

use super::commits::{Pending, Purpose};
use super::failure::{About, Failure};
use super::{ConnId, Hub, Now, Output};
use crate::log::{Secret, Ticket, Unavailable};
use crate::protocol::limits::{MEMBERS_PER_ROOM_MAX, ROOM_PASSWORD_CHARS_MIN, ROOMS_MAX, ROOMS_PER_USER_MAX};
use crate::protocol::{
    Access, ClientFrame, Deed, EntryKind, ErrorCode, InviteCode, InviteId, Left, Password, Proof, RoomChange, RoomId,
    RoomName, ServerFrame, UserId,
};

/// When to come again after something else was going on.
const BUSY_PAUSE_MS: u64 = 500;

/// What a password opens or is to open, while the shell hashes it.
#[derive(Debug)]
pub struct Locksmith {
    pub conn: ConnId,
    pub user: UserId,
    pub work: Work,
}

#[derive(Debug)]
pub enum Work {
    /// A room is to be made with this password.
    Create { name: RoomName },
    /// A room is to get this password.
    Lock { room: RoomId },
    /// The password that has come is to open the room, if it has this hash.
    Open { room: RoomId, hash: Secret },
}

/// Whose wrong passwords are counted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Guesser {
    /// The person, at this room.
    Door(UserId, RoomId),
    Person(UserId),
    Address(IpAddr),
}

impl Hub {
    pub(super) fn create(
        &mut self,
        now: Now,
        conn: ConnId,
        user: &UserId,
        name: &str,
        access: Access,
        password: Option<Password>,
    ) -> Result<(), Failure> {
        let name = RoomName::parse(name).map_err(|_| Failure::bad_room_name())?;
        check_password(access, password.as_ref())?;
        if let Some(room) = self.rooms.get(name.id()) {
            return Err(if room.state.is_closed { Failure::room_closed() } else { Failure::room_exists() });
        }
        if password.is_some() {
            self.check_idle(user)?;
        }
        self.check_making(now, user)?;
        if let Some(password) = password {
            let ticket = self.new_ticket();
            let locksmith = Locksmith { conn, user: user.clone(), work: Work::Create { name } };
            self.locksmiths.insert(ticket, locksmith);
            self.outputs.push_back(Output::HashPassword { ticket, password });
        } else {
            let purpose = Purpose::Create { by_name: true };
            self.append_created(now, &name, access, Pending::new(vec![conn], user, name.id(), purpose));
        }
        Ok(())
    }

    pub(super) fn join(&mut self, now: Now, conn: ConnId, user: &UserId, frame: ClientFrame) -> Result<(), Failure> {
        let ClientFrame::Join { room, since, password, invite } = &frame else { return Ok(()) };
        if self.will_be_member(user, room) {
            self.person(user)?.memberships.take(now.mono_ms).map_err(Failure::too_fast)?;
            // Either the entry is on its way to the log, and with it comes `joined` for all of the person's tabs; or
            // they are in the room.
            if !self.wait_too(conn, user, room) {
                self.subscribe(now, conn, room, *since);
            }
            return Ok(());
        }
        if self.is_changing(room) {
            return self.wait_for_change(conn, &room.clone(), frame);
        }
        self.person(user)?.memberships.take(now.mono_ms).map_err(Failure::too_fast)?;
        self.check_rooms_of(user)?;
        if let Some(state) = self.rooms.get(room) {
            if state.state.is_closed {
                return Err(Failure::room_closed());
            }
            let proof = self.proof(now, user, room, password.is_some(), invite.as_ref())?;
            if let (Proof::Password, Some(password)) = (proof, password) {
                return self.try_password(now, conn, user, room, password.clone());
            }
            self.enter(now, conn, user, room, proof, invite.as_ref())
        } else if invite.is_some() {
            Err(bad_invite())
        } else {
            self.check_making(now, user)?;
            let (name, purpose) = (RoomName::of(room), Purpose::Create { by_name: false });
            self.append_created(now, &name, Access::Open, Pending::new(vec![conn], user, room, purpose));
            Ok(())
        }
    }

    /// What the person has to show at the door, as far as that can be told at once.
    fn proof(
        &self,
        now: Now,
        user: &UserId,
        room: &RoomId,
        has_password: bool,
        invite: Option<&InviteCode>,
    ) -> Result<Proof, Failure> {
        let Some(state) = self.rooms.get(room) else { return Err(Failure::not_in_room()) };
        let proof = match (invite, state.state.access) {
            _ if self.is_admin(user) => Proof::Admin,
            // Whoever has made the room, and did not get in before something failed.
            _ if state.state.founder.as_ref() == Some(user) => Proof::Invite,
            (Some(code), _) => self.invite_of(now, room, code).map(|_| Proof::Invite).ok_or_else(bad_invite)?,
            (None, Access::Password) if has_password => Proof::Password,
            (None, _) => Proof::Nothing,
        };
        self.check_door(user, room, proof).map(|()| proof)
    }

    fn check_door(&self, user: &UserId, room: &RoomId, proof: Proof) -> Result<(), Failure> {
        let Some(state) = self.rooms.get(room).map(|room| &room.state) else { return Err(Failure::not_in_room()) };
        let rank = state.rank(user, self.is_admin(user));
        if rank.may(Deed::Join(proof), state.access) {
            return Ok(());
        }
        Err(match state.access {
            _ if state.bans.contains_key(user) => Failure::new(ErrorCode::Banned, "you are banned from this room"),
            Access::Password => Failure::new(ErrorCode::PasswordRequired, "this room wants a password"),
            _ => Failure::new(ErrorCode::InviteRequired, "this room wants an invite link"),
        })
    }

    /// The person has shown what the room wants.
    fn enter(
        &mut self,
        now: Now,
        conn: ConnId,
        user: &UserId,
        room: &RoomId,
        proof: Proof,
        invite: Option<&InviteCode>,
    ) -> Result<(), Failure> {
        let members = self.rooms.get(room).map_or(0, |room| room.state.members.len());
        if members >= MEMBERS_PER_ROOM_MAX {
            return Err(Failure::new(ErrorCode::RoomFull, "this room has as many members as it can hold"));
        }
        // An administrator needs no link, and uses none up.
        let invite = invite.filter(|_| proof == Proof::Invite).and_then(|code| self.invite_of(now, room, code));
        let purpose = Purpose::Join { invite: invite.clone() };
        self.append(now, EntryKind::Joined { invite }, Pending::new(vec![conn], user, room, purpose));
        Ok(())
    }

    /// The link of this code, if it opens the room, also once those are in who are on their way by it.
    pub(super) fn invite_of(&self, now: Now, room: &RoomId, code: &InviteCode) -> Option<InviteId> {
        let digest = self.codes.digest(code);
        let invites = &self.rooms.get(room)?.state.invites;
        let (id, invite) = invites.iter().find(|(_, invite)| invite.code == digest && invite.is_valid(now.unix_ms))?;
        let left = invite.uses_max.map_or(usize::MAX, |max| max.saturating_sub(invite.uses) as usize);
        let coming = self.pending.values().filter(|pending| pending.room == *room && pending.invite() == Some(id));
        (coming.take(left).count() < left).then(|| id.clone())
    }

    /// Whether an invite link opens this room now.
    pub fn is_valid_invite(&self, now: Now, room: &RoomId, code: &InviteCode) -> bool {
        self.invite_of(now, room, code).is_some()
    }

    fn try_password(
        &mut self,
        now: Now,
        conn: ConnId,
        user: &UserId,
        room: &RoomId,
        password: Password,
    ) -> Result<(), Failure> {
        for guesser in self.guessers(conn, user, room) {
            self.guesses.check(now.mono_ms, &guesser).map_err(Failure::too_fast)?;
        }
        self.check_idle(user)?;
        let Some(hash) = self.rooms.get(room).and_then(|room| room.state.password.clone()) else {
            return Err(Failure::new(ErrorCode::InviteRequired, "this room has no password that could be right"));
        };
        let ticket = self.new_ticket();
        let work = Work::Open { room: room.clone(), hash: hash.clone() };
        self.locksmiths.insert(ticket, Locksmith { conn, user: user.clone(), work });
        self.outputs.push_back(Output::VerifyPassword { ticket, password, hash });
        Ok(())
    }

    fn guessers(&self, conn: ConnId, user: &UserId, room: &RoomId) -> Vec<Guesser> {
        let address = self.conns.get(&conn).map(|state| Guesser::Address(state.address));
        let person = [Guesser::Door(user.clone(), room.clone()), Guesser::Person(user.clone())];
        address.into_iter().chain(person).collect()
    }

    /// One password of a person at a time: many tries at once would count as one, and keep others from theirs.
    pub(super) fn check_idle(&self, user: &UserId) -> Result<(), Failure> {
        let is_busy = self.locksmiths.values().any(|locksmith| locksmith.user == *user);
        if is_busy { Err(Failure::too_fast(BUSY_PAUSE_MS)) } else { Ok(()) }
    }

    /// Whoever has gone meanwhile, signed out perhaps, does nothing any more.
    fn is_theirs(&self, conn: ConnId, user: &UserId) -> bool {
        self.conns.get(&conn).and_then(|state| state.user()) == Some(user)
    }

    /// Whether a password is the right one, as [`Output::VerifyPassword`] asked.
    pub fn handle_verified(&mut self, now: Now, ticket: Ticket, result: Result<bool, Unavailable>) {
        let Some(Locksmith { conn, user, work: Work::Open { room, hash } }) = self.locksmiths.remove(&ticket) else {
            return;
        };
        let outcome = match result {
            Err(Unavailable) => Err(Failure::unavailable()),
            Ok(_) if !self.is_theirs(conn, &user) => return,
            Ok(true) => {
                // One's own mistakes at this door are made good; those at others, or of others at the same address, are
                // not.
                let mistakes = self.guesses.succeeded(&Guesser::Door(user.clone(), room.clone()));
                for guesser in self.guessers(conn, &user, &room) {
                    self.guesses.forgive(&guesser, mistakes);
                }
                self.enter_by_password(now, conn, &user, &room, &hash)
            }
            Ok(false) => {
                let guessers = self.guessers(conn, &user, &room);
                let pauses = guessers.into_iter().map(|guesser| self.guesses.failed(now.mono_ms, guesser));
                let pause_ms = pauses.max().unwrap_or_default();
                Err(Failure::later(ErrorCode::WrongPassword, "this is not the room's password", pause_ms))
            }
        };
        if let Err(failure) = outcome {
            self.fail(now, conn, About::frame("join", Some(room)), &failure);
        }
        self.pump(now, conn);
    }

    /// The room may have changed while the password was looked at.
    fn enter_by_password(
        &mut self,
        now: Now,
        conn: ConnId,
        user: &UserId,
        room: &RoomId,
        hash: &Secret,
    ) -> Result<(), Failure> {
        let is_same_lock = self.rooms.get(room).is_some_and(|room| room.state.password.as_ref() == Some(hash));
        if !is_same_lock || self.is_changing(room) {
            return Err(Failure::too_fast(BUSY_PAUSE_MS));
        }
        if self.will_be_member(user, room) {
            if !self.wait_too(conn, user, room) {
                self.subscribe(now, conn, room, None);
            }
            return Ok(());
        }
        self.check_door(user, room, Proof::Password)?;
        self.check_rooms_of(user)?;
        self.enter(now, conn, user, room, Proof::Password, None)
    }

    /// A password has been hashed, as [`Output::HashPassword`] asked for.
    pub fn handle_hashed(&mut self, now: Now, ticket: Ticket, result: Result<Secret, Unavailable>) {
        let Some(Locksmith { conn, user, work }) = self.locksmiths.remove(&ticket) else { return };
        let is_theirs = self.is_theirs(conn, &user);
        let hash = result.map_err(|Unavailable| Failure::unavailable());
        let hash = if is_theirs { hash } else { Err(Failure::hello_required()) };
        let (about, outcome) = match work {
            Work::Create { name } => {
                let made = hash.map(|hash| {
                    let purpose = Purpose::Create { by_name: true };
                    let pending = Pending::new(vec![conn], &user, name.id(), purpose);
                    self.append_created(now, &name, Access::Password, Pending { secret: Some(hash), ..pending });
                });
                (About::frame("create", None), made)
            }
            Work::Lock { room } => {
                let locked = hash.and_then(|hash| self.lock(now, conn, &user, &room, hash));
                if locked.is_err() {
                    self.change_done(now, &room, ticket);
                }
                (About::frame("change", Some(room)), locked)
            }
            Work::Open { .. } => return,
        };
        if let Err(failure) = outcome {
            self.fail(now, conn, about, &failure);
        }
        self.pump(now, conn);
    }

    fn lock(&mut self, now: Now, conn: ConnId, user: &UserId, room: &RoomId, hash: Secret) -> Result<(), Failure> {
        self.check_deed(user, room, Deed::SetAccess)?;
        let change = RoomChange::Access { access: Access::Password, password: None };
        let purpose = Purpose::Change { name: change.name(), code: None };
        let pending = Pending { secret: Some(hash), ..Pending::new(vec![conn], user, room, purpose) };
        self.append(now, EntryKind::Access { access: Access::Password }, pending);
        Ok(())
    }

    pub(super) fn leave(&mut self, now: Now, conn: ConnId, user: &UserId, room: RoomId) -> Result<(), Failure> {
        self.person(user)?.memberships.take(now.mono_ms).map_err(Failure::too_fast)?;
        if self.will_be_member(user, &room) {
            self.append(now, EntryKind::Left, Pending::new(vec![conn], user, &room, Purpose::Leave));
        } else if !self.wait_too(conn, user, &room) {
            self.answer(now, conn, &ServerFrame::Left(Left { room, reason: None, by: None }));
        }
        Ok(())
    }

    /// The room was made by somebody else just now.
    pub(super) fn join_again(&mut self, now: Now, conn: ConnId, user: &UserId, room: &RoomId) {
        let frame = ClientFrame::Join { room: room.clone(), since: None, password: None, invite: None };
        if let Err(failure) = self.join(now, conn, user, frame) {
            self.fail(now, conn, About::frame("join", Some(room.clone())), &failure);
        }
        self.pump(now, conn);
    }

    /// Asks the log for the first entry of a room, whose id is that of `pending`.
    fn append_created(&mut self, now: Now, name: &RoomName, access: Access, pending: Pending) {
        self.append(now, EntryKind::Created { name: name.as_str().into(), access }, pending);
    }

    /// Whether the person may make a room now, which counts as one.
    fn check_making(&mut self, now: Now, user: &UserId) -> Result<(), Failure> {
        self.check_rooms_of(user)?;
        if self.rooms.values().filter(|room| !room.state.is_closed).count() >= ROOMS_MAX {
            return Err(Failure::new(ErrorCode::TooManyRooms, "this server has as many rooms as it can hold"));
        }
        self.person(user)?.creates.take(now.mono_ms).map_err(Failure::too_fast)
    }

    fn check_rooms_of(&self, user: &UserId) -> Result<(), Failure> {
        let rooms = self.people.get(user).map_or(0, |person| person.rooms.len());
        if rooms < ROOMS_PER_USER_MAX {
            Ok(())
        } else {
            Err(Failure::new(ErrorCode::TooManyRooms, "leave a room before joining another"))
        }
    }
}

/// A room has a password if, and only if, that is how people get in.
pub fn check_password(access: Access, password: Option<&Password>) -> Result<(), Failure> {
    match (access, password) {
        (Access::Password, Some(password)) if password.as_str().chars().count() >= ROOM_PASSWORD_CHARS_MIN => Ok(()),
        (Access::Open | Access::Hidden | Access::Invite, None) => Ok(()),
        _ => Err(Failure::bad_password()),
    }
}

fn bad_invite() -> Failure {
    Failure::new(ErrorCode::BadInvite, "this link is revoked, expired or used up, or never was")
}
