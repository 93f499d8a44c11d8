use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use leptos::prelude::{RwSignal, TimeoutHandle, Update, set_timeout_with_handle};

use super::{clock, entropy, socket::Socket, storage};
use crate::app::{Model, update};
use crate::session::{Action, Event, Saved, Session};

thread_local! {
    static DRIVER: RefCell<Option<Rc<Driver>>> = const { RefCell::new(None) };
}

/// Carries the session's wishes out, and tells it what has come of them.
struct Driver {
    session: RefCell<Session>,
    socket: RefCell<Option<Socket>>,
    timer: Cell<Option<(u64, TimeoutHandle)>>,
    model: RwSignal<Model>,
}

pub fn start(model: RwSignal<Model>) {
    let session = Session::new(entropy::random() as u64, storage::token(), Saved::default());
    let driver = Driver { session: session.into(), socket: None.into(), timer: Cell::new(None), model };
    DRIVER.set(Some(Rc::new(driver)));
    input(|session, now| session.handle_lead(now, vec![]));
}

/// Puts something into the session, with the time, and carries out what follows.
pub fn input(put: impl FnOnce(&mut Session, u64)) {
    if let Some(driver) = DRIVER.with_borrow(Option::clone) {
        put(&mut driver.session.borrow_mut(), clock::monotonic_ms());
        driver.drain();
        driver.set_timer();
    }
}

impl Driver {
    fn drain(&self) {
        let mut events = Vec::new();
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
                Action::Keep(_) | Action::Tell(_) => {}
                Action::Notify(event) => events.push(event),
            }
        }
        self.notify(events);
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
        self.model.update(|model| {
            for event in events {
                if let Event::Welcomed { token, .. } = &event {
                    storage::keep_token(token);
                }
                update(model, event);
            }
        });
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

fn timed_out() {
    DRIVER.with_borrow(|driver| driver.iter().for_each(|driver| driver.timer.set(None)));
    input(|session, now| session.handle_timeout(now));
}
