use super::accounts::News;
use crate::hub::{ConnId, Identity, Rejection};
use crate::log::{Secret, Ticket, Unavailable};

/// What the hub's thread hears of people and their passwords. All that is about logins comes from one thread, so that
/// nobody is let in by a login after its end was told.
#[derive(Debug)]
pub enum Notice {
    Identified { conn: ConnId, result: Result<Identity, Rejection> },
    News(News),
    Hashed { ticket: Ticket, result: Result<Secret, Unavailable> },
    Verified { ticket: Ticket, result: Result<bool, Unavailable> },
}
