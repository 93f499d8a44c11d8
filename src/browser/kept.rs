//! What the browser keeps over reloads: rooms with their entries, and what is not sent yet.

use std::cell::Cell;

use js_sys::{Array, Object, Reflect};
use leptos::logging::warn;
use leptos::task::spawn_local;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{IdbDatabase, IdbKeyRange, IdbObjectStore, IdbTransactionMode};

use super::clock::within;
use super::database::{self, BY_ID, ENTRIES, OUTBOX, OWNER, ROOMS, Result, Transaction, answer, entry_key, from_seq};
use super::records::{Marks, Owner, entry, entry_text, unsent, unsent_text};
use crate::protocol::{Entry, EntryKind, Epoch, ErrorCode, MessageId, RoomId, Seq};
use crate::session::{Keep, Saved, SavedRoom, Unsent};

/// A page that is slower to start than this for a browser's storage goes on without it.
const LOAD_WITHIN_MS: i32 = 1_500;
/// Entries of a room that a page starts with. Earlier ones are asked for like all others.
const LOADED_ENTRIES: u64 = 200;
/// Entries of a room that outlast the next start.
const KEPT_ENTRIES: u64 = 500;
/// Beside the indexed id, a record of the outbox holds its text.
const TEXT: &str = "text";

/// The browser's storage. Browsers may refuse it, and then everything works until the page is closed.
#[derive(Clone)]
pub struct Kept(IdbDatabase);

impl Kept {
    /// Opens the storage and reads what is there.
    pub async fn open() -> (Option<Self>, Saved) {
        let opening = async {
            let Some(database) = database::open().await? else { return Ok((None, Saved::default())) };
            let kept = Self(database);
            let saved = kept.load().await?;
            Ok((Some(kept), saved))
        };
        match within(LOAD_WITHIN_MS, opening).await {
            Some(Ok(opened)) => opened,
            Some(Err(error)) => {
                complain(&error);
                (None, Saved::default())
            }
            None => {
                complain(&"it takes too long".into());
                (None, Saved::default())
            }
        }
    }

    async fn load(&self) -> Result<Saved> {
        let transaction = Transaction::begin(&self.0, IdbTransactionMode::Readonly)?;
        let saved = load_all(&transaction).await;
        transaction.finish(saved).await
    }

    /// Messages that are not sent yet, as all tabs of this browser have left them.
    pub async fn outbox(&self) -> Result<Vec<Unsent>> {
        let transaction = Transaction::begin(&self.0, IdbTransactionMode::Readonly)?;
        let outbox = load_outbox(&transaction).await;
        transaction.finish(outbox).await
    }

    /// Writes all of these or none, after what was written before.
    pub fn write(&self, keeps: Vec<Keep>) {
        let transaction = Transaction::begin(&self.0, IdbTransactionMode::Readwrite);
        spawn_local(async move {
            let written = match transaction {
                Ok(transaction) => {
                    let written = write_all(&transaction, keeps).await;
                    transaction.finish(written).await
                }
                Err(error) => Err(error),
            };
            // What is not kept is still in memory; and what is kept shows its holes, so that going on harms nothing.
            if let Err(error) = written {
                complain(&error);
            }
        });
    }

    /// Drops what nobody has scrolled back to for long.
    pub async fn prune(&self) -> Result<()> {
        let transaction = Transaction::begin(&self.0, IdbTransactionMode::Readwrite)?;
        let pruned = prune_all(&transaction).await;
        transaction.finish(pruned).await
    }
}

/// Says once that something could not be kept. Nobody can do much about it.
pub fn complain(error: &JsValue) {
    thread_local! { static TOLD: Cell<bool> = const { Cell::new(false) }; }
    if !TOLD.replace(true) {
        warn!("This browser's storage fails, so this page may forget what it shows when it is closed: {error:?}");
    }
}

async fn load_all(transaction: &Transaction) -> Result<Saved> {
    let mut saved = Saved { outbox: load_outbox(transaction).await?, ..Saved::default() };
    if let Some(Owner { user, epoch }) = owner(transaction).await? {
        (saved.user, saved.epoch) = (Some(user), Some(epoch));
        for room in rooms(transaction).await? {
            match marks(transaction, &room).await? {
                Some(Marks::In { cursor, read }) => {
                    let entries = load_entries(transaction, &room, cursor).await?;
                    saved.rooms.insert(room, SavedRoom { cursor, read, entries });
                }
                Some(Marks::Leaving) => _ = saved.leaving.insert(room),
                None => {}
            }
        }
    }
    Ok(saved)
}

