use std::collections::BTreeMap;

use parlor::hub::{Claim, ConnId, Identity, Rejection};
use parlor::protocol::{ErrorCode, LoginId, Profile, ServerFrame, Token, User, UserId, decode_server};

use crate::tab::TabId;
use crate::wire::is_one_of;
use crate::world::World;

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

    fn find(&self, token: &Token) -> Option<Identity> {
        let person = *self.people.get(token)?;
        let user = User { id: user(person), name: name(person) };
        let profile = Profile { user, secured: true, admin: false };
        Some(Identity { profile, login: login(token), token: Some(token.clone()) })
    }
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
        identity.ok_or(Rejection { code: ErrorCode::SignInRequired, retry_after_ms: None })
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
