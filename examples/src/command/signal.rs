//! Recordings of a sensor: windows over readings, whose features are the samples.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use clap::{Args, ValueEnum};
use hingeline::Error;
use hingeline::signal::{Axis, DynWindow, Feature, Reading, count};
use hingeline_console::file::FileError;
use serde::{Deserialize, Serialize};

use super::builder::{Context, Placed, Sink};
use super::integers::Raw;
use super::names::class_name;
use super::source::{self, Part, Wanted};

/// Options that make windows of recordings.
#[derive(Debug, Args)]
#[command(next_help_heading = "Windows over recordings")]
pub struct WindowOptions {
    /// Treat the data as recordings with one reading per row; the window length in readings
    #[arg(long, value_name = "COUNT")]
    pub window: Option<usize>,

    /// The number of readings from one window to the next [default: half a window]
    #[arg(long, value_name = "COUNT", visible_alias = "stride", requires = "window")]
    pub hop: Option<usize>,

    /// The sampling rate of the recordings in Hz: for bands in Hz, and a constant of the exported code
    #[arg(long, value_name = "HERTZ", value_parser = rate, requires = "window")]
    pub sampling_rate: Option<f64>,

    /// Ignore crossings, turns and peaks with a smaller change; one value for all axes, or one per axis
    #[arg(long, value_name = "CHANGE", value_delimiter = ',', requires = "window")]
    pub noise: Vec<f32>,

    /// The range of the sensor, such as -2048:2047, to count saturated readings; one pair for all axes, or one per axis
    #[arg(long = "sensor-range", value_name = "LOW:HIGH", value_delimiter = ',', value_parser = ends, requires = "window")]
    pub saturation: Vec<[f32; 2]>,

    /// The type of a reading on the device: with i16 the sums are exact, and features are whole numbers too
    #[arg(long = "reading-type", value_enum, default_value_t = Kind::F32, requires = "window")]
    pub readings: Kind,

    /// The time column, by name or by number; a step above 1.5 times the median is a gap
    #[arg(long, value_name = "COLUMN", requires = "window")]
    pub time: Option<String>,

    /// Take the class of a recording from the name of its file, without numbers at the end, or from that of its folder
    /// [default: a column]
    #[arg(long, value_enum, requires = "window", conflicts_with = "label")]
    pub label_from: Option<LabelFrom>,
}

/// Where the class of a recording is found, if not in a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LabelFrom {
    /// In the name of the file
    File,
    /// In the name of the folder
    Folder,
}

/// The type of a reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Numbers in binary32
    F32,
    /// 16-bit whole numbers, as a converter delivers them
    I16,
}

fn rate(text: &str) -> Result<f64, String> {
    let rate = text.parse().ok().filter(|rate: &f64| rate.is_finite() && *rate > 0.0);
    rate.ok_or_else(|| "expected a number above 0".to_owned())
}

fn ends(text: &str) -> Result<[f32; 2], String> {
    let pair = text.split_once(':').and_then(|(low, high)| Some([low.parse().ok()?, high.parse().ok()?]));
    pair.filter(|[low, high]: &[f32; 2]| low < high && low.is_finite() && high.is_finite())
        .ok_or_else(|| "expected LOW:HIGH, such as -2048:2047".to_owned())
}

/// A feature as requested: a band may be in hertz, and `correlations` means those of all pairs of axes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Asked {
    /// A feature of the library.
    Plain(Feature),
    /// A band in hertz.
    Hertz(f64, f64),
    /// The correlations of all pairs of axes.
    Correlations,
}

const PLAIN: [(&str, Feature); 12] = [
    ("mean", Feature::Mean),
    ("deviation", Feature::Deviation),
    ("minimum", Feature::Minimum),
    ("maximum", Feature::Maximum),
    ("range", Feature::Range),
    ("rms", Feature::RootMeanSquare),
    ("mean-absolute", Feature::MeanAbsolute),
    ("zero-crossings", Feature::ZeroCrossings),
    ("mean-crossings", Feature::MeanCrossings),
    ("slope-sign-changes", Feature::SlopeSignChanges),
    ("waveform-length", Feature::WaveformLength),
    ("peaks", Feature::Peaks),
];

/// The default features.
pub const USUAL: &str = "mean,deviation,minimum,maximum,mean-crossings,waveform-length";

