//! Loads a chat server with many people: `cargo run --release --features ssr --example load -- --help`.

mod dialect;
mod dialects;
mod outbox;
mod stamp;
mod websocket;

fn main() {
    let member = dialect::Member { run: 1, person: 0, room: 0 };
    let _dialect = dialects::DialectName::Plain.dialect(member);
}
