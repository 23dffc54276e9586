//! References as the demo and the statement vectors carry them.

use anphi::domain::id::{Reference, damm};

#[test]
fn every_reference_of_nine_digits_reads_back() {
    let checked = [0, 1, 999_999_999, 261_190_001].map(|number| {
        let reference = Reference::from_number(number);
        let read: Reference = reference.as_str().parse().unwrap();
        assert_eq!(damm(read.digits()).expect("ten digits"), 0);
        read.digits()[..9].parse::<u32>().unwrap()
    });
    assert_eq!(checked, [0, 1, 999_999_999, 261_190_001]);
}