/// The name of a feature, as it is written on the command line and in a model's file.
pub fn name(feature: Feature) -> String {
    match feature {
        Feature::Segments(parts) => format!("segments:{parts}"),
        Feature::Band(low, high) => format!("band:{low}-{high}"),
        Feature::Correlation(first, second) => format!("correlation:{first}-{second}"),
        plain => PLAIN.iter().find(|(_, own)| *own == plain).map_or("?", |(name, _)| name).to_owned(),
    }
}

impl FromStr for Asked {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let text = match text {
            "std" => "deviation",
            "mav" => "mean-absolute",
            text => text,
        };
        if let Some((_, feature)) = PLAIN.iter().find(|(name, _)| *name == text) {
            return Ok(Self::Plain(*feature));
        }
        if text == "correlations" {
            return Ok(Self::Correlations);
        }
        let (kind, numbers) = text.split_once(':').unwrap_or((text, ""));
        let pair = numbers.split_once('-');
        let whole = |text: &str| text.parse::<u16>().ok();
        let found = match (kind, pair) {
            ("segments", _) => whole(numbers).map(|parts| Self::Plain(Feature::Segments(parts))),
            ("band", Some((low, high))) => match high.strip_suffix("Hz") {
                Some(high) => low.parse().ok().zip(high.parse().ok()).map(|(low, high)| Self::Hertz(low, high)),
                None => whole(low).zip(whole(high)).map(|(low, high)| Self::Plain(Feature::Band(low, high))),
            },
            ("correlation", Some((first, second))) => {
                whole(first).zip(whole(second)).map(|(first, second)| Self::Plain(Feature::Correlation(first, second)))
            }
            _ => None,
        };
        found.ok_or_else(|| {
            let names: Vec<_> = PLAIN.iter().map(|(name, _)| *name).collect();
            format!(
                "no feature {text:?}; expected {}, segments:8, band:1-4 in cycles per window, band:0.5-3Hz, correlation:0-1 or correlations",
                names.join(", ")
            )
        })
    }
}

/// How recordings become samples: everything that a device has to know about it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Signal {
    /// The names of the axes.
    pub axes: Vec<String>,
    /// The type of a reading.
    pub readings: Kind,
    /// The number of readings in a window.
    pub window: usize,
    /// The number of readings from one window to the next.
    pub hop: usize,
    /// The sampling rate in hertz, if it was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sampling_rate: Option<f64>,
    /// The features, by their names.
    pub features: Vec<String>,
    /// The noise of each axis; empty if there is none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub noise: Vec<f32>,
    /// The ends of the sensor's range for each axis; empty if they are not known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub saturation: Vec<[f32; 2]>,
    /// Where the class of a recording is found, if not in a column.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label_from: Option<LabelFrom>,
    /// The column of the time, which is not an axis.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<String>,
    /// The column of the group, which is not an axis.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
}

impl From<Kind> for Raw {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::F32 => Self::F32,
            Kind::I16 => Self::I16,
        }
    }
}

impl Signal {
    /// Creates a signal from the options, for these axes.
    ///
    /// # Errors
    /// A message that says what is wrong.
    pub fn of(options: &WindowOptions, asked: &[Asked], axes: Vec<String>) -> Result<Self, String> {
        let window = options.window.ok_or("no --window")?;
        let signal = Self {
            readings: options.readings,
            window,
            hop: options.hop.unwrap_or(window.div_ceil(2)),
            sampling_rate: options.sampling_rate,
            time: options.time.clone(),
            group: None,
            features: list(asked, axes.len(), window, options.sampling_rate)?.into_iter().map(name).collect(),
            noise: for_each_axis(&options.noise, axes.len(), "--noise")?,
            saturation: for_each_axis(&options.saturation, axes.len(), "--sensor-range")?,
            label_from: options.label_from,
            axes,
        };
        signal.check()?;
        Ok(signal)
    }

