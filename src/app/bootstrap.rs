use serde::{Deserialize, Serialize};

use crate::protocol::RoomSummary;

/// What the server knows when it renders a page. It travels with the page, so that the browser's first view is the same.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Bootstrap {
    /// The name under which this browser entered before, from the cookie `parlor_name`.
    pub name: Option<String>,
    pub rooms: Vec<RoomSummary>,
}
