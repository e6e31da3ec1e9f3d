//! Code that takes gas from the function's local and leaves the function if there is too little.

use wasm_encoder::InstructionSink;

/// Takes `cost`. `leave` is the label to go to if what is left is below zero.
pub(super) fn fixed(sink: &mut InstructionSink<'_>, gas: u32, cost: u64, leave: u32) {
    if cost > 0 {
        sink.local_get(gas).i64_const(cost as i64).i64_sub().local_tee(gas);
        sink.i64_const(0).i64_lt_s().br_if(leave);
    }
}

/// Takes `price` for each of `units`, an `i32` local read as unsigned.
pub(super) fn by_units(sink: &mut InstructionSink<'_>, gas: u32, units: u32, price: u32, leave: u32) {
    sink.local_get(gas).local_get(units).i64_extend_i32_u().i64_const(i64::from(price)).i64_mul();
    sink.i64_sub().local_tee(gas).i64_const(0).i64_lt_s().br_if(leave);
}
