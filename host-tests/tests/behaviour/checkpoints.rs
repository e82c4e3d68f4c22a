//! Checkpoints on flash, whatever happens to the power.

use std::ops::RangeInclusive;

use embedded_storage::nor_flash::NorFlash;
use hingeline::checkpoint::{AsyncCheckpoints, CheckpointError, Checkpoints, Geometry};
use hingeline::state::{Fault, record_len};
use hingeline::{Model, integer};
use hingeline_host_tests::flash::{Awaited, FlashError, SimulatedFlash, poll_for};
use hingeline_host_tests::power_cuts::{self, CAPACITY, RANGE, SAVES, SECTOR, State, found, live, save};
use hingeline_host_tests::records::seal;

#[test]
fn a_cut_at_any_instant_leaves_the_old_state_or_the_new_one() {
    let cuts = power_cuts::cut_everywhere(1, 1);
    assert!(cuts > 10_000, "{cuts}");
}

/// Saves the states of these moments.
fn save_all(checkpoints: &mut Checkpoints<impl NorFlash<Error = FlashError>>, moments: RangeInclusive<u32>) {
    moments.for_each(|moment| assert_eq!(save(checkpoints, moment), Ok(moment)));
}

#[test]
fn regions_are_erased_in_turn_and_only_when_they_are_full() {
    let mut flash = SimulatedFlash::<1, 4, SECTOR>::new(CAPACITY);
    let mut checkpoints = Checkpoints::open(&mut flash, RANGE).unwrap();
    let state = State::new();
    let each = checkpoints.saves_per_erase(&(&state.model, &state.order));
    assert_eq!(each as usize, 2 * SECTOR / record_len(&(&state.model, &state.order)));
    for moment in 1..=4 * each {
        // Both regions are erased at first.
        let due = checkpoints.is_erase_due(&(&state.model, &state.order));
        assert_eq!(due, moment > 2 * each && (moment - 1) % each == 0, "{moment}");
        save_all(&mut checkpoints, moment..=moment);
    }
    // Two sectors per region.
    assert_eq!(flash.erases(), 4);
}

/// Sizes known at run time, instead of those of the driver's type.
#[test]
fn sizes_may_be_given() {
    let mut flash = SimulatedFlash::<1, 4, SECTOR>::new(CAPACITY);
    // The type has different sizes.
    let geometry = Geometry { read: 1, write: 4, erase: 2 * SECTOR, capacity: CAPACITY };
    let mut checkpoints = Checkpoints::open_as(&mut flash, geometry, RANGE).unwrap();
    save_all(&mut checkpoints, 1..=3);
    assert_eq!(Checkpoints::open(&mut flash, RANGE).unwrap().newest(), Some(3));
    let awaited = poll_for(AsyncCheckpoints::open_as(Awaited(&mut flash), geometry, RANGE), 10_000);
    assert_eq!(awaited.unwrap().unwrap().newest(), Some(3));
    for wrong in [
        Geometry { read: 3, ..geometry },
        Geometry { read: 0, ..geometry },
        Geometry { write: 128, ..geometry },
        Geometry { erase: 0, ..geometry },
        Geometry { erase: CAPACITY, ..geometry },
        Geometry { capacity: CAPACITY - 1, ..geometry },
    ] {
        let refused = Checkpoints::open_as(&mut flash, wrong, RANGE);
        assert_eq!(refused.err(), Some(CheckpointError::UnsuitableFlash), "{wrong:?}");
    }
}

