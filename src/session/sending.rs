//! Bringing messages into the log. The tabs of one browser share the outbox, so that what one tab wrote survives it;
//! one of them sends, so that the order in which the person wrote is the order in which it is stored.

use std::collections::VecDeque;

use super::outbox::Due;
use super::{Event, Keep, Note, Session, Unsent};
use crate::protocol::{ClientFrame, CloseCode, ErrorCode, MessageId, RoomId, Seq};

/// Messages that are remembered as settled; notes are late by moments.
const SETTLED_MAX: usize = 256;

/// What is kept, and what this tab knows besides: it may have written it a moment ago, or heard of it from a tab that died
/// before it was kept. If such a message was settled unheard, the server gives the same answer again.
fn merged(known: &[Unsent], kept: &[Unsent]) -> Vec<Unsent> {
    let mut rest: VecDeque<&Unsent> = known.iter().collect();
    let is_kept = |unsent: &Unsent| kept.iter().any(|kept| kept.id == unsent.id);
    let mut merged = Vec::with_capacity(known.len() + kept.len());
    for next in kept {
        if rest.iter().any(|unsent| unsent.id == next.id) {
            while let Some(before) = rest.pop_front().filter(|unsent| unsent.id != next.id) {
                merged.extend((!is_kept(before)).then(|| before.clone()));
            }
        }
        merged.push(next.clone());
    }
    merged.extend(rest.into_iter().filter(|unsent| !is_kept(unsent)).cloned());
    merged
}

impl Session {
    /// This is now the tab that sends. The outbox is as the browser has kept it: the tab that sent before may have
    /// known more than this one was told.
    pub fn handle_lead(&mut self, now_ms: u64, outbox: Vec<Unsent>) {
        self.leads = true;
        let known = self.outbox.take_all();
        let mut in_order = true;
        for unsent in merged(&known, &outbox) {
            // From the first one on that is not kept, all are kept again behind it.
            in_order &= outbox.iter().any(|kept| kept.id == unsent.id);
            if !in_order {
                self.keep(Keep::Unsent(unsent.clone()));
            }
            if known.contains(&unsent) {
                self.outbox.push(unsent);
            } else {
                self.queue(unsent);
            }
        }
        self.advance(now_ms);
    }

    /// This tab sends no more; another one does.
    pub fn handle_follow(&mut self) {
        self.leads = false;
        self.outbox.link_lost();
    }

    /// Another tab of this browser has told something.
    pub fn handle_note(&mut self, now_ms: u64, note: Note) {
        if self.is_signed_out {
            // Of a tab that has yet to learn that the login has ended, or of somebody else's login.
            return;
        }
        match note {
            Note::Queued(unsent) => {
                // A message that waits already keeps its place.
                self.outbox.take_refused(&unsent.id);
                if self.settled.contains(&unsent.id) {
                    self.pass_on(Keep::Settled { id: unsent.id.clone() }, Note::Discarded { id: unsent.id });
                } else if self.outbox.all().all(|waiting| waiting.id != unsent.id) {
                    self.queue(unsent);
                }
                // Somebody writes: there is a person at this browser, who does not want to wait.
                self.connection.hurry(now_ms);
            }
            Note::Accepted { id, room, seq, at } => {
                if self.settle(&id).is_some() {
                    let note = Note::Accepted { id: id.clone(), room: room.clone(), seq, at };
                    self.pass_on(Keep::Settled { id: id.clone() }, note);
                    self.notify(Event::Accepted { id, room, seq, at });
                }
            }
            Note::Refused { id, code } => {
                if let Some(room) = self.outbox.refuse(&id, code) {
                    self.pass_on(Keep::Refused { id: id.clone(), code }, Note::Refused { id: id.clone(), code });
                    self.notify(Event::Refused { id, room, code });
                }
            }
            Note::Discarded { id } => {
                if let Some(unsent) = self.settle(&id) {
                    self.pass_on(Keep::Settled { id: id.clone() }, Note::Discarded { id: id.clone() });
                    self.notify(Event::Discarded { id, room: unsent.room });
                }
            }
        }
        self.advance(now_ms);
    }

