//! The third shell around both cores: it carries out what they want, in virtual time.

use std::net::IpAddr;

use parlor::hub::{ConnId, Hub, Output, PageRequest};
use parlor::log::{AppendError, Batch, Engine, Reader, Unavailable};
use parlor::protocol::{ClientFrame, decode_client, decode_server};
use parlor::session::Action;

use crate::checks;
use crate::governing::hash_of;
use crate::tab::TabId;
use crate::wire::{Wire, is_expendable_for_client, is_expendable_for_server, is_one_of};
use crate::world::{Happening, World};

/// A frame in so many has something done to it on a lossy wire.
const ONE_IN: u32 = 25;

impl World {
    pub fn happen(&mut self, happening: Happening) {
        match happening {
            Happening::Opened(conn) => self.opened(conn),
            Happening::ToServer(conn, text) => self.arrived_at_server(conn, &text),
            Happening::ToClient(conn, text) => {
                if let Some(wire) = self.wires.get_mut(&conn).filter(|wire| !wire.is_cut) {
                    wire.inbox.push_back(text);
                    self.read_inbox(conn);
                }
            }
            Happening::ToClientLate(conn, text) => self.read_frame(conn, &text),
            Happening::Written(conn, bytes) => {
                if let Some(wire) = self.wires.get_mut(&conn) {
                    wire.in_flight -= 1;
                    self.with_hub(|hub, now| hub.handle_written(now, conn, 1, bytes));
                }
            }
            Happening::ServerLearnsOfEnd(conn) => self.with_hub(|hub, now| hub.handle_closed(now, conn)),
            Happening::ClientLearnsOfEnd(conn, code) => {
                if let Some(tab) = self.tab_at(conn) {
                    self.with_tab(tab, |session, now_ms| session.handle_closed(now_ms, code));
                }
            }
            Happening::Committed(life) if life == self.server.life => self.committed(),
            Happening::PageRead(life, request) if life == self.server.life => self.page_read(request),
            Happening::Hashed(life, ticket, result) if life == self.server.life => {
                self.with_hub(|hub, now| hub.handle_hashed(now, ticket, result));
            }
            Happening::Verified(life, ticket, result) if life == self.server.life => {
                self.with_hub(|hub, now| hub.handle_verified(now, ticket, result));
            }
            Happening::Committed(_) | Happening::PageRead(..) | Happening::Hashed(..) | Happening::Verified(..) => {}
            Happening::SignsIn(browser) => self.sign_in(browser),
            Happening::HubTimer => {
                if self.server.hub.as_ref().and_then(Hub::poll_timeout).is_some_and(|at| at <= self.now_ms) {
                    self.with_hub(|hub, now| hub.handle_timeout(now));
                }
            }
            Happening::ServerStarts => {
                let seed = self.rng.u64(..);
                self.server.start(seed);
            }
            Happening::DiskMended => {
                self.server.disk.set_full(false);
                self.server.is_unreadable = false;
            }
            Happening::TabTimer(tab) => self.tab_timer(tab),
            Happening::TabWakes(tab) => self.tab_wakes(tab),
            Happening::TabLeads(tab) => {
                if let Some(browser) = self.tabs.get(&tab).map(|tab| tab.browser) {
                    let outbox = self.browsers[browser].storage.read().outbox;
                    self.with_tab(tab, |session, now_ms| session.handle_lead(now_ms, outbox));
                }
            }
            Happening::Kept(tab) => {
                if let Some(browser) = self.tabs.get(&tab).map(|tab| tab.browser) {
                    self.browsers[browser].storage.finish_one(tab);
                }
            }
            Happening::Noted(tab, note) => match self.tabs.get(&tab) {
                Some(state) if state.asleep_until > self.now_ms => {
                    self.agenda.plan(state.asleep_until, Happening::Noted(tab, note));
                }
                _ => self.with_tab(tab, |session, now_ms| session.handle_note(now_ms, note)),
            },
        }
    }

