use std::collections::BTreeMap;
use std::future::pending;
use std::net::SocketAddr;
use std::time::Duration;

use parlor::protocol::{Entry, Joined, RoomId, Seq, ServerFrame, Token, decode_server};
use parlor::session::{Action, Command, Event, Link, Session};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use crate::socket::{Socket, SocketEvent};
use crate::storage::Storage;

/// What happens to a browser from outside.
#[derive(Debug)]
pub enum Input {
    Command(Command),
    Wake,
    Network(bool),
    /// The page starts over with what the storage has.
    Reload,
    /// The person scrolls back wherever something is missing, from now on.
    ScrollBack,
}

/// What a person sees.
#[derive(Debug, Default)]
pub struct View {
    pub link: Link,
    /// Messages that are not accepted.
    pub unsent: usize,
    /// Sockets that have opened.
    pub sockets: usize,
    pub screens: BTreeMap<RoomId, Screen>,
}

#[derive(Debug, Default)]
pub struct Screen {
    pub entries: BTreeMap<Seq, Entry>,
    /// The next entry follows this one.
    after: Seq,
}

/// The real session with a real socket, a clock, and a storage in memory. Ends when it is dropped.
pub struct Browser {
    pub view: watch::Receiver<View>,
    inputs: UnboundedSender<Input>,
    task: JoinSet<()>,
}

struct Page {
    name: String,
    server: SocketAddr,
    session: Session,
    token: Option<Token>,
    storage: Storage,
    socket: Option<Socket>,
    /// Sockets so far.
    opened: u64,
    events: UnboundedSender<(u64, SocketEvent)>,
    view: watch::Sender<View>,
    started: Instant,
    scrolls_back: bool,
    /// Rooms that the person looks at, which the page joins each time it starts.
    rooms: Vec<RoomId>,
}

impl Browser {
    pub fn start(name: &str, server: SocketAddr, rooms: Vec<RoomId>, seed: u64) -> Self {
        let (inputs, input_queue) = unbounded_channel();
        let (events, event_queue) = unbounded_channel();
        let (sender, view) = watch::channel(View::default());
        let page = Page {
            name: name.into(),
            server,
            session: Session::new(seed, None, Storage::default().saved),
            token: None,
            storage: Storage::default(),
            socket: None,
            opened: 0,
            events,
            view: sender,
            started: Instant::now(),
            scrolls_back: false,
            rooms,
        };
        let mut task = JoinSet::new();
        task.spawn(page.run(input_queue, event_queue));
        Self { view, inputs, task }
    }

    pub fn put(&self, input: Input) {
        let _ = self.inputs.send(input);
    }

    /// Waits until the person sees it. What a browser finds wrong by itself is what the test says.
    pub async fn sees(&mut self, look: impl FnMut(&View) -> bool) {
        let mut view = self.view.clone();
        tokio::select! {
            seen = view.wait_for(look) => drop(seen.unwrap()),
            Some(ended) = self.task.join_next() => ended.unwrap(),
        }
    }
}

impl Page {
    async fn run(mut self, mut inputs: UnboundedReceiver<Input>, mut events: UnboundedReceiver<(u64, SocketEvent)>) {
        self.start();
        loop {
            self.drain();
            let due = self.session.poll_timeout().map(|ms| self.started + Duration::from_millis(ms));
            let timer = async {
                match due {
                    Some(at) => sleep_until(at).await,
                    None => pending().await,
                }
            };
            tokio::select! {
                input = inputs.recv() => match input {
                    Some(input) => self.take(input),
                    None => return,
                },
                Some((number, event)) = events.recv() => {
                    if number == self.opened && self.socket.is_some() {
                        self.hear(event);
                    }
                }
                () = timer => self.session.handle_timeout(self.now_ms()),
            }
        }
    }

    fn now_ms(&self) -> u64 {
        self.started.elapsed().as_millis() as u64
    }

    fn start(&mut self) {
        self.session.handle_lead(self.now_ms(), self.storage.saved.outbox.clone());
        self.session.handle_command(self.now_ms(), Command::Enter { name: Some(self.name.clone()) });
        for room in self.rooms.clone() {
            self.session.handle_command(self.now_ms(), Command::Join { room, key: None });
        }
    }

