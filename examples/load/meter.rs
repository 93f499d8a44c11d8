use std::time::Instant;

use crate::options::Options;
use crate::process::Process;
use crate::report::Report;

/// How much CPU time server and generator have used since some moment.
pub struct Meter {
    server: Option<Process>,
    began: Instant,
    server_us: u64,
    own_us: u64,
}

impl Meter {
    pub fn start(options: &Options) -> Result<Self, String> {
        let server = options.pid.map(Process::new).transpose().map_err(|error| format!("--pid: {error}"))?;
        let mut meter = Self { server, began: Instant::now(), server_us: 0, own_us: 0 };
        (meter.server_us, meter.own_us) = meter.read();
        Ok(meter)
    }

    fn read(&self) -> (u64, u64) {
        let cpu_us = |process: &Process| process.cpu_us().unwrap_or_default();
        (self.server.as_ref().map(cpu_us).unwrap_or_default(), cpu_us(&Process::this()))
    }

    /// Stops the clock.
    pub fn stop(self) -> Used {
        let (server_us, own_us) = self.read();
        Used {
            seconds: self.began.elapsed().as_secs_f64(),
            server_us: self.server.is_some().then(|| server_us.saturating_sub(self.server_us)),
            own_us: own_us - self.own_us,
        }
    }
}

/// What was used in a time.
#[derive(Debug, Clone, Copy)]
pub struct Used {
    pub seconds: f64,
    pub server_us: Option<u64>,
    pub own_us: u64,
}

impl Used {
    pub fn report(&self, report: &mut Report, per: &str, count: u64) {
        report.number("seconds", self.seconds);
        if let Some(server_us) = self.server_us {
            report.number("server_cpu_percent", server_us as f64 / self.seconds / 10_000.0);
            report.number(format!("server_cpu_us_per_{per}"), server_us as f64 / count.max(1) as f64);
        }
        report.number("generator_cpu_percent", self.own_us as f64 / self.seconds / 10_000.0);
    }
}
