use std::fs;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use parlor::server::store::sqlite;

use crate::connection::request_head;
use crate::dialect::Member;
use crate::dialects::DialectName;
use crate::measures::histogram;
use crate::options::Options;
use crate::outbox::Outbox;
use crate::process::Process;
use crate::report::Report;

const PATIENCE: Duration = Duration::from_secs(60);

/// The memory is that of the start with the median.
pub fn play(options: &Options, data: &Path, program: &Path, starts: u32, report: &mut Report) -> Result<(), String> {
    let bytes = fs::metadata(sqlite::path(data)).map_err(|error| format!("--data: {error}"))?.len();
    let mut times_us = histogram();
    let mut memory_kib = Vec::new();
    for number in 0..starts.max(1) {
        let began = Instant::now();
        let mut server = Started::new(program, data).map_err(|error| format!("--program: {error}"))?;
        let welcomed =
            server.welcomes(options.dialect, number).map_err(|error| format!("nobody is welcome: {error}"))?;
        times_us.saturating_record((welcomed - began).as_micros() as u64);
        memory_kib.push(server.rss_kib().map_err(|error| error.to_string())?);
        server.end().map_err(|error| error.to_string())?;
    }
    memory_kib.sort_unstable();
    report.row("starts", starts.max(1));
    report.times("welcome", &times_us);
    report.number("rss_mib", memory_kib[memory_kib.len() / 2] as f64 / 1_024.0);
    report.row("database_bytes", bytes);
    report.number("database_mib", bytes as f64 / 1_048_576.0);
    Ok(())
}

/// A server that ends with this.
struct Started {
    child: Child,
    /// Held open, so that it can go on saying things.
    said: BufReader<ChildStdout>,
}

impl Started {
    fn new(program: &Path, data: &Path) -> io::Result<Self> {
        let mut command = Command::new(program);
        command.args(["--listen", "127.0.0.1:0", "--log", "error", "--data"]).arg(data);
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?;
        let said = child.stdout.take().ok_or_else(|| io::Error::other("it has no output"))?;
        Ok(Self { child, said: BufReader::new(said) })
    }

    /// When the first one was.
    fn welcomes(&mut self, dialect: DialectName, person: u32) -> io::Result<Instant> {
        let mut line = String::new();
        self.said.read_line(&mut line)?;
        let address = line.trim().rsplit_once("http://").and_then(|(_, address)| address.parse::<SocketAddr>().ok());
        let address = address.ok_or_else(|| io::Error::other(format!("it does not say where it is, but {line:?}")))?;
        let mut socket = TcpStream::connect(address)?;
        socket.set_nodelay(true)?;
        socket.set_read_timeout(Some(PATIENCE))?;
        let member = Member { run: fastrand::u64(1..1_000_000_000), person, room: 0, filled_room: None };
        let mut dialect = dialect.dialect(member);
        socket.write_all(request_head(&dialect.request(), &address.to_string()).as_bytes())?;
        until(&mut socket, b"\r\n\r\n")?;
        let mut out = Outbox::default();
        dialect.opened(&mut out);
        socket.write_all(out.waiting())?;
        until(&mut socket, br#""type":"welcome""#)?;
        Ok(Instant::now())
    }

    fn rss_kib(&self) -> io::Result<u64> {
        Process::new(self.child.id())?.rss_kib()
    }

    /// In order, so that the next start finds nothing to repair.
    fn end(mut self) -> io::Result<()> {
        Command::new("kill").arg(self.child.id().to_string()).status()?;
        self.child.wait().map(drop)
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        // It has ended, or something went wrong before.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn until(socket: &mut TcpStream, what: &[u8]) -> io::Result<()> {
    let (mut heard, mut bytes) = (Vec::new(), [0; 4_096]);
    while memchr::memmem::find(&heard, what).is_none() {
        match socket.read(&mut bytes)? {
            0 => return Err(io::Error::other(String::from_utf8_lossy(&heard))),
            count => heard.extend_from_slice(&bytes[..count]),
        }
    }
    Ok(())
}
