use std::collections::HashSet;

use crate::dialect::Heard;
use crate::stamp::Stamp;

/// What everybody has heard in one room, to be compared: all must hear the same, in the same order, and all of it.
#[derive(Debug, Default)]
pub struct RoomRecord {
    /// What each place holds, by its number, where the server numbers what is said.
    places: Vec<Place>,
    /// How many messages of each sender anybody has heard, where it does not. Senders are numbered in the room.
    heard: Vec<u32>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Place {
    #[default]
    Unknown,
    Message {
        sender: u32,
        n: u32,
    },
    Other,
}

/// What one connection has heard.
#[derive(Debug, Default)]
pub struct Hearing {
    /// The next place, once the person is in the room.
    next: Option<u64>,
    /// The next message of each sender, where the server does not number what is said.
    next_of_sender: Vec<u32>,
}

impl RoomRecord {
    /// Compares what one connection has heard with what it and others have heard before. `sender` is numbered in the room.
    pub fn hear(&mut self, hearing: &mut Hearing, heard: &Heard, sender: u32) -> Result<(), String> {
        match *heard {
            Heard::Live { after: Some(after) } => {
                let next = *hearing.next.get_or_insert(after + 1);
                match next == after + 1 {
                    true => Ok(()),
                    false => Err(format!("goes on after {after}, and {next} was to come")),
                }
            }
            Heard::Message { stamp, seq: Some(seq) } => {
                hearing.pass(seq, seq)?;
                self.at(seq, Place::Message { sender: stamp.sender, n: stamp.n })
            }
            Heard::Message { stamp, seq: None } => self.hear_unnumbered(hearing, stamp, sender),
            Heard::Passed { first, last } => {
                hearing.pass(first, last)?;
                (first..=last).try_for_each(|seq| self.at(seq, Place::Other))
            }
            _ => Ok(()),
        }
    }

    fn at(&mut self, seq: u64, place: Place) -> Result<(), String> {
        let index = seq as usize;
        if index >= self.places.len() {
            self.places.resize(index + 1, Place::Unknown);
        }
        let known = &mut self.places[index];
        if *known == Place::Unknown {
            *known = place;
        }
        match *known == place {
            true => Ok(()),
            false => Err(format!("{seq} is {place:?}, and {known:?} for others")),
        }
    }

    fn hear_unnumbered(&mut self, hearing: &mut Hearing, stamp: Stamp, sender: u32) -> Result<(), String> {
        let index = sender as usize;
        for counts in [&mut hearing.next_of_sender, &mut self.heard] {
            if index >= counts.len() {
                counts.resize(index + 1, 0);
            }
        }
        let next = std::mem::replace(&mut hearing.next_of_sender[index], stamp.n + 1);
        self.heard[index] = self.heard[index].max(stamp.n + 1);
        match next == stamp.n {
            true => Ok(()),
            false => Err(format!("message {} of person {} came, and {next} was to come", stamp.n, stamp.sender)),
        }
    }

    /// Whether this connection has all that anybody has.
    pub fn is_complete(&self, hearing: &Hearing) -> bool {
        match hearing.next {
            Some(next) => next >= self.places.len() as u64,
            None => self
                .heard
                .iter()
                .enumerate()
                .all(|(n, &count)| hearing.next_of_sender.get(n).is_some_and(|&next| next >= count)),
        }
    }

    /// What a connection lacks, in words.
    pub fn lack(&self, hearing: &Hearing) -> String {
        match hearing.next {
            Some(next) => format!("has nothing from {next} on, and others have all up to {}", self.places.len() - 1),
            None => {
                let have = hearing.next_of_sender.iter().map(|&count| u64::from(count)).sum::<u64>();
                let all = self.heard.iter().map(|&count| u64::from(count)).sum::<u64>();
                format!("has {have} of the {all} messages that others have")
            }
        }
    }

    /// Each sender's messages stand in their order, each once.
    pub fn check_order(&self, violations: &mut Vec<String>) {
        let mut next_of_sender = std::collections::HashMap::new();
        for (seq, place) in self.places.iter().enumerate() {
            let Place::Message { sender, n } = *place else { continue };
            let next = next_of_sender.entry(sender).or_insert(0);
            if n < *next {
                violations.push(format!("message {n} of person {sender} stands at {seq}, after a later one"));
            }
            *next = n + 1;
        }
    }

