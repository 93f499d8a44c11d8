//! Who a connection belongs to: found out at its beginning, watched until its end.

use super::commits::{Pending, Purpose};
use super::conn::Stage;
use super::failure::{About, Failure};
use super::{Claim, ConnId, Hub, Identity, Now, Output, Rejection, messages_burst};
use crate::protocol::limits::CONNECTIONS_PER_PERSON_MAX;
use crate::protocol::{
    CloseCode, EntryKind, ErrorCode, Heartbeat, Hello, Limits, LoginId, Profile, ServerFrame, UserId, UserName, Welcome,
};

impl Hub {
    pub(super) fn hello(&mut self, now: Now, conn: ConnId, hello: Hello) -> Result<(), Failure> {
        let Some(state) = self.conns.get_mut(&conn) else { return Ok(()) };
        if !matches!(state.stage, Stage::New) {
            return Err(Failure::new(ErrorCode::AlreadyGreeted, "a connection says hello once"));
        }
        let Hello { name, token, epoch, cursors } = hello;
        let claim = match (token, name) {
            (Some(token), _) => Claim::Token(token),
            (None, None) => Claim::Cookie,
            (None, Some(name)) => UserName::parse(&name)
                .map(Claim::Guest)
                .map_err(|_| Failure::new(ErrorCode::BadName, "a name is 1 to 32 visible characters"))?,
        };
        if let Err(slot_ms) = self.admission.arrive(now.mono_ms) {
            self.close_until(now, conn, CloseCode::Busy, Some(slot_ms));
            return Ok(());
        }
        state.is_waiting = true;
        state.stage = Stage::Identifying { epoch, cursors };
        self.outputs.push_back(Output::Identify { conn, claim });
        Ok(())
    }

    /// The shell has found out who a connection belongs to, or that it belongs to nobody.
    pub fn handle_identified(&mut self, now: Now, conn: ConnId, identity: Result<Identity, Rejection>) {
        let Some(state) = self.conns.get_mut(&conn) else { return };
        let Stage::Identifying { epoch, mut cursors } = std::mem::replace(&mut state.stage, Stage::New) else {
            return;
        };
        if std::mem::take(&mut state.is_waiting) {
            self.admission.leave(now.mono_ms, true);
        }
        let Identity { profile, login, token } = match identity {
            Ok(identity) => identity,
            Err(Rejection { code, retry_after_ms }) => {
                let failure = Failure { code, message: "this connection belongs to nobody", retry_after_ms };
                self.fail(now, conn, About::frame("hello", None), &failure);
                return self.pump(now, conn);
            }
        };
        let user = profile.user.id.clone();
        state.stage = Stage::Greeted { user: user.clone(), login };
        state.room_list_due = true;
        if self.people.get(&user).is_some_and(|person| person.conns.len() >= CONNECTIONS_PER_PERSON_MAX) {
            return self.close(now, conn, CloseCode::TooManyConnections);
        }
        if epoch.as_ref() != Some(&self.epoch) {
            cursors.clear();
        }
        self.gain_conn(now, &profile, conn);
        let member_of = self.people.get(&user).map(|person| person.rooms.iter().cloned().collect()).unwrap_or_default();
        let welcome = Welcome {
            profile,
            token,
            epoch: self.epoch.clone(),
            member_of,
            heartbeat: Heartbeat::default(),
            limits: self.limits(),
        };
        let rooms = welcome.member_of.clone();
        self.answer(now, conn, &ServerFrame::Welcome(welcome));
        for room in rooms {
            self.subscribe(now, conn, &room, cursors.get(&room).copied());
        }
        self.pump(now, conn);
    }

    fn limits(&self) -> Limits {
        let messages_per_second = self.messages_per_second;
        Limits { messages_per_second, messages_burst: messages_burst(messages_per_second), ..Limits::default() }
    }

    /// A login has ended, and its connections end with it.
    pub fn handle_login_ended(&mut self, now: Now, login: &LoginId) {
        let ended = self.conns.iter().filter(|(_, state)| state.login() == Some(login)).map(|(conn, _)| *conn);
        for conn in ended.collect::<Vec<_>>() {
            self.close(now, conn, CloseCode::SignedOut);
        }
    }

    /// A person's name or standing has changed.
    pub fn handle_profile(&mut self, now: Now, profile: Profile) {
        let user = profile.user.id.clone();
        let Some(person) = self.people.get(&user) else { return };
        let conns: Vec<_> = person.conns.iter().copied().collect();
        self.set_profile(now, &profile);
        for conn in conns {
            self.answer(now, conn, &ServerFrame::Profile(profile.clone()));
            self.pump(now, conn);
        }
    }

    /// A person has deleted their account or is kept out of the server, and leaves all rooms.
    pub fn handle_person_gone(&mut self, now: Now, user: &UserId) {
        let Some(person) = self.people.get(user) else { return };
        for conn in person.conns.iter().copied().collect::<Vec<_>>() {
            self.close(now, conn, CloseCode::SignedOut);
        }
        let rooms = self.people.get(user).map(|person| person.rooms.clone()).unwrap_or_default();
        for room in rooms {
            if self.will_be_member(user, &room) {
                self.append(now, EntryKind::Left, Pending::new(vec![], user, &room, Purpose::Leave));
            }
        }
    }
}
