//! Panics: their message and place reach the receipt. Failed allocations come here too.

use core::fmt::{self, Write};
use core::panic::PanicInfo;

use crate::host;

/// The most bytes of a message that are kept.
const MESSAGE_BYTES: usize = 512;
/// The most bytes of a place that are kept.
const PLACE_BYTES: usize = 256;

/// Text on the stack: a panic may come from the allocator, so that it must not allocate.
struct Text<const CAPACITY: usize> {
    bytes: [u8; CAPACITY],
    length: usize,
}

impl<const CAPACITY: usize> Text<CAPACITY> {
    fn of(content: fmt::Arguments<'_>) -> Self {
        let mut text = Text { bytes: [0; CAPACITY], length: 0 };
        // Writing stops when the text is full: what fits is kept.
        let _ = text.write_fmt(content);
        text
    }

    fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }
}

impl<const CAPACITY: usize> Write for Text<CAPACITY> {
    fn write_str(&mut self, part: &str) -> fmt::Result {
        let fits = part.floor_char_boundary(CAPACITY - self.length);
        let kept = part.as_bytes().get(..fits).unwrap_or_default();
        let room = self.bytes.get_mut(self.length..self.length + fits).unwrap_or_default();
        room.copy_from_slice(kept);
        self.length += fits;
        if fits == part.len() { Ok(()) } else { Err(fmt::Error) }
    }
}

#[panic_handler]
fn panic(info: &PanicInfo<'_>) -> ! {
    let message = Text::<MESSAGE_BYTES>::of(format_args!("{}", info.message()));
    let place = match info.location() {
        Some(at) => Text::<PLACE_BYTES>::of(format_args!("{}:{}:{}", at.file(), at.line(), at.column())),
        None => Text::of(format_args!("")),
    };
    host::panic(message.as_bytes(), place.as_bytes())
}
