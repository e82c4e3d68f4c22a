//! A device that saves its state and loses its power, at every place where that can happen.

use std::ops::Range;

use embedded_storage::nor_flash::NorFlash;
use hingeline::checkpoint::{CheckpointError, Checkpoints};
use hingeline::state::encode;
use hingeline::{Order, integer};
use rand_core::{Rng, SeedableRng};
use rand_xorshift::XorShiftRng;

use crate::flash::SimulatedFlash;

/// The number of bytes that are erased at once.
pub const SECTOR: usize = 256;
/// Two regions of two sectors.
pub const CAPACITY: usize = 4 * SECTOR;
/// The whole flash.
pub const RANGE: Range<u32> = 0..CAPACITY as u32;

/// The saves of a run: more than both regions hold.
pub const SAVES: u32 = 11;

/// The state that is saved. It is small, and some of its words read as erased flash.
#[derive(Clone, Debug)]
pub struct State {
    /// A part of it.
    pub model: integer::Model<2, 4>,
    /// The other part.
    pub order: Order,
}

impl State {
    /// The state before the first moment.
    #[expect(clippy::new_without_default, reason = "it stands beside another one")]
    pub fn new() -> Self {
        Self::numbered(0)
    }

    /// The state of this moment.
    pub fn numbered(moment: u32) -> Self {
        let mut model = integer::Model::new();
        let weight = moment as i16;
        model.load(&[-1, -1, -1, -1, weight, -1, -weight, 0], &[-1, moment as i32], 13).unwrap();
        Self { model, order: Order::resume([moment; 4], 1_000, moment, moment % 1_000).unwrap() }
    }

    /// The record of this state.
    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = vec![0; 300];
        let len = encode(&(&self.model, &self.order), &mut bytes).unwrap();
        bytes[..len].to_vec()
    }

    /// The moment of this state.
    pub fn moment(&self) -> u32 {
        self.order.epoch()
    }
}

/// Saves the state of this moment.
pub fn save<F: NorFlash>(checkpoints: &mut Checkpoints<F>, moment: u32) -> Result<u32, CheckpointError<F::Error>> {
    let state = State::numbered(moment);
    checkpoints.save(&(&state.model, &state.order))
}

/// The moment of the state that is found, after checking that the state is whole; `None` if there is none.
pub fn found<F: NorFlash>(checkpoints: &mut Checkpoints<F>) -> Option<u32> {
    let mut state = State::new();
    match checkpoints.load(&mut (&mut state.model, &mut state.order)) {
        Ok(_) => {
            assert_eq!(state.bytes(), State::numbered(state.moment()).bytes(), "a state that nobody saved");
            Some(state.moment())
        }
        Err(CheckpointError::Empty) => None,
        Err(error) => panic!("{error}"),
    }
}

/// The actions of a device while it had power, as moments; `None` stands for no state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Life {
    /// The state that it found.
    pub found: Option<u32>,
    /// The last state that it knows to be saved.
    pub saved: Option<u32>,
    /// The last state that it tried to save.
    pub tried: Option<u32>,
}

/// Runs a device: starts, restores, and saves the states of this many following moments.
///
/// # Panics
/// If it finds a state that was never saved.
pub fn live<F: NorFlash>(flash: F, saves: u32) -> Life {
    let mut checkpoints = Checkpoints::open(flash, RANGE).unwrap_or_else(|error| panic!("{error}"));
    let found = found(&mut checkpoints);
    let mut life = Life { found, saved: found, tried: found };
    let first = found.unwrap_or_default() + 1;
    for moment in first..first + saves {
        // Occasionally there is time to erase ahead.
        if moment % 5 == 3 && checkpoints.prepare().is_err() {
            break;
        }
        life.tried = Some(moment);
        if save(&mut checkpoints, moment).is_err() {
            break;
        }
        life.saved = life.tried;
    }
    life
}

/// Cuts the power at every word and sector of a run, and at a random one of the next: the state found is always the old
/// one or the new one.
fn cut_this_everywhere<const READ: usize, const WRITE: usize>(seed: u64, times: u64) -> usize {
    let mut whole = SimulatedFlash::<READ, WRITE, SECTOR>::new(CAPACITY);
    assert_eq!(live(&mut whole, SAVES), Life { found: None, saved: Some(SAVES), tried: Some(SAVES) });
    let (places, mut cuts) = (whole.operations(), 0);
    for (place, time) in (0..places).flat_map(|place| (0..times).map(move |time| (place, time))) {
        let mut rng = XorShiftRng::seed_from_u64(seed ^ (time << 32 | place as u64));
        let mut flash = SimulatedFlash::<READ, WRITE, SECTOR>::new(CAPACITY);
        flash.cut_after(place, rng.next_u64());
        let mut before = live(&mut flash, SAVES);
        // The power comes back, is cut again at a random place, and finally stays on.
        for again in 0..4 {
            flash.restore();
            if again < 3 {
                flash.cut_after(rng.next_u32() as usize % places, rng.next_u64());
            }
            let life = live(&mut flash, SAVES);
            let is_old_or_new = [before.saved, before.tried].contains(&life.found);
            assert!(
                is_old_or_new,
                "seed {seed}, units {READ} and {WRITE}, place {place}, {time}: {before:?}, {life:?}"
            );
            (before, cuts) = (life, cuts + 1);
        }
        assert_eq!(before.saved, Some(before.found.unwrap_or_default() + SAVES), "it goes on");
    }
    cuts
}

/// The same on flashes of all kinds, this many times each, and more often where there are fewer places. Returns the
/// number of cuts.
///
/// # Panics
/// If the state found is neither the old one nor the new one, or if a word is written twice.
pub fn cut_everywhere(seed: u64, times: u64) -> usize {
    cut_this_everywhere::<1, 4>(seed, 4 * times)
        + cut_this_everywhere::<1, 1>(seed, times)
        + cut_this_everywhere::<4, 2>(seed, times)
        + cut_this_everywhere::<1, 8>(seed, 4 * times)
        + cut_this_everywhere::<16, 16>(seed, 8 * times)
        + cut_this_everywhere::<1, 32>(seed, 12 * times)
        + cut_this_everywhere::<64, 64>(seed, 16 * times)
}
