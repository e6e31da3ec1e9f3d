//! What the market and the DID contract told in a block, as far as surveillance reads it.
//!
//! The forms are those of `contracts/market/src/event.rs` and `contracts/did/src/event.rs`; a test compares them
//! with what the contracts say of themselves.

use codec::{Decode, Encode};
use sillok_abi::{Account, ContractId, Event, OrderKind, Removal, Side, Time};

/// Something that happened.
#[derive(Clone, Debug)]
pub(super) enum Seen {
    /// An order was placed or amended; what it traded was told before.
    Placed(OrderPlaced),
    /// Two orders met.
    Traded(Traded),
    /// Two orders met and could not trade.
    Voided(FillVoided),
    /// An order, or a part of it, left the book.
    Removed(OrderRemoved),
    /// A key belongs to a DID.
    Linked {
        /// The key's own account.
        key: Account,
        /// The DID's.
        did: Account,
    },
}

/// As the market's event of this name.
#[derive(Clone, Debug, Decode)]
pub(super) struct OrderPlaced {
    pub(super) listing: u64,
    pub(super) owner: Account,
    pub(super) side: Side,
    pub(super) kind: OrderKind,
    pub(super) quantity: u64,
    pub(super) _amended: bool,
    pub(super) placed: PlacedOrder,
}

/// As the market's type of this name.
#[derive(Clone, Copy, Debug, Decode)]
pub(super) struct PlacedOrder {
    pub(super) order: u64,
    pub(super) _filled: u64,
    pub(super) _traded: u64,
    pub(super) _void: u64,
    pub(super) resting: u64,
    pub(super) _cancelled: u64,
}

/// As the market's event of this name.
#[derive(Clone, Debug, Decode)]
pub(super) struct Traded {
    pub(super) listing: u64,
    pub(super) trade: Trade,
}

/// As the market's type of this name.
#[derive(Clone, Debug, Decode)]
pub(super) struct Trade {
    pub(super) number: u64,
    pub(super) price: u64,
    pub(super) quantity: u64,
    pub(super) value: u64,
    pub(super) buyer: Account,
    pub(super) seller: Account,
    pub(super) buy_order: u64,
    pub(super) sell_order: u64,
    pub(super) _taker: Side,
    pub(super) _lot: u64,
    pub(super) _buyer_fee: i64,
    pub(super) _seller_fee: i64,
    pub(super) _tax: u64,
    pub(super) _time: Time,
}

/// As the market's event of this name.
#[derive(Clone, Debug, Decode)]
pub(super) struct FillVoided {
    pub(super) listing: u64,
    pub(super) buy_order: u64,
    pub(super) sell_order: u64,
    pub(super) buyer: Account,
    pub(super) seller: Account,
    pub(super) price: u64,
    pub(super) quantity: u64,
    pub(super) _reason: u32,
}

/// As the market's event of this name.
#[derive(Clone, Debug, Decode)]
pub(super) struct OrderRemoved {
    pub(super) listing: u64,
    pub(super) order: u64,
    pub(super) _owner: Account,
    pub(super) _quantity: u64,
    pub(super) left: u64,
    pub(super) reason: Removal,
}

/// As the DID contract's type of this name.
#[derive(Decode)]
struct DidKey {
    _name: String,
    scheme: u8,
    public: Vec<u8>,
}

/// The contracts that are listened to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub(super) struct Sources {
    /// The market.
    pub(super) market: ContractId,
    /// The DID contract, if there is one.
    pub(super) did: Option<ContractId>,
}

impl Sources {
    /// What an event tells; none if it is another contract's, or of no interest here.
    pub(super) fn read(&self, event: &Event) -> Option<Seen> {
        let data = &mut event.data.as_slice();
        if event.contract == self.market {
            return match event.name.as_str() {
                "OrderPlaced" => OrderPlaced::decode(data).ok().map(Seen::Placed),
                "Traded" => Traded::decode(data).ok().map(Seen::Traded),
                "FillVoided" => FillVoided::decode(data).ok().map(Seen::Voided),
                "OrderRemoved" => OrderRemoved::decode(data).ok().map(Seen::Removed),
                _ => None,
            };
        }
        let did = self.did.filter(|did| event.contract == *did)?;
        let id = <[u8; 32]>::decode(data).ok()?;
        let key = match event.name.as_str() {
            "Created" => DidKey::decode(data).ok()?,
            "KeyAdded" => <(u32, DidKey)>::decode(data).ok()?.1,
            "KeyRotated" => <(u32, String, DidKey)>::decode(data).ok()?.2,
            _ => return None,
        };
        // Of the schemes the first alone makes accounts.
        let public = key.public.try_into().ok().filter(|_| key.scheme == 0)?;
        Some(Seen::Linked { key: Account::Key(public), did: Account::Managed { contract: did, id } })
    }
}

impl OrderPlaced {
    /// The price at which it waits, if its kind has one.
    pub(super) fn price(&self) -> Option<u64> {
        match self.kind {
            OrderKind::Limit { price }
            | OrderKind::LimitThenMarket { price }
            | OrderKind::Iceberg { price, .. } => Some(price.0),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use sillok_client::module::metadata;

    /// The fields of an event, as the contract says.
    fn fields(wasm: &[u8], event: &str) -> Vec<String> {
        let metadata = metadata(wasm).unwrap();
        let spec = metadata.events.iter().find(|spec| spec.name == event).unwrap();
        spec.fields.iter().map(|field| field.name.clone()).collect()
    }

    #[test]
    fn events_have_the_fields_that_are_read() {
        let market = |event| fields(sillok_contracts::MARKET, event);
        assert_eq!(
            market("OrderPlaced"),
            ["listing", "owner", "side", "kind", "quantity", "amended", "placed"]
        );
        assert_eq!(market("Traded"), ["listing", "trade"]);
        let voided = ["listing", "buy_order", "sell_order", "buyer", "seller", "price", "quantity", "reason"];
        assert_eq!(market("FillVoided"), voided);
        assert_eq!(market("OrderRemoved"), ["listing", "order", "owner", "quantity", "left", "reason"]);
        let did = |event| fields(sillok_contracts::DID, event);
        assert_eq!(did("Created"), ["id", "key"]);
        assert_eq!(did("KeyAdded"), ["id", "version", "key"]);
        assert_eq!(did("KeyRotated"), ["id", "version", "name", "key"]);
    }
}
