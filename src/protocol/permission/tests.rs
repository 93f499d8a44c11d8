use std::collections::BTreeSet;

use super::*;

/// Who may do what. In a cell stands with which access, to whom of which rank, or whether at all.
const TABLE: &str = "
| deed                    | banned        | outsider             | member               | moderator              | owner                                   | admin |
| see                     | open password | open password        | any                  | any                    | any                                     | any   |
| join with nothing       | -             | open hidden          | open hidden          | open hidden            | open hidden                             | open hidden |
| join with the password  | -             | open hidden password | open hidden password | open hidden password   | open hidden password                    | open hidden password |
| join with an invite     | -             | any                  | any                  | any                    | any                                     | any   |
| join as administrator   | any           | any                  | any                  | any                    | any                                     | any   |
| leave                   | -             | -                    | any                  | any                    | any                                     | any   |
| read                    | -             | -                    | any                  | any                    | any                                     | any   |
| send                    | -             | -                    | any                  | any                    | any                                     | any   |
| delete an own message   | -             | -                    | any                  | any                    | any                                     | any   |
| set the topic           | -             | -                    | -                    | any                    | any                                     | any   |
| set slow mode           | -             | -                    | -                    | any                    | any                                     | any   |
| invite                  | -             | -                    | -                    | any                    | any                                     | any   |
| unban                   | -             | -                    | -                    | any                    | any                                     | any   |
| rename                  | -             | -                    | -                    | -                      | any                                     | any   |
| set access              | -             | -                    | -                    | -                      | any                                     | any   |
| close                   | -             | -                    | -                    | -                      | any                                     | any   |
| delete a message        | -             | -                    | -                    | banned outsider member | banned outsider member moderator        | banned outsider member moderator owner |
| ban                     | -             | -                    | -                    | banned outsider member | banned outsider member moderator        | banned outsider member moderator owner |
| remove                  | -             | -                    | -                    | member                 | member moderator                        | member moderator owner |
| mute                    | -             | -                    | -                    | member                 | member moderator                        | member moderator owner |
| give a role             | -             | -                    | -                    | -                      | member moderator owner                  | member moderator owner admin |
";

const RANKS: [(Rank, &str); 6] = [
    (Rank::Banned, "banned"),
    (Rank::Outsider, "outsider"),
    (Rank::Member, "member"),
    (Rank::Moderator, "moderator"),
    (Rank::Owner, "owner"),
    (Rank::Admin, "admin"),
];

fn rank_name(rank: Rank) -> &'static str {
    RANKS.iter().find(|(other, _)| *other == rank).unwrap().1
}

fn access_name(access: Access) -> &'static str {
    match access {
        Access::Open => "open",
        Access::Hidden => "hidden",
        Access::Password => "password",
        Access::Invite => "invite",
    }
}

fn every_deed() -> Vec<Deed> {
    let mut deeds = vec![
        Deed::See,
        Deed::Join(Proof::Nothing),
        Deed::Join(Proof::Password),
        Deed::Join(Proof::Invite),
        Deed::Join(Proof::Admin),
        Deed::Leave,
        Deed::Read,
        Deed::Send,
        Deed::SetTopic,
        Deed::SetSlowMode,
        Deed::Invite,
        Deed::Rename,
        Deed::SetAccess,
        Deed::Close,
        Deed::DeleteOwnMessage,
        Deed::Unban,
    ];
    for (target, _) in RANKS {
        deeds.extend([Deed::DeleteMessage(target), Deed::Remove(target), Deed::Ban(target), Deed::Mute(target)]);
        deeds.extend(Role::ALL.map(|role| Deed::SetRole(target, role)));
    }
    deeds
}

/// The row of a deed, and what its cells tell apart.
fn row_of(deed: Deed, access: Access) -> (&'static str, &'static str) {
    match deed {
        Deed::See => ("see", access_name(access)),
        Deed::Join(Proof::Nothing) => ("join with nothing", access_name(access)),
        Deed::Join(Proof::Password) => ("join with the password", access_name(access)),
        Deed::Join(Proof::Invite) => ("join with an invite", access_name(access)),
        Deed::Join(Proof::Admin) => ("join as administrator", access_name(access)),
        Deed::Leave => ("leave", "any"),
        Deed::Read => ("read", "any"),
        Deed::Send => ("send", "any"),
        Deed::SetTopic => ("set the topic", "any"),
        Deed::SetSlowMode => ("set slow mode", "any"),
        Deed::Invite => ("invite", "any"),
        Deed::Rename => ("rename", "any"),
        Deed::SetAccess => ("set access", "any"),
        Deed::Close => ("close", "any"),
        Deed::DeleteOwnMessage => ("delete an own message", "any"),
        Deed::Unban => ("unban", "any"),
        Deed::DeleteMessage(target) => ("delete a message", rank_name(target)),
        Deed::Remove(target) => ("remove", rank_name(target)),
        Deed::Ban(target) => ("ban", rank_name(target)),
        Deed::Mute(target) => ("mute", rank_name(target)),
        Deed::SetRole(target, _) => ("give a role", rank_name(target)),
    }
}

fn rows() -> Vec<Vec<&'static str>> {
    TABLE.trim().lines().map(|line| line.trim_matches('|').split('|').map(str::trim).collect()).collect()
}

#[test]
fn every_rank_may_do_what_the_table_says_and_nothing_else() {
    let rows = rows();
    let (head, rows) = rows.split_first().unwrap();
    assert_eq!(head[1..], RANKS.map(|(_, name)| name));
    let mut seen = BTreeSet::new();
    for deed in every_deed() {
        for access in Access::ALL {
            let (name, case) = row_of(deed, access);
            seen.insert(name);
            let row = rows.iter().find(|row| row[0] == name).unwrap_or_else(|| panic!("no row for {name}"));
            for ((rank, _), cell) in RANKS.into_iter().zip(&row[1..]) {
                let expected = cell.split(' ').any(|word| word == "any" || word == case);
                assert_eq!(rank.may(deed, access), expected, "{rank:?} {deed:?} {access:?}");
            }
        }
    }
    assert_eq!(seen, rows.iter().map(|row| row[0]).collect(), "every row is asked for");
}

#[test]
fn who_has_a_role_has_its_rank() {
    assert_eq!(Role::ALL.map(Rank::from), [Rank::Member, Rank::Moderator, Rank::Owner]);
}
