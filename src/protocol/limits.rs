//! Every limit of the protocol in one place. Times are in milliseconds, sizes in bytes or Unicode scalar values.
//!
//! `docs/PROTOCOL.md` repeats these numbers for people who write their own client.

/// One frame, in bytes, in either direction.
pub const FRAME_BYTES_MAX: usize = 64 * 1024;
/// Any integer: what every reader of JSON takes exactly.
pub const INTEGER_MAX: u64 = (1 << 53) - 1;
/// One message, in Unicode scalar values. Four bytes each and JSON escapes still fit a frame.
pub const MESSAGE_CHARS_MAX: usize = 4_000;
pub const USER_NAME_CHARS_MAX: usize = 32;
pub const ROOM_NAME_CHARS_MAX: usize = 48;
pub const ROOM_ID_CHARS_MAX: usize = 64;
/// User ids, message ids, tokens and epochs, in ASCII characters.
pub const ID_CHARS_MAX: usize = 64;

/// What a person proves their name with has at least so many characters, and what opens a room so many.
pub const PASSWORD_CHARS_MIN: usize = 8;
pub const ROOM_PASSWORD_CHARS_MIN: usize = 4;
pub const PASSWORD_CHARS_MAX: usize = 256;
pub const TOPIC_CHARS_MAX: usize = 200;
/// The longest slow mode, the longest mute and the longest life of an invite link, in seconds.
pub const SLOW_MODE_SECONDS_MAX: u32 = 6 * 3_600;
pub const MUTE_SECONDS_MAX: u32 = 28 * 86_400;
pub const INVITE_SECONDS_MAX: u32 = 365 * 86_400;
/// People whom one invite link lets in, where it has a limit at all.
pub const INVITE_USES_MAX: u32 = 100_000;
/// Invite links of one room that are not revoked, expired or used up.
pub const INVITES_PER_ROOM_MAX: usize = 50;
pub const BANS_PER_ROOM_MAX: usize = 10_000;
pub const MEMBERS_PER_ROOM_MAX: usize = 100_000;
/// Members in one `members` frame.
pub const MEMBERS_PER_FRAME: usize = 100;
/// People whom one message mentions, and unread mentions of a person that are counted in one room.
pub const MENTIONS_PER_MESSAGE_MAX: usize = 20;
pub const MENTIONS_COUNTED_MAX: usize = 99;
/// Connections of one person.
pub const CONNECTIONS_PER_PERSON_MAX: usize = 32;
/// Logins of one person; past that, the one that was not used for longest ends.
pub const LOGINS_PER_PERSON_MAX: usize = 100;
/// A login that is not used for so long ends: as long as browsers keep a cookie.
pub const LOGIN_LASTS_MS: u64 = 400 * 86_400_000;
/// A guest who stays away for so long may find their name with somebody else.
pub const GUEST_NAME_KEPT_MS: u64 = 30 * 86_400_000;
/// One who entered and has not been heard of since, because the answer got lost, keeps it for so long.
pub const GUEST_NAME_UNUSED_MS: u64 = 120_000;
/// The body of a request to the API, in bytes.
pub const REQUEST_BYTES_MAX: usize = 16 * 1024;
/// People on one page of the administrators' list.
pub const PEOPLE_PER_PAGE: usize = 100;

/// Rooms on one server.
pub const ROOMS_MAX: usize = 1_000;
/// Rooms that one person is in.
pub const ROOMS_PER_USER_MAX: usize = 100;
/// Rooms in one `rooms` frame; a longer list comes in several frames. Ids and names of four bytes a character fit.
pub const ROOMS_PER_FRAME: usize = 100;
/// People whom a `presence` frame names; `online` counts the rest too.
pub const PEOPLE_NAMED_MAX: usize = 200;
/// Changes of who is online that one `presence` frame names, where more than [`PEOPLE_NAMED_MAX`] are.
pub const CHANGES_NAMED_MAX: usize = 50;
/// People whom a `typing` frame names.
pub const TYPING_NAMED_MAX: usize = 5;
/// Entries in one page of replay or history.
pub const PAGE_ENTRIES_MAX: usize = 100;
/// So many people who come and go in a row are told one by one no more, but by their number.
pub const QUIET_RUN_MIN: usize = 10;
/// Bytes of entries in one page, so that a `history` frame keeps below [`FRAME_BYTES_MAX`].
pub const PAGE_BYTES_MAX: usize = 48 * 1024;

/// Frames that may wait for one connection's socket to take them.
pub const FRAMES_IN_FLIGHT_MAX: usize = 64;
/// Bytes that may wait for one connection's socket to take them, give or take one frame.
pub const IN_FLIGHT_BYTES_MAX: usize = 256 * 1024;
/// Entries that may be on their way to one connection without an ack.
pub const UNACKED_ENTRIES_MAX: u64 = 256;
/// Answers that may wait for one connection; past that it asks faster than it reads, and is closed.
pub const ANSWERS_WAITING_MAX: usize = 256;