    /// Checks that the library accepts it.
    ///
    /// # Errors
    /// A message that says what is wrong.
    pub fn check(&self) -> Result<(), String> {
        fn refused<R: Bounds>(signal: &Signal) -> Result<(), String> {
            let (axes, list) = (signal.axes::<R>()?, signal.list()?);
            for feature in &list {
                // Each feature by itself, so that the message names the one at fault.
                let own = DynWindow::new(&mut [], signal.window, 1, &axes, std::slice::from_ref(feature)).err();
                if own == Some(Error::InvalidFeature) {
                    let (name, axes, most) = (name(*feature), axes.len(), signal.window / 2);
                    return Err(format!(
                        "{name}: a window of {axes} axes and {} readings has segments:1 to segments:{}, bands from 1 to {most} cycles, and correlations of different axes below {axes}",
                        signal.window, signal.window
                    ));
                }
            }
            let len = axes.len().checked_mul(signal.window).filter(|len| *len < MOST).ok_or("too long a window")?;
            let window =
                DynWindow::new(&mut vec![R::default(); len], signal.window, signal.hop, &axes, &list).map(drop);
            window.map_err(|error| error.to_string())
        }
        match self.readings {
            Kind::F32 => refused::<f32>(self),
            Kind::I16 => refused::<i16>(self),
        }
    }

    /// The features, as the library has them.
    ///
    /// # Errors
    /// A message that says what is wrong with a name.
    pub fn list(&self) -> Result<Vec<Feature>, String> {
        let of = |name: &String| match name.parse()? {
            Asked::Plain(feature) => Ok(feature),
            _ => Err(format!("the feature {name:?}; expected cycles per window, and a pair of axes")),
        };
        self.features.iter().map(of).collect()
    }

    /// What is known about each axis.
    fn axes<R: Bounds>(&self) -> Result<Vec<Axis<R>>, String> {
        (0..self.axes.len())
            .map(|axis| {
                let mut own = Axis::new();
                if let Some(ends) = self.saturation.get(axis) {
                    own = R::saturates(own, *ends)?;
                }
                self.noise.get(axis).map_or(Ok(own), |noise| R::noisy(own, *noise))
            })
            .collect()
    }

    /// The names of the features of a sample.
    ///
    /// # Errors
    /// A message that says what is wrong with a name.
    pub fn names(&self) -> Result<Vec<String>, String> {
        let list = self.list()?;
        let mut names = Vec::new();
        for axis in &self.axes {
            for feature in &list {
                match *feature {
                    Feature::Correlation(..) => {}
                    Feature::Segments(parts) => {
                        names.extend((0..parts).map(|part| format!("{axis}.segment{part}of{parts}")))
                    }
                    feature => names.push(format!("{axis}.{}", name(feature))),
                }
            }
        }
        for feature in list {
            if let Feature::Correlation(first, second) = feature {
                let axis = |axis: u16| self.axes.get(usize::from(axis)).map_or("?", String::as_str);
                names.push(format!("correlation.{}.{}", axis(first), axis(second)));
            }
        }
        Ok(names)
    }

    /// How to read recordings for this model.
    pub fn wanted<'a>(&'a self, wanted: Wanted<'a>) -> Wanted<'a> {
        // If the class is in a name, no column has it.
        let bare = self.label_from.is_some() && wanted.label.is_none();
        Wanted {
            features: Some(&self.axes),
            readings: true,
            time: wanted.time.or_else(|| self.time.clone()),
            group: wanted.group.or_else(|| self.group.clone()),
            bare,
            unlabelled: wanted.unlabelled || bare,
            ..wanted
        }
    }

    /// The bytes of a window on a 32-bit processor.
    pub fn bytes(&self) -> usize {
        let reading = if self.readings == Kind::I16 { 2 } else { 4 };
        // The position in the stream takes five words.
        (reading * self.axes.len() * self.window).next_multiple_of(4) + 20
    }

    /// Whether anything is known about the axes.
    pub fn has_axes(&self) -> bool {
        !self.noise.is_empty() || !self.saturation.is_empty()
    }

    fn stream(&self) -> Result<Box<dyn Stream>, String> {
        Ok(match self.readings {
            Kind::F32 => Box::new(Of::<f32>::new(self)?),
            Kind::I16 => Box::new(Of::<i16>::new(self)?),
        })
    }
}

/// A value for each axis, from one value for all axes or from one for each; empty if there are no values.
fn for_each_axis<T: Copy>(values: &[T], axes: usize, what: &str) -> Result<Vec<T>, String> {
    match values {
        [one] => Ok(vec![*one; axes]),
        values if values.is_empty() || values.len() == axes => Ok(values.to_vec()),
        values => Err(format!("{} values of {what}; expected one, or one for each of {axes} axes", values.len())),
    }
}