#[test]
fn what_is_erased_ahead_is_not_erased_again() {
    let mut flash = SimulatedFlash::<1, 4, SECTOR>::new(CAPACITY);
    for moment in 1..=20 {
        // A reset each time, after which nothing is forgotten.
        let mut checkpoints = Checkpoints::open(&mut flash, RANGE).unwrap();
        let state = State::new();
        if checkpoints.is_erase_due(&(&state.model, &state.order)) {
            assert!(checkpoints.prepare().unwrap());
            assert!(!checkpoints.prepare().unwrap());
            checkpoints = Checkpoints::open(checkpoints.release(), RANGE).unwrap();
            assert!(!checkpoints.is_erase_due(&(&state.model, &state.order)));
            assert!(!checkpoints.prepare().unwrap());
        }
        save_all(&mut checkpoints, moment..=moment);
        assert_eq!(found(&mut checkpoints), Some(moment));
    }
    // Five regions of four records; the first two regions were erased at first.
    assert_eq!(flash.erases(), 6);
}

#[test]
fn what_is_cleared_is_not_found() {
    let mut flash = SimulatedFlash::<1, 4, SECTOR>::new(CAPACITY);
    let mut checkpoints = Checkpoints::open(&mut flash, RANGE).unwrap();
    save_all(&mut checkpoints, 1..=6);
    checkpoints.clear().unwrap();
    assert_eq!((found(&mut checkpoints), checkpoints.newest()), (None, None));
    save_all(&mut checkpoints, 1..=6);
    assert_eq!(found(&mut checkpoints), Some(6));
    // If the power is cut at any sector, the newest record is found or none.
    for cut in 0..4 {
        let mut flash = flash.clone();
        flash.cut_after(cut, 7);
        let mut checkpoints = Checkpoints::open(&mut flash, RANGE).unwrap();
        assert_eq!(checkpoints.clear(), Err(CheckpointError::Flash(FlashError::NoPower)));
        checkpoints.release().restore();
        let left = found(&mut Checkpoints::open(&mut flash, RANGE).unwrap());
        assert!(left == Some(6) || cut >= 2 && left.is_none(), "{cut}: {left:?}");
    }
}

#[test]
fn what_cannot_be_read_does_not_count() {
    let mut flash = SimulatedFlash::<1, 4, SECTOR>::new(CAPACITY);
    let (len, unreadable) = (State::new().bytes().len() as u32, flash.unreadable());
    let mut checkpoints = Checkpoints::open(&mut flash, RANGE).unwrap();
    save_all(&mut checkpoints, 1..=3);
    // An unreadable place in the newest record, in the one before it, or in the first. The newest readable record is
    // found, and the next one is written after all others. It is still the newest when the others can be read again.
    for (bad, newest) in [(2, 2), (1, 3), (0, 3)] {
        for place in (0..len).step_by(4) {
            let mut flash = flash.clone();
            let unreadable = flash.unreadable();
            unreadable.set(Some((bad * len + place, bad * len + place + 1)));
            let mut checkpoints = Checkpoints::open(&mut flash, RANGE).unwrap();
            assert_eq!(found(&mut checkpoints), Some(newest), "{bad}, {place}");
            let state = State::numbered(9);
            checkpoints.save(&(&state.model, &state.order)).unwrap();
            assert_eq!(found(&mut checkpoints), Some(9), "{bad}, {place}");
            unreadable.set(None);
            assert_eq!(found(&mut Checkpoints::open(&mut flash, RANGE).unwrap()), Some(9), "{bad}, {place}");
        }
    }
    unreadable.set(None);
}

/// An unreadable flash is not erased, although no record is found in it.
#[test]
fn a_flash_that_cannot_be_read_is_left_alone() {
    let mut flash = SimulatedFlash::<1, 4, SECTOR>::new(CAPACITY);
    let unreadable = flash.unreadable();
    save_all(&mut Checkpoints::open(&mut flash, RANGE).unwrap(), 1..=6);
    unreadable.set(Some((0, CAPACITY as u32)));
    let before = flash.erases();
    let mut checkpoints = Checkpoints::open(&mut flash, RANGE).unwrap();
    let state = State::new();
    assert_eq!(checkpoints.load(&mut (&mut State::new().model, &mut State::new().order)), Err(CheckpointError::Empty));
    assert_eq!(checkpoints.save(&(&state.model, &state.order)), Err(CheckpointError::Unreadable));
    unreadable.set(None);
    let mut checkpoints = Checkpoints::open(&mut flash, RANGE).unwrap();
    assert_eq!(found(&mut checkpoints), Some(6));
    assert_eq!(flash.erases(), before);
}

