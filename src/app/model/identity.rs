use super::Model;
use crate::protocol::{Profile, UserId};

impl Model {
    /// Whether somebody is in.
    pub fn is_in(&self) -> bool {
        self.me.is_some()
    }

    pub fn my_id(&self) -> Option<&UserId> {
        self.me.as_ref().map(|me| &me.id)
    }

    /// The person is this one, and is known so.
    pub fn be(&mut self, profile: Profile) {
        (self.secured, self.admin) = (profile.secured, profile.admin);
        self.me = Some(profile.user);
        self.signed_out = false;
    }

    /// Nothing stays that was shown to this person alone.
    pub fn sign_out(&mut self) {
        let mut rooms = std::mem::take(&mut self.rooms);
        rooms.change().retain(|_, room| room.access.is_listed());
        *self = Self {
            sign_up: self.sign_up,
            signed_out: true,
            rooms,
            open: self.open.take(),
            hidden: self.hidden,
            ..Self::default()
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::bootstrap::Bootstrap;
    use crate::app::model::update;
    use crate::protocol::{Access, RoomId, RoomSummary, User};
    use crate::session::Event;

    fn ada() -> Profile {
        let user = User { id: UserId::parse("ada").unwrap(), name: "Ada".into() };
        Profile { user, secured: true, admin: true }
    }

    fn room(name: &str, access: Access) -> RoomSummary {
        RoomSummary { id: RoomId::parse(name).unwrap(), name: name.into(), online: 0, members: 0, access }
    }

    #[test]
    fn whoever_the_server_recognises_is_in_at_once() {
        let model = Model::new(Bootstrap { me: Some(ada()), ..Bootstrap::default() });
        assert!(model.is_in() && model.secured && model.admin);
        assert!(!Model::new(Bootstrap::default()).is_in());
    }

    #[test]
    fn whoever_is_signed_out_leaves_nothing_on_the_page() {
        let rooms = vec![room("general", Access::Open), room("cellar", Access::Invite)];
        let mut model = Model::new(Bootstrap { me: Some(ada()), rooms, ..Bootstrap::default() });
        let general = RoomId::parse("general").unwrap();
        model.open(Some(general.clone()));
        update(&mut model, Event::SignedOut);
        assert!(!model.is_in() && !model.admin && model.signed_out);
        assert!(model.conversations.is_empty());
        assert!(model.rooms.keys().eq([&general]), "a room that no list shows is not shown to strangers");
        assert_eq!(model.open, Some(general));
        model.be(ada());
        assert!(!model.signed_out);
    }

    #[test]
    fn a_name_that_changes_elsewhere_changes_here() {
        let mut model = Model::new(Bootstrap { me: Some(ada()), ..Bootstrap::default() });
        let mut profile = ada();
        profile.user.name = "Ada L.".into();
        profile.admin = false;
        update(&mut model, Event::Profile(profile.clone()));
        assert_eq!(model.me, Some(profile.user));
        assert!(model.secured && !model.admin);
    }
}
