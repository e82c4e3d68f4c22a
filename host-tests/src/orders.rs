//! A second implementation of the shuffled order, and statistics over many orders.

use hingeline::Order;
use rand_core::SeedableRng;
use rand_xorshift::XorShiftRng;

const ROUNDS: usize = 5;

/// The index at this place by the contract of [`Order`], in integers that need no wrapping.
pub fn contract(seed: [u32; 4], len: usize, epoch: u32, place: u32) -> usize {
    let len = len as u64;
    let window = 1 << len.ilog2();
    let bits = len.ilog2();
    let mut keys = (0..).scan(epoch, |hash, link: usize| {
        *hash = finaliser(hash.wrapping_add(0x9e37_79b9) ^ seed[link % 4]);
        Some(u64::from(*hash | 1))
    });
    let mut keys = std::iter::from_fn(|| keys.next()).skip(3);
    let mut mix = |place: u64, shift: u32| {
        let key = keys.next().expect("there is always another");
        if place >= window {
            return place;
        }
        let product = (place + (key >> 16)) * key % window;
        product ^ (product >> shift.max(1))
    };
    let mut place = u64::from(place);
    for _ in 0..ROUNDS {
        place = len - 1 - mix(place, bits / 2);
        place = (mix(place, bits / 4) + len - (len + 1) / 4) % len;
    }
    place as usize
}

fn finaliser(mut hash: u32) -> u32 {
    hash = (hash ^ (hash >> 16)).wrapping_mul(0x85eb_ca6b);
    hash = (hash ^ (hash >> 13)).wrapping_mul(0xc2b2_ae35);
    hash ^ (hash >> 16)
}

/// The number of odd permutations among the first orders of these seeds.
pub fn odd_orders(len: usize, seeds: std::ops::Range<u64>) -> usize {
    let mut images = vec![0; len];
    seeds
        .filter(|&seed| {
            let order = Order::new(len, &mut XorShiftRng::seed_from_u64(seed)).expect("a valid length");
            images.iter_mut().zip(order.rest()).for_each(|(image, index)| *image = index);
            is_odd(&mut images)
        })
        .count()
}

/// Sorts the places by exchanges, and returns whether their number was odd.
fn is_odd(images: &mut [usize]) -> bool {
    let mut odd = false;
    for place in 0..images.len() {
        while images[place] != place {
            let image = images[place];
            images.swap(place, image);
            odd = !odd;
        }
    }
    odd
}

/// The number of times that each order of `len` samples occurs, by its number among all orders.
pub fn order_counts(len: usize, orders: impl Iterator<Item = Order>) -> Vec<usize> {
    let mut counts = vec![0; (1..=len).product()];
    for order in orders {
        let mut left = (1_u32 << len) - 1;
        let number = order.rest().fold(0, |number, index| {
            let rank = (left & ((1 << index) - 1)).count_ones() as usize;
            left &= !(1 << index);
            number * (left.count_ones() as usize + 1) + rank
        });
        counts[number] += 1;
    }
    counts
}
