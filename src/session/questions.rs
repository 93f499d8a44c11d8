//! What is asked once and not repeated: whoever asked learns what came of it, also when the link breaks first.

use std::collections::VecDeque;

use crate::protocol::{RoomId, RoomName};

/// Questions in a row that are remembered. A person asks for less.
const QUESTIONS_MAX: usize = 256;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// The `type` of the frame.
    pub about: &'static str,
    pub room: Option<RoomId>,
}

/// Those that wait for an answer, the oldest first.
#[derive(Debug, Default)]
pub struct Questions(VecDeque<Question>);

impl Question {
    /// What is to be made has no id yet, but its name gives it one.
    pub fn create(name: &str) -> Self {
        Self { about: "create", room: RoomName::parse(name).ok().map(|name| name.id().clone()) }
    }
}

impl Questions {
    pub fn asked(&mut self, question: Question) {
        if self.0.len() == QUESTIONS_MAX {
            self.0.pop_front();
        }
        self.0.push_back(question);
    }

    /// The answer has come to the oldest one that this may be about.
    pub fn answered(&mut self, about: &str, room: Option<&RoomId>) {
        let is_about =
            |question: &Question| question.about == about && (room.is_none() || question.room.as_ref() == room);
        if let Some(at) = self.0.iter().position(is_about) {
            self.0.remove(at);
        }
    }

    pub fn take_all(&mut self) -> VecDeque<Question> {
        std::mem::take(&mut self.0)
    }
}
