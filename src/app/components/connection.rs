use crate::app::prelude::*;
use crate::app::store::Store;
use crate::app::text;
use crate::session::{Command, Link};

/// How the link to the server stands: small when all is well, and plain to see when not.
#[component]
pub fn Connection() -> impl IntoView {
    let store = Store::here();
    let link = store.slice(|model| model.link);
    // The seconds change too often to be read aloud each time.
    let seconds = move || text::connection(link.get()).1;
    let words = memo(move || text::connection(link.get()).0);
    let waits = memo(move || matches!(link.get(), Link::Waiting { .. }));
    let ended = memo(move || matches!(link.get(), Link::Ended { .. }));
    view! {
        <div class="connection" role="status" aria-label="Connection" data-link=move || state(link.get())>
            <span class="words">{move || words.get()}<span aria-hidden="true">{move || seconds()}</span></span>
            <Show when=move || waits.get()>
                <button class="button small" type="button" on:click=move |_| store.command(Command::ReconnectNow)>
                    "Retry now"
                </button>
            </Show>
            <Show when=move || ended.get()>
                <button class="button small" type="button" on:click=move |_| reload(store)>
                    "Reload"
                </button>
            </Show>
        </div>
    }
}

fn reload(store: Store) {
    if let Some(host) = store.host() {
        host.reload();
    }
}

/// What the style sheet tells states apart by.
fn state(link: Link) -> &'static str {
    match link {
        Link::Idle | Link::Connecting => "connecting",
        Link::Online => "online",
        Link::Waiting { .. } | Link::NoNetwork => "offline",
        Link::Ended { .. } => "ended",
    }
}
