//! A linear classifier of 7 classes over 67 features, written by `hingeline export`, not by hand.
//!
//! Weights 4e7863e7ae070ff3 in binary32 before they were written.

use hingeline::Error;
use hingeline::integer::{InputScale, Inputs, Model};
use hingeline::signal::{Axis, Feature, Features, Report, Window};

/// The classes.
pub const CLASSES: usize = 7;
/// The features of a sample.
pub const FEATURES: usize = 67;

/// The names of the classes, in the order of the scores.
pub static CLASS_NAMES: [&str; CLASSES] = ["ABD", "ER", "FEL", "IR", "PEN", "ROW", "TRAP"];
/// The names of the features.
pub static FEATURE_NAMES: [&str; FEATURES] = ["ax.mean", "ax.deviation", "ax.minimum", "ax.maximum", "ax.mean-crossings", "ax.waveform-length", "ax.segment0of4", "ax.segment1of4", "ax.segment2of4", "ax.segment3of4", "ax.band:1-6", "ay.mean", "ay.deviation", "ay.minimum", "ay.maximum", "ay.mean-crossings", "ay.waveform-length", "ay.segment0of4", "ay.segment1of4", "ay.segment2of4", "ay.segment3of4", "ay.band:1-6", "az.mean", "az.deviation", "az.minimum", "az.maximum", "az.mean-crossings", "az.waveform-length", "az.segment0of4", "az.segment1of4", "az.segment2of4", "az.segment3of4", "az.band:1-6", "wx.mean", "wx.deviation", "wx.minimum", "wx.maximum", "wx.mean-crossings", "wx.waveform-length", "wx.segment0of4", "wx.segment1of4", "wx.segment2of4", "wx.segment3of4", "wx.band:1-6", "wy.mean", "wy.deviation", "wy.minimum", "wy.maximum", "wy.mean-crossings", "wy.waveform-length", "wy.segment0of4", "wy.segment1of4", "wy.segment2of4", "wy.segment3of4", "wy.band:1-6", "wz.mean", "wz.deviation", "wz.minimum", "wz.maximum", "wz.mean-crossings", "wz.waveform-length", "wz.segment0of4", "wz.segment1of4", "wz.segment2of4", "wz.segment3of4", "wz.band:1-6", "correlation.ax.ay"];

const fn scale(zero: i16, factor: u16) -> InputScale {
    match InputScale::new(zero, factor) {
        Ok(scale) => scale,
        Err(_) => panic!(),
    }
}

/// The scales that turn raw features into inputs.
#[rustfmt::skip]
pub static SCALES: [InputScale; FEATURES] = [scale(406, 294), scale(311, 489), scale(-80, 217), scale(932, 233), scale(6, 16383), scale(35, 7836), scale(435, 234), scale(413, 229), scale(394, 229), scale(382, 224), scale(304, 489), scale(355, 351), scale(224, 725), scale(-124, 231), scale(775, 319), scale(10, 16383), scale(48, 6359), scale(357, 303), scale(369, 298), scale(342, 294), scale(353, 293), scale(212, 722), scale(-299, 464), scale(265, 665), scale(-765, 319), scale(215, 278), scale(8, 16383), scale(44, 8949), scale(-329, 333), scale(-299, 325), scale(-284, 339), scale(-285, 328), scale(256, 664), scale(26, 643), scale(655, 552), scale(-1457, 206), scale(1659, 187), scale(15, 16383), scale(247, 1082), scale(21, 269), scale(41, 280), scale(-1, 250), scale(42, 282), scale(543, 575), scale(1, 341), scale(1344, 183), scale(-2286, 115), scale(2240, 118), scale(3, 16383), scale(108, 4077), scale(61, 88), scale(-37, 99), scale(-44, 91), scale(22, 94), scale(1326, 184), scale(-5, 427), scale(991, 207), scale(-1690, 130), scale(1603, 136), scale(3, 16383), scale(86, 4041), scale(28, 127), scale(-59, 119), scale(-4, 125), scale(17, 114), scale(978, 209), scale(299, 14)];