/// Messages a person may send in a burst, and then per second.
pub const MESSAGES_BURST: u32 = 20;
pub const MESSAGES_PER_SECOND: u32 = 5;
/// Rooms a person may make in a burst, and then per minute.
pub const CREATES_BURST: u32 = 10;
pub const CREATES_PER_MINUTE: u32 = 6;
/// Joins and leaves of a person in a burst, one for each room they may be in and some, and then per second.
pub const MEMBERSHIPS_BURST: u32 = 120;
pub const MEMBERSHIPS_PER_SECOND: u32 = 2;
/// Requests that may wait for the change of a room that is on its way.
pub const CHANGES_WAITING_MAX: usize = 256;
/// Changes of rooms by one person in a burst, and then per second.
pub const CHANGES_BURST: u32 = 30;
pub const CHANGES_PER_SECOND: u32 = 2;
/// Newcomers from one address in a burst, and then per minute. Many people can share an address.
pub const ENTERS_BURST: u32 = 200;
pub const ENTERS_PER_MINUTE: u32 = 60;
/// Changes of one account in a burst, and then per minute.
pub const ACCOUNT_CHANGES_BURST: u32 = 30;
pub const ACCOUNT_CHANGES_PER_MINUTE: u32 = 30;
/// Wrong passwords that cost nothing. Each further one doubles the time until the next try, from the first of these to
/// the second; a time without tries as long as the third forgives all.
pub const WRONG_PASSWORDS_FREE: u32 = 3;
pub const WRONG_PASSWORD_PAUSE_MIN_MS: u64 = 2_000;
pub const WRONG_PASSWORD_PAUSE_MAX_MS: u64 = 15 * 60_000;
pub const WRONG_PASSWORDS_FORGIVEN_MS: u64 = 3_600_000;
/// Frames on one connection, of any kind but acks of something new.
pub const FRAMES_BURST: u32 = 200;
pub const FRAMES_PER_SECOND: u32 = 50;

/// The client pings this often, give or take [`PING_JITTER_PERCENT`], so that clients do not beat in step.
pub const PING_EVERY_MS: u64 = 25_000;
pub const PING_JITTER_PERCENT: u64 = 20;
/// The client gives a link up when nothing has come this long after its ping.
pub const PONG_WITHIN_MS: u64 = 10_000;
/// The server drops a client that has been silent this long: below the 60 s at which proxies cut idle links.
pub const SILENCE_MAX_MS: u64 = 45_000;
/// The server waits this long for `hello`.
pub const HELLO_WITHIN_MS: u64 = 10_000;
/// So many connections may wait to be greeted in any case, and more as long as they can be within this time: less than
/// [`CONNECT_WITHIN_MS`], after which a client gives up. Whoever comes beyond is told when to come again.
pub const GREETINGS_WAITING_MIN: u64 = 500;
pub const GREETING_WAIT_MAX_MS: u64 = 5_000;
/// Nobody is told to stay away for longer than this because others come first.
pub const RECONNECT_SLOTS_MAX_MS: u64 = 60_000;
/// The client waits this long for the socket to open, and again for `welcome`.
pub const CONNECT_WITHIN_MS: u64 = 8_000;
/// Bounds of the client's reconnect delay; between them it doubles, with full jitter.
pub const RECONNECT_MIN_MS: u64 = 300;
pub const RECONNECT_MAX_MS: u64 = 20_000;
/// The client sends an unanswered message again after this long.
pub const ANSWER_WITHIN_MS: u64 = 5_000;
/// The server sends entries again from the last ack after this long without progress, and counts the connection as
/// dead when that was in vain [`RESENDS_MAX`] times.
pub const ACK_WITHIN_MS: u64 = 5_000;
pub const RESENDS_MAX: u32 = 3;
/// The client acks after this long, or after [`ACK_EVERY_ENTRIES`] entries: well before either limit of the server.
pub const ACK_AFTER_MS: u64 = 1_000;
pub const ACK_EVERY_ENTRIES: u32 = 64;
/// A client tells how far its person has read in a room at most this often.
pub const READ_EVERY_MS: u64 = 1_000;
/// A person counts as online this long after the last connection went, so that a reload does not flicker.
pub const PRESENCE_GRACE_MS: u64 = 10_000;
/// States (counts, people, typing) go out at most this often.
pub const STATES_EVERY_MS: u64 = 1_000;
/// Where more than [`PEOPLE_NAMED_MAX`] people are online, news of who comes and goes wait so much longer for each so many.
pub const BIG_CROWD_EVERY_MS: u64 = 1_000;
pub const BIG_CROWD: u64 = 2_000;
/// A `typing` frame is believed this long; a client repeats it at most every half of that.
pub const TYPING_LASTS_MS: u64 = 6_000;
