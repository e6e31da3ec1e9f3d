//! Ordered keys: bytes whose order is that of the values they stand for.
//!
//! Invariants, held together by the tests: the order of the bytes is the order of the values (`Ord`);
//! reading gives the value back; and no value's bytes begin with another's, so that keys can follow one
//! another in a tuple, and all tuples with the same first part lie together.

use alloc::string::String;
use alloc::vec::Vec;

use codec::Output;
use sillok_abi::{Account, BookId, ContractId, Date, OrderId, Price, Quantity, Side, Time};

/// A key of an ordered field: an [`OrderedMap`](crate::OrderedMap), a [`Set`](crate::Set), an
/// [`Indexed`](crate::Indexed) field or an index.
///
/// Whole numbers, `bool`, `[u8; N]`, text and bytes, accounts, contracts, dates and times, the order
/// book's numbers, `Option`, and tuples of two to four of these have it. `#[derive(OrderedKey)]` gives it
/// to a struct or enum: fields count in the order in which they are written, variants by their number.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an ordered key",
    note = "write `#[derive(OrderedKey)]` on it; a list of anything but bytes has no ordered form"
)]
pub trait OrderedKey: Sized {
    /// Appends the key's bytes.
    fn write_key<O: Output + ?Sized>(&self, output: &mut O);

    /// Takes a key's bytes off the front of `input`; none if they are not those of a key.
    fn read_key(input: &mut &[u8]) -> Option<Self>;
}

/// A tuple that begins with `P`; what follows is `Rest`.
#[diagnostic::on_unimplemented(
    message = "`{P}` is not how the key `{Self}` begins",
    note = "a prefix of a tuple is its first part, or a tuple of its first parts"
)]
pub trait StartsWith<P: OrderedKey>: OrderedKey {
    /// What follows.
    type Rest: OrderedKey;
}

/// The first `N` bytes, taken off `input`.
fn take<const N: usize>(input: &mut &[u8]) -> Option<[u8; N]> {
    let (first, rest) = input.split_first_chunk::<N>()?;
    *input = rest;
    Some(*first)
}

macro_rules! unsigned {
    ($($number:ty),*) => {
        $(impl OrderedKey for $number {
            fn write_key<O: Output + ?Sized>(&self, output: &mut O) {
                output.write(&self.to_be_bytes());
            }

            fn read_key(input: &mut &[u8]) -> Option<Self> {
                take(input).map(Self::from_be_bytes)
            }
        })*
    };
}

unsigned!(u8, u16, u32, u64, u128);

/// Negative numbers come first if the sign bit is the other way round.
macro_rules! signed {
    ($($number:ty),*) => {
        $(impl OrderedKey for $number {
            fn write_key<O: Output + ?Sized>(&self, output: &mut O) {
                output.write(&(*self ^ Self::MIN).to_be_bytes());
            }

            fn read_key(input: &mut &[u8]) -> Option<Self> {
                take(input).map(|bytes| Self::from_be_bytes(bytes) ^ Self::MIN)
            }
        })*
    };
}

signed!(i8, i16, i32, i64, i128);

/// A type that is ordered as the one value in it.
macro_rules! newtypes {
    ($($name:ident),*) => {
        $(impl OrderedKey for $name {
            fn write_key<O: Output + ?Sized>(&self, output: &mut O) {
                self.0.write_key(output);
            }

            fn read_key(input: &mut &[u8]) -> Option<Self> {
                OrderedKey::read_key(input).map($name)
            }
        })*
    };
}

newtypes!(BookId, ContractId, Date, OrderId, Price, Quantity, Time);

impl OrderedKey for () {
    fn write_key<O: Output + ?Sized>(&self, _: &mut O) {}

    fn read_key(_: &mut &[u8]) -> Option<Self> {
        Some(())
    }
}

impl OrderedKey for bool {
    fn write_key<O: Output + ?Sized>(&self, output: &mut O) {
        u8::from(*self).write_key(output);
    }

    fn read_key(input: &mut &[u8]) -> Option<Self> {
        match u8::read_key(input)? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }
}

impl OrderedKey for Side {
    fn write_key<O: Output + ?Sized>(&self, output: &mut O) {
        (*self == Side::Sell).write_key(output);
    }

