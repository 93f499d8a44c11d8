use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::protocol::limits::{
    FRAME_BYTES_MAX, FRAMES_IN_FLIGHT_MAX, IN_FLIGHT_BYTES_MAX, PAGE_ENTRIES_MAX, ROOMS_MAX, ROOMS_PER_FRAME,
    UNACKED_ENTRIES_MAX,
};
use crate::protocol::{ClientFrame, Entry, EntryKind, Joined, RoomId, Seq, ServerFrame, UserId, decode_server};

/// What the server's shell has room for; with more, it would have to drop a connection that did nothing wrong.
const OUTBOX_MAX: usize = FRAMES_IN_FLIGHT_MAX + ROOMS_MAX.div_ceil(ROOMS_PER_FRAME) + 2;

/// What is committed.
pub type Log = BTreeMap<RoomId, Vec<Entry>>;

/// One connection to the hub, and what the hub owes it.
#[derive(Debug, Default)]
pub struct Wire {
    /// Whose it is, from `welcome` on.
    pub user: Option<UserId>,
    pub is_closed: bool,
    /// Sizes of the frames that the socket has not taken.
    pub in_flight: VecDeque<usize>,
    pub places: BTreeMap<RoomId, Place>,
}

#[derive(Debug, Clone)]
pub struct Place {
    pub sent: Seq,
    pub acked: Seq,
    /// The end of each frame that was sent. Many who came and went count as one.
    ends: BTreeSet<Seq>,
    /// What was acked when the last entry came. A hub that has gone back to send again, and still reads the log for it,
    /// counts no ack of what it takes for unsent.
    acked_then: Seq,
}

impl Wire {
    pub fn heard(&mut self, text: &[u8], log: &Log) {
        assert!(!self.is_closed, "a frame after the end");
        assert!(text.len() <= FRAME_BYTES_MAX);
        let frame = decode_server(std::str::from_utf8(text).unwrap()).unwrap();
        self.in_flight.push_back(text.len());
        assert!(self.in_flight.len() <= OUTBOX_MAX, "more than the shell has room for");
        let bytes = self.in_flight.iter().sum::<usize>();
        assert!(bytes <= IN_FLIGHT_BYTES_MAX + OUTBOX_MAX * FRAME_BYTES_MAX / 8, "{bytes} bytes in flight");
        let greeted = self.user.is_some();
        assert!(greeted || matches!(frame, ServerFrame::Welcome(_) | ServerFrame::Error(_) | ServerFrame::Bye(_)));
        match frame {
            ServerFrame::Welcome(welcome) => assert_eq!(self.user.replace(welcome.profile.user.id), None),
            ServerFrame::Joined(joined) => self.joined(joined, log),
            ServerFrame::Left(left) => drop(self.places.remove(&left.room)),
            ServerFrame::Entry(entry) => self.entry(&entry, log),
            ServerFrame::Accepted { room, id, seq, at } => {
                let entry = entry_at(log, &room, seq).expect("what is accepted is committed");
                assert_eq!((Some(&entry.by.id), entry.at), (self.user.as_ref(), at));
                assert_eq!(entry.message_id(), Some(&id));
            }
            ServerFrame::Read { room, seq } => assert!(seq <= head_of(log, &room)),
            ServerFrame::History(page) => {
                assert!(page.entries.len() <= PAGE_ENTRIES_MAX);
                for entry in &page.entries {
                    assert!(is_in(log, entry), "not what is committed: {entry:?}");
                }
                assert!(page.entries.windows(2).all(|pair| pair[1].seq == pair[0].seq + 1));
            }
            ServerFrame::Unknown => panic!("a frame of no type"),
            _ => {}
        }
    }

    fn joined(&mut self, joined: Joined, log: &Log) {
        let Joined { room, head, after, read, .. } = joined;
        assert!(after <= head && read <= head && head <= head_of(log, &room.id));
        self.places.insert(room.id, Place { sent: after, acked: after, ends: BTreeSet::new(), acked_then: after });
    }

    fn entry(&mut self, entry: &Entry, log: &Log) {
        assert!(is_in(log, entry), "not what is committed: {entry:?}");
        let place = self.places.get_mut(&entry.room).expect("only of rooms that it is in");
        if entry.first() != place.sent + 1 && entry.first() == place.acked_then + 1 {
            place.acked = place.acked_then;
        }
        let next = [place.sent + 1, place.acked + 1];
        assert!(next.contains(&entry.first()), "{place:?} is followed by {entry:?}");
        let comes_again = entry.first() <= place.sent;
        (place.sent, place.acked_then) = (entry.seq, place.acked);
        if comes_again {
            // The hub counts as lost what was due to be acked, in other rooms too.
            self.places.values_mut().for_each(|place| place.ends.clear());
        }
        if let Some(place) = self.places.get_mut(&entry.room) {
            place.ends.insert(entry.seq);
        }
        let unacked: usize = self.places.values().map(|place| place.ends.range(place.acked + 1..).count()).sum();
        assert!(unacked as u64 <= UNACKED_ENTRIES_MAX, "{unacked} entries without an ack");
    }

    /// The hub has taken this frame.
    pub fn said(&mut self, frame: &ClientFrame) {
        if let ClientFrame::Ack { cursors } = frame {
            for (room, seq) in cursors {
                if let Some(place) = self.places.get_mut(room) {
                    place.acked = (*seq).clamp(place.acked, place.sent.max(place.acked));
                }
            }
        }
    }
}

/// Also what was read from the log a moment before it was deleted.
fn is_in(log: &Log, entry: &Entry) -> bool {
    if let EntryKind::CameAndWent { joined, left, .. } = entry.kind {
        let all = || (entry.first()..=entry.seq).map(|seq| entry_at(log, &entry.room, seq));
        let gone = all().flatten().filter(|entry| entry.kind == EntryKind::Left).count();
        let is_right = (u64::from(left), u64::from(joined)) == (gone as u64, entry.span() - gone as u64);
        return is_right && all().all(|entry| entry.is_some_and(Entry::is_quiet));
    }
    if entry.kind == EntryKind::Closed {
        // The last that anybody hears of a room of which nothing is left.
        return !log.contains_key(&entry.room);
    }
    let mut erased = entry.clone();
    erased.erase();
    entry_at(log, &entry.room, entry.seq).is_some_and(|held| held == entry || *held == erased)
}

pub fn head_of(log: &Log, room: &RoomId) -> Seq {
    log.get(room).map_or(0, |entries| entries.len() as u64)
}

fn entry_at<'a>(log: &'a Log, room: &RoomId, seq: Seq) -> Option<&'a Entry> {
    log.get(room)?.get(usize::try_from(seq).ok()?.checked_sub(1)?)
}
