use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use js_sys::Function;
use leptos::prelude::{
    RwSignal, TimeoutHandle, Update, WithUntracked, set_interval_with_handle, set_timeout_with_handle,
};
use leptos::task::spawn_local;
use wasm_bindgen::JsValue;

use super::kept::{self, Kept};
use super::socket::Socket;
use super::tabs::{self, Tabs};
use super::{clock, entropy};
use crate::app::{Model, update};
use crate::protocol::UserId;
use crate::session::{Action, Command, Event, Keep, Link, Note, Saved, Session};

/// How often what is kept too long is dropped. The first time is when the page has long been started.
const PRUNE_EVERY: Duration = Duration::from_secs(600);
/// Notes that may come while the storage is being read.
const EARLY_NOTES_MAX: usize = 1_000;

thread_local! {
    static DRIVER: RefCell<Option<Rc<Driver>>> = const { RefCell::new(None) };
    static EARLY_NOTES: RefCell<Vec<Note>> = const { RefCell::new(Vec::new()) };
}

/// Carries the session's wishes out, and tells it what has come of them.
struct Driver {
    session: RefCell<Session>,
    socket: RefCell<Option<Socket>>,
    timer: Cell<Option<(u64, TimeoutHandle)>>,
    kept: Option<Kept>,
    tabs: Tabs,
    turn: Turn,
    model: RwSignal<Model>,
}

/// This tab's place among those that want to send.
#[derive(Default)]
struct Turn {
    waits: Cell<bool>,
    /// The server does not want this page any more.
    is_over: Cell<bool>,
    /// Ends it.
    give_up: Cell<Option<Function>>,
}

/// Starts from what the browser has kept, which is on the screen before anything is heard of the server.
pub async fn start(model: RwSignal<Model>) {
    // What other tabs tell from now on may not be in the storage yet when it is read.
    let tabs = Tabs::listen();
    let (kept, saved) = Kept::open().await;
    let me = model.with_untracked(|model| model.my_id().cloned());
    let saved = of_person(me.as_ref(), saved, kept.as_ref());
    // The server has not recognised anyone. If it says so once more, what is kept goes, and the page tells.
    let has_ended = me.is_none() && saved.user.is_some();
    let session = Session::new(entropy::random() as u64, None, saved);
    let driver = Driver {
        session: session.into(),
        socket: None.into(),
        timer: Cell::new(None),
        kept,
        tabs,
        turn: Turn::default(),
        model,
    };
    DRIVER.set(Some(Rc::new(driver)));
    input(|session, now| {
        if has_ended {
            session.handle_command(now, Command::Enter { name: None });
        }
    });
    EARLY_NOTES.take().into_iter().for_each(take_note);
    // Browsers of this age all have timers; without one the next visit prunes.
    let _ = set_interval_with_handle(|| spawn_local(prune()), PRUNE_EVERY);
}

/// What was kept for somebody else is nothing to this person.
fn of_person(me: Option<&UserId>, saved: Saved, kept: Option<&Kept>) -> Saved {
    let is_others = me.is_some() && saved.user.is_some() && me != saved.user.as_ref();
    if !is_others {
        return saved;
    }
    if let Some(kept) = kept {
        kept.write(vec![Keep::Wipe { user: saved.user }]);
    }
    Saved::default()
}

/// Another tab has told something.
pub fn take_note(note: Note) {
    if driver().is_some() {
        input(|session, now| session.handle_note(now, note));
    } else {
        EARLY_NOTES.with_borrow_mut(|notes| {
            if notes.len() < EARLY_NOTES_MAX {
                notes.push(note);
            }
        });
    }
}

fn driver() -> Option<Rc<Driver>> {
    DRIVER.with_borrow(Option::clone)
}

async fn prune() {
    if let Some(kept) = driver().and_then(|driver| driver.kept.clone())
        && let Err(error) = kept.prune().await
    {
        kept::complain(&error);
    }
}

/// Puts something into the session, with the time, and carries out what follows.
pub fn input(put: impl FnOnce(&mut Session, u64)) {
    if let Some(driver) = driver() {
        put(&mut driver.session.borrow_mut(), clock::monotonic_ms());
        driver.drain();
        driver.set_timer();
    }
}

