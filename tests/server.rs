//! The real server on a free port, with a data folder of its own, spoken to as clients and people at a shell do.

#[path = "server/browser.rs"]
mod browser;
#[path = "server/client.rs"]
mod client;
#[path = "server/running.rs"]
mod running;

#[path = "server/accounts.rs"]
mod accounts;
#[path = "server/administration.rs"]
mod administration;
#[path = "server/endings.rs"]
mod endings;
#[path = "server/http.rs"]
mod http;
#[path = "server/presence.rs"]
mod presence;
#[path = "server/process.rs"]
mod process;
#[path = "server/refusals.rs"]
mod refusals;
#[path = "server/removal.rs"]
mod removal;
#[path = "server/restart.rs"]
mod restart;
#[path = "server/safety.rs"]
mod safety;
#[path = "server/secrets.rs"]
mod secrets;
#[path = "server/talk.rs"]
mod talk;
