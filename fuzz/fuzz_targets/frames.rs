//! Whatever text comes: decoding it is no panic, and what could be decoded is the same after another round.

#![no_main]

use libfuzzer_sys::fuzz_target;
use parlor_fuzz::protocol::limits::FRAME_BYTES_MAX;
use parlor_fuzz::protocol::{decode_client, decode_server, encode};

fuzz_target!(|text: &str| {
    match decode_client(text) {
        Ok(frame) => assert_eq!(decode_client(&encode(&frame)), Ok(frame)),
        Err(error) => assert!(error.message.len() <= text.len() + 1_000, "{error:?}"),
    }
    if let Some(frame) = decode_server(text) {
        let again = encode(&frame);
        // Fields that were left out are written, and can make a frame at the limit too long.
        assert!(again.len() > FRAME_BYTES_MAX || decode_server(&again).as_ref() == Some(&frame), "{frame:?}");
    }
});
