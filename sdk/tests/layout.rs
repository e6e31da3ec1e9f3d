//! A storage's layout is of what is kept, not of how the source writes it.

use sillok_sdk::__private::Storage;
use sillok_sdk::prelude::*;

/// A bakery's orders.
#[data]
pub struct Order {
    /// What is baked.
    pub kind: Kind,
    /// How many.
    pub loaves: u64,
}

/// What is baked.
#[data]
pub enum Kind {
    /// Bread.
    Bread,
    /// A cake of this many layers.
    Cake(u8),
}

/// A bakery.
#[storage]
pub struct Bakery {
    /// Who bakes.
    pub baker: Value<Account>,
    /// What is ordered.
    pub orders: Map<(Account, u32), Order>,
}

/// The same in other words.
pub mod renamed {
    use super::*;

    /// Another name for the same.
    #[data]
    pub struct Sale {
        /// What is baked.
        pub kind: Sort,
        /// How many.
        pub loaves: u64,
    }

    /// Another name for the same.
    #[data]
    pub enum Sort {
        /// Bread.
        Bread,
        /// A cake.
        Cake(u8),
    }

    /// The same fields in another order.
    #[storage]
    pub struct Shop {
        /// What is ordered.
        pub orders: Map<(Account, u32), Sale>,
        /// Who bakes.
        pub baker: sillok_sdk::Value<Account>,
    }
}

/// The same words for something else.
pub mod changed {
    use super::*;

    /// An order with another variant further down.
    #[data]
    pub struct Order {
        /// What is baked.
        pub kind: Kind,
        /// How many.
        pub loaves: u64,
    }

    /// What is baked.
    #[data]
    pub enum Kind {
        /// Bread.
        Bread,
        /// A cake of this many layers.
        Cake(u16),
    }

    /// A bakery.
    #[storage]
    pub struct Bakery {
        /// Who bakes.
        pub baker: Value<Account>,
        /// What is ordered.
        pub orders: Map<(Account, u32), Order>,
    }
}

/// One field more.
pub mod added {
    use super::*;

    /// A bakery.
    #[storage]
    pub struct Bakery {
        /// Who bakes.
        pub baker: Value<Account>,
        /// What is ordered.
        pub orders: Map<(Account, u32), Order>,
        /// How much a loaf costs.
        pub price: Value<u64>,
    }
}

#[test]
fn names_of_types_and_the_order_of_fields_are_only_written() {
    assert_eq!(Bakery::LAYOUT, renamed::Shop::LAYOUT);
}

#[test]
fn what_is_kept_counts_however_deep_it_lies() {
    assert_ne!(Bakery::LAYOUT, changed::Bakery::LAYOUT);
    assert_ne!(Bakery::LAYOUT, added::Bakery::LAYOUT);
}

/// Something with ordered keys, in words that are the same in every module below.
macro_rules! shop {
    ($module:ident, $side:ty, $($kept:tt)*) => {
        /// A shop.
        pub mod $module {
            use super::*;

            /// Where something stands.
            #[data]
            #[derive(PartialOrd, Ord, OrderedKey)]
            pub struct Place {
                /// The side.
                pub side: $side,
            }

            /// What is sold.
            #[data]
            pub struct Cake {
                /// How many layers it has.
                pub layers: u8,
            }

            /// What cakes are found by.
            #[indexes]
            pub trait Cakes {
                /// By where they stand.
                fn by_place(cake: &Cake) -> Place {
                    Place { side: <$side>::from(cake.layers) }
                }
            }

            /// The shop.
            #[storage]
            pub struct Shop {
                /// What it keeps.
                pub kept: $($kept)*,
            }
        }
    };
}

shop!(map, u8, Map<Place, Cake>);
shop!(ordered, u8, OrderedMap<Place, Cake>);
shop!(ordered_by_more, u16, OrderedMap<Place, Cake>);
shop!(set, u8, Set<Place>);
shop!(set_of_more, u16, Set<Place>);
shop!(value, u8, Value<Cake>);
shop!(list, u8, List<Cake>);
shop!(list_of_places, u8, List<Place>);
shop!(indexed, u8, Indexed<u32, Cake, Cakes>);
shop!(indexed_by_more, u16, Indexed<u32, Cake, Cakes>);
shop!(indexed_again, u8, Indexed<u32, Cake, Cakes>);

/// Every kind of field, each with another key or value, has a layout of its own: so a change of one into
/// another is noticed. Of indexes, a type that only their keys have counts as well.
#[test]
fn every_kind_of_field_counts() {
    let layouts = [
        map::Shop::LAYOUT,
        ordered::Shop::LAYOUT,
        ordered_by_more::Shop::LAYOUT,
        set::Shop::LAYOUT,
        set_of_more::Shop::LAYOUT,
        value::Shop::LAYOUT,
        list::Shop::LAYOUT,
        list_of_places::Shop::LAYOUT,
        indexed::Shop::LAYOUT,
        indexed_by_more::Shop::LAYOUT,
    ];
    let different: std::collections::BTreeSet<_> = layouts.iter().collect();
    assert_eq!(different.len(), layouts.len(), "{layouts:?}");
    assert_eq!(indexed::Shop::LAYOUT, indexed_again::Shop::LAYOUT);
}
