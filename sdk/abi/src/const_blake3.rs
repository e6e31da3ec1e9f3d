//! BLAKE3-256 at compile time, for what is in a contract's metadata: the crate's own is not `const`.
//!
//! As in the specification, section 2: chunks of 1,024 bytes are the leaves of a binary tree. A test
//! compares it with the crate.

use crate::Hash;

const CHUNK_BYTES: usize = 1024;
const BLOCK_BYTES: usize = 64;
/// Subtrees that wait for their right neighbour: enough for 2¹⁶ chunks.
const MAX_DEPTH: usize = 16;

const CHUNK_START: u32 = 1;
const CHUNK_END: u32 = 2;
const PARENT: u32 = 4;
const ROOT: u32 = 8;

const IV: [u32; 8] =
    [0x6A09_E667, 0xBB67_AE85, 0x3C6E_F372, 0xA54F_F53A, 0x510E_527F, 0x9B05_688C, 0x1F83_D9AB, 0x5BE0_CD19];

const PERMUTATION: [usize; 16] = [2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8];

/// BLAKE3-256 of the first `length` bytes of `input`.
pub(crate) const fn hash(input: &[u8], length: usize) -> Hash {
    let mut left = [[0; 8]; MAX_DEPTH];
    let mut depth = 0;
    let mut index = 0;
    while (index + 1) * CHUNK_BYTES < length {
        let mut node = chunk(input, index, CHUNK_BYTES, 0);
        index += 1;
        // As many subtrees are complete as the number of chunks has trailing zeros.
        let mut complete = index;
        while complete & 1 == 0 {
            depth -= 1;
            node = parent(&left[depth], &node, 0);
            complete >>= 1;
        }
        left[depth] = node;
        depth += 1;
    }
    let mut node = chunk(input, index, length - index * CHUNK_BYTES, root_if(depth == 0));
    while depth > 0 {
        depth -= 1;
        node = parent(&left[depth], &node, root_if(depth == 0));
    }
    to_bytes(&node)
}

const fn root_if(last: bool) -> u32 {
    if last { ROOT } else { 0 }
}

/// The chaining value of the chunk of this number, which has `length` bytes.
const fn chunk(input: &[u8], number: usize, length: usize, root: u32) -> [u32; 8] {
    let mut value = IV;
    let mut start = 0;
    let mut flags = CHUNK_START;
    while start + BLOCK_BYTES < length {
        let block = block(input, number * CHUNK_BYTES + start, BLOCK_BYTES);
        value = compress(&value, block, number as u64, BLOCK_BYTES as u32, flags);
        start += BLOCK_BYTES;
        flags = 0;
    }
    let block = block(input, number * CHUNK_BYTES + start, length - start);
    compress(&value, block, number as u64, (length - start) as u32, flags | CHUNK_END | root)
}

/// `length` bytes from `start` on as little-endian words, and zeros.
const fn block(input: &[u8], start: usize, length: usize) -> [u32; 16] {
    let mut words = [0; 16];
    let mut index = 0;
    while index < length {
        words[index / 4] |= (input[start + index] as u32) << (8 * (index % 4));
        index += 1;
    }
    words
}

const fn parent(left: &[u32; 8], right: &[u32; 8], root: u32) -> [u32; 8] {
    let mut block = [0; 16];
    let mut index = 0;
    while index < 8 {
        block[index] = left[index];
        block[index + 8] = right[index];
        index += 1;
    }
    compress(&IV, block, 0, BLOCK_BYTES as u32, PARENT | root)
}

const fn compress(value: &[u32; 8], mut block: [u32; 16], counter: u64, length: u32, flags: u32) -> [u32; 8] {
    let mut state = [0; 16];
    let mut index = 0;
    while index < 8 {
        state[index] = value[index];
        index += 1;
    }
    while index < 12 {
        state[index] = IV[index - 8];
        index += 1;
    }
    state[12] = counter as u32;
    state[13] = (counter >> 32) as u32;
    state[14] = length;
    state[15] = flags;
    let mut rounds = 0;
    while rounds < 7 {
        state = round(state, &block);
        block = permuted(&block);
        rounds += 1;
    }
    let mut output = [0; 8];
    let mut index = 0;
    while index < 8 {
        output[index] = state[index] ^ state[index + 8];
        index += 1;
    }
    output
}

const fn round(state: [u32; 16], block: &[u32; 16]) -> [u32; 16] {
    let state = mix(state, [0, 4, 8, 12], block[0], block[1]);
    let state = mix(state, [1, 5, 9, 13], block[2], block[3]);
    let state = mix(state, [2, 6, 10, 14], block[4], block[5]);
    let state = mix(state, [3, 7, 11, 15], block[6], block[7]);
    let state = mix(state, [0, 5, 10, 15], block[8], block[9]);
    let state = mix(state, [1, 6, 11, 12], block[10], block[11]);
    let state = mix(state, [2, 7, 8, 13], block[12], block[13]);
    mix(state, [3, 4, 9, 14], block[14], block[15])
}

/// The quarter round on the four words at `at`.
const fn mix(mut state: [u32; 16], at: [usize; 4], first: u32, second: u32) -> [u32; 16] {
    let [mut a, mut b, mut c, mut d] = [state[at[0]], state[at[1]], state[at[2]], state[at[3]]];
    a = a.wrapping_add(b).wrapping_add(first);
    d = (d ^ a).rotate_right(16);
    c = c.wrapping_add(d);
    b = (b ^ c).rotate_right(12);
    a = a.wrapping_add(b).wrapping_add(second);
    d = (d ^ a).rotate_right(8);
    c = c.wrapping_add(d);
    b = (b ^ c).rotate_right(7);
    state[at[0]] = a;
    state[at[1]] = b;
    state[at[2]] = c;
    state[at[3]] = d;
    state
}

const fn permuted(block: &[u32; 16]) -> [u32; 16] {
    let mut words = [0; 16];
    let mut index = 0;
    while index < 16 {
        words[index] = block[PERMUTATION[index]];
        index += 1;
    }
    words
}

const fn to_bytes(words: &[u32; 8]) -> Hash {
    let mut bytes = [0; 32];
    let mut index = 0;
    while index < 32 {
        bytes[index] = (words[index / 4] >> (8 * (index % 4))) as u8;
        index += 1;
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::hash;

    #[test]
    fn it_is_the_crate_s() {
        let input: [u8; 16 * 1024] = core::array::from_fn(|index| (index * 31 % 251) as u8);
        for length in [0, 1, 63, 64, 65, 1023, 1024, 1025, 2048, 2049, 3072, 5000, 7 * 1024, 16 * 1024] {
            assert_eq!(hash(&input, length), *blake3::hash(&input[..length]).as_bytes(), "{length}");
        }
    }
}