    fn take(&mut self, input: Input) {
        let now_ms = self.now_ms();
        match input {
            Input::Command(command) => self.session.handle_command(now_ms, command),
            Input::Wake => self.session.handle_wake(now_ms),
            Input::Network(online) => self.session.handle_network(now_ms, online),
            Input::Reload => {
                self.socket = None;
                self.view.send_modify(|view| view.screens.clear());
                self.session = Session::new(now_ms, self.token.clone(), self.storage.saved.clone());
                self.start();
            }
            Input::ScrollBack => self.scrolls_back = true,
        }
    }

    fn hear(&mut self, event: SocketEvent) {
        let now_ms = self.now_ms();
        match event {
            SocketEvent::Opened => {
                self.view.send_modify(|view| view.sockets += 1);
                self.session.handle_opened(now_ms);
            }
            SocketEvent::Text(text) => {
                if let Some(ServerFrame::Welcome(welcome)) = decode_server(&text) {
                    self.token = welcome.token;
                }
                self.session.handle_text(now_ms, &text);
            }
            SocketEvent::Closed(code) => {
                self.socket = None;
                self.session.handle_closed(now_ms, code);
            }
        }
    }

    fn drain(&mut self) {
        loop {
            while let Some(action) = self.session.poll_action() {
                self.carry_out(action);
            }
            let holes: Vec<_> = self.view.borrow().screens.iter().filter_map(hole).collect();
            for (room, before) in holes.into_iter().filter(|_| self.scrolls_back) {
                self.session.handle_command(self.now_ms(), Command::LoadOlder { room, before });
            }
            match self.session.poll_action() {
                Some(action) => self.carry_out(action),
                None => break,
            }
        }
        let unsent = self.storage.saved.outbox.len();
        self.view.send_modify(|view| view.unsent = unsent);
    }

    fn carry_out(&mut self, action: Action) {
        match action {
            Action::Connect => {
                self.opened += 1;
                self.socket = Some(Socket::open(self.server, self.opened, self.events.clone()));
            }
            Action::Transmit(text) => self.socket.iter().for_each(|socket| socket.send(text.clone())),
            Action::Disconnect(_) => self.socket = None,
            Action::Keep(keep) => self.storage.write(keep),
            Action::Tell(_) => {}
            Action::ReadOutbox => panic!("nobody signs out"),
            Action::Notify(event) => self.show(event),
        }
    }

    fn show(&mut self, event: Event) {
        self.view.send_modify(|view| view.show(event));
    }
}

impl View {
    fn show(&mut self, event: Event) {
        match event {
            Event::Link(link) => self.link = link,
            Event::Reset => self.screens.clear(),
            Event::Restored { room, cursor, entries, .. } => {
                let entries = entries.into_iter().map(|entry| (entry.seq, entry)).collect();
                self.screens.insert(room, Screen { entries, after: cursor });
            }
            Event::Joined { joined: Joined { room, after, .. }, reset } => {
                let screen = self.screens.entry(room.id).or_default();
                if reset {
                    *screen = Screen::default();
                }
                screen.after = after;
            }
            Event::Entry(entry) => {
                let screen = self.screens.get_mut(&entry.room).expect("entries come for rooms that were joined");
                assert_eq!(entry.first(), screen.after + 1, "neither doubles nor holes");
                screen.after = entry.seq;
                screen.entries.insert(entry.seq, entry);
            }
            Event::Older(page) => {
                let screen = self.screens.get_mut(&page.room).expect("history comes for rooms that were joined");
                screen.entries.extend(page.entries.into_iter().map(|entry| (entry.seq, entry)));
            }
            Event::Refused { id, code, .. } => panic!("{id:?} was refused: {code:?}"),
            _ => {}
        }
    }
}

/// Before which entry the last hole of a room is.
fn hole((room, screen): (&RoomId, &Screen)) -> Option<(RoomId, Seq)> {
    let mut expected = screen.after;
    for (seq, entry) in screen.entries.iter().rev().filter(|(seq, _)| **seq <= screen.after) {
        if *seq != expected {
            break;
        }
        expected = entry.first() - 1;
    }
    (expected > 0).then(|| (room.clone(), expected + 1))
}
