//! Who may do what: the one table that the server asks before it does anything in a room, and that pages ask before they
//! offer it. What depends on more than rank (a wrong password, a mute, slow mode, a limit) is checked besides.

#[cfg(test)]
mod tests;

use super::access::{Access, Role};

/// How somebody stands to a room, from little to much.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rank {
    Banned,
    Outsider,
    Member,
    Moderator,
    Owner,
    /// An administrator of the server who has joined the room.
    Admin,
}

/// What a person brings to the door of a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Proof {
    Nothing,
    /// Known to be right.
    Password,
    /// Known to be valid.
    Invite,
    /// An administrator of the server, who may enter everywhere, and is seen to.
    Admin,
}

/// What can be done in a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Deed {
    /// See that the room is there, its name, topic and counts.
    See,
    Join(Proof),
    Leave,
    /// Get entries, history, members and who is online; ack and mark as read; tell that one types.
    Read,
    Send,
    SetTopic,
    SetSlowMode,
    /// Make, list and revoke invite links; list who is banned.
    Invite,
    Rename,
    SetAccess,
    /// Delete the room.
    Close,
    DeleteOwnMessage,
    /// Delete a message of somebody of this rank.
    DeleteMessage(Rank),
    /// Take somebody of this rank out of the room.
    Remove(Rank),
    /// Take out and keep out somebody of this rank.
    Ban(Rank),
    Unban,
    /// Let somebody of this rank read only, for a time.
    Mute(Rank),
    /// Give somebody of this rank another role.
    SetRole(Rank, Role),
}

impl From<Role> for Rank {
    fn from(role: Role) -> Self {
        match role {
            Role::Member => Self::Member,
            Role::Moderator => Self::Moderator,
            Role::Owner => Self::Owner,
        }
    }
}

impl Rank {
    pub fn is_member(self) -> bool {
        self >= Self::Member
    }

    /// Whether somebody of this rank may do it in a room with this access.
    pub fn may(self, deed: Deed, access: Access) -> bool {
        match deed {
            Deed::See => self.is_member() || access.is_listed(),
            Deed::Join(proof) => (self != Self::Banned || proof == Proof::Admin) && opens(proof, access),
            Deed::Leave | Deed::Read | Deed::Send | Deed::DeleteOwnMessage => self.is_member(),
            Deed::SetTopic | Deed::SetSlowMode | Deed::Invite | Deed::Unban => self >= Self::Moderator,
            Deed::Rename | Deed::SetAccess | Deed::Close => self >= Self::Owner,
            Deed::DeleteMessage(target) | Deed::Ban(target) => self >= Self::Moderator && target < self,
            Deed::Remove(target) | Deed::Mute(target) => self >= Self::Moderator && target.is_member() && target < self,
            // Owners are equals: any of them may make and unmake another.
            Deed::SetRole(target, _) => self >= Self::Owner && target.is_member() && target <= self,
        }
    }
}

fn opens(proof: Proof, access: Access) -> bool {
    match proof {
        Proof::Nothing => matches!(access, Access::Open | Access::Hidden),
        Proof::Password => access != Access::Invite,
        Proof::Invite | Proof::Admin => true,
    }
}
