//! What goes wrong, drawn from the seed.

use parlor::hub::ConnId;
use parlor::session::Command;

use crate::tab::TabId;
use crate::world::{Happening, World};

/// Steps of a run in which things go wrong.
pub fn run(world: &mut World, ms: u64) {
    world.has_faults = true;
    world.has_lossy_wires = world.rng.bool();
    let until = world.now_ms + ms;
    while world.now_ms < until {
        let pause_ms = world.rng.u64(1..400);
        world.run_until(world.now_ms + pause_ms);
        match world.rng.u32(..120) {
            0..6 => cut_any(world),
            6..8 => crash(world),
            8 => world.stop_server(),
            9 => disk_event(world),
            10..12 => network_event(world),
            12..15 => tab_event(world),
            15 => sleep(world),
            16 => world.server.clock_off_ms = world.rng.i64(-3_600_000..3_600_000),
            17..33 => world.act_on_rooms(),
            33..40 => world.govern(),
            40 => login_event(world),
            119 => world.crowd_comes(),
            41..50 => world.read_something(),
            50..54 => world.decide_on_refused(),
            _ => world.write_something(),
        }
    }
    world.has_faults = false;
    world.has_lossy_wires = false;
}

/// Everything works again, and everybody looks at their screen.
pub fn stop(world: &mut World) {
    world.server.disk.set_full(false);
    world.server.is_unreadable = false;
    for wire in world.wires.values_mut() {
        (wire.is_lossy, wire.frame_takes_ms) = (false, 0);
    }
    for browser in 0..world.browsers.len() {
        world.sign_in(browser);
        if world.tabs_of(browser).is_empty() {
            world.open_tab(browser);
        }
    }
    for tab in world.tabs.keys().copied().collect::<Vec<_>>() {
        world.with_tab(tab, |session, now_ms| session.handle_network(now_ms, true));
    }
}

fn cut_any(world: &mut World) {
    let conns: Vec<ConnId> = world.wires.iter().filter(|(_, wire)| !wire.is_cut).map(|(conn, _)| *conn).collect();
    if let Some(conn) = world.rng.choice(conns) {
        world.cut(conn);
    }
}

fn crash(world: &mut World) {
    if world.server.hub.is_none() {
        return;
    }
    let was_committed = world.rng.bool();
    world.server.die(was_committed);
    world.lose_all_wires();
    let back_at = world.now_ms + world.rng.u64(100..8_000);
    world.agenda.plan(back_at, Happening::ServerStarts);
    if world.rng.u32(..8) == 0 && world.server.restore_backup() {
        world.forget_what_the_backup_lacks();
    }
}

fn disk_event(world: &mut World) {
    match world.rng.u32(..4) {
        0 => world.server.disk.set_full(true),
        1 => world.server.is_unreadable = true,
        2 => world.server.take_backup(),
        _ => {}
    }
    let mended_at = world.now_ms + world.rng.u64(100..10_000);
    world.agenda.plan(mended_at, Happening::DiskMended);
}

fn network_event(world: &mut World) {
    let Some(tab) = any_tab(world) else { return };
    let (kind, online) = (world.rng.u32(..4), world.rng.bool());
    world.with_tab(tab, |session, now_ms| match kind {
        0 => session.handle_network(now_ms, online),
        1 => session.handle_wake(now_ms),
        2 => session.handle_hide(now_ms),
        _ => session.handle_command(now_ms, Command::ReconnectNow),
    });
}

/// A tab is closed, crashes, is reloaded, or another one is opened.
fn tab_event(world: &mut World) {
    let browser = world.rng.usize(..world.browsers.len());
    let tabs = world.tabs_of(browser);
    match world.rng.u32(..3) {
        0 if tabs.len() < 3 => world.open_tab(browser),
        1 => {
            if let Some(tab) = world.rng.choice(tabs) {
                world.end_tab(tab);
            }
        }
        _ => {
            if let Some(tab) = world.rng.choice(tabs) {
                world.end_tab(tab);
                world.open_tab(browser);
            }
        }
    }
}

/// Somebody signs out, or is signed out from elsewhere.
fn login_event(world: &mut World) {
    let (browser, knows) = (world.rng.usize(..world.browsers.len()), world.rng.bool());
    if world.rng.bool() {
        world.end_login(browser, knows);
    }
}

fn sleep(world: &mut World) {
    let Some(tab) = any_tab(world) else { return };
    let until = world.now_ms + world.rng.u64(1_000..60_000);
    if let Some(state) = world.tabs.get_mut(&tab).filter(|state| state.asleep_until <= world.now_ms) {
        state.asleep_until = until;
        world.agenda.plan(until, Happening::TabWakes(tab));
    }
}

fn any_tab(world: &mut World) -> Option<TabId> {
    world.rng.choice(world.tabs.keys().copied().collect::<Vec<_>>())
}
