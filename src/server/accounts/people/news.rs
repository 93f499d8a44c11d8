//! What the running server has to hear of, whether it has done it itself or the command line beside it.

use std::collections::BTreeSet;

use super::{People, id, signed, unsigned};
use crate::protocol::{LoginId, Profile, UserId};
use crate::server::accounts::denied::AccountError;

/// What has changed about somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum News {
    LoginEnded(LoginId),
    /// A name or a standing.
    Profile(Profile),
    /// Deleted, or kept out of the server.
    PersonGone(UserId),
}

/// How far the news have been read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct NewsMark {
    endings: u64,
    changes: u64,
}

impl People {
    /// The end of the news, for somebody who has missed nothing.
    pub fn news_mark(&self) -> Result<NewsMark, AccountError> {
        let last = |table| {
            let sql = format!("SELECT COALESCE(MAX(seq), 0) FROM sqlite_sequence WHERE name = '{table}'");
            self.db.query_row(&sql, [], |row| unsigned(row, 0))
        };
        Ok(NewsMark { endings: last("endings")?, changes: last("changes")? })
    }

    /// Moves the mark to the end. Endings come first: nobody is told of themselves after that.
    pub fn news(&self, mark: &mut NewsMark) -> Result<Vec<News>, AccountError> {
        let mut news = Vec::new();
        let mut next = *mark;
        let mut endings =
            self.db.prepare_cached("SELECT number, login FROM endings WHERE number > ? ORDER BY number")?;
        let mut rows = endings.query([signed(next.endings)])?;
        while let Some(row) = rows.next()? {
            next.endings = unsigned(row, 0)?;
            news.push(News::LoginEnded(id(row, 1)?));
        }
        let mut changes =
            self.db.prepare_cached("SELECT number, user FROM changes WHERE number > ? ORDER BY number")?;
        let mut rows = changes.query([signed(next.changes)])?;
        let mut users = BTreeSet::<UserId>::new();
        while let Some(row) = rows.next()? {
            next.changes = unsigned(row, 0)?;
            users.insert(id(row, 1)?);
        }
        for user in users {
            news.push(match self.person(&user)? {
                Some(person) if !person.banned => News::Profile(person.profile),
                _ => News::PersonGone(user),
            });
        }
        *mark = next;
        Ok(news)
    }

    /// What there is to tell of these people to who knows no more than their ids. Nothing of whom nobody knows here.
    pub fn news_of(&self, users: &BTreeSet<UserId>) -> Result<Vec<News>, AccountError> {
        let mut known = self.db.prepare_cached("SELECT 1 FROM people WHERE user = ?")?;
        let mut news = Vec::with_capacity(users.len());
        for user in users {
            match self.person(user)? {
                Some(person) if !person.banned => news.push(News::Profile(person.profile)),
                None if !known.exists([user.as_str()])? => {}
                _ => news.push(News::PersonGone(user.clone())),
            }
        }
        Ok(news)
    }

    /// Forgets the news up to there.
    pub fn forget_news(&self, mark: NewsMark) -> Result<(), AccountError> {
        self.db.prepare_cached("DELETE FROM endings WHERE number <= ?")?.execute([signed(mark.endings)])?;
        self.db.prepare_cached("DELETE FROM changes WHERE number <= ?")?.execute([signed(mark.changes)])?;
        Ok(())
    }

    /// Changes whenever somebody else has written to the database.
    pub fn data_version(&self) -> Result<i64, AccountError> {
        Ok(self.db.pragma_query_value(None, "data_version", |row| row.get(0))?)
    }
}