/// The largest number of values in a window, over all axes.
const MOST: usize = 1 << 28;

/// The requested features, for this number of axes.
fn list(asked: &[Asked], axes: usize, window: usize, rate: Option<f64>) -> Result<Vec<Feature>, String> {
    let mut list = Vec::new();
    for asked in asked {
        match *asked {
            Asked::Plain(feature) => list.push(feature),
            Asked::Correlations => {
                let pairs = (0..axes).flat_map(|first| (first + 1..axes).map(move |second| (first, second)));
                list.extend(pairs.map(|(first, second)| Feature::Correlation(first as u16, second as u16)));
            }
            Asked::Hertz(low, high) => {
                let rate = rate.ok_or("a band in hertz; expected --sampling-rate, the readings per second")?;
                // Only the frequencies within the band: a window resolves multiples of the resolution.
                let resolution = rate / window as f64;
                let (first, last) = ((low / resolution).ceil().max(1.0), (high / resolution).floor());
                if !(first <= last && last <= (window / 2) as f64) {
                    let most = rate / 2.0;
                    return Err(format!(
                        "band:{low}-{high}Hz: a window of {window} readings at {rate} Hz has multiples of {resolution:.3} Hz up to {most} Hz"
                    ));
                }
                let (low, high) = (first, last);
                list.push(Feature::Band(low as u16, high as u16));
            }
        }
    }
    Ok(list)
}

/// A reading of either type, converted from a number in a file.
trait Bounds: Reading + Default {
    fn of(value: f32) -> Option<Self>;
    fn float(self) -> f32;
    fn saturates(axis: Axis<Self>, ends: [f32; 2]) -> Result<Axis<Self>, String>;
    fn noisy(axis: Axis<Self>, noise: f32) -> Result<Axis<Self>, String>;
}

impl Bounds for f32 {
    fn of(value: f32) -> Option<Self> {
        Some(value)
    }

    fn float(self) -> f32 {
        self
    }

    fn saturates(axis: Axis<f32>, [low, high]: [f32; 2]) -> Result<Axis<f32>, String> {
        axis.saturates_at(low, high).map_err(|error| error.to_string())
    }

    fn noisy(axis: Axis<f32>, noise: f32) -> Result<Axis<f32>, String> {
        axis.noise(noise).map_err(|error| error.to_string())
    }
}

impl Bounds for i16 {
    fn of(value: f32) -> Option<Self> {
        Some(value as i16).filter(|whole| f32::from(*whole) == value)
    }

    fn float(self) -> f32 {
        self.into()
    }

    fn saturates(axis: Axis<i16>, [low, high]: [f32; 2]) -> Result<Axis<i16>, String> {
        let whole = |value| Self::of(value).ok_or_else(|| format!("{value} is not a whole number of 16 bits"));
        axis.saturates_at(whole(low)?, whole(high)?).map_err(|error| error.to_string())
    }

    fn noisy(axis: Axis<i16>, noise: f32) -> Result<Axis<i16>, String> {
        let whole = Self::of(noise).ok_or_else(|| format!("a noise of {noise} is not a whole number of 16 bits"))?;
        axis.noise(whole).map_err(|error| error.to_string())
    }
}

/// A window of either type of reading.
trait Stream: std::fmt::Debug {
    /// Takes a reading; returns the features and the number of saturated readings, if a window is due.
    fn push(&mut self, reading: &[f32]) -> Result<Option<(&[f32], u32)>, String>;

    fn gap(&mut self);
}

/// A window with its memory.
#[derive(Debug)]
struct Of<R: 'static> {
    window: DynWindow<'static, R>,
    reading: Vec<R>,
    features: Vec<R>,
    floats: Vec<f32>,
}

impl<R: Bounds> Of<R> {
    fn new(signal: &Signal) -> Result<Self, String> {
        let (axes, list) = (signal.axes::<R>()?, signal.list()?);
        let (readings, width) = (vec![R::default(); axes.len()], count(&list, axes.len()));
        // A signal is checked where it is made or read. The memory is leaked: a run of the command makes one or two of
        // these, and they live as long as the run.
        let len = axes.len() * signal.window;
        let (memory, axes, list) = (vec![R::default(); len].leak(), axes.leak(), list.leak());
        let window =
            DynWindow::new(memory, signal.window, signal.hop, axes, list).map_err(|error| error.to_string())?;
        Ok(Self { window, reading: readings, features: vec![R::default(); width], floats: vec![0.0; width] })
    }
}

