//! How often memory is asked for: a count is the same on every machine, where a time is not.

#[path = "../benches/hot_paths/crowd.rs"]
mod crowd;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use crowd::Crowd;

thread_local! {
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

struct Counting;

// SAFETY: it hands everything on to the allocator of the system, and only counts.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.with(|count| count.set(count.get() + 1));
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        unsafe { System.dealloc(place, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Outputs, deliveries and allocations of one message among so many, once the first has warmed things up.
fn one_message_among(people: u64) -> (usize, usize, usize) {
    let mut crowd = Crowd::of(people);
    let first = crowd.message();
    crowd.say(first);
    let message = crowd.message();
    let before = ALLOCATIONS.get();
    let (outputs, deliveries) = crowd.say(message);
    (outputs, deliveries, ALLOCATIONS.get() - before)
}

#[test]
fn a_message_costs_memory_once_and_not_for_each_who_gets_it() {
    let (few_outputs, few_deliveries, few) = one_message_among(10);
    let (many_outputs, many_deliveries, many) = one_message_among(2_000);
    // One is told that it is accepted, and gets its entry after that; the others all get it by one output.
    assert_eq!((few_deliveries, many_deliveries), (11, 2_001));
    assert_eq!(few_outputs, many_outputs, "of a message to 10 and to 2,000");
    assert!(many <= few + 2, "{few} allocations for 10 people, {many} for 2,000");
    assert!(many <= 40, "{many} allocations for one message");
}
