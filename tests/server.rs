//! The real server on a free port, with a data folder of its own, spoken to as clients and people at a shell do.

#[path = "server/client.rs"]
mod client;
#[path = "server/running.rs"]
mod running;

#[path = "server/http.rs"]
mod http;
#[path = "server/presence.rs"]
mod presence;
#[path = "server/process.rs"]
mod process;
#[path = "server/refusals.rs"]
mod refusals;
#[path = "server/restart.rs"]
mod restart;
#[path = "server/talk.rs"]
mod talk;
