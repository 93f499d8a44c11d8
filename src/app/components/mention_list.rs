use super::avatar::Avatar;
use crate::app::prelude::*;
use crate::app::store::Store;
use crate::app::text::mentions::fits;
use crate::protocol::{RoomId, User};

/// More than these are no help.
const CHOICES_MAX: usize = 6;
const LIST_ID: &str = "mention-list";

/// People whom what is typed may mean, and which of them is chosen.
#[derive(Clone, Copy)]
pub struct Mentions {
    /// What is typed after the `@`, while it may still become a name.
    pub typed: RwSignal<Option<String>>,
    pub choices: Memo<Vec<User>>,
    pub chosen: RwSignal<usize>,
}

impl Mentions {
    pub fn of(room: &RoomId) -> Self {
        let store = Store::here();
        let typed = RwSignal::new(None::<String>);
        let me = store.slice(|model| model.my_id().cloned());
        let people = store.in_room(room, |conversation| conversation.people.clone());
        let members = store.in_room(room, |conversation| conversation.members.list.clone());
        let choices = memo(move || {
            let Some(typed) = typed.get() else { return vec![] };
            let (me, people, members) = (me.read(), people.read(), members.read());
            let offline = members.values().map(|member| &member.user).filter(|user| !people.contains_key(&user.id));
            let others = people.values().chain(offline).filter(|user| me.as_ref() != Some(&user.id));
            choose(others, |user| people.contains_key(&user.id), &typed)
        });
        Self { typed, choices, chosen: RwSignal::new(0) }
    }

    /// A text box that goes loses the focus, when there is nothing left to change.
    pub fn type_on(self, typed: Option<String>) {
        if self.typed.try_with_untracked(|before| *before != typed) == Some(true) {
            self.chosen.set(0);
            self.typed.set(typed);
        }
    }

    pub fn is_open(self) -> bool {
        !self.choices.read_untracked().is_empty()
    }

    /// Goes up or down, round and round.
    pub fn step(self, by: isize) {
        let count = self.choices.read_untracked().len() as isize;
        let chosen = self.chosen.get_untracked() as isize;
        self.chosen.set((chosen + by).rem_euclid(count.max(1)) as usize);
    }

    pub fn current(self) -> Option<User> {
        self.choices.read_untracked().get(self.chosen.get_untracked()).cloned()
    }

    /// What the text box says of the list to those who do not see it.
    pub fn list_id(self) -> Option<&'static str> {
        (!self.choices.read().is_empty()).then_some(LIST_ID)
    }

    pub fn option_id(self) -> Option<String> {
        let chosen = self.chosen.get();
        self.choices.read().get(chosen).map(|_| format!("{LIST_ID}-{chosen}"))
    }
}

/// Those who are online first, then by name. Somebody whose name stands there already needs no completing.
fn choose<'a>(known: impl Iterator<Item = &'a User>, online: impl Fn(&User) -> bool, typed: &str) -> Vec<User> {
    let mut choices: Vec<_> = known.filter(|user| fits(&user.name, typed)).cloned().collect();
    choices.sort_by_cached_key(|user| (u64::from(!online(user)), user.name.to_lowercase()));
    choices.truncate(CHOICES_MAX);
    if let [only] = &choices[..]
        && only.name.to_lowercase() == typed.to_lowercase()
    {
        choices.clear();
    }
    choices
}

/// The names that may be meant, above the message box.
#[component]
pub fn MentionList(mentions: Mentions, pick: Callback<User>) -> impl IntoView {
    let option = move |(n, user): (usize, User)| {
        let name = user.name.clone();
        let picked = user.clone();
        view! {
            <li
                id=format!("{LIST_ID}-{n}")
                role="option"
                aria-selected=move || (mentions.chosen.get() == n).to_string()
                // The focus, and a phone's keyboard, stay where they are.
                on:mousedown=|event| event.prevent_default()
                on:click=move |_| pick.run(picked.clone())
            >
                <Avatar user/>
                <span class="name" dir="auto">{name}</span>
            </li>
        }
    };
    view! {
        <Show when=move || !mentions.choices.read().is_empty()>
            <ul class="mention-list" id=LIST_ID role="listbox" aria-label="People to mention">
                {move || mentions.choices.get().into_iter().enumerate().map(option).collect_view()}
            </ul>
        </Show>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::UserId;

    #[test]
    fn those_who_are_online_come_first_and_a_whole_name_needs_no_help() {
        let user = |name: &str| User { id: UserId::parse(&name.to_lowercase()).unwrap(), name: name.into() };
        let known = [user("Ben"), user("Bea"), user("Abe"), user("Cy")];
        let chosen = |typed| -> Vec<String> {
            let choices = choose(known.iter(), |user| user.name == "Ben", typed);
            choices.into_iter().map(|user| user.name).collect()
        };
        assert_eq!(chosen("b"), ["Ben", "Bea"]);
        assert_eq!(chosen(""), ["Ben", "Abe", "Bea", "Cy"]);
        assert!(chosen("BEN").is_empty() && chosen("x").is_empty());
    }
}
