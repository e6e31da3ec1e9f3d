//! Contracts that differ in nothing but a function that nobody calls, so that no two compile to the same.

/// Ids of the sections that list functions' types and bodies.
const FUNCTIONS: u8 = 3;
const CODE: u8 = 10;

/// The module with one function more, in which this number is: of the first type, whatever that is.
///
/// # Panics
/// If `wasm` is no module with functions.
pub fn variant(wasm: &[u8], number: u32) -> Vec<u8> {
    let (header, mut rest) = wasm.split_at(8);
    let mut variant = header.to_vec();
    while let Some((&id, after)) = rest.split_first() {
        let (length, after) = read(after);
        let (content, after) = after.split_at(length);
        rest = after;
        let content = match id {
            FUNCTIONS => with_one_more(content, &[0]),
            CODE => with_one_more(content, &body(number)),
            _ => content.to_vec(),
        };
        variant.push(id);
        write(&mut variant, content.len());
        variant.extend(content);
    }
    variant
}

/// A list of a section with one element more.
fn with_one_more(section: &[u8], element: &[u8]) -> Vec<u8> {
    let (count, elements) = read(section);
    let mut list = Vec::new();
    write(&mut list, count + 1);
    list.extend_from_slice(elements);
    list.extend_from_slice(element);
    list
}

/// Stores the number at address 0, and stops: a body that is right for every type.
fn body(number: u32) -> Vec<u8> {
    let mut code = vec![0, 0x41, 0, 0x41];
    // Twenty bits in LEB128, of which the highest is no sign.
    code.extend([number & 127 | 128, number >> 7 & 127 | 128, number >> 14 & 63].map(|byte| byte as u8));
    code.extend([0x36, 2, 0, 0x00, 0x0B]);
    let mut body = Vec::new();
    write(&mut body, code.len());
    body.extend(code);
    body
}

/// A number in LEB128, and what comes after it.
fn read(bytes: &[u8]) -> (usize, &[u8]) {
    let length = 1 + bytes.iter().position(|byte| byte & 128 == 0).unwrap();
    let (number, rest) = bytes.split_at(length);
    (number.iter().rev().fold(0, |number, byte| number << 7 | usize::from(byte & 127)), rest)
}

fn write(bytes: &mut Vec<u8>, mut number: usize) {
    while number >= 128 {
        bytes.push((number % 128) as u8 | 128);
        number /= 128;
    }
    bytes.push(number as u8);
}