async fn owner(transaction: &Transaction) -> Result<Option<Owner>> {
    let record = answer(&transaction.store(OWNER)?.get(&OWNER.into())?).await?;
    Ok(record.as_string().and_then(|record| Owner::parse(&record)))
}

async fn marks(transaction: &Transaction, room: &RoomId) -> Result<Option<Marks>> {
    let record = answer(&transaction.store(ROOMS)?.get(&room.as_str().into())?).await?;
    Ok(record.as_string().and_then(|record| Marks::parse(&record)))
}

async fn rooms(transaction: &Transaction) -> Result<Vec<RoomId>> {
    let keys: Array = answer(&transaction.store(ROOMS)?.get_all_keys()?).await?.unchecked_into();
    Ok(keys.iter().filter_map(|key| RoomId::parse(&key.as_string()?).ok()).collect())
}

async fn load_entries(transaction: &Transaction, room: &RoomId, cursor: Seq) -> Result<Vec<Entry>> {
    let store = transaction.store(ENTRIES)?;
    let newest = from_seq(room.as_str(), cursor.saturating_sub(LOADED_ENTRIES) as f64)?;
    let texts: Array = answer(&store.get_all_with_key(&newest)?).await?.unchecked_into();
    // What another version of the page has written and this one cannot read leaves a hole, which can be loaded.
    Ok(texts.iter().filter_map(|text| entry(&text.as_string()?)).collect())
}

async fn load_outbox(transaction: &Transaction) -> Result<Vec<Unsent>> {
    let records: Array = answer(&transaction.store(OUTBOX)?.get_all()?).await?.unchecked_into();
    Ok(records.iter().filter_map(|record| unsent_of(&record)).collect())
}

async fn prune_all(transaction: &Transaction) -> Result<()> {
    let store = transaction.store(ENTRIES)?;
    for room in rooms(transaction).await? {
        if let Some(Marks::In { cursor, .. }) = marks(transaction, &room).await? {
            let first = entry_key(room.as_str(), cursor.saturating_sub(KEPT_ENTRIES) as f64);
            store.delete(&IdbKeyRange::bound(&entry_key(room.as_str(), 0.0), &first)?.into())?;
        }
    }
    Ok(())
}

async fn write_all(transaction: &Transaction, keeps: Vec<Keep>) -> Result<()> {
    for keep in keeps {
        match keep {
            Keep::Owner { user, epoch } => own(transaction, Owner { user, epoch }).await?,
            Keep::Entries { epoch, room, cursor, entries } => {
                if keeps_for(transaction, &epoch).await? {
                    let before = mark(transaction, &room, cursor, 0).await?;
                    write_entries(transaction, &entries, before).await?;
                }
            }
            Keep::Read { epoch, room, seq } => {
                if keeps_for(transaction, &epoch).await? {
                    mark(transaction, &room, 0, seq).await?;
                }
            }
            Keep::Erase { epoch, room, seq } => {
                if keeps_for(transaction, &epoch).await? {
                    erase(transaction, &room, seq).await?;
                }
            }
            Keep::Wipe { user } => {
                if owner(transaction).await?.is_none_or(|owner| Some(owner.user) == user) {
                    for store in [OWNER, ROOMS, ENTRIES, OUTBOX] {
                        transaction.store(store)?.clear()?;
                    }
                }
            }
            Keep::Leaving { room } => {
                transaction.store(ROOMS)?.put_with_key(&Marks::Leaving.text().into(), &room.as_str().into())?;
                transaction.store(ENTRIES)?.delete(&from_seq(room.as_str(), 0.0)?)?;
            }
            Keep::ForgetRoom { room } => {
                transaction.store(ROOMS)?.delete(&room.as_str().into())?;
                transaction.store(ENTRIES)?.delete(&from_seq(room.as_str(), 0.0)?)?;
            }
            Keep::Unsent(unsent) => {
                drop_unsent(transaction, &unsent.id).await?;
                transaction.store(OUTBOX)?.add(&record(&unsent)?)?;
            }
            Keep::Refused { id, code } => refuse(transaction, &id, code).await?,
            Keep::Settled { id } => drop_unsent(transaction, &id).await?,
        }
    }
    Ok(())
}

