use std::collections::BTreeMap;

use crate::app::shared::Shared;
use crate::protocol::{Entry, EntryKind, MemberPage, Role, RoomMember, Seq, User, UserId};

/// The members of a room, as far as pages of them have come. Each page holds as of its own entry, and later entries
/// change what it holds.
#[derive(Debug, Clone, Default)]
pub struct Members {
    pub list: Shared<BTreeMap<UserId, RoomMember>>,
    /// There are members after those at hand.
    pub more: bool,
    /// A page is asked for.
    pub loading: bool,
    /// In order: after whom each begins, and as of which entry it holds.
    pages: Vec<(Option<UserId>, Seq)>,
    /// The last person on the last page, if there are more.
    end: Option<UserId>,
    /// Up to here people came and went of whom only their number was told.
    unnamed: Seq,
    /// Mutes of those who have left, which outlast that.
    mutes: BTreeMap<UserId, u64>,
}

impl Members {
    pub fn is_known(&self) -> bool {
        !self.pages.is_empty()
    }

    /// As of which entry the list holds, where more people than are known have come or gone since.
    pub fn stale_at(&self) -> Option<Seq> {
        self.pages.iter().map(|(_, at)| *at).min().filter(|at| *at < self.unnamed)
    }

    /// After whom the next page begins.
    pub fn end(&self) -> Option<&UserId> {
        self.end.as_ref()
    }

    /// A page without one to come after begins anew.
    pub fn take(&mut self, page: MemberPage) {
        self.loading = false;
        if page.after.is_none() {
            self.pages.clear();
            self.mutes.clear();
            self.list = Shared::default();
        } else if page.after != self.end {
            return; // the answer to a question that does not count any more
        }
        self.more = page.more;
        self.end = page.members.last().filter(|_| page.more).map(|member| member.user.id.clone());
        self.pages.push((page.after, page.at));
        self.list.change().extend(page.members.into_iter().map(|member| (member.user.id.clone(), member)));
    }

    /// Takes in an entry, unless what is at hand holds as of a later one.
    pub fn apply(&mut self, entry: &Entry) {
        let user = match &entry.kind {
            EntryKind::CameAndWent { .. } => return self.unnamed = self.unnamed.max(entry.seq),
            EntryKind::Joined { .. } | EntryKind::Left => &entry.by,
            EntryKind::Role { user, .. }
            | EntryKind::Removed { user }
            | EntryKind::Banned { user }
            | EntryKind::Muted { user, .. } => user,
            _ => return,
        };
        if self.page_at(&user.id).is_none_or(|at| entry.seq <= at) {
            return;
        }
        match &entry.kind {
            EntryKind::Joined { .. } => self.add(user),
            EntryKind::Role { role, .. } => self.change(&user.id, |member| member.role = *role),
            EntryKind::Muted { until, .. } => {
                self.mutes.remove(&user.id);
                if self.list.contains_key(&user.id) {
                    self.change(&user.id, |member| member.muted_until = *until);
                } else if *until > 0 {
                    self.mutes.insert(user.id.clone(), *until);
                }
            }
            _ => self.remove(&user.id),
        }
    }

    /// People are called otherwise now.
    pub fn rename(&mut self, users: &[User]) {
        for user in users {
            if self.list.get(&user.id).is_some_and(|member| member.user.name != user.name) {
                self.change(&user.id, |member| member.user.name.clone_from(&user.name));
            }
        }
    }

    pub fn role(&self, user: &UserId) -> Role {
        self.list.get(user).map(|member| member.role).unwrap_or_default()
    }

    /// As of which entry the page holds that this person would be on, if it is at hand.
    fn page_at(&self, user: &UserId) -> Option<Seq> {
        if self.end.as_ref().is_some_and(|end| user > end) {
            return None;
        }
        let before = self.pages.partition_point(|(after, _)| after.as_ref().is_none_or(|after| after < user));
        Some(self.pages.get(before.checked_sub(1)?)?.1)
    }

    fn add(&mut self, user: &User) {
        let muted_until = self.mutes.remove(&user.id).unwrap_or_default();
        let member = RoomMember { user: user.clone(), role: Role::Member, muted_until };
        self.list.change().insert(user.id.clone(), member);
    }

    fn remove(&mut self, user: &UserId) {
        if let Some(member) = self.list.change().remove(user).filter(|member| member.muted_until > 0) {
            self.mutes.insert(member.user.id, member.muted_until);
        }
    }

    fn change(&mut self, user: &UserId, change: impl FnOnce(&mut RoomMember)) {
        if self.list.contains_key(user)
            && let Some(member) = self.list.change().get_mut(user)
        {
            change(member);
        }
    }
}
