//! `parlor admin`, beside the real server and without it.

#[path = "admin/backup.rs"]
mod backup;
#[path = "admin/export.rs"]
mod export;
#[path = "admin/people.rs"]
mod people;
#[path = "admin/program.rs"]
mod program;
#[path = "admin/wrong.rs"]
mod wrong;

// It can more than is needed here.
#[allow(dead_code)]
#[path = "server/client.rs"]
mod client;
