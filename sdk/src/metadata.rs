//! Puts metadata items into the custom section of the contract's Wasm.

/// A contract's name: its crate's, without a `sillok-` in front.
pub const fn contract_name(package: &'static str) -> &'static str {
    const PREFIX: &[u8] = b"sillok-";
    let (mut index, bytes) = (0, package.as_bytes());
    while index < PREFIX.len() {
        if index == bytes.len() || bytes[index] != PREFIX[index] {
            return package;
        }
        index += 1;
    }
    package.split_at(PREFIX.len()).1
}

/// Puts one `ItemSpec` into the metadata section. Natively it is only type-checked.
#[doc(hidden)]
#[macro_export]
macro_rules! __metadata {
    ($item:expr) => {
        const _: () = {
            const ITEM: &$crate::__private::ItemSpec = &$item;
            #[cfg(target_arch = "wasm32")]
            const BYTES: $crate::__private::SectionBytes = $crate::__private::SectionBytes::of(ITEM);
            // Not `#[used]`: that would keep a second copy in the contract's memory. The compiler
            // emits every static, and what has a link section goes there.
            #[cfg(target_arch = "wasm32")]
            #[allow(unsafe_code, reason = "the section is metadata, which nothing reads at run time")]
            #[unsafe(link_section = "sillok.metadata")]
            static _SECTION: [u8; BYTES.len()] = BYTES.to_array();
            let _ = ITEM;
        };
    };
}

#[cfg(test)]
mod tests {
    use super::contract_name;

    #[test]
    fn strips_the_project_from_a_contract_name() {
        assert_eq!(contract_name("sillok-cash"), "cash");
        assert_eq!(contract_name("bakery"), "bakery");
        assert_eq!(contract_name("sill"), "sill");
        assert_eq!(contract_name("sillok-"), "");
    }
}