impl<R: Bounds> Stream for Of<R> {
    fn push(&mut self, reading: &[f32]) -> Result<Option<(&[f32], u32)>, String> {
        if reading.len() != self.reading.len() {
            return Err(format!("{} axes; expected {}", reading.len(), self.reading.len()));
        }
        for (own, value) in self.reading.iter_mut().zip(reading) {
            *own = R::of(*value).ok_or_else(|| format!("the reading {value}; expected a whole number of 16 bits"))?;
        }
        if !self.window.push(&self.reading).map_err(|error| error.to_string())? {
            return Ok(None);
        }
        let report = self.window.features(&mut self.features).map_err(|error| error.to_string())?;
        self.floats.iter_mut().zip(&self.features).for_each(|(float, own)| *float = own.float());
        Ok(Some((&self.floats, report.saturated)))
    }

    fn gap(&mut self) {
        self.window.gap();
    }
}

/// Counts of what was found in recordings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// The number of recordings.
    pub recordings: usize,
    /// The number of readings.
    pub readings: usize,
    /// Gaps: readings with a missing value, and leaps in time.
    pub gaps: usize,
    /// The windows that became samples.
    pub windows: usize,
    /// Windows that contain more than one class, which are not samples.
    pub mixed: usize,
    /// Windows in which the sensor was at an end of its range.
    pub saturated: usize,
    /// Stretches of one class in a recording.
    pub stretches: usize,
}

impl Tally {
    fn warnings(&self) -> Vec<String> {
        let of = |count: usize, what: &str| (count > 0).then(|| format!("{count} {what}"));
        [
            of(self.gaps, "gaps in the readings: windows start over after them"),
            of(self.mixed, "windows over more than one class are left out"),
            of(self.saturated, "windows in which the sensor is at an end of its range"),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

/// Where the signal comes from.
enum Origin<'a> {
    /// From the names of the axes, when they are known.
    Axes(&'a dyn Fn(Vec<String>) -> Result<Signal, String>),
    /// From a model.
    Model(&'a Signal),
}

/// A sink for the readings of recordings, which passes their windows as samples to another sink.
pub struct Windows<'a> {
    origin: Origin<'a>,
    signal: Option<(Signal, Box<dyn Stream>)>,
    sink: &'a mut dyn Sink,
    /// Whether windows that contain more than one class are passed on too.
    keeps_mixed: bool,
    /// The class of the whole recording, if a name gives it.
    label: Option<String>,
    file: String,
    group: Option<String>,
    /// The class of the latest readings, and how many of them since the last gap have it.
    run: (Option<String>, usize),
    /// Whether a recording has just begun.
    begins: bool,
    /// The last reading of each axis, and whether its readings have always risen so far.
    rising: Vec<(f32, bool)>,
    time: Steps,
    fresh: bool,
    /// The counts so far.
    pub tally: Tally,
}

/// The steps of time. The usual step is the median of the first ones.
#[derive(Debug, Default)]
struct Steps {
    last: Option<f64>,
    seen: Vec<f64>,
}

impl Steps {
    const ENOUGH: usize = 101;
    /// With fewer steps there is no usual one.
    const FEWEST: usize = 3;

    /// Whether readings are missing before this one. Clocks that count whole seconds give several readings the same
    /// time, which is not a leap.
    fn leaps(&mut self, time: f64) -> bool {
        let Some(step) = self.last.replace(time).map(|last| time - last) else { return false };
        let leaps = step < 0.0 || self.usual().is_some_and(|usual| usual > 0.0 && step > 1.5 * usual);
        if self.seen.len() < Self::ENOUGH {
            let place = self.seen.partition_point(|own| *own < step);
            self.seen.insert(place, step);
        }
        leaps
    }

    /// The median of the steps.
    fn usual(&self) -> Option<f64> {
        (self.seen.len() >= Self::FEWEST).then(|| self.seen[(self.seen.len() - 1) / 2])
    }
}

impl std::fmt::Debug for Windows<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Windows").field("signal", &self.signal).field("tally", &self.tally).finish_non_exhaustive()
    }
}

impl<'a> Windows<'a> {
    /// Makes samples for a sink; `make` creates the signal when the names of the axes are known.
    pub fn new(
        make: &'a dyn Fn(Vec<String>) -> Result<Signal, String>,
        keeps_mixed: bool,
        sink: &'a mut dyn Sink,
    ) -> Self {
        Self::from(Origin::Axes(make), keeps_mixed, sink)
    }