    /// Whoever told this may have ended before it was kept, and may have told it to tabs that are gone, while others read
    /// it from the storage as it was. The tab that sends looks after the outbox, and each message is news to it once.
    fn pass_on(&mut self, keep: Keep, note: Note) {
        if self.leads {
            self.keep(keep);
            self.tell(note);
        }
    }

    /// The person has written something.
    pub(super) fn write(&mut self, unsent: Unsent) {
        self.settled.retain(|id| *id != unsent.id);
        self.keep(Keep::Unsent(unsent.clone()));
        self.tell(Note::Queued(unsent.clone()));
        self.queue(unsent);
    }

    /// A refused message is to be tried again, after all that was written since.
    pub(super) fn write_again(&mut self, id: &MessageId) {
        if let Some(refused) = self.outbox.take_refused(id) {
            self.write(Unsent { refused: None, ..refused });
        }
    }

    pub(super) fn discard(&mut self, id: &MessageId) {
        if let Some(unsent) = self.outbox.take_refused(id) {
            self.discarded(unsent);
        }
    }

    /// The person leaves a room, and with it what they have not said there yet.
    pub(super) fn discard_all_of(&mut self, room: &RoomId) {
        for unsent in self.outbox.take_room(room) {
            self.discarded(unsent);
        }
    }

    fn discarded(&mut self, unsent: Unsent) {
        let Unsent { id, room, .. } = unsent;
        self.settle(&id);
        self.keep(Keep::Settled { id: id.clone() });
        self.tell(Note::Discarded { id: id.clone() });
        self.notify(Event::Discarded { id, room });
    }

    pub(super) fn queue(&mut self, unsent: Unsent) {
        self.outbox.push(unsent.clone());
        self.show_queued(unsent);
    }

    /// The page has forgotten everything.
    pub(super) fn queue_all_again(&mut self) {
        for unsent in self.outbox.all().cloned().collect::<Vec<_>>() {
            self.show_queued(unsent);
        }
    }

    fn show_queued(&mut self, unsent: Unsent) {
        let Unsent { id, room, body, refused } = unsent;
        self.notify(Event::Queued { id: id.clone(), room: room.clone(), body });
        if let Some(code) = refused {
            self.notify(Event::Refused { id, room, code });
        }
    }

    /// The server has said so, or the entry has come, which is as good. Other tabs get the entry too, but perhaps only as
    /// part of a gap, and whoever takes a message out of the storage has to tell.
    pub(super) fn accepted(&mut self, id: MessageId, room: RoomId, seq: Seq, at: u64) {
        if self.settle(&id).is_some() {
            self.keep(Keep::Settled { id: id.clone() });
            self.tell(Note::Accepted { id: id.clone(), room: room.clone(), seq, at });
            self.notify(Event::Accepted { id, room, seq, at });
        }
    }

    /// It is in the log or given up. What another tab says of it from now on is late.
    fn settle(&mut self, id: &MessageId) -> Option<Unsent> {
        if self.settled.len() == SETTLED_MAX {
            self.settled.pop_front();
        }
        self.settled.push_back(id.clone());
        self.outbox.remove(id)
    }

    pub(super) fn message_refused(&mut self, id: &MessageId, code: ErrorCode) {
        if let Some(room) = self.outbox.refuse(id, code) {
            self.keep(Keep::Refused { id: id.clone(), code });
            self.tell(Note::Refused { id: id.clone(), code });
            self.notify(Event::Refused { id: id.clone(), room, code });
        }
    }

    pub(super) fn send_due(&mut self, now_ms: u64) {
        if !self.leads {
            return;
        }
        let rooms = &self.rooms;
        // Into a room that the person has left, a message goes only if it was stored before; the server knows.
        let may_send = |room: &RoomId| rooms.get(room).is_none_or(|timeline| timeline.joined);
        match self.outbox.next_due(now_ms, may_send) {
            Some(Due::Send(unsent)) => {
                let Unsent { id, room, body, .. } = unsent;
                self.transmit(&ClientFrame::Send { room, id, body });
            }
            Some(Due::GiveUpLink) => self.connection.fail(now_ms, CloseCode::Silent),
            None => {}
        }
    }
}