    fn page_read(&mut self, request: PageRequest) {
        let (disk, limit) = (&self.server.disk, request.limit);
        let page = disk.reader().and_then(|mut reader| reader.page(&request.room, request.range, limit));
        let result = page
            .map_err(|_| Unavailable)
            .and_then(|page| if self.server.is_unreadable { Err(Unavailable) } else { Ok(page) });
        self.with_hub(|hub, now| hub.handle_page(now, request, result));
    }

    fn opened(&mut self, conn: ConnId) {
        let Some(wire) = self.wires.get(&conn).filter(|wire| !wire.is_cut) else { return };
        let tab = wire.tab;
        if self.server.hub.is_none() {
            return self.agenda.plan(self.now_ms, Happening::ClientLearnsOfEnd(conn, 1006));
        }
        // Each browser has an address of its own, and a person two of them.
        let browser = self.tabs.get(&tab).map_or(0, |tab| tab.browser as u8);
        self.with_hub(|hub, now| hub.handle_opened(now, conn, IpAddr::from([10, 0, 0, browser])));
        if self.tab_at(conn).is_some() {
            self.with_tab(tab, |session, now_ms| session.handle_opened(now_ms));
        }
    }

    fn arrived_at_server(&mut self, conn: ConnId, text: &str) {
        let Some(wire) = self.wires.get_mut(&conn).filter(|wire| !wire.is_cut) else { return };
        if is_one_of(text, &["ack"])
            && let Ok(ClientFrame::Ack { cursors }) = decode_client(text)
        {
            for (room, seq) in cursors {
                if let Some(stream) = wire.streams.get_mut(&room) {
                    stream.acked = stream.acked.max(seq.min(stream.sent));
                }
            }
        }
        if is_one_of(text, &["join"])
            && let Ok(ClientFrame::Join { room, password: Some(password), .. }) = decode_client(text)
            && let Some(user) = &wire.user
        {
            self.server.proofs.insert((room, user.clone(), hash_of(&password).as_str().to_owned()));
        }
        self.with_hub(|hub, now| hub.handle_text(now, conn, text));
    }

    fn read_inbox(&mut self, conn: ConnId) {
        while let Some(wire) = self.wires.get_mut(&conn)
            && self.tabs.get(&wire.tab).is_none_or(|tab| tab.asleep_until <= self.now_ms)
            && let Some(text) = wire.inbox.pop_front()
        {
            self.read_frame(conn, &text);
        }
    }

    fn read_frame(&mut self, conn: ConnId, text: &str) {
        if let Some(tab) = self.tab_at(conn) {
            self.keep_login(tab, text);
            self.with_tab(tab, |session, now_ms| session.handle_text(now_ms, text));
        }
    }

    /// What a socket says that its tab has dropped reaches nobody.
    fn tab_at(&self, conn: ConnId) -> Option<TabId> {
        let tab = self.wires.get(&conn)?.tab;
        self.tabs.get(&tab).filter(|state| state.wire == Some(conn)).map(|_| tab)
    }

    fn tab_timer(&mut self, id: TabId) {
        let Some(tab) = self.tabs.get(&id) else { return };
        if tab.asleep_until > self.now_ms {
            return self.agenda.plan(tab.asleep_until, Happening::TabTimer(id));
        }
        if tab.session.poll_timeout().is_some_and(|at| at <= self.now_ms) {
            self.with_tab(id, |session, now_ms| session.handle_timeout(now_ms));
        }
    }

    fn tab_wakes(&mut self, id: TabId) {
        let Some(tab) = self.tabs.get(&id).filter(|tab| tab.asleep_until <= self.now_ms) else { return };
        if let Some(conn) = tab.wire {
            self.read_inbox(conn);
        }
        self.with_tab(id, |session, now_ms| session.handle_wake(now_ms));
    }

