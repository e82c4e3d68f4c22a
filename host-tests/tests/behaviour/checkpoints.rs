//! Checkpoints in flash, whatever happens to the power.

use hingeline::checkpoint::{AsyncCheckpoints, CheckpointError, Checkpoints};
use hingeline::state::{Fault, record_len};
use hingeline::{Model, integer};
use hingeline_host_tests::flash::{Awaited, FlashError, SimulatedFlash, poll_for};
use hingeline_host_tests::power_cuts::{self, CAPACITY, RANGE, SAVES, SECTOR, State, found, live, save};

#[test]
fn a_cut_at_any_instant_leaves_the_old_state_or_the_new_one() {
    let cuts = power_cuts::cut_everywhere(1, 1);
    assert!(cuts > 10_000, "{cuts}");
}

#[test]
fn regions_are_erased_in_turn_and_only_when_they_are_full() {
    let mut flash = SimulatedFlash::<1, 4, SECTOR>::new(CAPACITY);
    let mut checkpoints = Checkpoints::open(&mut flash, RANGE).unwrap();
    let state = State::new();
    let each = checkpoints.saves_per_erase(&(&state.model, &state.order));
    assert_eq!(each as usize, 2 * SECTOR / record_len(&(&state.model, &state.order)));
    for moment in 1..=4 * each {
        let due = checkpoints.is_erase_due(&(&state.model, &state.order));
        assert_eq!(due, (moment - 1) % each == 0, "{moment}");
        assert_eq!(save(&mut checkpoints, moment), Ok(moment));
    }
    // Two sectors a region, four regions.
    assert_eq!(flash.erases(), 8);
}

#[test]
fn what_is_erased_ahead_is_not_erased_again() {
    let mut flash = SimulatedFlash::<1, 4, SECTOR>::new(CAPACITY);
    let mut checkpoints = Checkpoints::open(&mut flash, RANGE).unwrap();
    for moment in 1..=12 {
        // In each region once, when something has been saved there.
        let due = checkpoints.newest().is_none() || moment % 4 == 2;
        if due {
            let _ = checkpoints.prepare().unwrap();
            assert!(!checkpoints.prepare().unwrap());
        }
        save(&mut checkpoints, moment).unwrap();
        assert_eq!(found(&mut checkpoints), Some(moment));
    }
    // One for each region that was begun, and perhaps one ahead.
    assert!((6..=8).contains(&flash.erases()), "{}", flash.erases());
}

#[test]
fn what_cannot_be_read_does_not_count() {
    let mut flash = SimulatedFlash::<1, 4, SECTOR>::new(CAPACITY);
    let (len, unreadable) = (State::new().bytes().len() as u32, flash.unreadable());
    let mut checkpoints = Checkpoints::open(&mut flash, RANGE).unwrap();
    for moment in 1..=3 {
        save(&mut checkpoints, moment).unwrap();
    }
    // In the middle of the newest record: the one before it is found, and the next goes behind both.
    unreadable.set(Some((2 * len + 40, 2 * len + 41)));
    let mut checkpoints = Checkpoints::open(&mut flash, RANGE).unwrap();
    assert_eq!(found(&mut checkpoints), Some(2));
    assert_eq!(save(&mut checkpoints, 4), Ok(4));
    assert_eq!(found(&mut checkpoints), Some(4));
    // In a header: nobody knows where the next one is, so the region takes no more.
    unreadable.set(Some((len + 8, len + 9)));
    let mut checkpoints = Checkpoints::open(&mut flash, RANGE).unwrap();
    assert_eq!(found(&mut checkpoints), Some(1));
    save(&mut checkpoints, 5).unwrap();
    assert_eq!(found(&mut checkpoints), Some(5));
    unreadable.set(None);
    assert_eq!(found(&mut Checkpoints::open(&mut flash, RANGE).unwrap()), Some(5));
}