/// A flipped bit in any record: the newest whole record is found, and nothing is overwritten.
#[test]
fn a_damaged_record_is_left_for_another() {
    let mut flash = SimulatedFlash::<1, 4, SECTOR>::new(CAPACITY);
    let len = State::new().bytes().len();
    save_all(&mut Checkpoints::open(&mut flash, RANGE).unwrap(), 1..=6);
    for bit in 0..8 * 6 * len {
        let (record, byte) = (bit / 8 / len, bit / 8 % len);
        // The fifth and the sixth record are in the second region.
        let at = if record < 4 { record * len + byte } else { 2 * SECTOR + (record - 4) * len + byte };
        let mut flash = flash.clone();
        flash.bytes_mut()[at] ^= 1 << (bit % 8);
        let mut checkpoints = Checkpoints::open(&mut flash, RANGE).unwrap();
        assert_eq!(found(&mut checkpoints), Some(if record == 5 { 5 } else { 6 }), "record {record}, bit {bit}");
        for moment in 7..=9 {
            save(&mut checkpoints, moment).unwrap();
            assert_eq!(found(&mut checkpoints), Some(moment), "record {record}, bit {bit}");
        }
    }
}

/// A record that becomes unreadable before it is loaded.
#[test]
fn a_record_that_goes_bad_is_left_for_the_one_before_it() {
    let mut flash = SimulatedFlash::<1, 4, SECTOR>::new(CAPACITY);
    let (len, unreadable) = (State::new().bytes().len() as u32, flash.unreadable());
    let mut checkpoints = Checkpoints::open(&mut flash, RANGE).unwrap();
    save_all(&mut checkpoints, 1..=2);
    unreadable.set(Some((len, len + 4)));
    let mut state = State::new();
    let before = state.bytes();
    let result = checkpoints.load(&mut (&mut state.model, &mut state.order));
    assert_eq!(result, Err(CheckpointError::Flash(FlashError::Planted)));
    assert_eq!(state.bytes(), before);
    assert_eq!(found(&mut checkpoints), Some(1));
}

/// A range that was enlarged begins with the former two regions: nothing is overwritten.
#[test]
fn a_range_may_grow() {
    for records in 1..=9 {
        let mut flash = SimulatedFlash::<1, 4, SECTOR>::new(2 * CAPACITY);
        let half = CAPACITY as u32..2 * CAPACITY as u32;
        save_all(&mut Checkpoints::open(&mut flash, half).unwrap(), 1..=records);
        let mut checkpoints = Checkpoints::open(&mut flash, 0..2 * CAPACITY as u32).unwrap();
        assert_eq!(found(&mut checkpoints), Some(records));
        save_all(&mut checkpoints, records + 1..=records + 30);
    }
}

#[test]
fn a_flash_that_does_not_fit_is_refused() {
    fn open<const READ: usize, const WRITE: usize>(
        range: std::ops::Range<u32>,
    ) -> Result<(), CheckpointError<FlashError>> {
        let mut flash = SimulatedFlash::<READ, WRITE, SECTOR>::new(CAPACITY);
        Checkpoints::open(&mut flash, range).map(drop)
    }
    let refused = Err(CheckpointError::UnsuitableFlash);
    assert_eq!(open::<1, 64>(RANGE), Ok(()));
    assert_eq!(open::<1, 128>(RANGE), refused);
    assert_eq!(open::<128, 4>(RANGE), refused);
    assert_eq!(open::<4, 4>(0..2 * SECTOR as u32), Ok(()));
    // One sector, three, a part of one, none, past the end, backwards.
    for range in [0..256, 0..768, 0..500, 128..640, 0..0, 512..1_536, std::ops::Range { start: 512, end: 0 }] {
        assert_eq!(open::<1, 4>(range.clone()), refused, "{range:?}");
    }
}

