use std::ops::Deref;
use std::sync::Arc;

/// A value that is cheap to hand out and to compare, however large: two are equal when they are the same one.
/// A change makes a new one, so that a component sees at a glance whether its part of the model is another.
#[derive(Debug, Default)]
pub struct Shared<T>(Arc<T>);

impl<T> Shared<T> {
    pub fn new(value: T) -> Self {
        Self(Arc::new(value))
    }
}

impl<T: Clone> Shared<T> {
    /// To be called only for a change, since it makes this another value than those handed out before.
    pub fn change(&mut self) -> &mut T {
        Arc::make_mut(&mut self.0)
    }
}

impl<T> Clone for Shared<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> PartialEq for Shared<T> {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl<T> Deref for Shared<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_leaves_what_was_handed_out_as_it_was() {
        let mut mine = Shared::new(vec![1]);
        let theirs = mine.clone();
        assert!(mine == theirs);
        mine.change().push(2);
        assert!(mine != theirs);
        assert_eq!((&*mine, &*theirs), (&vec![1, 2], &vec![1]));
    }
}