/// Rooms are kept for one person and epoch. What is not sent yet is worth sending whoever is asked for it.
async fn own(transaction: &Transaction, now: Owner) -> Result<()> {
    if owner(transaction).await?.as_ref() != Some(&now) {
        transaction.store(ROOMS)?.clear()?;
        transaction.store(ENTRIES)?.clear()?;
        transaction.store(OWNER)?.put_with_key(&now.text().into(), &OWNER.into())?;
    }
    Ok(())
}

/// Another tab may have met another log since.
async fn keeps_for(transaction: &Transaction, epoch: &Epoch) -> Result<bool> {
    Ok(owner(transaction).await?.is_some_and(|owner| owner.epoch == *epoch))
}

/// Marks only move forward: another tab, which shares the entries, may be further. Returns the cursor before.
async fn mark(transaction: &Transaction, room: &RoomId, cursor: Seq, read: Seq) -> Result<Seq> {
    let (before, known) = match marks(transaction, room).await? {
        Some(Marks::In { cursor, read }) => (cursor, read),
        Some(Marks::Leaving) | None => (0, 0),
    };
    let marks = Marks::In { cursor: cursor.max(before), read: read.max(known) };
    transaction.store(ROOMS)?.put_with_key(&marks.text().into(), &room.as_str().into())?;
    Ok(before)
}

/// What lies up to the cursor that was kept before may be there already, and erased since.
async fn write_entries(transaction: &Transaction, entries: &[Entry], before: Seq) -> Result<()> {
    let store = transaction.store(ENTRIES)?;
    // A later version of the page may know those that this one does not, and then finds a gap to fill.
    for entry in entries.iter().filter(|entry| entry.kind != EntryKind::Unknown) {
        let key = entry_key(entry.room.as_str(), entry.seq as f64);
        let kept = if entry.seq <= before { kept_entry(&store, &key).await? } else { None };
        if !kept.is_some_and(|kept| matches!(kept.kind, EntryKind::Erased { .. })) {
            store.put_with_key(&entry_text(entry).into(), &key)?;
        }
    }
    Ok(())
}

async fn kept_entry(store: &IdbObjectStore, key: &JsValue) -> Result<Option<Entry>> {
    Ok(answer(&store.get(key)?).await?.as_string().and_then(|text| entry(&text)))
}

async fn erase(transaction: &Transaction, room: &RoomId, seq: Seq) -> Result<()> {
    let store = transaction.store(ENTRIES)?;
    let key = entry_key(room.as_str(), seq as f64);
    if let Some(mut entry) = kept_entry(&store, &key).await? {
        entry.erase();
        store.put_with_key(&entry_text(&entry).into(), &key)?;
    }
    Ok(())
}

async fn refuse(transaction: &Transaction, id: &MessageId, code: ErrorCode) -> Result<()> {
    let outbox = transaction.store(OUTBOX)?;
    for key in unsent_keys(&outbox, id).await?.iter() {
        let before = answer(&outbox.get(&key)?).await?;
        if let Some(unsent) = unsent_of(&before) {
            outbox.put_with_key(&record(&Unsent { refused: Some(code), ..unsent })?, &key)?;
        }
    }
    Ok(())
}

async fn drop_unsent(transaction: &Transaction, id: &MessageId) -> Result<()> {
    let outbox = transaction.store(OUTBOX)?;
    for key in unsent_keys(&outbox, id).await?.iter() {
        outbox.delete(&key)?;
    }
    Ok(())
}

async fn unsent_keys(outbox: &IdbObjectStore, id: &MessageId) -> Result<Array> {
    let keys = outbox.index(BY_ID)?.get_all_keys_with_key(&id.as_str().into())?;
    Ok(answer(&keys).await?.unchecked_into())
}

fn record(unsent: &Unsent) -> Result<JsValue> {
    let record = Object::new();
    Reflect::set(&record, &BY_ID.into(), &unsent.id.as_str().into())?;
    Reflect::set(&record, &TEXT.into(), &unsent_text(unsent).into())?;
    Ok(record.into())
}

fn unsent_of(record: &JsValue) -> Option<Unsent> {
    unsent(&Reflect::get(record, &TEXT.into()).ok()?.as_string()?)
}