#[test]
fn a_state_that_does_not_fit_is_refused() {
    let mut flash = SimulatedFlash::<1, 4, SECTOR>::new(CAPACITY);
    let mut checkpoints = Checkpoints::open(&mut flash, RANGE).unwrap();
    assert_eq!(checkpoints.save(&Model::<10, 64>::new()), Err(CheckpointError::TooLong));
    assert_eq!(checkpoints.load(&mut Model::<2, 1>::new()), Err(CheckpointError::Empty));
    save(&mut checkpoints, 1).unwrap();
    assert_eq!(checkpoints.load(&mut Model::<2, 1>::new()), Err(CheckpointError::Refused(Fault::Kind)));
    let (mut model, mut order) = (integer::Model::<2, 5>::new(), State::new().order);
    assert_eq!(checkpoints.load(&mut (&mut model, &mut order)), Err(CheckpointError::Refused(Fault::Shape)));
    assert_eq!(found(&mut checkpoints), Some(1));
}

#[test]
fn another_version_of_the_format_is_named() {
    let mut flash = SimulatedFlash::<1, 4, SECTOR>::new(CAPACITY);
    let mut checkpoints = Checkpoints::open(&mut flash, RANGE).unwrap();
    save(&mut checkpoints, 1).unwrap();
    let len = State::new().bytes().len();
    let record = &mut flash.bytes_mut()[..len];
    record[4] = 2;
    seal(record);
    let mut checkpoints = Checkpoints::open(&mut flash, RANGE).unwrap();
    let mut state = State::new();
    let refused = checkpoints.load(&mut (&mut state.model, &mut state.order));
    assert_eq!(refused, Err(CheckpointError::Refused(Fault::Version(2))));
    assert_eq!(refused.unwrap_err().to_string(), "the record has the unknown format version 2");
    // A record of a later version counts: it is not overwritten.
    assert_eq!(save(&mut checkpoints, 2), Ok(2));
}

/// A flash that loses its power and regains it while the program keeps running.
#[test]
fn a_save_that_failed_is_followed_by_one_that_does_not() {
    for cut in 0..300 {
        let mut flash = SimulatedFlash::<1, 4, SECTOR>::new(CAPACITY);
        let power = flash.power();
        let mut checkpoints = Checkpoints::open(&mut flash, RANGE).unwrap();
        save_all(&mut checkpoints, 1..=1);
        power.cut_after(cut);
        let failed = (2..20).find_map(|moment| save(&mut checkpoints, moment).err().map(|error| (moment, error)));
        let (moment, error) = failed.expect("the power was cut");
        assert_eq!(error, CheckpointError::Flash(FlashError::NoPower));
        // Without power nothing can be read, and so nothing is erased.
        assert!(save(&mut checkpoints, moment).is_err());
        power.restore();
        // The record may be whole, if the power was cut while it was read back.
        let left = found(&mut checkpoints);
        assert!(left == Some(moment - 1) || left == Some(moment), "{cut}: {left:?}");
        let next = State::numbered(moment + 1);
        checkpoints.save(&(&next.model, &next.order)).unwrap();
        assert_eq!(found(&mut checkpoints), Some(moment + 1), "{cut}");
    }
}

/// A word of a region that cannot be written: later saves succeed.
#[test]
fn a_word_that_stays_as_it_is_costs_one_record() {
    for bad in 0..CAPACITY / 4 {
        let mut flash = SimulatedFlash::<1, 4, SECTOR>::new(CAPACITY);
        flash.make_stuck(bad);
        let mut checkpoints = Checkpoints::open(&mut flash, RANGE).unwrap();
        let (mut failures, mut newest) = (0, None);
        for moment in 1..=24 {
            match save(&mut checkpoints, moment) {
                Ok(_) => newest = Some(moment),
                Err(error) => {
                    assert_eq!(error, CheckpointError::NotAsWritten);
                    failures += 1;
                }
            }
            assert_eq!(found(&mut checkpoints), newest, "word {bad}, moment {moment}");
        }
        // Once each time that the region is used again.
        assert!(failures <= 4, "word {bad}: {failures}");
    }
}

