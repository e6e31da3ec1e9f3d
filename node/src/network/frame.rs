//! Frames: a length (`u32`, little-endian) and so many bytes.
//!
//! Invariant: a length above the limit is refused before there is room for it, and room is made only as bytes
//! arrive, so that a peer has to send what it wants us to hold.

use std::io;
use std::time::Duration;

use codec::Encode;
use libp2p::bytes::Bytes;
use libp2p::futures::{AsyncRead, AsyncReadExt};
use tokio::time::timeout;

/// How much room is made at a time.
const STEP_BYTES: usize = 64 * 1024;
/// Bytes of a frame's length.
pub(super) const LENGTH_BYTES: usize = 4;

/// Why there is no frame.
#[derive(Debug, thiserror::Error)]
pub(super) enum FrameError {
    /// The stream ended or broke.
    #[error(transparent)]
    Stream(#[from] io::Error),
    /// It would be longer than the lane allows.
    #[error("a frame of {0} bytes is announced")]
    Oversized(u32),
    /// It began and did not end in time.
    #[error("a frame did not arrive whole")]
    Stalled,
}

/// The frame that holds `content`.
pub(super) fn seal(content: &impl Encode) -> Bytes {
    // Made once: an answer of many megabytes would be moved again and again while it grows.
    let mut bytes = Vec::with_capacity(LENGTH_BYTES + content.size_hint());
    bytes.resize(LENGTH_BYTES, 0);
    content.encode_to(&mut bytes);
    let length = u32::try_from(bytes.len() - LENGTH_BYTES).unwrap_or(u32::MAX);
    bytes[..LENGTH_BYTES].copy_from_slice(&length.to_le_bytes());
    bytes.into()
}

/// Waits for a frame's length, however long it takes.
pub(super) async fn length(stream: &mut (impl AsyncRead + Unpin), limit: usize) -> Result<usize, FrameError> {
    let mut bytes = [0; LENGTH_BYTES];
    stream.read_exact(&mut bytes).await?;
    let length = u32::from_le_bytes(bytes);
    if length as usize > limit { Err(FrameError::Oversized(length)) } else { Ok(length as usize) }
}

/// Reads a frame whose length is known, within a time.
pub(super) async fn content(
    stream: &mut (impl AsyncRead + Unpin),
    length: usize,
    within: Duration,
) -> Result<Vec<u8>, FrameError> {
    timeout(within, fill(stream, length)).await.map_err(|_| FrameError::Stalled)?.map_err(FrameError::Stream)
}

async fn fill(stream: &mut (impl AsyncRead + Unpin), length: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    while bytes.len() < length {
        let filled = bytes.len();
        bytes.resize(length.min(filled + STEP_BYTES.max(filled)), 0);
        stream.read_exact(&mut bytes[filled..]).await?;
    }
    Ok(bytes)
}

/// Reads a frame.
pub(super) async fn read(
    stream: &mut (impl AsyncRead + Unpin),
    limit: usize,
    within: Duration,
) -> Result<Vec<u8>, FrameError> {
    let length = length(stream, limit).await?;
    content(stream, length, within).await
}

#[cfg(test)]
mod tests {
    use libp2p::futures::io::Cursor;
    use proptest::prelude::*;

    use super::*;

    const WITHIN: Duration = Duration::from_secs(10);

    fn block_on<T>(future: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
    }

    proptest! {
        #[test]
        fn what_is_sealed_is_read(content in prop::collection::vec(any::<u8>(), 0..3 * STEP_BYTES)) {
            let sealed = seal(&content);
            let mut stream = Cursor::new(&sealed);
            let limit = sealed.len() - LENGTH_BYTES;
            let read = block_on(read(&mut stream, limit, WITHIN)).unwrap();
            prop_assert_eq!(read, content.encode());
            prop_assert_eq!(stream.position() as usize, sealed.len());
        }
    }

    #[test]
    fn a_length_above_the_limit_is_refused_with_nothing_read_after_it() {
        let mut stream = Cursor::new([&11u32.to_le_bytes()[..], &[0; 11]].concat());
        let refused = block_on(read(&mut stream, 10, WITHIN));
        assert!(matches!(refused, Err(FrameError::Oversized(11))));
        assert_eq!(stream.position(), 4);
    }

    #[test]
    fn a_frame_that_ends_early_is_an_error() {
        let mut stream = Cursor::new([&11u32.to_le_bytes()[..], &[0; 10]].concat());
        assert!(matches!(block_on(read(&mut stream, 11, WITHIN)), Err(FrameError::Stream(_))));
    }
}
