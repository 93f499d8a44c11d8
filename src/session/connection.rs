use crate::protocol::limits::{CONNECT_WITHIN_MS, PING_JITTER_PERCENT, RECONNECT_MAX_MS};
use crate::protocol::{CloseCode, Heartbeat};

use super::backoff::Backoff;
use super::event::Link;

/// How long a link that may be dead (after a sleep, a change of network) has to prove that it lives.
const PROBE_WITHIN_MS: u64 = 3_000;
/// A server that wants pings or pongs in less than this is not obeyed.
const HEARTBEAT_MIN_MS: u64 = 1_000;
/// A timer that fires this late was stopped by the machine or the browser, and says nothing about the link.
const OVERSLEPT_MS: u64 = 2_000;

/// What the connection wants done, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    Connect,
    SayHello,
    Ping,
    Disconnect(CloseCode),
    /// What was on its way may not have arrived.
    Lost,
    Show(Link),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Idle,
    /// The socket opens.
    Connecting {
        give_up_at: u64,
    },
    /// `hello` is sent, `welcome` is due.
    Greeting {
        give_up_at: u64,
    },
    Online {
        since: u64,
        ping_at: u64,
        dead_at: Option<u64>,
    },
    Waiting {
        until: u64,
        /// The server asked not to come back earlier, whoever is in a hurry.
        not_before: u64,
        told_s: u64,
    },
    Ended,
}

/// Opens the link, watches over it by heartbeats, and opens it again when it is lost.
pub struct Connection {
    phase: Phase,
    heartbeat: Heartbeat,
    backoff: Backoff,
    has_network: bool,
    /// What `bye` said, until the socket closes.
    reconnect_after_ms: Option<u64>,
    rng: fastrand::Rng,
    steps: Vec<Step>,
}

impl Connection {
    pub fn new(seed: u64) -> Self {
        Self {
            phase: Phase::Idle,
            heartbeat: Heartbeat::default(),
            backoff: Backoff::default(),
            has_network: true,
            reconnect_after_ms: None,
            rng: fastrand::Rng::with_seed(seed),
            steps: Vec::new(),
        }
    }

    pub fn is_online(&self) -> bool {
        matches!(self.phase, Phase::Online { .. })
    }

    /// Whether there is a socket, or about to be one.
    pub fn has_link(&self) -> bool {
        matches!(self.phase, Phase::Connecting { .. } | Phase::Greeting { .. } | Phase::Online { .. })
    }

    /// Whether `hello` was sent on this link: before that and after its end, nothing that comes counts.
    pub fn has_greeted(&self) -> bool {
        matches!(self.phase, Phase::Greeting { .. } | Phase::Online { .. })
    }

    pub fn take_steps(&mut self) -> Vec<Step> {
        std::mem::take(&mut self.steps)
    }

    /// Opens a link now, whatever there was before.
    pub fn connect(&mut self, now_ms: u64) {
        self.drop_link(CloseCode::Normal);
        self.reconnect_after_ms = None;
        self.phase = Phase::Connecting { give_up_at: now_ms + CONNECT_WITHIN_MS };
        self.steps.extend([Step::Show(Link::Connecting), Step::Connect]);
    }

    /// Ends the link and stays away.
    pub fn stop(&mut self) {
        self.drop_link(CloseCode::Normal);
        self.phase = Phase::Idle;
        self.steps.push(Step::Show(Link::Idle));
    }

    /// The person does not want to wait.
    pub fn connect_now(&mut self, now_ms: u64) {
        match self.phase {
            Phase::Ended => self.connect(now_ms),
            _ => self.hurry(now_ms),
        }
    }

    /// There is a reason to come back now and not later.
    pub fn hurry(&mut self, now_ms: u64) {
        match self.phase {
            Phase::Waiting { not_before, .. } if not_before > now_ms => {
                self.tell_wait(now_ms, not_before, not_before);
            }
            Phase::Waiting { .. } => self.connect(now_ms),
            _ => {}
        }
    }

    pub fn opened(&mut self, now_ms: u64) {
        if let Phase::Connecting { .. } = self.phase {
            self.phase = Phase::Greeting { give_up_at: now_ms + CONNECT_WITHIN_MS };
            self.steps.push(Step::SayHello);
        }
    }

    pub fn welcomed(&mut self, now_ms: u64, heartbeat: Heartbeat) {
        let Heartbeat { ping_every_ms, pong_within_ms } = heartbeat;
        self.heartbeat = Heartbeat {
            ping_every_ms: ping_every_ms.max(HEARTBEAT_MIN_MS),
            pong_within_ms: pong_within_ms.max(HEARTBEAT_MIN_MS),
        };
        let ping_at = now_ms + self.ping_delay_ms();
        self.phase = Phase::Online { since: now_ms, ping_at, dead_at: None };
        self.steps.push(Step::Show(Link::Online));
    }

    /// Any frame counts as a sign of life.
    pub fn received(&mut self) {
        if let Phase::Online { dead_at, .. } = &mut self.phase {
            *dead_at = None;
        }
    }

    pub fn bye(&mut self, reconnect_after_ms: Option<u64>) {
        self.reconnect_after_ms = reconnect_after_ms;
    }