impl Driver {
    fn drain(&self) {
        let (mut events, mut keeps) = (Vec::new(), Vec::new());
        while let Some(action) = self.next_action() {
            match action {
                Action::Connect => self.connect(),
                Action::Transmit(text) => {
                    if let Some(socket) = &*self.socket.borrow() {
                        socket.send(text);
                    }
                }
                // Browsers say no more than that they close, and the server needs to know no more.
                Action::Disconnect(_) => drop(self.socket.take()),
                Action::Keep(keep) => keeps.push(keep),
                Action::ReadOutbox => spawn_local(lead()),
                Action::Tell(note) => self.tabs.tell(&note),
                Action::Notify(event) => events.push(event),
            }
        }
        self.keep(keeps);
        self.notify(events);
    }

    fn keep(&self, keeps: Vec<Keep>) {
        if let Some(kept) = self.kept.as_ref().filter(|_| !keeps.is_empty()) {
            kept.write(keeps);
        }
    }

    fn next_action(&self) -> Option<Action> {
        self.session.borrow_mut().poll_action()
    }

    fn connect(&self) {
        // The old socket goes first, so that it can say nothing into the new link.
        self.socket.take();
        *self.socket.borrow_mut() = Some(Socket::open());
    }

    fn notify(&self, events: Vec<Event>) {
        if events.is_empty() {
            return;
        }
        events.iter().for_each(|event| self.look_at(event));
        self.model.update(|model| {
            for event in events {
                update(model, event);
            }
        });
    }

    fn look_at(&self, event: &Event) {
        match event {
            Event::Welcomed { .. } => {
                self.turn.is_over.set(false);
                self.wait_for_turn();
            }
            // A page too old to be served must not keep newer ones from sending.
            Event::Link(Link::Ended { .. }) => {
                self.turn.is_over.set(true);
                if let Some(give_up) = self.turn.give_up.take() {
                    self.give_up_turn(&give_up);
                    self.session.borrow_mut().handle_follow();
                }
            }
            _ => {}
        }
    }

    /// A page that nobody has entered by could not send, and so waits for no turn.
    fn wait_for_turn(&self) {
        if !self.turn.waits.replace(true) {
            tabs::wait_for_turn(granted);
        }
    }

    fn give_up_turn(&self, give_up: &Function) {
        self.turn.waits.set(false);
        // It only settles a promise.
        let _ = give_up.call0(&JsValue::UNDEFINED);
    }

    /// One timer, for whatever the session waits for next.
    fn set_timer(&self) {
        let due = self.session.borrow().poll_timeout();
        let set = self.timer.take();
        if let (Some(due), Some((set_for, _))) = (due, &set)
            && due == *set_for
        {
            return self.timer.set(set);
        }
        if let Some((_, handle)) = set {
            handle.clear();
        }
        let Some(due) = due else { return };
        let wait = Duration::from_millis(due.saturating_sub(clock::monotonic_ms()));
        // Browsers of this age all have timers; without one the next input looks at the time.
        let handle = set_timeout_with_handle(timed_out, wait).ok();
        self.timer.set(handle.map(|handle| (due, handle)));
    }
}

/// It is this tab's turn. Where there are no locks it always is, and nothing is to be given back.
fn granted(give_up: Option<Function>) {
    let Some(driver) = driver() else { return };
    match give_up {
        Some(give_up) if driver.turn.is_over.get() => return driver.give_up_turn(&give_up),
        give_up => driver.turn.give_up.set(give_up),
    }
    spawn_local(lead());
}

/// It is this tab's turn to send what all of them have left.
async fn lead() {
    let kept = driver().and_then(|driver| driver.kept.clone());
    let outbox = match kept {
        Some(kept) => kept.outbox().await.unwrap_or_else(|error| {
            kept::complain(&error);
            vec![]
        }),
        None => vec![],
    };
    input(|session, now| session.handle_lead(now, outbox));
}

fn timed_out() {
    DRIVER.with_borrow(|driver| driver.iter().for_each(|driver| driver.timer.set(None)));
    input(|session, now| session.handle_timeout(now));
}