#[test]
fn a_record_that_goes_bad_is_left_for_the_one_before_it() {
    let mut flash = SimulatedFlash::<1, 4, SECTOR>::new(CAPACITY);
    let len = State::new().bytes().len();
    let mut checkpoints = Checkpoints::open(&mut flash, RANGE).unwrap();
    for moment in 1..=2 {
        save(&mut checkpoints, moment).unwrap();
    }
    for bit in 0..8 * len {
        let mut flash = flash.clone();
        flash.bytes_mut()[len + bit / 8] ^= 1 << (bit % 8);
        let mut checkpoints = Checkpoints::open(&mut flash, RANGE).unwrap();
        assert_eq!(found(&mut checkpoints), Some(1), "bit {bit}");
        save(&mut checkpoints, 3).unwrap();
        assert_eq!(found(&mut checkpoints), Some(3), "bit {bit}");
    }
    // While it runs.
    let unreadable = flash.unreadable();
    let mut checkpoints = Checkpoints::open(&mut flash, RANGE).unwrap();
    assert_eq!(found(&mut checkpoints), Some(2));
    unreadable.set(Some((len as u32, len as u32 + 4)));
    let mut state = State::new();
    let before = state.bytes();
    let result = checkpoints.load(&mut (&mut state.model, &mut state.order));
    assert_eq!(result, Err(CheckpointError::Flash(FlashError::Planted)));
    assert_eq!(state.bytes(), before);
    assert_eq!(found(&mut checkpoints), Some(1));
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
    // One sector, three, a part of one, none, behind the end, backwards.
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
    super::saving::seal(record);
    let mut checkpoints = Checkpoints::open(&mut flash, RANGE).unwrap();
    let mut state = State::new();
    let refused = checkpoints.load(&mut (&mut state.model, &mut state.order));
    assert_eq!(refused, Err(CheckpointError::Refused(Fault::Version(2))));
    assert_eq!(refused.unwrap_err().to_string(), "the record has format version 2, which is not known");
    // Of a later version the record counts: it is not written over.
    assert_eq!(save(&mut checkpoints, 2), Ok(2));
}

/// A flash that fails to write, and then works again, as one does that is busy.
#[test]
fn a_save_that_failed_is_followed_by_one_that_does_not() {
    for cut in 0..200 {
        let mut flash = SimulatedFlash::<1, 4, SECTOR>::new(CAPACITY);
        let mut checkpoints = Checkpoints::open(&mut flash, RANGE).unwrap();
        save(&mut checkpoints, 1).unwrap();
        let mut flash = checkpoints.release();
        flash.cut_after(cut, cut as u64);
        let mut checkpoints = Checkpoints::open(&mut flash, RANGE).unwrap();
        let failed = (2..10).find_map(|moment| save(&mut checkpoints, moment).err().map(|error| (moment, error)));
        let (moment, error) = failed.expect("the power was cut");
        assert_eq!(error, CheckpointError::Flash(FlashError::NoPower));
        // As long as there is none.
        assert_eq!(save(&mut checkpoints, moment), Err(CheckpointError::Flash(FlashError::NoPower)));
        checkpoints.release().restore();
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
fn a_save_that_is_dropped_halfway_does_no_harm() {
    for polls in 1..120 {
        let mut flash = Awaited(SimulatedFlash::<1, 4, SECTOR>::new(CAPACITY));
        let run = async {
            let mut checkpoints = AsyncCheckpoints::open(&mut flash, RANGE).await.unwrap();
            for moment in 1..=5 {
                let state = State::numbered(moment);
                checkpoints.save(&(&state.model, &state.order)).await.unwrap();
            }
            let state = State::numbered(6);
            let dropped = poll_for(checkpoints.save(&(&state.model, &state.order)), polls).is_none();
            let mut found = State::new();
            checkpoints.load(&mut (&mut found.model, &mut found.order)).await.unwrap();
            assert!(found.moment() == 6 || dropped && found.moment() == 5, "{polls}");
            assert_eq!(found.bytes(), State::numbered(found.moment()).bytes());
            let state = State::numbered(7);
            checkpoints.save(&(&state.model, &state.order)).await.unwrap();
            // A target of which the restoring is dropped is not half of one and half of the other.
            let mut model = State::numbered(3).model;
            let mut order = State::numbered(3).order;
            let restored = poll_for(checkpoints.load(&mut (&mut model, &mut order)), polls).is_some();
            let allowed = if restored { vec![7] } else { vec![0, 3] };
            assert!(allowed.iter().any(|&moment| match moment {
                0 => model.checksum() == integer::Model::<2, 4>::new().checksum(),
                moment => model.checksum() == State::numbered(moment).model.checksum(),
            }));
            checkpoints.load(&mut (&mut model, &mut order)).await.unwrap();
            assert_eq!(order.epoch(), 7);
        };
        poll_for(run, 100_000).expect("it ends");
    }
}
