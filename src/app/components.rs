//! Pieces of pages. They get data and call the store; none knows of sessions or sockets.

use leptos::html::Button;

use super::prelude::*;

mod access_fields;
mod access_icon;
mod account;
mod admin;
mod arrival;
mod ask_form;
mod avatar;
mod back;
mod composer;
mod composer_notes;
mod confirm;
mod connection;
mod conversation;
mod copy_button;
mod count_down;
mod door;
mod door_form;
mod enter_form;
mod gap;
mod icon;
mod lamp;
mod left_over;
mod mention_list;
mod message_body;
mod message_line;
mod message_log;
mod message_sheet;
mod new_room;
mod own_name;
mod people;
mod person_line;
mod person_sheet;
mod problem;
mod room_header;
mod room_list;
mod room_menu;
mod scroller;
mod select;
mod sheet;
mod sidebar;
mod sign_in_form;
mod sure_button;
mod tick;
mod typing;

pub use account::Account;
pub use admin::Admin;
pub use arrival::{Arrival, secret_in};
pub use ask_form::Outcome;
pub use back::Back;
pub use connection::Connection;
pub use conversation::Conversation;
pub use lamp::Lamp;
pub use problem::Problem;
pub use sidebar::Sidebar;

/// Moves the focus to a button that is on the page.
fn focus(button: NodeRef<Button>) {
    // Without a button, as after a change of pages, there is nothing to come back to.
    if let Some(Some(button)) = button.try_get_untracked() {
        let _ = button.focus();
    }
}
