//! Sharing an amount out in whole đồng: what is left over goes to the largest remainders.

use super::ratio::Ratio;
use crate::domain::money::Dong;

/// The parts of `total` by `shares`, which come to the whole; ties in their order. `None` where
/// the shares do not come to the whole, or an amount cannot be held.
pub(super) fn by_shares(total: Dong, shares: &[Ratio]) -> Option<Vec<Dong>> {
    let floors: Vec<(Dong, Ratio)> =
        shares.iter().map(|share| share.floor_of(total)).collect::<Option<_>>()?;
    let mut parts: Vec<Dong> = floors.iter().map(|(part, _)| *part).collect();
    let left = total.checked_sub(Dong::total(parts.iter().copied())?)?;
    let mut order: Vec<usize> = (0..parts.len()).collect();
    // A stable sort keeps the order of the parties among equal remainders.
    order.sort_by_key(|&index| floors.get(index).map(|(_, rest)| std::cmp::Reverse(*rest)));
    let left = usize::try_from(left.get()).ok().filter(|left| *left <= order.len())?;
    let one = Dong::new(1)?;
    for index in order.into_iter().take(left) {
        let part = parts.get_mut(index)?;
        *part = part.checked_add(one)?;
    }
    Some(parts)
}

/// Equal parts of `total`.
pub(super) fn equally(total: Dong, among: usize) -> Option<Vec<Dong>> {
    by_shares(total, &vec![Ratio::one_of(among); among])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(total: i64, shares: &str) -> Option<Vec<i64>> {
        let shares: Vec<Ratio> = shares.split(' ').map(|share| share.parse().unwrap()).collect();
        let parts = by_shares(Dong::new(total).unwrap(), &shares)?;
        Some(parts.into_iter().map(Dong::get).collect())
    }

    #[test]
    fn odd_dong_go_to_the_largest_remainders_then_in_order() {
        for (total, shares, expected) in [
            (100, "1/3 1/3 1/3", vec![34, 33, 33]),
            (101, "1/3 1/3 1/3", vec![34, 34, 33]),
            (1, "1/2 1/2", vec![1, 0]),
            (10, "1/6 2/6 3/6", vec![2, 3, 5]),
            (7, "1/4 3/4", vec![2, 5]),
            (7, "0.1 0.45 0.45", vec![1, 3, 3]),
            (5, "0 1", vec![0, 5]),
            (0, "1/2 1/2", vec![0, 0]),
        ] {
            assert_eq!(parts(total, shares), Some(expected), "{total} by {shares}");
        }
    }

    #[test]
    fn shares_that_are_not_the_whole_are_not_shared_out() {
        assert_eq!(parts(100, "1/2 1/3"), None);
        assert_eq!(parts(100, "1/2 2/3"), None);
    }
}
