use serde::{Deserialize, Serialize};

use crate::protocol::api::SignUp;
use crate::protocol::{Profile, RoomSummary};

/// What the server knows when it renders a page. It travels with the page, so that the browser's first view is the same.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Bootstrap {
    /// Who has a login in this browser.
    pub me: Option<Profile>,
    /// Who may come in for the first time.
    pub sign_up: SignUp,
    pub rooms: Vec<RoomSummary>,
}
