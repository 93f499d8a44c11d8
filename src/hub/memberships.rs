use std::collections::BTreeMap;

use crate::log::Ticket;
use crate::protocol::{RoomId, UserId};

/// Of what is on its way to the log, for each person and room the last that changes whether they are in it.
#[derive(Debug, Default)]
pub struct Memberships {
    by_person: BTreeMap<(RoomId, UserId), Ticket>,
    by_ticket: BTreeMap<Ticket, (RoomId, UserId)>,
}

impl Memberships {
    pub fn insert(&mut self, room: &RoomId, user: &UserId, ticket: Ticket) {
        self.by_person.insert((room.clone(), user.clone()), ticket);
        self.by_ticket.insert(ticket, (room.clone(), user.clone()));
    }

    pub fn get(&self, room: &RoomId, user: &UserId) -> Option<Ticket> {
        self.by_person.get(&(room.clone(), user.clone())).copied()
    }

    /// What this ticket was for is done.
    pub fn settle(&mut self, ticket: Ticket) {
        if let Some(person) = self.by_ticket.remove(&ticket)
            && self.by_person.get(&person) == Some(&ticket)
        {
            self.by_person.remove(&person);
        }
    }
}