    /// The same for a model, which knows its windows.
    pub fn of_model(signal: &'a Signal, keeps_mixed: bool, sink: &'a mut dyn Sink) -> Self {
        Self::from(Origin::Model(signal), keeps_mixed, sink)
    }

    fn from(origin: Origin<'a>, keeps_mixed: bool, sink: &'a mut dyn Sink) -> Self {
        let (signal, label, group, time) = (None, None, None, Steps::default());
        let file = String::new();
        Self {
            origin,
            signal,
            sink,
            keeps_mixed,
            label,
            file,
            group,
            run: (None, 0),
            begins: true,
            rising: Vec::new(),
            time,
            fresh: true,
            tally: Tally::default(),
        }
    }

    /// Begins a recording.
    ///
    /// # Errors
    /// If its name has no class.
    pub fn begin(&mut self, path: &Path, label_from: Option<LabelFrom>) -> Result<(), FileError> {
        self.label = label_from.map(|from| label_of(path, from)).transpose()?;
        self.file = path.display().to_string();
        (self.group, self.time, self.begins) = (None, Steps::default(), true);
        self.tally.recordings += 1;
        self.gap();
        Ok(())
    }

    /// Warnings about the axes of the first recording whose readings all rise, if there are many: they look like times.
    fn clocks(&self) -> Vec<String> {
        const MANY: usize = 50;
        let Some((signal, _)) = &self.signal else { return vec![] };
        let rising =
            signal.axes.iter().zip(&self.rising).filter(|(_, (_, rises))| *rises && self.tally.readings >= MANY);
        rising
            .map(|(name, _)| format!("axis {name} rises with each reading; if it is the time, use --time {name}"))
            .collect()
    }

    /// The warnings to print.
    pub fn warnings(&self) -> Vec<String> {
        let mut warnings = self.tally.warnings();
        warnings.extend(self.clocks());
        if let (Some(rate), Some(step)) = (self.signal().and_then(|signal| signal.sampling_rate), self.time.usual()) {
            // In seconds, or in thousandths, millionths or billionths of them.
            let is_of = |unit: f64| (step * rate / unit - 1.0).abs() < 0.1;
            if ![1.0, 1e3, 1e6, 1e9].into_iter().any(is_of) {
                warnings.push(format!(
                    "time steps by {step}, which is not a sampling rate of {rate} Hz in s, ms, µs or ns"
                ));
            }
        }
        warnings
    }

    /// Reads all recordings in these files and folders.
    ///
    /// # Errors
    /// A message that names the file.
    pub fn read(
        &mut self,
        paths: &[PathBuf],
        wanted: &Wanted<'_>,
        label_from: Option<LabelFrom>,
    ) -> Result<(), FileError> {
        for path in recordings(paths)? {
            self.begin(&path, label_from)?;
            source::read(&path, Part::Train, wanted, self)?;
        }
        Ok(())
    }

    /// The signal, once there was a reading.
    pub fn signal(&self) -> Option<&Signal> {
        self.signal.as_ref().map(|(signal, _)| signal)
    }

    fn gap(&mut self) {
        (self.fresh, self.run.1) = (true, 0);
        if let Some((_, stream)) = &mut self.signal {
            stream.gap();
        }
    }

    fn start(&mut self, axes: Vec<String>, label: Option<&str>) -> Result<(), String> {
        if let Some((signal, _)) = &self.signal {
            let is_same = signal.axes == axes;
            return if is_same { Ok(()) } else { Err(format!("axes {axes:?}; expected {:?}", signal.axes)) };
        }
        let signal = match self.origin {
            Origin::Axes(make) => make(axes)?,
            Origin::Model(signal) => signal.clone(),
        };
        let stream = signal.stream()?;
        self.sink.names(&signal.names()?, label)?;
        self.signal = Some((signal, stream));
        Ok(())
    }
}

impl Sink for Windows<'_> {
    fn names(&mut self, names: &[String], label: Option<&str>) -> Result<(), String> {
        self.start(names.to_vec(), label)
    }

