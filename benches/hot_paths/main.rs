//! What a chat does most, without sockets and disk: `cargo bench --bench hot_paths --features ssr`.

mod crowd;

use std::io::{self, IoSlice, Write};
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use crowd::Crowd;
use parlor::protocol::{decode_client, encode};
use parlor::server::websocket::{Decoder, Deflater, Frame, Inflater};
use parlor::server::workers::Outbox;

/// Takes everything at once, as a socket does whose client reads.
struct Taking;

impl Write for Taking {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Ok(bytes.len())
    }

    fn write_vectored(&mut self, pieces: &[IoSlice<'_>]) -> io::Result<usize> {
        Ok(pieces.iter().map(|piece| piece.len()).sum())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn hub(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("hub: a message from frame to outputs, and all written");
    for people in [1_u64, 100, 1_000] {
        let mut crowd = Crowd::of(people);
        group.throughput(Throughput::Elements(people));
        group.bench_function(format!("{people} in the room"), |bencher| {
            bencher.iter_custom(|iterations| {
                let mut took = Duration::ZERO;
                for n in 0..iterations {
                    // As browsers do it, long before the limit; it is not part of what is measured.
                    if n % 32 == 0 {
                        crowd.ack_all();
                    }
                    let message = crowd.message();
                    let began = Instant::now();
                    crowd.say(message);
                    took += began.elapsed();
                }
                took
            });
        });
    }
    group.finish();
}

fn codec(criterion: &mut Criterion) {
    let text = encode(&Crowd::of(1).message());
    criterion.bench_function("decode `send`", |bencher| bencher.iter(|| decode_client(&text)));
    let mut masked = vec![0x81, 0x80 | text.len() as u8, 1, 2, 3, 4];
    masked.extend(text.bytes().zip([1, 2, 3, 4].into_iter().cycle()).map(|(byte, mask)| byte ^ mask));
    let (mut decoder, mut inflater) = (Decoder::new(64 * 1024, false), Inflater::default());
    criterion.bench_function("take a frame apart", |bencher| {
        bencher.iter_batched_ref(
            || masked.clone(),
            |bytes| {
                decoder.feed(bytes, &mut inflater, &mut |said| {
                    std::hint::black_box(said);
                })
            },
            BatchSize::SmallInput,
        );
    });
}

fn sockets(criterion: &mut Criterion) {
    let text = "x".repeat(250);
    criterion.bench_function("frame a message", |bencher| bencher.iter(|| Frame::text(text.as_bytes())));
    let long = text.repeat(20);
    let mut deflater = Deflater::default();
    criterion.bench_function("compress a page of 5 kB", |bencher| {
        bencher.iter(|| Frame::text(long.as_bytes()).wire(Some(&mut deflater)).len());
    });
    let frame = Rc::new(Arc::new(Frame::text(text.as_bytes())));
    let mut outbox = Outbox::default();
    criterion.bench_function("put a frame into an outbox and write it", |bencher| {
        bencher.iter(|| {
            outbox.push(frame.clone());
            outbox.write_to(&mut Taking, None).unwrap()
        });
    });
}

criterion_group!(benches, hub, codec, sockets);
criterion_main!(benches);
