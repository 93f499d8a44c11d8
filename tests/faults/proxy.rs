use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use fastrand::Rng;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{ReadHalf, WriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::sleep;

const CHUNK_BYTES: usize = 4_096;

/// What happens to what one side of a link says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mood {
    Clear,
    Delay(Duration),
    /// It waits, and whoever says more feels it.
    Stall,
    /// One byte at a time.
    Trickle,
    /// It is gone, and nobody learns of it: half of a half-open link, and for good.
    Swallow,
    /// Of the next that comes, so many bytes get through, and then the link is closed.
    Cut(usize),
    /// The same, but the link is reset.
    Reset(usize),
}

/// What happens to new links.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    Open,
    Refusing,
    /// Links open, and lead nowhere.
    Silent,
}

/// Stands between clients and a server, and does to their links what networks do.
pub struct Proxy {
    pub address: SocketAddr,
    shared: Arc<Shared>,
    /// Ends with the proxy.
    _task: JoinSet<()>,
}

struct Shared {
    server: SocketAddr,
    door: watch::Sender<Door>,
    links: Mutex<Vec<[watch::Sender<Mood>; 2]>>,
}

enum End {
    Closed,
    Reset,
}

impl Proxy {
    pub async fn before(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared { server, door: watch::channel(Door::Open).0, links: Mutex::default() });
        let mut task = JoinSet::new();
        task.spawn(Arc::clone(&shared).serve(listener));
        Self { address, shared, _task: task }
    }

    pub fn set_door(&self, door: Door) {
        self.shared.door.send_replace(door);
    }

    /// One direction of one link.
    pub fn set_one(&self, rng: &mut Rng, mood: Mood) {
        if let Some(link) = rng.choice(self.shared.links().iter()) {
            set(&link[rng.usize(..2)], mood);
        }
    }

    /// Both directions of all links.
    pub fn set_all(&self, mood: Mood) {
        self.shared.links().iter().flatten().for_each(|direction| set(direction, mood));
    }
}

/// What was swallowed is missing for ever: letting the rest through would be no fault that TCP knows.
fn set(direction: &watch::Sender<Mood>, mood: Mood) {
    direction.send_if_modified(|now| {
        let may_change = *now != Mood::Swallow;
        if may_change {
            *now = mood;
        }
        may_change
    });
}

impl Shared {
    fn links(&self) -> MutexGuard<'_, Vec<[watch::Sender<Mood>; 2]>> {
        let mut links = self.links.lock().unwrap();
        links.retain(|link| !link[0].is_closed());
        links
    }

    async fn serve(self: Arc<Self>, listener: TcpListener) {
        let mut tasks = JoinSet::new();
        loop {
            let (client, _) = listener.accept().await.unwrap();
            let shared = Arc::clone(&self);
            tasks.spawn(async move {
                // However it ends, both sides have learned it by their sockets.
                let _ = shared.link(client).await;
            });
        }
    }

    async fn link(&self, mut client: TcpStream) -> io::Result<()> {
        let mut door = self.door.subscribe();
        let now = *door.borrow_and_update();
        match now {
            Door::Open => {}
            Door::Refusing => return client.set_zero_linger(),
            Door::Silent => {
                let _ = door.changed().await;
                return Ok(());
            }
        }
        let mut server = TcpStream::connect(self.server).await?;
        client.set_nodelay(true)?;
        server.set_nodelay(true)?;
        let (up, up_mood) = watch::channel(Mood::Clear);
        let (down, down_mood) = watch::channel(Mood::Clear);
        self.links().push([up, down]);
        let ((from_client, to_client), (from_server, to_server)) = (client.split(), server.split());
        let end = tokio::select! {
            end = carry(from_client, to_server, up_mood) => end,
            end = carry(from_server, to_client, down_mood) => end,
        };
        if matches!(end, Ok(End::Reset)) {
            client.set_zero_linger()?;
            server.set_zero_linger()?;
        }
        Ok(())
    }
}

async fn carry(mut from: ReadHalf<'_>, mut to: WriteHalf<'_>, mut mood: watch::Receiver<Mood>) -> io::Result<End> {
    let mut buffer = [0; CHUNK_BYTES];
    loop {
        let _ = mood.wait_for(|mood| *mood != Mood::Stall).await;
        let count = from.read(&mut buffer).await?;
        if count == 0 && *mood.borrow() == Mood::Swallow {
            // Nobody learns of the end either.
            return std::future::pending().await;
        }
        if count == 0 {
            return Ok(End::Closed);
        }
        let bytes = &buffer[..count];
        let now = mood.wait_for(|mood| *mood != Mood::Stall).await.map_or(Mood::Clear, |mood| *mood);
        match now {
            Mood::Clear | Mood::Stall => to.write_all(bytes).await?,
            Mood::Delay(by) => {
                sleep(by).await;
                to.write_all(bytes).await?;
            }
            Mood::Trickle => {
                for byte in bytes {
                    to.write_all(&[*byte]).await?;
                    tokio::task::yield_now().await;
                }
            }
            Mood::Swallow => {}
            Mood::Cut(after) | Mood::Reset(after) => {
                to.write_all(&bytes[..after.min(count)]).await?;
                return Ok(if now == Mood::Cut(after) { End::Closed } else { End::Reset });
            }
        }
    }
}
