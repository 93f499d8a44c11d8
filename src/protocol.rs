//! What client and server say to each other: ids, names, limits, frames, codes and their JSON.
//!
//! The normative text is `docs/PROTOCOL.md`; `tests/protocol_golden.rs` holds these types to it.
//! This module knows no socket, clock or thread, and nothing else of this crate.

mod access;
pub mod api;
mod client_frame;
mod codec;
mod codes;
mod entry;
mod ids;
pub mod limits;
mod names;
mod numbers;
mod permission;
mod room_change;
mod server_frame;
mod states;
pub(crate) mod tagged;

pub use access::{Access, Role};
pub use client_frame::{ClientFrame, Hello};
pub use codec::{DecodeError, decode_client, decode_server, encode};
pub use codes::{CloseCode, ErrorCode};
pub use entry::{Entry, EntryKind, User};
pub use ids::{Epoch, InvalidId, InviteCode, InviteId, LoginId, MessageId, Password, RoomId, Seq, Token, UserId};
pub use names::{NameError, RoomName, RoomTopic, UserName};
pub use permission::{Deed, Proof, Rank};
pub use room_change::RoomChange;
pub use server_frame::{
    Bye, Changed, Heartbeat, HistoryPage, InviteLink, Joined, Left, LeftReason, Limits, MemberPage, Profile, Refusal,
    RoomMember, RoomSettings, ServerFrame, Welcome,
};
pub use states::{Presence, RoomList, RoomSummary, Typing};
pub(crate) use tagged::tagged;

/// The WebSocket subprotocol (RFC 6455, section 1.9) that both sides must name.
pub const SUBPROTOCOL: &str = "parlor.v1";
