use std::fs;
use std::io;

/// The kernel tells CPU time in hundredths of a second, whatever its own clock.
const TICK_US: u64 = 10_000;

/// A process on this machine, as the kernel tells about it.
#[derive(Debug, Clone)]
pub struct Process {
    dir: String,
}

impl Process {
    pub fn new(pid: u32) -> io::Result<Self> {
        let process = Self { dir: format!("/proc/{pid}") };
        process.cpu_us().map(|_| process)
    }

    pub fn this() -> Self {
        Self { dir: "/proc/self".into() }
    }

    /// CPU time of all its threads, in microseconds.
    pub fn cpu_us(&self) -> io::Result<u64> {
        let text = fs::read_to_string(format!("{}/stat", self.dir))?;
        cpu_ticks(&text).map(|ticks| ticks * TICK_US).ok_or_else(|| io::Error::other("no CPU time in its stat"))
    }

    /// What of its memory is in RAM, in KiB.
    pub fn rss_kib(&self) -> io::Result<u64> {
        self.kib("status", "VmRSS:")
    }

    /// The same without what it shares with others, in KiB.
    pub fn pss_kib(&self) -> io::Result<u64> {
        self.kib("smaps_rollup", "Pss:")
    }

    fn kib(&self, file: &str, field: &str) -> io::Result<u64> {
        let text = fs::read_to_string(format!("{}/{file}", self.dir))?;
        field_kib(&text, field).ok_or_else(|| io::Error::other(format!("no {field} in its {file}")))
    }
}

/// The name of the program, in parentheses, may have anything in it.
fn cpu_ticks(stat: &str) -> Option<u64> {
    const USER_TIME: usize = 11;
    let (_, fields) = stat.rsplit_once(')')?;
    let mut times = fields.split_ascii_whitespace().skip(USER_TIME).map(str::parse::<u64>);
    Some(times.next()?.ok()? + times.next()?.ok()?)
}

fn field_kib(text: &str, field: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(field))?;
    line.split_ascii_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cpu_time_is_that_of_user_and_system() {
        let stat = "42 (a ) b) S 1 42 42 0 -1 4194560 1 2 3 4 150 50 7 8 20 0 4 0 1 2 3";
        assert_eq!(cpu_ticks(stat), Some(200));
        assert_eq!(cpu_ticks("42 (x) S 1"), None);
    }

    #[test]
    fn memory_is_found_by_its_name() {
        assert_eq!(field_kib("Rss:  9 kB\nPss_Dirty: 1 kB\nPss:    1234 kB\n", "Pss:"), Some(1234));
        assert_eq!(field_kib("Rss:  9 kB\n", "Pss:"), None);
    }

    #[test]
    fn this_process_has_memory() {
        let process = Process::this();
        assert!(process.rss_kib().unwrap() > 0 && process.cpu_us().is_ok());
        assert!(Process::new(u32::MAX).is_err());
    }
}
