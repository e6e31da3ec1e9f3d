//! What operators cost. One gas is 0.1 ns of the reference machine.
//!
//! Invariant: every operator that the checks at upload accept is in exactly one class.

use codec::{Decode, Encode};
use wasmparser::Operator;

use super::MeterError;

macro_rules! prices {
    ($($(#[doc = $docs:literal])* $name:ident = $default:literal,)*) => {
        /// Prices of operators, in gas.
        #[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
        pub struct OperatorPrices { $($(#[doc = $docs])* pub $name: u32,)* }

        impl OperatorPrices {
            /// Every price by its name.
            pub(crate) fn figures_mut(&mut self) -> Vec<(&'static str, &mut u32)> {
                vec![$((stringify!($name), &mut self.$name),)*]
            }
        }

        impl Default for OperatorPrices {
            fn default() -> Self {
                OperatorPrices { $($name: $default,)* }
            }
        }
    };
}

prices! {
    /// Arithmetic, bits, conversions, `select`, `unreachable`.
    simple = 2,
    /// Comparisons.
    compare = 5,
    /// `local.get`, `local.set`, `local.tee`, `drop`.
    local = 1,
    /// Constants.
    constant = 1,
    /// Loads of every width.
    load = 6,
    /// Stores of every width.
    store = 8,
    /// Multiplications.
    multiply = 5,
    /// Divisions and remainders.
    divide = 60,
    /// `br`, `br_if`, `if`, `return`.
    branch = 1,
    /// `br_table`.
    branch_table = 6,
    /// `call`, of a host function too, which has a price of its own beside that.
    call = 20,
    /// `call_indirect`.
    call_indirect = 40,
    /// `global.get`.
    global_get = 1,
    /// `global.set`.
    global_set = 1,
    /// `memory.size`.
    memory_size = 1,
    /// `memory.grow`.
    memory_grow = 120_000,
    /// Each page that `memory.grow` asks for, whether it gets it or not.
    grow_page = 400_000,
    /// `memory.copy`, `memory.fill`.
    bulk = 100,
    /// Each byte that `memory.copy` asks to copy.
    copy_byte = 1,
    /// Each byte that `memory.fill` asks to fill.
    fill_byte = 1,
    /// Entering a function of the module.
    function_entry = 12,
    /// Each local that an entered function declares, parameters not included.
    local_entry = 1,
}

impl OperatorPrices {
    /// The price of `operator`, without what it costs for each page or byte. `block`, `loop`, `else`,
    /// `end` and `nop` cost nothing. An operator that the checks at upload refuse has no price: the
    /// answer is `u64::MAX`.
    pub fn price(&self, operator: &Operator<'_>) -> u64 {
        self.known(operator).unwrap_or(u64::MAX)
    }

    /// As `price`, none for an operator that is not accepted.
    pub(super) fn known(&self, operator: &Operator<'_>) -> Option<u64> {
        self.of_control(operator).or_else(|| self.of_number(operator)).map(u64::from)
    }

    /// A charge for `u32::MAX` pages or bytes must fit into what gas has left.
    pub(super) fn check(&self) -> Result<(), MeterError> {
        let units =
            [("grow_page", self.grow_page), ("copy_byte", self.copy_byte), ("fill_byte", self.fill_byte)];
        match units.iter().find(|(_, price)| *price > i32::MAX as u32) {
            Some((name, _)) => Err(MeterError::Price(name)),
            None => Ok(()),
        }
    }
}

macro_rules! classes {
    ($name:ident; $($price:expr => $($operator:ident)*;)*) => {
        fn $name(&self, operator: &Operator<'_>) -> Option<u32> {
            let price: fn(&OperatorPrices) -> u32 = match operator {
                $($(Operator::$operator { .. })|* => $price,)*
                _ => return None,
            };
            Some(price(self))
        }
    };
}

/// Which class an operator is in.
impl OperatorPrices {
    classes! {
        of_control;
        |_| 0 => Nop Block Loop Else End;
        |prices| prices.simple => Unreachable Select;
        |prices| prices.branch => Br BrIf If Return;
        |prices| prices.branch_table => BrTable;
        |prices| prices.call => Call;
        |prices| prices.call_indirect => CallIndirect;
        |prices| prices.local => LocalGet LocalSet LocalTee Drop;
        |prices| prices.global_get => GlobalGet;
        |prices| prices.global_set => GlobalSet;
        |prices| prices.load =>
            I32Load I32Load8S I32Load8U I32Load16S I32Load16U
            I64Load I64Load8S I64Load8U I64Load16S I64Load16U I64Load32S I64Load32U;
        |prices| prices.store => I32Store I32Store8 I32Store16 I64Store I64Store8 I64Store16 I64Store32;
        |prices| prices.memory_size => MemorySize;
        |prices| prices.memory_grow => MemoryGrow;
        |prices| prices.bulk => MemoryCopy MemoryFill;
    }

    classes! {
        of_number;
        |prices| prices.constant => I32Const I64Const;
        |prices| prices.multiply => I32Mul I64Mul;
        |prices| prices.divide => I32DivS I32DivU I32RemS I32RemU I64DivS I64DivU I64RemS I64RemU;
        |prices| prices.compare =>
            I32Eqz I32Eq I32Ne I32LtS I32LtU I32GtS I32GtU I32LeS I32LeU I32GeS I32GeU
            I64Eqz I64Eq I64Ne I64LtS I64LtU I64GtS I64GtU I64LeS I64LeU I64GeS I64GeU;
        |prices| prices.simple =>
            I32Clz I32Ctz I32Popcnt I32Add I32Sub I32And I32Or I32Xor I32Shl I32ShrS I32ShrU I32Rotl I32Rotr
            I64Clz I64Ctz I64Popcnt I64Add I64Sub I64And I64Or I64Xor I64Shl I64ShrS I64ShrU I64Rotl I64Rotr
            I32WrapI64 I64ExtendI32S I64ExtendI32U
            I32Extend8S I32Extend16S I64Extend8S I64Extend16S I64Extend32S;
    }
}
