use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use js_sys::Function;
use leptos::prelude::{RwSignal, TimeoutHandle, Update, set_timeout, set_timeout_with_handle};
use leptos::task::spawn_local;
use wasm_bindgen::JsValue;

use super::kept::{self, Kept};
use super::socket::Socket;
use super::tabs::{self, Tabs};
use super::{clock, entropy, storage};
use crate::app::{Model, update};
use crate::session::{Action, Event, Keep, Link, Session};

/// When what is kept too long is dropped: when the page has long been started.
const PRUNE_AFTER: Duration = Duration::from_secs(20);

thread_local! {
    static DRIVER: RefCell<Option<Rc<Driver>>> = const { RefCell::new(None) };
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
    /// Ends it.
    give_up: Cell<Option<Function>>,
}

/// Starts from what the browser has kept, which is on the screen before anything is heard of the server.
pub async fn start(model: RwSignal<Model>) {
    let (kept, saved) = Kept::open().await;
    if let Some(me) = saved.user.clone() {
        model.update(|model| model.recognise(me));
    }
    let session = Session::new(entropy::random() as u64, storage::token(), saved);
    let driver = Driver {
        session: session.into(),
        socket: None.into(),
        timer: Cell::new(None),
        kept,
        tabs: Tabs::listen(),
        turn: Turn::default(),
        model,
    };
    DRIVER.set(Some(Rc::new(driver)));
    input(|_, _| {});
    set_timeout(|| spawn_local(prune()), PRUNE_AFTER);
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
            Event::Welcomed { token, .. } => {
                storage::keep_token(token);
                self.wait_for_turn();
            }
            // A page too old to be served must not keep newer ones from sending.
            Event::Link(Link::Ended { .. }) => {
                if let Some(give_up) = self.turn.give_up.take() {
                    // It only settles a promise.
                    let _ = give_up.call0(&JsValue::UNDEFINED);
                }
            }
            _ => {}
        }
    }

    /// A page that nobody has entered by could not send, and so waits for no turn.
    fn wait_for_turn(&self) {
        if !self.turn.waits.replace(true) {
            tabs::wait_for_turn(|| spawn_local(lead()), |give_up| with_turn(|turn| turn.give_up.set(Some(give_up))));
        }
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

fn with_turn(act: impl FnOnce(&Turn)) {
    if let Some(driver) = driver() {
        act(&driver.turn);
    }
}

fn timed_out() {
    DRIVER.with_borrow(|driver| driver.iter().for_each(|driver| driver.timer.set(None)));
    input(|session, now| session.handle_timeout(now));
}
