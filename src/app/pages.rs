//! What stands at an address.

mod account;
mod admin;
mod layout;
mod lobby;
mod not_found;
mod room_page;

pub use account::AccountPage;
pub use admin::AdminPage;
pub use layout::Layout;
pub use lobby::Lobby;
pub use not_found::{NoSuchRoom, NotFound};
pub use room_page::RoomPage;