    pub fn drain_tab(&mut self, id: TabId) {
        while let Some(action) = self.tabs.get_mut(&id).and_then(|tab| tab.session.poll_action()) {
            match action {
                Action::Connect => self.connect(id),
                Action::Transmit(text) => {
                    if let Some(conn) = self.tabs[&id].wire {
                        self.send_to_server(conn, text);
                    }
                }
                Action::Disconnect(_) => {
                    if let Some(conn) = self.tabs.get_mut(&id).and_then(|tab| tab.wire.take()) {
                        let at_ms = self.now_ms + self.latency_ms();
                        self.agenda.plan(at_ms, Happening::ServerLearnsOfEnd(conn));
                    }
                }
                Action::Keep(keep) => {
                    let at_ms = self.now_ms + self.rng.u64(1..30);
                    if let Some(tab) = self.tabs.get_mut(&id) {
                        tab.keeps_at = tab.keeps_at.max(at_ms);
                        self.browsers[tab.browser].storage.begin(id, keep);
                        self.agenda.plan(tab.keeps_at, Happening::Kept(id));
                    }
                }
                Action::ReadOutbox => self.after(1..50, Happening::TabLeads(id)),
                Action::Tell(note) => {
                    let at_ms = self.now_ms + self.rng.u64(1..20);
                    let Some(tab) = self.tabs.get_mut(&id) else { continue };
                    tab.notes_at = tab.notes_at.max(at_ms);
                    let (at_ms, browser) = (tab.notes_at, tab.browser);
                    for other in self.tabs_of(browser).into_iter().filter(|other| *other != id) {
                        self.agenda.plan(at_ms, Happening::Noted(other, note.clone()));
                    }
                }
                Action::Notify(event) => {
                    self.note_event(id, &event);
                    let asks = self.tabs.get_mut(&id).and_then(|tab| tab.show(&event));
                    if let (Some(command), Some(tab)) = (asks, self.tabs.get_mut(&id)) {
                        tab.session.handle_command(self.now_ms, command);
                    }
                }
            }
        }
        if let Some(at_ms) = self.tabs.get(&id).and_then(|tab| tab.session.poll_timeout()) {
            self.agenda.plan(at_ms.max(self.now_ms), Happening::TabTimer(id));
        }
    }

    pub fn drain_hub(&mut self) {
        let (now, life) = (self.now(), self.server.life);
        while let Some(output) = self.server.hub.as_mut().and_then(Hub::poll_output) {
            match output {
                Output::Transmit { conn, frame } => self.send_to_client(conn, text_of(&frame)),
                Output::Broadcast { conns, frame } => {
                    for conn in conns {
                        self.send_to_client(conn, text_of(&frame));
                    }
                }
                Output::Close { conn, code } => {
                    let at_ms = self.next_at_client(conn);
                    self.agenda.plan(at_ms, Happening::ClientLearnsOfEnd(conn, code.number()));
                }
                Output::Identify { conn, claim } => {
                    let identity = self.identify(conn, claim);
                    let hub = self.server.hub.as_mut().unwrap();
                    hub.handle_identified(now, conn, identity);
                }
                Output::HashPassword { ticket, password } => {
                    let result = self.unless_busy(hash_of(&password));
                    self.after(5..100, Happening::Hashed(life, ticket, result));
                }
                Output::VerifyPassword { ticket, password, hash } => {
                    let result = self.unless_busy(hash_of(&password) == hash);
                    self.after(5..100, Happening::Verified(life, ticket, result));
                }
                Output::Append(append) => self.server.appends.push_back(append),
                Output::MarkRead(mark) => self.server.reads.push(mark),
                Output::Read(request) => self.after(1..30, Happening::PageRead(life, request)),
            }
        }
        self.begin_commit();
        if let Some(at_ms) = self.server.hub.as_ref().and_then(Hub::poll_timeout) {
            self.agenda.plan(at_ms.max(self.now_ms), Happening::HubTimer);
        }
    }

    /// Now and then too many passwords are being hashed.
    fn unless_busy<T>(&mut self, result: T) -> Result<T, Unavailable> {
        if self.has_faults && self.rng.u32(..20) == 0 { Err(Unavailable) } else { Ok(result) }
    }

    /// What has queued while the last commit ran is the next one.
    fn begin_commit(&mut self) {
        let server = &mut self.server;
        if server.committing.is_none() && !(server.appends.is_empty() && server.reads.is_empty()) {
            let (appends, reads) = (server.appends.drain(..).collect(), std::mem::take(&mut server.reads));
            server.committing = Some(Batch { appends, reads });
            let (at_ms, life) = (self.now_ms + self.latency_ms(), self.server.life);
            self.agenda.plan(at_ms, Happening::Committed(life));
        }
    }