    fn read_key(input: &mut &[u8]) -> Option<Self> {
        bool::read_key(input).map(|sells| if sells { Side::Sell } else { Side::Buy })
    }
}

impl<const N: usize> OrderedKey for [u8; N] {
    fn write_key<O: Output + ?Sized>(&self, output: &mut O) {
        output.write(self);
    }

    fn read_key(input: &mut &[u8]) -> Option<Self> {
        take(input)
    }
}

impl OrderedKey for Account {
    fn write_key<O: Output + ?Sized>(&self, output: &mut O) {
        match self {
            Account::Key(key) => (0_u8, *key).write_key(output),
            Account::Contract(contract) => (1_u8, *contract).write_key(output),
            Account::Managed { contract, id } => (2_u8, *contract, *id).write_key(output),
        }
    }

    fn read_key(input: &mut &[u8]) -> Option<Self> {
        match u8::read_key(input)? {
            0 => OrderedKey::read_key(input).map(Account::Key),
            1 => OrderedKey::read_key(input).map(Account::Contract),
            2 => OrderedKey::read_key(input).map(|(contract, id)| Account::Managed { contract, id }),
            _ => None,
        }
    }
}

impl<T: OrderedKey> OrderedKey for Option<T> {
    fn write_key<O: Output + ?Sized>(&self, output: &mut O) {
        self.is_some().write_key(output);
        if let Some(value) = self {
            value.write_key(output);
        }
    }

    fn read_key(input: &mut &[u8]) -> Option<Self> {
        if bool::read_key(input)? { T::read_key(input).map(Some) } else { Some(None) }
    }
}

/// 00 becomes 00 FF, and 00 00 ends them: less than whatever could go on.
impl OrderedKey for Vec<u8> {
    fn write_key<O: Output + ?Sized>(&self, output: &mut O) {
        write_text(self, output);
    }

    fn read_key(input: &mut &[u8]) -> Option<Self> {
        let mut bytes = Vec::new();
        loop {
            let zero = input.iter().position(|byte| *byte == 0)?;
            bytes.extend_from_slice(input.get(..zero)?);
            let after = *input.get(zero + 1)?;
            *input = input.get(zero + 2..)?;
            match after {
                0xFF => bytes.push(0),
                0 => return Some(bytes),
                _ => return None,
            }
        }
    }
}

/// As its bytes, whose order is that of its characters.
impl OrderedKey for String {
    fn write_key<O: Output + ?Sized>(&self, output: &mut O) {
        write_text(self.as_bytes(), output);
    }

    fn read_key(input: &mut &[u8]) -> Option<Self> {
        String::from_utf8(Vec::read_key(input)?).ok()
    }
}

fn write_text<O: Output + ?Sized>(bytes: &[u8], output: &mut O) {
    let mut parts = bytes.split(|byte| *byte == 0);
    output.write(parts.next().unwrap_or_default());
    for part in parts {
        output.write(&[0, 0xFF]);
        output.write(part);
    }
    output.write(&[0, 0]);
}

macro_rules! tuples {
    ($($($part:ident $index:tt),*;)*) => {
        $(impl<$($part: OrderedKey),*> OrderedKey for ($($part,)*) {
            fn write_key<O: Output + ?Sized>(&self, output: &mut O) {
                $(self.$index.write_key(output);)*
            }

            fn read_key(input: &mut &[u8]) -> Option<Self> {
                Some(($($part::read_key(input)?,)*))
            }
        })*
    };
}

tuples! {
    A 0, B 1;
    A 0, B 1, C 2;
    A 0, B 1, C 2, D 3;
}

macro_rules! prefixes {
    ($([$($all:ident),*] starts with $prefix:ty, then $rest:ty;)*) => {
        $(impl<$($all: OrderedKey),*> StartsWith<$prefix> for ($($all,)*) {
            type Rest = $rest;
        })*
    };
}

prefixes! {
    [A, B] starts with A, then B;
    [A, B, C] starts with A, then (B, C);
    [A, B, C] starts with (A, B), then C;
    [A, B, C, D] starts with A, then (B, C, D);
    [A, B, C, D] starts with (A, B), then (C, D);
    [A, B, C, D] starts with (A, B, C), then D;
}

#[cfg(test)]
mod tests;
