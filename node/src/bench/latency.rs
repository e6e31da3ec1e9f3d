//! How long transactions take: percentiles.

/// The value that this many thousandths of a sorted list do not exceed; 0 of an empty one.
pub(super) fn percentile(sorted: &[u64], thousandths: usize) -> u64 {
    let place = (sorted.len() * thousandths).div_ceil(1_000).saturating_sub(1);
    sorted.get(place).copied().unwrap_or(0)
}

/// Percentiles 50, 95, 99 and the longest.
pub(super) fn percentiles(mut latencies: Vec<u64>) -> [u64; 4] {
    latencies.sort_unstable();
    [500, 950, 990, 1_000].map(|share| percentile(&latencies, share))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_values_that_were_there() {
        assert_eq!(percentiles((1..=200).rev().collect()), [100, 190, 198, 200]);
        assert_eq!(percentiles(vec![7]), [7; 4]);
        assert_eq!(percentiles(Vec::new()), [0; 4]);
    }
}