    fn committed(&mut self) {
        let Some(batch) = self.server.committing.take() else { return };
        let tickets: Vec<_> = batch.appends.iter().map(|append| append.ticket).collect();
        let results = self.server.commit(batch.clone()).unwrap_or_else(|_| {
            self.server.reads.extend(batch.reads);
            vec![Err(AppendError::Unavailable); tickets.len()]
        });
        for (ticket, result) in tickets.into_iter().zip(results) {
            self.with_hub(|hub, now| hub.handle_appended(now, ticket, result));
        }
        self.begin_commit();
    }

    /// The server stops in good order and is started again.
    pub fn stop_server(&mut self) {
        self.with_hub(|hub, now| hub.handle_shutdown(now));
        if self.server.hub.is_some() {
            self.server.die(true);
            self.after(100..3_000, Happening::ServerStarts);
        }
    }

    fn connect(&mut self, id: TabId) {
        self.counter += 1;
        let conn = ConnId(self.counter);
        let frame_takes_ms = if self.has_faults && self.rng.u32(..10) == 0 { self.rng.u64(50..800) } else { 0 };
        let Some(tab) = self.tabs.get_mut(&id) else { return };
        tab.wire = Some(conn);
        let browser = &self.browsers[tab.browser];
        let cookie = browser.login.clone().filter(|_| browser.has_cookies);
        self.wires.insert(conn, Wire::new(id, cookie, self.has_lossy_wires, frame_takes_ms));
        let at_ms = self.now_ms + self.latency_ms();
        self.agenda.plan(at_ms, Happening::Opened(conn));
    }

    fn send_to_server(&mut self, conn: ConnId, text: String) {
        let earliest = self.now_ms + self.latency_ms();
        let Some(wire) = self.wires.get_mut(&conn) else { return };
        wire.to_server_at = wire.to_server_at.max(earliest);
        let at_ms = wire.to_server_at;
        if wire.is_lossy && is_expendable_for_server(&text) && self.rng.u32(..ONE_IN) == 0 {
            if self.rng.bool() {
                self.after(0..9_000, Happening::ToServer(conn, text));
            }
            return;
        }
        self.agenda.plan(at_ms, Happening::ToServer(conn, text));
    }

    fn send_to_client(&mut self, conn: ConnId, text: String) {
        let at_ms = self.next_at_client(conn);
        let Some(wire) = self.wires.get_mut(&conn) else { return };
        wire.in_flight += 1;
        checks::memory_is_bounded(wire);
        if is_one_of(&text, &["joined", "left", "entry", "history"]) {
            let frame = decode_server(&text).expect("the server speaks the protocol");
            checks::is_for_them(&self.server, wire, &frame);
            checks::stream_goes_on(wire, &frame);
        }
        let is_hit = wire.is_lossy && is_expendable_for_client(&text) && self.rng.u32(..ONE_IN) == 0;
        self.agenda.plan(at_ms, Happening::Written(conn, text.len()));
        match if is_hit { self.rng.u32(..3) } else { 3 } {
            0 => {}
            1 => self.after(0..9_000, Happening::ToClientLate(conn, text)),
            2 => {
                self.agenda.plan(at_ms, Happening::ToClient(conn, text.clone()));
                self.agenda.plan(at_ms, Happening::ToClient(conn, text));
            }
            _ => self.agenda.plan(at_ms, Happening::ToClient(conn, text)),
        }
    }

    fn next_at_client(&mut self, conn: ConnId) -> u64 {
        let earliest = self.now_ms + self.latency_ms();
        let Some(wire) = self.wires.get_mut(&conn) else { return earliest };
        wire.to_client_at = (wire.to_client_at + wire.frame_takes_ms).max(earliest);
        wire.to_client_at
    }
}

fn text_of(frame: &[u8]) -> String {
    String::from_utf8(frame.to_vec()).unwrap()
}