/// The weights, of inputs.
#[rustfmt::skip]
pub static MODEL: Model<CLASSES, FEATURES> = match Model::from_parts(
    [
        [-222, 1600, -1280, 1007, -1378, 1157, -268, 174, -100, -494, 1572, 326, 2555, -1542, 1797, -1057, 1085, 59, 375, 685, -19, 2537, -117, -558, -383, -839, 1044, 53, -57, -65, -139, -70, -575, -514, 309, -138, 8, -747, -494, 262, -81, -875, -107, 667, 338, -595, -134, -770, -771, -531, 371, -35, -237, 260, -609, -84, 2550, -2446, 2963, -1011, 2466, 566, 211, -403, -434, 2551, 1346],
        [-1800, -1712, -251, -2617, 2359, -1267, -1418, -1421, -1480, -1284, -1725, 1865, 430, 908, 1746, -1095, 1385, 1586, 1666, 1661, 1401, 395, -760, 1140, -1000, 473, -1530, 1380, -669, -562, -556, -384, 1165, -535, 1549, -1540, 2123, 660, 2974, -104, -480, -764, 508, 983, -209, 1115, -1107, 1385, -949, 2590, 384, -81, -202, -345, 1118, -435, -442, -22, -613, 1384, -824, -137, -53, -9, -279, -442, -2587],
        [-245, 2052, -1373, 1098, -1387, 1835, 11, -382, -238, -150, 2061, -1449, -605, -388, -1623, -572, -52, -1280, -1239, -1310, -1076, -584, -610, 2368, -1454, 1824, -1966, 2053, -992, -130, -340, -284, 2348, -607, 725, -890, -208, 332, 213, -638, -82, 199, -535, 355, -347, 2197, -1718, 1914, -1966, 1494, -132, -317, 0, 60, 2205, 966, -673, 1075, -484, -3151, -101, -85, 45, 674, 448, -681, 693],
        [-1729, -483, -937, -1653, -1265, -1414, -1434, -1314, -1314, -1318, -466, 1729, -1017, 1778, 1083, 2376, -1298, 1571, 1493, 1233, 1561, -1067, 698, -586, 850, 207, -783, -1103, 828, 418, 372, 377, -617, 213, -1485, 904, -1543, 450, -1489, 176, -130, 631, -387, -1283, 367, -82, -131, 163, -3625, -1544, -99, 442, 60, 23, -100, -17, -1223, 1545, -1209, 5516, -1904, -29, -169, -1, 170, -1226, 1203],
        [905, -413, 980, 307, -2633, -993, 820, 658, 588, 755, -373, -1361, -977, 182, -1604, -144, -1336, -1020, -1260, -1226, -1098, -899, -2565, -1183, -1007, -2654, 2789, -1467, -1782, -1712, -1920, -1911, -1161, 2685, 440, 1218, 494, -1812, -861, 839, 1318, 1443, 875, 995, 106, 754, -196, 395, -3767, 933, -211, 133, 164, 42, 759, 64, 802, -650, 119, -1697, 258, 145, 106, -158, -21, 798, 1859],
        [1457, 999, 321, 1661, -2764, 2031, 1074, 1077, 1104, 1276, 1029, 838, -19, 527, 738, 41, 303, 670, 718, 693, 755, 75, 2964, -1075, 2697, 930, 2650, 480, 2410, 2064, 2093, 1892, -1096, -290, -2043, 835, -3031, -1485, -1815, -82, -542, 341, -265, -1469, 140, -1517, 1554, -1517, 9504, -336, 174, -272, 460, -249, -1498, -140, 53, -122, 167, 1409, 408, -275, 106, -102, 90, 60, -1589],
        [1634, -2043, 2540, 198, 7068, -1349, 1214, 1209, 1439, 1216, -2098, -1949, -368, -1464, -2137, 451, -88, -1586, -1753, -1735, -1523, -456, 389, -107, 297, 59, -2203, -1396, 261, -14, 491, 379, -63, -953, 505, -389, 2157, 2601, 1472, -453, -4, -975, -88, -247, -397, -1872, 1731, -1569, 1574, -2607, -486, 130, -245, 210, -1874, -354, -1067, 621, -943, -2451, -303, -187, -245, -1, 26, -1060, -926],
    ],
    [-1258, 14345, -3362, -19733, 12220, 6009, -8222],
    15,
) {
    Ok(model) => model,
    Err(_) => panic!(),
};

