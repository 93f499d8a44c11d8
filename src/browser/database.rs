//! IndexedDB as far as it is used here: requests and transactions to wait for.

use js_sys::{Array, Function, Promise};
use leptos::prelude::window;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    IdbDatabase, IdbKeyRange, IdbObjectStore, IdbObjectStoreParameters, IdbOpenDbRequest, IdbRequest, IdbTransaction,
    IdbTransactionMode,
};

pub type Result<T> = std::result::Result<T, JsValue>;

const NAME: &str = "parlor";
const VERSION: u32 = 1;

/// One record: whose rooms these are, and of which epoch.
pub const OWNER: &str = "owner";
/// By room: how far it is kept and read.
pub const ROOMS: &str = "rooms";
/// By room and seq.
pub const ENTRIES: &str = "entries";
/// In the order of writing; the index [`BY_ID`] finds a message by its id.
pub const OUTBOX: &str = "outbox";
pub const BY_ID: &str = "id";

const STORES: [&str; 4] = [OWNER, ROOMS, ENTRIES, OUTBOX];

/// `None` in a browser that has no such thing to offer.
pub async fn open() -> Result<Option<IdbDatabase>> {
    let Some(factory) = window().indexed_db().ok().flatten() else { return Ok(None) };
    let request = factory.open_with_u32(NAME, VERSION)?;
    let upgrade = {
        let request = request.clone();
        Closure::<dyn Fn() -> Result<()>>::new(move || make_stores(&request))
    };
    // It may be called when nobody waits for the storage any more. The browser collects it together with the request.
    request.set_onupgradeneeded(Some(upgrade.into_js_value().unchecked_ref()));
    let database: IdbDatabase = answer(&request).await?.unchecked_into();
    close_for_a_newer_version(&database);
    Ok(Some(database))
}

fn make_stores(request: &IdbOpenDbRequest) -> Result<()> {
    let database: IdbDatabase = request.result()?.unchecked_into();
    for name in [OWNER, ROOMS, ENTRIES] {
        database.create_object_store(name)?;
    }
    let numbered = IdbObjectStoreParameters::new();
    numbered.set_auto_increment(true);
    let outbox = database.create_object_store_with_optional_parameters(OUTBOX, &numbered)?;
    outbox.create_index_with_str(BY_ID, BY_ID)?;
    Ok(())
}

/// Another tab has loaded a version of the page that keeps things otherwise. This one goes on and keeps nothing more.
fn close_for_a_newer_version(database: &IdbDatabase) {
    let close = {
        let database = database.clone();
        Closure::<dyn Fn()>::new(move || database.close())
    };
    database.set_onversionchange(Some(close.as_ref().unchecked_ref()));
    close.forget();
}

/// What a request comes to. The transaction lives on until the code after this has run.
pub async fn answer(request: &IdbRequest) -> Result<JsValue> {
    let settled = promise(|resolve, reject| {
        request.set_onsuccess(Some(resolve));
        request.set_onerror(Some(reject));
    });
    match JsFuture::from(settled).await {
        Ok(_) => request.result(),
        Err(_) => Err(request.error()?.map_or(JsValue::UNDEFINED, JsValue::from)),
    }
}

/// All stores at once. Transactions that write follow one another, in all tabs, in the order in which they began.
pub struct Transaction {
    inner: IdbTransaction,
    end: Promise,
}

impl Transaction {
    pub fn begin(database: &IdbDatabase, mode: IdbTransactionMode) -> Result<Self> {
        let stores: Array = STORES.into_iter().map(JsValue::from).collect();
        let inner = database.transaction_with_str_sequence_and_mode(&stores, mode)?;
        let end = promise(|resolve, reject| {
            inner.set_oncomplete(Some(resolve));
            inner.set_onabort(Some(reject));
        });
        Ok(Self { inner, end })
    }

    pub fn store(&self, name: &str) -> Result<IdbObjectStore> {
        self.inner.object_store(name)
    }

    /// The work that was done becomes true as a whole; if part of it has failed, none does. To say so outlives the
    /// page, which may be closed in the next moment.
    #[expect(deprecated, reason = "web-sys marks `commit` so, and the standard does not")]
    pub async fn finish<T>(self, work: Result<T>) -> Result<T> {
        // Both fail only where the transaction has ended by itself.
        let _ = if work.is_ok() { self.inner.commit() } else { self.inner.abort() };
        match JsFuture::from(self.end).await {
            Ok(_) => work,
            Err(_) => work.and(Err(self.inner.error().map_or(JsValue::UNDEFINED, JsValue::from))),
        }
    }
}

/// All keys of one room among those by room and seq, beginning with this seq.
pub fn from_seq(room: &str, seq: f64) -> Result<JsValue> {
    Ok(IdbKeyRange::bound(&entry_key(room, seq), &entry_key(room, f64::INFINITY))?.into())
}

pub fn entry_key(room: &str, seq: f64) -> JsValue {
    Array::of2(&room.into(), &seq.into()).into()
}

fn promise(settle: impl Fn(&Function, &Function)) -> Promise {
    Promise::new(&mut |resolve, reject| settle(&resolve, &reject))
}
