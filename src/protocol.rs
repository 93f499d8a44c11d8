//! What client and server say to each other: ids, names, limits, frames, codes and their JSON.
//!
//! The normative text is `docs/PROTOCOL.md`; `tests/protocol_golden.rs` holds these types to it.
//! This module knows no socket, clock or thread, and nothing else of this crate.

mod client_frame;
mod codec;
mod codes;
mod entry;
mod ids;
pub mod limits;
mod names;
mod numbers;
mod server_frame;
mod states;

pub use client_frame::{ClientFrame, Hello};
pub use codec::{DecodeError, decode_client, decode_server, encode};
pub use codes::{CloseCode, ErrorCode};
pub use entry::{Entry, EntryKind, User};
pub use ids::{Epoch, InvalidId, MessageId, RoomId, Seq, Token, UserId};
pub use names::{NameError, RoomName, UserName};
pub use server_frame::{Bye, Heartbeat, HistoryPage, Joined, Limits, Refusal, ServerFrame, Welcome};
pub use states::{Presence, RoomList, RoomSummary, Typing};

/// The WebSocket subprotocol (RFC 6455, section 1.9) that both sides must name.
pub const SUBPROTOCOL: &str = "parlor.v1";
