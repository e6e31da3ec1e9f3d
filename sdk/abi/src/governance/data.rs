//! Types whose description is written from their definition, so that the two can't differ.

/// Defines structs and enums that are SCALE on the wire and describe themselves. Variants are given with
/// their SCALE index.
macro_rules! data {
    () => {};
    (
        $(#[$meta:meta])*
        pub struct $name:ident { $($(#[$field_meta:meta])* $field:ident: $ty:ty,)* }
        $($rest:tt)*
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, ::codec::Encode, ::codec::Decode, ::codec::DecodeWithMemTracking)]
        pub struct $name { $($(#[$field_meta])* pub $field: $ty,)* }

        impl $crate::Describe for $name {
            const TYPE: $crate::Type = $crate::Type::Struct(
                stringify!($name),
                &[$($crate::Field { name: stringify!($field), ty: &<$ty as $crate::Describe>::TYPE },)*],
            );
        }

        data! { $($rest)* }
    };
    (
        $(#[$meta:meta])*
        pub enum $name:ident {
            $($(#[$variant_meta:meta])* $index:literal => $variant:ident
                { $($(#[$field_meta:meta])* $field:ident: $ty:ty,)* },)*
        }
        $($rest:tt)*
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, ::codec::Encode, ::codec::Decode, ::codec::DecodeWithMemTracking)]
        pub enum $name {
            $($(#[$variant_meta])* #[codec(index = $index)] $variant { $($(#[$field_meta])* $field: $ty,)* },)*
        }

        impl $crate::Describe for $name {
            const TYPE: $crate::Type = $crate::Type::Enum(
                stringify!($name),
                &[$($crate::Variant {
                    name: stringify!($variant),
                    index: $index,
                    fields: &[$(
                        $crate::Field { name: stringify!($field), ty: &<$ty as $crate::Describe>::TYPE },
                    )*],
                },)*],
            );
        }

        data! { $($rest)* }
    };
}
