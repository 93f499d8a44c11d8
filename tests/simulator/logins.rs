use std::collections::BTreeMap;

use parlor::hub::{Claim, ConnId, Identity, Rejection};
use parlor::protocol::{ErrorCode, LoginId, Profile, ServerFrame, Token, User, UserId, decode_server};
use parlor::session::Command;

use crate::tab::TabId;
use crate::wire::is_one_of;
use crate::world::{Happening, World};

/// Who is signed in. The server keeps it apart from the log, and loses nothing of it.
#[derive(Debug, Default)]
pub struct Logins {
    people: BTreeMap<Token, usize>,
    counter: u64,
}

impl Logins {
    pub fn begin(&mut self, person: usize) -> Token {
        self.counter += 1;
        let token = Token::parse(&format!("{:_<32}", format!("login-{}", self.counter))).unwrap();
        self.people.insert(token.clone(), person);
        token
    }

    pub fn is_valid(&self, token: &Token) -> bool {
        self.people.contains_key(token)
    }

    fn find(&self, token: &Token) -> Option<Identity> {
        let person = *self.people.get(token)?;
        let profile = Profile { user: self::person(person), secured: true, admin: false };
        Some(Identity { profile, login: login(token), token: Some(token.clone()) })
    }
}

pub fn person(number: usize) -> User {
    User { id: user(number), name: name(number) }
}

pub fn user(person: usize) -> UserId {
    UserId::parse(&format!("person-{person}")).unwrap()
}

pub fn name(person: usize) -> String {
    format!("Person {person}")
}

fn login(token: &Token) -> LoginId {
    LoginId::parse(token.as_str()).unwrap()
}

impl World {
    /// What the server's shell finds out about a connection.
    pub fn identify(&mut self, conn: ConnId, claim: Claim) -> Result<Identity, Rejection> {
        let logins = &mut self.server.logins;
        let identity = match claim {
            Claim::Token(token) => logins.find(&token),
            Claim::Cookie => {
                let cookie = self.wires.get(&conn).and_then(|wire| wire.cookie.as_ref());
                cookie.and_then(|token| logins.find(token)).map(|identity| Identity { token: None, ..identity })
            }
            Claim::Guest(new) => {
                let person = (0..).find(|person| name(*person) == new.as_str()).unwrap();
                let token = logins.begin(person);
                logins.find(&token)
            }
        };
        if let (Some(identity), Some(wire)) = (&identity, self.wires.get_mut(&conn)) {
            wire.user = Some(identity.profile.user.id.clone());
        }
        identity.ok_or(Rejection { code: ErrorCode::SignInRequired, retry_after_ms: None })
    }

    /// The login of a browser ends: the person signs out, or ends it from another device, and the browser does not know.
    pub fn end_login(&mut self, browser: usize, knows: bool) {
        let browser = &mut self.browsers[browser];
        let token = if knows { browser.login.take() } else { browser.login.clone() };
        if let Some(token) = token.filter(|token| self.server.logins.people.remove(token).is_some()) {
            self.with_hub(|hub, now| hub.handle_login_ended(now, &login(&token)));
        }
    }

    /// A page of this browser has been told that the login has ended, and forgets everything; so does the browser.
    pub fn signed_out(&mut self, browser: usize) {
        self.written
            .iter_mut()
            .filter(|written| written.browser == browser)
            .for_each(|written| written.is_forgotten = true);
        self.lose_what_nobody_has();
        self.after(1_000..8_000, Happening::SignsIn(browser));
    }

    /// The person signs in again. Pages that have not heard of any of this are loaded anew.
    pub fn sign_in(&mut self, browser: usize) {
        let has_login = self.browsers[browser].login.as_ref().is_some_and(|token| self.server.logins.is_valid(token));
        if !has_login {
            let person = self.browsers[browser].person;
            self.browsers[browser].login = Some(self.server.logins.begin(person));
        }
        for tab in self.tabs_of(browser) {
            let is_signed_out = self.tabs[&tab].is_signed_out;
            let is_awake = self.tabs[&tab].asleep_until <= self.now_ms;
            if is_signed_out && is_awake && self.browsers[browser].has_cookies {
                self.tabs.get_mut(&tab).unwrap().is_signed_out = false;
                self.command(tab, Command::Enter { name: None });
            } else if is_signed_out || !has_login {
                self.end_tab(tab);
                self.open_tab(browser);
            }
        }
    }

    /// A browser without cookies keeps the secret that its page is told.
    pub fn keep_login(&mut self, tab: TabId, text: &str) {
        if is_one_of(text, &["welcome"])
            && let Some(ServerFrame::Welcome(welcome)) = decode_server(text)
            && let Some(tab) = self.tabs.get(&tab)
        {
            let browser = &mut self.browsers[tab.browser];
            browser.login = welcome.token.or(browser.login.take());
        }
    }
}
