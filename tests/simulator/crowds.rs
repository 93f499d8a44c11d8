//! Strangers who come into a room all at once, and go again. Nobody looks over their shoulders.

use std::net::IpAddr;

use parlor::hub::ConnId;
use parlor::protocol::{ClientFrame, Hello, RoomId, encode};

use crate::logins;
use crate::world::{Happening, ROOMS, World};

/// Together with the others, not more than there are members on a page.
const STRANGERS: std::ops::Range<usize> = 10..50;

impl World {
    pub fn crowd_comes(&mut self) {
        let room = RoomId::from_name(ROOMS[self.rng.usize(..ROOMS.len())]).unwrap();
        let last = self.rng.usize(STRANGERS.start + 5..STRANGERS.end);
        let mut conns = vec![];
        for number in STRANGERS.start..last {
            self.counter += 1;
            let conn = ConnId(self.counter);
            self.with_hub(|hub, now| hub.handle_opened(now, conn, IpAddr::from([10, 0, 1, 1])));
            let name = Some(logins::name(number));
            self.stranger_says(conn, &ClientFrame::Hello(Hello { name, ..Hello::default() }));
            let join = ClientFrame::Join { room: room.clone(), since: None, password: None, invite: None };
            self.stranger_says(conn, &join);
            conns.push(conn);
        }
        self.after(100..15_000, Happening::CrowdLeaves(conns, room));
    }

    pub fn crowd_leaves(&mut self, conns: Vec<ConnId>, room: &RoomId) {
        for conn in conns {
            self.stranger_says(conn, &ClientFrame::Leave { room: room.clone() });
            self.with_hub(|hub, now| hub.handle_closed(now, conn));
        }
    }

    fn stranger_says(&mut self, conn: ConnId, frame: &ClientFrame) {
        self.with_hub(|hub, now| hub.handle_text(now, conn, &encode(frame)));
    }
}