/// The class of a sample's raw features.
///
/// # Errors
/// Never: the shapes agree.
pub fn predict(raw: &[i16; FEATURES]) -> Result<usize, Error> {
    MODEL.predict(Inputs::scaled(raw, &SCALES, &mut [0; FEATURES])?)
}

/// The score of each class, from a sample's raw features.
///
/// # Errors
/// Never: the shapes agree.
pub fn scores(raw: &[i16; FEATURES], scores: &mut [i32; CLASSES]) -> Result<(), Error> {
    MODEL.scores(Inputs::scaled(raw, &SCALES, &mut [0; FEATURES])?, scores)
}

/// The axes of a reading.
pub const AXES: usize = 6;
/// The readings of a window, and those from one window to the next.
pub const WINDOW: usize = 100;
pub const HOP: usize = 50;
/// The names of the axes.
pub static AXIS_NAMES: [&str; AXES] = ["ax", "ay", "az", "wx", "wy", "wz"];

/// The features of a window.
pub struct List;

impl Features for List {
    type Reading = i16;

    #[rustfmt::skip]
    const LIST: &'static [Feature] = &[
        Feature::Mean,
        Feature::Deviation,
        Feature::Minimum,
        Feature::Maximum,
        Feature::MeanCrossings,
        Feature::WaveformLength,
        Feature::Segments(4),
        Feature::Band(1, 6),
        Feature::Correlation(0, 1),
    ];

    #[rustfmt::skip]
    const AXES: &'static [Axis<i16>] = &[
        axis(Axis::<i16>::new().saturates_at(-32000, 32000), 10),
        axis(Axis::<i16>::new().saturates_at(-32000, 32000), 10),
        axis(Axis::<i16>::new().saturates_at(-32000, 32000), 10),
        axis(Axis::<i16>::new().saturates_at(-32000, 32000), 10),
        axis(Axis::<i16>::new().saturates_at(-32000, 32000), 10),
        axis(Axis::<i16>::new().saturates_at(-32000, 32000), 10),
    ];
}

const fn axis(axis: Result<Axis<i16>, Error>, noise: i16) -> Axis<i16> {
    match axis {
        Ok(axis) => match axis.noise(noise) {
            Ok(axis) => axis,
            Err(_) => panic!(),
        },
        Err(_) => panic!(),
    }
}

/// The last readings of the sensor, in the units of the recordings. Keep it in a static, which takes no flash:
/// `static WINDOW: ConstStaticCell<SensorWindow> = ConstStaticCell::new(SensorWindow::new());`
///
/// Push each reading; call [`classify`] when `push` returns `true`. Call `gap` when a reading was lost or refused, as the
/// training did; then clear votes and smoothed scores too.
pub type SensorWindow = Window<List, AXES, WINDOW, HOP>;

/// Predicts the class of the window that is due, and reports how many of its readings are at the limits of the sensor.
///
/// The features are [`SensorWindow::features`], for [`predict`] and [`scores`].
///
/// # Errors
/// If there are fewer readings than a window has, or a feature or a score is not finite.
pub fn classify(window: &SensorWindow) -> Result<(usize, Report), Error> {
    let mut x: [i16; FEATURES] = [0; FEATURES];
    let report = window.features(&mut x)?;
    Ok((predict(&x)?, report))
}
