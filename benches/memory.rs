//! How much memory a show's state takes for each hold and for each key, at a million of either: `cargo bench --bench
//! memory`. Counted is what the state has allocated and not given back, room that its tables have grown ahead included.
//! The last line is one JSON object, which `loadtest` takes up.
#![allow(clippy::print_stdout, reason = "it prints what it measures")]
#![allow(unsafe_code, reason = "an allocator is unsafe by its nature; this one counts and passes on")]

#[path = "engine/show.rs"]
mod show;

use std::{
    alloc::{GlobalAlloc, Layout, System},
    sync::atomic::{AtomicUsize, Ordering},
};

use dropcast_domain::{
    ids::DropId,
    show::{Command, Request, Role, Show},
    time::Timestamp,
};
use serde_json::json;
use show::{name, opening, request, reserve};

const EACH: usize = 1_000_000;
const NOW: Timestamp = Timestamp(1_000_000);

static ALLOCATED: AtomicUsize = AtomicUsize::new(0);

struct Counting;

// SAFETY: everything is the system's; beside it a number is changed.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATED.fetch_add(layout.size(), Ordering::Relaxed);
        // SAFETY: what the caller promises is what the system asks for.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, allocated: *mut u8, layout: Layout) {
        ALLOCATED.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: it came from the system, with this layout.
        unsafe { System.dealloc(allocated, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn main() {
    let mut show = Show::default();
    for request in opening() {
        show.handle(NOW, &request, &mut Vec::new()).expect("it is put on sale");
    }
    // A hold with all that comes with it: who has it, under which key, until when.
    let per_hold = grown_by_each(&mut show, |number| {
        request(Role::Viewer, &format!("viewer-{number:08}"), &uuid(number), reserve())
    });
    // A key alone, of one who uses many.
    let drop = name::<DropId, _>(DropId::new);
    let per_key = grown_by_each(&mut show, |number| {
        let drop = drop.clone();
        let command = if number % 2 == 0 { Command::PauseDrop { drop } } else { Command::ResumeDrop { drop } };
        request(Role::Host, "host", &uuid(number), command)
    });
    println!(
        "{EACH} holds, each of its own viewer and under its own key: {per_hold} bytes each; {EACH} keys: {per_key}"
    );
    let line = json!({
        "bytes_per_hold": per_hold - per_key,
        "bytes_per_key": per_key,
        "bytes_per_hold_with_key": per_hold,
    });
    println!("{line}");
}

/// How many bytes the state has grown by each of a million commands.
fn grown_by_each(show: &mut Show, command: impl Fn(usize) -> Request) -> usize {
    let before = ALLOCATED.load(Ordering::Relaxed);
    for number in 0..EACH {
        show.handle(NOW, &command(number), &mut Vec::new()).expect("it is accepted");
    }
    (ALLOCATED.load(Ordering::Relaxed) - before).div_ceil(EACH)
}

fn uuid(number: usize) -> String {
    format!("{number:08x}-0000-4000-8000-{number:012x}")
}