    /// The messages that somebody has, by person and number.
    pub fn messages(&self, person: impl Fn(u32) -> u32) -> HashSet<(u32, u32)> {
        let numbered = self.places.iter().filter_map(|place| match *place {
            Place::Message { sender, n } => Some((sender, n)),
            _ => None,
        });
        let unnumbered = (0..).zip(&self.heard).flat_map(|(index, &count)| {
            let sender = person(index);
            (0..count).map(move |n| (sender, n))
        });
        numbered.chain(unnumbered).collect()
    }
}

impl Hearing {
    fn pass(&mut self, first: u64, last: u64) -> Result<(), String> {
        let Some(next) = self.next else { return Err(format!("{first} came before the person was in the room")) };
        self.next = Some(next.max(last + 1));
        match first == next {
            true => Ok(()),
            false if first < next => Err(format!("{first} came again, and {next} was to come")),
            false => Err(format!("{first} came, and {next} was to come")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(sender: u32, n: u32, seq: Option<u64>) -> Heard {
        Heard::Message { stamp: Stamp { due_us: 0, sender, n }, seq }
    }

    /// Someone who hears these things, in a room where that was heard before.
    fn hear(room: &mut RoomRecord, heard: &[Heard]) -> (Hearing, Vec<String>) {
        let mut hearing = Hearing::default();
        let sender = |heard: &Heard| if let Heard::Message { stamp, .. } = heard { stamp.sender } else { 0 };
        let errors = heard.iter().filter_map(|heard| room.hear(&mut hearing, heard, sender(heard)).err()).collect();
        (hearing, errors)
    }

    const LIVE: Heard = Heard::Live { after: Some(1) };

    #[test]
    fn all_in_order_is_no_violation() {
        let mut room = RoomRecord::default();
        let all = [LIVE, message(1, 0, Some(2)), Heard::Passed { first: 3, last: 9 }, message(1, 1, Some(10))];
        let (hearing, errors) = hear(&mut room, &all);
        assert_eq!(errors, [] as [String; 0]);
        assert!(room.is_complete(&hearing));
        let mut violations = Vec::new();
        room.check_order(&mut violations);
        assert_eq!(violations, [] as [String; 0]);
        assert_eq!(room.messages(|n| n), [(1, 0), (1, 1)].into());
    }

    #[test]
    fn holes_and_repeats_are_violations() {
        let hole = [LIVE, message(1, 0, Some(2)), message(1, 2, Some(4))];
        assert_eq!(hear(&mut RoomRecord::default(), &hole).1, ["4 came, and 3 was to come"]);
        let again = [LIVE, message(1, 0, Some(2)), message(1, 0, Some(2))];
        assert_eq!(hear(&mut RoomRecord::default(), &again).1, ["2 came again, and 3 was to come"]);
    }

    #[test]
    fn two_who_hear_different_things_at_one_place_are_a_violation() {
        let mut room = RoomRecord::default();
        assert!(hear(&mut room, &[LIVE, message(1, 0, Some(2))]).1.is_empty());
        assert_eq!(hear(&mut room, &[LIVE, message(2, 0, Some(2))]).1.len(), 1);
    }

    #[test]
    fn whoever_lacks_the_end_is_not_complete() {
        for seqs in [[Some(2), Some(3)], [None, None]] {
            let mut room = RoomRecord::default();
            let messages = [LIVE, message(1, 0, seqs[0]), message(1, 1, seqs[1])];
            let messages = if seqs[0].is_none() { &messages[1..] } else { &messages[..] };
            let (all, _) = hear(&mut room, messages);
            let (less, _) = hear(&mut room, &messages[..messages.len() - 1]);
            assert!(room.is_complete(&all) && !room.is_complete(&less));
        }
    }

    #[test]
    fn without_numbers_each_sender_is_followed() {
        let lost = [message(1, 0, None), message(2, 0, None), message(1, 2, None)];
        let (_, errors) = hear(&mut RoomRecord::default(), &lost);
        assert_eq!(errors, ["message 2 of person 1 came, and 1 was to come"]);
    }

    #[test]
    fn a_sender_whose_messages_change_places_is_a_violation() {
        let mut room = RoomRecord::default();
        hear(&mut room, &[LIVE, message(1, 1, Some(2)), message(1, 0, Some(3))]);
        let mut violations = Vec::new();
        room.check_order(&mut violations);
        assert_eq!(violations.len(), 1);
    }
}