#[test]
fn waiting_and_blocking_calls_leave_the_same_bytes() {
    let mut blocking = SimulatedFlash::<1, 4, SECTOR>::new(CAPACITY);
    live(&mut blocking, SAVES);
    let mut awaited = Awaited(SimulatedFlash::<1, 4, SECTOR>::new(CAPACITY));
    let run = async {
        let mut checkpoints = AsyncCheckpoints::open(&mut awaited, RANGE).await.unwrap();
        let mut state = State::new();
        let nothing = checkpoints.load(&mut (&mut state.model, &mut state.order)).await;
        assert_eq!(nothing, Err(CheckpointError::Empty));
        for moment in 1..=SAVES {
            if moment % 5 == 3 {
                checkpoints.prepare().await.unwrap();
            }
            let state = State::numbered(moment);
            assert_eq!(checkpoints.save(&(&state.model, &state.order)).await, Ok(moment));
        }
        assert_eq!(checkpoints.load(&mut (&mut state.model, &mut state.order)).await, Ok(SAVES));
        assert_eq!(state.bytes(), State::numbered(SAVES).bytes());
        assert_eq!(checkpoints.load(&mut Model::<2, 1>::new()).await, Err(CheckpointError::Refused(Fault::Kind)));
    };
    poll_for(run, 100_000).expect("it ends");
    assert_eq!(awaited.0.bytes_mut(), blocking.bytes_mut());
}

#[test]
fn a_call_that_is_dropped_halfway_does_no_harm() {
    // The sixth save needs no erase; the ninth does.
    for (last, polls) in (5..=8).step_by(3).flat_map(|last| (1..90).map(move |polls| (last, polls))) {
        let mut flash = Awaited(SimulatedFlash::<1, 4, SECTOR>::new(CAPACITY));
        let run = async {
            let mut checkpoints = AsyncCheckpoints::open(&mut flash, RANGE).await.unwrap();
            let mut state = State::new();
            for moment in 1..=last {
                state = State::numbered(moment);
                checkpoints.save(&(&state.model, &state.order)).await.unwrap();
            }
            assert_eq!(checkpoints.is_erase_due(&(&state.model, &state.order)), last == 8);
            assert_eq!(checkpoints.saves_per_erase(&(&state.model, &state.order)), 4);
            if polls % 2 == 0 {
                let _ = poll_for(checkpoints.prepare(), polls / 16);
            }
            let next = State::numbered(last + 1);
            let dropped = poll_for(checkpoints.save(&(&next.model, &next.order)), polls).is_none();
            checkpoints.load(&mut (&mut state.model, &mut state.order)).await.unwrap();
            assert!(state.moment() == last + 1 || dropped && state.moment() == last, "{last}, {polls}");
            assert_eq!(state.bytes(), State::numbered(state.moment()).bytes());
            let next = State::numbered(last + 2);
            checkpoints.save(&(&next.model, &next.order)).await.unwrap();
            // A target whose load is dropped is not a mixture of two states.
            let State { mut model, mut order } = State::numbered(3);
            let restored = poll_for(checkpoints.load(&mut (&mut model, &mut order)), polls / 8).is_some();
            let of = |moment| State::numbered(moment).model.checksum();
            let allowed =
                if restored { vec![of(last + 2)] } else { vec![integer::Model::<2, 4>::new().checksum(), of(3)] };
            assert!(allowed.contains(&model.checksum()), "{last}, {polls}");
            checkpoints.load(&mut (&mut model, &mut order)).await.unwrap();
            assert_eq!(order.epoch(), last + 2);
            checkpoints.clear().await.unwrap();
            assert_eq!(checkpoints.newest(), None);
        };
        poll_for(run, 100_000).expect("it ends");
    }
}