    pub fn closed(&mut self, now_ms: u64, code: u16) {
        if !self.has_link() {
            return;
        }
        self.steps.push(Step::Lost);
        if CloseCode::invites_back(code) {
            self.wait(now_ms);
        } else {
            self.phase = Phase::Ended;
            self.steps.push(Step::Show(Link::Ended { code }));
        }
    }

    /// The link makes no sense any more: drops it and tries again after a while.
    pub fn fail(&mut self, now_ms: u64, code: CloseCode) {
        self.drop_link(code);
        self.wait(now_ms);
    }

    pub fn network_changed(&mut self, now_ms: u64, has_network: bool) {
        self.has_network = has_network;
        match self.phase {
            Phase::Waiting { .. } if has_network => self.hurry(now_ms),
            Phase::Waiting { .. } => self.wait(now_ms),
            // A browser that says "offline" may be wrong, and one that says "online" may have moved to another
            // network, where the old socket is dead without knowing it. Asking settles both.
            _ => self.probe(now_ms),
        }
    }

    /// The page is looked at again: a person is waiting, and timers may have stood still.
    pub fn woken(&mut self, now_ms: u64) {
        match self.phase {
            Phase::Waiting { .. } => self.hurry(now_ms),
            _ => self.probe(now_ms),
        }
    }

    pub fn timeout(&mut self, now_ms: u64) {
        match self.phase {
            Phase::Connecting { give_up_at } | Phase::Greeting { give_up_at } if give_up_at <= now_ms => {
                self.fail(now_ms, CloseCode::Silent);
            }
            Phase::Online { dead_at: Some(dead_at), .. } if dead_at <= now_ms => {
                if now_ms - dead_at > OVERSLEPT_MS {
                    self.probe_again(now_ms);
                } else {
                    self.fail(now_ms, CloseCode::Silent);
                }
            }
            Phase::Online { ping_at, .. } if ping_at <= now_ms => self.ping(now_ms, self.heartbeat.pong_within_ms),
            Phase::Waiting { until, .. } if until <= now_ms => self.connect(now_ms),
            Phase::Waiting { until, not_before, told_s } if until - now_ms <= (told_s - 1) * 1_000 => {
                self.tell_wait(now_ms, until, not_before);
            }
            _ => {}
        }
    }

    pub fn next_timeout(&self) -> Option<u64> {
        match self.phase {
            Phase::Idle | Phase::Ended => None,
            Phase::Connecting { give_up_at } | Phase::Greeting { give_up_at } => Some(give_up_at),
            Phase::Online { ping_at, dead_at, .. } => Some(dead_at.map_or(ping_at, |at| at.min(ping_at))),
            Phase::Waiting { until, told_s, .. } => Some(until - (told_s - 1) * 1_000),
        }
    }

    fn drop_link(&mut self, code: CloseCode) {
        if self.has_link() {
            self.steps.extend([Step::Disconnect(code), Step::Lost]);
        }
    }

    fn wait(&mut self, now_ms: u64) {
        // A link that broke soon after it stood is no reason to be quick again.
        if matches!(self.phase, Phase::Online { since, .. } if now_ms.saturating_sub(since) >= RECONNECT_MAX_MS) {
            self.backoff.reset();
        }
        let drawn_ms = self.backoff.next_delay_ms(&mut self.rng);
        let not_before = now_ms + self.reconnect_after_ms.unwrap_or(0);
        let delay_ms = match self.reconnect_after_ms.take() {
            Some(asked_ms) => drawn_ms.max(asked_ms),
            // Without a network an attempt is a long shot, made because the browser may be wrong about it.
            None if !self.has_network => RECONNECT_MAX_MS,
            None => drawn_ms,
        };
        self.tell_wait(now_ms, now_ms + delay_ms, not_before);
    }

    fn tell_wait(&mut self, now_ms: u64, until: u64, not_before: u64) {
        let told_s = (until - now_ms).div_ceil(1_000).max(1);
        self.phase = Phase::Waiting { until, not_before, told_s };
        let link = if self.has_network { Link::Waiting { retry_in_s: told_s } } else { Link::NoNetwork };
        self.steps.push(Step::Show(link));
    }

    fn probe(&mut self, now_ms: u64) {
        if matches!(self.phase, Phase::Online { .. }) {
            self.ping(now_ms, PROBE_WITHIN_MS);
        }
    }

    /// The answer to an earlier ping may be waiting behind this timer: forget that ping and ask anew.
    fn probe_again(&mut self, now_ms: u64) {
        self.received();
        self.probe(now_ms);
    }

    fn ping(&mut self, now_ms: u64, pong_within_ms: u64) {
        let next_ping_at = now_ms + self.ping_delay_ms();
        if let Phase::Online { ping_at, dead_at, .. } = &mut self.phase {
            let due = now_ms + pong_within_ms;
            *dead_at = Some(dead_at.map_or(due, |earlier| earlier.min(due)));
            *ping_at = next_ping_at;
            self.steps.push(Step::Ping);
        }
    }

    fn ping_delay_ms(&mut self) -> u64 {
        let every_ms = self.heartbeat.ping_every_ms;
        let jitter_ms = every_ms * PING_JITTER_PERCENT / 100;
        self.rng.u64(every_ms - jitter_ms..=every_ms + jitter_ms)
    }
}
