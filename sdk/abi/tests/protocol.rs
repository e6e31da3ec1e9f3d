//! The protocol's document says what the host-function table says.

use sillok_abi::{HOST_FUNCTIONS, HostFunction};

/// A row of the document's table.
fn row(function: &HostFunction) -> String {
    let params: Vec<String> = function.params.iter().map(|(name, ty)| format!("{name}: {ty}")).collect();
    let returns = match function.returns {
        "" => String::new(),
        ty => format!(" → `{ty}`"),
    };
    let docs = function.docs.trim().replace('|', "\\|");
    let (base, per_byte) = (function.gas_base, function.gas_per_byte);
    format!("| `{}` | `({})`{returns} | {base} + {per_byte} | {docs} |", function.name, params.join(", "))
}

#[test]
fn the_protocol_s_table_of_host_functions_is_the_table() {
    let document = include_str!("../../../docs/protocol.md");
    let marked = document.split("<!-- host-functions -->").nth(1).unwrap();
    let table = marked.split("<!-- /host-functions -->").next().unwrap();
    let rows: Vec<&str> = table.trim().lines().skip(2).collect();
    let expected: Vec<String> = HOST_FUNCTIONS.iter().map(row).collect();
    assert_eq!(rows, expected, "write these rows to docs/protocol.md:\n{}", expected.join("\n"));
}
