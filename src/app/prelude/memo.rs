use std::any::Any;
use std::marker::PhantomData;
use std::ops::Deref;
use std::sync::Arc;

use leptos::prelude::{Get, GetUntracked, Memo as Inner, Signal, Track};

/// A memo whose code does not depend on what it holds.
pub struct Memo<T> {
    inner: Inner<Value>,
    holds: PhantomData<fn() -> T>,
}

/// Of the type that the memo says it holds.
#[derive(Clone)]
struct Value(Arc<dyn Comparable + Send + Sync>);

trait Comparable: Any {
    fn equals(&self, other: &dyn Any) -> bool;
}

impl<T: PartialEq + Any> Comparable for T {
    fn equals(&self, other: &dyn Any) -> bool {
        other.downcast_ref() == Some(self)
    }
}

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        (*self.0).equals(&*other.0)
    }
}

pub fn memo<T>(compute: impl Fn() -> T + Send + Sync + 'static) -> Memo<T>
where
    T: PartialEq + Send + Sync + 'static,
{
    Memo { inner: of_values(Box::new(move || Value(Arc::new(compute())))), holds: PhantomData }
}

fn of_values(compute: Box<dyn Fn() -> Value + Send + Sync>) -> Inner<Value> {
    Inner::new(move |_| compute())
}

impl<T: Send + Sync + 'static> Memo<T> {
    pub fn read(self) -> Held<T> {
        Held::of(self.inner.get())
    }

    pub fn read_untracked(self) -> Held<T> {
        Held::of(self.inner.get_untracked())
    }

    pub fn track(self) {
        self.inner.track();
    }
}

impl<T: Clone + Send + Sync + 'static> Memo<T> {
    pub fn get(self) -> T {
        T::clone(&self.read())
    }

    pub fn get_untracked(self) -> T {
        T::clone(&self.read_untracked())
    }

    /// Nothing once the part of the page is gone that it was made for.
    pub fn try_get(self) -> Option<T> {
        self.inner.try_get().map(|value| T::clone(&Held::of(value)))
    }
}

/// What a memo held when it was read.
pub struct Held<T>(Arc<T>);

impl<T: Send + Sync + 'static> Held<T> {
    fn of(value: Value) -> Self {
        let value: Arc<dyn Any + Send + Sync> = value.0;
        Self(value.downcast().expect("a memo holds values of its type alone"))
    }
}

impl<T> Deref for Held<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> Clone for Memo<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Memo<T> {}

impl<T: Clone + Send + Sync + 'static> From<Memo<T>> for Signal<T> {
    fn from(memo: Memo<T>) -> Self {
        Self::derive(move || memo.get())
    }
}
