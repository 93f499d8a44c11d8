use sha2::{Digest, Sha256};
use tokio::sync::mpsc::UnboundedSender;

use super::accounts::{
    Accounts, Denied, LoggedIn, NewLogin, Newcomer, Passwords, People, hex, new_user_id, random_hex, unix_ms,
};
use super::guard::Guard;
use super::notice::Notice;
use super::visitor::Visitor;
use crate::hub::{Claim, Codes, ConnId, Identity};
use crate::log::{Secret, Ticket, Unavailable};
use crate::protocol::{InviteCode, InviteId, Password, Token, UserName};

/// Finds out for the hub who somebody is, and what fits a password. Answers come as notices.
pub struct Identification {
    pub accounts: Accounts,
    pub passwords: Passwords,
    pub guard: Guard,
    pub notices: UnboundedSender<Notice>,
}

impl Identification {
    pub fn identify(&self, conn: ConnId, claim: Claim, visitor: &Visitor) {
        match (claim, &visitor.token) {
            (Claim::Token(token), _) => {
                let known = token.clone();
                self.accounts.tell_login(&token, move |result| identified(conn, result, Some(known)));
            }
            (Claim::Cookie, Some(token)) => {
                self.accounts.tell_login(token, move |result| identified(conn, result, None));
            }
            (Claim::Cookie, None) => self.tell(identified(conn, Err(Denied::sign_in_required()), None)),
            (Claim::Guest(name), _) => self.let_in(conn, name, visitor),
        }
    }

    /// A program comes in by its name alone.
    fn let_in(&self, conn: ConnId, name: UserName, visitor: &Visitor) {
        if let Err(denied) = self.guard.enter(visitor.address) {
            return self.tell(identified(conn, Err(denied), None));
        }
        let (login, token) = NewLogin::make(&visitor.label, unix_ms());
        let newcomer = Newcomer { user: new_user_id(), name, password: None, invited: false, login };
        let enter = move |people: &People| {
            let profile = people.enter(&newcomer, None)?;
            people.saw(&newcomer.login.id, newcomer.login.at + 1)?;
            Ok(LoggedIn { login: newcomer.login.id, profile, seen_at: newcomer.login.at, made_at: newcomer.login.at })
        };
        self.accounts.tell_written(enter, move |result| identified(conn, result, Some(token)));
    }

    pub fn hash(&self, ticket: Ticket, password: Password) {
        let (passwords, notices) = (self.passwords.clone(), self.notices.clone());
        tokio::spawn(async move {
            let result = passwords.hash(password).await.map_err(|_| Unavailable);
            notices.send(Notice::Hashed { ticket, result })
        });
    }

    pub fn verify(&self, ticket: Ticket, password: Password, hash: Secret) {
        let (passwords, notices) = (self.passwords.clone(), self.notices.clone());
        tokio::spawn(async move {
            let result = match passwords.turn().await {
                Ok(turn) => turn.verify(password, Some(hash)).await,
                Err(denied) => Err(denied),
            };
            notices.send(Notice::Verified { ticket, result: result.map_err(|_| Unavailable) })
        });
    }

    fn tell(&self, notice: Notice) {
        // Nobody listens any more once the server stops.
        let _ = self.notices.send(notice);
    }
}

fn identified(conn: ConnId, result: Result<LoggedIn, Denied>, token: Option<Token>) -> Notice {
    let identity = |LoggedIn { login, profile, .. }| Identity { profile, login, token };
    Notice::Identified { conn, result: result.map(identity).map_err(Into::into) }
}

/// The codes of invite links: random, and kept as their hash.
pub struct RandomCodes;

impl Codes for RandomCodes {
    fn new_code(&mut self) -> (InviteId, InviteCode) {
        let (id, code) = (random_hex::<4>(), random_hex::<20>());
        (InviteId::parse(&id).expect("hex digits are an id"), InviteCode::parse(&code).expect("hex digits are a code"))
    }

    fn digest(&self, code: &InviteCode) -> Secret {
        Secret::new(hex(&Sha256::digest(code.as_str())))
    }
}