    fn classes(&mut self, names: &[String]) -> Result<(), String> {
        self.sink.classes(names)
    }

    fn context(&mut self, context: &Context<'_>) {
        if context.group != self.group.as_deref() {
            if self.group.is_some() {
                self.tally.recordings += 1;
                self.time = Steps::default();
            }
            self.begins = true;
            self.group = context.group.map(str::to_owned);
            self.gap();
        }
        if context.time.is_some_and(|time| self.time.leaps(time)) {
            self.tally.gaps += 1;
            self.gap();
        }
    }

    fn sample(&mut self, reading: &[f32], label: Option<&str>) -> Result<(), String> {
        if self.signal.is_none() {
            self.start((0..reading.len()).map(|axis| format!("x{axis}")).collect(), None)?;
        }
        self.tally.readings += 1;
        if reading.iter().any(|value| value.is_nan()) {
            self.tally.gaps += 1;
            self.gap();
            return Ok(());
        }
        let label = self.label.as_deref().or(label).map(|label| class_name(label).into_owned());
        if self.run.0 == label && !self.begins {
            self.run.1 += 1;
        } else {
            self.tally.stretches += 1;
            self.run = (label, 1);
        }
        if self.tally.recordings == 1 {
            self.rising.resize(reading.len(), (f32::NEG_INFINITY, true));
            for (axis, value) in self.rising.iter_mut().zip(reading) {
                *axis = (*value, axis.1 && *value > axis.0);
            }
        }
        self.begins = false;
        let Some((signal, stream)) = &mut self.signal else { return Ok(()) };
        let Some((features, saturated)) = stream.push(reading)? else { return Ok(()) };
        let mixed = self.run.1 < signal.window;
        self.tally.saturated += usize::from(saturated > 0);
        self.tally.mixed += usize::from(mixed);
        if mixed && !self.keeps_mixed {
            return Ok(());
        }
        self.tally.windows += 1;
        let group = self.group.as_deref().unwrap_or(&self.file);
        let window = Placed { fresh: self.fresh, stretch: self.tally.stretches, mixed };
        self.sink.context(&Context { group: Some(group), time: None, window });
        self.fresh = false;
        self.sink.sample(features, self.run.0.as_deref())
    }
}

/// The class in the name of a file, or of its folder.
fn label_of(path: &Path, from: LabelFrom) -> Result<String, FileError> {
    let name = match from {
        LabelFrom::File => path.file_stem(),
        LabelFrom::Folder => path.parent().and_then(Path::file_name),
    };
    let name = name.and_then(|name| name.to_str()).unwrap_or_default();
    // The stem of `walking_03.csv.gz` still ends with `.csv`.
    let name = name.strip_suffix(".csv").or(name.strip_suffix(".txt")).unwrap_or(name);
    let name = match from {
        LabelFrom::File => name.trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, '_' | '-' | ' ')),
        LabelFrom::Folder => name,
    };
    if name.is_empty() { Err(FileError::new(path, "its name has no class")) } else { Ok(name.to_owned()) }
}

/// The recordings in these files and folders: files as they are, and in folders all files whose names end like those of
/// text files, in the order of their names.
///
/// # Errors
/// A message that names the folder.
pub fn recordings(paths: &[PathBuf]) -> Result<Vec<PathBuf>, FileError> {
    let mut found = Vec::new();
    for path in paths {
        let before = found.len();
        collect(path, &mut found)?;
        if found.len() == before {
            return Err(FileError::new(path, "no recording in this folder; expected files that end in .csv or .txt"));
        }
    }
    Ok(found)
}

fn collect(path: &Path, found: &mut Vec<PathBuf>) -> Result<(), FileError> {
    const ENDINGS: [&str; 5] = [".csv", ".txt", ".tsv", ".csv.gz", ".txt.gz"];
    if !path.is_dir() {
        found.push(path.to_owned());
        return Ok(());
    }
    let refuse = |error: std::io::Error| FileError::new(path, error);
    let mut inside = Vec::new();
    for entry in std::fs::read_dir(path).map_err(refuse)? {
        inside.push(entry.map_err(refuse)?.path());
    }
    inside.sort();
    for path in inside {
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
        if path.is_dir() || ENDINGS.iter().any(|ending| name.ends_with(ending)) {
            collect(&path, found)?;
        }
    }
    Ok(())
}
